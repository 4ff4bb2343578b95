//! A rule of the user's own as the configuration describes it.

use super::conditions::{Conditions, Several, length};
use super::{Fault, Per, wrong_value};
use crate::catalog::{Actor, Hole, Message};
use crate::rule::found::STEPS_MAX;
use crate::rule::{RULES, Set, Severity};
use crate::text::{Printable, nearest};
use serde::{Deserialize, Deserializer};

/// Exchanges of a sequence: the last one, and those that a finding can show beside it.
const SEQUENCE_MAX: usize = STEPS_MAX + 1;
/// Names that mean something else where rules are named.
const RESERVED: [&str; 6] = ["all", "own", "select", "extend-select", "ignore", "severity"];
/// Holes that every message may have.
const HOLES: [&str; 7] = ["verb", "argument", "code", "reply", "user", "client", "line"];
/// Holes that a message about something counted may have, too.
const COUNTED_HOLES: [&str; 4] = ["count", "first", "last", "span"];

/// A rule of the user's own.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Definition {
    /// Its name.
    pub name: String,
    /// How bad its findings are.
    #[serde(deserialize_with = "severity", default = "usual_severity")]
    pub severity: Severity,
    /// What it reports, in a few words, for lists; the message where there are none.
    pub summary: Option<String>,
    /// The finding in a line, with holes.
    pub message: String,
    /// Why it happened, with holes.
    pub why: Option<String>,
    /// What to do, with holes.
    pub fix: String,
    /// Who must act.
    #[serde(default = "usual_actor")]
    pub who: Actor,
    /// The exchange that it looks for.
    #[serde(rename = "match")]
    pub of: Option<Conditions>,
    /// Exchanges that it looks for, in this order in a session.
    #[serde(default)]
    pub sequence: Vec<Conditions>,
    /// Exchanges after which what came before no longer counts.
    #[serde(default)]
    pub unless: Several<Conditions>,
    /// How many exchanges there must be.
    pub count: Option<usize>,
    /// In which time, in milliseconds.
    #[serde(default, deserialize_with = "length")]
    pub within: Option<i64>,
    /// Of what.
    pub per: Option<Per>,
    /// Logs, and what the rule finds in them.
    #[serde(default)]
    pub test: Vec<Example>,
}

/// A log, and what a rule finds in it.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Example {
    /// The log.
    pub log: String,
    /// The lines of the findings.
    #[serde(default)]
    pub finds: Vec<u64>,
}

fn usual_severity() -> Severity {
    Severity::Warning
}

fn usual_actor() -> Actor {
    Actor::Server
}

fn severity<'de, D: Deserializer<'de>>(value: D) -> Result<Severity, D::Error> {
    let text = String::deserialize(value)?;
    Severity::named(&text).ok_or_else(|| wrong_value(Message::RuleSeverityWrong))
}

impl Definition {
    /// What is wrong with it beside the shape of its values.
    pub(super) fn check(&self, others: &[&str]) -> Result<(), Fault> {
        self.check_name(others)?;
        self.check_shape()?;
        for (key, text) in
            [("message", Some(&self.message)), ("fix", Some(&self.fix)), ("why", self.why.as_ref())]
        {
            let Some(text) = text else { continue };
            if text.trim().is_empty() {
                return Err(Fault::new(key, Message::RuleKeyEmpty.with("key", key)));
            }
            self.check_holes(key, text)?;
        }
        Ok(())
    }

    fn check_name(&self, others: &[&str]) -> Result<(), Fault> {
        let shown = Printable(self.name.as_bytes()).to_string();
        let fine = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        if !self.name.starts_with(|c: char| c.is_ascii_lowercase()) || !self.name.bytes().all(fine) {
            return Err(Fault::new("name", Message::RuleNameWrong.with("name", format!("{shown:?}"))));
        }
        let is_set = Set::ALL.iter().any(|s| s.name() == self.name) || RESERVED.contains(&self.name.as_str());
        let taken = RULES.iter().any(|r| r.name == self.name) || others.contains(&self.name.as_str());
        if is_set || taken {
            return Err(Fault::new("name", Message::RuleNameTaken.with("name", shown)));
        }
        Ok(())
    }

    fn check_shape(&self) -> Result<(), Fault> {
        if self.of.is_some() != self.sequence.is_empty() {
            return Err(Fault::new("match", Message::RuleMatchOrSequence));
        }
        if !self.sequence.is_empty() && !(2..=SEQUENCE_MAX).contains(&self.sequence.len()) {
            let most = SEQUENCE_MAX as u64;
            return Err(Fault::new("sequence", Message::RuleSequenceLength.with("most", most)));
        }
        if self.count.is_some() != self.per.is_some() {
            return Err(Fault::new("count", Message::RuleCountAndPer));
        }
        match self.count {
            Some(_) if !self.sequence.is_empty() => {
                return Err(Fault::new("count", Message::RuleCountWithSequence));
            }
            Some(0 | 1) => return Err(Fault::new("count", Message::RuleCountTooSmall)),
            None if self.within.is_some() && self.sequence.is_empty() => {
                return Err(Fault::new("within", Message::RuleWithinAlone));
            }
            _ => {}
        }
        for one in self.of.iter().chain(&self.unless.0) {
            one.check(false)?;
        }
        for (number, one) in self.sequence.iter().enumerate() {
            one.check(number > 0)?;
        }
        Ok(())
    }

    fn check_holes(&self, key: &'static str, text: &str) -> Result<(), Fault> {
        let known = self.holes();
        for hole in holes(text) {
            if known.iter().any(|k| k == hole) {
                continue;
            }
            let tip = match nearest(hole, known.iter().map(String::as_str)) {
                Some(near) => Message::DidYouMean.with("near", in_braces(near)),
                None => Message::RuleHolesAre.with("holes", known.into_iter().collect::<Hole>()),
            };
            let shown = in_braces(&Printable(hole.as_bytes()).to_string());
            let what = Message::RuleHoleUnknown.with("key", key).with("hole", shown);
            return Err(Fault { tip: Some(tip), ..Fault::new(key, what) });
        }
        Ok(())
    }

    /// The holes that its messages may have.
    fn holes(&self) -> Vec<String> {
        let mut known: Vec<String> = HOLES.iter().map(ToString::to_string).collect();
        if self.count.is_some() {
            known.extend(COUNTED_HOLES.iter().map(ToString::to_string));
            return known;
        }
        for n in 1..self.sequence.len() {
            known.extend(["line", "verb", "code"].map(|what| format!("step_{n}_{what}")));
        }
        known.extend(self.of.iter().chain(&self.sequence).flat_map(Conditions::groups).map(str::to_owned));
        known
    }
}

fn in_braces(hole: &str) -> String {
    format!("{{{hole}}}")
}

/// The names between braces.
fn holes(text: &str) -> impl Iterator<Item = &str> {
    text.split('{').skip(1).filter_map(|rest| Some(rest.split_once('}')?.0))
}

/// `text` for pages that are about no finding: `<user>` in the place of `{user}`.
pub(super) fn in_general(text: &str) -> String {
    text.replace('{', "<").replace('}', ">")
}
