//! Pure-FTPd through syslog: commands with `-d`, replies too with `-d -d`; process numbers with `-1`.
//!
//! The words are translated when the program is built, so only the shape of a line is read. Where there are no replies, English
//! notices say how logins went, and without `-d` what was done.

use super::pure_ftpd_events::{Notice, last_words, notice};
use super::{Format, Layout, Lexer, Line, Signs};
use crate::event::{Command, Dialect, Event, Holds, Identity, Key, Lexed, ReplyLine, What};
use crate::ftp::Software;
use nom::bytes::complete::{is_not, tag, take_while1};
use nom::character::complete::char;
use nom::sequence::{delimited, terminated};
use nom::{IResult, Parser};

pub(super) static FORMAT: Format = Format {
    dialect: Dialect {
        name: "pure-ftpd",
        identity: Identity::Mingled,
        software: Software::PureFtpd,
        holds: Holds::Everything,
    },
    signs: Signs::EveryLine,
    layout: Layout::LINES,
    lexer: &|_| Box::new(PureFtpd { notices: Notices::None }),
};

/// The same with one `-d`.
pub(super) static COMMANDS: Format = Format {
    dialect: Dialect {
        name: "pure-ftpd-commands",
        identity: Identity::Mingled,
        software: Software::PureFtpd,
        holds: Holds::Commands,
    },
    signs: Signs::EveryLine,
    layout: Layout::LINES,
    lexer: &|_| Box::new(PureFtpd { notices: Notices::Logins }),
};

/// The same without `-d`.
pub(super) static EVENTS: Format = Format {
    dialect: Dialect {
        name: "pure-ftpd-events",
        identity: Identity::Mingled,
        software: Software::PureFtpd,
        holds: Holds::Deeds,
    },
    signs: Signs::EveryLine,
    layout: Layout::LINES,
    lexer: &|_| Box::new(PureFtpd { notices: Notices::All }),
};

/// Which notices are read: those that say more than the talk that the log holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Notices {
    None,
    /// How logins went, and where sessions end.
    Logins,
    All,
}

struct PureFtpd {
    notices: Notices,
}

impl Lexer for PureFtpd {
    fn lex<'a>(&mut self, line: Line<'a>) -> Lexed<'a> {
        // Some wrappers leave nothing of the header but the message.
        if line.tag.is_some_and(|tag| !crate::text::holds(tag.program, "ftp")) {
            return Lexed::Unknown;
        }
        let Some((message, who)) = who(line.text) else { return Lexed::Unknown };
        let Ok((message, level)) = level(message) else { return Lexed::Unknown };
        let what = match level {
            b"DEBUG" => spoken(message),
            b"INFO" if who.user == b"?" && is_connection(message, who.client) => Some(What::Opened),
            b"INFO" if crate::text::holds(message, "tls: enabled ") => Some(What::Secured),
            b"INFO" | b"NOTICE" | b"WARNING" | b"ERROR" => return self.noticed(message, who, &line),
            _ => return Lexed::Unknown,
        };
        what.map_or(Lexed::Skip, |what| Lexed::Event(who.event(what, &line)))
    }
}

impl PureFtpd {
    /// What a notice says, where it is wanted.
    fn noticed<'a>(&self, message: &'a [u8], who: Who<'a>, line: &Line<'a>) -> Lexed<'a> {
        if self.notices == Notices::None {
            return said_in_leaving(message, who, line);
        }
        let Some(notice) = notice(message) else { return Lexed::Skip };
        let who = match notice {
            Notice::Login(user, _) => Who { user, ..who },
            Notice::Refused(client) => Who { client, ..who },
            Notice::Did(..) | Notice::Renamed(..) if self.notices != Notices::All => return Lexed::Skip,
            _ => who,
        };
        let (first, next) = notice.told();
        line.arena.tell_all([Some(first), next].into_iter().flatten().map(|what| who.event(what, line)))
    }
}

