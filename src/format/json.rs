//! One JSON object on a line (RFC 8259), read member by member. Keys and values are pieces of the line; nothing is kept.
//!
//! It reads what is well-formed and stops where the text no longer is. It is no judge of the rest.

#![allow(
    clippy::inline_always,
    reason = "values that pass through memory on their way cost a tenth of the time"
)]

use super::arena::Arena;
use super::literal::{unescape, until_quote};
use nom::IResult;
use nom::Parser;
use nom::bytes::complete::take_while1;
use nom::error::{Error, ErrorKind};

/// Objects and arrays within each other.
const DEPTH_MAX: usize = 64;

/// The members of an object, in their order.
#[derive(Clone, Debug)]
pub(super) struct Members<'a>(Rest<'a>);

/// What follows the members or elements that were read.
#[derive(Clone, Copy, Debug)]
struct Rest<'a> {
    text: &'a [u8],
    /// Whether it begins with a value that was handed out and is still to be passed over. The last value often is the one
    /// that matters, and then nobody has to look for its end.
    at_value: bool,
}

/// A member of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Member<'a> {
    /// Its name, with the escapes that stand in it.
    pub(super) key: &'a [u8],
    pub(super) value: Value<'a>,
}

/// A value as it stands on the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Value<'a> {
    /// What stands between the quotes, escapes and all.
    Text(&'a [u8]),
    /// A number, `true`, `false` or `null`.
    Word(&'a [u8]),
    /// What follows the opening brace.
    Object(&'a [u8]),
    /// What follows the opening bracket.
    Array(&'a [u8]),
}

impl<'a> Members<'a> {
    /// Those of the object that the line is; `None` where it begins otherwise.
    #[inline]
    pub(super) fn of(line: &'a [u8]) -> Option<Self> {
        without_blanks(line).strip_prefix(b"{").map(|text| Self(Rest::new(text)))
    }
}

impl<'a> Iterator for Members<'a> {
    type Item = Member<'a>;

    #[inline(always)]
    fn next(&mut self) -> Option<Member<'a>> {
        let (rest, key) = key(self.0.next()?).ok()?;
        Some(Member { key, value: self.0.take(rest)? })
    }
}

/// The elements of an array, in their order.
#[derive(Clone, Debug)]
pub(super) struct Elements<'a> {
    /// A value that is no array.
    alone: Option<Value<'a>>,
    rest: Rest<'a>,
}

impl<'a> Iterator for Elements<'a> {
    type Item = Value<'a>;

    #[inline]
    fn next(&mut self) -> Option<Value<'a>> {
        if let Some(alone) = self.alone.take() {
            return Some(alone);
        }
        let rest = self.rest.next()?;
        self.rest.take(rest)
    }
}

impl<'a> Rest<'a> {
    fn new(text: &'a [u8]) -> Self {
        Self { text, at_value: false }
    }

    /// Where the next member or element begins.
    #[inline]
    fn next(&mut self) -> Option<&'a [u8]> {
        if self.at_value {
            self.at_value = false;
            self.text = passed_over(self.text)?;
            self.text = behind_comma(self.text);
        }
        Some(without_blanks(self.text))
    }

    /// Takes the value that stands at the beginning of `text`, and goes on behind it.
    #[inline(always)]
    fn take(&mut self, text: &'a [u8]) -> Option<Value<'a>> {
        let (rest, value) = value(text).ok()?;
        self.at_value = matches!(value, Value::Object(_) | Value::Array(_));
        self.text = if self.at_value { text } else { behind_comma(rest) };
        Some(value)
    }
}

/// What follows the comma behind a value; nothing where there is none.
#[inline]
fn behind_comma(i: &[u8]) -> &[u8] {
    without_blanks(i).strip_prefix(b",").unwrap_or_default()
}

impl<'a> Value<'a> {
    /// The text that a string stands for.
    pub(super) fn text(self, arena: &'a Arena) -> Option<&'a [u8]> {
        match self {
            Self::Text(text) => Some(unescape(text, arena)),
            _ => None,
        }
    }

    /// A whole number, in quotes or not.
    pub(super) fn number(self) -> Option<u64> {
        match self {
            Self::Text(digits) | Self::Word(digits) => crate::text::number(digits),
            Self::Object(_) | Self::Array(_) => None,
        }
    }

    /// The members of an object; nothing else has any.
    pub(super) fn members(self) -> Members<'a> {
        match self {
            Self::Object(inside) => Members(Rest::new(inside)),
            _ => Members(Rest::new(b"")),
        }
    }

    /// The elements of an array; anything else is its own only element.
    pub(super) fn elements(self) -> Elements<'a> {
        match self {
            Self::Array(inside) => Elements { alone: None, rest: Rest::new(inside) },
            other => Elements { alone: Some(other), rest: Rest::new(b"") },
        }
    }
}

// "flow_id": 1988487100549589
/// The key of a member; what follows begins with its value.
#[inline]
fn key(i: &[u8]) -> IResult<&[u8], &[u8]> {
    let (i, key) = string(i)?;
    let i = without_blanks(i).strip_prefix(b":").ok_or_else(|| not(i))?;
    Ok((without_blanks(i), key))
}

