//! Files and folders: missing, existing, forbidden; names and space.

pub(super) mod ground;
mod harmless;
mod path;

mod path_not_found;
mod permission_denied;
mod already_exists;
mod name_not_allowed;
mod outside_home;
mod folder_not_empty;
mod file_folder_mix_up;
mod file_busy;
mod storage_full;
mod file_refused;

use super::Rule;

pub(super) static RULES: &[&Rule] = &[
    &path_not_found::RULE,
    &permission_denied::RULE,
    &already_exists::RULE,
    &name_not_allowed::RULE,
    &outside_home::RULE,
    &folder_not_empty::RULE,
    &file_folder_mix_up::RULE,
    &file_busy::RULE,
    &storage_full::RULE,
    &file_refused::RULE,
];
