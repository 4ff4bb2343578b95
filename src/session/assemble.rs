//! Finds the session an event belongs to, and ends sessions.
//!
//! What surely stays together, the route, is given; inside it the format's [`Identity`] decides.

use super::exchange::NotableRecord;
use super::lifetime::{beginning_of, can_begin};
use super::turn::{Turn, same_user};
use super::{Beginning, Confidence, Session, Watch};
use crate::event::{Dialect, Event, Holds, Identity, Key, Outcome, Place, What};
use crate::ftp::{Code, Verb};
use crate::time::When;
use foldhash::fast::FixedState;
use std::collections::HashMap;
use std::hash::BuildHasher;

/// Sessions that one assembler holds open; beyond it the longest silent half is ended.
pub(super) const OPEN_SESSIONS_MAX: usize = 4_096;
/// Bytes that the open sessions of one assembler hold; beyond it what can be judged is judged and forgotten.
pub(super) const HELD_BYTES_MAX: usize = 512 * 1024;
/// Ended sessions that keep their room for the next one.
pub(super) const POOL_SESSIONS_MAX: usize = 64;
/// Sessions for which there is room from the start: to move them when there are more costs more than room that nobody touches.
const USUAL_SESSIONS: usize = 256;
/// Exchanges that a session holds before what can be judged is judged and forgotten.
pub(super) const SEGMENT_EXCHANGES_MAX: usize = 1_024;
/// Sessions of one route that are looked through when a log does not name a session.
pub(super) const ROUTE_SESSIONS_MAX: usize = 256;
/// Numbers of processes that come again with every session where each has a namespace of its own.
const NAMESPACE_NUMBERS_MAX: u64 = 9;
const SEED: u64 = 0x6674_706c_6f67;
/// Keys are hashed in the same way in every run.
static KEYS: FixedState = FixedState::with_seed(SEED);

/// Why a session is handed out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// It is over.
    Yes,
    /// It goes on; this is a part of it.
    NotYet,
}

/// How often a limit was hit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Overflow {
    /// Sessions that were ended because too many were open.
    pub sessions_ended: u64,
}

/// Puts events into sessions and hands each out when it is over, or in parts when it is long.
#[derive(Debug)]
pub struct Assembler {
    sessions: Vec<Session>,
    free: Vec<u32>,
    /// Open sessions by route and key together.
    by_key: HashMap<u64, u32, FixedState>,
    /// Open sessions by route, where the key alone does not tell.
    by_route: HashMap<u64, Vec<u32>, FixedState>,
    open: usize,
    held: usize,
    overflow: Overflow,
    exchanges: u64,
    replies: u64,
    /// The first lines of the sessions that began since they were last asked for.
    started: Vec<Place>,
    /// What those who look at the sessions want to see of them.
    watch: Watch,
    /// Room for what is notable in the session that is being judged.
    notable: Vec<NotableRecord>,
}

impl Default for Assembler {
    fn default() -> Self {
        Self {
            sessions: Vec::with_capacity(USUAL_SESSIONS),
            free: Vec::new(),
            by_key: HashMap::with_hasher(FixedState::with_seed(SEED)),
            by_route: HashMap::with_hasher(FixedState::with_seed(SEED)),
            open: 0,
            held: 0,
            overflow: Overflow::default(),
            exchanges: 0,
            replies: 0,
            started: Vec::new(),
            watch: Watch::NOTHING,
            notable: Vec::new(),
        }
    }
}

/// What an event is about, besides the event itself.
#[derive(Clone, Copy)]
struct Arrival {
    place: Place,
    route: u64,
    key: u64,
    dialect: &'static Dialect,
}

impl Assembler {
    /// One whose sessions note the exchanges that are wanted.
    #[must_use]
    pub fn new(watch: Watch) -> Self {
        Self { watch, ..Self::default() }
    }

    /// Takes one event. `route` is the hash of what surely stays together. Sessions that are over are given to `done`.
    pub fn take(
        &mut self,
        place: Place,
        route: u64,
        dialect: &'static Dialect,
        event: &Event,
        done: &mut impl FnMut(&Session, Ended),
    ) {
        let key = key_of(route, event.key);
        let arrival = Arrival { place, route, key, dialect };
        let Some(id) = self.find(arrival, event, done) else { return };
        let session = &mut self.sessions[id as usize];
        session.hear(place, event);
        let over = session.is_over();
        let long = session.records.len() > SEGMENT_EXCHANGES_MAX;
        self.held += session.count_growth();
        if over {
            self.end(id, done);
        } else if long {
            self.part(id, done);
        }
        if self.held > HELD_BYTES_MAX {
            self.make_room(done);
        }
    }

