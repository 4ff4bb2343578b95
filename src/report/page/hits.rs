//! What was found for a text.

use super::json::document;
use super::reply::digits;
use super::{Block, Link, Page};
use crate::catalog::{self, Entry, Word, Words};
use crate::ftp::{Code, Verb};
use crate::rule::Rule;
use serde::Serialize;

/// Most commands that are named beside a rule.
const VERBS_MAX: usize = 4;

/// A page about a text, and what leads to it.
#[derive(Clone, Debug)]
pub enum Hit {
    /// The text is a reply with that code.
    Code(Code),
    /// A rule explains that reply behind these commands; behind none, when it comes at once.
    Rule(&'static Rule, Vec<Verb>),
    /// Words of the text stand in it.
    Words(Entry),
}

#[derive(Serialize)]
struct SearchJson<'a> {
    r#type: &'static str,
    text: &'a str,
    hits: Vec<HitJson>,
}

#[derive(Serialize)]
struct HitJson {
    /// What leads to it: `code`, `rule` or `words`.
    by: &'static str,
    /// `reply`, `command` or `rule`.
    kind: &'static str,
    name: String,
    title: String,
    /// The commands behind which a rule explains the reply.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    verbs: Vec<&'static str>,
}

impl Hit {
    fn link(&self) -> Link {
        match self {
            Self::Code(code) => Link::Reply(code.to_string()),
            Self::Words(Entry::Reply(code)) => Link::Reply(code.to_string()),
            Self::Words(Entry::Command(verb)) => Link::Command(verb.name().to_owned()),
            Self::Words(Entry::Rule(name)) => Link::Rule((*name).to_owned()),
            Self::Rule(rule, _) => Link::Rule(rule.name.to_owned()),
        }
    }

    /// What its page is about.
    fn title(&self, words: &Words) -> String {
        let lang = words.lang();
        let of_code = |code: Code| match catalog::reply(code.0) {
            Some(entry) => entry.text(lang).title.clone(),
            None => digits(code, words),
        };
        match self {
            Self::Code(code) => of_code(*code),
            Self::Words(Entry::Reply(code)) => of_code(Code(*code)),
            Self::Words(Entry::Command(verb)) => {
                catalog::command(*verb).map_or(String::new(), |entry| entry.text(lang).title.clone())
            }
            Self::Words(Entry::Rule(name)) => catalog::rule(name, lang).summary,
            Self::Rule(rule, _) => rule.page(lang).summary.clone(),
        }
    }

    /// What its page is about, and behind which commands a rule explains the reply.
    fn described(&self, words: &Words) -> String {
        let title = self.title(words);
        let Self::Rule(_, verbs) = self else { return title };
        if verbs.is_empty() {
            return words.with(Word::SearchAtConnect, &[("title", &title)]);
        }
        let mut names: Vec<&str> = verbs.iter().take(VERBS_MAX).map(|verb| verb.name()).collect();
        names.extend((verbs.len() > VERBS_MAX).then_some("..."));
        let names = names.join(words.get(Word::Comma));
        words.with(Word::SearchAfter, &[("title", title.as_str()), ("verbs", &names)])
    }

    /// What leads to it, as a heading over all that it leads to.
    fn heading(&self) -> Word {
        match self {
            Self::Code(_) => Word::SearchCode,
            Self::Rule(..) => Word::SearchRule,
            Self::Words(_) => Word::SearchWords,
        }
    }
}

/// Each page once, by what leads to it first.
fn distinct(hits: &[Hit]) -> Vec<&Hit> {
    let mut kept: Vec<&Hit> = Vec::new();
    for hit in hits {
        if !kept.iter().any(|known| known.link() == hit.link()) {
            kept.push(hit);
        }
    }
    kept
}

/// The pages about `text`, which is safe to show.
#[must_use]
pub fn hits_page(text: &str, hits: &[Hit], words: &Words) -> Page {
    let mut page = Page { name: text.to_owned(), ..Page::default() };
    if hits.is_empty() {
        page.intro.push(Block::Prose(words.get(Word::SearchNothing).to_owned()));
    }
    let hits = distinct(hits);
    for heading in [Word::SearchCode, Word::SearchRule, Word::SearchWords] {
        let rows = hits.iter().filter(|hit| hit.heading() == heading);
        let rows = rows.map(|hit| (hit.link().name(), hit.described(words)));
        page.section(words.get(heading), [Block::Terms(rows.collect())]);
    }
    // A rule says more than a code.
    let telling = hits.iter().find(|hit| hit.heading() == Word::SearchRule).or(hits.first());
    page.further(words.get(Word::ReadOn), telling.map(|hit| hit.link()).into_iter().collect());
    page
}

/// The pages about `text` as one JSON document.
#[must_use]
pub fn hits_json(text: &str, hits: &[Hit], words: &Words) -> String {
    let hits = distinct(hits).into_iter().map(|hit| {
        let (kind, name) = match hit.link() {
            Link::Reply(name) => ("reply", name),
            Link::Command(name) => ("command", name),
            Link::Rule(name) => ("rule", name),
            Link::Comparison(names) => ("comparison", names.join(" ")),
        };
        let (by, verbs) = match hit {
            Hit::Code(_) => ("code", Vec::new()),
            Hit::Rule(_, verbs) => ("rule", verbs.iter().map(|verb| verb.name()).collect()),
            Hit::Words(_) => ("words", Vec::new()),
        };
        HitJson { by, kind, name, title: hit.title(words), verbs }
    });
    document(SearchJson { r#type: "search", text, hits: hits.collect() }, words)
}
