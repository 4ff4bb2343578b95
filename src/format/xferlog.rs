//! xferlog, the transfer log of wu-ftpd: vsftpd with `xferlog_std_format=YES`, `ProFTPD`'s `TransferLog`, Pure-FTPd with
//! `-O xferlog:PATH`.
//!
//! One line for each file that was sent, taken or deleted, and whether it was whole. No other commands, no replies, no logins,
//! nothing of a transfer that did not begin, and no sessions: vsftpd writes those with `log_ftp_protocol=YES`, `ProFTPD` with an
//! `ExtendedLog`, Pure-FTPd with `-d -d`.

use super::stamp::{Stamps, ctime};
use super::{Format, Layout, Lexer, Line, Signs};
use crate::event::{Command, Dialect, Event, Holds, Identity, Key, Lexed, Outcome, What};
use crate::ftp::{Software, Verb};

pub(super) static FORMAT: Format = Format {
    dialect: Dialect {
        name: "xferlog",
        identity: Identity::Mingled,
        software: Software::Unknown,
        holds: Holds::Deeds,
    },
    signs: Signs::EveryLine,
    layout: Layout::LINES,
    lexer: &|setup| Box::new(Xferlog { stamps: Stamps::new(&setup.zone) }),
};

struct Xferlog {
    stamps: Stamps,
}

impl Lexer for Xferlog {
    fn lex<'a>(&mut self, line: Line<'a>) -> Lexed<'a> {
        let Some((at, rest)) = self.stamps.read(line.text, ctime) else { return Lexed::Unknown };
        let Some(transfer) = transfer(rest) else { return Lexed::Unknown };
        let Transfer { client, user, command, outcome } = transfer;
        let what = What::Did(command, outcome);
        Lexed::Event(Event { at, route: client, key: Key::None, client, client_port: 0, user, what })
    }
}

struct Transfer<'a> {
    client: &'a [u8],
    user: &'a [u8],
    command: Command<'a>,
    outcome: Outcome,
}

//  1 192.0.2.7 33 /srv/ftp/hello.txt b _ o r alice ftp 0 * c
// Names of files and of users may hold spaces: the columns before the file are counted from the left, the others from the
// right.
fn transfer(i: &[u8]) -> Option<Transfer<'_>> {
    let (_seconds, i) = number(i.strip_prefix(b" ")?)?;
    let (client, i) = word(i)?;
    let (_bytes, i) = number(i)?;
    let (i, completion) = last_word(i.trim_ascii_end())?;
    let (i, _identity) = last_word(i)?;
    let (i, method) = last_word(i)?;
    let (i, _service) = last_word(i)?;
    let outcome = match completion {
        b"c" => Outcome::Done,
        b"i" => Outcome::Failed,
        _ => return None,
    };
    let (file, direction, access, user) = around_the_direction(i)?;
    let word: &[u8] = match direction {
        b'o' => b"RETR",
        b'i' => b"STOR",
        _ => b"DELE",
    };
    // The name of an anonymous user is the password that was given.
    let user = if access == b'a' { b"anonymous" } else { user };
    let command = Command { verb: Verb::parse(word), word, argument: file };
    matches!(method, b"0" | b"1").then_some(Transfer { client, user, command, outcome })
}

// /srv/ftp/hello.txt b _ o r alice
fn around_the_direction(i: &[u8]) -> Option<(&[u8], u8, u8, &[u8])> {
    // The last place that fits: a user's name is less likely to look like columns than a file's.
    (0..i.len()).rev().find_map(|cut| {
        let (file, rest) = i.split_at(cut);
        let &[b' ', b'a' | b'b', b' ', ref rest @ ..] = rest else { return None };
        let flags = rest.iter().position(|b| !b"_CUT".contains(b))?;
        let &[
            b' ',
            direction @ (b'o' | b'i' | b'd'),
            b' ',
            access @ (b'a' | b'g' | b'r'),
            b' ',
            ref user @ ..,
        ] = &rest[flags..]
        else {
            return None;
        };
        (flags > 0 && !user.is_empty()).then_some((file, direction, access, user))
    })
}

fn word(i: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = memchr::memchr(b' ', i).filter(|end| *end > 0)?;
    Some((&i[..end], &i[end + 1..]))
}

fn number(i: &[u8]) -> Option<(u64, &[u8])> {
    let (digits, rest) = word(i)?;
    Some((crate::text::number(digits)?, rest))
}

fn last_word(i: &[u8]) -> Option<(&[u8], &[u8])> {
    let start = memchr::memrchr(b' ', i)?;
    (start + 1 < i.len()).then_some((&i[..start], &i[start + 1..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> (Verb, String, Outcome, String, String) {
        let e = FORMAT.event(line);
        let What::Did(command, outcome) = e.what else { panic!() };
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (command.verb, text(command.argument), outcome, text(e.client), text(e.user))
    }

    #[test]
    fn files_come_and_go() {
        let line = |end: &str| format!("Fri Nov 20 18:23:43 2026 1 192.0.2.7 7 /srv/a.txt b _ {end}");
        for (end, verb, outcome) in [
            ("i r alice ftp 0 * c", Verb::STOR, Outcome::Done),
            ("o r alice ftp 0 * i", Verb::RETR, Outcome::Failed),
            ("d g alice ftps 1 alice c", Verb::DELE, Outcome::Done),
        ] {
            let want = (verb, "/srv/a.txt".to_owned(), outcome, "192.0.2.7".to_owned(), "alice".to_owned());
            assert_eq!(read(&line(end)), want, "{end}");
        }
    }

    #[test]
    fn names_may_hold_spaces() {
        let (_, file, _, _, user) =
            read("Thu Sep  2 09:52:00 2004 50 client.example.com 8 /a b _ o r x y.tgz b _ o r a b ftp 0 * c");
        assert_eq!((file.as_str(), user.as_str()), ("/a b _ o r x y.tgz", "a b"));
    }

    #[test]
    fn the_password_of_an_anonymous_user_is_not_a_name() {
        let (_, _, _, _, user) = read("Fri Nov 20 18:18:37 2026 1 ::1 14 /pub/a b _ o a secret@ ftp 0 * c");
        assert_eq!(user, "anonymous");
    }

    #[test]
    fn other_lines_are_not_known() {
        for line in [
            "Fri Nov 20 18:23:43 2026 [pid 6610] [alice] OK LOGIN: Client \"192.0.2.7\"",
            "Fri Nov 20 18:23:43 2026 1 192.0.2.7 7 /srv/a.txt b _ x r alice ftp 0 * c",
            "Fri Nov 20 18:23:43 2026 1 192.0.2.7 7 /srv/a.txt b _ o r alice ftp 0 * x",
            "Fri Nov 20 18:23:43 2026 1 192.0.2.7 seven /srv/a.txt b _ o r alice ftp 0 * c",
            "Fri Nov 20 18:23:43 2026",
        ] {
            assert_eq!(FORMAT.lex(line), Lexed::Unknown, "{line}");
        }
    }
}
