//! A data sheet of each server of a log, for people.

use super::bounded::{Bounded, Told};
use super::files::Files;
use super::known::{Named, Source, first_words};
use super::profile::{GREATEST, LEAST, Profile};
use super::servers::Servers;
use super::spread::Spread;
use super::style::{Paint, Style, hanging, shortened};
use super::table::{Column, table};
use crate::catalog::{self, Counted, Word, Words};
use crate::event::Place;
use crate::ftp::{Code, Verb, Wait};
use crate::rule::Reason;
use crate::session::Confidence;
use crate::text::{Printable, grouped};
use crate::time::Zone;
use std::fmt::Write;

/// Rows of one kind that are shown unless all are asked for.
const ROWS_SHOWN: usize = 8;
/// Bytes of the log's words in a row.
const QUOTED_BYTES_MAX: usize = 100;
/// Columns of one word: a longer one would push the others aside.
const WORD_COLUMNS_MAX: usize = 36;

/// What, what the log shows, how sure, where.
const LAYOUT: &[Column] = &[Column::Word, Column::Prose, Column::Word, Column::Number];

impl Servers {
    /// The data sheets, under a line that says which log it is.
    #[must_use]
    pub fn text(&self, head: &str, words: &Words, style: Style, zone: &Zone, all: bool) -> String {
        let mut out = format!("{head}\n");
        for profile in self.in_order() {
            let title = profile.title().map_or_else(
                || words.get(Word::ServerUnknown).to_owned(),
                |title| shortened(&quoted(&title), style.width),
            );
            let lacks = catalog::format(profile.format, words.lang()).and_then(|page| page.lacks);
            let sheet = Sheet { profile, files: &self.files, words, zone, all, rows: Vec::new() };
            let _ = writeln!(out, "\n{}", style.paint(Paint::Bold, title));
            // Silence proves nothing where not everything that was said was logged.
            if let Some(lacks) = lacks {
                out.push_str(&hanging(&format!("{} ", words.get(Word::Lacks)), &lacks, style.width));
            }
            out.push_str(&sheet.laid_out(style.width));
        }
        let left_out = self.left_out();
        if left_out > 0 {
            let _ = writeln!(out, "\n{}", words.with(Word::LeftOut, &[("n", &grouped(left_out))]));
        }
        out
    }
}

/// The sheet of one server while it is filled in.
struct Sheet<'a> {
    profile: &'a Profile,
    files: &'a Files,
    words: &'a Words,
    zone: &'a Zone,
    all: bool,
    rows: Vec<Vec<String>>,
}

/// Fills in a part of a sheet.
type Part<'a> = fn(&mut Sheet<'a>);

