//! Ctrl-C: what was read until then is reported, and nothing is said of the rest.

#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test that cannot go on fails, and may read files"
)]

mod program;

use ftplog::engine::{self, Settings, Stop};
use ftplog::report::{Report, Status};
use ftplog::source::Input;
use program::{Ran, command, ftplog_with, root};
use rustix::io::ioctl_fionread;
use serde_json::Value;
use std::fs::File;
use std::io::Write;
use std::os::fd::AsFd;
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

const A_MOMENT: Duration = Duration::from_millis(10);

fn log() -> Vec<u8> {
    std::fs::read(root().join("samples/server.log")).unwrap()
}

/// So many lines of the log, and half of the next.
fn torn(lines: usize) -> Vec<u8> {
    let log = log();
    let whole: usize = log.split_inclusive(|b| *b == b'\n').take(lines).map(<[u8]>::len).sum();
    log[..whole + 40].to_vec()
}

fn started(args: &[&str]) -> Child {
    command().args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

fn signal(child: &Child, name: &str) {
    let pid = child.id().to_string();
    assert!(Command::new("kill").args([name, &pid]).status().unwrap().success());
}

/// Writes into a pipe and waits until all of it was taken out.
fn write_until_read(mut pipe: impl Write + AsFd, bytes: &[u8]) {
    pipe.write_all(bytes).unwrap();
    while ioctl_fionread(&pipe).unwrap() > 0 {
        std::thread::sleep(A_MOMENT);
    }
}

fn ended(child: Child) -> Ran {
    let output = child.wait_with_output().unwrap();
    Ran {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8_lossy(&output.stdout).into_owned(),
        err: String::from_utf8_lossy(&output.stderr).into_owned(),
        bytes: output.stdout,
    }
}

/// Runs the program on a pipe that stays open, and stops it when it has read this.
fn interrupted(args: &[&str], input: &[u8], name: &str) -> Ran {
    let mut child = started(args);
    let pipe = child.stdin.take().unwrap();
    write_until_read(&pipe, input);
    signal(&child, name);
    let ran = ended(child);
    drop(pipe);
    ran
}

#[test]
fn what_was_read_is_reported_as_if_the_log_ended_there() {
    let torn = torn(400);
    let lines = &torn[..torn.len() - 40];
    for name in ["-INT", "-TERM"] {
        let stopped = interrupted(&["analyze", "-f", "json", "-"], &torn, name).json();
        let whole = ftplog_with(&["analyze", "-f", "json", "-"], lines).json();
        assert_eq!(stopped["findings"], whole["findings"]);
        assert!(!whole["findings"].as_array().unwrap().is_empty());
        let counts = ["lines", "lines_not_understood", "sessions", "exchanges", "replies", "problems"];
        for count in counts {
            assert_eq!(stopped["summary"][count], whole["summary"][count], "{count}");
        }
        assert_eq!(stopped["summary"]["lines"], 400);
        assert_eq!(stopped["summary"]["exit_code"], 2);
        assert_eq!(stopped["summary"]["inputs_not_read"], 0);
        assert_eq!(stopped["inputs"][0]["status"], "partial");
        let errors = stopped["inputs"][0]["errors"].as_array().unwrap();
        assert_eq!(errors, &[Value::from("interrupted; standard input was not read to its end")]);
    }
}

#[test]
fn the_report_says_that_it_is_not_about_all() {
    let words = [
        (
            "en",
            "\nInterrupted: this is about what was read until then.\n",
            "error: interrupted; standard input",
        ),
        ("ko", "\n중단되었습니다. 그때까지 읽은 내용만 보고합니다.\n", "표준 입력"),
        ("ja", "\n中断されました。それまでに読み取った内容のみの報告です。\n", "標準入力"),
    ];
    for (lang, head, error) in words {
        let run = interrupted(&["analyze", "--lang", lang, "-"], &torn(400), "-INT");
        assert_eq!(run.code, 2);
        assert!(run.out.contains(head), "{}", run.out);
        assert!(run.err.contains(error) && run.err.contains("400"), "{}", run.err);
    }
}

#[test]
fn a_pipe_that_says_nothing_more_is_not_waited_for() {
    let run = interrupted(&["analyze", "-"], b"Mon Oct  5 08:0", "-INT");
    assert_eq!((run.code, run.out.as_str()), (2, ""));
    assert_eq!(run.err, "error: interrupted; 1 file was not read\n");
}

#[test]
fn commands_that_are_still_to_come_are_not_missed() {
    // A log without commands would be an error.
    let opened = b"Mon Oct  5 08:00:01 2026 [pid 1] CONNECT: Client \"203.0.113.7\"\n";
    let run = interrupted(&["analyze", "-"], &opened.repeat(20), "-INT");
    assert_eq!(run.code, 2);
    assert_eq!(
        run.err,
        "error: interrupted; standard input was not read to its end\n  the 20 lines before that point were read\n"
    );
}

#[test]
fn packed_logs_and_captures_are_reported_as_far_as_they_were_read() {
    let capture = std::fs::read(root().join("samples/capture/vsftpd-order.pcap")).unwrap();
    let utf_16: Vec<u8> =
        String::from_utf8(torn(400)).unwrap().encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::none());
    gzip.write_all(&torn(400)).unwrap();
    gzip.flush().unwrap();
    for (input, said) in [
        (&capture[..capture.len() / 2], "packets before that point were read"),
        (&utf_16, "the 400 lines before that point were read"),
        (gzip.get_ref(), "the 400 lines before that point were read"),
    ] {
        let run = interrupted(&["analyze", "-"], input, "-INT");
        assert_eq!(run.code, 2);
        assert!(run.out.contains("\nInterrupted: "), "{}", run.out);
        assert!(run.err.contains(said), "{}", run.err);
    }
}

