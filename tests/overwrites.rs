//! What is read, and what is printed, is not written over by a report.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test that cannot go on fails, and may read files"
)]

mod program;

use program::{Ran, command, ran, root};
use std::fs;
use std::path::{Path, PathBuf};

const LOG: &str = "samples/curl/vsftpd-badpass.txt";
const EXPECT: &str = "version = 1\n[[expect]]\nname = \"a\"\nbegins-with = [\"USER\"]\n";

/// A folder with two logs in it.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("overwrites").join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    for log in ["good.log", "bad.log"] {
        fs::copy(root().join(LOG), folder.join(log)).unwrap();
    }
    folder
}

fn run(folder: &Path, args: &[&str]) -> Ran {
    ran(command().current_dir(folder).args(args))
}

#[test]
fn what_is_read_beside_the_logs_is_not_written_over() {
    let folder = folder("read");
    fs::write(folder.join("ex.toml"), EXPECT).unwrap();
    fs::write(folder.join("ftplog.expect.toml"), EXPECT).unwrap();
    fs::write(folder.join("ftplog.toml"), "").unwrap();
    let made = run(&folder, &["analyze", "bad.log", "--baseline", "b.json", "--update-baseline"]);
    assert_eq!(made.code, 0, "{}", made.err);
    let why = "is read in this run and would be written over";
    for (args, file) in [
        (&["check", "--golden", "good.log", "bad.log", "-o", "text=good.log"][..], "good.log"),
        (&["check", "--golden", "go*.log", "bad.log", "-o", "text=./good.log"], "good.log"),
        (&["check", "--expect", "ex.toml", "bad.log", "-o", "json=ex.toml"], "ex.toml"),
        (&["check", "bad.log", "-o", "json=ftplog.expect.toml"], "ftplog.expect.toml"),
        (&["analyze", "bad.log", "--baseline", "b.json", "-o", "b.json"], "b.json"),
        (&["analyze", "bad.log", "-o", "json=ftplog.toml"], "ftplog.toml"),
    ] {
        let named = if file == "good.log" && args[2] != file { "go" } else { file };
        let before = fs::read(folder.join(file)).unwrap();
        let run = run(&folder, args);
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{args:?}\n{}", run.err);
        assert!(run.err.contains(why) && run.err.contains(named), "{args:?}\n{}", run.err);
        assert!(fs::read(folder.join(file)).unwrap() == before, "{args:?} wrote over {file}");
    }
    // What is not there yet is in nobody's way, and one folder may hold both.
    let new = ["analyze", "bad.log", "--baseline", "new/b.json", "--update-baseline", "-o", "new/r.json"];
    let written = run(&folder, &new);
    assert_eq!(written.code, 0, "{}", written.err);
    assert!(folder.join("new/r.json").exists() && folder.join("new/b.json").exists());
}

#[test]
fn the_summary_of_a_step_is_not_added_to_a_log() {
    let folder = folder("summary");
    let before = fs::read(folder.join("bad.log")).unwrap();
    let summarized = |args: &[&str]| {
        ran(command().current_dir(&folder).env("GITHUB_STEP_SUMMARY", folder.join("bad.log")).args(args))
    };
    let run = summarized(&["analyze", "bad.log", "-f", "github"]);
    assert_eq!(run.code, 2, "{}", run.err);
    assert!(run.err.contains("bad.log is one of the logs") && run.err.contains("GITHUB_STEP_SUMMARY"));
    assert!(fs::read(folder.join("bad.log")).unwrap() == before);
    // Another format has no summary.
    assert_eq!(summarized(&["analyze", "bad.log"]).code, 0);
    assert!(fs::read(folder.join("bad.log")).unwrap() == before);
}

#[cfg(unix)]
#[test]
fn a_report_is_not_written_to_the_file_that_standard_output_is() {
    let folder = folder("stdout");
    let printed = |args: &[&str]| {
        let file = fs::File::create(folder.join("r.json")).unwrap();
        let run = command().current_dir(&folder).args(args).stdout(file).output().unwrap();
        (run.status.code(), String::from_utf8(run.stderr).unwrap(), fs::read(folder.join("r.json")).unwrap())
    };
    for output in ["json=/dev/stdout", "r.json"] {
        let (code, err, written) = printed(&["analyze", "bad.log", "-o", output]);
        assert_eq!((code, written.len()), (Some(2), 0), "{output}\n{err}");
        assert!(err.contains("two reports are to be written to"), "{err}");
    }
    // Nothing else is printed.
    let (code, err, written) = printed(&["analyze", "bad.log", "-qq", "-o", "json=/dev/stdout"]);
    assert_eq!(code, Some(0), "{err}");
    assert!(serde_json::from_slice::<serde_json::Value>(&written).is_ok());
    // Another file, and a pipe, are nobody's concern.
    assert_eq!(printed(&["analyze", "bad.log", "-o", "other.json"]).0, Some(0));
    assert_eq!(run(&folder, &["analyze", "bad.log", "-o", "json=/dev/stdout"]).code, 0);
}
