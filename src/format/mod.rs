//! Dialects: each knows how one program writes a log, and turns its lines into events. Nothing is judged here.
//!
//! A new format is one file and two lines below.

mod arena;
mod detect;
mod family;
mod foreign;
mod stamp;
mod wrapper;
mod wrapping;
mod reading;

mod bsd_ftp_input;
mod columns;
mod custom;
mod filezilla_labels;
mod iis_causes;
mod json;
mod literal;
mod locale_date;
mod log_format;
mod proftpd_dispatch;
mod pure_ftpd_events;
mod reply_lines;
mod table;
mod telnet;

mod aria2;
mod basic_ftp;
mod bsd_ftp;
mod busybox;
mod commons_net;
mod capture;
mod curl;
mod curl_trace;
mod filezilla_client;
mod filezilla_pane;
mod filezilla_server;
mod filezilla_server_09;
mod fineftp;
mod flashfxp;
mod fluentftp;
mod ftpconnect;
mod ftp_srv;
mod ftplib;
mod iis;
mod lftp;
mod mina;
mod ncftp;
mod net_ftp;
mod node_ftp;
mod nppftp;
mod pftp;
mod proftpd_extended;
mod proftpd_system;
mod proftpd_trace;
mod pure_ftpd;
mod pure_ftpd_transfers;
mod pyftpdlib;
mod raw;
mod rclone;
mod sftpgo;
mod suricata;
mod vsftpd;
mod wget;
mod winscp;
mod zeek;
mod xferlog;

pub use arena::Arena;
pub(crate) use custom::GROUPS;
pub use custom::{Definition, Example, Flaw, Saying};
pub use detect::{Detected, SAMPLE_BYTES, Score, detect, plan_for, scores};
pub use locale_date::DateOrder;
pub use reading::{Evidence, Plan, Reading, Taken};
pub use wrapper::{Tag, WRAPPERS, Wrapper};

use crate::event::{Dialect, Lexed};
use crate::time::{When, Zone};
use std::fmt;

/// A format that ftplog can read.
pub struct Format {
    /// What the rest of the program must know about it.
    pub dialect: Dialect,
    /// How it is told from the others.
    pub signs: Signs,
    /// How its lines hang together.
    pub layout: Layout,
    /// Makes a lexer.
    pub lexer: &'static MakeLexer,
}

/// Makes a lexer.
pub type MakeLexer = dyn Fn(&Setup) -> Box<dyn Lexer> + Send + Sync;

/// How the lines of a format hang together.
#[derive(Clone, Copy, Debug)]
pub struct Layout {
    /// Whether a line goes on with the record that the line before it belongs to. A lexer gets a record as one text whose
    /// lines are separated as in the file, at most [`crate::source::RECORD_LINES_MAX`] of them.
    pub joins: Option<fn(&[u8]) -> bool>,
    /// Whether later lines cannot be read without this one, such as a line of column names. Of several such lines each
    /// kind has a number below [`CARRIED_KINDS_MAX`]; the latest line of each kind is given to the lexer again before it
    /// reads lines from further down, so that it may remember what such lines said.
    pub carries: Option<Carried>,
}

/// Says which kind of line, if any, later lines cannot be read without.
pub type Carried = fn(&[u8]) -> Option<usize>;

/// Kinds of lines that a format may carry on.
pub const CARRIED_KINDS_MAX: usize = 8;

impl Layout {
    /// Every line can be read on its own.
    pub const LINES: Self = Self { joins: None, carries: None };

    /// Whether every line can be read on its own.
    #[must_use]
    pub fn is_lines(&self) -> bool {
        self.joins.is_none() && self.carries.is_none()
    }
}

impl fmt::Debug for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Format").field("dialect", &self.dialect).finish_non_exhaustive()
    }
}

#[cfg(test)]
impl Format {
    /// What a fresh lexer makes of one line.
    fn lex<'a>(&self, line: &'a (impl AsRef<[u8]> + ?Sized)) -> Lexed<'a> {
        (self.lexer)(&Setup::default()).lex(Line::plain(line.as_ref()))
    }

    /// The event of a line that must be one.
    #[track_caller]
    fn event<'a>(&self, line: &'a (impl AsRef<[u8]> + ?Sized)) -> crate::event::Event<'a> {
        match self.lex(line) {
            Lexed::Event(event) => event,
            other => panic!("{other:?}: {}", line.as_ref().escape_ascii()),
        }
    }
}

/// How a format is recognised.
#[derive(Clone, Copy, Debug)]
pub enum Signs {
    /// Any line shows it: the lexer knows its own lines and no others.
    EveryLine,
    /// Only the file as a whole shows it; the function says how much a line speaks for it.
    WholeFile(fn(&[u8]) -> Sign),
    /// Only what no other format takes may be this one; the function says whether the lines are, and is told whether they
    /// are the whole file rather than what stands within something else.
    LastResort(fn(&[&[u8]], bool) -> bool),
    /// No text shows it: the lines are made by [`crate::source`], which says so.
    Source,
}

