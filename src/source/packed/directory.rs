//! The directory at the end of a zip archive, read entry by entry: it may be long, and members may share a name. Sections are
//! those of PKWARE's APPNOTE 6.3.

use super::store::Seekable;
use super::{Packing, Unpackable};
use std::io::{self, Read, Seek, SeekFrom};

/// Bytes of the record that ends an archive (4.3.16), and of the comment behind it.
const END_BYTES: usize = 22;
const COMMENT_BYTES_MAX: usize = u16::MAX as usize;
/// Bytes of the same record of a large archive (4.3.14), and of what says where it is (4.3.15).
const END_64_BYTES: usize = 56;
const LOCATOR_BYTES: usize = 20;
/// Bytes of an entry (4.3.12), and of the header before a member (4.3.7), without the names in them.
const ENTRY_BYTES: usize = 46;
const LOCAL_BYTES: usize = 30;

const END: &[u8] = b"PK\x05\x06";
const END_64: &[u8] = b"PK\x06\x06";
const LOCATOR: &[u8] = b"PK\x06\x07";
const ENTRY: &[u8] = b"PK\x01\x02";
const LOCAL: &[u8] = b"PK\x03\x04";

/// Says that a number stands among the additional fields, because it needs eight bytes.
const IN_FIELDS: u64 = u32::MAX as u64;
/// The additional field with such numbers (4.5.3).
const ZIP_64: u64 = 1;
/// Systems whose attributes are those of Unix (4.4.2.2), and where these say that a member is a link.
const UNIX: [u8; 2] = [3, 19];
const KIND: u64 = 0o170_000;
const LINK: u64 = 0o120_000;

pub(super) const CORRUPT: Unpackable = Unpackable::Corrupt(Packing::Zip);

/// The entries that were not read yet.
pub(super) struct Directory {
    reader: Box<dyn Seekable>,
    left: u64,
    /// Bytes before the archive that its own offsets do not count.
    before: u64,
}

/// What the directory says of a member.
pub(super) struct Entry {
    pub(super) name: String,
    pub(super) is_file: bool,
    pub(super) is_encrypted: bool,
    pub(super) method: u16,
    pub(super) crc: u32,
    pub(super) packed_bytes: u64,
    pub(super) bytes: u64,
    header: u64,
}

impl Directory {
    /// Finds the directory.
    pub(super) fn find(mut reader: Box<dyn Seekable>) -> io::Result<Self> {
        let Extent { start, bytes, end } = Extent::find(&mut reader)?;
        let real = end.checked_sub(bytes).ok_or_else(corrupt)?;
        let as_stated = bytes == 0 || read_at::<4>(&mut reader, start).is_ok_and(|magic| magic == *ENTRY);
        let before = if as_stated { 0 } else { real.checked_sub(start).ok_or_else(corrupt)? };
        seek(&mut reader, start.checked_add(before).ok_or_else(corrupt)?)?;
        Ok(Self { reader, left: bytes, before })
    }

    /// The next entry; nothing behind the last one, or behind what makes no sense.
    pub(super) fn next(&mut self) -> Option<io::Result<Entry>> {
        if self.left == 0 {
            return None;
        }
        let entry = self.entry();
        if entry.is_err() {
            self.left = 0;
        }
        Some(entry)
    }

    fn entry(&mut self) -> io::Result<Entry> {
        let fixed: [u8; ENTRY_BYTES] = read(&mut self.reader)?;
        if !fixed.starts_with(ENTRY) {
            return Err(corrupt());
        }
        let [name, fields, comment] = [28, 30, 32].map(|at| number(&fixed[at..at + 2]));
        let length = ENTRY_BYTES as u64 + name + fields + comment;
        self.left = self.left.checked_sub(length).ok_or_else(corrupt)?;
        let name = self.bytes(name)?;
        let fields = self.bytes(fields)?;
        self.bytes(comment)?;
        let mut numbers = zip_64(&fields).chunks_exact(8);
        let mut wide = |at: usize| match number(&fixed[at..at + 4]) {
            IN_FIELDS => numbers.next().map(number).ok_or_else(corrupt),
            small => Ok(small),
        };
        let (bytes, packed_bytes, header) = (wide(24)?, wide(20)?, wide(42)?);
        let is_link = UNIX.contains(&fixed[5]) && number(&fixed[40..42]) & KIND == LINK;
        Ok(Entry {
            is_file: !is_link && !name.ends_with(b"/") && !name.ends_with(b"\\"),
            name: String::from_utf8_lossy(&name).into_owned(),
            is_encrypted: fixed[8] & 1 != 0,
            method: number(&fixed[10..12]) as u16,
            crc: number(&fixed[16..20]) as u32,
            packed_bytes,
            bytes,
            header: header.checked_add(self.before).ok_or_else(corrupt)?,
        })
    }

