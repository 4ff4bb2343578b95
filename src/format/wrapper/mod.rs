//! What other programs put around the lines of a log: a logging daemon's header, the name of a container, marks of
//! quotation. Each kind is taken off line by line, before a dialect sees the line; nothing here knows FTP.
//!
//! A new wrapper is one file and two lines below.

mod ansi;
mod compose;
mod docker_json;
mod dotnet;
mod file_name;
mod html;
mod indent;
mod journald;
mod line_number;
mod logger;
mod marks;
mod members;
mod quote;
mod stamped;
mod syslog;

#[cfg(test)]
pub(super) use syslog::Headers;

use super::Line;
use super::arena::Arena;
use crate::time::{When, Zone};

/// A way in which lines are wrapped.
#[derive(Debug)]
pub struct Wrapper {
    /// Its name.
    pub name: &'static str,
    /// Whether it stands around most lines where it stands around any.
    pub(super) everywhere: bool,
    /// Whether it may stand inside itself.
    pub(super) nests: bool,
    /// When it is surely there, even if a dialect knows the lines as they are.
    pub(super) sure: Sure,
    /// Makes what takes it off.
    start: fn(&Zone) -> Box<dyn Unwrap>,
}

/// When a wrapping is surely there, so that it is taken off although a dialect knows the lines with it.
#[derive(Clone, Copy, Debug)]
pub(super) enum Sure {
    /// Where it stands around nearly every line: no dialect has such a head of its own.
    Everywhere,
    /// Where the lines show it, and no line is understood only with it: some dialects have such a head.
    If(fn(&[Line]) -> bool),
    /// Never.
    Never,
}

/// Takes one kind of wrapping off. It may remember how the last time stamp was read and nothing else.
pub(super) trait Unwrap: Send {
    /// What is within; `None` where the line is not wrapped in this way.
    fn take_off<'a>(&mut self, line: &'a [u8], arena: &'a Arena) -> Option<Within<'a>>;
}

/// What was within a wrapping, and what the wrapping said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Within<'a> {
    /// The line without the wrapping.
    pub(super) text: &'a [u8],
    /// What a logging daemon said of the line.
    pub(super) tag: Option<Tag<'a>>,
    /// When the line was written.
    pub(super) at: When,
    /// The machine, container or file it comes from: lines of different origins belong to different sessions.
    pub(super) origin: &'a [u8],
    /// The program or container that wrote it.
    pub(super) program: &'a [u8],
    /// The line is nothing but wrapping: not even a blank line stands within.
    pub(super) nothing: bool,
}

impl<'a> Within<'a> {
    /// A wrapping that says nothing.
    pub(super) fn text(text: &'a [u8]) -> Self {
        Self { text, tag: None, at: When::NEVER, origin: b"", program: b"", nothing: false }
    }

    /// A line that is nothing but wrapping.
    pub(super) fn nothing() -> Self {
        Self { nothing: true, ..Self::text(b"") }
    }

    /// A wrapping that a logging daemon made.
    pub(super) fn tagged(text: &'a [u8], tag: Tag<'a>) -> Self {
        Self { tag: Some(tag), at: tag.at, origin: tag.host, program: tag.program, ..Self::text(text) }
    }
}

/// What a logging daemon says of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tag<'a> {
    /// When the line was logged.
    pub at: When,
    /// The machine.
    pub host: &'a [u8],
    /// The program.
    pub program: &'a [u8],
    /// Its process number, where the program gives it.
    pub pid: Option<u64>,
}

impl Wrapper {
    /// Starts to take it off.
    pub(super) fn start(&self, zone: &Zone) -> Box<dyn Unwrap> {
        (self.start)(zone)
    }
}

/// Every wrapper, the most telling first.
pub static WRAPPERS: &[&Wrapper] = &[
    &ansi::WRAPPER,
    &syslog::WRAPPER,
    &journald::WRAPPER,
    &docker_json::WRAPPER,
    &compose::WRAPPER,
    &logger::WRAPPER,
    &dotnet::WRAPPER,
    &stamped::WRAPPER,
    &file_name::WRAPPER,
    &line_number::WRAPPER,
    &marks::WRAPPER,
    &html::WRAPPER,
    &quote::WRAPPER,
    &indent::WRAPPER,
];
