//! Works out the `LogFormat` of an `ExtendedLog` from a sample of its lines: cuts them into columns and looks at what each
//! column holds. Nothing is guessed that the sample does not show; a column that could be anything is left alone.

use super::log_format::LogFormat;
use super::proftpd_extended::Spoken;
use super::stamp::{Stamps, common_log, ctime, iso, month_day};
use super::table::{Role, Table};
use crate::time::Zone;
use std::ops::Range;

/// Lines of a sample that are looked at.
const ROWS_MAX: usize = 1_000;
/// Columns of a line; lines with more are no table.
const COLUMNS_MAX: usize = 60;
/// Bytes of a row.
const ROW_BYTES_MAX: usize = 4 * 1024;
/// What may stand between columns, the surest first.
const SEPARATORS: &[u8] = b"\t|;, ";

/// Formats of the `ProFTPD` documentation and of common guides, besides the default.
const WELL_KNOWN: &[&str] = &[
    r#"%v [%P] %h %t "%r" %s"#,
    r#"%v [%P] %h %u %t "%r" %s %b"#,
    r#"%h %l %u %t "%r" %s %b "%S""#,
    r#"%h %l %u %t "%r" %s"#,
];

/// The `LogFormat` that most of the lines are in; `None` where no column holds FTP commands next to reply codes.
pub(super) fn infer(lines: &[&[u8]]) -> Option<String> {
    let lines: Vec<&[u8]> =
        lines.iter().copied().filter(|l| !l.trim_ascii().is_empty()).take(ROWS_MAX).collect();
    // Trying is dear, and nothing can come of it where most lines hold no command.
    if lines.iter().filter(|line| may_be_a_row(line)).count() * 5 < lines.len() * 3 {
        return None;
    }
    let mut known = WELL_KNOWN.iter();
    if let Some(known) =
        known.find(|format| !lines.is_empty() && n_read(format, &lines) * 10 >= lines.len() * 9)
    {
        return Some((*known).to_owned());
    }
    let mut best = None;
    let found = SEPARATORS.iter().filter_map(|separator| by_separator(&lines, *separator));
    for format in found.chain(around_the_command(&lines)) {
        let n = n_read(&format, &lines);
        if n > 0 && n * 5 >= lines.len() * 3 && best.as_ref().is_none_or(|(most, _)| n > *most) {
            best = Some((n, format));
        }
    }
    best.map(|(_, format)| format)
}

/// Whether a command of FTP stands somewhere in a line that is no longer than rows are.
fn may_be_a_row(line: &[u8]) -> bool {
    let words = || line.split(|b| !b.is_ascii_alphanumeric() && *b != b'_').filter(|w| w.len() >= 3);
    line.len() <= ROW_BYTES_MAX && words().any(super::table::is_command_word)
}

/// How many lines can be read in that format; 0 where they do not hold what FTP has.
fn n_read(format: &str, lines: &[&[u8]]) -> usize {
    let Some(format) = LogFormat::compile(format) else { return 0 };
    let mut stamps = Stamps::new(&Zone::UTC);
    let read = lines.iter().filter_map(|line| format.read(line, &mut stamps));
    let spoken: Vec<_> = read.filter_map(|values| super::proftpd_extended::spoken(&values)).collect();
    let known = spoken.iter().filter(|said| said.is_known()).count();
    let answered = spoken.iter().filter(|said| said.is_answered()).count();
    let ftp = spoken.iter().any(Spoken::is_ftp_only);
    let fits = ftp && known * 4 >= spoken.len() * 3 && answered * 2 >= spoken.len();
    if fits { spoken.len() } else { 0 }
}

fn by_separator(lines: &[&[u8]], separator: u8) -> Option<String> {
    let cut: Vec<Vec<Range<usize>>> = lines.iter().map(|line| cut(line, separator)).collect();
    let width = commonest(cut.iter().map(Vec::len))?;
    if !(2..=COLUMNS_MAX).contains(&width) {
        return None;
    }
    let rows = lines.iter().zip(&cut).filter(|(_, cells)| cells.len() == width);
    let rows: Vec<Vec<&[u8]>> =
        rows.map(|(l, cells)| cells.iter().map(|c| &l[c.clone()]).collect()).collect();
    (rows.len() * 5 >= lines.len() * 2).then(|| written(&Table::of(&rows), &[separator]))
}

