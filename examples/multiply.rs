//! Writes a large log made out of a small one: a vsftpd log, an `ExtendedLog` of `ProFTPD`, a transcript of lftp, or a packet
//! capture:
//! `cargo run --release --example multiply -- LOG MEGABYTES > big.log`

#![allow(clippy::disallowed_methods, clippy::print_stderr)] // A program of its own.

#[path = "../benches/multiply.rs"]
mod multiply;
#[path = "../benches/multiply_capture.rs"]
mod multiply_capture;
#[path = "../benches/multiply_transcript.rs"]
mod multiply_transcript;

use std::io::{self, BufWriter, Write};

/// How a capture begins that tcpdump wrote on this kind of machine.
const CAPTURE: &[u8] = b"\xd4\xc3\xb2\xa1";
/// How a transcript of lftp begins.
const TRANSCRIPT: &[u8] = b"---- ";

fn main() -> io::Result<()> {
    let mut args = std::env::args().skip(1);
    let (Some(path), Some(megabytes)) = (args.next(), args.next().and_then(|n| n.parse::<u64>().ok())) else {
        eprintln!("usage: multiply LOG MEGABYTES > big.log");
        std::process::exit(2);
    };
    let recording = std::fs::read(path)?;
    let text = String::from_utf8_lossy(&recording);
    let bytes = megabytes << 20;
    let mut out = BufWriter::with_capacity(1 << 20, io::stdout().lock());
    if recording.starts_with(CAPTURE) {
        multiply_capture::multiply(&recording, bytes, &mut out)?;
    } else if recording.starts_with(TRANSCRIPT) {
        multiply_transcript::multiply(&text, bytes, &mut out)?;
    } else {
        multiply::multiply(&text, bytes, &mut out)?;
    }
    out.flush()
}
