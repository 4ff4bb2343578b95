//! Judgements: each rule is a function over an exchange, a session, or the ledger of all sessions, in a file of its own.
//!
//! Rules report facts; the words stand in the catalog. A folder holds the rules of one group. The groups are asked in the
//! order in which they stand here: a reply that one rule explains is not explained again by another.

mod asks;
mod concurrency;
pub mod expectation;
mod finding;
mod fingerprint;
mod found;
pub mod golden;
mod judge;
mod ledger;
pub mod own;
mod refusal;
mod ruleset;
mod servers;
mod suppression;
mod suspect;
mod transcript;
mod visit;

mod tls;
mod login;
mod order;
mod availability;
mod support;
mod data;
mod storage;
mod transfer;
mod security;
mod conformance;
mod performance;

pub use concurrency::{Count, Open};
pub use finding::{Fact, Finding, Related, Role};
pub use fingerprint::Fingerprint;
pub use found::{Found, Part, STEPS_MAX, Step, Steps};
pub use judge::{Judge, Limits, Verdict};
pub use ledger::{Accepted, Dangling, Ledger, Names};
pub use refusal::{Reason, Refusal};
pub use ruleset::{Choice, Numbers, Ruleset, Setting, Unit, Unknown, length_of_time};
pub use support::lack::is_lacking;
pub use suppression::{
    Allow, AllowDefinition, BASELINE_ENTRIES_MAX, Baseline, BaselineEntry, BaselineFault,
    Reason as SuppressedBy, Recorded, Suppressed, Suppressions,
};
pub use suspect::Suspect;
pub use transcript::{Label, Said, Side, Transcript};
pub use visit::{Attempt, Visit};

use crate::catalog::{self, RulePage, Word};
use crate::ftp::Mark;
use crate::lang::Lang;
use crate::session::{Session, Watch};
use std::borrow::Cow;
use std::sync::LazyLock;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// Something may go wrong.
    Warning,
    /// Something went wrong.
    Error,
}

impl Severity {
    /// The word used in JSON and options.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }

    /// The word that people read.
    #[must_use]
    pub fn word(self) -> Word {
        match self {
            Self::Note => Word::Note,
            Self::Warning => Word::Warning,
            Self::Error => Word::Error,
        }
    }

    /// The severity of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        [Self::Note, Self::Warning, Self::Error].into_iter().find(|s| s.name() == name)
    }
}

/// Under which heading a rule is listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// The order of commands.
    Order,
    /// What a server supports.
    Support,
    /// Whether the service is there.
    Availability,
    /// Who may come in.
    Login,
    /// The data connection.
    Data,
    /// TLS.
    Tls,
    /// Files, folders, rights and space.
    Storage,
    /// What became of a transfer.
    Transfer,
    /// What an attacker does or can do.
    Security,
    /// What the server does otherwise than the RFCs say.
    Conformance,
    /// What costs time.
    Performance,
    /// What the user looks for.
    Own,
    /// What the user expects.
    Expectation,
}

impl Group {
    /// The word used in JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.word().key().trim_start_matches("group-")
    }

    /// The heading.
    #[must_use]
    pub fn word(self) -> Word {
        match self {
            Self::Order => Word::GroupOrder,
            Self::Support => Word::GroupSupport,
            Self::Availability => Word::GroupAvailability,
            Self::Login => Word::GroupLogin,
            Self::Data => Word::GroupData,
            Self::Tls => Word::GroupTls,
            Self::Storage => Word::GroupStorage,
            Self::Transfer => Word::GroupTransfer,
            Self::Security => Word::GroupSecurity,
            Self::Conformance => Word::GroupConformance,
            Self::Performance => Word::GroupPerformance,
            Self::Own => Word::GroupOwn,
            Self::Expectation => Word::GroupExpectation,
        }
    }
}

/// For whom a rule is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Set {
    /// For everyone: it is silent on sessions in which nothing is wrong.
    Default,
    /// For those who write clients and servers: what is legal and hazardous, and what only some programs understand.
    Pedantic,
    /// For those who answer for a server's safety: what is allowed and worth knowing.
    Audit,
}

impl Set {
    /// Every set.
    pub const ALL: [Self; 3] = [Self::Default, Self::Pedantic, Self::Audit];

