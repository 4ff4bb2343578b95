//! `analyze` and `demo`.

use super::Exit;
use super::args::{self, Analyze, FailOn};
use super::captures;
use super::complaint::{Complaint, NoLog};
use super::config::Config;
use super::destination::{self, Destination};
use super::inputs::{Inputs, half_understood, no_logs, settings, stopped, without_exchanges};
use super::interrupt::Interrupt;
use super::logs::{Given, Group, Log, groups};
use super::output::{Output, variable};
use super::sieve;
use ftplog::catalog::{Message, Said};
use ftplog::engine::{self, PieceRead, PiecesRun, Settings, Stats, Stop};
use ftplog::report::{
    InputSummary, Options, Reader, Renderer, Report, Sentences, Sources, Status, Summary, TEXT, View,
    after_demo, step_summary,
};
use ftplog::rule::{Ruleset, Severity, Unknown};
use ftplog::session::{Confidence, Gather, Sieve, Starts};
use ftplog::source::{Input, Unreadable};
use ftplog::text::Printable;
use ftplog::time::Zone;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The sample that `demo` analyzes.
const SAMPLE: &str = include_str!("../../samples/server.log");
const SAMPLE_NAME: &str = "samples/server.log";

/// Finds problems and explains them.
pub(crate) fn analyze(args: &Analyze, config: &Config, output: &Output) -> Result<Exit, Complaint> {
    let settings = settings(&args.reading, config)?;
    let sieve = sieve::asked_for(&args.reading, &settings.setup.zone)?;
    let options = options(args, config, sieve)?;
    let mut destinations = destination::open(&args.output)?;
    let mut inputs = Inputs::find(&args.reading, config.limits()?)?;
    destination::spare(&destinations, &mut inputs.files)?;
    output.show_progress(args.progress, &mut inputs.files);
    let interrupt = Interrupt::heeded();
    for file in &mut inputs.files {
        file.reach.interrupt = interrupt.clone();
    }
    let mut desk = Desk {
        report: Report::new(options),
        sources: Sources::default(),
        complaints: inputs.complaints,
        skipped: Vec::new(),
        n_unreadable: 0,
        n_not_read: 0,
        is_cut_short: false,
        interrupt,
    };
    for group in groups(inputs.files, &settings) {
        desk.read_all(group, &settings, output);
    }
    output.end_progress();
    desk.interrupt.over();
    if desk.n_not_read > 0 {
        desk.complaints.push(Complaint::new(Message::FilesNotRead.with("n", desk.n_not_read)));
    }
    let nothing_read = desk.sources.inputs().iter().all(|i| i.status == Status::Failed);
    if nothing_read && desk.complaints.is_empty() {
        desk.complaints.extend(inputs.folders.iter().map(|(folder, n)| no_logs(folder, *n, &desk.skipped)));
    }
    let mut summary = desk.report.seal(desk.sources);
    summary.interrupted = (desk.is_cut_short || desk.n_not_read > 0).then_some(desk.n_not_read);
    desk.complaints.extend(summary_limits(&summary));
    if let Some(sieve) = summary.sieve.as_ref().filter(|_| summary.is_about_nothing())
        && summary.all_sessions() > 0
    {
        desk.complaints.push(sieve::none_chosen(sieve, summary.all_sessions()));
    }
    let mut exit = verdict(&summary, args);
    if !desk.complaints.iter().all(|c| c.warning) || mostly_not_understood(&summary) {
        exit = Exit::Incomplete;
    }
    let face = Face { summary: &summary, args, output, zone: &settings.setup.zone };
    let mut unwritten = Vec::new();
    for destination in &mut destinations {
        match face.write(destination, exit) {
            Ok(wrote) => output.say(1, wrote),
            Err(complaint) => unwritten.push(complaint),
        }
    }
    if !unwritten.is_empty() {
        exit = Exit::Incomplete;
    }
    let any_read = summary.inputs.iter().any(|i| i.status != Status::Failed);
    if any_read || args.format.reader == Reader::Programs {
        face.print(exit);
    }
    let unsummarized = face.summarize_step(exit).err();
    for complaint in desk.complaints.iter().chain(&unwritten).chain(&unsummarized) {
        output.complain(complaint);
    }
    Ok(exit)
}

