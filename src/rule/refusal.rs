//! Refusals of service and their reasons: 421, and the other codes that servers use for the same thing.

use super::ledger::Ledger;
use super::transcript::write_first_line;
use super::visit::Attempt;
use crate::event::{Holds, Outcome, Place};
use crate::ftp::{Code, Login, Software, State, Verb};
use crate::session::{Ending, Exchange, Notable, Session};
use crate::time::When;
use foldhash::fast::FixedState;
use regex::bytes::{RegexSet, RegexSetBuilder};
use std::collections::HashMap;
use std::sync::LazyLock;

/// Different replies whose reasons are remembered.
const REASONS_MAX: usize = 256;
/// A session that was silent for so long was probably ended for that, where the server does not say why it ended.
const SILENT_MS_MIN: i64 = 60_000;
/// A number above this is no limit on sessions.
const LIMIT_MAX: u64 = 100_000;

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
    /// Too many wrong passwords in this session.
    TooManyFailures,
    /// The session lasted as long as any may.
    SessionLimit,
    /// Nothing was transferred for too long, whatever else was said.
    NoTransfer,
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
            Self::TooManyFailures => "too-many-failures",
            Self::SessionLimit => "session-limit",
            Self::NoTransfer => "no-transfer",
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

    /// The reason that a reply names, or else what happened before it: servers end silent sessions, and those that sent too many
    /// wrong passwords, with the words of RFC 959, which say nothing.
    #[must_use]
    pub(super) fn in_place(self, exchange: &Exchange, state: &State) -> Self {
        if self != Self::Unknown || exchange.code() != Some(Code(421)) {
            return self;
        }
        match state.login {
            Login::Refused(_) => Self::TooManyFailures,
            _ if silence_before(exchange).is_some_and(|ms| ms >= SILENT_MS_MIN) => Self::Idle,
            _ => self,
        }
    }

    /// Whether it counts towards a burst: idle sessions end normally, wrong passwords are the user's own matter, and a client's
    /// own words are no refusal.
    #[must_use]
    pub fn counts(self) -> bool {
        !matches!(
            self,
            Self::Idle | Self::NoTransfer | Self::SessionLimit | Self::TooManyFailures | Self::ClientMade
        )
    }

    /// Whether the server has a limit on sessions and it is reached.
    #[must_use]
    pub fn is_limit(self) -> bool {
        matches!(self, Self::Capacity | Self::PerClient | Self::PerUser)
    }
}

