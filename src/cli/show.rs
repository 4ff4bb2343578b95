//! `show`: one session as an annotated transcript.

use super::Exit;
use super::args::{Reading, Show};
use super::complaint::Complaint;
use super::config::Config;
use super::file::File;
use super::inputs::{Inputs, settings, stopped, unreadable, without_exchanges};
use super::logs::{LogOfPieces, log_around, log_from};
use super::output::Output;
use ftplog::catalog::{Hole, Message};
use ftplog::engine::{self, PieceRead, PieceRun, PiecesRun, Settings, Stats, Stop};
use ftplog::event::Place;
use ftplog::format::Plan;
use ftplog::report::{Finder, Report, Sentences, ShowOptions, Shown, Sources, Target, show_text};
use ftplog::session::{Gather, Starts};
use ftplog::source::Unreadable;
use ftplog::text::{Printable, number};
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
        let tip = Message::WhyNeedsLineTip.with("path", shown(&path));
        return Err(Complaint::new(Message::WhyNeedsLine).tip(tip));
    }
    let Show { log_format, tz, year, .. } = args.clone();
    let reading = Reading { paths: vec![path], log_format, tz, year, ..Reading::default() };
    let settings = settings(&reading, config)?;
    let file = one_file(&reading, config)?;
    let rules = Arc::new(config.ruleset());
    let line = if let Wanted::Line(line) = wanted { Some((file.name.clone(), line)) } else { None };
    let finder = || Finder::new(Arc::clone(&rules), line.clone());
    let alone = || Some(LogOfPieces::alone(file.clone()));
    // A session's number may be counted on through the files behind.
    let onward = || Some(log_from(&file, &settings));
    let mut log: &dyn Fn() -> Option<LogOfPieces> = if line.is_some() { &alone } else { &onward };
    // The first reading finds the session, and what is known of all of them; the second one holds it.
    let mut found = read(&file, log, &settings, finder())?;
    let (format, lang) = (found.plan.main().dialect.name, output.words.lang());
    if let Some(complaint) = without_exchanges(&file.name, format, &found.stats, lang) {
        return Err(complaint);
    }
    let mut target_of = target(args, wanted, &file, &found)?;
    // What the file lacks of the session may stand in the files beside it that it was rotated with.
    let around = || log_around(&file, &settings);
    if found.gathered.is_cut()
        && let Ok(in_all) = read(&file, &around, &settings, finder())
        && let Some((session, exchange)) = in_all.gathered.found()
    {
        target_of = Target { session, exchange: Some(exchange), ..target_of };
        (found, log) = (in_all, &around);
    }
    let ledger = found.gathered.into_ledger();
    let run = read(&file, log, &settings, Shown::new(rules, target_of))?;
    let number = run.starts.number(target_of.session);
    let session = run.gathered.seal(&ledger, &run.sources);
    let sentences = Sentences::new(output.words.lang(), settings.setup.zone.clone());
    let options = ShowOptions { style: output.style, path: &file.name, number, why: args.why };
    output.page(&show_text(&session, &sentences, options));
    match &run.cut_short {
        Some(stop) => Err(stopped(&file.name, stop, Some(&run.stats))),
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
    Err(Complaint::new(Message::NoTarget.with("target", name.as_str()))
        .tip(Message::NoTargetTip.with("target", name)))
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

fn one_file(reading: &Reading, config: &Config) -> Result<File, Complaint> {
    let path = &reading.paths[0];
    if path.as_os_str() == "-" || path.as_os_str() == "<stdin>" {
        return Err(Complaint::new(Message::ShowReadsTwice).tip(Message::ShowReadsTwiceTip));
    }
    if path.is_dir() {
        let what = Message::IsFolder.with("path", shown(path));
        return Err(Complaint::new(what).tip(Message::IsFolderTip));
    }
    let mut inputs = Inputs::find(reading, config)?;
    inputs.files.pop().ok_or_else(|| Complaint::new(Message::NothingToRead))
}

/// What came of reading the log that the file is, or is a piece of.
struct Found<G> {
    gathered: G,
    starts: Starts,
    sources: Sources,
    /// How the file itself was read.
    plan: Arc<Plan>,
    stats: Stats,
    cut_short: Option<Stop>,
}

fn read<G: Gather>(
    file: &File,
    log: &dyn Fn() -> Option<LogOfPieces>,
    settings: &Settings,
    gather: G,
) -> Result<Found<G>, Complaint> {
    let missing = || unreadable(&file.name, &Unreadable::Missing { similar: None });
    let mut log = log().ok_or_else(missing)?;
    let run = engine::run_pieces(&mut log, settings, gather, |_| Ok(()));
    let PiecesRun { gathered, starts, pieces, stats: all } = run.map_err(|stop| stopped("", &stop, None))?;
    if let Some((_, complaint)) = log.failed.into_iter().find(|(given, _)| given.name.path == file.name) {
        return Err(complaint);
    }
    let (mut inputs, mut own) = (Vec::new(), None);
    for PieceRun { name, read } in pieces {
        let is_it = name.path == file.name;
        match read {
            Ok(read) => {
                inputs.push(read.input(&name, all.replies));
                own = own.or(is_it.then_some(read));
            }
            Err(stop) if is_it => return Err(stopped(&name.path, &stop, None)),
            Err(_) => {}
        }
    }
    let PieceRead { stats, plan, cut_short, .. } = own.ok_or_else(missing)?;
    let stats = Stats { exchanges: all.exchanges, replies: all.replies, ..stats };
    let mut sources = Sources::default();
    sources.add_log(file.name.clone(), inputs, starts.clone(), &Report::default());
    Ok(Found { gathered, starts, sources, plan, stats, cut_short })
}

/// Where it is, or why it is not there.
fn target(args: &Show, wanted: Wanted, log: &File, run: &Found<Finder>) -> Result<Target, Complaint> {
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
    let is_capture = stats.capture.is_some();
    let on = |message: Message| message.with("path", name).with("number", line);
    if line == 0 || line > stats.lines {
        let what = on(if is_capture { Message::NoPacket } else { Message::NoLine });
        let has = if is_capture { Message::HasPackets } else { Message::HasLines };
        return Complaint::new(what).fact(has.with("n", stats.lines));
    }
    let not_understood = stats.not_understood.iter().any(|(n, _)| *n == line);
    let unsure = stats.lines_not_understood > stats.not_understood.len() as u64;
    let why = match (not_understood, unsure) {
        (true, _) => Message::WasNotUnderstood,
        (false, true) => Message::WasSkippedOrNot,
        (false, false) => Message::WasSkipped,
    };
    let what = on(if is_capture { Message::PacketOfNoSession } else { Message::LineOfNoSession });
    let complaint = Complaint::new(what).fact(why);
    let near: Vec<String> = finder.near().map(|n| format!("{name}:{n}")).collect();
    if near.is_empty() {
        return complaint;
    }
    complaint.tip(Message::NearestLines.with("places", near.into_iter().collect::<Hole>()))
}

fn no_session(name: &str, number: u64, starts: &Starts) -> Complaint {
    Complaint::new(Message::NoSession.with("path", name).with("number", number))
        .fact(Message::SessionNumbers.with("last", starts.count()))
        .tip(Message::NoSessionTip.with("path", name))
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
