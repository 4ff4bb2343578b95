//! `ftplog check --golden`: recordings that are compared with a good one. What differs is known from the edit that was made, or from
//! another recording of the same session.

#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test that cannot go on fails, and may read files"
)]

mod program;

use program::{Ran, ftplog, root};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

/// A session as a client sees it; the first line is line 1.
const GOOD: &[&str] = &[
    "220 Welcome",
    "USER alice",
    "331 Password",
    "PASS x",
    "230 In",
    "FEAT",
    "211-Features:",
    " EPSV",
    " MDTM",
    " SIZE",
    "211 End",
    "TYPE I",
    "200 Binary",
    "PASV",
    "227 Entering Passive Mode (192,0,2,1,4,5)",
    "RETR a.txt",
    "150 Opening (12 bytes)",
    "226 Done",
    "QUIT",
    "221 Bye",
];

/// A folder of a test of its own.
fn folder(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("golden").join(name);
    let _ = fs::remove_dir_all(&path);
    fs::create_dir_all(&path).unwrap();
    path
}

fn write(path: &Path, lines: &[&str]) -> String {
    fs::write(path, lines.join("\n") + "\n").unwrap();
    path.to_str().unwrap().to_owned()
}

fn compared(good: &str, new: &[&str]) -> Ran {
    let args = ["check", "--golden", good, "-f", "json", "--no-config"];
    ftplog(&[&args[..], new].concat())
}

/// The differences between two logs: the case and the line of each.
fn differences(name: &str, good: &[&str], new: &[&str]) -> Vec<(String, u64)> {
    let folder = folder(name);
    let (good, new) = (write(&folder.join("good.log"), good), write(&folder.join("new.log"), new));
    let ran = compared(&good, &[&new]);
    let found = found(&ran.json());
    assert_eq!(ran.code, i32::from(!found.is_empty()), "{}", ran.err);
    found
}

fn found(json: &Value) -> Vec<(String, u64)> {
    let told = |finding: &Value| {
        assert_eq!(finding["rule"], "recording-differs");
        (finding["case"].as_str().unwrap().to_owned(), finding["location"]["line"].as_u64().unwrap())
    };
    json["findings"].as_array().unwrap().iter().map(told).collect()
}

/// The good session with one line in the place of another; lines are counted from 1.
fn with<'a>(line: usize, instead: &[&'a str]) -> Vec<&'a str> {
    let mut lines = GOOD.to_vec();
    lines.splice(line - 1..line, instead.iter().copied());
    lines
}

/// One difference, and where.
fn one(name: &str, new: &[&str]) -> (String, u64) {
    let mut all = differences(name, GOOD, new);
    assert_eq!(all.len(), 1, "{all:?}");
    all.remove(0)
}

fn is(found: &(String, u64), case: &str, line: u64) {
    assert_eq!((found.0.as_str(), found.1), (case, line));
}

#[test]
fn one_edit_is_one_difference_on_the_line_that_was_edited() {
    is(&one("code", &with(18, &["250 Done"])), "reply", 18);
    is(&one("refused", &with(13, &["504 No"])), "reply", 13);
    is(&one("noop", &with(14, &["NOOP", "200 Zzz", "PASV"])), "surplus", 14);
    is(&one("feature", &with(9, &[])), "features-missing", 7);
    is(&one("new-feature", &with(9, &[" MDTM", " UTF8"])), "features-new", 7);
    is(&one("no-150", &with(17, &[])), "preliminary", 17);
    is(&one("two-150", &with(17, &["150 Opening", "150 Opening"])), "preliminary", 19);
    is(&one("word", &with(12, &["TYPE A"])), "instead", 12);
    is(&one("greeting", &with(1, &["220-Welcome", "220 Here"])), "several-lines", 1);
    let longer = [&GOOD[..18], &["NOOP", "200 Zzz"]].concat();
    assert_eq!(differences("longer", &GOOD[..18], &longer), [("surplus-last".to_owned(), 19)]);
}

#[test]
fn a_command_that_is_lost_is_one_difference_where_the_next_one_stands() {
    let mut lines = GOOD.to_vec();
    lines.drain(11..13);
    is(&one("lost", &lines), "missing", 12);
    is(&one("lost-end", &GOOD[..18]), "missing-last", 16);
}

#[test]
fn a_reply_of_several_lines_that_became_one_is_one_difference() {
    let mut lines = GOOD.to_vec();
    lines.splice(6..11, ["211 No features"]);
    is(&one("one-line", &lines), "one-line", 7);
}

#[test]
fn a_row_of_commands_is_one_difference() {
    let mut lines = GOOD.to_vec();
    lines.splice(13..13, ["PWD", "257 \"/\"", "CWD pub", "250 ok", "SYST", "215 UNIX"]);
    is(&one("row", &lines), "surplus", 14);
}