/// What was read so far.
struct Desk {
    report: Report,
    sources: Sources,
    complaints: Vec<Complaint>,
    /// Files of folders that are no FTP logs.
    skipped: Vec<NoLog>,
    n_unreadable: u64,
    /// Files that were not read because the user wanted no more to be read.
    n_not_read: u64,
    /// Whether a log was not read to its end for that reason.
    is_cut_short: bool,
    interrupt: Interrupt,
}

impl Desk {
    /// Reads the logs of a group.
    fn read_all(&mut self, group: Group, settings: &Settings, output: &Output) {
        if self.interrupt.is_asked() {
            self.n_not_read += group.files().count() as u64;
            return;
        }
        let alone = group.alone().filter(|file| file.by_user).map(|file| file.name.clone());
        let before = (self.sources.inputs().len(), self.complaints.len(), self.skipped.len());
        if let Some(bar) = output.bar() {
            bar.begin(group.files());
            bar.update(Some(self.report.n_errors()), self.n_unreadable);
        }
        for log in group.logs() {
            if self.interrupt.is_asked() {
                self.n_not_read += log.n_waiting() as u64;
            } else {
                self.read(log, settings, output);
            }
        }
        if let Some(name) = alone.filter(|_| !self.interrupt.is_asked())
            && before.0 == self.sources.inputs().len()
            && before.1 == self.complaints.len()
        {
            let skipped = &self.skipped[before.2..];
            self.complaints.push(no_logs(&name, skipped.len(), skipped));
        }
    }

    fn read(&mut self, mut log: Log, settings: &Settings, output: &Output) {
        let settings = Settings { source: self.sources.next_log(), ..settings.clone() };
        let (fork, n_errors, n_unreadable) = (self.report.fork(), self.report.n_errors(), self.n_unreadable);
        let interrupt = self.interrupt.clone();
        let mut until_then = std::iter::from_fn(|| if interrupt.is_asked() { None } else { log.next() });
        let run = engine::run_pieces(&mut until_then, &settings, fork, |progress| {
            if let Some(bar) = output.bar() {
                bar.update(Some(n_errors + progress.gathered.n_errors()), n_unreadable);
            }
            if interrupt.is_asked() { Err(Stop::Interrupted) } else { Ok(()) }
        });
        let run = match run {
            Ok(run) => run,
            Err(stop) => return self.complaints.push(stopped("", &stop, None)),
        };
        let PiecesRun { mut gathered, starts, pieces, stats } = run;
        // Some may have been opened only to look ahead.
        self.n_not_read += (log.n_waiting() + log.given.len() - pieces.len()) as u64;
        let pieces = pieces.into_iter().map(|piece| piece.read).zip(&log.given);
        let (read, unread): (Vec<_>, Vec<_>) = pieces.partition(|(read, _)| read.is_ok());
        let read: Vec<_> = read.into_iter().filter_map(|(read, given)| Some((read.ok()?, given))).collect();
        let any_read = !read.is_empty();
        if let Some(inputs) = self.take(&read, &stats, output) {
            let name = log.name(read.iter().map(|(_, given)| *given)).to_owned();
            self.complaints.extend(sieve::left_out(&name, gathered.sifting()));
            self.sources.add_log(name, inputs, starts, &gathered);
            self.report.absorb(&mut gathered);
        }
        for (read, given) in unread {
            if let Err(stop) = read {
                let given = if any_read { given.beside_others(&stop) } else { given.clone() };
                self.fail(&given, stopped(&given.name.path, &stop, None), &settings, output);
            }
        }
        for (given, complaint) in &log.failed {
            self.fail(given, complaint.clone(), &settings, output);
        }
        self.complaints.append(&mut log.gaps);
    }

