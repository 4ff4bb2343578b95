//! The baseline: findings that were known on the day when it was written, by their fingerprints.

use crate::rule::{Finding, Fingerprint, Ruleset};
use crate::text::Printable;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt::Write;

/// The version of the file, and of what goes into a fingerprint.
const VERSION: u64 = 1;
/// Findings that a baseline can hold.
pub const BASELINE_ENTRIES_MAX: usize = 100_000;

/// Findings that were known before.
#[derive(Clone, Debug, Default)]
pub struct Baseline {
    /// In the order of their fingerprints, each of which occurs once.
    entries: Vec<BaselineEntry>,
}

/// A finding that was known before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaselineEntry {
    /// Its fingerprint.
    pub fingerprint: Fingerprint,
    /// The rule.
    pub rule: String,
    /// What it was, for people.
    pub note: String,
    /// How many there may be; nothing where that does not matter.
    pub max: Option<u64>,
}

/// What is wrong with a baseline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BaselineFault {
    /// It is no JSON, or not that of a baseline; in words of who reads it.
    Shape(String),
    /// It is of another version than this one.
    Version(u64),
    /// A fingerprint is no such thing.
    Fingerprint(String),
    /// There are more entries than a baseline can hold.
    TooMany,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct FileJson {
    version: u64,
    findings: Vec<EntryJson>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct EntryJson {
    fingerprint: String,
    rule: String,
    #[serde(default)]
    note: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    max: Option<u64>,
}

impl Baseline {
    /// Reads a baseline.
    ///
    /// # Errors
    /// The first thing that is wrong with it.
    pub fn parse(text: &str) -> Result<Self, BaselineFault> {
        #[derive(Deserialize)]
        struct Versioned {
            version: u64,
        }
        let shape = |error: serde_json::Error| BaselineFault::Shape(error.to_string());
        // One of another version may have another shape.
        let Versioned { version } = serde_json::from_str(text).map_err(shape)?;
        if version != VERSION {
            return Err(BaselineFault::Version(version));
        }
        let file: FileJson = serde_json::from_str(text).map_err(shape)?;
        if file.findings.len() > BASELINE_ENTRIES_MAX {
            return Err(BaselineFault::TooMany);
        }
        let entry = |EntryJson { fingerprint, rule, note, max }| match Fingerprint::parse(&fingerprint) {
            Some(fingerprint) => Ok(BaselineEntry { fingerprint, rule, note, max }),
            None => Err(BaselineFault::Fingerprint(fingerprint)),
        };
        file.findings.into_iter().map(entry).collect::<Result<_, _>>().map(Self::of)
    }

    fn of(mut entries: Vec<BaselineEntry>) -> Self {
        entries.sort_by_key(|entry| entry.fingerprint);
        entries.dedup_by_key(|entry| entry.fingerprint);
        Self { entries }
    }

    /// The findings, by their fingerprints.
    #[must_use]
    pub fn entries(&self) -> &[BaselineEntry] {
        &self.entries
    }

    /// The number of the entry with that fingerprint.
    pub(super) fn position(&self, fingerprint: Fingerprint) -> Option<usize> {
        self.entries.binary_search_by_key(&fingerprint, |entry| entry.fingerprint).ok()
    }

    /// What becomes of it when those findings are all that there are: what does not occur is left out, unless its rule was not asked.
    #[must_use]
    pub fn updated(&self, found: &Recorded, rules: &Ruleset) -> Self {
        let kept = self
            .entries
            .iter()
            .filter(|old| found.0.contains_key(&old.fingerprint) || rules.is_silent(&old.rule));
        let new = found.0.iter().filter(|(fingerprint, _)| self.position(**fingerprint).is_none());
        let new = new.map(|(fingerprint, (rule, note))| BaselineEntry {
            fingerprint: *fingerprint,
            rule: (*rule).to_owned(),
            note: note.clone(),
            max: None,
        });
        Self::of(kept.cloned().chain(new).collect())
    }

    /// The file: one line for each finding, so that a change is easy to review.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut text = format!("{{\n  \"version\": {VERSION},\n  \"findings\": [");
        for (number, entry) in self.entries.iter().enumerate() {
            let line = serde_json::to_string(&EntryJson {
                fingerprint: entry.fingerprint.to_string(),
                rule: entry.rule.clone(),
                note: entry.note.clone(),
                max: entry.max,
            });
            let comma = if number == 0 { "" } else { "," };
            let _ = write!(text, "{comma}\n    {}", line.unwrap_or_default());
        }
        text.push_str(if self.entries.is_empty() { "]\n}\n" } else { "\n  ]\n}\n" });
        text
    }
}

