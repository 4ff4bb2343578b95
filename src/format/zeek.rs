//! Zeek's `ftp.log`, in columns and in JSON: a line for each of a few commands, with its final reply.
//!
//! Other logs of Zeek have the same shape and are not read. By default Zeek logs transfers, DELE and what sets up data
//! connections, so that most commands are missing.

use super::arena::Arena;
use super::json::{Members, Value};
use super::literal::{unescape, unescape_bytes};
use super::stamp::{Stamps, iso};
use super::{Format, Layout, Lexer, Line, Setup, Signs};
use crate::event::{Command, Dialect, Event, Holds, Identity, Key, Lexed, What};
use crate::ftp::{Code, Software, Verb};
use crate::time::{Known, When};
use nom::bytes::complete::{tag, take_while_m_n};
use nom::combinator::{opt, rest};
use nom::sequence::preceded;
use nom::{IResult, Parser};

pub(super) static FORMAT: Format = Format {
    dialect: Dialect {
        name: "zeek",
        identity: Identity::Key,
        software: Software::Unknown,
        holds: Holds::FinalReplies,
    },
    signs: Signs::EveryLine,
    layout: Layout { joins: None, carries: Some(carried) },
    lexer: &|setup| Box::new(Zeek::new(setup)),
};

/// Lines that name the columns and what separates them, each with the number of its kind.
fn carried(line: &[u8]) -> Option<usize> {
    let name = line.strip_prefix(b"#")?;
    ["separator", "unset_field", "empty_field", "path", "fields"].iter().position(|kind| {
        name.strip_prefix(kind.as_bytes()).is_some_and(|rest| rest.first().copied().is_some_and(is_blank))
    })
}

/// What follows the name of such a line: a blank, or the separator itself.
fn is_blank(byte: u8) -> bool {
    !byte.is_ascii_alphanumeric() && byte != b'_'
}

/// Columns that are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Field {
    At,
    Session,
    Client,
    ClientPort,
    User,
    Command,
    Argument,
    Code,
    Text,
}

/// How many there are.
const FIELDS: usize = 9;

impl Field {
    // The password is not among them.
    fn named(name: &[u8]) -> Option<Self> {
        Some(match name {
            b"ts" => Self::At,
            b"uid" => Self::Session,
            b"id.orig_h" => Self::Client,
            b"id.orig_p" => Self::ClientPort,
            b"user" => Self::User,
            b"command" => Self::Command,
            b"arg" => Self::Argument,
            b"reply_code" => Self::Code,
            b"reply_msg" => Self::Text,
            _ => return None,
        })
    }
}

/// The columns of `ftp.log` unless its header says otherwise: lines are often picked out of it without the header.
const USUAL_FIELDS: &str = "ts uid id.orig_h id.orig_p id.resp_h id.resp_p user password command arg mime_type file_size reply_code reply_msg";

/// Columns of a line that are looked at.
const COLUMNS_MAX: usize = 64;

/// What the header of a file says.
struct Header {
    separator: u8,
    unset: Vec<u8>,
    empty: Vec<u8>,
    /// Whether it is the header of `ftp.log`; unknown without one.
    is_ftp: Option<bool>,
    columns: [Option<Field>; COLUMNS_MAX],
}

impl Header {
    fn usual() -> Self {
        let mut header = Self {
            separator: b'\t',
            unset: b"-".to_vec(),
            empty: b"(empty)".to_vec(),
            is_ftp: None,
            columns: [None; COLUMNS_MAX],
        };
        header.name_columns(USUAL_FIELDS.as_bytes(), b' ');
        header
    }

    fn name_columns(&mut self, names: &[u8], separator: u8) {
        self.columns = [None; COLUMNS_MAX];
        for (column, name) in self.columns.iter_mut().zip(names.split(|b| *b == separator)) {
            *column = Field::named(name);
        }
    }

