//! REST, or the transfer after it, that was refused because files are sent as text: TYPE I has to come first
//! (RFC 3659 section 5.3).

use super::starts_late;
use crate::ftp::{DataRole, Form, Login, Mark, Restart, Verb};
use crate::rule::{Check, Found, Group, Rule, Severity, Suspect};
use crate::session::{Exchange, Watch};

pub(super) static RULE: Rule = Rule {
    name: "restart-in-ascii",
    severity: Severity::Warning,
    group: Group::Order,
    replies: &[501, 503],
    cases: &["set", "reset", "unsaid", "starts-late"],
    check: Check::Suspect(check),
    about: Watch::TRANSFERS.and(Watch::of(&[Verb::REST])),
    ..Rule::BASE
};

/// Exchanges after a refused REST in which the client may have put it right.
const MENDED_WITHIN: usize = 6;

fn check(suspect: &Suspect) -> Option<Found> {
    suspect.refused_command()?;
    let restart = restart_of(suspect)?;
    if !suspect.says(&["ascii"]) || is_mended(&suspect.exchange) {
        return None;
    }
    let (case, cause) = match (suspect.state.form, suspect.state.login) {
        // pyftpdlib puts the type back when a second login begins.
        (Form::Image(m), Login::In(login)) if login > m => ("reset", Some(login)),
        (Form::Image(_), _) => return None,
        (Form::Text(m), _) => ("set", Some(m)),
        (Form::Unsaid, _) if starts_late(suspect) => ("starts-late", None),
        (Form::Unsaid, _) => ("unsaid", None),
    };
    let between = (restart != suspect.exchange.mark()).then_some(restart);
    Some(Found::new(case).cause(cause).between(between))
}

/// The REST that was refused, or that the refused transfer was to use.
fn restart_of(suspect: &Suspect) -> Option<Mark> {
    match (suspect.verb.data(), suspect.state.restart) {
        _ if suspect.verb == Verb::REST => Some(suspect.exchange.mark()),
        (DataRole::Send | DataRole::Receive, Restart::Set(m) | Restart::Crossed { set: m, .. }) => Some(m),
        _ => None,
    }
}

/// Whether the client sent REST again soon after, and it was accepted.
fn is_mended(exchange: &Exchange) -> bool {
    let mut next = exchange.after().take(MENDED_WITHIN);
    exchange.verb() == Verb::REST && next.any(|e| e.verb() == Verb::REST && !e.is_refused())
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::{after_login, judged_by_default};

    /// pyftpdlib's words.
    const REFUSED: &str = "501 Resuming transfers not allowed in ASCII mode.";

    #[test]
    fn an_offset_is_refused_while_files_are_text() {
        assert_eq!(after_login(&["REST 9", REFUSED]), ["restart-in-ascii/unsaid line 6"]);
        assert_eq!(after_login(&["TYPE A", "200 x", "REST 9", REFUSED]), ["restart-in-ascii/set line 8"]);
        let again = ["TYPE I", "200 x", "USER b", "331 x", "PASS c", "230 x", "REST 9", REFUSED];
        assert_eq!(after_login(&again), ["restart-in-ascii/reset line 12"]);
        // Pure-FTPd accepts REST and refuses the transfer.
        let pure = ["TYPE A", "200 x", "PASV", "227 x", "REST 9", "350 x", "RETR a"];
        let lines = [&pure[..], &["503 ASCII resume is unsafe, please delete the file first"]].concat();
        assert_eq!(after_login(&lines), ["restart-in-ascii/set line 12"]);
        assert_eq!(judged_by_default(&["REST 9", REFUSED]), ["restart-in-ascii/starts-late line 1"]);
    }

    #[test]
    fn a_client_that_puts_it_right_lost_nothing() {
        assert!(after_login(&["REST 9", REFUSED, "TYPE I", "200 x", "REST 9", "350 x"]).is_empty());
        let malformed = after_login(&["TYPE I", "200 x", "REST abc", "501 Not an ASCII number"]);
        assert_eq!(malformed, ["restart-refused/malformed line 8"]);
    }
}
