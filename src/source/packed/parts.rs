//! Decoders of streams that may stand one behind the other in a file. What a decoder gave before it failed is not lost, and what
//! stands behind the last stream is looked at.

use super::{Packing, Unpackable};
use std::io::{self, BufRead, BufReader, ErrorKind, Read};

/// Bytes that show how a stream is compressed.
pub(super) const MAGIC_BYTES: usize = 6;
/// Bytes that a decoder takes at a time.
const BUFFER_BYTES: usize = 64 * 1024;
/// Memory that a decoder of xz may use; `xz -9` needs 65 MiB.
const XZ_MEMORY_BYTES_MAX: u64 = 256 << 20;
/// Bits of the window of deflate, the most that there are.
const WINDOW_BITS: u8 = 15;
/// Bytes that a decoder of zstd gives at a time. When it fails, what it gave in that call is lost, so the program `zstd` asks for
/// as many.
const ZSTD_BYTES_AT_A_TIME: usize = 128 * 1024;

/// How a stream is compressed that begins so.
pub(super) fn compression(first: &[u8]) -> Option<Packing> {
    match first {
        [0x1f, 0x8b, 8, ..] => Some(Packing::Gzip),
        [b'B', b'Z', b'h', b'1'..=b'9', ..] => Some(Packing::Bzip2),
        [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Some(Packing::Xz),
        // A frame that is skipped may stand first.
        [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Some(Packing::Zstd),
        [0x04, 0x22, 0x4d, 0x18, ..] => Some(Packing::Lz4),
        _ => None,
    }
}

/// A decoder of one stream.
pub(super) trait Part<R>: Read + Sized {
    /// A stream that begins here.
    fn begin(packed: Packed<R>) -> io::Result<Self>;

    /// What stands behind the stream.
    fn end(self) -> Packed<R>;
}

/// Streams one behind the other.
pub(super) struct Parts<R, D> {
    packing: Packing,
    /// The stream at hand; none behind the last.
    part: Option<D>,
    of: std::marker::PhantomData<R>,
}

impl<R: Read, D: Part<R>> Parts<R, D> {
    pub(super) fn new(reader: R, packing: Packing) -> io::Result<Self> {
        let part = Some(D::begin(Packed::new(reader))?);
        Ok(Self { packing, part, of: std::marker::PhantomData })
    }

    /// The stream at hand has ended: begins the next, if there is one.
    fn go_on(&mut self) -> io::Result<()> {
        let Some(mut packed) = self.part.take().map(D::end) else { return Ok(()) };
        if compression(packed.ahead()?) == Some(self.packing) {
            self.part = Some(D::begin(packed)?);
            return Ok(());
        }
        // Tapes and some programs fill the last block with zeros.
        if packed.is_zeros()? { Ok(()) } else { Err(Unpackable::Behind(self.packing).into_error()) }
    }
}

impl<R: Read, D: Part<R>> Read for Parts<R, D> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while let Some(part) = &mut self.part {
            let n = part.read(buffer)?;
            if n > 0 || buffer.is_empty() {
                return Ok(n);
            }
            self.go_on()?;
        }
        Ok(0)
    }
}

/// Packed bytes, of which the first can be looked at.
pub(super) struct Packed<R> {
    reader: BufReader<R>,
    /// Bytes that were looked at and not taken.
    ahead: Vec<u8>,
}

impl<R: Read> Packed<R> {
    pub(super) fn new(reader: R) -> Self {
        Self { reader: BufReader::with_capacity(BUFFER_BYTES, reader), ahead: Vec::new() }
    }

    /// The first bytes; fewer at the end.
    fn ahead(&mut self) -> io::Result<&[u8]> {
        let lacking = MAGIC_BYTES.saturating_sub(self.ahead.len());
        self.reader.by_ref().take(lacking as u64).read_to_end(&mut self.ahead)?;
        Ok(&self.ahead)
    }

    /// Whether nothing but zeros is left, if anything; takes them.
    fn is_zeros(&mut self) -> io::Result<bool> {
        loop {
            let bytes = self.fill_buf()?;
            if bytes.is_empty() {
                return Ok(true);
            }
            if bytes.iter().any(|b| *b != 0) {
                return Ok(false);
            }
            let n = bytes.len();
            self.consume(n);
        }
    }
}

impl<R: Read> Read for Packed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let bytes = self.fill_buf()?;
        let n = bytes.len().min(buffer.len());
        buffer[..n].copy_from_slice(&bytes[..n]);
        self.consume(n);
        Ok(n)
    }
}

impl<R: Read> BufRead for Packed<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.ahead.is_empty() { self.reader.fill_buf() } else { Ok(&self.ahead) }
    }

    fn consume(&mut self, n: usize) {
        if self.ahead.is_empty() {
            self.reader.consume(n);
        } else {
            self.ahead.drain(..n);
        }
    }
}

/// A decoder that counts what it gives.
pub(super) trait Counts: Read {
    /// Bytes that it gave.
    fn given(&self) -> u64;
}

