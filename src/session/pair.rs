//! Pairs replies with commands inside one session.
//!
//! Replies come in the order of the commands (RFC 959 section 5.4), but servers forget replies, double them and send
//! some unasked. Codes that only one command can have put the pairing right again.

use super::exchange::{Record, ReplyRecord, Span, attach};
use super::step::Steps;
use super::{NO_REPLY, Session};
use crate::event::{Command, Holds, Identity, MASK, Outcome, Place, ReplyLine};
use crate::ftp::{Code, Mark, Software, Verb};
use crate::text::without_repeated_secret;
use crate::time::When;
use std::collections::VecDeque;

/// Commands that wait for their replies; a client that sends more without reading is cut off here.
pub(super) const WAITING_MAX: usize = 1_024;
/// Commands that run at a time in a log without replies: a transfer, and what interrupts it.
const RUNNING_MAX: usize = 2;
/// Bytes of one reply that are kept.
pub(super) const REPLY_BYTES_MAX: usize = 64 * 1024;
/// Bytes of one argument that are kept.
pub(super) const ARGUMENT_BYTES_MAX: usize = 4 * 1024;

/// What is still open in a session.
#[derive(Debug, Default)]
pub(super) struct Pairing {
    /// The records whose final reply has not come, oldest first.
    pub(super) waiting: VecDeque<u32>,
    /// The multi-line reply that has not been closed.
    pub(super) open: Option<OpenReply>,
    /// A final reply that could not answer the command it came for, and that command.
    doubt: Option<Doubt>,
    /// Where replies and commands fell out of step.
    pub(super) steps: Steps,
    /// Where the log first lacks something.
    pub(super) lost: Option<Place>,
    next_mark: Mark,
    /// Whether QUIT was answered.
    pub(super) quit: bool,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct OpenReply {
    pub(super) code: Code,
    reply: u32,
    /// A command came before the reply was closed.
    interrupted: bool,
    /// The last line was only a piece.
    piece: bool,
}

#[derive(Clone, Copy, Debug)]
struct Doubt {
    reply: u32,
    alone: u32,
    command: u32,
}

impl Pairing {
    pub(super) fn clear(&mut self) {
        self.waiting.clear();
        self.open = None;
        self.doubt = None;
        self.steps.clear();
        self.lost = None;
        self.next_mark = 0;
        self.quit = false;
    }

    /// Follows records that moved; `moved` holds each one's new index.
    pub(super) fn renumber(&mut self, moved: &[u32]) {
        for index in &mut self.waiting {
            *index = moved[*index as usize];
        }
        self.doubt = None;
        self.steps.renumber();
    }

    pub(super) fn is_idle(&self) -> bool {
        self.waiting.is_empty() && self.open.is_none()
    }
}

impl Session {
    /// The number of leading records that have all their replies.
    pub(super) fn finished_records(&self) -> usize {
        if self.pairing.open.is_some() {
            return self.judged;
        }
        let open = self.pairing.waiting.iter().chain(self.pairing.doubt.as_ref().map(|d| &d.alone)).min();
        open.map_or(self.records.len(), |i| *i as usize)
    }

    /// Whether a command waits that `code` can answer.
    pub(super) fn awaits(&self, code: Code) -> bool {
        self.pairing.waiting.iter().any(|i| code.can_answer(self.records[*i as usize].verb))
    }

    /// Whether a multi-line reply with that code, or with any, has begun and not ended.
    pub(super) fn is_midway(&self, code: Option<Code>) -> bool {
        self.pairing.open.is_some_and(|open| code.is_none_or(|code| code == open.code))
    }

    /// As [`Session::awaits`], for commands whose replies are known: any other word can have any reply.
    pub(super) fn awaits_known(&self, code: Code) -> bool {
        let verbs = self.pairing.waiting.iter().map(|i| self.records[*i as usize].verb);
        verbs.into_iter().any(|verb| verb != Verb::OTHER && code.can_answer(verb))
    }

