//! The formats of a report, each read by something that is not ours: XML, CSV, Markdown and JSON by parsers of others, GitHub's
//! commands by what its runner does. A log that attacks its reader goes through all of them.

#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test that cannot go on fails, and may read files"
)]

mod program;

use ftplog::engine::{self, Settings};
use ftplog::lang::Lang;
use ftplog::report::{RENDERERS, Renderer, Report, Sentences, Summary, View};
use ftplog::rule::{Finding, Severity, Suppressed};
use ftplog::session::Confidence;
use ftplog::source::{Input, LogName};
use ftplog::time::Zone;
use program::{command, ftplog, logs, ran};
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// What a log may hold to attack a reader of its report.
const HOSTILE: &[&[u8]] = &[
    b"\x1b[31mred\x1b]0;title\x07",
    b"\x07bell",
    b"a\rb",
    b"a\0b",
    "a\u{202e}b\u{200b}".as_bytes(),
    "\u{85}\u{2028}\u{feff}\u{fffe}\u{ffff}".as_bytes(),
    b"::error::gotcha",
    b"  ::error file=a::gotcha",
    b"##[error]gotcha",
    b"x ##[add-mask]e",
    b"::stop-commands::gotcha",
    b"%0A::error::gotcha",
    b"</script><script>alert(1)</script>",
    b"]]>&lt;<!--",
    b"&#10;&#x1b;<a href=http://a/>",
    b"=cmd|'/C calc'!A0",
    b"@SUM(A1)",
    b"+1",
    b"-1+1",
    "\u{ff1d}1".as_bytes(),
    b"\"quoted\", and, \"more\"",
    b"a|b\\|c|",
    b"`` ``` ````",
    b"`",
    b"\\",
    b"![x](http://a/) [y](javascript:a)",
    b"<http://a/> http://a/ www.a.example a@example.com",
    b"@everyone #1 GH-1 &1 !1",
    b"</summary></details><img src=x>",
    b"*a* _b_ ~~c~~ # d",
    b"[[ATTACHMENT|/etc/passwd]]",
    b"\xff\xfe\x80caf\xe9",
];

/// Sessions in which users, files and replies are hostile.
fn hostile_log() -> Vec<u8> {
    let long = [b"x`|=".repeat(25 * 1024), b"::error::".to_vec()].concat();
    let mut log = Vec::new();
    for (n, text) in HOSTILE.iter().copied().chain([&long[..]]).enumerate() {
        let mut say = |words: &[&[u8]]| log.extend([words.concat(), b"\n".to_vec()].concat());
        say(&[b"220 ready"]);
        say(&[b"USER ", text]);
        say(&[b"331 go on"]);
        say(&[b"PASS secret-", n.to_string().as_bytes()]);
        say(&[b"530 Login incorrect."]);
        say(&[b"USER ", text]);
        say(&[b"331 go on"]);
        say(&[b"PASS secret-", n.to_string().as_bytes()]);
        say(&[b"230 in"]);
        say(&[b"CWD /", text]);
        say(&[b"250 ", text]);
        say(&[b"RNTO ", text]);
        say(&[b"503 ", text]);
        say(&[b"RNFR ", text]);
        say(&[b"350 go on"]);
        say(&[b"RNTO ", text]);
        say(&[b"550 Rename failed."]);
        say(&[b"STOR ", text]);
        say(&[b"550 ", text]);
        say(&[text]);
        say(&[b"500 ", text]);
        say(&[b"XYZ", text]);
        say(&[b"502 ", text]);
        say(&[b"QUIT"]);
        say(&[b"221 bye"]);
    }
    log
}

const HOSTILE_NAME: &str = "./::error file=a,b::%0A\n##[add-mask]x|`</a>@me\u{1b}\u{fffe}=.log";

fn analyzed(name: &str, log: &[u8]) -> Option<Summary> {
    let name = LogName { path: name.to_owned(), member: None };
    let run = engine::run(Input::bytes(name, log), &Settings::default(), Report::default(), |_| Ok(()));
    let mut run = run.ok()?;
    let input = run.input();
    Some(run.gathered.seal(vec![input]))
}

