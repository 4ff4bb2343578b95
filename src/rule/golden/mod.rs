//! A good recording, with which new ones are compared: the commands, the codes of their replies, the features, and whether a reply has
//! one line or several. Times, ports, addresses, names, sizes and texts may differ. It is one rule, whose findings are the differences.

mod compare;
mod comparison;
mod course;
mod pairing;
mod tell;

pub(in crate::rule) use comparison::Comparison;
pub use comparison::Remark;
pub use course::{Courses, EXCHANGES_MAX, EXCHANGES_PER_SESSION_MAX};

use super::{Check, Fact, Group, Rule, Severity};
use crate::event::Place;
use crate::source::LogName;

/// The name of the rule.
pub const NAME: &str = "recording-differs";

/// Its cases.
const CASES: &[&str] = &[
    "missing",
    "missing-last",
    "surplus",
    "surplus-last",
    "instead",
    "reply",
    "preliminary",
    "features",
    "features-missing",
    "features-new",
    "one-line",
    "several-lines",
    "session-missing",
    "session-surplus",
    "all-other",
    "all-replies",
];

/// A good recording.
#[derive(Debug)]
pub struct Golden {
    /// The files that it is in, each with how many lines stand before it.
    files: Vec<(LogName, u64)>,
    courses: Courses,
}

impl Golden {
    /// Makes a rule of a recording, which lives as long as the program. The files are those that it is in, each with how many lines
    /// stand before it.
    #[must_use]
    pub fn rule(files: Vec<(LogName, u64)>, courses: Courses) -> &'static Rule {
        let golden = Self { files, courses };
        Box::leak(Box::new(Rule {
            name: NAME,
            severity: Severity::Error,
            group: Group::Expectation,
            cases: CASES,
            check: Check::Golden(Box::leak(Box::new(golden))),
            ..Rule::BASE
        }))
    }

    /// The line of the good recording that stands there, with its file.
    fn line(&self, place: Place) -> Fact<'static> {
        let behind = self.files.partition_point(|(_, before)| *before < place.line);
        match self.files.get(behind.saturating_sub(1)) {
            Some((name, before)) => Fact::LineIn(Box::new(name.clone()), place.line - before),
            None => Fact::Line(place.line),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog;
    use crate::lang::Lang;

    #[test]
    fn every_case_has_words_in_every_language() {
        for page in Lang::ALL.map(catalog::golden) {
            for case in CASES {
                assert!(!page.case(case).title.is_empty() && !page.case(case).here.is_empty(), "{case}");
            }
        }
    }
}
