//! Refusals of service and their reasons: 421, and the other codes that servers use for the same thing.

use super::finding::{Said, say};
use crate::event::Place;
use crate::ftp::{Code, Verb};
use crate::session::{Ending, Session};
use crate::text::holds;
use crate::time::When;

/// Why a server refused its service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)]
pub enum Reason {
    Capacity,
    PerClient,
    PerUser,
    Shutdown,
    LoginTimeout,
    DataTimeout,
    TlsRequired,
    Banned,
    ServerFault,
    Unknown,
    /// The client was silent for too long: the normal end of a session.
    Idle,
    /// The client wrote it; no server did.
    ClientMade,
}

impl Reason {
    /// The case of `service-refused-burst`, and the word used in facts.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Capacity => "capacity",
            Self::PerClient => "per-client",
            Self::PerUser => "per-user",
            Self::Shutdown => "shutdown",
            Self::LoginTimeout => "login-timeout",
            Self::DataTimeout => "data-timeout",
            Self::TlsRequired => "tls-required",
            Self::Banned => "banned",
            Self::ServerFault => "server-fault",
            Self::Unknown => "unknown",
            Self::Idle => "idle",
            Self::ClientMade => "client-made",
        }
    }

    /// The reason that a reply names; the first row of the table of words that fits.
    #[must_use]
    pub fn of(text: &[u8]) -> Self {
        WORDS
            .iter()
            .find(|(words, _)| words.iter().all(|w| holds(text, w)))
            .map_or(Self::Unknown, |(_, r)| *r)
    }

    /// Whether it counts towards a burst: idle sessions end normally, and a client's own words are no refusal.
    #[must_use]
    pub fn counts(self) -> bool {
        !matches!(self, Self::Idle | Self::ClientMade)
    }
}

/// Words that all stand in a reply, and the reason that they give. The order decides: a ban speaks of addresses too, and a
/// TLS failure of time.
const WORDS: &[(&[&str], Reason)] = &[
    (&["remote server has closed connection"], Reason::ClientMade),
    (&["banned"], Reason::Banned),
    (&["not welcome"], Reason::Banned),
    (&["no connections allowed from your ip"], Reason::Banned),
    (&["not currently accepting logins at this address"], Reason::Banned),
    (&["too many failed"], Reason::Banned),
    (&["too many errors"], Reason::Banned),
    (&["too many login"], Reason::Banned),
    (&["login incorrect"], Reason::Banned),
    (&["access denied"], Reason::Banned),
    (&["kicked"], Reason::Banned),
    (&["cleartext"], Reason::TlsRequired),
    (&["non-secure"], Reason::TlsRequired),
    (&["encrypt"], Reason::TlsRequired),
    (&["tls"], Reason::TlsRequired),
    (&["ssl"], Reason::TlsRequired),
    (&["same user"], Reason::PerUser),
    (&["for this account"], Reason::PerUser),
    (&["for this user"], Reason::PerUser),
    (&["for the user"], Reason::PerUser),
    (&["from your host"], Reason::PerClient),
    (&["from your ip"], Reason::PerClient),
    (&["from this ip"], Reason::PerClient),
    (&["from the same ip"], Reason::PerClient),
    (&["for this ip"], Reason::PerClient),
    (&["per ip"], Reason::PerClient),
    (&["internet address"], Reason::PerClient),
    (&["too many", "address"], Reason::PerClient),
    (&["login time"], Reason::LoginTimeout),
    (&["no transfer"], Reason::Idle),
    (&["no-transfer"], Reason::Idle),
    (&["data timeout"], Reason::DataTimeout),
    (&["data connection timed"], Reason::DataTimeout),
    (&["data channel timed"], Reason::DataTimeout),
    (&["no new data"], Reason::DataTimeout),
    (&["timeout"], Reason::Idle),
    (&["time out"], Reason::Idle),
    (&["timed out"], Reason::Idle),
    (&["inactiv"], Reason::Idle),
    (&["idle"], Reason::Idle),
    (&["shut down"], Reason::Shutdown),
    (&["shutting down"], Reason::Shutdown),
    (&["shutdown"], Reason::Shutdown),
    (&["offline"], Reason::Shutdown),
    (&["maintenance"], Reason::Shutdown),
    (&["server is locked"], Reason::Shutdown),
    (&["server disabled"], Reason::Shutdown),
    (&["temporarily unavailable - "], Reason::Shutdown),
    (&["system not available"], Reason::Shutdown),
    (&["too many"], Reason::Capacity),
    (&["maximum"], Reason::Capacity),
    (&["busy"], Reason::Capacity),
    (&["overload"], Reason::Capacity),
    (&["simultaneous"], Reason::Capacity),
    (&["already connected"], Reason::Capacity),
    (&["limit"], Reason::Capacity),
    (&["temporarily unavailable"], Reason::Shutdown),
    (&["could not"], Reason::ServerFault),
    (&["resource failure"], Reason::ServerFault),
    (&["out of memory"], Reason::ServerFault),
    (&["not available, sorry"], Reason::ServerFault),
    (&["configuration error"], Reason::ServerFault),
    (&["chroot"], Reason::ServerFault),
    (&["oops"], Reason::ServerFault),
];

