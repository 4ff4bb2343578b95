//! A name that the server does not allow, for its characters, its length or a filter.

use super::ground::Ground;
use super::path::placed;
use crate::rule::support::vsftpd::is_bare_denial;
use crate::rule::{Check, Found, Group, Role, Rule, Severity, Suspect};
use crate::session::{Confidence, Stand};

pub(super) static RULE: Rule = Rule {
    name: "name-not-allowed",
    severity: Severity::Warning,
    group: Group::Storage,
    replies: &[550, 553],
    cases: &["name", "too-long", "filter", "vsftpd-filter"],
    check: Check::Suspect(check),
    ..Rule::BASE
};

fn check(suspect: &Suspect) -> Option<Found> {
    if suspect.ground()? != Ground::Name {
        return None;
    }
    let found = if suspect.says(&["too long", "longer than"]) {
        Found::new("too-long")
    } else if suspect.says(&["forbidden", "prohibited", "filtering"]) {
        Found::new("filter")
    } else if is_bare_denial(suspect) {
        let worked = match suspect.session().stand(suspect.verb, suspect.exchange.mark()) {
            Stand::Worked(mark) => Some(mark),
            _ => None,
        };
        Found::new("vsftpd-filter").cause_as(Role::Capability, worked).sure(Confidence::Likely)
    } else {
        Found::new("name")
    };
    Some(placed(suspect, found))
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::judged_by_default;

    fn with(greeting: &str, lines: &[&str]) -> Vec<String> {
        judged_by_default(&[&[greeting, "USER a", "331 x", "PASS b", "230 x"][..], lines].concat())
    }

    #[test]
    fn names_that_servers_refuse() {
        for (reply, case) in [
            ("550 .ftpaccess: Forbidden filename", "filter"),
            ("553 Prohibited file name: .ftpaccess", "filter"),
            ("550 The filename, directory name, or volume label syntax is incorrect. ", "name"),
            ("553 Not a valid file name.", "name"),
            ("550 .ftpaccess: File name too long", "too-long"),
        ] {
            let found = with("220 x", &["PASV", "227 (127,0,0,1,4,1)", "STOR .ftpaccess", reply]);
            assert_eq!(found, [format!("name-not-allowed/{case} line 8")], "{reply}");
        }
    }

    #[test]
    fn vsftpd_denies_names_of_a_command_that_works() {
        let lines =
            ["DELE a.txt", "250 Delete operation successful.", "DELE .htaccess", "550 Permission denied."];
        assert_eq!(with("220 (vsFTPd 3.0.5)", &lines), ["name-not-allowed/vsftpd-filter line 8"]);
    }
}
