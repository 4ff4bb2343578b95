//! Rotated logs: which files are one log in pieces, by their names, and in which order they were written.

use std::cmp::Reverse;
use std::collections::HashMap;

/// What compressed files are called.
const COMPRESSED: [&str; 7] = [".gz", ".bz2", ".xz", ".zst", ".lz4", ".Z", ".lzma"];
/// What stands in the names of archives: they hold logs, and are none.
const ARCHIVES: [&str; 4] = ["tar", "tgz", "zip", "7z"];
/// Years of two digits are in this century.
const CENTURY: u64 = 2_000;
/// Digits of a number that counts up with zeros before it.
const DIGITS_MAX: usize = 5;
/// The oldest file that is kept; greater numbers are something else, such as years.
const AGE_MAX: u64 = 999;

/// Files that are missing for each one that is there.
const MISSING_FOR_EACH_MAX: usize = 10;

/// Files that are one log, in the order in which they were written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rotation<T> {
    /// What the log is called.
    pub log: String,
    /// The files, the oldest first.
    pub files: Vec<Rotated<T>>,
}

/// A file of a log that was rotated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rotated<T> {
    /// The file.
    pub file: T,
    /// The names of files that are missing between the one before and this one, as far as numbers show it.
    pub missing: Vec<String>,
    /// Whether another file stands between the one before and this one that is no piece of the log.
    pub is_apart: bool,
}

/// The place of a file among those of its log: the oldest is the least.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    /// A date, and a time of day if there is one: 20260131, 235959.
    Dated(u64, u64),
    /// A number that counts up, known by its zeros: `log.001`; with its digits.
    Counted(u64, usize),
    /// A number that grows with age: `log.1` is younger than `log.2`.
    Aged(Reverse<u64>),
    /// The log that is being written.
    Current,
}

/// What the name of a file says.
struct Name {
    /// The log that it belongs to, with its folder.
    log: String,
    rank: Rank,
    /// What stands around the number, where it is one.
    around: (String, String),
}

/// Puts files of the same log together, by their names with their folders. A log stands where its first file did; a file that is
/// no part of another log is a log of its own.
#[must_use]
pub fn rotations<T>(files: Vec<T>, name: impl Fn(&T) -> String) -> Vec<Rotation<T>> {
    let mut groups: Vec<Vec<(Name, T)>> = Vec::new();
    let mut known: HashMap<String, usize> = HashMap::new();
    for file in files {
        let name = Name::of(&name(&file));
        let group = *known.entry(name.log.clone()).or_insert(groups.len());
        match groups.get_mut(group) {
            Some(group) => group.push((name, file)),
            None => groups.push(vec![(name, file)]),
        }
    }
    groups.into_iter().flat_map(one_of_each).map(ordered).flat_map(apart).collect()
}

/// Two files in one place, such as a log and a compressed copy of it, are no pieces of one log: the second is a log of its own.
fn one_of_each<T>(mut files: Vec<(Name, T)>) -> Vec<Vec<(Name, T)>> {
    // After 09 comes 10, which shows no zero.
    let width = files.iter().find_map(|(name, _)| match name.rank {
        Rank::Counted(_, width) => Some(width),
        _ => None,
    });
    for (name, _) in &mut files {
        if let (Rank::Aged(Reverse(number)), Some(width)) = (name.rank, width) {
            name.rank = Rank::Counted(number, width);
        }
    }
    files.sort_by_key(|(name, _)| name.rank);
    let mut logs: Vec<Vec<(Name, T)>> = vec![Vec::new()];
    for (name, file) in files {
        let is_taken = logs[0].last().is_some_and(|(before, _)| before.rank == name.rank);
        if is_taken { logs.push(vec![(name, file)]) } else { logs[0].push((name, file)) }
    }
    logs
}

/// Numbers of which nearly all are missing count something else, such as ports or years: each file is a log of its own.
fn apart<T>(rotation: Rotation<T>) -> Vec<Rotation<T>> {
    let n_missing: usize = rotation.files.iter().map(|f| f.missing.len()).sum();
    if n_missing <= MISSING_FOR_EACH_MAX * rotation.files.len() {
        return vec![rotation];
    }
    let log = rotation.log;
    let alone = |file: Rotated<T>| Rotation {
        log: log.clone(),
        files: vec![Rotated { missing: Vec::new(), ..file }],
    };
    rotation.files.into_iter().map(alone).collect()
}

/// What is missing between the files of a log, which stand in order.
fn ordered<T>(files: Vec<(Name, T)>) -> Rotation<T> {
    let mut before: Option<Name> = None;
    let log = files.first().map_or(String::new(), |(name, _)| name.log.clone());
    let rotated = files.into_iter().map(|(name, file)| {
        let missing = before.as_ref().map_or(Vec::new(), |before| between(before, &name));
        before = Some(name);
        Rotated { file, missing, is_apart: false }
    });
    Rotation { files: rotated.collect(), log }
}

