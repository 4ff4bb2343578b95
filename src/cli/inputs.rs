//! What the user named, opened one by one, and what is wrong with it.

use super::args::Reading;
use super::captures;
use super::complaint::{Complaint, NoLog};
use super::config::Config;
use super::file::{File, Reach};
use super::keys::Input;
use super::output::Output;
use ftplog::catalog::{self, Hole, Message, Said};
use ftplog::engine::{Settings, Stats, Stop};
use ftplog::format::{Format, Setup};
use ftplog::lang::Lang;
use ftplog::source::{self, BadPattern, Globs, Owner, Packing, Unpackable, Unreadable, Walk, expanded};
use ftplog::text::{Printable, nearest, without_secrets};
use ftplog::time::Zone;
use std::collections::HashMap;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The files that the user named, and folders that could not be looked into.
pub(crate) struct Inputs {
    pub(crate) files: Vec<File>,
    pub(crate) complaints: Vec<Complaint>,
    /// Folders, with the number of files in each, for the case that none is a log.
    pub(crate) folders: Vec<(String, usize)>,
}

impl Inputs {
    /// Finds what there is to read.
    pub(crate) fn find(reading: &Reading, config: &Config) -> Result<Self, Complaint> {
        let known = &config.keys.input;
        let exclude = reading.exclude.iter().chain(&known.exclude);
        let exclude = Arc::new(Globs::new(exclude).map_err(bad_pattern)?);
        let reach = Reach { limits: config.limits()?, exclude, ..Reach::default() };
        let mut inputs = Self { files: Vec::new(), complaints: Vec::new(), folders: Vec::new() };
        let mut paths = if reading.paths.is_empty() { known.paths.clone() } else { reading.paths.clone() };
        if paths.is_empty() {
            if std::io::stdin().is_terminal() {
                return Err(Complaint::new(Message::NothingToRead).tip(Message::NothingToReadTip));
            }
            paths.push(PathBuf::from("-"));
        }
        for path in paths {
            if path.as_os_str() == "-" {
                inputs.files.push(File::stdin(reading.stdin_name.clone(), reach.clone()));
            } else if path.is_dir() {
                let walk = source::walk(&path);
                inputs.folders.push((path.to_string_lossy().into_owned(), walk.files.len()));
                inputs.add(walk, |path| File::in_folder(path, reach.clone()));
            } else if let Some(like_it) =
                expanded(&path).filter(|walk| !path.exists() && !walk.files.is_empty())
            {
                inputs.add(like_it, |path| File::named(path, reach.clone()));
            } else {
                inputs.files.push(File::named(path, reach.clone()));
            }
        }
        let any = !inputs.files.is_empty();
        inputs.files.retain(File::is_wanted);
        if any && inputs.files.is_empty() {
            return Err(Complaint::new(Message::AllExcluded).tip(Message::AllExcludedTip));
        }
        inputs.read_once();
        Ok(inputs)
    }

    fn add(&mut self, walk: Walk, file: impl Fn(PathBuf) -> File) {
        self.files.extend(walk.files.into_iter().map(file));
        for (path, why) in walk.unreadable {
            self.complaints.push(unreadable(&path.to_string_lossy(), &why));
        }
    }

    /// Keeps one of several names of a file, its own rather than that of a link, so that nothing is counted twice.
    fn read_once(&mut self) {
        let identities: Vec<Option<PathBuf>> = self.files.iter().map(File::identity).collect();
        let names: Vec<String> = self.files.iter().map(|file| file.name.clone()).collect();
        let is_link = |at: &usize| {
            let own = identities[*at].as_deref().and_then(Path::file_name);
            own != Path::new(&names[*at]).file_name()
        };
        let mut order: Vec<usize> = (0..names.len()).collect();
        order.sort_by_key(is_link);
        let mut kept: HashMap<&Path, usize> = HashMap::new();
        for at in order {
            if let Some(identity) = &identities[at] {
                kept.entry(identity).or_insert(at);
            }
        }
        let mut at = 0..;
        let Self { files, complaints, .. } = self;
        files.retain(|file| {
            let at = at.next().unwrap_or_default();
            let other = identities[at].as_deref().map_or(at, |identity| kept[identity]);
            // A link in a folder is nobody's mistake.
            if other != at && file.by_user {
                let what = Message::SameFile.with("path", Printable(file.name.as_bytes()));
                complaints.push(Complaint::warning(what.with("other", Printable(names[other].as_bytes()))));
            }
            other == at
        });
    }
}

fn bad_pattern(BadPattern { pattern, why }: BadPattern) -> Complaint {
    let what = Message::NotAPattern.with("text", Printable(pattern.as_bytes()));
    Complaint::new(what).fact(Said::text(Printable(why.as_bytes()).to_string()))
}

