//! Cuts the bytes of one direction into lines. A line may come in many pieces, and pieces may be lost.

use crate::source::LINE_BYTES_MAX;

/// A line of a control connection, without its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Line<'a> {
    pub(super) text: &'a [u8],
    /// Whether it was longer than is looked at.
    pub(super) cut: bool,
}

/// What came of one direction since its last line end.
#[derive(Debug, Default)]
pub(super) struct Cutter {
    partial: Vec<u8>,
    state: State,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Reading,
    /// Bytes were lost: what comes may be the rest of a line or the beginning of one.
    Resuming,
    /// The rest of a line is passed over.
    Passing,
}

impl Cutter {
    /// Whether what comes next is the beginning of a line.
    pub(super) fn is_at_start(&self) -> bool {
        self.partial.is_empty() && self.state != State::Passing
    }

    /// What there is of a line that has not ended.
    pub(super) fn partial(&self) -> &[u8] {
        &self.partial
    }

    /// Takes bytes that follow those before. `begins` says whether bytes that come after a loss look like a line.
    pub(super) fn take(
        &mut self,
        mut bytes: &[u8],
        begins: impl Fn(&[u8]) -> bool,
        mut then: impl FnMut(Line),
    ) {
        if self.state == State::Resuming {
            self.state = if begins(bytes) { State::Reading } else { State::Passing };
        }
        while let Some(end) = memchr::memchr(b'\n', bytes) {
            let (line, rest) = (&bytes[..end], &bytes[end + 1..]);
            bytes = rest;
            if std::mem::take(&mut self.state) == State::Passing {
                continue;
            }
            if self.partial.is_empty() {
                then(line_of(line));
            } else {
                self.partial.extend_from_slice(line);
                then(line_of(&self.partial));
                self.partial.clear();
            }
        }
        if self.state != State::Passing {
            self.partial.extend_from_slice(bytes);
        }
        if self.partial.len() > LINE_BYTES_MAX {
            then(Line { text: &self.partial[..LINE_BYTES_MAX], cut: true });
            self.partial = Vec::new();
            self.state = State::Passing;
        }
    }

    /// Bytes were lost. What there is of a line is all that will come of it.
    pub(super) fn lose(&mut self, mut then: impl FnMut(Line)) {
        self.finish(&mut then);
        self.state = State::Resuming;
    }

    /// Nothing more comes: the last line has no end.
    pub(super) fn finish(&mut self, mut then: impl FnMut(Line)) {
        if !self.partial.is_empty() {
            then(line_of(&self.partial));
        }
        self.partial = Vec::new();
    }
}

fn line_of(line: &[u8]) -> Line<'_> {
    Line { text: line.strip_suffix(b"\r").unwrap_or(line), cut: false }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines_of(cutter: &mut Cutter, pieces: &[&[u8]]) -> Vec<(Vec<u8>, bool)> {
        let mut lines = Vec::new();
        for piece in pieces {
            cutter.take(piece, |b| b.starts_with(b"2"), |l| lines.push((l.text.to_vec(), l.cut)));
        }
        lines
    }

    fn texts(pieces: &[&[u8]]) -> Vec<String> {
        let lines = lines_of(&mut Cutter::default(), pieces);
        lines.iter().map(|(text, _)| text.escape_ascii().to_string()).collect()
    }

    #[test]
    fn lines_come_in_any_pieces() {
        assert_eq!(texts(&[b"220-a\r\n220 b\r\n"]), ["220-a", "220 b"]);
        assert_eq!(texts(&[b"2", b"20 a", b"\r", b"\n", b"221 b\r\n22"]), ["220 a", "221 b"]);
    }

    #[test]
    fn only_the_end_of_a_line_is_taken_off() {
        assert_eq!(texts(&[b"a\nb\r\r\nc\rd\r\n\0\r\n\r\n"]), ["a", "b\\r", "c\\rd", "\\x00", ""]);
    }

    #[test]
    fn an_endless_line_is_cut_and_the_next_one_is_not_lost() {
        let mut cutter = Cutter::default();
        let long = vec![b'x'; LINE_BYTES_MAX];
        let lines = lines_of(&mut cutter, &[&long, b"more", &long, b"the rest\r\n220 next\r\n"]);
        assert_eq!(
            lines.iter().map(|(text, cut)| (text.len(), *cut)).collect::<Vec<_>>(),
            [(LINE_BYTES_MAX, true), (8, false)]
        );
    }

    #[test]
    fn after_a_loss_only_what_looks_like_a_line_is_one() {
        for (after, want) in
            [(&b"rest\r\n221 b\r\n"[..], vec!["221 b"]), (b"226 a\r\nb\r\n", vec!["226 a", "b"])]
        {
            let mut cutter = Cutter::default();
            let mut told = Vec::new();
            assert!(lines_of(&mut cutter, &[b"150 be"]).is_empty());
            cutter.lose(|line| told.push((line.text.to_vec(), line.cut)));
            assert_eq!(told, [(b"150 be".to_vec(), false)]);
            let lines = lines_of(&mut cutter, &[after]);
            assert_eq!(lines.iter().map(|l| String::from_utf8_lossy(&l.0)).collect::<Vec<_>>(), want);
        }
    }

    #[test]
    fn the_last_line_needs_no_end() {
        let mut cutter = Cutter::default();
        assert!(lines_of(&mut cutter, &[b"QUIT\r"]).is_empty());
        let mut last = Vec::new();
        cutter.finish(|line| last.push(line.text.to_vec()));
        cutter.finish(|line| last.push(line.text.to_vec()));
        assert_eq!(last, [b"QUIT".to_vec()]);
    }
}
