//! `curl --trace` and `--trace-ascii`, with or without `--trace-time` and `--trace-ids`: every byte of the control channel, in
//! rows of hexadecimal digits or of text.
//!
//! Not `curl -v`, which is another format.

use super::arena::Arena;
use super::curl::{is_known_note, key, noted, without_meter};
use super::stamp::{Stamps, time_of_day};
use super::{Format, Layout, Lexer, Line, Sign, Signs};
use crate::event::{Command, Dialect, Event, Holds, Identity, Key, Lexed, ReplyLine, Told, What};
use crate::ftp::Software;
use crate::source::Lines;
use crate::time::When;
use nom::bytes::complete::{tag, take_while_m_n};
use nom::character::complete::{digit1, hex_digit1};
use nom::sequence::{delimited, terminated};
use nom::{IResult, Parser};

pub(super) static FORMAT: Format = Format {
    dialect: Dialect {
        name: "curl-trace",
        identity: Identity::OneRun,
        software: Software::Unknown,
        holds: Holds::Everything,
    },
    signs: Signs::WholeFile(sign),
    layout: Layout { joins: Some(joins), carries: None },
    lexer: &|setup| Box::new(CurlTrace { stamps: Stamps::new(&setup.zone) }),
};

/// Bytes of a row of hexadecimal digits.
const HEX_ROW_BYTES: usize = 16;
/// Columns of one of them.
const HEX_COLUMNS: usize = 3;

struct CurlTrace {
    stamps: Stamps,
}

impl Lexer for CurlTrace {
    fn lex<'a>(&mut self, line: Line<'a>) -> Lexed<'a> {
        let (first, rows) = match memchr::memchr(b'\n', line.text) {
            Some(end) => (&line.text[..end], &line.text[end + 1..]),
            None => (line.text, &b""[..]),
        };
        let first = first.strip_suffix(b"\r").unwrap_or(first);
        let (frame, head) = match self.head(first, line.at()) {
            (_, None) => self.head(without_meter(first), line.at()),
            found => found,
        };
        match head {
            Some(Head::Note(note)) => noted(frame.at, frame.key, note),
            Some(Head::Said(side)) => spoken(rows, line.arena, frame, side),
            // Rows of a record that is longer than is read together, and what was fetched.
            Some(Head::Data) | None => Lexed::Skip,
        }
    }
}

/// What the lines of a record have in common.
#[derive(Clone, Copy)]
struct Frame {
    at: When,
    key: Key<'static>,
}

impl CurlTrace {
    // 18:18:55.951738 [0-1] <= Recv header, 8 bytes (0x8)
    fn head<'a>(&mut self, line: &'a [u8], around: When) -> (Frame, Option<Head<'a>>) {
        let (at, rest) = match self.stamps.read(line, time_of_day) {
            Some((at, rest)) => (at, rest.strip_prefix(b" ").unwrap_or(rest)),
            None => (around, line),
        };
        let (key, rest) = key(rest);
        (Frame { at, key }, head(rest))
    }
}

/// Who said what a record holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Client,
    Server,
}

impl Side {
    fn said(self, line: &[u8]) -> Option<What<'_>> {
        match self {
            Self::Client => Command::parse(line).map(What::Command),
            Self::Server => Some(What::Reply(ReplyLine::of(line))),
        }
    }
}

/// The lines that the rows of a record hold.
fn spoken<'a>(rows: &'a [u8], arena: &'a Arena, frame: Frame, side: Side) -> Lexed<'a> {
    let told = |(below, line): (u32, &'a [u8])| {
        let event = Event { key: frame.key, ..Event::bare(frame.at, side.said(line)?) };
        Some(Told { below, event })
    };
    match Rows::of(rows).next() {
        None => Lexed::Skip,
        Some(first) if hex_bytes(first.text).is_some() => {
            arena.tell_each(hex_lines(rows, arena).filter_map(told))
        }
        Some(_) => arena.tell_each(TextLines { rows: Rows::of(rows), arena }.filter_map(told)),
    }
}

/// A row of a record: `0040: .`
#[derive(Clone, Copy)]
struct Row<'a> {
    /// How many lines below the record's first one it stands.
    below: u32,
    /// Where its first byte stands in the record.
    offset: usize,
    text: &'a [u8],
}

