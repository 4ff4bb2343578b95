//! Whether the service is there: refusals, limits, timeouts, lost connections.

mod service_refused_burst;

use super::Rule;

pub(super) static RULES: &[&Rule] = &[&service_refused_burst::RULE];
