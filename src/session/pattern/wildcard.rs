//! Patterns with `*` and `?` over bytes of a log. Crates for globs are made for paths: a slash means something to them, and
//! names must be UTF-8 on some systems.

/// A pattern: `*` stands for any text, `?` for one character, everything else for itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wildcard {
    pattern: Vec<u8>,
    any_case: bool,
}

impl Wildcard {
    /// One that tells capitals from small letters.
    #[must_use]
    pub fn new(pattern: &[u8]) -> Self {
        Self { pattern: pattern.to_vec(), any_case: false }
    }

    /// One that does not, for ASCII.
    #[must_use]
    pub fn of_any_case(pattern: &[u8]) -> Self {
        Self { pattern: pattern.to_vec(), any_case: true }
    }

    /// Whether all of `text` is like that.
    #[must_use]
    pub fn fits(&self, text: &[u8]) -> bool {
        let (mut at, mut in_text) = (0, 0);
        // Where to go on if it does not fit: behind the last star, which takes one byte more.
        let mut retry: Option<(usize, usize)> = None;
        while in_text < text.len() {
            match self.pattern.get(at) {
                Some(b'*') => {
                    at += 1;
                    retry = Some((at, in_text));
                    continue;
                }
                Some(b'?') => {
                    (at, in_text) = (at + 1, after_character(text, in_text));
                    continue;
                }
                Some(byte) if self.is_same(*byte, text[in_text]) => {
                    (at, in_text) = (at + 1, in_text + 1);
                    continue;
                }
                _ => {}
            }
            let Some((behind_star, taken)) = retry.as_mut() else { return false };
            *taken += 1;
            (at, in_text) = (*behind_star, *taken);
        }
        self.pattern[at..].iter().all(|byte| *byte == b'*')
    }

    fn is_same(&self, a: u8, b: u8) -> bool {
        if self.any_case { a.eq_ignore_ascii_case(&b) } else { a == b }
    }
}

/// The place behind the character at `at`; a byte that is not UTF-8 is one.
fn after_character(text: &[u8], at: usize) -> usize {
    let continues = |byte: &&u8| **byte & 0xc0 == 0x80;
    at + 1 + text[at + 1..].iter().take(3).take_while(continues).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_is_any_text_and_a_question_mark_one_character() {
        for (pattern, text, fits) in [
            ("alice", "alice", true),
            ("alice", "alice2", false),
            ("alice", "Alice", false),
            ("*", "", true),
            ("?", "", false),
            ("203.0.113.*", "203.0.113.7", true),
            ("203.0.113.*", "203.0.11.7", false),
            ("*.example.*", "ftp.example.org", true),
            ("a*b*c", "aXbbYc", true),
            ("a*b*c", "aXbbYcd", false),
            ("*ab", "aab", true),
            ("b?b", "bob", true),
            ("caf?", "café", true),
            ("caf?", "cafés", false),
            ("[a]", "[a]", true),
            ("**", "x", true),
        ] {
            assert_eq!(Wildcard::new(pattern.as_bytes()).fits(text.as_bytes()), fits, "{pattern} {text}");
        }
        assert!(Wildcard::of_any_case(b"PRO*").fits(b"proFTPD"));
        assert!(Wildcard::new(b"a?").fits(b"a\xff") && Wildcard::new(b"a*").fits(b"a\xff\x80"));
    }
}
