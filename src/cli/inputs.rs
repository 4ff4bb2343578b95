//! What the user named, opened one by one, and what is wrong with it in words.

use super::args::Reading;
use super::captures;
use super::complaint::{Complaint, NoLog};
use super::config::{Config, Input};
use super::output::Output;
use ftplog::catalog;
use ftplog::engine::{Settings, Stats, Stop};
use ftplog::format::{Format, Setup};
use ftplog::lang::Lang;
use ftplog::source::{self, Unreadable};
use ftplog::text::{Printable, grouped, nearest, without_secrets};
use ftplog::time::Zone;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};

/// One log to be read.
pub(crate) struct Named {
    /// Where it is; nothing for standard input.
    path: Option<PathBuf>,
    /// Its name in reports.
    pub(crate) name: String,
    /// Whether the user named it, rather than a folder it is in.
    pub(crate) by_user: bool,
}

/// The logs that the user named, and folders that could not be looked into.
pub(crate) struct Inputs {
    pub(crate) logs: Vec<Named>,
    pub(crate) complaints: Vec<Complaint>,
    /// Folders, with the number of files in each, for the case that none is a log.
    pub(crate) folders: Vec<(String, usize)>,
}

impl Inputs {
    /// Finds what there is to read.
    pub(crate) fn find(reading: &Reading) -> Result<Self, Complaint> {
        let mut inputs = Self { logs: Vec::new(), complaints: Vec::new(), folders: Vec::new() };
        let mut paths = reading.paths.clone();
        if paths.is_empty() {
            if std::io::stdin().is_terminal() {
                return Err(Complaint::new("nothing to read")
                    .tip("name a log file or a directory, or - for standard input; try: ftplog demo"));
            }
            paths.push(PathBuf::from("-"));
        }
        for path in paths {
            if path.as_os_str() == "-" {
                inputs.logs.push(Named { path: None, name: reading.stdin_name.clone(), by_user: true });
            } else if path.is_dir() {
                inputs.enter(&path);
            } else {
                let name = path.to_string_lossy().into_owned();
                inputs.logs.push(Named { path: Some(path), name, by_user: true });
            }
        }
        Ok(inputs)
    }

    fn enter(&mut self, folder: &Path) {
        let walk = source::walk(folder);
        self.folders.push((folder.to_string_lossy().into_owned(), walk.files.len()));
        for path in walk.files {
            let name = path.to_string_lossy().into_owned();
            self.logs.push(Named { path: Some(path), name, by_user: false });
        }
        for (path, why) in walk.unreadable {
            self.complaints.push(unreadable(&path.to_string_lossy(), &why));
        }
    }
}

impl Named {
    /// Opens the log.
    pub(crate) fn open(&self) -> Result<source::Input, Complaint> {
        match &self.path {
            None => Ok(source::Input::new(self.name.clone(), std::io::stdin())),
            Some(path) => source::open(path).map_err(|why| unreadable(&self.name, &why)),
        }
    }
}

/// A folder in which no file is an FTP log, with what the files are instead.
pub(crate) fn no_logs(folder: &str, files: usize, skipped: &[NoLog]) -> Complaint {
    let complaint = Complaint::new(format!("no FTP logs in {}", shown(folder)));
    if files == 0 {
        return complaint.fact("it holds no files");
    }
    let kinds = [
        (NoLog::OtherText, "other text"),
        (NoLog::Binary, "binary"),
        (NoLog::Capture, "packet captures without FTP"),
        (NoLog::Empty, "empty"),
    ];
    let kinds = kinds.map(|(kind, words)| (skipped.iter().filter(|k| **k == kind).count(), words));
    let kinds: Vec<String> =
        kinds.iter().filter(|(n, _)| *n > 0).map(|(n, words)| format!("{n} {words}")).collect();
    complaint
        .fact(format!("looked at {} files: {} (-v lists them)", grouped(files as u64), kinds.join(", ")))
        .tip("if they are logs, name the format: --log-format vsftpd")
}

fn shown(name: &str) -> String {
    Printable(name.as_bytes()).to_string()
}

