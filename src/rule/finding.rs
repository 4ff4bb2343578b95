//! What a rule reports: places, facts and the lines that prove it. No sentences.

use super::{Rule, Severity};
use crate::event::{Holds, Place};
use crate::ftp::{Code, Mark, Software, Verb};
use crate::session::{CONTEXT_MAX, Confidence, Exchange, Reply, Session};
use crate::time::When;
use std::fmt;

/// Bytes of one transcript line that a finding keeps.
const SAID_BYTES_MAX: usize = 400;
/// Lines of one exchange that a finding keeps.
const LINES_OF_EXCHANGE_MAX: usize = 4;

/// What an earlier or later place has to do with a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// It made it happen.
    Cause,
    /// It belongs to what happened.
    Evidence,
    /// It shows what the server can do.
    Capability,
    /// It follows from it.
    Consequence,
}

impl Role {
    /// The word used in JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Cause => "cause",
            Self::Evidence => "evidence",
            Self::Capability => "capability",
            Self::Consequence => "consequence",
        }
    }
}

/// A place that has to do with a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Related {
    /// What it has to do with it.
    pub role: Role,
    /// Where it stands.
    pub place: Place,
}

/// Something that a rule found out, to be put into a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fact {
    /// A number.
    Number(u64),
    /// A line number.
    Line(u64),
    /// A reply code.
    Code(Code),
    /// A word of the protocol.
    Word(&'static str),
    /// Text from the log.
    Text(Vec<u8>),
    /// The key of a phrase in the catalog.
    Phrase(&'static str),
    /// Keys of phrases in the catalog, one after another.
    Phrases(Vec<&'static str>),
    /// A length of time in milliseconds.
    Duration(i64),
    /// A point in time, or its line where the log has no times.
    Moment(When, u64),
    /// A user's name; nothing where it is not known.
    User(Vec<u8>),
}

/// Who said a line of a transcript.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The client.
    Client,
    /// The server.
    Server,
}

/// A mark under a line of a transcript: the key of its words in the rule's page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Label {
    /// The key: `cause`, `between`, `here`...
    pub key: &'static str,
    /// Whether it is the offending line.
    pub primary: bool,
}

/// A line of a transcript.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// Where it stands.
    pub place: Place,
    /// When it was said.
    pub at: When,
    /// Who said it.
    pub side: Side,
    /// The line.
    pub text: Vec<u8>,
    /// The mark under it.
    pub label: Option<Label>,
    /// Lines of the burst or the session between this one and the one before that are not shown.
    pub skipped: u64,
}

/// A finding: which rule, where, and what proves it.
#[derive(Clone)]
pub struct Finding {
    /// The rule.
    pub rule: &'static Rule,
    /// Which of the rule's cases.
    pub case: &'static str,
    /// How bad.
    pub severity: Severity,
    /// How sure.
    pub confidence: Confidence,
    /// Where the offending line stands.
    pub place: Place,
    /// When it was written.
    pub at: When,
    /// Where its session begins, which gives the session's number.
    pub session: Option<Place>,
    /// The client's address.
    pub client: Vec<u8>,
    /// The user.
    pub user: Vec<u8>,
    /// The server.
    pub software: Software,
    /// The command and its argument.
    pub command: Option<(Vec<u8>, Vec<u8>)>,
    /// The final reply's code and last line.
    pub reply: Option<(Code, Vec<u8>)>,
    /// Places that have to do with it.
    pub related: Vec<Related>,
    /// What goes into its sentences.
    pub facts: Vec<(&'static str, Fact)>,
    /// The lines that prove it.
    pub transcript: Vec<Said>,
    /// How many sessions it is about.
    pub sessions: u64,
}

impl Finding {
    /// A fact of that name: one that the rule found out, or what the finding says itself.
    #[must_use]
    pub fn fact(&self, name: &str) -> Option<Fact> {
        if let Some((_, fact)) = self.facts.iter().find(|(key, _)| *key == name) {
            return Some(fact.clone());
        }
        match name {
            "verb" => self.command.as_ref().map(|(verb, argument)| Fact::Text(told_name(verb, argument))),
            "argument" => self.command.as_ref().map(|(_, argument)| Fact::Text(argument.clone())),
            "code" => self.reply.as_ref().map(|(code, _)| Fact::Code(*code)),
            "line" => Some(Fact::Line(self.place.line)),
            "user" => Some(Fact::User(self.user.clone())),
            "client" => Some(Fact::Text(self.client.clone())),
            _ => None,
        }
    }
}

/// The command as people call it: SITE goes by its second word, too.
fn told_name(verb: &[u8], argument: &[u8]) -> Vec<u8> {
    let second = argument.split(|b| *b == b' ').next().unwrap_or_default();
    if verb == b"SITE" && !second.is_empty() { [verb, b" ", second].concat() } else { verb.to_vec() }
}

impl fmt::Debug for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{} at line {}", self.rule.name, self.case, self.place.line)
    }
}

