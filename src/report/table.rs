//! Tables without borders: a header, a line under it, and columns. Where the columns do not fit side by side, each row
//! becomes a paragraph.

use super::style::{
    columns, hanging, is_broken_by_rules, shortened, shortened_in_front, widest_word, wrapped,
};
use comfy_table::{CellAlignment, ColumnConstraint, ContentArrangement, LineStyle, Table, TableStyle};

/// How a column is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Column {
    /// What a row is called, if that is not its first cell.
    Name,
    /// Text that must not be broken.
    Word,
    /// Text that is cut at its end where there is no room.
    Start,
    /// Text that is cut at its beginning where there is no room: the end of a path says more.
    End,
    /// Text that may be wrapped.
    Prose,
    /// Numbers.
    Number,
}

/// The least columns of a [`Column::End`].
const END_COLUMNS_MIN: usize = 12;

/// Lays out rows under a header, within `width` columns.
pub(super) fn table(header: &[&str], layout: &[Column], mut rows: Vec<Vec<String>>, width: usize) -> String {
    if least_width(header, layout, &rows) > width {
        return paragraphs(header, layout, &rows, width);
    }
    narrow(header, layout, &mut rows, width);
    let out = laid_out(header, layout, &rows, width);
    if !rows.iter().flatten().any(|cell| is_broken_by_rules(cell)) {
        return out;
    }
    // The table finds the widths of its columns, but it breaks Japanese anywhere. So it gets lines that are broken already.
    let widths: Vec<usize> =
        out.lines().nth(1).unwrap_or_default().split_whitespace().map(str::len).collect();
    for row in &mut rows {
        for (cell, room) in row.iter_mut().zip(&widths) {
            *cell = wrapped(cell, *room).join("\n");
        }
    }
    laid_out(header, layout, &rows, width)
}

fn laid_out(header: &[&str], layout: &[Column], rows: &[Vec<String>], width: usize) -> String {
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

/// The header and the cells of a column.
fn column<'a>(header: &'a [&str], rows: &'a [Vec<String>], index: usize) -> impl Iterator<Item = &'a str> {
    rows.iter().map(move |row| row[index].as_str()).chain([header[index]])
}

/// The columns that the widths of all columns take together: two more for each, but for the first.
fn sum(widths: impl Iterator<Item = usize>) -> usize {
    widths.map(|w| w + 2).sum::<usize>().saturating_sub(1)
}

/// The columns that a table takes when everything gives way that can.
fn least_width(header: &[&str], layout: &[Column], rows: &[Vec<String>]) -> usize {
    sum(layout.iter().enumerate().map(|(index, kind)| {
        let cells = column(header, rows, index);
        match kind {
            Column::Name | Column::Word | Column::Number => widest(cells),
            Column::Start => columns(header[index]),
            Column::End => widest(cells).min(END_COLUMNS_MIN),
            Column::Prose => cells.map(widest_word).max().unwrap_or(0),
        }
    }))
}

/// Cuts what may be cut to the room that the other columns leave, the last column first.
fn narrow(header: &[&str], layout: &[Column], rows: &mut [Vec<String>], width: usize) {
    for (index, kind) in layout.iter().enumerate().rev() {
        let (least, cut) = match kind {
            Column::Start => (columns(header[index]), shortened as fn(&str, usize) -> String),
            Column::End => (END_COLUMNS_MIN, shortened_in_front as _),
            _ => continue,
        };
        let widths: Vec<usize> = (0..header.len()).map(|c| widest(column(header, rows, c))).collect();
        let too_wide = sum(widths.iter().copied()).saturating_sub(width);
        let room = widths[index].saturating_sub(too_wide).max(least);
        for row in rows.iter_mut() {
            row[index] = cut(&row[index], room);
        }
    }
}

/// A paragraph for each row: its name, then its short cells with their headers, then its prose.
fn paragraphs(header: &[&str], layout: &[Column], rows: &[Vec<String>], width: usize) -> String {
    let name = layout.iter().position(|c| *c == Column::Name).unwrap_or(0);
    let n_prose = layout.iter().filter(|c| **c == Column::Prose).count();
    let mut out = String::new();
    for row in rows {
        let others = || (0..row.len()).filter(|index| *index != name && !row[*index].is_empty());
        if others().next().is_none() {
            // A heading over the rows that follow.
            out.push_str(if out.is_empty() { "" } else { "\n" });
            out.push_str(&hanging("", &row[name], width));
            continue;
        }
        let lead =
            if layout[name] == Column::Number { format!(" {} ", header[name]) } else { " ".to_owned() };
        out.push_str(&hanging(&lead, &row[name], width));
        let short = others().filter(|index| layout[*index] != Column::Prose);
        out.push_str(&pairs(
            short.map(|index| pair(header[index], &row[index], layout[index], width)),
            width,
        ));
        for index in others().filter(|index| layout[*index] == Column::Prose) {
            let lead = if n_prose == 1 { INDENT.to_owned() } else { format!("{INDENT}{}  ", header[index]) };
            out.push_str(&hanging(&lead, &row[index], width));
        }
    }
    out
}

/// What stands before the cells of a paragraph.
const INDENT: &str = "   ";

/// A cell with its header.
fn pair(header: &str, cell: &str, kind: Column, width: usize) -> String {
    let room = width.saturating_sub(INDENT.len() + columns(header) + 1);
    match kind {
        Column::End => format!("{header} {}", shortened_in_front(cell, room)),
        _ => format!("{header} {}", shortened(cell, room)),
    }
}

/// Puts as many pairs on a line as there is room for.
fn pairs(pairs: impl Iterator<Item = String>, width: usize) -> String {
    let mut out = String::new();
    let mut used = 0;
    for pair in pairs {
        let fits = used > 0 && used + 2 + columns(&pair) <= width;
        if fits {
            out.push_str("  ");
            used += 2;
        } else {
            out.push_str(if used > 0 { "\n" } else { "" });
            out.push_str(INDENT);
            used = INDENT.len();
        }
        out.push_str(&pair);
        used += columns(&pair);
    }
    if used > 0 {
        out.push('\n');
    }
    out
}

/// The widest of these texts.
pub(super) fn widest<'a>(texts: impl Iterator<Item = &'a str>) -> usize {
    texts.map(columns).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows() -> Vec<Vec<String>> {
        let row = |cells: [&str; 4]| cells.map(str::to_owned).to_vec();
        vec![row(["restart-lost", "2", "a/long/way/to/the.log:7", "an offset is lost"])]
    }

    const LAYOUT: &[Column] = &[Column::Name, Column::Number, Column::End, Column::Prose];
    const HEADER: &[&str] = &["Problem", "Count", "First seen", "What"];

    #[test]
    fn paths_are_cut_in_front_before_anything_is_broken() {
        let lines = table(HEADER, LAYOUT, rows(), 60);
        assert_eq!(
            lines.lines().nth(2),
            Some(" restart-lost      2  ...way/to/the.log:7  an offset is lost")
        );
    }

    #[test]
    fn a_row_becomes_a_paragraph_where_its_columns_do_not_fit() {
        let lines = table(HEADER, LAYOUT, rows(), 30);
        assert_eq!(
            lines,
            " restart-lost\n   Count 2\n   First seen .../to/the.log:7\n   an offset is lost\n"
        );
    }
}
