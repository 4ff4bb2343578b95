//! The lines of a log that prove a finding, with marks under them.

use super::Step;
use super::finding::Piece;
use super::found::STEPS_MAX;
use crate::event::Place;
use crate::ftp::{Code, Verb};
use crate::session::{Exchange, Reply};
use crate::time::When;
use std::io::Write;

/// Bytes of one transcript line that a finding keeps.
const SAID_BYTES_MAX: usize = 400;
/// Lines of one exchange that a finding keeps.
const LINES_OF_EXCHANGE_MAX: usize = 4;

/// Who said a line of a transcript.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Side {
    /// The client.
    Client,
    /// The server.
    Server,
}

/// A mark under a line of a transcript: the key of its words in the rule's page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Label {
    /// The key: `cause`, `between`, `here`...
    pub key: &'static str,
    /// Whether it is the offending line.
    pub primary: bool,
}

/// A line of a transcript; [`Transcript::text`] has what it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Said {
    /// Where it stands.
    pub place: Place,
    /// When it was said.
    pub at: When,
    /// Who said it.
    pub side: Side,
    /// The mark under it.
    pub label: Option<Label>,
    /// Lines of the burst or the session between this one and the one before that are not shown.
    pub skipped: u64,
    pub(super) text: Piece,
}

impl Said {
    /// A line without a mark, whose text is still to come.
    pub(super) fn at(place: Place, at: When, side: Side) -> Self {
        Self { place, at, side, label: None, skipped: 0, text: Piece::default() }
    }
}

/// The lines that prove a finding, in the order of the log.
#[derive(Clone, Debug, Default)]
pub struct Transcript {
    lines: Vec<Said>,
    /// What the lines say, end to end.
    text: Vec<u8>,
}

impl Transcript {
    /// The lines.
    pub fn iter(&self) -> impl Iterator<Item = &Said> {
        self.lines.iter()
    }

    /// The lines, to be told where they stand.
    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Said> {
        self.lines.iter_mut()
    }

    /// Whether there are no lines.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// What a line of this transcript says.
    #[must_use]
    pub fn text(&self, said: &Said) -> &[u8] {
        said.text.of(&self.text)
    }

    /// Adds a line.
    pub(super) fn push(&mut self, said: Said, text: &[u8]) {
        let start = self.text.len();
        self.text.extend_from_slice(text);
        self.lines.push(Said { text: Piece::since(start, &self.text), ..said });
    }

    /// Goes on with the lines of another transcript. The mark goes under the last line of that side.
    pub(super) fn go_on(&mut self, other: &Self, mark: Option<(Side, Label)>) {
        let marked = mark.and_then(|(side, _)| other.lines.iter().rposition(|line| line.side == side));
        for (at, line) in other.lines.iter().enumerate() {
            let label = mark.map(|(_, label)| label).filter(|_| marked == Some(at));
            self.push(Said { label, ..*line }, other.text(line));
        }
    }

    /// Puts the lines of another transcript in front of those behind `place`.
    pub(super) fn insert_before(&mut self, place: Place, other: &Self) {
        let at = self.lines.iter().position(|l| l.place > place).unwrap_or(self.lines.len());
        let offset = self.text.len();
        self.text.extend_from_slice(&other.text);
        let moved = other.lines.iter().map(|l| Said { text: l.text.behind(offset), ..*l });
        self.lines.splice(at..at, moved);
    }

    /// Writes down anew what proves a finding: the cause, what came in between, the offending exchange, and as many lines
    /// before it as there is context.
    pub(super) fn tell(&mut self, scene: &Scene) {
        self.clear();
        let label = |key, primary| Some(Label { key, primary });
        self.say(&scene.here, label("here", true), false);
        for Shown { step, exchange } in scene.steps() {
            // A cause that is answered later than the offending command is sent has its mark under the reply all the same.
            let under_reply = step.part.is_told_by_reply() && exchange.reply().is_some();
            self.say(exchange, label(step.part.key(), false), under_reply);
        }
        self.say_context(scene);
        self.lines.sort_by_key(|l| (l.place, l.side));
    }

    fn say_context(&mut self, scene: &Scene) {
        let mut room = scene.context;
        let mut before = scene.here.previous();
        while let Some(earlier) = before.filter(|_| room > 0) {
            if !self.lines.iter().any(|l| l.place == earlier.place()) {
                let n = lines_of(&earlier);
                if n > room {
                    return;
                }
                self.say(&earlier, None, false);
                room -= n;
            }
            before = earlier.previous();
        }
    }

