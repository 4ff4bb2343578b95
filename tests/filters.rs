//! `--since`, `--until` and `--where`: which sessions a run is about. What is expected was counted in the logs.

#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test that cannot go on fails, and may read files"
)]

mod program;

use ftplog::catalog::Words;
use ftplog::engine::{self, Settings, Stop};
use ftplog::lang::Lang;
use ftplog::report::{Exchanges, Options, Renderer, Report, Sentences, Sessions, Shape, View};
use ftplog::session::{ChosenBy, Sieve, Sifted};
use ftplog::source::Input;
use ftplog::time::Zone;
use program::{ftplog, ftplog_with, root};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::sync::Arc;

const SERVER: &str = "samples/server.log";

fn text_of(path: &str) -> String {
    String::from_utf8_lossy(&fs::read(root().join(path)).unwrap()).into_owned()
}

/// The numbers of the sessions that a list has.
#[track_caller]
fn chosen(path: &str, filters: &[&str]) -> Vec<u64> {
    let ran = ftplog(&[&["sessions", "-f", "ndjson", path], filters].concat());
    assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{filters:?}");
    ran.ndjson().iter().map(|row| row["id"].as_u64().unwrap()).collect()
}

fn analyzed(path: &str, filters: &[&str]) -> Value {
    let ran = ftplog(&[&["analyze", "-f", "json", "--select", "all", path], filters].concat());
    assert_ne!(ran.code, 101, "{}", ran.err);
    ran.json()
}

// Whom

#[test]
fn sessions_of_a_client_are_as_many_as_its_connections() {
    let log = text_of(SERVER);
    let connections = |client: &str| log.matches(&format!("CONNECT: Client \"{client}\"")).count();
    let mut all = 0;
    for client in ["192.0.2.14", "198.51.100.23", "203.0.113.7", "203.0.113.40", "203.0.113.43"] {
        let got = chosen(SERVER, &["--where", &format!("client={client}")]);
        assert_eq!(got.len(), connections(client), "{client}");
        all += got.len();
    }
    assert_eq!(all, 1 + 6 + 1 + 6 + 6);
    // 203.0.113.40 to .43
    let scanners: Vec<u64> = (9..=32).collect();
    for same in ["client=203.0.113.40/30", "client=203.0.113.4?", "client=203.0.113.4*"] {
        assert_eq!(chosen(SERVER, &["--where", same]), scanners, "{same}");
    }
    let two = chosen(SERVER, &["--where", "client=203.0.113.7", "--where", "client=192.0.2.14"]);
    assert_eq!(two, [1, 8]);
}

#[test]
fn sessions_of_a_user_a_server_a_command_or_a_reply_are_found() {
    let log = text_of(SERVER);
    // A session is one process from the login on.
    let processes = |what: &str| {
        let lines = log.lines().filter(|line| line.contains(what));
        let pid = |line: &str| line.split("[pid ").nth(1)?.split(']').next().map(str::to_owned);
        lines.filter_map(pid).collect::<BTreeSet<_>>().len()
    };
    for (filter, what) in [
        ("verb=STOR", "\"STOR "),
        ("verb=stor", "\"STOR "),
        ("verb=RNT?", "\"RNTO "),
        ("code=421", "\"421 "),
        ("code=503", "\"503 "),
        ("user=jobrunner", "\"USER jobrunner\""),
    ] {
        assert_eq!(chosen(SERVER, &["--where", filter]).len(), processes(what), "{filter}");
    }
    assert_eq!((processes("\"STOR "), processes("\"421 ")), (8, 12));
    assert_eq!(chosen(SERVER, &["--where", "code=5xx"]), chosen(SERVER, &["--where", "code=5??"]));
    assert_eq!(chosen(SERVER, &["--where", "server=VSFTPD"]).len(), 32);
    // Four sessions are backup's, one of them from there.
    let both = ["--where", "user=backup", "--where", "client=203.0.113.0/24", "--where", "verb=STOR"];
    assert_eq!(chosen(SERVER, &both), [8]);
}