/// What a rule says it found; the rest is filled in from the session.
#[derive(Clone, Debug)]
pub struct Found<'s> {
    /// The offending exchange.
    pub exchange: Exchange<'s>,
    /// Which of the rule's cases.
    pub case: &'static str,
    /// The exchange that is the cause.
    pub cause: Option<Mark>,
    /// What the cause has to do with it.
    pub cause_role: Role,
    /// A command that came in between.
    pub between: Option<Mark>,
    /// Another severity than the rule's.
    pub severity: Option<Severity>,
    /// How sure.
    pub confidence: Confidence,
    /// More facts.
    pub facts: Vec<(&'static str, Fact)>,
}

impl<'s> Found<'s> {
    /// Nothing but the case.
    #[must_use]
    pub fn new(exchange: Exchange<'s>, case: &'static str) -> Self {
        Self {
            exchange,
            case,
            cause: None,
            cause_role: Role::Cause,
            between: None,
            severity: None,
            confidence: Confidence::Certain,
            facts: Vec::new(),
        }
    }
}

/// Collects what the rules find in a session.
#[derive(Debug)]
pub struct Findings {
    list: Vec<Finding>,
    /// Exchanges that a rule has explained.
    claimed: Vec<Mark>,
    /// Lines of context.
    context: usize,
    /// For each rule, the place behind which findings are only counted.
    cutoffs: Vec<Option<Place>>,
    pub(super) rule: &'static Rule,
    pub(super) rule_index: usize,
}

impl Findings {
    /// Nothing yet; transcripts get `context` lines before the offending one.
    #[must_use]
    pub fn new(context: usize) -> Self {
        let context = context.min(CONTEXT_MAX);
        let (list, claimed, cutoffs) = (Vec::new(), Vec::new(), Vec::new());
        Self { list, claimed, context, cutoffs, rule: super::RULES[0], rule_index: 0 }
    }

    /// Findings of each rule that stand behind its place will only be counted: they get no details.
    pub fn skip_details_behind(&mut self, cutoffs: impl Iterator<Item = Option<Place>>) {
        self.cutoffs.clear();
        self.cutoffs.extend(cutoffs);
    }

    pub(super) fn begin(&mut self, _: &Session) {
        self.claimed.clear();
    }

    /// Takes everything that was found.
    pub fn drain(&mut self) -> impl Iterator<Item = Finding> + '_ {
        self.list.drain(..)
    }

    /// Whether a rule has explained that exchange already.
    #[must_use]
    pub fn is_claimed(&self, exchange: &Exchange) -> bool {
        self.claimed.contains(&exchange.mark())
    }

    /// Marks an exchange as explained without reporting it.
    pub fn claim(&mut self, exchange: &Exchange) {
        self.claimed.push(exchange.mark());
    }

    /// Reports a finding, unless a rule has explained the exchange already.
    #[allow(clippy::needless_pass_by_value)] // Rules make it for this and keep nothing.
    pub fn add(&mut self, found: Found) {
        if self.is_claimed(&found.exchange) {
            return;
        }
        self.claim(&found.exchange);
        debug_assert!(self.rule.cases.contains(&found.case), "{} has no case {}", self.rule.name, found.case);
        let cutoff = self.cutoffs.get(self.rule_index).copied().flatten();
        let counted_only = cutoff.is_some_and(|cutoff| found.exchange.place() > cutoff);
        let mut finding = outline(self.rule, &found);
        if !counted_only {
            add_details(&mut finding, &found, self.context);
        }
        self.list.push(finding);
    }
}

/// What is needed to count a finding.
fn outline(rule: &'static Rule, found: &Found) -> Finding {
    let exchange = found.exchange;
    let session = exchange.session();
    let mut confidence = found.confidence.min(session.identity());
    if session.desync().is_some_and(|place| place < exchange.place()) {
        confidence = confidence.lowered();
    }
    Finding {
        rule,
        case: found.case,
        severity: found.severity.unwrap_or(rule.severity),
        confidence,
        place: exchange.place(),
        at: exchange.at(),
        session: Some(session.first()),
        client: Vec::new(),
        user: Vec::new(),
        software: session.software(),
        command: exchange.has_command().then(|| (exchange.name(), Vec::new())),
        reply: None,
        related: Vec::new(),
        facts: Vec::new(),
        transcript: Vec::new(),
        sessions: 1,
    }
}

