//! AUTH, PBSZ, PROT and CCC out of order (RFC 2228, RFC 4217).

use super::demand::{asks_for_tls, is_protected};
use crate::ftp::{Code, Login, Tls, Verb};
use crate::rule::{Check, Found, Group, Rule, Severity, Suspect};
use crate::session::{Confidence, Stand, Watch};

pub(super) static RULE: Rule = Rule {
    name: "tls-setup-order",
    severity: Severity::Error,
    group: Group::Tls,
    replies: &[503, 533, 534],
    cases: &[
        "no-auth",
        "auth-refused",
        "no-pbsz",
        "after-ccc",
        "auth-after-login",
        "auth-again",
        "starts-late",
    ],
    check: Check::Suspect(check),
    about: Watch::of(&[Verb::PBSZ, Verb::PROT, Verb::CCC, Verb::AUTH]),
    ..Rule::BASE
};

fn check(suspect: &Suspect) -> Option<Found> {
    let code = suspect.refusal()?;
    match suspect.verb {
        Verb::PBSZ | Verb::PROT | Verb::CCC => protection(suspect, code),
        Verb::AUTH => auth(suspect, code),
        _ => None,
    }
}

fn protection(suspect: &Suspect, code: Code) -> Option<Found> {
    // No login, no words about TLS: that is another rule's.
    if code == Code(530) || matches!(code, Code(504 | 536 | 501)) {
        return None;
    }
    let state = suspect.state;
    let (case, cause) = match state.tls {
        Tls::On(_) if suspect.verb == Verb::PROT && !state.buffer_size => ("no-pbsz", None),
        Tls::On(_) | Tls::Pending(_) => return None,
        Tls::Cleared(m) => ("after-ccc", Some(m)),
        Tls::Refused(m) => ("auth-refused", Some(m)),
        Tls::Off if is_protected(suspect) => return None,
        Tls::Off if state.login == Login::Unknown => ("starts-late", None),
        Tls::Off => ("no-auth", None),
    };
    // 500 and 502 may also mean that the server has no TLS at all; then the rule about support speaks.
    let confidence = match suspect.session().stand(suspect.verb, suspect.exchange.mark()) {
        _ if code == Code(503) => Confidence::Certain,
        Stand::Starred(_) | Stand::NotListed(_) => return None,
        Stand::Listed(_) | Stand::Worked(_) => Confidence::Certain,
        Stand::Unknown if case == "auth-refused" => return None,
        Stand::Unknown => Confidence::Likely,
    };
    Some(Found::new(case).cause(cause).sure(confidence))
}

fn auth(suspect: &Suspect, code: Code) -> Option<Found> {
    if matches!(code, Code(504 | 501 | 530)) {
        return None;
    }
    // A mechanism that the server does not offer is refused at any time.
    let for_tls = asks_for_tls(&suspect.exchange);
    match (suspect.state.tls, suspect.state.login) {
        (Tls::On(m), _) => Some(Found::new("auth-again").cause(m)),
        (_, Login::In(m)) if code == Code(503) || code == Code(534) && for_tls => {
            let confidence = if code == Code(503) { Confidence::Certain } else { Confidence::Likely };
            Some(Found::new("auth-after-login").cause(m).sure(confidence))
        }
        // vsftpd does not know AUTH any more after the login; its FEAT list shows that it does before.
        (_, Login::In(m)) if for_tls && matches!(code, Code(500 | 502)) && is_listed(suspect) => {
            Some(Found::new("auth-after-login").cause(m).sure(Confidence::Likely))
        }
        _ => None,
    }
}

fn is_listed(suspect: &Suspect) -> bool {
    let stand = suspect.session().stand(Verb::AUTH, suspect.exchange.mark());
    matches!(stand, Stand::Listed(_) | Stand::Worked(_))
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::judged_by_default;

    const LOGIN: [&str; 5] = ["220 x", "USER a", "331 x", "PASS b", "230 x"];

    #[test]
    fn steps_before_auth_come_too_early() {
        // The texts are those of recorded sessions.
        let cases = [("PBSZ 0", "503 PBSZ=0"), ("PROT P", "503 PROT needs a secure connection.")];
        for (command, reply) in cases {
            let found = judged_by_default(&[&LOGIN[..], &[command, reply]].concat());
            assert_eq!(found, ["tls-setup-order/no-auth line 6"], "{command}");
        }
    }

    #[test]
    fn auth_comes_before_the_login() {
        let found = judged_by_default(&[&LOGIN[..], &["AUTH TLS", "503 x"]].concat());
        assert_eq!(found, ["tls-setup-order/auth-after-login line 6"]);
        let feat = ["FEAT", "211-Features:", " AUTH TLS", "211 End", "AUTH TLS", "500 Unknown command."];
        let found = judged_by_default(&[&LOGIN[..], &feat[..]].concat());
        assert_eq!(found, ["tls-setup-order/auth-after-login line 10"]);
    }

    #[test]
    fn one_auth_is_enough() {
        let found = judged_by_default(&[
            "220 x",
            "AUTH TLS",
            "234 x",
            "AUTH TLS",
            "503 Unwilling to accept second AUTH",
        ]);
        assert_eq!(found, ["tls-setup-order/auth-again line 4"]);
    }

    #[test]
    fn a_login_refused_for_lack_of_tls_is_another_rules_matter() {
        let found = judged_by_default(&["220 x", "USER a", "530 TLS required"]);
        assert_eq!(found, ["tls-required/not-tried line 2"]);
    }
}
