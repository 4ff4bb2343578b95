//! FileZilla Server 1.x: its log file in UTC, and the log that its administration interface shows.

use super::locale_date::locale_date;
use super::stamp::{Shape, Stamps, iso, number};
use super::{Format, Layout, Lexer, Line, Signs};
use crate::event::{Command, Dialect, Event, Holds, Identity, Key, Lexed, ReplyLine, What};
use crate::ftp::Software;
use crate::time::When;
use nom::bytes::complete::{tag, take_till, take_while1};
use nom::character::complete::char;
use nom::combinator::{consumed, opt, recognize};
use nom::sequence::{delimited, preceded, terminated};
use nom::{IResult, Parser};

pub(super) static FORMAT: Format = Format {
    dialect: Dialect {
        name: "filezilla-server",
        identity: Identity::Key,
        software: Software::FilezillaServer,
        holds: Holds::Everything,
    },
    signs: Signs::EveryLine,
    layout: Layout::LINES,
    lexer: &|setup| {
        Box::new(FileZillaServer {
            stamps: Stamps::new(&setup.zone),
            shown_stamps: Stamps::new(&setup.zone),
            shown_shape: locale_date(setup.date_order),
        })
    },
};

struct FileZillaServer {
    stamps: Stamps,
    /// Those of the administration interface.
    shown_stamps: Stamps,
    shown_shape: Shape,
}

impl Lexer for FileZillaServer {
    fn lex<'a>(&mut self, line: Line<'a>) -> Lexed<'a> {
        if line.text == HEADING {
            return Lexed::Skip;
        }
        if let Some(inside) = line.text.strip_prefix(b"<") {
            let (at, rest) =
                self.shown_stamps.read(inside, self.shown_shape).unwrap_or((When::NEVER, inside));
            return shown(at, rest);
        }
        let Some((at, rest)) = self.stamps.read(line.text, iso) else { return Lexed::Unknown };
        let Ok((rest, kind)) = kind(rest) else { return Lexed::Unknown };
        written(at, kind, rest)
    }
}

/// Where the date of a line begins, as the administration interface shows it.
pub(super) fn date(line: &[u8]) -> Option<&[u8]> {
    line.strip_prefix(b"<")
}

/// The first line of what the administration interface shows names its columns.
const HEADING: &[u8] = b"<Date/Time> Info [Type] Message";

/// Who speaks in a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// The client.
    Command,
    /// The server, to the client.
    Response,
    /// The server, to itself.
    Note,
}

//  << [    and  >> ,  == ,  !! ,  DI  and others
fn kind(i: &[u8]) -> IResult<&[u8], Kind> {
    let mark = take_while1(|b: u8| b > b' ');
    let (rest, mark) = delimited(char(' '), mark, tag(" [")).parse(i)?;
    let kind = match mark {
        b">>" => Kind::Command,
        b"<<" => Kind::Response,
        b"==" | b"!!" | b"WW" | b"PP" | b"DW" | b"DI" | b"DV" | b"DD" => Kind::Note,
        _ => return Err(nom::Err::Error(nom::error::Error::new(i, nom::error::ErrorKind::Verify))),
    };
    Ok((rest, kind))
}

/// A session as a record names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Named<'a> {
    digits: &'a [u8],
    id: u64,
    client: &'a [u8],
    user: &'a [u8],
}

// FTP Session 3636 192.0.2.7    FTP Session 3636 [2001:db8::7] alice
fn session(i: &[u8]) -> IResult<&[u8], Named<'_>> {
    let (i, (digits, id)) = preceded(tag("FTP Session "), consumed(number)).parse(i)?;
    let (i, client) = preceded(char(' '), address).parse(i)?;
    // The name may hold spaces; what closes the module comes after it.
    let (i, user) = opt(preceded(char(' '), take_till(|b| b == b']' || b == b'['))).parse(i)?;
    Ok((i, Named { digits, id, client, user: user.unwrap_or_default().trim_ascii_end() }))
}

// 192.0.2.7    2001:db8::7    [2001:db8::7]
fn address(i: &[u8]) -> IResult<&[u8], &[u8]> {
    match i.first() {
        Some(b'[') => delimited(char('['), take_till(|b| b == b']'), char(']')).parse(i),
        _ => recognize(take_while1(|b: u8| b > b' ' && b != b']')).parse(i),
    }
}

// FTP Server] Session 3636 ended gracefully.
fn ended(i: &[u8]) -> IResult<&[u8], (&[u8], u64)> {
    terminated(preceded(tag("Session "), consumed(number)), tag(" ended")).parse(i)
}

//  [FTP Session 3636 192.0.2.7 alice] 331 Please, specify the password.
fn written(at: When, kind: Kind, rest: &[u8]) -> Lexed<'_> {
    if let Some(text) = rest.strip_prefix(b"FTP Server] ") {
        return note_of_server(at, text);
    }
    let Ok((rest, named)) = session(rest) else { return Lexed::Skip };
    match rest.strip_prefix(b"] ") {
        Some(text) => record(at, kind, named, text),
        None => Lexed::Skip,
    }
}

// <9/6/2024 2:41:31 PM> FTP Session 2 192.0.2.7 [Response] 220-FileZilla Server 1.8.2
fn shown(at: When, rest: &[u8]) -> Lexed<'_> {
    let Some(rest) = rest.strip_prefix(b"> ") else { return Lexed::Unknown };
    if let Some(text) = rest.strip_prefix(b"FTP Server [Status] ") {
        return note_of_server(at, text);
    }
    let Ok((rest, named)) = session(rest) else { return Lexed::Unknown };
    let Some(inside) = rest.trim_ascii_start().strip_prefix(b"[") else { return Lexed::Unknown };
    let Some(end) = memchr::memmem::find(inside, b"] ") else { return Lexed::Unknown };
    let kind = match &inside[..end] {
        b"Command" => Kind::Command,
        b"Response" => Kind::Response,
        _ => Kind::Note,
    };
    record(at, kind, named, &inside[end + 2..])
}

