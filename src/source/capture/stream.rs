//! One direction of a TCP connection: segments as they were captured become bytes in the order in which they were sent.
//!
//! What comes twice is left out, what comes early is held back, and what does not come is told as lost.

/// Bytes of early segments that one direction holds back; beyond it, what they wait for is taken for lost.
pub(super) const HELD_BYTES_MAX: usize = 32 * 1024;
/// Early segments that one direction holds back; beyond it, what they wait for is taken for lost.
pub(super) const HELD_SEGMENTS_MAX: usize = 64;
/// A segment that is further ahead belongs to another connection between the same ports.
const AHEAD_BYTES_MAX: i32 = 16 * 1024 * 1024;

/// A piece of a direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    /// These bytes come next.
    Bytes(&'a [u8]),
    /// So many bytes are not in the capture.
    Lost(u32),
    /// The sender has said that nothing more comes.
    End,
}

/// What a segment adds to a direction.
#[derive(Clone, Copy, Debug)]
pub(super) struct Part<'a> {
    pub(super) sequence: u32,
    pub(super) bytes: &'a [u8],
    /// Bytes behind these that the capture cut off.
    pub(super) missing: u32,
    /// Whether nothing comes behind it.
    pub(super) last: bool,
}

impl Part<'_> {
    fn len(&self) -> u32 {
        self.bytes.len() as u32 + self.missing
    }
}

/// One direction of a connection.
#[derive(Debug, Default)]
pub(super) struct Stream {
    /// The number of the byte that comes next; `None` before the first segment.
    next: Option<u32>,
    /// Early segments, the next first.
    held: Vec<Held>,
    held_bytes: usize,
    /// What the other side has received.
    acknowledged: Option<u32>,
    ended: bool,
}

#[derive(Debug)]
struct Held {
    sequence: u32,
    bytes: Box<[u8]>,
    missing: u32,
    last: bool,
}

impl Held {
    fn part(&self) -> Part<'_> {
        Part { sequence: self.sequence, bytes: &self.bytes, missing: self.missing, last: self.last }
    }
}

impl Stream {
    /// A direction whose next byte has this number.
    pub(super) fn at(next: Option<u32>) -> Self {
        Self { next, ..Self::default() }
    }

    /// Bytes that wait for others.
    pub(super) fn held_bytes(&self) -> usize {
        self.held_bytes
    }

    /// Whether the sender has said that nothing more comes.
    pub(super) fn has_ended(&self) -> bool {
        self.ended
    }

    /// Whether a reset with this number can belong to the direction.
    pub(super) fn is_near(&self, sequence: u32) -> bool {
        self.next.is_none_or(|next| (sequence.wrapping_sub(next) as i32).abs() <= AHEAD_BYTES_MAX)
    }

    /// Takes a segment. A direction that was never seen begins with it.
    pub(super) fn take(&mut self, part: Part, then: &mut impl FnMut(Piece)) {
        let next = *self.next.get_or_insert(part.sequence);
        if self.ended || part.len() == 0 && !part.last {
            return;
        }
        let ahead = part.sequence.wrapping_sub(next) as i32;
        if ahead <= 0 {
            self.deliver(part, then);
            self.deliver_held(then);
        } else if ahead <= AHEAD_BYTES_MAX {
            self.hold(part, next);
            self.give_up_what_was_received(then);
            while self.held.len() > HELD_SEGMENTS_MAX || self.held_bytes > HELD_BYTES_MAX {
                self.give_up(then);
            }
        }
    }

    /// The other side has received everything before `number`: what is not in the capture by then does not come.
    pub(super) fn acknowledge(&mut self, number: u32, then: &mut impl FnMut(Piece)) {
        if self.acknowledged.is_none_or(|before| (number.wrapping_sub(before) as i32) > 0) {
            self.acknowledged = Some(number);
            self.give_up_what_was_received(then);
        }
    }

    /// Nothing more is captured of this direction.
    pub(super) fn finish(&mut self, then: &mut impl FnMut(Piece)) {
        while !self.held.is_empty() {
            self.give_up(then);
        }
        if let (false, Some(next), Some(received)) = (self.ended, self.next, self.acknowledged) {
            let lost = received.wrapping_sub(next) as i32;
            // The last one may be the end, which counts as a byte.
            if (2..=AHEAD_BYTES_MAX).contains(&lost) {
                self.next = Some(received);
                then(Piece::Lost(lost as u32));
            }
        }
    }

