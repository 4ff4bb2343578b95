//! The report as a table, RFC 4180: a head, and one row a finding, with CR LF at the end of each.
//!
//! A cell that begins with `=`, `+`, `-`, `@`, a tab or CR would be a formula in a spreadsheet, which can start programs. It gets an
//! apostrophe in front. Control characters are shown as pictures, as on a terminal, since spreadsheets run on people's machines.

use super::renderer::{Out, Reader, Renderer, View};
use crate::rule::{Finding, Fingerprint};
use crate::text::Printable;
use ::csv::{Terminator, WriterBuilder};
use std::io;

/// The report as a table.
pub(super) static RENDERER: Renderer =
    Renderer { name: "csv", extensions: &["csv"], reader: Reader::Programs, render };

/// The columns, in an order that does not change; new ones come last.
const COLUMNS: [&str; 20] = [
    "severity",
    "confidence",
    "rule",
    "case",
    "title",
    "path",
    "member",
    "line",
    "time",
    "session",
    "client",
    "user",
    "command",
    "argument",
    "code",
    "reply",
    "who",
    "why",
    "fix",
    "fingerprint",
];

fn render(view: &View, out: &mut Out) -> io::Result<()> {
    let mut table = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(out);
    table.write_record(COLUMNS)?;
    for finding in &view.summary.findings {
        table.write_record(row(view, finding))?;
    }
    table.flush()
}

fn row(view: &View, finding: &Finding) -> [String; COLUMNS.len()] {
    let View { summary, sentences, .. } = *view;
    let (path, member) = summary.file(finding.place);
    let session = finding.session.and_then(|s| summary.session_number(s));
    let (command, argument) = finding.command().unwrap_or_default();
    let (code, reply) =
        finding.reply().map_or((String::new(), &b""[..]), |(code, line)| (code.to_string(), line));
    [
        finding.severity.name().to_owned(),
        finding.confidence.name().to_owned(),
        harmless(finding.rule.name.to_owned()),
        harmless(finding.case.to_owned()),
        harmless(sentences.title(finding)),
        shown(path.as_bytes()),
        shown(member.unwrap_or_default().as_bytes()),
        finding.place.line.to_string(),
        finding.at.rfc3339().unwrap_or_default(),
        session.map_or(String::new(), |n| n.to_string()),
        shown(finding.client()),
        shown(finding.user()),
        shown(command),
        shown(argument),
        code,
        shown(reply),
        sentences.who(finding).name().to_owned(),
        harmless(sentences.why(finding)),
        harmless(sentences.fix(finding)),
        // A number like 12e4567890123456 would be shown as another one, but the digits stay in the file.
        Fingerprint::of(finding).to_string(),
    ]
}

/// Text of the log in a cell.
fn shown(bytes: &[u8]) -> String {
    harmless(Printable(bytes).to_string())
}

/// A text that no spreadsheet takes for a formula. Those for Japanese take the wide signs, too.
fn harmless(text: String) -> String {
    let is_formula = text.starts_with(['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠']);
    if is_formula { format!("'{text}") } else { text }
}

#[cfg(test)]
mod tests {
    use super::harmless;

    #[test]
    fn a_cell_is_no_formula() {
        for formula in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1"] {
            assert_eq!(harmless(formula.to_owned()), format!("'{formula}"));
        }
        for text in ["", "a=1", "'=1", "/pub/-x", "보고서"] {
            assert_eq!(harmless(text.to_owned()), text);
        }
    }
}
