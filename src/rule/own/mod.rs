//! Rules of the user's own, from the configuration: an exchange, a sequence of exchanges in a session, or many exchanges in a
//! short time.

mod conditions;
mod definition;
mod progress;
mod window;

pub use definition::{Definition, Example};
pub(super) use progress::Progress;
pub(super) use window::Sightings;

use super::{Check, Group, Rule, Set};
use crate::catalog::{CaseText, Message, RulePage, Said, Word, Words};
use crate::lang::Lang;
use crate::session::Watch;
use conditions::Conditions;
use definition::in_general;
use serde::Deserialize;

/// Rules of one's own in a configuration.
pub const OWN_RULES_MAX: usize = 64;
/// The only case of such a rule.
const CASE: &str = "match";

/// What may be wrong with a value in a definition. The reader of TOML carries it as English text only; whoever shows it reads
/// it back with [`Said::read_back`].
pub const WRONG_VALUES: &[Message] = &[
    Message::RuleSeverityWrong,
    Message::RuleTextWrong,
    Message::ExpressionWrong,
    Message::RuleWithinWrong,
    Message::RuleVerbWrong,
    Message::RuleCodeWrong,
    Message::RuleStateNear,
    Message::RuleStateUnknown,
    Message::ExpectSessionWrong,
];

/// What is wrong with a value, as an error of whoever reads it.
pub(super) fn wrong_value<E: serde::de::Error>(what: impl Into<Said>) -> E {
    E::custom(what.into().in_words(Lang::En))
}

/// What a count is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Per {
    /// One session.
    Session,
    /// All sessions of one client.
    Client,
    /// All sessions of one user.
    User,
    /// Everything in one log.
    Server,
}

/// What is wrong with a definition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The key.
    pub key: &'static str,
    /// What is wrong.
    pub what: Said,
    /// What was probably meant.
    pub tip: Option<Said>,
}

impl Fault {
    /// Something that is wrong with a key.
    #[must_use]
    pub fn new(key: &'static str, what: impl Into<Said>) -> Self {
        Self { key, what: what.into(), tip: None }
    }
}

/// A definition that was understood.
#[derive(Debug)]
pub struct Own {
    shape: Shape,
    /// Exchanges after which what came before no longer counts.
    unless: Vec<Conditions>,
    /// Its page, in the place of one in the catalog.
    page: RulePage,
    /// Its number among the rules of one's own.
    index: usize,
    /// The names of the groups of its expressions, which are holes.
    groups: Vec<&'static str>,
    examples: Vec<Example>,
}

#[derive(Debug)]
enum Shape {
    One(Conditions),
    Sequence { steps: Vec<Conditions>, within: Option<i64> },
    Count { of: Conditions, count: usize, within: Option<i64>, per: Per },
}

