//! Something to be said, before it is put into words: a message, and what belongs into its holes. Rooms return it, and whoever
//! prints it knows the language.

use super::Message;
use super::index::MESSAGES;
use super::words::{fill, labels};
use crate::lang::Lang;
use crate::text::{Printable, grouped};
use std::borrow::Cow;
use std::sync::LazyLock;

/// Something to be said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said(Content);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Content {
    Message(Message, Vec<(&'static str, Hole)>),
    Text(String),
}

/// What belongs into a hole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hole {
    /// A text in no language, such as a name, safe to show.
    Text(String),
    /// A count. A message with a form for one has that form where its hole `n` is 1.
    Number(u64),
    /// Something that is said in the same language.
    Said(Said),
    /// Several of these, with commas.
    List(Vec<Hole>),
}

impl Message {
    /// The message with one of its holes filled in.
    #[must_use]
    pub fn with(self, hole: &'static str, what: impl Into<Hole>) -> Said {
        Said::from(self).with(hole, what)
    }
}

impl Said {
    /// Words that come from outside, as those of the system, or that are in the right language already; safe to show.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        Self(Content::Text(text.into()))
    }

    /// The same with one hole more filled in.
    #[must_use]
    pub fn with(mut self, hole: &'static str, what: impl Into<Hole>) -> Self {
        if let Content::Message(_, holes) = &mut self.0 {
            holes.push((hole, what.into()));
        }
        self
    }

    /// It in words.
    #[must_use]
    pub fn in_words(&self, lang: Lang) -> String {
        let (message, holes) = match &self.0 {
            Content::Text(text) => return text.clone(),
            Content::Message(message, holes) => (*message, holes),
        };
        let is_one = holes.contains(&("n", Hole::Number(1)));
        fill(template(message, is_one, lang), |name, out| {
            let found = holes.iter().find(|(hole, _)| *hole == name);
            debug_assert!(found.is_some(), "{} lacks {name}", message.key());
            if let Some((_, hole)) = found {
                out.push_str(&hole.in_words(lang));
            }
            found.is_some()
        })
    }

    /// The message that an English text is, of those. Where an error can carry nothing but text, it carries English.
    #[must_use]
    pub fn read_back(text: &str, among: &[Message]) -> Option<Self> {
        among.iter().find_map(|message| {
            let holes = holes_of(template(*message, false, Lang::En), text)?;
            Some(Self(Content::Message(*message, holes)))
        })
    }
}

impl Hole {
    /// It in words.
    #[must_use]
    pub fn in_words(&self, lang: Lang) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Number(n) => grouped(*n),
            Self::Said(said) => said.in_words(lang),
            Self::List(list) => {
                let all: Vec<String> = list.iter().map(|hole| hole.in_words(lang)).collect();
                all.join(template(Message::ListComma, false, lang))
            }
        }
    }
}

impl From<Message> for Said {
    fn from(message: Message) -> Self {
        Self(Content::Message(message, Vec::new()))
    }
}

impl From<Message> for Hole {
    fn from(message: Message) -> Self {
        Self::Said(message.into())
    }
}

impl From<Said> for Hole {
    fn from(said: Said) -> Self {
        Self::Said(said)
    }
}

