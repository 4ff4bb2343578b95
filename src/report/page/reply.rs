//! The page of a reply code.

use super::{Block, Link, Page, example};
use crate::catalog::{self, ReplyEntry, Word, Words};
use crate::ftp::{Class, Code};

/// The page of a reply code; what its digits say where no RFC and no server known to the catalog has it.
#[must_use]
pub fn explain_code(code: Code, words: &Words) -> Page {
    match catalog::reply(code.0) {
        Some(entry) => entry_page(&entry, words),
        None => digits_page(code, words),
    }
}

fn entry_page(entry: &ReplyEntry, words: &Words) -> Page {
    let text = entry.text(words.lang());
    let code = Code(entry.code);
    let mut page = Page {
        name: code.to_string(),
        title: text.title.clone(),
        aside: words.with(Word::ClassAndRfc, &[("class", class(code, words)), ("rfc", &entry.rfc)]),
        ..Page::default()
    };
    let facts = [
        (Word::RowDigits, digits(code, words)),
        (Word::RowAnswers, text.compare.answers.clone()),
        (Word::RowRetry, text.compare.retry.clone()),
        (Word::RowSession, text.compare.session.clone()),
    ];
    let facts = facts.map(|(label, value)| (words.get(label).to_owned(), value));
    let meaning = [Block::Prose(text.meaning.clone()), Block::Terms(facts.to_vec())];
    page.section(words.get(Word::WhatItMeans), meaning);
    page.section(words.get(Word::WhenYouSeeIt), [Block::seen(&text.seen)]);
    page.section(words.get(Word::HowToFixIt), [Block::steps(&text.fix, words)]);
    page.section(words.get(Word::RealServers), [Block::habits(&text.servers, words)]);
    example(&mut page, &entry.example, words);
    let related = entry.related.iter().filter_map(|c| {
        let other = catalog::reply(*c)?;
        Some((c.to_string(), other.text(words.lang()).phrase.clone()))
    });
    page.section(words.get(Word::NotToBeConfused), [Block::Terms(related.collect())]);
    let rules = entry.rules.iter().cloned().map(Link::Rule).collect();
    page.further(words.get(Word::RulesAboutIt), rules);
    page.further(words.get(Word::CompareWith), comparison(entry).into_iter().collect());
    page
}

/// The best page that compares this code with another one.
fn comparison(entry: &ReplyEntry) -> Option<Link> {
    let name = entry.code.to_string();
    let others = || entry.related.iter().map(ToString::to_string);
    let written = others().find(|other| catalog::comparison(&name, other).is_some());
    let other = written.or_else(|| others().next())?;
    Some(Link::Comparison(vec![name, other]))
}

/// What the digits of a code say, where nothing more is to be said.
fn digits_page(code: Code, words: &Words) -> Page {
    let name = code.to_string();
    let intro = words.with(Word::CodeOfNoRfc, &[("code", &name), ("class", class(code, words))]);
    Page { title: digits(code, words), intro: vec![Block::Prose(intro)], name, ..Page::default() }
}

/// The page of a number that programs on Windows write where a connection failed: people take it for a reply code.
#[must_use]
pub fn explain_windows_error(number: &str, words: &Words) -> Option<Page> {
    let meaning = match number {
        "10053" => Word::Windows10053,
        "10054" => Word::Windows10054,
        "10060" => Word::Windows10060,
        "10061" => Word::Windows10061,
        "10065" => Word::Windows10065,
        "11001" => Word::Windows11001,
        _ => return None,
    };
    let mut page =
        Page { name: number.to_owned(), title: words.get(Word::WindowsTitle).to_owned(), ..Page::default() };
    let told = [meaning, Word::WindowsIntro].map(|word| Block::Prose(words.get(word).to_owned()));
    page.section(words.get(Word::WhatItMeans), told);
    Some(page)
}

/// What the first two digits of a code say (RFC 959 section 4.2).
pub(super) fn digits(code: Code, words: &Words) -> String {
    let name = code.to_string();
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
    words.with(Word::Digits, &holes)
}

/// What the first digit says.
pub(super) fn class(code: Code, words: &Words) -> &str {
    words.get(match code.class() {
        Class::Preliminary => Word::Class1,
        Class::Completion => Word::Class2,
        Class::Intermediate => Word::Class3,
        Class::Transient => Word::Class4,
        Class::Permanent => Word::Class5,
        Class::Protected => Word::Class6,
    })
}
