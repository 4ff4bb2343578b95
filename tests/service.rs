//! What is said of sessions that a server refused, and of logins that failed, in the log as a whole.

#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test that cannot go on fails, and may read files"
)]

mod program;

use program::ftplog_with;
use serde_json::Value;
use std::fmt::Write;

/// A log of vsftpd that is written line by line.
#[derive(Default)]
struct Log(String);

impl Log {
    /// A line of the process `pid` at that second of the morning.
    fn line(&mut self, second: u32, pid: u32, rest: &str) -> &mut Self {
        let (h, m, s) = (8 + second / 3600, second / 60 % 60, second % 60);
        writeln!(self.0, "Mon Oct  5 {h:02}:{m:02}:{s:02} 2026 [pid {pid}] {rest}").unwrap();
        self
    }

    fn reply(&mut self, second: u32, pid: u32, client: &str, text: &str) -> &mut Self {
        self.line(second, pid, &format!("FTP response: Client \"{client}\", \"{text}\""))
    }

    fn command(&mut self, second: u32, pid: u32, client: &str, text: &str) -> &mut Self {
        self.line(second, pid, &format!("FTP command: Client \"{client}\", \"{text}\""))
    }

    /// A client connects and names a user.
    fn greet(&mut self, second: u32, pid: u32, client: &str, user: &str) -> &mut Self {
        self.line(second, pid, &format!("CONNECT: Client \"{client}\""));
        self.reply(second, pid, client, "220 (vsFTPd 3.0.5)");
        self.command(second, pid, client, &format!("USER {user}"));
        self.reply(second, pid, client, "331 Please specify the password.");
        self.command(second, pid, client, "PASS <password>")
    }

    /// The client logs in; the session goes on in the process `pid + 1`.
    fn log_in(&mut self, second: u32, pid: u32, client: &str, user: &str) -> &mut Self {
        self.greet(second, pid, client, user);
        self.line(second, pid - 1, &format!("[{user}] OK LOGIN: Client \"{client}\""));
        self.reply(second, pid + 1, client, "230 Login successful.")
    }

    fn fail(&mut self, second: u32, pid: u32, client: &str, user: &str) -> &mut Self {
        self.greet(second, pid, client, user).reply(second, pid, client, "530 Login incorrect.");
        self.quit(second, pid, client)
    }

    fn quit(&mut self, second: u32, pid: u32, client: &str) -> &mut Self {
        self.command(second, pid, client, "QUIT").reply(second, pid, client, "221 Goodbye.")
    }

    fn refuse(&mut self, second: u32, pid: u32, client: &str, text: &str) -> &mut Self {
        self.line(second, pid, &format!("CONNECT: Client \"{client}\"")).reply(second, pid, client, text)
    }

    /// The findings of rules: each as JSON.
    fn findings(&self, rules: &str) -> Vec<Value> {
        let args = ["analyze", "--no-config", "--fail-on", "never", "-f", "json", "--select", rules, "-"];
        let ran = ftplog_with(&args, self.0.as_bytes());
        assert_eq!(ran.err, "");
        ran.json()["findings"].as_array().unwrap().clone()
    }

    /// Rule and case of each finding.
    fn found(&self, rules: &str) -> Vec<String> {
        let text = |v: &Value| v.as_str().unwrap().to_owned();
        self.findings(rules).iter().map(|f| format!("{}/{}", text(&f["rule"]), text(&f["case"]))).collect()
    }
}

const ONE: &str = "192.0.2.7";
const OTHER: &str = "198.51.100.9";
const TOO_MANY: &str = "421 There are too many connections from your internet address.";
const REFUSED: &str = "service-refused,service-refused-burst";

#[test]
fn a_refusal_names_the_sessions_that_nobody_used_any_more() {
    let mut log = Log::default();
    log.log_in(0, 101, ONE, "backup").log_in(10, 201, OTHER, "web").log_in(20, 301, ONE, "backup");
    log.command(400, 302, ONE, "PWD").reply(400, 302, ONE, "257 \"/\" is the current directory");
    log.refuse(401, 401, ONE, TOO_MANY);
    log.quit(500, 102, ONE).quit(501, 202, OTHER).quit(502, 302, ONE);
    let found = log.findings(REFUSED);
    assert_eq!(found.len(), 1);
    let facts = &found[0]["facts"];
    assert_eq!((&found[0]["rule"], &found[0]["case"]), (&"service-refused".into(), &"per-client".into()));
    assert_eq!(
        (&facts["open"], &facts["open_of_client"], &facts["limit"]),
        (&3.into(), &2.into(), &2.into())
    );
    // The session of another client holds no place of this one, and the second session was in use.
    assert_eq!((&facts["silent"], &facts["session_1"]), (&1.into(), &1.into()));
    assert_eq!(facts["holder_1"], "backup@192.0.2.7");
    let why = found[0]["why"].as_str().unwrap();
    assert!(why.contains("The limit is probably 2"), "{why}");
}