    /// Writes down the lines of one exchange; the label goes under the command or under the final reply.
    pub(super) fn say(&mut self, exchange: &Exchange, label: Option<Label>, under_reply: bool) {
        let has_command = exchange.has_command();
        if has_command {
            let start = self.text.len();
            write_command(&mut self.text, exchange);
            self.end_line(Said::at(exchange.place(), exchange.at(), Side::Client), start);
            self.label_last(label.filter(|_| !under_reply));
        }
        let n = exchange.replies().count();
        for reply in exchange.replies().skip(n.saturating_sub(REPLIES_MAX)) {
            let start = self.text.len();
            write_first_line(&mut self.text, &reply);
            self.end_line(Said::at(reply.place, reply.at, Side::Server), start);
        }
        if n > 0 && (under_reply || !has_command) {
            self.label_last(label);
        }
    }

    fn end_line(&mut self, said: Said, start: usize) {
        self.text.truncate(start + SAID_BYTES_MAX);
        self.lines.push(Said { text: Piece::since(start, &self.text), ..said });
    }

    fn label_last(&mut self, label: Option<Label>) {
        if let Some(last) = self.lines.last_mut() {
            last.label = label;
        }
    }

    fn clear(&mut self) {
        self.lines.clear();
        self.text.clear();
    }
}

/// Replies of one exchange that are shown: the last ones.
const REPLIES_MAX: usize = LINES_OF_EXCHANGE_MAX - 1;

/// What a transcript is to show.
pub(super) struct Scene<'s> {
    /// The offending exchange.
    pub(super) here: Exchange<'s>,
    /// How it came about.
    pub(super) steps: [Option<Shown<'s>>; STEPS_MAX],
    /// Lines before the offending one.
    pub(super) context: usize,
}

/// A step of what happened, and its exchange.
#[derive(Clone, Copy)]
pub(super) struct Shown<'s> {
    pub(super) step: Step,
    pub(super) exchange: Exchange<'s>,
}

impl<'s> Scene<'s> {
    pub(super) fn steps(&self) -> impl Iterator<Item = &Shown<'s>> {
        self.steps.iter().flatten()
    }
}

/// How many lines [`Transcript::say`] writes.
fn lines_of(exchange: &Exchange) -> usize {
    usize::from(exchange.has_command()) + exchange.replies().count().min(REPLIES_MAX)
}

/// The command as it was sent: its name in upper case and its argument.
fn write_command(text: &mut Vec<u8>, exchange: &Exchange) {
    let start = text.len();
    match exchange.verb() {
        Verb::OTHER => text.extend_from_slice(exchange.word()),
        verb => text.extend_from_slice(verb.name().as_bytes()),
    }
    text[start..].make_ascii_uppercase();
    if !exchange.argument().is_empty() {
        text.push(b' ');
        text.extend_from_slice(exchange.argument());
    }
}

/// The reply as its first line shows it.
pub(super) fn write_first_line(text: &mut Vec<u8>, reply: &Reply) {
    let start = text.len();
    let raw = reply.raw();
    let line = &raw[..memchr::memchr(b'\n', raw).unwrap_or(raw.len())];
    if Code::parse(line) != Some(reply.code) {
        write!(text, "{} ", reply.code).expect("memory can be written");
    }
    text.extend_from_slice(line);
    text.truncate(start + SAID_BYTES_MAX);
    let trimmed = text[start..].trim_ascii_end().len();
    text.truncate(start + trimmed);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn transcript(lines: &[(u64, &str)]) -> Transcript {
        let mut transcript = Transcript::default();
        for (line, text) in lines {
            let place = Place { source: 0, line: *line };
            transcript.push(Said::at(place, When::NEVER, Side::Client), text.as_bytes());
        }
        transcript
    }

    #[test]
    fn what_was_said_on_another_connection_stands_where_it_was_said() {
        let mut later = transcript(&[(1, "USER a"), (8, "RNTO b")]);
        later.insert_before(Place { source: 0, line: 5 }, &transcript(&[(4, "RNFR a"), (5, "350 go")]));
        let said: Vec<_> = later.iter().map(|l| (l.place.line, later.text(l))).collect();
        assert_eq!(said, [(1, &b"USER a"[..]), (4, b"RNFR a"), (5, b"350 go"), (8, b"RNTO b")]);
    }
}
