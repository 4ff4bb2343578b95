//! ACCT that nobody asked for: it follows a 332 (RFC 959 section 4.1.1).

use crate::ftp::{Code, Login, Verb};
use crate::rule::{Check, Found, Group, Level, Rule, Severity, Suspect};
use crate::session::{Beginning, Watch};

pub(super) static RULE: Rule = Rule {
    name: "account-out-of-order",
    severity: Severity::Warning,
    group: Group::Order,
    level: Some(Level::Violation),
    replies: &[503],
    cases: &["logged-in", "not-asked", "starts-late"],
    check: Check::Suspect(check),
    about: Watch::of(&[Verb::ACCT]),
    ..Rule::BASE
};

fn check(suspect: &Suspect) -> Option<Found> {
    let code = suspect.refused_command().filter(|_| suspect.verb == Verb::ACCT)?;
    if code != Code(503) && !suspect.says(&["bad sequence"]) {
        return None;
    }
    let (case, cause) = match suspect.state.login {
        Login::In(m) => ("logged-in", Some(m)),
        Login::Unknown if suspect.session().beginning() == Beginning::Missing => ("starts-late", None),
        Login::NeedPassword(m) | Login::Refused(m) | Login::Left(m) => ("not-asked", Some(m)),
        Login::NeedAccount(_) | Login::Nobody | Login::Unknown => return None,
    };
    Some(Found::new(case).cause(cause))
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::judged_by_default;

    const REFUSED: [&str; 2] = ["ACCT x", "503 Bad sequence of commands."];

    fn judged(before: &[&str]) -> Vec<String> {
        judged_by_default(&[before, &REFUSED[..]].concat())
            .into_iter()
            .filter(|f| f.starts_with("account"))
            .collect()
    }

    #[test]
    fn an_account_is_sent_when_it_is_asked_for() {
        let login = ["220 x", "USER a", "331 x", "PASS b", "230 x"];
        assert_eq!(judged(&login), ["account-out-of-order/logged-in line 6"]);
        assert_eq!(judged(&login[..3]), ["account-out-of-order/not-asked line 4"]);
        assert_eq!(judged(&[]), ["account-out-of-order/starts-late line 1"]);
        assert!(judged(&["220 x", "USER a", "332 x"]).is_empty());
    }
}
