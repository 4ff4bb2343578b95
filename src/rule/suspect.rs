//! One exchange as the rules look at it, with what all of them ask for looked up once.

use super::Numbers;
use super::data::preparation;
use super::storage::ground::{Ground, ground};
use super::support::lack::{Lack, lack};
use crate::ftp::{Code, Endpoint, State, Verb};
use crate::session::{Exchange, Reply, Session};
use crate::text::{Pairs, holds};
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
    /// Many rules look for words in the reply, and nearly all in vain.
    pairs: OnceCell<Pairs>,
    /// All rules about addresses and ports ask for it.
    endpoint: OnceCell<Option<Endpoint>>,
    /// Three rules ask for it.
    lack: OnceCell<Option<Lack>>,
    /// All rules about files ask for it.
    ground: OnceCell<Option<Ground>>,
}

impl<'s> Suspect<'s> {
    pub(super) fn new(exchange: Exchange<'s>, state: &'s State) -> Self {
        let (verb, reply) = (exchange.verb(), exchange.reply());
        Self {
            exchange,
            state,
            verb,
            reply,
            numbers: Numbers::NONE,
            pairs: OnceCell::new(),
            endpoint: OnceCell::new(),
            lack: OnceCell::new(),
            ground: OnceCell::new(),
        }
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
        let pairs = self.pairs.get_or_init(|| Pairs::of(text));
        words.iter().any(|w| pairs.may_hold(w) && holds(text, w))
    }

    /// Where the data connection goes, as the command or its reply says; `None` where the log does not show it.
    pub(super) fn endpoint(&self) -> Option<Endpoint> {
        *self.endpoint.get_or_init(|| preparation::endpoint(&self.exchange))
    }

    /// What the refusal says about the command itself.
    pub(super) fn lack(&self) -> Option<Lack> {
        *self.lack.get_or_init(|| lack(self))
    }

    /// What the refusal says about the file or folder; `None` where it is about none, and where it does no harm.
    pub(super) fn ground(&self) -> Option<Ground> {
        *self.ground.get_or_init(|| ground(self))
    }
}
