//! A command with two 1yz replies (RFC 959 section 5.4: at most one).

use super::once::Once;
use crate::ftp::{Code, Mark};
use crate::rule::{Check, Fact, Found, Group, Level, Numbers, Rule, Set, Severity};
use crate::session::{Exchange, Session};

pub(super) static RULE: Rule = Rule {
    name: "second-preliminary-reply",
    severity: Severity::Note,
    group: Group::Conformance,
    set: Set::Pedantic,
    level: Some(Level::Violation),
    replies: &[150],
    cases: &["completed", "unfinished"],
    check: Check::Session(check),
    ..Rule::BASE
};

fn check(session: &Session, _: Numbers, found: &mut Vec<(Mark, Found)>) {
    let mut once = Once::default();
    for exchange in session.exchanges().filter(Exchange::is_started) {
        // Restart markers may come by the dozen.
        let mut started = exchange.replies().filter(|r| matches!(r.code, Code(125 | 150)));
        let Some(second) = started.nth(1) else { continue };
        if session.is_unsure_at(exchange.place()) || !once.is_new(exchange.verb(), second.code) {
            continue;
        }
        let case = if exchange.code().is_some() { "completed" } else { "unfinished" };
        let facts =
            [("second_line", Fact::Line(second.place.line)), ("second_code", Fact::Code(second.code))];
        found.push((
            exchange.mark(),
            facts.into_iter().fold(Found::new(case), |f, (name, fact)| f.fact(name, fact)),
        ));
    }
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::judged;

    fn found(lines: &[&str]) -> Vec<String> {
        let mut all = judged(lines);
        all.retain(|f| f.starts_with("second-preliminary-reply"));
        all
    }

    #[test]
    fn a_second_150_is_found_and_restart_markers_are_not() {
        // Pure-FTPd, when the client closes the data connection.
        let lines = ["220 x", "PASV", "227 (1,2,3,4,5,6)", "RETR a", "150 Accepted data connection"];
        let aborted = ["150 0.0 seconds (measured here), 9.7 Mbytes per second", "NOOP", "200 x"];
        let markers = ["110 MARK 1 = 1", "110 MARK 2 = 2", "226 x"];
        assert_eq!(found(&[&lines[..], &aborted].concat()), ["second-preliminary-reply/unfinished line 4"]);
        assert_eq!(
            found(&[&lines[..], &aborted[..1], &["226 x"]].concat()),
            ["second-preliminary-reply/completed line 4"]
        );
        assert_eq!(found(&[&lines[..], &markers].concat()), [""; 0]);
    }
}
