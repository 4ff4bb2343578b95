//! A server whose replies to USER tell which names exist (RFC 2577 section 7).

use super::names::is_anonymous;
use crate::ftp::{Code, Login, Verb};
use crate::rule::{Check, Found, Group, Role, Rule, Set, Severity, Suspect};
use crate::session::{Exchange, Watch};

pub(super) static RULE: Rule = Rule {
    name: "user-enumeration",
    severity: Severity::Note,
    group: Group::Security,
    set: Set::Audit,
    replies: &[331, 530],
    cases: &["refused-at-user"],
    check: Check::Exchange(Watch::of(&[Verb::USER]), check),
    ..Rule::BASE
};

/// Exchanges before a USER in which an earlier one is looked for.
const LOOKED_BACK_MAX: usize = 32;

fn check(suspect: &Suspect) -> Option<Found> {
    let now = said(&suspect.exchange)?;
    if matches!(suspect.state.login, Login::In(_) | Login::Left(_)) {
        return None;
    }
    let mut earlier = earlier_names(&suspect.exchange);
    let other =
        earlier.next().filter(|e| said(e) != Some(now) && e.argument() != suspect.exchange.argument())?;
    // Once is enough: nothing before was answered otherwise.
    earlier
        .all(|e| said(&e) != Some(now))
        .then(|| Found::new("refused-at-user").cause_as(Role::Evidence, other.mark()))
}

/// The USER commands before that one.
fn earlier_names<'s>(exchange: &Exchange<'s>) -> impl Iterator<Item = Exchange<'s>> {
    let before = exchange.before().take(LOOKED_BACK_MAX);
    before.filter(|e| e.verb() == Verb::USER && said(e).is_some())
}

/// Whether the name was taken or refused; nothing where the reply is about something else than the name.
fn said(exchange: &Exchange) -> Option<bool> {
    if is_anonymous(exchange.argument()) {
        return None;
    }
    let reply = exchange.reply()?;
    let about_else = ["tls", "ssl", "encrypt", "secure", "too many", "maximum", "again", "auth"];
    match reply.code {
        Code(331) => Some(true),
        Code(530 | 550) => (!about_else.iter().any(|w| crate::text::holds(reply.raw(), w))).then_some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::judged;

    fn found(lines: &[&str]) -> Vec<String> {
        let found = judged(&[&["220 x"], lines].concat());
        found.into_iter().filter(|f| f.starts_with("user-enumeration")).collect()
    }

    #[test]
    fn names_that_are_answered_otherwise_are_found_once() {
        let one = ["USER ann", "331 x", "PASS b", "530 x"];
        let other = ["USER root", "530 Permission denied."];
        assert_eq!(
            found(&[&one[..], &other, &one, &other].concat()),
            ["user-enumeration/refused-at-user line 6"]
        );
    }

    #[test]
    fn a_server_that_always_asks_for_the_password_tells_nothing() {
        assert!(
            found(&["USER ann", "331 x", "PASS b", "530 x", "USER bob", "331 x", "PASS b", "530 x"])
                .is_empty()
        );
        let limit = ["USER ann", "331 x", "PASS b", "530 x", "USER bob", "530 Too many users."];
        assert!(found(&limit).is_empty());
    }
}
