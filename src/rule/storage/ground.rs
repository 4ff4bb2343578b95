//! What a refusal says about the file or folder that it was asked for, in whatever words and codes a server says it.

use super::harmless::is_harmless;
use super::path::{last_name, path};
use crate::ftp::{Code, Login, Restart, Verb};
use crate::rule::Suspect;
use crate::rule::support::vsftpd::{is_bare_denial, is_vsftpd};
use crate::session::{Exchange, Stand};
use std::borrow::Cow;
use std::sync::LazyLock;

/// What is wrong with a file or folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::rule) enum Ground {
    /// It is not there.
    Missing,
    /// The user may not do it.
    Denied,
    /// Anonymous users may not do it.
    Anonymous,
    /// The file system or the account can only be read.
    ReadOnly,
    /// It is there already.
    Exists,
    /// The server does not allow the name.
    Name,
    /// The path leads out of the user's part of the server.
    Outside,
    /// The folder has something in it.
    NotEmpty,
    /// It is a folder, where a file is needed.
    IsFolder,
    /// It is no folder, where one is needed.
    NotFolder,
    /// Somebody else uses it.
    Busy,
    /// The disk is full.
    Full,
    /// The user's share of the disk is used up.
    Quota,
    /// The server does not say.
    Unsaid,
}

/// What a refusal says about its file; `None` where it is about something else, or where the client only tried.
pub(in crate::rule) fn ground(suspect: &Suspect) -> Option<Ground> {
    let code = suspect.refused_command()?;
    if matches!(code, Code(421 | 425 | 502..=504)) {
        return None;
    }
    let asked = path(&suspect.exchange)?;
    let ground = told(suspect, code, asked)?;
    (!is_harmless(suspect, ground, asked)).then_some(ground)
}

fn told(suspect: &Suspect, code: Code, asked: &[u8]) -> Option<Ground> {
    let text = without_name(suspect.reply.map_or(&b""[..], |r| r.raw()), asked);
    let said = said(&text);
    match code {
        Code(550) if said == Some(Ground::Denied) && is_name_denied_by_vsftpd(suspect) => Some(Ground::Name),
        Code(452 | 552) => match said {
            None | Some(Ground::Unsaid) => Some(Ground::Full),
            said => said,
        },
        // The offset of a REST is another rule's matter.
        Code(450 | 550 | 551 | 553) if said.is_none() && is_about_offset(suspect) => None,
        // What becomes of a transfer that began is another matter, unless the words are about the file.
        Code(450 | 550 | 551 | 553) if suspect.exchange.is_started() => said.filter(|g| *g != Ground::Unsaid),
        Code(451) if suspect.verb.transfers() || suspect.exchange.is_started() => {
            said.filter(|g| is_room(*g))
        }
        Code(450 | 451 | 550 | 551 | 553) => Some(said.unwrap_or(Ground::Unsaid)),
        Code(426) => said.filter(|g| is_room(*g)),
        Code(521) if matches!(suspect.verb, Verb::MKD | Verb::XMKD) => Some(said.unwrap_or(Ground::Exists)),
        Code(530) if matches!(suspect.state.login, Login::In(_)) => said.filter(|g| *g == Ground::Denied),
        Code(500 | 501) => said.filter(|g| !matches!(g, Ground::Unsaid | Ground::Denied | Ground::Name)),
        _ => None,
    }
}

/// What the words of a reply say about the path that was asked for.
pub(super) fn said_by(exchange: &Exchange, asked: &[u8]) -> Option<Ground> {
    said(&without_name(exchange.reply().map_or(&b""[..], |r| r.raw()), asked))
}

fn is_about_offset(suspect: &Suspect) -> bool {
    suspect.state.restart != Restart::None
        && suspect.verb.transfers()
        && suspect.says(&["rest", "resum", "offset", "marker"])
}

fn is_room(ground: Ground) -> bool {
    matches!(ground, Ground::Full | Ground::Quota)
}

/// vsftpd refuses commands with these words, and names that `deny_file` forbids: where the command works, it is the name.
fn is_name_denied_by_vsftpd(suspect: &Suspect) -> bool {
    is_bare_denial(suspect)
        && is_vsftpd(suspect)
        && matches!(suspect.session().stand(suspect.verb, suspect.exchange.mark()), Stand::Worked(_))
}

