//! The report for editors, `grep` and problem matchers: one line a finding, `server.log:1045: error[rename-without-source] ...`.
//!
//! The severity and the name of the rule are the same in every language, since patterns match them. What follows is read by the
//! person whose editor shows it, so it is in that person's language.

use super::github::without_commands;
use super::renderer::{Out, Reader, Renderer, View};
use crate::text::Printable;
use std::io::{self, Write};

/// The report for editors.
pub(super) static RENDERER: Renderer =
    Renderer { name: "compact", extensions: &[], reader: Reader::People, render };

fn render(view: &View, out: &mut Out) -> io::Result<()> {
    for finding in &view.summary.findings {
        let line = format!(
            "{}:{}: {}[{}] {}",
            Printable(view.summary.path(finding.place).as_bytes()),
            finding.place.line,
            finding.severity.name(),
            finding.rule.name,
            view.sentences.title(finding)
        );
        // On GitHub, problem matchers read the same lines as the runner, which looks for commands.
        writeln!(out, "{}", without_commands(&line))?;
    }
    Ok(())
}
