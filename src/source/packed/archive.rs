//! The logs of a file: the file itself, or the members of an archive, also of archives inside it.

use super::compressed::{Reader, peeked, unpacked};
use super::meter::Allowance;
use super::parts::compression;
use super::store::{Counted, Source, Store};
use super::tarball::{self, Member, Tar};
use super::zipped::{Zip, is_zip};
use super::{Packing, Unpackable};
use crate::source::{Input, LogName, Unreadable};
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

/// Bytes of a zip archive that is not a file of its own: its directory stands at its end, so it must be held.
const HELD_ZIP_BYTES_MAX: u64 = 64 << 20;
/// How a 7z archive begins.
const SEVEN_ZIP: &[u8] = b"7z\xbc\xaf\x27\x1c";

/// How much may come out of what is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes that a file unpacks to: everything in it together, and what is packed several times counts each time.
    pub unpacked_bytes_max: u64,
    /// How many times the size of what is packed, once it is large.
    pub ratio_max: u64,
    /// Archives inside archives.
    pub depth_max: usize,
    /// Members of an archive.
    pub members_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { unpacked_bytes_max: 100 << 30, ratio_max: 10_000, depth_max: 4, members_max: 100_000 }
    }
}

/// The logs of a file, one after the other.
pub struct Logs {
    name: String,
    /// The only log that is wanted, if it is one.
    wanted: Option<String>,
    allowance: Allowance,
    layers: Vec<Layer>,
    n_members: usize,
}

/// Where logs come from: the file, or an archive.
enum Layer {
    One(Option<Reader>),
    Tar { name: String, tar: Tar },
    Zip { name: String, zip: Zip },
}

/// A log that was found in a file, or why it cannot be read.
pub struct FoundLog {
    /// The name of the file, with that of the member behind it.
    pub name: LogName,
    /// The log.
    pub input: Result<Input, Unreadable>,
}

impl Logs {
    /// The logs of a stream. A zip archive must be a file at `path`, or small.
    ///
    /// # Errors
    /// Why the stream cannot be read at all.
    pub fn new(name: String, reader: Reader, path: Option<&Path>, limits: Limits) -> io::Result<Self> {
        let allowance = Allowance::new(limits);
        let reader = Box::new(Counted { reader, bytes: Arc::clone(&allowance.file_bytes) });
        let layer = Self::layer(name.clone(), reader, path, &allowance)?;
        Ok(Self { name, wanted: None, allowance, layers: vec![layer], n_members: 0 })
    }

