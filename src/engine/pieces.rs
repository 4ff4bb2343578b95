//! Reads a log that is one file, or several pieces of one log, wave by wave.

use super::wave::{Origin, Wave};
use super::{NOT_UNDERSTOOD_BYTES_MAX, Settings, Stop, WAVE_BLOCKS, WAVE_FRAGMENTS_MAX};
use crate::format::{self, Detected, Plan};
use crate::source::{BLOCK_BYTES, Blocks, CaptureCounts, Input, Lines, LogName};
use crate::time::Known;
use std::collections::VecDeque;
use std::sync::Arc;

/// Small pieces whose first lines are looked at together.
const LOOKED_AT_TOGETHER_MAX: usize = 64;
/// Bytes in which the first time of a log is looked for.
const FIRST_TIME_BYTES: usize = 16 * 1024;

/// A file that is a log, or a piece of one.
#[derive(Debug)]
pub struct Piece {
    /// The file.
    pub input: Input,
    /// Whether nothing is missing between the piece before and this one. Else sessions end there.
    pub follows: bool,
}

/// A piece that was looked at.
pub(super) struct Seen {
    pub(super) name: LogName,
    /// What was read of it, or why nothing could be.
    pub(super) opened: Result<Opened, Stop>,
}

/// What was read of a piece so far.
pub(super) struct Opened {
    pub(super) plan: Arc<Plan>,
    pub(super) bytes: u64,
    pub(super) capture: Option<CaptureCounts>,
    pub(super) cut_short: Option<Stop>,
}

/// The pieces of a log, opened one after another.
pub(super) struct Pieces<'a> {
    rest: &'a mut (dyn Iterator<Item = Piece> + Send),
    settings: &'a Settings,
    current: Option<Blocks>,
    /// Whether everything is known that stood between the last lines that were read and those that come next.
    is_whole: bool,
    /// Whether the next block is the first of its piece.
    is_first: bool,
    /// Whether sessions end where the piece at hand begins.
    is_anew: bool,
    pub(super) seen: Vec<Seen>,
    bytes_before: u64,
    /// Pieces that were opened to look at their first lines.
    ahead: VecDeque<Ahead>,
}

/// A piece that is open.
struct Ahead {
    name: LogName,
    blocks: Result<Blocks, Stop>,
    follows: bool,
}

impl<'a> Pieces<'a> {
    /// The pieces, the first that can be read already open.
    pub(super) fn open(rest: &'a mut (dyn Iterator<Item = Piece> + Send), settings: &'a Settings) -> Self {
        let seen = Vec::new();
        let ahead = VecDeque::new();
        let (is_whole, is_first, is_anew, bytes_before) = (true, false, false, 0);
        let mut opened =
            Self { rest, settings, current: None, is_whole, is_first, is_anew, seen, bytes_before, ahead };
        opened.open_next(None);
        opened
    }

