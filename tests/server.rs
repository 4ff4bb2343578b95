//! `ftplog server`, held against what went over the wire.

#![allow(clippy::format_collect, clippy::type_complexity, clippy::needless_for_each, clippy::too_many_lines)] // Tables and text.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test that cannot go on fails, and may read files"
)]

mod program;

use ftplog::engine::{self, Settings};
use ftplog::report::Servers;
use ftplog::source::Input;
use program::{ftplog, ftplog_with, root};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use unicode_width::UnicodeWidthStr;

/// One line on the wire.
struct Line {
    at: f64,
    session: String,
    by_client: bool,
    text: String,
}

/// What was said on the wire.
fn wire(recording: &str) -> Vec<Line> {
    let text = fs::read_to_string(root().join(format!("tests/recorded/{recording}.truth.jsonl"))).unwrap();
    let mut all = Vec::new();
    for line in text.lines() {
        let value: Value = serde_json::from_str(line).unwrap();
        let (Some(by), Some(text)) = (value["dir"].as_str(), value["text"].as_str()) else { continue };
        for text in text.lines() {
            all.push(Line {
                at: value["t"].as_f64().unwrap(),
                session: value["sess"].as_str().unwrap().to_owned(),
                by_client: by == "C",
                text: text.to_owned(),
            });
        }
    }
    all
}

/// The lines of the reply to that command, the first time that it was sent.
fn reply_to(command: &str, wire: &[Line]) -> Vec<String> {
    let at = wire.iter().position(|l| l.by_client && l.text == command).unwrap();
    let session = &wire[at].session;
    let behind = wire[at + 1..].iter().filter(|l| l.session == *session);
    behind.take_while(|l| !l.by_client).map(|l| l.text.clone()).collect()
}

/// The servers of a log.
fn servers(log: &str) -> Vec<Value> {
    let ran = ftplog(&["server", "--no-config", "-f", "ndjson", log]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{log}");
    ran.ndjson()
}

/// The only server of a log.
fn server(log: &str) -> Value {
    let mut all = servers(log);
    assert_eq!(all.len(), 1, "{log}");
    all.remove(0)
}

fn names(items: &Value) -> Vec<&str> {
    items.as_array().unwrap().iter().map(|i| i["name"].as_str().unwrap()).collect()
}

fn set<'a>(items: impl IntoIterator<Item = &'a str>) -> BTreeSet<&'a str> {
    items.into_iter().collect()
}

#[test]
fn features_are_those_of_the_wire() {
    for (recording, log) in [
        ("proftpd/info", "trace.log"),
        ("proftpd/info", "pcap"),
        ("pureftpd/info", "syslog"),
        ("vsftpd/prelogin", "vsftpd.log"),
    ] {
        let wire = wire(recording);
        let list = reply_to("FEAT", &wire);
        let want: Vec<&str> = list[1..list.len() - 1].iter().map(|l| l.trim()).collect();
        assert!(want.len() > 8, "{recording}");
        let known = server(&format!("tests/recorded/{recording}.{log}"));
        let features = known["features"].as_array().unwrap();
        let found = features.iter().map(|f| {
            let (name, parameters) = (f["name"].as_str().unwrap(), f["parameters"].as_str());
            parameters.map_or_else(|| name.to_owned(), |p| format!("{name} {p}"))
        });
        assert_eq!(found.collect::<Vec<_>>(), want, "{recording}.{log}");
        for feature in features {
            assert_eq!(feature["confidence"], "certain", "{recording}.{log}: {feature}");
        }
    }
}

