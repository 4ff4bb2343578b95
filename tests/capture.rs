//! Packet captures from end to end: what damaged, disturbed, hostile and foreign ones come to.

#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test that cannot go on fails, and may read files"
)]

mod program;

use etherparse::{
    IpHeaders, Ipv4Extensions, Ipv4Header, PacketBuilder, SlicedPacket, TcpHeader, TransportSlice,
};
use ftplog::catalog::Words;
use ftplog::engine::{self, Settings, Stop};
use ftplog::lang::Lang;
use ftplog::report::{Exchanges, Shape};
use ftplog::source::Input;
use ftplog::time::Zone;
use program::{Ran, command, ran, root, with_input};
use proptest::prelude::*;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

/// A host of the tests, by its last number, and its port.
type Host = (u8, u16);
const CLIENT: Host = (7, 50_000);
const SERVER: Host = (1, 21);

/// Packets of a conversation; the numbers of both directions go on by themselves.
struct Talk {
    ends: [Host; 2],
    next: [u32; 2],
    file: Vec<u8>,
}

impl Talk {
    fn new(client: Host, server: Host) -> Self {
        let head = [0xa1b2_c3d4u32, 0x0004_0002, 0, 0, 65_535, 1];
        let file = head.into_iter().flat_map(u32::to_le_bytes).collect();
        let mut talk = Self { ends: [client, server], next: [100, 900], file };
        talk.send(0, true, b"");
        talk.send(1, true, b"");
        talk
    }

    fn client(mut self, bytes: &[u8]) -> Self {
        self.send(0, false, bytes);
        self
    }

    fn server(mut self, bytes: &[u8]) -> Self {
        self.send(1, false, bytes);
        self
    }

    fn send(&mut self, side: usize, syn: bool, payload: &[u8]) {
        let (from, to) = (self.ends[side], self.ends[1 - side]);
        let packet =
            PacketBuilder::ethernet2([2; 6], [4; 6]).ipv4([192, 0, 2, from.0], [192, 0, 2, to.0], 64);
        let packet = packet.tcp(from.1, to.1, self.next[side], 1_000);
        let packet = if syn && side == 0 { packet } else { packet.ack(self.next[1 - side]) };
        let packet = if syn { packet.syn() } else { packet };
        let mut bytes = Vec::new();
        packet.write(&mut bytes, payload).unwrap();
        push(&mut self.file, 1_767_225_600, &bytes);
        self.next[side] += payload.len() as u32 + u32::from(syn);
    }
}

/// Adds a packet to a file.
fn push(file: &mut Vec<u8>, second: u32, packet: &[u8]) {
    let length = packet.len() as u32;
    file.extend([second, 0, length, length].into_iter().flat_map(u32::to_le_bytes));
    file.extend_from_slice(packet);
}

