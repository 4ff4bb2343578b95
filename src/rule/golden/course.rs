//! What sessions do, in few words: their commands with the codes of the replies, as far as recordings can be compared by them.

use crate::event::{Dialect, Outcome, Place};
use crate::ftp::{Code, Software, Verb};
use crate::rule::transcript::{Side, Transcript};
use crate::session::{Confidence, Ended, Exchange, Gather, Reply, Session};
use crate::time::When;
use std::collections::BTreeMap;

/// Exchanges that are remembered of one session.
pub const EXCHANGES_PER_SESSION_MAX: usize = 20_000;
/// Exchanges that are remembered of all sessions together; with their lines, most take less than 1 KiB.
pub const EXCHANGES_MAX: usize = 100_000;
/// Bytes of a command's name, and of a feature, by which it is told from others.
const NAME_BYTES_MAX: usize = 100;
/// Replies of an exchange that are remembered.
const REPLIES_MAX: usize = 64;
/// Features of a list that are remembered.
const FEATURES_MAX: usize = 200;

/// What sessions do. It gathers the same whatever the order in which parts of it are put together.
#[derive(Debug, Default)]
pub struct Courses {
    /// Whether their lines are needed to show them.
    tells: bool,
    sessions: BTreeMap<Place, Course>,
    n_steps: usize,
    /// From here on there was no room.
    cut_from: Option<Place>,
    /// Exchanges that were not remembered.
    n_cut: u64,
}

/// What one session does.
#[derive(Debug)]
pub(super) struct Course {
    pub(super) dialect: &'static Dialect,
    pub(super) software: Software,
    pub(super) identity: Confidence,
    pub(super) client: Vec<u8>,
    pub(super) user: Vec<u8>,
    pub(super) steps: Vec<Step>,
    /// Where its last line so far stands.
    pub(super) last: Place,
    /// Whether it does more than is remembered.
    pub(super) is_cut: bool,
}

/// One exchange.
#[derive(Debug)]
pub(super) struct Step {
    /// The command's line, or the reply's where nobody asked.
    pub(super) place: Place,
    pub(super) at: When,
    /// The last reply's first line, where there is a reply.
    pub(super) reply_at: Option<(Place, When)>,
    pub(super) verb: Verb,
    /// The command in capitals, with its argument where that is a word of the protocol; empty where nobody asked.
    pub(super) name: Box<[u8]>,
    pub(super) replies: Box<[Answer]>,
    pub(super) outcome: Option<Outcome>,
    /// What FEAT lists, where the log holds it.
    pub(super) features: Option<Vec<Box<[u8]>>>,
    /// Its lines, where they are needed.
    pub(super) lines: Transcript,
}

/// One reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Answer {
    pub(super) code: Code,
    /// Whether it has one line or several, where the log holds it.
    pub(super) has_several_lines: Option<bool>,
}

impl Courses {
    /// Empty, for a recording that will be compared with a good one: what differs is shown with its lines.
    pub(super) fn telling() -> Self {
        Self { tells: true, ..Self::default() }
    }

