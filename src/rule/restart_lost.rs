//! REST that was not the last command before its transfer: some servers forget the offset, and no reply shows it
//! (RFC 3659 section 5.3).

use super::{Check, Findings, Found, Group, Rule, Severity};
use crate::ftp::{DataRole, Restart};
use crate::session::{Confidence, Session};

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
    for exchange in session.exchanges() {
        let listing = exchange.verb().data() == DataRole::List;
        let (case, cause, between) = match (exchange.state().restart, exchange.verb().data()) {
            (Restart::Crossed { set, by }, DataRole::Send | DataRole::Receive) => ("interrupted", set, Some(by)),
            (Restart::Set(set), DataRole::List) => ("listing", set, None),
            _ => continue,
        };
        // A transfer that did not take place lost nothing.
        if exchange.is_refused() && !exchange.is_started() {
            continue;
        }
        let confidence = if listing { Confidence::Certain } else { Confidence::Likely };
        findings.add(Found { cause: Some(cause), between, confidence, ..Found::new(exchange, case) });
    }
}
