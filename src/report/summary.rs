//! A report that is complete: findings in order, problems, totals and inputs. Renderers see nothing else.

use super::example::worth;
use super::sources::Sources;
use crate::catalog::{Said, Word, Words};
use crate::event::Place;
use crate::ftp::Verb;
use crate::rule::golden::Remark;
use crate::rule::{Finding, Group, Ledger, Recorded, Rule, Ruleset, Severity, Suppressed, SuppressedBy};
use crate::session::{Confidence, Ended, Session, Sieve, Starts};
use crate::source::LogName;
use crate::text::{Printable, grouped};
use std::collections::BTreeMap;
use std::sync::Arc;

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
    /// All replies.
    #[must_use]
    pub fn all_replies(&self) -> u64 {
        self.replies.iter().sum()
    }

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
    /// Its name.
    pub name: LogName,
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
    /// Replies that it holds.
    pub replies: u64,
    /// Where its sessions begin.
    pub starts: Starts,
    /// What went wrong with it.
    pub errors: Vec<Said>,
}

impl InputSummary {
    /// Whether more of its lines were not understood than were.
    #[must_use]
    pub fn is_mostly_not_understood(&self) -> bool {
        self.lines_not_understood * 2 > self.lines
    }
}

/// A log, in one input or in several that are its pieces, and what was counted in it.
#[derive(Clone, Debug, Default)]
pub struct LogSummary {
    /// Its name: that of the file, or what the files' names have in common.
    pub name: String,
    /// The numbers of its inputs, in order.
    pub inputs: Vec<usize>,
    /// What was counted.
    pub totals: Totals,
    /// How many problems it has, by severity: note, warning, error.
    pub(super) problems: [u64; 3],
}

impl LogSummary {
    /// How many problems of that severity it has.
    #[must_use]
    pub fn problems_of(&self, severity: Severity) -> u64 {
        self.problems[severity as usize]
    }
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
    /// How many findings there are, by severity (note, warning, error) and confidence (possible, likely, certain).
    counted: [[u64; 3]; 3],
    /// Findings that do not count, and why, in the order of the log: the first ones for each reason.
    pub suppressed: Vec<(Finding, Suppressed)>,
    /// How many findings do not count for each reason.
    pub withheld: BTreeMap<SuppressedBy, u64>,
    /// The reasons for which more findings would not count than may: they do count.
    pub exceeded: Vec<SuppressedBy>,
    /// The expectations, by the numbers of their rules, and how many sessions each was held against.
    pub expected: Vec<(usize, u64)>,
    /// What could not be compared with a good recording, and why.
    pub remarks: Vec<Remark>,
    /// What is in a baseline that is written now; nothing unless that is asked for.
    pub recorded: Option<Recorded>,
    /// The problems, worst first.
    pub problems: Vec<Problem>,
    /// What was counted.
    pub totals: Totals,
    /// The rules of the run.
    pub rules: Arc<Ruleset>,
    /// The inputs, in the order given.
    pub inputs: Vec<InputSummary>,
    /// The logs, in the order in which they were read.
    pub logs: Vec<LogSummary>,
    /// What did not fit into the ledger of all sessions.
    pub ledger_overflow: u64,
    /// The sessions that it is about; nothing means all.
    pub sieve: Option<Arc<Sieve>>,
    /// How many files were not read because the user wanted no more to be read; nothing where all was.
    pub interrupted: Option<u64>,
}

impl Summary {
    /// How many findings have that severity, those that are not listed included.
    #[must_use]
    pub fn findings_of(&self, severity: Severity) -> u64 {
        self.counted[severity as usize].iter().sum()
    }

    /// How many findings are at least so bad and so sure, those that are not listed included.
    #[must_use]
    pub fn findings_from(&self, severity: Severity, confidence: Confidence) -> u64 {
        let bad = &self.counted[severity as usize..];
        bad.iter().flat_map(|of_severity| &of_severity[confidence as usize..]).sum()
    }

    /// How many findings there are, those that are not listed included.
    #[must_use]
    pub fn all_findings(&self) -> u64 {
        self.findings.len() as u64 + self.not_listed
    }

    /// How many findings the user allows.
    #[must_use]
    pub fn allowed(&self) -> u64 {
        self.withheld.iter().filter(|(by, _)| matches!(by, SuppressedBy::Allow(_))).map(|(_, n)| n).sum()
    }

