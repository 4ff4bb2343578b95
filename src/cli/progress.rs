//! How far a run has come, on standard error while it goes on. Only the bar knows the time, and no result depends on it.

use super::file::File;
use bytesize::ByteSize;
use console::Term;
use ftplog::catalog::{Counted, Word, Words};
use ftplog::report::shortened;
use ftplog::text::{Printable, grouped};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};
use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// A run that is over by then shows nothing.
const SHOWN_AFTER: Duration = Duration::from_millis(500);
/// It is drawn again after this time.
const DRAWN_EVERY: Duration = Duration::from_millis(200);
const WITH_TOTAL: &str = "{how_far}  [{bar:20}]{left}\n{so_far}";
const WITHOUT_TOTAL: &str = "{how_far}\n{so_far}";

/// Two lines that say how far a run has come.
pub(crate) struct Bar {
    drawn: ProgressBar,
    words: Words,
    n_files: u64,
    /// The bytes of all files as they stand on disk, if that is known.
    bytes: Option<u64>,
    position: Mutex<Position>,
    /// What stands in both lines.
    texts: Arc<Mutex<Texts>>,
}

/// What the run says of itself.
#[derive(Default)]
struct Texts {
    how_far: String,
    so_far: String,
}

/// How far it has come.
#[derive(Default)]
struct Position {
    /// The files that are done, and their bytes.
    n_done: u64,
    bytes_done: u64,
    /// The files that are being read, and their bytes.
    n_begun: u64,
    bytes_begun: Option<u64>,
    /// What was read of these, each time that one of them was opened.
    read: Vec<Arc<AtomicU64>>,
    /// The file that was opened last.
    name: String,
    /// When the bar is drawn next.
    next: Duration,
}

impl Bar {
    /// Nothing is shown for a moment, unless it is to be shown `at_once`.
    pub(crate) fn new(files: &[File], words: &Words, at_once: bool) -> Self {
        let bytes: Option<u64> = files.iter().map(File::bytes).sum();
        let drawn = ProgressBar::with_draw_target(bytes, ProgressDrawTarget::hidden());
        let texts = Arc::default();
        drawn.set_style(style(bytes.is_some(), words, &texts));
        let next = if at_once { Duration::ZERO } else { SHOWN_AFTER };
        let position = Mutex::new(Position { next, ..Position::default() });
        Self { drawn, words: words.clone(), n_files: files.len() as u64, bytes, position, texts }
    }

    /// The files before these are done.
    pub(crate) fn begin<'a>(&self, files: impl Iterator<Item = &'a File>) {
        let mut at = locked(&self.position);
        at.n_done += at.n_begun;
        at.bytes_done += at.bytes_begun.unwrap_or_else(|| read(&at.read));
        let files: Vec<Option<u64>> = files.map(File::bytes).collect();
        (at.n_begun, at.bytes_begun) = (files.len() as u64, files.into_iter().sum());
        at.read.clear();
    }

    /// A file was opened; `read` counts the bytes that are read of it.
    pub(crate) fn opened(&self, name: &str, read: Arc<AtomicU64>) {
        let mut at = locked(&self.position);
        at.read.push(read);
        name.clone_into(&mut at.name);
    }

    /// Draws how far it has come, now and then. `n_errors` were found, where errors are looked for.
    pub(crate) fn update(&self, n_errors: Option<u64>, n_unreadable: u64) {
        let mut at = locked(&self.position);
        let now = self.drawn.elapsed();
        if now < at.next {
            return;
        }
        at.next = now + DRAWN_EVERY;
        let begun = read(&at.read);
        let bytes = at.bytes_done + at.bytes_begun.map_or(begun, |bytes| bytes.min(begun));
        let so_far = self.so_far(&at.name, n_errors, n_unreadable);
        let columns = Term::stderr().size().1;
        *locked(&self.texts) =
            Texts { how_far: self.how_far(at.n_done, bytes), so_far: shortened(&so_far, columns.into()) };
        if self.drawn.is_hidden() {
            // How often it is drawn was decided above.
            self.drawn.set_draw_target(ProgressDrawTarget::term_like(Box::new(Term::stderr())));
        }
        self.drawn.set_position(bytes);
    }

    /// Does something that writes to the terminal.
    pub(crate) fn aside(&self, write: impl FnOnce()) {
        if self.drawn.is_finished() { write() } else { self.drawn.suspend(write) }
    }

    /// Takes it away.
    pub(crate) fn clear(&self) {
        self.drawn.finish_and_clear();
    }

    // Reading  412 of 1,290 files  1.8 GB of 6.1 GB
    fn how_far(&self, n_done: u64, bytes: u64) -> String {
        let of = |word, n: &str, all: &str| self.words.with(word, &[("n", n), ("all", all)]);
        let all = self.words.count(Counted::Files, self.n_files);
        let files = of(Word::ProgressFiles, &grouped(n_done), &all);
        let bytes = match self.bytes {
            Some(all) => of(Word::ProgressBytes, &size(bytes), &size(all)),
            None => size(bytes),
        };
        let files = Some(files).filter(|_| self.n_files > 1);
        let parts = [Some(self.words.get(Word::ProgressReading).to_owned()), files, Some(bytes)];
        parts.into_iter().flatten().collect::<Vec<_>>().join("  ")
    }

    // 7 errors so far  2 files unreadable  now: archive/ftp03.log.gz
    fn so_far(&self, name: &str, n_errors: Option<u64>, n_unreadable: u64) -> String {
        let errors = n_errors.filter(|n| *n > 0).map(|n| self.words.count(Counted::ProgressErrors, n));
        let unreadable =
            (n_unreadable > 0).then(|| self.words.count(Counted::ProgressUnreadable, n_unreadable));
        let path = Printable(name.as_bytes()).to_string();
        let now = Some(self.words.with(Word::ProgressNow, &[("path", &path)])).filter(|_| !name.is_empty());
        [errors, unreadable, now].into_iter().flatten().collect::<Vec<_>>().join("  ")
    }
}

