//! README.md is true: every command in it runs, and prints what stands below it.
//!
//! In a `console` block a line that starts with `$ ` is a command, and the lines below it are what it prints, on standard
//! output and then on standard error. `...` alone stands for any lines; inside a line it stands for any text. In a `sh`
//! block every line is a command. A command that this test cannot run fails it.

#![allow(clippy::format_collect, clippy::type_complexity, clippy::needless_for_each, clippy::too_many_lines)] // Tables and text.
#![cfg(all(unix, feature = "cli"))]

use ftplog::rule::expectation::ExpectationsDefinition;
use std::path::Path;
use std::process::Command;

const README: &str = include_str!("../README.md");
const FOLDER: &str = env!("CARGO_MANIFEST_DIR");

/// Commands that are shown and not run here: they would run these tests again, or take too long.
const NOT_RUN: [&str; 4] = [
    "cargo test --release",
    "cargo bench",
    "cargo install --locked --path .",
    "cargo run --release --example multiply -- samples/server.log 1024 > big.log",
];
/// What follows is given to the program itself.
const BY_CARGO: &str = "cargo run --release -- ";

/// A command and the output that the README shows for it; nothing where it shows none.
struct Shown<'a> {
    line: usize,
    command: &'a str,
    output: Option<Vec<&'a str>>,
}

/// The blocks of code: the line they begin at, their language, their lines.
fn blocks(text: &str) -> Vec<(usize, &str, Vec<&str>)> {
    let mut blocks: Vec<(usize, &str, Vec<&str>)> = Vec::new();
    let mut inside = false;
    for (line, text) in (1..).zip(text.lines()) {
        match text.strip_prefix("```") {
            Some(language) if !inside => blocks.push((line, language, Vec::new())),
            None if inside => blocks.last_mut().expect("a block has begun").2.push(text),
            _ => {}
        }
        inside ^= text.starts_with("```");
    }
    assert!(!inside, "the last block of code has no end");
    blocks
}

fn shown() -> Vec<Shown<'static>> {
    let mut all: Vec<Shown> = Vec::new();
    for (start, language, lines) in blocks(README) {
        let first_of_block = all.len();
        for (line, text) in (start + 1..).zip(lines) {
            match (language, text.strip_prefix("$ ")) {
                ("console", Some(command)) => all.push(Shown { line, command, output: Some(Vec::new()) }),
                ("console", None) => {
                    assert!(all.len() > first_of_block, "README.md:{line}: output without a command");
                    let last = all.last_mut().and_then(|s| s.output.as_mut());
                    last.expect("a console block has a command").push(text);
                }
                ("sh", _) => all.push(Shown { line, command: text, output: None }),
                ("rust" | "toml", _) => {}
                _ => panic!("README.md:{start}: blocks of code are console, sh, toml or rust"),
            }
        }
    }
    all
}

/// Runs a command line of the program and returns what it printed and its exit code.
fn run(command: &str) -> (String, i32) {
    let program = Path::new(env!("CARGO_BIN_EXE_ftplog"));
    let folder = program.parent().expect("a program is in a folder").to_string_lossy().into_owned();
    let mut shell = Command::new("sh");
    // The name is looked up first in the folder of the program that was built.
    shell.args(["-c", &format!("PATH='{folder}':\"$PATH\"; {command}")]).current_dir(FOLDER);
    for name in ["COLUMNS", "FTPLOG_FORMAT", "FORCE_COLOR", "CLICOLOR_FORCE"] {
        shell.env_remove(name);
    }
    let output = shell.output().expect("there is a shell");
    let text = [output.stdout, output.stderr].concat();
    (String::from_utf8_lossy(&text).into_owned(), output.status.code().unwrap_or(-1))
}

/// Whether `line` is `pattern`, in which `...` stands for any text.
fn fits(pattern: &str, line: &str) -> bool {
    let mut parts = pattern.split("...");
    let Some(mut rest) = line.strip_prefix(parts.next().unwrap_or_default()) else { return false };
    let mut parts = parts.peekable();
    if parts.peek().is_none() {
        return rest.is_empty();
    }
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return rest.ends_with(part);
        }
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    true
}

/// Where the lines of `pattern` stand in `lines`; of several places the first.
fn place(pattern: &[&str], lines: &[&str]) -> Option<usize> {
    let here = |at: usize| pattern.iter().zip(&lines[at..]).all(|(p, l)| fits(p.trim_end(), l.trim_end()));
    (0..=lines.len().checked_sub(pattern.len())?).find(|at| here(*at))
}

/// Compares output with what is shown; the error names the first lines that are not there.
fn compare(shown: &[&str], output: &str) -> Result<(), String> {
    let lines: Vec<&str> = output.trim_end().lines().collect();
    let shown = match shown.iter().rposition(|l| !l.trim().is_empty()) {
        Some(last) => &shown[..=last],
        None => &[],
    };
    let parts: Vec<&[&str]> = shown.split(|l| l.trim() == "...").collect();
    let mut from = 0;
    for (i, part) in parts.iter().enumerate() {
        let missing = || format!("this is not printed (here):\n{}", part.join("\n"));
        let rest = &lines[from..];
        let (first, last) = (i == 0, i + 1 == parts.len());
        let at = match (first, last) {
            // Where nothing is left out before or after, the part stands at the very beginning or end.
            (true, true) if rest.len() != part.len() => return Err(missing()),
            (true, _) => place(part, rest).filter(|at| *at == 0),
            (false, true) => {
                let tail = rest.len().checked_sub(part.len()).ok_or_else(missing)?;
                place(part, &rest[tail..]).map(|at| at + tail)
            }
            (false, false) => place(part, rest),
        };
        from += at.ok_or_else(missing)? + part.len();
    }
    Ok(())
}

