//! `ftplog check`: recordings held against `ftplog.expect.toml`.

#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test that cannot go on fails, and may write files"
)]

mod program;

use program::{Ran, command, logs, ran, root};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

/// Two sessions, one after the other: in the first one nothing is wrong.
const TWO: &str = "\
2026-10-05 09:14:00 #1 OUT 220 ready
2026-10-05 09:14:00 #1 IN USER alice
2026-10-05 09:14:00 #1 OUT 331 password
2026-10-05 09:14:01 #1 IN PASS x
2026-10-05 09:14:01 #1 OUT 230 welcome
2026-10-05 09:14:01 #1 IN STOR a.csv
2026-10-05 09:14:01 #1 OUT 150 go on
2026-10-05 09:14:02 #1 OUT 226 done
2026-10-05 09:14:02 #1 IN STOR b.txt
2026-10-05 09:14:02 #1 OUT 150 go on
2026-10-05 09:14:03 #1 OUT 226 done
2026-10-05 09:14:03 #1 IN QUIT
2026-10-05 09:14:03 #1 OUT 221 bye
2026-10-05 09:15:00 #2 OUT 220 ready
2026-10-05 09:15:00 #2 IN USER bob
2026-10-05 09:15:00 #2 OUT 331 password
2026-10-05 09:15:01 #2 IN PASS x
2026-10-05 09:15:01 #2 OUT 230 welcome
2026-10-05 09:15:02 #2 IN RNFR old name
2026-10-05 09:15:02 #2 OUT 550 no such file
2026-10-05 09:15:09 #2 IN RNTO new
2026-10-05 09:15:09 #2 OUT 503 RNFR required first
2026-10-05 09:15:09 #2 IN SITE IDLE 100
2026-10-05 09:15:09 #2 OUT 200 ok
2026-10-05 09:15:09 #2 IN NOOP
";

/// How such lines are read.
const FORMAT: &str = r#"
[[format]]
name = "numbered"
pattern = '^(?<time>\S+ \S+) #(?<session>\d+) (?<dir>IN|OUT) (?<text>.*)$'
time = "%Y-%m-%d %H:%M:%S"
from-client = ["IN"]
from-server = ["OUT"]
"#;

