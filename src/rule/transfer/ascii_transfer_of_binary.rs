//! A file that is no text, transferred as text: its bytes may have been changed (RFC 959 section 3.1.1).

use crate::ftp::{Form, Software, Verb};
use crate::rule::{Check, Fact, Found, Group, Rule, Severity, Suspect};
use crate::session::{Beginning, Confidence, Watch};
use crate::text::holds;

pub(super) static RULE: Rule = Rule {
    name: "ascii-transfer-of-binary",
    severity: Severity::Warning,
    group: Group::Transfer,
    replies: &[226],
    cases: &["type-a", "no-type"],
    check: Check::Exchange(Watch::of(&[Verb::RETR, Verb::STOR, Verb::APPE]), check),
    ..Rule::BASE
};

fn check(suspect: &Suspect) -> Option<Found> {
    // Where sessions mingle, the TYPE may be another's.
    if suspect.session().identity() != Confidence::Certain {
        return None;
    }
    let set = match suspect.state.form {
        Form::Image(_) => return None,
        Form::Text(mark) => Some(mark),
        Form::Unsaid if suspect.session().beginning() == Beginning::Missing => return None,
        Form::Unsaid => None,
    };
    let extension = extension(suspect.exchange.argument())?;
    if !is_binary(extension) || !suspect.exchange.is_done() {
        return None;
    }
    // Some servers say in which form they send, and send binary all the same.
    let said = suspect.exchange.replies().find(|reply| reply.code.is_preliminary());
    let said = said.map_or(&b""[..], |reply| reply.raw());
    let confidence = match () {
        () if holds(said, "binary") => return None,
        () if holds(said, "ascii") => Confidence::Certain,
        // vsftpd takes TYPE A for a listing only, unless it is told otherwise.
        () if suspect.session().software() == Software::Vsftpd => Confidence::Possible,
        () => Confidence::Likely,
    };
    let found = Found::new(if set.is_some() { "type-a" } else { "no-type" }).cause(set).sure(confidence);
    Some(found.fact("extension", Fact::Text(extension.to_ascii_lowercase().into())))
}

/// What stands behind the last full stop of a name.
fn extension(path: &[u8]) -> Option<&[u8]> {
    let name = path.rsplit(|b| matches!(b, b'/' | b'\\')).next()?.trim_ascii_end();
    let dot = memchr::memrchr(b'.', name).filter(|dot| *dot > 0)?;
    Some(&name[dot + 1..]).filter(|extension| (1..=EXTENSION_BYTES_MAX).contains(&extension.len()))
}

fn is_binary(extension: &[u8]) -> bool {
    BINARY_PACKED.contains(&packed(extension))
}

/// An extension as one number, in lower case: there are too many to compare each as text.
const fn packed(extension: &[u8]) -> u64 {
    let (mut packed, mut at) = (0, 0);
    while at < extension.len() {
        packed = packed << 8 | extension[at].to_ascii_lowercase() as u64;
        at += 1;
    }
    packed
}

/// [`BINARY`], packed.
static BINARY_PACKED: [u64; BINARY.len()] = {
    let (mut all, mut at) = ([0; BINARY.len()], 0);
    while at < BINARY.len() {
        all[at] = packed(BINARY[at].as_bytes());
        at += 1;
    }
    all
};

/// The longest of them.
const EXTENSION_BYTES_MAX: usize = 7;

/// Extensions of files whose bytes mean something each.
const BINARY: &[&str] = &[
    // Archives.
    "zip", "gz", "tgz", "bz2", "tbz2", "xz", "txz", "zst", "lz4", "7z", "rar", "tar", "cab", "jar", "war",
    "ear", "rpm", "deb", "apk", "msi", "iso", "img", "dmg", "vhd", "vhdx", "vmdk", "qcow2", "bak", "dump",
    // Pictures, sound and film.
    "jpg", "jpeg", "png", "gif", "bmp", "tif", "tiff", "webp", "heic", "ico", "psd", "raw", "mp3", "mp4",
    "m4a", "m4v", "wav", "flac", "ogg", "avi", "mov", "mkv", "webm", "wmv", "mpg", "mpeg",
    // Documents.
    "pdf", "doc", "docx", "xls", "xlsx", "ppt", "pptx", "odt", "ods", "odp", "epub", "mdb", "accdb", "pst",
    // Programs and data.
    "exe", "dll", "so", "bin", "dat", "class", "pyc", "wasm", "sqlite", "db", "mdf", "parquet", "avro", "gpg",
    "pgp", "p12", "pfx", "der", "jks", "ttf", "otf", "woff", "woff2",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::testing::judged_by_default;

    fn transferred(before: &[&str], verb: &str, started: &str) -> Vec<String> {
        let login = ["220 FTP server ready.", "USER a", "331 x", "PASS b", "230 x"];
        let passive = ["EPSV", "229 x (|||50000|)"];
        let found = judged_by_default(&[&login[..], before, &passive, &[verb, started, "226 x"]].concat());
        found.into_iter().map(|f| f.split(" line").next().unwrap().to_owned()).collect()
    }

    #[test]
    fn an_archive_under_type_a_is_found() {
        let ascii = ["TYPE A", "200 x"];
        assert_eq!(transferred(&ascii, "RETR a/b.ZIP", "150 x"), ["ascii-transfer-of-binary/type-a"]);
        assert_eq!(transferred(&[], "STOR photo.jpeg", "150 x"), ["ascii-transfer-of-binary/no-type"]);
        let back = ["TYPE I", "200 x", "LIST", "425 x", "TYPE A", "200 x"];
        assert!(
            transferred(&back, "APPE c.gz", "150 x").contains(&"ascii-transfer-of-binary/type-a".to_owned())
        );
    }

    #[test]
    fn text_binary_mode_and_servers_that_send_binary_are_no_finding() {
        let ascii = ["TYPE A", "200 x"];
        assert_eq!(transferred(&ascii, "RETR notes.txt", "150 x"), [""; 0]);
        assert_eq!(transferred(&ascii, "RETR .zip", "150 x"), [""; 0]);
        assert_eq!(transferred(&ascii, "RETR a.zip/readme", "150 x"), [""; 0]);
        assert_eq!(transferred(&["TYPE I", "200 x"], "RETR a.zip", "150 x"), [""; 0]);
        assert_eq!(
            transferred(&ascii, "RETR a.zip", "150 Opening BINARY mode data connection for a.zip."),
            [""; 0]
        );
    }

    #[test]
    fn the_longest_extension_is_known() {
        assert!(BINARY.iter().all(|known| known.len() <= EXTENSION_BYTES_MAX && is_binary(known.as_bytes())));
        assert_eq!(extension(b"/srv/a.tar.gz"), Some(&b"gz"[..]));
    }
}
