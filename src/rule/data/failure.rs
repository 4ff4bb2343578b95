//! How a transfer failed for its data connection: servers say it with 425, and with other codes in words.

use crate::ftp::Code;
use crate::session::Exchange;
use crate::text::{Pairs, holds};

/// What was wrong with the data connection of a transfer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::rule) enum Failure {
    /// It did not come about.
    NotOpened,
    /// It came from another address than the control connection.
    OtherAddress,
    /// The server says that none is prepared.
    NotPrepared,
    /// The server had no address or port of its own for it.
    NoPort,
    /// TLS was wrong with it.
    Tls,
    /// It broke off, or came to a standstill.
    BrokeOff,
}

/// What a refused transfer says about its data connection; nothing where it was refused for another reason.
pub(in crate::rule) fn failure(transfer: &Exchange) -> Option<Failure> {
    let reply = transfer.reply()?;
    let text = reply.raw();
    let pairs = Pairs::of(text);
    let says = |words: &[&str]| words.iter().any(|word| pairs.may_hold(word) && holds(text, word));
    match reply.code {
        Code(425) if says(TLS) => Some(Failure::Tls),
        Code(425) if says(OTHER_ADDRESS) => Some(Failure::OtherAddress),
        Code(425) if says(NOT_PREPARED) => Some(Failure::NotPrepared),
        Code(425) if says(NO_PORT) => Some(Failure::NoPort),
        Code(425) if transfer.is_started() && !says(NOT_OPENED) && says(BROKE_OFF) => Some(Failure::BrokeOff),
        Code(425) => Some(Failure::NotOpened),
        Code(426 | 421 | 435 | 450 | 451 | 500 | 550 | 551) if says(NOT_OPENED) => Some(Failure::NotOpened),
        Code(426) => Some(Failure::BrokeOff),
        Code(421) if says(&["data timeout", "data connection", "no new data"]) => Some(Failure::BrokeOff),
        _ => None,
    }
}

/// vsftpd: Security: Bad IP connecting. Pure-FTPd and others speak of the address, too.
const OTHER_ADDRESS: &[&str] = &["bad ip connecting", "foreign address", "different address"];
/// vsftpd: Use PORT or PASV first. Pure-FTPd: No data connection.
const NOT_PREPARED: &[&str] =
    &["use port", "use pasv", "use eprt", "use epsv", "no data connection", "pasv first", "epsv first"];
/// What operating systems say where a connection has no end on their own side.
const NO_PORT: &[&str] = &["assign requested address", "address already in use"];
// ProFTPD says that the operation is not permitted where a client does not begin TLS.
const TLS: &[&str] = &["tls", "ssl", "not permitted", "not resumed", "encrypt", "handshake", "prot "];
// ProFTPD: Unable to build data connection. vsftpd: Failed to establish connection. FileZilla: Can't open data connection.
const NOT_OPENED: &[&str] = &[
    "build data",
    "establish",
    "open data conn",
    "open data chan",
    "open passive conn",
    "data channel timed out",
    "connection refused",
    "no route",
    "unreachable",
    "accept data",
];
/// FileZilla: Error while transfering data.
const BROKE_OFF: &[&str] = &["while transfer", "during transfer", "abort", "reset by peer", "broken pipe"];
