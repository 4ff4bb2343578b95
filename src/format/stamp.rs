//! Time stamps as programs write them. Consecutive lines share theirs, so the last one is remembered.

use crate::time::{self, Known, Local, When, Zone};
use nom::bytes::complete::{tag, take, take_while, take_while_m_n};
use nom::character::complete::{char, one_of};
use nom::combinator::{map_opt, opt, peek};
use nom::sequence::{preceded, terminated};
use nom::{IResult, Parser};

/// Longest stamp that is remembered.
const STAMP_BYTES_MAX: usize = 40;

/// A shape of time stamp.
pub(super) type Shape = fn(&[u8]) -> IResult<&[u8], Local>;

/// Reads stamps of one shape and remembers the last.
#[derive(Debug)]
pub(super) struct Stamps {
    zone: Zone,
    last: [u8; STAMP_BYTES_MAX],
    len: usize,
    /// What stood behind it: another byte there may go on with the stamp.
    next: Option<u8>,
    when: When,
}

impl Stamps {
    pub(super) fn new(zone: &Zone) -> Self {
        Self { zone: zone.clone(), last: [0; STAMP_BYTES_MAX], len: 0, next: None, when: When::NEVER }
    }

    /// The time at the start of `line`, and what follows it; `None` where no such stamp stands there.
    #[inline]
    pub(super) fn read<'a>(&mut self, line: &'a [u8], shape: Shape) -> Option<(When, &'a [u8])> {
        if self.len > 0
            && line.len() >= self.len
            && line[..self.len] == self.last[..self.len]
            && line.get(self.len).copied() == self.next
        {
            return Some((self.when, &line[self.len..]));
        }
        self.read_anew(line, shape)
    }

    /// As [`Stamps::read`], for a shape that always takes `N` bytes.
    #[inline]
    pub(super) fn read_fixed<'a, const N: usize>(
        &mut self,
        line: &'a [u8],
        shape: Shape,
    ) -> Option<(When, &'a [u8])> {
        let rest = match line.split_first_chunk::<N>() {
            Some((stamp, rest)) if self.len == N && self.last.first_chunk() == Some(stamp) => rest,
            _ => self.read_anew(line, shape)?.1,
        };
        Some((self.when, rest))
    }

    /// As [`Stamps::read`], for shapes that look beyond their end.
    #[inline(never)]
    pub(super) fn read_anew<'a>(&mut self, line: &'a [u8], shape: Shape) -> Option<(When, &'a [u8])> {
        let (rest, local) = shape(line).ok()?;
        let when = self.zone.at(local);
        let len = line.len() - rest.len();
        // What stands before a digit or a letter may go on: the next line could share only the beginning of a number.
        let whole = rest.first().is_none_or(|b| !b.is_ascii_alphanumeric());
        self.next = rest.first().copied();
        self.len = if len <= STAMP_BYTES_MAX && whole { len } else { 0 };
        self.last[..self.len].copy_from_slice(&line[..self.len]);
        self.when = when;
        Some((when, rest))
    }
}

/// Remembers what was made of the last stamp, whatever its shape.
#[derive(Debug, Default)]
pub(super) struct Remembered {
    stamp: Vec<u8>,
    when: When,
}

impl Remembered {
    /// What `read` makes of `stamp`, unless it was the last one.
    pub(super) fn get(&mut self, stamp: &[u8], read: impl FnOnce() -> When) -> When {
        if self.stamp != stamp || stamp.is_empty() {
            self.stamp.clear();
            self.stamp.extend_from_slice(stamp);
            self.when = read();
        }
        self.when
    }
}

fn digits<'a>(n: usize) -> impl Parser<&'a [u8], Output = i32, Error = nom::error::Error<&'a [u8]>> {
    map_opt(take_while_m_n(n, n, |b: u8| b.is_ascii_digit()), |d: &[u8]| {
        crate::text::number(d).map(|n| n as i32)
    })
}

fn two(i: &[u8]) -> IResult<&[u8], i8> {
    digits(2).map(|n| n as i8).parse(i)
}

