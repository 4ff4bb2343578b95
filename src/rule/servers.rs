//! What all sessions of a server showed about its commands: a hint where the session at hand shows nothing.

use super::transcript::{Label, Transcript};
use crate::event::Place;
use crate::ftp::{Software, Verb, VerbSet};
use crate::session::{Exchange, Session, listed};
use foldhash::fast::FixedState;
use std::collections::BTreeMap;
use std::hash::BuildHasher;

/// Servers that are remembered.
const SERVERS_MAX: usize = 1_024;
/// Bytes of a FEAT list that is known again without being read.
const LIST_BYTES_MAX: usize = 4 * 1024;
/// Greetings are hashed in the same way in every run.
static GREETINGS: FixedState = FixedState::with_seed(0);

/// What is remembered of servers.
#[derive(Clone, Debug, Default)]
pub(super) struct Servers {
    /// By the source and the software; the smallest keys are kept.
    known: BTreeMap<(u32, Software), Known>,
    /// Sessions of servers for which there was no room.
    pub(super) left_out: u64,
}

/// What is remembered of one server.
#[derive(Clone, Debug, Default)]
struct Known {
    /// The greeting of clients' logs, hashed: where there are several, there may be several servers.
    greeting: Option<u64>,
    is_ambiguous: bool,
    /// What any FEAT list names.
    listed: VerbSet,
    last_list: Vec<u8>,
    list: Option<Proof>,
    /// What every HELP marks as unimplemented.
    starred: Option<VerbSet>,
    help: Option<Proof>,
    accepted: VerbSet,
    worked: BTreeMap<Verb, Proof>,
    sessions: u64,
}

/// An exchange that shows something about a command.
#[derive(Clone, Debug)]
pub(super) struct Proof {
    /// Where its reply stands.
    pub(super) place: Place,
    /// The exchange.
    pub(super) said: Transcript,
}

