//! The members of a zip archive as streams. Each is read with a file handle of its own, so that it can be handed to another thread.

use super::compressed::Reader;
use super::directory::{CORRUPT, Directory, Entry};
use super::meter::{Allowance, metered};
use super::parts::{Bzip2, Parts, Xz, Zstd, deflate};
use super::store::{Seekable, Store};
use super::tarball::Member;
use super::{Packing, Unpackable};
use crc32fast::Hasher;
use std::io::{self, Read};

/// Ways to pack a member, by their numbers in APPNOTE 4.4.5.
mod method {
    pub(super) const STORED: u16 = 0;
    pub(super) const DEFLATE: u16 = 8;
    pub(super) const BZIP2: u16 = 12;
    pub(super) const ZSTD: u16 = 93;
    pub(super) const XZ: u16 = 95;
}

/// Whether a stream that begins so is a zip archive: one with members, or an empty one.
pub(super) fn is_zip(first: &[u8]) -> bool {
    [b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08"].iter().any(|magic| first.starts_with(*magic))
}

/// A zip archive from which members are taken.
pub(super) struct Zip {
    store: Store,
    directory: Directory,
}

impl Zip {
    /// The archive in a store: its directory stands at its end.
    pub(super) fn new(store: Store) -> io::Result<Self> {
        let directory = Directory::find(store.open()?)?;
        Ok(Self { store, directory })
    }

    /// The next member that is a file.
    pub(super) fn next(&mut self, allowance: &Allowance) -> io::Result<Option<Member>> {
        while let Some(entry) = self.directory.next() {
            let entry = entry?;
            if entry.is_file {
                let contents = self.contents(&entry, allowance);
                return Ok(Some(Member { name: entry.name, contents }));
            }
        }
        Ok(None)
    }

    fn contents(&self, entry: &Entry, allowance: &Allowance) -> io::Result<Reader> {
        if entry.is_encrypted {
            return Err(Unpackable::Encrypted.into_error());
        }
        let mut reader = self.store.open()?;
        entry.seek(&mut reader)?;
        let packed = Whole { reader, left: entry.packed_bytes };
        macro_rules! decoder {
            ($decoder:expr) => {
                Box::new(metered(packed, Packing::Zip, allowance, $decoder)?)
            };
        }
        let reader: Reader = match entry.method {
            // Members may share their bytes, so these count as well.
            method::STORED => decoder!(Ok),
            method::DEFLATE => decoder!(|inner| Ok(deflate(inner))),
            method::BZIP2 => decoder!(|inner| Parts::<_, Bzip2<_>>::new(inner, Packing::Bzip2)),
            method::ZSTD => decoder!(|inner| Parts::<_, Zstd<_>>::new(inner, Packing::Zstd)),
            method::XZ => decoder!(|inner| Parts::<_, Xz<_>>::new(inner, Packing::Xz)),
            _ => return Err(Unpackable::Unsupported(Packing::Zip).into_error()),
        };
        Ok(Box::new(Summed { reader, left: entry.bytes, sum: Hasher::new(), crc: entry.crc }))
    }
}

/// The unpacked bytes of a member. They must be as many, and have the sum, that the directory says.
struct Summed {
    reader: Reader,
    left: u64,
    sum: Hasher,
    crc: u32,
}

impl Read for Summed {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.reader.read(buffer)?;
        if n > 0 {
            self.sum.update(&buffer[..n]);
            self.left = self.left.checked_sub(n as u64).ok_or_else(|| CORRUPT.into_error())?;
            return Ok(n);
        }
        match () {
            () if buffer.is_empty() => Ok(0),
            () if self.left > 0 => Err(Unpackable::Cut(Packing::Zip).into_error()),
            () if self.sum.clone().finalize() != self.crc => Err(CORRUPT.into_error()),
            () => Ok(0),
        }
    }
}

/// The bytes of a member; an archive that ends before them is cut.
struct Whole {
    reader: Box<dyn Seekable>,
    left: u64,
}

impl Read for Whole {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let room = buffer.len().min(usize::try_from(self.left).unwrap_or(usize::MAX));
        if room == 0 {
            return Ok(0);
        }
        let n = self.reader.read(&mut buffer[..room])?;
        if n == 0 {
            return Err(Unpackable::Cut(Packing::Zip).into_error());
        }
        self.left -= n as u64;
        Ok(n)
    }
}