/// Fills in what the session knows.
fn add_details(finding: &mut Finding, found: &Found, context: usize) {
    let exchange = found.exchange;
    let session = exchange.session();
    let cause = found.cause.and_then(|m| session.exchange(m));
    let between = found.between.and_then(|m| session.exchange(m));
    finding.facts.reserve_exact(
        3 * usize::from(cause.is_some()) + 2 * usize::from(between.is_some()) + found.facts.len(),
    );
    finding.related.reserve_exact(usize::from(cause.is_some()) + usize::from(between.is_some()));
    if let Some(cause) = cause {
        let place = cause.reply().map_or(cause.place(), |r| r.place);
        finding.related.push(Related { role: found.cause_role, place });
        finding.facts.push(("cause_line", Fact::Line(place.line)));
        finding.facts.push(("cause_verb", Fact::Text(cause.name())));
        finding.facts.extend(cause.code().map(|code| ("cause_code", Fact::Code(code))));
    }
    if let Some(between) = between {
        finding.related.push(Related { role: Role::Evidence, place: between.place() });
        finding.facts.push(("between_line", Fact::Line(between.place().line)));
        finding.facts.push(("between_verb", Fact::Text(between.name())));
    }
    finding.facts.extend(found.facts.iter().cloned());
    finding.client = session.client().to_vec();
    finding.user = session.user().to_vec();
    if let Some((_, argument)) = &mut finding.command {
        argument.extend_from_slice(exchange.argument());
    }
    finding.reply = exchange.reply().map(|r| (r.code, r.last_line().to_vec()));
    finding.transcript = transcript(&exchange, cause, between, context);
}

/// The cause, what came in between, the offending exchange and a little before it.
fn transcript(
    exchange: &Exchange,
    cause: Option<Exchange>,
    between: Option<Exchange>,
    context: usize,
) -> Vec<Said> {
    let mut lines = Vec::with_capacity(2 * LINES_OF_EXCHANGE_MAX);
    let label = |key, primary| Some(Label { key, primary });
    // A cause that is answered later than the offending command is sent has its mark under the reply all the same.
    say(&mut lines, exchange, label("here", true), false);
    if let Some(cause) = cause {
        say(&mut lines, &cause, label("cause", false), cause.reply().is_some());
    }
    if let Some(between) = between {
        say(&mut lines, &between, label("between", false), false);
    }
    let mut before = exchange.previous();
    let mut room = context;
    while let Some(earlier) = before {
        let known = lines.iter().any(|l| l.place == earlier.place());
        if !known {
            let shown = lines.len();
            say(&mut lines, &earlier, None, false);
            if lines.len() - shown > room {
                lines.truncate(shown);
                break;
            }
            room -= lines.len() - shown;
        }
        if room == 0 {
            break;
        }
        before = earlier.previous();
    }
    lines.sort_by_key(|l| (l.place, l.side == Side::Server));
    lines
}

/// Writes down the lines of one exchange; the label goes under the command or under the final reply.
pub(super) fn say(lines: &mut Vec<Said>, exchange: &Exchange, label: Option<Label>, under_reply: bool) {
    let has_command = exchange.has_command();
    if has_command {
        let mut text = exchange.command_line();
        text.truncate(SAID_BYTES_MAX);
        let label = label.filter(|_| !under_reply);
        let (place, at) = (exchange.place(), exchange.at());
        lines.push(Said { place, at, side: Side::Client, text, label, skipped: 0 });
    }
    let n = exchange.replies().count();
    let first_shown = n.saturating_sub(LINES_OF_EXCHANGE_MAX - 1);
    for (i, reply) in exchange.replies().enumerate().skip(first_shown) {
        let label = label.filter(|_| i + 1 == n && (under_reply || !has_command));
        let (place, at) = (reply.place, reply.at);
        lines.push(Said { place, at, side: Side::Server, text: first_line(&reply), label, skipped: 0 });
    }
}

/// The reply as its first line shows it.
pub(super) fn first_line(reply: &Reply) -> Vec<u8> {
    let raw = reply.raw();
    let line = raw.split(|b| *b == b'\n').next().unwrap_or_default();
    let mut text = if Code::parse(line) == Some(reply.code) {
        line.to_vec()
    } else {
        [reply.code.to_string().as_bytes(), b" ", line].concat()
    };
    text.truncate(SAID_BYTES_MAX);
    text.truncate(text.trim_ascii_end().len());
    text
}

/// Whether an exchange got no final reply, and the session went on or ended after it.
pub(super) fn is_silent(exchange: &Exchange) -> bool {
    exchange.code().is_none() && exchange.session().dialect().holds == Holds::Everything
}

/// Whether the command is one of `verbs`.
pub(super) fn is(exchange: &Exchange, verbs: &[Verb]) -> bool {
    exchange.has_command() && verbs.contains(&exchange.verb())
}
