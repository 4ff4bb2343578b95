//! The members of a JSON object that stands on one line, without making values of those that nobody wants. It checks no
//! more than it must to find where each ends.

use crate::format::arena::Arena;

/// The names and values of the object that a line is, as far as it is one; `None` where it does not begin like one.
pub(super) fn members(line: &[u8]) -> Option<Members<'_>> {
    let inside = line.trim_ascii().strip_prefix(b"{")?;
    inside.trim_ascii_start().starts_with(b"\"").then_some(Members(inside))
}

/// Members that were not looked at yet.
#[derive(Debug)]
pub(super) struct Members<'a>(&'a [u8]);

/// A value as written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Value<'a> {
    /// A string without its quotes, escapes included.
    Text(&'a [u8]),
    /// An array, brackets included.
    Array(&'a [u8]),
    /// Anything else.
    Other,
}

impl<'a> Iterator for Members<'a> {
    type Item = (&'a [u8], Value<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        let i = self.0.trim_ascii_start();
        let i = i.strip_prefix(b",").unwrap_or(i).trim_ascii_start();
        let (name, i) = string(i)?;
        let i = i.trim_ascii_start().strip_prefix(b":")?.trim_ascii_start();
        let (value, rest) = value(i)?;
        self.0 = rest;
        Some((name, value))
    }
}

fn value(i: &[u8]) -> Option<(Value<'_>, &[u8])> {
    match i.first()? {
        b'"' => string(i).map(|(text, rest)| (Value::Text(text), rest)),
        b'[' => nested(i).map(|end| (Value::Array(&i[..end]), &i[end..])),
        b'{' => nested(i).map(|end| (Value::Other, &i[end..])),
        _ => {
            let end = i.iter().position(|b| b",]}".contains(b) || b.is_ascii_whitespace())?;
            (end > 0).then(|| (Value::Other, &i[end..]))
        }
    }
}

// "a \"b\""
fn string(i: &[u8]) -> Option<(&[u8], &[u8])> {
    let inside = i.strip_prefix(b"\"")?;
    let mut end = 0;
    loop {
        end += memchr::memchr2(b'"', b'\\', inside.get(end..)?)?;
        if inside[end] == b'"' {
            return Some((&inside[..end], &inside[end + 1..]));
        }
        end += 2;
    }
}

/// Where an array or an object ends.
fn nested(i: &[u8]) -> Option<usize> {
    let (mut at, mut depth) = (0, 0usize);
    loop {
        match *i.get(at)? {
            b'"' => at = i.len() - string(&i[at..])?.1.len(),
            bracket => {
                depth = match bracket {
                    b'[' | b'{' => depth + 1,
                    b']' | b'}' => depth - 1,
                    _ => depth,
                };
                at += 1;
            }
        }
        if depth == 0 {
            return Some(at);
        }
    }
}

/// The text of a string without its escapes.
pub(super) fn unescaped<'a>(text: &'a [u8], arena: &'a Arena) -> &'a [u8] {
    if memchr::memchr(b'\\', text).is_none() {
        return text;
    }
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = memchr::memchr(b'\\', rest) {
        out.extend_from_slice(&rest[..at]);
        rest = &rest[at + 1..];
        let Some((mark, after)) = rest.split_first() else { break };
        rest = after;
        match mark {
            b'n' => out.push(b'\n'),
            b'r' => out.push(b'\r'),
            b't' => out.push(b'\t'),
            b'b' => out.push(8),
            b'f' => out.push(12),
            b'u' => {
                let (c, after) = unit(rest);
                out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
                rest = after;
            }
            other => out.push(*other),
        }
    }
    out.extend_from_slice(rest);
    arena.keep(&out)
}

// 00e9    d83d\ude00
/// The character of one unit of UTF-16, or of a pair; half a pair is U+FFFD.
fn unit(i: &[u8]) -> (char, &[u8]) {
    let Some((first, rest)) = hex(i) else { return (char::REPLACEMENT_CHARACTER, i) };
    if let Some(c) = char::from_u32(first) {
        return (c, rest);
    }
    let pair = rest.strip_prefix(b"\\u").and_then(hex).and_then(|(second, after)| {
        let high = first.checked_sub(0xd800).filter(|high| *high < 0x400)?;
        let low = second.checked_sub(0xdc00).filter(|low| *low < 0x400)?;
        Some((char::from_u32(0x1_0000 + (high << 10) + low)?, after))
    });
    pair.unwrap_or((char::REPLACEMENT_CHARACTER, rest))
}

fn hex(i: &[u8]) -> Option<(u32, &[u8])> {
    let (digits, rest) = i.split_first_chunk::<4>()?;
    let value = |n: u32, b: &u8| Some(n * 16 + char::from(*b).to_digit(16)?);
    Some((digits.iter().try_fold(0, value)?, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Vec<(String, String)> {
        let arena = Arena::default();
        let shown = |b: &[u8]| String::from_utf8_lossy(b).into_owned();
        let value = |v| match v {
            Value::Text(text) => shown(unescaped(text, &arena)),
            Value::Array(text) => shown(text),
            Value::Other => "-".to_owned(),
        };
        members(line.as_bytes()).map_or(Vec::new(), |m| m.map(|(name, v)| (shown(name), value(v))).collect())
    }

    fn pair(name: &str, value: &str) -> (String, String) {
        (name.to_owned(), value.to_owned())
    }

    #[test]
    fn names_and_values_are_found_whatever_they_hold() {
        let line = r#" {"a":"x \"y\" \\", "b" : [1,"]",[2]],"c":{"d":"}"},"e":null,"f":-1.5e3,"g":""} "#;
        let want = [
            pair("a", r#"x "y" \"#),
            pair("b", r#"[1,"]",[2]]"#),
            pair("c", "-"),
            pair("e", "-"),
            pair("f", "-"),
            pair("g", ""),
        ];
        assert_eq!(read(line), want);
    }

    #[test]
    fn escapes_of_every_kind_are_read() {
        assert_eq!(read(r#"{"a":"\r\n\t\b\f\/\u00e9\ud83d\ude00"}"#), [pair("a", "\r\n\t\u{8}\u{c}/é😀")]);
        assert_eq!(read(r#"{"a":"\ud83dx\u12"}"#), [pair("a", "\u{fffd}x\u{fffd}12")]);
    }

    #[test]
    fn what_is_cut_short_ends_the_members() {
        assert_eq!(read(r#"{"a":"x","b":"y"#), [pair("a", "x")]);
        assert_eq!(read(r#"{"a":"x","b":[1"#), [pair("a", "x")]);
        assert_eq!(read(r#"{"a":"x\"#), []);
        assert_eq!(read("{}"), []);
        assert_eq!(read("{ x }"), []);
    }
}
