//! Text that is not lines of UTF-8, made so while it is read: a byte order mark is taken off, UTF-16 becomes UTF-8, and
//! lines that end at CR alone end at LF. Anything else passes as it is.

use super::LINE_BYTES_MAX;
use std::io::{self, Cursor, Read};

/// A stream of bytes.
pub(super) type Stream = Box<dyn Read + Send>;

/// Bytes at the start of a stream that show how it is written.
const HEAD_BYTES: usize = LINE_BYTES_MAX;
/// Fewer bytes than these do not show UTF-16 without a byte order mark.
const UTF_16_BYTES_MIN: usize = 8;
/// Bytes that are converted at a time.
const CHUNK_BYTES: usize = 64 * 1024;

/// The stream as lines of UTF-8. What is so already is read without a detour.
///
/// # Errors
/// Not even the first bytes could be read.
pub(super) fn lines_of_utf_8(stream: Stream) -> io::Result<Stream> {
    let start = Start::of(stream)?;
    Ok(match utf_16(&start.head) {
        Some(convert) => with_newlines(Start::of(Box::new(Converted::new(start.whole(), convert)))?),
        None => with_newlines(start),
    })
}

/// A stream whose first bytes were read.
struct Start {
    head: Vec<u8>,
    rest: Stream,
}

impl Start {
    fn of(mut stream: Stream) -> io::Result<Self> {
        let mut head = Vec::new();
        let read = (&mut stream).take(HEAD_BYTES as u64).read_to_end(&mut head);
        // What was read so far is worth reading; the error comes again behind it.
        if head.is_empty() {
            read?;
        }
        Ok(Self { head, rest: stream })
    }

    fn whole(self) -> Stream {
        Box::new(Cursor::new(self.head).chain(self.rest))
    }
}

/// The stream without a byte order mark, and with lines that end at LF.
fn with_newlines(mut start: Start) -> Stream {
    if start.head.starts_with(b"\xef\xbb\xbf") {
        start.head.drain(..3);
    }
    let has = |byte| memchr::memchr(byte, &start.head).is_some();
    if has(b'\r') && !has(b'\n') && !has(0) {
        return Box::new(Converted::new(start.whole(), newlines));
    }
    start.whole()
}

/// Converts bytes, as many as it can, and says how many these are. The last ones of a stream are all converted.
type Convert = fn(&[u8], bool, &mut Vec<u8>) -> usize;

/// How to convert a stream of UTF-16 that begins so.
fn utf_16(head: &[u8]) -> Option<Convert> {
    let every_other = |zero: usize| {
        let is_text = |unit: &[u8]| unit[zero] == 0 && unit[1 - zero] >= b'\t';
        head.len() >= UTF_16_BYTES_MIN && head.chunks_exact(2).all(is_text)
    };
    match head {
        [0xff, 0xfe, ..] => Some(little_endian),
        [0xfe, 0xff, ..] => Some(big_endian),
        // Without a mark, text of which every other byte is zero.
        _ if every_other(1) => Some(little_endian),
        _ if every_other(0) => Some(big_endian),
        _ => None,
    }
}

fn little_endian(from: &[u8], last: bool, to: &mut Vec<u8>) -> usize {
    units(from, last, u16::from_le_bytes, to)
}

fn big_endian(from: &[u8], last: bool, to: &mut Vec<u8>) -> usize {
    units(from, last, u16::from_be_bytes, to)
}

/// UTF-16 as UTF-8. Half a pair and half a unit become U+FFFD.
fn units(from: &[u8], last: bool, unit: fn([u8; 2]) -> u16, to: &mut Vec<u8>) -> usize {
    let (pairs, half) = from.as_chunks::<2>();
    let waits = |pair: &&[u8; 2]| matches!(unit(**pair), 0xd800..=0xdbff);
    // The other half of a pair may be still to come.
    let held = usize::from(!last && pairs.last().is_some_and(|p| waits(&p)));
    let whole = &pairs[..pairs.len() - held];
    for c in char::decode_utf16(whole.iter().map(|p| unit(*p))) {
        let c = c.unwrap_or(char::REPLACEMENT_CHARACTER);
        to.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
    }
    if last && !half.is_empty() {
        to.extend_from_slice("\u{fffd}".as_bytes());
        return from.len();
    }
    2 * whole.len()
}

/// CR as LF, and CR LF as one of them.
fn newlines(from: &[u8], last: bool, to: &mut Vec<u8>) -> usize {
    let held = usize::from(!last && from.last() == Some(&b'\r'));
    let whole = &from[..from.len() - held];
    for (at, byte) in whole.iter().enumerate() {
        match (byte, from.get(at + 1)) {
            (b'\r', Some(b'\n')) => {}
            (b'\r', _) => to.push(b'\n'),
            _ => to.push(*byte),
        }
    }
    whole.len()
}

