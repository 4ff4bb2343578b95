//! `exchanges` and `sessions`, and what lists have in common.

use super::Exit;
use super::args::{List, ListFormat};
use super::captures;
use super::complaint::Complaint;
use super::config::Config;
use super::inputs::{Inputs, Named, half_understood, no_logs, settings, stopped, without_exchanges};
use super::output::{Output, Stream};
use ftplog::catalog::{Counted, Message};
use ftplog::engine::{self, Run, Settings, Stats, Stop};
use ftplog::report::{self, Exchanges, Sessions, Shape};
use ftplog::session::Gather;
use ftplog::text::Printable;
use std::io::Write;

/// Lists every command with its replies.
pub(crate) fn exchanges(list: &List, config: &Config, output: &Output) -> Result<Exit, Complaint> {
    let shape = if list.format == ListFormat::Text { Shape::Text } else { Shape::Ndjson };
    each(list, config, output, |log, settings, out| {
        let gather = Exchanges::new(log.log_name(), shape, settings.setup.zone.clone(), &output.words);
        let run = engine::run(log.open()?, settings, gather, |progress| {
            let written = progress.gathered.write(out, progress.complete_before, progress.starts);
            written.map_err(|_| Stop::Done)
        });
        let run = run.map_err(|stop| stopped(&log.name, &stop, None))?;
        if run.gathered.out_of_order {
            let path = Printable(log.name.as_bytes());
            output.complain(&Complaint::warning(Message::OutOfOrder.with("path", path)));
        }
        heard(log, run, None, output)
    })
}

/// Lists the sessions.
pub(crate) fn sessions(list: &List, config: &Config, output: &Output) -> Result<Exit, Complaint> {
    each(list, config, output, |log, settings, out| {
        let run = engine::run(log.open()?, settings, Sessions::new(settings.setup.zone.clone()), |_| Ok(()));
        let mut run = run.map_err(|stop| stopped(&log.name, &stop, None))?;
        run.gathered.sort();
        let written = match list.format {
            ListFormat::Ndjson => run.gathered.ndjson(out, log.log_name(), &run.starts),
            ListFormat::Text => {
                let head = head(log, &run, output);
                let text = run.gathered.text(&head, &output.words, output.style, list.all, &run.starts);
                out.write_all(text.as_bytes())
            }
        };
        heard(log, run, written.err().map(|_| Stop::Done), output)
    })
}

/// What came of reading one log.
pub(super) struct Heard {
    stop: Option<Stop>,
    stats: Stats,
}

/// A log that was read and holds nothing is an error: it was probably read in the wrong way.
pub(super) fn heard<G: Gather>(
    log: &Named,
    run: Run<G>,
    gone: Option<Stop>,
    output: &Output,
) -> Result<Heard, Complaint> {
    match without_exchanges(&log.name, run.plan.main().dialect.name, &run.stats, output.words.lang()) {
        Some(complaint) => Err(complaint),
        None => Ok(Heard { stop: gone.or(run.cut_short), stats: run.stats }),
    }
}

// server.log  vsftpd  72 sessions
fn head<G: Gather>(log: &Named, run: &Run<G>, output: &Output) -> String {
    let sessions = output.words.count(Counted::Sessions, run.starts.count());
    let rest = format!("  {}  {sessions}", run.plan.main().dialect.name);
    report::titled(&Printable(log.name.as_bytes()).to_string(), &rest, output.style)
}

/// Reads one log after another; what is wrong with one does not stop the others.
pub(super) fn each(
    list: &List,
    config: &Config,
    output: &Output,
    mut read: impl FnMut(&Named, &Settings, &mut Stream<'_>) -> Result<Heard, Complaint>,
) -> Result<Exit, Complaint> {
    let settings = Settings { prompt: true, ..settings(&list.reading, config)? };
    let inputs = Inputs::find(&list.reading, config.limits()?)?;
    let mut out = output.stream();
    let mut complaints = inputs.complaints;
    let mut n_read = 0;
    let mut mostly_unknown = false;
    let mut skipped = Vec::new();
    for file in &inputs.logs {
        let before = (n_read, complaints.len(), skipped.len());
        for log in file.logs() {
            match read(&log, &settings, &mut out) {
                Ok(Heard { stop: Some(Stop::Done), .. }) => return Ok(Exit::Clean),
                Ok(Heard { stop, stats }) => {
                    n_read += 1;
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
    for complaint in &complaints {
        output.complain(complaint);
    }
    let whole = complaints.iter().all(|c| c.warning) && !mostly_unknown;
    Ok(if whole { Exit::Clean } else { Exit::Incomplete })
}
