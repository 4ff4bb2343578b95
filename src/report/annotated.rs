//! One session as an annotated transcript: states beside the lines, findings under them, and why rules found something or
//! nothing.

use super::files::session_in;
use super::sentence::Sentences;
use super::show::{About, Asked, Known, Line, Shown};
use super::style::{Paint, Style, columns, hanging, shortened, wrapped};
use super::text::{severity_paint, whole_or_parts};
use crate::catalog::{Word, Words};
use crate::event::Place;
use crate::ftp::{Data, Form, Login, Rename, State, Tls};
use crate::rule::{Check, Finding, Label, Rule, Set, Side, Verdict};
use crate::text::{Printable, grouped};
use std::fmt::Write;

/// The state in letters, which the legend explains.
fn letters(state: &State) -> String {
    [
        match state.login {
            Login::In(_) => 'L',
            Login::Unknown => '?',
            Login::NeedPassword(_) | Login::NeedAccount(_) => 'l',
            _ => '-',
        },
        if matches!(state.tls, Tls::On(_)) { 'T' } else { '-' },
        match state.form {
            Form::Image(_) => 'I',
            Form::Text(_) => 'A',
            Form::Unsaid => '-',
        },
        if state.folder.is_some() { '/' } else { '-' },
        if matches!(state.data, Data::Ready(_)) { 'D' } else { '-' },
        if matches!(state.rename, Rename::Ready(_) | Rename::Crossed { .. }) { 'R' } else { '-' },
    ]
    .into_iter()
    .collect()
}

/// Columns of [`letters`].
const LETTERS: usize = 6;
/// Columns that words under a line need beside their mark.
const BESIDE_COLUMNS_MIN: usize = 24;

/// What is to be written of a session.
#[derive(Clone, Copy, Debug)]
pub struct ShowOptions<'a> {
    /// How it is laid out.
    pub style: Style,
    /// The name of the log.
    pub path: &'a str,
    /// The session's number.
    pub number: Option<u64>,
    /// Whether to say which rules looked at the exchange.
    pub why: bool,
}

/// Writes the transcript.
#[must_use]
pub fn show_text(shown: &Shown, sentences: &Sentences, options: ShowOptions) -> String {
    let page = Page { shown, sentences, words: sentences.words(), options };
    let mut out = String::new();
    page.head(&mut out);
    page.lines(&mut out);
    if let Some(asked) = &shown.asked {
        page.before(&mut out, asked);
        if options.why {
            page.why(&mut out, asked);
        }
    }
    out
}

struct Page<'a> {
    shown: &'a Shown,
    sentences: &'a Sentences,
    words: &'a Words,
    options: ShowOptions<'a>,
}

