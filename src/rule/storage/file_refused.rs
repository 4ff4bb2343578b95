//! A file command that was refused in words that say no more: what it may be, the most likely first.

use super::ground::Ground;
use super::path::placed;
use crate::ftp::{Code, Verb};
use crate::rule::{Check, Found, Group, Rule, Severity, Suspect};
use crate::session::Confidence;

pub(super) static RULE: Rule = Rule {
    name: "file-refused",
    severity: Severity::Warning,
    group: Group::Storage,
    replies: &[450, 451, 550, 551, 553],
    cases: &[
        "not-read",
        "not-stored",
        "not-renamed",
        "not-deleted",
        "folder-not-made",
        "folder-not-entered",
        "not-listed",
        "for-now",
        "other",
    ],
    check: Check::Suspect(check),
    ..Rule::BASE
};

fn check(suspect: &Suspect) -> Option<Found> {
    if suspect.ground()? != Ground::Unsaid {
        return None;
    }
    let case = match suspect.verb {
        _ if matches!(suspect.code(), Some(Code(450 | 451))) => "for-now",
        Verb::RETR => "not-read",
        Verb::STOR | Verb::APPE | Verb::STOU => "not-stored",
        Verb::RNFR | Verb::RNTO => "not-renamed",
        Verb::DELE | Verb::RMD | Verb::XRMD | Verb::RMDA => "not-deleted",
        Verb::MKD | Verb::XMKD => "folder-not-made",
        Verb::CWD | Verb::XCWD | Verb::CDUP | Verb::XCUP => "folder-not-entered",
        Verb::LIST | Verb::NLST | Verb::MLSD => "not-listed",
        _ => "other",
    };
    // That it was refused is certain; why is a guess.
    Some(placed(suspect, Found::new(case).sure(Confidence::Possible)))
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::judged_by_default;

    fn after_login(lines: &[&str]) -> Vec<String> {
        let login = ["220 x", "USER a", "331 x", "PASS b", "230 x", "PASV", "227 (127,0,0,1,4,1)"];
        judged_by_default(&[&login[..], lines].concat())
    }

    #[test]
    fn refusals_without_a_reason_are_told_by_their_commands() {
        for (lines, case) in [
            (["RETR a", "550 Requested action not taken."], "not-read"),
            (["STOR a", "550"], "not-stored"),
            (["RNFR a", "550 nope"], "not-renamed"),
            (["RMD a", "550 Remove directory operation failed."], "not-deleted"),
            (["MKD a", "550 Create directory operation failed."], "folder-not-made"),
            (["CWD a", "550"], "folder-not-entered"),
            (["MLSD a", "550 x"], "not-listed"),
            (["DELE a", "450 Can't delete file a."], "for-now"),
            (["SITE CHMOD 644 a", "550 SITE CHMOD command failed."], "other"),
        ] {
            assert_eq!(after_login(&lines), [format!("file-refused/{case} line 8")], "{lines:?}");
        }
    }

    #[test]
    fn a_refusal_in_the_middle_of_a_transfer_is_another_matter() {
        assert_eq!(after_login(&["RETR a", "150 x", "550 Transfer failed."]), [""; 0]);
    }

    #[test]
    fn what_was_done_in_the_end_is_no_problem() {
        assert_eq!(after_login(&["MKD a", "550 nope", "CWD a", "250 x"]), [""; 0]);
        assert_eq!(after_login(&["DELE a", "450 wait", "DELE a", "250 x"]), [""; 0]);
    }
}
