//! Dates and times as Windows writes them in the user's own order: `4/1/2009 1:34:48 AM`, `20/07/2014 11:12:43`.
//!
//! Whether the day or the month comes first often cannot be told by one date. Many dates may show it: one number above 12,
//! or an order in which the log would go back. Where they do not, only the time of day is given: a date is never guessed.

use super::stamp::Shape;
use crate::time::{Known, Local};
use nom::branch::alt;
use nom::bytes::complete::{tag, tag_no_case, take_while_m_n};
use nom::character::complete::{char, one_of};
use nom::combinator::{map_opt, opt, verify};
use nom::sequence::preceded;
use nom::{IResult, Parser};

/// What comes first in dates of three numbers with the year last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DateOrder {
    /// 20/07/2014.
    DayFirst,
    /// 07/20/2014.
    MonthFirst,
}

/// Dates in that order; where none is known, each date for itself.
pub(super) fn locale_date(order: Option<DateOrder>) -> Shape {
    match order {
        None => |i| dated(i, None),
        Some(DateOrder::DayFirst) => |i| dated(i, Some(DateOrder::DayFirst)),
        Some(DateOrder::MonthFirst) => |i| dated(i, Some(DateOrder::MonthFirst)),
    }
}

/// The order of the dates that these texts begin with, in the order of the log; `None` where nothing shows it, or where
/// they are in both.
pub(super) fn order_of<'a>(texts: impl Iterator<Item = &'a [u8]>) -> Option<DateOrder> {
    let numbers = |text| match date(text) {
        Ok((_, (separator, [first, second, year]))) if separator != '.' && year >= 1970 => {
            Some([first, second, year])
        }
        _ => None,
    };
    let dates: Vec<[i16; 3]> = texts.filter_map(numbers).collect();
    let day_first = dates.iter().any(|[first, ..]| *first > 12);
    let month_first = dates.iter().any(|[_, second, _]| *second > 12);
    match (day_first, month_first) {
        (true, false) => return Some(DateOrder::DayFirst),
        (false, true) => return Some(DateOrder::MonthFirst),
        (true, true) => return None,
        (false, false) => {}
    }
    // A log is written in order: what would make it go back is wrong.
    let day_first = dates.is_sorted_by_key(|[day, month, year]| (*year, *month, *day));
    let month_first = dates.is_sorted_by_key(|[month, day, year]| (*year, *month, *day));
    match (day_first, month_first) {
        (true, false) => Some(DateOrder::DayFirst),
        (false, true) => Some(DateOrder::MonthFirst),
        _ => None,
    }
}

// 4/1/2009    2006-7-23    20.07.2014
fn date(i: &[u8]) -> IResult<&[u8], (char, [i16; 3])> {
    let (i, (first, separator)) = (digits(1, 4), one_of("/.-")).parse(i)?;
    let (i, (second, third)) = (digits(1, 2), preceded(char(separator), digits(1, 4))).parse(i)?;
    Ok((i, (separator, [first, second, third])))
}

// 4/1/2009 1:34:48 AM    20/07/2014 11:12:43    2006-7-23 16:03:56    20.07.2014 11:12:43
fn dated(i: &[u8], order: Option<DateOrder>) -> IResult<&[u8], Local> {
    let (i, (separator, numbers)) = date(i)?;
    let (i, _) = (opt(char(',')), char(' ')).parse(i)?;
    let (i, (hour, minute, second_of_minute)) = clock(i)?;
    // Newer systems put a narrow no-break space here.
    let (i, half) = opt(preceded(alt((tag(" "), tag("\u{202f}"))), half_of_day)).parse(i)?;
    let hour = match half {
        Some(Half::Morning) if hour == 12 => 0,
        // Some settings write 15:51:17 PM.
        Some(Half::Afternoon) if hour < 12 => hour + 12,
        _ => hour,
    };
    let time = Local { hour, minute, second: second_of_minute, known: Known::TimeOfDay, ..Local::default() };
    Ok((i, with_date(time, separator, numbers, order)))
}

/// The time with its date, where the three numbers can be read in one way only.
fn with_date(
    time: Local,
    separator: char,
    [first, second, third]: [i16; 3],
    order: Option<DateOrder>,
) -> Local {
    let date = |year: i16, month: i16, day: i16| Local {
        year,
        month: month as i8,
        day: day as i8,
        known: Known::Everything,
        ..time
    };
    match (first, second, third) {
        (1970.., 1..=12, 1..=31) => date(first, second, third),
        (1..=31, 1..=12, 1970..) if separator == '.' || first > 12 || first == second => {
            date(third, second, first)
        }
        (1..=12, 13..=31, 1970..) => date(third, first, second),
        (1..=12, 1..=12, 1970..) => match order {
            Some(DateOrder::DayFirst) => date(third, second, first),
            Some(DateOrder::MonthFirst) => date(third, first, second),
            None => time,
        },
        _ => time,
    }
}

