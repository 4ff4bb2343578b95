//! Lines that stand around a log on a page or in the output of a job and are no part of it: fences of Markdown, tags of
//! forums, folds of CI jobs, separators of grep. Within them stands nothing.

use super::{Sure, Unwrap, Within, Wrapper};
use crate::format::arena::Arena;

pub(super) static WRAPPER: Wrapper =
    Wrapper { name: "marks", everywhere: false, nests: false, sure: Sure::Never, start: |_| Box::new(Marks) };

struct Marks;

impl Unwrap for Marks {
    fn take_off<'a>(&mut self, line: &'a [u8], _: &'a Arena) -> Option<Within<'a>> {
        let text = line.trim_ascii();
        (is_fence(text) || is_tag(text) || is_fold(text) || text == b"--").then(Within::nothing)
    }
}

// ```    ```text    ~~~
fn is_fence(text: &[u8]) -> bool {
    let rest = text.strip_prefix(b"```").or_else(|| text.strip_prefix(b"~~~"));
    // Behind it stands at most the name of a language.
    rest.is_some_and(|rest| !rest.trim_ascii().iter().any(|b| b.is_ascii_whitespace() || *b == b'`'))
}

// <pre>    </code></pre>    [code]    [/code]    <details><summary>log</summary>
fn is_tag(text: &[u8]) -> bool {
    let known: [&[u8]; 4] = [b"pre", b"code", b"details", b"summary"];
    let Some((open, inside)) = text.split_first().filter(|(open, _)| b"<[".contains(open)) else {
        return false;
    };
    let inside = inside.strip_prefix(b"/").unwrap_or(inside);
    let name = inside.split(|b| !b.is_ascii_alphabetic()).next().unwrap_or_default();
    let close = if *open == b'<' { b">" } else { b"]" };
    text.ends_with(close) && known.iter().any(|k| name.eq_ignore_ascii_case(k))
}

// section_start:1795199040:build    ##[group]Run lftp    ##[endgroup]
fn is_fold(text: &[u8]) -> bool {
    let known: [&[u8]; 5] =
        [b"section_start:", b"section_end:", b"##[group]", b"##[endgroup]", b"##[section]"];
    known.iter().any(|k| text.starts_with(k))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_mark(line: &str) -> bool {
        Marks.take_off(line.as_bytes(), &Arena::default()).is_some()
    }

    #[test]
    fn nothing_stands_within_marks() {
        for line in [
            "```",
            "```text",
            "~~~ console",
            "  ```",
            "<pre>",
            "</code></pre>",
            "<pre class=\"x\">",
            "[code]",
            "[/CODE]",
            "<details><summary>log</summary>",
            "section_start:1795199040:build\r\u{1b}[0KBuild",
            "##[group]Run lftp",
            "--",
        ] {
            assert!(is_mark(line), "{line}");
        }
    }

    #[test]
    fn what_a_log_may_say_is_no_mark() {
        for line in
            ["```220 ready``` x", "---- x", "---", "-- Boot", "[R] x", "<- USER a", "<9/6/2024> x", "[codes]"]
        {
            assert!(!is_mark(line), "{line}");
        }
    }
}
