//! `check --record`: a first version of `ftplog.expect.toml`, from good recordings.

use super::Exit;
use super::args::{Check, List, ListFormat};
use super::complaint::Complaint;
use super::config::Config;
use super::listing::{Heard, each};
use super::output::Output;
use ftplog::engine;
use ftplog::rule::expectation::Recording;
use ftplog::session::Sifted;
use std::io::Write as _;

/// Writes down what recordings do as what is expected of them.
pub(crate) fn record(args: &Check, config: &Config, output: &Output) -> Result<Exit, Complaint> {
    let list =
        List { reading: args.reading.clone(), format: ListFormat::Text, all: false, progress: args.progress };
    let mut is_first = true;
    each(&list, config, output, |log, task, out| {
        let gather = Sifted::new(Recording::default(), task.sieve.clone());
        let run = engine::run_pieces(log, &task.settings, gather, |_| Ok(()))?;
        let recording = &run.gathered.gather;
        let mut written = Ok(());
        if !recording.is_empty() {
            let version = if std::mem::take(&mut is_first) { "version = 1\n" } else { "" };
            let name = log.name(log.given.iter());
            written = write!(out, "{version}{}", recording.toml(name, &run.starts));
        }
        Ok(Heard::of(run, &written))
    })
}
