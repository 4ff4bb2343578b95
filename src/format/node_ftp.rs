//! node-ftp's debug lines, raw or as vscode-sftp and remote-ftp show them. What was read of the control connection, a part
//! of a reply or several replies, is written as one string of JavaScript, and a long one over several lines.
//!
//! Not the same clients over SFTP.

use super::arena::Arena;
use super::basic_ftp::is_command;
use super::stamp::{Stamps, numeric_month_day};
use super::{Format, Layout, Lexer, Line, Sign, Signs};
use crate::event::{Command, Dialect, Event, Holds, Identity, Lexed, ReplyLine, Told, What};
use crate::ftp::{Code, Software};
use crate::source::Lines;
use crate::time::When;

pub(super) static FORMAT: Format = Format {
    dialect: Dialect {
        name: "node-ftp",
        identity: Identity::OneByOne,
        software: Software::Unknown,
        holds: Holds::Everything,
    },
    signs: Signs::WholeFile(sign),
    layout: Layout { joins: Some(is_more_of_a_string), carries: None },
    lexer: &|setup| Box::new(NodeFtp { stamps: Stamps::new(&setup.zone) }),
};

struct NodeFtp {
    stamps: Stamps,
}

impl Lexer for NodeFtp {
    fn lex<'a>(&mut self, line: Line<'a>) -> Lexed<'a> {
        let Some((shown, said)) = marked(line.text) else { return Lexed::Skip };
        let at = self.at(&line);
        if shown.sent {
            let text = if quote(said).is_some() { line.arena.collect(Unescaped::of(said)) } else { said };
            let text = text.strip_suffix(br"\r\n").unwrap_or(text);
            let command = Command::parse(text).map(What::Command);
            return command.map_or(Lexed::Skip, |what| Lexed::Event(Event::bare(at, what)));
        }
        let mut told = Vec::new();
        for (below, piece) in (0..).zip(Lines(said).map(|l| l.bytes)) {
            let text = as_received(line.arena.collect(Unescaped::of(piece)), line.arena);
            let replies = lines_of(text).map(|line| Event::bare(at, What::Reply(line)));
            told.extend(replies.map(|event| Told { below, event }));
        }
        line.arena.tell(&told)
    }
}

impl NodeFtp {
    // [02-23 12:17:30] [debug] > PASV
    fn at(&mut self, line: &Line) -> When {
        let stamped = line.text.strip_prefix(b"[");
        let stamp = stamped.and_then(|s| self.stamps.read(s, numeric_month_day));
        stamp.map_or(line.at(), |(at, _)| at)
    }
}

/// How a line shows what was said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Shown {
    sent: bool,
    /// Whether something stands before the direction that shows who writes.
    named: bool,
}

// [connection] > 'USER alice'     [02-23 12:17:30] [debug] > PASV     < 220 ready\r\n220 x
/// What a record shows, and what was said. What the parser makes of it says it again.
fn marked(record: &[u8]) -> Option<(Shown, &[u8])> {
    let head = record.split(|b| *b == b'\n').next().unwrap_or_default();
    let names = [&b"[connection] "[..], b"[debug] "];
    let named = names.iter().find_map(|name| Some(memchr::memmem::find(head, name)? + name.len()));
    let said = &record[named.unwrap_or(0)..];
    let sent = match said {
        [b'>', b' ', ..] => true,
        [b'<', b' ', ..] => false,
        _ => return None,
    };
    Some((Shown { sent, named: named.is_some() }, &said[2..]))
}

/// The mark of a string's beginning; JavaScript takes the first that does not stand in it.
fn quote(text: &[u8]) -> Option<u8> {
    text.first().copied().filter(|b| b"'\"`".contains(b))
}

//   '220-You are user number 1 of 40 allowed.\r\n' +
fn is_more_of_a_string(line: &[u8]) -> bool {
    let text = line.trim_ascii();
    let Some(quote) = quote(text).filter(|_| line.starts_with(b"  ")) else { return false };
    let text = text.strip_suffix(b" +").unwrap_or(text);
    text.len() > 1 && text.ends_with(&[quote])
}

