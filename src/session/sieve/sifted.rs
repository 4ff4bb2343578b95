//! A gatherer that sees only the sessions that are asked for.
//!
//! A long session comes in parts, and what it is chosen by may come late: its 421 is the last thing it says. So what the parts
//! before that come to is held aside, in a gatherer of its own, until the session is chosen or over.

use super::{Choice, Seen, Sieve};
use crate::event::Place;
use crate::session::{Ended, Gather, Session, Watch};
use crate::source::LogName;
use crate::time::Known;
use std::collections::BTreeMap;
use std::mem::take;
use std::sync::Arc;

/// Bytes, roughly, that one shard holds for sessions of which it is not known yet whether they are asked for. Beyond it the
/// one that holds most drops them, which is said if it is asked for after all.
pub const UNDECIDED_BYTES_MAX: usize = 4 << 20;

/// Gathers from the sessions that are asked for; from all of them where there is no sieve.
#[derive(Debug)]
pub struct Sifted<G> {
    /// What is gathered from.
    pub gather: G,
    sieve: Option<Arc<Sieve>>,
    /// The sessions that go on, by where they begin; there are as many as an assembler holds open. It is empty without a
    /// sieve.
    going_on: BTreeMap<Place, GoingOn<G>>,
    held_bytes: usize,
    /// The first of the sessions that may be asked for in the shards that were absorbed.
    undecided: Option<Place>,
    counts: Sifting,
}

/// How many sessions were chosen, and which were not for want of a time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sifting {
    /// Sessions that were chosen.
    pub chosen: u64,
    /// Sessions that fit but for their time, which the log does not state.
    pub undated: u64,
    /// Those of them that lack the year only.
    pub yearless: u64,
    /// What is missing of sessions that were chosen late: there was too much of it to be held.
    pub dropped: u64,
}

/// A session that goes on.
#[derive(Debug)]
struct GoingOn<G> {
    seen: Seen,
    is_chosen: bool,
    /// What its parts come to, if it was not chosen from the start.
    aside: Option<G>,
    dropped: u64,
}

impl<G> Default for GoingOn<G> {
    fn default() -> Self {
        Self { seen: Seen::default(), is_chosen: false, aside: None, dropped: 0 }
    }
}

impl Sifting {
    fn absorb(&mut self, other: &mut Self) {
        let Self { chosen, undated, yearless, dropped } = take(other);
        self.chosen += chosen;
        self.undated += undated;
        self.yearless += yearless;
        self.dropped += dropped;
    }
}

impl<G: Gather> Sifted<G> {
    /// One that gathers what `gather` does from the sessions that are asked for.
    #[must_use]
    pub fn new(gather: G, sieve: Option<Arc<Sieve>>) -> Self {
        Self {
            gather,
            sieve,
            going_on: BTreeMap::new(),
            held_bytes: 0,
            undecided: None,
            counts: Sifting::default(),
        }
    }

    /// How many sessions were chosen; nothing where all are.
    #[must_use]
    pub fn counts(&self) -> Option<Sifting> {
        self.sieve.is_some().then_some(self.counts)
    }

    /// Which sessions are asked for; nothing where all are.
    #[must_use]
    pub fn sieve(&self) -> Option<&Sieve> {
        self.sieve.as_deref()
    }

    /// Of two places the first one, where a session begins of which it is not known yet whether it is asked for.
    pub fn complete_before(&mut self, complete_before: Place) -> Place {
        self.undecided.take().map_or(complete_before, |first| first.min(complete_before))
    }

    /// Looks at a session or a part of one. Returns whether it is over and was asked for.
    #[inline]
    pub fn sift(&mut self, session: &Session, ended: Ended) -> bool {
        let Some(sieve) = &self.sieve else {
            self.gather.observe(session, ended);
            return ended == Ended::Yes;
        };
        let sieve = Arc::clone(sieve);
        self.sift_by(&sieve, session, ended)
    }