impl<'a> Sheet<'a> {
    fn laid_out(mut self, width: usize) -> String {
        let header = [Word::ColumnFact, Word::ColumnShown, Word::ColumnSure, Word::ColumnLine]
            .map(|w| self.words.get(w));
        let parts: [(Word, Part<'a>); 6] = [
            (Word::ServerIdentity, Self::identity),
            (Word::ServerCommands, Self::commands),
            (Word::ServerTls, Self::tls),
            (Word::ServerPassive, Self::passive),
            (Word::ServerLimits, Self::limits),
            (Word::ServerTimes, Self::times),
        ];
        for (heading, part) in parts {
            let before = self.rows.len();
            part(&mut self);
            if self.rows.len() > before {
                let heading = [self.words.get(heading), "", "", ""].map(str::to_owned).to_vec();
                self.rows.insert(before, heading);
            }
        }
        table(&header, LAYOUT, self.rows, width)
    }

    /// A row without a line that shows it alone.
    fn row(&mut self, label: Word, value: &str, sure: Option<Confidence>, place: Option<Place>) {
        let value: Vec<String> = value.split(' ').map(|word| shortened(word, WORD_COLUMNS_MAX)).collect();
        let sure = sure.map_or("", |sure| {
            self.words.get(match sure {
                Confidence::Certain => Word::SureCertain,
                Confidence::Likely => Word::SureLikely,
                Confidence::Possible => Word::SurePossible,
            })
        });
        let line = place.map_or(String::new(), |place| self.files.told(place));
        self.rows.push(vec![format!("  {}", self.words.get(label)), value.join(" "), sure.to_owned(), line]);
    }

    fn fact(&mut self, label: Word, value: &str, told: &Told) {
        self.row(label, value, Some(told.sure), Some(told.place));
    }

    /// Rows of one kind: all, or the first ones and how many more there are.
    fn facts(&mut self, label: Word, facts: Vec<(String, &Told)>) {
        let shown = if self.all { facts.len() } else { facts.len().min(ROWS_SHOWN) };
        let more = facts.len() - shown;
        for (value, told) in facts.into_iter().take(shown) {
            self.fact(label, &value, told);
        }
        if more > 0 {
            let more = self.words.with(Word::MoreFacts, &[("n", &grouped(more as u64))]);
            self.row(label, &more, None, None);
        }
    }

    /// Names in one row, with the line that shows the first; or each in its own row where all are asked for.
    fn list(&mut self, label: Word, names: Vec<(String, &Told)>) {
        if self.all {
            return self.facts(label, names);
        }
        let least = names.iter().map(|(_, told)| told.sure).min();
        let first = names.iter().map(|(_, told)| told.place).min();
        if !names.is_empty() {
            let names: Vec<String> = names.into_iter().map(|(name, _)| name).collect();
            self.row(label, &names.join(", "), least, first);
        }
    }

    fn identity(&mut self) {
        let words = self.words;
        if let Some((software, source, told)) = self.profile.known_software() {
            let name = software.name().unwrap_or_default();
            let banner = self.profile.banner_software().and_then(|(s, _)| s.name()).filter(|n| *n != name);
            let value = match (source, banner) {
                (Source::Format, _) => words.with(Word::ByFormat, &[("name", name)]),
                (Source::Banner, _) => words.with(Word::ByBanner, &[("name", name)]),
                (Source::Answers, None) => words.with(Word::ByAnswers, &[("name", name)]),
                (Source::Answers, Some(banner)) => {
                    words.with(Word::ByAnswersNotBanner, &[("name", name), ("banner", banner)])
                }
            };
            let sure = if source == Source::Format { Confidence::Certain } else { Confidence::Likely };
            self.row(
                Word::FactSoftware,
                &value,
                Some(sure),
                Some(told.map_or(self.profile.first, |t| t.place)),
            );
        }
        let by_banner = |named: Named<'a>| {
            let version = quoted(named.name);
            words.with(Word::VersionByBanner, &[("version", &version)])
        };
        for version in self.profile.versions() {
            let (sure, place) = (version.told.sure.min(Confidence::Likely), version.told.place);
            self.row(Word::FactVersion, &by_banner(version), Some(sure), Some(place));
        }
        // Where sessions mingle, half a greeting may look like another one.
        let surest = self.profile.banners.map.values().map(|told| told.sure).max();
        let greetings = self.profile.banners.by_place();
        let greetings = greetings.into_iter().filter(|(_, told)| Some(told.sure) == surest);
        let greetings = greetings.map(|(_, told)| (quoted_line(first_words(&told.text)), told));
        self.facts(Word::FactGreeting, greetings.collect());
        // Answers that agree with the banner say nothing more.
        let known = self.profile.known_software().filter(|(_, source, _)| *source != Source::Answers);
        let answers = self.profile.answers.by_place().into_iter();
        let answers = answers.filter(|(software, _)| known.is_none_or(|(known, ..)| known != **software));
        let answers = answers.filter_map(|(software, told)| {
            let holes = [("name", software.name()?), ("text", &quoted(&told.text))];
            Some((words.with(Word::AnswersLike, &holes), told))
        });
        self.facts(Word::FactAnswers, answers.collect());
        let systems = self.profile.systems.by_place();
        self.facts(
            Word::FactSystem,
            systems.into_iter().map(|(_, told)| (quoted(&told.text), told)).collect(),
        );
        self.sessions();
    }

    fn sessions(&mut self) {
        let n = self.words.count(Counted::Sessions, self.profile.sessions);
        let span = self.profile.span.and_then(|(a, b)| self.zone.moment(a).zip(self.zone.moment(b)));
        let value = span.map_or(n.clone(), |(first, last)| {
            // The date is said once where it is the same.
            let last = match (first.rsplit_once(' '), last.rsplit_once(' ')) {
                (Some((a, _)), Some((b, clock))) if a == b => clock,
                _ => &last,
            };
            self.words.with(Word::TimeSpan, &[("sessions", &n), ("first", &first), ("last", last)])
        });
        self.row(Word::FactSessions, &value, None, Some(self.profile.first));
    }

