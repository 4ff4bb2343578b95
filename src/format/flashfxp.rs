//! FlashFXP's status window and its log file. The mark says on which side a server is shown, not who speaks.

use super::stamp::{Stamps, time_of_day};
use super::{Format, Layout, Lexer, Line, Sign, Signs};
use crate::event::{Command, Dialect, Event, Holds, Identity, Key, Lexed, ReplyLine, What};
use crate::ftp::{Software, Verb};
use nom::bytes::complete::tag;
use nom::character::complete::one_of;
use nom::combinator::recognize;
use nom::sequence::delimited;
use nom::{IResult, Parser};

pub(super) static FORMAT: Format = Format {
    dialect: Dialect {
        name: "flashfxp",
        identity: Identity::OneByOne,
        software: Software::Unknown,
        holds: Holds::Everything,
    },
    signs: Signs::WholeFile(sign),
    layout: Layout::LINES,
    lexer: &|setup| Box::new(FlashFxp { stamps: Stamps::new(&setup.zone) }),
};

struct FlashFxp {
    stamps: Stamps,
}

impl Lexer for FlashFxp {
    fn lex<'a>(&mut self, line: Line<'a>) -> Lexed<'a> {
        let stamped = line.text.strip_prefix(b"[").and_then(|i| self.stamps.read(i, time_of_day));
        let stamped = stamped.and_then(|(at, rest)| Some((at, rest.strip_prefix(b"] ")?)));
        let (at, rest) = stamped.unwrap_or((line.at(), line.text));
        let Ok((said, side)) = side(rest) else {
            let known = stamped.is_some() || is_about_the_program(rest);
            return if known { Lexed::Skip } else { Lexed::Unknown };
        };
        match what(said) {
            Some(what) => Lexed::Event(Event { key: Key::Name(side), ..Event::bare(at, what) }),
            None => Lexed::Skip,
        }
    }
}

// [R] 220 ready    a server on the right, and one on the left when files go from server to server
fn side(i: &[u8]) -> IResult<&[u8], &[u8]> {
    let (rest, side) = delimited(tag("["), recognize(one_of("LR")), tag("]")).parse(i)?;
    // Pastes lose the space of an empty line.
    Ok((rest.strip_prefix(b" ").unwrap_or(rest), side))
}

/// What the line says of the connection. Commands and replies are known by their shape; the notes between them are in the
/// user's language, and where a reply of several lines is open, all else goes on with it.
fn what(said: &[u8]) -> Option<What<'_>> {
    let said = said.trim_ascii_end();
    let line = ReplyLine::of(said);
    if line.code().is_some() {
        return Some(What::Reply(line));
    }
    if is_in_capitals(said) {
        return Some(What::Bare(said));
    }
    let starts = |words: &[&[u8]]| words.iter().any(|w| said.starts_with(w));
    if starts(&[b"Connected to "]) {
        return Some(What::Opened);
    }
    if starts(&[b"Connection lost", b"Connection failed", b"Logged off"]) {
        return Some(What::Closed);
    }
    (!said.is_empty()).then_some(What::Reply(line))
}

/// Whether the first word can be a command: clients that are no terminal write commands in capitals.
fn is_in_capitals(said: &[u8]) -> bool {
    let word = said.split(|b| *b == b' ').next().unwrap_or_default();
    word.len() >= 3 && word.iter().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
}

// WinSock 2.0 -- OpenSSL 0.9.7d 17 Mar 2004
fn is_about_the_program(i: &[u8]) -> bool {
    let words: [&[u8]; 4] = [b"FlashFXP ", b"Support Forums ", b"WinSock ", b"Winsock "];
    words.iter().any(|w| i.starts_with(w))
}

/// A side with a command or a reply behind it.
fn sign(line: &[u8]) -> Sign {
    let stamp: IResult<&[u8], _> = delimited(tag("["), time_of_day, tag("] ")).parse(line);
    let rest = stamp.map_or(line, |(rest, _)| rest);
    let Ok((said, _)) = side(rest) else { return Sign::None };
    let commands = is_in_capitals(said) && Command::parse(said).is_some_and(|c| c.verb != Verb::OTHER);
    if commands || ReplyLine::of(said).code().is_some() { Sign::Strong } else { Sign::Fits }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn what_of(line: &str) -> What<'_> {
        FORMAT.event(line).what
    }

    #[test]
    fn the_side_is_the_session() {
        let event = FORMAT.event("[15:59:39] [R] 220 (vsFTPd 2.2.2)");
        assert_eq!((event.at.clock().unwrap().as_str(), event.key), ("15:59:39", Key::Name(b"R")));
        assert_eq!(event.what, What::Reply(ReplyLine::of(b"220 (vsFTPd 2.2.2)")));
        assert_eq!(FORMAT.event("[L] PASV").key, Key::Name(b"L"));
    }

    #[test]
    fn the_shape_tells_who_spoke() {
        assert_eq!(what_of("[R] SIZE drink.png"), What::Bare(b"SIZE drink.png"));
        assert_eq!(what_of("[R]  REST STREAM"), What::Reply(ReplyLine::of(b" REST STREAM")));
        assert_eq!(what_of("[R] Connected to ftp.example.com"), What::Opened);
        assert_eq!(what_of("[15:59:36] [R] Connection lost: ftp.example.com"), What::Closed);
    }

    #[test]
    fn notes_are_no_commands() {
        for line in
            ["[R] List Complete: 24 KB in 2.55 seconds (9.5 KB/s)", "[R] List Error", "[R] Transfer Failed!"]
        {
            assert!(matches!(what_of(line), What::Reply(r) if r.code().is_none()), "{line}");
        }
        for line in ["[15:59:36] 1 File Skipped", "WinSock 2.0 -- OpenSSL 0.9.7d 17 Mar 2004", "[R] "] {
            assert_eq!(FORMAT.lex(line), Lexed::Skip, "{line}");
        }
        assert_eq!(FORMAT.lex("Did I do this completely wrong?"), Lexed::Unknown);
    }

    #[test]
    fn a_side_alone_does_not_speak_for_it() {
        assert_eq!(sign(b"[15:57:35] [R] PASV"), Sign::Strong);
        assert_eq!(sign(b"[R] 220 My FTP Server"), Sign::Strong);
        assert_eq!(sign(b"[L] Opening data connection IP: 192.0.2.7 PORT: 23016"), Sign::Fits);
        for line in ["[X] PASV", "R] PASV", "[15:57:35] PASV", "PASV"] {
            assert_eq!(sign(line.as_bytes()), Sign::None, "{line}");
        }
    }
}