/// What stands in a reply, and the reason that it gives. The first that fits decides: a ban speaks of addresses too, and a
/// TLS failure of time.
const CLASSES: &[(&str, Reason)] = &[
    ("remote server has closed connection", Reason::ClientMade),
    ("banned|not welcome|no connections allowed from your ip", Reason::Banned),
    ("not currently accepting logins at this address|access denied|kicked", Reason::Banned),
    ("too many errors|too many login|too many failed|login incorrect", Reason::TooManyFailures),
    ("cleartext|non-secure|encrypt|tls|ssl", Reason::TlsRequired),
    ("same user|(too many|maximum|more than|limit).*for th(is account|is user|e user)", Reason::PerUser),
    ("from your host|from your ip|from this ip|from the same ip|for this ip", Reason::PerClient),
    ("per ip|internet address|too many.*address", Reason::PerClient),
    ("login time", Reason::LoginTimeout),
    ("no transfer|no-transfer", Reason::NoTransfer),
    ("data timeout|data connection timed|data channel timed|no new data", Reason::DataTimeout),
    ("session timeout", Reason::SessionLimit),
    ("timeout|time out|timed out|inactiv|idle", Reason::Idle),
    // ftp-srv, and old IIS.
    (r"^(421 )?(closing|terminating) connection\.?$", Reason::Idle),
    ("shut down|shutting down|shutdown|offline|maintenance|server is locked", Reason::Shutdown),
    ("server disabled|temporarily unavailable -|system not available", Reason::Shutdown),
    ("too many|maximum|busy|overload|simultaneous|already connected|limit", Reason::Capacity),
    ("temporarily unavailable", Reason::Shutdown),
    ("could not|unable to|resource failure|out of memory", Reason::ServerFault),
    ("not available, sorry|not available - aborting", Reason::ServerFault),
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
    /// The user, likewise.
    pub user: u32,
    /// The command that was refused, its line and when it was sent; line 0 where nobody asked.
    pub asked: (Verb, u64, When),
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
    /// Finds the refusals in a session, and the logins that failed.
    pub(super) fn note_refusals(&mut self, session: &Session) {
        for Notable { exchange, state, .. } in session.notable().filter(|n| n.is_suspect) {
            let Some(reply) = exchange.reply() else { continue };
            let fails = fails_login(&exchange, reply.code, state);
            let turned = Turned::by(&exchange, reply.code);
            if !fails && turned.is_none() {
                continue;
            }
            let reason = self.reasons.of(reply.raw()).in_place(&exchange, state);
            let mut said = Vec::new();
            write_first_line(&mut said, &reply);
            if turned.is_some_and(|turned| turned.refuses_service(reason)) {
                let said = Some(self.names.number(&said));
                let asked = if exchange.has_command() {
                    (exchange.verb(), exchange.place().line, exchange.at())
                } else {
                    (Verb::OTHER, 0, When::NEVER)
                };
                let refusal = Refusal { asked, said, ..Refusal::at(reply.place, reply.at, reason) };
                self.note_refusal(session, refusal);
            } else if fails && reason.is_about_who() {
                let said = Some(self.names.number(&said));
                self.note_attempt(session, &exchange, state, said);
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

    /// Finds the logins that failed in a log that has no replies.
    pub(super) fn note_deeds(&mut self, session: &Session) {
        if matches!(session.dialect().holds, Holds::Everything | Holds::FinalReplies) {
            return;
        }
        for exchange in session.exchanges() {
            if exchange.verb() == Verb::PASS && exchange.outcome() == Some(Outcome::Failed) {
                self.note_attempt(session, &exchange, session.final_state(), None);
            }
        }
    }

    fn note_attempt(&mut self, session: &Session, exchange: &Exchange, state: &State, said: Option<u32>) {
        let user = match state.login {
            Login::NeedPassword(m) | Login::NeedAccount(m) => session.exchange(m).map(|e| e.argument()),
            _ if exchange.verb() == Verb::USER => Some(exchange.argument()),
            _ => None,
        };
        let user = user.filter(|user| !user.is_empty()).unwrap_or(session.user());
        self.attempts.push(Attempt {
            place: exchange.place(),
            at: exchange.at(),
            session: session.first(),
            client: self.names.number(session.client()),
            user: self.names.number(user),
            verb: exchange.verb(),
            said_line: exchange.reply().map_or(0, |reply| reply.place.line),
            said,
        });
    }

    fn note_refusal(&mut self, session: &Session, refusal: Refusal) {
        let client = self.names.number(session.client());
        let user = self.names.number(session.user());
        self.refusals.push(Refusal { client, user, session: session.first(), ..refusal });
    }
}

impl Reason {
    /// Whether a refusal at the login that gives this reason may be about who wants to come in.
    pub(super) fn is_about_who(self) -> bool {
        matches!(self, Self::Unknown | Self::Banned | Self::TooManyFailures | Self::ServerFault)
    }
}

/// Whether a refusal of USER or PASS ends an attempt to log in. PASS without USER and USER after a login are matters of order.
pub(super) fn fails_login(exchange: &Exchange, code: Code, state: &State) -> bool {
    let in_turn = match exchange.verb() {
        Verb::USER => !matches!(state.login, Login::In(_) | Login::Left(_)),
        Verb::PASS => {
            matches!(
                state.login,
                Login::NeedPassword(_) | Login::NeedAccount(_) | Login::Left(_) | Login::Unknown
            )
        }
        _ => false,
    };
    in_turn && matches!(code, Code(530 | 430 | 421 | 500 | 501 | 532 | 535 | 550))
}

/// How long nothing was said before a reply that ends a session: up to the command that it answers, or up to the reply.
pub(super) fn silence_before(exchange: &Exchange) -> Option<i64> {
    let reply = exchange.reply()?;
    let waited = exchange.has_command().then(|| reply.at.since(exchange.at())).flatten();
    let before = exchange.previous().and_then(|previous| {
        let last = previous.replies().last().map_or(previous.at(), |reply| reply.at);
        let next = if exchange.has_command() { exchange.at() } else { reply.at };
        next.since(last)
    });
    waited.max(before)
}

/// The one number in a reply that may be a limit on sessions: not a part of an address, and not a time.
pub(super) fn limit_in(line: &[u8]) -> Option<u64> {
    let text = line.get(4..)?;
    let mut found = None;
    for (number, before, after) in numbers_in(text) {
        let of_an_address = |b: Option<&u8>| b.is_some_and(|b| matches!(b, b'.' | b':' | b'-'));
        let in_address = of_an_address(before)
            || of_an_address(after.first()) && after.get(1).is_some_and(u8::is_ascii_digit);
        let is_time = [" sec", " min", " hour"].iter().any(|unit| after.starts_with(unit.as_bytes()));
        if in_address || is_time || number == 0 || number > LIMIT_MAX {
            continue;
        }
        if found.is_some_and(|known| known != number) {
            return None;
        }
        found = Some(number);
    }
    found
}

/// The seconds that a reply names.
pub(super) fn seconds_in(text: &[u8]) -> Option<u64> {
    let mut numbers = numbers_in(text);
    numbers.find_map(|(number, _, after)| {
        let word = after.trim_ascii_start();
        match () {
            () if word.starts_with(b"sec") => Some(number),
            () if word.starts_with(b"min") => number.checked_mul(60),
            () => None,
        }
    })
}

/// The numbers in a text, with the byte before and the text behind each.
fn numbers_in(text: &[u8]) -> impl Iterator<Item = (u64, Option<&u8>, &[u8])> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at + text.get(at..)?.iter().position(u8::is_ascii_digit)?;
        let len = text[start..].iter().take_while(|b| b.is_ascii_digit()).count();
        at = start + len;
        let before = start.checked_sub(1).and_then(|i| text.get(i));
        Some((crate::text::number(&text[start..at]).unwrap_or(u64::MAX), before, &text[at..]))
    })
}