    /// Whether nothing is open: no command without reply, no reply without end.
    pub(super) fn is_idle(&self) -> bool {
        self.pairing.is_idle()
    }

    /// Whether the client's last command is of that kind and waits for its reply.
    pub(super) fn awaits_reply_to(&self, verb: Verb) -> bool {
        self.pairing.waiting.iter().any(|i| self.records[*i as usize].verb == verb)
    }

    fn new_record(&mut self, place: Place, at: When, command: Option<&Command>) -> u32 {
        let mark = self.pairing.next_mark;
        self.pairing.next_mark += 1;
        let (verb, word, argument) =
            command.map_or((Verb::OTHER, &b""[..], &b""[..]), |c| (c.verb, c.word, c.argument));
        let word = if verb == Verb::OTHER { &word[..word.len().min(ARGUMENT_BYTES_MAX)] } else { b"" };
        let record = Record {
            mark,
            verb,
            commanded: command.is_some(),
            word: self.keep(word),
            argument: self.keep(&argument[..argument.len().min(ARGUMENT_BYTES_MAX)]),
            place,
            at_ms: at.ms,
            at_known: at.known,
            started: false,
            first_reply: NO_REPLY,
            last_reply: NO_REPLY,
            answer: NO_REPLY,
            outcome: None,
        };
        self.records.push(record);
        self.records.len() as u32 - 1
    }

    pub(super) fn keep(&mut self, bytes: &[u8]) -> Span {
        let span = Span::new(self.text.len(), bytes.len());
        self.text.extend_from_slice(bytes);
        span
    }

    /// Takes a command.
    pub(super) fn command(&mut self, place: Place, at: When, command: &Command) {
        if let Some(open) = &mut self.pairing.open {
            open.interrupted = true;
        }
        self.settle_doubt();
        if self.dialect.holds == Holds::Commands {
            self.give_up_earlier(command.verb);
        } else if self.pairing.waiting.len() == WAITING_MAX
            && let Some(given_up) = self.pairing.waiting.pop_front()
        {
            self.lose_step(given_up);
        }
        let idle = self.pairing.waiting.is_empty();
        if !idle && self.dialect.holds == Holds::Everything {
            self.overtake();
        }
        let index = self.new_record(place, at, Some(command));
        if idle && self.pairing.steps.behind.is_some() {
            self.catch_up(index);
        }
        self.pairing.waiting.push_back(index);
        self.counts.commands += 1;
        if command.verb == Verb::USER && self.user.len() == 0 {
            self.user = self.records[index as usize].argument;
        }
    }

    /// In a log of commands a server that has turned to the next one says nothing more about the last.
    fn give_up_earlier(&mut self, next: Verb) {
        while self.pairing.waiting.len() >= RUNNING_MAX {
            self.pairing.waiting.pop_front();
        }
        self.pairing.quit |= next == Verb::QUIT;
    }

    /// Takes what the log says of how a command went: of one that it holds where it holds commands only. Logs that hold the
    /// talk itself tell it twice; the talk counts.
    pub(super) fn did(&mut self, place: Place, at: When, command: &Command, outcome: Outcome) {
        if self.has_talked() && self.dialect.holds != Holds::Commands {
            return;
        }
        let same = |i: &u32| {
            let record = &self.records[*i as usize];
            record.verb == command.verb && self.bytes(record.argument) == command.argument
        };
        if let Some(position) = self.pairing.waiting.iter().rposition(same) {
            let index = self.pairing.waiting.remove(position).expect("the position was just found");
            self.records[index as usize].outcome = Some(outcome);
        } else if !self.has_talked() {
            self.tell_login();
            let index = self.new_record(place, at, Some(command));
            self.records[index as usize].outcome = Some(outcome);
        }
    }

