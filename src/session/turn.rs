//! Whose turn it is: in a log that names neither connection nor process, the sessions of one client mingle, and only the
//! turns of the talk tell them apart.

use super::{NO_REPLY, Session};
use crate::event::{Event, What};
use crate::ftp::{Code, DataRole, Verb};

/// A command that has got no reply for longer than this is passed over when others wait too.
pub(super) const STUCK_MS: i64 = 5_000;

/// How well an event comes next in a session; the greater the better.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Turn {
    /// The log does not name another user, or somebody where it names nobody.
    pub(super) possible: bool,
    lively: bool,
    pub(super) fits: u8,
    same_user: u8,
    /// Replies come in the order in which sessions wait, commands where the talk went on last.
    order: i64,
}

impl Session {
    /// How well `event` comes next in this session, in a log that does not say whose it is.
    pub(super) fn turn(&self, event: &Event) -> Turn {
        let last = self.records.last();
        // Who was asked for a password and does something else is more likely another client.
        let asked =
            last.is_some_and(|l| l.verb == Verb::USER && self.replies_of(l).any(|r| r.code.0 / 100 == 3));
        let (fits, oldest_first) = match event.what {
            What::Reply(line) => {
                let fresh = self.records.is_empty();
                let awaited = match line.code() {
                    Some((code, _)) if self.is_midway(Some(code)) => 3,
                    Some((code, _)) if self.awaits(code) => 2,
                    // A greeting, or a refusal at the door.
                    Some((Code(120 | 220 | 400..), _)) if fresh => 2,
                    Some(_) => 0,
                    None => u8::from(self.is_midway(None)) * 2,
                };
                (awaited, true)
            }
            // Only who is logged in is told that a second login is out of order.
            What::Exchange(c, Code(501 | 503), _) if c.verb == Verb::USER => {
                (2 * u8::from(self.has_logged_in()), false)
            }
            What::Exchange(c, ..) if c.verb == Verb::USER || asked && is_early(c.verb) => {
                (u8::from(!asked && !self.reported && !self.has_logged_in()), false)
            }
            // Who asked first is answered first.
            What::Did(c, _) if c.verb == Verb::PASS => {
                // Anonymous users may not be asked for a password.
                let asks = self.awaits_reply_to(Verb::USER) || !self.has_talked();
                let fits =
                    if self.awaits_reply_to(Verb::PASS) { 2 } else { u8::from(!self.reported && asks) };
                (fits, true)
            }
            What::Command(c) | What::CommandAgain(c) | What::Exchange(c, ..) => {
                let free = 1 + u8::from(self.is_idle());
                let follows = match last.filter(|l| l.is_command()) {
                    Some(last) => follows(last.verb, c.verb),
                    None => c.verb == Verb::USER || is_early(c.verb),
                };
                (free * 2 + u8::from(follows), false)
            }
            _ => (1, false),
        };
        // A command without any reply for so long will hardly get one.
        let silent_ms = event.at.since(self.last_at).unwrap_or(0);
        let stuck =
            silent_ms > STUCK_MS && !self.is_idle() && last.is_some_and(|l| l.first_reply == NO_REPLY);
        let same_user = match (event.user.is_empty(), self.reported) {
            (true, reported) => u8::from(!reported) * 2,
            (false, true) if self.awaits_reply_to(Verb::USER) => 1,
            (false, reported) if !self.user().is_empty() && same_user(self.user(), event.user) => {
                2 + u8::from(reported)
            }
            (false, false) => 1,
            (false, true) => 0,
        };
        let line = self.last.line as i64;
        Turn {
            possible: same_user > 0,
            lively: !stuck,
            fits,
            same_user,
            order: if oldest_first { -line } else { line },
        }
    }
}

/// Whether a log means the user that is known; nobody is known yet where it is empty.
pub(super) fn same_user(known: &[u8], said: &[u8]) -> bool {
    // Servers call the anonymous user `ftp` once it is logged in.
    known == said || known.is_empty() || said == b"ftp" && known.eq_ignore_ascii_case(b"anonymous")
}

/// Whether clients send the command before they log in.
fn is_early(verb: Verb) -> bool {
    matches!(verb, Verb::FEAT | Verb::AUTH | Verb::HOST | Verb::CLNT | Verb::LANG | Verb::OPTS | Verb::SYST)
}

/// Whether the second command goes on with what the first began.
fn follows(first: Verb, second: Verb) -> bool {
    let transfers = matches!(second.data(), DataRole::Send | DataRole::Receive | DataRole::List);
    match first {
        Verb::USER => second == Verb::PASS,
        Verb::RNFR => second == Verb::RNTO,
        Verb::REST => transfers || second.data() == DataRole::Setup,
        _ if first.data() == DataRole::Setup => transfers || second == Verb::REST,
        _ => !matches!(second, Verb::PASS | Verb::RNTO) && !transfers,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Command, Dialect, Holds, Identity, Place, ReplyLine};
    use crate::ftp::Software;
    use crate::time::When;

    static MINGLED: Dialect = Dialect {
        name: "test",
        identity: Identity::Mingled,
        software: Software::Unknown,
        holds: Holds::Everything,
    };

    /// A session of these lines, which begin with `<` where the server says them.
    fn session(first_line: u64, lines: &[&str]) -> Session {
        let mut session = Session::new(&MINGLED, Place { source: 0, line: first_line }, When::NEVER);
        for (line, text) in (first_line..).zip(lines) {
            session.hear(Place { source: 0, line }, &Event::bare(When::NEVER, said(text)));
        }
        session
    }

    fn said(text: &str) -> What<'_> {
        match text.strip_prefix('<') {
            Some(reply) => What::Reply(ReplyLine::of(reply.as_bytes())),
            None => What::Command(Command::parse(text.as_bytes()).unwrap()),
        }
    }

    #[test]
    fn the_anonymous_user_goes_by_two_names() {
        let logged_in = session(1, &["<220 x", "USER anonymous", "<230 x"]);
        let event = |user| Event { user, ..Event::bare(When::NEVER, said("PWD")) };
        assert!(logged_in.turn(&event(b"ftp")) > logged_in.turn(&event(b"bob")));
        let mut reported = session(1, &["<220 x", "USER anonymous", "<230 x"]);
        reported.reported = true;
        assert!(reported.turn(&event(b"ftp")).possible && !reported.turn(&event(b"bob")).possible);
    }

    #[test]
    fn who_was_greeted_last_asks_for_features_first() {
        let logged_in = session(1, &["<220 x", "USER a", "<331 x", "PASS b", "<230 x"]);
        let fresh = session(6, &["<220 x"]);
        for text in ["FEAT", "USER a", "AUTH TLS", "OPTS UTF8 ON"] {
            let event = Event::bare(When::NEVER, said(text));
            assert!(fresh.turn(&event) > logged_in.turn(&event), "{text}");
        }
        let event = Event::bare(When::NEVER, said("CWD a"));
        assert!(fresh.turn(&event) < logged_in.turn(&event));
    }
}
