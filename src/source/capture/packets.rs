//! Packets out of a capture file: pcap in both byte orders and resolutions. The blocks of pcapng are in `pcapng`.
//!
//! What stands in a packet is not looked at.

use super::damage::Damage;
use super::pcapng::Section;
use pcap_parser::nom::{Err, Needed};
use pcap_parser::{LegacyPcapBlock, PcapError, PcapHeader};
use std::io::{self, ErrorKind, Read};
use std::ops::Range;

/// Bytes that are read at a time.
const CHUNK_BYTES: usize = 256 * 1024;
/// Bytes of one packet, or of one block of pcapng that must be understood; more is taken for damage.
pub(super) const RECORD_BYTES_MAX: usize = 16 * 1024 * 1024;

/// A packet as it was captured.
#[derive(Clone, Copy, Debug)]
pub(super) struct Packet<'a> {
    /// Milliseconds since 1970, where the capture has a time.
    pub(super) at: Option<i64>,
    /// The number of the link type; `None` where the file does not say it.
    pub(super) link: Option<u16>,
    /// The bytes, cut where the capture cut them.
    pub(super) bytes: &'a [u8],
}

/// Where a packet stands in the buffer.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) at: Option<i64>,
    pub(super) link: Option<u16>,
    pub(super) bytes: Range<usize>,
}

/// The packets of a capture file, in the order of the file.
pub(super) struct Packets {
    window: Window,
    file: File,
    /// How many packets were read.
    number: u64,
}

enum File {
    /// Its header has not been read.
    Unknown,
    Pcap(PcapHeader),
    Pcapng(Section),
}

/// Whether a file that begins with these bytes is a capture.
pub(super) fn is_capture(first: &[u8]) -> bool {
    let pcap: [&[u8]; 5] = [
        b"\xd4\xc3\xb2\xa1",
        b"\xa1\xb2\xc3\xd4",
        b"\x4d\x3c\xb2\xa1",
        b"\xa1\xb2\x3c\x4d",
        b"\x34\xcd\xb2\xa1",
    ];
    match first {
        _ if pcap.iter().any(|magic| first.starts_with(magic)) => true,
        // Four line ends are text, too: the mark of the byte order must follow.
        [0x0a, 0x0d, 0x0d, 0x0a, _, _, _, _, order @ ..] => {
            order.starts_with(b"\x1a\x2b\x3c\x4d") || order.starts_with(b"\x4d\x3c\x2b\x1a")
        }
        _ => false,
    }
}

impl Packets {
    pub(super) fn new(reader: Box<dyn Read + Send>) -> Self {
        Self { window: Window::new(reader), file: File::Unknown, number: 0 }
    }

    /// The next packet; `None` at the end. What is read after an error is not to be trusted.
    pub(super) fn next(&mut self) -> io::Result<Option<Packet<'_>>> {
        if let File::Unknown = self.file {
            self.begin()?;
        }
        let found = match &mut self.file {
            File::Unknown => None,
            File::Pcap(header) => pcap_packet(&mut self.window, header, self.number)?,
            File::Pcapng(section) => section.next(&mut self.window, self.number)?,
        };
        let Some(Found { at, link, bytes }) = found else { return Ok(None) };
        self.number += 1;
        Ok(Some(Packet { at, link, bytes: self.window.piece(bytes) }))
    }

    /// Bytes of the file that were read so far.
    pub(super) fn bytes_read(&self) -> u64 {
        self.window.bytes_read
    }

    /// Reads the header of the file.
    fn begin(&mut self) -> io::Result<()> {
        if self.window.has(4)? && self.window.bytes().starts_with(b"\x0a\x0d\x0d\x0a") {
            self.file = File::Pcapng(Section::default());
            return Ok(());
        }
        if !self.window.has(PcapHeader::new().size())? {
            return Err(Damage::HeaderCut.into());
        }
        let Ok((_, header)) = pcap_parser::parse_pcap_header(self.window.bytes()) else {
            return Err(Damage::Header.into());
        };
        self.window.pass(header.size());
        self.file = File::Pcap(header);
        Ok(())
    }
}

