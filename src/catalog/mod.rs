//! What replies, commands and rules mean, and every word that ftplog says: data files, embedded and read when they are needed.
//!
//! A reply is `reply/NNN.toml` and a command `command/VERB.toml`, with all languages side by side; a comparison is
//! `compare/A-B.toml`; a rule is a page a language in `rule/` with an example beside it; `expectation.LANG.toml` is the page of what users
//! expect and `golden.LANG.toml` that of the comparison with a good recording; a format is a page a language in
//! `format/`. `index.rs` lists them. What is said beside them is in `message.LANG.toml`, and the words of reports are in `label.LANG.toml`.
//! `glossary.toml` has the terms of the field, by which tests hold the languages together.

mod entry;
mod reply;
mod command;
mod comparison;
mod rule;
mod format;
mod index;
mod label;
mod message;
mod said;
mod trouble;
mod search;
mod words;

pub use command::{CommandEntry, CommandShort, CommandText};
pub use comparison::{Comparison, ComparisonText, Usage};
pub use entry::{Example, FixStep, Reader, Seen, ServerHabit};
pub use format::FormatPage;
pub use label::{Counted, Word};
pub use message::Message;
pub use reply::{ReplyEntry, ReplyShort, ReplyText};
pub use rule::{Actor, CaseText, RulePage};
pub use said::{Hole, Said};
pub use search::{Entry, search};
pub use words::Words;
pub(crate) use words::fill;

use crate::ftp::Verb;
use crate::lang::Lang;
use index::{COMMANDS, COMPARISONS, FORMATS, REPLIES, RULES};
use std::borrow::Cow;

/// The words of expectations, by language.
const EXPECTATION: [&str; 3] = [
    include_str!("expectation.en.toml"),
    include_str!("expectation.ko.toml"),
    include_str!("expectation.ja.toml"),
];

/// The words of the comparison with a good recording, by language.
const GOLDEN: [&str; 3] =
    [include_str!("golden.en.toml"), include_str!("golden.ko.toml"), include_str!("golden.ja.toml")];

fn parse<T: serde::de::DeserializeOwned>(text: &str) -> T {
    toml::from_str(text).expect("a test reads every file of the catalog")
}

/// The entry of a reply code, if there is one.
#[must_use]
pub fn reply(code: u16) -> Option<ReplyEntry> {
    REPLIES.iter().find(|(c, _)| *c == code).map(|(_, text)| parse(text))
}

/// Every reply code that has an entry.
pub fn reply_codes() -> impl Iterator<Item = u16> {
    REPLIES.iter().map(|(code, _)| *code)
}

/// The entry of a command, if there is one.
#[must_use]
pub fn command(verb: Verb) -> Option<CommandEntry> {
    COMMANDS.iter().find(|(name, _)| verb_of(name) == verb).map(|(_, text)| parse(text))
}

/// The command with that name among the files: P@SW stands there as PASW.
fn verb_of(name: &str) -> Verb {
    Verb::parse(if name == "PASW" { b"P@SW" } else { name.as_bytes() })
}

/// The written comparison of two codes or commands in any order, if there is one.
#[must_use]
pub fn comparison(a: &str, b: &str) -> Option<Comparison> {
    let (a, b) = (a.min(b), a.max(b));
    COMPARISONS.iter().find(|(x, y, _)| (*x, *y) == (a, b)).map(|(.., text)| parse(text))
}

/// Every pair of codes or commands with a written comparison.
pub fn comparisons() -> impl Iterator<Item = [&'static str; 2]> {
    COMPARISONS.iter().map(|(a, b, _)| [*a, *b])
}

/// The page of a rule.
///
/// # Panics
/// If there is no rule of that name.
#[must_use]
pub fn rule(name: &str, lang: Lang) -> RulePage {
    let (_, pages, _) =
        RULES.iter().find(|(n, ..)| *n == name).expect("a test holds every rule against the catalog");
    parse(pages[lang as usize])
}

/// The page of what the user expects: all expectations have the same words.
#[must_use]
pub fn expectation(lang: Lang) -> RulePage {
    parse(EXPECTATION[lang as usize])
}

/// The page of the comparison with a good recording.
#[must_use]
pub fn golden(lang: Lang) -> RulePage {
    parse(GOLDEN[lang as usize])
}

/// The page of a format; none for a format of the user's own.
#[must_use]
pub fn format(name: &str, lang: Lang) -> Option<FormatPage> {
    FORMATS.iter().find(|(n, _)| *n == name).map(|(_, pages)| parse(pages[lang as usize]))
}

/// What a format is, in one line, as its page has it; none for a format of the user's own. It is the first thing on the page,
/// so that a list of all formats need not read all pages.
#[must_use]
pub fn format_title(name: &str, lang: Lang) -> Option<Cow<'static, str>> {
    let (_, pages) = FORMATS.iter().find(|(n, _)| *n == name)?;
    let (key, title) = words::labels(pages[lang as usize]).next()?;
    (key == "title").then_some(title)
}

/// A transcript of the raw control channel that shows what a rule finds.
#[must_use]
pub fn example(rule: &str) -> &'static str {
    RULES.iter().find(|(n, ..)| *n == rule).map_or("", |(.., example)| example)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Holds;

    #[test]
    fn every_file_is_read_and_is_what_its_name_says() {
        for code in reply_codes() {
            assert_eq!(reply(code).unwrap().code, code);
        }
        for (verb, _) in COMMANDS {
            let verb = verb_of(verb);
            assert_eq!(command(verb).unwrap().verb, verb.name());
        }
        for (a, b, _) in COMPARISONS {
            assert_eq!(comparison(b, a).unwrap().between, [*a, *b]);
        }
    }

    #[test]
    fn every_format_has_a_page_and_one_that_leaves_things_out_says_so() {
        for (known, lang) in crate::format::FORMATS.iter().flat_map(|f| Lang::ALL.map(|lang| (f, lang))) {
            let name = known.dialect.name;
            let page = format(name, lang).unwrap_or_else(|| panic!("{name} has no page"));
            assert_eq!(format_title(name, lang).unwrap(), page.title);
            assert_eq!(page.lacks.is_some(), known.dialect.holds != Holds::Everything, "{name}");
        }
        assert_eq!(FORMATS.len(), crate::format::FORMATS.len());
    }

    #[test]
    fn every_rule_has_a_page_and_an_example_and_is_told_in_few_words() {
        for (name, ..) in RULES {
            assert!(rule(name, Lang::En).summary.chars().count() <= 34, "{name}");
            assert!(!example(name).is_empty(), "{name}");
            let [en, ko, ja] = Lang::ALL.map(|lang| rule(name, lang));
            assert!(en.who().eq(ko.who()) && en.who().eq(ja.who()), "{name}");
        }
    }
}
