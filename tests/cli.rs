//! What users and scripts may rely on: exit codes, errors in their exact words, widths, colours and shapes of JSON.

#![allow(clippy::format_collect, clippy::type_complexity, clippy::needless_for_each, clippy::too_many_lines)] // Tables and text.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test that cannot go on fails, and may read files"
)]

mod program;

use program::{Ran, command, ftplog, ftplog_with, ran, with_input};
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use unicode_width::UnicodeWidthStr;

const SAMPLE: &str = "samples/server.log";
/// A session with most of the mistakes that there are.
const ORDER: &str = "samples/vsftpd/order.log";
/// One warning and one note: MLSD and MLST that vsftpd does not have.
const WARNING_AND_NOTE: &str = "tests/recorded/vsftpd/normal.vsftpd.log";
const CLEAN: &str = "tests/recorded/pureftpd/normal.syslog";

/// An empty folder of that name, for one test.
fn folder(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&path);
    fs::create_dir_all(&path).unwrap();
    path
}

fn sample() -> Vec<u8> {
    fs::read(program::root().join(SAMPLE)).unwrap()
}

/// Runs the program in a folder.
fn within(folder: &Path, args: &[&str]) -> Ran {
    ran(command().current_dir(folder).args(args))
}

#[track_caller]
fn says(ran: &Ran, code: i32, err: &str) {
    assert_eq!(ran.err, err);
    assert_eq!(ran.code, code);
}

// Bad input

#[test]
fn a_missing_file_names_a_similar_one() {
    let place = folder("missing");
    fs::create_dir(place.join("logs")).unwrap();
    fs::write(place.join("logs/server.log"), sample()).unwrap();
    let want =
        "error: cannot read logs/sever.log: no such file\n  tip: a similar file exists: logs/server.log\n";
    for args in
        [["analyze", "logs/sever.log"], ["sessions", "logs/sever.log"], ["exchanges", "logs/sever.log"]]
    {
        let ran = within(&place, &args);
        says(&ran, 2, want);
        assert_eq!(ran.out, "");
    }
}

#[test]
fn an_empty_file_and_an_empty_standard_input_are_errors() {
    let place = folder("empty-file");
    fs::write(place.join("server.log"), "").unwrap();
    says(&within(&place, &["analyze", "server.log"]), 2, "error: server.log is empty\n");
    for command in ["analyze", "exchanges", "sessions"] {
        says(&ftplog_with(&[command, "-"], b""), 2, "error: standard input is empty\n");
        says(&ftplog_with(&[command], b""), 2, "error: standard input is empty\n");
    }
    says(&ftplog_with(&["analyze", "-"], b"\n\n  \n"), 2, "error: standard input is empty\n");
}

#[test]
fn a_binary_file_is_called_one() {
    let place = folder("binary");
    fs::write(place.join("disk.img"), b"some bytes, \0\x01\x02 and more").unwrap();
    let want = "error: disk.img is a binary file (zero byte at offset 12)\n";
    says(&within(&place, &["analyze", "disk.img"]), 2, want);
}

#[test]
fn logs_of_other_protocols_are_named_with_the_line_that_shows_it() {
    let place = folder("foreign");
    let logs: [(&str, &str, &str); 5] = [
        (
            "smtp",
            "220 mail.example.org ESMTP Postfix\nEHLO me\n250-mail.example.org Hello\n250 SIZE\nMAIL FROM:<a@example.org>\n250 ok\nQUIT\n221 bye\n",
            "error: smtp.log looks like an SMTP log, not FTP\n",
        ),
        (
            "pop3",
            "+OK POP3 ready\nUSER a\n+OK\nPASS b\n+OK\nSTAT\n+OK 2 320\nQUIT\n+OK bye\n",
            "error: pop3.log looks like a POP3 log, not FTP\n",
        ),
        (
            "imap",
            "* OK IMAP4rev1 ready\na1 LOGIN a b\na1 OK LOGIN completed\na2 SELECT INBOX\n* 3 EXISTS\na2 OK done\n",
            "error: imap.log looks like an IMAP log, not FTP\n",
        ),
        (
            "http",
            "192.0.2.1 - - [20/Nov/2026:10:00:00 +0000] \"GET /index.html HTTP/1.1\" 200 512\n192.0.2.1 - - [20/Nov/2026:10:00:01 +0000] \"POST /x HTTP/1.1\" 404 12\n",
            "error: http.log looks like an HTTP log, not FTP\n",
        ),
        (
            "sftp",
            "Nov 20 18:00:00 h internal-sftp[1]: session opened for local user a from [192.0.2.1]\nNov 20 18:00:01 h internal-sftp[1]: open \"/a\" flags READ mode 0666\n",
            "error: sftp.log is an SFTP log; SFTP has no FTP reply codes\n",
        ),
    ];
    for (name, text, first_line) in logs {
        fs::write(place.join(format!("{name}.log")), text).unwrap();
        let ran = within(&place, &["analyze", &format!("{name}.log")]);
        assert!(ran.err.starts_with(first_line), "{}", ran.err);
        let second = ran.err.lines().nth(1).unwrap();
        let quoted = second
            .strip_prefix("  line ")
            .and_then(|l| l.split_once(": "))
            .unwrap_or_else(|| panic!("{second}"));
        let n: usize = quoted.0.parse().unwrap();
        assert!(text.lines().nth(n - 1).unwrap().starts_with(quoted.1.trim_end_matches('.')), "{second}");
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{name}");
    }
}

#[test]
fn the_login_of_a_foreign_log_is_not_quoted() {
    let ran =
        ftplog_with(&["analyze", "-"], b"USER a\nPASS secret-of-pop3\n+OK\nSTAT\n+OK 2 320\nQUIT\n+OK bye\n");
    assert_eq!(ran.code, 2);
    assert!(!ran.err.contains("secret-of-pop3"), "{}", ran.err);
    let ran = ftplog_with(&["analyze", "-"], b"PASS secret-of-nobody\nnothing else\n");
    assert!(!ran.err.contains("secret-of-nobody"), "{}", ran.err);
}

#[test]
fn an_unknown_log_shows_its_first_line_and_no_control_character_of_it() {
    let place = folder("unknown");
    fs::write(place.join("app.log"), "\n2026-10-05 INFO [main] \x1b[31mstarted\x07\nmore\n").unwrap();
    let ran = within(&place, &["analyze", "app.log"]);
    assert!(ran.err.starts_with(
        "error: app.log is not in a log format that ftplog knows\n  line 2: 2026-10-05 INFO [main] "
    ));
    assert!(ran.err.ends_with("\n  tip: ftplog formats lists the formats\n"), "{}", ran.err);
    assert!(!ran.err.contains(['\x1b', '\x07']), "{:?}", ran.err);
    assert_eq!(ran.code, 2);
}

