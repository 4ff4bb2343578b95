//! The report as SARIF: held against the schema of OASIS, against what the standard asks beside it, and against what GitHub takes.

#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test that cannot go on fails, and may read files"
)]

mod program;

use ftplog::engine::{self, Settings};
use ftplog::lang::Lang;
use ftplog::report::{Renderer, Report, Sentences, View};
use ftplog::rule::Suppressed;
use ftplog::source::Input;
use ftplog::time::Zone;
use jsonschema::Validator;
use program::{Ran, command, ftplog, ftplog_with, ran, root};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

const SAMPLE: &str = "samples/server.log";

fn schema() -> Validator {
    let text = fs::read_to_string(root().join("tests/schema/sarif-schema-2.1.0.json")).unwrap();
    // The pattern of languages has a bracket too many, which not every reader of regular expressions takes.
    let text = text.replace("[a-zA-Z]{2}]?$", "[a-zA-Z]{2}$");
    let schema: Value = serde_json::from_str(&text).unwrap();
    let id = "https://raw.githubusercontent.com/oasis-tcs/sarif-spec/master/Schemata/sarif-schema-2.1.0.json";
    assert_eq!(schema["$id"], id);
    jsonschema::options().should_validate_formats(true).build(&schema).unwrap()
}

/// What is wrong with a document beside the schema.
fn flaws(log: &Value) -> Vec<String> {
    let run = &log["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    let mut flaws = Vec::new();
    let mut fingerprints = BTreeSet::new();
    for result in run["results"].as_array().unwrap() {
        let rule = &rules[result["ruleIndex"].as_u64().unwrap() as usize];
        if rule["id"] != result["ruleId"] {
            flaws.push(format!("{} is not {}", result["ruleId"], rule["id"]));
        }
        let fingerprint = result["partialFingerprints"]["ftplogFinding/v1"].as_str().unwrap();
        if !fingerprints.insert(fingerprint) {
            flaws.push(format!("{fingerprint} twice"));
        }
        flaws.extend(wrong_links(result));
    }
    for rule in rules {
        for key in ["shortDescription", "fullDescription"] {
            let letters = rule[key]["text"].as_str().unwrap().chars().count();
            if !(1..=1_024).contains(&letters) {
                flaws.push(format!("{} has {letters} letters in {key}", rule["id"]));
            }
        }
        if rule["properties"]["tags"].as_array().unwrap().len() > 10 {
            flaws.push(format!("{} has too many tags", rule["id"]));
        }
    }
    flaws.extend(texts(log).filter(|t| t.chars().any(is_harmful)).map(|t| format!("{t:?}")));
    flaws
}

/// Links of a message that lead nowhere, and places that nothing links to (section 3.11.6).
fn wrong_links(result: &Value) -> Vec<String> {
    let text = result["message"]["text"].as_str().unwrap();
    let linked: Vec<u64> =
        text.split("](").skip(1).map(|at| at.split(')').next().unwrap().parse().unwrap()).collect();
    let places = result["relatedLocations"].as_array().cloned().unwrap_or_default();
    let ids: Vec<u64> = places.iter().map(|place| place["id"].as_u64().unwrap()).collect();
    if linked == ids { Vec::new() } else { vec![format!("{text}: {linked:?} {ids:?}")] }
}

/// Every text in a document, apart from explanations, which have lines.
fn texts(value: &Value) -> Box<dyn Iterator<Item = &str> + '_> {
    match value {
        Value::String(text) => Box::new(std::iter::once(text.as_str())),
        Value::Array(all) => Box::new(all.iter().flat_map(texts)),
        Value::Object(all) => {
            Box::new(all.iter().filter(|(key, _)| *key != "help").flat_map(|(_, v)| texts(v)))
        }
        _ => Box::new(std::iter::empty()),
    }
}

