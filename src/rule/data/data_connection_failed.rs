//! A transfer whose data connection did not come about, although it was prepared (RFC 959 section 3.2).

use super::failure::{Failure, failure};
use super::preparation::{Mode, asked_for, endpoint, prepares, worked_after, worked_before};
use super::reach::unreachable;
use crate::catalog::Word;
use crate::ftp::{Data, Software};
use crate::rule::{Check, Fact, Found, Group, Role, Rule, Severity, Suspect};
use crate::session::{Confidence, Exchange, Watch};

pub(super) static RULE: Rule = Rule {
    name: "data-connection-failed",
    severity: Severity::Error,
    group: Group::Data,
    replies: &[425, 421, 426],
    cases: &[
        "passive",
        "passive-at-times",
        "passive-blocked",
        "active",
        "active-at-times",
        "other-address",
        "no-port",
    ],
    check: Check::Suspect(check),
    about: Watch::TRANSFERS,
    ..Rule::BASE
};

fn check(suspect: &Suspect) -> Option<Found> {
    if !suspect.verb.transfers() {
        return None;
    }
    let failure = failure(&suspect.exchange)?;
    let (setup, mode) = prepared(suspect)?;
    match failure {
        Failure::NotOpened => not_opened(suspect, &setup, mode),
        Failure::OtherAddress => Some(Found::new("other-address").cause_as(Role::Evidence, setup.mark())),
        Failure::NoPort => {
            let found = Found::new("no-port").cause_as(Role::Evidence, setup.mark());
            Some(found.sure(Confidence::Likely))
        }
        // That the log shows the preparation and the server says that there is none is a matter of order.
        Failure::NotPrepared | Failure::Tls | Failure::BrokeOff => None,
    }
}

/// The exchange that prepared the data connection of a transfer, and its mode.
pub(super) fn prepared<'s>(suspect: &Suspect<'s>) -> Option<(Exchange<'s>, Mode)> {
    let Data::Ready(mark) = suspect.state.data else { return None };
    let setup = suspect.session().exchange(mark)?;
    Some((setup, prepares(&setup)?))
}

fn not_opened(suspect: &Suspect, setup: &Exchange, mode: Mode) -> Option<Found> {
    // RFC 4217 section 9: what fails behind 150 under PROT P has probably failed in TLS.
    let connected = ["refused", "timed out", "timeout", "no route", "unreachable", "open data"];
    if suspect.state.protected.is_some() && suspect.exchange.is_started() && !suspect.says(&connected) {
        return None;
    }
    // PASV has the cause, and its own rule. One that was judged long ago was judged before the transfer failed.
    let is_at_hand = suspect.session().exchanges().next().is_some_and(|first| first.mark() <= setup.mark());
    if is_at_hand && unreachable(setup).is_some() {
        return None;
    }
    let proof = worked_before(&suspect.exchange, mode);
    let active = if mode == Mode::Passive { worked_after(&suspect.exchange, mode.other()) } else { None };
    let case = match (mode, proof.is_some()) {
        (Mode::Passive, true) => "passive-at-times",
        (Mode::Passive, false) if active.is_some() => "passive-blocked",
        (Mode::Passive, false) => "passive",
        (Mode::Active, true) => "active-at-times",
        (Mode::Active, false) => "active",
    };
    let proof = proof.or(active).map(|transfer| transfer.mark());
    let found = Found::new(case).cause_as(Role::Evidence, setup.mark()).proof(proof);
    Some(target(found, setup, mode, suspect).sure(confidence(suspect)))
}

/// A code alone may mean that the data connection broke off later; IIS uses 425 for both.
fn confidence(suspect: &Suspect) -> Confidence {
    let worded = suspect.reply.is_some_and(|reply| !reply.last_line().is_empty());
    if worded && suspect.session().software() != Software::Iis {
        Confidence::Certain
    } else {
        Confidence::Likely
    }
}

