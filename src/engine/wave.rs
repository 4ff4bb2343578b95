//! A wave: blocks with the events that were found in them, at rest.
//!
//! Events at rest hold offsets into their block instead of references, so that waves can be handed on.

use super::clock::{Clock, Dates, Hand, Times};
use super::{NOT_UNDERSTOOD_BYTES_MAX, NOT_UNDERSTOOD_KEPT_MAX, SHARDS, Settings, Stats};
use crate::event::{Command, Dialect, Event, Key, Lexed, MASK, Outcome, Place, ReplyLine, What};
use crate::format::{Plan, Setup, Taken};
use crate::ftp::{Code, Verb};
use crate::source::{Block, Lines, Records};
use crate::time::When;
use foldhash::fast::FixedState;
use rayon::prelude::*;
use std::hash::BuildHasher;
use std::sync::Arc;

/// Routes are hashed in the same way in every run.
static ROUTES: FixedState = FixedState::with_seed(0);
/// Bytes of a line, for the room that events get before there are any.
const USUAL_LINE_BYTES: usize = 96;

/// Blocks that are worked on together.
#[derive(Default)]
pub(super) struct Wave {
    fragments: Vec<(Origin, Fragment)>,
    spare: Vec<Fragment>,
}

/// Where a block comes from, and how it is to be read.
pub(super) struct Origin {
    /// The number of its piece of the log.
    pub(super) piece: usize,
    pub(super) plan: Arc<Plan>,
    /// Whether its piece begins with it.
    pub(super) is_first: bool,
    /// Whether the sessions before it end where it begins.
    pub(super) is_anew: bool,
}

/// A block and what was found in it.
#[derive(Default)]
pub(super) struct Fragment {
    pub(super) block: Block,
    found: Found,
    pub(super) lines_before: u64,
    /// What is added to its times, from which line on.
    hands: Vec<(u32, Hand)>,
}

/// What was found in a block, whatever stands before it.
#[derive(Default)]
struct Found {
    /// The events of each shard, in the order of the lines.
    events: [Vec<Rested>; SHARDS],
    /// What lexers wrote down because the lines have it escaped.
    written: Vec<u8>,
    lines: u32,
    lines_cut: u32,
    lines_not_understood: u32,
    unknown: Vec<(u32, Span)>,
    times: Times,
}

impl Wave {
    pub(super) fn is_empty(&self) -> bool {
        self.fragments.is_empty()
    }

    pub(super) fn len(&self) -> usize {
        self.fragments.len()
    }

    /// Bytes of the blocks.
    pub(super) fn bytes(&self) -> usize {
        self.fragments.iter().map(|(_, fragment)| fragment.block.bytes.len()).sum()
    }

    pub(super) fn clear(&mut self) {
        self.spare.extend(self.fragments.drain(..).map(|(_, fragment)| fragment));
    }

    pub(super) fn spare(&mut self) -> Fragment {
        self.spare.pop().unwrap_or_default()
    }

    pub(super) fn keep(&mut self, fragment: Fragment) {
        self.spare.push(fragment);
    }

    pub(super) fn push(&mut self, origin: Origin, fragment: Fragment) {
        self.fragments.push((origin, fragment));
    }

    pub(super) fn fragments(&self) -> &[(Origin, Fragment)] {
        &self.fragments
    }

    pub(super) fn last_line(&self) -> u64 {
        self.fragments.last().map_or(0, |(_, f)| f.lines_before + u64::from(f.found.lines))
    }

    /// Reads the lines of every block.
    pub(super) fn lex(&mut self, setup: &Setup) {
        self.fragments.par_iter_mut().for_each(|(origin, fragment)| fragment.lex(&origin.plan, setup));
    }

