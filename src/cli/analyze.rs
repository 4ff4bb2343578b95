//! `analyze` and `demo`.

use super::Exit;
use super::args::{self, Analyze, FailOn, ReportFormat};
use super::captures;
use super::complaint::{Complaint, NoLog};
use super::config::Config;
use super::inputs::{Inputs, Named, half_understood, no_logs, settings, stopped, without_exchanges};
use super::output::Output;
use super::sieve;
use ftplog::catalog::Message;
use ftplog::engine::{self, Settings, Stats};
use ftplog::report::{
    InputSummary, Options, Report, Sentences, Status, Summary, TextOptions, after_demo, report_json,
    report_text,
};
use ftplog::rule::{Ruleset, Severity, Unknown};
use ftplog::session::{Confidence, Sieve, Starts};
use ftplog::source::{Input, Unreadable};
use ftplog::text::Printable;
use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;

/// The sample that `demo` analyzes.
const SAMPLE: &str = include_str!("../../samples/server.log");
const SAMPLE_NAME: &str = "samples/server.log";

/// Finds problems and explains them.
pub(crate) fn analyze(args: &Analyze, config: &Config, output: &Output) -> Result<Exit, Complaint> {
    let settings = settings(&args.reading, config)?;
    let sieve = sieve::asked_for(&args.reading, &settings.setup.zone)?;
    let options = options(args, config, sieve)?;
    let inputs = Inputs::find(&args.reading, config.limits()?)?;
    let mut desk = Desk {
        report: Report::new(options),
        inputs: Vec::new(),
        complaints: inputs.complaints,
        skipped: Vec::new(),
    };
    for file in &inputs.logs {
        desk.read_all(file, &settings, output);
    }
    if desk.inputs.iter().all(|i| i.status == Status::Failed) && desk.complaints.is_empty() {
        desk.complaints.extend(inputs.folders.iter().map(|(folder, n)| no_logs(folder, *n, &desk.skipped)));
    }
    let summary = desk.report.seal(desk.inputs);
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
    if summary.inputs.iter().any(|i| i.status != Status::Failed) || args.format == ReportFormat::Json {
        print(&summary, args, exit, output, &settings);
    }
    for complaint in &desk.complaints {
        output.complain(complaint);
    }
    Ok(exit)
}

/// What was read so far.
struct Desk {
    report: Report,
    inputs: Vec<InputSummary>,
    complaints: Vec<Complaint>,
    /// Files of folders that are no FTP logs.
    skipped: Vec<NoLog>,
}

impl Desk {
    /// Reads a file, or every member of an archive.
    fn read_all(&mut self, file: &Named, settings: &Settings, output: &Output) {
        let before = (self.inputs.len(), self.complaints.len(), self.skipped.len());
        for log in file.logs() {
            self.read(&log, settings, output);
        }
        if file.by_user && before.0 == self.inputs.len() && before.1 == self.complaints.len() {
            let skipped = &self.skipped[before.2..];
            self.complaints.push(no_logs(&file.name, skipped.len(), skipped));
        }
    }

