//! A server that ended a session because the login did not come in time.

use super::with_limit;
use crate::ftp::{Code, Login};
use crate::rule::{Check, Found, Group, Rule, Suspect};

pub(super) static RULE: Rule = Rule {
    name: "login-timeout",
    group: Group::Availability,
    replies: &[421],
    cases: &["nothing-sent", "password-missing", "after-failure"],
    check: Check::Suspect(check),
    ..Rule::BASE
};

fn check(suspect: &Suspect) -> Option<Found> {
    // ProFTPD: "Login timeout (300 seconds)"; FileZilla: "Login time exceeded".
    if suspect.code()? != Code(421) || !suspect.says(&["login time"]) {
        return None;
    }
    let (case, cause) = match suspect.state.login {
        Login::In(_) => return None,
        Login::NeedPassword(m) | Login::NeedAccount(m) | Login::Left(m) => ("password-missing", Some(m)),
        Login::Refused(m) => ("after-failure", Some(m)),
        Login::Nobody | Login::Unknown => ("nothing-sent", None),
    };
    Some(with_limit(Found::new(case).cause(cause), &suspect.reply?))
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::judged_by_default;

    #[test]
    fn how_far_the_login_had_come_is_told() {
        let timeout = "421 Login timeout (300 seconds): closing control connection";
        let found = judged_by_default(&["220 x", timeout]);
        assert_eq!(found, ["login-timeout/nothing-sent line 2"]);
        let found = judged_by_default(&["220 x", "USER a", "331 x", timeout]);
        assert_eq!(found, ["login-timeout/password-missing line 4"]);
        let found = judged_by_default(&[
            "220 x",
            "USER a",
            "331 x",
            "PASS b",
            "530 Login incorrect.",
            "421 Login time exceeded. Closing control connection.",
        ]);
        assert_eq!(found[1], "login-timeout/after-failure line 6");
    }
}
