//! Colours and other escape sequences of terminals (ECMA-48), in logs that were written for a screen.

use super::{Sure, Unwrap, Within, Wrapper};
use crate::format::arena::Arena;

pub(super) static WRAPPER: Wrapper = Wrapper {
    name: "ansi",
    everywhere: false,
    nests: false,
    sure: Sure::Everywhere,
    start: |_| Box::new(Ansi),
};

const ESC: u8 = 0x1b;

struct Ansi;

impl Unwrap for Ansi {
    fn take_off<'a>(&mut self, line: &'a [u8], arena: &'a Arena) -> Option<Within<'a>> {
        memchr::memchr(ESC, line)?;
        Some(Within::text(arena.collect(Plain(line))))
    }
}

/// The bytes of a line that are no part of an escape sequence.
struct Plain<'a>(&'a [u8]);

impl Iterator for Plain<'_> {
    type Item = u8;

    fn next(&mut self) -> Option<u8> {
        while let [ESC, rest @ ..] = self.0 {
            self.0 = after_sequence(rest);
        }
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }
}

// [1;31m    ]0;title BEL    (B
/// What follows an escape sequence whose ESC was taken.
fn after_sequence(i: &[u8]) -> &[u8] {
    let after = |i: &[u8], is_last: fn(&u8) -> bool| i.iter().position(is_last).map_or(i.len(), |n| n + 1);
    match i {
        // Control sequences end with a letter or one of a few marks.
        [b'[', rest @ ..] => &rest[after(rest, |b| (0x40..=0x7e).contains(b))..],
        // Titles, links and other strings end with BEL, or with another sequence, which goes next.
        [b']' | b'_' | b'P' | b'^' | b'X', rest @ ..] => {
            match rest.iter().position(|b| *b == 0x07 || *b == ESC) {
                Some(end) if rest[end] == 0x07 => &rest[end + 1..],
                Some(end) => &rest[end..],
                None => &[],
            }
        }
        [b'(' | b')', _, rest @ ..] | [_, rest @ ..] => rest,
        [] => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_titles_and_links_are_taken_off() {
        let cases: [(&[u8], &[u8]); 6] = [
            (b"\x1b[1;31m220\x1b[0m ready", b"220 ready"),
            (b"\x1b]0;title\x07USER a", b"USER a"),
            (b"\x1b]8;;http://h\x1b\\link", b"link"),
            (b"\x1b_bk;t=1795199040306\x07< 220 x", b"< 220 x"),
            (b"\x1b(Bplain\x1b", b"plain"),
            (b"cut\x1b[3", b"cut"),
        ];
        let arena = Arena::default();
        for (line, want) in cases {
            let within = Ansi.take_off(line, &arena).unwrap();
            assert_eq!(within.text, want, "{}", line.escape_ascii());
        }
        assert_eq!(Ansi.take_off(b"220 ready", &arena), None);
    }
}
