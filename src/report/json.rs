//! The report for programs: one JSON document, schema version 1.0.

use super::gap::gap;
use super::renderer::{Out, Reader, Renderer, View};
use super::sentence::Sentences;
use super::summary::{InputSummary, LogSummary, Summary};
use super::wire::{ByClass, Layout, raw, stated, text};
use crate::catalog::Words;
use crate::event::Place;
use crate::rule::{Fact, Finding, Fingerprint, Level, Said, Severity, Side, Suppressed};
use crate::source::LogName;
use crate::time::{Known, When};
use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use std::borrow::Cow;
use std::io::{self, Write};

/// The version of the shape.
pub(super) const SCHEMA_VERSION: &str = "1.0";

/// The report in one document, for programs.
pub(super) static RENDERER: Renderer =
    Renderer { name: "json", extensions: &["json"], reader: Reader::Programs, render };

#[derive(Serialize)]
struct Document<'a> {
    #[serde(flatten)]
    start: Start<'a>,
    summary: Counts,
    inputs: Vec<InputJson<'a>>,
    logs: Vec<LogJson<'a>>,
    findings: FindingsJson<'a>,
    suppressed: Vec<SuppressedJson<'a>>,
}

/// What is known before anything is read.
#[derive(Serialize)]
pub(super) struct Start<'a> {
    schema_version: &'static str,
    tool: Tool,
    filter: Option<FilterJson<'a>>,
}

impl<'a> Start<'a> {
    pub(super) fn of(view: &View<'a>) -> Self {
        let lang = view.sentences.words().lang().tag();
        let tool = Tool { name: "ftplog", version: env!("CARGO_PKG_VERSION"), lang };
        Self { schema_version: SCHEMA_VERSION, tool, filter: FilterJson::of(view.summary) }
    }
}

#[derive(Serialize)]
struct Tool {
    name: &'static str,
    version: &'static str,
    lang: &'static str,
}

/// Which sessions the report is about.
#[derive(Serialize)]
struct FilterJson<'a> {
    since: Option<String>,
    until: Option<String>,
    #[serde(rename = "where")]
    patterns: Vec<&'a str>,
    sessions_in_all: u64,
}

impl<'a> FilterJson<'a> {
    fn of(summary: &'a Summary) -> Option<Self> {
        let sieve = summary.sieve.as_ref()?;
        let (since, until) = sieve.span();
        let told = |ms| When { ms, known: Known::Everything }.rfc3339();
        Some(Self {
            since: since.and_then(told),
            until: until.and_then(told),
            patterns: sieve.patterns().collect(),
            sessions_in_all: summary.all_sessions(),
        })
    }
}

#[derive(Serialize)]
pub(super) struct Counts {
    inputs: usize,
    inputs_not_read: u64,
    lines: u64,
    lines_not_understood: u64,
    sessions: u64,
    exchanges: u64,
    replies: ByClass,
    problems: BySeverity,
    findings: BySeverity,
    findings_not_listed: u64,
    allowed: u64,
    in_baseline: u64,
    exit_code: u8,
}

#[derive(Serialize)]
struct BySeverity {
    error: u64,
    warning: u64,
    note: u64,
}

#[derive(Serialize)]
pub(super) struct InputJson<'a> {
    path: &'a str,
    member: Option<&'a str>,
    format: Option<&'a str>,
    format_source: &'static str,
    status: &'static str,
    lines: u64,
    lines_not_understood: u64,
    sessions: u64,
    lacks: Option<String>,
    better: Option<String>,
    errors: Vec<String>,
}

/// A log: the numbers of its inputs, counted from 0, and what was counted in all of them.
#[derive(Serialize)]
struct LogJson<'a> {
    name: &'a str,
    inputs: &'a [usize],
    sessions: u64,
    exchanges: u64,
    replies: ByClass,
    problems: BySeverity,
}

#[derive(Serialize)]
pub(super) struct FindingJson<'a> {
    fingerprint: String,
    rule: &'static str,
    case: &'static str,
    severity: &'static str,
    confidence: &'static str,
    title: String,
    why: String,
    fix: String,
    who: &'static str,
    level: Option<&'static str>,
    location: Location<'a>,
    time: Option<String>,
    session: SessionJson<'a>,
    command: Option<CommandOut<'a>>,
    reply: Option<ReplyOut<'a>>,
    related: Vec<RelatedJson<'a>>,
    transcript: Vec<SaidJson<'a>>,
    facts: Facts<'a>,
}

