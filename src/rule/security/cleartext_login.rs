//! A password that crossed the network in clear text (RFC 2577 section 5, RFC 4217 section 15).

use super::names::{is_anonymous, name_of_login};
use crate::event::Holds;
use crate::ftp::{Code, Tls, Verb};
use crate::rule::{Check, Found, Group, Rule, Set, Severity, Suspect};
use crate::session::{Beginning, Confidence, Stand, Watch};
use std::net::IpAddr;

pub(super) static RULE: Rule = Rule {
    name: "cleartext-login",
    severity: Severity::Warning,
    group: Group::Security,
    set: Set::Audit,
    replies: &[230, 530],
    cases: &["no-auth", "auth-refused", "after-ccc"],
    check: Check::Exchange(Watch::of(&[Verb::PASS]), check),
    ..Rule::BASE
};

fn check(suspect: &Suspect) -> Option<Found> {
    let session = suspect.session();
    let (case, cause) = match suspect.state.tls {
        Tls::Off => ("no-auth", None),
        Tls::Refused(mark) => ("auth-refused", Some(mark)),
        Tls::Cleared(mark) => ("after-ccc", Some(mark)),
        Tls::On(_) | Tls::Pending(_) => return None,
    };
    // The log must show AUTH if there was one.
    if session.dialect().holds > Holds::FinalReplies || session.beginning() == Beginning::Missing {
        return None;
    }
    if is_local(session.client()) || is_implicit(suspect) || is_anonymous(name_of_login(suspect)) {
        return None;
    }
    // Once a session is enough.
    let first = session.at_hand().find(|e| e.verb() == Verb::PASS)?;
    if first.mark() != suspect.exchange.mark() {
        return None;
    }
    // Implicit TLS needs no AUTH, and only who reads the wire sees that it is not there.
    let wire = matches!(session.dialect().name, "capture" | "zeek" | "suricata");
    let known = wire || case != "no-auth";
    let confidence = if known { Confidence::Certain } else { Confidence::Likely };
    Some(Found::new(case).cause(cause).sure(confidence))
}

/// Whether client and server are on one machine.
fn is_local(client: &[u8]) -> bool {
    let address = std::str::from_utf8(client).ok().and_then(|text| text.parse::<IpAddr>().ok());
    address.is_some_and(|address| address.to_canonical().is_loopback())
}

/// Whether the session shows that TLS was there from the start: it says so, or PBSZ was accepted without AUTH.
fn is_implicit(suspect: &Suspect) -> bool {
    let session = suspect.session();
    if suspect.state.tls != Tls::Off {
        return false;
    }
    session.is_secured()
        || [Verb::PBSZ, Verb::PROT].into_iter().any(|verb| match session.stand(verb, u32::MAX) {
            Stand::Worked(mark) => session.exchange(mark).is_some_and(|e| e.code() == Some(Code(200))),
            _ => false,
        })
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::judged;

    fn found(lines: &[&str]) -> Vec<String> {
        judged(lines).into_iter().filter(|f| f.starts_with("cleartext-login")).collect()
    }

    #[test]
    fn a_password_without_tls_is_found_once() {
        let lines = ["220 x", "USER a", "331 x", "PASS b", "530 x", "USER a", "331 x", "PASS c", "230 x"];
        assert_eq!(found(&lines), ["cleartext-login/no-auth line 4"]);
    }

    #[test]
    fn a_client_that_goes_on_after_a_refused_auth_is_told_so() {
        let lines = ["220 x", "AUTH TLS", "502 x", "USER a", "331 x", "PASS b", "230 x"];
        assert_eq!(found(&lines), ["cleartext-login/auth-refused line 6"]);
    }

    #[test]
    fn a_password_inside_tls_is_none_of_it() {
        let lines = ["220 x", "AUTH TLS", "234 x", "USER a", "331 x", "PASS b", "230 x"];
        assert!(found(&lines).is_empty());
        let implicit = ["220 x", "USER a", "331 x", "PASS b", "230 x", "PBSZ 0", "200 x", "PROT P", "200 x"];
        assert!(found(&implicit).is_empty());
    }

    #[test]
    fn the_password_of_everybody_is_no_secret() {
        assert!(found(&["220 x", "USER anonymous", "331 x", "PASS a@b", "230 x"]).is_empty());
    }
}