/// A day with a leading zero, a leading space, or neither.
fn day(i: &[u8]) -> IResult<&[u8], i8> {
    let (i, _) = take_while_m_n(0, 1, |b| b == b' ')(i)?;
    let day = |d: &[u8]| crate::text::number(d).map(|n| n as i8);
    map_opt(take_while_m_n(1, 2, |b: u8| b.is_ascii_digit()), day).parse(i)
}

fn month_name(i: &[u8]) -> IResult<&[u8], i8> {
    map_opt(take(3usize), time::month).parse(i)
}

// 18:32:21
fn clock(i: &[u8]) -> IResult<&[u8], (i8, i8, i8)> {
    (two, preceded(char(':'), two), preceded(char(':'), two)).parse(i)
}

/// Thousandths of a second out of any number of decimals.
fn fraction(i: &[u8]) -> IResult<&[u8], i32> {
    let (i, _) = one_of(".,")(i)?;
    let (i, decimals) = take_while_m_n(1, 9, |b: u8| b.is_ascii_digit())(i)?;
    let three = decimals.iter().chain(b"00").take(3).fold(0, |n, b| n * 10 + i32::from(b - b'0'));
    Ok((i, three))
}

fn zone_offset(i: &[u8]) -> IResult<&[u8], i32> {
    let (rest, text) = take_while_m_n(1, 6, |b: u8| b.is_ascii_digit() || b"+-:Z".contains(&b))(i)?;
    match time::offset_minutes(text) {
        Some(minutes) => Ok((rest, minutes)),
        None => Err(nom::Err::Error(nom::error::Error::new(i, nom::error::ErrorKind::Verify))),
    }
}

// Fri Nov 20 18:32:21 2026
pub(super) fn ctime(i: &[u8]) -> IResult<&[u8], Local> {
    let (i, _) = take_while_m_n(3, 3, |b: u8| b.is_ascii_alphabetic())(i)?;
    let (i, month) = preceded(char(' '), month_name).parse(i)?;
    let (i, day) = preceded(char(' '), day).parse(i)?;
    let (i, (hour, minute, second)) = preceded(char(' '), clock).parse(i)?;
    let (i, year) = preceded(char(' '), digits(4)).parse(i)?;
    let known = Known::Everything;
    Ok((i, Local { year: year as i16, month, day, hour, minute, second, known, ..Local::default() }))
}

// Nov 20 18:32:21    Nov 20 18:32:21.840008    Nov 20 2026 18:32:21
pub(super) fn month_day(i: &[u8]) -> IResult<&[u8], Local> {
    let (i, month) = month_name(i)?;
    let (i, day) = preceded(char(' '), day).parse(i)?;
    let (i, year) = opt(preceded(char(' '), terminated(digits(4), peek(char(' '))))).parse(i)?;
    let (i, (hour, minute, second)) = preceded(char(' '), clock).parse(i)?;
    let (i, milli) = opt(fraction).parse(i)?;
    let (known, year) = match year {
        Some(year) => (Known::Everything, year as i16),
        None => (Known::MonthAndDay, 0),
    };
    let milli = milli.unwrap_or(0);
    Ok((i, Local { year, month, day, hour, minute, second, milli, offset_minutes: None, known }))
}

// 02-23 12:17:30
pub(super) fn numeric_month_day(i: &[u8]) -> IResult<&[u8], Local> {
    let (i, (month, day)) = (two, preceded(char('-'), two)).parse(i)?;
    let (i, (hour, minute, second)) = preceded(char(' '), clock).parse(i)?;
    Ok((i, Local { month, day, hour, minute, second, known: Known::MonthAndDay, ..Local::default() }))
}

// 10.10.2021 00:14:22.020
pub(super) fn day_first(i: &[u8]) -> IResult<&[u8], Local> {
    let (i, (day, month, year)) = (two, preceded(char('.'), two), preceded(char('.'), digits(4))).parse(i)?;
    let (i, (hour, minute, second)) = preceded(char(' '), clock).parse(i)?;
    let (i, milli) = opt(fraction).parse(i)?;
    let (known, milli) = (Known::Everything, milli.unwrap_or(0));
    Ok((i, Local { year: year as i16, month, day, hour, minute, second, milli, known, ..Local::default() }))
}

