//! What the texts of a profile come to: software and versions, features, commands that HELP stars, SITE commands.

use super::bounded::Told;
use super::profile::Profile;
use crate::ftp::{self, Software};
use std::collections::BTreeMap;

/// What shows which software it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// The format of the log: only that server writes it.
    Format,
    /// The greeting, which anyone can write.
    Banner,
    /// The words of its answers.
    Answers,
}

impl Source {
    /// The word used in JSON.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Format => "format",
            Self::Banner => "banner",
            Self::Answers => "answers",
        }
    }
}

/// A name, with its parameters if it has any, and what shows it.
pub(super) struct Named<'a> {
    pub(super) name: &'a [u8],
    pub(super) parameters: &'a [u8],
    pub(super) told: &'a Told,
    /// In how many of the different texts it stands.
    pub(super) n_texts: usize,
}

impl Profile {
    /// The software, and what shows it. Answers are harder to change than a banner.
    pub(super) fn known_software(&self) -> Option<(Software, Source, Option<&Told>)> {
        if self.software.name().is_some() {
            return Some((self.software, Source::Format, None));
        }
        let banner = self.banner_software().map(|(software, told)| (software, Source::Banner, Some(told)));
        let answers = self.answer_software().map(|(software, told)| (software, Source::Answers, Some(told)));
        match (banner, answers) {
            (Some(banner), Some(answers)) if banner.0 == answers.0 => Some(banner),
            (banner, answers) => answers.or(banner),
        }
    }

    /// The software that a banner names.
    pub(super) fn banner_software(&self) -> Option<(Software, &Told)> {
        let named =
            self.banners.by_place().into_iter().map(|(_, told)| (Software::of_greeting(&told.text), told));
        named.into_iter().find(|(software, _)| *software != Software::Unknown)
    }

    /// The software whose words most answers are.
    pub(super) fn answer_software(&self) -> Option<(Software, &Told)> {
        let most =
            self.answers.map.iter().max_by_key(|(software, told)| (told.n, std::cmp::Reverse(**software)));
        most.map(|(software, told)| (*software, told))
    }

    /// The versions that banners and answers name.
    pub(super) fn versions(&self) -> Vec<Named<'_>> {
        let texts = self.banners.map.values().chain(self.answers.map.values());
        collected(texts.filter_map(|told| Some((Software::version(&told.text)?, &b""[..], told))))
    }

    /// The features of every FEAT list, in the order in which they were named first.
    pub(super) fn known_features(&self) -> Vec<Named<'_>> {
        let lists = self.features.by_place();
        let all =
            lists.into_iter().flat_map(|(list, told)| ftp::features(list).map(move |(n, p)| (n, p, told)));
        collected(all)
    }

    /// The commands that HELP marks as unimplemented.
    pub(super) fn starred(&self) -> Vec<Named<'_>> {
        let texts = self.help.by_place();
        let all = texts.into_iter().flat_map(|(text, told)| ftp::names(text).map(move |n| (n, told)));
        collected(all.filter(|((_, starred), _)| *starred).map(|((name, _), told)| (name, &b""[..], told)))
    }

    /// The SITE commands that are named and not marked as unimplemented.
    pub(super) fn site_commands(&self) -> Vec<Named<'_>> {
        let texts = self.site_help.by_place();
        let all = texts.into_iter().flat_map(|(text, told)| ftp::names(text).map(move |n| (n, told)));
        collected(all.filter(|((_, starred), _)| !starred).map(|((name, _), told)| (name, &b""[..], told)))
    }

    /// What it is called: the software with its version, or the first words of its greeting.
    pub(super) fn title(&self) -> Option<Vec<u8>> {
        if let Some(name) = self.known_software().and_then(|(software, ..)| software.name()) {
            let of_it = |told: &Told| Software::of_greeting(&told.text).name().is_none_or(|n| n == name);
            let version = self.versions().into_iter().find(|v| of_it(v.told)).map(|v| v.name);
            return Some(
                [name.as_bytes(), version.map_or(&b""[..], |_| b" "), version.unwrap_or_default()].concat(),
            );
        }
        self.banners.by_place().first().map(|(_, told)| first_words(&told.text).to_vec())
    }
}

