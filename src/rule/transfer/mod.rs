//! What became of transfers.

use super::Rule;

pub(super) static RULES: &[&Rule] = &[];
