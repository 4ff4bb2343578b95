//! Servers that ask for an account (ACCT) beside the password (RFC 959 section 4.1.1).

use crate::ftp::{Code, Login, Mark};
use crate::rule::{Check, Found, Group, Numbers, Rule};
use crate::session::Session;

pub(super) static RULE: Rule = Rule {
    name: "account-needed",
    group: Group::Login,
    replies: &[],
    cases: &["login", "file"],
    check: Check::Session(check),
    ..Rule::BASE
};

fn check(session: &Session, _: Numbers, found: &mut Vec<(Mark, Found)>) {
    if let Login::NeedAccount(asked) = session.final_state().login
        && session.has_ended()
    {
        found.push((asked, Found::new("login")));
    }
    let refused = session.notable().filter(|n| n.is_suspect && n.exchange.code() == Some(Code(532)));
    found.extend(refused.map(|n| (n.exchange.mark(), Found::new("file"))));
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::judged_by_default;

    #[test]
    fn an_account_that_is_asked_for_and_not_given_is_found() {
        let found = judged_by_default(&[
            "220 x",
            "USER a",
            "331 x",
            "PASS b",
            "332 Need account for login.",
            "QUIT",
            "221 x",
        ]);
        assert_eq!(found, ["account-needed/login line 4"]);
        let lines =
            ["220 x", "USER a", "331 x", "PASS b", "332 Need account.", "ACCT c", "230 x", "QUIT", "221 x"];
        assert_eq!(judged_by_default(&lines), [""; 0]);
    }

    #[test]
    fn an_account_may_be_asked_for_when_a_file_is_to_be_stored() {
        let lines = [
            "220 x",
            "USER a",
            "331 x",
            "PASS b",
            "230 x",
            "PASV",
            "227 x (192,0,2,1,4,1)",
            "STOR f",
            "532 Need account for storing files.",
        ];
        let found = judged_by_default(&lines);
        assert!(found.contains(&"account-needed/file line 8".to_owned()), "{found:?}");
    }
}
