//! What the user's rules count over sessions: exchanges that fit, and which of them are too many in too short a time.

use super::{CASE, Own, Per, Shape};
use crate::catalog::Word;
use crate::event::Place;
use crate::ftp::Software;
use crate::rule::finding::{Asked, Words};
use crate::rule::{Fact, Finding, Label, Ledger, Related, Role, Rule, Ruleset, Said, Side, Transcript};
use crate::session::{Confidence, Exchange, Session};
use crate::time::When;
use std::collections::BTreeSet;

/// Exchanges that are remembered for each rule.
const SIGHTINGS_MAX: usize = 20_000;
/// Bytes of each of their texts.
const TEXT_BYTES_MAX: usize = 200;

/// An exchange that fits, or one after which what came before no longer counts.
#[derive(Clone, Debug)]
struct Sighting {
    place: Place,
    at: When,
    /// Where the session begins.
    session: Place,
    software: Software,
    confidence: Confidence,
    clears: bool,
    words: Words,
}

/// What was seen, by the number of the rule of one's own.
#[derive(Clone, Debug, Default)]
pub(in crate::rule) struct Sightings(Vec<Vec<Sighting>>);

impl Sightings {
    /// Learns from a session or a part of one.
    pub(in crate::rule) fn note(&mut self, session: &Session, rules: &Ruleset) {
        for own in rules.own() {
            let Shape::Count { of, .. } = &own.shape else { continue };
            for notable in session.notable() {
                let (exchange, state) = (&notable.exchange, notable.state);
                let clears = own.unless.iter().any(|u| u.fits(exchange, state));
                if clears || of.fits(exchange, state) {
                    self.of(own.index).push(Sighting::of(exchange, clears));
                }
            }
        }
    }

    fn of(&mut self, index: usize) -> &mut Vec<Sighting> {
        if self.0.len() <= index {
            self.0.resize_with(index + 1, Vec::new);
        }
        &mut self.0[index]
    }

    /// Takes everything out of `other`, keeping what comes first in the log; returns how many were dropped.
    pub(in crate::rule) fn absorb(&mut self, other: &mut Self) -> u64 {
        let mut dropped = 0;
        for (index, theirs) in other.0.iter_mut().enumerate() {
            let mine = self.of(index);
            mine.append(theirs);
            if mine.len() >= 2 * SIGHTINGS_MAX {
                mine.sort_by_key(|s| s.place);
                dropped += (mine.len() - SIGHTINGS_MAX) as u64;
                mine.truncate(SIGHTINGS_MAX);
            }
        }
        dropped
    }

    /// The exchanges of one rule, those of each key together, in the order of their times.
    fn in_order(&self, index: usize, per: Per) -> Vec<&Sighting> {
        let seen = self.0.get(index).map(Vec::as_slice).unwrap_or_default();
        let mut seen: Vec<&Sighting> = seen.iter().filter(|s| s.key(per).is_some()).collect();
        seen.sort_by_key(|s| (s.key(per), s.at.ms, s.place));
        seen
    }
}

/// What belongs together: nothing where the log does not say.
type Key<'s> = (u32, Option<Place>, &'s [u8]);

impl Sighting {
    fn of(exchange: &Exchange, clears: bool) -> Self {
        let session = exchange.session();
        let mut confidence = session.identity();
        if session.is_unsure_at(exchange.place()) {
            confidence = confidence.lowered();
        }
        Self {
            place: exchange.place(),
            at: exchange.at(),
            session: session.first(),
            software: session.software(),
            confidence,
            clears,
            words: words(exchange),
        }
    }

    fn key(&self, per: Per) -> Option<Key<'_>> {
        let source = self.place.source;
        let (client, user) = (self.words.client.of(&self.words.text), self.words.user.of(&self.words.text));
        match per {
            Per::Session => Some((source, Some(self.session), b"")),
            Per::Client => (!client.is_empty()).then_some((source, None, client)),
            Per::User => (!user.is_empty()).then_some((source, None, user)),
            Per::Server => Some((source, None, b"")),
        }
    }
}

fn words(exchange: &Exchange) -> Words {
    let session = exchange.session();
    let short = |text: &[u8]| text[..text.len().min(TEXT_BYTES_MAX)].to_vec();
    let mut words = Words::default();
    words.client = words.keep(session.client());
    words.user = words.keep(&short(session.user()));
    if exchange.has_command() {
        let (word, argument) =
            (words.keep_in_capitals(&short(exchange.word())), words.keep(&short(exchange.argument())));
        words.command = Some(Asked { verb: exchange.verb(), word, argument });
    }
    words.reply = exchange.reply().map(|reply| (reply.code, words.keep(&short(reply.last_line()))));
    words
}

impl Own {
    /// Finds what is too much of a kind. The window slides: it is full whenever as many exchanges as the rule says lie within its
    /// length. Windows that overlap are one finding.
    pub(in crate::rule) fn bursts(&self, rule: &'static Rule, ledger: &Ledger, found: &mut Vec<Finding>) {
        let Shape::Count { count, within, per, .. } = self.shape else { return };
        for group in ledger.own.in_order(self.index, per).chunk_by(|a, b| a.key(per) == b.key(per)) {
            for stretch in group.split(|s| s.clears) {
                for burst in full(stretch, count, within) {
                    found.push(finding(rule, burst, ledger));
                }
            }
        }
    }
}

