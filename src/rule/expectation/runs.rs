//! Which expectations are about which sessions, how far these have come, and what came of those that are about one session among
//! several.

use super::progress::Expecting;
use super::{Expectation, Sessions};
use crate::catalog::Message;
use crate::event::Place;
use crate::ftp::Mark;
use crate::rule::golden::{Comparison, Remark};
use crate::rule::{Check, Fact, Finding, Found, Rule, Ruleset};
use crate::session::Session;
use crate::text::Printable;
use std::collections::BTreeMap;

/// Sessions of a log that are remembered to find the one with a number.
const SESSIONS_MAX: usize = 100_000;

/// The expectations of a run.
#[derive(Debug, Default)]
pub struct Checks {
    /// All of them, with the numbers of their rules.
    all: Vec<(usize, &'static Expectation)>,
    /// The files of the log, by how many lines stand before each, with those that are about it.
    files: Vec<(u64, Vec<(usize, &'static Expectation)>)>,
    /// How far sessions have come that go on, by where they begin and the rule's number.
    open: BTreeMap<(Place, usize), Expecting>,
    /// What came of each in each log, by the number of the log and of the rule.
    runs: BTreeMap<(u32, usize), Run>,
    /// The comparison with a good recording.
    golden: Option<Comparison>,
    /// What is to be said beside what is found.
    remarks: Vec<Remark>,
}

/// What came of an expectation in a log.
#[derive(Debug, Default)]
struct Run {
    /// How many sessions it was held against.
    sessions: u64,
    /// How many of them are as expected.
    passed: u64,
    /// Whether the log cannot show that they are not.
    is_unshown: bool,
    /// What is otherwise in the first session that is not, where one that is would do.
    failed: Option<Box<Finding>>,
    /// The same of each session, where the one with a number is to be so.
    by_session: BTreeMap<Place, Option<Box<Finding>>>,
}

impl Checks {
    /// The expectations among the rules. A comparison shows so many lines before what is otherwise.
    pub(in crate::rule) fn of(rules: &Ruleset, context: usize) -> Self {
        let expectation = |(number, rule): (usize, &'static Rule)| match rule.check {
            Check::Expectation(expectation) => Some((number, expectation)),
            _ => None,
        };
        let all = rules.rules().enumerate().filter_map(expectation).collect();
        Self { all, golden: Comparison::of(rules, context), ..Self::default() }
    }

    /// Whether this is a run that holds sessions against expectations.
    #[must_use]
    pub fn are_made(&self) -> bool {
        !self.all.is_empty() || self.golden.is_some()
    }

    /// Another file of the log begins behind so many lines.
    pub fn begin_file(&mut self, path: &str, lines_before: u64) {
        if self.are_made() {
            let about = self.all.iter().filter(|(_, expectation)| expectation.is_about(path));
            self.files.push((lines_before, about.copied().collect()));
        }
    }

    /// The expectations that are about a session that begins there.
    fn about(&self, session: Place) -> &[(usize, &'static Expectation)] {
        let behind = self.files.partition_point(|(before, _)| *before < session.line);
        behind.checked_sub(1).map_or(&[], |at| &self.files[at].1)
    }

    /// Whether findings of that rule in a session that begins there are to be reported. In a run without expectations, all are.
    #[must_use]
    pub fn forbid(&self, session: Place, rule: &Rule) -> bool {
        !self.are_made() || self.about(session).iter().any(|(_, expectation)| expectation.forbids(rule))
    }

    /// The same of findings in a file.
    #[must_use]
    pub fn forbid_in(&self, path: &str, rule: &Rule) -> bool {
        let forbids = |expectation: &Expectation| expectation.is_about(path) && expectation.forbids(rule);
        !self.are_made() || self.all.iter().any(|(_, expectation)| forbids(expectation))
    }

    /// Holds what is new in a session against what is expected: hands out what is otherwise, each with the number of the rule.
    /// `finding` makes a finding of it.
    pub(in crate::rule) fn look(
        &mut self,
        session: &Session,
        mut finding: impl FnMut(usize, Option<Mark>, Found) -> Finding,
        mut found: impl FnMut(usize, Finding),
    ) {
        if let Some(golden) = &mut self.golden {
            golden.look(session);
        }
        let place = session.first();
        for (number, expectation) in self.about(place).to_vec() {
            let mut so_far = self.open.remove(&(place, number)).unwrap_or_default();
            let mut otherwise = Vec::new();
            expectation.look(session, &mut so_far, &mut otherwise);
            so_far.has_failed |= !otherwise.is_empty();
            let mut findings = otherwise.into_iter().map(|(mark, what)| finding(number, mark, what));
            if expectation.sessions == Sessions::Each {
                findings.for_each(|finding| found(number, finding));
            } else if so_far.first_finding.is_none() {
                so_far.first_finding = findings.next().map(Box::new);
            }
            self.run(place, number).is_unshown |= !expectation.can_be_shown(session.dialect().holds);
            if session.has_ended() {
                self.run(place, number).end(expectation.sessions, place, so_far);
            } else {
                self.open.insert((place, number), so_far);
            }
        }
    }

    fn run(&mut self, place: Place, number: usize) -> &mut Run {
        self.runs.entry((place.source, number)).or_default()
    }

    /// Takes what came of sessions elsewhere.
    pub fn absorb(&mut self, other: &mut Self) {
        for (key, theirs) in std::mem::take(&mut other.runs) {
            self.runs.entry(key).or_default().absorb(theirs);
        }
        if let (Some(golden), Some(theirs)) = (&mut self.golden, &mut other.golden) {
            golden.absorb(theirs);
        }
    }

    /// What is otherwise in logs of which one session is to be as expected. `number_of` says which one begins at a place.
    pub fn settle(
        &mut self,
        number_of: impl Fn(Place) -> Option<u64>,
        path_of: impl Fn(Place) -> String,
    ) -> Vec<Finding> {
        let mut found = Vec::new();
        for ((source, number), run) in &mut self.runs {
            let Some((_, expectation)) = self.all.iter().find(|(known, _)| known == number) else { continue };
            match expectation.sessions {
                Sessions::Each => {}
                Sessions::Any if run.passed > 0 => {}
                Sessions::Any => found.extend(run.none_passed()),
                Sessions::Number(wanted) => {
                    let by_session = std::mem::take(&mut run.by_session);
                    let one = by_session.into_iter().find(|(place, _)| number_of(*place) == Some(wanted));
                    run.sessions = u64::from(one.is_some());
                    if one.is_none() {
                        let path = path_of(Place { source: *source, line: 1 });
                        let what = Message::ExpectNoSession.with("name", expectation.name);
                        let what = what.with("number", wanted.to_string());
                        let what = what.with("path", Printable(path.as_bytes()));
                        self.remarks.push(Remark { what, hides: true });
                    }
                    found.extend(one.and_then(|(_, finding)| finding).map(|finding| *finding));
                }
            }
        }
        for ((source, number), run) in &self.runs {
            let Some((_, expectation)) = self.all.iter().find(|(known, _)| known == number) else { continue };
            if run.is_unshown {
                let path = path_of(Place { source: *source, line: 1 });
                let what = Message::ExpectUnshown.with("name", expectation.name);
                let what = what.with("path", Printable(path.as_bytes()));
                self.remarks.push(Remark { what, hides: true });
            }
        }
        found.extend(self.golden.iter_mut().flat_map(Comparison::settle));
        found
    }

    /// What could not be compared with a good recording, and why; after [`Checks::settle`].
    pub fn take_remarks(&mut self) -> Vec<Remark> {
        let of_golden = self.golden.as_mut().map(Comparison::take_remarks).unwrap_or_default();
        std::mem::take(&mut self.remarks).into_iter().chain(of_golden).collect()
    }

    /// How many sessions each expectation was held against, by the numbers of their rules; after [`Checks::settle`].
    pub fn sessions(&self) -> impl Iterator<Item = (usize, u64)> + '_ {
        let expected = self.all.iter().map(|(number, _)| {
            let runs = self.runs.iter().filter(|((_, of), _)| of == number);
            (*number, runs.map(|(_, run)| run.sessions).sum())
        });
        expected.chain(self.golden.as_ref().map(Comparison::sessions))
    }
}

impl Run {
    /// Notes what came of a session.
    fn end(&mut self, sessions: Sessions, place: Place, came: Expecting) {
        self.sessions += 1;
        self.passed += u64::from(!came.has_failed);
        match sessions {
            Sessions::Any => self.keep_first(came.first_finding),
            Sessions::Number(_) if self.by_session.len() < SESSIONS_MAX => {
                self.by_session.insert(place, came.first_finding);
            }
            Sessions::Each | Sessions::Number(_) => {}
        }
    }

    fn keep_first(&mut self, finding: Option<Box<Finding>>) {
        let is_first =
            |finding: &Finding| self.failed.as_ref().is_none_or(|known| finding.place < known.place);
        if let Some(finding) = finding.filter(|finding| is_first(finding)) {
            self.failed = Some(finding);
        }
    }

    fn absorb(&mut self, other: Self) {
        self.sessions += other.sessions;
        self.passed += other.passed;
        self.is_unshown |= other.is_unshown;
        self.keep_first(other.failed);
        self.by_session.extend(other.by_session);
    }

    /// What is otherwise in the first session, where none is as expected.
    fn none_passed(&mut self) -> Option<Finding> {
        let mut finding = *self.failed.take()?;
        finding.facts.push(("sessions", Fact::Number(self.sessions)));
        finding.facts.push(("also", Fact::Also(vec!["none"])));
        Some(finding)
    }
}
