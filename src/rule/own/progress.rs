//! How far a session has come along the sequences of the user's rules.

use super::conditions::Conditions;
use super::{CASE, Own, Shape};
use crate::catalog::Word;
use crate::event::Place;
use crate::ftp::Mark;
use crate::rule::found::STEPS_MAX;
use crate::rule::{Fact, Found};
use crate::session::{Exchange, Session};
use crate::time::When;

/// How far one rule has come in one session.
#[derive(Clone, Debug, Default)]
pub(in crate::rule) struct Progress {
    /// The latest that has come so far, by how far it has: of two that have come equally far, what follows fits the later one
    /// wherever it fits the earlier one.
    begun: [Option<Begun>; STEPS_MAX],
    /// Whether there was an exchange after which the rule has nothing more to say.
    silenced: bool,
}

/// The first exchanges of a sequence.
#[derive(Clone, Copy, Debug, Default)]
struct Begun {
    taken: [Taken; STEPS_MAX],
    n: usize,
}

/// An exchange of a sequence.
#[derive(Clone, Copy, Debug, Default)]
struct Taken {
    mark: Mark,
    place: Place,
    at: When,
}

impl Taken {
    fn of(exchange: &Exchange) -> Self {
        Self { mark: exchange.mark(), place: exchange.place(), at: exchange.at() }
    }
}

impl Begun {
    fn with(mut self, exchange: &Exchange) -> Self {
        self.taken[self.n] = Taken::of(exchange);
        self.n += 1;
        self
    }

    fn taken(&self) -> &[Taken] {
        &self.taken[..self.n]
    }
}

impl Progress {
    /// Whether there is something to be remembered until the session goes on.
    pub(in crate::rule) fn matters(&self) -> bool {
        self.silenced || self.begun.iter().any(Option::is_some)
    }
}

impl Own {
    /// Looks at what is new in a session.
    pub(in crate::rule) fn look(
        &self,
        session: &Session,
        progress: &mut Progress,
        found: &mut Vec<(Mark, Found)>,
    ) {
        for notable in session.notable() {
            let (exchange, state) = (&notable.exchange, notable.state);
            if progress.silenced {
                return;
            }
            let clears = self.unless.iter().any(|u| u.fits(exchange, state));
            match &self.shape {
                Shape::Count { .. } => return,
                Shape::One(_) if clears => progress.silenced = true,
                Shape::One(one) => {
                    if one.fits(exchange, state) {
                        found.push((exchange.mark(), self.found(session, exchange, &[])));
                    }
                }
                Shape::Sequence { .. } if clears => progress.begun = [None; STEPS_MAX],
                Shape::Sequence { steps, within } => {
                    let fits = |step: &Conditions| step.fits(exchange, state);
                    if let Some(begun) = advance(&mut progress.begun, steps, *within, exchange, fits) {
                        found.push((exchange.mark(), self.found(session, exchange, begun.taken())));
                        progress.begun = [None; STEPS_MAX];
                    }
                }
            }
        }
    }

    fn found(&self, session: &Session, exchange: &Exchange, before: &[Taken]) -> Found {
        let mut found = Found::new(CASE);
        let steps = self.shape.steps();
        let mut captured = Vec::new();
        for (number, taken) in before.iter().enumerate() {
            found = found.numbered(number, taken.mark);
            match session.exchange(taken.mark) {
                Some(at_hand) => captured.extend(steps[number].captured(&at_hand)),
                // A part of the session that is forgotten: what is left of it is where it stood.
                None => found = found.fact(Found::line_of(number), Fact::Line(taken.place.line)),
            }
        }
        captured.extend(steps.last().map(|last| last.captured(exchange)).unwrap_or_default());
        for name in &self.groups {
            let text = captured.iter().rev().find(|(n, _)| n == name).map_or(&b""[..], |(_, text)| text);
            found = found.fact(name, Fact::Text(text.to_vec().into()));
        }
        for (hole, is_empty, word) in [
            ("verb", !exchange.has_command(), Word::OwnNoCommand),
            ("argument", !exchange.has_command(), Word::OwnNoCommand),
            ("code", exchange.reply().is_none(), Word::OwnNoReply),
            ("reply", exchange.reply().is_none(), Word::OwnNoReply),
            ("client", session.client().is_empty(), Word::OwnNoClient),
        ] {
            if is_empty {
                found = found.fact(hole, Fact::Phrase(word));
            }
        }
        found
    }
}

