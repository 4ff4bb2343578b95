//! The schemas that `ftplog schema` prints, held against what ftplog writes and reads.

#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test that cannot go on fails, and may read files"
)]

mod program;

use jsonschema::Validator;
use program::{command, ftplog, logs, ran, root};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

const SAMPLE: &str = "samples/server.log";

fn schema(of: &str) -> Value {
    ftplog(&["schema", of]).json()
}

fn validator(of: &str) -> Validator {
    jsonschema::options().should_validate_formats(true).build(&schema(of)).unwrap()
}

#[track_caller]
fn fits(schema: &Validator, value: &Value, what: &str) {
    let errors: Vec<String> =
        schema.iter_errors(value).map(|e| format!("{}: {e}", e.instance_path())).take(5).collect();
    assert!(errors.is_empty(), "{what}: {errors:#?}");
}

/// Every object with named keys in a schema.
fn objects(schema: &Value) -> Vec<&Value> {
    let mut found = Vec::new();
    let inner: Vec<&Value> = match schema {
        Value::Object(keys) => keys.values().collect(),
        Value::Array(items) => items.iter().collect(),
        _ => Vec::new(),
    };
    found.extend(Some(schema).filter(|s| s["properties"].is_object()));
    found.extend(inner.into_iter().flat_map(objects));
    found
}

#[test]
fn what_is_printed_stands_in_the_repository() {
    for of in ["report", "report-line", "exchange", "session", "config"] {
        let file = format!("schema/{of}-1.json");
        let stored = fs::read_to_string(root().join(&file)).unwrap();
        let printed = ftplog(&["schema", of]);
        assert_eq!(printed.code, 0);
        assert!(printed.out == stored, "make it current: ftplog schema {of} > {file}");
    }
}

#[test]
fn schemas_allow_nothing_that_they_do_not_name_and_say_what_they_name() {
    for of in ["report", "report-line", "exchange", "session", "config"] {
        let schema = schema(of);
        let id = format!("https://raw.githubusercontent.com/ftplog/ftplog/main/schema/{of}-1.json");
        assert_eq!(schema["$id"], id);
        for object in objects(&schema) {
            assert_eq!(object["additionalProperties"], false, "{of}: {object}");
            for (key, property) in object["properties"].as_object().unwrap() {
                // The numbers of a rule are told together, under the rule.
                let is_number_of_rule = of == "config" && !property["default"].is_null();
                assert!(property["description"].is_string() || is_number_of_rule, "{of}: {key}");
            }
        }
    }
}

#[test]
fn every_report_is_as_its_schema_says() {
    let schema = validator("report");
    let paths = logs();
    let all = ran(command().args(["analyze", "--select", "all", "-f", "json"]).args(&paths)).json();
    fits(&schema, &all, "all samples");
    assert!(all["findings"].as_array().unwrap().len() > 300);
    for args in [
        &["--where", "user=*", "--since", "2026-01-01", SAMPLE][..],
        &["--lang", "ja", SAMPLE],
        &["samples/archive", "samples/capture"],
        &[SAMPLE, "no-such-file"],
        &["no-such-file"],
        &["examples/own-rule.toml"],
    ] {
        let report = ran(command().args(["analyze", "-f", "json"]).args(args));
        fits(&schema, &report.json(), &args.join(" "));
    }
}

#[test]
fn a_report_with_a_field_more_or_less_is_refused() {
    let schema = validator("report");
    let report = ftplog(&["analyze", SAMPLE, "-f", "json"]).json();
    assert!(schema.is_valid(&report));
    for path in [
        "",
        "/tool",
        "/summary",
        "/summary/replies",
        "/inputs/0",
        "/logs/0",
        "/findings/0",
        "/findings/0/session",
    ] {
        let keys: Vec<String> = report.pointer(path).unwrap().as_object().unwrap().keys().cloned().collect();
        for key in keys {
            let mut less = report.clone();
            less.pointer_mut(path).unwrap().as_object_mut().unwrap().remove(&key);
            assert!(!schema.is_valid(&less), "{path} without {key}");
        }
        let mut more = report.clone();
        more.pointer_mut(path).unwrap()["surprise"] = json!(1);
        assert!(!schema.is_valid(&more), "{path}");
    }
    let mut wrong = report.clone();
    wrong["findings"][0]["severity"] = json!("fatal");
    assert!(!schema.is_valid(&wrong));
}

