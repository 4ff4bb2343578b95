//! ftplog as a check in CI: exit codes, reports in files, what the user allows, and the baseline.

#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test that cannot go on fails, and may write files"
)]

mod program;

use program::{Ran, command, ran, root};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

/// A folder of its own for a test, with the sample and these files, and a `.git` so that nothing above it is looked at.
fn folder(name: &str, files: &[(&str, &str)]) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("ci").join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(folder.join(".git")).unwrap();
    fs::copy(root().join("samples/server.log"), folder.join("server.log")).unwrap();
    for (name, text) in files {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

fn within(folder: &Path, args: &[&str]) -> Ran {
    ran(command()
        .current_dir(folder)
        .env("HOME", folder.join("home"))
        .env_remove("XDG_CONFIG_HOME")
        .args(args))
}

fn report(folder: &Path, args: &[&str]) -> Value {
    let found = within(folder, &[&["analyze", "-f", "json", "--fail-on", "never"], args].concat());
    assert_eq!(found.code, 0, "{}", found.err);
    found.json()
}

/// The rules and the lines of findings in a list.
fn places(list: &Value) -> Vec<(String, u64)> {
    let place = |f: &Value| (f["rule"].as_str().unwrap().to_owned(), f["location"]["line"].as_u64().unwrap());
    list.as_array().unwrap().iter().map(place).collect()
}

/// A log of one session in which RNTO is refused, in the form of a bare control connection.
const RENAME: &str = "220 ready\r\nUSER a\r\n331 go on\r\nPASS b\r\n230 in\r\nRNTO x\r\n503 RNFR required first.\r\nQUIT\r\n221 bye\r\n";
/// One in which nothing is wrong.
const FINE: &str =
    "220 ready\r\nUSER a\r\n331 go on\r\nPASS b\r\n230 in\r\nPWD\r\n257 \"/\"\r\nQUIT\r\n221 bye\r\n";

#[test]
fn exit_codes_say_whether_to_go_on() {
    let folder = folder(
        "codes",
        &[
            ("bad.log", RENAME),
            ("fine.log", FINE),
            ("empty.log", ""),
            ("prose.txt", "It was a dark and stormy night.\nThe rain fell in torrents.\n"),
            ("broken.toml", "[ci]\nfail-on = \"sometimes\"\n"),
            ("lenient.toml", "[ci]\nfail-on = \"never\"\n"),
            ("few.toml", "[ci]\nfail-on = \"never\"\nmax-findings = 0\n"),
            ("old.json", "{\"version\":9,\"findings\":[]}"),
        ],
    );
    fs::create_dir(folder.join("nothing")).unwrap();
    for (code, args) in [
        (0, &["analyze", "fine.log"][..]),
        (1, &["analyze", "bad.log"]),
        (1, &["analyze", "fine.log", "bad.log"]),
        (0, &["analyze", "bad.log", "--fail-on", "never"]),
        (0, &["analyze", "bad.log", "--min-severity", "error", "--ignore", "rename-without-source"]),
        (1, &["analyze", "bad.log", "-q", "-q"]),
        (1, &["analyze", "bad.log", "-f", "json"]),
        (2, &["analyze", "missing.log"]),
        (2, &["analyze", "bad.log", "missing.log"]),
        (2, &["analyze", "empty.log"]),
        (2, &["analyze", "nothing"]),
        (2, &["analyze", "prose.txt"]),
        (2, &["analyze", "bad.log", "--select", "rename-without-sauce"]),
        (2, &["analyze", "bad.log", "--fail-on", "sometimes"]),
        (2, &["analyze", "bad.log", "--config", "broken.toml"]),
        (0, &["analyze", "bad.log", "--config", "lenient.toml"]),
        (1, &["analyze", "bad.log", "--config", "lenient.toml", "--fail-on", "error"]),
        (1, &["analyze", "bad.log", "--config", "few.toml"]),
        (0, &["analyze", "bad.log", "--config", "few.toml", "--max-findings", "1"]),
        (0, &["analyze", "bad.log", "--set", "ci.fail-on=never"]),
        (2, &["analyze", "bad.log", "--set", "ci.fail-on=sometimes"]),
        (2, &["analyze", "bad.log", "--baseline", "missing.json"]),
        (2, &["analyze", "bad.log", "--baseline", "old.json"]),
        (2, &["analyze", "bad.log", "--update-baseline"]),
        (0, &["analyze", "bad.log", "--update-baseline", "--baseline", "new.json"]),
        (2, &["analyze", "bad.log", "-o", "nothing"]),
        (2, &["analyze", "bad.log", "-o", "report.doc"]),
    ] {
        let found = within(&folder, args);
        assert_eq!(found.code, code, "{args:?}\n{}{}", found.out, found.err);
        assert_eq!(code == 2, found.err.contains("error: "), "{args:?}\n{}", found.err);
    }
}

#[test]
fn what_is_merely_possible_does_not_fail_a_build() {
    // Two clients at one address whose lines have no session: which one sent what is a guess.
    let folder = folder("possible", &[]);
    let log = root().join("samples/fineftp/two-clients.txt");
    let log = log.to_str().unwrap();
    let found = report(&folder, &[log]);
    let errors = found["findings"].as_array().unwrap().iter().filter(|f| f["severity"] == "error");
    assert_eq!(errors.map(|f| f["confidence"].as_str().unwrap()).collect::<Vec<_>>(), ["possible"]);
    for (sure, code) in [("likely", 0), ("certain", 0), ("possible", 1)] {
        let found = within(&folder, &["analyze", log, "--set", &format!("ci.fail-confidence={sure}")]);
        assert_eq!(found.code, code, "{sure}");
    }
    assert_eq!(within(&folder, &["analyze", log]).code, 0);
}

#[test]
fn one_pass_writes_reports_to_several_files() {
    let folder = folder("outputs", &[]);
    let all = ["analyze", "server.log", "-o", "out/a/report.json", "-o", "text=out/report", "-q", "-q"];
    let found = within(&folder, &all);
    assert_eq!((found.code, found.out.as_str(), found.err.as_str()), (1, "", ""));
    let printed = |format| within(&folder, &["analyze", "server.log", "-f", format]).out;
    assert_eq!(fs::read_to_string(folder.join("out/a/report.json")).unwrap(), printed("json"));
    assert_eq!(fs::read_to_string(folder.join("out/report")).unwrap(), printed("text"));
}

#[test]
fn a_report_never_takes_the_place_of_a_log() {
    let folder = folder("in-place", &[("logs/eve.json", RENAME), ("logs/old.json", "{}")]);
    let found = within(&folder, &["analyze", "logs/eve.json", "-o", "logs/./eve.json"]);
    assert_eq!(found.code, 2, "{}", found.err);
    assert_eq!(fs::read_to_string(folder.join("logs/eve.json")).unwrap(), RENAME);
    // A report of the last run in a folder with logs is no log.
    let found = within(&folder, &["analyze", "logs", "-o", "logs/old.json", "-v"]);
    assert_eq!(found.code, 1, "{}", found.err);
    assert!(!found.err.contains("skipped"), "{}", found.err);
    assert!(fs::read_to_string(folder.join("logs/old.json")).unwrap().contains("rename-without-source"));
}

#[test]
fn an_output_that_cannot_be_written_is_said_before_anything_is_read() {
    let folder = folder("unwritable", &[]);
    let found = within(&folder, &["analyze", "server.log", "-o", "server.log/report.json", "-o", "new.json"]);
    assert_eq!((found.code, found.out.as_str()), (2, ""), "{}", found.err);
    assert!(found.err.starts_with("error: cannot write server.log/report.json: "), "{}", found.err);
    assert!(!folder.join("new.json").exists());
    for (args, says) in [
        (&["-o", "a.json", "-o", "./a.json"][..], "two reports"),
        (&["-o", "-"], "needs the name of a file"),
        (&["-o", "jsn=a"], "did you mean json?"),
    ] {
        let found = within(&folder, &[&["analyze", "server.log"], args].concat());
        assert_eq!(found.code, 2, "{args:?}");
        assert!(found.err.contains(says), "{args:?}: {}", found.err);
    }
    assert!(!folder.join("a.json").exists());
}

#[test]
fn what_is_allowed_does_not_count_and_the_rest_does() {
    let is = |key: &'static str, value: &'static str| {
        Box::new(move |f: &Value| match key {
            "rule" => f["rule"] == value,
            "user" | "client" => f["session"][key] == value,
            "command" => f["command"]["verb"] == value,
            "argument" => f["command"]["argument"] == value,
            _ => f["reply"]["code"] == value.parse::<u64>().unwrap(),
        }) as Box<dyn Fn(&Value) -> bool>
    };
    for (number, (allow, fits)) in [
        ("rule = \"rename-without-source\"", is("rule", "rename-without-source")),
        ("user = \"backup\"", is("user", "backup")),
        ("command = \"rnto\"", is("command", "RNTO")),
        ("argument = \"x.txt\"", is("argument", "x.txt")),
        ("reply = 425", is("code", "425")),
        ("reply = \"42?\"\ncommand = \"STOR\"\nserver = \"vs*\"", is("command", "STOR")),
        ("path = \"*.log\"", Box::new(|_: &Value| true)),
        ("path = \"*.txt\"", Box::new(|_: &Value| false)),
        ("client = \"198.51.100.0/24\"\nrule = \"login-failed\"", is("rule", "login-failed")),
        ("client = \"10.0.0.0/8\"", Box::new(|_: &Value| false)),
    ]
    .into_iter()
    .enumerate()
    {
        let config = format!("[[allow]]\n{allow}\nreason = \"known\"\n");
        let folder = folder(&format!("allow-{number}"), &[("ftplog.toml", &config)]);
        let all = report(&folder, &["--no-config", "server.log"]);
        let found = report(&folder, &["server.log"]);
        let all = all["findings"].as_array().unwrap();
        let (allowed, counted): (Vec<_>, Vec<_>) = all.iter().cloned().partition(|f| fits(f));
        assert_eq!(places(&found["findings"]), places(&counted.into()), "{allow}");
        assert_eq!(found["summary"]["allowed"], allowed.len(), "{allow}");
        assert_eq!(places(&found["suppressed"]), places(&allowed.into()), "{allow}");
        for suppressed in found["suppressed"].as_array().unwrap() {
            assert_eq!(
                (&suppressed["suppressed_by"], &suppressed["reason"]),
                (&"allow".into(), &"known".into())
            );
        }
    }
}

#[test]
fn what_is_allowed_until_a_day_counts_again_from_the_next() {
    for (day, code) in [("2020-12-31", 1), ("2999-12-31", 0)] {
        let config =
            format!("[[allow]]\nrule = \"rename-without-source\"\nreason = \"known\"\nuntil = {day}\n");
        let folder = folder(&format!("until-{code}"), &[("ftplog.toml", &config), ("bad.log", RENAME)]);
        let found = within(&folder, &["analyze", "bad.log"]);
        assert_eq!(found.code, code, "{}", found.err);
        assert_eq!(found.err.contains("[[allow]] 1 ended on 2020-12-31"), code == 1, "{}", found.err);
    }
    let config = "[[allow]]\nuser = \"nobody\"\nreason = \"known\"\n";
    let folder = folder("unused", &[("ftplog.toml", config), ("bad.log", RENAME)]);
    assert_eq!(within(&folder, &["analyze", "bad.log"]).err, "");
    assert!(
        within(&folder, &["analyze", "-v", "bad.log"]).err.contains("[[allow]] 1 had nothing to allow\n")
    );
}

#[test]
fn an_allowance_that_makes_no_sense_is_refused_with_its_line() {
    for (allow, line, says) in [
        ("reason = \"all of it\"", 2, "would allow everything"),
        ("rule = \"login-failed\"", 1, "reason"),
        ("rule = \"login-failed\"\nreason = \" \"", 3, "reason is empty"),
        ("rule = \"login-fail\"\nreason = \"x\"", 2, "did you mean login-failed?"),
        ("reply = \"9xx\"\nreason = \"x\"", 2, "no FTP reply code"),
        ("client = \"10.0.0.0/99\"\nreason = \"x\"", 2, "not a network"),
        ("user = \"a\"\nreason = \"x\"\nuntil = 2026-12-31T00:00:00Z", 4, "until must be a day"),
        ("usr = \"a\"\nreason = \"x\"", 2, "did you mean user?"),
        ("path = \"[a\"\nreason = \"x\"", 2, "[a"),
    ] {
        let folder = folder("senseless", &[("ftplog.toml", &format!("[[allow]]\n{allow}\n"))]);
        let found = within(&folder, &["analyze", "server.log"]);
        assert_eq!(found.code, 2, "{allow}");
        assert!(
            found.err.contains(says) && found.err.contains(&format!("line {line}: ")),
            "{allow}: {}",
            found.err
        );
    }
}

#[test]
fn a_baseline_hides_what_was_known_and_nothing_else() {
    let folder = folder("baseline", &[]);
    let args =
        |more: &[&'static str]| [&["analyze", "server.log", "--baseline", "known.json"][..], more].concat();
    let before = report(&folder, &["server.log"]);
    let n = before["findings"].as_array().unwrap().len();
    let wrote = within(&folder, &args(&["--update-baseline"]));
    assert_eq!(wrote.code, 0, "{}", wrote.err);
    let file = || fs::read_to_string(folder.join("known.json")).unwrap();
    let fingerprints: std::collections::BTreeSet<&str> =
        before["findings"].as_array().unwrap().iter().map(|f| f["fingerprint"].as_str().unwrap()).collect();
    let known: Value = serde_json::from_str(&file()).unwrap();
    let known = known["findings"].as_array().unwrap().clone();
    assert_eq!(
        known.iter().map(|e| e["fingerprint"].as_str().unwrap()).collect::<Vec<_>>(),
        fingerprints.into_iter().collect::<Vec<_>>()
    );

    let after = report(&folder, &["server.log", "--baseline", "known.json"]);
    assert_eq!((places(&after["findings"]).len(), &after["summary"]["in_baseline"]), (0, &n.into()));
    assert_eq!(places(&after["suppressed"]), places(&before["findings"]));
    assert_eq!(within(&folder, &args(&["--fail-on", "note"])).code, 0);

    // A day later the same goes wrong from another address and with other files, and something new does.
    let log = fs::read_to_string(folder.join("server.log")).unwrap();
    let moved = log.replace("203.0.113.7", "203.0.113.77").replace("x.txt", "y9.txt").replace("2026", "2027");
    fs::write(folder.join("server.log"), &moved).unwrap();
    let later = report(&folder, &["server.log", "--baseline", "known.json"]);
    assert_eq!(places(&later["findings"]), [], "{later:#}");
    fs::write(folder.join("new.log"), RENAME).unwrap();
    let new = report(&folder, &["server.log", "new.log", "--baseline", "known.json"]);
    assert_eq!(places(&new["findings"]), [("rename-without-source".to_owned(), 6)]);
}

#[test]
fn entries_of_a_baseline_that_no_longer_occur_are_named_and_taken_out() {
    let stale = "    {\"fingerprint\":\"00000000000000ff\",\"rule\":\"login-failed\",\"note\":\"PASS 530, user gone\"},\n";
    let silent =
        "    {\"fingerprint\":\"00000000000000fe\",\"rule\":\"cleartext-login\",\"note\":\"PASS 230\"}\n";
    let file = format!("{{\"version\":1,\"findings\":[\n{stale}{silent}]}}\n");
    let folder = folder("stale", &[("known.json", &file), ("fine.log", FINE)]);
    let args = ["analyze", "fine.log", "--baseline", "known.json"];
    let found = within(&folder, &args);
    assert_eq!(found.code, 0, "{}", found.err);
    let told = "warning: 1 finding in known.json no longer occurs\n  00000000000000ff login-failed PASS 530, user gone\n";
    assert!(found.err.starts_with(told), "{}", found.err);
    let strict = within(&folder, &[&args[..], &["--set", "ci.stale-baseline=error"]].concat());
    assert_eq!((strict.code, strict.err.starts_with("error: 1 finding")), (2, true), "{}", strict.err);
    // What was not read might hold it; what was left out on purpose, too.
    for more in [&["missing.log"][..], &["--where", "user=a"], &["--min-severity", "error"]] {
        let partly = within(&folder, &[&args[..], more].concat());
        assert!(!partly.err.contains("no longer"), "{more:?}: {}", partly.err);
    }
    // A baseline is not written from what was read in part.
    let partly = within(&folder, &[&args[..], &["missing.log", "--update-baseline"]].concat());
    assert_eq!(partly.code, 2);
    assert_eq!(fs::read_to_string(folder.join("known.json")).unwrap(), file);
    assert_eq!(within(&folder, &[&args[..], &["--update-baseline"]].concat()).code, 0);
    let left = fs::read_to_string(folder.join("known.json")).unwrap();
    assert!(left.contains("00000000000000fe") && !left.contains("00000000000000ff"), "{left}");
}

#[test]
fn more_than_a_baseline_knows_of_count_all() {
    let folder = folder("max", &[]);
    let args = ["server.log", "--select", "rename-without-source", "--baseline", "known.json"];
    let all = report(&folder, &args[..3]);
    let update = [&["analyze"], &args[..], &["--update-baseline"]].concat();
    assert_eq!(within(&folder, &update).code, 0);
    let known = fs::read_to_string(folder.join("known.json")).unwrap();
    let user = |f: &&Value| f["session"]["user"] == "backup";
    let n = all["findings"].as_array().unwrap().iter().filter(user).count();
    for (max, counts) in [(n, 0), (n - 1, n)] {
        let limited = known
            .replace("user backup", "user backup\",\"max\":MAX,\"x\":\"")
            .replace(",\"x\":\", vsftpd\"", "");
        fs::write(folder.join("known.json"), limited.replace("MAX", &max.to_string())).unwrap();
        let found = report(&folder, &args);
        assert_eq!(places(&found["findings"]).len(), counts, "at most {max}");
        assert_eq!(found["summary"]["findings"]["error"], counts);
        assert_eq!(found["summary"]["in_baseline"], places(&all["findings"]).len() - counts);
        let said = within(&folder, &[&["analyze"], &args[..]].concat()).err;
        assert!(!said.contains("no longer"), "{said}");
    }
}

#[test]
fn paths_in_a_configuration_are_meant_from_its_folder() {
    let config = "[input]\npaths = [\"logs\"]\nexclude = \"*.old\"\n[ci]\nbaseline = \"known.json\"\n";
    let files = [("ftplog.toml", config), ("logs/a.log", RENAME), ("logs/b.old", RENAME), ("deep/er/x", "")];
    let folder = folder("paths", &files);
    assert_eq!(within(&folder.join("deep/er"), &["analyze", "--update-baseline"]).code, 0);
    assert!(folder.join("known.json").exists());
    let found = within(&folder, &["analyze", "-f", "json"]);
    assert_eq!(found.code, 0, "{}", found.err);
    let inputs = found.json()["inputs"].clone();
    assert_eq!((inputs[0]["path"].as_str(), inputs.as_array().unwrap().len()), (Some("logs/a.log"), 1));
    let shown = within(&folder, &["config", "--set", "ci.max-findings=3"]).out;
    assert!(shown.contains("[ci]\nfail-on = \"error\"\n") && shown.contains("max-findings = 3\n"), "{shown}");
}

/// The fingerprints of the findings in a session with these lines, sorted.
fn fingerprints(folder: &Path, lines: &str) -> Vec<String> {
    let text = format!("220 x\nUSER alice\n331 x\nPASS x\n230 x\n{lines}QUIT\n221 bye\n");
    fs::write(folder.join("one.txt"), text).unwrap();
    let found = report(folder, &["one.txt"]);
    let findings = found["findings"].as_array().unwrap();
    let mut all: Vec<_> = findings.iter().map(|f| f["fingerprint"].as_str().unwrap().to_owned()).collect();
    assert!(!all.is_empty(), "{lines}");
    all.sort();
    all
}

#[test]
fn fingerprints_tell_problems_apart_and_not_names() {
    let folder = folder("fingerprints", &[]);
    for (one, other, is_same) in [
        (
            "RETR my holiday report\n550 my holiday report: No such file\n",
            "RETR budget\n550 budget: No such file\n",
            true,
        ),
        ("CWD foo/\n550 foo: No such file\n", "CWD alpha/beta\n550 alpha: No such file\n", true),
        ("RETR a.csv\n550 a.csv: No such file\n", "RETR a.csv\n550 a.csv: Permission denied\n", false),
        ("SITE CHMOD 644 a\n502 no\n", "SITE UTIME a\n502 no\n", false),
        ("SITE CHMOD 644 a\n502 no\n", "SITE chmod 600 b\n502 no\n", true),
    ] {
        let same = fingerprints(&folder, one) == fingerprints(&folder, other);
        assert_eq!(same, is_same, "{one}{other}");
    }
}
