//! Refusals that have nothing to do with the order of commands: what recorded servers say about files, values and arguments is
//! told apart by its words, and shown with the lines that explain it.

#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test that cannot go on fails, and may read files"
)]

mod program;

use program::{ftplog, ftplog_with, root};
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

/// A client that got a private address and went no further, as three programs write it.
#[test]
fn a_private_address_is_named_where_the_client_gave_up() {
    let pane = "Response:\t220 ready\nCommand:\tUSER a\nResponse:\t331 x\nCommand:\tPASS *\nResponse:\t230 x\n\
                Command:\tPASV\nResponse:\t227 Entering Passive Mode (10,0,0,5,195,149).\nCommand:\tMLSD\n\
                Error:\tConnection timed out after 20 seconds of inactivity\n\
                Error:\tFailed to retrieve directory listing\n";
    let curl = "< 220 ready\n> USER a\n< 331 x\n> PASS b\n< 230 x\n> PASV\n\
                < 227 Entering Passive Mode (172,16,3,4,195,149).\n*   Trying 172.16.3.4:50069...\n\
                * connect to 172.16.3.4 port 50069 failed: Connection timed out\n* Closing connection 0\n";
    let lftp = "---> USER a\n<--- 331 x\n---> PASS b\n<--- 230 ok\n---> PASV\n\
                <--- 227 Entering Passive Mode (192,168,1,10,200,1)\n\
                ---- Connecting data socket to (192.168.1.10) port 51201\n---- Closing data socket\n\
                ---- Closing control socket\n";
    for (log, case) in [(pane, "client-unknown"), (curl, "given-up"), (lftp, "given-up")] {
        let report = ftplog_with(&["analyze", "-f", "json", "-"], log.as_bytes()).json();
        let found: Vec<_> =
            report["findings"].as_array().unwrap().iter().map(|f| (&f["rule"], &f["case"])).collect();
        let want = (&"passive-address-unreachable".into(), &case.into());
        assert_eq!(found, [want], "{log}");
    }
}
