//! The servers of a log: what each said and showed it can do, gathered over all sessions.

use super::bounded::{Bounded, Told};
use super::files::Files;
use super::known::{Named, Source};
use super::profile::{GREATEST, LEAST, Profile, steady};
use super::spread::Spread;
use super::wire::{stated, text};
use crate::event::Place;
use crate::session::{Confidence, Ended, Gather, Session};
use crate::source::LogName;
use serde::Serialize;
use std::borrow::Cow;
use std::io::{self, Write};

/// Servers of one log that are told apart.
const SERVERS_MAX: usize = 256;

/// What tells the servers of a log apart: the format, if a server writes it; else the greeting.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    /// A server that writes logs writes its own.
    software: Option<&'static str>,
    /// Empty where the log holds no greeting, and for logs of servers.
    greeting: Vec<u8>,
}

/// Gathers what is known of the servers of a log.
#[derive(Clone, Debug)]
pub struct Servers {
    pub(super) files: Files,
    profiles: Bounded<Key, Profile>,
}

impl Default for Servers {
    fn default() -> Self {
        Self { files: Files::default(), profiles: Bounded::new(SERVERS_MAX) }
    }
}

impl Gather for Servers {
    fn fork(&self) -> Self {
        Self { files: self.files.clone(), ..Self::default() }
    }

    fn begin_file(&mut self, name: &LogName, lines_before: u64) {
        self.files.begin(name, lines_before);
    }

    fn observe(&mut self, session: &Session, ended: Ended) {
        let key = Key::of(session);
        // Beyond the limit a profile is made and dropped again, so that what is left out is counted.
        if let Some(known) = self.profiles.map.get_mut(&key) {
            known.learn(session, ended);
            return;
        }
        let mut profile = Profile::new(session);
        profile.learn(session, ended);
        self.profiles.add(key, profile);
    }

    fn absorb(&mut self, other: &mut Self) {
        self.profiles.absorb(&mut other.profiles);
    }
}

impl Key {
    fn of(session: &Session) -> Self {
        let dialect = session.dialect();
        // One server writes in several formats; those that have no name are known by their format.
        let software = match dialect.software {
            crate::ftp::Software::Unknown => None,
            software => Some(software.name().unwrap_or(dialect.name)),
        };
        let greeting = session.greeting().and_then(|g| g.reply()).filter(|_| software.is_none());
        Self { software, greeting: greeting.map(|g| steady(g.raw())).unwrap_or_default() }
    }
}

impl Servers {
    /// Ends the gathering: sessions whose greeting the log does not hold belong to the only server that it may be.
    pub fn settle(&mut self) {
        let nameless = Key { software: None, greeting: Vec::new() };
        let mut named = self.profiles.map.keys().filter(|k| !k.greeting.is_empty());
        if let (Some(only), None) = (named.next().cloned(), named.next())
            && let Some(profile) = self.profiles.map.remove(&nameless)
        {
            self.profiles.add(only, profile);
        }
    }

    /// The servers, in the order in which they are first seen.
    pub(super) fn in_order(&self) -> Vec<&Profile> {
        let mut all: Vec<&Profile> = self.profiles.map.values().collect();
        all.sort_by_key(|p| p.first);
        all
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.profiles.map.len() as u64
    }

    /// What did not fit: sessions of servers beyond the limit, and facts of those that are known.
    #[must_use]
    pub fn left_out(&self) -> u64 {
        self.profiles.left_out + self.profiles.map.values().map(Profile::left_out).sum::<u64>()
    }

    /// Writes one JSON object a server.
    ///
    /// # Errors
    /// Whoever reads has gone.
    pub fn ndjson(&self, out: &mut impl Write) -> io::Result<()> {
        for profile in self.in_order() {
            serde_json::to_writer(&mut *out, &ServerJson::of(profile, &self.files))?;
            out.write_all(b"\n")?;
        }
        Ok(())
    }
}

/// One server. The order of the fields is the order in the output.
#[derive(Serialize)]
struct ServerJson<'a> {
    r#type: &'static str,
    path: &'a str,
    member: Option<&'a str>,
    format: &'static str,
    software: Option<SoftwareJson<'a>>,
    versions: Vec<Item<'a>>,
    greetings: Vec<Item<'a>>,
    answers_like: Vec<Item<'a>>,
    systems: Vec<Item<'a>>,
    sessions: u64,
    first_line: u64,
    start: Option<String>,
    end: Option<String>,
    feature_lists: usize,
    features: Vec<Item<'a>>,
    starred_in_help: Vec<Item<'a>>,
    site_commands: Vec<Item<'a>>,
    worked: Vec<Item<'a>>,
    unsupported: Vec<Item<'a>>,
    tls: TlsJson<'a>,
    passive: PassiveJson<'a>,
    timeouts: Vec<Item<'a>>,
    silence_before_421_ms: Option<RangeJson<'a>>,
    limits: Vec<Item<'a>>,
    greeting_ms: Option<SpreadJson>,
    reply_ms: Option<SpreadJson>,
    left_out: u64,
}

