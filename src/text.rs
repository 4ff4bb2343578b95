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
        // Nearly all text is harmless as it is.
        if self.0.iter().all(|b| matches!(b, b' '..=b'~')) {
            return f.write_str(str::from_utf8(self.0).unwrap_or_default());
        }
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

/// Hides what follows `PASS`, `ACCT`, `password` and their like, and the credentials of URLs and of command lines, in a line that
/// no dialect understood. It rather hides too much: such a line is shown for its shape.
///
/// Used where raw lines are shown: commands lose their secrets when they are parsed.
#[must_use]
pub fn without_secrets(line: &[u8]) -> Cow<'_, [u8]> {
    match (0..line.len()).find_map(|at| end_of_secret_word(line, at)) {
        // What follows may be anything up to the end.
        Some(end) if end < line.len() => {
            let end = end + usize::from(b" \t=[]:('\"".contains(&line[end]));
            let hidden = if end < line.len() { MASK } else { b"" };
            Cow::Owned([&without_credentials(&line[..end]), hidden].concat())
        }
        _ => without_credentials(line),
    }
}

/// What stands for a secret.
const MASK: &[u8] = b"***";

fn is_secret_word(text: &[u8]) -> bool {
    text.get(..4).is_some_and(|w| w.eq_ignore_ascii_case(b"PASS") || w.eq_ignore_ascii_case(b"ACCT"))
}

/// Where a word ends that a secret follows, if one stands at `at`. Words that only begin like it are none.
fn end_of_secret_word(line: &[u8], at: usize) -> Option<usize> {
    let rest = &line[at..];
    let is = |word: &[u8], rest: &[u8]| rest.get(..word.len()).is_some_and(|t| t.eq_ignore_ascii_case(word));
    if is(b"pass", rest) {
        let after = &rest[4..];
        if [&b"ive"[..], b"ed", b"es", b"ing", b"age"].iter().any(|end| is(end, after)) {
            return None;
        }
        let longer = [&b"word"[..], b"phrase", b"wd"].into_iter().find(|end| is(end, after));
        return Some(at + 4 + longer.map_or(0, <[u8]>::len));
    }
    let words =
        [&b"acct"[..], b"adat", b"pswd", b"pwd=", b"pwd:", b"passwd", b"authorization:", b" -u ", b"--user "];
    words.into_iter().find(|word| is(word, rest)).map(|word| at + word.len())
}

/// Hides the password of every URL: `ftp://user:***@host`.
fn without_credentials(line: &[u8]) -> Cow<'_, [u8]> {
    let mut out = Vec::new();
    let mut from = 0;
    for scheme in memchr::memmem::find_iter(line, b"://") {
        let start = scheme + 3;
        if start < from {
            continue;
        }
        let rest = &line[start..];
        // A password may hold a slash.
        let authority = rest.iter().position(|b| b" \"'>".contains(b)).unwrap_or(rest.len());
        let Some(at) = memchr::memrchr(b'@', &rest[..authority]) else { continue };
        let Some(colon) = memchr::memchr(b':', &rest[..at]) else { continue };
        out.extend_from_slice(&line[from..=start + colon]);
        out.extend_from_slice(MASK);
        from = start + at;
    }
    if from == 0 {
        return Cow::Borrowed(line);
    }
    out.extend_from_slice(&line[from..]);
    Cow::Owned(out)
}

/// Hides the secret of a command that a server repeats in its reply: `500 'PASS ***': command not understood.`
///
/// A word behind the command is a secret unless it is one with which sentences go on.
#[must_use]
pub fn without_repeated_secret(reply: &[u8]) -> Cow<'_, [u8]> {
    const GOES_ON: &[&[u8]] = &[
        b"after",
        b"again",
        b"already",
        b"and",
        b"are",
        b"be",
        b"before",
        b"but",
        b"can",
        b"can't",
        b"cannot",
        b"command",
        b"commands",
        b"denied",
        b"disabled",
        b"expected",
        b"failed",
        b"first",
        b"has",
        b"have",
        b"ignored",
        b"in",
        b"is",
        b"missing",
        b"must",
        b"needed",
        b"needs",
        b"not",
        b"now",
        b"okay",
        b"on",
        b"only",
        b"or",
        b"please",
        b"rejected",
        b"required",
        b"requires",
        b"sent",
        b"should",
        b"to",
        b"unknown",
        b"was",
        b"were",
        b"with",
        b"without",
    ];
    // Most replies name neither command.
    if !holds(reply, "pass") && !holds(reply, "acct") {
        return Cow::Borrowed(reply);
    }
    let starts = (0..reply.len()).filter(|i| *i == 0 || !reply[i - 1].is_ascii_alphanumeric());
    for start in starts.filter(|i| is_secret_word(&reply[*i..]) && reply.get(i + 4) == Some(&b' ')) {
        let said = &reply[start + 5..];
        let quoted = start > 0 && b"'\"`".contains(&reply[start - 1]);
        let word = said.split(|b| *b == b' ').next().unwrap_or_default();
        if !quoted && (word.is_empty() || GOES_ON.contains(&word.to_ascii_lowercase().as_slice())) {
            continue;
        }
        let closing = if quoted { memchr::memrchr2(b'\'', b'"', said) } else { None };
        let end = closing.unwrap_or(if quoted { said.len() } else { word.len() });
        return Cow::Owned([&reply[..start + 5], MASK, &said[end..]].concat());
    }
    Cow::Borrowed(reply)
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

