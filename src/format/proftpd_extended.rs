//! `ProFTPD`'s `ExtendedLog`: one line a command with its final code, in the default `LogFormat`, in one that the user names, or
//! in one that was worked out from the lines themselves.

use super::log_format::{Field, LogFormat, Values};
use super::stamp::Stamps;
use super::{Format, Layout, Lexer, Line, Setup, Signs};
use crate::event::{Command, Dialect, Event, Holds, Identity, Key, Lexed, What};
use crate::ftp::{Code, Software, Verb};
use std::net::Ipv6Addr;

pub(super) static FORMAT: Format = Format {
    dialect: Dialect {
        name: "proftpd-extended",
        identity: Identity::Mingled,
        software: Software::Proftpd,
        holds: Holds::FinalReplies,
    },
    signs: Signs::EveryLine,
    layout: Layout::LINES,
    lexer: &|setup| Box::new(ProftpdExtended::new(setup)),
};

/// The `LogFormat` that `ProFTPD` uses where none is named.
const DEFAULT: &str = r#"%h %l %u %t "%r" %s %b"#;

struct ProftpdExtended {
    formats: Vec<LogFormat>,
    stamps: Stamps,
}

impl ProftpdExtended {
    fn new(setup: &Setup) -> Self {
        let named = setup.proftpd_log_format.as_deref();
        let formats = named.into_iter().chain([DEFAULT]).filter_map(LogFormat::compile).collect();
        Self { formats, stamps: Stamps::new(&setup.zone) }
    }
}

impl Lexer for ProftpdExtended {
    fn lex<'a>(&mut self, line: Line<'a>) -> Lexed<'a> {
        let Self { formats, stamps } = self;
        // The last one is the default. Its first fields could hold anything, also what stands around the line.
        let (default, named) = formats.split_last().map_or((None, &[][..]), |(d, n)| (Some(d), n));
        let by_default = |stamps: &mut Stamps| default?.read(line.text, stamps).filter(begins_with_client);
        match named.iter().find_map(|f| f.read(line.text, stamps)).or_else(|| by_default(stamps)) {
            Some(values) => record(&values),
            None => Lexed::Unknown,
        }
    }
}

// 127.0.0.1 UNKNOWN    fe80::1%eth0 -    ftp.example.com alice
/// Whether the first two fields of the default format are a client's name or address, and the name of a user there.
fn begins_with_client(values: &Values) -> bool {
    let client = values.get(Field::ClientName).unwrap_or_default();
    let named = client.iter().all(|b| b.is_ascii_alphanumeric() || b".-_".contains(b));
    let address = || {
        let address = std::str::from_utf8(client).ok()?.split('%').next()?;
        address.parse::<Ipv6Addr>().ok()
    };
    let user = values.written(Field::Other).unwrap_or_default();
    (named || address().is_some()) && (user == b"-" || user.first().is_some_and(u8::is_ascii_alphabetic))
}

/// What a line with these values says.
fn record<'a>(values: &Values<'a>) -> Lexed<'a> {
    let Some(command) = command(values) else { return Lexed::Unknown };
    let text = values.get(Field::Text).unwrap_or_default();
    let code = values.get(Field::Code).or(values.get(Field::Text)).and_then(Code::parse);
    let what = match code {
        Some(code) => What::Exchange(command, code, text),
        // OPTS was logged with its code just before, under its inner name.
        None if command.verb == Verb::OPTS => return Lexed::Skip,
        None => What::Command(command),
    };
    let client = values.get(Field::Client).or(values.get(Field::ClientName)).unwrap_or_default();
    let client_port = values.get(Field::ClientPort).and_then(crate::text::number).unwrap_or(0);
    let user = values.get(Field::User).or(values.get(Field::UserNamed)).unwrap_or_default();
    let key = key(values, client_port);
    let client_port = u16::try_from(client_port).unwrap_or(0);
    Lexed::Event(Event { at: values.at, route: client, key, client, client_port, user, what })
}

/// What a line says, as far as it must be known to tell an FTP log from another table.
pub(super) struct Spoken {
    verb: Verb,
    answered: bool,
}

