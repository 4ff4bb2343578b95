//! The members of a zip archive as streams. The crate knows the directory; each member is read with a file handle of its own, so
//! that it can be handed to another thread.

use super::compressed::Reader;
use super::meter::metered;
use super::tarball::Member;
use super::{Limits, Packing, Unpackable};
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::PathBuf;
use zip::{CompressionMethod, ZipArchive};

/// Whether a stream that begins so is a zip archive: one with members, or an empty one.
pub(super) fn is_zip(first: &[u8]) -> bool {
    first.starts_with(b"PK\x03\x04") || first.starts_with(b"PK\x05\x06")
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
    members: std::vec::IntoIter<Entry>,
}

/// Where a member stands, and how it is packed.
struct Entry {
    name: String,
    start: u64,
    packed_bytes: u64,
    method: CompressionMethod,
    is_encrypted: bool,
}

impl Zip {
    pub(super) fn new(store: Store, limits: Limits) -> io::Result<Self> {
        let corrupt = |_| Unpackable::Corrupt(Packing::Zip).into_error();
        let mut archive = ZipArchive::new(store.open()?).map_err(corrupt)?;
        if archive.len() > limits.members_max {
            return Err(Unpackable::TooMany(limits.members_max).into_error());
        }
        let mut members = Vec::new();
        for at in 0..archive.len() {
            let file = archive.by_index_raw(at).map_err(corrupt)?;
            if !file.is_file() {
                continue;
            }
            let start = file.data_start().ok_or_else(|| Unpackable::Corrupt(Packing::Zip).into_error())?;
            members.push(Entry {
                name: String::from_utf8_lossy(file.name_raw()).into_owned(),
                start,
                packed_bytes: file.compressed_size(),
                method: file.compression(),
                is_encrypted: file.encrypted(),
            });
        }
        Ok(Self { store, members: members.into_iter() })
    }

    /// The next member.
    pub(super) fn next(&mut self, limits: Limits) -> Option<(String, io::Result<Member>)> {
        let entry = self.members.next()?;
        Some((entry.name.clone(), self.read(&entry, limits)))
    }

    fn read(&self, entry: &Entry, limits: Limits) -> io::Result<Member> {
        if entry.is_encrypted {
            return Err(Unpackable::Encrypted.into_error());
        }
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
                Ok(liblzma::bufread::XzDecoder::new(BufReader::new(inner)))
            })?),
            _ => return Err(Unpackable::Unsupported(Packing::Zip).into_error()),
        };
        Ok(Member { name: entry.name.clone(), reader })
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
