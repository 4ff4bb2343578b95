//! The pages of formats, and what a report says of a log that leaves things out.

#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test that cannot go on fails, and may read files"
)]

mod program;

use ftplog::catalog::{self, FormatPage};
use ftplog::format::FORMATS;
use ftplog::lang::Lang;
use program::{command, ftplog, ftplog_with, ran};
use serde_json::Value;
use std::fs;
use std::path::Path;

const SAMPLE: &str = "samples/server.log";

/// Every page that is written in English, and its file's name. Pages may be written before their lexers. `tests/catalog.rs` holds
/// the other languages against them.
fn written() -> Vec<(String, FormatPage)> {
    let files = fs::read_dir(program::root().join("src/catalog/format")).unwrap();
    let read = |file: fs::DirEntry| {
        let name = file.file_name().into_string().unwrap();
        let page = toml::from_str(&fs::read_to_string(file.path()).unwrap());
        (name.clone(), page.unwrap_or_else(|e| panic!("{name}: {e}")))
    };
    let is_english = |file: &fs::DirEntry| file.file_name().to_str().unwrap().ends_with(".en.toml");
    files.map(Result::unwrap).filter(is_english).map(read).collect()
}

#[test]
fn pages_are_short_sentences() {
    for (name, page) in written() {
        assert!(page.title.len() <= 90 && !page.title.ends_with('.'), "{name}: {}", page.title);
        let texts = [Some(&page.written), Some(&page.holds), page.lacks.as_ref(), page.better.as_ref()];
        for text in texts.into_iter().flatten().chain(&page.notes) {
            assert!(
                text.len() <= 260 && text.chars().next().is_some_and(|c| !c.is_whitespace()),
                "{name}: {text}"
            );
        }
        for text in [Some(&page.written), Some(&page.holds), page.lacks.as_ref()].into_iter().flatten() {
            assert!(text.ends_with('.'), "{name}: {text}");
            assert!(text.matches(". ").count() < 4, "{name}: {text}");
        }
        // A report has both in its head.
        assert!(page.lacks.as_ref().is_none_or(|t| t.matches(". ").count() < 3), "{name}");
        assert!(page.better.as_ref().is_none_or(|t| t.len() <= 160), "{name}");
        assert!(page.lacks.is_some() || page.better.is_none(), "{name} says what is better than everything");
        assert!(page.steps.iter().flat_map(|s| &s.lines).all(|l| l.len() <= 72), "{name}");
    }
}

#[test]
fn a_page_fits_the_terminal() {
    for format in FORMATS {
        let name = format.dialect.name;
        let page = catalog::format(name, Lang::En).unwrap();
        let copied: Vec<&str> = page.steps.iter().flat_map(|s| &s.lines).map(|l| l.trim_start()).collect();
        for width in [40, 80, 100] {
            let page = ran(command().env("COLUMNS", width.to_string()).args(["formats", name])).out;
            let wide = |l: &&str| l.chars().count() > width;
            assert_eq!(page.lines().find(wide), None, "{name} at {width} columns");
            // Lines that are to be copied are broken only where nothing else is possible.
            let whole = width < 80 || copied.iter().all(|c| page.contains(c));
            assert!(whole, "{name} at {width} columns:\n{page}");
        }
    }
}

#[test]
fn one_format_is_told_about_and_an_unknown_one_gets_the_nearest_name() {
    let page = ftplog(&["formats", "vsftpd"]);
    assert_eq!((page.code, page.err.as_str()), (0, ""));
    assert!(
        page.out.starts_with("vsftpd\n") && page.out.contains("\n       log_ftp_protocol=YES\n"),
        "{}",
        page.out
    );
    assert_eq!(ftplog(&["formats", "VSFTPD"]).out, page.out);
    let unknown = |name| ftplog(&["formats", name]);
    let near = "error: unknown log format vsftp\n  tip: a similar format exists: vsftpd\n";
    assert_eq!((unknown("vsftp").code, unknown("vsftp").err.as_str()), (2, near));
    let far = "error: unknown log format zzz\n  tip: ftplog formats lists the formats\n";
    assert_eq!((unknown("zzz").code, unknown("zzz").err.as_str()), (2, far));
}

fn input(log: &[u8]) -> Value {
    ftplog_with(&["analyze", "-f", "json", "-"], log).json()["inputs"][0].clone()
}

#[test]
fn silence_of_a_log_that_leaves_things_out_is_no_proof() {
    let login = "192.0.2.7 UNKNOWN alice [20/Nov/2026:18:33:27 +0000] \"PASS (hidden)\" 230 -\n".repeat(3);
    let report = ftplog_with(&["analyze", "-"], login.as_bytes()).out;
    for said in
        ["all understood\n  lacks:  It has no greetings", "\n  better: Use TraceLog", "\nThis is no proof "]
    {
        assert!(report.contains(said), "{said}:\n{report}");
    }
    assert!(report.contains("\nNo problems found in "), "{report}");
    let input = input(login.as_bytes());
    assert!(input["lacks"].as_str().unwrap().starts_with("It has no greetings"), "{input}");
    assert!(input["better"].as_str().unwrap().starts_with("Use TraceLog"), "{input}");
}

#[test]
fn a_log_that_could_hold_replies_and_holds_none_is_told_apart() {
    let whole = fs::read_to_string(program::root().join(SAMPLE)).unwrap();
    let commands: String = whole.split_inclusive('\n').filter(|l| !l.contains("FTP response:")).collect();
    assert_eq!(
        (&input(whole.as_bytes())["lacks"], &input(whole.as_bytes())["better"]),
        (&Value::Null, &Value::Null)
    );
    let input = input(commands.as_bytes());
    assert!(input["lacks"].as_str().unwrap().starts_with("It has no replies."), "{input}");
    assert!(input["better"].as_str().unwrap().contains("log_ftp_protocol=YES"), "{input}");
}

#[test]
fn the_same_is_said_once_for_several_logs() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("leaves-things-out");
    fs::create_dir_all(&folder).unwrap();
    let login = "192.0.2.7 UNKNOWN alice [20/Nov/2026:18:33:27 +0000] \"PASS (hidden)\" 230 -\n".repeat(3);
    for name in ["a.log", "b.log"] {
        fs::write(folder.join(name), &login).unwrap();
    }
    let report = ran(command().current_dir(&folder).args(["analyze", "a.log", "b.log"])).out;
    assert_eq!((report.matches("  lacks:").count(), report.matches("  better:").count()), (2, 1), "{report}");
    assert!(report.contains("\n  lacks:  as above\n"), "{report}");
}

#[test]
fn a_log_without_commands_and_replies_gets_the_advice_of_its_page() {
    let log = "Fri Nov 20 18:32:21 2026 [pid 10178] CONNECT: Client \"192.0.2.7\"\n".repeat(2);
    let tip = "set log_ftp_protocol=YES and xferlog_std_format=NO in vsftpd.conf and restart vsftpd";
    for command in ["analyze", "exchanges", "sessions"] {
        let ran = ftplog_with(&[command, "-"], log.as_bytes());
        assert!(ran.err.ends_with(&format!("lines\n  tip: {tip}\n")), "{command}: {}", ran.err);
        assert_eq!(ran.code, 2);
    }
}
