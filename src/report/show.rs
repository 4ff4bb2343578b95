//! One session out of a log: what was said, what the control connection knew, what rules found, and which rules were asked.

use super::Sources;
use crate::catalog::Word;
use crate::event::Place;
use crate::ftp::{Code, Data, Form, Login, Mark, Rename, State, Tls, Verb};
use crate::rule::{Finding, Judge, Ledger, Ruleset, Side, Verdict};
use crate::session::{Beginning, Ended, Ending, Exchange, Gather, Notable, Session, Watch};
use crate::source::LogName;
use crate::time::When;
use std::sync::Arc;

/// Lines of one session that are kept to be shown.
pub const SHOWN_LINES_MAX: usize = 100_000;
/// Lines of one reply that are shown.
const REPLY_LINES_MAX: usize = 50;
/// Bytes of a line that are kept.
const TEXT_BYTES_MAX: usize = 1_000;

/// Looks for the session that a line belongs to, and learns about all sessions.
#[derive(Debug)]
pub struct Finder {
    rules: Arc<Ruleset>,
    /// The file in which the line stands, and its number there.
    wanted: Option<(String, u64)>,
    /// Its number in the log, once the file has begun.
    line: Option<u64>,
    ledger: Ledger,
    found: Option<Hit>,
    /// The nearest lines of commands and replies before and behind it.
    near: [Option<u64>; 2],
}

/// A session that has the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Hit {
    /// Where the command or reply stands that the line is, or belongs to: the last one before it is the one.
    line: u64,
    session: Place,
    exchange: Mark,
    /// Whether the session begins before the log does, or goes on behind its end.
    is_cut: bool,
}

impl Finder {
    /// Looks for a line in the file at that path.
    #[must_use]
    pub fn new(rules: Arc<Ruleset>, wanted: Option<(String, u64)>) -> Self {
        Self { rules, wanted, line: None, ledger: Ledger::default(), found: None, near: [None; 2] }
    }

    /// Where the session begins that the line belongs to, and the number of the exchange in it.
    #[must_use]
    pub fn found(&self) -> Option<(Place, Mark)> {
        self.found.map(|hit| (hit.session, hit.exchange))
    }

    /// Whether the session that was found begins before the log does, or goes on behind its end.
    #[must_use]
    pub fn is_cut(&self) -> bool {
        self.found.is_some_and(|hit| hit.is_cut)
    }

    /// The nearest lines of commands and replies, before and behind.
    pub fn near(&self) -> impl Iterator<Item = u64> {
        self.near.into_iter().flatten()
    }

    /// What is known of all sessions.
    #[must_use]
    pub fn into_ledger(mut self) -> Ledger {
        self.ledger.sort();
        self.ledger
    }

    fn look(&mut self, exchange: &Exchange, wanted: u64) {
        let session = exchange.session().first();
        let is_cut = is_cut(exchange.session());
        let mut seen = |line: u64, n_lines: u64| {
            if (line..line + n_lines.max(1)).contains(&wanted) {
                self.found = self.found.max(Some(Hit { line, session, exchange: exchange.mark(), is_cut }));
            }
            let [before, behind] = &mut self.near;
            match line.cmp(&wanted) {
                std::cmp::Ordering::Less => *before = (*before).max(Some(line)),
                std::cmp::Ordering::Greater => *behind = Some(behind.map_or(line, |b| b.min(line))),
                std::cmp::Ordering::Equal => {}
            }
        };
        seen(exchange.place().line, 1);
        for reply in exchange.replies() {
            seen(reply.place.line, reply.lines().count() as u64);
        }
    }
}

impl Gather for Finder {
    fn fork(&self) -> Self {
        Self { line: self.line, ..Self::new(Arc::clone(&self.rules), self.wanted.clone()) }
    }

    fn begin_file(&mut self, name: &LogName, lines_before: u64) {
        if let Some((_, line)) = self.wanted.as_ref().filter(|(path, _)| *path == name.path) {
            self.line = Some(lines_before.saturating_add(*line));
        }
    }

    fn watch(&self) -> Watch {
        self.rules.watch()
    }

    fn observe(&mut self, session: &Session, ended: Ended) {
        self.ledger.observe(session, ended);
        self.rules.note(session, &mut self.ledger);
        let Some(wanted) = self.line else { return };
        session.exchanges().for_each(|exchange| self.look(&exchange, wanted));
        let line = session.first().line;
        if line == wanted && !session.is_continued() {
            // The line on which the connection began is no exchange; the first one belongs to it.
            let first = session.exchanges().next();
            let is_cut = is_cut(session);
            let hit = first.map(|e| Hit { line, session: session.first(), exchange: e.mark(), is_cut });
            self.found = self.found.max(hit);
        }
    }

    fn absorb(&mut self, other: &mut Self) {
        self.ledger.absorb(&mut other.ledger);
        self.found = self.found.max(other.found);
        self.near[0] = self.near[0].max(other.near[0]);
        self.near[1] = [self.near[1], other.near[1]].into_iter().flatten().min();
    }
}

fn is_cut(session: &Session) -> bool {
    session.beginning() == Beginning::Missing || session.ending() == Ending::Open
}

