//! A transfer with no data connection prepared for it, whatever code the server chose (RFC 959 3.3, RFC 1123 4.1.2.6).

use super::command_not_implemented::lack;
use super::finding::is_silent;
use super::{Check, Findings, Found, Group, Role, Rule, Severity};
use crate::event::Holds;
use crate::ftp::{Code, Data, Login};
use crate::session::{Beginning, Confidence, Exchange, Session};
use crate::text::holds;

pub(super) static RULE: Rule = Rule {
    name: "transfer-without-data-connection",
    severity: Severity::Error,
    group: Group::Order,
    replies: &[425, 503],
    cases: &["missing", "used", "refused", "starts-late"],
    check: Check::Session(check),
    revise: None,
};

fn check(session: &Session, findings: &mut Findings) {
    for exchange in session.troubled() {
        if !exchange.has_command() || !exchange.verb().transfers() {
            continue;
        }
        let Some(doubt) = failed(&exchange) else { continue };
        let state = exchange.state();
        let (case, cause, between) = match state.data {
            Data::Ready(_) => continue,
            Data::Used { setup, by } => ("used", Some(setup), Some(by)),
            Data::Refused(m) => ("refused", Some(m), None),
            Data::None if session.beginning() == Beginning::Missing => ("starts-late", None, None),
            Data::None => ("missing", None, None),
        };
        // Before a login everything is refused, and where a log leaves out PASV its absence says nothing.
        let unseen =
            case == "starts-late" || case == "missing" && session.dialect().holds != Holds::Everything;
        if !matches!(state.login, Login::In(_) | Login::Unknown) || unseen && doubt != Confidence::Certain {
            continue;
        }
        let confidence = if unseen { doubt.lowered() } else { doubt };
        let cause_role = if case == "used" { Role::Evidence } else { Role::Cause };
        findings.add(Found { cause, cause_role, between, confidence, ..Found::new(exchange, case) });
    }
}

/// Whether the transfer failed in a way that a missing data connection explains, and how surely.
fn failed(exchange: &Exchange) -> Option<Confidence> {
    let Some(reply) = exchange.reply() else {
        // 150 and then nothing, or nothing at all: only where the session went on or was closed.
        return is_silent(exchange).then_some(Confidence::Likely);
    };
    // A listing that the server does not know fails with a data connection, too.
    if lack(exchange).is_some() {
        return None;
    }
    let text = reply.raw();
    match reply.code {
        Code(425 | 503) => Some(Confidence::Certain),
        Code(426 | 451 | 500 | 421 | 450 | 550 | 551) => {
            let names_it = ["port", "pasv", "data conn", "transfer connection", "connector"];
            if names_it.iter().any(|w| holds(text, w)) {
                return Some(Confidence::Certain);
            }
            let about_file = [
                "no such",
                "not found",
                "permission",
                "failed to open",
                "denied",
                "exist",
                "not a",
                "directory",
            ];
            if about_file.iter().any(|w| holds(text, w)) {
                Some(Confidence::Possible)
            } else {
                Some(Confidence::Likely)
            }
        }
        _ => None,
    }
}
