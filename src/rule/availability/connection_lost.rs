//! Control connections that ended while something was still to come: in a transfer, or before a reply.

use crate::event::Holds;
use crate::ftp::{Code, Data, Login, Mark, Verb};
use crate::rule::data::reach::unreachable;
use crate::rule::{Check, Found, Group, Numbers, Rule};
use crate::session::{Confidence, Ending, Exchange, Session};

pub(super) static RULE: Rule = Rule {
    name: "connection-lost",
    group: Group::Availability,
    replies: &[421],
    cases: &["before-transfer", "before-reply", "client-says"],
    check: Check::Session(check),
    ..Rule::BASE
};

/// Exchanges at the end of a session that are looked at.
const LAST_MAX: usize = 3;
/// A client that waits so long for the beginning of a transfer expected one.
const PATIENCE_MS: i64 = 5000;

fn check(session: &Session, _: Numbers, found: &mut Vec<(Mark, Found)>) {
    // Nothing is proved by a log that leaves out replies, or that does not say where connections end.
    if !session.has_ended() || session.dialect().holds != Holds::Everything {
        return;
    }
    let last = || session.exchanges().rev().take(LAST_MAX);
    if let Some(told) = last().find(|e| e.code() == Some(Code(421)) && is_of_client(e)) {
        found.push((told.mark(), Found::new("client-says")));
        return;
    }
    // A client that waited for a transfer in vain, and then said goodbye.
    let given_up = last().next().and_then(|end| given_up(&end));
    if let (Some(transfer), Some(_)) = (given_up, setup(session)) {
        found.extend(before_transfer(session).map(|told| (transfer.mark(), told)));
        return;
    }
    if session.ending() != Ending::Lost || session.counts().replies == [0; 5] {
        return;
    }
    // A client that says goodbye or breaks off need not wait for the answer, and a server that refuses goes its way.
    let is_end = |e: &Exchange| {
        matches!(e.verb(), Verb::QUIT | Verb::ABOR)
            || matches!(e.code(), Some(Code(421 | 500))) && !e.has_command()
    };
    let Some(cut) = last().next().filter(|_| !last().any(|e| is_end(&e))) else { return };
    if !cut.has_command() || cut.code().is_some() || matches!(session.final_state().login, Login::Refused(_))
    {
        return;
    }
    // A client that does not wait sends more; the first command that nothing came to is where it stopped.
    let before = std::iter::successors(Some(cut), Exchange::previous).take(LAST_MAX);
    let cut = before.take_while(|e| e.has_command() && e.replies().next().is_none()).last().unwrap_or(cut);
    let told = match cut.verb() {
        // Words that are no commands make servers hang up; a capture shows nothing of what TLS protects.
        Verb::OTHER | Verb::AUTH | Verb::MAIL => return,
        // Another rule explains transfers without an end.
        verb if verb.transfers() && cut.is_started() => return,
        verb if verb.transfers() => before_transfer(session),
        _ => Some(Found::new("before-reply").sure(Confidence::Likely)),
    };
    found.extend(told.map(|told| (cut.mark(), told)));
}

/// A transfer to which nothing came; nothing where the address in the reply to PASV explains it, which has a rule of its own.
fn before_transfer(session: &Session) -> Option<Found> {
    let setup = setup(session);
    let prepared = setup.and_then(|mark| session.exchange(mark));
    let is_explained = prepared.is_some_and(|prepared| unreachable(&prepared).is_some());
    (!is_explained).then(|| Found::new("before-transfer").cause(setup).sure(Confidence::Likely))
}

/// What prepared the data connection that was to come.
fn setup(session: &Session) -> Option<Mark> {
    match session.final_state().data {
        Data::Ready(m) | Data::Used { setup: m, .. } => Some(m),
        _ => None,
    }
}

/// The transfer that got no reply for so long that the client said goodbye, to which nothing came, either.
fn given_up<'s>(end: &Exchange<'s>) -> Option<Exchange<'s>> {
    let ends = matches!(end.verb(), Verb::QUIT | Verb::ABOR) && end.code().is_none();
    let transfer = end.previous().filter(|e| ends && e.verb().transfers() && e.replies().next().is_none())?;
    (end.at().since(transfer.at())? >= PATIENCE_MS).then_some(transfer)
}

/// The ftp of BSD and inetutils writes a reply that no server sent.
fn is_of_client(exchange: &Exchange) -> bool {
    exchange.reply().is_some_and(|r| crate::text::holds(r.raw(), "remote server has closed connection"))
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::judged_by_default;

    #[test]
    fn a_client_that_says_it_was_cut_off_is_believed() {
        let lines = [
            "220 x",
            "USER a",
            "331 x",
            "PASS b",
            "230 x",
            "PWD",
            "421 Service not available, remote server has closed connection",
        ];
        assert_eq!(judged_by_default(&lines), ["connection-lost/client-says line 6"]);
    }

    #[test]
    fn a_transcript_that_ends_proves_nothing() {
        let lines = ["220 x", "USER a", "331 x", "PASS b", "230 x", "PWD"];
        assert_eq!(judged_by_default(&lines), [""; 0]);
    }
}