/// What the server says as it closes a connection goes to the client behind 421, and into the log without it (`die` in
/// `ftpd.c`).
fn said_in_leaving<'a>(message: &'a [u8], who: Who<'a>, line: &Line<'a>) -> Lexed<'a> {
    let Some((words, client)) = last_words(message) else { return Lexed::Skip };
    let opened = client.map(|_| What::Opened);
    let who = Who { client: client.unwrap_or(who.client), ..who };
    let reply = What::Reply(ReplyLine::of(line.arena.join(&[b"421 ", words])));
    let all = opened.into_iter().chain([reply, What::Closed]);
    line.arena.tell_all(all.map(|what| who.event(what, line)))
}

#[derive(Clone, Copy)]
struct Who<'a> {
    user: &'a [u8],
    client: &'a [u8],
}

impl<'a> Who<'a> {
    fn event(self, what: What<'a>, line: &Line<'a>) -> Event<'a> {
        let known = |name: &'a [u8]| if name == b"?" { &b""[..] } else { name };
        let (client, user) = (self.client, known(self.user));
        let key = line.tag.and_then(|tag| tag.pid).map_or(Key::None, Key::Number);
        Event { at: line.at(), route: client, key, client, client_port: 0, user, what }
    }
}

// (alice@127.0.0.1) [  The name may hold anything, so the first bracket that fits decides.
fn who(line: &[u8]) -> Option<(&[u8], Who<'_>)> {
    let inside = line.strip_prefix(b"(")?;
    let end = memchr::memmem::find(inside, b") [")?;
    let at = memchr::memrchr(b'@', &inside[..end])?;
    let who = Who { user: &inside[..at], client: &inside[at + 1..end] };
    let whole = !who.client.is_empty() && !who.client.contains(&b' ');
    whole.then_some((&inside[end + 2..], who))
}

// [DEBUG] 331 User alice OK. Password required
fn level(i: &[u8]) -> IResult<&[u8], &[u8]> {
    let name = take_while1(|b: u8| b.is_ascii_uppercase());
    terminated(delimited(char('['), name, char(']')), tag(" ")).parse(i)
}

/// A command, or a line of a reply.
fn spoken(message: &[u8]) -> Option<What<'_>> {
    let line = ReplyLine { escaped: true, ..ReplyLine::of(message) };
    if line.code().is_some() {
        return Some(What::Reply(line));
    }
    match command(message) {
        Ok((argument, verb)) => {
            let argument = argument.strip_suffix(b"]").unwrap_or(argument);
            Command::of(verb, argument).map(What::Command)
        }
        Err(_) => Some(What::Reply(line)),
    }
}

// Command [retr] [hello.txt]    The first word depends on the language; the verb is in lower case.
fn command(i: &[u8]) -> IResult<&[u8], &[u8]> {
    let (i, _) = terminated(is_not("["), char('[')).parse(i)?;
    let (i, verb) = take_while1(|b: u8| b != b']' && b != b' ')(i)?;
    let (i, _) = tag("] [")(i)?;
    Ok((i, verb))
}

