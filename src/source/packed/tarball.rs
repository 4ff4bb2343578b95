//! The members of a tar archive, one after the other, as streams. The crate knows the header; its own reader cannot be handed to
//! another thread.

use super::compressed::Reader;
use super::{Packing, Unpackable};
use std::io::{self, Read};
use std::sync::{Arc, Mutex, PoisonError};

/// Bytes of a block of the archive.
const BLOCK_BYTES: usize = 512;
/// Bytes of a name that does not fit into the header.
const NAME_BYTES_MAX: u64 = 64 * 1024;

/// Whether a stream that begins so is a tar archive.
pub(super) fn is_tar(first: &[u8]) -> bool {
    first.len() >= BLOCK_BYTES && header(&first[..BLOCK_BYTES]).is_some()
}

/// Bytes that show it.
pub(super) const MAGIC_BYTES: usize = BLOCK_BYTES;

/// The header in a block, if its sum is right.
fn header(block: &[u8]) -> Option<&tar::Header> {
    let header = tar::Header::from_byte_slice(block);
    // Where the sum stands, blanks are added instead.
    let summands = block.iter().enumerate().map(|(at, b)| if (148..156).contains(&at) { b' ' } else { *b });
    let sum: u32 = summands.map(u32::from).sum();
    (header.cksum().ok()? == sum && block[0] != 0).then_some(header)
}

/// A tar archive from which members are taken.
pub(super) struct Tar(Arc<Mutex<State>>);

struct State {
    reader: Reader,
    /// Bytes of the member at hand that were not read, and those that fill its last block.
    left: u64,
    padding: u64,
    /// Whether the archive ended within the member at hand.
    is_cut: bool,
}

/// A member: its name and what it holds.
pub(super) struct Member {
    pub(super) name: String,
    pub(super) reader: Reader,
}

impl Tar {
    pub(super) fn new(reader: Reader) -> Self {
        Self(Arc::new(Mutex::new(State { reader, left: 0, padding: 0, is_cut: false })))
    }

    /// The next member that is a file; what was not read of the one before is passed over.
    pub(super) fn next(&mut self) -> io::Result<Option<Member>> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut long_name = None;
        loop {
            if state.is_cut {
                return Ok(None);
            }
            state.pass_over()?;
            let mut block = [0; BLOCK_BYTES];
            if !state.fill(&mut block)? || block.iter().all(|b| *b == 0) {
                return Ok(None);
            }
            let corrupt = || Unpackable::Corrupt(Packing::Tar).into_error();
            let header = header(&block).ok_or_else(corrupt)?;
            state.left = header.entry_size().map_err(|_| corrupt())?;
            state.padding = state.left.next_multiple_of(BLOCK_BYTES as u64) - state.left;
            let kind = header.entry_type();
            if kind.is_gnu_longname() {
                long_name = Some(state.text()?.trim_end_matches('\0').to_owned());
            } else if kind.is_pax_local_extensions() {
                long_name = path_of_pax(&state.text()?).or(long_name);
            } else if kind.is_file() || kind.is_contiguous() {
                let own = || String::from_utf8_lossy(&header.path_bytes()).into_owned();
                let name = long_name.take().unwrap_or_else(own);
                return Ok(Some(Member { name, reader: Box::new(Contents(Arc::clone(&self.0))) }));
            } else if !kind.is_gnu_longlink() && !kind.is_pax_global_extensions() {
                long_name = None;
            }
        }
    }
}

impl State {
    /// Passes over what is left of the member at hand.
    fn pass_over(&mut self) -> io::Result<()> {
        let rest = std::mem::take(&mut self.left) + std::mem::take(&mut self.padding);
        let passed = io::copy(&mut self.reader.by_ref().take(rest), &mut io::sink())?;
        if passed < rest { Err(Unpackable::Cut(Packing::Tar).into_error()) } else { Ok(()) }
    }

    /// Reads a whole block; nothing where the archive ends before it.
    fn fill(&mut self, block: &mut [u8; BLOCK_BYTES]) -> io::Result<bool> {
        let mut filled = Vec::with_capacity(BLOCK_BYTES);
        self.reader.by_ref().take(BLOCK_BYTES as u64).read_to_end(&mut filled)?;
        match filled.len() {
            0 => Ok(false),
            BLOCK_BYTES => {
                block.copy_from_slice(&filled);
                Ok(true)
            }
            _ => Err(Unpackable::Cut(Packing::Tar).into_error()),
        }
    }

    /// The contents of a member that says something about the next one.
    fn text(&mut self) -> io::Result<String> {
        let mut bytes = Vec::new();
        let wanted = self.left.min(NAME_BYTES_MAX);
        self.left -= self.reader.by_ref().take(wanted).read_to_end(&mut bytes)? as u64;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }
}

// 30 path=a/long/name/of/a.log
fn path_of_pax(text: &str) -> Option<String> {
    let records = text.lines().filter_map(|line| line.split_once(' '));
    records.filter_map(|(_, record)| record.strip_prefix("path=")).next_back().map(str::to_owned)
}

/// What a member holds. It ends when the archive goes on to the next one.
struct Contents(Arc<Mutex<State>>);

impl Read for Contents {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let room = buffer.len().min(usize::try_from(state.left).unwrap_or(usize::MAX));
        if room == 0 {
            return Ok(0);
        }
        let n = state.reader.read(&mut buffer[..room])?;
        if n == 0 {
            // Whoever asks again is told again.
            state.is_cut = true;
            return Err(Unpackable::Cut(Packing::Tar).into_error());
        }
        state.left -= n as u64;
        Ok(n)
    }
}