    /// Bytes read so far.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes_before + self.current.as_ref().map_or(0, Blocks::bytes_read)
    }

    /// Reads the next blocks; none at the end of the log.
    pub(super) fn read(&mut self, wave: &mut Wave) {
        let block_bytes = if self.settings.block_bytes > 0 { self.settings.block_bytes } else { BLOCK_BYTES };
        // Blocks end at a line, so that each is a little smaller.
        let has_room = |wave: &Wave| wave.bytes() + block_bytes <= WAVE_BLOCKS * block_bytes;
        while wave.len() < WAVE_BLOCKS || wave.len() < WAVE_FRAGMENTS_MAX && has_room(wave) {
            let origin = self.origin();
            let Some((origin, blocks)) = origin.zip(self.current.as_mut()) else { return };
            let mut fragment = wave.spare();
            let read = blocks.next_into(&mut fragment.block).map_err(Stop::from);
            if matches!(read, Err(Stop::Interrupted)) {
                // The rest of the last line was still to come.
                let lines = memchr::memrchr(b'\n', &fragment.block.bytes).map_or(0, |end| end + 1);
                fragment.block.bytes.truncate(lines);
            }
            // What came before an error is still read.
            if !matches!(read, Ok(false)) && !fragment.block.bytes.is_empty() {
                self.is_first = false;
                wave.push(origin, fragment);
            } else {
                wave.keep(fragment);
            }
            match read {
                Ok(true) => {}
                Ok(false) => self.go_to_next(None),
                Err(stop) => self.go_to_next(Some(stop)),
            }
        }
    }

    /// What there is to know of the next block.
    fn origin(&self) -> Option<Origin> {
        let plan = Arc::clone(&self.seen.last()?.opened.as_ref().ok()?.plan);
        let piece = self.seen.len() - 1;
        Some(Origin { piece, plan, is_first: self.is_first, is_anew: self.is_first && self.is_anew })
    }

    fn go_to_next(&mut self, cut_short: Option<Stop>) {
        let Some(ended) = self.current.take() else { return };
        self.is_whole = cut_short.is_none();
        let is_interrupted = matches!(cut_short, Some(Stop::Interrupted));
        self.end(&ended, cut_short);
        if !is_interrupted {
            self.open_next(Some(&ended));
        }
    }

    /// Ends the reading here, unless all was read.
    pub(super) fn interrupt(&mut self) {
        if self.current.is_some() {
            self.stop(Stop::Interrupted);
        }
    }

    /// Ends the reading here.
    pub(super) fn stop(&mut self, why: Stop) {
        if let Some(ended) = self.current.take() {
            self.end(&ended, None);
        }
        if let Some(piece) = self.seen.iter_mut().rev().find_map(|seen| seen.opened.as_mut().ok()) {
            piece.cut_short = Some(why);
        }
    }

    fn end(&mut self, ended: &Blocks, cut_short: Option<Stop>) {
        self.bytes_before += ended.bytes_read();
        if let Some(Seen { opened: Ok(piece), .. }) = self.seen.last_mut() {
            (piece.bytes, piece.capture, piece.cut_short) = (ended.bytes_read(), ended.capture(), cut_short);
        }
    }

    /// Opens the next piece that can be read, behind the one that has ended.
    fn open_next(&mut self, ended: Option<&Blocks>) {
        let opened = self.seen.iter().rev().find_map(|seen| seen.opened.as_ref().ok());
        let read_before = opened.map(|piece| Arc::clone(&piece.plan));
        let known = read_before.clone().or_else(|| self.plan_of_all());
        let carried = ended.map(Blocks::carried).unwrap_or_default();
        while let Some(Ahead { name, blocks, follows }) = self.next_piece() {
            self.is_whole &= follows;
            let planned = blocks.and_then(|mut blocks| {
                let plan = plan(&mut blocks, self.settings, known.as_deref(), &carried)?;
                Ok((blocks, plan))
            });
            let (mut blocks, plan) = match planned {
                Ok(planned) => planned,
                Err(stop) => {
                    // An empty file is no gap.
                    self.is_whole &= matches!(stop, Stop::Empty);
                    self.seen.push(Seen { name, opened: Err(stop) });
                    continue;
                }
            };
            blocks.set_layout(plan.layout(&self.settings.setup));
            let goes_on = read_before.as_deref().is_none_or(|before| before.main().is_kin(plan.main()));
            // The columns that stand at the head of a log hold for its next piece, too.
            if let Some(ended) = ended.filter(|_| goes_on) {
                blocks.go_on(ended);
            }
            self.is_anew = !(goes_on && self.is_whole) || plan.is_of_one_run();
            (self.is_first, self.is_whole) = (true, true);
            self.current = Some(blocks);
            let opened = Opened { plan: Arc::new(plan), bytes: 0, capture: None, cut_short: None };
            self.seen.push(Seen { name, opened: Ok(opened) });
            return;
        }
    }

    fn next_piece(&mut self) -> Option<Ahead> {
        self.ahead.pop_front().or_else(|| Some(Ahead::open(self.rest.next()?, self.settings)))
    }

    /// The plan for several small pieces together: one of them alone may not show what it is.
    fn plan_of_all(&mut self) -> Option<Arc<Plan>> {
        let mut sample = Vec::new();
        while sample.len() < format::SAMPLE_BYTES && self.ahead.len() < LOOKED_AT_TOGETHER_MAX {
            let Some(piece) = self.rest.next() else { break };
            let mut opened = Ahead::open(piece, self.settings);
            if let Ok(blocks) = &mut opened.blocks
                && blocks.capture().is_none()
                && let Ok(piece) = blocks.peek(format::SAMPLE_BYTES)
            {
                sample.extend_from_slice(piece);
                sample.extend((!piece.ends_with(b"\n")).then_some(b'\n'));
            }
            self.ahead.push_back(opened);
        }
        let plan = (self.ahead.len() > 1).then(|| recognise(&sample, self.settings).ok()).flatten();
        plan.map(Arc::new)
    }
}

