//! A FEAT list whose lines do not begin with one space (RFC 2389 section 3.2).

use crate::ftp::{Code, Mark, Verb};
use crate::rule::{Check, Fact, Found, Group, Level, Numbers, Rule, Set, Severity};
use crate::session::{Reply, Session};

pub(super) static RULE: Rule = Rule {
    name: "feature-list-malformed",
    severity: Severity::Note,
    group: Group::Conformance,
    set: Set::Pedantic,
    level: Some(Level::Violation),
    replies: &[211],
    cases: &["coded", "indented", "flush"],
    check: Check::Session(check),
    ..Rule::BASE
};

/// Logs that take blanks off the lines of replies.
const TRIMMED: &[&str] = &["fluentftp"];

fn check(session: &Session, _: Numbers, found: &mut Vec<(Mark, Found)>) {
    if TRIMMED.contains(&session.dialect().name) {
        return;
    }
    for exchange in session.exchanges().filter(|e| e.verb() == Verb::FEAT && e.code() == Some(Code(211))) {
        let Some((case, line)) = exchange.reply().as_ref().and_then(malformed) else { continue };
        let feature = line.trim_ascii().to_vec();
        found.push((exchange.mark(), Found::new(case).fact("feature", Fact::Text(feature.into()))));
        return;
    }
}

/// The first line between the first and the last that is not as it should be.
fn malformed<'s>(reply: &Reply<'s>) -> Option<(&'static str, &'s [u8])> {
    let raw = reply.raw();
    let first = memchr::memchr(b'\n', raw)?;
    let last = memchr::memrchr(b'\n', raw)?;
    let between = raw.get(first + 1..last)?;
    between.split(|b| *b == b'\n').find_map(|line| {
        let case = match line {
            [b'2', b'1', b'1', b'-', ..] => "coded",
            [b' ', b' ' | b'\t', ..] | [b'\t', ..] => "indented",
            [b' ', _, ..] => return None,
            _ if line.trim_ascii().is_empty() => return None,
            _ => "flush",
        };
        Some((case, line.strip_prefix(b"211-").unwrap_or(line)))
    })
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::judged;

    fn found(feature: &str) -> Vec<String> {
        let lines = ["220 x", "FEAT", "211-Features:", " MDTM", feature, " SIZE", "211 End"];
        let mut all = judged(&lines);
        all.retain(|f| f.starts_with("feature-list-malformed"));
        all
    }

    #[test]
    fn each_feature_is_behind_one_space() {
        assert_eq!(found(" REST STREAM"), [""; 0]);
        assert_eq!(found("211-UTF8"), ["feature-list-malformed/coded line 2"]);
        assert_eq!(found("  UTF8"), ["feature-list-malformed/indented line 2"]);
        assert_eq!(found("UTF8"), ["feature-list-malformed/flush line 2"]);
    }

    #[test]
    fn a_list_without_features_is_none() {
        for lines in [&["FEAT", "211 no features"][..], &["FEAT", "211-none", "211 End"]] {
            assert!(!judged(lines).iter().any(|f| f.starts_with("feature-list")), "{lines:?}");
        }
    }
}