/// Takes an exchange into what has begun; the sequence before it, if it is the last one.
fn advance(
    begun: &mut [Option<Begun>; STEPS_MAX],
    steps: &[Conditions],
    within: Option<i64>,
    exchange: &Exchange,
    fits: impl Fn(&Conditions) -> bool,
) -> Option<Begun> {
    let here = Taken::of(exchange);
    let soon = |limit: Option<i64>, since: Taken| {
        limit.is_none_or(|limit| here.at.since(since.at).is_some_and(|ms| (0..=limit).contains(&ms)))
    };
    // From the last to the first, so that one exchange is not two of them.
    for (number, step) in steps.iter().enumerate().rev() {
        if number == 0 {
            if fits(step) {
                begun[0] = Some(Begun::default().with(exchange));
            }
            continue;
        }
        let Some(so_far) = begun[number - 1] else { continue };
        let (first, last) = (so_far.taken[0], so_far.taken[so_far.n - 1]);
        let in_time = soon(step.within, last) && soon(within, first);
        let in_place = !step.directly || here.mark == last.mark + 1;
        if !in_time || !in_place || !fits(step) {
            continue;
        }
        if number + 1 == steps.len() {
            return Some(so_far);
        }
        begun[number] = Some(so_far.with(exchange));
    }
    None
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::judged_by_own;

    /// The lines of the findings of a sequence in a transcript.
    fn lines(sequence: &str, transcript: &[&str]) -> Vec<u64> {
        let definition = format!("name = \"x\"\nmessage = \"m\"\nfix = \"f\"\n{sequence}");
        let found = judged_by_own(&definition, transcript);
        found.iter().map(|f| f.rsplit(' ').next().unwrap().parse().unwrap()).collect()
    }

    const ABC: &str = "sequence = [{ verb = \"PWD\" }, { verb = \"CWD\" }, { verb = \"DELE\" }]";

    #[test]
    fn a_sequence_keeps_its_order_to_the_end() {
        assert_eq!(
            lines(ABC, &["220 a", "PWD", "257 a", "NOOP", "200 a", "CWD b", "250 a", "DELE c", "250 a"]),
            [8]
        );
        // The third before the second, the first missing, and one that is there only once.
        assert_eq!(lines(ABC, &["220 a", "PWD", "257 a", "DELE c", "250 a", "CWD b", "250 a"]), [0; 0]);
        assert_eq!(lines(ABC, &["220 a", "CWD b", "250 a", "DELE c", "250 a"]), [0; 0]);
        let twice = "sequence = [{ verb = \"CWD\" }, { verb = \"CWD\" }]";
        assert_eq!(lines(twice, &["220 a", "CWD b", "250 a"]), [0; 0]);
        assert_eq!(lines(twice, &["220 a", "CWD b", "250 a", "CWD b", "250 a", "CWD b", "250 a"]), [4]);
    }

    #[test]
    fn a_beginning_that_leads_nowhere_does_not_hide_a_later_one() {
        let direct = "sequence = [{ verb = \"PWD\" }, { verb = \"CWD\", directly = true }]";
        assert_eq!(lines(direct, &["220 a", "PWD", "257 a", "NOOP", "200 a", "CWD b", "250 a"]), [0; 0]);
        assert_eq!(lines(direct, &["220 a", "PWD", "257 a", "PWD", "257 a", "CWD b", "250 a"]), [6]);
    }

    #[test]
    fn what_clears_begins_anew_and_silences_a_single_match() {
        let clears = format!("{ABC}\nunless = {{ verb = \"NOOP\" }}");
        let log = ["220 a", "PWD", "257 a", "NOOP", "200 a", "CWD b", "250 a", "DELE c", "250 a"];
        assert_eq!(lines(&clears, &log), [0; 0]);
        let single = "match = { verb = \"DELE\" }\nunless = [{ verb = \"CWD\", argument = '^b$' }, { verb = \"REIN\" }]";
        assert_eq!(lines(single, &log), [0; 0]);
        assert_eq!(lines(single, &["220 a", "CWD bb", "250 a", "DELE c", "250 a"]), [4]);
    }

    #[test]
    fn without_times_nothing_is_soon() {
        let soon = "sequence = [{ verb = \"PWD\" }, { verb = \"CWD\", within = \"2 h\" }]";
        assert_eq!(lines(soon, &["220 a", "PWD", "257 a", "CWD b", "250 a"]), [0; 0]);
    }
}