#[test]
fn other_formats_are_filtered_alike() {
    let sessions_of = |path: &str, client: &str| {
        let log = text_of(path);
        let lines = log.lines().filter(|line| line.contains(client));
        // The session stands in the last column but one.
        lines.filter_map(|line| line.split(' ').nth_back(1).map(str::to_owned)).collect::<BTreeSet<_>>().len()
    };
    let iis = "samples/iis/iis-10.log";
    for client in ["192.0.2.61", "203.0.113.9", "192.0.2.77"] {
        let got = chosen(iis, &["--where", &format!("client={client}")]);
        assert_eq!(got.len(), sessions_of(iis, &format!(" {client} ")), "{client}");
    }
    assert_eq!(chosen("samples/sftpgo/two-clients.json", &["--where", "client=2001:DB8::/32"]), [2]);
    assert_eq!(chosen("samples/mina/two-clients.log", &["--where", "client=192.0.2.9"]), [2]);
    // `USER alice` is what the first, the third, the fifth and the sixth process got.
    let trace = "samples/proftpd-trace/too-many-clients.log";
    assert_eq!(chosen(trace, &["--where", "user=alice"]), [1, 3, 5, 6]);
    // Users who only tried: `USER admin` stands in the third and the fifth.
    assert_eq!(chosen("samples/raw/vsftpd-logins.txt", &["--where", "user=admin"]), [3, 5]);
    assert_eq!(chosen("samples/capture/vsftpd-order.pcap", &["--where", "verb=RNTO"]), [1]);
}

// When

#[test]
fn sessions_of_a_time_are_those_that_went_on_then() {
    let connections_from = |from: &str, to: &str| {
        let log = text_of(SERVER);
        let at = |line: &str| line.split_whitespace().nth(3).map(str::to_owned);
        let times = log.lines().filter(|line| line.contains("CONNECT: ")).filter_map(at);
        times.filter(|at| at.as_str() >= from && at.as_str() <= to).count()
    };
    let count = |filters: &[&str]| chosen(SERVER, filters).len();
    // Nothing of the clients before is said at 10:02:20 or later.
    assert_eq!(count(&["--since", "2026-10-05 10:02:20"]), connections_from("10:02:20", "23"));
    assert_eq!(count(&["--since", "2026-10-05T10:02"]), connections_from("10:02:11", "23"));
    assert_eq!(count(&["--until", "2026-10-05 08:00:01"]), connections_from("00", "08:00:01"));
    assert_eq!(count(&["--until", "2026-10-05 09:13"]), connections_from("00", "09:13:59"));
    assert_eq!(count(&["--since", "2026-10-05", "--until", "2026-10-05"]), 32);
    // The first session began at 07:59:58 and went on at 07:59:59.
    assert_eq!(chosen(SERVER, &["--since", "2026-10-05 07:59:59", "--until", "2026-10-05 07:59:59"]), [1]);
    let both =
        ["--since", "2026-10-05 09:00", "--until", "2026-10-05 10:00", "--where", "client=203.0.113.*"];
    assert_eq!(chosen(SERVER, &both), [8]);
}

#[test]
fn a_time_is_of_the_zone_of_the_log_unless_it_has_an_offset() {
    let want = chosen(SERVER, &["--since", "2026-10-05 10:02:20"]);
    for filters in [
        ["--since", "2026-10-05 10:02:20", "--tz", "Asia/Seoul"],
        ["--since", "2026-10-05T10:02:20+09:00", "--tz", "Asia/Seoul"],
        ["--since", "2026-10-05T01:02:20Z", "--tz", "Asia/Seoul"],
        ["--since", "2026-10-05T19:02:20+09:00", "--tz", "UTC"],
    ] {
        assert_eq!(chosen(SERVER, &filters), want, "{filters:?}");
    }
}