/// Findings that are to be known from now on, by their fingerprints: the rule, and what it was.
#[derive(Clone, Debug, Default)]
pub struct Recorded(BTreeMap<Fingerprint, (&'static str, String)>);

impl Recorded {
    /// Notes a finding, whose words must be known; says whether there was room.
    pub fn add(&mut self, finding: &Finding) -> bool {
        let is_full = self.0.len() >= BASELINE_ENTRIES_MAX;
        match self.0.entry(Fingerprint::of(finding)) {
            Entry::Vacant(entry) if !is_full => {
                entry.insert((finding.rule.name, note(finding)));
                true
            }
            entry => matches!(entry, Entry::Occupied(_)),
        }
    }

    /// Takes those of another one.
    pub fn merge(&mut self, other: &mut Self) {
        for (fingerprint, found) in std::mem::take(&mut other.0) {
            if self.0.len() < BASELINE_ENTRIES_MAX {
                self.0.entry(fingerprint).or_insert(found);
            }
        }
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// What a fingerprint is of, for people. Only what goes into it, so that it is the same in every run: `RNTO 503, user backup, vsftpd`.
fn note(finding: &Finding) -> String {
    let mut parts = Vec::new();
    let command = finding.command().map(|(name, _)| Printable(name).to_string());
    let code = finding.reply().map(|(code, _)| code.to_string());
    let exchange: Vec<String> = command.into_iter().chain(code).collect();
    if !exchange.is_empty() {
        parts.push(exchange.join(" "));
    }
    if !finding.user().is_empty() {
        parts.push(format!("user {}", Printable(finding.user())));
    }
    parts.extend(finding.software.name().map(str::to_owned));
    parts.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = r#"{
  "version": 1,
  "findings": [
    {"fingerprint":"0000000000000001","rule":"login-order","note":"PASS 503"},
    {"fingerprint":"0000000000000002","rule":"rename-without-source","note":"","max":20}
  ]
}
"#;

    #[test]
    fn a_baseline_is_written_as_it_is_read_sorted_and_once() {
        let baseline = Baseline::parse(FILE).unwrap();
        assert_eq!(baseline.to_json(), FILE);
        assert_eq!(baseline.entries()[1].max, Some(20));
        let twice = r#"{"version":1,"findings":[{"fingerprint":"0000000000000002","rule":"b"},
            {"fingerprint":"0000000000000001","rule":"a"},{"fingerprint":"0000000000000002","rule":"b"}]}"#;
        assert_eq!(Baseline::parse(twice).unwrap().entries().len(), 2);
        assert_eq!(Baseline::default().to_json(), "{\n  \"version\": 1,\n  \"findings\": []\n}\n");
        assert!(Baseline::parse(&Baseline::default().to_json()).unwrap().entries().is_empty());
    }

    #[test]
    fn what_is_no_baseline_is_refused_with_a_reason() {
        let fault = |text: &str| Baseline::parse(text).unwrap_err();
        assert_eq!(fault(r#"{"version":2,"entries":{}}"#), BaselineFault::Version(2));
        let odd = r#"{"version":1,"findings":[{"fingerprint":"xyz","rule":"a"}]}"#;
        assert_eq!(fault(odd), BaselineFault::Fingerprint("xyz".to_owned()));
        for text in ["", "[]", "{}", r#"{"version":1}"#, r#"{"version":1,"findings":[],"more":1}"#] {
            assert!(matches!(fault(text), BaselineFault::Shape(_)), "{text}");
        }
    }
}
