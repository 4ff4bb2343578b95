//! Finds out what a file is by what stands in it, never by its name.
//!
//! Wrappers that many lines have are taken off in every order that fits; the order in which dialects know the most lines
//! wins. Scores are counts of lines, so that they can be shown.

use super::arena::Arena;
use super::foreign::{foreign, magic};
use super::locale_date::{DateOrder, order_of};
use super::log_format::LogFormat;
use super::reading::{Evidence, Plan};
use super::wrapper::Wrapper;
use super::wrapping::{Wrapping, wrappings};
use super::{FORMATS, Format, Setup, Signs, filezilla_server, filezilla_server_09};
use crate::source::Lines;

/// Bytes at the start of a file that decide.
pub const SAMPLE_BYTES: usize = 256 * 1024;
/// Lines of the sample that are looked at.
const SAMPLE_LINES_MAX: usize = 1_000;
/// What a file is.
#[derive(Clone, Debug)]
pub enum Detected {
    /// An FTP log, to be read like this.
    Log(Plan),
    /// A log of another protocol.
    Foreign {
        /// The protocol's name.
        protocol: &'static str,
        /// The line that shows it, counted from 1.
        line: u64,
    },
    /// Not text.
    Binary {
        /// What it is, where its first bytes say so.
        kind: Option<&'static str>,
        /// Where the first zero byte stands.
        offset: u64,
    },
    /// Nothing stands in it.
    Empty,
    /// Text, and no FTP log that ftplog knows.
    Unknown,
}

/// How much of the first lines speaks for a format.
#[derive(Clone, Debug)]
pub struct Score {
    /// The format.
    pub format: &'static Format,
    /// What was taken off around the lines, the outermost first.
    pub wrappers: Vec<&'static Wrapper>,
    /// Lines that hardly any other format has.
    pub telling: usize,
    /// Lines that the format may have, the telling ones included.
    pub fitting: usize,
    /// Lines that were looked at.
    pub lines: usize,
}

/// Says what a file is by its first bytes.
#[must_use]
pub fn detect(sample: &[u8], setup: &Setup) -> Detected {
    if sample.trim_ascii().is_empty() {
        return Detected::Empty;
    }
    let lines = first_lines(sample);
    let arena = Arena::default();
    let wrappings = wrappings(&lines, setup, &arena);
    if let Some(plan) = by_every_line(&wrappings, setup) {
        return Detected::Log(plan);
    }
    if let Some(kind) = magic(sample) {
        return Detected::Binary { kind: Some(kind), offset: 0 };
    }
    if let Some(plan) = by_columns(&wrappings) {
        return Detected::Log(plan);
    }
    let foreign = |w: &Wrapping| {
        foreign(&w.texts()).map(|(protocol, line)| Detected::Foreign { protocol, line: line as u64 + 1 })
    };
    if let Some(foreign) = foreign(&wrappings[0]) {
        return foreign;
    }
    if let Some((plan, wrapping)) = by_whole_file(&wrappings).or_else(|| by_last_resort(&wrappings)) {
        return foreign(wrapping).unwrap_or(Detected::Log(plan));
    }
    if let Some(foreign) = wrappings.iter().find_map(foreign) {
        return foreign;
    }
    if let Some(offset) = memchr::memchr(0, sample) {
        return Detected::Binary { kind: None, offset: offset as u64 };
    }
    Detected::Unknown
}

/// What speaks for each format that anything speaks for, the best first: the evidence behind [`detect`].
#[must_use]
pub fn scores(sample: &[u8], setup: &Setup) -> Vec<Score> {
    let lines = first_lines(sample);
    let arena = Arena::default();
    let wrappings = wrappings(&lines, setup, &arena);
    let mut best: Vec<Score> = Vec::new();
    for wrapping in &wrappings {
        for score in wrapping.every_line(setup).into_iter().chain(wrapping.whole_file()) {
            match best.iter_mut().find(|s| std::ptr::eq(s.format, score.format)) {
                Some(known) if (known.telling, known.fitting) >= (score.telling, score.fitting) => {}
                Some(known) => *known = score,
                None => best.push(score),
            }
        }
    }
    best.sort_by_key(|s| std::cmp::Reverse((s.telling, s.fitting)));
    best
}

/// The plan for a file whose format the user names.
#[must_use]
pub fn plan_for(format: &'static Format, sample: &[u8], setup: &Setup) -> Plan {
    let lines = first_lines(sample);
    let arena = Arena::default();
    let wrappings = wrappings(&lines, setup, &arena);
    let score = |wrapping: &Wrapping| match format.signs {
        Signs::EveryLine => wrapping.known_by(format, setup),
        Signs::WholeFile(sign) => wrapping.signs(sign).1,
        Signs::LastResort(is) => usize::from(is(&wrapping.texts_within(), wrapping.wrappers.is_empty())),
    };
    let mut best = (0, &wrappings[0]);
    for wrapping in &wrappings {
        let known = score(wrapping);
        if known > 0 && known + wrapping.merit > best.0 {
            best = (known + wrapping.merit, wrapping);
        }
    }
    let wanted = format.dialect.name == super::proftpd_extended::FORMAT.dialect.name
        && setup.proftpd_log_format.is_none();
    let log_format = wanted.then(|| super::columns::infer(&best.1.texts())).flatten();
    let date_order = date_order(best.1);
    Plan { wrappers: best.1.wrappers.clone(), log_format, date_order, ..Plan::of(format) }
}

