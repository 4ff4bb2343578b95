//! `ftplog.toml`: where it is found, what it may say, and `ftplog config`.
//!
//! The first file that is found is the only one. Arguments beat `--set`, and `--set` beats the file.

use super::Exit;
use super::args::{self, Global, Language, Reading};
use super::chosen::{self, Known, Wrong};
use super::complaint::Complaint;
use super::inputs::settings;
use super::language;
use super::output::{Output, variable};
use super::rules;
use bytesize::ByteSize;
use ftplog::catalog::{Hole, Message, Said, Words};
use ftplog::engine::Settings;
use ftplog::format::{Definition, Flaw, Format, Setup};
use ftplog::lang::Lang;
use ftplog::rule::own::{self, Fault};
use ftplog::rule::{Choice, Ruleset};
use ftplog::source::{Limits, Unreadable};
use ftplog::text::{Printable, nearest};
use serde::Deserialize;
use serde::de::IgnoredAny;
use std::cell::LazyCell;
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
    /// The language of reports and explanations.
    pub(crate) lang: Option<Lang>,
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
    /// How much a file may unpack to, with everything in it: "20 GB".
    pub(crate) max_unpacked: Option<String>,
}

/// The whole file.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct File {
    lang: Option<Language>,
    #[serde(default)]
    input: Input,
    #[serde(default)]
    format: Vec<Definition>,
    #[serde(default)]
    rule: Vec<own::Definition>,
    /// It is read by [`chosen::read`], which knows the rules.
    #[serde(default)]
    #[allow(dead_code)]
    rules: IgnoredAny,
}

/// The settings that `--set` knows, but for those of rules.
const SETTINGS: [&str; 6] =
    ["lang", "input.log-format", "input.tz", "input.year", "input.proftpd-log-format", "input.max-unpacked"];
/// How the names of those of rules begin.
const OF_RULES: &str = "rules.";

impl Config {
    /// Finds and reads the configuration. What rules of the user's own leave to ftplog is said in that language.
    pub(crate) fn load(global: &Global, lang: Lang) -> Result<Self, Complaint> {
        let mut config = Self::file(global).map_or(Ok(Self::default()), |path| Self::read(&path, lang))?;
        for setting in &global.set {
            config.set(setting)?;
        }
        Ok(config)
    }

    /// The file that is used.
    pub(super) fn file(global: &Global) -> Option<PathBuf> {
        if global.no_config { None } else { global.config.clone().or_else(find) }
    }

    fn read(path: &Path, lang: Lang) -> Result<Self, Complaint> {
        let text = text_of(path)?;
        let file: File = toml::from_str(&text).map_err(|e| not_understood(path, &text, &e))?;
        let mut config = Self {
            path: Some(path.to_path_buf()),
            lang: file.lang.map(Language::lang),
            input: file.input,
            ..Self::default()
        };
        for (number, definition) in (1..).zip(file.format) {
            if config.definitions.iter().any(|d| d.name == definition.name) {
                return Err(flawed(path, number, &definition, &Flaw::Name(definition.name.clone())));
            }
            let format = definition.compile().map_err(|flaw| flawed(path, number, &definition, &flaw))?;
            config.own_formats.push(format);
            config.definitions.push(definition);
        }
        let words = LazyCell::new(|| Words::new(lang));
        for (number, definition) in file.rule.into_iter().enumerate() {
            let rule = definition.compile(&config.rules.own, &words);
            let faulty = |fault| faulty(path, &text, (number, &definition.name), &fault);
            config.rules.own.push(rule.map_err(faulty)?);
        }
        let known = Known::of(&config.rules);
        chosen::read(&text, &known, &mut config.rules).map_err(|wrong| misplaced(path, &text, &wrong))?;
        Ok(config)
    }

    /// `input.tz="Asia/Seoul"`
    fn set(&mut self, setting: &str) -> Result<(), Complaint> {
        let Some((key, value)) = setting.split_once('=') else {
            let what = Message::SetWithoutValue.with("setting", Printable(setting.as_bytes()));
            return Err(Complaint::new(what).tip(Message::SetWithoutValueTip));
        };
        if key.trim().starts_with(OF_RULES) {
            let known = Known::of(&self.rules);
            return chosen::set(key.trim(), value, &known, &mut self.rules).map_err(|wrong| {
                let key = Printable(key.trim().as_bytes());
                let what = Message::SetWrong.with("key", key).with("why", wrong.what);
                Complaint { tip: wrong.tip, ..Complaint::new(what) }
            });
        }
        let value = Some(text_value(value));
        match key.trim() {
            "lang" => self.lang = Some(language::of_tag(value.as_deref().unwrap_or_default())?),
            "input.log-format" => self.input.log_format = value,
            "input.tz" => self.input.tz = value,
            "input.year" => self.input.year = value,
            "input.proftpd-log-format" => self.input.proftpd_log_format = value,
            "input.max-unpacked" => self.input.max_unpacked = value,
            other => return Err(unknown_setting(other)),
        }
        Ok(())
    }

