//! Asks the rules about every exchange that something may be wrong with, about those that rules want to see, and about
//! sessions; and puts what they say into findings.

use super::asks::Explain;
use super::expectation::Checks;
use super::finding::{Asked, Words};
use super::found::STEPS_MAX;
use super::own::{Own, Progress};
use super::transcript::{Scene, Shown, Transcript};
use super::{Fact, Finding, Found, Related, Ruleset, Suspect};
use crate::event::Place;
use crate::ftp::Mark;
use crate::session::{CONTEXT_MAX, Exchange, Notable, Session};
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Judges sessions.
#[derive(Debug)]
pub struct Judge {
    rules: Arc<Ruleset>,
    /// Lines of context in transcripts.
    context: usize,
    /// Whether every finding is told with its words, however many there are.
    tells_words: bool,
    /// By the numbers of the rules, as far as any has too many findings.
    limits: Vec<Limits>,
    /// The transcript of the finding at hand; it keeps its room for the next.
    transcript: Transcript,
    /// What the rules found out about the session at hand.
    about_session: Vec<(Mark, Found)>,
    /// How far the user's own rules have come in sessions that go on, by where these begin and the rule's number.
    progress: BTreeMap<(Place, usize), Progress>,
    /// What sessions are held against.
    checks: Checks,
}

/// How far into a log the findings of a rule are worth their details. Those behind are too many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// Findings behind this place are only counted.
    pub listed: Option<Place>,
    /// Findings behind this place have no transcript.
    pub proven: Option<Place>,
}

/// What a rule that explains what goes wrong says about an exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It explains it, by that case.
    Explains(&'static str),
    /// Another rule explained it first.
    NotAsked,
    /// It has another explanation in mind.
    DoesNotFit,
}

impl Judge {
    /// A judge by those rules whose transcripts have `context` lines before the offending one.
    #[must_use]
    pub fn new(context: usize, rules: Arc<Ruleset>) -> Self {
        Self {
            checks: Checks::of(&rules, context.min(CONTEXT_MAX)),
            rules,
            context: context.min(CONTEXT_MAX),
            tells_words: false,
            limits: Vec::new(),
            transcript: Transcript::default(),
            about_session: Vec::new(),
            progress: BTreeMap::new(),
        }
    }

    /// Tells every finding with its words, also where there are too many to be listed.
    #[must_use]
    pub fn telling_words(self, tells_words: bool) -> Self {
        Self { tells_words, ..self }
    }

    /// What sessions are held against.
    pub fn checks(&mut self) -> &mut Checks {
        &mut self.checks
    }

    /// Sets how far the findings of the rule with that number are worth their details.
    pub fn limit(&mut self, number: usize, limits: Limits) {
        if self.limits.len() <= number {
            self.limits.resize(number + 1, Limits::default());
        }
        self.limits[number] = limits;
    }

    /// Judges what is new in a session: hands out findings, each with the number of its rule. `wants` says of a finding that is
    /// beyond the limits whether it gets its details all the same; it is told whether there is a cause.
    pub fn judge(
        &mut self,
        session: &Session,
        wants: impl Fn(&Finding, bool) -> bool,
        mut found: impl FnMut(usize, Finding),
    ) {
        let rules = Arc::clone(&self.rules);
        if !self.checks.are_made() {
            return self.judge_by_rules(session, &rules, &wants, &mut found);
        }
        let checks = std::mem::take(&mut self.checks);
        self.judge_by_rules(session, &rules, &wants, &mut |number, finding| {
            if checks.forbid(session.first(), rules.rule(number)) {
                found(number, finding);
            }
        });
        self.checks = checks;
        self.hold_against_expectations(session, &wants, &mut found);
    }

