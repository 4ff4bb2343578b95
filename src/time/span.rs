//! Spans of time as people name them: a day, a minute, a second. Nothing that depends on the clock, such as "2 hours ago".

use super::{Zone, offset_minutes};
use crate::text::number;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{Offset, TimeZone};
use std::ops::Range;

/// Milliseconds of what a text names.
const SECOND_MS: i64 = 1_000;
const MINUTE_MS: i64 = 60_000;

impl Zone {
    /// The milliseconds since 1970 in UTC that a text names: all of a day (`2026-01-31`), of a minute (`2026-01-31T10:00`, or
    /// with a blank), of a second (`2026-01-31 10:00:05`), or one of them (`2026-01-31 10:00:05.250`). A text without an
    /// offset is about this zone. An hour that comes twice is named as a whole; one that there is not, because clocks are set
    /// forward, is taken as the one after it.
    #[must_use]
    pub fn span(&self, text: &str) -> Option<Range<i64>> {
        let (date, rest) = text.trim().split_at_checked("2026-01-31".len())?;
        let date = date_of(date.as_bytes())?;
        if rest.is_empty() {
            let begin = |date: Date| self.instants(date.to_datetime(Time::midnight()), None);
            return Some(begin(date)?.0..begin(date.tomorrow().ok()?)?.0);
        }
        let rest = rest.strip_prefix(['T', 't', ' '])?;
        let (clock, offset) = rest.split_at(rest.find(['Z', 'z', '+', '-']).unwrap_or(rest.len()));
        let (time, length_ms) = clock_of(clock.trim_end().as_bytes())?;
        let minutes = if offset.is_empty() { None } else { Some(offset_minutes(offset.as_bytes())?) };
        let (first, last) = self.instants(date.to_datetime(time), minutes)?;
        Some(first..last + length_ms)
    }

    /// The first and the last point in time that a local time is.
    fn instants(&self, local: DateTime, offset_minutes: Option<i32>) -> Option<(i64, i64)> {
        let zone = match offset_minutes {
            Some(minutes) => TimeZone::fixed(Offset::from_seconds(minutes * 60).ok()?),
            None => self.0.clone().unwrap_or(TimeZone::UTC),
        };
        let ambiguous = zone.to_ambiguous_timestamp(local);
        let (first, last) = (ambiguous.compatible().ok()?, ambiguous.later().ok()?);
        Some((first.as_millisecond(), last.as_millisecond()))
    }
}

/// `2026-01-31`
fn date_of(text: &[u8]) -> Option<Date> {
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = *text else { return None };
    let part = |digits: &[u8]| i16::try_from(number(digits)?).ok();
    Date::new(part(&[y1, y2, y3, y4])?, part(&[m1, m2])? as i8, part(&[d1, d2])? as i8).ok()
}

/// `10:00`, `10:00:05`, `10:00:05.250`: the time and the length of what it names.
fn clock_of(text: &[u8]) -> Option<(Time, i64)> {
    let two = |a, b| number(&[a, b]).map(|n| n as i8);
    let [h1, h2, b':', m1, m2, rest @ ..] = text else { return None };
    let (hour, minute) = (two(*h1, *h2)?, two(*m1, *m2)?);
    let (second, milli, length_ms) = match rest {
        [] => (0, 0, MINUTE_MS),
        [b':', s1, s2] => (two(*s1, *s2)?, 0, SECOND_MS),
        [b':', s1, s2, b'.' | b',', fraction @ ..] => (two(*s1, *s2)?, milliseconds(fraction)?, 1),
        _ => return None,
    };
    Some((Time::new(hour, minute, second, milli * 1_000_000).ok()?, length_ms))
}

/// The first three digits of a fraction of a second.
fn milliseconds(digits: &[u8]) -> Option<i32> {
    let all_digits = !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
    let digit = |at| digits.get(at).map_or(0, |d: &u8| i32::from(d - b'0'));
    all_digits.then(|| digit(0) * 100 + digit(1) * 10 + digit(2))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::{Known, When};

    fn named(zone: &str, text: &str) -> Option<(String, String)> {
        let span = Zone::named(zone).unwrap().span(text)?;
        let told = |ms| When { ms, known: Known::Everything }.rfc3339().unwrap().replace("+00:00", "");
        Some((told(span.start), told(span.end)))
    }

    #[test]
    fn a_text_names_all_of_a_day_a_minute_or_a_second() {
        for (text, first, end) in [
            ("2026-01-31", "2026-01-31T00:00:00", "2026-02-01T00:00:00"),
            ("2026-01-31 10:00", "2026-01-31T10:00:00", "2026-01-31T10:01:00"),
            ("2026-01-31T10:00:05", "2026-01-31T10:00:05", "2026-01-31T10:00:06"),
            ("2026-01-31T10:00:05.25", "2026-01-31T10:00:05.250", "2026-01-31T10:00:05.251"),
            ("2026-01-31t10:00:05.250999z", "2026-01-31T10:00:05.250", "2026-01-31T10:00:05.251"),
            ("2026-01-31T10:00:05+09:00", "2026-01-31T01:00:05", "2026-01-31T01:00:06"),
            ("2026-01-31 10:00 -0500", "2026-01-31T15:00:00", "2026-01-31T15:01:00"),
        ] {
            assert_eq!(named("UTC", text), Some((first.to_owned(), end.to_owned())), "{text}");
        }
    }

    #[test]
    fn a_time_without_an_offset_is_of_the_zone() {
        let day = named("Asia/Seoul", "2026-01-31").unwrap();
        assert_eq!(day, ("2026-01-30T15:00:00".to_owned(), "2026-01-31T15:00:00".to_owned()));
        // Clocks are set forward: the day has 23 hours. Half past two is half past three.
        let day = named("Europe/Berlin", "2026-03-29").unwrap();
        assert_eq!(day, ("2026-03-28T23:00:00".to_owned(), "2026-03-29T22:00:00".to_owned()));
        let none = named("Europe/Berlin", "2026-03-29 02:30").unwrap();
        assert_eq!(none, ("2026-03-29T01:30:00".to_owned(), "2026-03-29T01:31:00".to_owned()));
        // They are set back: the minute comes twice, an hour apart.
        let twice = named("Europe/Berlin", "2026-10-25 02:30").unwrap();
        assert_eq!(twice, ("2026-10-25T00:30:00".to_owned(), "2026-10-25T01:31:00".to_owned()));
    }

    #[test]
    fn what_is_no_time_is_none() {
        for text in [
            "",
            "2h",
            "yesterday",
            "10:00",
            "2026-1-31",
            "2026-02-30",
            "2026-01-31T",
            "2026-01-31T10",
            "2026-01-31 25:00",
            "2026-01-31 10:00:61",
            "2026-01-31T10:00x",
            "2026-01-31T10:00+9",
            "2026-01-31T10:00:05.",
            "20260131",
            "2026-01-31 ü",
            "+026-01-31",
            "9999-12-31",
        ] {
            assert_eq!(named("UTC", text), None, "{text}");
        }
    }
}