/// Why a file cannot be opened.
pub(crate) fn unreadable(name: &str, why: &Unreadable) -> Complaint {
    let complaint = Complaint::new(format!("cannot read {}: {why}", shown(name)));
    match why {
        Unreadable::Missing { similar: Some(path) } => {
            complaint.tip(format!("a similar file exists: {}", shown(&path.to_string_lossy())))
        }
        Unreadable::Denied { owner } => {
            let complaint = match owner {
                Some(owner) => complaint.fact(format!("it belongs to {owner}")),
                None => complaint,
            };
            complaint.tip(format!("sudo cat {} | ftplog analyze -", shown(name)))
        }
        _ => complaint,
    }
}

/// Why a log was not read, or not to its end; then with what was read of it.
pub(crate) fn stopped(name: &str, stop: &Stop, read: Option<&Stats>) -> Complaint {
    let kind = match stop {
        Stop::Empty => NoLog::Empty,
        Stop::Binary { .. } | Stop::Capture => NoLog::Binary,
        _ => NoLog::OtherText,
    };
    Complaint { kind, ..complaint_of(name, stop, read) }
}

fn complaint_of(name: &str, stop: &Stop, read: Option<&Stats>) -> Complaint {
    let name = shown(name);
    let stdin = name.starts_with('<');
    let called = if stdin { "standard input".to_owned() } else { name.clone() };
    let line = |line: u64, text: &[u8]| format!("line {line}: {}", shorten(text));
    match stop {
        Stop::Empty => Complaint::new(format!("{called} is empty")),
        Stop::Binary { kind: Some(kind @ ("gzip" | "zstd" | "bzip2" | "xz")), .. } => {
            let cat = match *kind {
                "gzip" => "zcat",
                "zstd" => "zstdcat",
                "bzip2" => "bzcat",
                _ => "xzcat",
            };
            Complaint::new(format!("{called} is compressed with {kind}"))
                .tip(format!("{cat} {name} | ftplog analyze -"))
        }
        Stop::Binary { kind: Some(kind), .. } => {
            Complaint::new(format!("{called} is a binary file ({kind})"))
        }
        Stop::Binary { kind: None, offset } => {
            Complaint::new(format!("{called} is a binary file (zero byte at offset {})", grouped(*offset)))
        }
        Stop::Capture => Complaint::new(format!("{called} is a packet capture, not a text log"))
            .tip("leave --log-format out, or say --log-format capture"),
        Stop::Foreign { protocol: protocol @ "SFTP", line: n, text } => {
            Complaint::new(format!("{called} is an {protocol} log; SFTP has no FTP reply codes"))
                .fact(line(*n, text))
        }
        Stop::Foreign { protocol, line: n, text } => {
            let article = if protocol.starts_with(['S', 'H', 'I']) { "an" } else { "a" };
            Complaint::new(format!("{called} looks like {article} {protocol} log, not FTP"))
                .fact(line(*n, text))
                .tip("if it is FTP after all, say so with --log-format")
        }
        Stop::Unknown { line: n, text } => {
            Complaint::new(format!("{called} is not in a log format that ftplog knows"))
                .fact(line(*n, text))
                .tip("ftplog formats lists the formats")
        }
        Stop::Read(error) => {
            let why = Unreadable::of(error, Path::new(&name));
            let complaint = Complaint::new(format!("cannot read {called} to its end: {why}"));
            let lines = read.map_or(0, |stats| stats.lines);
            let unit = if read.is_some_and(|stats| stats.capture.is_some()) { "packets" } else { "lines" };
            complaint.fact(format!("the {} {unit} before that point were read", grouped(lines)))
        }
        Stop::Threads(why) => Complaint::new(format!("cannot start threads: {why}")),
        Stop::Done => Complaint::new("the reader has gone"),
    }
}

