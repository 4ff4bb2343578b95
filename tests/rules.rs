//! What users say about rules in `ftplog.toml` and in arguments, and what comes of it.

#![allow(
    clippy::format_collect,
    clippy::too_many_lines,
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test that cannot go on fails, and may write files"
)]

mod program;

use program::{Ran, command, ran};
use std::fs;
use std::path::{Path, PathBuf};

const LOG: &str = "220 ready\nUSER a\n331 password\nPASS x\n230 in\nRNTO b\n503 no\nQUIT\n221 bye\n";

/// A folder of its own for a test, with these files, and a `.git` so that nothing above it is looked at.
fn folder(name: &str, files: &[(&str, &str)]) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("rules").join(name);
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

/// The rules of the findings, each with its severity.
fn found(folder: &Path, args: &[&str]) -> Vec<String> {
    let report = within(folder, &[&["analyze", "-f", "json", "a.log"], args].concat()).json();
    let told = |f: &serde_json::Value| {
        format!("{} {}", f["rule"].as_str().unwrap(), f["severity"].as_str().unwrap())
    };
    report["findings"].as_array().unwrap().iter().map(told).collect()
}

#[test]
fn rules_are_chosen_in_the_file_and_arguments_beat_it() {
    let text = "[rules]\nignore = [\"rename-without-source\"]\n";
    let folder = folder("chosen", &[("ftplog.toml", text), ("a.log", LOG)]);
    assert_eq!(found(&folder, &[]), [""; 0]);
    assert_eq!(found(&folder, &["--no-config"]), ["rename-without-source error"]);
    assert_eq!(found(&folder, &["--select", "rename-without-source"]), ["rename-without-source error"]);
    assert_eq!(found(&folder, &["--set", "rules.ignore=[]"]), ["rename-without-source error"]);
    let note = ["--set", "rules.ignore=[]", "--set", "rules.severity.rename-without-source=\"note\""];
    assert_eq!(found(&folder, &note), ["rename-without-source note"]);
    // As they come out of a shell that eats quotes.
    for select in ["rules.select=[all]", "rules.select=all", "rules.select=slow-reply,restart-lost"] {
        assert_eq!(within(&folder, &["config", "--set", select]).code, 0, "{select}");
    }
}

#[test]
fn what_is_in_effect_can_be_shown_and_used_again() {
    let text = "[rules]\nselect = [\"restart-lost\", \"slow-reply\"]\n\n[rules.severity]\nslow-reply = \"warning\"\n\n\
                [rules.slow-reply]\nlonger-than = \"2 min\"\n";
    let folder = folder("effect", &[("ftplog.toml", text)]);
    let shown = within(&folder, &["config"]).out;
    let (_, rules) = shown.split_once("[rules]\n").unwrap();
    let want = "select = [\n    \"restart-lost\",\n    \"slow-reply\",\n]\n\n[rules.severity]\nslow-reply = \"warning\"\n\n\
                [rules.slow-reply]\nlonger-than = \"2 min\"\n";
    assert_eq!(rules, want);
    fs::write(folder.join("ftplog.toml"), &shown).unwrap();
    assert_eq!(within(&folder, &["config"]).out, shown);
    let none = within(&folder, &["config", "--set", "rules.ignore=all"]).out;
    assert!(none.contains("[rules]\nignore = [\"all\"]\n"), "{none}");
}

