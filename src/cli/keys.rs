//! The keys of `ftplog.toml` that hold one value or a list: what is read, what a report shows, and when a build fails.

use super::args::{Confidence, FailOn, Language, StaleBaseline};
use ftplog::catalog::{Message, Said};
use ftplog::lang::Lang;
use serde::{Deserialize, Deserializer};
use std::fmt::Write;
use std::path::{Path, PathBuf};
use toml::{Table, Value};

/// Every key, with what holds where nobody sets it, as the file would have it.
pub(super) const KEYS: [(&str, Option<&str>); 14] = [
    ("lang", None),
    ("input.paths", None),
    ("input.exclude", None),
    ("input.log-format", Some("\"auto\"")),
    ("input.tz", Some("\"UTC\"")),
    ("input.year", None),
    ("input.proftpd-log-format", None),
    ("input.max-unpacked", Some("\"100 GiB\"")),
    ("report.context", Some("2")),
    ("ci.fail-on", Some("\"error\"")),
    ("ci.fail-confidence", Some("\"likely\"")),
    ("ci.max-findings", None),
    ("ci.baseline", None),
    ("ci.stale-baseline", Some("\"warning\"")),
];

/// What the keys say.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Keys {
    // It is wanted before the rest of the file is understood, and read by [`super::language`].
    #[serde(rename = "lang")]
    _lang: Option<Language>,
    #[serde(default)]
    pub(crate) input: Input,
    #[serde(default)]
    pub(crate) report: Report,
    #[serde(default)]
    pub(crate) ci: Ci,
}

/// `[input]`
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Input {
    /// What is read where no path is given.
    #[serde(default, deserialize_with = "one_or_several")]
    pub(crate) paths: Vec<PathBuf>,
    /// What is left out, beside what arguments leave out.
    #[serde(default, deserialize_with = "one_or_several")]
    pub(crate) exclude: Vec<String>,
    /// The format of every log.
    pub(crate) log_format: Option<String>,
    /// The zone of logs that state none.
    pub(crate) tz: Option<String>,
    /// The year in which logs begin that state none, as a number or in quotes.
    #[serde(default, deserialize_with = "year")]
    pub(crate) year: Option<String>,
    /// The `LogFormat` of a `ProFTPD` `ExtendedLog`.
    pub(crate) proftpd_log_format: Option<String>,
    /// How much a file may unpack to, with everything in it: "20 GB".
    pub(crate) max_unpacked: Option<String>,
}

/// `[report]`
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Report {
    /// Lines of a transcript before the offending one.
    pub(crate) context: Option<usize>,
}

/// `[ci]`
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Ci {
    /// The lowest severity that makes the exit code 1.
    pub(crate) fail_on: Option<FailOn>,
    /// How sure a finding must be to make it 1.
    pub(crate) fail_confidence: Option<Confidence>,
    /// More findings than these make it 1, too.
    pub(crate) max_findings: Option<u64>,
    /// The file with the findings that were known before.
    pub(crate) baseline: Option<PathBuf>,
    /// What it comes to that some of these no longer occur.
    pub(crate) stale_baseline: Option<StaleBaseline>,
}

/// The same as they are written: those of the file, and over them those that arguments set.
#[derive(Debug, Default)]
pub(super) struct Written(Table);

impl Written {
    /// The keys of a file, which is known to be a configuration. Paths are meant from the folder that it is in.
    pub(super) fn of_file(path: &Path, text: &str) -> Self {
        let mut all: Table = toml::from_str(text).unwrap_or_default();
        all.retain(|name, _| KEYS.iter().any(|(key, _)| key.split('.').next() == Some(name)));
        let mut written = Self(all);
        let folder = path.parent().unwrap_or(Path::new(""));
        for key in ["input.paths", "ci.baseline"] {
            written.at(key).into_iter().for_each(|value| move_paths(value, folder));
        }
        written
    }

    /// Sets `input.tz` to what stands behind `=` in an argument. Shells eat quotes, so what is no TOML is a text.
    ///
    /// # Errors
    /// What the reader of TOML says.
    pub(super) fn set(&mut self, key: &str, value: &str) -> Result<(), toml::de::Error> {
        let value: Value = match toml::from_str::<Table>(&format!("v = {value}")) {
            Ok(mut table) => table.remove("v").unwrap_or_else(|| value.into()),
            Err(_) => value.into(),
        };
        let before = self.0.clone();
        match key.split_once('.') {
            Some((section, key)) => {
                let section = self.0.entry(section).or_insert_with(|| Table::new().into());
                section.as_table_mut().map(|table| table.insert(key.to_owned(), value));
            }
            None => {
                self.0.insert(key.to_owned(), value);
            }
        }
        let read = self.read().map(|_| ());
        if read.is_err() {
            self.0 = before;
        }
        read
    }

    /// What they say.
    pub(super) fn read(&self) -> Result<Keys, toml::de::Error> {
        Keys::deserialize(self.0.clone())
    }

    /// The value of a key that is set.
    fn get(&self, key: &str) -> Option<&Value> {
        match key.split_once('.') {
            Some((section, key)) => self.0.get(section)?.get(key),
            None => self.0.get(key),
        }
    }

    fn at(&mut self, key: &str) -> Option<&mut Value> {
        let (section, key) = key.split_once('.')?;
        self.0.get_mut(section)?.get_mut(key)
    }

    /// What holds for every key, as a file would have it.
    pub(super) fn in_effect(&self, lang: Lang) -> String {
        let mut text = String::new();
        let mut section = "";
        for (key, default) in KEYS {
            let (of, name) = key.split_once('.').unwrap_or(("", key));
            if std::mem::replace(&mut section, of) != of {
                let _ = writeln!(text, "\n[{of}]");
            }
            let value = self.get(key).map(Value::to_string).or_else(|| default.map(str::to_owned));
            let _ = match value {
                Some(value) => writeln!(text, "{name} = {value}"),
                None => writeln!(text, "# {}", Message::ConfigNotSet.with("key", name).in_words(lang)),
            };
        }
        text
    }
}

/// Puts a folder in front of a path, or of each in a list.
fn move_paths(value: &mut Value, folder: &Path) {
    match value {
        Value::String(path) => *path = folder.join(&*path).to_string_lossy().into_owned(),
        Value::Array(paths) => paths.iter_mut().for_each(|path| move_paths(path, folder)),
        _ => {}
    }
}

/// One value, or a list of them.
fn one_or_several<'de, D: Deserializer<'de>, T: Deserialize<'de>>(value: D) -> Result<Vec<T>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum OneOrSeveral<T> {
        One(T),
        Several(Vec<T>),
    }
    Ok(match OneOrSeveral::deserialize(value)? {
        OneOrSeveral::One(one) => vec![one],
        OneOrSeveral::Several(all) => all,
    })
}

/// A year, which people write as a number.
fn year<'de, D: Deserializer<'de>>(value: D) -> Result<Option<String>, D::Error> {
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
