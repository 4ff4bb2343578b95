//! Ctrl-C: the first one ends the reading, so that what was read until then can still be reported; the second one ends the program.

use ftplog::source::Interrupted;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;
use std::fs::File;
use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// What the shell makes of a signal that ended a program.
const EXIT_BY_SIGNAL: i32 = 128;

/// Whether the user wants no more to be read. By default nobody asks, and a signal ends the program.
#[derive(Clone, Default)]
pub(crate) struct Interrupt(Option<Arc<Signals>>);

struct Signals {
    asked: Arc<AtomicBool>,
    /// Whether a signal ends the program.
    at_once: Arc<AtomicBool>,
    /// Can be read when a signal has come.
    #[cfg(unix)]
    woken: std::os::unix::net::UnixStream,
}

impl Interrupt {
    /// Heeds signals from here on. Where the system does not allow that, they end the program as always.
    pub(crate) fn heeded() -> Self {
        Self(Signals::heeded().ok().map(Arc::new))
    }

    pub(crate) fn is_asked(&self) -> bool {
        self.0.as_ref().is_some_and(|signals| signals.is_asked())
    }

    /// Nothing is read any more: from here on a signal ends the program.
    pub(crate) fn over(&self) {
        if let Some(signals) = &self.0 {
            signals.at_once.store(true, Ordering::Relaxed);
        }
    }

    /// A file, read until a signal comes.
    pub(crate) fn file(&self, file: File) -> Box<dyn Read + Send> {
        match &self.0 {
            Some(signals) => {
                let may_wait = !file.metadata().is_ok_and(|known| known.is_file());
                Box::new(Heeding { file, signals: Arc::clone(signals), may_wait })
            }
            None => Box::new(file),
        }
    }

    /// Standard input, read until a signal comes.
    pub(crate) fn stdin(&self) -> Box<dyn Read + Send> {
        match unbuffered_stdin() {
            Ok(stdin) => self.file(stdin),
            Err(_) => Box::new(io::stdin()),
        }
    }
}

/// Standard input without the buffer of the standard library: what is in a buffer does not show when one waits for a pipe.
#[cfg(unix)]
fn unbuffered_stdin() -> io::Result<File> {
    use std::os::fd::AsFd;
    io::stdin().as_fd().try_clone_to_owned().map(File::from)
}

#[cfg(not(unix))]
fn unbuffered_stdin() -> io::Result<File> {
    Err(io::ErrorKind::Unsupported.into())
}

impl Signals {
    fn heeded() -> io::Result<Self> {
        let (asked, at_once) = (Arc::<AtomicBool>::default(), Arc::<AtomicBool>::default());
        #[cfg(unix)]
        let (woken, wake) = std::os::unix::net::UnixStream::pair()?;
        for signal in [SIGINT, SIGTERM] {
            // They are done in this order, so that only the second signal finds it set.
            flag::register_conditional_shutdown(signal, EXIT_BY_SIGNAL + signal, Arc::clone(&at_once))?;
            flag::register(signal, Arc::clone(&at_once))?;
            flag::register(signal, Arc::clone(&asked))?;
            #[cfg(unix)]
            signal_hook::low_level::pipe::register(signal, wake.try_clone()?)?;
        }
        Ok(Self {
            asked,
            at_once,
            #[cfg(unix)]
            woken,
        })
    }

    fn is_asked(&self) -> bool {
        self.asked.load(Ordering::Relaxed)
    }

    /// Waits until there is something to read, or a signal comes.
    #[cfg(unix)]
    fn wait(&self, file: &File) {
        use rustix::event::{PollFd, PollFlags, poll};
        let mut ready = [PollFd::new(file, PollFlags::IN), PollFd::new(&self.woken, PollFlags::IN)];
        // What cannot be waited for is read without waiting; a signal is asked for in any case.
        let _ = poll(&mut ready, None);
    }

    #[cfg(not(unix))]
    fn wait(&self, _: &File) {}
}

/// A file that is read until a signal comes.
struct Heeding {
    file: File,
    signals: Arc<Signals>,
    /// Whether it may take for ever until something comes, as through a pipe.
    may_wait: bool,
}

impl Read for Heeding {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.may_wait && !self.signals.is_asked() {
            self.signals.wait(&self.file);
        }
        if self.signals.is_asked() {
            return Err(Interrupted.into());
        }
        let n = self.file.read(buffer)?;
        // Ctrl-C also ends the program that writes into the pipe.
        if n == 0 && self.may_wait && self.signals.is_asked() { Err(Interrupted.into()) } else { Ok(n) }
    }
}