/// A decoder whose last bytes are not lost when it fails: it gives them first, and fails when it is asked again.
pub(super) struct Kept<D> {
    decoder: D,
    failed: Option<io::Error>,
}

impl<D> Kept<D> {
    fn of(decoder: D) -> Self {
        Self { decoder, failed: None }
    }
}

impl<D: Counts> Read for Kept<D> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if let Some(error) = self.failed.take() {
            return Err(error);
        }
        let before = self.decoder.given();
        self.decoder.read(buffer).or_else(|error| match (self.decoder.given() - before) as usize {
            0 => Err(error),
            n => {
                self.failed = Some(error);
                Ok(n)
            }
        })
    }
}

pub(super) type Gzip<R> = Kept<flate2::bufread::ZlibDecoder<Packed<R>>>;
pub(super) type Bzip2<R> = Kept<bzip2::bufread::BzDecoder<Packed<R>>>;
pub(super) type Xz<R> = Kept<liblzma::bufread::XzDecoder<Packed<R>>>;

macro_rules! counts {
    ($($decoder:ty)*) => {$(
        impl<R: Read> Counts for $decoder {
            fn given(&self) -> u64 {
                self.total_out()
            }
        }
    )*};
}

counts! {
    flate2::bufread::ZlibDecoder<Packed<R>>
    flate2::bufread::DeflateDecoder<Packed<R>>
    bzip2::bufread::BzDecoder<Packed<R>>
    liblzma::bufread::XzDecoder<Packed<R>>
}

impl<R: Read> Part<R> for Gzip<R> {
    fn begin(packed: Packed<R>) -> io::Result<Self> {
        // Unlike the crate's decoder of gzip, this one counts.
        let gzip = flate2::Decompress::new_gzip(WINDOW_BITS);
        Ok(Self::of(flate2::bufread::ZlibDecoder::new_with_decompress(packed, gzip)))
    }

    fn end(self) -> Packed<R> {
        self.decoder.into_inner()
    }
}

impl<R: Read> Part<R> for Bzip2<R> {
    fn begin(packed: Packed<R>) -> io::Result<Self> {
        Ok(Self::of(bzip2::bufread::BzDecoder::new(packed)))
    }

    fn end(self) -> Packed<R> {
        self.decoder.into_inner()
    }
}

impl<R: Read> Part<R> for Xz<R> {
    fn begin(packed: Packed<R>) -> io::Result<Self> {
        // It keeps within its memory, whatever the file asks for.
        let stream = liblzma::stream::Stream::new_stream_decoder(XZ_MEMORY_BYTES_MAX, 0)?;
        Ok(Self::of(liblzma::bufread::XzDecoder::new_stream(packed, stream)))
    }

    fn end(self) -> Packed<R> {
        self.decoder.into_inner()
    }
}

/// A decoder of deflate alone, as in zip archives.
pub(super) fn deflate<R: Read>(reader: R) -> Kept<flate2::bufread::DeflateDecoder<Packed<R>>> {
    Kept::of(flate2::bufread::DeflateDecoder::new(Packed::new(reader)))
}

/// A frame of zstd.
pub(super) struct Zstd<R: Read>(BufReader<zstd::stream::read::Decoder<'static, Packed<R>>>);

impl<R: Read> Part<R> for Zstd<R> {
    fn begin(packed: Packed<R>) -> io::Result<Self> {
        let decoder = zstd::stream::read::Decoder::with_buffer(packed)?.single_frame();
        Ok(Self(BufReader::with_capacity(ZSTD_BYTES_AT_A_TIME, decoder)))
    }

    fn end(self) -> Packed<R> {
        self.0.into_inner().finish()
    }
}

impl<R: Read> Read for Zstd<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let room = buffer.len().min(ZSTD_BYTES_AT_A_TIME);
        self.0.read(&mut buffer[..room])
    }
}

/// A frame of lz4.
pub(super) struct Lz4<R: Read>(lz4_flex::frame::FrameDecoder<Ending<R>>);

/// Packed bytes, and whether a decoder asked for more than there are.
struct Ending<R> {
    packed: Packed<R>,
    is_cut: bool,
}

impl<R: Read> Part<R> for Lz4<R> {
    fn begin(packed: Packed<R>) -> io::Result<Self> {
        Ok(Self(lz4_flex::frame::FrameDecoder::new(Ending { packed, is_cut: false })))
    }

    fn end(self) -> Packed<R> {
        self.0.into_inner().packed
    }
}

impl<R: Read> Read for Lz4<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.0.read(buffer)?;
        // The decoder takes the end of the file for that of the frame.
        let is_cut = n == 0 && self.0.get_ref().is_cut;
        if is_cut { Err(ErrorKind::UnexpectedEof.into()) } else { Ok(n) }
    }
}

impl<R: Read> Read for Ending<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.packed.read(buffer)?;
        self.is_cut |= n == 0 && !buffer.is_empty();
        Ok(n)
    }
}