fn folder(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("capture").join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// Writes a capture and runs the program on it.
fn analyzed(name: &str, capture: &[u8]) -> Ran {
    let place = folder(name);
    fs::write(place.join("ftp.pcap"), capture).unwrap();
    ran(command().current_dir(&place).args(["analyze", "ftp.pcap"]))
}

fn says(ran: &Ran, code: i32, words: &str) {
    assert_eq!((ran.code, ran.err.as_str()), (code, words));
}

// What captures lack

const ADVICE: &str =
    "  tip: capture the control connection from its start: tcpdump -i any -s 0 -w ftp.pcap tcp port 21\n";

#[test]
fn a_capture_without_ftp_says_what_was_looked_at() {
    let web = Talk::new(CLIENT, (1, 80)).client(b"GET / HTTP/1.1\r\n\r\n").server(b"HTTP/1.1 200 OK\r\n\r\n");
    let want = format!(
        "error: ftp.pcap holds no control connection of FTP\n  it holds 4 packets and 1 TCP connection\n{ADVICE}"
    );
    let ran = analyzed("web", &web.file);
    says(&ran, 2, &want);
    assert_eq!(ran.out, "");
    for list in ["exchanges", "sessions"] {
        says(
            &self::ran(command().current_dir(folder("web-list")).args([list, "-"])),
            2,
            "error: standard input is empty\n",
        );
        let ran = with_input(command().args([list, "-"]), &web.file);
        assert!(ran.err.contains("holds no control connection of FTP\n  it holds 4 packets"), "{}", ran.err);
        assert_eq!(ran.code, 2);
    }
}

#[test]
fn an_empty_capture_and_a_link_type_that_is_not_read_are_told() {
    let empty = Talk::new(CLIENT, SERVER).file[..24].to_vec();
    let want =
        "error: ftp.pcap holds no control connection of FTP\n  it holds 0 packets and 0 TCP connections\n";
    says(&analyzed("empty", &empty), 2, &format!("{want}{ADVICE}"));
    let mut radio = empty;
    radio[20] = 127;
    push(&mut radio, 1, b"radio");
    let want = "error: ftp.pcap holds no control connection of FTP\n  it holds 1 packet and 0 TCP connections\n  1 packet of link type 127 cannot be read\n";
    says(&analyzed("radio", &radio), 2, &format!("{want}{ADVICE}"));
}

#[test]
fn a_connection_that_is_encrypted_from_its_start_is_told() {
    let talk = Talk::new(CLIENT, (1, 990)).client(b"\x16\x03\x01\x00\x01x").server(b"\x16\x03\x03\x00\x01x");
    let want = "error: ftp.pcap holds no FTP command or reply that can be read\n  it holds 4 packets and 1 TCP connection\n  1 of 1 control connection cannot be read on, because of TLS\n  tip: the log of the server or of the client shows what was said\n";
    says(&analyzed("tls", &talk.file), 2, want);
}

#[test]
fn what_comes_before_a_cut_is_analyzed() {
    let talk = Talk::new(CLIENT, SERVER).server(b"220 FTP\r\n").client(b"RNTO b\r\n");
    let talk = talk.server(b"503 RNFR first\r\n").client(b"QUIT\r\n");
    let ran = analyzed("cut", &talk.file[..talk.file.len() - 3]);
    assert!(ran.out.contains("error[rename-without-source]"), "{}", ran.out);
    says(
        &ran,
        2,
        "error: cannot read ftp.pcap to its end: the capture is cut off in packet 6\n  the 5 packets before that point were read\n",
    );
}

#[test]
fn gaps_are_told() {
    let mut talk = Talk::new(CLIENT, SERVER).server(b"220 FTP\r\n");
    talk.next[1] += 30;
    talk = talk.client(b"NOOP\r\n").server(b"200 ok\r\n");
    let want = "warning: ftp.pcap: 30 bytes of control connections are missing, in 1 place\n  what comes behind such a place is less sure\n  tip: capture whole packets: -s 0\n";
    says(&analyzed("gap", &talk.file), 0, want);
}

#[test]
fn a_format_of_text_is_not_that_of_a_capture() {
    let place = folder("named");
    fs::write(place.join("ftp.pcap"), Talk::new(CLIENT, SERVER).server(b"220 FTP\r\n").file).unwrap();
    let with =
        |format| ran(command().current_dir(&place).args(["exchanges", "--log-format", format, "ftp.pcap"]));
    let want = "error: ftp.pcap is a packet capture, not a text log\n  tip: leave --log-format out, or say --log-format capture\n";
    says(&with("vsftpd"), 2, want);
    assert_eq!(with("capture").code, 0);
    fs::write(place.join("ftp.pcap"), "220 ready\nUSER ann\n").unwrap();
    assert_eq!(with("capture").code, 2);
}

#[test]
fn captures_without_ftp_are_passed_over_in_folders() {
    let place = folder("mixed");
    fs::write(place.join("web.pcap"), Talk::new(CLIENT, (1, 80)).client(b"GET / HTTP/1.1\r\n").file).unwrap();
    let want = "error: no FTP logs in .\n  looked at 1 file: 1 packet capture without FTP (-v lists it)\n  tip: if they are logs, name the format: --log-format vsftpd\n";
    for subcommand in ["analyze", "sessions"] {
        says(&ran(command().current_dir(&place).args([subcommand, "."])), 2, want);
    }
    fs::write(place.join("ftp.pcap"), Talk::new(CLIENT, SERVER).server(b"220 FTP\r\n").file).unwrap();
    says(&ran(command().current_dir(&place).args(["analyze", "."])), 0, "");
}

#[test]
fn the_head_counts_packets() {
    let ran = ran(command().args(["analyze", "--fail-on", "never", "samples/capture/vsftpd-order.pcap"]));
    assert!(ran.out.contains("capture, 1 session, 139 packets, all understood\n"), "{}", ran.out);
}

// What must not come out, and what must not change anything

#[test]
fn no_secret_and_no_control_character_of_a_capture_comes_out() {
    let hostile = b"\x1b]0;x\x07\r\x00\x7f\xc2\x9b31m\xe2\x80\xae\xff\xfe\x08\x10\x1e\x1f\\\t";
    let talk = Talk::new(CLIENT, (1, 2121))
        .server(&[b"220 FTP", &hostile[..], b"\r\n"].concat())
        .client(&[b"USER ann", &hostile[..], b"\r\n"].concat())
        .server(b"331 x\r\n")
        .client(b"PASS S3CRET\x1f\x1eand-M0RE\r\n")
        .server(b"500 'PASS S3CRET': what?\r\n")
        .client(b"\xff\xf4\xff\xf2PASS S3CRET\r\nACCT M0RE\r\n")
        .client(&[b"RNTO ", &hostile[..], b"\r\n"].concat())
        .server(&[b"503 no ", &hostile[..], b"\r\n"].concat());
    for args in [
        &["analyze", "-vv", "--all"][..],
        &["analyze", "-f", "json"],
        &["exchanges"],
        &["exchanges", "-f", "ndjson"],
        &["sessions"],
        &["sessions", "-f", "ndjson"],
    ] {
        let ran = with_input(command().args(args).arg("-"), &talk.file);
        let text = String::from_utf8(ran.bytes).unwrap() + &ran.err;
        assert!(!text.contains("S3CRET") && !text.contains("M0RE"), "{args:?}: {text}");
        let is_harm = |c: char| if args.contains(&"-f") { c < ' ' } else { c.is_control() };
        assert!(!text.chars().any(|c| is_harm(c) && c != '\n'), "{args:?}: {text:?}");
    }
}

/// The exchanges of a capture, without what tells where and when they were captured.
fn exchanges(capture: Vec<u8>) -> Result<Vec<Value>, Stop> {
    let mut out = Vec::new();
    let gather = Exchanges::new(Shape::Ndjson, Zone::UTC, &Words::new(Lang::En));
    let run = engine::run(Input::bytes("x.pcap", capture), &Settings::default(), gather, |progress| {
        let written = progress.gathered.write(&mut out, progress.complete_before, progress.starts);
        written.map_err(|_| Stop::Done)
    })?;
    assert!(run.read.stats.lines_not_understood == 0);
    let parse = |line: &str| {
        let mut exchange: Value = serde_json::from_str(line).unwrap();
        for part in exchange["replies"].as_array_mut().unwrap() {
            part.as_object_mut().unwrap().retain(|key, _| !["line", "time"].contains(&key.as_str()));
        }
        exchange.as_object_mut().unwrap().retain(|key, _| !["line", "time"].contains(&key.as_str()));
        exchange
    };
    Ok(String::from_utf8(out).unwrap().lines().map(parse).collect())
}

/// Numbers that a seed gives.
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 33) as usize % n.max(1)
    }
}