    /// Says what is to be said of a log that was read, in one piece or in several, and sums it up, if it is one.
    fn take(
        &mut self,
        pieces: &[(PieceRead, &Given)],
        all: &Stats,
        output: &Output,
    ) -> Option<Vec<InputSummary>> {
        let (first, given) = pieces.first()?;
        for (piece, given) in pieces {
            let decision = ftplog::report::decision(&piece.plan, piece.format_given, &output.words);
            let path = Printable(given.name.path.as_bytes());
            output.say(1, Message::OfPath.with("path", path).with("what", decision));
        }
        let format = first.plan.main().dialect.name;
        let is_interrupted =
            pieces.iter().any(|(piece, _)| matches!(piece.cut_short, Some(Stop::Interrupted)));
        self.is_cut_short |= is_interrupted;
        let nothing = without_exchanges(&given.name.path, format, all, output.words.lang());
        // They may be still to come.
        let nothing = nothing.filter(|_| !is_interrupted);
        if let Some(Complaint { kind: Some(NoLog::Capture), what, .. }) = &nothing
            && !given.by_user
        {
            output.say(1, Message::Skipped.with("what", what.clone()));
            self.skipped.push(NoLog::Capture);
            return None;
        }
        let mut inputs = Vec::new();
        for (piece, given) in pieces {
            let path = &given.name.path;
            let cut_short = piece.cut_short.as_ref().map(|stop| stopped(path, stop, Some(&piece.stats)));
            let errors: Vec<Said> = cut_short.iter().chain(&nothing).map(|c| c.what.clone()).collect();
            self.complaints.extend(cut_short);
            if nothing.is_none() || piece.stats.lines_not_understood > 0 {
                self.complaints.extend(half_understood(path, &piece.stats, output));
            }
            self.complaints.extend(limits(path, &piece.stats, all));
            let status = match (all.exchanges, errors.is_empty()) {
                (0, _) if !is_interrupted => Status::Failed,
                (_, true) => Status::Ok,
                (_, false) => Status::Partial,
            };
            inputs.push(InputSummary { status, errors, ..piece.input(&given.name, all.replies) });
        }
        self.complaints.extend(nothing);
        if all.overflow.sessions_ended > 0 {
            let path = Printable(given.name.path.as_bytes());
            let ended = Message::SessionsEnded.with("path", path).with("n", all.overflow.sessions_ended);
            self.complaints.push(Complaint::warning(ended));
        }
        Some(inputs)
    }

    /// Notes a file that could not be read. One in a folder that is no log is no error.
    fn fail(&mut self, given: &Given, complaint: Complaint, settings: &Settings, output: &Output) {
        if complaint.kind == Some(NoLog::NotRead) {
            self.n_not_read += 1;
            return;
        }
        if let Some(kind) = complaint.kind.filter(|_| !given.by_user) {
            output.say(1, Message::Skipped.with("what", complaint.what));
            return self.skipped.push(kind);
        }
        self.n_unreadable += 1;
        self.sources.add_failed(InputSummary {
            name: given.name.clone(),
            format: None,
            format_given: settings.format.is_some(),
            status: Status::Failed,
            lines: 0,
            lines_not_understood: 0,
            replies: 0,
            starts: Starts::default(),
            errors: vec![complaint.what.clone()],
        });
        self.complaints.push(complaint);
    }
}

/// Says which limits were hit in a piece of a log.
fn limits(name: &str, piece: &Stats, all: &Stats) -> Vec<Complaint> {
    let mut hit = Vec::new();
    if piece.lines_cut > 0 {
        let kib = ftplog::source::LINE_BYTES_MAX as u64 / 1024;
        let cut = Message::LinesCut.with("path", Printable(name.as_bytes())).with("n", piece.lines_cut);
        hit.push(Complaint::warning(cut.with("kib", kib)));
    }
    let read = piece.capture.iter().filter(|_| all.exchanges > 0);
    hit.extend(read.flat_map(|counts| captures::lacking(name, counts)));
    hit
}

