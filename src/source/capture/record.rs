//! The lines that a capture becomes: one for each packet, with a record for everything that the packet completes.
//!
//! A record is `TIME KIND NUMBER CLIENT PORT`, a tab, and lines of the control connection. Between records and between lines
//! stand control characters; where they occur in the text, they are escaped. `format::capture` reads this.

use super::Counts;
use super::cutter::Line;
use crate::source::LINE_BYTES_MAX;
use std::io::Write;

/// Stands between two records of a packet.
pub(crate) const RECORD_END: u8 = 0x1e;
/// Stands between two lines of a record.
pub(crate) const LINE_END: u8 = 0x1f;
/// Stands before a byte that would be taken for something else, and that is written with [`ESCAPED_BY`] added.
pub(crate) const ESCAPE: u8 = 0x10;
/// What is added to an escaped byte, so that it is a letter.
pub(crate) const ESCAPED_BY: u8 = 0x40;
/// Bytes of a packet's line that may be text; the rest is for marks.
const TEXT_BYTES_MAX: usize = LINE_BYTES_MAX - 1024;

/// What a record tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Kind {
    /// A control connection was recognised.
    Opened = b'+',
    /// The client said these lines.
    Client = b'C',
    /// The server said these lines.
    Server = b'S',
    /// So many bytes are not in the capture.
    Lost = b'?',
    /// From here on the connection is encrypted.
    Secured = b'!',
    /// It was no control connection after all.
    Withdrawn = b'~',
    /// The connection ended.
    Closed = b'-',
}

impl Kind {
    /// The kind that is written like this.
    pub(crate) fn of(written: char) -> Option<Self> {
        let all = [
            Self::Opened,
            Self::Client,
            Self::Server,
            Self::Lost,
            Self::Secured,
            Self::Withdrawn,
            Self::Closed,
        ];
        all.into_iter().find(|kind| char::from(*kind as u8) == written)
    }
}

/// The lines of a capture, as they are written.
#[derive(Debug, Default)]
pub(super) struct Records {
    text: Vec<u8>,
    /// Where the line of the current packet begins.
    line: usize,
    /// Whether that line has no end yet.
    is_open: bool,
    /// The time of the current packet.
    at: Option<i64>,
    /// What the last record of the line is of.
    last: Option<(Kind, u64)>,
    /// What was found.
    pub(super) counts: Counts,
}

/// A control connection, as records name it.
#[derive(Clone, Debug)]
pub(super) struct Name {
    pub(super) number: u64,
    /// Number, client's address and port.
    pub(super) text: Box<str>,
}

impl Records {
    /// Begins the line of a packet, and ends the one before.
    pub(super) fn begin(&mut self, at: Option<i64>) {
        self.end();
        (self.at, self.line, self.last) = (at, self.text.len(), None);
        self.is_open = true;
    }

    /// Ends the line of the current packet, if there is one.
    pub(super) fn end(&mut self) {
        if self.is_open {
            self.text.push(b'\n');
        }
        self.is_open = false;
    }

    /// The lines that are whole.
    pub(super) fn whole(&self) -> &[u8] {
        if self.is_open { &self.text[..self.line] } else { &self.text }
    }

    /// Forgets the lines that are whole.
    pub(super) fn clear(&mut self) {
        let whole = self.whole().len();
        self.text.drain(..whole);
        self.line = 0;
    }

    /// Writes a record without text.
    pub(super) fn mark(&mut self, kind: Kind, name: &Name) {
        self.head(kind, name);
    }

    /// Writes a record with a number.
    pub(super) fn count(&mut self, kind: Kind, name: &Name, n: u64) {
        self.head(kind, name);
        let _ = write!(self.text, "{n}");
    }

    /// Writes a line of the control connection into the record of its speaker.
    pub(super) fn say(&mut self, kind: Kind, name: &Name, line: Line) {
        let mut whole = self.text.len() - self.line < TEXT_BYTES_MAX;
        if whole {
            if self.last == Some((kind, name.number)) {
                self.text.push(LINE_END);
            } else {
                self.head(kind, name);
            }
            whole = self.escape(line.text);
        }
        self.counts.lines_cut += u64::from(line.cut || !whole);
    }

