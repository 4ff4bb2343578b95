//! `ProFTPD`'s `SystemLog`, `ServerLog` and syslog. With `DebugLevel 4` or more they hold every command and how it went, but
//! no replies: those stand in a `TraceLog` only (`Trace command:7 response:1`).
//!
//! At a lower level they hold logins and what went wrong with them, and with `SyslogLevel info` the beginnings and ends of
//! sessions. The logs of modules (`TLSLog`, `SFTPLog`) have lines of the same shape and say nothing of commands.

use super::proftpd_dispatch::{Phase, dispatched, process, remote};
use super::stamp::{Stamps, iso, month_day};
use super::{Format, Layout, Lexer, Line, Setup, Signs};
use crate::event::{Command, Dialect, Event, Holds, Identity, Key, Lexed, MASK, Outcome, What};
use crate::ftp::{Software, Verb};
use crate::time::When;
use memchr::memmem::rfind;
use nom::branch::alt;
use nom::bytes::complete::{tag, take_until, take_while1};
use nom::combinator::{opt, verify};
use nom::sequence::{preceded, terminated};
use nom::{IResult, Parser};

pub(super) static FORMAT: Format = Format {
    dialect: Dialect {
        name: "proftpd-system",
        identity: Identity::Key,
        software: Software::Proftpd,
        holds: Holds::Commands,
    },
    signs: Signs::EveryLine,
    layout: Layout::LINES,
    lexer: &|setup| Box::new(ProftpdSystem::new(setup, Level::Debug)),
};

/// The same at a lower level.
pub(super) static EVENTS: Format = Format {
    dialect: Dialect {
        name: "proftpd-events",
        identity: Identity::Key,
        software: Software::Proftpd,
        holds: Holds::Deeds,
    },
    signs: Signs::EveryLine,
    layout: Layout::LINES,
    lexer: &|setup| Box::new(ProftpdSystem::new(setup, Level::Lower)),
};

/// How much the server writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Level {
    /// Everything, and so the end of every session.
    Debug,
    /// What matters. The end of a session may show in nothing but the reason for it.
    Lower,
}

struct ProftpdSystem {
    stamps: Stamps,
    level: Level,
}

impl Lexer for ProftpdSystem {
    fn lex<'a>(&mut self, line: Line<'a>) -> Lexed<'a> {
        let from_syslog = line.tag.filter(|tag| tag.program == b"proftpd");
        let record = match from_syslog {
            Some(tag) => Some(Record { pid: tag.pid, ..in_syslog(line.text, line.at) }),
            None => self.in_file(line.text, line.at),
        };
        let Some(record) = record else {
            return if is_of_module(line.text) { Lexed::Skip } else { Lexed::Unknown };
        };
        let closing = self.level == Level::Lower && is_closing(record.message);
        let said = if closing { Some((What::Closed, &b""[..])) } else { said(record.message) };
        let Some((what, user)) = said else { return Lexed::Skip };
        let (client, key) = (record.client, record.pid.map_or(Key::None, Key::Number));
        Lexed::Event(Event { at: record.at, route: client, key, client, client_port: 0, user, what })
    }
}

struct Record<'a> {
    at: When,
    pid: Option<u64>,
    client: &'a [u8],
    message: &'a [u8],
}

// ftp.example.com (client.example.com[192.0.2.7]) - FTP session opened.
fn in_syslog(text: &[u8], at: When) -> Record<'_> {
    let server = opt(terminated(take_while1(|b: u8| b > b' ' && b != b'('), tag(" ")));
    let client = (server, terminated(remote, tag(" - "))).parse(text);
    let (message, client) = client.map_or((text, &b""[..]), |(message, (_, client))| (message, client));
    Record { at, pid: None, client, message }
}

impl ProftpdSystem {
    fn new(setup: &Setup, level: Level) -> Self {
        Self { stamps: Stamps::new(&setup.zone), level }
    }

    // 2026-11-20 18:25:57,805 ftphost proftpd[7227] 127.0.0.1 (127.0.0.1[127.0.0.1]): FTP session opened.
    // `LogOptions` can take away the time, the host and the server; old versions write all of it through syslog.
    fn in_file<'a>(&mut self, text: &'a [u8], around: When) -> Option<Record<'a>> {
        let stamped = match text.first() {
            Some(b'0'..=b'9') => self.stamps.read(text, iso),
            Some(b'A'..=b'Z') => self.stamps.read(text, month_day),
            _ => None,
        };
        let (at, rest) = stamped.map_or((around, text), |(at, rest)| (at, rest.trim_ascii_start()));
        let (message, Labelled { label, pid, client }) = labelled(rest).ok()?;
        // Other programs call themselves daemons, too.
        let surely = label == b"proftpd" || !client.is_empty() || message.starts_with(b"ProFTPD ");
        surely.then_some(Record { at, pid: Some(pid), client, message })
    }
}

/// What stands before a message.
struct Labelled<'a> {
    label: &'a [u8],
    pid: u64,
    client: &'a [u8],
}

