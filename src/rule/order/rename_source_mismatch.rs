//! An RNFR that was refused while an older one was in force, and an RNTO after it that worked: it renamed the older file, not
//! the one that the client meant (RFC 959 section 4.1.3).

use super::{WALKED_MAX, earlier};
use crate::ftp::{Code, Rename, Verb};
use crate::rule::{Check, Fact, Found, Group, Level, Rule, Severity, Suspect};
use crate::session::{Exchange, Watch};

pub(super) static RULE: Rule = Rule {
    name: "rename-source-mismatch",
    severity: Severity::Error,
    group: Group::Order,
    level: Some(Level::Hazard),
    replies: &[350, 501],
    cases: &["renamed"],
    check: Check::Suspect(check),
    about: Watch::of(&[Verb::RNFR]),
    ..Rule::BASE
};

fn check(suspect: &Suspect) -> Option<Found> {
    suspect.refused_command().filter(|_| suspect.verb == Verb::RNFR)?;
    if !matches!(suspect.state.rename, Rename::Ready(_) | Rename::Crossed { .. } | Rename::Refused(_)) {
        return None;
    }
    let meant = &suspect.exchange;
    // What comes next tells most of them apart.
    let target = following(meant)?;
    let source = in_force(meant)?;
    let name = |e: &Exchange| Fact::Text(e.argument().to_vec().into());
    let found = Found::new("renamed").cause(source.mark()).later(target.mark());
    (source.argument() != meant.argument()).then(|| found.fact("renamed", name(&source)))
}

fn is_half(exchange: &Exchange) -> bool {
    matches!(exchange.verb(), Verb::RNFR | Verb::RNTO)
}

/// The accepted RNFR that no RNTO has used yet. Others may have been refused since.
fn in_force<'s>(refused: &Exchange<'s>) -> Option<Exchange<'s>> {
    let mut halves = earlier(refused).filter(is_half);
    let last = halves.find(|e| e.verb() == Verb::RNTO || !e.is_refused())?;
    (last.verb() == Verb::RNFR && last.code() == Some(Code(350))).then_some(last)
}

/// The RNTO that comes next and worked.
fn following<'s>(refused: &Exchange<'s>) -> Option<Exchange<'s>> {
    let mut next = refused.after().take(WALKED_MAX);
    next.find(is_half).filter(|e| e.verb() == Verb::RNTO && e.is_done())
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::{after_login, of_rule};

    fn judged(lines: &[&str]) -> Vec<String> {
        of_rule("rename-source-mismatch", after_login(lines))
    }

    #[test]
    fn a_refused_second_source_leaves_the_first_one_in_force() {
        let proftpd = [
            "RNFR a.txt",
            "350 File or directory exists, ready for destination name",
            "RNFR b.txt",
            "501 Bad sequence of commands",
            "RNTO c.txt",
            "250 Rename successful",
        ];
        assert_eq!(judged(&proftpd), ["rename-source-mismatch/renamed line 8"]);
        // Pure-FTPd and pyftpdlib keep the first one where the second does not exist.
        let pure = ["RNFR a.txt", "350 x", "RNFR b.txt", "550 x", "RNTO c.txt", "250 x"];
        assert_eq!(judged(&pure), ["rename-source-mismatch/renamed line 8"]);
        // Of several that were refused the last one is meant.
        let twice = ["RNFR a", "350 x", "RNFR b", "501 x", "RNFR c", "501 x", "RNTO d", "250 x"];
        assert_eq!(judged(&twice), ["rename-source-mismatch/renamed line 10"]);
    }

    #[test]
    fn a_second_source_that_was_accepted_or_is_the_same_is_none() {
        assert!(judged(&["RNFR a", "350 x", "RNFR b", "350 x", "RNTO c", "250 x"]).is_empty());
        assert!(judged(&["RNFR a", "350 x", "RNFR a", "501 x", "RNTO c", "250 x"]).is_empty());
        assert!(judged(&["RNFR a", "550 x", "RNFR b", "350 x", "RNTO c", "250 x"]).is_empty());
        let used = ["RNFR a", "350 x", "RNTO b", "250 x", "RNFR c", "550 x", "RNTO d", "503 x"];
        assert!(judged(&used).is_empty());
        assert!(judged(&["RNFR a", "350 x", "RNFR b", "501 x", "RNTO c", "553 x"]).is_empty());
    }
}
