//! How text is laid out: width, colour, and wrapping by columns.

use std::fmt::Display;
use unicode_linebreak::linebreaks;
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

/// A line that begins with a name and goes on with `rest`; the name gives way.
#[must_use]
pub fn titled(name: &str, rest: &str, style: Style) -> String {
    format!("{}{rest}", shortened(name, style.width.saturating_sub(columns(rest))))
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

/// `text` broken into lines of at most `width` columns: at spaces, and within Japanese where its rules allow it. What is still
/// too wide is broken where it must be.
#[must_use]
pub fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut used = 0;
    for word in text.split_whitespace() {
        let mut space = usize::from(used > 0);
        for piece in pieces(word) {
            let mut piece = piece;
            if used > 0 && used + space + columns(piece) > width {
                lines.push(std::mem::take(&mut line));
                (used, space) = (0, 0);
            }
            line.push_str(&" "[..space]);
            used += std::mem::take(&mut space);
            while columns(piece) > width - used {
                let (fits, rest) = piece.split_at(end_of_fitting(piece, width - used));
                line.push_str(fits);
                lines.push(std::mem::take(&mut line));
                used = 0;
                piece = rest;
            }
            line.push_str(piece);
            used += columns(piece);
        }
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

/// Where a word ends that is to take at most `width` columns; behind its first character at least.
fn end_of_fitting(word: &str, width: usize) -> usize {
    let mut taken = 0;
    let first_that_does_not = word.char_indices().find(|(_, c)| {
        taken += c.width().unwrap_or(0);
        taken > width
    });
    let end = first_that_does_not.map_or(word.len(), |(at, _)| at);
    end.max(word.chars().next().map_or(0, char::len_utf8))
}

/// The pieces of a word between which a line may be broken. Japanese has no spaces: it is broken where the rules of Unicode allow
/// it (UAX 14), which is not before a full stop or a closing bracket. Korean has spaces, and is broken at them only.
fn pieces(word: &str) -> impl Iterator<Item = &str> {
    let breaks: Vec<usize> = if is_broken_by_rules(word) {
        linebreaks(word).map(|(at, _)| at).filter(|at| may_break(word, *at)).collect()
    } else {
        vec![word.len()]
    };
    let mut start = 0;
    breaks.into_iter().map(move |end| {
        let piece = &word[start..end];
        start = end;
        piece
    })
}

/// Whether a text may be broken within its words.
pub(super) fn is_broken_by_rules(text: &str) -> bool {
    text.chars().any(is_japanese)
}

/// Whether the place where a word may be broken stands beside Japanese, or is its end.
fn may_break(word: &str, at: usize) -> bool {
    let beside = [word[..at].chars().next_back(), word[at..].chars().next()];
    at == word.len() || beside.into_iter().flatten().any(is_japanese)
}

/// Kana, Chinese characters, and the punctuation that goes with them.
fn is_japanese(c: char) -> bool {
    matches!(c, '\u{3000}'..='\u{30ff}' | '\u{31f0}'..='\u{31ff}' | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{ff01}'..='\u{ff9f}')
}

/// The columns of the widest piece of `text` that is not broken.
pub(super) fn widest_word(text: &str) -> usize {
    text.split_whitespace().flat_map(pieces).map(columns).max().unwrap_or(0)
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
    fn japanese_is_broken_between_its_characters_but_not_before_a_full_stop() {
        let text = "RNFRの応答を確認してください。次に送ります。";
        for width in 8..40 {
            let lines = wrapped(text, width);
            assert_eq!(lines.concat(), text);
            for line in &lines {
                assert!(columns(line) <= width, "{line:?} at {width}");
                assert!(!line.starts_with(['。', 'ょ', '」']), "{lines:?}");
            }
        }
        assert_eq!(wrapped("「PASV」の後、PASVやPORT", 12), ["「PASV」の", "後、PASVや", "PORT"]);
    }

    #[test]
    fn korean_is_broken_at_spaces() {
        assert_eq!(wrapped("바로 앞의 응답을 보십시오.", 12), ["바로 앞의", "응답을", "보십시오."]);
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
