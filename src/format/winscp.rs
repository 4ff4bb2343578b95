//! `WinSCP`'s session log, and that of its offspring `NetBox`, where they spoke FTP.
//!
//! Not their XML log, and not what they write of SFTP, SCP, `WebDAV` and S3 with the same marks.

use super::stamp::{Stamps, iso, number};
use super::{Format, Layout, Lexer, Line, Sign, Signs};
use crate::event::{Command, Dialect, Event, Holds, Identity, Key, Lexed, ReplyLine, What};
use crate::ftp::{Software, Verb};
use crate::time::Zone;
use nom::bytes::complete::{is_not, tag};
use nom::character::complete::one_of;
use nom::combinator::opt;
use nom::sequence::{delimited, preceded};
use nom::{IResult, Parser};

pub(super) static FORMAT: Format = Format {
    dialect: Dialect {
        name: "winscp",
        identity: Identity::OneByOne,
        software: Software::Unknown,
        holds: Holds::Everything,
    },
    signs: Signs::WholeFile(sign),
    layout: Layout { joins: None, carries: Some(carried) },
    lexer: &|setup| Box::new(WinScp { stamps: Stamps::new(&setup.zone), speaks_ftp: true }),
};

struct WinScp {
    stamps: Stamps,
    /// Whether the last header says so; several sessions may stand in one file.
    speaks_ftp: bool,
}

impl Lexer for WinScp {
    fn lex<'a>(&mut self, line: Line<'a>) -> Lexed<'a> {
        let Some((mark, stamped)) = mark(line.text) else { return unmarked(line.text) };
        let Some((at, rest)) = self.stamps.read(stamped, iso) else { return unmarked(line.text) };
        let (key, text) = key(rest.strip_prefix(b" ").unwrap_or(rest));
        match header(text).filter(|_| mark == Mark::Note) {
            Some(Header::Zone(zone)) => self.stamps = Stamps::new(&zone),
            Some(Header::Protocol(name)) => self.speaks_ftp = name == b"FTP",
            None => {}
        }
        let what = match mark {
            // A script's own lines have the marks of what is said to the server.
            Mark::Sent | Mark::Received if text.starts_with(b"Script: ") || !self.speaks_ftp => None,
            Mark::Sent => Command::parse(text).map(What::Command),
            Mark::Received => Some(What::Reply(ReplyLine::of(text))),
            Mark::Note => noted(text),
            Mark::Failed => text.starts_with(b"(ESshFatal) ").then_some(What::Closed),
        };
        what.map_or(Lexed::Skip, |what| Lexed::Event(Event { key, ..Event::bare(at, what) }))
    }
}

/// Messages may have lines of their own.
fn unmarked(text: &[u8]) -> Lexed<'_> {
    if text.trim_ascii().is_empty() { Lexed::Skip } else { Lexed::Unknown }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mark {
    Sent,
    Received,
    Note,
    /// Errors, and what goes to the standard error output of a script.
    Failed,
}

// > 2012-07-17 22:00:37.865 PASS **************
fn mark(i: &[u8]) -> Option<(Mark, &[u8])> {
    let (mark, rest) = i.split_at_checked(2)?;
    let mark = match mark {
        b"> " => Mark::Sent,
        b"< " => Mark::Received,
        b". " => Mark::Note,
        b"* " | b"! " => Mark::Failed,
        _ => return None,
    };
    rest.first().is_some_and(u8::is_ascii_digit).then_some((mark, rest))
}

// [Background 1] 226 Transfer complete.
/// Connections beside the first one have names.
fn key(i: &[u8]) -> (Key<'_>, &[u8]) {
    let named: IResult<&[u8], &[u8]> = delimited(tag("["), is_not("[]"), tag("] ")).parse(i);
    match named {
        Ok((text, name)) if name.iter().all(|b| b.is_ascii_alphanumeric() || *b == b' ') => {
            (Key::Name(name), text)
        }
        _ => (Key::None, i),
    }
}