    /// Whether there is nothing to compare.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.sessions.values().all(|course| course.steps.is_empty())
    }

    /// How many exchanges were not remembered, because there are too many.
    #[must_use]
    pub fn n_cut(&self) -> u64 {
        self.n_cut
    }

    /// The sessions of a log in which something was said, in order.
    pub(super) fn of_log(&self, source: u32) -> impl Iterator<Item = (Place, &Course)> {
        let (first, last) = (Place { source, line: 0 }, Place { source, line: u64::MAX });
        let said = |(place, course): (&Place, _)| (*place, course);
        self.sessions
            .range(first..=last)
            .map(said)
            .filter(|(_, course): &(_, &Course)| !course.steps.is_empty())
    }

    /// The logs, by their numbers.
    pub(super) fn logs(&self) -> Vec<u32> {
        let mut logs: Vec<u32> = self.sessions.keys().map(|place| place.source).collect();
        logs.dedup();
        logs
    }

    /// Takes what is new in a session.
    pub(super) fn add(&mut self, session: &Session) {
        let place = session.first();
        // Connections in which nothing is said may be very many.
        if session.exchanges().len() == 0 {
            return;
        }
        if self.has_no_room_at(place) {
            self.n_cut += session.exchanges().len() as u64;
            return;
        }
        let course = self.sessions.entry(place).or_insert_with(|| Course::of(session));
        course.client = session.client().to_vec();
        course.user = session.user().to_vec();
        course.identity = session.identity();
        course.last = session.last();
        let room = EXCHANGES_PER_SESSION_MAX.saturating_sub(course.steps.len());
        let n_before = course.steps.len();
        course.steps.extend(session.exchanges().take(room).map(|e| Step::of(&e, self.tells)));
        self.n_steps += course.steps.len() - n_before;
        let n_cut = session.exchanges().len().saturating_sub(room);
        course.is_cut |= n_cut > 0;
        self.n_cut += n_cut as u64;
        self.keep_to_limit();
    }

    fn has_no_room_at(&self, place: Place) -> bool {
        self.cut_from.is_some_and(|from| place >= from)
    }

    /// Forgets the last sessions where there are too many exchanges. Which ones these are does not depend on who remembers what when:
    /// they are those behind the first that do not fit.
    fn keep_to_limit(&mut self) {
        while self.n_steps > EXCHANGES_MAX
            && self.sessions.len() > 1
            && let Some((place, course)) = self.sessions.pop_last()
        {
            self.n_steps -= course.steps.len();
            self.n_cut += course.steps.len() as u64;
            self.cut_from = Some(place);
        }
    }

    /// Takes what is known elsewhere.
    pub(super) fn take(&mut self, other: &mut Self) {
        self.n_cut += std::mem::take(&mut other.n_cut);
        self.cut_from = [self.cut_from, other.cut_from].into_iter().flatten().min();
        for (place, theirs) in std::mem::take(&mut other.sessions) {
            if self.has_no_room_at(place) {
                self.n_cut += theirs.steps.len() as u64;
                continue;
            }
            self.n_steps += theirs.steps.len();
            match self.sessions.entry(place) {
                std::collections::btree_map::Entry::Vacant(free) => {
                    free.insert(theirs);
                }
                std::collections::btree_map::Entry::Occupied(mut known) => {
                    let n_over = known.get_mut().go_on(theirs);
                    self.n_steps -= n_over;
                    self.n_cut += n_over as u64;
                }
            }
        }
        other.n_steps = 0;
        self.forget_from_cut();
        self.keep_to_limit();
    }

    fn forget_from_cut(&mut self) {
        let Some(from) = self.cut_from else { return };
        for course in self.sessions.split_off(&from).into_values() {
            self.n_steps -= course.steps.len();
            self.n_cut += course.steps.len() as u64;
        }
    }
}

/// The sessions of a good recording.
impl Gather for Courses {
    fn fork(&self) -> Self {
        Self { tells: self.tells, ..Self::default() }
    }

    fn observe(&mut self, session: &Session, _: Ended) {
        self.add(session);
    }

    fn absorb(&mut self, other: &mut Self) {
        self.take(other);
    }
}

impl Course {
    fn of(session: &Session) -> Self {
        Self {
            dialect: session.dialect(),
            software: session.software(),
            identity: session.identity(),
            client: Vec::new(),
            user: Vec::new(),
            steps: Vec::new(),
            last: session.last(),
            is_cut: false,
        }
    }

    /// Goes on with what another part does, and returns how much of it there was no room for.
    fn go_on(&mut self, mut part: Self) -> usize {
        let room = EXCHANGES_PER_SESSION_MAX.saturating_sub(self.steps.len());
        let n_over = part.steps.len().saturating_sub(room);
        part.steps.truncate(room);
        self.steps.append(&mut part.steps);
        self.is_cut |= part.is_cut || n_over > 0;
        (self.client, self.user, self.identity) = (part.client, part.user, part.identity);
        self.last = part.last;
        n_over
    }

    /// Whether some reply has several lines: there are logs that hold one line of each.
    pub(super) fn has_replies_of_several_lines(&self) -> bool {
        self.steps.iter().any(|step| step.has_several_lines() == Some(true))
    }
}

impl Step {
    fn of(exchange: &Exchange, tells: bool) -> Self {
        let mut lines = Transcript::default();
        if tells {
            lines.say(exchange, None, false);
        }
        let last = exchange.reply().or_else(|| exchange.replies().last());
        let is_list = exchange.verb() == Verb::FEAT && exchange.is_done();
        Self {
            place: exchange.place(),
            at: exchange.at(),
            reply_at: last.map(|reply| (reply.place, reply.at)),
            verb: exchange.verb(),
            name: name_of(exchange).into(),
            replies: exchange.replies().take(REPLIES_MAX).map(|reply| Answer::of(&reply)).collect(),
            outcome: exchange.outcome(),
            features: exchange.reply().filter(|_| is_list).and_then(|reply| features(&reply)),
            // The copy has no room to spare.
            lines: lines.clone(),
        }
    }

    /// Whether a client asked.
    pub(super) fn is_command(&self) -> bool {
        !self.name.is_empty()
    }

