//! aria2's log with `--log-level=info` or more: a line with a time says who speaks on which connection, and what was said
//! stands below it.

use super::stamp::{Stamps, iso, number};
use super::{Format, Layout, Lexer, Line, Sign, Signs};
use crate::event::{Command, Dialect, Event, Holds, Identity, Key, Lexed, ReplyLine, Told, What};
use crate::ftp::Software;
use crate::source::Lines;
use nom::bytes::complete::{tag, take_until, take_while1};
use nom::character::complete::char;
use nom::sequence::{delimited, preceded, terminated};
use nom::{IResult, Parser};

pub(super) static FORMAT: Format = Format {
    dialect: Dialect {
        name: "aria2",
        identity: Identity::OneByOne,
        software: Software::Unknown,
        holds: Holds::Everything,
    },
    signs: Signs::WholeFile(sign),
    layout: Layout { joins: Some(|line| header(line).is_err()), carries: None },
    lexer: &|setup| Box::new(Aria2 { stamps: Stamps::new(&setup.zone) }),
};

struct Aria2 {
    stamps: Stamps,
}

impl Lexer for Aria2 {
    fn lex<'a>(&mut self, line: Line<'a>) -> Lexed<'a> {
        let mut lines = Lines(line.text).map(|l| l.bytes);
        let first = lines.next().unwrap_or_default();
        let Ok((about, source)) = header(first) else { return Lexed::Skip };
        let at = self.stamps.read(first, iso).map_or(line.at(), |(at, _)| at);
        let Some((connection, by)) = speaker(source, about) else { return Lexed::Skip };
        let key = Key::Number(connection);
        // A blank line ends what was said.
        let said = (1..).zip(lines.take_while(|l| !l.is_empty()));
        let tell = |(below, text): (u32, &'a [u8])| {
            let what = match by {
                Speaker::Client => What::Command(Command::parse(text)?),
                Speaker::Server => What::Reply(ReplyLine::of(text)),
            };
            Some(Told { below, event: Event { key, ..Event::bare(at, what) } })
        };
        // A command is one line: what the screen shows may stand below it.
        let n_lines = if by == Speaker::Client { 1 } else { usize::MAX };
        let told: Vec<_> = said.take(n_lines).filter_map(tell).collect();
        line.arena.tell(&told)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Speaker {
    Client,
    Server,
}

// 2026-11-20 18:20:51.742610 [INFO] [FtpConnection.cc:165] CUID#7 - Requesting:
/// What a line with a time is about, and the file of aria2's own that wrote it.
fn header(i: &[u8]) -> IResult<&[u8], &[u8]> {
    let level = delimited(tag(" ["), take_while1(|b: u8| b.is_ascii_uppercase()), tag("] "));
    let (i, _) = (iso, level).parse(i)?;
    delimited(char('['), take_until(":"), (char(':'), number, tag("] "))).parse(i)
}

/// Which connection is spoken on, and by whom.
fn speaker(source: &[u8], about: &[u8]) -> Option<(u64, Speaker)> {
    if source != b"FtpConnection.cc" {
        return None;
    }
    let id: IResult<&[u8], u64> = preceded(tag("CUID#"), terminated(number, tag(" - "))).parse(about);
    match id.ok()? {
        (b"Requesting:", id) => Some((id, Speaker::Client)),
        (b"Response received:", id) => Some((id, Speaker::Server)),
        _ => None,
    }
}

/// Only the part of aria2 that speaks FTP.
pub(super) fn sign(line: &[u8]) -> Sign {
    match header(line) {
        Ok((about, source)) if speaker(source, about).is_some() => Sign::Strong,
        Ok(_) => Sign::Fits,
        Err(_) => Sign::None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ftp::Verb;

    const REQUESTING: &str = "2026-11-20 18:20:51.742610 [INFO] [FtpConnection.cc:165] CUID#7 - Requesting:";
    const RECEIVED: &str =
        "2026-11-20 18:20:51.742988 [INFO] [FtpConnection.cc:350] CUID#7 - Response received:";

    #[test]
    fn a_command_stands_below_its_header() {
        for end in ["\r\n", "", "\n\n11/20 18:20:50 [NOTICE] Downloading 1 item(s)"] {
            let record = format!("{REQUESTING}\nSIZE nosuch.txt{end}");
            let Lexed::Many([told]) = FORMAT.lex(&record) else { panic!("{record}") };
            let What::Command(command) = told.event.what else { panic!("{record}") };
            assert_eq!((told.below, command.verb, command.argument), (1, Verb::SIZE, &b"nosuch.txt"[..]));
            assert_eq!(told.event.key, Key::Number(7));
            assert_eq!(told.event.at.rfc3339().unwrap(), "2026-11-20T18:20:51.742+00:00");
        }
    }

    #[test]
    fn a_reply_ends_at_a_blank_line() {
        let record = format!("{RECEIVED}\r\n220-Welcome\r\n220 Bye\r\n\r\n[#1 0B/0B CN:1 DL:0B]");
        let Lexed::Many(told) = FORMAT.lex(&record) else { panic!() };
        let replies: Vec<_> = told.iter().map(|t| (t.below, t.event.what)).collect();
        let reply = |text: &'static [u8]| What::Reply(ReplyLine::of(text));
        assert_eq!(replies, [(1, reply(b"220-Welcome")), (2, reply(b"220 Bye"))]);
    }

    #[test]
    fn what_else_it_does_is_skipped() {
        for record in [
            "2026-11-20 18:20:51.571802 [INFO] [Context.cc:182] aria2 1.36.0",
            "2026-11-20 18:20:51.571802 [INFO] [HttpConnection.cc:128] CUID#7 - Requesting:\nGET / HTTP/1.1",
            REQUESTING,
            "gid   |stat|avg speed  |path/URI",
        ] {
            assert_eq!(FORMAT.lex(record), Lexed::Skip, "{record}");
        }
    }

    #[test]
    fn only_its_ftp_speaks_for_it() {
        assert_eq!(sign(RECEIVED.as_bytes()), Sign::Strong);
        assert_eq!(sign(b"2026-11-20 18:20:51.571802 [INFO] [Context.cc:182] aria2 1.36.0"), Sign::Fits);
        assert_eq!(sign(b"2026-11-20 18:20:51.571802 [INFO] Requesting:"), Sign::None);
    }
}
