//! Where replies and commands fell out of step, and where they were in step again.
//!
//! A session in good order never comes here: a reply must not fit, or a client send a command while another one waits.

use super::exchange::{Record, ReplyRecord, attach};
use super::{Confidence, NO_REPLY, Session};
use crate::event::{Holds, Identity, Place};
use crate::ftp::{Code, Mark, Verb};
use crate::time::When;

/// Places of one session that are kept; behind more of them nothing is sure.
const SLIPS_MAX: usize = 4;
/// Commands that a client has sent one by one before a change of its habit says anything.
const ONE_BY_ONE_MIN: usize = 4;
/// Commands that a client sends one reply behind before it is taken to be so.
const BEHIND_MIN: u32 = 2;
/// Exchanges that are looked back for the owner of a reply.
const LOOKED_BACK_MAX: usize = 8;

/// Two replies that are further apart were said for two reasons.
const SAID_AT_ONCE_MS_MAX: i64 = 1_000;
/// Logs that may leave out replies of several lines.
const SHORTENED: &[&str] = &["node-ftp"];

/// How replies and commands fell out of step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slip {
    /// A command was answered twice.
    Doubled,
    /// A reply came when the client had gone on.
    Late,
    /// A command got no reply, and the session went on.
    Missing,
    /// Several commands got one reply.
    Merged,
    /// A reply of several lines was never closed.
    Swallowed,
}

/// A place where replies and commands fell out of step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutOfStep {
    /// How; nothing where it is not known.
    pub slip: Option<Slip>,
    /// The exchange with the first reply or command that is out of step.
    pub here: Mark,
    /// The command whose reply it is.
    pub owner: Option<Mark>,
    /// The first exchange that surely is in step again.
    pub again: Option<Mark>,
    /// How sure that is.
    pub confidence: Confidence,
    /// Behind this place pairs may be wrong,
    from: Place,
    /// up to this one.
    until: Option<Place>,
}

/// What is known about the steps of a session.
#[derive(Debug, Default)]
pub(super) struct Steps {
    slips: Vec<OutOfStep>,
    /// How many of them were handed out with earlier parts of the session.
    told: usize,
    /// Behind this place there were too many.
    beyond: Option<Place>,
    /// Whether one has no end yet.
    open: bool,
    /// Whether the client has sent several commands at once.
    pipelines: bool,
    pub(super) behind: Option<Behind>,
}

/// A client that has sent a command while the one before it waited, and goes on so.
#[derive(Clone, Copy, Debug)]
pub(super) struct Behind {
    /// The record of the first command that waited.
    since: u32,
    /// How often this went on.
    run: u32,
    /// Whether a reply showed that the client is really behind: its last command cannot have it.
    proven: bool,
    /// Whether it was said.
    told: bool,
}

impl Steps {
    pub(super) fn clear(&mut self) {
        self.slips.clear();
        (self.told, self.beyond, self.open) = (0, None, false);
        (self.pipelines, self.behind) = (false, None);
    }

    /// Follows records that moved.
    pub(super) fn renumber(&mut self) {
        self.told = self.slips.len();
        self.behind = None;
    }

    /// The exchanges that are named and were not handed out.
    pub(super) fn marks(&self) -> impl Iterator<Item = Mark> + '_ {
        self.slips[self.told..].iter().flat_map(|s| [Some(s.here), s.owner, s.again]).flatten()
    }

    fn is_unsure_at(&self, place: Place) -> bool {
        let covers = |s: &OutOfStep| s.from < place && s.until.is_none_or(|until| place < until);
        self.slips.iter().any(covers) || self.beyond.is_some_and(|beyond| beyond < place)
    }

    fn add(&mut self, slip: OutOfStep) {
        if self.slips.len() == SLIPS_MAX {
            self.beyond.get_or_insert(slip.from);
            return;
        }
        self.open = true;
        self.slips.push(slip);
    }

    /// Takes back what turned out to be otherwise.
    fn forget(&mut self, is_wrong: impl Fn(&OutOfStep) -> bool) {
        let told = self.told;
        let mut at = 0;
        self.slips.retain(|s| {
            at += 1;
            at <= told || !is_wrong(s)
        });
    }

    /// Both are in step from that exchange on.
    fn close(&mut self, mark: Mark, place: Place) {
        for slip in self.slips.iter_mut().filter(|s| s.until.is_none()) {
            (slip.again, slip.until) = (Some(mark), Some(place));
        }
        self.open = false;
    }

    /// The last slip left the pairs as they should be.
    fn close_last(&mut self, again: Option<Mark>) {
        if let Some(last) = self.slips.last_mut() {
            (last.again, last.until) = (again, Some(last.from));
        }
        self.open = self.slips.iter().any(|s| s.until.is_none());
    }
}

