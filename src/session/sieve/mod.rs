//! Which sessions a run is about, where the user wants to see only some: those of a time, a client, a user, a server, and
//! those in which a command was sent or a reply was given.

mod sifted;

pub use sifted::{Sifted, Sifting, UNDECIDED_BYTES_MAX};

use super::pattern::{Client, Codes, Wildcard};
use super::{Ended, Exchange, Session};
use crate::ftp::Verb;
use crate::time::{Known, When};
use std::ops::Range;

/// What a session can be chosen by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChosenBy {
    /// The client's address or name.
    Client,
    /// The user who logged in, or a user who tried to.
    User,
    /// What the server is.
    Server,
    /// A command that was sent.
    Verb,
    /// The code of a reply.
    Code,
}

impl ChosenBy {
    /// Every key.
    pub const ALL: [Self; 5] = [Self::Client, Self::User, Self::Server, Self::Verb, Self::Code];

    /// Its name in arguments.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::User => "user",
            Self::Server => "server",
            Self::Verb => "verb",
            Self::Code => "code",
        }
    }

    /// The key of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|key| key.name() == name)
    }
}

/// Why a pattern cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// No reply code is like that.
    Code,
    /// It has a slash and is no network.
    Network,
}

/// Which sessions a run is about. Of several patterns for one key any may fit; of several keys all must.
#[derive(Clone, Debug, Default)]
pub struct Sieve {
    /// Nothing before this matters, in milliseconds since 1970.
    since_ms: Option<i64>,
    /// Nothing from here on.
    until_ms: Option<i64>,
    clients: Vec<Client>,
    users: Vec<Wildcard>,
    servers: Vec<Wildcard>,
    verbs: Vec<Wildcard>,
    codes: Codes,
    /// What was asked for, in the words of the user: patterns, and times.
    patterns: Vec<String>,
    times: Vec<String>,
}

/// What a session showed so far of what it is chosen by, and what later parts of it do not take back.
#[derive(Clone, Copy, Debug, Default)]
#[allow(clippy::struct_excessive_bools)] // They are facts that come one by one, not choices.
struct Seen {
    user: bool,
    verb: bool,
    code: bool,
    /// Something was said at a time that is late enough.
    since: bool,
    /// Something was said at a time that is early enough.
    until: bool,
    /// Something was said at a time that is known.
    dated: bool,
}

/// Whether a session is one of those.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Choice {
    Out,
    /// What comes later decides.
    Open,
    In,
}

impl Sieve {
    /// Chooses by a pattern with `*` and `?`; a client also by its network.
    ///
    /// # Errors
    /// Nothing can be like that.
    pub fn add(&mut self, key: ChosenBy, pattern: &str) -> Result<(), Unfit> {
        let bytes = pattern.as_bytes();
        match key {
            ChosenBy::Client => self.clients.push(Client::of(pattern).ok_or(Unfit::Network)?),
            ChosenBy::User => self.users.push(Wildcard::new(bytes)),
            ChosenBy::Server => self.servers.push(Wildcard::of_any_case(bytes)),
            ChosenBy::Verb => self.verbs.push(Wildcard::of_any_case(bytes)),
            ChosenBy::Code => self.codes.add(bytes).ok_or(Unfit::Code)?,
        }
        self.patterns.push(format!("{}={pattern}", key.name()));
        Ok(())
    }

    /// Chooses sessions that were not over before that span of time, which `text` names.
    pub fn since(&mut self, span: &Range<i64>, text: &str) {
        self.since_ms = Some(span.start);
        self.times.push(format!("since={text}"));
    }

    /// Chooses sessions that began before that span of time was over.
    pub fn until(&mut self, span: &Range<i64>, text: &str) {
        self.until_ms = Some(span.end);
        self.times.push(format!("until={text}"));
    }

