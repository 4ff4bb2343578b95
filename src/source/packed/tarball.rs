//! The members of a tar archive, one after the other, as streams. The crate knows the header; its own reader cannot be handed to
//! another thread.

use super::compressed::{Reader, peeked};
use super::store::Source;
use super::{Packing, Unpackable};
use crate::source::Interrupted;
use std::io::{self, Read};
use std::sync::{Arc, Mutex, PoisonError};

/// Bytes of a block of the archive.
const BLOCK_BYTES: usize = 512;
/// Bytes that an archive is filled up to multiples of, and of the longest that is looked at for being empty.
const RECORD_BYTES: usize = 20 * BLOCK_BYTES;
const EMPTY_BYTES_MAX: usize = 10 * RECORD_BYTES;
/// Bytes of what stands before a header: a long name, attributes.
const NAME_BYTES_MAX: u64 = 1 << 20;

/// Whether a stream that begins so is a tar archive.
pub(super) fn is_tar(first: &[u8]) -> bool {
    first.len() >= BLOCK_BYTES && header(&first[..BLOCK_BYTES]).is_some()
}

/// Whether a stream is a tar archive without members: blocks of zeros and nothing else, as many as programs write.
pub(super) fn is_empty(first: &[u8], stream: Reader) -> io::Result<(bool, Reader)> {
    if first.len() < BLOCK_BYTES || first.iter().any(|b| *b != 0) {
        return Ok((false, stream));
    }
    let (bytes, stream) = peeked(stream, EMPTY_BYTES_MAX + 1)?;
    let fits = bytes.len() == 2 * BLOCK_BYTES || bytes.len().is_multiple_of(RECORD_BYTES);
    Ok((fits && bytes.len() <= EMPTY_BYTES_MAX && bytes.iter().all(|b| *b == 0), stream))
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
    source: Source,
    /// Bytes of the member at hand that were not read, and those that fill its last block.
    left: u64,
    padding: u64,
    /// Whether the archive cannot be read on within the member at hand, which whoever read that member was told.
    is_cut: bool,
}

/// A member of an archive.
pub(super) struct Member {
    pub(super) name: String,
    /// What it holds, or why that cannot be read.
    pub(super) contents: io::Result<Reader>,
}

/// What stands before a header and is about the member behind it.
#[derive(Default)]
struct Ahead {
    name: Option<String>,
    bytes: Option<u64>,
    is_sparse: bool,
}

const CORRUPT: Unpackable = Unpackable::Corrupt(Packing::Tar);

impl Tar {
    pub(super) fn new(source: Source) -> Self {
        Self(Arc::new(Mutex::new(State { source, left: 0, padding: 0, is_cut: false })))
    }

    /// Whether it cannot be read on within the member at hand, which whoever read that member was told.
    pub(super) fn is_cut(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).is_cut
    }

    /// The next member that is a file; what was not read of the one before is passed over.
    pub(super) fn next(&mut self) -> io::Result<Option<Member>> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut ahead = Ahead::default();
        let mut has_ended = false;
        loop {
            if state.is_cut {
                return Ok(None);
            }
            state.pass_over()?;
            let mut block = [0; BLOCK_BYTES];
            if !state.fill(&mut block)? {
                return Ok(None);
            }
            // Another archive may stand behind the end of this one.
            if block.iter().all(|b| *b == 0) {
                has_ended = true;
                continue;
            }
            let header = match header(&block) {
                Some(header) => header,
                None if has_ended => return Ok(None),
                None => return Err(CORRUPT.into_error()),
            };
            let kind = header.entry_type();
            let stated = header.entry_size().map_err(|_| CORRUPT.into_error())?;
            // Links and folders hold nothing, whatever their size says.
            let holds_nothing = matches!(header.as_bytes()[156], b'1'..=b'6');
            state.begin(if holds_nothing { 0 } else { ahead.bytes.take().unwrap_or(stated) })?;
            if kind.is_gnu_longname() {
                let name = state.text()?;
                ahead.name = Some(String::from_utf8_lossy(&name).trim_end_matches('\0').to_owned());
            } else if kind.is_pax_local_extensions() {
                ahead.take(&state.text()?);
            } else if kind.is_file() || kind.is_contiguous() || kind.is_gnu_sparse() {
                let own = || String::from_utf8_lossy(&header.path_bytes()).into_owned();
                let name = ahead.name.take().unwrap_or_else(own);
                let contents: io::Result<Reader> = if kind.is_gnu_sparse() || ahead.is_sparse {
                    Err(Unpackable::Unsupported(Packing::Tar).into_error())
                } else {
                    Ok(Box::new(Contents(Arc::clone(&self.0))))
                };
                return Ok(Some(Member { name, contents }));
            } else if !kind.is_gnu_longlink() && !kind.is_pax_global_extensions() {
                ahead = Ahead::default();
            }
        }
    }
}

impl Ahead {
    /// Takes the records of a pax header, `30 path=a/long/name/of/a.log` each: its length in all, a key, a value.
    fn take(&mut self, mut records: &[u8]) {
        while let Some((key, value, rest)) = pax_record(records) {
            let text = || String::from_utf8_lossy(value).into_owned();
            match key {
                b"path" | b"GNU.sparse.name" => self.name = Some(text()),
                b"size" => self.bytes = text().parse().ok(),
                _ => {}
            }
            self.is_sparse |= key.starts_with(b"GNU.sparse.");
            records = rest;
        }
    }
}

/// The first record, and what stands behind it.
fn pax_record(records: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let blank = records.iter().position(|b| *b == b' ')?;
    let length: usize = std::str::from_utf8(&records[..blank]).ok()?.parse().ok()?;
    let record = records.get(blank + 1..length)?.strip_suffix(b"\n")?;
    let equals = record.iter().position(|b| *b == b'=')?;
    Some((&record[..equals], &record[equals + 1..], &records[length..]))
}

impl State {
    /// A member of that size begins.
    fn begin(&mut self, bytes: u64) -> io::Result<()> {
        let padded =
            bytes.checked_next_multiple_of(BLOCK_BYTES as u64).ok_or_else(|| CORRUPT.into_error())?;
        (self.left, self.padding) = (bytes, padded - bytes);
        Ok(())
    }

    /// Passes over what is left of the member at hand.
    fn pass_over(&mut self) -> io::Result<()> {
        let rest = std::mem::take(&mut self.left).saturating_add(std::mem::take(&mut self.padding));
        let passed = self.source.pass_over(rest)?;
        if passed < rest { Err(Unpackable::Cut(Packing::Tar).into_error()) } else { Ok(()) }
    }

    /// Reads a whole block; nothing where the archive ends before it.
    fn fill(&mut self, block: &mut [u8; BLOCK_BYTES]) -> io::Result<bool> {
        let mut filled = Vec::with_capacity(BLOCK_BYTES);
        self.source.by_ref().take(BLOCK_BYTES as u64).read_to_end(&mut filled)?;
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
    fn text(&mut self) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        let wanted = self.left.min(NAME_BYTES_MAX);
        self.left -= self.source.by_ref().take(wanted).read_to_end(&mut bytes)? as u64;
        Ok(bytes)
    }
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
        let read = match state.source.read(&mut buffer[..room]) {
            Ok(0) => Err(Unpackable::Cut(Packing::Tar).into_error()),
            read => read,
        };
        match &read {
            Ok(n) => state.left -= *n as u64,
            Err(error) if error.kind() == io::ErrorKind::Interrupted || Interrupted::is(error) => {}
            // Whoever asks again is told again.
            Err(_) => state.is_cut = true,
        }
        read
    }
}
