//! 227 without parentheses around its numbers: legal (RFC 1123 section 4.1.2.6), and not understood by every client.

use crate::ftp::{Code, Mark, Verb, passive};
use crate::rule::{Check, Found, Group, Level, Numbers, Rule, Set, Severity};
use crate::session::{Reply, Session};

pub(super) static RULE: Rule = Rule {
    name: "passive-reply-unusual",
    severity: Severity::Note,
    group: Group::Conformance,
    set: Set::Pedantic,
    level: Some(Level::Hazard),
    replies: &[227],
    cases: &["bare"],
    check: Check::Session(check),
    ..Rule::BASE
};

fn check(session: &Session, _: Numbers, found: &mut Vec<(Mark, Found)>) {
    let is_bare = |reply: &Reply| {
        let text = reply.last_line();
        reply.code == Code(227) && !text.contains(&b'(') && passive(text).is_some()
    };
    let mut asked = session.exchanges().filter(|e| matches!(e.verb(), Verb::PASV | Verb::CPSV | Verb::PASW));
    if let Some(exchange) = asked.find(|e| e.reply().as_ref().is_some_and(is_bare)) {
        found.push((exchange.mark(), Found::new("bare")));
    }
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::judged;

    #[test]
    fn numbers_without_parentheses_are_found_once() {
        let found = |text: &str| {
            let lines = ["220 x", "PASV", text, "LIST", "150 x", "226 x", "PASV", text];
            judged(&lines).iter().filter(|f| f.starts_with("passive-reply-unusual")).count()
        };
        assert_eq!(found("227 Entering Passive Mode 192,0,2,1,19,137"), 1);
        assert_eq!(found("227 =192,0,2,1,19,137"), 1);
        assert_eq!(found("227 Entering Passive Mode (192,0,2,1,19,137)."), 0);
        // That cannot be read at all, which is another matter.
        assert_eq!(found("227 Entering Passive Mode"), 0);
    }
}
