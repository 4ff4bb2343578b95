//! What a logging daemon puts before each line: RFC 3164 with its many variants, its ISO form, RFC 5424, and the same as
//! journalctl shows it.

use super::{Sure, Tag, Unwrap, Within, Wrapper};
use crate::format::arena::Arena;
use crate::format::stamp::{Stamps, ctime, epoch, iso, month_day, number, weekday_iso};
use crate::time::{When, Zone, month};
use nom::bytes::complete::{tag, take_while, take_while_m_n, take_while1};
use nom::character::complete::char;
use nom::combinator::{opt, peek, verify};
use nom::multi::many1_count;
use nom::sequence::{delimited, preceded, terminated};
use nom::{IResult, Parser};

pub(super) static WRAPPER: Wrapper = Wrapper {
    name: "syslog",
    everywhere: true,
    nests: true,
    sure: Sure::Everywhere,
    start: |zone| Box::new(Headers::new(zone)),
};

/// Takes headers off.
#[derive(Debug)]
pub(in crate::format) struct Headers {
    stamps: Stamps,
}

impl Unwrap for Headers {
    fn take_off<'a>(&mut self, line: &'a [u8], _: &'a Arena) -> Option<Within<'a>> {
        if is_about_the_journal(line) {
            return Some(Within::nothing());
        }
        let (tag, text) = Headers::take_off(self, line)?;
        Some(Within::tagged(text, tag))
    }
}

/// Who wrote a line, and what.
struct Written<'a> {
    host: &'a [u8],
    program: &'a [u8],
    pid: Option<u64>,
    text: &'a [u8],
}

impl Headers {
    pub(in crate::format) fn new(zone: &Zone) -> Self {
        Self { stamps: Stamps::new(zone) }
    }

    /// The header and what follows it; `None` where the line has none.
    pub(in crate::format) fn take_off<'a>(&mut self, line: &'a [u8]) -> Option<(Tag<'a>, &'a [u8])> {
        let (line, version) = without_priority(line);
        let (at, rest) = if version && line.starts_with(b"- ") {
            (When::NEVER, &line[1..])
        } else {
            let shape = match line.get(..5)? {
                // With a blank before the hour, ProFTPD writes its own log so.
                [b'0'..=b'9', .., b'-'] if line.get(10) == Some(&b'T') => iso,
                [b'0'..=b'9', ..] => epoch,
                name if month(&name[..3]).is_some() => month_day,
                [.., b' ', b'0'..=b'9'] => weekday_iso,
                _ => ctime,
            };
            self.stamps.read(line, shape)?
        };
        let rest = rest.strip_prefix(b" ")?;
        let Written { host, program, pid, text } =
            if version { by_rfc_5424(rest).ok()?.1 } else { by_rfc_3164(rest)? };
        Some((Tag { at, host, program, pid }, text))
    }
}

// <94>1    <94>    83 <94>1    1
/// Takes off what stands before the time: how much it matters, and the version. Programs that forward lines count their
/// bytes before it.
fn without_priority(line: &[u8]) -> (&[u8], bool) {
    if !line.first().is_some_and(|b| *b == b'<' || b.is_ascii_digit()) {
        return (line, false);
    }
    let priority = || delimited(char('<'), number, char('>'));
    let counted: IResult<&[u8], _> = opt(terminated(number, (char(' '), peek(char('<'))))).parse(line);
    let Ok((rest, _)) = counted else { return (line, false) };
    let read: IResult<&[u8], _> = (opt(priority()), opt(tag("1 "))).parse(rest);
    match read {
        Ok((rest, (_, version))) => (rest, version.is_some()),
        Err(_) => (line, false),
    }
}

fn word(i: &[u8]) -> IResult<&[u8], &[u8]> {
    terminated(take_while1(|b: u8| b > b' '), char(' ')).parse(i)
}

