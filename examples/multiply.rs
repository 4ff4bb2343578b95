//! Writes a large vsftpd log made out of a small one: `cargo run --release --example multiply -- LOG MEGABYTES > big.log`

#![allow(clippy::disallowed_methods, clippy::print_stderr)] // A program of its own.

#[path = "../benches/multiply.rs"]
mod multiply;

use std::io::{self, BufWriter, Write};

fn main() -> io::Result<()> {
    let mut args = std::env::args().skip(1);
    let (Some(path), Some(megabytes)) = (args.next(), args.next().and_then(|n| n.parse::<u64>().ok())) else {
        eprintln!("usage: multiply LOG MEGABYTES > big.log");
        std::process::exit(2);
    };
    let recording = std::fs::read_to_string(path)?;
    let mut out = BufWriter::with_capacity(1 << 20, io::stdout().lock());
    multiply::multiply(&recording, megabytes << 20, &mut out)?;
    out.flush()
}
