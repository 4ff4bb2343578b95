//! Which rules are asked about what, worked out once a run.

use super::own::Own;
use super::{Check, Found, Numbers, Rule, Suspect};
use crate::ftp::{Mark, Verb};
use crate::session::Session;

/// What a rule says about an exchange.
type Explain = fn(&Suspect) -> Option<Found>;
/// What a rule says about a session.
type Look = fn(&Session, Numbers, &mut Vec<(Mark, Found)>);

/// The rules that are asked, each with its number, by what they look at; each kind in order.
#[derive(Clone, Debug, Default)]
pub(super) struct Asks {
    /// Those that explain what went wrong.
    pub(super) suspects: Vec<(usize, Explain)>,
    /// Those of them that explain what was accepted, too.
    pub(super) accepted: Vec<(usize, Explain)>,
    /// By the number of the command.
    exchanges: Vec<Vec<(usize, Explain)>>,
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
                    asks.accepted.extend(rule.accepted.then_some((number, check)));
                }
                _ if !speaks => {}
                Check::Exchange(watch, check) => {
                    let verbs = std::iter::once(Verb::OTHER).chain(Verb::all());
                    verbs
                        .filter(|verb| watch.has(*verb))
                        .for_each(|verb| asks.ask_about(verb, (number, check)));
                }
                Check::Session(check) => asks.sessions.push((number, check)),
                Check::Own(own) => asks.own.push((number, own)),
                Check::Ledger(_) => {}
            }
        }
        asks
    }

    fn ask_about(&mut self, verb: Verb, rule: (usize, Explain)) {
        let index = usize::from(verb.index());
        if self.exchanges.len() <= index {
            self.exchanges.resize(index + 1, Vec::new());
        }
        self.exchanges[index].push(rule);
    }

    /// The rules that look at every exchange with that command.
    pub(super) fn about(&self, verb: Verb) -> &[(usize, Explain)] {
        self.exchanges.get(usize::from(verb.index())).map_or(&[], Vec::as_slice)
    }
}