/// The next packet of a pcap file.
fn pcap_packet(window: &mut Window, header: &PcapHeader, number: u64) -> io::Result<Option<Found>> {
    let parse = match header.magic_number {
        _ if header.is_modified_format() => pcap_parser::parse_pcap_frame_modified,
        _ if header.is_bigendian() => pcap_parser::parse_pcap_frame_be,
        _ => pcap_parser::parse_pcap_frame,
    };
    loop {
        let bytes = window.bytes();
        let missing = match parse(bytes) {
            Ok((rest, packet)) => {
                let end = bytes.len() - rest.len();
                let start = end - packet.data.len();
                let (at, link) = (time_of(&packet, header), header.network.0 as u16);
                return Ok(Some(Found { at, link: Some(link), bytes: window.take(start, end) }));
            }
            Err(Err::Incomplete(Needed::Size(n))) => n.get(),
            Err(_) => return Err(Damage::Packet(number + 1).into()),
        };
        let wanted = bytes.len() + missing;
        if wanted > RECORD_BYTES_MAX {
            return Err(Damage::PacketTooLong(number + 1).into());
        }
        if !window.has(wanted)? {
            return if window.bytes().is_empty() { Ok(None) } else { Err(cut_behind(number)) };
        }
    }
}

fn time_of(packet: &LegacyPcapBlock, header: &PcapHeader) -> Option<i64> {
    let per_ms = if header.is_nanosecond_precision() { 1_000_000 } else { 1_000 };
    let stated = packet.ts_sec != 0 || packet.ts_usec != 0;
    stated.then(|| i64::from(packet.ts_sec) * 1_000 + i64::from(packet.ts_usec / per_ms))
}

/// The file ends inside of what comes after so many packets.
pub(super) fn cut_behind(number: u64) -> io::Error {
    Damage::PacketCut(number + 1).into()
}

/// Whether a parser of pcap-parser failed for want of bytes.
pub(super) type Parsed<'a, T> = Result<(&'a [u8], T), Err<PcapError<&'a [u8]>>>;

/// A window that moves over the bytes of a reader.
pub(super) struct Window {
    reader: Box<dyn Read + Send>,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    bytes_read: u64,
}

impl Window {
    fn new(reader: Box<dyn Read + Send>) -> Self {
        Self { reader, buffer: vec![0; CHUNK_BYTES], start: 0, end: 0, bytes_read: 0 }
    }

