//! Cuts a stream into blocks that end at newlines, so that each can be read on its own.

use std::io::{self, Read};

/// Bytes of a block, unless a line is longer.
pub const BLOCK_BYTES: usize = 256 * 1024;
/// Bytes of a line that are looked at; what follows is passed over and counted.
pub const LINE_BYTES_MAX: usize = 64 * 1024;

/// Whole lines of a log.
#[derive(Debug, Default)]
pub struct Block {
    /// The lines, each with its newline; the last one of a log may lack it.
    pub bytes: Vec<u8>,
}

/// A stream as a row of [`Block`]s.
pub struct Blocks {
    reader: Box<dyn Read + Send>,
    carry: Vec<u8>,
    ended: bool,
    block_bytes: usize,
    /// Bytes read so far.
    pub bytes_read: u64,
}

impl Blocks {
    pub(crate) fn new(reader: Box<dyn Read + Send>) -> Self {
        Self { reader, carry: Vec::new(), ended: false, block_bytes: BLOCK_BYTES, bytes_read: 0 }
    }

    /// Sets another block size; results do not depend on it.
    #[must_use]
    pub fn with_block_bytes(mut self, bytes: usize) -> Self {
        self.block_bytes = bytes.max(1);
        self
    }

    /// The first bytes of the stream, at most `bytes` of them or a little more, without taking them.
    pub fn peek(&mut self, bytes: usize) -> io::Result<&[u8]> {
        let mut sample = std::mem::take(&mut self.carry);
        match self.fill(&mut sample, bytes) {
            Ok(_) => self.ended = sample.len() < bytes,
            // What was read so far is worth reading; the error comes again behind it.
            Err(error) if sample.is_empty() => return Err(error),
            Err(_) => {}
        }
        self.carry = sample;
        Ok(&self.carry)
    }

    /// Ends the stream here.
    pub fn stop(&mut self) {
        self.ended = true;
        self.carry.clear();
    }

    /// Fills `block` with the next lines. Returns whether there were any.
    pub fn next_into(&mut self, block: &mut Block) -> io::Result<bool> {
        let bytes = &mut block.bytes;
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
            Some(last) => self.carry.extend_from_slice(&bytes[last + 1..]),
            None => return self.long_line(bytes),
        }
        bytes.truncate(bytes.len() - self.carry.len());
        Ok(true)
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
        let read = (&mut self.reader).take(wanted as u64).read_to_end(bytes);
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

#[cfg(test)]
mod tests {
    use super::*;

    fn lines_of(text: &[u8], block_bytes: usize) -> Vec<(Vec<u8>, bool)> {
        let mut blocks = Blocks::new(Box::new(io::Cursor::new(text.to_vec()))).with_block_bytes(block_bytes);
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
}
