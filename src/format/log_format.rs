//! `ProFTPD`'s `LogFormat` compiled: what stands between the fields, and the fields. Lines are matched against it.
//!
//! Values are not escaped, so they may hold what stands between fields. Every field that can say what it may be does,
//! and the match is searched from left to right until all of them agree.

use super::stamp::{Stamps, common_log, ctime, iso, month_day, time_of_day};
use crate::ftp::{Code, Verb};
use crate::time::{Known, When};
use memchr::memmem::Finder;
use std::net::IpAddr;

/// Fields of a `LogFormat`; one with more is not read.
const FIELDS_MAX: usize = 64;
/// Attempts to place a field before a line is given up.
const STEPS_MAX: u32 = 4_096;
/// Bytes that are looked through to place the fields of a line.
const SEARCHED_BYTES_MAX: usize = 256 * 1024;

/// What a field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    /// `%a`: the client's address.
    Client,
    /// `%h`: the client's name or address.
    ClientName,
    /// `%{remote-port}`.
    ClientPort,
    /// `%P`: the process.
    Process,
    /// `%{UNIQUE_ID}e`: a name for the session.
    SessionName,
    /// `%U`: the user that the client named.
    UserNamed,
    /// `%u`: the user who is logged in.
    User,
    /// `%r`: the whole command.
    Command,
    /// `%m`: the command's word; `SITE CHMOD` is one.
    Method,
    /// `%J`: the command's argument.
    Argument,
    /// `%s`: the reply's code.
    Code,
    /// `%S`: the reply's last line.
    Text,
    /// `%t`, `%{iso8601}`, `%{...}t`.
    Time,
    /// `%{epoch}`.
    Epoch,
    /// `%b` and other counts, or a hyphen.
    Number,
    /// `%L`, `%H`: the server's address.
    Server,
    /// Anything else.
    Other,
}

const N_KINDS: usize = 17;

/// A `LogFormat` that lines can be matched against.
#[derive(Clone, Debug)]
pub(super) struct LogFormat {
    before: Vec<u8>,
    fields: Vec<(Field, Finder<'static>)>,
}

/// The values of a line's fields; the first of each kind.
#[derive(Clone, Copy, Debug)]
pub(super) struct Values<'a> {
    values: [Option<&'a [u8]>; N_KINDS],
    pub(super) at: When,
}

impl<'a> Values<'a> {
    /// The value of a field; `None` where the format has no such field or the log has a hyphen for it.
    pub(super) fn get(&self, field: Field) -> Option<&'a [u8]> {
        self.written(field).filter(|v| !v.is_empty() && *v != b"-")
    }

    /// As [`Values::get`], with hyphens and empty values as they stand in the log.
    pub(super) fn written(&self, field: Field) -> Option<&'a [u8]> {
        self.values[field as usize]
    }
}

impl LogFormat {
    /// Compiles a format as in `proftpd.conf`; `None` where it has no command or its fields cannot be told apart.
    pub(super) fn compile(format: &str) -> Option<Self> {
        let mut compiled = Self { before: Vec::new(), fields: Vec::new() };
        let (mut literal, mut field) = (Vec::new(), None);
        let mut rest = format.as_bytes();
        while let Some((&first, after)) = rest.split_first() {
            if first != b'%' || after.first() == Some(&b'%') {
                literal.push(first);
                rest = if first == b'%' { &after[1..] } else { after };
                continue;
            }
            let (found, after) = variable(after)?;
            compiled.put(field, &literal)?;
            literal.clear();
            (field, rest) = (Some(found), after);
        }
        compiled.put(field, &literal)?;
        let has = |f| compiled.fields.iter().any(|(field, _)| *field == f);
        let commands = has(Field::Command) || has(Field::Method);
        (commands && compiled.fields.len() <= FIELDS_MAX).then_some(compiled)
    }

    /// How many fields say something that ftplog makes use of.
    pub(super) fn n_telling(&self) -> usize {
        self.fields.iter().filter(|(field, _)| !matches!(field, Field::Other | Field::Number)).count()
    }