/// Says which limits the report itself hit.
fn summary_limits(summary: &Summary) -> Vec<Complaint> {
    let unnumbered = summary.inputs.iter().map(|i| i.starts.unnumbered).sum();
    [(Message::NotRemembered, summary.ledger_overflow), (Message::SessionsUnnumbered, unnumbered)]
        .into_iter()
        .filter(|(_, n)| *n > 0)
        .map(|(message, n)| Complaint::warning(message.with("n", n)))
        .collect()
}

fn mostly_not_understood(summary: &Summary) -> bool {
    summary.inputs.iter().any(InputSummary::is_mostly_not_understood)
}

/// The lowest severity that fails a run.
fn lowest_failing(fail_on: FailOn) -> Option<Severity> {
    match fail_on {
        FailOn::Error => Some(Severity::Error),
        FailOn::Warning => Some(Severity::Warning),
        FailOn::Note => Some(Severity::Note),
        FailOn::Never => None,
    }
}

fn verdict(summary: &Summary, args: &Analyze) -> Exit {
    let limit = lowest_failing(args.fail_on);
    let bad = limit.is_some_and(|limit| summary.worst().is_some_and(|worst| worst >= limit));
    let many = args.max_findings.is_some_and(|n| summary.findings.len() as u64 + summary.not_listed > n);
    if bad || many { Exit::Findings } else { Exit::Clean }
}

/// How a report is shown.
struct Face<'a> {
    summary: &'a Summary,
    args: &'a Analyze,
    output: &'a Output,
    zone: &'a Zone,
}

impl Face<'_> {
    /// Prints it on standard output.
    fn print(&self, exit: Exit) {
        let Output { style, quiet, .. } = *self.output;
        if quiet > 1 {
            return;
        }
        self.viewed(self.args.format, exit, |view| {
            let view = View { style, findings_only: quiet > 0, ..*view };
            // Why it failed is kept for the end.
            let _ = self.args.format.write(&mut self.output.stdout(), &view);
        });
    }

    /// Writes it to a file.
    fn write(&self, to: &mut Destination, exit: Exit) -> Result<Said, Complaint> {
        let renderer = to.renderer;
        self.viewed(renderer, exit, |view| to.write(|out| renderer.write(out, view)))
    }

    /// Adds the report to the summary of a step in GitHub Actions, if it is one. Nobody asked for it, and the same is in the log of
    /// the step: a file that takes no more is no reason to fail.
    fn summarize_step(&self, exit: Exit) -> Result<(), Complaint> {
        let summary = variable("GITHUB_STEP_SUMMARY").filter(|_| self.args.format.name == "github");
        let Some(path) = summary.map(PathBuf::from) else { return Ok(()) };
        let write = |view: &View| destination::append(&path, |n_bytes| step_summary(view, n_bytes));
        match self.viewed(self.args.format, exit, write) {
            Ok(true) => Ok(()),
            Ok(false) => {
                let path = path.to_string_lossy();
                let full = Message::StepSummaryFull.with("path", Printable(path.as_bytes()));
                Err(Complaint::warning(full))
            }
            Err(complaint) => Err(Complaint { warning: true, ..complaint }),
        }
    }

    /// Shows it in the language of those who read that format.
    fn viewed<T>(&self, renderer: &Renderer, exit: Exit, show: impl FnOnce(&View) -> T) -> T {
        let lang = match renderer.reader {
            Reader::People => self.output.words.lang(),
            Reader::Programs => self.output.lang_for_programs(),
        };
        let sentences = Sentences::new(lang, self.zone.clone());
        let view = View::of(self.summary, &sentences);
        let fail_on = lowest_failing(self.args.fail_on);
        show(&View { all: self.args.all, exit_code: exit as u8, fail_on, ..view })
    }
}

