//! A file among the inputs: a log, or an archive of logs, opened when it is asked for.

use super::complaint::Complaint;
use super::inputs::{no_logs, unreadable};
use super::interrupt::Interrupt;
use super::progress::Bar;
use ftplog::source::{self, FoundLog, Globs, Input, Limits, LogName, Logs, Unreadable};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

/// A file, or the member of an archive that the user named.
#[derive(Clone)]
pub(crate) struct File {
    /// Where it is; nothing for standard input. The archive, if the user named a member.
    path: Option<PathBuf>,
    /// Its name as the user gave it.
    pub(crate) name: String,
    /// Whether the user named it, rather than a folder that it is in.
    pub(crate) by_user: bool,
    /// Whether the user named a member of an archive.
    is_member: bool,
    pub(crate) reach: Reach,
}

/// What is read of files.
#[derive(Clone, Default)]
pub(crate) struct Reach {
    /// How much may come out of what is packed.
    pub(crate) limits: Limits,
    /// Which files and members of archives are left out.
    pub(crate) exclude: Arc<Globs>,
    /// Where it is shown how much was read.
    pub(crate) bar: Option<Arc<Bar>>,
    /// Whether no more is to be read.
    pub(crate) interrupt: Interrupt,
}

/// A log or a piece of one that was opened, or why it could not be.
pub(crate) struct OpenedPiece {
    pub(crate) name: LogName,
    /// Whether the user named it, rather than a folder or an archive that it is in.
    pub(crate) by_user: bool,
    pub(crate) input: Result<Input, Complaint>,
}

impl File {
    /// The file at a path that the user named; the path may lead into an archive.
    pub(crate) fn named(path: PathBuf, reach: Reach) -> Self {
        let name = path.to_string_lossy().into_owned();
        let archive = archive(&path);
        let is_member = archive.is_some();
        Self { path: archive.or(Some(path)), name, by_user: true, is_member, reach }
    }

    /// A file in a folder that the user named.
    pub(crate) fn in_folder(path: PathBuf, reach: Reach) -> Self {
        let name = path.to_string_lossy().into_owned();
        Self { path: Some(path), name, by_user: false, is_member: false, reach }
    }

    /// Standard input, under that name.
    pub(crate) fn stdin(name: String, reach: Reach) -> Self {
        Self { path: None, name, by_user: true, is_member: false, reach }
    }

    /// Its bytes; nothing for a pipe. A file that is not there has none.
    pub(crate) fn bytes(&self) -> Option<u64> {
        match std::fs::metadata(self.path.as_ref()?) {
            Ok(known) => known.is_file().then_some(known.len()),
            Err(_) => Some(0),
        }
    }

    /// The archive that it is a member of.
    pub(crate) fn archive(&self) -> Option<Self> {
        let path = self.path.clone().filter(|_| self.is_member)?;
        Some(Self::named(path, self.reach.clone()))
    }

    /// The files in its folder, itself included.
    pub(crate) fn beside(&self) -> Vec<Self> {
        let files = self.path.as_deref().map(source::beside).unwrap_or_default();
        files.into_iter().map(|path| Self::in_folder(path, self.reach.clone())).collect()
    }

    /// Its name as others in its folder have it, however the folder was named.
    pub(crate) fn plain_name(&self) -> String {
        let path = Path::new(&self.name);
        let parts = path.components().filter(|part| !matches!(part, Component::CurDir));
        parts.collect::<PathBuf>().to_string_lossy().into_owned()
    }

    /// Whether there is such a file; standard input always is.
    pub(crate) fn is_there(&self) -> bool {
        self.path.as_ref().is_none_or(|path| path.exists())
    }

    /// Whether the user did not exclude it.
    pub(crate) fn is_wanted(&self) -> bool {
        self.wants(&self.name)
    }

    /// Whether the user did not exclude a log of that name in it.
    pub(crate) fn wants(&self, name: &str) -> bool {
        !self.reach.exclude.has(name)
    }

    /// What its names have in common; nothing for what is no file of its own.
    pub(crate) fn identity(&self) -> Option<PathBuf> {
        self.path.as_deref().filter(|_| !self.is_member).and_then(source::identity)
    }

    /// The file that is read for it, by what its names have in common.
    pub(crate) fn on_disk(&self) -> Option<PathBuf> {
        self.path.as_deref().and_then(source::identity)
    }

    /// Whether its logs can be read in another order than that in which they stand in it.
    pub(crate) fn can_be_opened_again(&self) -> bool {
        self.path.as_ref().is_some_and(|path| path.is_file())
    }

    /// The logs in it: itself, or the members of an archive, each opened when it is asked for.
    pub(crate) fn logs(&self) -> Result<Box<dyn Iterator<Item = FoundLog>>, Complaint> {
        let logs = self.contents()?;
        if !self.is_member {
            return Ok(Box::new(logs));
        }
        self.member(logs).map(|log| Box::new(std::iter::once(log)) as Box<dyn Iterator<Item = FoundLog>>)
    }

    /// Its logs, opened.
    pub(crate) fn opened(&self) -> Box<dyn Iterator<Item = OpenedPiece> + '_> {
        match self.logs() {
            Ok(logs) => Box::new(logs.map(|log| self.found(log))),
            Err(complaint) => Box::new(std::iter::once(self.failed(complaint))),
        }
    }

    /// The log that it is.
    pub(crate) fn open(&self) -> Result<Input, Complaint> {
        match self.logs()?.next() {
            Some(log) if log.name.path == self.name => self.found(log).input,
            _ => Err(no_logs(&self.name, 0, &[])),
        }
    }

    /// A log that was found in it.
    pub(crate) fn found(&self, log: FoundLog) -> OpenedPiece {
        let by_user = self.by_user && (self.is_member || log.name.member.is_none());
        let input = log.input.map_err(|why| unreadable(&log.name.path, &why));
        OpenedPiece { name: log.name, by_user, input }
    }

    /// The file, which could not be read.
    pub(crate) fn failed(&self, complaint: Complaint) -> OpenedPiece {
        let name = LogName { path: self.name.clone(), member: None };
        OpenedPiece { name, by_user: self.by_user, input: Err(complaint) }
    }

    /// All that is in the file.
    pub(crate) fn contents(&self) -> Result<Logs, Complaint> {
        let contents = if let Some(path) = &self.path {
            source::open(path, self.reach.limits, |file| self.reach.interrupt.file(file))
        } else {
            let stdin = Logs::new(self.name.clone(), self.reach.interrupt.stdin(), None, self.reach.limits);
            stdin.map_err(|e| Unreadable::of(&e, Path::new(&self.name)))
        };
        let logs = contents.map_err(|why| unreadable(&self.name, &why))?;
        if let Some(bar) = &self.reach.bar {
            bar.opened(&self.name, logs.bytes_read());
        }
        Ok(if self.is_member { logs.only(&self.name) } else { logs })
    }

    /// The member that the user named. Where the archive cannot be read on before it, that is what is wrong.
    fn member(&self, logs: Logs) -> Result<FoundLog, Complaint> {
        let mut why = Unreadable::Missing { similar: None };
        for log in logs {
            match log.input {
                _ if log.name.path == self.name => return Ok(log),
                Err(error) if self.name.starts_with(&format!("{}/", log.name.path)) => why = error,
                _ => {}
            }
        }
        Err(unreadable(&self.name, &why))
    }
}

/// The archive that a path leads into, if it does: the part of the path that is a file.
fn archive(path: &Path) -> Option<PathBuf> {
    path.ancestors().skip(1).find(|part| part.is_file()).map(Path::to_path_buf)
}
