//! What Pure-FTPd's notices say was done, in English: the words are translated when the program is built, and other languages
//! are not read.

use crate::event::{Command, MASK, Outcome, What};
use crate::ftp::Verb;
use memchr::memmem::rfind;

/// What a notice says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Notice<'a> {
    /// A login, and the user who tried.
    Login(&'a [u8], Outcome),
    /// The connection ended.
    Closed,
    /// A connection was refused at the door; the client's address where it is told.
    Refused(&'a [u8]),
    /// A command was carried out or not.
    Did(Verb, &'a [u8], Outcome),
    /// A file got another name.
    Renamed(&'a [u8], &'a [u8]),
}

impl<'a> Notice<'a> {
    /// What happened, and what happened next.
    pub(super) fn told(self) -> (What<'a>, Option<What<'a>>) {
        let did = |verb: Verb, argument, outcome| {
            What::Did(Command { verb, word: verb.name().as_bytes(), argument }, outcome)
        };
        match self {
            Self::Login(_, outcome) => (did(Verb::PASS, MASK, outcome), None),
            Self::Closed => (What::Closed, None),
            Self::Refused(_) => (What::Opened, Some(What::Closed)),
            Self::Did(verb, argument, outcome) => (did(verb, argument, outcome), None),
            Self::Renamed(from, to) => {
                (did(Verb::RNFR, from, Outcome::Done), Some(did(Verb::RNTO, to, Outcome::Done)))
            }
        }
    }
}

/// Reads a notice.
pub(super) fn notice(message: &[u8]) -> Option<Notice<'_>> {
    login(message).or_else(|| ending(message)).or_else(|| done(message)).or_else(|| failed(message))
}

// alice is now logged in    Anonymous user logged in    Authentication failed for user [alice]
fn login(message: &[u8]) -> Option<Notice<'_>> {
    if let Some(user) = message.strip_suffix(b" is now logged in") {
        return Some(Notice::Login(user, Outcome::Done));
    }
    if message.starts_with(b"Anonymous user logged in") {
        // From here on the log calls it so.
        return Some(Notice::Login(b"ftp", Outcome::Done));
    }
    let refused = [
        (&b"Authentication failed for user ["[..], &b"]"[..]),
        (b"Can't login as [", b"]: account disabled"),
    ];
    let user = refused.iter().find_map(|(start, end)| message.strip_prefix(*start)?.strip_suffix(*end))?;
    Some(Notice::Login(user, Outcome::Failed))
}

/// The words of a 421 that only a notice has, and the client where it was refused at the door.
pub(super) fn last_words(message: &[u8]) -> Option<(&[u8], Option<&[u8]>)> {
    match ending(message)? {
        Notice::Refused(client) => {
            let words = &message[..rfind(message, b": [").unwrap_or(message.len())];
            Some((words, Some(client)))
        }
        _ if message.starts_with(b"Timeout") || message.starts_with(b"I can't accept") => {
            Some((message, None))
        }
        _ => None,
    }
}

// Logout.    Timeout - try typing a little faster next time    Too many connections (3) from this IP: [192.0.2.7]
fn ending(message: &[u8]) -> Option<Notice<'_>> {
    if let Some(rest) = message.strip_prefix(b"Too many connections (") {
        let address = rfind(rest, b": [").map(|start| &rest[start + 3..]);
        return Some(Notice::Refused(address.and_then(|a| a.strip_suffix(b"]")).unwrap_or_default()));
    }
    let starts = [
        &b"Logout."[..],
        b"Timeout",
        b"HTTP command: [",
        b"Too many authentication failures",
        b"I can't accept more than ",
    ];
    starts.iter().any(|start| message.starts_with(start)).then_some(Notice::Closed)
}

