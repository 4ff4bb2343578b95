//! Servers that end a session after some wrong passwords, with 421, with 500, or without a word (RFC 2577 section 5).

use crate::event::Holds;
use crate::ftp::{Code, Login, Mark, Verb};
use crate::rule::{Check, Fact, Found, Group, Numbers, Reason, Rule, Setting, Unit};
use crate::session::{Confidence, Ending, Exchange, Session};

pub(super) static RULE: Rule = Rule {
    name: "too-many-login-failures",
    group: Group::Login,
    replies: &[421, 530],
    cases: &["told", "closed"],
    settings: &[Setting { key: "silent-after", unit: Unit::Count, default: 3 }],
    check: Check::Session(check),
    ..Rule::BASE
};

/// The number of the setting.
const SILENT_AFTER: usize = 0;
/// Exchanges at the end of a session among which failures are counted.
const LAST_MAX: usize = 64;

fn check(session: &Session, numbers: Numbers, found: &mut Vec<(Mark, Found)>) {
    if !matches!(session.final_state().login, Login::Refused(_)) || !session.has_ended() {
        return;
    }
    let Some(last) = session.at_hand().next_back() else { return };
    let (count, first) = failures(session);
    let told = matches!(last.code(), Some(Code(421 | 500))) && says_so(&last, first);
    let case = match () {
        () if told && count > 0 => "told",
        () if is_cut_off(session, &last) && count >= numbers.count(SILENT_AFTER).max(1) => "closed",
        () => return,
    };
    let sure = if case == "told" { Confidence::Certain } else { Confidence::Likely };
    let cause = first.filter(|first| *first != last.mark());
    found.push((
        last.mark(),
        Found::new(case).sure(sure).cause(cause).fact("failures", Fact::Number(count as u64)),
    ));
}

/// How many passwords were refused, and the first of them.
fn failures(session: &Session) -> (usize, Option<Mark>) {
    let passwords =
        session.at_hand().rev().take(LAST_MAX).filter(|e| e.verb() == Verb::PASS && e.is_refused());
    passwords.fold((0, None), |(n, _), e| (n + 1, Some(e.mark())))
}

/// Whether the last reply is about the failures: it says so, or says nothing after a password was refused.
fn says_so(last: &Exchange, first_failure: Option<Mark>) -> bool {
    let Some(reply) = last.reply() else { return false };
    match Reason::of(reply.raw()) {
        Reason::TooManyFailures => true,
        Reason::Unknown => reply.code == Code(421) && first_failure.is_some_and(|mark| mark < last.mark()),
        _ => false,
    }
}

/// Whether the connection ended under the next try. Where there was none, the refused password says all.
fn is_cut_off(session: &Session, last: &Exchange) -> bool {
    let tries = last.verb() == Verb::USER && last.code().is_none();
    tries && session.ending() == Ending::Lost && session.dialect().holds == Holds::Everything
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::judged_by_default;

    fn found(end: &[&str]) -> Vec<String> {
        let tries = ["USER a", "331 x", "PASS b", "530 Login incorrect.", "USER a", "331 x", "PASS b"];
        let mut found = judged_by_default(&[&["220 x"], &tries[..], end].concat());
        found.retain(|f| f.starts_with("too-many"));
        found
    }

    #[test]
    fn a_server_that_has_had_enough_says_so_or_says_nothing() {
        // inetutils, recorded; vsftpd 3.0.4 and newer, after its source.
        let ends = ["530 Login incorrect.", "421 Service not available, closing control connection."];
        assert_eq!(found(&ends), ["too-many-login-failures/told line 10"]);
        assert_eq!(found(&["500 Too many errors."]), ["too-many-login-failures/told line 8"]);
        assert_eq!(found(&["530 Login incorrect.", "QUIT", "221 x"]), [""; 0]);
        assert_eq!(found(&["530 Login incorrect.", "421 Timeout."]), [""; 0]);
    }
}
