//! Findings that do not count: those that the user allows, and those that were known when the baseline was written.

mod allow;
mod baseline;

pub use allow::{Allow, AllowDefinition};
pub use baseline::{BASELINE_ENTRIES_MAX, Baseline, BaselineEntry, BaselineFault, Recorded};

use super::{Finding, Fingerprint, Group};
use std::sync::Arc;

/// Why a finding does not count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Suppressed {
    /// The user allows it.
    Allowed {
        /// For that reason.
        reason: Arc<str>,
    },
    /// It was known when the baseline was written.
    InBaseline,
}

/// What keeps findings from counting.
#[derive(Clone, Debug, Default)]
pub struct Suppressions {
    /// What the user allows; the first that fits a finding is the one that counts.
    pub allow: Vec<Allow>,
    /// What was known before.
    pub baseline: Option<Baseline>,
}

/// What keeps a finding from counting, by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// An entry of [`Suppressions::allow`].
    Allow(usize),
    /// An entry of the baseline.
    Baseline(usize),
}

impl Suppressions {
    /// Whether every finding counts.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.allow.is_empty() && self.baseline.is_none()
    }

    /// Whether the file that a finding is in matters.
    #[must_use]
    pub fn asks_for_paths(&self) -> bool {
        self.allow.iter().any(Allow::asks_for_path)
    }

    /// What keeps a finding in the file at `path` from counting, if anything does. Its words must be known.
    #[must_use]
    pub fn reason(&self, finding: &Finding, path: &str) -> Option<Reason> {
        // Who expects something wants to know that it is otherwise.
        if finding.rule.group == Group::Expectation {
            return None;
        }
        let allowed = self.allow.iter().position(|allow| allow.fits(finding, path));
        allowed
            .map(Reason::Allow)
            .or_else(|| self.baseline.as_ref()?.position(Fingerprint::of(finding)).map(Reason::Baseline))
    }

    /// The most findings that may be kept from counting for that reason. Where there are more, all of them count.
    #[must_use]
    pub fn most(&self, reason: Reason) -> Option<u64> {
        match reason {
            Reason::Allow(_) => None,
            Reason::Baseline(number) => self.baseline.as_ref()?.entries().get(number)?.max,
        }
    }

    /// What to say of a finding that is kept from counting for that reason.
    #[must_use]
    pub fn told(&self, reason: Reason) -> Suppressed {
        match reason {
            Reason::Allow(number) => Suppressed::Allowed { reason: Arc::clone(&self.allow[number].reason) },
            Reason::Baseline(_) => Suppressed::InBaseline,
        }
    }
}