    /// The serial step: what depends on the blocks before. `pieces` has what was counted of each piece, one behind the other.
    pub(super) fn settle(&mut self, pieces: &mut Vec<Stats>, clock: &mut Clock, setup: &Setup) {
        let mut lines_before = pieces.iter().map(|stats| stats.lines).sum();
        for (origin, fragment) in &mut self.fragments {
            let found = &fragment.found;
            fragment.lines_before = lines_before;
            lines_before += u64::from(found.lines);
            clock.settle(&found.times, setup, &mut fragment.hands);
            if pieces.len() <= origin.piece {
                pieces.resize_with(origin.piece + 1, Stats::default);
            }
            let n_kept: usize = pieces.iter().map(|stats| stats.not_understood.len()).sum();
            let stats = &mut pieces[origin.piece];
            let lines_of_piece = stats.lines;
            stats.lines += u64::from(found.lines);
            stats.lines_cut += u64::from(found.lines_cut);
            stats.lines_not_understood += u64::from(found.lines_not_understood);
            // The first line of each piece that was not understood is kept in any case.
            let room = NOT_UNDERSTOOD_KEPT_MAX.saturating_sub(n_kept);
            let room = room.max(usize::from(stats.not_understood.is_empty()));
            let texts = Texts { block: &fragment.block.bytes, written: &found.written };
            stats.not_understood.extend(
                found
                    .unknown
                    .iter()
                    .take(room)
                    .map(|(line, text)| (lines_of_piece + u64::from(*line), text.in_texts(&texts).to_vec())),
            );
        }
    }
}

impl Fragment {
    fn lex(&mut self, plan: &Plan, setup: &Setup) {
        let Self { block, found, .. } = self;
        found.clear(block.bytes.len(), setup);
        let mut reading = plan.start(setup);
        for line in Lines(&block.carried) {
            reading.take(line.bytes, |_| ());
        }
        let Some(joins) = plan.joins(setup) else {
            for line in Lines(&block.bytes) {
                found.lines += 1;
                found.lines_cut += u32::from(line.cut);
                reading.take(line.bytes, |taken| found.note(&block.bytes, line.bytes, 1, &taken));
            }
            return;
        };
        for record in Records::new(&block.bytes, &*joins) {
            found.lines += 1;
            found.lines_cut += record.n_cut;
            let n = record.n_lines;
            reading.take(record.bytes, |taken| found.note(&block.bytes, record.bytes, n, &taken));
            found.lines += n - 1;
        }
    }

    /// Gives back the events of one shard.
    pub(super) fn replay(
        &self,
        shard: usize,
        plan: &Plan,
        settings: &Settings,
        mut take: impl FnMut(Place, u64, &'static Dialect, &Event),
    ) {
        let texts = Texts { block: &self.block.bytes, written: &self.found.written };
        let mut dates = Dates::new(&settings.setup);
        let plain = dates.is_plain(&self.hands);
        for rested in &self.found.events[shard] {
            let place = Place { source: settings.source, line: self.lines_before + u64::from(rested.line) };
            let mut event = rested.event(&texts);
            if !plain {
                event.at = dates.at(event.at, rested.line, &self.hands);
            }
            take(place, rested.route, &plan.formats[usize::from(rested.format)].dialect, &event);
        }
    }
}

impl Found {
    /// Forgets everything, and makes room for the events of so many bytes.
    fn clear(&mut self, bytes: usize, setup: &Setup) {
        for shard in &mut self.events {
            shard.clear();
            shard.reserve(bytes / (USUAL_LINE_BYTES * SHARDS));
        }
        self.written.clear();
        self.unknown.clear();
        self.times.clear(setup);
        (self.lines, self.lines_cut, self.lines_not_understood) = (0, 0, 0);
    }

    /// Keeps what a line says, or a record of so many lines.
    #[inline]
    fn note(&mut self, base: &[u8], line: &[u8], n_lines: u32, taken: &Taken) {
        match taken.lexed {
            Lexed::Event(event) => self.note_event(base, self.lines, taken, event),
            Lexed::Many(all) => {
                for told in *all {
                    let below = taken.below(told.below).min(n_lines - 1);
                    self.note_event(base, self.lines + below, taken, &told.event);
                }
            }
            Lexed::Skip | Lexed::Unknown => self.note_silent(base, line, n_lines, taken),
        }
    }

