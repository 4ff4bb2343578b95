//! The report for programs that read line by line: one JSON object a line. A file without the last one, the summary, is incomplete.
//!
//! The objects are the parts of the JSON document, each with its `type`.

use super::json::{Start, counts, finding, input, suppressed};
use super::renderer::{Out, Reader, Renderer, View};
use serde::Serialize;
use std::io::{self, Write};

/// The report line by line.
pub(super) static RENDERER: Renderer =
    Renderer { name: "ndjson", extensions: &["ndjson", "jsonl"], reader: Reader::Programs, render };

#[derive(Serialize)]
struct Line<T> {
    r#type: &'static str,
    #[serde(flatten)]
    what: T,
}

fn render(view: &View, out: &mut Out) -> io::Result<()> {
    let View { summary, sentences, .. } = *view;
    line(out, "start", Start::of(view))?;
    for each in &summary.inputs {
        line(out, "input", input(each, sentences.words()))?;
    }
    for each in &summary.findings {
        line(out, "finding", finding(summary, sentences, each))?;
    }
    for (each, by) in &summary.suppressed {
        line(out, "suppressed", suppressed(summary, sentences, each, by))?;
    }
    line(out, "summary", counts(view))
}

fn line(out: &mut Out, r#type: &'static str, what: impl Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *out, &Line { r#type, what })?;
    out.write_all(b"\n")
}