    /// How many findings are in the baseline.
    #[must_use]
    pub fn in_baseline(&self) -> u64 {
        self.withheld.iter().filter(|(by, _)| matches!(by, SuppressedBy::Baseline(_))).map(|(_, n)| n).sum()
    }

    /// How many sessions the inputs hold, those that it is not about included.
    #[must_use]
    pub fn all_sessions(&self) -> u64 {
        self.inputs.iter().map(|input| input.starts.count()).sum()
    }

    /// How many sessions it is about.
    #[must_use]
    pub fn sessions(&self) -> u64 {
        if self.sieve.is_some() { self.totals.sessions } else { self.all_sessions() }
    }

    /// Whether some sessions are asked for, and there is none of them.
    #[must_use]
    pub fn is_about_nothing(&self) -> bool {
        self.sieve.is_some() && self.totals.sessions == 0
    }

    /// Which sessions it is about, in words; nothing where it is about all.
    pub(super) fn only(&self, words: &Words) -> Option<String> {
        let sieve = self.sieve.as_ref()?;
        Some(only(sieve, self.totals.sessions, self.all_sessions(), words))
    }

    /// How many problems have that severity.
    #[must_use]
    pub fn problems_of(&self, severity: Severity) -> u64 {
        self.problems.iter().filter(|p| p.severity == severity).count() as u64
    }

    /// The file of a place, and the member of it.
    #[must_use]
    pub fn file(&self, place: Place) -> (&str, Option<&str>) {
        let input = self.inputs.get(place.source as usize);
        input.map_or(("", None), |input| (input.name.file(), input.name.member.as_deref()))
    }

    /// The name of the source of a place.
    #[must_use]
    pub fn path(&self, place: Place) -> &str {
        self.inputs.get(place.source as usize).map_or("", |i| i.name.path.as_str())
    }

    /// The number of the session that begins at `place`.
    #[must_use]
    pub fn session_number(&self, place: Place) -> Option<u64> {
        self.inputs.get(place.source as usize)?.starts.number(place)
    }

    /// The file from which on the sessions of a log are numbered, where it is another one than that of a line beside the number.
    pub(super) fn numbered_from(&self, beside: Place) -> Option<&LogName> {
        let input = beside.source as usize;
        let behind = self.logs.partition_point(|log| log.inputs.first().is_some_and(|first| *first <= input));
        let log = &self.logs[behind.checked_sub(1)?];
        let first = *log.inputs.first().filter(|_| log.inputs.contains(&input))?;
        (first != input).then(|| &self.inputs[first].name)
    }

    /// The worst severity among the findings.
    #[must_use]
    pub fn worst(&self) -> Option<Severity> {
        [Severity::Error, Severity::Warning, Severity::Note].into_iter().find(|s| self.findings_of(*s) > 0)
    }
}

/// Which sessions a report or a list is about, and how many of all they are.
#[must_use]
pub fn only(sieve: &Sieve, chosen: u64, all: u64, words: &Words) -> String {
    let asked: Vec<String> = sieve.asked().map(|a| Printable(a.as_bytes()).to_string()).collect();
    let what = asked.join(words.get(Word::Comma));
    words.with(Word::OnlySessions, &[("what", &what), ("n", &grouped(chosen)), ("all", &grouped(all))])
}

/// Findings of one kind, counted.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally {
    /// How many, by severity (note, warning, error) and confidence (possible, likely, certain).
    count: [[u64; 3]; 3],
    /// In how many sessions.
    sessions: u64,
}

