//! Expectations as `ftplog.expect.toml` has them.

use super::pattern::{Pattern, Senseless};
use super::{Amount, Conditions, Expectation, Files, Sessions};
use crate::catalog::{Message, Said};
use crate::rule::own::{Fault, wrong_value};
use crate::rule::{Check, Group, RULES, Rule, Severity, golden, length_of_time};
use crate::text::{Printable, nearest};
use serde::{Deserialize, Deserializer};
use std::collections::BTreeMap;

/// Expectations in a file.
pub const EXPECTATIONS_MAX: usize = 1_000;
/// Patterns in a list of an expectation.
pub(super) const PATTERNS_MAX: usize = 64;
/// The version of the file's layout.
const VERSION: u32 = 1;

/// The file.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ExpectationsDefinition {
    /// The version of its layout.
    pub version: u32,
    /// What is expected.
    #[serde(default)]
    pub expect: Vec<ExpectationDefinition>,
}

/// What is expected of sessions in some files.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ExpectationDefinition {
    /// Its name, in words of the user.
    pub name: String,
    /// The files, as patterns of paths from the folder of this file; nothing means every one that is checked.
    #[serde(default)]
    pub files: Vec<String>,
    /// The sessions: `each`, `any`, or a number.
    #[serde(default, deserialize_with = "sessions")]
    pub session: Sessions,
    /// What the session begins with, the greeting included.
    #[serde(default)]
    pub begins_with: Vec<String>,
    /// What comes in it, in this order; other exchanges may come between.
    #[serde(default)]
    pub contains: Vec<String>,
    /// What it ends with.
    #[serde(default)]
    pub ends_with: Vec<String>,
    /// What must not come in it.
    #[serde(default)]
    pub not_contains: Vec<String>,
    /// How often something comes: `3`, `"<=1"`, `">=2"`, `"1..3"`.
    #[serde(default)]
    pub count: BTreeMap<String, Number>,
    /// How long it takes at most.
    pub max_duration: Option<String>,
    /// Which findings it may have: `none`, or the names of the rules.
    pub findings: Option<Findings>,
}

/// A number, or a text that says which numbers.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum Number {
    /// Exactly so many.
    Exactly(u64),
    /// As the text says.
    Text(String),
}

/// Which findings a session may have.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum Findings {
    /// `none`
    Word(String),
    /// Those of these rules.
    Of(Vec<String>),
}

impl ExpectationsDefinition {
    /// Whether this ftplog knows the layout.
    #[must_use]
    pub fn is_known(&self) -> bool {
        self.version == VERSION
    }
}

