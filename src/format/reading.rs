//! Reads the lines of one file: takes off what stands around them and gives each line to the dialect that knows it.

use super::arena::Arena;
use super::wrapper::{Tag, Unwrap, Wrapper};
use super::{CARRIED_KINDS_MAX, Carried, DateOrder, Format, Lexer, Line, Setup, Sign, Signs};
use crate::event::{Identity, Lexed};
use crate::source;
use crate::time::When;
use foldhash::fast::FixedState;
use std::borrow::Cow;
use std::cell::RefCell;
use std::hash::BuildHasher;

/// Origins of lines are hashed in the same way in every run.
static ORIGINS: FixedState = FixedState::with_seed(0);

/// How a file is read: its dialects, and what stands around its lines.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The dialects: those that were seen, the commonest first, then those that may come later in the file.
    pub formats: Vec<&'static Format>,
    /// What stands around the lines, the outermost first. Not every line has all of it.
    pub wrappers: Vec<&'static Wrapper>,
    /// The `LogFormat` of a `ProFTPD` `ExtendedLog` that was worked out from its lines.
    pub log_format: Option<String>,
    /// The order of day and month that its dates show.
    pub date_order: Option<DateOrder>,
    /// How many lines showed it, where that was counted.
    pub evidence: Option<Evidence>,
}

/// How many of the first lines of a file show what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// Lines that hardly any other format has.
    pub telling: usize,
    /// Lines that the format may have, the telling ones included.
    pub fitting: usize,
    /// Lines that were looked at.
    pub lines: usize,
}

/// Reads lines by a plan. Each block of lines has a reading of its own.
pub struct Reading {
    dialects: Vec<Box<dyn Lexer>>,
    /// Whether each of them writes one session after another.
    one_by_one: Vec<bool>,
    wrappers: Vec<Box<dyn Unwrap>>,
    arena: Arena,
    switch: Option<Switch>,
}

/// Follows a file in which transcripts of several programs stand one after another: a line that only one of them writes
/// says whose lines follow.
struct Switch {
    signs: Vec<fn(&[u8]) -> Sign>,
    current: usize,
}

/// What was made of a line.
#[derive(Clone, Copy, Debug)]
pub struct Taken<'a, 'l> {
    /// The dialect that took it: its number in the plan.
    pub format: u8,
    /// Where it comes from, hashed: the machine, container or file that stands around the line; 0 without one.
    pub origin: u64,
    /// When it was written, by what stands around the line.
    pub at: When,
    /// What it says.
    pub lexed: &'l Lexed<'a>,
    /// Lines of a record that the dialect did not see, because they were nothing but wrapping.
    unseen: &'l [u32],
}

impl Taken<'_, '_> {
    /// How many lines below the first a line stands that the dialect takes for the one so many below.
    #[must_use]
    pub fn below(&self, seen: u32) -> u32 {
        self.unseen.iter().fold(seen, |below, unseen| below + u32::from(*unseen <= below))
    }
}

impl Plan {
    /// A plan for a file in one format, with nothing around its lines.
    #[must_use]
    pub fn of(format: &'static Format) -> Self {
        Self {
            formats: vec![format],
            wrappers: Vec::new(),
            log_format: None,
            date_order: None,
            evidence: None,
        }
    }

    /// Whether one run of a program wrote the file: its sessions end with it. What a collector wrote goes on in the next file. The
    /// clock goes on in any case: the next file was written later, so that a midnight between them is as real as one within.
    #[must_use]
    pub fn is_of_one_run(&self) -> bool {
        self.wrappers.is_empty() && self.main().dialect.identity == Identity::OneRun
    }

    /// Starts reading.
    #[must_use]
    pub fn start(&self, setup: &Setup) -> Reading {
        let setup = &self.setup(setup);
        Reading {
            dialects: self.formats.iter().map(|f| (f.lexer)(setup)).collect(),
            one_by_one: self.formats.iter().map(|f| f.dialect.identity.is_one_by_one()).collect(),
            wrappers: self.wrappers.iter().map(|w| w.start(&setup.zone)).collect(),
            arena: Arena::default(),
            switch: self.switch(),
        }
    }

