//! Points in time as logs write them: with or without year, date and zone. A time that a log does not state is never
//! made up.

mod span;

use jiff::civil::{Date, DateTime};
use jiff::tz::{AmbiguousOffset, TimeZone};

/// What a time in a log lacks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Known {
    /// There is no time.
    #[default]
    Nothing,
    /// A time of day without a date: good for distances only.
    TimeOfDay,
    /// Month, day and time without a year, as in RFC 3164 syslog: good for distances only.
    MonthAndDay,
    /// A point in time.
    Everything,
}

/// A point in time, in milliseconds since 1970 in UTC where all of it is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct When {
    /// Milliseconds; on a made-up day or year where the date or year is not known.
    pub ms: i64,
    /// How much of it the log states.
    pub known: Known,
}

/// A year that has a 29th of February, for stamps without one, and when it begins.
const YEAR_OF_YEARLESS: i16 = 2000;
const YEARLESS_FROM_MS: i64 = 946_684_800_000;
const MINUTE_MS: i64 = 60_000;
const DAY_MS: i64 = 86_400_000;
const YEAR_MS: i64 = 366 * DAY_MS;
/// A stamp that goes back by more than this, in a log without dates or years, has passed midnight or New Year.
const ROLL_OVER_SHARE: i64 = 2;
/// A stamp that goes on by all but this is a late line from before midnight or New Year.
const LATE_SHARE: i64 = 24;

impl When {
    /// No time.
    pub const NEVER: Self = Self { ms: 0, known: Known::Nothing };

    /// Whether there is a time at all.
    #[inline]
    #[must_use]
    pub fn is_stated(self) -> bool {
        self.known != Known::Nothing
    }

    /// The time, unless there is none.
    #[must_use]
    pub fn stated(self) -> Option<Self> {
        self.is_stated().then_some(self)
    }

    /// Of two times for the same moment, the one that says more; this one where they say as much.
    #[must_use]
    pub fn or_fuller(self, other: Self) -> Self {
        if other.known > self.known { other } else { self }
    }

    /// RFC 3339 with an offset of zero; `None` unless all of it is known.
    #[must_use]
    pub fn rfc3339(self) -> Option<String> {
        if self.known != Known::Everything {
            return None;
        }
        let at = jiff::tz::Offset::UTC.to_datetime(jiff::Timestamp::from_millisecond(self.ms).ok()?);
        let mut text = String::with_capacity("2026-11-20T18:33:27.321+00:00".len());
        push_number(&mut text, i32::from(at.year()), 4);
        for (before, number) in
            [('-', at.month()), ('-', at.day()), ('T', at.hour()), (':', at.minute()), (':', at.second())]
        {
            text.push(before);
            push_number(&mut text, i32::from(number), 2);
        }
        if at.subsec_nanosecond() != 0 {
            text.push('.');
            push_number(&mut text, i32::from(at.millisecond()), 3);
        }
        text.push_str("+00:00");
        Some(text)
    }

    /// The time of day as people read it, `09:14:05`; `None` where there is no time.
    #[must_use]
    pub fn clock(self) -> Option<String> {
        self.stated()?;
        let s = self.ms.rem_euclid(DAY_MS) / 1000;
        Some(format!("{:02}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60))
    }

    /// How long it took from `earlier` to here, in milliseconds; `None` unless both are stated in the same way.
    #[must_use]
    pub fn since(self, earlier: Self) -> Option<i64> {
        (self.known != Known::Nothing && self.known == earlier.known).then(|| self.ms - earlier.ms)
    }
}

/// Writes the last `width` digits of a number.
fn push_number(text: &mut String, number: i32, width: u32) {
    for place in (0..width).rev() {
        let digit = number / 10i32.pow(place) % 10;
        text.push(char::from(b'0' + digit as u8));
    }
}

/// What must be added to a stamp without date or year when a log passes midnight or New Year between `before` and
/// `after`; it is negative where a line comes late and goes back behind one of them, and zero otherwise.
#[must_use]
pub fn roll_over(before: When, after: When) -> i64 {
    let period = match after.known {
        Known::TimeOfDay => DAY_MS,
        Known::MonthAndDay => YEAR_MS,
        _ => return 0,
    };
    let back = before.ms - after.ms;
    match before.known == after.known {
        true if back > period / ROLL_OVER_SHARE => period,
        true if -back > period - period / LATE_SHARE => -period,
        _ => 0,
    }
}

/// The zone in which a log states its local times.
#[derive(Clone, Debug)]
pub struct Zone(Option<TimeZone>);

impl Default for Zone {
    fn default() -> Self {
        Self::UTC
    }
}

impl Zone {
    /// Coordinated Universal Time.
    pub const UTC: Self = Self(None);

    /// The zone of that name: `UTC`, an IANA name such as `Asia/Seoul`, or an offset such as `+09:00`.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        if name.eq_ignore_ascii_case("utc") {
            return Some(Self::UTC);
        }
        if let Ok(zone) = TimeZone::get(name) {
            return Some(Self(Some(zone)));
        }
        let minutes = offset_minutes(name.as_bytes())?;
        let offset = jiff::tz::Offset::from_seconds(minutes * 60).ok()?;
        Some(Self(Some(TimeZone::fixed(offset))))
    }

