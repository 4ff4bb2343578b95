//! Protection that was given up in mid-session: CCC, or PROT C (RFC 4217 sections 5, 9 and 15.3).

use crate::ftp::{Tls, Verb};
use crate::rule::{Check, Found, Group, Rule, Set, Severity, Suspect};
use crate::session::Watch;

pub(super) static RULE: Rule = Rule {
    name: "protection-dropped",
    severity: Severity::Warning,
    group: Group::Security,
    set: Set::Audit,
    replies: &[200],
    cases: &["control", "data"],
    check: Check::Exchange(Watch::of(&[Verb::CCC, Verb::PROT]), check),
    ..Rule::BASE
};

fn check(suspect: &Suspect) -> Option<Found> {
    let Tls::On(auth) = suspect.state.tls else { return None };
    if !suspect.exchange.is_done() {
        return None;
    }
    let case = match suspect.verb {
        Verb::CCC => "control",
        _ if suspect.exchange.argument().trim_ascii().eq_ignore_ascii_case(b"C") => "data",
        _ => return None,
    };
    Some(Found::new(case).cause_as(crate::rule::Role::Evidence, auth))
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::judged;

    #[test]
    fn protection_is_given_up_by_ccc_and_by_prot_c() {
        let lines = [
            "220 x", "AUTH TLS", "234 x", "PBSZ 0", "200 x", "PROT C", "200 x", "PROT P", "200 x", "CCC",
            "200 x",
        ];
        assert_eq!(judged(&lines), ["protection-dropped/data line 6", "protection-dropped/control line 10"]);
    }

    #[test]
    fn what_was_refused_was_not_given_up() {
        let lines = ["220 x", "AUTH TLS", "234 x", "PBSZ 0", "200 x", "CCC", "534 Unwilling"];
        assert!(!judged(&lines).iter().any(|f| f.starts_with("protection-dropped")));
    }
}
