//! Streams that are compressed as a whole, also several times over.

use super::meter::metered;
use super::{Limits, Packing, Unpackable};
use std::io::{self, BufReader, Cursor, Read};

/// Compressions inside each other.
const LAYERS_MAX: usize = 4;
/// Bytes that show how a stream is compressed.
const MAGIC_BYTES: usize = 6;
/// Memory that a decoder of xz may use; `xz -9` needs 65 MiB.
const XZ_MEMORY_BYTES_MAX: u64 = 256 << 20;
/// Bytes that a decoder takes at a time.
const BUFFER_BYTES: usize = 64 * 1024;

/// A stream of bytes that may be handed to another thread.
pub(in crate::source) type Reader = Box<dyn Read + Send>;

/// How a stream is compressed that begins so.
fn compression(first: &[u8]) -> Option<Packing> {
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

/// What a stream holds when every compression is taken off.
pub(in crate::source) fn unpacked(mut reader: Reader, limits: Limits) -> io::Result<Reader> {
    for _ in 0..LAYERS_MAX {
        let (first, whole) = peeked(reader, MAGIC_BYTES)?;
        let Some(packing) = compression(&first) else { return Ok(whole) };
        reader = decoded(whole, packing, limits)?;
    }
    let (first, whole) = peeked(reader, MAGIC_BYTES)?;
    match compression(&first) {
        Some(_) => Err(Unpackable::TooDeep(LAYERS_MAX).into_error()),
        None => Ok(whole),
    }
}

/// The first bytes of a stream, and the stream with them.
pub(super) fn peeked(mut reader: Reader, bytes: usize) -> io::Result<(Vec<u8>, Reader)> {
    let mut first = Vec::with_capacity(bytes);
    let read = reader.by_ref().take(bytes as u64).read_to_end(&mut first);
    if first.is_empty() {
        read?;
    }
    Ok((first.clone(), Box::new(Cursor::new(first).chain(reader))))
}

fn decoded(reader: Reader, packing: Packing, limits: Limits) -> io::Result<Reader> {
    let buffered = |inner| BufReader::with_capacity(BUFFER_BYTES, inner);
    Ok(match packing {
        Packing::Gzip => Box::new(metered(reader, packing, limits, |inner| {
            Ok(flate2::bufread::MultiGzDecoder::new(buffered(inner)))
        })?),
        Packing::Bzip2 => Box::new(metered(reader, packing, limits, |inner| {
            Ok(bzip2::bufread::MultiBzDecoder::new(buffered(inner)))
        })?),
        Packing::Xz => Box::new(metered(reader, packing, limits, |inner| {
            Ok(liblzma::bufread::XzDecoder::new_stream(buffered(inner), xz_stream()?))
        })?),
        Packing::Zstd => Box::new(metered(reader, packing, limits, |inner| {
            zstd::stream::read::Decoder::with_buffer(buffered(inner))
        })?),
        Packing::Lz4 => Box::new(metered(reader, packing, limits, |inner| Ok(Frames::new(buffered(inner))))?),
        Packing::Tar | Packing::Zip => reader,
    })
}

/// A decoder of xz that keeps within its memory, whatever the file asks for.
pub(super) fn xz_stream() -> io::Result<liblzma::stream::Stream> {
    let stream =
        liblzma::stream::Stream::new_stream_decoder(XZ_MEMORY_BYTES_MAX, liblzma::stream::CONCATENATED);
    stream.map_err(io::Error::from)
}

/// Frames of lz4 one behind the other; the decoder itself ends with the first.
struct Frames<R: Read>(lz4_flex::frame::FrameDecoder<BufReader<R>>);

impl<R: Read> Frames<R> {
    fn new(reader: BufReader<R>) -> Self {
        Self(lz4_flex::frame::FrameDecoder::new(reader))
    }
}

impl<R: Read> Read for Frames<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        use std::io::BufRead;
        loop {
            let n = self.0.read(buffer)?;
            if n > 0 || buffer.is_empty() || self.0.get_mut().fill_buf()?.is_empty() {
                return Ok(n);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    const TEXT: &[u8] = b"220 ready\nUSER backup\n331 password\n";

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        out.write_all(text).unwrap();
        out.finish().unwrap()
    }

    /// Every way to compress.
    fn packed(text: &[u8]) -> Vec<Vec<u8>> {
        let mut bz = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::default());
        bz.write_all(text).unwrap();
        let mut xz = liblzma::write::XzEncoder::new(Vec::new(), 6);
        xz.write_all(text).unwrap();
        // The programs zstd and lz4 write sums; their libraries do so when asked.
        let mut zstd = zstd::Encoder::new(Vec::new(), 3).unwrap();
        zstd.include_checksum(true).unwrap();
        zstd.write_all(text).unwrap();
        let summed = lz4_flex::frame::FrameInfo::new().content_checksum(true);
        let mut lz4 = lz4_flex::frame::FrameEncoder::with_frame_info(summed, Vec::new());
        lz4.write_all(text).unwrap();
        vec![
            gzip(text),
            bz.finish().unwrap(),
            xz.finish().unwrap(),
            zstd.finish().unwrap(),
            lz4.finish().unwrap(),
        ]
    }

    fn read(bytes: Vec<u8>) -> io::Result<Vec<u8>> {
        let mut out = Vec::new();
        unpacked(Box::new(Cursor::new(bytes)), Limits::default())?.read_to_end(&mut out)?;
        Ok(out)
    }

    #[test]
    fn every_compression_is_taken_off() {
        for bytes in packed(TEXT) {
            assert_eq!(read(bytes).unwrap(), TEXT);
        }
        assert_eq!(read(TEXT.to_vec()).unwrap(), TEXT);
        assert_eq!(read(Vec::new()).unwrap(), b"");
    }

    #[test]
    fn several_parts_are_one_stream() {
        for bytes in packed(TEXT) {
            assert_eq!(read(bytes.repeat(3)).unwrap(), TEXT.repeat(3));
        }
    }

    #[test]
    fn a_compression_of_a_compression_is_taken_off_too() {
        let bytes = packed(&gzip(TEXT)).swap_remove(3);
        assert_eq!(read(bytes).unwrap(), TEXT);
    }

    #[test]
    fn what_ends_too_early_says_so() {
        let text = TEXT.repeat(5_000);
        for bytes in packed(&text) {
            let error = read(bytes[..bytes.len() / 2].to_vec()).unwrap_err();
            assert!(matches!(Unpackable::of(&error), Some(Unpackable::Cut(_))), "{error}");
        }
    }

    #[test]
    fn what_is_damaged_says_so() {
        let text: Vec<u8> =
            (0..200_000u32).flat_map(|n| (n.wrapping_mul(2_654_435_761) >> 7).to_le_bytes()).collect();
        for mut bytes in packed(&text) {
            let middle = bytes.len() / 2;
            for byte in &mut bytes[middle..middle + 64] {
                *byte ^= 0x5a;
            }
            let Err(error) = read(bytes) else { panic!("the damage is not seen") };
            assert!(Unpackable::of(&error).is_some(), "{error}");
        }
    }

    #[test]
    fn a_bomb_is_stopped() {
        let limits = Limits { unpacked_bytes_max: 1 << 20, ..Limits::default() };
        let bomb = gzip(&vec![b'0'; 8 << 20]);
        let mut reader = unpacked(Box::new(Cursor::new(bomb)), limits).unwrap();
        let error = io::copy(&mut reader, &mut io::sink()).unwrap_err();
        assert_eq!(Unpackable::of(&error), Some(Unpackable::TooLarge(1 << 20)));
    }
}
