//! The whole run on a vsftpd log and on a packet capture of 16 MiB, by number of threads: `cargo bench --bench pipeline`.

#[path = "multiply.rs"]
mod multiply;
#[path = "multiply_capture.rs"]
mod multiply_capture;

use divan::counter::BytesCount;
use ftplog::engine::{self, Settings};
use ftplog::report::Report;
use ftplog::source::Input;

const RECORDING: &str = include_str!("../samples/server.log");
const CAPTURE: &[u8] = include_bytes!("../samples/capture/vsftpd-order.pcap");

fn main() {
    divan::main();
}

#[divan::bench(args = [1, 2])]
fn analyze(bencher: divan::Bencher, jobs: usize) {
    let mut log = Vec::new();
    multiply::multiply(RECORDING, 16 << 20, &mut log).expect("memory can be written");
    run(bencher, jobs, &log);
}

#[divan::bench(args = [1, 2])]
fn analyze_capture(bencher: divan::Bencher, jobs: usize) {
    let mut capture = Vec::new();
    multiply_capture::multiply(CAPTURE, 16 << 20, &mut capture).expect("memory can be written");
    run(bencher, jobs, &capture);
}

fn run(bencher: divan::Bencher, jobs: usize, log: &[u8]) {
    let settings = Settings { jobs, ..Settings::default() };
    bencher.counter(BytesCount::new(log.len())).with_inputs(|| Input::bytes("bench.log", log)).bench_values(
        |input| engine::run(input, &settings, Report::default(), |_| Ok(())).map(|run| run.read.stats.lines),
    );
}
