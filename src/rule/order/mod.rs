//! The order of commands (RFC 959 sections 4.1 and 5.4).

mod rename_without_source;
mod rename_source_mismatch;
mod copy_without_source;
mod pret_missing;
mod extended_passive_only;
mod restart_in_ascii;
mod data_connection_too_early;
mod transfer_without_data_connection;
mod data_connection_forgotten;
mod restart_lost;
mod host_too_late;
mod security_data_out_of_order;
mod account_out_of_order;
mod sequence_error;
mod rename_interrupted;
mod rename_unfinished;
mod command_during_transfer;

use super::{Rule, Suspect};
use crate::ftp::Login;
use crate::session::{Beginning, Exchange};

pub(super) static RULES: &[&Rule] = &[
    &rename_without_source::RULE,
    &rename_source_mismatch::RULE,
    &copy_without_source::RULE,
    &pret_missing::RULE,
    &extended_passive_only::RULE,
    &restart_in_ascii::RULE,
    &data_connection_too_early::RULE,
    &transfer_without_data_connection::RULE,
    &data_connection_forgotten::RULE,
    &restart_lost::RULE,
    &host_too_late::RULE,
    &security_data_out_of_order::RULE,
    &account_out_of_order::RULE,
    &sequence_error::RULE,
    &rename_interrupted::RULE,
    &rename_unfinished::RULE,
    &command_during_transfer::RULE,
];

/// How many exchanges these rules walk back in search of a cause.
const WALKED_MAX: usize = 64;

/// The exchanges before one, the latest first, as far back as a cause is looked for.
fn earlier<'s>(exchange: &Exchange<'s>) -> impl Iterator<Item = Exchange<'s>> + use<'s> {
    exchange.before().take(WALKED_MAX)
}

/// Whether the log starts after the session began, so that what explains a refusal may stand in an older log. Where the login
/// is in the log, so is everything that came after it.
fn starts_late(suspect: &Suspect) -> bool {
    suspect.session().beginning() == Beginning::Missing && !matches!(suspect.state.login, Login::In(_))
}
