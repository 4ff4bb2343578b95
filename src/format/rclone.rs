//! rclone with `-vv --dump headers` or `--dump bodies` on an FTP remote: every line that it sends and receives, as a Go
//! string. Listings are written in the same way as replies. Connections have no number.

use super::literal::{literal, unescape};
use super::stamp::{Stamps, slashed};
use super::{Format, Layout, Lexer, Line, Signs};
use crate::event::{Command, Dialect, Event, Holds, Identity, Lexed, ReplyLine, What};
use crate::ftp::Software;
use nom::branch::alt;
use nom::bytes::complete::{tag, take_while1};
use nom::character::complete::{char, digit1};
use nom::combinator::opt;
use nom::sequence::{delimited, terminated};
use nom::{IResult, Parser};

pub(super) static FORMAT: Format = Format {
    dialect: Dialect {
        name: "rclone",
        identity: Identity::OneByOne,
        software: Software::Unknown,
        holds: Holds::Everything,
    },
    signs: Signs::EveryLine,
    layout: Layout::LINES,
    lexer: &|setup| Box::new(Rclone { stamps: Stamps::new(&setup.zone) }),
};

struct Rclone {
    stamps: Stamps,
}

impl Lexer for Rclone {
    fn lex<'a>(&mut self, line: Line<'a>) -> Lexed<'a> {
        let (at, rest) = match self.stamps.read(line.text, slashed) {
            Some((at, rest)) => (at, rest.strip_prefix(b" ").unwrap_or(rest)),
            None => (line.at(), line.text),
        };
        let Ok((message, ())) = level(rest) else {
            return if is_summary(rest) { Lexed::Skip } else { Lexed::Unknown };
        };
        let what = match spoken(message) {
            Ok((text, Mark::Sent)) => Command::parse(quoted(text, &line)).map(What::Command),
            Ok((text, Mark::Received)) => Some(What::Reply(ReplyLine::of(quoted(text, &line)))),
            Err(_) => None,
        };
        what.map_or(Lexed::Skip, |what| Lexed::Event(Event::bare(at, what)))
    }
}

// DEBUG :     <7>DEBUG :     INFO  :
fn level(i: &[u8]) -> IResult<&[u8], ()> {
    let (i, _) = opt(delimited(char('<'), digit1, char('>'))).parse(i)?;
    let name = alt((tag("DEBUG"), tag("INFO"), tag("NOTICE"), tag("ERROR"), tag("CRITICAL")));
    let (i, _) = terminated(name, take_while1(|b| b == b' ')).parse(i)?;
    let (i, _) = tag(": ").parse(i)?;
    Ok((i, ()))
}

/// The end of a run is told in lines of their own, and what it failed with in one without a level.
fn is_summary(line: &[u8]) -> bool {
    let words = [&b"Transferred:"[..], b"Errors:", b"Checks:", b"Deleted:", b"Renamed:", b"Elapsed time:"];
    words.iter().any(|w| line.starts_with(w)) || line.starts_with(b"Failed to ")
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mark {
    Sent,
    Received,
}

// FTP Tx: "USER alice"    FTP Rx: "331 Please specify the password."    FTP Tx: PASS *****
fn spoken(i: &[u8]) -> IResult<&[u8], Mark> {
    let (i, _) = tag("FTP ").parse(i)?;
    let (i, mark) = take_while1(|b: u8| b.is_ascii_alphabetic())(i)?;
    let (i, _) = tag(": ").parse(i)?;
    match mark {
        b"Tx" => Ok((i, Mark::Sent)),
        b"Rx" => Ok((i, Mark::Received)),
        _ => Err(nom::Err::Error(nom::error::Error::new(i, nom::error::ErrorKind::Verify))),
    }
}

/// What stands in quotes; PASS stands without.
fn quoted<'a>(text: &'a [u8], line: &Line<'a>) -> &'a [u8] {
    literal(text).map_or(text, |(_, inside)| unescape(inside, line.arena))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ftp::Verb;

    #[test]
    fn lines_are_go_strings() {
        let sent = FORMAT.event("2023/03/28 07:37:42 DEBUG : FTP Tx: \"USER alice\"");
        assert!(matches!(sent.what, What::Command(c) if c.verb == Verb::USER && c.argument == b"alice"));
        assert_eq!(sent.at.rfc3339().unwrap(), "2023-03-28T07:37:42+00:00");
        let said = FORMAT.event("<7>DEBUG : FTP Rx: \"200 Data protection level set to \\\"private\\\"\"");
        let text = b"200 Data protection level set to \"private\"";
        assert_eq!(said.what, What::Reply(ReplyLine::of(text)));
        let inside = FORMAT.event("2023/03/28 07:37:42 DEBUG : FTP Rx: \" SIZE\"");
        assert_eq!(inside.what, What::Reply(ReplyLine::of(b" SIZE")));
    }

    #[test]
    fn a_password_is_opaque_with_and_without_quotes() {
        for line in ["DEBUG : FTP Tx: PASS *****", "DEBUG : FTP Tx: \"PASS geheim\""] {
            let What::Command(command) = FORMAT.event(line).what else { panic!() };
            assert_eq!((command.verb, command.argument), (Verb::PASS, &b"***"[..]));
        }
    }

    #[test]
    fn what_else_rclone_says_is_skipped() {
        for line in [
            "2023/03/28 07:37:42 DEBUG : ftp://h:21/tmp: dial(\"tcp\",\"h:21\")",
            "2023/03/28 07:37:42 INFO  : There was nothing to transfer",
            "<3>ERROR : x.torrent: Failed to copy: update stor: 1 error occurred:",
            "2023/03/28 07:37:42.123456 DEBUG : FTP Mx: \"a\"",
            "Elapsed time:         0.0s",
            "2026/11/24 07:55:45 Failed to copy: 501 No such directory.",
        ] {
            assert_eq!(FORMAT.lex(line), Lexed::Skip, "{line}");
        }
        for line in ["\t* 426 Failure reading network stream.", "DEBUG: FTP Tx: \"NOOP\"", "2023/03/28 text"]
        {
            assert_eq!(FORMAT.lex(line), Lexed::Unknown, "{line}");
        }
    }
}