/// A finding that does not count.
#[derive(Serialize)]
pub(super) struct SuppressedJson<'a> {
    /// `allow` or `baseline`.
    suppressed_by: &'static str,
    /// Why it is allowed.
    reason: Option<&'a str>,
    #[serde(flatten)]
    finding: FindingJson<'a>,
}

#[derive(Serialize)]
struct Location<'a> {
    path: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    member: Option<&'a str>,
    line: u64,
}

impl<'a> Location<'a> {
    fn of(place: Place, summary: &'a Summary) -> Self {
        let (path, member) = summary.file(place);
        Self { path, member, line: place.line }
    }

    fn in_log(log: &'a LogName, line: u64) -> Self {
        Self { path: log.file(), member: log.member.as_deref(), line }
    }
}

#[derive(Serialize)]
struct SessionJson<'a> {
    id: Option<u64>,
    /// The file from which on sessions are numbered, where it is another one than that of the finding.
    #[serde(skip_serializing_if = "Option::is_none")]
    numbered_from: Option<NumberedFrom<'a>>,
    client: Option<Cow<'a, str>>,
    user: Option<Cow<'a, str>>,
    server: Option<&'static str>,
}

#[derive(Serialize)]
struct NumberedFrom<'a> {
    path: &'a str,
    member: Option<&'a str>,
}

#[derive(Serialize)]
struct CommandOut<'a> {
    verb: Cow<'a, str>,
    argument: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    raw_base64: Option<String>,
}

#[derive(Serialize)]
struct ReplyOut<'a> {
    code: u16,
    text: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    raw_base64: Option<String>,
}

#[derive(Serialize)]
struct RelatedJson<'a> {
    role: &'static str,
    #[serde(flatten)]
    location: Location<'a>,
}

#[derive(Serialize)]
struct SaidJson<'a> {
    line: u64,
    time: Option<String>,
    from: &'static str,
    text: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    raw_base64: Option<String>,
    /// The file, where it is another one than that of the finding.
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    member: Option<&'a str>,
}

struct Facts<'a>(&'a [(&'static str, Fact<'static>)]);

impl Serialize for Facts<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (key, fact) in self.0 {
            match fact {
                Fact::Number(n) | Fact::Line(n) => map.serialize_entry(key, n)?,
                Fact::LineIn(log, line) => map.serialize_entry(key, &Location::in_log(log, *line))?,
                Fact::Code(code) => map.serialize_entry(key, &code.0)?,
                Fact::Word(word) => map.serialize_entry(key, word)?,
                Fact::Phrase(word) => map.serialize_entry(key, word.key())?,
                Fact::Phrases(words) => {
                    let keys: Vec<&str> = words.iter().map(|w| w.key()).collect();
                    map.serialize_entry(key, &keys)?;
                }
                Fact::Duration(ms) => map.serialize_entry(key, &(*ms as f64 / 1000.0))?,
                Fact::Moment(at, line) => {
                    map.serialize_entry(key, &Moment { time: at.rfc3339(), line: *line })?;
                }
                Fact::Text(bytes) => map.serialize_entry(key, &text(bytes))?,
                Fact::User(name) => map.serialize_entry(key, &text(name))?,
                Fact::Session(place) => map.serialize_entry(key, &place.line)?,
                Fact::Also(_) => {}
            }
        }
        map.end()
    }
}

#[derive(Serialize)]
struct Moment {
    time: Option<String>,
    line: u64,
}

/// The findings, put into words one by one while they are written: there may be many.
struct FindingsJson<'a>(&'a Summary, &'a Sentences);

impl Serialize for FindingsJson<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(summary, sentences) = self;
        serializer.collect_seq(summary.findings.iter().map(|f| finding(summary, sentences, f)))
    }
}

fn render(view: &View, out: &mut Out) -> io::Result<()> {
    let View { summary, sentences, .. } = *view;
    let document = Document {
        start: Start::of(view),
        summary: counts(view),
        inputs: summary.inputs.iter().map(|i| input(i, sentences.words())).collect(),
        logs: summary.logs.iter().map(log).collect(),
        findings: FindingsJson(summary, sentences),
        suppressed: summary.suppressed.iter().map(|(f, by)| suppressed(summary, sentences, f, by)).collect(),
    };
    document.serialize(&mut serde_json::Serializer::with_formatter(&mut *out, Layout::default()))?;
    out.write_all(b"\n")
}