impl From<String> for Hole {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&str> for Hole {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<Printable<'_>> for Hole {
    fn from(bytes: Printable) -> Self {
        Self::Text(bytes.to_string())
    }
}

impl From<u64> for Hole {
    fn from(n: u64) -> Self {
        Self::Number(n)
    }
}

impl<T: Into<Hole>> FromIterator<T> for Hole {
    fn from_iter<I: IntoIterator<Item = T>>(all: I) -> Self {
        Self::List(all.into_iter().map(Into::into).collect())
    }
}

/// The two forms of a message: the usual one, and the one for 1 or nothing.
type Forms = [Cow<'static, str>; 2];

/// The text of a message. The file is read when something is to be said for the first time: most runs say nothing.
fn template(message: Message, is_one: bool, lang: Lang) -> &'static str {
    static READ: [LazyLock<Vec<Forms>>; 3] = [
        LazyLock::new(|| forms(MESSAGES[Lang::En as usize])),
        LazyLock::new(|| forms(MESSAGES[Lang::Ko as usize])),
        LazyLock::new(|| forms(MESSAGES[Lang::Ja as usize])),
    ];
    let [usual, one] = &READ[lang as usize][message as usize];
    if is_one && !one.is_empty() { one } else { usual }
}

/// The messages of a file, in the order of [`Message::ALL`].
fn forms(file: &'static str) -> Vec<Forms> {
    let texts: std::collections::BTreeMap<_, _> = labels(file).collect();
    let text = |key: &str| texts.get(key).cloned().expect("a test holds the messages against their list");
    let both = |m: &Message| [text(m.key()), m.key_of_one().map(text).unwrap_or_default()];
    Message::ALL.iter().map(both).collect()
}

/// What stands in the holes of a template where a text was made of it.
fn holes_of(template: &'static str, text: &str) -> Option<Vec<(&'static str, Hole)>> {
    let mut parts = template.split('{');
    let mut rest = text.strip_prefix(parts.next()?)?;
    let mut holes = Vec::new();
    for part in parts {
        let (hole, behind) = part.split_once('}')?;
        let end = if behind.is_empty() { rest.len() } else { rest.find(behind)? };
        holes.push((hole, Hole::Text(rest[..end].to_owned())));
        rest = &rest[end + behind.len()..];
    }
    rest.is_empty().then_some(holes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::parse;
    use std::collections::{BTreeMap, BTreeSet};

    fn holes(template: &str) -> BTreeSet<&str> {
        template.split('{').skip(1).filter_map(|part| Some(part.split_once('}')?.0)).collect()
    }

    #[test]
    fn the_file_has_the_messages_of_the_list_and_no_others() {
        let listed = Message::ALL.iter().flat_map(|m| [Some(m.key()), m.key_of_one()]).flatten();
        let listed: BTreeSet<&str> = listed.collect();
        for file in MESSAGES {
            let messages: BTreeMap<String, String> = parse(file);
            let read = labels(file).map(|(key, text)| (key.to_owned(), text.into_owned()));
            assert_eq!(read.collect::<BTreeMap<_, _>>(), messages);
            assert_eq!(messages.keys().map(String::as_str).collect::<BTreeSet<_>>(), listed);
        }
    }

    #[test]
    fn a_form_for_one_lacks_only_the_number() {
        for message in Message::ALL.iter().filter(|m| m.key_of_one().is_some()) {
            let mut usual = holes(template(*message, false, Lang::En));
            assert!(usual.remove("n"), "{}", message.key());
            assert_eq!(holes(template(*message, true, Lang::En)), usual, "{}", message.key());
        }
    }

    #[test]
    fn every_wrapper_has_a_title() {
        for wrapper in crate::format::WRAPPERS {
            assert!(Message::of_wrapper(wrapper.name).is_some(), "{}", wrapper.name);
        }
    }

    #[test]
    fn sentences_stand_in_holes_of_sentences_and_numbers_are_grouped() {
        let said = |n: u64| {
            let connections = Message::ControlConnections.with("n", n);
            Message::CaptureHolds
                .with("packets", Message::Packets.with("n", 12_345))
                .with("connections", connections)
        };
        assert_eq!(said(1).in_words(Lang::En), "it holds 12,345 packets and 1 control connection");
        assert_eq!(said(0).in_words(Lang::En), "it holds 12,345 packets and 0 control connections");
        let list: Hole = ["a", "b"].into_iter().collect();
        assert_eq!(Message::KeysAre.with("keys", list).in_words(Lang::En), "keys are a, b");
    }

    #[test]
    fn braces_of_a_log_are_not_taken_for_holes() {
        let said = Message::OfPath.with("path", "{what}").with("what", "{path}");
        assert_eq!(said.in_words(Lang::En), "{what}: {path}");
    }

    #[test]
    fn an_english_text_is_read_back() {
        let among = [Message::RuleTextWrong, Message::ExpressionWrong, Message::RuleStateNear];
        for said in [
            Message::RuleTextWrong.with("key", "user"),
            Message::ExpressionWrong.with("key", "reply").with("why", "unclosed group"),
            Message::RuleStateNear.with("state", "loged-in").with("near", "logged-in"),
        ] {
            assert_eq!(Said::read_back(&said.in_words(Lang::En), &among), Some(said));
        }
        assert_eq!(Said::read_back("missing field `name`", &among), None);
    }
}