/// The order of day and month that the dates of the lines show, where they are such dates.
fn date_order(wrapping: &Wrapping) -> Option<DateOrder> {
    let date = |line| filezilla_server_09::date(line).or_else(|| filezilla_server::date(line));
    order_of(wrapping.texts().into_iter().filter_map(date))
}

fn first_lines(sample: &[u8]) -> Vec<&[u8]> {
    Lines(sample).map(|l| l.bytes).take(SAMPLE_LINES_MAX).collect()
}

/// The wrapping in which telling lexers know the most lines. Dialects that were not seen come last, since a long file may
/// change: they are asked about the lines that no other knows.
fn by_every_line(wrappings: &[Wrapping], setup: &Setup) -> Option<Plan> {
    let mut best: Option<(usize, Vec<Score>, &Wrapping)> = None;
    for wrapping in wrappings {
        let scores = wrapping.every_line(setup);
        let known: usize = scores.iter().map(|s| s.telling).sum();
        if known > 0 && known + wrapping.merit > best.as_ref().map_or(0, |(n, ..)| *n) {
            best = Some((known + wrapping.merit, scores, wrapping));
        }
    }
    let (_, mut scores, wrapping) = best?;
    scores.sort_by_key(|s| std::cmp::Reverse(s.telling));
    let mut formats: Vec<_> = scores.iter().map(|s| s.format).collect();
    let unseen = FORMATS.iter().filter(|f| matches!(f.signs, Signs::EveryLine));
    for format in unseen {
        if !formats.iter().any(|f| std::ptr::eq(*f, *format)) {
            formats.push(format);
        }
    }
    Some(Plan { date_order: date_order(wrapping), ..scores.swap_remove(0).plan(formats) })
}

/// A `ProFTPD` `ExtendedLog` in a `LogFormat` that nobody named. Columns can be worked out of wrapped lines, too, but then
/// they say less, or the time is that of the wrapping: the wrapping with the most telling fields wins, and the longer chain.
fn by_columns(wrappings: &[Wrapping]) -> Option<Plan> {
    let inferred = wrappings.iter().filter_map(|wrapping| {
        let log_format = super::columns::infer(&wrapping.texts())?;
        let n_telling = LogFormat::compile(&log_format).map_or(0, |f| f.n_telling());
        Some(((n_telling, wrapping.wrappers.len()), log_format, wrapping))
    });
    // Of several the first.
    let (_, log_format, wrapping) =
        inferred.reduce(|best, next| if next.0 > best.0 { next } else { best })?;
    let plan = Plan::of(&super::proftpd_extended::FORMAT);
    Some(Plan { wrappers: wrapping.wrappers.clone(), log_format: Some(log_format), ..plan })
}

/// Formats that only the file as a whole shows: the one with the most telling lines. Others whose telling lines it does
/// not have stand in the same file, too.
fn by_whole_file<'w, 'a>(wrappings: &'w [Wrapping<'a>]) -> Option<(Plan, &'w Wrapping<'a>)> {
    let mut best: Option<((usize, usize), Score, &Wrapping)> = None;
    for wrapping in wrappings {
        for score in wrapping.whole_file() {
            let rank = (score.telling + wrapping.merit, score.fitting);
            if best.as_ref().is_none_or(|(best, ..)| rank > *best) {
                best = Some((rank, score, wrapping));
            }
        }
    }
    let (_, best, wrapping) = best?;
    let mut formats = vec![best.format];
    for other in wrapping.whole_file() {
        if wrapping.is_apart(other.format, &formats) {
            formats.push(other.format);
        }
    }
    Some((best.plan(formats), wrapping))
}

impl Score {
    fn plan(self, formats: Vec<&'static Format>) -> Plan {
        let Self { telling, fitting, lines, wrappers, .. } = self;
        let evidence = Some(Evidence { telling, fitting, lines });
        Plan { formats, wrappers, evidence, ..Plan::of(self.format) }
    }
}

