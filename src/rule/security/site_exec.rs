//! SITE EXEC: a command of wu-ftpd that runs programs, and a classic way to break in (RFC 2577 section 9).

use crate::ftp::Verb;
use crate::rule::{Check, Found, Group, Rule, Severity, Suspect};
use crate::session::Watch;

pub(super) static RULE: Rule = Rule {
    name: "site-exec",
    severity: Severity::Warning,
    group: Group::Security,
    replies: &[200, 500, 502],
    cases: &["accepted", "refused"],
    check: Check::Exchange(Watch::of(&[Verb::SITE]), check),
    ..Rule::BASE
};

fn check(suspect: &Suspect) -> Option<Found> {
    if !asks_to_run(suspect.exchange.argument()) {
        return None;
    }
    if suspect.exchange.is_done() {
        return Some(Found::new("accepted").severity(Severity::Error));
    }
    suspect.refusal().map(|_| Found::new("refused"))
}

/// Whether the argument of a SITE command asks to run a program.
pub(in crate::rule) fn asks_to_run(argument: &[u8]) -> bool {
    let is_exec = argument.get(..4).is_some_and(|word| word.eq_ignore_ascii_case(b"EXEC"));
    is_exec && matches!(argument.get(4), None | Some(b' '))
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::judged;

    fn found(command: &str, reply: &str) -> Vec<String> {
        let lines = ["220 x", "USER a", "331 x", "PASS b", "230 x", command, reply];
        judged(&lines).into_iter().filter(|f| f.starts_with("site-exec")).collect()
    }

    #[test]
    fn programs_are_run_by_site_exec_only() {
        assert_eq!(found("SITE EXEC ls", "200 (end of 'ls')"), ["site-exec/accepted line 6"]);
        assert_eq!(found("site exec %p", "500 x"), ["site-exec/refused line 6"]);
        assert!(found("SITE CHMOD 600 exec", "200 x").is_empty());
    }
}
