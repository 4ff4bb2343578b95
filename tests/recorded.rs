//! Recorded sessions of real servers and clients, held against what went over the wire.
//!
//! `recorded/SERVER/NAME.KIND`: the files of one SERVER/NAME show the same sessions. `truth.jsonl` holds the bytes of raw
//! sockets, `control.txt` the control channel taken from a capture; the argument of PASS is taken out of both.

#![allow(clippy::format_collect, clippy::type_complexity, clippy::needless_for_each, clippy::too_many_lines)] // Tables and text.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test that cannot go on fails, and may read files"
)]

mod program;

use program::{Ran, ftplog, ftplog_with, root};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fs;
use std::path::Path;

/// A verb, `-` where nobody asked; and its final reply, where there was one.
type Pair = (String, Option<u16>);

/// Pairs, and how often each was seen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Pairs(BTreeMap<Pair, usize>);

impl Pairs {
    fn add(&mut self, verb: &str, code: Option<u16>) {
        *self.0.entry((verb.to_owned(), code)).or_default() += 1;
    }

    fn take(&mut self, verb: &str, code: Option<u16>) {
        let pair = (verb.to_owned(), code);
        let n = self.0.get_mut(&pair).unwrap_or_else(|| panic!("{pair:?} is not on the wire"));
        *n -= 1;
        if *n == 0 {
            self.0.remove(&pair);
        }
    }

    fn total(&self) -> usize {
        self.0.values().sum()
    }

    /// What is in both, twice, by what is in each: 1.0 where both are the same.
    fn f1(&self, other: &Self) -> f64 {
        let common: usize = self.0.iter().map(|(p, n)| *n.min(other.0.get(p).unwrap_or(&0))).sum();
        2.0 * common as f64 / (self.total() + other.total()) as f64
    }
}

/// One line of a control channel.
#[derive(Clone, Debug)]
struct Said {
    session: String,
    by_client: bool,
    text: String,
}

/// What was said on the wire, in the order of time.
fn wire(server: &str, name: &str) -> Vec<Said> {
    let base = root().join("tests/recorded").join(server);
    match fs::read_to_string(base.join(format!("{name}.truth.jsonl"))) {
        Ok(text) => from_sockets(&text),
        Err(_) => from_capture(&fs::read_to_string(base.join(format!("{name}.control.txt"))).unwrap()),
    }
}

fn from_sockets(text: &str) -> Vec<Said> {
    let mut said = Vec::new();
    // A client may send half a line at a time.
    let mut half: BTreeMap<String, String> = BTreeMap::new();
    for line in text.lines() {
        let value: Value = serde_json::from_str(line).unwrap();
        let (Some(by), Some(session), Some(text)) =
            (value["dir"].as_str(), value["sess"].as_str(), value["text"].as_str())
        else {
            continue;
        };
        let line =
            |by_client, text: &str| Said { session: session.to_owned(), by_client, text: text.to_owned() };
        if by == "S" {
            said.extend(text.lines().map(|l| line(false, l)));
            continue;
        }
        let sent = half.entry(session.to_owned()).or_default();
        sent.push_str(text);
        while let Some(end) = sent.find('\n') {
            said.push(line(true, sent[..end].trim_end_matches('\r')));
            sent.drain(..=end);
        }
    }
    said
}

// 1795198783.512048 client-port=54348 C FEAT
fn from_capture(text: &str) -> Vec<Said> {
    let parse = |line: &str| {
        let (_, rest) = line.split_once(" client-port=")?;
        let (port, rest) = rest.split_once(' ')?;
        let (by, text) = rest.split_once(' ')?;
        let said = Said { session: port.to_owned(), by_client: by == "C", text: text.to_owned() };
        (!["<FIN>", "<RST>"].contains(&text)).then_some(said)
    };
    text.lines().filter_map(parse).collect()
}

/// Whether a word could be a command: servers get HTTP and noise, too.
fn is_verb(word: &str) -> bool {
    (1..=8).contains(&word.len())
        && word.starts_with(|c: char| c.is_ascii_uppercase())
        && word.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit())
}

/// The code that a line ends a reply with. `open` is the code of a reply of several lines.
fn final_code(line: &str, open: &mut Option<String>) -> Option<u16> {
    if let Some(code) = open.clone() {
        if line != code && !line.starts_with(&format!("{code} ")) {
            return None;
        }
        *open = None;
        return code.parse().ok();
    }
    let digits = line.get(..3).filter(|d| d.bytes().all(|b| b.is_ascii_digit()))?;
    match line.as_bytes().get(3) {
        Some(b'-') => {
            *open = Some(digits.to_owned());
            None
        }
        None | Some(b' ') => digits.parse().ok(),
        Some(_) => None,
    }
}

/// Pairs commands with replies, first in first out; a preliminary reply does not end its command.
fn pairs_of(said: &[Said]) -> Pairs {
    let mut pairs = Pairs::default();
    let mut waiting: BTreeMap<&str, VecDeque<String>> = BTreeMap::new();
    let mut open: BTreeMap<&str, Option<String>> = BTreeMap::new();
    for line in said {
        let queue = waiting.entry(&line.session).or_default();
        if line.by_client {
            let word = line.text.trim().split(' ').next().unwrap_or_default().to_ascii_uppercase();
            if is_verb(&word) {
                queue.push_back(word);
            }
        } else if let Some(code) = final_code(&line.text, open.entry(&line.session).or_default())
            && code >= 200
        {
            pairs.add(&queue.pop_front().unwrap_or("-".to_owned()), Some(code));
        }
    }
    for verb in waiting.values().flatten() {
        pairs.add(verb, None);
    }
    pairs
}

/// The pairs that the program finds.
fn found(ran: &Ran) -> Pairs {
    assert_eq!(ran.code, 0, "{}", ran.err);
    let mut pairs = Pairs::default();
    for exchange in ran.ndjson() {
        let verb = exchange["command"]["verb"].as_str().unwrap_or("-");
        let replies = exchange["replies"].as_array().unwrap().iter();
        let codes = replies.map(|r| r["code"].as_u64().unwrap() as u16).filter(|c| *c >= 200);
        let mut codes: Vec<u16> = codes.collect();
        pairs.add(verb, codes.pop());
        for more in codes {
            pairs.add("-", Some(more));
        }
    }
    pairs
}

fn log(server: &str, name: &str, kind: &str) -> String {
    format!("tests/recorded/{server}/{name}.{kind}")
}

fn exchanges(path: &str) -> Pairs {
    found(&ftplog(&["exchanges", "-f", "ndjson", path]))
}

/// Formats that log only commands that were answered, with their final codes.
fn logs_final_codes_only(kind: &str) -> bool {
    kind.starts_with("extended-")
}

