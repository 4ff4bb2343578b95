//! What a rule reports: places, facts and the lines that prove it. No sentences.

use super::transcript::Transcript;
use super::{Rule, Severity};
use crate::catalog::Word;
use crate::event::Place;
use crate::ftp::{Code, Software, Verb};
use crate::session::Confidence;
use crate::source::LogName;
use crate::time::When;
use std::borrow::Cow;
use std::fmt;

/// What an earlier or later place has to do with a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// It made it happen.
    Cause,
    /// It belongs to what happened.
    Evidence,
    /// It shows what the server can do.
    Capability,
    /// It follows from it.
    Consequence,
}

impl Role {
    /// The word used in JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Cause => "cause",
            Self::Evidence => "evidence",
            Self::Capability => "capability",
            Self::Consequence => "consequence",
        }
    }
}

/// A place that has to do with a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Related {
    /// What it has to do with it.
    pub role: Role,
    /// Where it stands.
    pub place: Place,
}

/// Something that a rule found out, to be put into a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fact<'a> {
    /// A number.
    Number(u64),
    /// A line number.
    Line(u64),
    /// A line of another file.
    LineIn(Box<LogName>, u64),
    /// A reply code.
    Code(Code),
    /// A word of the protocol.
    Word(&'static str),
    /// Text from the log.
    Text(Cow<'a, [u8]>),
    /// A phrase of the catalog.
    Phrase(Word),
    /// Phrases of the catalog, one after another.
    Phrases(Vec<Word>),
    /// A length of time in milliseconds.
    Duration(i64),
    /// A point in time, or its line where the log has no times.
    Moment(When, u64),
    /// A user's name; nothing where it is not known.
    User(&'a [u8]),
    /// Sentences of the rule's page that the reason goes on with, by their keys.
    Also(Vec<&'static str>),
    /// The number of the session that begins there.
    Session(Place),
}

/// A finding: which rule, where, and what proves it.
#[derive(Clone)]
pub struct Finding {
    /// The rule.
    pub rule: &'static Rule,
    /// The rule's number among those of the run.
    pub number: usize,
    /// Which of the rule's cases.
    pub case: &'static str,
    /// How bad.
    pub severity: Severity,
    /// How sure.
    pub confidence: Confidence,
    /// Where the offending line stands.
    pub place: Place,
    /// When it was written.
    pub at: When,
    /// Where its session begins, which gives the session's number.
    pub session: Option<Place>,
    /// The server.
    pub software: Software,
    /// Places that have to do with it.
    pub related: Vec<Related>,
    /// What goes into its sentences.
    pub facts: Vec<(&'static str, Fact<'static>)>,
    /// The lines that prove it; none where there are too many findings of the rule.
    pub transcript: Transcript,
    /// How many sessions it is about, among those that the run is about.
    pub sessions: u64,
    pub(super) said: Words,
}

/// The words of the log that a finding repeats, in one piece of memory: a log may have very many findings.
#[derive(Clone, Debug, Default)]
pub(super) struct Words {
    pub(super) text: Vec<u8>,
    pub(super) client: Piece,
    pub(super) user: Piece,
    pub(super) command: Option<Asked>,
    pub(super) reply: Option<(Code, Piece)>,
}

/// A piece of a text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Piece {
    start: u32,
    len: u32,
}

/// A command: its word where no table has it, and its argument.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Asked {
    pub(super) verb: Verb,
    pub(super) word: Piece,
    pub(super) argument: Piece,
}

impl Piece {
    /// What was added to `text` since it was `start` bytes long.
    pub(super) fn since(start: usize, text: &[u8]) -> Self {
        Self { start: start as u32, len: (text.len() - start) as u32 }
    }

    pub(super) fn of(self, text: &[u8]) -> &[u8] {
        &text[self.start as usize..][..self.len as usize]
    }

    /// The same piece of a text in front of which `bytes` were put.
    pub(super) fn behind(self, bytes: usize) -> Self {
        Self { start: self.start + bytes as u32, ..self }
    }
}

impl Words {
    pub(super) fn with_room(bytes: usize) -> Self {
        Self { text: Vec::with_capacity(bytes), ..Self::default() }
    }

    pub(super) fn keep(&mut self, bytes: &[u8]) -> Piece {
        let start = self.text.len();
        self.text.extend_from_slice(bytes);
        Piece::since(start, &self.text)
    }

    pub(super) fn keep_in_capitals(&mut self, word: &[u8]) -> Piece {
        let piece = self.keep(word);
        self.text[piece.start as usize..].make_ascii_uppercase();
        piece
    }
}

impl Finding {
    /// The client's address; empty where it is not known.
    #[must_use]
    pub fn client(&self) -> &[u8] {
        self.said.client.of(&self.said.text)
    }

    /// The user; empty where it is not known.
    #[must_use]
    pub fn user(&self) -> &[u8] {
        self.said.user.of(&self.said.text)
    }

    /// The command's name and its argument.
    #[must_use]
    pub fn command(&self) -> Option<(&[u8], &[u8])> {
        let asked = self.said.command?;
        let name = if asked.verb == Verb::OTHER {
            asked.word.of(&self.said.text)
        } else {
            asked.verb.name().as_bytes()
        };
        Some((name, asked.argument.of(&self.said.text)))
    }

    /// The command; [`Verb::OTHER`] also where there is none.
    #[must_use]
    pub fn verb(&self) -> Verb {
        self.said.command.map_or(Verb::OTHER, |asked| asked.verb)
    }

    /// The final reply's code and last line.
    #[must_use]
    pub fn reply(&self) -> Option<(Code, &[u8])> {
        self.said.reply.map(|(code, line)| (code, line.of(&self.said.text)))
    }

    /// A fact of that name: one that the rule found out, or what the finding says itself.
    #[must_use]
    pub fn fact(&self, name: &str) -> Option<Fact<'_>> {
        if let Some((_, fact)) = self.facts.iter().find(|(key, _)| *key == name) {
            return Some(fact.clone());
        }
        match name {
            "verb" => self.command().map(|(verb, argument)| Fact::Text(told_name(verb, argument))),
            "argument" => self.command().map(|(_, argument)| Fact::Text(argument.into())),
            "code" => self.reply().map(|(code, _)| Fact::Code(code)),
            "reply" => self.reply().map(|(_, line)| Fact::Text(line.into())),
            "line" => Some(Fact::Line(self.place.line)),
            "user" => Some(Fact::User(self.user())),
            "client" => Some(Fact::Text(self.client().into())),
            _ => None,
        }
    }
}

/// The command as people call it: SITE goes by its second word, too.
fn told_name<'a>(verb: &'a [u8], argument: &[u8]) -> Cow<'a, [u8]> {
    let second = argument.split(|b| *b == b' ').next().unwrap_or_default();
    if verb == b"SITE" && !second.is_empty() { [verb, b" ", second].concat().into() } else { verb.into() }
}

impl fmt::Debug for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{} at line {}", self.rule.name, self.case, self.place.line)
    }
}
