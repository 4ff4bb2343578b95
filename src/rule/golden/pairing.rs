//! Which session of the new recording stands against which one of the good recording.

use super::compare::Common;
use super::course::Course;
use crate::event::Place;
use std::collections::{BTreeMap, VecDeque};

/// A session and where it begins.
pub(super) type Placed<'a> = (Place, &'a Course);

/// Two sessions that stand against each other, by their numbers from 0; one alone is too many or missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Against {
    /// Both are there.
    Both(usize, usize),
    /// The good recording has it.
    Good(usize),
    /// The new recording has it.
    New(usize),
}

/// Pairs sessions by their order, as it is in the new recording. Sessions that go on at the same time have no order: of those, as where
/// one recording has more, sessions that do the same are found first, so that the others are not compared with their neighbours.
pub(super) fn paired(good: &[Placed], new: &[Placed], common: Common) -> Vec<Against> {
    let mut pairs: Vec<Option<usize>> = vec![None; new.len()];
    if good.len() == new.len() {
        let mut from = 0;
        while from < new.len() {
            let to = from + at_the_same_time(&good[from..]).max(at_the_same_time(&new[from..]));
            for (pair, at) in pairs[from..to].iter_mut().zip(alike(&good[from..to], &new[from..to], common)) {
                *pair = at.map(|at| from + at);
            }
            from = to;
        }
    } else {
        pairs = alike(good, new, common);
    }
    in_order(&pairs, good.len())
}

/// How many of the first sessions go on at the same time as others of them.
fn at_the_same_time(sessions: &[Placed]) -> usize {
    let mut until = None;
    let goes_on = |(place, course): &&Placed| {
        let is_within = until.is_none_or(|until| *place < until);
        until = until.max(Some(course.last));
        is_within
    };
    sessions.iter().take_while(goes_on).count()
}

/// For each new session the good one that does the same; those that are left are paired by their order.
fn alike(good: &[Placed], new: &[Placed], common: Common) -> Vec<Option<usize>> {
    let mut pairs = vec![None; new.len()];
    let mut is_taken = vec![false; good.len()];
    if let ([_], [_]) = (good, new) {
        return vec![Some(0)];
    }
    for with_codes in [true, false] {
        let mut known: BTreeMap<Vec<u8>, VecDeque<usize>> = BTreeMap::new();
        for (at, (_, course)) in good.iter().enumerate().filter(|(at, _)| !is_taken[*at]) {
            known.entry(course.outline(common, with_codes)).or_default().push_back(at);
        }
        for (pair, (_, course)) in pairs.iter_mut().zip(new).filter(|(pair, _)| pair.is_none()) {
            let same = known.get_mut(&course.outline(common, with_codes)).and_then(VecDeque::pop_front);
            if let Some(at) = same {
                (*pair, is_taken[at]) = (Some(at), true);
            }
        }
    }
    let mut left = (0..good.len()).filter(|at| !is_taken[*at]);
    for pair in pairs.iter_mut().filter(|pair| pair.is_none()) {
        *pair = left.next();
    }
    pairs
}

/// Every session once: those of the new recording in order, and behind each the good ones that are missing there.
fn in_order(pairs: &[Option<usize>], n_good: usize) -> Vec<Against> {
    let mut new_of = vec![None; n_good];
    for (new, good) in pairs.iter().enumerate() {
        if let Some(good) = good {
            new_of[*good] = Some(new);
        }
    }
    let mut missing_behind: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    let mut behind = 0;
    for (good, new) in new_of.iter().enumerate() {
        match new {
            Some(new) => behind = *new,
            None => missing_behind.entry(behind).or_default().push(good),
        }
    }
    let mut all = Vec::new();
    if pairs.is_empty() {
        all.extend((0..n_good).map(Against::Good));
    }
    for (new, good) in pairs.iter().enumerate() {
        all.push(good.map_or(Against::New(new), |good| Against::Both(good, new)));
        all.extend(missing_behind.remove(&new).unwrap_or_default().into_iter().map(Against::Good));
    }
    all
}