/// How much a line speaks for a format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sign {
    /// Nothing.
    None,
    /// The format has such lines; others do too.
    Fits,
    /// Hardly anything else writes such a line.
    Strong,
}

/// What a lexer must be told.
#[derive(Clone, Debug, Default)]
pub struct Setup {
    /// The zone of logs that do not state one.
    pub zone: Zone,
    /// The year in which the log begins, for stamps that do not state one.
    pub year: Option<i16>,
    /// The `LogFormat` of a `ProFTPD` `ExtendedLog`, as in `proftpd.conf`.
    pub proftpd_log_format: Option<String>,
    /// The order of day and month in dates that could be read in two ways; else each date is taken for itself.
    pub date_order: Option<DateOrder>,
    /// Formats of the user's own.
    pub own_formats: Vec<&'static Format>,
}

impl Setup {
    /// Every format that may be meant, the user's own first.
    pub fn formats(&self) -> impl Iterator<Item = &'static Format> {
        self.own_formats.iter().chain(FORMATS).copied()
    }

    /// The format of that name.
    #[must_use]
    pub fn named(&self, name: &str) -> Option<&'static Format> {
        self.formats().find(|f| f.dialect.name == name)
    }
}

/// A line on its way to a lexer.
#[derive(Clone, Copy, Debug)]
pub struct Line<'a> {
    /// The line, without what a logging daemon put before it.
    pub text: &'a [u8],
    /// What a logging daemon put before it.
    pub tag: Option<Tag<'a>>,
    /// When it was written, by what stood around it.
    pub at: When,
    /// Room for what must be written down.
    pub arena: &'a Arena,
}

impl<'a> Line<'a> {
    /// A line as it stands in the file.
    #[must_use]
    pub fn new(text: &'a [u8], arena: &'a Arena) -> Self {
        Self { text, tag: None, at: When::NEVER, arena }
    }

    /// The time that stood around the line; none without one.
    #[must_use]
    pub fn at(&self) -> When {
        self.at
    }
}

#[cfg(test)]
impl<'a> Line<'a> {
    /// A line of a test.
    fn plain(text: &'a [u8]) -> Self {
        Self::new(text, Box::leak(Box::default()))
    }
}

/// Turns the lines of one format into events. It may remember how the last time stamp was read and what the lines said that
/// its [`Layout`] carries, and nothing else, so that a log can be read from any line on.
pub trait Lexer: Send {
    /// What the line says.
    fn lex<'a>(&mut self, line: Line<'a>) -> Lexed<'a>;
}

/// Every format that ftplog has, the most telling first.
pub static FORMATS: &[&Format] = &[
    &vsftpd::FORMAT,
    &vsftpd::EVENTS,
    &proftpd_trace::FORMAT,
    &pure_ftpd::FORMAT,
    &pure_ftpd::COMMANDS,
    &pure_ftpd::EVENTS,
    &pyftpdlib::FORMAT,
    &proftpd_extended::FORMAT,
    &proftpd_system::FORMAT,
    &proftpd_system::EVENTS,
    &iis::FORMAT,
    &xferlog::FORMAT,
    &pure_ftpd_transfers::STATS,
    &pure_ftpd_transfers::W3C,
    &filezilla_server_09::FORMAT,
    &filezilla_server::FORMAT,
    &suricata::FORMAT,
    &zeek::FORMAT,
    &sftpgo::FORMAT,
    &ftp_srv::FORMAT,
    &filezilla_client::FORMAT,
    &net_ftp::FORMAT,
    &rclone::FORMAT,
    &pftp::FORMAT,
    &filezilla_pane::FORMAT,
    &aria2::FORMAT,
    &busybox::FORMAT,
    &ncftp::FORMAT,
    &fluentftp::FORMAT,
    &winscp::FORMAT,
    &lftp::FORMAT,
    &wget::FORMAT,
    &flashfxp::FORMAT,
    &bsd_ftp::FORMAT,
    &fineftp::FORMAT,
    &nppftp::FORMAT,
    &ftplib::FORMAT,
    &curl_trace::FORMAT,
    &curl::FORMAT,
    &mina::FORMAT,
    &node_ftp::FORMAT,
    &ftpconnect::FORMAT,
    &basic_ftp::FORMAT,
    &commons_net::FORMAT,
    &pure_ftpd_transfers::CLF,
    &raw::FORMAT,
    &capture::FORMAT,
];

/// The format of that name among those that ftplog has.
#[must_use]
pub fn named(name: &str) -> Option<&'static Format> {
    FORMATS.iter().copied().find(|f| f.dialect.name == name)
}

/// The format of the lines that packet captures become.
#[must_use]
pub fn of_captures() -> &'static Format {
    &capture::FORMAT
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_well_formed() {
        for (i, format) in FORMATS.iter().enumerate() {
            let name = format.dialect.name;
            assert!(
                name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-.".contains(&b)),
                "{name}"
            );
            assert!(FORMATS[..i].iter().all(|f| f.dialect.name != name), "{name} twice");
        }
    }
}