#[test]
fn what_varies_from_run_to_run_is_no_difference() {
    let mut lines = GOOD.to_vec();
    for (line, instead) in [
        (1, "220 ready at 10:00"),
        (2, "USER bob"),
        (3, "331 Tell me"),
        (8, " size"),
        (10, " epsv"),
        (12, "type i"),
        (15, "227 Entering Passive Mode (203,0,113,9,200,1)"),
        (16, "RETR other.bin"),
        (17, "150 Opening (99999 bytes)"),
    ] {
        lines[line - 1] = instead;
    }
    assert_eq!(differences("varies", GOOD, &lines), []);
    assert_eq!(differences("itself", GOOD, GOOD), []);
}

#[test]
fn the_same_difference_many_times_is_told_once() {
    let transfer = ["RETR a", "150 Go", "226 Done"];
    let (start, end) = (&GOOD[..15], &GOOD[18..]);
    let good = [start, &transfer.repeat(100), end].concat();
    let new: Vec<&str> = good.iter().map(|l| if *l == "226 Done" { "250 Done" } else { *l }).collect();
    assert_eq!(differences("repeated", &good, &new), [("reply".to_owned(), 18)]);
}

#[test]
fn a_session_with_nothing_in_common_is_told_once() {
    let other = [
        "PWD", "257 x", "SYST", "215 x", "STAT", "211 x", "HELP", "214 x", "CWD a", "250 x", "NLST", "425 x",
    ];
    let new = [&GOOD[..1], &other[..], &other[..]].concat();
    assert_eq!(differences("all-other", GOOD, &new), [("all-other".to_owned(), 2)]);
}

#[test]
fn sessions_are_compared_in_their_order() {
    let short = [&GOOD[..5], &GOOD[18..]].concat();
    let three = [&short[..], GOOD, &short[..]].concat();
    assert_eq!(differences("three", &three, &three), []);
    // The second one is gone; the third one is not taken for it.
    assert_eq!(
        differences("gone", &three, &[&short[..], &short].concat()),
        [("session-missing".to_owned(), 6)]
    );
    assert_eq!(
        differences("new", &[&short[..], &short].concat(), &three),
        [("session-surplus".to_owned(), 8)]
    );
    let swapped = [GOOD, &short[..], &short].concat();
    assert_ne!(differences("swapped", &three, &swapped), []);
}

#[test]
fn a_finding_names_the_line_of_the_good_recording() {
    let folder = folder("names");
    let good = write(&folder.join("good.log"), GOOD);
    let new = write(&folder.join("new.log"), &with(18, &["250 Done"]));
    for lang in ["en", "ko", "ja"] {
        let ran = ftplog(&["check", "--golden", &good, &new, "--lang", lang, "--no-config"]);
        assert_eq!(ran.code, 1);
        assert!(ran.out.contains("[recording-differs]"), "{}", ran.out);
        assert!(ran.out.contains("good.log:18") && ran.out.contains("226"), "{}", ran.out);
        assert!(!ran.out.contains('{') && ran.err.is_empty(), "{}{}", ran.out, ran.err);
    }
}

/// The recordings of one session that were made by server, client and wire, in formats that hold all of it.
#[test]
fn recordings_of_one_session_are_the_same_whoever_made_them() {
    let recorded = root().join("tests/recorded");
    let mut n = 0;
    for [one, other] in [
        ["vsftpd/cli-lftp-anon.client.txt", "vsftpd/cli-lftp-anon.vsftpd.log"],
        ["vsftpd/cli-lftp-resume.client.txt", "vsftpd/cli-lftp-resume.pcap"],
        ["vsftpd/cli-lftp-resume.client.txt", "vsftpd/cli-lftp-resume.vsftpd.log"],
        ["vsftpd/cli-curl-v-get.client.txt", "vsftpd/cli-curl-v-get.vsftpd.log"],
        ["vsftpd/cli-curl-v-rename.client.txt", "vsftpd/cli-curl-v-rename.vsftpd.log"],
        ["pyftpdlib/cli-lftp-normal.client.txt", "pyftpdlib/cli-lftp-normal.debug.log"],
        ["vsftpd/normal.pcap", "vsftpd/normal.vsftpd.log"],
        ["vsftpd/order.pcap", "vsftpd/order.vsftpd.log"],
        ["vsftpd/concurrent.pcap", "vsftpd/concurrent.vsftpd.log"],
        ["proftpd/order.pcap", "proftpd/order.trace.log"],
        ["proftpd/normal.trace.log", "proftpd/normal.extended-custom.log"],
        ["pureftpd/order.pcap", "pureftpd/order.syslog"],
    ] {
        for [good, new] in [[one, other], [other, one]] {
            let path = |name: &str| recorded.join(name).to_str().unwrap().to_owned();
            let ran = compared(&path(good), &[&path(new)]);
            assert_eq!(found(&ran.json()), [], "{good} and {new}");
            assert_eq!(ran.code, 0, "{good} and {new}: {}", ran.err);
            n += 1;
        }
    }
    assert_eq!(n, 24);
}