    /// The word used in options, in the configuration and in JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Pedantic => "pedantic",
            Self::Audit => "audit",
        }
    }
}

impl Set {
    /// The word that people read; nothing for the set that needs none.
    #[must_use]
    pub fn word(self) -> Option<Word> {
        match self {
            Self::Default => None,
            Self::Pedantic => Some(Word::SetPedantic),
            Self::Audit => Some(Word::SetAudit),
        }
    }
}

/// How far what a rule reports is from the RFCs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// It violates an RFC.
    Violation,
    /// It is legal, and breaks clients or servers.
    Hazard,
    /// It is an extension of some programs.
    Extension,
}

impl Level {
    /// The word used in JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Violation => "violation",
            Self::Hazard => "hazard",
            Self::Extension => "extension",
        }
    }

    /// The phrase that people read.
    #[must_use]
    pub fn word(self) -> Word {
        match self {
            Self::Violation => Word::LevelViolation,
            Self::Hazard => Word::LevelHazard,
            Self::Extension => Word::LevelExtension,
        }
    }
}

/// One rule.
#[derive(Debug)]
pub struct Rule {
    /// Its name: what is wrong.
    pub name: &'static str,
    /// How bad its findings are, unless the case says otherwise.
    pub severity: Severity,
    /// Where it is listed.
    pub group: Group,
    /// For whom it is.
    pub set: Set,
    /// How far what it reports is from the RFCs; nothing for rules that are not about that.
    pub level: Option<Level>,
    /// The reply codes it is mostly about.
    pub replies: &'static [u16],
    /// The cases it tells apart, each with its own words in the catalog.
    pub cases: &'static [&'static str],
    /// The numbers it uses, which users may change.
    pub settings: &'static [Setting],
    /// What it looks at.
    pub check: Check,
    /// The exchanges that it can explain, by their commands; it is not asked about others.
    pub about: Watch,
    /// Whether it explains transfers that were accepted while a REST was in force, too. Most rules explain what went wrong only.
    pub accepted: bool,
    /// Looks at a finding again once all sessions are known.
    pub revise: Option<fn(&mut Finding, &Ledger)>,
}

impl Rule {
    /// Its page in that language.
    #[must_use]
    pub fn page(&self, lang: Lang) -> Cow<'static, RulePage> {
        match self.check {
            Check::Own(own) => Cow::Borrowed(own.page()),
            Check::Expectation(_) => Cow::Owned(catalog::expectation(lang)),
            Check::Golden(_) => Cow::Owned(catalog::golden(lang)),
            _ => Cow::Owned(catalog::rule(self.name, lang)),
        }
    }

    /// A log that shows what it finds; empty where there is none.
    #[must_use]
    pub fn example(&self) -> &'static str {
        match self.check {
            Check::Own(own) => own.examples().iter().find(|e| !e.finds.is_empty()).map_or("", |e| &e.log),
            Check::Expectation(_) | Check::Golden(_) => "",
            _ => catalog::example(self.name),
        }
    }

    /// What most rules have; a name, a group, cases and a check are to be added.
    const BASE: Self = Self {
        name: "",
        severity: Severity::Warning,
        group: Group::Order,
        set: Set::Default,
        level: None,
        replies: &[],
        cases: &[],
        settings: &[],
        check: Check::Suspect(|_| None),
        about: Watch::ALL,
        accepted: false,
        revise: None,
    };
}

/// What a rule looks at.
#[derive(Debug)]
pub enum Check {
    /// An exchange that went wrong: it was refused or failed, got no final reply, or may have lost its offset. The rule explains
    /// why.
    /// The first rule that does so is the only one.
    Suspect(fn(&Suspect) -> Option<Found>),
    /// Every exchange with one of these commands, however it went. The rule speaks for itself.
    Exchange(Watch, fn(&Suspect) -> Option<Found>),
    /// A session, or a part of one that is too long to be held: findings at the exchanges that show them.
    Session(fn(&Session, Numbers, &mut Vec<(Mark, Found)>)),
    /// All sessions together.
    Ledger(fn(&Ledger, Numbers, &mut Vec<Finding>)),
    /// What the user says.
    Own(&'static own::Own),
    /// What the user expects.
    Expectation(&'static expectation::Expectation),
    /// A good recording.
    Golden(&'static golden::Golden),
}

/// Every rule of ftplog; of two that could explain the same reply, the first one does.
pub static RULES: LazyLock<Vec<&'static Rule>> = LazyLock::new(|| {
    let groups = [
        tls::RULES,
        login::RULES,
        order::RULES,
        availability::RULES,
        support::RULES,
        data::RULES,
        storage::RULES,
        transfer::RULES,
        security::RULES,
        conformance::RULES,
        performance::RULES,
    ];
    groups.concat()
});

/// The rule of that name.
#[must_use]
pub fn named(name: &str) -> Option<&'static Rule> {
    RULES.iter().copied().find(|r| r.name == name)
}

