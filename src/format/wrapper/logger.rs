//! What logging libraries put before a message: time, level, thread and the name of the logger, in the common layouts of
//! log4j, logback, `SLF4J`, `NLog`, Serilog, Monolog, Python and Rust.
//!
//! A line must have a level, in capitals unless something else shows it. Everything before the message is taken off.

use super::stamped::shape;
use super::{Sure, Unwrap, Within, Wrapper};
use crate::format::Line;
use crate::format::arena::Arena;
use crate::format::stamp::Stamps;
use crate::time::When;
use nom::branch::alt;
use nom::bytes::complete::{tag, take_while, take_while1};
use nom::character::complete::{char, digit1};
use nom::combinator::{success, verify};
use nom::sequence::{delimited, preceded, terminated};
use nom::{IResult, Parser};

pub(super) static WRAPPER: Wrapper = Wrapper {
    name: "logger",
    everywhere: true,
    nests: false,
    sure: Sure::If(are_plain),
    start: |zone| Box::new(Logger { stamps: Stamps::new(zone) }),
};

struct Logger {
    stamps: Stamps,
}

impl Unwrap for Logger {
    fn take_off<'a>(&mut self, line: &'a [u8], _: &'a Arena) -> Option<Within<'a>> {
        let inside = line.strip_prefix(b"[").unwrap_or(line);
        let stamped = shape(inside).and_then(|shape| self.stamps.read_anew(inside, shape));
        let head = Head::of(line, stamped.map(|(_, rest)| rest))?;
        let at = stamped.map_or(When::NEVER, |(at, _)| at);
        Some(Within { at, ..Within::text(head.message) })
    }
}

/// What a library put before a message was read.
struct Head<'a> {
    message: &'a [u8],
    /// Nothing in it can be more than a time, a level, a thread and a name: no address of a client, no user.
    plain: bool,
}

impl<'a> Head<'a> {
    /// The head of a line that begins with a time, in brackets or not, behind which stands `stamped`; or of one without.
    fn of(line: &'a [u8], stamped: Option<&'a [u8]>) -> Option<Self> {
        let bracketed = line.first() == Some(&b'[');
        let plain = |message| Self { message, plain: true };
        match stamped {
            None => python(line).map(plain).or_else(|| words(line, false)),
            Some(rest @ [b']', inside @ ..]) => monolog(rest).map(plain).or_else(|| words(inside, true)),
            Some(rest) if bracketed => within_brackets(rest).map(plain),
            Some(rest @ ([b'|', ..] | [b' ', b'|', ..])) => fields(rest, b"|").map(plain),
            Some(rest @ [b' ', b'-', b' ', ..]) => fields(rest, b" - ").map(plain),
            Some(rest) => words(rest, true),
        }
    }
}

/// Whether nearly all lines have heads in which nothing but a library's own can stand.
fn are_plain(lines: &[Line]) -> bool {
    let plain = |l: &&Line| {
        let inside = l.text.strip_prefix(b"[").unwrap_or(l.text);
        let stamped = shape(inside).and_then(|shape| shape(inside).ok());
        Head::of(l.text, stamped.map(|(rest, _)| rest)).is_some_and(|head| head.plain)
    };
    lines.iter().filter(plain).count() * 10 >= lines.len() * 9
}

/// Words that mean how much a message matters.
fn is_level(word: &[u8]) -> bool {
    let levels = [
        "TRACE", "DEBUG", "INFO", "NOTICE", "WARN", "WARNING", "ERROR", "FATAL", "CRITICAL", "SEVERE",
        "CONFIG", "FINE", "FINER", "FINEST", "VERBOSE", "TRC", "VRB", "DBG", "INF", "WRN", "ERR", "FTL",
    ];
    levels.iter().any(|l| word.eq_ignore_ascii_case(l.as_bytes()))
}

fn in_capitals(word: &[u8]) -> bool {
    word.iter().all(u8::is_ascii_uppercase)
}

