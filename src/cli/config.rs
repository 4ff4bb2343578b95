//! `ftplog.toml`: where it is found, what it may say, and `ftplog config`.
//!
//! The first file that is found is the only one. Arguments beat `--set`, and `--set` beats the file.

use super::Exit;
use super::args::{self, Global, Language, Reading};
use super::chosen::{self, Known, Wrong};
use super::complaint::Complaint;
use super::inputs::settings;
use super::keys::{Ci, Input, KEYS, Keys, Report, Written};
use super::output::{Output, variable};
use super::rules;
use bytesize::ByteSize;
use ftplog::catalog::{Hole, Message, Said, Words};
use ftplog::engine::Settings;
use ftplog::format::{Definition, Flaw, Format, Setup};
use ftplog::lang::Lang;
use ftplog::rule::own::{self, Fault};
use ftplog::rule::{Allow, AllowDefinition, Choice, Ruleset};
use ftplog::source::{Limits, Unreadable};
use ftplog::text::{Printable, nearest};
use serde::Deserialize;
use serde::de::IgnoredAny;
use std::cell::LazyCell;
use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
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
    pub(crate) keys: Keys,
    written: Written,
    /// What it says about rules.
    pub(crate) rules: Choice,
    /// What the user allows.
    pub(crate) allow: Vec<Allow>,
    definitions: Vec<Definition>,
    /// The formats of the user's own, ready to be used.
    pub(crate) own_formats: Vec<&'static Format>,
}

/// The whole file.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct File {
    // These are read by [`Written`], which also knows what arguments set; here is where what is wrong with them has a line.
    #[serde(rename = "lang")]
    _lang: Option<Language>,
    #[serde(rename = "input", default)]
    _input: Input,
    #[serde(rename = "report", default)]
    _report: Report,
    #[serde(rename = "ci", default)]
    _ci: Ci,
    #[serde(default)]
    format: Vec<Definition>,
    #[serde(default)]
    allow: Vec<AllowDefinition>,
    #[serde(default)]
    rule: Vec<own::Definition>,
    /// It is read by [`chosen::read`], which knows the rules.
    #[serde(rename = "rules", default)]
    _rules: IgnoredAny,
}

/// How the names of those of rules begin.
const OF_RULES: &str = "rules.";

impl Config {
    /// Finds and reads the configuration. What rules of the user's own leave to ftplog is said in that language.
    pub(crate) fn load(global: &Global, lang: Lang) -> Result<Self, Complaint> {
        let mut config = Self::file(global).map_or(Ok(Self::default()), |path| Self::read(&path, lang))?;
        for setting in &global.set {
            config.set(setting)?;
        }
        config.keys = config.written.read().unwrap_or_default();
        Ok(config)
    }

    /// The file that it comes from.
    pub(super) fn path(&self) -> Option<&PathBuf> {
        self.path.as_ref()
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
            written: Written::of_file(path, &text),
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
        for (number, definition) in file.allow.into_iter().enumerate() {
            let allow = definition.compile(&config.rules.own);
            let wrong = |fault| misplaced(path, &text, &chosen::of_allow(&text, number, &fault));
            config.allow.push(allow.map_err(wrong)?);
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
        let key = key.trim();
        if !KEYS.iter().any(|(known, _)| *known == key) {
            return Err(unknown_setting(key));
        }
        self.written.set(key, value.trim()).map_err(|error| {
            let (why, tip) = in_our_words(&error);
            let what = Message::SetWrong.with("key", Printable(key.as_bytes())).with("why", why);
            Complaint { tip, ..Complaint::new(what) }
        })
    }

    /// How much may come out of what is packed.
    pub(crate) fn limits(&self) -> Result<Limits, Complaint> {
        let usual = Limits::default();
        let Some(text) = &self.keys.input.max_unpacked else { return Ok(usual) };
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
    text.push_str(&config.written.in_effect(lang));
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

/// The nearest file of that name in this folder or above it, up to the root of the repository.
pub(super) fn above(name: &str) -> Option<PathBuf> {
    let here = std::env::current_dir().ok()?;
    for folder in here.ancestors() {
        let path = folder.join(name);
        if path.is_file() {
            return Some(if folder == here { PathBuf::from(name) } else { path });
        }
        if folder.join(".git").exists() {
            break;
        }
    }
    None
}

/// The file in use where none is named: the nearest one in this folder or above it up to the root of the repository, or the
/// user's.
fn find() -> Option<PathBuf> {
    if let Some(path) = above(FILE_NAME) {
        return Some(path);
    }
    let folder = variable("XDG_CONFIG_HOME").map(PathBuf::from);
    let folder = folder.or_else(|| Some(PathBuf::from(variable("HOME")?).join(".config")))?;
    Some(folder.join("ftplog").join(FILE_NAME)).filter(|p| p.is_file())
}

#[allow(clippy::disallowed_methods)] // It is no log.
pub(super) fn text_of(path: &Path) -> Result<String, Complaint> {
    let cannot = |why: Said| Complaint::new(Message::CannotRead.with("path", shown(path)).with("why", why));
    let failed = |e: &std::io::Error| cannot(Unreadable::of(e, path).said());
    let file = std::fs::File::open(path).map_err(|e| failed(&e))?;
    let mut bytes = Vec::new();
    file.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes).map_err(|e| failed(&e))?;
    if bytes.len() as u64 > FILE_BYTES_MAX {
        return Err(cannot(Message::TooLarge.into()));
    }
    String::from_utf8(bytes).map_err(|_| cannot(Message::NotUtf8.into()))
}

/// What the reader of TOML says, with its line, and the key that was probably meant.
fn not_understood(path: &Path, text: &str, error: &toml::de::Error) -> Complaint {
    let line = error.span().map_or(1, |span| line_of(text, span.start));
    let (what, tip) = in_our_words(error);
    Complaint { tip, ..unknown(path).fact(on_line(line, what)) }
}

/// What the reader of TOML says, and the word that was probably meant.
pub(super) fn in_our_words(error: &toml::de::Error) -> (Said, Option<Said>) {
    let message = error.message().lines().next().unwrap_or_default();
    let shown = Printable(message.as_bytes()).to_string();
    let ours = [&[Message::ConfigYearWrong], own::WRONG_VALUES].concat();
    let what = Said::read_back(&shown, &ours).unwrap_or_else(|| Said::text(shown));
    // unknown field `patern`, expected one of `name`, `pattern`
    let mut quoted = message.split('`').skip(1).step_by(2);
    let unknown = quoted.next().filter(|_| message.starts_with("unknown "));
    let tip = unknown.and_then(|unknown| match nearest(unknown, quoted) {
        Some(near) => Some(Message::DidYouMean.with("near", near)),
        None => message.starts_with("unknown field").then(|| Message::ConfigUnknownTip.into()),
    });
    (what, tip)
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
pub(super) fn line_of(text: &str, at: usize) -> usize {
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
    let keys = || KEYS.iter().map(|(key, _)| *key);
    complaint.tip(match nearest(key, keys()) {
        Some(near) => Message::DidYouMean.with("near", near),
        None => Message::SettingsAre.with("keys", keys().collect::<Hole>()),
    })
}

/// A string as TOML has it; JSON has it in the same way.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn shown(path: &Path) -> String {
    Printable(path.to_string_lossy().as_bytes()).to_string()
}
