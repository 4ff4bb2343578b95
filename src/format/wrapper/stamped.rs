//! A time before each line and nothing else: `docker logs -t`, Kubernetes, GitHub Actions, GitLab, Jenkins, and `ts`.
//!
//! Many dialects begin with a time of their own. Where they need it, more lines are known with it than without, and it
//! stays. Where they do not, it counts as theirs.

use super::{Sure, Unwrap, Within, Wrapper};
use crate::format::Line;
use crate::format::arena::Arena;
use crate::format::stamp::{Shape, Stamps, iso, iso_and_zone, month_day, time_of_day};
use crate::time::{When, month};
use nom::bytes::complete::take_while_m_n;
use nom::character::complete::one_of;
use nom::{IResult, Parser};

pub(super) static WRAPPER: Wrapper = Wrapper {
    name: "stamped",
    everywhere: true,
    nests: false,
    sure: Sure::If(are_of_a_daemon),
    start: |zone| Box::new(Stamped { stamps: Stamps::new(zone) }),
};

struct Stamped {
    stamps: Stamps,
}

impl Unwrap for Stamped {
    fn take_off<'a>(&mut self, line: &'a [u8], _: &'a Arena) -> Option<Within<'a>> {
        let (at, rest) = self.stamp(line)?;
        let rest = match rest.first() {
            None => rest,
            Some(b' ' | b'\t') => &rest[1..],
            Some(_) => return None,
        };
        Some(Within { at, ..Within::text(without_stream(rest)) })
    }
}

impl Stamped {
    // 2026-11-20T18:24:00.1234567Z    [2026-11-20T18:24:00.123Z]    [18:24:00]    Nov 20 18:24:00
    fn stamp<'a>(&mut self, line: &'a [u8]) -> Option<(When, &'a [u8])> {
        let inside = line.strip_prefix(b"[");
        let (at, rest) = self.stamps.read_anew(inside.unwrap_or(line), shape(inside.unwrap_or(line))?)?;
        match inside {
            Some(_) => Some((at, rest.strip_prefix(b"]")?)),
            None => Some((at, rest)),
        }
    }
}

/// The shape of stamp that a text may begin with.
pub(super) fn shape(text: &[u8]) -> Option<Shape> {
    match text.get(..5)? {
        [b'0'..=b'9', _, b':', ..] => Some(time_of_day),
        [b'0'..=b'9', .., b'-'] => Some(iso_and_zone),
        name if month(&name[..3]).is_some() => Some(month_day),
        _ => None,
    }
}

/// Times with a T in them and a zone are those of daemons and jobs, and stand before every line; clients write shorter ones.
fn are_of_a_daemon(lines: &[Line]) -> bool {
    let zoned = |l: &&Line| {
        l.text.get(10) == Some(&b'T') && iso(l.text).is_ok_and(|(_, at)| at.offset_minutes.is_some())
    };
    lines.iter().filter(zoned).count() * 10 >= lines.len() * 9
}

// stdout F rest    00O rest    01E+rest
/// Takes off what Kubernetes and GitLab write of the stream that a line came from.
fn without_stream(i: &[u8]) -> &[u8] {
    let name = i.strip_prefix(b"stdout ").or_else(|| i.strip_prefix(b"stderr "));
    if let Some([b'F' | b'P', b' ', rest @ ..]) = name {
        return rest;
    }
    let hexadecimal = take_while_m_n(2, 2, |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    let gitlab: IResult<&[u8], _> = (hexadecimal, one_of("OE"), one_of(" +")).parse(i);
    gitlab.map_or(i, |(rest, _)| rest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Zone;

    fn taken_off(line: &str) -> Option<(String, Option<String>)> {
        let arena = Arena::default();
        let within = WRAPPER.start(&Zone::UTC).take_off(line.as_bytes(), &arena)?;
        Some((String::from_utf8_lossy(within.text).into_owned(), within.at.rfc3339().or(within.at.clock())))
    }

    #[test]
    fn times_and_streams_are_taken_off() {
        let whole = "2026-11-20T18:24:00.123+00:00";
        for (line, text, at) in [
            ("2026-11-20T18:24:00.123456789Z < 220 x", "< 220 x", whole),
            ("2026-11-20T18:24:00.1234567Z  EPRT", " EPRT", whole),
            ("2026-11-21T03:24:00.123456789+09:00 stderr F < 220 x", "< 220 x", whole),
            ("2026-11-20T18:24:00.123456Z 00O < 220 x", "< 220 x", whole),
            ("2026-11-20T18:24:00.123456Z 01E+< 220 x", "< 220 x", whole),
            ("[2026-11-20T18:24:00.123Z] < 220 x", "< 220 x", whole),
            ("2026-11-20 18:24:00,123 < 220 x", "< 220 x", whole),
            ("Nov 20 18:24:00 < 220 x", "< 220 x", "18:24:00"),
            ("[18:24:00] 220 x", "220 x", "18:24:00"),
            ("18:24:00\t220 x", "220 x", "18:24:00"),
            ("2026-11-20T18:24:00Z", "", "2026-11-20T18:24:00+00:00"),
        ] {
            assert_eq!(taken_off(line), Some((text.to_owned(), Some(at.to_owned()))), "{line}");
        }
    }

    #[test]
    fn what_is_glued_to_other_things_is_no_time() {
        for line in [
            "220 ready",
            "18:24:00: x",
            "[18:24:00 x",
            "[R] 220 x",
            "[D 2026-11-20 18:24:00] x",
            "1:2:3 x",
            "331",
        ] {
            assert_eq!(taken_off(line), None, "{line}");
        }
    }
}