// ftphost vsftpd[6378]: rest    <ftp.info> ftphost vsftpd: rest    ftphost ftp.info vsftpd: rest    vsftpd[6378]: rest
fn by_rfc_3164(rest: &[u8]) -> Option<Written<'_>> {
    let rest = without_level(rest);
    if let Some(repeated) = repeated(rest, b"") {
        return Some(repeated);
    }
    // Some daemons leave the host out.
    let (rest, host) = match word(rest).ok()? {
        (_, first) if first.ends_with(b":") => (rest, &b""[..]),
        (after, first) if first.iter().copied().all(is_of_a_host) => (after, first),
        _ => return None,
    };
    if let Some(repeated) = repeated(rest, host) {
        return Some(repeated);
    }
    let (text, (program, pid)) = program(without_level(rest)).ok()?;
    Some(Written { host, program, pid, text: message(text) })
}

fn is_of_a_host(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b".-_:%/@".contains(&b) || !b.is_ascii()
}

// <ftp.info>     ftp.info
/// Takes off the facility and the severity, which some daemons write as words.
fn without_level(i: &[u8]) -> &[u8] {
    let name = |b: u8| b.is_ascii_alphanumeric();
    let severity = verify(take_while1(name), |s: &[u8]| {
        let known = ["emerg", "alert", "crit", "err", "error", "warn", "warning", "notice", "info", "debug"];
        known.iter().any(|k| k.as_bytes() == s)
    });
    let level = (opt(char('<')), take_while1(name), char('.'), severity, opt(char('>')), char(' '));
    let read: IResult<&[u8], _> = (level, peek(take_while1(|b| b > b' '))).parse(i);
    match read {
        Ok((rest, _)) => rest,
        Err(_) => i,
    }
}

// last message repeated 3 times
/// The daemon's own remark; which line it repeats stands elsewhere.
fn repeated<'a>(i: &'a [u8], host: &'a [u8]) -> Option<Written<'a>> {
    let i = i.strip_prefix(b"--- ").unwrap_or(i);
    i.starts_with(b"last message repeated ").then_some(Written {
        host,
        program: b"syslogd",
        pid: None,
        text: b"",
    })
}

// vsftpd[6378]: rest    pure-ftpd: rest    proftpd[6378] rest
fn program(i: &[u8]) -> IResult<&[u8], (&[u8], Option<u64>)> {
    let (i, name) = take_while1(|b: u8| b > b' ' && !b"[:<>\"".contains(&b))(i)?;
    let (i, pid) = opt(delimited(char('['), number, char(']'))).parse(i)?;
    // Old versions of ProFTPD put more between the number and the colon.
    let (i, _) = match pid {
        Some(_) => terminated(opt(char(':')), peek(opt(char(' ')))).parse(i)?,
        None => char(':').map(Some).parse(i)?,
    };
    // What the program wrote may begin with a blank.
    let (i, _) = opt(char(' ')).parse(i)?;
    Ok((i, (name, pid)))
}

// ftphost vsftpd 6378 - -  rest    ftphost vsftpd 6378 FTP [meta sequenceId="1"][x y="a\]"] rest
fn by_rfc_5424(i: &[u8]) -> IResult<&[u8], Written<'_>> {
    let (i, (host, program, pid, _message_id)) = (word, word, word, word).parse(i)?;
    let (text, ()) = match i.first() {
        Some(b'[') => many1_count(structured).map(|_| ()).parse(i)?,
        _ => char('-').map(|_| ()).parse(i)?,
    };
    // rsyslog writes the blank that stood before the message in RFC 3164, too.
    let (text, _) = take_while_m_n(0, 2, |b| b == b' ')(text)?;
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    let pid = crate::text::number(pid);
    Ok((i, Written { host, program, pid, text: message(text) }))
}

// [meta sequenceId="1" x="a \"b\" [c\]"]
fn structured(i: &[u8]) -> IResult<&[u8], ()> {
    let (mut i, _) = char('[')(i)?;
    loop {
        let (rest, _) = take_while(|b| b != b'"' && b != b']')(i)?;
        match rest.first() {
            Some(b'"') => i = quoted(rest)?.0,
            _ => return char(']').map(|_| ()).parse(rest),
        }
    }
}

