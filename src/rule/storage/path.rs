//! Which file or folder a command is about, and in which folder the client was.

use crate::catalog::Word;
use crate::ftp::{Login, Mark, Verb};
use crate::rule::{Fact, Found, Suspect};
use crate::session::Exchange;

/// Exchanges that are looked back over for the working folder.
const FOLDER_WALK_MAX: usize = 64;

/// The path that a command is about; empty where it is about the working folder, `None` where it is about no file.
pub(super) fn path<'s>(exchange: &Exchange<'s>) -> Option<&'s [u8]> {
    path_in(exchange.verb(), exchange.argument())
}

fn path_in(verb: Verb, argument: &[u8]) -> Option<&[u8]> {
    let argument = argument.trim_ascii();
    match verb {
        _ if is_about_a_path(verb) => Some(argument),
        Verb::CDUP | Verb::XCUP => Some(b".."),
        Verb::LIST | Verb::NLST | Verb::MLSD => Some(without_options(argument)),
        Verb::STAT => Some(without_options(argument)).filter(|path| !path.is_empty()),
        Verb::MFMT | Verb::MFCT | Verb::MFF | Verb::PRET => after_word(argument),
        Verb::COMB => argument.split(|b| *b == b' ').next(),
        Verb::SITE => path_of_site(argument),
        _ => None,
    }
}

/// Commands whose argument is a path and nothing else.
fn is_about_a_path(verb: Verb) -> bool {
    let file = matches!(
        verb,
        Verb::RETR | Verb::STOR | Verb::APPE | Verb::STOU | Verb::DELE | Verb::RNFR | Verb::RNTO
    );
    let folder = matches!(
        verb,
        Verb::CWD
            | Verb::XCWD
            | Verb::PWD
            | Verb::XPWD
            | Verb::MKD
            | Verb::XMKD
            | Verb::RMD
            | Verb::XRMD
            | Verb::RMDA
            | Verb::SMNT
    );
    let fact = matches!(verb, Verb::SIZE | Verb::MDTM | Verb::MLST | Verb::AVBL | Verb::DSIZ);
    let sum = matches!(
        verb,
        Verb::HASH
            | Verb::MD5
            | Verb::XCRC
            | Verb::XMD5
            | Verb::XSHA
            | Verb::XSHA1
            | Verb::XSHA256
            | Verb::XSHA512
    );
    file || folder || fact || sum
}

/// `CHMOD 644 a.txt` and its like.
fn path_of_site(argument: &[u8]) -> Option<&[u8]> {
    let rest = after_word(argument)?;
    let word = &argument[..argument.len() - rest.len() - 1];
    match word.to_ascii_uppercase().as_slice() {
        // pyftpdlib writes the path alone into its log.
        b"CHMOD" | b"CHGRP" | b"UTIME" => after_word(rest).or(Some(rest)),
        b"CPFR" | b"CPTO" | b"MKDIR" | b"RMDIR" | b"COPY" | b"SYMLINK" => Some(rest),
        _ => None,
    }
}

fn after_word(text: &[u8]) -> Option<&[u8]> {
    let space = memchr::memchr(b' ', text)?;
    Some(&text[space + 1..])
}

/// `-la docs` lists `docs`: servers take what begins with `-` for options of `ls`.
fn without_options(argument: &[u8]) -> &[u8] {
    let mut rest = argument;
    while rest.starts_with(b"-") {
        rest = after_word(rest).unwrap_or_default().trim_ascii_start();
    }
    rest
}

/// The name at the end of a path.
pub(super) fn last_name(path: &[u8]) -> &[u8] {
    let path = trimmed(path);
    let start = path.iter().rposition(|b| is_slash(*b)).map_or(0, |slash| slash + 1);
    &path[start..]
}

fn is_slash(byte: u8) -> bool {
    matches!(byte, b'/' | b'\\')
}

/// Without `./` in front and slashes behind.
fn trimmed(path: &[u8]) -> &[u8] {
    let path = path.strip_prefix(b"./").unwrap_or(path);
    let end = path.iter().rposition(|b| !is_slash(*b)).map_or(0, |last| last + 1);
    &path[..end]
}

