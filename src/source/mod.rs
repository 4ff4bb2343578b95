//! Where bytes come from. The only room that opens logs; it does not know what stands in them. A packet capture becomes
//! lines here, so that the rooms behind need not know of packets.

mod blocks;
pub(crate) mod capture;
mod encoding;
mod globs;
mod open;
mod packed;
mod rotation;

pub use blocks::{
    BLOCK_BYTES, Block, Blocks, CARRIED_LINES_MAX, Carries, Joins, LINE_BYTES_MAX, Layout, Lines,
    RECORD_LINES_MAX, Record, Records,
};
pub use capture::{Counts as CaptureCounts, Damage};
pub use globs::{BadPattern, Globs, expanded};
pub use open::{Interrupted, Owner, Unreadable, Walk, beside, identity, open, walk};
pub use packed::{FoundLog, Limits, Logs, Packing, Unpackable};
pub use rotation::{Rotated, Rotation, rotations};

use blocks::Stream;
use capture::{Capture, MAGIC_BYTES};
use std::fmt;
use std::io::{self, Cursor, Read};

/// The name of a log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogName {
    /// The path of the file as the user gave it, with the member behind it if the file is an archive.
    pub path: String,
    /// The member.
    pub member: Option<String>,
}

impl From<&str> for LogName {
    fn from(path: &str) -> Self {
        Self { path: path.to_owned(), member: None }
    }
}

impl LogName {
    /// The file, without the member.
    #[must_use]
    pub fn file(&self) -> &str {
        let member = self.member.as_deref();
        let file = member.and_then(|member| self.path.strip_suffix(member)?.strip_suffix('/'));
        file.unwrap_or(&self.path)
    }

    /// What tells it from others in its folder or archive.
    #[must_use]
    pub fn last_part(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
    }
}

/// A log that is open for reading.
pub struct Input {
    /// What it is called.
    pub name: LogName,
    reader: Box<dyn Read + Send>,
}

impl Input {
    /// A log read from anywhere.
    pub fn new(name: impl Into<LogName>, reader: impl Read + Send + 'static) -> Self {
        Self { name: name.into(), reader: Box::new(reader) }
    }

    /// A log that is in memory.
    pub fn bytes(name: impl Into<LogName>, bytes: impl Into<Vec<u8>>) -> Self {
        Self::new(name, Cursor::new(bytes.into()))
    }

    /// The log as blocks of lines, in UTF-8 whatever it is written in. A packet capture is known by its first bytes, and its
    /// packets become lines.
    pub(crate) fn into_blocks(self) -> io::Result<Blocks> {
        Ok(Blocks::new(self.into_stream()?))
    }

    /// The first bytes of the log, in UTF-8, at most so many.
    pub fn first_bytes(self, bytes: usize) -> io::Result<Vec<u8>> {
        Blocks::new(self.into_stream()?).peek(bytes).map(<[u8]>::to_vec)
    }

    fn into_stream(self) -> io::Result<Stream> {
        let mut reader = self.reader;
        let mut first = Vec::new();
        let read = reader.by_ref().take(MAGIC_BYTES as u64).read_to_end(&mut first);
        if first.is_empty() {
            read?;
        }
        let is_capture = capture::is_capture(&first);
        let whole = Box::new(Cursor::new(first).chain(reader));
        Ok(if is_capture {
            Stream::Capture(Box::new(Capture::new(whole)))
        } else {
            Stream::Text(encoding::lines_of_utf_8(whole)?)
        })
    }
}

impl fmt::Debug for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Input").field("name", &self.name).finish_non_exhaustive()
    }
}
