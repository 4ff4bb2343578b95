//! The list of sessions, as a table or NDJSON.

use super::files::Files;
use super::style::{Style, shortened, wrapped};
use super::table::{Column, table};
use super::wire::{ByClass, stated};
use crate::catalog::{Word, Words};
use crate::event::Place;
use crate::session::{Ended, Ending, Gather, Session, Starts};
use crate::source::LogName;
use crate::text::{Printable, grouped};
use crate::time::{When, Zone};
use serde::Serialize;
use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::{self, Write};

/// Sessions that a table shows unless all are asked for.
pub(super) const SESSIONS_SHOWN: usize = 50;

/// Session, start, length, client, user, commands, 4xx, 5xx, end.
const LAYOUT: &[Column] = &{
    use Column::{Number, Start, Word};
    [Number, Word, Number, Start, Start, Number, Number, Number, Word]
};

/// One session of the list.
#[derive(Clone, Debug)]
pub struct Row {
    first: Place,
    last: Place,
    first_at: When,
    last_at: When,
    client: Vec<u8>,
    client_port: Option<u16>,
    user: Vec<u8>,
    server: Option<&'static str>,
    commands: u64,
    replies: [u64; 5],
    ending: Ending,
    identity: &'static str,
}

/// Gathers the sessions of a log.
#[derive(Clone, Debug, Default)]
pub struct Sessions {
    zone: Zone,
    files: Files,
    rows: Vec<Row>,
}

#[derive(Serialize)]
struct RowJson<'a> {
    r#type: &'static str,
    path: &'a str,
    member: Option<&'a str>,
    id: Option<u64>,
    /// The file from which on sessions are numbered, where it is another one.
    #[serde(skip_serializing_if = "Option::is_none")]
    numbered_from_path: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    numbered_from_member: Option<&'a str>,
    first_line: u64,
    /// The file in which it ends, where it is another one.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_path: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_member: Option<&'a str>,
    last_line: u64,
    start: Option<String>,
    end: Option<String>,
    client: Option<Cow<'a, str>>,
    client_port: Option<u16>,
    user: Option<Cow<'a, str>>,
    server: Option<&'static str>,
    commands: u64,
    replies: ByClass,
    ended: &'static str,
    identity: &'static str,
}

impl Gather for Sessions {
    fn fork(&self) -> Self {
        Self { files: self.files.clone(), ..Self::new(self.zone.clone()) }
    }

    fn begin_file(&mut self, name: &LogName, lines_before: u64) {
        self.files.begin(name, lines_before);
    }

    fn observe(&mut self, session: &Session, ended: Ended) {
        if ended == Ended::NotYet {
            return;
        }
        self.rows.push(Row {
            first: session.first(),
            last: session.last(),
            first_at: session.first_at(),
            last_at: session.last_at(),
            client: session.client().to_vec(),
            client_port: session.client_port(),
            user: session.user().to_vec(),
            server: session.software().name(),
            commands: session.counts().commands,
            replies: session.counts().replies,
            ending: session.ending(),
            identity: session.identity().name(),
        });
    }

    fn absorb(&mut self, other: &mut Self) {
        self.rows.append(&mut other.rows);
    }
}

impl Sessions {
    /// No session yet; text shows times of day as they are in that zone.
    #[must_use]
    pub fn new(zone: Zone) -> Self {
        Self { zone, ..Self::default() }
    }

    /// Puts the sessions in the order of the log.
    pub fn sort(&mut self) {
        self.rows.sort_by_key(|r| r.first);
    }

    /// Writes one JSON object a session.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn ndjson(&self, out: &mut impl Write, starts: &Starts) -> io::Result<()> {
        for row in &self.rows {
            let (first, last) = (self.files.spot(row.first), self.files.spot(row.last));
            let elsewhere = Some(last.name).filter(|name| *name != first.name);
            let numbered_from = self.files.numbered_from(row.first);
            let json = RowJson {
                r#type: "session",
                path: first.name.file(),
                member: first.name.member.as_deref(),
                id: starts.number(row.first),
                numbered_from_path: numbered_from.map(LogName::file),
                numbered_from_member: numbered_from.and_then(|name| name.member.as_deref()),
                first_line: first.line,
                last_path: elsewhere.map(LogName::file),
                last_member: elsewhere.and_then(|name| name.member.as_deref()),
                last_line: last.line,
                start: row.first_at.rfc3339(),
                end: row.last_at.rfc3339(),
                client: stated(&row.client),
                client_port: row.client_port,
                user: stated(&row.user),
                server: row.server,
                commands: row.commands,
                replies: ByClass::from(row.replies),
                ended: row.ending.name(),
                identity: row.identity,
            };
            serde_json::to_writer(&mut *out, &json)?;
            out.write_all(b"\n")?;
        }
        Ok(())
    }

    /// The table of sessions.
    #[must_use]
    pub fn text(&self, head: &str, words: &Words, style: Style, all: bool, starts: &Starts) -> String {
        let header = [
            words.get(Word::ColumnSession),
            words.get(Word::ColumnStart),
            words.get(Word::ColumnLength),
            words.get(Word::ColumnClient),
            words.get(Word::ColumnUser),
            words.get(Word::ColumnCommands),
            "4xx",
            "5xx",
            words.get(Word::ColumnEnd),
        ];
        let shown = if all { self.rows.len() } else { self.rows.len().min(SESSIONS_SHOWN) };
        let rows = self.rows[..shown].iter().map(|r| self.row(r, words, starts)).collect();
        let mut out = format!("{head}\n");
        if let Some(first) = self.files.first_of_several() {
            let path = Printable(first.path.as_bytes()).to_string();
            let how = words.with(Word::ShowSessionN, &[("path", &path)]);
            let _ = writeln!(out, "{}", wrapped(&how, style.width).join("\n"));
        }
        let _ = write!(out, "\n{}", table(&header, LAYOUT, rows, style.width));
        if shown < self.rows.len() {
            let more = grouped((self.rows.len() - shown) as u64);
            let _ = writeln!(out, " {}", words.with(Word::MoreSessions, &[("n", &more)]));
        }
        out
    }

    fn row(&self, row: &Row, words: &Words, starts: &Starts) -> Vec<String> {
        let line = self.files.spot(row.first).line;
        let or_dash = |bytes: &[u8], width| {
            if bytes.is_empty() { "-".to_owned() } else { shortened(&Printable(bytes).to_string(), width) }
        };
        let length = row.last_at.since(row.first_at).map(|ms| ms / 1000);
        vec![
            starts.number(row.first).map_or("-".to_owned(), grouped),
            self.zone
                .clock(row.first_at)
                .unwrap_or_else(|| words.with(Word::LineN, &[("n", &line.to_string())])),
            length.map_or("-".to_owned(), |s| format!("{}:{:02}", s / 60, s % 60)),
            or_dash(&row.client, 39),
            or_dash(&row.user, 16),
            grouped(row.commands),
            grouped(row.replies[3]),
            grouped(row.replies[4]),
            words.get(end(row.ending)).to_owned(),
        ]
    }
}

fn end(ending: Ending) -> Word {
    match ending {
        Ending::Open => Word::EndOpen,
        Ending::Quit => Word::EndQuit,
        Ending::Lost => Word::EndLost,
        Ending::Refused => Word::EndRefused,
        Ending::Timeout => Word::EndTimeout,
    }
}