#[derive(Clone)]
struct Rows<'a> {
    lines: Lines<'a>,
    below: u32,
}

impl<'a> Rows<'a> {
    fn of(rows: &'a [u8]) -> Self {
        Self { lines: Lines(rows), below: 0 }
    }
}

impl<'a> Iterator for Rows<'a> {
    type Item = Row<'a>;

    fn next(&mut self) -> Option<Row<'a>> {
        let (text, offset) = row(self.lines.next()?.bytes).ok()?;
        self.below += 1;
        Some(Row { below: self.below, offset, text })
    }
}

/// The lines of rows of text: a row goes on with the one before unless the bytes of a line end lie between them.
struct TextLines<'a> {
    rows: Rows<'a>,
    arena: &'a Arena,
}

impl<'a> Iterator for TextLines<'a> {
    type Item = (u32, &'a [u8]);

    fn next(&mut self) -> Option<(u32, &'a [u8])> {
        let first = self.rows.next()?;
        let mut end = first.offset + first.text.len();
        let mut more = self.rows.clone();
        let mut n_more = 0;
        while let Some(next) = more.next().filter(|next| next.offset == end) {
            end += next.text.len();
            n_more += 1;
        }
        if n_more == 0 {
            return Some((first.below, first.text));
        }
        let rest = self.rows.clone().take(n_more).flat_map(|row| row.text);
        let line = self.arena.collect(first.text.iter().chain(rest).copied());
        self.rows.nth(n_more - 1);
        Some((first.below, line))
    }
}

/// The lines of rows of hexadecimal digits.
fn hex_lines<'a>(rows: &'a [u8], arena: &'a Arena) -> impl Iterator<Item = (u32, &'a [u8])> {
    let bytes = Rows::of(rows).filter_map(|row| hex_bytes(row.text));
    let bytes = arena.collect(bytes.flat_map(|(bytes, n)| bytes.into_iter().take(n)));
    let mut start = 0;
    bytes.split_inclusive(|b| *b == b'\n').map(move |line| {
        let below = 1 + start / HEX_ROW_BYTES;
        start += line.len();
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        (below as u32, line.strip_suffix(b"\r").unwrap_or(line))
    })
}

// 33 29 0d 0a                                     3)..
/// The bytes of a row of hexadecimal digits, if it is one. Where somebody made digits unreadable, the text behind them is
/// taken instead, and never the other half of a secret.
fn hex_bytes(text: &[u8]) -> Option<([u8; HEX_ROW_BYTES], usize)> {
    let (digits, shown) = text.split_at_checked(HEX_ROW_BYTES * HEX_COLUMNS)?;
    if shown.is_empty() {
        return None;
    }
    let (mut bytes, mut n) = ([0; HEX_ROW_BYTES], 0);
    for (column, column_digits) in digits.chunks_exact(HEX_COLUMNS).enumerate() {
        let [high, low, b' '] = column_digits else { return None };
        if [*high, *low] != [b' ', b' '] {
            bytes[column] = hex_byte(*high, *low).or(shown.get(column).copied()).unwrap_or(b'?');
            n = column + 1;
        }
    }
    Some((bytes, n))
}

fn hex_byte(high: u8, low: u8) -> Option<u8> {
    let digit = |b: u8| char::from(b).to_digit(16);
    Some((digit(high)? << 4 | digit(low)?) as u8)
}

