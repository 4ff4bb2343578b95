//! Judgements: each rule is a function over a session, or over the ledger of all sessions, in a file of its own.
//!
//! Rules report facts; the words stand in the catalog. Rules about the order of commands come first: a reply that one of
//! them explains is not reported again by a rule about its code.

mod finding;
mod judge;
mod ledger;
mod refusal;
mod suspect;
mod transcript;

mod login_order;
mod tls_setup_order;
mod rename_without_source;
mod transfer_without_data_connection;
mod restart_lost;
mod sequence_error;
mod command_not_implemented;
mod command_unknown;
mod service_refused_burst;

pub use finding::{Fact, Finding, Related, Role};
pub use judge::{Judge, Limits};
pub use ledger::{Accepted, Dangling, Ledger, Names};
pub use refusal::{Reason, Refusal};
pub use suspect::{Found, Suspect};
pub use transcript::{Label, Said, Side, Transcript};

use crate::catalog::Word;

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
}

impl Group {
    /// The heading.
    #[must_use]
    pub fn word(self) -> Word {
        match self {
            Self::Order => Word::GroupOrder,
            Self::Support => Word::GroupSupport,
            Self::Availability => Word::GroupAvailability,
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
    /// The reply codes it is mostly about.
    pub replies: &'static [u16],
    /// The cases it tells apart, each with its own words in the catalog.
    pub cases: &'static [&'static str],
    /// What it looks at.
    pub check: Check,
    /// Looks at a finding again once all sessions are known.
    pub revise: Option<fn(&mut Finding, &Ledger)>,
}

/// What a rule looks at.
#[derive(Debug)]
pub enum Check {
    /// One exchange that something may be wrong with, and whatever its session shows about it.
    Exchange(fn(&Suspect) -> Option<Found>),
    /// All sessions of a source together.
    Ledger(fn(&Ledger, &Thresholds, &mut Vec<Finding>)),
}

/// The numbers that rules use.
#[derive(Clone, Copy, Debug)]
pub struct Thresholds {
    /// Refusals within [`Thresholds::burst_within_ms`] that make a burst.
    pub burst_warning: usize,
    /// Refusals that make it an error.
    pub burst_error: usize,
    /// The window, in milliseconds.
    pub burst_within_ms: i64,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self { burst_warning: 3, burst_error: 10, burst_within_ms: 60_000 }
    }
}

/// Every rule; of two that could explain the same reply, the first one does.
pub static RULES: &[&Rule] = &[
    &tls_setup_order::RULE,
    &login_order::RULE,
    &rename_without_source::RULE,
    &transfer_without_data_connection::RULE,
    &restart_lost::RULE,
    &command_not_implemented::RULE,
    &command_unknown::RULE,
    &sequence_error::RULE,
    &service_refused_burst::RULE,
];

/// The rule of that name.
#[must_use]
pub fn named(name: &str) -> Option<&'static Rule> {
    RULES.iter().copied().find(|r| r.name == name)
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
        }
    }
}
