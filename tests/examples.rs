//! The catalog held against the rules: every example shows its rule, every case has its words, and no sentence has a hole.

#![allow(clippy::format_collect, clippy::type_complexity, clippy::needless_for_each, clippy::too_many_lines)] // Tables and text.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test that cannot go on fails, and may read files"
)]

mod program;

use ftplog::catalog;
use ftplog::engine::{self, Settings};
use ftplog::lang::Lang;
use ftplog::report::{Options, RENDERERS, Report, Sentences, Summary, View};
use ftplog::rule::{Choice, Finding, RULES, Ruleset, Set};
use ftplog::source::Input;
use ftplog::time::Zone;
use std::sync::Arc;

/// What all rules together say about a log, those of the sets that nobody chose included.
fn analyzed(name: &str, log: &[u8]) -> Option<Summary> {
    let settings = Settings { jobs: 1, ..Settings::default() };
    let log = Input::bytes(name, log.to_vec());
    let all = Choice { select: vec!["all".to_owned()], ..Choice::default() };
    let options = Options { rules: Arc::new(Ruleset::new(&all).unwrap()), ..Options::default() };
    let mut run = engine::run(log, &settings, Report::new(options), |_| Ok(())).ok()?;
    let input = run.input();
    Some(run.gathered.seal(vec![input]))
}

fn example(rule: &str) -> Summary {
    let summary = analyzed("example", catalog::example(rule).as_bytes());
    summary.unwrap_or_else(|| panic!("the example of {rule} is no log"))
}

#[test]
fn the_example_of_a_rule_shows_that_rule_and_of_the_default_rules_no_other() {
    for rule in RULES.iter() {
        let found = example(rule.name).findings;
        // What is reported on request may be about refusals that others explain.
        let others = rule.set == Set::Default;
        let loud = found.iter().filter(|f| f.rule.name == rule.name || others && f.rule.set == Set::Default);
        let names: Vec<&str> = loud.map(|f| f.rule.name).collect();
        assert!(!names.is_empty(), "{} finds nothing in its example", rule.name);
        assert!(names.iter().all(|n| *n == rule.name), "the example of {} shows {names:?}", rule.name);
    }
}

#[test]
fn every_line_of_an_example_is_understood() {
    for rule in RULES.iter() {
        let summary = example(rule.name);
        assert_eq!(summary.inputs[0].lines_not_understood, 0, "{}", rule.name);
    }
}

#[test]
fn every_case_of_every_rule_has_its_words() {
    for rule in RULES.iter() {
        let page = catalog::rule(rule.name, Lang::En);
        for case in rule.cases {
            let text = page.case(case);
            for (what, words) in
                [("title", &text.title), ("here", &text.here), ("why", &text.why), ("fix", &text.fix)]
            {
                assert!(!words.trim().is_empty(), "{} {case} has no {what}", rule.name);
            }
            let title = &text.title;
            assert!(!title.ends_with('.'), "{} {case}: a title is no sentence: {title}", rule.name);
            assert!(
                text.why.ends_with('.') && text.fix.ends_with('.'),
                "{} {case}: why and fix are sentences",
                rule.name
            );
        }
        for words in [&page.summary, &page.finds, &page.matters, &page.remedy, &page.start, &page.start_one] {
            assert!(!words.trim().is_empty(), "{}", rule.name);
        }
    }
}

#[test]
fn every_code_that_a_rule_or_an_entry_names_exists() {
    for code in catalog::reply_codes() {
        let entry = catalog::reply(code).unwrap();
        for name in &entry.rules {
            assert!(RULES.iter().any(|r| r.name == name), "{code} names the rule {name}");
        }
        for step in &entry.text(Lang::En).fix {
            assert!(!step.text.trim().is_empty(), "{code}");
        }
    }
}

/// `{word}`: a place in a template that nobody filled. Braces of the log, such as `{a b}` or `{`, are none.
fn hole(text: &str) -> Option<&str> {
    text.match_indices('{').find_map(|(start, _)| {
        let name = text[start + 1..].split('}').next()?;
        let is_name =
            !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_' || b == b'-');
        (is_name && text[start + 1 + name.len()..].starts_with('}'))
            .then_some(&text[start..start + name.len() + 2])
    })
}

fn sentences_of(sentences: &Sentences, finding: &Finding) -> Vec<(String, String)> {
    let mut all = vec![
        ("title".to_owned(), sentences.title(finding)),
        ("why".to_owned(), sentences.why(finding)),
        ("fix".to_owned(), sentences.fix(finding)),
    ];
    let labels = finding.transcript.iter().filter_map(|s| s.label);
    all.extend(labels.map(|l| (format!("label {}", l.key), sentences.label(finding, l))));
    all
}

#[test]
fn no_sentence_of_any_finding_has_a_hole_or_is_empty() {
    let sentences = Sentences::new(Lang::En, Zone::UTC);
    let examples = RULES.iter().map(|r| (r.name.to_owned(), catalog::example(r.name).as_bytes().to_vec()));
    let logs = program::logs().into_iter().map(|p| (p.display().to_string(), std::fs::read(&p).unwrap()));
    let mut n_findings = 0;
    for (name, log) in examples.chain(logs) {
        let Some(summary) = analyzed(&name, &log) else { continue };
        for finding in &summary.findings {
            n_findings += 1;
            for (what, text) in sentences_of(&sentences, finding) {
                let place =
                    format!("{name}:{} {}/{} {what}", finding.place.line, finding.rule.name, finding.case);
                assert_eq!(hole(&text), None, "{place}: {text}");
                assert!(!text.trim().is_empty(), "{place} is empty");
                assert!(!text.contains("  "), "{place} has two spaces in a row: {text:?}");
            }
        }
        for problem in &summary.problems {
            assert_eq!(hole(&sentences.cost(problem)), None, "{name}: cost of {}", problem.rule.name);
        }
        for renderer in RENDERERS {
            let text = renderer.in_memory(&View::of(&summary, &sentences)).replace("{}", "");
            assert_eq!(hole(&text), None, "{name} as {}\n{text}", renderer.name);
        }
    }
    assert!(n_findings > 300, "only {n_findings} findings were looked at");
}

#[test]
fn the_offending_line_of_a_finding_is_in_its_transcript() {
    for rule in RULES.iter() {
        for finding in &example(rule.name).findings {
            let primary = finding.transcript.iter().filter(|s| s.label.is_some_and(|l| l.primary));
            let lines: Vec<u64> = primary.map(|s| s.place.line).collect();
            assert!(
                lines.contains(&finding.place.line),
                "{}: {lines:?}, not {}",
                rule.name,
                finding.place.line
            );
        }
    }
}
