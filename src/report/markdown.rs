//! The report in Markdown, for the summary of a step in GitHub Actions and for tickets: the verdict, a table of problems, and for
//! each problem a part to unfold with the lines that prove it.
//!
//! What renders it makes links of addresses, mentions of `@name` and references of `#1` even where they are escaped, since some look
//! for them in the page. They do not look into code. So all text of the log is code: spans in sentences, `<code>` in the line to
//! click on, which is HTML, and fences around transcripts that are longer than any run of backticks in them.

use super::renderer::{Out, Reader, Renderer, View};
use super::sentence::{MARKS, Sentences};
use super::style::{Style, shortened_in_front};
use super::summary::{InputSummary, Problem, Status, kind};
use super::text::{excerpt_text, head_parts};
use super::verdict::{incomplete, limits, not_listed, unread, verdict};
use crate::catalog::{Counted, Word};
use crate::rule::Finding;
use crate::text::{Printable, grouped};
use std::fmt::Write as _;
use std::io::{self, Write};

/// The report in Markdown.
pub(super) static RENDERER: Renderer =
    Renderer { name: "markdown", extensions: &["md", "markdown"], reader: Reader::People, render };

/// Bytes of the summary of a step; GitHub shows none of one that is longer.
const STEP_SUMMARY_BYTES_MAX: usize = 1024 * 1024;
/// Logs that are told one by one, and files that could not be read.
const INPUTS_MAX: usize = 10;
/// Columns of a transcript: what GitHub shows without a scroll bar.
const WIDTH: usize = 100;
/// Columns of a path in the table.
const PATH_COLUMNS_MAX: usize = 60;

fn render(view: &View, out: &mut Out) -> io::Result<()> {
    out.write_all(report(view, usize::MAX).as_bytes())
}

/// The report for a step whose summary has that many bytes already; nothing where it has no room.
#[must_use]
pub fn step_summary(view: &View, n_bytes: u64) -> Option<String> {
    let room = STEP_SUMMARY_BYTES_MAX.checked_sub(usize::try_from(n_bytes).ok()?)?;
    Some(report(view, room)).filter(|report| report.len() <= room)
}

/// The report, with the details of as many problems as fit.
fn report(view: &View, bytes_max: usize) -> String {
    let sentences = view.sentences.marked();
    let view = &View { style: Style { width: WIDTH, color: false }, ..*view };
    let page = Page { view, sentences: &sentences };
    let mut out = String::new();
    if !view.findings_only {
        page.head(&mut out);
    }
    let left_out = |n| format!("\n{}\n", sentences.words().count(Counted::DetailsLeftOut, n));
    let room = bytes_max.saturating_sub(left_out(u64::MAX).len());
    let mut n_left_out = 0;
    for problem in &view.summary.problems {
        let details = page.details(problem);
        if n_left_out == 0 && out.len() + details.len() <= room {
            out.push_str(&details);
        } else {
            n_left_out += 1;
        }
    }
    if n_left_out > 0 {
        out.push_str(&left_out(n_left_out));
    }
    out
}

struct Page<'a> {
    view: &'a View<'a>,
    /// Sentences in which text of the log is marked.
    sentences: &'a Sentences,
}