fn options(args: &Analyze, config: &Config, sieve: Option<Arc<Sieve>>) -> Result<Options, Complaint> {
    Ok(Options {
        rules: Arc::new(rules(args, config)?),
        min_severity: match args.min_severity {
            args::Severity::Error => Severity::Error,
            args::Severity::Warning => Severity::Warning,
            args::Severity::Note => Severity::Note,
        },
        min_confidence: match args.min_confidence {
            args::Confidence::Certain => Confidence::Certain,
            args::Confidence::Likely => Confidence::Likely,
            args::Confidence::Possible => Confidence::Possible,
        },
        context: args.context,
        sieve,
    })
}

/// The rules that the arguments and the configuration choose; what an argument says counts.
fn rules(args: &Analyze, config: &Config) -> Result<Ruleset, Complaint> {
    let mut choice = config.rules.clone();
    if !args.select.is_empty() {
        choice.select.clone_from(&args.select);
        choice.extend_select.clear();
        // A rule that an argument names speaks, whatever the file ignores.
        choice.ignore.retain(|ignored| !args.select.contains(ignored));
    }
    choice.ignore.extend_from_slice(&args.ignore);
    let named = |name: &str, names: &[String]| names.iter().any(|n| n == name);
    Ruleset::new(&choice).map_err(|unknown| {
        let within = |name: &str, option: &str| {
            Message::UnknownRuleIn.with("name", Printable(name.as_bytes())).with("option", option)
        };
        let what = match &unknown {
            Unknown::Rule { name, .. } if named(name, &args.select) => within(name, "--select"),
            Unknown::Rule { name, .. } if named(name, &args.ignore) => within(name, "--ignore"),
            _ => unknown.said(),
        };
        Complaint::new(what).tip(match unknown {
            Unknown::Rule { near: Some(near), .. } => Message::SimilarRule.with("near", near),
            Unknown::Rule { near: None, .. } => Message::RulesTip.into(),
            Unknown::Setting { near: Some(near), .. } => Message::DidYouMean.with("near", near),
            Unknown::Setting { rule, .. } => Message::SettingsOfRuleTip.with("rule", rule),
        })
    })
}

/// Analyzes the built-in sample, or writes it to a file.
pub(crate) fn demo(args: &args::Demo, output: &Output) -> Result<Exit, Complaint> {
    if let Some(path) = &args.write {
        return write_sample(path, output);
    }
    let settings = Settings::default();
    let run = engine::run(Input::bytes(SAMPLE_NAME, SAMPLE), &settings, Report::default(), |_| Ok(()));
    let mut run = run.map_err(|stop| stopped(SAMPLE_NAME, &stop, None))?;
    let input = run.input();
    let summary = run.gathered.seal(vec![input]);
    let sentences = Sentences::new(output.words.lang(), settings.setup.zone.clone());
    let view = View { style: output.style, ..View::of(&summary, &sentences) };
    let mut text = TEXT.in_memory(&view);
    text.push_str(&after_demo(&output.words).text(output.style));
    Ok(output.page(&text))
}

fn write_sample(path: &Path, output: &Output) -> Result<Exit, Complaint> {
    // A file that is there already may be a log.
    let file = std::fs::OpenOptions::new().write(true).create_new(true).open(path);
    let written = file.and_then(|mut f| f.write_all(SAMPLE.as_bytes()));
    let name = path.to_string_lossy();
    let name = Printable(name.as_bytes());
    match written {
        Ok(()) => {
            output.say(0, Message::Wrote.with("path", name));
            Ok(Exit::Clean)
        }
        Err(e) => {
            let why = Unreadable::of(&e, path).said();
            Err(Complaint::new(Message::CannotWrite.with("path", name).with("why", why)))
        }
    }
}