/// The same names together, in the order in which they come.
fn collected<'a>(all: impl Iterator<Item = (&'a [u8], &'a [u8], &'a Told)>) -> Vec<Named<'a>> {
    let mut found: Vec<Named> = Vec::new();
    let mut known: BTreeMap<(Vec<u8>, &[u8]), usize> = BTreeMap::new();
    for (name, parameters, told) in all {
        let index = *known.entry((name.to_ascii_uppercase(), parameters)).or_insert_with(|| {
            found.push(Named { name, parameters, told, n_texts: 0 });
            found.len() - 1
        });
        found[index].n_texts += 1;
    }
    found
}

/// The first line of a text that has letters, without what frames it.
pub(super) fn first_words(text: &[u8]) -> &[u8] {
    let line = text.split(|b| *b == b'\n').find(|l| l.iter().any(u8::is_ascii_alphabetic)).unwrap_or(text);
    let frame = |b: &u8| b"-=*# \t".contains(b);
    let from = line.iter().position(|b| !frame(b)).unwrap_or(0);
    let end = line.iter().rposition(|b| !frame(b)).map_or(line.len(), |at| at + 1);
    &line[from..end.max(from)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::{Ended, Session, Watch};

    fn profile(sessions: &[&[&str]]) -> Profile {
        let mut all: Option<Profile> = None;
        for lines in sessions {
            let mut session = Session::of_a_transcript();
            session.hear_lines(lines);
            session.trace_for(Watch::NOTHING);
            all.get_or_insert_with(|| Profile::new(&session)).learn(&session, Ended::Yes);
        }
        all.unwrap()
    }

    fn names<'a>(named: &[Named<'a>]) -> Vec<&'a str> {
        named.iter().map(|n| str::from_utf8(n.name).unwrap()).collect()
    }

    #[test]
    fn answers_count_more_than_the_banner_where_they_disagree() {
        let known = profile(&[&["220 Microsoft FTP Service", "USER a", "331 Please specify the password."]]);
        let (software, source, told) = known.known_software().unwrap();
        assert_eq!((software, source), (Software::Vsftpd, Source::Answers));
        assert_eq!(told.unwrap().place.line, 3);
        let agreed = profile(&[&["220 (vsFTPd 3.0.3)", "USER a", "331 Please specify the password."]]);
        assert_eq!(agreed.known_software().map(|(_, source, _)| source), Some(Source::Banner));
        assert_eq!(agreed.title().unwrap(), b"vsftpd 3.0.3");
    }

    #[test]
    fn lists_of_all_sessions_come_together() {
        let known = profile(&[
            &["220 x", "FEAT", "211-Features:", " SIZE", " mlst a*;b;", "211 End"],
            &["220 x", "FEAT", "211-Features:", " AUTH TLS", " SIZE", "211 End"],
            &["220 x", "HELP", "214-Commands (* =>'s unimplemented)", " ACCT*   SMNT    ", "214 end"],
            &["220 x", "SITE HELP", "214-Commands", " CHMOD", " UMASK*", "214 end"],
        ]);
        // Both lists stand on the third line of their logs.
        let features = known.known_features();
        assert_eq!(names(&features), ["AUTH", "SIZE", "mlst"]);
        assert_eq!(features.iter().map(|f| f.n_texts).collect::<Vec<_>>(), [1, 2, 1]);
        assert_eq!((names(&known.starred()), names(&known.site_commands())), (vec!["ACCT"], vec!["CHMOD"]));
    }

    #[test]
    fn a_framed_greeting_loses_its_frame() {
        assert_eq!(
            first_words(b"--------- Welcome to Pure-FTPd [TLS] ----------\nx"),
            b"Welcome to Pure-FTPd [TLS]"
        );
        assert_eq!(first_words(b"***\n  ready\n"), b"ready");
        assert_eq!(first_words(b""), b"");
    }
}
