//! The formats and what stands around them as a list, and why a file was taken for one of them.

use super::style::{Style, hanging};
use super::table::{Column, table};
use crate::catalog::{self, Counted, Message, Said, Word, Words};
use crate::format::{Evidence, Format, Plan, Score, WRAPPERS, Wrapper};
use crate::text::{Printable, grouped};

/// The list of formats, and of what may stand around their lines. A format of the user's own comes with the title that it has
/// in the configuration, if any.
#[must_use]
pub fn list_formats(formats: &[(&Format, Option<&str>)], words: &Words, style: Style) -> String {
    let named_formats = formats.iter().map(|(f, own_title)| (f.dialect.name, title(f, *own_title, words)));
    let wrappers = WRAPPERS.iter().filter_map(|w| {
        let title = Said::from(Message::of_wrapper(w.name)?).in_words(words.lang());
        Some((w.name, title))
    });
    let count = |key, n: usize| words.with(key, &[("n", &n.to_string())]);
    format!(
        "{}\n{}\n{}\n{}",
        hanging("", &count(Word::FormatsCount, formats.len()), style.width),
        named(Word::ColumnFormat, named_formats, words, style),
        hanging("", &count(Word::WrappersCount, WRAPPERS.len()), style.width),
        named(Word::ColumnWrapper, wrappers, words, style),
    )
}

/// What a format is, in one line.
pub(super) fn title(format: &Format, own_title: Option<&str>, words: &Words) -> String {
    let own_title = own_title.map(|title| Printable(title.as_bytes()).to_string());
    let title = || Some(catalog::format_title(format.dialect.name, words.lang())?.into_owned());
    let none = || Said::from(Message::FormatOfOnesOwn).in_words(words.lang());
    own_title.or_else(title).unwrap_or_else(none)
}

/// A table of names and what they mean.
fn named(
    head: Word,
    rows: impl Iterator<Item = (&'static str, String)>,
    words: &Words,
    style: Style,
) -> String {
    let header = [words.get(head), words.get(Word::ColumnWhat)];
    let rows: Vec<_> = rows.map(|(name, title)| vec![name.to_owned(), title]).collect();
    table(&header, &[Column::Word, Column::Prose], rows, style.width)
}

/// What a file was taken for, with how many of its first lines speak for each format, the best first.
#[must_use]
pub fn list_scores(name: &str, decision: &str, scores: &[Score], words: &Words, style: Style) -> String {
    let decided = hanging("", &format!("{name}: {decision}"), style.width);
    let Some(first) = scores.first() else { return decided };
    let header = [Word::ColumnFormat, Word::ColumnWithin, Word::ColumnTelling, Word::ColumnFitting]
        .map(|key| words.get(key));
    let row = |score: &Score| {
        let within = if score.wrappers.is_empty() { "-".to_owned() } else { within(&score.wrappers, words) };
        let count = |n: usize| grouped(n as u64);
        vec![score.format.dialect.name.to_owned(), within, count(score.telling), count(score.fitting)]
    };
    let rows: Vec<_> = scores.iter().map(row).collect();
    let layout = [Column::Word, Column::Prose, Column::Number, Column::Number];
    let looked_at = words.count(Counted::LinesLookedAt, first.lines as u64);
    let table = table(&header, &layout, rows, style.width);
    format!("{decided}\n{table}\n{}", hanging("", &looked_at, style.width))
}

/// What a file was taken for, and why, in one sentence without its subject.
#[must_use]
pub fn decision(plan: &Plan, named: bool, words: &Words) -> String {
    let reason = match plan.evidence {
        _ if named => words.get(Word::ReasonNamed).to_owned(),
        Some(Evidence { telling: 1, lines, .. }) => {
            words.with(Word::ReasonLinesOne, &[("lines", &grouped(lines as u64))])
        }
        Some(Evidence { telling, lines, .. }) => words
            .with(Word::ReasonLines, &[("n", &grouped(telling as u64)), ("lines", &grouped(lines as u64))]),
        None if plan.log_format.is_some() => words.get(Word::ReasonColumns).to_owned(),
        None => words.get(Word::ReasonLast).to_owned(),
    };
    let format = plan.main().dialect.name;
    if plan.wrappers.is_empty() {
        return words.with(Word::ReadAs, &[("format", format), ("reason", &reason)]);
    }
    let wrappers = within(&plan.wrappers, words);
    words.with(Word::ReadAsWithin, &[("format", format), ("wrappers", &wrappers), ("reason", &reason)])
}

/// The names of what was taken off, the innermost first.
fn within(wrappers: &[&Wrapper], words: &Words) -> String {
    let names: Vec<&str> = wrappers.iter().rev().map(|w| w.name).collect();
    names.join(words.get(Word::Within))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{Settings, recognise};
    use crate::lang::Lang;

    fn decided(log: &str) -> String {
        let plan = recognise(log.as_bytes(), &Settings::default()).unwrap();
        decision(&plan, false, &Words::new(Lang::En))
    }

    #[test]
    fn a_decision_says_what_shows_it() {
        let line = "ftp-1  | Nov 20 18:24:00 h vsftpd[1]: [a] FTP command: Client \"::1\", \"PWD\"\n";
        assert_eq!(
            decided(&format!("{}\nx\n", line.repeat(3))),
            "read as vsftpd within syslog within compose, as 3 of the first 5 lines show"
        );
        assert_eq!(
            decided("Fri Nov 20 18:32:21 2026 [pid 1] FTP response: Client \"::1\", \"220 x\"\n"),
            "read as vsftpd, as 1 of the first 1 lines shows"
        );
        assert_eq!(
            decided("220 ready\nUSER a\n331 x\n"),
            "read as raw, since it holds commands and replies and no other format fits"
        );
    }
}
