//! Why a packet capture cannot be read on. The words stand in the catalog.

use std::io::{self, ErrorKind};

/// Why a packet capture cannot be read on. Packets are counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Damage {
    /// It ends in the header of the file.
    HeaderCut,
    /// The header of the file makes no sense.
    Header,
    /// It ends in that packet.
    PacketCut(u64),
    /// That packet makes no sense.
    Packet(u64),
    /// That packet says that it is longer than any.
    PacketTooLong(u64),
    /// The block behind that packet makes no sense.
    Block(u64),
}

impl Damage {
    /// The damage that an error of reading is about.
    pub(in crate::source) fn of(error: &io::Error) -> Option<Self> {
        error.get_ref()?.downcast_ref().copied()
    }
}

impl From<Damage> for io::Error {
    fn from(damage: Damage) -> Self {
        let kind = match damage {
            Damage::HeaderCut | Damage::PacketCut(_) => ErrorKind::UnexpectedEof,
            _ => ErrorKind::InvalidData,
        };
        Self::new(kind, damage)
    }
}
