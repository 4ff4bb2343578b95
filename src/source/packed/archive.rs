//! The logs of a file: the file itself, or the members of an archive, also of archives inside it.

use super::Unpackable;
use super::compressed::{Reader, peeked, unpacked};
use super::tarball::{self, Member, Tar};
use super::zipped::{Store, Zip, is_zip};
use crate::source::{Input, LogName, Unreadable};
use std::io::{self, Read};
use std::path::Path;

/// Bytes of a zip archive that is not a file of its own: its directory stands at its end, so it must be held.
const HELD_ZIP_BYTES_MAX: u64 = 64 << 20;

/// How much may come out of what is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes that a compressed file or a member unpacks to.
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
    limits: Limits,
    layers: Vec<Layer>,
    n_members: usize,
}

/// Where logs come from: the file, or an archive.
enum Layer {
    One(Option<Reader>),
    Tar { name: String, tar: Tar },
    Zip { name: String, zip: Zip },
}

/// A log, or why it cannot be read.
pub struct Log {
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
        let layer = Self::layer(name.clone(), reader, path, limits)?;
        Ok(Self { name, limits, layers: vec![layer], n_members: 0 })
    }

    fn layer(name: String, reader: Reader, path: Option<&Path>, limits: Limits) -> io::Result<Layer> {
        let (first, whole) = peeked(reader, 4)?;
        if is_zip(&first) {
            let store = match path {
                Some(path) => Store::File(path.to_path_buf()),
                None => held(whole)?,
            };
            return Ok(Layer::Zip { name, zip: Zip::new(store, limits)? });
        }
        let (first, whole) = peeked(unpacked(whole, limits)?, tarball::MAGIC_BYTES)?;
        if tarball::is_tar(&first) {
            return Ok(Layer::Tar { name, tar: Tar::new(whole) });
        }
        if is_zip(&first) {
            return Ok(Layer::Zip { name, zip: Zip::new(held(whole)?, limits)? });
        }
        Ok(Layer::One(Some(whole)))
    }

    /// The next member of the archive at hand, with the name of the archive before its own.
    fn next_member(&mut self) -> Option<Member> {
        let (name, member) = match self.layers.last_mut()? {
            Layer::One(_) => return None,
            Layer::Zip { name, zip } => (name.clone(), zip.next(self.limits)?),
            Layer::Tar { name, tar } => match tar.next() {
                Ok(member) => (name.clone(), member?),
                // It cannot be read on behind a place that makes no sense.
                Err(error) => {
                    let name = name.clone();
                    self.layers.pop();
                    return Some(Member { name, contents: Err(error) });
                }
            },
        };
        Some(Member { name: format!("{name}/{}", member.name), contents: member.contents })
    }

    /// The log of that name, which has that of the file before it.
    fn log(&self, path: String, reader: io::Result<Reader>) -> Log {
        let member = path.strip_prefix(&self.name).and_then(|rest| rest.strip_prefix('/'));
        let member = member.filter(|member| !member.is_empty()).map(str::to_owned);
        let name = LogName { path, member };
        let input = match reader {
            Ok(reader) => Ok(Input { name: name.clone(), reader }),
            Err(error) => Err(Unreadable::of(&error, Path::new(&name.path))),
        };
        Log { name, input }
    }
}

impl Iterator for Logs {
    type Item = Log;

    fn next(&mut self) -> Option<Log> {
        loop {
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
            let layer = if self.n_members > self.limits.members_max {
                self.layers.clear();
                name.clone_from(&self.name);
                Err(Unpackable::TooMany(self.limits.members_max).into_error())
            } else {
                contents.and_then(|reader| Self::layer(name.clone(), reader, None, self.limits))
            };
            let error = match layer {
                Ok(Layer::One(reader)) => return Some(self.log(name, Ok(reader?))),
                Ok(_) if self.layers.len() >= self.limits.depth_max => {
                    Unpackable::TooDeep(self.limits.depth_max).into_error()
                }
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
