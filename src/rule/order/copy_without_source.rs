//! SITE CPTO that was refused because no SITE CPFR was in force.

use super::{earlier, starts_late};
use crate::ftp::{Code, Verb};
use crate::rule::{Check, Found, Group, Level, Rule, Severity, Suspect};
use crate::session::{Exchange, Watch};

pub(super) static RULE: Rule = Rule {
    name: "copy-without-source",
    severity: Severity::Error,
    group: Group::Order,
    level: Some(Level::Extension),
    replies: &[503],
    cases: &["refused", "missing", "consumed", "starts-late"],
    check: Check::Suspect(check),
    about: Watch::of(&[Verb::SITE]),
    ..Rule::BASE
};

fn check(suspect: &Suspect) -> Option<Found> {
    let code = suspect.refused_command().filter(|_| suspect.verb == Verb::SITE)?;
    let is_order = code == Code(503) || suspect.says(&["bad sequence"]);
    if !is_order || !is(&suspect.exchange, b"CPTO") || suspect.state.copy.is_some() {
        return None;
    }
    let half = earlier(&suspect.exchange).find(|e| is(e, b"CPFR") || is(e, b"CPTO"));
    let (case, cause) = match half {
        Some(source) if is(&source, b"CPFR") => ("refused", Some(source.mark())),
        Some(target) => ("consumed", Some(target.mark())),
        None if starts_late(suspect) => ("starts-late", None),
        None => ("missing", None),
    };
    Some(Found::new(case).cause(cause))
}

/// Whether a command is SITE with that word.
fn is(exchange: &Exchange, word: &[u8]) -> bool {
    exchange.verb() == Verb::SITE
        && exchange.argument().get(..word.len()).is_some_and(|w| w.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::{after_login, judged_by_default};

    const REFUSED: &str = "503 Bad sequence of commands";

    #[test]
    fn a_copy_needs_its_source() {
        assert_eq!(after_login(&["SITE CPTO b", REFUSED]), ["copy-without-source/missing line 6"]);
        let used = ["site cpfr a", "350 x", "site cpto b", "250 x", "NOOP", "200 x", "site cpto c", "503 x"];
        assert_eq!(after_login(&used), ["copy-without-source/consumed line 12"]);
        let refused =
            after_login(&["SITE CPFR a", "550 a: No such file or directory", "SITE CPTO b", REFUSED]);
        assert!(refused.contains(&"copy-without-source/refused line 8".to_owned()), "{refused:?}");
        assert_eq!(judged_by_default(&["SITE CPTO b", REFUSED]), ["copy-without-source/starts-late line 1"]);
    }

    #[test]
    fn a_target_that_is_not_allowed_is_no_matter_of_order() {
        let lines = ["SITE CPFR a", "350 x", "SITE CPTO /etc/b", "550 /etc/b: Permission denied"];
        assert!(after_login(&lines).iter().all(|f| !f.starts_with("copy")));
    }
}
