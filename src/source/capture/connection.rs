//! The TCP connections of a capture, by their addresses and ports. One that cannot be FTP costs one entry and no bytes.

use super::control::{Control, Parties};
use super::frame::{Endpoint, Segment};
use super::recognise;
use super::record::Records;
use super::stream::Part;
use foldhash::fast::FixedState;
use std::collections::HashMap;

/// Connections that are remembered; beyond it, the half that was silent longest is forgotten.
pub(super) const CONNECTIONS_MAX: usize = 65_536;
/// Bytes that wait for others, in all connections together; beyond it, the half that was silent longest is forgotten.
pub(super) const WAITING_BYTES_MAX: usize = 32 * 1024 * 1024;

/// Both ends of a connection, the smaller first.
type Ends = [Endpoint; 2];

/// The connections that are remembered.
#[derive(Debug)]
pub(super) struct Connections {
    table: HashMap<Ends, Connection, FixedState>,
    /// Bytes that wait for others.
    waiting: usize,
}

#[derive(Debug)]
struct Connection {
    /// Its rank among the connections of the capture.
    number: u64,
    /// The last packet of it.
    last: u64,
    client: Option<usize>,
    /// The number in the client's SYN; a SYN with another one begins another connection.
    begun_with: Option<u32>,
    state: State,
}

#[derive(Debug)]
enum State {
    /// Nothing was said yet; the numbers of the bytes that come next.
    Silent([Option<u32>; 2]),
    Control(Box<Control>),
    /// Another protocol, or data, or over.
    Ignored,
}

impl Connections {
    pub(super) fn new() -> Self {
        Self { table: HashMap::with_hasher(FixedState::with_seed(0)), waiting: 0 }
    }

    /// Takes a segment of the current packet.
    pub(super) fn take(&mut self, segment: &Segment, out: &mut Records) {
        let side = usize::from(segment.from > segment.to);
        let ends = if side == 0 { [segment.from, segment.to] } else { [segment.to, segment.from] };
        if self.table.len() >= CONNECTIONS_MAX && !self.table.contains_key(&ends) {
            self.make_room(out);
        }
        let mut fresh = false;
        let connection = self.table.entry(ends).or_insert_with(|| {
            fresh = true;
            Connection::new(&ends)
        });
        if !fresh && connection.begins_anew(segment) {
            if let State::Control(control) = &mut connection.state {
                self.waiting -= control.held_bytes();
                control.close(out);
            }
            *connection = Connection::new(&ends);
            fresh = true;
        }
        if fresh {
            out.counts.tcp_connections += 1;
            connection.number = out.counts.tcp_connections;
        }
        connection.last = out.counts.packets;
        if matches!(connection.state, State::Ignored) {
            return;
        }
        let before = connection.waiting_bytes();
        connection.take(side, segment, &ends, out);
        self.waiting = self.waiting + connection.waiting_bytes() - before;
        if self.waiting > WAITING_BYTES_MAX {
            self.forget_idle_half(|c| matches!(c.state, State::Control(_)), out);
        }
    }

    /// The capture ends here: what waits for more is all there is.
    pub(super) fn finish(&mut self, out: &mut Records) {
        let mut left: Vec<_> = self.table.drain().map(|(_, connection)| connection).collect();
        left.sort_unstable_by_key(|c| c.number);
        for connection in left {
            if let State::Control(mut control) = connection.state {
                control.finish(out);
            }
        }
    }

    fn make_room(&mut self, out: &mut Records) {
        self.forget_idle_half(|c| !matches!(c.state, State::Control(_)), out);
        if self.table.len() > CONNECTIONS_MAX / 4 * 3 {
            self.forget_idle_half(|_| true, out);
        }
    }

    /// Forgets those of the connections that were silent longest, half of them.
    fn forget_idle_half(&mut self, of: fn(&Connection) -> bool, out: &mut Records) {
        let mut last: Vec<u64> = self.table.values().filter(|c| of(c)).map(|c| c.last).collect();
        if last.is_empty() {
            return;
        }
        let middle = last.len() / 2;
        let (_, middle, _) = last.select_nth_unstable(middle);
        self.table.retain(|_, c| {
            !of(c) || c.last > *middle || {
                out.counts.connections_forgotten += u64::from(c.is_told());
                false
            }
        });
        self.waiting = self.table.values().map(Connection::waiting_bytes).sum();
    }
}