    // #separator \x09    #unset_field	-    #path	ftp    #fields	ts	uid	id.orig_h
    /// Takes a line of the header. Returns whether it is one.
    fn take(&mut self, line: &[u8]) -> bool {
        let Some(name) = line.strip_prefix(b"#") else { return false };
        if let Ok((_, separator)) = separator(name) {
            *self = Self { separator, ..Self::usual() };
            return true;
        }
        let (name, value) = match name.iter().position(|b| *b == self.separator) {
            Some(end) => (&name[..end], &name[end + 1..]),
            None => (name, &b""[..]),
        };
        match name {
            b"unset_field" => self.unset = value.to_vec(),
            b"empty_field" => self.empty = value.to_vec(),
            b"path" => self.is_ftp = Some(value == b"ftp"),
            b"fields" => self.name_columns(value, self.separator),
            b"set_separator" | b"open" | b"close" | b"types" => {}
            _ => return false,
        }
        true
    }
}

// separator \x09
fn separator(i: &[u8]) -> IResult<&[u8], u8> {
    let (i, _) = tag("separator ")(i)?;
    let hexadecimal = preceded(tag("\\x"), take_while_m_n(2, 2, |b: u8| b.is_ascii_hexdigit()));
    let (i, digits) = opt(hexadecimal).parse(i)?;
    let (i, text) = rest(i)?;
    let byte = digits.and_then(|d| u8::from_str_radix(std::str::from_utf8(d).ok()?, 16).ok());
    Ok((i, byte.or(text.first().copied()).unwrap_or(b'\t')))
}

struct Zeek {
    stamps: Stamps,
    header: Header,
}

impl Zeek {
    fn new(setup: &Setup) -> Self {
        Self { stamps: Stamps::new(&setup.zone), header: Header::usual() }
    }
}

impl Lexer for Zeek {
    fn lex<'a>(&mut self, line: Line<'a>) -> Lexed<'a> {
        match line.text.first() {
            Some(b'{') => self.object(line),
            Some(b'#') if self.header.take(line.text) => Lexed::Skip,
            Some(_) => match (self.header.is_ftp, self.row(line)) {
                (Some(false), _) => Lexed::Unknown,
                // A row that was cut would show its password where lines are shown that are not understood.
                (Some(true), Lexed::Unknown) => Lexed::Skip,
                (_, lexed) => lexed,
            },
            None => Lexed::Unknown,
        }
    }
}

/// The values of a line, as they stand in it.
type Values<'a> = [&'a [u8]; FIELDS];

impl Zeek {
    // 1187379105.019480	CpQoCn3o28tke89zv9	192.0.2.182	42117	192.0.2.231	21	ftp	ftp	RETR	ftp://192.0.2.231/a.doc	...
    fn row<'a>(&mut self, line: Line<'a>) -> Lexed<'a> {
        let mut values: Values = [b""; FIELDS];
        let columns = line.text.split(|b| *b == self.header.separator);
        for (field, value) in self.header.columns.iter().zip(columns) {
            if let Some(field) = field
                && value != self.header.unset
                && value != self.header.empty
            {
                values[*field as usize] = value;
            }
        }
        self.told(&values, self.header.is_ftp == Some(true), |text| unescape_bytes(text, line.arena))
    }

    // {"ts":1187379105.01948,"uid":"CpQoCn3o28tke89zv9","id.orig_h":"192.0.2.182",...,"reply_code":226}
    fn object<'a>(&mut self, line: Line<'a>) -> Lexed<'a> {
        let Some(members) = Members::of(line.text) else { return Lexed::Unknown };
        let mut values: Values = [b""; FIELDS];
        let mut is_ftp = false;
        for member in members {
            let (Value::Text(value) | Value::Word(value)) = member.value else { continue };
            if let Some(field) = Field::named(member.key) {
                values[field as usize] = value;
            } else if member.key == b"_path" {
                is_ftp = value == b"ftp";
                if !is_ftp {
                    return Lexed::Unknown;
                }
            }
        }
        // No other log of Zeek has codes of replies beside commands.
        let is_ftp = is_ftp || !values[Field::Code as usize].is_empty();
        self.told(&values, is_ftp, |text| unescape_json(text, line.arena))
    }

    fn told<'a>(
        &mut self,
        values: &Values<'a>,
        is_ftp: bool,
        unescape: impl Fn(&'a [u8]) -> &'a [u8],
    ) -> Lexed<'a> {
        let value = |field: Field| values[field as usize];
        let (session, word, code) = (value(Field::Session), value(Field::Command), value(Field::Code));
        let verb = Verb::parse(word);
        // Without a header, only a command of FTP shows what the line is.
        let is_code = code.is_empty() || code == b"0" || code.len() == 3 && Code::parse(code).is_some();
        if session.is_empty() || !is_code || verb == Verb::OTHER && !is_ftp {
            return Lexed::Unknown;
        }
        let Some(at) = self.when(value(Field::At)) else { return Lexed::Unknown };
        let argument = path(unescape(value(Field::Argument)));
        let Some(command) = Command::of(word, argument) else { return Lexed::Unknown };
        let what = match Code::parse(code) {
            Some(code) => What::Exchange(command, code, unescape(value(Field::Text))),
            None => What::Command(command),
        };
        Lexed::Event(Event {
            at,
            route: session,
            key: Key::Name(session),
            client: value(Field::Client),
            client_port: crate::text::number(value(Field::ClientPort)).unwrap_or(0) as u16,
            user: user(unescape(value(Field::User))),
            what,
        })
    }

    // 1187379105.01948    2020-08-16T06:26:03.553287Z
    fn when(&mut self, value: &[u8]) -> Option<When> {
        let end = memchr::memchr(b'.', value).unwrap_or(value.len());
        let Some(seconds) = crate::text::number(&value[..end]) else {
            return self.stamps.read(value, iso).map(|(at, _)| at);
        };
        let decimals = value.get(end + 1..).unwrap_or_default();
        let three = decimals.iter().filter(|b| b.is_ascii_digit()).chain(b"000").take(3);
        let milli = three.fold(0, |n, b| n * 10 + i64::from(b - b'0'));
        let ms = i64::try_from(seconds).ok()?.checked_mul(1000)?.checked_add(milli)?;
        Some(When { ms, known: Known::Everything })
    }
}