/// How the lines are laid out.
fn style(has_total: bool, words: &Words, texts: &Arc<Mutex<Texts>>) -> ProgressStyle {
    let template = if has_total { WITH_TOTAL } else { WITHOUT_TOTAL };
    let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    let (above, below, words) = (Arc::clone(texts), Arc::clone(texts), words.clone());
    let how_far = move |_: &ProgressState, out: &mut dyn Write| {
        let _ = out.write_str(&locked(&above).how_far);
    };
    let so_far = move |_: &ProgressState, out: &mut dyn Write| {
        let _ = out.write_str(&locked(&below).so_far);
    };
    let left = move |state: &ProgressState, out: &mut dyn Write| {
        if state.pos() > 0 {
            let time = clock(state.eta());
            let _ = write!(out, "  {}", words.with(Word::ProgressLeft, &[("time", &time)]));
        }
    };
    let style = style.with_key("how_far", how_far).with_key("so_far", so_far).with_key("left", left);
    style.progress_chars("##-")
}

fn locked<T>(what: &Mutex<T>) -> MutexGuard<'_, T> {
    what.lock().unwrap_or_else(PoisonError::into_inner)
}

fn read(counts: &[Arc<AtomicU64>]) -> u64 {
    counts.iter().map(|count| count.load(Ordering::Relaxed)).sum()
}

fn size(bytes: u64) -> String {
    ByteSize(bytes).display().si().to_string()
}

// 0:36 or 1:02:03
fn clock(time: Duration) -> String {
    let seconds = time.as_millis().div_ceil(1000);
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes}:{seconds:02}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::file::Reach;
    use ftplog::lang::Lang;

    #[test]
    fn times_read_as_on_a_clock() {
        let told = [0, 8, 36, 60, 600, 3599, 3600, 3723].map(|s| clock(Duration::from_secs(s)));
        assert_eq!(clock(Duration::from_millis(8_001)), "0:09");
        assert_eq!(told, ["0:00", "0:08", "0:36", "1:00", "10:00", "59:59", "1:00:00", "1:02:03"]);
    }

    #[test]
    fn says_how_far_and_how_bad_it_is() {
        let file = |name: &str| File::in_folder(name.into(), Reach::default());
        let files = [file("no-such-file-1"), file("no-such-file-2")];
        let bar = |lang| Bar::new(&files, &Words::new(lang), false);
        let english = bar(Lang::En);
        assert_eq!(english.how_far(1, 1_840_000_000), "Reading  1 of 2 files  1.8 GB of 0 B");
        assert_eq!(
            english.so_far("a\x1b[2J.log", Some(7), 1),
            "7 errors so far  1 file unreadable  now: a␛[2J.log"
        );
        assert_eq!(english.so_far("a.log", None, 0), "now: a.log");
        assert_eq!(bar(Lang::Ko).how_far(1, 0), "읽는 중  파일 2개 중 1개  0 B 중 0 B");
    }
}