/// A line of the header that the lines below depend on.
enum Header<'a> {
    Zone(Zone),
    Protocol(&'a [u8]),
}

fn header(text: &[u8]) -> Option<Header<'_>> {
    match text.first()? {
        b'T' if text.starts_with(b"Transfer Protocol: ") => Some(Header::Protocol(&text[19..])),
        b'T' => zone(text).ok().and_then(|(_, zone)| zone).map(Header::Zone),
        _ => None,
    }
}

// Time zone: Current: GMT-4, Standard: GMT-5 (Eastern Standard Time), DST: GMT-4 (Eastern Daylight Time), DST Start: ...
fn zone(i: &[u8]) -> IResult<&[u8], Option<Zone>> {
    let (i, _) = tag("Time zone: Current: GMT")(i)?;
    let (i, (sign, hours)) = (one_of("+-"), number).parse(i)?;
    let (i, minutes) = opt(preceded(tag(":"), number)).parse(i)?;
    let zone = Zone::named(&format!("{sign}{hours:02}:{:02}", minutes.unwrap_or(0)));
    Ok((i, zone))
}

/// Which line of the header this is.
fn carried(line: &[u8]) -> Option<usize> {
    let (Mark::Note, rest) = mark(line)? else { return None };
    let (text, _) = iso(rest).ok()?;
    match header(text.strip_prefix(b" ")?)? {
        Header::Zone(_) => Some(0),
        Header::Protocol(_) => Some(1),
    }
}

/// Connections for data are made in the same words as the first one, up to the welcome.
fn noted(text: &[u8]) -> Option<What<'_>> {
    match text {
        _ if text.starts_with(b"Connected with ") => Some(What::Opened),
        _ if text.starts_with(b"TLS connection established") => Some(What::Secured),
        b"Disconnected from server" => Some(What::Closed),
        _ => None,
    }
}

/// What was said, without the mark and the time before it; the line itself where it has none.
pub(super) fn shown(line: &[u8]) -> &[u8] {
    marked(line).map_or(line, |(_, text)| text)
}

fn marked(line: &[u8]) -> Option<(Mark, &[u8])> {
    let (mark, rest) = mark(line)?;
    let (text, _) = iso(rest).ok()?;
    Some((mark, key(text.strip_prefix(b" ")?).1))
}

