//! PORT or EPRT with the address of another host than the client: an FTP bounce, or a broken client (RFC 2577 section 3).

use crate::ftp::{Code, Endpoint, Software, Verb};
use crate::rule::data::reach::client_address;
use crate::rule::{Check, Fact, Found, Group, Rule, Severity, Suspect};
use crate::session::{Confidence, Watch};
use std::net::IpAddr;

pub(super) static RULE: Rule = Rule {
    name: "port-of-another-host",
    severity: Severity::Warning,
    group: Group::Security,
    replies: &[200, 500],
    cases: &["accepted", "refused"],
    check: Check::Exchange(Watch::of(&[Verb::PORT, Verb::EPRT]), check),
    ..Rule::BASE
};

fn check(suspect: &Suspect) -> Option<Found> {
    let wanted = suspect.endpoint()?;
    if !names_another_host(suspect, &wanted) {
        return None;
    }
    let address = wanted.address?;
    let fact = |found: Found| found.fact("wanted", Fact::Text(address.to_string().into_bytes().into()));
    // A host has an address of each family; a server that refuses the other one speaks of the protocol.
    let client = client_address(suspect.session())?;
    let same_family = client.is_ipv4() == address.to_canonical().is_ipv4();
    match suspect.code()? {
        Code(200) if is_replaced(suspect.session().software(), address, client) => None,
        Code(200) => {
            let confidence = if same_family { Confidence::Certain } else { Confidence::Possible };
            Some(fact(Found::new("accepted")).severity(Severity::Error).sure(confidence))
        }
        code if code.is_refusal() && same_family && !is_for_another_reason(suspect, code) => {
            Some(fact(Found::new("refused")))
        }
        _ => None,
    }
}

/// Whether the server connects to the client all the same: `ProFTPD` takes a private address (RFC 1918) of a client that has none
/// for the work of an address translator.
fn is_replaced(software: Software, wanted: IpAddr, client: IpAddr) -> bool {
    let is_private = |address: IpAddr| matches!(address.to_canonical(), IpAddr::V4(v4) if v4.is_private());
    software == Software::Proftpd && is_private(wanted) && !is_private(client)
}

/// Whether the server refused the command before it looked at the address: another rule explains it then.
fn is_for_another_reason(suspect: &Suspect, code: Code) -> bool {
    let is_about_address = ["illegal", "address", "privileged", "won't"];
    let by_epsv_all = suspect.state.extended_only.is_some() && !suspect.says(&is_about_address);
    by_epsv_all
        || code == Code(530)
        || suspect.says(&["epsv all", "disabled", "permission denied", "active mode"])
}

/// Whether that is surely not the client, as far as the log says who that is.
pub(super) fn names_another_host(suspect: &Suspect, wanted: &Endpoint) -> bool {
    let (Some(wanted), Some(client)) =
        (wanted.address.map(|a| a.to_canonical()), client_address(suspect.session()))
    else {
        return false;
    };
    is_another(wanted, client)
}

/// Whether two addresses are those of two machines. A machine has more than one address for itself, and 0.0.0.0 is nobody's.
fn is_another(wanted: IpAddr, client: IpAddr) -> bool {
    let itself = wanted.is_loopback() && client.is_loopback();
    wanted != client && !itself && !wanted.is_unspecified()
}

#[cfg(test)]
mod tests {
    use crate::ftp::Software;
    use crate::rule::testing::judged;

    #[test]
    fn a_machine_has_more_than_one_address_for_itself() {
        let another =
            |wanted: &str, client: &str| super::is_another(wanted.parse().unwrap(), client.parse().unwrap());
        assert!(another("198.51.100.9", "203.0.113.7"));
        assert!(!another("203.0.113.7", "203.0.113.7"));
        assert!(!another("127.0.0.1", "::1"));
        assert!(!another("0.0.0.0", "203.0.113.7"));
    }

    #[test]
    fn proftpd_connects_to_the_client_instead_of_a_private_address() {
        let replaced = |software, wanted: &str, client: &str| {
            super::is_replaced(software, wanted.parse().unwrap(), client.parse().unwrap())
        };
        assert!(replaced(Software::Proftpd, "10.9.8.7", "203.0.113.7"));
        assert!(replaced(Software::Proftpd, "192.168.1.9", "::ffff:203.0.113.7"));
        assert!(!replaced(Software::Proftpd, "10.9.8.7", "10.0.0.2"));
        assert!(!replaced(Software::Proftpd, "198.51.100.9", "203.0.113.7"));
        assert!(!replaced(Software::Vsftpd, "10.9.8.7", "203.0.113.7"));
    }

    #[test]
    fn without_a_client_in_the_log_nothing_is_said() {
        let lines = [
            "220 x",
            "USER a",
            "331 x",
            "PASS b",
            "230 x",
            "PORT 198,51,100,9,0,25",
            "500 Illegal PORT command.",
        ];
        assert_eq!(judged(&lines).iter().filter(|f| f.starts_with("port-of-another-host")).count(), 0);
    }
}
