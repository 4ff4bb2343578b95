//! Logins: their order, and why they are refused.

mod account_needed;
mod anonymous_refused;
mod login_failed;
mod login_failures;
mod login_order;
mod login_per_file;
mod too_many_login_failures;

use super::Rule;

pub(super) static RULES: &[&Rule] = &[
    &login_order::RULE,
    &anonymous_refused::RULE,
    &login_failed::RULE,
    &account_needed::RULE,
    &login_failures::RULE,
    &too_many_login_failures::RULE,
    &login_per_file::RULE,
];
