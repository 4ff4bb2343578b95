//! The logs among the inputs: files, members of archives, and files that were rotated and are one log together.

use super::complaint::Complaint;
use super::file::{File, OpenedPiece};
use ftplog::catalog::{Hole, Message};
use ftplog::engine::{self, Piece, Settings, Stop};
use ftplog::source::{LogName, Logs, Rotated, rotations};
use ftplog::text::Printable;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

/// Missing files that are named.
const MISSING_NAMED_MAX: usize = 4;

/// Files that are one log by their names; or one file, which may be an archive of logs.
pub(crate) struct Group {
    log: String,
    files: Vec<Rotated<File>>,
}

/// A log: one file or member of an archive, or several that are its pieces, the oldest first. They are opened one after another,
/// when they are asked for.
pub(crate) struct LogOfPieces {
    /// What the names of its files have in common.
    shared_name: String,
    waiting: VecDeque<Rotated<WaitingPiece>>,
    /// Whether nothing is missing before the next piece.
    is_whole: bool,
    /// The pieces that could be opened, in the order in which they were given out.
    pub(crate) given: Vec<NamedPiece>,
    /// Those that could not be, and why.
    pub(crate) failed: Vec<(NamedPiece, Complaint)>,
    /// What is missing between them.
    pub(crate) gaps: Vec<Complaint>,
}

/// What is known of a piece when its lines were handed on.
#[derive(Clone, Debug)]
pub(crate) struct NamedPiece {
    pub(crate) name: LogName,
    /// Whether the user named it.
    pub(crate) by_user: bool,
}

impl NamedPiece {
    /// The same where others are pieces of its log, too: an empty one, as after each rotation, is nobody's mistake, and any other is
    /// missing.
    pub(crate) fn beside_others(&self, stop: &Stop) -> Self {
        let by_user = !matches!(stop, Stop::Empty);
        Self { name: self.name.clone(), by_user }
    }
}

/// A piece that was not asked for yet.
enum WaitingPiece {
    File(File),
    Member(LogName, Arc<Mutex<Archive>>, usize),
    Open(Box<OpenedPiece>),
}

/// An archive whose members are asked for by their numbers.
struct Archive {
    file: File,
    /// The members that were not passed over yet, and the number of the first of them.
    rest: Option<Logs>,
    next: usize,
    /// The member that was opened last.
    last: String,
    /// The member in which the archive cannot be read on, as those who read it were told.
    cut_in: Option<String>,
}

/// Puts files together that are one log.
pub(crate) fn groups(files: Vec<File>, settings: &Settings) -> impl Iterator<Item = Group> {
    let rotations = rotations(files, File::plain_name).into_iter();
    rotations.flat_map(|rotation| match rotation.files.len() {
        1 => vec![Group { log: rotation.log, files: rotation.files }],
        _ => without_archives(&rotation.log, rotation.files, settings),
    })
}

/// The pieces of a log in the order in which they were written, and archives apart: what a file is, its name does not say.
fn without_archives(log: &str, files: Vec<Rotated<File>>, settings: &Settings) -> Vec<Group> {
    let mut pieces = Vec::new();
    let mut apart = Vec::new();
    let mut is_apart = false;
    for mut rotated in files {
        // What comes through a pipe can be opened once.
        if !rotated.file.can_be_opened_again() && rotated.file.is_there() {
            apart.push(Group { log: rotated.file.name.clone(), files: vec![rotated] });
            is_apart = true;
            continue;
        }
        let first = rotated.file.logs().ok().and_then(|mut logs| logs.next());
        match first {
            Some(log) if log.name.path != rotated.file.name => {
                apart.push(Group { log: rotated.file.name.clone(), files: vec![rotated] });
                is_apart = true;
            }
            first => {
                rotated.is_apart = std::mem::take(&mut is_apart);
                let file = rotated.file.clone();
                forgive(&mut rotated, &file);
                let begin = first.and_then(|log| engine::first_time(log.input.ok()?, settings));
                pieces.push((begin, rotated));
            }
        }
    }
    let files = by_time(pieces);
    let pieces = (!files.is_empty()).then_some(Group { log: log.to_owned(), files });
    pieces.into_iter().chain(apart).collect()
}

