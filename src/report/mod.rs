//! What a run remembers, and its faces: one renderer a file.

mod exchanges;
mod json;
mod page;
mod sentence;
mod sessions;
mod style;
mod summary;
mod table;
mod text;
mod wire;

pub use exchanges::{EXCHANGES_HELD_MAX, Exchanges, Shape};
pub use json::report_json;
pub use page::{compare, explain_code, explain_rule, list_formats, list_rules};
pub use sentence::Sentences;
pub use sessions::{Row, Sessions};
pub use style::Style;
pub use summary::{InputSummary, Problem, Status, Summary, Totals};
pub use text::{TextOptions, report_text};

use crate::event::Place;
use crate::rule::{Check, Finding, Findings, Ledger, RULES, Rule, Severity, Thresholds, judge};
use crate::session::{Confidence, Ended, Gather, Session};
use std::collections::BTreeSet;

/// Findings of one rule that are kept to be listed; all are counted.
pub const FINDINGS_PER_RULE_MAX: usize = 10_000;
/// Findings of one rule that keep the lines that prove them.
pub const TRANSCRIPTS_PER_RULE_MAX: usize = 1_000;

/// What a report is about.
#[derive(Clone, Debug)]
pub struct Options {
    /// Only these rules; empty means all.
    pub select: Vec<&'static str>,
    /// Not these rules.
    pub ignore: Vec<&'static str>,
    /// Nothing below this severity.
    pub min_severity: Severity,
    /// Nothing less sure.
    pub min_confidence: Confidence,
    /// Lines of a transcript before the offending one.
    pub context: usize,
    /// The numbers that rules use.
    pub thresholds: Thresholds,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            select: Vec::new(),
            ignore: Vec::new(),
            min_severity: Severity::Note,
            min_confidence: Confidence::Possible,
            context: 2,
            thresholds: Thresholds::default(),
        }
    }
}

impl Options {
    /// Whether the report is about findings of that kind.
    fn wants(&self, finding: &Finding) -> bool {
        let name = finding.rule.name;
        (self.select.is_empty() || self.select.contains(&name))
            && !self.ignore.contains(&name)
            && finding.severity >= self.min_severity
            && finding.confidence >= self.min_confidence
    }
}

/// What a run remembers. Merging is associative and commutative; only a sealed one can be shown.
#[derive(Debug)]
pub struct Report {
    options: Options,
    /// The findings of each rule, in the order of [`RULES`].
    kept: Vec<Kept>,
    ledger: Ledger,
    totals: Totals,
    scratch: Findings,
    /// Sessions that are judged in parts and had findings before.
    troubled: BTreeSet<Place>,
}

/// The findings of one rule.
#[derive(Debug, Default)]
struct Kept {
    findings: Vec<Finding>,
    /// Findings that were counted and not kept.
    not_kept: u64,
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
        let scratch = Findings::new(options.context);
        Self {
            options,
            kept: RULES.iter().map(|_| Kept::default()).collect(),
            ledger: Ledger::default(),
            totals: Totals::default(),
            scratch,
            troubled: BTreeSet::new(),
        }
    }

    fn keep(&mut self, finding: Finding) {
        self.kept[index_of(finding.rule)].findings.push(finding);
    }

    /// Takes what another report remembers.
    #[must_use]
    pub fn merge(mut self, mut other: Self) -> Self {
        self.absorb(&mut other);
        self
    }

    /// Ends the report: judges all sessions together and puts everything in order.
    #[must_use]
    pub fn seal(mut self, inputs: Vec<InputSummary>) -> Summary {
        self.ledger.sort();
        let mut found = Vec::new();
        for rule in RULES {
            if let Check::Ledger(check) = rule.check {
                check(&self.ledger, &self.options.thresholds, &mut found);
            }
        }
        for finding in found {
            if self.options.wants(&finding) {
                self.totals.sessions_with_findings += finding.sessions;
                self.keep(finding);
            }
        }
        for kept in &mut self.kept {
            kept.prune(FINDINGS_PER_RULE_MAX);
            for finding in &mut kept.findings {
                if let Some(revise) = finding.rule.revise {
                    revise(finding, &self.ledger);
                }
            }
        }
        summary::summarize(self.kept.into_iter().map(|k| (k.findings, k.not_kept)), self.totals, &self.ledger, inputs)
    }
}

impl Kept {
    /// Keeps the findings that come first in the log.
    fn prune(&mut self, max: usize) {
        self.findings.sort_by_key(|f| f.place);
        if self.findings.len() > max {
            self.not_kept += (self.findings.len() - max) as u64;
            self.findings.truncate(max);
        }
        for finding in self.findings.iter_mut().skip(TRANSCRIPTS_PER_RULE_MAX) {
            finding.transcript = Vec::new();
        }
    }
}

fn index_of(rule: &Rule) -> usize {
    RULES.iter().position(|r| std::ptr::eq(*r, rule)).unwrap_or_default()
}

impl Gather for Report {
    fn fork(&self) -> Self {
        Self::new(self.options.clone())
    }

    fn observe(&mut self, session: &Session, ended: Ended) {
        self.totals.add(session, ended);
        self.ledger.observe(session, ended);
        let mut scratch = std::mem::replace(&mut self.scratch, Findings::new(0));
        judge(session, &mut scratch);
        let mut any = false;
        for finding in scratch.drain().filter(|f| self.options.wants(f)) {
            any = true;
            self.kept[index_of(finding.rule)].findings.push(finding);
        }
        self.scratch = scratch;
        if any {
            let first_time = ended == Ended::Yes && !session.is_continued() || self.troubled.insert(session.first());
            self.totals.sessions_with_findings += u64::from(first_time);
        }
        if ended == Ended::Yes && session.is_continued() {
            self.troubled.remove(&session.first());
        }
    }

    fn absorb(&mut self, other: &mut Self) {
        for (mine, theirs) in self.kept.iter_mut().zip(&mut other.kept) {
            mine.findings.append(&mut theirs.findings);
            mine.not_kept += std::mem::take(&mut theirs.not_kept);
            if mine.findings.len() > 2 * FINDINGS_PER_RULE_MAX {
                mine.prune(FINDINGS_PER_RULE_MAX);
            }
        }
        self.ledger.absorb(&mut other.ledger);
        self.totals.merge(&std::mem::take(&mut other.totals));
    }
}
