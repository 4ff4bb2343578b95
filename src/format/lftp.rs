//! lftp with `debug`: what it sends, receives and notes, with or without process, time and host.
//!
//! Not lftp over HTTP, SFTP or FISH, which has the same marks.

use super::stamp::{Stamps, iso, number};
use super::{Format, Layout, Lexer, Line, Sign, Signs};
use crate::event::{Command, Dialect, Event, Holds, Identity, Key, Lexed, ReplyLine, What};
use crate::ftp::{Code, Software};
use crate::time::When;
use nom::IResult;
use nom::Parser;
use nom::bytes::complete::{tag, take_while1};
use nom::sequence::{delimited, terminated};

pub(super) static FORMAT: Format = Format {
    dialect: Dialect {
        name: "lftp",
        identity: Identity::OneRun,
        software: Software::Unknown,
        holds: Holds::Everything,
    },
    signs: Signs::WholeFile(sign),
    layout: Layout::LINES,
    lexer: &|setup| Box::new(Lftp { stamps: Stamps::new(&setup.zone) }),
};

struct Lftp {
    stamps: Stamps,
}

impl Lexer for Lftp {
    fn lex<'a>(&mut self, line: Line<'a>) -> Lexed<'a> {
        let (rest, process) = process(line.text).map_or((line.text, None), |(rest, n)| (rest, Some(n)));
        let (at, rest) = match self.stamps.read(rest, iso) {
            Some((at, rest)) => (at, rest.strip_prefix(b" ").unwrap_or(rest)),
            None => (line.at(), rest),
        };
        let (rest, host) = host(rest).unwrap_or((rest, b""));
        let Some((mark, said)) = mark(rest) else { return unmarked(at, rest) };
        let what = match mark {
            Mark::Sent => match Command::parse(said) {
                Some(command) => What::Command(command),
                None => return Lexed::Skip,
            },
            Mark::Received => What::Reply(ReplyLine::of(said)),
            // The note is in the user's language; in others the greeting and QUIT tell.
            Mark::Note if said.starts_with(b"Connecting to ") => What::Opened,
            Mark::Note if said.starts_with(b"Closing control socket") => What::Closed,
            Mark::Note | Mark::Aside => return Lexed::Skip,
        };
        Lexed::Event(Event { key: key(process, host), ..Event::bare(at, what) })
    }
}

/// Replies to `quote` have no mark. Everything else that lftp writes is for its user, and so is what looks like a greeting.
fn unmarked(at: When, text: &[u8]) -> Lexed<'_> {
    let line = ReplyLine::of(text);
    match line.code() {
        None | Some((Code(120 | 220), _)) => Lexed::Skip,
        Some(_) => Lexed::Event(Event::bare(at, What::Reply(line))),
    }
}

/// Process and host together: each alone may be shared by several connections.
fn key(process: Option<u64>, host: &[u8]) -> Key<'static> {
    match (process, host) {
        (None, b"") => Key::None,
        (process, host) => {
            let hash = host
                .iter()
                .fold(process.unwrap_or(0), |n, b| n.wrapping_mul(0x100_0000_01b3) ^ u64::from(*b));
            Key::Number(hash)
        }
    }
}

// [2813]
fn process(i: &[u8]) -> Option<(&[u8], u64)> {
    let read: IResult<&[u8], u64> = delimited(tag("["), number, tag("] ")).parse(i);
    read.ok()
}

// 127.0.0.1 ---> FEAT
fn host(i: &[u8]) -> Option<(&[u8], &[u8])> {
    if mark(i).is_some() {
        return None;
    }
    let read: IResult<&[u8], &[u8]> = terminated(take_while1(is_of_a_host), tag(" ")).parse(i);
    let (rest, host) = read.ok().filter(|(_, host)| !host.ends_with(b":"))?;
    mark(rest).map(|_| (rest, host))
}

