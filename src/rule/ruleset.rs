//! The rules of a run: which of them speak, how bad their findings are, and the numbers they use.

use super::asks::Asks;
use super::own::Own;
use super::{Check, Finding, Group, Ledger, RULES, Rule, Set, Severity};
use crate::catalog::{Message, Said};
use crate::lang::Lang;
use crate::session::{Session, Watch};
use crate::text::{Printable, nearest};
use std::fmt;

/// A number that a rule uses and users may change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Setting {
    /// Its key in the configuration.
    pub key: &'static str,
    /// What it counts.
    pub unit: Unit,
    /// What it is unless somebody changes it.
    pub default: i64,
}

/// What a setting counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Things.
    Count,
    /// A length of time, in milliseconds.
    Time,
}

impl Unit {
    /// The word used in JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Count => "count",
            Self::Time => "time",
        }
    }

    /// A value as the configuration has it, without quotes: `5`, or `60 s`.
    #[must_use]
    pub fn told(self, value: i64) -> String {
        if self == Self::Count {
            return value.to_string();
        }
        // One minute is said in seconds, as people do.
        let whole = |(_, ms): &(&str, i64)| value % ms == 0 && value >= 2 * ms;
        let [ms, s, min, h] = LENGTHS;
        let seconds = if value > 0 && value % s.1 == 0 { s } else { ms };
        let (unit, per) = [h, min].into_iter().find(whole).unwrap_or(seconds);
        format!("{} {unit}", value / per)
    }
}

/// The units of a length of time, in milliseconds.
const LENGTHS: [(&str, i64); 4] = [("ms", 1), ("s", 1_000), ("min", 60_000), ("h", 3_600_000)];

/// A length of time as people write it in the configuration, in milliseconds: `60 s`, `5 min`, `500 ms`, `2 h`.
#[must_use]
pub fn length_of_time(text: &str) -> Option<i64> {
    let text = text.trim();
    let (number, unit) = text.split_at(text.find(|c: char| !c.is_ascii_digit())?);
    let (_, ms) = LENGTHS.into_iter().find(|(name, _)| *name == unit.trim())?;
    number.parse::<i64>().ok()?.checked_mul(ms)
}

/// The numbers of one rule, in the order of [`Rule::settings`].
#[derive(Clone, Copy, Debug)]
pub struct Numbers<'r>(&'r [i64]);

impl Numbers<'_> {
    /// Those of a rule without settings.
    pub(super) const NONE: Self = Self(&[]);

    /// The setting with that number; 0 where the rule has none such.
    #[must_use]
    pub fn get(self, number: usize) -> i64 {
        self.0.get(number).copied().unwrap_or_default()
    }

    /// The same as a count.
    #[must_use]
    pub fn count(self, number: usize) -> usize {
        usize::try_from(self.get(number)).unwrap_or_default()
    }
}

/// What a user chose about rules. Names are those of rules, or of sets, or `all`.
#[derive(Clone, Debug, Default)]
pub struct Choice {
    /// Only these; nothing means the default set.
    pub select: Vec<String>,
    /// These too.
    pub extend_select: Vec<String>,
    /// Not these.
    pub ignore: Vec<String>,
    /// How bad the findings of a rule are.
    pub severity: Vec<(String, Severity)>,
    /// The rule, the key and the value of settings.
    pub numbers: Vec<(String, String, i64)>,
    /// The rules of the user's own.
    pub own: Vec<&'static Rule>,
    /// What the user expects: it is always looked at.
    pub expectations: Vec<&'static Rule>,
}

/// A choice that cannot be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unknown {
    /// No rule and no set is called so.
    Rule {
        /// The name.
        name: String,
        /// A similar one.
        near: Option<&'static str>,
    },
    /// The rule has no such setting.
    Setting {
        /// The rule.
        rule: &'static str,
        /// The key.
        key: String,
        /// A similar one.
        near: Option<&'static str>,
    },
}

impl Unknown {
    /// What is unknown.
    #[must_use]
    pub fn said(&self) -> Said {
        match self {
            Self::Rule { name, .. } => Message::UnknownRule.with("name", Printable(name.as_bytes())),
            Self::Setting { rule, key, .. } => {
                Message::NoSuchSetting.with("rule", *rule).with("key", Printable(key.as_bytes()))
            }
        }
    }
}

impl fmt::Display for Unknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.said().in_words(Lang::En))
    }
}

/// The rules of a run.
#[derive(Clone, Debug)]
pub struct Ruleset {
    entries: Vec<Entry>,
    asks: Asks,
}

