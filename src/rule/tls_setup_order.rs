//! AUTH, PBSZ, PROT and CCC out of order, and logins that were refused because TLS must come first (RFC 2228, RFC 4217).

use super::finding::is;
use super::{Check, Findings, Found, Group, Rule, Severity};
use crate::ftp::{Code, Login, Tls, Verb};
use crate::session::{Confidence, Exchange, Session, Stand};
use crate::text::holds;

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
    check: Check::Session(check),
    revise: None,
};

fn check(session: &Session, findings: &mut Findings) {
    for exchange in session.troubled() {
        if !exchange.is_refused() {
            continue;
        }
        let found = match exchange.verb() {
            Verb::PBSZ | Verb::PROT | Verb::CCC => protection(&exchange),
            Verb::AUTH => auth(&exchange),
            _ => tls_required(&exchange),
        };
        if let Some(found) = found {
            findings.add(found);
        }
    }
}

fn protection<'s>(exchange: &Exchange<'s>) -> Option<Found<'s>> {
    let code = exchange.code()?;
    // No login, no words about TLS: that is another rule's.
    if code == Code(530) || matches!(code, Code(504 | 536 | 501)) {
        return None;
    }
    let state = exchange.state();
    let (case, cause) = match state.tls {
        Tls::On(_) if exchange.verb() == Verb::PROT && !state.buffer_size => ("no-pbsz", None),
        Tls::On(_) | Tls::Pending(_) => return None,
        Tls::Cleared(m) => ("after-ccc", Some(m)),
        Tls::Refused(m) => ("auth-refused", Some(m)),
        Tls::Off if state.login == Login::Unknown => ("starts-late", None),
        Tls::Off => ("no-auth", None),
    };
    // 500 and 502 may also mean that the server has no TLS at all; then the rule about support speaks.
    let confidence = match exchange.session().capabilities().stand(exchange.verb(), exchange.mark()) {
        _ if code == Code(503) => Confidence::Certain,
        Stand::Starred(_) | Stand::NotListed(_) => return None,
        Stand::Listed(_) | Stand::Worked(_) => Confidence::Certain,
        Stand::Unknown if case == "auth-refused" => return None,
        Stand::Unknown => Confidence::Likely,
    };
    Some(Found { cause, confidence, ..Found::new(*exchange, case) })
}

fn auth<'s>(exchange: &Exchange<'s>) -> Option<Found<'s>> {
    let code = exchange.code()?;
    let state = exchange.state();
    if matches!(code, Code(504 | 501 | 530)) {
        return None;
    }
    match (state.tls, state.login) {
        (Tls::On(m), _) => Some(Found { cause: Some(m), ..Found::new(*exchange, "auth-again") }),
        (_, Login::In(m)) if matches!(code, Code(503 | 534)) => {
            let confidence = if code == Code(503) { Confidence::Certain } else { Confidence::Likely };
            Some(Found { cause: Some(m), confidence, ..Found::new(*exchange, "auth-after-login") })
        }
        _ => None,
    }
}

/// USER or PASS refused in words about TLS, while the control connection is not protected.
fn tls_required<'s>(exchange: &Exchange<'s>) -> Option<Found<'s>> {
    if !is(exchange, &[Verb::USER, Verb::PASS])
        || matches!(exchange.state().tls, Tls::On(_) | Tls::Pending(_))
    {
        return None;
    }
    let text = exchange.reply()?.raw();
    let words = ["tls", "ssl", "encrypt", "use auth", "cleartext", "secure"];
    words.iter().any(|w| holds(text, w)).then(|| Found::new(*exchange, "tls-required"))
}