/// The text of a reply without the name of the file, which may hold any words. A name is only taken out where the text sets
/// it apart, for it may be a word of the sentence, too.
fn without_name<'t>(text: &'t [u8], asked: &[u8]) -> Cow<'t, [u8]> {
    let name = last_name(asked);
    if name.is_empty() {
        return text.into();
    }
    let set_apart = |at: &usize| text.get(at + name.len()).is_some_and(|b| b":\"'])/".contains(b));
    let Some(start) = memchr::memmem::find_iter(text, name).find(set_apart) else { return text.into() };
    let end = start + name.len();
    let start = if text[..end].ends_with(asked) { end - asked.len() } else { start };
    [&text[..start], &text[end..]].concat().into()
}

/// What the words say; the first line that fits decides.
fn said(text: &[u8]) -> Option<Ground> {
    let held = held(text);
    let has = |number: usize| held >> number & 1 == 1;
    let is_missing = has(MISSING_NUMBER);
    let fits = |number: &usize| has(*number) && !(is_missing && PLAIN[*number].1 == Ground::Exists);
    if let Some(number) = (0..PLAIN.len()).find(fits) {
        return Some(PLAIN[number].1);
    }
    match (is_missing, has(DENIED_NUMBER)) {
        // "File not found, no access": the text of the RFC, or of a server that does not tell.
        (true, true) => Some(Ground::Unsaid),
        (true, false) => Some(Ground::Missing),
        (false, true) => Some(Ground::Denied),
        (false, false) => None,
    }
}

/// The numbers of the lists behind [`PLAIN`].
const MISSING_NUMBER: usize = PLAIN.len();
const DENIED_NUMBER: usize = PLAIN.len() + 1;

/// Which of the lists have a word in the text, as bits: there are too many words to search the text for each.
fn held(text: &[u8]) -> u16 {
    let mut held = 0;
    for (start, pair) in text.windows(2).enumerate() {
        for (word, number) in &BY_PAIR[place_of(pair)] {
            let here = text.get(start..start + word.len());
            if here.is_some_and(|here| here.eq_ignore_ascii_case(word)) {
                held |= 1 << number;
            }
        }
    }
    held
}

/// Where the words stand that begin with two letters: the last five bits of a letter are the same in both cases.
fn place_of(pair: &[u8]) -> usize {
    usize::from(pair[0] & 31) << 5 | usize::from(pair[1] & 31)
}

