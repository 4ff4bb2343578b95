//! The number of a line before each line, as `grep -n`, `cat -n` and `nl` write it. A time looks like a number and more, and
//! stays.

use super::{Sure, Unwrap, Within, Wrapper};
use crate::format::Line;
use crate::format::arena::Arena;
use nom::bytes::complete::{take_while, take_while_m_n, take_while1};
use nom::character::complete::{char, one_of};
use nom::combinator::not;
use nom::sequence::terminated;
use nom::{IResult, Parser};

pub(super) static WRAPPER: Wrapper = Wrapper {
    name: "line-number",
    everywhere: true,
    nests: false,
    sure: Sure::If(are_counted),
    start: |_| Box::new(LineNumber),
};

/// As many lines of so many are nearly all.
const NEARLY: usize = 9;
const NEARLY_OF: usize = 10;

struct LineNumber;

impl Unwrap for LineNumber {
    fn take_off<'a>(&mut self, line: &'a [u8], _: &'a Arena) -> Option<Within<'a>> {
        let read = counted(line).or_else(|_| numbered(line));
        read.ok().map(|(text, _)| Within::text(text))
    }
}

/// Numbers of lines go up; those of replies and of a dump do not. Where several files follow each other, they begin anew.
fn are_counted(lines: &[Line]) -> bool {
    let number = |l: &Line| {
        let (text, _) = counted(l.text).or_else(|_| numbered(l.text)).ok()?;
        let head = l.text[..l.text.len() - text.len() - 1].trim_ascii_start();
        crate::text::number(head)
    };
    let numbers: Vec<u64> = lines.iter().filter_map(number).collect();
    let n_up = numbers.windows(2).filter(|pair| pair[0] < pair[1]).count();
    numbers.len() * NEARLY_OF >= lines.len() * NEARLY && (n_up + 1) * NEARLY_OF >= lines.len() * NEARLY
}

//      12	rest
fn counted(i: &[u8]) -> IResult<&[u8], &[u8]> {
    let (i, _) = take_while(|b| b == b' ')(i)?;
    terminated(digits, char('\t')).parse(i)
}

// 12:rest    12-rest
fn numbered(i: &[u8]) -> IResult<&[u8], &[u8]> {
    let (i, ()) = not(moment).parse(i)?;
    terminated(digits, one_of(":-")).parse(i)
}

fn digits(i: &[u8]) -> IResult<&[u8], &[u8]> {
    take_while1(|b: u8| b.is_ascii_digit())(i)
}

// 12:34:56 but not 12:34:56:    2026-11-20
fn moment(i: &[u8]) -> IResult<&[u8], ()> {
    let n = |n: usize| take_while_m_n(n, n, |b: u8| b.is_ascii_digit());
    let date: IResult<&[u8], _> = (n(4), char('-'), n(2), char('-'), n(2)).parse(i);
    if let Ok((rest, _)) = date {
        return Ok((rest, ()));
    }
    let (i, _) = (n(2), char(':'), n(2), char(':'), n(2)).parse(i)?;
    not(one_of(":0123456789")).parse(i)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken_off(line: &str) -> Option<String> {
        let arena = Arena::default();
        let within = LineNumber.take_off(line.as_bytes(), &arena)?;
        Some(String::from_utf8_lossy(within.text).into_owned())
    }

    #[test]
    fn numbers_are_taken_off() {
        for (line, text) in [
            ("12:220 ready", "220 ready"),
            ("13-USER a", "USER a"),
            ("     7\t220 ready", "220 ready"),
            ("7-2026-11-20 18:24:00 x", "2026-11-20 18:24:00 x"),
            ("15:12:34:56.5 < 220 x", "12:34:56.5 < 220 x"),
        ] {
            assert_eq!(taken_off(line).as_deref(), Some(text), "{line}");
        }
    }

    #[test]
    fn numbers_of_lines_go_up() {
        let arena = Arena::default();
        let shown = |lines: &[&str]| {
            are_counted(&lines.iter().map(|l| Line::new(l.as_bytes(), &arena)).collect::<Vec<_>>())
        };
        assert!(shown(&["1:220 ready", "2-USER a", "3:331 x"]) && shown(&["    1\ta", "    2\tb"]));
        assert!(!shown(&["220: ready", "331: x", "230: x"]) && !shown(&["0000: 55", "0000: 20", "0000: 41"]));
    }

    #[test]
    fn times_and_words_are_no_numbers() {
        for line in ["12:34:56 220 x", "2026-11-20 18:24:00 x", "220 ready", "a:12:x", "  12 x", ""] {
            assert_eq!(taken_off(line), None, "{line}");
        }
    }
}
