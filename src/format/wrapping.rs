//! The first lines of a file without what stands around them, in every order of wrappers that fits, and how many of them
//! each format knows.

use super::arena::Arena;
use super::detect::Score;
use super::family::{Family, families};
use super::wrapper::{Sure, WRAPPERS, Wrapper};
use super::{Format, Line, Setup, Sign, Signs};
use crate::event::Lexed;

/// Wrappers around wrappers.
const WRAPPERS_DEEP_MAX: usize = 5;
/// Orders of wrappers that are tried.
const WRAPPINGS_MAX: usize = 32;
/// So many telling lines are enough for a format that only the whole file shows; fewer are where one line in so many is one, or one
/// in so many fits.
const TELLING_ENOUGH: usize = 20;
const TELLING_SHARE: usize = 20;
const FITTING_SHARE: usize = 5;
/// In so few lines one is enough.
const FEW_LINES: usize = 50;
/// A wrapper that stands around every line counts where at least one line in so many has it.
const WRAPPED_SHARE: usize = 5;
/// As many lines of so many are nearly all.
const NEARLY: usize = 9;
const NEARLY_OF: usize = 10;

/// The first lines without what stands around them, as one order of wrappers has it.
pub(super) struct Wrapping<'a> {
    /// The outermost first.
    pub(super) wrappers: Vec<&'static Wrapper>,
    pub(super) lines: Vec<Line<'a>>,
    /// Whether each line had every wrapper that stands around most lines.
    whole: Vec<bool>,
    /// Lines that were nothing but wrapping, such as a fence: that they are gone is as good as a line that is known.
    /// A wrapper that is surely there is worth as much.
    pub(super) merit: usize,
    /// Wrappers that seem to be there, although some dialects have such heads of their own.
    pub(super) favour: usize,
}

/// Every order of wrappers that many lines have, the shortest first; the first one is none at all.
pub(super) fn wrappings<'a>(lines: &[&'a [u8]], setup: &Setup, arena: &'a Arena) -> Vec<Wrapping<'a>> {
    let bare = lines.iter().map(|l| Line::new(l, arena)).collect();
    let whole = vec![true; lines.len()];
    let mut found = vec![Wrapping { wrappers: Vec::new(), lines: bare, whole, merit: 0, favour: 0 }];
    let mut next = 0;
    while next < found.len() {
        for wrapper in WRAPPERS {
            let outer = &found[next];
            if found.len() < WRAPPINGS_MAX && outer.wrappers.len() < WRAPPERS_DEEP_MAX {
                let inner = outer.without(wrapper, setup, arena);
                // Some wrappers come off in any order.
                found.extend(inner.filter(|inner| found.iter().all(|known| !known.is_same(inner))));
            }
        }
        next += 1;
    }
    found
}

impl<'a> Wrapping<'a> {
    /// The same with one more wrapper taken off, where enough lines have it.
    fn without(&self, wrapper: &'static Wrapper, setup: &Setup, arena: &'a Arena) -> Option<Self> {
        if !wrapper.nests && self.wrappers.iter().any(|w| std::ptr::eq(*w, wrapper)) {
            return None;
        }
        let mut unwrap = wrapper.start(&setup.zone);
        let (mut n_wrapped, mut merit, mut favour) = (0, self.merit, self.favour);
        let mut whole = self.whole.clone();
        let bare = |(line, whole): (&Line<'a>, &mut bool)| {
            let Some(within) = unwrap.take_off(line.text, arena) else {
                *whole &= !wrapper.everywhere;
                return *line;
            };
            n_wrapped += 1;
            merit += usize::from(within.nothing);
            let (tag, at) = (within.tag.or(line.tag), within.at.stated().unwrap_or(line.at));
            Line { text: within.text, tag, at, arena }
        };
        let lines: Vec<Line> = self.lines.iter().zip(&mut whole).map(bare).collect();
        let n_said = self.lines.iter().filter(|l| !l.text.trim_ascii().is_empty()).count();
        match wrapper.sure {
            Sure::Everywhere => merit += usize::from(n_wrapped * NEARLY_OF >= n_said * NEARLY),
            Sure::If(shown) => favour += usize::from(shown(&self.lines)),
            Sure::Never => {}
        }
        let enough = if wrapper.everywhere { n_wrapped * WRAPPED_SHARE >= n_said } else { true };
        let wrappers = self.wrappers.iter().copied().chain([wrapper]).collect();
        (n_wrapped > 0 && enough).then_some(Self { wrappers, lines, whole, merit, favour })
    }

