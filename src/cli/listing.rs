//! `exchanges` and `sessions`, and what lists have in common.

use super::Exit;
use super::args::{List, ListFormat};
use super::captures;
use super::complaint::Complaint;
use super::config::Config;
use super::inputs::{Inputs, Named, half_understood, no_logs, settings, stopped, without_exchanges};
use super::output::{Output, Stream};
use super::sieve;
use ftplog::catalog::{Counted, Message};
use ftplog::engine::{self, Run, Settings, Stats, Stop};
use ftplog::report::{self, Exchanges, Sessions, Shape};
use ftplog::session::{Gather, Sieve, Sifted, Sifting};
use ftplog::text::Printable;
use std::io::Write;
use std::sync::Arc;

/// Lists every command with its replies.
pub(crate) fn exchanges(list: &List, config: &Config, output: &Output) -> Result<Exit, Complaint> {
    let shape = if list.format == ListFormat::Text { Shape::Text } else { Shape::Ndjson };
    each(list, config, output, |log, Task { settings, sieve }, out| {
        let gather = Exchanges::new(log.log_name(), shape, settings.setup.zone.clone(), &output.words);
        let run = engine::run(log.open()?, settings, Sifted::new(gather, sieve.clone()), |progress| {
            let complete_before = progress.gathered.complete_before(progress.complete_before);
            let written = progress.gathered.gather.write(out, complete_before, progress.starts);
            written.map_err(|_| Stop::Done)
        });
        let run = run.map_err(|stop| stopped(&log.name, &stop, None))?;
        if run.gathered.gather.out_of_order {
            let path = Printable(log.name.as_bytes());
            output.complain(&Complaint::warning(Message::OutOfOrder.with("path", path)));
        }
        heard(log, run, None, output)
    })
}

/// Lists the sessions.
pub(crate) fn sessions(list: &List, config: &Config, output: &Output) -> Result<Exit, Complaint> {
    each(list, config, output, |log, Task { settings, sieve }, out| {
        let gather = Sifted::new(Sessions::new(settings.setup.zone.clone()), sieve.clone());
        let run = engine::run(log.open()?, settings, gather, |_| Ok(()));
        let mut run = run.map_err(|stop| stopped(&log.name, &stop, None))?;
        let sessions = &mut run.gathered.gather;
        sessions.sort();
        let written = match list.format {
            ListFormat::Ndjson => sessions.ndjson(out, log.log_name(), &run.starts),
            ListFormat::Text => {
                let head = head(log, &run, (Counted::Sessions, run.starts.count()), output);
                let text =
                    run.gathered.gather.text(&head, &output.words, output.style, list.all, &run.starts);
                out.write_all(text.as_bytes())
            }
        };
        heard(log, run, written.err().map(|_| Stop::Done), output)
    })
}

/// How logs are read.
pub(super) struct Task {
    pub(super) settings: Settings,
    /// The sessions that are asked for.
    pub(super) sieve: Option<Arc<Sieve>>,
}

/// What came of reading one log.
pub(super) struct Heard {
    stop: Option<Stop>,
    stats: Stats,
    sessions: u64,
    sifting: Option<Sifting>,
}

/// A log that was read and holds nothing is an error: it was probably read in the wrong way.
pub(super) fn heard<G: Gather>(
    log: &Named,
    run: Run<Sifted<G>>,
    gone: Option<Stop>,
    output: &Output,
) -> Result<Heard, Complaint> {
    match without_exchanges(&log.name, run.plan.main().dialect.name, &run.stats, output.words.lang()) {
        Some(complaint) => Err(complaint),
        None => Ok(Heard {
            stop: gone.or(run.cut_short),
            stats: run.stats,
            sessions: run.starts.count(),
            sifting: run.gathered.counts(),
        }),
    }
}

// server.log  vsftpd  72 sessions
// Only sessions with client=203.0.113.7: 12 of 72.
pub(super) fn head<G: Gather>(
    log: &Named,
    run: &Run<Sifted<G>>,
    (unit, n): (Counted, u64),
    output: &Output,
) -> String {
    let rest = format!("  {}  {}", run.plan.main().dialect.name, output.words.count(unit, n));
    let head = report::titled(&Printable(log.name.as_bytes()).to_string(), &rest, output.style);
    match run.gathered.counts().zip(run.gathered.sieve()) {
        Some((counts, sieve)) => {
            let only = report::only(sieve, counts.chosen, run.starts.count(), &output.words);
            head + "\n" + &report::wrapped(&only, output.style.width).join("\n")
        }
        None => head,
    }
}

/// Reads one log after another; what is wrong with one does not stop the others.
pub(super) fn each(
    list: &List,
    config: &Config,
    output: &Output,
    mut read: impl FnMut(&Named, &Task, &mut Stream<'_>) -> Result<Heard, Complaint>,
) -> Result<Exit, Complaint> {
    let settings = Settings { prompt: true, ..settings(&list.reading, config)? };
    let sieve = sieve::asked_for(&list.reading, &settings.setup.zone)?;
    let task = Task { settings, sieve };
    let inputs = Inputs::find(&list.reading, config.limits()?)?;
    let mut out = output.stream();
    let mut complaints = inputs.complaints;
    let mut n_read = 0;
    let (mut n_sessions, mut n_chosen) = (0, 0);
    let mut mostly_unknown = false;
    let mut skipped = Vec::new();
    for file in &inputs.logs {
        let before = (n_read, complaints.len(), skipped.len());
        for log in file.logs() {
            match read(&log, &task, &mut out) {
                Ok(Heard { stop: Some(Stop::Done), .. }) => return Ok(Exit::Clean),
                Ok(Heard { stop, stats, sessions, sifting }) => {
                    n_read += 1;
                    n_sessions += sessions;
                    n_chosen += sifting.map_or(sessions, |sifting| sifting.chosen);
                    complaints.extend(sieve::left_out(&log.name, sifting));
                    complaints.extend(stop.map(|stop| stopped(&log.name, &stop, Some(&stats))));
                    complaints.extend(half_understood(&log.name, &stats, output));
                    complaints
                        .extend(stats.capture.iter().flat_map(|counts| captures::lacking(&log.name, counts)));
                    mostly_unknown |= stats.lines_not_understood * 2 > stats.lines;
                }
                Err(complaint) => match complaint.kind.filter(|_| !log.by_user) {
                    Some(kind) => {
                        output.say(1, Message::Skipped.with("what", complaint.what));
                        skipped.push(kind);
                    }
                    None => complaints.push(complaint),
                },
            }
            if out.flush().is_err() {
                return Ok(Exit::Clean);
            }
        }
        if file.by_user && before.0 == n_read && before.1 == complaints.len() {
            complaints.push(no_logs(&file.name, skipped.len() - before.2, &skipped[before.2..]));
        }
    }
    if n_read == 0 && complaints.is_empty() {
        complaints.extend(inputs.folders.iter().map(|(folder, files)| no_logs(folder, *files, &skipped)));
    }
    if let Some(sieve) = task.sieve.as_ref().filter(|_| n_chosen == 0 && n_sessions > 0) {
        complaints.push(sieve::none_chosen(sieve, n_sessions));
    }
    for complaint in &complaints {
        output.complain(complaint);
    }
    let whole = complaints.iter().all(|c| c.warning) && !mostly_unknown;
    Ok(if whole { Exit::Clean } else { Exit::Incomplete })
}