/// What other sessions show about a command.
#[derive(Clone, Copy, Debug)]
pub(super) enum Elsewhere<'a> {
    /// It was accepted.
    Worked(&'a Proof),
    /// Every HELP marks it as unimplemented; this is one.
    Starred(&'a Proof),
    /// No FEAT list names it; this is one.
    NotListed(&'a Proof),
}

impl Proof {
    fn of(exchange: &Exchange) -> Self {
        let mut said = Transcript::default();
        said.say(exchange, Some(Label { key: "cause", primary: false }), true);
        Self { place: exchange.reply().map_or(exchange.place(), |r| r.place), said }
    }
}

/// Keeps the one that comes first in the log.
fn earlier(mine: &mut Option<Proof>, theirs: Option<Proof>) {
    if let Some(theirs) = theirs
        && mine.as_ref().is_none_or(|mine| theirs.place < mine.place)
    {
        *mine = Some(theirs);
    }
}

impl Servers {
    /// Learns from a session that is over.
    pub(super) fn observe(&mut self, session: &Session) {
        let software = session.software();
        if software.name().is_none() {
            return;
        }
        self.known.entry((session.first().source, software)).or_default().learn(session);
        self.keep_smallest();
    }

    /// Takes what `other` has learnt. It goes on knowing what needs no second proof.
    pub(super) fn absorb(&mut self, other: &mut Self) {
        for (key, theirs) in &mut other.known {
            self.known.entry(*key).or_default().absorb(theirs);
            self.keep_smallest();
        }
        self.left_out += std::mem::take(&mut other.left_out);
    }

    fn keep_smallest(&mut self) {
        if self.known.len() > SERVERS_MAX {
            self.left_out += self.known.pop_last().map_or(0, |(_, dropped)| dropped.sessions);
        }
    }

    /// What sessions of the same server show about a command.
    pub(super) fn elsewhere(&self, source: u32, software: Software, verb: Verb) -> Option<Elsewhere<'_>> {
        let known = self.known.get(&(source, software)).filter(|known| !known.is_ambiguous)?;
        if let Some(proof) = known.worked.get(&verb) {
            return Some(Elsewhere::Worked(proof));
        }
        if known.starred.is_some_and(|starred| starred.contains(verb)) {
            return known.help.as_ref().map(Elsewhere::Starred);
        }
        let lacks = verb.is_extension() && !known.listed.contains(verb);
        known.list.as_ref().filter(|_| lacks).map(Elsewhere::NotListed)
    }
}

impl Known {
    fn learn(&mut self, session: &Session) {
        self.sessions += 1;
        if session.dialect().software == Software::Unknown {
            let greeting = session.greeting().and_then(|e| e.reply());
            self.note_greeting(greeting.and_then(|r| r.lines().next()).map(|l| GREETINGS.hash_one(l)));
        }
        let new = session.accepted().without(self.accepted);
        if !new.is_empty() {
            let proofs = new.iter().filter_map(|v| Some((v, Proof::of(&session.first_accepted(v)?))));
            self.worked.extend(proofs);
            self.accepted = self.accepted.with(new);
        }
        if let Some((help, starred)) = session.starred() {
            if self.starred.is_none() {
                self.help = Some(Proof::of(&help));
            }
            self.starred = Some(self.starred.map_or(starred, |known| known.common(starred)));
        }
        let list = session.feature_list().and_then(|e| Some((e, e.reply()?.raw())));
        if let Some((exchange, text)) = list.filter(|(_, text)| *text != self.last_list) {
            let names = listed(text);
            if self.listed.is_empty() && !names.is_empty() {
                self.list = Some(Proof::of(&exchange));
            }
            self.listed = self.listed.with(names);
            self.last_list.clear();
            self.last_list.extend_from_slice(&text[..text.len().min(LIST_BYTES_MAX)]);
        }
    }

    fn note_greeting(&mut self, greeting: Option<u64>) {
        self.is_ambiguous |= self.greeting.zip(greeting).is_some_and(|(mine, theirs)| mine != theirs);
        self.greeting = self.greeting.or(greeting);
    }

    fn absorb(&mut self, other: &mut Self) {
        self.sessions += std::mem::take(&mut other.sessions);
        self.note_greeting(other.greeting);
        self.is_ambiguous |= other.is_ambiguous;
        self.listed = self.listed.with(other.listed);
        earlier(&mut self.list, other.list.take());
        if let Some(theirs) = other.starred {
            self.starred = Some(self.starred.map_or(theirs, |mine| mine.common(theirs)));
        }
        earlier(&mut self.help, other.help.take());
        self.accepted = self.accepted.with(other.accepted);
        for (verb, proof) in std::mem::take(&mut other.worked) {
            let mut first = self.worked.remove(&verb);
            earlier(&mut first, Some(proof));
            self.worked.extend(first.map(|proof| (verb, proof)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::Watch;

    fn learnt(sessions: &[&[&str]]) -> Servers {
        let mut servers = Servers::default();
        for lines in sessions {
            let mut session = Session::of_a_transcript();
            session.hear_lines(lines);
            session.trace_for(Watch::NOTHING);
            servers.observe(&session);
        }
        servers
    }

    const LISTS: &[&str] =
        &["220 (vsFTPd 3.0.3)", "FEAT", "211-Features:", " SIZE", "211 End", "NOOP", "200 x"];

    #[test]
    fn a_list_of_another_session_lacks_an_extension() {
        let servers = learnt(&[LISTS]);
        let of = |verb| servers.elsewhere(0, Software::Vsftpd, verb);
        assert!(matches!(of(Verb::MLSD), Some(Elsewhere::NotListed(proof)) if proof.place.line == 3));
        assert!(matches!(of(Verb::NOOP), Some(Elsewhere::Worked(proof)) if proof.place.line == 7));
        // SIZE is listed, and STOU is no extension.
        assert!(of(Verb::SIZE).is_none() && of(Verb::STOU).is_none());
        assert!(servers.elsewhere(1, Software::Vsftpd, Verb::MLSD).is_none());
        assert!(servers.elsewhere(0, Software::Proftpd, Verb::MLSD).is_none());
    }

    #[test]
    fn lists_that_differ_must_all_lack_it() {
        let other: &[&str] = &["220 (vsFTPd 3.0.3)", "FEAT", "211-Features:", " MLST", "211 End"];
        let servers = learnt(&[LISTS, other]);
        assert!(servers.elsewhere(0, Software::Vsftpd, Verb::MLSD).is_none());
        assert!(servers.elsewhere(0, Software::Vsftpd, Verb::MFMT).is_some());
    }

    #[test]
    fn greetings_that_differ_in_the_log_of_a_client_are_perhaps_two_servers() {
        let other: &[&str] = &["220 (vsFTPd 3.0.5)", "NOOP", "200 x"];
        assert!(learnt(&[LISTS, other]).elsewhere(0, Software::Vsftpd, Verb::NOOP).is_none());
    }

    #[test]
    fn parts_come_to_the_same_as_the_whole() {
        let help: &[&str] = &["220 (vsFTPd 3.0.3)", "HELP", "214-x", " ACCT* SMNT*", "214 x"];
        let mut whole = learnt(&[LISTS, help]);
        let (mut one, mut other) = (learnt(&[help]), learnt(&[LISTS]));
        let mut both = Servers::default();
        both.absorb(&mut one);
        both.absorb(&mut other);
        // What was learnt once is not proved again.
        one.absorb(&mut Servers::default());
        both.absorb(&mut one);
        for servers in [&mut whole, &mut both] {
            let of = |verb| servers.elsewhere(0, Software::Vsftpd, verb);
            assert!(matches!(of(Verb::ACCT), Some(Elsewhere::Starred(_))));
            assert!(matches!(of(Verb::MLSD), Some(Elsewhere::NotListed(_))));
        }
    }
}
