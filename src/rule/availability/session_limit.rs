//! A server that ended a session because no session may last longer, whatever is going on in it.

use super::with_limit;
use crate::ftp::Code;
use crate::rule::{Check, Found, Group, Rule, Suspect};
use crate::session::Exchange;

pub(super) static RULE: Rule = Rule {
    name: "session-limit",
    group: Group::Availability,
    replies: &[421],
    cases: &["limit", "during-transfer"],
    check: Check::Suspect(check),
    ..Rule::BASE
};

fn check(suspect: &Suspect) -> Option<Found> {
    // ProFTPD, TimeoutSession: "Session Timeout (3600 seconds): closing control connection".
    if suspect.code()? != Code(421) || !suspect.says(&["session timeout"]) {
        return None;
    }
    let transfer = super::idle_timeout::running_transfer(&suspect.exchange);
    let mut found = Found::new(if transfer.is_some() { "during-transfer" } else { "limit" });
    if transfer.is_some_and(|t| t.mark() != suspect.exchange.mark()) {
        found = found.cause(transfer.map(|t: Exchange| t.mark()));
    }
    Some(with_limit(found, &suspect.reply?))
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::judged_by_default;

    #[test]
    fn a_session_that_lasted_too_long_is_not_idle() {
        let lines = [
            "220 x",
            "USER a",
            "331 x",
            "PASS b",
            "230 x",
            "421 Session Timeout (60 seconds): closing control connection",
        ];
        assert_eq!(judged_by_default(&lines), ["session-limit/limit line 6"]);
    }
}
