//! What stays the same of a finding when the same problem is recorded again.

use super::Finding;
use sha2::{Digest, Sha256};
use std::fmt;

/// The version of the recipe: what goes into a fingerprint, and how.
const RECIPE: &[u8] = b"v1";
/// Stands for a word of a reply that may be another one the next time.
const VARYING: &[u8] = b"#";

/// A finding's fingerprint: 64 bits of a SHA-256 over the rule, the command, the reply's code and its words, the user and the kind of
/// server. Nothing in it says when and where it was recorded: no file, line, time, client or session, and of the reply no number,
/// name, path or address. So it lasts when a log is rotated, or a session recorded anew.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint(u64);

impl Fingerprint {
    /// That of a finding, whose words must be known.
    #[must_use]
    pub fn of(finding: &Finding) -> Self {
        let mut shape = Sha256::new();
        // Each part ends with a zero byte, so that no two of them run into each other.
        let mut part = |bytes: &[u8]| shape.update([bytes, b"\0"].concat());
        part(RECIPE);
        part(finding.rule.name.as_bytes());
        part(finding.command().map_or(b"", |(name, _)| name));
        if let Some((code, line)) = finding.reply() {
            part(code.to_string().as_bytes());
            let argument = finding.command().map_or(&b""[..], |(_, argument)| argument);
            part(&lasting(line, argument));
        }
        part(finding.user());
        part(finding.software.name().unwrap_or_default().as_bytes());
        let digest = shape.finalize();
        Self(digest.iter().take(8).fold(0, |bits, byte| bits << 8 | u64::from(*byte)))
    }

    /// As it is written: 16 hexadecimal digits.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let is_hex = text.len() == 16 && text.bytes().all(|b| b.is_ascii_hexdigit());
        u64::from_str_radix(text, 16).ok().filter(|_| is_hex).map(Self)
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

/// The words of a reply that do not depend on what it is about.
fn lasting(line: &[u8], argument: &[u8]) -> Vec<u8> {
    let name = argument.rsplit(|b| matches!(b, b'/' | b'\\')).next().unwrap_or_default();
    let mut words: Vec<&[u8]> = Vec::new();
    let mut is_quoted = false;
    for word in line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty()) {
        let quotes = memchr::memchr_iter(b'"', word).count();
        let bare = bare(word);
        let varies = is_quoted || quotes > 0 || bare == name || bare == argument || is_name(bare);
        is_quoted ^= quotes % 2 == 1;
        let word = if varies { VARYING } else { bare };
        // Names of several words count as one.
        if word != VARYING || words.last() != Some(&VARYING) {
            words.push(word);
        }
    }
    words.join(&b' ')
}

/// A word without the marks around it.
fn bare(word: &[u8]) -> &[u8] {
    let is_mark = |b: &u8| b.is_ascii_punctuation();
    let start = word.iter().position(|b| !is_mark(b)).unwrap_or(word.len());
    let end = word.iter().rposition(|b| !is_mark(b)).map_or(start, |last| last + 1);
    &word[start..end]
}

/// Whether a word is a number, an address, a date, a path or the name of a file, rather than one of a language.
fn is_name(word: &[u8]) -> bool {
    word.iter().any(|b| b.is_ascii_digit() || matches!(b, b'/' | b'\\' | b'@' | b'.' | b':' | b'=' | b'_'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(line: &str, argument: &str) -> String {
        String::from_utf8_lossy(&lasting(line.as_bytes(), argument.as_bytes())).into_owned()
    }

    #[test]
    fn what_a_reply_is_about_does_not_last() {
        for (line, argument, lasts) in [
            ("RNFR required first.", "x", "RNFR required first"),
            ("/reports/q3.csv: Permission denied", "q3.csv", "# Permission denied"),
            ("nosuch: No such file or directory", "nosuch", "# No such file or directory"),
            ("Can't open my report 2026: gone", "my", "Can't open # report # gone"),
            ("\"my new folder\" is no directory", "x", "# is no directory"),
            ("Entering Passive Mode (203,0,113,1,159,95).", "", "Entering Passive Mode #"),
            ("Too many connections (3) from 198.51.100.11", "", "Too many connections # from #"),
            ("ファイルがありません", "x", "ファイルがありません"),
            ("", "", ""),
        ] {
            assert_eq!(told(line, argument), lasts, "{line}");
        }
    }

    #[test]
    fn a_fingerprint_is_read_as_it_is_written() {
        let fingerprint = Fingerprint(0x0123_4567_89ab_cdef);
        assert_eq!(fingerprint.to_string(), "0123456789abcdef");
        assert_eq!(Fingerprint::parse("0123456789ABCDEF"), Some(fingerprint));
        for text in ["", "123", "+123456789abcdef", "0123456789abcdefg", "0123456789abcdeg"] {
            assert_eq!(Fingerprint::parse(text), None, "{text}");
        }
    }
}
