//! What a log says of time only together with the lines before it: midnights of clocks without a date, New Years of stamps
//! without a year, and hours that come twice because clocks are set back.
//!
//! Blocks are read side by side, so each keeps where its clock jumps. What the jumps mean is settled from block to block.

use crate::format::Setup;
use crate::time::{Fold, Known, When, roll_over};

/// A clock that goes back by less, in a zone in which hours come twice, was written by two processes.
const BACK_MS_MIN: i64 = 60_000;
const MINUTE_MS: i64 = 60_000;

/// The times of a block.
#[derive(Default)]
pub(super) struct Times {
    first: When,
    last: When,
    jumps: Vec<Jump>,
    /// Whether hours may come twice.
    zoned: bool,
}

/// Where a clock goes back, or far on.
struct Jump {
    line: u32,
    before: When,
    after: When,
}

impl Times {
    pub(super) fn clear(&mut self, setup: &Setup) {
        self.jumps.clear();
        (self.first, self.last, self.zoned) = (When::NEVER, When::NEVER, !setup.zone.is_utc());
    }

    /// Takes the time of a line.
    #[inline]
    pub(super) fn note(&mut self, line: u32, at: When) {
        if !self.first.is_stated() {
            self.first = at;
        } else if at.known != Known::Everything && roll_over(self.last, at) != 0
            || self.zoned && goes_back(self.last, at)
        {
            self.jumps.push(Jump { line, before: self.last, after: at });
        }
        self.last = at;
    }
}

fn goes_back(before: When, after: When) -> bool {
    before.known == after.known && before.ms - after.ms >= BACK_MS_MIN
}

/// What is added to the times that a log states.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Hand {
    /// For times that lack the date or the year.
    shift_ms: i64,
    /// For times in the first pass of this hour, which is over.
    fold: Option<Fold>,
}

/// The clock of a log, from block to block.
#[derive(Default)]
pub(super) struct Clock {
    last: When,
    hand: Hand,
}

impl Clock {
    /// What is to be added to the times of a block, from which line on; the first holds from the start of the block.
    pub(super) fn settle(&mut self, times: &Times, setup: &Setup, hands: &mut Vec<(u32, Hand)>) {
        hands.clear();
        self.pass(self.last, times.first, setup);
        hands.push((0, self.hand));
        for jump in &times.jumps {
            self.pass(jump.before, jump.after, setup);
            hands.push((jump.line, self.hand));
        }
        self.last = times.last.stated().unwrap_or(self.last);
    }

    fn pass(&mut self, before: When, after: When, setup: &Setup) {
        let shift_ms = roll_over(before, after);
        self.hand.shift_ms += shift_ms;
        if shift_ms == 0 && goes_back(before, after) {
            let at = Dates::new(setup).dated(after, self.hand.shift_ms);
            self.hand.fold = setup.zone.fold(at).or(self.hand.fold);
        }
    }
}

/// Gives times their dates.
pub(super) struct Dates<'a> {
    setup: &'a Setup,
    /// The minute without a year that was dated last, and the point in time when it begins.
    last: Option<(i64, When)>,
}

impl<'a> Dates<'a> {
    pub(super) fn new(setup: &'a Setup) -> Self {
        Self { setup, last: None }
    }

    /// Whether all times are as they stand in the log.
    pub(super) fn is_plain(&self, hands: &[(u32, Hand)]) -> bool {
        self.setup.year.is_none() && hands.iter().all(|(_, hand)| *hand == Hand::default())
    }

    /// The time of a line.
    pub(super) fn at(&mut self, at: When, line: u32, hands: &[(u32, Hand)]) -> When {
        let hand =
            hands.iter().rev().find(|(from, _)| *from <= line).map(|(_, hand)| *hand).unwrap_or_default();
        let at = self.dated(at, hand.shift_ms);
        match hand.fold {
            Some(fold) if fold.holds(at) => When { ms: at.ms + fold.by_ms, ..at },
            _ => at,
        }
    }

    fn dated(&mut self, at: When, shift_ms: i64) -> When {
        match (at.known, self.setup.year) {
            (Known::Nothing | Known::Everything, _) => at,
            (Known::MonthAndDay, Some(year)) => self.in_year(When { ms: at.ms + shift_ms, ..at }, year),
            _ => When { ms: at.ms + shift_ms, ..at },
        }
    }

