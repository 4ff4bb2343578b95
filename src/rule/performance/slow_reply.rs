//! Replies that took long to come. What a transfer takes does not count: only the time to the first reply does.

use crate::ftp::{Code, Mark, Verb};
use crate::rule::{Check, Fact, Found, Group, Numbers, Rule, Setting, Severity, Unit};
use crate::session::{Exchange, Reply, Session};

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
    // In nearly all sessions none is slow. The longest time is never below zero, which a limit may be.
    if limit_ms >= 0 && session.longest_wait_ms() <= limit_ms {
        return;
    }
    for exchange in session.exchanges().filter(Exchange::has_command) {
        let Some(first) = exchange.replies().next() else { continue };
        let Some(ms) = first.at.since(exchange.at()).filter(|ms| *ms > limit_ms) else { continue };
        if !waits_for_reason(&exchange, &first) {
            found.push((exchange.mark(), Found::new("slow").fact("delay", Fact::Duration(ms))));
        }
    }
}

/// Whether the server waited for something else than itself: on purpose after a wrong password, or for a data connection and
/// a client that did not come. Other rules are about these.
fn waits_for_reason(exchange: &Exchange, first: &Reply) -> bool {
    let of_login = matches!(exchange.verb(), Verb::USER | Verb::PASS) && first.code.is_refusal();
    of_login || matches!(first.code, Code(421 | 425 | 426))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refused_login_waits_on_purpose() {
        let mut session = Session::of_a_transcript();
        session.hear_lines(&[
            "220 x",
            "USER a",
            "331 x",
            "PASS b",
            "530 x",
            "PWD",
            "257 \"/\"",
            "LIST",
            "425 x",
        ]);
        session.trace_for(crate::session::Watch::NOTHING);
        let waits = |e: Exchange| e.replies().next().is_some_and(|first| waits_for_reason(&e, &first));
        let verbs: Vec<Verb> =
            session.exchanges().filter(|e| e.has_command() && waits(*e)).map(|e| e.verb()).collect();
        assert_eq!(verbs, [Verb::PASS, Verb::LIST]);
    }
}
