//! Patterns by which users choose: clients, codes of replies, and texts with `*` and `?`.

mod wildcard;

pub use wildcard::Wildcard;

use crate::ftp::Code;
use std::net::IpAddr;
use std::ops::Range;

/// The codes of replies.
const CODES: Range<u16> = 100..700;

/// Some codes of replies.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Codes {
    /// Whether a code is one of them, by its number; empty where none is.
    is_one: Vec<bool>,
}

impl Codes {
    /// Adds `421`, or all that are like `5xx` or `5??`; nothing where no code can be like that.
    pub fn add(&mut self, pattern: &[u8]) -> Option<()> {
        let digits: Vec<u8> =
            pattern.iter().map(|b| if b.eq_ignore_ascii_case(&b'x') { b'?' } else { *b }).collect();
        let wildcard = Wildcard::new(&digits);
        let mut is_one = vec![false; usize::from(CODES.end)];
        for code in CODES {
            is_one[usize::from(code)] = wildcard.fits(Code(code).to_string().as_bytes());
        }
        if !is_one.contains(&true) {
            return None;
        }
        self.is_one.resize(is_one.len(), false);
        self.is_one.iter_mut().zip(is_one).for_each(|(known, one)| *known |= one);
        Some(())
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.is_one.is_empty()
    }

    /// Whether a code is one of them.
    #[must_use]
    pub fn has(&self, code: Code) -> bool {
        self.is_one.get(usize::from(code.0)).is_some_and(|one| *one)
    }
}

/// Which clients.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Client {
    /// All whose addresses begin with so many bits of this one.
    Network(IpAddr, u8),
    /// Those whose addresses or names are like that.
    Like(Wildcard),
}

impl Client {
    /// `203.0.113.*`, `203.0.113.0/24`, `2001:db8::/32`, `*.example.org`; nothing where what stands before a slash is no address.
    #[must_use]
    pub fn of(pattern: &str) -> Option<Self> {
        let address = |text: &str| text.parse::<IpAddr>().ok();
        if let Some((network, bits)) = pattern.split_once('/') {
            let (network, bits) = (address(network)?, bits.parse().ok()?);
            let most = if network.is_ipv4() { 32 } else { 128 };
            return (bits <= most).then(|| match network.to_canonical() {
                mapped @ IpAddr::V4(_) if network.is_ipv6() && bits >= 96 => Self::Network(mapped, bits - 96),
                _ => Self::Network(network, bits),
            });
        }
        // An address may be written in several ways.
        Some(match address(pattern).map(|a| a.to_canonical()) {
            Some(single @ IpAddr::V4(_)) => Self::Network(single, 32),
            Some(single @ IpAddr::V6(_)) => Self::Network(single, 128),
            None => Self::Like(Wildcard::of_any_case(pattern.as_bytes())),
        })
    }

    /// Whether a client, by its address or its name, is one of those. One that is not known is none.
    #[must_use]
    pub fn fits(&self, client: &[u8]) -> bool {
        if client.is_empty() {
            return false;
        }
        let address = str::from_utf8(client).ok().and_then(|text| text.parse::<IpAddr>().ok());
        // Servers on IPv6 sockets write 203.0.113.7 as ::ffff:203.0.113.7.
        let address = address.map(|a| a.to_canonical());
        match self {
            Self::Like(wildcard) => {
                wildcard.fits(client) || address.is_some_and(|a| wildcard.fits(a.to_string().as_bytes()))
            }
            Self::Network(network, bits) => address.is_some_and(|a| is_in(a, *network, *bits)),
        }
    }
}

/// Whether the first bits of two addresses of one kind are the same.
fn is_in(address: IpAddr, network: IpAddr, bits: u8) -> bool {
    let (a, b, width) = match (address, network) {
        (IpAddr::V4(a), IpAddr::V4(b)) => (a.to_bits().into(), b.to_bits().into(), 32),
        (IpAddr::V6(a), IpAddr::V6(b)) => (a.to_bits(), b.to_bits(), 128),
        _ => return false,
    };
    let differ: u128 = a ^ b;
    differ.checked_shr(width - u32::from(bits)).unwrap_or(0) == 0
}