#[test]
fn what_is_wrong_with_rules_is_said_with_its_line_and_what_was_meant() {
    let cases = [
        (
            "[rules]\nignore = [\n  \"restart-lots\",\n]\n",
            "line 3: unknown rule restart-lots",
            "did you mean restart-lost?",
        ),
        ("[rules]\nselect = [\"pedantik\"]\n", "line 2: unknown rule pedantik", "did you mean pedantic?"),
        (
            "[rules]\nselect = [\"mine\"]\n",
            "line 2: unknown rule mine",
            "ftplog rules lists the rules; sets are default, pedantic, audit, own, all",
        ),
        ("[rules]\nselect = 5\n", "line 2: select must be a list of names: [\"all\"]", ""),
        ("[rules]\nselct = []\n", "line 2: unknown key selct in [rules]", "did you mean select?"),
        ("[rules.sevrity]\na = 1\n", "line 1: unknown rule sevrity", "did you mean severity?"),
        (
            "[rules.severity]\nslow-repl = \"note\"\n",
            "line 2: unknown rule slow-repl",
            "did you mean slow-reply?",
        ),
        (
            "[rules.severity]\nslow-reply = \"fatal\"\n",
            "line 2: the severity of slow-reply is not one",
            "use error, warning or note",
        ),
        (
            "[rules.slow-reply]\nlonger-then = \"5 s\"\n",
            "line 2: slow-reply has no setting longer-then",
            "did you mean longer-than?",
        ),
        (
            "[rules.slow-reply]\nlonger-than = 5\n",
            "line 2: longer-than of slow-reply must be a length of time in quotes, for example \"5 s\"",
            "",
        ),
        (
            "[rules.service-refused-burst]\nwarning-count = -1\n",
            "line 2: warning-count of service-refused-burst must be a whole number, for example 3",
            "",
        ),
        ("rules = 5\n", "line 1: rules must be a table: [rules]", ""),
    ];
    for (n, (text, fact, tip)) in cases.into_iter().enumerate() {
        let folder = folder(&format!("wrong{n}"), &[("ftplog.toml", text)]);
        let checked = within(&folder, &["config", "--check"]);
        let tip = if tip.is_empty() { String::new() } else { format!("  tip: {tip}\n") };
        let want = format!("error: ftplog.toml is not a configuration that ftplog knows\n  {fact}\n{tip}");
        assert_eq!((checked.code, checked.err), (2, want), "{text}");
    }
    let set = |setting: &str| within(&folder("set", &[]), &["config", "--set", setting]).err;
    assert_eq!(
        set("rules.severity.slow-repl=note"),
        "error: --set rules.severity.slow-repl: unknown rule slow-repl\n  tip: did you mean slow-reply?\n"
    );
    assert_eq!(
        set("rules.slow-reply.longer-than=5"),
        "error: --set rules.slow-reply.longer-than: longer-than of slow-reply must be a length of time in quotes, for \
         example \"5 s\"\n"
    );
}

#[test]
fn rules_are_listed_for_programs() {
    let folder = folder("list", &[("ftplog.toml", "[rules.slow-reply]\nlonger-than = \"2 min\"\n")]);
    let all = within(&folder, &["rules", "-f", "json"]).json();
    let by_line = within(&folder, &["rules", "-f", "ndjson"]).ndjson();
    assert_eq!(all["schema_version"], "1.0");
    assert_eq!(all["rules"].as_array().unwrap(), &by_line);
    let slow = by_line.iter().find(|r| r["name"] == "slow-reply").unwrap();
    let setting =
        serde_json::json!({"key": "longer-than", "unit": "time", "default": "5 s", "value": "2 min"});
    assert_eq!(slow["settings"], serde_json::json!([setting]));
    assert_eq!(
        (&slow["group"], &slow["set"], &slow["speaks"]),
        (&"performance".into(), &"default".into(), &true.into())
    );
    let page = within(&folder, &["explain", "slow-reply"]).out;
    assert!(page.contains("  longer-than  2 min (by default 5 s)\n"), "{page}");
}

const MINE: &str = r#"
[[rule]]
name = "mine"
severity = "error"
message = "{verb} {argument} of {user} at {client}: {code} {reply}, {what}"
fix = "Do not."
match = { verb = "RNTO", code = "5xx", argument = '(?<what>.)' }

[[rule.test]]
finds = [3]
log = "USER a\n230 in\nRNTO b\n503 no\n"
"#;