    /// Adds what stands before the first field, or a field with what follows it; the last may be followed by nothing.
    fn put(&mut self, field: Option<Field>, after: &[u8]) -> Option<()> {
        match field {
            None => self.before = after.to_vec(),
            Some(_) if self.fields.last().is_some_and(|(_, literal)| literal.needle().is_empty()) => {
                return None;
            }
            Some(field) => self.fields.push((field, Finder::new(after).into_owned())),
        }
        Some(())
    }

    /// The values of `line`; `None` where it does not fit.
    pub(super) fn read<'a>(&self, line: &'a [u8], stamps: &mut Stamps) -> Option<Values<'a>> {
        let rest = line.strip_prefix(self.before.as_slice())?;
        let found = Values { values: [None; N_KINDS], at: When::NEVER };
        let mut search = Search { stamps, steps: 0, searched_bytes: 0, second_best: None, found };
        if search.place(&self.fields, rest) {
            return Some(search.found);
        }
        search.second_best
    }
}

/// The field that the text after a `%` names, and what follows it.
fn variable(text: &[u8]) -> Option<(Field, &[u8])> {
    let (&letter, rest) = text.split_first()?;
    if letter != b'{' {
        return Some((by_letter(letter), rest));
    }
    let end = memchr::memchr(b'}', rest)?;
    let (name, rest) = (&rest[..end], &rest[end + 1..]);
    match rest.split_first() {
        Some((b't', rest)) if name.contains(&b'%') => Some((Field::Time, rest)),
        Some((b'e', rest)) if is_environment(name) => {
            let field = if name == b"UNIQUE_ID" { Field::SessionName } else { Field::Other };
            Some((field, rest))
        }
        _ => Some((by_name(name), rest)),
    }
}

/// Names of environment variables are in capital letters; those of `ProFTPD`'s own variables never are.
fn is_environment(name: &[u8]) -> bool {
    name.iter().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || *b == b'_')
}

fn by_letter(letter: u8) -> Field {
    match letter {
        b'a' => Field::Client,
        b'h' => Field::ClientName,
        b'P' => Field::Process,
        b'U' => Field::UserNamed,
        b'u' => Field::User,
        b'r' => Field::Command,
        b'm' => Field::Method,
        b'J' => Field::Argument,
        b's' => Field::Code,
        b'S' => Field::Text,
        b't' => Field::Time,
        b'L' | b'H' => Field::Server,
        b'b' | b'I' | b'O' | b'p' | b'R' | b'T' => Field::Number,
        _ => Field::Other,
    }
}

fn by_name(name: &[u8]) -> Field {
    match name {
        b"remote-port" => Field::ClientPort,
        b"iso8601" | b"time" => Field::Time,
        b"epoch" => Field::Epoch,
        b"microsecs" | b"millisecs" | b"uid" | b"gid" | b"file-size" | b"file-offset" => Field::Number,
        _ => Field::Other,
    }
}

/// A search for the places of all fields.
struct Search<'a, 's> {
    stamps: &'s mut Stamps,
    steps: u32,
    searched_bytes: usize,
    found: Values<'a>,
    /// All fields have a place, and the command is not what its parts say.
    second_best: Option<Values<'a>>,
}