#[test]
fn every_command_prints_what_the_readme_shows() {
    let mut wrong = Vec::new();
    let mut last_code = 0;
    for Shown { line, command, output } in shown() {
        if NOT_RUN.contains(&command) {
            continue;
        }
        let by_cargo = command.strip_prefix(BY_CARGO).map(|arguments| format!("ftplog {arguments}"));
        let (printed, code) = if command == "echo $?" {
            (format!("{last_code}\n"), 0)
        } else {
            let command = by_cargo.as_deref().unwrap_or(command);
            assert!(command.starts_with("ftplog "), "README.md:{line}: this test does not know `{command}`");
            run(command)
        };
        last_code = code;
        assert!((0..=2).contains(&code), "README.md:{line}: `{command}` ends with {code}:\n{printed}");
        if output.is_none() && code != 0 && code != 1 {
            wrong.push(format!("README.md:{line}: `{command}` ends with {code}:\n{printed}"));
        }
        if let Some(Err(why)) = output.map(|shown| compare(&shown, &printed)) {
            wrong.push(format!("README.md:{line}: `{command}`: {why}\n\nIt prints:\n{printed}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn every_configuration_in_the_readme_is_one() {
    let configurations = blocks(README).into_iter().filter(|(_, language, _)| *language == "toml");
    let mut n = 0;
    for (line, _, lines) in configurations {
        if lines.contains(&"[[expect]]") {
            let file: ExpectationsDefinition = toml::from_str(&lines.join("\n")).unwrap();
            let mut rules = Vec::new();
            for expectation in &file.expect {
                rules.push(expectation.compile(&rules, &[]).unwrap_or_else(|fault| panic!("{fault:?}")));
            }
            assert!(file.is_known() && !rules.is_empty(), "README.md:{line}");
            continue;
        }
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("readme-{line}.toml"));
        std::fs::write(&path, lines.join("\n")).unwrap();
        let (printed, code) = run(&format!("ftplog config --check --config '{}'", path.display()));
        assert_eq!(code, 0, "README.md:{line}: {printed}");
        n += 1;
    }
    assert!(n > 0);
}

#[test]
fn the_set_up_commands_stand_near_the_top() {
    for command in
        ["cargo run --release -- analyze --fail-on never samples/server.log", "cargo test --release"]
    {
        let line = shown().iter().find(|s| s.command == command).map(|s| s.line);
        assert!(line.is_some_and(|line| line < 60), "`{command}` stands at {line:?}");
    }
}

#[test]
fn every_format_and_every_rule_has_a_row() {
    let formats = ftplog::format::FORMATS.iter().map(|f| f.dialect.name);
    let rules = ftplog::rule::RULES.iter().map(|r| r.name);
    for name in formats.chain(rules) {
        let rows = README.lines().filter(|l| l.starts_with(&format!("| `{name}` |"))).count();
        assert_eq!(rows, 1, "rows of {name} in README.md");
    }
}

#[test]
fn the_example_of_the_library_is_the_one_that_is_tested() {
    let documentation = include_str!("../src/lib.rs").lines().map_while(|l| l.strip_prefix("//!"));
    let documentation: Vec<&str> = documentation.map(|l| l.strip_prefix(' ').unwrap_or(l)).collect();
    let documentation = documentation.join("\n");
    let tested = blocks(&documentation).into_iter().filter(|(_, language, _)| language.is_empty());
    // Lines that begin with # are hidden in the documentation.
    let tested: Vec<Vec<&str>> =
        tested.map(|(_, _, lines)| lines.into_iter().filter(|l| !l.starts_with("# ")).collect()).collect();
    let here: Vec<Vec<&str>> =
        blocks(README).into_iter().filter(|(_, l, _)| *l == "rust").map(|(_, _, lines)| lines).collect();
    assert_eq!(here, tested);
}

#[test]
fn every_file_that_the_documents_link_to_is_there() {
    for (name, text) in [
        ("README.md", README),
        ("ARCHITECTURE.md", include_str!("../ARCHITECTURE.md")),
        ("CONTRIBUTING.md", include_str!("../CONTRIBUTING.md")),
    ] {
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let there = link.starts_with("https://") || Path::new(FOLDER).join(link).exists();
            assert!(there, "{name} links to {link}");
        }
    }
}

#[test]
fn every_sample_has_a_row() {
    let table = include_str!("../samples/README.md");
    let folder = Path::new(FOLDER).join("samples");
    let files = ftplog::source::walk(&folder).files;
    assert!(!files.is_empty());
    for file in files {
        let name = file.strip_prefix(&folder).expect("walked from there").to_string_lossy().into_owned();
        assert!(
            name == "README.md" || table.contains(&format!("| `{name}` |")),
            "samples/README.md has no row for {name}"
        );
    }
}

#[test]
fn dots_stand_for_anything_and_nothing_else_does() {
    assert!(fits("a...c", "abc") && fits("...", "x") && fits("a", "a"));
    assert!(!fits("a...c", "abd") && !fits("a", "ab") && !fits("a...", "b"));
    assert!(compare(&["a", "...", "d"], "a\nb\nc\nd\n").is_ok());
    assert!(compare(&["...", "c", "..."], "a\nb\nc\n").is_ok());
    assert!(compare(&["a"], "a\nb\n").is_err() && compare(&["...", "b"], "a\nb\nc\n").is_err());
    assert!(compare(&[], "").is_ok() && compare(&[], "a\n").is_err());
}
