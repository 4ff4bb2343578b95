//! What the sessions of a log show of one server. Texts are kept as they are and read when the profile is shown.

use super::bounded::{Bounded, Gathered, Told};
use super::spread::Spread;
use crate::event::{Holds, Outcome, Place};
use crate::ftp::{self, Code, Software, Verb, Wait};
use crate::rule::{Reason, is_lacking};
use crate::session::{Confidence, Ended, Exchange, Reply, Session};
use crate::text::holds;
use crate::time::When;
use std::net::IpAddr;

/// Different texts of one kind that are kept: greetings, FEAT lists, HELP texts.
const TEXTS_MAX: usize = 16;
/// Bytes of such a text.
pub(super) const TEXT_BYTES_MAX: usize = 8 * 1024;
/// Commands refused as unsupported, by their names and codes.
const LACKING_MAX: usize = 256;
/// Different facts of any other kind.
const FACTS_MAX: usize = 32;
/// Bytes of a SITE command's name, or of an argument of AUTH and PROT.
const NAME_BYTES_MAX: usize = 16;

/// What is known of one server.
#[derive(Clone, Debug)]
pub(super) struct Profile {
    /// The server that writes the log's format; unknown for clients' logs.
    pub(super) software: Software,
    pub(super) format: &'static str,
    pub(super) sessions: u64,
    /// Where it is first seen.
    pub(super) first: Place,
    pub(super) span: Option<(When, When)>,
    pub(super) banners: Bounded<Vec<u8>>,
    pub(super) systems: Bounded<Vec<u8>>,
    pub(super) features: Bounded<Vec<u8>>,
    pub(super) help: Bounded<Vec<u8>>,
    pub(super) site_help: Bounded<Vec<u8>>,
    /// Whose words its answers are.
    pub(super) answers: Bounded<Software>,
    pub(super) worked: Bounded<Verb>,
    pub(super) lacking: Bounded<(Vec<u8>, Code)>,
    /// AUTH and PROT with their arguments.
    pub(super) security: Bounded<(Vec<u8>, Code)>,
    /// TLS required: for data or for the control connection.
    pub(super) required: Bounded<(bool, Code)>,
    pub(super) addresses: Bounded<IpAddr>,
    pub(super) ports: Bounded<bool, Port>,
    pub(super) waits: Bounded<(Wait, u64)>,
    /// How long clients were silent before they were told that they had been idle.
    pub(super) silent: Bounded<bool, Silence>,
    pub(super) limits: Bounded<(Reason, Option<u64>)>,
    pub(super) greeting: Spread,
    pub(super) replies: Spread,
    /// Whether the log's times have fractions of seconds.
    pub(super) is_timed: bool,
}

/// The lowest or the highest port in replies to PASV and EPSV.
#[derive(Clone, Debug)]
pub(super) struct Port {
    pub(super) is_lowest: bool,
    pub(super) number: u16,
    pub(super) told: Told,
}

/// The shortest or the longest silence.
#[derive(Clone, Debug)]
pub(super) struct Silence {
    is_shortest: bool,
    pub(super) ms: i64,
    pub(super) told: Told,
}

/// The keys of an extreme: the least and the greatest.
pub(super) const LEAST: bool = false;
/// See [`LEAST`].
pub(super) const GREATEST: bool = true;

impl Gathered for Port {
    fn n(&self) -> u64 {
        self.told.n
    }

    fn merge(&mut self, other: Self) {
        let n = self.told.n + other.told.n;
        if other.number == self.number {
            self.told.merge(other.told);
        } else if (other.number < self.number) == self.is_lowest {
            *self = other;
        }
        self.told.n = n;
    }
}

impl Gathered for Silence {
    fn n(&self) -> u64 {
        self.told.n
    }

    fn merge(&mut self, other: Self) {
        let n = self.told.n + other.told.n;
        if other.ms == self.ms {
            self.told.merge(other.told);
        } else if (other.ms < self.ms) == self.is_shortest {
            *self = other;
        }
        self.told.n = n;
    }
}

impl Gathered for Profile {
    fn n(&self) -> u64 {
        self.sessions
    }

