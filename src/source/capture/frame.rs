//! What a packet says of TCP: who sent it to whom, where its bytes stand in the stream, and the bytes.
//!
//! Fragments are told, not put together: a control connection hardly ever sends packets that are too large for a network.

use etherparse::{LaxIpSlice, TcpSlice, ip_number};
use std::fmt;
use std::net::Ipv6Addr;

/// VLAN tags inside each other that are taken off.
const VLAN_TAGS_MAX: usize = 4;

/// What a packet is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Frame<'a> {
    /// A segment of a TCP connection.
    Segment(Segment<'a>),
    /// A fragment of one.
    Fragment,
    /// Anything else.
    Other,
    /// A packet of a link type that is not read.
    UnknownLink,
}

/// One end of a connection. An address of IPv4 is written as IPv6 maps it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Endpoint {
    pub(super) address: u128,
    pub(super) port: u16,
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let address = Ipv6Addr::from_bits(self.address);
        match address.to_ipv4_mapped() {
            Some(address) => write!(f, "{address} {}", self.port),
            None => write!(f, "{address} {}", self.port),
        }
    }
}

/// A segment of a TCP connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Segment<'a> {
    pub(super) from: Endpoint,
    pub(super) to: Endpoint,
    pub(super) syn: bool,
    pub(super) fin: bool,
    pub(super) rst: bool,
    pub(super) sequence: u32,
    /// What the sender has received of the other direction, where it says so.
    pub(super) acknowledged: Option<u32>,
    pub(super) payload: &'a [u8],
    /// Bytes that were sent behind the payload, and that the capture cut off.
    pub(super) missing: u32,
}

/// Reads a packet of that link type. The numbers are those of <https://www.tcpdump.org/linktypes.html>.
pub(super) fn decode(link: Option<u16>, packet: &[u8]) -> Frame<'_> {
    const ETHERNET_BYTES: usize = 14;
    let ip = match link {
        // BSD loopback: four bytes name the family, in either byte order; the version says the same.
        Some(0 | 108) => packet.get(4..),
        Some(1) => by_ether_type(packet.get(12..ETHERNET_BYTES), packet.get(ETHERNET_BYTES..)),
        // Raw IP; 12 and 14 were its numbers on some systems.
        Some(12 | 14 | 101 | 228 | 229) => Some(packet),
        // Linux cooked captures, of `tcpdump -i any`.
        Some(113) => by_ether_type(packet.get(14..16), packet.get(16..)),
        Some(276) => by_ether_type(packet.get(0..2), packet.get(20..)),
        _ => return Frame::UnknownLink,
    };
    ip.map_or(Frame::Other, internet)
}

/// The IP packet behind any VLAN tags and a header of PPP over Ethernet.
fn by_ether_type<'a>(kind: Option<&[u8]>, packet: Option<&'a [u8]>) -> Option<&'a [u8]> {
    let (mut kind, mut packet) = (kind?, packet?);
    for _ in 0..VLAN_TAGS_MAX {
        match kind {
            [0x08, 0x00] | [0x86, 0xdd] => return Some(packet),
            [0x88, 0x64] => return packet.get(8..),
            [0x81 | 0x91, 0x00] | [0x88, 0xa8] => {
                kind = packet.get(2..4)?;
                packet = &packet[4..];
            }
            _ => return None,
        }
    }
    None
}

fn internet(packet: &[u8]) -> Frame<'_> {
    let Ok((ip, _)) = LaxIpSlice::from_slice(packet) else { return Frame::Other };
    if ip.payload_ip_number() != ip_number::TCP {
        return Frame::Other;
    }
    if ip.is_fragmenting_payload() {
        return Frame::Fragment;
    }
    let (from, to, stated) = match &ip {
        LaxIpSlice::Ipv4(ip) => {
            let header = ip.header();
            let mapped = |address: std::net::Ipv4Addr| address.to_ipv6_mapped().to_bits();
            (mapped(header.source_addr()), mapped(header.destination_addr()), header.total_len().into())
        }
        LaxIpSlice::Ipv6(ip) => {
            let header = ip.header();
            let bytes = header.slice().len() + usize::from(header.payload_length());
            (header.source_addr().to_bits(), header.destination_addr().to_bits(), bytes)
        }
    };
    // A length of zero says that the network card cut the segment; then all of the packet is payload.
    let missing = if ip.payload().incomplete { stated.saturating_sub(packet.len()) as u32 } else { 0 };
    let payload = match ip {
        LaxIpSlice::Ipv4(ip) => ip.payload().payload,
        LaxIpSlice::Ipv6(ip) => ip.payload().payload,
    };
    let Ok(tcp) = TcpSlice::from_slice(payload) else { return Frame::Other };
    Frame::Segment(Segment {
        from: Endpoint { address: from, port: tcp.source_port() },
        to: Endpoint { address: to, port: tcp.destination_port() },
        syn: tcp.syn(),
        fin: tcp.fin(),
        rst: tcp.rst(),
        sequence: tcp.sequence_number(),
        acknowledged: tcp.ack().then(|| tcp.acknowledgment_number()),
        payload: tcp.payload(),
        missing,
    })
}

#[cfg(test)]
mod tests {
    use super::super::crafted::Tcp;
    use super::*;

