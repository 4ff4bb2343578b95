//! Arguments as typed.

use clap::builder::styling::{AnsiColor, Style, Styles};
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args as ClapArgs, CommandFactory, Parser, Subcommand, ValueEnum};
use ftplog::lang::Lang;
use ftplog::report::{RENDERERS, Renderer};
use ftplog::session;
use serde::Deserialize;
use std::path::PathBuf;

const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Cyan.on_default().bold())
    .usage(AnsiColor::Cyan.on_default().bold())
    .literal(Style::new().bold());

const EXAMPLES: &str = "\
Examples:
  ftplog demo                   Try it on a built-in sample
  ftplog analyze server.log     What went wrong, why, how to fix it
  ftplog explain 503            What a reply code means
  ftplog explain --search TEXT  What a reply means that you paste
  ftplog compare 214 502        How two reply codes differ";

/// Find, explain and fix problems in FTP session logs
#[derive(Debug, Parser)]
#[command(name = "ftplog", version, styles = STYLES, after_help = EXAMPLES, max_term_width = 100)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
    #[command(flatten)]
    pub(crate) global: Global,
}

#[derive(Clone, Debug, ClapArgs)]
#[command(next_help_heading = "Global options")]
pub(crate) struct Global {
    /// Read settings from this file instead of searching for ftplog.toml
    #[arg(long, global = true, value_name = "FILE", env = "FTPLOG_CONFIG", hide_env_values = true)]
    pub(crate) config: Option<PathBuf>,
    /// Ignore every configuration file
    #[arg(long, global = true)]
    pub(crate) no_config: bool,
    /// Override one setting, for example input.tz="Asia/Seoul" or rules.ignore=slow-reply. Repeatable
    #[arg(long, global = true, value_name = "KEY=VALUE")]
    pub(crate) set: Vec<String>,
    #[arg(
        long,
        global = true,
        value_name = "LANG",
        ignore_case = true,
        help = "Language of reports and explanations [env: FTPLOG_LANG] [default: that of the locale]"
    )]
    pub(crate) lang: Option<Language>,
    /// When to use colour
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto", ignore_case = true)]
    pub(crate) color: When,
    /// Print only findings; twice: print nothing and set the exit code
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub(crate) quiet: u8,
    /// Say what ftplog is doing; twice: also the lines that were not understood
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum When {
    Auto,
    Always,
    Never,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Language {
    /// English
    En,
    /// Korean
    Ko,
    /// Japanese
    Ja,
}

impl Language {
    pub(crate) fn lang(self) -> Lang {
        match self {
            Self::En => Lang::En,
            Self::Ko => Lang::Ko,
            Self::Ja => Lang::Ja,
        }
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Find problems in logs and explain them
    Analyze(Analyze),
    /// Test recorded sessions against an expectations file or a good recording
    Check(Check),
    /// List every command with its replies
    Exchanges(List),
    /// List the sessions in a log
    Sessions(List),
    /// Show what the servers in a log can do, and what their limits are
    Server(List),
    /// Print the annotated transcript of one session
    Show(Show),
    /// Explain a reply code, an FTP command or a rule
    Explain(Explain),
    /// Compare two to four reply codes or FTP commands
    Compare(Compare),
    /// List the rules
    Rules(Rules),
    /// List the log formats ftplog can read, tell about one, or say which one a file is in
    Formats(Formats),
    /// Analyze a built-in sample log
    Demo(Demo),
    /// Show, create or check the configuration
    Config(Config),
    /// Print what JSON output or ftplog.toml looks like, as a JSON Schema
    Schema {
        /// What it is of
        #[arg(ignore_case = true, value_name = "OF")]
        of: SchemaOf,
    },
    /// Print a shell completion script
    Completions {
        /// The shell
        #[arg(ignore_case = true)]
        shell: clap_complete::Shell,
    },
}

#[derive(Clone, Debug, Default, ClapArgs)]
#[command(next_help_heading = "Input")]
pub(crate) struct Reading {
    /// Log files, directories or archives, or patterns of them; - reads standard input
    #[arg(value_name = "PATH", help_heading = "Arguments")]
    pub(crate) paths: Vec<PathBuf>,
    /// Log format, when detection is wrong (see `ftplog formats`)
    #[arg(long, value_name = "NAME")]
    pub(crate) log_format: Option<String>,
    /// Name to report for standard input
    #[arg(long, value_name = "NAME", default_value = "<stdin>")]
    pub(crate) stdin_name: String,
    /// Time zone of logs that do not state one, for example Asia/Seoul [default: UTC]
    #[arg(long, value_name = "ZONE")]
    pub(crate) tz: Option<String>,
    /// Year in which the log begins, for times without one, as syslog writes them
    #[arg(long, value_name = "YYYY")]
    pub(crate) year: Option<String>,
    /// Skip files, folders and members of archives like this, for example "*.gz" or "old/*". Repeatable
    #[arg(long, value_name = "GLOB")]
    pub(crate) exclude: Vec<String>,
    /// Threads to use; 0 means one per core
    #[arg(short, long, value_name = "N", default_value_t = 0)]
    pub(crate) jobs: usize,
    #[command(flatten)]
    pub(crate) filter: Filter,
}

/// Which sessions a run is about.
#[derive(Clone, Debug, Default, ClapArgs)]
#[command(next_help_heading = "Sessions")]
pub(crate) struct Filter {
    /// Only sessions that went on at this time or later, for example 2026-01-31 or "2026-01-31 10:00"
    #[arg(long, value_name = "TIME")]
    pub(crate) since: Option<String>,
    /// Only sessions that began at this time or before; a day, a minute or a second counts as a whole
    #[arg(long, value_name = "TIME")]
    pub(crate) until: Option<String>,
    /// Only sessions with this client, user, server, verb or code, for example client=203.0.113.* or code=5xx. Repeatable
    #[arg(long = "where", value_name = "KEY=GLOB")]
    pub(crate) patterns: Vec<String>,
}

#[derive(Clone, Debug, ClapArgs)]
pub(crate) struct Analyze {
    #[command(flatten)]
    pub(crate) reading: Reading,
    /// Report only these rules, or sets of rules: default, pedantic, audit, all
    #[arg(long, value_name = "RULE", value_delimiter = ',', help_heading = "Rules")]
    pub(crate) select: Vec<String>,
    /// Do not report these rules
    #[arg(long, value_name = "RULE", value_delimiter = ',', help_heading = "Rules")]
    pub(crate) ignore: Vec<String>,
    /// Hide findings below this severity
    #[arg(long, value_name = "SEVERITY", default_value = "note", ignore_case = true, help_heading = "Rules")]
    pub(crate) min_severity: Severity,
    /// Hide findings that are less sure than this
    #[arg(
        long,
        value_name = "CONFIDENCE",
        default_value = "possible",
        ignore_case = true,
        help_heading = "Rules"
    )]
    pub(crate) min_confidence: Confidence,
    /// Hide findings that were known when this file was written
    #[arg(long, value_name = "FILE", help_heading = "Rules")]
    pub(crate) baseline: Option<PathBuf>,
    /// Write today's findings into the baseline, and exit 0
    #[arg(
        long,
        conflicts_with_all = ["since", "until", "patterns", "min_severity", "min_confidence"],
        help_heading = "Rules"
    )]
    pub(crate) update_baseline: bool,
    /// Lowest severity that makes the exit code 1 [default: error]
    #[arg(long, value_name = "SEVERITY", ignore_case = true, help_heading = "Rules")]
    pub(crate) fail_on: Option<FailOn>,
    /// Also exit 1 when more than N findings remain
    #[arg(long, value_name = "N", help_heading = "Rules")]
    pub(crate) max_findings: Option<u64>,
    /// What to print on standard output
    #[arg(
        short,
        long,
        value_name = "FORMAT",
        env = "FTPLOG_FORMAT",
        hide_env_values = true,
        default_value = "text",
        ignore_case = true,
        help_heading = "Output"
    )]
    #[arg(value_parser = report_format())]
    pub(crate) format: &'static Renderer,
    /// Also write a file; its ending says the format, or a name in front: sarif=FILE. Repeatable
    #[arg(short, long, value_name = "[FORMAT=]FILE", help_heading = "Output")]
    pub(crate) output: Vec<String>,
    /// Show every occurrence instead of one example per problem
    #[arg(long, help_heading = "Output")]
    pub(crate) all: bool,
    /// Transcript lines to show before a finding [default: 2]
    #[arg(short = 'C', long, value_name = "N", help_heading = "Output")]
    pub(crate) context: Option<usize>,
    /// When to show on standard error how far it is
    #[arg(long, value_name = "WHEN", default_value = "auto", ignore_case = true, help_heading = "Output")]
    pub(crate) progress: When,
}