fn is_of_a_host(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b".-_:%[]".contains(&b) || !b.is_ascii()
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mark {
    Sent,
    Received,
    Note,
    /// Errors, and what is said to a proxy.
    Aside,
}

// ---> PASV    <--- 227 Entering Passive Mode    ---- Closing data socket    **** Timeout - reconnecting
fn mark(i: &[u8]) -> Option<(Mark, &[u8])> {
    let (mark, rest) = i.split_at_checked(4)?;
    let said = rest.strip_prefix(b" ").or_else(|| rest.is_empty().then_some(rest))?;
    let mark = match mark {
        b"--->" => Mark::Sent,
        b"<---" => Mark::Received,
        b"----" => Mark::Note,
        b"****" | b"+-->" | b"<--+" => Mark::Aside,
        _ => return None,
    };
    Some((mark, said))
}

/// What lftp says, with its mark, without what stands before it.
pub(super) fn shown(line: &[u8]) -> &[u8] {
    let (rest, _) = process(line).unwrap_or((line, 0));
    let stamp: IResult<&[u8], _> = terminated(iso, tag(" ")).parse(rest);
    let rest = stamp.map_or(rest, |(rest, _)| rest);
    host(rest).map_or(rest, |(rest, _)| rest)
}

/// A marked reply with a code: BSD clients mark only commands, and other protocols have no codes.
pub(super) fn sign(line: &[u8]) -> Sign {
    match mark(shown(line)) {
        Some((Mark::Received, said)) if ReplyLine::of(said).code().is_some() => Sign::Strong,
        Some(_) => Sign::Fits,
        None => Sign::None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ftp::Verb;

    #[test]
    fn marks_tell_who_spoke() {
        let What::Command(command) = FORMAT.event(b"---> PASS wonderland").what else { panic!() };
        assert_eq!((command.verb, command.argument), (Verb::PASS, &b"***"[..]));
        assert_eq!(FORMAT.event(b"<---  EPRT").what, What::Reply(ReplyLine::of(b" EPRT")));
        assert_eq!(FORMAT.event(b"---- Connecting to 127.0.0.1 (127.0.0.1) port 2221").what, What::Opened);
        assert_eq!(FORMAT.event(b"---- Closing control socket").what, What::Closed);
    }

    #[test]
    fn process_time_and_host_stand_before_the_mark() {
        let full = FORMAT.event(b"[2813] 2026-11-20 18:20:54 127.0.0.1 ---> FEAT");
        assert_eq!(full.at.rfc3339().unwrap(), "2026-11-20T18:20:54+00:00");
        let What::Command(command) = full.what else { panic!() };
        assert_eq!(command.verb, Verb::FEAT);
        assert_eq!(FORMAT.event(b"[2813] <--- 220 x").key, Key::Number(2813));
        assert_eq!(
            FORMAT.event(b"127.0.0.1 <--- 220 x").key,
            FORMAT.event(b"2026-11-20 18:20:54 127.0.0.1 ---> QUIT").key
        );
        assert_ne!(FORMAT.event(b"127.0.0.1 <--- 220 x").key, FORMAT.event(b"127.0.0.2 <--- 220 x").key);
        assert_eq!(
            FORMAT.event(b"2021-05-06T10:00:42+0000 ---> FEAT").at.rfc3339().unwrap(),
            "2021-05-06T10:00:42+00:00"
        );
    }

    #[test]
    fn replies_to_quote_have_no_mark() {
        assert_eq!(
            FORMAT.event(b"503 Bad sequence of commands").what,
            What::Reply(ReplyLine::of(b"503 Bad sequence of commands"))
        );
        assert_eq!(FORMAT.lex(b"220 looks like a greeting, in a file"), Lexed::Skip);
    }

    #[test]
    fn notes_and_listings_are_skipped() {
        for line in [
            "---- Closing data socket",
            "---- Connecting data socket to (127.0.0.1) port 22216",
            "**** Timeout - reconnecting",
            "cd: Access failed: 550 /nosuchdir: No such file or directory",
            "-rw-r--r--   1 alice    alice          33 Nov 20 18:19 hello.txt",
            "cd ok, cwd=/pub",
        ] {
            assert_eq!(FORMAT.lex(line.as_bytes()), Lexed::Skip, "{line}");
        }
    }

    #[test]
    fn other_protocols_through_lftp_do_not_speak_for_it() {
        assert_eq!(sign(b"<--- HTTP/1.1 200 OK"), Sign::Fits);
        assert_eq!(sign(b"---> sending a packet, length=5, type=1(INIT), id=1"), Sign::Fits);
        assert_eq!(sign(b"220 ready"), Sign::None);
        assert_eq!(sign(b"[7] 2026-11-20 18:20:54 h <--- 220 ready"), Sign::Strong);
    }
}
