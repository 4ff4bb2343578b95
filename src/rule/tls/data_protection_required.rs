//! A transfer refused because its data connection would not be protected: PROT C, or no PROT at all (RFC 4217 section 9).

use super::demand::{demands_tls, is_about_file, last_before};
use crate::ftp::{DataRole, Tls, Verb};
use crate::rule::{Check, Found, Group, Role, Rule, Severity, Suspect};

pub(super) static RULE: Rule = Rule {
    name: "data-protection-required",
    severity: Severity::Error,
    group: Group::Tls,
    replies: &[421, 425, 521, 522, 534, 550],
    cases: &["clear", "prot-refused", "missing", "no-tls"],
    check: Check::Suspect(check),
    ..Rule::BASE
};

/// How servers speak of the protection of a data connection.
const WORDS: &[&str] = &[
    "on the data channel",
    "data connections must be",
    "data connection must be",
    "data channel must be",
    "with this prot setting",
    "prot p required",
    "prot p is required",
    "use prot p",
    "requires prot",
];

fn check(suspect: &Suspect) -> Option<Found> {
    suspect.refusal()?;
    let state = suspect.state;
    if suspect.verb.data() == DataRole::None || state.protected.is_some() || is_about_file(suspect) {
        return None;
    }
    // A server that has let the client log in speaks of the data connection when it refuses a transfer.
    let demands_it = suspect.says(WORDS) || suspect.verb.transfers() && demands_tls(suspect);
    if !demands_it {
        return None;
    }
    let prot = last_before(&suspect.exchange, |e| e.verb() == Verb::PROT);
    Some(match (prot, state.tls) {
        (Some(prot), _) if prot.is_refused() => Found::new("prot-refused").cause(prot.mark()),
        (Some(prot), _) => Found::new("clear").cause(prot.mark()),
        (None, Tls::On(auth)) => Found::new("missing").cause_as(Role::Evidence, auth),
        (None, _) => Found::new("no-tls"),
    })
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::judged_by_default;

    const LOGIN: [&str; 7] = ["220 x", "AUTH TLS", "234 x", "USER a", "331 x", "PASS b", "230 x"];

    fn after_login(lines: &[&str]) -> Vec<String> {
        judged_by_default(&[&LOGIN, lines].concat())
    }

    #[test]
    fn every_server_demands_it_in_its_own_words() {
        // The texts are those of the servers' sources.
        let texts = [
            "522 Data connections must be encrypted.",
            "522 SSL/TLS required on the data channel",
            "550 SSL/TLS required on the data channel.",
            "521 Data connection cannot be opened with this PROT setting.",
            "521 PROT P required",
            "534 Policy requires SSL.",
            "421 TLS is required",
        ];
        for text in texts {
            let found = after_login(&["PASV", "227 x (1,2,3,4,5,6)", "LIST", text]);
            assert_eq!(found, ["data-protection-required/missing line 10"], "{text}");
        }
    }

    #[test]
    fn the_last_prot_is_the_cause() {
        let end = ["PASV", "227 x (1,2,3,4,5,6)", "LIST", "522 Data connections must be encrypted."];
        let clear = after_login(&[&["PBSZ 0", "200 x", "PROT C", "200 x"], &end[..]].concat());
        assert_eq!(clear, ["data-protection-required/clear line 14"]);
        let refused = after_login(&[&["PROT P", "536 x"], &end[..]].concat());
        assert!(refused.contains(&"data-protection-required/prot-refused line 12".to_owned()), "{refused:?}");
    }

    #[test]
    fn without_tls_all_of_it_is_missing() {
        let lines = ["220 x", "USER a", "331 x", "PASS b", "230 x", "EPSV", "229 (|||5000|)"];
        let found = judged_by_default(&[&lines[..], &["RETR f", "521 PROT P required"]].concat());
        assert_eq!(found, ["data-protection-required/no-tls line 8"]);
    }

    #[test]
    fn a_family_of_addresses_and_a_protected_connection_are_something_else() {
        let family = after_login(&["EPRT |9|::1|5000|", "522 Network protocol not supported, use (1,2)"]);
        assert!(!family.iter().any(|f| f.starts_with("data-protection")), "{family:?}");
        let end = ["PASV", "227 x (1,2,3,4,5,6)", "LIST", "522 SSL connection failed"];
        let protected = after_login(&[&["PBSZ 0", "200 x", "PROT P", "200 x"], &end[..]].concat());
        assert!(!protected.iter().any(|f| f.starts_with("data-protection")), "{protected:?}");
    }
}