    /// Makes an exchange of a login that only the log reports.
    pub(super) fn tell_login(&mut self) {
        if let Some((place, at)) = self.reported_at.take()
            && !self.has_talked()
        {
            let command = Command { verb: Verb::PASS, word: b"PASS", argument: MASK };
            let index = self.new_record(place, at, Some(&command));
            self.records[index as usize].outcome = Some(Outcome::Done);
        }
    }

    /// Whether the log holds any command or reply of the session, not only what was done.
    pub(super) fn has_talked(&self) -> bool {
        self.counts.commands > 0 || self.counts.replies != [0; 5] || self.pairing.open.is_some()
    }

    /// Takes a command that the log may state several times.
    pub(super) fn command_again(&mut self, place: Place, at: When, command: &Command) {
        let repeated = self.pairing.waiting.back().is_some_and(|i| {
            let last = &self.records[*i as usize];
            last.verb == command.verb && self.bytes(last.argument) == command.argument
        });
        if !repeated {
            self.command(place, at, command);
        }
    }

    /// Takes a command together with its final reply.
    pub(super) fn exchange_line(
        &mut self,
        place: Place,
        at: When,
        command: &Command,
        code: Code,
        text: &[u8],
    ) {
        self.command(place, at, command);
        self.pairing.waiting.pop_back();
        let index = self.records.len() - 1;
        let text = &text[..text.len().min(REPLY_BYTES_MAX)];
        let reply = self.new_reply(place, at, code, &without_repeated_secret(text));
        self.count(code);
        self.replies[reply as usize].worded = !text.is_empty();
        attach(&mut self.records[index], &mut self.replies, reply);
        self.answered(index as u32, reply);
    }

    /// Something was said here that the log does not hold: what comes is less sure, and an open reply may have ended.
    pub(super) fn lose(&mut self, place: Place) {
        self.pairing.lost.get_or_insert(place);
        if let Some(open) = &mut self.pairing.open {
            open.interrupted = true;
        }
    }

    fn count(&mut self, code: Code) {
        self.counts.replies[usize::from((code.0 / 100).clamp(1, 5) - 1)] += 1;
    }

    fn new_reply(&mut self, place: Place, at: When, code: Code, text: &[u8]) -> u32 {
        let text = self.keep(&text[..text.len().min(REPLY_BYTES_MAX)]);
        self.replies.push(ReplyRecord {
            code,
            text,
            place,
            at_ms: at.ms,
            at_known: at.known,
            worded: true,
            next: NO_REPLY,
        });
        self.replies.len() as u32 - 1
    }

    /// Takes a line of a reply. Lines that belong to no reply are left out.
    pub(super) fn reply_line(&mut self, place: Place, at: When, reply: &ReplyLine) {
        if reply.escaped {
            self.escaped_reply(place, at, reply.line);
        } else {
            self.one_reply_line(place, at, reply);
        }
    }

    #[inline(never)]
    fn escaped_reply(&mut self, place: Place, at: When, lines: &[u8]) {
        for line in EscapedLines(Some(lines)) {
            self.one_reply_line(place, at, &ReplyLine::of(line));
        }
    }

    pub(super) fn one_reply_line(&mut self, place: Place, at: When, reply: &ReplyLine) {
        let coded = reply.code();
        if let Some(open) = self.pairing.open {
            let closes = coded.is_some_and(|(code, more)| code == open.code && !more);
            let breaks = open.interrupted && coded.is_some_and(|(code, _)| code != open.code);
            if !breaks {
                self.append(open, reply);
                if closes {
                    self.pairing.open = None;
                    self.assign(open.reply);
                }
                return;
            }
            self.pairing.open = None;
            self.assign(open.reply);
            self.never_closed(open.reply);
        }
        let Some((code, more)) = coded else { return };
        let index = if code.is_refusal() {
            self.new_reply(place, at, code, &without_repeated_secret(reply.line))
        } else {
            self.new_reply(place, at, code, reply.line)
        };
        if more {
            self.pairing.open = Some(OpenReply { code, reply: index, interrupted: false, piece: false });
        } else {
            self.assign(index);
        }
    }