impl Session {
    /// The places where replies and commands fell out of step in this part of the session; at most a few.
    #[must_use]
    pub fn out_of_step(&self) -> &[OutOfStep] {
        &self.pairing.steps.slips[self.pairing.steps.told..]
    }

    /// Whether replies and commands may have fallen out of step before that place, or the log lacks something there or before.
    #[must_use]
    pub fn is_unsure_at(&self, place: Place) -> bool {
        self.pairing.steps.is_unsure_at(place) || self.pairing.lost.is_some_and(|lost| lost <= place)
    }

    /// Whether the log holds the whole talk of one connection, so that what is not there was not said.
    fn is_whole_talk(&self) -> bool {
        let mingled = self.dialect.identity == Identity::Mingled && self.key_number == 0;
        let shortened = SHORTENED.contains(&self.dialect.name);
        self.dialect.holds == Holds::Everything && !mingled && !shortened && self.pairing.lost.is_none()
    }

    fn slip(&mut self, slip: Slip, here: u32, owner: Option<u32>, confidence: Confidence) {
        let whole = self.is_whole_talk();
        let mark = |index: u32| self.records[index as usize].mark;
        self.pairing.steps.add(OutOfStep {
            slip: whole.then_some(slip),
            here: mark(here),
            owner: owner.map(mark),
            again: None,
            confidence,
            from: self.records[here as usize].place,
            until: None,
        });
    }

    /// Pairs behind that record may be wrong, and it cannot be said why.
    pub(super) fn lose_step(&mut self, index: u32) {
        let Record { mark, place, .. } = self.records[index as usize];
        self.pairing.steps.add(OutOfStep {
            slip: None,
            here: mark,
            owner: None,
            again: None,
            confidence: Confidence::Possible,
            from: place,
            until: None,
        });
    }

    /// A reply found its command. Where they were out of step, one that no other command which waits could have proves that they
    /// are in step again.
    #[inline]
    pub(super) fn step_taken(&mut self, index: u32, reply: u32) {
        if self.pairing.steps.open {
            self.prove_step(index, reply);
        }
    }

    fn prove_step(&mut self, index: u32, reply: u32) {
        let code = self.replies[reply as usize].code;
        let others = self.pairing.waiting.iter().any(|i| self.can_end(reply, *i));
        if code.is_fixed_point() && !others {
            let Record { mark, place, .. } = self.records[index as usize];
            self.pairing.steps.close(mark, place);
        }
    }
}

/// Replies that are one too many.
impl Session {
    /// Finds out about a final reply that no command which waits can have. Says whether that is known now; its record then
    /// stands.
    pub(super) fn explain_unasked(&mut self, reply: u32) -> bool {
        let code = self.replies[reply as usize].code;
        // Servers say these by themselves.
        if !self.is_whole_talk() || matches!(code, Code(120 | 220 | 221 | 421)) || self.is_oops(reply) {
            return false;
        }
        let Some(last) = self.last_answered(self.records.len()) else { return false };
        if self.says_the_same(self.records[last].answer, reply) {
            // The pairs are right: it came before the next command.
            let sure = self.said_twice(last, reply).filter(|_| self.pairing.waiting.is_empty());
            if let Some(confidence) = sure {
                let alone = self.unasked(reply);
                self.slip(Slip::Doubled, alone, Some(last as u32), confidence);
                self.pairing.steps.close_last(None);
            }
            return sure.is_some();
        }
        self.give_back(last, reply) || self.came_late(reply)
    }

    /// The last command before the record `end` that has a final reply, if it is near and was not judged yet.
    fn last_answered(&self, end: usize) -> Option<usize> {
        let unjudged = end.saturating_sub(LOOKED_BACK_MAX).max(self.judged)..end;
        unjudged.rev().find(|i| self.records[*i].commanded && self.records[*i].answer != NO_REPLY)
    }

