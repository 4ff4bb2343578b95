//! One exchange as the rules look at it, with what all of them ask for looked up once.

use super::Numbers;
use super::support::lack::{Lack, lack};
use crate::ftp::{Code, State, Verb};
use crate::session::{Exchange, Reply, Session};
use crate::text::holds;
use std::cell::OnceCell;

/// An exchange that a rule looks at: something may be wrong with it, or the rule asked for its command.
#[derive(Debug)]
pub struct Suspect<'s> {
    /// The exchange.
    pub exchange: Exchange<'s>,
    /// What the control connection knew before it.
    pub state: &'s State,
    /// The command; [`Verb::OTHER`] also where there is none.
    pub verb: Verb,
    /// The final reply.
    pub reply: Option<Reply<'s>>,
    /// The numbers of the rule that looks.
    pub numbers: Numbers<'s>,
    /// Three rules ask for it.
    lack: OnceCell<Option<Lack>>,
}

impl<'s> Suspect<'s> {
    pub(super) fn new(exchange: Exchange<'s>, state: &'s State) -> Self {
        let (verb, reply) = (exchange.verb(), exchange.reply());
        Self { exchange, state, verb, reply, numbers: Numbers::NONE, lack: OnceCell::new() }
    }

    /// The session it belongs to.
    #[must_use]
    pub fn session(&self) -> &'s Session {
        self.exchange.session()
    }

    /// The code of the final reply.
    #[must_use]
    pub fn code(&self) -> Option<Code> {
        self.reply.map(|r| r.code)
    }

    /// The code of the final reply, if it is 4yz or 5yz.
    #[must_use]
    pub fn refusal(&self) -> Option<Code> {
        self.code().filter(|c| c.is_refusal())
    }

    /// The code of the final reply to a command, if it is 4yz or 5yz.
    #[must_use]
    pub fn refused_command(&self) -> Option<Code> {
        self.refusal().filter(|_| self.exchange.has_command())
    }

    /// Whether the final reply holds one of these words, which are given in lower case.
    #[must_use]
    pub fn says(&self, words: &[&str]) -> bool {
        let text = self.reply.map_or(&b""[..], |r| r.raw());
        words.iter().any(|w| holds(text, w))
    }

    /// What the refusal says about the command itself.
    pub(super) fn lack(&self) -> Option<Lack> {
        *self.lack.get_or_init(|| lack(self))
    }
}
