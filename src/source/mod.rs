//! Where bytes come from. The only room that opens logs; it does not know what stands in them.

mod blocks;
mod encoding;
mod open;

pub use blocks::{
    BLOCK_BYTES, Block, Blocks, CARRIED_LINES_MAX, Carries, Joins, LINE_BYTES_MAX, Layout, Lines,
    RECORD_LINES_MAX, Record, Records,
};
pub use open::{Unreadable, Walk, open, walk};

use std::fmt;
use std::io::{self, Read};

/// A log that is open for reading.
pub struct Input {
    /// The name as the user gave it.
    pub name: String,
    reader: Box<dyn Read + Send>,
}

impl Input {
    /// A log read from anywhere.
    pub fn new(name: impl Into<String>, reader: impl Read + Send + 'static) -> Self {
        Self { name: name.into(), reader: Box::new(reader) }
    }

    /// A log that is in memory.
    pub fn bytes(name: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Self {
        Self::new(name, std::io::Cursor::new(bytes.into()))
    }

    /// The log as blocks of lines, in UTF-8 whatever it is written in.
    pub(crate) fn into_blocks(self) -> io::Result<Blocks> {
        Ok(Blocks::new(encoding::lines_of_utf_8(self.reader)?))
    }

    /// The first bytes of the log, in UTF-8, at most so many.
    pub fn first_bytes(self, bytes: usize) -> io::Result<Vec<u8>> {
        let mut first = Vec::new();
        let read = encoding::lines_of_utf_8(self.reader)?.take(bytes as u64).read_to_end(&mut first);
        if first.is_empty() {
            read?;
        }
        Ok(first)
    }
}

impl fmt::Debug for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Input").field("name", &self.name).finish_non_exhaustive()
    }
}
