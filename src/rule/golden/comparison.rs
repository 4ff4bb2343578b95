//! The comparison of a run: what the sessions of new recordings do is remembered while they are read, and compared at the end.

use super::Golden;
use super::compare::{Common, Difference, Pair};
use super::course::{Courses, EXCHANGES_MAX, EXCHANGES_PER_SESSION_MAX};
use super::pairing::{Against, Placed, paired};
use super::tell::{Teller, key_of};
use crate::catalog::{Message, Said};
use crate::event::{Dialect, Place};
use crate::rule::{Check, Fact, Finding, Ruleset};
use crate::session::Session;
use std::collections::{BTreeMap, BTreeSet};

/// The same difference is told so often in a log; if there are more of it, the first one stands for all.
const REPEATS_MAX: usize = 3;
/// Findings that are made of a log; there are more only where its sessions have little in common with the good ones.
const FINDINGS_PER_LOG_MAX: usize = 1_000;

/// Compares sessions with a good recording.
#[derive(Debug)]
pub(in crate::rule) struct Comparison {
    teller: Teller,
    courses: Courses,
    /// How many sessions were compared.
    n_sessions: u64,
    remarks: Vec<Remark>,
}

/// Something that was not compared, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// What, in words.
    pub what: Said,
    /// Whether a difference may be hidden by it that both recordings hold.
    pub hides: bool,
}

/// A difference, with the session that shows it.
pub(super) struct Otherwise<'a> {
    pub(super) difference: Difference<'a>,
    pub(super) session: Placed<'a>,
    /// How often it is so in the log, where this one stands for all.
    pub(super) times: u64,
    /// Where it is so for the last time.
    pub(super) last: Place,
    /// The sessions in which it is so.
    pub(super) sessions: BTreeSet<Place>,
}

impl Comparison {
    /// That of a rule among those of the run, with transcripts of so many lines before the offending one.
    pub(in crate::rule) fn of(rules: &Ruleset, context: usize) -> Option<Self> {
        let (number, rule, golden) =
            rules.rules().enumerate().find_map(|(number, rule)| match rule.check {
                Check::Golden(golden) => Some((number, rule, golden)),
                _ => None,
            })?;
        let severity = rules.severity(number).unwrap_or(rule.severity);
        let teller = Teller { number, rule, golden, severity, context };
        Some(Self { teller, courses: Courses::telling(), n_sessions: 0, remarks: Vec::new() })
    }

    /// The number of its rule, and how many sessions were compared.
    pub(in crate::rule) fn sessions(&self) -> (usize, u64) {
        (self.teller.number, self.n_sessions)
    }

    /// Remembers what is new in a session.
    pub(in crate::rule) fn look(&mut self, session: &Session) {
        self.courses.add(session);
    }

    /// Takes what is remembered elsewhere.
    pub(in crate::rule) fn absorb(&mut self, other: &mut Self) {
        self.courses.take(&mut other.courses);
    }

    /// What could not be compared, and why.
    pub(in crate::rule) fn take_remarks(&mut self) -> Vec<Remark> {
        std::mem::take(&mut self.remarks)
    }

    /// Compares everything.
    pub(in crate::rule) fn settle(&mut self) -> Vec<Finding> {
        let courses = std::mem::take(&mut self.courses);
        let golden: &'static Golden = self.teller.golden;
        let good: Vec<Placed> = golden.courses.of_log(0).collect();
        let mut found = Vec::new();
        for log in courses.logs() {
            let new: Vec<Placed> = courses.of_log(log).collect();
            if new.is_empty() {
                continue;
            }
            let common = self.held_by_both(&good, &new);
            if common != Common::Nothing {
                found.extend(self.compare(&good, &new, common));
            }
        }
        let n_cut = courses.n_cut() + golden.courses.n_cut();
        if n_cut > 0 {
            let cut = Message::GoldenCut.with("n", n_cut).with("each", EXCHANGES_PER_SESSION_MAX as u64);
            self.remark(cut.with("most", EXCHANGES_MAX as u64), true);
        }
        found
    }

    /// Compares the sessions of a log with those of the good one.
    fn compare(&mut self, good: &[Placed], all_new: &[Placed], common: Common) -> Vec<Finding> {
        let holds_lines = self.hold_lines(good, all_new, common);
        let [good, new] = [good, all_new].map(|sessions| {
            let is_comparable = |(_, course): &&Placed| course.is_comparable(common);
            sessions.iter().filter(is_comparable).copied().collect::<Vec<_>>()
        });
        let (good, new) = (&good[..], &new[..]);
        let against = paired(good, new, common);
        let both = against.iter().filter_map(|against| match *against {
            Against::Both(of_good, of_new) => {
                Some((of_new, Pair::of(good[of_good].1, new[of_new].1, common, holds_lines)))
            }
            _ => None,
        });
        let pairs: Vec<(usize, Pair)> = both.collect();
        self.n_sessions += pairs.len() as u64;
        let mut otherwise = Vec::new();
        for (of_new, pair) in &pairs {
            let of_session = pair.differences().into_iter();
            otherwise.extend(of_session.map(|difference| Otherwise::of(difference, new[*of_new])));
        }
        let otherwise = repeated_once(otherwise);
        let mut counted: BTreeMap<&str, BTreeSet<Place>> = BTreeMap::new();
        let mut found: Vec<Finding> = Vec::new();
        for one in otherwise.iter().take(FINDINGS_PER_LOG_MAX) {
            let mut finding = self.teller.finding(one);
            let counted = counted.entry(finding.case).or_default();
            let n_before = counted.len();
            counted.extend(&one.sessions);
            finding.sessions = (counted.len() - n_before) as u64;
            found.push(finding);
        }
        if otherwise.len() > FINDINGS_PER_LOG_MAX {
            self.remark(
                Message::GoldenMore.with("n", (otherwise.len() - FINDINGS_PER_LOG_MAX) as u64),
                false,
            );
        }
        found.extend(self.alone(&against, good, new, all_new[all_new.len() - 1]));
        found
    }

