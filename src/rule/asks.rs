//! Which rules are asked about what, worked out once a run.

use super::own::Own;
use super::{Check, Found, Numbers, Rule, Suspect};
use crate::ftp::{Mark, Verb};
use crate::session::{Session, Watch};

/// What a rule says about an exchange.
pub(super) type Explain = fn(&Suspect) -> Option<Found>;
/// What a rule says about a session.
type Look = fn(&Session, Numbers, &mut Vec<(Mark, Found)>);

/// Rules that are asked about an exchange, by the number of its command.
type ByVerb = Vec<Vec<(usize, Explain)>>;

/// The rules that are asked, each with its number, by what they look at; each kind in order.
#[derive(Clone, Debug, Default)]
pub(super) struct Asks {
    /// Those that explain what went wrong.
    pub(super) suspects: Vec<(usize, Explain)>,
    suspects_by_verb: ByVerb,
    /// Those of them that explain what was accepted, too.
    pub(super) accepted: Vec<(usize, Explain)>,
    exchanges: ByVerb,
    pub(super) sessions: Vec<(usize, Look)>,
    pub(super) own: Vec<(usize, &'static Own)>,
}

impl Asks {
    /// The rules, each with whether its findings are reported.
    pub(super) fn of(rules: impl Iterator<Item = (&'static Rule, bool)>) -> Self {
        let mut asks = Self::default();
        for (number, (rule, speaks)) in rules.enumerate() {
            match rule.check {
                // A rule that explains a reply does so even where nobody wants to hear of it: no other is to explain it then.
                Check::Suspect(check) => {
                    asks.suspects.push((number, check));
                    ask_about(&mut asks.suspects_by_verb, rule.about, (number, check));
                    asks.accepted.extend(rule.accepted.then_some((number, check)));
                }
                _ if !speaks => {}
                Check::Exchange(watch, check) => ask_about(&mut asks.exchanges, watch, (number, check)),
                Check::Session(check) => asks.sessions.push((number, check)),
                Check::Own(own) => asks.own.push((number, own)),
                // The judge holds sessions against what is expected.
                Check::Ledger(_) | Check::Expectation(_) | Check::Golden(_) => {}
            }
        }
        asks
    }

    /// The rules that can explain what went wrong with that command.
    pub(super) fn suspects(&self, verb: Verb) -> &[(usize, Explain)] {
        about(&self.suspects_by_verb, verb)
    }

    /// The rules that look at every exchange with that command.
    pub(super) fn exchanges(&self, verb: Verb) -> &[(usize, Explain)] {
        about(&self.exchanges, verb)
    }
}

fn ask_about(all: &mut ByVerb, watch: Watch, rule: (usize, Explain)) {
    for verb in std::iter::once(Verb::OTHER).chain(Verb::all()).filter(|verb| watch.has(*verb)) {
        let index = usize::from(verb.index());
        if all.len() <= index {
            all.resize(index + 1, Vec::new());
        }
        all[index].push(rule);
    }
}

fn about(all: &ByVerb, verb: Verb) -> &[(usize, Explain)] {
    all.get(usize::from(verb.index())).map_or(&[], Vec::as_slice)
}