// 2026-11-20T18:27:25.840008+00:00    2026-11-20 18:33:27,320    2026-11-20 18:33:27
pub(super) fn iso(i: &[u8]) -> IResult<&[u8], Local> {
    let (i, (year, month, day)) = (digits(4), preceded(char('-'), two), preceded(char('-'), two)).parse(i)?;
    let (i, (hour, minute, second)) = preceded(one_of(" T"), clock).parse(i)?;
    let (i, milli) = opt(fraction).parse(i)?;
    let (i, offset_minutes) = opt(zone_offset).parse(i)?;
    let milli = milli.unwrap_or(0);
    let known = Known::Everything;
    Ok((i, Local { year: year as i16, month, day, hour, minute, second, milli, offset_minutes, known }))
}

// 2026/11/20 18:33:27    2026/11/20 18:33:27.123456
pub(super) fn slashed(i: &[u8]) -> IResult<&[u8], Local> {
    let (i, (year, month, day)) = (digits(4), preceded(char('/'), two), preceded(char('/'), two)).parse(i)?;
    let (i, (hour, minute, second)) = preceded(char(' '), clock).parse(i)?;
    let (i, milli) = opt(fraction).parse(i)?;
    let (milli, known) = (milli.unwrap_or(0), Known::Everything);
    Ok((i, Local { year: year as i16, month, day, hour, minute, second, milli, known, ..Local::default() }))
}

// 2026-11-20 18:33:27.320 +09:00
pub(super) fn iso_and_zone(i: &[u8]) -> IResult<&[u8], Local> {
    let (rest, local) = iso(i)?;
    let apart: IResult<&[u8], _> = preceded(char(' '), zone_offset).parse(rest);
    match (local.offset_minutes, apart) {
        (None, Ok((rest, offset))) => Ok((rest, Local { offset_minutes: Some(offset), ..local })),
        _ => Ok((rest, local)),
    }
}

// Fri 2026-11-20 18:24:00 UTC    Zones have many names; that of UTC is sure, and any other is taken for the zone of the log.
pub(super) fn weekday_iso(i: &[u8]) -> IResult<&[u8], Local> {
    let weekday = take_while_m_n(3, 3, |b: u8| b.is_ascii_alphabetic());
    let (i, local) = preceded((weekday, char(' ')), iso).parse(i)?;
    let name = take_while_m_n(2, 6, |b: u8| b.is_ascii_alphanumeric() || b"+-".contains(&b));
    let (i, name) = preceded(char(' '), name).parse(i)?;
    let offset_minutes = match name {
        b"UTC" | b"GMT" => Some(0),
        name => time::offset_minutes(name),
    };
    Ok((i, Local { offset_minutes, ..local }))
}

// 1795199040.306360
pub(super) fn epoch(i: &[u8]) -> IResult<&[u8], Local> {
    let (i, seconds) =
        map_opt(take_while_m_n(9, 10, |b: u8| b.is_ascii_digit()), crate::text::number).parse(i)?;
    let (i, milli) = fraction(i)?;
    Ok((i, Local { milli, ..Local::of_epoch(seconds) }))
}

// 20/Nov/2026:18:33:27 +0000
pub(super) fn common_log(i: &[u8]) -> IResult<&[u8], Local> {
    let (i, (day, month, year)) =
        (two, preceded(char('/'), month_name), preceded(char('/'), digits(4))).parse(i)?;
    let (i, (hour, minute, second)) = preceded(char(':'), clock).parse(i)?;
    let (i, offset) = preceded(tag(" "), zone_offset).parse(i)?;
    let (known, offset_minutes) = (Known::Everything, Some(offset));
    Ok((i, Local { year: year as i16, month, day, hour, minute, second, milli: 0, offset_minutes, known }))
}

// 17:53:47.534764    17:53:47
pub(super) fn time_of_day(i: &[u8]) -> IResult<&[u8], Local> {
    let (i, (hour, minute, second)) = clock(i)?;
    let (i, milli) = opt(fraction).parse(i)?;
    let known = Known::TimeOfDay;
    Ok((i, Local { hour, minute, second, milli: milli.unwrap_or(0), known, ..Local::default() }))
}