/// What is to be shown.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// Where the session begins.
    pub session: Place,
    /// The exchange in it; none for all of the session.
    pub exchange: Option<Mark>,
    /// Lines around the exchange; none for all of the session.
    pub context: Option<usize>,
}

/// Gathers one session.
#[derive(Debug)]
pub struct Shown {
    pub(super) rules: Arc<Ruleset>,
    pub(super) target: Target,
    pub(super) judge: Judge,
    pub(super) lines: Vec<Line>,
    pub(super) findings: Vec<Finding>,
    /// What the control connection knew before the exchange.
    pub(super) before: Vec<Known>,
    pub(super) asked: Option<Asked>,
    pub(super) about: About,
    /// The files of the log; places name them by their numbers once they are settled.
    pub(super) files: Vec<LogName>,
    /// Whether lines were left out because there are too many.
    pub too_long: bool,
}

#[derive(Clone, Debug, Default)]
pub(super) struct About {
    pub(super) client: Vec<u8>,
    pub(super) user: Vec<u8>,
    pub(super) first: Place,
    pub(super) last: Place,
}

/// A line of the transcript.
#[derive(Clone, Debug)]
pub(super) struct Line {
    pub(super) place: Place,
    pub(super) at: When,
    pub(super) side: Side,
    pub(super) text: Vec<u8>,
    /// Further lines of a reply, which have no number of their own here.
    pub(super) more: Vec<Vec<u8>>,
    pub(super) exchange: Mark,
    pub(super) state: State,
}

/// A fact about the state, and the line it comes from.
#[derive(Clone, Debug)]
pub(super) struct Known {
    pub(super) word: Word,
    pub(super) line: Option<Place>,
    pub(super) what: Vec<u8>,
}

/// Which rules were asked about the exchange.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) verb: Verb,
    pub(super) place: Place,
    pub(super) is_suspect: bool,
    pub(super) code: Option<Code>,
    pub(super) verdicts: Vec<(usize, Verdict)>,
}

impl Shown {
    /// Gathers that session.
    #[must_use]
    pub fn new(rules: Arc<Ruleset>, target: Target) -> Self {
        Self {
            judge: Judge::new(0, Arc::clone(&rules)),
            rules,
            target,
            lines: Vec::new(),
            findings: Vec::new(),
            before: Vec::new(),
            asked: None,
            about: About::default(),
            files: Vec::new(),
            too_long: false,
        }
    }

    fn tell(&mut self, notable: &Notable, after: &State) {
        let exchange = &notable.exchange;
        let line = |place, at, side, state: &State| Line {
            place,
            at,
            side,
            text: Vec::new(),
            more: Vec::new(),
            exchange: exchange.mark(),
            state: *state,
        };
        if exchange.has_command() {
            let gap: &[u8] = if exchange.argument().is_empty() { b"" } else { b" " };
            let text = short(&[&exchange.name(), gap, exchange.argument()].concat());
            self.lines
                .push(Line { text, ..line(exchange.place(), exchange.at(), Side::Client, notable.state) });
        }
        for reply in exchange.replies() {
            let state = if reply.code.is_preliminary() { notable.state } else { after };
            let mut said = reply.raw().split(|b| *b == b'\n').map(short);
            let mut text = said.next().unwrap_or_default();
            if Code::parse(&text) != Some(reply.code) {
                text = [reply.code.to_string().as_bytes(), b" ", &text].concat().trim_ascii_end().to_vec();
            }
            let more = said.take(REPLY_LINES_MAX).collect();
            self.lines.push(Line { text, more, ..line(reply.place, reply.at, Side::Server, state) });
        }
    }

    /// Looks at the exchange that is asked about.
    fn ask(&mut self, notable: &Notable) {
        let exchange = &notable.exchange;
        self.before = known(notable.state, exchange.session());
        self.asked = Some(Asked {
            verb: exchange.verb(),
            place: exchange.place(),
            is_suspect: notable.is_suspect,
            code: exchange.code(),
            verdicts: if notable.is_suspect { self.judge.verdicts(notable) } else { Vec::new() },
        });
    }

    /// Forgets what is far from the exchange, or comes too late.
    fn prune(&mut self) {
        if self.lines.len() <= SHOWN_LINES_MAX {
            return;
        }
        self.too_long = true;
        let waits = self.target.exchange.is_some() && self.asked.is_none();
        if waits {
            self.lines.drain(..SHOWN_LINES_MAX / 2);
        } else {
            self.lines.truncate(SHOWN_LINES_MAX);
        }
    }

    /// Adds what only all sessions together show, puts everything in order, and says where it stands in the files of the log.
    #[must_use]
    pub fn seal(mut self, ledger: &Ledger, sources: &Sources) -> Self {
        self.lines.sort_by_key(|l| (l.place, l.side));
        let is_here = |f: &Finding| f.session == Some(self.target.session) || self.has(f.place);
        let mut together = self.rules.judge(ledger);
        together.retain(is_here);
        self.findings.append(&mut together);
        for finding in &mut self.findings {
            if let Some(revise) = finding.rule.revise {
                revise(finding, ledger);
            }
        }
        self.findings.sort_by_key(|f| f.place);
        self.settle(sources);
        self
    }