    /// Calendars are slow, and no clock is set within a minute.
    fn in_year(&mut self, at: When, year: i16) -> When {
        let minute = at.ms.div_euclid(MINUTE_MS);
        let start = match self.last {
            Some((last, start)) if last == minute => start,
            _ => self.setup.zone.in_year(When { ms: minute * MINUTE_MS, ..at }, year),
        };
        self.last = Some((minute, start));
        if start == When::NEVER {
            start
        } else {
            When { ms: start.ms + at.ms.rem_euclid(MINUTE_MS), ..start }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::{Local, Zone};

    /// The clock that a log shows: its lines, read in blocks of every length, all give the same.
    fn told(setup: &Setup, stamps: &[When]) -> Vec<Option<String>> {
        let mut want = None;
        for length in 1..=stamps.len() {
            let (mut clock, mut dates, mut told) = (Clock::default(), Dates::new(setup), Vec::new());
            for block in stamps.chunks(length) {
                let (mut times, mut hands) = (Times::default(), Vec::new());
                times.clear(setup);
                for (line, at) in (0..).zip(block) {
                    times.note(line, *at);
                }
                clock.settle(&times, setup, &mut hands);
                told.extend((0..).zip(block).map(|(line, at)| dates.at(*at, line, &hands).rfc3339()));
            }
            assert_eq!(&told, want.get_or_insert(told.clone()), "blocks of {length}");
        }
        want.unwrap()
    }

    fn yearless(month: i8, day: i8, hour: i8) -> When {
        Zone::UTC.at(Local { month, day, hour, known: Known::MonthAndDay, ..Local::default() })
    }

    #[test]
    fn years_go_on_from_the_one_in_which_the_log_begins() {
        let setup = Setup { year: Some(2027), ..Setup::default() };
        let stamps = [
            yearless(11, 20, 0),
            yearless(12, 31, 23),
            yearless(1, 1, 0),
            // A line that comes late.
            yearless(12, 31, 23),
            yearless(1, 1, 1),
            yearless(2, 29, 0),
            yearless(12, 31, 0),
            yearless(1, 1, 0),
            yearless(2, 29, 0),
        ];
        let told = told(&setup, &stamps);
        let years: Vec<_> = told.iter().map(|t| t.as_deref().map(|t| &t[..13])).collect();
        let want = [
            Some("2027-11-20T00"),
            Some("2027-12-31T23"),
            Some("2028-01-01T00"),
            Some("2027-12-31T23"),
            Some("2028-01-01T01"),
            Some("2028-02-29T00"),
            Some("2028-12-31T00"),
            Some("2029-01-01T00"),
            None,
        ];
        assert_eq!(years, want);
    }

    #[test]
    fn an_hour_that_comes_twice_does_not_go_back() {
        let zone = Zone::named("Europe/Berlin").unwrap();
        let local = |hour, minute| Local {
            year: 2026,
            month: 10,
            day: 25,
            hour,
            minute,
            known: Known::Everything,
            ..Local::default()
        };
        let clock = [(1, 50), (2, 10), (2, 59), (2, 0), (2, 30), (2, 59), (3, 0), (3, 1)];
        let want: Vec<_> = ["23:50", "00:10", "00:59", "01:00", "01:30", "01:59", "02:00", "02:01"]
            .iter()
            .map(|t| format!("2026-10-2{}T{t}:00+00:00", if *t == "23:50" { 4 } else { 5 }))
            .map(Some)
            .collect();
        let setup = Setup { zone: zone.clone(), ..Setup::default() };
        assert_eq!(told(&setup, &clock.map(|(h, m)| zone.at(local(h, m)))), want);
        // The same without a year.
        let setup = Setup { year: Some(2026), ..setup };
        let yearless = |(h, m)| zone.at(Local { known: Known::MonthAndDay, ..local(h, m) });
        assert_eq!(told(&setup, &clock.map(yearless)), want);
    }

    #[test]
    fn without_a_year_there_is_no_date() {
        assert_eq!(told(&Setup::default(), &[yearless(12, 31, 23), yearless(1, 1, 0)]), [None, None]);
    }
}