fn hostile() -> Summary {
    let summary = analyzed(HOSTILE_NAME, &hostile_log()).expect("it is a log");
    assert!(summary.findings.len() > HOSTILE.len(), "{} findings", summary.findings.len());
    assert!(summary.problems.len() > 2, "{:?}", summary.problems);
    summary
}

fn rendered(name: &str, view: &View) -> String {
    Renderer::named(name).expect("the format is there").in_memory(view)
}

/// Holds what every format makes of a report against its own rules. The report has `n` findings.
fn check_all(name: &str, summary: &Summary) {
    let sentences = Sentences::new(Lang::En, Zone::UTC);
    let plain = View::of(summary, &sentences);
    for view in [plain, View { all: true, ..plain }] {
        // The others always have all findings.
        let is_shown = |r: &&&Renderer| !view.all || ["markdown", "github"].contains(&r.name);
        for renderer in RENDERERS.iter().filter(is_shown) {
            let text = renderer.in_memory(&view);
            let place = format!("{name} as {}", renderer.name);
            // JSON has its own escapes, and gives programs what the log says.
            let is_json = matches!(renderer.name, "json" | "ndjson");
            let harm = text.chars().find(|c| c.is_control() && !matches!(c, '\n' | '\r'));
            assert!(is_json || harm.is_none(), "{place} has {harm:?}");
            assert!(!text.contains("secret-"), "{place} has a password");
            match renderer.name {
                "compact" => check_compact(&place, &text, summary),
                "json" => check_json(&place, &text, summary),
                "ndjson" => check_ndjson(&place, &text, &rendered("json", &view), summary),
                "csv" => check_csv(&place, &text, summary),
                "markdown" => check_markdown(&place, &text, summary),
                "junit" => check_junit(&place, &text, summary),
                "github" => check_github(&place, &text, summary),
                "gitlab" => check_gitlab(&place, &text, summary),
                // Text and others have tests of their own.
                _ => {}
            }
        }
    }
}

fn check_compact(place: &str, text: &str, summary: &Summary) {
    assert_eq!(text.lines().count(), summary.findings.len(), "{place}");
    for (line, finding) in text.lines().zip(&summary.findings) {
        let marker = format!(":{}: {}[{}] ", finding.place.line, finding.severity.name(), finding.rule.name);
        assert!(line.contains(&marker), "{place}: {line}");
    }
    assert_eq!(Runner::default().run(text), [], "{place}");
}

fn check_json(place: &str, text: &str, summary: &Summary) {
    let json: Value = serde_json::from_str(text).unwrap_or_else(|e| panic!("{place}: {e}"));
    assert_eq!(json["findings"].as_array().unwrap().len(), summary.findings.len(), "{place}");
}

fn check_ndjson(place: &str, text: &str, document: &str, summary: &Summary) {
    let document: Value = serde_json::from_str(document).unwrap();
    let lines: Vec<Value> =
        text.lines().map(|l| serde_json::from_str(l).unwrap_or_else(|e| panic!("{place}: {e}"))).collect();
    let types: Vec<&str> = lines.iter().map(|l| l["type"].as_str().unwrap()).collect();
    let (n_inputs, n_findings) = (summary.inputs.len(), summary.findings.len());
    let want =
        [vec!["start"], vec!["input"; n_inputs], vec!["finding"; n_findings], vec!["summary"]].concat();
    assert_eq!(types, want, "{place}");
    let bare = |line: &Value| {
        let mut object = line.as_object().unwrap().clone();
        object.remove("type");
        Value::Object(object)
    };
    let of = |name: &str| -> Vec<Value> { lines.iter().filter(|l| l["type"] == name).map(bare).collect() };
    assert_eq!(Value::Array(of("finding")), document["findings"], "{place}");
    assert_eq!(Value::Array(of("input")), document["inputs"], "{place}");
    assert_eq!(of("summary")[0], document["summary"], "{place}");
    assert_eq!(of("start")[0]["tool"], document["tool"], "{place}");
}