#[test]
fn what_a_log_does_not_hold_is_said() {
    let trace = "tests/recorded/proftpd/normal.trace.log";
    let ran = compared(trace, &["tests/recorded/proftpd/normal.extended-custom.log"]);
    assert!(ran.err.contains("only commands and final replies were compared"), "{}", ran.err);
    let ran = compared(trace, &["tests/recorded/proftpd/normal.xferlog"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("cannot be compared"), "{}", ran.err);
}

#[test]
fn a_good_recording_that_cannot_be_used_is_an_error() {
    let folder = folder("unusable");
    let new = write(&folder.join("new.log"), GOOD);
    let empty = write(&folder.join("empty.log"), &[]);
    let prose = write(&folder.join("prose.log"), &["it is late", "nobody logs"]);
    let missing = folder.join("missing.log").to_str().unwrap().to_owned();
    for (good, why) in
        [(empty.as_str(), "empty.log"), (&prose, "prose.log"), (&missing, "missing.log"), ("-", "--golden")]
    {
        let ran = compared(good, &[&new]);
        assert_eq!(ran.code, 2, "{good}: {}", ran.err);
        assert!(ran.err.starts_with("error: ") && ran.err.contains(why), "{good}: {}", ran.err);
        assert_eq!(ran.out, "", "{good}");
    }
    let ran = ftplog(&["check", "--golden", &new, "--record", &new]);
    assert_eq!(ran.code, 2);
}

#[test]
fn it_does_not_matter_how_many_threads_read() {
    let args = |jobs| {
        let [good, new] = ["vsftpd/unimpl.vsftpd.log", "proftpd/unimpl.trace.log"]
            .map(|name| format!("tests/recorded/{name}"));
        ftplog(&["check", "--golden", &good, &new, "-f", "json", "-j", jobs])
    };
    let (one, two) = (args("1"), args("2"));
    assert_eq!(one.code, 1);
    assert_eq!(one.bytes, two.bytes);
    assert_eq!(one.err, two.err);
}

#[test]
fn recordings_may_be_in_several_files() {
    let folder = folder("rotated");
    let log = fs::read_to_string(root().join("tests/recorded/vsftpd/normal.vsftpd.log")).unwrap();
    let lines: Vec<&str> = log.lines().collect();
    fs::create_dir_all(folder.join("pieces")).unwrap();
    write(&folder.join("pieces/ftp.log.1"), &lines[..60]);
    write(&folder.join("pieces/ftp.log"), &lines[60..]);
    let pieces = folder.join("pieces").to_str().unwrap().to_owned();
    let whole = "tests/recorded/vsftpd/normal.vsftpd.log";
    for (good, new) in [(whole, pieces.as_str()), (&pieces, whole), (&pieces, &pieces)] {
        let ran = compared(good, &[new]);
        assert_eq!((found(&ran.json()), ran.code), (vec![], 0), "{good} and {new}: {}", ran.err);
    }
    // A line of the second piece is named with that file.
    let changed: Vec<String> = lines.iter().map(|l| l.replace("\"221 ", "\"250 ")).collect();
    let changed = write(&folder.join("new.log"), &changed.iter().map(String::as_str).collect::<Vec<_>>());
    let ran = ftplog(&["check", "--golden", &pieces, &changed, "--no-config"]);
    let line = lines.iter().position(|l| l.contains("\"221 ")).unwrap() + 1 - 60;
    assert!(ran.out.contains(&format!("ftp.log:{line})")), "{}", ran.out);
}

#[test]
fn every_new_recording_is_compared_and_expectations_hold_beside() {
    let folder = folder("several");
    let good = write(&folder.join("good.log"), GOOD);
    let same = write(&folder.join("same.log"), GOOD);
    let other = write(&folder.join("other.log"), &with(18, &["250 Done"]));
    let ran = compared(&good, &[&same, &other]);
    let json = ran.json();
    assert_eq!((found(&json), ran.code), (vec![("reply".to_owned(), 18)], 1));
    let path = json["findings"][0]["location"]["path"].as_str().unwrap();
    assert!(path.ends_with("other.log"), "{path}");
    let expect = folder.join("expect.toml");
    fs::write(&expect, "version = 1\n[[expect]]\nname = \"a listing\"\ncontains = [\"LIST\"]\n").unwrap();
    let ran =
        ftplog(&["check", "--golden", &good, "--expect", expect.to_str().unwrap(), &same, "--no-config"]);
    assert_eq!(ran.code, 1);
    assert!(ran.out.contains("error[a listing]") && !ran.out.contains("recording-differs"), "{}", ran.out);
}

#[test]
fn a_session_without_an_end_is_cut_and_that_is_said() {
    let folder = folder("long");
    let noops = ["NOOP", "200 Zzz"].repeat(30_000);
    let long = write(&folder.join("long.log"), &[GOOD, &noops].concat());
    let ran = compared(&long, &[&long]);
    assert_eq!(ran.code, 2);
    assert_eq!(found(&ran.json()), []);
    assert!(ran.err.contains("were not compared"), "{}", ran.err);
}