/// Zeek has a name for users that it did not see.
fn user(name: &[u8]) -> &[u8] {
    if name == b"<unknown>" { b"" } else { name }
}

// ftp://192.0.2.231/pub/a.doc    ftp://[2001:db8::7]/./a.doc
/// Zeek writes the names of files with the server's address and the directory. A directory that it does not know is `.`.
fn path(argument: &[u8]) -> &[u8] {
    let Some(place) = argument.strip_prefix(b"ftp://") else { return argument };
    let path = memchr::memchr(b'/', place).map_or(&b""[..], |start| &place[start..]);
    if path.starts_with(b"/./") { &path[1..] } else { path }
}

/// In JSON, what cannot be printed is escaped twice.
fn unescape_json<'a>(text: &'a [u8], arena: &'a Arena) -> &'a [u8] {
    unescape_bytes(unescape(text, arena), arena)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\tftp\n#open\t2026-11-20-18-00-00\n#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tuser\tpassword\tcommand\targ\tmime_type\tfile_size\treply_code\treply_msg\n#types\ttime\tstring\n";

    /// What the last of these lines says.
    fn last(lines: &str) -> Lexed<'_> {
        let mut lexer = (FORMAT.lexer)(&Setup::default());
        lines.lines().map(|line| lexer.lex(Line::plain(line.as_bytes()))).last().unwrap()
    }

    fn event(lines: &str) -> Event<'_> {
        match last(lines) {
            Lexed::Event(event) => event,
            other => panic!("{other:?}: {lines}"),
        }
    }

    fn exchange<'a>(event: &Event<'a>) -> (Verb, &'a [u8], u16, &'a [u8]) {
        let What::Exchange(command, code, text) = event.what else { panic!("{event:?}") };
        (command.verb, command.argument, code.0, text)
    }

    #[test]
    fn columns_are_those_of_the_header() {
        let row = "1187379105.019480\tCpQoCn3o28tke89zv9\t192.0.2.182\t42117\t192.0.2.231\t21\tann\thunter2\tRETR\tftp://192.0.2.231/pub/caf\\xc3\\xa9.doc\t-\t39424\t226\tTransfer complete.";
        let lines = format!("{HEADER}{row}");
        let e = event(&lines);
        assert_eq!(
            exchange(&e),
            (Verb::RETR, "/pub/caf\u{e9}.doc".as_bytes(), 226, &b"Transfer complete."[..])
        );
        assert_eq!(e.key, Key::Name(b"CpQoCn3o28tke89zv9"));
        assert_eq!((e.client, e.client_port, e.user), (&b"192.0.2.182"[..], 42117, &b"ann"[..]));
        assert_eq!(e.at.rfc3339().unwrap(), "2007-08-17T19:31:45.019+00:00");
        assert_eq!(event(row), e, "the columns are the usual ones");
        let other = "#separator |\n#unset_field|?\n#path|ftp\n#fields|uid|command|reply_code|ts|arg\nC1|DELE|?|1.5|./x";
        assert!(matches!(event(other).what, What::Command(c) if c.argument == b"./x"));
        assert_eq!(event(other).at.ms, 1500);
    }

    #[test]
    fn json_has_the_same_members() {
        let zeek = r#"{"ts":1187379105.01948,"uid":"C1","id.orig_h":"2001:db8::7","id.orig_p":42117,"id.resp_h":"2001:db8::1","id.resp_p":21,"user":"<unknown>","password":"hunter2","command":"STOR","arg":"ftp://[2001:db8::1]/./a\"\\x83b","reply_code":553,"reply_msg":"Could not create \"file\"."}"#;
        let e = event(zeek);
        assert_eq!(exchange(&e), (Verb::STOR, &b"./a\"\x83b"[..], 553, &b"Could not create \"file\"."[..]));
        assert_eq!((e.client, e.user), (&b"2001:db8::7"[..], &b""[..]));
        let corelight = r#"{"_path":"ftp","_system_name":"h","ts":"2026-11-20T06:26:03.553287Z","uid":"C1","id.orig_h":"192.0.2.7","command":"EPSV","reply_code":229,"reply_msg":"Entering Extended Passive Mode (|||31746|)."}"#;
        let e = event(corelight);
        assert_eq!(exchange(&e).2, 229);
        assert_eq!(e.at.rfc3339().unwrap(), "2026-11-20T06:26:03.553+00:00");
    }

    #[test]
    fn passwords_stay_in_the_log() {
        for command in ["PASS", "ACCT"] {
            let row = format!(
                "1.0\tC1\t192.0.2.182\t42117\t192.0.2.231\t21\tann\thunter2\t{command}\thunter2\t-\t-\t230\tok"
            );
            let shown = format!("{:?}", event(&row));
            assert_eq!(exchange(&event(&row)).1, b"***");
            assert!(!shown.contains(&format!("{:?}", b"hunter2")));
        }
        let cut = format!("{HEADER}1.0\tC1\t192.0.2.182\t42117\t192.0.2.231\t21\tann\thunter2");
        assert_eq!(last(&cut), Lexed::Skip);
    }

    #[test]
    fn other_logs_of_zeek_are_not_known() {
        let conn = "1.0\tC1\t192.0.2.182\t42117\t192.0.2.231\t21\ttcp\tftp\t3.1\t33\t44\tSF\t-\t-";
        assert_eq!(last(conn), Lexed::Unknown);
        let ftp = "1.0\tC1\t192.0.2.182\t42117\t192.0.2.231\t21\tann\t-\tPASV\t-\t-\t-\t227\tok";
        assert_eq!(last(&format!("{}{ftp}", HEADER.replace("ftp", "conn"))), Lexed::Unknown);
        for json in [
            r#"{"ts":1.0,"uid":"C1","id.orig_h":"192.0.2.7","id.orig_p":1,"proto":"tcp","service":"ftp"}"#,
            r#"{"_path":"smtp","ts":1.0,"uid":"C1","id.orig_h":"192.0.2.7","command":"RETR","reply_code":226}"#,
            r#"{"level":"debug","command":"RETR"}"#,
        ] {
            assert_eq!(last(json), Lexed::Unknown, "{json}");
        }
        assert_eq!(last("# a comment"), Lexed::Unknown);
        assert_eq!(last("2026-11-20 18:00:00\tC1"), Lexed::Unknown);
    }

    #[test]
    fn lines_of_the_header_are_carried() {
        let kinds: Vec<_> = HEADER.lines().map(|line| carried(line.as_bytes())).collect();
        assert_eq!(kinds, [Some(0), None, Some(2), Some(1), Some(3), None, Some(4), None]);
        assert_eq!(carried(b"#fields|ts"), Some(4));
        assert_eq!(carried(b"#Fields: date time"), None);
        assert_eq!(carried(b"#pathology"), None);
    }
}
