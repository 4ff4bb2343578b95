//! How sessions begin and end, by what the log shows of them.

use super::{Beginning, Ending, Session};
use crate::event::{Event, Holds, Identity, Place, ReplyLine, What};
use crate::ftp::{Code, Verb};
use crate::time::When;

/// A log of transfers knows no sessions. Those of one client and user that come one after another are taken as one visit,
/// as people see it; between two that are further apart any server would have closed the connection: the idle limits of
/// servers are 5 to 15 minutes. That it was one connection is never sure.
const VISIT_SILENT_MS_MAX: i64 = 15 * 60_000;

impl Session {
    /// Whether nothing more can come.
    pub(super) fn is_over(&self) -> bool {
        if self.closed {
            return true;
        }
        if !self.is_idle() || self.dialect.identity == Identity::Connection {
            return false;
        }
        if self.pairing.quit {
            return true;
        }
        // Turned away at the door.
        match self.records.as_slice() {
            [greeting] if !self.continued && !greeting.is_command() => {
                self.replies_of(greeting).next().is_some_and(|r| r.code.is_refusal())
            }
            _ => false,
        }
    }

    /// Whether `event` can only be the beginning of another session.
    #[inline]
    pub(super) fn begins_anew(&self, event: &Event) -> bool {
        match event.what {
            // Hardly any line begins like a greeting, and this is asked for every one.
            What::Reply(ReplyLine { line, .. }) | What::Bare(line) => {
                matches!(line, [b'1' | b'2', b'2', b'0', ..]) && self.is_greeted_anew(line)
            }
            What::Exchange(command, ..) => {
                command.verb == Verb::USER
                    && self.pairing.quit
                    && self.dialect.identity != Identity::Connection
            }
            _ => false,
        }
    }

    /// Whether a line that begins like a greeting is one of another session.
    fn is_greeted_anew(&self, line: &[u8]) -> bool {
        let greets = matches!(ReplyLine::of(line).code(), Some((Code(220 | 120), _)));
        if self.dialect.identity == Identity::Connection
            || !greets
            || self.records.is_empty()
            || self.awaits_more_of_greeting()
        {
            return false;
        }
        // Where sessions come one after another, a command that got no reply died with its connection.
        let gave_up = self.dialect.identity.is_one_by_one()
            && self.pairing.open.is_none()
            && !self.awaits_known(Code(220));
        gave_up || self.is_idle()
    }

    /// Whether a 120 was said and its 220 is to come.
    fn awaits_more_of_greeting(&self) -> bool {
        self.records.len() == 1 && self.replies_of(&self.records[0]).all(|r| r.code == Code(120))
    }

    /// Whether a log of deeds shows neither where the session begins nor its number: transfers of one client and user.
    pub(super) fn is_visit(&self) -> bool {
        self.dialect.holds == Holds::Deeds && self.beginning == Beginning::Missing && self.key_number == 0
    }

    /// Whether a visit is over at that time.
    pub(super) fn has_left(&self, at: When) -> bool {
        self.is_visit() && at.since(self.last_at).is_some_and(|silent_ms| silent_ms > VISIT_SILENT_MS_MAX)
    }

    /// Whether a process has done something in the session, other than to log in.
    pub(super) fn has_worker(&self) -> bool {
        self.continued || self.records.iter().any(|r| r.verb != Verb::PASS)
    }

    /// Whether the log says when the session ends: a log of deeds may not, so that to end the longest silent one is no loss.
    pub(super) fn tells_its_end(&self) -> bool {
        self.dialect.holds != Holds::Deeds
    }

    pub(super) fn has_logged_in(&self) -> bool {
        self.records.iter().any(|r| {
            matches!(r.verb, Verb::PASS | Verb::USER)
                && self.replies_of(r).any(|reply| matches!(reply.code, Code(230 | 232)))
        }) || self.continued
    }

    pub(super) fn oldest_unjudged(&self) -> Option<Place> {
        self.records.get(self.judged).map(|r| r.place)
    }

    /// Decides how the session ended.
    pub(super) fn conclude(&mut self) {
        self.tell_login();
        let last = self.replies.last().map(|r| (r.code, r.text));
        let told = last.is_some_and(|(code, _)| code == Code(421));
        let idle = || {
            let text = last.map_or(&b""[..], |(_, text)| self.bytes(text));
            crate::text::holds(text, "timeout") || crate::text::holds(text, "timed out")
        };
        let at_the_door = self.counts.commands == 0 && last.is_some_and(|(code, _)| code.is_refusal());
        // Some logs leave out the reply to QUIT, or write another one beside it.
        let left = self.closed
            && self.dialect.holds != Holds::Everything
            && self.records.last().is_some_and(|r| r.verb == Verb::QUIT);
        self.ending = match () {
            () if self.pairing.quit || left => Ending::Quit,
            () if told && idle() => Ending::Timeout,
            () if told || at_the_door => Ending::Refused,
            // A log of deeds may not tell of a QUIT.
            () if self.closed && self.dialect.holds != Holds::Deeds => Ending::Lost,
            () => Ending::Open,
        };
    }
}

/// Whether an event can be the first of a session: words between commands and replies cannot.
pub(super) fn can_begin(event: &Event) -> bool {
    match event.what {
        What::Lost | What::Closed => false,
        // What a server notes down once more after it has said goodbye.
        What::Did(command, _) => command.verb != Verb::QUIT,
        What::Bare(line) => super::bare::can_begin(line),
        What::Reply(line) => line.code().is_some(),
        _ => true,
    }
}

/// Whether the log shows the beginning of a session whose first event this is.
pub(super) fn beginning_of(event: &Event) -> Beginning {
    let seen = match event.what {
        What::Opened => true,
        What::Reply(ReplyLine { line, .. }) | What::Bare(line) => match ReplyLine::of(line).code() {
            Some((Code(120 | 220 | 421), _)) => true,
            Some((code, _)) => code.is_refusal(),
            None => false,
        },
        What::Command(c) | What::CommandAgain(c) | What::Exchange(c, ..) | What::Did(c, _) => {
            matches!(c.verb, Verb::USER | Verb::AUTH | Verb::HOST)
        }
        What::LoggedIn | What::Secured | What::Lost | What::Closed => false,
    };
    if seen { Beginning::Seen } else { Beginning::Missing }
}
