//! What an attacker does, and what gives attackers a chance (RFC 2577).

mod port_of_another_host;

use super::Rule;

pub(super) static RULES: &[&Rule] = &[&port_of_another_host::RULE];
