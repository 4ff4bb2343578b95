//! All pages as a book in Markdown: the whole in one piece, or a part that points to the others.

use super::markdown::escaped;
use super::{Link, Page, Topic, compare, explain_code, explain_command, explain_rule};
use crate::catalog::{self, Word, Words};
use crate::ftp::{Code, Verb};
use crate::rule::{Group, Ruleset};
use std::fmt::Write;

/// A part of the book.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Every reply code.
    Replies,
    /// Every command.
    Commands,
    /// Every written comparison.
    Comparisons,
    /// Every rule.
    Rules,
}

impl Part {
    /// Every part, in the order of the book.
    pub const ALL: [Self; 4] = [Self::Replies, Self::Commands, Self::Comparisons, Self::Rules];

    /// The name used by options and files.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Replies => "replies",
            Self::Commands => "commands",
            Self::Comparisons => "comparisons",
            Self::Rules => "rules",
        }
    }

    fn title(self) -> Word {
        match self {
            Self::Replies => Word::BookReplies,
            Self::Commands => Word::BookCommands,
            Self::Comparisons => Word::BookComparisons,
            Self::Rules => Word::BookRules,
        }
    }
}

/// The book, or one part of it. Links to other parts lead to files named `PART.md` beside it.
#[must_use]
pub fn book(part: Option<Part>, rules: &Ruleset, words: &Words) -> String {
    let parts = part.map_or(&Part::ALL[..], |part| match Part::ALL.iter().position(|p| *p == part) {
        Some(at) => &Part::ALL[at..=at],
        None => &[],
    });
    let mut out = String::new();
    for (n, here) in parts.iter().enumerate() {
        out.push_str(if n > 0 { "\n" } else { "" });
        let _ = writeln!(out, "# {}", escaped(words.get(here.title())));
        for (link, page) in pages(*here, rules, words) {
            let _ = write!(out, "\n<a id=\"{}\"></a>\n\n", link.name().replace(' ', "-"));
            out.push_str(&page.chapter(2, &|link| link.in_book(part)));
        }
    }
    out
}

/// The pages of a part, each with the link that leads to it.
fn pages(part: Part, rules: &Ruleset, words: &Words) -> Vec<(Link, Page)> {
    match part {
        Part::Replies => catalog::reply_codes()
            .map(|code| (Link::Reply(code.to_string()), explain_code(Code(code), words)))
            .collect(),
        Part::Commands => Verb::all()
            .filter_map(|verb| Some((Link::Command(verb.name().to_owned()), explain_command(verb, words)?)))
            .collect(),
        Part::Comparisons => catalog::comparisons()
            .filter_map(|pair| {
                let page = compare(&pair.map(Topic::named).into_iter().collect::<Option<Vec<_>>>()?, words);
                Some((Link::Comparison(pair.map(str::to_owned).to_vec()), page.ok()?))
            })
            .collect(),
        Part::Rules => {
            let ours = rules.rules().enumerate().filter(|(_, rule)| rule.group != Group::Own);
            ours.map(|(n, rule)| (Link::Rule(rule.name.to_owned()), explain_rule(rules, n, words))).collect()
        }
    }
}

impl Link {
    fn part(&self) -> Part {
        match self {
            Self::Reply(_) => Part::Replies,
            Self::Command(_) => Part::Commands,
            Self::Rule(_) => Part::Rules,
            Self::Comparison(_) => Part::Comparisons,
        }
    }

    /// The link as it stands in the book, or in a part of it.
    fn in_book(&self, here: Option<Part>) -> String {
        let file = match here {
            Some(part) if part != self.part() => format!("{}.md", self.part().name()),
            _ => String::new(),
        };
        // Only written comparisons have a chapter.
        if let Self::Comparison(names) = self
            && let [a, b] = &names[..]
            && catalog::comparison(a, b).is_none()
        {
            return format!("`{}`", self.typed());
        }
        let (name, anchor) = match self {
            Self::Comparison(names) => {
                let mut pair = names.clone();
                pair.sort_unstable();
                (names.join(" / "), pair.join("-"))
            }
            _ => (self.name(), self.name()),
        };
        format!("[{name}]({file}#{anchor})")
    }
}
