//! The book in `docs` is what ftplog prints.

#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test that cannot go on fails, and may read files"
)]

mod program;

use std::fs;

#[test]
fn the_book_is_what_ftplog_prints() {
    let mut stale = Vec::new();
    for lang in ["en", "ko", "ja"] {
        for part in ["replies", "commands", "comparisons", "rules"] {
            let printed = program::ftplog(&["explain", "--all", part, "-f", "markdown", "--lang", lang]).out;
            let path = program::root().join("docs").join(lang).join(part).with_extension("md");
            if fs::read_to_string(&path).unwrap_or_default() != printed {
                stale.push(format!(
                    "ftplog explain --all {part} -f markdown --lang {lang} > docs/{lang}/{part}.md"
                ));
            }
        }
    }
    assert!(stale.is_empty(), "these make the book current:\n{}", stale.join("\n"));
}

/// Each place that a link of the book leads to is there.
#[test]
fn links_of_the_book_lead_somewhere() {
    for lang in ["en", "ko", "ja"] {
        let read = |part: &str| {
            fs::read_to_string(program::root().join("docs").join(lang).join(part).with_extension("md"))
                .unwrap()
        };
        let parts = ["replies", "commands", "comparisons", "rules"];
        for part in parts {
            let text = read(part);
            let links =
                text.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(link, _)| link);
            for link in links {
                let (file, anchor) = link.split_once('#').unwrap_or_else(|| panic!("{part}: {link}"));
                let file = file.strip_suffix(".md").unwrap_or(part);
                assert!(parts.contains(&file), "{part}: {link}");
                assert!(read(file).contains(&format!("<a id=\"{anchor}\"></a>")), "{part}: {link}");
            }
        }
    }
}
