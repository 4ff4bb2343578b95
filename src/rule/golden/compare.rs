//! What one session does otherwise than a good one: a diff over their commands, and the replies of those that both have.

use super::course::{Course, Step};
use super::tell::key_of;
use crate::event::{Dialect, Holds, Place};
use crate::ftp::{Code, Verb};
use similar::{Algorithm, DiffOp, capture_diff_slices};
use std::collections::BTreeSet;

/// Sessions with fewer exchanges are never said to be all other.
const ALL_OTHER_FROM: usize = 8;
/// Of so many exchanges one at least is the same; otherwise it is said once that the session does something else.
const ALL_OTHER_PART: usize = 4;

/// So many kinds of differences are told one by one, however little is the same.
const KINDS_MAX: usize = 3;

/// How much two logs both hold, from the most to the least.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Common {
    /// They are of one format: whatever it holds.
    Format,
    /// Everything that was said. What a client did not wait for is in one of them only.
    Everything,
    /// Commands with their final replies.
    FinalReplies,
    /// Commands.
    Commands,
    /// Nothing that can be compared.
    Nothing,
}

/// Something that is otherwise than in the good recording.
#[derive(Clone, Debug)]
pub(super) struct Difference<'a> {
    pub(super) case: &'static str,
    /// The good one's exchanges that it is about: those that are missing, or the one that comes at this point.
    pub(super) good: &'a [&'a Step],
    /// The exchanges in the new one that it is about, at least the one to look at.
    pub(super) new: &'a [&'a Step],
    /// Features that are missing, and those that are new.
    pub(super) features: [Vec<&'a [u8]>; 2],
    /// How many exchanges of how many are the same.
    pub(super) same: Option<(usize, usize)>,
}

impl<'a> Difference<'a> {
    fn of(case: &'static str) -> Self {
        Self { case, good: &[], new: &[], features: [Vec::new(), Vec::new()], same: None }
    }

    /// The exchange to look at.
    pub(super) fn here(&self) -> &'a Step {
        self.new[0]
    }

    /// Whether it is a reply that is otherwise.
    pub(super) fn is_about_reply(&self) -> bool {
        matches!(
            self.case,
            "reply"
                | "preliminary"
                | "features"
                | "features-missing"
                | "features-new"
                | "one-line"
                | "several-lines"
        )
    }

    /// Whether commands and final codes are the same.
    fn is_small(&self) -> bool {
        self.is_about_reply() && self.case != "reply"
    }

    /// The line to look at.
    pub(super) fn place(&self) -> Place {
        let here = self.here();
        here.reply_at.filter(|_| self.is_about_reply()).map_or(here.place, |(place, _)| place)
    }
}

/// The exchanges of two sessions that can be compared.
#[derive(Debug)]
pub(super) struct Pair<'a> {
    good: Vec<&'a Step>,
    new: Vec<&'a Step>,
    common: Common,
    /// Whether both logs hold all lines of a reply.
    holds_lines: bool,
    /// Whether one of them does more than is remembered.
    is_cut: bool,
}

impl Common {
    pub(super) fn of(good: &Dialect, new: &Dialect) -> Self {
        match good.holds.max(new.holds) {
            _ if good.name == new.name => Self::Format,
            Holds::Everything => Self::Everything,
            Holds::FinalReplies => Self::FinalReplies,
            Holds::Commands => Self::Commands,
            Holds::Deeds => Self::Nothing,
        }
    }
}

impl Course {
    /// What it does in one text: sessions that do the same have the same.
    pub(super) fn outline(&self, common: Common, with_codes: bool) -> Vec<u8> {
        let mut outline = Vec::new();
        for step in comparable(self, common) {
            outline.extend_from_slice(&step.name);
            if with_codes && common < Common::Commands {
                outline.extend(step.codes(false).flat_map(|code| code.0.to_be_bytes()));
            }
            outline.push(b'\n');
        }
        outline
    }

    /// Whether anything can be compared.
    pub(super) fn is_comparable(&self, common: Common) -> bool {
        !comparable(self, common).is_empty()
    }
}

/// The exchanges of a session that can be compared.
fn comparable(course: &Course, common: Common) -> Vec<&Step> {
    let mut steps: Vec<&Step> = course.steps.iter().collect();
    match common {
        Common::Format => {}
        Common::Nothing => steps.clear(),
        Common::Everything => {
            // A client that says goodbye may write it down or not, and may hang up before it is answered.
            let end = steps.iter().rposition(|step| step.is_command() && step.verb != Verb::QUIT);
            match end {
                Some(end) => steps.truncate(end + 1),
                None => steps.retain(|step| !step.is_command()),
            }
        }
        Common::FinalReplies => {
            steps.retain(|step| step.is_command() && step.codes(false).next().is_some());
            if steps.last().is_some_and(|last| last.verb == Verb::QUIT) {
                steps.pop();
            }
        }
        Common::Commands => {
            steps.retain(|step| step.is_command());
            if steps.last().is_some_and(|last| last.verb == Verb::QUIT) {
                steps.pop();
            }
        }
    }
    steps
}

impl<'a> Pair<'a> {
    /// Two sessions in both of which something can be compared.
    pub(super) fn of(good: &'a Course, new: &'a Course, common: Common, holds_lines: bool) -> Self {
        Self {
            good: comparable(good, common),
            new: comparable(new, common),
            common,
            holds_lines,
            is_cut: good.is_cut || new.is_cut,
        }
    }

