//! Streams that are compressed as a whole, also several times over.

use super::meter::{Allowance, metered};
use super::parts::{Bzip2, Gzip, Lz4, MAGIC_BYTES, Parts, Xz, Zstd, compression};
use super::{Packing, Unpackable};
use std::io::{self, Cursor, Read};

/// Compressions inside each other.
const LAYERS_MAX: usize = 4;

/// A stream of bytes that may be handed to another thread.
pub(in crate::source) type Reader = Box<dyn Read + Send>;

/// What a stream holds when every compression is taken off.
pub(super) fn unpacked(mut reader: Reader, allowance: &Allowance) -> io::Result<Reader> {
    for _ in 0..LAYERS_MAX {
        let (first, whole) = peeked(reader, MAGIC_BYTES)?;
        let Some(packing) = compression(&first) else { return Ok(whole) };
        reader = decoded(whole, packing, allowance)?;
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

fn decoded(reader: Reader, packing: Packing, allowance: &Allowance) -> io::Result<Reader> {
    macro_rules! decoder {
        ($part:ident) => {
            Box::new(metered(reader, packing, allowance, |inner| Parts::<_, $part<_>>::new(inner, packing))?)
        };
    }
    Ok(match packing {
        Packing::Gzip => decoder!(Gzip),
        Packing::Bzip2 => decoder!(Bzip2),
        Packing::Xz => decoder!(Xz),
        Packing::Zstd => decoder!(Zstd),
        Packing::Lz4 => decoder!(Lz4),
        Packing::Tar | Packing::Zip | Packing::SevenZip => reader,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Limits;
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
        unpacked(Box::new(Cursor::new(bytes)), &Allowance::new(Limits::default()))?.read_to_end(&mut out)?;
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

    /// What comes out before the first error, asked for so many bytes at a time.
    fn before_error(bytes: &[u8], at_a_time: usize) -> (usize, Option<Unpackable>) {
        let packed = Box::new(Cursor::new(bytes.to_vec()));
        let mut reader = match unpacked(packed, &Allowance::new(Limits::default())) {
            Ok(reader) => reader,
            Err(error) => return (0, Unpackable::of(&error)),
        };
        let (mut buffer, mut given) = (vec![0; at_a_time], 0);
        loop {
            match reader.read(&mut buffer) {
                Ok(0) => return (given, None),
                Ok(n) => given += n,
                Err(error) => return (given, Unpackable::of(&error)),
            }
        }
    }

    #[test]
    fn what_came_out_before_an_error_is_not_lost() {
        let text: Vec<u8> =
            (0..20_000).flat_map(|n: u32| format!("{} NOOP\n", n.wrapping_mul(n)).into_bytes()).collect();
        for whole in packed(&text) {
            for part in 1..8 {
                let at = whole.len() * part / 8;
                let mut changed = whole.clone();
                changed[at] ^= 0x5a;
                for bytes in [&whole[..at], &changed[..]] {
                    // A byte at a time, nothing can be lost.
                    let want = before_error(bytes, 1);
                    assert!(want.1.is_some());
                    let read = before_error(bytes, 1 << 20);
                    assert_eq!(read, want, "{:?} {part}", compression(&whole));
                }
            }
        }
    }

    #[test]
    fn lz4_that_ends_in_its_last_mark_or_sum_is_cut() {
        let lz4 = packed(TEXT).pop().unwrap();
        // The mark and the sum have four bytes each.
        for lacking in 1..=8 {
            let read = before_error(&lz4[..lz4.len() - lacking], 100);
            assert_eq!(read, (TEXT.len(), Some(Unpackable::Cut(Packing::Lz4))), "without the last {lacking}");
        }
    }

    #[test]
    fn zeros_behind_a_stream_are_ignored_and_other_data_is_said() {
        for bytes in packed(TEXT) {
            assert_eq!(read([&bytes[..], &[0; 1_000]].concat()).unwrap(), TEXT);
            let other = before_error(&[&bytes[..], b"\0other"].concat(), 100);
            let packing = compression(&bytes).unwrap();
            assert_eq!(other, (TEXT.len(), Some(Unpackable::Behind(packing))));
        }
    }

    #[test]
    fn a_bomb_is_stopped() {
        let limits = Limits { unpacked_bytes_max: 1 << 20, ..Limits::default() };
        let bomb = gzip(&vec![b'0'; 8 << 20]);
        let mut reader = unpacked(Box::new(Cursor::new(bomb)), &Allowance::new(limits)).unwrap();
        let error = io::copy(&mut reader, &mut io::sink()).unwrap_err();
        assert_eq!(Unpackable::of(&error), Some(Unpackable::TooLarge(1 << 20)));
    }
}
