//! Pages as Markdown.

use super::{Block, Link, Page, Step};
use std::fmt::Write;

impl Page {
    /// The page as Markdown.
    #[must_use]
    pub fn markdown(&self) -> String {
        self.chapter(1, &Link::typed_as_code)
    }

    /// The page as Markdown, with its head as a heading of that level. `link` writes what points to another page.
    pub(super) fn chapter(&self, level: usize, link: &dyn Fn(&Link) -> String) -> String {
        let mut out = String::new();
        let head = format!("{} {}", self.name, self.title);
        let _ = writeln!(out, "{} {}", "#".repeat(level), escaped(head.trim()));
        if !self.aside.is_empty() {
            let _ = writeln!(out, "\n*{}*", escaped(&self.aside));
        }
        for block in &self.intro {
            block.markdown(&mut out);
        }
        for section in &self.sections {
            let _ = writeln!(out, "\n{} {}", "#".repeat(level + 1), escaped(&section.heading));
            for block in &section.blocks {
                block.markdown(&mut out);
            }
        }
        for (label, links) in &self.further {
            let links: Vec<String> = links.iter().map(link).collect();
            let _ = writeln!(out, "\n**{}:** {}", escaped(label), links.join(", "));
        }
        out
    }
}

impl Link {
    fn typed_as_code(&self) -> String {
        format!("`{}`", self.typed())
    }
}

impl Block {
    fn markdown(&self, out: &mut String) {
        out.push('\n');
        match self {
            Self::Prose(text) => {
                let text = escaped(text);
                // At the start of a line these make lists and headings; `1.` does where a number stands before it.
                let digits = text.bytes().take_while(u8::is_ascii_digit).count();
                let is_mark = text[digits..].starts_with(['.', ')']) && digits > 0;
                let (number, rest) = text.split_at(if is_mark { digits } else { 0 });
                let mark = if is_mark || rest.starts_with(['-', '+', '=']) { "\\" } else { "" };
                let _ = writeln!(out, "{number}{mark}{rest}");
            }
            Self::Terms(rows) => {
                for (term, text) in rows {
                    let _ = writeln!(out, "- **{}**: {}", escaped(term), escaped(text));
                }
            }
            Self::Steps(steps) => {
                for (n, step) in (1..).zip(steps) {
                    step.markdown(out, n);
                }
            }
            Self::Points(points) => {
                for point in points {
                    let _ = writeln!(out, "- {}", escaped(point));
                }
            }
            Self::Verbatim(lines) => fenced(out, "", lines),
            Self::Table { header, rows, .. } => {
                row(out, header);
                row(out, &vec!["---".to_owned(); header.len()]);
                for cells in rows {
                    row(out, &cells.iter().map(|cell| escaped(cell)).collect::<Vec<_>>());
                }
            }
        }
    }
}

impl Step {
    fn markdown(&self, out: &mut String, n: usize) {
        let _ = writeln!(out, "{n}. {}", escaped(&self.text));
        if !self.lines.is_empty() {
            out.push('\n');
            fenced(out, "   ", &self.lines);
            out.push('\n');
        }
    }
}

fn row(out: &mut String, cells: &[String]) {
    let _ = writeln!(out, "| {} |", cells.join(" | "));
}

/// Lines as they are. The fence is longer than any row of backticks in them.
fn fenced(out: &mut String, indent: &str, lines: &[String]) {
    let longest = lines.iter().flat_map(|l| l.split(|c| c != '`')).map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    let _ = writeln!(out, "{indent}{fence}text");
    for line in lines {
        let _ = writeln!(out, "{indent}{line}");
    }
    let _ = writeln!(out, "{indent}{fence}");
}

/// Text that Markdown shows as it is. What stands between backticks stays code.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let mut in_code = false;
    for (at, c) in text.char_indices() {
        // One that is not followed by another is no mark of code.
        let is_mark = c == '`' && (in_code || text[at + 1..].contains('`'));
        in_code ^= is_mark;
        match c {
            '`' if !is_mark => out.push_str("\\`"),
            '\\' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '~' if !in_code => {
                out.push('\\');
                out.push(c);
            }
            // A cell ends at it even within code.
            '|' => out.push_str("\\|"),
            '&' if !in_code => out.push_str("&amp;"),
            _ => out.push(c),
        }
    }
    out
}