#[test]
fn a_rule_of_ones_own_is_judged_listed_explained_and_named_like_the_others() {
    let folder = folder("mine", &[("ftplog.toml", MINE), ("a.log", LOG)]);
    assert_eq!(found(&folder, &[]), ["rename-without-source error", "mine error"]);
    for (args, want) in [
        (&["--select", "mine"][..], &["mine error"][..]),
        (&["--select", "own"], &["mine error"]),
        (&["--ignore", "own"], &["rename-without-source error"]),
        (&["--ignore", "mine"], &["rename-without-source error"]),
        (&["--ignore", "default"], &[]),
        (&["--select", "own", "--set", "rules.severity.mine=note"], &["mine note"]),
    ] {
        assert_eq!(found(&folder, args), want, "{args:?}");
    }
    let finding = within(&folder, &["analyze", "-f", "json", "--select", "mine", "a.log"]).json()["findings"]
        [0]
    .clone();
    assert_eq!(finding["title"], "RNTO b of \"a\" at an unknown client: 503 no, b");
    assert_eq!((&finding["facts"]["what"], &finding["who"]), (&"b".into(), &"server".into()));
    let page = within(&folder, &["explain", "mine"]);
    assert!(
        page.out.contains("It looks for RNTO with an argument like\n  (?<what>.), answered 5xx."),
        "{}",
        page.out
    );
    assert!(within(&folder, &["rules"]).out.contains("\n Rules of your own\n mine "));
    assert!(
        within(&folder, &["rules", "-f", "ndjson"])
            .out
            .contains("{\"type\":\"rule\",\"name\":\"mine\",\"group\":\"own\",")
    );
    assert_eq!(within(&folder, &["rules", "test"]).out, "1 rule, 1 test, all fine\n");
    assert_eq!(
        within(&folder, &["config", "--check"]).out,
        "ftplog.toml: 0 formats, 1 rule, 1 test, all fine\n"
    );
    assert!(within(&folder, &["config"]).out.contains("    \"mine\",\n]\n\n[[rule]]\nname = \"mine\"\n"));
    let near = within(&folder, &["analyze", "--select", "mime", "a.log"]).err;
    assert_eq!(near, "error: unknown rule mime in --select\n  tip: a similar rule exists: mine\n");
    let none = within(&folder, &["rules", "test", "--no-config"]);
    assert_eq!((none.code, none.err.starts_with("error: there are no rules of your own")), (2, true));
}

#[test]
fn the_example_of_a_built_in_rule_is_printed_as_it_is_and_one_of_the_user_without_secrets() {
    let secret =
        MINE.replace("USER a\\n", "USER a\\n331 p\\nPASS hunter2\\n").replace("finds = [3]", "finds = [5]");
    let folder = folder("secret", &[("ftplog.toml", &secret)]);
    assert_eq!(within(&folder, &["rules", "test"]).out, "1 rule, 1 test, all fine\n");
    assert!(within(&folder, &["explain", "mine"]).out.contains("  PASS ***\n"));
    assert!(within(&folder, &["explain", "login-order"]).out.contains("Please specify the password.\n"));
}

#[test]
fn the_example_of_rules_of_ones_own_is_fine() {
    let example = program::root().join("examples/own-rule.toml");
    let tested = program::ftplog(&["rules", "test", "--config", example.to_str().unwrap()]);
    assert_eq!(tested.out, "3 rules, 4 tests, all fine\n", "{}", tested.err);
}

