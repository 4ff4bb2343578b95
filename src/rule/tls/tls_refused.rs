//! AUTH refused: for its mechanism, or because the server has no TLS to offer (RFC 2228 section 3, RFC 4217 section 2).

use super::demand::{accepted_soon_after, asks_for_tls, is_protected};
use crate::ftp::{Code, Login, Verb};
use crate::rule::{Check, Found, Group, Rule, Severity, Suspect};
use crate::session::{Confidence, Watch};

pub(super) static RULE: Rule = Rule {
    name: "tls-refused",
    severity: Severity::Warning,
    group: Group::Tls,
    replies: &[431, 504, 530, 534],
    cases: &["mechanism", "unavailable", "policy", "before-login", "not-for-anonymous"],
    check: Check::Suspect(check),
    about: Watch::of(&[Verb::AUTH, Verb::USER, Verb::PASS]),
    ..Rule::BASE
};

fn check(suspect: &Suspect) -> Option<Found> {
    let code = suspect.refused_command()?;
    match suspect.verb {
        Verb::AUTH => auth(suspect, code),
        // vsftpd without allow_anon_ssl.
        Verb::USER | Verb::PASS => (is_protected(suspect) && suspect.says(&["may not use encryption"]))
            .then(|| Found::new("not-for-anonymous").severity(Severity::Error)),
        _ => None,
    }
}

fn auth(suspect: &Suspect, code: Code) -> Option<Found> {
    let exchange = &suspect.exchange;
    // A client that asks in several ways until it is heard has lost nothing; and what a server lacks is another rule's.
    if accepted_soon_after(exchange, Verb::AUTH).is_some() || suspect.lack().is_some() {
        return None;
    }
    let went_on = accepted_soon_after(exchange, Verb::USER).is_some();
    if !asks_for_tls(exchange) {
        let known = matches!(code, Code(504 | 534 | 431 | 500 | 501));
        // Old clients ask for Kerberos first and then do without.
        // After the login some servers refuse every AUTH.
        let late = matches!(suspect.state.login, Login::In(_));
        let confidence = if late { Confidence::Likely } else { Confidence::Certain };
        return (known && !went_on).then(|| Found::new("mechanism").sure(confidence));
    }
    let severity = (!went_on).then_some(Severity::Error);
    match code {
        Code(504 | 431 | 534) if suspect.says(&["policy", "not allow"]) => {
            Some(Found::new("policy").severity(severity))
        }
        Code(504 | 431 | 534) => Some(Found::new("unavailable").severity(severity)),
        // vsftpd without ssl_enable answers this to everything before the login.
        Code(530) if !went_on && !logged_in(suspect.state.login) => {
            Some(Found::new("before-login").severity(Severity::Error).sure(Confidence::Likely))
        }
        _ => None,
    }
}

fn logged_in(login: Login) -> bool {
    matches!(login, Login::In(_) | Login::Left(_) | Login::Unknown)
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::judged_by_default;

    fn refused(lines: &[&str]) -> Vec<String> {
        let found = judged_by_default(&[&["220 x"], lines].concat());
        found.into_iter().filter(|f| f.starts_with("tls-refused")).collect()
    }

    #[test]
    fn a_server_without_tls_is_told_by_its_refusal() {
        assert_eq!(refused(&["AUTH TLS", "431 Security is disabled"]), ["tls-refused/unavailable line 2"]);
        let policy = "534 Local policy on server does not allow TLS secure connections.";
        assert_eq!(refused(&["AUTH TLS", policy]), ["tls-refused/policy line 2"]);
        let login = "530 Please login with USER and PASS.";
        assert_eq!(refused(&["AUTH TLS", login, "QUIT", "221 x"]), ["tls-refused/before-login line 2"]);
    }

    #[test]
    fn a_mechanism_that_nobody_has_is_refused() {
        let lines = ["AUTH FOO", "534 Unwilling to accept security parameters", "QUIT", "221 x"];
        assert_eq!(refused(&lines), ["tls-refused/mechanism line 2"]);
    }

    #[test]
    fn anonymous_users_may_have_to_do_without_tls() {
        let lines = ["AUTH TLS", "234 x", "USER ftp", "530 Anonymous sessions may not use encryption."];
        assert_eq!(refused(&lines), ["tls-refused/not-for-anonymous line 4"]);
    }

    #[test]
    fn a_client_that_found_another_way_has_lost_nothing() {
        let ssl = ["AUTH SSL", "500 This security scheme is not implemented", "AUTH TLS", "234 AUTH TLS OK."];
        assert!(refused(&ssl).is_empty());
        let kerberos = ["AUTH GSSAPI", "504 x", "AUTH KERBEROS_V4", "504 x", "USER a", "331 x"];
        assert!(refused(&kerberos).is_empty());
        let plain = ["AUTH TLS", "530 Please login with USER and PASS.", "AUTH SSL"];
        let login = ["530 Please login with USER and PASS.", "USER a", "331 x"];
        assert!(refused(&[&plain[..], &login[..]].concat()).is_empty());
    }

    #[test]
    fn what_the_server_does_not_know_is_another_matter() {
        assert!(refused(&["AUTH TLS", "502 Command not implemented."]).is_empty());
        assert!(refused(&["AUTH TLS", "500 Unknown command."]).is_empty());
    }
}