    /// Puts a line behind the open reply.
    fn append(&mut self, open: OpenReply, line: &ReplyLine) {
        let kept = self.replies[open.reply as usize].text;
        if kept.len() + line.line.len() + 1 > REPLY_BYTES_MAX {
            return;
        }
        if kept.end() != self.text.len() {
            // A pipelined command was written in between: the reply moves to the end of the text.
            let start = self.text.len();
            self.text.extend_from_within(kept.range());
            self.replies[open.reply as usize].text = Span::new(start, kept.len());
        }
        let mut grown = line.line.len();
        if !open.piece {
            self.text.push(b'\n');
            grown += 1;
        }
        self.text.extend_from_slice(line.line);
        self.replies[open.reply as usize].text.grow(grown);
        self.pairing.open = Some(OpenReply { piece: line.piece, ..open });
    }

    /// Gives a reply that is complete to the command it answers.
    fn assign(&mut self, reply: u32) {
        let code = self.replies[reply as usize].code;
        self.count(code);
        if code.is_preliminary() {
            return self.assign_preliminary(reply, code);
        }
        if let Some(&front) = self.pairing.waiting.front()
            && self.can_end(reply, front)
        {
            self.pairing.doubt = None;
            if self.pairing.steps.behind.is_some() {
                self.prove_behind(reply);
            }
            self.pairing.waiting.pop_front();
            return self.answer(front, reply);
        }
        self.assign_out_of_turn(reply);
    }

    /// The same where nothing waits, or what waits the longest cannot have the reply.
    #[inline(never)]
    fn assign_out_of_turn(&mut self, reply: u32) {
        let Some(&front) = self.pairing.waiting.front() else {
            if !self.explain_unasked(reply) {
                self.unasked(reply);
            }
            return;
        };
        if let Some(later) = self.pairing.waiting.iter().position(|i| self.can_end(reply, *i)) {
            let position = self.skip_to(later);
            if let Some(index) = self.pairing.waiting.remove(position) {
                self.answer(index, reply);
            }
        } else if !self.explain_unasked(reply) {
            let alone = self.unasked(reply);
            if self.pairing.doubt.is_none() {
                self.pairing.doubt = Some(Doubt { reply, alone, command: front });
            }
        }
    }

    /// Whether a reply can be the final one to a command. What has begun was understood, in order and allowed (RFC 959
    /// section 5.4 has no such code behind 125 and 150); only vsftpd's 500 OOPS may come at any time.
    #[inline]
    pub(super) fn can_end(&self, reply: u32, index: u32) -> bool {
        let record = &self.records[index as usize];
        let code = self.replies[reply as usize].code;
        let begun = record.first_reply != NO_REPLY;
        code.can_answer(record.verb) && !(begun && matches!(code.0, 500..=504 | 530) && !self.is_oops(reply))
    }

    pub(super) fn is_oops(&self, reply: u32) -> bool {
        self.text[self.replies[reply as usize].text.range()].starts_with(b"500 OOPS")
    }

    fn assign_preliminary(&mut self, reply: u32, code: Code) {
        let can_have = |i: &&u32| code.can_answer(self.records[**i as usize].verb);
        // One to a command is the rule (RFC 959 section 5.4); Pure-FTPd says a second one where nothing else waits.
        let fresh = |i: &&u32| can_have(i) && !self.records[**i as usize].started;
        let waiting = &self.pairing.waiting;
        let found = waiting.iter().find(fresh).or_else(|| waiting.iter().find(can_have));
        match found.or(waiting.front()).copied() {
            Some(index) => attach(&mut self.records[index as usize], &mut self.replies, reply),
            None => {
                self.unasked(reply);
            }
        }
    }