/// The names between two files that stand one after the other. That days are missing proves nothing: no file need be written on a
/// day without traffic.
fn between(before: &Name, after: &Name) -> Vec<String> {
    let (start, end) = &before.around;
    match (before.rank, after.rank) {
        (Rank::Counted(first, width), Rank::Counted(last, _)) => {
            (first + 1..last).map(|n| format!("{start}{n:0width$}{end}")).collect()
        }
        (Rank::Aged(Reverse(first)), Rank::Aged(Reverse(last))) => {
            (last + 1..first).rev().map(|n| format!("{start}{n}{end}")).collect()
        }
        (Rank::Aged(Reverse(first)), Rank::Current) => {
            (1..first).rev().map(|n| format!("{start}{n}{end}")).collect()
        }
        _ => Vec::new(),
    }
}

impl Name {
    fn of(path: &str) -> Self {
        let at = path.rfind(['/', std::path::MAIN_SEPARATOR]).map_or(0, |at| at + 1);
        let (folder, name) = path.split_at(at);
        let plain = COMPRESSED.iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name);
        let whole = |name: &str| Self {
            log: format!("{folder}{name}"),
            rank: Rank::Current,
            around: <(String, String)>::default(),
        };
        if plain.split('.').any(|part| ARCHIVES.contains(&part)) {
            return whole(name);
        }
        if let Some((start, rank, end)) = numbered(plain) {
            let log = format!("{folder}{start}{end}");
            return Self { log, rank, around: (format!("{folder}{start}."), end) };
        }
        match dated(plain) {
            Some((log, rank)) => Self { rank, ..whole(&log) },
            None => whole(plain),
        }
    }
}

// vsftpd.log.3, vsftpd.log.003, filezilla-server.3.log
fn numbered(name: &str) -> Option<(&str, Rank, String)> {
    let (before, last) = name.rsplit_once('.')?;
    let (start, digits, end) = if is_number(last) {
        (before, last, String::new())
    } else {
        let (before, number) = before.rsplit_once('.')?;
        (before, number, format!(".{last}"))
    };
    // Versions, addresses and times have several numbers: curl-8.5.txt, 192.0.2.7.log, v-2026-01-31_08.30.log
    let before = start.trim_end_matches(|c: char| c.is_ascii_digit());
    let is_one_of_many = before.len() < start.len() && !before.ends_with(|c: char| c.is_alphabetic());
    let number = digits.parse().ok().filter(|_| is_number(digits) && !is_one_of_many)?;
    let counts_up = digits.len() > 1 && digits.starts_with('0');
    let rank = if counts_up { Rank::Counted(number, digits.len()) } else { Rank::Aged(Reverse(number)) };
    (counts_up || number <= AGE_MAX).then_some((start, rank, end))
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.len() <= DIGITS_MAX && text.bytes().all(|b| b.is_ascii_digit())
}

// vsftpd.log-20260131, fzs-2026-01-31.log, u_ex260131.log, u_ex26013123.log, log-20260131-2359
fn dated(name: &str) -> Option<(String, Rank)> {
    let is_digit = |at: usize| name.as_bytes().get(at).is_some_and(u8::is_ascii_digit);
    let mut starts = (0..name.len()).filter(|at| is_digit(*at) && (*at == 0 || !is_digit(at - 1)));
    starts.find_map(|start| {
        let text = &name[start..];
        // Six digits are a date where a letter stands before them, as in IIS' names.
        let after_letter = name[..start].ends_with(|c: char| c.is_alphabetic());
        let shapes = DATES.into_iter().chain(after_letter.then_some("######"));
        let (date, behind) = shapes.into_iter().find_map(|shape| {
            let (digits, behind) = fitting(text, shape)?;
            Some((date_of(&digits)?, behind))
        })?;
        let (time, behind) = time_from(behind)?;
        let before = name[..start].trim_end_matches(['-', '.', '_']);
        // The log that is being written may have no date.
        Some((format!("{before}{behind}"), Rank::Dated(date, time)))
    })
}

/// How dates are written: year, month, day.
const DATES: [&str; 4] = ["####-##-##", "####_##_##", "####.##.##", "########"];
/// How the time of day behind it is written, from the longest to the shortest.
const TIMES: [&str; 9] =
    ["##:##:##", "##-##-##", "##.##.##", "######", "##-##", "##.##", "##_##", "####", "##"];

/// The digits of a text that begins in that shape, and what follows.
fn fitting<'t>(text: &'t str, shape: &str) -> Option<(String, &'t str)> {
    let (head, behind) = text.split_at_checked(shape.len())?;
    let fits = |(is, wanted): (char, char)| if wanted == '#' { is.is_ascii_digit() } else { is == wanted };
    let fits = head.chars().zip(shape.chars()).all(fits);
    fits.then(|| (head.chars().filter(char::is_ascii_digit).collect(), behind))
}