// A report that did not arrive is no success: a job that writes it to a full disk must know.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_an_error_of_every_command() {
    let runs: &[&[&str]] = &[
        &["analyze", "--fail-on", "never", SAMPLE],
        &["analyze", "--fail-on", "never", "-f", "json", SAMPLE],
        &["exchanges", SAMPLE],
        &["sessions", SAMPLE],
        &["sessions", "-f", "ndjson", SAMPLE],
        &["server", SAMPLE],
        &["show", "samples/server.log@1"],
        &["explain", "503"],
        &["compare", "502", "503"],
        &["rules", "-f", "json"],
        &["--version"],
    ];
    for args in runs {
        let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        says(
            &ran(command().args(*args).stdout(full)),
            2,
            "error: cannot write standard output: no space left on device\n",
        );
    }
}

#[cfg(unix)]
#[test]
fn a_file_that_may_not_be_read_says_whose_it_is() {
    use std::os::unix::fs::PermissionsExt;
    let place = folder("denied");
    let path = place.join("server.log");
    fs::write(&path, sample()).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o200)).unwrap();
    // The superuser reads everything.
    if fs::read(&path).is_ok() {
        return;
    }
    let ran = within(&place, &["analyze", "server.log"]);
    let lines: Vec<&str> = ran.err.lines().collect();
    assert_eq!(lines[0], "error: cannot read server.log: permission denied");
    assert!(lines[1].starts_with("  it belongs to ") && lines[1].ends_with(" with mode 200"), "{}", lines[1]);
    assert_eq!(lines[2], "  tip: sudo cat server.log | ftplog analyze -");
    assert_eq!((ran.code, lines.len()), (2, 3));
}

#[test]
fn a_folder_without_logs_says_what_it_holds() {
    let place = folder("no-logs");
    let archive = place.join("archive");
    fs::create_dir(&archive).unwrap();
    says(&within(&place, &["analyze", "archive"]), 2, "error: no FTP logs in archive\n  it holds no files\n");
    fs::write(archive.join("empty.log"), "").unwrap();
    fs::write(archive.join("disk.img"), b"\0\0\0\0").unwrap();
    fs::write(archive.join("app.log"), "2026-10-05 INFO started\n").unwrap();
    fs::write(archive.join("notes.txt"), "nothing\n").unwrap();
    let want = "error: no FTP logs in archive\n  looked at 4 files: 2 other text, 1 binary, 1 empty (-v lists them)\n  \
                tip: if they are logs, name the format: --log-format vsftpd\n";
    says(&within(&place, &["analyze", "archive"]), 2, want);
    let listed = within(&place, &["analyze", "-v", "archive"]);
    for name in ["empty.log", "disk.img", "app.log", "notes.txt"] {
        assert!(listed.err.contains(name), "{}", listed.err);
    }
}

#[test]
fn files_of_a_folder_that_are_no_logs_are_skipped_without_an_error() {
    let place = folder("mixed");
    fs::write(place.join("a.log"), sample()).unwrap();
    fs::write(place.join("b.bin"), b"\0\0\0").unwrap();
    fs::write(place.join("c.txt"), "").unwrap();
    let ran = within(&place, &["analyze", "-f", "json", "--fail-on", "never", "."]);
    says(&ran, 0, "");
    assert_eq!(ran.json()["summary"]["inputs"], 1);
}

/// A vsftpd log with so many lines of it and so many lines of noise.
fn half_understood(good: usize, noise: usize) -> Vec<u8> {
    let sample = String::from_utf8(sample()).unwrap();
    let good = sample.lines().take(good).map(|l| format!("{l}\n")).collect::<String>();
    (good + &"what is this line?\n".repeat(noise)).into_bytes()
}

#[test]
fn a_log_that_is_partly_understood_is_a_warning() {
    let ran = ftplog_with(&["analyze", "--stdin-name", "server.log", "-"], &half_understood(9, 3));
    let want = "warning: server.log: 3 of 12 lines were not understood\n  line 10: what is this line?\n  tip: -vv lists them\n";
    says(&ran, 0, want);
    assert!(ran.out.contains("3 not understood"), "{}", ran.out);
    let ran = ftplog_with(&["analyze", "-q", "-"], &half_understood(9, 3));
    says(&ran, 0, "");
    let ran = ftplog_with(&["analyze", "-vv", "-"], &half_understood(9, 3));
    for line in 10..=12 {
        assert!(ran.err.contains(&format!(":{line}: not understood: what is this line?")), "{}", ran.err);
    }
}

#[test]
fn a_log_that_is_mostly_not_understood_makes_the_exit_code_2() {
    assert_eq!(ftplog_with(&["analyze", "-"], &half_understood(9, 9)).code, 0);
    assert_eq!(ftplog_with(&["analyze", "-"], &half_understood(9, 10)).code, 2);
    let ran = ftplog_with(&["analyze", "-f", "json", "-"], &half_understood(9, 10));
    assert_eq!((ran.code, &ran.json()["summary"]["exit_code"]), (2, &Value::from(2)));
}

#[test]
fn lists_say_so_too_where_a_log_is_mostly_not_understood() {
    for command in ["exchanges", "sessions"] {
        let ran = ftplog_with(&[command, "--stdin-name", "server.log", "-"], &half_understood(9, 10));
        assert!(
            ran.err.starts_with("warning: server.log: 10 of 19 lines were not understood\n"),
            "{}",
            ran.err
        );
        assert_eq!(ran.code, 2, "{command}");
    }
}

#[test]
fn lists_say_what_a_folder_without_logs_holds() {
    let place = folder("no-logs-listed");
    fs::write(place.join("disk.img"), b"\0\0\0\0").unwrap();
    let ran = within(&place, &["sessions", "."]);
    assert!(ran.err.contains("looked at 1 file: 1 binary"), "{}", ran.err);
}

#[test]
fn unknown_names_come_with_the_nearest_one() {
    let cases: [(&[&str], &str); 8] = [
        (
            &["analyze", "--ignore", "rename-without-sauce", SAMPLE],
            "error: unknown rule rename-without-sauce in --ignore\n  tip: a similar rule exists: rename-without-source\n",
        ),
        (
            &["analyze", "--select", "login-ordr", SAMPLE],
            "error: unknown rule login-ordr in --select\n  tip: a similar rule exists: login-order\n",
        ),
        (
            &["analyze", "--select", "zzz", SAMPLE],
            "error: unknown rule zzz in --select\n  tip: ftplog rules lists the rules\n",
        ),
        (
            &["analyze", "--log-format", "vsftp", SAMPLE],
            "error: unknown log format vsftp\n  tip: a similar format exists: vsftpd\n",
        ),
        (
            &["sessions", "--log-format", "zzz", SAMPLE],
            "error: unknown log format zzz\n  tip: ftplog formats lists the formats\n",
        ),
        (
            &["analyze", "--set", "input.zt=UTC", SAMPLE],
            "error: unknown setting input.zt\n  tip: did you mean input.tz?\n",
        ),
        (
            &["explain", "rename-without-sauce"],
            "error: ftplog has no page about rename-without-sauce\n  tip: a similar page exists: ftplog explain rename-without-source\n",
        ),
        (
            &["explain", "60"],
            "error: 60 is not an FTP reply code; it has three digits, the first is 1 to 6\n  tip: to look up a command, try: ftplog explain RNTO\n",
        ),
    ];
    for (args, want) in cases {
        let ran = ftplog(args);
        says(&ran, 2, want);
        assert_eq!(ran.out, "");
    }
}

