//! The laws of the house that a compiler does not know: layers, rooms, and the size of files.

#![allow(clippy::unwrap_used, clippy::disallowed_methods)] // Tests read what they judge.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// A file longer than this needs a reason at its top.
const LINES_MAX: usize = 700;

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|e| e == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// The rooms in the order of lib.rs; `cli` sees all of them.
fn rooms() -> Vec<String> {
    let lib = fs::read_to_string(source().join("lib.rs")).unwrap();
    let modules = lib.lines().filter_map(|l| l.strip_prefix("pub mod ")?.strip_suffix(';'));
    modules.map(str::to_owned).collect()
}

fn room_of(path: &Path) -> Option<String> {
    let inside = path.strip_prefix(source()).unwrap();
    let first = inside.components().next()?.as_os_str().to_string_lossy().into_owned();
    Some(first.trim_end_matches(".rs").to_owned())
}

/// The lines of a file without its tests and comments.
fn code_of(text: &str) -> impl Iterator<Item = &str> {
    text.split("#[cfg(test)]")
        .next()
        .unwrap_or_default()
        .lines()
        .filter(|l| !l.trim_start().starts_with("//"))
}

#[test]
fn each_room_uses_only_those_above_it() {
    let rooms = rooms();
    let rank: BTreeMap<&str, usize> = rooms.iter().enumerate().map(|(i, r)| (r.as_str(), i)).collect();
    let mut wrong = Vec::new();
    for path in rust_files(&source()) {
        let Some(room) = room_of(&path) else { continue };
        let Some(own) = rank.get(room.as_str()) else { continue };
        let text = fs::read_to_string(&path).unwrap();
        for line in code_of(&text) {
            for used in line.split("crate::").skip(1) {
                let name: String = used.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                if rank.get(name.as_str()).is_some_and(|other| other > own) {
                    let shown = path.strip_prefix(source()).unwrap().display();
                    wrong.push(format!("src/{shown} uses {name}, which is above {room}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(rooms.len() > 10, "lib.rs names the rooms with `pub mod NAME;`");
}

#[test]
fn only_the_rooms_that_may_open_logs_start_threads_and_print() {
    let only = [
        ("std::fs", &["source", "cli"][..]),
        ("rayon::", &["engine"]),
        ("std::thread", &["engine"]),
        ("std::env", &["cli"]),
        ("std::io::stdout", &["cli"]),
        ("println!", &[]),
        (
            "regex::",
            &["format/custom.rs", "rule/refusal.rs", "rule/own/conditions.rs", "rule/expectation/pattern.rs"],
        ),
        ("SystemTime", &["cli/waivers.rs"]),
        ("Instant::now", &[]),
    ];
    let mut wrong = Vec::new();
    for path in rust_files(&source()) {
        let room = room_of(&path).unwrap();
        let text = fs::read_to_string(&path).unwrap();
        for line in code_of(&text) {
            for (what, rooms) in only {
                let may = rooms.iter().any(|r| *r == room || path.ends_with(r));
                if line.contains(what) && !may {
                    wrong.push(format!("{}: {what} is not for {room}", path.display()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_file_of_a_room_is_registered_in_it() {
    for room in ["format", "rule"] {
        for path in rust_files(&source().join(room)) {
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            if name == "mod" {
                continue;
            }
            let registry = fs::read_to_string(path.with_file_name("mod.rs")).unwrap();
            let shown = path.display();
            assert!(registry.contains(&format!("mod {name};")), "{shown} is not a module of its folder");
            let text = fs::read_to_string(&path).unwrap();
            for (kind, list) in [("FORMAT", "Format"), ("RULE", "Rule"), ("WRAPPER", "Wrapper")] {
                if text.contains(&format!("static {kind}: {list} =")) {
                    assert!(registry.contains(&format!("&{name}::{kind}")), "{shown} is not listed");
                }
            }
        }
    }
}

#[test]
fn files_are_short_and_say_what_they_are() {
    for path in rust_files(&source()) {
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.starts_with("//! "), "{} does not say what it is", path.display());
        assert!(text.lines().count() <= LINES_MAX, "{} is too long", path.display());
    }
}

#[test]
fn no_file_is_called_by_what_it_is_not() {
    for path in rust_files(&source()) {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        assert!(
            !["utils", "util", "helpers", "helper", "common", "manager", "misc"].contains(&name.as_str())
        );
    }
}

/// The names that follow `Message::` in a text.
fn messages_of(text: &str) -> impl Iterator<Item = String> {
    let name = |rest: &str| rest.chars().take_while(|c| c.is_alphanumeric()).collect();
    text.split("Message::").skip(1).map(name)
}

#[test]
fn every_message_is_said_somewhere() {
    let list = source().join("catalog/message.rs");
    let said: BTreeSet<String> = rust_files(&source())
        .iter()
        .filter(|path| **path != list)
        .flat_map(|path| {
            let code = fs::read_to_string(path).unwrap();
            code_of(&code).flat_map(messages_of).collect::<Vec<_>>()
        })
        .collect();
    let text = fs::read_to_string(list).unwrap();
    let listed = text.lines().filter_map(|l| l.strip_prefix("    ")?.split_once(" \""));
    // Wrappers are found by their names.
    let listed: Vec<&str> = listed.map(|(name, _)| name).filter(|n| !n.starts_with("Wrapper")).collect();
    assert!(listed.len() > 200, "the messages stand there line by line");
    let idle: Vec<&&str> = listed.iter().filter(|name| !said.contains(**name)).collect();
    assert!(idle.is_empty(), "nobody says {idle:?}");
}

/// The texts between quotation marks of a line of code.
fn literals(line: &str) -> Vec<String> {
    let line = line.replace("\\\"", "'").replace("'\"'", "");
    line.split('"').skip(1).step_by(2).map(str::to_owned).collect()
}

/// The words of a text that are not in the holes of a format string.
fn n_words(text: &str) -> usize {
    let outside = |part: &str| part.split_once('}').map_or(part, |(_, outside)| outside).to_owned();
    let text: String = text.split('{').map(outside).collect();
    text.split_whitespace().filter(|word| word.chars().filter(|c| c.is_alphabetic()).count() > 1).count()
}

#[test]
fn the_program_speaks_only_with_the_words_of_the_catalog() {
    // Texts of `--help`, and what a panic says: a catalog may be the reason for it.
    let allowed = ["args.rs", "error: ftplog has a bug; sorry"];
    let mut wrong = Vec::new();
    for path in rust_files(&source().join("cli")).iter().filter(|p| !p.ends_with(allowed[0])) {
        let text = fs::read_to_string(path).unwrap();
        for literal in code_of(&text).flat_map(literals) {
            if n_words(&literal) > 2 && !literal.starts_with(allowed[1]) {
                wrong.push(format!("{}: {literal}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "these belong into src/catalog/message.en.toml:\n{}", wrong.join("\n"));
    assert_eq!(n_words("cannot read {path}: no"), 3);
    assert_eq!(literals(r#"f("a \"b\" c", 'x', "d")"#), ["a 'b' c", "d"]);
}