#[test]
fn every_line_of_lists_is_as_its_schema_says() {
    let paths = logs();
    for (list, of) in [("exchanges", "exchange"), ("sessions", "session")] {
        let schema = validator(of);
        let folders = ["samples/archive", "samples/capture"];
        let lines = ran(command().args([list, "-f", "ndjson"]).args(&paths).args(folders)).ndjson();
        assert!(lines.len() > 200);
        for line in &lines {
            fits(&schema, line, &line.to_string());
        }
        let mut more = lines[0].clone();
        more["surprise"] = json!(1);
        assert!(!schema.is_valid(&more));
        let mut less = lines[0].clone();
        less.as_object_mut().unwrap().remove("path");
        assert!(!schema.is_valid(&less));
    }
}

#[test]
fn every_line_of_a_report_is_as_its_schema_says() {
    let schema = validator("report-line");
    let config = Path::new(env!("CARGO_TARGET_TMPDIR")).join("schema-allow.toml");
    fs::write(&config, "[[allow]]\nuser = \"backup\"\nreason = \"known\"\n").unwrap();
    let paths = logs();
    let mut report = command();
    report.args(["analyze", "-f", "ndjson", "--config"]).arg(&config).args(&paths).arg("missing.log");
    let lines = ran(&mut report).ndjson();
    let mut types = BTreeSet::new();
    for line in &lines {
        fits(&schema, line, &line.to_string());
        types.insert(line["type"].as_str().unwrap());
        let mut more = line.clone();
        more["surprise"] = json!(1);
        assert!(!schema.is_valid(&more));
    }
    assert!(types.iter().eq(["finding", "input", "start", "summary", "suppressed"].iter()), "{types:?}");
}

fn toml_of(path: &Path) -> Value {
    json_of(&fs::read_to_string(path).unwrap())
}

/// TOML as an editor shows it to a schema: days are texts.
fn json_of(text: &str) -> Value {
    fn without_days(value: &mut Value) {
        match value {
            Value::Object(keys) => match keys.get("$__toml_private_datetime").cloned() {
                Some(day) => *value = day,
                None => keys.values_mut().for_each(without_days),
            },
            Value::Array(items) => items.iter_mut().for_each(without_days),
            _ => {}
        }
    }
    let mut value: Value = toml::from_str(text).unwrap();
    without_days(&mut value);
    value
}

/// The configuration that `config --init` writes, with what its comments show, or without.
fn starter(with_comments: bool) -> Value {
    let text = fs::read_to_string(root().join("src/cli/starter.toml")).unwrap();
    // `# key = ...`, `# [table]` and what a text of several lines holds; sentences begin with other words.
    let is_setting = |line: &str| {
        let key = line.split('=').next().unwrap().trim();
        line.starts_with('[') || line.contains('=') && !key.is_empty() && !key.contains([' ', '`'])
    };
    let mut in_text = false;
    let shown = text.lines().filter_map(|line| {
        let Some(inner) = line.strip_prefix("# ").filter(|_| with_comments) else { return Some(line) };
        let was_in_text = in_text;
        in_text ^= inner.contains("'''");
        (was_in_text || is_setting(inner)).then_some(inner)
    });
    json_of(&shown.collect::<Vec<_>>().join("\n"))
}

#[test]
fn the_configurations_that_there_are_are_right() {
    let schema = validator("config");
    for name in ["examples/own-rule.toml", "examples/own-format.toml"] {
        fits(&schema, &toml_of(&root().join(name)), name);
    }
    fits(&schema, &starter(false), "starter.toml");
    let all = starter(true);
    assert!(all["rule"][0]["test"].is_array() && all["rules"]["severity"].is_object(), "{all}");
    fits(&schema, &all, "starter.toml with what it shows");
    // What `config` prints can be read again.
    let text = ftplog(&[
        "config",
        "--no-config",
        "--set",
        "rules.service-refused-burst.within=9 s",
        "--set",
        "rules.severity.slow-reply=error",
    ])
    .out;
    fits(&schema, &toml::from_str(&text).unwrap(), &text);
}

#[test]
fn what_the_program_refuses_the_schema_refuses() {
    let schema = validator("config");
    for text in [
        "color = true",
        "lang = \"xx\"",
        "[input]\nlog-fromat = \"raw\"",
        "[rules]\nselcet = [\"all\"]",
        "[rules.no-such-rule]\ncount = 3",
        "[rules.service-refused-burst]\nwithin = 60",
        "[rules.service-refused-burst]\nwithin = \"60 weeks\"",
        "[rules.service-refused-burst]\nwarning-cuont = 6",
        "[rules.service-refused-burst]\nwarning-count = -1",
        "[rules.severity]\ncommand-unknown = \"fatal\"",
        "[[format]]\nname = \"acme\"",
        "[[rule]]\nname = \"a\"\nmessage = \"b\"\nfix = \"c\"\nmatch = { vreb = \"STOR\" }",
        "[[rule]]\nname = \"a\"\nmessage = \"b\"\nfix = \"c\"\nmatch = { code = \"9xx\" }",
        "[[rule]]\nname = \"a\"\nmessage = \"b\"\nfix = \"c\"\nmatch = { state = \"no-state\" }",
    ] {
        let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("schema-refuses.toml");
        fs::write(&file, text).unwrap();
        let checked = ran(command().args(["config", "--check", "--config"]).arg(&file));
        assert_eq!(checked.code, 2, "{text}: {}", checked.out);
        assert!(!schema.is_valid(&toml::from_str(text).unwrap()), "{text}");
    }
}

