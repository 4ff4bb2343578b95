//! PORT or EPRT with a port below 1024: the server would be made to talk to a service (RFC 2577 section 3).

use super::port_of_another_host::names_another_host;
use crate::ftp::{Code, Verb};
use crate::rule::{Check, Fact, Found, Group, Rule, Severity, Suspect};
use crate::session::Watch;

pub(super) static RULE: Rule = Rule {
    name: "privileged-port",
    severity: Severity::Warning,
    group: Group::Security,
    replies: &[200],
    cases: &["accepted"],
    check: Check::Exchange(Watch::of(&[Verb::PORT, Verb::EPRT]), check),
    ..Rule::BASE
};

/// The first port that any user may listen at.
const FIRST_FREE_PORT: u16 = 1024;

fn check(suspect: &Suspect) -> Option<Found> {
    let wanted = suspect.endpoint()?;
    // Port 0 is a broken client; and an address of somebody else is the worse of two things.
    if !(1..FIRST_FREE_PORT).contains(&wanted.port) || names_another_host(suspect, &wanted) {
        return None;
    }
    // Why it was refused, another rule says.
    (suspect.code()? == Code(200))
        .then(|| Found::new("accepted").fact("port", Fact::Number(wanted.port.into())))
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::judged;

    fn found(command: &str, reply: &str) -> Vec<String> {
        let lines = ["220 x", "USER a", "331 x", "PASS b", "230 x", command, reply];
        judged(&lines).into_iter().filter(|f| f.starts_with("privileged-port")).collect()
    }

    #[test]
    fn a_port_below_1024_is_a_service() {
        // The texts are those of recorded sessions.
        assert!(found("PORT 127,0,0,1,0,22", "500 Illegal PORT command.").is_empty());
        assert_eq!(found("EPRT |2|2001:db8::7|25|", "200 x"), ["privileged-port/accepted line 6"]);
    }

    #[test]
    fn usual_ports_and_none_at_all_are_something_else() {
        assert!(found("PORT 192,0,2,7,4,0", "200 x").is_empty());
        assert!(found("PORT 192,0,2,7,0,0", "500 x").is_empty());
        assert!(found("PORT 1,2,3", "501 x").is_empty());
    }
}