/// Files that the user left out are not missing, but what stands in them is not known.
fn forgive<F>(rotated: &mut Rotated<F>, file: &File) {
    let n_missing = rotated.missing.len();
    rotated.missing.retain(|name| file.wants(name));
    rotated.is_apart |= rotated.missing.len() < n_missing;
}

/// Puts pieces that stand in the order of their names into that of their first times.
fn by_time<T: Ord + Copy, F>(mut pieces: Vec<(Option<T>, Rotated<F>)>) -> Vec<Rotated<F>> {
    // One without a time, such as an empty one, stays behind the one before it.
    let mut last = None;
    for (begin, _) in &mut pieces {
        last = begin.or(last);
        *begin = last;
    }
    let mut order: Vec<usize> = (0..pieces.len()).collect();
    order.sort_by_key(|at| pieces[*at].0);
    // In another order it is not known which of them stands behind what is no piece.
    let is_apart = !order.is_sorted() && pieces.iter().any(|(_, rotated)| rotated.is_apart);
    let mut gaps = vec![Vec::new(); pieces.len()];
    let mut files: Vec<Option<Rotated<F>>> = pieces.into_iter().map(|(_, rotated)| Some(rotated)).collect();
    // What is missing between two pieces is missing before the one that was written later.
    let place = |named: usize| order.iter().position(|at| *at == named).unwrap_or_default();
    for (named, file) in files.iter_mut().enumerate().skip(1) {
        let missing = file.as_mut().map(|file| std::mem::take(&mut file.missing)).unwrap_or_default();
        if !missing.is_empty() {
            gaps[place(named).max(place(named - 1))] = missing;
        }
    }
    let ordered = order.into_iter().filter_map(|at| files[at].take());
    let marked = |file: Rotated<F>, missing| Rotated { missing, is_apart: file.is_apart || is_apart, ..file };
    ordered.zip(gaps).map(|(file, missing)| marked(file, missing)).collect()
}

impl Group {
    /// Its files.
    pub(crate) fn files(&self) -> impl Iterator<Item = &File> {
        self.files.iter().map(|rotated| &rotated.file)
    }

    /// The file, if it is alone.
    pub(crate) fn alone(&self) -> Option<&File> {
        if let [only] = &self.files[..] { Some(&only.file) } else { None }
    }

    /// The logs, one after another.
    pub(crate) fn logs(mut self) -> Box<dyn Iterator<Item = LogOfPieces>> {
        if self.files.len() > 1 {
            return Box::new(std::iter::once(LogOfPieces::of(self.log, self.files, WaitingPiece::File)));
        }
        match self.files.pop() {
            Some(rotated) => in_file(rotated.file),
            None => Box::new(std::iter::empty()),
        }
    }
}

/// The logs in a file: itself, or the members of an archive, those of one log together.
fn in_file(file: File) -> Box<dyn Iterator<Item = LogOfPieces>> {
    let mut logs = match file.logs() {
        Ok(logs) => logs,
        Err(complaint) => return Box::new(std::iter::once(LogOfPieces::one(file.failed(complaint)))),
    };
    let Some(first) = logs.next() else { return Box::new(std::iter::empty()) };
    // What comes through a pipe cannot be read in another order.
    if first.name.path == file.name || !file.can_be_opened_again() {
        let wanted = std::iter::once(first).chain(logs);
        return Box::new(
            wanted
                .filter_map(move |log| file.wants(&log.name.path).then(|| LogOfPieces::one(file.found(log)))),
        );
    }
    let members = std::iter::once(first).chain(logs).map(|log| log.name).enumerate();
    let members = members.filter(|(_, name)| file.wants(&name.path));
    let rotations = rotations(members.collect(), |(_, name)| name.path.clone());
    let archive = Arc::new(Mutex::new(Archive::new(file.clone())));
    Box::new(rotations.into_iter().map(move |mut rotation| {
        rotation.files.iter_mut().for_each(|rotated| forgive(rotated, &file));
        LogOfPieces::of(rotation.log, rotation.files, |(number, name)| {
            WaitingPiece::Member(name, Arc::clone(&archive), number)
        })
    }))
}