/// The time of day behind a date, 0 without one, and what follows; nothing if more digits follow.
fn time_from(text: &str) -> Option<(u64, &str)> {
    let behind_mark = text.strip_prefix(['-', '_', 'T', '.']).unwrap_or(text);
    let time = |shape: &&str| {
        let (digits, behind) = fitting(behind_mark, shape)?;
        let time: u64 = format!("{digits:0<6}").parse().ok()?;
        let is_time = time / 10_000 < 24 && time / 100 % 100 < 60 && time % 100 < 60;
        (is_time && !behind.starts_with(|c: char| c.is_ascii_digit())).then_some((time, behind))
    };
    match TIMES.iter().find_map(time) {
        Some(found) => Some(found),
        None => (!behind_mark.starts_with(|c: char| c.is_ascii_digit())).then_some((0, text)),
    }
}

/// A date as a number, if it is one.
fn date_of(digits: &str) -> Option<u64> {
    let number: u64 = digits.parse().ok()?;
    let number = if digits.len() == 6 { CENTURY * 10_000 + number } else { number };
    let (year, month, day) = (number / 10_000, number / 100 % 100, number % 100);
    let fits = (1990..2100).contains(&year) && (1..=12).contains(&month) && (1..=31).contains(&day);
    fits.then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn groups(names: &[&'static str]) -> Vec<Vec<&'static str>> {
        let files = |r: Rotation<&'static str>| r.files.into_iter().map(|f| f.file).collect();
        rotations(names.to_vec(), |n| (*n).to_owned()).into_iter().map(files).collect()
    }

    #[test]
    fn numbers_grow_with_age_and_the_log_itself_is_the_youngest() {
        let found = groups(&["l/v.log", "l/v.log.1", "l/v.log.10.gz", "l/v.log.2.gz", "m/v.log.1"]);
        assert_eq!(found[0], ["l/v.log.10.gz", "l/v.log.2.gz", "l/v.log.1", "l/v.log"]);
        assert_eq!(found[1], ["m/v.log.1"]);
        assert_eq!(groups(&["f.log", "f.1.log", "f.2.log.zst"]), [["f.2.log.zst", "f.1.log", "f.log"]]);
    }

    #[test]
    fn numbers_with_zeros_count_up() {
        assert_eq!(
            groups(&["a.log.003", "a.log.001", "a.log.002"]),
            [["a.log.001", "a.log.002", "a.log.003"]]
        );
        assert_eq!(groups(&["v.10", "v.09", "v.11"]), [["v.09", "v.10", "v.11"]]);
    }

    #[test]
    fn dates_are_ordered() {
        for ordered in [
            ["v.log-20251231.gz", "v.log-20260131", "v.log-20260201.xz"],
            ["v.log-20251231.gz", "v.log-20260131", "v.log"],
            ["ftp.2025.12.31.log", "ftp.2026.01.31.log", "ftp.log"],
            ["v-2026-10-05_08.00.log", "v-2026-10-05_08.10.log", "v-2026-10-05_08.20.log"],
            ["u_ex251231.log", "u_ex260131.log", "u_ex260201.log"],
            ["u_ex26013109.log", "u_ex26013123.log", "u_ex26020100.log"],
            ["fzs-2026-01-31.log", "fzs-2026-02-01.log", "fzs-2026-02-02.log"],
            ["ftp_2026-01-31T235959.log", "ftp_2026-02-01T000000.log", "ftp_2026-02-01T120000.log"],
        ] {
            let [a, b, c] = ordered;
            assert_eq!(groups(&[c, a, b]), [ordered]);
        }
    }

    #[test]
    fn other_names_are_logs_of_their_own() {
        let names = [
            "a.log",
            "a.log.gz",
            "b.log",
            "proftpd-1.3.8.log",
            "proftpd-1.3.9.log",
            "session12.txt",
            "session13.txt",
            "curl-8.5.txt",
            "curl-8.6.txt",
            "10-0-1-15.log",
            "10-0-1-16.log",
            "10_10_10_21.txt",
            "10_10_10_22.txt",
            "p-31012026.log",
            "p-01022026.log",
            "job-100101.log",
            "job-100102.log",
            "10.0.0.1.log",
            "10.0.0.2.log",
            "a.tar.1",
            "a.tar",
            "ftp01-20260131.log",
            "ftp02-20260131.log",
            "b.20261345",
            "b.20269999",
            "300000.log",
            "311111.log",
            "port.21.log",
            "port.990.log",
            "y.2025.log",
            "y.2026.log",
        ];
        let found = groups(&names);
        assert_eq!(found.len(), names.len(), "{found:?}");
    }

    #[test]
    fn a_number_that_is_missing_is_named() {
        let missing = |names: &[&'static str]| -> Vec<String> {
            rotations(names.to_vec(), |n| (*n).to_owned())
                .remove(0)
                .files
                .into_iter()
                .flat_map(|f| f.missing)
                .collect()
        };
        assert_eq!(missing(&["l/v.log", "l/v.log.1.gz", "l/v.log.4.gz"]), ["l/v.log.3", "l/v.log.2"]);
        assert_eq!(missing(&["v.log", "v.2.log"]), ["v.1.log"]);
        assert_eq!(missing(&["v.001", "v.004"]), ["v.002", "v.003"]);
        assert_eq!(missing(&["v.log-20260101", "v.log-20260104"]), [""; 0]);
    }
}