/// A folder in which no file is an FTP log, with what the files are instead.
pub(crate) fn no_logs(folder: &str, files: usize, skipped: &[NoLog]) -> Complaint {
    let complaint = Complaint::new(Message::NoLogs.with("path", Printable(folder.as_bytes())));
    if files == 0 {
        return complaint.fact(Message::NoFiles);
    }
    let kinds = [
        (NoLog::OtherText, Message::KindText),
        (NoLog::Binary, Message::KindBinary),
        (NoLog::Capture, Message::KindCapture),
        (NoLog::Empty, Message::KindEmpty),
    ];
    // A file of which nothing was skipped is an archive without members.
    let without_members = files.saturating_sub(skipped.len());
    let kinds = kinds.map(|(kind, message)| {
        let more = if kind == NoLog::Empty { without_members } else { 0 };
        (skipped.iter().filter(|k| **k == kind).count() + more, message)
    });
    let kinds = kinds.into_iter().filter(|(n, _)| *n > 0);
    let kinds: Hole = kinds.map(|(n, message)| message.with("n", n as u64)).collect();
    complaint
        .fact(Message::LookedAt.with("n", files.max(skipped.len()) as u64).with("kinds", kinds))
        .tip(Message::NoLogsTip)
}

/// Why a file cannot be opened.
pub(crate) fn unreadable(name: &str, why: &Unreadable) -> Complaint {
    let path = Printable(name.as_bytes());
    let complaint = Complaint::new(Message::CannotRead.with("path", path).with("why", why.said()));
    match why {
        Unreadable::Interrupted => Complaint { kind: Some(NoLog::NotRead), ..complaint },
        Unreadable::Missing { similar: Some(similar) } => {
            let similar = similar.to_string_lossy();
            complaint.tip(Message::SimilarFile.with("path", Printable(similar.as_bytes())))
        }
        Unreadable::Denied { owner } => {
            let complaint = owner.iter().map(belongs_to).fold(complaint, Complaint::fact);
            complaint.tip(Message::DeniedTip.with("path", path))
        }
        Unreadable::Packed(Unpackable::TooLarge(_)) => complaint.tip(Message::UnpackedTip),
        Unreadable::Packed(Unpackable::Unsupported(Packing::SevenZip)) if Path::new(name).is_file() => {
            complaint.tip(Message::SevenZipTip.with("path", path))
        }
        Unreadable::Packed(Unpackable::Encrypted | Unpackable::Unsupported(_)) => {
            complaint.tip(Message::EncryptedTip)
        }
        _ => complaint,
    }
}

fn belongs_to(owner: &Owner) -> Said {
    match owner {
        Owner::Known { user, group, mode } => Message::BelongsTo
            .with("user", Printable(user.as_bytes()))
            .with("group", Printable(group.as_bytes()))
            .with("mode", format!("{mode:03o}")),
        Owner::Another => Message::BelongsToAnother.into(),
    }
}

/// Why a log was not read, or not to its end; then with what was read of it.
pub(crate) fn stopped(name: &str, stop: &Stop, read: Option<&Stats>) -> Complaint {
    let kind = match stop {
        Stop::Empty => Some(NoLog::Empty),
        Stop::Binary { .. } | Stop::Capture => Some(NoLog::Binary),
        Stop::Foreign { .. } | Stop::Unknown { .. } => Some(NoLog::OtherText),
        Stop::Interrupted => Some(NoLog::NotRead),
        Stop::Read(_) | Stop::Threads(_) | Stop::Done => None,
    };
    Complaint { kind, ..complaint_of(name, stop, read) }
}

fn complaint_of(name: &str, stop: &Stop, read: Option<&Stats>) -> Complaint {
    let path = Printable(name.as_bytes());
    let is_stdin = name.starts_with('<') && name.ends_with('>');
    let log: Hole = if is_stdin { Message::StandardInput.into() } else { path.into() };
    let new = |message: Message| Complaint::new(message.with("log", log.clone()));
    match stop {
        Stop::Empty => new(Message::IsEmpty),
        Stop::Binary { kind, offset } => binary(log, *kind, *offset),
        Stop::Capture => new(Message::IsCapture).tip(Message::IsCaptureTip),
        Stop::Foreign { protocol, line, text } => foreign(log, protocol).fact(on_line(*line, text)),
        Stop::Unknown { line, text } => {
            new(Message::UnknownKind).fact(on_line(*line, text)).tip(Message::FormatsTip)
        }
        Stop::Interrupted => not_to_its_end(Message::NotReadToEnd.with("log", log), read),
        Stop::Read(error) => {
            let why = Unreadable::of(error, Path::new(name)).said();
            let complaint = not_to_its_end(Message::CannotReadToEnd.with("log", log).with("why", why), read);
            match Unreadable::of(error, Path::new(name)) {
                Unreadable::Packed(Unpackable::TooLarge(_)) => complaint.tip(Message::UnpackedTip),
                _ => complaint,
            }
        }
        Stop::Threads(why) => Complaint::new(Message::CannotStartThreads.with("why", why.as_str())),
        Stop::Done => Complaint::new(Message::ReaderGone),
    }
}