#[test]
fn sessions_without_a_date_are_left_out_and_counted() {
    let yearless = "samples/pure-ftpd/concurrent-with-pid.log";
    let ran = ftplog(&["analyze", yearless, "--since", "2026-11-20"]);
    assert_eq!(ran.code, 2);
    assert!(
        ran.err.contains(": 6 sessions are left out, because the log does not state their date"),
        "{}",
        ran.err
    );
    assert!(ran.err.contains("tip: only the year is missing: --year"), "{}", ran.err);
    assert_eq!(chosen(yearless, &["--since", "2026-11-20", "--year", "2026"]), [1, 2, 3, 4, 5, 6]);
    // One client spoke for five seconds, the others for one.
    assert_eq!(chosen(yearless, &["--since", "2026-11-20 18:27:30", "--year", "2026"]), [6]);
    let ran = ftplog(&[
        "analyze",
        "samples/raw/vsftpd-logins.txt",
        "--until",
        "2026-11-20",
        "--where",
        "user=admin",
    ]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains(": 2 sessions are left out"), "{}", ran.err);
    assert!(!ran.err.contains("--year"), "{}", ran.err);
    // A log with dates beside it is still read.
    let ran =
        ftplog(&["sessions", "samples/raw/vsftpd-logins.txt", SERVER, "--since", "2026-10-05 10:02:20"]);
    assert_eq!(ran.code, 0);
    assert!(
        ran.err.contains("warning: samples/raw/vsftpd-logins.txt: 10 sessions are left out"),
        "{}",
        ran.err
    );
    assert!(ran.out.contains("10:02:21"), "{}", ran.out);
}

// What is said

#[test]
fn counts_are_those_of_the_chosen_sessions_and_lines_those_of_the_log() {
    let log = text_of(SERVER);
    let client = "203.0.113.41";
    let replies = |class: char| {
        let said = format!("FTP response: Client \"{client}\", \"{class}");
        let is_last = |line: &&str| line.split(&said).nth(1).is_some_and(|rest| rest.as_bytes()[2] == b' ');
        log.lines().filter(is_last).count()
    };
    let report = analyzed(SERVER, &["--where", &format!("client={client}")]);
    let summary = &report["summary"];
    assert_eq!((summary["sessions"].as_u64(), summary["lines"].as_u64()), (Some(6), Some(819)));
    for class in ['1', '2', '3', '4', '5'] {
        let want = replies(class) as u64;
        assert_eq!(summary["replies"][format!("{class}xx")].as_u64(), Some(want), "{class}");
    }
    let filter = &report["filter"];
    assert_eq!(filter["where"][0], format!("client={client}"));
    assert_eq!((&filter["since"], filter["sessions_in_all"].as_u64()), (&Value::Null, Some(32)));
    let filter = &analyzed(SERVER, &["--until", "2026-10-05", "--since", "2026-10-05T09:00+09:00"])["filter"];
    assert_eq!(filter["since"], "2026-10-05T00:00:00+00:00");
    assert_eq!(filter["until"], "2026-10-06T00:00:00+00:00");
    assert_eq!(analyzed(SERVER, &[])["filter"], Value::Null);
}

/// Twelve sessions of four clients were refused; three of them are this client's.
#[test]
fn a_burst_is_told_to_each_of_those_whom_it_met() {
    let burst = |filters: &[&str]| {
        let report = analyzed(SERVER, filters);
        let findings = report["findings"].as_array().unwrap();
        let burst = findings.iter().find(|f| f["rule"] == "service-refused-burst").cloned();
        (burst.map(|b| (b["facts"]["count"].clone(), b["facts"]["clients"].clone())), report)
    };
    let (found, _) = burst(&["--where", "client=203.0.113.42"]);
    assert_eq!(found, Some((12.into(), 4.into())));
    let ran = ftplog(&["analyze", SERVER, "--where", "client=203.0.113.42"]);
    assert_eq!(ran.code, 1);
    assert!(ran.out.contains("Only sessions with client=203.0.113.42: 6 of 32."), "{}", ran.out);
    assert!(ran.out.contains("in 3 of 6 sessions."), "{}", ran.out);
    // Those whom it did not meet hear nothing of it.
    assert_eq!(burst(&["--where", "client=203.0.113.7"]).0, None);
    assert_eq!(burst(&["--until", "2026-10-05 09:59"]).0, None);
}

