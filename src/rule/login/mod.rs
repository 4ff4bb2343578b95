//! Logins: their order, and why they are refused.

mod login_order;

use super::Rule;

pub(super) static RULES: &[&Rule] = &[&login_order::RULE];
