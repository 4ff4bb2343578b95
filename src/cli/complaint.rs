//! Errors as users see them: one sentence, facts, and what to do.

use std::fmt;

/// Something that could not be done.
#[derive(Clone, Debug, Default)]
pub(crate) struct Complaint {
    /// One sentence, lower-case, without a full stop.
    pub(crate) what: String,
    /// Facts, a line each.
    pub(crate) facts: Vec<String>,
    /// What the user can do.
    pub(crate) tip: Option<String>,
    /// Whether it is only a warning.
    pub(crate) warning: bool,
    /// What a file is that is no FTP log.
    pub(crate) kind: NoLog,
}

/// What a file is that is no FTP log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum NoLog {
    Empty,
    Binary,
    /// A packet capture without FTP.
    Capture,
    #[default]
    OtherText,
}

impl Complaint {
    pub(crate) fn new(what: impl Into<String>) -> Self {
        Self { what: what.into(), ..Self::default() }
    }

    pub(crate) fn warning(what: impl Into<String>) -> Self {
        Self { warning: true, ..Self::new(what) }
    }

    #[must_use]
    pub(crate) fn fact(mut self, fact: impl Into<String>) -> Self {
        self.facts.push(fact.into());
        self
    }

    #[must_use]
    pub(crate) fn tip(mut self, tip: impl Into<String>) -> Self {
        self.tip = Some(tip.into());
        self
    }
}

impl fmt::Display for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}: {}", if self.warning { "warning" } else { "error" }, self.what)?;
        for fact in &self.facts {
            writeln!(f, "  {fact}")?;
        }
        if let Some(tip) = &self.tip {
            writeln!(f, "  tip: {tip}")?;
        }
        Ok(())
    }
}