    /// Keeps what is to be known of a line that says nothing. Lines of other programs show where a year ends, too.
    #[inline(never)]
    fn note_silent(&mut self, base: &[u8], line: &[u8], n_lines: u32, taken: &Taken) {
        if taken.at != When::NEVER {
            self.times.note(self.lines, taken.at);
        }
        if *taken.lexed == Lexed::Skip {
            return;
        }
        self.lines_not_understood += n_lines;
        if self.unknown.len() < NOT_UNDERSTOOD_KEPT_MAX {
            let shown = &line[..line.len().min(NOT_UNDERSTOOD_BYTES_MAX)];
            self.unknown.extend(Span::of(base, shown).map(|span| (self.lines, span)));
        }
    }

    #[inline]
    fn note_event(&mut self, base: &[u8], line: u32, taken: &Taken, event: &Event) {
        // What stands around a line may know more of the time than the line.
        let at = event.at.or_fuller(taken.at);
        if at.is_stated() {
            self.times.note(line, at);
        }
        // Daemons that write into one log know the same clients, and their processes may have had the same numbers.
        let route = match (taken.origin, taken.format) {
            (0, 0) => ROUTES.hash_one(event.route),
            from => ROUTES.hash_one((from, event.route)),
        };
        let shard = (route >> 60) as usize % SHARDS;
        let events = &mut self.events[shard];
        events.push(Rested { route, at, line, format: taken.format, ..Rested::default() });
        // It is filled in where it lies: to move it there costs as much as to make it.
        if let Some(rested) = events.last_mut() {
            rested.fill(base, &mut self.written, event);
        }
    }
}

/// Where the pieces of an event at rest stand.
struct Texts<'a> {
    block: &'a [u8],
    written: &'a [u8],
}

/// A piece of a block, or of what was written down beside it.
#[derive(Clone, Copy, Debug, Default)]
struct Span {
    start: u32,
    len: u32,
}

/// Where the mask of a secret stands: in no block.
const MASKED: u32 = u32::MAX;
/// From here on a place is one in what was written down; blocks are far smaller.
const WRITTEN: u32 = 1 << 31;

impl Span {
    /// Where `piece`, which is a part of `base`, stands in it.
    #[inline]
    fn of(base: &[u8], piece: &[u8]) -> Option<Self> {
        let start = (piece.as_ptr() as usize).wrapping_sub(base.as_ptr() as usize);
        let inside = start.checked_add(piece.len()).is_some_and(|end| end <= base.len());
        inside.then_some(Self { start: start as u32, len: piece.len() as u32 })
    }

    /// The place of a piece that is not in the block: nothing, the mask of a secret, or what a lexer wrote down.
    #[cold]
    fn written(written: &mut Vec<u8>, piece: &[u8]) -> Self {
        if piece.is_empty() {
            return Self::default();
        }
        if piece == MASK {
            return Self { start: MASKED, len: 0 };
        }
        let start = WRITTEN + written.len() as u32;
        written.extend_from_slice(piece);
        Self { start, len: piece.len() as u32 }
    }

    #[inline]
    fn in_texts<'a>(self, texts: &Texts<'a>) -> &'a [u8] {
        let range = |start: u32| start as usize..start as usize + self.len as usize;
        if self.start < WRITTEN {
            &texts.block[range(self.start)]
        } else if self.start == MASKED {
            MASK
        } else {
            &texts.written[range(self.start - WRITTEN)]
        }
    }
}

/// An event at rest.
#[derive(Clone, Copy, Debug, Default)]
struct Rested {
    route: u64,
    key: u64,
    at: When,
    line: u32,
    client: Span,
    user: Span,
    /// The argument of a command, the line of a reply.
    main: Span,
    /// The word of a command.
    word: Span,
    /// The text of the reply that came with its command.
    text: Span,
    client_port: u16,
    code: u16,
    verb: u8,
    kind: Kind,
    format: u8,
    keyed: Keyed,
}

#[derive(Clone, Copy, Debug, Default)]
enum Kind {
    #[default]
    Opened,
    Command,
    CommandAgain,
    Reply,
    ReplyPiece,
    ReplyEscaped,
    Bare,
    Exchange,
    Done,
    Failed,
    LoggedIn,
    Secured,
    Lost,
    Closed,
}

