//! Plain text that came together with AUTH: somebody may have put commands into the connection before TLS began
//! (CVE-2011-0411 and its like; RFC 4217 section 15).
//!
//! It is listed under security and stands here: the rules about TLS would explain the same refusals by their commands and codes,
//! so this one must be asked before them.

use crate::ftp::{Tls, Verb};
use crate::rule::{Check, Found, Group, Rule, Severity, Suspect};

pub(super) static RULE: Rule = Rule {
    name: "starttls-injection",
    severity: Severity::Warning,
    group: Group::Security,
    replies: &[421, 500, 503],
    cases: &["refused"],
    check: Check::Suspect(check),
    ..Rule::BASE
};

fn check(suspect: &Suspect) -> Option<Found> {
    suspect.refusal()?;
    let state = suspect.state;
    if suspect.verb != Verb::AUTH && !matches!(state.tls, Tls::On(_)) {
        return None;
    }
    let auth = if let Tls::On(auth) = state.tls { Some(auth) } else { None };
    suspect.says(&["received additional data", "spurious data"]).then(|| Found::new("refused").cause(auth))
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::judged_by_default;

    #[test]
    fn a_server_that_saw_more_than_auth_says_so() {
        let lines =
            ["220 x", "AUTH TLS", "503 Received additional data on the control connection before TLS."];
        assert_eq!(judged_by_default(&lines), ["starttls-injection/refused line 2"]);
        let lines = ["220 x", "AUTH TLS", "234 x", "421 Spurious data received, disconnecting"];
        assert_eq!(judged_by_default(&lines), ["starttls-injection/refused line 4"]);
    }
}