/// Characters that a terminal obeys, or that reorder text (UAX 9).
fn is_harmful(c: char) -> bool {
    c.is_control() || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[track_caller]
fn checked(schema: &Validator, ran: &Ran, what: &str) -> Value {
    let log = ran.json();
    let errors: Vec<String> =
        schema.iter_errors(&log).map(|e| format!("{}: {e}", e.instance_path())).collect();
    assert!(errors.is_empty(), "{what}: {errors:#?}");
    let flaws = flaws(&log);
    assert!(flaws.is_empty(), "{what}: {flaws:#?}");
    log
}

fn results(log: &Value) -> &Vec<Value> {
    log["runs"][0]["results"].as_array().unwrap()
}

fn notices(log: &Value) -> Vec<(&str, &str)> {
    let all = log["runs"][0]["invocations"][0]["toolExecutionNotifications"].as_array().unwrap();
    all.iter()
        .map(|n| (n["descriptor"]["id"].as_str().unwrap(), n["message"]["text"].as_str().unwrap()))
        .collect()
}

/// A folder of this test's own, which is empty.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("sarif").join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

#[test]
fn every_sample_is_valid() {
    let schema = schema();
    let mut folders: Vec<PathBuf> = Vec::new();
    for above in ["samples", "tests/recorded"] {
        let inside = fs::read_dir(root().join(above)).unwrap().map(|entry| entry.unwrap().path());
        folders.extend(inside.filter(|path| path.is_dir()));
    }
    let mut n_results = 0;
    for folder in folders {
        let path = folder.to_str().unwrap();
        let ran = ftplog(&["analyze", path, "--select", "all", "-f", "sarif"]);
        n_results += results(&checked(&schema, &ran, path)).len();
    }
    for lang in ["ko", "ja"] {
        let ran = ftplog(&["analyze", SAMPLE, "--select", "all", "--lang", lang, "-f", "sarif"]);
        assert_eq!(checked(&schema, &ran, lang)["runs"][0]["language"], lang);
    }
    assert!(n_results > 300, "{n_results}");
}

#[test]
fn the_schema_refuses_what_is_wrong() {
    let schema = schema();
    let mut log = ftplog(&["analyze", SAMPLE, "-f", "sarif"]).json();
    assert!(schema.is_valid(&log));
    log["runs"][0]["results"][0]["message"].as_object_mut().unwrap().remove("text");
    assert!(!schema.is_valid(&log));
}

#[test]
fn a_report_without_findings_names_the_rules_that_ran_and_the_log() {
    let ran =
        ftplog_with(&["analyze", "-", "-f", "sarif"], b"220 x\nUSER a\n331 x\nPASS b\n230 x\nQUIT\n221 x\n");
    let log = checked(&schema(), &ran, "no findings");
    assert_eq!((results(&log).len(), ran.code), (0, 0));
    let run = &log["runs"][0];
    let rules = ftplog(&["rules", "-f", "json"]).json();
    let speaking = rules["rules"].as_array().unwrap().iter().filter(|r| r["speaks"] == true).count();
    assert_eq!(run["tool"]["driver"]["rules"].as_array().unwrap().len(), speaking);
    assert_eq!(run["artifacts"][0]["location"]["uri"], "%3Cstdin%3E");
    assert_eq!(run["invocations"][0]["executionSuccessful"], true);
    assert!(run["originalUriBaseIds"]["SRCROOT"].is_object());
}

#[test]
fn what_cannot_be_read_is_a_notification_and_no_success() {
    let here = folder("unreadable");
    fs::write(here.join("good.log"), "220 x\nUSER a\n331 x\n").unwrap();
    let missing =
        ran(command().current_dir(&here).args(["analyze", "good.log", "no such.log", "-f", "sarif"]));
    let log = checked(&schema(), &missing, "missing");
    let invocation = &log["runs"][0]["invocations"][0];
    assert_eq!(
        (invocation["executionSuccessful"].as_bool(), invocation["exitCode"].as_u64()),
        (Some(false), Some(2))
    );
    let notice = &invocation["toolExecutionNotifications"][0];
    assert_eq!(
        (notice["level"].as_str(), notice["descriptor"]["id"].as_str()),
        (Some("error"), Some("input-not-read"))
    );
    let uri = &notice["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
    assert_eq!(uri, "no%20such.log");
}

// What the sample holds stands in it: RNTO on line 664 after RNFR on line 660, which was answered 550 on line 661.
#[test]
fn a_finding_has_its_cause_its_way_and_its_session() {
    let log = checked(&schema(), &ftplog(&["analyze", SAMPLE, "-f", "sarif"]), SAMPLE);
    let text = fs::read_to_string(root().join(SAMPLE)).unwrap();
    let line = |place: &Value| {
        let number = place["physicalLocation"]["region"]["startLine"].as_u64().unwrap();
        text.lines().nth(number as usize - 1).unwrap()
    };
    let with_cause = |r: &&Value| r["ruleId"] == "rename-without-source" && r["relatedLocations"].is_array();
    let result = results(&log).iter().find(with_cause).unwrap();
    assert!(line(&result["locations"][0]).contains("RNTO"));
    assert!(line(&result["relatedLocations"][0]).contains("550"));
    assert!(result["message"]["text"].as_str().unwrap().contains("Cause: [line 661](1)."));
    let steps = result["codeFlows"][0]["threadFlows"][0]["locations"].as_array().unwrap();
    let essential: Vec<&str> =
        steps.iter().filter(|s| s["importance"] == "essential").map(|s| line(&s["location"])).collect();
    assert!(essential.iter().any(|l| l.contains("550")) && essential.iter().any(|l| l.contains("RNTO")));
    for step in steps {
        // > RNFR reports/q3.csv
        let said = step["location"]["message"]["text"].as_str().unwrap();
        let word = said.split(' ').nth(1).unwrap();
        assert!(line(&step["location"]).contains(word), "{said}");
        let time = step["executionTimeUtc"].as_str().unwrap();
        assert!(time.starts_with("2026-10-05T") && time.ends_with('Z'), "{time}");
    }
    let kinds: Vec<&Value> =
        result["locations"][0]["logicalLocations"].as_array().unwrap().iter().map(|l| &l["kind"]).collect();
    assert_eq!(kinds, ["client", "user", "session"]);
    assert!(result["locations"][0]["physicalLocation"]["region"].get("startColumn").is_none());
}

#[test]
fn a_log_without_times_gives_its_steps_none() {
    let ran = ftplog_with(
        &["analyze", "-", "-f", "sarif"],
        b"220 x\nUSER a\n331 x\nPASS b\n230 x\nRNTO c\n503 x\n",
    );
    assert!(ran.out.contains("threadFlows") && !ran.out.contains("executionTimeUtc"));
}

#[test]
fn one_session_with_one_problem_is_one_result_that_counts() {
    let session = "220 x\nUSER a\n331 x\nPASS b\n230 x\nRNTO c\n503 x\nRNTO d\n503 x\nRNTO e\n503 x\n";
    let log =
        checked(&schema(), &ftplog_with(&["analyze", "-", "-f", "sarif"], session.as_bytes()), "thrice");
    let counts: Vec<_> = results(&log).iter().map(|r| (&r["ruleId"], &r["occurrenceCount"])).collect();
    assert_eq!(counts, [(&"rename-without-source".into(), &3.into())]);
}

#[test]
fn hostile_words_of_a_log_stay_words() {
    let evil = "a\u{1b}]0;x\u{7}\u{202e}\u{2066}[here](1) [x](https://example.com) {0} ]]> ::error::x <script> `\u{85}";
    let mut log = format!("220 {evil}\nUSER {evil}\n331 {evil}\nPASS b\n230 {evil}\n").into_bytes();
    for command in ["RNTO", "RETR", "XYZZY", "CWD", "MKD"] {
        log.extend(format!("{command} {evil}").into_bytes());
        log.extend(b"\xff\xfe\n550 ");
        log.extend(format!("{evil}: No such file or directory\n").into_bytes());
    }
    let ran = ftplog_with(&["analyze", "-", "--log-format", "raw", "-f", "sarif"], &log);
    let log = checked(&schema(), &ran, "hostile");
    assert!(results(&log).len() > 1 && ran.out.contains("threadFlows"), "{}", ran.err);
    let places = results(&log).iter().flat_map(|r| [&r["message"], &r["relatedLocations"], &r["codeFlows"]]);
    for text in places.flat_map(texts) {
        let braces = text.replace("{{", "").replace("}}", "");
        assert!(!text.contains("](http") && !braces.contains(['{', '}']), "{text}");
    }
}

#[test]
fn every_name_of_a_file_is_a_uri() {
    let here = folder("names");
    let names = [
        ("a b.log", "a%20b.log"),
        ("50%.log", "50%25.log"),
        ("a#b?c.log", "a%23b%3Fc.log"),
        ("\u{d55c}\u{ae00}.log", "%ED%95%9C%EA%B8%80.log"),
        ("a\nb.log", "a%0Ab.log"),
        ("c:d.log", "c%3Ad.log"),
    ];
    let schema = schema();
    for (name, uri) in names {
        fs::write(here.join(name), "220 x\nUSER a\n331 x\nPASS b\n230 x\nRNTO c\n503 x\n").unwrap();
        let absolute = here.join(name);
        for given in [name, &format!("./{name}"), absolute.to_str().unwrap()] {
            let log = checked(
                &schema,
                &ran(command().current_dir(&here).args(["analyze", given, "-f", "sarif"])),
                name,
            );
            let place = &results(&log)[0]["locations"][0]["physicalLocation"]["artifactLocation"];
            assert_eq!(
                (place["uri"].as_str(), place["uriBaseId"].as_str()),
                (Some(uri), Some("SRCROOT")),
                "{given:?}"
            );
        }
    }
    let elsewhere = folder("elsewhere");
    let ran =
        ran(command().current_dir(&elsewhere).arg("analyze").arg(here.join("a b.log")).args(["-f", "sarif"]));
    let log = checked(&schema, &ran, "elsewhere");
    let place = &results(&log)[0]["locations"][0]["physicalLocation"]["artifactLocation"];
    let uri = place["uri"].as_str().unwrap();
    assert!(
        uri.starts_with("file:///") && uri.ends_with("/names/a%20b.log") && place.get("uriBaseId").is_none()
    );
}

#[test]
fn a_member_of_an_archive_is_told_beside_the_archive() {
    let archive = "samples/archive/logs.tar.gz";
    let log = checked(&schema(), &ftplog(&["analyze", archive, "-f", "sarif"]), archive);
    let result = &results(&log)[0];
    let place = &result["locations"][0];
    assert_eq!(place["physicalLocation"]["artifactLocation"]["uri"], archive);
    let kinds = place["logicalLocations"].as_array().unwrap();
    let member = kinds.iter().find(|l| l["kind"] == "archiveMember").unwrap()["name"].as_str().unwrap();
    assert!(result["message"]["text"].as_str().unwrap().contains(member));
    assert!(place["physicalLocation"].get("contextRegion").is_none());
}

/// A log of vsftpd in which every session has the same problems.
fn many_sessions(n: usize) -> String {
    let mut log = String::new();
    for pid in 1..=n {
        let stamp =
            format!("Mon Oct  5 {:02}:{:02}:{:02} 2026 [pid {pid}]", pid / 3600, pid / 60 % 60, pid % 60);
        let client = "Client \"203.0.113.7\"";
        let _ = writeln!(log, "{stamp} CONNECT: {client}");
        let _ = writeln!(log, "{stamp} [ann] OK LOGIN: {client}");
        for (command, reply) in [
            ("RNTO x", "503 RNFR required first."),
            ("RETR x", "425 Use PORT or PASV first."),
            ("CWD x", "550 Failed to change directory."),
            ("XYZZY", "500 Unknown command."),
            ("SITE XYZZY", "500 Unknown SITE command."),
            ("MLSD", "502 Command not implemented."),
            ("RMD x", "550 Directory not empty"),
            ("MKD x", "550 File exists"),
        ] {
            let _ = writeln!(log, "{stamp} [ann] FTP command: {client}, \"{command}\"");
            let _ = writeln!(log, "{stamp} [ann] FTP response: {client}, \"{reply}\"");
        }
    }
    log
}

#[test]
fn the_worst_results_come_first_and_the_rest_is_counted() {
    let here = folder("many");
    fs::write(here.join("many.log"), many_sessions(1_050)).unwrap();
    let run = |format| {
        ran(command().current_dir(&here).args(["analyze", "many.log", "--select", "all", "-f", format]))
    };
    let log = checked(&schema(), &run("sarif"), "many");
    let rank = |r: &Value| ["error", "warning", "note"].iter().position(|l| r["level"] == *l).unwrap();
    let line = |r: &Value| r["locations"][0]["physicalLocation"]["region"]["startLine"].as_u64().unwrap();
    let order: Vec<_> = results(&log).iter().map(|r| (rank(r), line(r))).collect();
    assert!(order.is_sorted());
    assert_eq!(order.len(), 5_000);
    // What the report in JSON lists, put together by hand.
    let json = run("json").json();
    let mut same = BTreeMap::new();
    for (number, f) in json["findings"].as_array().unwrap().iter().enumerate() {
        let session = f["session"]["id"].as_u64();
        let verb = if f["command"]["verb"] == "MLSD" { "MLSD" } else { "" };
        let alone = if session.is_none() { number } else { 0 };
        *same.entry((f["rule"].to_string(), verb, session, alone)).or_insert(0) += 1;
    }
    let left_out = notices(&log).into_iter().find(|(id, _)| *id == "results-left-out").unwrap().1;
    let number = left_out.split(' ').next().unwrap().replace(',', "").parse::<usize>().unwrap();
    assert_eq!(number + 5_000, same.len());
    assert!(notices(&log).iter().any(|(id, _)| *id == "findings-not-listed"));
}

#[test]
fn what_the_user_allows_and_what_was_known_is_marked() {
    let log = "220 x\nUSER a\n331 x\nPASS b\n230 x\nRNTO c\n503 x\nRNTO d\n503 x\nRNTO e\n503 x\n";
    let run = engine::run(Input::bytes("a.log", log), &Settings::default(), Report::default(), |_| Ok(()));
    let mut run = run.unwrap();
    let input = run.input();
    let mut summary = run.gathered.seal(vec![input]);
    let allowed = Suppressed::Allowed { reason: "the pool does so\u{202e}".into() };
    let (one, other) = (summary.findings.remove(0), summary.findings.remove(0));
    summary.suppressed = vec![(one, allowed), (other, Suppressed::InBaseline)];
    let sentences = Sentences::new(Lang::En, Zone::UTC);
    let out = Renderer::named("sarif").unwrap().in_memory(&View::of(&summary, &sentences));
    let log: Value = serde_json::from_str(&out).unwrap();
    assert!(schema().is_valid(&log));
    assert_eq!(flaws(&log), [""; 0]);
    let told: Vec<_> = results(&log)
        .iter()
        .map(|r| (r["baselineState"].as_str().unwrap(), r["suppressions"].as_array().unwrap().len()))
        .collect();
    assert_eq!(told, [("new", 0), ("new", 1), ("unchanged", 0)]);
    let suppression = &results(&log)[1]["suppressions"][0];
    assert_eq!(
        (suppression["kind"].as_str(), suppression["justification"].as_str()),
        (Some("external"), Some("the pool does so<U+202E>"))
    );
}

#[test]
fn a_file_of_that_ending_is_sarif() {
    let here = folder("output");
    let ran = ran(command()
        .args(["analyze", SAMPLE, "-o"])
        .arg(here.join("a.sarif"))
        .arg("-o")
        .arg(here.join("b.sarif.json")));
    assert_eq!(ran.code, 1, "{}", ran.err);
    let [one, other] = ["a.sarif", "b.sarif.json"].map(|name| fs::read_to_string(here.join(name)).unwrap());
    assert!(one == other && one.contains("\"version\": \"2.1.0\""));
}
