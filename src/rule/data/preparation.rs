//! How data connections were prepared, and whether transfers used them: what the rules of this folder ask of a session.

use super::failure::{Failure, failure};
use crate::ftp::{Endpoint, Verb, extended_passive, extended_port, passive, port};
use crate::session::{Ending, Exchange, Session};
use crate::text::holds;
use std::net::SocketAddr;

/// Exchanges before and after one in which another transfer is looked for.
const NEAR_MAX: usize = 48;

/// Who connects to whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// The client connects to the server.
    Passive,
    /// The server connects to the client.
    Active,
}

/// What became of a data connection that was prepared.
#[derive(Clone, Copy, Debug)]
pub(super) enum Fate<'s> {
    /// A transfer used it, and was completed.
    Worked,
    /// A transfer was to use it, and failed.
    Failed(Exchange<'s>),
    /// The session went on, or ended, without a transfer.
    Unused,
    /// The log does not show it.
    Open,
}

impl Mode {
    /// The mode that a command prepares.
    pub(super) fn of(verb: Verb) -> Option<Self> {
        match verb {
            Verb::PASV | Verb::EPSV | Verb::LPSV | Verb::CPSV | Verb::PASW | Verb::ESTP => {
                Some(Self::Passive)
            }
            Verb::PORT | Verb::EPRT | Verb::LPRT | Verb::ESTA => Some(Self::Active),
            _ => None,
        }
    }

    pub(super) fn other(self) -> Self {
        match self {
            Self::Passive => Self::Active,
            Self::Active => Self::Passive,
        }
    }
}

/// The mode that an exchange prepared a data connection in, if it did. EPSV ALL prepares nothing (RFC 2428 section 4).
pub(super) fn prepares(exchange: &Exchange) -> Option<Mode> {
    let mode = Mode::of(exchange.verb()).filter(|_| exchange.is_done())?;
    (!is_all(exchange)).then_some(mode)
}

/// Whether it is EPSV ALL.
pub(super) fn is_all(exchange: &Exchange) -> bool {
    exchange.verb() == Verb::EPSV && exchange.argument().trim_ascii().eq_ignore_ascii_case(b"ALL")
}

/// Where the data connection goes, as the command or its reply says; `None` where the log does not show it.
pub(in crate::rule) fn endpoint(exchange: &Exchange) -> Option<Endpoint> {
    match exchange.verb() {
        Verb::PORT => port(exchange.argument()),
        Verb::EPRT => extended_port(exchange.argument()),
        Verb::EPSV => exchange.reply()?.lines().find_map(extended_passive),
        // Neither the end of a line nor what stands behind a code is part of a number: all lines are read as one.
        _ => passive(exchange.reply()?.raw()),
    }
}

/// Where PORT or EPRT asks the server to connect to: `192.0.2.7:51201`; the argument as it is where it cannot be read.
pub(super) fn asked_for(exchange: &Exchange) -> Vec<u8> {
    let told = endpoint(exchange).and_then(|end| Some(SocketAddr::new(end.address?, end.port)));
    told.map_or_else(|| exchange.argument().to_vec(), |told| told.to_string().into_bytes())
}

fn before<'s>(exchange: &Exchange<'s>) -> impl Iterator<Item = Exchange<'s>> {
    exchange.before().take(NEAR_MAX)
}

fn after<'s>(exchange: &Exchange<'s>) -> impl Iterator<Item = Exchange<'s>> {
    exchange.after().take(NEAR_MAX)
}

/// The last transfer before an exchange that was completed over a data connection of that mode.
pub(super) fn worked_before<'s>(exchange: &Exchange<'s>, mode: Mode) -> Option<Exchange<'s>> {
    let mut done = None;
    for earlier in before(exchange) {
        if earlier.verb().transfers() {
            done = Some(earlier).filter(Exchange::is_done);
        } else if let Some(prepared) = prepares(&earlier) {
            let transfer = done.take();
            if prepared == mode && transfer.is_some() {
                return transfer;
            }
        }
    }
    None
}

/// The first transfer after an exchange that was completed over a data connection of that mode.
pub(super) fn worked_after<'s>(exchange: &Exchange<'s>, mode: Mode) -> Option<Exchange<'s>> {
    let mut prepared = None;
    for later in after(exchange) {
        if later.verb().transfers() {
            if prepared == Some(mode) && later.is_done() {
                return Some(later);
            }
            prepared = None;
        } else if let Some(mode) = prepares(&later) {
            prepared = Some(mode);
        }
    }
    None
}

/// What became of the data connection that an exchange prepared.
pub(super) fn fate<'s>(setup: &Exchange<'s>) -> Fate<'s> {
    let session = setup.session();
    for later in after(setup).filter(Exchange::has_command) {
        if later.verb().transfers() {
            // Nearly all did.
            if later.is_done() {
                return Fate::Worked;
            }
            return match failure(&later) {
                Some(Failure::NotOpened) => Fate::Failed(later),
                Some(_) => Fate::Worked,
                // Behind 150 the client may have come, and another reason made it stop.
                None if later.code().is_none() && !later.is_started() && is_given_up(&later) => {
                    Fate::Failed(later)
                }
                // A file that is not there says nothing about the data connection.
                None => Fate::Open,
            };
        }
        if Mode::of(later.verb()).is_some() || matches!(later.verb(), Verb::QUIT | Verb::ABOR) {
            return Fate::Unused;
        }
    }
    if is_over(session) { Fate::Unused } else { Fate::Open }
}

/// Whether the log shows how the session ended. One that only breaks off says nothing about what was still to come.
fn is_over(session: &Session) -> bool {
    session.has_ended() && session.ending() != Ending::Open
}

/// Whether somebody hid the numbers of an address before the log was given away: `227 Entering Passive Mode (***)`.
pub(super) fn is_masked(text: &[u8]) -> bool {
    text.contains(&b'*') || holds(text, "x,x") || holds(text, "xxx")
}

/// Whether the session went on or ended without a reply to the command.
fn is_given_up(exchange: &Exchange) -> bool {
    is_over(exchange.session()) || after(exchange).any(|e| e.has_command() && e.code().is_some())
}

/// The first of the next exchanges that prepared a data connection by one of the commands that `may` names: a fallback.
pub(super) fn fallback<'s>(refused: &Exchange<'s>, may: impl Fn(Verb) -> bool) -> Option<Exchange<'s>> {
    /// A client that falls back does so at once.
    const SOON: usize = 2;
    after(refused).take(SOON).find(|e| may(e.verb()) && prepares(e).is_some())
}
