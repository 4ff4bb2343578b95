//! SITE CPFR and CPTO that worked before the login: anybody can copy files on the server (CVE-2015-3306).

use crate::ftp::{Code, Login, Verb};
use crate::rule::{Check, Found, Group, Rule, Severity, Suspect};
use crate::session::Watch;

pub(super) static RULE: Rule = Rule {
    name: "site-copy-before-login",
    severity: Severity::Error,
    group: Group::Security,
    replies: &[250, 350],
    cases: &["source", "copied"],
    check: Check::Exchange(Watch::of(&[Verb::SITE]), check),
    ..Rule::BASE
};

fn check(suspect: &Suspect) -> Option<Found> {
    let word = suspect.exchange.argument().get(..4)?;
    let state = suspect.state;
    if matches!(state.login, Login::In(_) | Login::Unknown) {
        return None;
    }
    match suspect.code()? {
        Code(350) if word.eq_ignore_ascii_case(b"CPFR") => Some(Found::new("source")),
        code if word.eq_ignore_ascii_case(b"CPTO") && code.0 / 100 == 2 => {
            Some(Found::new("copied").cause(state.copy))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::judged;

    fn found(lines: &[&str]) -> Vec<String> {
        judged(lines).into_iter().filter(|f| f.starts_with("site-copy")).collect()
    }

    #[test]
    fn copies_without_a_login_are_found() {
        let lines = ["220 x", "SITE CPFR /etc/passwd", "350 x", "SITE CPTO /var/www/x", "250 x"];
        assert_eq!(
            found(&lines),
            ["site-copy-before-login/source line 2", "site-copy-before-login/copied line 4"]
        );
    }

    #[test]
    fn after_a_login_and_when_refused_it_is_as_it_should_be() {
        assert!(found(&["220 x", "SITE CPFR /etc/passwd", "530 Please login with USER and PASS"]).is_empty());
        let login = ["220 x", "USER a", "331 x", "PASS b", "230 x"];
        assert!(found(&[&login[..], &["SITE CPFR a", "350 x", "SITE CPTO b", "250 x"]].concat()).is_empty());
    }
}
