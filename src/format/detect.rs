//! Finds out what a file is by what stands in it, never by its name.

use super::reading::Plan;
use super::{FORMATS, Format, Line, Setup, Sign, Signs};
use crate::event::Lexed;
use crate::ftp::Verb;
use crate::source::Lines;

/// Bytes at the start of a file that decide.
pub const SAMPLE_BYTES: usize = 256 * 1024;
/// Lines of the sample that are looked at.
const SAMPLE_LINES_MAX: usize = 2_000;

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

/// Says what a file is by its first bytes.
#[must_use]
pub fn detect(sample: &[u8], setup: &Setup) -> Detected {
    let sample = sample.strip_prefix(b"\xef\xbb\xbf").unwrap_or(sample);
    if sample.trim_ascii().is_empty() {
        return Detected::Empty;
    }
    let lines: Vec<&[u8]> = Lines(sample).map(|l| l.bytes).take(SAMPLE_LINES_MAX).collect();
    if let Some(plan) = by_every_line(&lines, setup) {
        return Detected::Log(plan);
    }
    if let Some(kind) = magic(sample) {
        return Detected::Binary { kind: Some(kind), offset: 0 };
    }
    if let Some(format) = super::columns::infer(&lines) {
        let formats = vec![&super::proftpd_extended::FORMAT];
        return Detected::Log(Plan { formats, headers: false, log_format: Some(format) });
    }
    if let Some((protocol, line)) = foreign(&lines) {
        return Detected::Foreign { protocol, line: line as u64 + 1 };
    }
    if let Some(plan) = by_whole_file(&lines) {
        return Detected::Log(plan);
    }
    if let Some(offset) = memchr::memchr(0, sample) {
        return Detected::Binary { kind: None, offset: offset as u64 };
    }
    Detected::Unknown
}

/// The plan for a file whose format the user names.
#[must_use]
pub fn plan_for(format: &'static Format, sample: &[u8], setup: &Setup) -> Plan {
    let mut headers = super::syslog::Headers::new(&setup.zone);
    let headed = Lines(sample).take(SAMPLE_LINES_MAX).any(|l| headers.take_off(l.bytes).is_some());
    let headers = headed && matches!(format.signs, Signs::EveryLine);
    let wanted = format.dialect.name == super::proftpd_extended::FORMAT.dialect.name && setup.proftpd_log_format.is_none();
    let lines = || Lines(sample).map(|l| l.bytes).take(SAMPLE_LINES_MAX).collect::<Vec<_>>();
    let log_format = wanted.then(|| super::columns::infer(&lines())).flatten();
    Plan { formats: vec![format], headers, log_format }
}

/// Formats that every line shows: each line counts for the first that knows it.
fn by_every_line(lines: &[&[u8]], setup: &Setup) -> Option<Plan> {
    let telling = || FORMATS.iter().copied().filter(|f| matches!(f.signs, Signs::EveryLine));
    let mut lexers: Vec<_> = telling().map(|f| (f, (f.lexer)(setup), 0usize)).collect();
    let mut headers = super::syslog::Headers::new(&setup.zone);
    let mut headed = false;
    for text in lines {
        let tagged = headers.take_off(text);
        for (_, lexer, n) in &mut lexers {
            if let Lexed::Event(_) = lexer.lex(Line::plain(text)) {
                *n += 1;
                break;
            }
            if let Some((tag, rest)) = tagged
                && let Lexed::Event(_) = lexer.lex(Line { text: rest, tag: Some(tag) })
            {
                *n += 1;
                headed = true;
                break;
            }
        }
    }
    lexers.retain(|(_, _, n)| *n > 0);
    lexers.sort_by_key(|(_, _, n)| std::cmp::Reverse(*n));
    let formats: Vec<_> = lexers.into_iter().map(|(f, ..)| f).collect();
    (!formats.is_empty()).then_some(Plan { formats, headers: headed, log_format: None })
}

