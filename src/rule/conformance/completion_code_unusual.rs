//! A legal code that means done, and that clients which look for another one take for a failure.

use super::once::{Once, sure_exchanges};
use crate::ftp::{Code, Mark, Verb};
use crate::rule::{Check, Found, Group, Level, Numbers, Rule, Set, Severity};
use crate::session::{Exchange, Session};

pub(super) static RULE: Rule = Rule {
    name: "completion-code-unusual",
    severity: Severity::Note,
    group: Group::Conformance,
    set: Set::Pedantic,
    level: Some(Level::Hazard),
    replies: &[226, 250],
    cases: &["transfer", "all"],
    check: Check::Session(check),
    ..Rule::BASE
};

fn check(session: &Session, _: Numbers, found: &mut Vec<(Mark, Found)>) {
    let mut once = Once::default();
    for exchange in sure_exchanges(session) {
        if let Some((case, code)) = unusual(&exchange)
            && once.is_new(exchange.verb(), code)
        {
            found.push((exchange.mark(), Found::new(case)));
        }
    }
}

fn unusual(exchange: &Exchange) -> Option<(&'static str, Code)> {
    let code = exchange.code()?;
    match (exchange.verb(), code) {
        (verb, Code(250)) if verb.transfers() => Some(("transfer", code)),
        // RFC 2428 section 4 names no reply. A client that knows 220 as a greeting is in for a surprise.
        (Verb::EPSV, Code(220)) if exchange.argument().trim_ascii().eq_ignore_ascii_case(b"ALL") => {
            Some(("all", code))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::judged;

    #[test]
    fn legal_codes_that_break_clients_are_found() {
        let lines = [
            "220 x",
            "EPSV ALL",
            "220 x",
            "EPSV",
            "229 (|||9|)",
            "RETR a",
            "150 x",
            "250 done",
            "CWD a",
            "250 x",
            "EPSV",
            "229 (|||9|)",
            "LIST",
            "150 x",
            "226 x",
        ];
        let mut found = judged(&lines);
        found.retain(|f| f.starts_with("completion-code-unusual"));
        assert_eq!(found, ["completion-code-unusual/all line 2", "completion-code-unusual/transfer line 6"]);
    }
}
