//! `analyze` and `demo`, and what `analyze` and `check` have in common.

use super::Exit;
use super::args::{self, Analyze, FailOn};
use super::complaint::Complaint;
use super::config::Config;
use super::desk::Desk;
use super::destination::{self, Destination};
use super::inputs::{Inputs, settings, stopped};
use super::interrupt::Interrupt;
use super::logs::groups;
use super::output::{Output, variable};
use super::sieve;
use super::waivers::Waivers;
use ftplog::catalog::{Message, Said};
use ftplog::engine::{self, Settings};
use ftplog::report::{
    InputSummary, Options, Reader, Renderer, Report, Sentences, Status, Summary, TEXT, View, after_demo,
    step_summary,
};
use ftplog::rule::golden::Remark;
use ftplog::rule::{Check, Rule, Ruleset, Severity, Unknown};
use ftplog::session::{Confidence, Sieve};
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
    report(args, config, output, &Expected::default())
}

/// What is expected of sessions.
#[derive(Default)]
pub(crate) struct Expected {
    pub(crate) rules: Vec<&'static Rule>,
    /// Whether sessions must have been held against each of them.
    pub(crate) all: bool,
    /// Whether they must have been held against one of them.
    pub(crate) any: bool,
    /// The files that say what is expected.
    pub(crate) read: Vec<PathBuf>,
}