    fn sift_by(&mut self, sieve: &Sieve, session: &Session, ended: Ended) -> bool {
        let mut going_on = self.take_out(session);
        sieve.look(session, &mut going_on.seen);
        let choice =
            if going_on.is_chosen { Choice::In } else { sieve.choose(session, going_on.seen, ended) };
        match choice {
            Choice::Out => {
                self.count_undated(sieve, session, going_on.seen, ended);
                return false;
            }
            Choice::Open => {
                let aside = going_on.aside.get_or_insert_with(|| self.gather.fork());
                aside.observe(session, ended);
            }
            Choice::In => {
                going_on.is_chosen = true;
                self.counts.dropped += take(&mut going_on.dropped);
                match &mut going_on.aside {
                    // It remembers what it found in the parts before.
                    Some(aside) => {
                        aside.observe(session, ended);
                        self.gather.absorb(aside);
                    }
                    None => self.gather.observe(session, ended),
                }
            }
        }
        if ended == Ended::NotYet {
            self.put_back(session, going_on);
            return false;
        }
        self.counts.chosen += 1;
        true
    }

    fn take_out(&mut self, session: &Session) -> GoingOn<G> {
        let known = session.is_continued().then(|| self.going_on.remove(&session.first())).flatten();
        let going_on = known.unwrap_or_default();
        self.held_bytes -= going_on.held_bytes();
        going_on
    }

    fn put_back(&mut self, session: &Session, going_on: GoingOn<G>) {
        self.held_bytes += going_on.held_bytes();
        self.going_on.insert(session.first(), going_on);
        if self.held_bytes > UNDECIDED_BYTES_MAX
            && let Some(most) = self.going_on.values_mut().max_by_key(|g| g.held_bytes())
        {
            self.held_bytes -= most.held_bytes();
            most.dropped += most.aside.as_mut().map_or(0, G::drop_held);
            self.held_bytes += most.held_bytes();
        }
    }

    fn count_undated(&mut self, sieve: &Sieve, session: &Session, seen: Seen, ended: Ended) {
        let is_undated = ended == Ended::Yes && sieve.is_timed() && !seen.dated;
        if is_undated && sieve.choose_by_words(session, seen, ended) == Choice::In {
            self.counts.undated += 1;
            self.counts.yearless += u64::from(session.last_at().known == Known::MonthAndDay);
        }
    }
}

impl<G: Gather> GoingOn<G> {
    fn held_bytes(&self) -> usize {
        self.aside.as_ref().map_or(0, G::held_bytes)
    }
}

impl<G: Gather> Gather for Sifted<G> {
    fn fork(&self) -> Self {
        Self::new(self.gather.fork(), self.sieve.clone())
    }

    fn watch(&self) -> Watch {
        self.gather.watch()
    }

    fn begin_file(&mut self, name: &LogName, lines_before: u64) {
        let aside = self.going_on.values_mut().filter_map(|going_on| going_on.aside.as_mut());
        for gather in aside.chain([&mut self.gather]) {
            gather.begin_file(name, lines_before);
        }
    }

    fn observe(&mut self, session: &Session, ended: Ended) {
        self.sift(session, ended);
    }

