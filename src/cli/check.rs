//! `check`: recorded sessions are held against `ftplog.expect.toml` and against a good recording.

use super::Exit;
use super::analyze::{Expected, report};
use super::args::Check;
use super::chosen::{self, Wrong};
use super::complaint::Complaint;
use super::config::{Config, above, in_our_words, line_of, text_of};
use super::golden;
use super::output::Output;
use super::recorder;
use ftplog::catalog::Message;
use ftplog::rule::Rule;
use ftplog::rule::expectation::ExpectationsDefinition;
use ftplog::rule::own::Fault;
use ftplog::source::expanded;
use ftplog::text::Printable;
use std::path::{Path, PathBuf};

/// The name of the file.
const FILE_NAME: &str = "ftplog.expect.toml";

/// Holds recordings against what is expected of them, or writes down what a good one does.
pub(crate) fn check(args: &Check, config: &Config, output: &Output) -> Result<Exit, Complaint> {
    if args.record {
        return recorder::record(args, config, output);
    }
    let mut reading = args.reading.clone();
    let mut expected =
        Expected { any: args.golden.is_none() || args.expect.is_some(), ..Expected::default() };
    let path = args.expect.clone().or_else(|| above(FILE_NAME));
    if let Some(path) = &path {
        let expectations = Expectations::read(path, config)?;
        if reading.paths.is_empty() {
            reading.paths = expectations.files()?;
            expected.all = true;
        }
        expected.rules = expectations.rules;
    }
    match &args.golden {
        Some(golden) => expected.rules.push(golden::read(golden, &args.reading, config, output)?),
        None if path.is_none() => {
            return Err(Complaint::new(Message::ExpectNoFile).tip(Message::ExpectNoFileTip));
        }
        None => {}
    }
    expected.read = path.into_iter().chain(args.golden.clone()).collect();
    report(&args.analyze(reading), config, output, &expected)
}

/// What a file expects.
struct Expectations {
    path: PathBuf,
    text: String,
    definitions: ExpectationsDefinition,
    rules: Vec<&'static Rule>,
}

impl Expectations {
    fn read(path: &Path, config: &Config) -> Result<Self, Complaint> {
        let text = text_of(path)?;
        let definitions: ExpectationsDefinition = toml::from_str(&text).map_err(|error| {
            let (why, tip) = in_our_words(&error);
            let line = error.span().map_or(1, |span| line_of(&text, span.start));
            let fact = Message::OnLine.with("line", line.to_string()).with("what", why);
            Complaint { tip, ..unusable(path).fact(fact) }
        })?;
        if !definitions.is_known() {
            return Err(Complaint::new(Message::ExpectVersion.with("path", shown(path))));
        }
        let mut expectations = Self { path: path.to_path_buf(), text, definitions, rules: Vec::new() };
        for (number, definition) in expectations.definitions.expect.iter().enumerate() {
            let rule = definition.compile(&expectations.rules, &config.rules.own);
            let rule = rule.map_err(|fault| expectations.faulty(number, &fault))?;
            expectations.rules.push(rule);
        }
        let rules = config.ruleset();
        let is_silent = rules.rules().enumerate().all(|(number, _)| !rules.speaks(number));
        let of_findings = expectations.definitions.expect.iter().position(|e| e.findings.is_some());
        if let Some(number) = of_findings.filter(|_| is_silent) {
            return Err(expectations.faulty(number, &Fault::new("findings", Message::ExpectNoRules)));
        }
        if expectations.rules.is_empty() {
            let fact = Message::OnLine.with("line", "1").with("what", Message::ExpectNothing);
            return Err(unusable(path).fact(fact));
        }
        Ok(expectations)
    }

    /// The files that they are about. Patterns are meant from the folder of the file.
    fn files(&self) -> Result<Vec<PathBuf>, Complaint> {
        let folder = self.path.parent().unwrap_or(Path::new(""));
        let mut files = Vec::new();
        for (number, definition) in self.definitions.expect.iter().enumerate() {
            if definition.files.is_empty() {
                return Err(self.faulty(number, &Fault::new("name", Message::ExpectNoFiles)));
            }
            for pattern in &definition.files {
                let path = folder.join(pattern);
                let found = match expanded(&path).filter(|_| !path.exists()) {
                    // That nothing is like a pattern would go unnoticed.
                    Some(walk) if walk.files.is_empty() => {
                        let what = Message::ExpectNoSuchFiles.with("text", Printable(pattern.as_bytes()));
                        return Err(self.faulty(number, &Fault::new("files", what)));
                    }
                    Some(walk) => walk.files,
                    None => vec![path],
                };
                files.extend(found.into_iter().filter(|file| !files.contains(file)).collect::<Vec<_>>());
            }
        }
        Ok(files)
    }

    /// What is wrong with an expectation, with its line.
    fn faulty(&self, number: usize, fault: &Fault) -> Complaint {
        let Wrong { at, what, tip } = chosen::of_expectation(&self.text, number, fault);
        let name = self.definitions.expect.get(number).map_or("", |definition| &definition.name);
        let place = Message::ExpectPlace
            .with("line", line_of(&self.text, at).to_string())
            .with("number", (number + 1).to_string())
            .with("name", Printable(name.as_bytes()))
            .with("why", what);
        Complaint { tip, ..unusable(&self.path).fact(place) }
    }
}

fn unusable(path: &Path) -> Complaint {
    Complaint::new(Message::ExpectUnusable.with("path", shown(path)))
}

fn shown(path: &Path) -> String {
    Printable(path.to_string_lossy().as_bytes()).to_string()
}