    fn merge(&mut self, mut other: Self) {
        self.sessions += other.sessions;
        self.first = self.first.min(other.first);
        self.span = joined(self.span, other.span);
        self.banners.absorb(&mut other.banners);
        self.systems.absorb(&mut other.systems);
        self.features.absorb(&mut other.features);
        self.help.absorb(&mut other.help);
        self.site_help.absorb(&mut other.site_help);
        self.answers.absorb(&mut other.answers);
        self.worked.absorb(&mut other.worked);
        self.lacking.absorb(&mut other.lacking);
        self.security.absorb(&mut other.security);
        self.required.absorb(&mut other.required);
        self.addresses.absorb(&mut other.addresses);
        self.ports.absorb(&mut other.ports);
        self.waits.absorb(&mut other.waits);
        self.silent.absorb(&mut other.silent);
        self.limits.absorb(&mut other.limits);
        self.greeting.merge(&other.greeting);
        self.replies.merge(&other.replies);
        self.is_timed |= other.is_timed;
    }
}

impl Profile {
    /// Nothing is known yet of the server of that session.
    pub(super) fn new(session: &Session) -> Self {
        Self {
            software: session.dialect().software,
            format: session.dialect().name,
            sessions: 0,
            first: session.first(),
            span: None,
            banners: Bounded::new(TEXTS_MAX),
            systems: Bounded::new(TEXTS_MAX),
            features: Bounded::new(TEXTS_MAX),
            help: Bounded::new(TEXTS_MAX),
            site_help: Bounded::new(TEXTS_MAX),
            answers: Bounded::new(FACTS_MAX),
            worked: Bounded::new(usize::MAX),
            lacking: Bounded::new(LACKING_MAX),
            security: Bounded::new(FACTS_MAX),
            required: Bounded::new(FACTS_MAX),
            addresses: Bounded::new(FACTS_MAX),
            ports: Bounded::new(2),
            waits: Bounded::new(FACTS_MAX),
            silent: Bounded::new(2),
            limits: Bounded::new(FACTS_MAX),
            greeting: Spread::default(),
            replies: Spread::default(),
            is_timed: false,
        }
    }

    /// Observations for which there was no room.
    pub(super) fn left_out(&self) -> u64 {
        let texts = [&self.banners, &self.systems, &self.features, &self.help, &self.site_help];
        texts.iter().map(|t| t.left_out).sum::<u64>()
            + self.lacking.left_out
            + self.security.left_out
            + self.required.left_out
            + self.addresses.left_out
            + self.waits.left_out
            + self.limits.left_out
    }

    /// Learns from a session or a part of one.
    pub(super) fn learn(&mut self, session: &Session, ended: Ended) {
        self.sessions += u64::from(ended == Ended::Yes);
        self.first = self.first.min(session.first());
        let span = session.first_at().stated().zip(session.last_at().stated());
        self.span = joined(self.span, span);
        for notable in session.notable().filter(|n| n.is_suspect) {
            if is_lacking(notable.exchange, notable.state) {
                self.learn_lack(&notable.exchange);
            }
        }
        for exchange in session.exchanges() {
            self.learn_from(&exchange);
        }
    }

    fn learn_from(&mut self, exchange: &Exchange) {
        let done = exchange.outcome() == Some(Outcome::Done);
        let accepted = exchange.code().is_some_and(|c| c.is_acceptance() && c != Code(202));
        if exchange.has_command() && (accepted || done) && exchange.verb() != Verb::OTHER {
            self.worked.add(exchange.verb(), told(exchange, exchange.place(), b""));
        }
        let Some(reply) = exchange.reply() else { return };
        self.measure(exchange);
        if reply.code.is_refusal() {
            self.learn_refusal(exchange, &reply);
        } else if exchange.has_command() {
            self.learn_answer(exchange, &reply);
        } else if reply.code == Code(220) {
            self.learn_greeting(exchange, &reply);
        }
    }

    fn learn_greeting(&mut self, exchange: &Exchange, greeting: &Reply) {
        let text = greeting.raw();
        self.banners.add(steady(text), told(exchange, greeting.place, &text_of(greeting)));
        self.learn_waits(exchange, greeting);
        // You are user number 2 of 40 allowed.
        let line = greeting.lines().find(|l| holds(l, "user number"));
        if let Some((line, limit)) = line.and_then(|l| Some((l, ftp::limit(l)?))) {
            self.limits.add((Reason::Capacity, Some(limit)), told(exchange, greeting.place, line));
        }
    }