    /// How much may come out of what is packed.
    pub(crate) fn limits(&self) -> Result<Limits, Complaint> {
        let usual = Limits::default();
        let Some(text) = &self.input.max_unpacked else { return Ok(usual) };
        let size: ByteSize = text.parse().map_err(|_| {
            let what = Message::NotASize.with("text", Printable(text.as_bytes()));
            Complaint::new(what).tip(Message::NotASizeTip)
        })?;
        Ok(Limits { unpacked_bytes_max: size.0, ..usual })
    }

    /// The rules with what is chosen about them.
    pub(crate) fn ruleset(&self) -> Ruleset {
        Ruleset::new(&self.rules).unwrap_or_default()
    }

    /// The title that the configuration gives to a format of the user's own.
    pub(crate) fn own_title(&self, name: &str) -> Option<&str> {
        self.definitions.iter().find(|d| d.name == name)?.title.as_deref()
    }

    fn name(&self) -> Hole {
        self.path.as_ref().map_or(Message::ConfigNoFile.into(), |path| shown(path).into())
    }

    /// Runs the tests of the rules of the user's own; returns how many there are.
    pub(crate) fn run_tests_of_rules(&self) -> Result<usize, Complaint> {
        let Some(path) = &self.path else { return Ok(0) };
        // A test may be in another format than the logs.
        let settings = Settings { format: None, ..settings(&Reading::default(), self)? };
        let mut n = 0;
        for (number, rule) in self.rules.own.iter().enumerate() {
            n += rules::run_tests(rule, &self.rules, &settings).map_err(|(test, what)| {
                let text = text_of(path).unwrap_or_default();
                let fault = Fault { key: "finds", what, tip: None };
                let wrong = chosen::of_test(&text, number, test, &fault);
                unusable(path, &text, (number, rule.name), &wrong)
            })?;
        }
        Ok(n)
    }

    /// Runs the tests of the formats and of the rules; returns how many there are.
    fn run_tests(&self, path: &Path) -> Result<usize, Complaint> {
        let mut n = 0;
        for (number, (definition, format)) in (1..).zip(self.definitions.iter().zip(&self.own_formats)) {
            let ran = definition.run_tests(format, &Setup::default());
            n += ran.map_err(|flaw| flawed(path, number, definition, &flaw))?;
        }
        Ok(n + self.run_tests_of_rules()?)
    }
}

/// Shows, makes or checks the configuration.
pub(crate) fn config(args: &args::Config, global: &Global, output: &Output) -> Result<Exit, Complaint> {
    if args.init {
        return write_starter(output);
    }
    let config = Config::load(global, output.words.lang())?;
    if !args.check {
        return Ok(output.page(&in_effect(&config, output.words.lang())));
    }
    let Some(path) = &config.path else {
        return Err(Complaint::new(Message::NoConfig).tip(Message::NoConfigTip));
    };
    let n_tests = config.run_tests(path)?;
    let n_rules = config.rules.own.len();
    let counts = [
        (Message::Formats, Some(config.definitions.len())),
        (Message::Rules, Some(n_rules).filter(|n| *n > 0)),
        (Message::Tests, Some(n_tests)),
    ];
    let counts = counts.into_iter().filter_map(|(message, n)| Some(message.with("n", n? as u64)));
    let fine = Message::ConfigFine.with("path", config.name()).with("counts", counts.collect::<Hole>());
    Ok(output.page(&(fine.in_words(output.words.lang()) + "\n")))
}

/// What the settings are, as a configuration would have them.
fn in_effect(config: &Config, lang: Lang) -> String {
    let mut text = format!("# {}\n", config.name().in_words(lang));
    let _ = match config.lang {
        Some(lang) => writeln!(text, "lang = \"{}\"", lang.tag()),
        None => writeln!(text, "# {}", Message::ConfigNotSet.with("key", "lang").in_words(lang)),
    };
    text.push_str("\n[input]\n");
    let Input { log_format, tz, year, proftpd_log_format, max_unpacked } = &config.input;
    for (key, value, default) in [
        ("log-format", log_format, "\"auto\""),
        ("tz", tz, "\"UTC\""),
        ("year", year, ""),
        ("proftpd-log-format", proftpd_log_format, ""),
        ("max-unpacked", max_unpacked, "\"100 GiB\""),
    ] {
        match value {
            Some(value) => {
                let _ = writeln!(text, "{key} = {}", quoted(value));
            }
            None if default.is_empty() => {
                let unset = Message::ConfigNotSet.with("key", key).in_words(lang);
                let _ = writeln!(text, "# {unset}");
            }
            None => {
                let _ = writeln!(text, "{key} = {default}");
            }
        }
    }
    for definition in &config.definitions {
        let _ = writeln!(text, "\n[[format]]\nname = {}", quoted(&definition.name));
    }
    text.push_str(&chosen::in_effect(&config.ruleset()));
    for rule in &config.rules.own {
        let _ = writeln!(text, "\n[[rule]]\nname = {}", quoted(rule.name));
    }
    text
}

