//! 227 with an address that the client cannot reach: a private one, mostly, of a server behind a translator (RFC 1918).

use super::reach::unreachable;
use crate::ftp::Verb;
use crate::rule::{Check, Fact, Found, Group, Rule, Severity, Suspect};
use crate::session::{Confidence, Watch};

pub(super) static RULE: Rule = Rule {
    name: "passive-address-unreachable",
    severity: Severity::Error,
    group: Group::Data,
    replies: &[227, 425],
    cases: &["failed", "unused", "unused-nowhere", "given-up", "client-unknown"],
    check: Check::Exchange(Watch::of(&[Verb::PASV, Verb::CPSV, Verb::PASW]), check),
    ..Rule::BASE
};

fn check(suspect: &Suspect) -> Option<Found> {
    let why = unreachable(&suspect.exchange)?;
    let (case, confidence) = match why.failed {
        Some(_) if why.client_known => ("failed", Confidence::Likely),
        Some(_) => ("client-unknown", Confidence::Possible),
        None if why.client_known => ("unused", Confidence::Likely),
        None if why.is_nowhere() => ("unused-nowhere", Confidence::Likely),
        None => ("given-up", Confidence::Possible),
    };
    let found = Found::new(case)
        .later(why.failed.map(|transfer| transfer.mark()))
        .sure(confidence)
        .severity((case == "given-up").then_some(Severity::Warning))
        .fact("address", Fact::Text(why.address.to_string().into_bytes().into()))
        .fact("kind", Fact::Phrase(why.kind))
        .fact("setting", Fact::Phrase(super::settings_of(suspect.session().software())));
    Some(found)
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::judged_by_default;

    const LOGIN: [&str; 5] = ["220 (vsFTPd 3.0.3)", "USER a", "331 x", "PASS b", "230 x"];
    const PRIVATE: [&str; 2] = ["PASV", "227 Entering Passive Mode (172,17,0,2,195,80)."];
    const REFUSED: [&str; 2] = ["LIST", "425 Failed to establish connection."];

    fn after_login(lines: &[&str]) -> Vec<String> {
        judged_by_default(&[&LOGIN[..], lines].concat())
    }

    #[test]
    fn a_private_address_explains_the_transfer_that_failed_once() {
        let found = after_login(&[PRIVATE, REFUSED].concat());
        assert_eq!(found, ["passive-address-unreachable/client-unknown line 6"]);
    }

    #[test]
    fn a_client_that_takes_the_address_of_the_server_instead_is_no_finding() {
        assert_eq!(after_login(&[&PRIVATE[..], &["LIST", "150 x", "226 x"]].concat()), [""; 0]);
        let worked = [&PRIVATE[..], &["LIST", "150 x", "226 x"], &PRIVATE, &REFUSED].concat();
        assert_eq!(after_login(&worked), ["data-connection-failed/passive-at-times line 13"]);
    }

    #[test]
    fn no_client_comes_to_an_address_that_is_nowhere() {
        let nowhere =
            ["PASV", "227 PASV OK (0,0,0,0,70,80)", "PORT 192,168,1,9,200,1", "200 x", "QUIT", "221 x"];
        assert_eq!(after_login(&nowhere), ["passive-address-unreachable/unused-nowhere line 6"]);
    }

    #[test]
    fn a_public_address_and_a_file_that_is_not_there_are_no_finding() {
        let public = ["PASV", "227 Entering Passive Mode (203,0,113,5,195,80)."];
        assert_eq!(after_login(&[public, REFUSED].concat()), ["data-connection-failed/passive line 8"]);
        let missing = after_login(&[&PRIVATE[..], &["RETR a", "550 Failed to open file."]].concat());
        assert!(missing.iter().all(|f| !f.starts_with("passive-address")), "{missing:?}");
        assert_eq!(after_login(&[&PRIVATE[..], &["QUIT", "221 x"]].concat()), [""; 0]);
    }
}
