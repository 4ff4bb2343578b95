//! What is wrong with files and with formats of the user's own, said. The rooms where it is found stand before the catalog and
//! know facts only; their errors get their English words here, too.

use super::{Hole, Message, Said};
use crate::format::{Flaw, GROUPS, Saying};
use crate::lang::Lang;
use crate::source::{Damage, Packing, Unpackable, Unreadable};
use crate::text::Printable;
use std::fmt::{self, Display, Formatter};

impl Unreadable {
    /// Why it is so: `no such file`.
    #[must_use]
    pub fn said(&self) -> Said {
        match self {
            Self::Missing { .. } => Message::NoSuchFile.into(),
            Self::Denied { .. } => Message::PermissionDenied.into(),
            Self::NotAFile => Message::NotAFile.into(),
            Self::Exists => Message::FileExists.into(),
            Self::Damaged(damage) => damage.said(),
            Self::Packed(why) => why.said(),
            Self::Interrupted => Message::StopInterrupted.into(),
            Self::Other(words) => Said::text(words),
        }
    }
}

impl Unpackable {
    /// Why it cannot be unpacked.
    #[must_use]
    pub fn said(self) -> Said {
        let of = |message: Message, packing: Packing| message.with("packing", packing.name());
        match self {
            Self::Cut(packing) => of(Message::PackedCut, packing),
            Self::Corrupt(packing) => of(Message::PackedCorrupt, packing),
            Self::Behind(packing) => of(Message::PackedBehind, packing),
            Self::Encrypted => Message::PackedEncrypted.into(),
            Self::Unsupported(Packing::SevenZip) => Message::PackedSevenZip.into(),
            Self::Unsupported(packing) => of(Message::PackedUnsupported, packing),
            Self::TooLarge(bytes) => Message::PackedTooLarge.with("mib", bytes >> 20),
            Self::Memory(packing) => of(Message::PackedMemory, packing),
            Self::TooLargeToHold(bytes) => Message::PackedTooLargeToHold.with("mib", bytes >> 20),
            Self::TooDense(ratio) => Message::PackedTooDense.with("ratio", ratio),
            Self::TooDeep(depth) => Message::PackedTooDeep.with("depth", depth as u64),
            Self::TooMany(members) => Message::PackedTooMany.with("members", members as u64),
        }
    }
}

impl Damage {
    /// What is damaged.
    #[must_use]
    pub fn said(self) -> Said {
        let of_packet = |message: Message, packet: u64| message.with("packet", packet.to_string());
        match self {
            Self::HeaderCut => Message::HeaderCut.into(),
            Self::Header => Message::HeaderDamaged.into(),
            Self::PacketCut(packet) => of_packet(Message::PacketCut, packet),
            Self::Packet(packet) => of_packet(Message::PacketDamaged, packet),
            Self::PacketTooLong(packet) => of_packet(Message::PacketTooLong, packet),
            Self::Block(packet) => of_packet(Message::BlockDamaged, packet),
        }
    }
}

impl Flaw {
    /// What is wrong.
    #[must_use]
    pub fn said(&self) -> Said {
        match self {
            Self::Name(name) => Message::FormatNameWrong.with("name", Printable(name.as_bytes())),
            Self::Expression { key, why } => {
                Message::ExpressionWrong.with("key", *key).with("why", Printable(why.as_bytes()))
            }
            Self::Group(name) => Message::FormatGroupUnknown
                .with("group", Printable(name.as_bytes()))
                .with("groups", GROUPS.into_iter().collect::<Hole>()),
            Self::Nothing => Message::FormatSaysNothing.into(),
            Self::Time => Message::FormatTimeWrong.into(),
            Self::Directions => Message::FormatDirectionsWrong.into(),
            Self::Test { number, line, said, wanted } => Message::FormatTestFailed
                .with("number", number.to_string())
                .with("line", line.as_str())
                .with("said", said.said())
                .with("wanted", wanted.said()),
        }
    }
}

impl Saying {
    fn said(&self) -> Said {
        match self {
            Self::Nothing => Message::FormatTestNothing.into(),
            Self::NoMatch => Message::FormatTestNoMatch.into(),
            // They are keys of the configuration, and what a test has there.
            Self::Parts(parts) => {
                let one = |(key, value): &(_, String)| format!("{key} {}", Printable(value.as_bytes()));
                Said::text(parts.iter().map(one).collect::<Vec<String>>().join(", "))
            }
        }
    }
}

macro_rules! errors {
    ($($error:ty)*) => {$(
        impl Display for $error {
            fn fmt(&self, f: &mut Formatter) -> fmt::Result {
                f.write_str(&self.said().in_words(Lang::En))
            }
        }

        impl std::error::Error for $error {}
    )*};
}

errors! { Unreadable Damage Flaw }
