//! What a run remembers, and its faces: one renderer a file.

mod annotated;
mod bounded;
mod compact;
mod csv;
mod example;
mod exchanges;
mod files;
mod findings;
mod forge;
mod formats;
mod gap;
mod github;
mod gitlab;
mod json;
mod junit;
mod kept;
mod known;
mod logs;
mod markdown;
mod ndjson;
mod page;
mod profile;
mod renderer;
mod rules;
mod sarif;
mod sentence;
mod servers;
mod sessions;
mod sheet;
mod show;
mod sources;
mod spread;
mod style;
mod summary;
mod suppressed;
mod table;
mod text;
mod verdict;
mod wire;

pub use annotated::{ShowOptions, show_text};
pub use exchanges::{EXCHANGES_HELD_MAX, Exchanges, Shape};
use files::Files;
use findings::Findings;
pub use formats::{decision, list_formats, list_scores};
pub use github::without_commands;
pub use kept::{FINDINGS_PER_RULE_MAX, TRANSCRIPTS_PER_RULE_MAX};
pub use markdown::step_summary;
pub use page::{
    Hit, Page, Part, Topic, after_demo, book, command_json, compare, comparison_json, explain_code,
    explain_command, explain_format, explain_rule, explain_windows_error, hits_json, hits_page, reply_json,
    rule_json,
};
pub use renderer::{RENDERERS, Reader, Renderer, View};
pub use rules::{list_rules, rules_json};
pub use sentence::Sentences;
pub use servers::Servers;
pub use sessions::{Row, Sessions};
pub use show::{Finder, SHOWN_LINES_MAX, Shown, Target};
pub use sources::Sources;
pub use style::{Style, shortened, titled, wrapped};
use summary::Tallies;
pub use summary::{InputSummary, LogSummary, Problem, Status, Summary, Totals, only};
pub use text::RENDERER as TEXT;

use crate::rule::{Finding, Ledger, Ruleset, Severity, SuppressedBy, Suppressions};
use crate::session::{Confidence, Ended, Gather, Session, Sieve, Sifted, Sifting, Watch};
use crate::source::LogName;
use std::sync::Arc;

/// What a report is about.
#[derive(Clone, Debug)]
pub struct Options {
    /// The rules.
    pub rules: Arc<Ruleset>,
    /// Nothing below this severity.
    pub min_severity: Severity,
    /// Nothing less sure.
    pub min_confidence: Confidence,
    /// Lines of a transcript before the offending one.
    pub context: usize,
    /// The sessions that it is about; nothing means all.
    pub sieve: Option<Arc<Sieve>>,
    /// What keeps findings from counting.
    pub suppressions: Arc<Suppressions>,
    /// Whether a new baseline is to be written.
    pub records: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            rules: Arc::default(),
            min_severity: Severity::Note,
            min_confidence: Confidence::Possible,
            context: 2,
            sieve: None,
            suppressions: Arc::default(),
            records: false,
        }
    }
}

impl Options {
    /// Whether the report is about findings of that kind.
    fn wants(&self, finding: &Finding) -> bool {
        finding.severity >= self.min_severity && finding.confidence >= self.min_confidence
    }

    /// What keeps a finding from counting.
    fn suppressed_by(&self, finding: &Finding, files: &Files) -> Option<SuppressedBy> {
        if self.suppressions.is_empty() {
            return None;
        }
        self.suppressions.reason(finding, &files.spot(finding.place).name.path)
    }
}

/// What a run remembers. Merging is associative and commutative; only a sealed one can be shown.
#[derive(Debug)]
pub struct Report {
    options: Options,
    /// What is remembered of all sessions, also of those that the report is not about: they may be the reason.
    ledger: Ledger,
    found: Sifted<Findings>,
}

impl Default for Report {
    fn default() -> Self {
        Self::new(Options::default())
    }
}

impl Report {
    /// An empty report.
    #[must_use]
    pub fn new(options: Options) -> Self {
        let found = Sifted::new(Findings::new(options.clone()), options.sieve.clone());
        let ledger = if options.sieve.is_some() { Ledger::of_some() } else { Ledger::default() };
        Self { options, ledger, found }
    }

    /// What was counted so far.
    #[must_use]
    pub fn totals(&self) -> &Totals {
        &self.found.gather.totals
    }

    /// How many errors were found so far, without those that only all sessions together show.
    #[must_use]
    pub fn n_errors(&self) -> u64 {
        self.found.gather.tallies.findings_by_severity()[Severity::Error as usize]
    }

    /// How many sessions were chosen; nothing where all are.
    #[must_use]
    pub fn sifting(&self) -> Option<Sifting> {
        self.found.counts()
    }

    /// Takes what another report remembers.
    #[must_use]
    pub fn merge(mut self, mut other: Self) -> Self {
        self.absorb(&mut other);
        self
    }

    /// Ends the report: judges all sessions together and puts everything in order.
    #[must_use]
    pub fn seal(mut self, sources: impl Into<Sources>) -> Summary {
        let sources = sources.into();
        self.ledger.sort();
        let mut summary = self.found.gather.seal(&self.ledger, sources);
        summary.sieve = self.options.sieve;
        summary.rules = self.options.rules;
        summary
    }

    /// What was counted, of the sessions that it is about.
    fn counted(&self) -> (&Totals, &Tallies) {
        (&self.found.gather.totals, &self.found.gather.tallies)
    }
}

impl Gather for Report {
    fn fork(&self) -> Self {
        Self::new(self.options.clone())
    }

    fn watch(&self) -> Watch {
        self.options.rules.watch()
    }

    fn begin_file(&mut self, name: &LogName, lines_before: u64) {
        self.found.begin_file(name, lines_before);
    }

    fn observe(&mut self, session: &Session, ended: Ended) {
        self.ledger.observe(session, ended);
        self.options.rules.note(session, &mut self.ledger);
        if self.found.sift(session, ended) {
            self.ledger.choose(session.first());
        }
    }

    fn absorb(&mut self, other: &mut Self) {
        self.found.absorb(&mut other.found);
        self.ledger.absorb(&mut other.ledger);
    }
}
