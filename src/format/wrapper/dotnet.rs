//! The console of Microsoft.Extensions.Logging: a line with level and category, and below it the message behind six blanks.

use super::{Sure, Unwrap, Within, Wrapper};
use crate::format::arena::Arena;
use nom::bytes::complete::{take, take_while1};
use nom::character::complete::{char, digit1};
use nom::combinator::verify;
use nom::sequence::{delimited, preceded};
use nom::{IResult, Parser};

pub(super) static WRAPPER: Wrapper = Wrapper {
    name: "dotnet",
    everywhere: true,
    nests: false,
    sure: Sure::Everywhere,
    start: |_| Box::new(Dotnet),
};

struct Dotnet;

impl Dotnet {
    /// A message of the console. The program may write the same lines to its screen itself; those are not the console's.
    fn message(text: &[u8]) -> Within<'_> {
        Within { origin: b"console", ..Within::text(text) }
    }
}

impl Unwrap for Dotnet {
    fn take_off<'a>(&mut self, line: &'a [u8], _: &'a Arena) -> Option<Within<'a>> {
        if let Some(text) = line.strip_prefix(b"      ") {
            return Some(Self::message(text));
        }
        let (rest, _) = category(line).ok()?;
        match rest {
            [] => Some(Within::nothing()),
            // A console of single lines has the message behind it.
            [b' ', text @ ..] => Some(Self::message(text)),
            _ => None,
        }
    }
}

// info: FluentFTP.FtpClient[0]
fn category(i: &[u8]) -> IResult<&[u8], &[u8]> {
    let is_level = |l: &[u8]| [&b"trce"[..], b"dbug", b"info", b"warn", b"fail", b"crit"].contains(&l);
    let level = verify(take(4usize), is_level);
    let name = take_while1(|b: u8| b > b' ' && b != b'[');
    (preceded((level, char(':'), char(' ')), name), delimited(char('['), digit1, char(']')))
        .map(|(n, _)| n)
        .parse(i)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_category_says_nothing_and_its_message_is_within() {
        let arena = Arena::default();
        let category = Dotnet.take_off(b"info: FluentFTP.FtpClient[0]", &arena);
        assert_eq!(category, Some(Within::nothing()));
        for (line, text) in [
            ("      Command:  USER a", "Command:  USER a"),
            ("       EPRT", " EPRT"),
            ("dbug: FluentFTP.FtpClient[0] Command:  USER a", "Command:  USER a"),
        ] {
            let within = Dotnet.take_off(line.as_bytes(), &arena);
            assert_eq!(within, Some(Dotnet::message(text.as_bytes())), "{line}");
        }
        for line in ["info: x", "     five", "fail: it [0]", "info: A[0]x", "220 x"] {
            assert_eq!(Dotnet.take_off(line.as_bytes(), &arena), None, "{line}");
        }
    }
}
