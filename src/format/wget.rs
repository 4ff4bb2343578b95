//! wget with `-S` or `-d`: commands behind an arrow with a blank line after each, replies without any mark.
//!
//! Not what wget prints by itself: `==> PASV ... done.` says nothing of codes.

use super::stamp::{Stamps, iso};
use super::{Format, Layout, Lexer, Line, Sign, Signs};
use crate::event::{Command, Dialect, Event, Holds, Identity, Lexed, ReplyLine, What};
use crate::ftp::{Software, Verb};
use crate::time::When;
use nom::bytes::complete::{tag, take_until};
use nom::sequence::terminated;
use nom::{IResult, Parser};

pub(super) static FORMAT: Format = Format {
    dialect: Dialect {
        name: "wget",
        identity: Identity::OneRun,
        software: Software::Unknown,
        holds: Holds::Everything,
    },
    signs: Signs::WholeFile(sign),
    layout: Layout { joins: None, carries: Some(|line| url(line).map(|_| 0)) },
    lexer: &|setup| Box::new(Wget { stamps: Stamps::new(&setup.zone), at: When::NEVER }),
};

/// The only times are those at which wget turns to another URL.
struct Wget {
    stamps: Stamps,
    at: When,
}

impl Lexer for Wget {
    fn lex<'a>(&mut self, line: Line<'a>) -> Lexed<'a> {
        let text = without_note(line.text);
        if url(text).is_some() {
            self.at = self.stamps.read(&text[2..], iso).map_or(When::NEVER, |(at, _)| at);
            return Lexed::Skip;
        }
        let what = match text.strip_prefix(b"--> ") {
            Some(said) => match Command::parse(said) {
                Some(command) => What::Command(command),
                None => return Lexed::Skip,
            },
            None if is_size(text) || text.starts_with(b"==> ") => return Lexed::Skip,
            // A reply, or a line inside one, or a note: where no reply is open, lines without a code are left out.
            None => What::Reply(ReplyLine::of(text.strip_prefix(b"<-- ").unwrap_or(text))),
        };
        Lexed::Event(Event::bare(line.at().stated().unwrap_or(self.at), what))
    }
}

// Logging in as anonymous ... 220 ftp.example.com ready.    Old versions do not end the line.
fn without_note(i: &[u8]) -> &[u8] {
    let glued: IResult<&[u8], _> = (tag("Logging in as "), take_until(" ... "), tag(" ... ")).parse(i);
    match glued {
        Ok((rest, _)) if ReplyLine::of(rest).code().is_some() => rest,
        _ => i,
    }
}

// 213
/// The size of a file stands alone on a line, and may have three digits; wget takes no reply without a text.
fn is_size(i: &[u8]) -> bool {
    !i.is_empty() && i.iter().all(u8::is_ascii_digit)
}

// --2026-11-20 18:20:54--  ftp://127.0.0.1:2121/hello.txt    --2026-11-20 18:20:59--  (try: 2)  ftp://127.0.0.1:2121/
/// The URL that wget turns to.
fn url(i: &[u8]) -> Option<&[u8]> {
    let stamp = i.strip_prefix(b"--").filter(|i| i.first().is_some_and(u8::is_ascii_digit))?;
    let read: IResult<&[u8], _> = terminated(iso, tag("--  ")).parse(stamp);
    Some(read.ok()?.0)
}

/// A command behind the arrow; wget over HTTP has none.
pub(super) fn sign(line: &[u8]) -> Sign {
    let said = without_note(line).strip_prefix(b"--> ");
    match said.map(|said| said.split(|b| *b == b' ').next().unwrap_or_default()) {
        Some(word) if word.iter().all(u8::is_ascii_uppercase) && Verb::parse(word) != Verb::OTHER => {
            Sign::Strong
        }
        None if url(line).is_some_and(|url| memchr::memmem::find(url, b"ftp").is_some()) => Sign::Fits,
        _ => Sign::None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::Setup;

    #[test]
    fn commands_have_an_arrow_and_replies_have_none() {
        let What::Command(command) = FORMAT.event("--> PASS wonderland").what else { panic!() };
        assert_eq!((command.verb, command.argument), (Verb::PASS, &b"***"[..]));
        let reply = "226 Transfer complete";
        assert_eq!(FORMAT.event(reply).what, What::Reply(ReplyLine::of(reply.as_bytes())));
    }

    #[test]
    fn the_constant_that_wget_shows_for_a_password_is_hidden_too() {
        let What::Command(command) = FORMAT.event("--> PASS Turtle Power!").what else { panic!() };
        assert_eq!(command.argument, b"***");
    }

    #[test]
    fn what_follows_a_url_has_its_time() {
        let mut lexer = (FORMAT.lexer)(&Setup::default());
        for (url, want) in [
            ("--2026-11-20 18:20:54--  ftp://h/x", "2026-11-20T18:20:54+00:00"),
            ("--2026-11-20 18:20:59--  (try: 2)  ftp://h/x", "2026-11-20T18:20:59+00:00"),
        ] {
            assert_eq!(lexer.lex(Line::plain(url.as_bytes())), Lexed::Skip);
            assert_eq!(FORMAT.layout.carries.unwrap()(url.as_bytes()), Some(0));
            let Lexed::Event(event) = lexer.lex(Line::plain(b"--> PASV")) else { panic!() };
            assert_eq!(event.at.rfc3339().unwrap(), want);
        }
        assert_eq!(FORMAT.layout.carries.unwrap()(b"--> PASV"), None);
    }

    #[test]
    fn the_greeting_may_be_glued_to_a_note() {
        let greeting = "Logging in as anonymous ... 220-Welcome";
        assert_eq!(FORMAT.event(greeting).what, What::Reply(ReplyLine::of(b"220-Welcome")));
    }

    #[test]
    fn a_size_is_no_reply() {
        for line in ["213", "33", "==> CWD not needed.", "--2026-11-20 18:20:54--  ftp://h/x"] {
            assert_eq!(FORMAT.lex(line), Lexed::Skip, "{line}");
        }
    }

    #[test]
    fn only_commands_of_ftp_speak_for_it() {
        assert_eq!(sign(b"--> RETR hello.txt"), Sign::Strong);
        assert_eq!(sign(b"--2026-11-20 18:20:54--  ftp://h/x"), Sign::Fits);
        for line in ["--> retry", "--2026-11-20 18:20:54--  http://h/x", "-->", "---> USER a", "226 x"] {
            assert_eq!(sign(line.as_bytes()), Sign::None, "{line}");
        }
    }
}