    /// What lexers must be told, with what was worked out from the lines.
    fn setup<'s>(&self, given: &'s Setup) -> Cow<'s, Setup> {
        if self.log_format.is_none() && self.date_order.is_none() {
            return Cow::Borrowed(given);
        }
        let mut setup = given.clone();
        setup.proftpd_log_format = self.log_format.clone().or(setup.proftpd_log_format);
        setup.date_order = setup.date_order.or(self.date_order);
        Cow::Owned(setup)
    }

    fn switch(&self) -> Option<Switch> {
        let sign = |format: &&Format| match format.signs {
            Signs::WholeFile(sign) => Some(sign),
            Signs::EveryLine | Signs::LastResort(_) | Signs::Source => None,
        };
        let signs: Option<Vec<_>> = self.formats.iter().map(sign).collect();
        signs.filter(|signs| signs.len() > 1).map(|signs| Switch { signs, current: 0 })
    }

    /// The format that most of the file is in.
    #[must_use]
    pub fn main(&self) -> &'static Format {
        self.formats[0]
    }

    /// How many lines of a sample it understands; `carried` are lines from before that they cannot be read without.
    #[must_use]
    pub fn understands(&self, carried: &[u8], sample: &[u8], setup: &Setup) -> usize {
        let mut reading = self.start(setup);
        for line in source::Lines(carried) {
            reading.take(line.bytes, |_| ());
        }
        let mut known = 0;
        for line in source::Lines(sample) {
            reading.take(line.bytes, |taken| known += usize::from(*taken.lexed != Lexed::Unknown));
        }
        known
    }

    /// The first time in a sample.
    #[must_use]
    pub fn first_time(&self, sample: &[u8], setup: &Setup) -> When {
        let mut reading = self.start(setup);
        let mut first = When::NEVER;
        for line in source::Lines(sample) {
            reading.take(line.bytes, |taken| {
                let event = match taken.lexed {
                    Lexed::Event(event) => Some(event),
                    Lexed::Many(all) => all.first().map(|told| &told.event),
                    Lexed::Skip | Lexed::Unknown => None,
                };
                first = event.map_or(When::NEVER, |event| event.at).or_fuller(taken.at);
            });
            if first.is_stated() {
                break;
            }
        }
        first
    }

    /// How the lines hang together, for those who cut the file into blocks.
    #[must_use]
    pub fn layout(&self, setup: &Setup) -> source::Layout {
        source::Layout { joins: self.joins(setup), carries: self.carries(setup) }
    }

    /// Whether a line goes on with the record before it; `None` where every line stands alone.
    #[must_use]
    pub fn joins(&self, setup: &Setup) -> Option<source::Joins> {
        let joins: Vec<_> = self.formats.iter().filter_map(|f| f.layout.joins).collect();
        // Where dialects take turns, a line alone does not say by whose rule it would go on.
        if joins.is_empty() || self.switch().is_some() {
            return None;
        }
        let reading = RefCell::new(self.start(setup));
        // What is no line does not end a record.
        let goes_on = move |bare: Bare| bare.nothing || joins.iter().any(|j| j(bare.line.text));
        Some(Box::new(move |line| reading.borrow_mut().within(line, &goes_on)))
    }

    /// The number of a line that later lines cannot be read without; `None` where there are no such lines.
    fn carries(&self, setup: &Setup) -> Option<source::Carries> {
        let all = self.formats.iter().enumerate();
        let carries: Vec<_> = all.filter_map(|(n, f)| Some((n, f.layout.carries?))).collect();
        let mut switch = self.switch();
        if carries.is_empty() && switch.is_none() {
            return None;
        }
        let mut bare = self.start(setup);
        Some(Box::new(move |line| {
            bare.within(line, |Bare { line, .. }| {
                if switch.as_mut().is_some_and(|s| s.follow(line.text)) {
                    return Some(SWITCH_NUMBER);
                }
                let number = |(n, kind): &(usize, Carried)| Some(n * CARRIED_KINDS_MAX + kind(line.text)?);
                carries.iter().find_map(number)
            })
        }))
    }
}

/// The number of the last line that showed whose lines follow.
const SWITCH_NUMBER: usize = source::CARRIED_LINES_MAX - 1;

impl Switch {
    /// Whose a line is where several programs write in turn: it need not be telling.
    fn whose(&self, line: &[u8]) -> usize {
        let has = |sign: &fn(&[u8]) -> Sign| sign(line) != Sign::None;
        if has(&self.signs[self.current]) {
            return self.current;
        }
        self.signs.iter().position(has).unwrap_or(self.current)
    }

    /// Whether a line shows whose it is and what follows.
    fn follow(&mut self, line: &[u8]) -> bool {
        let shows = |sign: &fn(&[u8]) -> Sign| sign(line) == Sign::Strong;
        let Some(shown) = self.signs.iter().position(shows) else { return false };
        if !shows(&self.signs[self.current]) {
            self.current = shown;
        }
        true
    }
}

