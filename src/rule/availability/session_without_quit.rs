//! Sessions that ended without QUIT, with nothing left to come (RFC 959 section 4.1.1).

use crate::event::Holds;
use crate::ftp::{Login, Mark, Tls};
use crate::rule::{Check, Found, Group, Level, Numbers, Rule, Set, Severity};
use crate::session::{Confidence, Ending, Session};

pub(super) static RULE: Rule = Rule {
    name: "session-without-quit",
    severity: Severity::Note,
    group: Group::Availability,
    set: Set::Pedantic,
    level: Some(Level::Hazard),
    cases: &["closed"],
    check: Check::Session(check),
    ..Rule::BASE
};

fn check(session: &Session, _: Numbers, found: &mut Vec<(Mark, Found)>) {
    if !session.has_ended()
        || session.ending() != Ending::Lost
        || session.dialect().holds != Holds::Everything
    {
        return;
    }
    // curl sends QUIT and does not write it down.
    if session.dialect().name.starts_with("curl") {
        return;
    }
    let Some(last) = session.exchanges().next_back().filter(|e| e.code().is_some()) else { return };
    let state = session.final_state();
    // A refused login may be answered by the server with a closed connection; a capture shows nothing of what TLS protects.
    let ends_unseen = matches!(state.tls, Tls::On(m) if m == last.mark());
    if matches!(state.login, Login::In(_)) && !ends_unseen {
        found.push((last.mark(), Found::new("closed").sure(Confidence::Likely)));
    }
}