    fn learn_answer(&mut self, exchange: &Exchange, reply: &Reply) {
        let text = cut(reply.raw());
        let seen = || told(exchange, reply.place, reply.last_line());
        let argument = exchange.argument();
        // Some servers answer any HELP with the list of all commands.
        let names_base = || ftp::names(text).any(|(name, _)| name == b"USER");
        let asks_for_site = || argument.eq_ignore_ascii_case(b"site") && !names_base();
        match (exchange.verb(), reply.code.0) {
            (Verb::FEAT, 211) if ftp::features(text).next().is_some() => {
                self.features.add(text.to_vec(), seen());
            }
            (Verb::SYST, 215) => self.systems.add(cut(reply.last_line()).to_vec(), seen()),
            (Verb::HELP, 211 | 214) if asks_for_site() || holds(text, "site command") => {
                self.site_help.add(text.to_vec(), seen());
            }
            (Verb::HELP, 211 | 214) if argument.is_empty() => self.help.add(text.to_vec(), seen()),
            (Verb::SITE, 211 | 214) if argument.eq_ignore_ascii_case(b"help") => {
                self.site_help.add(text.to_vec(), seen());
            }
            (Verb::AUTH | Verb::PROT, code) => self.security.add((named(exchange), Code(code)), seen()),
            (Verb::PASV, 227) => self.learn_endpoint(exchange, reply, ftp::passive(text)),
            (Verb::EPSV, 229) => self.learn_endpoint(exchange, reply, ftp::extended_passive(text)),
            (Verb::STAT | Verb::SITE, _) if argument.is_empty() || exchange.verb() == Verb::SITE => {
                self.learn_waits(exchange, reply);
            }
            _ => {}
        }
        self.learn_habits(exchange, reply);
    }

    /// Whose words are these? Listings and messages of administrators may hold any.
    fn learn_habits(&mut self, exchange: &Exchange, reply: &Reply) {
        let line = match exchange.verb() {
            Verb::SYST | Verb::HELP | Verb::CSID | Verb::FEAT => cut(reply.raw()),
            Verb::STAT if exchange.argument().is_empty() => cut(reply.raw()),
            Verb::USER | Verb::PASS | Verb::PWD | Verb::NOOP | Verb::LIST | Verb::NLST | Verb::RETR => {
                let first = exchange.replies().next().map_or(&b""[..], |r| r.last_line());
                if Software::of_answer(first) == Software::Unknown { reply.last_line() } else { first }
            }
            _ => return,
        };
        let software = Software::of_answer(line);
        if software != Software::Unknown {
            let shown = line.split(|b| *b == b'\n').find(|l| Software::of_answer(l) == software);
            let told = told(exchange, reply.place, shown.unwrap_or_default().trim_ascii());
            self.answers.add(software, Told { sure: told.sure.min(Confidence::Likely), ..told });
        }
    }

    fn learn_endpoint(&mut self, exchange: &Exchange, reply: &Reply, end: Option<ftp::Endpoint>) {
        let Some(end) = end else { return };
        let seen = || told(exchange, reply.place, b"");
        if let Some(address) = end.address {
            self.addresses.add(address, seen());
        }
        for (key, is_lowest) in [(LEAST, true), (GREATEST, false)] {
            self.ports.add(key, Port { is_lowest, number: end.port, told: seen() });
        }
    }

    fn learn_waits(&mut self, exchange: &Exchange, reply: &Reply) {
        for line in reply.lines() {
            if let Some(wait) = ftp::wait(line) {
                self.waits.add(wait, told(exchange, reply.place, line.trim_ascii()));
            }
        }
    }

