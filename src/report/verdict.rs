//! What a run came to, in sentences that every report for people says.

use super::gap::gap;
use super::renderer::View;
use super::summary::{InputSummary, Status};
use super::text::head_parts;
use crate::catalog::{Counted, Word};
use crate::rule::{Severity, golden};
use crate::text::grouped;

/// What the program ends with where not everything could be done.
const EXIT_INCOMPLETE: u8 = 2;

/// What was found, or that nothing was; nothing where nothing was read, or no session is asked for.
pub(super) fn verdict(view: &View) -> Vec<String> {
    let (summary, words) = (view.summary, view.sentences.words());
    let mut read = summary.inputs.iter().filter(|i| i.status != Status::Failed).peekable();
    if read.peek().is_none() || summary.is_about_nothing() {
        return Vec::new();
    }
    let Some(first) = summary.problems.first() else {
        let said = if summary.expected.is_empty() { nothing(view, read) } else { held(view) };
        return said.into_iter().chain(withheld(view)).collect();
    };
    let cost = view.sentences.cost(first);
    let start = words.with(Word::StartWith, &[("name", first.rule.name), ("cost", &cost)]);
    [found(view)].into_iter().chain(withheld(view)).chain([start]).collect()
}

/// That everything is as the user expects it.
fn held(view: &View) -> Vec<String> {
    let (summary, words) = (view.summary, view.sentences.words());
    let held = summary.expected.iter().filter(|(_, sessions)| *sessions > 0);
    let is_golden = |number: usize| summary.rules.rule(number).name == golden::NAME;
    let (golden, held): (Vec<_>, Vec<_>) = held.partition(|(number, _)| is_golden(*number));
    let n_others = summary.expected.len() - golden.len() - held.len();
    let n_held = held.len() as u64;
    let hold = (n_held > 0).then(|| match n_others {
        0 => words.count(Counted::ExpectationsHold, n_held),
        n => {
            let all = grouped(n_held + n as u64);
            words.with(Word::ExpectationsOthers, &[("n", &grouped(n_held)), ("all", &all)])
        }
    });
    let same = golden.iter().map(|(_, sessions)| words.count(Counted::AsInGolden, *sessions));
    hold.into_iter().chain(same).collect()
}

/// How many findings do not count.
fn withheld(view: &View) -> Option<String> {
    let (summary, words) = (view.summary, view.sentences.words());
    let counts = [(Counted::Allowed, summary.allowed()), (Counted::InBaseline, summary.in_baseline())];
    let counts = counts.into_iter().filter(|(_, n)| *n > 0);
    let parts: Vec<String> = counts.map(|(key, n)| words.count(key, n)).collect();
    let parts = parts.join(words.get(Word::Comma));
    (!parts.is_empty()).then(|| words.with(Word::NotCounted, &[("parts", &parts)]))
}

// Found 7 problems (3 errors, 2 warnings, 2 notes) in 16 of 32 sessions.
fn found(view: &View) -> String {
    let (summary, words) = (view.summary, view.sentences.words());
    let severities = [
        (Severity::Error, Counted::Errors),
        (Severity::Warning, Counted::Warnings),
        (Severity::Note, Counted::Notes),
    ];
    let parts: Vec<String> = severities
        .into_iter()
        .map(|(severity, key)| (summary.problems_of(severity), key))
        .filter(|(n, _)| *n > 0)
        .map(|(n, key)| words.count(key, n))
        .collect();
    words.with(
        Word::Found,
        &[
            ("problems", &words.count(Counted::Problems, summary.problems.len() as u64)),
            ("parts", &parts.join(words.get(Word::Comma))),
            ("sessions", &grouped(summary.totals.sessions_with_findings)),
            ("all", &words.count(Counted::Sessions, summary.sessions())),
        ],
    )
}

fn nothing<'a>(view: &View, mut read: impl Iterator<Item = &'a InputSummary>) -> Vec<String> {
    let words = view.sentences.words();
    let sessions = words.count(Counted::Sessions, view.summary.sessions());
    let mut said = vec![words.with(Word::NothingFound, &[("sessions", &sessions)])];
    if read.any(|input| gap(input, words).is_some()) {
        said.push(words.get(Word::NothingProved).to_owned());
    }
    let [.., transient, permanent] = view.summary.totals.replies;
    if transient + permanent > 0 && view.summary.withheld.is_empty() {
        said.push(words.count(Counted::RefusalsLeft, transient + permanent));
    }
    said
}

/// What a report is not about: what was not read, the sessions that are not asked for.
pub(super) fn limits(view: &View) -> Vec<String> {
    let (summary, words) = (view.summary, view.sentences.words());
    let interrupted = summary.interrupted.map(|n_not_read| {
        let partial = words.get(Word::Interrupted);
        if n_not_read == 0 {
            return partial.to_owned();
        }
        format!("{partial} {}", words.count(Counted::NotRead, n_not_read))
    });
    interrupted.into_iter().chain(summary.only(words)).collect()
}

/// Why not all of an input is in the report; nothing where all is.
pub(super) fn unread(view: &View, input: &InputSummary) -> Vec<String> {
    let words = view.sentences.words();
    let mut reasons: Vec<String> = input.errors.iter().map(|said| said.in_words(words.lang())).collect();
    // The run fails then, too.
    if reasons.is_empty() && input.is_mostly_not_understood() {
        reasons.extend(head_parts(view, "", "", &[input]).pop());
    }
    reasons
}

/// That something else could not be done, where no input tells why the run came to that.
pub(super) fn incomplete(view: &View) -> Option<String> {
    let is_told = || view.summary.inputs.iter().any(|input| !unread(view, input).is_empty());
    let is_incomplete = view.exit_code == EXIT_INCOMPLETE && !is_told();
    is_incomplete.then(|| view.sentences.words().get(Word::Incomplete).to_owned())
}

/// How many findings are only counted.
pub(super) fn not_listed(view: &View) -> Option<String> {
    let n = view.summary.not_listed;
    (n > 0).then(|| view.sentences.words().with(Word::NotListed, &[("n", &grouped(n))]))
}
