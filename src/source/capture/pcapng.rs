//! The blocks of a pcapng file: sections with their byte order, interfaces with their link types and clocks, packets.
//!
//! Every other block is passed over.

use super::damage::Damage;
use super::packets::{Found, Parsed, RECORD_BYTES_MAX, Window, cut_behind};
use pcap_parser::{
    EPB_MAGIC, EnhancedPacketBlock, IDB_MAGIC, InterfaceDescriptionBlock, SHB_MAGIC, SPB_MAGIC,
    SimplePacketBlock, parse_enhancedpacketblock_be, parse_enhancedpacketblock_le,
    parse_interfacedescriptionblock_be, parse_interfacedescriptionblock_le, parse_simplepacketblock_be,
    parse_simplepacketblock_le,
};
use std::io;

/// Interfaces of a section; packets of those beyond are counted and not read.
const INTERFACES_MAX: usize = 65_536;
/// The packet block of the first drafts of pcapng.
const OLD_PACKET_MAGIC: u32 = 2;
/// The smallest block: its type and its length before and after.
const BLOCK_BYTES_MIN: usize = 12;

/// What holds for the blocks of a section.
#[derive(Debug, Default)]
pub(super) struct Section {
    big_endian: bool,
    interfaces: Vec<Interface>,
}

#[derive(Clone, Copy, Debug)]
struct Interface {
    link: u16,
    snaplen: u32,
    clock: Clock,
}

/// How the ticks of an interface become milliseconds.
#[derive(Clone, Copy, Debug)]
struct Clock {
    unit: Unit,
    offset_ms: i64,
}

#[derive(Clone, Copy, Debug)]
enum Unit {
    TicksPerMs(u64),
    MsPerTick(u64),
    /// Ticks are this power of two of a second.
    Binary(u32),
}

impl Section {
    /// The next packet; `None` at the end of the file.
    pub(super) fn next(&mut self, window: &mut Window, number: u64) -> io::Result<Option<Found>> {
        while window.has(1)? {
            if !window.has(BLOCK_BYTES_MIN)? {
                return Err(cut_behind(number));
            }
            let (kind, length) = self.head(window.bytes());
            if length < BLOCK_BYTES_MIN {
                return Err(bad_block(number));
            }
            if !matches!(kind, SHB_MAGIC | IDB_MAGIC | EPB_MAGIC | SPB_MAGIC | OLD_PACKET_MAGIC) {
                if !window.skip(length)? {
                    return Err(cut_behind(number));
                }
                continue;
            }
            if length > RECORD_BYTES_MAX {
                return Err(bad_block(number));
            }
            if !window.has(length)? {
                return Err(cut_behind(number));
            }
            match self.block(kind, &window.bytes()[..length]).ok_or_else(|| bad_block(number))? {
                Some(packet) => {
                    let at = packet.bytes.start;
                    let bytes = window.take(at, packet.bytes.end);
                    window.pass(length - packet.bytes.end);
                    return Ok(Some(Found { bytes, ..packet }));
                }
                None => window.pass(length),
            }
        }
        Ok(None)
    }

    /// The type and length of a block. A section begins with a type that reads the same in both byte orders, and says its
    /// own byte order behind the length.
    fn head(&mut self, block: &[u8]) -> (u32, usize) {
        if block.starts_with(b"\x0a\x0d\x0d\x0a") {
            self.big_endian = block[8..].starts_with(b"\x1a\x2b\x3c\x4d");
            self.interfaces.clear();
        }
        (self.number(block, 0), self.number(block, 4) as usize)
    }