// DEBUG:ftplib.client:rest
fn python(line: &[u8]) -> Option<&[u8]> {
    let level = verify(take_while1(|b: u8| b.is_ascii_uppercase()), is_level);
    let name = take_while1(|b: u8| b.is_ascii_alphanumeric() || b"._-".contains(&b));
    let read: IResult<&[u8], _> = (level, delimited(char(':'), name, char(':'))).parse(line);
    read.ok().map(|(rest, _)| rest)
}

// ] ftp.DEBUG: rest [] []    ] [FTP.DEBUG]: rest
fn monolog(i: &[u8]) -> Option<&[u8]> {
    let channel = take_while1(|b: u8| b.is_ascii_alphanumeric() || b"_-[".contains(&b));
    let level = verify(take_while1(|b: u8| b.is_ascii_alphabetic()), is_level);
    let end = (take_while(|b| b == b']'), tag(": "));
    let read: IResult<&[u8], _> = (tag("] "), channel, char('.'), level, end).parse(i);
    let (text, _) = read.ok()?;
    // Nothing came with the message.
    Some(text.strip_suffix(b" [] []").unwrap_or(text))
}

//  DBG] rest     DEBUG suppaftp::sync] rest    behind a time in the same brackets.
fn within_brackets(i: &[u8]) -> Option<&[u8]> {
    let end = memchr::memchr(b']', i)?;
    let mut words = i[..end].split(|b| *b == b' ').filter(|w| !w.is_empty());
    let named = words.next().is_some_and(is_level) && words.count() <= 1;
    named.then(|| without_blank(&i[end + 1..]))
}

// |DEBUG|FtpClient|rest     | DEBUG | ftp:login:12 - rest     - ftplib - DEBUG - rest
/// What stands behind the field with the level; behind a bar, the field after it names the logger.
fn fields<'a>(i: &'a [u8], mark: &[u8]) -> Option<&'a [u8]> {
    // The level may come first or behind the name of the logger.
    let mut rest = &i[memchr::memmem::find(i, mark)? + mark.len()..];
    for _ in 0..3 {
        let end = memchr::memmem::find(rest, mark)?;
        let (field, after) = (rest[..end].trim_ascii(), &rest[end + mark.len()..]);
        if is_level(field) {
            return Some(if mark == b"|" { without_logger(after) } else { after });
        }
        if field.contains(&b' ') {
            return None;
        }
        rest = after;
    }
    None
}

// FtpClient|rest     ftp:login:12 - rest
fn without_logger(i: &[u8]) -> &[u8] {
    let name = || take_while1(|b: u8| b > b' ' && b != b'|');
    let bar: IResult<&[u8], _> = terminated(name(), char('|')).parse(i);
    let hyphen: IResult<&[u8], _> = delimited(char(' '), name(), tag(" - ")).parse(i);
    bar.or(hyphen).map_or_else(|_| without_blank(i), |(rest, _)| rest)
}

