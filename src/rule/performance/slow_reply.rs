//! Replies that took long to come. What a transfer takes does not count: only the time to the first reply does.

use crate::ftp::Mark;
use crate::rule::{Check, Fact, Found, Group, Numbers, Rule, Setting, Severity, Unit};
use crate::session::{Exchange, Session};

pub(super) static RULE: Rule = Rule {
    name: "slow-reply",
    severity: Severity::Note,
    group: Group::Performance,
    cases: &["slow"],
    settings: &[Setting { key: "longer-than", unit: Unit::Time, default: 5_000 }],
    check: Check::Session(check),
    ..Rule::BASE
};

/// The number of the setting.
const LONGER_THAN_MS: usize = 0;

fn check(session: &Session, numbers: Numbers, found: &mut Vec<(Mark, Found)>) {
    let limit_ms = numbers.get(LONGER_THAN_MS);
    for exchange in session.exchanges().filter(Exchange::has_command) {
        let Some(first) = exchange.replies().next() else { continue };
        let Some(ms) = first.at.since(exchange.at()).filter(|ms| *ms > limit_ms) else { continue };
        found.push((exchange.mark(), Found::new("slow").fact("delay", Fact::Duration(ms))));
    }
}