#[test]
fn what_is_wrong_with_a_rule_of_ones_own_is_said_with_its_line_and_key() {
    let unfit = |fact: &str| format!("error: ftplog.toml has a rule that cannot be used\n  {fact}\n");
    let unknown =
        |fact: &str| format!("error: ftplog.toml is not a configuration that ftplog knows\n  {fact}\n");
    let cases = [
        (
            "\"mine\"",
            "\"slow-reply\"",
            unfit("line 3: [[rule]] 1 (slow-reply): the name slow-reply is taken"),
        ),
        ("\"mine\"", "\"own\"", unfit("line 3: [[rule]] 1 (own): the name own is taken")),
        (
            "\"mine\"",
            "\"My rule\"",
            unfit(
                "line 3: [[rule]] 1 (My rule): the name \"My rule\" has other characters than a-z, 0-9 and -",
            ),
        ),
        (
            "{user}",
            "{usr}",
            unfit(
                "line 5: [[rule]] 1 (mine): message has a hole {usr} that means nothing\n  tip: did you mean {user}?",
            ),
        ),
        (
            "Do not.",
            "{count}",
            unfit(
                "line 6: [[rule]] 1 (mine): fix has a hole {count} that means nothing\n  tip: holes are verb, argument, \
                 code, reply, user, client, line, what",
            ),
        ),
        ("\"error\"", "\"fatal\"", unknown("line 4: severity must be error, warning or note")),
        ("'(?<what>.)'", "'(?<what>.'", unknown("line 7: argument is no regular expression: unclosed group")),
        (
            "'(?<what>.)'",
            "'(?<what>\\w{500}){500}'",
            unknown(
                "line 7: argument is no regular expression: Compiled regex exceeds size limit of 1048576 bytes.",
            ),
        ),
        (
            "\"5xx\"",
            "5000",
            unknown("line 7: code must be like 530, \"5xx\", \"53x\" or \"none\", or a list of them"),
        ),
        (
            "code = \"5xx\"",
            "state = \"loged-in\"",
            unknown("line 7: unknown state loged-in; did you mean logged-in?"),
        ),
        (
            "match = {",
            "within = \"60\"\nmatch = {",
            unknown("line 7: within must be a length of time in quotes, for example \"60 s\""),
        ),
        (
            "match = {",
            "within = \"60 s\"\nmatch = {",
            unfit("line 7: [[rule]] 1 (mine): within goes with count or with sequence"),
        ),
        (
            "match = {",
            "count = 5\nmatch = {",
            unfit("line 7: [[rule]] 1 (mine): count and per belong together: count = 5, per = \"client\""),
        ),
        (
            "match = {",
            "per = \"clients\"\nmatch = {",
            unknown(
                "line 7: unknown variant `clients`, expected one of `session`, `client`, `user`, `server`\n  tip: did you \
                 mean client?",
            ),
        ),
        (
            "match = {",
            "sequence = [{ verb = \"A\" }, { verb = \"B\" }]\nmatch = {",
            unfit("line 8: [[rule]] 1 (mine): a rule has either match or sequence"),
        ),
        (
            "code = \"5xx\"",
            "directly = true",
            unfit(
                "line 7: [[rule]] 1 (mine): within and directly go with the second exchange of a sequence, or a later one",
            ),
        ),
        (
            "match = {",
            "unless = {}\nmatch = {",
            unfit(
                "line 8: [[rule]] 1 (mine): it says nothing: give verb, argument, code, reply, user, client or state",
            ),
        ),
        (
            "verb = \"RNTO\"",
            "verbs = \"RNTO\"",
            unknown(
                "line 7: unknown field `verbs`, expected one of `verb`, `argument`, `code`, `reply`, `user`, `client`, \
                 `state`, `unless`, `here`, `within`, `directly`\n  tip: did you mean verb?",
            ),
        ),
        (
            "finds = [3]",
            "finds = [5, 3]",
            unfit("line 10: [[rule]] 1 (mine): test 1: it finds line 3, not lines 3, 5"),
        ),
        (
            "match = { verb = \"RNTO\", code = \"5xx\", argument = '(?<what>.)' }",
            "match = 5",
            unknown(
                "line 7: invalid type: integer `5`, expected a match such as { verb = \"STOR\", code = \"5xx\" }",
            ),
        ),
        ("finds = [3]", "", unfit("line 9: [[rule]] 1 (mine): test 1: it finds line 3, not nothing")),
        (
            "\"USER a\\n230 in\\nRNTO b\\n503 no\\n\"",
            "\"hello\"",
            unfit(
                "line 10: [[rule]] 1 (mine): test 1: its log cannot be read, it is not in a log format that ftplog knows",
            ),
        ),
    ];
    for (n, (from, to, want)) in cases.into_iter().enumerate() {
        assert!(MINE.contains(from), "{from}");
        let folder = folder(&format!("unfit{n}"), &[("ftplog.toml", &MINE.replacen(from, to, 1))]);
        let checked = within(&folder, &["config", "--check"]);
        assert_eq!((checked.code, checked.err), (2, want), "{from} -> {to}");
    }
    let twice = folder("twice", &[("ftplog.toml", &MINE.repeat(2))]);
    assert_eq!(
        within(&twice, &["config", "--check"]).err,
        unfit("line 14: [[rule]] 2 (mine): the name mine is taken")
    );
    let many: String = (0..65).map(|n| MINE.replace("\"mine\"", &format!("\"mine-{n}\""))).collect();
    let many = folder("many", &[("ftplog.toml", &many)]);
    let err = within(&many, &["config", "--check"]).err;
    assert!(err.contains("[[rule]] 65 (mine-64): there are more than 64 rules of your own"), "{err}");
}

