//! The laws of the house that need a whole run: the result depends on nothing but the log, no line is lost, no input stops
//! the program, no secret and no control character of a log comes out.

#![allow(clippy::format_collect, clippy::type_complexity, clippy::needless_for_each, clippy::too_many_lines)] // Tables and text.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test that cannot go on fails, and may read files"
)]

mod program;

#[allow(unreachable_pub, reason = "it is written for benches, too")]
#[path = "../benches/multiply.rs"]
mod multiply;

use ftplog::catalog::Words;
use ftplog::engine::{self, Piece, Settings, Stats, Stop};
use ftplog::format::{self, FORMATS, Format};
use ftplog::lang::Lang;
use ftplog::report::{Exchanges, Renderer, Report, Sentences, Sessions, Shape, View};
use ftplog::source::Input;
use ftplog::time::Zone;
use program::{command, ran, with_input};
use proptest::prelude::*;
use proptest::test_runner::TestCaseError;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

const RECORDING: &str = include_str!("../samples/server.log");

/// What came of a log, in every shape that a program reads.
#[derive(Debug, PartialEq, Eq)]
struct Outcome {
    report: String,
    exchanges: String,
    sessions: String,
}

/// The report of a log, and how much of it was understood.
fn report(log: &[u8], settings: &Settings) -> Result<(String, String, Stats), Stop> {
    let mut run = engine::run(Input::bytes("x.log", log), settings, Report::default(), |_| Ok(()))?;
    let input = run.input();
    let sentences = Sentences::new(Lang::En, Zone::UTC);
    let summary = run.gathered.seal(vec![input]);
    let view = View { all: true, ..View::of(&summary, &sentences) };
    Ok((in_format("json", &view), in_format("text", &view), run.read.stats))
}

fn in_format(name: &str, view: &View) -> String {
    Renderer::named(name).expect("the format is there").in_memory(view)
}

fn outcome(log: &[u8], settings: &Settings) -> Outcome {
    let (report, ..) = report(log, settings).unwrap();
    let mut exchanges = Vec::new();
    let gather = Exchanges::new(Shape::Ndjson, Zone::UTC, &Words::new(Lang::En));
    let prompt = Settings { prompt: true, ..settings.clone() };
    engine::run(Input::bytes("x.log", log), &prompt, gather, |progress| {
        let written = progress.gathered.write(&mut exchanges, progress.complete_before, progress.starts);
        written.map_err(|_| Stop::Done)
    })
    .unwrap();
    let mut sessions = Vec::new();
    let mut run = engine::run(Input::bytes("x.log", log), settings, Sessions::default(), |_| Ok(())).unwrap();
    run.gathered.sort();
    run.gathered.ndjson(&mut sessions, &run.starts).unwrap();
    Outcome {
        report,
        exchanges: String::from_utf8(exchanges).unwrap(),
        sessions: String::from_utf8(sessions).unwrap(),
    }
}

fn with(jobs: usize, block_bytes: usize) -> Settings {
    Settings { jobs, block_bytes, ..Settings::default() }
}

/// The samples: name, format by the name of the folder, and bytes.
fn samples() -> Vec<(String, &'static Format, Vec<u8>)> {
    let read = |path: &Path| {
        let name = path.strip_prefix(program::root()).unwrap().display().to_string();
        let folder = path.parent().unwrap().file_name().unwrap().to_str().unwrap();
        let format = format::named(folder).unwrap_or(format::named("vsftpd").unwrap());
        (name, format, fs::read(path).unwrap())
    };
    let files = program::files("samples");
    // What is packed is for `tests/packed.rs`.
    files.iter().filter(|p| p.extension().is_none_or(|e| e != "md" && e != "gz")).map(|p| read(p)).collect()
}

/// The samples that are text.
fn texts() -> impl Iterator<Item = (String, &'static Format, Vec<u8>)> {
    samples().into_iter().filter(|(_, format, _)| !std::ptr::eq(*format, format::of_captures()))
}

