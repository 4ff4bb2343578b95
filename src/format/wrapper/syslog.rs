//! What a logging daemon puts before each line: RFC 3164, its ISO form, and RFC 5424.

use super::{Tag, Unwrap, Within, Wrapper};
use crate::format::arena::Arena;
use crate::format::stamp::{Stamps, iso, month_day, number};
use crate::time::Zone;
use nom::bytes::complete::{tag, take_while, take_while1};
use nom::character::complete::char;
use nom::combinator::opt;
use nom::sequence::{delimited, terminated};
use nom::{IResult, Parser};

pub(super) static WRAPPER: Wrapper = Wrapper {
    name: "syslog",
    title: "the header of a system log (RFC 3164, RFC 5424, ISO times), also as journalctl shows it",
    everywhere: true,
    nests: false,
    start: |zone| Box::new(Headers::new(zone)),
};

/// Takes headers off.
#[derive(Debug)]
pub(in crate::format) struct Headers {
    stamps: Stamps,
}

impl Unwrap for Headers {
    fn take_off<'a>(&mut self, line: &'a [u8], _: &'a Arena) -> Option<Within<'a>> {
        let (tag, text) = Headers::take_off(self, line)?;
        Some(Within { text, tag: Some(tag), at: tag.at, origin: tag.host })
    }
}

fn word(i: &[u8]) -> IResult<&[u8], &[u8]> {
    terminated(take_while1(|b: u8| b > b' '), char(' ')).parse(i)
}

// vsftpd[6378]: rest    pure-ftpd: rest
fn program(i: &[u8]) -> IResult<&[u8], (&[u8], Option<u64>)> {
    let (i, name) = take_while1(|b: u8| b > b' ' && b != b'[' && b != b':')(i)?;
    let (i, pid) = opt(delimited(char('['), number, char(']'))).parse(i)?;
    let (i, _) = char(':')(i)?;
    let (i, _) = take_while(|b| b == b' ')(i)?;
    Ok((i, (name, pid)))
}

// vsftpd 6378 - -  rest
fn program_5424(i: &[u8]) -> IResult<&[u8], (&[u8], Option<u64>)> {
    let (i, (name, pid, _message_id)) = (word, word, word).parse(i)?;
    // Structured data: a hyphen, or [id key="value"]...
    let (i, ()) = match i.first() {
        Some(b'[') => take_while(|b| b != b']').and(tag("]")).map(|_| ()).parse(i)?,
        _ => char('-').map(|_| ()).parse(i)?,
    };
    let (i, _) = take_while(|b| b == b' ')(i)?;
    Ok((i, (name, crate::text::number(pid))))
}

impl Headers {
    pub(in crate::format) fn new(zone: &Zone) -> Self {
        Self { stamps: Stamps::new(zone) }
    }

    /// The header and what follows it; `None` where the line has none.
    pub(in crate::format) fn take_off<'a>(&mut self, line: &'a [u8]) -> Option<(Tag<'a>, &'a [u8])> {
        let (line, version) = match line.first() {
            Some(b'<') => priority(line).ok()?,
            _ => (line, false),
        };
        let shape = if line.first().is_some_and(u8::is_ascii_digit) { iso } else { month_day };
        let (at, rest) = self.stamps.read(line, shape)?;
        let rest = rest.strip_prefix(b" ")?;
        let (rest, host) = word(rest).ok()?;
        let (rest, (program, pid)) = if version { program_5424(rest) } else { program(rest) }.ok()?;
        Some((Tag { at, host, program, pid }, rest))
    }
}

// <94>1    <94>
fn priority(i: &[u8]) -> IResult<&[u8], bool> {
    let (i, _) = delimited(char('<'), number, char('>')).parse(i)?;
    let (i, version) = opt(tag("1 ")).parse(i)?;
    Ok((i, version.is_some()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_kinds_of_header_are_taken_off() {
        let lines: [&[u8]; 4] = [
            b"Nov 20 18:24:00 ftphost vsftpd[6378]: [alice] OK",
            b"<94>Nov 20 18:24:00 ftphost vsftpd[6378]: [alice] OK",
            b"2026-11-20T18:24:00.306360+00:00 ftphost vsftpd[6378]: [alice] OK",
            b"<94>1 2026-11-20T18:24:00.306360+00:00 ftphost vsftpd 6378 - -  [alice] OK",
        ];
        for line in lines {
            let (tag, rest) = Headers::new(&Zone::UTC).take_off(line).unwrap();
            assert_eq!((tag.host, tag.program, tag.pid), (&b"ftphost"[..], &b"vsftpd"[..], Some(6378)));
            assert_eq!(rest, b"[alice] OK");
            assert_eq!(tag.at.clock().unwrap(), "18:24:00");
        }
    }

    #[test]
    fn a_program_without_a_process_number_has_none() {
        let line = b"Nov 20 18:34:43 ftphost pure-ftpd: (?@127.0.0.1) [INFO] x";
        let (tag, rest) = Headers::new(&Zone::UTC).take_off(line).unwrap();
        assert_eq!((tag.pid, rest), (None, &b"(?@127.0.0.1) [INFO] x"[..]));
    }

    #[test]
    fn other_lines_keep_everything() {
        assert_eq!(Headers::new(&Zone::UTC).take_off(b"Fri Nov 20 18:32:21 2026 [pid 1] CONNECT"), None);
    }
}
