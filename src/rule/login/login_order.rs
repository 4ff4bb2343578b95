//! Commands that were refused because of the login: none, half of one, a refused one, or one too many (RFC 959 4.1.1).

use crate::ftp::{Code, Login, Verb};
use crate::rule::security::scanner::foreign;
use crate::rule::{Check, Found, Group, Rule, Severity, Suspect};
use crate::session::{Beginning, Confidence};

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
    check: Check::Suspect(check),
    ..Rule::BASE
};

fn check(suspect: &Suspect) -> Option<Found> {
    let code = suspect.refused_command()?;
    match suspect.verb {
        Verb::PASS => pass(suspect, code),
        Verb::USER => user(suspect),
        _ => other(suspect),
    }
}

fn pass(suspect: &Suspect, code: Code) -> Option<Found> {
    match suspect.state.login {
        Login::In(m) => Some(Found::new("pass-again").cause(m)),
        Login::Unknown if code == Code(503) => Some(Found::new("starts-late").sure(Confidence::Likely)),
        // Servers that answered USER and PASS in one word, 530, may have been asked in order.
        Login::Refused(m) if code == Code(503) => {
            let user = suspect.session().exchange(m)?.verb() == Verb::USER;
            let case = if user { "login-refused" } else { "pass-without-user" };
            Some(Found::new(case).cause(user.then_some(m)))
        }
        Login::Nobody => Some(Found::new("pass-without-user")),
        // A wrong password is no matter of order.
        _ => None,
    }
}

fn user(suspect: &Suspect) -> Option<Found> {
    match suspect.state.login {
        Login::In(m) => Some(Found::new("user-again").cause(m)),
        _ => None,
    }
}

fn other(suspect: &Suspect) -> Option<Found> {
    let (case, cause) = match suspect.state.login {
        // Most commands are refused for other reasons, long after the login.
        Login::In(_) => return None,
        Login::Unknown if suspect.session().beginning() == Beginning::Missing => ("starts-late", None),
        Login::Unknown | Login::Nobody => ("not-logged-in", None),
        Login::NeedPassword(m) | Login::NeedAccount(m) => ("password-missing", Some(m)),
        Login::Refused(m) => ("login-refused", Some(m)),
        Login::Left(m) => ("logged-out", Some(m)),
    };
    if may_come_any_time(suspect.verb) || !is_about_login(suspect) || foreign(&suspect.exchange).is_some() {
        return None;
    }
    let confidence = if case == "starts-late" { Confidence::Likely } else { Confidence::Certain };
    Some(Found::new(case).cause(cause).sure(confidence))
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
fn is_about_login(suspect: &Suspect) -> bool {
    match suspect.code() {
        Some(Code(530)) => !suspect.says(&["permission denied", "tls", "ssl"]),
        Some(Code(503 | 550 | 332 | 532)) => suspect.says(&["log in", "login", "logged in", "authenticat"]),
        // Without words only the state can tell: 503 before a login.
        _ => false,
    }
}
