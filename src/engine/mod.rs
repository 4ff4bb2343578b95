//! The only threads: blocks of a log in, what was gathered out.
//!
//! A wave of blocks is read while the wave before it is lexed and the one before that is folded. Lexing is parallel over
//! blocks; folding is parallel over shards of routes, so that all lines of one session meet in one place, in order.
//! Results do not depend on the number of threads or on the size of blocks and waves.

mod clock;
mod wave;

use crate::catalog::{Message, Said};
use crate::event::Place;
use crate::format::{self, Detected, Format, Plan, Setup};
use crate::lang::Lang;
use crate::report::{InputSummary, LogName, Status};
use crate::session::{Assembler, Gather, Overflow, Session, Starts};
use crate::source::{Blocks, CaptureCounts, Input};
use clock::Clock;
use rayon::prelude::*;
use std::fmt;
use std::io;
use wave::Wave;

/// Routes are dealt to this many shards. It is fixed, so that results do not depend on the threads.
pub const SHARDS: usize = 16;
/// Blocks of a wave.
pub const WAVE_BLOCKS: usize = 4;
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
    /// The number of this source in the order of the inputs.
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
            Self::Done => Message::ReaderGone.into(),
            Self::Threads(why) => Said::text(why),
        }
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
    /// How much was understood.
    pub stats: Stats,
    /// How the log was read.
    pub plan: Plan,
    /// Whether the user named the format.
    pub format_given: bool,
    /// Why the log was not read to its end, if it was not.
    pub cut_short: Option<Stop>,
}

impl<G> Run<G> {
    /// Sums up what was read, for a report about the log of that name. It takes the starts of the sessions.
    pub fn input<'a>(&mut self, log: impl Into<LogName<'a>>) -> InputSummary {
        let log = log.into();
        InputSummary {
            path: log.path.to_owned(),
            member: log.member.map(str::to_owned),
            format: Some(self.plan.main().dialect.name),
            format_given: self.format_given,
            status: if self.cut_short.is_some() { Status::Partial } else { Status::Ok },
            lines: self.stats.lines,
            lines_not_understood: self.stats.lines_not_understood,
            replies: self.stats.replies,
            starts: std::mem::take(&mut self.starts),
            errors: self.cut_short.iter().map(Stop::said).collect(),
        }
    }
}

/// Reads a log to its end. `after_wave` is called after each wave and may stop the run.
///
/// # Errors
/// The log cannot be read at all; where a part of it could, that is in [`Run::cut_short`].
pub fn run<G: Gather>(
    input: Input,
    settings: &Settings,
    gather: G,
    after_wave: impl FnMut(Progress<'_, G>) -> Result<(), Stop> + Send,
) -> Result<Run<G>, Stop> {
    let mut blocks = input.into_blocks().map_err(Stop::Read)?;
    if settings.block_bytes > 0 {
        blocks = blocks.with_block_bytes(settings.block_bytes);
    }
    let plan = plan(&mut blocks, settings)?;
    blocks.set_layout(plan.layout(&settings.setup));
    let pool =
        rayon::ThreadPoolBuilder::new().num_threads(settings.jobs).thread_name(|n| format!("ftplog-{n}"));
    let pool = pool.build().map_err(|e| Stop::Threads(e.to_string()))?;
    let engine = Engine::new(settings, plan, gather);
    Ok(pool.install(|| engine.run(blocks, after_wave)))
}

/// Finds out how to read the log.
fn plan(blocks: &mut Blocks, settings: &Settings) -> Result<Plan, Stop> {
    if blocks.capture().is_some() {
        let format = format::of_captures();
        let other = settings.format.is_some_and(|named| !std::ptr::eq(named, format));
        return if other { Err(Stop::Capture) } else { Ok(Plan::of(format)) };
    }
    let plan = recognise(blocks.peek(format::SAMPLE_BYTES).map_err(Stop::Read)?, settings);
    // What is cut off or damaged is no log of another kind.
    plan.map_err(|stop| blocks.take_peek_error().map_or(stop, Stop::Read))
}

/// Finds out how to read a log by its first bytes.
///
/// # Errors
/// It is no FTP log.
pub fn recognise(sample: &[u8], settings: &Settings) -> Result<Plan, Stop> {
    let detected = format::detect(sample, &settings.setup);
    match (settings.format, detected) {
        (_, Detected::Empty) => Err(Stop::Empty),
        (Some(format), _) => Ok(format::plan_for(format, sample, &settings.setup)),
        (None, Detected::Log(plan)) => Ok(plan),
        (None, Detected::Binary { kind, offset }) => Err(Stop::Binary { kind, offset }),
        (None, Detected::Foreign { protocol, line }) => {
            let text = nth_line(sample, line);
            Err(Stop::Foreign { protocol, line, text })
        }
        (None, Detected::Unknown) => Err(unknown(sample)),
    }
}

fn nth_line(sample: &[u8], line: u64) -> Vec<u8> {
    let text = crate::source::Lines(sample).nth(line as usize - 1).map(|l| l.bytes).unwrap_or_default();
    text[..text.len().min(NOT_UNDERSTOOD_BYTES_MAX)].to_vec()
}

fn unknown(sample: &[u8]) -> Stop {
    let lines = crate::source::Lines(sample);
    let first = (1u64..).zip(lines).find(|(_, l)| !l.bytes.trim_ascii().is_empty()).map_or(1, |(n, _)| n);
    Stop::Unknown { line: first, text: nth_line(sample, first) }
}

/// Everything a run owns.
struct Engine<'s, G> {
    settings: &'s Settings,
    plan: Plan,
    shards: Vec<Shard<G>>,
    gathered: G,
    starts: Starts,
    stats: Stats,
}

