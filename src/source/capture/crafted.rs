//! Hand-made packets for the tests of this room: conversations of two hosts, and files of their packets.

use etherparse::PacketBuilder;
use std::net::IpAddr;

/// A host and its port.
pub(super) type Host = (&'static str, u16);

/// A segment on its way into a packet.
#[derive(Clone, Debug)]
pub(super) struct Tcp {
    pub(super) from: Host,
    pub(super) to: Host,
    /// Any of the letters S, F and R.
    pub(super) flags: &'static str,
    pub(super) sequence: u32,
    pub(super) acknowledged: Option<u32>,
    pub(super) payload: Vec<u8>,
}

impl Tcp {
    /// The packet of IP that carries the segment.
    pub(super) fn ip(&self) -> Vec<u8> {
        let (from, to) = (self.from.0.parse().unwrap(), self.to.0.parse().unwrap());
        let packet = match (from, to) {
            (IpAddr::V4(from), IpAddr::V4(to)) => PacketBuilder::ipv4(from.octets(), to.octets(), 64),
            (IpAddr::V6(from), IpAddr::V6(to)) => PacketBuilder::ipv6(from.octets(), to.octets(), 64),
            _ => panic!("one packet has one family"),
        };
        let mut packet = packet.tcp(self.from.1, self.to.1, self.sequence, 64_000);
        for flag in self.flags.chars() {
            packet = match flag {
                'S' => packet.syn(),
                'F' => packet.fin(),
                _ => packet.rst(),
            };
        }
        if let Some(received) = self.acknowledged {
            packet = packet.ack(received);
        }
        let mut bytes = Vec::new();
        packet.write(&mut bytes, &self.payload).unwrap();
        bytes
    }
}

/// A conversation of a client and a server, packet by packet.
#[derive(Clone, Debug)]
pub(super) struct Talk {
    ends: [Host; 2],
    next: [u32; 2],
    pub(super) packets: Vec<Tcp>,
}

const CLIENT: usize = 0;
const SERVER: usize = 1;

impl Talk {
    /// A conversation that has begun already.
    pub(super) fn going_on(client: Host, server: Host) -> Self {
        Self { ends: [client, server], next: [1_000, 9_000], packets: Vec::new() }
    }

    /// A conversation from its handshake on: three packets.
    pub(super) fn new(client: Host, server: Host) -> Self {
        Self::begun_at(client, server, [1_000, 9_000])
    }

    /// The same, with these numbers in the two SYNs.
    pub(super) fn begun_at(client: Host, server: Host, numbers: [u32; 2]) -> Self {
        let mut talk = Self { next: numbers, ..Self::going_on(client, server) };
        talk.send(CLIENT, "S", b"");
        talk.packets[0].acknowledged = None;
        talk.send(SERVER, "S", b"");
        talk.send(CLIENT, "", b"");
        talk
    }

    pub(super) fn client(mut self, text: &str) -> Self {
        self.send(CLIENT, "", text.as_bytes());
        self
    }

    pub(super) fn server(mut self, text: &str) -> Self {
        self.send(SERVER, "", text.as_bytes());
        self
    }

    pub(super) fn client_bytes(mut self, bytes: &[u8]) -> Self {
        self.send(CLIENT, "", bytes);
        self
    }

    pub(super) fn server_bytes(mut self, bytes: &[u8]) -> Self {
        self.send(SERVER, "", bytes);
        self
    }

    /// The client closes, then the server: two packets.
    pub(super) fn close(mut self) -> Self {
        self.send(CLIENT, "F", b"");
        self.send(SERVER, "F", b"");
        self
    }

    /// The server resets.
    pub(super) fn reset(mut self) -> Self {
        self.send(SERVER, "R", b"");
        self
    }

    fn send(&mut self, side: usize, flags: &'static str, payload: &[u8]) {
        self.packets.push(Tcp {
            from: self.ends[side],
            to: self.ends[1 - side],
            flags,
            sequence: self.next[side],
            acknowledged: Some(self.next[1 - side]),
            payload: payload.to_vec(),
        });
        let counted = flags.chars().filter(|f| "SF".contains(*f)).count() + payload.len();
        self.next[side] = self.next[side].wrapping_add(counted as u32);
    }

    /// A capture of the conversation.
    pub(super) fn pcap(&self) -> Vec<u8> {
        pcap(&self.packets)
    }
}

/// A capture of raw IP; packet N is captured in second N.
pub(super) fn pcap(packets: &[Tcp]) -> Vec<u8> {
    let mut file = header(101);
    for (n, packet) in packets.iter().enumerate() {
        file.extend(record(n as u32 + 1, 0, &packet.ip()));
    }
    file
}

/// The header of a pcap file: little endian, microseconds.
pub(super) fn header(link: u32) -> Vec<u8> {
    [0xa1b2_c3d4, 0x0004_0002, 0, 0, 65_535, link].into_iter().flat_map(u32::to_le_bytes).collect()
}

/// A packet in such a file.
pub(super) fn record(second: u32, micros: u32, packet: &[u8]) -> Vec<u8> {
    let length = packet.len() as u32;
    let head = [second, micros, length, length].into_iter().flat_map(u32::to_le_bytes);
    head.chain(packet.iter().copied()).collect()
}

/// What a capture becomes: lines that are not blank, behind their numbers, with ` | ` between records and ` / ` between
/// lines of a record, and without what does not matter; then why it could not be read on.
pub(super) fn told(file: &[u8]) -> Vec<String> {
    let mut capture = super::Capture::new(Box::new(std::io::Cursor::new(file.to_vec())));
    let mut text = Vec::new();
    let error = std::io::Read::read_to_end(&mut capture, &mut text).err();
    let text = String::from_utf8_lossy(&text).replace('\x1f', " / ");
    let lines = (1..).zip(text.lines()).filter(|(_, line)| !line.is_empty());
    let lines = lines.map(|(n, line)| {
        let records = line.split('\x1e').map(|record| {
            let (head, said) = record.split_once('\t').unwrap();
            let kind = head.split(' ').nth(1).unwrap();
            if said.is_empty() { kind.to_owned() } else { format!("{kind} {said}") }
        });
        format!("{n}: {}", records.collect::<Vec<_>>().join(" | "))
    });
    lines.chain(error.map(|error| error.to_string())).collect()
}
