//! What is remembered of all sessions of a source: refusals, acceptances, renames that were begun and not ended.

use super::refusal::{Reasons, Refusal};
use super::transcript::{Label, Transcript};
use crate::event::Place;
use crate::ftp::{Code, Rename};
use crate::session::{Ended, Session};
use crate::time::When;
use foldhash::fast::FixedState;
use std::collections::HashMap;
use std::sync::Arc;

/// Refusals that are remembered one by one.
pub(super) const REFUSALS_MAX: usize = 50_000;
/// Different clients and replies of refusals that are remembered.
const NAMES_MAX: usize = 65_536;
/// Sessions whose acceptance is remembered.
pub(super) const ACCEPTED_MAX: usize = 100_000;
/// Unfinished renames that are remembered.
pub(super) const DANGLING_MAX: usize = 10_000;

/// A rename that was begun and never ended.
#[derive(Clone, Debug)]
pub struct Dangling {
    /// Where RNFR was accepted.
    pub place: Place,
    /// The client's address.
    pub client: Vec<u8>,
    /// The user.
    pub user: Vec<u8>,
    /// RNFR and its reply.
    pub said: Transcript,
}

/// Texts that occur again and again, each kept once.
#[derive(Clone, Debug, Default)]
pub struct Names {
    list: Vec<Arc<[u8]>>,
    numbers: HashMap<Arc<[u8]>, u32, FixedState>,
}

impl Names {
    /// The number of a text. Beyond the limit every new one is the empty text.
    pub(super) fn number(&mut self, text: &[u8]) -> u32 {
        self.numbers.get(text).copied().unwrap_or_else(|| self.add(text.into()))
    }

    fn add(&mut self, text: Arc<[u8]>) -> u32 {
        if self.list.len() >= NAMES_MAX {
            return u32::MAX;
        }
        let number = self.list.len() as u32;
        self.list.push(Arc::clone(&text));
        self.numbers.insert(text, number);
        number
    }

    /// Takes the texts of `other`; returns which number each has here.
    fn absorb(&mut self, other: &mut Self) -> Vec<u32> {
        other.numbers.clear();
        let known = |text: Arc<[u8]>| self.numbers.get(&text).copied().unwrap_or_else(|| self.add(text));
        other.list.drain(..).map(known).collect()
    }

    /// The text of that number.
    #[must_use]
    pub fn text(&self, number: u32) -> &[u8] {
        self.list.get(number as usize).map_or(b"", |text| text)
    }
}

/// An acceptance: where a client was greeted and not turned away, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Accepted {
    /// The greeting.
    pub place: Place,
    /// When it was said.
    pub at: When,
}

/// What is remembered of all sessions.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    /// Refusals, in the order of the log once [`Ledger::sort`] has run.
    pub refusals: Vec<Refusal>,
    /// Acceptances, likewise.
    pub accepted: Vec<Accepted>,
    dangling: Vec<Dangling>,
    /// Clients and replies of the refusals.
    pub names: Names,
    pub(super) reasons: Reasons,
    /// What did not fit.
    pub overflow: u64,
}

impl Ledger {
    /// Learns from a session or a part of one.
    pub fn observe(&mut self, session: &Session, ended: Ended) {
        let before = self.refusals.len();
        self.note_refusals(session);
        if self.refusals.len() == before && !session.is_continued() {
            let greeted =
                session.exchanges().next().filter(|e| !e.has_command() && e.code() == Some(Code(220)));
            self.accepted.extend(greeted.map(|e| Accepted { place: e.place(), at: e.at() }));
        }
        if ended == Ended::Yes {
            self.dangling.extend(dangling(session));
        }
    }

    /// Takes everything out of `other`, keeping what comes first in the log where there is too much.
    pub fn absorb(&mut self, other: &mut Self) {
        let moved = self.names.absorb(&mut other.names);
        let here = |number: u32| moved.get(number as usize).copied().unwrap_or(number);
        self.refusals.extend(other.refusals.drain(..).map(|refusal| Refusal {
            client: here(refusal.client),
            said: refusal.said.map(here),
            ..refusal
        }));
        self.accepted.append(&mut other.accepted);
        self.dangling.append(&mut other.dangling);
        self.overflow += std::mem::take(&mut other.overflow);
        self.overflow += keep_first(&mut self.refusals, REFUSALS_MAX, |r| r.place);
        self.overflow += keep_first(&mut self.accepted, ACCEPTED_MAX, |a| a.place);
        self.overflow += keep_first(&mut self.dangling, DANGLING_MAX, |d| d.place);
    }

    /// Puts everything in the order of the log.
    pub fn sort(&mut self) {
        self.refusals.sort_by_key(|r| r.place);
        self.accepted.sort_unstable_by_key(|a| a.place);
        self.dangling.sort_by_key(|d| d.place);
    }

    /// The last rename that the same client and user had begun before `place` and not ended.
    #[must_use]
    pub fn dangling_before(&self, place: Place, client: &[u8], user: &[u8]) -> Option<&Dangling> {
        let same = |a: &[u8], b: &[u8]| a.is_empty() || b.is_empty() || a == b;
        let n_earlier = self.dangling.partition_point(|d| d.place < place);
        let mut latest_first = self.dangling[..n_earlier].iter().rev();
        latest_first.find(|d| d.place.source == place.source && d.client == client && same(&d.user, user))
    }

    /// The first acceptance after `place`.
    #[must_use]
    pub fn accepted_after(&self, place: Place) -> Option<Accepted> {
        let next = self.accepted.partition_point(|a| a.place <= place);
        self.accepted.get(next).copied()
    }
}

/// Drops what comes last when there is twice too much; returns how many were dropped.
fn keep_first<T, K: Ord>(list: &mut Vec<T>, max: usize, key: impl Fn(&T) -> K) -> u64 {
    if list.len() < 2 * max {
        return 0;
    }
    list.select_nth_unstable_by_key(max, |t| key(t));
    let dropped = list.len() - max;
    list.truncate(max);
    dropped as u64
}

fn dangling(session: &Session) -> Option<Dangling> {
    let (Rename::Ready(mark) | Rename::Crossed { source: mark, .. }) = session.final_state().rename else {
        return None;
    };
    let exchange = session.exchange(mark)?;
    let mut said = Transcript::default();
    said.say(&exchange, Some(Label { key: "cause", primary: false }), true);
    let place = exchange.reply().map_or(exchange.place(), |r| r.place);
    Some(Dangling { place, client: session.client().to_vec(), user: session.user().to_vec(), said })
}