/// A stream that is converted while it is read.
struct Converted {
    stream: Stream,
    convert: Convert,
    /// Bytes that are not converted yet.
    raw: Vec<u8>,
    /// What they became, and how much of it was handed out.
    done: Vec<u8>,
    given: usize,
    ended: bool,
}

impl Converted {
    fn new(stream: Stream, convert: Convert) -> Self {
        Self { stream, convert, raw: Vec::new(), done: Vec::new(), given: 0, ended: false }
    }
}

impl Read for Converted {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        while self.given == self.done.len() && !self.ended {
            self.done.clear();
            self.given = 0;
            let read = (&mut self.stream).take(CHUNK_BYTES as u64).read_to_end(&mut self.raw);
            self.ended = matches!(read, Ok(0));
            let n = (self.convert)(&self.raw, self.ended, &mut self.done);
            self.raw.drain(..n);
            // What was read so far is worth reading; the error comes again behind it.
            if self.done.is_empty() {
                read?;
            }
        }
        let n = room.len().min(self.done.len() - self.given);
        room[..n].copy_from_slice(&self.done[self.given..self.given + n]);
        self.given += n;
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Hands out so many bytes at a time.
    struct Slow(Vec<u8>, usize);

    impl Read for Slow {
        fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
            let n = self.1.min(room.len()).min(self.0.len());
            room[..n].copy_from_slice(&self.0[..n]);
            self.0.drain(..n);
            Ok(n)
        }
    }

    #[track_caller]
    fn is_read_as(bytes: &[u8], want: &str) {
        for step in [1, 2, 3, 7, HEAD_BYTES] {
            let mut read = Vec::new();
            let mut stream = lines_of_utf_8(Box::new(Slow(bytes.to_vec(), step))).unwrap();
            stream.read_to_end(&mut read).unwrap();
            assert_eq!(String::from_utf8_lossy(&read), want, "{step} bytes at a time");
        }
    }

    fn little(text: &str) -> Vec<u8> {
        text.encode_utf16().flat_map(u16::to_le_bytes).collect()
    }

    fn big(text: &str) -> Vec<u8> {
        text.encode_utf16().flat_map(u16::to_be_bytes).collect()
    }

    #[test]
    fn plain_text_passes_as_it_is() {
        for text in ["", "x", "220 ready\r\n331 x\r\n", "a\rb\nc", "é\n"] {
            is_read_as(text.as_bytes(), text);
        }
    }

    #[test]
    fn a_byte_order_mark_is_taken_off_once() {
        is_read_as(b"\xef\xbb\xbf220 ready\n", "220 ready\n");
        is_read_as(b"\xef\xbb\xbf\xef\xbb\xbfx\n", "\u{feff}x\n");
        is_read_as(&little("\u{feff}220 ready\r\n"), "220 ready\r\n");
        is_read_as(&big("\u{feff}220 ready\r\n"), "220 ready\r\n");
    }

    #[test]
    fn utf_16_without_a_mark_is_known_by_its_zeros() {
        is_read_as(&little("220 ready\r\n"), "220 ready\r\n");
        is_read_as(&big("220 ready\r\n"), "220 ready\r\n");
        // A zero byte here and there is no UTF-16.
        is_read_as(b"a\0b\0cc\0\0\n", "a\0b\0cc\0\0\n");
    }

    #[test]
    fn every_plane_is_read_and_broken_pairs_are_replaced() {
        is_read_as(&little("\u{feff}응답: 😀\n"), "응답: 😀\n");
        let mut lone = little("\u{feff}a");
        lone.extend([0x00, 0xd8]);
        lone.extend(little("b"));
        lone.extend([0x00, 0xdc]);
        is_read_as(&lone, "a\u{fffd}b\u{fffd}");
        // A pair that ends with the file, and half a unit.
        is_read_as(&[0xff, 0xfe, b'a', 0, 0x3d, 0xd8], "a\u{fffd}");
        is_read_as(&[0xff, 0xfe, b'a', 0, b'b'], "a\u{fffd}");
    }

    #[test]
    fn lines_that_end_at_cr_alone_end_at_lf() {
        is_read_as(b"220 ready\rUSER a\r331 x", "220 ready\nUSER a\n331 x");
        is_read_as(&little("\u{feff}a\rb\r"), "a\nb\n");
        // What comes later may have its lines end as usual.
        let meter = "  0     0\r".repeat(10_000);
        is_read_as(format!("{meter}x\r\ny\n").as_bytes(), &format!("{}x\ny\n", meter.replace('\r', "\n")));
    }

    #[test]
    fn lines_are_plain_where_one_of_them_ends_at_lf() {
        is_read_as(b"a\rb\rc\n", "a\rb\rc\n");
    }
}
