//! The name of a file, the number of a line, or both before each line, as `grep`, `zgrep`, `cat -n` and `nl` write them. Lines
//! around a hit have hyphens where the hit has colons.
//!
//! Names may hold hyphens, and a time looks like a number and more: only what is surely a name or a number is taken off.

use super::{Unwrap, Within, Wrapper};
use crate::format::arena::Arena;
use nom::bytes::complete::{take_while, take_while_m_n, take_while1};
use nom::character::complete::{char, one_of};
use nom::combinator::{not, opt};
use nom::sequence::terminated;
use nom::{IResult, Parser};

pub(super) static WRAPPER: Wrapper = Wrapper {
    name: "grep",
    title: "the name of a file and the number of a line, as grep and cat -n write them",
    everywhere: true,
    nests: false,
    surely: None,
    start: |_| Box::new(Grep),
};

/// Longest name of a file that is looked for.
const NAME_BYTES_MAX: usize = 256;
/// Letters of an extension, such as `.json`.
const EXTENSION_BYTES_MAX: usize = 5;

struct Grep;

impl Unwrap for Grep {
    fn take_off<'a>(&mut self, line: &'a [u8], _: &'a Arena) -> Option<Within<'a>> {
        if let Some((origin, text)) = file(line) {
            return Some(Within { origin, ..Within::text(text) });
        }
        let number = counted(line).or_else(|_| numbered(line));
        number.ok().map(|(text, _)| Within::text(text))
    }
}

//      12	rest
fn counted(i: &[u8]) -> IResult<&[u8], &[u8]> {
    let (i, _) = take_while(|b| b == b' ')(i)?;
    terminated(digits, char('\t')).parse(i)
}

// 12:rest    12-rest
fn numbered(i: &[u8]) -> IResult<&[u8], &[u8]> {
    let (i, ()) = not(moment).parse(i)?;
    terminated(digits, one_of(":-")).parse(i)
}

fn digits(i: &[u8]) -> IResult<&[u8], &[u8]> {
    take_while1(|b: u8| b.is_ascii_digit())(i)
}

// 12:34:56 but not 12:34:56:    2026-11-20
fn moment(i: &[u8]) -> IResult<&[u8], ()> {
    let n = |n: usize| take_while_m_n(n, n, |b: u8| b.is_ascii_digit());
    let date: IResult<&[u8], _> = (n(4), char('-'), n(2), char('-'), n(2)).parse(i);
    if let Ok((rest, _)) = date {
        return Ok((rest, ()));
    }
    let (i, _) = (n(2), char(':'), n(2), char(':'), n(2)).parse(i)?;
    not(one_of(":0123456789")).parse(i)
}

// /var/log/vsftpd.log:12:rest    vsftpd.log:rest    vsftpd.log-12-rest    C:\logs\ftp.log:rest
fn file(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let word =
        line.iter().take(NAME_BYTES_MAX).position(|b| *b <= b' ').unwrap_or(line.len().min(NAME_BYTES_MAX));
    let ends = (1..word).filter(|at| matches!(line[*at], b':' | b'-'));
    for at in ends {
        let (name, rest) = (&line[..at], &line[at + 1..]);
        let is_end = match line[at] {
            b':' => is_name(name),
            // The date of a rotated file is a part of its name.
            _ => has_extension(name) && !begins_with_date(rest),
        };
        if is_end {
            return Some((name, without_number(rest, line[at])));
        }
    }
    None
}

/// Takes off the number of the line.
fn without_number(i: &[u8], mark: u8) -> &[u8] {
    let number: IResult<&[u8], _> = opt((not(moment), terminated(digits, char(char::from(mark))))).parse(i);
    number.map_or(i, |(rest, _)| rest)
}

// 20261120:    20261120-    20261120.gz:
fn begins_with_date(i: &[u8]) -> bool {
    let digits = i.iter().take_while(|b| b.is_ascii_digit()).count();
    digits == 8
        && matches!(i.get(8), Some(b':' | b'-' | b'.'))
        && (i.starts_with(b"19") || i.starts_with(b"20"))
}

/// Whether this is surely the name of a file: no address, no time, no word of a log.
fn is_name(name: &[u8]) -> bool {
    // URLs have such parts, too, and passwords behind the next colon. Only a drive of Windows has a colon.
    let drive = matches!(name, [b'A'..=b'Z' | b'a'..=b'z', b':', b'\\', ..]);
    if !name[if drive { 2 } else { 0 }..].iter().copied().all(is_of_a_name) {
        return false;
    }
    let path = name.iter().any(|b| b"/\\".contains(b)) && name.iter().any(u8::is_ascii_alphabetic);
    path || has_extension(without_date(name)) || is_well_known(without_date(name))
}

fn is_of_a_name(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b"._-/\\~+@%,#".contains(&b) || !b.is_ascii()
}