#[derive(Serialize)]
struct SoftwareJson<'a> {
    name: &'static str,
    shown_by: &'static str,
    confidence: &'static str,
    location: Option<Location<'a>>,
}

/// A fact, what shows it, and how sure.
#[derive(Serialize)]
struct Item<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    parameters: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seconds: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    limit: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<Cow<'a, str>>,
    /// In how many of the different FEAT lists a feature stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    in_lists: Option<usize>,
    count: u64,
    confidence: &'static str,
    location: Location<'a>,
}

#[derive(Serialize)]
struct Location<'a> {
    path: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    member: Option<&'a str>,
    line: u64,
}

#[derive(Serialize)]
struct TlsJson<'a> {
    offered: Vec<Item<'a>>,
    accepted: Vec<Item<'a>>,
    refused: Vec<Item<'a>>,
    required: Vec<Item<'a>>,
}

#[derive(Serialize)]
struct PassiveJson<'a> {
    addresses: Vec<Item<'a>>,
    ports: Option<RangeJson<'a>>,
}

/// The least and the greatest of several numbers, with where each stands.
#[derive(Serialize)]
struct RangeJson<'a> {
    min: i64,
    max: i64,
    count: u64,
    confidence: &'static str,
    min_location: Location<'a>,
    max_location: Location<'a>,
}

#[derive(Serialize)]
struct SpreadJson {
    median: u64,
    p95: u64,
    count: u64,
}

impl<'a> Item<'a> {
    fn of(files: &'a Files, told: &'a Told) -> Self {
        Self {
            name: None,
            parameters: None,
            seconds: None,
            limit: None,
            code: None,
            text: None,
            in_lists: None,
            count: told.n,
            confidence: told.sure.name(),
            location: Location::of(files, told.place),
        }
    }

    fn named(files: &'a Files, name: impl Into<Cow<'a, str>>, told: &'a Told) -> Self {
        Self { name: Some(name.into()), ..Self::of(files, told) }
    }

    fn said(self, told: &'a Told) -> Self {
        Self { text: Some(text(&told.text)), ..self }
    }
}

impl<'a> Location<'a> {
    fn of(files: &'a Files, place: Place) -> Self {
        let spot = files.spot(place);
        Self { path: spot.name.file(), member: spot.name.member.as_deref(), line: spot.line }
    }
}

impl SpreadJson {
    fn of(spread: &Spread, is_timed: bool) -> Option<Self> {
        let (median, p95) = spread.percentile(50).zip(spread.percentile(95)).filter(|_| is_timed)?;
        Some(Self { median, p95, count: spread.n })
    }
}

impl<'a> ServerJson<'a> {
    fn of(profile: &'a Profile, files: &'a Files) -> Self {
        let first = files.spot(profile.first);
        let times = profile.span.map(|(first, last)| (first.rfc3339(), last.rfc3339()));
        let (start, end) = times.unwrap_or_default();
        let texts = |texts: &'a Bounded<Vec<u8>>| -> Vec<Item<'a>> {
            texts.by_place().into_iter().map(|(_, told)| Item::of(files, told).said(told)).collect()
        };
        let named = |named: Vec<Named<'a>>| -> Vec<Item<'a>> {
            named.into_iter().map(|n| Item::named(files, text(n.name), n.told)).collect()
        };
        let worked = profile.worked.by_place();
        let unsupported = profile.lacking.by_place().into_iter().map(|((name, code), told)| Item {
            code: Some(code.0),
            ..Item::named(files, text(name), told).said(told)
        });
        let answers = profile
            .answers
            .by_place()
            .into_iter()
            .filter_map(|(software, told)| Some(Item::named(files, software.name()?, told).said(told)));
        Self {
            r#type: "server",
            path: first.name.file(),
            member: first.name.member.as_deref(),
            format: profile.format,
            software: SoftwareJson::of(profile, files),
            versions: versions(profile, files),
            greetings: texts(&profile.banners),
            answers_like: answers.collect(),
            systems: texts(&profile.systems),
            sessions: profile.sessions,
            first_line: first.line,
            start,
            end,
            feature_lists: profile.features.map.len(),
            features: features(profile, files),
            starred_in_help: named(profile.starred()),
            site_commands: named(profile.site_commands()),
            worked: worked.into_iter().map(|(verb, told)| Item::named(files, verb.name(), told)).collect(),
            unsupported: unsupported.collect(),
            tls: TlsJson::of(profile, files),
            passive: PassiveJson::of(profile, files),
            timeouts: timeouts(profile, files),
            silence_before_421_ms: silence(profile, files),
            limits: limits(profile, files),
            greeting_ms: SpreadJson::of(&profile.greeting, profile.is_timed),
            reply_ms: SpreadJson::of(&profile.replies, profile.is_timed),
            left_out: profile.left_out(),
        }
    }
}

