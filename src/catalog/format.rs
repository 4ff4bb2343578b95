//! The page of a format.

use super::FixStep;
use serde::Deserialize;

/// The page of a format.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FormatPage {
    /// What it is, in one line.
    pub title: String,
    /// Who writes it and where it is found.
    pub written: String,
    /// How to have one, step by step.
    #[serde(default)]
    pub steps: Vec<FixStep>,
    /// What stands in it.
    pub holds: String,
    /// What does not stand in it, and what ftplog therefore cannot find; nothing for a log of everything that was said.
    pub lacks: Option<String>,
    /// Which setting of the program would change that.
    pub better: Option<String>,
    /// What else is worth knowing.
    #[serde(default)]
    pub notes: Vec<String>,
}

impl FormatPage {
    /// What to do for a log that holds more: what is better than this format, else how to have all of it.
    #[must_use]
    pub fn advice(&self) -> Option<String> {
        let how = || self.steps.first().map(|step| format!("{} {}", step.text, step.lines.join(", ")));
        self.better.clone().or_else(how).map(|advice| advice.trim_end().to_owned())
    }
}