    fn number(&self, block: &[u8], at: usize) -> u32 {
        let bytes = block.get(at..at + 4).and_then(|b| b.try_into().ok()).unwrap_or_default();
        if self.big_endian { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) }
    }

    /// What a block says: where its packet stands, if it is one. `None` where it is damaged.
    #[allow(clippy::option_option)] // A block without a packet is no damaged block.
    fn block(&mut self, kind: u32, block: &[u8]) -> Option<Option<Found>> {
        match kind {
            IDB_MAGIC => {
                let parse = if self.big_endian {
                    parse_interfacedescriptionblock_be
                } else {
                    parse_interfacedescriptionblock_le
                };
                let interface = self.interface(&whole(parse(block))?);
                if self.interfaces.len() < INTERFACES_MAX {
                    self.interfaces.push(interface);
                }
                Some(None)
            }
            EPB_MAGIC => {
                let parse =
                    if self.big_endian { parse_enhancedpacketblock_be } else { parse_enhancedpacketblock_le };
                let EnhancedPacketBlock { if_id, ts_high, ts_low, caplen, .. } = whole(parse(block))?;
                Some(Some(self.packet(if_id, (ts_high, ts_low), 28, caplen as usize)))
            }
            SPB_MAGIC => {
                let parse =
                    if self.big_endian { parse_simplepacketblock_be } else { parse_simplepacketblock_le };
                let SimplePacketBlock { origlen, .. } = whole(parse(block))?;
                let snaplen = self.interfaces.first().map_or(0, |i| i.snaplen);
                let length = if snaplen == 0 { origlen } else { origlen.min(snaplen) };
                let length = (length as usize).min(block.len() - 16);
                Some(Some(Found { at: None, ..self.packet(0, (0, 0), 12, length) }))
            }
            OLD_PACKET_MAGIC => {
                let length = self.number(block, 20) as usize;
                let interface = self.number(block, 8);
                let interface = if self.big_endian { interface >> 16 } else { interface & 0xffff };
                let ticks = (self.number(block, 12), self.number(block, 16));
                (length <= block.len().checked_sub(32)?)
                    .then(|| Some(self.packet(interface, ticks, 28, length)))
            }
            _ => Some(None),
        }
    }

    fn packet(&self, interface: u32, (high, low): (u32, u32), start: usize, length: usize) -> Found {
        let interface = self.interfaces.get(interface as usize);
        let ticks = u64::from(high) << 32 | u64::from(low);
        Found {
            at: interface.filter(|_| ticks != 0).map(|i| i.clock.ms(ticks)),
            link: interface.map(|i| i.link),
            bytes: start..start + length,
        }
    }

    fn interface(&self, block: &InterfaceDescriptionBlock) -> Interface {
        // The parser reads the offset as little endian, whatever the section is.
        let offset = if self.big_endian { block.if_tsoffset.swap_bytes() } else { block.if_tsoffset };
        let clock = Clock { unit: unit(block.if_tsresol), offset_ms: offset.saturating_mul(1_000) };
        Interface { link: block.linktype.0 as u16, snaplen: block.snaplen, clock }
    }
}

/// The unit of an interface's clock: a negative power of ten, or of two where the highest bit is set.
fn unit(resolution: u8) -> Unit {
    match resolution {
        0..3 => Unit::MsPerTick(10u64.pow(3 - u32::from(resolution))),
        // Finer than that, a clock of 64 bits holds only seconds.
        3..0x80 => Unit::TicksPerMs(10u64.saturating_pow(u32::from(resolution) - 3)),
        _ => Unit::Binary(u32::from(resolution & 0x7f)),
    }
}

impl Clock {
    fn ms(self, ticks: u64) -> i64 {
        let ms = match self.unit {
            Unit::TicksPerMs(n) => ticks / n,
            Unit::MsPerTick(n) => ticks.saturating_mul(n),
            Unit::Binary(power) => ((u128::from(ticks) * 1_000) >> power) as u64,
        };
        i64::try_from(ms).unwrap_or(i64::MAX).saturating_add(self.offset_ms)
    }
}

/// The block, if it was read to its end.
fn whole<T>(parsed: Parsed<T>) -> Option<T> {
    parsed.ok().map(|(_, block)| block)
}

fn bad_block(number: u64) -> io::Error {
    Damage::Block(number).into()
}

#[cfg(test)]
mod tests {
    use super::super::packets::Packets;
    use std::io::Cursor;

    /// Writes blocks in one byte order.
    #[derive(Clone, Copy)]
    struct Writer {
        big_endian: bool,
    }

    impl Writer {
        fn u32(self, n: u32) -> [u8; 4] {
            if self.big_endian { n.to_be_bytes() } else { n.to_le_bytes() }
        }

        fn u16(self, n: u16) -> [u8; 2] {
            if self.big_endian { n.to_be_bytes() } else { n.to_le_bytes() }
        }

        fn block(self, kind: u32, body: &[u8]) -> Vec<u8> {
            let padded = body.len().next_multiple_of(4);
            let length = self.u32(padded as u32 + 12);
            let mut block = [&self.u32(kind), &length[..], body].concat();
            block.resize(8 + padded, 0);
            block.extend(length);
            block
        }

        fn section(self) -> Vec<u8> {
            let head = [self.u32(0x1a2b_3c4d), self.u32(if self.big_endian { 0x1_0000 } else { 1 })];
            self.block(0x0a0d_0d0a, &[head.concat(), vec![0xff; 8]].concat())
        }

        fn interface(self, link: u16, options: &[(u16, &[u8])]) -> Vec<u8> {
            let mut body = [&self.u16(link)[..], &[0; 2], &self.u32(65_535)].concat();
            for (code, value) in options {
                body.extend([self.u16(*code), self.u16(value.len() as u16)].concat());
                body.extend_from_slice(value);
                body.resize(body.len().next_multiple_of(4), 0);
            }
            self.block(1, &body)
        }

        fn packet(self, interface: u32, ticks: u64, packet: &[u8]) -> Vec<u8> {
            let length = packet.len() as u32;
            let head = [interface, (ticks >> 32) as u32, ticks as u32, length, length].map(|n| self.u32(n));
            self.block(6, &[&head.concat(), packet].concat())
        }
    }