impl Definition {
    /// Makes a rule of the definition. It lives as long as the program. `others` are the rules of one's own before it.
    ///
    /// # Errors
    /// The first thing that is wrong with it; tests are not run.
    pub fn compile(&self, others: &[&'static Rule], words: &Words) -> Result<&'static Rule, Fault> {
        if others.len() >= OWN_RULES_MAX {
            return Err(Fault::new("name", Message::RulesTooMany.with("most", OWN_RULES_MAX as u64)));
        }
        self.check(&others.iter().map(|r| r.name).collect::<Vec<_>>())?;
        let shape = self.shape();
        let steps = shape.steps();
        let mut replies: Vec<u16> = steps.iter().flat_map(|c| c.codes()).collect();
        replies.sort_unstable();
        replies.dedup();
        let groups = steps.iter().flat_map(|c| c.groups()).map(|g| &*g.to_owned().leak()).collect();
        let page = self.page(&shape, words);
        let own = Own {
            unless: self.unless.0.clone(),
            page,
            index: others.len(),
            groups,
            examples: self.test.clone(),
            shape,
        };
        Ok(Box::leak(Box::new(Rule {
            name: self.name.clone().leak(),
            severity: self.severity,
            group: Group::Own,
            set: Set::Default,
            replies: replies.leak(),
            cases: &[CASE],
            check: Check::Own(Box::leak(Box::new(own))),
            ..Rule::BASE
        })))
    }

    fn shape(&self) -> Shape {
        match (&self.of, self.count, self.per) {
            (Some(of), Some(count), Some(per)) => {
                Shape::Count { of: of.clone(), count, within: self.within, per }
            }
            (Some(of), ..) => Shape::One(of.clone()),
            (None, ..) => Shape::Sequence { steps: self.sequence.clone(), within: self.within },
        }
    }

    fn page(&self, shape: &Shape, words: &Words) -> RulePage {
        let what = shape.told(&self.unless.0, words);
        let holes = [("name", self.name.as_str()), ("what", &what)];
        let step = |(n, step): (usize, &Conditions)| {
            let (n, all) = (n.to_string(), shape.steps().len().to_string());
            step.here.clone().unwrap_or_else(|| words.with(Word::OwnStep, &[("n", &n), ("all", &all)]))
        };
        let mut steps: Vec<String> = (1..).zip(shape.steps().iter().copied()).map(step).collect();
        let mut here = steps.pop().unwrap_or_default();
        if let Shape::One(one) = shape {
            here = one.here.clone().unwrap_or_else(|| words.get(Word::OwnHere).to_owned());
        }
        let why = self.why.clone().unwrap_or_else(|| words.with(Word::OwnWhy, &holes));
        let texts = [
            self.summary.clone().unwrap_or_else(|| in_general(&self.message)),
            words.with(Word::OwnFinds, &holes),
            self.why.as_deref().map(in_general).unwrap_or_default(),
            in_general(&self.fix),
        ];
        RulePage::of_ones_own(
            texts,
            [Word::OwnStart, Word::OwnStartOne, Word::OwnFirst, Word::OwnLast]
                .map(|w| words.get(w).to_owned()),
            (CASE, CaseText::of_ones_own(self.message.clone(), here, why, self.fix.clone(), self.who), steps),
        )
    }
}

impl Shape {
    /// The exchanges that it looks for.
    fn steps(&self) -> Vec<&Conditions> {
        match self {
            Self::One(of) | Self::Count { of, .. } => vec![of],
            Self::Sequence { steps, .. } => steps.iter().collect(),
        }
    }

    /// What it looks for in words.
    fn told(&self, unless: &[Conditions], words: &Words) -> String {
        let within = |ms: Option<i64>| {
            ms.map_or(String::new(), |ms| words.with(Word::OwnWithin, &[("time", &words.duration(ms))]))
        };
        let mut told = match self {
            Self::One(of) => of.told(words),
            Self::Sequence { steps, within: all } => {
                let mut told = String::new();
                for (n, step) in steps.iter().enumerate() {
                    told += if n == 0 { "" } else { words.get(Word::OwnThen) };
                    told += if step.directly { words.get(Word::OwnDirectly) } else { "" };
                    told += &step.told(words);
                    told += &within(step.within);
                }
                words.with(Word::OwnSequence, &[("what", &told), ("within", &within(*all))])
            }
            Self::Count { of, count, within: ms, per } => {
                let of_what = words.get(match per {
                    Per::Session => Word::OwnPerSession,
                    Per::Client => Word::OwnPerClient,
                    Per::User => Word::OwnPerUser,
                    Per::Server => Word::OwnPerServer,
                });
                let holes = [
                    ("count", &*count.to_string()),
                    ("what", &of.told(words)),
                    ("per", of_what),
                    ("within", &within(*ms)),
                ];
                words.with(Word::OwnCount, &holes)
            }
        };
        for one in unless {
            let key = if matches!(self, Self::One(_)) { Word::OwnNotAfter } else { Word::OwnNotBetween };
            told += &words.with(key, &[("what", &one.told(words))]);
        }
        told
    }
}

impl Own {
    /// Its page.
    #[must_use]
    pub fn page(&self) -> &RulePage {
        &self.page
    }

    /// Logs, and what it finds in them.
    #[must_use]
    pub fn examples(&self) -> &[Example] {
        &self.examples
    }

    /// The exchanges that it must see.
    pub(super) fn watch(&self) -> Watch {
        let all = self.shape.steps().into_iter().chain(&self.unless);
        all.fold(Watch::NOTHING, |watch, one| watch.and(one.watch()))
    }
}