/// A line, its cells, and the numbers of those where the command starts and where the code is.
type Around<'a> = (&'a [u8], Vec<Range<usize>>, usize, usize);

/// Where the command is not set apart and holds spaces: columns are counted from the left up to it, and from the code
/// after it.
fn around_the_command(lines: &[&[u8]]) -> Option<String> {
    let mut found: Vec<Around> = Vec::new();
    for line in lines {
        let cells = cut(line, b' ');
        let Some(start) = cells.iter().position(|c| super::table::is_command_word(&line[c.clone()])) else {
            continue;
        };
        let code = (start + 1..cells.len()).find(|i| super::table::is_code(&line[cells[*i].clone()]));
        if let Some(code) = code {
            found.push((*line, cells, start, code));
        }
    }
    let start = commonest(found.iter().map(|f| f.2))?;
    let after = commonest(found.iter().map(|f| f.1.len() - f.3))?;
    let n_after = found.iter().filter(|f| f.1.len() - f.3 == after).count();
    // What follows the code is columns where there are always as many, else it is the reply's text.
    let columns = n_after * 10 >= found.len() * 9;
    // What stands between the command and its code in every line is not the command's.
    let last = |f: &Around| f.0[f.1[f.3 - 1].clone()].to_vec();
    let mark = found.first().map(last).filter(|m| !m.iter().any(u8::is_ascii_alphanumeric));
    let marked = mark.is_some_and(|mark| found.iter().all(|f| f.3 > f.2 + 1 && last(f) == mark));
    let mut rows = Vec::new();
    for (line, cells, at, code) in &found {
        if *at != start || columns && cells.len() - code != after {
            continue;
        }
        let end = |i: usize| cells[i].end;
        let mut row: Vec<&[u8]> = cells[..start].iter().map(|c| &line[c.clone()]).collect();
        row.push(&line[cells[start].start..end(code - 1 - usize::from(marked))]);
        if marked {
            row.push(&line[cells[code - 1].clone()]);
        }
        row.push(&line[cells[*code].clone()]);
        if columns {
            row.extend(cells[code + 1..].iter().map(|c| &line[c.clone()]));
        } else if code + 1 < cells.len() {
            row.push(&line[cells[code + 1].start..]);
        } else {
            continue;
        }
        rows.push(row);
    }
    (rows.len() * 5 >= lines.len() * 2).then(|| written(&Table::of(&rows), b" "))
}

fn commonest(counts: impl Iterator<Item = usize>) -> Option<usize> {
    let mut tally = std::collections::BTreeMap::new();
    for count in counts {
        *tally.entry(count).or_insert(0usize) += 1;
    }
    tally.into_iter().max_by_key(|(_, n)| *n).map(|(count, _)| count)
}

/// The table as a `LogFormat`.
fn written(table: &Table, separator: &[u8]) -> String {
    let mut format = Vec::new();
    for (n, column) in table.columns.iter().enumerate() {
        if n > 0 {
            format.extend_from_slice(separator);
        }
        literal(&mut format, &column.before);
        format.extend_from_slice(variable(column.role).as_bytes());
        literal(&mut format, &column.after);
    }
    String::from_utf8_lossy(&format).into_owned()
}

fn literal(format: &mut Vec<u8>, text: &[u8]) {
    for b in text {
        format.push(*b);
        if *b == b'%' {
            format.push(b'%');
        }
    }
}

fn variable(role: Role) -> &'static str {
    match role {
        Role::Command => "%r",
        Role::Method => "%m",
        Role::Argument => "%J",
        Role::Code => "%s",
        Role::Text => "%S",
        Role::Time => "%t",
        Role::Epoch => "%{epoch}",
        Role::Client => "%a",
        Role::ClientAndPort => "%a:%{remote-port}",
        Role::UserAndClient => "%u@%a",
        Role::ClientPort => "%{remote-port}",
        Role::Process => "%P",
        Role::SessionName => "%{UNIQUE_ID}e",
        Role::User => "%u",
        Role::Server => "%L",
        Role::Number => "%b",
        Role::Other => "%{ANY}e",
    }
}

