//! Rotated files are one log: the whole program on the same log whole, cut into files, compressed, and in archives.

#![allow(clippy::unwrap_used, clippy::disallowed_methods)] // Tests write what they read.

mod program;

use program::{Ran, command, ran};
use serde_json::Value;
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Real sessions of a vsftpd, some of which refuse a rename whose reason stands many lines before.
const LOG: &str = include_str!("../samples/server.log");

/// What one run of wget wrote.
const WGET: &str = "samples/wget/proftpd-recursive.txt";

/// An empty folder of a test.
fn folder_of(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("rotation").join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// The log in so many files, the oldest first.
fn pieces(n: usize) -> Vec<String> {
    let lines: Vec<&str> = LOG.split_inclusive('\n').collect();
    let mut pieces: Vec<String> = lines.chunks(lines.len().div_ceil(n)).map(<[&str]>::concat).collect();
    // Only the last files of a short log are short.
    pieces.resize(n, String::new());
    pieces.retain(|piece| !piece.is_empty());
    pieces
}

/// How files are called when they are rotated: the name of the piece that is so many pieces old, of so many.
type Name = fn(usize, usize) -> String;

const NUMBERED: Name = |age, _| if age == 0 { "server.log".to_owned() } else { format!("server.log.{age}") };
const BEFORE_END: Name =
    |age, _| if age == 0 { "server.log".to_owned() } else { format!("server.{age}.log") };
const DATED: Name = |age, _| match age {
    0 => "server.log".to_owned(),
    _ => format!("server.log-2026{:02}{:02}", 12 - (age - 1) / 28, 28 - (age - 1) % 28),
};
const COUNTED: Name = |age, n| format!("server.log.{:03}", n - age);

fn write(folder: &Path, pieces: &[String], name: Name) -> Vec<PathBuf> {
    let n = pieces.len();
    let files = pieces.iter().enumerate().map(|(at, piece)| {
        let path = folder.join(name(n - 1 - at, n));
        fs::write(&path, piece).unwrap();
        path
    });
    files.collect()
}

/// Findings without their places, which differ between one file and several.
fn found(ran: &Ran) -> Vec<Value> {
    let report: Value = serde_json::from_str(&ran.out).unwrap();
    let findings = report["findings"].as_array().unwrap().iter();
    let of = |finding: &Value| {
        let said: Vec<&Value> =
            finding["transcript"].as_array().unwrap().iter().map(|line| &line["text"]).collect();
        let mut session = finding["session"].clone();
        session.as_object_mut().unwrap().remove("numbered_from");
        serde_json::json!([
            finding["rule"],
            finding["case"],
            finding["confidence"],
            finding["time"],
            session,
            finding["command"],
            finding["reply"],
            said
        ])
    };
    findings.map(of).collect()
}

fn analyzed(path: &Path) -> Ran {
    let ran = ran(command().args(["analyze", "--fail-on", "never", "-f", "json"]).arg(path));
    assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{}", path.display());
    ran
}

fn whole() -> Vec<Value> {
    let folder = folder_of("whole");
    fs::write(folder.join("server.log"), LOG).unwrap();
    let found = found(&analyzed(&folder));
    assert!(found.len() > 5);
    found
}

#[test]
fn files_that_were_rotated_give_the_findings_of_the_whole_log() {
    let want = whole();
    for (kind, name) in [("a", NUMBERED), ("b", BEFORE_END), ("c", DATED), ("d", COUNTED)] {
        for n in [2, 3, 7, 20, 50] {
            let folder = folder_of(&format!("{kind}-{n}"));
            write(&folder, &pieces(n), name);
            assert_eq!(found(&analyzed(&folder)), want, "{kind} in {n} files");
        }
    }
}

fn compress(tool: &str, path: &Path) {
    assert!(Command::new(tool).arg("-q").arg(path).status().unwrap().success(), "{tool}");
}

#[test]
fn compressed_files_are_pieces_too_and_so_are_members_of_archives() {
    let want = whole();
    let folder = folder_of("packed");
    let logs = folder.join("logs");
    fs::create_dir(&logs).unwrap();
    let files = write(&logs, &pieces(12), NUMBERED);
    for (path, tool) in files.iter().zip(["gzip", "bzip2", "xz", "gzip", "gzip"]) {
        compress(tool, path);
    }
    assert_eq!(found(&analyzed(&logs)), want);
    for (archive, how) in [("a.tar", "-cf"), ("a.tar.gz", "-czf"), ("a.tar.xz", "-cJf")] {
        let archive = folder.join(archive);
        let tar = Command::new("tar").arg(how).arg(&archive).arg("-C").arg(&folder).arg("logs").status();
        assert!(tar.unwrap().success());
        assert_eq!(found(&analyzed(&archive)), want, "{}", archive.display());
    }
}

#[test]
fn the_cause_in_the_file_before_is_named_with_its_file() {
    let folder = folder_of("cause");
    let lines: Vec<&str> = LOG.split_inclusive('\n').collect();
    let cause = lines.iter().position(|l| l.contains("550 RNFR command failed")).unwrap();
    write(&folder, &[lines[..=cause].concat(), lines[cause + 1..].concat()], NUMBERED);
    let report: Value = serde_json::from_str(&analyzed(&folder).out).unwrap();
    let of_rule = |f: &&Value| f["rule"] == "rename-without-source" && f["case"] == "refused";
    let in_last = |f: &&Value| f["location"]["path"].as_str().unwrap().ends_with("/server.log");
    let finding = report["findings"].as_array().unwrap().iter().find(|f| of_rule(f) && in_last(f));
    let finding = finding.unwrap();
    let older = folder.join("server.log.1").display().to_string();
    let line = cause as u64 + 1;
    assert!(finding["location"]["path"].as_str().unwrap().ends_with("/server.log"), "{finding}");
    assert_eq!(finding["facts"]["cause_line"], serde_json::json!({"path": older, "line": line}));
    let related = finding["related"].as_array().unwrap().iter().find(|r| r["role"] == "cause").unwrap();
    assert_eq!((&related["path"], related["line"].as_u64()), (&Value::from(older.as_str()), Some(line)));
    assert!(finding["why"].as_str().unwrap().contains(&format!("on line server.log.1:{line}")), "{finding}");
    // People see the lines of both files.
    let text = ran(command().args(["analyze", "--fail-on", "never"]).arg(&folder)).out;
    let at = text.find("error[rename-without-source]").unwrap();
    let mut excerpt = text[at..].lines().skip(2);
    assert!(excerpt.any(|l| l.trim_start().starts_with("::: ") && l.ends_with("/server.log.1")), "{text}");
    assert!(
        excerpt.next().unwrap().starts_with(&format!("{line} | ")) || text.contains("550 RNFR"),
        "{text}"
    );
    assert!(excerpt.any(|l| l.trim_start().starts_with("::: ") && l.ends_with("/server.log")), "{text}");
    // And `show` goes on into the file before.
    let target = format!("{}/server.log:{}", folder.display(), finding["location"]["line"]);
    let shown = ran(command().args(["show", "--all", &target]));
    assert_eq!((shown.code, shown.err.as_str()), (0, ""));
    assert!(shown.out.contains("550 RNFR command failed.") && shown.out.contains("::: "), "{}", shown.out);
}

#[test]
fn a_file_that_is_missing_between_two_is_said_and_no_session_goes_over_the_gap() {
    let folder = folder_of("gap");
    let files = write(&folder, &pieces(5), NUMBERED);
    fs::remove_file(&files[2]).unwrap();
    let ran = ran(command().args(["analyze", "--fail-on", "never", "-f", "json"]).arg(&folder));
    let path = folder.display();
    assert_eq!(
        ran.err,
        format!(
            "warning: {path}/server.log.2 is not there: what happened between {path}/server.log.3 and \
             {path}/server.log.1 is not known\n"
        )
    );
    assert_eq!(ran.code, 0);
    let sessions = |folder: &Path| {
        let ran = program::ran(command().args(["sessions", "-f", "ndjson"]).arg(folder));
        ran.out.lines().map(|l| serde_json::from_str(l).unwrap()).collect::<Vec<Value>>()
    };
    let over = |s: &Value| s.get("last_path").is_some();
    let (with_gap, n) = (sessions(&folder), sessions(&folder).iter().filter(|s| over(s)).count());
    assert!(with_gap.iter().all(|s| !over(s) || s["last_path"] != format!("{path}/server.log.1")));
    let whole = folder_of("no-gap");
    write(&whole, &pieces(5), NUMBERED);
    assert!(sessions(&whole).iter().filter(|s| over(s)).count() > n);
}

#[test]
fn logs_of_different_servers_stay_apart_and_stand_in_the_table() {
    let folder = folder_of("servers");
    for server in ["ftp01", "ftp02"] {
        let logs = folder.join(server);
        fs::create_dir(&logs).unwrap();
        write(&logs, &pieces(3), NUMBERED);
    }
    let ran = ran(command().args(["analyze", "--fail-on", "never"]).arg(&folder));
    let rows: Vec<&str> = ran.out.lines().filter(|l| l.trim_start().starts_with("ftp0")).collect();
    let numbers = |row: &str| row.split_whitespace().skip(1).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(rows.len(), 2, "{}", ran.out);
    assert_eq!(numbers(rows[0]), numbers(rows[1]));
    // Greetings and replies, counted in the log: FTP response lines that are final or preliminary lines of a reply.
    let (n4, n5) = (replies("4"), replies("5"));
    let share = |n: usize| format!("{:.2}%", n as f64 * 100.0 / replies("") as f64);
    let row = numbers(rows[0]);
    assert_eq!(
        (row[1].as_str(), &row[2], &row[3]),
        (replies("").to_string().as_str(), &share(n4), &share(n5))
    );
    let report: Value = serde_json::from_str(&analyzed(&folder).out).unwrap();
    assert_eq!(report["logs"].as_array().unwrap().len(), 2);
    assert_eq!(report["logs"][1]["inputs"], serde_json::json!([3, 4, 5]));
}

/// Replies in the log whose code begins so: lines with a code and a blank behind it end a reply.
fn replies(class: &str) -> usize {
    let codes = LOG
        .lines()
        .filter_map(|l| l.split_once("FTP response: Client ")?.1.split_once(", \""))
        .map(|(_, said)| said);
    let ends = codes
        .filter(|said| said.len() > 3 && said[..3].bytes().all(|b| b.is_ascii_digit()) && &said[3..4] == " ");
    ends.filter(|said| said.starts_with(class)).count()
}

#[test]
fn a_directory_of_five_thousand_files_holds_what_was_written_into_it() {
    const SERVERS: usize = 50;
    const FILES: usize = 100;
    let folder = folder_of("many");
    for server in 0..SERVERS {
        let logs = folder.join(format!("ftp{server:02}"));
        fs::create_dir(&logs).unwrap();
        for age in 0..FILES {
            let name = if age == 0 { "vsftpd.log".to_owned() } else { format!("vsftpd.log.{age}") };
            fs::write(logs.join(name), session(server, FILES - age)).unwrap();
        }
    }
    fs::write(folder.join("readme.txt"), "nothing\n").unwrap();
    fs::write(folder.join("empty.log"), "").unwrap();
    let report: Value = serde_json::from_str(&analyzed(&folder).out).unwrap();
    let summary = &report["summary"];
    assert_eq!(summary["inputs"], SERVERS * FILES);
    assert_eq!(report["logs"].as_array().unwrap().len(), SERVERS);
    // One session begins in each file but the last of its server, and ends in the next: none is cut in two.
    assert_eq!(summary["sessions"], SERVERS * FILES);
    assert_eq!(summary["replies"]["5xx"], SERVERS * (FILES + FILES - 1));
    assert_eq!(summary["findings"]["error"], SERVERS * (FILES - 1));
    let errors = report["findings"].as_array().unwrap().iter().filter(|f| f["severity"] == "error");
    assert!(errors.into_iter().all(|f| f["rule"] == "rename-without-source" && f["case"] == "refused"));
}

/// The end of the session before, whose RNFR was refused in the file before, and the beginning of the next one.
fn session(server: usize, number: usize) -> String {
    let mut out = std::io::Cursor::new(Vec::new());
    let mut say = |number: usize, second: usize, user: &str, what: &str, said: &str| {
        let (pid, client) = (1_000 + 2 * number, format!("192.0.2.{server}"));
        let (day, hour) = (1 + number / 24, number % 24);
        writeln!(
            out,
            "Thu Jan {day:2} {hour:02}:00:{second:02} 2026 [pid {pid}] {user}{what}: Client \"{client}\"{said}",
        )
        .unwrap();
    };
    let (command, response) = ("FTP command", "FTP response");
    if number > 1 {
        say(number - 1, 10, "[ann] ", command, ", \"RNTO b\"");
        say(number - 1, 10, "[ann] ", response, ", \"503 RNFR required first.\"");
        say(number - 1, 11, "[ann] ", command, ", \"QUIT\"");
        say(number - 1, 11, "[ann] ", response, ", \"221 Goodbye.\"");
    }
    say(number, 2, "", "CONNECT", "");
    say(number, 2, "", response, ", \"220 (vsFTPd 3.0.3)\"");
    say(number, 3, "", command, ", \"USER ann\"");
    say(number, 3, "[ann] ", response, ", \"331 Please specify the password.\"");
    say(number, 4, "[ann] ", command, ", \"PASS <password>\"");
    say(number, 4, "[ann] ", response, ", \"230 Login successful.\"");
    say(number, 5, "[ann] ", command, ", \"RNFR a\"");
    say(number, 5, "[ann] ", response, ", \"550 RNFR command failed.\"");
    String::from_utf8(out.into_inner()).unwrap()
}

/// The path of a file or member.
fn named(path: &Value, member: &Value) -> String {
    let member = member.as_str().map(|member| format!("/{member}"));
    format!("{}{}", path.as_str().unwrap(), member.unwrap_or_default())
}

fn last_part(path: &str) -> &str {
    path.rsplit('/').next().unwrap()
}

/// What `show` takes for a session of a list or a finding: the number, and the file beside it or the one that it is counted from.
fn target(at: &Value, number: &Value, from: &[Value; 2]) -> String {
    let file = if from[0].is_null() { named(&at["path"], &at["member"]) } else { named(&from[0], &from[1]) };
    format!("{file}@{number}")
}

#[test]
fn the_number_of_a_session_is_the_one_that_show_takes_with_the_path_beside_it() {
    let folder = folder_of("numbers");
    let packed = folder.join("rotated.tar.gz");
    fs::copy(program::root().join("samples/archive/rotated.tar.gz"), &packed).unwrap();
    let untar = Command::new("tar").arg("-xzf").arg(&packed).arg("-C").arg(&folder).status();
    assert!(untar.unwrap().success());
    let logs = folder.join("ftp01");
    let some: Vec<PathBuf> = ["vsftpd.log.1", "vsftpd.log"].map(|name| logs.join(name)).to_vec();
    let alone = ["vsftpd.log.2.gz", "vsftpd.log.1", "vsftpd.log"].map(|name| vec![logs.join(name)]);
    let member = vec![packed.join("ftp01/vsftpd.log.1")];
    // Sessions that go over the end of a file that was read alone end there, but begin where they do.
    for paths in [vec![packed.clone()], vec![logs.clone()], some, member].into_iter().chain(alone) {
        let listed = ran(command().args(["sessions", "-f", "ndjson"]).args(&paths)).ndjson();
        for session in &listed {
            let from = ["numbered_from_path", "numbered_from_member"].map(|key| session[key].clone());
            let target = target(session, &session["id"], &from);
            let shown = ran(command().env("COLUMNS", "300").args(["show", &target]));
            assert_eq!(shown.code, 0, "{target}: {}", shown.err);
            let head = shown.out.lines().next().unwrap();
            assert!(head.contains(&format!("session {}", session["id"])), "{target}: {head}");
            let file = named(&session["path"], &session["member"]);
            let with_file = format!("lines {}:{} to ", last_part(&file), session["first_line"]);
            let plain = format!("lines {} to ", session["first_line"]);
            assert!(head.contains(&with_file) || head.contains(&plain), "{target}: {head}");
            assert!(head.contains(session["client"].as_str().unwrap()), "{target}: {head}");
        }
    }
}

#[test]
fn a_report_and_a_list_print_the_file_that_sessions_are_numbered_from() {
    let archive = "samples/archive/rotated.tar.gz";
    let text = ran(command().args(["analyze", "--fail-on", "never", archive])).out;
    assert!(text.contains("\n       session vsftpd.log.2.gz@8  backup@203.0.113.7\n"), "{text}");
    let report = ran(command().args(["analyze", "--fail-on", "never", "-f", "json", archive])).json();
    let mut findings = report["findings"].as_array().unwrap().iter();
    let is_in_last = |f: &&Value| f["location"]["member"] == "ftp01/vsftpd.log" && f["location"]["line"] == 2;
    let finding = findings.find(is_in_last).unwrap();
    let from = &finding["session"]["numbered_from"];
    let target = target(
        &finding["location"],
        &finding["session"]["id"],
        &[from["path"].clone(), from["member"].clone()],
    );
    assert_eq!(target, format!("{archive}/ftp01/vsftpd.log.2.gz@8"));
    // The session of the finding, from the file in which it begins to the one in which the finding stands.
    let by_number = ran(command().args(["show", &target])).out;
    let by_line = ran(command().args(["show", "--all", &format!("{archive}/ftp01/vsftpd.log:2")])).out;
    let lines = |shown: &str| shown[shown.find("   ::: ").unwrap()..].to_owned();
    assert!(lines(&by_line).starts_with(&lines(&by_number)), "{by_line}");
    assert!(by_line.contains("\n  session vsftpd.log.2.gz@8\n"), "{by_line}");
    let list = ran(command().env("COLUMNS", "300").args(["sessions", archive])).out;
    assert!(
        list.contains(&format!("\nTo see session N: ftplog show {archive}/ftp01/vsftpd.log.2.gz@N\n")),
        "{list}"
    );
    let exchanges = ran(command().args(["exchanges", archive])).out;
    let row =
        exchanges.lines().find(|row| row.starts_with(&format!("{archive}/ftp01/vsftpd.log:2 "))).unwrap();
    assert!(row.contains("  session vsftpd.log.2.gz@8  RNTO"), "{row}");
    let rows = ran(command().args(["exchanges", "-f", "ndjson", archive])).ndjson();
    let row = rows.iter().find(|row| row["member"] == "ftp01/vsftpd.log" && row["line"] == 2).unwrap();
    assert_eq!((&row["session"], &row["numbered_from_member"]), (&8.into(), &"ftp01/vsftpd.log.2.gz".into()));
}

#[test]
fn each_file_of_a_client_that_writes_one_a_run_begins_anew_and_what_a_collector_wrote_goes_on() {
    // `wget -S`, killed within the greeting of the server, and the run of the next day.
    let killed = "--2026-10-05 03:00:00--  ftp://ftp.example.org/a\n           => 'a'\nResolving ftp.example.org... 192.0.2.1\n\
        Connecting to ftp.example.org|192.0.2.1|:21... connected.\nLogging in as anonymous ... \n\
        220-Welcome\n";
    let whole = fs::read_to_string(program::root().join(WGET)).unwrap();
    let sessions = |folder: &Path| ran(command().args(["sessions", "-f", "ndjson"]).arg(folder)).ndjson();
    let folder = folder_of("runs");
    fs::write(folder.join("wget-2026-10-05.log"), killed).unwrap();
    fs::write(folder.join("wget-2026-10-06.log"), &whole).unwrap();
    let both = sessions(&folder);
    assert!(both.iter().all(|session| session.get("last_path").is_none()), "{both:?}");
    let alone = sessions(&program::root().join(WGET)).len();
    assert_eq!(both.len(), 1 + alone, "{both:?}");
    // Docker cuts what it collects by size, wherever a run is.
    let collected = |text: &str| -> String {
        let line = |line: &str| {
            let log = serde_json::json!({"log": format!("{line}\n"), "stream": "stderr", "time": "2026-10-05T03:00:00.000000000Z"});
            format!("{log}\n")
        };
        text.lines().map(line).collect()
    };
    let lines: Vec<&str> = whole.split_inclusive('\n').collect();
    let (older, younger) = lines.split_at(lines.len() / 2);
    let folder = folder_of("collected");
    fs::write(folder.join("c-json.log.1"), collected(&older.concat())).unwrap();
    fs::write(folder.join("c-json.log"), collected(&younger.concat())).unwrap();
    let both = sessions(&folder);
    assert_eq!(both.len(), alone, "{both:?}");
    assert!(both.iter().any(|session| session.get("last_path").is_some()), "{both:?}");
}

#[test]
fn a_log_and_a_copy_of_it_are_two_logs() {
    let folder = folder_of("copy");
    let path = folder.join("server.log");
    fs::write(&path, LOG).unwrap();
    fs::copy(&path, folder.join("server.log.1")).unwrap();
    compress("gzip", &folder.join("server.log.1"));
    fs::copy(folder.join("server.log.1.gz"), folder.join("server.log.gz")).unwrap();
    let report: Value = serde_json::from_str(&analyzed(&folder).out).unwrap();
    let inputs: Vec<usize> =
        report["logs"].as_array().unwrap().iter().map(|l| l["inputs"].as_array().unwrap().len()).collect();
    assert_eq!(inputs, [2, 1]);
    let mut names = String::new();
    for input in report["inputs"].as_array().unwrap() {
        let _ = write!(names, "{} ", input["path"].as_str().unwrap().rsplit('/').next().unwrap());
    }
    assert_eq!(names, "server.log.1.gz server.log server.log.gz ");
}

#[test]
fn files_are_chosen_by_patterns_and_read_once() {
    let folder = folder_of("patterns");
    for server in ["ftp01", "ftp02", "old"] {
        fs::create_dir(folder.join(server)).unwrap();
        write(&folder.join(server), &pieces(2), NUMBERED);
    }
    let run = |args: &[&str]| {
        ran(command().current_dir(&folder).args(["analyze", "--fail-on", "never", "-f", "json"]).args(args))
    };
    let inputs = |args: &[&str]| -> Vec<String> {
        let ran = run(args);
        assert_eq!(ran.code, 0, "{args:?}: {}", ran.err);
        let report: Value = serde_json::from_str(&ran.out).unwrap();
        report["inputs"].as_array().unwrap().iter().map(|i| i["path"].as_str().unwrap().to_owned()).collect()
    };
    let both = ["ftp01/server.log.1", "ftp01/server.log", "ftp02/server.log.1", "ftp02/server.log"];
    assert_eq!(inputs(&["ftp*"]), both);
    assert_eq!(inputs(&["ftp0[12]/*"]), both);
    assert_eq!(inputs(&["ftp*/*.log"]), [both[1], both[3]]);
    assert_eq!(inputs(&["--exclude", "old", "."]), both.map(|path| format!("./{path}")));
    assert_eq!(
        inputs(&["--exclude", "*.1", "--exclude", "ftp01/*", "ftp*", "old/"]),
        [both[3], "old/server.log"]
    );
    let tar = Command::new("tar").args(["-cf", "a.tar", "ftp01", "old"]).current_dir(&folder).status();
    assert!(tar.unwrap().success());
    assert_eq!(inputs(&["--exclude", "old", "a.tar"]), ["a.tar", "a.tar"]);
    // Whatever a file is called, it is counted once.
    let twice = run(&["ftp01/server.log", "ftp01", "./ftp01/server.log"]);
    let report: Value = serde_json::from_str(&twice.out).unwrap();
    assert_eq!(report["summary"]["inputs"], 2);
    let said = "warning: ./ftp01/server.log is the same file as ftp01/server.log: it is read once\n";
    assert_eq!((twice.code, twice.err.as_str()), (0, said));
    let none = run(&["--exclude", "*", "ftp01"]);
    assert_eq!((none.code, none.err.lines().next()), (2, Some("error: every file is excluded")));
    let bad = run(&["--exclude", "[a", "ftp01"]);
    assert_eq!((bad.code, bad.err.lines().next()), (2, Some("error: [a is not a pattern of paths")));
    let missing = run(&["none*"]);
    assert_eq!(
        (missing.code, missing.err.lines().next()),
        (2, Some("error: cannot read none*: no such file"))
    );
}

#[test]
fn an_empty_file_after_a_rotation_is_no_mistake_and_a_damaged_one_is_said() {
    let folder = folder_of("empty");
    let files = write(&folder, &pieces(3), NUMBERED);
    fs::write(&files[2], "").unwrap();
    let report = ran(command().args(["analyze", "--fail-on", "never"]).args(&files));
    assert_eq!((report.code, report.err.as_str()), (0, ""));
    let listed = ran(command().args(["sessions"]).args(&files));
    assert_eq!((listed.code, listed.err.as_str()), (0, ""));
    // A piece that is cut off is read as far as it goes; what comes behind it is read, too.
    compress("gzip", &files[1]);
    let packed = files[1].with_extension("1.gz");
    let bytes = fs::read(&packed).unwrap();
    fs::write(&packed, &bytes[..bytes.len() / 2]).unwrap();
    fs::write(&files[2], pieces(3).pop().unwrap()).unwrap();
    let report = ran(command().args(["analyze", "--fail-on", "never", "-f", "json"]).arg(&folder));
    assert_eq!(report.code, 2);
    assert!(
        report.err.contains("server.log.1.gz to its end: the gzip data ends too early"),
        "{}",
        report.err
    );
    let report: Value = serde_json::from_str(&report.out).unwrap();
    let status = report["inputs"].as_array().unwrap().iter().map(|i| i["status"].as_str().unwrap());
    assert_eq!(status.collect::<Vec<_>>(), ["ok", "partial", "ok"]);
}

#[test]
fn an_archive_that_is_cut_off_is_one_error_with_the_lines_that_were_read() {
    let folder = folder_of("cut");
    let whole = fs::read(program::root().join("samples/archive/rotated.tar.gz")).unwrap();
    let sample = "samples/archive/rotated.tar.gz";
    let unpacked = Command::new("gzip").args(["-dc", sample]).current_dir(program::root()).output();
    let tar = unpacked.unwrap().stdout;
    // Within the youngest file, which stands first in the archive; within the one before it, and within the oldest.
    let packed = [1_000, 2_000, 4_000, 5_000, 5_500].map(|n| ("a.tar.gz", &whole[..n]));
    let plain = [10_000, 30_000, 60_000].map(|n| ("a.tar", &tar[..n]));
    let nested = folder.join("nested");
    for (name, bytes) in packed.into_iter().chain(plain) {
        let archive = folder.join(name);
        fs::write(&archive, bytes).unwrap();
        fs::create_dir_all(&nested).unwrap();
        fs::copy(&archive, nested.join(name)).unwrap();
        let outer = folder.join("outer.tar");
        let tar = Command::new("tar").arg("-cf").arg(&outer).arg("-C").arg(&folder).arg("nested").status();
        assert!(tar.unwrap().success());
        fs::remove_dir_all(&nested).unwrap();
        for command_name in ["analyze", "sessions"] {
            for archive in [&archive, &outer] {
                let ran = ran(command().arg(command_name).arg(archive));
                let errors: Vec<&str> = ran.err.lines().filter(|line| line.starts_with("error")).collect();
                let said =
                    format!("{command_name} {} of {} bytes: {}", archive.display(), bytes.len(), ran.err);
                assert_eq!((ran.code, errors.len()), (2, 1), "{said}");
                assert!(
                    errors[0].contains("/vsftpd.log") && errors[0].ends_with("data ends too early"),
                    "{said}"
                );
                let lines = ran.err.lines().find(|line| line.ends_with("lines before that point were read"));
                assert!(lines.is_some(), "{said}");
            }
        }
        let piped = program::with_input(command().args(["sessions", "-"]), bytes);
        assert_eq!(
            piped.err.lines().filter(|line| line.starts_with("error")).count(),
            1,
            "{name}: {}",
            piped.err
        );
    }
}

#[test]
fn what_cannot_be_opened_twice_or_is_no_piece_is_read_by_itself_and_nothing_goes_over_it() {
    let folder = folder_of("apart");
    let files = write(&folder, &pieces(3), NUMBERED);
    let sessions = |ran: &Ran| ran.out.lines().filter(|l| l.contains("\"session\"")).count();
    let run = |args: &[&str], input: &[u8]| {
        program::with_input(
            command().current_dir(&folder).args(["sessions", "-f", "ndjson"]).args(args),
            input,
        )
    };
    let alone = |at: usize| sessions(&run(&[NUMBERED(2 - at, 3).as_str()], b""));
    // Standard input under the name of a piece.
    let piped = run(&["--stdin-name", "server.log", "server.log.1", "-"], pieces(3)[2].as_bytes());
    assert_eq!((piped.code, sessions(&piped)), (0, alone(1) + alone(2)), "{}", piped.err);
    // However the folder is named, files in it are pieces of one log.
    let named = run(&["./server.log", "server.log.1", "server.log.2"], b"");
    let whole = run(&["."], b"");
    assert_eq!((named.code, sessions(&named)), (0, sessions(&whole)));
    // A piece that was left out, or is an archive, is a gap that no session goes over.
    let excluded = run(&[".", "--exclude", "server.log.1"], b"");
    assert_eq!((excluded.code, excluded.err.as_str(), sessions(&excluded)), (0, "", alone(0) + alone(2)));
    let tar = Command::new("tar").args(["-cf", "t", "server.log.1"]).current_dir(&folder).status();
    assert!(tar.unwrap().success());
    fs::rename(folder.join("t"), &files[1]).unwrap();
    let with_archive = run(&["."], b"");
    assert_eq!((with_archive.code, sessions(&with_archive)), (0, alone(0) + alone(1) + alone(2)));
    // Another file in the place of a piece is missing.
    fs::write(&files[1], "nothing that is known\n".repeat(3)).unwrap();
    let foreign = run(&["."], b"");
    assert_eq!((foreign.code, sessions(&foreign)), (2, alone(0) + alone(2)), "{}", foreign.err);
}
