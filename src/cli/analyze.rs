//! `analyze` and `demo`.

use super::Exit;
use super::args::{self, Analyze, FailOn, ReportFormat};
use super::complaint::Complaint;
use super::config::Config;
use super::desk::Desk;
use super::inputs::{Inputs, settings, stopped};
use super::interrupt::Interrupt;
use super::logs::groups;
use super::output::Output;
use super::sieve;
use ftplog::catalog::Message;
use ftplog::engine::{self, Settings};
use ftplog::report::{
    Options, Report, Sentences, Status, Summary, TextOptions, after_demo, report_json, report_text,
};
use ftplog::rule::{Ruleset, Severity, Unknown};
use ftplog::session::{Confidence, Sieve};
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
    let mut inputs = Inputs::find(&args.reading, config.limits()?)?;
    output.show_progress(args.progress, &mut inputs.files);
    let interrupt = Interrupt::heeded();
    for file in &mut inputs.files {
        file.reach.interrupt = interrupt.clone();
    }
    let mut desk = Desk::new(Report::new(options), inputs.complaints, interrupt);
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
    let mut exit = verdict(&summary, args);
    if !complaints.iter().all(|c| c.warning) || mostly_not_understood(&summary) {
        exit = Exit::Incomplete;
    }
    if summary.inputs.iter().any(|i| i.status != Status::Failed) || args.format == ReportFormat::Json {
        print(&summary, args, exit, output, &settings);
    }
    for complaint in &complaints {
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
    let input = run.input();
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
