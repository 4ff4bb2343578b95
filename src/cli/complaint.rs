//! Errors as users see them: one sentence, facts, and what to do.

use ftplog::catalog::{Message, Said};
use ftplog::lang::Lang;

/// Something that could not be done.
#[derive(Clone, Debug)]
pub(crate) struct Complaint {
    /// One sentence.
    pub(crate) what: Said,
    /// Facts, a line each.
    pub(crate) facts: Vec<Said>,
    /// What the user can do.
    pub(crate) tip: Option<Said>,
    /// Whether it is only a warning.
    pub(crate) warning: bool,
    /// What the file is, if it can be read and is no FTP log.
    pub(crate) kind: Option<NoLog>,
}

/// What a file is that is no FTP log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NoLog {
    Empty,
    Binary,
    /// A packet capture without FTP.
    Capture,
    OtherText,
    /// Nobody knows: it was not looked at.
    NotRead,
}

impl Complaint {
    pub(crate) fn new(what: impl Into<Said>) -> Self {
        Self { what: what.into(), facts: Vec::new(), tip: None, warning: false, kind: None }
    }

    pub(crate) fn warning(what: impl Into<Said>) -> Self {
        Self { warning: true, ..Self::new(what) }
    }

    #[must_use]
    pub(crate) fn fact(mut self, fact: impl Into<Said>) -> Self {
        self.facts.push(fact.into());
        self
    }

    #[must_use]
    pub(crate) fn tip(mut self, tip: impl Into<Said>) -> Self {
        self.tip = Some(tip.into());
        self
    }

    /// As it is printed.
    pub(crate) fn in_words(&self, lang: Lang) -> String {
        let head = if self.warning { Message::Warning } else { Message::Error };
        let mut lines = vec![head.with("what", self.what.clone()).in_words(lang)];
        let tip = self.tip.iter().map(|tip| Message::Tip.with("what", tip.clone()));
        lines
            .extend(self.facts.iter().cloned().chain(tip).map(|below| format!("  {}", below.in_words(lang))));
        lines.join("\n") + "\n"
    }
}
