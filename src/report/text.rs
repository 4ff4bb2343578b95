//! The report for people: findings as short transcripts, a table of problems, and what to fix first.

use super::files::session_in;
use super::gap::{Gap, gap};
use super::logs::log_table;
use super::renderer::{Reader, Renderer, View};
use super::style::{Paint, columns, hanging, shortened, wrapped};
use super::summary::{InputSummary, LogSummary, Problem, Status, kind};
use super::table::{Column, table, widest};
use crate::catalog::{Counted, Word};
use crate::rule::golden;
use crate::rule::{Finding, Group, Said, Severity, Side};
use crate::text::{Printable, grouped};
use std::fmt::Write as _;
use std::io::Write as _;

/// Logs that the head of a report lists.
const LOGS_IN_HEAD_MAX: usize = 10;
/// Columns that the words under a line need beside their mark.
const LABEL_COLUMNS_MIN: usize = 20;

/// The report for people.
pub static RENDERER: Renderer = Renderer {
    name: "text",
    extensions: &["txt"],
    reader: Reader::People,
    render: |view, out| out.write_all(report_text(view).as_bytes()),
};

fn report_text(view: &View) -> String {
    let page = Page { view };
    let summary = view.summary;
    let mut out = String::new();
    if !view.findings_only {
        page.head(&mut out);
    }
    for problem in &summary.problems {
        if view.all {
            let shown = kind(&summary.findings[problem.example]);
            for finding in summary.findings.iter().filter(|f| kind(f) == shown) {
                page.finding(&mut out, finding, None);
            }
        } else if let Some(finding) = summary.findings.get(problem.example) {
            page.finding(&mut out, finding, Some(problem));
        }
    }
    if !view.findings_only {
        page.end(&mut out);
    }
    out
}

struct Page<'a> {
    view: &'a View<'a>,
}

