//! Something of that name is there already: a folder that is to be made, the target of a rename, a file that is to be stored.

use super::ground::Ground;
use super::path::placed;
use crate::ftp::{Mark, Rename, Verb};
use crate::rule::{Check, Found, Group, Rule, Severity, Suspect};

pub(super) static RULE: Rule = Rule {
    name: "already-exists",
    severity: Severity::Warning,
    group: Group::Storage,
    replies: &[521, 550, 553],
    cases: &["folder", "rename", "store"],
    check: Check::Suspect(check),
    ..Rule::BASE
};

fn check(suspect: &Suspect) -> Option<Found> {
    if suspect.ground()? != Ground::Exists {
        return None;
    }
    let found = match suspect.verb {
        Verb::MKD | Verb::XMKD | Verb::SITE => Found::new("folder").severity(Severity::Note),
        Verb::RNFR | Verb::RNTO => Found::new("rename").cause(renamed(suspect)),
        _ => Found::new("store"),
    };
    Some(placed(suspect, found))
}

/// The RNFR that the refused RNTO belongs to.
fn renamed(suspect: &Suspect) -> Option<Mark> {
    match suspect.state.rename {
        Rename::Ready(m) => Some(m),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::judged_by_default;

    fn after_login(lines: &[&str]) -> Vec<String> {
        judged_by_default(&[&["220 x", "USER a", "331 x", "PASS b", "230 x"][..], lines].concat())
    }

    #[test]
    fn something_is_in_the_way() {
        assert_eq!(after_login(&["MKD in", "550 in: File exists"]), ["already-exists/folder line 6"]);
        assert_eq!(
            after_login(&["MKD in", "521 \"/in\" directory already exists"]),
            ["already-exists/folder line 6"]
        );
        let rename = ["RNFR a", "350 x", "RNTO b", "550 RENAME Failed - destination file already exists"];
        assert_eq!(after_login(&rename), ["already-exists/rename line 8"]);
        let store = ["PASV", "227 (127,0,0,1,4,1)", "STOR a", "550 a: Overwrite permission denied"];
        assert_eq!(after_login(&store), ["already-exists/store line 8"]);
    }

    #[test]
    fn a_folder_that_the_client_then_uses_is_no_problem() {
        for lines in [
            &["MKD in", "550 Create directory operation failed.", "CWD in", "250 x"][..],
            &["MKD /in", "550 File exists", "MKD /in/q3", "257 \"/in/q3\" created"],
            &["MKD /in", "550 File exists", "PASV", "227 (127,0,0,1,4,1)", "STOR /in/a.csv", "226 x"],
            &["CWD in", "250 x", "CWD ..", "250 x", "MKD in", "550 File exists"],
            &[
                "RNFR a",
                "350 x",
                "RNTO b",
                "550 b: File exists",
                "DELE b",
                "250 x",
                "RNFR a",
                "350 x",
                "RNTO b",
                "250 x",
            ],
        ] {
            assert_eq!(after_login(lines), [""; 0], "{lines:?}");
        }
    }
}
