//! Sessions: commands paired with their replies, and what the control connection knew before each.
//!
//! [`Assembler`] finds the session an event belongs to, [`Session`] pairs and holds it, and lends [`Exchange`]s to rules.

mod assemble;
mod bare;
mod capability;
mod compact;
mod exchange;
mod gather;
mod lifetime;
mod pair;
pub mod pattern;
mod sieve;
mod step;
mod turn;
mod watch;

pub use assemble::{Assembler, Ended, Overflow};
pub use capability::{Stand, listed};
pub use exchange::{Exchange, Reply};
pub use gather::{Gather, SESSIONS_NUMBERED_MAX, Starts};
pub use sieve::{ChosenBy, Sieve, Sifted, Sifting, UNDECIDED_BYTES_MAX, Unfit};
pub use step::{OutOfStep, Slip};
pub use watch::{Notable, Watch};

use crate::event::{Dialect, Holds, Outcome, Place};
use crate::ftp::{Code, Login, Mark, Restart, Software, State, Step};
use crate::time::When;
use capability::Capabilities;
use exchange::{NotableRecord, Record, ReplyRecord, Span};
use pair::Pairing;

/// How the log shows a session's beginning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beginning {
    /// The log holds it: a connection, a greeting, or a first command.
    Seen,
    /// The log starts after it.
    Missing,
}

/// How a session ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The log does not say, and ends.
    Open,
    /// QUIT and 221.
    Quit,
    /// Without QUIT.
    Lost,
    /// Turned away at the door.
    Refused,
    /// The server waited too long.
    Timeout,
}

impl Ending {
    /// The word used in JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Quit => "quit",
            Self::Lost => "lost",
            Self::Refused => "refused",
            Self::Timeout => "timeout",
        }
    }
}

/// How sure something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Confidence {
    /// It may be so.
    Possible,
    /// It is probably so.
    Likely,
    /// The log shows it.
    Certain,
}

impl Confidence {
    /// The word used in JSON and options.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Possible => "possible",
            Self::Likely => "likely",
            Self::Certain => "certain",
        }
    }

    /// One step less sure.
    #[must_use]
    pub fn lowered(self) -> Self {
        if self == Self::Certain { Self::Likely } else { Self::Possible }
    }
}

/// One control connection, or what the log holds of it.
#[derive(Debug)]
#[allow(clippy::struct_excessive_bools)] // They are facts that come one by one, not choices.
pub struct Session {
    dialect: &'static Dialect,
    route: u64,
    key: u64,
    key_number: u64,
    first: Place,
    last: Place,
    first_at: When,
    last_at: When,
    client: Span,
    client_port: u16,
    user: Span,
    beginning: Beginning,
    ending: Ending,
    identity: Confidence,
    software: Software,
    /// Everything that was said, end to end; spans point into it.
    text: Vec<u8>,
    records: Vec<Record>,
    replies: Vec<ReplyRecord>,
    pairing: Pairing,
    /// How many of the first records were judged before and are kept as evidence only.
    judged: usize,
    /// What rules look at among the records from `judged` on, once [`Session::trace`] has run. The room for it is lent.
    notable: Vec<NotableRecord>,
    /// The state before the first record that was not judged.
    state: State,
    /// The state behind the last record that may be judged, once [`Session::trace`] has run.
    after: State,
    capabilities: Capabilities,
    counts: Counts,
    /// Bytes that the assembler counts for this session.
    counted: usize,
    /// Whether an earlier part of this session was handed out already.
    continued: bool,
    /// How many of the first records may be judged now.
    settled: usize,
    /// The longest time from a command to its first reply in this part, once [`Session::trace`] has run.
    longest_wait_ms: i64,
    /// Whether nothing more will come: this part is the last one.
    ended: bool,
    /// The log says that the connection ended.
    closed: bool,
    /// The log says, beside the commands and replies, that the connection was protected.
    secured: bool,
    /// The log says that the login succeeded, before the server's reply.
    reported: bool,
    /// Where and when it says so, until that is told.
    reported_at: Option<(Place, When)>,
}

/// How many commands and replies a session had so far.
#[derive(Clone, Copy, Debug, Default)]
pub struct Counts {
    /// Commands.
    pub commands: u64,
    /// Replies by their first digit, 1yz to 5yz.
    pub replies: [u64; 5],
}

