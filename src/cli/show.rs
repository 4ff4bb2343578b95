//! `show`: one session as an annotated transcript.

use super::Exit;
use super::args::{Reading, Show};
use super::complaint::Complaint;
use super::config::Config;
use super::inputs::{Inputs, Named, settings, stopped, without_exchanges};
use super::output::Output;
use ftplog::engine::{self, Run, Settings, Stats};
use ftplog::event::Place;
use ftplog::report::{Finder, Sentences, ShowOptions, Shown, Target, show_text};
use ftplog::session::Starts;
use ftplog::text::{Printable, grouped, number};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What the user asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wanted {
    Line(u64),
    Session(u64),
}

/// Shows a session.
pub(crate) fn show(args: &Show, config: &Config, output: &Output) -> Result<Exit, Complaint> {
    let (path, wanted) = wanted(&args.target)?;
    if args.why && matches!(wanted, Wanted::Session(_)) {
        return Err(Complaint::new("--why needs a line")
            .tip(format!("name it, for example: ftplog show {}:LINE --why", shown(&path))));
    }
    let Show { log_format, tz, year, .. } = args.clone();
    let reading = Reading { paths: vec![path], log_format, tz, year, ..Reading::default() };
    let settings = settings(&reading, config)?;
    let log = one_log(&reading)?;
    let rules = Arc::new(config.ruleset());
    // The first reading finds the session, and what is known of all of them; the second one holds it.
    let line = if let Wanted::Line(line) = wanted { Some(line) } else { None };
    let found = read(&log, &settings, Finder::new(Arc::clone(&rules), line))?;
    if let Some(complaint) = without_exchanges(&log.name, found.plan.main().dialect.name, &found.stats) {
        return Err(complaint);
    }
    let target = target(args, wanted, &log, &found)?;
    let ledger = found.gathered.into_ledger();
    let run = read(&log, &settings, Shown::new(rules, target))?;
    let session = run.gathered.seal(&ledger);
    let sentences = Sentences::new(output.words.lang(), settings.setup.zone.clone());
    let number = run.starts.number(target.session);
    let options = ShowOptions { style: output.style, path: &log.name, number, why: args.why };
    output.page(&show_text(&session, &sentences, options));
    match &run.cut_short {
        Some(stop) => Err(stopped(&log.name, stop, Some(&run.stats))),
        None => Ok(Exit::Clean),
    }
}

/// `server.log:1045` or `server.log@17`
fn wanted(target: &str) -> Result<(PathBuf, Wanted), Complaint> {
    let parts = |mark| target.rsplit_once(mark).filter(|(path, n)| !path.is_empty() && is_number(n));
    let after = |n: &str| number(n.as_bytes()).unwrap_or(u64::MAX);
    if let Some((path, line)) = parts(':') {
        return Ok((PathBuf::from(path), Wanted::Line(after(line))));
    }
    if let Some((path, session)) = parts('@') {
        return Ok((PathBuf::from(path), Wanted::Session(after(session))));
    }
    let name = shown(Path::new(target));
    Err(Complaint::new(format!("{name} names no line and no session")).tip(format!(
        "name a line as findings do, {name}:1045, or a session, {name}@17; ftplog sessions lists them"
    )))
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

fn one_log(reading: &Reading) -> Result<Named, Complaint> {
    let path = &reading.paths[0];
    if path.as_os_str() == "-" || path.as_os_str() == "<stdin>" {
        return Err(Complaint::new("show reads a log twice, so it cannot read standard input")
            .tip("write it to a file first"));
    }
    if path.is_dir() {
        return Err(Complaint::new(format!("{} is a folder", shown(path))).tip("name a file in it"));
    }
    let mut inputs = Inputs::find(reading)?;
    inputs.logs.pop().ok_or_else(|| Complaint::new(format!("cannot read {}", shown(path))))
}

fn read<G: ftplog::session::Gather>(
    log: &Named,
    settings: &Settings,
    gather: G,
) -> Result<Run<G>, Complaint> {
    engine::run(log.open()?, settings, gather, |_| Ok(())).map_err(|stop| stopped(&log.name, &stop, None))
}

/// Where it is, or why it is not there.
fn target(args: &Show, wanted: Wanted, log: &Named, run: &Run<Finder>) -> Result<Target, Complaint> {
    let name = shown(Path::new(&log.name));
    match wanted {
        Wanted::Line(line) => {
            let (session, exchange) =
                run.gathered.found().ok_or_else(|| no_line(&name, line, &run.stats, &run.gathered))?;
            let context = (!args.all).then_some(args.context);
            Ok(Target { session, exchange: Some(exchange), context })
        }
        Wanted::Session(number) => {
            let line = run.starts.line(number).ok_or_else(|| no_session(&name, number, &run.starts))?;
            Ok(Target { session: Place { source: 0, line }, exchange: None, context: None })
        }
    }
}

fn no_line(name: &str, line: u64, stats: &Stats, finder: &Finder) -> Complaint {
    let unit = if stats.capture.is_some() { "packet" } else { "line" };
    if line == 0 || line > stats.lines {
        let complaint = Complaint::new(format!("{name} has no {unit} {}", grouped(line)));
        return complaint.fact(format!("it has {} {unit}s", grouped(stats.lines)));
    }
    let not_understood = stats.not_understood.iter().any(|(n, _)| *n == line);
    let unsure = stats.lines_not_understood > stats.not_understood.len() as u64;
    let why = match (not_understood, unsure) {
        (true, _) => "it was not understood",
        (false, true) => "it was skipped or not understood",
        (false, false) => "it was skipped, since it says nothing about commands and replies",
    };
    let complaint =
        Complaint::new(format!("{unit} {} of {name} belongs to no session", grouped(line))).fact(why);
    let near: Vec<String> = finder.near().map(|n| format!("{name}:{n}")).collect();
    if near.is_empty() {
        complaint
    } else {
        complaint.tip(format!("the nearest that do: {}", near.join(", ")))
    }
}

fn no_session(name: &str, number: u64, starts: &Starts) -> Complaint {
    let complaint = Complaint::new(format!("{name} has no session {}", grouped(number)));
    complaint
        .fact(format!("its sessions have the numbers 1 to {}", grouped(starts.count())))
        .tip(format!("ftplog sessions {name} lists them"))
}

fn shown(path: &Path) -> String {
    Printable(path.to_string_lossy().as_bytes()).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_names_a_line_or_a_session() {
        let of = |text: &str| wanted(text).map(|(path, wanted)| (path.display().to_string(), wanted)).ok();
        assert_eq!(of("a.log:12"), Some(("a.log".to_owned(), Wanted::Line(12))));
        assert_eq!(of("a.log@3"), Some(("a.log".to_owned(), Wanted::Session(3))));
        assert_eq!(of("b@2/c:d.log:7"), Some(("b@2/c:d.log".to_owned(), Wanted::Line(7))));
        assert_eq!(of("a.log"), None);
        assert_eq!(of(":5"), None);
        assert_eq!(of("a.log:x"), None);
    }
}
