//! Pure-FTPd's transfer logs: `-O clf:PATH` in the layout of web servers, `-O stats:PATH`, and `-O w3c:PATH`.
//!
//! One line for each file that was sent or taken, after it was. No other commands, no replies, no logins and nothing that
//! failed: those stand in the system log with `-d -d`. Only `stats` tells sessions apart. `-O xferlog:PATH` is an xferlog.

use super::arena::Arena;
use super::stamp::{Stamps, common_log, iso, number};
use super::{Format, Layout, Lexer, Line, Sign, Signs};
use crate::event::{Command, Dialect, Event, Holds, Identity, Key, Lexed, Outcome, What};
use crate::ftp::{Software, Verb};
use crate::time::{Known, When};
use nom::branch::alt;
use nom::bytes::complete::{tag, take_until, take_while1};
use nom::combinator::{all_consuming, opt, recognize, rest};
use nom::sequence::{delimited, preceded, terminated};
use nom::{IResult, Parser};

const fn dialect(name: &'static str, identity: Identity) -> Dialect {
    Dialect { name, identity, software: Software::PureFtpd, holds: Holds::Deeds }
}

pub(super) static CLF: Format = Format {
    dialect: dialect("pure-ftpd-clf", Identity::Mingled),
    // A web server's log may hold such a line, and others that this one never has.
    signs: Signs::WholeFile(sign),
    layout: Layout::LINES,
    lexer: &|setup| Box::new(Clf { stamps: Stamps::new(&setup.zone) }),
};

pub(super) static STATS: Format = Format {
    dialect: dialect("pure-ftpd-stats", Identity::Key),
    signs: Signs::EveryLine,
    layout: Layout::LINES,
    lexer: &|_| Box::new(Stats),
};

pub(super) static W3C: Format = Format {
    dialect: dialect("pure-ftpd-w3c", Identity::Mingled),
    signs: Signs::EveryLine,
    layout: Layout::LINES,
    lexer: &|_| Box::new(W3c),
};

/// A file that was sent or taken.
struct Transfer<'a> {
    client: &'a [u8],
    user: &'a [u8],
    verb: Verb,
    path: &'a [u8],
}

impl<'a> Transfer<'a> {
    fn event(self, at: When, key: Key<'a>) -> Lexed<'a> {
        let Self { client, user, verb, path } = self;
        let command = Command { verb, word: verb.name().as_bytes(), argument: path };
        let what = What::Did(command, Outcome::Done);
        Lexed::Event(Event { at, route: client, key, client, client_port: 0, user, what })
    }
}

fn word(i: &[u8]) -> IResult<&[u8], &[u8]> {
    take_while1(|b: u8| b > b' ').parse(i)
}

fn spaced(i: &[u8]) -> IResult<&[u8], &[u8]> {
    terminated(word, tag(" ")).parse(i)
}

/// A name with `%20` for a space and so on, as it was.
fn decoded<'a>(text: &'a [u8], arena: &'a Arena) -> &'a [u8] {
    if memchr::memchr(b'%', text).is_none() {
        return text;
    }
    let mut left = text;
    arena.collect(std::iter::from_fn(|| {
        let (&first, after) = left.split_first()?;
        let digit = |b: &u8| (*b as char).to_digit(16);
        let byte = match after {
            [high, low, ..] if first == b'%' => digit(high).zip(digit(low)).map(|(h, l)| (h * 16 + l) as u8),
            _ => None,
        };
        left = if byte.is_some() { &after[2..] } else { after };
        Some(byte.unwrap_or(first))
    }))
}

struct Clf {
    stamps: Stamps,
}

impl Lexer for Clf {
    fn lex<'a>(&mut self, line: Line<'a>) -> Lexed<'a> {
        let Ok((text, (client, user))) = clf_head(line.text) else { return Lexed::Unknown };
        // The offset is that of the zone's winter time: the server does not look for summer.
        let Some((at, text)) = self.stamps.read(text, common_log) else { return Lexed::Unknown };
        let Ok((_, (verb, path))) = clf_tail(text) else { return Lexed::Unknown };
        Transfer { client, user, verb, path: decoded(path, line.arena) }.event(at, Key::None)
    }
}