/// The part of the routes that one thread folds at a time.
struct Shard<G> {
    index: usize,
    assembler: Assembler,
    gather: G,
}

impl<'s, G: Gather> Engine<'s, G> {
    fn new(settings: &'s Settings, plan: Plan, gathered: G) -> Self {
        let watch = gathered.watch();
        let shard = |index| Shard { index, assembler: Assembler::new(watch), gather: gathered.fork() };
        let shards = (0..SHARDS).map(shard).collect();
        Self { settings, plan, shards, gathered, starts: Starts::default(), stats: Stats::default() }
    }

    fn run(
        mut self,
        mut blocks: Blocks,
        mut after_wave: impl FnMut(Progress<'_, G>) -> Result<(), Stop> + Send,
    ) -> Run<G> {
        let mut cut_short = None;
        let mut clock = Clock::default();
        // Three waves take turns: one is read, one lexed, one folded.
        let (mut reading, mut lexing, mut folding) = (Wave::default(), Wave::default(), Wave::default());
        loop {
            let (plan, settings, shards) = (&self.plan, self.settings, &mut self.shards);
            let (read, ()) = rayon::join(
                || read_wave(&mut blocks, &mut reading),
                || {
                    rayon::join(
                        || lexing.lex(plan, &settings.setup),
                        || fold_wave(shards, &folding, plan, settings),
                    );
                },
            );
            if let Err(error) = read {
                cut_short.get_or_insert(Stop::Read(error));
            }
            if !folding.is_empty()
                && let Err(stop) = self.deliver(folding.last_line() + 1, &mut after_wave)
            {
                cut_short = Some(stop);
                break;
            }
            lexing.settle(&mut self.stats, &mut clock, &self.settings.setup);
            self.stats.bytes = blocks.bytes_read();
            self.stats.capture = blocks.capture();
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
        if !matches!(cut_short, Some(Stop::Done))
            && let Err(stop) = self.deliver(u64::MAX, &mut after_wave)
        {
            cut_short = Some(stop);
        }
        for shard in &self.shards {
            self.stats.exchanges += shard.assembler.exchanges();
            self.stats.replies += shard.assembler.replies();
            self.stats.overflow.sessions_ended += shard.assembler.overflow().sessions_ended;
        }
        self.stats.lines_cut += self.stats.capture.as_ref().map_or(0, |counts| counts.lines_cut);
        let Self { gathered, starts, stats, plan, settings, .. } = self;
        Run { gathered, starts, stats, plan, format_given: settings.format.is_some(), cut_short }
    }

    /// Brings together what the shards gathered in a wave.
    fn deliver(
        &mut self,
        next_line: u64,
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
        let bytes = self.stats.bytes;
        after_wave(Progress { gathered: &mut self.gathered, complete_before, starts: &self.starts, bytes })
    }
}

/// Reads the next blocks; none at the end of the log.
fn read_wave(blocks: &mut Blocks, wave: &mut Wave) -> io::Result<()> {
    for _ in 0..WAVE_BLOCKS {
        let mut fragment = wave.spare();
        match blocks.next_into(&mut fragment.block) {
            Ok(true) => wave.push(fragment),
            Ok(false) => {
                wave.keep(fragment);
                break;
            }
            Err(error) => {
                // What came before the error is still read.
                if !fragment.block.bytes.is_empty() {
                    wave.push(fragment);
                }
                blocks.stop();
                return Err(error);
            }
        }
    }
    Ok(())
}

/// Folds a wave that was lexed: every shard goes through its events in the order of the lines.
fn fold_wave<G: Gather>(shards: &mut [Shard<G>], wave: &Wave, plan: &Plan, settings: &Settings) {
    if wave.is_empty() {
        return;
    }
    shards.par_iter_mut().for_each(|Shard { index, assembler, gather }| {
        let mut done = |session: &Session, ended| gather.observe(session, ended);
        for fragment in wave.fragments() {
            fragment.replay(*index, plan, settings, |place, route, dialect, event| {
                assembler.take(place, route, dialect, event, &mut done);
            });
        }
        if settings.prompt {
            assembler.hand_out(&mut done);
        }
    });
}