    fn bytes(&mut self, wanted: u64) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        let n = self.reader.by_ref().take(wanted).read_to_end(&mut bytes)?;
        if (n as u64) < wanted { Err(corrupt()) } else { Ok(bytes) }
    }
}

impl Entry {
    /// Goes to where the member's packed bytes begin: behind its own header.
    pub(super) fn seek(&self, reader: &mut Box<dyn Seekable>) -> io::Result<()> {
        let local: [u8; LOCAL_BYTES] = read_at(reader, self.header)?;
        if !local.starts_with(LOCAL) {
            return Err(corrupt());
        }
        let names = number(&local[26..28]) + number(&local[28..30]);
        reader.seek_relative(names as i64)
    }
}

/// Where the directory stands, as the archive says, and what really stands behind it.
struct Extent {
    start: u64,
    bytes: u64,
    end: u64,
}

impl Extent {
    fn find(reader: &mut Box<dyn Seekable>) -> io::Result<Self> {
        let length = reader.seek(SeekFrom::End(0))?;
        let tail_at = length.saturating_sub((END_BYTES + COMMENT_BYTES_MAX) as u64);
        reader.seek(SeekFrom::Start(tail_at))?;
        let mut tail = Vec::new();
        reader.by_ref().take((END_BYTES + COMMENT_BYTES_MAX) as u64).read_to_end(&mut tail)?;
        let at = end_record(&tail).ok_or_else(corrupt)?;
        let end = tail_at + at as u64;
        let record = &tail[at..at + END_BYTES];
        // Parts of an archive that is spread over several files.
        if number(&record[4..6]) != number(&record[6..8]) {
            return Err(Unpackable::Unsupported(Packing::Zip).into_error());
        }
        let small = Self { start: number(&record[16..20]), bytes: number(&record[12..16]), end };
        Ok(Self::find_64(reader, end)?.unwrap_or(small))
    }

    /// The same of a large archive, if it is one. It may stand elsewhere than it says, if something stands before the archive.
    fn find_64(reader: &mut Box<dyn Seekable>, end: u64) -> io::Result<Option<Self>> {
        let Some(locator_at) = end.checked_sub(LOCATOR_BYTES as u64) else { return Ok(None) };
        let locator: [u8; LOCATOR_BYTES] = read_at(reader, locator_at)?;
        if !locator.starts_with(LOCATOR) {
            return Ok(None);
        }
        let usual = locator_at.checked_sub(END_64_BYTES as u64);
        for end in [Some(number(&locator[8..16])), usual].into_iter().flatten() {
            let Ok(record) = read_at::<END_64_BYTES>(reader, end) else { continue };
            if record.starts_with(END_64) {
                return Ok(Some(Self {
                    start: number(&record[48..56]),
                    bytes: number(&record[40..48]),
                    end,
                }));
            }
        }
        Err(corrupt())
    }
}

/// Where the record stands that ends the archive: the last one whose comment ends with the file, or else the last one.
fn end_record(tail: &[u8]) -> Option<usize> {
    let last = tail.len().checked_sub(END_BYTES)?;
    let starts = (0..=last).rev().filter(|at| tail[*at..].starts_with(END));
    let behind = |at: usize| (at + END_BYTES + number(&tail[at + 20..at + 22]) as usize).cmp(&tail.len());
    let fits = starts.clone().find(|at| behind(*at).is_eq());
    fits.or_else(|| starts.clone().find(|at| behind(*at).is_le()))
}

/// The numbers of eight bytes among the additional fields.
fn zip_64(mut fields: &[u8]) -> &[u8] {
    while let [kind_0, kind_1, length_0, length_1, rest @ ..] = fields {
        let length = number(&[*length_0, *length_1]) as usize;
        let Some((field, behind)) = rest.split_at_checked(length) else { break };
        if number(&[*kind_0, *kind_1]) == ZIP_64 {
            return field;
        }
        fields = behind;
    }
    &[]
}

/// A number of up to eight bytes, the lowest first.
fn number(bytes: &[u8]) -> u64 {
    bytes.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte))
}