/// The lines of a reply, or of a part of one.
fn lines_of(text: &[u8]) -> impl Iterator<Item = ReplyLine<'_>> {
    let whole = text.ends_with(b"\n");
    let lines = Lines(text).map(|l| l.bytes);
    let n = Lines(text).count();
    (1..).zip(lines).map(move |(i, line)| ReplyLine { piece: i == n && !whole, ..ReplyLine::of(line) })
}

/// The characters of a string as it is written, without its quotes.
struct Unescaped<'a>(&'a [u8]);

impl<'a> Unescaped<'a> {
    /// Of a string, or of one of the pieces that a long one is written in. Some programs leave the quotes out.
    fn of(text: &'a [u8]) -> Self {
        let text = text.trim_ascii();
        let text = text.strip_suffix(b" +").unwrap_or(text);
        match quote(text) {
            Some(quote) => Self(text[1..].strip_suffix(&[quote]).unwrap_or(&text[1..])),
            None => Self(text),
        }
    }
}

impl Iterator for Unescaped<'_> {
    type Item = u8;

    fn next(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        let (byte, rest) = match (first, rest) {
            (b'\\', [b'n', rest @ ..]) => (b'\n', rest),
            (b'\\', [b'r', rest @ ..]) => (b'\r', rest),
            (b'\\', [b't', rest @ ..]) => (b'\t', rest),
            (b'\\', [b'b', rest @ ..]) => (8, rest),
            (b'\\', [b'f', rest @ ..]) => (12, rest),
            (b'\\', [b'v', rest @ ..]) => (11, rest),
            (b'\\', [b'x', high, low, rest @ ..]) if hex(*high).is_some() && hex(*low).is_some() => {
                (hex(*high)? * 16 + hex(*low)?, rest)
            }
            (b'\\', [mark @ (b'\\' | b'\'' | b'"' | b'`'), rest @ ..]) => (*mark, rest),
            _ => (*first, rest),
        };
        self.0 = rest;
        Some(byte)
    }
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).map(|n| n as u8)
}

/// What was read as one character a byte is shown as UTF-8: takes that back, where it gives UTF-8 again.
fn as_received<'a>(shown: &'a [u8], arena: &'a Arena) -> &'a [u8] {
    if shown.is_ascii() {
        return shown;
    }
    let mut rest = shown;
    let bytes = std::iter::from_fn(|| {
        let (byte, after) = match rest {
            [lead @ (0xc2 | 0xc3), more @ 0x80..=0xbf, after @ ..] => (lead << 6 | more & 0x3f, after),
            [byte, after @ ..] => (*byte, after),
            [] => return None,
        };
        rest = after;
        Some(byte)
    });
    let bytes = arena.collect(bytes);
    if std::str::from_utf8(bytes).is_ok() { bytes } else { shown }
}

