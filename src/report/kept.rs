//! The findings that are kept to be listed: those that come first in the log, of each rule.

use crate::rule::{Finding, Limits, Transcript};

/// Findings of one rule that are kept to be listed; all are counted.
pub const FINDINGS_PER_RULE_MAX: usize = 1_000;
/// Findings of one rule that keep the lines that prove them.
pub const TRANSCRIPTS_PER_RULE_MAX: usize = 250;

/// The findings of one rule that come first in the log.
#[derive(Debug, Default)]
pub(super) struct Kept {
    pub(super) findings: Vec<Finding>,
    /// When there are enough: nothing behind these places is kept.
    pub(super) limits: Limits,
    /// How many transcripts came since the last pruning.
    transcripts: usize,
}

impl Kept {
    pub(super) fn keep(&mut self, finding: Finding) {
        if self.limits.listed.is_none_or(|limit| finding.place <= limit) {
            self.transcripts += usize::from(!finding.transcript.is_empty());
            self.findings.push(finding);
        }
    }

    /// Keeps all of these findings, which are taken out.
    pub(super) fn absorb(&mut self, findings: &mut Vec<Finding>) {
        if let Some(limit) = self.limits.listed {
            findings.retain(|f| f.place <= limit);
        }
        self.transcripts += findings.iter().filter(|f| !f.transcript.is_empty()).count();
        self.findings.append(findings);
    }

    /// Keeps one more finding, in its place and with its transcript, however many there are.
    pub(super) fn keep_anyway(&mut self, finding: Finding) {
        let at = self.findings.partition_point(|f| f.place < finding.place);
        let here = self.findings[at..].iter_mut().take_while(|f| f.place == finding.place);
        match here.into_iter().find(|f| f.case == finding.case && f.verb() == finding.verb()) {
            Some(known) => *known = finding,
            None => self.findings.insert(at, finding),
        }
    }

    /// Whether much of this will not be shown.
    pub(super) fn has_too_much(&self) -> bool {
        self.transcripts > TRANSCRIPTS_PER_RULE_MAX
            || self.findings.len() > FINDINGS_PER_RULE_MAX + TRANSCRIPTS_PER_RULE_MAX
    }

    /// Keeps the findings that come first in the log, in order.
    pub(super) fn prune(&mut self) {
        // Only the places move while they are put in order: a finding is large.
        self.findings.sort_by_cached_key(|f| f.place);
        self.findings.truncate(FINDINGS_PER_RULE_MAX);
        self.transcripts = 0;
        let place_of = |n: usize| self.findings.get(n - 1).map(|f| f.place);
        self.limits =
            Limits { listed: place_of(FINDINGS_PER_RULE_MAX), proven: place_of(TRANSCRIPTS_PER_RULE_MAX) };
        for finding in self.findings.iter_mut().skip(TRANSCRIPTS_PER_RULE_MAX) {
            finding.transcript = Transcript::default();
        }
    }
}
