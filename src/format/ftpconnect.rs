//! ftpConnect, an FTP client for Dart, with its log turned on: in version 2 a reply is shown as an object, before that as it
//! came. Only the first line of a reply has a head.

use super::basic_ftp::{Mark, direction, first_line, is_command};
use super::stamp::{Stamps, day_first};
use super::{Format, Layout, Lexer, Line, Sign, Signs, reply_lines};
use crate::event::{Command, Dialect, Event, Holds, Identity, Lexed, ReplyLine, What};
use crate::ftp::Software;
use nom::bytes::complete::{tag, take_while_m_n};
use nom::sequence::preceded;
use nom::{IResult, Parser};

pub(super) static FORMAT: Format = Format {
    dialect: Dialect {
        name: "ftpconnect",
        identity: Identity::OneByOne,
        software: Software::Unknown,
        holds: Holds::Everything,
    },
    signs: Signs::WholeFile(sign),
    layout: Layout { joins: Some(|line| head(line).is_none()), carries: None },
    lexer: &|setup| Box::new(FtpConnect { stamps: Stamps::new(&setup.zone) }),
};

struct FtpConnect {
    stamps: Stamps,
}

impl Lexer for FtpConnect {
    fn lex<'a>(&mut self, line: Line<'a>) -> Lexed<'a> {
        let Some(stamped) = head(line.text) else { return Lexed::Skip };
        let Some((at, rest)) = self.stamps.read(stamped, day_first) else { return Lexed::Skip };
        let message = rest.strip_prefix(b"] ").unwrap_or(rest);
        let event = |what| Event::bare(at, what);
        match direction(message) {
            Some(Mark::Sent(said)) => Command::parse(first_line(said))
                .map_or(Lexed::Skip, |command| Lexed::Event(event(What::Command(command)))),
            Some(Mark::Received(said)) => {
                reply_lines::tell(line, event(What::Opened), without_object(first_line(said)))
            }
            _ if message.starts_with(b"Connection established, waiting for welcome message") => {
                Lexed::Event(event(What::Opened))
            }
            _ => Lexed::Skip,
        }
    }
}

// [10.10.2021 00:14:22.020] < 213 170945     flutter: [04.10.2022 21:57:18.842] > AUTH TLS
/// What stands behind the bracket of a head, the stamp first. Consoles write who speaks before it.
fn head(line: &[u8]) -> Option<&[u8]> {
    let bracket = memchr::memchr(b'[', first_line(line))?;
    let stamped = &line[bracket + 1..];
    let number = |n| take_while_m_n(n, n, |b: u8| b.is_ascii_digit());
    let shape: IResult<&[u8], _> =
        (number(2), preceded(tag("."), number(2)), preceded(tag("."), number(4)), tag(" ")).parse(stamped);
    shape.ok().map(|_| stamped)
}

// FTPReply =  [code= 220, message= 220 FTP Server 1.0]
/// The first line of the reply that an object holds.
fn without_object(said: &[u8]) -> &[u8] {
    let Some(object) = said.strip_prefix(b"FTPReply =") else { return said };
    let start = b"message= ";
    match memchr::memmem::find(object, start) {
        Some(message) => {
            let text = &object[message + start.len()..];
            text.strip_suffix(b"]").unwrap_or(text)
        }
        None => said,
    }
}

/// Its head and marks together are its own.
fn sign(line: &[u8]) -> Sign {
    let Some(message) = head(line).and_then(|s| day_first(s).ok()?.0.strip_prefix(b"] ")) else {
        return Sign::None;
    };
    let telling = match direction(message) {
        Some(Mark::Sent(said)) => is_command(said),
        Some(Mark::Received(said)) => ReplyLine::of(without_object(said)).code().is_some(),
        _ => false,
    };
    if telling { Sign::Strong } else { Sign::Fits }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(line: &[u8]) -> What<'_> {
        What::Reply(ReplyLine::of(line))
    }

    #[test]
    fn marks_tell_who_spoke() {
        let event = FORMAT.event("[10.12.2021 00:14:22.020] > SIZE a.jpg");
        assert_eq!(event.what, What::Command(Command::parse(b"SIZE a.jpg").unwrap()));
        assert_eq!(event.at.rfc3339().unwrap(), "2021-12-10T00:14:22.020+00:00");
        assert_eq!(FORMAT.event("[10.12.2021 00:14:22.020] < 213 170945\r\n\n").what, reply(b"213 170945"));
        let object =
            "flutter: [04.10.2022 21:57:18.841] < FTPReply =  [code= 220, message= 220 FTP Server 1.0]";
        assert_eq!(FORMAT.event(object).what, reply(b"220 FTP Server 1.0"));
    }

    #[test]
    fn the_rest_of_a_reply_has_no_head() {
        let Lexed::Many(told) = FORMAT.lex("[10.10.2021 00:14:22.020] < 211-Features:\n EPSV\n211 End\n\n")
        else {
            panic!()
        };
        assert_eq!(
            told.iter().map(|t| t.event.what).collect::<Vec<_>>(),
            [reply(b"211-Features:"), reply(b" EPSV"), reply(b"211 End")]
        );
        assert!(head(b" EPSV").is_none() && head(b"[1] x").is_none());
    }

    #[test]
    fn what_it_does_is_skipped() {
        for line in [
            "[10.10.2021 00:14:23.408] Start downloading...",
            "",
            "[10.10.2021 00:14:22.631] Opening DataSocket to Port 1826",
        ] {
            assert_eq!(FORMAT.lex(line), Lexed::Skip, "{line}");
        }
        assert_eq!(sign(b"[10.10.2021 00:14:23.408] Start downloading..."), Sign::Fits);
        assert_eq!(sign(b"[10.10.2021 00:14:22.020] > SIZE a.jpg"), Sign::Strong);
        assert_eq!(sign(b"> SIZE a.jpg"), Sign::None);
    }
}
