//! What was said of a session already: of one kind, one finding is enough.

use crate::ftp::{Code, Verb};
use crate::session::{Exchange, Session};

/// Kinds that are told apart; beyond them nothing is said.
const KINDS_MAX: usize = 64;

/// The kinds that were said: a command and its reply.
#[derive(Debug, Default)]
pub(super) struct Once(Vec<(Verb, Code)>);

impl Once {
    /// Whether this is the first of its kind.
    pub(super) fn is_new(&mut self, verb: Verb, code: Code) -> bool {
        let new = self.0.len() < KINDS_MAX && !self.0.contains(&(verb, code));
        if new {
            self.0.push((verb, code));
        }
        new
    }
}

/// The exchanges of a session with a command that a table has, as far as it is sure which reply is whose.
pub(super) fn sure_exchanges(session: &Session) -> impl Iterator<Item = Exchange<'_>> {
    session.exchanges().filter(|e| e.verb() != Verb::OTHER && !session.is_unsure_at(e.place()))
}