#[test]
fn commands_with_a_star_and_site_commands_are_those_of_the_wire() {
    let proftpd = wire("proftpd/info");
    let help = reply_to("HELP", &proftpd);
    let starred = help[1..help.len() - 1].iter().flat_map(|l| l.split_whitespace());
    let starred: BTreeSet<&str> = starred.filter_map(|w| w.strip_suffix('*')).collect();
    assert!(starred.contains("SMNT"));
    for log in ["trace.log", "pcap"] {
        let known = server(&format!("tests/recorded/proftpd/info.{log}"));
        assert_eq!(set(names(&known["starred_in_help"])), starred);
        assert_eq!(set(names(&known["site_commands"])), set(["HELP", "CHGRP", "CHMOD"]));
    }
    let list = reply_to("SITE HELP", &wire("pureftpd/info"));
    let want = set(list[1..list.len() - 1].iter().map(|l| l.trim()));
    let known = server("tests/recorded/pureftpd/info.syslog");
    assert_eq!(set(names(&known["site_commands"])), want);
    assert_eq!(names(&known["starred_in_help"]), Vec::<&str>::new());
}

#[test]
fn a_fact_names_the_line_that_shows_it() {
    let path = "tests/recorded/vsftpd/prelogin.vsftpd.log";
    let log = fs::read(root().join(path)).unwrap();
    let lines: Vec<_> = log.split(|b| *b == b'\n').map(String::from_utf8_lossy).collect();
    let known = server(path);
    let shows = |fact: &Value, what: &str| {
        assert_eq!(fact["location"]["path"], path);
        let line = fact["location"]["line"].as_u64().unwrap() as usize;
        assert!(lines[line - 1].contains(what), "{fact}: {}", lines[line - 1]);
    };
    shows(&known["versions"][0], "(vsFTPd 3.0.3)");
    shows(&known["features"][0], "211-Features");
    for fact in known["unsupported"].as_array().unwrap() {
        shows(fact, fact["text"].as_str().unwrap());
        shows(fact, &fact["code"].to_string());
    }
}

#[test]
fn commands_that_a_server_lacks_are_those_that_it_refused() {
    let wire = wire("vsftpd/unimpl");
    let known = server("tests/recorded/vsftpd/unimpl.vsftpd.log");
    let lacking = known["unsupported"].as_array().unwrap();
    assert!(lacking.len() > 5, "{}", lacking.len());
    for fact in lacking {
        let name = fact["name"].as_str().unwrap();
        // vsftpd's log has verbs in capitals.
        let asked = wire.iter().find(|l| l.by_client && l.text.to_uppercase().starts_with(name)).unwrap();
        let replies = reply_to(&asked.text, &wire);
        let (code, text) = (fact["code"].to_string(), fact["text"].as_str().unwrap());
        assert!(replies.iter().any(|r| r.starts_with(&code) && r.ends_with(text)), "{fact}: {replies:?}");
    }
    let worked = set(names(&known["worked"]));
    assert!(worked.contains("USER") && !worked.contains("SMNT"), "{worked:?}");
}

/// Seconds between the last line before a 421 and the 421, for each on the wire that says idle.
fn silences(wire: &[Line]) -> Vec<f64> {
    let idle = |l: &&Line| l.text.starts_with("421 Timeout") || l.text.starts_with("421 Idle");
    let before = |l: &Line| wire.iter().rfind(|b| b.session == l.session && b.at < l.at).unwrap().at;
    wire.iter().filter(idle).map(|l| l.at - before(l)).collect()
}

