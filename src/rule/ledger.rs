//! What is remembered of all sessions of a source: refusals, acceptances, failed logins, renames that were begun and not
//! ended, and where each session began and ended.

use super::concurrency::{Concurrency, Open};
use super::own::Sightings;
use super::refusal::{Reasons, Refusal};
use super::servers::Servers;
use super::transcript::{Label, Transcript};
use super::visit::{Attempt, Visit};
use crate::event::Place;
use crate::ftp::{Code, Rename};
use crate::session::{Ended, Session};
use crate::time::When;
use foldhash::fast::FixedState;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

/// Refusals that are remembered one by one.
pub(super) const REFUSALS_MAX: usize = 25_000;
/// Clients, users and replies beyond which those that nothing points to any more are forgotten.
const NAMES_KEPT: usize = 16_384;
/// Bytes of a client, a user or a reply that are remembered.
const NAME_BYTES_MAX: usize = 400;
/// Sessions whose acceptance is remembered.
pub(super) const ACCEPTED_MAX: usize = 25_000;
/// Unfinished renames that are remembered.
pub(super) const DANGLING_MAX: usize = 10_000;
/// Sessions whose beginning and end are remembered.
pub(super) const VISITS_MAX: usize = 15_000;
/// Failed logins that are remembered.
pub(super) const ATTEMPTS_MAX: usize = 15_000;
/// Sessions that a run is about, where it is not about all; 16 bytes each.
pub(super) const CHOSEN_MAX: usize = 500_000;

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
    /// The number of a text.
    pub(super) fn number(&mut self, text: &[u8]) -> u32 {
        let text = &text[..text.len().min(NAME_BYTES_MAX)];
        self.numbers.get(text).copied().unwrap_or_else(|| self.add(text.into()))
    }

    fn add(&mut self, text: Arc<[u8]>) -> u32 {
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
    /// Sessions, likewise.
    pub visits: Vec<Visit>,
    /// Failed logins, likewise.
    pub attempts: Vec<Attempt>,
    dangling: Vec<Dangling>,
    pub(super) servers: Servers,
    /// Clients, users and replies.
    pub names: Names,
    /// How many names there may be before those that nothing points to are forgotten.
    names_max: usize,
    pub(super) reasons: Reasons,
    pub(super) concurrency: Concurrency,
    /// Acceptances and sessions that did not fit. They matter where there are refusals.
    forgotten: u64,
    /// What the user's own rules count.
    pub(super) own: Sightings,
    /// Where the sessions begin that the run is about, in order once [`Ledger::sort`] has run; nothing means all of them.
    chosen: Option<Vec<Place>>,
    /// What did not fit.
    pub overflow: u64,
}

impl Ledger {
    /// One of a run that is about some sessions only. The others are remembered, too: they may be the reason.
    #[must_use]
    pub fn of_some() -> Self {
        Self { chosen: Some(Vec::new()), ..Self::default() }
    }

    /// Notes that the run is about the session that begins there.
    #[inline]
    pub fn choose(&mut self, session: Place) {
        if let Some(chosen) = &mut self.chosen {
            chosen.push(session);
        }
    }

    /// Whether the run is about the session that begins there.
    #[must_use]
    pub fn is_about(&self, session: Place) -> bool {
        self.chosen.as_ref().is_none_or(|chosen| chosen.binary_search(&session).is_ok())
    }

    /// How many of these sessions the run is about; the same one counts once.
    pub(super) fn count(&self, sessions: impl Iterator<Item = Place>) -> u64 {
        let different: BTreeSet<Place> = sessions.filter(|session| self.is_about(*session)).collect();
        different.len() as u64
    }

    /// Learns from a session or a part of one.
    pub fn observe(&mut self, session: &Session, ended: Ended) {
        let before = self.refusals.len();
        self.note_refusals(session);
        self.note_deeds(session);
        if self.refusals.len() == before && !session.is_continued() {
            let greeted =
                session.exchanges().next().filter(|e| !e.has_command() && e.code() == Some(Code(220)));
            self.accepted.extend(greeted.map(|e| Accepted { place: e.place(), at: e.at() }));
        }
        if ended == Ended::Yes {
            self.dangling.extend(dangling(session));
            let visit = Visit::of(session, &mut self.names, self.refusals.len() > before);
            self.visits.push(visit);
            self.servers.observe(session);
        }
    }

    /// Takes everything out of `other`, keeping what comes first in the log where there is too much.
    pub fn absorb(&mut self, other: &mut Self) {
        let moved = self.names.absorb(&mut other.names);
        let here = |number: &mut u32| *number = moved.get(*number as usize).copied().unwrap_or(*number);
        other.numbers().for_each(here);
        self.refusals.append(&mut other.refusals);
        self.accepted.append(&mut other.accepted);
        self.visits.append(&mut other.visits);
        self.attempts.append(&mut other.attempts);
        self.dangling.append(&mut other.dangling);
        self.forgotten += std::mem::take(&mut other.forgotten);
        self.servers.absorb(&mut other.servers);
        if let (Some(mine), Some(theirs)) = (&mut self.chosen, &mut other.chosen) {
            mine.append(theirs);
        }
        self.overflow += std::mem::take(&mut other.overflow);
        self.keep_first(2);
        if self.names.list.len() > self.names_max.max(NAMES_KEPT) {
            self.forget_names();
        }
        self.overflow += self.own.absorb(&mut other.own);
    }

