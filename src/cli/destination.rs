//! The files that a report is written to, beside standard output. They are opened before anything is read, so that a path that
//! cannot be written is said at once.

use super::complaint::Complaint;
use super::file::File;
use ftplog::catalog::{Hole, Message, Said};
use ftplog::report::{RENDERERS, Renderer};
use ftplog::source::{Unreadable, expanded, identity};
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
        let identity = if is_file { identity(&path) } else { None };
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

/// Leaves out reports of earlier runs that stand in a folder with logs. A log that the user named is not to be written over, nor is
/// one of the files that are read beside the logs. `summary` is the file that a step in GitHub Actions is summarized in.
pub(crate) fn spare(
    destinations: &[Destination],
    summary: Option<&Path>,
    files: &mut Vec<File>,
    read: &[&PathBuf],
) -> Result<(), Complaint> {
    let summary = summary.and_then(identity);
    let written: Vec<&PathBuf> =
        destinations.iter().filter_map(|d| d.identity.as_ref()).chain(&summary).collect();
    if written.is_empty() {
        return Ok(());
    }
    let refused = |message: Message, path: &Path, found: &Path| {
        let is_summary = summary.as_deref().is_some_and(|summary| summary == found);
        let tip = if is_summary { Message::OutputIsSummaryTip } else { Message::OutputIsInputTip };
        Err(Complaint::new(message.with("path", shown(path))).tip(tip))
    };
    let is_written = |file: &File| file.on_disk().filter(|found| written.contains(&found));
    for log in files.iter().filter(|file| file.by_user) {
        if let Some(found) = is_written(log) {
            return refused(Message::OutputIsInput, Path::new(&log.name), &found);
        }
    }
    for path in read {
        let on_disk = on_disk(path);
        if let Some(found) = written.iter().find(|w| on_disk.iter().any(|read| w.starts_with(read))) {
            return refused(Message::OutputIsRead, path, found);
        }
    }
    files.retain(|file| is_written(file).is_none());
    Ok(())
}

/// The files that are read for a path: it may be a folder, a pattern, or lead into an archive.
fn on_disk(path: &Path) -> Vec<PathBuf> {
    if path.exists() {
        return identity(path).into_iter().collect();
    }
    let walk = expanded(path).map(|walk| walk.files).unwrap_or_default();
    let archive = path.ancestors().skip(1).find(|part| part.is_file());
    walk.iter().map(PathBuf::as_path).chain(archive).filter_map(identity).collect()
}

/// Refuses a file that standard output is written to, too: each report would be written over the other.
pub(crate) fn not_standard_output(destinations: &[Destination]) -> Result<(), Complaint> {
    let Some(printed) = standard_output() else { return Ok(()) };
    match destinations.iter().find(|d| number(&d.file) == Some(printed)) {
        Some(twice) => Err(Complaint::new(Message::OutputTwice.with("path", shown(&twice.path)))),
        None => Ok(()),
    }
}

/// The number of the file that standard output is, if it is one.
#[cfg(unix)]
fn standard_output() -> Option<Number> {
    use std::os::fd::AsFd as _;
    let file = fs::File::from(io::stdout().as_fd().try_clone_to_owned().ok()?);
    number(&file)
}

#[cfg(not(unix))]
fn standard_output() -> Option<Number> {
    None
}

/// What tells a file from every other: its device, and its number there.
type Number = (u64, u64);

/// The number of a file that is no pipe and no terminal.
#[cfg(unix)]
fn number(file: &fs::File) -> Option<Number> {
    use std::os::unix::fs::MetadataExt as _;
    let known = file.metadata().ok().filter(fs::Metadata::is_file)?;
    Some((known.dev(), known.ino()))
}

#[cfg(not(unix))]
fn number(_: &fs::File) -> Option<Number> {
    None
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