    /// The time of day there, `09:14:05`, as a log in this zone shows it; `None` where there is no time.
    #[must_use]
    pub fn clock(&self, when: When) -> Option<String> {
        match (&self.0, when.known) {
            (Some(zone), Known::Everything) => {
                let at = jiff::Timestamp::from_millisecond(when.ms).ok()?;
                Some(at.to_zoned(zone.clone()).strftime("%H:%M:%S").to_string())
            }
            _ => when.clock(),
        }
    }

    /// The date and time there, `2026-10-05 09:14:05`, as far as the log states them; `None` where there is no time.
    #[must_use]
    pub fn moment(&self, when: When) -> Option<String> {
        let pattern = match when.known {
            Known::Everything => "%Y-%m-%d %H:%M:%S",
            Known::MonthAndDay => "%b %d %H:%M:%S",
            Known::TimeOfDay | Known::Nothing => return when.clock(),
        };
        let zone = self.0.clone().filter(|_| when.known == Known::Everything).unwrap_or(TimeZone::UTC);
        let at = jiff::Timestamp::from_millisecond(when.ms).ok()?;
        Some(at.to_zoned(zone).strftime(pattern).to_string())
    }

    /// Whether local times are those of UTC, so that none comes twice.
    #[must_use]
    pub fn is_utc(&self) -> bool {
        self.0.is_none()
    }

    /// The point in time of a local date and time in this zone. Of a time that comes twice, because clocks are set back, it
    /// is the first; see [`Zone::fold`]. Of a time that there is not, because clocks are set forward, only the time of day
    /// is given.
    #[must_use]
    pub fn at(&self, local: Local) -> When {
        let Some(civil) = local.civil() else { return When::NEVER };
        let minutes = i64::from(local.offset_minutes.unwrap_or(0));
        let seconds = match (&self.0, local.known, local.offset_minutes) {
            (Some(zone), Known::Everything, None) => match zone.to_ambiguous_timestamp(civil).offset() {
                AmbiguousOffset::Unambiguous { offset } => i64::from(offset.seconds()),
                AmbiguousOffset::Fold { before, .. } => i64::from(before.seconds()),
                AmbiguousOffset::Gap { .. } => return self.at(Local { known: Known::TimeOfDay, ..local }),
            },
            _ => 0,
        };
        let Ok(at) = civil.to_zoned(TimeZone::UTC) else { return When::NEVER };
        When {
            ms: at.timestamp().as_millisecond() - minutes * MINUTE_MS - seconds * 1000,
            known: local.known,
        }
    }

    /// The hour that comes twice in this zone, where `at` is in its first pass.
    #[must_use]
    pub fn fold(&self, at: When) -> Option<Fold> {
        let zone = self.0.as_ref().filter(|_| at.known == Known::Everything)?;
        let before = jiff::Timestamp::from_millisecond(at.ms).ok()?;
        let change = zone.following(before).next()?;
        let by = zone.to_offset(before).seconds() - change.offset().seconds();
        let (until_ms, by_ms) = (change.timestamp().as_millisecond(), i64::from(by) * 1000);
        let fold = Fold { from_ms: until_ms - by_ms, until_ms, by_ms };
        (by_ms > 0 && fold.holds(at)).then_some(fold)
    }

