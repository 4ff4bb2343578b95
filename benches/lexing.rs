//! Lines a second of each format's lexer on its own sample: `cargo bench --bench lexing`.

#![allow(clippy::disallowed_methods)] // It reads the samples.

use divan::counter::{BytesCount, ItemsCount};
use ftplog::format::{Detected, Setup, detect};
use ftplog::source::Lines;
use std::path::{Path, PathBuf};

fn main() {
    divan::main();
}

/// The first file of every folder in `samples`.
fn samples() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples");
    let mut found: Vec<PathBuf> = Vec::new();
    for entry in std::fs::read_dir(folder).expect("the samples are part of the project").flatten() {
        let Ok(files) = std::fs::read_dir(entry.path()) else { continue };
        found.extend(files.flatten().map(|f| f.path()).min());
    }
    found.sort();
    found
}

#[divan::bench(args = samples().iter().map(|p| p.to_string_lossy().into_owned()).collect::<Vec<_>>())]
fn lex(bencher: divan::Bencher, path: &str) {
    let bytes = std::fs::read(path).expect("the samples can be read");
    let setup = Setup::default();
    let Detected::Log(plan) = detect(&bytes, &setup) else { return };
    let n = Lines(&bytes).count();
    bencher.counter(BytesCount::new(bytes.len())).counter(ItemsCount::new(n)).bench_local(|| {
        let mut reading = plan.start(&setup);
        Lines(&bytes).map(|line| reading.take(line.bytes, |taken| usize::from(taken.format))).sum::<usize>()
    });
}
