//! Where servers differ from the RFCs.

use super::Rule;

pub(super) static RULES: &[&Rule] = &[];