// 192.0.2.7 - alice [
fn clf_head(i: &[u8]) -> IResult<&[u8], (&[u8], &[u8])> {
    (spaced, delimited(tag("- "), take_until(" ["), tag(" ["))).parse(i)
}

// ] "PUT /srv/ftp/a%20b.txt" 200 2800
fn clf_tail(i: &[u8]) -> IResult<&[u8], (Verb, &[u8])> {
    let get = tag("GET ").map(|_| Verb::RETR);
    let put = tag("PUT ").map(|_| Verb::STOR);
    let (i, _) = tag("] \"")(i)?;
    let (i, verb) = alt((get, put)).parse(i)?;
    let (i, path) = take_while1(|b: u8| b > b' ' && b != b'"')(i)?;
    let (i, _) = all_consuming((tag("\" 200 "), number)).parse(i)?;
    Ok((i, (verb, path)))
}

/// A web server writes such lines, too, and names the version of its protocol in them and rarely a user.
fn sign(line: &[u8]) -> Sign {
    let Ok((text, (_, user))) = clf_head(line) else { return Sign::None };
    let Ok((text, _)) = common_log(text) else { return Sign::None };
    if clf_tail(text).is_ok() && user != b"-" { Sign::Strong } else { Sign::Fits }
}

struct Stats;

impl Lexer for Stats {
    fn lex<'a>(&mut self, line: Line<'a>) -> Lexed<'a> {
        let Ok((_, (at, session, transfer))) = stats(line.text) else { return Lexed::Unknown };
        transfer.event(at, Key::Name(session))
    }
}

// 1795199253 6b009115.1f15 alice 192.0.2.7 D 33 0 /srv/ftp/hello.txt
fn stats(i: &[u8]) -> IResult<&[u8], (When, &[u8], Transfer<'_>)> {
    let (i, seconds) = terminated(number, tag(" ")).parse(i)?;
    let (i, session) = terminated(start_and_process, tag(" ")).parse(i)?;
    let (i, (user, client)) = (spaced, spaced).parse(i)?;
    let sent = tag("D ").map(|_| Verb::RETR);
    let taken = tag("U ").map(|_| Verb::STOR);
    let (i, verb) = alt((sent, taken)).parse(i)?;
    let (i, _size_and_seconds) = (terminated(number, tag(" ")), terminated(number, tag(" "))).parse(i)?;
    let (i, path) = rest(i)?;
    let at = match i64::try_from(seconds).ok().and_then(|s| s.checked_mul(1000)) {
        Some(ms) => When { ms, known: Known::Everything },
        None => When::NEVER,
    };
    Ok((i, (at, session, Transfer { client, user, verb, path })))
}

// 6b009115.1f15    When the session began and its process, in hexadecimal digits.
fn start_and_process(i: &[u8]) -> IResult<&[u8], &[u8]> {
    let hex = || take_while1(|b: u8| b.is_ascii_hexdigit());
    recognize((hex(), tag("."), hex())).parse(i)
}

struct W3c;

impl Lexer for W3c {
    fn lex<'a>(&mut self, line: Line<'a>) -> Lexed<'a> {
        if is_header(line.text) {
            return Lexed::Skip;
        }
        let Ok((_, (at, transfer))) = w3c(line.text) else { return Lexed::Unknown };
        let path = decoded(transfer.path, line.arena);
        Transfer { path, ..transfer }.event(at, Key::None)
    }
}

/// The four lines that the server writes when it starts.
fn is_header(line: &[u8]) -> bool {
    let columns = b"#Fields: date time c-ip cs-method cs-uri-stem sc-status cs-username";
    let starts = [&b"#Software: Pure-FTPd"[..], b"#Version: ", b"#Date: ", columns];
    starts.iter().any(|start| line.starts_with(start))
}