/// Cuts a line where `separator` stands outside of dates, quotes and brackets. Between `key=value` pairs, what has no key
/// belongs to the pair before it.
fn cut(line: &[u8], separator: u8) -> Vec<Range<usize>> {
    let mut cells: Vec<Range<usize>> = Vec::new();
    let mut start = 0;
    while start <= line.len() && cells.len() <= COLUMNS_MAX {
        let end = cell_end(line, start, separator);
        cells.push(start..end);
        start = end + 1;
    }
    let keyed = cells.iter().filter(|c| has_key(&line[(*c).clone()])).count();
    if separator != b' ' || keyed < 3 {
        return cells;
    }
    let mut pairs: Vec<Range<usize>> = Vec::new();
    for cell in cells {
        match pairs.last_mut() {
            Some(pair) if !has_key(&line[cell.clone()]) && has_key(&line[pair.clone()]) => {
                pair.end = cell.end;
            }
            _ => pairs.push(cell),
        }
    }
    pairs
}

/// `code=331`, `cmd="USER alice"`
fn has_key(cell: &[u8]) -> bool {
    let key = cell.iter().position(|b| *b == b'=').unwrap_or(0);
    key > 0
        && cell[0].is_ascii_alphabetic()
        && cell[..key].iter().all(|b| b.is_ascii_alphanumeric() || b"_-.".contains(b))
}

/// Where the column that starts at `start` ends.
fn cell_end(line: &[u8], start: usize, separator: u8) -> usize {
    let mut at = start;
    while line.get(at).is_some_and(|b| b"[\"({' ".contains(b) && *b != separator) {
        at += 1;
    }
    let stamp = stamp_bytes(&line[at..], separator);
    let mut from = if stamp == 0 { start } else { at + stamp };
    // A quote behind a date closes what was opened before it.
    from += usize::from(stamp > 0 && at > start && line.get(from) == Some(&b'"'));
    if let Some(end) = bracket_end(line, start, separator) {
        return end;
    }
    while from < line.len() {
        if line[from] == separator {
            return from;
        }
        if line[from] == b'"'
            && let Some(end) = quote_end(line, from, separator)
        {
            from = end;
            continue;
        }
        from += 1;
    }
    line.len()
}

/// The end of `[...]` at the start of a column.
fn bracket_end(line: &[u8], start: usize, separator: u8) -> Option<usize> {
    let close = match line.get(start)? {
        b'[' => b']',
        b'(' => b')',
        _ => return None,
    };
    let end = start + memchr::memchr(close, &line[start..])? + 1;
    line.get(end).is_none_or(|b| *b == separator).then_some(end)
}

/// The end of what stands in quotes: quotes inside are not escaped, so one must stand before a separator.
fn quote_end(line: &[u8], open: usize, separator: u8) -> Option<usize> {
    memchr::memchr_iter(b'"', line)
        .filter(|at| *at > open)
        .map(|at| at + 1)
        .find(|end| line.get(*end).is_none_or(|b| *b == separator || b"]}):=".contains(b)))
}