    /// How sure it is that a reply that says the same as the one to the record `last` answers the same command. It may answer
    /// an empty command: no log shows that, and servers answer it as an unknown one.
    fn said_twice(&self, last: usize, reply: u32) -> Option<Confidence> {
        let Record { verb, answer, .. } = self.records[last];
        let at = |index: u32| {
            let ReplyRecord { at_ms: ms, at_known: known, .. } = self.replies[index as usize];
            When { ms, known }
        };
        match at(reply).since(at(answer)) {
            _ if verb == Verb::OTHER => None,
            Some(ms) => (ms <= SAID_AT_ONCE_MS_MAX).then_some(Confidence::Certain),
            None => Some(Confidence::Likely),
        }
    }

    fn says_the_same(&self, one: u32, other: u32) -> bool {
        let words = |index: u32| {
            let ReplyRecord { code, text, worded, .. } = self.replies[index as usize];
            (code, worded, self.bytes(text))
        };
        words(one) == words(other) && words(one).1
    }

    /// The last answered command can have the reply, and the one that it has got says the same as the one before it, which
    /// another command has got: that command was answered twice. Each gets its own.
    fn give_back(&mut self, last: usize, reply: u32) -> bool {
        let Some(owner) = self.last_answered(last) else { return false };
        let Record { answer: doubled, first_reply, .. } = self.records[last];
        let code = self.replies[reply as usize].code;
        let adjacent = owner + 1 == last && first_reply == doubled;
        if !adjacent
            || !code.is_fixed_point()
            || !code.can_answer(self.records[last].verb)
            || !self.replies[doubled as usize].code.is_refusal()
            || !self.says_the_same(self.records[owner].answer, doubled)
        {
            return false;
        }
        let record = &mut self.records[last];
        (record.first_reply, record.last_reply, record.answer) = (NO_REPLY, NO_REPLY, NO_REPLY);
        attach(record, &mut self.replies, reply);
        self.answered(last as u32, reply);
        let alone = self.unasked(doubled);
        self.slip(Slip::Doubled, alone, Some(owner as u32), Confidence::Likely);
        let again = self.records[last].mark;
        self.pairing.steps.close_last(Some(again));
        true
    }

    /// A command that was passed over can have the reply, and no other can.
    fn came_late(&mut self, reply: u32) -> bool {
        let code = self.replies[reply as usize].code;
        if !code.is_fixed_point() {
            return false;
        }
        let recent = self.records.len().saturating_sub(LOOKED_BACK_MAX).max(self.judged);
        let waits = |i: usize| self.pairing.waiting.contains(&(i as u32));
        let passed_over = |i: &usize| {
            let record = &self.records[*i];
            record.commanded && record.first_reply == NO_REPLY && code.can_answer(record.verb) && !waits(*i)
        };
        let Some(owner) = (recent..self.records.len()).rev().find(passed_over) else { return false };
        let alone = self.unasked(reply);
        // What was reported missing has come.
        let mark = self.records[owner].mark;
        self.pairing.steps.forget(|s| s.slip == Some(Slip::Missing) && s.here == mark);
        self.slip(Slip::Late, alone, Some(owner as u32), Confidence::Likely);
        true
    }
}

/// Replies that are missing.
impl Session {
    /// `n` commands were passed over, from the record `first` on: a reply can only be a later one's.
    pub(super) fn explain_passed_over(&mut self, first: u32, n: usize) {
        if let Some(since) = self.pairing.steps.behind.take().map(|b| b.since)
            && n == 1
            && self.shift_back(since, first)
        {
            self.pairing.steps.forget(|s| s.slip == Some(Slip::Late));
            return self.slip(Slip::Missing, since, None, Confidence::Likely);
        }
        if let Some(answered) = self.answered_for_all(first, n) {
            self.slip(Slip::Merged, first, Some(answered), Confidence::Likely);
        } else {
            self.slip(Slip::Missing, first, None, Confidence::Likely);
        }
    }

