//! `ftplog.toml`: where it is found, what it may say, and `ftplog config`.
//!
//! The first file that is found is the only one. Arguments beat `--set`, and `--set` beats the file.

use super::Exit;
use super::args::{self, Global};
use super::complaint::Complaint;
use super::output::{Output, variable};
use ftplog::format::{Definition, Flaw, Format, Setup};
use ftplog::rule::Choice;
use ftplog::source::Unreadable;
use ftplog::text::{Printable, nearest};
use serde::Deserialize;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// The name of the file.
const FILE_NAME: &str = "ftplog.toml";
/// Bytes of a configuration; a log that is named by mistake is far larger.
const FILE_BYTES_MAX: u64 = 1 << 20;
/// What `config --init` writes.
const STARTER: &str = include_str!("starter.toml");

/// What a run must know besides its arguments.
#[derive(Debug, Default)]
pub(crate) struct Config {
    /// The file it comes from; none where there is no file.
    path: Option<PathBuf>,
    pub(crate) input: Input,
    /// What it says about rules.
    pub(crate) rules: Choice,
    definitions: Vec<Definition>,
    /// The formats of the user's own, ready to be used.
    pub(crate) own_formats: Vec<&'static Format>,
}

/// The keys of `[input]`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Input {
    /// The format of every log.
    pub(crate) log_format: Option<String>,
    /// The zone of logs that state none.
    pub(crate) tz: Option<String>,
    /// The year in which logs begin that state none, as a number or in quotes.
    #[serde(deserialize_with = "year")]
    #[serde(default)]
    pub(crate) year: Option<String>,
    /// The `LogFormat` of a `ProFTPD` `ExtendedLog`.
    pub(crate) proftpd_log_format: Option<String>,
}

/// The whole file.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct File {
    #[serde(default)]
    input: Input,
    #[serde(default)]
    format: Vec<Definition>,
}

/// The settings that `--set` knows.
const SETTINGS: [&str; 4] = ["input.log-format", "input.tz", "input.year", "input.proftpd-log-format"];

impl Config {
    /// Finds and reads the configuration.
    pub(crate) fn load(global: &Global) -> Result<Self, Complaint> {
        let path = if global.no_config { None } else { global.config.clone().or_else(find) };
        let mut config = path.map_or(Ok(Self::default()), |path| Self::read(&path))?;
        for setting in &global.set {
            config.set(setting)?;
        }
        Ok(config)
    }

    fn read(path: &Path) -> Result<Self, Complaint> {
        let text = text_of(path)?;
        let file: File = toml::from_str(&text).map_err(|e| not_understood(path, &text, &e))?;
        let mut config = Self { path: Some(path.to_path_buf()), input: file.input, ..Self::default() };
        for (number, definition) in (1..).zip(file.format) {
            if config.definitions.iter().any(|d| d.name == definition.name) {
                return Err(flawed(path, number, &definition, &Flaw::Name(definition.name.clone())));
            }
            let format = definition.compile().map_err(|flaw| flawed(path, number, &definition, &flaw))?;
            config.own_formats.push(format);
            config.definitions.push(definition);
        }
        Ok(config)
    }

    /// `input.tz="Asia/Seoul"`
    fn set(&mut self, setting: &str) -> Result<(), Complaint> {
        let Some((key, value)) = setting.split_once('=') else {
            return Err(Complaint::new(format!("--set {} has no value", Printable(setting.as_bytes())))
                .tip("write it as KEY=VALUE, for example: --set input.tz=\"Asia/Seoul\""));
        };
        let value = Some(text_value(value));
        match key.trim() {
            "input.log-format" => self.input.log_format = value,
            "input.tz" => self.input.tz = value,
            "input.year" => self.input.year = value,
            "input.proftpd-log-format" => self.input.proftpd_log_format = value,
            other => return Err(unknown_setting(other)),
        }
        Ok(())
    }

    fn name(&self) -> String {
        self.path.as_ref().map_or_else(|| "no file".to_owned(), |p| shown(p))
    }

    /// Runs the tests of the formats; returns how many there are.
    fn run_tests(&self, path: &Path) -> Result<usize, Complaint> {
        let mut n = 0;
        for (number, (definition, format)) in (1..).zip(self.definitions.iter().zip(&self.own_formats)) {
            let ran = definition.run_tests(format, &Setup::default());
            n += ran.map_err(|flaw| flawed(path, number, definition, &flaw))?;
        }
        Ok(n)
    }
}

/// Shows, makes or checks the configuration.
pub(crate) fn config(args: &args::Config, global: &Global, output: &Output) -> Result<Exit, Complaint> {
    if args.init {
        return write_starter(output);
    }
    let config = Config::load(global)?;
    if !args.check {
        return Ok(output.page(&in_effect(&config)));
    }
    let Some(path) = &config.path else {
        return Err(Complaint::new("there is no ftplog.toml here or above")
            .tip("name it with --config FILE, or write one with: ftplog config --init"));
    };
    let n_tests = config.run_tests(path)?;
    let count = |n: usize, one: &str| format!("{n} {one}{}", if n == 1 { "" } else { "s" });
    let (formats, tests) = (count(config.definitions.len(), "format"), count(n_tests, "test"));
    Ok(output.page(&format!("{}: {formats}, {tests}, all fine\n", config.name())))
}

