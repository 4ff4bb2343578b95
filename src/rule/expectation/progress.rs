//! How far a session has come along what is expected of it. A session may come in parts.

use super::{Conditions, Expectation, Pattern};
use crate::catalog::Word;
use crate::ftp::Mark;
use crate::rule::{Fact, Finding, Found};
use crate::session::{Exchange, Session};
use std::collections::VecDeque;

/// Bytes of an exchange that a finding repeats.
const TOLD_BYTES_MAX: usize = 200;

/// Patterns of a list that are shown before and behind the one that did not come.
const SHOWN_BEFORE: usize = 3;
const SHOWN_BEHIND: usize = 2;

/// How far one session has come.
#[derive(Clone, Debug, Default)]
pub(super) struct Expecting {
    /// Exchanges so far.
    n: usize,
    /// How many of [`Conditions::contains`] came.
    contained: usize,
    /// The last of them.
    last: Option<Mark>,
    /// The first exchange behind it with the command that is expected next, which went otherwise.
    otherwise: Option<Told>,
    /// Whether it did not begin as expected.
    began_otherwise: bool,
    /// Which patterns of [`Conditions::not_contains`] came.
    forbidden: u64,
    /// How often each of [`Conditions::counts`] came.
    counts: Vec<u64>,
    /// Of the last exchanges, which patterns of [`Conditions::ends_with`] fit each.
    tail: VecDeque<(u64, Told)>,
    /// Whether something was otherwise than expected.
    pub(super) has_failed: bool,
    /// The first finding, where it is not known yet whether it matters.
    pub(super) first_finding: Option<Box<Finding>>,
}

/// An exchange in words, which may be forgotten when the session ends.
#[derive(Clone, Debug)]
struct Told {
    mark: Mark,
    text: Vec<u8>,
}

impl Told {
    /// `RNTO x.txt 503`
    fn of(exchange: &Exchange) -> Self {
        let mut parts = Vec::new();
        if exchange.has_command() {
            parts.push(exchange.name().into_owned());
        }
        parts.push(exchange.argument().to_vec());
        parts.extend(exchange.replies().map(|reply| reply.code.to_string().into_bytes()));
        parts.retain(|part| !part.is_empty());
        let mut text = parts.join(&b' ');
        text.truncate(TOLD_BYTES_MAX);
        Self { mark: exchange.mark(), text }
    }
}

impl Expectation {
    /// Looks at what is new in a session; where it is over, says what is otherwise than expected, each at the exchange that shows it.
    /// Nothing stands for a session without exchanges.
    pub(super) fn look(
        &self,
        session: &Session,
        so_far: &mut Expecting,
        found: &mut Vec<(Option<Mark>, Found)>,
    ) {
        let conditions = &self.conditions;
        so_far.counts.resize(conditions.counts.len(), 0);
        for exchange in session.exchanges() {
            so_far.see(conditions, &exchange, found);
        }
        if session.has_ended() {
            so_far.end(conditions, session, found);
        }
    }
}

impl Expecting {
    fn see(&mut self, conditions: &Conditions, exchange: &Exchange, found: &mut Vec<(Option<Mark>, Found)>) {
        let mark = exchange.mark();
        if let Some(pattern) = conditions.begins_with.get(self.n)
            && !self.began_otherwise
            && !pattern.fits(exchange)
        {
            self.began_otherwise = true;
            let got = Told::of(exchange);
            found.push((Some(mark), otherwise("begins", &pattern.written, got.text)));
        }
        self.n += 1;
        if let Some(pattern) = conditions.contains.get(self.contained) {
            if pattern.fits(exchange) {
                self.contained += 1;
                (self.last, self.otherwise) = (Some(mark), None);
            } else if self.otherwise.is_none() && pattern.names_command() && pattern.is_about(exchange) {
                self.otherwise = Some(Told::of(exchange));
            }
        }
        for (number, pattern) in conditions.not_contains.iter().enumerate() {
            // Once in a session is enough to know.
            if self.forbidden & (1 << number) == 0 && pattern.fits(exchange) {
                self.forbidden |= 1 << number;
                found.push((Some(mark), otherwise("forbidden", &pattern.written, Told::of(exchange).text)));
            }
        }
        for (n, (pattern, _)) in self.counts.iter_mut().zip(&conditions.counts) {
            *n += u64::from(pattern.fits(exchange));
        }
        if !conditions.ends_with.is_empty() {
            let fits = |(number, _): &(usize, &Pattern)| conditions.ends_with[*number].fits(exchange);
            let fitting = conditions.ends_with.iter().enumerate().filter(fits);
            self.tail
                .push_back((fitting.fold(0, |bits, (number, _)| bits | (1 << number)), Told::of(exchange)));
            if self.tail.len() > conditions.ends_with.len() {
                self.tail.pop_front();
            }
        }
    }

