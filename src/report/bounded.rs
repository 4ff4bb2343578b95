//! Facts with the line that shows them, and a list of facts that does not grow without limit.

use crate::event::Place;
use crate::session::Confidence;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// Bytes of a log's words that are kept beside a fact.
pub(super) const TOLD_BYTES_MAX: usize = 256;

/// How often something was seen, and where it is seen best: on the surest and first line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Told {
    pub(super) n: u64,
    pub(super) place: Place,
    pub(super) sure: Confidence,
    /// What stands there.
    pub(super) text: Vec<u8>,
}

impl Told {
    /// Something that was seen once.
    pub(super) fn once(place: Place, sure: Confidence, text: &[u8]) -> Self {
        Self { n: 1, place, sure, text: text[..text.len().min(TOLD_BYTES_MAX)].to_vec() }
    }

    fn rank(&self) -> (Confidence, Reverse<Place>) {
        (self.sure, Reverse(self.place))
    }

    /// Takes what was seen elsewhere of the same.
    pub(super) fn merge(&mut self, other: Self) {
        let n = self.n + other.n;
        if other.rank() > self.rank() {
            *self = other;
        }
        self.n = n;
    }
}

/// What is gathered for a fact.
pub(super) trait Gathered {
    /// How many observations went into it.
    fn n(&self) -> u64;
    /// Takes what was gathered elsewhere for the same.
    fn merge(&mut self, other: Self);
}

impl Gathered for Told {
    fn n(&self) -> u64 {
        self.n
    }

    fn merge(&mut self, other: Self) {
        self.merge(other);
    }
}

/// Facts by their keys, of which the smallest are kept. A key that is kept at the end was never dropped before, however the
/// facts came together: so the counts do not depend on threads.
#[derive(Clone, Debug)]
pub(super) struct Bounded<K, V = Told> {
    pub(super) map: BTreeMap<K, V>,
    max: usize,
    /// Observations for which there was no room.
    pub(super) left_out: u64,
}

impl<K: Ord, V: Gathered> Bounded<K, V> {
    /// None yet, and at most `max`.
    pub(super) fn new(max: usize) -> Self {
        Self { map: BTreeMap::new(), max, left_out: 0 }
    }

    /// Adds an observation.
    pub(super) fn add(&mut self, key: K, value: V) {
        if let Some(known) = self.map.get_mut(&key) {
            known.merge(value);
            return;
        }
        self.map.insert(key, value);
        if self.map.len() > self.max {
            self.left_out += self.map.pop_last().map_or(0, |(_, dropped)| dropped.n());
        }
    }

    /// Takes everything out of `other`.
    pub(super) fn absorb(&mut self, other: &mut Self) {
        self.left_out += std::mem::take(&mut other.left_out);
        for (key, value) in std::mem::take(&mut other.map) {
            self.add(key, value);
        }
    }
}

impl<K: Ord> Bounded<K> {
    /// The facts, those that are seen first on top.
    pub(super) fn by_place(&self) -> Vec<(&K, &Told)> {
        let mut all: Vec<_> = self.map.iter().collect();
        all.sort_by_key(|(_, told)| told.place);
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(line: u64, sure: Confidence) -> Told {
        Told::once(Place { source: 0, line }, sure, format!("line {line}").as_bytes())
    }

    #[test]
    fn the_surest_and_first_line_is_kept() {
        let mut told = at(7, Confidence::Likely);
        told.merge(at(9, Confidence::Certain));
        told.merge(at(8, Confidence::Certain));
        told.merge(at(2, Confidence::Possible));
        assert_eq!((told.n, told.place.line, told.text.as_slice()), (4, 8, &b"line 8"[..]));
    }

    #[test]
    fn what_is_kept_and_counted_does_not_depend_on_the_order() {
        let keys: Vec<u32> = (0..200).map(|n| n * 7 % 20).collect();
        let gathered = |keys: &mut dyn Iterator<Item = u32>| {
            let mut all = Bounded::new(8);
            for key in keys {
                all.add(key, at(u64::from(key) + 1, Confidence::Certain));
            }
            all
        };
        let whole = gathered(&mut keys.iter().copied());
        let mut halves = gathered(&mut keys[120..].iter().rev().copied());
        halves.absorb(&mut gathered(&mut keys[..120].iter().copied()));
        assert_eq!(whole.map, halves.map);
        assert_eq!((whole.left_out, halves.left_out), (120, 120));
        assert_eq!(whole.map.values().map(|t| t.n).sum::<u64>(), 80);
    }
}
