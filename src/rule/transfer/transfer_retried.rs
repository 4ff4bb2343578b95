//! The same transfer tried again and again, and failing each time.

use crate::event::Outcome;
use crate::ftp::{Mark, Verb};
use crate::rule::{Check, Fact, Found, Group, Numbers, Role, Rule, Set, Setting, Severity, Unit};
use crate::session::{Exchange, Session};

pub(super) static RULE: Rule = Rule {
    name: "transfer-retried",
    severity: Severity::Note,
    group: Group::Transfer,
    set: Set::Pedantic,
    cases: &["again"],
    settings: &[Setting { key: "at-least", unit: Unit::Count, default: 3 }],
    check: Check::Session(check),
    ..Rule::BASE
};

/// The number of the setting.
const AT_LEAST: usize = 0;
/// Different transfers that are counted in a session.
const DIFFERENT_MAX: usize = 64;

/// A transfer that failed.
struct Tried<'s> {
    verb: Verb,
    argument: &'s [u8],
    count: usize,
    first: Mark,
    last: Mark,
}

fn check(session: &Session, numbers: Numbers, found: &mut Vec<(Mark, Found)>) {
    let mut tried: Vec<Tried> = Vec::new();
    for exchange in session.exchanges().filter(|e| e.verb().transfers() && failed(e)) {
        let (verb, argument, mark) = (exchange.verb(), exchange.argument(), exchange.mark());
        if let Some(known) = tried.iter_mut().find(|t| t.verb == verb && t.argument == argument) {
            (known.count, known.last) = (known.count + 1, mark);
        } else if tried.len() < DIFFERENT_MAX {
            tried.push(Tried { verb, argument, count: 1, first: mark, last: mark });
        }
    }
    for tried in tried.iter().filter(|t| t.count >= numbers.count(AT_LEAST).max(2)) {
        let again = Found::new("again").cause_as(Role::Evidence, tried.first);
        found.push((tried.last, again.fact("times", Fact::Number(tried.count as u64))));
    }
}

fn failed(exchange: &Exchange) -> bool {
    exchange.is_refused() || exchange.outcome() == Some(Outcome::Failed)
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::judged;

    #[test]
    fn three_failures_of_one_transfer_are_a_habit() {
        let login = ["220 x", "USER a", "331 x", "PASS b", "230 x"];
        let failed = |name: &'static str| ["EPSV", "229 x (|||50000|)", name, "450 x"];
        let of = |names: [&'static str; 3]| {
            let lines = names.map(failed).concat();
            let found = judged(&[&login[..], &lines].concat());
            found.into_iter().filter(|f| f.starts_with("transfer-retried")).collect::<Vec<_>>()
        };
        assert_eq!(of(["RETR a", "RETR a", "RETR a"]), ["transfer-retried/again line 16"]);
        assert_eq!(of(["RETR a", "RETR b", "RETR a"]), [""; 0]);
    }
}