    /// Tells what is new in a segment that is not early.
    fn deliver(&mut self, part: Part, then: &mut impl FnMut(Piece)) {
        let Some(next) = self.next else { return };
        let known = next.wrapping_sub(part.sequence);
        if known > part.len() {
            return;
        }
        let fresh = part.bytes.get(known as usize..).unwrap_or_default();
        let lost = (part.len() - known) - fresh.len() as u32;
        self.next = Some(part.sequence.wrapping_add(part.len()).wrapping_add(u32::from(part.last)));
        if !fresh.is_empty() {
            then(Piece::Bytes(fresh));
        }
        if lost > 0 {
            then(Piece::Lost(lost));
        }
        if part.last {
            self.ended = true;
            self.held.clear();
            self.held_bytes = 0;
            then(Piece::End);
        }
    }

    fn deliver_held(&mut self, then: &mut impl FnMut(Piece)) {
        while let (Some(next), Some(first)) = (self.next, self.held.first()) {
            if (first.sequence.wrapping_sub(next) as i32) > 0 {
                break;
            }
            let first = self.held.remove(0);
            self.held_bytes -= first.bytes.len();
            self.deliver(first.part(), then);
        }
    }

    fn hold(&mut self, part: Part, next: u32) {
        let ahead = |sequence: u32| sequence.wrapping_sub(next);
        let place = self.held.partition_point(|h| ahead(h.sequence) < ahead(part.sequence));
        let held = Held {
            sequence: part.sequence,
            bytes: part.bytes.into(),
            missing: part.missing,
            last: part.last,
        };
        match self.held.get_mut(place) {
            // The longer of two that begin at the same byte holds all of both.
            Some(same) if same.sequence == part.sequence => {
                let longer = (part.bytes.len(), part.last) > (same.bytes.len(), same.last);
                if longer {
                    self.held_bytes = self.held_bytes - same.bytes.len() + held.bytes.len();
                    *same = held;
                }
            }
            _ => {
                self.held_bytes += held.bytes.len();
                self.held.insert(place, held);
            }
        }
    }

    fn give_up_what_was_received(&mut self, then: &mut impl FnMut(Piece)) {
        while let (Some(received), Some(first)) = (self.acknowledged, self.held.first()) {
            if (received.wrapping_sub(first.sequence) as i32) < 0 {
                break;
            }
            self.give_up(then);
        }
    }