impl<'a> SoftwareJson<'a> {
    fn of(profile: &'a Profile, files: &'a Files) -> Option<Self> {
        let (software, source, told) = profile.known_software()?;
        let sure = if source == Source::Format { Confidence::Certain } else { Confidence::Likely };
        Some(Self {
            name: software.name()?,
            shown_by: source.name(),
            confidence: told.map_or(sure, |told| told.sure.min(sure)).name(),
            location: told.map(|told| Location::of(files, told.place)),
        })
    }
}

/// Anyone can write a banner.
fn versions<'a>(profile: &'a Profile, files: &'a Files) -> Vec<Item<'a>> {
    let item = |n: Named<'a>| Item {
        confidence: n.told.sure.min(Confidence::Likely).name(),
        ..Item::named(files, text(n.name), n.told)
    };
    profile.versions().into_iter().map(item).collect()
}

fn features<'a>(profile: &'a Profile, files: &'a Files) -> Vec<Item<'a>> {
    let item = |n: Named<'a>| Item {
        parameters: stated(n.parameters),
        in_lists: Some(n.n_texts),
        ..Item::named(files, text(n.name), n.told)
    };
    profile.known_features().into_iter().map(item).collect()
}

impl<'a> TlsJson<'a> {
    fn of(profile: &'a Profile, files: &'a Files) -> Self {
        let offered = profile.known_features().into_iter().filter(|f| f.name.eq_ignore_ascii_case(b"AUTH"));
        let offered = offered
            .map(|f| Item { parameters: stated(f.parameters), ..Item::named(files, text(f.name), f.told) });
        let asked = |accepted: bool| {
            let those = profile
                .security
                .by_place()
                .into_iter()
                .filter(move |((_, code), _)| code.is_refusal() != accepted);
            those.map(|((name, code), told)| Item {
                code: Some(code.0),
                ..Item::named(files, text(name), told).said(told)
            })
        };
        let required = profile.required.by_place().into_iter().map(|((of_data, code), told)| Item {
            code: Some(code.0),
            ..Item::named(files, if *of_data { "data" } else { "control" }, told).said(told)
        });
        Self {
            offered: offered.collect(),
            accepted: asked(true).collect(),
            refused: asked(false).collect(),
            required: required.collect(),
        }
    }
}

impl<'a> PassiveJson<'a> {
    fn of(profile: &'a Profile, files: &'a Files) -> Self {
        let addresses = profile.addresses.by_place().into_iter();
        let ports = profile.ports.map.get(&LEAST).zip(profile.ports.map.get(&GREATEST));
        Self {
            addresses: addresses
                .map(|(address, told)| Item::named(files, address.to_string(), told))
                .collect(),
            ports: ports.map(|(low, high)| {
                range(files, (low.number.into(), &low.told), (high.number.into(), &high.told))
            }),
        }
    }
}

fn timeouts<'a>(profile: &'a Profile, files: &'a Files) -> Vec<Item<'a>> {
    let item = |((wait, seconds), told): (&(crate::ftp::Wait, u64), &'a Told)| Item {
        seconds: Some(*seconds),
        ..Item::named(files, wait.name(), told).said(told)
    };
    profile.waits.by_place().into_iter().map(item).collect()
}

fn silence<'a>(profile: &'a Profile, files: &'a Files) -> Option<RangeJson<'a>> {
    let (short, long) = profile.silent.map.get(&LEAST).zip(profile.silent.map.get(&GREATEST))?;
    Some(range(files, (short.ms, &short.told), (long.ms, &long.told)))
}

fn limits<'a>(profile: &'a Profile, files: &'a Files) -> Vec<Item<'a>> {
    let item = |((reason, limit), told): (&(crate::rule::Reason, Option<u64>), &'a Told)| Item {
        limit: *limit,
        ..Item::named(files, reason.name(), told).said(told)
    };
    profile.limits.by_place().into_iter().map(item).collect()
}

fn range<'a>(files: &'a Files, (min, least): (i64, &Told), (max, greatest): (i64, &Told)) -> RangeJson<'a> {
    RangeJson {
        min,
        max,
        count: least.n,
        confidence: least.sure.min(greatest.sure).name(),
        min_location: Location::of(files, least.place),
        max_location: Location::of(files, greatest.place),
    }
}
