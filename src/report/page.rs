//! Explanations, comparisons and lists: the catalog as pages.

use super::style::{Paint, Style, columns, hanging, wrapped};
use super::table::{Column, table, widest};
use crate::catalog::{self, FixStep, ReplyEntry, ReplyText, Word, Words};
use crate::format::Format;
use crate::ftp::{Class, Code};
use crate::rule::{Group, Level, Ruleset, Set};
use crate::text::{Printable, without_secrets};
use std::fmt::Write;

/// The page of a reply code; what its digits say where there is no page.
#[must_use]
pub fn explain_code(code: Code, words: &Words, style: Style) -> String {
    let mut out = String::new();
    match catalog::reply(code.0) {
        Some(entry) => reply_page(&mut out, &entry, words, style),
        None => digits_page(&mut out, code, words, style),
    }
    out
}

fn reply_page(out: &mut String, entry: &ReplyEntry, words: &Words, style: Style) {
    let text = entry.text(words.lang());
    let code = Code(entry.code);
    let left = format!("{code}  {}", text.title);
    let right = format!("{}, {}", class(code, words), entry.rfc);
    let gap = style.width.saturating_sub(columns(&left) + columns(&right));
    if gap >= 2 {
        let _ = writeln!(out, "{}{}{right}", style.paint(Paint::Bold, &left), " ".repeat(gap));
    } else {
        for line in hanging(&format!("{code}  "), &text.title, style.width).lines() {
            let _ = writeln!(out, "{}", style.paint(Paint::Bold, line));
        }
        out.push_str(&hanging("     ", &right, style.width));
    }
    section(out, words.get(Word::WhatItMeans), style);
    out.push_str(&hanging("  ", &text.meaning, style.width));
    section(out, words.get(Word::WhenYouSeeIt), style);
    let seen: Vec<_> = text.seen.iter().map(|s| (s.what.as_str(), s.when.as_str())).collect();
    terms(out, &seen, style);
    section(out, words.get(Word::HowToFixIt), style);
    for (n, step) in (1..).zip(&text.fix) {
        fix_step(out, n, step, style);
    }
    if !text.servers.is_empty() {
        section(out, words.get(Word::RealServers), style);
        for habit in &text.servers {
            out.push_str(&hanging("  - ", &format!("{}: {}", habit.who, habit.does), style.width));
        }
    }
    let related = entry.related.iter().filter_map(|c| Some((c.to_string(), catalog::reply(*c)?)));
    let related: Vec<_> = related.map(|(c, e)| (c, e.text(words.lang()).phrase.clone())).collect();
    if !related.is_empty() {
        section(out, words.get(Word::NotToBeConfused), style);
        let rows: Vec<_> = related.iter().map(|(c, p)| (c.as_str(), p.as_str())).collect();
        terms(out, &rows, style);
    }
    out.push('\n');
    let mut foot = Vec::new();
    if !entry.rules.is_empty() {
        foot.push((words.get(Word::RulesAboutIt), entry.rules.join(", ")));
    }
    let other = entry
        .related
        .iter()
        .find(|c| catalog::comparison(entry.code, **c).is_some())
        .or(entry.related.first());
    foot.extend(other.map(|o| (words.get(Word::CompareWith), format!("ftplog compare {code} {o}"))));
    let width = widest(foot.iter().map(|(l, _)| *l));
    for (label, value) in foot {
        let pad = " ".repeat(width - columns(label) + 3);
        out.push_str(&hanging(&format!("{label}{pad}"), &value, style.width));
    }
}

/// What the digits of a code say, where nothing more is written.
fn digits_page(out: &mut String, code: Code, words: &Words, style: Style) {
    let name = code.to_string();
    let intro = words.with(Word::NotWrittenYet, &[("code", &name)]);
    out.push_str(&hanging("", &intro, style.width));
    let group = words.get(match code.0 / 10 % 10 {
        0 => Word::DigitGroup0,
        1 => Word::DigitGroup1,
        2 => Word::DigitGroup2,
        3 => Word::DigitGroup3,
        5 => Word::DigitGroup5,
        _ => Word::DigitGroup4,
    });
    let holes =
        [("first", &name[..1]), ("class", class(code, words)), ("second", &name[1..2]), ("group", group)];
    out.push_str(&hanging("  ", &words.with(Word::Digits, &holes), style.width));
}

