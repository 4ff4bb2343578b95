//! The W3C extended log of Microsoft's FTP service: IIS 7 and later, and IIS 4 to 6. Times are in UTC.
//!
//! It holds commands with the code of their final reply, no words of replies and no greetings. IIS 7 and later names the
//! session (`x-session`); earlier ones number it and leave most commands out. Which columns there are can be set for the site;
//! without `x-session` sessions of one client mingle, without `sc-win32-status` and `sc-substatus` causes are not known.
//! Logs of the web and mail services have the same shape and are not read.

use super::arena::Arena;
use super::iis_causes::cause;
use super::stamp::{Stamps, iso, time_of_day};
use super::{Format, Layout, Lexer, Line, Signs};
use crate::event::{Command, Dialect, Event, Holds, Identity, Key, Lexed, ReplyLine, What};
use crate::ftp::{Code, Software, Verb};
use crate::time::{When, Zone};

pub(super) static FORMAT: Format = Format {
    dialect: Dialect {
        name: "iis",
        identity: Identity::Mingled,
        software: Software::Iis,
        holds: Holds::FinalReplies,
    },
    signs: Signs::EveryLine,
    layout: Layout { joins: None, carries: Some(carried) },
    lexer: &|_| Box::new(Iis { columns: Vec::new(), date: None, stamps: Stamps::new(&Zone::UTC) }),
};

/// Columns of a log; further ones are not looked at.
const COLUMNS_MAX: usize = 64;

/// The lines that later ones cannot be read without.
fn carried(line: &[u8]) -> Option<usize> {
    let kinds = [&b"#Fields: "[..], b"#Date: "];
    kinds.iter().position(|start| line.starts_with(start))
}

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Column {
    Date,
    Time,
    Client,
    ClientPort,
    User,
    Site,
    ServerPort,
    Method,
    Target,
    Status,
    Win32,
    Substatus,
    Session,
    Other,
}

impl Column {
    fn named(name: &[u8]) -> Self {
        match name {
            b"date" => Self::Date,
            b"time" => Self::Time,
            b"c-ip" => Self::Client,
            b"c-port" => Self::ClientPort,
            b"cs-username" => Self::User,
            b"s-sitename" => Self::Site,
            b"s-port" => Self::ServerPort,
            b"cs-method" => Self::Method,
            b"cs-uri-stem" => Self::Target,
            b"sc-status" => Self::Status,
            b"sc-win32-status" => Self::Win32,
            b"sc-substatus" => Self::Substatus,
            b"x-session" => Self::Session,
            _ => Self::Other,
        }
    }

    /// The columns that a `#Fields:` line names.
    fn all(names: &[u8]) -> Vec<Self> {
        names.split(|b| *b == b' ').filter(|n| !n.is_empty()).map(Self::named).take(COLUMNS_MAX).collect()
    }
}

/// The columns of a log whose first lines are missing, as the server has them by default: IIS 7 and later, and IIS 4 to 6.
const DEFAULTS: [&[u8]; 2] = [
    b"date time c-ip cs-username s-ip s-port cs-method cs-uri-stem sc-status sc-win32-status sc-substatus x-session x-fullpath",
    b"time c-ip cs-method cs-uri-stem sc-status",
];

struct Iis {
    columns: Vec<Column>,
    /// The date of lines that have only a time.
    date: Option<[u8; 10]>,
    stamps: Stamps,
}

impl Lexer for Iis {
    fn lex<'a>(&mut self, line: Line<'a>) -> Lexed<'a> {
        let text = line.text.trim_ascii_end();
        if text.starts_with(b"#") {
            return self.directive(text);
        }
        if !self.columns.is_empty() {
            return Row::of(&self.columns, text)
                .map_or(Lexed::Unknown, |row| row.lexed(self.at(&row, line.arena), line.arena));
        }
        let dated = text.first().is_some_and(u8::is_ascii_digit);
        for default in DEFAULTS.iter().filter(|_| dated) {
            if let Some(row) = Row::of(&Column::all(default), text).filter(Row::names_its_session) {
                return row.lexed(self.at(&row, line.arena), line.arena);
            }
        }
        Lexed::Unknown
    }
}