// 2026-11-20 18:27:35 192.0.2.7 []created /srv/ftp/up.bin 226 alice 2800    The time is in UTC.
fn w3c(i: &[u8]) -> IResult<&[u8], (When, Transfer<'_>)> {
    let (i, local) = terminated(iso, tag(" ")).parse(i)?;
    let at = crate::time::Zone::UTC.at(local);
    let (i, client) = spaced(i)?;
    let sent = tag("[]sent ").map(|_| Verb::RETR);
    let taken = tag("[]created ").map(|_| Verb::STOR);
    let (i, verb) = alt((sent, taken)).parse(i)?;
    let (i, (path, _)) = (spaced, tag("226 ")).parse(i)?;
    // Old versions do not write how many bytes there were.
    let (i, (user, _)) = all_consuming((word, opt(preceded(tag(" "), number)))).parse(i)?;
    Ok((i, (at, Transfer { client, user, verb, path })))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(format: &Format, line: &str) -> (Verb, Vec<u8>, Vec<u8>, String) {
        let arena = Arena::default();
        let mut lexer = (format.lexer)(&crate::format::Setup::default());
        let Lexed::Event(e) = lexer.lex(Line::new(line.as_bytes(), &arena)) else { panic!("{line}") };
        let What::Did(command, Outcome::Done) = e.what else { panic!() };
        assert_eq!(e.client, b"192.0.2.7");
        (command.verb, command.argument.to_vec(), e.user.to_vec(), e.at.rfc3339().unwrap())
    }

    #[test]
    fn clf_names_the_file_as_web_servers_do() {
        let line = r#"192.0.2.7 - alice [20/Nov/2026:18:21:08 +0900] "PUT /srv/a%20b%25.txt" 200 100"#;
        let want = (
            Verb::STOR,
            b"/srv/a b%.txt".to_vec(),
            b"alice".to_vec(),
            "2026-11-20T09:21:08+00:00".to_owned(),
        );
        assert_eq!(read(&CLF, line), want);
    }

    #[test]
    fn web_servers_do_not_speak_for_clf() {
        for line in [
            r#"192.0.2.7 - - [20/Nov/2026:18:33:28 +0000] "GET /index.html HTTP/1.1" 200 612"#,
            r#"192.0.2.7 - bob [20/Nov/2026:18:33:28 +0000] "GET /index.html HTTP/1.1" 200 612"#,
            r#"192.0.2.7 - - [20/Nov/2026:18:33:28 +0000] "GET /" 200 612"#,
            r#"192.0.2.7 UNKNOWN bob [20/Nov/2026:18:33:28 +0000] "RETR a.txt" 226 612"#,
            r#"192.0.2.7 - bob [20/Nov/2026:18:33:28 +0000] "GET /a" 404 612"#,
        ] {
            assert_ne!(sign(line.as_bytes()), Sign::Strong, "{line}");
        }
    }

    #[test]
    fn stats_name_the_session() {
        let line = "1795199253 6b009115.1f15 alice 192.0.2.7 D 33 0 /srv/a b.txt";
        let want =
            (Verb::RETR, b"/srv/a b.txt".to_vec(), b"alice".to_vec(), "2026-11-20T18:27:33+00:00".to_owned());
        assert_eq!(read(&STATS, line), want);
        assert_eq!(STATS.event(line).key, Key::Name(b"6b009115.1f15"));
        assert_eq!(STATS.lex("1795199253 hello world"), Lexed::Unknown);
    }

    #[test]
    fn w3c_is_told_from_other_servers() {
        let line = "2026-11-20 18:27:35 192.0.2.7 []created /srv/up%20a.bin 226 alice 2800";
        let want = (
            Verb::STOR,
            b"/srv/up a.bin".to_vec(),
            b"alice".to_vec(),
            "2026-11-20T18:27:35+00:00".to_owned(),
        );
        assert_eq!(read(&W3C, line), want);
        assert_eq!(read(&W3C, line.strip_suffix(" 2800").unwrap()), want);
        assert_eq!(W3C.lex("2026-11-20 18:27:35 192.0.2.7 [7]created /srv/up.bin 226"), Lexed::Unknown);
    }
}
