//! Four blanks or a tab before each line, which make a block of code in Markdown.

use super::{Sure, Unwrap, Within, Wrapper};
use crate::format::Line;
use crate::format::arena::Arena;

pub(super) static WRAPPER: Wrapper = Wrapper {
    name: "indent",
    everywhere: true,
    nests: true,
    sure: Sure::If(are_indented),
    start: |_| Box::new(Indent),
};

fn are_indented(lines: &[Line]) -> bool {
    lines.iter().all(|l| l.text.is_empty() || l.text.starts_with(b"    ") || l.text.starts_with(b"\t"))
}

struct Indent;

impl Unwrap for Indent {
    fn take_off<'a>(&mut self, line: &'a [u8], _: &'a Arena) -> Option<Within<'a>> {
        let text = line.strip_prefix(b"    ").or_else(|| line.strip_prefix(b"\t"))?;
        Some(Within::text(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_indentation_is_taken_off() {
        let arena = Arena::default();
        for (line, text) in
            [("    220 x", "220 x"), ("     EPRT", " EPRT"), ("\t220 x", "220 x"), ("        x", "    x")]
        {
            assert_eq!(Indent.take_off(line.as_bytes(), &arena), Some(Within::text(text.as_bytes())));
        }
        assert_eq!(Indent.take_off(b"   220 x", &arena), None);
    }
}
