//! A log in a wrapping says what it says without: every sample in every wrapping, and wrappings in wrappings.

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
use ftplog::engine::{self, Settings, Stop};
use ftplog::format::WRAPPERS;
use ftplog::lang::Lang;
use ftplog::report::{Exchanges, Shape};
use ftplog::source::Input;
use ftplog::time::Zone;
use serde_json::Value;
use std::fmt::Write as _;
use std::fs;

/// Puts a wrapping around a line that has no line end; the number counts the lines from 0. It may be several lines.
type Wrap = fn(usize, &[u8]) -> Vec<u8>;

fn before(head: impl AsRef<[u8]>, line: &[u8]) -> Vec<u8> {
    [head.as_ref(), line].concat()
}

/// Each hundred lines take a second.
fn clock(n: usize) -> String {
    let s = n / 100;
    format!("{:02}:{:02}:{:02}", 18 + s / 3600, s / 60 % 60, s % 60)
}

/// `line` as a JSON string. Bytes that are not UTF-8 stay as they are, as Docker has them.
fn json(line: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    for byte in line {
        match byte {
            b'"' | b'\\' => out.extend([b'\\', *byte]),
            0..0x20 => out.extend(format!("\\u{byte:04x}").bytes()),
            _ => out.push(*byte),
        }
    }
    [b"\"", &out[..], b"\""].concat()
}

fn html(line: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    for byte in line {
        match byte {
            b'"' => out.extend(b"&quot;"),
            b'\'' => out.extend(b"&#39;"),
            b'<' => out.extend(b"&lt;"),
            b'>' => out.extend(b"&gt;"),
            b'&' => out.extend(b"&amp;"),
            _ => out.push(*byte),
        }
    }
    out
}

/// Ways to wrap a line: the wrapper that takes it off, and what makes it. Several programs may be meant by one wrapper.
const WAYS: &[(&str, Wrap)] = &[
    ("ansi", |_, l| [b"\x1b[36m", l, b"\x1b[0m"].concat()),
    ("syslog", |n, l| before(format!("Nov 20 {} ftphost ftpd[7]: ", clock(n)), l)),
    ("syslog", |n, l| before(format!("2026-11-20T{}.306360+00:00 ftphost ftpd: ", clock(n)), l)),
    ("syslog", |n, l| {
        before(format!("<94>1 2026-11-20T{}Z ftphost ftpd 7 - [a b=\"]\"] \u{feff}", clock(n)), l)
    }),
    ("journald", |n, l| {
        let at = 1_795_199_040_000_000 + n * 1000;
        let head = format!(
            "{{\"__REALTIME_TIMESTAMP\":\"{at}\",\"_HOSTNAME\":\"ftphost\",\"_PID\":\"7\",\"MESSAGE\":"
        );
        [head.as_bytes(), &json(l), b",\"SYSLOG_IDENTIFIER\":\"ftpd\"}"].concat()
    }),
    ("docker-json", |n, l| {
        let tail = format!(",\"stream\":\"stdout\",\"time\":\"2026-11-20T{}.306360123Z\"}}", clock(n));
        [b"{\"log\":", &json(&[l, b"\n"].concat())[..], tail.as_bytes()].concat()
    }),
    ("compose", |_, l| before("ftp-1  | ", l)),
    ("compose", |_, l| before("[pod/ftp-0/ftp] ", l)),
    ("logger", |n, l| before(format!("2026-11-20 {},123 DEBUG [main] org.example.Ftp - ", clock(n)), l)),
    ("logger", |_, l| before("DEBUG:example:", l)),
    ("logger", |n, l| [format!("[2026-11-20 {}] ftp.DEBUG: ", clock(n)).as_bytes(), l, b" [] []"].concat()),
    ("dotnet", |_, l| before("info: Example.Ftp[0]\n      ", l)),
    ("stamped", |n, l| before(format!("2026-11-20T{}.1234567Z ", clock(n)), l)),
    ("stamped", |n, l| before(format!("2026-11-20T{}.123456Z 00O ", clock(n)), l)),
    ("file-name", |_, l| before("ftp.log:", l)),
    ("line-number", |n, l| before(format!("logs/ftp.log:{}:", n + 1), l)),
    ("line-number", |n, l| before(format!("{}:", n + 1), l)),
    ("line-number", |n, l| before(format!("{:6}\t", n + 1), l)),
    ("marks", |n, l| before(if n == 0 { "```text\n" } else { "" }, l)),
    ("html", |_, l| html(l)),
    ("quote", |_, l| before("> ", l)),
    ("quote", |_, l| before(">> ", l)),
    ("indent", |_, l| before("    ", l)),
];

