//! The desk of `analyze`: log after log is read and judged here, and what is to be said of each is put aside.

use super::captures;
use super::complaint::Complaint;
use super::inputs::{half_understood, stopped, without_exchanges};
use super::interrupt::Interrupt;
use super::logs::{Group, LogOfPieces, NamedPiece};
use super::output::Output;
use super::sieve;
use super::unread::{Unread, parted};
use ftplog::catalog::{Message, Said};
use ftplog::engine::{self, PieceRead, PiecesRun, Settings, Stats, Stop};
use ftplog::report::{InputSummary, Report, Sources, Status};
use ftplog::session::{Gather, Starts};
use ftplog::text::Printable;

/// What was read so far.
pub(crate) struct Desk {
    pub(crate) report: Report,
    pub(crate) sources: Sources,
    pub(crate) unread: Unread,
    n_unreadable: u64,
    /// Whether a log was not read to its end because the user wanted no more to be read.
    pub(crate) is_cut_short: bool,
    pub(crate) interrupt: Interrupt,
}

impl Desk {
    /// An empty one, with what is wrong with the inputs.
    pub(crate) fn new(report: Report, complaints: Vec<Complaint>, interrupt: Interrupt) -> Self {
        let (sources, unread) = (Sources::default(), Unread::new(complaints));
        Self { report, sources, unread, n_unreadable: 0, is_cut_short: false, interrupt }
    }

    /// Reads the logs of a group.
    pub(crate) fn read_all(&mut self, group: Group, settings: &Settings, output: &Output) {
        if self.interrupt.is_asked() {
            self.unread.n_not_read += group.files().count() as u64;
            return;
        }
        let before = self.unread.before(&group, self.sources.inputs().len());
        if let Some(bar) = output.bar() {
            bar.begin(group.files());
            bar.update(Some(self.report.n_errors()), self.n_unreadable);
        }
        for log in group.logs() {
            if self.interrupt.is_asked() {
                self.unread.n_not_read += log.n_waiting() as u64;
            } else {
                self.read(log, settings, output);
            }
        }
        if !self.interrupt.is_asked() {
            self.unread.after(before, self.sources.inputs().len());
        }
    }

    fn read(&mut self, mut log: LogOfPieces, settings: &Settings, output: &Output) {
        let settings = Settings { source: self.sources.next_log(), ..settings.clone() };
        let (fork, n_errors, n_unreadable) = (self.report.fork(), self.report.n_errors(), self.n_unreadable);
        let interrupt = self.interrupt.clone();
        let mut until_then = std::iter::from_fn(|| if interrupt.is_asked() { None } else { log.next() });
        let run = engine::run_pieces(&mut until_then, &settings, fork, |progress| {
            if let Some(bar) = output.bar() {
                bar.update(Some(n_errors + progress.gathered.n_errors()), n_unreadable);
            }
            if interrupt.is_asked() { Err(Stop::Interrupted) } else { Ok(()) }
        });
        let run = match run {
            Ok(run) => run,
            Err(stop) => return self.unread.complaints.push(stopped("", &stop, None)),
        };
        let PiecesRun { mut gathered, starts, pieces, stats } = run;
        // Some may have been opened only to look ahead.
        self.unread.n_not_read += (log.n_waiting() + log.given.len() - pieces.len()) as u64;
        let (read, stopped_at) = parted(pieces, &log.given);
        let any_read = !read.is_empty();
        if let Some(inputs) = self.take(&read, &stats, output) {
            let name = log.name(read.iter().map(|(_, given)| *given)).to_owned();
            self.unread.complaints.extend(sieve::left_out(&name, gathered.sifting()));
            self.sources.add_log(name, inputs, starts, &gathered);
            self.report.absorb(&mut gathered);
        }
        for (given, complaint) in self.unread.take(&mut log, &stopped_at, any_read, output) {
            self.add_failed(given, complaint, &settings);
        }
    }

    /// Says what is to be said of a log that was read, in one piece or in several, and sums it up, if it is one.
    fn take(
        &mut self,
        pieces: &[(PieceRead, &NamedPiece)],
        all: &Stats,
        output: &Output,
    ) -> Option<Vec<InputSummary>> {
        let (first, given) = pieces.first()?;
        for (piece, given) in pieces {
            let decision = ftplog::report::decision(&piece.plan, piece.format_given, &output.words);
            let path = Printable(given.name.path.as_bytes());
            output.say(1, Message::OfPath.with("path", path).with("what", decision));
        }
        let format = first.plan.main().dialect.name;
        let is_interrupted =
            pieces.iter().any(|(piece, _)| matches!(piece.cut_short, Some(Stop::Interrupted)));
        self.is_cut_short |= is_interrupted;
        let nothing = without_exchanges(&given.name.path, format, all, output.words.lang());
        // They may be still to come.
        let nothing = nothing.filter(|_| !is_interrupted);
        if nothing.as_ref().is_some_and(|nothing| self.unread.skips(given, nothing, output)) {
            return None;
        }
        let complaints = &mut self.unread.complaints;
        let mut inputs = Vec::new();
        for (piece, given) in pieces {
            let path = &given.name.path;
            let cut_short = piece.cut_short.as_ref().map(|stop| stopped(path, stop, Some(&piece.stats)));
            let errors: Vec<Said> = cut_short.iter().chain(&nothing).map(|c| c.what.clone()).collect();
            complaints.extend(cut_short);
            if nothing.is_none() || piece.stats.lines_not_understood > 0 {
                complaints.extend(half_understood(path, &piece.stats, output));
            }
            complaints.extend(limits(path, &piece.stats, all));
            let status = match (all.exchanges, errors.is_empty()) {
                (0, _) if !is_interrupted => Status::Failed,
                (_, true) => Status::Ok,
                (_, false) => Status::Partial,
            };
            inputs.push(InputSummary { status, errors, ..piece.input(&given.name, all.replies) });
        }
        complaints.extend(nothing);
        if all.overflow.sessions_ended > 0 {
            let path = Printable(given.name.path.as_bytes());
            let ended = Message::SessionsEnded.with("path", path).with("n", all.overflow.sessions_ended);
            complaints.push(Complaint::warning(ended));
        }
        Some(inputs)
    }

    /// Notes a file that could not be read.
    fn add_failed(&mut self, given: NamedPiece, complaint: Complaint, settings: &Settings) {
        self.n_unreadable += 1;
        self.sources.add_failed(InputSummary {
            name: given.name,
            format: None,
            format_given: settings.format.is_some(),
            status: Status::Failed,
            lines: 0,
            lines_not_understood: 0,
            replies: 0,
            starts: Starts::default(),
            errors: vec![complaint.what],
        });
    }
}

/// Says which limits were hit in a piece of a log.
fn limits(name: &str, piece: &Stats, all: &Stats) -> Vec<Complaint> {
    let mut hit = Vec::new();
    if piece.lines_cut > 0 {
        let kib = ftplog::source::LINE_BYTES_MAX as u64 / 1024;
        let cut = Message::LinesCut.with("path", Printable(name.as_bytes())).with("n", piece.lines_cut);
        hit.push(Complaint::warning(cut.with("kib", kib)));
    }
    let read = piece.capture.iter().filter(|_| all.exchanges > 0);
    hit.extend(read.flat_map(|counts| captures::lacking(name, counts)));
    hit
}
