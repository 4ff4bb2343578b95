//! What others run ftplog with: the action, the hooks, and the example of a repository with recordings.

#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test that cannot go on fails, and may write files"
)]

mod program;

use program::{Ran, command, ran, root};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use yaml_rust2::{Yaml, YamlLoader};

/// An empty folder of its own for a test, with a `.git` so that nothing above it is looked at.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("packaging").join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(folder.join(".git")).unwrap();
    folder
}

fn yaml(path: &str) -> Yaml {
    let text = fs::read_to_string(root().join(path)).unwrap();
    YamlLoader::load_from_str(&text).unwrap_or_else(|e| panic!("{path}: {e}")).remove(0)
}

/// A program that is a script of Bash.
fn script(path: &Path, lines: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, format!("#!/usr/bin/env bash\n{lines}\n")).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

/// Programs that every system has.
const SYSTEM: &str = "/usr/bin:/bin";

/// The script of the action, in a folder, with `programs` before those of the system.
fn action(folder: &Path, programs: &Path, inputs: &[(&str, &str)]) -> Ran {
    let mut command = Command::new(root().join("packaging/action/run.sh"));
    command.current_dir(folder).env_clear().env("PATH", format!("{}:{SYSTEM}", programs.display()));
    command.env("HOME", folder).env("RUNNER_TEMP", folder.join("temp"));
    command.env("GITHUB_OUTPUT", folder.join("output"));
    for (name, value) in inputs {
        command.env(name, value);
    }
    ran(&mut command)
}

/// What the action told the steps after it.
fn outputs(folder: &Path) -> String {
    fs::read_to_string(folder.join("output")).unwrap_or_default()
}

/// The folder of the built program.
fn built() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_ftplog")).parent().unwrap()
}

/// The folder of an `ftplog` that writes its arguments and its format down, and exits with `code`.
fn recorder(folder: &Path, code: i32) -> PathBuf {
    let programs = folder.join("programs");
    let record = "printf '%s\\0' \"$@\" >arguments; printf %s \"$FTPLOG_FORMAT\" >format";
    let version = "if [ \"$1\" = --version ]; then echo 'ftplog 7.8.9'; exit 0; fi";
    script(&programs.join("ftplog"), &format!("{version}\n{record}\nexit {code}"));
    programs
}

/// The arguments that were written down.
fn arguments(folder: &Path) -> Vec<String> {
    let written = fs::read_to_string(folder.join("arguments")).unwrap();
    let mut arguments: Vec<String> = written.split('\0').map(str::to_owned).collect();
    assert_eq!(arguments.pop().as_deref(), Some(""));
    arguments
}

#[test]
fn an_action_passes_its_inputs_by_variables_and_pastes_none_into_a_script() {
    let action = yaml("action.yml");
    let step = &action["runs"]["steps"][0];
    let sh = fs::read_to_string(root().join("packaging/action/run.sh")).unwrap();
    let inputs = action["inputs"].as_hash().unwrap();
    for input in inputs.keys().map(|k| k.as_str().unwrap()) {
        let variable = format!("FTPLOG_ACTION_{}", input.to_uppercase().replace('-', "_"));
        let value = step["env"][variable.as_str()].as_str().unwrap();
        assert_eq!(value, format!("${{{{ inputs.{input} }}}}"));
        assert!(sh.contains(&variable), "nobody reads {variable}");
    }
    assert_eq!(step["env"].as_hash().unwrap().len(), inputs.len());
    assert_eq!(step["run"].as_str(), Some("\"$GITHUB_ACTION_PATH/packaging/action/run.sh\""));
    assert_eq!(action["runs"]["using"].as_str(), Some("composite"));
    for output in action["outputs"].as_hash().unwrap().keys().map(|k| k.as_str().unwrap()) {
        assert!(sh.contains(&format!("{output}=%s")), "nobody writes {output}");
    }
    let jobs = yaml("examples/ci/.github/workflows/ftp.yml")["jobs"].clone();
    let jobs = jobs.as_hash().unwrap();
    let steps = jobs.values().flat_map(|job| job["steps"].as_vec().unwrap()).chain([step]);
    let scripts: Vec<&str> = steps.filter_map(|step| step["run"].as_str()).collect();
    assert!(!scripts.is_empty() && scripts.iter().all(|run| !run.contains("${{")), "{scripts:?}");
}

