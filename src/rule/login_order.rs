//! Commands that were refused because of the login: none, half of one, a refused one, or one too many (RFC 959 4.1.1).

use super::{Check, Findings, Found, Group, Rule, Severity};
use crate::ftp::{Code, Login, Verb};
use crate::session::{Beginning, Confidence, Exchange, Session};
use crate::text::holds;

pub(super) static RULE: Rule = Rule {
    name: "login-order",
    severity: Severity::Error,
    group: Group::Order,
    replies: &[503, 530],
    cases: &[
        "pass-without-user",
        "pass-again",
        "user-again",
        "not-logged-in",
        "password-missing",
        "login-refused",
        "logged-out",
        "starts-late",
    ],
    check: Check::Session(check),
    revise: None,
};

fn check(session: &Session, findings: &mut Findings) {
    for exchange in session.troubled() {
        if !exchange.has_command() || !exchange.is_refused() {
            continue;
        }
        let found = match exchange.verb() {
            Verb::PASS => pass(&exchange),
            Verb::USER => user(&exchange),
            _ => other(&exchange),
        };
        if let Some(found) = found {
            findings.add(found);
        }
    }
}

fn pass<'s>(exchange: &Exchange<'s>) -> Option<Found<'s>> {
    let code = exchange.code()?;
    let login = exchange.state().login;
    match login {
        Login::In(m) => Some(Found { cause: Some(m), ..Found::new(*exchange, "pass-again") }),
        Login::Unknown if code == Code(503) => Some(Found::new(*exchange, "starts-late")),
        // Servers that answered USER and PASS in one word, 530, may have been asked in order.
        Login::Refused(m) if code == Code(503) => {
            let before = exchange.session().exchange(m)?;
            let user = before.verb() == Verb::USER;
            let case = if user { "login-refused" } else { "pass-without-user" };
            let cause = user.then_some(m);
            Some(Found { cause, ..Found::new(*exchange, case) })
        }
        Login::Nobody => Some(Found::new(*exchange, "pass-without-user")),
        // A wrong password is no matter of order.
        _ => None,
    }
}

fn user<'s>(exchange: &Exchange<'s>) -> Option<Found<'s>> {
    match exchange.state().login {
        Login::In(m) => Some(Found { cause: Some(m), ..Found::new(*exchange, "user-again") }),
        _ => None,
    }
}

fn other<'s>(exchange: &Exchange<'s>) -> Option<Found<'s>> {
    if !is_about_login(exchange) || may_come_any_time(exchange.verb()) {
        return None;
    }
    let session = exchange.session();
    let (case, cause) = match exchange.state().login {
        Login::In(_) => return None,
        Login::Unknown if session.beginning() == Beginning::Missing => ("starts-late", None),
        Login::Unknown | Login::Nobody => ("not-logged-in", None),
        Login::NeedPassword(m) | Login::NeedAccount(m) => ("password-missing", Some(m)),
        Login::Refused(m) => ("login-refused", Some(m)),
        Login::Left(m) => ("logged-out", Some(m)),
    };
    let confidence = if case == "starts-late" { Confidence::Likely } else { Confidence::Certain };
    Some(Found { cause, confidence, ..Found::new(*exchange, case) })
}

/// Commands that a client may send before its login; that many servers refuse them then is no mistake of the client's.
fn may_come_any_time(verb: Verb) -> bool {
    matches!(
        verb,
        Verb::FEAT
            | Verb::OPTS
            | Verb::HELP
            | Verb::SYST
            | Verb::NOOP
            | Verb::LANG
            | Verb::CLNT
            | Verb::CSID
            | Verb::AUTH
            | Verb::HOST
    )
}

/// Whether a refusal speaks of the login: 530 does, unless it speaks of something else; other codes must say so.
fn is_about_login(exchange: &Exchange) -> bool {
    let Some(reply) = exchange.reply() else { return false };
    let text = reply.raw();
    let says_so = ["log in", "login", "logged in", "authenticat"].iter().any(|w| holds(text, w));
    match reply.code {
        Code(530) => !(holds(text, "permission denied") || holds(text, "tls") || holds(text, "ssl")),
        Code(503 | 550 | 332 | 532) => says_so,
        // Without words only the state can tell: 503 before a login.
        _ => false,
    }
}
