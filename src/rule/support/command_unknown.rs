//! 500: a command that the server does not recognise, with what the session shows about it.

use super::command_not_implemented::{CASES, explained};
use super::lack::Lack;
use crate::rule::{Check, Found, Group, Rule, Severity, Suspect};

pub(super) static RULE: Rule = Rule {
    name: "command-unknown",
    severity: Severity::Warning,
    group: Group::Support,
    replies: &[500],
    cases: CASES,
    check: Check::Suspect(check),
    ..Rule::BASE
};

fn check(suspect: &Suspect) -> Option<Found> {
    (suspect.lack() == Some(Lack::Unknown)).then(|| explained(suspect))
}