    fn judge_by_rules(
        &mut self,
        session: &Session,
        rules: &Ruleset,
        wants: &impl Fn(&Finding, bool) -> bool,
        found: &mut impl FnMut(usize, Finding),
    ) {
        for notable in session.notable() {
            let mut suspect = Suspect::new(notable.exchange, notable.state);
            if notable.is_suspect
                && let Some((number, explanation)) = explained(&mut suspect, rules)
                && rules.speaks(number)
            {
                found(number, self.finding(number, &suspect.exchange, explanation, wants));
            }
            if notable.is_watched {
                for (number, check) in rules.asks().exchanges(suspect.verb) {
                    suspect.numbers = rules.numbers(*number);
                    if let Some(explanation) = check(&suspect) {
                        found(*number, self.finding(*number, &suspect.exchange, explanation, wants));
                    }
                }
            }
        }
        let mut about = std::mem::take(&mut self.about_session);
        for (number, check) in &rules.asks().sessions {
            check(session, rules.numbers(*number), &mut about);
            self.found_in(session, *number, &mut about, wants, &mut *found);
        }
        for (number, own) in &rules.asks().own {
            self.seen_by_own(session, *number, own, &mut about);
            self.found_in(session, *number, &mut about, wants, &mut *found);
        }
        self.about_session = about;
    }

    /// Holds a session against what is expected of it.
    fn hold_against_expectations(
        &mut self,
        session: &Session,
        wants: &impl Fn(&Finding, bool) -> bool,
        found: &mut impl FnMut(usize, Finding),
    ) {
        let mut checks = std::mem::take(&mut self.checks);
        let finding = |number, mark: Option<Mark>, otherwise: Found| {
            let mark = mark.and_then(|mark| session.exchange(mark));
            match mark.or_else(|| session.at_hand().next_back()) {
                Some(exchange) => self.finding(number, &exchange, otherwise, wants),
                None => self.outline_of_session(number, session, otherwise),
            }
        };
        checks.look(session, finding, found);
        self.checks = checks;
    }

    /// Hands out what a rule found out about a session.
    #[inline]
    fn found_in(
        &mut self,
        session: &Session,
        number: usize,
        about: &mut Vec<(Mark, Found)>,
        wants: impl Fn(&Finding, bool) -> bool,
        mut found: impl FnMut(usize, Finding),
    ) {
        // Most find nothing in most sessions.
        if about.is_empty() {
            return;
        }
        for (mark, explanation) in about.drain(..) {
            let Some(exchange) = session.exchange(mark) else { continue };
            found(number, self.finding(number, &exchange, explanation, &wants));
        }
    }

    /// What a rule of the user's own finds in a session or a part of one.
    fn seen_by_own(&mut self, session: &Session, number: usize, own: &Own, about: &mut Vec<(Mark, Found)>) {
        let key = (session.first(), number);
        let before = if session.is_continued() { self.progress.remove(&key) } else { None };
        let mut progress = before.unwrap_or_default();
        own.look(session, &mut progress, about);
        if !session.has_ended() && progress.matters() {
            self.progress.insert(key, progress);
        }
    }

    /// What the rules that explain what goes wrong say about an exchange, in the order in which they are asked.
    #[must_use]
    pub fn verdicts(&self, notable: &Notable) -> Vec<(usize, Verdict)> {
        let mut suspect = Suspect::new(notable.exchange, notable.state);
        let explained = explained(&mut suspect, &self.rules);
        let explainer = explained.as_ref().map_or(usize::MAX, |(number, _)| *number);
        let verdict = |number: &usize| match (number.cmp(&explainer), &explained) {
            (Ordering::Less, _) | (_, None) => Verdict::DoesNotFit,
            (Ordering::Equal, Some((_, found))) => Verdict::Explains(found.case),
            (Ordering::Greater, _) => Verdict::NotAsked,
        };
        self.rules.asks().suspects.iter().map(|(number, _)| (*number, verdict(number))).collect()
    }

    fn finding(
        &mut self,
        number: usize,
        exchange: &Exchange,
        found: Found,
        wants: impl Fn(&Finding, bool) -> bool,
    ) -> Finding {
        let limits = self.limits.get(number).copied().unwrap_or_default();
        let before = |limit: Option<Place>| limit.is_none_or(|limit| exchange.place() <= limit);
        let mut finding = self.outline(number, exchange, &found);
        let session = exchange.session();
        let mut shown = [None; STEPS_MAX];
        for (to, step) in shown.iter_mut().zip(found.steps.iter().flatten()) {
            *to = session.exchange(step.mark).map(|exchange| Shown { step: *step, exchange });
        }
        let scene = Scene { here: *exchange, steps: shown, context: self.context };
        let has_cause = scene.steps().next().is_some();
        let proven = before(limits.proven) || wants(&finding, has_cause);
        let listed = proven || before(limits.listed);
        if listed || self.tells_words {
            finding.said = words(exchange);
        }
        if !listed {
            return finding;
        }
        add_steps(&mut finding, &scene, found);
        if proven {
            self.transcript.tell(&scene);
            finding.transcript = self.transcript.clone();
        }
        finding
    }