impl Page<'_> {
    fn word(&self, key: Word) -> &str {
        self.view.sentences.words().get(key)
    }

    fn paint(&self, paint: Paint, text: impl std::fmt::Display) -> String {
        self.view.style.paint(paint, text)
    }

    fn width(&self) -> usize {
        self.view.style.width
    }

    /// The inputs that were read.
    fn inputs(&self) -> impl Iterator<Item = &InputSummary> {
        self.view.summary.inputs.iter().filter(|i| i.status != Status::Failed)
    }

    fn head(&self, out: &mut String) {
        let logs = self.logs();
        if logs.len() <= LOGS_IN_HEAD_MAX {
            logs.iter().fold(None, |above, (name, pieces)| self.log(out, name, pieces, above));
        } else {
            self.many_logs(out, &logs);
        }
        if let Some(n_not_read) = self.view.summary.interrupted {
            let mut partial = self.word(Word::Interrupted).to_owned();
            if n_not_read > 0 {
                partial =
                    format!("{partial} {}", self.view.sentences.words().count(Counted::NotRead, n_not_read));
            }
            out.push_str(&hanging("", &partial, self.width()));
        }
        if let Some(only) = self.view.summary.only(self.view.sentences.words()) {
            out.push_str(&hanging("", &only, self.width()));
        }
        if !self.view.summary.problems.is_empty() {
            for line in whole_or_parts(self.word(Word::Legend), self.width()) {
                let _ = writeln!(out, "{}", self.paint(Paint::Dim, line));
            }
            out.push('\n');
        }
    }

    /// The name and the pieces of each log that was read.
    fn logs(&self) -> Vec<(&str, Vec<&InputSummary>)> {
        let read = |n: &usize| Some(&self.view.summary.inputs[*n]).filter(|i| i.status != Status::Failed);
        let pieces = |log: &LogSummary| log.inputs.iter().filter_map(read).collect();
        let logs = self.view.summary.logs.iter().map(|log| (log.name.as_str(), pieces(log)));
        logs.filter(|(_, pieces): &(_, Vec<_>)| !pieces.is_empty()).collect()
    }

    /// A log that has one format in all pieces, or each of its pieces.
    fn log(&self, out: &mut String, name: &str, pieces: &[&InputSummary], above: Option<Gap>) -> Option<Gap> {
        if pieces.windows(2).any(|two| two[0].format != two[1].format) {
            return pieces
                .iter()
                .fold(above, |above, piece| self.log(out, &piece.name.path, &[piece], above));
        }
        let [first, ..] = pieces else { return above };
        let name = Printable(name.as_bytes()).to_string();
        self.head_line(out, &name, first.format.unwrap_or_default(), pieces);
        let gap = gap(first, self.view.sentences.words());
        if let Some(gap) = &gap {
            self.gap(out, gap, above.as_ref() == Some(gap));
        }
        gap
    }

    /// Where there are too many logs for a line each, their formats are told together.
    fn many_logs(&self, out: &mut String, logs: &[(&str, Vec<&InputSummary>)]) {
        let words = self.view.sentences.words();
        let all: Vec<&InputSummary> = logs.iter().flat_map(|(_, pieces)| pieces).copied().collect();
        let n_logs = words.count(Counted::Logs, logs.len() as u64);
        self.head_line(out, &n_logs, "", &all);
        let mut kinds: Vec<(&str, Option<Gap>, u64)> = Vec::new();
        for first in logs.iter().filter_map(|(_, pieces)| pieces.first()) {
            let (format, gap) = (first.format.unwrap_or_default(), gap(first, words));
            match kinds.iter_mut().find(|kind| kind.0 == format && kind.1 == gap) {
                Some((.., n)) => *n += 1,
                None => kinds.push((format, gap, 1)),
            }
        }
        for (format, gap, n) in kinds {
            let logs = words.count(Counted::Logs, n);
            let _ =
                writeln!(out, "{}", words.with(Word::FormatOfLogs, &[("format", format), ("logs", &logs)]));
            if let Some(gap) = gap {
                self.gap(out, &gap, false);
            }
        }
    }

    // server.log  3 files  vsftpd  72 sessions  2,418 lines, all understood
    fn head_line(&self, out: &mut String, name: &str, format: &str, inputs: &[&InputSummary]) {
        let words = self.view.sentences.words();
        let sum = |of: fn(&InputSummary) -> u64| inputs.iter().map(|input| of(input)).sum();
        let not_understood = sum(|input| input.lines_not_understood);
        let understood = if not_understood == 0 {
            words.get(Word::AllUnderstood).to_owned()
        } else {
            words.with(Word::NotUnderstood, &[("n", &grouped(not_understood))])
        };
        let are_captures = inputs.iter().all(|input| input.format == Some("capture"));
        let unit = if are_captures { Counted::Packets } else { Counted::Lines };
        let parts = [
            name.to_owned(),
            if inputs.len() > 1 { words.count(Counted::Files, inputs.len() as u64) } else { String::new() },
            format.to_owned(),
            words.count(Counted::Sessions, sum(|input| input.starts.count())),
            [words.count(unit, sum(|input| input.lines)), understood].join(words.get(Word::Comma)),
        ];
        let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        let line = parts.join("  ");
        if columns(&line) <= self.width() {
            let _ = writeln!(out, "{line}");
        } else {
            let _ = writeln!(out, "{}", shortened(&parts[0], self.width()));
            out.push_str(&hanging("  ", &parts[1..].join(words.get(Word::Comma)), self.width()));
        }
    }

    //   lacks:  It has no greetings ...
    fn gap(&self, out: &mut String, gap: &Gap, as_above: bool) {
        let labels = [Word::Lacks, Word::Better];
        if as_above {
            return self.labelled(out, &labels, 0, self.word(Word::AsAbove));
        }
        self.labelled(out, &labels, 0, &gap.lacks);
        if let Some(better) = &gap.better {
            self.labelled(out, &labels, 1, better);
        }
    }

    /// Text behind one of several labels that stand below each other.
    fn labelled(&self, out: &mut String, labels: &[Word], which: usize, text: &str) {
        let label = self.word(labels[which]);
        let pad = " ".repeat(widest(labels.iter().map(|l| self.word(*l))) - columns(label) + 1);
        let plain = hanging(&format!("  {label}{pad}"), text, self.width());
        out.push_str(&plain.replacen(label, &self.paint(Paint::Note, label), 1));
    }

    fn finding(&self, out: &mut String, finding: &Finding, problem: Option<&Problem>) {
        let paint = severity_paint(finding.severity);
        let name = format!("{}[{}]", self.word(finding.severity.word()), finding.rule.name);
        let title = format!("{name}: {}", self.view.sentences.title(finding));
        let title = title.split_whitespace().collect::<Vec<_>>().join(" ");
        let mut lines = wrapped(&title, self.width());
        lines.truncate(1);
        // What does not fit into the first line goes on behind two blanks.
        let rest = title.get(lines.first().map_or(0, String::len)..).unwrap_or_default();
        lines.extend(wrapped(rest, self.width() - 2));
        for (i, line) in lines.iter().enumerate() {
            let rest = line.strip_prefix(&name).filter(|_| i == 0);
            match rest {
                Some(rest) => {
                    let _ = writeln!(out, "{}{}", self.paint(paint, &name), self.paint(Paint::Bold, rest));
                }
                None => {
                    let _ = writeln!(out, "  {}", self.paint(Paint::Bold, line));
                }
            }
        }
        self.excerpt(out, finding);
        self.explanation(out, finding, problem);
        out.push('\n');
    }

    fn excerpt(&self, out: &mut String, finding: &Finding) {
        let last =
            finding.transcript.iter().map(|s| s.place.line).chain([finding.place.line]).max().unwrap_or(0);
        let gutter = last.to_string().len().max(3);
        let blank = self.paint(Paint::Frame, format!("{:gutter$} |", ""));
        let arrow = self.paint(Paint::Frame, format!("{:gutter$}-->", ""));
        let place =
            format!("{}:{}", Printable(self.view.summary.path(finding.place).as_bytes()), finding.place.line);
        let about = self.whereabouts(finding);
        let room = self.width().saturating_sub(gutter + 4);
        let fits = columns(&place) + 2 + columns(&about) <= room;
        if fits {
            let _ = writeln!(out, "{arrow} {place}  {about}");
        } else {
            let _ = writeln!(out, "{arrow} {}", shortened(&place, room));
            let _ = writeln!(out, "{:gutter$}    {}", "", shortened(&about, room));
        }
        let _ = writeln!(out, "{blank}");
        let mut file = finding.place.source;
        for said in finding.transcript.iter() {
            if std::mem::replace(&mut file, said.place.source) != said.place.source {
                let path = Printable(self.view.summary.path(said.place).as_bytes()).to_string();
                let arrow = self.paint(Paint::Frame, format!("{:gutter$}:::", ""));
                let _ = writeln!(out, "{arrow} {}", shortened(&path, room));
            }
            self.said(out, finding, said, gutter, &blank);
        }
        let _ = writeln!(out, "{blank}");
    }

    // session 17  backup@203.0.113.7
    fn whereabouts(&self, finding: &Finding) -> String {
        let words = self.view.sentences.words();
        let mut parts = Vec::new();
        let fact = |key| finding.facts.iter().find(|(k, _)| *k == key).map(|(_, f)| f);
        if let (Some(crate::rule::Fact::Number(n)), Some(first), Some(last)) =
            (fact("clients"), fact("first"), fact("last"))
        {
            if *n > 1 {
                parts.push(words.with(Word::Clients, &[("n", &grouped(*n))]));
            }
            let (first, last) = (self.view.sentences.told(first), self.view.sentences.told(last));
            parts.push(words.with(Word::SpanOfTime, &[("first", &first), ("last", &last)]));
        } else if let Some(number) = finding.session.and_then(|s| self.view.summary.session_number(s)) {
            let first = self.view.summary.numbered_from(finding.place);
            let label = session_in(first, number).unwrap_or_else(|| grouped(number));
            parts.push(words.with(Word::Session, &[("n", &label)]));
        }
        let (user, client) = (finding.user(), finding.client());
        match (user.is_empty(), client.is_empty()) {
            (true, true) => {}
            (true, false) => parts.push(Printable(client).to_string()),
            (false, true) => parts.push(Printable(user).to_string()),
            (false, false) => parts.push(format!("{}@{}", Printable(user), Printable(client))),
        }
        parts.join("  ")
    }

    // 1041 | 09:14:05 > RNFR reports/q3.csv
    fn said(&self, out: &mut String, finding: &Finding, said: &Said, gutter: usize, blank: &str) {
        let words = self.view.sentences.words();
        if said.skipped > 0 {
            let dots = self.paint(Paint::Frame, format!("{:>gutter$} |", "..."));
            let _ = writeln!(
                out,
                "{dots}  {}",
                self.paint(Paint::Dim, words.count(Counted::Skipped, said.skipped))
            );
        }
        let number = self.paint(Paint::Frame, format!("{:>gutter$} |", said.place.line));
        let clock = self.view.sentences.clock(said.at).map_or(String::new(), |c| format!("{c} "));
        let mark = if said.side == Side::Client { '>' } else { '<' };
        let before = gutter + 3 + clock.len() + 2;
        let text = Printable(finding.transcript.text(said)).to_string();
        let _ =
            writeln!(out, "{number} {clock}{mark} {}", shortened(&text, self.width().saturating_sub(before)));
        let Some(label) = said.label else { return };
        let length = match said.side {
            Side::Server => 3,
            Side::Client => text.split(' ').next().map_or(1, |w| columns(w).clamp(1, 12)),
        };
        let (sign, paint) =
            if label.primary { ("^", severity_paint(finding.severity)) } else { ("-", Paint::Cause) };
        let sign = sign.repeat(length);
        let words = self.view.sentences.label(finding, label);
        let indent = " ".repeat(clock.len() + 2);
        let room = self.width().saturating_sub(before + length + 1);
        if room < LABEL_COLUMNS_MIN {
            // Beside the mark there is no room for words.
            let _ = writeln!(out, "{blank} {indent}{}", self.paint(paint, sign));
            for line in wrapped(&words, self.width().saturating_sub(gutter + 5)) {
                let _ = writeln!(out, "{blank}   {}", self.paint(paint, line));
            }
            return;
        }
        for (i, line) in wrapped(&words, room).iter().enumerate() {
            let lead = if i == 0 { sign.clone() } else { " ".repeat(length) };
            let _ = writeln!(out, "{blank} {indent}{}", self.paint(paint, format!("{lead} {line}")));
        }
    }

    fn explanation(&self, out: &mut String, finding: &Finding, problem: Option<&Problem>) {
        let words = self.view.sentences.words();
        let mut row = |which, text: &str| {
            self.labelled(out, &[Word::Why, Word::Fix, Word::Seen, Word::More], which, text);
        };
        row(0, &self.view.sentences.why(finding));
        row(1, &self.view.sentences.fix(finding));
        if let Some(problem) = problem.filter(|p| p.count > 1) {
            let key = if problem.sessions == 1 { Word::SeenTimesOne } else { Word::SeenTimes };
            let (count, sessions) = (grouped(problem.count), grouped(problem.sessions));
            row(2, &words.with(key, &[("count", &count), ("sessions", &sessions)]));
        }
        // The user knows what the user expects.
        if finding.rule.group != Group::Expectation {
            row(3, &words.with(Word::MoreExplain, &[("name", finding.rule.name)]));
        }
    }

    fn end(&self, out: &mut String) {
        let words = self.view.sentences.words();
        let all = self.view.summary.sessions();
        if self.view.summary.is_about_nothing() {
            return;
        }
        if self.view.summary.problems.is_empty() && !self.view.summary.expected.is_empty() {
            let held = self.view.summary.expected.iter().copied().filter(|(_, sessions)| *sessions > 0);
            let is_golden = |number: usize| self.view.summary.rules.rule(number).name == golden::NAME;
            let (golden, held): (Vec<_>, Vec<_>) = held.partition(|(number, _)| is_golden(*number));
            if !held.is_empty() {
                let hold = words.count(Counted::ExpectationsHold, held.len() as u64);
                out.push_str(&hanging("", &hold, self.width()));
            }
            for (_, sessions) in golden {
                out.push_str(&hanging("", &words.count(Counted::AsInGolden, sessions), self.width()));
            }
            return self.withheld(out);
        }
        if self.view.summary.problems.is_empty() {
            let sessions = words.count(Counted::Sessions, all);
            let nothing = words.with(Word::NothingFound, &[("sessions", &sessions)]);
            out.push_str(&hanging("", &nothing, self.width()));
            if self.inputs().any(|input| gap(input, words).is_some()) {
                out.push_str(&hanging("", words.get(Word::NothingProved), self.width()));
            }
            let [.., transient, permanent] = self.view.summary.totals.replies;
            if transient + permanent > 0 && self.view.summary.withheld.is_empty() {
                out.push_str(&hanging(
                    "",
                    &words.count(Counted::RefusalsLeft, transient + permanent),
                    self.width(),
                ));
            }
            return self.withheld(out);
        }
        out.push_str(&self.table());
        out.push('\n');
        if self.view.summary.logs.len() > 1 {
            let table = log_table(self.view.summary, words, self.width(), self.view.all);
            let _ = writeln!(out, "{table}");
        }
        if self.view.summary.not_listed > 0 {
            let n = grouped(self.view.summary.not_listed);
            out.push_str(&hanging("", &words.with(Word::NotListed, &[("n", &n)]), self.width()));
        }
        let severities = [
            (Severity::Error, Counted::Errors),
            (Severity::Warning, Counted::Warnings),
            (Severity::Note, Counted::Notes),
        ];
        let parts: Vec<String> = severities
            .into_iter()
            .map(|(severity, key)| (self.view.summary.problems_of(severity), key))
            .filter(|(n, _)| *n > 0)
            .map(|(n, key)| words.count(key, n))
            .collect();
        let found = words.with(
            Word::Found,
            &[
                ("problems", &words.count(Counted::Problems, self.view.summary.problems.len() as u64)),
                ("parts", &parts.join(words.get(Word::Comma))),
                ("sessions", &grouped(self.view.summary.totals.sessions_with_findings)),
                ("all", &words.count(Counted::Sessions, all)),
            ],
        );
        out.push_str(&hanging("", &found, self.width()));
        self.withheld(out);
        let first = &self.view.summary.problems[0];
        let start = words
            .with(Word::StartWith, &[("name", first.rule.name), ("cost", &self.view.sentences.cost(first))]);
        out.push_str(&hanging("", &start, self.width()));
    }

    /// How many findings do not count.
    fn withheld(&self, out: &mut String) {
        let words = self.view.sentences.words();
        let counts = [
            (Counted::Allowed, self.view.summary.allowed()),
            (Counted::InBaseline, self.view.summary.in_baseline()),
        ];
        let parts: Vec<String> =
            counts.into_iter().filter(|(_, n)| *n > 0).map(|(key, n)| words.count(key, n)).collect();
        if !parts.is_empty() {
            let what = words.with(Word::NotCounted, &[("parts", &parts.join(words.get(Word::Comma)))]);
            out.push_str(&hanging("", &what, self.width()));
        }
    }

    fn table(&self) -> String {
        let keys = [
            Word::ColumnSeverity,
            Word::ColumnProblem,
            Word::ColumnCount,
            Word::ColumnSessions,
            Word::ColumnFirst,
        ];
        let header = keys.map(|k| self.word(k));
        let layout = [Column::Word, Column::Name, Column::Number, Column::Number, Column::End];
        let rows = self.view.summary.problems.iter().map(|p| self.row(p)).collect();
        table(&header, &layout, rows, self.width())
    }

    fn row(&self, problem: &Problem) -> Vec<String> {
        let first = &self.view.summary.findings[problem.first];
        let subject = problem.subject.as_ref().map_or(String::new(), |s| format!(" {}", shortened(s, 10)));
        let path = Printable(self.view.summary.path(first.place).as_bytes());
        vec![
            self.word(problem.severity.word()).to_owned(),
            format!("{}{subject}", problem.rule.name),
            grouped(problem.count),
            grouped(problem.sessions),
            format!("{path}:{}", first.place.line),
        ]
    }
}

/// A line, or its parts between wide gaps where it does not fit.
pub(super) fn whole_or_parts(line: &str, width: usize) -> Vec<&str> {
    if columns(line) <= width { vec![line] } else { line.split("   ").collect() }
}

pub(super) fn severity_paint(severity: Severity) -> Paint {
    match severity {
        Severity::Error => Paint::Error,
        Severity::Warning => Paint::Warning,
        Severity::Note => Paint::Note,
    }
}
