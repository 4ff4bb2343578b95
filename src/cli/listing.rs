//! `exchanges` and `sessions`, and what lists have in common.

use super::Exit;
use super::args::{List, ListFormat, When};
use super::captures;
use super::complaint::Complaint;
use super::config::Config;
use super::inputs::{Inputs, half_understood, settings, stopped, without_exchanges};
use super::logs::{LogOfPieces, NamedPiece, groups};
use super::output::{Output, Stream};
use super::sieve;
use super::unread::{Unread, parted};
use ftplog::catalog::{Counted, Message};
use ftplog::engine::{self, PieceRead, PieceRun, PiecesRun, Settings, Stats, Stop};
use ftplog::report::{self, Exchanges, Sessions, Shape};
use ftplog::session::{Gather, Sieve, Sifted, Sifting};
use ftplog::text::Printable;
use std::io::{self, IsTerminal, Write};
use std::sync::Arc;

/// Lists every command with its replies.
pub(crate) fn exchanges(list: &List, config: &Config, output: &Output) -> Result<Exit, Complaint> {
    let shape = if list.format == ListFormat::Text { Shape::Text } else { Shape::Ndjson };
    each(list, config, output, |log, Task { settings, sieve }, out| {
        let gather = Exchanges::new(shape, settings.setup.zone.clone(), &output.words);
        let run = engine::run_pieces(log, settings, Sifted::new(gather, sieve.clone()), |progress| {
            output.update_progress();
            let complete_before = progress.gathered.complete_before(progress.complete_before);
            let written = progress.gathered.gather.write(out, complete_before, progress.starts);
            written.map_err(|_| Stop::Done)
        })?;
        if let Some(name) = read_name(&run).filter(|_| run.gathered.gather.out_of_order) {
            let path = Printable(name.as_bytes());
            output.complain(&Complaint::warning(Message::OutOfOrder.with("path", path)));
        }
        Ok(Heard::of(run, &Ok(())))
    })
}

/// Lists the sessions.
pub(crate) fn sessions(list: &List, config: &Config, output: &Output) -> Result<Exit, Complaint> {
    each(list, config, output, |log, Task { settings, sieve }, out| {
        let gather = Sifted::new(Sessions::new(settings.setup.zone.clone()), sieve.clone());
        let mut run = engine::run_pieces(log, settings, gather, |_| {
            output.update_progress();
            Ok(())
        })?;
        if run.stats.exchanges == 0 {
            return Ok(Heard::of(run, &Ok(())));
        }
        run.gathered.gather.sort();
        let sessions = &run.gathered.gather;
        let written = match list.format {
            ListFormat::Ndjson => sessions.ndjson(out, &run.starts),
            ListFormat::Text => {
                let counted = output.words.count(Counted::Sessions, run.starts.count());
                let head = head(log, &run, &counted, output);
                let text = sessions.text(&head, &output.words, output.style, list.all, &run.starts);
                out.write_all(text.as_bytes())
            }
        };
        Ok(Heard::of(run, &written))
    })
}

/// What came of reading one log.
pub(super) struct Heard {
    pieces: Vec<PieceRun>,
    /// Of all pieces together.
    stats: Stats,
    sessions: u64,
    sifting: Option<Sifting>,
    /// Whether whoever takes the results has gone.
    gone: bool,
}

impl Heard {
    pub(super) fn of<G: Gather>(run: PiecesRun<Sifted<G>>, written: &io::Result<()>) -> Self {
        let is_done =
            |piece: &PieceRun| matches!(&piece.read, Ok(PieceRead { cut_short: Some(Stop::Done), .. }));
        let gone = written.is_err() || run.pieces.iter().any(is_done);
        let (sessions, sifting) = (run.starts.count(), run.gathered.counts());
        Self { pieces: run.pieces, stats: run.stats, sessions, sifting, gone }
    }
}

/// The name of the first piece that was read.
fn read_name<G: Gather>(run: &PiecesRun<G>) -> Option<&str> {
    run.pieces.iter().find(|piece| piece.read.is_ok()).map(|piece| piece.name.path.as_str())
}

// server.log  vsftpd  72 sessions
// Only sessions with client=203.0.113.7: 12 of 72.
pub(super) fn head<G: Gather>(
    log: &LogOfPieces,
    run: &PiecesRun<Sifted<G>>,
    counted: &str,
    output: &Output,
) -> String {
    let read = run.pieces.iter().filter_map(|piece| piece.read.as_ref().ok());
    let format = read.clone().next().map_or("", |piece| piece.plan.main().dialect.name);
    let files = match read.count() {
        0 | 1 => String::new(),
        n => format!("  {}", output.words.count(Counted::Files, n as u64)),
    };
    let name = Printable(log.name(log.given.iter()).as_bytes()).to_string();
    let head = report::titled(&name, &format!("{files}  {format}  {counted}"), output.style);
    match run.gathered.counts().zip(run.gathered.sieve()) {
        Some((counts, sieve)) => {
            let only = report::only(sieve, counts.chosen, run.starts.count(), &output.words);
            head + "\n" + &report::wrapped(&only, output.style.width).join("\n")
        }
        None => head,
    }
}