impl Page<'_> {
    fn head(&self, out: &mut String) {
        let view = self.view;
        let mut verdict = verdict(&View { sentences: self.sentences, ..*view }).into_iter();
        if let Some(first) = verdict.next() {
            let _ = writeln!(out, "**{}**\n", prose(&first));
        }
        // They are about sessions that the user chose by words of the log.
        let limits = limits(view).into_iter().map(|limit| code(&limit));
        let rest = verdict.chain(not_listed(view)).map(|sentence| prose(&sentence)).chain(limits);
        for sentence in rest {
            let _ = writeln!(out, "{sentence}\n");
        }
        self.not_done(out);
        self.logs(out);
        if !view.summary.problems.is_empty() {
            self.table(out);
        }
    }

    /// What was not read, or not done.
    fn not_done(&self, out: &mut String) {
        let words = self.sentences.words();
        let mut item = |text: String| {
            let _ = writeln!(out, "- **{}** {text}", words.get(Word::Error));
        };
        let mut n_unread = 0;
        for input in &self.view.summary.inputs {
            let reasons = unread(self.view, input);
            n_unread += u64::from(!reasons.is_empty());
            if n_unread <= INPUTS_MAX as u64 {
                let path = code(&Printable(input.name.path.as_bytes()).to_string());
                for reason in &reasons {
                    item(format!("{path}: {}", code(reason)));
                }
            }
        }
        let n_more = n_unread.saturating_sub(INPUTS_MAX as u64);
        if n_more > 0 {
            item(words.count(Counted::MoreUnread, n_more));
        }
        let incomplete = incomplete(self.view);
        if let Some(incomplete) = &incomplete {
            item(escaped(incomplete));
        }
        if n_unread > 0 || incomplete.is_some() {
            out.push('\n');
        }
    }

    /// The logs one by one, or how many they are.
    fn logs(&self, out: &mut String) {
        let summary = self.view.summary;
        let read = |n: &usize| summary.inputs.get(*n).filter(|input| input.status != Status::Failed);
        let logs = summary.logs.iter().map(|log| (&log.name, log.inputs.iter().filter_map(read).collect()));
        let logs: Vec<(&String, Vec<&InputSummary>)> =
            logs.filter(|(_, pieces): &(_, Vec<_>)| !pieces.is_empty()).collect();
        let line = |out: &mut String, name: String, format, pieces: &[&InputSummary]| {
            let about = head_parts(self.view, "", format, pieces);
            let comma = self.sentences.words().get(Word::Comma);
            let _ = writeln!(out, "- {name}{comma}{}", prose(&about.join(comma)));
        };
        if logs.len() <= INPUTS_MAX {
            for (name, pieces) in &logs {
                let format = pieces.first().and_then(|piece| piece.format).unwrap_or_default();
                line(out, code(&Printable(name.as_bytes()).to_string()), format, pieces);
            }
        } else {
            let n_logs = self.sentences.words().count(Counted::Logs, logs.len() as u64);
            let all: Vec<&InputSummary> = logs.iter().flat_map(|(_, pieces)| pieces).copied().collect();
            line(out, n_logs, "", &all);
        }
        if !logs.is_empty() {
            out.push('\n');
        }
    }

    fn table(&self, out: &mut String) {
        let columns = [
            Word::ColumnSeverity,
            Word::ColumnProblem,
            Word::ColumnCount,
            Word::ColumnSessions,
            Word::ColumnFirst,
        ];
        let head = columns.map(|column| self.sentences.words().get(column)).join(" | ");
        let _ = writeln!(out, "| {head} |\n| --- | --- | ---: | ---: | --- |");
        for problem in &self.view.summary.problems {
            let first = &self.view.summary.findings[problem.first];
            let path = Printable(self.view.summary.path(first.place).as_bytes()).to_string();
            let place = format!("{}:{}", shortened_in_front(&path, PATH_COLUMNS_MAX), first.place.line);
            let _ = writeln!(
                out,
                "| {} | {} | {} | {} | {} |",
                self.sentences.words().get(problem.severity.word()),
                prose(&name(problem)),
                grouped(problem.count),
                grouped(problem.sessions),
                in_cell(&code(&place))
            );
        }
        out.push('\n');
    }

    /// The part of a problem: its example, or all its findings.
    fn details(&self, problem: &Problem) -> String {
        let mut out = String::new();
        let findings = &self.view.summary.findings;
        let Some(example) = findings.get(problem.example) else { return out };
        if self.view.all {
            for finding in findings.iter().filter(|finding| kind(finding) == kind(example)) {
                self.finding(&mut out, finding, None);
            }
        } else {
            self.finding(&mut out, example, Some(problem));
        }
        out
    }

    fn finding(&self, out: &mut String, finding: &Finding, problem: Option<&Problem>) {
        let words = self.sentences.words();
        let severity = words.get(finding.severity.word());
        let title = html(&self.sentences.title(finding));
        let _ = writeln!(
            out,
            "<details>\n<summary><b>{severity}</b> {}: {title}</summary>\n",
            html(finding.rule.name)
        );
        out.push_str(&fenced(&excerpt_text(self.view, finding)));
        let mut row = |label, text: &str| {
            let _ = writeln!(out, "\n**{}** {text}", words.get(label));
        };
        row(Word::Why, &prose(&self.sentences.why(finding)));
        row(Word::Fix, &prose(&self.sentences.fix(finding)));
        if let Some(problem) = problem.filter(|problem| problem.count > 1) {
            let key = if problem.sessions == 1 { Word::SeenTimesOne } else { Word::SeenTimes };
            let (count, sessions) = (grouped(problem.count), grouped(problem.sessions));
            row(Word::Seen, &prose(&words.with(key, &[("count", &count), ("sessions", &sessions)])));
        }
        row(Word::More, &code(&words.with(Word::MoreExplain, &[("name", finding.rule.name)])));
        out.push_str("\n</details>\n\n");
    }
}

