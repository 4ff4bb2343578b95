//! Cuts a stream into blocks that end at newlines, so that each can be read on its own.

use super::capture::{Capture, Counts};
use std::io::{self, Read};

/// Bytes of a block, unless a line is longer.
pub const BLOCK_BYTES: usize = 256 * 1024;
/// Bytes of a line that are looked at; what follows is passed over and counted.
pub const LINE_BYTES_MAX: usize = 64 * 1024;

/// Lines of a record; what goes on beyond it is read line by line.
pub const RECORD_LINES_MAX: usize = 64;
/// Lines that later ones cannot be read without.
pub const CARRIED_LINES_MAX: usize = 256;
/// Bytes of such a line that are kept.
const CARRIED_BYTES_MAX: usize = 4 * 1024;

/// Whole lines of a log.
#[derive(Debug, Default)]
pub struct Block {
    /// The lines, each with its newline; the last one of a log may lack it.
    pub bytes: Vec<u8>,
    /// Lines from before that these cannot be read without, each with its newline.
    pub carried: Vec<u8>,
}

/// Says whether a line goes on with the record that the line before it belongs to.
pub type Joins = Box<dyn Fn(&[u8]) -> bool + Send>;
/// Says whether later lines cannot be read without this one, such as a line of column names; the number says which of
/// those lines it takes the place of.
pub type Carries = Box<dyn FnMut(&[u8]) -> Option<usize> + Send>;

/// How the lines of a log hang together.
#[derive(Default)]
pub struct Layout {
    /// Which lines are read together; none where every line stands alone.
    pub joins: Option<Joins>,
    /// Which lines later ones cannot be read without.
    pub carries: Option<Carries>,
}

/// A stream as a row of [`Block`]s.
pub struct Blocks {
    stream: Stream,
    carry: Vec<u8>,
    ended: bool,
    block_bytes: usize,
    layout: Layout,
    /// The latest line of each number that [`Layout::carries`] gave.
    carried: Vec<Vec<u8>>,
    bytes_read: u64,
    peek_failed: Option<io::Error>,
}

/// Where the lines come from.
pub(super) enum Stream {
    /// They are the file.
    Text(Box<dyn Read + Send>),
    /// They are made of the packets of a capture.
    Capture(Box<Capture>),
}

impl Blocks {
    pub(super) fn new(stream: Stream) -> Self {
        Self {
            stream,
            carry: Vec::new(),
            ended: false,
            block_bytes: BLOCK_BYTES,
            layout: Layout::default(),
            carried: Vec::new(),
            bytes_read: 0,
            peek_failed: None,
        }
    }

    /// What was found in the packets so far, if the log is a packet capture.
    #[must_use]
    pub fn capture(&self) -> Option<Counts> {
        match &self.stream {
            Stream::Text(_) => None,
            Stream::Capture(capture) => Some(capture.counts()),
        }
    }

    /// Bytes of the log that were read so far.
    #[must_use]
    pub fn bytes_read(&self) -> u64 {
        self.capture().map_or(self.bytes_read, |counts| counts.bytes)
    }

    /// Sets another block size; results do not depend on it.
    #[must_use]
    pub fn with_block_bytes(mut self, bytes: usize) -> Self {
        self.block_bytes = bytes.max(1);
        self
    }

    /// Says how the lines hang together. Blocks then end where a record ends, so that they must have room for a whole one.
    pub fn set_layout(&mut self, layout: Layout) {
        if layout.joins.is_some() {
            self.block_bytes = self.block_bytes.max(2 * LINE_BYTES_MAX);
        }
        self.layout = layout;
    }

    /// The first bytes of the stream, at most `bytes` of them or a little more, without taking them.
    pub fn peek(&mut self, bytes: usize) -> io::Result<&[u8]> {
        let mut sample = std::mem::take(&mut self.carry);
        match self.fill(&mut sample, bytes) {
            Ok(_) => self.ended = sample.len() < bytes,
            // What was read so far is worth reading; the error comes again behind it.
            Err(error) if sample.is_empty() => return Err(error),
            Err(error) => self.peek_failed = Some(error),
        }
        self.carry = sample;
        Ok(&self.carry)
    }

