//! `ftplog show`: one session as an annotated transcript, and why rules found something or nothing.

#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test that cannot go on fails, and may write files"
)]

mod program;

use program::{Ran, command, files, ftplog, ran, root};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use unicode_width::UnicodeWidthStr;

const LOG: &str = "\
09:14:01 220 ready
09:14:01 USER ann
09:14:01 331 password
09:14:01 PASS secret
09:14:02 230-Welcome
09:14:02 230 in
09:14:03 CWD /in
09:14:03 250 ok
09:14:04 TYPE I
09:14:04 200 ok
09:14:05 RNFR a
09:14:05 550 No such file
09:14:06 RNTO b
09:14:06 503 RNFR required first
09:14:07 QUIT
09:14:07 221 bye
";

/// A folder of its own for a test, with these files, and a `.git` so that nothing above it is looked at.
fn folder(name: &str, files: &[(&str, &str)]) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("show").join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(folder.join(".git")).unwrap();
    for (name, text) in files {
        fs::write(folder.join(name), text).unwrap();
    }
    folder
}

fn within(folder: &Path, args: &[&str]) -> Ran {
    ran(command().current_dir(folder).env("HOME", folder).env_remove("XDG_CONFIG_HOME").args(args))
}

#[test]
fn a_line_that_a_finding_names_is_shown_with_states_marks_and_reasons() {
    let folder = folder("line", &[("a.log", LOG)]);
    let report = within(&folder, &["analyze", "a.log"]).out;
    let place = report.split("--> ").nth(1).unwrap().split("  ").next().unwrap();
    assert_eq!(place, "a.log:13");
    let shown = within(&folder, &["show", place, "-C", "2", "--why", "--set", "rules.ignore=restart-lost"]);
    assert_eq!(shown.code, 0, "{}", shown.err);
    let want = "\
a.log  session 1  ann  lines 1 to 16
> sent by the client   < sent by the server
State: L logged in (l USER only, ? not in the log), T TLS, I or A the TYPE, /
folder changed, D data connection prepared, R rename in progress

 11 | 09:14:05 L-I/-- > RNFR a
 12 | 09:14:05 L-I/-- < 550 No such file
    |                   --- cause: RNFR was refused, so nothing was waiting to
    |                       be renamed
 13 | 09:14:06 L-I/-- > RNTO b
    |                   ^^^^ error[rename-without-source]: needs an accepted
    |                        RNFR (350) before it
 14 | 09:14:06 L-I/-- < 503 RNFR required first
 15 | 09:14:07 L-I/-- > QUIT
 16 | 09:14:07 L-I/-- < 221 bye
9 more lines of this session. --all shows them.

Before line 13
  logged in (line 5), no TLS, TYPE I (line 10), folder by CWD /in (line 8), no
  data connection prepared, no rename in progress (line 12).

Which rules looked at line 13
  - does not fit: ";
    assert!(shown.out.starts_with(want), "{}", shown.out);
    for part in [
        "  - explains it (case refused): rename-without-source\n",
        "  - was not asked, because rename-without-source explained it first:\n",
        "  - looks at other commands: port-of-another-host",
    ] {
        assert!(shown.out.contains(part), "{part}\n{}", shown.out);
    }
}

#[test]
fn all_of_a_session_is_shown_by_its_number_and_the_rest_of_a_reply_without_numbers() {
    let folder = folder("all", &[("a.log", LOG)]);
    let all = within(&folder, &["show", "a.log@1"]).out;
    assert!(
        all.contains("  2 | 09:14:01 ------ > USER ann\n  3 | 09:14:01 l----- < 331 password\n"),
        "{all}"
    );
    assert!(all.contains("  4 | 09:14:01 l----- > PASS ***\n"), "{all}");
    assert!(all.contains("  5 | 09:14:02 L----- < 230-Welcome\n    |                   230 in\n"), "{all}");
    assert!(!all.contains("secret") && !all.contains("--all"), "{all}");
    // The second line of a reply is a line of it, too.
    let second = within(&folder, &["show", "a.log:6", "-C", "0"]).out;
    assert!(second.contains("Before line 4\n  USER accepted, PASS not yet (line 3),"), "{second}");
    let with_line = within(&folder, &["show", "a.log:13", "--all"]).out;
    assert!(with_line.starts_with(&all), "{with_line}");
}

#[test]
fn why_says_what_is_off_and_what_was_not_refused() {
    let own = "[[rule]]\nname = \"no-quit\"\nmessage = \"m\"\nfix = \"f\"\nmatch = { verb = \"QUIT\" }\n";
    let folder = folder("why", &[("a.log", LOG), ("ftplog.toml", own)]);
    let quit = within(&folder, &["show", "a.log:15", "--why"]).out;
    assert!(
        quit.contains("  - rules that explain refusals were not asked, because it was answered 221\n"),
        "{quit}"
    );
    assert!(quit.contains("  - speaks (case match): no-quit\n"), "{quit}");
    assert!(quit.contains("^^^^ warning[no-quit]: this is what the rule looks for\n"), "{quit}");
    let off =
        within(&folder, &["show", "a.log:13", "--why", "--set", "rules.ignore=[own,rename-without-source]"]);
    let want =
        "  - explains it (case refused), but is off, so nothing is reported:\n    rename-without-source\n";
    assert!(off.out.contains(want), "{}", off.out);
    assert!(off.out.contains("  - off: no-quit\n") && !off.out.contains("^^^^"), "{}", off.out);
}