fn check_csv(place: &str, text: &str, summary: &Summary) {
    let mut reader = csv::ReaderBuilder::new().from_reader(text.as_bytes());
    let head = reader.headers().unwrap().clone();
    let column = |name: &str| head.iter().position(|h| h == name).unwrap();
    let rows: Vec<csv::StringRecord> =
        reader.records().map(|r| r.unwrap_or_else(|e| panic!("{place}: {e}"))).collect();
    assert_eq!(rows.len(), summary.findings.len(), "{place}");
    for (row, finding) in rows.iter().zip(&summary.findings) {
        assert_eq!(row[column("rule")], *finding.rule.name, "{place}");
        assert_eq!(row[column("line")], finding.place.line.to_string(), "{place}");
        for cell in row {
            assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{place}: {cell}");
        }
    }
    assert_eq!(text.matches('\n').count(), text.matches("\r\n").count(), "{place} ends lines with CR LF");
}

/// HTML that is ours. Whatever else looks like a tag is not.
const OUR_TAGS: &[&str] = &["<details>", "</details>", "<summary>", "</summary>", "<b>", "</b>"];

fn check_markdown(place: &str, text: &str, summary: &Summary) {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_GFM;
    let (mut html, mut words, mut fences, mut rows) = (String::new(), String::new(), 0, 0);
    let (mut in_fence, mut in_row, mut places) = (false, false, 0);
    for event in Parser::new_ext(text, options) {
        match event {
            Event::Html(tag) => html.push_str(&tag),
            Event::InlineHtml(tag) => panic!("{place}: {tag}"),
            Event::Start(Tag::Link { .. } | Tag::Image { .. } | Tag::Strikethrough | Tag::Emphasis) => {
                panic!("{place}: {event:?}")
            }
            Event::Start(Tag::CodeBlock(_)) => (in_fence, fences) = (true, fences + 1),
            Event::End(TagEnd::CodeBlock) => in_fence = false,
            Event::Start(Tag::TableRow) => (in_row, rows) = (true, rows + 1),
            Event::End(TagEnd::TableRow) => in_row = false,
            Event::Code(place) if in_row && place.contains(".log:") => places += 1,
            Event::Text(text) if !in_fence => words.push_str(&text),
            _ => {}
        }
    }
    assert_eq!(rows, summary.problems.len(), "{place} has a row for each problem");
    let are_logs =
        summary.inputs.iter().all(|input| Path::new(&input.name.path).extension() == Some("log".as_ref()));
    assert!(!are_logs || places == rows, "{place} says where each problem was first seen");
    let n_details = html.matches("<details>").count();
    assert!([summary.problems.len(), summary.findings.len()].contains(&n_details), "{place}");
    assert_eq!((html.matches("</details>").count(), fences), (n_details, n_details), "{place}");
    // What is code in the line to click on is not looked at by those who make links.
    while let Some((before, rest)) = html.split_once("<code>") {
        let (code, after) = rest.split_once("</code>").unwrap_or_else(|| panic!("{place}: {rest}"));
        assert!(!code.contains(['<', '>']), "{place}: {code}");
        html = format!("{before}{after}");
    }
    for tag in OUR_TAGS {
        html = html.replace(tag, "");
    }
    for text in [html, words] {
        assert!(!text.contains(['<', '>', '@']), "{place}: {text}");
        assert!(!text.contains("://") && !text.contains("www."), "{place}: {text}");
    }
}