/// A word and the number of its list.
type Listed = (&'static [u8], usize);

/// All words with the numbers of their lists, by their first two bytes.
static BY_PAIR: LazyLock<Vec<Vec<Listed>>> = LazyLock::new(|| {
    let lists = PLAIN.iter().map(|(words, _)| *words).chain([MISSING, DENIED]);
    let mut by_pair = vec![Vec::new(); 1 << 10];
    for (number, words) in lists.enumerate() {
        for word in words {
            by_pair[place_of(word.as_bytes())].push((word.as_bytes(), number));
        }
    }
    by_pair
});

/// Words of servers, and of ftplog for the numbers of IIS.
const PLAIN: &[(&[&str], Ground)] = &[
    (&["quota"], Ground::Quota),
    (
        &[
            "no space",
            "disk full",
            "disk is full",
            "device full",
            "system full",
            "system is full",
            "not enough space",
            "not enough disk",
            "disk space",
            "insufficient storage",
            "insufficient space",
            "out of space",
            "storage allocation",
        ],
        Ground::Full,
    ),
    (&["exists", "overwrite"], Ground::Exists),
    (&["not empty", "isn't empty", "enotempty"], Ground::NotEmpty),
    (
        &[
            " in use",
            "used by another",
            "another process",
            " is locked",
            "file locked",
            "lock conflict",
            " busy",
            "(busy",
            "sharing violation",
        ],
        Ground::Busy,
    ),
    (&["outside", "chroot", "traversal"], Ground::Outside),
    (
        &[
            "forbidden filename",
            "prohibited",
            "name not allowed",
            "illegal file",
            "illegal name",
            "invalid file",
            "invalid name",
            "invalid path",
            "invalid character",
            "illegal character",
            "syntax is incorrect",
            "name too long",
            "path too long",
            "longer than windows",
            "allow such a name",
            "valid file name",
            "bad file name",
            "file extension",
            "in the path",
        ],
        Ground::Name,
    ),
    (
        &[
            "not a directory",
            "not a folder",
            "directory name is invalid",
            "not that of a directory",
            "enotdir",
        ],
        Ground::NotFolder,
    ),
    (
        &[
            "is a directory",
            "is a folder",
            "not a plain file",
            "not a regular file",
            "regular files",
            "eisdir",
        ],
        Ground::IsFolder,
    ),
    (&["read-only", "read only", "readonly", "erofs"], Ground::ReadOnly),
    (&["anonymous user"], Ground::Anonymous),
];

/// Words of a path that is not there.
const MISSING: &[&str] = &[
    "no such ",
    "not found",
    "not exist",
    "n't exist",
    "cannot find",
    "can't find",
    "could not find",
    "couldn't find",
    "non-existing",
    "no files",
    "file missing",
    "enoent",
];
/// Words of rights that are not there.
const DENIED: &[&str] = &[
    "denied",
    "permission",
    "privilege",
    "not allow",
    "not permitted",
    "forbid",
    "unauthorized",
    "not authorized",
    "no access",
    "eacces",
    "eperm",
];

#[cfg(test)]
mod tests {
    use super::*;

    /// Texts of servers' sources and of recorded sessions.
    #[test]
    fn the_texts_of_servers_say_what_is_wrong() {
        for (text, asked, expected) in [
            ("550 a.txt: No such file or directory", "a.txt", Some(Ground::Missing)),
            ("550 The system cannot find the file specified. ", "a.txt", Some(Ground::Missing)),
            ("550 CWD failed. \"/missing\": directory not found.", "missing", Some(Ground::Missing)),
            ("550 Sorry, but that file doesn't exist", "a.txt", Some(Ground::Missing)),
            ("550 ENOENT: no such file or directory, stat '/srv/a.txt'", "a.txt", Some(Ground::Missing)),
            ("550 sc-win32-status 2: the file was not found", "a.txt", Some(Ground::Missing)),
            ("553 Can't open that file: Permission denied", "a.txt", Some(Ground::Denied)),
            ("550 Access is denied. ", "a.txt", Some(Ground::Denied)),
            ("550 Not enough privileges.", "a.txt", Some(Ground::Denied)),
            ("550 Anonymous users can not delete files", "a.txt", Some(Ground::Anonymous)),
            ("550 a.txt: Read-only file system", "a.txt", Some(Ground::ReadOnly)),
            ("550 docs: File exists", "docs", Some(Ground::Exists)),
            ("550 Cannot create a file when that file already exists. ", "docs", Some(Ground::Exists)),
            ("550 a.txt: Overwrite permission denied", "a.txt", Some(Ground::Exists)),
            ("550 RENAME Failed - destination file already exists", "b", Some(Ground::Exists)),
            ("550 .htaccess: Forbidden filename", ".htaccess", Some(Ground::Name)),
            ("553 Prohibited file name: .htaccess", ".htaccess", Some(Ground::Name)),
            (
                "550 \"/x\" points to a path which is outside the user's root directory.",
                "/x",
                Some(Ground::Outside),
            ),
            ("550 docs: Directory not empty", "docs", Some(Ground::NotEmpty)),
            ("550 docs: not a plain file", "docs", Some(Ground::IsFolder)),
            ("550 I can only retrieve regular files", "docs", Some(Ground::IsFolder)),
            ("550 a.txt: Not a directory", "a.txt", Some(Ground::NotFolder)),
            (
                "550 The process cannot access the file because it is being used by another process. ",
                "a",
                Some(Ground::Busy),
            ),
            ("452 a.txt: No space left on device", "a.txt", Some(Ground::Full)),
            ("552 Disk full - please upload later", "a.txt", Some(Ground::Full)),
            ("552 Quota exceeded: [a.txt] won't be saved", "a.txt", Some(Ground::Quota)),
            ("550 Failed to open file.", "a.txt", None),
            ("550 File unavailable (e.g., file not found, no access).", "a.txt", Some(Ground::Unsaid)),
        ] {
            assert_eq!(said(&without_name(text.as_bytes(), asked.as_bytes())), expected, "{text}");
        }
    }

    #[test]
    fn the_name_of_a_file_says_nothing() {
        let ground = |text: &str, asked: &str| said(&without_name(text.as_bytes(), asked.as_bytes()));
        assert_eq!(
            ground("550 quota exists.csv: No such file or directory", "quota exists.csv"),
            Some(Ground::Missing)
        );
        assert_eq!(ground("550 /quota/a.csv: Permission denied", "/quota/a.csv"), Some(Ground::Denied));
        // A name that is a word of the sentence.
        assert_eq!(ground("550 file: No such file or directory", "file"), Some(Ground::Missing));
    }
}