// "a \"b\" [c\]"
fn quoted(i: &[u8]) -> IResult<&[u8], ()> {
    let (mut i, _) = char('"')(i)?;
    loop {
        let (rest, _) = take_while(|b| b != b'"' && b != b'\\')(i)?;
        match rest {
            [b'\\', _, after @ ..] => i = after,
            _ => return char('"').map(|_| ()).parse(rest),
        }
    }
}

/// A message without what daemons make of it.
fn message(text: &[u8]) -> &[u8] {
    // Solaris: [ID 702911 daemon.info] rest
    let id: IResult<&[u8], _> = preceded(tag("[ID "), (take_while1(|b| b != b']'), tag("] "))).parse(text);
    let mut text = id.map_or(text, |(rest, _)| rest);
    if let Some(again) = said_again(text) {
        text = again;
    }
    // rsyslog writes control bytes as octal numbers: here those of a line end.
    while let Some(before) = [&b"#015"[..], b"#012", b"#000"].iter().find_map(|end| text.strip_suffix(*end)) {
        text = before;
    }
    if is_blob(text) { b"" } else { text }
}

// message repeated 3 times: [ [alice] FAIL LOGIN: Client "192.0.2.7"]
fn said_again(text: &[u8]) -> Option<&[u8]> {
    let read: IResult<&[u8], _> = delimited(tag("message repeated "), number, tag(" times: [")).parse(text);
    let (rest, _) = read.ok()?;
    Some(rest.strip_prefix(b" ").unwrap_or(rest)).and_then(|r| r.strip_suffix(b"]"))
}

// [123B blob data]
/// What journalctl shows of a message that it cannot print.
fn is_blob(text: &[u8]) -> bool {
    text.starts_with(b"[") && text.ends_with(b"B blob data]")
}

