//! Opens what the user named, and finds out why it cannot be opened.

use super::capture::Damage;
use super::{Limits, Logs, Unpackable};
use std::fmt;
use std::fs::{self, File, Metadata};
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};

/// Folders inside folders that are walked into.
const DEPTH_MAX: usize = 64;
/// Longest edit distance at which a name counts as similar.
const SIMILAR_DISTANCE_MAX: usize = 3;

/// Why a log cannot be read.
#[derive(Debug)]
pub enum Unreadable {
    /// There is no such file.
    Missing {
        /// A file beside it whose name is alike.
        similar: Option<PathBuf>,
    },
    /// The file is not for this user.
    Denied {
        /// Whose it is, as far as that can be seen.
        owner: Option<Owner>,
    },
    /// It is neither a file nor a folder nor a pipe.
    NotAFile,
    /// It is to be made, and is there already.
    Exists,
    /// It is a packet capture that makes no sense from some place on.
    Damaged(Damage),
    /// It is packed, and cannot be unpacked, or not to its end.
    Packed(Unpackable),
    /// The user did not want it to be read on.
    Interrupted,
    /// Something else, in words of the system.
    Other(String),
}

/// The error of a reader that is to read no more.
#[derive(Clone, Copy, Debug)]
pub struct Interrupted;

impl Interrupted {
    /// Whether an error is this one.
    #[must_use]
    pub fn is(error: &io::Error) -> bool {
        error.get_ref().and_then(|inner| inner.downcast_ref::<Self>()).is_some()
    }
}

impl fmt::Display for Interrupted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

impl std::error::Error for Interrupted {}

impl From<Interrupted> for io::Error {
    /// Not of the kind of this name: after that one, reading is tried again.
    fn from(interrupted: Interrupted) -> Self {
        Self::other(interrupted)
    }
}

/// Whose a file is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Owner {
    /// This user's and this group's, with these rights.
    Known {
        /// The user's name, or number.
        user: String,
        /// The group's name, or number.
        group: String,
        /// The rights, as `chmod` takes them.
        mode: u32,
    },
    /// Another user's.
    Another,
}

impl Unreadable {
    /// What an error of the system means, at that path.
    #[must_use]
    pub fn of(error: &io::Error, path: &Path) -> Self {
        if let Some(damage) = Damage::of(error) {
            return Self::Damaged(damage);
        }
        if let Some(why) = Unpackable::of(error) {
            return Self::Packed(why);
        }
        if Interrupted::is(error) {
            return Self::Interrupted;
        }
        match error.kind() {
            ErrorKind::NotFound | ErrorKind::NotADirectory => Self::Missing { similar: similar(path) },
            ErrorKind::PermissionDenied => Self::Denied { owner: fs::metadata(path).ok().map(|m| owner(&m)) },
            ErrorKind::IsADirectory => Self::NotAFile,
            ErrorKind::AlreadyExists => Self::Exists,
            _ => Self::Other(plain(error)),
        }
    }
}

/// The words of an error of the system, without its number.
fn plain(error: &io::Error) -> String {
    let words = error.to_string();
    let words = words.split(" (os error").next().unwrap_or_default();
    let mut chars = words.chars();
    chars.next().map_or_else(String::new, |c| c.to_lowercase().chain(chars).collect())
}

/// Opens a file for its logs: itself, or the members of an archive. `reader` may stand between the file and whoever reads it.
#[allow(clippy::disallowed_methods)] // This is the room that may.
pub fn open(
    path: &Path,
    limits: Limits,
    reader: impl FnOnce(File) -> Box<dyn Read + Send>,
) -> Result<Logs, Unreadable> {
    let why = |e: io::Error| Unreadable::of(&e, path);
    let file = File::open(path).map_err(why)?;
    let kind = file.metadata().map_err(why)?.file_type();
    if kind.is_dir() {
        return Err(Unreadable::NotAFile);
    }
    // A pipe cannot be opened again.
    let again = Some(path).filter(|_| kind.is_file());
    Logs::new(path.to_string_lossy().into_owned(), reader(file), again, limits).map_err(why)
}

/// The files of a folder and of the folders in it.
#[derive(Debug, Default)]
pub struct Walk {
    /// The files, by path.
    pub files: Vec<PathBuf>,
    /// Folders that could not be looked into, and why.
    pub unreadable: Vec<(PathBuf, Unreadable)>,
}

/// Lists the files below `folder`, without following links to folders, in the order of their paths.
#[must_use]
pub fn walk(folder: &Path) -> Walk {
    let mut walk = Walk::default();
    enter(folder, DEPTH_MAX, &mut walk);
    walk.files.sort();
    walk
}

#[allow(clippy::disallowed_methods)] // This is the room that may.
fn enter(folder: &Path, depth: usize, walk: &mut Walk) {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(e) => return walk.unreadable.push((folder.to_path_buf(), Unreadable::of(&e, folder))),
    };
    for entry in entries.flatten() {
        let Ok(kind) = entry.file_type() else { continue };
        if kind.is_dir() && depth > 0 {
            enter(&entry.path(), depth - 1, walk);
        } else if kind.is_file() || kind.is_symlink() && entry.path().is_file() {
            walk.files.push(entry.path());
        }
    }
}

/// What two paths to the same file have in common: the path without links; nothing if there is no such file.
#[must_use]
#[allow(clippy::disallowed_methods)] // This is the room that may.
pub fn identity(path: &Path) -> Option<PathBuf> {
    fs::canonicalize(path).ok()
}

/// The files in the folder of a file, itself included, by path.
#[must_use]
pub fn beside(path: &Path) -> Vec<PathBuf> {
    let folder = path.parent().unwrap_or(Path::new(""));
    let mut walk = Walk::default();
    enter(if folder.as_os_str().is_empty() { Path::new(".") } else { folder }, 0, &mut walk);
    walk.files.sort();
    // As the user would name them.
    walk.files.iter().filter_map(|file| Some(folder.join(file.file_name()?))).collect()
}

/// The file in the same folder whose name is most alike, if one is close.
#[allow(clippy::disallowed_methods)] // This is the room that may.
fn similar(path: &Path) -> Option<PathBuf> {
    let name = path.file_name()?.to_string_lossy().into_owned();
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty());
    let entries = fs::read_dir(folder.unwrap_or(Path::new("."))).ok()?;
    let mut names: Vec<String> =
        entries.flatten().map(|e| e.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    let best = names.into_iter().map(|n| (crate::text::distance(&n, &name), n)).min()?;
    let near = best.0 <= SIMILAR_DISTANCE_MAX.min(name.chars().count() / 4);
    near.then(|| folder.map_or_else(|| PathBuf::from(&best.1), |f| f.join(&best.1)))
}

#[cfg(unix)]
fn owner(meta: &Metadata) -> Owner {
    use std::os::unix::fs::MetadataExt;
    let name = |file: &str, id: u32| -> String {
        #[allow(clippy::disallowed_methods)] // This is the room that may.
        let table = fs::read_to_string(file).unwrap_or_default();
        let mut names = table.lines().filter_map(|l| {
            let mut parts = l.split(':');
            let name = parts.next()?;
            (parts.nth(1)?.parse() == Ok(id)).then(|| name.to_owned())
        });
        names.next().unwrap_or_else(|| id.to_string())
    };
    let (user, group) = (name("/etc/passwd", meta.uid()), name("/etc/group", meta.gid()));
    Owner::Known { user, group, mode: meta.mode() & 0o7777 }
}

#[cfg(not(unix))]
fn owner(_: &Metadata) -> Owner {
    Owner::Another
}