    /// What is otherwise, in the order of the new session.
    pub(super) fn differences(&'a self) -> Vec<Difference<'a>> {
        let (good, new) = (names(&self.good), names(&self.new));
        let mut found = Vec::new();
        let (mut n_same, mut n_both) = (0, 0);
        for op in capture_diff_slices(Algorithm::Myers, &good, &new) {
            if let DiffOp::Equal { old_index, new_index, len } = op {
                n_both += len;
                for at in 0..len {
                    let before = found.len();
                    self.replies(old_index + at, new_index + at, &mut found);
                    n_same += usize::from(found.len() == before);
                }
            } else if !self.is_beyond(op) {
                found.push(self.commands(op));
            }
        }
        let all = good.len().max(new.len());
        let are_few = |n: usize| all >= ALL_OTHER_FROM && n * ALL_OTHER_PART < all;
        if are_few(n_same) && are_of_many_kinds(&found) {
            let first = found.iter().position(|one| !one.is_small()).unwrap_or_default();
            let case = if are_few(n_both) { "all-other" } else { "all-replies" };
            return vec![Difference { case, same: Some((n_same, all)), ..found.swap_remove(first) }];
        }
        found
    }

    /// Whether what is missing or new may go on where nothing is remembered.
    fn is_beyond(&self, op: DiffOp) -> bool {
        self.is_cut && (op.old_range().end == self.good.len() || op.new_range().end == self.new.len())
    }

    /// Commands that only one of them has.
    fn commands(&'a self, op: DiffOp) -> Difference<'a> {
        let (good, new) = (op.old_range(), op.new_range());
        match op {
            DiffOp::Delete { .. } if new.start < self.new.len() => {
                Difference { good: &self.good[good], ..self.difference("missing", None, new.start) }
            }
            DiffOp::Delete { .. } => Difference {
                good: &self.good[good],
                ..self.difference("missing-last", None, self.new.len() - 1)
            },
            DiffOp::Insert { .. } => {
                let (case, at) = if good.start < self.good.len() {
                    ("surplus", Some(good.start))
                } else {
                    ("surplus-last", self.good.len().checked_sub(1))
                };
                Difference { new: &self.new[new.clone()], ..self.difference(case, at, new.start) }
            }
            _ => Difference {
                good: &self.good[good],
                new: &self.new[new.clone()],
                ..self.difference("instead", None, new.start)
            },
        }
    }

    fn difference(&'a self, case: &'static str, good: Option<usize>, new: usize) -> Difference<'a> {
        Difference {
            good: good.map_or(&[], |at| &self.good[at..=at]),
            new: &self.new[new..=new],
            ..Difference::of(case)
        }
    }

    /// What is otherwise in the replies to a command that both have.
    fn replies(&'a self, at: usize, at_new: usize, found: &mut Vec<Difference<'a>>) {
        let (good, new) = (self.good[at], self.new[at_new]);
        let difference = |case| self.difference(case, Some(at), at_new);
        if self.common == Common::Commands {
            return;
        }
        if self.is_answered_otherwise(good, new) {
            found.push(difference(if good.is_command() { "reply" } else { "instead" }));
            return;
        }
        if self.common == Common::FinalReplies {
            return;
        }
        if !good.codes(true).eq(new.codes(true)) {
            found.push(difference("preliminary"));
        }
        if !self.holds_lines {
            return;
        }
        match (good.has_several_lines(), new.has_several_lines()) {
            (Some(true), Some(false)) => found.push(difference("one-line")),
            (Some(false), Some(true)) => found.push(difference("several-lines")),
            _ => {}
        }
        if let (Some(listed), Some(lists)) = (&good.features, &new.features) {
            let features = [without(listed, lists), without(lists, listed)];
            let case = match [features[0].is_empty(), features[1].is_empty()] {
                [true, true] => return,
                [false, true] => "features-missing",
                [true, false] => "features-new",
                [false, false] => "features",
            };
            found.push(Difference { features, ..difference(case) });
        }
    }

    /// Whether the final replies differ. In logs of two formats, one that is not there may have come when nobody looked any more.
    fn is_answered_otherwise(&self, good: &Step, new: &Step) -> bool {
        let codes = |step: &Step| step.codes(false).collect::<Vec<Code>>();
        let (good_codes, new_codes) = (codes(good), codes(new));
        let is_silent = good_codes.is_empty() || new_codes.is_empty();
        if self.common != Common::Format && is_silent {
            return false;
        }
        let went = matches!((good.outcome, new.outcome), (Some(well), Some(went)) if well != went);
        good_codes != new_codes || is_silent && went
    }
}

/// Whether differences have no common reason that their words would tell: rows of other commands, or many kinds of differences.
fn are_of_many_kinds(found: &[Difference]) -> bool {
    let is_row = |one: &Difference| one.case == "instead" && one.good.len().min(one.new.len()) > 1;
    let kinds: BTreeSet<Vec<u8>> = found.iter().map(key_of).collect();
    kinds.len() > KINDS_MAX || found.iter().any(is_row)
}

/// By what commands are told apart.
fn names<'a>(steps: &[&'a Step]) -> Vec<&'a [u8]> {
    steps.iter().map(|step| &*step.name).collect()
}

fn without<'a>(some: &'a [Box<[u8]>], others: &[Box<[u8]>]) -> Vec<&'a [u8]> {
    some.iter().filter(|one| others.binary_search(one).is_err()).map(|one| &**one).collect()
}
