//! Which language is spoken, and that nothing else of it is heard.

#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test that cannot go on fails, and may read files"
)]

mod program;

use program::{Ran, command, ftplog, ran, root};
use std::fs;
use std::path::Path;

const SAMPLE: &str = "samples/server.log";

/// The first heading of a page.
fn heading(ran: &Ran) -> &str {
    ran.out.lines().nth(2).unwrap_or_default()
}

const ENGLISH: &str = "What it means";
const KOREAN: &str = "설명";
const JAPANESE: &str = "説明";

fn with(variables: &[(&str, &str)], args: &[&str]) -> Ran {
    ran(command().envs(variables.iter().copied()).args(args))
}

#[test]
fn arguments_beat_variables_and_variables_beat_the_locale() {
    let page = ["explain", "503"];
    assert_eq!(heading(&ftplog(&page)), ENGLISH);
    assert_eq!(heading(&with(&[("LANG", "ko_KR.UTF-8")], &page)), KOREAN);
    assert_eq!(heading(&with(&[("LANG", "ko_KR.UTF-8"), ("LC_ALL", "ja_JP.UTF-8")], &page)), JAPANESE);
    assert_eq!(heading(&with(&[("LC_ALL", "C.UTF-8"), ("LANG", "ko_KR.UTF-8")], &page)), ENGLISH);
    assert_eq!(heading(&with(&[("LANG", "fr_FR.UTF-8")], &page)), ENGLISH);
    assert_eq!(heading(&with(&[("LANG", "ko_KR.UTF-8"), ("FTPLOG_LANG", "ja")], &page)), JAPANESE);
    assert_eq!(heading(&with(&[("FTPLOG_LANG", "")], &page)), ENGLISH);
    assert_eq!(heading(&with(&[("FTPLOG_LANG", "ko_KR.UTF-8")], &page)), KOREAN);
    assert_eq!(
        with(&[("FTPLOG_LANG", "xx")], &page).err,
        "error: unknown language xx\n  tip: languages are en, ko, ja\n"
    );
    let named = ["explain", "503", "--lang", "ko"];
    assert_eq!(heading(&with(&[("FTPLOG_LANG", "ja")], &named)), KOREAN);
    assert_eq!(heading(&ftplog(&["explain", "503", "--lang", "JA"])), JAPANESE);
}

#[test]
fn the_configuration_beats_the_locale() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("languages");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("ftplog.toml"), "lang = \"ko\"\n").unwrap();
    let here = |args: &[&str]| ran(command().current_dir(&folder).env("LANG", "ja_JP.UTF-8").args(args));
    assert_eq!(heading(&here(&["explain", "503"])), KOREAN);
    assert_eq!(heading(&here(&["explain", "503", "--set", "lang=en"])), ENGLISH);
    assert_eq!(heading(&here(&["explain", "503", "--no-config"])), JAPANESE);
    assert!(here(&["config"]).out.contains("lang = \"ko\"\n"));
    fs::write(folder.join("ftplog.toml"), "lang = \"xx\"\n").unwrap();
    let wrong = here(&["explain", "503"]);
    assert_eq!(wrong.code, 2);
    assert!(wrong.err.contains("ftplog.toml") && wrong.err.contains("`en`, `ko`, `ja`"), "{}", wrong.err);
    assert!(wrong.err.starts_with("エラー: "), "{}", wrong.err);
    let wrong = here(&["explain", "503", "--no-config", "--set", "lang=xx"]);
    assert!(wrong.code == 2 && wrong.err.contains("xx"), "{}", wrong.err);
    fs::write(folder.join("ftplog.toml"), "lang = \"ko\"\nunknown = 1\n").unwrap();
    let wrong = here(&["config", "--check"]);
    assert!(wrong.code == 2 && wrong.err.starts_with("오류: "), "{}", wrong.err);
    let wrong = ftplog(&["explain", "503", "--set", "lang=xx"]);
    assert_eq!(wrong.err, "error: unknown language xx\n  tip: languages are en, ko, ja\n");
    assert_eq!(ftplog(&["explain", "503", "--lang", "xx"]).code, 2);
}

#[test]
fn programs_read_english_unless_a_language_is_named() {
    let locale = [("LANG", "ko_KR.UTF-8")];
    for args in [
        &["analyze", "--fail-on", "never", "-f", "json", SAMPLE][..],
        &["rules", "-f", "json"],
        &["explain", "503", "-f", "json"],
    ] {
        assert_eq!(with(&locale, args).out, ftplog(args).out, "{args:?}");
    }
    let named = ftplog(&["analyze", "--fail-on", "never", "-f", "json", "--lang", "ko", SAMPLE]).json();
    assert_eq!(named["tool"]["lang"], "ko");
    assert!(!named["findings"][0]["title"].as_str().unwrap().is_ascii());
    let named = ftplog(&["explain", "503", "-f", "json", "--lang", "ja"]).json();
    assert_eq!((named["lang"].as_str(), named["code"].as_u64()), (Some("ja"), Some(503)));
    assert_eq!(named["entry"]["example"]["lines"].as_array().unwrap().len(), 4);
}

#[test]
fn errors_are_in_the_language_too() {
    let ko = ftplog(&["--lang", "ko", "analyze", "samples/sever.log"]);
    assert_eq!(ko.code, 2);
    assert!(ko.err.starts_with("오류: ") && ko.err.contains("samples/sever.log"), "{}", ko.err);
    assert!(ko.err.contains("\n  도움말: ") && ko.err.contains("samples/server.log"), "{}", ko.err);
    let ja = ftplog(&["--lang", "ja", "compare", "214"]);
    assert_eq!(ja.code, 2);
    assert!(ja.err.starts_with("エラー: ") && ja.err.contains("\n  ヒント: "), "{}", ja.err);
}

/// What is left of a report when all that any language may hold is taken away: codes, commands, names, words of the log.
fn english_sentences(out: &str) -> Vec<&str> {
    let is_word = |word: &&str| word.len() > 1 && word.bytes().all(|b| b.is_ascii_lowercase());
    let is_of_the_log = |line: &&str| line.contains(" | ") || line.contains("-->") || line.contains('|');
    let lines = out.lines().filter(|line| !is_of_the_log(line));
    lines
        .filter(|line| {
            line.split_whitespace().collect::<Vec<_>>().windows(4).any(|four| four.iter().all(is_word))
        })
        .collect()
}

#[test]
fn reports_hold_no_english_sentence() {
    for lang in ["ko", "ja"] {
        for log in program::logs() {
            let log = log.strip_prefix(root()).unwrap().to_str().unwrap().to_owned();
            let report = ftplog(&["analyze", "--all", "--select", "all", "--lang", lang, &log]);
            let english = english_sentences(&report.out);
            assert!(english.is_empty(), "{lang} {log}:\n{}", english.join("\n"));
        }
        for args in
            [&["rules"][..], &["formats"], &["demo"], &["config", "--no-config"], &["sessions", SAMPLE]]
        {
            let list = ftplog(&[args, &["--lang", lang]].concat());
            assert_eq!(english_sentences(&list.out), [""; 0], "{lang} {args:?}");
        }
    }
}
