//! A transfer refused because its TLS session was not that of the control connection: servers ask for it as a proof that both
//! connections come from the same client (RFC 4217 section 10.2).

use super::demand::worked_before;
use crate::ftp::Verb;
use crate::rule::{Check, Found, Group, Role, Rule, Severity, Suspect};
use crate::session::Watch;

pub(super) static RULE: Rule = Rule {
    name: "tls-session-not-reused",
    severity: Severity::Error,
    group: Group::Tls,
    replies: &[421, 425, 426, 450, 522],
    cases: &["refused", "worked-before"],
    check: Check::Suspect(check),
    about: Watch::TRANSFERS.and(Watch::of(&[Verb::OTHER])),
    ..Rule::BASE
};

fn check(suspect: &Suspect) -> Option<Found> {
    suspect.refusal()?;
    // It may come unasked, behind the 226 of the transfer.
    if !suspect.verb.transfers() && suspect.exchange.has_command() {
        return None;
    }
    if !suspect.says(&["session"]) || !suspect.says(&["reuse", "re-use", "resum"]) {
        return None;
    }
    Some(match worked_before(suspect) {
        Some(earlier) => Found::new("worked-before").cause_as(Role::Evidence, earlier.mark()),
        None => Found::new("refused"),
    })
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::judged_by_default;

    const START: [&str; 11] = [
        "220 x", "AUTH TLS", "234 x", "USER a", "331 x", "PASS b", "230 x", "PBSZ 0", "200 x", "PROT P",
        "200 x",
    ];
    const LIST: [&str; 4] = ["PASV", "227 x (1,2,3,4,5,6)", "LIST", "150 x"];

    #[test]
    fn every_server_says_it_in_its_own_words() {
        // The texts are those of the servers' sources and of users' logs.
        let texts = [
            "522 SSL connection failed: session reuse required",
            "425 Unable to build data connection: TLS session of data connection not resumed.",
            "450 TLS session of data connection has not resumed or the session does not match the control connection",
        ];
        for text in texts {
            let found = judged_by_default(&[&START[..], &LIST[..], &[text]].concat());
            assert_eq!(found, ["tls-session-not-reused/refused line 14"], "{text}");
        }
    }

    #[test]
    fn a_transfer_that_worked_before_is_shown() {
        let lines = [&START[..], &LIST[..], &["226 x"], &LIST[..], &["522 session reuse required"]].concat();
        assert_eq!(judged_by_default(&lines), ["tls-session-not-reused/worked-before line 19"]);
    }

    #[test]
    fn resuming_a_file_is_something_else() {
        let lines = ["220 x", "USER a", "331 x", "PASS b", "230 x", "REST 5"];
        let found = judged_by_default(&[&lines[..], &["501 Resuming not allowed in this session."]].concat());
        assert!(!found.iter().any(|f| f.starts_with("tls-session")), "{found:?}");
    }
}