fn read<const N: usize>(reader: &mut impl Read) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    reader.read_exact(&mut bytes).map_err(|error| match error.kind() {
        io::ErrorKind::UnexpectedEof => corrupt(),
        _ => error,
    })?;
    Ok(bytes)
}

fn read_at<const N: usize>(reader: &mut Box<dyn Seekable>, at: u64) -> io::Result<[u8; N]> {
    seek(reader, at)?;
    read(reader)
}

/// Goes to a place that the archive states: no file goes as far as some do.
fn seek(reader: &mut Box<dyn Seekable>, at: u64) -> io::Result<()> {
    if i64::try_from(at).is_err() {
        return Err(corrupt());
    }
    reader.seek(SeekFrom::Start(at)).map(|_| ())
}

fn corrupt() -> io::Error {
    CORRUPT.into_error()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    /// An archive with one member that is packed as it is, written after APPNOTE; a large one has its numbers in eight bytes.
    fn archive(is_large: bool) -> Vec<u8> {
        let mut out = LOCAL.to_vec();
        out.extend([0; 22]);
        out.extend([1, 0, 0, 0]);
        out.extend(b"aLINE");
        let start = out.len() as u64;
        out.extend(ENTRY);
        let entry = start as usize;
        out.resize(entry + ENTRY_BYTES, 0);
        (out[entry + 20], out[entry + 24], out[entry + 28]) = (4, 4, 1);
        if is_large {
            out[entry + 20..entry + 28].fill(0xff);
            out[entry + 42..entry + 46].fill(0xff);
            out[entry + 30] = 36;
        }
        out.push(b'a');
        if is_large {
            // A field of another kind stands first.
            out.extend([9, 9, 4, 0, 0, 0, 0, 0, 1, 0, 24, 0]);
            out.extend([4u64, 4, 0].map(u64::to_le_bytes).concat());
        }
        let bytes = out.len() as u64 - start;
        if is_large {
            let end = out.len() as u64;
            out.extend(END_64);
            out.extend([0; 36]);
            out.extend([bytes, start].map(u64::to_le_bytes).concat());
            out.extend([LOCATOR, &[0; 4], &end.to_le_bytes(), &[1, 0, 0, 0]].concat());
        }
        let [bytes, start] = [bytes, start].map(|n| if is_large { u32::MAX } else { n as u32 });
        out.extend([END, &[0; 8], &bytes.to_le_bytes(), &start.to_le_bytes(), &[0; 2]].concat());
        out
    }

    /// The names of the members, and what they hold.
    fn members(archive: &[u8]) -> io::Result<Vec<(String, Vec<u8>)>> {
        let open = || -> Box<dyn Seekable> { Box::new(Cursor::new(archive.to_vec())) };
        let mut directory = Directory::find(open())?;
        let mut members = Vec::new();
        while let Some(entry) = directory.next() {
            let (entry, mut reader, mut bytes) = (entry?, open(), Vec::new());
            entry.seek(&mut reader)?;
            reader.take(entry.packed_bytes).read_to_end(&mut bytes)?;
            members.push((entry.name, bytes));
        }
        Ok(members)
    }

    #[test]
    fn members_are_found_whatever_stands_around_the_archive() {
        let want = vec![("a".to_owned(), b"LINE".to_vec())];
        for is_large in [false, true] {
            let archive = archive(is_large);
            assert_eq!(members(&archive).unwrap(), want);
            assert_eq!(members(&[b"PK\x03\x04 a program", &archive[..]].concat()).unwrap(), want);
            assert_eq!(members(&[&archive[..], &[0; 100]].concat()).unwrap(), want);
        }
    }

    #[test]
    fn what_looks_like_the_end_in_a_comment_is_none() {
        let mut archive = archive(false);
        let comment = [END, b" and so on, up to the end of this comment"].concat();
        let length = archive.len() - 2;
        archive[length] = comment.len() as u8;
        archive.extend(comment);
        assert_eq!(members(&archive).unwrap().len(), 1);
    }

    #[test]
    fn what_is_cut_or_changed_is_an_error_or_read() {
        for is_large in [false, true] {
            let archive = archive(is_large);
            for n in 0..archive.len() {
                assert!(members(&archive[..n]).is_err(), "{n} bytes");
                for value in [0, 0x7f, 0xff] {
                    let mut changed = archive.clone();
                    changed[n] = value;
                    let _ = members(&changed);
                }
            }
        }
    }
}
