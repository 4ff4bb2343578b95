//! What costs time.

mod slow_reply;
mod redundant_commands;
mod listing_repeated;

use super::Rule;

pub(super) static RULES: &[&Rule] = &[&slow_reply::RULE, &redundant_commands::RULE, &listing_repeated::RULE];
