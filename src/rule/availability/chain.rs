//! Refusals that follow each other, by time, or by turn in a log without times.

use crate::rule::Refusal;
use crate::rule::ledger::Ledger;
use crate::time::When;

/// All refusals in order, those that follow each other together, each row with the most refusals in any window.
pub(super) fn chains(ledger: &Ledger, within_ms: i64) -> impl Iterator<Item = (&[Refusal], usize)> {
    let mut rest = ledger.refusals.as_slice();
    std::iter::from_fn(move || {
        let first = rest.first()?;
        let timed = first.at != When::NEVER;
        let n = if timed { by_time(rest, within_ms) } else { by_turn(rest, ledger) };
        let (chain, after) = rest.split_at(n);
        rest = after;
        Some((chain, if timed { peak(chain, within_ms) } else { chain.len() }))
    })
}

/// Refusals that follow each other within the window.
fn by_time(refusals: &[Refusal], within_ms: i64) -> usize {
    let near = |pair: &[Refusal]| {
        let same_source = pair[0].place.source == pair[1].place.source;
        same_source && pair[1].at.since(pair[0].at).is_some_and(|ms| ms <= within_ms)
    };
    1 + refusals.windows(2).take_while(|pair| near(pair)).count()
}

/// Without times: refusals with no accepted session between them.
fn by_turn(refusals: &[Refusal], ledger: &Ledger) -> usize {
    let near = |pair: &[Refusal]| {
        let same_source = pair[0].place.source == pair[1].place.source && pair[1].at == When::NEVER;
        let apart = pair[0].session != pair[1].session;
        let accepted = ledger.accepted_after(pair[0].place).is_some_and(|a| a.place < pair[1].place);
        same_source && apart && !accepted
    };
    1 + refusals.windows(2).take_while(|pair| near(pair)).count()
}

/// The most refusals in any window.
fn peak(chain: &[Refusal], within_ms: i64) -> usize {
    let mut start = 0;
    let mut peak = 0;
    for (end, refusal) in chain.iter().enumerate() {
        while refusal.at.ms - chain[start].at.ms > within_ms {
            start += 1;
        }
        peak = peak.max(end - start + 1);
    }
    peak
}