fn digits<'a>(
    least: usize,
    most: usize,
) -> impl Parser<&'a [u8], Output = i16, Error = nom::error::Error<&'a [u8]>> {
    let digits = take_while_m_n(least, most, |b: u8| b.is_ascii_digit());
    map_opt(digits, |d: &[u8]| crate::text::number(d).and_then(|n| i16::try_from(n).ok()))
}

// 1:34:48    16.03.56
fn clock(i: &[u8]) -> IResult<&[u8], (i8, i8, i8)> {
    let two = || digits(2, 2).map(|n| n as i8);
    let (i, (hour, separator)) = (verify(digits(1, 2), |h| *h < 24), one_of(":.")).parse(i)?;
    let (i, (minute, second)) = (two(), preceded(char(separator), two())).parse(i)?;
    Ok((i, (hour as i8, minute, second)))
}

#[derive(Clone, Copy, Debug)]
enum Half {
    Morning,
    Afternoon,
}

// AM    PM
fn half_of_day(i: &[u8]) -> IResult<&[u8], Half> {
    let half = match i.first() {
        Some(b'A' | b'a') => Half::Morning,
        _ => Half::Afternoon,
    };
    let name = if matches!(half, Half::Morning) { "am" } else { "pm" };
    tag_no_case(name).map(|_| half).parse(i)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Zone;

    /// The whole time where the date is sure, else the time of day.
    fn read(text: &str) -> Option<String> {
        read_in(None, text)
    }

    fn read_in(order: Option<DateOrder>, text: &str) -> Option<String> {
        let (_, local) = locale_date(order)(text.as_bytes()).ok()?;
        let when = Zone::UTC.at(local);
        when.rfc3339().or(when.clock())
    }

    #[test]
    fn a_date_that_can_be_read_in_one_way_is_given() {
        let cases = [
            ("20/07/2014 11:12:43 -", "2014-07-20T11:12:43+00:00"),
            ("12/18/2019 15:51:17 PM -", "2019-12-18T15:51:17+00:00"),
            ("2025/11/6 15:58:48 -", "2025-11-06T15:58:48+00:00"),
            ("2006-7-23 16:03:56 -", "2006-07-23T16:03:56+00:00"),
            ("06.11.2025 15:58:48 -", "2025-11-06T15:58:48+00:00"),
            ("9/16/2024 2:41:31\u{202f}PM>", "2024-09-16T14:41:31+00:00"),
            ("4/4/2009 12:00:05 AM -", "2009-04-04T00:00:05+00:00"),
        ];
        for (text, want) in cases {
            assert_eq!(read(text).as_deref(), Some(want), "{text}");
        }
    }

    #[test]
    fn an_ambiguous_date_leaves_the_time_of_day() {
        assert_eq!(read("4/1/2009 1:34:48 AM -").as_deref(), Some("01:34:48"));
        assert_eq!(read("1/5/2022 7:04:11 PM -").as_deref(), Some("19:04:11"));
    }

    fn shown_by(dates: &[&str]) -> Option<DateOrder> {
        order_of(dates.iter().map(|d| d.as_bytes()))
    }

    #[test]
    fn many_dates_show_what_one_does_not() {
        let (day, month) = (Some(DateOrder::DayFirst), Some(DateOrder::MonthFirst));
        assert_eq!(read_in(day, "4/1/2009 1:34:48 AM -").unwrap(), "2009-01-04T01:34:48+00:00");
        assert_eq!(read_in(month, "4/1/2009 1:34:48 AM -").unwrap(), "2009-04-01T01:34:48+00:00");
        assert_eq!(shown_by(&["4/1/2009 1:34:48 AM", "20/1/2009 1:34:48 AM"]), day);
        assert_eq!(shown_by(&["4-1-2009 1:34:48", "4-20-2009 1:34:48"]), month);
        // From January to February, or from December to January of the same year.
        assert_eq!(shown_by(&["1/12/2022 7:04:11", "2/1/2022 7:04:11"]), month);
        assert_eq!(shown_by(&["12/1/2022 7:04:11", "1/2/2022 7:04:11"]), day);
    }

    #[test]
    fn what_shows_nothing_or_too_much_gives_no_order() {
        assert_eq!(shown_by(&["4/1/2009 1:34:48 AM", "4/2/2009 1:34:48 AM"]), None);
        assert_eq!(shown_by(&["4/20/2009 1:34:48 AM", "20/4/2009 1:34:48 AM"]), None);
        assert_eq!(shown_by(&["20.04.2009 1:34:48", "2009/4/20 1:34:48", "x"]), None);
        assert_eq!(shown_by(&[]), None);
    }

    #[test]
    fn what_is_no_date_is_not_read() {
        for text in ["- (not logged in)", "4/1/2009", "4/1/2009 99:00:00", "4-1/2009 1:34:48"] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