    /// Ends every session that is still open.
    pub fn finish(&mut self, done: &mut impl FnMut(&Session, Ended)) {
        let mut open = self.open_ids();
        open.sort_unstable_by_key(|id| self.sessions[*id as usize].first);
        for id in open {
            self.end(id, done);
        }
    }

    /// Takes the first lines of the sessions that began since the last call.
    pub fn take_started(&mut self) -> impl Iterator<Item = Place> + '_ {
        self.started.drain(..)
    }

    /// How many exchanges were handed out.
    #[must_use]
    pub fn exchanges(&self) -> u64 {
        self.exchanges
    }

    /// How many replies there were in the sessions that have ended.
    #[must_use]
    pub fn replies(&self) -> u64 {
        self.replies
    }

    /// How often a limit was hit.
    #[must_use]
    pub fn overflow(&self) -> Overflow {
        self.overflow
    }

    /// The first line of every exchange that has not been handed out, the smallest of them.
    #[must_use]
    pub fn oldest_open(&self) -> Option<Place> {
        let open = self.open_ids();
        open.iter().filter_map(|id| self.sessions[*id as usize].oldest_unjudged()).min()
    }

    /// Hands out what can be judged of every open session.
    pub fn hand_out(&mut self, done: &mut impl FnMut(&Session, Ended)) {
        let mut open = self.open_ids();
        open.sort_unstable_by_key(|id| self.sessions[*id as usize].first);
        for id in open {
            self.part(id, done);
        }
    }

    fn open_ids(&self) -> Vec<u32> {
        let mut is_free = vec![false; self.sessions.len()];
        for id in &self.free {
            is_free[*id as usize] = true;
        }
        (0..self.sessions.len() as u32).filter(|id| !is_free[*id as usize]).collect()
    }

    fn find(&mut self, a: Arrival, event: &Event, done: &mut impl FnMut(&Session, Ended)) -> Option<u32> {
        if matches!(event.what, What::Opened) {
            return Some(self.open_anew(a, event, done));
        }
        let identity = match (a.dialect.identity, event.key) {
            (Identity::Mingled, Key::Number(_) | Key::Name(_)) => Identity::Key,
            (identity, _) => identity,
        };
        let known = self.by_key.get(&a.key).copied();
        match identity {
            Identity::Key | Identity::Connection | Identity::OneByOne | Identity::OneRun => match known {
                Some(id) if self.sessions[id as usize].begins_anew(event) => {
                    Some(self.open_anew(a, event, done))
                }
                Some(id) => Some(id),
                None if !can_begin(event) => None,
                None => Some(self.open_anew(a, event, done)),
            },
            Identity::KeyChangesAtLogin => self.find_by_login(a, event, known, done),
            Identity::Mingled => self.find_by_turn(a, event, done),
        }
    }

    /// vsftpd: the process changes when the client logs in, and a third one reports the login.
    fn find_by_login(
        &mut self,
        a: Arrival,
        event: &Event,
        known: Option<u32>,
        done: &mut impl FnMut(&Session, Ended),
    ) -> Option<u32> {
        let logged_in = match event.what {
            What::Command(_) if known.is_some() => return known,
            What::LoggedIn => return Some(self.note_login(a, event, done)),
            What::Did(command, _) => return self.doer(a, event, command.verb, known, done),
            What::Reply(line) => matches!(line.line, [b'2', b'3', b'0', ..]),
            _ => false,
        };
        if let Some(id) = known {
            let session = &self.sessions[id as usize];
            // With process namespaces the numbers come back: a 230 that nobody here waits for is another session's.
            if (!logged_in || session.awaits(Code(230))) && !session.begins_anew(event) {
                return Some(id);
            }
        }
        if let Some((id, sure)) = self.logging_in(a.route, event) {
            self.change_key(id, a, event, sure, done);
            return Some(id);
        }
        Some(self.open_anew(a, event, done))
    }

    /// The session goes on in the process of that event.
    fn change_key(
        &mut self,
        id: u32,
        a: Arrival,
        event: &Event,
        sure: bool,
        done: &mut impl FnMut(&Session, Ended),
    ) {
        let session = &mut self.sessions[id as usize];
        if !sure {
            session.identity = Confidence::Likely;
        }
        let old = std::mem::replace(&mut session.key, a.key);
        session.key_number = number_of(event.key);
        if self.by_key.get(&old) == Some(&id) {
            self.by_key.remove(&old);
        }
        if let Some(before) = self.by_key.insert(a.key, id)
            && before != id
        {
            self.end(before, done);
        }
    }

    /// The session of the route that waits to be told it is logged in, and whether there is only one.
    fn logging_in(&self, route: u64, event: &Event) -> Option<(u32, bool)> {
        let all = self.by_route.get(&route)?;
        let number = number_of(event.key);
        let fits = |session: &Session| {
            session.awaits_reply_to(Verb::PASS)
                || session.beginning == Beginning::Missing && !session.has_talked()
        };
        let mut found: Option<(u32, (bool, u64))> = None;
        let mut n = 0;
        for id in all {
            let session = &self.sessions[*id as usize];
            if !fits(session) || !event.user.is_empty() && !same_user(session.user(), event.user) {
                continue;
            }
            n += 1;
            // The one whose login was reported, then the one whose process is nearest below.
            let rank = (!session.reported, number.wrapping_sub(session.key_number));
            if found.is_none_or(|(_, best)| rank < best) {
                found = Some((*id, rank));
            }
        }
        found.map(|(id, _)| (id, n == 1))
    }

    /// `OK LOGIN`: the parent process says that one of the route's sessions has logged in.
    fn note_login(&mut self, a: Arrival, event: &Event, done: &mut impl FnMut(&Session, Ended)) -> u32 {
        let number = number_of(event.key);
        let waiting = self.by_route.get(&a.route).into_iter().flatten().copied();
        let candidates = waiting.filter(|id| {
            let session = &self.sessions[*id as usize];
            let waits = session.awaits_reply_to(Verb::PASS) || !session.has_talked();
            !session.reported && waits && same_user(session.user(), event.user)
        });
        let nearest = candidates.min_by_key(|id| self.sessions[*id as usize].key_number.wrapping_sub(number));
        if let Some(id) = nearest {
            self.sessions[id as usize].reported = true;
            return id;
        }
        // The log holds nothing of the session before this line.
        let id = self.open_anew(a, event, done);
        self.sessions[id as usize].reported = true;
        id
    }

    /// vsftpd: whose work a deed is. A login is refused by the parent, whose number is the smaller one; everything else is the
    /// work of the last child, who stays the same.
    fn doer(
        &mut self,
        a: Arrival,
        event: &Event,
        verb: Verb,
        known: Option<u32>,
        done: &mut impl FnMut(&Session, Ended),
    ) -> Option<u32> {
        let number = number_of(event.key);
        // With process namespaces the numbers come back: the process that is known was another session's.
        let known = known.filter(|_| number > NAMESPACE_NUMBERS_MAX || verb == Verb::PASS);
        if known.is_some() {
            return known;
        }
        let distance = |session: &Session| match verb {
            Verb::PASS => session.key_number.wrapping_sub(number),
            _ => number.wrapping_sub(session.key_number),
        };
        let mut nearest = None;
        let mut n = 0;
        for id in self.by_route.get(&a.route).into_iter().flatten().copied() {
            let session = &self.sessions[id as usize];
            let free = if verb == Verb::PASS { !session.reported } else { !session.has_worker() };
            let own = number <= NAMESPACE_NUMBERS_MAX && session.key == a.key;
            if (free || own) && same_user(session.user(), event.user) {
                n += 1;
                // One that is known to have logged in, the nearest process, the latest session.
                let rank = (!session.reported, distance(session), std::cmp::Reverse(session.first));
                if nearest.is_none_or(|(best, _)| rank < best) {
                    nearest = Some((rank, id));
                }
            }
        }
        let Some((_, id)) = nearest else { return can_begin(event).then(|| self.open_anew(a, event, done)) };
        if verb != Verb::PASS {
            self.change_key(id, a, event, n == 1, done);
        }
        Some(id)
    }

    /// No key at all: the sessions of one route and user mingle, and only turns tell them apart.
    fn find_by_turn(
        &mut self,
        a: Arrival,
        event: &Event,
        done: &mut impl FnMut(&Session, Ended),
    ) -> Option<u32> {
        let commands = matches!(
            event.what,
            What::Command(_) | What::CommandAgain(_) | What::Exchange(..) | What::Did(..)
        );
        if a.dialect.holds == Holds::Deeds {
            self.end_visits(a.route, event.at, done);
        }
        let all = self.by_route.get(&a.route).map_or(&[][..], Vec::as_slice);
        let n = all.len();
        let mut best: Option<(u32, Turn)> = None;
        for id in all {
            let turn = self.sessions[*id as usize].turn(event);
            if best.is_none_or(|(_, b)| turn > b) {
                best = Some((*id, turn));
            }
        }
        let id = match best {
            Some((_, turn)) if commands && (turn.fits == 0 || !turn.possible) => {
                self.open_anew(a, event, done)
            }
            // A reply that nobody waits for, after traffic: a greeting of a session whose opening the log does not show.
            Some((id, _)) if self.sessions[id as usize].begins_anew(event) => self.open_anew(a, event, done),
            Some((id, turn)) => {
                let session = &mut self.sessions[id as usize];
                if n > 1 || turn.fits == 0 || !turn.possible || session.is_visit() {
                    session.identity = Confidence::Possible;
                }
                id
            }
            None if matches!(event.what, What::Lost | What::Closed) => return None,
            None => self.open_anew(a, event, done),
        };
        let session = &mut self.sessions[id as usize];
        // A log that names users does so from the login on, whatever a later USER asks for.
        let asks = match event.what {
            What::Exchange(c, code, _) => {
                code == Code(530) || matches!(c.verb, Verb::USER | Verb::PASS) && code.0 / 100 != 2
            }
            What::Did(c, outcome) => c.verb == Verb::PASS && outcome == Outcome::Failed,
            _ => false,
        };
        // Once a second login was refused, ProFTPD names nobody.
        if matches!(event.what, What::Exchange(c, Code(501 | 503), _) if matches!(c.verb, Verb::USER | Verb::PASS))
        {
            session.reported = false;
        }
        if !event.user.is_empty() && !asks {
            session.reported = true;
            session.name_user(event.user);
        }
        Some(id)
    }

    fn open_anew(&mut self, a: Arrival, event: &Event, done: &mut impl FnMut(&Session, Ended)) -> u32 {
        if (a.dialect.identity != Identity::Mingled || event.key != Key::None)
            && let Some(before) = self.by_key.get(&a.key).copied()
        {
            self.end(before, done);
        }
        if self.open >= OPEN_SESSIONS_MAX {
            self.end_silent_half(done);
        }
        let id = if let Some(id) = self.free.pop() {
            self.sessions[id as usize].recycle(a.dialect, a.place, event.at);
            id
        } else {
            self.sessions.push(Session::new(a.dialect, a.place, event.at));
            self.sessions.len() as u32 - 1
        };
        let session = &mut self.sessions[id as usize];
        session.furnish();
        (session.route, session.key, session.key_number) = (a.route, a.key, number_of(event.key));
        session.beginning = beginning_of(event);
        self.held += session.count_growth();
        self.open += 1;
        self.started.push(a.place);
        self.by_key.insert(a.key, id);
        if a.dialect.identity.is_one_by_one() && event.key != Key::None {
            // A line that names no connection belongs to the one that spoke last.
            self.by_key.insert(a.route, id);
        }
        if matches!(a.dialect.identity, Identity::KeyChangesAtLogin | Identity::Mingled) {
            self.join_route(a.route, id, done);
        }
        id
    }

    /// Ends the visits of a route that nothing was heard of for long.
    fn end_visits(&mut self, route: u64, at: When, done: &mut impl FnMut(&Session, Ended)) {
        let all = self.by_route.get(&route).into_iter().flatten().copied();
        let over: Vec<u32> = all.filter(|id| self.sessions[*id as usize].has_left(at)).collect();
        for id in over {
            self.end(id, done);
        }
    }

    /// Puts a session to the others of its route; the one that was silent longest goes where there are too many.
    fn join_route(&mut self, route: u64, id: u32, done: &mut impl FnMut(&Session, Ended)) {
        let all = self.by_route.entry(route).or_default();
        all.push(id);
        if all.len() > ROUTE_SESSIONS_MAX
            && let Some(silent) = all.iter().copied().min_by_key(|id| self.sessions[*id as usize].last)
        {
            self.overflow.sessions_ended += u64::from(self.sessions[silent as usize].tells_its_end());
            self.end(silent, done);
        }
    }

    fn end(&mut self, id: u32, done: &mut impl FnMut(&Session, Ended)) {
        let session = &mut self.sessions[id as usize];
        self.held -= session.counted;
        session.conclude();
        session.notable = std::mem::take(&mut self.notable);
        session.trace(true, self.watch);
        self.replies += session.counts().replies.iter().sum::<u64>();
        self.exchanges += session.exchanges().len() as u64;
        done(session, Ended::Yes);
        self.notable = std::mem::take(&mut session.notable);
        for key in [session.key, session.route] {
            if self.by_key.get(&key) == Some(&id) {
                self.by_key.remove(&key);
            }
        }
        if let Some(all) = self.by_route.get_mut(&session.route) {
            all.retain(|other| *other != id);
            if all.is_empty() {
                self.by_route.remove(&session.route);
            }
        }
        if self.free.len() >= POOL_SESSIONS_MAX {
            session.release();
        }
        self.open -= 1;
        self.free.push(id);
    }

    fn part(&mut self, id: u32, done: &mut impl FnMut(&Session, Ended)) {
        let session = &mut self.sessions[id as usize];
        self.held -= std::mem::take(&mut session.counted);
        session.notable = std::mem::take(&mut self.notable);
        session.trace(false, self.watch);
        if session.settled > session.judged {
            self.exchanges += session.exchanges().len() as u64;
            done(session, Ended::NotYet);
            session.compact();
        }
        self.notable = std::mem::take(&mut session.notable);
        self.held += session.count_growth();
    }

    /// Judges and forgets what can be; ends the silent half if that is not enough.
    fn make_room(&mut self, done: &mut impl FnMut(&Session, Ended)) {
        self.hand_out(done);
        if self.held > HELD_BYTES_MAX / 4 * 3 {
            self.end_silent_half(done);
        }
    }

    fn end_silent_half(&mut self, done: &mut impl FnMut(&Session, Ended)) {
        let mut open = self.open_ids();
        open.sort_unstable_by_key(|id| self.sessions[*id as usize].last);
        open.truncate(open.len().div_ceil(2));
        let cut_off = open.iter().filter(|id| self.sessions[**id as usize].tells_its_end());
        self.overflow.sessions_ended += cut_off.count() as u64;
        for id in open {
            self.end(id, done);
        }
    }
}