/// Whether two commands are about the same file: one may name it with its folder and the other without.
pub(super) fn same_file(a: &[u8], b: &[u8]) -> bool {
    let (a, b) = (trimmed(a), trimmed(b));
    if a == b {
        return true;
    }
    let (long, short) = if a.len() > b.len() { (a, b) } else { (b, a) };
    !short.is_empty() && !short.iter().any(|b| is_slash(*b)) && last_name(long) == short
}

/// Whether `path` is the folder or lies in it.
pub(super) fn lies_in(path: &[u8], folder: &[u8]) -> bool {
    let (path, folder) = (trimmed(path), trimmed(folder));
    !folder.is_empty() && path.starts_with(folder) && path.get(folder.len()).is_none_or(|b| is_slash(*b))
}

/// Where the client was.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Folder {
    /// There, as that exchange shows.
    At(Vec<u8>, Mark),
    /// Where the login put it.
    OfLogin,
    /// The log does not show it.
    NotShown,
}

/// The working folder before an exchange: from the last CWD or PWD that names it whole, and the steps from there on.
pub(super) fn working_folder(suspect: &Suspect) -> Folder {
    let mut steps: Vec<&[u8]> = Vec::new();
    let (mut shown_by, mut base, mut at_login) = (None, None, false);
    let before = suspect.exchange.before();
    for exchange in before.take(FOLDER_WALK_MAX).filter(Exchange::is_done) {
        match exchange.verb() {
            Verb::PWD | Verb::XPWD => base = quoted(last_line(&exchange)),
            Verb::CWD | Verb::XCWD | Verb::CDUP | Verb::XCUP => {
                let is_up = matches!(exchange.verb(), Verb::CDUP | Verb::XCUP);
                let step = if is_up { b".." } else { exchange.argument() };
                base = folder_told(last_line(&exchange))
                    .or_else(|| step.starts_with(b"/").then(|| step.to_vec()));
                if base.is_none() {
                    steps.push(step);
                }
            }
            Verb::USER | Verb::PASS | Verb::ACCT => at_login = true,
            _ => continue,
        }
        if at_login {
            break;
        }
        shown_by = shown_by.or(Some(exchange.mark()));
        if base.is_some() {
            break;
        }
    }
    if let Some(mark) = shown_by {
        return Folder::At(joined(base.unwrap_or_default(), &steps), mark);
    }
    let earlier = suspect.state.folder.filter(|_| !at_login).and_then(|m| suspect.session().exchange(m));
    match earlier {
        Some(exchange) => {
            let told = folder_told(last_line(&exchange));
            Folder::At(told.unwrap_or_else(|| exchange.argument().to_vec()), exchange.mark())
        }
        None if at_login || suspect.state.folder.is_none() && knows_login(suspect) => Folder::OfLogin,
        None => Folder::NotShown,
    }
}

fn knows_login(suspect: &Suspect) -> bool {
    matches!(suspect.state.login, Login::In(_))
}

fn last_line<'s>(exchange: &Exchange<'s>) -> &'s [u8] {
    exchange.reply().map_or(&b""[..], |r| r.last_line())
}

/// `"/a ""b"""`: the quoted path of a 257 (RFC 959 appendix II).
fn quoted(line: &[u8]) -> Option<Vec<u8>> {
    let start = memchr::memchr(b'"', line)? + 1;
    let mut path = Vec::new();
    let mut rest = &line[start..];
    loop {
        let end = memchr::memchr(b'"', rest)?;
        path.extend_from_slice(&rest[..end]);
        match rest.get(end + 1) {
            Some(b'"') => path.push(b'"'),
            _ => {
                return Some(path)
                    .filter(|p| p.first().is_some_and(|b| is_slash(*b)) || p.get(1) == Some(&b':'));
            }
        }
        rest = &rest[end + 2..];
    }
}

/// The folder that a server names when it accepts a CWD: `"/a" is the current directory.`, `Current directory is /a`.
fn folder_told(line: &[u8]) -> Option<Vec<u8>> {
    quoted(line).or_else(|| {
        let words = [&b"irectory is /"[..], b"hanged to /"];
        let start = words.iter().find_map(|w| Some(memchr::memmem::find(line, w)? + w.len() - 1))?;
        Some(line[start..].trim_ascii_end().to_vec())
    })
}

