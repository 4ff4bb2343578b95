//! The members of a zip archive as streams. The crate knows the directory; each member is read with a file handle of its own, so
//! that it can be handed to another thread.

use super::compressed::{Reader, xz_stream};
use super::meter::metered;
use super::tarball::Member;
use super::{Limits, Packing, Unpackable};
use crc32fast::Hasher;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::PathBuf;
use zip::{CompressionMethod, ZipArchive};

/// Whether a stream that begins so is a zip archive: one with members, or an empty one.
pub(super) fn is_zip(first: &[u8]) -> bool {
    [b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08"].iter().any(|magic| first.starts_with(*magic))
}

/// Where a zip archive is: its directory stands at its end, so it must be a file, or small enough for the memory.
#[derive(Clone)]
pub(super) enum Store {
    File(PathBuf),
    Memory(std::sync::Arc<[u8]>),
}

trait Seekable: Read + Seek + Send {}
impl<T: Read + Seek + Send> Seekable for T {}

impl Store {
    #[allow(clippy::disallowed_methods)] // This is the room that may.
    fn open(&self) -> io::Result<Box<dyn Seekable>> {
        Ok(match self {
            Self::File(path) => Box::new(BufReader::new(std::fs::File::open(path)?)),
            Self::Memory(bytes) => Box::new(io::Cursor::new(std::sync::Arc::clone(bytes))),
        })
    }
}

/// A zip archive from which members are taken.
pub(super) struct Zip {
    store: Store,
    /// What is still to be given out.
    members: std::vec::IntoIter<(String, Result<Entry, Unpackable>)>,
}

/// Where a member stands, how it is packed, and what it must come to.
struct Entry {
    start: u64,
    packed_bytes: u64,
    method: CompressionMethod,
    bytes: u64,
    crc: u32,
}

const CORRUPT: Unpackable = Unpackable::Corrupt(Packing::Zip);

impl Zip {
    pub(super) fn new(store: Store, limits: Limits) -> io::Result<Self> {
        let mut archive = ZipArchive::new(store.open()?).map_err(|_| CORRUPT.into_error())?;
        if archive.len() > limits.members_max {
            return Err(Unpackable::TooMany(limits.members_max).into_error());
        }
        let members: Vec<_> = (0..archive.len()).filter_map(|at| entry(&mut archive, at)).collect();
        Ok(Self { store, members: members.into_iter() })
    }

    /// The next member.
    pub(super) fn next(&mut self, limits: Limits) -> Option<Member> {
        let (name, entry) = self.members.next()?;
        let contents = entry.map_err(Unpackable::into_error).and_then(|entry| self.read(&entry, limits));
        Some(Member { name, contents })
    }

    fn read(&self, entry: &Entry, limits: Limits) -> io::Result<Reader> {
        let mut file = self.store.open()?;
        file.seek(SeekFrom::Start(entry.start))?;
        let packed = Whole { reader: file, left: entry.packed_bytes };
        let reader: Reader = match entry.method {
            CompressionMethod::STORE => Box::new(packed),
            CompressionMethod::DEFLATE => Box::new(metered(packed, Packing::Zip, limits, |inner| {
                Ok(flate2::bufread::DeflateDecoder::new(BufReader::new(inner)))
            })?),
            CompressionMethod::BZIP2 => Box::new(metered(packed, Packing::Zip, limits, |inner| {
                Ok(bzip2::bufread::BzDecoder::new(BufReader::new(inner)))
            })?),
            CompressionMethod::ZSTD => Box::new(metered(packed, Packing::Zip, limits, |inner| {
                zstd::stream::read::Decoder::with_buffer(BufReader::new(inner))
            })?),
            CompressionMethod::XZ => Box::new(metered(packed, Packing::Zip, limits, |inner| {
                Ok(liblzma::bufread::XzDecoder::new_stream(BufReader::new(inner), xz_stream()?))
            })?),
            _ => return Err(Unpackable::Unsupported(Packing::Zip).into_error()),
        };
        Ok(Box::new(Summed { reader, left: entry.bytes, sum: Hasher::new(), crc: entry.crc }))
    }
}

/// What the directory says of a member; nothing for a folder.
fn entry(
    archive: &mut ZipArchive<Box<dyn Seekable>>,
    at: usize,
) -> Option<(String, Result<Entry, Unpackable>)> {
    let name = archive.name_for_index(at).and_then(Result::ok).unwrap_or_default().into_owned();
    let Ok(file) = archive.by_index_raw(at) else { return Some((name, Err(CORRUPT))) };
    if !file.is_file() {
        return None;
    }
    let name = String::from_utf8_lossy(file.name_raw()).into_owned();
    let found = match file.data_start() {
        _ if file.encrypted() => Err(Unpackable::Encrypted),
        None => Err(CORRUPT),
        Some(start) => Ok(Entry {
            start,
            packed_bytes: file.compressed_size(),
            method: file.compression(),
            bytes: file.size(),
            crc: file.crc32(),
        }),
    };
    Some((name, found))
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