    /// What is needed to count a finding.
    fn outline(&self, number: usize, exchange: &Exchange, found: &Found) -> Finding {
        let rule = self.rules.rule(number);
        debug_assert!(rule.cases.contains(&found.case), "{} has no case {}", rule.name, found.case);
        let session = exchange.session();
        let mut confidence = found.confidence.min(session.identity());
        if session.is_unsure_at(exchange.place()) {
            confidence = confidence.lowered();
        }
        let command = exchange.has_command().then(|| Asked { verb: exchange.verb(), ..Asked::default() });
        Finding {
            rule,
            number,
            case: found.case,
            severity: self.rules.severity(number).or(found.severity).unwrap_or(rule.severity),
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

    /// A finding about a session of which the log holds no exchange.
    fn outline_of_session(&self, number: usize, session: &Session, found: Found) -> Finding {
        let rule = self.rules.rule(number);
        Finding {
            rule,
            number,
            case: found.case,
            severity: rule.severity,
            confidence: found.confidence.min(session.identity()),
            place: session.first(),
            at: session.first_at(),
            session: Some(session.first()),
            software: session.software(),
            related: Vec::new(),
            facts: found.facts,
            transcript: Transcript::default(),
            sessions: 1,
            said: Words::default(),
        }
    }
}

/// The first rule that explains what went wrong, and how.
fn explained<'r>(suspect: &mut Suspect<'r>, rules: &'r Ruleset) -> Option<(usize, Found)> {
    let asks = rules.asks();
    let is_accepted = suspect.code().is_some_and(|code| !code.is_refusal());
    let asked = if is_accepted { &asks.accepted } else { asks.suspects(suspect.verb) };
    let mut first_of = |asked: &[(usize, Explain)]| {
        asked.iter().find_map(|(number, check)| {
            suspect.numbers = rules.numbers(*number);
            Some((*number, check(suspect)?))
        })
    };
    let explained = first_of(asked);
    debug_assert!(
        explained.as_ref().map(|e| e.0) == first_of(&asks.suspects).map(|e| e.0),
        "a rule explains what was accepted, or what it is not about, and does not say so",
    );
    explained
}

/// What the session and the exchange say.
fn words(exchange: &Exchange) -> Words {
    let session = exchange.session();
    let (client, user) = (session.client(), session.user());
    let (word, argument) = (exchange.word(), exchange.argument());
    let reply = exchange.reply();
    let line = reply.map_or(&b""[..], |r| r.last_line());
    let bytes = [client, user, word, argument, line].map(<[u8]>::len).iter().sum();
    let mut words = Words::with_room(bytes);
    words.client = words.keep(client);
    words.user = words.keep(user);
    if exchange.has_command() {
        let (word, argument) = (words.keep_in_capitals(word), words.keep(argument));
        words.command = Some(Asked { verb: exchange.verb(), word, argument });
    }
    words.reply = reply.map(|reply| (reply.code, words.keep(line)));
    words
}

/// Adds what the rule found out, and where.
fn add_steps(finding: &mut Finding, scene: &Scene, found: Found) {
    let n_steps = scene.steps().count();
    finding.related.reserve_exact(n_steps);
    finding.facts.reserve_exact(3 * n_steps + found.facts.len());
    for Shown { step, exchange } in scene.steps() {
        let reply = exchange.reply().filter(|_| step.part.is_told_by_reply());
        let place = reply.map_or(exchange.place(), |r| r.place);
        let [line, verb, code] = step.part.facts();
        finding.related.push(Related { role: step.role, place });
        finding.facts.push((line, Fact::Line(place.line)));
        finding.facts.push((verb, Fact::Text(exchange.name())));
        finding.facts.extend(exchange.code().map(|known| (code, Fact::Code(known))));
    }
    finding.facts.extend(found.facts);
}