fn check_junit(place: &str, text: &str, summary: &Summary) {
    let document = roxmltree::Document::parse(text).unwrap_or_else(|e| panic!("{place}: {e}"));
    let root = document.root_element();
    let (mut suites, mut failed) = (BTreeSet::new(), BTreeSet::new());
    let named = |node: roxmltree::Node, name: &str| node.children().filter(|n| n.has_tag_name(name)).count();
    for suite in root.children().filter(|n| n.has_tag_name("testsuite")) {
        assert!(suites.insert(suite.attribute("name").unwrap().to_owned()), "{place}");
        let cases: Vec<_> = suite.children().filter(|n| n.has_tag_name("testcase")).collect();
        let names: BTreeSet<&str> = cases.iter().map(|c| c.attribute("name").unwrap()).collect();
        assert_eq!((names.len(), cases.is_empty()), (cases.len(), false), "{place}");
        assert_eq!(suite.attribute("tests").unwrap(), cases.len().to_string(), "{place}");
        for (attribute, tag) in [("failures", "failure"), ("errors", "error"), ("skipped", "skipped")] {
            let n: usize = cases.iter().map(|case| named(*case, tag)).sum();
            assert_eq!(suite.attribute(attribute).unwrap(), n.to_string(), "{place}");
        }
        for case in cases.iter().filter(|case| named(**case, "failure") > 0) {
            failed.insert(case.attribute("name").unwrap().to_owned());
            assert_eq!(named(*case, "system-out"), 0, "{place}: a log could attach files");
        }
        for attribute in ["time", "timestamp", "hostname"] {
            assert!(cases.iter().all(|case| !case.has_attribute(attribute)), "{place}");
        }
    }
    assert_eq!(suites.len(), summary.inputs.len(), "{place}");
    let is_bad = |f: &&Finding| f.severity == Severity::Error && f.confidence > Confidence::Possible;
    let errors = summary.findings.iter().filter(is_bad);
    let want: BTreeSet<String> = errors.map(|f| f.rule.name.to_owned()).collect();
    assert_eq!(failed, want, "{place}");
}

fn check_gitlab(place: &str, text: &str, summary: &Summary) {
    let entries: Vec<Value> = serde_json::from_str(text).unwrap_or_else(|e| panic!("{place}: {e}"));
    assert_eq!(entries.len(), summary.findings.len(), "{place}");
    let unique: BTreeSet<&str> = entries.iter().map(|e| e["fingerprint"].as_str().unwrap()).collect();
    assert_eq!(unique.len(), entries.len(), "{place}");
    for entry in &entries {
        let keys: Vec<&String> = entry.as_object().unwrap().keys().collect();
        assert_eq!(keys.len(), 5, "{place}: {keys:?}");
        assert!(["major", "minor", "info"].contains(&entry["severity"].as_str().unwrap()), "{place}");
        assert!(!entry["location"]["path"].as_str().unwrap().starts_with("./"), "{place}");
        assert!(entry["location"]["lines"]["begin"].as_u64().unwrap() > 0, "{place}");
    }
}

/// A command that the runner took: its name, its properties, and its message.
#[derive(Debug, PartialEq, Eq)]
struct Command {
    name: String,
    properties: BTreeMap<String, String>,
    message: String,
}

/// What the runner of GitHub Actions does with what a step prints: `ActionCommand.cs` and `ActionCommandManager.cs` of its source.
#[derive(Default)]
struct Runner {
    /// The word that lets commands go on.
    stopped_until: Option<String>,
}

const COMMANDS: &[&str] = &[
    "stop-commands",
    "set-env",
    "set-output",
    "save-state",
    "add-mask",
    "add-path",
    "add-matcher",
    "remove-matcher",
    "warning",
    "error",
    "notice",
    "debug",
    "group",
    "endgroup",
    "echo",
];

impl Runner {
    fn run(&mut self, output: &str) -> Vec<Command> {
        output.split(['\n', '\r']).filter_map(|line| self.line(line)).collect()
    }

    fn line(&mut self, line: &str) -> Option<Command> {
        let command = self.new_form(line).or_else(|| self.old_form(line))?;
        match self.stopped_until.clone() {
            Some(token) if token.eq_ignore_ascii_case(&command.name) => self.stopped_until = None,
            Some(_) => return None,
            None if command.name.eq_ignore_ascii_case("stop-commands") => {
                self.stopped_until = Some(command.message.clone());
            }
            None => {}
        }
        Some(command)
    }

    fn knows(&self, name: &str) -> bool {
        let token = self.stopped_until.iter().map(String::as_str);
        COMMANDS.iter().copied().chain(token).any(|known| known.eq_ignore_ascii_case(name))
    }

    /// `::name key=value,key=value::message` at the start of a line, behind white space.
    fn new_form(&self, line: &str) -> Option<Command> {
        let (info, message) = line.trim_start().strip_prefix("::")?.split_once("::")?;
        let unescaped = |text: &str, more: &[(&str, &str)]| {
            let pairs = [("%0D", "\r"), ("%0A", "\n")].iter().chain(more).chain(&[("%25", "%")]);
            pairs.fold(text.to_owned(), |text, (escape, c)| text.replace(escape, c))
        };
        let (name, properties) = info.split_once(' ').unwrap_or((info, ""));
        let pairs = properties.trim().split(',').filter_map(|pair| pair.split_once('='));
        let properties =
            pairs.map(|(k, v)| (k.to_owned(), unescaped(v, &[("%3A", ":"), ("%2C", ",")]))).collect();
        let name = Some(name.to_owned()).filter(|name| self.knows(name))?;
        Some(Command { name, properties, message: unescaped(message, &[]) })
    }