    /// Drops what comes last where there is more than `times` as much as may stay. What stays is the same in whatever order
    /// ledgers are put together: what comes first is never dropped.
    fn keep_first(&mut self, times: usize) {
        self.overflow += keep_first(&mut self.refusals, REFUSALS_MAX, times, |r| r.place);
        self.forgotten += keep_first(&mut self.accepted, ACCEPTED_MAX, times, |a| a.place);
        self.forgotten += keep_first(&mut self.visits, VISITS_MAX, times, |v| v.begin);
        self.overflow += keep_first(&mut self.attempts, ATTEMPTS_MAX, times, |a| a.place);
        self.overflow += keep_first(&mut self.dangling, DANGLING_MAX, times, |d| d.place);
        if let Some(chosen) = &mut self.chosen {
            self.forgotten += keep_first(chosen, CHOSEN_MAX, times, |place| *place);
        }
    }

    /// The numbers of names, wherever one stands.
    fn numbers(&mut self) -> impl Iterator<Item = &mut u32> {
        let refusals = self
            .refusals
            .iter_mut()
            .flat_map(|r| [&mut r.client, &mut r.user].into_iter().chain(&mut r.said));
        let visits = self.visits.iter_mut().flat_map(|v| [&mut v.client, &mut v.user]);
        let attempts = self
            .attempts
            .iter_mut()
            .flat_map(|a| [&mut a.client, &mut a.user].into_iter().chain(&mut a.said));
        refusals.chain(visits).chain(attempts)
    }

    /// Forgets the names that nothing points to.
    fn forget_names(&mut self) {
        let old = std::mem::take(&mut self.names);
        let mut kept = Names::default();
        self.numbers().for_each(|number| *number = kept.number(old.text(*number)));
        self.names_max = 2 * kept.list.len();
        self.names = kept;
    }

    /// Puts everything in the order of the log, and counts the sessions that were open at refusals.
    pub fn sort(&mut self) {
        let n_visits = self.visits.len();
        self.keep_first(1);
        if !self.refusals.is_empty() {
            self.overflow += std::mem::take(&mut self.forgotten);
        }
        self.refusals.sort_by_key(|r| r.place);
        self.accepted.sort_unstable_by_key(|a| a.place);
        // Only the places move while they are put in order: a visit is large.
        self.visits.sort_by_cached_key(|v| v.begin);
        self.attempts.sort_by_key(|a| a.place);
        self.dangling.sort_by_key(|d| d.place);
        self.chosen.iter_mut().for_each(|chosen| chosen.sort_unstable());
        let known_until = self.visits.last().filter(|_| n_visits >= VISITS_MAX).map(|v| v.begin);
        self.concurrency = Concurrency::of(&self.refusals, &self.visits, known_until, &self.names);
        self.overflow += std::mem::take(&mut self.servers.left_out);
    }

    /// The last rename that the same client and user had begun before `place` and not ended.
    #[must_use]
    pub fn dangling_before(&self, place: Place, client: &[u8], user: &[u8]) -> Option<&Dangling> {
        let same = |a: &[u8], b: &[u8]| a.is_empty() || b.is_empty() || a == b;
        let n_earlier = self.dangling.partition_point(|d| d.place < place);
        let mut latest_first = self.dangling[..n_earlier].iter().rev();
        latest_first.find(|d| d.place.source == place.source && d.client == client && same(&d.user, user))
    }

    /// What was open when the server refused a session because of a limit, if the log shows that.
    #[must_use]
    pub fn open_at(&self, refusal: &Refusal) -> Option<Open> {
        self.concurrency.at(refusal)
    }

    /// The limit that was reached, and whether the server names it; else it is the number at which it refused each time.
    #[must_use]
    pub fn limit_at(&self, refusal: &Refusal) -> Option<(u64, bool)> {
        self.concurrency.limit(refusal, &self.names)
    }

    /// The first acceptance after `place`.
    #[must_use]
    pub fn accepted_after(&self, place: Place) -> Option<Accepted> {
        let next = self.accepted.partition_point(|a| a.place <= place);
        self.accepted.get(next).copied()
    }
}

/// Drops what comes last when there is more than `times` too much; returns how many were dropped.
fn keep_first<T, K: Ord>(list: &mut Vec<T>, max: usize, times: usize, key: impl Fn(&T) -> K) -> u64 {
    if list.len() <= times * max {
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
