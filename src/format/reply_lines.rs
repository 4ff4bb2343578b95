//! Replies of which a log marks only the first line. The rest is read together with it, and where it ends is decided by
//! codes: behind it may stand listings and whatever else a program prints.

use super::Line;
use crate::event::{Event, Lexed, ReplyLine, Told, What};
use crate::ftp::Code;
use crate::source::Lines;

/// What a record says whose first line, without its mark, is `first`. `event` says everything else of it.
pub(super) fn tell<'a>(line: Line<'a>, event: Event<'a>, first: &'a [u8]) -> Lexed<'a> {
    let said = |text| Event { what: What::Reply(ReplyLine::of(text)), ..event };
    let Some(end) = memchr::memchr(b'\n', line.text) else { return Lexed::Event(said(first)) };
    let mut told = vec![Told { below: 0, event: said(first) }];
    let mut place = Place::Loose.after(first);
    for (below, text) in (1..).zip(Lines(&line.text[end + 1..]).map(|l| l.bytes)) {
        let ends = match place {
            Place::Inside(_) => false,
            Place::Loose => text.is_empty(),
            Place::Behind => ReplyLine::of(text).code().is_none(),
        };
        if ends {
            break;
        }
        place = place.after(text);
        if !text.is_empty() {
            told.push(Told { below, event: said(text) });
        }
    }
    line.arena.tell(&told)
}

/// Where in a reply the next line stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// Inside a reply that ends with that code.
    Inside(Code),
    /// Inside a reply that began further up.
    Loose,
    /// Behind the end of a reply. Another one may follow at once.
    Behind,
}

impl Place {
    fn after(self, text: &[u8]) -> Self {
        match (self, ReplyLine::of(text).code()) {
            (Self::Inside(open), Some((code, false))) if open == code => Self::Behind,
            (Self::Inside(_), _) | (_, None) => self,
            (_, Some((_, false))) => Self::Behind,
            (_, Some((code, true))) => Self::Inside(code),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::When;

    /// How many lines below its first line of a record belong to replies, with the lines.
    fn lines_of(record: &'static str) -> Vec<(u32, &'static str)> {
        let event = Event::bare(When::NEVER, What::Opened);
        let first = record.lines().next().unwrap().as_bytes();
        let text = |event: Event<'static>| match event.what {
            What::Reply(line) => std::str::from_utf8(line.line).unwrap(),
            other => panic!("{other:?}"),
        };
        match tell(Line::plain(record.as_bytes()), event, first) {
            Lexed::Event(event) => vec![(0, text(event))],
            Lexed::Many(told) => told.iter().map(|t| (t.below, text(t.event))).collect(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_reply_ends_with_its_code() {
        assert_eq!(lines_of("220 ready\n=> true"), [(0, "220 ready")]);
        let banner = lines_of("220-Hello\r\n\r\n you\r\n220 ready\r\n\r\n{ code: 220 }");
        assert_eq!(banner, [(0, "220-Hello"), (2, " you"), (3, "220 ready")]);
        assert_eq!(
            lines_of("226-Options: -l\r\n226 6 matches\r\n=> 6"),
            [(0, "226-Options: -l"), (1, "226 6 matches")]
        );
    }

    #[test]
    fn replies_that_came_at_once_are_two() {
        assert_eq!(
            lines_of("125 Starting\n226 Done\n\n-rw-r--r-- a"),
            [(0, "125 Starting"), (1, "226 Done")]
        );
    }

    #[test]
    fn what_goes_on_with_an_earlier_reply_ends_at_an_empty_line() {
        assert_eq!(lines_of(" EPRT\n EPSV\n\n331 rows"), [(0, " EPRT"), (1, " EPSV")]);
        assert_eq!(lines_of(" EPRT\n211 End\n\nlisting"), [(0, " EPRT"), (1, "211 End")]);
    }
}