fn sample() -> Vec<u8> {
    fs::read(root().join("samples/capture/vsftpd-order.pcap")).unwrap()
}

/// The packets of a pcap file.
fn packets(file: &[u8]) -> Vec<&[u8]> {
    let mut packets = Vec::new();
    let mut rest = &file[24..];
    while !rest.is_empty() {
        let length = u32::from_le_bytes(rest[8..12].try_into().unwrap()) as usize;
        packets.push(&rest[16..16 + length]);
        rest = &rest[16 + length..];
    }
    packets
}

/// A packet as several, each with a part of its payload.
fn split(packet: &[u8], random: &mut Random) -> Vec<Vec<u8>> {
    let sliced = SlicedPacket::from_ethernet(packet).unwrap();
    let Some(TransportSlice::Tcp(tcp)) = sliced.transport else { return vec![packet.to_vec()] };
    let (header, ip) = (tcp.to_header(), Ipv4Header::from_slice(&packet[14..]).unwrap().0);
    let mut parts = Vec::new();
    let (mut rest, mut sequence) = (tcp.payload(), header.sequence_number);
    while !rest.is_empty() {
        let (part, after) = rest.split_at(1 + random.below(rest.len()));
        let step = PacketBuilder::ethernet2([2; 6], [4; 6])
            .ip(IpHeaders::Ipv4(ip.clone(), Ipv4Extensions::default()));
        let part_header = TcpHeader { sequence_number: sequence, fin: false, ..header.clone() };
        let mut bytes = Vec::new();
        step.tcp_header(part_header).write(&mut bytes, part).unwrap();
        parts.push(bytes);
        sequence = sequence.wrapping_add(part.len() as u32);
        rest = after;
    }
    if parts.is_empty() || header.fin {
        parts.push(packet.to_vec());
    }
    parts
}