    /// Sessions that only one of them has: each row of them is told once. What is missing where none can be compared is missing behind
    /// `last`.
    fn alone(&self, against: &[Against], good: &[Placed], new: &[Placed], last: Placed) -> Vec<Finding> {
        let counts = [good.len() as u64, new.len() as u64];
        let mut before = 0;
        let mut found = Vec::new();
        for row in against.chunk_by(|one, next| std::mem::discriminant(one) == std::mem::discriminant(next)) {
            let n = row.len() as u64;
            match (row[0], row[row.len() - 1]) {
                (Against::Both(..), Against::Both(_, last)) => before = last,
                (Against::Good(first), _) => {
                    let missing = Alone { number: Fact::Number(first as u64 + 1), n, counts };
                    found.push(self.teller.session_missing(
                        missing,
                        good[first],
                        new.get(before).copied().unwrap_or(last),
                    ));
                }
                (Against::New(first), Against::New(last)) => {
                    let surplus = Alone { number: Fact::Session(new[first].0), n, counts };
                    found.push(self.teller.session_surplus(surplus, new[first]));
                    before = last;
                }
                _ => {}
            }
        }
        found
    }

    /// How much two logs both hold. Where one holds less, it is said.
    fn held_by_both(&mut self, good: &[Placed], new: &[Placed]) -> Common {
        let kinds = |sessions: &[Placed]| {
            let mut kinds: Vec<&'static Dialect> = Vec::new();
            for (_, course) in sessions {
                if !kinds.iter().any(|known| known.name == course.dialect.name) {
                    kinds.push(course.dialect);
                }
            }
            kinds
        };
        let mut least = Common::Format;
        for good in kinds(good) {
            for new in kinds(new) {
                let less = if good.holds > new.holds { good } else { new };
                let common = Common::of(good, new);
                least = least.max(common);
                let remark = match common {
                    Common::Format | Common::Everything => continue,
                    Common::FinalReplies => Message::GoldenFinalReplies.with("format", less.name),
                    Common::Commands => Message::GoldenCommands.with("format", less.name),
                    Common::Nothing => {
                        Message::GoldenNothing.with("good", good.name).with("format", new.name)
                    }
                };
                self.remark(remark, common == Common::Nothing);
            }
        }
        least
    }

    /// Whether both logs hold all lines of a reply; there are formats with one line of each.
    fn hold_lines(&mut self, good: &[Placed], new: &[Placed], common: Common) -> bool {
        let holds =
            |sessions: &[Placed]| sessions.iter().any(|(_, course)| course.has_replies_of_several_lines());
        let lacking = match (holds(good), holds(new)) {
            _ if common != Common::Everything => return common == Common::Format,
            (true, false) => new,
            (false, true) => good,
            _ => return true,
        };
        self.remark(Message::GoldenOneLine.with("format", lacking[0].1.dialect.name), false);
        false
    }

    fn remark(&mut self, what: Said, hides: bool) {
        let remark = Remark { what, hides };
        if !self.remarks.contains(&remark) {
            self.remarks.push(remark);
        }
    }
}

/// A row of sessions that one recording has alone.
pub(super) struct Alone {
    /// The number of the first of them, counted from 1.
    pub(super) number: Fact<'static>,
    /// How many they are.
    pub(super) n: u64,
    /// How many sessions the good recording and the new one have.
    pub(super) counts: [u64; 2],
}

impl<'a> Otherwise<'a> {
    fn of(difference: Difference<'a>, session: Placed<'a>) -> Self {
        let last = difference.place();
        Self { difference, session, times: 1, last, sessions: BTreeSet::from([session.0]) }
    }
}

/// Lets one stand for all where the same difference comes too often. That a session does something else is told once of all.
fn repeated_once(all: Vec<Otherwise>) -> Vec<Otherwise> {
    let mut alike: BTreeMap<Vec<u8>, Vec<usize>> = BTreeMap::new();
    for (at, one) in all.iter().enumerate() {
        alike.entry(key_of(&one.difference)).or_default().push(at);
    }
    let mut all: Vec<Option<Otherwise>> = all.into_iter().map(Some).collect();
    for group in alike.into_values() {
        let first_of = group[0];
        let is_of_all = all[first_of].as_ref().is_some_and(|one| one.difference.same.is_some());
        if group.len() <= REPEATS_MAX && !is_of_all {
            continue;
        }
        let rest: Vec<Otherwise> = group[1..].iter().filter_map(|at| all[*at].take()).collect();
        if let Some(first) = &mut all[first_of] {
            for one in rest {
                first.times += 1;
                first.last = one.last;
                first.sessions.extend(one.sessions);
            }
        }
    }
    all.into_iter().flatten().collect()
}
