//! The control connections of a packet capture, as `source::capture` writes them: a line for each packet, with a record for
//! everything that the packet completes.
//!
//! The capture shows who connected to whom, so nothing is guessed here.

use super::telnet::without_telnet;
use super::{Arena, Format, Layout, Lexer, Line, Signs};
use crate::event::{Command, Dialect, Event, Holds, Identity, Key, Lexed, ReplyLine, What};
use crate::ftp::Software;
use crate::source::capture::{ESCAPE, ESCAPED_BY, Kind, LINE_END, RECORD_END};
use crate::time::{Known, When};
use nom::branch::alt;
use nom::bytes::complete::take_till1;
use nom::character::complete::{anychar, char, i64 as milliseconds, u16 as port, u64 as number};
use nom::combinator::{consumed, map, map_opt, rest, value};
use nom::sequence::terminated;
use nom::{IResult, Parser};

pub(super) static FORMAT: Format = Format {
    dialect: Dialect {
        name: "capture",
        identity: Identity::Connection,
        software: Software::Unknown,
        holds: Holds::Everything,
    },
    signs: Signs::Source,
    layout: Layout::LINES,
    lexer: &|_| Box::new(Capture),
};

struct Capture;

impl Lexer for Capture {
    fn lex<'a>(&mut self, line: Line<'a>) -> Lexed<'a> {
        // Most packets are acknowledgements, or belong to other connections.
        if line.text.is_empty() {
            return Lexed::Skip;
        }
        let Line { text, arena, .. } = line;
        if memchr::memchr2(RECORD_END, LINE_END, text).is_none() {
            let Ok((_, record)) = record(text) else { return Lexed::Unknown };
            return record.event(record.text, arena).map_or(Lexed::Skip, Lexed::Event);
        }
        let records: Result<Vec<_>, _> = text.split(|b| *b == RECORD_END).map(record).collect();
        let Ok(records) = records else { return Lexed::Unknown };
        let said = records.iter().flat_map(|(_, record)| {
            record.text.split(|b| *b == LINE_END).filter_map(|text| record.event(text, arena))
        });
        arena.tell_all(said)
    }
}

/// Something that a packet completes.
struct Record<'a> {
    at: When,
    kind: Kind,
    /// The number of the connection, and how it is written.
    number: (&'a [u8], u64),
    client: &'a [u8],
    client_port: u16,
    text: &'a [u8],
}

impl<'a> Record<'a> {
    fn event(&self, text: &'a [u8], arena: &'a Arena) -> Option<Event<'a>> {
        let said = || without_telnet(unescaped(text, arena));
        let what = match self.kind {
            Kind::Opened => What::Opened,
            Kind::Client => What::Command(Command::parse(said())?),
            Kind::Server => What::Reply(ReplyLine::of(said())),
            Kind::Secured => What::Secured,
            Kind::Closed | Kind::Withdrawn => What::Closed,
            Kind::Lost => What::Lost,
        };
        Some(Event {
            at: self.at,
            // One client may have many connections: they are dealt out one by one.
            route: self.number.0,
            key: Key::Number(self.number.1),
            client: self.client,
            client_port: self.client_port,
            user: b"",
            what,
        })
    }
}

// 1795198783512 S 12 127.0.0.1 54348<tab>220 ready
fn record(i: &[u8]) -> IResult<&[u8], Record<'_>> {
    let (i, at) = terminated(time, char(' ')).parse(i)?;
    let (i, kind) = terminated(map_opt(anychar, Kind::of), char(' ')).parse(i)?;
    let (i, number) = terminated(consumed(number), char(' ')).parse(i)?;
    let (i, client) = terminated(take_till1(|b| b == b' '), char(' ')).parse(i)?;
    let (i, client_port) = terminated(port, char('\t')).parse(i)?;
    let (i, text) = rest(i)?;
    Ok((i, Record { at, kind, number, client, client_port, text }))
}

/// Milliseconds since 1970, or a hyphen where the capture has no time.
fn time(i: &[u8]) -> IResult<&[u8], When> {
    let stated = map(milliseconds, |ms| When { ms, known: Known::Everything });
    alt((stated, value(When::NEVER, char('-')))).parse(i)
}

fn unescaped<'a>(text: &'a [u8], arena: &'a Arena) -> &'a [u8] {
    if memchr::memchr(ESCAPE, text).is_none() {
        return text;
    }
    let mut bytes = text.iter().copied();
    arena.collect(std::iter::from_fn(move || match bytes.next()? {
        ESCAPE => bytes.next().map(|b| b.wrapping_sub(ESCAPED_BY)),
        plain => Some(plain),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ftp::Verb;

    fn told(line: &str) -> Vec<(Key<'_>, What<'_>)> {
        match FORMAT.lex(line) {
            Lexed::Event(event) => vec![(event.key, event.what)],
            Lexed::Many(all) => all.iter().map(|told| (told.event.key, told.event.what)).collect(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_record_says_when_who_and_what() {
        let event = FORMAT.event("1795198783512 S 12 2001:db8::1 54348\t220 ready");
        assert_eq!(event.at.rfc3339().unwrap(), "2026-11-20T18:19:43.512+00:00");
        assert_eq!(
            (event.key, event.client, event.client_port),
            (Key::Number(12), &b"2001:db8::1"[..], 54348)
        );
        assert_eq!(event.what, What::Reply(ReplyLine::of(b"220 ready")));
        let event = FORMAT.event("- C 12 10.0.0.1 54348\tPASS secret");
        assert_eq!(event.at, When::NEVER);
        let What::Command(command) = event.what else { panic!() };
        assert_eq!((command.verb, command.argument), (Verb::PASS, &b"***"[..]));
    }

    #[test]
    fn a_packet_may_hold_several_lines_and_marks() {
        let line = "1 + 7 10.0.0.1 4000\t\x1e1 S 7 10.0.0.1 4000\t220-a\x1f220 b\x1e1 - 8 10.0.0.2 4000\t";
        let (seven, eight) = (Key::Number(7), Key::Number(8));
        let reply = |text| What::Reply(ReplyLine::of(text));
        assert_eq!(
            told(line),
            [
                (seven, What::Opened),
                (seven, reply(b"220-a")),
                (seven, reply(b"220 b")),
                (eight, What::Closed)
            ]
        );
    }

    #[test]
    fn what_would_break_the_frame_was_escaped() {
        let [(_, What::Command(command))] = told("1 C 7 10.0.0.1 4000\tCWD a\\\x10P\x10Jb\x10M")[..] else {
            panic!()
        };
        assert_eq!(command.argument, b"a\\\x10\nb\r");
    }

    #[test]
    fn blank_lines_say_nothing() {
        assert_eq!(FORMAT.lex(""), Lexed::Skip);
        assert_eq!(FORMAT.lex("1 C 7 10.0.0.1 4000\t"), Lexed::Skip);
        assert_eq!(FORMAT.lex("1 X 7 10.0.0.1 4000\t220 a"), Lexed::Unknown);
        assert_eq!(FORMAT.lex("220 a"), Lexed::Unknown);
    }
}
