//! Refusals that have nothing to do with the order of commands: what recorded servers say about files, values and arguments is
//! told apart by its words, and shown with the lines that explain it.

#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test that cannot go on fails, and may read files"
)]

mod program;

use program::{ftplog, root};
use std::fs;

/// A line of a recording and what it says; the rule and its case; and the line of the first exchange that explains it.
type Expected = (&'static str, u64, &'static str, &'static str, Option<u64>);

const REFUSALS: &[Expected] = &[
    // RNFR and RNTO had renamed the file before.
    ("proftpd/order.extended-custom.log", 26, "RETR hello.txt", "path-not-found/gone", Some(18)),
    // SIZE of the same file was refused just before.
    ("vsftpd/cli-wget-S-missing.client.txt", 30, "RETR nosuch.txt", "path-not-found/size-missing", Some(26)),
    ("proftpd/unimpl.extended-custom.log", 32, "MODE B", "parameter-not-supported/mode", None),
    ("vsftpd/unimpl.vsftpd.log", 74, "STRU R", "parameter-not-supported/structure", None),
    // 500 Unrecognised TYPE command.
    ("vsftpd/unimpl.vsftpd.log", 88, "TYPE A T", "parameter-not-supported/type", None),
    ("vsftpd/unimpl.vsftpd.log", 90, "TYPE Z", "argument-invalid/malformed", None),
    ("vsftpd/unimpl.vsftpd.log", 92, "TYPE", "argument-invalid/missing", None),
    ("proftpd/unimpl.extended-custom.log", 88, "PWD", "argument-invalid/surplus", None),
    // Two networks, and a server that forces TLS.
    ("samples/vsftpd/tls-required.log", 3, "USER alice", "tls-required/not-tried", None),
    ("samples/vsftpd/tls-required.log", 20, "LIST", "data-protection-required/clear", Some(17)),
    ("samples/vsftpd/tls-required.log", 26, "LIST", "tls-session-not-reused/refused", None),
    (
        "samples/vsftpd/passive-port-closed.log",
        12,
        "RETR small.txt",
        "data-connection-failed/passive",
        Some(11),
    ),
    ("samples/proftpd-trace/files-and-folders.log", 144, "MKD folder", "already-exists/folder", None),
    ("samples/proftpd-trace/files-and-folders.log", 224, "RETR folder", "file-folder-mix-up/is-folder", None),
    (
        "samples/proftpd-trace/files-and-folders.log",
        256,
        "RNTO nofolder/x.txt",
        "path-not-found/target-folder-missing",
        None,
    ),
    // SITE HELP came before and does not list it.
    ("vsftpd/unimpl.vsftpd.log", 26, "SITE IDLE", "site-command-unknown/help-lacks", Some(15)),
];

/// What the program says about a line of a recording, `rule/case`, and the first line that it relates to it.
fn said(path: &str, line: u64) -> Vec<(String, Option<u64>)> {
    let report = ftplog(&["analyze", "--fail-on", "never", "-f", "json", path]).json();
    let findings = report["findings"].as_array().unwrap().iter();
    let here = findings.filter(|f| f["location"]["line"] == line);
    here.map(|f| {
        let related = f["related"].as_array().unwrap().first().map(|r| r["line"].as_u64().unwrap());
        let text = |key: &str| f[key].as_str().unwrap().to_owned();
        (format!("{}/{}", text("rule"), text("case")), related)
    })
    .collect()
}

#[test]
fn recorded_refusals_are_told_apart_by_their_words() {
    for (name, line, says, expected, related) in REFUSALS {
        let path =
            if name.starts_with("samples/") { (*name).to_owned() } else { format!("tests/recorded/{name}") };
        let text = fs::read(root().join(&path)).unwrap();
        let text = String::from_utf8_lossy(&text);
        let there = text.lines().nth(*line as usize - 1).unwrap();
        assert!(there.contains(says), "{path}:{line} does not say {says}");
        assert_eq!(said(&path, *line), [((*expected).to_owned(), *related)], "{path}:{line}");
    }
}

#[test]
fn what_recorded_clients_do_all_day_is_no_refusal_of_interest() {
    // SIZE and MDTM of a file that is not there, and SIZE of a folder.
    for line in [192, 200, 208] {
        assert_eq!(said("samples/proftpd-trace/files-and-folders.log", line), []);
    }
}