    /// How many bytes of the file itself were read so far, as they stand in it.
    #[must_use]
    pub fn bytes_read(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.allowance.file_bytes)
    }

    /// Whether the archive cannot be read on within the log at hand, which whoever read that log was told.
    #[must_use]
    pub fn is_cut(&self) -> bool {
        self.layers.iter().any(|layer| matches!(layer, Layer::Tar { tar, .. } if tar.is_cut()))
    }

    /// The same without members that do not lead to the one of that name: they are passed over.
    #[must_use]
    pub fn only(self, name: &str) -> Self {
        Self { wanted: Some(name.to_owned()), ..self }
    }

    fn layer(name: String, reader: Reader, path: Option<&Path>, allowance: &Allowance) -> io::Result<Layer> {
        let (mut first, mut whole) = peeked(reader, tarball::MAGIC_BYTES)?;
        let mut path = path;
        if compression(&first).is_some() {
            (first, whole) = peeked(unpacked(whole, allowance)?, tarball::MAGIC_BYTES)?;
            path = None;
        }
        let file = path.map(|path| Store::File(path.to_path_buf(), Arc::clone(&allowance.file_bytes)));
        if is_zip(&first) {
            let store = file.map_or_else(|| held(whole), Ok)?;
            return Ok(Layer::Zip { name, zip: Zip::new(store)? });
        }
        if tarball::is_tar(&first) {
            let source = file.map_or_else(|| Ok(Source::Stream(whole)), |file| Source::of(&file))?;
            return Ok(Layer::Tar { name, tar: Tar::new(source) });
        }
        if first.starts_with(SEVEN_ZIP) {
            return Err(Unpackable::Unsupported(Packing::SevenZip).into_error());
        }
        let (is_empty, whole) = tarball::is_empty(&first, whole)?;
        if is_empty {
            return Ok(Layer::Tar { name, tar: Tar::new(Source::Stream(whole)) });
        }
        Ok(Layer::One(Some(whole)))
    }

    /// The next member of the archive at hand, with the name of the archive before its own.
    fn next_member(&mut self) -> Option<Member> {
        let (name, member) = match self.layers.last_mut()? {
            Layer::One(_) => return None,
            Layer::Zip { name, zip } => (name.clone(), zip.next(&self.allowance)),
            Layer::Tar { name, tar } => (name.clone(), tar.next()),
        };
        let member = match member {
            Ok(member) => member?,
            // It cannot be read on behind a place that makes no sense.
            Err(error) => {
                self.layers.pop();
                return Some(Member { name, contents: Err(error) });
            }
        };
        Some(Member { name: format!("{name}/{}", member.name), contents: member.contents })
    }

    /// The log of that name, which has that of the file before it.
    fn log(&self, path: String, reader: io::Result<Reader>) -> FoundLog {
        let member = path.strip_prefix(&self.name).and_then(|rest| rest.strip_prefix('/'));
        let member = member.filter(|member| !member.is_empty()).map(str::to_owned);
        let name = LogName { path, member };
        let input = match reader {
            Ok(reader) => Ok(Input { name: name.clone(), reader }),
            Err(error) => Err(Unreadable::of(&error, Path::new(&name.path))),
        };
        FoundLog { name, input }
    }

    /// Whether a member is wanted, or the wanted one may be in it.
    fn leads_on(&self, name: &str) -> bool {
        let Some(wanted) = &self.wanted else { return true };
        wanted.strip_prefix(name).is_some_and(|behind| behind.is_empty() || behind.starts_with('/'))
    }
}

impl Iterator for Logs {
    type Item = FoundLog;

    fn next(&mut self) -> Option<FoundLog> {
        loop {
            // Whoever read on until then was told.
            if self.allowance.is_used_up() {
                self.layers.clear();
            }
            if let Layer::One(reader) = self.layers.last_mut()? {
                let reader = reader.take();
                self.layers.pop();
                return Some(self.log(self.name.clone(), Ok(reader?)));
            }
            let Some(Member { mut name, contents }) = self.next_member() else {
                self.layers.pop();
                continue;
            };
            self.n_members += 1;
            let Limits { members_max, depth_max, .. } = self.allowance.limits;
            let layer = if self.n_members > members_max {
                self.layers.clear();
                name.clone_from(&self.name);
                Err(Unpackable::TooMany(members_max).into_error())
            } else if contents.is_ok() && !self.leads_on(&name) {
                continue;
            } else {
                contents.and_then(|reader| Self::layer(name.clone(), reader, None, &self.allowance))
            };
            let error = match layer {
                Ok(Layer::One(reader)) => return Some(self.log(name, Ok(reader?))),
                Ok(_) if self.layers.len() >= depth_max => Unpackable::TooDeep(depth_max).into_error(),
                Ok(archive) => {
                    self.layers.push(archive);
                    continue;
                }
                Err(error) => error,
            };
            return Some(self.log(name, Err(error)));
        }
    }
}

/// A zip archive that is read from a stream, in memory.
fn held(reader: Reader) -> io::Result<Store> {
    let mut bytes = Vec::new();
    reader.take(HELD_ZIP_BYTES_MAX + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > HELD_ZIP_BYTES_MAX {
        return Err(Unpackable::TooLargeToHold(HELD_ZIP_BYTES_MAX).into_error());
    }
    Ok(Store::Memory(bytes.into()))
}
