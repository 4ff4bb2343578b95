//! Findings that are kept from counting: how many there are for each reason, and the first of them.

use super::kept::Kept;
use super::summary::Tallies;
use crate::rule::{Finding, Suppressed, SuppressedBy, Suppressions};
use std::collections::BTreeMap;

/// What is kept from counting, by the reason.
#[derive(Debug, Default)]
pub(super) struct Withheld(BTreeMap<SuppressedBy, Group>);

/// Findings that are kept from counting for one reason.
#[derive(Debug, Default)]
pub(super) struct Group {
    count: u64,
    /// Those to be listed.
    pub(super) kept: Kept,
    /// What they would count if there were too many of them.
    pub(super) tallies: Tallies,
}

impl Withheld {
    /// Notes a finding, which is in so many sessions that had none of its kind.
    pub(super) fn add(&mut self, by: SuppressedBy, sessions: u64, finding: Finding) {
        let group = self.0.entry(by).or_default();
        group.count += 1;
        group.tallies.add(&finding, sessions);
        group.kept.keep(finding);
    }

    pub(super) fn absorb(&mut self, other: &mut Self) {
        for (by, mut theirs) in std::mem::take(&mut other.0) {
            let mine = self.0.entry(by).or_default();
            mine.count += theirs.count;
            mine.tallies.merge(&theirs.tallies);
            mine.kept.absorb(&mut theirs.kept.findings);
            if mine.kept.has_too_much() {
                mine.kept.prune();
            }
        }
    }

    /// Takes out those of which there are more than there may be: they count after all.
    pub(super) fn take_too_many(&mut self, suppressions: &Suppressions) -> Vec<(SuppressedBy, Group)> {
        let is_too_much = |(by, group): &(SuppressedBy, Group)| {
            suppressions.most(*by).is_some_and(|most| group.count > most)
        };
        let (too_much, rest): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.0).into_iter().partition(is_too_much);
        self.0 = rest.into_iter().collect();
        too_much
    }

    /// How many findings are kept from counting for each reason.
    pub(super) fn counts(&self) -> BTreeMap<SuppressedBy, u64> {
        self.0.iter().map(|(by, group)| (*by, group.count)).collect()
    }

    /// The findings to be listed, with the reasons, in the order of the log.
    pub(super) fn into_listed(self, suppressions: &Suppressions) -> Vec<(Finding, Suppressed)> {
        let mut listed = Vec::new();
        for (by, mut group) in self.0 {
            group.kept.prune();
            listed.extend(group.kept.findings.into_iter().map(|finding| (finding, suppressions.told(by))));
        }
        listed.sort_by_key(|(finding, _)| finding.place);
        listed
    }
}
