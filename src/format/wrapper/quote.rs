//! The mark of a quotation before each line, as mail, Markdown and forums have it. Each level is taken off on its own.

use super::{Sure, Unwrap, Within, Wrapper};
use crate::format::arena::Arena;

pub(super) static WRAPPER: Wrapper = Wrapper {
    name: "quote",
    everywhere: true,
    nests: true,
    sure: Sure::Everywhere,
    start: |_| Box::new(Quote),
};

struct Quote;

impl Unwrap for Quote {
    fn take_off<'a>(&mut self, line: &'a [u8], _: &'a Arena) -> Option<Within<'a>> {
        let text = match line {
            [b'>' | b'|'] => b"",
            [b'>' | b'|', b' ', rest @ ..] => rest,
            // >> x    the second mark is another level.
            [b'>', b'>', ..] => &line[1..],
            _ => return None,
        };
        Some(Within::text(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_level_is_taken_off() {
        let arena = Arena::default();
        for (line, text) in [
            ("> 220 x", "220 x"),
            (">> x", "> x"),
            ("> > USER a", "> USER a"),
            ("| x", "x"),
            (">", ""),
            (">  x", " x"),
        ] {
            assert_eq!(
                Quote.take_off(line.as_bytes(), &arena),
                Some(Within::text(text.as_bytes())),
                "{line}"
            );
        }
        for line in [">x", "|x", "---> x", "< x", "220 > x"] {
            assert_eq!(Quote.take_off(line.as_bytes(), &arena), None, "{line}");
        }
    }
}
