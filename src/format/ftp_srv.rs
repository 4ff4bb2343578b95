//! ftp-srv, a server for Node.js, whose logger is bunyan at the level `trace`: one JSON object a line.
//!
//! It writes each command twice, once as it came and once as it is handled; only the second one is read.

use super::arena::Arena;
use super::json::{Members, Value};
use super::stamp::{Stamps, iso};
use super::{Format, Layout, Lexer, Line, Signs};
use crate::event::{Command, Dialect, Event, Holds, Identity, Key, Lexed, ReplyLine, What};
use crate::ftp::Software;
use crate::time::When;

pub(super) static FORMAT: Format = Format {
    dialect: Dialect {
        name: "ftp-srv",
        identity: Identity::Key,
        software: Software::Unknown,
        holds: Holds::Everything,
    },
    signs: Signs::EveryLine,
    layout: Layout::LINES,
    lexer: &|setup| Box::new(FtpSrv { stamps: Stamps::new(&setup.zone) }),
};

struct FtpSrv {
    stamps: Stamps,
}

/// What a record names.
#[derive(Clone, Copy, Default)]
struct Record<'a> {
    time: &'a [u8],
    /// What each record of bunyan has.
    is_bunyan: bool,
    session: &'a [u8],
    client: &'a [u8],
    says: &'a [u8],
    command: Option<Value<'a>>,
    reply: Option<Value<'a>>,
}

impl Lexer for FtpSrv {
    fn lex<'a>(&mut self, line: Line<'a>) -> Lexed<'a> {
        let Some(members) = Members::of(line.text) else { return Lexed::Unknown };
        let record = record(members);
        if !record.is_bunyan {
            return Lexed::Unknown;
        }
        let what = match (record.says, record.command, record.reply) {
            _ if record.session.is_empty() => None,
            (b"Handle command", Some(command), _) => command_of(command, line.arena).map(What::Command),
            // Listings are replies, too, through the port of the data connection; they have no code.
            (b"Reply", _, Some(text)) => {
                text.text(line.arena).map(|text| What::Reply(ReplyLine::of(text.trim_ascii_end())))
            }
            _ => None,
        };
        let Some(what) = what else { return Lexed::Skip };
        let at = self.stamps.read(record.time, iso).map_or(When::NEVER, |(at, _)| at);
        let Record { session, client, .. } = record;
        Lexed::Event(Event {
            at,
            route: session,
            key: Key::Name(session),
            client,
            client_port: 0,
            user: b"",
            what,
        })
    }
}

// {"name":"ftp-srv","hostname":"h","pid":1,"id":"0a9bc481-...","ip":"192.0.2.7","level":10,...,"time":"...","v":0}
fn record(members: Members<'_>) -> Record<'_> {
    let mut record = Record::default();
    for member in members {
        match (member.key, member.value) {
            (b"v", Value::Word(_)) => record.is_bunyan = !record.says.is_empty() && !record.time.is_empty(),
            (b"id", Value::Text(text)) => record.session = text,
            (b"ip", Value::Text(text)) => record.client = text,
            (b"time", Value::Text(text)) => record.time = text,
            (b"msg", Value::Text(text)) => record.says = text,
            (b"command", value @ Value::Object(_)) => record.command = Some(value),
            // The second is the name of the first versions.
            (b"message" | b"packet", value @ Value::Text(_)) => record.reply = Some(value),
            _ => {}
        }
    }
    record
}

// {"directive":"LIST","arg":null,"flags":["-a"],"raw":"LIST -a"}
/// Only the command as it came has everything in its order.
fn command_of<'a>(command: Value<'a>, arena: &'a Arena) -> Option<Command<'a>> {
    let raw = command.members().find(|member| member.key == b"raw")?;
    Command::parse(raw.value.text(arena)?.trim_ascii_end())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ftp::Verb;

    fn line(rest: &str) -> String {
        format!(
            r#"{{"name":"ftp-srv","hostname":"h","pid":7,"id":"0a9bc481-1cbe-497d-8918-97776f06db5f","ip":"192.0.2.7","level":10,{rest},"time":"2026-11-20T22:42:45.080Z","v":0}}"#
        )
    }

    #[test]
    fn commands_are_read_as_they_came_and_keep_their_secrets() {
        for (raw, verb, argument) in [
            ("LIST -a x", Verb::LIST, "-a x"),
            ("PASS hunter2", Verb::PASS, "***"),
            ("pass hunter2", Verb::PASS, "***"),
            ("ACCT hunter2", Verb::ACCT, "***"),
        ] {
            let line = line(&format!(
                r#""command":{{"directive":"X","arg":"hunter2","flags":[],"raw":"{raw}"}},"msg":"Handle command""#
            ));
            let e = FORMAT.event(&line);
            let What::Command(command) = e.what else { panic!() };
            assert_eq!((command.verb, command.argument), (verb, argument.as_bytes()));
            assert_eq!(
                (e.client, e.key),
                (&b"192.0.2.7"[..], Key::Name(b"0a9bc481-1cbe-497d-8918-97776f06db5f"))
            );
            assert_eq!(e.at.rfc3339().unwrap(), "2026-11-20T22:42:45.080+00:00");
        }
    }

    #[test]
    fn replies_have_two_names() {
        for name in ["message", "packet"] {
            let line =
                line(&format!(r#""port":2121,"encoding":"utf8","{name}":"257 \"/\" is here","msg":"Reply""#));
            assert_eq!(FORMAT.event(&line).what, What::Reply(ReplyLine::of(b"257 \"/\" is here")));
        }
    }

    #[test]
    fn what_came_is_not_told_twice_and_other_records_are_skipped() {
        for rest in [
            r#""msg":"[ 'PASS hunter2' ]""#,
            r#""port":65503,"msg":"Passive connection listening""#,
            r#""command":{"directive":"PASS","arg":"********"},"msg":"Handle command""#,
        ] {
            assert_eq!(FORMAT.lex(&line(rest)), Lexed::Skip, "{rest}");
        }
        let server = r#"{"name":"ftp-srv","hostname":"h","pid":7,"level":30,"msg":"Listening","time":"2026-11-20T22:42:45.080Z","v":0}"#;
        assert_eq!(FORMAT.lex(server), Lexed::Skip);
    }

    #[test]
    fn other_loggers_lines_are_not_known() {
        for line in [
            r#"{"level":10,"id":"x","message":"220 ready","msg":"Reply","time":1795199608}"#,
            r#"{"level":"info","message":"220 ready"}"#,
            "[]",
        ] {
            assert_eq!(FORMAT.lex(line), Lexed::Unknown, "{line}");
        }
    }
}
