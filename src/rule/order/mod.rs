//! The order of commands (RFC 959 sections 4.1 and 5.4).

mod rename_without_source;
mod transfer_without_data_connection;
mod restart_lost;
mod sequence_error;

use super::Rule;

pub(super) static RULES: &[&Rule] = &[
    &rename_without_source::RULE,
    &transfer_without_data_connection::RULE,
    &restart_lost::RULE,
    &sequence_error::RULE,
];
