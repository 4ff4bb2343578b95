//! Which file a line stands in: a log may be in several, and its lines are counted through all of them.

use crate::event::Place;
use crate::source::LogName;
use crate::text::{Printable, grouped};

/// The files of a log, in order.
#[derive(Clone, Debug, Default)]
pub(super) struct Files(Vec<(u64, LogName)>);

/// Where a line stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Spot<'a> {
    /// The file.
    pub(super) name: &'a LogName,
    /// The line in it, counted from 1.
    pub(super) line: u64,
}

/// Stands for a file that nobody named.
static NAMELESS: LogName = LogName { path: String::new(), member: None };

impl Files {
    /// The next file; so many lines stand in those before it.
    pub(super) fn begin(&mut self, name: &LogName, lines_before: u64) {
        self.0.push((lines_before, name.clone()));
    }

    /// Where a line of the log stands.
    pub(super) fn spot(&self, place: Place) -> Spot<'_> {
        let behind = self.0.partition_point(|(before, _)| *before < place.line);
        let (before, name) = behind.checked_sub(1).map_or((0, &NAMELESS), |at| {
            let (before, name) = &self.0[at];
            (*before, name)
        });
        Spot { name, line: place.line - before }
    }

    /// The file from which on sessions are numbered, where it is another one than that of a line beside the number.
    pub(super) fn numbered_from(&self, place: Place) -> Option<&LogName> {
        let (_, first) = self.0.first()?;
        (self.spot(place).name != first).then_some(first)
    }

    /// The first file, where there are several.
    pub(super) fn first_of_several(&self) -> Option<&LogName> {
        self.0.first().filter(|_| self.0.len() > 1).map(|(_, name)| name)
    }

    /// The number of a line, for people; with its file where there are several.
    pub(super) fn told(&self, place: Place) -> String {
        let Spot { name, line } = self.spot(place);
        if self.0.len() > 1 {
            format!("{}:{line}", Printable(name.last_part().as_bytes()))
        } else {
            grouped(line)
        }
    }
}

/// A session as `ftplog show` takes it, where its number is not counted from the file that stands beside it.
pub(super) fn session_in(first: Option<&LogName>, number: u64) -> Option<String> {
    first.map(|first| format!("{}@{number}", Printable(first.last_part().as_bytes())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_counted_through_all_files() {
        let mut files = Files::default();
        for (name, before) in [("a", 0), ("b", 3), ("c", 4)] {
            files.begin(&name.into(), before);
        }
        let spot = |line| {
            let spot = files.spot(Place { source: 0, line });
            format!("{}:{}", spot.name.path, spot.line)
        };
        assert_eq!([1, 3, 4, 5, 99].map(spot), ["a:1", "a:3", "b:1", "c:1", "c:95"]);
    }
}