impl Session {
    /// By how many bytes the session grew since it was last asked.
    #[inline]
    fn count_growth(&mut self) -> usize {
        let held = self.held();
        // Nothing that is held grows smaller while a session is open.
        held - std::mem::replace(&mut self.counted, held)
    }

    /// Takes an event that belongs to this session.
    pub(super) fn hear(&mut self, place: Place, event: &Event) {
        self.last = place;
        if event.at.is_stated() {
            self.last_at = event.at;
            if !self.first_at.is_stated() {
                self.first_at = event.at;
            }
        }
        if self.client_port == 0 {
            self.client_port = event.client_port;
        }
        if self.client.len() == 0 || self.user.len() == 0 {
            self.meet(event);
        }
        match &event.what {
            What::Command(command) => self.command(place, event.at, command),
            What::Reply(line) => self.reply_line(place, event.at, line),
            _ => self.hear_else(place, event),
        }
    }

    /// Learns who the client and the user are from the first lines that say so.
    #[inline(never)]
    fn meet(&mut self, event: &Event) {
        if self.client.len() == 0 && !event.client.is_empty() {
            self.client = self.keep(event.client);
        }
        if self.user.len() == 0 && !event.user.is_empty() {
            self.name_user(event.user);
        }
    }

    /// What is neither a command nor a reply. It stands apart because those are nearly all, and need little room.
    #[inline(never)]
    fn hear_else(&mut self, place: Place, event: &Event) {
        match &event.what {
            What::Command(_) | What::Reply(_) | What::Opened => {}
            What::CommandAgain(command) => self.command_again(place, event.at, command),
            What::Bare(line) => self.bare_line(place, event.at, line),
            What::Exchange(command, code, text) => self.exchange_line(place, event.at, command, *code, text),
            What::Did(command, outcome) => {
                // Of several users who tried, the session is the one's who got in.
                if (command.verb, *outcome) == (Verb::PASS, Outcome::Done) && !event.user.is_empty() {
                    self.name_user(event.user);
                }
                self.did(place, event.at, command, *outcome);
            }
            What::LoggedIn => self.reported_at = Some((place, event.at)),
            What::Lost => self.lose(place),
            What::Closed => self.closed = true,
            What::Secured => self.secured = true,
        }
    }
}

fn number_of(key: Key) -> u64 {
    if let Key::Number(n) = key { n } else { 0 }
}

/// Hashes what keeps the lines of one session together.
#[must_use]
fn key_of(route: u64, key: Key) -> u64 {
    match key {
        Key::None => route,
        // The route is a good hash already: a multiplication spreads the numbers of its sessions.
        Key::Number(n) => (route ^ n).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(29) ^ n,
        Key::Name(name) => KEYS.hash_one((route, name)),
    }
}