/// `log` with every line wrapped.
fn wrapped(log: &[u8], ways: &[Wrap]) -> Vec<u8> {
    let mut lines: Vec<&[u8]> = log.split(|b| *b == b'\n').collect();
    if lines.last().is_some_and(|l| l.is_empty()) {
        lines.pop();
    }
    let mut out = Vec::new();
    for (n, line) in lines.into_iter().enumerate() {
        let line = line.strip_suffix(b"\r").unwrap_or(line).to_vec();
        out.extend(ways.iter().fold(line, |line, wrap| wrap(n, &line)));
        out.push(b'\n');
    }
    out
}

/// The exchanges of a log, and the names of what was taken off.
fn exchanges(log: &[u8], settings: &Settings) -> Result<(Vec<Value>, Vec<&'static str>), String> {
    let mut out = Vec::new();
    let gather = Exchanges::new(Shape::Ndjson, Zone::UTC, &Words::new(Lang::En));
    let settings = Settings { prompt: true, ..settings.clone() };
    let run = engine::run(Input::bytes("x.log", log), &settings, gather, |progress| {
        let written = progress.gathered.write(&mut out, progress.complete_before, progress.starts);
        written.map_err(|_| Stop::Done)
    });
    let run = run.map_err(|stop| format!("{stop:?}"))?;
    let text = String::from_utf8(out).unwrap();
    let taken_off = run.read.plan.wrappers.iter().map(|w| w.name).collect();
    Ok((text.lines().map(|l| serde_json::from_str(l).unwrap()).collect(), taken_off))
}

/// Takes out of exchanges what a wrapping may change: the lines they stand in, and times where the wrapping states some.
fn without_places(exchanges: &mut [Value], bare: &[Value], states_times: bool) {
    for (exchange, bare) in exchanges.iter_mut().zip(bare) {
        settle(exchange, bare, states_times);
        let replies = exchange["replies"].as_array_mut().unwrap();
        for (reply, bare) in replies.iter_mut().zip(bare["replies"].as_array().unwrap()) {
            settle(reply, bare, states_times);
        }
    }
}

fn settle(told: &mut Value, bare: &Value, states_times: bool) {
    told["line"] = bare["line"].clone();
    if states_times {
        told["time"] = bare["time"].clone();
    }
}

/// Lines of a sample that are wrapped.
const SAMPLE_LINES: usize = 200;

/// The samples that are text: name and first lines.
fn samples() -> Vec<(String, Vec<u8>)> {
    let first_lines =
        |log: &[u8]| log.split_inclusive(|b| *b == b'\n').take(SAMPLE_LINES).collect::<Vec<_>>().concat();
    let mut samples = Vec::new();
    for path in program::files("samples").iter().filter(|p| p.extension().is_none_or(|e| e != "md")) {
        let log = fs::read(path).unwrap();
        if !log.contains(&0) {
            let name = path.strip_prefix(program::root()).unwrap().display().to_string();
            samples.push((name, first_lines(&log)));
        }
    }
    samples
}

fn sample(name: &str) -> Vec<u8> {
    fs::read(program::root().join("samples").join(name)).unwrap()
}

fn way(wrapper: &str) -> Wrap {
    WAYS.iter().find(|(name, _)| *name == wrapper).unwrap().1
}

#[test]
fn every_wrapper_has_a_way_to_make_it() {
    for wrapper in WRAPPERS {
        assert!(WAYS.iter().any(|(name, _)| *name == wrapper.name), "{}", wrapper.name);
    }
}

/// What differs between the exchanges of a log in a wrapping and those without; nothing where they are the same.
fn difference(log: &[u8], bare: &[Value], settings: &Settings) -> Option<String> {
    const STATE_TIMES: [&str; 5] = ["syslog", "journald", "docker-json", "logger", "stamped"];
    let (mut got, taken_off) = match exchanges(log, settings) {
        Ok(read) => read,
        Err(stop) => return Some(stop),
    };
    let states_times = taken_off.iter().any(|w| STATE_TIMES.contains(w));
    without_places(&mut got, bare, states_times);
    let differs = got.iter().zip(bare).find(|(a, b)| a != b);
    let shown = differs.map_or(String::new(), |(a, b)| format!("\n  {a}\n  {b}"));
    (got.len() != bare.len() || differs.is_some())
        .then(|| format!("taken off {taken_off:?}, {} exchanges of {}{shown}", got.len(), bare.len()))
}

