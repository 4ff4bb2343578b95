//! How text is laid out: width, colour, and wrapping by columns.

use std::fmt::Display;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// How text is laid out.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// Columns.
    pub width: usize,
    /// Whether to use colours.
    pub color: bool,
}

/// What a piece of text is, for its colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Paint {
    Error,
    Warning,
    Note,
    Cause,
    Frame,
    Dim,
    Bold,
}

impl Default for Style {
    fn default() -> Self {
        Self { width: 80, color: false }
    }
}

impl Style {
    /// `text` in its colour. Only the 16 basic colours are used, so that the user's theme decides.
    pub(super) fn paint(self, paint: Paint, text: impl Display) -> String {
        if !self.color {
            return text.to_string();
        }
        let code = match paint {
            Paint::Error => "1;31",
            Paint::Warning => "1;33",
            Paint::Note => "1;36",
            Paint::Cause => "33",
            Paint::Frame => "34",
            Paint::Dim => "2",
            Paint::Bold => "1",
        };
        format!("\x1b[{code}m{text}\x1b[0m")
    }
}

/// The columns that `text` takes.
pub(super) fn columns(text: &str) -> usize {
    text.width()
}

/// `text` cut to `width` columns, with three dots where something was cut off.
#[must_use]
pub fn shortened(text: &str, width: usize) -> String {
    if columns(text) <= width {
        return text.to_owned();
    }
    let room = width.saturating_sub(3);
    let mut used = 0;
    let kept = text.chars().take_while(|c| {
        used += c.width().unwrap_or(0);
        used <= room
    });
    kept.collect::<String>() + &"..."[..width.min(3)]
}

/// `text` cut to its last `width` columns, with three dots where something was cut off: the end of a path says more.
pub(super) fn shortened_in_front(text: &str, width: usize) -> String {
    if columns(text) <= width {
        return text.to_owned();
    }
    let room = width.saturating_sub(3);
    let mut used = 0;
    let kept = text.char_indices().rev().take_while(|(_, c)| {
        used += c.width().unwrap_or(0);
        used <= room
    });
    let start = kept.last().map_or(text.len(), |(i, _)| i);
    format!("...{}", &text[start..])
}

/// `text` broken into lines of at most `width` columns, at spaces; a longer word is broken where it must be.
pub(super) fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut used = 0;
    for word in text.split_whitespace() {
        let mut word = word.to_owned();
        if used > 0 && used + 1 + columns(&word) > width {
            lines.push(std::mem::take(&mut line));
            used = 0;
        }
        if used > 0 {
            line.push(' ');
            used += 1;
        }
        while columns(&word) > width - used {
            let mut taken = 0;
            let at = word.char_indices().find(|(_, c)| {
                taken += c.width().unwrap_or(0);
                taken > width - used
            });
            let at = at.map_or(word.len(), |(i, _)| i).max(word.chars().next().map_or(1, char::len_utf8));
            let rest = word.split_off(at);
            line.push_str(&word);
            lines.push(std::mem::take(&mut line));
            used = 0;
            word = rest;
        }
        used += columns(&word);
        line.push_str(&word);
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

/// The columns of the widest word of `text`.
pub(super) fn widest_word(text: &str) -> usize {
    text.split_whitespace().map(columns).max().unwrap_or(0)
}

/// On less than these columns, text goes under its label where there is too little room beside it.
const NARROW: usize = 60;
/// Columns that text needs beside its label.
const BESIDE_COLUMNS_MIN: usize = 16;

/// `text` wrapped behind `first` on the first line and behind spaces of the same width on the others.
pub(super) fn hanging(first: &str, text: &str, width: usize) -> String {
    let indent = columns(first);
    let room = width.saturating_sub(indent);
    let cramped = room < BESIDE_COLUMNS_MIN || widest_word(text) > room;
    if width < NARROW && cramped && !first.trim().is_empty() {
        return format!("{}\n{}", first.trim_end(), hanging("    ", text, width));
    }
    let mut out = String::new();
    let lines = wrapped(text, room.max(1));
    for (i, line) in lines.iter().enumerate() {
        if i == 0 {
            out.push_str(first);
        } else {
            out.push_str(&" ".repeat(indent));
        }
        out.push_str(line);
        out.push('\n');
    }
    if lines.is_empty() {
        out.push_str(first.trim_end());
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_is_wider_than_asked() {
        let text = "short words and averyveryverylongwordthatcannotfit and 전각문자도있다 끝";
        for width in [8, 12, 20, 40] {
            for line in wrapped(text, width) {
                assert!(columns(&line) <= width, "{line:?} at {width}");
            }
            let all: String = wrapped(text, width).concat().split_whitespace().collect();
            assert_eq!(all, text.split_whitespace().collect::<String>());
        }
    }

    #[test]
    fn what_is_cut_off_leaves_dots() {
        assert_eq!(shortened("abcdefgh", 6), "abc...");
        assert_eq!(shortened("abc", 6), "abc");
        assert_eq!(columns(&shortened("한국어입니다", 7)), 7);
    }

    #[test]
    fn text_goes_under_its_label_where_a_word_does_not_fit_beside_it() {
        assert_eq!(hanging("Rules     ", "rename-without-source", 40), "Rules     rename-without-source\n");
        let long = "transfer-without-data-connection, x";
        assert_eq!(hanging("Rules     ", long, 40), "Rules\n    transfer-without-data-connection, x\n");
    }
}
