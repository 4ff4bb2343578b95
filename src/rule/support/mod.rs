//! What a server supports.

mod command_not_implemented;
mod command_unknown;
pub(super) mod lack;

use super::Rule;

pub(super) static RULES: &[&Rule] = &[&command_not_implemented::RULE, &command_unknown::RULE];
