//! Reads the lines of one file: takes a logging daemon's header off and gives each line to the dialect that knows it.

use super::syslog::{Headers, Tag};
use super::{Format, Lexer, Line, Setup};
use crate::event::Lexed;

/// How a file is read: its dialects, and whether a logging daemon wrote it.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The dialects, the commonest first.
    pub formats: Vec<&'static Format>,
    /// Whether lines have a header.
    pub headers: bool,
    /// The `LogFormat` of a `ProFTPD` `ExtendedLog` that was worked out from its lines.
    pub log_format: Option<String>,
}

/// Reads lines by a plan. Each block of lines has a reading of its own.
pub struct Reading {
    dialects: Vec<Box<dyn Lexer>>,
    headers: Option<Headers>,
}

/// What was made of a line.
#[derive(Clone, Copy, Debug)]
pub struct Taken<'a, 'l> {
    /// The dialect that took it: its number in the plan.
    pub format: u8,
    /// The machine that wrote it; empty without a header.
    pub host: &'a [u8],
    /// What it says.
    pub lexed: &'l Lexed<'a>,
}

impl Plan {
    /// Starts reading.
    #[must_use]
    pub fn start(&self, setup: &Setup) -> Reading {
        let inferred = self
            .log_format
            .as_ref()
            .map(|format| Setup { proftpd_log_format: Some(format.clone()), ..setup.clone() });
        let setup = inferred.as_ref().unwrap_or(setup);
        Reading {
            dialects: self.formats.iter().map(|f| (f.lexer)(setup)).collect(),
            headers: self.headers.then(|| Headers::new(&setup.zone)),
        }
    }

    /// The format that most of the file is in.
    #[must_use]
    pub fn main(&self) -> &'static Format {
        self.formats[0]
    }
}

impl Reading {
    /// Finds out what `text` says and tells it to `then`, without moving it on the way.
    #[inline]
    pub fn take<'a, T>(&mut self, text: &'a [u8], then: impl FnOnce(Taken<'a, '_>) -> T) -> T {
        // Most files have one dialect and no headers.
        if let ([dialect], None) = (self.dialects.as_mut_slice(), &self.headers) {
            let lexed = dialect.lex(Line::plain(text));
            if !matches!(lexed, Lexed::Unknown) {
                return then(Taken { format: 0, host: b"", lexed: &lexed });
            }
        }
        let (format, host, lexed) = self.take_with_headers(text);
        then(Taken { format, host, lexed: &lexed })
    }

    #[inline(never)]
    fn take_with_headers<'a>(&mut self, text: &'a [u8]) -> (u8, &'a [u8], Lexed<'a>) {
        let line = match &mut self.headers {
            None => Line::plain(text),
            Some(headers) => match headers.take_off(text) {
                Some((tag, rest)) => Line { text: rest, tag: Some(tag) },
                None => Line::plain(text),
            },
        };
        let host = line.tag.map_or(&b""[..], |t| t.host);
        for (format, lexer) in (0..).zip(&mut self.dialects) {
            let lexed = lexer.lex(line);
            if !matches!(lexed, Lexed::Unknown) {
                return (format, host, lexed);
            }
        }
        // A blank line, or another program's in the same system log, says nothing about FTP.
        let foreign = line.tag.is_some_and(|tag| !is_ftp_daemon(&tag));
        let lexed = if foreign || text.trim_ascii().is_empty() { Lexed::Skip } else { Lexed::Unknown };
        (0, host, lexed)
    }
}

fn is_ftp_daemon(tag: &Tag) -> bool {
    crate::text::holds(tag.program, "ftp")
}