    /// The point in time of a stamp without a year, in a log that begins in `year` and whose stamps went on over New Year.
    /// There is none for a 29th of February in a year that has none.
    #[must_use]
    pub fn in_year(&self, at: When, year: i16) -> When {
        if at.known != Known::MonthAndDay {
            return at;
        }
        let (years, ms) =
            ((at.ms - YEARLESS_FROM_MS).div_euclid(YEAR_MS), (at.ms - YEARLESS_FROM_MS).rem_euclid(YEAR_MS));
        let year = i16::try_from(i64::from(year) + years).ok();
        let civil = jiff::Timestamp::from_millisecond(YEARLESS_FROM_MS + ms).ok();
        let (Some(year), Some(civil)) = (year, civil.map(|t| t.to_zoned(TimeZone::UTC).datetime())) else {
            return When::NEVER;
        };
        self.at(Local { year, known: Known::Everything, offset_minutes: None, ..Local::of(civil) })
    }
}

/// An hour, or another span, that comes twice because clocks are set back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fold {
    /// When the first pass begins, in milliseconds.
    pub from_ms: i64,
    /// When it ends and clocks are set back.
    pub until_ms: i64,
    /// By how much they are set back.
    pub by_ms: i64,
}

impl Fold {
    /// Whether `at` is in the first pass.
    #[must_use]
    pub fn holds(&self, at: When) -> bool {
        at.known == Known::Everything && (self.from_ms..self.until_ms).contains(&at.ms)
    }
}

/// A date and time as written.
#[derive(Clone, Copy, Debug, Default)]
pub struct Local {
    /// The year; ignored unless everything is known.
    pub year: i16,
    /// 1 to 12.
    pub month: i8,
    /// 1 to 31.
    pub day: i8,
    /// 0 to 23.
    pub hour: i8,
    /// 0 to 59.
    pub minute: i8,
    /// 0 to 60.
    pub second: i8,
    /// 0 to 999.
    pub milli: i32,
    /// Minutes east of UTC, where the stamp says so.
    pub offset_minutes: Option<i32>,
    /// How much of the above is stated.
    pub known: Known,
}

impl Local {
    /// The date and time, in UTC, so many seconds after 1970 began.
    #[must_use]
    pub fn of_epoch(seconds: u64) -> Self {
        let at = i64::try_from(seconds).ok().and_then(|s| jiff::Timestamp::from_second(s).ok());
        at.map_or_else(Self::default, |at| Self::of(at.to_zoned(TimeZone::UTC).datetime()))
    }

    /// A date and time of UTC.
    fn of(civil: DateTime) -> Self {
        Self {
            year: civil.year(),
            month: civil.month(),
            day: civil.day(),
            hour: civil.hour(),
            minute: civil.minute(),
            second: civil.second(),
            milli: i32::from(civil.millisecond()),
            offset_minutes: Some(0),
            known: Known::Everything,
        }
    }

    fn civil(&self) -> Option<DateTime> {
        let date = match self.known {
            Known::Nothing => return None,
            Known::TimeOfDay => Date::new(1970, 1, 1),
            Known::MonthAndDay => Date::new(YEAR_OF_YEARLESS, self.month, self.day),
            Known::Everything => Date::new(self.year, self.month, self.day),
        }
        .ok()?;
        let time =
            jiff::civil::Time::new(self.hour, self.minute, self.second.min(59), self.milli * 1_000_000)
                .ok()?;
        Some(date.to_datetime(time))
    }
}

/// A shape of time stamp that a user describes with the letters of strptime, for example `%Y-%m-%d %H:%M:%S`.
#[derive(Clone, Debug)]
pub struct Pattern(String);

impl Pattern {
    /// The pattern; `None` where a letter is not known.
    #[must_use]
    pub fn new(pattern: &str) -> Option<Self> {
        // Reading nothing fails at the first letter, so unknown ones are found by writing a time.
        let zoned = jiff::Timestamp::UNIX_EPOCH.to_zoned(TimeZone::UTC);
        jiff::fmt::strtime::format(pattern, &zoned).is_ok().then(|| Self(pattern.to_owned()))
    }

