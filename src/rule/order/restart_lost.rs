//! REST that was not the last command before its transfer: some servers forget the offset, and no reply shows it
//! (RFC 3659 section 5.3).

use crate::ftp::{DataRole, Mark, Restart, Software};
use crate::rule::{Check, Found, Group, Rule, Severity, Suspect};
use crate::session::{Confidence, Exchange};

pub(super) static RULE: Rule = Rule {
    name: "restart-lost",
    severity: Severity::Warning,
    group: Group::Order,
    replies: &[350],
    cases: &["interrupted", "listing"],
    check: Check::Suspect(check),
    ..Rule::BASE
};

fn check(suspect: &Suspect) -> Option<Found> {
    let role = suspect.verb.data();
    let (case, cause, between) = match (suspect.state.restart, role) {
        (Restart::Crossed { set, by }, DataRole::Send | DataRole::Receive) => ("interrupted", set, Some(by)),
        (Restart::Set(set), DataRole::List) => ("listing", set, None),
        _ => return None,
    };
    // A transfer that did not take place lost nothing.
    if suspect.refusal().is_some() && !suspect.exchange.is_started() {
        return None;
    }
    // Many clients send PASV after REST, and most servers keep the offset over it.
    if between.is_some_and(|by| only_prepared(&suspect.exchange, by))
        && !forgets(suspect.session().software())
    {
        return None;
    }
    let confidence = if role == DataRole::List { Confidence::Certain } else { Confidence::Likely };
    Some(Found::new(case).cause(cause).between(between).sure(confidence))
}

/// Whether nothing but PASV, PORT and their kin came between REST and its transfer.
fn only_prepared(transfer: &Exchange, first_between: Mark) -> bool {
    let between = std::iter::successors(transfer.previous(), Exchange::previous);
    between.take_while(|e| e.mark() >= first_between).all(|e| e.verb().data() == DataRole::Setup)
}

/// Servers of the BSD family forget the offset at any other command.
fn forgets(software: Software) -> bool {
    matches!(software, Software::Inetutils | Software::LinuxFtpd)
}
