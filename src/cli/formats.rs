//! `formats`: what ftplog can read, and what files are.

use super::Exit;
use super::args::{Formats, Reading};
use super::complaint::Complaint;
use super::config::Config;
use super::file::{File, OpenedPiece};
use super::inputs::{Inputs, known_format, no_logs, settings, stopped, unreadable};
use super::output::Output;
use ftplog::engine::{self, Settings};
use ftplog::format::{self, Format, Setup};
use ftplog::report;
use ftplog::source::Unreadable;
use ftplog::text::Printable;
use std::path::Path;

/// Lists the formats, tells about one, or says which of them files are in.
pub(crate) fn formats(args: &Formats, config: &Config, output: &Output) -> Result<Exit, Complaint> {
    if args.detect.is_empty() {
        return about(args.name.as_deref(), config, output);
    }
    let reading = Reading { paths: args.detect.clone(), ..Reading::default() };
    let settings = settings(&reading, config)?;
    let inputs = Inputs::find(&reading, config)?;
    let mut complaints = inputs.complaints;
    complaints.extend(inputs.folders.iter().filter(|(_, n)| *n == 0).map(|(f, n)| no_logs(f, *n, &[])));
    let mut pages = Vec::new();
    for log in inputs.files.iter().flat_map(File::opened) {
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

fn about(name: Option<&str>, config: &Config, output: &Output) -> Result<Exit, Complaint> {
    let setup = Setup { own_formats: config.own_formats.clone(), ..Setup::default() };
    if let Some(name) = name {
        let format = known_format(&setup, &name.to_ascii_lowercase())?;
        let title = config.own_title(format.dialect.name);
        return Ok(output.page(&report::explain_format(format, title, &output.words).text(output.style)));
    }
    let all: Vec<(&Format, Option<&str>)> =
        setup.formats().map(|f| (f, config.own_title(f.dialect.name))).collect();
    Ok(output.page(&report::list_formats(&all, &output.words, output.style)))
}

/// What a file is, and what speaks for it.
fn detected(log: OpenedPiece, settings: &Settings, output: &Output) -> Result<String, Complaint> {
    let name = log.name.path;
    let first = log.input?.first_bytes(format::SAMPLE_BYTES);
    let sample = first.map_err(|e| unreadable(&name, &Unreadable::of(&e, Path::new(&name))))?;
    let scores = format::scores(&sample, &settings.setup);
    let plan = engine::recognise(&sample, settings).map_err(|stop| stopped(&name, &stop, None))?;
    let decision = report::decision(&plan, settings.format.is_some(), &output.words);
    let name = Printable(name.as_bytes()).to_string();
    Ok(report::list_scores(&name, &decision, &scores, &output.words, output.style))
}
