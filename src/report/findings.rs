//! The findings of the sessions that a report is about: those that are listed, and all of them counted.

use super::Options;
use super::example::Examples;
use super::files::Files;
use super::kept::Kept;
use super::sources::Sources;
use super::summary::{Kind, Summary, Tallies, Totals, kind, summarize};
use super::suppressed::Withheld;
use crate::event::Place;
use crate::ftp::Verb;
use crate::rule::{Finding, Judge, Ledger, Recorded, SuppressedBy};
use crate::session::{Ended, Gather, Session, Watch};
use crate::source::LogName;
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Bytes, roughly, of a finding with the lines that prove it.
const USUAL_FINDING_BYTES: usize = 1_500;
/// Stands for a finding of any kind.
const ANY_KIND: Kind = (usize::MAX, Verb::OTHER, "");

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
    kinds: Vec<(Option<SuppressedBy>, Kind)>,
    /// Kinds of findings in sessions that are judged in parts.
    in_parts: BTreeSet<(Place, (Option<SuppressedBy>, Kind))>,
    /// The files of the log, where it matters which one a finding is in.
    files: Files,
    /// What does not count.
    withheld: Withheld,
    /// What a new baseline holds, where one is asked for.
    recorded: Option<Recorded>,
}

impl Findings {
    pub(super) fn new(options: Options) -> Self {
        Self {
            judge: Judge::new(options.context, Arc::clone(&options.rules))
                .telling_words(options.records || !options.suppressions.is_empty()),
            recorded: options.records.then(Recorded::default),
            files: Files::default(),
            withheld: Withheld::default(),
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
    pub(super) fn seal(mut self, ledger: &Ledger, mut sources: Sources) -> Summary {
        let mut of_all = self.options.rules.judge(ledger);
        of_all.retain(|finding| self.judge.checks().forbid_in(sources.path(finding.place), finding.rule));
        let number_of = |session| sources.session_number(session);
        let path_of = |place| sources.path(place).to_owned();
        of_all.extend(self.judge.checks().settle(number_of, path_of));
        let expected = self.judge.checks().sessions().collect();
        let remarks = self.judge.checks().take_remarks();
        for finding in of_all {
            self.take_of_all(finding, &mut sources);
        }
        let suppressions = Arc::clone(&self.options.suppressions);
        let mut exceeded = Vec::new();
        for (by, mut group) in self.withheld.take_too_many(&suppressions) {
            exceeded.push(by);
            self.totals.sessions_with_findings += group.tallies.sessions();
            self.tallies.merge(&group.tallies);
            for finding in group.kept.findings.drain(..) {
                of_rule(&mut self.kept, finding.number).keep_anyway(finding);
            }
        }
        if self.judge.checks().are_made() || !exceeded.is_empty() {
            // A session that is counted for several reasons is one session.
            let all = sources.n_sessions();
            self.totals.sessions_with_findings = self.totals.sessions_with_findings.min(all);
        }
        for kept in &mut self.kept {
            kept.prune();
        }
        for (rule, finding) in self.examples.into_findings() {
            of_rule(&mut self.kept, rule).keep_anyway(finding);
        }
        let settle = |finding: &mut Finding| {
            if let Some(revise) = finding.rule.revise {
                revise(finding, ledger);
            }
            sources.settle(finding);
        };
        self.kept.iter_mut().flat_map(|k| &mut k.findings).for_each(settle);
        let withheld = self.withheld.counts();
        let mut suppressed = self.withheld.into_listed(&suppressions);
        suppressed.iter_mut().map(|(finding, _)| finding).for_each(settle);
        let kept = self.kept.into_iter().map(|k| k.findings);
        let mut summary = summarize(kept, &self.tallies, self.totals, ledger, sources);
        (summary.suppressed, summary.withheld, summary.recorded) = (suppressed, withheld, self.recorded);
        (summary.exceeded, summary.expected, summary.remarks) = (exceeded, expected, remarks);
        summary
    }

    /// Takes what all sessions together show.
    fn take_of_all(&mut self, finding: Finding, sources: &mut Sources) {
        if !self.options.wants(&finding) {
            return;
        }
        let sessions = finding.sessions;
        let by = self.options.suppressions.reason(&finding, sources.path(finding.place));
        record(&mut self.recorded, &finding, by);
        if let Some(by) = by {
            return self.withheld.add(by, sessions, finding);
        }
        self.totals.sessions_with_findings += sessions;
        let tallies = sources.logs.get_mut(finding.place.source as usize).map(|log| &mut log.tallies);
        for tallies in tallies.into_iter().chain([&mut self.tallies]) {
            tallies.add(&finding, sessions);
        }
        of_rule(&mut self.kept, finding.number).keep(finding);
    }
}

/// Notes a finding for a new baseline, unless the user allows it.
fn record(recorded: &mut Option<Recorded>, finding: &Finding, by: Option<SuppressedBy>) {
    if let Some(recorded) = recorded
        && !matches!(by, Some(SuppressedBy::Allow(_)))
    {
        recorded.add(finding);
    }
}

/// The findings of the rule with that number.
fn of_rule(kept: &mut Vec<Kept>, number: usize) -> &mut Kept {
    if kept.len() <= number {
        kept.resize_with(number + 1, Kept::default);
    }
    &mut kept[number]
}

impl Gather for Findings {
    fn fork(&self) -> Self {
        Self::new(self.options.clone())
    }

    fn watch(&self) -> Watch {
        self.options.rules.watch()
    }

    fn begin_file(&mut self, name: &LogName, lines_before: u64) {
        if self.options.suppressions.asks_for_paths() {
            self.files.begin(name, lines_before);
        }
        self.judge.checks().begin_file(&name.path, lines_before);
    }

    fn observe(&mut self, session: &Session, ended: Ended) {
        self.totals.add(session, ended);
        let whole = ended == Ended::Yes && !session.is_continued();
        let Self { options, kept, examples, tallies, judge, kinds, in_parts, files, withheld, .. } = self;
        let recorded = &mut self.recorded;
        let examples = RefCell::new(examples);
        let wants = |outline: &Finding, has_cause| {
            options.wants(outline) && examples.borrow().wants(outline, has_cause)
        };
        // The parts of a session come one after another; only the first with a finding counts.
        let mut is_new = |kind| whole || in_parts.insert((session.first(), kind));
        kinds.clear();
        judge.judge(session, wants, |rule, finding| {
            if !options.wants(&finding) {
                return;
            }
            let by = options.suppressed_by(&finding, files);
            record(recorded, &finding, by);
            let kind = (by, kind(&finding));
            let known = kinds.contains(&kind);
            if !known {
                kinds.push(kind);
            }
            let sessions = u64::from(!known && is_new(kind));
            if let Some(by) = by {
                return withheld.add(by, sessions, finding);
            }
            tallies.add(&finding, sessions);
            if !finding.transcript.is_empty() {
                examples.borrow_mut().offer(&finding);
            }
            of_rule(kept, rule).keep(finding);
        });
        if kinds.iter().any(|(by, _)| by.is_none()) {
            self.totals.sessions_with_findings += u64::from(is_new((None, ANY_KIND)));
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
        self.judge.checks().absorb(other.judge.checks());
        self.examples.absorb(&mut other.examples);
        self.tallies.merge(&other.tallies);
        other.tallies.clear();
        self.withheld.absorb(&mut other.withheld);
        if let (Some(mine), Some(theirs)) = (&mut self.recorded, &mut other.recorded) {
            mine.merge(theirs);
        }
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
