//! `ftplog.toml` as users write it: where it is found, what it may say, and formats of one's own.

#![allow(
    clippy::format_collect,
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test that cannot go on fails, and may write files"
)]

mod program;

use program::{Ran, command, ran};
use std::fs;
use std::path::{Path, PathBuf};

const ACME: &str = r#"
[[format]]
name = "acme"
pattern = '^(?<time>\S+ \S+) #(?<session>\d+) \[(?<client>[^\]]+)\] (?<dir>IN|OUT) (?<text>.*)$'
skip = '^=='
time = "%Y-%m-%d %H:%M:%S"
from-client = ["IN"]
from-server = ["OUT"]

[[format.test]]
line = "2026-10-05 09:14:05 #7 [192.0.2.7] IN USER alice"
command = "USER alice"
client = "192.0.2.7"
"#;

const LOG: &str = "\
== opened
2026-10-05 09:14:05 #7 [192.0.2.7] OUT 220 ready
2026-10-05 09:14:05 #7 [192.0.2.7] IN USER alice
2026-10-05 09:14:05 #8 [192.0.2.8] OUT 220 ready
2026-10-05 09:14:06 #7 [192.0.2.7] OUT 331 password
2026-10-05 09:14:06 #7 [192.0.2.7] IN PASS geheim
2026-10-05 09:14:06 #7 [192.0.2.7] OUT 230 welcome
2026-10-05 09:14:07 #7 [192.0.2.7] IN RNTO x
2026-10-05 09:14:07 #7 [192.0.2.7] OUT 503 no
";

