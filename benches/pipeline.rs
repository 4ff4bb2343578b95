//! The whole run on a vsftpd log of 16 MiB, by number of threads: `cargo bench --bench pipeline`.

#[path = "multiply.rs"]
mod multiply;

use divan::counter::BytesCount;
use ftplog::engine::{self, Settings};
use ftplog::report::Report;
use ftplog::source::Input;

const RECORDING: &str = include_str!("../samples/server.log");

fn main() {
    divan::main();
}

#[divan::bench(args = [1, 2])]
fn analyze(bencher: divan::Bencher, jobs: usize) {
    let mut log = Vec::new();
    multiply::multiply(RECORDING, 16 << 20, &mut log).expect("memory can be written");
    let settings = Settings { jobs, ..Settings::default() };
    bencher
        .counter(BytesCount::new(log.len()))
        .with_inputs(|| Input::bytes("bench.log", log.clone()))
        .bench_values(|input| {
            engine::run(input, &settings, Report::default(), |_| Ok(())).map(|run| run.stats.lines)
        });
}
