//! A rename that was begun and not ended before the session was over.

use crate::ftp::{Mark, Rename};
use crate::rule::{Check, Found, Group, Level, Numbers, Rule, Set, Severity};
use crate::session::{Confidence, Ending, Session};

pub(super) static RULE: Rule = Rule {
    name: "rename-unfinished",
    severity: Severity::Note,
    group: Group::Order,
    set: Set::Pedantic,
    level: Some(Level::Violation),
    replies: &[350],
    cases: &["quit", "lost"],
    check: Check::Session(check),
    ..Rule::BASE
};

fn check(session: &Session, _: Numbers, found: &mut Vec<(Mark, Found)>) {
    let (Rename::Ready(source) | Rename::Crossed { source, .. }) = session.final_state().rename else {
        return;
    };
    let case = match session.ending() {
        _ if !session.has_ended() => return,
        // The log ends before the session does.
        Ending::Open => return,
        Ending::Quit => "quit",
        Ending::Lost | Ending::Refused | Ending::Timeout => "lost",
    };
    let confidence = if case == "quit" { Confidence::Certain } else { Confidence::Likely };
    found.push((source, Found::new(case).sure(confidence)));
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::judged;

    #[test]
    fn a_log_that_ends_first_says_nothing_of_the_rename() {
        let lines = ["220 x", "USER a", "331 x", "PASS b", "230 x", "RNFR a", "350 x"];
        assert!(judged(&lines).is_empty());
    }
}