#[test]
fn every_sample_says_the_same_in_every_wrapping() {
    let settings = Settings { jobs: 1, ..Settings::default() };
    let mut wrong = String::new();
    for (name, log) in samples() {
        let (bare, _) = exchanges(&log, &settings).unwrap();
        for (n, (wrapper, wrap)) in WAYS.iter().enumerate() {
            if let Some(difference) = difference(&wrapped(&log, &[*wrap]), &bare, &settings) {
                writeln!(wrong, "{name} in {wrapper} ({n}): {difference}").unwrap();
            }
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[test]
fn wrappings_nest_and_blocks_change_nothing() {
    let nests: [(&str, &[&str]); 7] = [
        ("pure-ftpd/concurrent-with-pid.log", &["compose", "ansi"]),
        ("pure-ftpd/order.log", &["docker-json", "line-number"]),
        ("server.log", &["syslog", "compose", "ansi"]),
        ("curl/proftpd-multi.txt", &["logger", "journald"]),
        ("lftp/vsftpd-badpass.txt", &["syslog", "html", "quote", "quote"]),
        ("filezilla-client/korean.log", &["dotnet", "stamped"]),
        ("proftpd-trace/order.log", &["indent", "marks", "stamped"]),
    ];
    for (name, wrappers) in nests {
        let log = sample(name);
        let (bare, _) = exchanges(&log, &Settings::default()).unwrap();
        let ways: Vec<Wrap> = wrappers.iter().map(|w| way(w)).collect();
        let log = wrapped(&log, &ways);
        for block_bytes in [0, 7, 512, 4096] {
            let settings = Settings { jobs: 2, block_bytes, ..Settings::default() };
            assert_eq!(
                difference(&log, &bare, &settings),
                None,
                "{name} in {wrappers:?}, blocks of {block_bytes}"
            );
        }
    }
}

#[test]
fn every_sample_says_the_same_in_every_encoding() {
    let settings = Settings { jobs: 1, ..Settings::default() };
    for (name, log) in samples() {
        let (bare, _) = exchanges(&log, &settings).unwrap();
        let with_mark = [b"\xef\xbb\xbf", &log[..]].concat();
        assert_eq!(difference(&with_mark, &bare, &settings), None, "{name} with a byte order mark");
        let Ok(text) = String::from_utf8(log) else { continue };
        let little = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>();
        let big = |text: &str| text.encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<_>>();
        let marked = format!("\u{feff}{text}");
        for (n, log) in [little(&marked), big(&marked)].iter().enumerate() {
            assert_eq!(difference(log, &bare, &settings), None, "{name} in UTF-16 ({n})");
        }
        if text.is_ascii() {
            assert_eq!(difference(&little(&text), &bare, &settings), None, "{name} in UTF-16 without a mark");
        }
        // Where it has no line end of another kind.
        let lines = text.replace("\r\n", "\n");
        if !lines.contains('\r') {
            let log = lines.replace('\n', "\r");
            assert_eq!(
                difference(log.as_bytes(), &bare, &settings),
                None,
                "{name} with lines that end at CR"
            );
        }
    }
}

/// The lines of several logs in turn, each with its own head.
fn woven(logs: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut lines: Vec<_> =
        logs.iter().map(|(head, log)| (head, log.split(|b| *b == b'\n').filter(|l| !l.is_empty()))).collect();
    let mut out = Vec::new();
    loop {
        let before = out.len();
        for (head, lines) in &mut lines {
            if let Some(line) = lines.next() {
                out.extend([head.as_bytes(), line.strip_suffix(b"\r").unwrap_or(line), b"\n"].concat());
            }
        }
        if out.len() == before {
            return out;
        }
    }
}

/// The commands and codes of a log by the server or client that wrote them, each session for itself, whatever its number.
fn said(log: &[u8]) -> Vec<Vec<(Value, Value)>> {
    let (all, _) = exchanges(log, &Settings::default()).unwrap();
    let mut sessions: std::collections::BTreeMap<u64, Vec<(Value, Value)>> =
        std::collections::BTreeMap::new();
    for e in all {
        let codes = e["replies"].as_array().unwrap().iter().map(|r| r["code"].clone()).collect();
        sessions.entry(e["session"].as_u64().unwrap()).or_default().push((e["command"].clone(), codes));
    }
    let mut sessions: Vec<_> = sessions.into_values().collect();
    sessions.sort_by_key(|s| format!("{s:?}"));
    sessions
}

/// Both must hold the same sessions.
#[track_caller]
fn are_same(got: &[Vec<(Value, Value)>], want: &[Vec<(Value, Value)>]) {
    let differs = got.iter().zip(want).find(|(a, b)| a != b);
    let at = differs.map(|(a, b)| {
        a.iter().zip(b).find(|(x, y)| x != y).map_or_else(|| format!("{a:?}\n{b:?}"), |d| format!("{d:?}"))
    });
    assert_eq!((got.len(), at), (want.len(), None));
}

/// A vsftpd log as vsftpd writes it to syslog.
fn vsftpd_through_syslog() -> Vec<u8> {
    let log = String::from_utf8(sample("server.log")).unwrap();
    let line = |l: &str| {
        let (_, rest) = l.split_once("[pid ")?;
        let (pid, text) = rest.split_once("] ")?;
        Some(format!("Nov 20 18:24:00 ftphost vsftpd[{pid}]: {text}\n"))
    };
    log.lines().filter_map(line).collect::<String>().into_bytes()
}

#[test]
fn one_system_log_may_hold_several_daemons() {
    let vsftpd = vsftpd_through_syslog();
    let pure_ftpd = sample("pure-ftpd/concurrent-with-pid.log");
    let proftpd = wrapped(
        &sample("proftpd-extended/default-order.log"),
        &[|_, l| before("Nov 20 18:24:00 ftphost proftpd[7]: ", l)],
    );
    let mail = "Nov 20 18:24:00 ftphost postfix/smtpd[9]: 220 mx.example.com ESMTP\nNov 20 18:24:00 ftphost sftp-server[5]: open \"/x\"\n".repeat(300);
    let mut want: Vec<_> = [&vsftpd, &pure_ftpd, &proftpd].iter().flat_map(|log| said(log)).collect();
    want.sort_by_key(|s| format!("{s:?}"));
    let mixed = woven(&[("", vsftpd), ("", pure_ftpd), ("", proftpd), ("", mail.into_bytes())]);
    are_same(&said(&mixed), &want);
    let run = engine::run(
        Input::bytes("x", mixed),
        &Settings::default(),
        ftplog::report::Report::default(),
        |_| Ok(()),
    );
    assert_eq!(run.unwrap().read.stats.lines_not_understood, 0);
}

#[test]
fn containers_and_files_keep_their_sessions_apart() {
    let (a, b) = (sample("pure-ftpd/concurrent.log"), sample("pure-ftpd/order.log"));
    let mut want = [said(&a), said(&b)].concat();
    want.sort_by_key(|s| format!("{s:?}"));
    for heads in [["a-1  | ", "b-1  | "], ["a.log:", "b.log:"], ["[pod/a/ftp] ", "[pod/b/ftp] "]] {
        let mixed = woven(&[(heads[0], a.clone()), (heads[1], b.clone())]);
        are_same(&said(&mixed), &want);
    }
    // Transcripts that two processes write into one system log.
    let (a, b) = (sample("curl/proftpd-multi.txt"), sample("lftp/vsftpd-badpass.txt"));
    let c = sample("curl/vsftpd-badpass.txt");
    let mut want = [said(&a), said(&b), said(&c)].concat();
    want.sort_by_key(|s| format!("{s:?}"));
    let head = |pid: u32| format!("Nov 20 18:24:00 h cron[{pid}]: ");
    let (x, y, z) = (head(1), head(2), head(3));
    let mixed = woven(&[(&x, a), (&y, b), (&z, c)]);
    are_same(&said(&mixed), &want);
}

#[test]
fn a_file_may_go_on_in_another_format() {
    let together = |a: &[u8], b: &[u8]| {
        let mut want = [said(a), said(b)].concat();
        want.sort_by_key(|s| format!("{s:?}"));
        are_same(&said(&[a, b].concat()), &want);
    };
    together(&sample("curl/proftpd-multi.txt"), &sample("lftp/vsftpd-badpass.txt"));
    // Far below the lines that are looked at first.
    let mut far_below = Vec::new();
    multiply::multiply(&String::from_utf8(sample("server.log")).unwrap(), 512 << 10, &mut far_below).unwrap();
    together(&far_below, &sample("proftpd-trace/order.log"));
}

#[test]
fn a_date_of_its_own_counts_before_that_of_the_wrapping() {
    let log = sample("vsftpd/order.log");
    let (bare, _) = exchanges(&log, &Settings::default()).unwrap();
    for wrapper in ["syslog", "journald", "docker-json", "logger", "stamped"] {
        let (got, taken_off) = exchanges(&wrapped(&log, &[way(wrapper)]), &Settings::default()).unwrap();
        assert_eq!(taken_off, [wrapper]);
        assert_eq!(got[0]["time"], bare[0]["time"], "{wrapper}");
    }
}

#[test]
fn a_quoted_letter_around_a_transcript_says_nothing() {
    let log = sample("curl/vsftpd-badpass.txt");
    let (bare, _) = exchanges(&log, &Settings::default()).unwrap();
    let quoted = wrapped(&log, &[way("quote")]);
    let letter = [b"Dear all,\n\nOn Friday Bob wrote:\n", &quoted[..], b"\nWhat now?\n"].concat();
    assert_eq!(difference(&letter, &bare, &Settings::default()), None);
}
