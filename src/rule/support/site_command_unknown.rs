//! SITE commands that a server does not have: each server has its own.

use crate::ftp::{Code, Mark, Verb};
use crate::rule::security::site_exec::asks_to_run;
use crate::rule::{Check, Found, Group, Role, Rule, Severity, Suspect};
use crate::session::{Exchange, Watch};

pub(super) static RULE: Rule = Rule {
    name: "site-command-unknown",
    severity: Severity::Note,
    group: Group::Support,
    replies: &[500, 502, 504],
    cases: &["plain", "help-lacks", "help-lists"],
    check: Check::Suspect(check),
    about: Watch::of(&[Verb::SITE]),
    ..Rule::BASE
};

/// Exchanges that are looked back over for SITE HELP.
const BACK_MAX: usize = 64;

fn check(suspect: &Suspect) -> Option<Found> {
    let code = suspect.refused_command()?;
    if suspect.verb != Verb::SITE || !matches!(code, Code(500 | 502 | 504)) {
        return None;
    }
    // Who asks for that is another rule's matter.
    if asks_to_run(suspect.exchange.argument()) {
        return None;
    }
    let word = suspect.exchange.argument().split(|b| *b == b' ').next().filter(|word| !word.is_empty())?;
    // The server has no SITE at all.
    if suspect.says(&["'site'", "command site not", "site not implemented", "site command not implemented"]) {
        return None;
    }
    let Some((mark, lists)) = help(&suspect.exchange, word) else { return Some(Found::new("plain")) };
    Some(Found::new(if lists { "help-lists" } else { "help-lacks" }).cause_as(Role::Capability, mark))
}

/// The last SITE HELP, and whether it lists the word without the mark of what is not implemented.
fn help(exchange: &Exchange, word: &[u8]) -> Option<(Mark, bool)> {
    let mut before = exchange.before().take(BACK_MAX);
    let is_help = |e: &Exchange| {
        e.verb() == Verb::SITE && e.argument().trim_ascii().eq_ignore_ascii_case(b"HELP") && e.is_done()
    };
    let help = before.find(is_help)?;
    let text = help.reply()?.raw();
    let mut words = text.split(|b| !b.is_ascii_alphanumeric() && *b != b'*');
    Some((help.mark(), words.any(|w| w.eq_ignore_ascii_case(word))))
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::judged_by_default;

    fn after_login(lines: &[&str]) -> Vec<String> {
        judged_by_default(&[&["220 x", "USER a", "230 x"][..], lines].concat())
    }

    #[test]
    fn site_help_says_what_there_is() {
        let utime = ["SITE UTIME 20261005 a", "500 Unknown SITE command."];
        assert_eq!(after_login(&utime), ["site-command-unknown/plain line 4"]);
        let with_help = |list: &'static str| {
            after_login(
                &[
                    &["SITE HELP", "214-The following SITE commands are recognized:", list, "214 ok"][..],
                    &utime,
                ]
                .concat(),
            )
        };
        assert_eq!(with_help(" CHMOD UMASK HELP"), ["site-command-unknown/help-lacks line 8"]);
        assert_eq!(with_help(" CHMOD UTIME* HELP"), ["site-command-unknown/help-lacks line 8"]);
        assert_eq!(with_help(" CHMOD UTIME HELP"), ["site-command-unknown/help-lists line 8"]);
    }

    #[test]
    fn a_server_without_any_site_lacks_the_command_itself() {
        assert_eq!(
            after_login(&["SITE IDLE 30", "502 Command 'SITE' not implemented"]),
            ["command-not-implemented/plain line 4"]
        );
    }
}
