//! What a run remembers, and its faces: one renderer a file.

mod annotated;
mod bounded;
mod example;
mod exchanges;
mod files;
mod formats;
mod gap;
mod json;
mod known;
mod logs;
mod page;
mod profile;
mod rules;
mod sentence;
mod servers;
mod sessions;
mod sheet;
mod show;
mod sources;
mod spread;
mod style;
mod summary;
mod table;
mod text;
mod wire;

pub use annotated::{ShowOptions, show_text};
use example::Examples;
pub use exchanges::{EXCHANGES_HELD_MAX, Exchanges, Shape};
pub use formats::{decision, list_formats, list_scores};
pub use json::report_json;
pub use page::{
    Hit, Page, Part, Topic, after_demo, book, command_json, compare, comparison_json, explain_code,
    explain_command, explain_format, explain_rule, explain_windows_error, hits_json, hits_page, reply_json,
    rule_json,
};
pub use rules::{list_rules, rules_json};
pub use sentence::Sentences;
pub use servers::Servers;
pub use sessions::{Row, Sessions};
pub use show::{Finder, SHOWN_LINES_MAX, Shown, Target};
pub use sources::Sources;
pub use style::{Style, shortened, titled};
pub use summary::{InputSummary, LogSummary, Problem, Status, Summary, Totals};
use summary::{Kind, Tallies};
pub use text::{TextOptions, report_text};

use crate::event::Place;
use crate::ftp::Verb;
use crate::rule::{Finding, Judge, Ledger, Limits, Ruleset, Severity, Transcript};
use crate::session::{Confidence, Ended, Gather, Session, Watch};
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Findings of one rule that are kept to be listed; all are counted.
pub const FINDINGS_PER_RULE_MAX: usize = 1_000;
/// Findings of one rule that keep the lines that prove them.
pub const TRANSCRIPTS_PER_RULE_MAX: usize = 250;

/// What a report is about.
#[derive(Clone, Debug)]
pub struct Options {
    /// The rules.
    pub rules: Arc<Ruleset>,
    /// Nothing below this severity.
    pub min_severity: Severity,
    /// Nothing less sure.
    pub min_confidence: Confidence,
    /// Lines of a transcript before the offending one.
    pub context: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            rules: Arc::default(),
            min_severity: Severity::Note,
            min_confidence: Confidence::Possible,
            context: 2,
        }
    }
}

impl Options {
    /// Whether the report is about findings of that kind.
    fn wants(&self, finding: &Finding) -> bool {
        finding.severity >= self.min_severity && finding.confidence >= self.min_confidence
    }
}

/// What a run remembers. Merging is associative and commutative; only a sealed one can be shown.
#[derive(Debug)]
pub struct Report {
    options: Options,
    /// The findings of each rule, by its number.
    kept: Vec<Kept>,
    examples: Examples,
    tallies: Tallies,
    ledger: Ledger,
    totals: Totals,
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

impl Default for Report {
    fn default() -> Self {
        Self::new(Options::default())
    }
}

impl Report {
    /// An empty report.
    #[must_use]
    pub fn new(options: Options) -> Self {
        Self {
            judge: Judge::new(options.context, Arc::clone(&options.rules)),
            kept: options.rules.rules().map(|_| Kept::default()).collect(),
            options,
            examples: Examples::default(),
            tallies: Tallies::default(),
            ledger: Ledger::default(),
            totals: Totals::default(),
            kinds: Vec::new(),
            in_parts: BTreeSet::new(),
        }
    }

    /// What was counted so far.
    #[must_use]
    pub fn totals(&self) -> &Totals {
        &self.totals
    }

    /// Takes what another report remembers.
    #[must_use]
    pub fn merge(mut self, mut other: Self) -> Self {
        self.absorb(&mut other);
        self
    }

    /// Ends the report: judges all sessions together and puts everything in order.
    #[must_use]
    pub fn seal(mut self, sources: impl Into<Sources>) -> Summary {
        let mut sources = sources.into();
        self.ledger.sort();
        for finding in self.options.rules.judge(&self.ledger) {
            if self.options.wants(&finding) {
                let sessions = finding.sessions;
                self.totals.sessions_with_findings += sessions;
                let tallies_of_log =
                    sources.logs.get_mut(finding.place.source as usize).map(|log| &mut log.tallies);
                for tallies in tallies_of_log.into_iter().chain([&mut self.tallies]) {
                    tallies.add(summary::kind(&finding), finding.severity, sessions);
                }
                self.kept[finding.number].keep(finding);
            }
        }
        for kept in &mut self.kept {
            kept.prune();
        }
        for (rule, finding) in self.examples.into_findings() {
            self.kept[rule].keep_anyway(finding);
        }
        for kept in &mut self.kept {
            for finding in &mut kept.findings {
                if let Some(revise) = finding.rule.revise {
                    revise(finding, &self.ledger);
                }
            }
        }
        for finding in self.kept.iter_mut().flat_map(|k| &mut k.findings) {
            sources.settle(finding);
        }
        let kept = self.kept.into_iter().map(|k| k.findings);
        summary::summarize(kept, &self.tallies, self.totals, &self.ledger, sources)
    }
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

/// Stands for a finding of any kind.
const ANY_KIND: Kind = (usize::MAX, Verb::OTHER);

impl Gather for Report {
    fn fork(&self) -> Self {
        Self::new(self.options.clone())
    }

    fn watch(&self) -> Watch {
        self.options.rules.watch()
    }

    fn observe(&mut self, session: &Session, ended: Ended) {
        self.totals.add(session, ended);
        self.ledger.observe(session, ended);
        self.options.rules.note(session, &mut self.ledger);
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
            kept[rule].keep(finding);
        });
        if !kinds.is_empty() {
            self.totals.sessions_with_findings += u64::from(is_new(ANY_KIND));
        }
        if ended == Ended::Yes && session.is_continued() {
            in_parts.retain(|(place, _)| *place != session.first());
        }
    }

    fn absorb(&mut self, other: &mut Self) {
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
        self.ledger.absorb(&mut other.ledger);
        self.tallies.merge(&other.tallies);
        other.tallies.clear();
        self.totals.merge(&std::mem::take(&mut other.totals));
    }
}