#[test]
fn threads_and_blocks_change_nothing() {
    for (name, _, log) in texts() {
        let want = outcome(&log, &with(1, 0));
        for (jobs, block_bytes) in [(1, 1), (1, 7), (1, 4096), (2, 0), (2, 100), (4, 0), (4, 7)] {
            let got = outcome(&log, &with(jobs, block_bytes));
            assert!(got == want, "{name} with {jobs} threads and blocks of {block_bytes} bytes");
        }
    }
}

/// Captures are not looked at before they are cut into blocks, so that small blocks are small. A greeting may then be
/// handed out before the user is known.
#[test]
fn threads_and_blocks_change_nothing_in_a_capture() {
    let without_users = |outcome: Outcome| {
        let lines = outcome.exchanges.lines().map(|line| {
            let mut exchange: serde_json::Value = serde_json::from_str(line).unwrap();
            exchange.as_object_mut().unwrap().remove("user");
            format!("{exchange}\n")
        });
        Outcome { exchanges: lines.collect(), ..outcome }
    };
    for (name, format, log) in samples() {
        if std::ptr::eq(format, format::of_captures()) {
            let want = without_users(outcome(&log, &with(1, 0)));
            for (jobs, block_bytes) in [(1, 1), (1, 7), (2, 0), (2, 100), (4, 7)] {
                let got = without_users(outcome(&log, &with(jobs, block_bytes)));
                assert!(got == want, "{name} with {jobs} threads and blocks of {block_bytes} bytes");
            }
        }
    }
}

#[test]
fn threads_and_blocks_change_nothing_in_a_large_log() {
    let mut log = Vec::new();
    multiply::multiply(RECORDING, 256 << 10, &mut log).unwrap();
    let want = outcome(&log, &with(1, 0));
    for (jobs, block_bytes) in [(1, 4096), (2, 100), (2, 65_536), (4, 0), (4, 4096)] {
        assert!(
            outcome(&log, &with(jobs, block_bytes)) == want,
            "{jobs} threads and blocks of {block_bytes} bytes"
        );
    }
}

/// More findings than are listed, and far more than keep their lines.
#[test]
fn threads_and_blocks_change_nothing_where_findings_are_only_counted() {
    let recording =
        fs::read_to_string(program::root().join("tests/recorded/vsftpd/prelogin.vsftpd.log")).unwrap();
    let mut log = Vec::new();
    multiply::multiply(&recording, 1400 << 10, &mut log).unwrap();
    let (want, ..) = report(&log, &with(1, 0)).unwrap();
    let shape: serde_json::Value = serde_json::from_str(&want).unwrap();
    assert!(shape["summary"]["findings_not_listed"].as_u64() > Some(100));
    for (jobs, block_bytes) in [(1, 4096), (2, 65_536), (4, 10_000)] {
        let (got, ..) = report(&log, &with(jobs, block_bytes)).unwrap();
        assert!(got == want, "{jobs} threads and blocks of {block_bytes} bytes");
    }
}

#[test]
fn the_same_run_twice_gives_the_same_bytes() {
    for (_, _, log) in samples() {
        assert!(outcome(&log, &with(4, 100)) == outcome(&log, &with(4, 100)));
    }
}

/// Lines as the wc of the house counts them: what a newline ends, and a rest without one. UTF-16 is counted as text, and where
/// no line ends at LF, lines end at CR.
fn lines_of(log: &[u8]) -> u64 {
    if let [a @ (0xff | 0xfe), b @ (0xff | 0xfe), rest @ ..] = log
        && a != b
    {
        let unit = |u: &[u8]| {
            if *a == 0xff { u16::from_le_bytes([u[0], u[1]]) } else { u16::from_be_bytes([u[0], u[1]]) }
        };
        let mut text = String::from_utf16_lossy(&rest.chunks_exact(2).map(unit).collect::<Vec<_>>());
        text.extend((rest.len() % 2 == 1).then_some('x'));
        return lines_of(text.as_bytes());
    }
    if log.contains(&b'\r') && !log.contains(&b'\n') && !log.contains(&0) {
        return lines_of(&replaced(log, b"\r", b"\n"));
    }
    let newlines = log.split(|b| *b == b'\n').count() - 1;
    (newlines + usize::from(log.last().is_some_and(|b| *b != b'\n'))) as u64
}