/// What a log of that kind can show of the wire.
fn expected(server: &str, name: &str, kind: &str) -> Pairs {
    let mut pairs = pairs_of(&wire(server, name));
    if logs_final_codes_only(kind) {
        pairs.0.retain(|(verb, code), _| verb != "-" && code.is_some());
    }
    // curl sends QUIT and prints nothing of it.
    if kind == "client.txt" && name.contains("curl") {
        pairs.0.retain(|(verb, _), _| verb != "QUIT");
    }
    pairs
}

const SYSLOGS: &[&str] = &["syslog", "syslog-iso", "syslog-5424"];
const EXTENDED: &[&str] = &["extended-default.log", "extended-custom.log", "extended-allvars.log"];

/// Where a log differs from the wire, and why.
struct Differs {
    server: &'static str,
    name: &'static str,
    kinds: &'static [&'static str],
    /// On the wire, and not in the log.
    lacks: &'static [(&'static str, Option<u16>)],
    /// In the log, and not so on the wire.
    adds: &'static [(&'static str, Option<u16>)],
}

/// Recordings whose log leaves something out or has something more, pair by pair.
const DIFFERENCES: &[Differs] = &[
    // Lines before the login go nowhere when vsftpd writes to syslog; 230 is the first that arrives.
    Differs {
        server: "vsftpd",
        name: "normal-syslog",
        kinds: SYSLOGS,
        lacks: &[("-", Some(220)), ("USER", Some(331)), ("PASS", Some(230))],
        adds: &[("-", Some(230))],
    },
    Differs {
        server: "vsftpd",
        name: "order-syslog",
        kinds: SYSLOGS,
        lacks: &[("-", Some(220)), ("USER", Some(331)), ("PASS", Some(230))],
        adds: &[("-", Some(230))],
    },
    // The three that were refused sent QUIT to a server that had hung up.
    Differs {
        server: "vsftpd",
        name: "maxclients",
        kinds: &["vsftpd.log"],
        lacks: &[("QUIT", None), ("QUIT", None), ("QUIT", None)],
        adds: &[],
    },
    Differs {
        server: "proftpd",
        name: "maxclients",
        kinds: &["trace.log"],
        lacks: &[("QUIT", None), ("QUIT", None), ("QUIT", None)],
        adds: &[],
    },
    // The server hung up before it read the USER.
    Differs {
        server: "vsftpd",
        name: "prelogin-forcessl",
        kinds: &["vsftpd.log"],
        lacks: &[("USER", None)],
        adds: &[],
    },
    // vsftpd answers HTTP verbs and hangs up; "put" was sent to nobody. An empty command has no name.
    Differs { server: "vsftpd", name: "unimpl", kinds: &["vsftpd.log"], lacks: &[("PUT", None)], adds: &[] },
    // ProFTPD hangs up on SMTP and HTTP verbs and logs nothing.
    Differs {
        server: "proftpd",
        name: "unimpl",
        kinds: &["trace.log"],
        lacks: &[("MAIL", None), ("GET", None)],
        adds: &[],
    },
    // The session was closed before the PASV was read.
    Differs {
        server: "proftpd",
        name: "data425",
        kinds: &["trace.log"],
        lacks: &[("PASV", None)],
        adds: &[],
    },
    // ExtendedLog writes a RETR that nobody answered with "-" for its code.
    Differs { server: "proftpd", name: "data425", kinds: EXTENDED, lacks: &[], adds: &[("RETR", None)] },
    // 421 never reaches an ExtendedLog.
    Differs { server: "proftpd", name: "shutmsg", kinds: EXTENDED, lacks: &[("PWD", Some(421))], adds: &[] },
    // The 421 was sent before the PWD was read, and a 220 was written that never left the server.
    Differs {
        server: "proftpd",
        name: "shutmsg",
        kinds: &["trace.log"],
        lacks: &[("PWD", Some(421)), ("QUIT", None), ("QUIT", None)],
        adds: &[("-", Some(421)), ("-", Some(220))],
    },
    // The 421 was sent before the PWD, as the numbers of the packets show.
    Differs {
        server: "proftpd",
        name: "shutmsg",
        kinds: &["pcap"],
        lacks: &[("PWD", Some(421))],
        adds: &[("-", Some(421)), ("PWD", None)],
    },
    // " PWD", with a blank before it, gets 500 from ProFTPD and no line in an ExtendedLog.
    Differs { server: "proftpd", name: "info", kinds: EXTENDED, lacks: &[("PWD", Some(500))], adds: &[] },
    // Both clients hang up at 530 and do not read the second one, "530 Logout.".
    Differs {
        server: "pureftpd",
        name: "cli-lftp-badpass",
        kinds: &["client.txt"],
        lacks: &[("-", Some(530))],
        adds: &[],
    },
    Differs {
        server: "pureftpd",
        name: "cli-curl-v-badpass",
        kinds: &["client.txt"],
        lacks: &[("-", Some(530))],
        adds: &[],
    },
    // wget hangs up when it has its file and does not read what Pure-FTPd says then, "226 Logout.".
    Differs {
        server: "pureftpd",
        name: "cli-wget-S-anon",
        kinds: &["client.txt"],
        lacks: &[("-", Some(226))],
        adds: &[],
    },
    Differs {
        server: "pureftpd",
        name: "cli-wget-d-resume",
        kinds: &["client.txt"],
        lacks: &[("-", Some(226))],
        adds: &[],
    },
    // aria2 had its file before the 226 was read.
    Differs {
        server: "pureftpd",
        name: "cli-aria2-debug",
        kinds: &["client.txt"],
        lacks: &[("RETR", Some(226))],
        adds: &[("RETR", None)],
    },
    // basic-ftp hangs up when it has sent QUIT.
    Differs {
        server: "pyftpdlib",
        name: "cli-basicftp-verbose",
        kinds: &["client.txt"],
        lacks: &[("QUIT", Some(221))],
        adds: &[("QUIT", None)],
    },
    Differs {
        server: "pureftpd",
        name: "cli-basicftp-verbose",
        kinds: &["client.txt"],
        lacks: &[("QUIT", Some(221))],
        adds: &[("QUIT", None)],
    },
    Differs {
        server: "vsftpd",
        name: "cli-basicftp-verbose-ipv6",
        kinds: &["client.txt"],
        lacks: &[("QUIT", Some(221))],
        adds: &[("QUIT", None)],
    },
];

/// Recordings of which first in, first out gives a worse reading than the log: server, name, kinds and the least F1.
const FLOORS: &[(&str, &str, &[&str], f64)] = &[
    // ProFTPD answers RNTO before a login twice; from there on the wire's pairs are off by one, and the log's are not.
    // `every_command_has_its_own_reply_where_one_was_answered_twice` looks at these.
    ("proftpd", "prelogin", &["trace.log", "pcap"], 0.34),
    ("proftpd", "prelogin", EXTENDED, 0.32),
    // Pure-FTPd does not answer " PWD", with a blank before it; the wire's pairs are off by one after it.
    ("pureftpd", "info", SYSLOGS, 0.85),
    // Three connections write to one terminal with nothing to tell them apart.
    ("proftpd", "cli-lftp-parallel", &["client.txt"], 0.85),
];

