//! A refusal that demands TLS of the control connection, whatever its code (RFC 4217 section 12).

use super::demand::{accepted_soon_after, demands_tls, is_protected};
use crate::ftp::{Tls, Verb};
use crate::rule::{Check, Found, Group, Rule, Severity, Suspect};

pub(super) static RULE: Rule = Rule {
    name: "tls-required",
    severity: Severity::Error,
    group: Group::Tls,
    replies: &[421, 503, 530, 534, 550],
    cases: &["not-tried", "auth-refused", "after-ccc", "tried-next", "at-connect"],
    check: Check::Suspect(check),
    ..Rule::BASE
};

fn check(suspect: &Suspect) -> Option<Found> {
    suspect.refusal()?;
    if is_protected(suspect) || suspect.verb == Verb::AUTH || !demands_tls(suspect) {
        return None;
    }
    if !suspect.exchange.has_command() {
        return suspect.exchange.previous().is_none().then(|| Found::new("at-connect"));
    }
    if let Some(auth) = accepted_soon_after(&suspect.exchange, Verb::AUTH) {
        return Some(Found::new("tried-next").later(auth.mark()).severity(Severity::Note));
    }
    Some(match suspect.state.tls {
        Tls::Refused(auth) => Found::new("auth-refused").cause(auth),
        Tls::Cleared(ccc) => Found::new("after-ccc").cause(ccc),
        _ => Found::new("not-tried"),
    })
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::judged_by_default;

    #[test]
    fn every_server_demands_tls_in_its_own_words() {
        // The texts are those of the servers' sources and of recorded sessions.
        let texts = [
            "530 Non-anonymous sessions must use encryption.",
            "550 SSL/TLS required on the control channel",
            "421 Please reconnect using TLS security mechanisms.",
            "530 TLS required",
            "530 This server does not allow plain FTP. You have to use FTP over TLS.",
            "503 Use AUTH first.",
            "503 USER command not valid on insecure control connection",
            "534 Policy requires SSL.",
            "534 A TLS connection is required on the control channel",
            "421 TLS is required",
        ];
        for text in texts {
            assert_eq!(
                judged_by_default(&["220 x", "USER a", text]),
                ["tls-required/not-tried line 2"],
                "{text}"
            );
        }
    }

    #[test]
    fn a_reply_of_two_lines_is_read_as_one() {
        let lines = [
            "220 x",
            "USER a",
            "421-Sorry, cleartext sessions and weak ciphers are not accepted on this server.",
            "421 Please reconnect using TLS security mechanisms.",
        ];
        assert_eq!(judged_by_default(&lines), ["tls-required/not-tried line 2"]);
    }

    #[test]
    fn a_refused_auth_is_the_cause() {
        let lines =
            ["220 x", "AUTH TLS", "431 Security is disabled", "USER a", "530 TLS required", "QUIT", "221 x"];
        let found = judged_by_default(&lines);
        assert!(found.contains(&"tls-required/auth-refused line 4".to_owned()), "{found:?}");
    }

    #[test]
    fn a_client_that_turns_to_tls_at_once_has_lost_nothing() {
        let lines = ["220 x", "USER a", "530 TLS required", "AUTH TLS", "234 x", "USER a", "331 x"];
        assert_eq!(judged_by_default(&lines), ["tls-required/tried-next line 2"]);
    }

    #[test]
    fn a_server_that_wants_tls_from_the_start_says_so_in_place_of_a_greeting() {
        let lines = ["421 Closing non-secure connections in Secure Mode."];
        assert_eq!(judged_by_default(&lines), ["tls-required/at-connect line 1"]);
    }

    #[test]
    fn implicit_tls_needs_no_auth() {
        let lines = ["220 x", "USER a", "331 x", "PASS b", "230 x", "PBSZ 0", "200 x"];
        assert!(judged_by_default(&[&lines[..], &["SITE X", "550 SSL/TLS required"]].concat()).is_empty());
    }

    #[test]
    fn other_refusals_are_about_something_else() {
        let refused = |command: &str, reply: &str| {
            let lines = ["220 x", "USER a", "331 x", "PASS b", "230 x", command, reply];
            judged_by_default(&lines).iter().any(|f| f.starts_with("tls-"))
        };
        assert!(!refused("SIZE tls required.txt", "550 tls required.txt: No such file or directory"));
        assert!(!refused("CWD ssl", "550 ssl: No such file or directory"));
        assert!(!refused("SITE CHMOD 600 secure.key", "550 SITE CHMOD command failed."));
        let anonymous =
            ["220 x", "AUTH TLS", "234 x", "USER ftp", "530 Anonymous sessions may not use encryption."];
        assert!(!judged_by_default(&anonymous).iter().any(|f| f.starts_with("tls-required")));
    }
}
