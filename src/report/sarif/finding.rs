//! A finding as a result: what is said of it, where, and the lines that show how it came about.

use super::log::{
    CodeFlow, Finding as Result, Fingerprints, Location, LogicalLocation, Properties, Region, Step,
    Suppression, Text, ThreadFlow,
};
use super::place::Places;
use super::{Shown, plain, sentence};
use crate::catalog::{Counted, Word};
use crate::report::sentence::Sentences;
use crate::report::summary::Summary;
use crate::rule::{Finding, Related, Role, Said, Side, Suppressed};
use crate::text::Printable;

/// Steps of a flow that GitHub shows; a transcript has far fewer.
const STEPS_MAX: usize = 1_000;
/// Lines around a finding that are named as what it stands in; a cause may be far before it.
const CONTEXT_LINES_MAX: u64 = 40;

/// What all results are made with.
pub(super) struct Maker<'a> {
    pub(super) summary: &'a Summary,
    pub(super) sentences: &'a Sentences,
    pub(super) places: Places<'a>,
    /// The indices of the rules, by their numbers; nothing for those that do not speak.
    pub(super) rules: Vec<Option<usize>>,
    /// Whether findings are held against a baseline.
    pub(super) has_baseline: bool,
    /// Whether the user allows some.
    pub(super) has_allowed: bool,
}