    fn learn_refusal(&mut self, exchange: &Exchange, reply: &Reply) {
        let (verb, code, text) = (exchange.verb(), reply.code, reply.raw());
        let at_login = matches!(verb, Verb::USER | Verb::PASS);
        let of_data = verb == Verb::PROT || verb.transfers();
        // 503 is a matter of order.
        if matches!(verb, Verb::AUTH | Verb::PROT) && code != Code(503) {
            self.security.add((named(exchange), code), told(exchange, reply.place, reply.last_line()));
        }
        if (at_login || of_data) && ftp::requires_tls(text) {
            self.required.add((of_data, code), told(exchange, reply.place, first_line(reply)));
        }
        let turned_away = !exchange.has_command() || at_login && matches!(code.0, 421 | 500 | 530 | 550);
        if code != Code(421) && !turned_away {
            return;
        }
        let reason = Reason::of(text);
        if matches!(reason, Reason::Capacity | Reason::PerClient | Reason::PerUser) {
            let limit = reply.lines().find_map(ftp::limit);
            self.limits.add((reason, limit), told(exchange, reply.place, first_line(reply)));
        }
        if code == Code(421) {
            self.learn_waits(exchange, reply);
            if reason == Reason::Idle && !holds(text, "transfer") && !exchange.has_command() {
                self.learn_silence(exchange, reply);
            }
        }
    }

    /// The time between the last thing that was said and the 421.
    fn learn_silence(&mut self, exchange: &Exchange, reply: &Reply) {
        let before = exchange.previous();
        let last = before.map(|e| e.replies().last().map_or(e.at(), |r| r.at));
        let since = last.unwrap_or(exchange.session().first_at());
        let Some(ms) = reply.at.since(since).filter(|ms| *ms > 0) else { return };
        for (key, is_shortest) in [(LEAST, true), (GREATEST, false)] {
            let told = told(exchange, reply.place, first_line(reply));
            let told = Told { sure: told.sure.min(Confidence::Likely), ..told };
            self.silent.add(key, Silence { is_shortest, ms, told });
        }
    }

    fn learn_lack(&mut self, exchange: &Exchange) {
        let (Some(reply), verb) = (exchange.reply(), exchange.verb()) else { return };
        // Words that are no command say nothing of a server, and may be anything that was typed.
        if verb == Verb::OTHER {
            return;
        }
        let name = if verb == Verb::SITE { named(exchange) } else { verb.name().into() };
        self.lacking.add((name, reply.code), told(exchange, reply.place, reply.last_line()));
    }

    /// Times how long the server took: only where both sides are logged when they were said.
    fn measure(&mut self, exchange: &Exchange) {
        let session = exchange.session();
        let Some(reply) = exchange.replies().next() else { return };
        if session.dialect().holds != Holds::Everything || reply.at.stated().is_none() {
            return;
        }
        self.is_timed |= reply.at.ms % 1000 != 0;
        if exchange.has_command() {
            if let Some(ms) = reply.at.since(exchange.at()) {
                self.replies.add(ms);
            }
        } else if exchange.mark() == 0 && reply.code == Code(220) && session.first() < reply.place {
            // A line before the greeting says that the client connected.
            if let Some(ms) = reply.at.since(session.first_at()) {
                self.greeting.add(ms);
            }
        }
    }
}

/// What a reply shows, and how sure.
fn told(exchange: &Exchange, place: Place, text: &[u8]) -> Told {
    let session = exchange.session();
    let sure = session.identity();
    let sure = if session.is_unsure_at(exchange.place()) { sure.lowered() } else { sure };
    Told::once(place, sure, text)
}

/// The command with the first word of its argument, in capitals: `AUTH TLS`, `SITE CHMOD`.
fn named(exchange: &Exchange) -> Vec<u8> {
    let word = exchange.argument().split(|b| *b == b' ').next().unwrap_or_default();
    let word = &word[..word.len().min(NAME_BYTES_MAX)];
    let mut name = exchange.verb().name().as_bytes().to_vec();
    if !word.is_empty() {
        name.push(b' ');
        name.extend(word.to_ascii_uppercase());
    }
    name
}

fn first_line<'s>(reply: &Reply<'s>) -> &'s [u8] {
    reply.lines().next().unwrap_or_default()
}

fn cut(text: &[u8]) -> &[u8] {
    &text[..text.len().min(TEXT_BYTES_MAX)]
}

/// The lines of a reply, without their codes.
fn text_of(reply: &Reply) -> Vec<u8> {
    let lines: Vec<&[u8]> = reply.lines().collect();
    lines.join(&b'\n')
}

/// A greeting without what changes from one connection to the next: times, and the number of a user.
pub(super) fn steady(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = cut(text);
    while let Some(at) = rest.iter().position(u8::is_ascii_digit) {
        out.extend_from_slice(&rest[..at]);
        rest = &rest[at..];
        let end = rest.iter().position(|b| !b.is_ascii_digit()).unwrap_or(rest.len());
        let clock = out.last() == Some(&b':') || rest.get(end) == Some(&b':');
        let counts = out.ends_with(b"number ");
        out.extend_from_slice(if clock || counts { b"#" } else { &rest[..end] });
        rest = &rest[end..];
    }
    out.extend_from_slice(rest);
    out
}