#[test]
fn compare_needs_two_codes_that_have_pages() {
    says(
        &ftplog(&["compare", "214"]),
        2,
        "error: compare needs two codes or commands\n  tip: for example: ftplog compare 214 502\n",
    );
    assert_eq!(ftplog(&["compare"]).code, 2);
    assert_eq!(ftplog(&["compare", "214", "5x2"]).code, 2);
    assert_eq!(ftplog(&["compare", "214", "502"]).code, 0);
    assert_eq!(ftplog(&["compare", "502", "214", "503", "421"]).code, 0);
}

#[test]
fn wrong_arguments_exit_with_2() {
    for args in [
        &["frobnicate"][..],
        &[],
        &["analyze", "--frobnicate"],
        &["analyze", "--fail-on", "bad", SAMPLE],
        &["explain"],
    ] {
        let ran = ftplog(args);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{args:?}");
        assert!(!ran.err.is_empty());
    }
}

#[test]
fn no_error_speaks_of_the_machine() {
    let place = folder("machine");
    fs::write(place.join("empty.log"), "").unwrap();
    fs::write(place.join("disk.img"), b"\0\0").unwrap();
    let bad: [&[&str]; 8] = [
        &["analyze", "nothing.log"],
        &["analyze", "empty.log"],
        &["analyze", "disk.img"],
        &["analyze", "empty.log/inside"],
        &["analyze", "../machine"],
        &["analyze", "--log-format", "x", "empty.log"],
        &["demo", "--write", "no/such/folder"],
        &["explain", "nothing"],
    ];
    for args in bad {
        let ran = ran(command().current_dir(&place).env("RUST_BACKTRACE", "1").args(args));
        assert_eq!(ran.code, 2, "{args:?}");
        for word in ["os error", "backtrace", "panicked", "Err(", "src/"] {
            assert!(!ran.err.contains(word), "{args:?}: {}", ran.err);
        }
        let first = ran.err.lines().next().unwrap();
        assert!(first.starts_with("error: ") && !first.ends_with('.'), "{first}");
        assert!(ran.err.lines().skip(1).all(|l| l.starts_with("  ")), "{}", ran.err);
    }
}

#[test]
fn one_bad_file_among_many_is_named_last_and_the_others_are_analyzed() {
    let both = ftplog(&["analyze", "-f", "json", "no-such.log", SAMPLE]);
    assert_eq!(both.code, 2);
    assert!(both.err.starts_with("error: cannot read no-such.log: no such file\n"), "{}", both.err);
    let report = both.json();
    assert_eq!(report["summary"]["inputs"], 2);
    assert_eq!(report["summary"]["exit_code"], 2);
    assert_eq!(report["inputs"][0]["status"], "failed");
    assert_eq!(report["inputs"][0]["errors"][0], "cannot read no-such.log: no such file");
    assert_eq!(report["inputs"][1]["status"], "ok");
    let alone = ftplog(&["analyze", "-f", "json", SAMPLE]).json();
    assert_eq!(report["summary"]["findings"], alone["summary"]["findings"]);
    for list in ["exchanges", "sessions"] {
        let both = ftplog(&[list, "-f", "ndjson", "no-such.log", SAMPLE]);
        assert_eq!((both.code, both.out), (2, ftplog(&[list, "-f", "ndjson", SAMPLE]).out));
    }
}

#[test]
fn a_line_of_64_mib_is_cut_and_the_lines_around_it_are_read() {
    let mut log = sample();
    let before = ftplog_with(&["analyze", "-f", "json", "--stdin-name", "x", "-"], &log).json();
    log.resize(log.len() + (64 << 20), b'x');
    log.push(b'\n');
    log.extend(sample());
    let ran = ftplog_with(&["analyze", "-f", "json", "--stdin-name", "x", "-"], &log);
    let after = ran.json();
    let lines = |v: &Value| v["summary"]["lines"].as_u64().unwrap();
    assert_eq!(lines(&after), 2 * lines(&before) + 1);
    assert_eq!(after["summary"]["lines_not_understood"], 1);
    assert!(ran.err.contains("1 long line was looked at only up to 64 KiB"), "{}", ran.err);
    assert!(ran.err.len() < 2_000, "{}", ran.err);
    // And with no newline at all.
    let ran = ftplog_with(&["analyze", "-"], &vec![b'x'; 64 << 20]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.len() < 1_000);
}

// Exit codes and options

#[test]
fn the_exit_code_follows_the_worst_finding_and_fail_on() {
    let cases: [(&str, &str, i32); 10] = [
        (SAMPLE, "error", 1),
        (SAMPLE, "never", 0),
        (WARNING_AND_NOTE, "error", 0),
        (WARNING_AND_NOTE, "warning", 1),
        (WARNING_AND_NOTE, "note", 1),
        (WARNING_AND_NOTE, "never", 0),
        (CLEAN, "error", 0),
        (CLEAN, "note", 0),
        (CLEAN, "never", 0),
        (SAMPLE, "NOTE", 1),
    ];
    for (log, limit, code) in cases {
        for format in ["text", "json"] {
            assert_eq!(
                ftplog(&["analyze", "-f", format, "--fail-on", limit, log]).code,
                code,
                "{log} {limit} {format}"
            );
        }
    }
    assert_eq!(ftplog(&["analyze", SAMPLE]).code, 1);
    assert_eq!(ftplog(&["analyze", "--max-findings", "1", WARNING_AND_NOTE]).code, 1);
    assert_eq!(ftplog(&["analyze", "--max-findings", "2", WARNING_AND_NOTE]).code, 0);
}

fn rules_found(args: &[&str]) -> Vec<String> {
    let report = ran(command().args(["analyze", "-f", "json"]).args(args)).json();
    let mut names: Vec<String> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| f["rule"].as_str().unwrap().to_owned())
        .collect();
    names.dedup();
    names.sort();
    names.dedup();
    names
}

#[test]
fn rules_are_selected_and_ignored_by_name() {
    let all = rules_found(&[ORDER]);
    assert!(all.len() >= 4, "{all:?}");
    assert_eq!(rules_found(&["--select", "restart-lost", ORDER]), ["restart-lost"]);
    assert_eq!(
        rules_found(&["--select", "restart-lost,login-order", ORDER]),
        ["login-order", "restart-lost"]
    );
    let rest: Vec<String> = all.iter().filter(|r| *r != "restart-lost").cloned().collect();
    assert_eq!(rules_found(&["--ignore", "restart-lost", ORDER]), rest);
    assert!(rules_found(&["--select", "restart-lost", "--ignore", "restart-lost", ORDER]).is_empty());
    assert_eq!(ftplog(&["analyze", "--select", "restart-lost", ORDER]).code, 0);
}