#[test]
fn no_session_at_all_is_no_success() {
    for command in ["analyze", "sessions", "exchanges", "server"] {
        let ran = ftplog(&[command, SERVER, "--where", "user=nobody-here", "--since", "2026-10-05"]);
        assert_eq!(ran.code, 2, "{command}");
        let want = "error: none of the 32 sessions fits user=nobody-here, since=2026-10-05\n";
        assert!(ran.err.starts_with(want), "{command}: {}", ran.err);
        assert!(!ran.out.contains("No problems"), "{}", ran.out);
    }
    let report = analyzed(SERVER, &["--where", "user=nobody-here"]);
    assert_eq!((&report["summary"]["sessions"], &report["summary"]["exit_code"]), (&0.into(), &2.into()));
    assert_eq!(ftplog(&["analyze", SERVER, "--where", "client=203.0.113.8*"]).code, 2);
}

#[test]
fn a_filter_that_cannot_be_is_an_error_with_a_tip() {
    for (filter, says, tip) in [
        (["--where", "client"], "--where client has no value", "write it as KEY=GLOB"),
        (["--where", "user="], "--where user= has no value", "write it as KEY=GLOB"),
        (["--where", "cilent=a"], "unknown key cilent in --where", "did you mean client?"),
        (["--where", "Zz=a"], "unknown key Zz in --where", "keys are client, user, server, verb, code"),
        (["--where", "code=5yz"], "no FTP reply code is like 5yz", "write it like 421, 5xx or 5??"),
        (["--where", "client=1.2.3.4/40"], "1.2.3.4/40 is not a network", "write it like 203.0.113.0/24"),
        (
            ["--where", "session=17"],
            "--where cannot choose a session by its number",
            "ftplog show samples/server.log@17",
        ),
        (["--since", "2h"], "--since 2h is not a time", "write it like 2026-01-31"),
        (["--until", "10:00"], "--until 10:00 is not a time", "write it like 2026-01-31"),
        (["--since", "\u{1b}[31m"], "--since ␛[31m is not a time", "write it like 2026-01-31"),
    ] {
        let ran = ftplog(&["analyze", SERVER, filter[0], filter[1]]);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{filter:?}");
        let mut lines = ran.err.lines();
        assert_eq!(lines.next(), Some(format!("error: {says}").as_str()), "{filter:?}");
        assert!(
            lines.next().is_some_and(|l| l.starts_with(&format!("  tip: {tip}")) || l.contains(tip)),
            "{}",
            ran.err
        );
    }
    let ran = ftplog(&["analyze", SERVER, "--since", "2026-02-01", "--until", "2026-01-31"]);
    assert_eq!((ran.code, ran.err.as_str()), (2, "error: --since 2026-02-01 is after --until 2026-01-31\n"));
    // show is about one session.
    assert_eq!(ftplog(&["show", "samples/server.log@3", "--where", "user=a"]).code, 2);
}

#[test]
fn standard_input_is_filtered_in_one_go() {
    let log = text_of(SERVER);
    let ran = ftplog_with(&["sessions", "-", "-f", "ndjson", "--where", "code=421"], log.as_bytes());
    assert_eq!((ran.code, ran.ndjson().len()), (0, 12));
}

// Long sessions, and laws

/// A log of vsftpd with sessions that take turns: so many exchanges each, and what the last of each is.
fn long_sessions(n_exchanges: usize, last: &[(&str, &str)]) -> String {
    let mut log = String::new();
    let mut line = |session: usize, said: &str| {
        let (pid, client) = (100 + session, format!("192.0.2.{}", session + 1));
        let _ = writeln!(log, "Mon Oct  5 08:00:00 2026 [pid {pid}] {}", said.replace('@', &client));
    };
    for session in 0..last.len() {
        line(session, "CONNECT: Client \"@\"");
        line(session, "FTP response: Client \"@\", \"220 ready\"");
    }
    for n in 0..n_exchanges {
        for session in 0..last.len() {
            // A refusal now and then, so that there is something to find.
            let code = if n % 50 == 7 { "500 Unknown SITE command." } else { "200 NOOP ok." };
            let verb = if n % 50 == 7 { "SITE XYZZY" } else { "NOOP" };
            line(session, &format!("FTP command: Client \"@\", \"{verb}\""));
            line(session, &format!("FTP response: Client \"@\", \"{code}\""));
        }
    }
    for (session, (command, reply)) in last.iter().enumerate() {
        line(session, &format!("FTP command: Client \"@\", \"{command}\""));
        line(session, &format!("FTP response: Client \"@\", \"{reply}\""));
    }
    log
}

