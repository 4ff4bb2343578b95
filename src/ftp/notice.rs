//! What servers say of themselves in the words of replies: features, commands, timeouts, limits, and that they want TLS.

use crate::text::{holds, number};

/// What a server waits for before it closes the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Wait {
    /// A command of a client that is silent.
    Idle,
    /// The login.
    Login,
    /// A transfer.
    Transfer,
    /// Data on an open data connection.
    Data,
    /// The end of the session, whatever the client does.
    Session,
}

impl Wait {
    /// The word used in JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::Login => "login",
            Self::Transfer => "transfer",
            Self::Data => "data",
            Self::Session => "session",
        }
    }
}

/// Lower-case words of a line about a timeout. The first that fits decides.
const WAITS: &[(&str, Wait)] = &[
    ("no transfer", Wait::Transfer),
    ("no-transfer", Wait::Transfer),
    ("login time", Wait::Login),
    ("no new data", Wait::Data),
    // vsftpd's STAT calls its idle timeout so.
    ("session timeout in seconds", Wait::Idle),
    ("session timeout", Wait::Session),
    ("idle time", Wait::Idle),
    ("inactiv", Wait::Idle),
    ("no operation", Wait::Idle),
    ("timeout (", Wait::Idle),
];

/// The timeout that a line names, in seconds.
#[must_use]
pub fn wait(line: &[u8]) -> Option<(Wait, u64)> {
    // What a client sets for itself says nothing of others.
    let (_, wait) = WAITS.iter().find(|(word, _)| holds(line, word)).filter(|_| !holds(line, "set to"))?;
    let mut words = line.split(|b| b" ()".contains(b)).filter(|w| !w.is_empty());
    while let Some(word) = words.next() {
        let unit = |word: &[u8]| {
            let units = [("second", 1), ("minute", 60), ("hour", 3600)];
            units.into_iter().find(|(name, _)| holds(word, name)).map(|(_, seconds)| seconds)
        };
        if let Some(n) = number(word)
            && let Some(seconds) = words.clone().next().and_then(unit)
        {
            return n.checked_mul(seconds).map(|n| (*wait, n));
        }
        // Session timeout in seconds is 300
        if word == b"is"
            && holds(line, "in seconds is")
            && let Some(n) = words.next().and_then(number)
        {
            return Some((*wait, n));
        }
    }
    None
}

/// How many clients, connections or users a reply allows: the first whole number in its words.
#[must_use]
pub fn limit(line: &[u8]) -> Option<u64> {
    if holds(line, "of ") && holds(line, " allowed") && !holds(line, "of allowed") {
        // You are user number 2 of 40 allowed.
        let at = memchr::memmem::find(line, b" of ")? + 4;
        return number(line[at..].split(|b| *b == b' ').next()?);
    }
    let words = line.split(|b| b" ()".contains(b));
    words.map(|w| w.strip_suffix(b".").unwrap_or(w)).find_map(number)
}

/// Lower-case words of servers that want TLS before they go on.
const WANTS_TLS: &[&str] = &[
    "must use encryption",
    "must be encrypted",
    "tls required",
    "tls is required",
    "requires ssl",
    "requires tls",
    "p required",
    "not allow plain ftp",
    "use auth first",
    "cleartext sessions",
    "insecure control connection",
    "tls connection is required",
    "closing non-secure",
];

/// Whether a refusal says that the server wants TLS.
#[must_use]
pub fn requires_tls(text: &[u8]) -> bool {
    WANTS_TLS.iter().any(|words| holds(text, words))
}

/// The features of a FEAT reply, one a line between its first and its last (RFC 2389 section 3.2): the name and what follows it.
pub fn features(reply: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    inner_lines(reply).filter_map(|line| {
        let line = line.strip_prefix(b"211-").unwrap_or(line).trim_ascii();
        let end = line.iter().position(|b| b" ;".contains(b)).unwrap_or(line.len());
        (end > 0).then(|| (&line[..end], line[end..].trim_ascii()))
    })
}

/// The commands that a HELP reply names, and whether each is marked with `*` as unimplemented. Words of sentences are none.
pub fn names(reply: &[u8]) -> impl Iterator<Item = (&[u8], bool)> {
    let lines = reply.split(|b| *b == b'\n').map(without_code);
    lines.flat_map(|line| {
        let words: Vec<&[u8]> = line.split(u8::is_ascii_whitespace).filter(|w| !w.is_empty()).collect();
        // CHMOD <sp> mode <sp> pathname
        let is_syntax = words.get(1).is_some_and(|w| w.starts_with(b"<"));
        let is_list = words.iter().all(|w| name_of(w).is_some());
        let n = if is_list { words.len() } else { usize::from(is_syntax) };
        words.into_iter().take(n).filter_map(name_of)
    })
}

/// A name of a command: capitals, digits and underscores, perhaps with a star.
fn name_of(word: &[u8]) -> Option<(&[u8], bool)> {
    /// Bytes of a name.
    const NAME_BYTES: std::ops::RangeInclusive<usize> = 2..=12;
    let (name, starred) = word.strip_suffix(b"*").map_or((word, false), |name| (name, true));
    let fits = name.iter().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b"_@".contains(b));
    (fits && NAME_BYTES.contains(&name.len()) && name[0].is_ascii_uppercase()).then_some((name, starred))
}

