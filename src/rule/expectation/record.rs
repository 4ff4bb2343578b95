//! A first version of an expectation, made from a good recording.

use super::definition::PATTERNS_MAX;
use crate::event::Place;
use crate::ftp::Verb;
use crate::session::{Ended, Exchange, Gather, Session, Starts};
use std::collections::BTreeMap;
use std::fmt::Write;

/// Sessions that are written down.
const SESSIONS_MAX: usize = 1_000;

/// What the sessions of a log do, written as what is expected of them.
#[derive(Debug, Default)]
pub struct Recording(BTreeMap<Place, Vec<String>>);

impl Gather for Recording {
    fn fork(&self) -> Self {
        Self::default()
    }

    fn observe(&mut self, session: &Session, _: Ended) {
        if self.0.len() < SESSIONS_MAX || self.0.contains_key(&session.first()) {
            let room = PATTERNS_MAX + 1;
            let known = self.0.entry(session.first()).or_default();
            known.extend(session.exchanges().take(room.saturating_sub(known.len())).map(|e| pattern(&e)));
        }
    }

    fn absorb(&mut self, other: &mut Self) {
        for (place, mut patterns) in std::mem::take(&mut other.0) {
            self.0.entry(place).or_default().append(&mut patterns);
        }
    }
}

impl Recording {
    /// What is expected of the log at `path`: a table for each session.
    #[must_use]
    pub fn toml(&self, path: &str, starts: &Starts) -> String {
        let mut text = String::new();
        let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
        let several = self.0.len() > 1;
        for (place, patterns) in self.0.iter().filter(|(_, patterns)| !patterns.is_empty()) {
            let number = starts.number(*place).filter(|_| several);
            let name = number.map_or_else(|| name.to_owned(), |number| format!("{name}, session {number}"));
            let _ = writeln!(text, "\n[[expect]]\nname = {}\nfiles = [{}]", quoted(&name), quoted(path));
            if let Some(number) = number {
                let _ = writeln!(text, "session = {number}");
            }
            let is_whole = patterns.len() <= PATTERNS_MAX;
            let shown = &patterns[..patterns.len().min(PATTERNS_MAX)];
            let _ = writeln!(text, "begins-with = [{}]", quoted(&shown[0]));
            let _ = writeln!(text, "contains = [");
            for pattern in shown {
                let _ = writeln!(text, "    {},", quoted(pattern));
            }
            text.push_str("]\n");
            if is_whole {
                let _ = writeln!(text, "ends-with = [{}]", quoted(&shown[shown.len() - 1]));
            } else {
                let _ = writeln!(text, "# The session goes on; so many patterns fit into a list.");
            }
        }
        text
    }

    /// Whether there is nothing to write down.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.values().all(Vec::is_empty)
    }
}

/// The command and all its replies: `STOR 150 226`. Arguments vary, and are left to the user.
fn pattern(exchange: &Exchange) -> String {
    let mut parts = vec![match exchange.verb() {
        Verb::OTHER => "*".to_owned(),
        verb => verb.name().to_owned(),
    }];
    parts.extend(exchange.replies().map(|reply| reply.code.to_string()));
    if parts.len() == 1 && exchange.outcome().is_none() {
        parts.push("none".to_owned());
    }
    parts.join(" ")
}

/// A text as TOML has it; JSON has it in the same way.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
