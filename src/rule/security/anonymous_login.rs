//! A login that anybody can have (RFC 1635).

use super::names::{is_anonymous, is_carried_out, name_of_login};
use crate::ftp::Verb;
use crate::rule::{Check, Found, Group, Rule, Set, Severity, Suspect};
use crate::session::Watch;

pub(super) static RULE: Rule = Rule {
    name: "anonymous-login",
    severity: Severity::Note,
    group: Group::Security,
    set: Set::Audit,
    replies: &[230],
    cases: &["accepted"],
    check: Check::Exchange(Watch::of(&[Verb::USER, Verb::PASS]), check),
    ..Rule::BASE
};

fn check(suspect: &Suspect) -> Option<Found> {
    let name = match suspect.verb {
        Verb::USER => suspect.exchange.argument(),
        _ => name_of_login(suspect),
    };
    // 331 is no login; USER is answered 230 where no password is wanted.
    (is_anonymous(name) && is_carried_out(&suspect.exchange)).then(|| Found::new("accepted"))
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::judged;

    fn found(lines: &[&str]) -> Vec<String> {
        judged(lines).into_iter().filter(|f| f.starts_with("anonymous-login")).collect()
    }

    #[test]
    fn the_name_of_everybody_is_known_in_both_forms() {
        let lines = ["220 x", "USER anonymous", "331 x", "PASS a@b", "230 x"];
        assert_eq!(found(&lines), ["anonymous-login/accepted line 4"]);
        assert_eq!(found(&["220 x", "USER FTP", "230 x"]), ["anonymous-login/accepted line 2"]);
    }

    #[test]
    fn a_refused_login_and_another_name_are_none() {
        assert!(found(&["220 x", "USER anonymous", "331 x", "PASS a@b", "530 x"]).is_empty());
        assert!(found(&["220 x", "USER ftpuser", "331 x", "PASS x", "230 x"]).is_empty());
    }
}