/// The lines between the first and the last.
fn inner_lines(reply: &[u8]) -> impl Iterator<Item = &[u8]> {
    let inner = match (memchr::memchr(b'\n', reply), memchr::memrchr(b'\n', reply)) {
        (Some(first), Some(last)) if first < last => &reply[first + 1..last],
        _ => b"",
    };
    inner.split(|b| *b == b'\n')
}

/// A line without the code in front.
fn without_code(line: &[u8]) -> &[u8] {
    match line {
        [a, b, c, b' ' | b'-', rest @ ..] if [a, b, c].iter().all(|d| d.is_ascii_digit()) => rest,
        _ => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timeouts_are_read_as_servers_write_them() {
        let cases = [
            ("421 Idle timeout (6 seconds): closing control connection", Some((Wait::Idle, 6))),
            ("421 Login timeout (300 seconds): closing control connection", Some((Wait::Login, 300))),
            ("421 No transfer timeout (10 seconds): closing control connection", Some((Wait::Transfer, 10))),
            ("421 Session Timeout (60 seconds): closing control connection", Some((Wait::Session, 60))),
            ("421 Timeout (900 seconds): closing control connection.", Some((Wait::Idle, 900))),
            ("421 Timeout (no operation for 15 seconds)", Some((Wait::Idle, 15))),
            ("421 Timeout (no new data for 60 seconds)", Some((Wait::Data, 60))),
            ("220 You will be disconnected after 15 minutes of inactivity.", Some((Wait::Idle, 900))),
            ("     Session timeout in seconds is 60", Some((Wait::Idle, 60))),
            ("200 The current IDLE time limit is 900 seconds; max 7200", Some((Wait::Idle, 900))),
            ("200 Idle time set to 20 seconds", None),
            ("421 Timeout.", None),
            ("421 Timeout - try typing a little faster next time", None),
            ("220 Local time is now 18:36. Server port: 2321.", None),
        ];
        for (line, want) in cases {
            assert_eq!(wait(line.as_bytes()), want, "{line}");
        }
    }

    #[test]
    fn limits_are_the_first_whole_number() {
        let cases = [
            ("Sorry, the maximum number of allowed clients (2) are already connected.", Some(2)),
            ("Sorry, the maximum number of clients (2) from your host are already connected.", Some(2)),
            ("Too many connections (8) from this IP", Some(8)),
            ("50 users (the maximum) are already logged in, sorry", Some(50)),
            ("I can't accept more than 3 connections as the same user", Some(3)),
            ("You are user number 2 of 40 allowed.", Some(40)),
            ("There are too many connected users, please try later.", None),
            ("no further requests will be processed from this IP (192.0.2.1).", None),
        ];
        for (line, want) in cases {
            assert_eq!(limit(line.as_bytes()), want, "{line}");
        }
    }

    #[test]
    fn servers_that_want_tls_say_so_in_many_words() {
        for text in [
            "530 Non-anonymous sessions must use encryption.",
            "550 SSL/TLS required on the control channel",
            "522 Data connections must be encrypted.",
            "421-Sorry, cleartext sessions and weak ciphers are not accepted on this server.",
            "521 PROT P required",
            "534 Policy requires SSL.",
            "503 Use AUTH first.",
        ] {
            assert!(requires_tls(text.as_bytes()), "{text}");
        }
        assert!(!requires_tls(b"431 Could not initialize TLS connection"));
        assert!(!requires_tls(b"331 Password required for ann"));
    }

    #[test]
    fn a_feature_has_a_name_and_parameters() {
        let text = b"211-Features:\n AUTH TLS\n211-SIZE\n MLST type*;size*;\n\n211 End";
        let found: Vec<_> = features(text).collect();
        assert_eq!(found, [(&b"AUTH"[..], &b"TLS"[..]), (b"SIZE", b""), (b"MLST", b"type*;size*;")]);
        assert_eq!(features(b"211 no features").count(), 0);
        assert_eq!(features(b"211-Features\n211 End").count(), 0);
    }

    #[test]
    fn help_names_commands_and_sentences_do_not() {
        let of = |text: &'static str| -> Vec<(&str, bool)> {
            names(text.as_bytes()).map(|(n, starred)| (str::from_utf8(n).unwrap(), starred)).collect()
        };
        let help = "214-The following commands are recognized (* =>'s unimplemented):\n CWD     ACCT*   \n214 Direct comments";
        assert_eq!(of(help), [("CWD", false), ("ACCT", true)]);
        // ProFTPD answers HELP SITE without words around the names.
        assert_eq!(of("214-HELP\n CHGRP\n214 CHMOD"), [("HELP", false), ("CHGRP", false), ("CHMOD", false)]);
        assert_eq!(of("214-Commands\n CHMOD <sp> mode <sp> pathname\n214 end"), [("CHMOD", false)]);
        assert_eq!(of("214 I have no help"), []);
    }
}