pub(super) fn counts(view: &View) -> Counts {
    let View { summary, exit_code, .. } = *view;
    let sum = |of: fn(&InputSummary) -> u64| summary.inputs.iter().map(of).sum();
    Counts {
        inputs: summary.inputs.len(),
        inputs_not_read: summary.interrupted.unwrap_or(0),
        lines: sum(|i| i.lines),
        lines_not_understood: sum(|i| i.lines_not_understood),
        sessions: summary.sessions(),
        exchanges: summary.totals.exchanges,
        replies: ByClass::from(summary.totals.replies),
        problems: by_severity(|s| summary.problems_of(s)),
        findings: by_severity(|s| summary.findings_of(s)),
        findings_not_listed: summary.not_listed,
        allowed: summary.allowed(),
        in_baseline: summary.in_baseline(),
        exit_code,
    }
}

fn by_severity(of: impl Fn(Severity) -> u64) -> BySeverity {
    BySeverity { error: of(Severity::Error), warning: of(Severity::Warning), note: of(Severity::Note) }
}

fn log(log: &LogSummary) -> LogJson<'_> {
    LogJson {
        name: &log.name,
        inputs: &log.inputs,
        sessions: log.totals.sessions,
        exchanges: log.totals.exchanges,
        replies: ByClass::from(log.totals.replies),
        problems: by_severity(|s| log.problems_of(s)),
    }
}

pub(super) fn input<'a>(input: &'a InputSummary, words: &Words) -> InputJson<'a> {
    let gap = gap(input, words);
    InputJson {
        path: input.name.file(),
        member: input.name.member.as_deref(),
        format: input.format,
        format_source: if input.format_given { "given" } else { "detected" },
        status: input.status.name(),
        lines: input.lines,
        lines_not_understood: input.lines_not_understood,
        sessions: input.starts.count(),
        better: gap.as_ref().and_then(|g| g.better.clone()),
        lacks: gap.map(|g| g.lacks),
        errors: input.errors.iter().map(|said| said.in_words(words.lang())).collect(),
    }
}

pub(super) fn finding<'a>(
    summary: &'a Summary,
    sentences: &Sentences,
    finding: &'a Finding,
) -> FindingJson<'a> {
    FindingJson {
        fingerprint: Fingerprint::of(finding).to_string(),
        rule: finding.rule.name,
        case: finding.case,
        severity: finding.severity.name(),
        confidence: finding.confidence.name(),
        title: sentences.title(finding),
        why: sentences.why(finding),
        fix: sentences.fix(finding),
        who: sentences.who(finding).name(),
        level: finding.rule.level.map(Level::name),
        location: Location::of(finding.place, summary),
        time: finding.at.rfc3339(),
        session: SessionJson {
            id: finding.session.and_then(|s| summary.session_number(s)),
            numbered_from: finding
                .session
                .and_then(|_| summary.numbered_from(finding.place))
                .map(|name| NumberedFrom { path: name.file(), member: name.member.as_deref() }),
            client: stated(finding.client()),
            user: stated(finding.user()),
            server: finding.software.name(),
        },
        command: finding.command().map(|(name, argument)| CommandOut {
            verb: text(name),
            argument: text(argument),
            raw_base64: raw(argument),
        }),
        reply: finding.reply().map(|(code, line)| ReplyOut {
            code: code.0,
            text: text(line),
            raw_base64: raw(line),
        }),
        related: finding
            .related
            .iter()
            .map(|r| RelatedJson { role: r.role.name(), location: Location::of(r.place, summary) })
            .collect(),
        transcript: finding.transcript.iter().map(|line| said(summary, finding, line)).collect(),
        facts: Facts(&finding.facts),
    }
}

pub(super) fn suppressed<'a>(
    summary: &'a Summary,
    sentences: &Sentences,
    suppressed: &'a Finding,
    by: &'a Suppressed,
) -> SuppressedJson<'a> {
    let (suppressed_by, reason) = match by {
        Suppressed::Allowed { reason } => ("allow", Some(&**reason)),
        Suppressed::InBaseline => ("baseline", None),
    };
    SuppressedJson { suppressed_by, reason, finding: finding(summary, sentences, suppressed) }
}

fn said<'a>(summary: &'a Summary, finding: &'a Finding, said: &Said) -> SaidJson<'a> {
    let bytes = finding.transcript.text(said);
    let elsewhere = (said.place.source != finding.place.source).then(|| summary.file(said.place));
    SaidJson {
        line: said.place.line,
        time: said.at.rfc3339(),
        from: if said.side == Side::Client { "client" } else { "server" },
        text: text(bytes),
        raw_base64: raw(bytes),
        path: elsewhere.map(|(path, _)| path),
        member: elsewhere.and_then(|(_, member)| member),
    }
}