    fn end(&mut self, conditions: &Conditions, session: &Session, found: &mut Vec<(Option<Mark>, Found)>) {
        let last = session.at_hand().next_back().map(|exchange| exchange.mark());
        if !self.began_otherwise
            && let Some(pattern) = conditions.begins_with.get(self.n)
        {
            found.push((last, expected("begins-short", &pattern.written)));
        }
        if let Some(pattern) = conditions.contains.get(self.contained) {
            let all = around(&conditions.contains, self.contained);
            let (mark, lacking) = match self.otherwise.take() {
                Some(Told { mark, text }) => (Some(mark), otherwise("other", &pattern.written, text)),
                None => (last, expected("missing", &pattern.written)),
            };
            let lacking = lacking
                .cause(self.last.filter(|cause| Some(*cause) != mark))
                .fact("done", Fact::Number(self.contained as u64))
                .fact("all", Fact::Text(all.into_bytes().into()));
            found.push((mark, lacking));
        }
        self.end_of(conditions, last, found);
        for ((pattern, amount), n) in conditions.counts.iter().zip(&self.counts) {
            if !amount.has(*n) {
                let counted = expected("count", &pattern.written)
                    .fact("n", Fact::Number(*n))
                    .fact("wanted", text(&amount.written));
                found.push((last, counted));
            }
        }
        if let Some(most) = conditions.duration_ms_max {
            // A clock that was set back says nothing.
            match session.last_at().since(session.first_at()).filter(|took| *took >= 0) {
                Some(took) if took <= most => {}
                Some(took) => {
                    let long = Found::new("duration");
                    let long = long.fact("took", Fact::Duration(took)).fact("most", Fact::Duration(most));
                    found.push((last, long));
                }
                None => found.push((last, Found::new("no-times").fact("most", Fact::Duration(most)))),
            }
        }
    }

    /// Says what the session ends with otherwise.
    fn end_of(
        &mut self,
        conditions: &Conditions,
        last: Option<Mark>,
        found: &mut Vec<(Option<Mark>, Found)>,
    ) {
        let patterns = &conditions.ends_with;
        let short = patterns.len() - self.tail.len();
        if let Some(pattern) = patterns.get(..short).and_then(<[_]>::last) {
            return found.push((last, expected("ends-short", &pattern.written)));
        }
        let unlike = self
            .tail
            .iter()
            .zip(patterns)
            .enumerate()
            .find(|(number, ((fitting, _), _))| fitting & (1 << number) == 0);
        if let Some((_, ((_, told), pattern))) = unlike {
            found.push((Some(told.mark), otherwise("ends", &pattern.written, told.text.clone())));
        }
    }
}

/// The patterns around the one with that number, which is the first that did not come.
fn around(patterns: &[Pattern], number: usize) -> String {
    let (from, to) = (number.saturating_sub(SHOWN_BEFORE), patterns.len().min(number + 1 + SHOWN_BEHIND));
    let before = (from > 0).then_some("...");
    let behind = (to < patterns.len()).then_some("...");
    let shown = patterns[from..to].iter().map(|pattern| pattern.written.as_str());
    before.into_iter().chain(shown).chain(behind).collect::<Vec<_>>().join(", ")
}

fn expected(case: &'static str, pattern: &str) -> Found {
    Found::new(case).fact("expected", text(pattern))
}

/// Something else came than was expected.
fn otherwise(case: &'static str, pattern: &str, got: Vec<u8>) -> Found {
    let got = if got.is_empty() { Fact::Phrase(Word::NothingCame) } else { Fact::Text(got.into()) };
    expected(case, pattern).fact("got", got)
}

fn text(text: &str) -> Fact<'static> {
    Fact::Text(text.as_bytes().to_vec().into())
}
