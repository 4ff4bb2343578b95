//! No room: the disk is full, or the user's share of it is used up. Some servers say so only after 150.

use super::ground::Ground;
use super::path::placed;
use crate::rule::{Check, Found, Group, Rule, Severity, Suspect};
use crate::session::Confidence;

pub(super) static RULE: Rule = Rule {
    name: "storage-full",
    severity: Severity::Error,
    group: Group::Storage,
    replies: &[452, 552],
    cases: &["disk", "quota", "by-code"],
    check: Check::Suspect(check),
    ..Rule::BASE
};

fn check(suspect: &Suspect) -> Option<Found> {
    let found = match suspect.ground()? {
        Ground::Quota => Found::new("quota"),
        Ground::Full if suspect.says(&["space", "full", "storage"]) => Found::new("disk"),
        Ground::Full => Found::new("by-code").sure(Confidence::Likely),
        _ => return None,
    };
    Some(placed(suspect, found))
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::judged_by_default;

    fn stored(replies: &[&str]) -> Vec<String> {
        let before =
            ["220 x", "USER a", "331 x", "PASS b", "230 x", "PASV", "227 (127,0,0,1,4,1)", "STOR a.csv"];
        judged_by_default(&[&before[..], replies].concat())
    }

    #[test]
    fn servers_say_in_many_ways_that_there_is_no_room() {
        for (replies, case) in [
            (&["552 Quota exceeded: [a.csv] won't be saved"][..], "quota"),
            (&["552 Disk full - please upload later"], "disk"),
            (&["452 a.csv: No space left on device"], "disk"),
            (&["150 x", "452 a.csv: No space left on device"], "disk"),
            (&["150 x", "451 a.csv: Disk quota exceeded"], "quota"),
            (&["150 x", "426 Transfer aborted: disk full"], "disk"),
            (&["550 sc-win32-status 112: the disk is full"], "disk"),
            (&["552 Requested file action aborted."], "by-code"),
        ] {
            assert_eq!(stored(replies), [format!("storage-full/{case} line 8")], "{replies:?}");
        }
    }

    #[test]
    fn a_file_that_is_called_so_is_none() {
        let before = ["220 x", "USER a", "331 x", "PASS b", "230 x", "PASV", "227 (127,0,0,1,4,1)"];
        let lines = [&before[..], &["RETR quota.csv", "550 quota.csv: No such file or directory"]].concat();
        assert_eq!(judged_by_default(&lines), ["path-not-found/missing line 8"]);
    }
}