impl Connection {
    fn new(ends: &Ends) -> Self {
        // Without a SYN, the port of a server tells who is the client.
        let is_server = |end: &Endpoint| recognise::may_begin_with_tls(end.port);
        let client = match ends.each_ref().map(is_server) {
            [true, false] => Some(1),
            [false, true] => Some(0),
            _ => None,
        };
        let data = ends.iter().any(|end| recognise::is_data_port(end.port));
        let state = if data { State::Ignored } else { State::Silent([None; 2]) };
        Self { number: 0, last: 0, client, begun_with: None, state }
    }

    /// Whether a segment opens another connection between the same ports.
    fn begins_anew(&self, segment: &Segment) -> bool {
        segment.syn && segment.acknowledged.is_none() && self.begun_with != Some(segment.sequence)
    }

    fn take(&mut self, side: usize, segment: &Segment, ends: &Ends, out: &mut Records) {
        if segment.syn {
            self.begin(side, segment);
        }
        if segment.rst {
            return self.reset(side, segment, out);
        }
        // A SYN counts as a byte.
        let sequence = segment.sequence.wrapping_add(u32::from(segment.syn));
        let part = Part { sequence, bytes: segment.payload, missing: segment.missing, last: segment.fin };
        if let State::Silent(next) = &mut self.state {
            let expected = *next[side].get_or_insert(sequence);
            if part.bytes.is_empty() && part.missing == 0 {
                return;
            }
            let parties = Parties {
                number: self.number,
                ends: *ends,
                client: self.client,
                from_start: self.begun_with.is_some(),
            };
            if expected == sequence && !parties.can_begin(side, part.bytes) {
                self.state = State::Ignored;
                return;
            }
            self.state = State::Control(Box::new(Control::new(parties, *next)));
        }
        if let State::Control(control) = &mut self.state {
            control.take(side, part, segment.acknowledged, out);
            if control.is_over() {
                control.close(out);
                self.state = State::Ignored;
            } else if control.is_foreign() {
                self.state = State::Ignored;
            }
        }
    }

    fn begin(&mut self, side: usize, segment: &Segment) {
        let State::Silent(next) = &mut self.state else { return };
        next[side] = Some(segment.sequence.wrapping_add(1));
        match segment.acknowledged {
            None => (self.client, self.begun_with) = (Some(side), Some(segment.sequence)),
            Some(received) => {
                self.client = Some(1 - side);
                self.begun_with.get_or_insert(received.wrapping_sub(1));
            }
        }
    }

    fn reset(&mut self, side: usize, segment: &Segment, out: &mut Records) {
        match &mut self.state {
            State::Control(control) if control.is_reset_by(side, segment.sequence) => control.close(out),
            State::Control(_) => return,
            State::Silent(_) | State::Ignored => {}
        }
        self.state = State::Ignored;
    }

    fn is_told(&self) -> bool {
        matches!(&self.state, State::Control(control) if control.is_told())
    }