    fn packet(v6: bool, payload: &[u8]) -> Vec<u8> {
        let (from, to) = if v6 { ("2001:db8::1", "2001:db8::2") } else { ("192.0.2.1", "192.0.2.2") };
        let tcp = Tcp {
            from: (from, 50_000),
            to: (to, 21),
            flags: "",
            sequence: 7,
            acknowledged: Some(9),
            payload: payload.to_vec(),
        };
        tcp.ip()
    }

    fn segment(link: u16, packet: &[u8]) -> Segment<'_> {
        match decode(Some(link), packet) {
            Frame::Segment(segment) => segment,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn every_link_type_leads_to_the_segment() {
        for (v6, kind) in [(false, [0x08, 0x00]), (true, [0x86, 0xdd])] {
            let ip = packet(v6, b"220 ready");
            let behind = |head: &[u8]| [head, &ip].concat();
            let ethernet = |tags: &[u8]| behind(&[&[2; 12], tags, &kind].concat());
            let frames = [
                (1, ethernet(b"")),
                (1, ethernet(b"\x81\x00\x00\x05")),
                (1, ethernet(b"\x88\xa8\x00\x05\x81\x00\x00\x06")),
                (1, behind(&[&[2; 12][..], b"\x88\x64\x11\x00\x00\x01\x00\x99\x00\x21"].concat())),
                (113, behind(&[&[0; 14][..], &kind].concat())),
                (276, behind(&[&kind[..], &[0; 18]].concat())),
                (0, behind(&[2, 0, 0, 0])),
                (108, behind(&[0, 0, 0, 24])),
                (101, ip.clone()),
                (12, ip.clone()),
            ];
            for (link, frame) in &frames {
                let segment = segment(*link, frame);
                assert_eq!(segment.payload, b"220 ready", "link type {link}");
                let (from, to) = if v6 {
                    ("2001:db8::1 50000", "2001:db8::2 21")
                } else {
                    ("192.0.2.1 50000", "192.0.2.2 21")
                };
                assert_eq!((segment.from.to_string().as_str(), segment.to.to_string().as_str()), (from, to));
                assert_eq!((segment.sequence, segment.acknowledged, segment.missing), (7, Some(9), 0));
            }
        }
        assert_eq!(decode(Some(105), b"x"), Frame::UnknownLink);
        assert_eq!(decode(None, b"x"), Frame::UnknownLink);
    }

    #[test]
    fn padding_is_no_payload() {
        let mut frame = [&[2; 12][..], &[8, 0], &packet(false, b"QUIT\r\n")].concat();
        frame.resize(128, 0);
        assert_eq!(segment(1, &frame).payload, b"QUIT\r\n");
    }

    #[test]
    fn a_packet_that_was_cut_says_how_much_is_missing() {
        for v6 in [false, true] {
            let ip = packet(v6, b"RETR a-long-name.txt\r\n");
            let cut = segment(101, &ip[..ip.len() - 12]);
            assert_eq!((cut.payload, cut.missing), (&b"RETR a-lon"[..], 12));
            // Not even the ports are there.
            assert_eq!(decode(Some(101), &ip[..ip.len() - 40]), Frame::Other);
        }
    }

    #[test]
    fn a_length_of_zero_is_that_of_the_packet() {
        let mut ip = packet(false, b"220 ready");
        ip[2..4].fill(0);
        assert_eq!(segment(101, &ip).payload, b"220 ready");
    }

    #[test]
    fn headers_of_ipv6_are_passed_over() {
        let ip = packet(true, b"220 ready");
        // Hop-by-hop options of 8 bytes, then destination options of 16, then TCP.
        let more = [&[60, 0, 1, 4, 0, 0, 0, 0][..], &[6, 1], &[1, 12], &[0; 12]].concat();
        let mut long = [&ip[..40], &more, &ip[40..]].concat();
        let length = (long.len() - 40) as u16;
        long[4..6].copy_from_slice(&length.to_be_bytes());
        long[6] = 0;
        assert_eq!(segment(101, &long).payload, b"220 ready");
    }

    #[test]
    fn fragments_are_told() {
        let mut first = packet(false, b"220 ready");
        first[6] = 0x20;
        assert_eq!(decode(Some(101), &first), Frame::Fragment);
        let mut later = packet(false, b"220 ready");
        later[7] = 3;
        assert_eq!(decode(Some(101), &later), Frame::Fragment);
        let ip = packet(true, b"220 ready");
        let mut v6 = [&ip[..40], &[6, 0, 0, 1, 0, 0, 0, 9], &ip[40..]].concat();
        let length = (v6.len() - 40) as u16;
        v6[4..6].copy_from_slice(&length.to_be_bytes());
        v6[6] = 44;
        assert_eq!(decode(Some(101), &v6), Frame::Fragment);
    }

    #[test]
    fn everything_else_is_passed_over() {
        let mut udp = packet(false, b"220 ready");
        udp[9] = 17;
        assert_eq!(decode(Some(101), &udp), Frame::Other);
        let arp = [&[2; 12][..], &[8, 6], &[0; 28]].concat();
        assert_eq!(decode(Some(1), &arp), Frame::Other);
        assert_eq!(decode(Some(1), b""), Frame::Other);
        assert_eq!(decode(Some(101), b""), Frame::Other);
        let tags = [&[2; 12][..], &[0x81, 0, 0, 1].repeat(9)].concat();
        assert_eq!(decode(Some(1), &tags), Frame::Other);
    }
}
