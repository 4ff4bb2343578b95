//! Text in quotes, as Python's `repr`, JavaScript and JSON write it, and what its escapes stand for. Not their other values.

use super::arena::Arena;
use crate::text::find_near2;
use nom::error::{Error, ErrorKind};
use nom::{IResult, Parser};

/// A text in quotes of any kind at the start of `i`, and what follows it. Its escapes are still in it.
// 'PASS *****'    "550 Can't change directory to x"    `it's "both"`
pub(super) fn literal(i: &[u8]) -> IResult<&[u8], &[u8]> {
    let (inside, quote) = nom::character::complete::one_of("'\"`").parse(i)?;
    until_quote(inside, quote as u8)
}

/// What stands before the next `quote` that is not escaped, and what follows that quote.
#[inline]
pub(super) fn until_quote(i: &[u8], quote: u8) -> IResult<&[u8], &[u8]> {
    let mut from = 0;
    while let Some(at) = find_near2(i, quote, b'\\', from) {
        if i[at] == quote {
            return Ok((&i[at + 1..], &i[..at]));
        }
        from = at + 2;
    }
    Err(nom::Err::Error(Error::new(i, ErrorKind::TakeUntil)))
}

/// The text that a literal stands for; the literal itself where nothing in it is escaped.
pub(super) fn unescape<'a>(literal: &'a [u8], arena: &'a Arena) -> &'a [u8] {
    unescape_with(literal, arena, escape)
}

/// As [`unescape`], where `\x2e` and `\\` are the only escapes.
pub(super) fn unescape_bytes<'a>(text: &'a [u8], arena: &'a Arena) -> &'a [u8] {
    unescape_with(text, arena, |i| match i {
        [b'\\', rest @ ..] => Some((Said::byte(b'\\'), rest)),
        [b'x', rest @ ..] => byte(rest),
        _ => None,
    })
}

fn unescape_with<'a>(text: &'a [u8], arena: &'a Arena, escape: Escape) -> &'a [u8] {
    match memchr::memchr(b'\\', text) {
        None => text,
        Some(_) => arena.collect(Unescaped { rest: text, escape, said: Said::NOTHING }),
    }
}

/// What the characters behind a backslash stand for, and what follows them; `None` where they are no escape.
type Escape = fn(&[u8]) -> Option<(Said, &[u8])>;

/// The bytes that one escape stands for.
#[derive(Clone, Copy, Debug)]
struct Said {
    bytes: [u8; 4],
    from: u8,
    to: u8,
}

impl Said {
    const NOTHING: Self = Self { bytes: [0; 4], from: 0, to: 0 };

    fn byte(byte: u8) -> Self {
        Self { bytes: [byte, 0, 0, 0], from: 0, to: 1 }
    }

    fn character(number: u32) -> Self {
        let mut bytes = [0; 4];
        let character = char::from_u32(number).unwrap_or(char::REPLACEMENT_CHARACTER);
        let to = character.encode_utf8(&mut bytes).len() as u8;
        Self { bytes, from: 0, to }
    }
}

/// The bytes of a text without its escapes.
struct Unescaped<'a> {
    rest: &'a [u8],
    escape: Escape,
    said: Said,
}

impl Iterator for Unescaped<'_> {
    type Item = u8;

    fn next(&mut self) -> Option<u8> {
        if self.said.from < self.said.to {
            self.said.from += 1;
            return Some(self.said.bytes[usize::from(self.said.from) - 1]);
        }
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        if *first == b'\\'
            && let Some((said, rest)) = (self.escape)(rest)
        {
            (self.said, self.rest) = (Said { from: 1, ..said }, rest);
            return Some(said.bytes[0]);
        }
        Some(*first)
    }
}

// n    'x    x1b    u00e9    ud83d\ude00    U0001f600
fn escape(i: &[u8]) -> Option<(Said, &[u8])> {
    let (first, rest) = i.split_first()?;
    let said = match first {
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'b' => 8,
        b'f' => 12,
        b'v' => 11,
        b'\\' | b'\'' | b'"' | b'`' | b'/' => *first,
        b'x' => return byte(rest),
        b'u' => return character(rest),
        b'U' => return digits(rest, 8).map(|(n, rest)| (Said::character(n), rest)),
        _ => return None,
    };
    Some((Said::byte(said), rest))
}

