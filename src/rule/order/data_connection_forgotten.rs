//! A transfer that was refused for want of a data connection, although one was prepared and not used: some servers forget it at
//! any other command, or when a later PORT is refused.

use super::earlier;
use super::transfer_without_data_connection::says_nothing_was_prepared;
use crate::ftp::{Data, DataRole, Rename};
use crate::rule::{Check, Found, Group, Rule, Severity, Suspect};
use crate::session::{Confidence, Exchange, Watch};

pub(super) static RULE: Rule = Rule {
    name: "data-connection-forgotten",
    severity: Severity::Error,
    group: Group::Order,
    replies: &[425, 503],
    cases: &["interrupted", "replaced"],
    check: Check::Suspect(check),
    about: Watch::TRANSFERS,
    ..Rule::BASE
};

fn check(suspect: &Suspect) -> Option<Found> {
    let Data::Ready(setup) = suspect.state.data else { return None };
    suspect.refused_command()?;
    let in_rename = matches!(suspect.state.rename, Rename::Ready(_));
    if !suspect.verb.transfers() || suspect.exchange.is_started() || in_rename {
        return None;
    }
    if !says_nothing_was_prepared(suspect) {
        return None;
    }
    let between: Vec<Exchange> =
        earlier(&suspect.exchange).take_while(|e| e.mark() > setup).filter(Exchange::has_command).collect();
    let refused = between.iter().find(|e| e.verb().data() == DataRole::Setup);
    let (case, by) = match (refused, between.last()) {
        (Some(other), _) => ("replaced", other),
        (None, Some(first)) => ("interrupted", first),
        _ => return None,
    };
    Some(Found::new(case).cause(setup).between(by.mark()).sure(Confidence::Likely))
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::after_login;

    const PASSIVE: [&str; 2] = ["PASV", "227 Entering Passive Mode (192,0,2,10,250,79)"];

    fn judged(lines: &[&str]) -> Vec<String> {
        after_login(&[&PASSIVE[..], lines].concat())
    }

    #[test]
    fn another_command_makes_some_servers_forget() {
        let noop = ["NOOP", "200 x", "STOR a", "425 Use PORT or PASV first."];
        assert_eq!(judged(&noop), ["data-connection-forgotten/interrupted line 10"]);
        let words = ["TYPE I", "200 x", "STOR a", "503 Bad sequence of commands."];
        assert_eq!(judged(&words), ["data-connection-forgotten/interrupted line 10"]);
    }

    #[test]
    fn a_refused_port_takes_the_pasv_with_it() {
        let lines = ["PORT 192,0,2,7,0,22", "501 x", "STOR a", "503 Bad sequence of commands."];
        assert_eq!(judged(&lines)[1..], ["data-connection-forgotten/replaced line 10"]);
    }

    #[test]
    fn other_refusals_are_other_matters() {
        for refusal in [
            "425 Failed to establish connection.",
            "425 Unable to build data connection: Connection refused",
            "550 /reports/a: Permission denied",
            "503 ASCII resume is unsafe, please delete the file first",
            "503 RNTO required after RNFR",
        ] {
            let found = judged(&["NOOP", "200 x", "STOR a", refusal]);
            assert!(
                found.iter().all(|f| !f.starts_with("data-connection-forgotten")),
                "{refusal}: {found:?}"
            );
        }
        let nothing_between = judged(&["STOR a", "425 Use PORT or PASV first."]);
        assert!(nothing_between.iter().all(|f| !f.starts_with("data-connection-forgotten")));
    }
}
