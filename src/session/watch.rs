//! Which exchanges rules look at: those that went wrong, and those with commands that some rule asked for.

use super::Exchange;
use crate::ftp::{State, Verb};

/// Commands whose exchanges are wanted, however they went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Watch(u128);

impl Watch {
    /// No exchange.
    pub const NOTHING: Self = Self(0);
    /// Every exchange, greetings and replies that nobody asked for included.
    pub const ALL: Self = Self(u128::MAX);

    /// Transfers of files and lists: the commands for which [`Verb::transfers`] holds.
    pub const TRANSFERS: Self = Self::of(&[
        Verb::RETR,
        Verb::STOR,
        Verb::STOU,
        Verb::APPE,
        Verb::LIST,
        Verb::NLST,
        Verb::MLSD,
        Verb::THMB,
    ]);

    /// Exchanges with these commands; [`Verb::OTHER`] stands for commands of no table, for greetings, and for replies that
    /// nobody asked for.
    #[must_use]
    pub const fn of(verbs: &[Verb]) -> Self {
        let (mut bits, mut at) = (0, 0);
        while at < verbs.len() {
            bits |= 1 << verbs[at].index();
            at += 1;
        }
        Self(bits)
    }

    /// These and those of `other`.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether exchanges with that command are wanted.
    #[inline]
    #[must_use]
    pub const fn has(self, verb: Verb) -> bool {
        self.0 >> verb.index() & 1 == 1
    }
}

impl Default for Watch {
    fn default() -> Self {
        Self::NOTHING
    }
}

/// An exchange that rules look at.
#[derive(Clone, Copy, Debug)]
pub struct Notable<'s> {
    /// The exchange.
    pub exchange: Exchange<'s>,
    /// What the control connection knew before it.
    pub state: &'s State,
    /// Something may be wrong with it: it was refused or failed, got no final reply, or transfers something while a REST is in
    /// force.
    pub is_suspect: bool,
    /// Some rule asked for its command.
    pub is_watched: bool,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Command, Outcome, Place};
    use crate::session::Session;
    use crate::time::When;

    #[test]
    fn a_deed_that_failed_is_looked_at() {
        let mut session = Session::of_a_transcript();
        for (name, outcome) in [(&b"RETR a"[..], Outcome::Done), (b"RETR b", Outcome::Failed)] {
            let command = Command::parse(name).unwrap();
            session.did(Place::default(), When::NEVER, &command, outcome);
        }
        session.trace(true, Watch::NOTHING);
        let suspects: Vec<&[u8]> = session.notable().map(|n| n.exchange.argument()).collect();
        assert_eq!(suspects, [&b"b"[..]]);
    }

    #[test]
    fn a_watch_has_the_commands_it_was_made_of() {
        const PASSIVE: Watch = Watch::of(&[Verb::PASV, Verb::EPSV]);
        assert!(PASSIVE.has(Verb::EPSV) && !PASSIVE.has(Verb::PORT) && !PASSIVE.has(Verb::OTHER));
        assert!(Verb::all().all(|verb| Watch::ALL.has(verb) && !Watch::NOTHING.has(verb)));
        assert!(PASSIVE.and(Watch::of(&[Verb::OTHER])).has(Verb::OTHER));
        assert!(Verb::all().all(|verb| Watch::TRANSFERS.has(verb) == verb.transfers()));
    }
}
