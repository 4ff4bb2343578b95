//! What the user expects of recorded sessions: which exchanges come, in which order, how often, and how long it takes. Each
//! expectation is a rule whose findings say what is otherwise.

mod definition;
mod pattern;
mod progress;
mod record;
mod runs;

pub use definition::{EXPECTATIONS_MAX, ExpectationDefinition, ExpectationsDefinition, Findings, Number};
pub use record::Recording;
pub use runs::Checks;

use super::Rule;
use crate::event::Holds;
use crate::source::{BadPattern, Globs};
use pattern::Pattern;

/// The cases of every expectation.
const CASES: &[&str] = &[
    "missing",
    "other",
    "forbidden",
    "begins",
    "begins-short",
    "ends",
    "ends-short",
    "count",
    "duration",
    "no-times",
];

/// What is expected of sessions in some files.
#[derive(Debug)]
pub struct Expectation {
    name: &'static str,
    /// The files; nothing means every one that is checked.
    files: Option<Files>,
    sessions: Sessions,
    conditions: Conditions,
    /// The rules whose findings are allowed; nothing means that findings do not matter.
    findings: Option<Vec<String>>,
}

/// The files that an expectation is about.
#[derive(Debug)]
struct Files {
    patterns: Globs,
    /// The same as they are written, for files with signs of patterns in their names.
    written: Vec<String>,
}

impl Files {
    fn new(written: &[String]) -> Result<Self, BadPattern> {
        let written: Vec<String> = written.iter().map(|path| plain(path)).collect();
        Ok(Self { patterns: Globs::new(&written)?, written })
    }

    fn has(&self, path: &str) -> bool {
        let path = plain(path);
        let is_it = |written: &String| {
            path.strip_suffix(written.as_str())
                .is_some_and(|before| before.is_empty() || before.ends_with('/'))
        };
        self.patterns.has(&path) || self.written.iter().any(is_it)
    }
}

/// A path without what changes nothing: `./a//b/../c` is `a/c`.
fn plain(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." if !parts.is_empty() || part == "." => {}
            ".." if parts.last().is_some_and(|last| !matches!(*last, ".." | "")) => {
                parts.pop();
            }
            _ => parts.push(part),
        }
    }
    parts.join("/")
}

/// Which sessions of a file are to be so.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sessions {
    /// Each of them.
    #[default]
    Each,
    /// At least one.
    Any,
    /// The one with that number, counted from 1.
    Number(u64),
}

/// What a session is to be like.
#[derive(Clone, Debug, Default)]
struct Conditions {
    begins_with: Vec<Pattern>,
    contains: Vec<Pattern>,
    ends_with: Vec<Pattern>,
    not_contains: Vec<Pattern>,
    counts: Vec<(Pattern, Amount)>,
    duration_ms_max: Option<i64>,
}

impl Conditions {
    fn is_empty(&self) -> bool {
        let lists = [&self.begins_with, &self.contains, &self.ends_with, &self.not_contains];
        lists.into_iter().all(Vec::is_empty) && self.counts.is_empty() && self.duration_ms_max.is_none()
    }
}

/// How many there are to be.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Amount {
    least: u64,
    most: u64,
    /// As it was written.
    written: String,
}

impl Amount {
    /// `3`, `<=1`, `>=2`, `<5`, `>0`, `1..3`
    fn of(number: &Number) -> Option<Self> {
        let text = match number {
            Number::Exactly(n) => n.to_string(),
            Number::Text(text) => text.trim().to_owned(),
        };
        let parse = |text: &str| text.trim().parse::<u64>().ok();
        let (least, most) = if let Some(most) = text.strip_prefix("<=") {
            (0, parse(most)?)
        } else if let Some(least) = text.strip_prefix(">=") {
            (parse(least)?, u64::MAX)
        } else if let Some(above) = text.strip_prefix('<') {
            (0, parse(above)?.checked_sub(1)?)
        } else if let Some(below) = text.strip_prefix('>') {
            (parse(below)?.checked_add(1)?, u64::MAX)
        } else if let Some((least, most)) = text.split_once("..") {
            (parse(least)?, parse(most)?)
        } else {
            (parse(&text)?, parse(&text)?)
        };
        (least <= most).then_some(Self { least, most, written: text })
    }

    fn has(&self, n: u64) -> bool {
        (self.least..=self.most).contains(&n)
    }
}

impl Expectation {
    /// Whether it is about sessions in that file.
    #[must_use]
    pub fn is_about(&self, path: &str) -> bool {
        self.files.as_ref().is_none_or(|files| files.has(path))
    }

    /// Whether a log that holds so much can show that it is not as expected. What is not in a log is not in it by chance.
    fn can_be_shown(&self, holds: Holds) -> bool {
        let Conditions { not_contains, counts, .. } = &self.conditions;
        let needs_replies = |pattern: &Pattern| holds > Holds::FinalReplies && pattern.is_about_replies();
        !not_contains.iter().chain(counts.iter().map(|(pattern, _)| pattern)).any(needs_replies)
    }

    /// Which sessions are to be so.
    #[must_use]
    pub fn sessions(&self) -> Sessions {
        self.sessions
    }

    /// Whether it does not allow findings of that rule.
    #[must_use]
    pub fn forbids(&self, rule: &Rule) -> bool {
        self.findings.as_ref().is_some_and(|allowed| allowed.iter().all(|name| name != rule.name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_known_by_each_of_its_spellings() {
        for (written, path, is_it) in [
            ("rec/a.log", "./rec//a.log", true),
            ("./rec/x/../a.log", "/home/u/rec/a.log", true),
            ("rec/a[1].log", "rec/a[1].log", true),
            ("rec/a[1].log", "rec/a1.log", true),
            ("../rec/*.log", "sub/../../rec/a.log", true),
            ("/rec/a.log", "/rec/a.log", true),
            ("a.log", "ba.log", false),
            ("rec/a.log", "rec/b/a.log", false),
        ] {
            let files = Files::new(&[written.to_owned()]).unwrap();
            assert_eq!(files.has(path), is_it, "{written} {path}");
        }
    }

    #[test]
    fn an_amount_is_a_number_a_limit_or_a_range() {
        let amount = |text: &str| Amount::of(&Number::Text(text.to_owned())).map(|a| (a.least, a.most));
        for (text, range) in [
            ("3", (3, 3)),
            ("<=1", (0, 1)),
            (">= 2", (2, u64::MAX)),
            ("<5", (0, 4)),
            (">0", (1, u64::MAX)),
            ("1..3", (1, 3)),
        ] {
            assert_eq!(amount(text), Some(range), "{text}");
        }
        for text in ["", "many", "<0", "3..1", "-1", "1..", "=3"] {
            assert_eq!(amount(text), None, "{text}");
        }
    }
}