    fn is_same(&self, other: &Self) -> bool {
        let same = |(a, b): (&Line, &Line)| a.text == b.text && a.tag == b.tag && a.at == b.at;
        self.lines.iter().zip(&other.lines).all(same)
    }

    pub(super) fn texts(&self) -> Vec<&'a [u8]> {
        self.lines.iter().map(|l| l.text).collect()
    }

    /// The lines that had everything around them: others may be about the log rather than of it.
    pub(super) fn texts_within(&self) -> Vec<&'a [u8]> {
        self.lines.iter().zip(&self.whole).filter(|(_, whole)| **whole).map(|(l, _)| l.text).collect()
    }

    /// How many lines that format's lexer knows.
    pub(super) fn known_by(&self, format: &Format, setup: &Setup) -> usize {
        let mut lexer = (format.lexer)(setup);
        self.lines.iter().filter(|line| is_event(lexer.lex(**line))).count()
    }

    /// Formats that every line shows: each line counts for the first that knows it. Also how many lines they have that say
    /// nothing.
    pub(super) fn every_line(&self, setup: &Setup) -> (Vec<Score>, usize) {
        let mut families: Vec<Family> = families(setup).map(|family| Family::of(family, setup)).collect();
        for line in &self.lines {
            let _ = families.iter_mut().any(|family| family.takes(*line));
        }
        let known = || families.iter().filter(|family| family.n_lines > 0);
        let scores = known().map(|family| self.score(family.member(), family.n_lines, family.n_lines));
        (scores.collect(), known().map(|family| family.n_silent).sum())
    }

    /// How many lines are telling for a format that only the whole file shows, and how many fit.
    pub(super) fn signs(&self, sign: fn(&[u8]) -> Sign) -> (usize, usize) {
        self.lines.iter().fold((0, 0), |(strong, fits), line| match sign(line.text) {
            Sign::Strong => (strong + 1, fits + 1),
            Sign::Fits => (strong, fits + 1),
            Sign::None => (strong, fits),
        })
    }

    /// Formats that only the file as a whole shows and that have a telling line.
    pub(super) fn whole_file(&self, setup: &Setup) -> Vec<Score> {
        let score = |format: &'static Format| {
            let Signs::WholeFile(sign) = format.signs else { return None };
            let (telling, fitting) = self.signs(sign);
            (telling > 0).then(|| self.score(format, telling, fitting))
        };
        setup.formats().filter_map(score).collect()
    }

    /// Whether the telling lines of a format are enough: source code and documents quote some.
    pub(super) fn shows(&self, score: &Score) -> bool {
        let n_said = self.lines.iter().filter(|l| !l.text.trim_ascii().is_empty()).count();
        n_said <= FEW_LINES
            || score.telling >= TELLING_ENOUGH
            || score.telling * TELLING_SHARE >= n_said
            || score.fitting * FITTING_SHARE >= n_said
    }

    /// Whether a format has telling lines that mean nothing to the others.
    pub(super) fn is_apart(&self, format: &Format, others: &[&Format]) -> bool {
        let sign = |format: &Format, line: &Line| match format.signs {
            Signs::WholeFile(sign) => sign(line.text),
            Signs::EveryLine | Signs::LastResort(_) | Signs::Source => Sign::None,
        };
        self.lines.iter().any(|line| {
            sign(format, line) == Sign::Strong && others.iter().all(|o| sign(o, line) == Sign::None)
        })
    }

    fn score(&self, format: &'static Format, telling: usize, fitting: usize) -> Score {
        Score { format, wrappers: self.wrappers.clone(), telling, fitting, lines: self.lines.len() }
    }
}

fn is_event(lexed: Lexed) -> bool {
    matches!(lexed, Lexed::Event(_) | Lexed::Many(_))
}
