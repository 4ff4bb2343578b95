//! A command that the server has, with a value that it does not have: 504 by the RFC, and other codes by some servers.

use super::lack::soon_after;
use crate::ftp::{Code, DataRole, Fit, Shape, Verb};
use crate::rule::{Check, Found, Group, Rule, Severity, Suspect};

pub(super) static RULE: Rule = Rule {
    name: "parameter-not-supported",
    severity: Severity::Warning,
    group: Group::Support,
    replies: &[504],
    cases: &["type", "mode", "structure", "host", "mechanism", "value"],
    check: Check::Suspect(check),
    ..Rule::BASE
};

fn check(suspect: &Suspect) -> Option<Found> {
    let code = suspect.refused_command()?;
    let verb = suspect.verb;
    let argument = suspect.exchange.argument();
    if argument.is_empty() || verb.data() == DataRole::Setup || !is_about_value(suspect, code) {
        return None;
    }
    let case = match verb {
        Verb::TYPE => "type",
        Verb::MODE => "mode",
        Verb::STRU => "structure",
        Verb::HOST => "host",
        Verb::AUTH => "mechanism",
        // A SITE command is a command, and a value is not known.
        Verb::SITE | Verb::OTHER | Verb::HELP => return None,
        _ => "value",
    };
    // Another value was accepted right after.
    soon_after(&suspect.exchange, &[verb]).is_none().then(|| Found::new(case))
}

fn is_about_value(suspect: &Suspect, code: Code) -> bool {
    match code {
        // A value that is no value at all is another rule's, unless the server says that it is one.
        Code(504) => {
            Shape::of(suspect.verb).fit(suspect.exchange.argument()) == Fit::Fits
                && !suspect.says(&["handshak"])
        }
        Code(500..=502) if matches!(suspect.verb, Verb::TYPE | Verb::MODE | Verb::STRU) => {
            Shape::of(suspect.verb).fit(suspect.exchange.argument()) == Fit::Fits
                && !suspect.says(&["not understood", "unknown command", "command not", "bad sequence"])
                || suspect.says(&["unimplemented", "unsupported"])
        }
        Code(500..=502) if suspect.verb == Verb::AUTH => {
            suspect.says(&["scheme", "mechanism", "unknown auth"])
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::judged_by_default;

    fn after_login(lines: &[&str]) -> Vec<String> {
        judged_by_default(&[&["220 x", "USER a", "230 x"][..], lines].concat())
    }

    #[test]
    fn a_value_that_the_server_does_not_have() {
        for (lines, case) in [
            (["TYPE E", "500 Unrecognised TYPE command."], "type"),
            (["TYPE E", "504 TYPE not implemented for 'E' parameter"], "type"),
            (["MODE B", "502 MODE B unimplemented; use S"], "mode"),
            (["MODE B", "504 Bad MODE command."], "mode"),
            (["STRU R", "504 Bad STRU command."], "structure"),
            (["HOST ftp.example.com", "504 ftp.example.com: Unknown hostname provided"], "host"),
            (["AUTH SSL", "500 This security scheme is not implemented"], "mechanism"),
            (["ALLO 10", "504 ALLO not allowed"], "value"),
        ] {
            assert_eq!(after_login(&lines), [format!("parameter-not-supported/{case} line 4")], "{lines:?}");
        }
    }

    #[test]
    fn another_value_that_is_accepted_right_after_makes_up_for_it() {
        assert_eq!(after_login(&["TYPE L 7", "504 x", "TYPE I", "200 x"]), [""; 0]);
        assert_eq!(after_login(&["AUTH SSL", "504 x", "AUTH TLS", "234 x"]), [""; 0]);
    }
}
