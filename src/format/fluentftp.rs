//! FluentFTP's log, on the console or through a logger. Its labels are those of FileZilla's message log, padded to ten
//! columns. It names no connection.
//!
//! A reply of several lines comes in one message without the first spaces of its lines. Versions before 35 write its last
//! line first.

use super::stamp::{Stamps, iso_and_zone};
use super::{Format, Layout, Lexer, Line, Sign, Signs};
use crate::event::{Command, Dialect, Event, Holds, Identity, Key, Lexed, ReplyLine, Told, What};
use crate::ftp::{Code, Software, Verb};
use crate::source::Lines;
use nom::bytes::complete::tag;
use nom::character::complete::{digit1, one_of};
use nom::combinator::opt;
use nom::sequence::preceded;
use nom::{IResult, Parser};

pub(super) static FORMAT: Format = Format {
    dialect: Dialect {
        name: "fluentftp",
        identity: Identity::OneByOne,
        software: Software::Unknown,
        holds: Holds::Everything,
    },
    signs: Signs::WholeFile(sign),
    layout: Layout { joins: Some(is_inside_reply), carries: None },
    lexer: &|setup| Box::new(FluentFtp { stamps: Stamps::new(&setup.zone) }),
};

/// Columns that .NET's console logger moves a message in.
const CONSOLE_LOGGER_COLUMNS: usize = 6;

struct FluentFtp {
    stamps: Stamps,
}

impl Lexer for FluentFtp {
    fn lex<'a>(&mut self, line: Line<'a>) -> Lexed<'a> {
        if memchr::memchr(b'\n', line.text).is_none() {
            return self.event(line.text, &line).map_or(Lexed::Skip, Lexed::Event);
        }
        let lines = (0..).zip(Lines(line.text));
        let told = lines.filter_map(|(below, l)| Some(Told { below, event: self.event(l.bytes, &line)? }));
        let mut told: Vec<Told> = told.collect();
        if is_upside_down(&told) {
            told.rotate_left(1);
        }
        line.arena.tell(&told)
    }
}

impl FluentFtp {
    fn event<'a>(&mut self, text: &'a [u8], line: &Line) -> Option<Event<'a>> {
        let what = match labelled(text)? {
            (Label::Command, said) => What::Command(Command::parse(without_origin(said))?),
            (Label::Response, said) => What::Reply(ReplyLine::of(without_latency(said).unwrap_or(said))),
        };
        let at = self.stamps.read(text, iso_and_zone).map_or(line.at(), |(at, _)| at);
        // A program may log to the console and through a logger that writes there, too: every line stands there twice.
        let indent = text.iter().take_while(|b| **b == b' ').count();
        let key = Key::Number(u64::from(indent == CONSOLE_LOGGER_COLUMNS));
        Some(Event { key, ..Event::bare(at, what) })
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Label {
    Command,
    Response,
}

// Command:  USER ***     2024-03-04 00:00:41.684 +05:30 [INF] Response: 220 ready [2ms]
/// The first label of a line and what it stands before. Loggers write what they like in front.
fn labelled(line: &[u8]) -> Option<(Label, &[u8])> {
    memchr::memchr_iter(b':', line).find_map(|colon| {
        let before = &line[..colon];
        let (label, word) = match before.last()? {
            b'd' => (Label::Command, &b"Command"[..]),
            b'e' => (Label::Response, &b"Response"[..]),
            _ => return None,
        };
        let head = before.strip_suffix(word)?;
        let said = line[colon + 1..].strip_prefix(b" ")?;
        let whole = head.last().is_none_or(|b| !b.is_ascii_alphanumeric());
        whole.then_some((label, said.trim_ascii_start()))
    })
}

// NOOP (<-Noop)     NOOP (<-NoopDaemon)
/// A command without the note that says which part of the program sent it.
fn without_origin(said: &[u8]) -> &[u8] {
    match memchr::memmem::rfind(said, b" (<-") {
        Some(note) if said.ends_with(b")") => &said[..note],
        _ => said,
    }
}

// 331 Please, specify the password. [3ms]
/// A reply without the time it took, where that stands behind it.
fn without_latency(said: &[u8]) -> Option<&[u8]> {
    let inside = said.strip_suffix(b"]")?;
    let open = memchr::memmem::rfind(inside, b" [")?;
    is_latency(&inside[open + 2..]).then_some(&said[..open])
}

// 3ms     <1ms     2,326s     738969.366d
fn is_latency(i: &[u8]) -> bool {
    let decimals = opt(preceded(one_of(".,"), digit1));
    let number: IResult<&[u8], _> = (opt(tag("<")), digit1, decimals).parse(i);
    let units: [&[u8]; 5] = [b"ms", b"s", b"m", b"h", b"d"];
    number.is_ok_and(|(unit, _)| units.contains(&unit))
}

/// Whether a line can only stand inside a reply of several lines.
fn is_inside_reply(line: &[u8]) -> bool {
    let Some((Label::Response, said)) = labelled(line) else { return false };
    ReplyLine::of(said).code().is_none_or(|(_, more)| more)
}

/// Whether the last line of a reply stands before its others.
fn is_upside_down(told: &[Told]) -> bool {
    let code = |told: &Told| match told.event.what {
        What::Reply(line) => line.code(),
        _ => None,
    };
    match told {
        [last, first, ..] => {
            matches!((code(last), code(first)), (Some((a, false)), Some((b, true))) if a == b)
        }
        _ => false,
    }
}

