//! How far a run has come is told on standard error, and changes nothing else.

mod program;

use program::ftplog;

const LOGS: &[&str] = &["samples/server.log", "samples/vsftpd", "samples/pyftpdlib"];

#[test]
fn no_result_depends_on_whether_progress_is_shown() {
    for command in [&["analyze"][..], &["analyze", "-f", "json"], &["exchanges"], &["sessions"], &["server"]]
    {
        let run = |when| ftplog(&[command, &["--progress", when], LOGS].concat());
        let (always, never) = (run("always"), run("never"));
        assert_eq!(always.bytes, never.bytes, "{command:?}");
        assert_eq!(always.code, never.code, "{command:?}");
        assert!(always.err.contains("Reading  "), "{command:?}: {}", always.err);
        assert!(!never.err.contains("Reading"), "{command:?}: {}", never.err);
        // What is said beside a report is said whole, whatever is drawn around it.
        for line in never.err.lines() {
            assert!(always.err.lines().any(|l| l.ends_with(line)), "{command:?}: {line}");
        }
    }
}

#[test]
fn nothing_is_drawn_where_no_terminal_is() {
    let run = ftplog(&["analyze", "samples/server.log"]);
    assert_eq!(run.err, "");
}

#[test]
fn says_how_much_of_how_many_files_was_read_in_three_languages() {
    for (lang, files) in [("en", "0 of 2 files"), ("ko", "파일 2개 중 0개"), ("ja", "2ファイル中0")]
    {
        let run =
            ftplog(&["analyze", "--progress", "always", "--lang", lang, "samples/server.log", "README.md"]);
        assert!(run.err.contains(files), "{}", run.err);
        assert!(run.err.contains(" kB"), "{}", run.err);
    }
}