#[test]
fn the_action_tells_what_a_run_came_to() {
    let folder = folder("codes");
    fs::copy(root().join("samples/server.log"), folder.join("server.log")).unwrap();
    fs::copy(root().join("samples/raw/vsftpd-logins.txt"), folder.join("other name.log")).unwrap();
    for (paths, args, code) in [
        ("server.log", "", 1),
        ("server.log\n", "--fail-on never", 0),
        ("missing.log", "", 2),
        ("\n", "--no-such-argument", 2),
        ("other name.log\r\nserver.log", "--fail-on 'never' --stdin-name \"a b\"", 0),
    ] {
        let inputs = [("FTPLOG_ACTION_PATHS", paths), ("FTPLOG_ACTION_ARGS", args)];
        let _ = fs::remove_file(folder.join("output"));
        let ran = action(&folder, built(), &inputs);
        assert_eq!(ran.code, code, "{paths} {args}: {}", ran.err);
        assert_eq!(outputs(&folder), format!("exit-code={code}\n"));
    }
    let inputs = [("FTPLOG_ACTION_PATHS", "server.log"), ("FTPLOG_ACTION_SARIF", "for GitHub/ftp.sarif")];
    fs::remove_file(folder.join("output")).unwrap();
    let ran = action(&folder, built(), &inputs);
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert_eq!(outputs(&folder), "exit-code=1\nsarif=for GitHub/ftp.sarif\n");
    let sarif = fs::read_to_string(folder.join("for GitHub/ftp.sarif")).unwrap();
    let sarif: serde_json::Value = serde_json::from_str(&sarif).unwrap();
    assert_eq!(sarif["runs"][0]["tool"]["driver"]["name"], "ftplog");
}

#[test]
fn what_is_given_to_the_action_arrives_as_it_is_and_is_not_run() {
    let folder = folder("hostile");
    let programs = recorder(&folder, 0);
    let paths = "a log; touch pwned\n$(touch pwned)\n`touch pwned`\n--fail-on=never\n* ? \"x\" 'y' \\z\n\n| touch pwned &";
    let args = "--where 'user=a b' --set \"x=$(touch pwned)\" ; * ~ $HOME & > pwned";
    let inputs = [
        ("FTPLOG_ACTION_COMMAND", "analyze"),
        ("FTPLOG_ACTION_PATHS", paths),
        ("FTPLOG_ACTION_ARGS", args),
        ("FTPLOG_ACTION_SARIF", "out; touch pwned.sarif"),
    ];
    let ran = action(&folder, &programs, &inputs);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let expected = [
        "analyze",
        "-o",
        "sarif=out; touch pwned.sarif",
        "--where",
        "user=a b",
        "--set",
        "x=$(touch pwned)",
        ";",
        "*",
        "~",
        "$HOME",
        "&",
        ">",
        "pwned",
        "--",
        "a log; touch pwned",
        "$(touch pwned)",
        "`touch pwned`",
        "--fail-on=never",
        "* ? \"x\" 'y' \\z",
        "| touch pwned &",
    ];
    assert_eq!(arguments(&folder), expected);
    assert_eq!(fs::read_to_string(folder.join("format")).unwrap(), "github");
    assert!(!folder.join("pwned").exists());
    // The same with the program itself: there are no such logs.
    let real = action(&folder, built(), &[inputs[1]]);
    assert!(real.code == 2 && real.err.contains("$(touch pwned)"), "{}{}", real.out, real.err);
    assert!(!folder.join("pwned").exists());
}

#[test]
fn the_action_refuses_what_would_not_be_what_it_seems() {
    let folder = folder("refused");
    let programs = recorder(&folder, 0);
    for (name, value, says) in [
        ("FTPLOG_ACTION_COMMAND", "explain", "command is explain"),
        ("FTPLOG_ACTION_COMMAND", "x\n::error::y", "it is check, analyze, or empty"),
        ("FTPLOG_ACTION_SARIF", "a\nexit-code=0", "more than one line"),
        ("FTPLOG_ACTION_VERSION", "--git=https://example.com", "write a version"),
        ("FTPLOG_ACTION_VERSION", "v1.2.3", "without a v"),
        ("FTPLOG_ACTION_ARGS", "--set 'a", "close every quotation mark"),
    ] {
        let ran = action(&folder, &programs, &[(name, value)]);
        assert!(ran.code == 2 && ran.err.contains(says), "{value:?}: {} {}", ran.code, ran.err);
        assert!(!(ran.out + &ran.err).lines().any(|line| line.starts_with("::")), "{value:?}");
        assert!(!folder.join("arguments").exists());
        assert_eq!(outputs(&folder), "");
    }
}

