//! The shapes of exchanges, sessions and findings in JSON. Field order is fixed; bytes that are not UTF-8 become U+FFFD in
//! the text, with the raw bytes in base64 beside it.

use super::files::Spot;
use crate::session::{Exchange, Reply};
use crate::source::LogName;
use base64::Engine;
use serde::Serialize;
use serde_json::ser::Formatter;
use std::borrow::Cow;
use std::io::{self, Write};

/// Log bytes as a JSON string.
pub(super) fn text(bytes: &[u8]) -> Cow<'_, str> {
    // Nearly all bytes are text, and to see that is quicker than to repair what is none.
    str::from_utf8(bytes).map_or_else(|_| String::from_utf8_lossy(bytes), Cow::Borrowed)
}

/// The bytes in base64 where they are not UTF-8.
pub(super) fn raw(bytes: &[u8]) -> Option<String> {
    std::str::from_utf8(bytes).is_err().then(|| base64::engine::general_purpose::STANDARD.encode(bytes))
}

/// The bytes as a string, or nothing where there are none.
pub(super) fn stated(bytes: &[u8]) -> Option<Cow<'_, str>> {
    (!bytes.is_empty()).then(|| text(bytes))
}

#[derive(Serialize)]
pub(super) struct CommandJson<'a> {
    pub(super) verb: String,
    pub(super) argument: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) raw_base64: Option<String>,
}

impl<'a> CommandJson<'a> {
    pub(super) fn of(exchange: &Exchange<'a>) -> Option<Self> {
        let argument = exchange.argument();
        exchange.has_command().then(|| Self {
            verb: text(&exchange.name()).into_owned(),
            argument: text(argument),
            raw_base64: raw(argument),
        })
    }
}

#[derive(Serialize)]
pub(super) struct ReplyJson<'a> {
    code: u16,
    text: Vec<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    raw_base64: Option<Vec<String>>,
    line: u64,
    time: Option<String>,
    /// The file, where it is another one than that of the command.
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    member: Option<&'a str>,
}

impl<'a> ReplyJson<'a> {
    /// A reply that stands there, to a command that stands at `command`.
    pub(super) fn of(reply: &Reply<'a>, spot: Spot<'a>, command: Spot) -> Self {
        let elsewhere = Some(spot.name).filter(|name| *name != command.name);
        let odd = reply.lines().any(|l| std::str::from_utf8(l).is_err());
        let encode = |l: &[u8]| base64::engine::general_purpose::STANDARD.encode(l);
        Self {
            code: reply.code.0,
            text: reply.lines().map(text).collect(),
            raw_base64: odd.then(|| reply.lines().map(encode).collect()),
            path: elsewhere.map(LogName::file),
            member: elsewhere.and_then(|name| name.member.as_deref()),
            line: spot.line,
            time: reply.at.rfc3339(),
        }
    }
}

/// Replies by the first digit of their code (RFC 959 section 4.2.1).
#[derive(Serialize)]
pub(super) struct ByClass {
    #[serde(rename = "1xx")]
    one: u64,
    #[serde(rename = "2xx")]
    two: u64,
    #[serde(rename = "3xx")]
    three: u64,
    #[serde(rename = "4xx")]
    four: u64,
    #[serde(rename = "5xx")]
    five: u64,
}

impl From<[u64; 5]> for ByClass {
    fn from([one, two, three, four, five]: [u64; 5]) -> Self {
        Self { one, two, three, four, five }
    }
}

/// Lays out a document with two spaces a level, as `serde_json` does, but with one write for the start of a line: findings
/// have very many lines.
#[derive(Default)]
pub(super) struct Layout {
    depth: usize,
    is_empty: bool,
}

/// What ends a line and begins the next.
const BREAK: &[u8] = b",\n                                ";

impl Layout {
    fn begin(&mut self, out: &mut (impl Write + ?Sized), bracket: u8) -> io::Result<()> {
        self.depth += 1;
        self.is_empty = true;
        out.write_all(&[bracket])
    }

    fn end(&mut self, out: &mut (impl Write + ?Sized), bracket: u8) -> io::Result<()> {
        self.depth -= 1;
        if !std::mem::replace(&mut self.is_empty, false) {
            self.line(out, true)?;
        }
        out.write_all(&[bracket])
    }

    fn line(&self, out: &mut (impl Write + ?Sized), first: bool) -> io::Result<()> {
        let end = (2 + 2 * self.depth).min(BREAK.len());
        out.write_all(&BREAK[usize::from(first)..end])
    }
}

impl Formatter for Layout {
    fn begin_array<W: Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        self.begin(out, b'[')
    }

    fn end_array<W: Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        self.end(out, b']')
    }

    fn begin_array_value<W: Write + ?Sized>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.line(out, first)
    }

    fn end_array_value<W: Write + ?Sized>(&mut self, _: &mut W) -> io::Result<()> {
        self.is_empty = false;
        Ok(())
    }

    fn begin_object<W: Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        self.begin(out, b'{')
    }

    fn end_object<W: Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        self.end(out, b'}')
    }

    fn begin_object_key<W: Write + ?Sized>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.line(out, first)
    }

    fn begin_object_value<W: Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        out.write_all(b": ")
    }

    fn end_object_value<W: Write + ?Sized>(&mut self, _: &mut W) -> io::Result<()> {
        self.is_empty = false;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_is_laid_out_as_everywhere_else() {
        let document = serde_json::json!({
            "none": [], "empty": {}, "one": [1], "deep": [{"a": [[], {}, {"b": null}]}], "text": "a\"b",
        });
        let mut out = Vec::new();
        document.serialize(&mut serde_json::Serializer::with_formatter(&mut out, Layout::default())).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), serde_json::to_string_pretty(&document).unwrap());
    }
}