/// What came of a log: the report, the exchanges and the sessions.
fn outcome(log: &str, sieve: Option<&Arc<Sieve>>, jobs: usize, block_bytes: usize) -> [String; 3] {
    let settings = Settings { jobs, block_bytes, ..Settings::default() };
    let input = || Input::bytes("x.log", log.as_bytes());
    let options = Options { sieve: sieve.cloned(), ..Options::default() };
    let mut run = engine::run(input(), &settings, Report::new(options), |_| Ok(())).unwrap();
    let summed = run.input();
    let summary = run.gathered.seal(vec![summed]);
    let sentences = Sentences::new(Lang::En, Zone::UTC);
    let json = Renderer::named("json").unwrap().in_memory(&View::of(&summary, &sentences));
    let mut exchanges = Vec::new();
    let gather = Exchanges::new(Shape::Ndjson, Zone::UTC, &Words::new(Lang::En));
    let prompt = Settings { prompt: true, ..settings.clone() };
    let gather = Sifted::new(gather, sieve.cloned());
    let run = engine::run(input(), &prompt, gather, |progress| {
        let complete_before = progress.gathered.complete_before(progress.complete_before);
        let written = progress.gathered.gather.write(&mut exchanges, complete_before, progress.starts);
        written.map_err(|_| Stop::Done)
    })
    .unwrap();
    assert!(!run.gathered.gather.out_of_order);
    let mut sessions = Vec::new();
    let gather = Sifted::new(Sessions::default(), sieve.cloned());
    let mut run = engine::run(input(), &settings, gather, |_| Ok(())).unwrap();
    run.gathered.gather.sort();
    run.gathered.gather.ndjson(&mut sessions, &run.starts).unwrap();
    let [exchanges, sessions] = [exchanges, sessions].map(|bytes| String::from_utf8(bytes).unwrap());
    [json, exchanges, sessions]
}

fn by(filters: &[(ChosenBy, &str)]) -> Arc<Sieve> {
    let mut sieve = Sieve::default();
    for (key, pattern) in filters {
        sieve.add(*key, pattern).unwrap();
    }
    Arc::new(sieve)
}

#[test]
fn a_long_session_is_chosen_by_what_it_says_last() {
    let log = long_sessions(3_000, &[("QUIT", "221 Goodbye."), ("STOR a", "226 ok."), ("LIST", "226 ok.")]);
    let all = outcome(&log, None, 1, 0);
    let lines_of = |text: &str, client: &str| {
        let name = format!("\"client\":\"{client}\"");
        text.split_inclusive('\n').filter(|line| line.contains(&name)).collect::<String>()
    };
    for filter in [(ChosenBy::Verb, "STOR"), (ChosenBy::Client, "192.0.2.2")] {
        let got = outcome(&log, Some(&by(&[filter])), 1, 0);
        assert_eq!(got[2], lines_of(&all[2], "192.0.2.2"));
        assert_eq!(got[1].lines().count(), 3_002, "{filter:?}");
        assert!(got[1] == lines_of(&all[1], "192.0.2.2"), "{filter:?}");
        let (got, all): (Value, Value) =
            (serde_json::from_str(&got[0]).unwrap(), serde_json::from_str(&all[0]).unwrap());
        let of_it = |report: &Value| -> Vec<Value> {
            let all = report["findings"].as_array().unwrap();
            all.iter().filter(|f| f["session"]["client"] == "192.0.2.2").cloned().collect()
        };
        assert_eq!(got["summary"]["exchanges"], 3_002);
        // 7, 57, 107, ... of 3,000
        assert_eq!(of_it(&got).len(), 60);
        assert_eq!(got["findings"].as_array().unwrap(), &of_it(&all));
    }
}