/// The pieces of a row in which every window is full.
fn full<'s, 'a>(row: &'s [&'a Sighting], count: usize, within: Option<i64>) -> Vec<&'s [&'a Sighting]> {
    let mut bursts: Vec<(usize, usize)> = Vec::new();
    let mut start = 0;
    for end in 0..row.len() {
        let near = |start: usize| {
            within.is_none_or(|ms| row[end].at.since(row[start].at).is_some_and(|since| since <= ms))
        };
        while start < end && !near(start) {
            start += 1;
        }
        if end + 1 - start < count || !near(start) {
            continue;
        }
        match bursts.last_mut() {
            Some((_, last)) if start <= *last => *last = end,
            _ => bursts.push((start, end)),
        }
    }
    bursts.into_iter().map(|(first, last)| &row[first..=last]).collect()
}

fn finding(rule: &'static Rule, burst: &[&Sighting], ledger: &Ledger) -> Finding {
    let (first, last) = (burst[0], burst[burst.len() - 1]);
    let clients: BTreeSet<&[u8]> = burst.iter().map(|s| s.words.client.of(&s.words.text)).collect();
    let mut facts = vec![
        ("count", Fact::Number(burst.len() as u64)),
        ("clients", Fact::Number(clients.len() as u64)),
        ("first", Fact::Moment(first.at, first.place.line)),
        ("last", Fact::Moment(last.at, last.place.line)),
        ("span", last.at.since(first.at).map_or(Fact::Phrase(Word::ARow), Fact::Duration)),
    ];
    for (hole, is_empty, word) in [
        ("verb", first.words.command.is_none(), Word::OwnNoCommand),
        ("argument", first.words.command.is_none(), Word::OwnNoCommand),
        ("code", first.words.reply.is_none(), Word::OwnNoReply),
        ("reply", first.words.reply.is_none(), Word::OwnNoReply),
        ("client", first.words.client.of(&first.words.text).is_empty(), Word::OwnNoClient),
    ] {
        if is_empty {
            facts.push((hole, Fact::Phrase(word)));
        }
    }
    let mut said = first.words.clone();
    if clients.len() > 1 {
        said.client = crate::rule::finding::Piece::default();
        facts.push(("client", Fact::Phrase(Word::OwnManyClients)));
    }
    Finding {
        rule,
        number: 0,
        case: CASE,
        severity: rule.severity,
        confidence: burst.iter().map(|s| s.confidence).min().unwrap_or(Confidence::Certain),
        place: first.place,
        at: first.at,
        session: Some(first.session),
        software: first.software,
        related: vec![Related { role: Role::Evidence, place: last.place }],
        facts,
        transcript: transcript(burst),
        sessions: ledger.count(burst.iter().map(|s| s.session)),
        said,
    }
}

/// The first exchange and the last one.
fn transcript(burst: &[&Sighting]) -> Transcript {
    let mut lines = Transcript::default();
    let (first, last) = (burst[0], burst[burst.len() - 1]);
    let mut tell = |seen: &Sighting, key, skipped| {
        let label = Some(Label { key, primary: true });
        let text = &seen.words.text;
        let (side, said) = match (&seen.words.command, &seen.words.reply) {
            (Some(asked), _) => {
                let word = if asked.verb.name().is_empty() {
                    asked.word.of(text)
                } else {
                    asked.verb.name().as_bytes()
                };
                (Side::Client, [word, b" ", asked.argument.of(text)].concat())
            }
            (None, Some((code, line))) => {
                (Side::Server, [code.to_string().as_bytes(), b" ", line.of(text)].concat())
            }
            (None, None) => return,
        };
        let line = Said { label, skipped, ..Said::at(seen.place, seen.at, side) };
        lines.push(line, said.trim_ascii_end());
    };
    tell(first, "first", 0);
    tell(last, "last", last.place.line.saturating_sub(first.place.line + 1));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Known;

    /// The lines of the first and last of each burst among sightings at these seconds, whose lines are their numbers from 1.
    fn bursts(seconds: &[i64], count: usize, within: Option<i64>) -> Vec<(u64, u64)> {
        let seen = |(line, s): (u64, &i64)| Sighting {
            place: Place { source: 0, line },
            at: When { ms: s * 1000, known: Known::Everything },
            session: Place { source: 0, line: 1 },
            software: Software::Unknown,
            confidence: Confidence::Certain,
            clears: false,
            words: Words::default(),
        };
        let row: Vec<Sighting> = (1..).zip(seconds).map(seen).collect();
        let row: Vec<&Sighting> = row.iter().collect();
        full(&row, count, within).iter().map(|b| (b[0].place.line, b[b.len() - 1].place.line)).collect()
    }

    #[test]
    fn a_window_slides_and_has_no_exchange_that_is_outside_of_it() {
        assert_eq!(bursts(&[0, 10, 20], 3, Some(20_000)), [(1, 3)]);
        assert_eq!(bursts(&[0, 10, 21], 3, Some(20_000)), [(0, 0); 0]);
        // Fixed windows of 20 seconds would see two here and two there.
        assert_eq!(bursts(&[0, 15, 25, 30], 3, Some(20_000)), [(2, 4)]);
        assert_eq!(bursts(&[0, 1, 2, 3, 4], 3, Some(20_000)), [(1, 5)]);
        assert_eq!(bursts(&[0, 1, 2, 60, 61, 62], 3, Some(20_000)), [(1, 3), (4, 6)]);
        assert_eq!(bursts(&[0, 1, 2, 60, 61], 3, Some(20_000)), [(1, 3)]);
        assert_eq!(bursts(&[0, 1_000, 9_000], 3, None), [(1, 3)]);
    }
}