/// The same conversation as a disturbed network would carry it: segments in pieces, out of order, and more than once.
fn disturbed(file: &[u8], seed: u64) -> Vec<u8> {
    let mut random = Random(seed | 1);
    let mut out = file[..24].to_vec();
    let mut before: Vec<Vec<u8>> = Vec::new();
    for packet in packets(file) {
        let mut parts = split(packet, &mut random);
        before.extend(parts.iter().cloned());
        for _ in 0..random.below(3) {
            parts.push(before[random.below(before.len())].clone());
        }
        for n in (1..parts.len()).rev() {
            parts.swap(n, random.below(n + 1));
        }
        for part in parts {
            push(&mut out, 1_767_225_600, &part);
        }
    }
    out
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_disturbed_network_changes_nothing(seed in any::<u64>()) {
        let file = sample();
        prop_assert_eq!(exchanges(disturbed(&file, seed)).unwrap(), exchanges(file).unwrap());
    }

    #[test]
    fn a_capture_with_lost_packets_tells_nothing_that_was_not_said(seed in any::<u64>()) {
        let file = sample();
        let (mut random, mut lossy) = (Random(seed | 1), file[..24].to_vec());
        for packet in packets(&file) {
            if random.below(6) > 0 {
                push(&mut lossy, 1_767_225_600, packet);
            }
        }
        let said = |file: Vec<u8>| -> BTreeSet<String> {
            let exchanges = exchanges(file).unwrap();
            let commands = exchanges.iter().map(|e| e["command"].to_string());
            let replies = exchanges.iter().flat_map(|e| e["replies"].as_array().unwrap()).map(Value::to_string);
            commands.chain(replies).collect()
        };
        let (all, some) = (said(file), said(lossy));
        let made_up: Vec<_> = some.difference(&all).collect();
        prop_assert!(made_up.is_empty(), "{made_up:?}");
    }

    #[test]
    fn no_bytes_of_a_capture_stop_the_program(magic in 0..6usize, bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        let magics: [&[u8]; 6] = [
            b"\xd4\xc3\xb2\xa1\x02\x00\x04\x00\0\0\0\0\0\0\0\0\xff\xff\0\0\x01\0\0\0",
            b"\xa1\xb2\xc3\xd4\x00\x02\x00\x04\0\0\0\0\0\0\0\0\0\0\xff\xff\0\0\0\x65",
            b"\x4d\x3c\xb2\xa1",
            b"\x34\xcd\xb2\xa1",
            b"\n\r\r\n\x1c\0\0\0\x4d\x3c\x2b\x1a\x01\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff\x1c\0\0\0",
            b"\n\r\r\n\0\0\0\x1c\x1a\x2b\x3c\x4d\0\x01\0\0\xff\xff\xff\xff\xff\xff\xff\xff\0\0\0\x1c",
        ];
        exchanges([magics[magic], &bytes].concat()).unwrap();
    }

    #[test]
    fn no_damage_to_a_capture_stops_the_program(
        damage in prop::collection::vec((24..14_000usize, any::<u8>()), 1..60),
    ) {
        let mut file = sample();
        for (at, byte) in damage {
            file[at] = byte;
        }
        exchanges(file).unwrap();
    }

    #[test]
    fn no_packets_stop_the_program(
        packets in prop::collection::vec((0..2usize, any::<bool>(), 0..40u32, prop::collection::vec(any::<u8>(), 0..40)), 0..60),
    ) {
        let mut talk = Talk::new(CLIENT, SERVER);
        for (side, syn, back, mut payload) in packets {
            // Text and noise, with overlaps and gaps.
            if payload.len() > 20 {
                payload.splice(..0, *b"220-a\r\n");
            }
            talk.next[side] = talk.next[side].wrapping_sub(back).wrapping_add(10);
            talk.send(side, syn && back == 7, &payload);
        }
        exchanges(talk.file).unwrap();
    }
}