impl Iis {
    // #Fields: date time c-ip cs-username s-ip s-port cs-method cs-uri-stem sc-status sc-win32-status sc-substatus x-session
    fn directive<'a>(&mut self, text: &[u8]) -> Lexed<'a> {
        if let Some(names) = text.strip_prefix(b"#Fields: ") {
            self.columns = Column::all(names);
        } else if let Some(date) = text.strip_prefix(b"#Date: ") {
            self.date = date.first_chunk().copied();
        } else if !text.starts_with(b"#Software: Microsoft Internet Information Serv")
            && !text.starts_with(b"#Version: ")
        {
            return Lexed::Unknown;
        }
        Lexed::Skip
    }

    /// When a row was written. A log without dates begins anew each day, with a line that has the date.
    fn at(&mut self, row: &Row, arena: &Arena) -> When {
        let time = row.get(Column::Time);
        let dated = |date: &[u8]| arena.collect(date.iter().chain(b" ").chain(time).copied());
        let read = match (row.get(Column::Date), &self.date) {
            (b"", None) => self.stamps.read(time, time_of_day),
            (b"", Some(date)) => self.stamps.read(dated(date), iso),
            (date, _) => self.stamps.read(dated(date), iso),
        };
        read.map_or(When::NEVER, |(at, _)| at)
    }
}

/// A line, cut into its columns.
struct Row<'a> {
    columns: Vec<(Column, &'a [u8])>,
}

impl<'a> Row<'a> {
    fn of(columns: &[Column], text: &'a [u8]) -> Option<Self> {
        let mut values = text.split(|b| *b == b' ');
        let n = columns.len();
        let columns: Vec<_> = columns.iter().copied().zip(values.by_ref()).collect();
        let whole = columns.len() == n && (n == COLUMNS_MAX || values.next().is_none());
        let row = Self { columns };
        (whole && !row.get(Column::Method).is_empty()).then_some(row)
    }

