//! The labels of one language, and sentences with holes filled in.

use super::{LABELS_EN, parse};
use crate::lang::Lang;
use crate::text::grouped;
use std::collections::BTreeMap;

/// The labels of one language.
#[derive(Clone, Debug)]
pub struct Words {
    lang: Lang,
    labels: BTreeMap<String, String>,
}

impl Words {
    /// The labels of that language.
    #[must_use]
    pub fn new(lang: Lang) -> Self {
        // Korean and Japanese are files to be added beside the English one.
        Self { lang, labels: parse(LABELS_EN) }
    }

    /// The language.
    #[must_use]
    pub fn lang(&self) -> Lang {
        self.lang
    }

    /// A label.
    ///
    /// # Panics
    /// If there is no label of that name.
    #[must_use]
    pub fn get(&self, key: &str) -> &str {
        self.labels.get(key).unwrap_or_else(|| panic!("the catalog has no label {key}"))
    }

    /// A label with its holes filled in.
    #[must_use]
    pub fn with(&self, key: &str, holes: &[(&str, &str)]) -> String {
        fill(self.get(key), |hole, out| match holes.iter().find(|(k, _)| *k == hole) {
            Some((_, text)) => {
                out.push_str(text);
                true
            }
            None => false,
        })
    }

    /// A label that counts: `{n} sessions`, or the form for one.
    #[must_use]
    pub fn count(&self, key: &str, n: u64) -> String {
        if n == 1 {
            return self.get(&format!("{key}-one")).to_owned();
        }
        self.with(key, &[("n", &grouped(n))])
    }

    /// A length of time in words, in its largest unit.
    #[must_use]
    pub fn duration(&self, ms: i64) -> String {
        let seconds = ms.max(0) as u64 / 1000;
        match seconds {
            0 => self.get("less-than-a-second").to_owned(),
            1..120 => self.count("seconds", seconds),
            120..7200 => self.count("minutes", seconds / 60),
            _ => self.count("hours", seconds / 3600),
        }
    }
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