#[test]
fn findings_below_a_severity_or_confidence_are_hidden() {
    let of =
        |args: &[&str]| ran(command().args(["analyze", "-f", "json"]).args(args)).json()["findings"].clone();
    let n = |findings: &Value| findings.as_array().unwrap().len();
    assert_eq!(n(&of(&[WARNING_AND_NOTE])), 2);
    assert_eq!(n(&of(&["--min-severity", "warning", WARNING_AND_NOTE])), 1);
    assert_eq!(n(&of(&["--min-severity", "error", WARNING_AND_NOTE])), 0);
    let certain = of(&["--min-confidence", "certain", ORDER]);
    assert!(n(&certain) > 0 && n(&certain) < n(&of(&[ORDER])));
    assert!(certain.as_array().unwrap().iter().all(|f| f["confidence"] == "certain"));
}

#[test]
fn quiet_prints_findings_only_and_quieter_nothing() {
    let full = ftplog(&["analyze", SAMPLE]);
    let quiet = ftplog(&["analyze", "-q", SAMPLE]);
    assert!(quiet.out.starts_with("error[") || quiet.out.starts_with("warning["), "{}", quiet.out);
    assert!(full.out.contains(quiet.out.trim_end()), "quiet output is a part of the full report");
    assert!(full.out.len() > quiet.out.len());
    assert_eq!(quiet.code, 1);
    let quieter = ftplog(&["analyze", "-qq", SAMPLE]);
    assert_eq!((quieter.code, quieter.out.as_str(), quieter.err.as_str()), (1, "", ""));
    assert_eq!(
        ftplog(&["analyze", "-qq", "no-such.log"]).err.lines().next(),
        Some("error: cannot read no-such.log: no such file")
    );
    assert_eq!(ftplog(&["analyze", "-q", CLEAN]).out, "");
}

#[test]
fn verbose_says_what_was_read_and_changes_nothing_on_standard_output() {
    let plain = ftplog(&["analyze", SAMPLE]);
    for flag in ["-v", "-vv"] {
        let verbose = ftplog(&["analyze", flag, SAMPLE]);
        assert_eq!(verbose.out, plain.out);
        let decision = "samples/server.log: read as vsftpd, as 819 of the first 819 lines show\n";
        assert!(verbose.err.contains(decision), "{}", verbose.err);
    }
    let named = ftplog(&["analyze", "-v", "--log-format", "vsftpd", SAMPLE]);
    assert!(named.err.contains("read as vsftpd, as --log-format says\n"), "{}", named.err);
    assert_eq!(plain.err, "");
}

#[test]
fn all_lists_every_finding_and_text_and_json_agree() {
    let json = ftplog(&["analyze", "-f", "json", SAMPLE]).json();
    let n = json["findings"].as_array().unwrap().len();
    let heads = |text: &str| {
        let is_head = |l: &&str| ["error[", "warning[", "note["].iter().any(|s| l.starts_with(s));
        text.lines().filter(is_head).count()
    };
    assert_eq!(heads(&ftplog(&["analyze", "--all", SAMPLE]).out), n);
    let problems: u64 =
        json["summary"]["problems"].as_object().unwrap().values().map(|v| v.as_u64().unwrap()).sum();
    assert_eq!(heads(&ftplog(&["analyze", SAMPLE]).out) as u64, problems);
    let by_severity: u64 =
        json["summary"]["findings"].as_object().unwrap().values().map(|v| v.as_u64().unwrap()).sum();
    assert_eq!(by_severity, n as u64);
}

#[test]
fn standard_input_is_read_by_name_or_without_any() {
    let file = ftplog(&["analyze", "-f", "json", SAMPLE]).out;
    for args in [
        &["analyze", "-f", "json", "--stdin-name", SAMPLE, "-"][..],
        &["analyze", "-f", "json", "--stdin-name", SAMPLE],
    ] {
        assert_eq!(ftplog_with(args, &sample()).out, file);
    }
    assert_eq!(
        ftplog_with(&["analyze", "-f", "json", "-"], &sample()).json()["inputs"][0]["path"],
        "<stdin>"
    );
}

#[test]
fn the_format_may_come_from_the_environment_and_a_flag_wins() {
    let json = ran(command().env("FTPLOG_FORMAT", "json").args(["analyze", SAMPLE]));
    assert_eq!(json.json()["schema_version"], "1.0");
    let text = ran(command().env("FTPLOG_FORMAT", "json").args(["analyze", "-f", "text", SAMPLE]));
    assert_eq!(text.out, ftplog(&["analyze", SAMPLE]).out);
}

// Pipes, colours and widths

/// Every subcommand, as it is used.
const USES: &[&[&str]] = &[
    &["analyze", SAMPLE],
    &["analyze", "-f", "json", SAMPLE],
    &["analyze", "--all", SAMPLE],
    &["exchanges", SAMPLE],
    &["exchanges", "-f", "ndjson", SAMPLE],
    &["sessions", SAMPLE],
    &["sessions", "-f", "ndjson", SAMPLE],
    &["explain", "503"],
    &["explain", "599"],
    &["explain", "rename-without-source"],
    &["compare", "214", "502"],
    &["rules"],
    &["formats"],
    &["formats", "--detect", SAMPLE],
    &["demo"],
    &["completions", "bash"],
    &["--help"],
    &["--version"],
];

#[test]
fn a_closed_pipe_is_no_error() {
    let demo = ftplog(&["exchanges", "-f", "ndjson", "tests/recorded/proftpd/concurrent.trace.log"]);
    assert!(demo.out.len() > 16_384, "one of them writes more than fits into a buffer");
    for args in USES
        .iter()
        .chain([&["exchanges", "-f", "ndjson", "tests/recorded/proftpd/concurrent.trace.log"][..]].iter())
    {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let open = ftplog(args).code;
        let closed =
            command().args(*args).stdout(writer).stderr(std::process::Stdio::piped()).output().unwrap();
        assert_eq!(String::from_utf8_lossy(&closed.stderr), "", "{args:?}");
        let code = closed.status.code();
        assert!(code == Some(open) || code == Some(0), "{args:?} exits with {code:?}");
    }
}

#[test]
fn a_closed_standard_error_is_no_error() {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let status = command().args(["analyze", "no-such.log"]).stderr(writer).status().unwrap();
    assert_eq!(status.code(), Some(2));
}

/// `text` without the sequences that colour it.
fn uncoloured(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(start) = rest.find("\x1b[") {
        out.push_str(&rest[..start]);
        let end = rest[start..].find('m').expect("a colour ends with m");
        rest = &rest[start + end + 1..];
    }
    out + rest
}

