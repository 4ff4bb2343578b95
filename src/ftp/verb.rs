//! The commands: one table, from which names, look-up, and every property of a command come.

use std::fmt;

/// An FTP command word. Words that are in no RFC, draft or common use are [`Verb::OTHER`].
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Verb(u8);

/// What a command does with the data connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DataRole {
    /// Nothing.
    None,
    /// Prepares one: PASV, EPSV, PORT, EPRT and their kin.
    Setup,
    /// Sends a file to the client.
    Send,
    /// Takes a file from the client.
    Receive,
    /// Sends a listing.
    List,
}

/// Whether a command takes an argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Argument {
    /// It takes none.
    None,
    /// It may take one.
    Optional,
    /// It needs one.
    Required,
}

/// Where a command comes from: decides whether a FEAT list is expected to name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Origin {
    /// RFC 959 or RFC 1123: never in a FEAT list.
    Base,
    /// A later RFC, a draft, or common use: a complete FEAT list names it (RFC 2389 section 3.2).
    Extension,
    /// FEAT itself and commands that go with another feature's line.
    Implied,
}

struct Entry {
    name: &'static str,
    data: DataRole,
    argument: Argument,
    origin: Origin,
}

macro_rules! verbs {
    ($($id:ident $name:literal $data:ident $argument:ident $origin:ident;)*) => {
        #[allow(clippy::upper_case_acronyms, non_camel_case_types)]
        #[repr(u8)]
        enum Index { OTHER, $($id),* }
        #[allow(missing_docs)]
        impl Verb {
            pub const OTHER: Self = Self(Index::OTHER as u8);
            $(pub const $id: Self = Self(Index::$id as u8);)*
        }
        static TABLE: &[Entry] = &[
            Entry { name: "", data: DataRole::None, argument: Argument::Optional, origin: Origin::Implied },
            $(Entry { name: $name, data: DataRole::$data, argument: Argument::$argument, origin: Origin::$origin }),*
        ];
    };
}

verbs! {
    USER "USER" None Required Base;
    PASS "PASS" None Optional Base;
    ACCT "ACCT" None Required Base;
    CWD "CWD" None Required Base;
    CDUP "CDUP" None None Base;
    SMNT "SMNT" None Required Base;
    REIN "REIN" None None Base;
    QUIT "QUIT" None None Base;
    PORT "PORT" Setup Required Base;
    PASV "PASV" Setup None Base;
    TYPE "TYPE" None Required Base;
    STRU "STRU" None Required Base;
    MODE "MODE" None Required Base;
    RETR "RETR" Send Required Base;
    STOR "STOR" Receive Required Base;
    STOU "STOU" Receive Optional Base;
    APPE "APPE" Receive Required Base;
    ALLO "ALLO" None Required Base;
    REST "REST" None Required Base;
    RNFR "RNFR" None Required Base;
    RNTO "RNTO" None Required Base;
    ABOR "ABOR" None None Base;
    DELE "DELE" None Required Base;
    RMD "RMD" None Required Base;
    MKD "MKD" None Required Base;
    PWD "PWD" None None Base;
    LIST "LIST" List Optional Base;
    NLST "NLST" List Optional Base;
    SITE "SITE" None Required Base;
    SYST "SYST" None None Base;
    STAT "STAT" None Optional Base;
    HELP "HELP" None Optional Base;
    NOOP "NOOP" None None Base;
    XMKD "XMKD" None Required Implied;
    XRMD "XRMD" None Required Implied;
    XPWD "XPWD" None None Implied;
    XCUP "XCUP" None None Implied;
    XCWD "XCWD" None Required Implied;
    LPRT "LPRT" Setup Required Extension;
    LPSV "LPSV" Setup None Extension;
    AUTH "AUTH" None Required Extension;
    ADAT "ADAT" None Required Implied;
    PBSZ "PBSZ" None Required Extension;
    PROT "PROT" None Required Extension;
    CCC "CCC" None None Extension;
    MIC "MIC" None Required Extension;
    CONF "CONF" None Required Extension;
    ENC "ENC" None Required Extension;
    FEAT "FEAT" None None Implied;
    OPTS "OPTS" None Required Implied;
    EPRT "EPRT" Setup Required Extension;
    EPSV "EPSV" Setup Optional Extension;
    LANG "LANG" None Optional Extension;
    MDTM "MDTM" None Required Extension;
    SIZE "SIZE" None Required Extension;
    MLST "MLST" None Optional Extension;
    MLSD "MLSD" List Optional Extension;
    HOST "HOST" None Required Extension;
    ALGS "ALGS" None Optional Extension;
    MFMT "MFMT" None Required Extension;
    MFCT "MFCT" None Required Extension;
    MFF "MFF" None Required Extension;
    HASH "HASH" None Required Extension;
    RANG "RANG" None Required Extension;
    XCRC "XCRC" None Required Extension;
    XMD5 "XMD5" None Required Extension;
    XSHA "XSHA" None Required Extension;
    XSHA1 "XSHA1" None Required Extension;
    XSHA256 "XSHA256" None Required Extension;
    XSHA512 "XSHA512" None Required Extension;
    MD5 "MD5" None Required Extension;
    MMD5 "MMD5" None Required Extension;
    CLNT "CLNT" None Required Extension;
    CSID "CSID" None Required Extension;
    AVBL "AVBL" None Optional Extension;
    DSIZ "DSIZ" None Optional Extension;
    RMDA "RMDA" None Required Extension;
    THMB "THMB" Send Required Extension;
    COMB "COMB" None Required Extension;
    PRET "PRET" None Required Extension;
    CPSV "CPSV" Setup None Extension;
    SSCN "SSCN" None Optional Extension;
    ESTA "ESTA" Setup None Extension;
    ESTP "ESTP" Setup None Extension;
    PASW "P@SW" Setup None Implied;
    IDLE "IDLE" None Optional Extension;
    MLFL "MLFL" None Optional Base;
    MAIL "MAIL" None Optional Base;
    MSND "MSND" None Optional Base;
    MSOM "MSOM" None Optional Base;
    MSAM "MSAM" None Optional Base;
    MRSQ "MRSQ" None Optional Base;
    MRCP "MRCP" None Optional Base;
}

