//! Patterns of paths, for those who name many files at once and for those who leave some out.

use super::{Walk, walk};
use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use std::path::{Path, PathBuf};

/// Files by patterns of their paths.
#[derive(Clone, Debug, Default)]
pub struct Globs(GlobSet);

/// A pattern that makes no sense.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadPattern {
    /// The pattern.
    pub pattern: String,
    /// Why, in words of the crate that reads it.
    pub why: String,
}

impl Globs {
    /// What is like one of the patterns: `*.gz` any file or folder of such a name, `old/*.log` those in such folders.
    ///
    /// # Errors
    /// The first pattern that makes no sense.
    pub fn new<'a>(patterns: impl IntoIterator<Item = &'a String>) -> Result<Self, BadPattern> {
        let mut set = GlobSetBuilder::new();
        for pattern in patterns {
            let plain = pattern.trim_end_matches('/');
            for glob in
                [plain.to_owned(), format!("**/{plain}"), format!("{plain}/**"), format!("**/{plain}/**")]
            {
                set.add(compiled(&glob).map_err(|why| BadPattern { pattern: pattern.clone(), why })?);
            }
        }
        let set = set.build();
        set.map(Self).map_err(|e| BadPattern { pattern: String::new(), why: e.kind().to_string() })
    }

    /// Whether a file of that name is one of them.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        !self.0.is_empty() && self.0.is_match(name)
    }
}

fn compiled(pattern: &str) -> Result<globset::Glob, String> {
    GlobBuilder::new(pattern).literal_separator(true).build().map_err(|e| e.kind().to_string())
}

/// The files that are like a path with `*`, `?`, `[...]` or `{...}` in it, and those in folders that are; nothing if the path has
/// none, or is no pattern. Shells do this, but not all, and not for patterns in quotes.
#[must_use]
pub fn expanded(path: &Path) -> Option<Walk> {
    let text = path.to_str().filter(|text| text.contains(['*', '?', '[', '{']))?;
    let glob = compiled(text.trim_end_matches('/')).ok()?.compile_matcher();
    let is_plain = |part: &&str| !part.contains(['*', '?', '[', '{']);
    let before: Vec<&str> = text.split('/').take_while(is_plain).collect();
    let folder = match before.as_slice() {
        [] => PathBuf::from("."),
        [""] => PathBuf::from("/"),
        _ => PathBuf::from(before.join("/")),
    };
    let mut found = walk(&folder);
    if before.is_empty() {
        // As the user would name them.
        found.files =
            found.files.iter().map(|file| file.strip_prefix(".").unwrap_or(file).to_owned()).collect();
    }
    found.files.retain(|file| file.ancestors().any(|part| glob.is_match(part)));
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_leaves_out_names_anywhere_and_folders_with_all_in_them() {
        let excludes = |pattern: &str, name: &str| Globs::new(&[pattern.to_owned()]).unwrap().has(name);
        for (pattern, name) in [
            ("*.gz", "a.gz"),
            ("*.gz", "logs/a.gz"),
            ("*.gz", "a.tar/b.gz"),
            ("old", "logs/old/a.log"),
            ("old/", "old/b/a.log"),
            ("logs/*.log", "logs/a.log"),
            ("b/*.log", "logs/b/a.log"),
            ("{a,b}.log", "x/b.log"),
        ] {
            assert!(excludes(pattern, name), "{pattern} {name}");
        }
        for (pattern, name) in
            [("*.gz", "a.gz.log"), ("old", "logs/older/a.log"), ("logs/*.log", "logs/b/a.log")]
        {
            assert!(!excludes(pattern, name), "{pattern} {name}");
        }
        assert!(!Globs::default().has("a.gz"));
        assert_eq!(Globs::new(&["[a".to_owned()]).unwrap_err().pattern, "[a");
    }
}
