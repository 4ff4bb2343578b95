//! A reply with a code that no RFC defines.

use super::once::Once;
use crate::ftp::{Code, Mark};
use crate::rule::{Check, Found, Group, Level, Numbers, Rule, Set, Severity};
use crate::session::Session;

pub(super) static RULE: Rule = Rule {
    name: "code-of-no-rfc",
    severity: Severity::Note,
    group: Group::Conformance,
    set: Set::Pedantic,
    level: Some(Level::Extension),
    cases: &["answered", "unasked"],
    check: Check::Session(check),
    ..Rule::BASE
};

fn check(session: &Session, _: Numbers, found: &mut Vec<(Mark, Found)>) {
    let mut once = Once::default();
    for exchange in session.exchanges() {
        let of_no_rfc = |code: &Code| !code.is_of_an_rfc();
        if let Some(code) = exchange.code().filter(of_no_rfc)
            && once.is_new(exchange.verb(), code)
        {
            let case = if exchange.has_command() { "answered" } else { "unasked" };
            found.push((exchange.mark(), Found::new(case)));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::judged;

    #[test]
    fn a_code_that_no_rfc_has_is_found_once_for_each_command() {
        // basic-ftp issue 117: a server that answers MLSD with 402.
        let lines = [
            "220 x",
            "MLSD",
            "402 Command not supported",
            "MLSD",
            "402 x",
            "PASV",
            "435 x",
            "ALLO 1",
            "202 x",
        ];
        let mut found = judged(&lines);
        found.retain(|f| f.starts_with("code-of-no-rfc"));
        assert_eq!(found, ["code-of-no-rfc/answered line 2", "code-of-no-rfc/answered line 6"]);
    }
}