/// Every recorded log that holds replies: server, name and kind.
fn recorded() -> Vec<(String, String, String)> {
    let mut all = recorded_in_any_way();
    all.retain(|(server, name, kind)| told_by(server, name, kind).is_none());
    all
}

fn recorded_in_any_way() -> Vec<(String, String, String)> {
    let parts = |path: &Path| {
        let server = path.parent()?.file_name()?.to_str()?.to_owned();
        let (name, kind) = path.file_name()?.to_str()?.split_once('.')?;
        let is_log = !["truth.jsonl", "control.txt", "md"].contains(&kind);
        is_log.then(|| (server, name.to_owned(), kind.to_owned()))
    };
    program::files("tests/recorded").iter().filter_map(|p| parts(p)).collect()
}

fn is_listed(list: &[&str], kind: &str) -> bool {
    list.contains(&kind)
}

#[test]
fn the_pairs_of_a_log_are_those_of_the_wire() {
    let mut wrong = Vec::new();
    let mut n_logs = 0;
    for (server, name, kind) in recorded() {
        if FLOORS.iter().any(|(s, n, kinds, _)| (*s, *n) == (&server, &name) && is_listed(kinds, &kind)) {
            continue;
        }
        let mut want = expected(&server, &name, &kind);
        let differs = |d: &&Differs| (d.server, d.name) == (&server, &name) && is_listed(d.kinds, &kind);
        for difference in DIFFERENCES.iter().filter(differs) {
            difference.lacks.iter().for_each(|(verb, code)| want.take(verb, *code));
            difference.adds.iter().for_each(|(verb, code)| want.add(verb, *code));
        }
        let got = exchanges(&log(&server, &name, &kind));
        n_logs += 1;
        if got != want {
            wrong.push(format!(
                "{server}/{name}.{kind}: F1 {:.3}\nwant {want:?}\n got {got:?}",
                want.f1(&got)
            ));
        }
    }
    assert!(wrong.is_empty(), "{} of {n_logs}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(n_logs >= 90, "only {n_logs} logs were found");
}

#[test]
fn disturbed_sessions_keep_most_of_their_pairs() {
    for (server, name, kinds, floor) in FLOORS {
        for kind in *kinds {
            let f1 = expected(server, name, kind).f1(&exchanges(&log(server, name, kind)));
            assert!(f1 >= *floor, "{server}/{name}.{kind}: F1 {f1:.3} is less than {floor}");
        }
    }
}

#[test]
fn every_command_has_its_own_reply_where_one_was_answered_twice() {
    // The trace says which reply is whose: it was written command by command.
    let traced = exchanges(&log("proftpd", "prelogin", "trace.log"));
    assert_eq!(traced.0.get(&("-".to_owned(), Some(530))), Some(&1));
    assert_eq!(traced.0.get(&("SITE".to_owned(), Some(214))), Some(&1));
    assert_eq!(exchanges(&log("proftpd", "prelogin", "pcap")), traced);
    // The client of the socket took each reply for that of its last command, and left when 221 was still to come.
    let text = transcript(&wire("proftpd", "prelogin"), "s1");
    let args = ["exchanges", "-f", "ndjson", "--log-format", "raw", "-"];
    let mut heard = found(&ftplog_with(&args, text.as_bytes()));
    heard.take("QUIT", None);
    heard.add("QUIT", Some(221));
    assert_eq!(heard, traced);
}

#[test]
fn the_place_where_replies_fell_out_of_step_is_found() {
    // Line, cause, and where both are in step again, by the numbers of the packets and lines on the wire.
    for (path, case, line, cause) in [
        ("proftpd/prelogin.trace.log", "doubled", 59, Some(56)),
        ("proftpd/prelogin.pcap", "doubled", 20, Some(18)),
    ] {
        let mut got = findings(path);
        got.retain(|(rule, ..)| rule == "reply-desync");
        assert_eq!(got, [("reply-desync".to_owned(), case.to_owned(), line, cause)], "{path}");
    }
}

/// Each command of a log with the codes of its replies, in the order of the log.
fn talk(path: &str) -> Vec<(String, Vec<u64>)> {
    let ran = ftplog(&["exchanges", "-f", "ndjson", path]);
    let of = |exchange: &Value| {
        let codes = exchange["replies"].as_array().unwrap().iter().map(|r| r["code"].as_u64().unwrap());
        (exchange["command"]["verb"].as_str().unwrap_or("-").to_owned(), codes.collect())
    };
    ran.ndjson().iter().map(of).collect()
}

#[test]
fn a_capture_shows_what_the_server_and_the_client_logged() {
    for (server, name, kinds) in [
        ("vsftpd", "cli-lftp-resume", &["vsftpd.log", "client.txt"][..]),
        // curl sends QUIT and prints nothing of it.
        ("vsftpd", "cli-curl-v-get", &["vsftpd.log"]),
        ("vsftpd", "order", &["vsftpd.log"]),
        ("vsftpd", "normal", &["vsftpd.log"]),
        ("proftpd", "order", &["trace.log"]),
        ("proftpd", "ipv6", &["trace.log"]),
    ] {
        let captured = talk(&log(server, name, "pcap"));
        assert!(captured.len() > 5, "{server}/{name}");
        for kind in kinds {
            assert_eq!(talk(&log(server, name, kind)), captured, "{server}/{name}.{kind}");
        }
    }
}

#[test]
fn findings_of_a_capture_stand_at_the_packets_of_the_wire() {
    // The numbers are those that tshark gives the packets.
    let found = findings("vsftpd/order.pcap");
    let of_line = |line| found.iter().find(|f| f.2 == line).map(|f| f.0.as_str());
    let want = [(51, "rename-without-source"), (91, "transfer-without-data-connection"), (99, "login-order")];
    for (packet, rule) in want {
        assert_eq!(of_line(packet), Some(rule), "packet {packet}");
    }
}

/// A session as a telnet or netcat session shows it.
fn transcript(said: &[Said], session: &str) -> String {
    said.iter().filter(|l| l.session == session).flat_map(|l| [l.text.as_str(), "\n"]).collect()
}

/// Recordings of which a bare transcript does not show all, and the least F1 of any of their sessions.
const TRANSCRIPT_FLOORS: &[(&str, &str, f64)] = &[
    // "X" and "foo" are no commands of any server: in a transcript without marks they are noise.
    ("proftpd", "unimpl", 0.85),
    ("vsftpd", "unimpl", 0.85),
    // ProFTPD answered RNTO twice; from there on first in, first out is off by one.
    ("proftpd", "prelogin", 0.34),
    // Pure-FTPd left " PWD" without a reply; what follows shows it, and first in, first out cannot.
    ("pureftpd", "info", 0.83),
];

#[test]
fn bare_transcripts_give_the_pairs_of_the_wire() {
    let mut wrong = Vec::new();
    let mut n_sessions = 0;
    let scenarios: BTreeSet<(String, String)> =
        recorded().into_iter().map(|(server, name, _)| (server, name)).collect();
    for (server, name) in &scenarios {
        if name.starts_with("cli-") {
            continue;
        }
        let floor =
            TRANSCRIPT_FLOORS.iter().find(|(s, n, _)| (*s, *n) == (server, name)).map_or(1.0, |(.., f)| *f);
        let said = wire(server, name);
        let sessions: BTreeSet<&str> = said.iter().map(|l| l.session.as_str()).collect();
        for session in sessions {
            let of_session: Vec<Said> = said.iter().filter(|l| l.session == session).cloned().collect();
            let text = transcript(&said, session);
            let want = pairs_of(&of_session);
            let args = ["exchanges", "-f", "ndjson", "--log-format", "raw", "-"];
            let got = found(&ftplog_with(&args, text.as_bytes()));
            n_sessions += 1;
            if want.f1(&got) < floor {
                wrong.push(format!(
                    "{server}/{name} {session}: F1 {:.3}\nwant {want:?}\n got {got:?}",
                    want.f1(&got)
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {n_sessions}:\n{}", wrong.len(), wrong.join("\n"));
}

/// What must be found: rule, case, line, what stands in that line, and the line of the cause.
type Expected = (&'static str, &'static str, u64, &'static str, Option<u64>);

/// The violations that were recorded on purpose, as far as the rules are about them. Lines, causes and rules are read off
/// the log and the truth beside it; other violations were allowed by the server, or are about arguments.
const VIOLATIONS: &[(&str, &[Expected])] = &[
    (
        "vsftpd/order.vsftpd.log",
        &[
            ("rename-without-source", "missing", 10, "RNTO other.txt", None),
            ("rename-without-source", "refused", 53, "RNTO x.txt", Some(51)),
            ("rename-without-source", "consumed", 60, "RNTO y.txt", Some(58)),
            ("transfer-without-data-connection", "missing", 62, "RETR hello.txt", None),
            ("transfer-without-data-connection", "missing", 64, "STOR zz.txt", None),
            ("transfer-without-data-connection", "missing", 66, "LIST", None),
            // NOOP came between REST and the RETR of line 76: vsftpd keeps the offset over it.
            ("restart-lost", "listing", 84, "LIST", Some(83)),
            // The offset that LIST did not use is still set for the next RETR: 28 of 33 bytes.
            ("restart-lost", "carried-over", 89, "RETR hello.txt", Some(83)),
            ("transfer-without-data-connection", "used", 93, "RETR hello.txt", Some(88)),
            ("login-order", "user-again", 101, "USER bob", Some(7)),
            ("tls-setup-order", "no-auth", 105, "PBSZ 0", None),
            ("tls-setup-order", "no-auth", 107, "PROT P", None),
            ("tls-setup-order", "no-auth", 109, "CCC", None),
            ("extended-passive-only", "refused", 129, "PASV", Some(128)),
            ("extended-passive-only", "refused", 131, "PORT 127,0,0,1,200,1", Some(128)),
            ("port-of-another-host", "refused", 121, "PORT 10,9,8,7,100,1", None),
            ("port-of-another-host", "refused", 123, "EPRT |1|10.9.8.7|40000|", None),
            ("port-refused", "malformed", 117, "PORT 1,2,3", None),
            ("port-refused", "low-port", 119, "PORT 127,0,0,1,0,22", None),
            ("port-refused", "protocol", 125, "EPRT |9|127.0.0.1|40000|", None),
        ],
    ),
    (
        "vsftpd/prelogin.vsftpd.log",
        &[
            ("login-order", "pass-without-user", 3, "PASS", None),
            ("login-order", "not-logged-in", 5, "PWD", None),
            ("login-order", "not-logged-in", 7, "LIST", None),
            ("login-order", "not-logged-in", 9, "RETR hello.txt", None),
            ("login-order", "not-logged-in", 11, "CWD /tmp", None),
            ("login-order", "not-logged-in", 13, "RNTO a", None),
            ("login-order", "not-logged-in", 15, "SITE HELP", None),
            ("login-order", "not-logged-in", 17, "REST 0", None),
            ("login-order", "not-logged-in", 19, "TYPE I", None),
            ("login-order", "not-logged-in", 21, "PASV", None),
            ("login-order", "not-logged-in", 23, "STAT", None),
            ("login-order", "not-logged-in", 51, "ACCT", None),
            ("login-order", "not-logged-in", 55, "XYZZY", None),
            ("login-order", "password-missing", 61, "PWD", Some(60)),
        ],
    ),
    (
        "vsftpd/concurrent.vsftpd.log",
        &[
            ("login-failed", "password", 25, "PASS", Some(22)),
            ("rename-without-source", "missing", 73, "RNTO nope", None),
        ],
    ),
    ("vsftpd/auth530-plain.events.log", &[("login-failures", "guessed", 2, "FAIL LOGIN", Some(20))]),
    (
        "vsftpd/idle.vsftpd.log",
        &[
            ("idle-timeout", "idle", 21, "421 Timeout.", None),
            ("idle-timeout", "idle", 22, "421 Timeout.", None),
            ("idle-timeout", "idle", 23, "421 Timeout.", None),
        ],
    ),
    (
        "vsftpd/maxclients.vsftpd.log",
        &[("service-refused-burst", "capacity", 16, "421 There are too many", None)],
    ),
    (
        "proftpd/order.trace.log",
        &[
            ("rename-without-source", "missing", 48, "RNTO other.txt", None),
            // ProFTPD takes nothing but RNTO after RNFR, and renames all the same.
            ("sequence-error", "during-rename", 123, "PWD", Some(121)),
            ("rename-source-mismatch", "renamed", 168, "RNFR data.bin", Some(166)),
            ("rename-without-source", "refused", 213, "RNTO x.txt", Some(211)),
            // hello.txt had been renamed by then, so this RNFR was refused, too.
            ("rename-without-source", "refused", 232, "RNTO nodir/x.txt", Some(230)),
            ("rename-without-source", "refused", 242, "RNTO y.txt", Some(230)),
            // The RETR of line 252 got 550: the file was gone, and ProFTPD looks for it first.
            ("transfer-without-data-connection", "missing", 264, "STOR zz.txt", None),
            ("transfer-without-data-connection", "missing", 275, "LIST", None),
            ("restart-lost", "listing", 351, "LIST", Some(349)),
            ("login-order", "user-again", 424, "USER bob", Some(37)),
            ("login-order", "pass-again", 437, "PASS", Some(37)),
            ("tls-setup-order", "no-auth", 451, "PBSZ 0", None),
            ("tls-setup-order", "no-auth", 460, "PROT P", None),
            ("tls-setup-order", "no-auth", 469, "CCC", None),
            ("extended-passive-only", "refused", 559, "PASV", Some(557)),
            ("extended-passive-only", "refused", 568, "PORT 127,0,0,1,200,1", Some(557)),
            ("restart-refused", "malformed", 478, "REST abc", None),
            ("restart-refused", "malformed", 487, "REST -1", None),
            ("restart-refused", "malformed", 496, "REST", None),
            ("port-refused", "protocol", 541, "EPRT |9|127.0.0.1|40000|", None),
        ],
    ),
    (
        "proftpd/prelogin.trace.log",
        &[
            ("login-order", "pass-without-user", 3, "PASS", None),
            ("login-order", "not-logged-in", 17, "PWD", None),
            ("login-order", "not-logged-in", 25, "LIST", None),
            ("login-order", "not-logged-in", 34, "RETR hello.txt", None),
            ("login-order", "not-logged-in", 45, "CWD /tmp", None),
            ("login-order", "not-logged-in", 53, "RNTO a", None),
            ("reply-desync", "doubled", 59, "530 Please login", Some(56)),
            // SITE HELP and TYPE are allowed before a login here.
            ("login-order", "not-logged-in", 82, "REST 0", None),
            ("login-order", "not-logged-in", 99, "PASV", None),
            ("login-order", "not-logged-in", 107, "STAT", None),
            ("login-order", "password-missing", 295, "PWD", Some(293)),
        ],
    ),
    (
        "proftpd/concurrent.trace.log",
        &[
            ("login-failed", "password", 204, "PASS", Some(202)),
            ("rename-without-source", "missing", 307, "RNTO nope", None),
        ],
    ),
    (
        "proftpd/idle.trace.log",
        &[
            ("login-timeout", "nothing-sent", 94, "421 Login timeout", None),
            ("idle-timeout", "idle", 95, "421 Idle timeout", None),
            ("idle-timeout", "idle", 96, "421 Idle timeout", None),
        ],
    ),
    (
        "proftpd/maxclients.trace.log",
        &[("service-refused-burst", "capacity", 103, "530 Sorry, the maximum", None)],
    ),
    (
        "proftpd/concurrent.extended-custom.log",
        &[
            ("rename-without-source", "missing", 23, "RNTO nope", None),
            ("login-failed", "password", 146, "PASS", Some(14)),
        ],
    ),
    (
        "pureftpd/order.syslog",
        &[
            ("rename-without-source", "missing", 14, "[rnto] [other.txt]", None),
            ("rename-without-source", "refused", 57, "[rnto] [x.txt]", Some(56)),
            ("rename-without-source", "consumed", 64, "[rnto] [y.txt]", Some(63)),
            ("transfer-without-data-connection", "missing", 66, "[retr] [hello.txt]", None),
            ("transfer-without-data-connection", "missing", 68, "[stor] [zz.txt]", None),
            ("transfer-without-data-connection", "missing", 70, "[list] []", None),
            // NOOP came between REST and the RETR of line 81: Pure-FTPd keeps the offset over it.
            ("restart-lost", "listing", 91, "[list] []", Some(90)),
            ("restart-lost", "carried-over", 97, "[retr] [hello.txt]", Some(90)),
            // Pure-FTPd says nothing at all, and the client came back on a new connection.
            ("transfer-without-data-connection", "used", 102, "[retr] [hello.txt]", Some(96)),
            ("login-order", "user-again", 120, "[user] [bob]", Some(113)),
            ("login-order", "pass-again", 122, "[pass]", Some(113)),
            ("tls-setup-order", "no-auth", 124, "[pbsz] [0]", None),
            ("tls-setup-order", "no-auth", 126, "[prot] [P]", None),
            ("tls-setup-order", "no-auth", 128, "[ccc] []", None),
            ("port-of-another-host", "refused", 142, "[port] [10,9,8,7,100,1]", None),
            ("port-of-another-host", "refused", 144, "[eprt] [|1|10.9.8.7|40000|]", None),
            // It still accepts PASV.
            ("extended-passive-only", "refused", 152, "[port] [127,0,0,1,200,1]", Some(149)),
            ("restart-refused", "malformed", 130, "[rest] [abc]", None),
            ("restart-refused", "malformed", 133, "[rest] [-1]", None),
            ("restart-refused", "malformed", 136, "[rest] []", None),
            ("port-refused", "malformed", 138, "[port] [1,2,3]", None),
            ("port-refused", "low-port", 140, "[port] [127,0,0,1,0,22]", None),
        ],
    ),
    (
        "pureftpd/concurrent.syslog",
        &[
            ("login-failed", "password", 60, "[pass]", Some(20)),
            ("rename-without-source", "missing", 106, "[rnto] [nope]", None),
        ],
    ),
    (
        "pureftpd/concurrent-logpid.syslog",
        &[
            ("login-failed", "password", 49, "[pass]", Some(48)),
            ("rename-without-source", "missing", 101, "[rnto] [nope]", None),
        ],
    ),
    ("pureftpd/cli-lftp-badpass.client.txt", &[("login-failed", "password", 35, "PASS", Some(34))]),
    ("pureftpd/cli-curl-v-badpass.client.txt", &[("login-failed", "password", 10, "PASS", Some(9))]),
    ("ftp-srv/idle.bunyan.jsonl", &[("idle-timeout", "idle", 12, "421 Closing connection", None)]),
    (
        "ftp-srv/order.bunyan.jsonl",
        &[
            ("login-order", "not-logged-in", 6, r#""raw":"PWD""#, None),
            ("login-failed", "password", 12, r#""directive":"PASS""#, Some(10)),
            ("rename-without-source", "missing", 22, r#""raw":"RNTO other.txt""#, None),
            ("rename-without-source", "refused", 29, r#""raw":"RNTO x.txt""#, Some(27)),
            ("transfer-without-data-connection", "missing", 32, r#""raw":"RETR hello.txt""#, None),
        ],
    ),
    (
        "ftp-srv/concurrent.bunyan.jsonl",
        &[("rename-without-source", "missing", 165, r#""raw":"RNTO nope""#, None)],
    ),
    (
        "pyftpdlib/cli-ftplib-abort.client.txt",
        &[("rename-without-source", "refused", 44, "*cmd* 'RNTO x'", Some(42))],
    ),
    (
        "vsftpd/data425.vsftpd.log",
        &[
            ("active-mode-blocked", "passive-works", 12, "RETR hello.txt", Some(11)),
            ("active-mode-blocked", "passive-works", 17, "LIST", Some(16)),
            ("data-connection-failed", "passive", 21, "RETR hello.txt", Some(20)),
            ("data-connection-failed", "other-address", 26, "RETR hello.txt", Some(25)),
            ("transfer-aborted", "broken", 31, "RETR big.bin", None),
            ("transfer-aborted", "broken", 45, "STOR part.bin", None),
        ],
    ),
    (
        "proftpd/data425.trace.log",
        &[
            ("active-mode-blocked", "repeated", 57, "RETR hello.txt", Some(55)),
            ("active-mode-blocked", "repeated", 79, "LIST", Some(77)),
            ("transfer-aborted", "broken", 160, "RETR big.bin", None),
            ("transfer-aborted", "broken", 217, "STOR part.bin", None),
        ],
    ),
];

/// The rules that stand in the table; no violation is about others.
fn is_about_violations(rule: &str) -> bool {
    VIOLATIONS.iter().any(|(_, expected)| expected.iter().any(|(name, ..)| *name == rule))
}

/// Rules about what a server supports.
const ABOUT_SUPPORT: &[&str] = &["command-not-implemented", "command-unknown"];

type Found = (String, String, u64, Option<u64>);

/// The findings of a recording: rule, case, line and the line of the cause.
fn findings(path: &str) -> Vec<Found> {
    let ran = ftplog(&["analyze", "-f", "json", &format!("tests/recorded/{path}")]);
    let report = ran.json();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let of = |f: &Value| {
        let mut related = f["related"].as_array().unwrap().iter();
        // A used data connection has no cause, only the PASV and the transfer that used it.
        let cause = related.find(|r| ["cause", "evidence"].contains(&r["role"].as_str().unwrap()));
        let cause = cause.filter(|_| f["rule"] != "service-refused-burst").and_then(|r| r["line"].as_u64());
        (text(&f["rule"]), text(&f["case"]), f["location"]["line"].as_u64().unwrap(), cause)
    };
    report["findings"].as_array().unwrap().iter().map(of).collect()
}

#[test]
fn every_violation_is_found_at_its_line_with_its_cause() {
    for (path, expected) in VIOLATIONS {
        let text = fs::read(root().join("tests/recorded").join(path)).unwrap();
        let text = String::from_utf8_lossy(&text);
        let lines: Vec<&str> = text.lines().collect();
        let mut want = Vec::new();
        for (rule, case, line, says, cause) in *expected {
            assert!(lines[*line as usize - 1].contains(says), "{path}:{line} does not say {says}");
            want.push(((*rule).to_owned(), (*case).to_owned(), *line, *cause));
        }
        want.sort_by_key(|(.., line, _)| *line);
        let mut got = findings(path);
        got.retain(|(rule, ..)| is_about_violations(rule));
        assert_eq!(got, want, "{path}");
    }
}

#[test]
fn syslog_layouts_and_log_formats_give_the_same_findings() {
    for (server, name, kinds) in [
        ("pureftpd", "order", SYSLOGS),
        ("pureftpd", "concurrent", SYSLOGS),
        ("vsftpd", "order-syslog", SYSLOGS),
        ("proftpd", "concurrent", &EXTENDED[1..]),
    ] {
        let of = |kind: &str| findings(&format!("{server}/{name}.{kind}"));
        let first = of(kinds[0]);
        assert!(!first.is_empty());
        for kind in &kinds[1..] {
            assert_eq!(of(kind), first, "{server}/{name}.{kind}");
        }
    }
}

#[test]
fn a_burst_of_refusals_is_counted_and_ends_where_the_server_accepts_again() {
    for (path, first, last, again) in
        [("vsftpd/maxclients.vsftpd.log", 16, 20, 24), ("proftpd/maxclients.trace.log", 103, 167, 179)]
    {
        let report = ftplog(&["analyze", "-f", "json", &format!("tests/recorded/{path}")]).json();
        let facts = &report["findings"][0]["facts"];
        assert_eq!(facts["count"], 3, "{path}");
        assert_eq!(facts["first"]["line"], first, "{path}");
        assert_eq!(facts["last"]["line"], last, "{path}");
        assert_eq!(facts["again"]["line"], again, "{path}");
        // Two clients were connected, as many as may be. ProFTPD names the limit; vsftpd does not, and the log shows it.
        assert_eq!((&facts["open"], &facts["limit"]), (&2.into(), &2.into()), "{path}");
    }
}

/// Sessions in which everything went well, or in which what went wrong is no rule's matter.
const CLEAN: &[&str] = &[
    "pureftpd/normal.syslog",
    "pureftpd/normal.syslog-iso",
    "pureftpd/normal.syslog-5424",
    "pureftpd/normal-logpid.syslog",
    "proftpd/normal.trace.log",
    "proftpd/normal.extended-default.log",
    "proftpd/normal.extended-custom.log",
    "proftpd/normal.extended-allvars.log",
    "pureftpd/cli-lftp-normal.client.txt",
    "pureftpd/cli-lftp-normal-tpc.client.txt",
    "pureftpd/cli-lftp-utf8.client.txt",
    "proftpd/cli-lftp-active.client.txt",
    "proftpd/cli-lftp-parallel.client.txt",
    "vsftpd/cli-lftp-anon.client.txt",
    "proftpd/cli-curl-v-multi.client.txt",
    "pureftpd/cli-curl-v-multi.client.txt",
    "pyftpdlib/cli-curl-v-get.client.txt",
    "vsftpd/cli-curl-v-get.client.txt",
    "vsftpd/cli-curl-v-get.vsftpd.log",
    "vsftpd/cli-curl-v-rename.client.txt",
    "vsftpd/cli-curl-v-rename.vsftpd.log",
    "vsftpd/cli-curl-v-time-put.client.txt",
    "ftp-srv/normal.bunyan.jsonl",
    "vsftpd/cli-curl-trace-hex-time.client.txt",
    "pureftpd/cli-curl-trace-ascii.client.txt",
    "proftpd/cli-curl-trace-ascii-time.client.txt",
];

#[test]
fn clean_sessions_give_no_finding() {
    for path in CLEAN {
        let path = format!("tests/recorded/{path}");
        let ran = ftplog(&["analyze", "--fail-on", "note", &path]);
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{path}\n{}", ran.out);
    }
}

#[test]
fn a_command_that_feat_does_not_list_is_not_offered() {
    // vsftpd's FEAT reply ends at line 11 and has neither MLSD nor MLST; SIZE at line 45 did what MLST was for.
    let report = ftplog(&["analyze", "-f", "json", "tests/recorded/vsftpd/normal.vsftpd.log"]).json();
    let findings = report["findings"].as_array().unwrap();
    let short = |f: &Value| (f["case"].clone(), f["location"]["line"].clone(), f["command"]["verb"].clone());
    let want = [("feat-lacks", 40, "MLSD"), ("replaced", 42, "MLST")];
    let want = want.map(|(case, line, verb)| (case.into(), line.into(), verb.into()));
    assert_eq!(findings.iter().map(short).collect::<Vec<(Value, Value, Value)>>(), want);
    assert_eq!(report["summary"]["exit_code"], 0);
}

/// Whether a rule about support speaks of the command in that line.
fn blames_support(path: &str, line: u64) -> bool {
    findings(path).iter().any(|(rule, _, at, _)| *at == line && ABOUT_SUPPORT.contains(&rule.as_str()))
}

#[test]
fn a_protocol_that_is_not_supported_is_no_missing_command() {
    // 522 Network protocol not supported, use (1,2)
    assert!(!blames_support("proftpd/order.trace.log", 541));
    assert!(!blames_support("proftpd/ipv6.trace.log", 187));
}

#[test]
fn an_address_that_is_refused_is_no_unknown_command() {
    // 500 I won't open a connection to 10.9.8.7 (only to 127.0.0.1)
    assert!(!blames_support("pureftpd/order.syslog", 144));
}

#[test]
fn a_command_that_worked_is_said_to_have_worked() {
    // EPRT |2|::1|...| got 200 in line 10; |1|127.0.0.1|51210| got 500, with no words in this log. |2|fe80::1|51211| got it
    // because of the EPSV ALL before it, as another log of the session says.
    let found = findings("proftpd/ipv6.extended-default.log");
    let of_line = |line| found.iter().find(|f| f.2 == line).map(|f| f.1.as_str());
    assert_eq!((of_line(14), of_line(20)), (Some("worked"), Some("refused")));
}

#[test]
fn a_mechanism_that_is_not_supported_is_no_missing_command() {
    let log =
        b"220 ready\nAUTH SSL\n500 This security scheme is not implemented\nAUTH TLS\n234 AUTH TLS OK.\n";
    let report = ftplog_with(&["analyze", "-f", "json", "-"], log).json();
    let titles: Vec<&str> =
        report["findings"].as_array().unwrap().iter().map(|f| f["title"].as_str().unwrap()).collect();
    assert!(!titles.contains(&"AUTH is not implemented by this server"), "{titles:?}");
}

#[test]
fn a_login_whose_first_half_is_not_in_the_log_is_a_login() {
    let found = findings("vsftpd/order-syslog.syslog");
    assert!(
        found.iter().any(|(rule, case, ..)| (rule.as_str(), case.as_str()) == ("login-order", "user-again"))
    );
}

#[test]
fn a_refused_user_does_not_begin_a_session() {
    let path = "tests/recorded/proftpd/order.extended-allvars.log";
    assert_eq!(ftplog(&["sessions", "-f", "ndjson", path]).ndjson().len(), 1);
    // 501 Reauthentication not supported
    let found = findings("proftpd/order.extended-allvars.log");
    assert!(
        found.iter().any(|(rule, case, line, _)| (rule.as_str(), case.as_str(), *line)
            == ("login-order", "user-again", 43))
    );
}

/// Commands and replies by class, as `exchanges`, `sessions` and `analyze` count them.
fn counted(path: &str) -> [[u64; 5]; 3] {
    let mut by_exchange = [0; 5];
    for exchange in ftplog(&["exchanges", "-f", "ndjson", path]).ndjson() {
        for reply in exchange["replies"].as_array().unwrap() {
            // Codes such as 601 are no class's.
            if let Some(n) = by_exchange.get_mut(reply["code"].as_u64().unwrap() as usize / 100 - 1) {
                *n += 1;
            }
        }
    }
    let classes = ["1xx", "2xx", "3xx", "4xx", "5xx"];
    let of = |replies: &Value| classes.map(|c| replies[c].as_u64().unwrap());
    let mut by_session = [0; 5];
    for session in ftplog(&["sessions", "-f", "ndjson", path]).ndjson() {
        of(&session["replies"]).iter().zip(&mut by_session).for_each(|(n, sum)| *sum += n);
    }
    let in_report = of(&ftplog(&["analyze", "-f", "json", path]).json()["summary"]["replies"]);
    [by_exchange, by_session, in_report]
}

#[test]
fn every_command_counts_the_same_replies() {
    for (server, name, kind) in recorded() {
        if logs_final_codes_only(&kind) {
            continue;
        }
        let path = log(&server, &name, &kind);
        let [by_exchange, by_session, in_report] = counted(&path);
        assert_eq!(by_session, by_exchange, "{path}");
        assert_eq!(in_report, by_exchange, "{path}");
    }
}

#[test]
fn replies_in_the_line_of_their_command_are_counted() {
    // On the wire, apart from 220 and the four 1yz: README of the recordings.
    let [by_exchange, by_session, in_report] = counted("tests/recorded/proftpd/order.extended-custom.log");
    assert_eq!(by_exchange[4], 7 + 6 + 5 + 1 + 7);
    assert_eq!((by_session, in_report), (by_exchange, by_exchange));
}

/// What a log without replies tells: its format, and the commands of which it tells all that were done, and all that failed.
struct Tells {
    format: &'static str,
    done: &'static [&'static str],
    failed: &'static [&'static str],
}

const TRANSFERS: &[&str] = &["RETR", "STOR"];
const CHANGES: &[&str] = &["PASS", "RETR", "STOR", "MKD", "RMD", "DELE", "RNTO"];
const ALL: &[&str] = &[
    "USER", "PASS", "SYST", "FEAT", "PWD", "TYPE", "PASV", "LIST", "NLST", "RETR", "STOR", "MKD", "CWD",
    "REST", "RNFR", "RNTO", "SITE", "DELE", "CDUP", "RMD", "SIZE", "OPTS", "NOOP", "PBSZ", "QUIT",
];

fn told_by(server: &str, name: &str, kind: &str) -> Option<Tells> {
    let tells = |format, done, failed| Some(Tells { format, done, failed });
    match (server, kind) {
        ("proftpd", "system.log") if name.starts_with("debug4-") => tells("proftpd-system", ALL, ALL),
        ("proftpd", "system.log") => tells("proftpd-events", &["PASS"], &["PASS"]),
        ("proftpd", "syslog" | "syslog-iso" | "syslog-5424") => tells("proftpd-events", &[], &["PASS"]),
        ("proftpd", "xferlog") => tells("xferlog", &["RETR", "STOR", "DELE"], &[]),
        ("vsftpd", "events.log") => tells("vsftpd-events", CHANGES, &["PASS"]),
        ("vsftpd", "xferlog") | ("pureftpd", "altlog-xferlog") => tells("xferlog", TRANSFERS, &[]),
        ("pureftpd", "events.syslog") => tells(
            "pure-ftpd-events",
            &["PASS", "RETR", "STOR", "DELE", "RNTO"],
            &["PASS", "RETR", "STOR", "MKD", "RMD"],
        ),
        ("pureftpd", "commands.syslog") => tells("pure-ftpd-commands", &["PASS"], &[]),
        ("pureftpd", "altlog-clf") => tells("pure-ftpd-clf", TRANSFERS, &[]),
        ("pureftpd", "altlog-stats") => tells("pure-ftpd-stats", TRANSFERS, &[]),
        ("pureftpd", "altlog-w3c") => tells("pure-ftpd-w3c", TRANSFERS, &[]),
        _ => None,
    }
}

/// Logs of what was done do not tell how a file was sent or which word was used.
fn in_short(verb: &str) -> &str {
    match verb {
        "APPE" | "STOU" => "STOR",
        "XMKD" => "MKD",
        "XRMD" => "RMD",
        verb => verb,
    }
}

/// Commands by how they went: 1 where they were done, 0 where they failed.
fn outcomes_on_the_wire(server: &str, name: &str) -> Pairs {
    let mut outcomes = Pairs::default();
    for ((verb, code), n) in pairs_of(&wire(server, name)).0 {
        let verb = in_short(&verb);
        for _ in 0..n {
            outcomes.add(verb, code.map(|c| u16::from(c < 400)));
        }
    }
    outcomes
}

fn outcomes_in(ran: &Ran) -> Pairs {
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_eq!(ran.err, "");
    let mut outcomes = Pairs::default();
    for exchange in ran.ndjson() {
        assert_eq!(exchange["replies"].as_array().unwrap().len(), 0);
        let outcome = exchange["outcome"].as_str().map(|o| u16::from(o == "done"));
        outcomes.add(in_short(exchange["command"]["verb"].as_str().unwrap()), outcome);
    }
    outcomes
}

fn count(pairs: &Pairs, verb: &str, outcome: u16) -> usize {
    pairs.0.get(&(verb.to_owned(), Some(outcome))).copied().unwrap_or(0)
}

/// What the log tells and the wire does not show.
const TOLD_ONLY: &[(&str, &str, &str)] = &[
    // The RETR got no final reply on the wire; the transfer log says that it broke off.
    ("proftpd/data425.xferlog", "RETR", "failed"),
];

fn holds_outcomes(path: &str, ran: &Ran, on_wire: &Pairs, tells: &Tells) {
    let told = outcomes_in(ran);
    for (outcome, complete) in [(1, tells.done), (0, tells.failed)] {
        for verb in complete {
            assert_eq!(
                count(&told, verb, outcome),
                count(on_wire, verb, outcome),
                "{path}: {verb} with {outcome}"
            );
        }
    }
    for ((verb, outcome), n) in &told.0 {
        let Some(outcome) = *outcome else { continue };
        let only = TOLD_ONLY
            .iter()
            .any(|(p, v, o)| path.ends_with(p) && v == verb && (*o == "done") == (outcome == 1));
        assert!(
            only || *n <= count(on_wire, verb, outcome),
            "{path}: {n} {verb} with {outcome} are not on the wire"
        );
    }
}

#[test]
fn what_a_log_tells_was_done_was_done_on_the_wire() {
    let mut n_logs = 0;
    for (server, name, kind) in recorded_in_any_way() {
        let Some(tells) = told_by(&server, &name, &kind) else { continue };
        let path = log(&server, &name, &kind);
        let report = ftplog(&["analyze", "-f", "json", &path]).json();
        assert_eq!(report["inputs"][0]["format"], tells.format, "{path}");
        let ran = ftplog(&["exchanges", "-f", "ndjson", &path]);
        holds_outcomes(&path, &ran, &outcomes_on_the_wire(&server, &name), &tells);
        n_logs += 1;
    }
    assert!(n_logs >= 25, "only {n_logs} logs were found");
}

/// The lines of a recorded log that stay, and how many sessions begin in them.
fn quiet(path: &str, keeps: impl Fn(&str) -> bool, opens: &str) -> (Vec<u8>, usize) {
    let text = fs::read(root().join(path)).unwrap();
    let text = String::from_utf8_lossy(&text);
    let kept: String = text.lines().filter(|l| keeps(l)).flat_map(|l| [l, "\n"]).collect();
    let opened = kept.lines().filter(|l| l.contains(opens)).count();
    (kept.into_bytes(), opened)
}

#[test]
fn a_log_tells_as_much_when_the_talk_is_not_logged() {
    // What these programs write besides the talk does not depend on whether they write it.
    let of_vsftpd = |line: &str| !line.contains(" FTP command: ") && !line.contains(" FTP response: ");
    let of_pure = |line: &str| !line.contains(" [DEBUG] ");
    let changes = Tells { format: "", done: &CHANGES[1..], failed: &[] };
    let notices = Tells { format: "", done: &["RETR", "STOR", "DELE", "RNTO"], failed: &[] };
    let mut n_logs = 0;
    for (server, name, kind) in recorded() {
        let path = log(&server, &name, &kind);
        let (text, opened) = match (server.as_str(), kind.as_str()) {
            ("vsftpd", "vsftpd.log") => quiet(&path, of_vsftpd, "] CONNECT: "),
            ("pureftpd", "syslog" | "syslog-iso" | "syslog-5424") => quiet(&path, of_pure, "New connection"),
            _ => continue,
        };
        let sessions = ftplog_with(&["sessions", "-f", "ndjson", "-"], &text);
        // Nobody did anything in these.
        if sessions.err.contains("holds no FTP commands") {
            continue;
        }
        assert_eq!(sessions.ndjson().len(), opened, "{path}");
        let tells = if server == "vsftpd" { &changes } else { &notices };
        let ran = ftplog_with(&["exchanges", "-f", "ndjson", "-"], &text);
        holds_outcomes(&path, &ran, &outcomes_on_the_wire(&server, &name), tells);
        n_logs += 1;
    }
    assert!(n_logs >= 30, "only {n_logs} logs were found");
}

#[test]
fn transfers_far_apart_are_two_visits() {
    let line = |time: &str, user: &str| {
        format!("Fri Nov 20 {time} 2026 1 192.0.2.7 7 /a b _ o r {user} ftp 0 * c\n")
    };
    let near = [line("18:00:00", "alice"), line("18:10:00", "alice"), line("18:24:00", "alice")].concat();
    let far = [line("18:00:00", "alice"), line("18:15:01", "alice")].concat();
    let others = [line("18:00:00", "alice"), line("18:00:01", "bob"), line("18:00:02", "alice")].concat();
    for (log, users) in [(near, &["alice"][..]), (far, &["alice", "alice"]), (others, &["alice", "bob"])] {
        let sessions = ftplog_with(&["sessions", "-f", "ndjson", "-"], log.as_bytes()).ndjson();
        let found: Vec<&str> = sessions.iter().map(|s| s["user"].as_str().unwrap()).collect();
        assert_eq!(found, users, "{log}");
        assert!(sessions.iter().all(|s| s["identity"] != "likely" && s["ended"] == "open"), "{log}");
    }
}
