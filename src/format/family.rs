//! Families: formats of one program that differ only in how much a log holds, and which of them a log is.
//!
//! How much a program writes is a setting of it. The lines are the same; the first lines of a log decide.

use super::{Format, Lexer, Line, Setup, Signs, proftpd_system, pure_ftpd, vsftpd};
use crate::event::{Event, Holds, Lexed, What};

/// The formats of each program, from the one whose logs hold the most to the one whose logs hold the least. The last one's lexer
/// tells the most of a line.
static FAMILIES: &[&[&Format]] = &[
    &[&vsftpd::FORMAT, &vsftpd::EVENTS],
    &[&pure_ftpd::FORMAT, &pure_ftpd::COMMANDS, &pure_ftpd::EVENTS],
    &[&proftpd_system::FORMAT, &proftpd_system::EVENTS],
];

impl Format {
    /// Whether it is that one.
    pub(super) fn is(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
    }

    /// The formats that it shares its lines with, itself included.
    fn family(&'static self) -> Vec<&'static Self> {
        let family = FAMILIES.iter().find(|family| family.iter().any(|f| f.is(self)));
        family.map_or_else(|| vec![self], |family| family.to_vec())
    }
}

/// The formats that every line shows, those of one family together.
pub(super) fn families(setup: &Setup) -> impl Iterator<Item = Vec<&'static Format>> {
    let telling = setup.formats().filter(|f| matches!(f.signs, Signs::EveryLine));
    telling.map(|f| (f, f.family())).filter(|(f, family)| family[0].is(f)).map(|(_, family)| family)
}

/// Formats of one program that differ in how much a log holds, and how much the lines that were looked at hold.
pub(super) struct Family {
    formats: Vec<&'static Format>,
    lexer: Box<dyn Lexer>,
    /// How many lines were theirs.
    pub(super) n_lines: usize,
    held: Holds,
}

impl Family {
    pub(super) fn of(formats: Vec<&'static Format>, setup: &Setup) -> Self {
        let lexer = (formats[formats.len() - 1].lexer)(setup);
        Self { formats, lexer, n_lines: 0, held: Holds::Deeds }
    }

    /// Whether the line is one of theirs.
    pub(super) fn takes(&mut self, line: Line) -> bool {
        let held = match self.lexer.lex(line) {
            Lexed::Event(event) => held(&event),
            Lexed::Many(all) => all.iter().map(|told| held(&told.event)).min().unwrap_or(Holds::Deeds),
            Lexed::Skip | Lexed::Unknown => return false,
        };
        self.n_lines += 1;
        self.held = self.held.min(held);
        true
    }

    /// The format that holds no more than it must to hold what the lines did.
    pub(super) fn member(&self) -> &'static Format {
        let fits = |f: &&&Format| f.dialect.holds <= self.held;
        self.formats.iter().rev().find(fits).unwrap_or(&self.formats[0])
    }
}

/// How much a log holds that has such an event.
fn held(event: &Event) -> Holds {
    match event.what {
        What::Reply(_) | What::Bare(_) | What::Lost => Holds::Everything,
        What::Exchange(..) => Holds::FinalReplies,
        What::Command(_) | What::CommandAgain(_) => Holds::Commands,
        What::Opened | What::Did(..) | What::LoggedIn | What::Secured | What::Closed => Holds::Deeds,
    }
}
