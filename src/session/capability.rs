//! What a server said and showed it can do: FEAT (RFC 2389), HELP with its asterisks, and earlier replies.

use super::exchange::{Record, ReplyRecord};
use super::{Exchange, Session};
use crate::ftp::{Code, Mark, Verb, VerbSet};
use std::cell::OnceCell;

/// What is known about one command on this server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stand {
    /// Nothing.
    Unknown,
    /// It was accepted before, in that exchange.
    Worked(Mark),
    /// FEAT names it.
    Listed(Mark),
    /// FEAT was answered with a list that does not name this extension.
    NotListed(Mark),
    /// HELP marks it as unimplemented.
    Starred(Mark),
}

/// What a server said and showed it can do, so far in a session.
#[derive(Clone, Debug, Default)]
pub(super) struct Capabilities {
    /// The exchange with the FEAT list, and the list once it is asked for: most sessions have one and need it never.
    features: Option<(Mark, OnceCell<VerbSet>)>,
    help: Option<(Mark, VerbSet)>,
    /// Commands that were accepted; the first exchange that shows it is still at hand.
    accepted: VerbSet,
}

impl Session {
    /// What the session showed about `verb` before the exchange `now`.
    #[must_use]
    pub fn stand(&self, verb: Verb, now: Mark) -> Stand {
        let accepted = self.capabilities.accepted.contains(verb).then(|| self.first_accepted(verb)).flatten();
        match accepted.map(|exchange| exchange.mark()) {
            Some(mark) if mark < now => Stand::Worked(mark),
            _ => self.said_of(verb, now),
        }
    }

    /// The greeting, if the log holds it; it stays at hand for the whole session.
    #[must_use]
    pub fn greeting(&self) -> Option<Exchange<'_>> {
        self.at_hand().next().filter(|first| !first.has_command() && first.code() == Some(Code(220)))
    }

    /// The last FEAT that was answered with a list, unless AUTH or HOST came after it.
    #[must_use]
    pub fn feature_list(&self) -> Option<Exchange<'_>> {
        self.capabilities.features.as_ref().and_then(|(mark, _)| self.exchange(*mark))
    }

    /// The last HELP that marks commands as unimplemented, and those commands.
    #[must_use]
    pub fn starred(&self) -> Option<(Exchange<'_>, VerbSet)> {
        self.capabilities.help.and_then(|(mark, starred)| Some((self.exchange(mark)?, starred)))
    }

    /// The commands that were accepted so far.
    #[must_use]
    pub fn accepted(&self) -> VerbSet {
        self.capabilities.accepted
    }

    /// The first exchange at hand in which a command was accepted; one always stays at hand.
    #[must_use]
    pub fn first_accepted(&self, verb: Verb) -> Option<Exchange<'_>> {
        let index = self.records.iter().position(|r| r.verb == verb && self.is_accepted(r))?;
        Some(Exchange { session: self, index })
    }

    fn said_of(&self, verb: Verb, now: Mark) -> Stand {
        if let Some((mark, starred)) = self.capabilities.help
            && mark < now
            && starred.contains(verb)
        {
            return Stand::Starred(mark);
        }
        let Some((mark, features)) = self.capabilities.features.as_ref().filter(|(mark, _)| *mark < now)
        else {
            return Stand::Unknown;
        };
        let listed = features.get_or_init(|| {
            let reply = self.exchange(*mark).and_then(|e| e.reply());
            reply.map_or_else(VerbSet::default, |r| listed(r.raw()))
        });
        if listed.contains(verb) {
            Stand::Listed(*mark)
        } else if verb.is_extension() && !listed.is_empty() {
            Stand::NotListed(*mark)
        } else {
            Stand::Unknown
        }
    }

    pub(super) fn is_accepted(&self, record: &Record) -> bool {
        self.replies.get(record.answer as usize).is_some_and(|reply| reply.code.is_acceptance())
    }
}

impl Capabilities {
    /// The lists that later judgements may point to.
    pub(super) fn marks(&self) -> impl Iterator<Item = Mark> + use<> {
        let features = self.features.as_ref().map(|(mark, _)| *mark);
        features.into_iter().chain(self.help.map(|(mark, _)| mark))
    }

    /// Learns from an exchange that got its final reply.
    #[inline]
    pub(super) fn learn(&mut self, record: &Record, reply: &ReplyRecord, text: &[u8]) {
        let text = || &text[reply.text.range()];
        match record.verb {
            Verb::FEAT if reply.code.0 == 211 => self.features = Some((record.mark, OnceCell::new())),
            Verb::HELP if matches!(reply.code.0, 211 | 214) => {
                let starred = starred(text());
                if !starred.is_empty() {
                    self.help = Some((record.mark, starred));
                }
            }
            // The list may differ after these (RFC 7151 section 3.2, RFC 4217 section 4).
            Verb::AUTH | Verb::HOST if reply.code.0 / 100 == 2 => self.features = None,
            _ => {}
        }
        if reply.code.is_acceptance() {
            self.accepted.insert(record.verb);
        }
    }
}

/// The commands that a FEAT list names: one feature a line, with its own parameters behind it (RFC 2389 section 3.2).
#[must_use]
pub fn listed(text: &[u8]) -> VerbSet {
    let mut set = VerbSet::default();
    for line in text.split(|b| *b == b'\n').skip(1) {
        let line = line.strip_prefix(b"211-").unwrap_or(line).trim_ascii();
        let word = line.split(|b| matches!(b, b' ' | b';')).next().unwrap_or_default();
        let verb = Verb::parse(word);
        set.insert(verb);
        match verb {
            // MLSD has no line of its own (RFC 3659 section 7.8); the TLS commands go with AUTH (RFC 4217 section 6).
            Verb::MLST => set.insert(Verb::MLSD),
            Verb::MLSD => set.insert(Verb::MLST),
            Verb::AUTH => {
                set.insert(Verb::PBSZ);
                set.insert(Verb::PROT);
            }
            _ => {}
        }
    }
    set
}

/// The commands that a HELP text marks with `*` as unimplemented.
fn starred(text: &[u8]) -> VerbSet {
    let mut set = VerbSet::default();
    for word in text.split(u8::is_ascii_whitespace) {
        if let Some(name) = word.strip_suffix(b"*") {
            set.insert(Verb::parse(name));
        }
    }
    set
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_feature_list_names_commands_and_what_goes_with_them() {
        let text = b"211-Features:\n AUTH TLS\n EPRT\n mlst type*;size*;\n REST STREAM\n211-SIZE\n211 End";
        let set = listed(text);
        for verb in [Verb::AUTH, Verb::PBSZ, Verb::EPRT, Verb::MLSD, Verb::REST, Verb::SIZE] {
            assert!(set.contains(verb), "{verb:?}");
        }
        assert!(!set.contains(Verb::EPSV));
    }

    #[test]
    fn help_marks_what_is_missing() {
        let text = b"214-The following commands are recognized (* =>'s unimplemented):\n CWD     ACCT*   SMNT*\n214 ok";
        let set = starred(text);
        assert!(set.contains(Verb::SMNT) && set.contains(Verb::ACCT) && !set.contains(Verb::CWD));
    }
}
