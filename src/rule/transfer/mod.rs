//! What became of transfers.

mod restart_refused;
mod transfer_aborted;
mod transfer_incomplete;
mod ascii_transfer_of_binary;
mod transfer_retried;

use super::Rule;

pub(super) static RULES: &[&Rule] = &[
    &restart_refused::RULE,
    &transfer_aborted::RULE,
    &transfer_incomplete::RULE,
    &ascii_transfer_of_binary::RULE,
    &transfer_retried::RULE,
];
