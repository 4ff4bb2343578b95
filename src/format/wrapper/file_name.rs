//! The name of a file before each line, as `grep` and `zgrep` write it. Lines around a hit have hyphens where the hit has
//! colons.
//!
//! Names may hold hyphens, and other words have colons: only what is surely a name is taken off.

use super::{Sure, Unwrap, Within, Wrapper};
use crate::format::Line;
use crate::format::arena::Arena;

pub(super) static WRAPPER: Wrapper = Wrapper {
    name: "file-name",
    everywhere: true,
    nests: false,
    sure: Sure::If(are_glued),
    start: |_| Box::new(FileName),
};

/// Most lines follow their name without a blank, which loggers write behind theirs.
fn are_glued(lines: &[Line]) -> bool {
    let glued = |l: &&Line| file(l.text).is_some_and(|(_, rest)| !rest.starts_with(b" "));
    lines.iter().filter(glued).count() * 4 >= lines.len() * 3
}

/// Longest name of a file that is looked for.
const NAME_BYTES_MAX: usize = 256;
/// Letters of an extension, such as `.json`.
const EXTENSION_BYTES_MAX: usize = 5;

struct FileName;

impl Unwrap for FileName {
    fn take_off<'a>(&mut self, line: &'a [u8], _: &'a Arena) -> Option<Within<'a>> {
        let (origin, text) = file(line)?;
        Some(Within { origin, ..Within::text(text) })
    }
}

// /var/log/vsftpd.log:rest    vsftpd.log-rest    C:\logs\ftp.log:rest
fn file(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let word =
        line.iter().take(NAME_BYTES_MAX).position(|b| *b <= b' ').unwrap_or(line.len().min(NAME_BYTES_MAX));
    let ends = (1..word).filter(|at| matches!(line[*at], b':' | b'-'));
    for at in ends {
        let (name, rest) = (&line[..at], &line[at + 1..]);
        let is_end = match line[at] {
            b':' => is_name(name),
            // The date of a rotated file is a part of its name.
            _ => has_extension(name) && !begins_with_date(rest),
        };
        if is_end {
            return Some((name, rest));
        }
    }
    None
}

// 20261120:    20261120-    20261120.gz:
fn begins_with_date(i: &[u8]) -> bool {
    let digits = i.iter().take_while(|b| b.is_ascii_digit()).count();
    digits == 8
        && matches!(i.get(8), Some(b':' | b'-' | b'.'))
        && (i.starts_with(b"19") || i.starts_with(b"20"))
}

/// Whether this is surely the name of a file: no address, no time, no word of a log.
fn is_name(name: &[u8]) -> bool {
    // URLs have such parts, too, and passwords behind the next colon. Only a drive of Windows has a colon.
    let drive = matches!(name, [b'A'..=b'Z' | b'a'..=b'z', b':', b'\\', ..]);
    if !name[if drive { 2 } else { 0 }..].iter().copied().all(is_of_a_name) {
        return false;
    }
    let path = name.iter().any(|b| b"/\\".contains(b)) && name.iter().any(u8::is_ascii_alphabetic);
    path || has_extension(without_date(name)) || is_well_known(without_date(name))
}

fn is_of_a_name(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b"._-/\\~+@%,#".contains(&b) || !b.is_ascii()
}

// vsftpd.log-20261120
fn without_date(name: &[u8]) -> &[u8] {
    match name.iter().rposition(|b| *b == b'-') {
        Some(hyphen) if name.len() - hyphen == 9 && name[hyphen + 1..].iter().all(u8::is_ascii_digit) => {
            &name[..hyphen]
        }
        _ => name,
    }
}

// vsftpd.log    syslog.2.gz
fn has_extension(name: &[u8]) -> bool {
    let last = name.iter().rposition(|b| b"/\\".contains(b)).map_or(name, |slash| &name[slash + 1..]);
    let Some(dot) = last.iter().rposition(|b| *b == b'.') else { return false };
    let (stem, extension) = (&last[..dot], &last[dot + 1..]);
    // Addresses have no letters, or colons.
    stem.iter().any(u8::is_ascii_alphabetic)
        && stem.iter().copied().all(is_of_a_name)
        && (1..=EXTENSION_BYTES_MAX).contains(&extension.len())
        && (is_lower(extension) || [&b"LOG"[..], b"TXT"].contains(&extension))
}

/// Names of classes and levels have capitals.
fn is_lower(extension: &[u8]) -> bool {
    extension.iter().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
}

/// Logs that are usually called so, without an extension.
fn is_well_known(name: &[u8]) -> bool {
    [&b"syslog"[..], b"messages", b"maillog", b"secure", b"xferlog"].contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken_off(line: &str) -> Option<(String, String)> {
        let arena = Arena::default();
        let within = FileName.take_off(line.as_bytes(), &arena)?;
        let shown = |b: &[u8]| String::from_utf8_lossy(b).into_owned();
        Some((shown(within.origin), shown(within.text)))
    }

    #[test]
    fn names_are_taken_off() {
        for (line, name, text) in [
            ("vsftpd.log:Fri Nov 20", "vsftpd.log", "Fri Nov 20"),
            ("vsftpd.log:12:Fri Nov 20", "vsftpd.log", "12:Fri Nov 20"),
            ("vsftpd.log-12-Fri Nov 20", "vsftpd.log", "12-Fri Nov 20"),
            ("vsftpd.log-Fri Nov 20", "vsftpd.log", "Fri Nov 20"),
            ("./pure-ftpd.log:2026-11-20T18:24:00Z x", "./pure-ftpd.log", "2026-11-20T18:24:00Z x"),
            ("pure-ftpd.log-7-2026-11-20 18:24:00 x", "pure-ftpd.log", "7-2026-11-20 18:24:00 x"),
            ("/var/log/messages:Nov 20 18:24:00 x", "/var/log/messages", "Nov 20 18:24:00 x"),
            ("syslog:Nov 20 18:24:00 x", "syslog", "Nov 20 18:24:00 x"),
            ("syslog.2.gz:Nov 20 18:24:00 x", "syslog.2.gz", "Nov 20 18:24:00 x"),
            ("curl.txt:12:34:56.5 < 220 x", "curl.txt", "12:34:56.5 < 220 x"),
            ("lftp.txt-2026-11-20 18:24:00 ---> x", "lftp.txt", "2026-11-20 18:24:00 ---> x"),
            ("vsftpd.log-20261120:7:Fri", "vsftpd.log-20261120", "7:Fri"),
            ("vsftpd.log-20261120.gz:Fri", "vsftpd.log-20261120.gz", "Fri"),
            ("C:\\logs\\ftp.log:12:(000041) x", "C:\\logs\\ftp.log", "12:(000041) x"),
        ] {
            assert_eq!(taken_off(line), Some((name.to_owned(), text.to_owned())), "{line}");
        }
    }

    #[test]
    fn addresses_urls_and_words_are_no_names() {
        for line in [
            "ftp://alice:secret@ftp.example.com/x",
            "192.0.2.7:21 x",
            "127.0.0.1:38380-[] -> 220 x",
            "::1:53266-[alice] <- USER alice",
            "2026-11-20 18:24:00 x",
            "Fri Nov 20 18:32:21 2026 [pid 1] x",
            "Response:\t220 x",
            "USER a",
            "C: USER a",
            "UNKNOWN|127.0.0.1|/|[20/Nov/2026:18:25:41 +0000]|x",
            "a=b/c:d",
            "ftp.DEBUG: x",
            "org.example.Ftp: x",
            "DEBUG:x: y",
        ] {
            assert_eq!(taken_off(line), None, "{line}");
        }
    }
}