impl Session {
    fn new(dialect: &'static Dialect, place: Place, at: When) -> Self {
        Self {
            dialect,
            route: 0,
            key: 0,
            key_number: 0,
            first: place,
            last: place,
            first_at: at,
            last_at: at,
            client: Span::default(),
            client_port: 0,
            user: Span::default(),
            beginning: Beginning::Missing,
            ending: Ending::Open,
            identity: Confidence::Certain,
            software: dialect.software,
            text: Vec::new(),
            records: Vec::new(),
            replies: Vec::new(),
            pairing: Pairing::default(),
            judged: 0,
            notable: Vec::new(),
            state: State::default(),
            after: State::default(),
            capabilities: Capabilities::default(),
            counts: Counts::default(),
            counted: 0,
            continued: false,
            settled: 0,
            longest_wait_ms: 0,
            ended: false,
            closed: false,
            secured: false,
            reported: false,
            reported_at: None,
        }
    }

    /// Makes an ended session a new one, keeping its allocations.
    fn recycle(&mut self, dialect: &'static Dialect, place: Place, at: When) {
        let fresh = Self::new(dialect, place, at);
        let mut old = std::mem::replace(self, fresh);
        old.text.clear();
        old.records.clear();
        old.replies.clear();
        old.pairing.clear();
        (self.text, self.records, self.replies) = (old.text, old.records, old.replies);
        self.pairing = old.pairing;
    }

    /// Makes room for the exchanges of a usual session, unless there is enough.
    fn furnish(&mut self) {
        self.text.reserve(USUAL_EXCHANGES * USUAL_EXCHANGE_BYTES);
        self.records.reserve(USUAL_EXCHANGES);
        self.replies.reserve(USUAL_EXCHANGES);
    }

    /// Gives the room of an ended session back.
    fn release(&mut self) {
        (self.text, self.records, self.replies) = (Vec::new(), Vec::new(), Vec::new());
        self.pairing = Pairing::default();
    }

