//! Findings that do not count: those that the user allows, and those that were known before.

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
