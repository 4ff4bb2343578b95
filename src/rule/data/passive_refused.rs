//! PASV and EPSV that were refused: by configuration, for want of a port, or for the network protocol (RFC 2428 section 3).

use super::preparation::{Mode, fallback};
use crate::ftp::{Code, Login, Verb};
use crate::rule::{Check, Fact, Found, Group, Rule, Severity, Suspect};
use crate::session::{Confidence, Watch};

pub(super) static RULE: Rule = Rule {
    name: "passive-refused",
    severity: Severity::Error,
    group: Group::Data,
    replies: &[425, 500, 522, 550],
    cases: &["disabled", "no-port", "protocol"],
    check: Check::Suspect(check),
    about: Watch::of(&[Verb::PASV, Verb::EPSV, Verb::CPSV, Verb::PASW]),
    ..Rule::BASE
};

fn check(suspect: &Suspect) -> Option<Found> {
    if !matches!(suspect.verb, Verb::PASV | Verb::EPSV | Verb::CPSV | Verb::PASW) {
        return None;
    }
    let code = suspect.refused_command().filter(|code| *code != Code(530))?;
    if !matches!(suspect.state.login, Login::In(_) | Login::Unknown) {
        return None;
    }
    let found = explained(suspect, code)?;
    // A client that took the other command lost nothing.
    let other = |verb| verb != suspect.verb && Mode::of(verb) == Some(Mode::Passive);
    if fallback(&suspect.exchange, other).is_some() {
        return None;
    }
    Some(found.fact("setting", Fact::Phrase(super::settings_of(suspect.session().software()))))
}

fn explained(suspect: &Suspect, code: Code) -> Option<Found> {
    let case = match code {
        Code(522) => "protocol",
        _ if suspect.says(&["ipv6", "protocol", "ipv4"]) => "protocol",
        _ if suspect.says(&["disabled", "not allowed", "permission denied", "not permitted"]) => "disabled",
        _ if suspect.says(NO_PORT) => "no-port",
        Code(425 | 435) => return Some(Found::new("no-port").sure(Confidence::Likely)),
        _ => return None,
    };
    Some(Found::new(case))
}

/// ftpserverlib: Could not listen for passive connection. FileZilla: Could not create socket.
const NO_PORT: &[&str] =
    &["listen", "bind", "socket", "no free", "in use", "passive connection", "too many open"];

#[cfg(test)]
mod tests {
    use crate::rule::testing::judged_by_default;

    fn answered(command: &str, reply: &str, after: &[&str]) -> Vec<String> {
        let lines = ["220 x", "USER a", "331 x", "PASS b", "230 x", command, reply];
        judged_by_default(&[&lines[..], after].concat())
    }

    #[test]
    fn the_reason_is_taken_from_the_words() {
        for (command, reply, case) in [
            ("PASV", "550 Permission denied.", "disabled"),
            ("PASV", "421 PASV command is disabled", "disabled"),
            ("PASV", "421 Could not listen for passive connection", "no-port"),
            ("PASV", "421 Could not create socket.", "no-port"),
            ("EPSV", "425 Can't open passive connection", "no-port"),
            ("EPSV 2", "522 Network protocol not supported, use (1)", "protocol"),
            (
                "PASV",
                "500 You are connected using IPv6. PASV is only for IPv4. You have to use the EPSV command instead.",
                "protocol",
            ),
        ] {
            assert_eq!(answered(command, reply, &[]), [format!("passive-refused/{case} line 6")], "{reply}");
        }
    }

    #[test]
    fn the_other_command_that_worked_makes_it_harmless() {
        let pasv = ["PASV", "227 Entering Passive Mode (203,0,113,5,195,80).", "LIST", "150 x", "226 x"];
        assert_eq!(answered("EPSV", "522 Network protocol not supported, use (1)", &pasv), [""; 0]);
    }
}
