//! A server that ended a session in which nothing happened for too long.

use crate::ftp::Code;
use crate::rule::refusal::{seconds_in, silence_before};
use crate::rule::{Check, Fact, Found, Group, Reason, Rule, Severity, Suspect};
use crate::session::{Confidence, Exchange};

pub(super) static RULE: Rule = Rule {
    name: "idle-timeout",
    severity: Severity::Note,
    group: Group::Availability,
    replies: &[421],
    cases: &["idle", "no-transfer", "during-transfer"],
    check: Check::Suspect(check),
    ..Rule::BASE
};

fn check(suspect: &Suspect) -> Option<Found> {
    let exchange = &suspect.exchange;
    let reply = suspect.reply.filter(|r| r.code == Code(421))?;
    // Most refusals are about limits.
    if suspect.says(&["too many", "maximum"]) {
        return None;
    }
    let named = Reason::of(reply.raw());
    let reason = named.in_place(exchange, suspect.state);
    let transfer = running_transfer(exchange);
    let (case, severity) = match reason {
        Reason::NoTransfer => ("no-transfer", Severity::Note),
        Reason::Idle if transfer.is_some() => ("during-transfer", Severity::Warning),
        Reason::Idle => ("idle", Severity::Note),
        _ => return None,
    };
    let confidence = if named == reason { Confidence::Certain } else { Confidence::Likely };
    let cause = transfer.filter(|t| case == "during-transfer" && t.mark() != exchange.mark());
    let mut found = Found::new(case).severity(severity).sure(confidence).cause(cause.map(|t| t.mark()));
    let mut also = Vec::new();
    if let Some(ms) = silence_before(exchange).filter(|ms| *ms >= 1000) {
        also.push("silence");
        found = found.fact("silence", Fact::Duration(ms));
    }
    if let Some(seconds) = seconds_in(reply.raw()) {
        also.push("limit");
        found = found.fact("limit", Fact::Duration(seconds as i64 * 1000));
    }
    Some(if also.is_empty() { found } else { found.fact("also", Fact::Also(also)) })
}

/// The transfer that has begun and not ended when a reply comes: its own, or that of the command before.
pub(super) fn running_transfer<'s>(exchange: &Exchange<'s>) -> Option<Exchange<'s>> {
    if exchange.has_command() {
        return Some(*exchange).filter(Exchange::is_started);
    }
    exchange.previous().filter(|e| e.is_started() && e.code().is_none())
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::judged_by_default;

    const LOGIN: [&str; 5] = ["220 x", "USER a", "331 x", "PASS b", "230 x"];

    fn after_login(lines: &[&str]) -> Vec<String> {
        judged_by_default(&[&LOGIN, lines].concat())
    }

    #[test]
    fn the_texts_of_servers_tell_what_was_missing() {
        // The texts are those of recorded sessions and of the servers' sources.
        for reply in [
            "421 Timeout.",
            "421 Idle timeout (600 seconds): closing control connection",
            "421 Timeout - try typing a little faster next time",
            "421 Control connection timed out.",
            "421 Activity timeout.",
        ] {
            assert_eq!(after_login(&[reply]), ["idle-timeout/idle line 6"], "{reply}");
        }
        let reply = "421 No transfer timeout (300 seconds): closing control connection";
        assert_eq!(after_login(&["NOOP", "200 x", reply]), ["idle-timeout/no-transfer line 8"]);
    }

    #[test]
    fn a_transfer_that_runs_does_not_keep_the_session_alive() {
        let lines = ["PASV", "227 x (127,0,0,1,4,1)", "RETR f", "150 x", "421 Timeout."];
        assert_eq!(after_login(&lines), ["idle-timeout/during-transfer line 8"]);
    }

    #[test]
    fn what_the_client_wrote_itself_is_no_timeout() {
        let line = "421 Service not available, remote server has closed connection";
        assert_eq!(after_login(&["PWD", line]).iter().filter(|f| f.starts_with("idle")).count(), 0);
    }
}
