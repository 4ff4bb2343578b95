//! 213 to SIZE or MDTM that is not the bare value (RFC 3659 sections 3.1 and 4.1).

use super::once::{Once, sure_exchanges};
use crate::event::Holds;
use crate::ftp::{Code, Mark, Verb};
use crate::rule::{Check, Found, Group, Level, Numbers, Rule, Set, Severity};
use crate::session::Session;

pub(super) static RULE: Rule = Rule {
    name: "value-reply-malformed",
    severity: Severity::Warning,
    group: Group::Conformance,
    set: Set::Pedantic,
    level: Some(Level::Violation),
    replies: &[213],
    cases: &["size", "time"],
    check: Check::Session(check),
    ..Rule::BASE
};

/// YYYYMMDDHHMMSS.
const TIME_DIGITS: usize = 14;

fn check(session: &Session, _: Numbers, found: &mut Vec<(Mark, Found)>) {
    if session.dialect().holds != Holds::Everything {
        return;
    }
    let mut once = Once::default();
    for exchange in sure_exchanges(session) {
        let Some(reply) = exchange.reply().filter(|r| r.code == Code(213) && !r.raw().is_empty()) else {
            continue;
        };
        let one_line = reply.lines().nth(1).is_none();
        let text = reply.last_line();
        let (case, good) = match exchange.verb() {
            Verb::SIZE => ("size", one_line && is_number(text)),
            // MDTM with a time sets it, on servers that have that.
            Verb::MDTM => ("time", one_line && is_time(text) || sets_the_time(exchange.argument())),
            _ => continue,
        };
        if !good && once.is_new(exchange.verb(), reply.code) {
            found.push((exchange.mark(), Found::new(case)));
        }
    }
}

// MDTM 20200101000000 report.csv
fn sets_the_time(argument: &[u8]) -> bool {
    argument
        .split_at_checked(TIME_DIGITS)
        .is_some_and(|(time, name)| is_number(time) && name.starts_with(b" "))
}

fn is_number(text: &[u8]) -> bool {
    !text.is_empty() && text.iter().all(u8::is_ascii_digit)
}

// 19991005213102, 19980615100045.014
fn is_time(text: &[u8]) -> bool {
    let Some((whole, fraction)) = text.split_at_checked(TIME_DIGITS) else { return false };
    is_number(whole) && (fraction.is_empty() || fraction.strip_prefix(b".").is_some_and(is_number))
}

#[cfg(test)]
mod tests {
    use super::is_time;
    use crate::rule::testing::judged;

    #[test]
    fn times_are_those_of_rfc_3659() {
        for good in ["19980615100045.014", "19991005213102"] {
            assert!(is_time(good.as_bytes()), "{good}");
        }
        for bad in ["191000105213102x", "1999100521310", "19991005213102.", "19991005 213102", ""] {
            assert!(!is_time(bad.as_bytes()), "{bad}");
        }
    }

    #[test]
    fn what_is_not_the_bare_value_is_found() {
        let lines = [
            "220 x",
            "SIZE a",
            "213 42",
            "SIZE b",
            "213 42 bytes",
            "MDTM a",
            "213 20260105101500",
            "MDTM b",
            "213 Jan 5 10:15",
            "MDTM 20200101000000 a",
            "213 File modification time set.",
            "STAT b",
            "213 whatever",
        ];
        let mut found = judged(&lines);
        found.retain(|f| f.starts_with("value-reply-malformed"));
        assert_eq!(found, ["value-reply-malformed/size line 4", "value-reply-malformed/time line 8"]);
    }
}
