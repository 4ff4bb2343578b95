//! A final reply that the RFC of its command does not list (RFC 959 section 5.4 and the later RFCs).

use super::once::{Once, sure_exchanges};
use crate::ftp::{Code, Mark, Replies, Verb};
use crate::rule::{Check, Fact, Found, Group, Level, Numbers, Rule, Set, Severity};
use crate::session::Session;

pub(super) static RULE: Rule = Rule {
    name: "code-not-allowed",
    severity: Severity::Note,
    group: Group::Conformance,
    set: Set::Pedantic,
    level: Some(Level::Violation),
    cases: &["completion", "refusal"],
    check: Check::Session(check),
    ..Rule::BASE
};

fn check(session: &Session, _: Numbers, found: &mut Vec<(Mark, Found)>) {
    let mut once = Once::default();
    for exchange in sure_exchanges(session) {
        let (verb, argument) = (exchange.verb(), exchange.argument());
        let Some(code) = exchange.code() else { continue };
        // What SITE does is the server's own, and its replies are, too (RFC 1123 section 4.1.2.8).
        let Some(replies) = Replies::to(verb).filter(|r| r.is_of_an_rfc() && verb != Verb::SITE) else {
            continue;
        };
        if replies.allow(code)
            || !code.is_of_an_rfc()
            || is_open(verb, code, argument)
            || !once.is_new(verb, code)
        {
            continue;
        }
        let case = if code.is_refusal() { "refusal" } else { "completion" };
        let spec =
            [replies.spec, " section ", if replies.spec == "RFC 959" { "5.4" } else { replies.section }];
        let spec = if replies.section.is_empty() { replies.spec.to_owned() } else { spec.concat() };
        found.push((exchange.mark(), Found::new(case).fact("spec", Fact::Text(spec.into_bytes().into()))));
    }
}

/// RFC 2428 section 4 names no reply to EPSV ALL. 6yz holds the reply to a protected command.
fn is_open(verb: Verb, code: Code, argument: &[u8]) -> bool {
    let all = verb == Verb::EPSV && argument.trim_ascii().eq_ignore_ascii_case(b"ALL");
    all && matches!(code, Code(200 | 220)) || code.0 >= 600
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::judged;

    fn found(lines: &[&str]) -> Vec<String> {
        let mut all = judged(lines);
        all.retain(|f| f.starts_with("code-not-allowed"));
        all
    }

    #[test]
    fn a_reply_that_the_list_of_its_command_lacks_is_one_finding_a_session() {
        let lines = ["220 x", "CWD a", "200 x", "CWD b", "200 x", "STOR c", "550 denied", "REIN", "230 x"];
        let want = [
            "code-not-allowed/completion line 2",
            "code-not-allowed/refusal line 6",
            "code-not-allowed/completion line 8",
        ];
        assert_eq!(found(&lines), want);
    }

    #[test]
    fn what_every_command_may_get_is_none() {
        let lines = [
            "220 x",
            "PWD",
            "530 x",
            "NOOP",
            "421 x",
            "TYPE X",
            "504 x",
            "QUIT",
            "503 x",
            "PORT 1,2,3",
            "502 x",
            "EPSV ALL",
            "220 x",
            "SITE HELP",
            "214 x",
            "RETR a",
            "522 x",
            "CDUP",
            "250 x",
        ];
        assert_eq!(found(&lines), [""; 0]);
    }

    #[test]
    fn commands_and_codes_of_no_rfc_are_none() {
        assert_eq!(found(&["220 x", "XCRC a", "299 x", "MLSD", "402 x", "FOO", "214 x"]), [""; 0]);
    }
}