/// What the program says the keys of a table or the words of a value are, after one that is none.
fn keys(text: &str) -> BTreeSet<String> {
    let letters: String = text.chars().filter(char::is_ascii_alphanumeric).collect();
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("schema-{letters}.toml"));
    fs::write(&file, text).unwrap();
    let said = ran(command().args(["config", "--check", "--config"]).arg(&file)).err;
    match said.split_once("expected one of ").or_else(|| said.split_once(", expected ")) {
        Some((_, listed)) => {
            listed.lines().next().unwrap().split('`').skip(1).step_by(2).map(str::to_owned).collect()
        }
        // tip: keys are select, extend-select, ignore, severity
        None => said.split_once(" are ").unwrap().1.trim().split(", ").map(str::to_owned).collect(),
    }
}

#[test]
fn the_schema_of_the_configuration_has_every_word_of_the_program() {
    let schema = schema("config");
    for (text, place) in [
        ("lang = \"zzzzzzzz\"", "/properties/lang"),
        ("[ci]\nfail-on = \"zzzzzzzz\"", "/definitions/ci/properties/fail-on"),
        ("[ci]\nfail-confidence = \"zzzzzzzz\"", "/definitions/ci/properties/fail-confidence"),
        ("[ci]\nstale-baseline = \"zzzzzzzz\"", "/definitions/ci/properties/stale-baseline"),
        ("[[rule]]\nwho = \"zzzzzzzz\"", "/definitions/rule/properties/who"),
        ("[[rule]]\nper = \"zzzzzzzz\"", "/definitions/rule/properties/per"),
        ("[[rule]]\nmatch = { state = \"zzzzzzzz\" }", "/definitions/state"),
    ] {
        let named = schema.pointer(place).unwrap()["enum"].as_array().unwrap();
        let named: BTreeSet<String> = named.iter().map(|word| word.as_str().unwrap().to_owned()).collect();
        assert_eq!(named, keys(text), "{text}");
    }
}

#[test]
fn the_schema_of_the_configuration_has_every_key_of_the_program() {
    let schema = schema("config");
    for (text, table) in [
        ("x = 1", ""),
        ("[input]\nx = 1", "/definitions/input"),
        ("[report]\nx = 1", "/definitions/report"),
        ("[ci]\nx = 1", "/definitions/ci"),
        ("[[allow]]\nx = 1", "/definitions/allow"),
        ("[[format]]\nx = 1", "/definitions/format"),
        ("[[format]]\n[[format.test]]\nx = 1", "/definitions/line"),
        ("[[rule]]\nx = 1", "/definitions/rule"),
        ("[[rule]]\nmatch = { x = 1 }", "/definitions/match"),
    ] {
        let named = schema.pointer(&format!("{table}/properties")).unwrap().as_object().unwrap();
        assert_eq!(named.keys().cloned().collect::<BTreeSet<_>>(), keys(text), "{text}");
    }
    let rules = schema["definitions"]["rules"]["properties"].as_object().unwrap();
    let mut named: BTreeSet<String> = keys("[rules]\nx = 1");
    let all = ftplog(&["rules", "-f", "json", "--no-config"]).json();
    for rule in all["rules"].as_array().unwrap() {
        let (name, settings) = (rule["name"].as_str().unwrap(), rule["settings"].as_array().unwrap());
        let keys: BTreeSet<_> = settings.iter().map(|s| s["key"].as_str().unwrap()).collect();
        if !keys.is_empty() {
            named.insert(name.to_owned());
            assert!(rules[name]["properties"].as_object().unwrap().keys().eq(keys), "{name}");
        }
    }
    assert_eq!(rules.keys().cloned().collect::<BTreeSet<_>>(), named);
}

#[test]
fn a_schema_is_printed_whatever_the_configuration_says() {
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("schema-broken.toml");
    fs::write(&file, "no toml").unwrap();
    let printed = ran(command().args(["schema", "config", "--config"]).arg(&file));
    assert_eq!(printed.code, 0, "{}", printed.err);
    assert_eq!(ftplog(&["schema", "nothing"]).code, 2);
}