/// Formats without any mark of their own.
fn by_last_resort<'w, 'a>(wrappings: &'w [Wrapping<'a>]) -> Option<(Plan, &'w Wrapping<'a>)> {
    let mut best: Option<(&Format, &Wrapping)> = None;
    for wrapping in wrappings {
        let (texts, alone) = (wrapping.texts_within(), wrapping.wrappers.is_empty());
        let fits = |format: &&Format| matches!(format.signs, Signs::LastResort(is) if is(&texts, alone));
        let Some(format) = FORMATS.iter().copied().find(fits) else { continue };
        if best.is_none_or(|(_, best)| wrapping.merit > best.merit) {
            best = Some((format, wrapping));
        }
    }
    let (format, wrapping) = best?;
    Some((Plan { wrappers: wrapping.wrappers.clone(), ..Plan::of(format) }, wrapping))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn detected(text: &str) -> String {
        match detect(text.as_bytes(), &Setup::default()) {
            Detected::Log(plan) => plan.main().dialect.name.to_owned(),
            Detected::Foreign { protocol, line } => format!("{protocol} at {line}"),
            Detected::Unknown => "unknown".to_owned(),
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn curl_needs_its_own_words() {
        let curl = "*   Trying 127.0.0.1:21...\n* Connected to h (127.0.0.1) port 21 (#0)\n< 220 ready\r\n> USER a\r\n< 331 x\r\n";
        assert_eq!(detected(curl), "curl");
        let stamped = "17:53:47.534764 [0-0] *   Trying 127.0.0.1:21...\n17:53:47.534764 [0-0] < 220 ready\n17:53:47.534764 [0-0] > USER a\n";
        assert_eq!(detected(stamped), "curl");
        // commons-net with direction and basic-ftp have the marks and no notes; a quoted letter has neither.
        for other in [
            "< 220 ready\n> USER a\n< 331 x\n=> true\n",
            "> USER a\n< 331 x\n",
            "Bob wrote:\n> USER rights are wrong\n> PWD is fine\n",
        ] {
            assert_ne!(detected(other), "curl", "{other}");
        }
        assert_eq!(detected("Bob wrote:\n> USER rights are wrong\n> PWD is fine\n"), "unknown");
    }

    #[test]
    fn other_protocols_through_curl_are_named() {
        let opened = "*   Trying 127.0.0.1:25...\n* Connected to h (127.0.0.1) port 25 (#0)\n";
        let cases = [
            ("> GET / HTTP/1.1\n> Host: h\n< HTTP/1.1 200 OK\n", "HTTP at 3"),
            ("18:00:00.000001 > GET / HTTP/2\n", "HTTP at 3"),
            ("< 220 mx.example.com ESMTP\n> EHLO me\n< 250 ok\n", "SMTP at 3"),
            ("< +OK ready\n> USER a\n< +OK\n> PASS b\n< -ERR no\n", "POP3 at 3"),
            ("< * OK [CAPABILITY IMAP4rev1] ready\n> A001 CAPABILITY\n", "IMAP at 3"),
        ];
        for (said, want) in cases {
            assert_eq!(detected(&format!("{opened}{said}")), want);
        }
    }

    #[test]
    fn a_fetched_file_names_no_protocol() {
        let opened =
            "* Connected to h (127.0.0.1) port 21 (#0)\n< 220 ready\n> USER a\n< 331 x\n> PASS b\n< 230 x\n";
        let fetched = "1.2.3.4 - - [x] \"GET / HTTP/1.1\" 200 1\nMAIL FROM:<a>\n".repeat(9);
        assert_eq!(detected(&format!("{opened}> RETR access.log\n{fetched}")), "curl");
    }

    #[test]
    fn lftp_marks_replies_and_other_clients_do_not() {
        assert_eq!(
            detected("---- Connecting to h (::1) port 21\n<--- 220 ready\n---> USER a\n<--- 331 x\n"),
            "lftp"
        );
        assert_eq!(
            detected("[7] 2026-11-20 18:20:54 h <--- 220 ready\n[7] 2026-11-20 18:20:54 h ---> FEAT\n"),
            "lftp"
        );
        assert_ne!(detected("Connected to h.\n220 ready\n---> USER a\n331 x\n"), "lftp");
        assert_eq!(detected("---> GET / HTTP/1.1\n---> Host: h\n<--- HTTP/1.1 200 OK\n"), "HTTP at 1");
        assert_eq!(
            detected("---> sending a packet, length=5, type=1(INIT), id=1\n<--- got a packet, length=5\n"),
            "SFTP at 1"
        );
    }

    #[test]
    fn a_bare_channel_is_the_last_resort() {
        assert_eq!(detected("220 ready\r\nUSER a\r\n331 x\r\n"), "raw");
        assert_eq!(
            detected(
                "Trying 127.0.0.1...\nConnected to h.\nEscape character is '^]'.\n220 x\nquit\n221 Bye\n"
            ),
            "raw"
        );
        assert_eq!(detected("220 mx.example.com ESMTP\nEHLO me\n250 ok\nMAIL FROM:<a>\n"), "SMTP at 1");
        assert_eq!(detected("+OK ready\nUSER a\n+OK\nPASS b\n-ERR no\n"), "POP3 at 1");
        assert_eq!(
            detected(
                "200 news.example.com ready\nMODE READER\n201 no posting\nGROUP misc.test\n211 1 2 3 misc.test\n"
            ),
            "NNTP at 2"
        );
        assert_eq!(detected("Dear all,\n220 people came.\nUSER manuals were read.\n"), "unknown");
        assert_eq!(detected("Bob wrote:\n> 220 people came\n> USER manuals were read\n"), "unknown");
        assert_eq!(detected("Bob wrote:\n> 220 ready\n> USER bob\n> 331 go on\n"), "raw");
    }
}