/// Longest name in the table.
const NAME_BYTES_MAX: usize = 7;
const SLOTS: usize = 512;

/// Open addressing over the names packed into a word, made by the compiler.
static SLOT: [u8; SLOTS] = slots();
static PACKED: [u64; SLOTS] = packed_slots();

const fn pack(name: &[u8]) -> u64 {
    let mut word = 0u64;
    let mut i = 0;
    while i < name.len() {
        word = (word << 8) | name[i] as u64;
        i += 1;
    }
    in_capitals(word)
}

/// All bytes of a word in upper case at once; this is done for every command of a log.
const fn in_capitals(word: u64) -> u64 {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGHS: u64 = 0x80 * ONES;
    let sevens = word & !HIGHS;
    // The highest bit of a byte is set where the byte is at least `a`, and where it is beyond `z`.
    let from_a = sevens + (0x80 - b'a' as u64) * ONES;
    let beyond_z = sevens + (0x7f - b'z' as u64) * ONES;
    let small = from_a & !beyond_z & !word & HIGHS;
    word - (small >> 2)
}

const fn home(word: u64) -> usize {
    (word.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 55) as usize
}

const fn slots() -> [u8; SLOTS] {
    let mut slots = [0u8; SLOTS];
    let mut i = 1;
    while i < TABLE.len() {
        let mut at = home(pack(TABLE[i].name.as_bytes()));
        while slots[at] != 0 {
            at = (at + 1) % SLOTS;
        }
        slots[at] = i as u8;
        i += 1;
    }
    slots
}

const fn packed_slots() -> [u64; SLOTS] {
    let slots = slots();
    let mut packed = [0u64; SLOTS];
    let mut at = 0;
    while at < SLOTS {
        if slots[at] != 0 {
            packed[at] = pack(TABLE[slots[at] as usize].name.as_bytes());
        }
        at += 1;
    }
    packed
}

impl Verb {
    /// The command that `word` names, in any case; [`Verb::OTHER`] for every other word.
    // With this apart, lexers make a command where they need it: one that is made elsewhere is moved.
    #[inline(never)]
    #[must_use]
    pub fn parse(word: &[u8]) -> Self {
        if word.is_empty() || word.len() > NAME_BYTES_MAX {
            return Self::OTHER;
        }
        let packed = pack(word);
        let mut at = home(packed);
        while SLOT[at] != 0 {
            if PACKED[at] == packed {
                return Self(SLOT[at]);
            }
            at = (at + 1) % SLOTS;
        }
        Self::OTHER
    }

    /// Every command of the table, in its order.
    pub fn all() -> impl Iterator<Item = Self> {
        (1..TABLE.len()).map(|i| Self(i as u8))
    }

