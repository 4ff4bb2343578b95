//! Asks the rules about every exchange that something may be wrong with, and puts what they say into findings.

use super::finding::{Asked, Words};
use super::suspect::{Found, Suspect};
use super::transcript::{Scene, Transcript};
use super::{Check, Fact, Finding, RULES, Related, Role, Rule};
use crate::event::Place;
use crate::session::{CONTEXT_MAX, Session};

/// Judges sessions.
#[derive(Debug)]
pub struct Judge {
    /// Lines of context in transcripts.
    context: usize,
    /// In the order of [`RULES`].
    limits: Vec<Limits>,
    /// The transcript of the finding at hand; it keeps its room for the next.
    transcript: Transcript,
}

/// How far into a log the findings of a rule are worth their details. Those behind are too many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// Findings behind this place are only counted.
    pub listed: Option<Place>,
    /// Findings behind this place have no transcript.
    pub proven: Option<Place>,
}

impl Judge {
    /// A judge whose transcripts have `context` lines before the offending one.
    #[must_use]
    pub fn new(context: usize) -> Self {
        Self {
            context: context.min(CONTEXT_MAX),
            limits: vec![Limits::default(); RULES.len()],
            transcript: Transcript::default(),
        }
    }

    /// Sets how far the findings of a rule are worth their details; `rule` is its number in [`RULES`].
    pub fn limit(&mut self, rule: usize, limits: Limits) {
        self.limits[rule] = limits;
    }

    /// Judges what is new in a session: hands out findings, each with the number of its rule in [`RULES`]. Of two rules that
    /// could explain the same exchange, the first one does. `wants` says of a finding that is beyond the limits whether it gets
    /// its details all the same; it is told whether there is a cause.
    pub fn judge(
        &mut self,
        session: &Session,
        wants: impl Fn(&Finding, bool) -> bool,
        mut found: impl FnMut(usize, Finding),
    ) {
        for (exchange, state) in session.notable() {
            let suspect = Suspect::new(exchange, state);
            let explained = RULES.iter().enumerate().find_map(|(index, rule)| match rule.check {
                Check::Exchange(check) => Some((index, check(&suspect)?)),
                Check::Ledger(_) => None,
            });
            if let Some((index, explanation)) = explained {
                found(index, self.finding(index, &suspect, explanation, &wants));
            }
        }
    }

    fn finding(
        &mut self,
        index: usize,
        suspect: &Suspect,
        found: Found,
        wants: impl Fn(&Finding, bool) -> bool,
    ) -> Finding {
        let rule = RULES[index];
        debug_assert!(rule.cases.contains(&found.case), "{} has no case {}", rule.name, found.case);
        let limits = self.limits[index];
        let before = |limit: Option<Place>| limit.is_none_or(|limit| suspect.exchange.place() <= limit);
        let mut finding = outline(rule, suspect, &found);
        let session = suspect.session();
        let has_cause =
            [found.cause, found.between].into_iter().flatten().any(|m| session.exchange(m).is_some());
        let proven = before(limits.proven) || wants(&finding, has_cause);
        if !proven && !before(limits.listed) {
            return finding;
        }
        let scene = Scene {
            here: suspect.exchange,
            cause: found.cause.and_then(|m| session.exchange(m)),
            between: found.between.and_then(|m| session.exchange(m)),
            context: self.context,
        };
        finding.said = words(suspect);
        add_causes(&mut finding, &scene, found);
        if proven {
            self.transcript.tell(&scene);
            finding.transcript = self.transcript.clone();
        }
        finding
    }
}

/// What is needed to count a finding.
fn outline(rule: &'static Rule, suspect: &Suspect, found: &Found) -> Finding {
    let exchange = suspect.exchange;
    let session = exchange.session();
    let mut confidence = found.confidence.min(session.identity());
    if session.is_unsure_at(exchange.place()) {
        confidence = confidence.lowered();
    }
    let command = exchange.has_command().then(|| Asked { verb: suspect.verb, ..Asked::default() });
    Finding {
        rule,
        case: found.case,
        severity: found.severity.unwrap_or(rule.severity),
        confidence,
        place: exchange.place(),
        at: exchange.at(),
        session: Some(session.first()),
        software: session.software(),
        related: Vec::new(),
        facts: Vec::new(),
        transcript: Transcript::default(),
        sessions: 1,
        said: Words { command, ..Words::default() },
    }
}

/// What the session and the exchange say.
fn words(suspect: &Suspect) -> Words {
    let (exchange, session) = (suspect.exchange, suspect.session());
    let (client, user) = (session.client(), session.user());
    let (word, argument) = (exchange.word(), exchange.argument());
    let line = suspect.reply.map_or(&b""[..], |r| r.last_line());
    let bytes = [client, user, word, argument, line].map(<[u8]>::len).iter().sum();
    let mut words = Words::with_room(bytes);
    words.client = words.keep(client);
    words.user = words.keep(user);
    if exchange.has_command() {
        let (word, argument) = (words.keep_in_capitals(word), words.keep(argument));
        words.command = Some(Asked { verb: suspect.verb, word, argument });
    }
    words.reply = suspect.code().map(|code| (code, words.keep(line)));
    words
}

/// Adds what the rule found out, and where.
fn add_causes(finding: &mut Finding, scene: &Scene, found: Found) {
    let n_causes = usize::from(scene.cause.is_some());
    let n_between = usize::from(scene.between.is_some());
    finding.related.reserve_exact(n_causes + n_between);
    finding.facts.reserve_exact(3 * n_causes + 2 * n_between + found.facts.len());
    if let Some(cause) = scene.cause {
        let place = cause.reply().map_or(cause.place(), |r| r.place);
        finding.related.push(Related { role: found.cause_role, place });
        finding.facts.push(("cause_line", Fact::Line(place.line)));
        finding.facts.push(("cause_verb", Fact::Text(cause.name())));
        finding.facts.extend(cause.code().map(|code| ("cause_code", Fact::Code(code))));
    }
    if let Some(between) = scene.between {
        finding.related.push(Related { role: Role::Evidence, place: between.place() });
        finding.facts.push(("between_line", Fact::Line(between.place().line)));
        finding.facts.push(("between_verb", Fact::Text(between.name())));
    }
    finding.facts.extend(found.facts);
}