/// What the settings are, as a configuration would have them.
fn in_effect(config: &Config) -> String {
    let mut text = format!("# {}\n[input]\n", config.name());
    let Input { log_format, tz, year, proftpd_log_format } = &config.input;
    for (key, value, default) in [
        ("log-format", log_format, "\"auto\""),
        ("tz", tz, "\"UTC\""),
        ("year", year, ""),
        ("proftpd-log-format", proftpd_log_format, ""),
    ] {
        match value {
            Some(value) => {
                let _ = writeln!(text, "{key} = {}", quoted(value));
            }
            None if default.is_empty() => {
                let _ = writeln!(text, "# {key} is not set");
            }
            None => {
                let _ = writeln!(text, "{key} = {default}");
            }
        }
    }
    for definition in &config.definitions {
        let _ = writeln!(text, "\n[[format]]\nname = {}", quoted(&definition.name));
    }
    text
}

fn write_starter(output: &Output) -> Result<Exit, Complaint> {
    let path = Path::new(FILE_NAME);
    let file = std::fs::OpenOptions::new().write(true).create_new(true).open(path);
    match file.and_then(|mut f| f.write_all(STARTER.as_bytes())) {
        Ok(()) => {
            output.say(0, &format!("wrote {FILE_NAME}"));
            Ok(Exit::Clean)
        }
        Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists => {
            Err(Complaint::new(format!("{FILE_NAME} is already there"))
                .tip("ftplog config --check checks it"))
        }
        Err(e) => Err(Complaint::new(format!("cannot write {FILE_NAME}: {}", Unreadable::of(&e, path)))),
    }
}

/// The file in use where none is named: the nearest one in this folder or above it up to the root of the repository, or the
/// user's.
fn find() -> Option<PathBuf> {
    let here = std::env::current_dir().ok()?;
    for folder in here.ancestors() {
        let path = folder.join(FILE_NAME);
        if path.is_file() {
            return Some(if folder == here { PathBuf::from(FILE_NAME) } else { path });
        }
        if folder.join(".git").exists() {
            break;
        }
    }
    let folder = variable("XDG_CONFIG_HOME").map(PathBuf::from);
    let folder = folder.or_else(|| Some(PathBuf::from(variable("HOME")?).join(".config")))?;
    Some(folder.join("ftplog").join(FILE_NAME)).filter(|p| p.is_file())
}

#[allow(clippy::disallowed_methods)] // It is no log.
fn text_of(path: &Path) -> Result<String, Complaint> {
    let cannot = |why: String| Complaint::new(format!("cannot read {}: {why}", shown(path)));
    let size = std::fs::metadata(path).map_err(|e| cannot(Unreadable::of(&e, path).to_string()))?.len();
    if size > FILE_BYTES_MAX {
        return Err(cannot("it is too large for a configuration".to_owned()));
    }
    std::fs::read_to_string(path).map_err(|e| match e.kind() {
        std::io::ErrorKind::InvalidData => cannot("it is not UTF-8 text".to_owned()),
        _ => cannot(Unreadable::of(&e, path).to_string()),
    })
}

/// What the reader of TOML says, with its line, and the key that was probably meant.
fn not_understood(path: &Path, text: &str, error: &toml::de::Error) -> Complaint {
    let line =
        error.span().map_or(1, |span| 1 + text.bytes().take(span.start).filter(|b| *b == b'\n').count());
    let message = error.message().lines().next().unwrap_or_default();
    let complaint = Complaint::new(format!("{} is not a configuration that ftplog knows", shown(path)));
    let complaint = complaint.fact(format!("line {line}: {}", Printable(message.as_bytes())));
    // unknown field `patern`, expected one of `name`, `pattern`
    let mut quoted = message.split('`').skip(1).step_by(2);
    match (message.starts_with("unknown field"), quoted.next()) {
        (true, Some(unknown)) => match nearest(unknown, quoted) {
            Some(near) => complaint.tip(format!("did you mean {near}?")),
            None => complaint.tip("ftplog config --init writes one with every key"),
        },
        _ => complaint,
    }
}

fn flawed(path: &Path, number: usize, definition: &Definition, flaw: &Flaw) -> Complaint {
    let name = Printable(definition.name.as_bytes()).to_string();
    Complaint::new(format!("{} has a format that cannot be used", shown(path)))
        .fact(format!("[[format]] {number} ({name}): {flaw}"))
}

fn unknown_setting(key: &str) -> Complaint {
    let complaint = Complaint::new(format!("unknown setting {}", Printable(key.as_bytes())));
    match nearest(key, SETTINGS.into_iter()) {
        Some(name) => complaint.tip(format!("did you mean {name}?")),
        None => complaint.tip(format!("settings are: {}", SETTINGS.join(", "))),
    }
}

/// A year, which people write as a number.
fn year<'de, D: serde::Deserializer<'de>>(value: D) -> Result<Option<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Year {
        Number(i64),
        Text(String),
    }
    Ok(Some(match Year::deserialize(value)? {
        Year::Number(year) => year.to_string(),
        Year::Text(year) => year,
    }))
}

/// A TOML value as text; what is not TOML is taken as it stands, since shells eat quotes.
fn text_value(value: &str) -> String {
    let parsed: Result<toml::Table, _> = toml::from_str(&format!("v = {value}"));
    match parsed.as_ref().ok().and_then(|t| t.get("v")) {
        Some(toml::Value::String(text)) => text.clone(),
        _ => value.to_owned(),
    }
}

/// A string as TOML has it; JSON has it in the same way.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn shown(path: &Path) -> String {
    Printable(path.to_string_lossy().as_bytes()).to_string()
}