impl Page<'_> {
    fn paint(&self, paint: Paint, text: impl std::fmt::Display) -> String {
        self.options.style.paint(paint, text)
    }

    fn width(&self) -> usize {
        self.options.style.width
    }

    // server.log  session 17  backup@203.0.113.7  lines 1,033 to 1,050
    fn head(&self, out: &mut String) {
        let About { client, user, first, last } = &self.shown.about;
        let mut parts = vec![Printable(self.options.path.as_bytes()).to_string()];
        if let Some(number) = self.options.number {
            let first = self.shown.files.first().filter(|first| first.path != self.options.path);
            let label = session_in(first, number).unwrap_or_else(|| grouped(number));
            parts.push(self.words.with(Word::Session, &[("n", &label)]));
        }
        let (user, client) = (Printable(user).to_string(), Printable(client).to_string());
        let at = if user.is_empty() || client.is_empty() { "" } else { "@" };
        parts.push(format!("{user}{at}{client}"));
        let line = |place: &Place| self.in_another_file(*place).unwrap_or_else(|| grouped(place.line));
        parts.push(self.words.with(Word::LinesFromTo, &[("first", &line(first)), ("last", &line(last))]));
        parts.retain(|part| !part.is_empty());
        if columns(&parts.join("  ")) <= self.width() {
            let _ = writeln!(out, "{}", parts.join("  "));
        } else {
            for (n, part) in parts.iter().enumerate() {
                let indent = if n == 0 { "" } else { "  " };
                let _ =
                    writeln!(out, "{indent}{}", shortened(part, self.width().saturating_sub(indent.len())));
            }
        }
        for line in whole_or_parts(self.words.get(Word::Legend), self.width()) {
            let _ = writeln!(out, "{}", self.paint(Paint::Dim, line));
        }
        for line in wrapped(self.words.get(Word::LegendState), self.width()) {
            let _ = writeln!(out, "{}", self.paint(Paint::Dim, line));
        }
        out.push('\n');
    }

    /// The lines that are to be shown.
    fn excerpt(&self) -> &[Line] {
        let lines = self.shown.lines.as_slice();
        let (Some(exchange), Some(context)) = (self.shown.target.exchange, self.shown.target.context) else {
            return lines;
        };
        let is_it = |l: &Line| l.exchange == exchange;
        let first = lines.iter().position(is_it).unwrap_or(0);
        let last = lines.iter().rposition(is_it).unwrap_or(0);
        &lines[first.saturating_sub(context)..lines.len().min(last + 1 + context)]
    }

    fn lines(&self, out: &mut String) {
        let lines = self.excerpt();
        let last = lines.iter().map(|line| line.place.line).max().unwrap_or(0);
        let gutter = last.to_string().len().max(3);
        let blank = self.paint(Paint::Frame, format!("{:gutter$} |", ""));
        let mut file = lines.first().map_or(0, |line| line.place.source);
        // The head names one file only.
        let is_elsewhere = |line: &Line| line.place.source != file || self.path(file) != self.options.path;
        if lines.last().is_some_and(is_elsewhere) {
            self.file(out, file, gutter);
        }
        for line in lines {
            if std::mem::replace(&mut file, line.place.source) != file {
                self.file(out, file, gutter);
            }
            self.line(out, line, gutter, &blank);
        }
        let left = self.shown.lines.len() - lines.len();
        if left > 0 || self.shown.too_long {
            out.push_str(&hanging(
                "",
                &self.words.with(Word::MoreLines, &[("n", &grouped(left as u64))]),
                self.width(),
            ));
        }
    }

    /// The path of that file.
    fn path(&self, number: u32) -> &str {
        self.shown.files.get(number as usize).map_or("", |name| name.path.as_str())
    }

    //     ::: server.log.1
    fn file(&self, out: &mut String, number: u32, gutter: usize) {
        let path = self.path(number);
        let arrow = self.paint(Paint::Frame, format!("{:gutter$}:::", ""));
        let path =
            shortened(&Printable(path.as_bytes()).to_string(), self.width().saturating_sub(gutter + 4));
        let _ = writeln!(out, "{arrow} {path}");
    }

    /// The number of a line.
    fn number(&self, place: Place) -> String {
        self.in_another_file(place).unwrap_or_else(|| place.line.to_string())
    }

    /// The number of a line with its file, unless there is one file only.
    fn in_another_file(&self, place: Place) -> Option<String> {
        let name = self.shown.files.get(place.source as usize).filter(|_| self.shown.files.len() > 1)?;
        Some(format!("{}:{}", Printable(name.last_part().as_bytes()), place.line))
    }

    // 1041 | 09:14:05 L-I--- > RNFR reports/q3.csv
    fn line(&self, out: &mut String, line: &Line, gutter: usize, blank: &str) {
        let number = self.paint(Paint::Frame, format!("{:>gutter$} |", line.place.line));
        let clock = self.sentences.clock(line.at).map_or(String::new(), |c| format!("{c} "));
        let mark = if line.side == Side::Client { '>' } else { '<' };
        let before = gutter + 3 + clock.len() + LETTERS + 3;
        let room = self.width().saturating_sub(before);
        let text = Printable(&line.text).to_string();
        let state = self.paint(Paint::Dim, letters(&line.state));
        let _ = writeln!(out, "{number} {clock}{state} {mark} {}", shortened(&text, room));
        let indent = " ".repeat(before - gutter - 3);
        for more in &line.more {
            let _ = writeln!(out, "{blank} {indent}{}", shortened(&Printable(more).to_string(), room));
        }
        let length = match line.side {
            Side::Server => 3,
            Side::Client => text.split(' ').next().map_or(1, |w| columns(w).clamp(1, 12)),
        };
        for finding in &self.shown.findings {
            for label in labels(finding, line) {
                self.mark(out, finding, label, (blank, &indent), length, room);
            }
        }
    }

    fn mark(
        &self,
        out: &mut String,
        finding: &Finding,
        label: Label,
        (blank, indent): (&str, &str),
        length: usize,
        room: usize,
    ) {
        let (sign, paint) =
            if label.primary { ("^", severity_paint(finding.severity)) } else { ("-", Paint::Cause) };
        let sign = sign.repeat(length);
        let mut words = self.sentences.label(finding, label);
        if label.primary {
            let severity = self.words.get(finding.severity.word());
            words = format!("{severity}[{}]: {words}", finding.rule.name);
        }
        let beside = room.saturating_sub(length + 1);
        if beside < BESIDE_COLUMNS_MIN {
            let _ = writeln!(out, "{blank} {indent}{}", self.paint(paint, sign));
            for line in wrapped(&words, self.width().saturating_sub(columns_of_blank(blank) + 3)) {
                let _ = writeln!(out, "{blank}   {}", self.paint(paint, line));
            }
            return;
        }
        for (i, line) in wrapped(&words, beside).iter().enumerate() {
            let lead = if i == 0 { sign.clone() } else { " ".repeat(length) };
            let _ = writeln!(out, "{blank} {indent}{}", self.paint(paint, format!("{lead} {line}")));
        }
    }

    /// What was known before the exchange.
    fn before(&self, out: &mut String, asked: &Asked) {
        let told = |known: &Known| {
            let what = Printable(&known.what).to_string();
            let state = self.words.with(known.word, &[("what", &shortened(&what, 60))]);
            match known.line {
                Some(line) => {
                    self.words.with(Word::StateFrom, &[("state", &state), ("n", &self.number(line))])
                }
                None => state,
            }
        };
        let all: Vec<String> = self.shown.before.iter().map(told).collect();
        let title = self.words.with(Word::KnownBefore, &[("n", &self.number(asked.place))]);
        let _ = writeln!(out, "\n{}", self.paint(Paint::Note, title));
        let told = self.words.with(Word::AsSentence, &[("text", &all.join(self.words.get(Word::Comma)))]);
        out.push_str(&hanging("  ", &told, self.width()));
    }

    /// Which rules looked at the exchange, and what came of it.
    fn why(&self, out: &mut String, asked: &Asked) {
        let title = self.words.with(Word::WhyTitle, &[("n", &self.number(asked.place))]);
        let _ = writeln!(out, "\n{}", self.paint(Paint::Note, title));
        let mut rows: Vec<(String, Vec<String>)> = Vec::new();
        let mut add = |verdict: String, name: String| match rows.last_mut() {
            Some((same, names)) if *same == verdict => names.push(name),
            _ => rows.push((verdict, vec![name])),
        };
        let rules = &self.shown.rules;
        let name = |number: usize| rules.rule(number).name.to_owned();
        let explains = |(number, verdict): &(usize, Verdict)| match verdict {
            Verdict::Explains(_) => Some(*number),
            _ => None,
        };
        let explainer = asked.verdicts.iter().find_map(explains).map(name).unwrap_or_default();
        for (number, verdict) in &asked.verdicts {
            let told = match verdict {
                Verdict::Explains(case) => {
                    let key = if rules.speaks(*number) { Word::WhyExplains } else { Word::WhyExplainsOff };
                    self.words.with(key, &[("case", case), ("off", &self.off(rules.rule(*number)))])
                }
                Verdict::NotAsked => self.words.with(Word::WhyNotAsked, &[("rule", &explainer)]),
                Verdict::DoesNotFit if rules.speaks(*number) => {
                    self.words.get(Word::WhyDoesNotFit).to_owned()
                }
                Verdict::DoesNotFit => self.off(rules.rule(*number)),
            };
            add(told, name(*number));
        }
        if !asked.is_suspect {
            let code = asked.code.map_or(String::new(), |c| c.to_string());
            add(self.words.with(Word::WhyNotRefused, &[("code", &code)]), String::new());
        }
        let others = |(_, rule): &(usize, &'static Rule)| !matches!(rule.check, Check::Suspect(_));
        for (number, rule) in rules.rules().enumerate().filter(others) {
            let spoke = self.shown.findings.iter().find(|f| f.number == number && f.place == asked.place);
            let told = match (spoke, &rule.check) {
                _ if !rules.speaks(number) => self.off(rule),
                (Some(finding), _) => self.words.with(Word::WhySpeaks, &[("case", finding.case)]),
                (None, Check::Exchange(watch, _)) if !watch.has(asked.verb) => {
                    self.words.get(Word::WhyOtherCommands).to_owned()
                }
                (None, _) => self.words.get(Word::WhyDoesNotFit).to_owned(),
            };
            add(told, rule.name.to_owned());
        }
        for (verdict, names) in rows {
            let names = names.join(self.words.get(Word::Comma));
            let told = if names.is_empty() { verdict } else { format!("{verdict}: {names}") };
            out.push_str(&hanging("  - ", &told, self.width()));
        }
    }

    /// Why a rule does not speak.
    fn off(&self, rule: &Rule) -> String {
        if rule.set == Set::Default {
            return self.words.get(Word::WhyOff).to_owned();
        }
        self.words.with(Word::WhyOffSet, &[("set", rule.set.name())])
    }
}

fn columns_of_blank(blank: &str) -> usize {
    // Colours take no columns.
    blank.chars().filter(|c| *c == ' ').count() + 1
}

/// The marks of a finding under a line.
fn labels(finding: &Finding, line: &Line) -> impl Iterator<Item = Label> {
    let here = |said: &&crate::rule::Said| said.place == line.place && said.side == line.side;
    finding.transcript.iter().filter(here).filter_map(|said| said.label)
}
