//! FileZilla Server 0.9: `(000041) date time - user (address)> text`, where nothing says who spoke.
//!
//! The server's own remarks stand among commands and replies; they are told by their words.

use super::locale_date::locale_date;
use super::stamp::{Shape, Stamps};
use super::{Format, Layout, Lexer, Line, Signs};
use crate::event::{Command, Dialect, Event, Holds, Identity, Key, Lexed, ReplyLine, What};
use crate::ftp::{Software, Verb};
use crate::time::When;
use nom::bytes::complete::take_while_m_n;
use nom::character::complete::char;
use nom::combinator::{map_opt, opt};
use nom::sequence::{delimited, terminated};
use nom::{IResult, Parser};

pub(super) static FORMAT: Format = Format {
    dialect: Dialect {
        name: "filezilla-server-0.9",
        identity: Identity::Key,
        software: Software::FilezillaServer,
        holds: Holds::Everything,
    },
    signs: Signs::EveryLine,
    layout: Layout::LINES,
    lexer: &|setup| {
        Box::new(FileZillaServer09 { stamps: Stamps::new(&setup.zone), shape: locale_date(setup.date_order) })
    },
};

/// The longest word that a client is thought to try as a command.
const STRANGE_BYTES_MAX: usize = 12;

struct FileZillaServer09 {
    stamps: Stamps,
    shape: Shape,
}

impl Lexer for FileZillaServer09 {
    fn lex<'a>(&mut self, line: Line<'a>) -> Lexed<'a> {
        let Ok((rest, id)) = head(line.text) else { return Lexed::Unknown };
        let (at, rest) = self.stamps.read(rest, self.shape).unwrap_or((When::NEVER, rest));
        let Some((user, client, text)) = speaker(rest) else { return Lexed::Unknown };
        let Some(what) = what(text) else { return Lexed::Skip };
        Lexed::Event(Event { at, route: client, key: Key::Number(id), client, client_port: 0, user, what })
    }
}

/// Where the date of a line begins.
pub(super) fn date(line: &[u8]) -> Option<&[u8]> {
    head(line).ok().map(|(rest, _)| rest)
}

// (000041) 4/1/2009    (000041)4/1/2009
fn head(i: &[u8]) -> IResult<&[u8], u64> {
    terminated(session, opt(char(' '))).parse(i)
}

// (000041)
fn session(i: &[u8]) -> IResult<&[u8], u64> {
    let digits = take_while_m_n(6, 10, |b: u8| b.is_ascii_digit());
    delimited(char('('), map_opt(digits, crate::text::number), char(')')).parse(i)
}

//  - Ann Lee (192.0.2.7)> PWD    the user, the address and the text; what stands before the hyphen is a date that was not
// understood.
fn speaker(i: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let end = memchr::memmem::find(i, b")>")?;
    let (head, text) = (&i[..end], &i[end + 2..]);
    let open = memchr::memmem::rfind(head, b" (")?;
    let (before, client) = (&head[..open], &head[open + 2..]);
    let hyphen = memchr::memmem::find(before, b"- ")?;
    let user = &before[hyphen + 2..];
    let user = if user == b"(not logged in)" { b"" } else { user };
    Some((user, client, text.strip_prefix(b" ").unwrap_or(text)))
}

/// What a text says; `None` for what the server says to itself.
fn what(text: &[u8]) -> Option<What<'_>> {
    match text {
        _ if ReplyLine::of(text).code().is_some() => Some(What::Reply(ReplyLine::of(text))),
        _ if text.starts_with(b"Connected") && text.ends_with(b"sending welcome message...") => {
            Some(What::Opened)
        }
        b"disconnected." | b"could not send reply, disconnected." | b"Can't get remote IP, disconnected" => {
            Some(What::Closed)
        }
        b"SSL connection established" | b"TLS connection established" => Some(What::Secured),
        _ if is_remark(text) => None,
        _ if is_strange_command(text) => Command::parse(text).map(What::Command),
        // A line inside a reply may look like a command, and a command like such a line: the replies around it tell.
        _ => Some(What::Bare(text)),
    }
}

