//! A reply that is a code and nothing else (RFC 959 section 4.2: a code, a space, and a line of text).

use super::once::Once;
use crate::event::Holds;
use crate::ftp::Mark;
use crate::rule::{Check, Found, Group, Level, Numbers, Rule, Set, Severity};
use crate::session::Session;

pub(super) static RULE: Rule = Rule {
    name: "reply-without-text",
    severity: Severity::Note,
    group: Group::Conformance,
    set: Set::Pedantic,
    level: Some(Level::Violation),
    cases: &["answered", "unasked"],
    check: Check::Session(check),
    ..Rule::BASE
};

/// A code.
const CODE_BYTES: usize = 3;

fn check(session: &Session, _: Numbers, found: &mut Vec<(Mark, Found)>) {
    // A log of final replies has what is left of them.
    if session.dialect().holds != Holds::Everything {
        return;
    }
    let mut once = Once::default();
    for exchange in session.exchanges() {
        // A log without words has replies without them.
        let Some(reply) = exchange.reply().filter(|r| r.raw().len() == CODE_BYTES) else { continue };
        if once.is_new(exchange.verb(), reply.code) {
            let case = if exchange.has_command() { "answered" } else { "unasked" };
            found.push((exchange.mark(), Found::new(case)));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::judged;

    #[test]
    fn a_code_alone_is_found_once_for_each_command() {
        let lines = ["220 x", "NOOP", "200", "NOOP", "200", "TYPE I", "200 ", "PWD", "257 \"/\""];
        let mut found = judged(&lines);
        found.retain(|f| f.starts_with("reply-without-text"));
        assert_eq!(found, ["reply-without-text/answered line 2"]);
    }
}
