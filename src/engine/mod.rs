//! The only threads: blocks of a log in, what was gathered out.
//!
//! A wave of blocks is read while the wave before it is lexed and the one before that is folded. Lexing is parallel over
//! blocks; folding is parallel over shards of routes, so that all lines of one session meet in one place, in order.
//! Results do not depend on the number of threads or on the size of blocks and waves.

mod clock;
mod pieces;
mod wave;

pub use pieces::{Piece, first_time, recognise};

use crate::catalog::{Message, Said};
use crate::event::Place;
use crate::format::{Format, Plan, Setup};
use crate::lang::Lang;
use crate::report::{InputSummary, Status};
use crate::session::{Assembler, Gather, Overflow, Session, Starts};
use crate::source::{CaptureCounts, Input, Interrupted, LogName};
use clock::Clock;
use pieces::{Opened, Pieces, Seen};
use rayon::prelude::*;
use std::fmt;
use std::io;
use std::sync::Arc;
use wave::Wave;

/// Routes are dealt to this many shards. It is fixed, so that results do not depend on the threads.
pub const SHARDS: usize = 16;
/// Blocks of a wave.
pub const WAVE_BLOCKS: usize = 4;
/// Blocks of a wave where they are small because files are.
pub const WAVE_FRAGMENTS_MAX: usize = 16;
/// Lines that were not understood and are kept to be shown.
pub const NOT_UNDERSTOOD_KEPT_MAX: usize = 1_000;
/// Bytes of such a line that are kept.
pub const NOT_UNDERSTOOD_BYTES_MAX: usize = 512;
/// How to run.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Threads; 0 means one for each core.
    pub jobs: usize,
    /// What lexers must be told.
    pub setup: Setup,
    /// The format, where the user names it; else it is found out.
    pub format: Option<&'static Format>,
    /// The number of this log among those of the run.
    pub source: u32,
    /// Bytes of a block; 0 means [`crate::source::BLOCK_BYTES`].
    pub block_bytes: usize,
    /// Hands out what is finished after every wave, for those who want exchanges as they come.
    pub prompt: bool,
}

/// Why a log was not read, or not to its end.
#[derive(Debug)]
pub enum Stop {
    /// Nothing stands in it.
    Empty,
    /// Not text.
    Binary {
        /// What it is, where its first bytes say so.
        kind: Option<&'static str>,
        /// Where the first zero byte stands.
        offset: u64,
    },
    /// A packet capture, and the user named a format of text.
    Capture,
    /// A log of another protocol.
    Foreign {
        /// The protocol.
        protocol: &'static str,
        /// The line that shows it.
        line: u64,
        /// That line.
        text: Vec<u8>,
    },
    /// Text, and no FTP log that ftplog knows; or no line of it is in the format that the user named.
    Unknown {
        /// The first line that says anything.
        line: u64,
        /// That line.
        text: Vec<u8>,
    },
    /// Reading failed.
    Read(io::Error),
    /// The user wanted no more to be read. What was read is gathered as if the log ended there.
    Interrupted,
    /// Whoever takes the results has had enough.
    Done,
    /// Threads could not be started.
    Threads(String),
}

impl Stop {
    /// Why it was, said of a log that was just named.
    #[must_use]
    pub fn said(&self) -> Said {
        match self {
            Self::Empty => Message::StopEmpty.into(),
            Self::Binary { .. } => Message::StopBinary.into(),
            Self::Capture => Message::StopCapture.into(),
            Self::Foreign { protocol, .. } => Message::StopForeign.with("protocol", *protocol),
            Self::Unknown { .. } => Message::StopUnknown.into(),
            Self::Read(error) => Said::text(error.to_string()),
            Self::Interrupted => Message::StopInterrupted.into(),
            Self::Done => Message::ReaderGone.into(),
            Self::Threads(why) => Said::text(why),
        }
    }
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        if Interrupted::is(&error) { Self::Interrupted } else { Self::Read(error) }
    }
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.said().in_words(Lang::En))
    }
}