    /// The format of the log.
    #[must_use]
    pub fn dialect(&self) -> &'static Dialect {
        self.dialect
    }

    /// Where the session's first line stands.
    #[must_use]
    pub fn first(&self) -> Place {
        self.first
    }

    /// Where the session's last line so far stands.
    #[must_use]
    pub fn last(&self) -> Place {
        self.last
    }

    /// When the first line was written.
    #[must_use]
    pub fn first_at(&self) -> When {
        self.first_at
    }

    /// When the last line so far was written.
    #[must_use]
    pub fn last_at(&self) -> When {
        self.last_at
    }

    /// The client's address; empty where the log has none.
    #[must_use]
    pub fn client(&self) -> &[u8] {
        self.bytes(self.client)
    }

    /// The client's port, where the log has it.
    #[must_use]
    pub fn client_port(&self) -> Option<u16> {
        (self.client_port != 0).then_some(self.client_port)
    }

    /// The user who logged in, or tried to; empty where the log has none.
    #[must_use]
    pub fn user(&self) -> &[u8] {
        self.bytes(self.user)
    }

    /// How the log shows the session's beginning.
    #[must_use]
    pub fn beginning(&self) -> Beginning {
        self.beginning
    }

    /// How the session ended.
    #[must_use]
    pub fn ending(&self) -> Ending {
        self.ending
    }

    /// Whether the log says, beside the commands and replies, that the connection was protected by TLS at some time. Implicit
    /// TLS needs no AUTH.
    #[must_use]
    pub fn is_secured(&self) -> bool {
        self.secured
    }

    /// How sure it is that these lines are one session.
    #[must_use]
    pub fn identity(&self) -> Confidence {
        self.identity
    }

    /// What the server is, by the log's format or its own words.
    #[must_use]
    pub fn software(&self) -> Software {
        self.software
    }

    /// How many commands and replies there were, earlier parts of the session included.
    #[must_use]
    pub fn counts(&self) -> &Counts {
        &self.counts
    }

    /// Whether an earlier part of this session was handed out already.
    #[must_use]
    pub fn is_continued(&self) -> bool {
        self.continued
    }

    /// The exchanges of this part of the session, in the order of their commands.
    #[must_use]
    pub fn exchanges(&self) -> impl DoubleEndedIterator<Item = Exchange<'_>> + ExactSizeIterator {
        (self.judged..self.settled).map(|index| Exchange { session: self, index })
    }

    /// Whether this is all of the session, or its last part.
    #[must_use]
    pub fn has_ended(&self) -> bool {
        self.ended
    }

    /// No exchange of this part waited longer for its first reply, wherever the log says when both were written.
    #[must_use]
    pub fn longest_wait_ms(&self) -> i64 {
        self.longest_wait_ms
    }

    /// Those of [`Session::exchanges`] that rules look at one by one.
    pub fn notable(&self) -> impl Iterator<Item = Notable<'_>> {
        self.notable.iter().map(|n| Notable {
            exchange: Exchange { session: self, index: n.index as usize },
            state: &n.state,
            is_suspect: n.is_suspect,
            is_watched: n.is_watched,
        })
    }

    /// What the control connection knows after the exchanges of this part.
    #[must_use]
    pub fn final_state(&self) -> &State {
        &self.after
    }

    /// All exchanges that are still at hand, those of earlier parts included.
    #[must_use]
    pub fn at_hand(&self) -> impl DoubleEndedIterator<Item = Exchange<'_>> + ExactSizeIterator {
        (0..self.records.len()).map(|index| Exchange { session: self, index })
    }

    /// The exchange with that number, if it is still at hand.
    #[must_use]
    pub fn exchange(&self, mark: Mark) -> Option<Exchange<'_>> {
        let index = self.records.binary_search_by_key(&mark, |r| r.mark).ok()?;
        Some(Exchange { session: self, index })
    }

    /// The number of bytes that the session holds in memory, roughly; room that it may fill counts.
    #[inline]
    fn held(&self) -> usize {
        size_of::<Self>()
            + self.text.capacity()
            + self.records.capacity() * size_of::<Record>()
            + self.replies.capacity() * size_of::<ReplyRecord>()
    }

    /// Works out the state along the exchanges that may be judged: all of them when the session has ended, else those whose
    /// followers are known. Notes those that are suspects and those that are watched.
    fn trace(&mut self, ended: bool, watch: Watch) {
        let finished = if ended { self.records.len() } else { self.finished_records() };
        self.ended = ended;
        self.settled = finished.max(self.judged);
        self.notable.clear();
        let mut state = self.state;
        if self.judged == 0 && self.beginning == Beginning::Missing {
            state = State::unknown();
        }
        let unheard = self.is_unheard();
        let mut longest_wait_ms = 0;
        for (index, record) in (self.judged as u32..).zip(&self.records[self.judged..self.settled]) {
            let waited = |reply: &ReplyRecord| reply.at_ms.saturating_sub(record.at_ms);
            longest_wait_ms =
                longest_wait_ms.max(self.replies.get(record.first_reply as usize).map_or(0, waited));
            let (started, code) = (record.started, self.replies.get(record.answer as usize).map(|r| r.code));
            let resumed = state.restart != Restart::None && record.verb.transfers();
            let troubled = match (code, record.outcome) {
                (Some(code), _) => code.is_refusal(),
                (None, Some(outcome)) => outcome == Outcome::Failed,
                (None, None) => !unheard,
            };
            let (is_suspect, is_watched) = (resumed || troubled, watch.has(record.verb));
            if is_suspect || is_watched {
                self.notable.push(NotableRecord { index, is_suspect, is_watched, state });
            }
            // The order of commands follows what was done, whatever the words were.
            let code = code.or(record.outcome.map(|outcome| outcome.code(record.verb)));
            if record.is_command() {
                let argument = &self.text[record.argument.range()];
                state.advance(&Step { verb: record.verb, argument, started, code, mark: record.mark });
            } else if code == Some(Code(230)) {
                // The log begins between PASS and its reply.
                state.login = Login::In(record.mark);
            }
        }
        self.after = state;
        self.longest_wait_ms = longest_wait_ms;
    }

    /// Traces a session that is over, for the tests of rules.
    #[cfg(test)]
    pub(crate) fn trace_for(&mut self, watch: Watch) {
        let greeted = self.records.first().is_some_and(|r| !r.is_command());
        self.beginning = if greeted { Beginning::Seen } else { Beginning::Missing };
        self.trace(true, watch);
    }

    /// Whether the log holds no replies. A log of deeds may turn to the talk itself later on.
    fn is_unheard(&self) -> bool {
        match self.dialect.holds {
            Holds::Everything | Holds::FinalReplies => false,
            Holds::Commands => true,
            Holds::Deeds => self.counts.replies == [0; 5],
        }
    }

    fn bytes(&self, span: Span) -> &[u8] {
        &self.text[span.range()]
    }

    fn replies_of<'s>(&'s self, record: &Record) -> impl Iterator<Item = &'s ReplyRecord> + use<'s> {
        let mut at = record.first_reply;
        std::iter::from_fn(move || {
            let reply = self.replies.get(at as usize)?;
            at = reply.next;
            Some(reply)
        })
    }
}

/// Exchanges that a session has room for before it must grow.
const USUAL_EXCHANGES: usize = 16;
/// Bytes of text of an exchange, for the same purpose.
const USUAL_EXCHANGE_BYTES: usize = 40;
/// How many judged exchanges stay at hand as context.
pub const CONTEXT_MAX: usize = 6;
const NO_REPLY: u32 = u32::MAX;
