//! Explanations as pages: what stands in them, apart from how it is laid out. `text` and `markdown` lay them out.

mod book;
mod command;
mod compare;
mod format;
mod hits;
mod json;
mod markdown;
mod reply;
mod rule;
mod text;

pub use book::{Part, book};
pub use command::explain_command;
pub use compare::{Topic, compare};
pub use format::explain_format;
pub use hits::{Hit, hits_json, hits_page};
pub use json::{command_json, comparison_json, reply_json, rule_json};
pub use reply::{explain_code, explain_windows_error};
pub use rule::explain_rule;

use super::table::Column;
use crate::catalog::{Example, FixStep, Reader, Seen, ServerHabit, Word, Words};

/// A page: a head, sections under headings, and where to read on.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// What it is about: a code, a command, a rule.
    name: String,
    /// What that is called in words.
    title: String,
    /// What kind of thing it is, and where it is defined.
    aside: String,
    /// What comes before the first heading.
    intro: Vec<Block>,
    sections: Vec<Section>,
    /// Where to read on: a label, and pages.
    further: Vec<(String, Vec<Link>)>,
}

/// What stands under a heading.
#[derive(Clone, Debug)]
struct Section {
    heading: String,
    blocks: Vec<Block>,
}

/// A piece of a section.
#[derive(Clone, Debug)]
enum Block {
    /// A paragraph.
    Prose(String),
    /// Terms and what they stand for.
    Terms(Vec<(String, String)>),
    /// Numbered steps.
    Steps(Vec<Step>),
    /// Points in no order.
    Points(Vec<String>),
    /// Lines as they are.
    Verbatim(Vec<String>),
    /// A table.
    Table { header: Vec<String>, layout: Vec<Column>, rows: Vec<Vec<String>> },
}

/// A step: what to do, and lines to be printed as they are.
#[derive(Clone, Debug)]
struct Step {
    text: String,
    lines: Vec<String>,
}

/// Another page.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Link {
    Reply(String),
    Command(String),
    Rule(String),
    Comparison(Vec<String>),
}

impl Page {
    /// Adds a section; one without anything in it is left out.
    fn section(&mut self, heading: &str, blocks: impl IntoIterator<Item = Block>) {
        let blocks: Vec<Block> = blocks.into_iter().filter(|b| !b.is_empty()).collect();
        if !blocks.is_empty() {
            self.sections.push(Section { heading: heading.to_owned(), blocks });
        }
    }

    /// Adds where to read on, if there is anything.
    fn further(&mut self, label: &str, links: Vec<Link>) {
        if !links.is_empty() {
            self.further.push((label.to_owned(), links));
        }
    }
}

impl Block {
    fn is_empty(&self) -> bool {
        match self {
            Self::Prose(text) => text.is_empty(),
            Self::Terms(rows) => rows.is_empty(),
            Self::Steps(steps) => steps.is_empty(),
            Self::Points(points) => points.is_empty(),
            Self::Verbatim(lines) => lines.is_empty(),
            Self::Table { rows, .. } => rows.is_empty(),
        }
    }

    /// The paragraphs of a text.
    fn paragraphs(text: &str) -> impl Iterator<Item = Self> {
        text.trim().split("\n\n").map(|paragraph| Self::Prose(paragraph.to_owned()))
    }

    fn seen(rows: &[Seen]) -> Self {
        Self::Terms(rows.iter().map(|row| (row.what.clone(), row.when.clone())).collect())
    }

    /// Steps, each with whom it is for.
    fn steps(steps: &[FixStep], words: &Words) -> Self {
        let step = |step: &FixStep| {
            let text = match step.who {
                Some(who) => words.with(reader(who), &[("what", &step.text)]),
                None => step.text.clone(),
            };
            Step { text, lines: step.lines.clone() }
        };
        Self::Steps(steps.iter().map(step).collect())
    }

    fn habits(habits: &[ServerHabit], words: &Words) -> Self {
        let point = |h: &ServerHabit| {
            words.with(Word::HabitOf, &[("who", h.who.as_str()), ("does", h.does.as_str())])
        };
        Self::Points(habits.iter().map(point).collect())
    }
}

/// What to do after the demonstration.
#[must_use]
pub fn after_demo(words: &Words) -> Page {
    let rows = [
        ("ftplog analyze YOUR.log", Word::DemoAnalyze),
        ("ftplog explain 503", Word::DemoExplain),
        ("ftplog demo --write sample.log", Word::DemoWrite),
    ];
    let rows = rows.map(|(command, what)| (command.to_owned(), words.get(what).to_owned()));
    let mut page = Page::default();
    page.section(words.get(Word::DemoEnd), [Block::Terms(rows.to_vec())]);
    page
}

/// The heading over an example and its lines.
fn example(page: &mut Page, example: &Example, words: &Words) {
    let heading = words.with(Word::ExampleFrom, &[("from", &example.from)]);
    page.section(&heading, [Block::Verbatim(example.lines.clone())]);
}

/// For whom a step is.
fn reader(who: Reader) -> Word {
    match who {
        Reader::Author => Word::ReaderAuthor,
        Reader::Operator => Word::ReaderOperator,
        Reader::Server => Word::ReaderServer,
    }
}

impl Link {
    /// What it leads to.
    fn name(&self) -> String {
        match self {
            Self::Reply(name) | Self::Command(name) | Self::Rule(name) => name.clone(),
            Self::Comparison(names) => names.join(" "),
        }
    }

    /// What to type to read it.
    fn typed(&self) -> String {
        match self {
            Self::Reply(name) | Self::Command(name) | Self::Rule(name) => format!("ftplog explain {name}"),
            Self::Comparison(names) => format!("ftplog compare {}", names.join(" ")),
        }
    }
}
