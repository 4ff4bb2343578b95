//! What a server supports.

pub(super) mod lack;
pub(super) mod vsftpd;

mod line_too_long;
mod command_disabled;
mod refused_in_ascii;
mod help_topic_unknown;
mod option_not_supported;
mod parameter_not_supported;
mod argument_invalid;
mod site_command_unknown;
mod command_not_implemented;
mod command_unknown;
mod unsupported_again;

use super::Rule;

/// What is wrong with an argument comes before what is wrong with a command: most servers use 500 for both.
pub(super) static RULES: &[&Rule] = &[
    &line_too_long::RULE,
    &command_disabled::RULE,
    &refused_in_ascii::RULE,
    &help_topic_unknown::RULE,
    &option_not_supported::RULE,
    &parameter_not_supported::RULE,
    &argument_invalid::RULE,
    &site_command_unknown::RULE,
    &command_not_implemented::RULE,
    &command_unknown::RULE,
    &unsupported_again::RULE,
];
