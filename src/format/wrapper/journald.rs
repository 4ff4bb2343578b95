//! The journal of systemd as `journalctl -o json` writes it: one object a line.

use super::members::{Value, members, unescaped};
use super::{Sure, Tag, Unwrap, Within, Wrapper};
use crate::format::arena::Arena;
use crate::time::{Known, When};

pub(super) static WRAPPER: Wrapper = Wrapper {
    name: "journald",
    everywhere: true,
    nests: false,
    sure: Sure::Everywhere,
    start: |_| Box::new(Journald),
};

struct Journald;

/// What an entry says, as written.
#[derive(Default)]
struct Entry<'a> {
    message: Option<Value<'a>>,
    identifier: Option<&'a [u8]>,
    command: Option<&'a [u8]>,
    host: &'a [u8],
    pid: Option<u64>,
    /// As the program gave it; within a container it may be another.
    own_pid: Option<u64>,
    at: When,
}

impl Unwrap for Journald {
    fn take_off<'a>(&mut self, line: &'a [u8], arena: &'a Arena) -> Option<Within<'a>> {
        // Streams of server-sent events and of RFC 7464 have a mark before each object.
        let line = line.strip_prefix(b"data: ").or_else(|| line.strip_prefix(b"\x1e")).unwrap_or(line);
        let entry = entry(line)?;
        let message = match entry.message? {
            Value::Text(text) => unescaped(text, arena),
            Value::Array(bytes) => arena.collect(numbers(bytes)),
            // It was too long to be written.
            Value::Other => b"",
        };
        let program = entry.identifier.or(entry.command).unwrap_or_default();
        let pid = entry.pid.or(entry.own_pid);
        let tag = Tag { at: entry.at, host: entry.host, program, pid };
        Some(Within::tagged(on_one_line(message, arena), tag))
    }
}

/// The entry that a line is; `None` for other objects.
fn entry(line: &[u8]) -> Option<Entry<'_>> {
    let mut entry = Entry::default();
    for (name, value) in members(line)? {
        let Value::Text(text) = value else {
            if name == b"MESSAGE" {
                entry.message = Some(value);
            }
            continue;
        };
        match name {
            b"MESSAGE" => entry.message = Some(value),
            b"SYSLOG_IDENTIFIER" => entry.identifier = Some(text),
            b"_COMM" => entry.command = Some(text),
            b"_HOSTNAME" => entry.host = text,
            b"_PID" => entry.pid = crate::text::number(text),
            b"SYSLOG_PID" => entry.own_pid = crate::text::number(text),
            b"__REALTIME_TIMESTAMP" => entry.at = microseconds(text),
            _ => {}
        }
    }
    // Other programs write objects with a MESSAGE, too.
    (entry.at != When::NEVER || entry.identifier.is_some()).then_some(entry)
}

fn microseconds(text: &[u8]) -> When {
    match crate::text::number(text).and_then(|us| i64::try_from(us / 1000).ok()) {
        Some(ms) => When { ms, known: Known::Everything },
        None => When::NEVER,
    }
}

// [50, 50, 48]
/// The bytes of a message that is not UTF-8.
fn numbers(array: &[u8]) -> impl Iterator<Item = u8> {
    let numbers = array.split(|b| !b.is_ascii_digit()).filter(|n| !n.is_empty());
    numbers.filter_map(|n| crate::text::number(n).and_then(|n| u8::try_from(n).ok()))
}

/// A message without its last line end, and with the others written as rsyslog writes them.
fn on_one_line<'a>(message: &'a [u8], arena: &'a Arena) -> &'a [u8] {
    let end = message.iter().rposition(|b| !b"\r\n".contains(b)).map_or(0, |last| last + 1);
    let message = &message[..end];
    if memchr::memchr(b'\n', message).is_none() {
        return message;
    }
    let escaped = |(at, byte): (usize, &'a u8)| match (byte, message.get(at + 1)) {
        (b'\r', Some(b'\n')) => &b"#015"[..],
        (b'\n', _) => b"#012",
        (other, _) => std::slice::from_ref(other),
    };
    arena.collect(message.iter().enumerate().flat_map(escaped).copied())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn taken_off(line: &str) -> (String, String, String, Option<u64>, Option<String>) {
        let arena = Arena::default();
        let within = Journald.take_off(line.as_bytes(), &arena).expect(line);
        let shown = |b: &[u8]| String::from_utf8_lossy(b).into_owned();
        let tag = within.tag.unwrap();
        (shown(within.text), shown(tag.program), shown(tag.host), tag.pid, within.at.rfc3339())
    }

    #[test]
    fn an_entry_names_its_program_host_process_and_time() {
        let line = r#"{"_PID":"6378","__REALTIME_TIMESTAMP":"1795199040306360","MESSAGE":"[alice] OK LOGIN: Client \"127.0.0.1\"","SYSLOG_IDENTIFIER":"vsftpd","_HOSTNAME":"ftphost","PRIORITY":"6","_BOOT_ID":"0f"}"#;
        let (text, program, host, pid, at) = taken_off(line);
        assert_eq!((program.as_str(), host.as_str(), pid), ("vsftpd", "ftphost", Some(6378)));
        assert_eq!(text, "[alice] OK LOGIN: Client \"127.0.0.1\"");
        assert_eq!(at.unwrap(), "2026-11-20T18:24:00.306+00:00");
    }

    #[test]
    fn bytes_and_several_lines_are_one_text() {
        let of = |message: &str| taken_off(&format!(r#"{{"SYSLOG_IDENTIFIER":"x","MESSAGE":{message}}}"#)).0;
        assert_eq!(of("[50, 50, 48, 255]"), "220\u{fffd}");
        assert_eq!(of(r#""211-Features:\r\n EPRT\r\n""#), "211-Features:#015#012 EPRT");
        assert_eq!(of("null"), "");
    }

    #[test]
    fn marks_of_a_stream_are_taken_off_and_other_objects_are_not() {
        let entry = r#"{"SYSLOG_IDENTIFIER":"x","MESSAGE":"y"}"#;
        assert_eq!(taken_off(&format!("data: {entry}")).0, "y");
        assert_eq!(taken_off(&format!("\u{1e}{entry}")).0, "y");
        let arena = Arena::default();
        for line in ["{}", r#"{"MESSAGE":"y"}"#, r#"{"SYSLOG_IDENTIFIER":"x"}"#, "MESSAGE=y"] {
            assert_eq!(Journald.take_off(line.as_bytes(), &arena), None, "{line}");
        }
    }
}