    /// The client sent each command when one reply had come, so each reply belongs to the command before it: gives every reply
    /// from the record `since` to `last` to the next record, if each can have it.
    fn shift_back(&mut self, since: u32, last: u32) -> bool {
        let (since, last) = (since as usize, last as usize);
        if since < self.judged || since >= last {
            return false;
        }
        let records = &self.records[since..=last];
        let fits = |pair: &[Record]| {
            let [one, next] = pair else { return false };
            let Some(reply) = self.replies.get(one.answer as usize) else { return false };
            next.commanded && next.place < reply.place && reply.code.can_answer(next.verb)
        };
        if !records.windows(2).all(fits) {
            return false;
        }
        for i in (since..last).rev() {
            let Record { first_reply, last_reply, answer, started, .. } = self.records[i];
            let next = &mut self.records[i + 1];
            (next.first_reply, next.last_reply, next.answer, next.started) =
                (first_reply, last_reply, answer, started);
        }
        let first = &mut self.records[since];
        (first.first_reply, first.last_reply, first.answer, first.started) =
            (NO_REPLY, NO_REPLY, NO_REPLY, false);
        true
    }

    /// The command before `first` whose refusal came when all `n` commands from `first` on had been sent, at once with it or
    /// while a transfer ran.
    fn answered_for_all(&self, first: u32, n: usize) -> Option<u32> {
        let last_place = self.records[first as usize + n - 1].place;
        let one = first.checked_sub(1).filter(|one| *one as usize >= self.judged)?;
        let answer = |index: u32| self.replies.get(self.records[index as usize].answer as usize);
        let refused = answer(one).filter(|r| r.code.is_refusal() && r.place > last_place);
        let during_transfer = || {
            let before = one.checked_sub(1)?;
            let record = &self.records[before as usize];
            (record.started && answer(before)?.place > last_place).then_some(())
        };
        (refused.is_some() && self.records[one as usize].commanded && (n > 1 || during_transfer().is_some()))
            .then_some(one)
    }
}

/// Replies of several lines.
impl Session {
    /// A reply of several lines was not closed before another one came.
    pub(super) fn never_closed(&mut self, reply: u32) {
        let recent = self.records.len().saturating_sub(LOOKED_BACK_MAX)..self.records.len();
        let has_it = |i: &usize| self.records[*i].last_reply == reply;
        if let Some(index) = recent.rev().find(has_it) {
            self.slip(Slip::Swallowed, index as u32, None, Confidence::Likely);
        }
    }
}

/// Clients that go on before a reply has come.
impl Session {
    /// A command comes while others wait. A client that sent one by one until then, and sends each with one reply to come from
    /// then on, has given up waiting for one and takes each reply for that of the command behind it.
    pub(super) fn overtake(&mut self) {
        let only = self.pairing.waiting[0];
        let is_last = self.records[only as usize + 1..].iter().all(|r| !r.commanded);
        let steps = &mut self.pairing.steps;
        let follows = self.pairing.waiting.len() == 1 && is_last;
        match &mut steps.behind {
            Some(behind) if follows => behind.run += 1,
            None if follows && !steps.pipelines && only as usize >= ONE_BY_ONE_MIN => {
                steps.behind = Some(Behind { since: only, run: 0, proven: false, told: false });
            }
            _ => (steps.behind, steps.pipelines) = (None, true),
        }
        if let Some(behind) = &mut steps.behind
            && behind.run >= BEHIND_MIN
            && behind.proven
            && !behind.told
            && steps.slips.is_empty()
        {
            behind.told = true;
            let since = behind.since;
            self.slip(Slip::Late, since + 1, Some(since), Confidence::Likely);
            self.pairing.steps.close_last(None);
        }
    }

    /// Whether the client sends its commands one by one, each with one reply to come.
    pub(super) fn is_behind(&self) -> bool {
        self.pairing.steps.behind.is_some_and(|b| b.run > 0) && self.pairing.waiting.len() == 1
    }

    /// A command comes when every other has its reply.
    pub(super) fn catch_up(&mut self, index: u32) {
        let mark = self.records[index as usize].mark;
        let steps = &mut self.pairing.steps;
        let told = steps.behind.take().is_some_and(|b| b.told);
        if told && steps.slips.last().is_some_and(|s| s.slip == Some(Slip::Late)) {
            steps.close_last(Some(mark));
        }
    }