/// A log in a known format that holds neither commands nor replies: there is nothing to judge.
pub(crate) fn without_exchanges(name: &str, format: &str, stats: &Stats) -> Option<Complaint> {
    if stats.exchanges > 0 {
        return None;
    }
    if let Some(counts) = &stats.capture {
        return Some(captures::without_exchanges(name, counts));
    }
    let complaint = Complaint::new(format!("{} holds no FTP commands or replies", shown(name)));
    let complaint = complaint.fact(format!("it was read as {format}, {} lines", grouped(stats.lines)));
    Some(match catalog::format(format, Lang::En).and_then(|page| page.advice()) {
        Some(advice) => complaint.tip(as_tip(&advice)),
        None => {
            complaint.tip("if it is in another format, name it with --log-format; ftplog formats lists them")
        }
    })
}

/// A sentence of the catalog in the form of a tip: its first word, a verb, in lower case, and without a full stop.
fn as_tip(sentence: &str) -> String {
    let (first, rest) = sentence.split_at(sentence.chars().next().map_or(0, char::len_utf8));
    first.to_lowercase() + rest.strip_suffix('.').unwrap_or(rest)
}

/// Says that some lines were not understood, and lists them when asked to.
pub(crate) fn half_understood(name: &str, stats: &Stats, output: &Output) -> Option<Complaint> {
    let (line, text) = stats.not_understood.first()?;
    for (line, text) in &stats.not_understood {
        output.say(2, &format!("{}:{line}: not understood: {}", Printable(name.as_bytes()), shorten(text)));
    }
    let what = format!(
        "{}: {} of {} lines {} not understood",
        Printable(name.as_bytes()),
        grouped(stats.lines_not_understood),
        grouped(stats.lines),
        if stats.lines_not_understood == 1 { "was" } else { "were" },
    );
    let complaint = Complaint::warning(what).fact(format!("line {line}: {}", shorten(text)));
    Some(if output.verbose < 2 { complaint.tip("-vv lists them") } else { complaint })
}

/// A line of a log, safe to show and short.
pub(crate) fn shorten(text: &[u8]) -> String {
    const COLUMNS_MAX: usize = 100;
    let safe = Printable(&without_secrets(text)).to_string();
    if safe.chars().count() <= COLUMNS_MAX {
        return safe;
    }
    safe.chars().take(COLUMNS_MAX).chain("...".chars()).collect()
}

/// How to read, from arguments and settings.
pub(crate) fn settings(reading: &Reading, config: &Config) -> Result<Settings, Complaint> {
    let Input { log_format, tz, year, proftpd_log_format } = config.input.clone();
    let zone = reading.tz.clone().or(tz).map_or(Ok(Zone::UTC), |name| {
        Zone::named(&name).ok_or_else(|| {
            Complaint::new(format!("unknown time zone {}", shown(&name)))
                .tip("name it as in the IANA database, for example Asia/Seoul, or as an offset: +09:00")
        })
    })?;
    let year = reading.year.clone().or(year).map(|year| known_year(&year)).transpose()?;
    let own_formats = config.own_formats.clone();
    let setup = Setup { zone, year, proftpd_log_format, own_formats, ..Setup::default() };
    let named = reading.log_format.clone().or(log_format).filter(|n| n != "auto");
    let format = named.map(|n| known_format(&setup, &n)).transpose()?;
    Ok(Settings { jobs: reading.jobs, setup, format, ..Settings::default() })
}

/// A year in which there may have been a log.
fn known_year(text: &str) -> Result<i16, Complaint> {
    text.parse().ok().filter(|year| (1970..2200).contains(year)).ok_or_else(|| {
        Complaint::new(format!("{} is not a year", shown(text)))
            .tip("name the year in which the log begins, for example 2026")
    })
}

/// The format of that name.
pub(crate) fn known_format(setup: &Setup, name: &str) -> Result<&'static Format, Complaint> {
    setup.named(name).ok_or_else(|| {
        let complaint = Complaint::new(format!("unknown log format {}", shown(name)));
        match nearest(name, setup.formats().map(|f| f.dialect.name)) {
            Some(near) => complaint.tip(format!("a similar format exists: {near}")),
            None => complaint.tip("ftplog formats lists the formats"),
        }
    })
}