// 0040:
fn row(i: &[u8]) -> IResult<&[u8], usize> {
    let digits = take_while_m_n(4, 8, |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    terminated(digits.map(hexadecimal), tag(": ")).parse(i)
}

fn hexadecimal(digits: &[u8]) -> usize {
    let digit = |b: &u8| char::from(*b).to_digit(16).unwrap_or(0) as usize;
    digits.iter().fold(0, |n, b| n << 4 | digit(b))
}

fn joins(line: &[u8]) -> bool {
    row(line).is_ok()
}

/// The first line of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Head<'a> {
    Note(&'a [u8]),
    Said(Side),
    /// Files, listings and what TLS sends.
    Data,
}

// == Info: Closing connection 0    => Send header, 12 bytes (0xc)    <= Recv SSL data, 5 bytes (0x5)
fn head(i: &[u8]) -> Option<Head<'_>> {
    if let Some(note) = i.strip_prefix(b"== Info: ") {
        return Some(Head::Note(note));
    }
    let end = memchr::memchr(b',', i)?;
    let head = match &i[..end] {
        b"=> Send header" => Head::Said(Side::Client),
        b"<= Recv header" => Head::Said(Side::Server),
        b"=> Send data" | b"<= Recv data" | b"=> Send SSL data" | b"<= Recv SSL data" => Head::Data,
        _ => return None,
    };
    size(&i[end..]).ok().map(|_| head)
}

// , 12 bytes (0xc)
fn size(i: &[u8]) -> IResult<&[u8], &[u8]> {
    terminated(delimited(tag(", "), digit1, tag(" bytes (0x")), (hex_digit1, tag(")"))).parse(i)
}

/// The line without the meter, the stamp and the numbers before it.
fn bare(line: &[u8]) -> &[u8] {
    let text = without_meter(line);
    let stamp: IResult<&[u8], _> = terminated(time_of_day, tag(" ")).parse(text);
    key(stamp.map_or(text, |(rest, _)| rest)).1
}

/// Nothing else writes such first lines of records.
pub(super) fn sign(line: &[u8]) -> Sign {
    match head(bare(line)) {
        Some(Head::Note(note)) if !is_known_note(note) => Sign::Fits,
        Some(_) => Sign::Strong,
        None if joins(line) => Sign::Fits,
        None => Sign::None,
    }
}

