//! What an attacker does, and what gives attackers a chance (RFC 2577).

mod anonymous_login;
mod anonymous_write;
mod cleartext_login;
mod known_exploit;
mod login_without_password;
mod names;
mod path_traversal;
mod port_of_another_host;
mod privileged_port;
mod protection_dropped;
pub(super) mod scanner;
mod site_copy_before_login;
pub(super) mod site_exec;
mod user_enumeration;

use super::Rule;

pub(super) static RULES: &[&Rule] = &[
    &port_of_another_host::RULE,
    &privileged_port::RULE,
    &site_exec::RULE,
    &site_copy_before_login::RULE,
    &known_exploit::RULE,
    &cleartext_login::RULE,
    &protection_dropped::RULE,
    &anonymous_login::RULE,
    &anonymous_write::RULE,
    &login_without_password::RULE,
    &path_traversal::RULE,
    &scanner::RULE,
    &user_enumeration::RULE,
];