    /// Commands before `later` that got no reply are passed over; a running transfer may still get its own. Returns
    /// where `later` stands then.
    fn skip_to(&mut self, later: usize) -> usize {
        // In a log where sessions mingle, the others' replies are still to come.
        let patient = self.dialect.identity == Identity::Mingled && self.key_number == 0;
        let mut position = later;
        let mut at = 0;
        let mut passed_over: Option<(u32, usize)> = None;
        while at < position {
            let record = &self.records[self.pairing.waiting[at] as usize];
            if patient || record.first_reply != NO_REPLY {
                at += 1;
            } else {
                let removed = self.pairing.waiting.remove(at);
                position -= 1;
                let first = passed_over.map(|(first, _)| first).or(removed);
                passed_over = first.map(|first| (first, later - position));
            }
        }
        if let Some((first, n)) = passed_over {
            self.explain_passed_over(first, n);
        }
        position
    }

    /// Gives a final reply to the record `index`, which waits no more.
    fn answer(&mut self, index: u32, reply: u32) {
        attach(&mut self.records[index as usize], &mut self.replies, reply);
        self.answered(index, reply);
        self.step_taken(index, reply);
    }

    /// What follows from a final reply.
    pub(super) fn answered(&mut self, index: u32, reply: u32) {
        let record = &self.records[index as usize];
        let reply = &self.replies[reply as usize];
        self.capabilities.learn(record, reply, &self.text);
        match record.verb {
            Verb::USER if matches!(reply.code.0, 230..=232 | 331..=336) => {
                // A refused second USER changes nothing.
                self.user = record.argument;
            }
            Verb::QUIT if reply.code == Code(221) => self.pairing.quit = true,
            Verb::FEAT | Verb::SYST => {
                let text = reply.text;
                self.recognise(text);
            }
            _ => {}
        }
    }

    /// Keeps a reply that nobody asked for: a greeting, a 421, or one too many. Returns its record.
    pub(super) fn unasked(&mut self, reply: u32) -> u32 {
        let ReplyRecord { place, at_ms, at_known, text, .. } = self.replies[reply as usize];
        let index = self.new_record(place, When { ms: at_ms, known: at_known }, None);
        attach(&mut self.records[index as usize], &mut self.replies, reply);
        self.recognise(text);
        index
    }

    /// When the next command comes and the last one has got no other reply, a reply that seemed not to fit was its own.
    fn settle_doubt(&mut self) {
        let Some(doubt) = self.pairing.doubt.take() else { return };
        self.lose_step(doubt.command);
        let patient = self.dialect.identity == Identity::Mingled && self.key_number == 0;
        if patient || self.pairing.waiting.front() != Some(&doubt.command) {
            return;
        }
        // The record made for the reply alone is the last one, or an empty one stays behind.
        if doubt.alone as usize == self.records.len() - 1 {
            self.records.pop();
            self.pairing.waiting.pop_front();
            attach(&mut self.records[doubt.command as usize], &mut self.replies, doubt.reply);
            self.answered(doubt.command, doubt.reply);
        }
    }

    fn recognise(&mut self, text: Span) {
        if self.software == Software::Unknown {
            self.software = Software::of_greeting(&self.text[text.range()]);
        }
    }

    pub(super) fn name_user(&mut self, user: &[u8]) {
        if self.user() != user {
            self.user = self.keep(&user[..user.len().min(ARGUMENT_BYTES_MAX)]);
        }
    }
}

/// The lines of a reply that a log wrote into one record with `#015#012` between them.
struct EscapedLines<'a>(Option<&'a [u8]>);

impl<'a> Iterator for EscapedLines<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        const BREAK: &[u8] = b"#015#012";
        let text = self.0?;
        if let Some(at) = memchr::memmem::find(text, BREAK) {
            let rest = &text[at + BREAK.len()..];
            self.0 = (!rest.is_empty()).then_some(rest);
            Some(&text[..at])
        } else {
            self.0 = None;
            Some(text)
        }
    }
}
