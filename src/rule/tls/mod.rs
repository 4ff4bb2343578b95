//! TLS: how it is set up, and what goes wrong with it (RFC 2228, RFC 4217).

mod tls_setup_order;

use super::Rule;

pub(super) static RULES: &[&Rule] = &[&tls_setup_order::RULE];