#[test]
fn threads_and_blocks_change_nothing_in_what_is_chosen() {
    let long =
        long_sessions(1_500, &[("QUIT", "221 Goodbye."), ("STOR a", "226 ok."), ("QUIT", "421 Timeout.")]);
    let logs = [(text_of(SERVER), &[(1, 4096), (2, 100), (4, 7)][..]), (long, &[(2, 10_000), (4, 65_536)])];
    for (log, ways) in logs {
        for filters in [
            &[(ChosenBy::Code, "421")][..],
            &[(ChosenBy::Verb, "STOR")],
            &[(ChosenBy::User, "b*")],
            &[(ChosenBy::Server, "vsftpd"), (ChosenBy::Code, "2xx")],
            &[(ChosenBy::Client, "203.0.113.0/24"), (ChosenBy::Code, "5xx")],
        ] {
            let sieve = by(filters);
            let want = outcome(&log, Some(&sieve), 1, 0);
            for (jobs, block_bytes) in ways {
                let got = outcome(&log, Some(&sieve), *jobs, *block_bytes);
                assert!(got == want, "{filters:?} with {jobs} threads and blocks of {block_bytes} bytes");
            }
        }
    }
}

/// More long sessions than are held until it is known whether they are asked for.
#[test]
fn what_is_too_much_to_be_held_is_counted_where_it_cannot_be_listed() {
    let log = long_sessions(30_000, &[("STOR a", "226 ok.")]);
    let ran = ftplog_with(&["exchanges", "-", "-f", "ndjson", "--where", "verb=STOR"], log.as_bytes());
    let listed = ran.out.lines().count();
    let said = ran.err.split(": ").nth(2).and_then(|rest| rest.split(' ').next()).unwrap();
    let left_out: usize = said.replace(',', "").parse().unwrap();
    assert!(left_out > 0, "{}", ran.err);
    // The greeting, 30,000 commands, and the last one.
    assert_eq!((ran.code, listed + left_out), (0, 30_002), "{}", ran.err);
    let ran = ftplog_with(&["analyze", "-", "-f", "json", "--where", "verb=STOR"], log.as_bytes());
    let summary = &ran.json()["summary"];
    // 7, 57, 107, ... of 30,000
    assert_eq!((&summary["exchanges"], &summary["findings"]["note"]), (&30_002.into(), &600.into()));
    assert_eq!(ran.err, "");
}

/// The rules that look at all sessions together.
const OF_ALL: [&str; 4] = ["service-refused-burst", "service-refused", "login-failures", "login-per-file"];

#[test]
fn the_sessions_of_all_clients_have_the_findings_of_the_log() {
    let mut n_logs = 0;
    for path in program::logs() {
        let path = path.strip_prefix(root()).unwrap().display().to_string();
        let listed = ftplog(&["sessions", "-f", "ndjson", &path]);
        let clients: BTreeSet<String> = match listed.code {
            0 => listed.ndjson().iter().filter_map(|row| Some(row["client"].as_str()?.to_owned())).collect(),
            _ => continue,
        };
        if clients.len() < 2 {
            continue;
        }
        n_logs += 1;
        let findings = |filters: &[&str]| analyzed(&path, filters)["findings"].as_array().unwrap().clone();
        let is_of_all = |f: &Value| OF_ALL.iter().any(|rule| f["rule"] == *rule);
        let (together, alone): (Vec<Value>, Vec<Value>) = findings(&[]).into_iter().partition(is_of_all);
        let mut by_client: BTreeMap<&str, Vec<&Value>> = BTreeMap::new();
        for finding in &alone {
            by_client
                .entry(finding["session"]["client"].as_str().unwrap_or_default())
                .or_default()
                .push(finding);
        }
        let mut told = Vec::new();
        for client in &clients {
            let got = findings(&["--where", &format!("client={client}")]);
            let want = by_client.get(client.as_str()).cloned().unwrap_or_default();
            let (shared, own): (Vec<Value>, Vec<Value>) = got.into_iter().partition(is_of_all);
            assert_eq!(own.iter().collect::<Vec<_>>(), want, "{path}: {client}");
            assert!(shared.iter().all(|f| together.contains(f)), "{path}: {client}");
            told.extend(shared);
        }
        assert!(together.iter().all(|f| told.contains(f)), "{path}");
    }
    assert!(n_logs >= 5, "only {n_logs} logs have several clients");
}