    /// The value in a column; empty where the log has none.
    fn get(&self, column: Column) -> &'a [u8] {
        let found = self.columns.iter().find(|(c, _)| *c == column).map(|(_, value)| *value);
        found.filter(|value| *value != b"-").unwrap_or_default()
    }

    fn number(&self, column: Column) -> u64 {
        crate::text::number(self.get(column)).unwrap_or(0)
    }

    /// The number of the session and the method behind it: `[135]USER`.
    fn numbered_method(&self) -> Option<(u64, &'a [u8])> {
        let inside = self.get(Column::Method).strip_prefix(b"[")?;
        let end = memchr::memchr(b']', inside)?;
        Some((crate::text::number(&inside[..end])?, &inside[end + 1..]))
    }

    /// Whether the line can hardly be another program's.
    fn names_its_session(&self) -> bool {
        let session = self.get(Column::Session);
        let is_guid = session.len() == 36 && session.iter().all(|b| b.is_ascii_hexdigit() || *b == b'-');
        is_guid || self.numbered_method().is_some()
    }

    /// What the row says.
    fn lexed(&self, at: When, arena: &'a Arena) -> Lexed<'a> {
        let (key, method) = match (self.numbered_method(), self.get(Column::Session)) {
            (Some((number, method)), _) => (Key::Number(number), method),
            (None, b"") => (Key::None, self.get(Column::Method)),
            (None, session) => (Key::Name(session), self.get(Column::Method)),
        };
        if key == Key::None && !self.is_of_ftp(method) {
            return Lexed::Unknown;
        }
        let target = spaced(self.get(Column::Target), arena);
        let user = spaced(self.get(Column::User), arena);
        // Of anonymous users some versions write the password in place of the name.
        let user = if method.eq_ignore_ascii_case(b"PASS") && user == target { b"" } else { user };
        let client = self.get(Column::Client);
        let client_port = u16::try_from(self.number(Column::ClientPort)).unwrap_or(0);
        let event = |what| Event { at, route: client, key, client, client_port, user, what };
        let whats = match method {
            b"ControlChannelOpened" => [Some(What::Opened), None],
            b"ControlChannelClosed" => [Some(What::Closed), None],
            b"DataChannelOpened" | b"DataChannelClosed" => [None, None],
            // [7]closed - 421
            b"closed" => [self.told(arena), Some(What::Closed)],
            _ => self.spoken(method, target, arena),
        };
        arena.tell_all(whats.into_iter().flatten().map(event))
    }

    /// A reply that nobody asked for.
    fn told(&self, arena: &'a Arena) -> Option<What<'a>> {
        let status = self.get(Column::Status);
        let cause = self.cause(Code::parse(status)?, arena);
        let line = arena.collect(status.iter().chain(b" ").chain(cause).copied());
        Some(What::Reply(ReplyLine::of(if cause.is_empty() { status } else { line })))
    }

    /// A command with the code of its reply.
    fn spoken(&self, method: &'a [u8], target: &'a [u8], arena: &'a Arena) -> [Option<What<'a>>; 2] {
        // Transfers are not named by their commands before IIS 7.
        let word: &[u8] = match method {
            b"created" => b"STOR",
            b"appended" => b"APPE",
            b"sent" => b"RETR",
            word => word,
        };
        let Some(command) = Command::of(word, target) else { return [None, None] };
        let code = Code::parse(self.get(Column::Status));
        match code {
            // Before IIS 7 the code beside QUIT is the one of the command before it.
            Some(code) if command.verb == Verb::QUIT && code.0 != 221 => {
                [Some(What::Command(command)), Some(What::Closed)]
            }
            Some(code) => [Some(What::Exchange(command, code, self.cause(code, arena))), None],
            None => [Some(What::Command(command)), None],
        }
    }

    /// Why the server refused a command. 500 to 504 speak of the command itself, and what they say needs no cause.
    fn cause(&self, code: Code, arena: &'a Arena) -> &'a [u8] {
        if !code.is_refusal() || (500..=504).contains(&code.0) {
            return b"";
        }
        cause(self.number(Column::Win32), self.number(Column::Substatus), arena)
    }

    /// Whether a row that names no session is one of the FTP service: the others of IIS write such logs, too.
    fn is_of_ftp(&self, method: &[u8]) -> bool {
        let site = self.get(Column::Site);
        if !site.is_empty() {
            return memchr::memmem::find(site, b"FTPSVC").is_some();
        }
        let is_channel = method.ends_with(b"ChannelOpened") || method.ends_with(b"ChannelClosed");
        let verb = Verb::parse(method);
        let shared = matches!(
            verb,
            Verb::OTHER
                | Verb::QUIT
                | Verb::NOOP
                | Verb::HELP
                | Verb::AUTH
                | Verb::STAT
                | Verb::HOST
                | Verb::MAIL
        );
        let at_home = verb != Verb::OTHER && self.get(Column::ServerPort) == b"21";
        is_channel || (!shared || at_home) && Code::parse(self.get(Column::Status)).is_some()
    }
}

/// A value with its spaces, which are written as `+`. So is `+` itself, and nobody can tell.
fn spaced<'a>(value: &'a [u8], arena: &'a Arena) -> &'a [u8] {
    match memchr::memchr(b'+', value) {
        Some(_) => arena.collect(value.iter().map(|b| if *b == b'+' { b' ' } else { *b })),
        None => value,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::Setup;

    const IIS_7: &str = "#Fields: date time c-ip cs-username s-ip s-port cs-method cs-uri-stem sc-status sc-win32-status sc-substatus x-session x-fullpath";
    const IIS_5: &str = "#Fields: time c-ip cs-username s-port cs-method cs-uri-stem sc-status";
    const WEB: &str = "#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip sc-status sc-substatus sc-win32-status time-taken";
    const SESSION: &str = "2684eafa-b405-4cbb-a934-65fc2af1316d";

    /// What the last line says after the others, as text.
    fn said(lines: &[&str]) -> Vec<String> {
        let arena = Arena::default();
        let mut lexer = (FORMAT.lexer)(&Setup::default());
        let (last, before) = lines.split_last().unwrap();
        for line in before {
            assert_eq!(lexer.lex(Line::new(line.as_bytes(), &arena)), Lexed::Skip, "{line}");
        }
        let show = |e: &Event| {
            let what = match e.what {
                What::Exchange(c, code, text) => format!(
                    "{} {} {code} {}",
                    String::from_utf8_lossy(c.word),
                    String::from_utf8_lossy(c.argument),
                    String::from_utf8_lossy(text)
                ),
                What::Command(c) => String::from_utf8_lossy(c.word).into_owned(),
                other => format!("{other:?}"),
            };
            let at = e.at.rfc3339().or(e.at.clock()).unwrap_or_default();
            format!("{at} {} {} {what}", String::from_utf8_lossy(e.client), String::from_utf8_lossy(e.user))
        };
        match lexer.lex(Line::new(last.as_bytes(), &arena)) {
            Lexed::Event(e) => vec![show(&e)],
            Lexed::Many(all) => all.iter().map(|told| show(&told.event)).collect(),
            other => vec![format!("{other:?}")],
        }
    }

    #[test]
    fn iis_7_names_session_and_causes() {
        let row = |rest: &str| {
            said(&[IIS_7, &format!("2022-07-05 21:41:06 192.0.2.7 {rest} {SESSION} -")])[0].clone()
        };
        assert_eq!(
            row("lab\\alice 198.51.100.2 21 STOR a+b.txt 226 0 0"),
            "2022-07-05T21:41:06+00:00 192.0.2.7 lab\\alice STOR a b.txt 226 "
        );
        assert_eq!(
            row("- 198.51.100.2 21 PASS *** 530 1326 41"),
            "2022-07-05T21:41:06+00:00 192.0.2.7  PASS *** 530 sc-win32-status 1326: the user name or the password is wrong; sc-substatus 41: an error during the authentication"
        );
        assert!(row("- 198.51.100.2 21 ControlChannelOpened - - 0 0").ends_with("Opened"));
        assert!(row("- 198.51.100.2 21 ControlChannelClosed - - 0 0").ends_with("Closed"));
        assert_eq!(row("- 198.51.100.2 50000 DataChannelClosed - - 1236 38"), "Skip");
        assert!(row("- 198.51.100.2 21 XYZZY - 500 5 51").ends_with("XYZZY  500 "));
    }

    #[test]
    fn a_log_without_its_first_lines_is_read_where_the_columns_are_the_default_ones() {
        let row = format!("2022-07-05 21:41:06 192.0.2.7 - 198.51.100.2 21 PWD - 257 0 0 {SESSION} -");
        assert_eq!(said(&[&row]), ["2022-07-05T21:41:06+00:00 192.0.2.7  PWD  257 "]);
        assert_eq!(said(&["00:03:32 192.0.2.7 [58]USER alice 331"]), ["00:03:32 192.0.2.7  USER alice 331 "]);
        assert_eq!(said(&["00:03:32 192.0.2.7 USER alice 331"]), ["Unknown"]);
    }

    #[test]
    fn iis_5_numbers_sessions_and_has_the_date_apart() {
        let row =
            |rest: &str| said(&["#Date: 2004-11-16 10:54:13", IIS_5, &format!("17:40:30 192.0.2.7 {rest}")]);
        assert_eq!(
            row("alice 21 [140]created a.txt 226"),
            ["2004-11-16T17:40:30+00:00 192.0.2.7 alice STOR a.txt 226 "]
        );
        // The address of an anonymous user is the password.
        assert_eq!(
            row("me@example.com 21 [137]PASS me@example.com 230"),
            ["2004-11-16T17:40:30+00:00 192.0.2.7  PASS *** 230 "]
        );
        let quit = row("alice 21 [140]QUIT - 226");
        assert!(quit[0].ends_with("alice QUIT") && quit[1].ends_with("Closed"), "{quit:?}");
        let closed = row("alice 21 [140]closed - 421");
        assert!(closed[0].contains("Reply") && closed[1].ends_with("Closed"), "{closed:?}");
    }

    #[test]
    fn other_services_of_iis_are_not_ftp() {
        let web = "2022-07-05 21:41:06 198.51.100.2 GET /a - 80 - 192.0.2.7 200 0 0 15";
        assert_eq!(said(&[WEB, web]), ["Unknown"]);
        let mail = "#Fields: time c-ip s-sitename cs-method cs-uri-stem sc-status";
        assert_eq!(said(&[mail, "00:00:01 192.0.2.7 SMTPSVC1 QUIT - 240"]), ["Unknown"]);
        assert_eq!(said(&[mail, "00:00:01 192.0.2.7 - EHLO +mail.example.com 250"]), ["Unknown"]);
        let pure = "#Fields: date time c-ip cs-method cs-uri-stem sc-status cs-username sc-bytes";
        let row = "2026-11-20 18:27:35 192.0.2.7 []sent /srv/ftp/hello.txt 226 alice 33";
        assert_eq!(said(&[pure, row]), ["Unknown"]);
    }

    #[test]
    fn columns_may_be_left_out() {
        let fields = "#Fields: date time c-ip cs-username s-ip s-port cs-method cs-uri-stem sc-status sc-win32-status sc-substatus";
        let row = "2012-01-15 02:08:16 192.0.2.7 user01 198.51.100.2 21 STOR file.txt 425 1236 0";
        assert_eq!(
            said(&[fields, row]),
            [
                "2012-01-15T02:08:16+00:00 192.0.2.7 user01 STOR file.txt 425 sc-win32-status 1236: the server broke the connection off"
            ]
        );
        assert_eq!(said(&[IIS_7, row]), ["Unknown"]);
    }
}
