//! The page of a rule.

use super::{Block, Link, Page};
use crate::catalog::{Word, Words};
use crate::rule::{Group, Level, Ruleset};
use crate::text::{Printable, without_secrets};

/// The page of the rule with that number.
#[must_use]
pub fn explain_rule(rules: &Ruleset, number: usize, words: &Words) -> Page {
    let rule = rules.rule(number);
    let about = rule.page(words.lang());
    let severity = rules.severity(number).unwrap_or(rule.severity).word();
    let traits = [Some(severity), rule.set.word(), rule.level.map(Level::word)];
    let traits: Vec<&str> = traits.into_iter().flatten().map(|w| words.get(w)).collect();
    let mut page = Page {
        name: rule.name.to_owned(),
        aside: traits.join(words.get(Word::Comma)),
        intro: vec![Block::Prose(about.summary.clone())],
        ..Page::default()
    };
    let parts = [
        (Word::WhatItFinds, about.finds.as_str()),
        (Word::WhyItMatters, &about.matters),
        (Word::WhatToDo, &about.remedy),
    ];
    for (heading, text) in parts {
        page.section(words.get(heading), Block::paragraphs(text));
    }
    let told = about.settings.as_deref().unwrap_or_default();
    let told = Block::paragraphs(told).chain([Block::Terms(settings(rules, number, words))]);
    page.section(words.get(Word::Settings), told);
    page.section(words.get(Word::Example), [Block::Verbatim(example(rules, number))]);
    let replies = rule.replies.iter().map(|code| Link::Reply(code.to_string())).collect();
    page.further(words.get(Word::RepliesAboutIt), replies);
    page
}

/// The lines that show what a rule finds.
pub(super) fn example(rules: &Ruleset, number: usize) -> Vec<String> {
    let rule = rules.rule(number);
    let lines = rule.example().lines();
    if rule.group != Group::Own {
        return lines.map(str::to_owned).collect();
    }
    // What a user wrote may hold anything.
    lines.map(|line| Printable(&without_secrets(line.as_bytes())).to_string()).collect()
}

/// The numbers of a rule as the code has them, and where the configuration has them otherwise.
fn settings(rules: &Ruleset, number: usize, words: &Words) -> Vec<(String, String)> {
    let settings = rules.rule(number).settings.iter().enumerate();
    settings
        .map(|(at, setting)| {
            let (now, usual) = (rules.numbers(number).get(at), setting.unit.told(setting.default));
            if now == setting.default {
                return (setting.key.to_owned(), usual);
            }
            let now = setting.unit.told(now);
            let told = words.with(Word::SettingChanged, &[("now", &now), ("usual", &usual)]);
            (setting.key.to_owned(), told)
        })
        .collect()
}
