//! A report that is complete: findings in order, problems, totals and inputs. Renderers see nothing else.

use super::index_of;
use crate::event::Place;
use crate::rule::{Finding, Ledger, Rule, Severity};
use crate::session::{Ended, Session, Starts};
use std::collections::BTreeMap;

/// What was counted.
#[derive(Clone, Debug, Default)]
pub struct Totals {
    /// Sessions.
    pub sessions: u64,
    /// Sessions with a finding, or refused in a burst.
    pub sessions_with_findings: u64,
    /// Commands, and replies that nobody asked for.
    pub exchanges: u64,
    /// Replies by their first digit, 1yz to 5yz.
    pub replies: [u64; 5],
}

impl Totals {
    pub(super) fn add(&mut self, session: &Session, ended: Ended) {
        self.exchanges += session.exchanges().len() as u64;
        if ended == Ended::Yes {
            self.sessions += 1;
            for (sum, n) in self.replies.iter_mut().zip(session.counts().replies) {
                *sum += n;
            }
        }
    }

    pub(super) fn merge(&mut self, other: &Self) {
        self.sessions += other.sessions;
        self.sessions_with_findings += other.sessions_with_findings;
        self.exchanges += other.exchanges;
        for (sum, n) in self.replies.iter_mut().zip(other.replies) {
            *sum += n;
        }
    }
}

/// What became of an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// It was read to its end.
    Ok,
    /// A part of it was read.
    Partial,
    /// It was not read.
    Failed,
}

impl Status {
    /// The word used in JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Partial => "partial",
            Self::Failed => "failed",
        }
    }
}

/// One input and how much of it was understood.
#[derive(Clone, Debug)]
pub struct InputSummary {
    /// Its name as given.
    pub path: String,
    /// The format it was read in.
    pub format: Option<&'static str>,
    /// Whether the user named the format.
    pub format_given: bool,
    /// What became of it.
    pub status: Status,
    /// Its lines.
    pub lines: u64,
    /// Lines that were not understood.
    pub lines_not_understood: u64,
    /// Where its sessions begin.
    pub starts: Starts,
    /// What went wrong with it, in words.
    pub errors: Vec<String>,
}

/// What is wrong, with one example and all its findings counted.
#[derive(Clone, Debug)]
pub struct Problem {
    /// The rule.
    pub rule: &'static Rule,
    /// What the rule is about here, for rules about many commands.
    pub subject: Option<String>,
    /// The worst severity among its findings.
    pub severity: Severity,
    /// How many findings there are.
    pub count: u64,
    /// How many sessions they are in.
    pub sessions: u64,
    /// The index of the finding that stands for it.
    pub example: usize,
    /// The index of its first finding.
    pub first: usize,
}

/// A report that is complete.
#[derive(Clone, Debug)]
pub struct Summary {
    /// The findings, in the order of the log.
    pub findings: Vec<Finding>,
    /// Findings that were counted and are not listed.
    pub not_listed: u64,
    /// The problems, worst first.
    pub problems: Vec<Problem>,
    /// What was counted.
    pub totals: Totals,
    /// The inputs, in the order given.
    pub inputs: Vec<InputSummary>,
    /// What did not fit into the ledger of all sessions.
    pub ledger_overflow: u64,
}

impl Summary {
    /// How many findings have that severity.
    #[must_use]
    pub fn findings_of(&self, severity: Severity) -> u64 {
        self.findings.iter().filter(|f| f.severity == severity).count() as u64
    }

    /// How many problems have that severity.
    #[must_use]
    pub fn problems_of(&self, severity: Severity) -> u64 {
        self.problems.iter().filter(|p| p.severity == severity).count() as u64
    }

    /// The name of the source of a place.
    #[must_use]
    pub fn path(&self, place: Place) -> &str {
        self.inputs.get(place.source as usize).map_or("", |i| i.path.as_str())
    }

    /// The number of the session that begins at `place`.
    #[must_use]
    pub fn session_number(&self, place: Place) -> Option<u64> {
        self.inputs.get(place.source as usize)?.starts.number(place)
    }

    /// The worst severity among the findings.
    #[must_use]
    pub fn worst(&self) -> Option<Severity> {
        self.findings.iter().map(|f| f.severity).max()
    }
}

/// What findings are put together by.
type Key = (usize, Option<String>);

pub(super) fn summarize(
    kept: impl Iterator<Item = (Vec<Finding>, u64)>,
    totals: Totals,
    ledger: &Ledger,
    inputs: Vec<InputSummary>,
) -> Summary {
    let mut findings = Vec::new();
    let mut not_listed = 0;
    let mut not_kept = Vec::new();
    for (list, more) in kept {
        findings.extend(list);
        not_listed += more;
        not_kept.push(more);
    }
    findings.sort_by(|a, b| a.place.cmp(&b.place).then(index_of(a.rule).cmp(&index_of(b.rule))));
    let mut problems = problems(&findings);
    for (index, more) in not_kept.into_iter().enumerate() {
        if let Some(problem) = problems.iter_mut().find(|p| index_of(p.rule) == index) {
            problem.count += more;
        }
    }
    Summary { findings, not_listed, problems, totals, inputs, ledger_overflow: ledger.overflow }
}


/// Puts findings of one kind together.
fn problems(findings: &[Finding]) -> Vec<Problem> {
    let mut by_key: BTreeMap<Key, Problem> = BTreeMap::new();
    let mut last_session: BTreeMap<Key, std::collections::BTreeSet<Option<Place>>> = BTreeMap::new();
    for (index, finding) in findings.iter().enumerate() {
        let key = (index_of(finding.rule), subject(finding));
        let fresh = last_session.entry(key.clone()).or_default().insert(finding.session);
        let problem = by_key.entry(key.clone()).or_insert_with(|| Problem {
            rule: finding.rule,
            subject: key.1,
            severity: finding.severity,
            count: 0,
            sessions: 0,
            example: index,
            first: index,
        });
        problem.count += 1;
        problem.sessions += if finding.sessions > 1 { finding.sessions } else { u64::from(fresh) };
        // The example is the worst and surest finding, and of those the first.
        let best = &findings[problem.example];
        if (finding.severity, finding.confidence) > (best.severity, best.confidence) {
            problem.example = index;
            problem.severity = finding.severity;
        }
    }
    let mut problems: Vec<Problem> = by_key.into_values().collect();
    problems.sort_by(|a, b| {
        let weight = |p: &Problem| (std::cmp::Reverse(p.severity), findings[p.example].place);
        weight(a).cmp(&weight(b))
    });
    problems
}

/// Rules about support are about one command each time.
pub(super) fn subject(finding: &Finding) -> Option<String> {
    let (name, _) = finding.command.as_ref()?;
    let by_command = finding.rule.group == crate::rule::Group::Support;
    by_command.then(|| crate::text::Printable(name).to_string())
}
