//! The command line: arguments, exit codes, and the only room that prints.

mod analyze;
mod args;
mod captures;
mod check;
mod chosen;
mod complaint;
mod config;
mod desk;
mod destination;
mod explain;
mod file;
mod formats;
mod golden;
mod inputs;
mod interrupt;
mod keys;
mod language;
mod listing;
mod logs;
mod output;
mod progress;
mod recorder;
mod server;
mod rules;
mod schema;
mod search;
mod show;
mod sieve;
mod unread;
mod waivers;

use args::{Args, Command};
use clap::Parser;
use complaint::Complaint;
use config::Config;
use ftplog::lang::Lang;
use output::Output;
use std::io::{self, Write};
use std::process::ExitCode;

/// What a command comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Exit {
    /// Everything asked was done, and nothing is to be fixed.
    Clean = 0,
    /// Done, and there is something to fix.
    Findings = 1,
    /// Not all of it could be done.
    Incomplete = 2,
}

/// A bug in ftplog: the code that a panic gives, too.
const EXIT_BUG: u8 = 101;

pub(crate) fn main() -> ExitCode {
    report_bugs();
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => {
            // Help and version are printed to standard output.
            let lost =
                error.print().and_then(|()| io::stdout().flush()).err().and_then(|e| output::not_taken(&e));
            if let Some(lost) = lost {
                output::to_stderr(&lost.in_words(Lang::default()));
                return ExitCode::from(Exit::Incomplete as u8);
            }
            return ExitCode::from(error.exit_code() as u8);
        }
    };
    // What goes wrong is said in the right language, too.
    let lang = language::chosen(&args.global);
    let output = Output::new(&args.global, *lang.as_ref().unwrap_or(&None));
    let exit = lang.and_then(|_| configured(&args, &output)).and_then(|config| run(&args, &config, &output));
    output.end_progress();
    let (exit, complaint) = match exit {
        Ok(exit) => (exit, None),
        Err(complaint) => (Exit::Incomplete, Some(complaint)),
    };
    let lost = output.lost();
    let exit = if lost.is_some() { Exit::Incomplete } else { exit };
    for complaint in complaint.iter().chain(&lost) {
        output.complain(complaint);
    }
    ExitCode::from(exit as u8)
}

/// The configuration, for all but what must work without a good one.
fn configured(args: &Args, output: &Output) -> Result<Config, Complaint> {
    match args.command {
        Command::Config(_) | Command::Completions { .. } | Command::Schema { .. } => Ok(Config::default()),
        _ => Config::load(&args.global, output.words.lang()),
    }
}

fn run(args: &Args, config: &Config, output: &Output) -> Result<Exit, Complaint> {
    match &args.command {
        Command::Analyze(analyze) => analyze::analyze(analyze, config, output),
        Command::Check(check) => check::check(check, config, output),
        Command::Exchanges(list) => listing::exchanges(list, config, output),
        Command::Sessions(list) => listing::sessions(list, config, output),
        Command::Server(list) => server::server(list, config, output),
        Command::Show(args) => show::show(args, config, output),
        Command::Config(args_of) => config::config(args_of, &args.global, output),
        Command::Explain(explain) => explain::explain(explain, config, output),
        Command::Compare(compare) => explain::compare(compare, output),
        Command::Rules(args) => rules::rules(args, config, output),
        Command::Formats(args) => formats::formats(args, config, output),
        Command::Demo(demo) => analyze::demo(demo, output),
        Command::Schema { of } => Ok(schema::schema(*of, output)),
        Command::Completions { shell } => Ok(output.page(&args::completions(*shell))),
    }
}

/// Says where a panic happened and nothing of the log.
fn report_bugs() {
    std::panic::set_hook(Box::new(|panic| {
        let place =
            panic.location().map_or_else(String::new, |l| format!(", panicked at {}:{}", l.file(), l.line()));
        let version = env!("CARGO_PKG_VERSION");
        let system = format!("{} {}", std::env::consts::OS, std::env::consts::ARCH);
        output::to_stderr(&format!(
            "error: ftplog has a bug; sorry\n  please report: {}/issues/new\n  include: ftplog {version} {system}{place}\n",
            env!("CARGO_PKG_REPOSITORY"),
        ));
        std::process::exit(i32::from(EXIT_BUG));
    }));
}
