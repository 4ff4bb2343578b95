//! Text that went through a web page: `---&gt; USER`, `Client &quot;192.0.2.7&quot;`, and quotes that a page made round.

use super::{Sure, Unwrap, Within, Wrapper};
use crate::format::Line;
use crate::format::arena::Arena;

pub(super) static WRAPPER: Wrapper = Wrapper {
    name: "html",
    everywhere: false,
    nests: true,
    sure: Sure::If(is_of_a_page),
    start: |_| Box::new(Html),
};

/// Pages write entities for every one of these: where an entity stands and none of them, all of the text is from a page.
fn is_of_a_page(lines: &[Line]) -> bool {
    let holds = |word: &[u8]| lines.iter().any(|l| memchr::memmem::find(l.text, word).is_some());
    [&b"&lt;"[..], b"&gt;", b"&quot;"].into_iter().any(holds) && ![&b"<"[..], b">"].into_iter().any(holds)
}

/// Longest name or number of an entity.
const ENTITY_BYTES_MAX: usize = 8;

struct Html;

impl Unwrap for Html {
    fn take_off<'a>(&mut self, line: &'a [u8], arena: &'a Arena) -> Option<Within<'a>> {
        memchr::memchr3(b'&', 0xe2, 0xc2, line)?;
        let mut out = Vec::with_capacity(line.len());
        let mut rest = line;
        while let Some((first, after)) = rest.split_first() {
            rest = if let Some((c, after)) = entity(rest).or_else(|| typed(rest)) {
                out.extend_from_slice(straight(c).encode_utf8(&mut [0; 4]).as_bytes());
                after
            } else {
                out.push(*first);
                after
            };
        }
        (out != line).then(|| Within::text(arena.keep(&out)))
    }
}

// &gt;    &#62;    &#x3e;
fn entity(i: &[u8]) -> Option<(char, &[u8])> {
    let inside = i.strip_prefix(b"&")?;
    let end = inside.iter().take(ENTITY_BYTES_MAX).position(|b| *b == b';')?;
    let c = match &inside[..end] {
        b"gt" => '>',
        b"lt" => '<',
        b"amp" => '&',
        b"nbsp" => ' ',
        b"quot" | b"ldquo" | b"rdquo" => '"',
        b"apos" | b"lsquo" | b"rsquo" => '\'',
        name => numbered(name.strip_prefix(b"#")?)?,
    };
    Some((c, &inside[end + 1..]))
}

// 62    x3e
fn numbered(digits: &[u8]) -> Option<char> {
    let (digits, radix) = match digits {
        [b'x' | b'X', rest @ ..] => (rest, 16),
        _ => (digits, 10),
    };
    let text = std::str::from_utf8(digits).ok().filter(|t| t.bytes().all(|b| b.is_ascii_hexdigit()))?;
    // Line ends and zero bytes do not come from a page.
    char::from_u32(u32::from_str_radix(text, radix).ok()?).filter(|c| !c.is_control() || *c == '\t')
}

/// A character that pages put in the place of another.
fn typed(i: &[u8]) -> Option<(char, &[u8])> {
    let (bytes, c) = match i {
        [0xe2, 0x80, 0x98..=0x9f, ..] => (3, char::from_u32(0x2000 + u32::from(i[2] - 0x80))?),
        [0xc2, 0xa0, ..] => (2, '\u{a0}'),
        _ => return None,
    };
    Some((c, &i[bytes..]))
}

/// The character that was typed.
fn straight(c: char) -> char {
    match c {
        '\u{201c}'..='\u{201f}' => '"',
        '\u{2018}'..='\u{201b}' => '\'',
        '\u{a0}' => ' ',
        c => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken_off(line: &str) -> Option<String> {
        let arena = Arena::default();
        Html.take_off(line.as_bytes(), &arena).map(|w| String::from_utf8_lossy(w.text).into_owned())
    }

    #[test]
    fn entities_and_round_quotes_are_read() {
        for (line, text) in [
            ("---&gt; USER a", "---> USER a"),
            ("&lt;--- 220 &quot;x&quot; &amp; &#39;y&apos;", "<--- 220 \"x\" & 'y'"),
            ("&#62; &#x3C; &#8220;x&#8221;&nbsp;y", "> < \"x\" y"),
            ("Client “::1”, ‘x’\u{a0}y", "Client \"::1\", 'x' y"),
            ("&amp;gt;", "&gt;"),
        ] {
            assert_eq!(taken_off(line).as_deref(), Some(text), "{line}");
        }
    }

    #[test]
    fn other_text_stays() {
        for line in ["a & b", "&unknown;", "&#10;", "&#xZZ;", "&#99999999;", "&gt", "Réponse…", "--->"] {
            assert_eq!(taken_off(line), None, "{line}");
        }
    }
}
