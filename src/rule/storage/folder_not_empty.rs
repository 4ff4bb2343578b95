//! A folder that cannot be removed because something is in it.

use super::ground::Ground;
use super::path::placed;
use crate::rule::{Check, Found, Group, Rule, Severity, Suspect};

pub(super) static RULE: Rule = Rule {
    name: "folder-not-empty",
    severity: Severity::Warning,
    group: Group::Storage,
    replies: &[550],
    cases: &["not-empty"],
    check: Check::Suspect(check),
    ..Rule::BASE
};

fn check(suspect: &Suspect) -> Option<Found> {
    (suspect.ground()? == Ground::NotEmpty).then(|| placed(suspect, Found::new("not-empty")))
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::judged_by_default;

    fn after_login(lines: &[&str]) -> Vec<String> {
        judged_by_default(&[&["220 x", "USER a", "331 x", "PASS b", "230 x"][..], lines].concat())
    }

    #[test]
    fn a_folder_with_something_in_it_stays() {
        assert_eq!(
            after_login(&["RMD in", "550 in: Directory not empty"]),
            ["folder-not-empty/not-empty line 6"]
        );
        let emptied = ["RMD in", "550 in: Directory not empty", "DELE in/a", "250 x", "RMD in", "250 x"];
        assert_eq!(after_login(&emptied), [""; 0]);
    }
}