/// A folder of its own for a test.
fn folder(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

#[test]
fn files_behind_the_one_at_hand_are_neither_read_nor_failed() {
    let folder = folder("interrupted");
    let paths = ["a.log", "b.fifo", "c.log", "d.log"].map(|name| folder.join(name).display().to_string());
    let [first, fifo, rest @ ..] = &paths;
    for path in [first, &rest[0], &rest[1]] {
        std::fs::write(path, log()).unwrap();
    }
    assert!(Command::new("mkfifo").arg(fifo).status().unwrap().success());
    for format in ["json", "text"] {
        let child = started(&["analyze", "-f", format, first, fifo, &rest[0], &rest[1]]);
        let pipe = File::options().write(true).open(fifo).unwrap();
        write_until_read(&pipe, &torn(400));
        signal(&child, "-INT");
        let run = ended(child);
        assert_eq!(run.code, 2);
        assert!(run.err.ends_with("error: interrupted; 2 files were not read\n"), "{}", run.err);
        if format == "text" {
            assert!(run.out.contains("read until then. 2 files were not read.\n"), "{}", run.out);
            continue;
        }
        let report = run.json();
        let inputs = report["inputs"].as_array().unwrap();
        let told: Vec<_> = inputs.iter().map(|input| (&input["path"], &input["status"])).collect();
        assert_eq!(
            told,
            [(&first.as_str().into(), &"ok".into()), (&fifo.as_str().into(), &"partial".into())]
        );
        assert_eq!(report["summary"]["inputs_not_read"], 2);
    }
}

#[test]
fn the_second_signal_ends_the_program() {
    let mut child = started(&["analyze", "-f", "json", "-"]);
    let pipe = child.stdin.take().unwrap();
    write_until_read(&pipe, &log().repeat(20));
    // The report is too long for a pipe that nobody reads.
    let code = loop {
        signal(&child, "-INT");
        std::thread::sleep(5 * A_MOMENT);
        if let Some(status) = child.try_wait().unwrap() {
            break status.code();
        }
    };
    assert_eq!(code, Some(130));
}

#[test]
fn lists_end_at_once() {
    let mut child = started(&["exchanges", "-"]);
    let pipe = child.stdin.take().unwrap();
    write_until_read(&pipe, &torn(400));
    signal(&child, "-INT");
    assert_eq!(child.wait().unwrap().signal(), Some(2));
}

#[test]
fn a_run_of_the_library_gathers_all_that_it_has_read() {
    let read = |log: Vec<u8>, stops: bool| {
        let after_wave =
            |_: engine::Progress<'_, Report>| if stops { Err(Stop::Interrupted) } else { Ok(()) };
        engine::run(Input::bytes("x.log", log), &Settings::default(), Report::default(), after_wave).unwrap()
    };
    let log = log().repeat(40);
    let mut stopped = read(log.clone(), true);
    assert_eq!(stopped.input().status, Status::Partial);
    let n_lines = stopped.read.stats.lines as usize;
    assert!((1..819 * 40).contains(&n_lines), "{n_lines}");
    let lines = log.split_inclusive(|b| *b == b'\n').take(n_lines).collect::<Vec<_>>().concat();
    let whole = read(lines, false);
    assert_eq!(stopped.read.stats.exchanges, whole.read.stats.exchanges);
    assert_eq!(stopped.gathered.totals().all_replies(), whole.gathered.totals().all_replies());
    assert_eq!(stopped.gathered.n_errors(), whole.gathered.n_errors());
    // Whoever wants no more when all was read has got all.
    assert_eq!(read(self::log(), true).input().status, Status::Ok);
}
