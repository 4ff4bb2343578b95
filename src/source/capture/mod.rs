//! Packet captures as logs: the control connections of FTP in a pcap or pcapng file become lines of text.
//!
//! Line N is packet N, as other tools number them; it is blank where the packet completes nothing. Everything is done in one
//! pass, and memory depends on how many connections are open, not on the size of the capture.

mod connection;
mod control;
#[cfg(test)]
mod crafted;
mod cutter;
mod damage;
mod frame;
mod packets;
mod pcapng;
mod recognise;
mod record;
mod stream;

pub use damage::Damage;
pub(crate) use record::{ESCAPE, ESCAPED_BY, Kind, LINE_END, RECORD_END};

use super::{Interrupted, Unpackable};
use connection::Connections;
use frame::Frame;
use packets::Packets;
use record::Records;
use std::io::{self, Read};

/// Bytes of lines that are made at a time.
const TEXT_BYTES: usize = 64 * 1024;

/// How many bytes of a file show whether it is a capture.
pub(super) const MAGIC_BYTES: usize = 12;

/// Whether a file that begins with these bytes is a packet capture.
pub(super) fn is_capture(first: &[u8]) -> bool {
    packets::is_capture(first)
}

/// What a capture holds, as far as it was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Bytes of the file.
    pub bytes: u64,
    /// Packets.
    pub packets: u64,
    /// Packets of a link type that is not read.
    pub packets_not_read: u64,
    /// The first such link type.
    pub link_not_read: Option<u16>,
    /// Fragments of packets; their bytes are missing.
    pub fragments: u64,
    /// TCP connections.
    pub tcp_connections: u64,
    /// Control connections of FTP among them.
    pub control_connections: u64,
    /// Control connections that are encrypted, from their start or from some point on.
    pub secured: u64,
    /// How often bytes of a control connection are missing.
    pub gaps: u64,
    /// Bytes of control connections that are missing.
    pub bytes_lost: u64,
    /// Lines of control connections of which only a part was looked at.
    pub lines_cut: u64,
    /// Open control connections that were forgotten, because there were too many.
    pub connections_forgotten: u64,
}

/// A packet capture, read as lines.
pub(super) struct Capture {
    packets: Packets,
    connections: Connections,
    records: Records,
    /// How much of the lines was given out.
    given: usize,
    end: End,
}

/// How a capture goes on.
enum End {
    NotYet,
    Reached,
    /// It could not be read on; told as often as it is asked for.
    Failed(io::Error),
}

impl Capture {
    pub(super) fn new(reader: Box<dyn Read + Send>) -> Self {
        Self {
            packets: Packets::new(reader),
            connections: Connections::new(),
            records: Records::default(),
            given: 0,
            end: End::NotYet,
        }
    }

    /// What was found so far.
    pub(super) fn counts(&self) -> Counts {
        Counts { bytes: self.packets.bytes_read(), ..self.records.counts.clone() }
    }

    /// Makes the next lines.
    fn read_on(&mut self) {
        self.records.clear();
        self.given = 0;
        while self.records.whole().len() < TEXT_BYTES {
            let packet = match self.packets.next() {
                Ok(Some(packet)) => packet,
                Ok(None) => return self.finish(End::Reached),
                Err(error) => return self.finish(End::Failed(error)),
            };
            self.records.begin(packet.at);
            let counts = &mut self.records.counts;
            counts.packets += 1;
            match frame::decode(packet.link, packet.bytes) {
                Frame::Segment(segment) => self.connections.take(&segment, &mut self.records),
                Frame::Fragment => counts.fragments += 1,
                Frame::UnknownLink => {
                    counts.packets_not_read += 1;
                    counts.link_not_read = counts.link_not_read.or(packet.link);
                }
                Frame::Other => {}
            }
        }
    }

    fn finish(&mut self, end: End) {
        self.connections.finish(&mut self.records);
        self.records.end();
        self.end = end;
    }
}

impl Read for Capture {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        loop {
            let rest = &self.records.whole()[self.given..];
            if !rest.is_empty() {
                let n = rest.len().min(into.len());
                into[..n].copy_from_slice(&rest[..n]);
                self.given += n;
                return Ok(n);
            }
            match &self.end {
                End::NotYet => self.read_on(),
                End::Reached => return Ok(0),
                End::Failed(error) => return Err(again(error)),
            }
        }
    }
}

