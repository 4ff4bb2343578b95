//! SFTPGo and other servers built on ftpserverlib: commands and answers in JSON, in the lines of a console, and in the
//! `key=value` lines of older versions.
//!
//! The lines of SFTPGo's other protocols are left out.

use super::arena::Arena;
use super::json::{Members, Value};
use super::literal::{literal, unescape};
use super::stamp::{Stamps, iso};
use super::{Format, Layout, Lexer, Line, Signs};
use crate::event::{Command, Dialect, Event, Holds, Identity, Key, Lexed, ReplyLine, What};
use crate::ftp::Software;
use crate::time::When;
use nom::bytes::complete::{tag, take_till, take_while_m_n, take_while1};
use nom::character::complete::char;
use nom::sequence::{delimited, terminated};
use nom::{IResult, Parser};

pub(super) static FORMAT: Format = Format {
    dialect: Dialect {
        name: "sftpgo",
        identity: Identity::Key,
        software: Software::Unknown,
        holds: Holds::Everything,
    },
    signs: Signs::EveryLine,
    layout: Layout::LINES,
    lexer: &|setup| Box::new(Sftpgo { stamps: Stamps::new(&setup.zone) }),
};

struct Sftpgo {
    stamps: Stamps,
}

impl Lexer for Sftpgo {
    fn lex<'a>(&mut self, line: Line<'a>) -> Lexed<'a> {
        match line.text.first() {
            Some(b'{') => self.object(line),
            Some(b'l' | b't') => self.pairs(line),
            Some(b'0'..=b'9') => self.console(line),
            _ => Lexed::Unknown,
        }
    }
}

/// What a record names.
#[derive(Clone, Copy, Default)]
struct Record<'a> {
    at: When,
    /// What writes it, where SFTPGo does.
    sender: &'a [u8],
    message: &'a [u8],
    /// The listener and the number of the client: together they name the session.
    server: &'a [u8],
    client_id: &'a [u8],
    /// Address and port.
    client: &'a [u8],
    /// The command or the answer.
    line: &'a [u8],
}

impl<'a> Record<'a> {
    fn take(&mut self, key: &[u8], value: &'a [u8]) {
        let field = match key {
            b"sender" => &mut self.sender,
            b"message" | b"msg" | b"event" => &mut self.message,
            b"server_id" => &mut self.server,
            b"clientId" => &mut self.client_id,
            b"clientIp" => &mut self.client,
            b"line" => &mut self.line,
            _ => return,
        };
        *field = value;
    }

    fn told(&self) -> Lexed<'a> {
        let Some(id) = crate::text::number(self.client_id) else { return self.other() };
        let line = self.line.trim_ascii_end();
        let what = match self.message {
            b"Received line" | b"FTP RECV" => Command::parse(line).map(What::Command),
            b"Sending answer" | b"FTP SEND" => Some(What::Reply(ReplyLine::of(line))),
            b"Client connected" => Some(What::Opened),
            b"Client disconnected" => Some(What::Closed),
            _ => None,
        };
        let Some(what) = what else { return Lexed::Skip };
        let (client, client_port) = address(self.client);
        let key = Key::Number(id);
        Lexed::Event(Event { at: self.at, route: self.server, key, client, client_port, user: b"", what })
    }

    /// A record that is about no client of FTP.
    fn other(&self) -> Lexed<'a> {
        if self.at == When::NEVER || self.sender.is_empty() { Lexed::Unknown } else { Lexed::Skip }
    }
}

