//! Which language is spoken: the one that the arguments name, else `FTPLOG_LANG`, else the configuration. Where none does, the
//! locale decides, which is not asked here.

use super::args::Global;
use super::complaint::Complaint;
use super::config::{Config, text_of};
use super::output::variable;
use ftplog::catalog::{Hole, Message};
use ftplog::lang::Lang;
use ftplog::text::Printable;

/// The language that is asked for. It is found before the configuration is read, and even where that is broken, so that what is
/// wrong with it can be said.
///
/// # Errors
/// `FTPLOG_LANG` or `--set lang=` names none.
pub(crate) fn chosen(global: &Global) -> Result<Option<Lang>, Complaint> {
    if let Some(named) = global.lang {
        return Ok(Some(named.lang()));
    }
    let set = global.set.iter().rev().find_map(|setting| setting.trim().strip_prefix("lang="));
    if let Some(tag) = set {
        return of_tag(tag.trim_matches('"')).map(Some);
    }
    match variable("FTPLOG_LANG") {
        Some(tag) => Lang::of_locale(&tag).ok_or_else(|| unknown(&tag)).map(Some),
        None => Ok(of_file(global)),
    }
}

/// The language of a tag.
pub(crate) fn of_tag(tag: &str) -> Result<Lang, Complaint> {
    Lang::of_tag(tag).ok_or_else(|| unknown(tag))
}

fn unknown(tag: &str) -> Complaint {
    let known: Hole = Lang::ALL.map(Lang::tag).into_iter().collect();
    let what = Message::UnknownLanguage.with("lang", Printable(tag.as_bytes()));
    Complaint::new(what).tip(Message::LanguagesAre.with("langs", known))
}

/// What the configuration says, if it can be read at all.
fn of_file(global: &Global) -> Option<Lang> {
    let text = text_of(&Config::file(global)?).ok()?;
    let table: toml::Table = toml::from_str(&text).ok()?;
    Lang::of_tag(table.get("lang")?.as_str()?)
}
