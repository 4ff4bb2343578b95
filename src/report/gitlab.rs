//! The report for GitLab's Code Quality: a JSON array with one object a finding, `[]` where there is none.
//!
//! GitLab shows equal fingerprints as one entry, and ours are equal where the same problem is seen again. So each is hashed with
//! its ordinal among the equal ones: the third time stays the third when lines are added before it.

use super::forge::{from_root, hash};
use super::renderer::{Out, Reader, Renderer, View};
use super::wire::Layout;
use crate::rule::{Finding, Fingerprint, Severity};
use crate::text::Printable;
use serde::Serialize;
use std::collections::BTreeMap;
use std::io::{self, Write};

/// The report for GitLab. Its files end in `.json`, as others do, so it has to be named: `-o gitlab=gl-code-quality-report.json`.
pub(super) static RENDERER: Renderer =
    Renderer { name: "gitlab", extensions: &[], reader: Reader::Programs, render };

#[derive(Serialize)]
struct Entry {
    description: String,
    check_name: &'static str,
    fingerprint: String,
    severity: &'static str,
    location: Location,
}

#[derive(Serialize)]
struct Location {
    path: String,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u64,
}

fn render(view: &View, out: &mut Out) -> io::Result<()> {
    let mut seen: BTreeMap<Fingerprint, u64> = BTreeMap::new();
    let entries = view.summary.findings.iter().map(|finding| {
        let fingerprint = Fingerprint::of(finding);
        let ordinal = seen.entry(fingerprint).or_default();
        *ordinal += 1;
        entry(view, finding, hash(&format!("{fingerprint}:{ordinal}")))
    });
    let mut json = serde_json::Serializer::with_formatter(&mut *out, Layout::default());
    serde::Serializer::collect_seq(&mut json, entries)?;
    out.write_all(b"\n")
}

fn entry(view: &View, finding: &Finding, fingerprint: String) -> Entry {
    let (path, member) = view.summary.file(finding.place);
    let title = view.sentences.title(finding);
    let description = match member {
        // GitLab knows the archive only.
        Some(member) => format!("{title} ({}:{})", Printable(member.as_bytes()), finding.place.line),
        None => title,
    };
    Entry {
        description,
        check_name: finding.rule.name,
        fingerprint,
        severity: match finding.severity {
            Severity::Error => "major",
            Severity::Warning => "minor",
            Severity::Note => "info",
        },
        location: Location { path: from_root(path), lines: Lines { begin: finding.place.line.max(1) } },
    }
}