impl std::error::Error for Stop {}

/// What is known after each wave.
#[derive(Debug)]
pub struct Progress<'a, G> {
    /// What was gathered.
    pub gathered: &'a mut G,
    /// Everything before this place was gathered.
    pub complete_before: Place,
    /// Where the sessions begin, in order, as far as the log was read.
    pub starts: &'a Starts,
    /// Bytes read.
    pub bytes: u64,
}

/// How much of a log was understood.
#[derive(Clone, Debug, Default)]
pub struct Stats {
    /// Bytes read.
    pub bytes: u64,
    /// Lines.
    pub lines: u64,
    /// Lines that no dialect knows.
    pub lines_not_understood: u64,
    /// Lines that were longer than is looked at.
    pub lines_cut: u64,
    /// The first lines that were not understood.
    pub not_understood: Vec<(u64, Vec<u8>)>,
    /// Commands, and replies that nobody asked for.
    pub exchanges: u64,
    /// Replies.
    pub replies: u64,
    /// Limits that were hit.
    pub overflow: Overflow,
    /// What was found in the packets, if the log is a packet capture.
    pub capture: Option<CaptureCounts>,
}

/// What came of a run.
#[derive(Debug)]
pub struct Run<G> {
    /// What was gathered.
    pub gathered: G,
    /// Where the sessions begin.
    pub starts: Starts,
    /// What the log is called.
    pub name: LogName,
    /// What was read of it.
    pub read: PieceRead,
}

/// What came of a log in several pieces.
#[derive(Debug)]
pub struct PiecesRun<G> {
    /// What was gathered.
    pub gathered: G,
    /// Where the sessions begin: lines are counted through all pieces.
    pub starts: Starts,
    /// What came of each piece.
    pub pieces: Vec<PieceRun>,
    /// How much was understood of all of them.
    pub stats: Stats,
}

/// A piece of a log.
#[derive(Debug)]
pub struct PieceRun {
    /// What it is called.
    pub name: LogName,
    /// What was read of it, or why nothing was.
    pub read: Result<PieceRead, Stop>,
}

/// What was read of a piece of a log.
#[derive(Debug)]
pub struct PieceRead {
    /// How much was understood. Exchanges and replies are counted for all pieces together only.
    pub stats: Stats,
    /// How it was read.
    pub plan: Arc<Plan>,
    /// Whether the user named the format.
    pub format_given: bool,
    /// Why it was not read to its end, if it was not.
    pub cut_short: Option<Stop>,
}

impl PieceRead {
    /// Sums up what was read, for a report. Replies are counted for all pieces of the log together.
    #[must_use]
    pub fn input(&self, name: &LogName, replies: u64) -> InputSummary {
        let Self { stats, plan, format_given, cut_short } = self;
        InputSummary {
            name: name.clone(),
            format: Some(plan.main().dialect.name),
            format_given: *format_given,
            status: if cut_short.is_some() { Status::Partial } else { Status::Ok },
            lines: stats.lines,
            lines_not_understood: stats.lines_not_understood,
            replies,
            starts: Starts::default(),
            errors: cut_short.iter().map(Stop::said).collect(),
        }
    }
}

impl<G> Run<G> {
    /// Sums up what was read, for a report. It takes the starts of the sessions.
    pub fn input(&mut self) -> InputSummary {
        let starts = std::mem::take(&mut self.starts);
        InputSummary { starts, ..self.read.input(&self.name, self.read.stats.replies) }
    }
}