impl Sftpgo {
    // {"level":"debug","time":"2026-11-20T14:14:54.185","sender":"ftpserverlib","server_id":"FTP_0",...}
    fn object<'a>(&mut self, line: Line<'a>) -> Lexed<'a> {
        let Some(members) = Members::of(line.text) else { return Lexed::Unknown };
        let mut record = Record::default();
        for member in members {
            match (member.key, member.value) {
                (b"time" | b"ts", Value::Text(text)) => record.at = self.time(text),
                (key, value @ Value::Text(_)) => record.take(key, value.text(line.arena).unwrap_or_default()),
                (key, Value::Word(word)) => record.take(key, word),
                _ => {}
            }
        }
        record.told()
    }

    // level=debug ts=2026-11-20T22:35:24.621113Z clientId=3 msg="FTP RECV" action=ftp.cmd_recv line="PWD\r\n"
    fn pairs<'a>(&mut self, line: Line<'a>) -> Lexed<'a> {
        let mut record = Record::default();
        let mut rest = line.text;
        while let Ok((after, (key, value))) = pair(rest, line.arena) {
            match key {
                b"ts" | b"time" | b"t" => record.at = self.time(value),
                _ => record.take(key, value),
            }
            rest = after;
        }
        record.told()
    }

    // 2026-11-20T19:57:02.653 DBG Received line | sender=ftpserverlib server_id=FTP_0 clientId=3 line=USER ann
    fn console<'a>(&mut self, line: Line<'a>) -> Lexed<'a> {
        let Some((at, rest)) = self.stamps.read(line.text, iso) else { return Lexed::Unknown };
        let Ok((rest, _)) = level(rest) else { return Lexed::Unknown };
        let mut record = Record { at, ..Record::default() };
        if let Some((message, pairs)) = at_bar(rest) {
            record.message = message;
            record.take_all(pairs, line.arena, true);
        } else {
            let Some(message) = MESSAGES.iter().find(|m| rest.starts_with(m)) else { return Lexed::Unknown };
            record.message = message;
            record.take_all(rest[message.len()..].trim_ascii_start(), line.arena, false);
        }
        record.told()
    }

    fn time(&mut self, text: &[u8]) -> When {
        self.stamps.read(text, iso).map_or(When::NEVER, |(at, _)| at)
    }
}

/// Messages of ftpserverlib.
const MESSAGES: [&[u8]; 4] =
    [b"Received line", b"Sending answer", b"Client connected", b"Client disconnected"];

impl<'a> Record<'a> {
    /// Takes pairs. Behind a bar the line of the control connection comes last and has no quotes.
    fn take_all(&mut self, pairs: &'a [u8], arena: &'a Arena, line_is_last: bool) {
        let mut rest = pairs;
        while let Ok((after, (key, value))) = pair(rest, arena) {
            if line_is_last && key == b"line" {
                self.line = rest.strip_prefix(b"line=").unwrap_or_default();
                return;
            }
            self.take(key, value);
            rest = after;
        }
    }
}

// Received line | sender=ftpserverlib server_id=FTP_0
fn at_bar(i: &[u8]) -> Option<(&[u8], &[u8])> {
    let is_it = |bar: &usize| i[*bar..].starts_with(b"| sender=") && i[..*bar].ends_with(b" ");
    let bar = memchr::memchr_iter(b'|', i).find(is_it)?;
    Some((&i[..bar - 1], &i[bar + 2..]))
}

//  DBG
fn level(i: &[u8]) -> IResult<&[u8], &[u8]> {
    delimited(char(' '), take_while_m_n(3, 3, |b: u8| b.is_ascii_uppercase()), char(' ')).parse(i)
}

// clientId=3    line="USER ann\r\n"
fn pair<'a>(i: &'a [u8], arena: &'a Arena) -> IResult<&'a [u8], (&'a [u8], &'a [u8])> {
    let key = take_while1(|b: u8| b.is_ascii_alphanumeric() || b == b'_');
    let (i, key) = terminated(key, tag("=")).parse(i)?;
    let (i, value) = match i.first() {
        Some(b'"') => literal(i).map(|(i, text)| (i, unescape(text, arena)))?,
        _ => take_till(|b| b == b' ').parse(i)?,
    };
    Ok((i.trim_ascii_start(), (key, value)))
}

