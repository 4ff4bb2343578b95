//! What costs time.

mod slow_reply;

use super::Rule;

pub(super) static RULES: &[&Rule] = &[&slow_reply::RULE];
