//! A 1yz reply to a command that may not have one (RFC 959 sections 5.4 and 6).

use super::once::{Once, sure_exchanges};
use crate::ftp::{Code, Mark, Replies, Verb};
use crate::rule::{Check, Fact, Found, Group, Level, Numbers, Rule, Set, Severity};
use crate::session::Session;

pub(super) static RULE: Rule = Rule {
    name: "preliminary-reply-misplaced",
    severity: Severity::Warning,
    group: Group::Conformance,
    set: Set::Pedantic,
    level: Some(Level::Violation),
    replies: &[125, 150],
    cases: &["misplaced"],
    check: Check::Session(check),
    ..Rule::BASE
};

fn check(session: &Session, _: Numbers, found: &mut Vec<(Mark, Found)>) {
    let mut once = Once::default();
    for exchange in sure_exchanges(session).filter(|e| e.is_started() && e.verb() != Verb::SITE) {
        let Some(replies) = Replies::to(exchange.verb()) else { continue };
        let misplaced = |code: &Code| code.is_preliminary() && !replies.preliminary.contains(&code.0);
        if let Some(code) = exchange.replies().map(|r| r.code).find(misplaced)
            && once.is_new(exchange.verb(), code)
        {
            found.push((exchange.mark(), Found::new("misplaced").fact("preliminary", Fact::Code(code))));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::judged;

    #[test]
    fn only_transfers_and_rein_may_get_a_1yz() {
        let lines =
            ["220 x", "PWD", "150 wait", "257 \"/\" x", "REIN", "120 x", "220 x", "LIST", "150 x", "226 x"];
        let mut found = judged(&lines);
        found.retain(|f| f.starts_with("preliminary-reply-misplaced"));
        assert_eq!(found, ["preliminary-reply-misplaced/misplaced line 2"]);
    }
}