/// One refusal.
#[derive(Clone, Debug)]
pub struct Refusal {
    /// Where the reply stands; the connection's first line where the server said nothing.
    pub place: Place,
    /// When.
    pub at: When,
    /// Why.
    pub reason: Reason,
    /// The client's address.
    pub client: Vec<u8>,
    /// Where the session begins.
    pub session: Place,
    /// The reply.
    pub said: Option<Said>,
}

/// Finds the refusals in a session.
pub(super) fn refusals(session: &Session, found: &mut Vec<Refusal>) {
    for exchange in session.troubled() {
        let Some(reply) = exchange.reply() else { continue };
        if !reply.code.is_refusal() {
            continue;
        }
        // Turned away at the door, with whatever code.
        let at_door = !exchange.has_command() && exchange.mark() == 0;
        let at_login =
            matches!(reply.code, Code(530 | 500 | 550)) && matches!(exchange.verb(), Verb::USER | Verb::PASS);
        if !(reply.code == Code(421) || at_door || at_login) {
            continue;
        }
        let reason = Reason::of(reply.raw());
        let full =
            matches!(reason, Reason::Capacity | Reason::PerClient | Reason::PerUser | Reason::Shutdown);
        if reason.counts() && (full || !at_login) {
            let mut said = Vec::new();
            say(&mut said, &exchange, None, true);
            found.push(Refusal {
                place: reply.place,
                at: reply.at,
                reason,
                client: session.client().to_vec(),
                session: session.first(),
                said: said.pop(),
            });
        }
    }
    // Connected and closed before any greeting.
    if session.exchanges().len() == 0 && !session.is_continued() && session.ending() == Ending::Lost {
        found.push(Refusal {
            place: session.first(),
            at: session.first_at(),
            reason: Reason::Unknown,
            client: session.client().to_vec(),
            session: session.first(),
            said: None,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_texts_of_servers_give_their_reasons() {
        // The texts are those of the servers' sources and of recorded sessions.
        let cases = [
            ("421 There are too many connected users, please try later.", Reason::Capacity),
            ("421 There are too many connections from your internet address.", Reason::PerClient),
            ("421 Timeout.", Reason::Idle),
            ("421 Data timeout. Reconnect. Sorry.", Reason::DataTimeout),
            ("421 Idle timeout (6 seconds): closing control connection", Reason::Idle),
            ("421 Login timeout (300 seconds): closing control connection", Reason::LoginTimeout),
            ("421 FTP server shutting down - going home", Reason::Shutdown),
            ("530 Sorry, the maximum number of allowed clients (2) are already connected.", Reason::Capacity),
            (
                "530 Sorry, the maximum number of clients (2) from your host are already connected.",
                Reason::PerClient,
            ),
            (
                "530 Sorry, the maximum number of clients (2) for this user are already connected.",
                Reason::PerUser,
            ),
            ("421 Too many connections (8) from this IP", Reason::PerClient),
            ("421 50 users (the maximum) are already logged in, sorry", Reason::Capacity),
            ("421 I can't accept more than 3 connections as the same user", Reason::PerUser),
            (
                "421-Sorry, cleartext sessions and weak ciphers are not accepted on this server.",
                Reason::TlsRequired,
            ),
            ("421 Too many connections. Service temporarily unavailable.", Reason::Capacity),
            ("421 Passive data channel timed out.", Reason::DataTimeout),
            (
                "421 Your IP is banned, no further requests will be processed from this IP (192.0.2.1).",
                Reason::Banned,
            ),
            ("421 Temporarily banned for too many failed login attempts", Reason::Banned),
            ("550 No connections allowed from your IP", Reason::Banned),
            ("421 Not currently accepting logins at this address. Try back later.", Reason::Banned),
            ("421 Kicked by Administrator", Reason::Banned),
            ("500 OOPS: vsftpd: cannot locate user specified in 'nopriv_user':nope", Reason::ServerFault),
            ("530 System not available.", Reason::Shutdown),
            ("421 Server is temporarily unavailable - please try again later.", Reason::Shutdown),
            ("421 Service not available, remote server has closed connection", Reason::ClientMade),
            ("421 Service not available.", Reason::Unknown),
            ("421 Server too busy, closing connection. Please retry later!", Reason::Capacity),
            ("421 TLS is required", Reason::TlsRequired),
        ];
        for (text, want) in cases {
            assert_eq!(Reason::of(text.as_bytes()), want, "{text}");
        }
    }
}
