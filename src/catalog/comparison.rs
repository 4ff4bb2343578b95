//! A written comparison of two reply codes, or of two commands.

use crate::lang::Lang;
use serde::{Deserialize, Serialize};

/// A written comparison.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Comparison {
    /// The two codes or commands.
    pub between: [String; 2],
    en: ComparisonText,
    ko: ComparisonText,
    ja: ComparisonText,
}

/// A comparison in words.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ComparisonText {
    /// What sets them apart.
    pub differences: Vec<String>,
    /// Which one to use when.
    #[serde(rename = "use")]
    pub usage: Vec<Usage>,
}

/// When to use a code or a command.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Usage {
    /// The code or the command.
    pub of: String,
    /// For what.
    #[serde(rename = "for")]
    pub purpose: String,
}

impl Comparison {
    /// The comparison in words.
    #[must_use]
    pub fn text(&self, lang: Lang) -> &ComparisonText {
        match lang {
            Lang::En => &self.en,
            Lang::Ko => &self.ko,
            Lang::Ja => &self.ja,
        }
    }
}
