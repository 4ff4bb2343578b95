//! A file or folder that the user may not read, write, change or enter.

use super::ground::Ground;
use super::path::{path, placed};
use super::path_not_found::{is_unclear, measured};
use crate::ftp::Verb;
use crate::rule::{Check, Fact, Found, Group, Role, Rule, Setting, Severity, Suspect, Unit};
use crate::session::Confidence;

pub(super) static RULE: Rule = Rule {
    name: "permission-denied",
    severity: Severity::Warning,
    group: Group::Storage,
    replies: &[550, 553],
    cases: &["denied", "every-time", "anonymous", "read-only", "not-opened", "not-created"],
    settings: &[Setting { key: "every-time-from", unit: Unit::Count, default: 3 }],
    check: Check::Suspect(check),
    ..Rule::BASE
};

/// The number of the setting.
const EVERY_TIME_FROM: usize = 0;
/// Exchanges that are looked back over for the same command.
const BACK_MAX: usize = 64;

fn check(suspect: &Suspect) -> Option<Found> {
    let found = match suspect.ground()? {
        Ground::Denied => denied(suspect),
        Ground::Anonymous => Found::new("anonymous"),
        Ground::ReadOnly => Found::new("read-only"),
        Ground::Unsaid => unsaid(suspect)?,
        _ => return None,
    };
    Some(placed(suspect, found))
}

/// Denied once, or wherever the client tries it: then it is probably no matter of one folder.
fn denied(suspect: &Suspect) -> Found {
    let before = suspect.exchange.before().take(BACK_MAX);
    let same = before.filter(|e| e.verb() == suspect.verb && e.argument() != suspect.exchange.argument());
    let (mut count, mut first) = (1_u64, None);
    for earlier in same {
        if !earlier.is_refused() {
            return Found::new("denied");
        }
        (count, first) = (count + 1, Some(earlier.mark()));
    }
    if count < u64::try_from(suspect.numbers.get(EVERY_TIME_FROM)).unwrap_or_default() {
        return Found::new("denied");
    }
    Found::new("every-time")
        .cause_as(Role::Evidence, first)
        .fact("count", Fact::Number(count))
        .sure(Confidence::Likely)
}

/// Servers that say only that they could not do it.
fn unsaid(suspect: &Suspect) -> Option<Found> {
    match suspect.verb {
        Verb::STOR | Verb::STOU | Verb::APPE if suspect.says(&["create", "open", "writ"]) => {
            Some(Found::new("not-created").sure(Confidence::Likely))
        }
        Verb::RETR if is_unclear(suspect) => {
            let (mark, is_there) = measured(&suspect.exchange, path(&suspect.exchange)?)?;
            let found = Found::new("not-opened").cause_as(Role::Evidence, mark);
            is_there.then(|| found.sure(Confidence::Likely))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::judged_by_default;

    fn with(greeting: &str, lines: &[&str]) -> Vec<String> {
        judged_by_default(&[&[greeting, "USER a", "331 x", "PASS b", "230 x"][..], lines].concat())
    }

    fn after_login(lines: &[&str]) -> Vec<String> {
        with("220 pyftpdlib 2.2.0 ready.", lines)
    }

    #[test]
    fn the_words_of_servers_speak_of_rights() {
        for (lines, case) in [
            (["DELE a.txt", "550 a.txt: Permission denied"], "denied"),
            (["MKD in", "550 Access is denied."], "denied"),
            (["RMD in", "550 Not enough privileges."], "denied"),
            (["DELE a.txt", "550 Anonymous users can not delete files"], "anonymous"),
            (["MKD in", "550 in: Read-only file system"], "read-only"),
            (["STOR a.txt", "553 Could not create file."], "not-created"),
        ] {
            let found = after_login(&[&["PASV", "227 (127,0,0,1,4,1)"][..], &lines].concat());
            assert_eq!(found, [format!("permission-denied/{case} line 8")], "{lines:?}");
        }
    }

    #[test]
    fn a_command_that_is_denied_everywhere_is_told_apart() {
        let mkd = |name: &'static str| [name, "550 Not enough privileges."];
        let thrice = [mkd("MKD a"), mkd("MKD b"), mkd("MKD c")].concat();
        assert_eq!(after_login(&thrice)[2], "permission-denied/every-time line 10");
        let once_good = [&["MKD z", "257 \"/z\" created"][..], &thrice].concat();
        assert_eq!(after_login(&once_good)[2], "permission-denied/denied line 12");
    }

    #[test]
    fn what_vsftpd_refuses_by_its_settings_is_no_matter_of_rights() {
        let found = with("220 (vsFTPd 3.0.5)", &["MKD a", "550 Permission denied."]);
        assert_eq!(found, ["command-disabled/vsftpd line 6"]);
    }
}
