//! `ProFTPD`'s `TraceLog` with `Trace command:7 response:1` or more: commands as they are dispatched, replies as sent.
//!
//! A command is dispatched to several modules in several phases. Only the first phase is read, because every command
//! has it and none has it after its reply.

use super::proftpd_dispatch::{Phase, dispatched};
use super::stamp::{Stamps, iso, number};
use super::{Format, Layout, Lexer, Line, Signs};
use crate::event::{Command, Dialect, Event, Holds, Identity, Key, Lexed, ReplyLine, What};
use crate::ftp::Software;
use nom::bytes::complete::{is_not, tag, take_while1};
use nom::character::complete::char;
use nom::combinator::{consumed, opt};
use nom::sequence::{delimited, preceded};
use nom::{IResult, Parser};

pub(super) static FORMAT: Format = Format {
    dialect: Dialect {
        name: "proftpd-trace",
        identity: Identity::Key,
        software: Software::Proftpd,
        holds: Holds::Everything,
    },
    signs: Signs::EveryLine,
    layout: Layout::LINES,
    lexer: &|setup| Box::new(ProftpdTrace { stamps: Stamps::new(&setup.zone) }),
};

struct ProftpdTrace {
    stamps: Stamps,
}

impl Lexer for ProftpdTrace {
    fn lex<'a>(&mut self, line: Line<'a>) -> Lexed<'a> {
        let Some((at, rest)) = self.stamps.read(line.text, iso) else { return Lexed::Unknown };
        let Ok((message, head)) = head(rest) else { return Lexed::Unknown };
        let what = match head.channel {
            b"command" => command(message),
            b"response" if head.level == 1 => Some(reply(message)),
            b"ctrl" => refused(message),
            _ => None,
        };
        let Some(what) = what else { return Lexed::Skip };
        let (client, key) = (head.client, Key::Number(head.pid));
        // Not every line names the client, and every line has the process.
        Lexed::Event(Event { at, route: head.process, key, client, client_port: 0, user: b"", what })
    }
}

struct Head<'a> {
    process: &'a [u8],
    pid: u64,
    client: &'a [u8],
    channel: &'a [u8],
    level: u64,
}

//  [10606] (client 127.0.0.1, server 127.0.0.1:35492) <response:1>: 220 ready
fn head(i: &[u8]) -> IResult<&[u8], Head<'_>> {
    let (i, (process, pid)) = delimited(tag(" ["), consumed(number), tag("] ")).parse(i)?;
    let (i, client) = opt(ends).parse(i)?;
    let (i, (channel, level)) = channel(i)?;
    Ok((i, Head { process, pid, client: client.unwrap_or_default(), channel, level }))
}

// (client 127.0.0.1, server 127.0.0.1:35492)  The server's port has its bytes swapped, so it is left.
fn ends(i: &[u8]) -> IResult<&[u8], &[u8]> {
    let (i, client) = preceded(tag("(client "), is_not(", )")).parse(i)?;
    let (i, _) = preceded(tag(", server "), is_not(")")).parse(i)?;
    let (i, _) = tag(") ")(i)?;
    Ok((i, client))
}

// <response:1>:
fn channel(i: &[u8]) -> IResult<&[u8], (&[u8], u64)> {
    let name = take_while1(|b: u8| b.is_ascii_alphanumeric() || b"._-".contains(&b));
    let (i, channel) = delimited(char('<'), (name, preceded(char(':'), number)), tag(">:")).parse(i)?;
    let (i, _) = opt(char(' ')).parse(i)?;
    Ok((i, channel))
}

/// What the channel `command` says.
fn command(message: &[u8]) -> Option<What<'_>> {
    if message.starts_with(b"client sent EOF, closing control connection") {
        return Some(What::Closed);
    }
    match dispatched(message)? {
        (Phase::Came, command) => Some(What::CommandAgain(command)),
        _ => None,
    }
}

// 331 Password required for alice    async: 421 Idle timeout (4 seconds): closing control connection
fn reply(message: &[u8]) -> What<'_> {
    let line = message.strip_suffix(b"\r").unwrap_or(message);
    let line = line.strip_prefix(b"async: ").unwrap_or(line);
    What::Reply(ReplyLine::of(line))
}

// command ' PWD' has illegal leading whitespace, rejecting
fn refused(message: &[u8]) -> Option<What<'_>> {
    let text = message.strip_prefix(b"command '")?;
    let end = memchr::memmem::rfind(text, b"' has illegal leading whitespace")?;
    Command::parse(&text[..end]).map(What::CommandAgain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ftp::Verb;

    #[test]
    fn the_first_phase_of_a_dispatch_is_the_command() {
        let e = FORMAT.event(b"2026-11-20 18:33:27,321 [10606] <command:7>: dispatching PRE_CMD command 'PASS (hidden)' to mod_tls.c");
        let What::CommandAgain(command) = e.what else { panic!() };
        assert_eq!((command.verb, command.argument, e.key), (Verb::PASS, &b"***"[..], Key::Number(10606)));
        assert_eq!(e.at.rfc3339().unwrap(), "2026-11-20T18:33:27.321+00:00");
        for phase in ["CMD", "POST_CMD", "LOG_CMD_ERR"] {
            let line = format!(
                "2026-11-20 18:33:27,321 [1] <command:7>: dispatching {phase} command 'QUIT' to mod_log.c"
            );
            assert_eq!(FORMAT.lex(line.as_bytes()), Lexed::Skip, "{phase}");
        }
    }

    #[test]
    fn clients_are_read_and_milliseconds_are_not_needed() {
        let e = FORMAT.event(b"2026-11-20 17:48:53 [27627] (client ::1, server ::1:35492) <response:1>: 331 Password required\r");
        assert_eq!((e.client, e.route), (&b"::1"[..], &b"27627"[..]));
        assert_eq!(e.what, What::Reply(ReplyLine::of(b"331 Password required")));
    }

    #[test]
    fn a_reply_at_any_time_is_a_reply() {
        let e = FORMAT.event(b"2026-11-20 18:25:27,387 [6871] <response:1>: async: 421 Login timeout (3 seconds): closing control connection");
        assert_eq!(
            e.what,
            What::Reply(ReplyLine::of(b"421 Login timeout (3 seconds): closing control connection"))
        );
    }

    #[test]
    fn inner_commands_and_other_channels_are_skipped() {
        for message in [
            "<command:7>: dispatching PRE_CMD command 'OPTS_UTF8 ON' to mod_core.c",
            "<response:9>: flushing response list for 'OPTS'",
            "<response:7>: response added to pending list: 331 Password required",
            "<auth:7>: using module 'mod_auth_unix.c'",
        ] {
            let line = format!("2026-11-20 18:33:27,321 [10606] {message}");
            assert_eq!(FORMAT.lex(line.as_bytes()), Lexed::Skip, "{message}");
        }
        assert_eq!(FORMAT.lex(b"2026-11-20 18:33:27,320 [10606] hello"), Lexed::Unknown);
        assert_eq!(
            FORMAT.lex(b"2026-11-20 18:33:27,320 ftphost proftpd[1] 127.0.0.1: FTP session opened."),
            Lexed::Unknown
        );
    }

    #[test]
    fn quotes_in_a_command_stay() {
        let e = FORMAT.event(b"2026-11-20 18:33:27 [1] <command:7>: dispatching PRE_CMD command 'DELE it's to mod' to mod_core.c");
        let What::CommandAgain(command) = e.what else { panic!() };
        assert_eq!(command.argument, b"it's to mod");
    }
}
