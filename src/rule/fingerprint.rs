//! What stays the same of a finding when the same problem is recorded again.

use super::{Fact, Finding, Group};
use crate::ftp::Verb;
use memchr::memmem;
use sha2::{Digest, Sha256};
use std::fmt;

/// The version of the recipe: what goes into a fingerprint, and how.
const RECIPE: &[u8] = b"v1";
/// Stands for a word of a reply that may be another one the next time.
const VARYING: &[u8] = b"#";
/// Stands for a name in a reply until its words are looked at. Where a reply holds this byte itself, the word varies as well.
const NAME: u8 = 0;
/// Parts of an argument that are looked for in a reply, the last ones of a path: the others are seldom repeated by themselves.
const NAMES_MAX: usize = 16;
/// Words that say when or how many.
const VARYING_WORDS: &[&str] = &[
    "jan",
    "feb",
    "mar",
    "apr",
    "may",
    "jun",
    "jul",
    "aug",
    "sep",
    "oct",
    "nov",
    "dec",
    "january",
    "february",
    "march",
    "april",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
    "mon",
    "tue",
    "wed",
    "thu",
    "fri",
    "sat",
    "sun",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
];

/// A finding's fingerprint: 64 bits of a SHA-256 over the rule, its case and what was expected, the command and the word of the protocol
/// behind it, the reply's code and its words, the user and the kind of server. Nothing in it says when and where it was recorded: no file, line, time, client or session, and of the reply no number,
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
        part(lasting_case(finding).as_bytes());
        part(&expected(finding));
        part(finding.command().map_or(b"", |(name, _)| name));
        part(&protocol_word(finding));
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

/// The case, unless it may become another one once all sessions are known: a fingerprint may be taken before that.
fn lasting_case(finding: &Finding) -> &'static str {
    if finding.rule.revise.is_none() { finding.case } else { "" }
}

/// What the user expected instead.
fn expected(finding: &Finding) -> Vec<u8> {
    match finding.fact("expected") {
        Some(Fact::Text(pattern)) if finding.rule.group == Group::Expectation => pattern.into_owned(),
        _ => Vec::new(),
    }
}

/// The first word of an argument that belongs to the protocol, in capitals.
fn protocol_word(finding: &Finding) -> Vec<u8> {
    let has_one = matches!(
        finding.verb(),
        Verb::SITE | Verb::AUTH | Verb::OPTS | Verb::TYPE | Verb::PROT | Verb::MODE | Verb::STRU
    );
    let argument = finding.command().filter(|_| has_one).map_or(&b""[..], |(_, argument)| argument);
    first_word(argument).to_ascii_uppercase()
}

fn first_word(argument: &[u8]) -> &[u8] {
    argument.split(u8::is_ascii_whitespace).find(|word| !word.is_empty()).unwrap_or_default()
}

/// The words of a reply that do not depend on what it is about.
fn lasting(line: &[u8], argument: &[u8]) -> Vec<u8> {
    let line = without_names(line, &names(argument));
    let mut words: Vec<&[u8]> = Vec::new();
    let mut is_quoted = false;
    for word in line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty()) {
        let quotes = memchr::memchr_iter(b'"', word).count();
        let bare = bare(word);
        let varies = is_quoted || quotes > 0 || is_name(bare) || is_date_or_number(bare);
        is_quoted ^= quotes % 2 == 1;
        let word = if varies { VARYING } else { bare };
        // Names of several words count as one.
        if word != VARYING || words.last() != Some(&VARYING) {
            words.push(word);
        }
    }
    words.join(&b' ')
}

/// How a reply may call what the argument names, in small letters, the longest first.
fn names(argument: &[u8]) -> Vec<Vec<u8>> {
    let is_slash = |b: &u8| matches!(b, b'/' | b'\\');
    let end = argument.iter().rposition(|b| !is_slash(b)).map_or(0, |last| last + 1);
    let parts = argument.rsplit(is_slash).filter(|part| part.len() > 1).take(NAMES_MAX);
    let all = [argument, &argument[..end]].into_iter().chain(parts).map(<[u8]>::trim_ascii);
    // Marks alone, such as the dot of a folder, are in every reply.
    let mut names: Vec<_> =
        all.filter(|name| !bare(name).is_empty()).map(<[u8]>::to_ascii_lowercase).collect();
    names.sort_by_key(|name| std::cmp::Reverse(name.len()));
    names.dedup();
    names
}