    fn waiting_bytes(&self) -> usize {
        if let State::Control(control) = &self.state { control.held_bytes() } else { 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Counts;
    use super::super::crafted::{Host, Talk, Tcp, pcap, told};
    use super::super::frame::{Frame, decode};
    use super::*;

    const CLIENT: Host = ("192.0.2.7", 50_000);
    const SERVER: Host = ("192.0.2.1", 21);

    fn talk() -> Talk {
        Talk::new(CLIENT, SERVER).server("220 FTP\r\n").client("USER ann\r\n").server("331 x\r\n")
    }

    #[test]
    fn a_new_syn_between_the_same_ports_is_another_connection() {
        let again = Talk::begun_at(CLIENT, SERVER, [77_000, 88_000]).server("220 FTP\r\n").close();
        let packets = [talk().packets, again.packets].concat();
        let mut text = String::new();
        let mut capture = super::super::Capture::new(Box::new(std::io::Cursor::new(pcap(&packets))));
        std::io::Read::read_to_string(&mut capture, &mut text).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[6], "7000 - 1 192.0.2.7 50000\t");
        assert_eq!(lines[9], "10000 + 2 192.0.2.7 50000\t\u{1e}10000 S 2 192.0.2.7 50000\t220 FTP");
    }

    #[test]
    fn packets_that_were_captured_twice_change_nothing() {
        let once = talk().close().packets;
        let twice: Vec<Tcp> = once.iter().flat_map(|p| [p.clone(), p.clone()]).collect();
        let without_numbers = |lines: Vec<String>| -> Vec<String> {
            lines.iter().map(|l| l.split_once(": ").unwrap().1.to_owned()).collect()
        };
        assert_eq!(without_numbers(told(&pcap(&twice))), without_numbers(told(&pcap(&once))));
    }

    #[test]
    fn a_reset_ends_a_connection_and_a_stray_one_does_not() {
        let mut talk = talk().reset();
        assert_eq!(told(&talk.pcap()).last().unwrap(), "7: -");
        talk.packets[6].sequence = talk.packets[6].sequence.wrapping_add(1 << 28);
        assert_eq!(told(&talk.pcap()).last().unwrap(), "6: S 331 x");
    }

    #[test]
    fn nothing_is_told_of_a_connection_that_is_over() {
        let mut talk = talk().close();
        let late = talk.packets[5].clone();
        talk.packets.push(late);
        assert_eq!(told(&talk.pcap()).last().unwrap(), "8: -");
    }

    #[test]
    fn keep_alives_are_no_bytes() {
        let mut talk = talk();
        let last = talk.packets.last().unwrap().clone();
        let sequence = last.sequence.wrapping_add(last.payload.len() as u32 - 1);
        talk.packets.push(Tcp { sequence, payload: b"\0".to_vec(), ..last.clone() });
        talk.packets.push(Tcp { sequence, payload: Vec::new(), ..last });
        let talk = talk.client("PASS x\r\n").server("230 in\r\n");
        assert_eq!(told(&talk.pcap())[3..], ["9: C PASS x", "10: S 230 in"]);
    }

    #[test]
    fn only_so_many_connections_are_remembered_and_idle_ones_go_first() {
        let mut connections = Connections::new();
        let mut out = Records::default();
        let mut take = |tcp: &Tcp, out: &mut Records| {
            out.counts.packets += 1;
            out.begin(None);
            let ip = tcp.ip();
            let Frame::Segment(segment) = decode(Some(101), &ip) else { panic!() };
            connections.take(&segment, out);
            connections.table.len()
        };
        for packet in &talk().packets {
            take(packet, &mut out);
        }
        let other = talk().packets[0].clone();
        for n in 0..2 * CONNECTIONS_MAX as u32 {
            let packet = Tcp {
                from: ("192.0.2.9", n as u16),
                to: ("198.51.100.1", (n >> 16) as u16 + 80),
                ..other.clone()
            };
            assert!(take(&packet, &mut out) <= CONNECTIONS_MAX);
        }
        // A control connection is worth more than others, as long as those are enough.
        assert_eq!(out.counts.connections_forgotten, 0);
        out.begin(None);
        let line = talk().client("PASS x\r\n").packets[6].clone();
        take(&line, &mut out);
        out.end();
        assert!(out.whole().ends_with(b"\tPASS x\n"));
    }

    #[test]
    fn bytes_that_wait_are_limited_and_what_is_forgotten_is_counted() {
        let mut connections = Connections::new();
        let mut out = Records::default();
        let text = "x".repeat(30_000);
        for n in 0..2_000 {
            let server = ["192.0.2.1", "192.0.2.2"][n / 1_000];
            let talk =
                Talk::new((CLIENT.0, 10_000 + n as u16), (server, 21)).server("220-FTP\r\n").server(&text);
            for packet in &talk.packets {
                out.counts.packets += 1;
                out.begin(None);
                let ip = packet.ip();
                let Frame::Segment(segment) = decode(Some(101), &ip) else { panic!() };
                connections.take(&segment, &mut out);
                assert!(connections.waiting <= WAITING_BYTES_MAX);
            }
            out.clear();
        }
        let Counts { connections_forgotten, control_connections, .. } = out.counts;
        assert_eq!(control_connections, 2_000);
        assert!((500..2_000).contains(&connections_forgotten), "{connections_forgotten}");
    }
}