    /// The command's name in upper case; empty for [`Verb::OTHER`].
    #[must_use]
    pub fn name(self) -> &'static str {
        TABLE[usize::from(self.0)].name
    }

    /// What the command does with the data connection.
    #[must_use]
    pub fn data(self) -> DataRole {
        TABLE[usize::from(self.0)].data
    }

    /// Whether the command moves a file or a listing over the data connection.
    #[must_use]
    pub fn transfers(self) -> bool {
        matches!(self.data(), DataRole::Send | DataRole::Receive | DataRole::List)
    }

    /// Whether the command takes an argument (RFC 959 section 5.3).
    #[must_use]
    pub fn argument(self) -> Argument {
        TABLE[usize::from(self.0)].argument
    }

    /// Whether a complete FEAT list names the command (RFC 2389 section 3.2).
    #[must_use]
    pub fn is_extension(self) -> bool {
        TABLE[usize::from(self.0)].origin == Origin::Extension
    }

    /// Whether the command stands in RFC 959.
    #[must_use]
    pub fn is_base(self) -> bool {
        TABLE[usize::from(self.0)].origin == Origin::Base
    }

    /// The number of the command in the table: small, and the same in every run.
    #[must_use]
    pub const fn index(self) -> u8 {
        self.0
    }

    /// The command that [`Verb::index`] came from; [`Verb::OTHER`] for any other number.
    #[must_use]
    pub fn from_index(index: u8) -> Self {
        if usize::from(index) < TABLE.len() { Self(index) } else { Self::OTHER }
    }
}

impl fmt::Debug for Verb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if *self == Self::OTHER { "OTHER" } else { self.name() })
    }
}

/// A set of commands, small enough to copy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct VerbSet(u128);

impl VerbSet {
    /// Adds `verb`; words that are in no table cannot be told apart and are left out.
    pub fn insert(&mut self, verb: Verb) {
        if verb != Verb::OTHER {
            self.0 |= 1 << verb.0;
        }
    }

    /// Whether `verb` was added.
    #[must_use]
    pub fn contains(self, verb: Verb) -> bool {
        verb != Verb::OTHER && self.0 & (1 << verb.0) != 0
    }

    /// The commands of both sets.
    #[must_use]
    pub fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The commands that are in both sets.
    #[must_use]
    pub fn common(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// The commands that are not in `other`.
    #[must_use]
    pub fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Every command of the set, in the order of the table.
    pub fn iter(self) -> impl Iterator<Item = Verb> {
        let mut left = self.0;
        std::iter::from_fn(move || {
            let index = left.trailing_zeros();
            left &= left.wrapping_sub(1);
            (index < u128::BITS).then_some(Verb(index as u8))
        })
    }

    /// Whether nothing was added.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// How many commands were added.
    #[must_use]
    pub fn len(self) -> u32 {
        self.0.count_ones()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_letters_have_capitals() {
        for byte in 0..=u8::MAX {
            let word = u64::from_be_bytes([byte, b'z', byte, 0xff, b'a', byte, b'`', byte]);
            assert_eq!(in_capitals(word).to_be_bytes(), word.to_be_bytes().map(|b| b.to_ascii_uppercase()));
        }
    }

    #[test]
    fn every_name_is_found_in_any_case_and_is_unique() {
        for verb in Verb::all() {
            assert_eq!(Verb::parse(verb.name().as_bytes()), verb);
            assert_eq!(Verb::parse(verb.name().to_ascii_lowercase().as_bytes()), verb);
        }
        assert!(TABLE.len() <= 128, "a VerbSet holds 128 commands");
    }

    #[test]
    fn other_words_are_other() {
        for word in [&b""[..], b"GET", b"USERS", b"EHLO", b"\xff\xfe", b"AVERYLONGWORD"] {
            assert_eq!(Verb::parse(word), Verb::OTHER);
        }
    }

    #[test]
    fn other_is_in_no_set() {
        let mut set = VerbSet::default();
        set.insert(Verb::OTHER);
        assert!(set.is_empty() && !set.contains(Verb::OTHER));
    }

    #[test]
    fn sets_are_taken_together_and_apart() {
        let of = |verbs: &[Verb]| {
            let mut set = VerbSet::default();
            for verb in verbs {
                set.insert(*verb);
            }
            set
        };
        let (one, other) = (of(&[Verb::USER, Verb::SIZE]), of(&[Verb::SIZE, Verb::MRCP]));
        assert_eq!(one.with(other).iter().collect::<Vec<_>>(), [Verb::USER, Verb::SIZE, Verb::MRCP]);
        assert_eq!((one.common(other), one.without(other)), (of(&[Verb::SIZE]), of(&[Verb::USER])));
        assert_eq!(VerbSet::default().iter().next(), None);
    }
}