/// What findings are put together by: the rule's number, the command for rules about many commands, and the case for what the user
/// expects, of which each part is something else.
pub(super) type Kind = (usize, Verb, &'static str);

/// Findings of every kind, counted. There are as many kinds as rules and commands, so this is small.
#[derive(Clone, Debug, Default)]
pub(super) struct Tallies(BTreeMap<Kind, Tally>);

impl Tallies {
    /// Counts a finding, in so many sessions that had none of its kind.
    pub(super) fn add(&mut self, finding: &Finding, sessions: u64) {
        let tally = self.0.entry(kind(finding)).or_default();
        tally.count[finding.severity as usize][finding.confidence as usize] += 1;
        tally.sessions += sessions;
    }

    pub(super) fn merge(&mut self, other: &Self) {
        for (kind, theirs) in &other.0 {
            let mine = self.0.entry(*kind).or_default();
            mine.sessions += theirs.sessions;
            for (sum, n) in mine.count.as_flattened_mut().iter_mut().zip(theirs.count.as_flattened()) {
                *sum += n;
            }
        }
    }

    /// How many sessions have findings, each counted once for each kind.
    pub(super) fn sessions(&self) -> u64 {
        self.0.values().map(|tally| tally.sessions).sum()
    }

    /// How many kinds of findings there are, by the worst severity of each: note, warning, error.
    pub(super) fn problems_by_severity(&self) -> [u64; 3] {
        let mut problems = [0; 3];
        let worst =
            |tally: &Tally| tally.count.iter().rposition(|of_severity| of_severity.iter().any(|n| *n > 0));
        for worst in self.0.values().filter_map(worst) {
            problems[worst] += 1;
        }
        problems
    }

    /// How many findings there are, by severity: note, warning, error.
    pub(super) fn findings_by_severity(&self) -> [u64; 3] {
        self.findings().map(|of_severity| of_severity.iter().sum())
    }

    /// How many findings there are, by severity and confidence.
    pub(super) fn findings(&self) -> [[u64; 3]; 3] {
        let mut counted = [[0; 3]; 3];
        for tally in self.0.values() {
            for (sum, n) in counted.as_flattened_mut().iter_mut().zip(tally.count.as_flattened()) {
                *sum += n;
            }
        }
        counted
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }
}

/// Rules about support are about one command each time. Words that are no command share a kind.
pub(super) fn kind(finding: &Finding) -> Kind {
    let verb = if finding.rule.group == Group::Support { finding.verb() } else { Verb::OTHER };
    let case = if finding.rule.group == Group::Expectation { finding.case } else { "" };
    (finding.number, verb, case)
}

pub(super) fn summarize(
    kept: impl Iterator<Item = Vec<Finding>>,
    tallies: &Tallies,
    totals: Totals,
    ledger: &Ledger,
    sources: Sources,
) -> Summary {
    let (inputs, logs) = sources.into_summaries();
    let mut findings: Vec<Finding> = kept.flatten().collect();
    // They come rule by rule, each rule's in order; those of one place stay in the order of the rules.
    findings.sort_by_key(|f| f.place);
    let counted = tallies.findings();
    let not_listed = counted.as_flattened().iter().sum::<u64>() - findings.len() as u64;
    let problems = problems(&findings, tallies);
    let ledger_overflow = ledger.overflow;
    Summary {
        findings,
        not_listed,
        counted,
        suppressed: Vec::new(),
        withheld: BTreeMap::new(),
        exceeded: Vec::new(),
        expected: Vec::new(),
        remarks: Vec::new(),
        recorded: None,
        problems,
        totals,
        rules: Arc::default(),
        inputs,
        logs,
        ledger_overflow,
        sieve: None,
        interrupted: None,
    }
}

/// Puts findings of one kind together, the worst first.
fn problems(findings: &[Finding], tallies: &Tallies) -> Vec<Problem> {
    // The first finding of each kind, and the one that stands for it: the worst and surest, and of those the first.
    let mut shown: BTreeMap<Kind, (usize, usize)> = BTreeMap::new();
    for (index, finding) in findings.iter().enumerate() {
        let (_, example) = shown.entry(kind(finding)).or_insert((index, index));
        if worth(finding) > worth(&findings[*example]) {
            *example = index;
        }
    }
    let problem = |(kind, tally): (&Kind, &Tally)| {
        let (first, example) = *shown.get(kind)?;
        let subject = Some(kind.1.name().to_owned()).filter(|name| !name.is_empty());
        let severity = findings[example].severity;
        let count = tally.count.as_flattened().iter().sum();
        Some(Problem {
            rule: findings[example].rule,
            subject,
            severity,
            count,
            sessions: tally.sessions,
            example,
            first,
        })
    };
    let mut problems: Vec<Problem> = tallies.0.iter().filter_map(problem).collect();
    problems.sort_by_key(|p| (std::cmp::Reverse(p.severity), findings[p.example].place));
    problems
}