    /// Whether nothing is asked for.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.asked().next().is_none()
    }

    /// What was asked for, in the words of the user: `client=203.0.113.*`, `since=2026-01-31`.
    pub fn asked(&self) -> impl Iterator<Item = &str> {
        self.patterns().chain(self.times.iter().map(String::as_str))
    }

    /// The same without the times.
    pub fn patterns(&self) -> impl Iterator<Item = &str> {
        self.patterns.iter().map(String::as_str)
    }

    /// The first millisecond since 1970 that matters, and the first that no longer does.
    #[must_use]
    pub fn span(&self) -> (Option<i64>, Option<i64>) {
        (self.since_ms, self.until_ms)
    }

    /// Whether it is also about time.
    fn is_timed(&self) -> bool {
        self.since_ms.is_some() || self.until_ms.is_some()
    }

    /// Notes what a session, or a part of one, shows.
    fn look(&self, session: &Session, seen: &mut Seen) {
        self.note_time(session.first_at(), seen);
        for exchange in session.exchanges() {
            self.note(&exchange, seen);
        }
        if session.has_ended() {
            self.note_time(session.last_at(), seen);
            seen.user |= any(&self.users, session.user());
        }
    }

    fn note(&self, exchange: &Exchange, seen: &mut Seen) {
        if !self.users.is_empty() && exchange.verb() == Verb::USER {
            seen.user |= any(&self.users, exchange.argument());
        }
        if !self.verbs.is_empty() && !seen.verb && exchange.has_command() {
            seen.verb = any(&self.verbs, &exchange.name());
        }
        if !self.codes.is_empty() && !seen.code {
            seen.code = exchange.replies().any(|reply| self.codes.has(reply.code));
        }
        if self.is_timed() {
            self.note_time(exchange.at(), seen);
            exchange.replies().for_each(|reply| self.note_time(reply.at, seen));
        }
    }

    fn note_time(&self, at: When, seen: &mut Seen) {
        if at.known == Known::Everything {
            seen.dated = true;
            seen.since |= self.since_ms.is_none_or(|since| at.ms >= since);
            seen.until |= self.until_ms.is_none_or(|until| at.ms < until);
        }
    }

    /// Whether a session is one of those, by all that was seen of it.
    fn choose(&self, session: &Session, seen: Seen, ended: Ended) -> Choice {
        self.choose_by_words(session, seen, ended).min(self.choose_by_time(seen, ended))
    }

    fn choose_by_time(&self, seen: Seen, ended: Ended) -> Choice {
        later(!self.is_timed() || seen.since && seen.until, ended)
    }

    fn choose_by_words(&self, session: &Session, seen: Seen, ended: Ended) -> Choice {
        let client = session.client();
        let server = session.software().name().unwrap_or_default().as_bytes();
        // Once these are known, they stay the same.
        let steady = |is_free: bool, text: &[u8], fits: bool| {
            if text.is_empty() || is_free || fits { later(is_free || fits, ended) } else { Choice::Out }
        };
        let is_client = self.clients.iter().any(|c| c.fits(client));
        [
            steady(self.clients.is_empty(), client, is_client),
            steady(self.servers.is_empty(), server, any(&self.servers, server)),
            later(self.users.is_empty() || seen.user, ended),
            later(self.verbs.is_empty() || seen.verb, ended),
            later(self.codes.is_empty() || seen.code, ended),
        ]
        .into_iter()
        .fold(Choice::In, Choice::min)
    }
}

/// What was not seen may still come, unless the session is over.
fn later(was_seen: bool, ended: Ended) -> Choice {
    match (was_seen, ended) {
        (true, _) => Choice::In,
        (false, Ended::NotYet) => Choice::Open,
        (false, Ended::Yes) => Choice::Out,
    }
}