impl<'a> Search<'a, '_> {
    /// Places `fields` on `rest`, each at the nearest end that leaves room for the others.
    fn place(&mut self, fields: &[(Field, Finder<'static>)], rest: &'a [u8]) -> bool {
        let Some(((field, literal), others)) = fields.split_first() else {
            return rest.is_empty() && self.agrees();
        };
        let before = self.found;
        let last = others.is_empty();
        let mut from = 0;
        loop {
            self.steps += 1;
            self.searched_bytes += rest.len() - from.min(rest.len());
            if self.steps > STEPS_MAX || self.searched_bytes > SEARCHED_BYTES_MAX {
                return false;
            }
            let end = if last {
                // Nothing may follow what stands after the last field.
                rest.len().checked_sub(literal.needle().len()).filter(|end| rest[*end..] == *literal.needle())
            } else {
                rest.get(from..).and_then(|r| literal.find(r)).map(|at| from + at)
            };
            let Some(end) = end else { break };
            let value = &rest[..end];
            match self.take(*field, value) {
                Fit::Yes if self.place(others, &rest[end + literal.needle().len()..]) => return true,
                Fit::Never => break,
                Fit::Yes | Fit::Longer => self.found = before,
            }
            if last {
                break;
            }
            from = end + 1;
        }
        self.found = before;
        false
    }

    /// Keeps a value, if the field can have it.
    fn take(&mut self, field: Field, value: &'a [u8]) -> Fit {
        let fit = match field {
            Field::Time => match self.time(value) {
                Some(at) => {
                    self.found.at = at;
                    Fit::Yes
                }
                None if value.len() > 40 => Fit::Never,
                None => Fit::Longer,
            },
            Field::Epoch => {
                match crate::text::number(value).and_then(|s| i64::try_from(s).ok()?.checked_mul(1000)) {
                    Some(ms) if value.len() <= 12 => {
                        self.found.at = When { ms, known: Known::Everything };
                        Fit::Yes
                    }
                    _ => Fit::Never,
                }
            }
            _ => shape(field, value),
        };
        let kept = &mut self.found.values[field as usize];
        if fit == Fit::Yes && kept.is_none() {
            *kept = Some(value);
        }
        fit
    }

    fn time(&mut self, value: &[u8]) -> Option<When> {
        let value = value.strip_prefix(b"[").and_then(|v| v.strip_suffix(b"]")).unwrap_or(value);
        if value == b"-" {
            return Some(When::NEVER);
        }
        for shape in [common_log, iso, ctime, month_day, time_of_day] {
            if let Some((at, rest)) = self.stamps.read(value, shape) {
                // A zone may follow after a space.
                let zone = rest.strip_prefix(b" ").unwrap_or(rest);
                let ends = zone.is_empty() || zone.len() <= 6 && crate::time::offset_minutes(zone).is_some();
                return ends.then_some(at);
            }
        }
        None
    }

    /// Whether the command is one and is made of its parts; where not, this is remembered as second best.
    fn agrees(&mut self) -> bool {
        let value =
            |field: Field| self.found.values[field as usize].filter(|v| *v != b"-" && *v != b"(hidden)");
        let agrees = value(Field::Command).is_none_or(|whole| {
            let word = whole.split(|b| *b == b' ').next().unwrap_or_default();
            let argument = whole.get(word.len() + 1..).unwrap_or_default();
            word.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'_')
                && value(Field::Argument).is_none_or(|a| a == argument)
                && value(Field::Method).is_none_or(|m| whole.starts_with(m))
                && !is_half_an_address(word, argument)
        });
        if !agrees && self.second_best.is_none() {
            self.second_best = Some(self.found);
        }
        agrees
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Fit {
    Yes,
    /// Not yet; a longer value may be one.
    Longer,
    /// Neither this nor anything longer.
    Never,
}

fn shape(field: Field, value: &[u8]) -> Fit {
    let short = |fits: bool| if fits || value == b"-" { Fit::Yes } else { Fit::Never };
    match field {
        Field::Code => short(value.len() == 3 && Code::parse(value).is_some()),
        Field::Process | Field::ClientPort => short(crate::text::number(value).is_some()),
        // Durations have a fraction.
        Field::Number => short(value.is_empty() || value.iter().all(|b| b.is_ascii_digit() || *b == b'.')),
        // What goes on behind a colon may be a port or the rest of the address.
        Field::Client if is_address(value) => Fit::Yes,
        Field::Client if value != b"-" && value.iter().copied().all(is_of_a_name) => Fit::Longer,
        Field::Client | Field::ClientName | Field::Server => {
            short(!value.is_empty() && value.iter().copied().all(is_of_a_name))
        }
        Field::Method => {
            short(value.len() < 64 && value.iter().all(|b| b.is_ascii_alphanumeric() || b" _".contains(b)))
        }
        _ => Fit::Yes,
    }
}

fn is_of_a_name(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b".:-_%".contains(&b)
}

/// Whether a value is an IP address.
pub(super) fn is_address(value: &[u8]) -> bool {
    std::str::from_utf8(value).is_ok_and(|v| v.trim_matches(['[', ']']).parse::<IpAddr>().is_ok())
}

/// The argument of EPRT holds four times what stands between its parts (RFC 2428 section 2).
fn is_half_an_address(word: &[u8], argument: &[u8]) -> bool {
    let mark = argument.first().copied().unwrap_or(b'|');
    Verb::parse(word) == Verb::EPRT && memchr::memchr_iter(mark, argument).count() != 4
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Zone;

    fn read<'a>(format: &str, line: &'a str) -> Option<Values<'a>> {
        LogFormat::compile(format)?.read(line.as_bytes(), &mut Stamps::new(&Zone::UTC))
    }

    fn text(values: &Values, field: Field) -> String {
        String::from_utf8_lossy(values.get(field).unwrap_or(b"(none)")).into_owned()
    }

    #[test]
    fn the_default_format_is_read() {
        let line = r#"127.0.0.1 UNKNOWN alice [20/Nov/2026:18:33:28 +0900] "RNTO other.txt" 503 -"#;
        let values = read(r#"%h %l %u %t "%r" %s %b"#, line).unwrap();
        assert_eq!(text(&values, Field::Command), "RNTO other.txt");
        assert_eq!(text(&values, Field::Code), "503");
        assert_eq!(text(&values, Field::User), "alice");
        assert_eq!(values.at.rfc3339().unwrap(), "2026-11-20T09:33:28+00:00");
    }

    #[test]
    fn values_may_hold_what_stands_between_them() {
        let quotes = r#"c=10.0.0.1 cmd="STOR a" 200 b" code=226 reply=""a" x" end"#;
        let values = read(r#"c=%a cmd="%r" code=%s reply="%S" end"#, quotes).unwrap();
        assert_eq!(text(&values, Field::Command), r#"STOR a" 200 b"#);
        assert_eq!(text(&values, Field::Text), r#""a" x"#);
        let bars = "EPRT |1|127.0.0.1|40000||EPRT command successful|200";
        let values = read("%r|%S|%s", bars).unwrap();
        assert_eq!(text(&values, Field::Command), "EPRT |1|127.0.0.1|40000|");
        assert_eq!(text(&values, Field::Text), "EPRT command successful");
        let passive = "EPSV|Entering Extended Passive Mode (|||22244|)|229";
        assert_eq!(text(&read("%r|%S|%s", passive).unwrap(), Field::Code), "229");
    }

    #[test]
    fn the_argument_shows_where_the_command_ends() {
        let values = read("%J|%r|%S|%s", "a|b|RETR a|b|a|b: No such file|550").unwrap();
        assert_eq!(text(&values, Field::Command), "RETR a|b");
        assert_eq!(text(&values, Field::Text), "a|b: No such file");
    }

    #[test]
    fn times_are_read_in_any_usual_shape() {
        for (format, line) in [
            ("%{iso8601} %r", "2026-11-20 18:33:28,572 QUIT"),
            ("%{%Y-%m-%dT%H:%M:%S%z}t %r", "2026-11-20T18:33:28+0000 QUIT"),
            ("%{%b %d %H:%M:%S %Y}t|%r", "Nov 20 18:33:28|QUIT"),
            ("%{epoch} %r", "1795199608 QUIT"),
        ] {
            let values = read(format, line).unwrap();
            assert_eq!(values.at.clock().unwrap(), "18:33:28", "{line}");
            assert_eq!(text(&values, Field::Command), "QUIT");
        }
    }

    #[test]
    fn formats_without_a_command_or_with_glued_fields_are_refused() {
        for format in ["%h %u %s", "%h%u %r", "%{unclosed %r"] {
            assert!(LogFormat::compile(format).is_none(), "{format}");
        }
        assert!(LogFormat::compile("100%% %r").is_some());
    }

    #[test]
    fn a_line_full_of_separators_is_given_up() {
        let line = "|".repeat(5_000);
        assert!(read("%D|%F|%f|%J|%d|%E|%c|%g|%s|%r", &line).is_none());
    }
}
