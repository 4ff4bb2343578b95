//! 500: a command that the server does not recognise, with what the session shows about it.

use super::command_not_implemented::{CASES, Lack, explained, lack};
use super::{Check, Findings, Group, Rule, Severity};
use crate::session::Session;

pub(super) static RULE: Rule = Rule {
    name: "command-unknown",
    severity: Severity::Warning,
    group: Group::Support,
    replies: &[500],
    cases: CASES,
    check: Check::Session(check),
    revise: None,
};

fn check(session: &Session, findings: &mut Findings) {
    for exchange in session.troubled() {
        if lack(&exchange) == Some(Lack::Unknown) {
            findings.add(explained(exchange));
        }
    }
}
