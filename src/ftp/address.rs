//! The addresses in PORT, EPRT, 227 and 229, as numbers.

use crate::text::find_near;
use nom::bytes::complete::{tag, take_while, take_while1};
use nom::character::complete::{char, u16 as short};
use nom::{IResult, Parser};
use std::net::{IpAddr, Ipv4Addr};

/// Where a data connection goes: an address and a port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// The address; `None` where the reply gives only a port (229).
    pub address: Option<IpAddr>,
    /// The port.
    pub port: u16,
}

// 192,168,1,2,19,137
#[inline]
fn six(text: &[u8]) -> Option<(&[u8], Endpoint)> {
    let (mut numbers, mut rest) = ([0; 6], text);
    for (index, number) in numbers.iter_mut().enumerate() {
        if index > 0 {
            rest = rest.strip_prefix(b",")?;
        }
        (*number, rest) = byte(rest)?;
    }
    let [a, b, c, d, high, low] = numbers;
    let address = Some(Ipv4Addr::new(a, b, c, d).into());
    Some((rest, Endpoint { address, port: u16::from_be_bytes([high, low]) }))
}

/// A number below 256 at the start of a text, and what follows it.
#[inline]
fn byte(text: &[u8]) -> Option<(u8, &[u8])> {
    let (mut number, mut rest) = (0, text);
    while let [digit @ b'0'..=b'9', after @ ..] = rest {
        (number, rest) = (10 * number + u32::from(digit - b'0'), after);
        if number > 255 {
            return None;
        }
    }
    (rest.len() < text.len()).then_some((number as u8, rest))
}

/// The address in the argument of PORT (RFC 959 section 4.1.2); `None` where it is not six numbers below 256.
#[must_use]
pub fn port(argument: &[u8]) -> Option<Endpoint> {
    six(argument.trim_ascii()).filter(|(rest, _)| rest.is_empty()).map(|(_, end)| end)
}

// |1|132.235.1.2|6275|    |2|1080::8:800:200C:417A|5282|
fn delimited(i: &[u8]) -> IResult<&[u8], Endpoint> {
    let delimiter = i.first().copied().filter(|b| (33..=126).contains(b)).unwrap_or(b'|');
    let bar = [delimiter];
    let part = |i| take_while1(|b: u8| b != delimiter).parse(i);
    let (i, _) = tag(&bar[..])(i)?;
    let (i, (_, _)) = (part, tag(&bar[..])).parse(i)?;
    let (i, (text, _)) = (part, tag(&bar[..])).parse(i)?;
    let (i, (port, _)) = (short, tag(&bar[..])).parse(i)?;
    let address = std::str::from_utf8(text).ok().and_then(|text| text.parse().ok());
    Ok((i, Endpoint { address, port }))
}

/// The address in the argument of EPRT (RFC 2428 section 2); `None` where it has another form.
#[must_use]
pub fn extended_port(argument: &[u8]) -> Option<Endpoint> {
    let (rest, end) = delimited(argument.trim_ascii()).ok()?;
    (rest.is_empty() && end.address.is_some()).then_some(end)
}

/// The address in the text of a 227 reply: the first six numbers, with or without parentheses (RFC 1123 4.1.2.6).
#[must_use]
pub fn passive(text: &[u8]) -> Option<Endpoint> {
    // The first of them stands before a comma.
    let mut from = 0;
    while let Some(comma) = text.get(from..).and_then(|rest| find_near(rest, b',')) {
        let before = &text[..from + comma];
        let start = before.iter().rposition(|b| !b.is_ascii_digit()).map_or(0, |last| last + 1);
        if let Some((_, end)) = six(&text[start..]) {
            return Some(end);
        }
        from += comma + 1;
    }
    None
}

// (|||6446|)
fn three_bars(i: &[u8]) -> IResult<&[u8], u16> {
    let (i, _) = char('(')(i)?;
    let delimiter = i.first().copied().filter(|b| (33..=126).contains(b)).unwrap_or(b'|');
    let bar = [delimiter];
    let (i, _) = tag(&bar[..])(i)?;
    let (i, _) = take_while(|b: u8| b != delimiter && b != b')')(i)?;
    let (i, _) = tag(&bar[..])(i)?;
    let (i, _) = take_while(|b: u8| b != delimiter && b != b')')(i)?;
    let (i, _) = tag(&bar[..])(i)?;
    let (i, port) = short(i)?;
    let (i, _) = tag(&bar[..])(i)?;
    Ok((i, port))
}

/// The port in the text of a 229 reply (RFC 2428 section 3).
#[must_use]
pub fn extended_passive(text: &[u8]) -> Option<Endpoint> {
    let (open, _) =
        take_while1::<_, _, nom::error::Error<&[u8]>>(|b| b != b'(')(text).unwrap_or((text, text));
    let (_, port) = three_bars(open).ok()?;
    Some(Endpoint { address: None, port })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_found_as_servers_write_them() {
        let five = Endpoint { address: Some("127.0.0.1".parse().unwrap()), port: 83 * 256 + 4 };
        assert_eq!(passive(b"Entering Passive Mode (127,0,0,1,83,4)."), Some(five));
        assert_eq!(passive(b"Entering Passive Mode 127,0,0,1,83,4"), Some(five));
        assert_eq!(passive(b"2 ways: =127,0,0,1,83,4"), Some(five));
        assert_eq!(passive(b"Hello, 1,2 and 300,127,0,0,1,83,4"), Some(five));
        assert_eq!(passive(b"127,0,0,1,83,256"), None);
        assert_eq!(passive(b",,127,0,0,1,83,,"), None);
        assert_eq!(passive(b"Entering Passive Mode (1,86,197)."), None);
        assert_eq!(port(b"127,0,0,1,83,4"), Some(five));
        assert_eq!(port(b"1,2,3"), None);
        assert_eq!(port(b"127,0,0,1,256,4"), None);
    }

    #[test]
    fn an_eprt_names_its_family_address_and_port() {
        let of = |argument: &str| extended_port(argument.as_bytes());
        // The examples of RFC 2428 section 2.
        let four = Endpoint { address: Some("132.235.1.2".parse().unwrap()), port: 6275 };
        let six = Endpoint { address: Some("1080::8:800:200C:417A".parse().unwrap()), port: 5282 };
        assert_eq!(
            (of("|1|132.235.1.2|6275|"), of("|2|1080::8:800:200C:417A|5282|")),
            (Some(four), Some(six))
        );
        assert_eq!(of("!1!132.235.1.2!6275!"), Some(four));
        assert_eq!((of("|1|132.235.1.2|6275"), of("|1|host|6275|"), of("")), (None, None, None));
    }

    #[test]
    fn a_229_gives_its_port() {
        assert_eq!(
            extended_passive(b"Entering Extended Passive Mode (|||6446|)").map(|e| e.port),
            Some(6446)
        );
        assert_eq!(extended_passive(b"Extended Passive Mode OK (|||21324|).").map(|e| e.port), Some(21324));
        assert_eq!(extended_passive(b"(!!!1!)").map(|e| e.port), Some(1));
        assert_eq!(extended_passive(b"(|||99999|)"), None);
        assert_eq!(extended_passive(b"no port"), None);
    }
}
