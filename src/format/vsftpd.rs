//! vsftpd with `log_ftp_protocol=YES`: its own log file, and the same lines through syslog.
//!
//! Without that setting the log holds logins, transfers and changes to files, and no replies; nor what was refused before
//! vsftpd tried it, such as a command out of order. With `xferlog_std_format=YES` it is an xferlog.

use super::arena::Arena;
use super::stamp::{Stamps, ctime};
use super::{Format, Layout, Lexer, Line, Signs};
use crate::event::{Command, Dialect, Event, Holds, Identity, Key, Lexed, MASK, Outcome, ReplyLine, What};
use crate::ftp::Software;
use crate::text::{find_near, leading_number};
use crate::time::When;
use nom::IResult;
use nom::bytes::complete::take_while;

pub(super) static FORMAT: Format = Format {
    dialect: Dialect {
        name: "vsftpd",
        identity: Identity::KeyChangesAtLogin,
        software: Software::Vsftpd,
        holds: Holds::Everything,
    },
    signs: Signs::EveryLine,
    layout: Layout::LINES,
    lexer: &|setup| Box::new(Vsftpd { stamps: Stamps::new(&setup.zone), deeds: false }),
};

/// The same without `log_ftp_protocol`.
pub(super) static EVENTS: Format = Format {
    dialect: Dialect {
        name: "vsftpd-events",
        identity: Identity::KeyChangesAtLogin,
        software: Software::Vsftpd,
        holds: Holds::Deeds,
    },
    signs: Signs::EveryLine,
    layout: Layout::LINES,
    lexer: &|setup| Box::new(Vsftpd { stamps: Stamps::new(&setup.zone), deeds: true }),
};

struct Vsftpd {
    stamps: Stamps,
    /// Whether to tell what was done. Where the log holds the talk itself, that says so.
    deeds: bool,
}

impl Lexer for Vsftpd {
    fn lex<'a>(&mut self, line: Line<'a>) -> Lexed<'a> {
        let arena = self.deeds.then_some(line.arena);
        let (at, pid, rest) = match (self.stamps.read_fixed::<CTIME_BYTES>(line.text, ctime), line.tag) {
            (Some((at, rest)), _) => match pid(rest) {
                Some((pid, rest)) => (at, pid, rest),
                None => return Lexed::Unknown,
            },
            // Through syslog the program's own date and process are in the header.
            (None, Some(tag)) if tag.program == b"vsftpd" => (tag.at, tag.pid.unwrap_or(0), line.text),
            _ => return Lexed::Unknown,
        };
        record(at, pid, rest, arena)
    }
}

/// `Fri Nov 20 18:32:21 2026`
const CTIME_BYTES: usize = 24;

//  [pid 10178]
#[inline]
fn pid(i: &[u8]) -> Option<(u64, &[u8])> {
    let (pid, rest) = leading_number(i.strip_prefix(b" [pid ")?);
    rest.strip_prefix(b"] ").map(|rest| (pid, rest))
}

// [alice]  in front of the kind; the name may hold anything, so the kind decides where it ends.
#[inline]
fn user_and_kind(i: &[u8]) -> Option<(&[u8], Kind, &[u8])> {
    let Some(inside) = i.strip_prefix(b"[") else {
        return kind(i).map(|(kind, rest)| (&b""[..], kind, rest));
    };
    let mut from = 0;
    loop {
        let end = from + find_near(inside.get(from..)?, b']')?;
        if let [b' ', rest @ ..] = &inside[end + 1..]
            && let Some((kind, rest)) = kind(rest)
        {
            return Some((&inside[..end], kind, rest));
        }
        from = end + 1;
    }
}

#[derive(Clone, Copy)]
enum Kind {
    Command,
    Response,
    Connect,
    LoggedIn,
    Other,
}

/// What the record is about, and where the client's address starts.
#[inline]
fn kind(i: &[u8]) -> Option<(Kind, &[u8])> {
    if let Some(rest) = i.strip_prefix(b"FTP response: Client \"") {
        return Some((Kind::Response, rest));
    }
    if let Some(rest) = i.strip_prefix(b"FTP command: Client \"") {
        return Some((Kind::Command, rest));
    }
    rare_kind(i)
}

