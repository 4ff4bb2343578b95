//! ADAT, and MIC, CONF and ENC, that were refused because no security exchange had begun or ended (RFC 2228 section 3).

use crate::ftp::{Code, Tls, Verb};
use crate::rule::{Check, Found, Group, Level, Rule, Severity, Suspect};
use crate::session::{Beginning, Watch};

pub(super) static RULE: Rule = Rule {
    name: "security-data-out-of-order",
    severity: Severity::Error,
    group: Group::Order,
    level: Some(Level::Violation),
    replies: &[503],
    cases: &["no-auth", "auth-refused", "auth-done", "unfinished", "starts-late"],
    check: Check::Suspect(check),
    about: Watch::of(&[Verb::ADAT, Verb::MIC, Verb::CONF, Verb::ENC]),
    ..Rule::BASE
};

fn check(suspect: &Suspect) -> Option<Found> {
    let code = suspect.refused_command()?;
    if !matches!(suspect.verb, Verb::ADAT | Verb::MIC | Verb::CONF | Verb::ENC) {
        return None;
    }
    if code != Code(503) && !suspect.says(&["bad sequence"]) {
        return None;
    }
    let (case, cause) = match suspect.state.tls {
        Tls::Off | Tls::Cleared(_) if suspect.session().beginning() == Beginning::Missing => {
            ("starts-late", None)
        }
        Tls::Off | Tls::Cleared(_) => ("no-auth", None),
        Tls::Refused(m) => ("auth-refused", Some(m)),
        // AUTH TLS needs no ADAT.
        Tls::On(m) if suspect.verb == Verb::ADAT => ("auth-done", Some(m)),
        Tls::Pending(m) if suspect.verb != Verb::ADAT => ("unfinished", Some(m)),
        Tls::On(_) | Tls::Pending(_) => return None,
    };
    Some(Found::new(case).cause(cause))
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::judged_by_default;

    fn judged(before: &[&str], command: &str) -> Vec<String> {
        judged_by_default(&[before, &[command, "503 Bad sequence of commands."]].concat())
            .into_iter()
            .filter(|f| f.starts_with("security-data"))
            .collect()
    }

    #[test]
    fn security_data_belongs_to_a_security_exchange() {
        let case = |name: &str, line: u32| [format!("security-data-out-of-order/{name} line {line}")];
        assert_eq!(judged(&["220 x"], "ADAT bm8="), case("no-auth", 2));
        assert_eq!(judged(&["220 x", "AUTH GSSAPI", "504 x"], "ADAT bm8="), case("auth-refused", 4));
        assert_eq!(judged(&["220 x", "AUTH TLS", "234 x"], "ADAT bm8="), case("auth-done", 4));
        assert_eq!(judged(&["220 x", "AUTH GSSAPI", "334 x"], "MIC bm8="), case("unfinished", 4));
        assert_eq!(judged(&[], "ENC bm8="), case("starts-late", 1));
    }

    #[test]
    fn security_data_that_was_asked_for_is_no_matter_of_order() {
        assert!(judged(&["220 x", "AUTH GSSAPI", "334 x"], "ADAT bm8=").is_empty());
    }
}
