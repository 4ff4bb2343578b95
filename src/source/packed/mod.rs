//! Compressed logs and archives. What is compressed is known by its first bytes, whatever it is called, and is read as a stream;
//! nothing is written to disk.

mod archive;
mod compressed;
mod directory;
mod meter;
mod parts;
mod store;
mod tarball;
mod zipped;

pub use archive::{FoundLog, Limits, Logs};

use std::fmt;
use std::io;

/// How something is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Packing {
    Gzip,
    Bzip2,
    Xz,
    Zstd,
    Lz4,
    Tar,
    Zip,
    SevenZip,
}

impl Packing {
    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Bzip2 => "bzip2",
            Self::Xz => "xz",
            Self::Zstd => "zstd",
            Self::Lz4 => "lz4",
            Self::Tar => "tar",
            Self::Zip => "zip",
            Self::SevenZip => "7z",
        }
    }
}

/// Why something packed cannot be read, or not to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unpackable {
    /// It ends too early.
    Cut(Packing),
    /// It makes no sense from some place on.
    Corrupt(Packing),
    /// Something else stands behind it.
    Behind(Packing),
    /// It is encrypted.
    Encrypted,
    /// It is packed in a way that is not read, such as an old method of zip.
    Unsupported(Packing),
    /// Everything in the file unpacks to more than these bytes.
    TooLarge(u64),
    /// It unpacks to more than so many times its size.
    TooDense(u64),
    /// It needs more memory to be unpacked than it may.
    Memory(Packing),
    /// It is a zip archive of more bytes than this that would have to be held in memory.
    TooLargeToHold(u64),
    /// It stands deeper in archives than this.
    TooDeep(usize),
    /// The archive has more members than this.
    TooMany(usize),
}

impl Unpackable {
    /// What an error of a reader made here means.
    pub(crate) fn of(error: &io::Error) -> Option<Self> {
        error.get_ref()?.downcast_ref::<Carried>().map(|carried| carried.0)
    }

    pub(in crate::source) fn into_error(self) -> io::Error {
        io::Error::new(io::ErrorKind::InvalidData, Carried(self))
    }
}

/// Carries the fact through what knows errors of the system only.
#[derive(Debug)]
struct Carried(Unpackable);

impl fmt::Display for Carried {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl std::error::Error for Carried {}