    /// The time that `text` states in this shape; `None` where it is in another.
    #[must_use]
    pub fn read(&self, text: &[u8]) -> Option<Local> {
        let read = jiff::fmt::strtime::parse(&self.0, text).ok()?;
        if let Some(instant) = read.timestamp() {
            return Some(Local::of(instant.to_zoned(TimeZone::UTC).datetime()));
        }
        let known = match (read.year(), read.month(), read.day()) {
            (Some(_), Some(_), Some(_)) => Known::Everything,
            (None, Some(_), Some(_)) => Known::MonthAndDay,
            (None, None, None) => Known::TimeOfDay,
            _ => return None,
        };
        Some(Local {
            year: read.year().unwrap_or_default(),
            month: read.month().unwrap_or_default(),
            day: read.day().unwrap_or_default(),
            hour: read.hour()?,
            minute: read.minute()?,
            second: read.second().unwrap_or_default(),
            milli: read.subsec_nanosecond().unwrap_or_default() / 1_000_000,
            offset_minutes: read.offset().map(|o| o.seconds() / 60),
            known,
        })
    }
}

/// The month that an English abbreviation names, 1 to 12.
#[must_use]
pub fn month(name: &[u8]) -> Option<i8> {
    const NAMES: &[u8; 36] = b"janfebmaraprmayjunjulaugsepoctnovdec";
    let at = NAMES.chunks_exact(3).position(|n| n.eq_ignore_ascii_case(name))?;
    Some(at as i8 + 1)
}

