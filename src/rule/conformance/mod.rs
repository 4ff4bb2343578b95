//! Where servers differ from the RFCs, by the replies that [`crate::ftp::Replies`] lists.

mod once;
mod reply_desync;
mod code_not_allowed;
mod code_of_no_rfc;
mod preliminary_reply_misplaced;
mod second_preliminary_reply;
mod completion_code_unusual;
mod wrong_code_at_connect;
mod kept_open_after_closing;
mod goodbye_unasked;
mod folder_reply_malformed;
mod value_reply_malformed;
mod passive_reply_unusual;
mod feature_list_malformed;
mod reply_without_text;

use super::Rule;

pub(super) static RULES: &[&Rule] = &[
    &reply_desync::RULE,
    &code_not_allowed::RULE,
    &code_of_no_rfc::RULE,
    &preliminary_reply_misplaced::RULE,
    &second_preliminary_reply::RULE,
    &completion_code_unusual::RULE,
    &wrong_code_at_connect::RULE,
    &kept_open_after_closing::RULE,
    &goodbye_unasked::RULE,
    &folder_reply_malformed::RULE,
    &value_reply_malformed::RULE,
    &passive_reply_unusual::RULE,
    &feature_list_malformed::RULE,
    &reply_without_text::RULE,
];
