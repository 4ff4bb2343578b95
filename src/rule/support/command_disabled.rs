//! Commands that the server knows and that its settings forbid. vsftpd says so with the words of a missing right.

use super::vsftpd::{is_bare_denial, is_vsftpd};
use crate::ftp::{Code, DataRole, Login, Verb};
use crate::rule::{Check, Found, Group, Role, Rule, Severity, Suspect};
use crate::session::{Confidence, Stand};

pub(super) static RULE: Rule = Rule {
    name: "command-disabled",
    severity: Severity::Warning,
    group: Group::Support,
    replies: &[502, 550],
    cases: &["said", "vsftpd", "no-file", "no-resume"],
    check: Check::Suspect(check),
    ..Rule::BASE
};

fn check(suspect: &Suspect) -> Option<Found> {
    let code = suspect.refused_command()?;
    if is_elsewhere(suspect.verb) || code == Code(530) {
        return None;
    }
    let found = match code {
        Code(550) if is_bare_denial(suspect) => denied(suspect)?,
        Code(451) if suspect.says(&["append/restart not permitted"]) => Found::new("no-resume"),
        _ if is_said(suspect) => Found::new("said"),
        _ => return None,
    };
    // A client that only asks loses nothing.
    let asks = matches!(suspect.verb, Verb::SIZE | Verb::MDTM | Verb::STAT | Verb::FEAT | Verb::OPTS);
    Some(found.severity(asks.then_some(Severity::Note)))
}

/// Commands about the login, about offsets and about data connections have rules of their own.
fn is_elsewhere(verb: Verb) -> bool {
    matches!(verb, Verb::USER | Verb::PASS | Verb::ACCT | Verb::AUTH | Verb::PBSZ | Verb::PROT | Verb::CCC)
        || verb == Verb::REST
        || verb.data() == DataRole::Setup
}

/// Whether the server says that it has the command and is told not to do it.
fn is_said(suspect: &Suspect) -> bool {
    let disabled = || suspect.says(&["been disabled", " is disabled", "command disabled", "disabled by"]);
    suspect.says(&["disabled"]) && disabled()
        || suspect.says(&["not allowed by policy", "administratively", "command filtering"])
}

fn denied(suspect: &Suspect) -> Option<Found> {
    let verb = suspect.verb;
    if !is_vsftpd(suspect) {
        let no_file = matches!(verb, Verb::TYPE | Verb::MODE | Verb::STRU | Verb::SYST | Verb::HELP);
        return no_file.then(|| Found::new("no-file").sure(Confidence::Likely));
    }
    // Where the command works otherwise, it is the name that is denied.
    if matches!(suspect.session().stand(verb, suspect.exchange.mark()), Stand::Worked(_)) {
        return None;
    }
    let login = match suspect.state.login {
        Login::In(mark) => Some(mark),
        _ => None,
    };
    Some(Found::new("vsftpd").cause_as(Role::Evidence, login))
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::judged_by_default;

    fn with(greeting: &str, lines: &[&str]) -> Vec<String> {
        judged_by_default(&[&[greeting, "USER a", "331 x", "PASS b", "230 x"][..], lines].concat())
    }

    #[test]
    fn vsftpd_says_permission_denied_where_its_settings_forbid_a_command() {
        for command in ["MKD in", "RETR a.txt", "DELE a.txt", "LIST", "SIZE a.txt", "RNFR a.txt"] {
            let lines = ["PASV", "227 (127,0,0,1,4,1)", command, "550 Permission denied."];
            assert_eq!(with("220 (vsFTPd 3.0.3)", &lines), ["command-disabled/vsftpd line 8"], "{command}");
        }
        // A greeting of one's own does not hide it.
        let lines = ["220 Welcome", "USER a", "331 Please specify the password.", "PASS b", "230 x"];
        let found = judged_by_default(&[&lines[..], &["MKD in", "550 Permission denied."]].concat());
        assert_eq!(found, ["command-disabled/vsftpd line 6"]);
    }

    #[test]
    fn other_servers_mean_the_file() {
        let found = with("220 pyftpdlib 2.2.0 ready.", &["MKD in", "550 Permission denied."]);
        assert_eq!(found, ["permission-denied/denied line 6"]);
        assert_eq!(with("220 x", &["TYPE I", "550 Permission denied."]), ["command-disabled/no-file line 6"]);
    }

    #[test]
    fn servers_say_that_a_command_is_disabled() {
        let found = with("220 x", &["SIZE a", "502 SIZE has been disabled."]);
        assert_eq!(found, ["command-disabled/said line 6"]);
        let resume =
            ["PASV", "227 (127,0,0,1,4,1)", "APPE a", "451 a: Append/Restart not permitted, try again"];
        assert_eq!(with("220 x", &resume), ["command-disabled/no-resume line 8"]);
        assert_eq!(
            with("220 x", &["MKD disabled", "550 disabled: Permission denied"]),
            ["permission-denied/denied line 6"]
        );
    }
}
