//! What the reports for GitHub and GitLab have in common: paths as both know them, and hashes.

use crate::text::Printable;
use sha2::{Digest, Sha256};

/// A path as forges know it: from the root of the repository, where ftplog was started, and without `./`.
pub(super) fn from_root(path: &str) -> String {
    let mut path = path;
    while let Some(rest) = path.strip_prefix("./") {
        path = rest.trim_start_matches('/');
    }
    Printable(path.as_bytes()).to_string()
}

/// 32 hexadecimal digits of a SHA-256 over a text.
pub(super) fn hash(text: &str) -> String {
    let digest = Sha256::digest(text);
    let bits = digest.iter().take(16).fold(0, |bits: u128, byte| bits << 8 | u128::from(*byte));
    format!("{bits:032x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_begins_at_the_root() {
        for (given, path) in [
            ("./logs/a.log", "logs/a.log"),
            (".//./a.log", "a.log"),
            ("logs/./a.log", "logs/./a.log"),
            ("../a.log", "../a.log"),
            (".hidden", ".hidden"),
            ("/var/log/a.log", "/var/log/a.log"),
        ] {
            assert_eq!(from_root(given), path);
        }
    }
}