#[derive(Clone, Debug)]
struct Entry {
    rule: &'static Rule,
    /// Whether its findings are reported.
    speaks: bool,
    severity: Option<Severity>,
    numbers: Vec<i64>,
}

impl Default for Ruleset {
    fn default() -> Self {
        Self::of(RULES.iter()).ready()
    }
}

impl Ruleset {
    fn of<'a>(rules: impl Iterator<Item = &'a &'static Rule>) -> Self {
        let entry = |rule: &&'static Rule| Entry {
            rule,
            speaks: rule.set == Set::Default,
            severity: None,
            numbers: rule.settings.iter().map(|s| s.default).collect(),
        };
        Self { entries: rules.map(entry).collect(), asks: Asks::default() }
    }

    /// Works out which rules are asked about what, once it is settled which speak.
    fn ready(mut self) -> Self {
        self.asks = Asks::of(self.entries.iter().map(|e| (e.rule, e.speaks)));
        self
    }

    /// The rules that a user chose.
    ///
    /// # Errors
    /// A name that no rule and no set has, or a setting that a rule does not have.
    pub fn new(choice: &Choice) -> Result<Self, Unknown> {
        let mut rules = Self::of(RULES.iter().chain(&choice.own));
        if !choice.select.is_empty() {
            rules.entries.iter_mut().for_each(|e| e.speaks = false);
        }
        for name in choice.select.iter().chain(&choice.extend_select) {
            rules.turn(name, true)?;
        }
        for name in &choice.ignore {
            rules.turn(name, false)?;
        }
        rules.entries.extend(Self::of(choice.expectations.iter()).entries);
        for (name, severity) in &choice.severity {
            rules.of_name(name)?.severity = Some(*severity);
        }
        for (name, key, value) in &choice.numbers {
            let entry = rules.of_name(name)?;
            let rule = entry.rule;
            let found = rule.settings.iter().position(|s| s.key == key);
            let number = found.ok_or_else(|| Unknown::Setting {
                rule: rule.name,
                key: key.clone(),
                near: nearest(key, rule.settings.iter().map(|s| s.key)),
            })?;
            entry.numbers[number] = *value;
        }
        Ok(rules.ready())
    }

    fn turn(&mut self, name: &str, speaks: bool) -> Result<(), Unknown> {
        if name == Group::Own.name() {
            self.entries.iter_mut().filter(|e| e.rule.group == Group::Own).for_each(|e| e.speaks = speaks);
            return Ok(());
        }
        let set = Set::ALL.into_iter().find(|set| set.name() == name);
        if name != "all" && set.is_none() {
            self.of_name(name)?.speaks = speaks;
            return Ok(());
        }
        for entry in self.entries.iter_mut().filter(|e| set.is_none_or(|set| e.rule.set == set)) {
            entry.speaks = speaks;
        }
        Ok(())
    }

    fn of_name(&mut self, name: &str) -> Result<&mut Entry, Unknown> {
        let index = self.entries.iter().position(|e| e.rule.name == name);
        let names: Vec<&'static str> =
            self.entries.iter().map(|e| e.rule.name).chain(Set::ALL.map(Set::name)).collect();
        let unknown = || Unknown::Rule { name: name.to_owned(), near: nearest(name, names.into_iter()) };
        index.map(|i| &mut self.entries[i]).ok_or_else(unknown)
    }

    /// Every rule, those that do not speak included; a rule's place here is its number.
    #[must_use]
    pub fn rules(&self) -> impl ExactSizeIterator<Item = &'static Rule> + use<'_> {
        self.entries.iter().map(|e| e.rule)
    }

    /// The rule with that number.
    #[must_use]
    pub fn rule(&self, number: usize) -> &'static Rule {
        self.entries[number].rule
    }

    /// Whether the findings of a rule are reported.
    #[must_use]
    pub fn speaks(&self, number: usize) -> bool {
        self.entries[number].speaks
    }

    /// Whether there is a rule of that name whose findings are not reported.
    #[must_use]
    pub fn is_silent(&self, name: &str) -> bool {
        self.entries.iter().any(|e| e.rule.name == name && !e.speaks)
    }

    /// How bad the user says the findings of a rule are.
    #[must_use]
    pub fn severity(&self, number: usize) -> Option<Severity> {
        self.entries[number].severity
    }

    /// The numbers of a rule.
    #[must_use]
    pub fn numbers(&self, number: usize) -> Numbers<'_> {
        Numbers(&self.entries[number].numbers)
    }

    /// Which rules are asked about what.
    pub(super) fn asks(&self) -> &Asks {
        &self.asks
    }

    /// The rules of the user's own that speak.
    pub(super) fn own(&self) -> impl Iterator<Item = &'static Own> {
        self.asks.own.iter().map(|(_, own)| *own)
    }

    /// Lets a ledger learn from a session or a part of one what the rules of the user's own count.
    pub fn note(&self, session: &Session, ledger: &mut Ledger) {
        ledger.own.note(session, self);
    }

    /// What the rules that speak find in all sessions together. What is about no session of the run is left out.
    #[must_use]
    pub fn judge(&self, ledger: &Ledger) -> Vec<Finding> {
        let mut found = Vec::new();
        for (number, entry) in self.entries.iter().enumerate().filter(|(_, e)| e.speaks) {
            let before = found.len();
            match entry.rule.check {
                Check::Ledger(check) => check(ledger, self.numbers(number), &mut found),
                Check::Own(own) => own.bursts(entry.rule, ledger, &mut found),
                _ => continue,
            }
            for finding in &mut found[before..] {
                finding.number = number;
                finding.severity = entry.severity.unwrap_or(finding.severity);
            }
        }
        found.retain(|finding| finding.sessions > 0);
        found
    }

    /// The exchanges that some rule wants to see however they went.
    #[must_use]
    pub fn watch(&self) -> Watch {
        let speaking = self.entries.iter().filter(|e| e.speaks);
        let watches = speaking.filter_map(|e| match e.rule.check {
            Check::Exchange(watch, _) => Some(watch),
            Check::Own(own) => Some(own.watch()),
            _ => None,
        });
        watches.fold(Watch::NOTHING, Watch::and)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn speaking(select: &[&str], ignore: &[&str]) -> Result<Vec<&'static str>, Unknown> {
        let owned = |names: &[&str]| names.iter().map(ToString::to_string).collect();
        let choice = Choice { select: owned(select), ignore: owned(ignore), ..Choice::default() };
        let rules = Ruleset::new(&choice)?;
        Ok(rules.rules().enumerate().filter(|(n, _)| rules.speaks(*n)).map(|(_, r)| r.name).collect())
    }

    #[test]
    fn rules_are_chosen_by_their_names_and_by_sets() {
        assert_eq!(speaking(&["restart-lost"], &[]).unwrap(), ["restart-lost"]);
        assert_eq!(speaking(&["all"], &[]).unwrap().len(), RULES.len());
        assert_eq!(speaking(&[], &["all"]).unwrap().len(), 0);
        let default = RULES.iter().filter(|r| r.set == Set::Default).count();
        assert_eq!(speaking(&[], &[]).unwrap().len(), default);
        assert_eq!(speaking(&["default"], &["restart-lost"]).unwrap().len(), default - 1);
    }

    #[test]
    fn an_unknown_name_comes_with_a_similar_one() {
        let near = |name: &str| match speaking(&[name], &[]) {
            Err(Unknown::Rule { near, .. }) => near,
            other => panic!("{other:?}"),
        };
        assert_eq!(near("restart-lots"), Some("restart-lost"));
        assert_eq!(near("pedantik"), Some("pedantic"));
    }

    #[test]
    fn lengths_of_time_are_read_as_they_are_told() {
        for (text, ms) in
            [("60 s", 60_000), ("5 min", 300_000), ("500 ms", 500), ("2 h", 7_200_000), ("90 s", 90_000)]
        {
            assert_eq!(length_of_time(text), Some(ms));
            assert_eq!(Unit::Time.told(ms), text);
        }
        assert_eq!(length_of_time("10s"), Some(10_000));
        assert_eq!(Unit::Time.told(1_000), "1 s");
        assert_eq!(Unit::Time.told(0), "0 ms");
        for text in ["60", "", "s", "5 weeks", "-5 s", "1.5 s", "9223372036854775807 h"] {
            assert_eq!(length_of_time(text), None, "{text}");
        }
    }

    #[test]
    fn numbers_are_set_by_the_keys_of_their_rule() {
        let choice = |key: &str| Choice {
            numbers: vec![("service-refused-burst".to_owned(), key.to_owned(), 7)],
            ..Choice::default()
        };
        let rules = Ruleset::new(&choice("warning-count")).unwrap();
        let number = rules.rules().position(|r| r.name == "service-refused-burst").unwrap();
        assert_eq!(rules.numbers(number).get(0), 7);
        assert!(matches!(Ruleset::new(&choice("warning")), Err(Unknown::Setting { .. })));
    }
}