    /// Tells what comes before the first early segment as lost, and goes on with it.
    fn give_up(&mut self, then: &mut impl FnMut(Piece)) {
        if let (Some(next), Some(first)) = (self.next, self.held.first()) {
            self.next = Some(first.sequence);
            then(Piece::Lost(first.sequence.wrapping_sub(next)));
            self.deliver_held(then);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fmt::Write;

    /// What a direction tells, as text: bytes as they are, losses in brackets, and a full stop at the end.
    struct Heard {
        stream: Stream,
        text: String,
    }

    impl Heard {
        fn from(next: u32) -> Self {
            Self { stream: Stream::at(Some(next)), text: String::new() }
        }

        fn part(&mut self, sequence: u32, bytes: &str, missing: u32, last: bool) -> &mut Self {
            let part = Part { sequence, bytes: bytes.as_bytes(), missing, last };
            self.stream.take(part, &mut |piece| tell(&mut self.text, piece));
            self
        }

        fn take(&mut self, sequence: u32, bytes: &str) -> &mut Self {
            self.part(sequence, bytes, 0, false)
        }

        fn acknowledge(&mut self, number: u32) -> &mut Self {
            self.stream.acknowledge(number, &mut |piece| tell(&mut self.text, piece));
            self
        }

        fn finish(&mut self) -> &mut Self {
            self.stream.finish(&mut |piece| tell(&mut self.text, piece));
            self
        }
    }

    fn tell(text: &mut String, piece: Piece) {
        match piece {
            Piece::Bytes(bytes) => text.push_str(std::str::from_utf8(bytes).unwrap()),
            Piece::Lost(n) => write!(text, "[{n}]").unwrap(),
            Piece::End => text.push('.'),
        }
    }

    #[test]
    fn what_comes_twice_is_told_once() {
        let mut heard = Heard::from(100);
        heard.take(100, "abc").take(100, "abc").take(103, "de").take(101, "bcd").take(100, "abcdefg");
        assert_eq!(heard.text, "abcdefg");
        // A keep-alive sends the last byte again.
        heard.take(106, "g").take(107, "h");
        assert_eq!(heard.text, "abcdefgh");
    }

    #[test]
    fn what_comes_early_waits() {
        let mut heard = Heard::from(100);
        heard.take(106, "gh").take(103, "def").take(106, "gh").take(102, "cde");
        assert_eq!(heard.text, "");
        assert_eq!(heard.stream.held_bytes(), 8);
        heard.take(100, "ab");
        assert_eq!((heard.text.as_str(), heard.stream.held_bytes()), ("abcdefgh", 0));
    }

    #[test]
    fn of_two_early_segments_with_one_beginning_the_longer_counts() {
        for order in [["cd", "cdef"], ["cdef", "cd"]] {
            let mut heard = Heard::from(100);
            heard.take(102, order[0]).take(102, order[1]).take(100, "ab");
            assert_eq!(heard.text, "abcdef");
        }
    }

    #[test]
    fn numbers_wrap_around() {
        let mut heard = Heard::from(u32::MAX - 1);
        heard.take(2, "ef").take(u32::MAX - 1, "abcd").take(u32::MAX, "bcde").part(4, "g", 0, true);
        assert_eq!(heard.text, "abcdefg.");
    }

    #[test]
    fn what_the_other_side_received_and_nobody_captured_is_lost() {
        let mut heard = Heard::from(100);
        // Received up to 105 before the next segment came: 100 to 104 were not captured.
        heard.acknowledge(105).take(105, "fg");
        assert_eq!(heard.text, "[5]fg");
        // Here the segment comes first, and then the other side says that it has all of it.
        heard.take(110, "kl").acknowledge(109);
        assert_eq!(heard.text, "[5]fg");
        heard.acknowledge(112);
        assert_eq!(heard.text, "[5]fg[3]kl");
    }

    #[test]
    fn what_does_not_come_is_given_up_when_too_much_waits() {
        let mut heard = Heard::from(0);
        for n in 0..=HELD_SEGMENTS_MAX as u32 {
            assert_eq!(heard.text, "", "after {n} segments");
            heard.take(10 + 2 * n, "x");
        }
        assert!(heard.text.starts_with("[10]x"), "{}", heard.text);
        let mut heard = Heard::from(0);
        heard.take(10, &"x".repeat(HELD_BYTES_MAX));
        assert_eq!(heard.text, "");
        heard.take(10 + HELD_BYTES_MAX as u32, "y");
        assert!(heard.text.starts_with("[10]x") && heard.text.ends_with("xy"));
        assert_eq!(heard.stream.held_bytes(), 0);
    }

    #[test]
    fn what_waits_is_told_at_the_end() {
        let mut heard = Heard::from(100);
        heard.take(103, "de").take(107, "hi").finish();
        assert_eq!(heard.text, "[3]de[2]hi");
        // The other side has received more than was captured.
        heard.acknowledge(119).finish();
        assert_eq!(heard.text, "[3]de[2]hi[10]");
    }

    #[test]
    fn an_end_that_was_not_captured_is_no_loss() {
        let mut heard = Heard::from(100);
        heard.take(100, "ab").acknowledge(103).finish();
        assert_eq!(heard.text, "ab");
    }

    #[test]
    fn a_segment_that_was_cut_ends_with_a_loss() {
        let mut heard = Heard::from(100);
        heard.part(100, "ab", 3, false).take(105, "f");
        assert_eq!(heard.text, "ab[3]f");
        // Early ones, too.
        heard.part(108, "i", 1, true).take(106, "gh");
        assert_eq!(heard.text, "ab[3]fghi[1].");
    }

    #[test]
    fn the_end_comes_in_its_turn() {
        let mut heard = Heard::from(100);
        heard.part(102, "", 0, true).take(100, "ab");
        assert_eq!(heard.text, "ab.");
        heard.part(102, "", 0, true).take(103, "after the end");
        assert_eq!(heard.text, "ab.");
        assert!(heard.stream.has_ended());
    }

    #[test]
    fn a_direction_may_be_seen_from_its_middle() {
        let mut heard = Heard { stream: Stream::default(), text: String::new() };
        heard.take(5_000, "ab").take(4_990, "before").take(5_002, "cd");
        assert_eq!(heard.text, "abcd");
    }

    #[test]
    fn segments_from_far_away_belong_to_another_connection() {
        let mut heard = Heard::from(100);
        heard.take(100 + (1 << 25), "far").take(0u32.wrapping_sub(1 << 30), "old").take(100, "ab").finish();
        assert_eq!(heard.text, "ab");
        assert!(heard.stream.is_near(0) && !heard.stream.is_near(1 << 28));
    }
}
