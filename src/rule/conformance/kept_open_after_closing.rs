//! A session that went on after 421, which says that the server closes the connection (RFC 959 section 4.2).

use crate::ftp::{Code, Mark};
use crate::rule::{Check, Found, Group, Level, Numbers, Rule, Set, Severity};
use crate::session::{Exchange, Session};

pub(super) static RULE: Rule = Rule {
    name: "kept-open-after-closing",
    severity: Severity::Note,
    group: Group::Conformance,
    set: Set::Pedantic,
    level: Some(Level::Violation),
    replies: &[421],
    cases: &["refused", "unasked"],
    check: Check::Session(check),
    ..Rule::BASE
};

fn check(session: &Session, _: Numbers, found: &mut Vec<(Mark, Found)>) {
    let Some(closing) = session.exchanges().find(|e| e.code() == Some(Code(421))) else { return };
    let Some(said) = closing.reply() else { return };
    // A command that was sent before the client knew may still be answered.
    let answered = |e: &Exchange| {
        e.has_command()
            && e.place() > said.place
            && e.reply().is_some_and(|r| r.code != Code(421) && r.place > said.place)
    };
    if let Some(answered) = closing.after().find(answered)
        && !session.is_unsure_at(answered.place())
    {
        let case = if closing.has_command() { "refused" } else { "unasked" };
        found.push((closing.mark(), Found::new(case).later(answered.mark())));
    }
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::judged;

    fn found(lines: &[&str]) -> Vec<String> {
        let mut all = judged(lines);
        all.retain(|f| f.starts_with("kept-open-after-closing"));
        all
    }

    #[test]
    fn who_says_421_and_goes_on_did_not_close() {
        // pyftpdlib, and Pure-FTPd that wants TLS.
        let lines =
            ["220 x", "PASV", "227 (1,2,3,4,5,6)", "421 Passive data channel timed out.", "NOOP", "200 x"];
        assert_eq!(found(&lines), ["kept-open-after-closing/unasked line 4"]);
        let lines =
            ["220 x", "USER a", "421 Please reconnect using TLS security mechanisms.", "NOOP", "200 x"];
        assert_eq!(found(&lines), ["kept-open-after-closing/refused line 2"]);
    }

    #[test]
    fn who_says_421_and_nothing_more_did() {
        assert_eq!(found(&["220 x", "NOOP", "200 x", "421 Timeout.", "NOOP"]), [""; 0]);
        assert_eq!(found(&["220 x", "NOOP", "421 Timeout."]), [""; 0]);
    }
}
