//! The report as `JUnit` XML, which dashboards of tests read. A suite is an input, a case is a rule with findings in it.
//!
//! There is no standard. What was decided, and why:
//!
//! * A case fails if one of its findings fails the run, by how bad and how sure it is. Others pass and tell their findings in `system-out`:
//!   Jenkins and most others show that, GitLab shows the name only. `skipped` would be seen everywhere, but says that nobody
//!   looked, and makes Jenkins and GitLab count what is no test.
//! * A rule without findings has no case, or a folder of logs would have thousands. An input without any has one that passes,
//!   `no-problems`, because readers drop empty suites, and GitLab calls a report without cases broken.
//! * What the user expects of an input has a case in any case: it passes if all sessions are so.
//! * An input that was not read, or not to its end, has a case `readable` with an `error`.
//! * Suppressed findings have a case of their own, `RULE (suppressed)`, which is `skipped` with the reason.
//! * GitLab tells cases apart by `classname` and `name` and shows the body of a failure but not its message. So names are unique,
//!   and the body says everything: the place, the lines, why and what to do. It reads `file`; others read `line`, too.
//! * GitLab takes `[[ATTACHMENT|...]]` in the `system-out` of a case that fails as a file. There is never one.
//! * A run that fails has a case that does. Where no finding and no input is the reason, as with `--max-findings`, it stands in a
//!   suite of its own, `ftplog`.
//! * No times: a time of the machine would make two runs differ, and one of the log is no duration of a test.

use super::gap::gap;
use super::renderer::{Out, Reader, Renderer, View};
use super::style::Style;
use super::summary::InputSummary;
use super::text::finding_text;
use super::verdict::{incomplete, not_listed, unread, verdict};
use crate::catalog::{Counted, Word};
use crate::rule::{Check, Finding, Rule, Suppressed};
use crate::text::Printable;
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite, XmlString};
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::io;

/// The report for dashboards of tests.
pub(super) static RENDERER: Renderer =
    Renderer { name: "junit", extensions: &["xml"], reader: Reader::Programs, render };

/// What the program ends with where there is something to fix.
const EXIT_FINDINGS: u8 = 1;
/// Findings that one case tells.
const FINDINGS_PER_CASE_MAX: usize = 10;

fn render(view: &View, out: &mut Out) -> io::Result<()> {
    let view = &View { style: Style::default(), ..*view };
    let mut report = Report::new("ftplog");
    let mut names = Names::default();
    let mut grouped = by_input(view);
    for (number, input) in view.summary.inputs.iter().enumerate() {
        let name = names.unique(xml(&shown(&input.name.path)));
        let cases = grouped.remove(&number).unwrap_or_default();
        report.add_test_suite(suite(view, input, &name, &cases));
    }
    if let Some(suite) = run_suite(view, &report) {
        report.add_test_suite(suite);
    }
    report.serialize(out).map_err(io::Error::other)
}

/// Names that stand only once.
#[derive(Default)]
struct Names(BTreeMap<String, u64>);

impl Names {
    /// `name`, or with a number behind it where there is such a name.
    fn unique(&mut self, name: String) -> String {
        let n = self.0.entry(name.clone()).or_default();
        *n += 1;
        if *n == 1 {
            return name;
        }
        let numbered = format!("{name} ({n})");
        self.unique(numbered)
    }
}

/// The findings of an input, by the names of their rules.
#[derive(Default)]
struct Cases<'a> {
    counted: BTreeMap<&'static str, Vec<&'a Finding>>,
    suppressed: BTreeMap<&'static str, Vec<(&'a Finding, &'a Suppressed)>>,
}

fn by_input<'a>(view: &View<'a>) -> BTreeMap<usize, Cases<'a>> {
    let mut grouped: BTreeMap<usize, Cases> = BTreeMap::new();
    for finding in &view.summary.findings {
        let cases = grouped.entry(finding.place.source as usize).or_default();
        cases.counted.entry(finding.rule.name).or_default().push(finding);
    }
    for (finding, why) in &view.summary.suppressed {
        let cases = grouped.entry(finding.place.source as usize).or_default();
        cases.suppressed.entry(finding.rule.name).or_default().push((finding, why));
    }
    // What fails comes first in its case.
    for findings in grouped.values_mut().flat_map(|cases| cases.counted.values_mut()) {
        findings.sort_by_key(|finding| Reverse(finding.severity));
    }
    grouped
}

fn suite(view: &View, input: &InputSummary, name: &str, cases: &Cases) -> TestSuite {
    let mut suite = TestSuite::new(name);
    suite.add_test_cases(unreadable(view, input));
    let counted = cases.counted.values().filter_map(|findings| rule_case(view, findings));
    let suppressed = cases.suppressed.values().filter_map(|findings| suppressed_case(view, findings));
    suite.add_test_cases(counted.chain(suppressed));
    for name in held(view, input, cases).filter(|name| !cases.counted.contains_key(name)) {
        suite.add_test_case(TestCase::new(xml(name), TestCaseStatus::success()));
    }
    if suite.test_cases.is_empty() {
        suite.add_test_case(clean_case(view, input));
    }
    for case in &mut suite.test_cases {
        case.set_classname(name);
        let file = XmlString::new(xml(&shown(input.name.file())));
        case.extra.shift_insert(0, "file".into(), file);
    }
    suite
}

