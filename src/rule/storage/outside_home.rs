//! A path that leads out of the part of the server that the user may see.

use super::ground::Ground;
use super::path::placed;
use crate::rule::{Check, Found, Group, Rule, Severity, Suspect};

pub(super) static RULE: Rule = Rule {
    name: "outside-home",
    severity: Severity::Warning,
    group: Group::Storage,
    replies: &[550],
    cases: &["outside"],
    check: Check::Suspect(check),
    ..Rule::BASE
};

fn check(suspect: &Suspect) -> Option<Found> {
    (suspect.ground()? == Ground::Outside).then(|| placed(suspect, Found::new("outside")))
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::judged_by_default;

    fn after_login(lines: &[&str]) -> Vec<String> {
        judged_by_default(&[&["220 x", "USER a", "331 x", "PASS b", "230 x"][..], lines].concat())
    }

    #[test]
    fn a_path_that_leads_out() {
        let reply = "550 \"/etc\" points to a path which is outside the user's root directory.";
        assert_eq!(after_login(&["CWD ../../etc", reply]), ["outside-home/outside line 6"]);
        // Most servers only say that there is no such folder.
        let found = after_login(&[
            "CWD ../../etc",
            "550 Can't change directory to ../../etc: No such file or directory",
        ]);
        assert_eq!(found, ["path-not-found/folder-missing line 6"]);
    }
}
