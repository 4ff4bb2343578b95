//! Reply codes and commands side by side.

use super::reply::class;
use super::{Block, Page, command};
use crate::catalog::{self, Word, Words};
use crate::ftp::{Code, Replies, Verb};
use crate::report::table::Column;

/// What is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Topic {
    /// A reply code.
    Reply(Code),
    /// A command.
    Command(Verb),
}

impl Topic {
    /// The topic of that name: a code or a command.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        if name.len() == 3
            && let Some(code) = Code::parse(name.as_bytes())
        {
            return Some(Self::Reply(code));
        }
        let verb = Verb::parse(name.as_bytes());
        (verb != Verb::OTHER).then_some(Self::Command(verb))
    }

    /// Its name.
    #[must_use]
    pub fn name(self) -> String {
        match self {
            Self::Reply(code) => code.to_string(),
            Self::Command(verb) => verb.name().to_owned(),
        }
    }
}

/// One of the topics, in words.
struct Side {
    name: String,
    /// The code, if it is one.
    code: Option<Code>,
    phrase: String,
    /// Cells of the table, by the heading of their row.
    cells: Vec<(Word, String)>,
    what: String,
    seen: String,
    fix: String,
}

/// Two or more topics side by side.
///
/// # Errors
/// The topic that has no entry.
pub fn compare(topics: &[Topic], words: &Words) -> Result<Page, Topic> {
    let sides: Result<Vec<Side>, Topic> = topics.iter().map(|t| side(*t, words).ok_or(*t)).collect();
    let sides = sides?;
    let mut page = Page { name: title(&sides, words), intro: vec![table(&sides, words)], ..Page::default() };
    for (heading, of) in [
        (Word::WhatEachIs, (|side| &side.what) as fn(&Side) -> &String),
        (if sides.iter().all(|s| s.code.is_none()) { Word::WhenYouUseIt } else { Word::WhenYouSeeIt }, |s| {
            &s.seen
        }),
        (Word::HowToFixIt, |side| &side.fix),
    ] {
        let rows = sides.iter().map(|side| (side.name.clone(), of(side).clone())).collect();
        page.section(words.get(heading), [Block::Terms(rows)]);
    }
    differences(&mut page, &sides, words);
    Ok(page)
}

fn side(topic: Topic, words: &Words) -> Option<Side> {
    match topic {
        Topic::Reply(code) => reply_side(code, words),
        Topic::Command(verb) => command_side(verb, words),
    }
}

fn reply_side(code: Code, words: &Words) -> Option<Side> {
    let entry = catalog::reply(code.0)?;
    let text = entry.text(words.lang()).clone();
    let digit = (code.0 / 100).to_string();
    let class = words.with(Word::ClassCell, &[("digit", &digit), ("class", class(code, words))]);
    Some(Side {
        name: code.to_string(),
        code: Some(code),
        phrase: text.phrase,
        cells: vec![
            (Word::RowMeaning, text.title),
            (Word::RowClass, class),
            (Word::RowAnswers, text.compare.answers),
            (Word::RowRetry, text.compare.retry),
            (Word::RowSession, text.compare.session),
        ],
        what: text.compare.what,
        seen: text.compare.seen,
        fix: text.compare.fix,
    })
}

fn command_side(verb: Verb, words: &Words) -> Option<Side> {
    let entry = catalog::command(verb)?;
    let text = entry.text(words.lang()).clone();
    let success: Vec<String> = Replies::to(verb)
        .map(|r| [r.preliminary, r.completion, r.intermediate].concat())
        .unwrap_or_default()
        .iter()
        .map(ToString::to_string)
        .collect();
    Some(Side {
        name: entry.verb,
        code: None,
        phrase: text.phrase,
        cells: vec![
            (Word::RowMeaning, text.title),
            (Word::RowSyntax, entry.syntax),
            (Word::RowNeeds, text.compare.needs),
            (Word::RowSuccess, success.join(words.get(Word::Comma))),
            (Word::RowData, command::data(verb, words).to_owned()),
            (Word::RowAgain, text.compare.again),
        ],
        what: text.compare.what,
        seen: text.compare.seen,
        fix: text.compare.fix,
    })
}

fn title(sides: &[Side], words: &Words) -> String {
    let names: Vec<&str> = sides.iter().map(|side| side.name.as_str()).collect();
    let (last, others) = names.split_last().map_or(("", &[][..]), |(last, others)| (*last, others));
    let listed = [&others.join(words.get(Word::Comma)), words.get(Word::CompareAnd), last].concat();
    words.with(Word::CompareTitle, &[("codes", &listed)])
}

fn table(sides: &[Side], words: &Words) -> Block {
    let mut header = vec![String::new()];
    header.extend(sides.iter().map(|side| side.name.clone()));
    let mut labels: Vec<Word> = Vec::new();
    for (label, _) in sides.iter().flat_map(|side| &side.cells) {
        if !labels.contains(label) {
            labels.push(*label);
        }
    }
    let cell = |side: &Side, label| {
        let known = side.cells.iter().find(|(l, _)| *l == label);
        known.map_or_else(|| words.get(Word::NoCell).to_owned(), |(_, text)| text.clone())
    };
    let row = |label: &Word| {
        let cells = sides.iter().map(|side| cell(side, *label));
        std::iter::once(words.get(*label).to_owned()).chain(cells).collect()
    };
    let mut layout = vec![Column::Word];
    layout.resize(sides.len() + 1, Column::Prose);
    Block::Table { header, layout, rows: labels.iter().map(row).collect() }
}

/// What a person wrote about each pair; else what the entries themselves tell.
fn differences(page: &mut Page, sides: &[Side], words: &Words) {
    let mut points: Vec<String> = Vec::new();
    let mut usage: Vec<(String, String)> = Vec::new();
    for (i, a) in sides.iter().enumerate() {
        for b in &sides[i + 1..] {
            let told = match catalog::comparison(&a.name, &b.name) {
                Some(written) => {
                    let text = written.text(words.lang()).clone();
                    usage.extend(text.usage.into_iter().map(|u| (u.of, u.purpose)));
                    text.differences
                }
                None => derived(a, b, words),
            };
            for point in told {
                if !points.contains(&point) {
                    points.push(point);
                }
            }
        }
    }
    let mut named: Vec<String> = Vec::new();
    usage.retain(|(of, _)| {
        let is_new = !named.contains(of);
        named.push(of.clone());
        is_new
    });
    page.section(words.get(Word::KeyDifferences), [Block::Points(points)]);
    let are_commands = sides.iter().all(|side| side.code.is_none());
    let heading = if are_commands { Word::WhenToUseCommands } else { Word::WhenToUse };
    page.section(words.get(heading), [Block::Terms(usage)]);
}

/// How two topics differ by what their entries say: by their first digits, or else by what they are.
fn derived(a: &Side, b: &Side, words: &Words) -> Vec<String> {
    if let (Some(x), Some(y)) = (a.code, b.code)
        && x.class() != y.class()
    {
        let holes = [
            ("a", a.name.as_str()),
            ("class_a", class(x, words)),
            ("b", &b.name),
            ("class_b", class(y, words)),
        ];
        return vec![words.with(Word::DifferenceClass, &holes)];
    }
    let point = |side: &Side| words.with(Word::HabitOf, &[("who", &side.name), ("does", &side.phrase)]);
    vec![point(a), point(b)]
}
