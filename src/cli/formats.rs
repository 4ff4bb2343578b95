//! `formats`: the list, and what files are.

use super::Exit;
use super::args::{Formats, Reading};
use super::complaint::Complaint;
use super::inputs::{Inputs, Named, no_logs, settings, stopped, unreadable};
use super::output::Output;
use ftplog::engine::{self, Settings};
use ftplog::format;
use ftplog::report;
use ftplog::source::Unreadable;
use ftplog::text::Printable;
use std::path::Path;

/// Lists the formats, or says which of them files are in.
pub(crate) fn formats(args: &Formats, output: &Output) -> Result<Exit, Complaint> {
    if args.detect.is_empty() {
        return Ok(output.page(&report::list_formats(&output.words, output.style)));
    }
    let reading = Reading { paths: args.detect.clone(), ..Reading::default() };
    let settings = settings(&reading, output)?;
    let inputs = Inputs::find(&reading)?;
    let mut complaints = inputs.complaints;
    complaints.extend(inputs.folders.iter().filter(|(_, n)| *n == 0).map(|(f, n)| no_logs(f, *n, &[])));
    let mut pages = Vec::new();
    for log in &inputs.logs {
        match detected(log, &settings, output) {
            Ok(page) => pages.push(page),
            Err(complaint) => complaints.push(complaint),
        }
    }
    output.page(&pages.join("\n"));
    for complaint in &complaints {
        output.complain(complaint);
    }
    Ok(if complaints.is_empty() { Exit::Clean } else { Exit::Incomplete })
}

/// What a file is, and what speaks for it.
fn detected(log: &Named, settings: &Settings, output: &Output) -> Result<String, Complaint> {
    let first = log.open()?.first_bytes(format::SAMPLE_BYTES);
    let sample = first.map_err(|e| unreadable(&log.name, &Unreadable::of(&e, Path::new(&log.name))))?;
    let scores = format::scores(&sample, &settings.setup);
    let plan = engine::recognise(&sample, settings).map_err(|stop| stopped(&log.name, &stop, 0))?;
    let decision = report::decision(&plan, settings.format.is_some(), &output.words);
    let name = Printable(log.name.as_bytes()).to_string();
    Ok(report::list_scores(&name, &decision, &scores, &output.words, output.style))
}
