//! Bytes that came from a log, made safe to show, and numbers made easy to read. Knows nothing of FTP.

use std::borrow::Cow;
use std::fmt::{self, Display, Write};

/// Log bytes on their way to a person: control characters and marks that reorder text are shown, never sent.
///
/// Bytes that are not UTF-8 become U+FFFD.
#[derive(Clone, Copy, Debug)]
pub struct Printable<'a>(pub &'a [u8]);

impl Display for Printable<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for chunk in self.0.utf8_chunks() {
            for c in chunk.valid().chars() {
                match c {
                    // The Unicode pictures of the control characters: ESC is shown as ␛.
                    '\0'..='\x1f' => f.write_char(char::from_u32(0x2400 + c as u32).unwrap_or('?'))?,
                    '\x7f' => f.write_char('␡')?,
                    '\u{80}'..='\u{9f}' => write!(f, "<U+{:04X}>", c as u32)?,
                    _ if reorders(c) => write!(f, "<U+{:04X}>", c as u32)?,
                    _ => f.write_char(c)?,
                }
            }
            if !chunk.invalid().is_empty() {
                f.write_char(char::REPLACEMENT_CHARACTER)?;
            }
        }
        Ok(())
    }
}

/// Characters that change the direction of text, break lines, or take no room: they can make a line read as another.
fn reorders(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

/// Hides what follows `PASS`, `ACCT` and the credentials of a URL in a line that no dialect understood.
///
/// Used where raw lines are shown: commands lose their secrets when they are parsed.
#[must_use]
pub fn without_secrets(line: &[u8]) -> Cow<'_, [u8]> {
    let mut out: Option<Vec<u8>> = None;
    let mut from = 0;
    for start in memchr::memchr2_iter(b'P', b'p', line).chain(memchr::memchr2_iter(b'A', b'a', line)) {
        let word = line.get(start..start + 4).unwrap_or_default();
        let alone = start == 0 || !line[start - 1].is_ascii_alphanumeric();
        let secret = word.eq_ignore_ascii_case(b"PASS") || word.eq_ignore_ascii_case(b"ACCT");
        if alone && secret && line.get(start + 4).is_some_and(|b| b" =[]:('\"".contains(b)) {
            let out = out.get_or_insert_with(|| line.to_vec());
            let end = from.max(start + 5);
            if end < out.len() && start + 5 <= out.len() {
                out.truncate(start + 5);
                out.extend_from_slice(b"***");
                from = out.len();
            }
        }
    }
    let line = out.map_or(Cow::Borrowed(line), Cow::Owned);
    let Some(scheme) = memchr::memmem::find(&line, b"://") else { return line };
    let rest = &line[scheme + 3..];
    let authority = rest.iter().position(|b| b"/ \"'>".contains(b)).unwrap_or(rest.len());
    let Some(at) = memchr::memrchr(b'@', &rest[..authority]) else { return line };
    let Some(colon) = memchr::memchr(b':', &rest[..at]) else { return line };
    let mut hidden = line[..=(scheme + 3 + colon)].to_vec();
    hidden.extend_from_slice(b"***");
    hidden.extend_from_slice(&rest[at..]);
    Cow::Owned(hidden)
}

/// A whole number with its thousands set apart: `2,418`.
#[must_use]
pub fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}

/// `text` without the white space at both ends.
#[must_use]
pub fn trimmed(text: &[u8]) -> &[u8] {
    text.trim_ascii()
}

/// Whether `text` holds `needle`, which is given in lower case, in any mixture of cases.
#[must_use]
pub fn holds(text: &[u8], needle: &str) -> bool {
    let needle = needle.as_bytes();
    let Some((first, rest)) = needle.split_first() else { return true };
    let upper = first.to_ascii_uppercase();
    memchr::memchr2_iter(*first, upper, text)
        .any(|i| text.get(i + 1..i + needle.len()).is_some_and(|t| t.eq_ignore_ascii_case(rest)))
}

/// Where `byte` stands in `text`, for places that are near: eight bytes at a time, which is quicker than a search that is
/// made for long ways.
#[must_use]
#[inline]
pub fn find_near(text: &[u8], byte: u8) -> Option<usize> {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGHS: u64 = 0x8080_8080_8080_8080;
    let pattern = ONES * u64::from(byte);
    let mut at = 0;
    while let Some(chunk) = text.get(at..at + 8) {
        let mut word = [0; 8];
        word.copy_from_slice(chunk);
        let differs = u64::from_le_bytes(word) ^ pattern;
        // The lowest zero byte is found for sure; those above it may be wrong.
        let zeros = differs.wrapping_sub(ONES) & !differs & HIGHS;
        if zeros != 0 {
            return Some(at + (zeros.trailing_zeros() / 8) as usize);
        }
        at += 8;
    }
    text[at..].iter().position(|b| *b == byte).map(|i| at + i)
}

/// The number that `text` spells in decimal digits, all of it.
#[must_use]
pub fn number(text: &[u8]) -> Option<u64> {
    if text.is_empty() || text.len() > 19 {
        return None;
    }
    let mut n = 0u64;
    for b in text {
        let digit = b.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        n = n * 10 + u64::from(digit);
    }
    Some(n)
}

/// How many letters must be changed, added or taken away to make one name of the other.
#[must_use]
pub fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, c) in a.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, d) in b.iter().enumerate() {
            let change = diagonal + usize::from(c != *d);
            diagonal = row[j + 1];
            row[j + 1] = change.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

/// The name that is most like `wanted`, if one is close.
#[must_use]
pub fn nearest<'a>(wanted: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let limit = (wanted.chars().count() / 3).max(1);
    names.map(|n| (distance(wanted, n), n)).min().filter(|(d, _)| *d <= limit).map(|(_, n)| n)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_are_shown_and_not_sent() {
        let shown = Printable(b"a\x1b[31mred\x07\r\n\xff\xe2\x80\xae\xc2\x9b").to_string();
        assert_eq!(shown, "a␛[31mred␇␍␊\u{fffd}<U+202E><U+009B>");
    }

    #[test]
    fn secrets_of_raw_lines_are_hidden() {
        let cases: [(&[u8], &[u8]); 6] = [
            (b"> PASS hunter2", b"> PASS ***"),
            (b"pass hunter2 and more", b"pass ***"),
            (b"Command [pass] [hunter2]", b"Command [pass]***"),
            (b"open ftp://bob:hunter2@host/x", b"open ftp://bob:***@host/x"),
            (b"the bypass valve", b"the bypass valve"),
            (b"PASSIVE mode", b"PASSIVE mode"),
        ];
        for (line, want) in cases {
            assert_eq!(without_secrets(line).as_ref(), want, "{}", Printable(line));
        }
    }

    #[test]
    fn what_is_near_is_found_like_anything_else() {
        for text in
            [&b""[..], b"]", b"alice] x", b"a-rather-long-name] FTP", b"\x5c\x5d]", b"none of it is here"]
        {
            assert_eq!(find_near(text, b']'), memchr::memchr(b']', text), "{}", Printable(text));
        }
    }

    #[test]
    fn thousands_are_set_apart() {
        assert_eq!([0, 999, 1000, 1_234_567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
    }
}
