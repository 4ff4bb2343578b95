//! A transfer that began and broke off, and that the client did not abort with ABOR (RFC 959 section 5.4: 426 and 451).

use crate::ftp::{Code, DataRole, Verb};
use crate::rule::data::failure::{Failure, failure};
use crate::rule::{Check, Found, Group, Rule, Severity, Suspect};
use crate::session::{Exchange, Watch};

pub(super) static RULE: Rule = Rule {
    name: "transfer-aborted",
    severity: Severity::Error,
    group: Group::Transfer,
    replies: &[426, 451, 425, 421],
    cases: &["broken", "stalled", "not-written", "server-error", "server-left"],
    check: Check::Suspect(check),
    about: Watch::TRANSFERS,
    ..Rule::BASE
};

fn check(suspect: &Suspect) -> Option<Found> {
    if !suspect.verb.transfers() {
        return None;
    }
    let code = suspect.refusal()?;
    let broke_off = failure(&suspect.exchange) == Some(Failure::BrokeOff);
    let stores = suspect.verb.data() == DataRole::Receive;
    let case = match code {
        _ if broke_off && suspect.says(STALLED) => "stalled",
        _ if broke_off => "broken",
        // vsftpd: Failure writing to local file. It says no more of a full disk.
        Code(451) if suspect.exchange.is_started() && stores && suspect.says(&["writ"]) => "not-written",
        Code(451) if suspect.exchange.is_started() => "server-error",
        Code(421) if suspect.exchange.is_started() => "server-left",
        _ => return None,
    };
    // Some clients close a download of which they have seen enough.
    let download = case == "broken" && !stores;
    (!is_wanted(suspect)).then(|| Found::new(case).severity(download.then_some(Severity::Warning)))
}

/// Words for a data connection on which nothing came for too long.
const STALLED: &[&str] = &["timeout", "timed out", "no new data", "stalled"];

/// Whether the client itself asked for the end: a server that is busy sending reads ABOR only when it has noticed that the client
/// has gone, so that a log of the server has it behind the 426.
fn is_wanted(suspect: &Suspect) -> bool {
    let mut later = suspect.exchange.after();
    later.find(Exchange::has_command).is_some_and(|e| e.verb() == Verb::ABOR)
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::judged_by_default;

    fn answered(verb: &str, replies: &[&str], after: &[&str]) -> Vec<String> {
        let lines = [
            "220 x",
            "USER a",
            "331 x",
            "PASS b",
            "230 x",
            "TYPE I",
            "200 x",
            "EPSV",
            "229 x (|||50000|)",
            verb,
        ];
        judged_by_default(&[&lines[..], replies, after].concat())
    }

    #[test]
    fn the_reason_is_taken_from_the_words() {
        for (replies, case) in [
            (&["150 x", "426 Failure writing network stream."][..], "broken"),
            (&["150 x", "426 Transfer aborted. Data connection closed"], "broken"),
            (&["426 Connection closed; transfer aborted."], "broken"),
            (&["150 x", "425 Error while transfering data: ECONNABORTED - Connection aborted"], "broken"),
            (&["150 x", "426 Connection timed out, aborting transfer"], "stalled"),
            (&["150 x", "451 Failure reading local file."], "server-error"),
            (&["150 x", "421 FTP server shutting down - maintenance"], "server-left"),
        ] {
            assert_eq!(
                answered("RETR a", replies, &[]),
                [format!("transfer-aborted/{case} line 10")],
                "{replies:?}"
            );
        }
    }

    #[test]
    fn an_upload_that_the_server_could_not_write_is_told_apart() {
        let found = answered("STOR a", &["150 x", "451 Failure writing to local file."], &[]);
        assert_eq!(found, ["transfer-aborted/not-written line 10"]);
    }

    #[test]
    fn what_the_client_aborted_is_no_finding() {
        let abort = ["ABOR", "226 ABOR successful."];
        assert_eq!(answered("RETR a", &["150 x"], &[&["ABOR", "426 x"][..], &abort[1..]].concat()), [""; 0]);
        assert_eq!(answered("RETR a", &["150 x", "426 Failure writing network stream."], &abort), [""; 0]);
    }

    #[test]
    fn a_transfer_that_did_not_begin_is_another_rules() {
        for reply in
            ["425 Failed to establish connection.", "451 Cannot read file", "550 Failed to open file."]
        {
            let found = answered("RETR a", &[reply], &[]);
            assert!(found.iter().all(|f| !f.starts_with("transfer-aborted")), "{found:?}");
        }
    }
}