    fn absorb(&mut self, other: &mut Self) {
        self.gather.absorb(&mut other.gather);
        self.counts.absorb(&mut other.counts);
        let undecided =
            other.going_on.iter().find(|(_, session)| !session.is_chosen).map(|(first, _)| *first);
        self.undecided = self.undecided.into_iter().chain(undecided).min();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::sieve::ChosenBy;

    /// The lines of the exchanges that were seen.
    #[derive(Debug, Default)]
    struct Lines {
        seen: Vec<u64>,
        bytes_of_each: usize,
    }

    impl Gather for Lines {
        fn fork(&self) -> Self {
            Self { seen: Vec::new(), ..*self }
        }

        fn observe(&mut self, session: &Session, _: Ended) {
            self.seen.extend(session.exchanges().map(|exchange| exchange.place().line));
        }

        fn absorb(&mut self, other: &mut Self) {
            self.seen.append(&mut other.seen);
        }

        fn held_bytes(&self) -> usize {
            self.seen.len() * self.bytes_of_each
        }

        fn drop_held(&mut self) -> u64 {
            take(&mut self.seen).len() as u64
        }
    }

    /// Hands out a session in parts, one for each list of lines. Returns what was gathered, and how much in the part before the
    /// last.
    fn sifted(verb: &str, bytes_of_each: usize, parts: &[&[&str]]) -> (Sifted<Lines>, usize) {
        let mut sieve = Sieve::default();
        sieve.add(ChosenBy::Verb, verb).unwrap();
        let lines = Lines { seen: Vec::new(), bytes_of_each };
        let mut sifted = Sifted::new(lines, Some(Arc::new(sieve)));
        let mut session = Session::of_a_transcript();
        let mut before = 0;
        for (number, lines) in (1..).zip(parts) {
            let ended = if number == parts.len() { Ended::Yes } else { Ended::NotYet };
            before = sifted.gather.seen.len();
            session.hear_lines(lines);
            session.trace(ended == Ended::Yes, Watch::NOTHING);
            sifted.observe(&session, ended);
            session.compact();
        }
        (sifted, before)
    }

    #[test]
    fn the_parts_of_a_session_that_is_chosen_late_are_all_seen() {
        let (got, before) =
            sifted("STOR", 1, &[&["220 x", "NOOP", "200 x"], &["NOOP", "200 x"], &["STOR a", "226 x"]]);
        assert_eq!((got.gather.seen.as_slice(), before), (&[1, 2, 4, 6][..], 0));
        assert_eq!(got.counts(), Some(Sifting { chosen: 1, ..Sifting::default() }));
        assert_eq!((got.held_bytes, got.going_on.len()), (0, 0));
    }

    #[test]
    fn a_part_that_is_chosen_is_seen_at_once() {
        let (got, before) = sifted("NOOP", 1, &[&["220 x"], &["NOOP", "200 x"], &["STOR a", "226 x"]]);
        assert_eq!((got.gather.seen.as_slice(), before), (&[1, 2, 4][..], 2));
    }

    #[test]
    fn nothing_is_seen_of_a_session_that_is_not_chosen() {
        let (got, _) = sifted("RETR", 1, &[&["220 x", "NOOP", "200 x"], &["STOR a", "226 x"]]);
        assert_eq!((got.gather.seen.len(), got.counts()), (0, Some(Sifting::default())));
        assert_eq!((got.held_bytes, got.going_on.len()), (0, 0));
    }

    #[test]
    fn what_is_too_much_to_be_held_is_dropped_and_counted_if_it_is_missing() {
        let parts: [&[&str]; 3] = [&["220 x", "NOOP", "200 x"], &["NOOP", "200 x"], &["STOR a", "226 x"]];
        let (got, _) = sifted("STOR", UNDECIDED_BYTES_MAX / 2, &parts);
        assert_eq!((got.gather.seen.as_slice(), got.counts().unwrap().dropped), (&[6][..], 3));
        assert_eq!(got.held_bytes, 0);
        let (got, _) = sifted("RETR", UNDECIDED_BYTES_MAX / 2, &parts);
        assert_eq!((got.gather.seen.len(), got.counts().unwrap().dropped), (0, 0));
    }

    #[test]
    fn what_is_not_decided_holds_back_what_comes_after_it() {
        let place = |line| Place { source: 0, line };
        let mut session = Session::of_a_transcript();
        session.hear_lines(&["220 x", "NOOP", "200 x"]);
        session.trace(false, Watch::NOTHING);
        let mut sieve = Sieve::default();
        sieve.add(ChosenBy::Verb, "STOR").unwrap();
        let mut all = Sifted::new(Lines::default(), Some(Arc::new(sieve)));
        let mut shard = all.fork();
        shard.observe(&session, Ended::NotYet);
        all.absorb(&mut shard);
        assert_eq!(all.complete_before(place(9)), session.first());
        session.compact();
        session.hear_lines(&["STOR a", "226 x"]);
        session.trace(false, Watch::NOTHING);
        shard.observe(&session, Ended::NotYet);
        all.absorb(&mut shard);
        assert_eq!((all.complete_before(place(9)), all.gather.seen.len()), (place(9), 3));
    }
}