#[test]
fn colour_is_used_when_asked_for() {
    let with = |variables: &[(&str, &str)], more: &[&str]| {
        let mut command = command();
        command.args(["analyze", SAMPLE]).args(more).envs(variables.iter().copied());
        ran(&mut command).out
    };
    let plain = ftplog(&["analyze", SAMPLE]).out;
    let cases: [(&[(&str, &str)], &[&str], bool); 12] = [
        (&[], &[], false),
        (&[], &["--color", "always"], true),
        (&[], &["--color", "never"], false),
        (&[("CLICOLOR_FORCE", "1")], &[], true),
        (&[("FORCE_COLOR", "1")], &[], true),
        (&[("CLICOLOR_FORCE", "0")], &[], false),
        (&[("CLICOLOR_FORCE", "")], &[], false),
        (&[("CLICOLOR_FORCE", "1")], &["--color", "never"], false),
        (&[("NO_COLOR", "1"), ("CLICOLOR_FORCE", "1")], &[], false),
        (&[("NO_COLOR", ""), ("CLICOLOR_FORCE", "1")], &[], true),
        (&[("NO_COLOR", "1")], &["--color", "always"], true),
        (&[("TERM", "dumb")], &[], false),
    ];
    for (variables, more, coloured) in cases {
        let out = with(variables, more);
        assert_eq!(out.contains('\x1b'), coloured, "{variables:?} {more:?}");
        assert_eq!(uncoloured(&out), plain, "{variables:?} {more:?}");
    }
    for args in
        [&["explain", "503"][..], &["compare", "214", "502"], &["rules"], &["formats"], &["sessions", SAMPLE]]
    {
        let coloured = ran(command().env("CLICOLOR_FORCE", "1").args(args)).out;
        assert_eq!(uncoloured(&coloured), ftplog(args).out, "{args:?}");
    }
    assert!(
        !ran(command().args(["--color", "always", "analyze", "-f", "json", SAMPLE])).out.contains('\x1b')
    );
}

/// The lines of an output that are wider than the terminal.
fn wider(out: &str, width: usize) -> String {
    out.lines().filter(|line| line.width() > width).collect::<Vec<_>>().join("\n")
}

#[track_caller]
fn fits(width: usize, args: &[&str]) {
    let ran = ran(command().env("COLUMNS", width.to_string()).args(args));
    assert_eq!(wider(&ran.out, width), "", "{args:?} at {width} columns");
}

/// Lists and pages that the library does not make alone.
fn pages(width: usize) {
    for lang in ["en", "ko", "ja"] {
        for args in
            [&["rules"][..], &["formats"], &["demo"], &["explain", "--search", "550 Permission denied."]]
        {
            fits(width, &[args, &["--lang", lang]].concat());
        }
    }
}

/// The report of every log, and the list of its sessions. The lists' names are short, so that their first lines are.
fn reports(width: usize, lang: &str) {
    for path in program::logs() {
        let name = path.strip_prefix(program::root()).unwrap().to_str().unwrap();
        fits(width, &["analyze", "--all", "--lang", lang, name]);
        let log = fs::read(&path).unwrap();
        let args = ["sessions", "--all", "--lang", lang, "-"];
        let list = with_input(command().env("COLUMNS", width.to_string()).args(args), &log);
        assert_eq!(wider(&list.out, width), "", "sessions of {name} at {width} columns");
    }
}

/// The report of a log with a name of 144 characters.
fn long_name(width: usize, command: &str) {
    let place = folder(&format!("long-name-{command}-{width}"));
    let name = format!("{}.log", "server-".repeat(20));
    fs::write(place.join(&name), sample()).unwrap();
    let ran =
        ran(program::command().current_dir(&place).env("COLUMNS", width.to_string()).args([command, &name]));
    assert_eq!(wider(&ran.out, width), "", "{command} at {width}");
}

#[test]
fn no_line_of_a_page_is_wider_than_the_terminal() {
    pages(80);
    pages(100);
}

#[test]
fn no_line_of_a_page_is_wider_than_a_narrow_terminal() {
    pages(40);
}

#[test]
fn no_line_of_a_report_is_wider_than_the_terminal() {
    reports(80, "en");
    reports(100, "en");
}

#[test]
fn no_line_of_a_report_is_wider_than_a_narrow_terminal() {
    reports(40, "en");
}

#[test]
fn no_line_of_a_korean_report_is_wider_than_the_terminal() {
    reports(40, "ko");
    reports(80, "ko");
}

#[test]
fn no_line_of_a_japanese_report_is_wider_than_the_terminal() {
    reports(40, "ja");
    reports(80, "ja");
}

#[test]
fn a_long_name_does_not_make_a_report_wider() {
    long_name(80, "analyze");
    long_name(100, "analyze");
}

#[test]
fn a_long_name_does_not_make_the_list_of_sessions_wider() {
    long_name(80, "sessions");
    long_name(100, "sessions");
}

#[test]
fn the_help_fits_into_80_columns() {
    for args in [&["--help"][..], &["analyze", "--help"], &["exchanges", "--help"], &["demo", "--help"]] {
        fits(80, args);
    }
}

// Shapes

/// A JSON value with its fields in the order in which they stand.
#[derive(Debug)]
enum Shape {
    Object(Vec<(String, Shape)>),
    Array(Vec<Shape>),
    Text,
    Number,
    Flag,
    Null,
}

impl Shape {
    fn of(text: &str) -> Self {
        serde_json::from_str(text).unwrap_or_else(|e| panic!("no JSON: {e}\n{text}"))
    }

    fn keys(&self) -> Vec<&str> {
        match self {
            Self::Object(fields) => fields.iter().map(|(k, _)| k.as_str()).collect(),
            other => panic!("no object: {other:?}"),
        }
    }

    fn at(&self, key: &str) -> &Self {
        match self {
            Self::Object(fields) => {
                &fields.iter().find(|(k, _)| k == key).unwrap_or_else(|| panic!("no {key}")).1
            }
            other => panic!("no object: {other:?}"),
        }
    }

    fn items(&self) -> &[Self] {
        match self {
            Self::Array(items) => items,
            other => panic!("no array: {other:?}"),
        }
    }
}

impl<'de> Deserialize<'de> for Shape {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ShapeVisitor)
    }
}

struct ShapeVisitor;

impl<'de> Visitor<'de> for ShapeVisitor {
    type Value = Shape;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Shape, A::Error> {
        let mut fields = Vec::new();
        while let Some(field) = map.next_entry()? {
            fields.push(field);
        }
        Ok(Shape::Object(fields))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Shape, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element()? {
            items.push(item);
        }
        Ok(Shape::Array(items))
    }

