//! Where an archive stands: in a file or in memory, where it can be read from any place, or in a stream, where it cannot.

use super::compressed::Reader;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::PathBuf;
use std::sync::Arc;

/// An archive that can be read from any place.
#[derive(Clone)]
pub(super) enum Store {
    File(PathBuf),
    Memory(Arc<[u8]>),
}

pub(super) trait Seekable: Read + Seek + Send {}
impl<T: Read + Seek + Send> Seekable for T {}

impl Store {
    #[allow(clippy::disallowed_methods)] // This is the room that may.
    pub(super) fn open(&self) -> io::Result<Box<dyn Seekable>> {
        Ok(match self {
            Self::File(path) => Box::new(BufReader::new(std::fs::File::open(path)?)),
            Self::Memory(bytes) => Box::new(io::Cursor::new(Arc::clone(bytes))),
        })
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
