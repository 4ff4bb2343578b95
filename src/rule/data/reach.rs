//! Whether an address in a 227 reply can be reached by the client that got it.

use super::preparation::{Fate, Mode, endpoint, fate, worked_after, worked_before};
use crate::catalog::Word;
use crate::ftp::Verb;
use crate::session::{Confidence, Exchange, Session};
use std::net::{IpAddr, Ipv4Addr};

/// An address that the client cannot reach, or probably cannot.
#[derive(Clone, Copy, Debug)]
pub(in crate::rule) struct Unreachable<'s> {
    /// The address.
    pub(super) address: Ipv4Addr,
    /// What kind of address it is.
    pub(super) kind: Word,
    /// The transfer that failed for it; `None` where the client gave up before.
    pub(super) failed: Option<Exchange<'s>>,
    /// Whether the log names the client.
    pub(super) client_known: bool,
}

impl Unreachable<'_> {
    /// Whether no client of the world can reach it.
    pub(super) fn is_nowhere(&self) -> bool {
        self.kind == Word::AddressUnspecified
    }
}

/// Addresses that only their own network reaches (RFC 1918, RFC 3927, RFC 6598, RFC 1122 section 3.2.1.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Network {
    Unspecified,
    Loopback,
    LinkLocal,
    Ten,
    OneSeventyTwo,
    OneNinetyTwo,
    Shared,
    Public,
}

impl Network {
    fn of(address: Ipv4Addr) -> Self {
        match address.octets() {
            [0, ..] => Self::Unspecified,
            [127, ..] => Self::Loopback,
            [169, 254, ..] => Self::LinkLocal,
            [10, ..] => Self::Ten,
            [172, 16..=31, ..] => Self::OneSeventyTwo,
            [192, 168, ..] => Self::OneNinetyTwo,
            [100, 64..=127, ..] => Self::Shared,
            _ => Self::Public,
        }
    }

    /// What it is called; nothing for addresses that everybody reaches.
    fn kind(self) -> Option<Word> {
        Some(match self {
            Self::Unspecified => Word::AddressUnspecified,
            Self::Loopback => Word::AddressLoopback,
            Self::LinkLocal => Word::AddressLinkLocal,
            Self::Ten | Self::OneSeventyTwo | Self::OneNinetyTwo => Word::AddressPrivate,
            Self::Shared => Word::AddressShared,
            Self::Public => return None,
        })
    }
}

/// Whether the address in the reply to PASV explains that no data connection came about.
pub(in crate::rule) fn unreachable<'s>(setup: &Exchange<'s>) -> Option<Unreachable<'s>> {
    if !matches!(setup.verb(), Verb::PASV | Verb::CPSV | Verb::PASW) || !setup.is_done() {
        return None;
    }
    // Nearly every data connection that was prepared was used, whatever its address.
    let fate = fate(setup);
    if matches!(fate, Fate::Worked | Fate::Open) {
        return None;
    }
    let IpAddr::V4(address) = endpoint(setup)?.address? else { return None };
    let network = Network::of(address);
    let kind = network.kind()?;
    let client = client_address(setup.session());
    if client.is_some_and(|client| is_near(network, client)) {
        return None;
    }
    // A client that the log does not name may sit beside the server, or be on it.
    if client.is_none() && network == Network::Loopback {
        return None;
    }
    let failed = match fate {
        Fate::Failed(transfer) => Some(transfer),
        // Where sessions mingle, the transfer may be another's.
        Fate::Unused if setup.session().identity() != Confidence::Certain => return None,
        // 0.0.0.0 is nowhere, whoever the client is. One that the log does not name has given up if nothing came any more.
        Fate::Unused if client.is_some() || network == Network::Unspecified || is_last(setup) => None,
        _ => return None,
    };
    // Many clients take the address of the server instead of the one that they are told.
    if worked_before(setup, Mode::Passive).or_else(|| worked_after(setup, Mode::Passive)).is_some() {
        return None;
    }
    Some(Unreachable { address, kind, failed, client_known: client.is_some() })
}

/// Whether the client sent no more commands.
fn is_last(exchange: &Exchange) -> bool {
    !exchange.after().any(|e| e.has_command())
}

/// The client's address, where the log has it as a number.
pub(in crate::rule) fn client_address(session: &Session) -> Option<IpAddr> {
    let text = std::str::from_utf8(session.client()).ok()?;
    text.parse::<IpAddr>().ok().map(|address| address.to_canonical())
}

/// Whether a client is where the address can be reached: in the same private network, or on the server itself.
fn is_near(network: Network, client: IpAddr) -> bool {
    let IpAddr::V4(client) = client else { return client.is_loopback() };
    match Network::of(client) {
        Network::Loopback => true,
        Network::Public => false,
        // 0.0.0.0 is nowhere, and 127.0.0.1 is another machine's own.
        of_client => of_client == network && network != Network::Unspecified,
    }
}

/// Whether only its own network reaches an address.
pub(super) fn is_private(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => Network::of(address) != Network::Public,
        IpAddr::V6(address) => {
            address.is_loopback() || address.is_unspecified() || address.is_unicast_link_local()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(address: &str, client: &str) -> bool {
        is_near(Network::of(address.parse().unwrap()), client.parse::<IpAddr>().unwrap().to_canonical())
    }

    #[test]
    fn a_client_in_the_same_private_network_reaches_the_address() {
        assert!(near("10.0.0.5", "10.9.8.7") && near("192.168.1.1", "::ffff:192.168.1.7"));
        assert!(near("172.17.0.2", "127.0.0.1") && near("127.0.0.1", "::1"));
        assert!(!near("10.0.0.5", "203.0.113.7") && !near("172.17.0.2", "192.168.1.7"));
        assert!(!near("127.0.0.1", "10.0.0.5") && !near("10.0.0.5", "2001:db8::9"));
        assert!(!near("0.0.0.0", "203.0.113.7"));
    }

    #[test]
    fn the_private_networks_end_where_the_rfcs_say() {
        let private = |address: &str| Network::of(address.parse().unwrap()).kind().is_some();
        for inside in [
            "10.255.255.255",
            "172.16.0.0",
            "172.31.255.255",
            "192.168.0.0",
            "100.127.255.255",
            "169.254.1.1",
        ] {
            assert!(private(inside), "{inside}");
        }
        for outside in
            ["11.0.0.0", "172.15.255.255", "172.32.0.0", "192.169.0.0", "100.128.0.0", "203.0.113.5"]
        {
            assert!(!private(outside), "{outside}");
        }
    }
}
