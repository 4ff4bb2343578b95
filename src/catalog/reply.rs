//! The entry of a reply code.

use super::{Example, FixStep, Seen, ServerHabit};
use crate::lang::Lang;
use serde::{Deserialize, Serialize};

/// What a reply code means.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReplyEntry {
    /// The code.
    pub code: u16,
    /// Where it is defined.
    pub rfc: String,
    /// Codes that it is confused with.
    pub related: Vec<u16>,
    /// Rules that speak about it.
    pub rules: Vec<String>,
    /// How it looks in a session.
    pub example: Example,
    en: ReplyText,
    ko: ReplyText,
    ja: ReplyText,
}

/// A reply code in words.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ReplyText {
    /// Its name.
    pub title: String,
    /// What it means.
    pub meaning: String,
    /// When it is seen.
    pub seen: Vec<Seen>,
    /// How to fix it, step by step.
    pub fix: Vec<FixStep>,
    /// What real servers mean by it.
    pub servers: Vec<ServerHabit>,
    /// What it is in half a sentence.
    pub phrase: String,
    /// The short forms for comparisons.
    pub compare: ReplyShort,
}

/// The short forms of a reply code.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ReplyShort {
    /// What it is.
    pub what: String,
    /// When it is seen.
    pub seen: String,
    /// How to fix it.
    pub fix: String,
    /// Which commands it answers.
    pub answers: String,
    /// Whether trying again helps.
    pub retry: String,
    /// What becomes of the session.
    pub session: String,
}

impl ReplyEntry {
    /// The entry in words.
    #[must_use]
    pub fn text(&self, lang: Lang) -> &ReplyText {
        match lang {
            Lang::En => &self.en,
            Lang::Ko => &self.ko,
            Lang::Ja => &self.ja,
        }
    }
}
