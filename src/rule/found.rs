//! What a rule says it found: a case, and the exchanges that show how it came about. The judge makes a finding of it.

use super::{Fact, Role, Severity};
use crate::ftp::Mark;
use crate::session::Confidence;

/// What a rule says it found; the rest is filled in from the session.
#[derive(Clone, Debug)]
pub struct Found {
    /// Which of the rule's cases.
    pub case: &'static str,
    /// How it came about, beside the offending exchange.
    pub steps: Steps,
    /// Another severity than the rule's.
    pub severity: Option<Severity>,
    /// How sure.
    pub confidence: Confidence,
    /// More facts.
    pub facts: Vec<(&'static str, Fact<'static>)>,
}

/// The exchanges that show how something came about; there are few.
pub type Steps = [Option<Step>; STEPS_MAX];

/// Steps of one finding, beside the offending exchange.
pub const STEPS_MAX: usize = 4;

/// An exchange that has to do with a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// Which part it plays.
    pub part: Part,
    /// What it has to do with it, for JSON.
    pub role: Role,
    /// The exchange.
    pub mark: Mark,
}

/// Which part an exchange plays: it says which words stand under it and what the holes in the sentences are called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// It made it happen.
    Cause,
    /// It came in between.
    Between,
    /// It shows something more.
    Proof,
    /// It came later.
    Later,
    /// The exchange with that number, from 0, of a sequence of the user's.
    Numbered(u8),
}

/// The keys of the words of such exchanges.
const KEYS: [&str; STEPS_MAX] = ["step-1", "step-2", "step-3", "step-4"];
/// The names of their facts.
const FACTS: [[&str; 3]; STEPS_MAX] = [
    ["step_1_line", "step_1_verb", "step_1_code"],
    ["step_2_line", "step_2_verb", "step_2_code"],
    ["step_3_line", "step_3_verb", "step_3_code"],
    ["step_4_line", "step_4_verb", "step_4_code"],
];

impl Part {
    /// The key of its words in the rule's page.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Cause => "cause",
            Self::Between => "between",
            Self::Proof => "proof",
            Self::Later => "later",
            Self::Numbered(n) => KEYS[usize::from(n) % STEPS_MAX],
        }
    }

    /// The names of its facts: its line, its command, its reply code.
    pub(super) fn facts(self) -> [&'static str; 3] {
        match self {
            Self::Cause => ["cause_line", "cause_verb", "cause_code"],
            Self::Between => ["between_line", "between_verb", "between_code"],
            Self::Proof => ["proof_line", "proof_verb", "proof_code"],
            Self::Later => ["later_line", "later_verb", "later_code"],
            Self::Numbered(n) => FACTS[usize::from(n) % STEPS_MAX],
        }
    }

    /// Whether what counts is the reply, not the command.
    pub(super) fn is_told_by_reply(self) -> bool {
        matches!(self, Self::Cause | Self::Proof)
    }

    fn usual_role(self) -> Role {
        match self {
            Self::Cause => Role::Cause,
            Self::Between | Self::Proof | Self::Numbered(_) => Role::Evidence,
            Self::Later => Role::Consequence,
        }
    }
}

impl Found {
    /// Nothing but the case: certain, as bad as the rule is.
    #[must_use]
    pub fn new(case: &'static str) -> Self {
        Self {
            case,
            steps: [None; STEPS_MAX],
            severity: None,
            confidence: Confidence::Certain,
            facts: Vec::new(),
        }
    }

    /// With the exchange that made it happen.
    #[must_use]
    pub fn cause(self, mark: impl Into<Option<Mark>>) -> Self {
        self.step(Part::Cause, mark)
    }

    /// With an exchange that came in between.
    #[must_use]
    pub fn between(self, mark: impl Into<Option<Mark>>) -> Self {
        self.step(Part::Between, mark)
    }

    /// With an exchange that shows something more.
    #[must_use]
    pub fn proof(self, mark: impl Into<Option<Mark>>) -> Self {
        self.step(Part::Proof, mark)
    }

    /// With an exchange that came later.
    #[must_use]
    pub fn later(self, mark: impl Into<Option<Mark>>) -> Self {
        self.step(Part::Later, mark)
    }

    /// With an exchange of a sequence of the user's, by its number from 0.
    pub(super) fn numbered(self, number: usize, mark: Mark) -> Self {
        self.step(Part::Numbered(number as u8), mark)
    }

    /// The name of the fact that holds the line of such an exchange.
    pub(super) fn line_of(number: usize) -> &'static str {
        FACTS[number % STEPS_MAX][0]
    }

    /// With an exchange in the place of the cause that has something else to do with it.
    #[must_use]
    pub fn cause_as(mut self, role: Role, mark: impl Into<Option<Mark>>) -> Self {
        self.add(mark.into().map(|mark| Step { part: Part::Cause, role, mark }));
        self
    }

    fn step(mut self, part: Part, mark: impl Into<Option<Mark>>) -> Self {
        self.add(mark.into().map(|mark| Step { part, role: part.usual_role(), mark }));
        self
    }

    fn add(&mut self, step: Option<Step>) {
        if let Some(free) = self.steps.iter_mut().find(|s| s.is_none()) {
            *free = step;
        }
    }

    /// So sure and no surer.
    #[must_use]
    pub fn sure(self, confidence: Confidence) -> Self {
        Self { confidence, ..self }
    }

    /// As bad as that, if it is said.
    #[must_use]
    pub fn severity(self, severity: impl Into<Option<Severity>>) -> Self {
        Self { severity: severity.into(), ..self }
    }

    /// With one more fact.
    #[must_use]
    pub fn fact(mut self, name: &'static str, fact: Fact<'static>) -> Self {
        self.facts.push((name, fact));
        self
    }
}
