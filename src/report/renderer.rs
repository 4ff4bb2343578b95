//! What a report can be written as: one renderer a file, and the list of them.

use super::sentence::Sentences;
use super::style::Style;
use super::summary::Summary;
use super::{compact, csv, github, gitlab, json, junit, markdown, ndjson, sarif, text};
use crate::rule::{Finding, Severity};
use crate::session::Confidence;
use std::fmt;
use std::io::{self, BufWriter, Write};
use std::path::Path;

/// Bytes that are gathered before they are written.
const BUFFER_BYTES: usize = 64 * 1024;

/// A report can be written as one of these.
pub static RENDERERS: [&Renderer; 10] = [
    &text::RENDERER,
    &compact::RENDERER,
    &json::RENDERER,
    &ndjson::RENDERER,
    &sarif::RENDERER,
    &csv::RENDERER,
    &markdown::RENDERER,
    &junit::RENDERER,
    &github::RENDERER,
    &gitlab::RENDERER,
];

/// A face of a report.
pub struct Renderer {
    /// The name of the format, as `--format` takes it.
    pub name: &'static str,
    /// How the names of files in this format end, without the dot.
    pub extensions: &'static [&'static str],
    /// Who reads it.
    pub reader: Reader,
    pub(super) render: fn(&View, &mut Out) -> io::Result<()>,
}

/// Who reads a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reader {
    /// People, in the language of their locale.
    People,
    /// Programs: what they read is the same in every locale.
    Programs,
}

/// Where a renderer writes.
pub(super) type Out<'a> = BufWriter<&'a mut dyn Write>;

/// A report, and how it is to be shown.
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    /// The report.
    pub summary: &'a Summary,
    /// The words.
    pub sentences: &'a Sentences,
    /// How text is laid out.
    pub style: Style,
    /// Every finding, not one example a problem, where it is for people.
    pub all: bool,
    /// Only findings: no head, no table, no last line, where it is for people.
    pub findings_only: bool,
    /// What the run came to, as the program tells it.
    pub exit_code: u8,
    /// The folder from which relative names of files count, where it is known.
    pub folder: Option<&'a Path>,
    /// How bad and how sure a finding must be to fail the run; nothing where none does.
    pub bar: Option<(Severity, Confidence)>,
}

impl<'a> View<'a> {
    /// A report without colours, with one example a problem, of a run that found nothing to fix and that errors fail.
    #[must_use]
    pub fn of(summary: &'a Summary, sentences: &'a Sentences) -> Self {
        let style = Style::default();
        Self {
            summary,
            sentences,
            style,
            all: false,
            findings_only: false,
            exit_code: 0,
            folder: None,
            bar: Some((Severity::Error, Confidence::Likely)),
        }
    }

    /// Whether a finding fails the run.
    pub(super) fn fails(&self, finding: &Finding) -> bool {
        self.bar.is_some_and(|(severity, confidence)| {
            finding.severity >= severity && finding.confidence >= confidence
        })
    }
}

impl Renderer {
    /// The one of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        RENDERERS.into_iter().find(|r| r.name.eq_ignore_ascii_case(name))
    }

    /// The one that writes files with names like that. The longest ending counts: `a.sarif.json` is SARIF.
    #[must_use]
    pub fn of_file(name: &str) -> Option<&'static Self> {
        let name = name.to_ascii_lowercase();
        let fits = |ending: &&&str| name.strip_suffix(**ending).is_some_and(|stem| stem.ends_with('.'));
        let longest = |r: &&'static Self| r.extensions.iter().filter(fits).map(|e| e.len()).max();
        RENDERERS.into_iter().filter(|r| longest(r).is_some()).max_by_key(longest)
    }

    /// Writes a report.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn write(&self, out: &mut dyn Write, view: &View) -> io::Result<()> {
        let mut out = BufWriter::with_capacity(BUFFER_BYTES, out);
        (self.render)(view, &mut out)?;
        out.flush()
    }

    /// The report in memory.
    #[must_use]
    pub fn in_memory(&self, view: &View) -> String {
        let mut bytes = Vec::new();
        // Memory takes everything.
        let _ = self.write(&mut bytes, view);
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

impl fmt::Debug for Renderer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_file_says_its_format() {
        let of = |name| Renderer::of_file(name).map(|r| r.name);
        assert_eq!(of("out/report.json"), Some("json"));
        assert_eq!(of("REPORT.TXT"), Some("text"));
        assert_eq!(of("report.sarif"), Some("sarif"));
        assert_eq!(of("report.sarif.json"), Some("sarif"));
        for none in ["report", "json", "report.log", "report.json.gz", ""] {
            assert_eq!(of(none), None, "{none}");
        }
    }

    #[test]
    fn every_name_and_every_ending_is_of_one_format() {
        let mut names: Vec<&str> = RENDERERS.iter().map(|r| r.name).collect();
        let mut endings: Vec<&str> = RENDERERS.iter().flat_map(|r| r.extensions).copied().collect();
        for list in [&mut names, &mut endings] {
            let n = list.len();
            list.sort_unstable();
            list.dedup();
            assert_eq!(list.len(), n);
        }
    }
}
