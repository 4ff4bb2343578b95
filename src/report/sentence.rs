//! Puts the facts of findings into the words of the catalog.

use super::index_of;
use super::summary::Problem;
use crate::catalog::{self, CaseText, RulePage, Words, fill};
use crate::lang::Lang;
use crate::rule::{Fact, Finding, Group, Label, RULES, Rule};
use crate::session::Confidence;
use crate::text::{Printable, grouped};
use crate::time::{When, Zone};
use std::borrow::Cow;

/// Bytes of a text from the log that are put into a sentence.
const QUOTED_BYTES_MAX: usize = 80;

/// Writes the sentences of findings in one language.
#[derive(Debug)]
pub struct Sentences {
    words: Words,
    zone: Zone,
    /// In the order of [`RULES`].
    pages: Vec<RulePage>,
}

impl Sentences {
    /// For that language, with times of day as they are in that zone.
    #[must_use]
    pub fn new(lang: Lang, zone: Zone) -> Self {
        let pages = RULES.iter().map(|r| catalog::rule(r.name, lang)).collect();
        Self { words: Words::new(lang), zone, pages }
    }

    /// The labels.
    #[must_use]
    pub fn words(&self) -> &Words {
        &self.words
    }

    /// The time of day, as the log shows it.
    #[must_use]
    pub fn clock(&self, at: When) -> Option<String> {
        self.zone.clock(at)
    }

    fn page(&self, rule: &Rule) -> &RulePage {
        &self.pages[index_of(rule)]
    }

    fn case(&self, finding: &Finding) -> &CaseText {
        self.page(finding.rule).case(finding.case)
    }

    /// The finding in a line.
    #[must_use]
    pub fn title(&self, finding: &Finding) -> String {
        self.filled(&self.case(finding).title, finding)
    }

    /// Why it happened.
    #[must_use]
    pub fn why(&self, finding: &Finding) -> String {
        let why = self.filled(&self.case(finding).why, finding);
        match finding.confidence {
            Confidence::Certain => why,
            Confidence::Likely => format!("{why} {}", self.words.get("likely")),
            Confidence::Possible => format!("{why} {}", self.words.get("possible")),
        }
    }

    /// What to do.
    #[must_use]
    pub fn fix(&self, finding: &Finding) -> String {
        let fix = self.filled(&self.case(finding).fix, finding);
        match self.instead(finding) {
            Some(instead) => format!("{instead} {fix}"),
            None => fix,
        }
    }

    /// Which command can take the place of one that the server lacks.
    fn instead(&self, finding: &Finding) -> Option<&str> {
        if finding.rule.group != Group::Support || finding.case == "replaced" {
            return None;
        }
        let verb = finding.verb().name();
        self.pages.iter().find_map(|page| page.instead(verb))
    }

    /// The words of a mark.
    #[must_use]
    pub fn label(&self, finding: &Finding, label: Label) -> String {
        self.filled(self.page(finding.rule).label(finding.case, label.key), finding)
    }

    /// What a problem cost.
    #[must_use]
    pub fn cost(&self, problem: &Problem) -> String {
        let page = self.page(problem.rule);
        if problem.count == 1 {
            return page.start_one.clone();
        }
        fill(&page.start, |hole| (hole == "count").then(|| Cow::Owned(grouped(problem.count))))
    }

    fn filled(&self, template: &str, finding: &Finding) -> String {
        fill(template, |hole| {
            let fact = finding.fact(hole)?;
            Some(Cow::Owned(self.told(&fact)))
        })
    }

    /// A fact in words.
    #[must_use]
    pub fn told(&self, fact: &Fact) -> String {
        match fact {
            Fact::Number(n) => grouped(*n),
            Fact::Line(n) => n.to_string(),
            Fact::Code(code) => code.to_string(),
            Fact::Word(word) => (*word).to_owned(),
            Fact::Text(text) => quoted(text),
            Fact::Phrase(key) => self.words.get(key).to_owned(),
            Fact::Phrases(keys) => keys.iter().map(|k| self.words.get(k)).collect::<Vec<_>>().join(", "),
            Fact::Duration(ms) => self.words.duration(*ms),
            Fact::Moment(at, line) => {
                self.clock(*at).unwrap_or_else(|| self.words.with("line-n", &[("n", &line.to_string())]))
            }
            Fact::User([]) => self.words.get("the-user").to_owned(),
            Fact::User(name) => format!("\"{}\"", quoted(name)),
        }
    }
}

fn quoted(text: &[u8]) -> String {
    if text.len() > QUOTED_BYTES_MAX {
        return format!("{}...", Printable(&text[..QUOTED_BYTES_MAX]));
    }
    Printable(text).to_string()
}
