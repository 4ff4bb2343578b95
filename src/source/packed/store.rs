//! Where an archive stands: in a file or in memory, where it can be read from any place, or in a stream, where it cannot.

use super::compressed::Reader;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// An archive that can be read from any place.
#[derive(Clone)]
pub(super) enum Store {
    /// A file, and the count of the bytes that are read of it.
    File(PathBuf, Arc<AtomicU64>),
    Memory(Arc<[u8]>),
}

pub(super) trait Seekable: Read + Seek + Send {}
impl<T: Read + Seek + Send> Seekable for T {}

impl Store {
    #[allow(clippy::disallowed_methods)] // This is the room that may.
    pub(super) fn open(&self) -> io::Result<Box<dyn Seekable>> {
        Ok(match self {
            Self::File(path, bytes) => {
                let reader = std::fs::File::open(path)?;
                Box::new(BufReader::new(Counted { reader, bytes: Arc::clone(bytes) }))
            }
            Self::Memory(bytes) => Box::new(io::Cursor::new(Arc::clone(bytes))),
        })
    }
}

/// A file whose bytes are counted when they are read.
pub(super) struct Counted<R> {
    pub(super) reader: R,
    pub(super) bytes: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.reader.read(buffer)?;
        self.bytes.fetch_add(n as u64, Ordering::Relaxed);
        Ok(n)
    }
}

impl<R: Seek> Seek for Counted<R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.reader.seek(to)
    }
}

/// An archive that is read from its beginning, and may be passed over in parts.
pub(super) enum Source {
    Stream(Reader),
    Store { reader: Box<dyn Seekable>, at: u64, bytes: u64 },
}

impl Source {
    /// The archive in a store.
    pub(super) fn of(store: &Store) -> io::Result<Self> {
        let mut reader = store.open()?;
        let bytes = reader.seek(SeekFrom::End(0))?;
        reader.rewind()?;
        Ok(Self::Store { reader, at: 0, bytes })
    }

    /// Passes over bytes, without reading them where that is possible; returns how many there were.
    pub(super) fn pass_over(&mut self, wanted: u64) -> io::Result<u64> {
        let Self::Store { reader, at, bytes } = self else {
            return io::copy(&mut self.take(wanted), &mut io::sink());
        };
        let there = wanted.min(bytes.saturating_sub(*at));
        reader.seek_relative(i64::try_from(there).map_err(io::Error::other)?)?;
        *at += there;
        Ok(there)
    }
}

impl Read for Source {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Stream(reader) => reader.read(buffer),
            Self::Store { reader, at, .. } => {
                let n = reader.read(buffer)?;
                *at += n as u64;
                Ok(n)
            }
        }
    }
}