    /// The error behind the first bytes, if there was one: what they are cannot be told from a part of them.
    pub fn take_peek_error(&mut self) -> Option<io::Error> {
        self.peek_failed.take()
    }

    /// Goes on where another stream ended: the lines that its lines could not be read without hold for these, too.
    pub fn go_on(&mut self, ended: &Self) {
        self.carried.clone_from(&ended.carried);
    }

    /// The lines that the next ones cannot be read without, each with its newline.
    #[must_use]
    pub fn carried(&self) -> Vec<u8> {
        self.carried.concat()
    }

    /// Fills `block` with the next lines. Returns whether there were any.
    pub fn next_into(&mut self, block: &mut Block) -> io::Result<bool> {
        block.carried.clear();
        for line in &self.carried {
            block.carried.extend_from_slice(line);
        }
        let filled = self.fill_block(&mut block.bytes);
        self.carry_on(&block.bytes);
        filled
    }

    fn fill_block(&mut self, bytes: &mut Vec<u8>) -> io::Result<bool> {
        bytes.clear();
        std::mem::swap(bytes, &mut self.carry);
        if self.ended {
            return Ok(!bytes.is_empty());
        }
        self.fill(bytes, self.block_bytes)?;
        if bytes.len() < self.block_bytes {
            self.ended = true;
            return Ok(!bytes.is_empty());
        }
        match memchr::memrchr(b'\n', bytes) {
            Some(last) => {
                let end = self.record_end(&bytes[..=last]);
                self.carry.extend_from_slice(&bytes[end..]);
            }
            None => return self.long_line(bytes),
        }
        bytes.truncate(bytes.len() - self.carry.len());
        Ok(true)
    }

    /// Where the last record of these lines begins, since it may go on: the block ends before it.
    fn record_end(&self, lines: &[u8]) -> usize {
        let Some(joins) = &self.layout.joins else { return lines.len() };
        let mut start = lines.len();
        for _ in 0..RECORD_LINES_MAX {
            let before = &lines[..start.saturating_sub(1)];
            start = memchr::memrchr(b'\n', before).map_or(0, |n| n + 1);
            if start == 0 {
                break;
            }
            if Lines(&lines[start..]).next().is_some_and(|l| !joins(l.bytes)) {
                return start;
            }
        }
        // Lines that go on with no record, or with one that is longer than is read together, are read one by one.
        lines.len()
    }

    /// Remembers the lines that those of the next block cannot be read without.
    fn carry_on(&mut self, lines: &[u8]) {
        let Some(carries) = &mut self.layout.carries else { return };
        for line in Lines(lines) {
            let Some(number) = carries(line.bytes).filter(|n| *n < CARRIED_LINES_MAX) else { continue };
            if self.carried.len() <= number {
                self.carried.resize(number + 1, Vec::new());
            }
            let kept = &mut self.carried[number];
            kept.clear();
            kept.extend_from_slice(&line.bytes[..line.bytes.len().min(CARRIED_BYTES_MAX)]);
            kept.push(b'\n');
        }
    }

    /// `bytes` is the beginning of a line that is longer than a block: reads to its end and keeps only what is looked at.
    fn long_line(&mut self, bytes: &mut Vec<u8>) -> io::Result<bool> {
        let mut chunk = Vec::with_capacity(self.block_bytes);
        loop {
            chunk.clear();
            if self.fill(&mut chunk, BLOCK_BYTES)? == 0 {
                self.ended = true;
                break;
            }
            let end = memchr::memchr(b'\n', &chunk);
            let room = (LINE_BYTES_MAX + 1).saturating_sub(bytes.len());
            let part = end.unwrap_or(chunk.len());
            bytes.extend_from_slice(&chunk[..part.min(room)]);
            if let Some(end) = end {
                self.carry.extend_from_slice(&chunk[end + 1..]);
                bytes.push(b'\n');
                break;
            }
        }
        // One byte more than is looked at, so that the line still counts as cut.
        let ends = bytes.last() == Some(&b'\n');
        if bytes.len() > LINE_BYTES_MAX + 2 {
            bytes.truncate(LINE_BYTES_MAX + 1);
            if ends {
                bytes.push(b'\n');
            }
        }
        Ok(true)
    }

