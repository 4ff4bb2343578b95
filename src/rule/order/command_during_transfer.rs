//! Commands that were sent before the transfer at hand had ended (RFC 959 section 5.4).

use crate::ftp::{Mark, Verb};
use crate::rule::{Check, Found, Group, Level, Numbers, Rule, Set, Severity};
use crate::session::{Exchange, Session};

pub(super) static RULE: Rule = Rule {
    name: "command-during-transfer",
    severity: Severity::Warning,
    group: Group::Order,
    set: Set::Pedantic,
    level: Some(Level::Hazard),
    replies: &[150, 226],
    cases: &["sent"],
    check: Check::Session(check),
    ..Rule::BASE
};

fn check(session: &Session, _: Numbers, found: &mut Vec<(Mark, Found)>) {
    for transfer in session.exchanges().filter(|e| e.verb().transfers() && e.is_started()) {
        if let Some(early) = sent_during(&transfer) {
            found.push((early.mark(), Found::new("sent").proof(transfer.mark())));
        }
    }
}

/// The first command that was sent between the preliminary and the final reply of a transfer and had no business there.
fn sent_during<'s>(transfer: &Exchange<'s>) -> Option<Exchange<'s>> {
    let (begun, ended) = (transfer.replies().next()?.place, transfer.reply()?.place);
    let next = transfer.after().take_while(|e| e.place() < ended);
    let mut next = next.filter(|e| e.has_command() && e.place() > begun);
    next.find(|e| !matches!(e.verb(), Verb::ABOR | Verb::STAT | Verb::QUIT | Verb::NOOP))
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::{judged, judged_by_default};

    const LOGIN: [&str; 7] = ["220 x", "USER a", "331 x", "PASS b", "230 x", "PASV", "227 x"];

    #[test]
    fn a_command_that_does_not_wait_for_the_226_is_too_early() {
        let lines = [&LOGIN[..], &["RETR a", "150 x", "TYPE A", "226 x", "200 x"]].concat();
        assert_eq!(judged(&lines), ["command-during-transfer/sent line 10"]);
        assert!(judged_by_default(&lines).is_empty());
    }

    #[test]
    fn what_may_be_sent_during_a_transfer_is_none() {
        for early in ["NOOP", "STAT", "ABOR", "QUIT"] {
            let lines = [&LOGIN[..], &["RETR a", "150 x", early, "226 x", "225 x"]].concat();
            let found = judged(&lines);
            assert!(found.iter().all(|f| !f.starts_with("command-during")), "{early}: {found:?}");
        }
        let waited = [&LOGIN[..], &["RETR a", "150 x", "226 x", "TYPE A", "200 x"]].concat();
        assert!(judged(&waited).is_empty());
    }
}