/// The line with [`NAME`] in place of the names, which may have several words, or stand in a text without blanks.
fn without_names(line: &[u8], names: &[Vec<u8>]) -> Vec<u8> {
    let mut left = line.to_ascii_lowercase();
    for name in names {
        let found: Vec<usize> =
            memmem::find_iter(&left, name).filter(|at| is_apart(&left, *at, name)).collect();
        for at in found {
            left[at..at + name.len()].fill(NAME);
        }
    }
    let mut out = Vec::with_capacity(line.len());
    for (at, byte) in line.iter().enumerate() {
        let was_name = at > 0 && left[at - 1] == NAME;
        match (was_name, left[at] == NAME) {
            (true, true) => {}
            (false, true) => {
                // In a text without blanks the words beside the name stay.
                out.extend(out.last().is_some_and(|b: &u8| !b.is_ascii()).then_some(b' '));
                out.push(NAME);
            }
            (_, false) => {
                out.extend((was_name && !byte.is_ascii()).then_some(b' '));
                out.push(*byte);
            }
        }
    }
    out
}

/// Whether a name is no part of a longer word.
fn is_apart(line: &[u8], at: usize, name: &[u8]) -> bool {
    let is_letter = |b: Option<&u8>| b.is_some_and(u8::is_ascii_alphanumeric);
    let before = at.checked_sub(1).and_then(|at| line.get(at));
    let goes_on = is_letter(line.get(at + name.len())) && is_letter(name.last());
    !(goes_on || is_letter(before) && is_letter(name.first()))
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
    word.iter()
        .any(|b| b.is_ascii_digit() || matches!(b, &NAME | b'/' | b'\\' | b'@' | b'.' | b':' | b'=' | b'_'))
}

/// Whether a word is a month, a day or a number.
fn is_date_or_number(word: &[u8]) -> bool {
    VARYING_WORDS.iter().any(|varying| word.eq_ignore_ascii_case(varying.as_bytes()))
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
    fn the_name_of_what_a_reply_is_about_does_not_last() {
        for (argument, line, other, other_line) in [
            (
                "my holiday report",
                "550 my holiday report: No such file",
                "q3.csv",
                "550 q3.csv: No such file",
            ),
            ("foo/", "550 foo: no", "bar", "550 bar: no"),
            ("alpha/beta", "550 alpha: no", "gamma/delta/", "550 gamma: no"),
            ("Report", "report not found", "budget", "Budget not found"),
            ("レポート", "550 レポート：見つかりません", "予算", "550 予算：見つかりません"),
            ("レポート", "550 レポートが見つかりません", "予算", "550 予算が見つかりません"),
            ("보고서", "550 보고서를 찾을 수 없음", "budget", "550 budget를 찾을 수 없음"),
            ("x", "until Monday, 3 March", "x", "until Fri, 12 Dec"),
            ("x", "try again in five minutes", "x", "try again in 10 minutes"),
        ] {
            assert_eq!(told(line, argument), told(other_line, other), "{line} / {other_line}");
        }
    }

    #[test]
    fn what_went_wrong_lasts() {
        for (argument, line, other_line) in [
            ("foo", "550 foo: no such file", "550 foo: permission denied"),
            ("レポート", "550 レポート：見つかりません", "550 レポート：許可がありません"),
            ("in", "invalid", "outvalid"),
            (".", "Failed to change directory.", "Failed to change owner."),
            ("/", "no such file", "no such user"),
        ] {
            assert_ne!(told(line, argument), told(other_line, argument), "{line} / {other_line}");
        }
        assert_eq!(told("Failed to open file.", "."), told("Failed to open file.", "x"));
        assert_eq!(told("invalid", "in"), "invalid");
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
