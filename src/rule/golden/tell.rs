//! Makes findings of differences: where to look, what the good recording has there, and the lines that show it.

use super::Golden;
use super::compare::Difference;
use super::comparison::{Alone, Otherwise};
use super::course::{Course, Step};
use super::pairing::Placed;
use crate::catalog::Word;
use crate::event::Place;
use crate::ftp::Code;
use crate::rule::finding::{Asked, Words};
use crate::rule::transcript::{Label, Side, Transcript};
use crate::rule::{Fact, Finding, Rule, Severity};
use crate::time::When;

/// Makes the findings of a comparison.
#[derive(Debug)]
pub(super) struct Teller {
    pub(super) number: usize,
    pub(super) rule: &'static Rule,
    pub(super) golden: &'static Golden,
    pub(super) severity: Severity,
    /// Lines of a transcript before the offending one.
    pub(super) context: usize,
}

/// What a finding is about.
struct Here<'a> {
    step: &'a Step,
    session: Placed<'a>,
    is_about_reply: bool,
}

type Facts = Vec<(&'static str, Fact<'static>)>;

impl Teller {
    /// What is otherwise in a session.
    pub(super) fn finding(&self, otherwise: &Otherwise) -> Finding {
        let Otherwise { difference, session, .. } = otherwise;
        let here =
            Here { step: difference.here(), session: *session, is_about_reply: difference.is_about_reply() };
        let mut facts = self.facts(difference);
        facts.extend(self.more(otherwise));
        self.found(difference.case, &here, facts)
    }

    /// Sessions that the new recording lacks, behind the one that comes before them.
    pub(super) fn session_missing(&self, missing: Alone, good: Placed, before: Placed) -> Finding {
        let (_, course) = before;
        let step = &course.steps[course.steps.len() - 1];
        let mut facts = alone(missing);
        facts.push(("good_line", self.golden.line(good.0)));
        let here = Here { step, session: before, is_about_reply: false };
        Finding { sessions: 0, ..self.found("session-missing", &here, facts) }
    }

    /// Sessions that the good recording lacks.
    pub(super) fn session_surplus(&self, surplus: Alone, new: Placed) -> Finding {
        let here = Here { step: &new.1.steps[0], session: new, is_about_reply: false };
        let sessions = surplus.n;
        Finding { sessions, ..self.found("session-surplus", &here, alone(surplus)) }
    }

    fn found(&self, case: &'static str, here: &Here, facts: Facts) -> Finding {
        let (first, course) = here.session;
        let (place, at) = here.line();
        Finding {
            rule: self.rule,
            number: self.number,
            case,
            severity: self.severity,
            confidence: course.identity,
            place,
            at,
            session: Some(first),
            software: course.software,
            related: Vec::new(),
            facts,
            transcript: here.transcript(self.context),
            sessions: 1,
            said: here.words(),
        }
    }

    /// What both recordings have.
    fn facts(&self, difference: &Difference) -> Facts {
        let new = difference.here();
        let mut facts = vec![("name", text(called(new))), ("got", text(told(new)))];
        facts.push(("codes", codes(new)));
        facts.push(("before", preliminary(new)));
        if let Some(good) = difference.good.first() {
            facts.push(("good_name", text(called(good))));
            facts.push(("good", text(told(good))));
            facts.push(("good_codes", codes(good)));
            facts.push(("good_before", preliminary(good)));
            let place = good.reply_at.filter(|_| difference.is_about_reply()).map_or(good.place, |at| at.0);
            facts.push(("good_line", self.golden.line(place)));
        }
        for (name, features) in ["missing", "added"].into_iter().zip(&difference.features) {
            if !features.is_empty() {
                facts.push((name, text(features.join(&b", "[..]))));
            }
        }
        if let Some((same, all)) = difference.same {
            facts.push(("same", Fact::Number(same as u64)));
            facts.push(("all", Fact::Number(all as u64)));
        }
        facts
    }

    /// How far a row of them goes, and how often the same comes again.
    fn more(&self, otherwise: &Otherwise) -> Facts {
        let Difference { case, good, new, same, .. } = &otherwise.difference;
        let mut facts = Vec::new();
        let mut also = Vec::new();
        if let [_, .., last] = good
            && same.is_none()
        {
            facts.push(("good_row", Fact::Number(good.len() as u64)));
            facts.push(("good_last", text(told(last))));
            facts.push(("good_last_line", self.golden.line(last.place)));
            also.push(if *case == "instead" { "good-row" } else { "missing-row" });
        }
        if let [_, .., last] = new
            && same.is_none()
        {
            facts.push(("row", Fact::Number(new.len() as u64)));
            facts.push(("row_last", text(told(last))));
            facts.push(("row_last_line", Fact::Line(last.place.line)));
            also.push(if *case == "instead" { "new-row" } else { "surplus-row" });
        }
        if otherwise.times > 1 {
            facts.push(("times", Fact::Number(otherwise.times)));
            facts.push(("last_line", Fact::Line(otherwise.last.line)));
            also.push(if same.is_some() { "sessions" } else { "again" });
        }
        if !also.is_empty() {
            facts.push(("also", Fact::Also(also)));
        }
        facts
    }
}