// DEBUG [main] org.example.Ftp - rest    [main] DEBUG org.example.Ftp - rest    DEBUG 12345 --- [main] o.e.Ftp   : rest
/// Level and thread in any order, and then a logger; behind a time the level needs no mark.
fn words(i: &[u8], stamped: bool) -> Option<Head<'_>> {
    let mut rest = i.trim_ascii_start();
    let (mut level, mut n_others) = (None, 0);
    loop {
        if let Ok((after, inside)) = bracketed(rest)
            // Without a time in front, this may be one that is not known.
            && (stamped || !inside[0].is_ascii_digit())
        {
            let is_level = is_level(inside.trim_ascii());
            level = level.or(is_level.then_some(Level::Marked));
            // A client's address is more than one other.
            n_others +=
                if is_level { 0 } else { 1 + usize::from(!inside.iter().any(u8::is_ascii_alphabetic)) };
            rest = after;
        } else if level.is_none()
            && let Ok((after, word)) = first_word(rest)
            && (stamped || in_capitals(word))
            && is_level(word)
        {
            level = Some(if stamped { Level::Marked } else { Level::Bare });
            rest = after;
        } else if let Ok((after, _)) = process(rest) {
            rest = after;
        } else {
            break;
        }
        // The message may begin with blanks.
        let Some(next) = next_word(rest) else { break };
        rest = next;
    }
    let level = level?;
    let message = match logger(rest).or_else(|_| separator(rest)) {
        Ok((text, _)) => text,
        Err(_) if level == Level::Marked => without_blank(rest),
        Err(_) => return None,
    };
    Some(Head { message, plain: n_others <= 1 })
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Level {
    /// In brackets, or behind a time.
    Marked,
    /// A word at the start of a line, which may be the beginning of a sentence.
    Bare,
}

// [main]
fn bracketed(i: &[u8]) -> IResult<&[u8], &[u8]> {
    delimited(char('['), take_while1(|b| b != b']' && b != b'['), char(']')).parse(i)
}

fn first_word(i: &[u8]) -> IResult<&[u8], &[u8]> {
    take_while1(|b: u8| b.is_ascii_alphabetic())(i)
}

// 12345 ---
fn process(i: &[u8]) -> IResult<&[u8], &[u8]> {
    terminated(digit1, tag(" ---")).parse(i)
}

/// What follows the blanks, if it may be more of the head.
fn next_word(i: &[u8]) -> Option<&[u8]> {
    let next = i.trim_ascii_start();
    let head = next.len() < i.len()
        && (bracketed(next).is_ok()
            || process(next).is_ok()
            || first_word(next).is_ok_and(|(_, w)| is_level(w))
            || logger(next).is_ok());
    head.then_some(next)
}

// org.example.Ftp - rest    o.e.Ftp     : rest    suppaftp::sync: rest    ftp: rest
fn logger(i: &[u8]) -> IResult<&[u8], &[u8]> {
    let name = take_while1(|b: u8| b.is_ascii_alphanumeric() || b"._$:/<>-".contains(&b));
    let (i, name) = verify(name, |n: &[u8]| n[0].is_ascii_alphabetic() && n != b"-").parse(i)?;
    let (rest, _) = take_while(|b| b == b' ')(i)?;
    // A newer logback writes two hyphens, between which more may stand.
    let text = [&b"- "[..], b"-- ", b": "].iter().find_map(|mark| rest.strip_prefix(*mark));
    if let (true, Some(text)) = (rest.len() < i.len(), text) {
        return Ok((text, name));
    }
    // A word and a colon may be the message's own: `Command: USER`.
    let of_a_logger = |n: &[u8]| n.ends_with(b":") && (n.contains(&b'.') || n[0].is_ascii_lowercase());
    verify(preceded(char(' '), success(name)), of_a_logger).parse(i)
}

// : rest     - rest
fn separator(i: &[u8]) -> IResult<&[u8], &[u8]> {
    alt((tag(": "), tag(" - "), tag(" : "))).parse(i)
}

