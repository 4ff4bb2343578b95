//! Runs the built program with an environment that is the same everywhere.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test that cannot go on fails, and may read files"
)]
#![allow(dead_code, reason = "each test file uses a part of it")]

use serde_json::Value;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Variables that change what the program prints.
const VARIABLES: &[&str] = &[
    "NO_COLOR",
    "CLICOLOR_FORCE",
    "FORCE_COLOR",
    "COLUMNS",
    "TERM",
    "FTPLOG_FORMAT",
    "FTPLOG_CONFIG",
    "FTPLOG_LANG",
    "LANG",
    "LC_ALL",
    "LC_MESSAGES",
    "RUST_BACKTRACE",
    "GITHUB_ACTIONS",
    "GITHUB_STEP_SUMMARY",
];

/// What a run came to.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
    /// Standard output as bytes.
    pub(crate) bytes: Vec<u8>,
}

impl Ran {
    /// Standard output as one JSON document.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|e| panic!("no JSON: {e}\n{}\n{}", self.out, self.err))
    }

    /// Standard output as one JSON value a line.
    pub(crate) fn ndjson(&self) -> Vec<Value> {
        let parse = |l: &str| serde_json::from_str(l).unwrap_or_else(|e| panic!("no JSON: {e}\n{l}"));
        self.out.lines().map(parse).collect()
    }
}

/// The program, to be given arguments and more.
pub(crate) fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ftplog"));
    for name in VARIABLES {
        command.env_remove(name);
    }
    command.current_dir(root()).stdin(Stdio::null());
    command
}

/// The folder of the project; relative paths in arguments begin here.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

pub(crate) fn ran(command: &mut Command) -> Ran {
    let output = command.output().expect("the program was built");
    Ran {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8_lossy(&output.stdout).into_owned(),
        err: String::from_utf8_lossy(&output.stderr).into_owned(),
        bytes: output.stdout,
    }
}

/// Runs the program with nothing on standard input.
pub(crate) fn ftplog(args: &[&str]) -> Ran {
    ran(command().args(args))
}

/// Runs the program with `input` on standard input.
pub(crate) fn ftplog_with(args: &[&str], input: &[u8]) -> Ran {
    with_input(command().args(args), input)
}

pub(crate) fn with_input(command: &mut Command, input: &[u8]) -> Ran {
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    // The program may stop reading early, and must not wait for someone to read what it prints.
    let writer = std::thread::spawn(move || {
        let _ = stdin.write_all(&input);
    });
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    Ran {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8_lossy(&output.stdout).into_owned(),
        err: String::from_utf8_lossy(&output.stderr).into_owned(),
        bytes: output.stdout,
    }
}

/// Every file below a folder of the project, in order of their names.
pub(crate) fn files(folder: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    found
}

/// The logs among the samples and the recordings. What is packed is for `tests/packed.rs`.
pub(crate) fn logs() -> Vec<PathBuf> {
    let name = |p: &PathBuf| p.file_name().unwrap().to_string_lossy().into_owned();
    let is_log = |p: &PathBuf| {
        !["README.md"].contains(&name(p).as_str())
            && p.extension().is_none_or(|end| end != "gz")
            && !name(p).contains(".truth.")
            && !name(p).contains(".control.")
    };
    files("samples").into_iter().chain(files("tests/recorded")).filter(is_log).collect()
}
