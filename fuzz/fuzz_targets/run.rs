//! A whole run: detection, wrappers, every dialect that is found, sessions, rules and the report.

#![no_main]

use ftplog::engine::{self, Settings};
use ftplog::report::Report;
use ftplog::source::Input;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let settings = Settings { jobs: 1, ..Settings::default() };
    let _ = engine::run(Input::bytes("fuzz.log", data), &settings, Report::default(), |_| Ok(()));
});