    /// `##[name key=value;key=value]message` anywhere in a line.
    fn old_form(&self, line: &str) -> Option<Command> {
        let (info, message) = line.split_once("##[")?.1.split_once(']')?;
        let name = info.split(' ').next().filter(|name| self.knows(name))?.to_owned();
        Some(Command { name, properties: BTreeMap::new(), message: message.to_owned() })
    }
}

fn check_github(place: &str, text: &str, summary: &Summary) {
    let mut runner = Runner::default();
    let commands = runner.run(text);
    assert_eq!(runner.stopped_until, None, "{place} lets commands go on");
    let names: Vec<&str> = commands.iter().map(|c| c.name.as_str()).collect();
    let n = |severity| (summary.problems_of(severity) as usize).min(10);
    let [errors, warnings] = [Severity::Error, Severity::Warning].map(n);
    let notes = n(Severity::Note).min(9) + 1;
    let [.., group, stop, token, end] = &names[..] else { panic!("{place}: {names:?}") };
    assert_eq!((*group, *stop, *end), ("group", "stop-commands", "endgroup"), "{place}");
    assert_eq!(*token, commands[names.len() - 3].message, "{place}");
    let want = [vec!["error"; errors], vec!["warning"; warnings], vec!["notice"; notes]].concat();
    assert_eq!(names[..names.len() - 4], want, "{place}");
    for annotation in &commands[..want.len() - 1] {
        let rule = &annotation.properties["title"];
        assert!(summary.problems.iter().any(|p| p.rule.name == rule), "{place}: {annotation:?}");
        let line: u64 = annotation.properties["line"].parse().unwrap();
        assert!(summary.findings.iter().any(|f| f.place.line == line), "{place}: {annotation:?}");
        assert!(annotation.message.len() > 20 && !annotation.message.contains("%0A%0A"), "{place}");
    }
    assert_eq!(commands[want.len() - 1].properties["title"], "ftplog", "{place}");
    // What stands before the report is nothing but commands: no line of it is begun by the log.
    let before = text.lines().take_while(|line| !line.starts_with("::stop-commands::"));
    assert_eq!(before.count(), want.len() + 1, "{place}");
}

#[test]
fn a_hostile_log_harms_no_reader() {
    check_all("the hostile log", &hostile());
}

#[test]
fn the_runner_in_these_tests_would_take_a_hostile_log_for_commands() {
    let taken = Runner::default()
        .run("text ##[error]a\n  ::add-mask::b\n::nothing::c\n::stop-commands::d\n::error::e");
    let names: Vec<&str> = taken.iter().map(|c| c.name.as_str()).collect();
    assert_eq!(names, ["error", "add-mask", "stop-commands"]);
}

#[test]
fn github_is_given_the_path_as_it_is() {
    let summary = hostile();
    let sentences = Sentences::new(Lang::En, Zone::UTC);
    let commands = Runner::default().run(&rendered("github", &View::of(&summary, &sentences)));
    let file = &commands[0].properties["file"];
    assert!(file.starts_with("::error file=a,b::%0A"), "{file}");
    assert!(!file.contains(['\n', '\u{1b}']), "{file}");
}

#[test]
fn every_sample_is_written_in_every_format() {
    let (mut n_logs, mut n_findings) = (0, 0);
    for path in logs() {
        let name = path.strip_prefix(program::root()).unwrap().display().to_string();
        let Some(summary) = analyzed(&name, &fs::read(&path).unwrap()) else { continue };
        (n_logs, n_findings) = (n_logs + 1, n_findings + summary.findings.len());
        check_all(&name, &summary);
    }
    assert!(n_logs > 100 && n_findings > 300, "{n_logs} logs with {n_findings} findings");
}

