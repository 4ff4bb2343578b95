//! The page of a command.

use super::{Block, Link, Page, example};
use crate::catalog::{self, CommandEntry, Word, Words};
use crate::ftp::{DataRole, Replies, Verb};

/// The page of a command, if it has one: all but [`Verb::OTHER`] do.
#[must_use]
pub fn explain_command(verb: Verb, words: &Words) -> Option<Page> {
    let entry = catalog::command(verb)?;
    let text = entry.text(words.lang());
    let mut page = Page {
        name: entry.verb.clone(),
        title: text.title.clone(),
        aside: defined(verb, words),
        ..Page::default()
    };
    let facts = [(Word::RowSyntax, entry.syntax.clone()), (Word::RowData, data(verb, words).to_owned())];
    let facts = facts.map(|(label, value)| (words.get(label).to_owned(), value));
    page.section(
        words.get(Word::WhatItDoes),
        [Block::Prose(text.does.clone()), Block::Terms(facts.to_vec())],
    );
    page.section(words.get(Word::WhatMustComeFirst), [Block::Prose(text.needs.clone())]);
    let others = other_replies(&entry, verb);
    let others =
        if others.is_empty() { others } else { words.with(Word::OtherReplies, &[("codes", &others)]) };
    page.section(words.get(Word::WhatServersAnswer), [Block::seen(&text.replies), Block::Prose(others)]);
    page.section(words.get(Word::HowToUseIt), [Block::steps(&text.advice, words)]);
    page.section(words.get(Word::RealServers), [Block::habits(&text.servers, words)]);
    example(&mut page, &entry.example, words);
    let related = entry.related.iter().filter_map(|name| {
        let other = catalog::command(Verb::parse(name.as_bytes()))?;
        Some((name.clone(), other.text(words.lang()).phrase.clone()))
    });
    page.section(words.get(Word::RelatedCommands), [Block::Terms(related.collect())]);
    page.further(words.get(Word::RulesAboutIt), entry.rules.iter().cloned().map(Link::Rule).collect());
    let compared = entry.related.iter().find(|other| catalog::comparison(&entry.verb, other).is_some());
    let compared = compared.map(|other| Link::Comparison(vec![entry.verb.clone(), other.clone()]));
    page.further(words.get(Word::CompareWith), compared.into_iter().collect());
    Some(page)
}

/// What defines a command: an RFC and its section, a draft, or mere use.
fn defined(verb: Verb, words: &Words) -> String {
    match Replies::to(verb) {
        Some(replies) if replies.spec != Replies::DE_FACTO => {
            format!("{} {}", replies.spec, replies.section).trim_end().to_owned()
        }
        _ => words.get(Word::DefinedNowhere).to_owned(),
    }
}

/// What a command does with the data connection.
pub(super) fn data(verb: Verb, words: &Words) -> &str {
    words.get(match verb.data() {
        DataRole::None => Word::DataNone,
        DataRole::Setup => Word::DataSetup,
        DataRole::Send => Word::DataSend,
        DataRole::Receive => Word::DataReceive,
        DataRole::List => Word::DataList,
    })
}

/// The replies that the RFC allows and of which the entry has nothing to tell.
fn other_replies(entry: &CommandEntry, verb: Verb) -> String {
    let told = |code: &str| {
        let rows = &entry.text(crate::lang::Lang::En).replies;
        rows.iter().any(|row| row.what.contains(code))
    };
    let Some(replies) = Replies::to(verb) else { return String::new() };
    let all = [replies.preliminary, replies.completion, replies.intermediate, replies.errors].concat();
    let others = all.iter().map(ToString::to_string).filter(|code| !told(code));
    others.collect::<Vec<_>>().join(", ")
}