fn without_blank(i: &[u8]) -> &[u8] {
    i.strip_prefix(b" ").unwrap_or(i)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Zone;

    fn taken_off(line: &str) -> Option<(String, Option<String>)> {
        let arena = Arena::default();
        let within = WRAPPER.start(&Zone::UTC).take_off(line.as_bytes(), &arena)?;
        Some((String::from_utf8_lossy(within.text).into_owned(), within.at.clock()))
    }

    #[test]
    fn layouts_with_a_time_are_taken_off() {
        for line in [
            "2026-11-20 18:24:00,123 DEBUG [main] org.example.Ftp - > USER a - b",
            "2026-11-20 18:24:00,123 [main] DEBUG org.example.Ftp:12 - > USER a - b",
            "18:24:00.123 [main] INFO  o.e.Ftp -- > USER a - b",
            "2026-11-20 18:24:00.123 DEBUG 12345 --- [main] o.e.Ftp        : > USER a - b",
            "2026-11-20T18:24:00.123456Z DEBUG suppaftp::sync_ftp: > USER a - b",
            "2026-11-20T18:24:00.123456Z  INFO suppaftp::sync_ftp: > USER a - b",
            "[2026-11-20T18:24:00Z DEBUG suppaftp] > USER a - b",
            "[18:24:00 DBG] > USER a - b",
            "2026-11-20 18:24:00.123 +00:00 [DBG] > USER a - b",
            "2026-11-20 18:24:00,123 - ftplib - DEBUG - > USER a - b",
            "2026-11-20 18:24:00,123 - DEBUG - > USER a - b",
            "2026-11-20 18:24:00,123 [DEBUG] ftplib: > USER a - b",
            "2026-11-20 18:24:00.1234|DEBUG|FtpClient|> USER a - b",
            "2026-11-20 18:24:00.123 | DEBUG    | ftp:login:12 - > USER a - b",
            "[2026-11-20 18:24:00] ftp.DEBUG: > USER a - b [] []",
            "[2026-11-20T18:24:00.123456+00:00] ftp.debug: > USER a - b",
            "[2026-11-20 18:24:00] [FTP.DEBUG]: > USER a - b",
            "2026-11-20 18:24:00 debug > USER a - b",
        ] {
            assert_eq!(
                taken_off(line),
                Some(("> USER a - b".to_owned(), Some("18:24:00".to_owned()))),
                "{line}"
            );
        }
    }

    #[test]
    fn layouts_without_a_time_are_taken_off() {
        for line in [
            "DEBUG:ftplib.client:> USER a - b",
            "[main] DEBUG org.example.Ftp - > USER a - b",
            "DEBUG [main] org.example.Ftp - > USER a - b",
            "DEBUG org.example.Ftp - > USER a - b",
            "[DEBUG] > USER a - b",
            "[debug] > USER a - b",
            "DEBUG: > USER a - b",
            "DEBUG - > USER a - b",
        ] {
            assert_eq!(taken_off(line), Some(("> USER a - b".to_owned(), None)), "{line}");
        }
    }

    #[test]
    fn messages_keep_their_blanks_and_labels() {
        assert_eq!(
            taken_off("2026-11-20 18:24:00,123 DEBUG Command:  USER a").unwrap().0,
            "Command:  USER a"
        );
        assert_eq!(taken_off("2026-11-20 18:24:00,123 DEBUG o.e.Ftp -  EPRT").unwrap().0, " EPRT");
        assert_eq!(taken_off("[DEBUG]  EPRT").unwrap().0, " EPRT");
        assert_eq!(taken_off("DEBUG:x:211-Features:").unwrap().0, "211-Features:");
    }

    #[test]
    fn heads_of_other_programs_stay() {
        for line in [
            "220 ready",
            "USER a",
            "Error:\tCould not connect to server",
            "Error: Connection closed by server",
            "Warning:  x",
            "[D 2026-11-20 18:23:14] 127.0.0.1:52156-[] -> 220 ready",
            "2026-11-20 18:33:28,650 [10608] <response:1>: 220 x",
            "2011-05-05 20:19:46 5008 3 Response: 220 x",
            "[18:24:00] [R] 220 x",
            "[11-20 18:24:00] [debug] > 'USER a'",
            "Nov 20 18:24:00 h pure-ftpd: (a@::1) [DEBUG] 220 x",
            "(a@::1) [DEBUG] 220 x",
            "2026-11-20T18:24:00.069Z << [FTP Session 1 ::1] 331 x",
            "ERROR reading from socket",
            "[1]",
            "",
        ] {
            assert_eq!(taken_off(line), None, "{line}");
        }
    }
}
