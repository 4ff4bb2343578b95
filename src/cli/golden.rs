//! `check --golden`: the good recording is read before those that are compared with it.

use super::args::Reading;
use super::complaint::Complaint;
use super::config::Config;
use super::inputs::{Inputs, half_understood, settings, stopped, without_exchanges};
use super::logs::{Group, LogOfPieces, groups};
use super::output::Output;
use super::sieve;
use super::unread::parted;
use ftplog::catalog::Message;
use ftplog::engine::{self, PieceRead, Settings};
use ftplog::rule::Rule;
use ftplog::rule::golden::{Courses, Golden};
use ftplog::session::Sifted;
use ftplog::text::Printable;
use std::path::Path;

/// Reads a good recording in the way in which the new ones are read, and makes a rule of it. All of it must be readable: what is missing
/// in it would be reported as new.
pub(super) fn read(
    path: &Path,
    reading: &Reading,
    config: &Config,
    output: &Output,
) -> Result<&'static Rule, Complaint> {
    if path.as_os_str() == "-" {
        return Err(Complaint::new(Message::GoldenNotAFile));
    }
    let reading = Reading { paths: vec![path.to_path_buf()], ..reading.clone() };
    let settings = settings(&reading, config)?;
    let sieve = sieve::asked_for(&reading, &settings.setup.zone)?;
    let mut log = only_log(path, &reading, config, &settings)?;
    let run = engine::run_pieces(&mut log, &settings, Sifted::new(Courses::default(), sieve), |_| Ok(()));
    let run = run.map_err(|stop| stopped("", &stop, None))?;
    let failed = std::mem::take(&mut log.failed).into_iter().map(|(_, complaint)| complaint);
    if let Some(complaint) = failed.chain(std::mem::take(&mut log.gaps)).next() {
        return Err(Complaint { warning: false, ..complaint });
    }
    let (read, stopped_at) = parted(run.pieces, &log.given);
    if let Some((stop, given)) = stopped_at.first() {
        return Err(stopped(&given.name.path, stop, None));
    }
    let mut files = Vec::new();
    let mut lines_before = 0;
    for (PieceRead { stats, cut_short, plan, .. }, given) in &read {
        let name = &given.name.path;
        if let Some(stop) = cut_short {
            return Err(stopped(name, stop, Some(stats)));
        }
        let format = plan.main().dialect.name;
        if let Some(nothing) = without_exchanges(name, format, &run.stats, output.words.lang()) {
            return Err(nothing);
        }
        // What is not understood cannot be compared.
        if stats.lines_not_understood * 2 > stats.lines
            && let Some(complaint) = half_understood(name, stats, output)
        {
            return Err(Complaint { warning: false, ..complaint });
        }
        files.push((given.name.clone(), lines_before));
        lines_before += stats.lines;
    }
    let courses = run.gathered.gather;
    if courses.is_empty() {
        return Err(Complaint::new(Message::GoldenNoSession.with("path", shown(path))));
    }
    Ok(Golden::rule(files, courses))
}

/// The log at that path, if there is one only.
fn only_log(
    path: &Path,
    reading: &Reading,
    config: &Config,
    settings: &Settings,
) -> Result<LogOfPieces, Complaint> {
    let inputs = Inputs::find(reading, config)?;
    if let Some(complaint) = inputs.complaints.into_iter().find(|complaint| !complaint.warning) {
        return Err(complaint);
    }
    let mut logs = groups(inputs.files, settings).flat_map(Group::logs);
    let none = || Complaint::new(Message::GoldenNoSession.with("path", shown(path)));
    let log = logs.next().ok_or_else(none)?;
    if logs.next().is_some() {
        return Err(Complaint::new(Message::GoldenSeveral.with("path", shown(path))));
    }
    Ok(log)
}

fn shown(path: &Path) -> String {
    Printable(path.to_string_lossy().as_bytes()).to_string()
}
