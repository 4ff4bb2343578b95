//! A login with a name of its own and no password (RFC 959 section 4.1.1).

use super::names::is_anonymous;
use crate::ftp::{Code, Login, Tls, Verb};
use crate::rule::{Check, Found, Group, Rule, Set, Severity, Suspect};
use crate::session::{Confidence, Watch};

pub(super) static RULE: Rule = Rule {
    name: "login-without-password",
    severity: Severity::Warning,
    group: Group::Security,
    set: Set::Audit,
    replies: &[230, 232],
    cases: &["accepted"],
    check: Check::Exchange(Watch::of(&[Verb::USER]), check),
    ..Rule::BASE
};

fn check(suspect: &Suspect) -> Option<Found> {
    let code = suspect.code().filter(|code| matches!(code, Code(230 | 232)))?;
    // Who is logged in already may be told so.
    if is_anonymous(suspect.exchange.argument()) || matches!(suspect.state.login, Login::In(_)) {
        return None;
    }
    let secured = matches!(suspect.state.tls, Tls::On(_) | Tls::Pending(_)) || suspect.session().is_secured();
    // 232 means that the certificate of the client stands for the password (RFC 2228 section 5).
    if secured && code == Code(232) {
        return None;
    }
    let confidence = if secured { Confidence::Possible } else { Confidence::Certain };
    Some(Found::new("accepted").sure(confidence))
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::judged;

    fn found(lines: &[&str]) -> bool {
        judged(lines).iter().any(|f| f.starts_with("login-without-password"))
    }

    #[test]
    fn a_name_is_not_enough() {
        assert!(found(&["220 x", "USER admin", "230 User logged in, proceed."]));
        assert!(!found(&["220 x", "USER anonymous", "230 x"]));
        assert!(!found(&["220 x", "USER admin", "331 x"]));
        assert!(!found(&["220 x", "AUTH TLS", "234 x", "USER admin", "232 x"]));
    }
}