/// How much a line speaks for FluentFTP.
fn sign(line: &[u8]) -> Sign {
    let text = line.trim_ascii_start();
    if is_function(text) || crate::text::holds(text, "Waiting for response to: ") {
        return Sign::Strong;
    }
    let Some((label, said)) = labelled(line) else { return other_label(text) };
    let telling = match label {
        Label::Command => {
            let word = said.split(|b| *b == b' ').next().unwrap_or_default();
            let is_command = word.iter().all(u8::is_ascii_uppercase) && Verb::parse(word) != Verb::OTHER;
            let padded = line[..line.len() - said.len()].ends_with(b":  ");
            is_command && (padded || without_origin(said) != said)
        }
        Label::Response => Code::parse(said).is_some() && without_latency(said).is_some(),
    };
    if telling { Sign::Strong } else { Sign::Fits }
}

// >         GetListing("/", Auto)
fn is_function(text: &[u8]) -> bool {
    let Some(name) = text.strip_prefix(b">         ") else { return false };
    let end = name.iter().position(|b| !b.is_ascii_alphanumeric()).unwrap_or(name.len());
    end > 0 && name[end..].starts_with(b"(")
}

/// Labels of what is not said to the server.
fn other_label(text: &[u8]) -> Sign {
    let others = [
        &b"Status:   "[..],
        b"Warning:  ",
        b"Error:    ",
        b"Trace:    ",
        b"Skipped:  ",
        b"Listing:  ",
        b"# ",
    ];
    if others.iter().any(|o| text.starts_with(o)) { Sign::Fits } else { Sign::None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn what(line: &[u8]) -> What<'_> {
        FORMAT.event(line).what
    }

    fn reply(line: &[u8]) -> What<'_> {
        What::Reply(ReplyLine::of(line))
    }

    fn command(line: &[u8]) -> What<'_> {
        What::Command(Command::parse(line).unwrap())
    }

    #[test]
    fn the_time_that_a_reply_took_is_taken_off() {
        for took in ["3ms", "<1ms", "2,326s", "738969.366d", "1.234m"] {
            let line = format!("Response: 331 Please [x] go on. [{took}]");
            assert_eq!(FORMAT.event(&line).what, reply(b"331 Please [x] go on."), "{took}");
        }
        assert_eq!(what(b"Response: 220 ready [privsep] [TLS]"), reply(b"220 ready [privsep] [TLS]"));
        assert_eq!(what(b"Response: MDTM"), reply(b"MDTM"));
    }

    #[test]
    fn commands_lose_the_note_of_who_sent_them() {
        assert_eq!(what(b"Command:  USER ***"), command(b"USER ***"));
        assert_eq!(what(b"Command:  NOOP (<-Noop)"), command(b"NOOP"));
        assert_eq!(what(b"Command:  NOOP (<-NoopDaemon)"), command(b"NOOP"));
    }

    #[test]
    fn loggers_write_before_the_label() {
        let event = FORMAT.event("2024-03-04 00:00:41.684 +05:30 [INF] Response: 220 ready [738947.771d]");
        assert_eq!(event.what, reply(b"220 ready"));
        assert_eq!(event.at.rfc3339().unwrap(), "2024-03-03T18:30:41.684+00:00");
        let event = FORMAT.event("2023-09-05 15:30:14.1234|INFO|FluentFTP|Command:  PASV");
        assert_eq!(event.what, command(b"PASV"));
        // The console logger's copy of what the console shows as well is a session of its own.
        assert_eq!(FORMAT.event("      Command:  PASV").key, Key::Number(1));
        assert_eq!(FORMAT.event("Command:  PASV").key, Key::Number(0));
    }

    #[test]
    fn what_is_not_said_to_the_server_is_skipped() {
        for line in [
            "# Connect(False)",
            ">         Connect(False)",
            "Status:   Waiting for response to: USER ***",
            "Status:   Connecting to IP #1= ***:21",
            "Skipped:  200 NOOP ok",
            "Status:   Sending NOOP (<-NoopDaemon)",
            "info: Importer.FtpClient[0]",
            "",
        ] {
            assert_eq!(FORMAT.lex(line), Lexed::Skip, "{line}");
        }
    }

    #[test]
    fn a_reply_of_several_lines_is_read_in_its_order() {
        let told = |record: &'static str| {
            let Lexed::Many(told) = FORMAT.lex(record) else { panic!("{record}") };
            told.iter().map(|t| (t.below, t.event.what)).collect::<Vec<_>>()
        };
        let new = told("Command:  FEAT\nResponse: 211-Features:\nResponse: EPRT");
        assert_eq!(new, [(0, command(b"FEAT")), (1, reply(b"211-Features:")), (2, reply(b"EPRT"))]);
        let old = told("Response: 211 End.\nResponse: 211-Features:\nResponse: EPRT");
        assert_eq!(old, [(1, reply(b"211-Features:")), (2, reply(b"EPRT")), (0, reply(b"211 End."))]);
        assert!(is_inside_reply(b"Response: EPRT") && is_inside_reply(b"Response: 211-Features:"));
        assert!(!is_inside_reply(b"Response: 211 End") && !is_inside_reply(b"Command:  EPRT"));
    }

    #[test]
    fn the_message_log_of_filezilla_does_not_speak_for_it() {
        for line in [
            "Command:  PASV",
            "Response: 227 x [3ms]",
            "Status:   Waiting for response to: PASV",
            ">         Connect(False)",
            "Command: NOOP (<-Noop)",
        ] {
            assert_eq!(sign(line.as_bytes()), Sign::Strong, "{line}");
        }
        for line in [
            "Command:\tPASV",
            "Response:\t227 x",
            "Status:\tConnecting to 192.0.2.1:21...",
            "Status: Connected",
            "220 x",
        ] {
            assert_eq!(sign(line.as_bytes()), Sign::None, "{line}");
        }
        for line in ["Command: PASV", "Response: 227 x", "Status:   Connecting to ***:21"] {
            assert_eq!(sign(line.as_bytes()), Sign::Fits, "{line}");
        }
    }
}