/// Whether the server says this to itself: how its other sentences begin.
fn is_remark(text: &[u8]) -> bool {
    const STARTS: [&[u8]; 8] =
        [b"SSL ", b"TLS ", b"SSL_", b"SSL3 ", b"Data connection ", b"Failed ", b"Unable to ", b"Could not "];
    STARTS.iter().any(|start| text.starts_with(start))
}

/// Whether a text starts with a word in capitals that is no FTP command and no feature: a client's mistake, which the
/// server answers like any command.
fn is_strange_command(text: &[u8]) -> bool {
    let word = text.split(|b| *b == b' ').next().unwrap_or_default();
    (2..=STRANGE_BYTES_MAX).contains(&word.len())
        && word.iter().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
        && Verb::parse(word) == Verb::OTHER
        && !matches!(word, b"UTF8" | b"TVFS")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> Lexed<'static> {
        let line = format!("(000041) 20/07/2014 11:12:43 - (not logged in) (192.0.2.7)> {text}");
        FORMAT.lex(line.leak())
    }

    #[test]
    fn the_head_of_a_line_names_session_user_and_address() {
        let e = FORMAT.event("(000041) 4/20/2009 1:34:49 AM - Ann Lee (192.0.2.7)> 230 Logged on");
        assert_eq!((e.key, e.user, e.client), (Key::Number(41), &b"Ann Lee"[..], &b"192.0.2.7"[..]));
        assert_eq!(e.at.rfc3339().unwrap(), "2009-04-20T01:34:49+00:00");
        assert_eq!(e.what, What::Reply(ReplyLine::of(b"230 Logged on")));
    }

    #[test]
    fn undated_lines_and_dates_of_unknown_order_are_read() {
        let e =
            FORMAT.event("(000133)- (not logged in) (::1)> Connected on port 21, sending welcome message...");
        assert_eq!((e.user, e.client, e.what, e.at), (&b""[..], &b"::1"[..], What::Opened, When::NEVER));
        let e = FORMAT.event("(000041)4/1/2009 1:34:49 AM - Ann Lee (192.0.2.7)> PWD");
        assert_eq!((e.at.rfc3339(), e.at.clock().unwrap().as_str()), (None, "01:34:49"));
        let e = FORMAT.event("(000041) 2019-12-18 오후 3:51:17 - ann (192.0.2.7)> PWD");
        assert_eq!((e.at, e.user), (When::NEVER, &b"ann"[..]));
    }

    #[test]
    fn what_a_feature_list_may_hold_is_left_to_its_surroundings() {
        for text in ["PWD", " MDTM", "MDTM", "UTF8", "REST STREAM", "type=file;size=5; x", "drwxr-xr-x 2 ftp"]
        {
            let Lexed::Event(e) = said(text) else { panic!("{text}") };
            assert_eq!(e.what, What::Bare(text.as_bytes()), "{text}");
        }
        let Lexed::Event(e) = said("XYZZY foo") else { panic!() };
        assert_eq!(e.what, What::Command(Command::parse(b"XYZZY foo").unwrap()));
    }

    #[test]
    fn remarks_are_neither_commands_nor_replies() {
        let what = |text| match said(text) {
            Lexed::Event(event) => Some(event.what),
            _ => None,
        };
        assert_eq!(what("Connected, sending welcome message..."), Some(What::Opened));
        assert_eq!(what("disconnected."), Some(What::Closed));
        assert_eq!(what("could not send reply, disconnected."), Some(What::Closed));
        assert_eq!(what("SSL connection established"), Some(What::Secured));
        assert_eq!(what("SSL connection for data connection established"), None);
        assert_eq!(what("Data connection SSL warning: SSL3 alert write: fatal: x"), None);
    }

    #[test]
    fn other_lines_are_not_known() {
        for line in ["(41) x", "(000041) hello", "FileZilla Server 0.9.60 beta started", ""] {
            assert_eq!(FORMAT.lex(line), Lexed::Unknown, "{line}");
        }
    }
}