/// A folder of its own for a test, with the log and these files, and a `.git` so that nothing above it is looked at.
fn folder(name: &str, files: &[(&str, &str)]) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("check").join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(folder.join(".git")).unwrap();
    for (name, text) in [("ftplog.toml", FORMAT), ("rec/two.log", TWO)].iter().chain(files) {
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

/// What is otherwise than expected: cases and lines.
fn otherwise(folder: &Path, expectations: &str) -> Vec<(String, u64)> {
    fs::write(folder.join("ftplog.expect.toml"), format!("version = 1\n{expectations}")).unwrap();
    let found = within(folder, &["check", "-f", "json"]);
    let report = found.json();
    let list = report["findings"].as_array().unwrap();
    assert_eq!(found.code, i32::from(!list.is_empty()), "{expectations}\n{}{}", found.out, found.err);
    let place = |f: &Value| (f["case"].as_str().unwrap().to_owned(), f["location"]["line"].as_u64().unwrap());
    list.iter().map(place).collect()
}

/// The same of an expectation about one session.
fn of_session(folder: &Path, session: &str, condition: &str) -> Vec<(String, u64)> {
    otherwise(
        folder,
        &format!("[[expect]]\nname = \"x\"\nfiles = [\"rec/*.log\"]\nsession = {session}\n{condition}\n"),
    )
}

#[test]
fn every_condition_holds_or_says_at_which_line_it_does_not() {
    let folder = folder("conditions", &[]);
    // What stands in the log above, by its lines.
    for (session, condition, expected) in [
        (1, "contains = [\"STOR *.csv 150 226\", \"STOR 226\", \"QUIT\"]", None),
        (1, "contains = [\"STOR 226\", \"STOR 226\", \"STOR 226\"]", Some(("missing", 12))),
        (1, "contains = [\"STOR 226\", \"USER\"]", Some(("missing", 12))),
        (1, "contains = [\"PASS 2xx\", \"STOR *.txt 226\"]", None),
        (1, "contains = [\"stor 226 150\"]", Some(("other", 6))),
        (2, "contains = [\"RNFR 350\", \"RNTO 250\"]", Some(("other", 19))),
        (2, "contains = [\"RNFR old name 550 /no SUCH/\"]", Some(("other", 19))),
        (
            2,
            "contains = [\"RNFR old name 550 /(?i)no SUCH/\", \"5xx\", \"SITE IDLE* none\"]",
            Some(("other", 23)),
        ),
        (2, "contains = [\"SITE \\\"IDLE 100\\\" 200\", \"NOOP none\"]", None),
        (2, "contains = [\"SITE IDLE 100\"]", Some(("missing", 25))),
        (1, "not-contains = [\"5xx\", \"421\"]", None),
        (2, "not-contains = [\"421\", \"RNTO 503\"]", Some(("forbidden", 21))),
        (2, "not-contains = [\"/required/\"]", Some(("forbidden", 21))),
        (1, "begins-with = [\"* 220\", \"USER alice 331\"]", None),
        (2, "begins-with = [\"* 220\", \"USER alice 331\"]", Some(("begins", 15))),
        (
            1,
            "begins-with = [\"* 220\", \"USER\", \"PASS\", \"STOR\", \"STOR\", \"QUIT\", \"QUIT\"]",
            Some(("begins-short", 12)),
        ),
        (1, "ends-with = [\"STOR *.txt\", \"QUIT 221\"]", None),
        (2, "ends-with = [\"QUIT 221\"]", Some(("ends", 25))),
        (2, "ends-with = [\"RNTO 250\", \"SITE\", \"NOOP\"]", Some(("ends", 21))),
        (1, "ends-with = [\"*\", \"*\", \"*\", \"*\", \"*\", \"*\", \"*\"]", Some(("ends-short", 12))),
        (1, "count = { \"STOR 226\" = 2, \"5xx\" = \"<=0\", \"*\" = \"6..6\" }", None),
        (1, "count = { \"STOR 226\" = \">2\" }", Some(("count", 12))),
        (1, "max-duration = \"3 s\"", None),
        (1, "max-duration = \"2999 ms\"", Some(("duration", 12))),
        (2, "max-duration = \"5 s\"", Some(("duration", 25))),
        (2, "contains = [\"PASS * 230\"]", None),
    ] {
        let found = of_session(&folder, &session.to_string(), condition);
        let expected: Vec<_> =
            expected.into_iter().map(|(case, line): (&str, u64)| (case.to_owned(), line)).collect();
        assert_eq!(found, expected, "session {session}: {condition}");
    }
}

#[test]
fn an_expectation_is_about_each_session_any_or_one() {
    let folder = folder("sessions", &[]);
    let all = |session, condition| of_session(&folder, session, condition).len();
    assert_eq!(all("\"each\"", "contains = [\"PASS 230\"]"), 0);
    assert_eq!(all("\"each\"", "contains = [\"STOR 226\"]\nnot-contains = [\"RNTO\"]"), 2);
    assert_eq!(all("\"any\"", "contains = [\"STOR 226\"]\nnot-contains = [\"RNTO\"]"), 0);
    let none = of_session(&folder, "\"any\"", "contains = [\"DELE 250\"]");
    assert_eq!(none, [("missing".to_owned(), 12)], "the first session stands for all of them");
    let text = within(&folder, &["check"]).out;
    assert!(text.contains("None of the 2 sessions is as expected"), "{text}");
    assert_eq!(all("2", "contains = [\"RNTO 503\"]"), 0);
    assert_eq!(all("1", "contains = [\"RNTO 503\"]"), 1);
}

#[test]
fn findings_may_be_expected_not_to_be_there() {
    let folder = folder("findings", &[]);
    let expectation = |findings: &str| {
        format!("[[expect]]\nname = \"x\"\nfiles = [\"rec/two.log\"]\nfindings = {findings}\n")
    };
    let refused = ("refused".to_owned(), 21);
    let unanswered = otherwise(&folder, &expectation("\"none\""));
    assert!(unanswered.contains(&refused), "{unanswered:?}");
    assert!(!otherwise(&folder, &expectation("[\"rename-without-source\"]")).contains(&refused));
    // What only all sessions together show belongs to the file, too.
    let log = root().join("samples/server.log");
    fs::copy(log, folder.join("rec/two.log")).unwrap();
    assert!(otherwise(&folder, &expectation("\"none\"")).iter().any(|(_, line)| *line == 695));
    fs::write(folder.join("rec/two.log"), TWO).unwrap();
    // Without the key, they do not matter.
    assert_eq!(
        otherwise(&folder, &expectation("\"none\"").replace("findings", "contains = [\"PASS\"] #")),
        []
    );
}

#[test]
fn what_a_good_recording_does_is_written_down_and_holds() {
    let mut n = 0;
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("check-recorded.toml");
    for log in logs() {
        let log = log.strip_prefix(root()).unwrap().to_str().unwrap();
        let recorded = ran(command().args(["check", "--record", log]));
        if recorded.code == 2 {
            continue;
        }
        n += 1;
        // Files in it are meant from its folder.
        let absolute = recorded.out.replace(&format!("[\"{log}\"]"), &format!("[{:?}]", root().join(log)));
        fs::write(&file, &absolute).unwrap();
        let found = ran(command().args(["check", "-q", "--expect", file.to_str().unwrap()]));
        assert_eq!((found.code, found.out.as_str()), (0, ""), "{log}\n{}\n{}", recorded.out, found.err);
    }
    assert!(n > 100, "{n} logs were recorded");
}

#[test]
fn the_cut_of_a_recording_and_the_number_of_threads_change_nothing() {
    let (one, two) = TWO.split_at(TWO.find("2026-10-05 09:15:02").unwrap());
    let folder = folder("cut", &[("cut/two.log.1", one), ("cut/two.log", two)]);
    let expect = "version = 1\n[[expect]]\nname = \"x\"\nfiles = [\"*/two.log*\"]\ncontains = [\"RNFR 550\", \"RNTO 250\"]\nends-with = [\"QUIT\"]\n";
    fs::write(folder.join("ftplog.expect.toml"), expect).unwrap();
    let cases = |args: &[&str]| {
        let report = within(&folder, &[&["check", "-f", "json"], args].concat()).json();
        report["findings"].as_array().unwrap().iter().map(|f| f["title"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(cases(&["rec"]), cases(&["cut"]));
    assert_eq!(cases(&["rec"]).len(), 3);
    let bytes = |jobs| within(&folder, &["check", "-f", "json", "-j", jobs, "rec", "cut"]).out;
    assert_eq!(bytes("1"), bytes("2"));
}

#[test]
fn an_expectation_that_cannot_fail_is_refused_with_its_line() {
    let folder = folder("senseless", &[]);
    for (expectation, line, says) in [
        ("contains = [\"STRO 226\"]", 5, "STRO is not an FTP command"),
        ("contains = [\"STORE 226\"]", 5, "did you mean STOR?"),
        ("not-contains = [\"7xx\"]", 5, "no FTP reply code is like 7xx"),
        ("not-contains = [\"\"]", 5, "it says nothing"),
        ("contains = [\"PASS secret 230\"]", 5, "without passwords"),
        ("contains = [\"RNTO /(/\"]", 5, "no regular expression"),
        ("count = { \"STOR\" = \"many\" }", 5, "many says no number"),
        ("count = { \"STROR\" = 1 }", 5, "not an FTP command"),
        ("max-duration = \"soon\"", 5, "soon is no length of time"),
        ("findings = \"nothing\"", 5, "unknown rule nothing"),
        ("findings = \"none\"\nsession = \"any\"", 5, "each session"),
        ("session = \"some\"\ncontains = [\"STOR\"]", 5, "\"each\", \"any\" or a number"),
        ("session = 0\ncontains = [\"STOR\"]", 5, "\"each\", \"any\" or a number"),
        ("contians = [\"STOR\"]", 5, "did you mean contains?"),
        ("", 3, "it expects nothing"),
        ("contains = [\"STOR\"]\nfiles = [\"rec/*.txt\"]", 6, "no file is like rec/*.txt"),
    ] {
        let files = if expectation.contains("files") { "#" } else { "files = [\"rec/*.log\"]" };
        let text = format!("version = 1\n[[expect]]\nname = \"x\"\n{files}\n{expectation}\n");
        fs::write(folder.join("ftplog.expect.toml"), &text).unwrap();
        let found = within(&folder, &["check"]);
        assert_eq!((found.code, found.out.as_str()), (2, ""), "{expectation}");
        assert!(found.err.contains(says), "{expectation}: {}", found.err);
        assert!(found.err.contains(&format!("line {line}: ")), "{expectation}: {}", found.err);
    }
}

#[test]
fn a_check_that_did_not_run_is_no_success() {
    let folder = folder("never", &[("rec/other.log", TWO)]);
    let write = |text: &str| fs::write(folder.join("ftplog.expect.toml"), text).unwrap();
    let says = |args: &[&str], words: &str| {
        let found = within(&folder, &[&["check"], args].concat());
        assert_eq!(found.code, 2, "{}{}", found.out, found.err);
        assert!(found.err.contains(words), "{}", found.err);
    };
    says(&[], "there is no ftplog.expect.toml here or above");
    write("version = 2\n");
    says(&[], "must begin with version = 1");
    write("version = 1\n");
    says(&[], "it expects nothing");
    write("version = 1\n[[expect]]\nname = \"x\"\ncontains = [\"STOR\"]\n");
    says(&[], "it names no files");
    assert_eq!(within(&folder, &["check", "rec/two.log"]).code, 1);
    write(
        "version = 1\n[[expect]]\nname = \"x\"\nfiles = [\"rec/two.log\"]\nsession = 3\ncontains = [\"STOR\"]\n",
    );
    says(&[], "x was held against no session");
    says(&["rec/other.log"], "nothing is expected of the files that were given");
    write("version = 1\n[[expect]]\nname = \"x\"\nfiles = [\"rec/gone.log\"]\ncontains = [\"STOR\"]\n");
    says(&[], "cannot read rec/gone.log: no such file");
    // Only what is about the file that is given is looked at.
    write(
        "version = 1\n[[expect]]\nname = \"x\"\nfiles = [\"rec/two.log\"]\ncontains = [\"PASS\"]\n[[expect]]\nname = \"y\"\nfiles = [\"rec/other.log\"]\ncontains = [\"DELE\"]\n",
    );
    assert_eq!(within(&folder, &["check", "rec/two.log"]).code, 0);
    assert_eq!(within(&folder, &["check"]).code, 1);
}

#[test]
fn nothing_passes_that_was_not_tested() {
    let good = TWO.replace("550 no such file", "350 go on").replace("503 RNFR required first", "250 done");
    let late = TWO.replace("2026-10-05 09:15:09 #2 IN NOOP", "2026-10-05 08:15:09 #2 IN NOOP");
    let one = TWO.split_at(TWO.find("2026-10-05 09:15:00").unwrap()).0;
    let files = [
        ("rec/good.log", good.as_str()),
        ("rec/a[1].log", TWO),
        ("late/late.log", &late),
        ("one/one.log", one),
    ];
    let folder = folder("tested", &files);
    #[cfg(unix)]
    std::os::unix::fs::symlink("good.log", folder.join("rec/link.log")).unwrap();
    let expect = |name: &str, files: &str, condition: &str| {
        format!("[[expect]]\nname = \"{name}\"\nfiles = [\"{files}\"]\n{condition}\n")
    };
    let renames = "contains = [\"RNTO 250\"]\nsession = \"any\"";
    let (fine, broken) = (expect("fine", "rec/good.log", renames), expect("broken", "rec/two.log", renames));
    let both = fine.clone() + &broken;
    let allow = format!("{FORMAT}\n[[allow]]\npath = \"*.log\"\nreason = \"ours\"\n");
    let silent = format!("{FORMAT}\n[rules]\nignore = [\"all\"]\n");
    let no_findings = expect("quiet", "rec/two.log", "findings = \"none\"");
    let sample = root().join("samples/proftpd-system/order.log");
    let unshown = expect("unshown", sample.to_str().unwrap(), "not-contains = [\"5xx\"]");
    for (config, expectations, args, code, says) in [
        (FORMAT, &both, &[][..], 1, "RNTO 250 did not come"),
        (&allow, &both, &[], 1, "RNTO 250 did not come"),
        (FORMAT, &both, &["--exclude", "two.log"], 2, "broken was held against no session"),
        (FORMAT, &both, &["rec/good.log"], 0, "1 of 2 expectations hold"),
        (FORMAT, &broken.replace("rec/", "./rec/x/../"), &["./rec//two.log"], 1, "did not come"),
        (FORMAT, &broken.replace("two", "a[1]"), &[], 1, "did not come"),
        (
            FORMAT,
            &(fine.clone() + &expect("link", "rec/link.log", renames)),
            &[],
            2,
            "was held against no session",
        ),
        (
            FORMAT,
            &expect("second", "*/[ot]*.log", "session = 2\ncontains = [\"PASS\"]"),
            &[],
            2,
            "one/one.log has no session 2",
        ),
        (&silent, &no_findings, &[], 2, "no rule is chosen"),
        (FORMAT, &unshown, &[], 2, "holds no replies"),
        (
            FORMAT,
            &expect("late", "late/late.log", "session = 2\nmax-duration = \"1 min\""),
            &[],
            1,
            "does not say how long",
        ),
    ] {
        fs::write(folder.join("ftplog.toml"), config).unwrap();
        fs::write(folder.join("ftplog.expect.toml"), format!("version = 1\n{expectations}")).unwrap();
        let found = within(&folder, &[&["check"], args].concat());
        assert_eq!(found.code, code, "{expectations}{args:?}\n{}{}", found.out, found.err);
        assert!((found.out + &found.err).contains(says), "{expectations}{args:?}: {says}\n{}", found.err);
    }
}

#[test]
fn a_failure_shows_what_was_expected_and_what_came() {
    let folder = folder("shown", &[]);
    let text = "version = 1\n[[expect]]\nname = \"rename works\"\nfiles = [\"rec/*.log\"]\nsession = 2\ncontains = [\"RNFR\", \"RNTO 250\"]\n";
    fs::write(folder.join("ftplog.expect.toml"), text).unwrap();
    let found = within(&folder, &["check"]);
    let shown = "\
error[rename works]: RNTO new 503 came instead of RNTO 250
   --> rec/two.log:21  session 2  bob
    |
 17 | 09:15:01 > PASS ***
 18 | 09:15:01 < 230 welcome
 19 | 09:15:02 > RNFR old name
 20 | 09:15:02 < 550 no such file
    |            --- the last one that came as expected
 21 | 09:15:09 > RNTO new
    |            ^^^^ expected: RNTO 250
 22 | 09:15:09 < 503 RNFR required first
    |
  why:  These were expected in this order: RNFR, RNTO 250. Of these, 1 came.
";
    assert!(found.out.contains(shown), "{}", found.out);
    fs::write(folder.join("ftplog.expect.toml"), text.replace("RNTO 250", "RNTO 503")).unwrap();
    let found = within(&folder, &["check"]);
    assert_eq!(found.out.lines().last(), Some("The expectation holds."), "{}", found.out);
}

#[test]
fn a_pattern_that_can_never_match_is_refused_with_a_tip_and_without_its_secret() {
    let folder = folder("never-like", &[]);
    for (expectation, says) in [
        (r#"contains = ["DELE /in/"]"#, r#"DELE "/in/", or an expression: DELE 2xx /in/"#),
        (r#"contains = ["DELE 250/deleted/"]"#, "codes stand apart"),
        (r#"not-contains = ["DELE 5xx|250"]"#, "codes stand apart"),
        (r#"not-contains = ["DELE 25x,550"]"#, "codes stand apart"),
        (r#"not-contains = ["DELE none 250"]"#, "none is no reply at all"),
        (r#"contains = ["QUIT none /x/"]"#, "none is no reply at all"),
        (r#"contains = ["* none /x/"]"#, "none is no reply at all"),
        (r#"not-contains = ["* DELE"]"#, "did you mean DELE ...?"),
        (r#"not-contains = ["DELE 250 5xx"]"#, "only one final reply"),
        (r#"not-contains = ["SITE PSWD hunter2 230"]"#, "the pattern SITE *** cannot be used"),
        (r#"contains = ["PASS hunter2"]"#, "the pattern PASS *** cannot be used"),
        (r#"count = { "PASS hunter2" = 1 }"#, "the pattern PASS *** cannot be used"),
    ] {
        let text = format!("version = 1\n[[expect]]\nname = \"x\"\nfiles = [\"rec/*.log\"]\n{expectation}\n");
        fs::write(folder.join("ftplog.expect.toml"), &text).unwrap();
        let found = within(&folder, &["check"]);
        assert_eq!((found.code, found.out.as_str()), (2, ""), "{expectation}");
        assert!(found.err.contains(says) && found.err.contains("line 5: "), "{expectation}: {}", found.err);
        assert!(!found.err.contains("hunter2"), "{}", found.err);
    }
}

#[test]
fn an_argument_in_quotes_may_have_slashes() {
    let log = "220 ready\nUSER alice\n331 x\nPASS x\n230 x\nDELE /in/\n250 gone\nQUIT\n221 bye\n";
    let folder = folder("slashes", &[("rec/slashes.txt", log)]);
    for (pattern, code) in
        [(r#"DELE "/in/""#, 0), (r#"DELE "/out/""#, 1), ("DELE 2xx /gone/", 0), ("DELE 2xx /in/", 1)]
    {
        let text = format!(
            "version = 1\n[[expect]]\nname = \"x\"\nfiles = [\"rec/slashes.txt\"]\ncontains = ['{pattern}']\n"
        );
        fs::write(folder.join("ftplog.expect.toml"), &text).unwrap();
        let found = within(&folder, &["check"]);
        assert_eq!(found.code, code, "{pattern}: {}{}", found.out, found.err);
    }
}