impl Spoken {
    /// The command is one that FTP has.
    pub(super) fn is_known(&self) -> bool {
        self.verb != Verb::OTHER
    }

    /// A code that can answer it stands beside it.
    pub(super) fn is_answered(&self) -> bool {
        self.answered
    }

    /// No mail or web protocol has the command.
    pub(super) fn is_ftp_only(&self) -> bool {
        self.is_known()
            && !matches!(
                self.verb,
                Verb::QUIT | Verb::NOOP | Verb::HELP | Verb::AUTH | Verb::STAT | Verb::REST
            )
    }
}

/// What a line with these values says; `None` where it is no line of an FTP log.
pub(super) fn spoken(values: &Values) -> Option<Spoken> {
    let verb = command(values)?.verb;
    let code = values.get(Field::Code).or(values.get(Field::Text)).and_then(Code::parse);
    Some(Spoken { verb, answered: code.is_some_and(|c| c.can_answer(verb)) })
}

/// What the log has to tell sessions apart, the surest first.
fn key<'a>(values: &Values<'a>, client_port: u64) -> Key<'a> {
    if let Some(process) = values.get(Field::Process).and_then(crate::text::number) {
        return Key::Number(process);
    }
    match values.get(Field::SessionName) {
        Some(name) => Key::Name(name),
        None if client_port != 0 => Key::Number(client_port),
        None => Key::None,
    }
}

/// The command, unless the line is another program's.
fn command<'a>(values: &Values<'a>) -> Option<Command<'a>> {
    let command = if let Some(line) = values.get(Field::Command) {
        Command::parse(line)?
    } else {
        let method = values.get(Field::Method)?;
        let word = method.split(|b| *b == b' ').next().unwrap_or_default();
        Command::of(word, values.get(Field::Argument).unwrap_or_default())?
    };
    if is_of_the_web(&command, values.get(Field::Code).and_then(Code::parse)) {
        return None;
    }
    // OPTS UTF8 ON is logged as OPTS_UTF8 ON.
    let inner = command.word.strip_prefix(b"OPTS_").filter(|w| !w.is_empty());
    match (inner, values.get(Field::Command)) {
        (Some(_), Some(line)) => Command::of(&command.word[..4], &line.trim_ascii_start()[5..]),
        _ => Some(command),
    }
}