/// Says where the data connection was to go, and which settings of the server decide it.
pub(super) fn target(found: Found, setup: &Exchange, mode: Mode, suspect: &Suspect) -> Found {
    let port = || endpoint(setup).map(|end| end.port.to_string().into_bytes());
    match mode {
        Mode::Active => found.fact("target", Fact::Text(asked_for(setup).into())),
        Mode::Passive => {
            found.fact("port", port().map_or(Fact::Phrase(Word::NotInTheLog), |port| Fact::Text(port.into())))
        }
    }
    .fact("setting", Fact::Phrase(super::settings_of(suspect.session().software())))
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::judged_by_default;

    const LOGIN: [&str; 5] = ["220 (vsFTPd 3.0.3)", "USER a", "331 x", "PASS b", "230 x"];

    fn after_login(lines: &[&str]) -> Vec<String> {
        judged_by_default(&[&LOGIN, lines].concat())
    }

    #[test]
    fn a_client_that_never_came_is_found_in_the_words_of_each_server() {
        for refusal in [
            &["425 Failed to establish connection."][..],
            &["425 Unable to build data connection: Connection timed out"],
            &["150 Opening data channel.", "425 Can't open data connection for transfer of \"/a\""],
            &["150 File status okay. About to open data connection.", "421 Passive data channel timed out."],
            &["500 Can't build data connection: Connection refused."],
        ] {
            let lines =
                [&["PASV", "227 Entering Passive Mode (203,0,113,5,195,80).", "LIST"], refusal].concat();
            assert_eq!(after_login(&lines), ["data-connection-failed/passive line 8"], "{refusal:?}");
        }
    }

    #[test]
    fn an_earlier_success_of_the_same_mode_is_said() {
        let worked = ["EPSV", "229 Ok (|||50000|)", "LIST", "150 x", "226 x", "TYPE I", "200 x"];
        let failed = ["EPSV", "229 Ok (|||50001|)", "RETR a", "425 Failed to establish connection."];
        let found = after_login(&[&worked[..], &failed].concat());
        assert_eq!(found, ["data-connection-failed/passive-at-times line 15"]);
        let active = ["PORT 192,0,2,7,200,1", "200 x", "RETR a", "425 Failed to establish connection."];
        let found = after_login(&[&worked[..], &active].concat());
        assert_eq!(found, ["active-mode-blocked/passive-works line 15"]);
    }

    #[test]
    fn active_mode_that_works_afterwards_is_said() {
        let failed = ["EPSV", "229 Ok (|||50001|)", "LIST", "425 Failed to establish connection."];
        let active = ["PORT 192,0,2,7,200,1", "200 x", "LIST", "150 x", "226 x"];
        let found = after_login(&[&failed[..], &active].concat());
        assert_eq!(found, ["data-connection-failed/passive-blocked line 8"]);
    }

    #[test]
    fn a_connection_from_elsewhere_is_told_apart() {
        let pasv = ["PASV", "227 Entering Passive Mode (203,0,113,5,195,80)."];
        let foreign = after_login(&[&pasv[..], &["RETR a", "425 Security: Bad IP connecting."]].concat());
        assert_eq!(foreign, ["data-connection-failed/other-address line 8"]);
    }

    #[test]
    fn a_server_that_has_no_port_of_its_own_does_not_wait_for_the_client() {
        // Of a server behind a proxy, and of ProFTPD that calls the client from port 20.
        let pasv = ["EPSV", "229 Entering Extended Passive Mode (|||44077|)"];
        let refused = "425 Could not open data connection to port 45163: Cannot assign requested address";
        let found = after_login(&[&pasv[..], &["NLST", refused]].concat());
        assert_eq!(found, ["data-connection-failed/no-port line 8"]);
        let port = ["PORT 192,0,2,7,200,1", "200 x"];
        let refused = "425 Unable to build data connection: Address already in use";
        let found = after_login(&[&port[..], &["LIST", refused]].concat());
        assert_eq!(found, ["data-connection-failed/no-port line 8"]);
    }

    #[test]
    fn what_is_the_matter_of_tls_or_of_the_order_is_left_alone() {
        let mine =
            |lines: &[&str]| after_login(lines).iter().any(|f| f.starts_with("data-connection-failed"));
        assert!(!mine(&["RETR a", "425 Use PORT or PASV first."]));
        let tls =
            ["AUTH TLS", "234 x", "USER a", "331 x", "PASS b", "230 x", "PBSZ 0", "200 x", "PROT P", "200 x"];
        let refused = "425 Unable to build data connection: Operation not permitted";
        let lines = [&tls[..], &["PASV", "227 x (203,0,113,5,195,80).", "LIST", "150 x", refused]].concat();
        assert!(!mine(&lines));
        let broke = ["EPSV", "229 x (|||50000|)", "STOR a", "150 x", "426 Failure reading network stream."];
        assert!(!mine(&broke));
    }
}