#[test]
fn the_action_checks_where_something_is_expected_and_names_only_a_file_that_was_written() {
    let folder = folder("which");
    let programs = recorder(&folder, 1);
    let sarif = [("FTPLOG_ACTION_SARIF", "out.sarif")];
    assert_eq!(action(&folder, &programs, &sarif).code, 1);
    assert_eq!(arguments(&folder), ["analyze", "-o", "sarif=out.sarif", "--"]);
    assert_eq!(outputs(&folder), "exit-code=1\n");
    fs::remove_file(folder.join("output")).unwrap();
    fs::write(folder.join("ftplog.expect.toml"), "version = 1\n").unwrap();
    fs::write(folder.join("out.sarif"), "{}").unwrap();
    assert_eq!(action(&folder, &programs, &sarif).code, 1);
    assert_eq!(arguments(&folder)[0], "check");
    assert_eq!(outputs(&folder), "exit-code=1\nsarif=out.sarif\n");
}

#[test]
fn the_action_installs_the_version_that_is_asked_for() {
    let folder = folder("version");
    let other = recorder(&folder, 0);
    // The one that is there has this version.
    assert_eq!(action(&folder, &other, &[("FTPLOG_ACTION_VERSION", "7.8.9")]).code, 0);
    assert!(!folder.join("installed").exists());

    let install = "printf '%s ' \"$@\" >installed; mkdir -p \"$4/bin\"\n\
        printf '#!/bin/sh\\necho ftplog %s; exit 1\\n' \"$6\" >\"$4/bin/ftplog\"; chmod +x \"$4/bin/ftplog\"";
    script(&folder.join("programs/cargo"), install);
    let newer = action(&folder, &other, &[("FTPLOG_ACTION_VERSION", "9.9.9")]);
    let root_of = |version| folder.join("temp").join(format!("ftplog-{version}"));
    let asked = |version| {
        format!("install --locked --root {} --version {version} ftplog ", root_of(version).display())
    };
    assert_eq!((newer.code, newer.out.as_str()), (1, "ftplog 9.9.9\n"), "{}", newer.err);
    assert_eq!(fs::read_to_string(folder.join("installed")).unwrap(), asked("9.9.9"));

    // Without one, and without an ftplog: the version of which the action is.
    fs::remove_file(folder.join("programs/ftplog")).unwrap();
    let own = action(&folder, &other, &[]);
    assert_eq!(own.code, 1, "{}", own.err);
    assert_eq!(fs::read_to_string(folder.join("installed")).unwrap(), asked(env!("CARGO_PKG_VERSION")));

    // One that cannot be installed is not a log that is in order, nor one with findings.
    script(&folder.join("programs/cargo"), "exit 101");
    let failed = action(&folder, &other, &[("FTPLOG_ACTION_VERSION", "1.0.0")]);
    assert!(failed.code == 2 && failed.err.contains("cannot be installed"), "{} {}", failed.code, failed.err);
}

#[test]
fn the_hooks_run_commands_that_exist_on_files_that_are_logs() {
    let hooks = yaml(".pre-commit-hooks.yaml");
    let hooks = hooks.as_vec().unwrap();
    for hook in hooks {
        assert_eq!(hook["language"].as_str(), Some("rust"));
        let entry: Vec<&str> = hook["entry"].as_str().unwrap().split(' ').collect();
        assert_eq!(entry[0], "ftplog");
        assert_eq!(program::ftplog(&[entry[1], "--help"]).code, 0, "{entry:?}");
    }
    assert_eq!(hooks[0]["id"].as_str(), Some("ftplog-check"));
    assert_eq!(hooks[0]["pass_filenames"].as_bool(), Some(false));
    let files = regex::Regex::new(hooks[1]["files"].as_str().unwrap()).unwrap();
    for (name, is_log) in
        [("a.log", true), ("b/a.ftp.log", true), ("a.log.txt", false), ("alog", false), ("log", false)]
    {
        assert_eq!(files.is_match(name), is_log, "{name}");
    }
}

/// Copies the example of a repository.
fn example(to: &Path) {
    for path in program::files("examples/ci") {
        let copy = to.join(path.strip_prefix(root().join("examples/ci")).unwrap());
        fs::create_dir_all(copy.parent().unwrap()).unwrap();
        fs::copy(&path, copy).unwrap();
    }
}