impl Refusal {
    fn at(place: Place, at: When, reason: Reason) -> Self {
        let asked = (Verb::OTHER, 0, When::NEVER);
        Self { place, at, reason, client: 0, user: 0, asked, session: Place::default(), said: None }
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
            ("421 Session Timeout (60 seconds): closing control connection", Reason::SessionLimit),
            ("421 No transfer timeout (300 seconds): closing control connection", Reason::NoTransfer),
            ("421 Too many users logged in for this account. Try again later.", Reason::PerUser),
            ("421 Refusing connection. Maximum connection count reached for the user 'a'", Reason::PerUser),
            ("421 Closing connection", Reason::Idle),
            ("421 Service closing control connection.", Reason::Unknown),
            ("421 Home directory not available - aborting", Reason::ServerFault),
            ("530 Login incorrect.", Reason::TooManyFailures),
            ("500 Too many errors.", Reason::TooManyFailures),
        ];
        for (text, want) in cases {
            assert_eq!(Reason::of(text.as_bytes()), want, "{text}");
        }
    }

    #[test]
    fn a_limit_is_the_number_that_is_no_address_and_no_time() {
        let cases = [
            ("421 Too many connections (8) from this IP", Some(8)),
            ("421 50 users (the maximum) are already logged in, sorry", Some(50)),
            ("421 I can't accept more than 3 connections as the same user", Some(3)),
            ("530 Sorry, the maximum number of allowed clients (2) are already connected.", Some(2)),
            ("421 Too many connections from 192.0.2.14, try again in 5 minutes", None),
            ("421 2 of 4 users, sorry", None),
            ("421 There are too many connected users, please try later.", None),
        ];
        for (text, want) in cases {
            assert_eq!(limit_in(text.as_bytes()), want, "{text}");
        }
        assert_eq!(seconds_in(b"421 Timeout (900 seconds): closing control connection."), Some(900));
        assert_eq!(seconds_in(b"220 You will be disconnected after 15 minutes of inactivity."), Some(900));
        assert_eq!(seconds_in(b"421 Timeout."), None);
    }
}
