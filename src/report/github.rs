//! The report for GitHub Actions: annotations as workflow commands, then the report for people between commands that stop commands.
//!
//! The runner takes what stands behind `::` at the start of a line, and behind `##[` anywhere in a line, as a command. So text of the
//! log stands in two places only: escaped within a command of ours, and where commands are stopped. They go on with a word that no
//! log can know: a hash over the whole report, which the log would have to contain.
//!
//! GitHub shows ten annotations of a kind for each step and drops the rest without a word. So there is one a problem, the worst and
//! most frequent first, and the last one counts what is left out. An input that was not read fails the run: it comes first.

use super::forge::{from_root, hash};
use super::renderer::{Out, Reader, Renderer, View};
use super::summary::Problem;
use super::text;
use super::verdict::{incomplete, limits, unread, verdict};
use crate::catalog::{Counted, Word};
use crate::rule::Severity;
use crate::text::{Printable, grouped};
use std::borrow::Cow;
use std::cmp::Reverse;
use std::io::{self, Write};

/// The report for GitHub Actions. Who reads it is the runner.
pub(super) static RENDERER: Renderer =
    Renderer { name: "github", extensions: &[], reader: Reader::Programs, render };

/// Annotations of one kind that GitHub shows for a step.
const ANNOTATIONS_MAX: usize = 10;
/// One of the notices is the one with the totals.
const NOTES_MAX: usize = ANNOTATIONS_MAX - 1;

fn render(view: &View, out: &mut Out) -> io::Result<()> {
    let words = view.sentences.words();
    let mut n_left_out = 0;
    for (severity, most) in [
        (Severity::Error, ANNOTATIONS_MAX),
        (Severity::Warning, ANNOTATIONS_MAX),
        (Severity::Note, NOTES_MAX),
    ] {
        let not_done = if severity == Severity::Error { not_done(view) } else { Vec::new() };
        let problems = problems(view, severity).into_iter().map(|problem| annotation(view, problem));
        let mut all = not_done.into_iter().chain(problems);
        for annotation in all.by_ref().take(most) {
            annotation.write(out)?;
        }
        n_left_out += all.count() as u64;
    }
    let mut totals = [verdict(view), limits(view)].concat();
    if n_left_out > 0 {
        totals.push(words.count(Counted::AnnotationsLeftOut, n_left_out));
    }
    if !totals.is_empty() {
        let message = totals.join(words.lang().between_sentences());
        Annotation { kind: "notice", place: None, title: "ftplog".to_owned(), message }.write(out)?;
    }
    let report = text::RENDERER.in_memory(view);
    if report.is_empty() {
        return Ok(());
    }
    let token = token(&report);
    writeln!(out, "::group::{}", data(words.get(Word::FullReport)))?;
    writeln!(out, "::stop-commands::{token}")?;
    out.write_all(report.as_bytes())?;
    writeln!(out, "::{token}::")?;
    writeln!(out, "::endgroup::")
}

struct Annotation {
    kind: &'static str,
    /// A file, and a line of it.
    place: Option<(String, Option<u64>)>,
    title: String,
    message: String,
}

impl Annotation {
    // ::error file=server.log,line=1045,title=rename-without-source::RNTO refused: no rename was in progress
    fn write(&self, out: &mut Out) -> io::Result<()> {
        write!(out, "::{} ", self.kind)?;
        if let Some((file, line)) = &self.place {
            write!(out, "file={},", property(file))?;
            if let Some(line) = line {
                write!(out, "line={line},")?;
            }
        }
        writeln!(out, "title={}::{}", property(&self.title), data(&self.message))
    }
}

/// What was not read, or not done.
fn not_done(view: &View) -> Vec<Annotation> {
    let annotation = |place, reasons: Vec<String>| Annotation {
        kind: "error",
        place,
        title: "ftplog".to_owned(),
        message: reasons.join("\n"),
    };
    let inputs = view.summary.inputs.iter().map(|input| (input, unread(view, input)));
    let unread = inputs
        .filter(|(_, reasons)| !reasons.is_empty())
        .map(|(input, reasons)| annotation(Some((from_root(input.name.file()), None)), reasons));
    let incomplete = incomplete(view).map(|incomplete| annotation(None, vec![incomplete]));
    unread.chain(incomplete).collect()
}

/// The problems of that severity, the most frequent first.
fn problems<'a>(view: &View<'a>, severity: Severity) -> Vec<&'a Problem> {
    let mut problems: Vec<&Problem> =
        view.summary.problems.iter().filter(|problem| problem.severity == severity).collect();
    problems.sort_by_key(|problem| Reverse(problem.count));
    problems
}

fn annotation(view: &View, problem: &Problem) -> Annotation {
    let View { summary, sentences, .. } = *view;
    let finding = &summary.findings[problem.example];
    let (path, member) = summary.file(finding.place);
    let mut message = vec![sentences.title(finding), sentences.why(finding), sentences.fix(finding)];
    if problem.count > 1 {
        let key = if problem.sessions == 1 { Word::SeenTimesOne } else { Word::SeenTimes };
        let (count, sessions) = (grouped(problem.count), grouped(problem.sessions));
        message.push(sentences.words().with(key, &[("count", &count), ("sessions", &sessions)]));
    }
    if let Some(member) = member {
        // GitHub knows the archive only.
        message.push(format!("{}:{}", Printable(member.as_bytes()), finding.place.line));
    }
    Annotation {
        kind: match problem.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "notice",
        },
        place: Some((from_root(path), Some(finding.place.line.max(1)))),
        title: problem.rule.name.to_owned(),
        message: message.join("\n"),
    }
}

/// A message of a command, as the runner takes it back.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A property of a command.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

/// The word that lets commands go on behind a report: no part of it, whatever the case of its letters.
fn token(report: &str) -> String {
    let lower = report.to_ascii_lowercase();
    let mut token = hash(report);
    while lower.contains(&token) {
        token = hash(&token);
    }
    token
}

/// A line of text in which the runner of GitHub Actions finds no command.
#[must_use]
pub fn without_commands(line: &str) -> Cow<'_, str> {
    let is_command = line.trim_start().starts_with("::");
    if !is_command && !line.contains("##[") {
        return Cow::Borrowed(line);
    }
    let start = if is_command { "./" } else { "" };
    Cow::Owned(format!("{start}{}", line.trim_start().replace("##[", "## [")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_runner_would_take_for_something_else_is_escaped() {
        assert_eq!(data("50%, a:b\r\n"), "50%25, a:b%0D%0A");
        assert_eq!(property("a,b:c%3A\n"), "a%2Cb%3Ac%253A%0A");
    }

    #[test]
    fn the_word_that_ends_a_report_is_not_in_it() {
        let first = token("a report");
        assert_eq!((first.len(), token("a report") == first), (32, true));
        assert_ne!(token("another report"), first);
        let report = format!("x {}", first.to_ascii_uppercase());
        assert!(!report.to_ascii_lowercase().contains(&token(&report)));
    }

    #[test]
    fn a_line_is_no_command() {
        assert_eq!(without_commands("a.log:1: error[x] y"), "a.log:1: error[x] y");
        assert_eq!(without_commands("::error::x.log:1: z"), "./::error::x.log:1: z");
        assert_eq!(without_commands(" ::a::"), "./::a::");
        assert_eq!(without_commands("a ##[add-mask]b"), "a ## [add-mask]b");
    }
}