// ftphost proftpd[7227] 127.0.0.1 (127.0.0.1[127.0.0.1]): FTP session opened.
fn labelled(i: &[u8]) -> IResult<&[u8], Labelled<'_>> {
    let label = || alt((tag("proftpd"), tag("session"), tag("daemon")));
    let word = || take_while1(|b: u8| b > b' ' && b != b'[' && b != b'(');
    let host = opt(terminated(word(), tag(" ")));
    let (i, (_, label, pid)) = (host, label(), process).parse(i)?;
    let name = || take_while1(|b: u8| b > b' ' && b != b'(');
    let with_client = preceded(tag(" "), preceded(opt(terminated(name(), tag(" "))), remote));
    let (i, client) = opt(terminated(with_client, tag(": "))).parse(i)?;
    if let Some(client) = client {
        return Ok((i, Labelled { label, pid, client }));
    }
    // The name of the server may be an address with colons, and is one word.
    let (i, _server) =
        verify(take_until(": "), |server: &[u8]| !server[server.len().min(1)..].contains(&b' ')).parse(i)?;
    let (i, _) = tag(": ")(i)?;
    Ok((i, Labelled { label, pid, client: b"" }))
}

// 2026-11-20 18:20:05,348 mod_tls/2.9.2[1248]: SSL/TLS-P requested, starting TLS handshake
fn is_of_module(text: &[u8]) -> bool {
    let Ok((rest, _)) = iso(text) else { return false };
    let version = take_while1(|b: u8| b > b' ' && b != b'[');
    let head: IResult<&[u8], _> = (tag(" mod_"), version, process, tag(": ")).parse(rest);
    head.is_ok()
}

/// What a message says, and the user it names.
fn said(message: &[u8]) -> Option<(What<'_>, &[u8])> {
    if message.starts_with(b"dispatching ") {
        let (phase, command) = dispatched(message)?;
        let what = match phase {
            Phase::Came => What::CommandAgain(command),
            Phase::Went(outcome) => What::Did(command, outcome),
        };
        return Some((what, b""));
    }
    match message {
        b"FTP session opened." => Some((What::Opened, b"")),
        b"FTP session closed." => Some((What::Closed, b"")),
        _ => {
            let (user, outcome) = login(message)?;
            let command = Command { verb: Verb::PASS, word: b"PASS", argument: MASK };
            Some((What::Did(command, outcome), user))
        }
    }
}

/// Words with which the server takes its leave before it closes the session.
fn is_closing(message: &[u8]) -> bool {
    let starts = [&b"Maximum login attempts ("[..], b"Connection refused (Max"];
    let ends =
        [&b" timeout, disconnected"[..], b" timed out, disconnected", b" timeout exceeded, disconnected"];
    // client sent HTTP command 'GET', disconnecting
    let other_protocol = message.ends_with(b"', disconnecting") && message.get(1..12) == Some(b"lient sent ");
    starts.iter().any(|s| message.starts_with(s))
        || ends.iter().any(|e| message.ends_with(e))
        || other_protocol
}

