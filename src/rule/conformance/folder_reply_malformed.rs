//! 257 without the quoted name of the folder (RFC 959 appendix II).

use super::once::{Once, sure_exchanges};
use crate::ftp::{Code, Mark, Verb};
use crate::rule::{Check, Found, Group, Level, Numbers, Rule, Set, Severity};
use crate::session::Session;

pub(super) static RULE: Rule = Rule {
    name: "folder-reply-malformed",
    severity: Severity::Warning,
    group: Group::Conformance,
    set: Set::Pedantic,
    level: Some(Level::Violation),
    replies: &[257],
    cases: &["current", "created"],
    check: Check::Session(check),
    ..Rule::BASE
};

fn check(session: &Session, _: Numbers, found: &mut Vec<(Mark, Found)>) {
    let mut once = Once::default();
    for exchange in sure_exchanges(session) {
        let Some(reply) = exchange.reply().filter(|r| r.code == Code(257) && !r.raw().is_empty()) else {
            continue;
        };
        let case = match exchange.verb() {
            Verb::PWD | Verb::XPWD => "current",
            Verb::MKD | Verb::XMKD => "created",
            _ => continue,
        };
        if !reply.lines().any(begins_with_a_quoted_name) && once.is_new(exchange.verb(), reply.code) {
            found.push((exchange.mark(), Found::new(case)));
        }
    }
}

// "/srv/a ""quoted"" name" is the current directory
fn begins_with_a_quoted_name(text: &[u8]) -> bool {
    text.strip_prefix(b"\"").is_some_and(|rest| rest.contains(&b'"'))
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::judged;

    #[test]
    fn the_name_must_be_first_and_quoted() {
        let lines = [
            "220 x",
            "PWD",
            "257 \"/\" is the current directory",
            "XPWD",
            "257 / is the current directory",
            "MKD a",
            "257 Directory \"a\" created",
            "XMKD b",
            "257 \"/b\"",
        ];
        let mut found = judged(&lines);
        found.retain(|f| f.starts_with("folder-reply-malformed"));
        assert_eq!(found, ["folder-reply-malformed/current line 4", "folder-reply-malformed/created line 6"]);
    }
}
