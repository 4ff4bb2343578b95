//! The name of the container before each line: `docker compose logs`, and `kubectl logs --prefix`.

use super::{Sure, Unwrap, Within, Wrapper};
use crate::format::arena::Arena;
use nom::bytes::complete::{tag, take_while1};
use nom::character::complete::char;
use nom::combinator::{opt, verify};
use nom::sequence::{delimited, terminated};
use nom::{IResult, Parser};

pub(super) static WRAPPER: Wrapper = Wrapper {
    name: "compose",
    everywhere: true,
    nests: true,
    sure: Sure::Everywhere,
    start: |_| Box::new(Compose),
};

struct Compose;

impl Unwrap for Compose {
    fn take_off<'a>(&mut self, line: &'a [u8], _: &'a Arena) -> Option<Within<'a>> {
        let read = if line.first() == Some(&b'[') { pod(line) } else { service(line) };
        let (text, name) = read.ok()?;
        Some(Within { origin: name, program: name, ..Within::text(text) })
    }
}

// ftp-1      | rest
fn service(i: &[u8]) -> IResult<&[u8], &[u8]> {
    let name = take_while1(|b: u8| b.is_ascii_alphanumeric() || b"._-".contains(&b));
    // A name has a letter: a number before a bar may be a reply.
    let name = verify(name, |n: &[u8]| n[0] != b'-' && n.iter().any(u8::is_ascii_alphabetic));
    let (i, name) = terminated(name, (take_while1(|b| b == b' '), char('|'))).parse(i)?;
    end(i, name)
}

// [pod/ftp-0/ftp] rest
fn pod(i: &[u8]) -> IResult<&[u8], &[u8]> {
    let name = take_while1(|b: u8| b.is_ascii_alphanumeric() || b"/._-".contains(&b));
    let (i, name) = delimited(tag("[pod/"), name, char(']')).parse(i)?;
    end(i, name)
}

/// A blank, or the end of the line.
fn end<'a>(i: &'a [u8], name: &'a [u8]) -> IResult<&'a [u8], &'a [u8]> {
    let (rest, blank) = opt(char(' ')).parse(i)?;
    match blank {
        None if !i.is_empty() => char(' ').map(|_| name).parse(i),
        _ => Ok((rest, name)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken_off(line: &str) -> Option<(String, String)> {
        let arena = Arena::default();
        let within = Compose.take_off(line.as_bytes(), &arena)?;
        let shown = |b: &[u8]| String::from_utf8_lossy(b).into_owned();
        Some((shown(within.origin), shown(within.text)))
    }

    #[test]
    fn names_of_containers_are_taken_off() {
        for (line, name, text) in [
            (
                "pureftpd    | Oct 30 02:56:53 04b6 pure-ftpd: x",
                "pureftpd",
                "Oct 30 02:56:53 04b6 pure-ftpd: x",
            ),
            ("ftp_1  |  EPRT", "ftp_1", " EPRT"),
            ("my-app.ftp-1 |", "my-app.ftp-1", ""),
            ("[pod/ftp-0/ftp] 220 ready", "ftp-0/ftp", "220 ready"),
        ] {
            assert_eq!(taken_off(line), Some((name.to_owned(), text.to_owned())), "{line}");
        }
    }

    #[test]
    fn other_bars_stay() {
        for line in
            ["220 | x", "a|b", "a |b", "two words | x", "- | x", "| x", "[R] 220 x", "SESSION|07/17/2012|x"]
        {
            assert_eq!(taken_off(line), None, "{line}");
        }
    }
}
