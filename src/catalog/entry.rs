//! What the entries of replies and commands are made of.

use serde::{Deserialize, Serialize};

/// When something is seen, or what it means there.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Seen {
    /// A command, a code, or a situation.
    pub what: String,
    /// Under which circumstances, or what it means.
    pub when: String,
}

/// One step of a fix, or a piece of advice.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct FixStep {
    /// For whom it is; for everybody where nobody is named.
    pub who: Option<Reader>,
    /// What to do.
    pub text: String,
    /// Lines to be printed as they are.
    #[serde(default)]
    pub lines: Vec<String>,
}

/// Who reads an explanation.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum Reader {
    /// Whoever writes a client.
    Author,
    /// Whoever runs a client.
    Operator,
    /// The administrator of a server.
    Server,
}

/// What one server does.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ServerHabit {
    /// The server.
    pub who: String,
    /// Its habit.
    pub does: String,
}

/// A few lines of a control connection.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Example {
    /// The server that spoke, or the RFC that the lines are made from.
    pub from: String,
    /// Commands and replies as they were on the wire.
    pub lines: Vec<String>,
}
