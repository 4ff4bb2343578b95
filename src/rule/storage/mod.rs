//! Files and folders: missing, existing, forbidden; names and space.

use super::Rule;

pub(super) static RULES: &[&Rule] = &[];