    /// A reply found the first of the commands that wait. If the last one cannot have it, the client is really behind.
    pub(super) fn prove_behind(&mut self, reply: u32) {
        let waiting = &self.pairing.waiting;
        let proves = waiting.len() == 2 && !self.can_end(reply, waiting[1]);
        if let Some(behind) = &mut self.pairing.steps.behind {
            behind.proven |= proves;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::Watch;

    const LOGIN: [&str; 7] = ["220 x", "USER a", "331 x", "PASS b", "230 x", "TYPE I", "200 x"];

    fn session(lines: &[&str]) -> Session {
        let mut session = Session::of_a_transcript();
        session.hear_lines(&LOGIN);
        session.hear_lines(lines);
        session.trace(true, Watch::NOTHING);
        session
    }

    /// A slip with the lines of what it names: here, the owner, and where they are in step again.
    type Told = (Option<Slip>, u64, Option<u64>, Option<u64>);

    fn slips(session: &Session) -> Vec<Told> {
        let line = |mark: Mark| session.exchange(mark).unwrap().place().line - LOGIN.len() as u64;
        let told = |s: &OutOfStep| (s.slip, line(s.here), s.owner.map(line), s.again.map(line));
        session.out_of_step().iter().map(told).collect()
    }

    /// The commands with their codes.
    fn pairs(session: &Session) -> Vec<String> {
        let code = |e: &crate::session::Exchange| e.code().map_or(String::new(), |c| format!(" {c}"));
        let own = session.exchanges().filter(|e| e.place().line > LOGIN.len() as u64);
        own.map(|e| format!("{}{}", String::from_utf8_lossy(&e.name()), code(&e))).collect()
    }

    #[test]
    fn a_reply_that_comes_twice_before_the_next_command_leaves_the_pairs_alone() {
        let session = session(&["RNTO a", "530 login", "530 login", "PWD", "257 \"/\"", "NOOP", "200 x"]);
        assert_eq!(slips(&session), [(Some(Slip::Doubled), 3, Some(1), None)]);
        assert_eq!(pairs(&session), ["RNTO 530", " 530", "PWD 257", "NOOP 200"]);
        assert!(!session.is_unsure_at(Place { line: LOGIN.len() as u64 + 4, ..Place::default() }));
    }

    #[test]
    fn a_reply_that_came_twice_is_given_back_when_the_next_ones_do_not_fit() {
        // ProFTPD and a client that reads one reply for each command.
        let lines = [
            "RNTO a",
            "530 login",
            "SITE HELP",
            "530 login",
            "REST 0",
            "214 sites",
            "TYPE I",
            "530 login",
            "PASV",
            "200 x",
            "QUIT",
            "530 login",
            "221 x",
        ];
        let session = session(&lines);
        assert_eq!(slips(&session), [(Some(Slip::Doubled), 4, Some(1), Some(3))]);
        let want = ["RNTO 530", "SITE 214", "REST 530", " 530", "TYPE 200", "PASV 530", "QUIT 221"];
        assert_eq!(pairs(&session), want);
    }

    #[test]
    fn two_equal_refusals_of_two_commands_are_none() {
        let session = session(&["RNTO a", "530 login", "CWD b", "530 login", "PWD", "257 \"/\""]);
        assert_eq!(slips(&session), []);
    }

    #[test]
    fn a_missing_reply_is_found_where_the_next_one_cannot_be_its_own() {
        let session = session(&["PWD", "SIZE a", "213 5", "CWD b", "250 x"]);
        assert_eq!(slips(&session), [(Some(Slip::Missing), 1, None, Some(2))]);
        assert_eq!(pairs(&session), ["PWD", "SIZE 213", "CWD 250"]);
        let unsure =
            |line| session.is_unsure_at(Place { line: LOGIN.len() as u64 + line, ..Place::default() });
        // In step again with 213, which only SIZE can have.
        assert_eq!([1, 2, 4].map(unsure), [false, false, false]);
    }

    #[test]
    fn replies_go_back_to_the_commands_before_them_where_the_first_one_is_missing() {
        // inetutils leaves an unknown command unanswered.
        let lines = [
            "FOO",
            "CWD a",
            "250 x",
            "DELE b",
            "550 x",
            "PWD",
            "257 \"/\"",
            "NOOP",
            "200 x",
            "QUIT",
            "221 x",
        ];
        let session = session(&lines);
        assert_eq!(slips(&session), [(Some(Slip::Missing), 1, None, Some(6))]);
        assert_eq!(pairs(&session), ["FOO", "CWD 250", "DELE 550", "PWD 257", "NOOP 200", "QUIT 221"]);
    }

    #[test]
    fn pairs_in_between_are_unsure_and_later_ones_are_not() {
        let session = session(&["DELE a", "RMD b", "PWD", "257 \"/\"", "NOOP", "200 x"]);
        let unsure =
            |line| session.is_unsure_at(Place { line: LOGIN.len() as u64 + line, ..Place::default() });
        assert_eq!(slips(&session), [(Some(Slip::Missing), 1, None, Some(3))]);
        assert!(unsure(2) && !unsure(3) && !unsure(5));
    }

    #[test]
    fn one_reply_to_several_commands_is_told_from_missing_ones() {
        // Pure-FTPd, when commands come during a transfer.
        let lines = [
            "PASV",
            "227 (1,2,3,4,5,6)",
            "RETR a",
            "150 x",
            "FOO",
            "CDUP",
            "MKD c",
            "226 x",
            "500 Unknown command",
            "SIZE a",
            "213 5",
        ];
        let session = session(&lines);
        assert_eq!(slips(&session), [(Some(Slip::Merged), 6, Some(5), Some(10))]);
    }

    #[test]
    fn a_reply_that_comes_behind_another_one_is_late() {
        // ftp-srv answers commands that came at once in an order of its own.
        let session = session(&["PWD", "PASV", "227 (1,2,3,4,5,6)", "257 \"/\"", "NOOP", "200 x"]);
        assert_eq!(slips(&session), [(Some(Slip::Late), 4, Some(1), None)]);
    }

    #[test]
    fn a_client_that_goes_on_one_reply_behind_is_found() {
        let lines = [
            "PASV",
            "227 (1,2,3,4,5,6)",
            "STOR a",
            "150 x",
            "PWD",
            "226 x",
            "CWD b",
            "257 \"/\"",
            "SIZE c",
            "250 x",
            "QUIT",
            "213 5",
            "221 x",
        ];
        let session = session(&lines);
        assert_eq!(slips(&session), [(Some(Slip::Late), 5, Some(3), None)]);
        assert_eq!(pairs(&session), ["PASV 227", "STOR 226", "PWD 257", "CWD 250", "SIZE 213", "QUIT 221"]);
    }

    #[test]
    fn a_client_that_sends_several_commands_at_once_is_none() {
        let at_once =
            ["CWD a", "PWD", "250 x", "SIZE b", "257 \"/\"", "MDTM b", "213 5", "213 20260105101500"];
        let mut session = Session::of_a_transcript();
        session.hear_lines(&["220 x", "USER a", "PASS b", "331 x", "230 x"]);
        session.hear_lines(&at_once);
        session.hear_lines(&at_once);
        assert_eq!(session.out_of_step(), []);
    }

    #[test]
    fn what_may_come_during_a_transfer_is_none() {
        let lines = [
            "RETR a", "150 x", "NOOP", "200 x", "ABOR", "426 x", "226 x", "RETR a", "150 x", "STAT", "226 x",
            "213 x", "NOOP", "200 x",
        ];
        assert_eq!(slips(&session(&lines)), []);
    }

    #[test]
    fn a_reply_without_its_last_line_is_found() {
        let mut session = Session::of_a_transcript();
        session.hear_lines(&["220-Welcome", "to us", "USER alice", "331 x", "PASS b", "230 x"]);
        assert_eq!(session.out_of_step().len(), 1);
        assert_eq!(
            (session.out_of_step()[0].slip, session.out_of_step()[0].here),
            (Some(Slip::Swallowed), 1)
        );
    }

    #[test]
    fn goodbyes_and_what_only_servers_know_are_none() {
        for line in ["421 Timeout.", "221 You could at least say goodbye.", "150 0.0 seconds"] {
            assert_eq!(slips(&session(&["NOOP", "200 x", line])), [], "{line}");
        }
    }

    #[test]
    fn a_few_places_are_kept_and_behind_them_nothing_is_sure() {
        let session = session(&["PWD", "SIZE a", "213 5", "CWD b", "250 x"].repeat(SLIPS_MAX + 1));
        assert_eq!(session.out_of_step().len(), SLIPS_MAX);
        assert!(session.is_unsure_at(Place { line: 1_000, ..Place::default() }));
    }
}