#[test]
fn in_every_language_the_formats_hold() {
    let summary = hostile();
    for lang in [Lang::Ko, Lang::Ja] {
        let sentences = Sentences::new(lang, Zone::UTC);
        let view = View::of(&summary, &sentences);
        check_markdown("the hostile log", &rendered("markdown", &view), &summary);
        check_junit("the hostile log", &rendered("junit", &view), &summary);
        check_github("the hostile log", &rendered("github", &view), &summary);
        check_compact("the hostile log", &rendered("compact", &view), &summary);
    }
}

#[test]
fn suppressed_findings_are_skipped_with_their_reason() {
    let sample = fs::read(program::root().join("samples/server.log")).unwrap();
    let mut summary = analyzed("server.log", &sample).unwrap();
    let allowed = Suppressed::Allowed { reason: "a test\u{1b} <of> ours".into() };
    let rename = summary.findings.iter().position(|f| f.rule.name == "rename-without-source").unwrap();
    let rename = summary.findings.remove(rename);
    let login = summary.findings.iter().position(|f| f.rule.name == "login-failed").unwrap();
    let login = summary.findings.remove(login);
    summary.suppressed = vec![(rename, allowed), (login, Suppressed::InBaseline)];
    let sentences = Sentences::new(Lang::En, Zone::UTC);
    let text = rendered("junit", &View::of(&summary, &sentences));
    let document = roxmltree::Document::parse(&text).unwrap();
    let skipped: Vec<(&str, &str)> = document
        .descendants()
        .filter(|n| n.has_tag_name("skipped"))
        .map(|n| (n.parent().unwrap().attribute("name").unwrap(), n.attribute("message").unwrap()))
        .collect();
    let [(login, known), (rename, reason)] = skipped[..] else { panic!("{skipped:?}") };
    assert_eq!((login, rename), ("login-failed (suppressed)", "rename-without-source (suppressed)"));
    assert!(reason.contains("a test") && reason.contains("<of> ours") && !reason.contains('\u{1b}'));
    assert!(known.contains("baseline"), "{known}");
    let failing = document.descendants().filter(|n| n.has_tag_name("failure"));
    assert_eq!(failing.count(), 3, "the other findings of the rule still fail");
}

/// The cases that fail.
fn failures(text: &str) -> Vec<String> {
    let document = roxmltree::Document::parse(text).unwrap();
    let failed = document.descendants().filter(|n| n.has_tag_name("failure"));
    failed.map(|n| n.parent().unwrap().attribute("name").unwrap().to_owned()).collect()
}

#[test]
fn a_dashboard_fails_when_the_run_fails() {
    let run = |args: &[&str]| ftplog(&[&["analyze", "-f", "junit", "samples/server.log"], args].concat());
    for (args, code, n_failures) in [
        (&["--fail-on", "never"][..], 0, 0),
        (&[], 1, 3),
        (&["--fail-on", "warning"], 1, 4),
        (&["--fail-on", "note"], 1, 5),
        (&["--fail-on", "note", "--set", "ci.fail-confidence=possible"], 1, 6),
        (&["--select", "file-refused"], 0, 0),
    ] {
        let ran = run(args);
        assert_eq!((ran.code, failures(&ran.out).len()), (code, n_failures), "{args:?}");
    }
    let many = run(&["--fail-on", "never", "--max-findings", "3"]);
    assert_eq!((many.code, failures(&many.out)), (1, vec!["max-findings".to_owned()]));
    let few = run(&["--fail-on", "never", "--max-findings", "12"]);
    assert_eq!((few.code, failures(&few.out).len()), (0, 0));
}