    /// Reads on until `bytes` has `limit` bytes or the stream ends; returns how many came.
    fn fill(&mut self, bytes: &mut Vec<u8>, limit: usize) -> io::Result<usize> {
        let start = bytes.len();
        let wanted = limit.saturating_sub(start).max(1);
        bytes.reserve(wanted);
        // Unlike a loop of `read`, this does not clear the room first.
        let read = match &mut self.stream {
            Stream::Text(reader) => reader.take(wanted as u64).read_to_end(bytes),
            Stream::Capture(capture) => capture.take(wanted as u64).read_to_end(bytes),
        };
        self.bytes_read += (bytes.len() - start) as u64;
        read
    }
}

/// The lines of a block, without their line ends and cut to what is looked at.
#[derive(Clone, Debug)]
pub struct Lines<'a>(pub &'a [u8]);

/// One line of a block.
#[derive(Clone, Copy, Debug)]
pub struct RawLine<'a> {
    /// The line without its end.
    pub bytes: &'a [u8],
    /// Whether it was longer than is looked at.
    pub cut: bool,
}

impl<'a> Iterator for Lines<'a> {
    type Item = RawLine<'a>;

    #[inline]
    fn next(&mut self) -> Option<RawLine<'a>> {
        if self.0.is_empty() {
            return None;
        }
        let end = memchr::memchr(b'\n', self.0).unwrap_or(self.0.len());
        let (line, rest) = self.0.split_at(end);
        self.0 = rest.get(1..).unwrap_or_default();
        let line = if let [before @ .., b'\r'] = line { before } else { line };
        let cut = line.len() > LINE_BYTES_MAX;
        Some(RawLine { bytes: if cut { &line[..LINE_BYTES_MAX] } else { line }, cut })
    }
}

/// The records of a block: lines with those that go on with them.
pub struct Records<'a> {
    rest: &'a [u8],
    joins: &'a dyn Fn(&[u8]) -> bool,
}

/// One or more lines that are read together.
#[derive(Clone, Copy, Debug)]
pub struct Record<'a> {
    /// The lines, with their ends but for the last.
    pub bytes: &'a [u8],
    /// How many they are.
    pub n_lines: u32,
    /// How many of them were longer than is looked at.
    pub n_cut: u32,
}

impl<'a> Records<'a> {
    /// The records of `block`; `joins` says whether a line goes on with the one before.
    #[must_use]
    pub fn new(block: &'a [u8], joins: &'a dyn Fn(&[u8]) -> bool) -> Self {
        Self { rest: block, joins }
    }
}

impl<'a> Iterator for Records<'a> {
    type Item = Record<'a>;

    fn next(&mut self) -> Option<Record<'a>> {
        let mut lines = Lines(self.rest);
        let first = lines.next()?;
        let mut record = Record { bytes: first.bytes, n_lines: 1, n_cut: u32::from(first.cut) };
        // A line that goes on with nothing stands alone.
        let alone = first.cut || (self.joins)(first.bytes);
        while !alone && (record.n_lines as usize) < RECORD_LINES_MAX {
            let before = lines.clone();
            let Some(next) = lines.next() else { break };
            let end = self.rest.len() - before.0.len() + next.bytes.len();
            if next.cut || end > LINE_BYTES_MAX || !(self.joins)(next.bytes) {
                lines = before;
                break;
            }
            record.bytes = &self.rest[..end];
            record.n_lines += 1;
        }
        self.rest = lines.0;
        Some(record)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blocks_of(text: &[u8], block_bytes: usize) -> Blocks {
        Blocks::new(Stream::Text(Box::new(io::Cursor::new(text.to_vec())))).with_block_bytes(block_bytes)
    }

    fn lines_of(text: &[u8], block_bytes: usize) -> Vec<(Vec<u8>, bool)> {
        let mut blocks = blocks_of(text, block_bytes);
        let mut out = Vec::new();
        let mut block = Block::default();
        while blocks.next_into(&mut block).unwrap() {
            out.extend(Lines(&block.bytes).map(|l| (l.bytes.to_vec(), l.cut)));
        }
        out
    }

