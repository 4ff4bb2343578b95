//! Judgements: each rule is a function over an exchange, a session, or the ledger of all sessions, in a file of its own.
//!
//! Rules report facts; the words stand in the catalog. A folder holds the rules of one group. The groups are asked in the
//! order in which they stand here: a reply that one rule explains is not explained again by another.

mod finding;
mod found;
mod judge;
mod ledger;
mod refusal;
mod ruleset;
mod suspect;
mod transcript;

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

pub use finding::{Fact, Finding, Related, Role};
pub use found::{Found, Part, STEPS_MAX, Step, Steps};
pub use judge::{Judge, Limits};
pub use ledger::{Accepted, Dangling, Ledger, Names};
pub use refusal::{Reason, Refusal};
pub use ruleset::{Choice, Numbers, Ruleset, Setting, Unit, Unknown};
pub use suspect::Suspect;
pub use transcript::{Label, Said, Side, Transcript};

use crate::catalog::Word;
use crate::ftp::Mark;
use crate::session::{Session, Watch};
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
}

impl Group {
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
    /// Looks at a finding again once all sessions are known.
    pub revise: Option<fn(&mut Finding, &Ledger)>,
}

impl Rule {
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
        revise: None,
    };
}

/// What a rule looks at.
#[derive(Debug)]
pub enum Check {
    /// An exchange that went wrong: it was refused, got no final reply, or may have lost its offset. The rule explains why.
    /// The first rule that does so is the only one.
    Suspect(fn(&Suspect) -> Option<Found>),
    /// Every exchange with one of these commands, however it went. The rule speaks for itself.
    Exchange(Watch, fn(&Suspect) -> Option<Found>),
    /// A session, or a part of one that is too long to be held: findings at the exchanges that show them.
    Session(fn(&Session, Numbers, &mut Vec<(Mark, Found)>)),
    /// All sessions together.
    Ledger(fn(&Ledger, Numbers, &mut Vec<Finding>)),
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
    use super::{Choice, Judge, Ruleset, Set};
    use crate::session::Session;
    use std::sync::Arc;

    /// The findings in a bare transcript, `rule/case`, with the number of the exchange that each is at. All rules are on.
    pub(crate) fn judged(lines: &[&str]) -> Vec<String> {
        judged_by(&Set::ALL.map(|set| set.name().to_owned()), lines)
    }

    /// The same with the rules of everyone only.
    #[allow(dead_code, reason = "rules that are silent by default are still to come")]
    pub(crate) fn judged_by_default(lines: &[&str]) -> Vec<String> {
        judged_by(&["default".to_owned()], lines)
    }

    fn judged_by(select: &[String], lines: &[&str]) -> Vec<String> {
        let choice = Choice { select: select.to_vec(), ..Choice::default() };
        let rules = Arc::new(Ruleset::new(&choice).unwrap());
        let mut session = Session::of_a_transcript();
        session.hear_lines(lines);
        let mut judge = Judge::new(2, Arc::clone(&rules));
        session.trace_for(rules.watch());
        let mut found = Vec::new();
        judge.judge(
            &session,
            |_, _| true,
            |_, finding| {
                found.push(format!("{}/{} line {}", finding.rule.name, finding.case, finding.place.line));
            },
        );
        found
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
