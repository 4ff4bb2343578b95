//! Counts what goes into a decoder and what comes out, so that a small file cannot become an endless one, and tells an error of
//! the decoder from one of the disk.

use super::{Limits, Packing, Unpackable};
use std::io::{self, ErrorKind, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// Bytes that come out before it matters how dense they were packed: short texts are dense now and then.
const DENSE_BYTES_MIN: u64 = 64 << 20;

/// What may still come out of a file: everything in it that is unpacked counts, members and archives inside archives as well.
#[derive(Clone)]
pub(super) struct Allowance {
    pub(super) limits: Limits,
    unpacked_bytes: Arc<AtomicU64>,
    /// Bytes of the file itself that were read.
    pub(super) file_bytes: Arc<AtomicU64>,
}

impl Allowance {
    pub(super) fn new(limits: Limits) -> Self {
        Self { limits, unpacked_bytes: Arc::default(), file_bytes: Arc::default() }
    }

    /// Whether more came out than may.
    pub(super) fn is_used_up(&self) -> bool {
        self.unpacked_bytes.load(Ordering::Relaxed) > self.limits.unpacked_bytes_max
    }

    fn take(&self, bytes: u64) -> io::Result<()> {
        self.unpacked_bytes.fetch_add(bytes, Ordering::Relaxed);
        if self.is_used_up() {
            return Err(Unpackable::TooLarge(self.limits.unpacked_bytes_max).into_error());
        }
        Ok(())
    }
}

/// What is known of the packed side.
#[derive(Debug, Default)]
struct Counts {
    bytes: AtomicU64,
    /// Whether the packed bytes themselves could not be read.
    failed: AtomicBool,
}

/// The packed side of a decoder.
pub(super) struct Inner<R> {
    reader: R,
    counts: Arc<Counts>,
}

/// The unpacked side of a decoder.
pub(super) struct Metered<D> {
    decoder: D,
    packing: Packing,
    allowance: Allowance,
    bytes: u64,
    counts: Arc<Counts>,
    /// What went wrong: whoever asks again is told again.
    failed: Option<Unpackable>,
}

/// A decoder of `reader`, metered on both sides.
pub(super) fn metered<R, D>(
    reader: R,
    packing: Packing,
    allowance: &Allowance,
    decoder: impl FnOnce(Inner<R>) -> io::Result<D>,
) -> io::Result<Metered<D>> {
    let counts = Arc::new(Counts::default());
    let decoder = decoder(Inner { reader, counts: Arc::clone(&counts) });
    let decoder = decoder.map_err(|e| meant(e, packing, &counts))?;
    Ok(Metered { decoder, packing, allowance: allowance.clone(), bytes: 0, counts, failed: None })
}

impl<R: Read> Read for Inner<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.reader.read(buffer) {
            Ok(n) => {
                self.counts.bytes.fetch_add(n as u64, Ordering::Relaxed);
                Ok(n)
            }
            Err(error) => {
                if error.kind() != ErrorKind::Interrupted {
                    self.counts.failed.store(true, Ordering::Relaxed);
                }
                Err(error)
            }
        }
    }
}

impl<D: Read> Read for Metered<D> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = match self.failed {
            Some(why) => Err(why.into_error()),
            None => self.decoder.read(buffer).map_err(|e| meant(e, self.packing, &self.counts)),
        };
        let read = read.and_then(|n| self.within_limits(n));
        self.failed = read.as_ref().err().and_then(Unpackable::of).or(self.failed);
        read
    }
}

impl<D> Metered<D> {
    fn within_limits(&mut self, n: usize) -> io::Result<usize> {
        self.bytes += n as u64;
        let packed = self.counts.bytes.load(Ordering::Relaxed).max(1);
        self.allowance.take(n as u64)?;
        let ratio_max = self.allowance.limits.ratio_max;
        if self.bytes > DENSE_BYTES_MIN && self.bytes / packed > ratio_max {
            return Err(Unpackable::TooDense(ratio_max).into_error());
        }
        Ok(n)
    }
}

/// What an error of a decoder means: where the packed bytes could be read, they are to blame.
fn meant(error: io::Error, packing: Packing, counts: &Counts) -> io::Error {
    if error.kind() == ErrorKind::Interrupted
        || counts.failed.load(Ordering::Relaxed)
        || Unpackable::of(&error).is_some()
    {
        return error;
    }
    // The decoders of xz and zstd say so in words only.
    if error.to_string().contains("memory") {
        return Unpackable::Memory(packing).into_error();
    }
    match error.kind() {
        ErrorKind::UnexpectedEof => Unpackable::Cut(packing).into_error(),
        _ => Unpackable::Corrupt(packing).into_error(),
    }
}
