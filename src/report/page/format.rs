//! The page of a log format.

use super::{Block, Page};
use crate::catalog::{self, Word, Words};
use crate::format::Format;
use crate::report::formats::title;

/// The page of a format. One of the user's own comes with the title that it has in the configuration, if any.
#[must_use]
pub fn explain_format(format: &Format, own_title: Option<&str>, words: &Words) -> Page {
    let name = format.dialect.name;
    let mut page = Page {
        name: name.to_owned(),
        intro: vec![Block::Prose(title(format, own_title, words))],
        ..Page::default()
    };
    let Some(about) = catalog::format(name, words.lang()) else { return page };
    let parts = [
        (Word::FormatWritten, Some(about.written)),
        (Word::FormatHolds, Some(about.holds)),
        (Word::FormatLacks, about.lacks),
        (Word::FormatBetter, about.better),
    ];
    for (heading, text) in parts {
        page.section(words.get(heading), text.map(Block::Prose));
    }
    page.section(words.get(Word::FormatSteps), [Block::steps(&about.steps, words)]);
    page.section(words.get(Word::FormatNotes), [Block::Points(about.notes)]);
    page
}
