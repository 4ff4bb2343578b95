//! A folder where a command needs a file, or a file where it needs a folder.

use super::ground::Ground;
use super::path::placed;
use crate::rule::{Check, Found, Group, Rule, Severity, Suspect};

pub(super) static RULE: Rule = Rule {
    name: "file-folder-mix-up",
    severity: Severity::Warning,
    group: Group::Storage,
    replies: &[501, 550],
    cases: &["is-folder", "is-no-folder"],
    check: Check::Suspect(check),
    ..Rule::BASE
};

fn check(suspect: &Suspect) -> Option<Found> {
    let case = match suspect.ground()? {
        Ground::IsFolder => "is-folder",
        Ground::NotFolder => "is-no-folder",
        _ => return None,
    };
    Some(placed(suspect, Found::new(case)))
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::judged_by_default;

    fn after_login(lines: &[&str]) -> Vec<String> {
        let login = ["220 x", "USER a", "331 x", "PASS b", "230 x", "PASV", "227 (127,0,0,1,4,1)"];
        judged_by_default(&[&login[..], lines].concat())
    }

    #[test]
    fn files_and_folders_are_told_apart() {
        assert_eq!(
            after_login(&["RETR docs", "550 docs: not a plain file"]),
            ["file-folder-mix-up/is-folder line 8"]
        );
        assert_eq!(
            after_login(&["RETR docs", "550 I can only retrieve regular files"]),
            ["file-folder-mix-up/is-folder line 8"]
        );
        assert_eq!(
            after_login(&["CWD a.txt", "550 a.txt: Not a directory"]),
            ["file-folder-mix-up/is-no-folder line 8"]
        );
    }

    #[test]
    fn a_client_that_finds_out_for_itself_made_no_mistake() {
        assert_eq!(after_login(&["RETR docs", "550 docs: not a plain file", "CWD docs", "250 x"]), [""; 0]);
        assert_eq!(after_login(&["CWD a.txt", "550 a.txt: Not a directory", "RETR a.txt", "226 x"]), [""; 0]);
        assert_eq!(after_login(&["SIZE docs", "550 docs: not a regular file"]), [""; 0]);
    }
}
