//! The page of a rule, and the words of its findings.

use crate::text::Printable;
use serde::Deserialize;
use std::collections::BTreeMap;

/// The page of a rule.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RulePage {
    /// The rule in a few words.
    pub summary: String,
    /// What it finds.
    pub finds: String,
    /// Why that matters.
    pub matters: String,
    /// What to do about it.
    pub remedy: String,
    /// Its thresholds.
    pub settings: Option<String>,
    /// What its findings cost.
    pub start: String,
    /// What one finding costs.
    pub start_one: String,
    /// The words under the first refusal of a burst.
    first: Option<String>,
    /// The words under the last one.
    last: Option<String>,
    /// The words where the server accepted again.
    again: Option<String>,
    /// Sentences that the reason of some findings goes on with.
    #[serde(default)]
    also: BTreeMap<String, String>,
    /// Which command can take another's place.
    #[serde(default)]
    instead: BTreeMap<String, String>,
    /// The words of each case.
    case: BTreeMap<String, CaseText>,
    /// The words under the steps of a rule of the user's own.
    #[serde(skip)]
    steps: Vec<String>,
}

/// The words of one case of a rule.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaseText {
    /// The finding in a line.
    pub title: String,
    /// The words under the cause.
    pub cause: Option<String>,
    /// The words under a command in between.
    pub between: Option<String>,
    /// The words under something more that shows it.
    pub proof: Option<String>,
    /// The words under what came later.
    pub later: Option<String>,
    /// The words under the offending command.
    pub here: String,
    /// Why it happened.
    pub why: String,
    /// What to do.
    pub fix: String,
    /// Who must act.
    pub who: Actor,
}

/// Who can do something about a finding.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum Actor {
    /// Whoever writes or configures the client.
    Client,
    /// The administrator of the server.
    Server,
    /// Whoever runs the network between them.
    Network,
    /// The person who has the account: name, password, files.
    User,
    /// Nobody has to.
    Nobody,
}

impl Actor {
    /// The word used in JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Server => "server",
            Self::Network => "network",
            Self::User => "user",
            Self::Nobody => "nobody",
        }
    }
}

/// A text of the user's own, in which anything may stand, safe to show.
fn safe(text: &str) -> String {
    text.lines().map(|line| Printable(line.as_bytes()).to_string()).collect::<Vec<_>>().join("\n")
}

impl CaseText {
    /// The words of a rule of the user's own.
    pub(crate) fn of_ones_own(title: String, here: String, why: String, fix: String, who: Actor) -> Self {
        let [title, here, why, fix] = [title, here, why, fix].map(|text| safe(&text));
        Self { title, cause: None, between: None, proof: None, later: None, here, why, fix, who }
    }
}

impl RulePage {
    /// The page of a rule of the user's own. The `texts` are its summary, what it finds, why that matters, and what to do; the
    /// `labels` are what its findings cost, what one costs, and the words under the first and the last exchange of many. The
    /// case comes with the words under its steps.
    pub(crate) fn of_ones_own(
        texts: [String; 4],
        labels: [String; 4],
        of_case: (&str, CaseText, Vec<String>),
    ) -> Self {
        let [summary, finds, matters, remedy] = texts.map(|text| safe(&text));
        let [start, start_one, first, last] = labels;
        let (case, text, steps) = of_case;
        Self {
            summary,
            finds,
            matters,
            remedy,
            settings: None,
            start,
            start_one,
            first: Some(first),
            last: Some(last),
            again: None,
            instead: BTreeMap::new(),
            also: BTreeMap::new(),
            case: BTreeMap::from([(case.to_owned(), text)]),
            steps: steps.into_iter().map(|step| safe(&step)).collect(),
        }
    }

    /// The words of a case.
    ///
    /// # Panics
    /// If the rule's page lacks the case, which a test forbids.
    #[must_use]
    pub fn case(&self, name: &str) -> &CaseText {
        self.case.get(name).expect("a test holds every case of every rule against its page")
    }

    /// Who must act, by case.
    #[cfg(test)]
    pub(super) fn who(&self) -> impl Iterator<Item = (&str, Actor)> {
        self.case.iter().map(|(name, text)| (name.as_str(), text.who))
    }

    /// A sentence that the reason of some findings goes on with.
    #[must_use]
    pub fn also(&self, key: &str) -> &str {
        self.also.get(key).map_or("", String::as_str)
    }

    /// Which command can take the place of another one, as a sentence, if this page says so.
    #[must_use]
    pub fn instead(&self, verb: &str) -> Option<&str> {
        self.instead.get(verb).map(String::as_str)
    }

    /// The words of a mark under a line.
    #[must_use]
    pub fn label(&self, case: &str, key: &str) -> &str {
        if let Some(step) = key.strip_prefix("step-").and_then(|n| n.parse::<usize>().ok()) {
            return self.steps.get(step - 1).map_or("", String::as_str);
        }
        let text = self.case(case);
        let found = match key {
            "here" => Some(&text.here),
            "cause" => text.cause.as_ref(),
            "between" => text.between.as_ref(),
            "proof" => text.proof.as_ref(),
            "later" => text.later.as_ref(),
            "first" => self.first.as_ref(),
            "last" => self.last.as_ref(),
            _ => self.again.as_ref(),
        };
        found.map_or("", String::as_str)
    }
}
