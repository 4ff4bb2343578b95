//! Which entries have words of a text in them. The texts are taken out of the files as they stand: to read all files as TOML
//! takes far longer.

use super::index::{COMMANDS, REPLIES, RULES};
use crate::ftp::Verb;
use std::cmp::Reverse;

/// Most entries that are found.
const FOUND_MAX: usize = 8;
/// An entry that has less than this share of the weight of all words is not about them.
const SHARE_MIN: f64 = 0.5;
/// Words that stand in a larger share of the entries say nothing.
const COMMON_SHARE: f64 = 0.3;

/// An entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry {
    /// That of a reply code.
    Reply(u16),
    /// That of a command.
    Command(Verb),
    /// The page of a rule.
    Rule(&'static str),
}

/// An entry with its name and all its words, in lower case.
struct Text {
    entry: Entry,
    name: String,
    words: String,
}

/// The entries that have most of the words of `text`, in any language, the best first. Rare words count more than those that
/// stand in many entries, and the name of an entry more than all of its words.
#[must_use]
pub fn search(text: &str) -> Vec<Entry> {
    let words = words(text);
    let texts = texts();
    let hits: Vec<Vec<bool>> =
        texts.iter().map(|text| words.iter().map(|word| has_word(&text.words, word)).collect()).collect();
    let weight = |at: usize| {
        let n = hits.iter().filter(|hits| hits[at]).count();
        let is_common = n as f64 > texts.len() as f64 * COMMON_SHARE;
        if is_common { 0.0 } else { (texts.len() as f64 / n.max(1) as f64).ln() }
    };
    let weights: Vec<f64> = (0..words.len()).map(weight).collect();
    let all: f64 = weights.iter().sum();
    let named = text.trim().to_lowercase();
    let mut found: Vec<(usize, f64)> = Vec::new();
    for (n, hits) in hits.iter().enumerate() {
        let share = hits.iter().zip(&weights).filter(|(hit, _)| **hit).map(|(_, w)| w).sum::<f64>() / all;
        let is_named = texts[n].name == named;
        if is_named || all > 0.0 && share >= SHARE_MIN {
            found.push((n, if is_named { 2.0 } else { share }));
        }
    }
    found.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    found.truncate(FOUND_MAX);
    found.into_iter().map(|(n, _)| texts[n].entry).collect()
}

/// The words of a text in lower case, each once; numbers say nothing.
fn words(text: &str) -> Vec<String> {
    let text = text.to_lowercase();
    let split = text.split(|c: char| !c.is_alphanumeric());
    let mut words: Vec<String> =
        split.filter(|w| w.chars().any(char::is_alphabetic)).map(str::to_owned).collect();
    words.sort_by_key(|word| (Reverse(word.len()), word.clone()));
    words.dedup();
    words
}

/// Every entry.
fn texts() -> Vec<Text> {
    let of = |entry, name: &str, files: &[&str]| {
        let values = files.iter().flat_map(|file| values(file));
        let words = [name].into_iter().chain(values).collect::<Vec<_>>().join(" ").to_lowercase();
        Text { entry, name: name.to_lowercase(), words }
    };
    let replies = REPLIES.iter().map(|(code, file)| of(Entry::Reply(*code), &code.to_string(), &[file]));
    let commands = COMMANDS.iter().map(|(name, file)| {
        let verb = super::verb_of(name);
        of(Entry::Command(verb), verb.name(), &[file])
    });
    let rules = RULES.iter().map(|(name, [en, ko, ja], example)| {
        let mut rule = of(Entry::Rule(name), name, &[en, ko, ja]);
        rule.words.push_str(&example.to_lowercase());
        rule
    });
    replies.chain(commands).chain(rules).collect()
}

/// What stands in a file of the catalog besides its keys and comments: what is in quotation marks, and lines of long texts.
fn values(file: &str) -> impl Iterator<Item = &str> {
    file.lines().filter(|line| !line.starts_with(['#', '['])).flat_map(|line| {
        let is_quoted = line.contains('"');
        line.split('"').enumerate().filter(move |(n, _)| !is_quoted || n % 2 == 1).map(|(_, part)| part)
    })
}

/// Whether a word stands in a text, not within a longer word. Scripts without spaces have no longer words.
fn has_word(text: &str, word: &str) -> bool {
    let is_latin = word.is_ascii();
    text.match_indices(word).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + word.len()..].chars().next();
        let joins = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
        !is_latin || !joins(before) && !joins(after)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_a_reply_lead_to_its_rule() {
        let found = search("522 SSL connection failed; session reuse required");
        assert!(found.contains(&Entry::Rule("tls-session-not-reused")), "{found:?}");
    }

    #[test]
    fn a_name_leads_to_its_own_entry() {
        for (name, entry) in [
            ("RNTO", Entry::Command(Verb::RNTO)),
            ("mlsd", Entry::Command(Verb::MLSD)),
            ("P@SW", Entry::Command(Verb::PASW)),
            ("rename-without-source", Entry::Rule("rename-without-source")),
            ("553", Entry::Reply(553)),
        ] {
            assert_eq!(search(name).first(), Some(&entry), "{name}");
        }
    }

    #[test]
    fn words_that_stand_nowhere_or_everywhere_lead_nowhere() {
        for text in ["xyzzy plugh", "the", "PASS hunter2", ""] {
            assert_eq!(search(text), [], "{text}");
        }
    }

    #[test]
    fn keys_and_comments_are_no_words() {
        let file = "# a comment\nkey = \"one two\"\nrow = [{ what = \"three\", when = \"four\" }]\n[table]\nfive six\n";
        assert_eq!(values(file).collect::<Vec<_>>(), ["one two", "three", "four", "five six"]);
    }

    #[test]
    fn a_word_is_not_found_within_another() {
        assert!(has_word("the file is busy", "file"));
        assert!(!has_word("profile", "file"));
        assert!(has_word("파일이 없습니다", "파일"));
    }
}
