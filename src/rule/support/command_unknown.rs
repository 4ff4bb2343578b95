//! 500: a command that the server does not recognise, with what the session shows about it.

use super::command_not_implemented::{CASES, explained, revise};
use super::lack::Lack;
use crate::rule::{Check, Found, Group, Rule, Severity, Suspect};

pub(super) static RULE: Rule = Rule {
    name: "command-unknown",
    severity: Severity::Warning,
    group: Group::Support,
    replies: &[500],
    cases: CASES,
    check: Check::Suspect(check),
    revise: Some(revise),
    ..Rule::BASE
};

fn check(suspect: &Suspect) -> Option<Found> {
    (suspect.lack() == Some(Lack::Unknown)).then(|| explained(suspect))
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::judged_by_default;

    #[test]
    fn a_known_command_is_not_taken_while_a_transfer_runs() {
        // Pure-FTPd, recorded.
        let login = ["220 x", "USER a", "331 x", "PASS b", "230 x", "PASV", "227 x (203,0,113,1,4,1)"];
        let during = ["RETR a", "150 x", "PASV", "226 x", "500 Unknown command"];
        let found = judged_by_default(&[&login[..], &during].concat());
        assert_eq!(found, ["command-unknown/in-transfer line 10"]);
        let after = ["RETR a", "150 x", "226 x", "PASV", "500 Unknown command"];
        let found = judged_by_default(&[&login[..], &after].concat());
        assert_eq!(found, ["command-unknown/worked line 11"]);
    }
}