/// The marks and times are those of every protocol; a code or a command shows FTP.
pub(super) fn sign(line: &[u8]) -> Sign {
    let Some((mark, text)) = marked(line) else { return Sign::None };
    let telling = match mark {
        Mark::Sent => {
            let word = text.split(|b| *b == b' ').next().unwrap_or_default();
            word.iter().all(u8::is_ascii_uppercase) && Verb::parse(word) != Verb::OTHER
        }
        Mark::Received => ReplyLine::of(text).code().is_some(),
        Mark::Note => text == b"Transfer Protocol: FTP",
        Mark::Failed => false,
    };
    if telling { Sign::Strong } else { Sign::Fits }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::Setup;

    fn what(line: &[u8]) -> What<'_> {
        FORMAT.event(line).what
    }

    #[test]
    fn marks_tell_who_spoke() {
        let command = FORMAT.event("> 2012-07-17 22:00:37.865 PASS **************");
        assert_eq!(command.what, What::Command(Command::parse(b"PASS x").unwrap()));
        assert_eq!(command.at.rfc3339().unwrap(), "2012-07-17T22:00:37.865+00:00");
        assert_eq!(what(b"< 2012-07-17 22:00:38.023  EPRT"), What::Reply(ReplyLine::of(b" EPRT")));
        assert_eq!(
            what(b". 2012-07-17 22:00:37.752 Connected with ftp.example.com. Waiting for welcome message..."),
            What::Opened
        );
        assert_eq!(what(b"* 2012-07-17 22:01:14.175 (ESshFatal) Lost connection."), What::Closed);
        assert_eq!(what(b". 2024-05-06 07:08:09.001 Disconnected from server"), What::Closed);
    }

    #[test]
    fn scripts_data_connections_and_listings_are_skipped() {
        for line in [
            "> 2024-05-06 07:08:09.001 Script: open ftp://alice:***@ftp.example.com",
            "< 2024-05-06 07:08:09.001 Script: Active session: [1] alice@ftp.example.com",
            ". 2017-06-14 00:18:58.003 Connecting to 192.0.2.44:13164 ...",
            ". 2017-06-14 00:19:13.452 Timeout detected. (data connection)",
            ". 2017-06-03 23:27:09.101 type=dir;modify=20160930164600; docs",
            "* 2012-07-17 22:01:14.175 Entering Passive Mode (10,250,203,13,62,229).",
            "! 2012-07-17 22:01:14.175 x",
            "",
        ] {
            assert_eq!(FORMAT.lex(line), Lexed::Skip, "{line}");
        }
        assert_eq!(FORMAT.lex("> USER alice"), Lexed::Unknown);
    }

    #[test]
    fn background_connections_have_names() {
        let event = FORMAT.event("> 2024-05-06 07:08:09.001 [Background 1] STOR a.txt");
        assert_eq!(event.key, Key::Name(b"Background 1"));
        assert_eq!(event.what, What::Command(Command::parse(b"STOR a.txt").unwrap()));
    }

    #[test]
    fn the_header_states_the_zone_and_the_protocol() {
        let mut lexer = (FORMAT.lexer)(&Setup::default());
        let mut lex = |line: &'static str| lexer.lex(Line::plain(line.as_bytes()));
        let zone =
            ". 2024-05-06 07:08:09.001 Time zone: Current: GMT-4, Standard: GMT-5 (EST), DST: GMT-4 (EDT)";
        assert_eq!((lex(zone), carried(zone.as_bytes())), (Lexed::Skip, Some(0)));
        let Lexed::Event(event) = lex("< 2024-05-06 07:08:09.001 220 x") else { panic!() };
        assert_eq!(event.at.rfc3339().unwrap(), "2024-05-06T11:08:09.001+00:00");
        let india = ". 2024-05-06 07:08:09.001 Time zone: Current: GMT+5:30 (India Standard Time), No DST";
        assert_eq!(lex(india), Lexed::Skip);
        let Lexed::Event(event) = lex("< 2024-05-06 07:08:09.001 220 x") else { panic!() };
        assert_eq!(event.at.rfc3339().unwrap(), "2024-05-06T01:38:09.001+00:00");

        let scp = ". 2024-05-06 07:08:09.001 Transfer Protocol: SCP";
        assert_eq!((lex(scp), carried(scp.as_bytes())), (Lexed::Skip, Some(1)));
        assert_eq!(lex("> 2024-05-06 07:08:09.001 cd \"/srv\""), Lexed::Skip);
        assert_eq!(lex(". 2024-05-06 07:08:09.001 Transfer Protocol: FTP"), Lexed::Skip);
        assert!(matches!(lex("> 2024-05-06 07:08:09.001 PWD"), Lexed::Event(_)));
    }

    #[test]
    fn only_codes_commands_and_the_header_speak_for_ftp() {
        for line in [
            "> 2012-07-17 22:00:37.865 PASV",
            "< 2012-07-17 22:00:37.865 227 x",
            ". 2012-07-17 22:00:37.671 Transfer Protocol: FTP",
        ] {
            assert_eq!(sign(line.as_bytes()), Sign::Strong, "{line}");
        }
        for line in [
            "> 2024-05-06 07:08:09.001 Type: SSH_FXP_OPEN, Size: 44, Number: 259",
            "< 2024-05-06 07:08:09.001 Status code: 0",
            ". 2012-07-17 22:00:37.671 Transfer Protocol: SFTP (SCP)",
        ] {
            assert_eq!(sign(line.as_bytes()), Sign::Fits, "{line}");
        }
        assert_eq!(sign(b"> PASV"), Sign::None);
    }
}
