//! AUTH, PBSZ, PROT and CCC out of order, and logins that were refused because TLS must come first (RFC 2228, RFC 4217).

use crate::ftp::{Code, Login, Tls, Verb};
use crate::rule::{Check, Found, Group, Rule, Severity, Suspect};
use crate::session::{Confidence, Stand};

pub(super) static RULE: Rule = Rule {
    name: "tls-setup-order",
    severity: Severity::Error,
    group: Group::Order,
    replies: &[503, 533, 534],
    cases: &[
        "no-auth",
        "auth-refused",
        "no-pbsz",
        "after-ccc",
        "auth-after-login",
        "auth-again",
        "tls-required",
        "starts-late",
    ],
    check: Check::Suspect(check),
    ..Rule::BASE
};

fn check(suspect: &Suspect) -> Option<Found> {
    let code = suspect.refusal()?;
    match suspect.verb {
        Verb::PBSZ | Verb::PROT | Verb::CCC => protection(suspect, code),
        Verb::AUTH => auth(suspect, code),
        Verb::USER | Verb::PASS => tls_required(suspect),
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
    match (suspect.state.tls, suspect.state.login) {
        (Tls::On(m), _) => Some(Found::new("auth-again").cause(m)),
        (_, Login::In(m)) if matches!(code, Code(503 | 534)) => {
            let confidence = if code == Code(503) { Confidence::Certain } else { Confidence::Likely };
            Some(Found::new("auth-after-login").cause(m).sure(confidence))
        }
        _ => None,
    }
}

/// USER or PASS refused in words about TLS, while the control connection is not protected.
fn tls_required(suspect: &Suspect) -> Option<Found> {
    if matches!(suspect.state.tls, Tls::On(_) | Tls::Pending(_)) {
        return None;
    }
    let words = ["tls", "ssl", "encrypt", "use auth", "cleartext", "secure"];
    suspect.says(&words).then(|| Found::new("tls-required"))
}
