//! A file that another process or another session uses.

use super::ground::Ground;
use super::path::placed;
use crate::rule::{Check, Found, Group, Rule, Severity, Suspect};

pub(super) static RULE: Rule = Rule {
    name: "file-busy",
    severity: Severity::Warning,
    group: Group::Storage,
    replies: &[450, 550],
    cases: &["busy"],
    check: Check::Suspect(check),
    ..Rule::BASE
};

fn check(suspect: &Suspect) -> Option<Found> {
    (suspect.ground()? == Ground::Busy).then(|| placed(suspect, Found::new("busy")))
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::judged_by_default;

    fn after_login(lines: &[&str]) -> Vec<String> {
        judged_by_default(&[&["220 x", "USER a", "331 x", "PASS b", "230 x"][..], lines].concat())
    }

    #[test]
    fn a_file_that_is_in_use() {
        for reply in [
            "550 The process cannot access the file because it is being used by another process. ",
            "450 Can't remove directory in: resource busy.",
            "550 sc-win32-status 32: another process has the file open",
        ] {
            assert_eq!(after_login(&["DELE in", reply]), ["file-busy/busy line 6"], "{reply}");
        }
        let patient = ["DELE in", "450 in: file is busy", "DELE in", "250 x"];
        assert_eq!(after_login(&patient), [""; 0]);
        assert_eq!(after_login(&["DELE in", "550 Access blocked."]), ["file-refused/not-deleted line 6"]);
    }
}