/// The log that a file is a piece of, if other pieces of it stand beside it.
pub(crate) fn log_around(file: &File, settings: &Settings) -> Option<LogOfPieces> {
    let mut all: Box<dyn Iterator<Item = LogOfPieces>> = match file.archive() {
        Some(archive) => in_file(archive),
        None => Box::new(groups(file.beside(), settings).flat_map(Group::logs)),
    };
    all.find(|log| log.waiting.len() > 1 && log.waiting.iter().any(|piece| piece.file.is_called(&file.name)))
}

/// The log from a file on: that file, and the pieces that were written after it. Sessions have the same numbers there as in the
/// file alone, as far as it goes.
pub(crate) fn log_from(file: &File, settings: &Settings) -> LogOfPieces {
    let Some(mut log) = log_around(file, settings) else { return LogOfPieces::alone(file.clone()) };
    let before = log.waiting.iter().position(|piece| piece.file.is_called(&file.name));
    log.waiting.drain(..before.unwrap_or_default());
    log
}

impl LogOfPieces {
    /// The log that a file is by itself.
    pub(crate) fn alone(file: File) -> Self {
        let only = Rotated { file, missing: Vec::new(), is_apart: false };
        Self::of(String::new(), vec![only], WaitingPiece::File)
    }

    fn of<F>(log: String, files: Vec<Rotated<F>>, waiting: impl Fn(F) -> WaitingPiece) -> Self {
        let waiting = files.into_iter().map(|Rotated { file, missing, is_apart }| Rotated {
            file: waiting(file),
            missing,
            is_apart,
        });
        let (given, failed, gaps) = (Vec::new(), Vec::new(), Vec::new());
        Self { shared_name: log, waiting: waiting.collect(), is_whole: true, given, failed, gaps }
    }

    fn one(opened: OpenedPiece) -> Self {
        let name = opened.name.path.clone();
        let one = Rotated { file: Box::new(opened), missing: Vec::new(), is_apart: false };
        Self::of(name, vec![one], WaitingPiece::Open)
    }

    /// Its pieces that nobody asked for yet.
    pub(crate) fn n_waiting(&self) -> usize {
        self.waiting.len()
    }

    /// Its name, where these are its pieces: that of the file, or what the files' names have in common.
    pub(crate) fn name<'a>(&'a self, mut pieces: impl Iterator<Item = &'a NamedPiece>) -> &'a str {
        match (pieces.next(), pieces.next()) {
            (Some(only), None) => &only.name.path,
            _ => &self.shared_name,
        }
    }

    /// What is said of files that are missing before a piece of that name.
    fn gap(&self, missing: &[String], after: &LogName) -> Complaint {
        let shown = |name: &str| Printable(name.as_bytes()).to_string();
        let names: Hole = missing.iter().take(MISSING_NAMED_MAX).map(|name| shown(name)).collect();
        let before = self.given.last().map_or(String::new(), |given| shown(&given.name.path));
        let what = Message::PiecesMissing.with("missing", names).with("before", before);
        let complaint = Complaint::warning(what.with("after", shown(&after.path)));
        if missing.len() <= MISSING_NAMED_MAX {
            return complaint;
        }
        complaint.fact(Message::FilesMissing.with("n", missing.len() as u64))
    }
}

impl Iterator for LogOfPieces {
    type Item = Piece;