/// Minutes east of UTC in `+0900`, `+09:00`, `-05` or `Z`.
#[must_use]
pub fn offset_minutes(text: &[u8]) -> Option<i32> {
    let (sign, digits) = match text {
        b"Z" | b"z" => return Some(0),
        [b'+', rest @ ..] => (1, rest),
        [b'-', rest @ ..] => (-1, rest),
        _ => return None,
    };
    let two = |t: &[u8]| crate::text::number(t).map(|n| n as i32);
    let (h, m) = match digits.len() {
        2 => (two(digits)?, 0),
        4 => (two(&digits[..2])?, two(&digits[2..])?),
        5 if digits[2] == b':' => (two(&digits[..2])?, two(&digits[3..])?),
        _ => return None,
    };
    (h <= 18 && m < 60).then_some(sign * (h * 60 + m))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn local(year: i16, month: i8, day: i8, hour: i8) -> Local {
        Local { year, month, day, hour, known: Known::Everything, ..Local::default() }
    }

    #[test]
    fn a_local_time_is_put_into_utc_by_its_zone_or_offset() {
        let seoul = Zone::named("Asia/Seoul").unwrap();
        assert_eq!(seoul.at(local(2026, 10, 5, 18)).rfc3339().unwrap(), "2026-10-05T09:00:00+00:00");
        let stated = Local { offset_minutes: Some(-300), ..local(2026, 10, 5, 4) };
        assert_eq!(seoul.at(stated).rfc3339().unwrap(), "2026-10-05T09:00:00+00:00");
        assert!(Zone::named("Mars/Olympus").is_none());
    }

    #[test]
    fn a_time_that_is_not_known_is_not_made_up() {
        let day = Local { hour: 9, minute: 14, second: 5, known: Known::TimeOfDay, ..Local::default() };
        let when = Zone::UTC.at(day);
        assert_eq!((when.rfc3339(), when.clock().unwrap().as_str()), (None, "09:14:05"));
        assert_eq!(When::NEVER.clock(), None);
    }

    #[test]
    fn a_moment_is_told_as_far_as_it_is_known() {
        let seoul = Zone::named("Asia/Seoul").unwrap();
        let whole = local(2026, 10, 5, 9);
        assert_eq!(seoul.moment(seoul.at(whole)).unwrap(), "2026-10-05 09:00:00");
        let yearless = Local { known: Known::MonthAndDay, ..whole };
        assert_eq!(seoul.moment(seoul.at(yearless)).unwrap(), "Oct 05 09:00:00");
        let day = Local { known: Known::TimeOfDay, ..whole };
        assert_eq!(
            (seoul.moment(seoul.at(day)).unwrap().as_str(), seoul.moment(When::NEVER)),
            ("09:00:00", None)
        );
    }

    #[test]
    fn a_pattern_of_the_user_says_how_much_is_known() {
        let read = |pattern: &str, text: &str| {
            let when = Zone::UTC.at(Pattern::new(pattern)?.read(text.as_bytes())?);
            when.rfc3339().or(when.clock())
        };
        let cases = [
            ("%Y-%m-%d %H:%M:%S%.f", "2026-10-05 09:14:05.25", Some("2026-10-05T09:14:05.250+00:00")),
            ("%d/%b/%Y:%H:%M:%S %z", "05/Oct/2026:09:14:05 +0900", Some("2026-10-05T00:14:05+00:00")),
            ("%b %d %H:%M:%S", "Oct 05 09:14:05", Some("09:14:05")),
            ("%I:%M:%S %p", "09:14:05 PM", Some("21:14:05")),
            ("%s", "1791191645", Some("2026-10-05T09:14:05+00:00")),
            ("%H:%M", "noon", None),
            ("%Y-%m-%d", "2026-10-05", None),
        ];
        for (pattern, text, want) in cases {
            assert_eq!(read(pattern, text).as_deref(), want, "{pattern}");
        }
        assert!(Pattern::new("%Y %!").is_none());
    }

    #[test]
    fn midnight_is_passed_only_by_a_jump_back() {
        let at = |ms| When { ms, known: Known::TimeOfDay };
        assert_eq!(roll_over(at(86_399_000), at(1_000)), DAY_MS);
        assert_eq!(roll_over(at(50_000), at(40_000)), 0);
    }

    #[test]
    fn a_late_line_goes_back_behind_midnight() {
        let at = |ms| When { ms, known: Known::TimeOfDay };
        assert_eq!(roll_over(at(1_000), at(86_399_000)), -DAY_MS);
        // More than half a day without a line.
        assert_eq!(roll_over(at(1_000), at(60_000_000)), 0);
    }

    #[test]
    fn an_hour_that_comes_twice_is_its_first_pass_until_the_log_goes_back() {
        let berlin = Zone::named("Europe/Berlin").unwrap();
        let first = berlin.at(local(2026, 10, 25, 2));
        assert_eq!(first.rfc3339().unwrap(), "2026-10-25T00:00:00+00:00");
        let fold = berlin.fold(first).unwrap();
        assert_eq!((fold.by_ms, fold.until_ms - fold.from_ms), (3_600_000, 3_600_000));
        assert_eq!(berlin.fold(berlin.at(local(2026, 10, 25, 1))), None);
        assert_eq!(berlin.fold(berlin.at(local(2026, 10, 25, 3))), None);
        // Clocks are set back by half an hour there.
        let island = Zone::named("Australia/Lord_Howe").unwrap();
        let half = island.at(Local { minute: 30, ..local(2026, 4, 5, 1) });
        assert_eq!(island.fold(half).unwrap().by_ms, 1_800_000);
        assert_eq!(Zone::UTC.fold(first), None);
    }

    #[test]
    fn a_time_that_there_is_not_is_a_time_of_day() {
        let berlin = Zone::named("Europe/Berlin").unwrap();
        let skipped = berlin.at(local(2026, 3, 29, 2));
        assert_eq!((skipped.rfc3339(), skipped.clock().unwrap().as_str()), (None, "02:00:00"));
    }

    #[test]
    fn a_stamp_without_a_year_gets_one_that_is_known() {
        let yearless =
            |month, day| Zone::UTC.at(Local { known: Known::MonthAndDay, ..local(0, month, day, 12) });
        let in_year = |at, year| Zone::UTC.in_year(at, year).rfc3339();
        assert_eq!(in_year(yearless(12, 31), 2026).unwrap(), "2026-12-31T12:00:00+00:00");
        let next = When { ms: yearless(1, 1).ms + YEAR_MS, ..yearless(1, 1) };
        assert_eq!(in_year(next, 2026).unwrap(), "2027-01-01T12:00:00+00:00");
        assert_eq!(in_year(yearless(2, 29), 2028).unwrap(), "2028-02-29T12:00:00+00:00");
        assert_eq!(in_year(yearless(2, 29), 2026), None);
        let seoul = Zone::named("Asia/Seoul").unwrap();
        assert_eq!(seoul.in_year(yearless(1, 1), 2026).rfc3339().unwrap(), "2026-01-01T03:00:00+00:00");
    }

    #[test]
    fn offsets_are_read_in_all_three_shapes() {
        let read = ["+0900", "-05:30", "+02", "Z"].map(|t| offset_minutes(t.as_bytes()));
        assert_eq!(read, [Some(540), Some(-330), Some(120), Some(0)]);
        assert_eq!(offset_minutes(b"0900"), None);
    }
}
