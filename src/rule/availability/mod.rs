//! Whether the service is there: refusals, limits, timeouts, lost connections.

mod chain;
mod held;

mod connection_lost;
mod data_timeout;
mod idle_timeout;
mod login_timeout;
mod server_fault;
mod service_refused;
mod service_refused_burst;
mod session_limit;
mod session_without_quit;

use super::refusal::seconds_in;
use super::{Fact, Found, Rule};
use crate::session::Reply;

pub(super) static RULES: &[&Rule] = &[
    &service_refused_burst::RULE,
    &service_refused::RULE,
    &server_fault::RULE,
    &login_timeout::RULE,
    &data_timeout::RULE,
    &session_limit::RULE,
    &idle_timeout::RULE,
    &connection_lost::RULE,
    &session_without_quit::RULE,
];

/// Adds the length of time that the server names as its limit, if it names one.
fn with_limit(found: Found, reply: &Reply) -> Found {
    match seconds_in(reply.last_line()) {
        Some(seconds) => {
            found.fact("limit", Fact::Duration(seconds as i64 * 1000)).fact("also", Fact::Also(vec!["limit"]))
        }
        None => found,
    }
}