    fn visit_str<E>(self, _: &str) -> Result<Shape, E> {
        Ok(Shape::Text)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Shape, E> {
        Ok(Shape::Number)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Shape, E> {
        Ok(Shape::Number)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Shape, E> {
        Ok(Shape::Number)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Shape, E> {
        Ok(Shape::Flag)
    }

    fn visit_unit<E>(self) -> Result<Shape, E> {
        Ok(Shape::Null)
    }
}

/// Holds the fields of an object against names and types: `n` number, `s` string, `?` may be null, `o` object, `a` array;
/// `=name` after them where the field may be left out.
#[track_caller]
fn has(shape: &Shape, fields: &str) {
    let mut keys = shape.keys().into_iter().peekable();
    for field in fields.split_whitespace() {
        let (name, kind) = field.split_once(':').unwrap();
        let optional = kind.contains('-');
        if optional && keys.peek() != Some(&name) {
            continue;
        }
        assert_eq!(keys.next(), Some(name), "in {:?}", shape.keys());
        let right = match shape.at(name) {
            Shape::Number => kind.contains('n'),
            Shape::Text => kind.contains('s'),
            Shape::Object(_) => kind.contains('o'),
            Shape::Array(_) => kind.contains('a'),
            Shape::Flag => kind.contains('b'),
            Shape::Null => kind.contains('?'),
        };
        assert!(right, "{name} is {:?}, not {kind}", shape.at(name));
    }
    assert_eq!(keys.next(), None, "more fields than {fields}");
}

#[test]
fn the_report_has_the_fields_of_the_contract_in_their_order() {
    let all = program::logs();
    let paths: Vec<&str> = all.iter().map(|p| p.to_str().unwrap()).collect();
    let report = ran(command().args(["analyze", "-f", "json"]).args(&paths));
    let shape = Shape::of(&report.out);
    has(&shape, "schema_version:s tool:o filter:o? summary:o inputs:a logs:a findings:a suppressed:a");
    has(shape.at("tool"), "name:s version:s lang:s");
    let some = ran(command().args(["analyze", "-f", "json", "--where", "user=*", "samples/server.log"]));
    has(Shape::of(&some.out).at("filter"), "since:s? until:s? where:a sessions_in_all:n");
    let summary = shape.at("summary");
    has(
        summary,
        "inputs:n inputs_not_read:n lines:n lines_not_understood:n sessions:n exchanges:n replies:o problems:o findings:o \
         findings_not_listed:n allowed:n in_baseline:n exit_code:n",
    );
    has(summary.at("replies"), "1xx:n 2xx:n 3xx:n 4xx:n 5xx:n");
    has(summary.at("problems"), "error:n warning:n note:n");
    has(summary.at("findings"), "error:n warning:n note:n");
    assert_eq!(shape.at("inputs").items().len(), paths.len());
    for input in shape.at("inputs").items() {
        has(
            input,
            "path:s member:s? format:s? format_source:s status:s lines:n lines_not_understood:n sessions:n \
             lacks:s? better:s? errors:a",
        );
    }
    for log in shape.at("logs").items() {
        has(log, "name:s inputs:a sessions:n exchanges:n replies:o problems:o");
        has(log.at("replies"), "1xx:n 2xx:n 3xx:n 4xx:n 5xx:n");
        has(log.at("problems"), "error:n warning:n note:n");
    }
    assert!(shape.at("findings").items().len() > 200);
    for finding in shape.at("findings").items() {
        has(
            finding,
            "fingerprint:s rule:s case:s severity:s confidence:s title:s why:s fix:s who:s level:s? location:o time:s? session:o \
             command:o? reply:o? related:a transcript:a facts:o",
        );
        has(finding.at("location"), "path:s member:s- line:n");
        has(finding.at("session"), "id:n? client:s? user:s? server:s?");
        if !matches!(finding.at("command"), Shape::Null) {
            has(finding.at("command"), "verb:s argument:s raw_base64:s-");
        }
        if !matches!(finding.at("reply"), Shape::Null) {
            has(finding.at("reply"), "code:n text:s raw_base64:s-");
        }
        finding.at("related").items().iter().for_each(|r| has(r, "role:s path:s member:s- line:n"));
        let transcript = finding.at("transcript").items();
        transcript
            .iter()
            .for_each(|l| has(l, "line:n time:s? from:s text:s raw_base64:s- path:s- member:s-"));
        assert!(!transcript.is_empty());
    }
}

#[test]
fn words_of_the_report_are_those_of_the_contract() {
    let all = program::logs();
    let paths: Vec<&str> = all.iter().map(|p| p.to_str().unwrap()).collect();
    let report = ran(command().args(["analyze", "-f", "json"]).args(&paths)).json();
    let one_of = |value: &Value, words: &[&str]| assert!(words.contains(&value.as_str().unwrap()), "{value}");
    assert_eq!(report["tool"]["name"], "ftplog");
    assert_eq!(report["tool"]["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(report["tool"]["lang"], "en");
    let mut last = (0, 0);
    for finding in report["findings"].as_array().unwrap() {
        one_of(&finding["severity"], &["error", "warning", "note"]);
        one_of(&finding["confidence"], &["certain", "likely", "possible"]);
        let fingerprint = finding["fingerprint"].as_str().unwrap();
        assert!(
            fingerprint.len() == 16 && fingerprint.bytes().all(|b| b.is_ascii_hexdigit()),
            "{fingerprint}"
        );
        for related in finding["related"].as_array().unwrap() {
            one_of(&related["role"], &["cause", "consequence", "evidence", "capability"]);
            assert!(related["line"].as_u64().unwrap() >= 1);
        }
        for line in finding["transcript"].as_array().unwrap() {
            one_of(&line["from"], &["client", "server"]);
        }
        if let Some(time) = finding["time"].as_str() {
            assert!(time.len() >= 25 && time.as_bytes()[10] == b'T', "{time} is RFC 3339");
        }
        let path = finding["location"]["path"].as_str().unwrap();
        let input = paths.iter().position(|p| *p == path).expect("paths are as given");
        let place = (input, finding["location"]["line"].as_u64().unwrap());
        assert!(place >= last, "{place:?} after {last:?}");
        last = place;
    }
    for input in report["inputs"].as_array().unwrap() {
        one_of(&input["format_source"], &["detected", "given"]);
        one_of(&input["status"], &["ok", "partial", "failed"]);
    }
    let given = ftplog(&["analyze", "-f", "json", "--log-format", "vsftpd", SAMPLE]).json();
    assert_eq!(given["inputs"][0]["format_source"], "given");
}

#[test]
fn exchanges_have_the_fields_of_the_contract_in_their_order() {
    for path in program::logs() {
        let ran = ftplog(&["exchanges", "-f", "ndjson", path.to_str().unwrap()]);
        let mut last = 0;
        for (line, text) in ran.ndjson().iter().zip(ran.out.lines()) {
            let shape = Shape::of(text);
            has(
                &shape,
                "type:s path:s member:s? session:n line:n time:s? client:s? client_port:n? user:s? command:o? replies:a \
                 outcome:s-",
            );
            if !matches!(shape.at("command"), Shape::Null) {
                has(shape.at("command"), "verb:s argument:s raw_base64:s-");
                let verb = line["command"]["verb"].as_str().unwrap();
                assert_eq!(verb, verb.to_uppercase(), "verbs are upper-case");
                if ["PASS", "ACCT"].contains(&verb) {
                    assert_eq!(line["command"]["argument"], "***");
                }
            }
            for reply in shape.at("replies").items() {
                has(reply, "code:n text:a raw_base64:a- line:n time:s?");
            }
            assert_eq!(line["type"], "exchange");
            let at = line["line"].as_u64().unwrap();
            assert!(at >= last, "{}: line {at} after {last}", path.display());
            last = at;
        }
    }
}

#[test]
fn sessions_have_the_fields_of_the_contract() {
    for path in program::logs() {
        let ran = ftplog(&["sessions", "-f", "ndjson", path.to_str().unwrap()]);
        for (n, (line, text)) in (1u64..).zip(ran.ndjson().iter().zip(ran.out.lines())) {
            let shape = Shape::of(text);
            has(
                &shape,
                "type:s path:s member:s? id:n first_line:n last_line:n start:s? end:s? client:s? client_port:n? user:s? \
                 server:s? commands:n replies:o ended:s identity:s",
            );
            has(shape.at("replies"), "1xx:n 2xx:n 3xx:n 4xx:n 5xx:n");
            assert_eq!(line["id"], n, "{}", path.display());
            assert!(
                ["quit", "lost", "refused", "timeout", "open"].contains(&line["ended"].as_str().unwrap()),
                "{line}"
            );
            assert!(
                ["certain", "likely", "possible"].contains(&line["identity"].as_str().unwrap()),
                "{line}"
            );
            assert!(line["first_line"].as_u64() <= line["last_line"].as_u64());
        }
    }
}

#[test]
fn a_reply_code_alone_has_no_text() {
    // %s without %S: 127.0.0.1 UNKNOWN alice [...] "PWD" 257 -
    let ran = ftplog(&["exchanges", "-f", "ndjson", "tests/recorded/proftpd/normal.extended-default.log"]);
    for exchange in ran.ndjson() {
        assert_eq!(exchange["replies"][0]["text"], Value::Array(Vec::new()), "{exchange}");
    }
}

#[test]
fn bytes_that_are_not_utf8_are_kept_in_base64() {
    let log = b"220 ready\nUSER a\n331 ok\nPASS x\n230 in\nRETR caf\xe9.txt\n550 caf\xe9.txt: no such file\nRNTO caf\xe9\n503 RNFR first\nQUIT\n221 bye\n";
    let ran = ftplog_with(&["exchanges", "-f", "ndjson", "-"], log);
    let exchange = ran.ndjson().into_iter().find(|e| e["command"]["verb"] == "RETR").unwrap();
    assert_eq!(exchange["command"]["argument"], "caf\u{fffd}.txt");
    assert_eq!(exchange["command"]["raw_base64"], "Y2Fm6S50eHQ=");
    assert_eq!(exchange["replies"][0]["text"][0], "caf\u{fffd}.txt: no such file");
    let report = ftplog_with(&["analyze", "-f", "json", "-"], log).json();
    let findings = report["findings"].as_array().unwrap();
    let finding = findings.iter().find(|f| f["rule"] == "rename-without-source").unwrap();
    assert_eq!(finding["command"]["argument"], "caf\u{fffd}");
    assert_eq!(finding["command"]["raw_base64"], "Y2Fm6Q==");
}

// Support commands

#[test]
fn sessions_are_counted_and_more_of_them_are_shown_with_all() {
    let one = "220 ready\nQUIT\n221 bye\n".repeat(60);
    let few = ftplog_with(&["sessions", "-"], one.as_bytes());
    let all = ftplog_with(&["sessions", "--all", "-"], one.as_bytes());
    assert!(few.out.starts_with("<stdin>  raw  60 sessions\n"), "{}", few.out);
    assert!(few.out.contains("10 more"), "{}", few.out);
    assert_eq!(all.out.lines().count(), few.out.lines().count() + 10 - 1);
}

#[test]
fn every_rule_and_every_format_is_listed() {
    let rules = ftplog(&["rules"]);
    for rule in ftplog::rule::RULES.iter() {
        assert!(rules.out.contains(rule.name), "{}", rule.name);
    }
    let formats = ftplog(&["formats"]);
    for format in ftplog::format::FORMATS {
        assert!(formats.out.contains(format.dialect.name), "{}", format.dialect.name);
    }
    for wrapper in ftplog::format::WRAPPERS {
        assert!(formats.out.contains(&format!("\n {} ", wrapper.name)), "{}", wrapper.name);
    }
    assert_eq!((rules.code, formats.code), (0, 0));
}

const COMPOSED: &str = "samples/pure-ftpd/docker-compose.log";

#[test]
fn detection_shows_its_scores_and_decides() {
    let ran = ftplog(&["formats", "--detect", COMPOSED, "samples/raw/vsftpd-order.txt"]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    let unfolded = ran.out.replace('\n', " ");
    for said in [
        "docker-compose.log: read as pure-ftpd within syslog within compose, as 88 of the first 100 lines show",
        " Format     Within                 Telling  Fitting",
        " pure-ftpd  syslog within compose       88       88",
        "vsftpd-order.txt: read as raw, since it holds commands and replies and no other format fits",
    ] {
        assert!(unfolded.contains(said), "{said}:\n{}", ran.out);
    }
    fits(40, &["formats", "--detect", COMPOSED]);
    assert_eq!(ftplog_with(&["formats", "--detect", "-"], b"220 ready\nUSER a\n331 x\n").code, 0);
}

#[test]
fn what_is_no_log_has_no_format() {
    let ran = ftplog(&["formats", "--detect", "Cargo.toml", SAMPLE, "nosuch.log"]);
    assert_eq!(ran.code, 2);
    assert!(ran.out.starts_with("samples/server.log: read as vsftpd, as "), "{}", ran.out);
    assert!(
        ran.err.starts_with("error: Cargo.toml is not in a log format that ftplog knows\n"),
        "{}",
        ran.err
    );
    assert!(ran.err.contains("error: cannot read nosuch.log: no such file\n"), "{}", ran.err);
}

#[test]
fn other_protocols_are_named_within_wrappings_too() {
    let said = ["220 mx.example.com ESMTP", "EHLO me", "250 ok", "MAIL FROM:<a>"];
    for head in ["mail-1  | ", "Nov 20 18:24:00 h x[7]: ", "> ", "    "] {
        let log: String = said.iter().map(|l| format!("{head}{l}\n")).collect();
        let ran = ftplog_with(&["analyze", "-"], log.as_bytes());
        assert!(ran.err.contains("looks like an SMTP log, not FTP"), "{head}: {}", ran.err);
    }
}

/// Replies as servers send them, and the first rule that is named for each.
const REPLIES: [(&str, &str); 12] = [
    ("530 Login incorrect.", "login-failed"),
    ("curl: (67) Access denied: 530", "login-failed"),
    ("550 Permission denied.", "permission-denied"),
    ("421 Too many connections (8) from this IP", "service-refused"),
    ("421 Timeout.", "idle-timeout"),
    ("425 Failed to establish connection.", "data-connection-failed"),
    (
        "522 SSL connection failed; session reuse required: see require_ssl_reuse option",
        "tls-session-not-reused",
    ),
    ("552 Disk full - please upload later", "storage-full"),
    ("500 OOPS: vsftpd: refusing to run with writable root inside chroot()", "server-fault"),
    ("502 Command not implemented.", "command-not-implemented"),
    ("530-Sorry\n530 Please login with USER and PASS.", "login-order"),
    ("534 Policy requires SSL.", "tls-required"),
];

#[test]
fn a_reply_leads_to_the_rule_that_explains_it() {
    let found = |text: &str| ftplog(&["explain", "--search", text, "-f", "json"]).json();
    for (text, rule) in REPLIES {
        let hits = found(text);
        let first = hits["hits"].as_array().unwrap().iter().find(|hit| hit["by"] == "rule");
        assert_eq!(first.map(|hit| &hit["name"]), Some(&Value::from(rule)), "{text}: {hits}");
        assert!(hits["hits"][0]["by"] == "code", "{text}");
    }
    // Pasted without the option, it is the same.
    let [(text, _), ..] = REPLIES;
    assert_eq!(ftplog(&["explain", text]).out, ftplog(&["explain", "--search", text]).out);
    assert_eq!(ftplog(&["explain", "--search", "MLSD", "-f", "json"]).json()["hits"][0]["name"], "MLSD");
    assert_eq!(ftplog(&["explain", "--search", "xyzzy"]).out, "xyzzy\nNo page of ftplog has these words.\n");
    assert_eq!(ftplog(&["explain", "--search", ""]).code, 2);
}

#[test]
fn what_is_looked_for_is_shown_safely() {
    for format in ["text", "json", "markdown"] {
        for text in ["PASS hunter2", "530 no PASS hunter2"] {
            let ran = ftplog(&["explain", "--search", text, "-f", format]);
            assert!(!ran.out.contains("hunter2"), "{}", ran.out);
        }
        let hostile = ftplog(&["explain", "--search", "`<img src=x>\u{1b}[2J\u{202e}", "-f", format]).out;
        assert!(!hostile.contains('\u{1b}') && !hostile.contains('\u{202e}'), "{hostile}");
        assert!(
            format != "markdown" || !hostile.contains(" <img") && !hostile.contains("`<img"),
            "{hostile}"
        );
    }
    let long = "550 ".to_owned() + &"word ".repeat(150);
    fits(40, &["explain", "--search", &long]);
    assert!(!ftplog(&["explain", "XPASS hunter2"]).err.contains("hunter2"));
}

#[test]
fn numbers_of_windows_are_told_from_reply_codes() {
    let page = ftplog(&["explain", "10060"]);
    assert_eq!(page.code, 0);
    assert!(page.out.starts_with("10060  error number of Windows, not an FTP reply code\n"), "{}", page.out);
    assert_eq!(ftplog(&["explain", "10000"]).code, 2);
}

#[test]
fn several_topics_are_explained_in_turn() {
    let both = ftplog(&["explain", "503", "RNTO"]);
    let each = [ftplog(&["explain", "503"]).out, ftplog(&["explain", "RNTO"]).out].join("\n");
    assert_eq!(both.out, each);
    assert_eq!(ftplog(&["explain", "AUTH", "TLS"]).out, ftplog(&["explain", "auth"]).out);
}

#[test]
fn codes_that_no_rfc_defines_are_explained_by_their_digits() {
    let ran = ftplog(&["explain", "599"]);
    assert_eq!(ran.code, 0);
    assert!(ran.out.contains("599"), "{}", ran.out);
    assert_eq!(
        ftplog(&["explain", "RENAME-WITHOUT-SOURCE"]).out,
        ftplog(&["explain", "rename-without-source"]).out
    );
}

#[test]
fn the_demo_succeeds_and_is_the_report_of_its_own_sample() {
    let demo = ftplog(&["demo"]);
    assert_eq!((demo.code, demo.err.as_str()), (0, ""));
    let report = ftplog(&["analyze", SAMPLE]).out;
    assert!(demo.out.starts_with(&report), "the demo begins with the report");
}

#[test]
fn the_demo_writes_its_sample_and_never_over_a_file() {
    let place = folder("demo");
    let ran = within(&place, &["demo", "--write", "sample.log"]);
    assert_eq!((ran.code, ran.out.as_str()), (0, ""));
    assert_eq!(fs::read(place.join("sample.log")).unwrap(), sample());
    let again = within(&place, &["demo", "--write", "sample.log"]);
    says(&again, 2, "error: cannot write sample.log: file exists\n");
    assert_eq!(fs::read(place.join("sample.log")).unwrap(), sample());
}

#[test]
fn completions_are_written_for_every_shell() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let ran = ftplog(&["completions", shell]);
        assert_eq!(ran.code, 0);
        assert!(ran.out.contains("ftplog") && ran.out.contains("analyze"), "{shell}");
    }
    assert_eq!(ftplog(&["completions", "cmd"]).code, 2);
}

#[test]
fn the_first_screen_of_a_finding_has_the_shape_of_the_contract() {
    let log = b"220 ready\nUSER a\n331 ok\nPASS x\n230 in\nRNFR q3.csv\n550 RNFR command failed.\nRNTO q4.csv\n503 RNFR required first.\nQUIT\n221 bye\n";
    let ran = ftplog_with(&["analyze", "-q", "-C", "0", "--stdin-name", "server.log", "-"], log);
    let lines: Vec<&str> = ran.out.lines().collect();
    assert!(lines[0].starts_with("error[rename-without-source]: "), "{}", ran.out);
    assert_eq!(lines[1], "   --> server.log:8  session 1  a");
    assert_eq!(lines[2], "    |");
    assert_eq!(lines[3], "  6 | > RNFR q3.csv");
    assert_eq!(lines[4], "  7 | < 550 RNFR command failed.");
    assert!(lines[5].starts_with("    |   --- "), "{}", lines[5]);
    assert_eq!(lines[6], "  8 | > RNTO q4.csv");
    assert!(lines[7].starts_with("    |   ^^^^ "), "{}", lines[7]);
    assert_eq!(lines[8], "  9 | < 503 RNFR required first.");
    assert_eq!(lines[9], "    |");
    for label in ["  why:  ", "  fix:  ", "  more: ftplog explain rename-without-source"] {
        assert!(lines.iter().any(|l| l.starts_with(label)), "{label}\n{}", ran.out);
    }
}