#[derive(Clone, Debug, ClapArgs)]
pub(crate) struct Check {
    #[command(flatten)]
    pub(crate) reading: Reading,
    /// What is expected [default: the nearest ftplog.expect.toml, here or above]
    #[arg(long, value_name = "FILE", help_heading = "Expectations")]
    pub(crate) expect: Option<PathBuf>,
    /// Print a first version of that file, made from good recordings, instead
    #[arg(long, conflicts_with_all = ["expect", "golden"], help_heading = "Expectations")]
    pub(crate) record: bool,
    /// Report every difference from this good recording: commands, reply codes, features
    #[arg(long, value_name = "FILE", help_heading = "Expectations")]
    pub(crate) golden: Option<PathBuf>,
    /// What to print on standard output
    #[arg(
        short,
        long,
        value_name = "FORMAT",
        env = "FTPLOG_FORMAT",
        hide_env_values = true,
        default_value = "text",
        ignore_case = true,
        value_parser = report_format(),
        help_heading = "Output"
    )]
    pub(crate) format: &'static Renderer,
    /// Also write a file; its ending says the format, or a name in front: junit=FILE. Repeatable
    #[arg(short, long, value_name = "[FORMAT=]FILE", help_heading = "Output")]
    pub(crate) output: Vec<String>,
    /// Transcript lines to show before what is otherwise than expected [default: 2]
    #[arg(short = 'C', long, value_name = "N", help_heading = "Output")]
    pub(crate) context: Option<usize>,
    /// When to show on standard error how far it is
    #[arg(long, value_name = "WHEN", default_value = "auto", ignore_case = true, help_heading = "Output")]
    pub(crate) progress: When,
}