fn class(code: Code, words: &Words) -> &str {
    words.get(match code.class() {
        Class::Preliminary => Word::Class1,
        Class::Completion => Word::Class2,
        Class::Intermediate => Word::Class3,
        Class::Transient => Word::Class4,
        Class::Permanent => Word::Class5,
        Class::Protected => Word::Class6,
    })
}

fn section(out: &mut String, title: &str, style: Style) {
    let _ = writeln!(out, "\n{}", style.paint(Paint::Note, title));
}

/// Terms and what they stand for, in two columns.
fn terms(out: &mut String, rows: &[(&str, &str)], style: Style) {
    let width = widest(rows.iter().map(|(t, _)| *t));
    for (term, text) in rows {
        let pad = " ".repeat(width - columns(term) + 2);
        out.push_str(&hanging(&format!("  {term}{pad}"), text, style.width));
    }
}

fn fix_step(out: &mut String, n: usize, step: &FixStep, style: Style) {
    const INDENT: &str = "       ";
    out.push_str(&hanging(&format!("  {n}. "), &step.text, style.width));
    let fits = step.lines.iter().all(|line| INDENT.len() + columns(line) <= style.width);
    for line in &step.lines {
        // A list in two columns becomes one in pairs of lines.
        match line.split_once("  ").filter(|_| !fits) {
            Some((left, right)) => {
                verbatim(out, INDENT, left, style.width);
                verbatim(out, &format!("{INDENT}  "), right.trim_start(), style.width);
            }
            None => verbatim(out, INDENT, line, style.width),
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

/// The page of a rule.
#[must_use]
pub fn explain_rule(rules: &Ruleset, number: usize, words: &Words, style: Style) -> String {
    let rule = rules.rule(number);
    let page = rule.page(words.lang());
    let mut out = String::new();
    let severity = rules.severity(number).unwrap_or(rule.severity).word();
    let set = rule.set.word();
    let traits: Vec<&str> = [Some(severity), set, rule.level.map(Level::word)]
        .into_iter()
        .flatten()
        .map(|w| words.get(w))
        .collect();
    let head = hanging(&format!("{}  ", rule.name), &traits.join(", "), style.width);
    let traits = head.strip_prefix(rule.name).unwrap_or_default();
    let _ = write!(out, "{}{traits}", style.paint(Paint::Bold, rule.name));
    out.push_str(&hanging("", &page.summary, style.width));
    let parts = [
        (Word::WhatItFinds, Some(&page.finds)),
        (Word::WhyItMatters, Some(&page.matters)),
        (Word::WhatToDo, Some(&page.remedy)),
        (Word::Settings, page.settings.as_ref()),
    ];
    for (title, text) in parts {
        let Some(text) = text.filter(|t| !t.is_empty()) else { continue };
        section(&mut out, words.get(title), style);
        for (i, paragraph) in text.trim().split("\n\n").enumerate() {
            if i > 0 {
                out.push('\n');
            }
            out.push_str(&hanging("  ", paragraph, style.width));
        }
    }
    settings(&mut out, rules, number, words, style);
    if !rule.example().is_empty() {
        section(&mut out, words.get(Word::Example), style);
    }
    for line in rule.example().lines() {
        // What a user wrote may hold anything.
        let safe =
            (rule.group == Group::Own).then(|| Printable(&without_secrets(line.as_bytes())).to_string());
        verbatim(&mut out, "  ", safe.as_deref().unwrap_or(line), style.width);
    }
    if rule.replies.is_empty() {
        return out;
    }
    let replies: Vec<String> = rule.replies.iter().map(|c| format!("ftplog explain {c}")).collect();
    let _ = write!(
        out,
        "\n{}",
        hanging(&format!("{}   ", words.get(Word::RepliesAboutIt)), &replies.join(", "), style.width)
    );
    out
}

/// The numbers of a rule as the code has them, and where the configuration has them otherwise.
fn settings(out: &mut String, rules: &Ruleset, number: usize, words: &Words, style: Style) {
    let rows: Vec<(&str, String)> = rules
        .rule(number)
        .settings
        .iter()
        .enumerate()
        .map(|(at, setting)| {
            let (now, usual) = (rules.numbers(number).get(at), setting.unit.told(setting.default));
            if now == setting.default {
                return (setting.key, usual);
            }
            (
                setting.key,
                words.with(Word::SettingChanged, &[("now", &setting.unit.told(now)), ("usual", &usual)]),
            )
        })
        .collect();
    if rows.is_empty() {
        return;
    }
    out.push('\n');
    let rows: Vec<(&str, &str)> = rows.iter().map(|(key, told)| (*key, told.as_str())).collect();
    terms(out, &rows, style);
}

/// Two to four reply codes side by side. `None` where one of them has no entry.
///
/// # Errors
/// The code that has no entry.
pub fn compare(codes: &[Code], words: &Words, style: Style) -> Result<String, Code> {
    let mut entries = Vec::new();
    for code in codes {
        entries.push(catalog::reply(code.0).ok_or(*code)?);
    }
    let texts: Vec<(Code, &ReplyText)> =
        entries.iter().map(|e| (Code(e.code), e.text(words.lang()))).collect();
    let names: Vec<String> = codes.iter().map(ToString::to_string).collect();
    let mut out = String::new();
    let (last, others) = names.split_last().map_or(("", &[][..]), |(last, others)| (last.as_str(), others));
    let listed = [&others.join(words.get(Word::CompareComma)), words.get(Word::CompareAnd), last].concat();
    let title = words.with(Word::CompareTitle, &[("codes", &listed)]);
    let _ = writeln!(out, "{}\n", style.paint(Paint::Bold, title));
    out.push_str(&comparison_table(&texts, words, style));
    for (title, of) in [
        (Word::WhatEachIs, (|t| &t.compare.what) as fn(&ReplyText) -> &String),
        (Word::WhenYouSeeIt, |t| &t.compare.seen),
        (Word::HowToFixIt, |t| &t.compare.fix),
    ] {
        section(&mut out, words.get(title), style);
        for (code, text) in &texts {
            out.push_str(&hanging(&format!("  {code}  "), of(text), style.width));
        }
    }
    key_differences(&mut out, &texts, words, style);
    Ok(out)
}

fn comparison_table(texts: &[(Code, &ReplyText)], words: &Words, style: Style) -> String {
    let names: Vec<String> = texts.iter().map(|(c, _)| c.to_string()).collect();
    let mut header = vec![""];
    header.extend(names.iter().map(String::as_str));
    let cell = |code: Code| {
        words.with(Word::ClassCell, &[("digit", &(code.0 / 100).to_string()), ("class", class(code, words))])
    };
    let row = |key: Word, of: &dyn Fn(Code, &ReplyText) -> String| -> Vec<String> {
        let cells = texts.iter().map(|(c, t)| of(*c, t));
        std::iter::once(words.get(key).to_owned()).chain(cells).collect()
    };
    let rows = vec![
        row(Word::RowMeaning, &|_, t| t.title.clone()),
        row(Word::RowClass, &|c, _| cell(c)),
        row(Word::RowAnswers, &|_, t| t.compare.answers.clone()),
        row(Word::RowRetry, &|_, t| t.compare.retry.clone()),
        row(Word::RowSession, &|_, t| t.compare.session.clone()),
    ];
    let mut layout = vec![Column::Word];
    layout.resize(texts.len() + 1, Column::Prose);
    table(&header, &layout, rows, style.width)
}

/// What a person wrote about each pair; else what the first digits say.
fn key_differences(out: &mut String, texts: &[(Code, &ReplyText)], words: &Words, style: Style) {
    section(out, words.get(Word::KeyDifferences), style);
    let mut usage: Vec<(String, String)> = Vec::new();
    let mut said: Vec<(String, String)> = Vec::new();
    for (i, (a, _)) in texts.iter().enumerate() {
        for (b, _) in &texts[i + 1..] {
            if let Some(written) = catalog::comparison(a.0, b.0) {
                let text = written.text(words.lang());
                said.extend(text.differences.iter().map(|d| ("  - ".to_owned(), d.clone())));
                for u in &text.usage {
                    let row = (u.code.to_string(), u.purpose.clone());
                    if !usage.iter().any(|(code, _)| *code == row.0) {
                        usage.push(row);
                    }
                }
            } else if a.class() != b.class() {
                let holes = [
                    ("a", a.to_string()),
                    ("class_a", class(*a, words).to_owned()),
                    ("b", b.to_string()),
                    ("class_b", class(*b, words).to_owned()),
                ];
                let holes: Vec<(&str, &str)> = holes.iter().map(|(k, v)| (*k, v.as_str())).collect();
                said.push(("  - ".to_owned(), words.with(Word::DifferenceClass, &holes)));
            } else {
                for code in [a, b] {
                    let phrase = texts.iter().find(|(c, _)| c == code).map_or("", |(_, t)| t.phrase.as_str());
                    said.push((format!("  - {code}: "), phrase.to_owned()));
                }
            }
        }
    }
    for (i, (lead, text)) in said.iter().enumerate() {
        if !said[..i].iter().any(|(l, t)| (l, t) == (lead, text)) {
            out.push_str(&hanging(lead, text, style.width));
        }
    }
    if !usage.is_empty() {
        section(out, words.get(Word::WhenToUse), style);
        let rows: Vec<(&str, &str)> = usage.iter().map(|(c, p)| (c.as_str(), p.as_str())).collect();
        terms(out, &rows, style);
    }
}

/// The list of rules.
#[must_use]
pub fn list_rules(rules: &Ruleset, words: &Words, style: Style) -> String {
    let count = words.with(Word::RulesCount, &[("n", &rules.rules().len().to_string())]);
    let mut out = format!("{}\n", hanging("", &count, style.width));
    let header = [Word::ColumnRule, Word::ColumnSeverity, Word::ColumnReports].map(|k| words.get(k));
    let mut groups: Vec<_> = rules.rules().map(|r| (r.set, r.group)).collect();
    groups.sort_unstable();
    groups.dedup();
    let mut rows = Vec::new();
    for (set, group) in groups {
        let group_name = words.get(group.word()).to_owned();
        let heading = match set.word() {
            None => group_name,
            Some(set) => format!("{group_name}, {}", words.get(set)),
        };
        rows.push(vec![heading, String::new(), String::new()]);
        for (number, rule) in rules.rules().enumerate().filter(|(_, r)| (r.set, r.group) == (set, group)) {
            let is_off = set == Set::Default && !rules.speaks(number);
            let severity = rules.severity(number).unwrap_or(rule.severity).word();
            let severity = if is_off { Word::RuleOff } else { severity };
            let summary = rule.page(words.lang()).summary.clone();
            rows.push(vec![rule.name.to_owned(), words.get(severity).to_owned(), summary]);
        }
    }
    out.push_str(&table(&header, &[Column::Word, Column::Word, Column::Prose], rows, style.width));
    out
}

/// The page of a format.
#[must_use]
pub fn explain_format(format: &Format, words: &Words, style: Style) -> String {
    let name = format.dialect.name;
    let mut out = format!("{}\n", style.paint(Paint::Bold, name));
    out.push_str(&hanging("  ", format.title, style.width));
    let Some(page) = catalog::format(name, words.lang()) else { return out };
    let mut part = |label, text: &str| {
        section(&mut out, words.get(label), style);
        out.push_str(&hanging("  ", text, style.width));
    };
    part(Word::FormatWritten, &page.written);
    part(Word::FormatHolds, &page.holds);
    if let Some(lacks) = &page.lacks {
        part(Word::FormatLacks, lacks);
    }
    if let Some(better) = &page.better {
        part(Word::FormatBetter, better);
    }
    if !page.steps.is_empty() {
        section(&mut out, words.get(Word::FormatSteps), style);
        for (n, step) in (1..).zip(&page.steps) {
            fix_step(&mut out, n, step, style);
        }
    }
    if !page.notes.is_empty() {
        section(&mut out, words.get(Word::FormatNotes), style);
        for note in &page.notes {
            out.push_str(&hanging("  - ", note, style.width));
        }
    }
    out
}

/// What to do after the demonstration.
#[must_use]
pub fn after_demo(words: &Words, style: Style) -> String {
    let mut out = format!("\n{}\n", words.get(Word::DemoEnd));
    for (command, key) in [
        ("ftplog analyze YOUR.log", Word::DemoAnalyze),
        ("ftplog explain 503", Word::DemoExplain),
        ("ftplog demo --write sample.log", Word::DemoWrite),
    ] {
        out.push_str(&hanging(&format!("  {command:<32}"), words.get(key), style.width));
    }
    out
}
