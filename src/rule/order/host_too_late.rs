//! HOST after USER or AUTH: the server has chosen its host by then (RFC 7151 section 3).

use crate::ftp::{Code, Login, Tls, Verb};
use crate::rule::{Check, Found, Group, Level, Rule, Severity, Suspect};
use crate::session::{Beginning, Watch};

pub(super) static RULE: Rule = Rule {
    name: "host-too-late",
    severity: Severity::Error,
    group: Group::Order,
    level: Some(Level::Violation),
    replies: &[503],
    cases: &["after-login", "after-auth", "starts-late"],
    check: Check::Suspect(check),
    about: Watch::of(&[Verb::HOST]),
    ..Rule::BASE
};

fn check(suspect: &Suspect) -> Option<Found> {
    let code = suspect.refused_command().filter(|_| suspect.verb == Verb::HOST)?;
    if code != Code(503) && !suspect.says(&["bad sequence"]) {
        return None;
    }
    let (case, cause) = match (suspect.state.login, suspect.state.tls) {
        (
            Login::In(m)
            | Login::NeedPassword(m)
            | Login::NeedAccount(m)
            | Login::Refused(m)
            | Login::Left(m),
            _,
        ) => ("after-login", Some(m)),
        (_, Tls::On(m) | Tls::Pending(m) | Tls::Cleared(m)) => ("after-auth", Some(m)),
        (Login::Unknown, _) if suspect.session().beginning() == Beginning::Missing => ("starts-late", None),
        _ => return None,
    };
    Some(Found::new(case).cause(cause))
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::judged_by_default;

    const REFUSED: [&str; 2] = ["HOST ftp.example.com", "503 Bad sequence of commands"];

    fn judged(before: &[&str]) -> Vec<String> {
        judged_by_default(&[before, &REFUSED[..]].concat())
    }

    #[test]
    fn the_host_comes_before_everything_else() {
        let login = ["220 x", "USER a", "331 x", "PASS b", "230 x"];
        assert_eq!(judged(&login), ["host-too-late/after-login line 6"]);
        assert_eq!(judged(&login[..3]), ["host-too-late/after-login line 4"]);
        assert_eq!(judged(&["220 x", "AUTH TLS", "234 x"]), ["host-too-late/after-auth line 4"]);
        assert_eq!(judged(&[]), ["host-too-late/starts-late line 1"]);
    }

    #[test]
    fn a_server_without_hosts_is_another_matter() {
        let lines = ["220 x", "USER a", "331 x", "PASS b", "230 x", "HOST x", "500 HOST not understood"];
        assert!(judged_by_default(&lines).iter().all(|f| !f.starts_with("host")));
        assert!(judged(&["220 x"]).iter().all(|f| !f.starts_with("host")));
    }
}