/// Each rule with logs in which it must and must not speak; the tests stand in the configuration itself.
const TIMED: &str = r#"
[[rule]]
name = "soon"
message = "m"
fix = "f"
sequence = [{ verb = "PWD" }, { verb = "CWD", within = "5 s" }, { verb = "DELE" }]
within = "8 s"
[[rule.test]]
finds = [7]
log = """
09:00:00 220 a
09:00:00 PWD
09:00:00 257 a
09:00:05 CWD b
09:00:05 250 a
09:00:08 NOOP
09:00:08 DELE c
09:00:08 250 a
"""
[[rule.test]]
log = """
09:00:00 220 a
09:00:00 PWD
09:00:00 257 a
09:00:06 CWD b
09:00:06 250 a
09:00:07 DELE c
09:00:07 250 a
"""
[[rule.test]]
log = """
09:00:00 220 a
09:00:00 PWD
09:00:00 257 a
09:00:05 CWD b
09:00:05 250 a
09:00:09 DELE c
09:00:09 250 a
"""

[[rule]]
name = "often"
message = "{count} of {client} from {first} to {last}, {span}"
fix = "f"
match = { verb = "NOOP" }
count = 3
within = "10 s"
per = "session"
unless = { verb = "DELE" }
[[rule.test]]
finds = [6]
log = """
09:00:00 220 a
09:00:00 USER a
09:00:00 230 a
09:00:00 NOOP
09:00:00 200 a
09:00:09 NOOP
09:00:09 200 a
09:00:11 NOOP
09:00:11 200 a
09:00:19 NOOP
09:00:19 200 a
"""
[[rule.test]]
log = """
09:00:00 220 a
09:00:00 USER a
09:00:00 230 a
09:00:01 NOOP
09:00:01 200 a
09:00:02 NOOP
09:00:02 200 a
09:00:03 DELE a
09:00:03 250 a
09:00:04 NOOP
09:00:04 200 a
09:00:05 NOOP
09:00:05 200 a
"""
"#;

#[test]
fn windows_and_sequences_keep_their_times() {
    let folder = folder("timed", &[("ftplog.toml", TIMED)]);
    let tested = within(&folder, &["rules", "test"]);
    assert_eq!(tested.out, "2 rules, 5 tests, all fine\n", "{}", tested.err);
}