/// An error of reading once more.
fn again(error: &io::Error) -> io::Error {
    if let Some(damage) = Damage::of(error) {
        return damage.into();
    }
    if let Some(why) = Unpackable::of(error) {
        return why.into_error();
    }
    if Interrupted::is(error) { Interrupted.into() } else { io::Error::new(error.kind(), error.to_string()) }
}

#[cfg(test)]
mod tests {
    use super::crafted::{Host, Talk, header, record, told};
    use super::*;

    const CLIENT: Host = ("192.0.2.7", 50_000);
    const SERVER: Host = ("192.0.2.1", 2121);

    fn session() -> Talk {
        let talk = Talk::new(CLIENT, SERVER).server("220-a\r\n220 FTP\r\n").client("USER ann\r\n");
        talk.server("331 password\r\n").client("PASS x\r\nPWD\r\n").server("230 in\r\n").close()
    }

    #[test]
    fn line_n_is_packet_n() {
        let want = [
            "4: + | S 220-a / 220 FTP",
            "5: C USER ann",
            "6: S 331 password",
            "7: C PASS x / PWD",
            "8: S 230 in",
            "10: -",
        ];
        assert_eq!(told(&session().pcap()), want);
    }

    #[test]
    fn a_record_names_time_connection_and_client() {
        let mut text = String::new();
        Capture::new(Box::new(io::Cursor::new(session().pcap()))).read_to_string(&mut text).unwrap();
        assert_eq!(text.lines().nth(4), Some("5000 C 1 192.0.2.7 50000\tUSER ann"));
        assert_eq!(text.lines().count(), 10);
    }

    #[test]
    fn packets_are_counted() {
        let mut packets = session().packets;
        packets
            .extend(Talk::new(("192.0.2.7", 50_001), ("192.0.2.1", 80)).client("GET / HTTP/1.1\r\n").packets);
        let mut file = crafted::pcap(&packets);
        let mut fragment = packets[3].ip();
        fragment[6] = 0x20;
        file.extend(record(99, 0, &fragment));
        let bytes = file.len() as u64;
        let mut capture = Capture::new(Box::new(io::Cursor::new(file)));
        io::copy(&mut capture, &mut io::sink()).unwrap();
        let want = Counts {
            bytes,
            packets: 15,
            fragments: 1,
            tcp_connections: 2,
            control_connections: 1,
            ..Counts::default()
        };
        assert_eq!(capture.counts(), want);
    }

    #[test]
    fn link_types_that_are_not_read_are_counted() {
        let file = [header(127), record(1, 0, b"radio"), record(2, 0, b"radio")].concat();
        let mut capture = Capture::new(Box::new(io::Cursor::new(file)));
        let mut text = Vec::new();
        capture.read_to_end(&mut text).unwrap();
        assert_eq!(text, b"\n\n");
        assert_eq!((capture.counts().packets_not_read, capture.counts().link_not_read), (2, Some(127)));
    }

    #[test]
    fn an_empty_capture_has_no_lines() {
        assert!(told(&header(1)).is_empty());
    }

    #[test]
    fn what_comes_before_a_cut_is_told_and_then_the_cut() {
        let file = session().pcap();
        let cut = &file[..file.len() - 90];
        let mut want = told(&file);
        want.pop();
        want.push("the capture is cut off in packet 9".to_owned());
        assert_eq!(told(cut), want);
        let mut capture = Capture::new(Box::new(io::Cursor::new(cut.to_vec())));
        let mut text = Vec::new();
        for _ in 0..2 {
            assert_eq!(capture.read_to_end(&mut text).unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
        }
        assert_eq!(text.split(|b| *b == b'\n').count() - 1, 8);
    }

    #[test]
    fn it_does_not_matter_how_much_is_read_at_once() {
        let mut whole = Vec::new();
        let file = session().pcap();
        Capture::new(Box::new(io::Cursor::new(file.clone()))).read_to_end(&mut whole).unwrap();
        let mut capture = Capture::new(Box::new(io::Cursor::new(file)));
        let mut bit_by_bit = Vec::new();
        let mut room = [0; 3];
        while let n @ 1.. = capture.read(&mut room).unwrap() {
            bit_by_bit.extend_from_slice(&room[..n]);
        }
        assert_eq!(bit_by_bit, whole);
    }
}