/// How logs are read.
pub(super) struct Task {
    pub(super) settings: Settings,
    /// The sessions that are asked for.
    pub(super) sieve: Option<Arc<Sieve>>,
}

/// Reads one log after another; what is wrong with one does not stop the others.
pub(super) fn each(
    list: &List,
    config: &Config,
    output: &Output,
    mut read: impl FnMut(&mut LogOfPieces, &Task, &mut Stream<'_>) -> Result<Heard, Stop>,
) -> Result<Exit, Complaint> {
    let settings = Settings { prompt: true, ..settings(&list.reading, config)? };
    let sieve = sieve::asked_for(&list.reading, &settings.setup.zone)?;
    let task = Task { settings, sieve };
    let mut inputs = Inputs::find(&list.reading, config)?;
    // What is listed on a terminal while a log is read would be written over it.
    if list.progress != When::Auto || !io::stdout().is_terminal() {
        output.show_progress(list.progress, &mut inputs.files);
    }
    let mut out = output.stream();
    let mut tally = Tally { unread: Unread::new(inputs.complaints), ..Tally::default() };
    for group in groups(inputs.files, &task.settings) {
        let before = tally.unread.before(&group, tally.n_read);
        if let Some(bar) = output.bar() {
            bar.begin(group.files());
        }
        for mut log in group.logs() {
            output.update_progress();
            let heard = read(&mut log, &task, &mut out).map_err(|stop| stopped("", &stop, None))?;
            if heard.gone {
                return Ok(Exit::Clean);
            }
            tally.take(log, heard, output);
            if out.flush().is_err() {
                return Ok(Exit::Clean);
            }
        }
        tally.unread.after(before, tally.n_read);
    }
    let Tally { n_read, n_sessions, n_chosen, mostly_unknown, mut unread } = tally;
    if n_read == 0 {
        unread.no_logs_in(&inputs.folders);
    }
    let mut complaints = unread.complaints;
    if let Some(sieve) = task.sieve.as_ref().filter(|_| n_chosen == 0 && n_sessions > 0) {
        complaints.push(sieve::none_chosen(sieve, n_sessions));
    }
    output.end_progress();
    for complaint in &complaints {
        output.complain(complaint);
    }
    let whole = complaints.iter().all(|c| c.warning) && !mostly_unknown;
    Ok(if whole { Exit::Clean } else { Exit::Incomplete })
}

/// What came of all logs so far.
#[derive(Default)]
struct Tally {
    n_read: usize,
    n_sessions: u64,
    n_chosen: u64,
    mostly_unknown: bool,
    unread: Unread,
}

impl Tally {
    fn take(&mut self, mut log: LogOfPieces, heard: Heard, output: &Output) {
        self.n_sessions += heard.sessions;
        self.n_chosen += heard.sifting.map_or(heard.sessions, |sifting| sifting.chosen);
        let name = log.name(log.given.iter());
        self.unread.complaints.extend(sieve::left_out(name, heard.sifting));
        let (read, stopped_at) = parted(heard.pieces, &log.given);
        self.take_read(&read, &heard.stats, output);
        let any_read = !read.is_empty();
        self.unread.take(&mut log, &stopped_at, any_read, output);
    }

    /// Says what is to be said of a log that was read, in one piece or in several.
    fn take_read(&mut self, pieces: &[(PieceRead, &NamedPiece)], all: &Stats, output: &Output) {
        let Some((first, given)) = pieces.first() else { return };
        let format = first.plan.main().dialect.name;
        // A log that was read and holds nothing is an error: it was probably read in the wrong way.
        if let Some(nothing) = without_exchanges(&given.name.path, format, all, output.words.lang()) {
            if !self.unread.skips(given, &nothing, output) {
                self.unread.complaints.push(nothing);
            }
            return;
        }
        let complaints = &mut self.unread.complaints;
        for (PieceRead { stats, cut_short, .. }, given) in pieces {
            let path = &given.name.path;
            self.n_read += 1;
            complaints.extend(cut_short.iter().map(|stop| stopped(path, stop, Some(stats))));
            complaints.extend(half_understood(path, stats, output));
            complaints.extend(stats.capture.iter().flat_map(|counts| captures::lacking(path, counts)));
            self.mostly_unknown |= stats.lines_not_understood * 2 > stats.lines;
        }
    }
}