    fn settle(&mut self, sources: &Sources) {
        let Self { lines, findings, before, asked, about, .. } = self;
        let places = lines.iter_mut().map(|line| &mut line.place);
        let places = places.chain(before.iter_mut().filter_map(|known| known.line.as_mut()));
        let places = places.chain(asked.iter_mut().map(|asked| &mut asked.place));
        for place in places.chain([&mut about.first, &mut about.last]) {
            *place = sources.in_file(*place);
        }
        for finding in findings {
            sources.settle(finding);
        }
        self.files = sources.inputs().iter().map(|input| input.name.clone()).collect();
    }

    fn has(&self, place: Place) -> bool {
        self.lines.binary_search_by_key(&place, |l| l.place).is_ok()
    }
}

impl Gather for Shown {
    fn fork(&self) -> Self {
        Self::new(Arc::clone(&self.rules), self.target)
    }

    fn watch(&self) -> Watch {
        Watch::ALL
    }

    fn observe(&mut self, session: &Session, _: Ended) {
        if session.first() != self.target.session {
            return;
        }
        self.about = About {
            client: session.client().to_vec(),
            user: session.user().to_vec(),
            first: session.first(),
            last: session.last(),
        };
        let notable: Vec<Notable> = session.notable().collect();
        for (at, one) in notable.iter().enumerate() {
            if Some(one.exchange.mark()) == self.target.exchange {
                self.ask(one);
            }
            self.tell(one, notable.get(at + 1).map_or(session.final_state(), |next| next.state));
        }
        let Self { judge, findings, .. } = self;
        judge.judge(session, |_, _| true, |_, finding| findings.push(finding));
        findings.truncate(SHOWN_LINES_MAX);
        self.prune();
    }

    fn absorb(&mut self, other: &mut Self) {
        self.lines.append(&mut other.lines);
        self.findings.append(&mut other.findings);
        self.too_long |= std::mem::take(&mut other.too_long);
        if let Some(asked) = other.asked.take() {
            self.asked = Some(asked);
            self.before = std::mem::take(&mut other.before);
        }
        if other.about.first != Place::default() {
            self.about = other.about.clone();
        }
        self.prune();
    }
}

fn short(text: &[u8]) -> Vec<u8> {
    text[..text.len().min(TEXT_BYTES_MAX)].to_vec()
}

/// What the control connection knows, in the order in which people ask for it.
fn known(state: &State, session: &Session) -> Vec<Known> {
    let line = |mark: Mark| session.exchange(mark).map(|e| e.reply().map_or(e.place(), |r| r.place));
    let fact = |word, mark: Option<Mark>| Known { word, line: mark.and_then(line), what: Vec::new() };
    let login = match state.login {
        Login::Unknown => fact(Word::StateLoginUnknown, None),
        Login::Nobody => fact(Word::StateNotLoggedIn, None),
        Login::NeedPassword(mark) | Login::NeedAccount(mark) => fact(Word::StateLoginHalf, Some(mark)),
        Login::Refused(mark) | Login::Left(mark) => fact(Word::StateNotLoggedIn, Some(mark)),
        Login::In(mark) => fact(Word::StateLoggedIn, Some(mark)),
    };
    let tls = match state.tls {
        Tls::On(mark) => fact(Word::StateTls, Some(mark)),
        Tls::Cleared(mark) => fact(Word::StateTlsCleared, Some(mark)),
        Tls::Refused(mark) => fact(Word::StateNoTls, Some(mark)),
        Tls::Off | Tls::Pending(_) => fact(Word::StateNoTls, None),
    };
    let form = match state.form {
        Form::Unsaid => fact(Word::StateFormUnsaid, None),
        Form::Text(mark) => fact(Word::StateFormText, Some(mark)),
        Form::Image(mark) => fact(Word::StateFormImage, Some(mark)),
    };
    let folder = state.folder.and_then(|mark| session.exchange(mark)).map(|e| {
        let gap: &[u8] = if e.argument().is_empty() { b"" } else { b" " };
        let what = short(&[&e.name(), gap, e.argument()].concat());
        Known { what, ..fact(Word::StateFolder, Some(e.mark())) }
    });
    let data = match state.data {
        Data::None => fact(Word::StateNoData, None),
        Data::Ready(mark) => fact(Word::StateData, Some(mark)),
        Data::Refused(mark) => fact(Word::StateNoData, Some(mark)),
        Data::Used { by, .. } => fact(Word::StateDataUsed, Some(by)),
    };
    let rename = match state.rename {
        Rename::None => fact(Word::StateNoRename, None),
        Rename::Ready(mark) | Rename::Crossed { source: mark, .. } => fact(Word::StateRename, Some(mark)),
        Rename::Refused(mark) | Rename::Unanswered(mark) | Rename::Used(mark) => {
            fact(Word::StateNoRename, Some(mark))
        }
    };
    [Some(login), Some(tls), Some(form), folder, Some(data), Some(rename)].into_iter().flatten().collect()
}