/// A folder of its own for a test, with these files, and a `.git` so that nothing above it is looked at.
fn folder(name: &str, files: &[(&str, &str)]) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("config").join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(folder.join(".git")).unwrap();
    for (name, text) in files {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

fn within(folder: &Path, args: &[&str]) -> Ran {
    let home = folder.join("home");
    ran(command().current_dir(folder).env("HOME", home).env_remove("XDG_CONFIG_HOME").args(args))
}

#[test]
fn a_format_of_ones_own_is_detected_and_read() {
    let folder = folder("own", &[("ftplog.toml", ACME), ("a.log", LOG)]);
    let found = within(&folder, &["analyze", "-f", "json", "a.log"]);
    let report = found.json();
    assert_eq!(report["inputs"][0]["format"], "acme");
    assert_eq!(report["summary"]["sessions"], 2);
    assert_eq!(report["summary"]["lines_not_understood"], 0);
    assert_eq!(report["findings"][0]["rule"], "rename-without-source");
    assert_eq!(report["findings"][0]["time"], "2026-10-05T09:14:07+00:00");
    assert!(!found.out.contains("geheim"));
    assert_eq!(within(&folder, &["config", "--check"]).out, "ftplog.toml: 1 format, 1 test, all fine\n");
}

#[test]
fn the_nearest_file_is_used_and_can_be_named_or_left_out() {
    let below =
        folder("nearest", &[("ftplog.toml", ACME), ("logs/a.log", LOG), ("other.toml", "")]).join("logs");
    assert_eq!(within(&below, &["sessions", "a.log"]).code, 0);
    for args in [&["--no-config"][..], &["--config", "../other.toml"]] {
        let left_out = within(&below, &[&["sessions", "a.log"], args].concat());
        assert_eq!(left_out.code, 2, "{args:?}");
        assert!(left_out.err.contains("not in a log format that ftplog knows"), "{}", left_out.err);
    }
    let missing = within(&below, &["sessions", "a.log", "--config", "nope.toml"]);
    assert_eq!((missing.code, missing.err.as_str()), (2, "error: cannot read nope.toml: no such file\n"));
    let from_home = folder("home", &[("home/.config/ftplog/ftplog.toml", ACME), ("a.log", LOG)]);
    assert_eq!(within(&from_home, &["sessions", "a.log"]).code, 0);
}

#[test]
fn arguments_beat_set_and_set_beats_the_file() {
    let log = "Nov 20 18:24:00 h x[1]: y\nFri Nov 20 18:32:21 2026 [pid 1] CONNECT: Client \"192.0.2.1\"\n\
               Fri Nov 20 18:32:21 2026 [pid 1] FTP response: Client \"192.0.2.1\", \"220 a\"\n";
    let folder = folder("order", &[("ftplog.toml", "[input]\ntz = \"Asia/Seoul\"\n"), ("a.log", log)]);
    let time = |args: &[&str]| {
        let all = within(&folder, &[&["exchanges", "-f", "ndjson", "a.log"], args].concat()).ndjson();
        all[0]["time"].as_str().unwrap().to_owned()
    };
    assert_eq!(time(&[]), "2026-11-20T09:32:21+00:00");
    assert_eq!(time(&["--set", "input.tz=UTC"]), "2026-11-20T18:32:21+00:00");
    assert_eq!(time(&["--set", "input.tz=UTC", "--tz", "+01:00"]), "2026-11-20T17:32:21+00:00");
}

#[test]
fn what_is_wrong_is_said_with_its_place_and_what_was_meant() {
    let cases = [
        ("[input]\ntzz = \"UTC\"\n", "line 2: unknown field `tzz`", "tip: did you mean tz?"),
        ("[inputs]\n", "line 1: unknown field `inputs`", "tip: did you mean input?"),
        ("[input\n", "line 1: ", ""),
        ("[[format]]\nname = \"x\"\n", "missing field `pattern`", ""),
        (
            &ACME.replace("?<user>", "").replace("(?<dir>", "(?<dri>"),
            "[[format]] 1 (acme): pattern has a group dri",
            "",
        ),
        (&ACME.replace("\"acme\"", "\"vsftpd\""), "[[format]] 1 (vsftpd): the name vsftpd is taken", ""),
        (&ACME.repeat(2), "[[format]] 2 (acme): the name acme is taken", ""),
        (&ACME.replace("%Y", "%!"), "time must be a pattern", ""),
        (&ACME.replace("= '^==", "= '^(=="), "skip is no regular expression: unclosed group", ""),
        (
            &ACME.replace("command = \"USER alice\"", "command = \"USER bob\""),
            "test 1: 2026-10-05 09:14:05 #7 [192.0.2.7] IN USER alice says command USER alice, client 192.0.2.7, not \
             command USER bob, client 192.0.2.7",
            "",
        ),
    ];
    for (n, (text, fact, tip)) in cases.into_iter().enumerate() {
        let folder = folder(&format!("wrong{n}"), &[("ftplog.toml", text)]);
        let checked = within(&folder, &["config", "--check"]);
        assert_eq!(checked.code, 2, "{text}");
        assert!(checked.err.starts_with("error: ftplog.toml "), "{}", checked.err);
        assert!(checked.err.contains(fact) && checked.err.contains(tip), "{}", checked.err);
    }
}

/// The examples of a configuration without their number signs, the prose with them.
fn uncommented(text: &str) -> String {
    let mut quoting = false;
    let line = |line: &str| {
        let Some(code) = line.strip_prefix("# ") else { return format!("{line}\n") };
        let key = code.split(" = ").next().unwrap();
        let is_key = key != code && key.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
        let is_code = quoting || code.starts_with('[') || is_key;
        quoting ^= code.matches("'''").count() == 1;
        if is_code { format!("{code}\n") } else { format!("{line}\n") }
    };
    text.lines().map(line).collect()
}

#[test]
fn a_first_configuration_is_written_once_and_is_fine() {
    let folder = folder("init", &[]);
    assert_eq!(within(&folder, &["config", "--check"]).code, 2);
    assert_eq!(within(&folder, &["config", "--init"]).err, "wrote ftplog.toml\n");
    assert_eq!(within(&folder, &["config", "--check"]).out, "ftplog.toml: 0 formats, 0 tests, all fine\n");
    let again = within(&folder, &["config", "--init"]);
    assert_eq!(again.code, 2);
    assert!(again.err.starts_with("error: ftplog.toml is already there\n"));
    // What stands in it as an example is right: without its number signs it is a configuration.
    let text = fs::read_to_string(folder.join("ftplog.toml")).unwrap();
    fs::write(folder.join("ftplog.toml"), uncommented(&text)).unwrap();
    let checked = within(&folder, &["config", "--check"]);
    assert_eq!(checked.out, "ftplog.toml: 1 format, 1 rule, 2 tests, all fine\n", "{}", checked.err);
    assert!(within(&folder, &["config"]).out.contains("name = \"acme\""));
}