/// Which pairs of neighbours a text has, whatever their case: what it cannot hold is known without searching it.
#[derive(Clone, Debug, Default)]
pub struct Pairs {
    /// The last five bits of the first byte choose the number, those of the second the bit: they are the same in both cases.
    seconds: [u32; 32],
}

impl Pairs {
    /// Those of a text.
    #[must_use]
    pub fn of(text: &[u8]) -> Self {
        let mut pairs = Self::default();
        for pair in text.windows(2) {
            pairs.seconds[usize::from(pair[0] & 31)] |= 1 << (pair[1] & 31);
        }
        pairs
    }

    /// Whether the text may hold `needle`; if not, it surely does not.
    #[must_use]
    pub fn may_hold(&self, needle: &str) -> bool {
        needle
            .as_bytes()
            .windows(2)
            .all(|pair| self.seconds[usize::from(pair[0] & 31)] >> (pair[1] & 31) & 1 == 1)
    }
}

/// The number at the start of `text`, and what follows it; 0 where no digit stands there.
#[must_use]
#[inline]
pub fn leading_number(text: &[u8]) -> (u64, &[u8]) {
    if let Some((number, n_digits)) = text.first_chunk().copied().and_then(short_number) {
        return (number, &text[n_digits..]);
    }
    let (mut number, mut rest) = (0u64, text);
    while let [digit @ b'0'..=b'9', after @ ..] = rest {
        number = number.wrapping_mul(10).wrapping_add(u64::from(digit - b'0'));
        rest = after;
    }
    (number, rest)
}

