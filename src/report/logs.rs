//! The table of logs: how each server fared.

use super::summary::{LogSummary, Summary};
use super::table::{Column, table};
use crate::catalog::{Word, Words};
use crate::rule::Severity;
use crate::text::{Printable, grouped};
use std::cmp::Reverse;
use std::fmt::Write;

/// Logs that the table shows unless all are asked for.
const LOGS_SHOWN: usize = 20;

/// Log, sessions, replies, 4xx, 5xx, errors, warnings.
const LAYOUT: &[Column] = &{
    use Column::{End, Number};
    [End, Number, Number, Number, Number, Number, Number]
};

// Log      Sessions  Replies    4xx    5xx  Errors  Warnings
// ftp01         812   19,204  0.31%  0.92%       3         5
pub(super) fn log_table(summary: &Summary, words: &Words, width: usize, all: bool) -> String {
    let header = [
        words.get(Word::ColumnLog),
        words.get(Word::ColumnSessions),
        words.get(Word::ColumnReplies),
        "4xx",
        "5xx",
        words.get(Word::ColumnErrors),
        words.get(Word::ColumnWarnings),
    ];
    let mut logs: Vec<&LogSummary> = summary.logs.iter().collect();
    // The worst first, and in the order in which they were read.
    logs.sort_by_key(|log| Reverse([Severity::Error, Severity::Warning].map(|s| log.problems_of(s))));
    let shown = if all { logs.len() } else { logs.len().min(LOGS_SHOWN) };
    let names = short_names(&logs);
    let mut rows: Vec<Vec<String>> =
        logs.iter().zip(&names).take(shown).map(|(log, name)| row(name, log)).collect();
    rows.push(row(words.get(Word::Total), &total(&logs)));
    let mut out = table(&header, LAYOUT, rows, width);
    if shown < logs.len() {
        let more = grouped((logs.len() - shown) as u64);
        let _ = writeln!(out, " {}", words.with(Word::MoreLogs, &[("n", &more)]));
    }
    out
}

fn row(name: &str, log: &LogSummary) -> Vec<String> {
    let [.., transient, permanent] = log.totals.replies;
    let share = |n: u64| match log.totals.all_replies() {
        0 => "-".to_owned(),
        all => format!("{:.2}%", n as f64 * 100.0 / all as f64),
    };
    vec![
        Printable(name.as_bytes()).to_string(),
        grouped(log.totals.sessions),
        grouped(log.totals.all_replies()),
        share(transient),
        share(permanent),
        grouped(log.problems_of(Severity::Error)),
        grouped(log.problems_of(Severity::Warning)),
    ]
}

fn total(logs: &[&LogSummary]) -> LogSummary {
    let mut total = LogSummary::default();
    for log in logs {
        total.totals.merge(&log.totals);
        for (sum, n) in total.problems.iter_mut().zip(log.problems) {
            *sum += n;
        }
    }
    total
}

/// The names without the folders that all of them begin with, and without what all of them end with.
fn short_names(logs: &[&LogSummary]) -> Vec<String> {
    let parts: Vec<Vec<&str>> = logs.iter().map(|log| log.name.split('/').collect()).collect();
    let Some(first) = parts.first() else { return Vec::new() };
    let shared = |is_shared: &dyn Fn(usize) -> bool| (0..first.len()).take_while(|n| is_shared(*n)).count();
    let before = shared(&|n| parts.iter().all(|p| p.get(n) == Some(&first[n])));
    let behind = shared(&|n| parts.iter().all(|p| p.iter().rev().nth(n) == first.iter().rev().nth(n)));
    let short = |parts: &Vec<&str>| {
        let end = parts.len() - behind;
        let start = before.min(end);
        // Something must be left of every name.
        if start == end { parts.join("/") } else { parts[start..end].join("/") }
    };
    parts.iter().map(short).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_told_apart_by_what_differs() {
        let short = |names: &[&str]| {
            let logs: Vec<LogSummary> =
                names.iter().map(|n| LogSummary { name: (*n).to_owned(), ..LogSummary::default() }).collect();
            short_names(&logs.iter().collect::<Vec<_>>())
        };
        assert_eq!(short(&["logs/ftp01/v.log", "logs/ftp02/v.log"]), ["ftp01", "ftp02"]);
        assert_eq!(short(&["logs/a.log", "logs/b.log", "logs/c/b.log"]), ["a.log", "b.log", "c/b.log"]);
        assert_eq!(short(&["a.tar/v.log", "v.log"]), ["a.tar", "v.log"]);
        assert_eq!(short(&["v.log", "v.log"]), ["v.log", "v.log"]);
    }
}