// -- Boot 0123456789abcdef --    -- Logs begin at Fri 2026-11-20 18:24:00 UTC, end at ... --
fn is_about_the_journal(line: &[u8]) -> bool {
    let Some(about) = line.strip_prefix(b"-- ") else { return false };
    let known: [&[u8]; 5] = [b"Boot ", b"Reboot", b"Logs begin at ", b"Journal begins at ", b"No entries"];
    known.iter().any(|k| about.starts_with(k))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn taken_off(line: &str) -> (Tag<'_>, String) {
        let (tag, text) = Headers::new(&Zone::UTC).take_off(line.as_bytes()).expect(line);
        (tag, String::from_utf8_lossy(text).into_owned())
    }

    #[test]
    fn every_kind_of_header_is_taken_off() {
        let lines = [
            "Nov 20 18:24:00 ftphost vsftpd[6378]: [alice] OK",
            "<94>Nov 20 18:24:00 ftphost vsftpd[6378]: [alice] OK",
            "2026-11-20T18:24:00.306360+00:00 ftphost vsftpd[6378]: [alice] OK",
            "<94>1 2026-11-20T18:24:00.306360+00:00 ftphost vsftpd 6378 - -  [alice] OK",
            "<94>1 2026-11-20T18:24:00Z ftphost vsftpd 6378 - - [alice] OK",
            "1 2026-11-20T18:24:00Z ftphost vsftpd 6378 - - \u{feff}[alice] OK",
            "75 <94>1 2026-11-20T18:24:00Z ftphost vsftpd 6378 FTP [a@1 k=\"v\"][b x=\"\\]\\\"]\"] [alice] OK",
            // journalctl: short-precise, short-iso, short-iso-precise, short-full, short-unix.
            "Nov 20 18:24:00.306360 ftphost vsftpd[6378]: [alice] OK",
            "2026-11-20T18:24:00+0000 ftphost vsftpd[6378]: [alice] OK",
            "2026-11-20T18:24:00.306360+0000 ftphost vsftpd[6378]: [alice] OK",
            "Fri 2026-11-20 18:24:00 UTC ftphost vsftpd[6378]: [alice] OK",
            "1795199040.306360 ftphost vsftpd[6378]: [alice] OK",
            // FreeBSD, BusyBox, Solaris, Cisco, old rsyslog, and rsyslog again.
            "Nov 20 18:24:00 <ftp.info> ftphost vsftpd[6378]: [alice] OK",
            "Nov 20 18:24:00 ftphost ftp.info vsftpd[6378]: [alice] OK",
            "Nov 20 18:24:00 ftphost vsftpd[6378]: [ID 702911 ftp.info] [alice] OK",
            "Nov 20 2026 18:24:00 ftphost vsftpd[6378]: [alice] OK",
            "Nov 20 18:24:00 ftphost vsftpd[6378]: [alice] OK#015",
            "Nov 20 18:24:00 ftphost vsftpd[6378]: message repeated 2 times: [ [alice] OK]",
        ];
        for line in lines {
            let (tag, text) = taken_off(line);
            assert_eq!(
                (tag.host, tag.program, tag.pid),
                (&b"ftphost"[..], &b"vsftpd"[..], Some(6378)),
                "{line}"
            );
            assert_eq!(
                (text.as_str(), tag.at.clock().unwrap().as_str()),
                ("[alice] OK", "18:24:00"),
                "{line}"
            );
        }
    }

    #[test]
    fn a_program_without_a_process_number_or_a_host_has_none() {
        let (tag, text) = taken_off("Nov 20 18:34:43 ftphost pure-ftpd: (?@127.0.0.1) [INFO] x");
        assert_eq!((tag.pid, text.as_str()), (None, "(?@127.0.0.1) [INFO] x"));
        for line in
            ["Nov 20 18:34:43 vsftpd[7]: [a] OK", "Fri Nov 20 18:34:43 2026 ftp.info vsftpd[7]: [a] OK"]
        {
            let (tag, text) = taken_off(line);
            assert_eq!((tag.host, tag.program, tag.pid), (&b""[..], &b"vsftpd"[..], Some(7)), "{line}");
            assert_eq!(text, "[a] OK");
        }
    }

    #[test]
    fn an_old_proftpd_has_its_colon_further_on() {
        let (tag, text) =
            taken_off("Nov 20 18:34:43 h proftpd[7] ftp.example.com (c[192.0.2.7]): FTP session opened.");
        assert_eq!((tag.program, tag.pid), (&b"proftpd"[..], Some(7)));
        assert_eq!(text, "ftp.example.com (c[192.0.2.7]): FTP session opened.");
    }

    #[test]
    fn a_message_keeps_the_blanks_that_it_begins_with() {
        assert_eq!(taken_off("Nov 20 18:34:43 h x[7]:  EPRT").1, " EPRT");
        assert_eq!(taken_off("Nov 20 18:34:43 h x[7]:").1, "");
    }

    #[test]
    fn remarks_of_the_daemon_and_what_it_cannot_show_are_blank() {
        for line in [
            "Nov 20 18:34:43 h last message repeated 3 times",
            "Nov 20 18:34:43 last message repeated 3 times",
            "Nov 20 18:34:43 h pure-ftpd[7]: [125B blob data]",
        ] {
            assert_eq!(taken_off(line).1, "", "{line}");
        }
        let arena = Arena::default();
        let mut headers = Headers::new(&Zone::UTC);
        for line in ["-- Boot 0123456789abcdef --", "-- Logs begin at Fri 2026-11-20 18:24:00 UTC. --"] {
            assert_eq!(Unwrap::take_off(&mut headers, line.as_bytes(), &arena), Some(Within::nothing()));
        }
    }

    #[test]
    fn other_lines_keep_everything() {
        for line in [
            "Fri Nov 20 18:32:21 2026 [pid 1] CONNECT: Client \"::1\"",
            "Thu Dec 18 16:33:42 2025 1 127.0.0.1 0 /manual.txt b _ o r e ftp 0 * i",
            "2026-11-20 18:33:28,650 [10608] <response:1>: 220 x",
            "2011-05-05 20:19:46 5008 3 Response: 220 x",
            "2026-11-20 18:33:28,650 ftphost proftpd[7] ftphost (c[192.0.2.7]): FTP session opened.",
            "220 ready",
            "331",
            "<94>",
            "<94>1 ",
        ] {
            assert_eq!(Headers::new(&Zone::UTC).take_off(line.as_bytes()), None, "{line}");
        }
    }
}