#[test]
fn a_log_without_problems_has_one_case_that_passes_and_an_unreadable_one_an_error() {
    let log = b"220 ready\nUSER a\n331 go on\nPASS b\n230 in\nPWD\n257 \"/\"\nQUIT\n221 bye\n";
    let folder = folder("junit-clean");
    fs::write(folder.join("clean.log"), log).unwrap();
    let ran = ran(command().current_dir(&folder).args(["analyze", "-f", "junit", "clean.log", "none.log"]));
    assert_eq!(ran.code, 2);
    let document = roxmltree::Document::parse(&ran.out).unwrap();
    let cases: Vec<_> = document.descendants().filter(|n| n.has_tag_name("testcase")).collect();
    let [clean, unread] = cases[..] else { panic!("{}", ran.out) };
    assert_eq!((clean.attribute("name"), clean.has_children()), (Some("no-problems"), false));
    let error = unread.children().find(|n| n.has_tag_name("error")).unwrap();
    assert!(error.text().unwrap().contains("none.log"), "{}", ran.out);
    let github = ftplog(&["analyze", "-f", "github", "none.log"]);
    let commands = Runner::default().run(&github.out);
    assert_eq!((commands.len(), commands[0].name.as_str()), (1, "error"));
    assert_eq!(commands[0].properties["file"], "none.log");
    assert_eq!(ftplog(&["analyze", "-f", "gitlab", "none.log"]).out, "[]\n");
}

#[test]
fn a_run_that_could_not_do_everything_is_red_everywhere() {
    let folder = folder("incomplete");
    fs::create_dir(folder.join("empty")).unwrap();
    let sample = fs::read_to_string(program::root().join("samples/server.log")).unwrap();
    let few: String = sample.lines().take(9).flat_map(|line| [line, "\n"]).collect();
    fs::write(folder.join("half.log"), few + &"what is this\n".repeat(20)).unwrap();
    for (input, case) in [("half.log", "readable"), ("empty", "complete")] {
        let run = |format| {
            ran(command().current_dir(&folder).args([
                "analyze",
                "--log-format",
                "vsftpd",
                "-f",
                format,
                input,
            ]))
        };
        let (junit, github) = (run("junit"), run("github"));
        assert_eq!((junit.code, github.code), (2, 2), "{}", junit.err);
        let document = roxmltree::Document::parse(&junit.out).unwrap();
        let error = document.descendants().find(|n| n.has_tag_name("error")).expect("one case is red");
        assert_eq!(error.parent().unwrap().attribute("name"), Some(case));
        let commands = Runner::default().run(&github.out);
        assert_eq!(commands.iter().filter(|c| c.name == "error").count(), 1, "{}", github.out);
    }
}

