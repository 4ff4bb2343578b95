//! What a long session forgets when a part of it was judged, and what it keeps: a little context, and every exchange that
//! later judgements may point to.

use super::exchange::{ReplyRecord, Span, link};
use super::{CONTEXT_MAX, NO_REPLY, Session, USUAL_EXCHANGE_BYTES};
use crate::ftp::{Data, Form, Login, Mark, Rename, Restart, State, Tls, Verb, VerbSet};
use std::mem::replace;

/// Exchanges for which there is room behind those that are kept.
const NEXT_EXCHANGES: usize = 4;

impl Session {
    /// Forgets what was judged, but for what later judgements may point to.
    pub(super) fn compact(&mut self) {
        let kept = self.kept();
        // Room is made once: to grow step by step costs more than all the rest.
        let room = self.room_of(&kept);
        let old_text = replace(&mut self.text, Vec::with_capacity(room.bytes));
        let old_records = replace(&mut self.records, Vec::with_capacity(room.records));
        let old_replies = replace(&mut self.replies, Vec::with_capacity(room.replies));
        self.client = copy_span(&mut self.text, &old_text, self.client);
        self.user = copy_span(&mut self.text, &old_text, self.user);
        let mut moved = vec![u32::MAX; old_records.len()];
        for (index, mut record) in old_records.into_iter().enumerate() {
            if !kept[index] {
                continue;
            }
            moved[index] = self.records.len() as u32;
            record.word = copy_span(&mut self.text, &old_text, record.word);
            record.argument = copy_span(&mut self.text, &old_text, record.argument);
            let mut at = replace(&mut record.first_reply, NO_REPLY);
            (record.last_reply, record.answer) = (NO_REPLY, NO_REPLY);
            while at != NO_REPLY {
                let mut reply: ReplyRecord = old_replies[at as usize];
                at = replace(&mut reply.next, NO_REPLY);
                reply.text = copy_span(&mut self.text, &old_text, reply.text);
                link(&mut record, &mut self.replies, reply);
            }
            self.records.push(record);
        }
        self.judged = moved[..self.settled].iter().filter(|m| **m != u32::MAX).count();
        self.settled = self.judged;
        self.state = self.after;
        self.continued = true;
        self.pairing.renumber(&moved);
    }

    /// The room that the kept records take, and the next ones.
    fn room_of(&self, kept: &[bool]) -> Room {
        let mut room = Room {
            records: NEXT_EXCHANGES,
            replies: NEXT_EXCHANGES,
            bytes: self.client.len() + self.user.len() + NEXT_EXCHANGES * USUAL_EXCHANGE_BYTES,
        };
        for (record, _) in self.records.iter().zip(kept).filter(|(_, kept)| **kept) {
            room.records += 1;
            room.bytes += record.word.len() + record.argument.len();
            for reply in self.replies_of(record) {
                room.replies += 1;
                room.bytes += reply.text.len();
            }
        }
        room
    }

    /// For each record, whether it stays: as context, or because later judgements may point to it.
    fn kept(&self) -> Vec<bool> {
        let mut kept = vec![false; self.records.len()];
        kept[self.settled.saturating_sub(CONTEXT_MAX)..].fill(true);
        for mark in marks_of(&self.after)
            .into_iter()
            .chain(self.capabilities.marks())
            .chain(self.pairing.steps.marks())
        {
            if let Some(exchange) = self.exchange(mark) {
                kept[exchange.index] = true;
            }
        }
        // The greeting tells which server it is.
        if let Some(greeting) = self.greeting() {
            kept[greeting.index] = true;
        }
        // The first exchange of each command that shows that it works.
        let mut known = VerbSet::default();
        for (record, kept) in self.records.iter().zip(&mut kept) {
            if record.verb != Verb::OTHER && !known.contains(record.verb) && self.is_accepted(record) {
                known.insert(record.verb);
                *kept = true;
            }
        }
        kept
    }
}

struct Room {
    records: usize,
    replies: usize,
    bytes: usize,
}

fn copy_span(to: &mut Vec<u8>, from: &[u8], span: Span) -> Span {
    let copied = Span::new(to.len(), span.len());
    to.extend_from_slice(&from[span.range()]);
    copied
}

/// The exchanges that a state points to.
fn marks_of(state: &State) -> Vec<Mark> {
    let mut marks = Vec::new();
    match state.login {
        Login::NeedPassword(m)
        | Login::NeedAccount(m)
        | Login::Refused(m)
        | Login::In(m)
        | Login::Left(m) => {
            marks.push(m);
        }
        Login::Unknown | Login::Nobody => {}
    }
    match state.tls {
        Tls::Refused(m) | Tls::Pending(m) | Tls::On(m) | Tls::Cleared(m) => marks.push(m),
        Tls::Off => {}
    }
    match state.rename {
        Rename::Ready(m) | Rename::Refused(m) | Rename::Unanswered(m) | Rename::Used(m) => marks.push(m),
        Rename::Crossed { source, by } => marks.extend([source, by]),
        Rename::None => {}
    }
    match state.restart {
        Restart::Set(m) => marks.push(m),
        Restart::Crossed { set, by } => marks.extend([set, by]),
        Restart::None => {}
    }
    match state.data {
        Data::Ready(m) | Data::Refused(m) => marks.push(m),
        Data::Used { setup, by } => marks.extend([setup, by]),
        Data::None => {}
    }
    match state.form {
        Form::Text(m) | Form::Image(m) => marks.push(m),
        Form::Unsaid => {}
    }
    marks.extend([state.protected, state.extended_only, state.folder, state.copy].into_iter().flatten());
    marks
}

#[cfg(test)]
mod tests {
    use crate::ftp::Verb;
    use crate::session::{Session, Stand, Watch};

    #[test]
    fn what_worked_is_known_after_everything_around_it_was_forgotten() {
        let mut session = Session::of_a_transcript();
        session.hear_lines(&["220 x", "USER ann", "331 x", "PASS b", "230 x", "SIZE a", "213 5", "FEAT"]);
        session.hear_lines(&["211-Features:", " MLST", "211 End"]);
        for _ in 0..100 {
            session.hear_lines(&["NOOP", "200 x"]);
        }
        session.trace(false, Watch::NOTHING);
        session.compact();
        assert!(session.at_hand().len() <= 12, "{} exchanges stay", session.at_hand().len());
        session.hear_lines(&["SIZE b", "500 x"]);
        session.trace(true, Watch::NOTHING);
        let last = session.exchanges().next_back().unwrap();
        let first = session.at_hand().find(|e| e.verb() == Verb::SIZE).unwrap();
        assert_eq!(last.verb(), Verb::SIZE);
        assert_eq!(session.stand(Verb::SIZE, last.mark()), Stand::Worked(first.mark()));
        assert!(matches!(session.stand(Verb::MLSD, last.mark()), Stand::Listed(_)));
        assert!(matches!(session.stand(Verb::MFMT, last.mark()), Stand::NotListed(_)));
        assert_eq!(session.greeting().map(|e| e.place()), Some(session.at_hand().next().unwrap().place()));
        assert!(session.accepted().contains(Verb::SIZE) && session.feature_list().is_some());
        assert_eq!(session.user(), b"ann");
    }
}