/// A log that was not read to its end, with how far it was.
fn not_to_its_end(what: Said, read: Option<&Stats>) -> Complaint {
    let complaint = Complaint::new(what);
    let is_capture = read.is_some_and(|stats| stats.capture.is_some());
    let before = if is_capture { Message::PacketsBefore } else { Message::LinesBefore };
    let lines = read.map_or(0, |stats| stats.lines);
    if lines > 0 { complaint.fact(before.with("n", lines)) } else { complaint }
}

/// A binary file.
fn binary(log: Hole, kind: Option<&str>, offset: u64) -> Complaint {
    match kind {
        Some(kind) => Complaint::new(Message::IsBinary.with("log", log).with("kind", kind)),
        None => Complaint::new(Message::IsBinaryByZero.with("log", log).with("offset", offset)),
    }
}

/// A log of another protocol.
fn foreign(log: Hole, protocol: &str) -> Complaint {
    let message = match protocol {
        "SFTP" => Message::IsSftp,
        _ if protocol.starts_with(['S', 'H', 'I']) => Message::LooksLikeAn,
        _ => Message::LooksLikeA,
    };
    let complaint = Complaint::new(message.with("log", log).with("protocol", protocol));
    if message == Message::IsSftp { complaint } else { complaint.tip(Message::LooksLikeTip) }
}

/// A line of a log as a fact.
fn on_line(line: u64, text: &[u8]) -> Said {
    Message::OnLine.with("line", line.to_string()).with("what", shorten(text))
}

/// A log in a known format that holds neither commands nor replies: there is nothing to judge.
pub(crate) fn without_exchanges(name: &str, format: &str, stats: &Stats, lang: Lang) -> Option<Complaint> {
    if stats.exchanges > 0 {
        return None;
    }
    if let Some(counts) = &stats.capture {
        return Some(captures::without_exchanges(name, counts));
    }
    let complaint = Complaint::new(Message::NoExchanges.with("path", Printable(name.as_bytes())));
    let complaint = complaint.fact(Message::ReadAsLines.with("format", format).with("n", stats.lines));
    let advice = catalog::format(format, lang).and_then(|page| page.advice());
    Some(complaint.tip(advice.map_or(Message::NoExchangesTip.into(), |advice| as_tip(&advice, lang))))
}

/// A sentence of the catalog in the form of a tip: its first word, a verb, in lower case, and without a full stop.
fn as_tip(sentence: &str, lang: Lang) -> Said {
    let sentence = sentence.strip_suffix(['.', '\u{3002}']).unwrap_or(sentence);
    // A sentence of English begins with a capital, which a tip does not; others begin with names as they are.
    let first = if lang == Lang::En { sentence.chars().next().map_or(0, char::len_utf8) } else { 0 };
    Said::text(sentence[..first].to_lowercase() + &sentence[first..])
}

/// Says that some lines were not understood, and lists them when asked to.
pub(crate) fn half_understood(name: &str, stats: &Stats, output: &Output) -> Option<Complaint> {
    let (line, text) = stats.not_understood.first()?;
    let path = Printable(name.as_bytes());
    if output.verbose > 1 {
        for (line, text) in &stats.not_understood {
            let place = Message::LineNotUnderstood.with("path", path).with("line", line.to_string());
            output.say(2, place.with("text", shorten(text)));
        }
    }
    let n = stats.lines_not_understood;
    let what = Message::NotUnderstood.with("path", path).with("n", n).with("lines", stats.lines);
    let complaint = Complaint::warning(what).fact(on_line(*line, text));
    Some(if output.verbose < 2 { complaint.tip(Message::NotUnderstoodTip) } else { complaint })
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
    let Input { log_format, tz, year, proftpd_log_format, .. } = config.keys.input.clone();
    let zone = reading.tz.clone().or(tz).map_or(Ok(Zone::UTC), |name| {
        Zone::named(&name).ok_or_else(|| {
            Complaint::new(Message::UnknownZone.with("name", Printable(name.as_bytes())))
                .tip(Message::UnknownZoneTip)
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
        Complaint::new(Message::NotAYear.with("text", Printable(text.as_bytes()))).tip(Message::NotAYearTip)
    })
}

/// The format of that name.
pub(crate) fn known_format(setup: &Setup, name: &str) -> Result<&'static Format, Complaint> {
    setup.named(name).ok_or_else(|| {
        let complaint = Complaint::new(Message::UnknownFormat.with("name", Printable(name.as_bytes())));
        match nearest(name, setup.formats().map(|f| f.dialect.name)) {
            Some(near) => complaint.tip(Message::SimilarFormat.with("near", near)),
            None => complaint.tip(Message::FormatsTip),
        }
    })
}