fn folder(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("outputs").join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// What the program writes in every format for the files of a folder, in one run.
fn written(folder: &Path, jobs: &str) -> Vec<(&'static str, String)> {
    let outputs = RENDERERS.map(|renderer| format!("{0}=../same.{0}", renderer.name));
    let mut run = command();
    run.current_dir(folder).args(["analyze", "--fail-on", "never", "-j", jobs, "."]);
    let ran = ran(run.args(outputs.iter().flat_map(|output| ["-o", output])));
    assert_eq!(ran.code, 0, "{}", ran.err);
    let read = |r: &Renderer| fs::read_to_string(folder.join(format!("../same.{}", r.name))).unwrap();
    RENDERERS.iter().map(|renderer| (renderer.name, read(renderer))).collect()
}

#[test]
fn neither_threads_nor_the_clock_change_a_report() {
    let folder = folder("same");
    fs::write(folder.join("hostile.log"), hostile_log()).unwrap();
    fs::copy(program::root().join("samples/server.log"), folder.join("server.log")).unwrap();
    #[cfg(unix)]
    for name in [&b"a\n::error::b.log"[..], b"\xff.log", b"\xfe.log"] {
        use std::os::unix::ffi::OsStrExt;
        let name = std::ffi::OsStr::from_bytes(name);
        fs::copy(program::root().join("samples/server.log"), folder.join(name)).unwrap();
    }
    let first = written(&folder, "1");
    assert!(first == written(&folder, "1"), "twice the same");
    assert!(first == written(&folder, "2"), "with two threads");
    let of = |name: &str| first.iter().find(|(n, _)| *n == name).unwrap().1.as_str();
    // Two names are the same once they can be shown, and their suites must not be.
    let document = roxmltree::Document::parse(of("junit")).unwrap();
    let suites: Vec<_> =
        document.descendants().filter(|n| n.has_tag_name("testsuite")).map(|n| n.attribute("name")).collect();
    assert_eq!(suites.iter().collect::<BTreeSet<_>>().len(), suites.len(), "{suites:?}");
    let n_findings = of("compact").lines().count();
    assert!(n_findings > 60, "{n_findings}");
    let json: Value = serde_json::from_str(of("json")).unwrap();
    assert_eq!(json["findings"].as_array().unwrap().len(), n_findings);
    assert_eq!(csv::Reader::from_reader(of("csv").as_bytes()).records().count(), n_findings);
    assert_eq!(serde_json::from_str::<Vec<Value>>(of("gitlab")).unwrap().len(), n_findings);
    assert_eq!(of("ndjson").lines().filter(|l| l.contains("\"type\":\"finding\"")).count(), n_findings);
}

#[test]
fn the_summary_of_a_step_is_added_to_what_is_there() {
    let folder = folder("summary");
    let path = folder.join("summary.md");
    fs::write(&path, "# Before\n\n").unwrap();
    let run = |format: &str, path: &PathBuf| {
        let args = ["analyze", "--fail-on", "never", "-f", format, "samples/server.log"];
        ran(command().env("GITHUB_STEP_SUMMARY", path).args(args))
    };
    run("text", &path);
    assert_eq!(fs::read_to_string(&path).unwrap(), "# Before\n\n", "only GitHub's format adds to it");
    let printed = run("github", &path);
    let text = fs::read_to_string(&path).unwrap();
    let markdown = ftplog(&["analyze", "--fail-on", "never", "-f", "markdown", "samples/server.log"]).out;
    assert_eq!((printed.code, text), (0, format!("# Before\n\n{markdown}")));

    // GitHub shows none of a summary that is longer than 1,024 KiB.
    for (before, is_full) in [(1024 * 1024 - markdown.len() / 2, false), (1024 * 1024 - 10, true)] {
        fs::write(&path, "x".repeat(before)).unwrap();
        let ran = run("github", &path);
        let after = fs::metadata(&path).unwrap().len();
        assert!(after <= 1024 * 1024 && (after > before as u64) != is_full, "{before} and {after}");
        assert_eq!((ran.code, ran.err.contains("warning: ")), (0, is_full), "{}", ran.err);
    }
    let none = run("github", &folder.join("none/summary.md"));
    assert_eq!((none.code, &none.out), (0, &printed.out), "nobody asked for it");
    assert!(none.err.starts_with("warning: cannot write "), "{}", none.err);
}

#[test]
fn on_github_no_complaint_is_a_command() {
    let args = ["analyze", "-v", "##[error]gotcha", "::error::gotcha"];
    let on_github = ran(command().env("GITHUB_ACTIONS", "true").args(args));
    assert_eq!(Runner::default().run(&on_github.err), [], "{}", on_github.err);
    assert!(on_github.err.contains("gotcha"), "{}", on_github.err);
    assert!(ran(command().args(args)).err.contains("##[error]gotcha"));
}

#[test]
fn many_problems_are_annotated_as_far_as_github_shows_them() {
    // Every command that no server knows is a problem of its own.
    let verbs = "STAT HELP SITE MLST MLSD SIZE MDTM FEAT OPTS ALLO REIN SMNT STOU APPE ABOR LIST NLST CDUP XPWD XCWD XMKD XRMD";
    let session = verbs.split(' ').flat_map(|verb| [verb, " x\n500 Unknown command.\n"]).collect::<String>();
    let log = format!("220 ready\nUSER a\n331 go\nPASS b\n230 in\n{session}QUIT\n221 bye\n");
    let summary = analyzed("many.log", log.as_bytes()).unwrap();
    let most = [Severity::Error, Severity::Warning, Severity::Note].map(|s| summary.problems_of(s));
    assert!(most.iter().any(|n| *n > 10), "{most:?}");
    check_all("many problems", &summary);
    let sentences = Sentences::new(Lang::En, Zone::UTC);
    let commands = Runner::default().run(&rendered("github", &View::of(&summary, &sentences)));
    let totals = commands.iter().find(|c| c.properties.get("title").is_some_and(|t| t == "ftplog")).unwrap();
    let n_shown = commands.iter().filter(|c| c.properties.contains_key("file")).count();
    let left_out = summary.problems.len() - n_shown;
    assert!(totals.message.contains(&format!("{left_out} more")), "{}", totals.message);
}
