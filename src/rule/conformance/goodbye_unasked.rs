//! 221 that no QUIT asked for (RFC 959 section 5.4: only 421 may come unasked).

use crate::ftp::{Code, Mark, Verb};
use crate::rule::{Check, Found, Group, Level, Numbers, Rule, Set, Severity};
use crate::session::{Exchange, Session};

pub(super) static RULE: Rule = Rule {
    name: "goodbye-unasked",
    severity: Severity::Note,
    group: Group::Conformance,
    set: Set::Pedantic,
    level: Some(Level::Violation),
    replies: &[221, 421],
    cases: &["unasked"],
    check: Check::Session(check),
    ..Rule::BASE
};

fn check(session: &Session, _: Numbers, found: &mut Vec<(Mark, Found)>) {
    let unasked = |e: &Exchange| !e.has_command() && e.code() == Some(Code(221));
    let Some(goodbye) = session.exchanges().find(unasked) else { return };
    // The log may begin behind the QUIT, and its reply may come twice.
    let Some(before) = goodbye.previous() else { return };
    let asked = std::iter::successors(Some(before), Exchange::previous).any(|e| e.verb() == Verb::QUIT);
    // So has a log that leaves out commands.
    let known =
        |e: &Exchange| e.has_command() || e.code().is_none_or(|c| matches!(c.0, 120 | 220 | 221 | 421));
    if !asked && session.exchanges().all(|e| known(&e)) {
        found.push((goodbye.mark(), Found::new("unasked")));
    }
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::judged;

    #[test]
    fn a_goodbye_needs_a_quit() {
        let found =
            |lines: &[&str]| judged(lines).iter().filter(|f| f.starts_with("goodbye-unasked")).count();
        // libunftp, and BSD when the client hangs up.
        let timed_out = "221 Session timed out. Closing control connection";
        assert_eq!(found(&["220 x", "NOOP", "200 x", timed_out]), 1);
        assert_eq!(found(&["220 x", "USER a", "331 x", "221 You could at least say goodbye."]), 1);
        assert_eq!(found(&["220 x", "QUIT", "221 x", "221 x"]), 0);
        assert_eq!(found(&["220 x", "QUIT", "221 x"]), 0);
        assert_eq!(found(&["221 x"]), 0);
        assert_eq!(found(&["220 x", "331 x", "230 x", "221 x"]), 0);
    }
}