#[test]
fn only_the_lines_of_the_session_are_shown() {
    let shown = ftplog(&["show", "samples/server.log@2", "--no-config"]).out;
    let sessions = ftplog(&["exchanges", "-f", "ndjson", "samples/server.log", "--no-config"]).ndjson();
    let of_two: Vec<_> = sessions.iter().filter(|e| e["session"] == 2).collect();
    let lines = of_two.iter().flat_map(|e| {
        let replies = e["replies"].as_array().unwrap().iter().map(|r| r["line"].as_u64().unwrap());
        let command = e["command"].as_object().map(|_| e["line"].as_u64().unwrap());
        command.into_iter().chain(replies).collect::<Vec<_>>()
    });
    let mut want: Vec<u64> = lines.collect();
    want.sort_unstable();
    let numbers = shown.lines().filter_map(|l| l.split_once(" | ")?.0.trim().parse().ok());
    assert_eq!(numbers.collect::<Vec<u64>>(), want);
}

#[test]
fn what_is_not_there_is_said_with_what_is() {
    let log = format!("{LOG}what is this\n");
    let folder = folder("errors", &[("a.log", &log), ("empty.log", "")]);
    let cases = [
        (
            "a.log",
            "a.log names no line and no session\n  tip: name a line as findings do, a.log:1045, or a session, a.log@17; ftplog sessions lists them",
        ),
        ("a.log:0", "a.log has no line 0\n  it has 17 lines"),
        ("a.log:1045", "a.log has no line 1,045\n  it has 17 lines"),
        (
            "a.log@0",
            "a.log has no session 0\n  its sessions have the numbers 1 to 1\n  tip: ftplog sessions a.log lists them",
        ),
        (
            "a.log@2",
            "a.log has no session 2\n  its sessions have the numbers 1 to 1\n  tip: ftplog sessions a.log lists them",
        ),
        ("b.log:1", "cannot read b.log: no such file\n  tip: a similar file exists: a.log"),
        ("empty.log:1", "empty.log is empty"),
        (".:1", ". is a folder\n  tip: name a file in it"),
        ("-:1", "show reads a log twice, so it cannot read standard input\n  tip: write it to a file first"),
    ];
    for (target, want) in cases {
        let shown = within(&folder, &["show", target]);
        assert_eq!(
            (shown.code, shown.err, shown.out.as_str()),
            (2, format!("error: {want}\n"), ""),
            "{target}"
        );
    }
    let why = within(&folder, &["show", "a.log@1", "--why"]);
    assert_eq!(
        why.err,
        "error: --why needs a line\n  tip: name it, for example: ftplog show a.log:LINE --why\n"
    );
    let skipped = ftplog(&["show", "samples/server.log:100", "--no-config"]).err;
    let want = "error: line 100 of samples/server.log belongs to no session\n  it was skipped, since it says nothing about \
                commands and replies\n  tip: the nearest that do: samples/server.log:99, samples/server.log:101\n";
    assert_eq!(skipped, want);
    let log = fs::read_to_string(root().join("samples/server.log")).unwrap();
    fs::write(folder.join("v.log"), format!("{log}no such line\n")).unwrap();
    let not_understood = within(&folder, &["show", "v.log:820"]).err;
    let want = "error: line 820 of v.log belongs to no session\n  it was not understood\n";
    assert!(not_understood.starts_with(want), "{not_understood}");
}

#[test]
fn no_line_is_wider_than_the_terminal_and_no_control_character_comes_out() {
    let hostile = LOG.replace("RNTO b", "RNTO \x1b[31m\u{202e}x").replace("ann", "a\x07nn");
    let folder = folder("wide", &[("hostile.log", &hostile)]);
    let mut targets = vec![folder.join("hostile.log").display().to_string() + ":13"];
    for path in files("samples").iter().filter(|p| p.extension().is_none_or(|e| e != "md")) {
        let path = path.strip_prefix(root()).unwrap().display().to_string();
        let all = ftplog(&["exchanges", "--no-config", "-f", "ndjson", &path]).ndjson();
        let last = all.iter().rfind(|e| e["replies"].to_string().contains("\"code\":5"));
        let place = |e: &Value| match e["member"].as_str() {
            Some(member) => format!("{path}/{member}:{}", e["line"]),
            None => format!("{path}:{}", e["line"]),
        };
        targets.extend(last.or(all.first()).map(place));
    }
    for target in &targets {
        for width in ["40", "80"] {
            let shown =
                ran(command().env("COLUMNS", width).args(["show", "--no-config", "--why", "--all", target]));
            assert_eq!(shown.code, 0, "{target}: {}", shown.err);
            for line in shown.out.lines() {
                assert!(line.width() <= width.parse().unwrap(), "{target} at {width}: {line}");
                assert!(!line.contains(|c: char| c.is_control() || c == '\u{202e}'), "{target}: {line:?}");
            }
        }
    }
}