#[test]
fn every_line_is_counted() {
    for (name, format, log) in texts() {
        let cut = &log[..log.len() - 1];
        let with_noise = [b"what is this?\n".as_slice(), &log, b"\n\nwhat is that?"].concat();
        for log in [&log[..], cut, &with_noise] {
            let settings = Settings { format: Some(format), ..with(2, 100) };
            let (.., stats) = report(log, &settings).unwrap();
            assert_eq!(stats.lines, lines_of(log), "{name}");
            assert_eq!(stats.bytes, log.len() as u64, "{name}");
            assert!(stats.lines_not_understood <= stats.lines, "{name}");
        }
    }
}

#[test]
fn every_packet_is_counted_as_a_line() {
    for (name, format, log) in samples() {
        if std::ptr::eq(format, format::of_captures()) {
            let (.., stats) = report(&log, &with(2, 100)).unwrap();
            let counts = stats.capture.unwrap();
            assert!(counts.packets > 50, "{name}");
            assert_eq!((stats.lines, stats.bytes), (counts.packets, log.len() as u64), "{name}");
        }
    }
}

fn is_understood_to_the_last_line(name: &str, format: &Format, log: Vec<u8>) {
    let run = engine::run(Input::bytes("x", log), &with(1, 0), Report::default(), |_| Ok(())).unwrap();
    assert_eq!(run.read.plan.main().dialect.name, format.dialect.name, "{name}");
    let shown: Vec<_> =
        run.read.stats.not_understood.iter().map(|(n, l)| (n, String::from_utf8_lossy(l))).collect();
    assert_eq!(run.read.stats.lines_not_understood, 0, "{name}: {shown:?}");
}

/// Begins with a line that names the columns.
const WITH_HEADER: &str = "samples/filezilla-server/administration-interface.log";

#[test]
fn the_samples_are_understood_to_the_last_line() {
    for (name, format, log) in samples().into_iter().filter(|(n, ..)| n != WITH_HEADER) {
        is_understood_to_the_last_line(&name, format, log);
    }
}

#[test]
fn a_line_that_names_the_columns_is_understood() {
    for (name, format, log) in samples().into_iter().filter(|(n, ..)| n == WITH_HEADER) {
        is_understood_to_the_last_line(&name, format, log);
    }
}

#[test]
fn lines_that_are_not_understood_are_counted_and_kept() {
    for name in ["vsftpd", "proftpd-trace", "proftpd-extended", "pure-ftpd"] {
        let settings = Settings { format: Some(format::named(name).unwrap()), ..with(1, 0) };
        let (.., stats) = report(b"one\ntwo\nthree\n", &settings).unwrap();
        let kept: Vec<_> = stats.not_understood.iter().map(|(n, l)| (*n, l.as_slice())).collect();
        assert_eq!(kept, [(1, &b"one"[..]), (2, b"two"), (3, b"three")], "{name}");
        assert_eq!(stats.lines_not_understood, 3, "{name}");
    }
}

/// Runs a log through a format, or through whatever is detected, and through every renderer.
fn survives(log: &[u8], format: Option<&'static Format>) -> Result<(), TestCaseError> {
    let settings = Settings { format, ..with(1, 512) };
    match report(log, &settings) {
        Ok((json, text, stats)) => {
            let lines = stats.capture.map_or_else(|| lines_of(log), |counts| counts.packets);
            prop_assert_eq!(stats.lines, lines);
            prop_assert!(serde_json::from_str::<serde_json::Value>(&json).is_ok());
            prop_assert_eq!(harm(text.as_bytes()), None);
            let got = outcome(log, &settings);
            prop_assert!(got.exchanges.lines().all(|l| serde_json::from_str::<serde_json::Value>(l).is_ok()));
            prop_assert_eq!(got, outcome(log, &Settings { block_bytes: 0, ..settings }));
        }
        Err(stop) => prop_assert!(!matches!(stop, Stop::Read(_) | Stop::Threads(_) | Stop::Done), "{stop}"),
    }
    Ok(())
}

