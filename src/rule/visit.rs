//! What is remembered of every session and of every failed login: little, since there may be very many.

use super::ledger::Names;
use crate::event::{Holds, Place};
use crate::ftp::{DataRole, Login, Verb};
use crate::session::{Beginning, Ending, Exchange, Session};
use crate::time::When;

/// A session: where it began and ended, who it was, and when it was last heard of.
#[derive(Clone, Copy, Debug)]
pub struct Visit {
    /// Its first line.
    pub begin: Place,
    /// When that was.
    pub begin_at: When,
    /// Its last line.
    pub last_line: u64,
    /// When that was.
    pub last_at: When,
    /// The line of its last command but QUIT; 0 where it sent none.
    pub command_line: u64,
    /// When that was.
    pub command_at: When,
    /// That command.
    pub command: Verb,
    /// The line of the last reply to that command, or of the greeting; behind all lines where it got none.
    pub answered_line: u64,
    /// When that was.
    pub answered_at: When,
    /// The line where it was logged in; 0 where it was not.
    pub login_line: u64,
    /// The client's address, by its number in [`Ledger::names`](super::Ledger::names).
    pub client: u32,
    /// The user, likewise.
    pub user: u32,
    /// Whether the log shows that it ended.
    pub ends: bool,
    /// Whether the log shows a connection, not only what was done.
    pub connected: bool,
    /// Whether the server would not have it.
    pub turned_away: bool,
    /// The one transfer of a file in it; 0 where there was none, or more data connections than one.
    pub transfer_line: u64,
    /// The command of it.
    pub transfer: Verb,
}

/// A login that failed.
#[derive(Clone, Copy, Debug)]
pub struct Attempt {
    /// The command that was refused.
    pub place: Place,
    /// When it was sent.
    pub at: When,
    /// Where its session begins.
    pub session: Place,
    /// The client's address, by its number in [`Ledger::names`](super::Ledger::names).
    pub client: u32,
    /// The user, likewise.
    pub user: u32,
    /// The command.
    pub verb: Verb,
    /// The line of the reply; 0 where the log has none.
    pub said_line: u64,
    /// The reply, likewise.
    pub said: Option<u32>,
}

impl Visit {
    /// What is remembered of a session that has ended.
    pub(super) fn of(session: &Session, names: &mut Names, refused: bool) -> Self {
        let login = match session.final_state().login {
            Login::In(m) | Login::Left(m) => session.exchange(m),
            _ => None,
        };
        let command = session.at_hand().rev().find(|e| e.has_command() && e.verb() != Verb::QUIT);
        let asked = command.or_else(|| session.at_hand().next());
        let transfer = only_transfer(session);
        let answer = asked.and_then(|e| e.reply());
        Self {
            begin: session.first(),
            begin_at: session.first_at(),
            last_line: session.last().line,
            last_at: session.last_at(),
            command_line: command.map_or(0, |e| e.place().line),
            command_at: command.map_or(When::NEVER, |e| e.at()),
            command: command.map_or(Verb::OTHER, |e| e.verb()),
            answered_line: answer.map_or(u64::MAX, |r| r.place.line),
            answered_at: answer.map_or(When::NEVER, |r| r.at),
            login_line: login.map_or(0, |e| e.reply().map_or(e.place(), |r| r.place).line),
            client: names.number(session.client()),
            user: names.number(session.user()),
            ends: session.ending() != Ending::Open,
            connected: session.dialect().holds != Holds::Deeds,
            turned_away: login.is_none() && (refused || session.ending() == Ending::Refused),
            transfer_line: transfer.map_or(0, |e| e.place().line),
            transfer: transfer.map_or(Verb::OTHER, |e| e.verb()),
        }
    }
}

/// The one transfer of a file in a session that shows all of it.
fn only_transfer(session: &Session) -> Option<Exchange<'_>> {
    // Each transfer and each list has one preliminary reply.
    let alone = session.counts().replies[0] == 1 && session.beginning() == Beginning::Seen;
    let transfer = alone.then(|| session.at_hand().find(Exchange::is_started)).flatten();
    transfer.filter(|e| matches!(e.verb().data(), DataRole::Send | DataRole::Receive))
}