impl Reading {
    /// Finds out what a line or a record of lines says and tells it to `then`, without moving it on the way.
    #[inline]
    pub fn take<'r, T>(&'r mut self, text: &'r [u8], then: impl FnOnce(Taken<'r, '_>) -> T) -> T {
        self.arena.clear();
        let Self { dialects, one_by_one, wrappers, arena, switch } = self;
        // Most lines are in the main dialect and have nothing around them.
        if let ([dialect, ..], [], None) = (dialects.as_mut_slice(), wrappers.as_slice(), &switch) {
            let lexed = dialect.lex(Line::new(text, arena));
            if !matches!(lexed, Lexed::Unknown) {
                return then(Taken { format: 0, origin: 0, at: When::NEVER, lexed: &lexed, unseen: &[] });
            }
        }
        let mut unseen = Vec::new();
        let Bare { line, origin, program, nothing } = match memchr::memchr(b'\n', text) {
            Some(_) if !wrappers.is_empty() => unwrap_record(text, wrappers, arena, &mut unseen),
            _ => unwrap(text, wrappers, arena),
        };
        let (format, lexed) = match switch {
            _ if nothing => (0, Lexed::Skip),
            Some(switch) => {
                switch.follow(line.text);
                let whose = if origin == 0 { switch.current } else { switch.whose(line.text) };
                (whose as u8, dialects[whose].lex(line))
            }
            None => ask_all(dialects, line, program),
        };
        let origin = match line.tag {
            // Each process of a system log writes its own transcript.
            Some(Tag { program, pid: Some(pid), .. }) if one_by_one[usize::from(format)] => {
                ORIGINS.hash_one((origin, program, pid))
            }
            _ => origin,
        };
        then(Taken { format, origin, at: line.at, lexed: &lexed, unseen: &unseen })
    }

    /// Gives `then` what stands within a line.
    fn within<T>(&mut self, text: &[u8], then: impl FnOnce(Bare) -> T) -> T {
        self.arena.clear();
        then(unwrap(text, &mut self.wrappers, &self.arena))
    }
}

/// A line without what stands around it, and what that said.
struct Bare<'r> {
    line: Line<'r>,
    /// The hash of where it comes from.
    origin: u64,
    /// The program that wrote it, or the container; empty where nothing says.
    program: &'r [u8],
    /// There is no line in it.
    nothing: bool,
}

fn unwrap<'r>(text: &'r [u8], wrappers: &mut [Box<dyn Unwrap>], arena: &'r Arena) -> Bare<'r> {
    let mut bare = Bare { line: Line::new(text, arena), origin: 0, program: b"", nothing: false };
    for wrapper in wrappers {
        let Some(within) = wrapper.take_off(bare.line.text, arena) else { continue };
        let line = &mut bare.line;
        line.text = within.text;
        bare.nothing |= within.nothing;
        line.tag = within.tag.or(line.tag);
        line.at = within.at.stated().unwrap_or(line.at);
        if !within.origin.is_empty() {
            bare.origin = ORIGINS.hash_one((bare.origin, within.origin));
        }
        if !within.program.is_empty() {
            bare.program = within.program;
        }
    }
    bare
}

/// As [`unwrap`], for a record: what stands around each of its lines is taken off, and those that are no lines are left out.
fn unwrap_record<'r>(
    text: &'r [u8],
    wrappers: &mut [Box<dyn Unwrap>],
    arena: &'r Arena,
    unseen: &mut Vec<u32>,
) -> Bare<'r> {
    let mut lines = source::Lines(text);
    let first = lines.next().map_or(&b""[..], |l| l.bytes);
    let bare = unwrap(first, wrappers, arena);
    let mut all = bare.line.text.to_vec();
    for (below, next) in (1..).zip(lines) {
        let next = unwrap(next.bytes, wrappers, arena);
        if next.nothing {
            unseen.push(below);
            continue;
        }
        all.push(b'\n');
        all.extend_from_slice(next.line.text);
    }
    Bare { line: Line { text: arena.keep(&all), ..bare.line }, ..bare }
}

/// What the first dialect that knows the line makes of it.
#[inline(never)]
fn ask_all<'r>(dialects: &mut [Box<dyn Lexer>], line: Line<'r>, program: &[u8]) -> (u8, Lexed<'r>) {
    for (format, lexer) in (0..).zip(dialects) {
        let lexed = lexer.lex(line);
        if !matches!(lexed, Lexed::Unknown) {
            return (format, lexed);
        }
    }
    // A blank line, or one of another program in the same log, says nothing about FTP.
    let foreign = !program.is_empty() && !is_ftp_daemon(program);
    let blank = line.text.trim_ascii().is_empty();
    (0, if foreign || blank { Lexed::Skip } else { Lexed::Unknown })
}

fn is_ftp_daemon(program: &[u8]) -> bool {
    let holds = |word| crate::text::holds(program, word);
    holds("ftp") && !holds("sftp-server") && !holds("internal-sftp") && !holds("tftp")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_one_by_one_where_dialects_take_turns() {
        let named = |name| crate::format::named(name).expect("the format is known");
        let alone = Plan::of(named("bsd-ftp"));
        assert!(alone.joins(&Setup::default()).expect("replies join")(b"331 Password required"));
        let turns = Plan { formats: vec![named("wget"), named("bsd-ftp")], ..alone };
        assert!(turns.joins(&Setup::default()).is_none());
    }
}
