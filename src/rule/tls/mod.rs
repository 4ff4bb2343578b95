//! TLS: how it is set up, and what goes wrong with it (RFC 2228, RFC 4217).

mod data_protection_required;
mod data_tls_failed;
mod demand;
mod protection_level_refused;
mod starttls_injection;
mod tls_handshake_failed;
mod tls_handshake_unfinished;
mod tls_refused;
mod tls_required;
mod tls_session_not_reused;
mod tls_setup_order;

use super::Rule;

/// Rules that go by words come before those that go by the command only.
pub(super) static RULES: &[&Rule] = &[
    &starttls_injection::RULE,
    &tls_session_not_reused::RULE,
    &data_protection_required::RULE,
    &tls_handshake_failed::RULE,
    &protection_level_refused::RULE,
    &tls_setup_order::RULE,
    &tls_refused::RULE,
    &tls_required::RULE,
    &data_tls_failed::RULE,
    &tls_handshake_unfinished::RULE,
];