#[test]
fn refusals_in_a_row_are_a_burst_and_nothing_else() {
    let mut log = Log::default();
    log.log_in(0, 101, ONE, "backup");
    for n in 0..3 {
        log.refuse(30 + n, 401 + n, ONE, TOO_MANY);
    }
    assert_eq!(log.found(REFUSED), ["service-refused-burst/per-client"]);
    let mut log = Log::default();
    log.refuse(0, 401, ONE, TOO_MANY).refuse(300, 402, ONE, TOO_MANY).refuse(600, 403, ONE, TOO_MANY);
    assert_eq!(log.found(REFUSED), ["service-refused/per-client"; 3]);
}

#[test]
fn a_session_without_an_end_may_have_held_a_place() {
    let mut log = Log::default();
    log.log_in(0, 101, ONE, "backup").refuse(60, 401, ONE, TOO_MANY).refuse(2_000, 402, ONE, TOO_MANY);
    let found = log.findings(REFUSED);
    assert_eq!((&found[0]["facts"]["open"], &found[0]["facts"]["open_perhaps"]), (&0.into(), &1.into()));
    assert_eq!(found[0]["facts"]["limit"], Value::Null);
    assert!(found[1]["why"].as_str().unwrap().contains("does not hold all"), "{}", found[1]["why"]);
}

#[test]
fn a_ban_has_the_failed_logins_before_it_as_its_cause() {
    let mut log = Log::default();
    log.fail(0, 101, ONE, "a").fail(10, 102, OTHER, "a").fail(20, 103, ONE, "a");
    log.refuse(30, 104, ONE, "421 Temporarily banned for too many failed login attempts");
    let found = log.findings(REFUSED);
    assert_eq!(found[0]["case"], "banned-after-failures");
    assert_eq!(found[0]["facts"]["failures"], 2);
}

#[test]
fn a_password_that_is_wrong_once_is_no_series() {
    let mut log = Log::default();
    for n in 0..4 {
        log.fail(n * 10, 101 + n * 10, ONE, "alice");
    }
    assert!(log.found("login-failures").is_empty());
    log.fail(1_000, 501, ONE, "alice");
    assert!(log.found("login-failures").is_empty());
}

#[test]
fn one_client_or_many_may_try_passwords() {
    let mut log = Log::default();
    for n in 0..5 {
        log.fail(n * 10, 101 + n * 10, ONE, &format!("name{n}"));
    }
    // Another user logs in from there: the names that were tried have nothing to do with it.
    log.log_in(60, 501, ONE, "carol").quit(61, 502, ONE);
    assert_eq!(log.found("login-failures"), ["login-failures/by-client"]);
    log.log_in(70, 601, ONE, "name3").quit(71, 602, ONE);
    assert_eq!(log.found("login-failures"), ["login-failures/guessed"]);

    let mut log = Log::default();
    for n in 0..5 {
        log.fail(n * 10, 101 + n * 10, &format!("203.0.113.{n}"), "root");
    }
    let found = log.findings("login-failures");
    assert_eq!((&found[0]["case"], &found[0]["facts"]["clients"]), (&"by-user".into(), &5.into()));
}

#[test]
fn a_login_for_every_file_is_noticed() {
    let mut log = Log::default();
    for n in 0..12 {
        let (second, pid) = (n * 5, 101 + n * 10);
        log.log_in(second, pid, ONE, "backup");
        log.command(second, pid + 1, ONE, "PASV");
        log.reply(second, pid + 1, ONE, "227 Entering Passive Mode (192,0,2,5,156,64).");
        log.command(second, pid + 1, ONE, "STOR a").reply(second, pid + 1, ONE, "150 Ok to send data.");
        log.reply(second, pid + 1, ONE, "226 Transfer complete.").quit(second + 1, pid + 1, ONE);
    }
    let found = log.findings("login-per-file");
    assert_eq!((found.len(), &found[0]["facts"]["count"]), (1, &12.into()));
    // A session that did more than that breaks the row.
    let mut log = Log::default();
    for n in 0..12 {
        log.log_in(n * 5, 101 + n * 10, ONE, "backup").quit(n * 5 + 1, 102 + n * 10, ONE);
    }
    assert!(log.found("login-per-file").is_empty());
}
