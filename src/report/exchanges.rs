//! Every command with its replies, in the order of the log, as text or NDJSON.

use super::files::{Files, Spot, session_in};
use super::wire::{CommandJson, ReplyJson, stated};
use crate::catalog::{Word, Words};
use crate::event::{Outcome, Place};
use crate::session::{Ended, Exchange, Gather, Session, Starts};
use crate::source::LogName;
use crate::text::Printable;
use crate::time::Zone;
use serde::Serialize;
use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::{self, Write};
use std::sync::Arc;

/// Exchanges that wait for an older one to end before they are written; beyond it they are written at once, out of order.
pub const EXCHANGES_HELD_MAX: usize = 200_000;

/// Bytes, roughly, of an exchange that waits.
const USUAL_HELD_BYTES: usize = 400;

/// How exchanges are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// For people.
    Text,
    /// One JSON object a line.
    Ndjson,
}

/// The words of a list for people. There may be millions of lines, so they are looked up once.
#[derive(Debug)]
struct Labels {
    /// What stands before and after the number of a session.
    session: [String; 2],
    no_reply: String,
    done: String,
    failed: String,
}

impl Labels {
    fn new(words: &Words) -> Self {
        let session = words.get(Word::Session);
        let (before, after) = session.split_once("{n}").unwrap_or((session, ""));
        let in_brackets = |word| format!("  ({})", words.get(word));
        Self {
            session: [before.to_owned(), after.to_owned()],
            no_reply: in_brackets(Word::NoReply),
            done: in_brackets(Word::OutcomeDone),
            failed: in_brackets(Word::OutcomeFailed),
        }
    }
}

/// Gathers exchanges and writes them in the order of their first lines.
#[derive(Debug)]
pub struct Exchanges {
    labels: Arc<Labels>,
    files: Files,
    shape: Shape,
    zone: Zone,
    held: Vec<Held>,
    /// Whether some were written out of order because too many had to wait.
    pub out_of_order: bool,
}

/// An exchange that waits to be written: everything but the number of its session.
#[derive(Debug)]
struct Held {
    place: Place,
    session: Place,
    before: Vec<u8>,
    after: Vec<u8>,
}

#[derive(Serialize)]
struct Row<'a> {
    /// The file from which on sessions are numbered, where it is another one.
    #[serde(skip_serializing_if = "Option::is_none")]
    numbered_from_path: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    numbered_from_member: Option<&'a str>,
    line: u64,
    time: Option<String>,
    client: Option<Cow<'a, str>>,
    client_port: Option<u16>,
    user: Option<Cow<'a, str>>,
    command: Option<CommandJson<'a>>,
    replies: Vec<ReplyJson<'a>>,
    /// How it went, where the log says so and holds no reply.
    #[serde(skip_serializing_if = "Option::is_none")]
    outcome: Option<&'static str>,
}

impl Exchanges {
    /// Gathers exchanges; text shows times of day as they are in that zone.
    #[must_use]
    pub fn new(shape: Shape, zone: Zone, words: &Words) -> Self {
        let labels = Arc::new(Labels::new(words));
        Self { labels, files: Files::default(), shape, zone, held: Vec::new(), out_of_order: false }
    }

    /// Writes what comes before `complete_before`, in order.
    pub fn write(&mut self, out: &mut impl Write, complete_before: Place, starts: &Starts) -> io::Result<()> {
        self.held.sort_by_key(|h| h.place);
        let mut ready = self.held.partition_point(|h| h.place < complete_before);
        if self.held.len() - ready > EXCHANGES_HELD_MAX {
            self.out_of_order = true;
            ready = self.held.len();
        }
        for held in self.held.drain(..ready) {
            out.write_all(&held.before)?;
            match (starts.number(held.session), self.shape) {
                (Some(number), Shape::Ndjson) => write!(out, "{number}")?,
                (Some(number), Shape::Text) => {
                    match session_in(self.files.numbered_from(held.place), number) {
                        Some(label) => out.write_all(label.as_bytes())?,
                        None => write!(out, "{number}")?,
                    }
                }
                (None, Shape::Ndjson) => out.write_all(b"null")?,
                (None, Shape::Text) => out.write_all(b"-")?,
            }
            out.write_all(&held.after)?;
        }
        Ok(())
    }

