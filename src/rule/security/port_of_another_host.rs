//! PORT or EPRT with the address of another host than the client: an FTP bounce, or a broken client (RFC 2577 section 3).

use crate::ftp::{Code, Verb, extended_port, port};
use crate::rule::{Check, Fact, Found, Group, Rule, Severity, Suspect};
use crate::session::Watch;
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
    let argument = suspect.exchange.argument();
    let wanted = match suspect.verb {
        Verb::PORT => port(argument)?.address?,
        _ => extended_port(argument)?.address?,
    };
    let client: IpAddr = std::str::from_utf8(suspect.session().client()).ok()?.parse().ok()?;
    if wanted.to_canonical() == client.to_canonical() {
        return None;
    }
    let fact = |found: Found| found.fact("wanted", Fact::Text(wanted.to_string().into_bytes().into()));
    match suspect.code()? {
        Code(200) => Some(fact(Found::new("accepted")).severity(Severity::Error)),
        code if code.is_refusal() => Some(fact(Found::new("refused"))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::judged;

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