/// Python writes what it could not decode, and Zeek what cannot be printed, byte by byte.
fn byte(i: &[u8]) -> Option<(Said, &[u8])> {
    digits(i, 2).map(|(n, rest)| (Said::byte(n as u8), rest))
}

fn character(i: &[u8]) -> Option<(Said, &[u8])> {
    let (first, rest) = digits(i, 4)?;
    match first {
        // Two escapes make one character (RFC 8259 section 7).
        0xd800..=0xdbff => match rest.strip_prefix(b"\\u").and_then(|i| digits(i, 4)) {
            Some((second @ 0xdc00..=0xdfff, rest)) => {
                Some((Said::character(0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00)), rest))
            }
            _ => Some((Said::character(first), rest)),
        },
        // A byte that Python could not decode (PEP 383).
        0xdc80..=0xdcff => Some((Said::byte((first - 0xdc00) as u8), rest)),
        _ => Some((Said::character(first), rest)),
    }
}

/// A number of so many hexadecimal digits.
fn digits(i: &[u8], n: usize) -> Option<(u32, &[u8])> {
    let (digits, rest) = i.split_at_checked(n)?;
    let digit = |b: &u8| char::from(*b).to_digit(16);
    let number = digits.iter().try_fold(0, |number, b| Some(number << 4 | digit(b)?))?;
    Some((number, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &[u8]) -> Option<Vec<u8>> {
        let arena = Arena::default();
        let (_, inside) = literal(text).ok()?;
        Some(unescape(inside, &arena).to_vec())
    }

    // What Python 3.11 and Node.js 20 print for these texts.
    #[test]
    fn escapes_are_those_of_python_and_javascript() {
        let cases: [(&str, &[u8]); 10] = [
            (r"'PASS *****' and more", b"PASS *****"),
            (r#""550 Can't change directory""#, b"550 Can't change directory"),
            (r#"'it\'s "both"'"#, b"it's \"both\""),
            (r"'211-Features:\n UTF8\n211 End\r\n'", b"211-Features:\n UTF8\n211 End\r\n"),
            (r"'C:\\new\\table'", br"C:\new\table"),
            (r"'\x1b[0m \x00'", b"\x1b[0m \0"),
            (r"'\udce9t\udce9 \u2028'", b"\xe9t\xe9 \xe2\x80\xa8"),
            (r"'\U000e0001'", "\u{e0001}".as_bytes()),
            (r"'\u001b\b\f\v'", b"\x1b\x08\x0c\x0b"),
            ("'na\u{ef}ve'", "na\u{ef}ve".as_bytes()),
        ];
        for (text, want) in cases {
            assert_eq!(said(text.as_bytes()).as_deref(), Some(want), "{text}");
        }
    }

    #[test]
    fn two_halves_make_one_character_and_one_alone_makes_none() {
        assert_eq!(said(br"'\ud83d\ude00'").unwrap(), "\u{1f600}".as_bytes());
        assert_eq!(said(br"'\ud83d!'").unwrap(), "\u{fffd}!".as_bytes());
        assert_eq!(said(br"'\ud83d\u0041'").unwrap(), "\u{fffd}A".as_bytes());
    }

    #[test]
    fn what_is_no_escape_stays() {
        assert_eq!(said(br"'\q \x4 \u12 \U1'").unwrap(), br"\q \x4 \u12 \U1");
        let arena = Arena::default();
        assert_eq!(unescape(br"\", &arena), br"\");
        assert_eq!(unescape_bytes(br"C:\new\x2e\\\u0041\x", &arena), br"C:\new.\\u0041\x");
    }

    #[test]
    fn a_text_without_escapes_is_not_copied() {
        let (arena, text) = (Arena::default(), b"'USER alice' x");
        let (rest, inside) = literal(text).unwrap();
        assert!(std::ptr::eq(unescape(inside, &arena), &raw const text[1..11]));
        assert_eq!(rest, b" x");
    }

    #[test]
    fn what_has_no_end_is_no_literal() {
        for text in ["", "'", "x", "'abc", r"'abc\'", r#"'abc""#, r"'\"] {
            assert_eq!(said(text.as_bytes()), None, "{text}");
        }
    }
}