/// The number at the start of eight bytes, and how many digits it has; `None` where all of them are digits. Numbers of
/// processes stand in every line of some logs, so all digits are read at once: each is worth ten times its right neighbour,
/// then each pair of digits a hundred times, then each four ten thousand times.
#[inline]
fn short_number(bytes: [u8; 8]) -> Option<(u64, usize)> {
    const ZEROS: u64 = 0x3030_3030_3030_3030;
    const ABOVE_NINE: u64 = 0x7676_7676_7676_7676;
    const HIGHS: u64 = 0x8080_8080_8080_8080;
    // Digits are now below ten. The lowest byte that is none is found for sure.
    let word = u64::from_le_bytes(bytes) ^ ZEROS;
    let others = (word.wrapping_add(ABOVE_NINE) | word) & HIGHS;
    if others == 0 {
        return None;
    }
    let n_digits = others.trailing_zeros() / 8;
    let digits = word.checked_shl(64 - 8 * n_digits).unwrap_or(0);
    let pairs = (10 * digits + (digits >> 8)) & 0x00ff_00ff_00ff_00ff;
    let fours = (100 * pairs + (pairs >> 16)) & 0x0000_ffff_0000_ffff;
    let number = (10_000 * fours + (fours >> 32)) & 0xffff_ffff;
    Some((number, n_digits as usize))
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

/// As [`find_near`], for the first of two bytes from `from` on.
#[must_use]
#[inline]
pub fn find_near2(text: &[u8], one: u8, other: u8, from: usize) -> Option<usize> {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGHS: u64 = 0x8080_8080_8080_8080;
    let mut at = from;
    while let Some(chunk) = text.get(at..at + 8) {
        let mut word = [0; 8];
        word.copy_from_slice(chunk);
        let word = u64::from_le_bytes(word);
        let zeros = |differs: u64| differs.wrapping_sub(ONES) & !differs;
        let found = (zeros(word ^ (ONES * u64::from(one))) | zeros(word ^ (ONES * u64::from(other)))) & HIGHS;
        if found != 0 {
            return Some(at + (found.trailing_zeros() / 8) as usize);
        }
        at += 8;
    }
    text.get(at..)?.iter().position(|b| *b == one || *b == other).map(|i| at + i)
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
    fn a_number_ends_where_the_digits_end() {
        for (text, number, left) in [
            ("", 0, 0),
            ("x1234567", 0, 8),
            ("7] ", 7, 2),
            ("7] FTP command", 7, 13),
            ("10178] FTP", 10_178, 5),
            ("0012345] FTP", 12_345, 5),
            ("9999999/", 9_999_999, 1),
            ("9999999:", 9_999_999, 1),
            ("12345678] ", 12_345_678, 2),
            ("4294967295", 4_294_967_295, 0),
            ("1234\u{e9}\u{ff}56", 1_234, 6),
        ] {
            let (read, rest) = leading_number(text.as_bytes());
            assert_eq!((read, rest.len()), (number, left), "{text}");
        }
    }

    #[test]
    fn control_characters_are_shown_and_not_sent() {
        let shown = Printable(b"a\x1b[31mred\x07\r\n\xff\xe2\x80\xae\xc2\x9b").to_string();
        assert_eq!(shown, "a␛[31mred␇␍␊\u{fffd}<U+202E><U+009B>");
    }

    #[test]
    fn secrets_of_raw_lines_are_hidden() {
        let cases: [(&[u8], &[u8]); 19] = [
            (b"PASS\thunter2", b"PASS\t***"),
            (br#"{"password":"hunter2","x":1}"#, br#"{"password"***"#),
            (b"Passwd=hunter2", b"Passwd=***"),
            (b"get ftp://h/a ftp://bob:hunter2@h/f", b"get ftp://h/a ftp://bob:***@h/f"),
            (b"> PASS hunter2", b"> PASS ***"),
            (b"pass hunter2 and more", b"pass ***"),
            (b"Command [pass] [hunter2]", b"Command [pass]***"),
            (b"open ftp://bob:hunter2@host/x", b"open ftp://bob:***@host/x"),
            (b"the bypass valve", b"the bypass ***"),
            (b"alice,PASS,hunter2", b"alice,PASS***"),
            (b"<td>PASS</td><td>hunter2</td>", b"<td>PASS***"),
            (b"SITE PSWD a hunter2", b"SITE PSWD ***"),
            (b"ftpPassword=hunter2", b"ftpPassword=***"),
            (b"PASS%20hunter2", b"PASS***"),
            (b"passphrase: hunter2", b"passphrase:***"),
            (b"lftp -u alice,hunter2 host", b"lftp -u ***"),
            (b"Authorization: Basic hunter2", b"Authorization: ***"),
            (b"ftp://alice:a/hunter2@host/", b"ftp://alice:***@host/"),
            (b"PASSIVE mode", b"PASSIVE mode"),
        ];
        for (line, want) in cases {
            assert_eq!(without_secrets(line).as_ref(), want, "{}", Printable(line));
        }
    }

    #[test]
    fn a_password_that_a_server_repeats_is_hidden() {
        let hidden = without_repeated_secret(b"500 'PASS hunter2': command not understood.");
        assert_eq!(hidden.as_ref(), b"500 'PASS ***': command not understood.");
        assert_eq!(
            without_repeated_secret(b"502 ACCT M0RE not implemented").as_ref(),
            b"502 ACCT *** not implemented"
        );
        for plain in
            ["503 'PASS' needs USER", "530 Please login with USER and PASS.", "500 PASS not understood"]
        {
            assert_eq!(without_repeated_secret(plain.as_bytes()).as_ref(), plain.as_bytes());
        }
    }

    #[test]
    fn what_is_near_is_found_like_anything_else() {
        for text in
            [&b""[..], b"]", b"alice] x", b"a-rather-long-name] FTP", b"\x5c\x5d]", b"none of it is here"]
        {
            assert_eq!(find_near(text, b']'), memchr::memchr(b']', text), "{}", Printable(text));
            for from in 0..text.len() + 2 {
                let want = text.get(from..).and_then(|t| memchr::memchr2(b']', b'\\', t)).map(|n| from + n);
                assert_eq!(find_near2(text, b']', b'\\', from), want, "{} from {from}", Printable(text));
            }
        }
    }

    #[test]
    fn what_a_text_holds_its_pairs_never_rule_out() {
        let text = b"550 Failed to OPEN file: [a] {b}\xff";
        let pairs = Pairs::of(text);
        let whole = "550 failed to open file: [a] {b}";
        for (from, to) in (0..whole.len()).flat_map(|from| (from..=whole.len()).map(move |to| (from, to))) {
            assert!(holds(text, &whole[from..to]) && pairs.may_hold(&whole[from..to]));
        }
        assert!(!pairs.may_hold("denied") && !pairs.may_hold("opened"));
        assert!(!Pairs::of(b"").may_hold("no") && Pairs::of(b"").may_hold(""));
    }

    #[test]
    fn thousands_are_set_apart() {
        assert_eq!([0, 999, 1000, 1_234_567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
    }
}
