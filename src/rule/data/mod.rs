//! The data connection: where it goes, and why it does not come about (RFC 959 section 3.2, RFC 2428).

use super::Rule;

pub(super) static RULES: &[&Rule] = &[];
