//! The labels of one language, and sentences with holes filled in.

use super::index::LABELS;
use super::{Counted, Word};
use crate::lang::Lang;
use crate::text::grouped;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// The labels of one language.
#[derive(Clone, Debug)]
pub struct Words {
    lang: Lang,
    /// In the order of [`Word::ALL`].
    texts: Vec<Cow<'static, str>>,
    /// The forms for many and for one, in the order of [`Counted::ALL`].
    counted: Vec<[Cow<'static, str>; 2]>,
}

impl Words {
    /// The labels of that language.
    ///
    /// # Panics
    /// If the file lacks a label, which a test forbids.
    #[must_use]
    pub fn new(lang: Lang) -> Self {
        let mut labels: BTreeMap<_, _> = labels(LABELS[lang as usize]).collect();
        let mut take = |key: &str| labels.remove(key).expect("a test holds the labels against their list");
        let texts = Word::ALL.iter().map(|w| take(w.key())).collect();
        let counted = Counted::ALL.iter().map(|c| c.keys().map(&mut take)).collect();
        Self { lang, texts, counted }
    }

    /// The language.
    #[must_use]
    pub fn lang(&self) -> Lang {
        self.lang
    }

    /// A label.
    #[must_use]
    pub fn get(&self, word: Word) -> &str {
        &self.texts[word as usize]
    }

    /// A label with its holes filled in.
    #[must_use]
    pub fn with(&self, word: Word, holes: &[(&str, &str)]) -> String {
        filled(self.get(word), holes)
    }

    /// A label that counts: `{n} sessions`, or the form for one.
    #[must_use]
    pub fn count(&self, counted: Counted, n: u64) -> String {
        let [many, one] = &self.counted[counted as usize];
        if n == 1 { one.to_string() } else { filled(many, &[("n", &grouped(n))]) }
    }

    /// A length of time in words, in its largest unit.
    #[must_use]
    pub fn duration(&self, ms: i64) -> String {
        let seconds = ms.max(0) as u64 / 1000;
        match seconds {
            0 => self.get(Word::LessThanASecond).to_owned(),
            1..120 => self.count(Counted::Seconds, seconds),
            120..7200 => self.count(Counted::Minutes, seconds / 60),
            _ => self.count(Counted::Hours, seconds / 3600),
        }
    }
}

/// The labels of a file, `key = "text"` each on a line. TOML allows more, but every run needs all labels, and to read them as
/// TOML takes longer than to read a short log. A test holds the file against it.
pub(super) fn labels(file: &'static str) -> impl Iterator<Item = (&'static str, Cow<'static, str>)> {
    file.lines().filter_map(|line| {
        let (key, text) = line.strip_suffix('"')?.split_once(" = \"")?;
        let text = if text.contains('\\') { text.replace("\\\"", "\"").into() } else { text.into() };
        Some((key, text))
    })
}

fn filled(template: &str, holes: &[(&str, &str)]) -> String {
    fill(template, |hole, out| match holes.iter().find(|(k, _)| *k == hole) {
        Some((_, text)) => {
            out.push_str(text);
            true
        }
        None => false,
    })
}

/// `template` with every `{hole}` filled in. `write` puts what belongs into a hole behind the text; a hole for which it has
/// nothing stays as it is.
#[must_use]
pub(crate) fn fill(template: &str, write: impl Fn(&str, &mut String) -> bool) -> String {
    let mut out = String::with_capacity(template.len() + 64);
    let mut rest = template;
    let find = |text: &str, brace| memchr::memchr(brace, text.as_bytes());
    while let Some(open) = find(rest, b'{') {
        out.push_str(&rest[..open]);
        rest = &rest[open..];
        let Some(close) = find(rest, b'}') else { break };
        if !write(&rest[1..close], &mut out) {
            out.push_str(&rest[..=close]);
        }
        rest = &rest[close + 1..];
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::parse;
    use std::collections::BTreeSet;

    #[test]
    fn the_file_has_the_labels_of_the_list_and_no_others() {
        let words = Word::ALL.iter().map(|w| w.key());
        let listed: BTreeSet<&str> = words.chain(Counted::ALL.iter().flat_map(|c| c.keys())).collect();
        for file in LABELS {
            let labels: BTreeMap<String, String> = parse(file);
            let read = super::labels(file).map(|(key, text)| (key.to_owned(), text.into_owned()));
            assert_eq!(read.collect::<BTreeMap<_, _>>(), labels);
            assert_eq!(labels.keys().map(String::as_str).collect::<BTreeSet<_>>(), listed);
        }
    }

    #[test]
    fn holes_are_filled_and_log_text_with_braces_is_not() {
        let write = |hole: &str, out: &mut String| {
            let known = hole == "user";
            out.push_str(if known { "{line}" } else { "" });
            known
        };
        assert_eq!(fill("for {user} on {line}", write), "for {line} on {line}");
        assert_eq!(fill("open {brace", write), "open {brace");
    }

    #[test]
    fn times_are_told_in_their_largest_unit() {
        let words = Words::new(Lang::En);
        let told = [0, 1_000, 38_000, 150_000, 7_200_000].map(|ms| words.duration(ms));
        assert_eq!(told, ["less than a second", "1 second", "38 seconds", "2 minutes", "2 hours"]);
    }
}
