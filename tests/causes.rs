//! The causes of refusals: every violation of the order of commands that was recorded on purpose, in every log of the session,
//! is reported by its rule and with the line that explains it.
//!
//! The tables name commands of the wire (`truth.jsonl`). Where they stand in a log is found by the form of its lines, not by
//! the program.

#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test that cannot go on fails, and may read files"
)]

mod program;

use program::{ftplog, ftplog_with, root};
use std::fs;
use std::path::Path;

/// A command of the wire: what was sent, and which time it is that the session sends it. Below zero from the end.
type Sent = (&'static str, isize);

/// What must be found: the command that was refused, the rule, its case, and the command whose reply is the cause.
type Expected = (Sent, &'static str, &'static str, Option<Sent>);

/// How the lines of a log look.
#[derive(Clone, Copy)]
enum Form {
    /// `FTP command: Client "127.0.0.1", "RNTO a"`.
    Vsftpd,
    /// `[DEBUG] Command [rnto] [a]`.
    PureFtpd,
    /// `dispatching PRE_CMD command 'RNTO a' to mod_tls.c`.
    Trace,
    /// `"RNTO a" 503`, or between bars: command and reply in one line.
    Extended,
    /// `<- RNTO a`.
    Pyftpdlib,
    /// `"raw":"RNTO a"`.
    Bunyan,
}

impl Form {
    fn is_command(self, line: &str, command: &str) -> bool {
        match self {
            Self::Vsftpd => line.contains(&format!("FTP command: Client \"127.0.0.1\", \"{command}\"")),
            Self::PureFtpd => {
                let (verb, argument) = command.split_once(' ').unwrap_or((command, ""));
                line.contains(&format!("Command [{}] [{argument}]", verb.to_ascii_lowercase()))
            }
            Self::Trace => line.contains(&format!("PRE_CMD command '{command}' to mod_tls.c")),
            Self::Extended => {
                line.contains(&format!("\"{command}\"")) || line.contains(&format!("|{command}|"))
            }
            Self::Pyftpdlib => line.ends_with(&format!(" <- {command}")),
            Self::Bunyan => line.contains(&format!("\"raw\":\"{command}\"")),
        }
    }

    fn is_reply(self, line: &str) -> bool {
        match self {
            Self::Vsftpd => line.contains("FTP response: "),
            Self::PureFtpd => line.contains("[DEBUG] ") && !line.contains("[DEBUG] Command "),
            Self::Trace => line.contains("<response:1>: "),
            Self::Extended => true,
            Self::Pyftpdlib => line.contains(" -> "),
            Self::Bunyan => line.contains("\"msg\":\"Reply\""),
        }
    }

    /// The number of the line in which a command stands.
    fn line_of(self, lines: &[&str], (command, time): Sent) -> usize {
        let all: Vec<usize> = (0..lines.len()).filter(|i| self.is_command(lines[*i], command)).collect();
        let at = if time < 0 { all.len() as isize + time } else { time - 1 };
        let index = usize::try_from(at).ok().and_then(|at| all.get(at));
        index.unwrap_or_else(|| panic!("{command} is sent {} times, not {time}", all.len())) + 1
    }

    /// The number of the line in which the reply to a command begins.
    fn reply_of(self, lines: &[&str], sent: Sent) -> usize {
        let command = self.line_of(lines, sent);
        let first = if matches!(self, Self::Extended) { command } else { command + 1 };
        (first..=lines.len()).find(|n| self.is_reply(lines[n - 1])).unwrap()
    }
}

const VSFTPD_ORDER: &[Expected] = &[
    (("RNTO other.txt", 1), "rename-without-source", "missing", None),
    (("RNTO x.txt", 1), "rename-without-source", "refused", Some(("RNFR nosuch.txt", 1))),
    (("RNTO y.txt", 1), "rename-without-source", "consumed", Some(("RNTO nodir/x.txt", 1))),
    (("RETR hello.txt", 1), "transfer-without-data-connection", "missing", None),
    (("STOR zz.txt", 1), "transfer-without-data-connection", "missing", None),
    (("LIST", 1), "transfer-without-data-connection", "missing", None),
    (("LIST", 2), "restart-lost", "listing", Some(("REST 5", 2))),
    (("RETR hello.txt", 3), "restart-lost", "carried-over", Some(("REST 5", 2))),
    (("RETR hello.txt", 4), "transfer-without-data-connection", "used", Some(("PASV", 3))),
    (("PASV", -1), "extended-passive-only", "refused", Some(("EPSV ALL", 1))),
    (("PORT 127,0,0,1,200,1", 1), "extended-passive-only", "refused", Some(("EPSV ALL", 1))),
];

const PUREFTPD_ORDER: &[Expected] = &[
    (("RNTO other.txt", 1), "rename-without-source", "missing", None),
    (("RNTO x.txt", 1), "rename-without-source", "refused", Some(("RNFR nosuch.txt", 1))),
    (("RNTO y.txt", 1), "rename-without-source", "consumed", Some(("RNTO nodir/x.txt", 1))),
    (("RETR hello.txt", 1), "transfer-without-data-connection", "missing", None),
    (("STOR zz.txt", 1), "transfer-without-data-connection", "missing", None),
    (("LIST", 1), "transfer-without-data-connection", "missing", None),
    (("LIST", 2), "restart-lost", "listing", Some(("REST 5", 2))),
    (("RETR hello.txt", 3), "restart-lost", "carried-over", Some(("REST 5", 2))),
    // It says nothing at all.
    (("RETR hello.txt", 4), "transfer-without-data-connection", "used", Some(("PASV", 3))),
    // PASV is still accepted after EPSV ALL.
    (("PORT 127,0,0,1,200,1", 1), "extended-passive-only", "refused", Some(("EPSV ALL", 1))),
];

const PROFTPD_ORDER: &[Expected] = &[
    (("RNTO other.txt", 1), "rename-without-source", "missing", None),
    // The third RNFR hello.txt stays in force over the second RNFR, so hello.txt becomes data2.bin.
    (("RNFR data.bin", 1), "rename-source-mismatch", "renamed", Some(("RNFR hello.txt", 3))),
    (("RNTO x.txt", 1), "rename-without-source", "refused", Some(("RNFR nosuch.txt", 1))),
    (("RNTO nodir/x.txt", 1), "rename-without-source", "refused", Some(("RNFR hello.txt", 4))),
    (("RNTO y.txt", 1), "rename-without-source", "refused", Some(("RNFR hello.txt", 4))),
    (("STOR zz.txt", 1), "transfer-without-data-connection", "missing", None),
    (("LIST", 1), "transfer-without-data-connection", "missing", None),
    (("LIST", 2), "restart-lost", "listing", Some(("REST 5", 2))),
    (("PASV", -1), "extended-passive-only", "refused", Some(("EPSV ALL", 1))),
    (("PORT 127,0,0,1,200,1", 1), "extended-passive-only", "refused", Some(("EPSV ALL", 1))),
];

/// The same session, where a log holds the words of the replies.
const PROFTPD_ORDER_IN_WORDS: &[Expected] =
    &[(("PWD", 1), "sequence-error", "during-rename", Some(("RNFR hello.txt", 2)))];

const PYFTPDLIB_ORDER: &[Expected] = &[
    (("RNTO other.txt", 1), "rename-without-source", "missing", None),
    (("RNTO x.txt", 1), "rename-without-source", "refused", Some(("RNFR nosuch.txt", 1))),
    (("RNTO y.txt", 1), "rename-without-source", "consumed", Some(("RNTO nodir/x.txt", 1))),
    // 150, and then nothing.
    (("STOR zz.txt", 1), "transfer-without-data-connection", "missing", None),
    (("LIST", 1), "transfer-without-data-connection", "missing", None),
    (("PASV", -1), "extended-passive-only", "refused", Some(("EPSV ALL", 1))),
    (("PORT 127,0,0,1,200,1", 1), "extended-passive-only", "refused", Some(("EPSV ALL", 1))),
];

const FTP_SRV_ORDER: &[Expected] = &[
    (("RNTO other.txt", 1), "rename-without-source", "missing", None),
    (("RNTO x.txt", 1), "rename-without-source", "refused", Some(("RNFR nosuch.txt", 1))),
    (("RETR hello.txt", 1), "transfer-without-data-connection", "missing", None),
];

const CONCURRENT: &[Expected] = &[(("RNTO nope", 1), "rename-without-source", "missing", None)];

/// Every log of the sessions in which something was out of order.
const LOGS: &[(&str, Form, &[&[Expected]])] = &[
    ("tests/recorded/vsftpd/order.vsftpd.log", Form::Vsftpd, &[VSFTPD_ORDER]),
    // These begin with the reply to PASS.
    ("tests/recorded/vsftpd/order-syslog.syslog", Form::Vsftpd, &[VSFTPD_ORDER]),
    ("tests/recorded/vsftpd/order-syslog.syslog-iso", Form::Vsftpd, &[VSFTPD_ORDER]),
    ("tests/recorded/vsftpd/order-syslog.syslog-5424", Form::Vsftpd, &[VSFTPD_ORDER]),
    ("tests/recorded/pureftpd/order.syslog", Form::PureFtpd, &[PUREFTPD_ORDER]),
    ("tests/recorded/pureftpd/order.syslog-iso", Form::PureFtpd, &[PUREFTPD_ORDER]),
    ("tests/recorded/pureftpd/order.syslog-5424", Form::PureFtpd, &[PUREFTPD_ORDER]),
    ("tests/recorded/proftpd/order.trace.log", Form::Trace, &[PROFTPD_ORDER, PROFTPD_ORDER_IN_WORDS]),
    ("tests/recorded/proftpd/order.extended-default.log", Form::Extended, &[PROFTPD_ORDER]),
    (
        "tests/recorded/proftpd/order.extended-custom.log",
        Form::Extended,
        &[PROFTPD_ORDER, PROFTPD_ORDER_IN_WORDS],
    ),
    (
        "tests/recorded/proftpd/order.extended-allvars.log",
        Form::Extended,
        &[PROFTPD_ORDER, PROFTPD_ORDER_IN_WORDS],
    ),
    ("samples/pyftpdlib/order.log", Form::Pyftpdlib, &[PYFTPDLIB_ORDER]),
    ("tests/recorded/ftp-srv/order.bunyan.jsonl", Form::Bunyan, &[FTP_SRV_ORDER]),
    ("tests/recorded/vsftpd/concurrent.vsftpd.log", Form::Vsftpd, &[CONCURRENT]),
    ("tests/recorded/pureftpd/concurrent.syslog", Form::PureFtpd, &[CONCURRENT]),
    ("tests/recorded/pureftpd/concurrent.syslog-iso", Form::PureFtpd, &[CONCURRENT]),
    ("tests/recorded/pureftpd/concurrent.syslog-5424", Form::PureFtpd, &[CONCURRENT]),
    ("tests/recorded/pureftpd/concurrent-logpid.syslog", Form::PureFtpd, &[CONCURRENT]),
    ("tests/recorded/proftpd/concurrent.trace.log", Form::Trace, &[CONCURRENT]),
    ("tests/recorded/proftpd/concurrent.extended-default.log", Form::Extended, &[CONCURRENT]),
    ("tests/recorded/proftpd/concurrent.extended-custom.log", Form::Extended, &[CONCURRENT]),
    ("tests/recorded/proftpd/concurrent.extended-allvars.log", Form::Extended, &[CONCURRENT]),
    ("tests/recorded/pyftpdlib/concurrent.debug.log", Form::Pyftpdlib, &[CONCURRENT]),
    ("tests/recorded/ftp-srv/concurrent.bunyan.jsonl", Form::Bunyan, &[CONCURRENT]),
];

/// A finding: rule and case, the line of the command, and the first line that explains it.
type Finding = (String, usize, Option<usize>);

/// The findings in a log, of the rules about the order of commands.
fn findings(path: &str) -> Vec<Finding> {
    let report = ftplog(&["analyze", "--no-config", "-f", "json", path]).json();
    let number = |value: &serde_json::Value| value.as_u64().map(|n| n as usize);
    let of = |f: &serde_json::Value| {
        let name = format!("{}/{}", f["rule"].as_str().unwrap(), f["case"].as_str().unwrap());
        (name, number(&f["location"]["line"]).unwrap(), number(&f["related"][0]["line"]))
    };
    report["findings"].as_array().unwrap().iter().map(of).collect()
}

#[test]
fn every_violation_is_explained_in_every_log_of_its_session() {
    let mut n_expected = 0;
    for (path, form, tables) in LOGS {
        let bytes = fs::read(root().join(path)).unwrap();
        let text = String::from_utf8_lossy(&bytes);
        let lines: Vec<&str> = text.lines().collect();
        let found = findings(path);
        for (sent, rule, case, cause) in tables.iter().copied().flatten() {
            let here = form.line_of(&lines, *sent);
            let cause = cause.map(|sent| form.reply_of(&lines, sent));
            let want = (format!("{rule}/{case}"), here, cause);
            assert!(found.contains(&want), "{path}: no {want:?} among {found:#?}");
            n_expected += 1;
        }
    }
    assert!(n_expected > 120, "only {n_expected} were looked at");
}

/// Rules of the default set about the order of commands.
const ABOUT_ORDER: &[&str] = &[
    "rename-without-source",
    "rename-source-mismatch",
    "copy-without-source",
    "pret-missing",
    "extended-passive-only",
    "restart-in-ascii",
    "data-connection-too-early",
    "transfer-without-data-connection",
    "data-connection-forgotten",
    "restart-lost",
    "host-too-late",
    "security-data-out-of-order",
    "account-out-of-order",
    "sequence-error",
];

/// Whether the wire holds a refusal for the sake of order: some clients were told to send RNTO without RNFR.
fn was_refused_on_the_wire(log: &Path) -> bool {
    let name = log.file_name().unwrap().to_string_lossy();
    let base = name.split('.').next().unwrap();
    let wire = fs::read_to_string(log.with_file_name(format!("{base}.control.txt"))).unwrap_or_default();
    wire.contains(" S 503 ")
}

#[test]
fn nothing_is_out_of_order_in_sessions_that_went_as_they_should() {
    let mut n_logs = 0;
    for path in program::logs() {
        let name = path.file_name().unwrap().to_string_lossy();
        let is_recorded = path.starts_with(root().join("tests/recorded"));
        let went_well = name.starts_with("normal") || name.starts_with("cli-");
        if !is_recorded || !went_well || was_refused_on_the_wire(&path) {
            continue;
        }
        n_logs += 1;
        let shown = path.strip_prefix(root()).unwrap().to_string_lossy();
        let found = findings(&shown);
        let is_about_order =
            |f: &&Finding| f.0.split('/').next().is_some_and(|rule| ABOUT_ORDER.contains(&rule));
        assert_eq!(found.iter().find(is_about_order), None, "{shown}");
    }
    assert!(n_logs > 60, "only {n_logs} were looked at");
}

#[test]
fn a_client_that_waits_for_a_transfer_in_vain_and_leaves_was_cut_off() {
    let log = |minutes: [u32; 2]| {
        let line = |minute: u32, text: &str| {
            format!("[D 2026-10-05 18:{minute:02}:14] 192.0.2.17:40272-[bob] {text}\n")
        };
        let begin = "[I 2026-10-05 18:37:14] 192.0.2.17:40272-[] FTP session opened (connect)\n\
                     [D 2026-10-05 18:37:14] 192.0.2.17:40272-[] -> 220 pyftpdlib 2.2.0 ready.\n\
                     [D 2026-10-05 18:37:14] 192.0.2.17:40272-[] <- USER bob\n\
                     [D 2026-10-05 18:37:14] 192.0.2.17:40272-[] -> 331 Username ok, send password.\n\
                     [D 2026-10-05 18:37:14] 192.0.2.17:40272-[bob] <- PASS ******\n\
                     [D 2026-10-05 18:37:14] 192.0.2.17:40272-[bob] -> 230 Login successful.\n";
        let rest = [
            line(37, "<- PASV"),
            line(37, "-> 227 Entering passive mode (203,0,113,1,156,64)."),
            line(minutes[0], "<- RETR a.csv"),
            line(minutes[1], "<- QUIT"),
            line(minutes[1], "FTP session closed (disconnect).").replace("[D", "[I"),
        ];
        [begin, &rest.concat()].concat()
    };
    let found = |log: String| {
        let report = ftplog_with(&["analyze", "--no-config", "-f", "json", "-"], log.as_bytes()).json();
        let told = |f: &serde_json::Value| {
            format!("{}/{}", f["rule"].as_str().unwrap(), f["case"].as_str().unwrap())
        };
        report["findings"].as_array().unwrap().iter().map(told).collect::<Vec<_>>()
    };
    assert_eq!(found(log([38, 39])), ["connection-lost/before-transfer"]);
    assert_eq!(found(log([38, 38])), [""; 0]);
}
