//! What was read: files, and the logs that they are pieces of.

use super::Report;
use super::summary::{InputSummary, LogSummary, Tallies, Totals};
use crate::event::Place;
use crate::rule::{Fact, Finding};
use crate::session::Starts;
use crate::source::LogName;

/// The files that were looked at. Rules know the logs, whose lines are counted through all of their files; what is shown is
/// where a line stands in its file.
#[derive(Debug, Default)]
pub struct Sources {
    inputs: Vec<InputSummary>,
    /// The logs, by their numbers.
    pub(super) logs: Vec<CountedLog>,
}

/// A log and what was counted in it.
#[derive(Debug)]
pub(super) struct CountedLog {
    name: String,
    files: Vec<File>,
    totals: Totals,
    pub(super) tallies: Tallies,
}

/// A file of a log.
#[derive(Clone, Copy, Debug)]
struct File {
    /// Its number among the inputs.
    input: usize,
    /// How many lines stand in the files before it.
    lines_before: u64,
}

/// Each input is a log.
impl From<Vec<InputSummary>> for Sources {
    fn from(inputs: Vec<InputSummary>) -> Self {
        let mut sources = Self::default();
        for mut input in inputs {
            let starts = std::mem::take(&mut input.starts);
            let name = input.name.path.clone();
            sources.add_log(name, vec![input], starts, &Report::default());
        }
        sources
    }
}

impl Sources {
    /// The files, in order.
    #[must_use]
    pub fn inputs(&self) -> &[InputSummary] {
        &self.inputs
    }

    /// The inputs, and what was counted in each log.
    pub(super) fn into_summaries(self) -> (Vec<InputSummary>, Vec<LogSummary>) {
        let summary = |log: CountedLog| LogSummary {
            inputs: log.files.iter().map(|file| file.input).collect(),
            name: log.name,
            problems: log.tallies.problems_by_severity(),
            totals: log.totals,
        };
        (self.inputs, self.logs.into_iter().map(summary).collect())
    }

    /// The number of the next log.
    #[must_use]
    pub fn next_log(&self) -> u32 {
        self.logs.len() as u32
    }

    /// A log of that name in one file, or in several; lines of sessions' starts are counted through all of them. `gathered` is about
    /// this log only.
    pub fn add_log(&mut self, name: String, files: Vec<InputSummary>, starts: Starts, gathered: &Report) {
        let (totals, tallies) = gathered.counted();
        let (totals, tallies) = (totals.clone(), tallies.clone());
        let mut log = CountedLog { name, files: Vec::new(), totals, tallies };
        let mut lines_before = 0;
        let lines = files.iter().map(|input| input.lines).collect();
        for (starts, mut input) in starts.of_files(lines).zip(files) {
            input.starts = starts;
            log.files.push(File { input: self.inputs.len(), lines_before });
            lines_before += input.lines;
            self.inputs.push(input);
        }
        self.logs.push(log);
    }

    /// A file that was not read.
    pub fn add_failed(&mut self, input: InputSummary) {
        self.inputs.push(input);
    }

    /// Where a line of a log stands in its file: the number of the input, and the line in it.
    pub(super) fn in_file(&self, place: Place) -> Place {
        let files = self.logs.get(place.source as usize).map_or(&[][..], |log| &log.files);
        let behind = files.partition_point(|file| file.lines_before < place.line);
        let Some(file) = behind.checked_sub(1).map(|at| files[at]) else { return place };
        Place { source: file.input as u32, line: place.line - file.lines_before }
    }

    /// How many sessions begin in all files.
    pub(super) fn n_sessions(&self) -> u64 {
        self.inputs.iter().map(|input| input.starts.count()).sum()
    }

    /// The path of the file that a line of a log stands in.
    pub(super) fn path(&self, place: Place) -> &str {
        let spot = self.in_file(place);
        self.inputs.get(spot.source as usize).map_or("", |input| &input.name.path)
    }

    /// The number of the session that begins on that line of a log.
    pub(super) fn session_number(&self, place: Place) -> Option<u64> {
        let begin = self.in_file(place);
        self.inputs.get(begin.source as usize)?.starts.number(begin)
    }

    fn name(&self, place: Place) -> &LogName {
        &self.inputs[place.source as usize].name
    }

    /// Puts what stands in files in the place of what stands in logs, and the numbers of sessions in that of where they begin. A
    /// rule cannot know them.
    pub(super) fn settle(&self, finding: &mut Finding) {
        let log = finding.place.source;
        finding.place = self.in_file(finding.place);
        finding.session = finding.session.map(|place| self.in_file(place));
        for related in &mut finding.related {
            related.place = self.in_file(related.place);
        }
        for said in finding.transcript.iter_mut() {
            said.place = self.in_file(said.place);
        }
        let here = finding.place.source;
        for (_, fact) in &mut finding.facts {
            match fact {
                Fact::Line(line) => *fact = self.line(Place { source: log, line: *line }, here),
                Fact::Moment(_, line) => *line = self.in_file(Place { source: log, line: *line }).line,
                Fact::Session(place) => {
                    let number = self.session_number(*place);
                    *fact = number.map_or_else(|| self.line(*place, here), Fact::Number);
                }
                _ => {}
            }
        }
    }

    /// The line that stands there, with its file if that is another one than `here`.
    fn line(&self, place: Place, here: u32) -> Fact<'static> {
        let spot = self.in_file(place);
        if spot.source == here {
            return Fact::Line(spot.line);
        }
        Fact::LineIn(Box::new(self.name(spot).clone()), spot.line)
    }
}
