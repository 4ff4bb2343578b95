//! Standard output and standard error. A reader who has gone is no error; a disk that is full is one.

use super::Exit;
use super::args::{Global, When};
use super::complaint::Complaint;
use super::file::File;
use super::progress::Bar;
use ftplog::catalog::{Message, Said, Words};
use ftplog::lang::Lang;
use ftplog::report::{Style, without_commands};
use ftplog::source::Unreadable;
use std::borrow::Cow;
use std::io::{self, BufWriter, ErrorKind, IsTerminal, Write};
use std::path::Path;
use std::sync::{Arc, OnceLock};

/// Widest layout on a terminal.
const WIDTH_MAX: usize = 100;
const WIDTH_WITHOUT_TERMINAL: usize = 80;
const WIDTH_MIN: usize = 40;

/// How and where to print.
pub(crate) struct Output {
    pub(crate) style: Style,
    /// The words for people.
    pub(crate) words: Words,
    /// The language that was asked for; none where the locale decides.
    named: Option<Lang>,
    pub(crate) quiet: u8,
    pub(crate) verbose: u8,
    /// Why standard output took no more.
    refused: OnceLock<io::Error>,
    bar: OnceLock<Arc<Bar>>,
}

impl Output {
    /// `named` is the language that was asked for; without one, the locale decides.
    pub(crate) fn new(global: &Global, named: Option<Lang>) -> Self {
        let color = match global.color {
            When::Always => true,
            When::Never => false,
            When::Auto => wants_color(),
        };
        Self {
            style: Style { width: width(), color },
            words: Words::new(named.or_else(of_locale).unwrap_or_default()),
            named,
            quiet: global.quiet,
            verbose: global.verbose,
            refused: OnceLock::new(),
            bar: OnceLock::new(),
        }
    }

    /// The language for programs: a locale must not change what a machine reads.
    pub(crate) fn lang_for_programs(&self) -> Lang {
        self.named.unwrap_or_default()
    }

    /// Prints a page.
    pub(crate) fn page(&self, text: &str) -> Exit {
        // Why it failed is kept for the end.
        let _ = Stdout { refused: &self.refused }.write_all(text.as_bytes());
        Exit::Clean
    }

    /// Says what could not be done.
    pub(crate) fn complain(&self, complaint: &Complaint) {
        if complaint.warning && self.quiet > 0 {
            return;
        }
        self.to_stderr(&complaint.in_words(self.words.lang()));
    }

    /// Says what is being done, when asked to.
    pub(crate) fn say(&self, level: u8, what: impl Into<Said>) {
        if self.verbose >= level {
            self.to_stderr(&(what.into().in_words(self.words.lang()) + "\n"));
        }
    }

    fn to_stderr(&self, text: &str) {
        let mut text = Cow::Borrowed(text);
        if variable("GITHUB_ACTIONS").is_some() {
            // The runner reads this stream, too, and a name of a file may look like a command.
            text = text.split_inclusive('\n').map(without_commands).collect::<String>().into();
        }
        match self.bar() {
            Some(bar) => bar.aside(|| to_stderr(&text)),
            None => to_stderr(&text),
        }
    }

    /// Shows from here on how much of these files was read, if that is wanted.
    pub(crate) fn show_progress(&self, when: When, files: &mut [File]) {
        let wanted = match when {
            When::Always => true,
            When::Never => false,
            When::Auto => self.quiet == 0 && wants_progress(),
        };
        if wanted {
            let bar = self.bar.get_or_init(|| Arc::new(Bar::new(files, &self.words, when == When::Always)));
            for file in files {
                file.reach.bar = Some(Arc::clone(bar));
            }
        }
    }

    /// Where it is shown how far a run has come.
    pub(crate) fn bar(&self) -> Option<&Bar> {
        self.bar.get().map(Arc::as_ref)
    }

    /// Shows how far a run has come that looks for no errors.
    pub(crate) fn update_progress(&self) {
        if let Some(bar) = self.bar() {
            bar.update(None, 0);
        }
    }

    /// Nothing more is read.
    pub(crate) fn end_progress(&self) {
        if let Some(bar) = self.bar() {
            bar.clear();
        }
    }

    /// Standard output for much text.
    pub(crate) fn stream(&self) -> Stream<'_> {
        BufWriter::with_capacity(64 * 1024, self.stdout())
    }

    /// Standard output without a buffer.
    pub(crate) fn stdout(&self) -> Stdout<'_> {
        Stdout { refused: &self.refused }
    }

    /// What standard output did not take, to be asked when all is printed. A reader who has gone has read enough.
    pub(crate) fn lost(&self) -> Option<Complaint> {
        let _ = Stdout { refused: &self.refused }.flush();
        not_taken(self.refused.get()?)
    }
}

/// What to say of an error of standard output.
pub(crate) fn not_taken(error: &io::Error) -> Option<Complaint> {
    if error.kind() == ErrorKind::BrokenPipe {
        return None;
    }
    let why = Unreadable::of(error, Path::new("")).said();
    Some(Complaint::new(Message::CannotWrite.with("path", Message::StandardOutput).with("why", why)))
}

/// Standard output with a buffer.
pub(crate) type Stream<'a> = BufWriter<Stdout<'a>>;

/// Standard output that keeps its first error.
pub(crate) struct Stdout<'a> {
    refused: &'a OnceLock<io::Error>,
}

impl Stdout<'_> {
    fn keep<T>(&self, result: io::Result<T>) -> io::Result<T> {
        result.map_err(|error| {
            let kind = error.kind();
            if kind == ErrorKind::Interrupted {
                return error;
            }
            // The first one says why.
            let _ = self.refused.set(error);
            kind.into()
        })
    }
}

impl Write for Stdout<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.keep(io::stdout().lock().write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.keep(io::stdout().lock().flush())
    }
}

/// Writes to standard error; if that is closed, nobody listens.
pub(crate) fn to_stderr(text: &str) {
    let _ = io::stderr().lock().write_all(text.as_bytes());
}

#[allow(clippy::disallowed_methods)] // This is the room that may.
pub(crate) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|v| !v.is_empty())
}

/// The language of the locale, by the first variable that is set.
fn of_locale() -> Option<Lang> {
    Lang::of_locale(&["LC_ALL", "LC_MESSAGES", "LANG"].iter().find_map(|name| variable(name))?)
}

fn wants_color() -> bool {
    if variable("NO_COLOR").is_some() {
        return false;
    }
    let forced = ["CLICOLOR_FORCE", "FORCE_COLOR"].iter().any(|n| variable(n).is_some_and(|v| v != "0"));
    let dumb = variable("TERM").is_some_and(|t| t == "dumb");
    forced || io::stdout().is_terminal() && !dumb
}

fn wants_progress() -> bool {
    let dumb = variable("TERM").is_some_and(|t| t == "dumb");
    io::stderr().is_terminal() && !dumb && variable("CI").is_none()
}

fn width() -> usize {
    let columns = variable("COLUMNS").and_then(|c| c.parse::<usize>().ok());
    let width = if io::stdout().is_terminal() {
        let terminal = terminal_size::terminal_size().map(|(w, _)| usize::from(w.0));
        terminal.or(columns).unwrap_or(WIDTH_WITHOUT_TERMINAL).min(WIDTH_MAX)
    } else {
        columns.unwrap_or(WIDTH_WITHOUT_TERMINAL)
    };
    width.max(WIDTH_MIN)
}