#[test]
fn timeouts_are_those_that_are_named_and_those_that_are_measured() {
    let known = server("tests/recorded/proftpd/idle.trace.log");
    let named: Vec<_> = known["timeouts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|t| (t["name"].as_str().unwrap(), t["seconds"].as_u64().unwrap()))
        .collect();
    let texts: Vec<String> = wire("proftpd/idle").into_iter().map(|l| l.text).collect();
    assert!(texts.iter().any(|t| t == "421 Idle timeout (4 seconds): closing control connection"));
    assert!(texts.iter().any(|t| t == "421 Login timeout (3 seconds): closing control connection"));
    assert_eq!(set(named.iter().map(|(name, _)| *name)), set(["idle", "login"]));
    assert!(named.contains(&("idle", 4)) && named.contains(&("login", 3)), "{named:?}");
    for (recording, log) in [("proftpd/idle", "trace.log"), ("vsftpd/idle", "vsftpd.log")] {
        let want = silences(&wire(recording));
        let known = server(&format!("tests/recorded/{recording}.{log}"));
        let silence = &known["silence_before_421_ms"];
        let found = [&silence["min"], &silence["max"]].map(|ms| ms.as_f64().unwrap() / 1000.0);
        let (least, greatest) =
            (want.iter().copied().fold(f64::MAX, f64::min), want.iter().copied().fold(0.0, f64::max));
        // vsftpd's times are whole seconds.
        assert!(
            (found[0] - least).abs() < 1.1 && (found[1] - greatest).abs() < 1.1,
            "{recording}: {found:?}, {want:?}"
        );
        assert_eq!(silence["count"], want.len(), "{recording}");
    }
    let known = server("tests/recorded/pureftpd/info.syslog");
    assert_eq!(
        (&known["timeouts"][0]["name"], &known["timeouts"][0]["seconds"]),
        (&"idle".into(), &900.into())
    );
}

#[test]
fn limits_are_those_that_refusals_name() {
    let limits = |log: &str| -> Vec<(String, Value, String)> {
        let known = server(log);
        let all = known["limits"].as_array().unwrap().iter();
        all.map(|l| {
            (
                l["name"].as_str().unwrap().to_owned(),
                l["limit"].clone(),
                l["text"].as_str().unwrap().to_owned(),
            )
        })
        .collect()
    };
    let of = |recording: &str, word: &str| {
        let text = wire(recording).into_iter().map(|l| l.text).find(|t| t.contains(word)).unwrap();
        text[4..].to_owned()
    };
    let text = of("proftpd/maxclients", "maximum number");
    assert!(text.contains("(2)"), "{text}");
    assert_eq!(
        limits("tests/recorded/proftpd/maxclients.trace.log"),
        [("capacity".to_owned(), 2.into(), text)]
    );
    let text = of("vsftpd/maxclients", "too many");
    for log in ["vsftpd.log", "pcap"] {
        let found = limits(&format!("tests/recorded/vsftpd/maxclients.{log}"));
        // It names no number.
        assert_eq!(found, [("capacity".to_owned(), Value::Null, text.clone())]);
    }
    let known = limits("tests/recorded/pureftpd/info.syslog");
    assert_eq!((known.len(), &known[0].1), (1, &40.into()));
}

#[test]
fn passive_addresses_and_ports_are_those_of_the_wire() {
    let mut ports: Vec<u64> = Vec::new();
    for line in wire("vsftpd/order") {
        if let Some(six) = line.text.strip_prefix("227 Entering Passive Mode (") {
            let n: Vec<u64> =
                six.trim_end_matches([')', '.']).split(',').map(|n| n.parse().unwrap()).collect();
            ports.push(n[4] * 256 + n[5]);
        }
        if let Some((_, port)) = line.text.split_once("(|||").filter(|_| line.text.starts_with("229")) {
            ports.push(port.split('|').next().unwrap().parse().unwrap());
        }
    }
    assert!(ports.len() > 3);
    for log in ["vsftpd.log", "pcap"] {
        let known = server(&format!("tests/recorded/vsftpd/order.{log}"));
        let found = &known["passive"]["ports"];
        let want = [ports.iter().min(), ports.iter().max()].map(|p| Value::from(*p.unwrap()));
        assert_eq!([&found["min"], &found["max"]], [&want[0], &want[1]], "{log}");
        assert_eq!(found["count"], ports.len(), "{log}");
        assert_eq!(names(&known["passive"]["addresses"]), ["127.0.0.1"]);
    }
}

#[test]
fn tls_is_what_was_offered_accepted_and_required() {
    // That TLS hides the rest is said, and no error.
    let ran = ftplog(&["server", "-f", "ndjson", "tests/recorded/vsftpd/cli-curl-v-tls.pcap"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let known = &ran.ndjson()[0];
    assert_eq!(names(&known["tls"]["accepted"]), ["AUTH SSL"]);
    assert_eq!(known["tls"]["accepted"][0]["code"], 234);
    let known = server("tests/recorded/vsftpd/prelogin-forcessl.vsftpd.log");
    let required = &known["tls"]["required"][0];
    assert_eq!((&required["name"], &required["code"]), (&"control".into(), &530.into()));
    let text = format!("530 {}", required["text"].as_str().unwrap());
    assert!(wire("vsftpd/prelogin-forcessl").iter().any(|l| l.text == text), "{text}");
    let known = server("tests/recorded/vsftpd/prelogin.vsftpd.log");
    assert_eq!(known["tls"]["offered"][0]["parameters"], "TLS");
}

#[test]
fn the_software_is_told_with_what_shows_it() {
    let of = |log: &str| {
        let known = server(log);
        let software = &known["software"];
        [&software["name"], &software["shown_by"], &software["confidence"]]
            .map(|v| v.as_str().unwrap().to_owned())
    };
    assert_eq!(of("tests/recorded/vsftpd/normal.vsftpd.log"), ["vsftpd", "format", "certain"]);
    assert_eq!(of("tests/recorded/vsftpd/normal.pcap"), ["vsftpd", "banner", "likely"]);
    let ran = ftplog_with(
        &["server", "-f", "ndjson", "-"],
        b"220 Microsoft FTP Service\nUSER a\n331 Please specify the password.\nPASS b\n230 Login successful.\n",
    );
    let known = &ran.ndjson()[0];
    assert_eq!(
        (&known["software"]["name"], &known["software"]["shown_by"]),
        (&"vsftpd".into(), &"answers".into())
    );
    assert_eq!(known["software"]["location"]["line"], 3);
}

#[test]
fn several_servers_in_one_log_are_told_apart() {
    let read = |name: &str| fs::read(root().join("tests/recorded").join(name)).unwrap();
    let all = [
        read("proftpd/auth530-syslog.syslog"),
        read("pureftpd/info.syslog"),
        read("vsftpd/normal-syslog.syslog"),
    ]
    .concat();
    let ran = ftplog_with(&["server", "-f", "ndjson", "-"], &all);
    let found = ran.ndjson();
    let names: Vec<&str> = found.iter().map(|s| s["software"]["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["ProFTPD", "Pure-FTPd", "vsftpd"]);
    assert!(found[1]["features"].as_array().unwrap().len() > 10);
    // A client's log: the greeting tells them apart.
    let said = b"220 (vsFTPd 3.0.3)\nUSER a\n331 x\nQUIT\n221 bye\n220 (vsFTPd 3.0.5)\nUSER a\n331 x\nQUIT\n221 bye\n";
    let ran = ftplog_with(&["server", "-f", "ndjson", "-"], said);
    let versions: Vec<Value> = ran.ndjson().iter().map(|s| s["versions"][0]["name"].clone()).collect();
    assert_eq!(versions, ["3.0.3", "3.0.5"]);
}

#[test]
fn a_session_whose_greeting_is_missing_belongs_to_the_only_server() {
    let log =
        b"USER a\n331 x\nPASS b\n230 x\nQUIT\n221 bye\n220 (vsFTPd 3.0.3)\nUSER a\n331 x\nQUIT\n221 bye\n";
    let ran = ftplog_with(&["server", "-f", "ndjson", "-"], log);
    let found = ran.ndjson();
    assert_eq!((found.len(), &found[0]["sessions"], &found[0]["first_line"]), (1, &2.into(), &1.into()));
}

#[test]
fn what_other_sessions_show_is_used_where_a_session_shows_nothing() {
    let asked = "220 (vsFTPd 3.0.3)\nUSER a\n331 x\nPASS b\n230 x\nFEAT\n211-Features:\n SIZE\n211 End\nNOOP\n200 x\nQUIT\n221 x\n";
    let blind = "220 (vsFTPd 3.0.3)\nUSER b\n331 x\nPASS b\n230 x\nMFMT 2026 a\n500 Unknown command.\nNOOP\n502 Not implemented.\nQUIT\n221 x\n";
    let found = |log: String| -> Vec<(String, String, u64)> {
        let ran =
            ftplog_with(&["analyze", "-f", "json", "--no-config", "--fail-on", "never", "-"], log.as_bytes());
        let findings = ran.json()["findings"].as_array().unwrap().clone();
        let told = |f: &Value| {
            let related = &f["related"][0];
            let text = |v: &Value| v.as_str().unwrap_or_default().to_owned();
            (text(&f["confidence"]), text(&related["role"]), related["line"].as_u64().unwrap_or_default())
        };
        findings.iter().map(told).collect()
    };
    let capability = |line| ("likely".to_owned(), "capability".to_owned(), line);
    assert_eq!(found(asked.to_owned() + blind), [capability(7), capability(11)]);
    // It does not matter which session comes first, and two servers know nothing of each other.
    assert_eq!(found(blind.to_owned() + asked), [capability(18), capability(22)]);
    let other = asked.replace("3.0.3", "3.0.5");
    assert!(found(other + blind).iter().all(|(_, role, _)| role.is_empty()));
}

#[test]
fn a_long_name_does_not_make_a_sheet_wider() {
    let name = format!("{}.log", "server-".repeat(20));
    let log = fs::read(root().join("samples/server.log")).unwrap();
    let ran = ftplog_with(&["server", "--stdin-name", &name, "-"], &log);
    assert!(ran.out.lines().all(|l| l.width() <= 80), "{}", ran.out);
}

#[test]
fn threads_and_blocks_change_nothing() {
    let logs = program::logs();
    assert!(logs.len() > 100);
    let told = |path: &std::path::Path, jobs, block_bytes| {
        let settings = Settings { jobs, block_bytes, ..Settings::default() };
        let input = ftplog::source::open(path, ftplog::source::Limits::default(), |file| Box::new(file))
            .ok()?
            .next()?
            .input
            .ok()?;
        let mut run = engine::run(input, &settings, Servers::default(), |_| Ok(())).ok()?;
        run.gathered.settle();
        let mut out = Vec::new();
        run.gathered.ndjson(&mut out).unwrap();
        Some(String::from_utf8(out).unwrap())
    };
    for path in logs {
        let one = told(&path, 1, 0);
        assert_eq!(told(&path, 2, 500), one, "{}", path.display());
    }
}

#[test]
fn more_servers_than_are_told_apart_are_counted_and_change_nothing_by_threads() {
    let log: String = (0..700)
        .map(|n| {
            format!("220 Host {} FTP server ready\nUSER a\n331 x\nQUIT\n221 bye\n", n * 7919 % 701 + 1000)
        })
        .collect();
    let told = |jobs, block_bytes| {
        let settings = Settings { jobs, block_bytes, ..Settings::default() };
        let mut run =
            engine::run(Input::bytes("log", log.clone()), &settings, Servers::default(), |_| Ok(())).unwrap();
        run.gathered.settle();
        let mut out = Vec::new();
        run.gathered.ndjson(&mut out).unwrap();
        (out, run.gathered.count(), run.gathered.left_out())
    };
    let one = told(1, 0);
    assert_eq!((one.1, one.2), (256, 700 - 256));
    assert_eq!(told(2, 300), one);
    let ran = ftplog_with(&["server", "-"], log.as_bytes());
    assert!(ran.out.contains("444 observations were left out"), "{}", &ran.out[ran.out.len() - 200..]);
}

#[test]
fn the_sheet_fits_every_width() {
    let logs = [
        "tests/recorded/proftpd/info.trace.log",
        "tests/recorded/proftpd/unimpl.trace.log",
        "tests/recorded/pureftpd/info.syslog",
        "tests/recorded/vsftpd/prelogin-forcessl.vsftpd.log",
        "samples/iis/iis-10.log",
        "samples/server.log",
        "samples/flashfxp/server-to-server.txt",
    ];
    for log in logs {
        for width in [40, 60, 80, 100] {
            for all in [false, true] {
                let mut command = program::command();
                command.env("COLUMNS", width.to_string()).args(["server", log]);
                if all {
                    command.arg("--all");
                }
                let ran = program::ran(&mut command);
                assert_eq!(ran.code, 0, "{}", ran.err);
                for line in ran.out.lines() {
                    assert!(line.width() <= width, "{log} at {width}: {line}");
                }
            }
        }
    }
}

#[test]
fn hostile_bytes_are_shown_and_not_sent() {
    let log = "220 \x1b]0;owned\x07(vsFTPd 3.0.3)\u{202e}\r\nFEAT\r\n211-x\r\n \x1b[2JSIZE \u{9b}31m;\r\n211 end\r\nSYST\r\n215 \x1b[31m\r\nMLSD\r\n500 Unknown command\x08\x1b[0m\r\n";
    for args in [&["server", "-"][..], &["server", "--all", "-"], &["server", "-f", "ndjson", "-"]] {
        let ran = ftplog_with(args, log.as_bytes());
        assert_eq!(ran.code, 0, "{}", ran.err);
        for c in ['\x1b', '\x07', '\x08', '\u{9b}', '\u{202e}'] {
            assert!(
                !ran.out.contains(c) || args.contains(&"ndjson") && c > '\x7f',
                "{args:?} prints {c:?}: {}",
                ran.out
            );
        }
        assert!(ran.out.contains("3.0.3"), "{}", ran.out);
    }
}

#[test]
fn passwords_are_in_no_sheet() {
    let log = "220 x\nUSER a\n331 x\nPASS hunter2\n500 'PASS hunter2': command not understood.\nhunter2\n500 Unknown command\nSITE PSWD hunter2 b\n500 Unknown SITE command\n";
    for args in [&["server", "--all", "-"][..], &["server", "-f", "ndjson", "-"]] {
        let ran = ftplog_with(args, log.as_bytes());
        assert!(!ran.out.to_lowercase().contains("hunter2"), "{}", ran.out);
    }
}

#[test]
fn bad_input_is_told_as_everywhere() {
    let ran = ftplog(&["server", "nosuch.log"]);
    assert_eq!((ran.code, ran.err.as_str()), (2, "error: cannot read nosuch.log: no such file\n"));
    let ran = ftplog_with(&["server", "-"], b"");
    assert_eq!((ran.code, ran.err.as_str()), (2, "error: standard input is empty\n"));
    let both = ftplog(&["server", "nosuch.log", "samples/server.log"]);
    assert_eq!(both.code, 2);
    assert!(both.out.contains("vsftpd"), "{}", both.out);
    let folder = ftplog(&["server", "-f", "ndjson", "samples/vsftpd"]);
    assert_eq!(folder.code, 0, "{}", folder.err);
    assert!(folder.ndjson().len() > 1);
}

#[test]
fn the_fields_of_a_server_have_a_fixed_order() {
    let out = ftplog(&["server", "-f", "ndjson", "samples/server.log"]).out;
    let fields = [
        "type",
        "path",
        "member",
        "format",
        "software",
        "versions",
        "greetings",
        "answers_like",
        "systems",
        "sessions",
        "first_line",
        "start",
        "end",
        "feature_lists",
        "features",
        "starred_in_help",
        "site_commands",
        "worked",
        "unsupported",
        "tls",
        "passive",
        "timeouts",
        "silence_before_421_ms",
        "limits",
        "greeting_ms",
        "reply_ms",
        "left_out",
    ];
    let mut from = 0;
    for field in fields {
        let at = out[from..].find(&format!("\"{field}\":"));
        from += at.unwrap_or_else(|| panic!("{field} is not behind the fields before it: {out}"));
    }
}