/// A session that is too long to be held is judged in parts, and logs are folded in shards.
#[test]
fn rules_of_ones_own_do_not_depend_on_threads_and_see_over_the_parts_of_a_session() {
    let config = "[[rule]]\nname = \"far\"\nmessage = \"since {step_1_line}\"\nfix = \"f\"\n\
                  sequence = [{ verb = \"PWD\" }, { verb = \"DELE\" }]\n\
                  [[rule]]\nname = \"once\"\nmessage = \"m\"\nfix = \"f\"\nmatch = { verb = \"DELE\" }\nunless = { verb = \"PWD\" }\n\
                  [[rule]]\nname = \"many\"\nmessage = \"{count}\"\nfix = \"f\"\nmatch = { verb = \"NOOP\" }\ncount = 100\n\
                  per = \"client\"\n";
    let line = |pid: usize, what: &str| {
        let client = format!("Client \"192.0.2.{pid}\"");
        format!("Fri Nov 20 18:32:21 2026 [pid {pid}] [ann] {}\n", what.replace("CLIENT", &client))
    };
    let mut log = String::new();
    for pid in 1..4 {
        log += &line(pid, "FTP response: CLIENT, \"220 a\"");
        log += &line(pid, "FTP command: CLIENT, \"PWD\"");
        log += &line(pid, "FTP response: CLIENT, \"257 a\"");
    }
    for _ in 0..3_000 {
        for pid in 1..4 {
            log += &line(pid, "FTP command: CLIENT, \"NOOP\"");
            log += &line(pid, "FTP response: CLIENT, \"200 a\"");
        }
    }
    for pid in 1..4 {
        log += &line(pid, "FTP command: CLIENT, \"DELE a\"");
        log += &line(pid, "FTP response: CLIENT, \"250 a\"");
    }
    let folder = folder("parts", &[("ftplog.toml", config), ("a.log", &log)]);
    let args = ["analyze", "-f", "json", "--select", "own", "a.log", "-j"];
    let want = within(&folder, &[&args[..], &["1"]].concat());
    let report = want.json();
    let told = |f: &serde_json::Value| {
        format!("{} {} {}", f["rule"].as_str().unwrap(), f["location"]["line"], f["title"].as_str().unwrap())
    };
    let all: Vec<String> = report["findings"].as_array().unwrap().iter().map(told).collect();
    let many = ["many 10 3,000", "many 12 3,000", "many 14 3,000"];
    let far = ["far 18010 since 2", "far 18012 since 5", "far 18014 since 8"];
    assert_eq!(all, [many, far].concat());
    for jobs in ["2", "4"] {
        assert_eq!(within(&folder, &[&args[..], &[jobs]].concat()).out, want.out);
    }
}

#[test]
fn what_a_log_says_cannot_break_out_of_the_message_of_a_rule() {
    let log = "220 a\nUSER a\n230 in\nRNTO \x1b[31m{user}\u{202e}\n503 no\n";
    let folder = folder("hostile", &[("ftplog.toml", MINE), ("a.log", log)]);
    let out = within(&folder, &["analyze", "--select", "mine", "a.log"]).out;
    assert!(!out.contains('\x1b') && !out.contains('\u{202e}'), "{out}");
    assert!(out.contains("␛[31m{user}"), "{out}");
}

#[test]
fn what_a_configuration_says_reaches_the_terminal_safely() {
    let rule = "[[rule]]\nname = \"mine\"\nmessage = \"a\\u001b[2Jb\"\nwhy = \"c\\u202ed\"\nfix = \"e\\u001bf\"\n\
                match = { verb = \"NOOP\" }\n[[rule.test]]\nlog = \"\"\"\n220 x\nUSER a\n331 x\nPASS hunter2\n230 x\nNOOP\n200 x\n\"\"\"\nfinds = [6]\n";
    let folder = folder("hostile", &[("ftplog.toml", rule), ("a.log", "220 x\r\nNOOP\r\n200 x\r\n")]);
    for args in [
        &["explain", "mine"][..],
        &["explain", "mine", "-f", "json"],
        &["explain", "mine", "-f", "markdown"],
        &["analyze", "--fail-on", "never", "a.log"],
        &["rules"],
    ] {
        let ran = within(&folder, args);
        let shown = ran.out + &ran.err;
        assert!(!shown.contains('\u{1b}') && !shown.contains('\u{202e}'), "{args:?}: {shown}");
        assert!(!shown.contains("hunter2"), "{args:?}: {shown}");
    }
}