/// The names of what is expected of that input, but for what does not allow findings that are there.
fn held<'a>(
    view: &View<'a>,
    input: &'a InputSummary,
    cases: &'a Cases,
) -> impl Iterator<Item = &'static str> + 'a {
    let summary = view.summary;
    let rules = summary.expected.iter().map(|(number, _)| summary.rules.rule(*number));
    let is_about = |rule: &&Rule| match rule.check {
        Check::Expectation(expectation) => {
            let mut found = cases.counted.values().flatten().map(|finding| finding.rule);
            expectation.is_about(&input.name.path) && !found.any(|rule| expectation.forbids(rule))
        }
        Check::Golden(_) => true,
        _ => false,
    };
    rules.filter(is_about).map(|rule| rule.name)
}

fn unreadable(view: &View, input: &InputSummary) -> Option<TestCase> {
    let reasons = unread(view, input);
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
    status.set_type(input.status.name());
    status.set_message(xml(reasons.first()?));
    status.set_description(xml(&reasons.join("\n")));
    Some(TestCase::new("readable", status))
}

fn rule_case(view: &View, findings: &[&Finding]) -> Option<TestCase> {
    let first = findings.first()?;
    let name = xml(first.rule.name);
    let body = told(view, findings, |finding| finding_text(view, finding));
    let fails = findings.iter().any(|finding| view.fails(finding));
    let mut case = if fails {
        let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
        status.set_type(name.clone());
        status.set_message(xml(&view.sentences.title(first)));
        status.set_description(body);
        TestCase::new(name, status)
    } else {
        let mut case = TestCase::new(name, TestCaseStatus::success());
        case.set_system_out(body);
        case
    };
    case.extra.insert("line".into(), first.place.line.to_string().into());
    Some(case)
}

fn suppressed_case(view: &View, findings: &[(&Finding, &Suppressed)]) -> Option<TestCase> {
    let reason = |why: &Suppressed| match why {
        Suppressed::Allowed { reason } => shown(reason),
        Suppressed::InBaseline => view.sentences.words().get(Word::SuppressedInBaseline).to_owned(),
    };
    let (first, why) = findings.first()?;
    let mut status = TestCaseStatus::skipped();
    status.set_message(xml(&reason(why)));
    status.set_description(told(view, findings, |(finding, why)| {
        let path = shown(view.summary.path(finding.place));
        let title = view.sentences.title(finding);
        format!("{path}:{}: {title}\n{}", finding.place.line, reason(why))
    }));
    Some(TestCase::new(format!("{} (suppressed)", xml(first.rule.name)), status))
}

/// The case of an input without findings. Where some were only counted, nobody knows whether they are of this input.
fn clean_case(view: &View, input: &InputSummary) -> TestCase {
    if let Some(not_listed) = not_listed(view) {
        let mut status = TestCaseStatus::skipped();
        status.set_message(not_listed);
        return TestCase::new("no-problems", status);
    }
    let mut case = TestCase::new("no-problems", TestCaseStatus::success());
    if let Some(gap) = gap(input, view.sentences.words()) {
        case.set_system_out(xml(&gap.lacks));
    }
    case
}

/// A suite for a run that fails because of how many findings there are, or of something that is not about an input.
fn run_suite(view: &View, report: &Report) -> Option<TestSuite> {
    let case = if let Some(incomplete) = incomplete(view) {
        failed("complete", NonSuccessKind::Error, &incomplete)
    } else if view.exit_code == EXIT_FINDINGS && report.failures == 0 {
        failed("max-findings", NonSuccessKind::Failure, &verdict(view).join("\n"))
    } else {
        return None;
    };
    let mut suite = TestSuite::new("ftplog");
    suite.add_test_case(case);
    Some(suite)
}

fn failed(name: &str, kind: NonSuccessKind, why: &str) -> TestCase {
    let mut status = TestCaseStatus::non_success(kind);
    status.set_type(name);
    status.set_message(why.lines().next().unwrap_or_default());
    status.set_description(why);
    let mut case = TestCase::new(name, status);
    case.set_classname("ftplog");
    case
}

/// The first findings of a case, and how many there are more.
fn told<T>(view: &View, findings: &[T], tell: impl Fn(&T) -> String) -> String {
    let (first, more) = findings.split_at(findings.len().min(FINDINGS_PER_CASE_MAX));
    let mut body: String = first.iter().map(|finding| tell(finding).trim_end().to_owned() + "\n\n").collect();
    if !more.is_empty() {
        body.push_str(&view.sentences.words().count(Counted::MoreFindings, more.len() as u64));
    }
    xml(body.trim_end())
}

fn shown(name: &str) -> String {
    Printable(name.as_bytes()).to_string()
}

/// A text without the two characters that XML 1.0 forbids and that are no control characters.
fn xml(text: &str) -> String {
    text.replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}")
}
