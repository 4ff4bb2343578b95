//! PORT and EPRT that were refused for what they name: another address, a low port, a protocol, or nothing that can be read
//! (RFC 959 section 4.1.2, RFC 2428 section 2, RFC 2577 section 3).

use super::preparation::{asked_for, fallback, is_masked};
use super::reach::{client_address, is_private};
use crate::ftp::{Code, Login, Verb};
use crate::rule::{Check, Fact, Found, Group, Rule, Severity, Suspect};
use crate::session::{Confidence, Watch};
use std::net::IpAddr;

pub(super) static RULE: Rule = Rule {
    name: "port-refused",
    severity: Severity::Error,
    group: Group::Data,
    replies: &[500, 501, 504, 522],
    cases: &["disabled", "protocol", "malformed", "low-port", "other-address"],
    check: Check::Suspect(check),
    about: Watch::of(&[Verb::PORT, Verb::EPRT]),
    ..Rule::BASE
};

/// Ports below are those of services, and no server should connect to them (RFC 2577 section 3).
const LOW_PORT_MAX: u16 = 1023;

fn check(suspect: &Suspect) -> Option<Found> {
    if !matches!(suspect.verb, Verb::PORT | Verb::EPRT) {
        return None;
    }
    suspect.refused_command().filter(|code| *code != Code(530))?;
    if !matches!(suspect.state.login, Login::In(_) | Login::Unknown) {
        return None;
    }
    let found = explained(suspect)?;
    // A client that went on in another way lost nothing.
    if fallback(&suspect.exchange, |_| true).is_some() {
        return None;
    }
    Some(found.fact("wanted", Fact::Text(asked_for(&suspect.exchange).into())))
}

fn explained(suspect: &Suspect) -> Option<Found> {
    if suspect.says(&["disabled", "not allowed", "permission denied", "not permitted", "active mode"]) {
        return Some(Found::new("disabled"));
    }
    let Some(end) = suspect.endpoint() else {
        let protocol = suspect.code() == Some(Code(522)) || suspect.says(&["protocol", "family"]);
        if !protocol && is_masked(suspect.exchange.argument()) {
            return None;
        }
        return Some(Found::new(if protocol { "protocol" } else { "malformed" }));
    };
    if suspect.code() == Some(Code(522)) || suspect.says(&["protocol"]) {
        return Some(Found::new("protocol"));
    }
    let address = end.address?;
    match client_address(suspect.session()) {
        // The rule about foreign addresses speaks.
        Some(client) if client != address.to_canonical() && is_same_family(client, address) => None,
        _ if end.port <= LOW_PORT_MAX => {
            Some(Found::new("low-port").fact("port", Fact::Text(end.port.to_string().into_bytes().into())))
        }
        None if is_private(address) => Some(Found::new("other-address").sure(Confidence::Likely)),
        None if suspect.says(FOREIGN) => Some(Found::new("other-address").sure(Confidence::Likely)),
        _ => None,
    }
}

/// A host has an address of each family, so that nothing is known of one of the other.
fn is_same_family(client: IpAddr, address: IpAddr) -> bool {
    client.is_ipv4() == address.to_canonical().is_ipv4()
}

/// Pure-FTPd: I won't open a connection to 192.0.2.9 (only to 192.0.2.7). pyftpdlib: Rejected data connection to foreign address.
const FOREIGN: &[&str] =
    &["won't open", "foreign", "illegal port", "illegal eprt", "does not match", "rejected"];

#[cfg(test)]
mod tests {
    use crate::rule::testing::judged_by_default;

    fn answered(command: &str, reply: &str, after: &[&str]) -> Vec<String> {
        let lines = ["220 x", "USER a", "331 x", "PASS b", "230 x", command, reply];
        judged_by_default(&[&lines[..], after].concat())
    }

    #[test]
    fn what_is_wrong_with_the_argument_is_told_apart() {
        for (command, reply, case) in [
            ("PORT 1,2,3", "501 Illegal PORT command", "malformed"),
            ("PORT 127,0,0,1,256,1", "501 Invalid PORT format.", "malformed"),
            ("PORT 192,0,2,7,0,25", "501 Sorry, but I won't connect to ports < 1024", "low-port"),
            ("PORT 192,0,2,7,0,25", "501 PORT against the privileged port \"25\" refused.", "low-port"),
            ("PORT 10,0,0,5,200,1", "500 Illegal PORT command.", "other-address"),
            (
                "PORT 198,51,100,9,200,1",
                "500 I won't open a connection to 198.51.100.9 (only to 192.0.2.7)",
                "other-address",
            ),
            ("EPRT |3|192.0.2.7|51201|", "522 Network protocol not supported, use (1,2)", "protocol"),
            ("EPRT |2|2001:db8::9|51201|", "522 Only IPv4 is supported, use (1)", "protocol"),
            ("PORT 192,0,2,7,200,1", "501 Active mode is disabled", "disabled"),
            ("PORT 192,0,2,7,200,1", "550 Permission denied.", "disabled"),
        ] {
            assert_eq!(
                answered(command, reply, &[]),
                [format!("port-refused/{case} line 6")],
                "{command}: {reply}"
            );
        }
    }

    #[test]
    fn a_fallback_that_worked_and_a_missing_login_are_no_finding() {
        let pasv = ["PASV", "227 Entering Passive Mode (203,0,113,5,195,80).", "LIST", "150 x", "226 x"];
        assert_eq!(answered("PORT 10,0,0,5,200,1", "500 Illegal PORT command.", &pasv), [""; 0]);
        let port = ["PORT 192,0,2,7,200,1", "200 x"];
        assert_eq!(
            answered("EPRT |1|192.0.2.7|51201|", "522 Network protocol not supported", &port),
            [""; 0]
        );
        let found =
            judged_by_default(&["220 x", "PORT 10,0,0,5,200,1", "530 Please login with USER and PASS."]);
        assert!(found.iter().all(|f| !f.starts_with("port-refused")), "{found:?}");
    }
}