    type Found = (Option<i64>, Option<u16>, String);

    fn packets_of(file: &[u8]) -> (Vec<Found>, Option<String>) {
        let mut packets = Packets::new(Box::new(Cursor::new(file.to_vec())));
        let mut found = Vec::new();
        loop {
            match packets.next() {
                Ok(Some(p)) => found.push((p.at, p.link, String::from_utf8_lossy(p.bytes).into_owned())),
                Ok(None) => return (found, None),
                Err(error) => return (found, Some(error.to_string())),
            }
        }
    }

    const BOTH: [Writer; 2] = [Writer { big_endian: false }, Writer { big_endian: true }];

    #[test]
    fn interfaces_have_their_own_link_types_and_clocks() {
        for writer in BOTH {
            let offset: i64 = 1_000;
            let offset = if writer.big_endian { offset.to_be_bytes() } else { offset.to_le_bytes() };
            let file = [
                writer.section(),
                writer.interface(1, &[]),
                writer.interface(276, &[(9, &[9])]),
                writer.interface(101, &[(2, b"eth0"), (9, &[0x8a]), (14, &offset), (0, b"")]),
                writer.interface(0, &[(9, &[2])]),
                writer.packet(0, 5_000_250_999, b"micro"),
                writer.packet(1, 5_000_250_999_999, b"nano"),
                writer.packet(2, 5 * 1024 + 256, b"binary"),
                writer.packet(3, 525, b"hundredths"),
                writer.packet(9, 1, b"of no interface"),
            ]
            .concat();
            let found = |at, link, text: &str| (at, link, text.to_owned());
            let want = vec![
                found(Some(5_000_250), Some(1), "micro"),
                found(Some(5_000_250), Some(276), "nano"),
                found(Some(1_005_250), Some(101), "binary"),
                found(Some(5_250), Some(0), "hundredths"),
                found(None, None, "of no interface"),
            ];
            assert_eq!(packets_of(&file), (want, None), "big endian: {}", writer.big_endian);
        }
    }

    #[test]
    fn simple_and_old_packets_are_packets_and_other_blocks_are_not() {
        for writer in BOTH {
            let simple = [&writer.u32(6)[..], b"simple"].concat();
            let old =
                [&writer.u16(0)[..], &writer.u16(7), &writer.u32(0), &writer.u32(9_000), &writer.u32(3)];
            let old = [&old.concat(), &writer.u32(3)[..], b"old"].concat();
            let file = [
                writer.section(),
                writer.block(0x0bad, b"a custom block"),
                writer.interface(1, &[]),
                writer.block(4, b"names"),
                writer.block(3, &simple),
                writer.block(0x4242_4242, &vec![0; 300_000]),
                writer.block(2, &old),
                writer.block(5, b"statistics"),
            ]
            .concat();
            let want = vec![(None, Some(1), "simple".to_owned()), (Some(9), Some(1), "old".to_owned())];
            assert_eq!(packets_of(&file), (want, None), "big endian: {}", writer.big_endian);
        }
    }

    #[test]
    fn a_section_begins_anew() {
        let [little, big] = BOTH;
        let file = [
            little.section(),
            little.interface(1, &[]),
            little.packet(0, 1_000, b"one"),
            big.section(),
            big.packet(0, 1_000, b"of no interface"),
            big.interface(101, &[]),
            big.packet(0, 2_000, b"two"),
        ]
        .concat();
        let (found, error) = packets_of(&file);
        let links: Vec<_> = found.iter().map(|f| f.1).collect();
        assert_eq!((links, error), (vec![Some(1), None, Some(101)], None));
    }

    #[test]
    fn a_cut_and_damage_are_told() {
        let [writer, _] = BOTH;
        let file = [writer.section(), writer.interface(1, &[]), writer.packet(0, 1, b"one")].concat();
        let begun = file.len();
        let cut = [file.clone(), writer.packet(0, 1, b"two")].concat();
        for end in begun + 1..cut.len() {
            let (found, error) = packets_of(&cut[..end]);
            assert_eq!(found.len(), 1, "cut at {end}");
            assert_eq!(error.as_deref(), Some("the capture is cut off in packet 2"), "cut at {end}");
        }
        let (_, error) = packets_of(&[file.clone(), writer.block(7, b"other")[..9].to_vec()].concat());
        assert_eq!(error.as_deref(), Some("the capture is cut off in packet 2"));
        let mut bad = writer.packet(0, 1, b"two");
        bad[20] = 200;
        let (found, error) = packets_of(&[file.clone(), bad].concat());
        assert_eq!((found.len(), error.as_deref()), (1, Some("the block behind packet 1 is damaged")));
        let (_, error) = packets_of(&[file, [6, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0].to_vec()].concat());
        assert_eq!(error.as_deref(), Some("the block behind packet 1 is damaged"));
    }
}