/// The notes, and the first row of what was said by either side, with the numbers of their lines: what shows the protocol.
pub(super) fn telling<'a>(lines: &[&'a [u8]]) -> Vec<(usize, &'a [u8])> {
    let mut found = Vec::new();
    for (n, line) in lines.iter().enumerate() {
        match head(bare(line)) {
            Some(Head::Note(_)) => found.push((n, bare(line))),
            Some(Head::Said(_)) => {
                let Some((text, _)) = lines.get(n + 1).and_then(|line| row(line).ok()) else { continue };
                let is_hex = hex_bytes(text).is_some();
                found.push((n + 1, if is_hex { &text[HEX_ROW_BYTES * HEX_COLUMNS..] } else { text }));
            }
            Some(Head::Data) | None => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ftp::Verb;

    fn told(record: &str) -> Vec<(u32, Event<'_>)> {
        match FORMAT.lex(record) {
            Lexed::Many(all) => all.iter().map(|told| (told.below, told.event)).collect(),
            other => panic!("{other:?}: {record}"),
        }
    }

    fn reply(record: &str) -> Vec<u8> {
        let [(1, Event { what: What::Reply(reply), .. })] = told(record)[..] else { panic!() };
        reply.line.to_vec()
    }

    #[test]
    fn commands_and_replies_are_records() {
        let [(1, event)] = told("=> Send header, 17 bytes (0x11)\n0000: PASS wonderland")[..] else {
            panic!()
        };
        let What::Command(command) = event.what else { panic!() };
        assert_eq!((command.verb, command.argument), (Verb::PASS, &b"***"[..]));
        assert_eq!(
            reply("<= Recv header, 20 bytes (0x14)\r\n0000: 220 (vsFTPd 3.0.3)\r"),
            b"220 (vsFTPd 3.0.3)"
        );
    }

    #[test]
    fn stamps_and_numbers_stand_before_the_record() {
        let record = "18:18:55.951738 [0-1] <= Recv header, 8 bytes (0x8)\n0000: 213 33";
        let [(_, event)] = told(record)[..] else { panic!() };
        assert_eq!((event.at.clock().unwrap().as_str(), event.key), ("18:18:55", Key::Number(1)));
    }

    #[test]
    fn rows_of_text_are_joined() {
        let record = "<= Recv header, 67 bytes (0x43)\n\
            0000: 150 Opening BINARY mode data connection for hello.txt (33 bytes)\n0040: .";
        assert_eq!(reply(record), b"150 Opening BINARY mode data connection for hello.txt (33 bytes).");
        // 64 columns and a line end: the next row is another line.
        let record = format!("<= Recv header, 74 bytes (0x4a)\n0000: 220-{}\n0042: 220 ok", "x".repeat(60));
        let lines = told(&record);
        assert_eq!(lines.iter().map(|(below, _)| *below).collect::<Vec<_>>(), [1, 2]);
        assert_eq!(lines[1].1.what, What::Reply(ReplyLine::of(b"220 ok")));
    }

    #[test]
    fn a_long_password_does_not_come_out_in_pieces() {
        let (password, rest) = ("x".repeat(59), "hunter2");
        let record = format!("=> Send header, 73 bytes (0x49)\n0000: PASS {password}\n0040: {rest}");
        let [(1, event)] = told(&record)[..] else { panic!() };
        assert!(matches!(event.what, What::Command(c) if c.verb == Verb::PASS && c.argument == b"***"));
    }

    #[test]
    fn rows_of_digits_are_read() {
        let record = "<= Recv header, 34 bytes (0x22)\n\
            0000: 33 33 31 20 50 6c 65 61 73 65 20 73 70 65 63 69 331 Please speci\n\
            0010: 66 79 20 74 68 65 20 70 c3 a4 73 77 6f 72 64 2e fy the p..sword.\n\
            0020: 0d 0a                                           ..";
        assert_eq!(reply(record), "331 Please specify the p\u{e4}sword.".as_bytes());
        let [(1, event)] = told(
            "=> Send header, 17 bytes (0x11)\n\
            0000: 50 41 53 53 20 77 6f 6e 64 65 72 6c 61 6e 64 0d PASS wonderland.\n\
            0010: 0a                                              .",
        )[..] else {
            panic!()
        };
        assert!(matches!(event.what, What::Command(c) if c.argument == b"***"));
    }

    #[test]
    fn digits_alone_are_text_and_hidden_ones_are_read_from_the_text() {
        assert_eq!(reply("<= Recv header, 9 bytes (0x9)\n0000: 11 22 33"), b"11 22 33");
        let [(1, event)] = told(
            "=> Send header, 14 bytes (0xe)\n\
            0000: 50 41 53 53 20 XX XX XX XX XX XX XX 0d 0a       PASS hunter2..",
        )[..] else {
            panic!()
        };
        assert!(matches!(event.what, What::Command(c) if c.verb == Verb::PASS && c.argument == b"***"));
    }

    #[test]
    fn files_and_notes_are_skipped() {
        for record in [
            "<= Recv data, 33 bytes (0x21)\n0000: 220 Hello from the test home dir.",
            "=> Send SSL data, 5 bytes (0x5)\n0000: .....",
            "== Info: Connected to 127.0.0.1 (127.0.0.1) port 2121 (#0)",
            "<= Recv header, 20 bytes (0x14)",
            "0400: PASS wonderland",
            "220 Hello from a file",
        ] {
            assert_eq!(FORMAT.lex(record), Lexed::Skip, "{record}");
        }
        assert_eq!(FORMAT.event("18:18:55.951738 == Info: Closing connection 0").what, What::Closed);
    }

    #[test]
    fn only_rows_go_on_with_a_record() {
        assert!(joins(b"0000: USER alice") && joins(b"1f3c0: x") && joins(b"0040: "));
        for line in
            ["=> Send header, 12 bytes (0xc)", "18:18:55.951738 == Info: x", "0000 USER", "220: x", "ABCD: x"]
        {
            assert!(!joins(line.as_bytes()), "{line}");
        }
    }

    #[test]
    fn only_first_lines_of_records_speak_for_the_format() {
        assert_eq!(sign(b"18:18:55.951738 => Send header, 12 bytes (0xc)"), Sign::Strong);
        assert_eq!(sign(b"== Info:   Trying 127.0.0.1:2121..."), Sign::Strong);
        assert_eq!(sign(b"== Info: and so on"), Sign::Fits);
        assert_eq!(sign(b"0000: USER alice"), Sign::Fits);
        assert_eq!(sign(b"=> Send header, some bytes"), Sign::None);
    }
}