impl Ahead {
    fn open(Piece { input, follows }: Piece, settings: &Settings) -> Self {
        let name = input.name.clone();
        let blocks = input.into_blocks().map_err(Stop::from);
        let sized = |blocks: Blocks| match settings.block_bytes {
            0 => blocks,
            bytes => blocks.with_block_bytes(bytes),
        };
        Self { name, blocks: blocks.map(sized), follows }
    }
}

/// Finds out how to read a piece: as the one before it was, if that fits.
fn plan(
    blocks: &mut Blocks,
    settings: &Settings,
    known: Option<&Plan>,
    carried: &[u8],
) -> Result<Plan, Stop> {
    if blocks.capture().is_some() {
        let format = format::of_captures();
        let other = settings.format.is_some_and(|named| !std::ptr::eq(named, format));
        return if other { Err(Stop::Capture) } else { Ok(Plan::of(format)) };
    }
    let sample = blocks.peek(format::SAMPLE_BYTES).map_err(Stop::from)?;
    let plan = recognise(sample, settings);
    let plan = match known {
        Some(known) => better(known, carried, sample, plan, settings),
        None => plan,
    };
    // What is cut off or damaged is no log of another kind.
    plan.map_err(|stop| blocks.take_peek_error().map_or(stop, Stop::from))
}

/// The plan for a piece: that of the piece before, unless another knows far more of its lines, or knows that they hold more. A piece
/// need not show by itself what it is.
fn better(
    known: &Plan,
    carried: &[u8],
    sample: &[u8],
    detected: Result<Plan, Stop>,
    settings: &Settings,
) -> Result<Plan, Stop> {
    let holds = |plan: &Plan| plan.main().dialect.holds;
    let enough = match &detected {
        Ok(plan) if plan.main().is_kin(known.main()) && holds(plan) < holds(known) => return detected,
        Ok(plan) => plan.understands(&[], sample, &settings.setup),
        Err(Stop::Empty | Stop::Binary { .. }) => return detected,
        Err(_) => Lines(sample).count(),
    };
    let by_known = known.understands(carried, sample, &settings.setup);
    if by_known > enough / 2 { Ok(known.clone()) } else { detected }
}

/// The first time in a log, if it states all of it.
#[must_use]
pub fn first_time(input: Input, settings: &Settings) -> Option<i64> {
    let sample = input.first_bytes(FIRST_TIME_BYTES).ok()?;
    let plan = recognise(&sample, settings).ok()?;
    let first = plan.first_time(&sample, &settings.setup);
    (first.known == Known::Everything).then_some(first.ms)
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
    let text = Lines(sample).nth(line as usize - 1).map(|l| l.bytes).unwrap_or_default();
    text[..text.len().min(NOT_UNDERSTOOD_BYTES_MAX)].to_vec()
}

fn unknown(sample: &[u8]) -> Stop {
    let first = (1u64..).zip(Lines(sample)).find(|(_, l)| !l.bytes.trim_ascii().is_empty());
    let line = first.map_or(1, |(n, _)| n);
    Stop::Unknown { line, text: nth_line(sample, line) }
}