// New connection from 127.0.0.1    In every language the address comes last, and nobody is logged in.
fn is_connection(message: &[u8], client: &[u8]) -> bool {
    message.strip_suffix(client).is_some_and(|words| words.ends_with(b" ") || words.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::Setup;
    use crate::format::wrapper::Headers;
    use crate::ftp::Verb;
    use crate::time::Zone;

    fn lex(line: &[u8]) -> Lexed<'_> {
        let mut lexer = (FORMAT.lexer)(&Setup::default());
        match Headers::new(&Zone::UTC).take_off(line) {
            Some((tag, text)) => lexer.lex(Line { tag: Some(tag), at: tag.at, ..Line::plain(text) }),
            None => lexer.lex(Line::plain(line)),
        }
    }

    fn event(line: &[u8]) -> Event<'_> {
        match lex(line) {
            Lexed::Event(event) => event,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_is_said_in_leaving_is_a_421() {
        // What the client got in recorded sessions.
        let full = b"Nov 24 10:35:35 h pure-ftpd[9]: (?@?) [WARNING] Too many connections (3) from this IP: [192.0.2.7]";
        let arena = crate::format::Arena::default();
        let (tag, text) = Headers::new(&Zone::UTC).take_off(full).unwrap();
        let mut lexer = (FORMAT.lexer)(&Setup::default());
        let line = Line { tag: Some(tag), at: tag.at, ..Line::new(text, &arena) };
        let Lexed::Many(told) = lexer.lex(line) else { panic!() };
        let whats: Vec<_> = told.iter().map(|t| (t.event.client, t.event.what)).collect();
        let reply = What::Reply(ReplyLine::of(b"421 Too many connections (3) from this IP"));
        let client = &b"192.0.2.7"[..];
        assert_eq!(whats, [(client, What::Opened), (client, reply), (client, What::Closed)]);
    }

    fn command_of(line: &[u8]) -> Command<'_> {
        let What::Command(command) = event(line).what else { panic!() };
        command
    }

    #[test]
    fn commands_have_their_user_client_and_process() {
        let e = event(
            b"Nov 20 18:27:26 ftphost pure-ftpd[7912]: (alice@127.0.0.1) [DEBUG] Command [retr] [a [1].txt]",
        );
        assert_eq!((e.user, e.client, e.key), (&b"alice"[..], &b"127.0.0.1"[..], Key::Number(7912)));
        let What::Command(command) = e.what else { panic!() };
        assert_eq!((command.verb, command.argument), (Verb::RETR, &b"a [1].txt"[..]));
    }

    #[test]
    fn passwords_and_other_languages_are_read() {
        let pass = command_of(b"Nov 20 18:48:55 h pure-ftpd: (?@127.0.0.1) [DEBUG] Command [pass] [<*>]");
        assert_eq!((pass.verb, pass.argument), (Verb::PASS, &b"***"[..]));
        let czech = command_of(b"(?@10.0.0.1) [DEBUG] P\xf8\xedkaz [quit] []");
        assert_eq!((czech.verb, czech.argument), (Verb::QUIT, &b""[..]));
    }

    #[test]
    fn replies_are_lines_with_their_breaks_escaped() {
        let e = event(b"Nov 20 18:21:57 h pure-ftpd: (a@::1) [DEBUG] 211-Extensions supported:#015#012 UTF8#015#012 EPRT");
        let What::Reply(reply) = e.what else { panic!() };
        assert!(reply.escaped);
        assert_eq!(reply.line, b"211-Extensions supported:#015#012 UTF8#015#012 EPRT");
        assert_eq!(e.key, Key::None);
        let brackets = event(b"Nov 20 18:21:57 h pure-ftpd: (a@::1) [DEBUG] 220- Welcome [privsep] [TLS]");
        assert!(matches!(brackets.what, What::Reply(_)));
    }

    #[test]
    fn a_connection_is_known_by_its_address_in_any_language() {
        for words in ["New connection from", "Neue Verbindung von", "Nouvelle connexion de"] {
            let line = format!("Nov 20 18:34:43 ftphost pure-ftpd: (?@127.0.0.1) [INFO] {words} 127.0.0.1");
            assert_eq!(event(line.as_bytes()).what, What::Opened, "{words}");
        }
    }

    #[test]
    fn prose_is_skipped_and_other_lines_are_not_known() {
        for text in [
            "[INFO] Logout.",
            "[INFO] alice is now logged in",
            "[NOTICE] /x downloaded  (12 bytes, 614.40KB/sec)",
        ] {
            let line = format!("(?@127.0.0.1) {text}");
            assert_eq!(lex(line.as_bytes()), Lexed::Skip, "{text}");
        }
        assert_eq!(lex(b"(see above) [2] and more"), Lexed::Unknown);
        assert_eq!(lex(b"Nov 20 18:21:57 h sshd: (a@::1) [DEBUG] Command [pwd] []"), Lexed::Unknown);
    }
}
