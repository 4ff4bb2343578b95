//! A command line that is longer than the server reads.

use crate::ftp::Code;
use crate::rule::{Check, Found, Group, Rule, Severity, Suspect};

pub(super) static RULE: Rule = Rule {
    name: "line-too-long",
    severity: Severity::Error,
    group: Group::Support,
    replies: &[421, 500],
    cases: &["command", "unheard"],
    check: Check::Suspect(check),
    ..Rule::BASE
};

fn check(suspect: &Suspect) -> Option<Found> {
    let code = suspect.refusal()?;
    let is_it = matches!(code, Code(500 | 501 | 421)) && suspect.says(WORDS);
    is_it.then(|| Found::new(if suspect.exchange.has_command() { "command" } else { "unheard" }))
}

/// vsftpd, Pure-FTPd, pyftpdlib, and others.
const WORDS: &[&str] =
    &["line too long", "line is too long", "command too long", "command is too long", "input too long"];

#[cfg(test)]
mod tests {
    use crate::rule::testing::judged_by_default;

    #[test]
    fn a_line_that_is_too_long_may_not_be_in_the_log() {
        let login = ["220 (vsFTPd 3.0.5)", "USER a", "331 x", "PASS b", "230 x"];
        let unheard = judged_by_default(&[&login[..], &["500 Input line too long."]].concat());
        assert_eq!(unheard, ["line-too-long/unheard line 6"]);
        let heard = judged_by_default(&[&login[..], &["MKD aaaaaaaa", "421 Line too long"]].concat());
        assert_eq!(heard, ["line-too-long/command line 6"]);
    }
}
