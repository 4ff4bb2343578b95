//! Tables without borders: a header, a line under it, and columns.

use super::style::columns;
use comfy_table::{CellAlignment, ColumnConstraint, ContentArrangement, LineStyle, Table, TableStyle};

/// How a column is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Column {
    /// Text that must not be broken: names, paths.
    Word,
    /// Text that may be wrapped.
    Prose,
    /// Numbers.
    Number,
}

/// Lays out rows under a header, within `width` columns where words allow it.
pub(super) fn table(header: &[&str], layout: &[Column], rows: &[Vec<String>], width: usize) -> String {
    let mut table = Table::new();
    table
        .load_style(TableStyle::new().header_separator(LineStyle::none().fill('-').junction(' ')))
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_width(width.min(usize::from(u16::MAX)) as u16)
        .set_header(header.iter().copied());
    for row in rows {
        table.add_row(row.iter().map(String::as_str));
    }
    for (index, kind) in layout.iter().enumerate() {
        let Some(column) = table.column_mut(index) else { continue };
        // The space between columns is a padding and the junction.
        column.set_padding((1, 0));
        if *kind != Column::Prose {
            column.set_constraint(ColumnConstraint::ContentWidth);
        }
        if *kind == Column::Number {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    let mut out = String::new();
    for line in table.lines() {
        let line = if line.starts_with("--") { underline(&line) } else { line };
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

/// The line under the header, without a dash under the padding of each column.
fn underline(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let mut at_start = true;
    for c in line.chars() {
        out.push(if at_start { ' ' } else { c });
        at_start = c == ' ';
    }
    out
}

/// The widest of these texts.
pub(super) fn widest<'a>(texts: impl Iterator<Item = &'a str>) -> usize {
    texts.map(columns).max().unwrap_or(0)
}
