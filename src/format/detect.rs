//! Finds out what a file is by what stands in it, never by its name.

use super::reading::Plan;
use super::{FORMATS, Format, Line, Setup, Sign, Signs};
use crate::event::Lexed;
use crate::ftp::Verb;
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
    if let Some(plan) = by_whole_file(&lines).or_else(|| by_last_resort(&lines)) {
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
    let wanted = format.dialect.name == super::proftpd_extended::FORMAT.dialect.name
        && setup.proftpd_log_format.is_none();
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

/// Formats without any mark of their own.
fn by_last_resort(lines: &[&[u8]]) -> Option<Plan> {
    let fits = |format: &&Format| matches!(format.signs, Signs::LastResort(is) if is(lines));
    FORMATS.iter().copied().find(fits).map(|format| Plan {
        formats: vec![format],
        headers: false,
        log_format: None,
    })
}

/// Protocols whose logs look like FTP's, and lines that only they have. The marks of clients are taken off first.
fn foreign(lines: &[&[u8]]) -> Option<(&'static str, usize)> {
    // Clients that mark what is said also print the files they fetch: logs of web servers, letters.
    let marked = [super::curl::sign, super::lftp::sign]
        .into_iter()
        .find(|sign| lines.iter().any(|l| sign(l) == Sign::Strong));
    let said = |line: &[u8]| marked.is_none_or(|sign| sign(line) != Sign::None);
    let ftp = lines.iter().filter(|l| is_ftp_only(spoken(l))).count();
    let lines = lines.iter().enumerate().filter(|(_, line)| said(line));
    let mut found = lines.filter_map(|(n, line)| Some((protocol_of(line)?, n)));
    let first = found.next()?;
    let n = 1 + found.count();
    (n > ftp).then_some(first)
}

/// What was said, without the mark of direction before it.
fn spoken(line: &[u8]) -> &[u8] {
    let line = super::curl::shown(super::lftp::shown(line)).trim_ascii_start();
    let marks = [&b"---> "[..], b"<--- ", b"-> ", b"> ", b"< ", b"C: ", b"S: ", b"Command:", b"Response:"];
    marks.iter().find_map(|m| line.strip_prefix(*m)).unwrap_or(line).trim_ascii()
}

/// Commands that mail and web protocols do not have.
fn is_ftp_only(line: &[u8]) -> bool {
    let word = line.split(|b| *b == b' ').next().unwrap_or_default();
    let verb = Verb::parse(word);
    word == word.to_ascii_uppercase().as_slice()
        && matches!(
            verb,
            Verb::PASV
                | Verb::EPSV
                | Verb::PORT
                | Verb::EPRT
                | Verb::TYPE
                | Verb::CWD
                | Verb::SYST
                | Verb::PWD
                | Verb::RNFR
                | Verb::RNTO
                | Verb::STOR
                | Verb::FEAT
                | Verb::MLSD
                | Verb::SIZE
                | Verb::MDTM
        )
}

fn protocol_of(line: &[u8]) -> Option<&'static str> {
    let said = spoken(line);
    let starts = |words: &[&str]| {
        words.iter().any(|w| said.len() >= w.len() && said[..w.len()].eq_ignore_ascii_case(w.as_bytes()))
    };
    if starts(&["EHLO ", "HELO ", "MAIL FROM:", "RCPT TO:", "LHLO "])
        || crate::text::holds(said, " esmtp") && said.starts_with(b"220")
    {
        return Some("SMTP");
    }
    if starts(&["+OK", "-ERR"]) {
        return Some("POP3");
    }
    if starts(&["* OK [CAPABILITY", "* OK IMAP", "* CAPABILITY IMAP"]) {
        return Some("IMAP");
    }
    let news = [&b"MODE READER"[..], b"XOVER ", b"NEWGROUPS ", b"LISTGROUP ", b"ARTICLE <", b"GROUP "];
    if news.iter().any(|w| said.starts_with(w)) {
        return Some("NNTP");
    }
    if starts(&["HTTP/1.", "HTTP/2"])
        || memchr::memmem::find(said, b" HTTP/1.").is_some()
        || memchr::memmem::find(said, b" HTTP/2").is_some()
        || starts(&["* ALPN"])
    {
        return Some("HTTP");
    }
    let sftp = [
        "ssh_fxp_",
        "sftp-server[",
        "subsystem request for sftp",
        "internal-sftp",
        // FileZilla's client and server.
        "fzsftp",
        "command:\topen \"",
        "command: open \"",
        "[ssh sftp ",
        "ssh-2.0-",
        // lftp and curl.
        "sending a packet, length=",
        "got a packet, length=",
        "* ssh authentication methods",
    ];
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
    }
}