/// Pieces of which logs are made.
fn piece() -> impl Strategy<Value = Vec<u8>> {
    let words: Vec<&'static str> = vec![
        "\n",
        "\r\n",
        "220 ready\n",
        "USER a\n",
        "331 go\n",
        "PASS x\n",
        "230 in\n",
        "RNFR a\n",
        "350 go\n",
        "RNTO b\n",
        "503 no\n",
        "211-Features:\n",
        " MLST\n",
        "211 End\n",
        "PASV\n",
        "227 Entering Passive Mode (1,2,3,4,5,6)\n",
        "RETR f\n",
        "150 here\n",
        "226 done\n",
        "421 Timeout\n",
        "QUIT\n",
        "221 bye\n",
        "---> ",
        "<--- ",
        "> ",
        "< ",
        "\"",
        "[",
        "]",
        "(",
        ")",
        "214-",
        "Fri Nov 20 18:32:21 2026 [pid 1] ",
        "CONNECT: Client \"::1\"\n",
        "FTP command: Client \"1.2.3.4\", \"",
        "FTP response: Client \"1.2.3.4\", \"",
        "Nov 20 18:36:17 h pure-ftpd: (a@1.2.3.4) [DEBUG] ",
        "Command [",
        "] [",
        "2026-11-20 18:33:28,650 [1] <response:1>: ",
        "2026-11-20 18:33:28,650 [1] <command:7>: dispatching PRE_CMD command '",
        "' to mod_core.c\n",
        "Response:\t",
        "Command:\t",
        "<13>1 ",
        "{\"__REALTIME_TIMESTAMP\":\"1\",\"SYSLOG_IDENTIFIER\":\"vsftpd\",\"MESSAGE\":\"",
        "\"}\n",
        "{\"log\":\"",
        "\\n\",\"stream\":\"stdout\",\"time\":\"2026-11-20T18:24:00.1Z\"}\n",
        "ftp-1  | ",
        "2026-11-20T18:24:00.1234567Z ",
        "2026-11-20 18:24:00,123 DEBUG [main] a.B - ",
        "DEBUG:a.b:",
        "info: A[0]\n",
        "ftp.log:12:",
        "ftp.log-13-",
        "```\n",
        "    ",
        "&gt;",
        "&#60;",
        "\u{1b}[31m",
        "\r",
    ];
    prop_oneof![
        8 => prop::sample::select(words).prop_map(|w| w.as_bytes().to_vec()),
        1 => prop::collection::vec(any::<u8>(), 0..12),
        1 => Just("9".repeat(40).into_bytes()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_stop_the_program(log in prop::collection::vec(any::<u8>(), 0..400), n in 0..FORMATS.len()) {
        survives(&log, None)?;
        survives(&log, Some(FORMATS[n]))?;
    }

    #[test]
    fn no_pieces_of_logs_stop_the_program(pieces in prop::collection::vec(piece(), 0..40), n in 0..FORMATS.len()) {
        let log = pieces.concat();
        survives(&log, None)?;
        survives(&log, Some(FORMATS[n]))?;
    }

    #[test]
    fn no_damage_to_a_sample_stops_the_program(
        n in any::<prop::sample::Index>(),
        damage in prop::collection::vec((any::<prop::sample::Index>(), 0..5u8, any::<u8>()), 1..30),
    ) {
        static SAMPLES: LazyLock<Vec<(String, &'static Format, Vec<u8>)>> = LazyLock::new(samples);
        let (_, format, log) = &SAMPLES[n.index(SAMPLES.len())];
        let mut log = log[..log.len().min(3_000)].to_vec();
        for (at, kind, byte) in damage {
            let at = at.index(log.len());
            match kind {
                0 => log[at] = byte,
                1 => drop(log.remove(at)),
                2 => log.insert(at, byte),
                3 => log.insert(at, b'\n'),
                _ => {
                    let end = (at + usize::from(byte)).min(log.len());
                    drop(log.drain(at..end));
                }
            }
            if log.is_empty() {
                log.push(b'x');
            }
        }
        survives(&log, None)?;
        survives(&log, Some(format))?;
    }
}

/// Sessions in which one command is refused, in vsftpd's log.
fn refusals(log: &mut String, first: usize, sessions: usize, verb: &str) {
    for pid in first..first + sessions {
        for said in [
            "FTP response: Client \"::1\", \"220 x\"".to_owned(),
            "FTP command: Client \"::1\", \"USER a\"".to_owned(),
            "[a] FTP response: Client \"::1\", \"331 x\"".to_owned(),
            "[a] FTP command: Client \"::1\", \"PASS <password>\"".to_owned(),
            "[a] FTP response: Client \"::1\", \"230 x\"".to_owned(),
            format!("[a] FTP command: Client \"::1\", \"{verb}\""),
            "[a] FTP response: Client \"::1\", \"502 x\"".to_owned(),
        ] {
            let _ = writeln!(log, "Fri Nov 20 18:32:21 2026 [pid {pid}] {said}");
        }
    }
}

#[test]
fn a_rare_problem_is_shown_behind_many_others_of_its_rule() {
    let mut log = String::new();
    refusals(&mut log, 1, 2_600, "XCRC");
    refusals(&mut log, 3_000, 1, "MLST");
    let want = report(log.as_bytes(), &with(1, 0)).unwrap();
    for verb in ["> XCRC", "> MLST"] {
        assert!(want.1.contains(verb), "{verb}:\n{}", &want.1[..want.1.len().min(3_000)]);
    }
    for (jobs, block_bytes) in [(2, 0), (2, 4_096), (1, 65_536)] {
        let other = report(log.as_bytes(), &with(jobs, block_bytes)).unwrap();
        assert!((&other.0, &other.1) == (&want.0, &want.1), "{jobs} threads, blocks of {block_bytes}");
    }
}

// What must not come out

/// Every way to show a log.
const SHOWN: &[&[&str]] = &[
    &["analyze", "-vv", "--all", "-C", "9"],
    &["analyze", "-vv", "-f", "json", "-C", "9"],
    &["exchanges", "-vv"],
    &["exchanges", "-vv", "-f", "ndjson"],
    &["sessions", "-vv"],
    &["sessions", "-vv", "-f", "ndjson"],
];

/// Standard output and standard error of every way to show a log: with its arguments, and whether it is text.
fn shown(log: &[u8], format: Option<&str>) -> Vec<(String, bool, Vec<u8>)> {
    let mut all = Vec::new();
    for args in SHOWN {
        let mut command = command();
        command.args(*args);
        if let Some(format) = format {
            command.args(["--log-format", format]);
        }
        let ran = with_input(command.arg("-"), log);
        assert_ne!(ran.code, 101, "{args:?}: {}", ran.err);
        all.push((format!("{args:?}"), !args.contains(&"json") && !args.contains(&"ndjson"), ran.bytes));
        all.push((format!("{args:?} on standard error"), true, ran.err.into_bytes()));
    }
    all
}

#[track_caller]
fn keeps(secrets: &[&str], log: &[u8], format: Option<&str>, name: &str) {
    for (what, _, bytes) in shown(log, format) {
        let text = String::from_utf8_lossy(&bytes);
        for secret in secrets {
            let line = text.lines().find(|l| l.contains(secret));
            assert_eq!(line, None, "{what} of {name} tells {secret}");
        }
    }
}

#[test]
fn no_password_of_a_recording_comes_out() {
    let secrets = ["wonderland", "builder1", "wrongpw", "hunter2"];
    let mut n_logs = 0;
    for path in program::logs() {
        let log = fs::read(&path).unwrap();
        if secrets.iter().any(|s| String::from_utf8_lossy(&log).contains(s)) {
            n_logs += 1;
            keeps(&secrets, &log, None, &path.display().to_string());
        }
    }
    assert!(n_logs >= 15, "only {n_logs} logs hold a password");
}

/// The ways in which formats write a command that changes nothing, to be replaced by one with a secret.
const INNOCENT: &[(&str, [&str; 2])] = &[
    ("[type] [I]", ["[pass] [{}]", "[acct] [{}]"]),
    ("[pwd] []", ["[PASS] [{}]", "[Acct] [{}]"]),
    ("TYPE I", ["PASS {}", "ACCT {}"]),
    ("TYPE A", ["pass {}", "Acct {}"]),
    ("'PWD'", ["'PASS {}'", "'ACCT {}'"]),
    ("\"PWD\"", ["\"PASS {}\"", "\"ACCT {}\""]),
    (" PWD\n", [" PASS {}\n", " ACCT {}\n"]),
    ("\nPWD\n", ["\nPASS {}\n", "\nACCT {}\n"]),
];

/// `log` with a secret in the place of every innocent command, another one each time.
fn with_secrets(log: &str) -> String {
    let secrets = [
        "S3CRET",
        "S3CRET and-M0RE",
        " S3CRET",
        "S3CRET\" 'M0RE' [M0RE] M0RE",
        "S3CRET/M0RE@M0RE",
        "S3CRET%20M0RE\tM0RE",
    ];
    let mut changed = log.to_owned();
    for (from, to) in INNOCENT {
        let mut parts = changed.split(from);
        let mut out = parts.next().unwrap_or_default().to_owned();
        for (n, part) in parts.enumerate() {
            out.push_str(&to[n % 2].replace("{}", secrets[n % secrets.len()]));
            out.push_str(part);
        }
        changed = out;
    }
    changed
}

#[test]
fn no_secret_of_any_format_comes_out() {
    let mut formats = BTreeSet::new();
    for (name, format, log) in texts() {
        let log = String::from_utf8_lossy(&log).replace('\r', "");
        let changed = with_secrets(&log);
        if changed != log {
            formats.insert(format.dialect.name);
            keeps(&["S3CRET", "M0RE"], changed.as_bytes(), Some(format.dialect.name), &name);
        }
    }
    assert!(formats.len() >= 9, "only {formats:?} got secrets");
}

#[test]
fn no_secret_that_a_reply_repeats_comes_out() {
    let log = b"220 ready\nUSER a\n331 ok\nPASS S3CRET\n500 'PASS S3CRET': command not understood.\nACCT M0RE\n502 ACCT M0RE not implemented\nQUIT\n221 bye\n";
    keeps(&["S3CRET", "M0RE"], log, Some("raw"), "a transcript");
}

#[test]
fn no_secret_in_a_line_that_is_not_understood_comes_out() {
    let lines = [
        "PASS S3CRET",
        "  pass S3CRET",
        "??? PASS S3CRET M0RE",
        "FTP command: \"PASS S3CRET\"",
        "Command [pass] [S3CRET]",
        "cmd='ACCT S3CRET'",
        "pass=S3CRET",
        "PASS: S3CRET",
        "open ftp://bob:S3CRET@host.example/file",
    ];
    for line in lines {
        not_understood_keeps_its_secret(line);
    }
}

#[test]
fn no_secret_behind_a_tab_or_in_a_second_url_comes_out() {
    not_understood_keeps_its_secret("??? PASS\tS3CRET");
    not_understood_keeps_its_secret("get ftp://host.example/a ftp://bob:S3CRET@host.example/file");
}

fn not_understood_keeps_its_secret(line: &str) {
    let understood: String = RECORDING.lines().take(7).map(|l| format!("{l}\n")).collect();
    let log = format!("{understood}{line}\n{line}\n");
    for (what, _, bytes) in shown(log.as_bytes(), Some("vsftpd")) {
        let text = String::from_utf8_lossy(&bytes);
        assert!(
            !text.contains("S3CRET") && !text.contains("M0RE"),
            "{what} tells the secret of {line}:\n{text}"
        );
    }
}

/// The first character that has no business on a terminal.
fn harm(bytes: &[u8]) -> Option<String> {
    let Ok(text) = std::str::from_utf8(bytes) else { return Some("not UTF-8".to_owned()) };
    let is_harm = |c: char| {
        c != '\n' && c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
    };
    let at = text.char_indices().find(|(_, c)| is_harm(*c))?;
    let line = text[..at.0].rsplit('\n').next().unwrap_or_default();
    Some(format!("{:?} after {line:?}", at.1))
}

/// What an attacker would put into a name: ESC, BEL, CR, NUL, DEL, C1, marks that reorder text, bytes that are not UTF-8.
const HOSTILE: &[u8] = b"\x1b]0;x\x07\r\x00\x7f\xc2\x9b31m\xe2\x80\xae\xe2\x80\xa8\xff\xfe\x08";

fn replaced(log: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = log;
    while let Some(at) = rest.windows(from.len()).position(|w| w == from) {
        out.extend_from_slice(&rest[..at]);
        out.extend_from_slice(to);
        rest = &rest[at + from.len()..];
    }
    out.extend_from_slice(rest);
    out
}

#[test]
fn no_control_character_of_a_log_comes_out() {
    // Users, paths and addresses; then verbs and replies.
    let groups: [&[&str]; 2] =
        [&["alice", "bob", "ann", ".txt", "127.0.0.1", "192.0.2.17"], &["RNFR", "rnfr", "not", "TYPE"]];
    for (name, format, log) in texts() {
        for words in groups {
            let mut changed = log[..log.len().min(8_000)].to_vec();
            let before = changed.len();
            for word in words {
                changed = replaced(&changed, word.as_bytes(), &[word.as_bytes(), HOSTILE].concat());
            }
            if changed.len() == before {
                continue;
            }
            for (what, is_text, bytes) in shown(&changed, Some(format.dialect.name)) {
                if is_text {
                    assert_eq!(harm(&bytes), None, "{what} of {name} with {words:?} changed");
                } else {
                    assert!(std::str::from_utf8(&bytes).is_ok(), "{what} of {name}");
                    assert!(!bytes.iter().any(|b| *b < b' ' && *b != b'\n'), "{what} of {name}");
                }
            }
        }
    }
}

#[test]
fn no_control_character_of_a_foreign_file_comes_out() {
    let foreign: [&[u8]; 4] = [
        b"220 mail.example.org \x1b[31mESMTP\x07 Postfix\r\nEHLO me\r\n250 ok\r\nMAIL FROM:<a@b>\r\n250 ok\r\nQUIT\r\n221 bye\r\n",
        b"\x1b[2Jnothing known\x07\n\xff\xfe\n",
        b"+OK \x1b[31mPOP3\r\nUSER a\r\n+OK\r\nSTAT\r\n+OK 2 320\r\nQUIT\r\n+OK\r\n",
        b"\x1b[2J\x00binary",
    ];
    for log in foreign {
        for (what, is_text, bytes) in shown(log, None) {
            assert!(!is_text || harm(&bytes).is_none(), "{what}: {:?}", harm(&bytes));
        }
    }
}

#[cfg(unix)]
fn in_a_file_with_a_hostile_name(test: &str, commands: &[&[&str]]) {
    use std::os::unix::ffi::OsStrExt;
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(test);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    let name = std::ffi::OsStr::from_bytes(b"a\x1b[31m\x07\xe2\x80\xaeb\xff.log");
    fs::write(folder.join(name), RECORDING).unwrap();
    fs::write(folder.join(std::ffi::OsStr::from_bytes(b"n\x1b[31m.txt")), "no log\n").unwrap();
    for args in commands {
        let by_name = ran(command().current_dir(&folder).args(*args).arg(name));
        let by_folder = ran(command().current_dir(&folder).args(*args).arg("."));
        let missing = ran(command().current_dir(&folder).args(*args).arg("a\x1b[31m\u{202e}.log"));
        for ran in [by_name, by_folder, missing] {
            assert_eq!(harm(&ran.bytes), None, "{args:?}");
            assert_eq!(harm(ran.err.as_bytes()), None, "{args:?} on standard error");
        }
    }
}

#[cfg(unix)]
#[test]
fn no_control_character_of_a_file_name_comes_out() {
    let commands: [&[&str]; 4] = [
        &["analyze", "-vv"],
        &["analyze", "--all"],
        &["sessions", "-v"],
        &["analyze", "--log-format", "raw", "-vv"],
    ];
    in_a_file_with_a_hostile_name("hostile-names", &commands);
}

#[cfg(unix)]
#[test]
fn no_control_character_of_a_file_name_comes_out_of_exchanges() {
    in_a_file_with_a_hostile_name("hostile-names-exchanges", &[&["exchanges"]]);
}

/// The report of a log in pieces, as of one log: its lines are counted through all of them.
fn report_of_pieces(pieces: &[&[u8]], settings: &Settings) -> String {
    let inputs: Vec<Piece> =
        pieces.iter().map(|p| Piece { input: Input::bytes("x.log", *p), follows: true }).collect();
    let run = engine::run_pieces(&mut inputs.into_iter(), settings, Report::default(), |_| Ok(())).unwrap();
    let summary = run.gathered.seal(Vec::new());
    in_format("json", &View::of(&summary, &Sentences::new(Lang::En, Zone::UTC)))
}

/// Cuts a log behind some of its lines, in as many pieces of about the same length. Programs begin a file with a whole record.
fn cut(log: &[u8], n_pieces: usize) -> Vec<&[u8]> {
    let plan = engine::recognise(log, &Settings::default()).unwrap();
    let joins = plan.joins(&Settings::default().setup);
    let mut pieces = Vec::new();
    let (mut start, mut end) = (0, 0);
    for line in log.split_inclusive(|b| *b == b'\n') {
        let goes_on = joins.as_ref().is_some_and(|joins| joins(line.trim_ascii_end()));
        if !goes_on && end - start >= log.len() / n_pieces {
            pieces.push(&log[start..end]);
            start = end;
        }
        end += line.len();
    }
    pieces.push(&log[start..]);
    pieces
}

/// Whether a log is what one run of a program wrote to its file.
fn is_of_one_run(log: &[u8]) -> bool {
    engine::recognise(log, &Settings::default()).unwrap().is_of_one_run()
}

#[test]
fn transcripts_of_several_runs_have_the_sessions_of_each() {
    let sessions = |pieces: &[&[u8]], settings: &Settings| {
        let inputs = pieces.iter().map(|p| Piece { input: Input::bytes("x.log", *p), follows: true });
        let mut inputs = inputs.collect::<Vec<_>>().into_iter();
        engine::run_pieces(&mut inputs, settings, Report::default(), |_| Ok(())).unwrap().starts.count()
    };
    let mut names = Vec::new();
    for (name, _, log) in texts().filter(|(.., log)| is_of_one_run(log)) {
        let format = Some(engine::recognise(&log, &Settings::default()).unwrap().main());
        let settings = Settings { format, ..with(1, 0) };
        let whole = sessions(&[&log], &settings);
        // The first run was killed.
        let mut end = 0;
        for part in cut(&log, 5) {
            end += part.len();
            let first = sessions(&[&log[..end]], &settings);
            let both = sessions(&[&log[..end], &log], &settings);
            assert_eq!(both, first + whole, "{name} cut at {end}");
        }
        names.push(name);
    }
    assert!(names.len() > 5, "{names:?}");
}

#[test]
fn a_log_in_pieces_is_one_log() {
    let mut wrong = Vec::new();
    // A run of a client writes to one file: the next file is of another run.
    for (name, _, log) in texts().filter(|(.., log)| !is_of_one_run(log)) {
        let want = report_of_pieces(&[&log], &with(1, 0));
        for n in [2, 3, 5, 13, 50] {
            if report_of_pieces(&cut(&log, n), &with(1, 0)) != want {
                wrong.push(format!("{name} in {n} pieces"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
