//! Pages for a terminal.

use super::{Block, Link, Page, Step};
use crate::report::style::{Paint, Style, columns, hanging, wrapped};
use crate::report::table::{table, widest};
use std::fmt::Write;

/// What stands before what is under a heading.
const INDENT: &str = "  ";

impl Page {
    /// The page for a terminal.
    #[must_use]
    pub fn text(&self, style: Style) -> String {
        let mut out = String::new();
        self.head(&mut out, style);
        for (n, block) in self.intro.iter().enumerate() {
            let is_table = matches!(block, Block::Table { .. });
            out.push_str(if n > 0 || is_table { "\n" } else { "" });
            block.text(&mut out, "", style);
        }
        for section in &self.sections {
            out.push('\n');
            for line in wrapped(&section.heading, style.width) {
                let _ = writeln!(out, "{}", style.paint(Paint::Note, line));
            }
            for (n, block) in section.blocks.iter().enumerate() {
                out.push_str(if n > 0 { "\n" } else { "" });
                block.text(&mut out, INDENT, style);
            }
        }
        self.foot(&mut out, style);
        out
    }

    /// The name and the title to the left, the rest to the right where there is room for it.
    fn head(&self, out: &mut String, style: Style) {
        if self.name.is_empty() {
            return;
        }
        if self.title.is_empty() {
            if self.aside.is_empty() {
                for line in wrapped(&self.name, style.width) {
                    let _ = writeln!(out, "{}", style.paint(Paint::Bold, line));
                }
                return;
            }
            let line = hanging(&format!("{}{INDENT}", self.name), &self.aside, style.width);
            let aside = line.strip_prefix(&self.name).unwrap_or_default().trim_end();
            let _ = writeln!(out, "{}{aside}", style.paint(Paint::Bold, &self.name));
            return;
        }
        let left = format!("{}  {}", self.name, self.title);
        let gap = style.width.saturating_sub(columns(&left) + columns(&self.aside));
        if gap >= 2 && !self.aside.is_empty() {
            let _ = writeln!(out, "{}{}{}", style.paint(Paint::Bold, &left), " ".repeat(gap), self.aside);
            return;
        }
        for line in hanging(&format!("{}  ", self.name), &self.title, style.width).lines() {
            let _ = writeln!(out, "{}", style.paint(Paint::Bold, line));
        }
        if !self.aside.is_empty() {
            out.push_str(&hanging(&" ".repeat(columns(&self.name) + 2), &self.aside, style.width));
        }
    }

    fn foot(&self, out: &mut String, style: Style) {
        let width = widest(self.further.iter().map(|(label, _)| label.as_str()));
        for (n, (label, links)) in self.further.iter().enumerate() {
            out.push_str(if n == 0 { "\n" } else { "" });
            let pad = " ".repeat(width - columns(label) + 3);
            // The names of rules are words enough where there are several.
            let is_short = |link: &Link| links.len() > 1 && matches!(link, Link::Rule(_));
            let typed = |link: &Link| if is_short(link) { link.name() } else { link.typed() };
            let links: Vec<String> = links.iter().map(typed).collect();
            out.push_str(&hanging(&format!("{label}{pad}"), &links.join(", "), style.width));
        }
    }
}

impl Block {
    fn text(&self, out: &mut String, indent: &str, style: Style) {
        match self {
            Self::Prose(text) => out.push_str(&hanging(indent, text, style.width)),
            Self::Terms(rows) => terms(out, indent, rows, style),
            Self::Steps(steps) => {
                for (n, step) in (1..).zip(steps) {
                    step.text(out, &format!("{indent}{n}. "), style);
                }
            }
            Self::Points(points) => {
                for point in points {
                    out.push_str(&hanging(&format!("{indent}- "), point, style.width));
                }
            }
            Self::Verbatim(lines) => {
                for line in lines {
                    verbatim(out, indent, line, style.width);
                }
            }
            Self::Table { header, layout, rows } => {
                let header: Vec<&str> = header.iter().map(String::as_str).collect();
                out.push_str(&table(&header, layout, rows.clone(), style.width));
            }
        }
    }
}

/// Terms and what they stand for, in two columns.
fn terms(out: &mut String, indent: &str, rows: &[(String, String)], style: Style) {
    let width = widest(rows.iter().map(|(term, _)| term.as_str()));
    for (term, text) in rows {
        let pad = " ".repeat(width - columns(term) + 2);
        out.push_str(&hanging(&format!("{indent}{term}{pad}"), text, style.width));
    }
}

impl Step {
    fn text(&self, out: &mut String, lead: &str, style: Style) {
        let indent = " ".repeat(columns(lead) + 2);
        out.push_str(&hanging(lead, &self.text, style.width));
        let fits = self.lines.iter().all(|line| indent.len() + columns(line) <= style.width);
        for line in &self.lines {
            // A list in two columns becomes one in pairs of lines.
            match line.split_once("  ").filter(|_| !fits) {
                Some((left, right)) => {
                    verbatim(out, &indent, left, style.width);
                    verbatim(out, &format!("{indent}  "), right.trim_start(), style.width);
                }
                None => verbatim(out, &indent, line, style.width),
            }
        }
    }
}

/// A line as it is; broken at spaces where it is too wide.
fn verbatim(out: &mut String, indent: &str, line: &str, width: usize) {
    if indent.len() + columns(line) <= width {
        let _ = writeln!(out, "{indent}{line}");
        return;
    }
    let rest = format!("{indent}    ");
    for (i, part) in wrapped(line, width.saturating_sub(rest.len())).iter().enumerate() {
        let _ = writeln!(out, "{}{part}", if i == 0 { indent } else { &rest });
    }
}
