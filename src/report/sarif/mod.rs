//! The report as SARIF 2.1.0, for GitHub code scanning and for editors: one result a problem and session.
//!
//! What is quoted of a log can neither make a link nor a placeholder of its own, and reorders no text.

mod finding;
mod log;
mod notice;
mod place;
mod rule;
mod uri;

use super::example::worth;
use super::renderer::{Out, Reader, Renderer, View};
use super::summary::{Kind, Summary, kind};
use super::wire::Layout;
use crate::catalog::Word;
use crate::event::Place;
use crate::rule::{Finding, Fingerprint, Suppressed};
use crate::text::Printable;
use finding::Maker;
use log::{Base, Bases, Driver, Invocation, Log, Run, Text, Tool};
use place::Places;
use serde::ser::{Serialize, Serializer};
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::io::{self, Write};

/// Where the schema of this version of the standard is.
const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
/// Results of a run that GitHub shows.
const RESULTS_MAX: usize = 5_000;
/// The first exit code that says that not all could be done.
const EXIT_INCOMPLETE: u8 = 2;

/// The report as SARIF.
pub(super) static RENDERER: Renderer =
    Renderer { name: "sarif", extensions: &["sarif", "sarif.json"], reader: Reader::Programs, render };

fn render(view: &View, out: &mut Out) -> io::Result<()> {
    let View { summary, sentences, exit_code, folder, .. } = *view;
    let (words, rules) = (sentences.words(), &summary.rules);
    let speaking: Vec<usize> = (0..rules.rules().len()).filter(|number| rules.speaks(*number)).collect();
    let mut shown = shown(summary);
    let n_left_out = shown.len().saturating_sub(RESULTS_MAX);
    shown.truncate(RESULTS_MAX);
    let is = |wanted: fn(&Suppressed) -> bool| summary.suppressed.iter().any(|(_, why)| wanted(why));
    let maker = Maker {
        summary,
        sentences,
        places: Places::of(summary, folder),
        rules: (0..rules.rules().len()).map(|number| speaking.binary_search(&number).ok()).collect(),
        has_baseline: is(|why| *why == Suppressed::InBaseline),
        has_allowed: is(|why| matches!(why, Suppressed::Allowed { .. })),
    };
    let run = Run {
        tool: Tool {
            driver: Driver {
                name: "ftplog",
                semantic_version: env!("CARGO_PKG_VERSION"),
                information_uri: env!("CARGO_PKG_REPOSITORY"),
                language: words.lang().tag(),
                rules: speaking.iter().map(|number| rule::rule(rules, *number, words)).collect(),
            },
        },
        language: words.lang().tag(),
        column_kind: "unicodeCodePoints",
        original_uri_base_ids: Bases {
            root: Base { description: Text { text: words.get(Word::RunFolder).to_owned() } },
        },
        invocations: [Invocation {
            execution_successful: exit_code < EXIT_INCOMPLETE,
            exit_code,
            tool_execution_notifications: notice::notices(&maker, n_left_out),
        }],
        artifacts: maker.places.artifacts(),
        results: Results(&maker, &shown),
    };
    let log = Log { schema: SCHEMA, version: "2.1.0", runs: [run] };
    log.serialize(&mut serde_json::Serializer::with_formatter(&mut *out, Layout::default()))?;
    out.write_all(b"\n")
}

/// The results, made one by one while they are written: there may be many.
struct Results<'a>(&'a Maker<'a>, &'a [Shown<'a>]);

impl Serialize for Results<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.1.iter().map(|shown| self.0.result(shown)))
    }
}

/// The findings of one problem in one session.
struct Shown<'a> {
    /// The one that stands for them.
    finding: &'a Finding,
    /// How many they are.
    count: u64,
    suppressed: Option<&'a Suppressed>,
    /// The fingerprint, and which one it is of those with this fingerprint, in the order of the log.
    identity: String,
}

/// What is one result: a problem, a session, and why it does not count.
type Same<'a> = (Kind, Place, Option<&'a str>);

/// The results: those that count before those that do not, the worst first, and otherwise in the order of the log.
fn shown(summary: &Summary) -> Vec<Shown<'_>> {
    let mut all: Vec<Shown> = Vec::new();
    let mut known: BTreeMap<Same, usize> = BTreeMap::new();
    let counting = summary.findings.iter().map(|finding| (finding, None));
    let others = summary.suppressed.iter().map(|(finding, why)| (finding, Some(why)));
    for (finding, suppressed) in counting.chain(others) {
        // What is about many sessions stands for itself.
        let same = finding.session.map(|session| (kind(finding), session, suppressed.map(reason)));
        if let Some(at) = same.and_then(|same| known.get(&same)) {
            all[*at].add(finding);
            continue;
        }
        known.extend(same.map(|same| (same, all.len())));
        all.push(Shown { finding, count: 1, suppressed, identity: String::new() });
    }
    all.sort_by_key(|shown| shown.finding.place);
    let mut seen: BTreeMap<Fingerprint, u64> = BTreeMap::new();
    for shown in &mut all {
        let fingerprint = Fingerprint::of(shown.finding);
        let n = seen.entry(fingerprint).or_default();
        *n += 1;
        shown.identity = format!("{fingerprint}:{n}");
    }
    all.sort_by_key(|shown| {
        (shown.suppressed.is_some(), Reverse(shown.finding.severity), shown.finding.place)
    });
    all
}

impl<'a> Shown<'a> {
    /// One more of the same. The worst and surest stands for all, and of those the first.
    fn add(&mut self, finding: &'a Finding) {
        self.count += 1;
        if worth(finding) > worth(self.finding) {
            self.finding = finding;
        }
    }
}

/// What tells those that do not count apart.
fn reason(why: &Suppressed) -> &str {
    match why {
        Suppressed::Allowed { reason } => reason,
        Suppressed::InBaseline => "",
    }
}

/// A text in which words of a log may stand, as a message without markup (section 3.11): it makes no link, and braces are no
/// placeholders.
fn plain(text: &[u8]) -> String {
    let text = Printable(text).to_string();
    text.replace("](", "] (").replace('{', "{{").replace('}', "}}")
}

/// The same for sentences, which may be broken into lines.
fn sentence(text: &str) -> String {
    plain(text.split_whitespace().collect::<Vec<_>>().join(" ").as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_a_log_make_no_link_and_no_placeholder() {
        assert_eq!(plain(b"550 [here](1) {0}"), "550 [here] (1) {{0}}");
        assert_eq!(plain("a\u{202e}b\x1b[2J".as_bytes()), "a<U+202E>b␛[2J");
    }
}