// /srv/ftp/a.txt downloaded  (12 bytes, 614.40KB/sec)    File successfully renamed or moved: [a]->[b]    Deleted /srv/ftp/a
fn done(message: &[u8]) -> Option<Notice<'_>> {
    if let Some(names) = message.strip_prefix(b"File successfully renamed or moved: [") {
        let names = names.strip_suffix(b"]")?;
        let cut = memchr::memmem::find(names, b"]->[")?;
        return Some(Notice::Renamed(&names[..cut], &names[cut + 4..]));
    }
    if let Some(path) = message.strip_prefix(b"Deleted ") {
        return Some(Notice::Did(Verb::DELE, path, Outcome::Done));
    }
    let what = &message[..rfind(message, b"  (").filter(|_| message.ends_with(b"/sec)"))?];
    let words = [(&b" downloaded"[..], Verb::RETR), (b" uploaded", Verb::STOR)];
    words.iter().find_map(|(word, verb)| Some(Notice::Did(*verb, what.strip_suffix(*word)?, Outcome::Done)))
}

// Can't open a.txt: No such file or directory    Can't change directory to x: Permission denied
fn failed(message: &[u8]) -> Option<Notice<'_>> {
    let failed = |verb, path| Some(Notice::Did(verb, path, Outcome::Failed));
    // The name is told of some; where it may hold a colon, the reason stands behind the last one.
    let named = [
        (&b"Can't open "[..], Verb::RETR),
        (b"Can't change directory to ", Verb::CWD),
        (b"Could not delete ", Verb::DELE),
    ];
    let nameless = [
        (&b"Can't open that file: "[..], Verb::STOR),
        (b"Can't create directory: ", Verb::MKD),
        (b"Can't remove directory: ", Verb::RMD),
        (b"Rename/move failure: ", Verb::RNTO),
    ];
    if let Some((_, verb)) = nameless.iter().find(|(words, _)| message.starts_with(words)) {
        return failed(*verb, b"");
    }
    let (path, verb) = named.iter().find_map(|(words, verb)| Some((message.strip_prefix(*words)?, *verb)))?;
    failed(verb, &path[..rfind(path, b": ")?])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notices_of_logins_and_endings_are_read() {
        for (message, want) in [
            ("alice is now logged in", Some(Notice::Login(b"alice", Outcome::Done))),
            ("Anonymous user logged in", Some(Notice::Login(b"ftp", Outcome::Done))),
            ("Authentication failed for user [a]b]", Some(Notice::Login(b"a]b", Outcome::Failed))),
            ("Logout.", Some(Notice::Closed)),
            ("Timeout - try typing a little faster next time", Some(Notice::Closed)),
            ("Too many connections (3) from this IP: [192.0.2.7]", Some(Notice::Refused(b"192.0.2.7"))),
            ("Too many connections (2) from this IP", Some(Notice::Refused(b""))),
            ("New connection from 192.0.2.7", None),
            ("Restarting at 1000", None),
        ] {
            assert_eq!(notice(message.as_bytes()), want, "{message}");
        }
    }

    #[test]
    fn notices_of_transfers_and_changes_are_read() {
        let did = |verb, path: &'static str, outcome| Some(Notice::Did(verb, path.as_bytes(), outcome));
        for (message, want) in [
            (
                "/srv//a b.txt downloaded  (33 bytes, 453.58KB/sec)",
                did(Verb::RETR, "/srv//a b.txt", Outcome::Done),
            ),
            (
                "/srv//x uploaded uploaded  (3 bytes, 4.5KB/sec)",
                did(Verb::STOR, "/srv//x uploaded", Outcome::Done),
            ),
            ("Deleted /srv//a.txt", did(Verb::DELE, "/srv//a.txt", Outcome::Done)),
            ("Can't open a: b: No such file or directory", did(Verb::RETR, "a: b", Outcome::Failed)),
            ("Can't open that file: Is a directory", did(Verb::STOR, "", Outcome::Failed)),
            ("Can't change directory to x: No such file or directory", did(Verb::CWD, "x", Outcome::Failed)),
            ("Can't create directory: File exists", did(Verb::MKD, "", Outcome::Failed)),
            ("File successfully renamed or moved: [a]->[b]", Some(Notice::Renamed(b"a", b"b"))),
            ("Command line (5 bytes, 3KB)", None),
        ] {
            assert_eq!(notice(message.as_bytes()), want, "{message}");
        }
    }
}
