//! Room for text that a lexer must write down because the line has it escaped, and for several events of one line. It is
//! cleared before the next line.

use crate::event::{Event, Lexed, Told};
use bumpalo::Bump;
use std::cell::Cell;

/// Room that lasts as long as the line it was made for.
#[derive(Debug, Default)]
pub struct Arena {
    room: Bump,
    used: Cell<bool>,
}

impl Arena {
    /// Keeps a copy of `bytes`.
    #[must_use]
    pub fn keep(&self, bytes: &[u8]) -> &[u8] {
        self.used.set(true);
        self.room.alloc_slice_copy(bytes)
    }

    /// Keeps pieces as one text.
    #[must_use]
    pub fn join(&self, pieces: &[&[u8]]) -> &[u8] {
        self.used.set(true);
        let bytes = pieces.iter().map(|piece| piece.len()).sum();
        let mut kept = bumpalo::collections::Vec::with_capacity_in(bytes, &self.room);
        for piece in pieces {
            kept.extend_from_slice_copy(piece);
        }
        kept.into_bump_slice()
    }

    /// Keeps bytes that are made one by one, such as those of an unescaped text.
    #[must_use]
    pub fn collect(&self, bytes: impl Iterator<Item = u8>) -> &[u8] {
        self.used.set(true);
        let mut kept = bumpalo::collections::Vec::new_in(&self.room);
        kept.extend(bytes);
        kept.into_bump_slice()
    }

    /// Makes one answer of what a line says: nothing, one thing, or several.
    #[must_use]
    pub fn tell<'a>(&'a self, told: &[Told<'a>]) -> Lexed<'a> {
        match told {
            [] => Lexed::Skip,
            [Told { below: 0, event }] => Lexed::Event(*event),
            _ => {
                self.used.set(true);
                Lexed::Many(self.room.alloc_slice_copy(told))
            }
        }
    }

    /// As [`Arena::tell`], for events that all stand in one line.
    #[must_use]
    pub fn tell_all<'a>(&'a self, events: impl Iterator<Item = Event<'a>>) -> Lexed<'a> {
        self.tell_each(events.map(|event| Told { below: 0, event }))
    }

    /// As [`Arena::tell`], for things that are found one by one.
    #[must_use]
    pub fn tell_each<'a>(&'a self, told: impl Iterator<Item = Told<'a>>) -> Lexed<'a> {
        let mut kept = bumpalo::collections::Vec::new_in(&self.room);
        self.used.set(true);
        kept.extend(told);
        match kept.into_bump_slice() {
            [] => Lexed::Skip,
            [Told { below: 0, event }] => Lexed::Event(*event),
            many => Lexed::Many(many),
        }
    }

    /// Forgets everything.
    #[inline]
    pub(super) fn clear(&mut self) {
        if self.used.replace(false) {
            self.room.reset();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::What;
    use crate::time::When;

    #[test]
    fn what_is_told_is_as_small_as_it_can_be() {
        let arena = Arena::default();
        let opened = Event::bare(When::NEVER, What::Opened);
        let closed = Event::bare(When::NEVER, What::Closed);
        assert_eq!(arena.tell_all([].into_iter()), Lexed::Skip);
        assert_eq!(arena.tell_all([opened].into_iter()), Lexed::Event(opened));
        let Lexed::Many(both) = arena.tell_all([opened, closed].into_iter()) else { panic!() };
        assert_eq!((both[0].event, both[1].event), (opened, closed));
        // An event of a later line keeps its line.
        assert!(matches!(arena.tell(&[Told { below: 1, event: opened }]), Lexed::Many([_])));
    }
}