    fn hold(&mut self, exchange: &Exchange) {
        let spot = self.files.spot(exchange.place());
        let (before, after) = match self.shape {
            Shape::Ndjson => json(spot, exchange, &self.files),
            Shape::Text => (self.text_before(spot, exchange), text_after(exchange, &self.labels)),
        };
        self.held.push(Held { place: exchange.place(), session: exchange.session().first(), before, after });
    }

    // server.log:1041  09:14:05  session
    fn text_before(&self, spot: Spot, exchange: &Exchange) -> Vec<u8> {
        let clock = self.zone.clock(exchange.at()).map_or(String::new(), |c| format!("  {c}"));
        let path = Printable(spot.name.path.as_bytes());
        format!("{path}:{}{clock}  {}", spot.line, self.labels.session[0]).into_bytes()
    }
}

impl Gather for Exchanges {
    fn fork(&self) -> Self {
        let labels = Arc::clone(&self.labels);
        Self { labels, files: self.files.clone(), zone: self.zone.clone(), held: Vec::new(), ..*self }
    }

    fn begin_file(&mut self, name: &LogName, lines_before: u64) {
        self.files.begin(name, lines_before);
    }

    fn observe(&mut self, session: &Session, _: Ended) {
        for exchange in session.exchanges() {
            self.hold(&exchange);
        }
    }

    fn absorb(&mut self, other: &mut Self) {
        self.held.append(&mut other.held);
    }

    fn held_bytes(&self) -> usize {
        self.held.len() * USUAL_HELD_BYTES
    }

    fn drop_held(&mut self) -> u64 {
        std::mem::take(&mut self.held).len() as u64
    }
}

fn json(spot: Spot, exchange: &Exchange, files: &Files) -> (Vec<u8>, Vec<u8>) {
    let session = exchange.session();
    let numbered_from = files.numbered_from(exchange.place());
    let row = Row {
        numbered_from_path: numbered_from.map(LogName::file),
        numbered_from_member: numbered_from.and_then(|name| name.member.as_deref()),
        line: spot.line,
        time: exchange.at().rfc3339(),
        client: stated(session.client()),
        client_port: session.client_port(),
        user: stated(session.user()),
        command: CommandJson::of(exchange),
        replies: exchange.replies().map(|r| ReplyJson::of(&r, files.spot(r.place), spot)).collect(),
        outcome: exchange.outcome().map(Outcome::name),
    };
    let encoded = |result: serde_json::Result<Vec<u8>>| result.expect("strings and numbers can be written");
    let mut before = br#"{"type":"exchange","path":"#.to_vec();
    before.extend(encoded(serde_json::to_vec(spot.name.file())));
    before.extend(br#","member":"#);
    before.extend(encoded(serde_json::to_vec(&spot.name.member)));
    before.extend(br#","session":"#);
    let mut after = encoded(serde_json::to_vec(&row));
    after[0] = b',';
    after.push(b'\n');
    (before, after)
}

//  17  RNFR reports/q3.csv  350 Ready for RNTO.
fn text_after(exchange: &Exchange, labels: &Labels) -> Vec<u8> {
    let mut out = Vec::new();
    let mut line = labels.session[1].clone();
    if exchange.has_command() {
        let _ = write!(line, "  {}", Printable(&exchange.name()));
        if !exchange.argument().is_empty() {
            let _ = write!(line, " {}", Printable(exchange.argument()));
        }
    }
    for reply in exchange.replies() {
        let _ = write!(line, "  {} {}", reply.code, Printable(reply.last_line()));
    }
    match exchange.outcome() {
        Some(Outcome::Done) => line += &labels.done,
        Some(Outcome::Failed) => line += &labels.failed,
        None if exchange.replies().next().is_none() => line += &labels.no_reply,
        None => {}
    }
    out.extend_from_slice(line.trim_end().as_bytes());
    out.push(b'\n');
    out
}