// vsftpd.log-20261120
fn without_date(name: &[u8]) -> &[u8] {
    match name.iter().rposition(|b| *b == b'-') {
        Some(hyphen) if name.len() - hyphen == 9 && name[hyphen + 1..].iter().all(u8::is_ascii_digit) => {
            &name[..hyphen]
        }
        _ => name,
    }
}

// vsftpd.log    syslog.2.gz
fn has_extension(name: &[u8]) -> bool {
    let last = name.iter().rposition(|b| b"/\\".contains(b)).map_or(name, |slash| &name[slash + 1..]);
    let Some(dot) = last.iter().rposition(|b| *b == b'.') else { return false };
    let (stem, extension) = (&last[..dot], &last[dot + 1..]);
    // Addresses have no letters, or colons.
    stem.iter().any(u8::is_ascii_alphabetic)
        && stem.iter().copied().all(is_of_a_name)
        && (1..=EXTENSION_BYTES_MAX).contains(&extension.len())
        && extension.iter().all(u8::is_ascii_alphanumeric)
}

/// Logs that are usually called so, without an extension.
fn is_well_known(name: &[u8]) -> bool {
    [&b"syslog"[..], b"messages", b"maillog", b"secure", b"xferlog"].contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken_off(line: &str) -> Option<(String, String)> {
        let arena = Arena::default();
        let within = Grep.take_off(line.as_bytes(), &arena)?;
        let shown = |b: &[u8]| String::from_utf8_lossy(b).into_owned();
        Some((shown(within.origin), shown(within.text)))
    }

    #[test]
    fn names_and_numbers_are_taken_off() {
        for (line, name, text) in [
            ("vsftpd.log:Fri Nov 20", "vsftpd.log", "Fri Nov 20"),
            ("vsftpd.log:12:Fri Nov 20", "vsftpd.log", "Fri Nov 20"),
            ("vsftpd.log-12-Fri Nov 20", "vsftpd.log", "Fri Nov 20"),
            ("vsftpd.log-Fri Nov 20", "vsftpd.log", "Fri Nov 20"),
            ("./pure-ftpd.log:2026-11-20T18:24:00Z x", "./pure-ftpd.log", "2026-11-20T18:24:00Z x"),
            ("pure-ftpd.log-7-2026-11-20 18:24:00 x", "pure-ftpd.log", "2026-11-20 18:24:00 x"),
            ("/var/log/messages:Nov 20 18:24:00 x", "/var/log/messages", "Nov 20 18:24:00 x"),
            ("syslog:Nov 20 18:24:00 x", "syslog", "Nov 20 18:24:00 x"),
            ("syslog.2.gz:Nov 20 18:24:00 x", "syslog.2.gz", "Nov 20 18:24:00 x"),
            ("lftp.txt-2026-11-20 18:24:00 ---> x", "lftp.txt", "2026-11-20 18:24:00 ---> x"),
            ("vsftpd.log-20261120:7:Fri", "vsftpd.log-20261120", "Fri"),
            ("vsftpd.log-20261120.gz:Fri", "vsftpd.log-20261120.gz", "Fri"),
            ("C:\\logs\\ftp.log:12:(000041) x", "C:\\logs\\ftp.log", "(000041) x"),
            ("12:220 ready", "", "220 ready"),
            ("13-USER a", "", "USER a"),
            ("     7\t220 ready", "", "220 ready"),
        ] {
            assert_eq!(taken_off(line), Some((name.to_owned(), text.to_owned())), "{line}");
        }
    }

    #[test]
    fn a_time_is_no_number_of_a_line() {
        assert_eq!(taken_off("12:34:56 220 x"), None);
        assert_eq!(taken_off("curl.txt:12:34:56.5 < 220 x").unwrap().1, "12:34:56.5 < 220 x");
        assert_eq!(taken_off("curl.txt:15:12:34:56.5 < 220 x").unwrap().1, "12:34:56.5 < 220 x");
        assert_eq!(taken_off("15:12:34:56.5 < 220 x").unwrap().1, "12:34:56.5 < 220 x");
    }

    #[test]
    fn addresses_urls_and_words_are_no_names() {
        for line in [
            "ftp://alice:secret@ftp.example.com/x",
            "192.0.2.7:21 x",
            "127.0.0.1:38380-[] -> 220 x",
            "::1:53266-[alice] <- USER alice",
            "2026-11-20 18:24:00 x",
            "Fri Nov 20 18:32:21 2026 [pid 1] x",
            "Response:\t220 x",
            "USER a",
            "C: USER a",
            "UNKNOWN|127.0.0.1|/|[20/Nov/2026:18:25:41 +0000]|x",
            "a=b/c:d",
            "DEBUG:x: y",
        ] {
            assert_eq!(taken_off(line), None, "{line}");
        }
    }
}
