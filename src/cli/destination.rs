//! The files that a report is written to, beside standard output. They are opened before anything is read, so that a path that
//! cannot be written is said at once.

use super::complaint::Complaint;
use super::file::File;
use ftplog::catalog::{Hole, Message, Said};
use ftplog::report::{RENDERERS, Renderer};
use ftplog::source::Unreadable;
use ftplog::text::{Printable, nearest};
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// A file that a report is written to.
#[derive(Debug)]
pub(crate) struct Destination {
    pub(crate) renderer: &'static Renderer,
    path: PathBuf,
    file: fs::File,
    /// What its names have in common, for a file that is no pipe.
    identity: Option<PathBuf>,
    /// Whether it was made for a report that is not written yet.
    is_pending: bool,
}

/// Opens the files that `--output` names, and makes the folders that they are in.
pub(crate) fn open(outputs: &[String]) -> Result<Vec<Destination>, Complaint> {
    let mut opened: Vec<Destination> = Vec::new();
    for (renderer, path) in outputs.iter().map(|output| parsed(output)).collect::<Result<Vec<_>, _>>()? {
        let destination = Destination::open(renderer, path)?;
        if destination.identity.is_some() && opened.iter().any(|o| o.identity == destination.identity) {
            return Err(Complaint::new(Message::OutputTwice.with("path", shown(&destination.path))));
        }
        opened.push(destination);
    }
    Ok(opened)
}

/// `sarif=report.json`, or a name that says its format.
fn parsed(output: &str) -> Result<(&'static Renderer, PathBuf), Complaint> {
    let named = output.split_once('=').and_then(|(name, path)| Some((Renderer::named(name)?, path)));
    let (renderer, path) = match named {
        Some((renderer, path)) => (Some(renderer), path),
        None => (Renderer::of_file(output), output),
    };
    if path == "-" || path.is_empty() {
        let what = Message::OutputIsNoFile.with("path", Printable(output.as_bytes()));
        return Err(Complaint::new(what).tip(Message::OutputIsNoFileTip));
    }
    renderer.map(|renderer| (renderer, PathBuf::from(path))).ok_or_else(|| of_no_format(output))
}

fn of_no_format(output: &str) -> Complaint {
    let complaint = Complaint::new(Message::OutputOfNoFormat.with("path", Printable(output.as_bytes())));
    let names = || RENDERERS.iter().map(|r| r.name);
    let near = output.split_once('=').and_then(|(name, _)| nearest(name, names()));
    complaint.tip(match near {
        Some(near) => Message::DidYouMean.with("near", near),
        None => Message::OutputFormatTip
            .with("path", Printable(output.as_bytes()))
            .with("formats", names().collect::<Hole>()),
    })
}

impl Destination {
    fn open(renderer: &'static Renderer, path: PathBuf) -> Result<Self, Complaint> {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let made = folder.map_or(Ok(()), fs::create_dir_all);
        let is_pending = !path.exists();
        // What is in it stays until there is something to put in its place.
        let opened =
            made.and_then(|()| OpenOptions::new().write(true).create(true).truncate(false).open(&path));
        let file = opened.map_err(|error| unwritable(&path, &error))?;
        let is_file = file.metadata().is_ok_and(|known| known.is_file());
        let identity = if is_file { fs::canonicalize(&path).ok() } else { None };
        Ok(Self { renderer, path, file, identity, is_pending })
    }

    /// Writes what `write` gives, in the place of what was in the file.
    pub(crate) fn write(
        &mut self,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<Said, Complaint> {
        self.is_pending = false;
        let cleared = if self.identity.is_some() { self.file.set_len(0) } else { Ok(()) };
        let written = cleared.and_then(|()| write(&mut self.file));
        written.map_err(|error| unwritable(&self.path, &error))?;
        Ok(Message::Wrote.with("path", shown(&self.path)))
    }
}

impl Drop for Destination {
    fn drop(&mut self) {
        // A file without a report would look like a report without findings.
        if self.is_pending {
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Leaves out reports of earlier runs that stand in a folder with logs. One that the user named as a log is not to be written over.
pub(crate) fn spare(destinations: &[Destination], files: &mut Vec<File>) -> Result<(), Complaint> {
    if destinations.is_empty() {
        return Ok(());
    }
    let is_written = |file: &File| {
        let identity = file.on_disk();
        identity.is_some() && destinations.iter().any(|d| d.identity == identity)
    };
    if let Some(log) = files.iter().find(|file| file.by_user && is_written(file)) {
        let what = Message::OutputIsInput.with("path", Printable(log.name.as_bytes()));
        return Err(Complaint::new(what).tip(Message::OutputIsInputTip));
    }
    files.retain(|file| !is_written(file));
    Ok(())
}

/// Adds to a file what `addition` gives for the number of bytes that are in it; says whether it gave anything.
pub(crate) fn append(path: &Path, addition: impl FnOnce(u64) -> Option<String>) -> Result<bool, Complaint> {
    let append = || {
        let mut file = OpenOptions::new().append(true).create(true).open(path)?;
        let Some(text) = addition(file.metadata()?.len()) else { return Ok(false) };
        file.write_all(text.as_bytes()).map(|()| true)
    };
    append().map_err(|error| unwritable(path, &error))
}

fn unwritable(path: &Path, error: &io::Error) -> Complaint {
    let why = Unreadable::of(error, path).said();
    Complaint::new(Message::CannotWrite.with("path", shown(path)).with("why", why))
}

fn shown(path: &Path) -> String {
    Printable(path.to_string_lossy().as_bytes()).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_format_is_named_or_shown_by_the_ending() {
        for (output, format, path) in [
            ("report.json", "json", "report.json"),
            ("json=report", "json", "report"),
            ("TEXT=a=b.json", "text", "a=b.json"),
            ("a=b.json", "json", "a=b.json"),
        ] {
            let (renderer, found) = parsed(output).expect("the format is known");
            assert_eq!((renderer.name, found), (format, PathBuf::from(path)), "{output}");
        }
        for output in ["report", "-", "json=-", "json=", "jsn=report", ""] {
            assert!(parsed(output).is_err(), "{output}");
        }
    }
}