impl Maker<'_> {
    pub(super) fn result(&self, shown: &Shown) -> Result {
        let finding = shown.finding;
        let mut location = self.places.location(finding.place);
        location.logical_locations.extend(self.whereabouts(finding));
        location.physical_location.context_region = self.context(finding);
        Result {
            rule_id: finding.rule.name,
            rule_index: self.rules.get(finding.number).copied().flatten(),
            level: finding.severity.name(),
            message: Text { text: self.message(shown) },
            locations: [location],
            related_locations: (1..)
                .zip(&finding.related)
                .map(|(id, r)| self.related(finding, id, r))
                .collect(),
            code_flows: self.flow(finding).into_iter().collect(),
            partial_fingerprints: Fingerprints { finding: shown.identity.clone() },
            occurrence_count: shown.count,
            baseline_state: self.has_baseline.then_some(match shown.suppressed {
                Some(Suppressed::InBaseline) => "unchanged",
                _ => "new",
            }),
            suppressions: self.has_allowed.then(|| suppressions(shown.suppressed)),
            properties: Properties {
                case: finding.case,
                confidence: finding.confidence.name(),
                command: finding.command().map(|(name, _)| Printable(name).to_string()),
                reply: finding.reply().map(|(code, _)| code.0),
                server: finding.software.name(),
            },
        }
    }

    /// The title, which stands for itself where there is no room for more; why it happened, with links to the lines that show it; what
    /// to do.
    fn message(&self, shown: &Shown) -> String {
        let (words, finding) = (self.sentences.words(), shown.finding);
        let title = sentence(&self.sentences.title(finding));
        let mut parts =
            vec![words.with(Word::AsSentence, &[("text", &title)]), sentence(&self.sentences.why(finding))];
        for (id, related) in (1..).zip(&finding.related) {
            let link = format!("[{}]({id})", self.name_of_link(finding, related));
            let word = if related.role == Role::Cause { Word::CauseAt } else { Word::SeeAt };
            parts.push(words.with(word, &[("place", &link)]));
        }
        parts.push(sentence(&self.sentences.fix(finding)));
        if shown.count > 1 {
            parts.push(words.count(Counted::TimesInSession, shown.count));
        }
        if let (_, Some(member)) = self.summary.file(finding.place) {
            parts.push(words.with(Word::WithinMember, &[("member", &plain(member.as_bytes()))]));
        }
        parts.join(words.lang().between_sentences())
    }

    /// `line 1041`; a line of another file with the file's name.
    fn name_of_link(&self, finding: &Finding, related: &Related) -> String {
        let line = related.place.line.to_string();
        if related.place.source == finding.place.source {
            return self.sentences.words().with(Word::LineN, &[("n", &line)]);
        }
        let path = plain(self.summary.path(related.place).as_bytes());
        let name = path.rsplit('/').next().unwrap_or_default();
        // Within a link these stand for themselves only behind a backslash (section 3.11.6).
        let name = name.replace('\\', "\\\\").replace('[', "\\[").replace(']', "\\]");
        format!("{name}:{line}")
    }

    /// A related place, with the words of its mark.
    fn related(&self, finding: &Finding, id: usize, related: &Related) -> Location {
        let marks = finding.transcript.iter().filter(|said| said.place == related.place);
        let mark = marks.filter_map(|said| said.label).find(|label| !label.primary);
        let text = match mark {
            Some(label) => self.sentences.label(finding, label),
            None => self.sentences.words().get(role(related.role)).to_owned(),
        };
        let message = Some(Text { text: sentence(&text) });
        Location { id: Some(id), message, ..self.places.location(related.place) }
    }

    /// The client, the user and the session, as far as they are known.
    fn whereabouts(&self, finding: &Finding) -> Vec<LogicalLocation> {
        let shown = |bytes| Printable(bytes).to_string();
        let number = finding.session.and_then(|place| self.summary.session_number(place));
        let parts = [
            ("client", shown(finding.client())),
            ("user", shown(finding.user())),
            ("session", number.map_or_else(String::new, |n| n.to_string())),
        ];
        let known = parts.iter().filter(|(_, name)| !name.is_empty());
        let names: Vec<&str> = known.clone().map(|(_, name)| name.as_str()).collect();
        let location = |(at, (kind, name)): (usize, &(&'static str, String))| LogicalLocation {
            name: name.clone(),
            fully_qualified_name: names[..=at].join("/"),
            kind,
        };
        known.enumerate().map(location).collect()
    }

    /// The lines of the transcript around the finding, where they stand in the same file and together.
    fn context(&self, finding: &Finding) -> Option<Region> {
        let mut lines = finding.transcript.iter().map(|said| said.place);
        if !self.places.has_lines(finding.place) || lines.any(|place| place.source != finding.place.source) {
            return None;
        }
        let lines = || finding.transcript.iter().map(|said| said.place.line).chain([finding.place.line]);
        let (first, last) = (lines().min()?, lines().max()?);
        let is_near = first < last && last - first < CONTEXT_LINES_MAX;
        is_near.then_some(Region { start_line: first, end_line: Some(last) })
    }

    /// The transcript, step by step.
    fn flow(&self, finding: &Finding) -> Option<CodeFlow> {
        let steps = finding.transcript.iter().take(STEPS_MAX);
        let locations: Vec<Step> = steps.map(|said| self.step(finding, said)).collect();
        (!locations.is_empty()).then_some(CodeFlow { thread_flows: [ThreadFlow { locations }] })
    }

    fn step(&self, finding: &Finding, said: &Said) -> Step {
        let mark = if said.side == Side::Client { '>' } else { '<' };
        let line = plain(finding.transcript.text(said));
        let label = said.label.map(|label| format!(" ({})", sentence(&self.sentences.label(finding, label))));
        let text = format!("{mark} {line}{}", label.unwrap_or_default());
        let time = said.at.rfc3339().and_then(|time| Some(format!("{}Z", time.strip_suffix("+00:00")?)));
        let location = Location { message: Some(Text { text }), ..self.places.location(said.place) };
        Step { location, execution_time_utc: time, importance: said.label.map(|_| "essential") }
    }
}

fn suppressions(why: Option<&Suppressed>) -> Vec<Suppression> {
    match why {
        Some(Suppressed::Allowed { reason }) => {
            vec![Suppression { kind: "external", justification: Printable(reason.as_bytes()).to_string() }]
        }
        _ => Vec::new(),
    }
}

fn role(role: Role) -> Word {
    match role {
        Role::Cause => Word::PlaceCause,
        Role::Evidence => Word::PlaceEvidence,
        Role::Capability => Word::PlaceCapability,
        Role::Consequence => Word::PlaceConsequence,
    }
}
