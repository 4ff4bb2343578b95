//! A client that was turned away at the door with another code than 421 (RFC 959 section 5.4).

use crate::ftp::{Code, Mark};
use crate::rule::{Check, Found, Group, Level, Numbers, Rule, Set, Severity};
use crate::session::{Exchange, Session};

pub(super) static RULE: Rule = Rule {
    name: "wrong-code-at-connect",
    severity: Severity::Note,
    group: Group::Conformance,
    set: Set::Pedantic,
    level: Some(Level::Violation),
    replies: &[421, 530],
    cases: &["at-the-door"],
    check: Check::Session(check),
    ..Rule::BASE
};

fn check(session: &Session, _: Numbers, found: &mut Vec<(Mark, Found)>) {
    let first = session.exchanges().next().filter(|_| !session.is_continued());
    let refused = |e: &Exchange| !e.has_command() && e.is_refused() && e.code() != Some(Code(421));
    // A refusal with a command behind it is the end of something that the log does not hold.
    if let Some(greeting) = first.filter(refused)
        && greeting.next().is_none()
    {
        found.push((greeting.mark(), Found::new("at-the-door")));
    }
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::judged;

    #[test]
    fn the_first_words_of_a_server_are_looked_at() {
        let found =
            |lines: &[&str]| judged(lines).iter().filter(|f| f.starts_with("wrong-code-at-connect")).count();
        // ProFTPD and FileZilla Server 0.9.
        assert_eq!(
            found(&["530 Sorry, the maximum number of clients (2) from your host are already connected."]),
            1
        );
        assert_eq!(found(&["550 No connections allowed from your IP"]), 1);
        assert_eq!(found(&["421 There are too many connected users, please try later."]), 0);
        assert_eq!(found(&["550 x", "PWD", "257 \"/\""]), 0);
    }
}