/// Digits, as many as there are, as a number.
pub(super) fn number(i: &[u8]) -> IResult<&[u8], u64> {
    map_opt(take_while(|b: u8| b.is_ascii_digit()), crate::text::number).parse(i)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(shape: Shape, text: &[u8]) -> Option<(String, usize)> {
        let mut stamps = Stamps::new(&Zone::UTC);
        let (when, rest) = stamps.read(text, shape)?;
        Some((when.rfc3339().or(when.clock())?, rest.len()))
    }

    #[test]
    fn each_shape_is_read() {
        let cases: [(Shape, &[u8], &str, usize); 18] = [
            (ctime, b"Fri Nov  6 18:32:21 2026 [pid", "2026-11-06T18:32:21+00:00", 5),
            (month_day, b"Nov 20 18:32:21 host", "18:32:21", 5),
            (month_day, b"Nov  6 18:32:21.840008 host", "18:32:21", 5),
            (month_day, b"Nov  6 2026 18:32:21 host", "2026-11-06T18:32:21+00:00", 5),
            (iso_and_zone, b"2026-11-20 18:33:27.320 +09:00 x", "2026-11-20T09:33:27.320+00:00", 2),
            (iso_and_zone, b"2026-11-20 18:33:27 ---> x", "2026-11-20T18:33:27+00:00", 7),
            (weekday_iso, b"Fri 2026-11-20 18:24:00 UTC host", "2026-11-20T18:24:00+00:00", 5),
            (weekday_iso, b"Fri 2026-11-20 18:24:00 +09 host", "2026-11-20T09:24:00+00:00", 5),
            (epoch, b"1795199040.306360 host", "2026-11-20T18:24:00.306+00:00", 5),
            (numeric_month_day, b"02-23 12:17:30] x", "12:17:30", 3),
            (day_first, b"10.12.2021 00:14:22.020] x", "2021-12-10T00:14:22.020+00:00", 3),
            (iso, b"2026-11-20T18:27:25.840008+09:00 x", "2026-11-20T09:27:25.840+00:00", 2),
            (iso, b"2026-11-20 18:33:27,320 [10606]", "2026-11-20T18:33:27.320+00:00", 8),
            (iso, b"2024-04-17T20:50:00.069Z <<", "2024-04-17T20:50:00.069+00:00", 3),
            (iso_and_zone, b"2024-03-04 00:00:41.684 +05:30 [INF]", "2024-03-03T18:30:41.684+00:00", 6),
            (common_log, b"20/Nov/2026:18:33:27 -0500]", "2026-11-20T23:33:27+00:00", 1),
            (slashed, b"2026/11/20 18:33:27 DEBUG", "2026-11-20T18:33:27+00:00", 6),
            (time_of_day, b"17:53:47.534764 *", "17:53:47", 2),
        ];
        for (shape, text, want, left) in cases {
            assert_eq!(read(shape, text), Some((want.to_owned(), left)), "{}", text.escape_ascii());
        }
    }

    #[test]
    fn a_remembered_stamp_is_not_mistaken_for_a_longer_one() {
        let mut stamps = Stamps::new(&Zone::UTC);
        let first = stamps.read(b"2026-11-20 18:33:27 a", iso).unwrap();
        let again = stamps.read(b"2026-11-20 18:33:27 b", iso).unwrap();
        assert_eq!((first.0, again.1), (again.0, &b" b"[..]));
        let other = stamps.read(b"2026-11-20 18:33:28 b", iso).unwrap();
        assert_eq!(other.0.since(first.0), Some(1000));
        let longer = stamps.read(b"2026-11-20 18:33:28.500 b", iso).unwrap();
        assert_eq!((longer.0.since(other.0), longer.1), (Some(500), &b" b"[..]));
    }

    #[test]
    fn what_is_no_date_is_no_stamp() {
        assert_eq!(read(ctime, b"Fri Nox 20 18:32:21 2026"), None);
        assert_eq!(read(iso, b"2026-13-45 99:99:99"), None);
    }
}