    fn commands(&mut self) {
        let n_lists = self.profile.features.map.len();
        let features = self.profile.known_features().into_iter().map(|feature| {
            let name = with_parameters(feature.name, feature.parameters);
            if feature.n_texts >= n_lists {
                return (name, feature.told);
            }
            let (n, all) = (grouped(feature.n_texts as u64), grouped(n_lists as u64));
            (self.words.with(Word::InLists, &[("name", &name), ("n", &n), ("all", &all)]), feature.told)
        });
        self.list(Word::FactFeatures, features.collect());
        let plain = |named: Vec<Named<'a>>| named.into_iter().map(|n| (quoted(n.name), n.told)).collect();
        self.list(Word::FactStarred, plain(self.profile.starred()));
        self.list(Word::FactSite, plain(self.profile.site_commands()));
        let worked = self.profile.worked.by_place().into_iter();
        self.list(Word::FactWorked, worked.map(|(verb, told)| (verb.name().to_owned(), told)).collect());
        self.facts(Word::FactUnsupported, self.replied(&self.profile.lacking, |_| true));
    }

    /// Commands with the code and the words of their replies.
    fn replied(
        &self,
        all: &'a Bounded<(Vec<u8>, Code)>,
        wanted: fn(Code) -> bool,
    ) -> Vec<(String, &'a Told)> {
        let those = all.by_place().into_iter().filter(|((_, code), _)| wanted(*code));
        let value = |((name, code), told): (&(Vec<u8>, Code), &'a Told)| {
            let (name, code, n) = (quoted(name), code.to_string(), grouped(told.n));
            let text = quoted(told.text.strip_suffix(b".").unwrap_or(&told.text));
            let holes = [("name", name.as_str()), ("code", &code), ("text", &text), ("n", &n)];
            let word = if told.n == 1 { Word::CodeAndText } else { Word::CodeAndTextTimes };
            let said = self.words.with(word, &holes);
            let worked = self.profile.worked.map.get(&Verb::parse(name.as_bytes()));
            let Some(worked) = worked else { return (said, told) };
            (
                self.words
                    .with(Word::ButWorked, &[("said", &said), ("line", &self.files.told(worked.place))]),
                told,
            )
        };
        those.map(value).collect()
    }

    fn tls(&mut self) {
        let offered =
            self.profile.known_features().into_iter().filter(|f| f.name.eq_ignore_ascii_case(b"AUTH"));
        self.list(
            Word::FactOffered,
            offered.map(|f| (with_parameters(f.name, f.parameters), f.told)).collect(),
        );
        self.facts(Word::FactAccepted, self.replied(&self.profile.security, |code| !code.is_refusal()));
        self.facts(Word::FactRefused, self.replied(&self.profile.security, Code::is_refusal));
        let required = self.profile.required.by_place().into_iter().map(|((of_data, code), told)| {
            let holes = [("code", code.to_string()), ("text", quoted(&told.text))];
            let word = if *of_data { Word::RequiredForData } else { Word::RequiredForLogin };
            (self.words.with(word, &holes.each_ref().map(|(k, v)| (*k, v.as_str()))), told)
        });
        self.facts(Word::FactRequired, required.collect());
    }

    fn passive(&mut self) {
        let addresses = self.profile.addresses.by_place().into_iter();
        self.list(
            Word::FactAddresses,
            addresses.map(|(address, told)| (address.to_string(), told)).collect(),
        );
        let ports = &self.profile.ports.map;
        let Some((low, high)) = ports.get(&LEAST).zip(ports.get(&GREATEST)) else { return };
        let holes = [
            ("low", low.number.to_string()),
            ("high", high.number.to_string()),
            ("n", self.words.count(Counted::InReplies, low.told.n)),
        ];
        let word = if low.number == high.number { Word::PortSeen } else { Word::PortsSeen };
        let value = self.words.with(word, &holes.each_ref().map(|(k, v)| (*k, v.as_str())));
        self.fact(Word::FactPorts, &value, &low.told);
    }