impl Check {
    /// How recordings are analyzed: by everything that is expected, and all is shown.
    pub(crate) fn analyze(&self, reading: Reading) -> Analyze {
        Analyze {
            reading,
            select: Vec::new(),
            ignore: Vec::new(),
            min_severity: Severity::Note,
            min_confidence: Confidence::Possible,
            baseline: None,
            update_baseline: false,
            fail_on: None,
            max_findings: None,
            format: self.format,
            output: self.output.clone(),
            all: true,
            context: self.context,
            progress: self.progress,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Severity {
    Error,
    Warning,
    Note,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum FailOn {
    Error,
    Warning,
    Note,
    Never,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Confidence {
    Certain,
    Likely,
    Possible,
}

impl Confidence {
    pub(crate) fn confidence(self) -> session::Confidence {
        match self {
            Self::Certain => session::Confidence::Certain,
            Self::Likely => session::Confidence::Likely,
            Self::Possible => session::Confidence::Possible,
        }
    }
}

/// What it comes to that findings of the baseline no longer occur.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum StaleBaseline {
    Error,
    Warning,
    Ignore,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ListFormat {
    Text,
    Ndjson,
}

#[derive(Clone, Debug, ClapArgs)]
pub(crate) struct List {
    #[command(flatten)]
    pub(crate) reading: Reading,
    /// What to print on standard output
    #[arg(
        short,
        long,
        value_name = "FORMAT",
        default_value = "text",
        ignore_case = true,
        help_heading = "Output"
    )]
    pub(crate) format: ListFormat,
    /// Show all of a long list
    #[arg(long, help_heading = "Output")]
    pub(crate) all: bool,
    /// When to show on standard error how far it is
    #[arg(long, value_name = "WHEN", default_value = "auto", ignore_case = true, help_heading = "Output")]
    pub(crate) progress: When,
}

#[derive(Clone, Debug, ClapArgs)]
pub(crate) struct Show {
    /// A line as findings name it, for example server.log:1045, or a session, for example server.log@17
    #[arg(value_name = "PATH:LINE|PATH@SESSION", allow_hyphen_values = true)]
    pub(crate) target: String,
    /// Show all of the session
    #[arg(long)]
    pub(crate) all: bool,
    /// Lines to show before and after
    #[arg(short = 'C', long, value_name = "N", default_value_t = 5)]
    pub(crate) context: usize,
    /// Say which rules looked at the line, and why they found something or nothing
    #[arg(long)]
    pub(crate) why: bool,
    /// Log format, when detection is wrong (see `ftplog formats`)
    #[arg(long, value_name = "NAME", help_heading = "Input")]
    pub(crate) log_format: Option<String>,
    /// Time zone of logs that do not state one, for example Asia/Seoul [default: UTC]
    #[arg(long, value_name = "ZONE", help_heading = "Input")]
    pub(crate) tz: Option<String>,
    /// Year in which the log begins, for times without one, as syslog writes them
    #[arg(long, value_name = "YYYY", help_heading = "Input")]
    pub(crate) year: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum RulesFormat {
    Text,
    Json,
    Ndjson,
}

#[derive(Clone, Debug, Subcommand)]
pub(crate) enum RulesCommand {
    /// Run the tests of the rules of your own in ftplog.toml
    Test,
}

#[derive(Clone, Debug, ClapArgs)]
pub(crate) struct Rules {
    #[command(subcommand)]
    pub(crate) what: Option<RulesCommand>,
    /// What to print on standard output
    #[arg(short, long, value_name = "FORMAT", default_value = "text", ignore_case = true)]
    pub(crate) format: RulesFormat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum PageFormat {
    Text,
    Json,
    Markdown,
}

/// A part of the book that `explain --all` prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum BookPart {
    Everything,
    Replies,
    Commands,
    Comparisons,
    Rules,
}

#[derive(Clone, Debug, ClapArgs)]
pub(crate) struct Explain {
    /// A reply code such as 503, a command such as RNTO, or a rule such as rename-without-source
    #[arg(value_name = "CODE|COMMAND|RULE", required_unless_present_any = ["search", "all"])]
    pub(crate) topic: Vec<String>,
    /// Find the pages about a reply as it was received, or about words
    #[arg(long, value_name = "TEXT", conflicts_with_all = ["topic", "all"])]
    pub(crate) search: Option<String>,
    /// Print all explanations as a book in Markdown, or one part of it
    #[arg(long, value_name = "PART", num_args = 0..=1, default_missing_value = "everything", conflicts_with = "topic")]
    pub(crate) all: Option<BookPart>,
    /// What to print on standard output
    #[arg(short, long, value_name = "FORMAT", default_value = "text", ignore_case = true)]
    pub(crate) format: PageFormat,
}

#[derive(Clone, Debug, ClapArgs)]
pub(crate) struct Compare {
    /// Two to four reply codes or commands, for example 214 502
    #[arg(value_name = "CODE|COMMAND", required = true, num_args = 1..)]
    pub(crate) topics: Vec<String>,
    /// What to print on standard output
    #[arg(short, long, value_name = "FORMAT", default_value = "text", ignore_case = true)]
    pub(crate) format: PageFormat,
}

#[derive(Clone, Debug, ClapArgs)]
pub(crate) struct Formats {
    /// Tell about this format
    #[arg(value_name = "NAME", conflicts_with = "detect")]
    pub(crate) name: Option<String>,
    /// Say which format these files are in, and how many lines show it; - reads standard input
    #[arg(long, value_name = "FILE", num_args = 1..)]
    pub(crate) detect: Vec<PathBuf>,
}

#[derive(Clone, Debug, ClapArgs)]
pub(crate) struct Demo {
    /// Write the sample to this file instead
    #[arg(long, value_name = "FILE")]
    pub(crate) write: Option<PathBuf>,
}

#[derive(Clone, Debug, ClapArgs)]
pub(crate) struct Config {
    /// Check the configuration and run the tests in it
    #[arg(long, conflicts_with = "init")]
    pub(crate) check: bool,
    /// Write an ftplog.toml with every key into this folder
    #[arg(long)]
    pub(crate) init: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum SchemaOf {
    /// The document of `analyze -f json`
    Report,
    /// A line of `analyze -f ndjson`
    ReportLine,
    /// A line of `exchanges -f ndjson`
    Exchange,
    /// A line of `sessions -f ndjson`
    Session,
    /// The configuration, ftplog.toml
    Config,
}

/// The formats of reports, by their names.
fn report_format() -> impl TypedValueParser<Value = &'static Renderer> {
    let names = PossibleValuesParser::new(RENDERERS.iter().map(|r| r.name));
    names.try_map(|name| Renderer::named(&name).ok_or("no such format"))
}

/// The completion script of a shell.
pub(crate) fn completions(shell: clap_complete::Shell) -> String {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Args::command(), "ftplog", &mut script);
    String::from_utf8_lossy(&script).into_owned()
}

#[cfg(test)]
mod tests {
    #[test]
    fn arguments_are_consistent() {
        use clap::CommandFactory;
        super::Args::command().debug_assert();
    }
}