fn note_of_server(at: When, text: &[u8]) -> Lexed<'_> {
    match ended(text) {
        Ok((_, (digits, id))) => event(at, Named { digits, id, client: b"", user: b"" }, What::Closed),
        Err(_) => Lexed::Skip,
    }
}

fn record<'a>(at: When, kind: Kind, named: Named<'a>, text: &'a [u8]) -> Lexed<'a> {
    let what = match kind {
        Kind::Response => Some(What::Reply(ReplyLine::of(text))),
        Kind::Command => Command::parse(text).map(What::Command),
        Kind::Note => note(text),
    };
    what.map_or(Lexed::Skip, |what| event(at, named, what))
}

// Session 0x17d3f5b0660 with ID 3 created.
fn note(text: &[u8]) -> Option<What<'_>> {
    if text.starts_with(b"Session 0x") && text.ends_with(b" created.") {
        return Some(What::Opened);
    }
    text.starts_with(b"Control channel closed with error").then_some(What::Closed)
}

fn event<'a>(at: When, named: Named<'a>, what: What<'a>) -> Lexed<'a> {
    let Named { digits, id, client, user } = named;
    // The end of a session is told without its address, so the number is all that keeps its lines together.
    Lexed::Event(Event { at, route: digits, key: Key::Number(id), client, client_port: 0, user, what })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arrows_point_away_from_who_speaks() {
        let e = FORMAT.event(
            "2024-04-17T20:50:00.069Z << [FTP Session 3636 192.0.2.7] 331 Please, specify the password.",
        );
        assert_eq!((e.client, e.user, e.key), (&b"192.0.2.7"[..], &b""[..], Key::Number(3636)));
        assert_eq!(e.at.rfc3339().unwrap(), "2024-04-17T20:50:00.069+00:00");
        assert_eq!(e.what, What::Reply(ReplyLine::of(b"331 Please, specify the password.")));
        let e = FORMAT.event("2024-04-17T20:50:00.086Z >> [FTP Session 3636 192.0.2.7 ann lee] PASS ****");
        assert_eq!((e.user, e.what), (&b"ann lee"[..], What::Command(Command::parse(b"PASS x").unwrap())));
    }

    #[test]
    fn addresses_of_both_kinds_are_read() {
        for host in ["2001:db8::7", "[2001:db8::7]"] {
            let line = format!("2024-04-17T20:50:00.069Z >> [FTP Session 1 {host} alice] PWD");
            let e = FORMAT.event(&line);
            assert_eq!((e.client, e.user), (&b"2001:db8::7"[..], &b"alice"[..]), "{host}");
        }
    }

    #[test]
    fn sessions_begin_and_end() {
        let cases = [
            ("DI [FTP Session 3 192.0.2.7] Session 0x17d3f5b0660 with ID 3 created.", What::Opened),
            ("== [FTP Server] Session 3 ended gracefully.", What::Closed),
            (
                "!! [FTP Session 3 192.0.2.7] Control channel closed with error from source 0. Reason: x",
                What::Closed,
            ),
        ];
        for (rest, want) in cases {
            let line = format!("2024-03-09T16:36:15.643Z {rest}");
            let e = FORMAT.event(&line);
            assert_eq!((e.key, e.route, e.what), (Key::Number(3), &b"3"[..], want), "{rest}");
        }
    }

    #[test]
    fn other_modules_are_skipped_and_other_lines_are_not_known() {
        for rest in [
            "== [FTP Server] ===== FileZilla Server 1.8.1 new logging started =====",
            "DI [Throttled Authenticator, FTP Session: 3] Authenticating user test from IP 192.0.2.7.",
            ">> [SSH SFTP Session 2858 192.0.2.7] SSH User Authentication [method=none, user=mysql]",
            "!! [FTP Session 2856 192.0.2.7] GnuTLS error -110 in gnutls_record_recv: x",
        ] {
            assert_eq!(FORMAT.lex(&format!("2024-03-09T16:36:15.643Z {rest}")), Lexed::Skip, "{rest}");
        }
        assert_eq!(FORMAT.lex("2024-03-09T16:36:15.643Z host vsftpd[1]: x"), Lexed::Unknown);
        assert_eq!(FORMAT.lex("<html> FTP"), Lexed::Unknown);
    }

    #[test]
    fn the_administration_interface_shows_the_same() {
        let e = FORMAT
            .event("<9/16/2024 2:41:31 PM> FTP Session 2 192.0.2.7 [Response] 220-FileZilla Server 1.8.2");
        assert_eq!((e.client, e.key), (&b"192.0.2.7"[..], Key::Number(2)));
        assert_eq!(e.at.rfc3339().unwrap(), "2024-09-16T14:41:31+00:00");
        assert_eq!(e.what, What::Reply(ReplyLine::of(b"220-FileZilla Server 1.8.2")));
        let e = FORMAT.event("<9/16/2024 2:41:31 PM> FTP Session 2 192.0.2.7 alice [Command] PWD");
        assert_eq!((e.user, e.what), (&b"alice"[..], What::Command(Command::parse(b"PWD").unwrap())));
        assert_eq!(
            FORMAT.event("<9/16/2024 2:41:31 PM> FTP Server [Status] Session 2 ended gracefully.").what,
            What::Closed
        );
    }
}