    /// What was read and not yet taken.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.buffer[self.start..self.end]
    }

    fn piece(&self, range: Range<usize>) -> &[u8] {
        &self.buffer[range]
    }

    /// Takes everything before `end`, and says where the part from `start` on stands. Both count from the window's start.
    pub(super) fn take(&mut self, start: usize, end: usize) -> Range<usize> {
        let range = self.start + start..self.start + end;
        self.start = range.end;
        range
    }

    /// Takes so many bytes that are there.
    pub(super) fn pass(&mut self, bytes: usize) {
        self.start += bytes;
    }

    /// Makes sure that so many bytes are there, unless the file ends before.
    pub(super) fn has(&mut self, wanted: usize) -> io::Result<bool> {
        if self.end - self.start >= wanted {
            return Ok(true);
        }
        self.buffer.copy_within(self.start..self.end, 0);
        (self.start, self.end) = (0, self.end - self.start);
        if wanted > self.buffer.len() {
            self.buffer.resize(wanted.next_multiple_of(CHUNK_BYTES), 0);
        }
        while self.end < wanted {
            match self.reader.read(&mut self.buffer[self.end..]) {
                Ok(0) => return Ok(false),
                Ok(n) => {
                    self.end += n;
                    self.bytes_read += n as u64;
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(true)
    }

    /// Passes over so many bytes that need not be there yet; `false` where the file ends before.
    pub(super) fn skip(&mut self, mut bytes: usize) -> io::Result<bool> {
        loop {
            let here = bytes.min(self.end - self.start);
            self.start += here;
            bytes -= here;
            if bytes == 0 {
                return Ok(true);
            }
            if !self.has(1)? {
                return Ok(false);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    /// The time and the bytes of every packet, and how the file ends.
    type Contents = (Vec<(Option<i64>, Vec<u8>)>, Option<String>);

    fn packets_of(file: &[u8]) -> Contents {
        read_through(Box::new(Cursor::new(file.to_vec())))
    }

    fn read_through(reader: Box<dyn Read + Send>) -> Contents {
        let mut packets = Packets::new(reader);
        let mut found = Vec::new();
        loop {
            match packets.next() {
                Ok(Some(packet)) => found.push((packet.at, packet.bytes.to_vec())),
                Ok(None) => return (found, None),
                Err(error) => return (found, Some(error.to_string())),
            }
        }
    }

    /// A file of two packets, whose numbers are written by `number`.
    fn file(magic: u32, fraction: u32, number: fn(u32) -> [u8; 4], padding: usize) -> Vec<u8> {
        let head = [magic, 0x0002_0004, 0, 0, 65_535, 1];
        let mut file: Vec<u8> = head.into_iter().flat_map(number).collect();
        for (second, packet) in [(1_000, &b"one"[..]), (1_001, b"three")] {
            let length = packet.len() as u32;
            file.extend([second, fraction, length, length].into_iter().flat_map(number));
            file.extend(vec![0; padding]);
            file.extend(packet);
        }
        file
    }

    #[test]
    fn both_byte_orders_and_all_resolutions_are_read() {
        let (little, big) = (u32::to_le_bytes as fn(u32) -> [u8; 4], u32::to_be_bytes as _);
        let want = [(Some(1_000_250), b"one".to_vec()), (Some(1_001_250), b"three".to_vec())];
        for (magic, fraction, order, padding) in [
            (0xa1b2_c3d4, 250_999, little, 0),
            (0xa1b2_c3d4, 250_999, big, 0),
            (0xa1b2_3c4d, 250_999_999, little, 0),
            (0xa1b2_3c4d, 250_999_999, big, 0),
            // Kuznetzov's: the index of an interface and more stand before the packet.
            (0xa1b2_cd34, 250_999, little, 8),
        ] {
            let file = file(magic, fraction, order, padding);
            assert!(is_capture(&file), "{magic:x}");
            assert_eq!(packets_of(&file), (want.to_vec(), None), "{magic:x}");
        }
    }

    #[test]
    fn other_files_are_no_captures() {
        for text in [&b""[..], b"\n\r\r\n", b"\n\r\r\n\n\n\n\n\n\n\n\n", b"220 ready", b"\x1f\x8b\x08\0"] {
            assert!(!is_capture(text), "{}", text.escape_ascii());
        }
        assert!(is_capture(b"\n\r\r\n\x1c\0\0\0\x4d\x3c\x2b\x1a"));
    }

    #[test]
    fn what_comes_before_a_cut_is_read() {
        let file = file(0xa1b2_c3d4, 0, u32::to_le_bytes, 0);
        let (first, second) = (24 + 16 + 3, file.len());
        for end in 0..=file.len() {
            let (found, error) = packets_of(&file[..end]);
            let (packets, words) = match end {
                0..24 => (0, Some("the capture ends in its file header")),
                24 => (0, None),
                _ if end < first => (0, Some("the capture is cut off in packet 1")),
                _ if end == first => (1, None),
                _ if end < second => (1, Some("the capture is cut off in packet 2")),
                _ => (2, None),
            };
            assert_eq!((found.len(), error.as_deref()), (packets, words), "cut at {end}");
        }
    }

    #[test]
    fn an_impossible_length_is_damage_and_no_reason_to_read_on() {
        let mut file = file(0xa1b2_c3d4, 0, u32::to_le_bytes, 0);
        file[24 + 8..24 + 12].copy_from_slice(&u32::MAX.to_le_bytes());
        let (found, error) = packets_of(&file);
        assert_eq!(found.len(), 0);
        assert_eq!(error.as_deref(), Some("packet 1 is damaged: it says that it is too long"));
    }

    /// Gives one byte at a time, and is interrupted before each.
    struct Trickle(Vec<u8>, bool);

    impl Read for Trickle {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            self.1 = !self.1;
            if self.1 {
                return Err(ErrorKind::Interrupted.into());
            }
            let n = into.len().min(1).min(self.0.len());
            into[..n].copy_from_slice(&self.0.drain(..n).collect::<Vec<_>>());
            Ok(n)
        }
    }

    #[test]
    fn it_does_not_matter_how_the_bytes_come() {
        let file = file(0xa1b2_c3d4, 0, u32::to_le_bytes, 0);
        assert_eq!(read_through(Box::new(Trickle(file.clone(), false))), packets_of(&file));
    }

    #[test]
    fn a_packet_may_be_larger_than_what_is_read_at_once() {
        let large = vec![7; 3 * CHUNK_BYTES];
        let mut file = super::super::crafted::header(1);
        for second in 1..4 {
            file.extend(super::super::crafted::record(second, 0, &large));
        }
        let (found, error) = packets_of(&file);
        assert_eq!((found.len(), error), (3, None));
        assert!(found.iter().all(|(_, bytes)| *bytes == large));
    }
}