#[inline(never)]
fn rare_kind(i: &[u8]) -> Option<(Kind, &[u8])> {
    // OK UPLOAD, FAIL LOGIN, CONNECT, DEBUG ...
    const NAME_BYTES_MAX: usize = 16;
    let end = find_near(&i[..i.len().min(NAME_BYTES_MAX)], b':')?;
    let rest = i[end..].strip_prefix(b": Client \"")?;
    let kind = match &i[..end] {
        b"CONNECT" => Kind::Connect,
        b"OK LOGIN" => Kind::LoggedIn,
        name if name.iter().all(|b| b.is_ascii_uppercase() || *b == b' ') => Kind::Other,
        _ => return None,
    };
    Some((kind, rest))
}

// 127.0.0.1", "331 Please specify the password."
#[inline]
fn address_and_text(i: &[u8]) -> Option<(&[u8], Option<&[u8]>)> {
    let end = find_near(i, b'"')?;
    let text = i[end + 1..].strip_prefix(b", \"").map(|t| {
        // Quotes are not escaped: the text goes to the last one.
        t.strip_suffix(b"\"").unwrap_or_else(|| &t[..memchr::memrchr(b'"', t).unwrap_or(t.len())])
    });
    Some((&i[..end], text))
}

/// What a record says; what was done only with room to write it down.
#[inline]
fn record<'a>(at: When, pid: u64, i: &'a [u8], deeds: Option<&'a Arena>) -> Lexed<'a> {
    let Some((user, kind, rest)) = user_and_kind(i) else { return Lexed::Unknown };
    let Some((client, text)) = address_and_text(rest) else { return Lexed::Unknown };
    // Each kind makes its own event: one that is put together of parts is moved.
    let event = |what| {
        Lexed::Event(Event { at, route: client, key: Key::Number(pid), client, client_port: 0, user, what })
    };
    match (kind, text) {
        (Kind::Response, Some(text)) => event(What::Reply(response(text))),
        (Kind::Command, Some(text)) => match Command::parse(without_marks(text)) {
            Some(command) => event(What::Command(command)),
            None => Lexed::Skip,
        },
        // A refusal at the door is told twice; the 421 that follows is the one that counts.
        (Kind::Connect, None) => event(What::Opened),
        (Kind::LoggedIn, _) => event(What::LoggedIn),
        _ => {
            let name = &i[..i.len() - rest.len()];
            deeds.map_or(Lexed::Skip, |arena| Deed { at, pid, user, client, name, text }.told(arena))
        }
    }
}

/// A record of what was done.
struct Deed<'a> {
    at: When,
    pid: u64,
    user: &'a [u8],
    client: &'a [u8],
    /// What stands before the client's address, the user included.
    name: &'a [u8],
    text: Option<&'a [u8]>,
}