    #[test]
    fn lines_do_not_depend_on_the_block_size() {
        let mut text = b"one\r\ntwo\n\nfour".to_vec();
        let want = lines_of(&text, BLOCK_BYTES);
        assert_eq!(want.iter().map(|l| l.0.len()).collect::<Vec<_>>(), [3, 3, 0, 4]);
        for size in 1..text.len() + 2 {
            assert_eq!(lines_of(&text, size), want, "blocks of {size}");
        }
        text.push(b'\n');
        assert_eq!(lines_of(&text, 5), want);
    }

    #[test]
    fn an_endless_line_is_cut_and_the_next_one_is_not_lost() {
        let mut text = vec![b'x'; 3 * LINE_BYTES_MAX];
        text.extend_from_slice(b"\nnext\n");
        for size in [1000, LINE_BYTES_MAX, LINE_BYTES_MAX + 1, LINE_BYTES_MAX * 2, BLOCK_BYTES] {
            let lines = lines_of(&text, size);
            assert_eq!(lines.len(), 2, "blocks of {size}");
            assert_eq!((lines[0].0.len(), lines[0].1), (LINE_BYTES_MAX, true), "blocks of {size}");
            assert_eq!(lines[1], (b"next".to_vec(), false));
        }
    }

    /// A log in which lines that begin with a blank go on with the one before.
    fn records_of(text: &[u8], block_bytes: usize) -> Vec<(usize, u32)> {
        let joins = |line: &[u8]| line.starts_with(b" ");
        let mut blocks = blocks_of(text, block_bytes);
        blocks.set_layout(Layout { joins: Some(Box::new(joins)), carries: None });
        let mut out = Vec::new();
        let mut block = Block::default();
        while blocks.next_into(&mut block).unwrap() {
            out.extend(Records::new(&block.bytes, &joins).map(|r| (r.bytes.len(), r.n_lines)));
        }
        out
    }

    #[test]
    fn records_do_not_depend_on_the_block_size() {
        let mut text = b" alone\na\r\n b\n c\nd\n".to_vec();
        assert_eq!(records_of(&text, 1), [(6, 1), (8, 3), (1, 1)]);
        // Records of every length up to more lines than are read together, and one of long lines.
        for n in 0..200 {
            text.extend(format!("record {n}\n").bytes());
            text.extend(" more\n".repeat(n).bytes());
        }
        for _ in 0..9 {
            text.extend(std::iter::repeat_n(b' ', 20_000).chain([b'\n']));
        }
        let want = records_of(&text, text.len() + 1);
        assert!(want.iter().all(|r| r.1 as usize <= RECORD_LINES_MAX));
        for size in [1, LINE_BYTES_MAX, 2 * LINE_BYTES_MAX + 1, 2 * LINE_BYTES_MAX + 77, BLOCK_BYTES] {
            assert_eq!(records_of(&text, size), want, "blocks of {size}");
        }
    }

    #[test]
    fn lines_that_others_depend_on_are_carried() {
        let text = "#a 1\nx\n#b 1\ny\n#a 2\nz\n".repeat(3);
        for size in 1..text.len() {
            let mut blocks = blocks_of(text.as_bytes(), size);
            let number = |line: &[u8]| line.strip_prefix(b"#").map(|l| usize::from(l[0] - b'a'));
            blocks.set_layout(Layout { joins: None, carries: Some(Box::new(number)) });
            let (mut block, mut read) = (Block::default(), 0);
            while blocks.next_into(&mut block).unwrap() {
                let before = |kind| text[..read].lines().rfind(|l: &&str| l.starts_with(kind));
                let want: Vec<&str> = ["#a", "#b"].into_iter().filter_map(before).collect();
                let carried = String::from_utf8_lossy(&block.carried);
                assert_eq!(carried.lines().collect::<Vec<_>>(), want, "blocks of {size}");
                read += block.bytes.len();
            }
            assert_eq!(read, text.len());
        }
    }
}
