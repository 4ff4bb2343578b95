//! basic-ftp with `client.ftp.verbose`: commands, and what each read of the control connection brought, whether that is a
//! part of a reply or several replies. Only the first line of it has a mark.

use super::{Format, Layout, Lexer, Line, Sign, Signs, reply_lines};
use crate::event::{Command, Dialect, Event, Holds, Identity, Lexed, What};
use crate::ftp::{Software, Verb};

pub(super) static FORMAT: Format = Format {
    dialect: Dialect {
        name: "basic-ftp",
        identity: Identity::OneByOne,
        software: Software::Unknown,
        holds: Holds::Everything,
    },
    signs: Signs::WholeFile(sign),
    layout: Layout { joins: Some(|line| mark(line).is_none()), carries: None },
    lexer: &|_| Box::new(BasicFtp),
};

struct BasicFtp;

impl Lexer for BasicFtp {
    fn lex<'a>(&mut self, line: Line<'a>) -> Lexed<'a> {
        match mark(line.text) {
            Some(Mark::Sent(said)) => told(line, Command::parse(first_line(said)).map(What::Command)),
            Some(Mark::Received(said)) => {
                reply_lines::tell(line, Event::bare(line.at(), What::Opened), first_line(said))
            }
            Some(Mark::Connected) => told(line, Some(What::Opened)),
            // Notes, listings, and what the program prints itself.
            None => Lexed::Skip,
        }
    }
}

fn told<'a>(line: Line<'a>, what: Option<What<'a>>) -> Lexed<'a> {
    what.map_or(Lexed::Skip, |what| Lexed::Event(Event::bare(line.at(), what)))
}

/// The first line of a record, without its end.
pub(super) fn first_line(record: &[u8]) -> &[u8] {
    crate::source::Lines(record).next().map_or(record, |l| l.bytes)
}

/// What a marked line begins with.
pub(super) enum Mark<'a> {
    Sent(&'a [u8]),
    Received(&'a [u8]),
    Connected,
}

// > FEAT     < 211-Features:     Connected to 127.0.0.1:2121 (No encryption)
fn mark(record: &[u8]) -> Option<Mark<'_>> {
    direction(record).or_else(|| is_connected(first_line(record)).then_some(Mark::Connected))
}

/// The mark that several clients put before what is said.
pub(super) fn direction(record: &[u8]) -> Option<Mark<'_>> {
    match record {
        [b'>', b' ', said @ ..] => Some(Mark::Sent(said)),
        [b'<', b' ', said @ ..] => Some(Mark::Received(said)),
        _ => None,
    }
}

fn is_connected(line: &[u8]) -> bool {
    line.starts_with(b"Connected to ") && line.ends_with(b")") && is_about_encryption(line)
}

/// Whether a note ends with the protection of a connection.
fn is_about_encryption(line: &[u8]) -> bool {
    [&b"(No encryption)"[..], b"(TLSv", b"(SSLv"].iter().any(|w| memchr::memmem::find(line, w).is_some())
}

/// Only its notes and its mask tell it from other programs that mark lines with `>` and `<`.
fn sign(line: &[u8]) -> Sign {
    let notes: [&[u8]; 4] = [
        b"Control socket is using: ",
        b"Login security: ",
        b"Trying to find optimal transfer strategy...",
        b"Optimal transfer strategy found.",
    ];
    let transfer = line.starts_with(b"Downloading from ") || line.starts_with(b"Uploading to ");
    match direction(line) {
        Some(Mark::Sent(b"PASS ###")) => Sign::Strong,
        Some(_) => Sign::Fits,
        _ if is_connected(line) || transfer && is_about_encryption(line) => Sign::Strong,
        _ if notes.iter().any(|n| line.starts_with(n)) => Sign::Strong,
        _ => Sign::None,
    }
}

/// Whether a line is a command as programs write it.
pub(super) fn is_command(said: &[u8]) -> bool {
    let word = said.split(|b| *b == b' ').next().unwrap_or_default();
    word.iter().all(u8::is_ascii_uppercase) && Verb::parse(word) != Verb::OTHER
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::ReplyLine;

    #[test]
    fn marks_tell_who_spoke() {
        let command = FORMAT.event("> PASS ###").what;
        assert_eq!(command, What::Command(Command::parse(b"PASS x").unwrap()));
        assert_eq!(FORMAT.event("< 220 x\r\n\r\n").what, What::Reply(ReplyLine::of(b"220 x")));
        assert_eq!(FORMAT.event("Connected to [::1]:2121 (No encryption)").what, What::Opened);
        assert_eq!(
            FORMAT.event("Connected to 192.0.2.1:990 (TLSv1.3)\nLogin security: TLSv1.3").what,
            What::Opened
        );
    }

    #[test]
    fn only_the_first_line_of_what_was_read_is_marked() {
        let Lexed::Many(told) = FORMAT.lex("< 125 Starting.\r\n226 Done.\r\n\n-rw-r--r-- 226 a\n") else {
            panic!()
        };
        let replies: Vec<_> = told.iter().map(|t| t.event.what).collect();
        assert_eq!(
            replies,
            [What::Reply(ReplyLine::of(b"125 Starting.")), What::Reply(ReplyLine::of(b"226 Done."))]
        );
    }

    #[test]
    fn what_else_is_printed_is_skipped() {
        for text in [
            "6",
            "-rw-r--r-- 1 alice alice 33 Nov 20 18:23 hello.txt",
            "{ code: 226 }",
            "",
            "Connected to us",
        ] {
            assert_eq!(FORMAT.lex(text), Lexed::Skip, "{text}");
        }
    }

    #[test]
    fn notes_and_the_mask_speak_for_it() {
        for line in [
            "Connected to 127.0.0.1:2121 (No encryption)",
            "Downloading from [::1]:21241 (No encryption)",
            "Login security: TLSv1.3",
            "> PASS ###",
        ] {
            assert_eq!(sign(line.as_bytes()), Sign::Strong, "{line}");
        }
        for line in ["> USER alice", "< 220 ready", "> I wrote that"] {
            assert_eq!(sign(line.as_bytes()), Sign::Fits, "{line}");
        }
        for line in ["* Connected to h (::1) port 21 (#0)", "Connected to h."] {
            assert_eq!(sign(line.as_bytes()), Sign::None, "{line}");
        }
    }
}
