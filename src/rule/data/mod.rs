//! The data connection: where it goes, and why it does not come about (RFC 959 section 3.2, RFC 2428).

pub(super) mod preparation;
pub(super) mod failure;
pub(super) mod reach;
mod passive_refused;
mod port_refused;
mod active_mode_blocked;
mod data_connection_failed;
mod passive_address_unreachable;
mod passive_reply_malformed;
mod passive_unused;

use super::Rule;
use crate::catalog::Word;
use crate::ftp::Software;

pub(super) static RULES: &[&Rule] = &[
    &passive_refused::RULE,
    &port_refused::RULE,
    &active_mode_blocked::RULE,
    &data_connection_failed::RULE,
    &passive_address_unreachable::RULE,
    &passive_reply_malformed::RULE,
    &passive_unused::RULE,
];

/// The settings of a server that decide over passive mode.
fn settings_of(software: Software) -> Word {
    match software {
        Software::Vsftpd => Word::PassiveVsftpd,
        Software::Proftpd => Word::PassiveProftpd,
        Software::PureFtpd => Word::PassivePureFtpd,
        Software::FilezillaServer => Word::PassiveFilezilla,
        Software::Pyftpdlib => Word::PassivePyftpdlib,
        Software::Iis => Word::PassiveIis,
        _ => Word::PassiveAny,
    }
}