// "ftp"    12    true    {"command": "USER"}    ["150", "226"]
#[inline(always)]
fn value(i: &[u8]) -> IResult<&[u8], Value<'_>> {
    match i.first() {
        Some(b'"') => string(i).map(|(i, text)| (i, Value::Text(text))),
        Some(b'{') => Ok((&i[1..], Value::Object(&i[1..]))),
        Some(b'[') => Ok((&i[1..], Value::Array(&i[1..]))),
        _ => take_while1(|b: u8| b.is_ascii_alphanumeric() || b"+-.".contains(&b)).map(Value::Word).parse(i),
    }
}

// "it is \"quoted\""
#[inline(always)]
fn string(i: &[u8]) -> IResult<&[u8], &[u8]> {
    let inside = i.strip_prefix(b"\"").ok_or_else(|| not(i))?;
    until_quote(inside, b'"')
}

/// What follows the bracket or brace that closes the first one; `None` where none does.
fn passed_over(i: &[u8]) -> Option<&[u8]> {
    let (mut depth, mut at) = (0, 0);
    while let Some(byte) = i.get(at) {
        at += 1;
        match byte {
            b'"' => {
                let (rest, _) = until_quote(&i[at..], b'"').ok()?;
                at = i.len() - rest.len();
            }
            b'{' | b'[' if depth == DEPTH_MAX => break,
            b'{' | b'[' => depth += 1,
            b'}' | b']' if depth == 1 => return Some(&i[at..]),
            b'}' | b']' => depth -= 1,
            _ => {}
        }
    }
    None
}

fn not(i: &[u8]) -> nom::Err<Error<&[u8]>> {
    nom::Err::Error(Error::new(i, ErrorKind::Char))
}

/// Most programs put no blanks between their values.
#[inline]
fn without_blanks(i: &[u8]) -> &[u8] {
    match i.first() {
        Some(b' ' | b'\t' | b'\r' | b'\n') => i.trim_ascii_start(),
        _ => i,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn keys(line: &str) -> String {
        let members = Members::of(line.as_bytes()).into_iter().flatten();
        members.map(|m| String::from_utf8_lossy(m.key).into_owned()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn members_are_read_in_their_order() {
        let line = br#"{"a":"x","b": 12 , "c":{"d":["e",{"f":"}"}]},"g":[],"h":true}"#;
        let got: Vec<_> = Members::of(line).unwrap().collect();
        assert_eq!(keys(std::str::from_utf8(line).unwrap()), "a b c g h");
        assert_eq!((got[0].value, got[1].value), (Value::Text(b"x"), Value::Word(b"12")));
        let inside = got[2].value.members().next().unwrap();
        let mut elements = inside.value.elements();
        assert_eq!((inside.key, elements.next()), (&b"d"[..], Some(Value::Text(b"e"))));
        let deepest: Vec<_> = elements.next().unwrap().members().collect();
        assert_eq!(deepest, [Member { key: b"f", value: Value::Text(b"}") }]);
        assert_eq!(elements.next(), None);
        assert_eq!(got[2].value.members().count(), 1);
        assert_eq!((got[3].value.elements().next(), got[4].value), (None, Value::Word(b"true")));
        assert_eq!(got[0].value.elements().collect::<Vec<_>>(), [Value::Text(b"x")]);
    }

    #[test]
    fn texts_lose_their_escapes() {
        let arena = Arena::default();
        let line = br#"{"reply":"257 \"\/\u00e9\" is\there"}"#;
        let member = Members::of(line).unwrap().next().unwrap();
        assert_eq!(member.value.text(&arena), Some("257 \"/\u{e9}\" is\there".as_bytes()));
        assert_eq!((Value::Word(b"12").number(), Value::Text(b"12").number()), (Some(12), Some(12)));
    }

    #[test]
    fn reading_stops_where_the_text_is_no_json() {
        assert_eq!(keys(r#"  {"a":1,"b":2"#), "a b");
        assert_eq!(keys(r#"{"a":1 "b":2}"#), "a");
        assert_eq!(keys(r#"{"a":1,"b":"x"#), "a");
        assert_eq!(keys(r#"{"a":1,b:2}"#), "a");
        assert_eq!(keys(r#"{"a":{"b":1"#), "a");
        assert_eq!(keys("{}"), "");
        assert!(Members::of(b"[1]").is_none() && Members::of(b"").is_none());
        let deep = |n: usize| format!("{{\"a\":{}{},\"b\":1}}", "[".repeat(n), "]".repeat(n));
        assert_eq!((keys(&deep(DEPTH_MAX)).as_str(), keys(&deep(DEPTH_MAX + 1)).as_str()), ("a b", "a"));
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        /// What another reader takes is read in the same way.
        #[test]
        fn texts_are_read_as_others_read_them(text in "\\PC*", key in "[a-z]{1,9}") {
            let inner = serde_json::json!({ &key: [&text] });
            let line = serde_json::json!({ "a": inner, "b": &text }).to_string();
            let arena = Arena::default();
            let members: Vec<_> = Members::of(line.as_bytes()).unwrap().collect();
            let inside = members[0].value.members().next().unwrap();
            prop_assert_eq!(inside.key, key.as_bytes());
            let element = inside.value.elements().next().unwrap();
            prop_assert_eq!(element.text(&arena), Some(text.as_bytes()));
            prop_assert_eq!(members[1].value.text(&arena), Some(text.as_bytes()));
        }

        #[test]
        fn anything_can_be_read(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let arena = Arena::default();
            let mut line = b"{".to_vec();
            line.extend(bytes);
            for member in Members::of(&line).into_iter().flatten() {
                let _ = (member.value.text(&arena), member.value.members().count(), member.value.elements().count());
            }
        }
    }
}