    fn read(&mut self, log: &Named, settings: &Settings, output: &Output) {
        let failed = |error: &Complaint| InputSummary {
            path: log.name.clone(),
            member: log.log_name().member.map(str::to_owned),
            format: None,
            format_given: settings.format.is_some(),
            status: Status::Failed,
            lines: 0,
            lines_not_understood: 0,
            replies: 0,
            starts: Starts::default(),
            errors: vec![error.what.clone()],
        };
        let input = match log.open() {
            Ok(input) => input,
            Err(complaint) => {
                self.inputs.push(failed(&complaint));
                return self.complaints.push(complaint);
            }
        };
        let source = self.inputs.len() as u32;
        let settings = Settings { source, ..settings.clone() };
        let fork = ftplog::session::Gather::fork(&self.report);
        match engine::run(input, &settings, fork, |_| Ok(())) {
            Ok(mut run) => {
                let named = settings.format.is_some();
                let decision = ftplog::report::decision(&run.plan, named, &output.words);
                let path = Printable(log.name.as_bytes());
                output.say(1, Message::OfPath.with("path", path).with("what", decision));
                let format = run.plan.main().dialect.name;
                let nothing = without_exchanges(&log.name, format, &run.stats, output.words.lang());
                if let Some(Complaint { kind: Some(NoLog::Capture), what, .. }) = &nothing
                    && !log.by_user
                {
                    output.say(1, Message::Skipped.with("what", what.clone()));
                    return self.skipped.push(NoLog::Capture);
                }
                self.complaints.extend(sieve::left_out(&log.name, run.gathered.sifting()));
                ftplog::session::Gather::absorb(&mut self.report, &mut run.gathered);
                let mut errors = Vec::new();
                if let Some(stop) = &run.cut_short {
                    let complaint = stopped(&log.name, stop, Some(&run.stats));
                    errors.push(complaint.what.clone());
                    self.complaints.push(complaint);
                }
                errors.extend(nothing.iter().map(|c| c.what.clone()));
                if nothing.is_none() || run.stats.lines_not_understood > 0 {
                    self.complaints.extend(half_understood(&log.name, &run.stats, output));
                }
                self.complaints.extend(nothing);
                self.complaints.extend(limits(&log.name, &run.stats));
                self.inputs.push(InputSummary {
                    status: match (run.stats.exchanges, errors.is_empty()) {
                        (0, _) => Status::Failed,
                        (_, true) => Status::Ok,
                        (_, false) => Status::Partial,
                    },
                    errors,
                    ..run.input(log.log_name())
                });
            }
            Err(stop) => {
                let complaint = stopped(&log.name, &stop, None);
                if let Some(kind) = complaint.kind.filter(|_| !log.by_user) {
                    output.say(1, Message::Skipped.with("what", complaint.what));
                    return self.skipped.push(kind);
                }
                self.inputs.push(failed(&complaint));
                self.complaints.push(complaint);
            }
        }
    }
}

/// Says which limits were hit.
fn limits(name: &str, stats: &Stats) -> Vec<Complaint> {
    let of = |message: Message, n: u64| message.with("path", Printable(name.as_bytes())).with("n", n);
    let mut hit = Vec::new();
    if stats.lines_cut > 0 {
        let kib = ftplog::source::LINE_BYTES_MAX as u64 / 1024;
        hit.push(Complaint::warning(of(Message::LinesCut, stats.lines_cut).with("kib", kib)));
    }
    let read = stats.capture.iter().filter(|_| stats.exchanges > 0);
    hit.extend(read.flat_map(|counts| captures::lacking(name, counts)));
    if stats.overflow.sessions_ended > 0 {
        hit.push(Complaint::warning(of(Message::SessionsEnded, stats.overflow.sessions_ended)));
    }
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
    summary.inputs.iter().any(|i| i.lines_not_understood * 2 > i.lines)
}

fn verdict(summary: &Summary, args: &Analyze) -> Exit {
    let limit = match args.fail_on {
        FailOn::Error => Some(Severity::Error),
        FailOn::Warning => Some(Severity::Warning),
        FailOn::Note => Some(Severity::Note),
        FailOn::Never => None,
    };
    let bad = limit.is_some_and(|limit| summary.worst().is_some_and(|worst| worst >= limit));
    let many = args.max_findings.is_some_and(|n| summary.findings.len() as u64 + summary.not_listed > n);
    if bad || many { Exit::Findings } else { Exit::Clean }
}

fn print(summary: &Summary, args: &Analyze, exit: Exit, output: &Output, settings: &Settings) {
    if output.quiet > 1 {
        return;
    }
    let lang = match args.format {
        ReportFormat::Json => output.lang_for_programs(),
        ReportFormat::Text => output.words.lang(),
    };
    let sentences = Sentences::new(lang, settings.setup.zone.clone());
    match args.format {
        ReportFormat::Json => {
            // Why it failed is kept for the end.
            let mut out = output.stream();
            let _ = report_json(&mut out, summary, &sentences, exit as u8).and_then(|()| out.flush());
        }
        ReportFormat::Text => {
            let options = TextOptions { style: output.style, all: args.all, findings_only: output.quiet > 0 };
            output.page(&report_text(summary, &sentences, options));
        }
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
    let input = run.input(SAMPLE_NAME);
    let summary = run.gathered.seal(vec![input]);
    let sentences = Sentences::new(output.words.lang(), settings.setup.zone.clone());
    let mut text =
        report_text(&summary, &sentences, TextOptions { style: output.style, ..TextOptions::default() });
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