/// The earliest and the latest of both; of times that are not known in the same way, those that are known better.
fn joined(a: Option<(When, When)>, b: Option<(When, When)>) -> Option<(When, When)> {
    let (Some(one), Some(other)) = (a, b) else { return a.or(b) };
    Some(match one.0.known.cmp(&other.0.known) {
        std::cmp::Ordering::Less => other,
        std::cmp::Ordering::Greater => one,
        std::cmp::Ordering::Equal => (one.0.min(other.0), one.1.max(other.1)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::Watch;

    fn profile(lines: &[&str]) -> Profile {
        let mut session = Session::of_a_transcript();
        session.hear_lines(lines);
        session.trace_for(Watch::NOTHING);
        let mut profile = Profile::new(&session);
        profile.learn(&session, Ended::Yes);
        profile
    }

    #[test]
    fn commands_that_worked_and_those_that_are_missing_are_told_apart() {
        let lines =
            ["220 x", "USER a", "331 x", "PASS b", "230 x", "NOOP", "200 x", "MLSD", "500 Unknown command."];
        let known = profile(&lines);
        let worked: Vec<Verb> = known.worked.map.keys().copied().collect();
        assert_eq!(worked, [Verb::USER, Verb::PASS, Verb::NOOP]);
        let lacking: Vec<_> = known.lacking.map.keys().cloned().collect();
        assert_eq!(lacking, [(b"MLSD".to_vec(), Code(500))]);
        let told = known.lacking.map.values().next().unwrap();
        assert_eq!((told.place.line, told.text.as_slice()), (9, &b"Unknown command."[..]));
    }

    #[test]
    fn a_file_that_is_not_there_and_a_wrong_turn_are_no_lack() {
        let lines = [
            "220 x",
            "USER a",
            "331 x",
            "PASS b",
            "230 x",
            "RETR x",
            "550 x",
            "RNTO y",
            "503 x",
            "xyz",
            "500 what?",
        ];
        assert!(profile(&lines).lacking.map.is_empty());
    }

    #[test]
    fn limits_and_timeouts_are_read_off_refusals() {
        let full = profile(&[
            "220 x",
            "USER a",
            "331 x",
            "PASS b",
            "530 Sorry, the maximum number of clients (2) from your host are already connected.",
        ]);
        assert!(full.limits.map.contains_key(&(Reason::PerClient, Some(2))), "{:?}", full.limits);
        let idle = profile(&[
            "220 x",
            "USER a",
            "331 x",
            "421 Idle timeout (6 seconds): closing control connection",
        ]);
        assert!(idle.waits.map.contains_key(&(Wait::Idle, 6)), "{:?}", idle.waits);
        // No times: no silence was measured.
        assert!(idle.silent.map.is_empty() && !idle.is_timed);
    }

    #[test]
    fn passive_replies_give_addresses_and_the_range_of_ports() {
        let known = profile(&[
            "220 x",
            "PASV",
            "227 Entering (192,0,2,5,156,64)",
            "EPSV",
            "229 x (|||50112|)",
            "PASV",
            "227 x (192,0,2,5,156,60)",
        ]);
        let ports: Vec<(u16, u64, u64)> =
            known.ports.map.values().map(|p| (p.number, p.told.place.line, p.told.n)).collect();
        assert_eq!(ports, [(39_996, 7, 3), (50_112, 5, 3)]);
        assert_eq!(known.addresses.map.len(), 1);
    }

    #[test]
    fn a_greeting_stays_the_same_when_its_times_change() {
        let one = steady(
            b"220-You are user number 2 of 40 allowed.\n220-Local time is now 18:36. Server port: 2321.",
        );
        let other = steady(
            b"220-You are user number 11 of 40 allowed.\n220-Local time is now 09:01. Server port: 2321.",
        );
        assert_eq!(one, other);
        assert_ne!(steady(b"220 (vsFTPd 3.0.3)"), steady(b"220 (vsFTPd 3.0.5)"));
    }
}
