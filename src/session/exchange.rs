//! One command with its replies, as a session lends it.

use super::{NO_REPLY, Session};
use crate::event::{Outcome, Place};
use crate::ftp::{Code, Mark, State, Verb};
use crate::time::{Known, When};
use std::borrow::Cow;

/// A piece of a session's text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Span {
    start: u32,
    len: u32,
}

impl Span {
    pub(super) fn new(start: usize, len: usize) -> Self {
        Self { start: start as u32, len: len as u32 }
    }

    pub(super) fn len(self) -> usize {
        self.len as usize
    }

    pub(super) fn end(self) -> usize {
        (self.start + self.len) as usize
    }

    pub(super) fn grow(&mut self, bytes: usize) {
        self.len += bytes as u32;
    }

    pub(super) fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end()
    }
}

/// One exchange at rest.
#[derive(Clone, Copy, Debug)]
pub(super) struct Record {
    pub(super) mark: Mark,
    pub(super) verb: Verb,
    /// Whether there was a command: greetings and unsolicited replies have none.
    pub(super) commanded: bool,
    pub(super) word: Span,
    pub(super) argument: Span,
    pub(super) place: Place,
    pub(super) at_ms: i64,
    pub(super) at_known: Known,
    /// Whether a preliminary reply came.
    pub(super) started: bool,
    pub(super) first_reply: u32,
    pub(super) last_reply: u32,
    /// The final reply.
    pub(super) answer: u32,
    /// How it went, where the log says so without the reply.
    pub(super) outcome: Option<Outcome>,
}

impl Record {
    pub(super) fn is_command(&self) -> bool {
        self.commanded
    }
}

/// One reply at rest; its lines are separated by `\n`.
#[derive(Clone, Copy, Debug)]
pub(super) struct ReplyRecord {
    pub(super) code: Code,
    pub(super) text: Span,
    pub(super) place: Place,
    pub(super) at_ms: i64,
    pub(super) at_known: Known,
    /// Whether the log holds the words of the reply, not only its code.
    pub(super) worded: bool,
    pub(super) next: u32,
}

/// A record that rules look at, and the state before it.
#[derive(Clone, Copy, Debug)]
pub(super) struct NotableRecord {
    pub(super) index: u32,
    pub(super) is_suspect: bool,
    pub(super) is_watched: bool,
    pub(super) state: State,
}

/// Puts `reply` behind the replies of `record`.
pub(super) fn link(record: &mut Record, replies: &mut Vec<ReplyRecord>, reply: ReplyRecord) {
    replies.push(reply);
    let index = replies.len() as u32 - 1;
    attach(record, replies, index);
}

/// Puts the reply `index`, which stands in `replies`, behind the replies of `record`.
pub(super) fn attach(record: &mut Record, replies: &mut [ReplyRecord], index: u32) {
    if replies[index as usize].code.is_preliminary() {
        record.started = true;
    } else {
        record.answer = index;
    }
    if record.first_reply == NO_REPLY {
        record.first_reply = index;
    } else {
        replies[record.last_reply as usize].next = index;
    }
    record.last_reply = index;
}

/// A command with its replies; or a greeting or an unsolicited reply, which nobody asked for.
#[derive(Clone, Copy, Debug)]
pub struct Exchange<'s> {
    pub(super) session: &'s Session,
    pub(super) index: usize,
}

/// One reply: its code and its lines.
#[derive(Clone, Copy, Debug)]
pub struct Reply<'s> {
    /// The code.
    pub code: Code,
    /// Where its first line stands.
    pub place: Place,
    /// When its first line was written.
    pub at: When,
    text: &'s [u8],
    worded: bool,
}

impl<'s> Reply<'s> {
    fn of(session: &'s Session, record: &ReplyRecord) -> Self {
        Self {
            code: record.code,
            place: record.place,
            at: When { ms: record.at_ms, known: record.at_known },
            text: session.bytes(record.text),
            worded: record.worded,
        }
    }

    /// The text of each line: without the code where the line begins with it. Empty where the log has only the code.
    pub fn lines(&self) -> impl Iterator<Item = &'s [u8]> + use<'s> {
        let code = self.code;
        let mut rest = self.worded.then_some(self.text);
        std::iter::from_fn(move || {
            let text = rest?;
            let end = memchr::memchr(b'\n', text);
            rest = end.map(|end| &text[end + 1..]);
            Some(without_code(code, &text[..end.unwrap_or(text.len())]))
        })
    }

