//! PASV that was answered while the transfer before it was still running: the server dropped it with the end of that transfer
//! and refuses the next one (RFC 959 section 5.4).

use super::earlier;
use super::transfer_without_data_connection::says_nothing_was_prepared;
use crate::ftp::{Code, Data, Mark};
use crate::rule::{Check, Found, Group, Rule, Severity, Suspect};
use crate::session::{Confidence, Exchange, Watch};

pub(super) static RULE: Rule = Rule {
    name: "data-connection-too-early",
    severity: Severity::Error,
    group: Group::Order,
    replies: &[425, 503],
    cases: &["consumed"],
    check: Check::Suspect(check),
    about: Watch::TRANSFERS,
    ..Rule::BASE
};

fn check(suspect: &Suspect) -> Option<Found> {
    let Data::Ready(setup) = suspect.state.data else { return None };
    suspect.refused_command()?;
    if !suspect.verb.transfers() || suspect.exchange.is_started() || !may_be_lost(suspect) {
        return None;
    }
    let running = running_at(&suspect.session().exchange(setup)?)?;
    Some(Found::new("consumed").cause(setup).proof(running).sure(Confidence::Likely))
}

/// Whether the refusal may mean that no data connection is prepared.
fn may_be_lost(suspect: &Suspect) -> bool {
    suspect.code() == Some(Code(425)) || says_nothing_was_prepared(suspect)
}

/// The transfer that was running when that command was answered: its final reply comes later in the log.
fn running_at(setup: &Exchange) -> Option<Mark> {
    let prepared = setup.reply()?.place;
    let last = earlier(setup).find(|e| e.verb().transfers())?;
    (last.reply()?.place > prepared).then_some(last.mark())
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::judged_by_default;

    const LOGIN: [&str; 5] = ["220-FileZilla Server 0.9.53 beta", "220 x", "USER a", "331 x", "230 x"];
    const PASSIVE: &str = "227 Entering Passive Mode (192,0,2,10,250,79)";

    fn judged(lines: &[&str]) -> Vec<String> {
        judged_by_default(&[&LOGIN[..], lines].concat())
    }

    #[test]
    fn a_pasv_before_the_226_is_lost() {
        let lines = [
            "PASV",
            PASSIVE,
            "STOR gauge.js",
            "150 Opening data channel for file upload to server of \"/gauge.js\"",
            "PASV",
            PASSIVE,
            "226 Successfully transferred \"\"",
            "STOR reports.js",
            "503 Bad sequence of commands.",
        ];
        assert_eq!(judged(&lines), ["data-connection-too-early/consumed line 13"]);
    }

    #[test]
    fn a_pasv_after_the_226_is_in_time() {
        let first = ["PASV", PASSIVE, "STOR a", "150 x", "226 x", "PASV", PASSIVE, "STOR b"];
        for refusal in ["503 Bad sequence of commands.", "550 b: Permission denied", "425 Use PASV first."] {
            let found = judged(&[&first[..], &[refusal]].concat());
            assert!(found.iter().all(|f| !f.starts_with("data-connection-too-early")), "{found:?}");
        }
        // A server that answers in turn has kept it.
        let queued = ["PASV", PASSIVE, "STOR a", "150 x", "PASV", "226 x", PASSIVE, "STOR b", "425 x"];
        assert!(judged(&queued).iter().all(|f| !f.starts_with("data-connection-too-early")));
    }

    #[test]
    fn a_file_that_is_not_there_is_another_matter() {
        let early = ["PASV", PASSIVE, "STOR a", "150 x", "PASV", PASSIVE, "226 x", "RETR b"];
        let lines = [&early[..], &["550 File not found"]].concat();
        assert!(judged(&lines).iter().all(|f| !f.starts_with("data-connection-too-early")));
    }
}