#[derive(Clone, Copy, Debug, Default)]
enum Keyed {
    #[default]
    No,
    Number,
    /// The key's start and length are packed into the number.
    Name,
}

impl Rested {
    /// Takes what an event says. Nothing was taken before.
    #[inline]
    fn fill(&mut self, base: &[u8], written: &mut Vec<u8>, event: &Event) {
        let mut span = |piece: &[u8]| Span::of(base, piece).unwrap_or_else(|| Span::written(written, piece));
        match event.key {
            Key::None => {}
            Key::Number(n) => (self.keyed, self.key) = (Keyed::Number, n),
            Key::Name(name) => {
                let span = span(name);
                (self.keyed, self.key) = (Keyed::Name, u64::from(span.start) << 32 | u64::from(span.len));
            }
        }
        (self.client, self.user, self.client_port) =
            (span(event.client), span(event.user), event.client_port);
        let (kind, command) = match &event.what {
            What::Opened => (Kind::Opened, None),
            What::LoggedIn => (Kind::LoggedIn, None),
            What::Secured => (Kind::Secured, None),
            What::Lost => (Kind::Lost, None),
            What::Closed => (Kind::Closed, None),
            What::Command(c) => (Kind::Command, Some(c)),
            What::CommandAgain(c) => (Kind::CommandAgain, Some(c)),
            What::Exchange(c, code, text) => {
                (self.code, self.text) = (code.0, span(text));
                (Kind::Exchange, Some(c))
            }
            What::Did(c, Outcome::Done) => (Kind::Done, Some(c)),
            What::Did(c, Outcome::Failed) => (Kind::Failed, Some(c)),
            What::Bare(text) => {
                self.main = span(text);
                (Kind::Bare, None)
            }
            What::Reply(reply) => {
                self.main = span(reply.line);
                let kind = match reply {
                    ReplyLine { escaped: true, .. } => Kind::ReplyEscaped,
                    ReplyLine { piece: true, .. } => Kind::ReplyPiece,
                    ReplyLine { .. } => Kind::Reply,
                };
                (kind, None)
            }
        };
        self.kind = kind;
        if let Some(command) = command {
            (self.verb, self.main) = (command.verb.index(), span(command.argument));
            // Other words are known by their verb.
            if command.verb == Verb::OTHER {
                self.word = span(command.word);
            }
        }
    }

    #[inline]
    fn event<'a>(&self, texts: &Texts<'a>) -> Event<'a> {
        let key = match self.keyed {
            Keyed::No => Key::None,
            Keyed::Number => Key::Number(self.key),
            Keyed::Name => {
                Key::Name(Span { start: (self.key >> 32) as u32, len: self.key as u32 }.in_texts(texts))
            }
        };
        let (at, client_port) = (self.at, self.client_port);
        let (client, user) = (self.client.in_texts(texts), self.user.in_texts(texts));
        // The hash of the route has done its work.
        let event = |what| Event { at, route: b"", key, client, client_port, user, what };
        let main = self.main.in_texts(texts);
        let command =
            || Command { verb: Verb::from_index(self.verb), word: self.word.in_texts(texts), argument: main };
        let reply = |piece, escaped| What::Reply(ReplyLine { line: main, piece, escaped });
        // Each kind makes its own event: one that is put together of parts is moved.
        match self.kind {
            Kind::Opened => event(What::Opened),
            Kind::LoggedIn => event(What::LoggedIn),
            Kind::Secured => event(What::Secured),
            Kind::Lost => event(What::Lost),
            Kind::Closed => event(What::Closed),
            Kind::Done => event(What::Did(command(), Outcome::Done)),
            Kind::Failed => event(What::Did(command(), Outcome::Failed)),
            Kind::Command => event(What::Command(command())),
            Kind::CommandAgain => event(What::CommandAgain(command())),
            Kind::Exchange => event(What::Exchange(command(), Code(self.code), self.text.in_texts(texts))),
            Kind::Bare => event(What::Bare(main)),
            Kind::Reply => event(reply(false, false)),
            Kind::ReplyPiece => event(reply(true, false)),
            Kind::ReplyEscaped => event(reply(false, true)),
        }
    }
}
