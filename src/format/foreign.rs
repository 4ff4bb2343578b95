//! Files that are no FTP logs and can be told what they are: logs of other protocols, and files with a magic number.

use super::{FORMATS, Sign, Signs, curl, curl_trace, ftplib, lftp, mina, winscp};
use crate::ftp::Verb;

/// Protocols whose logs look like FTP's, and lines that only they have. The marks of clients are taken off first.
pub(super) fn foreign(lines: &[&[u8]]) -> Option<(&'static str, usize)> {
    let traced = curl_trace::telling(lines);
    if !traced.is_empty() {
        return foreign_of(traced.iter().copied(), &traced);
    }
    // Programs that mark what is said print other things beside it: the files they fetch, logs of web servers, letters.
    let mut signs = FORMATS.iter().filter_map(|format| match format.signs {
        Signs::WholeFile(sign) => Some(sign),
        Signs::EveryLine | Signs::LastResort(_) | Signs::Source => None,
    });
    let marked = signs.find(|sign| lines.iter().any(|l| sign(l) == Sign::Strong));
    let said = |line: &[u8]| marked.is_none_or(|sign| sign(line) != Sign::None);
    let all: Vec<_> = lines.iter().copied().enumerate().collect();
    foreign_of(all.iter().copied().filter(|(_, line)| said(line)), &all)
}

/// The protocol of the lines that were `said`, unless `all` lines show more of FTP.
fn foreign_of<'a>(
    said: impl Iterator<Item = (usize, &'a [u8])>,
    all: &[(usize, &[u8])],
) -> Option<(&'static str, usize)> {
    let mut found = said.filter_map(|(n, line)| Some((protocol_of(line)?, n)));
    let first = found.next()?;
    let n_ftp = all.iter().filter(|(_, line)| is_ftp_only(spoken(line))).count();
    (1 + found.count() > n_ftp).then_some(first)
}

/// What was said, without the mark of direction before it.
fn spoken(line: &[u8]) -> &[u8] {
    if let Some(quoted) = ftplib::shown(line) {
        return quoted.trim_ascii();
    }
    let line = mina::shown(winscp::shown(line));
    let line = curl::shown(lftp::shown(line)).trim_ascii_start();
    let marks = [&b"---> "[..], b"<--- ", b"-> ", b"> ", b"< ", b"C: ", b"S: ", b"Command:", b"Response:"];
    marks.iter().find_map(|m| line.strip_prefix(*m)).unwrap_or(line).trim_ascii()
}

/// Commands that mail and web protocols do not have.
fn is_ftp_only(line: &[u8]) -> bool {
    let word = line.split(|b| *b == b' ').next().unwrap_or_default();
    let verb = Verb::parse(word);
    word == word.to_ascii_uppercase().as_slice()
        && matches!(
            verb,
            Verb::PASV
                | Verb::EPSV
                | Verb::PORT
                | Verb::EPRT
                | Verb::TYPE
                | Verb::CWD
                | Verb::SYST
                | Verb::PWD
                | Verb::RNFR
                | Verb::RNTO
                | Verb::STOR
                | Verb::FEAT
                | Verb::MLSD
                | Verb::SIZE
                | Verb::MDTM
        )
}

fn protocol_of(line: &[u8]) -> Option<&'static str> {
    let said = spoken(line);
    let starts = |words: &[&str]| {
        words.iter().any(|w| said.len() >= w.len() && said[..w.len()].eq_ignore_ascii_case(w.as_bytes()))
    };
    if starts(&["EHLO ", "HELO ", "MAIL FROM:", "RCPT TO:", "LHLO "])
        || crate::text::holds(said, " esmtp") && said.starts_with(b"220")
    {
        return Some("SMTP");
    }
    if starts(&["+OK", "-ERR"]) {
        return Some("POP3");
    }
    if starts(&["* OK [CAPABILITY", "* OK IMAP", "* CAPABILITY IMAP"]) {
        return Some("IMAP");
    }
    let news = [&b"MODE READER"[..], b"XOVER ", b"NEWGROUPS ", b"LISTGROUP ", b"ARTICLE <", b"GROUP "];
    if news.iter().any(|w| said.starts_with(w)) {
        return Some("NNTP");
    }
    if starts(&["HTTP/1.", "HTTP/2"])
        || memchr::memmem::find(said, b" HTTP/1.").is_some()
        || memchr::memmem::find(said, b" HTTP/2").is_some()
        || starts(&["* ALPN"])
    {
        return Some("HTTP");
    }
    if let Some(name) = memchr::memmem::find(line, b" Transfer Protocol: ").map(|at| &line[at + 20..]) {
        return by_winscp(name);
    }
    let sftp = [
        "ssh_fxp_",
        "sftp-server[",
        "subsystem request for sftp",
        "internal-sftp",
        // FileZilla's client and server.
        "fzsftp",
        "command:\topen \"",
        "command: open \"",
        "[ssh sftp ",
        "ssh-2.0-",
        // lftp and curl.
        "sending a packet, length=",
        "got a packet, length=",
        "* ssh authentication methods",
        "== info: ssh authentication methods",
    ];
    sftp.iter().any(|w| crate::text::holds(line, w)).then_some("SFTP")
}

/// What `WinSCP` calls its other protocols.
fn by_winscp(name: &[u8]) -> Option<&'static str> {
    match name {
        b"SFTP" | b"SFTP (SCP)" => Some("SFTP"),
        b"SCP" => Some("SCP"),
        b"WebDAV" => Some("WebDAV"),
        b"S3" => Some("S3"),
        _ => None,
    }
}

/// Files whose first bytes say what they are.
pub(super) fn magic(sample: &[u8]) -> Option<&'static str> {
    let starts: [(&[u8], &str); 6] = [
        (b"\x1f\x8b", "gzip"),
        (b"\x28\xb5\x2f\xfd", "zstd"),
        (b"BZh", "bzip2"),
        (b"\xfd7zXZ", "xz"),
        (b"PK\x03\x04", "zip"),
        (b"\x7fELF", "ELF"),
    ];
    starts.iter().find(|(m, _)| sample.starts_with(m)).map(|(_, kind)| *kind)
}