impl ExpectationDefinition {
    /// Makes a rule of it, which lives as long as the program. `others` are those before it; `own` the rules of the user's own.
    ///
    /// # Errors
    /// The first thing that is wrong with it.
    pub fn compile(&self, others: &[&'static Rule], own: &[&'static Rule]) -> Result<&'static Rule, Fault> {
        let name = self.name.trim();
        if name.is_empty() {
            return Err(Fault::new("name", Message::RuleKeyEmpty.with("key", "name")));
        }
        let mut names = RULES.iter().chain(own).chain(others).map(|rule| rule.name).chain([golden::NAME]);
        if names.any(|taken| taken == name) {
            return Err(Fault::new("name", Message::RuleNameTaken.with("name", Printable(name.as_bytes()))));
        }
        if others.len() >= EXPECTATIONS_MAX {
            return Err(Fault::new("name", Message::ExpectTooMany.with("most", EXPECTATIONS_MAX as u64)));
        }
        let conditions = Conditions {
            begins_with: patterns("begins-with", &self.begins_with)?,
            contains: patterns("contains", &self.contains)?,
            ends_with: patterns("ends-with", &self.ends_with)?,
            not_contains: patterns("not-contains", &self.not_contains)?,
            counts: self.counts()?,
            duration_ms_max: self.duration_ms_max()?,
        };
        let findings = self.findings.as_ref().map(|findings| allowed(findings, own)).transpose()?;
        if conditions.is_empty() && findings.is_none() {
            return Err(Fault::new("name", Message::ExpectNothing));
        }
        if findings.is_some() && self.session != Sessions::Each {
            return Err(Fault::new("findings", Message::ExpectFindingsOfEach));
        }
        let files = Files::new(&self.files).map_err(|bad| {
            Fault::new("files", Message::NotAPattern.with("text", Printable(bad.pattern.as_bytes())))
        })?;
        let files = (!self.files.is_empty()).then_some(files);
        let name: &'static str = Printable(name.as_bytes()).to_string().leak();
        let expectation = Expectation { name, files, sessions: self.session, conditions, findings };
        Ok(Box::leak(Box::new(Rule {
            name,
            severity: Severity::Error,
            group: Group::Expectation,
            cases: super::CASES,
            check: Check::Expectation(Box::leak(Box::new(expectation))),
            ..Rule::BASE
        })))
    }

    fn counts(&self) -> Result<Vec<(Pattern, Amount)>, Fault> {
        let count = |(written, number): (&String, &Number)| {
            let wrong = || {
                let told = match number {
                    Number::Exactly(n) => n.to_string(),
                    Number::Text(text) => Printable(text.as_bytes()).to_string(),
                };
                Fault::new("count", Message::ExpectNoAmount.with("text", told))
            };
            Ok((pattern("count", written)?, Amount::of(number).ok_or_else(wrong)?))
        };
        self.count.iter().map(count).collect()
    }

    fn duration_ms_max(&self) -> Result<Option<i64>, Fault> {
        let Some(text) = &self.max_duration else { return Ok(None) };
        let wrong =
            || Fault::new("max-duration", Message::ExpectNoDuration.with("text", Printable(text.as_bytes())));
        length_of_time(text).map(Some).ok_or_else(wrong)
    }
}

fn patterns(key: &'static str, written: &[String]) -> Result<Vec<Pattern>, Fault> {
    if written.len() > PATTERNS_MAX {
        return Err(Fault::new(key, Message::ExpectTooManyPatterns.with("most", PATTERNS_MAX as u64)));
    }
    written.iter().map(|written| pattern(key, written)).collect()
}

fn pattern(key: &'static str, written: &str) -> Result<Pattern, Fault> {
    Pattern::parse(written).map_err(|Senseless { what, tip }| {
        let of = Message::PatternWrong.with("pattern", Printable(written.as_bytes())).with("why", what);
        Fault { tip, ..Fault::new(key, of) }
    })
}

/// The rules whose findings are allowed.
fn allowed(findings: &Findings, own: &[&'static Rule]) -> Result<Vec<String>, Fault> {
    let names = match findings {
        Findings::Word(word) if word == "none" => return Ok(Vec::new()),
        Findings::Word(word) => std::slice::from_ref(word),
        Findings::Of(names) => names.as_slice(),
    };
    let known = || RULES.iter().chain(own).map(|rule| rule.name);
    for name in names {
        if !known().any(|rule| rule == name) {
            let what = Message::UnknownRule.with("name", Printable(name.as_bytes()));
            let near = nearest(name, known()).map(|near| Message::DidYouMean.with("near", near));
            let tip = near.unwrap_or_else(|| Said::from(Message::RulesTip));
            return Err(Fault { tip: Some(tip), ..Fault::new("findings", what) });
        }
    }
    Ok(names.to_vec())
}

/// `each`, `any`, or a number.
fn sessions<'de, D: Deserializer<'de>>(value: D) -> Result<Sessions, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Written {
        Number(u64),
        Word(String),
    }
    let wrong = || wrong_value(Message::ExpectSessionWrong);
    match Written::deserialize(value).map_err(|_| wrong())? {
        Written::Number(number) if number > 0 => Ok(Sessions::Number(number)),
        Written::Word(word) if word == "each" => Ok(Sessions::Each),
        Written::Word(word) if word == "any" => Ok(Sessions::Any),
        _ => Err(wrong()),
    }
}
