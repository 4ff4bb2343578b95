//! The entry of a command.

use super::{Example, FixStep, Seen, ServerHabit};
use crate::lang::Lang;
use serde::{Deserialize, Serialize};

/// What a command does.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CommandEntry {
    /// The command.
    pub verb: String,
    /// How it is written, with what it takes in angle brackets.
    pub syntax: String,
    /// Commands that it is confused with or goes with.
    pub related: Vec<String>,
    /// Rules that speak about it.
    pub rules: Vec<String>,
    /// How it looks in a session.
    pub example: Example,
    en: CommandText,
    ko: CommandText,
    ja: CommandText,
}

/// A command in words.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct CommandText {
    /// Its name.
    pub title: String,
    /// What it does.
    pub does: String,
    /// What must come before it.
    pub needs: String,
    /// What each reply means here.
    pub replies: Vec<Seen>,
    /// How to use it well.
    pub advice: Vec<FixStep>,
    /// What real servers do with it.
    pub servers: Vec<ServerHabit>,
    /// What it does in half a sentence.
    pub phrase: String,
    /// The short forms for comparisons.
    pub compare: CommandShort,
}

/// The short forms of a command.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct CommandShort {
    /// What it is.
    pub what: String,
    /// When it is used.
    pub seen: String,
    /// What to do when it is refused.
    pub fix: String,
    /// What must come before.
    pub needs: String,
    /// Whether it may be sent again.
    pub again: String,
}

impl CommandEntry {
    /// The entry in words.
    #[must_use]
    pub fn text(&self, lang: Lang) -> &CommandText {
        match lang {
            Lang::En => &self.en,
            Lang::Ko => &self.ko,
            Lang::Ja => &self.ja,
        }
    }
}
