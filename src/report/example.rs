//! The findings that stand for their kind: the first one, and the one that shows it best. They are kept whatever else there is
//! too much of, so that no kind of problem is lost behind many others of its rule.

use super::summary::{Kind, kind};
use crate::event::Place;
use crate::rule::{Finding, Severity};
use crate::session::Confidence;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// How well a finding shows its kind: the worst and surest do, and one whose cause is in the log teaches more than one without.
type Worth = (Severity, Confidence, bool);

/// How well a finding shows its kind; of equal ones the first in the log does.
pub(super) fn worth(finding: &Finding) -> Worth {
    (finding.severity, finding.confidence, !finding.related.is_empty())
}

/// The findings that stand for each kind.
#[derive(Debug, Default)]
pub(super) struct Examples(BTreeMap<Kind, Example>);

#[derive(Debug)]
struct Example {
    first: Place,
    best: (Worth, Reverse<Place>),
    /// The findings themselves, where they were not handed on.
    held: [Option<Box<Finding>>; 2],
}

impl Examples {
    /// Whether a finding, of which only the outline is known and whether it has a cause, would stand for its kind.
    pub(super) fn wants(&self, outline: &Finding, has_cause: bool) -> bool {
        let (severity, confidence, _) = worth(outline);
        self.0.get(&kind(outline)).is_none_or(|known| {
            let worth = ((severity, confidence, has_cause), Reverse(outline.place));
            outline.place < known.first || worth > known.best
        })
    }

    /// Keeps a copy of a finding if it stands for its kind.
    pub(super) fn offer(&mut self, finding: &Finding) {
        let (place, best) = (finding.place, (worth(finding), Reverse(finding.place)));
        let known = self.0.entry(kind(finding)).or_insert_with(|| Example {
            first: place,
            best,
            held: [Some(Box::new(finding.clone())), None],
        });
        if place < known.first {
            known.first = place;
            let [first, best] = &mut known.held;
            let later = first.replace(Box::new(finding.clone()));
            // The one that was the first may still be the best.
            *best = best.take().or(later);
        }
        if best > known.best {
            known.best = best;
            known.held[1] = Some(Box::new(finding.clone()));
        }
    }

    /// Takes what another one holds, and tells it what there is to be better than.
    pub(super) fn absorb(&mut self, other: &mut Self) {
        for example in other.0.values_mut() {
            for finding in example.held.iter_mut().filter_map(Option::take) {
                self.offer(&finding);
            }
        }
        for (kind, mine) in &self.0 {
            let known = Example { first: mine.first, best: mine.best, held: [None, None] };
            other.0.insert(*kind, known);
        }
    }

    /// The findings, with the numbers of their rules.
    pub(super) fn into_findings(self) -> impl Iterator<Item = (usize, Finding)> {
        let held = self.0.into_iter().flat_map(|(kind, example)| example.held.map(|f| (kind.0, f)));
        held.filter_map(|(rule, finding)| Some((rule, *finding?)))
    }
}