// 192.0.2.7:60101    [2001:db8::7]:60101
fn address(text: &[u8]) -> (&[u8], u16) {
    let Some(colon) = memchr::memrchr(b':', text) else { return (text, 0) };
    let host = &text[..colon];
    let bare = host.strip_prefix(b"[").and_then(|h| h.strip_suffix(b"]")).unwrap_or(host);
    (bare, crate::text::number(&text[colon + 1..]).unwrap_or(0) as u16)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ftp::Verb;

    fn json(rest: &str) -> String {
        format!(
            r#"{{"level":"debug","time":"2026-11-20T14:14:54.185","sender":"ftpserverlib","server_id":"FTP_0","clientId":"1",{rest}}}"#
        )
    }

    #[test]
    fn json_names_the_client_and_the_line() {
        let line = json(r#""line":"PASS hunter2\r\n","message":"Received line""#);
        let e = FORMAT.event(&line);
        let What::Command(command) = e.what else { panic!() };
        assert_eq!((command.verb, command.argument), (Verb::PASS, &b"***"[..]));
        assert_eq!((e.route, e.key), (&b"FTP_0"[..], Key::Number(1)));
        assert_eq!(e.at.rfc3339().unwrap(), "2026-11-20T14:14:54.185+00:00");
        let line = json(r#""line":"257 \"/\" is the current directory","message":"Sending answer""#);
        assert_eq!(
            FORMAT.event(&line).what,
            What::Reply(ReplyLine::of(b"257 \"/\" is the current directory"))
        );
    }

    #[test]
    fn connections_come_and_go() {
        let line = json(r#""clientIp":"192.0.2.7:5618","message":"Client connected""#);
        let e = FORMAT.event(&line);
        assert_eq!((e.what, e.client, e.client_port), (What::Opened, &b"192.0.2.7"[..], 5618));
        let line = json(r#""clientIp":"[2001:db8::7]:5618","message":"Client disconnected""#);
        let e = FORMAT.event(&line);
        assert_eq!((e.what, e.client, e.client_port), (What::Closed, &b"2001:db8::7"[..], 5618));
    }

    #[test]
    fn the_console_has_the_same_records() {
        let bar = "2026-11-20T19:57:02.653 DBG Received line | sender=ftpserverlib server_id=FTP_0 clientId=3 line=RETR a clientId=4 b ";
        let e = FORMAT.event(bar);
        assert!(matches!(e.what, What::Command(c) if c.argument == b"a clientId=4 b"));
        assert_eq!((e.route, e.key), (&b"FTP_0"[..], Key::Number(3)));
        let sorted = "2026-11-20T19:57:02.653 DBG Sending answer clientId=3 line=\"220 SFTPGo ready\" sender=ftpserverlib server_id=FTP_0";
        let e = FORMAT.event(sorted);
        assert_eq!(e.what, What::Reply(ReplyLine::of(b"220 SFTPGo ready")));
        assert_eq!((e.route, e.key), (&b"FTP_0"[..], Key::Number(3)));
    }

    #[test]
    fn older_versions_write_pairs() {
        let line = r#"level=debug ts=2026-11-20T22:35:24.621113Z caller=client_handler.go:150 component=server clientId=3 msg="FTP RECV" action=ftp.cmd_recv line="CLNT NcFTP 3.2.6 macosx10.15\r\n""#;
        let e = FORMAT.event(line);
        assert!(
            matches!(e.what, What::Command(c) if c.verb == Verb::CLNT && c.argument == b"NcFTP 3.2.6 macosx10.15")
        );
        assert_eq!(
            (e.key, e.at.rfc3339().unwrap().as_str()),
            (Key::Number(3), "2026-11-20T22:35:24.621+00:00")
        );
        assert_eq!(FORMAT.lex("level=info ts=2026-11-20T22:35:24Z msg=\"GET /\""), Lexed::Unknown);
    }

    #[test]
    fn other_records_are_skipped_and_other_lines_are_not_known() {
        for line in [
            json(r#""message":"Transfer connection opened""#),
            r#"{"level":"info","time":"2026-11-20T14:14:54.185","sender":"httpd","message":"PASS hunter2"}"#
                .to_owned(),
            "2026-11-20T19:57:02.659 INF User \"ann\" logged in | sender=FTP connection_id=FTP_0_3 "
                .to_owned(),
        ] {
            assert_eq!(FORMAT.lex(&line), Lexed::Skip, "{line}");
        }
        for line in [
            r#"{"level":"info","time":"2026-11-20T14:14:54.185","message":"Received line"}"#,
            r#"{"sender":"x","clientId":"one","line":"PWD","message":"Received line"}"#,
            "2026-11-20T19:57:02.659 INF started",
            "2026-11-20 19:57:02 alice",
        ] {
            assert_eq!(FORMAT.lex(line), Lexed::Unknown, "{line}");
        }
    }
}
