//! `curl -v`: what curl shows of a transfer, with or without `--trace-time` and `--trace-ids`.
//!
//! Not `--trace` and `--trace-ascii`, which are another format.

use super::stamp::{Stamps, number, time_of_day};
use super::{Format, Layout, Lexer, Line, Sign, Signs};
use crate::event::{Command, Dialect, Event, Holds, Identity, Key, Lexed, ReplyLine, What};
use crate::ftp::Software;
use crate::time::When;
use nom::bytes::complete::tag;
use nom::character::complete::{char, digit1};
use nom::combinator::opt;
use nom::sequence::{preceded, terminated};
use nom::{IResult, Parser};

pub(super) static FORMAT: Format = Format {
    dialect: Dialect {
        name: "curl",
        identity: Identity::OneRun,
        software: Software::Unknown,
        holds: Holds::Everything,
    },
    signs: Signs::WholeFile(sign),
    layout: Layout::LINES,
    lexer: &|setup| Box::new(Curl { stamps: Stamps::new(&setup.zone) }),
};

/// Columns of the progress meter.
const METER_COLUMNS: usize = 60;
/// Columns of a stamp with the space behind it.
const STAMP_COLUMNS: usize = 16;

struct Curl {
    stamps: Stamps,
}

impl Lexer for Curl {
    fn lex<'a>(&mut self, line: Line<'a>) -> Lexed<'a> {
        let text = without_meter(line.text);
        let (at, rest) = match self.stamps.read(text, time_of_day) {
            Some((at, rest)) => (at, rest.strip_prefix(b" ").unwrap_or(rest)),
            None => (line.at(), text),
        };
        let (key, rest) = key(rest);
        match mark(rest) {
            Some((Mark::Note, note)) => noted(at, key, note),
            Some((Mark::Sent, said)) => match Command::parse(said) {
                Some(command) => event(at, key, What::Command(command)),
                None => Lexed::Skip,
            },
            Some((Mark::Received, said)) => event(at, key, What::Reply(ReplyLine::of(said))),
            // Files and listings that were fetched, and the meter. Pastes that lost a mark look the same.
            Some((Mark::Data, _)) | None => Lexed::Skip,
        }
    }
}

fn event<'a>(at: When, key: Key<'a>, what: What<'a>) -> Lexed<'a> {
    Lexed::Event(Event { key, ..Event::bare(at, what) })
}

/// A connection that is reused is the same session, so only its end is of interest: curl tells of connections for data in
/// the same words, and the server's greeting shows a new session better.
pub(super) fn noted<'a>(at: When, key: Key<'a>, note: &[u8]) -> Lexed<'a> {
    if note.starts_with(b"Closing connection") || note.starts_with(b"shutting down connection") {
        return event(at, key, What::Closed);
    }
    Lexed::Skip
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mark {
    Note,
    Sent,
    Received,
    Data,
}

/// The mark at the start of a line, and what follows it.
fn mark(i: &[u8]) -> Option<(Mark, &[u8])> {
    let (first, rest) = i.split_first()?;
    // Pastes lose the space of an empty line.
    let said = rest.strip_prefix(b" ").or_else(|| rest.is_empty().then_some(rest))?;
    match first {
        b'*' => Some((Mark::Note, said)),
        b'>' => Some((Mark::Sent, said)),
        b'<' => Some((Mark::Received, said)),
        b'{' | b'}' if bytes_of_data(said).is_ok() => Some((Mark::Data, said)),
        _ => None,
    }
}

// [4096 bytes data]
fn bytes_of_data(i: &[u8]) -> IResult<&[u8], &[u8]> {
    (tag("["), digit1, tag(" bytes data]")).map(|(_, n, _)| n).parse(i)
}

// [0-1]  the transfer and its connection;  [0-x]  no connection yet
fn ids(i: &[u8]) -> IResult<&[u8], Option<u64>> {
    let (i, _) = (char('['), digit1, char('-')).parse(i)?;
    let (i, connection) = opt(number).parse(i)?;
    let (i, _) = terminated(opt(char('x')), tag("] ")).parse(i)?;
    Ok((i, connection))
}

pub(super) fn key(i: &[u8]) -> (Key<'static>, &[u8]) {
    match ids(i) {
        Ok((rest, connection)) => (connection.map_or(Key::None, Key::Number), rest),
        Err(_) => (Key::None, i),
    }
}

//   0     0    0     0    0     0      0      0 --:--:-- --:--:-- --:--:--     0* Connected to 127.0.0.1
// --  --      0     0     3     3  --:--:-- --:--:-- --:--:--     0      * Connected to 127.0.0.1
/// Takes off the progress meter, which curl writes over and over into one line, and which the next line is glued to.
pub(super) fn without_meter(i: &[u8]) -> &[u8] {
    let line = memchr::memrchr(b'\r', i).map_or(i, |end| &i[end + 1..]);
    if !line.first().is_some_and(|b| b" -".contains(b) || b.is_ascii_digit()) {
        return line;
    }
    let Some(end) = line.iter().position(|b| !b" 0123456789.:-kMGTPdh".contains(b)) else { return line };
    if end < METER_COLUMNS {
        return line;
    }
    // A stamp is made of the same characters as the meter.
    match end.checked_sub(STAMP_COLUMNS).map(|start| &line[start..]) {
        Some(stamped) if preceded(time_of_day, tag(" ")).parse(stamped).is_ok() => stamped,
        _ => &line[end..],
    }
}