/// The rule, and the command for rules about many commands.
fn name(problem: &Problem) -> String {
    match &problem.subject {
        Some(subject) => format!("{} {subject}", problem.rule.name),
        None => problem.rule.name.to_owned(),
    }
}

/// A marked sentence: words of ours and of the log in turn.
fn pieces(marked: &str) -> impl Iterator<Item = (bool, &str)> {
    let mut is_log = false;
    marked.split_inclusive(MARKS).map(move |piece| {
        let text = piece.trim_end_matches(MARKS);
        let of_log = std::mem::replace(&mut is_log, piece.ends_with(MARKS[0]));
        (of_log, text)
    })
}

/// A sentence in Markdown. Text of the log is code, and nothing else is more than words.
fn prose(marked: &str) -> String {
    let mut out = String::new();
    for (of_log, text) in pieces(marked) {
        let piece = if of_log { code(text) } else { escaped(text) };
        // Two runs of backticks would be one.
        if of_log && out.ends_with('`') && !piece.is_empty() {
            out.push(' ');
        }
        out.push_str(&piece);
    }
    out
}

/// A sentence in HTML.
fn html(marked: &str) -> String {
    let safe = |text: &str| {
        text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
    };
    let piece = |(of_log, text)| match (of_log, safe(text)) {
        (true, text) if !text.is_empty() => format!("<code>{text}</code>"),
        (_, text) => text,
    };
    pieces(marked).map(piece).collect()
}

/// Words of ours, in which nothing is markup.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '&' | '|' | '~' | '#') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// Text as code within a line.
fn code(text: &str) -> String {
    if text.is_empty() {
        return String::new();
    }
    let fence = "`".repeat(longest_run(text) + 1);
    // A reader takes off one space on both sides, unless there is nothing else.
    let is_edged = text.starts_with(['`', ' ']) || text.ends_with(['`', ' ']);
    let pad = if is_edged && !text.trim_matches(' ').is_empty() { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}

/// Code within a cell of a table. Readers of tables do not agree what a bar behind a backslash is, so such a bar is another one.
fn in_cell(code: &str) -> String {
    code.replace("\\|", "\\¦").replace('|', "\\|")
}

/// Text as code of several lines.
fn fenced(text: &str) -> String {
    let fence = "`".repeat((longest_run(text) + 1).max(3));
    format!("{fence}text\n{}\n{fence}\n", text.trim_end())
}

/// The length of the longest run of backticks.
fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_of_the_log_is_code() {
        assert_eq!(prose("*a* \u{2}b*c\u{3}_d"), "\\*a\\* `b*c`\\_d");
        assert_eq!(prose("\u{2}x\u{3}\u{2}@y\u{3}"), "`x` `@y`");
        assert_eq!(prose("no \u{2}\u{3} text"), "no  text");
        assert_eq!(html("a<b \u{2}<i>@x\u{3}"), "a&lt;b <code>&lt;i&gt;@x</code>");
    }

    #[test]
    fn code_ends_where_the_text_ends() {
        assert_eq!(code("a"), "`a`");
        assert_eq!(code("a`b"), "``a`b``");
        assert_eq!(code("`"), "`` ` ``");
        assert_eq!(code("``a"), "``` ``a ```");
        assert_eq!(code(" "), "` `");
        assert_eq!(in_cell(&code("a|b\\|c")), "`a\\|b\\¦c`");
        assert_eq!(fenced("x\n````\n"), "`````text\nx\n````\n`````\n");
    }
}