/// Reads logs, judges their sessions by the rules and by what is expected of them, and reports.
pub(crate) fn report(
    args: &Analyze,
    config: &Config,
    output: &Output,
    expected: &Expected,
) -> Result<Exit, Complaint> {
    let settings = settings(&args.reading, config)?;
    let sieve = sieve::asked_for(&args.reading, &settings.setup.zone)?;
    let mut waivers = Waivers::of(args, config, !expected.rules.is_empty())?;
    let options = options(args, config, sieve, &waivers, &expected.rules)?;
    let mut destinations = destination::open(&args.output)?;
    let mut inputs = Inputs::find(&args.reading, config)?;
    if output.quiet < 2 {
        destination::not_standard_output(&destinations)?;
    }
    let baseline = args.baseline.as_ref().or(config.keys.ci.baseline.as_ref());
    let read: Vec<&PathBuf> = expected.read.iter().chain(config.path()).chain(baseline).collect();
    destination::spare(&destinations, step_summary_file(args).as_deref(), &mut inputs.files, &read)?;
    output.show_progress(args.progress, &mut inputs.files);
    let interrupt = Interrupt::heeded();
    for file in &mut inputs.files {
        file.reach.interrupt = interrupt.clone();
    }
    let complaints = std::mem::take(&mut waivers.complaints).into_iter().chain(inputs.complaints).collect();
    let mut desk = Desk::new(Report::new(options), complaints, interrupt);
    for group in groups(inputs.files, &settings) {
        desk.read_all(group, &settings, output);
    }
    output.end_progress();
    desk.interrupt.over();
    let Desk { report, sources, mut unread, is_cut_short, .. } = desk;
    let n_not_read = unread.n_not_read;
    if n_not_read > 0 {
        unread.complaints.push(Complaint::new(Message::FilesNotRead.with("n", n_not_read)));
    }
    if sources.inputs().iter().all(|i| i.status == Status::Failed) {
        unread.no_logs_in(&inputs.folders);
    }
    let mut complaints = unread.complaints;
    let mut summary = report.seal(sources);
    summary.interrupted = (is_cut_short || n_not_read > 0).then_some(n_not_read);
    complaints.extend(summary_limits(&summary));
    if let Some(sieve) = summary.sieve.as_ref().filter(|_| summary.is_about_nothing())
        && summary.all_sessions() > 0
    {
        complaints.push(sieve::none_chosen(sieve, summary.all_sessions()));
    }
    complaints.extend(never_held(&summary, expected));
    let remark =
        |remark: &Remark| Complaint { warning: !remark.hides, ..Complaint::new(remark.what.clone()) };
    complaints.extend(summary.remarks.iter().map(remark));
    let is_whole = complaints.iter().all(|c| c.warning) && !mostly_not_understood(&summary);
    if is_whole && shows_all(&summary, args) {
        complaints.extend(waivers.unused(&summary, output));
    }
    match waivers.update(&summary, is_whole && summary.interrupted.is_none()) {
        Some(Ok(wrote)) => output.say(0, wrote),
        Some(Err(complaint)) => complaints.push(complaint),
        None => {}
    }
    let mut exit = if waivers.updates { Exit::Clean } else { verdict(&summary, args, config) };
    if !complaints.iter().all(|c| c.warning) || !is_whole {
        exit = Exit::Incomplete;
    }
    let face = Face { summary: &summary, args, config, output, zone: &settings.setup.zone };
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
    for complaint in complaints.iter().chain(&unwritten).chain(&unsummarized) {
        output.complain(complaint);
    }
    Ok(exit)
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

/// Names the expectations that no session was held against: they would hold whatever happens. Where the user names the files, those
/// about other files are left alone.
fn never_held(summary: &Summary, expected: &Expected) -> Vec<Complaint> {
    let is_about = |number: usize| match summary.rules.rule(number).check {
        Check::Expectation(expectation) => {
            Some(summary.inputs.iter().any(|input| expectation.is_about(&input.name.path)))
        }
        _ => None,
    };
    let tested = summary.expected.iter().filter_map(|(number, n)| Some((*number, *n, is_about(*number)?)));
    let tested: Vec<(usize, u64, bool)> = tested.collect();
    if expected.any && !tested.is_empty() && !tested.iter().any(|(.., is_about)| *is_about) {
        return vec![Complaint::new(Message::ExpectNoneNamed)];
    }
    let never =
        tested.iter().filter(|(_, n_sessions, is_about)| *n_sessions == 0 && (expected.all || *is_about));
    let name = |number: usize| summary.rules.rule(number).name;
    never.map(|(number, ..)| Complaint::new(Message::ExpectNeverRan.with("name", name(*number)))).collect()
}

fn mostly_not_understood(summary: &Summary) -> bool {
    summary.inputs.iter().any(InputSummary::is_mostly_not_understood)
}

/// Whether every finding that a baseline may hold would have been seen.
fn shows_all(summary: &Summary, args: &Analyze) -> bool {
    let is_about_all =
        summary.sieve.is_none() && summary.interrupted.is_none() && summary.expected.is_empty();
    let hides =
        args.min_severity != args::Severity::Note || args.min_confidence != args::Confidence::Possible;
    is_about_all && !hides
}

/// How bad and how sure a finding must be to fail the run; nothing where none does.
fn bar(summary: &Summary, args: &Analyze, config: &Config) -> Option<(Severity, Confidence)> {
    // What is otherwise than somebody expects is to be looked at, whatever it is.
    if !summary.expected.is_empty() {
        return Some((Severity::Note, Confidence::Possible));
    }
    let ci = &config.keys.ci;
    let severity = match args.fail_on.or(ci.fail_on).unwrap_or(FailOn::Error) {
        FailOn::Error => Some(Severity::Error),
        FailOn::Warning => Some(Severity::Warning),
        FailOn::Note => Some(Severity::Note),
        FailOn::Never => None,
    };
    // What is merely possible is for people to look at.
    let confidence = ci.fail_confidence.map_or(Confidence::Likely, args::Confidence::confidence);
    severity.map(|severity| (severity, confidence))
}

fn verdict(summary: &Summary, args: &Analyze, config: &Config) -> Exit {
    let bar = bar(summary, args, config);
    let bad = bar.is_some_and(|(severity, confidence)| summary.findings_from(severity, confidence) > 0);
    let most = args.max_findings.or(config.keys.ci.max_findings);
    let many = most.is_some_and(|n| summary.all_findings() > n);
    if bad || many { Exit::Findings } else { Exit::Clean }
}

/// The file that the summary of a step in GitHub Actions is added to, if the report has one.
fn step_summary_file(args: &Analyze) -> Option<PathBuf> {
    variable("GITHUB_STEP_SUMMARY").filter(|_| args.format.name == "github").map(PathBuf::from)
}

/// How a report is shown.
struct Face<'a> {
    summary: &'a Summary,
    args: &'a Analyze,
    config: &'a Config,
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
        let Some(path) = step_summary_file(self.args) else { return Ok(()) };
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
        let folder = std::env::current_dir().ok();
        let view = View::of(self.summary, &sentences);
        show(&View {
            all: self.args.all,
            exit_code: exit as u8,
            folder: folder.as_deref(),
            bar: bar(self.summary, self.args, self.config),
            ..view
        })
    }
}

fn options(
    args: &Analyze,
    config: &Config,
    sieve: Option<Arc<Sieve>>,
    waivers: &Waivers,
    expectations: &[&'static Rule],
) -> Result<Options, Complaint> {
    let usual = Options::default();
    Ok(Options {
        rules: Arc::new(rules(args, config, expectations)?),
        min_severity: match args.min_severity {
            args::Severity::Error => Severity::Error,
            args::Severity::Warning => Severity::Warning,
            args::Severity::Note => Severity::Note,
        },
        min_confidence: args.min_confidence.confidence(),
        context: args.context.or(config.keys.report.context).unwrap_or(usual.context),
        sieve,
        suppressions: Arc::clone(&waivers.suppressions),
        records: waivers.updates,
    })
}

/// The rules that the arguments and the configuration choose; what an argument says counts.
fn rules(args: &Analyze, config: &Config, expectations: &[&'static Rule]) -> Result<Ruleset, Complaint> {
    let mut choice = config.rules.clone();
    choice.expectations.extend_from_slice(expectations);
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
