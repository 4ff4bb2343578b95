//! Those who look at sessions, and the numbers of sessions.

use super::{Ended, Session, Watch};
use crate::event::Place;
use crate::source::LogName;

/// Sessions that get a number; 8 bytes each.
pub const SESSIONS_NUMBERED_MAX: usize = 4 * 1024 * 1024;

/// Gathers what a run finds out. One is forked for each shard and given back to the first after each wave.
pub trait Gather: Send + Sized {
    /// An empty one with the same settings.
    #[must_use]
    fn fork(&self) -> Self;
    /// What it wants to see of a session beside what went wrong.
    fn watch(&self) -> Watch {
        Watch::NOTHING
    }
    /// Another file of the log begins behind so many lines: a log may be in several.
    fn begin_file(&mut self, _name: &LogName, _lines_before: u64) {}
    /// Looks at a session that is over, or at a part of one that goes on.
    fn observe(&mut self, session: &Session, ended: Ended);
    /// Takes everything out of `other`.
    fn absorb(&mut self, other: &mut Self);
    /// How many bytes, roughly, it holds of things that it could drop.
    fn held_bytes(&self) -> usize {
        0
    }
    /// Drops them, and returns how many of them nobody will know of.
    fn drop_held(&mut self) -> u64 {
        0
    }
}

/// Where each session of a source begins, in order: a session's number is its rank.
#[derive(Clone, Debug, Default)]
pub struct Starts {
    lines: Vec<u64>,
    /// Sessions that begin in files before.
    numbered_before: u64,
    /// Sessions beyond [`SESSIONS_NUMBERED_MAX`].
    pub unnumbered: u64,
}

impl Starts {
    /// The number of the session that begins at `place`, counted from 1; `None` beyond the limit.
    #[must_use]
    pub fn number(&self, place: Place) -> Option<u64> {
        // Two sessions cannot begin on one line.
        self.lines.binary_search(&place.line).ok().map(|i| self.numbered_before + i as u64 + 1)
    }

    /// The line on which the session of that number begins.
    #[must_use]
    pub fn line(&self, number: u64) -> Option<u64> {
        self.lines.get(usize::try_from(number.checked_sub(self.numbered_before + 1)?).ok()?).copied()
    }

    /// How many sessions there are.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.lines.len() as u64 + self.unnumbered
    }

    /// The sessions that begin in each of the files that the log is in, by the lines of each; they keep their numbers.
    pub(crate) fn of_files(self, lines: Vec<u64>) -> impl Iterator<Item = Self> {
        let mut rest = Some(self);
        let (mut before, n_files) = (0, lines.len());
        lines.into_iter().enumerate().map(move |(n, lines)| {
            let mut starts = rest.take().unwrap_or_default();
            let end = before + lines;
            if n + 1 < n_files {
                let at = starts.lines.partition_point(|line| *line <= end);
                let numbered_before = starts.numbered_before + at as u64;
                let unnumbered = std::mem::take(&mut starts.unnumbered);
                rest = Some(Self { lines: starts.lines.split_off(at), numbered_before, unnumbered });
            }
            for line in &mut starts.lines {
                *line -= before;
            }
            before = end;
            starts
        })
    }

    /// Adds the sessions of a wave, all of which begin after those that are known.
    pub fn extend(&mut self, mut lines: Vec<u64>) {
        lines.sort_unstable();
        let room = SESSIONS_NUMBERED_MAX - self.lines.len();
        self.unnumbered += lines.len().saturating_sub(room) as u64;
        self.lines.extend(lines.into_iter().take(room));
    }
}
