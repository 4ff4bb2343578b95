//! `exchanges` and `sessions`.

use super::Exit;
use super::args::{List, ListFormat};
use super::complaint::Complaint;
use super::inputs::{Inputs, Named, settings, stopped, without_exchanges};
use super::output::Output;
use ftplog::engine::{self, Run, Settings, Stop};
use ftplog::report::{Exchanges, Sessions, Shape};
use ftplog::session::Gather;
use ftplog::text::{Printable, grouped};
use std::io::Write;

/// Lists every command with its replies.
pub(crate) fn exchanges(list: &List, output: &Output) -> Result<Exit, Complaint> {
    let shape = if list.format == ListFormat::Text { Shape::Text } else { Shape::Ndjson };
    each(list, output, |log, settings, out| {
        let gather = Exchanges::new(&log.name, shape, settings.setup.zone.clone());
        let run = engine::run(log.open()?, settings, gather, |progress| {
            let written = progress.gathered.write(out, progress.complete_before, progress.starts);
            written.map_err(|_| Stop::Done)
        });
        let run = run.map_err(|stop| stopped(&log.name, &stop, 0))?;
        if run.gathered.out_of_order {
            output.complain(&Complaint::warning(format!(
                "some exchanges of {} are out of order: too many sessions were open",
                Printable(log.name.as_bytes())
            )));
        }
        check(log, &run)?;
        Ok(run.cut_short.map(|stop| (stop, run.stats.lines)))
    })
}

/// Lists the sessions.
pub(crate) fn sessions(list: &List, output: &Output) -> Result<Exit, Complaint> {
    each(list, output, |log, settings, out| {
        let run = engine::run(log.open()?, settings, Sessions::new(settings.setup.zone.clone()), |_| Ok(()));
        let mut run = run.map_err(|stop| stopped(&log.name, &stop, 0))?;
        run.gathered.sort();
        let written = match list.format {
            ListFormat::Ndjson => run.gathered.ndjson(out, &log.name, &run.starts),
            ListFormat::Text => {
                let head = head(log, &run, output);
                let text = run.gathered.text(&head, &output.words, output.style, list.all, &run.starts);
                out.write_all(text.as_bytes())
            }
        };
        check(log, &run)?;
        let gone = written.is_err().then_some(Stop::Done);
        Ok(gone.or(run.cut_short).map(|stop| (stop, run.stats.lines)))
    })
}

/// A log that was read and holds nothing is an error: it was probably read in the wrong way.
fn check<G: Gather>(log: &Named, run: &Run<G>) -> Result<(), Complaint> {
    without_exchanges(&log.name, run.plan.main().dialect.name, &run.stats).map_or(Ok(()), Err)
}

// server.log  vsftpd  72 sessions
fn head<G: Gather>(log: &Named, run: &Run<G>, output: &Output) -> String {
    let sessions = output.words.count("sessions", run.starts.count());
    format!("{}  {}  {sessions}", Printable(log.name.as_bytes()), run.plan.main().dialect.name)
}

/// Reads one log after another; what is wrong with one does not stop the others.
fn each(
    list: &List,
    output: &Output,
    mut read: impl FnMut(
        &Named,
        &Settings,
        &mut std::io::BufWriter<std::io::Stdout>,
    ) -> Result<Option<(Stop, u64)>, Complaint>,
) -> Result<Exit, Complaint> {
    let settings = Settings { prompt: true, ..settings(&list.reading, output)? };
    let inputs = Inputs::find(&list.reading)?;
    let mut out = output.stream();
    let mut complaints = inputs.complaints;
    let mut n_read = 0;
    for log in &inputs.logs {
        match read(log, &settings, &mut out) {
            Ok(None) => n_read += 1,
            Ok(Some((Stop::Done, _))) => return Ok(Exit::Clean),
            Ok(Some((stop, lines))) => complaints.push(stopped(&log.name, &stop, lines)),
            Err(complaint) if log.by_user => complaints.push(complaint),
            Err(complaint) => output.say(1, &format!("skipped: {}", complaint.what)),
        }
        if out.flush().is_err() {
            return Ok(Exit::Clean);
        }
    }
    if n_read == 0 && complaints.is_empty() {
        for (folder, files) in &inputs.folders {
            let fact = format!("looked at {} files", grouped(*files as u64));
            complaints
                .push(Complaint::new(format!("no FTP logs in {}", Printable(folder.as_bytes()))).fact(fact));
        }
    }
    for complaint in &complaints {
        output.complain(complaint);
    }
    Ok(if complaints.is_empty() { Exit::Clean } else { Exit::Incomplete })
}