/// How long the date and time at the start of `text` is; 0 where there is none.
fn stamp_bytes(text: &[u8], separator: u8) -> usize {
    for shape in [iso, common_log, ctime, month_day] {
        if let Ok((rest, _)) = shape(text) {
            // A comma before what looks like a fraction may be the one between columns.
            let read = &text[..text.len() - rest.len()];
            if separator == b','
                && let Some(comma) = memchr::memchr(b',', read)
            {
                return comma;
            }
            let zone = rest.strip_prefix(b" ").unwrap_or(rest);
            let zone_bytes = zone.iter().take_while(|b| b.is_ascii_digit() || b"+-:".contains(b)).count();
            let zoned = zone_bytes > 0 && crate::time::offset_minutes(&zone[..zone_bytes]).is_some();
            return if zoned { text.len() - zone.len() + zone_bytes } else { text.len() - rest.len() };
        }
    }
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One session as `line` writes it.
    fn log(line: impl Fn(&str, &str, &str) -> String) -> Vec<String> {
        let said = [
            ("USER", "bob", "331"),
            ("PASS", "(hidden)", "230"),
            ("TYPE", "I", "200"),
            ("PWD", "", "257"),
            ("PASV", "", "227"),
            ("RETR", "a b.txt", "226"),
            ("DELE", "nosuch.txt", "550"),
            ("QUIT", "", "221"),
        ];
        said.iter().map(|(verb, argument, code)| line(verb, argument, code)).collect()
    }

    fn whole(verb: &str, argument: &str) -> String {
        format!("{verb} {argument}").trim_end().to_owned()
    }

    fn inferred(lines: &[String]) -> Option<String> {
        let lines: Vec<&[u8]> = lines.iter().map(String::as_bytes).collect();
        infer(&lines)
    }

    #[test]
    fn columns_between_bars_are_told_by_what_they_hold() {
        let lines = log(|v, a, c| format!("2026-11-20 18:33:28|10.1.2.3|4711|bob|{}|{c}", whole(v, a)));
        assert_eq!(inferred(&lines).unwrap(), "%t|%a|%b|%u|%r|%s");
    }

    #[test]
    fn keys_say_what_their_values_are() {
        let lines = log(|v, a, c| {
            format!(r#"ts=1795199608 pid=4711 ip=10.1.2.3:4242 who=bob cmd="{}" rc={c}"#, whole(v, a))
        });
        let want = r#"ts=%{epoch} pid=%P ip=%a:%{remote-port} who=%u cmd="%r" rc=%s"#;
        assert_eq!(inferred(&lines).unwrap(), want);
        let bare = log(|v, a, c| format!("pid=4711 cmd={} code={c} user=bob", whole(v, a)));
        assert_eq!(inferred(&bare).unwrap(), "pid=%P cmd=%r code=%s user=%u");
    }

    #[test]
    fn objects_are_columns_too() {
        let lines = log(|v, a, c| {
            format!(r#"{{"pid": 4711, "client": "10.1.2.3", "cmd": "{}", "code": {c}}}"#, whole(v, a))
        });
        assert_eq!(inferred(&lines).unwrap(), r#"{"pid": %P, "client": "%a", "cmd": "%r", "code": %s}"#);
    }

    #[test]
    fn documented_formats_are_known() {
        let lines = log(|v, a, c| {
            format!(r#"My FTP [4711] 10.1.2.3 [20/Nov/2026:18:33:28 +0000] "{}" {c}"#, whole(v, a))
        });
        assert_eq!(inferred(&lines).unwrap(), r#"%v [%P] %h %t "%r" %s"#);
    }

    #[test]
    fn a_command_without_quotes_ends_before_its_code() {
        let lines = log(|v, a, c| format!("[4711] 10.1.2.3 {} {c} some words of praise", whole(v, a)));
        assert_eq!(inferred(&lines).unwrap(), "[%P] %a %r %s %{ANY}e %{ANY}e %{ANY}e %{ANY}e");
    }

    #[test]
    fn marks_between_columns_are_nobodys() {
        let lines = log(|v, a, c| format!("10.1.2.3 {} -> {c}", whole(v, a)));
        assert_eq!(inferred(&lines).unwrap(), "%a %r %{ANY}e %s");
        let quoted = log(|v, a, c| format!(r#""2026-11-20 18:33:28","10.1.2.3","{}","{c}""#, whole(v, a)));
        assert_eq!(inferred(&quoted).unwrap(), r#""%t","%a","%r","%s""#);
        let commas = log(|v, a, c| format!("2026-11-20 18:33:28,10.1.2.3,{},{c}", whole(v, a)));
        assert_eq!(inferred(&commas).unwrap(), "%t,%a,%r,%s");
    }

    #[test]
    fn a_command_in_two_columns_is_found() {
        let lines = log(|v, a, c| format!("10.1.2.3;bob;{v};{a};{c}"));
        assert_eq!(inferred(&lines).unwrap(), "%a;%u;%m;%J;%s");
    }

    #[test]
    fn other_tables_are_left_alone() {
        let web =
            log(|_, a, _| format!(r#"10.1.2.3 - - [20/Nov/2026:18:33:28 +0000] "GET /{a} HTTP/1.1" 200 12"#));
        assert_eq!(inferred(&web), None);
        let mail = ["HELO x|250", "MAIL FROM:<a>|250", "QUIT|221"].map(str::to_owned);
        assert_eq!(inferred(&mail), None);
        assert_eq!(inferred(&[]), None);
    }
}