    /// Opens the next piece that can be opened.
    fn next(&mut self) -> Option<Piece> {
        loop {
            let Rotated { file, missing, is_apart } = self.waiting.pop_front()?;
            self.is_whole &= !is_apart;
            // The reading of an archive ends where a limit was hit, which was said.
            let Some(OpenedPiece { name, by_user, input }) = file.open() else { continue };
            if !missing.is_empty() {
                self.is_whole = false;
                self.gaps.push(self.gap(&missing, &name));
            }
            let given = NamedPiece { name, by_user };
            match input {
                Ok(input) => {
                    self.given.push(given);
                    let follows = std::mem::replace(&mut self.is_whole, true);
                    return Some(Piece { input, follows });
                }
                Err(complaint) => {
                    self.is_whole = false;
                    self.failed.push((given, complaint));
                }
            }
        }
    }
}

impl WaitingPiece {
    fn is_called(&self, name: &str) -> bool {
        match self {
            Self::Open(opened) => opened.name.path == name,
            Self::File(file) => file.name == name,
            Self::Member(member, ..) => member.path == name,
        }
    }

    fn open(self) -> Option<OpenedPiece> {
        match self {
            Self::Open(opened) => Some(*opened),
            Self::File(file) => {
                let (name, by_user) = (LogName { path: file.name.clone(), member: None }, file.by_user);
                Some(OpenedPiece { name, by_user, input: file.open() })
            }
            Self::Member(_, archive, number) => {
                archive.lock().unwrap_or_else(PoisonError::into_inner).open(number)
            }
        }
    }
}

impl Archive {
    fn new(file: File) -> Self {
        Self { file, rest: None, next: 0, last: String::new(), cut_in: None }
    }

    /// The member of that number. An archive is read from its start again for a member that stands before the last one.
    fn open(&mut self, number: usize) -> Option<OpenedPiece> {
        if self.rest.is_none() || number < self.next {
            if self.rest.as_ref().is_some_and(Logs::is_cut) {
                self.cut_in = Some(std::mem::take(&mut self.last));
            }
            match self.file.contents() {
                Ok(logs) => (self.rest, self.next) = (Some(logs), 0),
                Err(complaint) => return Some(self.file.failed(complaint)),
            }
        }
        let log = self.rest.as_mut()?.nth(number - self.next)?;
        self.next = number + 1;
        self.last.clone_from(&log.name.path);
        // Where it ends too early was said of the member, and is not said once more of the archive around it.
        let is_around =
            |cut: &String| cut.strip_prefix(&log.name.path).is_some_and(|in_it| in_it.starts_with('/'));
        let is_said = log.input.is_err() && self.cut_in.as_ref().is_some_and(is_around);
        (!is_said).then(|| self.file.found(log))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ordered(pieces: &[(Option<u32>, &'static str, &[&str])]) -> Vec<String> {
        let rotated = |(begin, file, missing): &(_, &'static str, &[&str])| {
            (
                *begin,
                Rotated {
                    file: *file,
                    missing: missing.iter().map(ToString::to_string).collect(),
                    is_apart: false,
                },
            )
        };
        let told = |r: Rotated<&str>| format!("{}{}", r.missing.join(""), r.file);
        by_time(pieces.iter().map(rotated).collect()).into_iter().map(told).collect()
    }

    #[test]
    fn pieces_stand_in_the_order_of_their_first_times() {
        // The greatest number is the youngest, and one is missing.
        let pieces = [(Some(7), "x.4", &[][..]), (Some(5), "x.2", &["(x.3)"]), (Some(4), "x.1", &[])];
        assert_eq!(ordered(&pieces), ["x.1", "x.2", "(x.3)x.4"]);
        let pieces = [(Some(4), "x.3", &[][..]), (Some(4), "x.2", &[]), (Some(5), "x", &["(x.1)"])];
        assert_eq!(ordered(&pieces), ["x.3", "x.2", "(x.1)x"]);
        assert_eq!(
            ordered(&[(Some(4), "x.2", &[]), (None, "x.1", &[]), (Some(5), "x", &[])]),
            ["x.2", "x.1", "x"]
        );
        assert_eq!(ordered(&[(None, "x.1", &[]), (None, "x", &[])]), ["x.1", "x"]);
    }
}