    fn head(&mut self, kind: Kind, name: &Name) {
        if self.text.len() > self.line {
            self.text.push(RECORD_END);
        }
        self.last = Some((kind, name.number));
        // Writing to memory cannot fail.
        let _ = match self.at {
            Some(at) => write!(self.text, "{at} "),
            None => self.text.write_all(b"- "),
        };
        self.text.push(kind as u8);
        let _ = write!(self.text, " {}\t", name.text);
    }

    /// Writes text so that no byte of it can be taken for something else; `false` where the line of the packet got too long.
    fn escape(&mut self, text: &[u8]) -> bool {
        let special = |b: u8| matches!(b, ESCAPE | RECORD_END | LINE_END | b'\n' | b'\r');
        let end = self.line + TEXT_BYTES_MAX;
        if !text.iter().any(|b| special(*b)) {
            let room = end.saturating_sub(self.text.len());
            self.text.extend_from_slice(&text[..text.len().min(room)]);
            return text.len() <= room;
        }
        for b in text {
            if self.text.len() + 2 > end {
                return false;
            }
            if special(*b) {
                self.text.extend_from_slice(&[ESCAPE, *b + ESCAPED_BY]);
            } else {
                self.text.push(*b);
            }
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name() -> Name {
        Name { number: 7, text: "7 192.0.2.7 50000".into() }
    }

    fn line(text: &[u8]) -> Line<'_> {
        Line { text, cut: false }
    }

    #[test]
    fn no_byte_of_the_text_breaks_the_frame() {
        let mut records = Records::default();
        records.begin(Some(1_500));
        records.say(Kind::Client, &name(), line(b"a\tb\\c\0d \xff"));
        records.say(Kind::Client, &name(), line(b"\n\r\x10\x1e\x1f"));
        records.begin(None);
        records.mark(Kind::Closed, &name());
        records.end();
        let want = b"1500 C 7 192.0.2.7 50000\ta\tb\\c\0d \xff\x1f\x10J\x10M\x10P\x10^\x10_\n- - 7 192.0.2.7 50000\t\n";
        assert_eq!(records.whole().escape_ascii().to_string(), want.escape_ascii().to_string());
    }

    #[test]
    fn a_packet_never_makes_a_line_that_is_too_long() {
        for byte in [b'x', b'\r'] {
            let mut records = Records::default();
            records.begin(Some(1));
            for _ in 0..5 {
                records.say(Kind::Server, &name(), line(&vec![byte; 20_000]));
                records.mark(Kind::Lost, &name());
            }
            records.end();
            assert!(records.whole().len() <= LINE_BYTES_MAX, "{}", records.whole().len());
            assert!(records.counts.lines_cut > 0);
        }
    }

    #[test]
    fn only_whole_lines_are_given_out() {
        let mut records = Records::default();
        records.begin(Some(1));
        records.mark(Kind::Opened, &name());
        assert_eq!(records.whole(), b"");
        records.begin(Some(2));
        assert_eq!(records.whole(), b"1 + 7 192.0.2.7 50000\t\n");
        records.mark(Kind::Closed, &name());
        records.clear();
        assert_eq!(records.whole(), b"");
        records.end();
        assert_eq!(records.whole(), b"2 - 7 192.0.2.7 50000\t\n");
    }

    #[test]
    fn every_kind_is_read_as_it_is_written() {
        for kind in [
            Kind::Opened,
            Kind::Client,
            Kind::Server,
            Kind::Lost,
            Kind::Secured,
            Kind::Withdrawn,
            Kind::Closed,
        ] {
            assert_eq!(Kind::of(char::from(kind as u8)), Some(kind));
        }
        assert_eq!(Kind::of('x'), None);
    }
}