    fn limits(&mut self) {
        let limits = self.profile.limits.by_place().into_iter().map(|((reason, limit), told)| {
            let word = match (limit, reason) {
                (None, _) => Word::LimitNotNamed,
                (_, Reason::PerClient) => Word::LimitPerClient,
                (_, Reason::PerUser) => Word::LimitPerUser,
                _ => Word::LimitClients,
            };
            let (n, text) = (limit.map_or(String::new(), grouped), quoted(&told.text));
            (self.words.with(word, &[("n", &n), ("text", &text)]), told)
        });
        self.facts(Word::FactClients, limits.collect());
        let waits = self.profile.waits.by_place().into_iter().map(|((wait, seconds), told)| {
            let word = match wait {
                Wait::Idle => Word::WaitIdle,
                Wait::Login => Word::WaitLogin,
                Wait::Transfer => Word::WaitTransfer,
                Wait::Data => Word::WaitData,
                Wait::Session => Word::WaitSession,
            };
            (self.words.with(word, &[("time", &self.time(*seconds)), ("text", &quoted(&told.text))]), told)
        });
        self.facts(Word::FactTimeout, waits.collect());
        let silent = &self.profile.silent.map;
        let Some((short, long)) = silent.get(&LEAST).zip(silent.get(&GREATEST)) else { return };
        let [shortest, longest] = [short.ms, long.ms].map(|ms| self.time((ms.unsigned_abs() + 500) / 1000));
        let value = if shortest == longest {
            self.words.with(Word::SilenceMeasured, &[("time", &shortest)])
        } else {
            let holes = [("short", shortest.as_str()), ("long", &longest), ("n", &grouped(short.told.n))];
            self.words.with(Word::SilenceRange, &holes)
        };
        self.fact(Word::FactSilence, &value, &short.told);
    }

    /// A time in whole minutes where it is that, else in seconds.
    fn time(&self, seconds: u64) -> String {
        if seconds >= 120 && seconds.is_multiple_of(60) {
            return self.words.count(Counted::Minutes, seconds / 60);
        }
        self.words.count(Counted::Seconds, seconds)
    }

    fn times(&mut self) {
        // Times in whole seconds say nothing of how quick a server is.
        if !self.profile.is_timed {
            return;
        }
        for (label, spread) in
            [(Word::FactGreetingTime, &self.profile.greeting), (Word::FactReplyTime, &self.profile.replies)]
        {
            if let Some(value) = self.spread(spread) {
                self.row(label, &value, None, None);
            }
        }
    }

    fn spread(&self, spread: &Spread) -> Option<String> {
        // A time of no millisecond is one that is shorter.
        let within = |percent| Some(grouped(spread.percentile(percent)?.max(1)));
        let [median, p95] = [within(50)?, within(95)?];
        let holes = [("median", median.as_str()), ("p95", &p95), ("n", &grouped(spread.n))];
        Some(self.words.with(Word::SpreadTimes, &holes))
    }
}

/// Words of the log, safe to show.
fn quoted(text: &[u8]) -> String {
    if text.len() > QUOTED_BYTES_MAX {
        return format!("{}...", Printable(&text[..QUOTED_BYTES_MAX]));
    }
    Printable(text).to_string()
}

fn quoted_line(text: &[u8]) -> String {
    format!("\"{}\"", quoted(text))
}

/// A feature as people read it: `REST STREAM`, `MLST (type* size*)`.
fn with_parameters(name: &[u8], parameters: &[u8]) -> String {
    let name = quoted(name);
    if parameters.is_empty() {
        return name;
    }
    let parts: Vec<String> =
        parameters.split(|b| b"; ".contains(b)).filter(|p| !p.is_empty()).map(quoted).collect();
    if parts.len() == 1 { format!("{name} {}", parts[0]) } else { format!("{name} ({})", parts.join(" ")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_of_a_feature_can_be_wrapped() {
        assert_eq!(with_parameters(b"REST", b"STREAM"), "REST STREAM");
        assert_eq!(with_parameters(b"MLST", b"type*;size*;"), "MLST (type* size*)");
        assert_eq!(with_parameters(b"SIZE", b""), "SIZE");
    }

    #[test]
    fn words_of_the_log_are_short_and_safe() {
        assert_eq!(quoted(b"a\x1b[31m"), "a␛[31m");
        assert!(quoted(&[b'x'; 300]).len() < 120);
    }
}
