//! The findings of the sessions that a report is about: those that are listed, and all of them counted.

use super::Options;
use super::example::Examples;
use super::sources::Sources;
use super::summary::{self, Kind, Tallies, Totals};
use crate::event::Place;
use crate::ftp::Verb;
use crate::rule::{Finding, Judge, Ledger, Limits, Transcript};
use crate::session::{Ended, Gather, Session, Watch};
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Findings of one rule that are kept to be listed; all are counted.
pub const FINDINGS_PER_RULE_MAX: usize = 1_000;
/// Findings of one rule that keep the lines that prove them.
pub const TRANSCRIPTS_PER_RULE_MAX: usize = 250;

/// Bytes, roughly, of a finding with the lines that prove it.
const USUAL_FINDING_BYTES: usize = 1_500;
/// Stands for a finding of any kind.
const ANY_KIND: Kind = (usize::MAX, Verb::OTHER);

/// What is found in sessions, one by one.
#[derive(Debug)]
pub(super) struct Findings {
    options: Options,
    /// The findings of each rule, by its number, as far as any has found something.
    kept: Vec<Kept>,
    examples: Examples,
    pub(super) tallies: Tallies,
    pub(super) totals: Totals,
    judge: Judge,
    /// Kinds of findings in the session at hand.
    kinds: Vec<Kind>,
    /// Kinds of findings in sessions that are judged in parts.
    in_parts: BTreeSet<(Place, Kind)>,
}

/// The findings of one rule that come first in the log.
#[derive(Debug, Default)]
struct Kept {
    findings: Vec<Finding>,
    /// When there are enough: nothing behind these places is kept.
    limits: Limits,
    /// How many transcripts came since the last pruning.
    transcripts: usize,
}

impl Findings {
    pub(super) fn new(options: Options) -> Self {
        Self {
            judge: Judge::new(options.context, Arc::clone(&options.rules)),
            kept: Vec::new(),
            options,
            examples: Examples::default(),
            tallies: Tallies::default(),
            totals: Totals::default(),
            kinds: Vec::new(),
            in_parts: BTreeSet::new(),
        }
    }

    /// Puts everything in order, and what all sessions together show beside it.
    pub(super) fn seal(mut self, ledger: &Ledger, mut sources: Sources) -> summary::Summary {
        for finding in self.options.rules.judge(ledger) {
            if self.options.wants(&finding) {
                let sessions = finding.sessions;
                self.totals.sessions_with_findings += sessions;
                let tallies = sources.logs.get_mut(finding.place.source as usize).map(|log| &mut log.tallies);
                for tallies in tallies.into_iter().chain([&mut self.tallies]) {
                    tallies.add(summary::kind(&finding), finding.severity, sessions);
                }
                of_rule(&mut self.kept, finding.number).keep(finding);
            }
        }
        for kept in &mut self.kept {
            kept.prune();
        }
        for (rule, finding) in self.examples.into_findings() {
            of_rule(&mut self.kept, rule).keep_anyway(finding);
        }
        for finding in self.kept.iter_mut().flat_map(|k| &mut k.findings) {
            if let Some(revise) = finding.rule.revise {
                revise(finding, ledger);
            }
            sources.settle(finding);
        }
        let kept = self.kept.into_iter().map(|k| k.findings);
        summary::summarize(kept, &self.tallies, self.totals, ledger, sources)
    }
}

/// The findings of the rule with that number.
fn of_rule(kept: &mut Vec<Kept>, number: usize) -> &mut Kept {
    if kept.len() <= number {
        kept.resize_with(number + 1, Kept::default);
    }
    &mut kept[number]
}

impl Kept {
    fn keep(&mut self, finding: Finding) {
        if self.limits.listed.is_none_or(|limit| finding.place <= limit) {
            self.transcripts += usize::from(!finding.transcript.is_empty());
            self.findings.push(finding);
        }
    }