/// Whether one of these fits. What is not known is like nothing.
fn any(patterns: &[Wildcard], text: &[u8]) -> bool {
    !text.is_empty() && patterns.iter().any(|pattern| pattern.fits(text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::Watch;
    use crate::time::Zone;

    fn by(filters: &[&str]) -> Sieve {
        let mut sieve = Sieve::default();
        for filter in filters {
            let (key, pattern) = filter.split_once('=').unwrap();
            let span = || Zone::UTC.span(pattern).unwrap();
            match key {
                "since" => sieve.since(&span(), pattern),
                "until" => sieve.until(&span(), pattern),
                _ => sieve.add(ChosenBy::named(key).unwrap(), pattern).unwrap(),
            }
        }
        sieve
    }

    /// Of a session that is over.
    fn chooses(filters: &[&str], session: &mut Session) -> bool {
        let sieve = by(filters);
        session.trace(true, Watch::NOTHING);
        let mut seen = Seen::default();
        sieve.look(session, &mut seen);
        sieve.choose(session, seen, Ended::Yes) == Choice::In
    }

    /// A session of that client with vsftpd.
    fn session(client: &str, lines: &[&str]) -> Session {
        let mut session = Session::of_a_transcript();
        session.hear_lines(&["220 (vsFTPd 3.0.3)"]);
        session.hear_lines(lines);
        session.client = session.keep(client.as_bytes());
        session
    }

    #[test]
    fn keys_must_all_hold_and_of_several_patterns_for_one_any() {
        let mut session =
            session("203.0.113.7", &["USER ann", "331 x", "PASS b", "230 x", "STOR a", "553 x"]);
        for (filters, chosen) in [
            (&["user=ann"][..], true),
            (&["user=ann", "user=bob"], true),
            (&["user=bob"], false),
            (&["user=Ann"], false),
            (&["user=ann", "verb=stor"], true),
            (&["user=ann", "verb=RETR"], false),
            (&["verb=RETR", "verb=ST*"], true),
            (&["server=VSFTPD", "code=5xx"], true),
            (&["server=proftpd"], false),
            (&["code=553"], true),
            (&["code=55?"], true),
            (&["code=421"], false),
            // A greeting is a reply, too.
            (&["code=220"], true),
            (&["client=203.0.113.7", "code=4xx"], false),
        ] {
            assert_eq!(chooses(filters, &mut session), chosen, "{filters:?}");
        }
    }

    #[test]
    fn who_tried_to_log_in_is_a_user_of_the_session() {
        let lines = ["USER ann", "331 x", "PASS b", "530 x", "USER bob", "331 x", "PASS b", "230 x"];
        let mut session = session("", &lines);
        assert_eq!(session.user(), b"bob");
        assert!(chooses(&["user=ann"], &mut session) && chooses(&["user=bob"], &mut session));
    }

    #[test]
    fn what_is_not_known_is_like_nothing() {
        let mut session = Session::of_a_transcript();
        session.hear_lines(&["220 x", "NOOP", "200 x"]);
        for filter in ["client=*", "user=*", "server=*", "since=1970-01-01", "until=2999-01-01"] {
            assert!(!chooses(&[filter], &mut session), "{filter}");
        }
        assert!(chooses(&["verb=*"], &mut session));
    }

    #[test]
    fn clients_are_known_by_address_network_or_name() {
        for (pattern, client, fits) in [
            ("203.0.113.7", "203.0.113.7", true),
            ("203.0.113.7", "203.0.113.70", false),
            ("203.0.113.7", "::ffff:203.0.113.7", true),
            ("203.0.113.*", "::ffff:203.0.113.7", true),
            ("203.0.113.0/24", "203.0.113.255", true),
            ("203.0.113.0/24", "203.0.114.0", false),
            ("203.0.113.128/25", "203.0.113.127", false),
            ("0.0.0.0/0", "198.51.100.1", true),
            ("0.0.0.0/0", "2001:db8::1", false),
            ("203.0.113.7/32", "203.0.113.7", true),
            ("2001:db8::/32", "2001:db8:ffff::1", true),
            ("2001:db8::/32", "2001:db9::1", false),
            ("::/0", "2001:db9::1", true),
            ("2001:DB8:0:0::1", "2001:db8::1", true),
            ("::ffff:203.0.113.0/120", "203.0.113.9", true),
            ("*.example.org", "ftp.EXAMPLE.org", true),
            ("203.0.113.0/24", "ftp.example.org", false),
        ] {
            assert_eq!(Client::of(pattern).unwrap().fits(client.as_bytes()), fits, "{pattern} {client}");
        }
        for wrong in ["203.0.113.0/33", "2001:db8::/129", "host/24", "203.0.113.0/", "203.0.113/24"] {
            assert_eq!(Sieve::default().add(ChosenBy::Client, wrong), Err(Unfit::Network), "{wrong}");
        }
    }

    #[test]
    fn a_code_that_no_reply_has_is_refused() {
        for wrong in ["", "abc", "42", "4211", "721", "5yz"] {
            assert_eq!(Sieve::default().add(ChosenBy::Code, wrong), Err(Unfit::Code), "{wrong}");
        }
        let mut two = by(&["code=421"]);
        assert_eq!(two.add(ChosenBy::Code, "999"), Err(Unfit::Code));
    }

    #[test]
    fn a_session_is_of_a_time_if_it_went_on_then() {
        let at = |text: &str| When { ms: Zone::UTC.span(text).unwrap().start, known: Known::Everything };
        let mut session = session("", &[]);
        (session.first_at, session.last_at) = (at("2026-01-31 23:50"), at("2026-02-01 00:10"));
        for (filters, chosen) in [
            (&["since=2026-01-31"][..], true),
            (&["since=2026-02-01"], true),
            (&["since=2026-02-01 00:10"], true),
            (&["since=2026-02-01 00:10:01"], false),
            (&["until=2026-01-31"], true),
            (&["until=2026-01-30"], false),
            (&["until=2026-01-31 23:50"], true),
            (&["until=2026-01-31 23:49"], false),
            // It began before, and went on after.
            (&["since=2026-01-31 23:55", "until=2026-02-01 00:05"], true),
            (&["since=2026-02-02", "until=2026-02-03"], false),
        ] {
            assert_eq!(chooses(filters, &mut session), chosen, "{filters:?}");
        }
        (session.first_at.known, session.last_at.known) = (Known::MonthAndDay, Known::MonthAndDay);
        assert!(!chooses(&["since=1970-01-01"], &mut session));
    }

    #[test]
    fn what_may_still_come_keeps_the_choice_open() {
        let mut session = session("203.0.113.7", &["USER ann", "331 x"]);
        session.trace(false, Watch::NOTHING);
        let choice = |filters: &[&str]| {
            let (sieve, mut seen) = (by(filters), Seen::default());
            sieve.look(&session, &mut seen);
            sieve.choose(&session, seen, Ended::NotYet)
        };
        assert_eq!(choice(&["client=203.0.113.7", "user=ann"]), Choice::In);
        assert_eq!(choice(&["client=203.0.113.7", "user=bob"]), Choice::Open);
        assert_eq!(choice(&["verb=STOR"]), Choice::Open);
        assert_eq!(choice(&["client=203.0.113.8", "verb=STOR"]), Choice::Out);
        assert_eq!(choice(&["server=pure-ftpd"]), Choice::Out);
    }
}
