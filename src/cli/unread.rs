//! What was not read: files that are no logs, pieces of logs that are damaged or missing, and inputs in which there is no log.

use super::complaint::{Complaint, NoLog};
use super::inputs::{no_logs, stopped};
use super::logs::{Group, LogOfPieces, NamedPiece};
use super::output::Output;
use ftplog::catalog::Message;
use ftplog::engine::{PieceRead, PieceRun, Stop};

/// What is to be said at the end, and what was passed over.
#[derive(Default)]
pub(crate) struct Unread {
    pub(crate) complaints: Vec<Complaint>,
    /// Files of folders that are no FTP logs.
    skipped: Vec<NoLog>,
    /// Files that were not read because the user wanted no more to be read.
    pub(crate) n_not_read: u64,
}

/// The pieces of a log that were read.
type Read<'a> = Vec<(PieceRead, &'a NamedPiece)>;
/// Those of which nothing could be, and why.
type StoppedAt = Vec<(Stop, NamedPiece)>;

/// How things were before the files of a group were opened.
pub(crate) struct Before {
    /// The file, if it is the only one and the user named it.
    alone: Option<String>,
    n_read: usize,
    n_complaints: usize,
    n_skipped: usize,
}

impl Unread {
    /// Begins with what is wrong with the inputs.
    pub(crate) fn new(complaints: Vec<Complaint>) -> Self {
        Self { complaints, ..Self::default() }
    }

    /// The files of a group will be opened; so many were read until now.
    pub(crate) fn before(&self, group: &Group, n_read: usize) -> Before {
        let alone = group.alone().filter(|file| file.by_user).map(|file| file.name.clone());
        Before { alone, n_read, n_complaints: self.complaints.len(), n_skipped: self.skipped.len() }
    }

    /// Says so if the user named a file in which there is no log, and nothing else was said of it.
    pub(crate) fn after(&mut self, before: Before, n_read: usize) {
        let Before { alone, n_read: n_read_before, n_complaints, n_skipped } = before;
        if let Some(name) = alone.filter(|_| n_read_before == n_read && n_complaints == self.complaints.len())
        {
            let skipped = &self.skipped[n_skipped..];
            self.complaints.push(no_logs(&name, skipped.len(), skipped));
        }
    }

    /// Takes the pieces of a log that could not be read, and what is missing between them. Returns those that are errors.
    pub(crate) fn take(
        &mut self,
        log: &mut LogOfPieces,
        stopped_at: &StoppedAt,
        any_read: bool,
        output: &Output,
    ) -> Vec<(NamedPiece, Complaint)> {
        let mut failed = Vec::new();
        for (stop, given) in stopped_at {
            let given = if any_read { given.beside_others(stop) } else { given.clone() };
            let complaint = stopped(&given.name.path, stop, None);
            failed.extend(self.fail(given, complaint, output));
        }
        for (given, complaint) in std::mem::take(&mut log.failed) {
            failed.extend(self.fail(given, complaint, output));
        }
        self.complaints.append(&mut log.gaps);
        failed
    }

    /// Notes a file that could not be read, and returns it if that is an error. One in a folder that is no log is none.
    fn fail(
        &mut self,
        given: NamedPiece,
        complaint: Complaint,
        output: &Output,
    ) -> Option<(NamedPiece, Complaint)> {
        if complaint.kind == Some(NoLog::NotRead) {
            self.n_not_read += 1;
            return None;
        }
        if self.skips(&given, &complaint, output) {
            return None;
        }
        self.complaints.push(complaint.clone());
        Some((given, complaint))
    }

    /// Passes over a file of a folder that is no log.
    pub(crate) fn skips(&mut self, given: &NamedPiece, complaint: &Complaint, output: &Output) -> bool {
        let Some(kind) = complaint.kind.filter(|_| !given.by_user) else { return false };
        output.say(1, Message::Skipped.with("what", complaint.what.clone()));
        self.skipped.push(kind);
        true
    }

    /// Says of folders, with the number of files in each, that there is no log in them, where nothing else was said.
    pub(crate) fn no_logs_in(&mut self, folders: &[(String, usize)]) {
        if self.complaints.is_empty() {
            self.complaints.extend(folders.iter().map(|(folder, n)| no_logs(folder, *n, &self.skipped)));
        }
    }
}

/// Pieces that were read, and those of which nothing could be.
pub(crate) fn parted(pieces: Vec<PieceRun>, given: &[NamedPiece]) -> (Read<'_>, StoppedAt) {
    let (mut read, mut stopped_at) = (Vec::new(), Vec::new());
    for (piece, given) in pieces.into_iter().zip(given) {
        match piece.read {
            Ok(piece) => read.push((piece, given)),
            Err(stop) => stopped_at.push((stop, given.clone())),
        }
    }
    (read, stopped_at)
}