    /// Keeps all of these findings, which are taken out.
    fn absorb(&mut self, findings: &mut Vec<Finding>) {
        if let Some(limit) = self.limits.listed {
            findings.retain(|f| f.place <= limit);
        }
        self.transcripts += findings.iter().filter(|f| !f.transcript.is_empty()).count();
        self.findings.append(findings);
    }

    /// Keeps one more finding, in its place and with its transcript, however many there are.
    fn keep_anyway(&mut self, finding: Finding) {
        let at = self.findings.partition_point(|f| f.place < finding.place);
        let here = self.findings[at..].iter_mut().take_while(|f| f.place == finding.place);
        match here.into_iter().find(|f| f.case == finding.case && f.verb() == finding.verb()) {
            Some(known) => *known = finding,
            None => self.findings.insert(at, finding),
        }
    }

    /// Whether much of this will not be shown.
    fn has_too_much(&self) -> bool {
        self.transcripts > TRANSCRIPTS_PER_RULE_MAX
            || self.findings.len() > FINDINGS_PER_RULE_MAX + TRANSCRIPTS_PER_RULE_MAX
    }

    /// Keeps the findings that come first in the log, in order.
    fn prune(&mut self) {
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

impl Gather for Findings {
    fn fork(&self) -> Self {
        Self::new(self.options.clone())
    }

    fn watch(&self) -> Watch {
        self.options.rules.watch()
    }

    fn observe(&mut self, session: &Session, ended: Ended) {
        self.totals.add(session, ended);
        let whole = ended == Ended::Yes && !session.is_continued();
        let Self { options, kept, examples, tallies, judge, kinds, in_parts, .. } = self;
        let wanted = RefCell::new(examples);
        let wants = |outline: &Finding, has_cause| {
            options.wants(outline) && wanted.borrow().wants(outline, has_cause)
        };
        // The parts of a session come one after another; only the first with a finding counts.
        let mut is_new = |kind| whole || in_parts.insert((session.first(), kind));
        kinds.clear();
        judge.judge(session, wants, |rule, finding| {
            if !options.wants(&finding) {
                return;
            }
            let kind = summary::kind(&finding);
            let known = kinds.contains(&kind);
            if !known {
                kinds.push(kind);
            }
            tallies.add(kind, finding.severity, u64::from(!known && is_new(kind)));
            if !finding.transcript.is_empty() {
                wanted.borrow_mut().offer(&finding);
            }
            of_rule(kept, rule).keep(finding);
        });
        if !kinds.is_empty() {
            self.totals.sessions_with_findings += u64::from(is_new(ANY_KIND));
        }
        if ended == Ended::Yes && session.is_continued() {
            in_parts.retain(|(place, _)| *place != session.first());
        }
    }

    fn absorb(&mut self, other: &mut Self) {
        let n_rules = self.kept.len().max(other.kept.len());
        self.kept.resize_with(n_rules, Kept::default);
        other.kept.resize_with(n_rules, Kept::default);
        for (index, (mine, theirs)) in self.kept.iter_mut().zip(&mut other.kept).enumerate() {
            // Most rules have found nothing since.
            if theirs.findings.is_empty() && theirs.limits == mine.limits {
                continue;
            }
            mine.absorb(&mut theirs.findings);
            if mine.has_too_much() {
                mine.prune();
            }
            // What would be dropped here need not be built there.
            theirs.limits = mine.limits;
            other.judge.limit(index, mine.limits);
        }
        self.examples.absorb(&mut other.examples);
        self.tallies.merge(&other.tallies);
        other.tallies.clear();
        self.totals.merge(&std::mem::take(&mut other.totals));
    }

    fn held_bytes(&self) -> usize {
        self.kept.iter().map(|kept| kept.findings.len() * USUAL_FINDING_BYTES).sum()
    }

    /// They stay counted, and those that stand for their kind stay.
    fn drop_held(&mut self) -> u64 {
        self.kept.clear();
        0
    }
}