/// What the rules say about transcripts; for their tests.
#[cfg(test)]
pub(crate) mod testing {
    use super::{Check, Choice, Judge, Rule, Ruleset, Set, own};
    use crate::catalog::Words;
    use crate::lang::Lang;
    use crate::session::Session;
    use std::panic::Location;
    use std::sync::Arc;

    /// The findings in a bare transcript, `rule/case`, each with its line. All rules are on. Rules of other groups than the one
    /// whose test asks are left out if they speak for themselves; those that explain replies stay, because one excludes another.
    #[track_caller]
    pub(crate) fn judged(lines: &[&str]) -> Vec<String> {
        judged_by(&Set::ALL.map(|set| set.name().to_owned()), lines, Location::caller())
    }

    /// The same with the rules of everyone only.
    #[track_caller]
    pub(crate) fn judged_by_default(lines: &[&str]) -> Vec<String> {
        judged_by(&["default".to_owned()], lines, Location::caller())
    }

    /// A session whose user is logged in; what comes next is line 6.
    pub(crate) const LOGIN: [&str; 5] = ["220 x", "USER a", "331 x", "PASS b", "230 x"];

    /// What the rules of everyone find in lines that come after a login.
    #[track_caller]
    pub(crate) fn after_login(lines: &[&str]) -> Vec<String> {
        judged_by(&["default".to_owned()], &[&LOGIN[..], lines].concat(), Location::caller())
    }

    /// Of findings those of a rule.
    pub(crate) fn of_rule(name: &str, mut found: Vec<String>) -> Vec<String> {
        found.retain(|f| f.starts_with(name));
        found
    }

    /// The findings of a rule of the user's own only, likewise.
    pub(crate) fn judged_by_own(definition: &str, lines: &[&str]) -> Vec<String> {
        let definition: own::Definition = toml::from_str(definition).unwrap();
        let rule = definition.compile(&[], &Words::new(Lang::En)).unwrap();
        judged_with(
            &Choice { select: vec!["own".to_owned()], own: vec![rule], ..Choice::default() },
            lines,
            |_| true,
        )
    }

    fn judged_by(select: &[String], lines: &[&str], asked_at: &Location) -> Vec<String> {
        let choice = Choice { select: select.to_vec(), ..Choice::default() };
        let folder = asked_at.file().rsplit(['/', '\\']).nth(1).unwrap_or_default().to_owned();
        judged_with(&choice, lines, |rule| {
            let group = format!("{:?}", rule.group).to_lowercase();
            matches!(rule.check, Check::Suspect(_)) || group == folder
        })
    }

    fn judged_with(choice: &Choice, lines: &[&str], counts: impl Fn(&Rule) -> bool) -> Vec<String> {
        let rules = Arc::new(Ruleset::new(choice).unwrap());
        let mut session = Session::of_a_transcript();
        session.hear_lines(lines);
        let mut judge = Judge::new(2, Arc::clone(&rules));
        session.trace_for(rules.watch());
        let mut found = Vec::new();
        judge.judge(
            &session,
            |_, _| true,
            |_, finding| found.extend(counts(finding.rule).then_some(finding)),
        );
        found.iter().map(|f| format!("{}/{} line {}", f.rule.name, f.case, f.place.line)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_well_formed() {
        for (i, rule) in RULES.iter().enumerate() {
            assert!(rule.name.bytes().all(|b| b.is_ascii_lowercase() || b == b'-'), "{}", rule.name);
            assert!(RULES[..i].iter().all(|r| r.name != rule.name), "{} twice", rule.name);
            assert!(!rule.cases.is_empty(), "{}", rule.name);
            assert!(Set::ALL.iter().all(|set| set.name() != rule.name), "{} is a set", rule.name);
        }
    }
}
