//! fineFTP, a server to build into other programs, in a debug build: what it reads and sends, each line with an arrow that
//! points the other way than curl's. It names no connection.

use super::{Format, Layout, Lexer, Line, Sign, Signs};
use crate::event::{Command, Dialect, Event, Holds, Identity, Lexed, ReplyLine, What};
use crate::ftp::{Software, Verb};

pub(super) static FORMAT: Format = Format {
    dialect: Dialect {
        name: "fineftp",
        identity: Identity::Mingled,
        software: Software::Unknown,
        holds: Holds::Everything,
    },
    signs: Signs::WholeFile(sign),
    layout: Layout::LINES,
    lexer: &|_| Box::new(FineFtp),
};

struct FineFtp;

impl Lexer for FineFtp {
    fn lex<'a>(&mut self, line: Line<'a>) -> Lexed<'a> {
        let what = match (said(line.text), line.text) {
            (Some((Arrow::Read, said)), _) => match Command::parse(said) {
                Some(command) => What::Command(command),
                None => return Lexed::Skip,
            },
            (Some((Arrow::Sent, said)), _) => What::Reply(ReplyLine::of(said)),
            // The other lines of a reply have no arrow.
            (None, text) if text.starts_with(b" ") || ReplyLine::of(text).code().is_some() => {
                What::Reply(ReplyLine::of(text))
            }
            (None, text) => return about_the_connection(line, text),
        };
        Lexed::Event(Event::bare(line.at(), what))
    }
}

/// Who closed a connection is not said, so what goes on shows which one it was.
fn about_the_connection<'a>(line: Line<'a>, text: &'a [u8]) -> Lexed<'a> {
    if let Some((client, client_port)) = connected(text) {
        return Lexed::Event(Event { client, client_port, ..Event::bare(line.at(), What::Opened) });
    }
    let words: [&[u8]; 6] = [
        b"Control connection closed by client.",
        b"Data connection closed by client.",
        b"Ftp Session shutting down",
        b"FTP Server created.",
        b"Listening at address ",
        b"Successfully added ",
    ];
    if words.iter().any(|w| text.starts_with(w)) { Lexed::Skip } else { Lexed::Unknown }
}

// FTP Client connected: 127.0.0.1:36352    addresses of IPv6 have no brackets
fn connected(i: &[u8]) -> Option<(&[u8], u16)> {
    let client = i.strip_prefix(b"FTP Client connected: ")?;
    let (address, port) = client.split_at(memchr::memrchr(b':', client)?);
    Some((address, u16::try_from(crate::text::number(&port[1..])?).ok()?))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Arrow {
    /// From the client.
    Read,
    /// To the client.
    Sent,
}

// FTP << USER alice    FTP >> 331 Please enter password
fn said(i: &[u8]) -> Option<(Arrow, &[u8])> {
    let read = i.strip_prefix(b"FTP << ").map(|said| (Arrow::Read, said));
    read.or_else(|| i.strip_prefix(b"FTP >> ").map(|said| (Arrow::Sent, said)))
}

/// A command or a reply behind its arrow.
fn sign(line: &[u8]) -> Sign {
    let telling = match said(line) {
        None => return Sign::None,
        Some((Arrow::Read, said)) => Command::parse(said).is_some_and(|c| c.verb != Verb::OTHER),
        Some((Arrow::Sent, said)) => ReplyLine::of(said).code().is_some(),
    };
    if telling { Sign::Strong } else { Sign::Fits }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arrows_point_the_other_way_than_elsewhere() {
        let What::Command(command) = FORMAT.event("FTP << PASS wonderland").what else { panic!() };
        assert_eq!((command.verb, command.argument), (Verb::PASS, &b"***"[..]));
        assert_eq!(FORMAT.event("FTP >> 215 LINUX").what, What::Reply(ReplyLine::of(b"215 LINUX")));
    }

    #[test]
    fn the_other_lines_of_a_reply_have_no_arrow() {
        for line in [" UTF8", "211 END"] {
            assert_eq!(FORMAT.event(line).what, What::Reply(ReplyLine::of(line.as_bytes())));
        }
    }

    #[test]
    fn a_connection_has_its_client() {
        let opened = FORMAT.event("FTP Client connected: 127.0.0.1:36352");
        assert_eq!(
            (opened.what, opened.client, opened.client_port),
            (What::Opened, &b"127.0.0.1"[..], 36352)
        );
        assert_eq!(FORMAT.event("FTP Client connected: ::1:36352").client, b"::1");
    }

    #[test]
    fn its_own_words_are_skipped_and_the_programs_are_not_known() {
        for line in ["Control connection closed by client.", "Listening at address 127.0.0.1 on port 2121:"] {
            assert_eq!(FORMAT.lex(line), Lexed::Skip, "{line}");
        }
        assert_eq!(FORMAT.lex("starting the recorder"), Lexed::Unknown);
    }

    #[test]
    fn arrows_without_ftp_do_not_speak_for_it() {
        assert_eq!(sign(b"FTP >> 331 Please enter password"), Sign::Strong);
        assert_eq!(sign(b"FTP << hello"), Sign::Fits);
        assert_eq!(sign(b"<< USER alice"), Sign::None);
    }
}
