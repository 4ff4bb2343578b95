//! Makes a large capture out of a small recording: its packets again and again, between other addresses and at other
//! times, many copies at once. The same arguments give the same bytes.
//!
//! Works on pcap files as tcpdump writes them: little endian, Ethernet, IPv4.

use std::io::{self, Write};

/// Copies that are under way at any time.
const OPEN: usize = 200;
/// Packets that are captured in a second of the capture's own clock.
const PACKETS_A_SECOND: u64 = 50_000;
/// The first second of the capture, 2026-01-01 00:00:00 UTC.
const START: u64 = 1_767_225_600;
/// Where the header of the file ends, and that of a packet.
const FILE_HEADER: usize = 24;
const PACKET_HEADER: usize = 16;
/// Where the addresses stand behind the headers of the packet, of Ethernet, and of IP up to them.
const ADDRESSES: usize = PACKET_HEADER + 14 + 12;

/// Writes copies of the packets of `recording` to `out` until `bytes` are written; returns the number of packets.
pub(crate) fn multiply(recording: &[u8], bytes: u64, out: &mut impl Write) -> io::Result<u64> {
    let packets = packets(recording);
    assert!(!packets.is_empty(), "the recording holds no packet");
    out.write_all(&recording[..FILE_HEADER])?;
    let mut open: Vec<(u64, usize)> = (0..OPEN as u64).map(|copy| (copy, 0)).collect();
    let (mut copies, mut random) = (OPEN as u64, 0x9E37_79B9_7F4A_7C15u64);
    let (mut written, mut n) = (FILE_HEADER as u64, 0u64);
    let mut packet = Vec::new();
    while written < bytes {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        let (copy, next) = &mut open[(random % OPEN as u64) as usize];
        packet.clear();
        packet.extend_from_slice(packets[*next]);
        let second = (START + n / PACKETS_A_SECOND) as u32;
        let micros = (n % PACKETS_A_SECOND * (1_000_000 / PACKETS_A_SECOND)) as u32;
        packet[..4].copy_from_slice(&second.to_le_bytes());
        packet[4..8].copy_from_slice(&micros.to_le_bytes());
        let address = [10, (*copy / 62_500 % 250) as u8, (*copy / 250 % 250) as u8, (*copy % 250) as u8 + 1];
        packet[ADDRESSES..ADDRESSES + 4].copy_from_slice(&address);
        packet[ADDRESSES + 4..ADDRESSES + 8].copy_from_slice(&address);
        out.write_all(&packet)?;
        written += packet.len() as u64;
        n += 1;
        *next += 1;
        if *next == packets.len() {
            (*copy, *next) = (copies, 0);
            copies += 1;
        }
    }
    Ok(n)
}

/// The packets of IPv4, with their headers.
fn packets(recording: &[u8]) -> Vec<&[u8]> {
    let mut packets = Vec::new();
    let mut rest = &recording[FILE_HEADER..];
    while let Some(length) = rest.get(8..12) {
        let length = u32::from_le_bytes(length.try_into().expect("it has four bytes")) as usize;
        let (packet, after) = rest.split_at(PACKET_HEADER + length);
        if packet.get(PACKET_HEADER + 12..PACKET_HEADER + 14) == Some(&[8, 0]) {
            packets.push(packet);
        }
        rest = after;
    }
    packets
}