    /// The text of the last line, which says what a final reply means; empty where the log has only the code.
    #[must_use]
    pub fn last_line(&self) -> &'s [u8] {
        let start = memchr::memrchr(b'\n', self.raw()).map_or(0, |end| end + 1);
        without_code(self.code, &self.raw()[start..])
    }

    /// All its text, the codes at the start of its lines included; empty where the log has only the code.
    #[must_use]
    pub fn raw(&self) -> &'s [u8] {
        if self.worded { self.text } else { b"" }
    }
}

/// A line of a reply without the code where it begins with it.
fn without_code(code: Code, line: &[u8]) -> &[u8] {
    match line.get(3) {
        Some(b' ' | b'-' | b'\t') if Code::parse(line) == Some(code) => &line[4..],
        None if Code::parse(line) == Some(code) => b"",
        _ => line,
    }
}

impl<'s> Exchange<'s> {
    fn record(&self) -> &'s Record {
        &self.session.records[self.index]
    }

    fn final_record(&self) -> Option<&'s ReplyRecord> {
        self.session.replies.get(self.record().answer as usize)
    }

    /// The session it belongs to.
    #[must_use]
    pub fn session(&self) -> &'s Session {
        self.session
    }

    /// Its number in the session.
    #[must_use]
    pub fn mark(&self) -> Mark {
        self.record().mark
    }

    /// Whether a client asked: greetings and unsolicited replies have no command.
    #[must_use]
    pub fn has_command(&self) -> bool {
        self.record().commanded
    }

    /// The command; [`Verb::OTHER`] also where there is none.
    #[must_use]
    pub fn verb(&self) -> Verb {
        self.record().verb
    }

    /// The command's name in upper case; the word itself for commands that no table has.
    #[must_use]
    pub fn name(&self) -> Cow<'static, [u8]> {
        match self.verb() {
            Verb::OTHER => self.word().to_ascii_uppercase().into(),
            verb => verb.name().as_bytes().into(),
        }
    }

    /// The word of a command that no table has, as it was sent; nothing for others.
    #[must_use]
    pub fn word(&self) -> &'s [u8] {
        self.session.bytes(self.record().word)
    }

    /// The command's argument; `***` where it is a secret.
    #[must_use]
    pub fn argument(&self) -> &'s [u8] {
        self.session.bytes(self.record().argument)
    }

    /// Where its first line stands: the command's, or the reply's where nobody asked.
    #[must_use]
    pub fn place(&self) -> Place {
        self.record().place
    }

    /// When its first line was written.
    #[must_use]
    pub fn at(&self) -> When {
        let Record { at_ms: ms, at_known: known, .. } = *self.record();
        When { ms, known }
    }

    /// Every reply in order, preliminary ones first.
    pub fn replies(&self) -> impl Iterator<Item = Reply<'s>> + use<'s> {
        let session = self.session;
        session.replies_of(self.record()).map(move |record| Reply::of(session, record))
    }

    /// The final reply; `None` where the log holds none.
    #[must_use]
    pub fn reply(&self) -> Option<Reply<'s>> {
        self.final_record().map(|record| Reply::of(self.session, record))
    }

    /// The code of the final reply.
    #[must_use]
    pub fn code(&self) -> Option<Code> {
        self.final_record().map(|r| r.code)
    }

    /// Whether the final reply is 4yz or 5yz.
    #[must_use]
    pub fn is_refused(&self) -> bool {
        self.code().is_some_and(Code::is_refusal)
    }

    /// Whether the final reply is 2yz.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.code().is_some_and(|c| c.0 / 100 == 2)
    }

    /// Whether a preliminary reply came.
    #[must_use]
    pub fn is_started(&self) -> bool {
        self.record().started
    }

    /// How it went, where the log says so in words of its own and holds no reply.
    #[must_use]
    pub fn outcome(&self) -> Option<Outcome> {
        self.record().outcome
    }

    /// The exchanges before this one that are still at hand, the latest first.
    pub fn before(&self) -> impl Iterator<Item = Self> + use<'s> {
        let session = self.session;
        (0..self.index).rev().map(move |index| Self { session, index })
    }

    /// The exchanges after this one that are at hand.
    pub fn after(&self) -> impl Iterator<Item = Self> + use<'s> {
        let session = self.session;
        (self.index + 1..session.records.len()).map(move |index| Self { session, index })
    }

    /// The exchange before this one that is still at hand.
    #[must_use]
    pub fn previous(&self) -> Option<Self> {
        Some(Self { session: self.session, index: self.index.checked_sub(1)? })
    }

    /// The exchange after this one that is at hand.
    #[must_use]
    pub fn next(&self) -> Option<Self> {
        (self.index + 1 < self.session.records.len())
            .then_some(Self { session: self.session, index: self.index + 1 })
    }
}