/// The folder after the steps, of which the last comes first.
fn joined(base: Vec<u8>, steps: &[&[u8]]) -> Vec<u8> {
    let mut path = base;
    for step in steps.iter().rev() {
        for name in trimmed(step).split(|b| *b == b'/') {
            match name {
                b"" | b"." => {}
                b".." if !last_name(&path).is_empty() && last_name(&path) != b".." => {
                    let end = path.iter().rposition(|b| *b == b'/').unwrap_or(0);
                    let is_whole = path.starts_with(b"/");
                    path.truncate(if is_whole { end.max(1) } else { end });
                }
                b".." if path == b"/" => {}
                name => {
                    if !path.is_empty() && !path.ends_with(b"/") {
                        path.push(b'/');
                    }
                    path.extend_from_slice(name);
                }
            }
        }
    }
    path
}

/// Adds what every finding about a file says: the path that was asked for and the working folder at that time.
pub(super) fn placed(suspect: &Suspect, found: Found) -> Found {
    let asked = path(&suspect.exchange).unwrap_or_default();
    let target = if asked.is_empty() {
        Fact::Phrase(Word::TheWorkingFolder)
    } else {
        Fact::Text(asked.to_vec().into())
    };
    let (folder, shown_by) = match working_folder(suspect) {
        Folder::At(path, mark) if !path.is_empty() => (Fact::Text(path.into()), Some(mark)),
        Folder::At(..) | Folder::OfLogin => (Fact::Phrase(Word::FolderOfLogin), None),
        Folder::NotShown => (Fact::Phrase(Word::FolderNotShown), None),
    };
    let is_shown = found.steps.iter().flatten().any(|step| Some(step.mark) == shown_by);
    found.fact("target", target).fact("folder", folder).proof(shown_by.filter(|_| !is_shown))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_stands_behind_options_and_other_words() {
        let path = |verb: Verb, argument: &'static str| path_in(verb, argument.as_bytes());
        assert_eq!(path(Verb::LIST, "-la docs"), Some(&b"docs"[..]));
        assert_eq!(path(Verb::NLST, "-a"), Some(&b""[..]));
        assert_eq!(path(Verb::SITE, "CHMOD 644 a b.txt"), Some(&b"a b.txt"[..]));
        assert_eq!(path(Verb::SITE, "IDLE 30"), None);
        assert_eq!(path(Verb::MFMT, "20261005081500 a.txt"), Some(&b"a.txt"[..]));
        assert_eq!(path(Verb::CDUP, ""), Some(&b".."[..]));
        assert_eq!(path(Verb::STAT, ""), None);
        assert_eq!(path(Verb::TYPE, "I"), None);
    }

    #[test]
    fn a_file_may_be_named_with_its_folder_or_without() {
        assert!(
            same_file(b"/in/a.csv", b"a.csv")
                && same_file(b"./a.csv", b"a.csv")
                && same_file(b"docs/", b"docs")
        );
        assert!(!same_file(b"/in/a.csv", b"/out/a.csv") && !same_file(b"/in/ba.csv", b"a.csv"));
        assert!(lies_in(b"/a/b/c", b"/a/b") && lies_in(b"/a/b", b"/a/b/") && !lies_in(b"/a/bc", b"/a/b"));
    }

    #[test]
    fn replies_name_the_folder() {
        assert_eq!(quoted(b"\"/a \"\"b\"\"\" is the current directory.").unwrap(), b"/a \"b\"");
        assert_eq!(quoted(b"CWD failed. \"missing\": directory not found."), None);
        assert_eq!(folder_told(b"OK. Current directory is /docs").unwrap(), b"/docs");
        assert_eq!(folder_told(b"Directory changed to /my docs").unwrap(), b"/my docs");
        assert_eq!(folder_told(b"Directory successfully changed."), None);
    }

    #[test]
    fn steps_lead_to_the_folder() {
        let join = |base: &str, steps: &[&str]| {
            let steps: Vec<&[u8]> = steps.iter().rev().map(|s| s.as_bytes()).collect();
            String::from_utf8(joined(base.as_bytes().to_vec(), &steps)).unwrap()
        };
        assert_eq!(join("/", &["in", "2026"]), "/in/2026");
        assert_eq!(join("/in/2026", &["..", "out"]), "/in/out");
        assert_eq!(join("/in", &["../..", ".."]), "/");
        assert_eq!(join("", &["in", "2026/q3"]), "in/2026/q3");
        assert_eq!(join("", &["in", ".."]), "");
    }
}
