//! A transfer with no data connection prepared for it, whatever code the server chose (RFC 959 3.3, RFC 1123 4.1.2.6).

use crate::event::Holds;
use crate::ftp::{Code, Data, Login};
use crate::rule::{Check, Found, Group, Role, Rule, Severity, Suspect};
use crate::session::{Beginning, Confidence};

pub(super) static RULE: Rule = Rule {
    name: "transfer-without-data-connection",
    severity: Severity::Error,
    group: Group::Order,
    replies: &[425, 503],
    cases: &["missing", "used", "refused", "starts-late"],
    check: Check::Suspect(check),
    ..Rule::BASE
};

fn check(suspect: &Suspect) -> Option<Found> {
    if !suspect.exchange.has_command() || !suspect.verb.transfers() {
        return None;
    }
    let doubt = failed(suspect)?;
    let session = suspect.session();
    let state = suspect.state;
    let (case, cause, between) = match state.data {
        Data::Ready(_) => return None,
        Data::Used { setup, by } => ("used", Some(setup), Some(by)),
        Data::Refused(m) => ("refused", Some(m), None),
        Data::None if session.beginning() == Beginning::Missing => ("starts-late", None, None),
        Data::None => ("missing", None, None),
    };
    // Before a login everything is refused, and where a log leaves out PASV its absence says nothing.
    let unseen = case == "starts-late" || case == "missing" && session.dialect().holds != Holds::Everything;
    if !matches!(state.login, Login::In(_) | Login::Unknown) || unseen && doubt != Confidence::Certain {
        return None;
    }
    let confidence = if unseen { doubt.lowered() } else { doubt };
    let cause_role = if case == "used" { Role::Evidence } else { Role::Cause };
    Some(Found::new(case).cause_as(cause_role, cause).between(between).sure(confidence))
}

/// Whether the transfer failed in a way that a missing data connection explains, and how surely.
fn failed(suspect: &Suspect) -> Option<Confidence> {
    let Some(code) = suspect.code() else {
        // 150 and then nothing, or nothing at all: only where the session went on or was closed.
        return (suspect.session().dialect().holds == Holds::Everything).then_some(Confidence::Likely);
    };
    // A listing that the server does not know fails with a data connection, too.
    if suspect.lack().is_some() {
        return None;
    }
    match code {
        Code(425 | 503) => Some(Confidence::Certain),
        Code(426 | 451 | 500 | 421 | 450 | 550 | 551) => Some(told_by_words(suspect)),
        _ => None,
    }
}

/// How surely the words of a refusal are about the data connection.
fn told_by_words(suspect: &Suspect) -> Confidence {
    if suspect.says(&["port", "pasv", "data conn", "transfer connection", "connector"]) {
        return Confidence::Certain;
    }
    let about_file =
        ["no such", "not found", "permission", "failed to open", "denied", "exist", "not a", "directory"];
    if suspect.says(&about_file) { Confidence::Possible } else { Confidence::Likely }
}
