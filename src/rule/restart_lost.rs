//! REST that was not the last command before its transfer: some servers forget the offset, and no reply shows it
//! (RFC 3659 section 5.3).

use super::{Check, Findings, Found, Group, Rule, Severity};
use crate::ftp::{DataRole, Mark, Restart, Software};
use crate::session::{Confidence, Exchange, Session};

pub(super) static RULE: Rule = Rule {
    name: "restart-lost",
    severity: Severity::Warning,
    group: Group::Order,
    replies: &[350],
    cases: &["interrupted", "listing"],
    check: Check::Session(check),
    revise: None,
};

fn check(session: &Session, findings: &mut Findings) {
    for exchange in session.resumed() {
        let listing = exchange.verb().data() == DataRole::List;
        let (case, cause, between) = match (exchange.state().restart, exchange.verb().data()) {
            (Restart::Crossed { set, by }, DataRole::Send | DataRole::Receive) => {
                ("interrupted", set, Some(by))
            }
            (Restart::Set(set), DataRole::List) => ("listing", set, None),
            _ => continue,
        };
        // A transfer that did not take place lost nothing.
        if exchange.is_refused() && !exchange.is_started() {
            continue;
        }
        // Many clients send PASV after REST, and most servers keep the offset over it.
        if between.is_some_and(|by| only_prepared(&exchange, by)) && !forgets(session.software()) {
            continue;
        }
        let confidence = if listing { Confidence::Certain } else { Confidence::Likely };
        findings.add(Found { cause: Some(cause), between, confidence, ..Found::new(exchange, case) });
    }
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