/// Reads a log in one file to its end. `after_wave` is called after each wave and may stop the run.
///
/// # Errors
/// The log cannot be read at all; where a part of it could, why not all is in [`PieceRead::cut_short`].
pub fn run<G: Gather>(
    input: Input,
    settings: &Settings,
    gather: G,
    after_wave: impl FnMut(Progress<'_, G>) -> Result<(), Stop> + Send,
) -> Result<Run<G>, Stop> {
    let mut one = std::iter::once(Piece { input, follows: true });
    let PiecesRun { gathered, starts, mut pieces, stats } =
        run_pieces(&mut one, settings, gather, after_wave)?;
    let PieceRun { name, read } = pieces.pop().ok_or(Stop::Empty)?;
    let read = PieceRead { stats, ..read? };
    Ok(Run { gathered, starts, name, read })
}

/// Reads a log that is in several pieces, such as files that were rotated, as one: a session that begins in one piece goes on in the
/// next. The pieces are opened one after another, the oldest first.
///
/// # Errors
/// Threads could not be started.
pub fn run_pieces<G: Gather>(
    pieces: &mut (dyn Iterator<Item = Piece> + Send),
    settings: &Settings,
    gather: G,
    after_wave: impl FnMut(Progress<'_, G>) -> Result<(), Stop> + Send,
) -> Result<PiecesRun<G>, Stop> {
    let pool =
        rayon::ThreadPoolBuilder::new().num_threads(settings.jobs).thread_name(|n| format!("ftplog-{n}"));
    let pool = pool.build().map_err(|e| Stop::Threads(e.to_string()))?;
    let engine = Engine::new(settings, gather);
    Ok(pool.install(|| engine.run(Pieces::open(pieces, settings), after_wave)))
}

/// Everything a run owns.
struct Engine<'s, G> {
    settings: &'s Settings,
    shards: Vec<Shard<G>>,
    gathered: G,
    starts: Starts,
    /// How much of each piece was understood.
    stats: Vec<Stats>,
}

/// The part of the routes that one thread folds at a time.
struct Shard<G> {
    index: usize,
    assembler: Assembler,
    gather: G,
}

impl<'s, G: Gather> Engine<'s, G> {
    fn new(settings: &'s Settings, gathered: G) -> Self {
        let watch = gathered.watch();
        let shard = |index| Shard { index, assembler: Assembler::new(watch), gather: gathered.fork() };
        let shards = (0..SHARDS).map(shard).collect();
        Self { settings, shards, gathered, starts: Starts::default(), stats: Vec::new() }
    }

    fn run(
        mut self,
        mut pieces: Pieces,
        mut after_wave: impl FnMut(Progress<'_, G>) -> Result<(), Stop> + Send,
    ) -> PiecesRun<G> {
        let mut stopped = None;
        let mut clock = Clock::default();
        // Three waves take turns: one is read, one lexed, one folded.
        let (mut reading, mut lexing, mut folding) = (Wave::default(), Wave::default(), Wave::default());
        loop {
            let (settings, shards) = (self.settings, &mut self.shards);
            rayon::join(
                || pieces.read(&mut reading),
                || rayon::join(|| lexing.lex(&settings.setup), || fold_wave(shards, &folding, settings)),
            );
            if !folding.is_empty() {
                match self.deliver(folding.last_line() + 1, pieces.bytes(), &mut after_wave) {
                    Ok(()) => {}
                    // The waves that were read are still gathered.
                    Err(Stop::Interrupted) => pieces.interrupt(),
                    Err(stop) => {
                        stopped = Some(stop);
                        break;
                    }
                }
            }
            lexing.settle(&mut self.stats, &mut clock, &self.settings.setup);
            self.begin_files(&lexing, &pieces);
            if reading.is_empty() && lexing.is_empty() {
                break;
            }
            std::mem::swap(&mut folding, &mut lexing);
            std::mem::swap(&mut lexing, &mut reading);
            reading.clear();
        }
        self.shards.par_iter_mut().for_each(|Shard { assembler, gather, .. }| {
            assembler.finish(&mut |session, ended| gather.observe(session, ended));
        });
        if stopped.is_none() {
            let end = self.deliver(u64::MAX, pieces.bytes(), &mut after_wave);
            stopped = end.err().filter(|stop| !matches!(stop, Stop::Interrupted));
        }
        if let Some(why) = stopped {
            pieces.stop(why);
        }
        self.sum_up(pieces)
    }

    /// Says which pieces begin in a wave that will be folded next.
    fn begin_files(&mut self, wave: &Wave, pieces: &Pieces) {
        for (origin, fragment) in wave.fragments().iter().filter(|(origin, _)| origin.is_first) {
            let name = &pieces.seen[origin.piece].name;
            let gathers = self.shards.iter_mut().map(|shard| &mut shard.gather);
            for gather in gathers.chain([&mut self.gathered]) {
                gather.begin_file(name, fragment.lines_before);
            }
        }
    }

    fn sum_up(self, pieces: Pieces) -> PiecesRun<G> {
        let Self { settings, shards, gathered, starts, mut stats } = self;
        stats.resize_with(pieces.seen.len(), Stats::default);
        let mut all = Stats::default();
        let format_given = settings.format.is_some();
        let mut sum_up = |opened: Opened, mut stats: Stats| {
            let Opened { plan, bytes, capture, cut_short } = opened;
            (stats.bytes, stats.capture) = (bytes, capture);
            stats.lines_cut += stats.capture.as_ref().map_or(0, |counts| counts.lines_cut);
            all.add(&stats);
            PieceRead { stats, plan, format_given, cut_short }
        };
        let of_piece = |(Seen { name, opened }, stats)| PieceRun {
            name,
            read: opened.map(|opened| sum_up(opened, stats)),
        };
        let pieces = pieces.seen.into_iter().zip(stats).map(of_piece).collect();
        for shard in &shards {
            all.exchanges += shard.assembler.exchanges();
            all.replies += shard.assembler.replies();
            all.overflow.sessions_ended += shard.assembler.overflow().sessions_ended;
        }
        PiecesRun { gathered, starts, pieces, stats: all }
    }

    /// Brings together what the shards gathered in a wave.
    fn deliver(
        &mut self,
        next_line: u64,
        bytes: u64,
        after_wave: &mut impl FnMut(Progress<'_, G>) -> Result<(), Stop>,
    ) -> Result<(), Stop> {
        let mut started = Vec::new();
        let mut complete_before = Place { source: self.settings.source, line: next_line };
        for shard in &mut self.shards {
            started.extend(shard.assembler.take_started().map(|p| p.line));
            self.gathered.absorb(&mut shard.gather);
            if self.settings.prompt
                && let Some(open) = shard.assembler.oldest_open()
            {
                complete_before = complete_before.min(open);
            }
        }
        self.starts.extend(started);
        after_wave(Progress { gathered: &mut self.gathered, complete_before, starts: &self.starts, bytes })
    }
}

impl Stats {
    /// Adds what was counted of another piece.
    fn add(&mut self, other: &Self) {
        let room = NOT_UNDERSTOOD_KEPT_MAX.saturating_sub(self.not_understood.len());
        let unknown = other.not_understood.iter().take(room);
        let lines_before = self.lines;
        self.not_understood.extend(unknown.map(|(line, text)| (lines_before + line, text.clone())));
        self.bytes += other.bytes;
        self.lines += other.lines;
        self.lines_not_understood += other.lines_not_understood;
        self.lines_cut += other.lines_cut;
        self.capture = self.capture.take().or_else(|| other.capture.clone());
    }
}

/// Folds a wave that was lexed: every shard goes through its events in the order of the lines.
fn fold_wave<G: Gather>(shards: &mut [Shard<G>], wave: &Wave, settings: &Settings) {
    if wave.is_empty() {
        return;
    }
    shards.par_iter_mut().for_each(|Shard { index, assembler, gather }| {
        let mut done = |session: &Session, ended| gather.observe(session, ended);
        for (origin, fragment) in wave.fragments() {
            if origin.is_anew {
                assembler.finish(&mut done);
            }
            fragment.replay(*index, &origin.plan, settings, |place, route, dialect, event| {
                assembler.take(place, route, dialect, event, &mut done);
            });
        }
        if settings.prompt {
            assembler.hand_out(&mut done);
        }
    });
}
