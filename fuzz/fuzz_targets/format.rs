//! One format: the first byte says which, the rest is a log that is read as it. Every format that ftplog has is in it.

#![no_main]

use ftplog::catalog::Words;
use ftplog::engine::{self, Settings};
use ftplog::format::FORMATS;
use ftplog::lang::Lang;
use ftplog::report::{Exchanges, Shape};
use ftplog::source::Input;
use ftplog::time::Zone;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some((first, log)) = data.split_first() else { return };
    let format = FORMATS[usize::from(*first) % FORMATS.len()];
    let settings = Settings { jobs: 1, format: Some(format), ..Settings::default() };
    let gather = Exchanges::new("fuzz.log", Shape::Ndjson, Zone::UTC, &Words::new(Lang::En));
    let _ = engine::run(Input::bytes("fuzz.log", log), &settings, gather, |_| Ok(()));
});