    /// The codes of its replies 1yz, or of the others.
    pub(super) fn codes(&self, preliminary: bool) -> impl Iterator<Item = Code> {
        let of_kind = move |code: &Code| code.is_preliminary() == preliminary;
        self.replies.iter().map(|answer| answer.code).filter(of_kind)
    }

    /// Whether its last reply has one line or several, where the log holds it.
    pub(super) fn has_several_lines(&self) -> Option<bool> {
        self.replies.iter().rfind(|answer| !answer.code.is_preliminary())?.has_several_lines
    }

    /// The last line that one side said in it.
    pub(super) fn line_of(&self, side: Side) -> Option<&[u8]> {
        self.lines.iter().filter(|said| said.side == side).last().map(|said| self.lines.text(said))
    }
}

impl Answer {
    fn of(reply: &Reply) -> Self {
        let n_lines = reply.lines().take(2).count();
        Self { code: reply.code, has_several_lines: (n_lines > 0).then_some(n_lines > 1) }
    }
}

/// `TYPE I`, `SITE CHMOD`, `RETR`: the command, with its argument where that is a word of the protocol and no name, number or address.
fn name_of(exchange: &Exchange) -> Vec<u8> {
    if !exchange.has_command() {
        return Vec::new();
    }
    let mut name = exchange.name().into_owned();
    if let Some(word) = word_of(exchange.verb(), exchange.argument()) {
        name.push(b' ');
        name.extend_from_slice(&word);
    }
    name.truncate(NAME_BYTES_MAX);
    name
}

/// The argument of such a command, in capitals.
fn word_of(verb: Verb, argument: &[u8]) -> Option<Vec<u8>> {
    let mut words = argument.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
    let word = match verb {
        Verb::TYPE => {
            let mut all: Vec<&[u8]> = words.collect();
            // Non-print is what TYPE A means (RFC 959 section 3.1.1.5).
            let is_usual = matches!(all[..], [_, form] if form.eq_ignore_ascii_case(b"N"));
            all.truncate(if is_usual { 1 } else { all.len() });
            all.join(&b' ')
        }
        Verb::OPTS => words.collect::<Vec<_>>().join(&b' '),
        Verb::MODE | Verb::STRU | Verb::PROT | Verb::PBSZ | Verb::AUTH | Verb::LANG | Verb::SITE => {
            words.next()?.to_vec()
        }
        Verb::REST => words.next().filter(|offset| offset.iter().all(|b| *b == b'0'))?.to_vec(),
        Verb::EPSV => words.next().filter(|word| word.eq_ignore_ascii_case(b"ALL"))?.to_vec(),
        _ => return None,
    };
    (!word.is_empty()).then(|| word.to_ascii_uppercase())
}

/// What FEAT lists: one feature a line, between the first line and the last (RFC 2389 section 3.2). In capitals and in order, because
/// neither matters.
fn features(reply: &Reply) -> Option<Vec<Box<[u8]>>> {
    let n_lines = reply.lines().count();
    if n_lines < 2 {
        return None;
    }
    let mut features: Vec<Box<[u8]>> = reply
        .lines()
        .take(n_lines - 1)
        .skip(1)
        .take(FEATURES_MAX)
        .map(|line| line.trim_ascii().to_ascii_uppercase())
        .filter(|feature| !feature.is_empty())
        .map(|feature| feature[..feature.len().min(NAME_BYTES_MAX)].into())
        .collect();
    features.sort_unstable();
    features.dedup();
    Some(features)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(verb: Verb, argument: &str) -> String {
        String::from_utf8(word_of(verb, argument.as_bytes()).unwrap_or_default()).unwrap()
    }

    #[test]
    fn arguments_count_where_they_are_words_of_the_protocol() {
        assert_eq!(word(Verb::TYPE, "i"), "I");
        assert_eq!(word(Verb::TYPE, "A N"), "A");
        assert_eq!(word(Verb::TYPE, "L 8"), "L 8");
        assert_eq!(word(Verb::OPTS, "utf8 on"), "UTF8 ON");
        assert_eq!(word(Verb::SITE, "chmod 644 a.txt"), "CHMOD");
        assert_eq!(word(Verb::REST, "0"), "0");
        assert_eq!(word(Verb::EPSV, "all"), "ALL");
    }

    #[test]
    fn names_numbers_and_addresses_do_not_count() {
        let alike =
            [(Verb::RETR, "a.txt"), (Verb::REST, "17"), (Verb::PORT, "127,0,0,1,4,5"), (Verb::EPSV, "2")];
        for (verb, argument) in alike {
            assert_eq!(word(verb, argument), "", "{}", verb.name());
        }
    }
}