/// Formats that only the file as a whole shows: the one with the most telling lines.
fn by_whole_file(lines: &[&[u8]]) -> Option<Plan> {
    let score = |format: &Format| {
        let Signs::WholeFile(sign) = format.signs else { return (0, 0) };
        lines.iter().fold((0usize, 0usize), |(strong, fits), line| match sign(line) {
            Sign::Strong => (strong + 1, fits + 1),
            Sign::Fits => (strong, fits + 1),
            Sign::None => (strong, fits),
        })
    };
    let mut best: Option<((usize, usize), &'static Format)> = None;
    for format in FORMATS.iter().copied() {
        let score = score(format);
        if score.0 > 0 && best.is_none_or(|(b, _)| score > b) {
            best = Some((score, format));
        }
    }
    best.map(|(_, format)| Plan { formats: vec![format], headers: false, log_format: None })
}

/// Protocols whose logs look like FTP's, and lines that only they have. The marks of clients are taken off first.
fn foreign(lines: &[&[u8]]) -> Option<(&'static str, usize)> {
    let ftp = lines.iter().filter(|l| is_ftp_only(spoken(l))).count();
    let mut found = lines.iter().enumerate().filter_map(|(n, line)| Some((protocol_of(line)?, n)));
    let first = found.next()?;
    let n = 1 + found.count();
    (n > ftp).then_some(first)
}

/// What was said, without the mark of direction before it.
fn spoken(line: &[u8]) -> &[u8] {
    let line = line.trim_ascii_start();
    let marks = [&b"---> "[..], b"<--- ", b"-> ", b"> ", b"< ", b"C: ", b"S: ", b"Command:", b"Response:"];
    marks.iter().find_map(|m| line.strip_prefix(*m)).unwrap_or(line).trim_ascii()
}

/// Commands that mail and web protocols do not have.
fn is_ftp_only(line: &[u8]) -> bool {
    let word = line.split(|b| *b == b' ').next().unwrap_or_default();
    let verb = Verb::parse(word);
    word == word.to_ascii_uppercase().as_slice()
        && matches!(verb,
            Verb::PASV | Verb::EPSV | Verb::PORT | Verb::EPRT | Verb::TYPE | Verb::CWD | Verb::SYST | Verb::PWD
            | Verb::RNFR | Verb::RNTO | Verb::STOR | Verb::FEAT | Verb::MLSD | Verb::SIZE | Verb::MDTM)
}

fn protocol_of(line: &[u8]) -> Option<&'static str> {
    let said = spoken(line);
    let starts = |words: &[&str]| words.iter().any(|w| said.len() >= w.len() && said[..w.len()].eq_ignore_ascii_case(w.as_bytes()));
    if starts(&["EHLO ", "HELO ", "MAIL FROM:", "RCPT TO:", "LHLO "]) || crate::text::holds(said, " esmtp") && said.starts_with(b"220") {
        return Some("SMTP");
    }
    if starts(&["+OK", "-ERR"]) {
        return Some("POP3");
    }
    if starts(&["* OK [CAPABILITY", "* OK IMAP"]) {
        return Some("IMAP");
    }
    if starts(&["HTTP/1.", "HTTP/2"]) || memchr::memmem::find(said, b" HTTP/1.").is_some() || memchr::memmem::find(said, b" HTTP/2").is_some() {
        return Some("HTTP");
    }
    let sftp = ["ssh_fxp_", "sftp-server[", "subsystem request for sftp", "internal-sftp", "fzsftp", "ssh-2.0-"];
    sftp.iter().any(|w| crate::text::holds(line, w)).then_some("SFTP")
}

/// Files whose first bytes say what they are.
fn magic(sample: &[u8]) -> Option<&'static str> {
    let starts: [(&[u8], &str); 11] = [
        (b"\x1f\x8b", "gzip"),
        (b"\x28\xb5\x2f\xfd", "zstd"),
        (b"BZh", "bzip2"),
        (b"\xfd7zXZ", "xz"),
        (b"PK\x03\x04", "zip"),
        (b"\xd4\xc3\xb2\xa1", "pcap"),
        (b"\xa1\xb2\xc3\xd4", "pcap"),
        (b"\x0a\x0d\x0d\x0a", "pcapng"),
        (b"\x7fELF", "ELF"),
        (b"\xff\xfe", "UTF-16"),
        (b"\xfe\xff", "UTF-16"),
    ];
    starts.iter().find(|(m, _)| sample.starts_with(m)).map(|(_, kind)| *kind)
}