impl Here<'_> {
    /// The line to look at.
    fn line(&self) -> (Place, When) {
        let Step { place, at, reply_at, .. } = *self.step;
        reply_at.filter(|_| self.is_about_reply).unwrap_or((place, at))
    }

    /// The lines of the exchange, and as many before it as there is context.
    fn transcript(&self, context: usize) -> Transcript {
        let steps = &self.session.1.steps;
        let here = steps.iter().position(|step| std::ptr::eq(step, self.step)).unwrap_or_default();
        let mut room = context;
        let mut from = here;
        while let Some(before) = from.checked_sub(1)
            && let Some(rest) = room.checked_sub(steps[before].lines.iter().count())
        {
            (from, room) = (before, rest);
        }
        let mut transcript = Transcript::default();
        for step in &steps[from..here] {
            transcript.go_on(&step.lines, None);
        }
        let is_said_by_client = self.step.is_command() && !self.is_about_reply;
        let offending = if is_said_by_client { Side::Client } else { Side::Server };
        transcript.go_on(&self.step.lines, Some((offending, Label { key: "here", primary: true })));
        transcript
    }

    /// What the session and the exchange say.
    fn words(&self) -> Words {
        let Course { client, user, .. } = self.session.1;
        let mut words = Words::default();
        words.client = words.keep(client);
        words.user = words.keep(user);
        if let Some(line) = self.step.line_of(Side::Client) {
            let end = memchr::memchr(b' ', line).unwrap_or(line.len());
            let (word, argument) =
                (words.keep(&line[..end]), words.keep(line.get(end + 1..).unwrap_or_default()));
            words.command = Some(Asked { verb: self.step.verb, word, argument });
        }
        if let Some(line) = self.step.line_of(Side::Server)
            && let Some(code) = Code::parse(line)
        {
            words.reply = Some((code, words.keep(line.get(4..).unwrap_or_default())));
        }
        words
    }
}

/// By what differences are told apart.
pub(super) fn key_of(difference: &Difference) -> Vec<u8> {
    let Difference { case, good, new, features, same } = difference;
    let mut key = case.as_bytes().to_vec();
    if same.is_some() {
        return key;
    }
    // Of what is missing or new only, the other exchange merely says where.
    let good = if case.starts_with("surplus") { &[] } else { *good };
    let new = if case.starts_with("missing") { &[] } else { *new };
    for steps in [good, new] {
        key.push(b'\n');
        for step in steps {
            key.push(b' ');
            key.extend(told(step));
        }
    }
    for feature in features.iter().flatten() {
        key.push(b'\n');
        key.extend_from_slice(feature);
    }
    key
}

fn alone(alone: Alone) -> Facts {
    let [good, new] = alone.counts;
    let mut facts = vec![
        ("number", alone.number),
        ("good_sessions", Fact::Number(good)),
        ("sessions", Fact::Number(new)),
    ];
    if alone.n > 1 {
        facts.push(("row", Fact::Number(alone.n)));
        facts.push(("also", Fact::Also(vec!["sessions-row"])));
    }
    facts
}

/// The command; the codes where nobody asked.
fn called(step: &Step) -> Vec<u8> {
    if step.is_command() { step.name.to_vec() } else { told(step) }
}

/// `STOR 150 226`
fn told(step: &Step) -> Vec<u8> {
    let codes = step.replies.iter().map(|answer| answer.code.to_string().into_bytes());
    let went = step.outcome.filter(|_| step.replies.is_empty()).map(|outcome| outcome.name().into());
    let command = step.is_command().then(|| step.name.to_vec());
    command.into_iter().chain(codes).chain(went).collect::<Vec<_>>().join(&b' ')
}

/// The final reply.
fn codes(step: &Step) -> Fact<'static> {
    let went = step.outcome.map(|outcome| Fact::Word(outcome.name()));
    listed(step.codes(false)).or(went).unwrap_or(Fact::Phrase(Word::NothingCame))
}

fn preliminary(step: &Step) -> Fact<'static> {
    listed(step.codes(true)).unwrap_or(Fact::Phrase(Word::NothingCame))
}

fn listed(codes: impl Iterator<Item = Code>) -> Option<Fact<'static>> {
    let codes: Vec<String> = codes.map(|code| code.to_string()).collect();
    (!codes.is_empty()).then(|| text(codes.join(" ").into_bytes()))
}

fn text(text: Vec<u8>) -> Fact<'static> {
    Fact::Text(text.into())
}