fn write_starter(output: &Output) -> Result<Exit, Complaint> {
    let path = Path::new(FILE_NAME);
    let file = std::fs::OpenOptions::new().write(true).create_new(true).open(path);
    match file.and_then(|mut f| f.write_all(STARTER.as_bytes())) {
        Ok(()) => {
            output.say(0, Message::Wrote.with("path", FILE_NAME));
            Ok(Exit::Clean)
        }
        Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists => {
            let what = Message::ConfigExists.with("path", FILE_NAME);
            Err(Complaint::new(what).tip(Message::ConfigExistsTip))
        }
        Err(e) => {
            let why = Unreadable::of(&e, path).said();
            Err(Complaint::new(Message::CannotWrite.with("path", FILE_NAME).with("why", why)))
        }
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
pub(super) fn text_of(path: &Path) -> Result<String, Complaint> {
    let cannot = |why: Said| Complaint::new(Message::CannotRead.with("path", shown(path)).with("why", why));
    let size = std::fs::metadata(path).map_err(|e| cannot(Unreadable::of(&e, path).said()))?.len();
    if size > FILE_BYTES_MAX {
        return Err(cannot(Message::TooLarge.into()));
    }
    std::fs::read_to_string(path).map_err(|e| match e.kind() {
        std::io::ErrorKind::InvalidData => cannot(Message::NotUtf8.into()),
        _ => cannot(Unreadable::of(&e, path).said()),
    })
}

/// What the reader of TOML says, with its line, and the key that was probably meant.
fn not_understood(path: &Path, text: &str, error: &toml::de::Error) -> Complaint {
    let line = error.span().map_or(1, |span| line_of(text, span.start));
    let message = error.message().lines().next().unwrap_or_default();
    let shown = Printable(message.as_bytes()).to_string();
    let ours = [&[Message::ConfigYearWrong], own::WRONG_VALUES].concat();
    let what = Said::read_back(&shown, &ours).unwrap_or_else(|| Said::text(shown));
    let complaint = unknown(path).fact(on_line(line, what));
    // unknown field `patern`, expected one of `name`, `pattern`
    let mut quoted = message.split('`').skip(1).step_by(2);
    match (message.starts_with("unknown "), quoted.next()) {
        (true, Some(unknown)) => match nearest(unknown, quoted) {
            Some(near) => complaint.tip(Message::DidYouMean.with("near", near)),
            None if message.starts_with("unknown field") => complaint.tip(Message::ConfigUnknownTip),
            None => complaint,
        },
        _ => complaint,
    }
}

fn unknown(path: &Path) -> Complaint {
    Complaint::new(Message::ConfigUnknown.with("path", shown(path)))
}

fn on_line(line: usize, what: Said) -> Said {
    Message::OnLine.with("line", line.to_string()).with("what", what)
}

fn faulty(path: &Path, text: &str, rule: (usize, &str), fault: &Fault) -> Complaint {
    unusable(path, text, rule, &chosen::of_rule(text, rule.0, fault))
}

/// What is wrong with a rule of the user's own, with its line.
fn unusable(path: &Path, text: &str, (number, name): (usize, &str), wrong: &Wrong) -> Complaint {
    let place = Message::ConfigRulePlace
        .with("line", line_of(text, wrong.at).to_string())
        .with("number", (number + 1).to_string())
        .with("name", Printable(name.as_bytes()))
        .with("why", wrong.what.clone());
    let complaint = Complaint::new(Message::ConfigRuleUnusable.with("path", shown(path))).fact(place);
    Complaint { tip: wrong.tip.clone(), ..complaint }
}

/// The line, from 1, of a byte of a text.
fn line_of(text: &str, at: usize) -> usize {
    1 + text.bytes().take(at).filter(|b| *b == b'\n').count()
}

/// What is wrong with a value, with its line.
fn misplaced(path: &Path, text: &str, wrong: &Wrong) -> Complaint {
    let complaint = unknown(path).fact(on_line(line_of(text, wrong.at), wrong.what.clone()));
    Complaint { tip: wrong.tip.clone(), ..complaint }
}

fn flawed(path: &Path, number: usize, definition: &Definition, flaw: &Flaw) -> Complaint {
    let place = Message::ConfigFormatPlace
        .with("number", number.to_string())
        .with("name", Printable(definition.name.as_bytes()))
        .with("why", flaw.said());
    Complaint::new(Message::ConfigFormatUnusable.with("path", shown(path))).fact(place)
}

fn unknown_setting(key: &str) -> Complaint {
    let complaint = Complaint::new(Message::UnknownSetting.with("key", Printable(key.as_bytes())));
    complaint.tip(match nearest(key, SETTINGS.into_iter()) {
        Some(near) => Message::DidYouMean.with("near", near),
        None => Message::SettingsAre.with("keys", SETTINGS.into_iter().collect::<Hole>()),
    })
}

/// A year, which people write as a number.
fn year<'de, D: serde::Deserializer<'de>>(value: D) -> Result<Option<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Year {
        Number(i64),
        Text(String),
    }
    let wrong = |_| serde::de::Error::custom(Said::from(Message::ConfigYearWrong).in_words(Lang::En));
    Ok(Some(match Year::deserialize(value).map_err(wrong)? {
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