impl<'a> Deed<'a> {
    // [alice] OK UPLOAD: Client "192.0.2.7", "/srv/ftp/a.txt", 7 bytes, 20.11Kbyte/sec    CONNECT: Client "192.0.2.7",
    // "Connection refused: too many sessions."
    #[cold]
    #[inline(never)]
    fn told(self, arena: &'a Arena) -> Lexed<'a> {
        let name = self.name.strip_suffix(b": Client \"").unwrap_or(self.name);
        if name == b"CONNECT" {
            return arena.tell_all([What::Opened, What::Closed].map(|what| self.event(what)).into_iter());
        }
        let (outcome, name) = if let Some(start) = memchr::memmem::rfind(name, b"OK ") {
            (Outcome::Done, &name[start + 3..])
        } else if let Some(start) = memchr::memmem::rfind(name, b"FAIL ") {
            (Outcome::Failed, &name[start + 5..])
        } else {
            return Lexed::Skip;
        };
        let path = self.text.unwrap_or_default();
        let (word, argument): (&[u8], &[u8]) = match name {
            // The password of an anonymous user stands in the line; it is not read.
            b"LOGIN" => (b"PASS", MASK),
            b"DOWNLOAD" => (b"RETR", path),
            b"UPLOAD" => (b"STOR", path),
            b"MKDIR" => (b"MKD", path),
            b"RMDIR" => (b"RMD", path),
            b"DELETE" => (b"DELE", path),
            b"CHMOD" => (b"SITE", arena.collect(b"CHMOD ".iter().chain(path).copied())),
            b"RENAME" => (b"RNTO", path),
            _ => return Lexed::Skip,
        };
        let (source, argument) = match two_paths(argument) {
            Some((from, to)) if word == b"RNTO" => (Command::of(b"RNFR", from), to),
            _ => (None, argument),
        };
        let source = source.map(|command| What::Did(command, Outcome::Done));
        let what = Command::of(word, argument).map(|command| What::Did(command, outcome));
        arena.tell_all(source.into_iter().chain(what).map(|what| self.event(what)))
    }

    fn event(&self, what: What<'a>) -> Event<'a> {
        let Self { at, pid, user, client, .. } = *self;
        Event { at, route: client, key: Key::Number(pid), client, client_port: 0, user, what }
    }
}

/// Both paths are absolute and separated by a space, as they may hold some themselves: with more than one place to cut, it is
/// not known where.
fn two_paths(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut cuts = memchr::memmem::find_iter(text, b" /");
    match (cuts.next(), cuts.next()) {
        (Some(cut), None) => Some((&text[..cut], &text[cut + 1..])),
        _ => None,
    }
}

/// Bytes that vsftpd could not print before the verb: telnet's interrupt before ABOR comes out as `????ABOR`.
fn without_marks(i: &[u8]) -> &[u8] {
    if i.first() != Some(&b'?') {
        return i;
    }
    let bare: IResult<&[u8], &[u8]> = take_while(|b| b == b'?')(i);
    match bare {
        Ok((rest, marks)) if !marks.is_empty() && rest.first().is_some_and(u8::is_ascii_alphabetic) => rest,
        _ => i,
    }
}

/// FEAT, HELP and STAT are written in pieces; a wire line is whole where its CR LF shows as `??`.
fn response(text: &[u8]) -> ReplyLine<'_> {
    if let Some(whole) = text.strip_suffix(b"??") {
        return ReplyLine::of(whole);
    }
    // A whole line begins with its code.
    ReplyLine { piece: !text.first().is_some_and(u8::is_ascii_digit), ..ReplyLine::of(text) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ftp::Verb;

    #[test]
    fn commands_and_replies_have_client_user_and_process() {
        let e = FORMAT.event(b"Fri Nov 20 18:32:21 2026 [pid 10178] [alice] FTP command: Client \"127.0.0.1\", \"PASS <password>\"");
        assert_eq!((e.client, e.user, e.key), (&b"127.0.0.1"[..], &b"alice"[..], Key::Number(10178)));
        assert_eq!(e.at.rfc3339().unwrap(), "2026-11-20T18:32:21+00:00");
        let What::Command(command) = e.what else { panic!() };
        assert_eq!((command.verb, command.argument), (Verb::PASS, &b"***"[..]));
    }

    #[test]
    fn quotes_nest_without_escapes() {
        let e = FORMAT.event(
            b"Fri Nov 20 18:32:22 2026 [pid 1] [a] FTP response: Client \"::1\", \"257 \"/\" is here\"",
        );
        assert_eq!(e.what, What::Reply(ReplyLine::of(b"257 \"/\" is here")));
    }

    #[test]
    fn pieces_of_a_reply_are_marked() {
        let text =
            |t: &str| format!("Fri Nov 20 18:32:22 2026 [pid 1] [a] FTP response: Client \"::1\", \"{t}\"");
        for (written, line, piece) in [
            (" EPRT??", " EPRT", false),
            ("     Logged in as ", "     Logged in as ", true),
            ("211 End", "211 End", false),
        ] {
            let row = text(written);
            let What::Reply(reply) = FORMAT.event(row.as_bytes()).what else { panic!() };
            assert_eq!((reply.line, reply.piece), (line.as_bytes(), piece));
        }
    }

    #[test]
    fn transfers_are_skipped_and_other_lines_are_not_known() {
        assert_eq!(FORMAT.lex(b"Fri Nov 20 18:33:16 2026 [pid 1] [bob] OK UPLOAD: Client \"::1\", \"/x\", 103 bytes, 1.0Kbyte/sec"), Lexed::Skip);
        assert_eq!(FORMAT.lex(b"Fri Nov 20 18:33:16 2026 [pid 1] hello"), Lexed::Unknown);
        assert_eq!(
            FORMAT.lex(b"Thu Dec 18 16:33:42 2025 1 127.0.0.1 0 /manual.txt b _ o r e ftp 0 * i"),
            Lexed::Unknown
        );
    }

    /// The events of a line of a log that holds no talk.
    fn deeds(text: &str) -> Vec<What<'static>> {
        let line = format!("Fri Nov 20 18:33:16 2026 [pid 6610] {text}");
        match EVENTS.lex(Box::leak(line.into_boxed_str())) {
            Lexed::Event(e) => vec![e.what],
            Lexed::Many(all) => all.iter().map(|told| told.event.what).collect(),
            Lexed::Skip => vec![],
            Lexed::Unknown => panic!("{text}"),
        }
    }

    #[test]
    fn a_log_without_talk_tells_what_was_done() {
        for (text, verb, argument, outcome) in [
            (
                "[bob] OK UPLOAD: Client \"::1\", \"/x, \"y\"\", 103 bytes, 1.0Kbyte/sec",
                Verb::STOR,
                "/x, \"y\"",
                Outcome::Done,
            ),
            ("[bob] FAIL DOWNLOAD: Client \"::1\", \"/x\", 0.00Kbyte/sec", Verb::RETR, "/x", Outcome::Failed),
            ("[OK b] OK DELETE: Client \"::1\", \"/x\"", Verb::DELE, "/x", Outcome::Done),
            ("[bob] FAIL MKDIR: Client \"::1\", \"/x\"", Verb::MKD, "/x", Outcome::Failed),
            ("[bob] OK CHMOD: Client \"::1\", \"/x 640\"", Verb::SITE, "CHMOD /x 640", Outcome::Done),
            ("[bob] FAIL LOGIN: Client \"::1\"", Verb::PASS, "***", Outcome::Failed),
            (
                "[ftp] FAIL LOGIN: Client \"::1\", anon password \"secret\"",
                Verb::PASS,
                "***",
                Outcome::Failed,
            ),
        ] {
            let [What::Did(command, went)] = deeds(text)[..] else { panic!("{text}") };
            assert_eq!(
                (command.verb, command.argument, went),
                (verb, argument.as_bytes(), outcome),
                "{text}"
            );
        }
        assert_eq!(deeds("[ftp] OK LOGIN: Client \"::1\", anon password \"secret\""), [What::LoggedIn]);
        let turned_away = "CONNECT: Client \"::1\", \"Connection refused: too many sessions.\"";
        assert_eq!(deeds(turned_away), [What::Opened, What::Closed]);
        assert_eq!(deeds("DEBUG: Client \"::1\", \"OK then\""), []);
    }

    #[test]
    fn a_rename_has_two_paths_where_they_can_be_told() {
        let said = |text: &str| {
            let line = format!("[bob] FAIL RENAME: Client \"::1\", \"{text}\"");
            let show = |what: &What| {
                let What::Did(command, outcome) = what else { panic!() };
                format!("{} {} {}", command.verb.name(), command.argument.escape_ascii(), outcome.name())
            };
            deeds(&line).iter().map(show).collect::<Vec<_>>()
        };
        assert_eq!(said("/a b /c d"), ["RNFR /a b done", "RNTO /c d failed"]);
        assert_eq!(said("/a /b /c"), ["RNTO /a /b /c failed"]);
    }

    #[test]
    fn a_user_name_with_brackets_keeps_them() {
        let e =
            FORMAT.event(b"Fri Nov 20 18:33:16 2026 [pid 1] [a] b] FTP response: Client \"::1\", \"331 x\"");
        assert_eq!(e.user, b"a] b");
    }
}
