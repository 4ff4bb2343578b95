//! Refusals of service and their reasons: 421, and the other codes that servers use for the same thing.

use super::ledger::Ledger;
use super::transcript::write_first_line;
use crate::event::{Holds, Place};
use crate::ftp::{Code, Software, Verb};
use crate::session::{Ending, Exchange, Notable, Session};
use crate::time::When;
use foldhash::fast::FixedState;
use regex::bytes::{RegexSet, RegexSetBuilder};
use std::collections::HashMap;
use std::sync::LazyLock;

/// Different replies whose reasons are remembered.
const REASONS_MAX: usize = 256;

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

    /// The reason that a reply names.
    #[must_use]
    pub fn of(text: &[u8]) -> Self {
        // Patterns that match in any case would take three times as long to compile.
        let text = text.to_ascii_lowercase();
        COMPILED.matches(&text).iter().next().map_or(Self::Unknown, |first| CLASSES[first].1)
    }

    /// Whether it counts towards a burst: idle sessions end normally, and a client's own words are no refusal.
    #[must_use]
    pub fn counts(self) -> bool {
        !matches!(self, Self::Idle | Self::ClientMade)
    }
}

/// What stands in a reply, and the reason that it gives. The first that fits decides: a ban speaks of addresses too, and a
/// TLS failure of time.
const CLASSES: &[(&str, Reason)] = &[
    ("remote server has closed connection", Reason::ClientMade),
    ("banned|not welcome|no connections allowed from your ip", Reason::Banned),
    ("not currently accepting logins at this address|too many failed", Reason::Banned),
    ("too many errors|too many login|login incorrect|access denied|kicked", Reason::Banned),
    ("cleartext|non-secure|encrypt|tls|ssl", Reason::TlsRequired),
    ("same user|for this account|for this user|for the user", Reason::PerUser),
    ("from your host|from your ip|from this ip|from the same ip|for this ip", Reason::PerClient),
    ("per ip|internet address|too many.*address", Reason::PerClient),
    ("login time", Reason::LoginTimeout),
    ("no transfer|no-transfer", Reason::Idle),
    ("data timeout|data connection timed|data channel timed|no new data", Reason::DataTimeout),
    ("timeout|time out|timed out|inactiv|idle", Reason::Idle),
    ("shut down|shutting down|shutdown|offline|maintenance|server is locked", Reason::Shutdown),
    ("server disabled|temporarily unavailable -|system not available", Reason::Shutdown),
    ("too many|maximum|busy|overload|simultaneous|already connected|limit", Reason::Capacity),
    ("temporarily unavailable", Reason::Shutdown),
    ("could not|resource failure|out of memory|not available, sorry", Reason::ServerFault),
    ("configuration error|chroot|oops", Reason::ServerFault),
];

/// The classes, compiled when the first refusal is met.
static COMPILED: LazyLock<RegexSet> = LazyLock::new(|| {
    let patterns = CLASSES.iter().map(|(pattern, _)| *pattern);
    RegexSetBuilder::new(patterns).unicode(false).build().expect("a test compiles every class")
});

/// One refusal.
#[derive(Clone, Copy, Debug)]
pub struct Refusal {
    /// Where the reply stands; the connection's first line where the server said nothing.
    pub place: Place,
    /// When.
    pub at: When,
    /// Why.
    pub reason: Reason,
    /// The client's address, by its number in [`Ledger::names`](super::Ledger::names).
    pub client: u32,
    /// Where the session begins.
    pub session: Place,
    /// The reply, likewise; `None` where the server said nothing.
    pub said: Option<u32>,
}

/// The reasons of replies that came before: servers say the same again and again.
#[derive(Clone, Debug, Default)]
pub(super) struct Reasons(HashMap<Vec<u8>, Reason, FixedState>);

impl Reasons {
    fn of(&mut self, text: &[u8]) -> Reason {
        if let Some(reason) = self.0.get(text) {
            return *reason;
        }
        let reason = Reason::of(text);
        if self.0.len() < REASONS_MAX {
            self.0.insert(text.to_vec(), reason);
        }
        reason
    }
}

/// How a client was turned away.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Turned {
    /// By 421, or by any refusal in the place of a greeting.
    Away,
    /// By a refusal of USER or PASS, which may be about the service.
    AtLogin,
}

impl Turned {
    fn by(exchange: &Exchange, code: Code) -> Option<Self> {
        let in_place_of_greeting = !exchange.has_command() && exchange.mark() == 0;
        if code == Code(421) || code.is_refusal() && in_place_of_greeting {
            return Some(Self::Away);
        }
        let of_login = matches!(exchange.verb(), Verb::USER | Verb::PASS);
        (of_login && matches!(code, Code(530 | 500 | 550))).then_some(Self::AtLogin)
    }

    /// Whether the service was refused; a wrong password is the user's own matter.
    fn refuses_service(self, reason: Reason) -> bool {
        let full =
            matches!(reason, Reason::Capacity | Reason::PerClient | Reason::PerUser | Reason::Shutdown);
        reason.counts() && (full || self == Self::Away)
    }
}

impl Ledger {
    /// Finds the refusals in a session.
    pub(super) fn note_refusals(&mut self, session: &Session) {
        for Notable { exchange, .. } in session.notable().filter(|n| n.is_suspect) {
            let Some(reply) = exchange.reply() else { continue };
            let Some(turned) = Turned::by(&exchange, reply.code) else { continue };
            let reason = self.reasons.of(reply.raw());
            if turned.refuses_service(reason) {
                let mut said = Vec::new();
                write_first_line(&mut said, &reply);
                let said = Some(self.names.number(&said));
                self.note_refusal(session, Refusal { said, ..Refusal::at(reply.place, reply.at, reason) });
            }
        }
        // Connected and closed before any greeting. Clients write of connections that they never had, and most servers' logs
        // have no greetings.
        let dialect = session.dialect();
        let shows_greetings = dialect.software != Software::Unknown && dialect.holds == Holds::Everything;
        let silent = session.exchanges().len() == 0 && !session.is_continued();
        if shows_greetings && silent && session.ending() == Ending::Lost {
            self.note_refusal(session, Refusal::at(session.first(), session.first_at(), Reason::Unknown));
        }
    }

    fn note_refusal(&mut self, session: &Session, refusal: Refusal) {
        let client = self.names.number(session.client());
        self.refusals.push(Refusal { client, session: session.first(), ..refusal });
    }
}

impl Refusal {
    fn at(place: Place, at: When, reason: Reason) -> Self {
        Self { place, at, reason, client: 0, session: Place::default(), said: None }
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