/// How much a line speaks for node-ftp.
fn sign(line: &[u8]) -> Sign {
    if memchr::memmem::find(line, b"[parser] < '").is_some() {
        return Sign::Strong;
    }
    let Some((shown, said)) = marked(line) else { return Sign::None };
    let telling = match (shown.sent, quote(said)) {
        (true, None) => shown.named && is_command(said),
        (true, Some(_)) => shown.named && is_command(&said[1..]),
        // A reply in quotes, or with the ends of its lines written out.
        (false, Some(_)) => shown.named && Code::parse(&said[1..]).is_some(),
        (false, None) => Code::parse(said).is_some() && memchr::memmem::find(said, br"\r\n").is_some(),
    };
    if telling { Sign::Strong } else { Sign::Fits }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn command(line: &[u8]) -> What<'_> {
        What::Command(Command::parse(line).unwrap())
    }

    fn told(record: &'static str) -> Vec<(u32, What<'static>)> {
        match FORMAT.lex(record) {
            Lexed::Event(event) => vec![(0, event.what)],
            Lexed::Many(told) => told.iter().map(|t| (t.below, t.event.what)).collect(),
            other => panic!("{other:?}: {record}"),
        }
    }

    fn reply(line: &[u8]) -> What<'_> {
        What::Reply(ReplyLine::of(line))
    }

    #[test]
    fn strings_are_unescaped() {
        assert_eq!(FORMAT.event("[connection] > 'USER alice'").what, command(b"USER alice"));
        assert_eq!(FORMAT.event("[connection] > NOOP").what, command(b"NOOP"));
        assert_eq!(
            FORMAT.event(r#"[connection] > "DELE it's \\ \"q\"""#).what,
            command(br#"DELE it's \ "q""#)
        );
        let both =
            told(r"[02-23 12:17:31] [debug] < '150 Connecting\r\n226-Options: -l \r\n226 7 matches\r\n'");
        assert_eq!(
            both.iter().map(|t| t.1).collect::<Vec<_>>(),
            [reply(b"150 Connecting"), reply(b"226-Options: -l "), reply(b"226 7 matches")]
        );
    }

    #[test]
    fn a_long_string_stands_on_several_lines() {
        let record = concat!(
            r"[connection] < '220---------- Welcome ----------\r\n' +",
            "\n",
            r"  '220 You will be disconnected.\r\n'"
        );
        assert_eq!(
            told(record),
            [(0, reply(b"220---------- Welcome ----------")), (1, reply(b"220 You will be disconnected."))]
        );
        assert!(is_more_of_a_string(br"  '220 You will be disconnected.\r\n'"));
        assert!(is_more_of_a_string(br"  '220-You are number 1.\r\n' +"));
        assert!(!is_more_of_a_string(b"[connection] > 'PASV'") && !is_more_of_a_string(b"  name: 'x',"));
    }

    #[test]
    fn the_rest_of_a_line_may_come_later() {
        let piece = What::Reply(ReplyLine { piece: true, ..ReplyLine::of(b" EP") });
        assert_eq!(told(r"[connection] < '211-x\r\n EP'"), [(0, reply(b"211-x")), (0, piece)]);
    }

    #[test]
    fn names_are_shown_as_one_character_a_byte() {
        let cases = [("na\u{c3}\u{af}ve", "naïve"), ("naïve", "naïve"), ("\u{c3}\\x84", "Ä")];
        for (shown, want) in cases {
            let line = [r"[connection] < '250 ", shown, r"\r\n'"].concat();
            assert_eq!(FORMAT.event(&line).what, reply(format!("250 {want}").as_bytes()), "{line}");
        }
    }

    #[test]
    fn editors_leave_out_the_names_and_quotes() {
        let event = FORMAT.event("[02-23 12:17:30] [debug] > PASV");
        assert_eq!((event.what, event.at.clock().unwrap()), (command(b"PASV"), "12:17:30".to_owned()));
        assert_eq!(FORMAT.event("> PASS ******").what, command(b"PASS x"));
        assert_eq!(told(r"< 226-Options: -l \r\n226 7 matches total").len(), 2);
    }

    #[test]
    fn what_the_parser_says_again_is_skipped() {
        for line in [
            r"[parser] < '220 ready\r\n'",
            "[parser] Response: code=220, buffer='ready'",
            "[connection] PASV socket connected",
            "[02-23 12:17:30] [trace] run command 'Upload'",
            "",
        ] {
            assert_eq!(FORMAT.lex(line), Lexed::Skip, "{line}");
        }
    }

    #[test]
    fn strings_after_its_names_speak_for_it() {
        for line in [
            "[connection] > 'USER alice'",
            "[02-23 12:17:30] [debug] > LIST /",
            r"[02-23 12:17:30] [debug] < '227 x\r\n'",
            r"< 226-Options: -l \r\n226 7 matches total",
        ] {
            assert_eq!(sign(line.as_bytes()), Sign::Strong, "{line}");
        }
        for line in ["> USER alice", "< 220 ready", "[02-23 12:17:30] [debug] > hello"] {
            assert_eq!(sign(line.as_bytes()), Sign::Fits, "{line}");
        }
        assert_eq!(sign(b"[02-23 12:17:30] [debug] CLIENT: connected"), Sign::None);
    }
}
