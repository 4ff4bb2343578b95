//! Apache Commons Net's `PrintCommandListener` with directions: `> ` and `< ` before what is said, and before the first line
//! of a reply only.
//!
//! Without directions it is a bare control channel, which [`super::raw`] reads. Nothing in it is its own, so it is taken
//! for what no other format takes.

use super::basic_ftp::{Mark, direction, first_line, is_command};
use super::{Format, Layout, Lexer, Line, Signs, reply_lines};
use crate::event::{Command, Dialect, Event, Holds, Identity, Lexed, ReplyLine, What};
use crate::ftp::Software;

pub(super) static FORMAT: Format = Format {
    dialect: Dialect {
        name: "commons-net",
        identity: Identity::OneByOne,
        software: Software::Unknown,
        holds: Holds::Everything,
    },
    signs: Signs::LastResort(|lines, _| is_marked_transcript(lines)),
    layout: Layout { joins: Some(|line| direction(line).is_none()), carries: None },
    lexer: &|_| Box::new(CommonsNet),
};

struct CommonsNet;

impl Lexer for CommonsNet {
    fn lex<'a>(&mut self, line: Line<'a>) -> Lexed<'a> {
        let event = |what| Event::bare(line.at(), what);
        match direction(line.text) {
            Some(Mark::Sent(said)) => Command::parse(first_line(said))
                .map_or(Lexed::Skip, |command| Lexed::Event(event(What::Command(command)))),
            Some(Mark::Received(said)) => reply_lines::tell(line, event(What::Opened), first_line(said)),
            // What the program prints itself.
            Some(Mark::Connected) | None => Lexed::Skip,
        }
    }
}

/// Whether commands and replies stand behind the marks: a quoted letter has no replies.
fn is_marked_transcript(lines: &[&[u8]]) -> bool {
    let commands = lines.iter().any(|l| matches!(direction(l), Some(Mark::Sent(said)) if is_command(said)));
    let is_reply =
        |l: &[u8]| matches!(direction(l), Some(Mark::Received(said)) if ReplyLine::of(said).code().is_some());
    commands && lines.iter().any(|l| is_reply(l))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_tell_who_spoke() {
        let command = FORMAT.event("> USER *******\r\n=> true").what;
        assert_eq!(command, What::Command(Command::parse(b"USER *******").unwrap()));
        assert_eq!(FORMAT.event("< 331 x\r\n=> true").what, What::Reply(ReplyLine::of(b"331 x")));
        let Lexed::Many(told) = FORMAT.lex("< 226-Options: -l \r\n226 6 matches total\r\n=> 6") else {
            panic!()
        };
        assert_eq!(told.len(), 2);
        assert_eq!(FORMAT.lex("=> 6"), Lexed::Skip);
    }

    #[test]
    fn a_transcript_has_commands_and_replies_behind_the_marks() {
        assert!(is_marked_transcript(&[b"< 220 ready", b"> USER a", b"=> true"]));
        assert!(!is_marked_transcript(&[b"> USER rights are wrong", b"> PWD is fine"]));
        assert!(!is_marked_transcript(&[b"< 220 ready", b"> 331 is a code"]));
        assert!(!is_marked_transcript(&[b"220 ready", b"USER a"]));
    }
}
