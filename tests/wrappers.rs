//! A log in a wrapping says what it says without: every sample in every wrapping, and wrappings in wrappings.

#![allow(clippy::format_collect, clippy::type_complexity, clippy::needless_for_each, clippy::too_many_lines)] // Tables and text.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test that cannot go on fails, and may read files"
)]

mod program;

use ftplog::engine::{self, Settings, Stop};
use ftplog::format::WRAPPERS;
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
    ("grep", |n, l| before(format!("logs/ftp.log:{}:", n + 1), l)),
    ("grep", |_, l| before("ftp.log:", l)),
    ("grep", |n, l| before(format!("{:6}\t", n + 1), l)),
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
    let gather = Exchanges::new("x.log", Shape::Ndjson, Zone::UTC);
    let settings = Settings { prompt: true, ..settings.clone() };
    let run = engine::run(Input::bytes("x.log", log), &settings, gather, |progress| {
        let written = progress.gathered.write(&mut out, progress.complete_before, progress.starts);
        written.map_err(|_| Stop::Done)
    });
    let run = run.map_err(|stop| format!("{stop:?}"))?;
    let text = String::from_utf8(out).unwrap();
    let taken_off = run.plan.wrappers.iter().map(|w| w.name).collect();
    Ok((text.lines().map(|l| serde_json::from_str(l).unwrap()).collect(), taken_off))
}

/// Takes out of exchanges what a wrapping may change: the lines they stand in, and times that only the wrapping states.
fn without_places(exchanges: &mut [Value], bare: &[Value]) {
    for (exchange, bare) in exchanges.iter_mut().zip(bare) {
        settle(exchange, bare);
        let replies = exchange["replies"].as_array_mut().unwrap();
        for (reply, bare) in replies.iter_mut().zip(bare["replies"].as_array().unwrap()) {
            settle(reply, bare);
        }
    }
}

fn settle(told: &mut Value, bare: &Value) {
    told["line"] = bare["line"].clone();
    if bare["time"].is_null() {
        told["time"] = Value::Null;
    }
}

/// The samples: name and bytes.
fn samples() -> Vec<(String, Vec<u8>)> {
    let files = program::files("samples");
    let logs = files.iter().filter(|p| p.extension().is_none_or(|e| e != "md"));
    logs.map(|p| (p.strip_prefix(program::root()).unwrap().display().to_string(), fs::read(p).unwrap()))
        .collect()
}

#[test]
fn every_wrapper_has_a_way_to_make_it() {
    for wrapper in WRAPPERS {
        assert!(WAYS.iter().any(|(name, _)| *name == wrapper.name), "{}", wrapper.name);
    }
}

#[test]
fn every_sample_says_the_same_in_every_wrapping() {
    let settings = Settings { jobs: 1, ..Settings::default() };
    let mut wrong = String::new();
    for (name, log) in samples() {
        let (bare, _) = exchanges(&log, &settings).unwrap();
        for (n, (wrapper, wrap)) in WAYS.iter().enumerate() {
            match exchanges(&wrapped(&log, &[*wrap]), &settings) {
                Err(stop) => writeln!(wrong, "{name} in {wrapper} ({n}): {stop}").unwrap(),
                Ok((mut got, taken_off)) => {
                    without_places(&mut got, &bare);
                    let differs = got.iter().zip(&bare).find(|(a, b)| a != b);
                    if got.len() != bare.len() || differs.is_some() {
                        writeln!(
                            wrong,
                            "{name} in {wrapper} ({n}), taken off {taken_off:?}: {} exchanges of {}",
                            got.len(),
                            bare.len()
                        )
                        .unwrap();
                        if let Some((a, b)) = differs {
                            writeln!(wrong, "  {a}\n  {b}").unwrap();
                        }
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}