// USER alice: Login successful.    USER alice (Login failed): Incorrect password    SECURITY VIOLATION: Root login attempted
fn login(message: &[u8]) -> Option<(&[u8], Outcome)> {
    // The server writes "root" in no other way here.
    const ROOT: (&[u8], &[u8]) = (b"SECURITY VIOLATION: Root login attempted", b"root");
    if message.starts_with(ROOT.0) {
        return Some((ROOT.1, Outcome::Failed));
    }
    let named = message.strip_prefix(b"USER ").or_else(|| message.strip_prefix(b"ANON "))?;
    if let Some(user) = named.strip_suffix(b": Login successful.") {
        return Some((user, Outcome::Done));
    }
    // A user may be called anything: the last words that fit are the server's.
    let reasons = [
        &b" (Login failed): "[..],
        b": no such user found from ",
        b": user is not a UserAlias from ",
        b": Limit access denies login",
        b": AnonRejectPasswords denies login",
    ];
    let user = reasons.iter().find_map(|reason| Some(&named[..rfind(named, reason)?]))?;
    Some((user, Outcome::Failed))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::Arena;
    use crate::format::wrapper::Headers;
    use crate::time::Zone;

    const HEAD: &str = "2026-11-20 18:25:57,805 ftphost proftpd[7227] 127.0.0.1 (127.0.0.1[192.0.2.7]): ";

    fn said_in_file(message: &str) -> Option<(What<'static>, &'static [u8])> {
        let line: &'static str = Box::leak(format!("{HEAD}{message}").into_boxed_str());
        match EVENTS.lex(line) {
            Lexed::Event(e) => Some((e.what, e.user)),
            Lexed::Skip => None,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_command_comes_and_goes() {
        let line = format!("{HEAD}dispatching PRE_CMD command 'RETR a b.txt' to mod_core");
        let e = FORMAT.event(&line);
        let What::CommandAgain(command) = e.what else { panic!() };
        assert_eq!((command.verb, command.argument), (Verb::RETR, &b"a b.txt"[..]));
        assert_eq!((e.client, e.key), (&b"192.0.2.7"[..], Key::Number(7227)));
        assert_eq!(e.at.rfc3339().unwrap(), "2026-11-20T18:25:57.805+00:00");
        let went = said_in_file("dispatching LOG_CMD_ERR command 'PASS (hidden)' to mod_log").unwrap().0;
        let What::Did(command, Outcome::Failed) = went else { panic!() };
        assert_eq!((command.verb, command.argument), (Verb::PASS, MASK));
    }

    #[test]
    fn logins_are_told_with_their_user() {
        for (message, user, outcome) in [
            ("USER alice: Login successful.", "alice", Outcome::Done),
            ("ANON ftp: Login successful.", "ftp", Outcome::Done),
            ("USER alice (Login failed): Incorrect password", "alice", Outcome::Failed),
            (
                "USER a b: no such user found from client [192.0.2.7] to 198.51.100.2:21",
                "a b",
                Outcome::Failed,
            ),
            ("SECURITY VIOLATION: Root login attempted", "root", Outcome::Failed),
        ] {
            let (what, named) = said_in_file(message).unwrap();
            assert!(matches!(what, What::Did(c, o) if (c.verb, o) == (Verb::PASS, outcome)), "{message}");
            assert_eq!(named, user.as_bytes(), "{message}");
        }
    }

    #[test]
    fn sessions_begin_and_end() {
        assert_eq!(said_in_file("FTP session opened."), Some((What::Opened, &b""[..])));
        for message in [
            "FTP session closed.",
            "Maximum login attempts (3) exceeded, connection refused",
            "Client session idle timeout, disconnected",
            "Login timeout exceeded, disconnected",
            "FTP no transfer timeout, disconnected",
            "client sent HTTP command 'GET', disconnecting",
            "Connection refused (MaxClientsPerHost 2)",
        ] {
            assert_eq!(said_in_file(message), Some((What::Closed, &b""[..])), "{message}");
        }
        // Where every command is logged, that of PASS goes on for some lines after this one.
        assert_eq!(FORMAT.lex(&format!("{HEAD}Maximum login attempts (3) exceeded")), Lexed::Skip);
    }

    #[test]
    fn other_messages_say_nothing() {
        for message in [
            "connected - remote : 192.0.2.7:59570",
            "Entering Passive Mode (127,0,0,1,86,205).",
            "Transfer completed: 33 bytes in 0.00 seconds",
            "Port",
            "USER alice: GSSAPI authentication failed.",
            "SSH2 session opened.",
        ] {
            assert_eq!(said_in_file(message), None, "{message}");
        }
    }

    #[test]
    fn what_log_options_leave_is_enough() {
        for line in [
            "session[7227] (client.example.com[192.0.2.7]): FTP session opened.",
            "proftpd[7227] ftp.example.com (client.example.com[192.0.2.7]): FTP session opened.",
            "2026-11-20 18:25:57,805 proftpd[7227] (client.example.com[192.0.2.7]): FTP session opened.",
            "2026-11-20 18:25:57,805 h proftpd[7227] 2001:db8::2 (client[192.0.2.7]): FTP session opened.",
            "Nov 20 18:25:43 ftphost proftpd[7227] ftp.example.com (client[192.0.2.7]): FTP session opened.",
        ] {
            let e = FORMAT.event(line);
            assert_eq!(
                (e.what, e.client, e.key),
                (What::Opened, &b"192.0.2.7"[..], Key::Number(7227)),
                "{line}"
            );
        }
        assert_eq!(FORMAT.lex("session[7227]: FTP session opened."), Lexed::Unknown);
        assert_eq!(FORMAT.lex("2026-11-20 18:20:05,348 mod_tls/2.9.2[1248]: hello"), Lexed::Skip);
    }

    #[test]
    fn lines_from_syslog_have_their_header_taken_off() {
        let lexed = |line: &'static str| {
            let (tag, text) = Headers::new(&Zone::UTC).take_off(line.as_bytes()).unwrap();
            let arena: &'static Arena = Box::leak(Box::default());
            let line = Line { text, tag: Some(tag), at: tag.at, arena };
            (FORMAT.lexer)(&Setup::default()).lex(line)
        };
        for line in [
            "Nov 20 18:25:43 h proftpd[7006]: 127.0.0.1 (127.0.0.1[192.0.2.7]) - FTP session opened.",
            "<86>1 2026-11-20T18:25:43.1+00:00 h proftpd 7006 - -  (c.example.com[192.0.2.7]) - FTP session opened.",
        ] {
            let Lexed::Event(e) = lexed(line) else { panic!("{line}") };
            assert_eq!((e.what, e.client, e.key), (What::Opened, &b"192.0.2.7"[..], Key::Number(7006)));
        }
        let pam =
            "Nov 20 18:25:40 h proftpd: pam_unix(proftpd:session): session opened for user alice(uid=1001)";
        assert_eq!(lexed(pam), Lexed::Skip);
        assert_eq!(lexed("Nov 20 18:25:40 h sshd[1]: FTP session opened."), Lexed::Unknown);
    }
}