/// Web servers and Pure-FTPd's transfer log write such lines too, about other things.
fn is_of_the_web(command: &Command, code: Option<Code>) -> bool {
    let known = command.verb != Verb::OTHER;
    let path = command.argument.starts_with(b"/") || command.argument.starts_with(b"http");
    let method = matches!(
        command.word,
        b"GET" | b"PUT" | b"HEAD" | b"POST" | b"DELETE" | b"OPTIONS" | b"PATCH" | b"CONNECT" | b"PROPFIND"
    );
    let version = [&b" HTTP/1."[..], b" HTTP/2", b" HTTP/3"];
    // Codes that FTP does not have answer what is no request at all.
    let coded = code.is_some_and(|c| matches!(c.0, 201 | 204 | 206 | 300..=308 | 400..=417 | 429));
    !known
        && (coded
            || method && path
            || version.iter().any(|v| memchr::memmem::find(command.argument, v).is_some()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lex_with<'a>(format: Option<&str>, line: &'a str) -> Lexed<'a> {
        let setup = Setup { proftpd_log_format: format.map(str::to_owned), ..Setup::default() };
        (FORMAT.lexer)(&setup).lex(Line::plain(line.as_bytes()))
    }

    fn event<'a>(format: Option<&str>, line: &'a str) -> Event<'a> {
        match lex_with(format, line) {
            Lexed::Event(event) => event,
            other => panic!("{other:?}"),
        }
    }

    fn exchange<'a>(event: &Event<'a>) -> (Verb, &'a [u8], u16, &'a [u8]) {
        let What::Exchange(command, code, text) = event.what else { panic!("{event:?}") };
        (command.verb, command.argument, code.0, text)
    }

    #[test]
    fn the_default_format_needs_no_setting() {
        let e = event(
            None,
            r#"10.71.51.13 UNKNOWN u79627826 [19/Apr/2016:23:06:54 +0200] "PASS (hidden)" 230 -"#,
        );
        assert_eq!(exchange(&e), (Verb::PASS, &b"***"[..], 230, &b""[..]));
        assert_eq!((e.user, e.client, e.key), (&b"u79627826"[..], &b"10.71.51.13"[..], Key::None));
    }

    #[test]
    fn other_programs_lines_of_that_shape_are_not_known() {
        for line in [
            r#"127.0.0.1 - - [20/Nov/2026:18:33:28 +0000] "GET /index.html HTTP/1.1" 200 612"#,
            r#"127.0.0.1 - bob [20/Nov/2026:18:33:28 +0000] "PUT /srv/a%20b.txt" 200 12"#,
            r#"127.0.0.1 - - [20/Nov/2026:18:33:28 +0000] "-" 408 -"#,
            r#"127.0.0.1 - - [20/Nov/2026:18:33:28 +0000] "\x16\x03\x01" 400 226"#,
            r#"127.0.0.1 - - [20/Nov/2026:18:33:28 +0000] "GET / HTTP/1.1" 200 612 "-" "curl/7.88""#,
        ] {
            assert_eq!(lex_with(None, line), Lexed::Unknown, "{line}");
        }
    }

    #[test]
    fn what_stands_around_a_line_of_the_default_format_is_no_client() {
        let line = r#"2001:db8::7%eth0 - alice [20/Nov/2026:18:33:28 +0000] "PWD" 257 -"#;
        assert_eq!(event(None, line).client, b"2001:db8::7%eth0");
        for around in
            ["Nov 20 18:33:28 h proftpd[7]: ", "2026-11-20T18:33:28Z ", "ftp-1  | ", "ftp.log:", "> "]
        {
            assert_eq!(lex_with(None, &format!("{around}{line}")), Lexed::Unknown, "{around}");
        }
    }

    #[test]
    fn opts_counts_once() {
        let first = event(None, r#"127.0.0.1 UNKNOWN a [20/Nov/2026:18:34:38 +0000] "OPTS_UTF8 ON" 200 -"#);
        assert_eq!(exchange(&first), (Verb::OPTS, &b"UTF8 ON"[..], 200, &b""[..]));
        let second = r#"127.0.0.1 UNKNOWN a [20/Nov/2026:18:34:38 +0000] "OPTS UTF8 ON" - -"#;
        assert_eq!(lex_with(None, second), Lexed::Skip);
    }

    #[test]
    fn a_hyphen_for_the_code_is_a_command_without_a_known_reply() {
        let e = event(None, r#"127.0.0.1 UNKNOWN a [20/Nov/2026:18:34:38 +0000] "RETR x" - 0"#);
        assert!(matches!(e.what, What::Command(c) if c.verb == Verb::RETR));
    }

    #[test]
    fn a_format_that_the_user_names_is_read() {
        let format = r#"%{iso8601} pid=%P client=%a:%{remote-port} user=%U cmd="%r" code=%s reply="%S""#;
        let line = r#"2026-11-20 18:33:28,572 pid=10608 client=127.0.0.1:43524 user=alice cmd="PWD" code=257 reply=""/" is here""#;
        let e = event(Some(format), line);
        assert_eq!(exchange(&e), (Verb::PWD, &b""[..], 257, &b"\"/\" is here"[..]));
        assert_eq!((e.key, e.client_port, e.user), (Key::Number(10608), 43524, &b"alice"[..]));
    }

    #[test]
    fn a_code_may_stand_in_the_text_and_a_command_in_two_fields() {
        let e = event(Some("%m|%J|%S"), "SITE CHMOD|CHMOD 640 x|200 SITE CHMOD command successful");
        let want = (Verb::SITE, &b"CHMOD 640 x"[..], 200, &b"200 SITE CHMOD command successful"[..]);
        assert_eq!(exchange(&e), want);
    }
}