/// What curl shows, without the meter, the stamp and the numbers before it.
pub(super) fn shown(line: &[u8]) -> &[u8] {
    let text = without_meter(line);
    let stamp: IResult<&[u8], _> = terminated(time_of_day, tag(" ")).parse(text);
    key(stamp.map_or(text, |(rest, _)| rest)).1
}

/// Only curl's own words tell it from other programs that mark lines with `>` and `<`.
pub(super) fn sign(line: &[u8]) -> Sign {
    let Some((mark, said)) = mark(shown(line)) else { return Sign::None };
    let strong = match mark {
        Mark::Data => true,
        Mark::Note => is_known_note(said),
        Mark::Sent | Mark::Received => false,
    };
    if strong { Sign::Strong } else { Sign::Fits }
}

pub(super) fn is_known_note(note: &[u8]) -> bool {
    let known: [&[u8]; 10] = [
        b"  Trying ",
        b"Connection #",
        b"Closing connection",
        b"Re-using existing connection",
        b"Entry path is '",
        b"Connect data stream ",
        b"Remembering we are in dir ",
        b"Access denied: ",
        b"ftp_perform ends with ",
        b"Found bundle for host",
    ];
    known.iter().any(|k| note.starts_with(k))
        || note.starts_with(b"Connected to ") && memchr::memmem::find(note, b" port ").is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ftp::Verb;

    fn what(line: &[u8]) -> What<'_> {
        FORMAT.event(line).what
    }

    #[test]
    fn marks_tell_who_spoke() {
        let What::Command(command) = what(b"> PASS wonderland") else { panic!() };
        assert_eq!((command.verb, command.argument), (Verb::PASS, &b"***"[..]));
        assert_eq!(what(b"< 220 (vsFTPd 3.0.3)"), What::Reply(ReplyLine::of(b"220 (vsFTPd 3.0.3)")));
        assert_eq!(what(b"<  EPRT"), What::Reply(ReplyLine::of(b" EPRT")));
        assert_eq!(what(b"* Closing connection 0"), What::Closed);
        for line in [
            "*   Trying 127.0.0.1:2121...",
            "* Connected to h (::1) port 21 (#0)",
            "{ [33 bytes data]",
            "} [100 bytes data]",
        ] {
            assert_eq!(FORMAT.lex(line.as_bytes()), Lexed::Skip, "{line}");
        }
    }

    #[test]
    fn stamps_and_numbers_stand_before_the_mark() {
        let Lexed::Event(e) = FORMAT.lex(b"18:18:56.828511 [1-0] < 220 (vsFTPd 3.0.3)") else { panic!() };
        assert_eq!((e.at.clock().unwrap().as_str(), e.key), ("18:18:56", Key::Number(0)));
        assert_eq!(e.what, What::Reply(ReplyLine::of(b"220 (vsFTPd 3.0.3)")));
        assert_eq!(FORMAT.lex(b"18:18:56.828511 [0-x] * Host localhost:21 was resolved."), Lexed::Skip);
    }

    #[test]
    fn the_progress_meter_is_taken_off() {
        let meter = "  0     0    0     0    0     0      0      0 --:--:-- --:--:-- --:--:--     0";
        for before in [
            "\r--  --      0     0     3     3  --:--:-- --:--:-- --:--:--     0      ".to_owned(),
            format!("\r{meter}\r{meter}"),
            format!(
                "\r100  8192  100  8192    0     0   3.1M      0  0:00:02  0:00:01  0:00:01 3.1M\r{meter}"
            ),
            meter.to_owned(),
        ] {
            let line = format!("{before}< 226 Transfer complete.");
            assert_eq!(
                what(line.as_bytes()),
                What::Reply(ReplyLine::of(b"226 Transfer complete.")),
                "{line}"
            );
            let line = format!("{before}17:53:47.534764 > QUIT");
            let Lexed::Event(e) = FORMAT.lex(line.as_bytes()) else { panic!() };
            assert_eq!(e.at.clock().unwrap(), "17:53:47");
            assert_eq!(FORMAT.lex(before.as_bytes()), Lexed::Skip);
        }
    }

    #[test]
    fn what_was_fetched_is_no_reply() {
        assert_eq!(
            FORMAT.lex(b"-rw-r--r--   1 alice    alice          33 Nov 20 18:19 hello.txt"),
            Lexed::Skip
        );
        assert_eq!(FORMAT.lex(b"curl: (78) The file does not exist"), Lexed::Skip);
        assert_eq!(FORMAT.lex(b"331 rows in a file"), Lexed::Skip);
    }

    #[test]
    fn only_words_of_curl_speak_for_curl() {
        assert_eq!(sign(b"> USER alice"), Sign::Fits);
        assert_eq!(
            sign(b"17:53:47.534764 * Connected to 127.0.0.1 (127.0.0.1) port 2121 (#0)"),
            Sign::Strong
        );
        assert_eq!(sign(b"* Connected to the server at last"), Sign::Fits);
        assert_eq!(sign(b"=> true"), Sign::None);
    }
}