#[test]
fn the_example_is_green_before_the_update_and_red_on_the_right_line_after_it() {
    let folder = folder("example");
    example(&folder);
    let check = || ran(command().current_dir(&folder).args(["check", "-f", "github"]));
    let green = check();
    assert_eq!(green.code, 0, "{}{}", green.out, green.err);
    fs::copy(folder.join("upload-after.log"), folder.join("recordings/upload.log")).unwrap();
    let red = check();
    assert_eq!(red.code, 1, "{}{}", red.out, red.err);
    // The command on which the server answers otherwise.
    let log = fs::read_to_string(folder.join("upload-after.log")).unwrap();
    let line = log.lines().position(|l| l.starts_with("> RNFR ")).unwrap() + 1;
    let place = format!("file=recordings/upload.log,line={line}");
    assert!(red.out.lines().any(|l| l.starts_with("::error ") && l.contains(&place)), "{}", red.out);
    // The action of its workflow comes to the same.
    let step = action(&folder, built(), &[]);
    assert_eq!((step.code, step.out), (1, red.out), "{}", step.err);
}

#[test]
fn the_example_hands_gitlab_the_reports_that_it_writes() {
    let job = &yaml("examples/ci/.gitlab-ci.yml")["ftp"];
    assert_eq!(job["artifacts"]["when"].as_str(), Some("always"));
    let script = job["script"].as_vec().unwrap().iter().map(|line| line.as_str().unwrap());
    let run: Vec<&str> = script.filter_map(|line| line.strip_prefix("ftplog ")).collect();
    let folder = folder("gitlab");
    example(&folder);
    fs::copy(folder.join("upload-after.log"), folder.join("recordings/upload.log")).unwrap();
    let red = ran(command().current_dir(&folder).args(run[0].split(' ')));
    assert_eq!(red.code, 1, "{}", red.err);
    let report = |name: &str| {
        let file = job["artifacts"]["reports"][name].as_str().unwrap();
        fs::read_to_string(folder.join(file)).unwrap_or_else(|e| panic!("{file}: {e}"))
    };
    let codequality: serde_json::Value = serde_json::from_str(&report("codequality")).unwrap();
    assert_eq!(codequality[0]["location"]["path"], "recordings/upload.log");
    assert!(report("junit").contains("<failure"));
}

/// The keys of a mapping.
fn keys(mapping: &Yaml) -> Vec<&str> {
    mapping.as_hash().unwrap().keys().map(|k| k.as_str().unwrap()).collect()
}

/// The blocks of YAML in a page.
fn blocks(page: &str) -> Vec<Yaml> {
    let text = fs::read_to_string(root().join(page)).unwrap();
    let blocks = text.split("```yaml\n").skip(1).map(|rest| rest.split("```").next().unwrap().to_owned());
    blocks.map(|block| YamlLoader::load_from_str(&block).unwrap().remove(0)).collect()
}

#[test]
fn what_pages_and_examples_tell_to_write_is_known() {
    let inputs = yaml("action.yml")["inputs"].clone();
    let hooks = yaml(".pre-commit-hooks.yaml");
    let hooks: Vec<&str> = hooks.as_vec().unwrap().iter().map(|h| h["id"].as_str().unwrap()).collect();
    let mut n_told = 0;
    for told in blocks("packaging/README.md").iter().chain([&yaml("examples/ci/.github/workflows/ftp.yml")]) {
        let job = if told["jobs"].is_badvalue() { told } else { &told["jobs"]["ftp"] };
        for step in job["steps"].as_vec().into_iter().flatten() {
            if step["uses"].as_str().is_some_and(|uses| uses.starts_with("ftplog/ftplog@")) {
                let unknown: Vec<&str> =
                    keys(&step["with"]).into_iter().filter(|key| inputs[*key].is_badvalue()).collect();
                assert!(unknown.is_empty(), "no such inputs: {unknown:?}");
                n_told += 1;
            }
        }
        for hook in told["repos"][0]["hooks"].as_vec().into_iter().flatten() {
            assert!(hooks.contains(&hook["id"].as_str().unwrap()));
            n_told += 1;
        }
    }
    assert_eq!(n_told, 4, "two workflows and two hooks");
    let gitlab = blocks("packaging/README.md").into_iter().find(|block| !block["ftp"].is_badvalue());
    let example = yaml("examples/ci/.gitlab-ci.yml")["ftp"]["artifacts"].clone();
    assert_eq!(gitlab.map(|block| block["ftp"]["artifacts"].clone()), Some(example));
}
