//! What is to be known about the run: what could not be read, and what is left out.

use super::finding::Maker;
use super::log::{Descriptor, Notification, Text};
use super::{RESULTS_MAX, sentence};
use crate::catalog::{Counted, Message, Word};
use crate::report::summary::{InputSummary, Status};
use crate::text::{Printable, grouped};

/// Everything that is to be known, errors of inputs first.
pub(super) fn notices(maker: &Maker, n_left_out: usize) -> Vec<Notification> {
    let words = maker.sentences.words();
    let mut all: Vec<Notification> = maker
        .summary
        .inputs
        .iter()
        .enumerate()
        .flat_map(|(number, input)| of_input(maker, number, input))
        .collect();
    let mut add = |id, level, text: String| all.push(notice(id, level, &text));
    if let Some(n) = maker.summary.interrupted {
        add("interrupted", "warning", words.get(Word::Interrupted).to_owned());
        if n > 0 {
            add("inputs-not-read", "warning", words.count(Counted::NotRead, n));
        }
    }
    if let Some(only) = maker.summary.only(words) {
        add("sessions-left-out", "note", only);
    }
    if maker.summary.not_listed > 0 {
        let n = grouped(maker.summary.not_listed);
        add("findings-not-listed", "warning", words.with(Word::NotListed, &[("n", &n)]));
    }
    if n_left_out > 0 {
        let holes = [("n", grouped(n_left_out as u64)), ("max", grouped(RESULTS_MAX as u64))];
        let holes = holes.each_ref().map(|(hole, n)| (*hole, n.as_str()));
        add("results-left-out", "warning", words.with(Word::ResultsLeftOut, &holes));
    }
    all
}

/// What went wrong with an input, and whether not all of its lines were understood.
fn of_input(maker: &Maker, number: usize, input: &InputSummary) -> Vec<Notification> {
    let lang = maker.sentences.words().lang();
    let (id, level) = match input.status {
        Status::Failed => ("input-not-read", "error"),
        Status::Partial | Status::Ok => ("input-partly-read", "warning"),
    };
    let mut all: Vec<Notification> =
        input.errors.iter().map(|said| notice(id, level, &said.in_words(lang))).collect();
    if input.lines_not_understood > 0 {
        let lines = Message::NotUnderstood.with("path", Printable(input.name.path.as_bytes()));
        let lines = lines.with("n", input.lines_not_understood).with("lines", input.lines);
        all.push(notice("lines-not-understood", "note", &lines.in_words(lang)));
    }
    for notice in &mut all {
        notice.locations.push(maker.places.file(number));
    }
    all
}

fn notice(id: &'static str, level: &'static str, text: &str) -> Notification {
    let message = Text { text: sentence(text) };
    Notification { level, descriptor: Descriptor { id }, message, locations: Vec::new() }
}
