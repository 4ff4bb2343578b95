//! A log says the same however it is packed; and what is packed badly says so.

#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test that cannot go on fails, and may read files"
)]

mod program;

use program::{command, ftplog_with, ran};
use serde_json::Value;
use std::fs;
use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};

const NAME: &str = "vsftpd.log";

fn log() -> Vec<u8> {
    fs::read(program::root().join("samples/server.log")).unwrap()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    out.write_all(bytes).unwrap();
    out.finish().unwrap()
}

fn xz(bytes: &[u8]) -> Vec<u8> {
    let mut out = liblzma::write::XzEncoder::new(Vec::new(), 1);
    out.write_all(bytes).unwrap();
    out.finish().unwrap()
}

fn tar(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut out = tar::Builder::new(Vec::new());
    for (name, bytes) in members {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        out.append_data(&mut header, name, *bytes).unwrap();
    }
    out.into_inner().unwrap()
}

fn zip(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut out = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in members {
        out.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        out.write_all(bytes).unwrap();
    }
    out.finish().unwrap().into_inner()
}

/// A folder of this test with a file in it.
fn place(test: &str, name: &str, bytes: &[u8]) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("packed-{test}"));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join(name), bytes).unwrap();
    folder
}

fn analyzed(folder: &Path, args: &[&str]) -> program::Ran {
    ran(command().current_dir(folder).args(["analyze", "--fail-on", "never"]).args(args))
}

/// The findings of a report without the paths.
fn findings(report: &Value) -> Vec<Value> {
    fn without_paths(value: &mut Value) {
        match value {
            Value::Object(fields) => {
                fields.remove("path");
                fields.remove("member");
                fields.values_mut().for_each(without_paths);
            }
            Value::Array(values) => values.iter_mut().for_each(without_paths),
            _ => {}
        }
    }
    let mut findings = report["findings"].as_array().unwrap().clone();
    findings.iter_mut().for_each(without_paths);
    findings
}

#[test]
fn a_log_says_the_same_however_it_is_packed() {
    let log = log();
    let folder = place("same", NAME, &log);
    let expected = findings(&analyzed(&folder, &["-f", "json", NAME]).json());
    assert!(!expected.is_empty());
    let packed = [
        ("a.gz", gzip(&log)),
        ("parts.gz", [gzip(&log[..9_000]), gzip(&log[9_000..])].concat()),
        ("a.bz2", {
            let mut out = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::default());
            out.write_all(&log).unwrap();
            out.finish().unwrap()
        }),
        ("a.xz", xz(&log)),
        ("a.zst", zstd::encode_all(&log[..], 3).unwrap()),
        ("a.lz4", {
            let mut out = lz4_flex::frame::FrameEncoder::new(Vec::new());
            out.write_all(&log).unwrap();
            out.finish().unwrap()
        }),
        ("a.tar", tar(&[(NAME, &log)])),
        ("a.tar.xz", xz(&tar(&[(NAME, &log)]))),
        ("a.zip", zip(&[(NAME, &log)])),
        ("nested.tar.gz", gzip(&tar(&[("inner.zip", &zip(&[(NAME, &gzip(&log))]))]))),
        // The name says nothing.
        ("a.txt", gzip(&log)),
    ];
    for (name, bytes) in packed {
        fs::write(folder.join(name), &bytes).unwrap();
        let read = analyzed(&folder, &["-f", "json", name]);
        assert_eq!((read.code, read.err.as_str()), (0, ""), "{name}");
        assert_eq!(findings(&read.json()), expected, "{name}");
        let piped = ftplog_with(&["analyze", "--fail-on", "never", "-f", "json", "-"], &bytes);
        assert_eq!(findings(&piped.json()), expected, "{name} through a pipe");
    }
}

#[test]
fn members_are_named_behind_their_archive_and_others_are_skipped() {
    let members: &[(&str, &[u8])] = &[
        ("logs/readme.txt", b"nothing to see\n"),
        ("logs/empty", b""),
        ("logs/bin", b"\x7fELF\0\0"),
        (NAME, &log()),
    ];
    for (name, bytes) in [("a.tar", tar(members)), ("a.zip", zip(members))] {
        let folder = place("members", name, &bytes);
        let report = analyzed(&folder, &["-f", "json", name]);
        assert_eq!((report.code, report.err.as_str()), (0, ""));
        let report = report.json();
        let inputs = report["inputs"].as_array().unwrap();
        let names: Vec<_> = inputs.iter().map(|input| (&input["path"], &input["member"])).collect();
        assert_eq!(names, [(&Value::from(name), &Value::from(NAME))]);
        assert_eq!(report["findings"][0]["location"]["member"], NAME);
        let member = format!("{name}/{NAME}");
        let shown = ran(command().current_dir(&folder).args(["show", &format!("{member}:663")]));
        assert_eq!(shown.code, 0, "{}", shown.err);
        assert!(shown.out.contains("RNTO x.txt"), "{}", shown.out);
        let alone = analyzed(&folder, &["-f", "json", &member]);
        assert_eq!(findings(&alone.json()), findings(&report));
    }
}

#[test]
fn an_archive_without_logs_says_what_it_holds() {
    let folder = place("none", "a.zip", &zip(&[("readme.txt", b"nothing to see\n"), ("empty", b"")]));
    let ran = analyzed(&folder, &["a.zip"]);
    assert_eq!(ran.code, 2);
    assert!(
        ran.err.starts_with("error: no FTP logs in a.zip\n  looked at 2 files: 1 other text, 1 empty"),
        "{}",
        ran.err
    );
}

#[test]
fn what_is_cut_is_read_as_far_as_it_goes() {
    let log = log();
    let cut = |bytes: Vec<u8>| bytes[..bytes.len() * 2 / 3].to_vec();
    for (name, bytes, why) in [
        ("a.gz", cut(gzip(&log)), "the gzip data ends too early"),
        ("a.tar", cut(tar(&[(NAME, &log)])), "the tar data ends too early"),
    ] {
        let folder = place(&format!("cut-{name}"), name, &bytes);
        let report = analyzed(&folder, &[name]);
        assert_eq!(report.code, 2, "{name}");
        assert!(
            report.out.contains("rename-without-source") || report.out.contains("vsftpd"),
            "{name}: {}",
            report.out
        );
        assert!(
            report.err.contains(why) && report.err.contains("lines before that point were read"),
            "{name}: {}",
            report.err
        );
    }
    let capture = std::fs::read(program::root().join("samples/capture/vsftpd-order.pcap")).unwrap();
    let folder = place("cut-capture", "a.pcap.gz", &cut(gzip(&capture)));
    let report = analyzed(&folder, &["a.pcap.gz"]);
    let said = "error: cannot read a.pcap.gz to its end: the gzip data ends too early\n";
    assert!(report.err.starts_with(said), "{}", report.err);
    let utf_16: Vec<u8> =
        String::from_utf8(log.clone()).unwrap().encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mut stored = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::none());
    stored.write_all(&utf_16).unwrap();
    let folder = place("cut-utf-16", "a.gz", &cut(stored.finish().unwrap()));
    let report = analyzed(&folder, &["a.gz"]);
    // About two of three lines.
    let whole = log.split(|b| *b == b'\n').count() as u64 - 1;
    let n_lines: u64 = report.err.split("the ").last().unwrap().split(' ').next().unwrap().parse().unwrap();
    assert!((whole / 2..whole * 4 / 5).contains(&n_lines), "{}", report.err);
    let folder = place("cut-zip", "a.zip", &cut(zip(&[(NAME, &log)])));
    let report = analyzed(&folder, &["a.zip"]);
    assert_eq!(report.code, 2);
    assert!(report.err.contains("the zip data is damaged"), "{}", report.err);
}

#[test]
fn a_member_that_is_damaged_is_no_other_text() {
    let log = log();
    let packed = gzip(&log);
    let members: &[(&str, &[u8])] = &[(NAME, &log), ("b.log.gz", &packed[..100])];
    for (name, bytes) in [("a.tar", tar(members)), ("a.zip", zip(members))] {
        let folder = place("damaged", name, &bytes);
        let report = analyzed(&folder, &[name]);
        assert_eq!(report.code, 2, "{name}");
        let why = format!("error: cannot read {name}/b.log.gz to its end: the gzip data ends too early\n");
        assert_eq!(report.err, why);
    }
    // A member that is no log ends the archive as well.
    let cut = tar(&[(NAME, &log), ("readme", &[b'x'; 4_000])]);
    let folder = place("damaged-other", "a.tar", &cut[..cut.len() - 3_000]);
    assert_eq!(analyzed(&folder, &["a.tar"]).code, 2);
}

#[test]
fn members_of_zip_archives_have_the_sums_that_are_stated() {
    let mut bytes = zip(&[(NAME, &log())]);
    let at = bytes.windows(5).position(|five| five == b"vsFTP").unwrap();
    bytes[at] ^= 0x20;
    let folder = place("sum", "a.zip", &bytes);
    let report = analyzed(&folder, &["a.zip"]);
    assert_eq!(report.code, 2);
    assert!(report.err.contains("the zip data is damaged"), "{}", report.err);
}

#[test]
fn archives_behind_each_other_are_all_read() {
    let log = log();
    let both = [tar(&[("a.log", &log)]), tar(&[("b.log", &log)])].concat();
    let folder = place("behind", "a.tar", &both);
    let inputs = analyzed(&folder, &["-f", "json", "a.tar"]).json()["inputs"].clone();
    assert_eq!(inputs.as_array().unwrap().len(), 2);
}

/// A header of a tar archive for the next member, with these records.
fn pax(records: &[&str], member: (&str, &[u8])) -> Vec<u8> {
    let record = |text: &&str| {
        let length = text.len() + 4;
        assert!((10..100).contains(&length));
        format!("{length} {text}\n")
    };
    let records: String = records.iter().map(record).collect();
    let mut out = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_ustar();
    header.set_entry_type(tar::EntryType::XHeader);
    header.set_size(records.len() as u64);
    out.append_data(&mut header, "PaxHeaders/x", records.as_bytes()).unwrap();
    let mut header = tar::Header::new_ustar();
    header.set_size(member.1.len() as u64);
    out.append_data(&mut header, member.0, member.1).unwrap();
    out.into_inner().unwrap()
}

#[test]
fn what_stands_before_a_header_counts() {
    let log = log();
    let named = |bytes: &[u8]| {
        let folder = place("pax", "a.tar", bytes);
        let report = analyzed(&folder, &["-f", "json", "a.tar"]);
        (report.code, report.json()["inputs"][0]["member"].as_str().map(str::to_owned), report.err)
    };
    let name = |text: &str| Some(text.to_owned());
    let (code, member, _) = named(&pax(&["path=a/long/name.log"], ("short", &log)));
    assert_eq!((code, member), (0, name("a/long/name.log")));
    // A record ends by its length: what looks like another one in it is none.
    let (code, member, _) = named(&pax(&["comment=x\n20 path=spoof.log"], ("true.log", &log)));
    assert_eq!((code, member), (0, name("true.log")));
    let (code, member, err) = named(&pax(&["GNU.sparse.major=1", "GNU.sparse.name=s.log"], ("other", &log)));
    assert_eq!((code, member), (2, name("s.log")));
    assert!(err.contains("it is packed in a way of tar that ftplog does not read"), "{err}");
}

/// The same archive with the mark of an encrypted member, in the member's header and in the directory.
fn marked_as_encrypted(mut zip: Vec<u8>) -> Vec<u8> {
    let find = |zip: &[u8], magic: &[u8]| zip.windows(4).rposition(|four| four == magic).unwrap();
    let (local, directory) = (find(&zip, b"PK\x03\x04"), find(&zip, b"PK\x01\x02"));
    zip[local + 6] |= 1;
    zip[directory + 8] |= 1;
    zip
}

#[test]
fn an_encrypted_member_is_named_and_the_others_are_read() {
    let bytes = marked_as_encrypted(zip(&[(NAME, &log()), ("secret.log", b"220 ready\n")]));
    let folder = place("encrypted", "a.zip", &bytes);
    let report = analyzed(&folder, &["a.zip"]);
    assert_eq!(report.code, 2);
    assert!(report.out.contains("rename-without-source"), "{}", report.out);
    assert_eq!(
        report.err,
        "error: cannot read a.zip/secret.log: it is encrypted\n  tip: unpack it first, then run ftplog on the folder\n"
    );
}

#[test]
fn what_unpacks_to_too_much_is_stopped() {
    let folder = place("bomb", "a.gz", &gzip(&log().repeat(200)));
    let report = analyzed(&folder, &["--set", "input.max-unpacked=\"1 MiB\"", "a.gz"]);
    assert_eq!(report.code, 2);
    assert!(report.err.contains("the file unpacks to more than 1 MiB in all"), "{}", report.err);
    assert!(report.err.contains("tip: if it is no trap: --set input.max-unpacked"), "{}", report.err);
    let wrong = analyzed(&folder, &["--set", "input.max-unpacked=much", "a.gz"]);
    assert!(wrong.err.starts_with("error: much is not a size\n"), "{}", wrong.err);
}

#[test]
fn archives_in_archives_have_a_limit() {
    let mut bytes = tar(&[(NAME, &log())]);
    for _ in 0..6 {
        bytes = tar(&[("inner.tar", &bytes)]);
    }
    let folder = place("deep", "a.tar", &bytes);
    let report = analyzed(&folder, &["a.tar"]);
    assert_eq!(report.code, 2);
    assert!(report.err.contains("archives stand deeper in each other than 4"), "{}", report.err);
}

#[test]
fn names_of_members_reach_the_terminal_safely() {
    let folder = place("names", "a.tar", &tar(&[("evil\x1b[2J\n.log", &log())]));
    let report = analyzed(&folder, &["a.tar"]);
    assert!(!report.out.contains('\x1b') && !report.out.contains("[2J\n.log"), "{}", report.out);
    let report = analyzed(&folder, &["-q", "a.tar"]);
    assert!(!report.out.contains('\x1b'));
}

#[test]
fn what_stands_behind_compressed_data_is_said_unless_it_is_zeros() {
    let log = log();
    let whole = analyzed(&place("behind-none", NAME, &log), &["-f", "json", NAME]).json();
    let packed = [("gzip", gzip(&log)), ("xz", xz(&log)), ("zstd", zstd::encode_all(&log[..], 3).unwrap())];
    for (packing, bytes) in packed {
        // Tapes and some programs fill the last block; gzip ignores that.
        let folder = place("behind-zeros", "a", &[&bytes[..], &[0; 700]].concat());
        let report = analyzed(&folder, &["-f", "json", "a"]);
        assert_eq!((report.code, report.err.as_str()), (0, ""), "{packing}");
        let folder = place("behind-other", "a", &[&bytes[..], b"\0\0other"].concat());
        let report = analyzed(&folder, &["-f", "json", "a"]);
        assert_eq!(report.code, 2, "{packing}");
        let lines =
            format!("the {} lines before that point were read", log.split(|b| *b == b'\n').count() - 1);
        let why = format!(
            "error: cannot read a to its end: other data stands behind the {packing} data\n  {lines}\n"
        );
        assert_eq!(report.err, why);
        assert_eq!(findings(&report.json()), findings(&whole));
    }
}

#[test]
fn members_of_one_name_are_all_read() {
    let log = log();
    let mut bytes = zip(&[("a.log", &log), ("b.log", &log)]);
    // The crate that writes the archive refuses such names.
    while let Some(at) = bytes.windows(5).position(|five| five == b"b.log") {
        bytes[at] = b'a';
    }
    let folder = place("twins", "a.zip", &bytes);
    let report = analyzed(&folder, &["-f", "json", "a.zip"]);
    assert_eq!((report.code, report.err.as_str()), (0, ""));
    let members: Vec<_> =
        report.json()["inputs"].as_array().unwrap().iter().map(|i| i["member"].clone()).collect();
    assert_eq!(members, ["a.log", "a.log"]);
}

#[test]
fn what_a_file_unpacks_to_counts_in_all() {
    let log = log();
    let member = log.repeat(800_000 / log.len());
    let members: &[(&str, &[u8])] = &[("a.log", &member), ("b.log", &member), ("c.log", &member)];
    for (name, bytes) in [
        ("a.zip", zip(members)),
        ("a.tar.gz", gzip(&tar(members))),
        (
            "a.tar",
            tar(&[("a.log.gz", &gzip(&member)), ("b.log.gz", &gzip(&member)), ("c.log.gz", &gzip(&member))]),
        ),
    ] {
        let folder = place("in-all", name, &bytes);
        let report = analyzed(&folder, &["-f", "json", "--set", "input.max-unpacked=\"1 MiB\"", name]);
        assert_eq!(report.code, 2, "{name}");
        assert_eq!(
            report.err.matches("the file unpacks to more than 1 MiB in all").count(),
            1,
            "{}",
            report.err
        );
        assert_eq!(report.json()["inputs"].as_array().unwrap().len(), 2, "{name}");
        let enough = analyzed(&folder, &["-f", "json", "--set", "input.max-unpacked=\"5 MiB\"", name]);
        assert_eq!((enough.code, enough.err.as_str()), (0, ""), "{name}");
    }
}

#[test]
fn an_archive_without_members_is_no_binary_file() {
    let nothing: &[(&str, &[u8])] = &[];
    // tar fills a record of 20 blocks, and other programs write the two blocks that must be there.
    for (name, bytes) in [
        ("a.tar", vec![0; 10_240]),
        ("b.tar", tar(nothing)),
        ("c.tgz", gzip(&tar(nothing))),
        ("d.zip", zip(nothing)),
    ] {
        let report = analyzed(&place("no-members", name, &bytes), &[name]);
        assert_eq!(report.code, 2);
        assert_eq!(report.err, format!("error: no FTP logs in {name}\n  it holds no files\n"));
    }
    // Other zeros are none.
    let report = analyzed(&place("zeros", "a.log", &[0; 3_000]), &["a.log"]);
    assert!(report.err.contains("is a binary file"), "{}", report.err);
}

#[test]
fn members_of_a_tar_archive_are_passed_over_without_being_read() {
    const HUGE_BYTES: u64 = 64 << 30;
    let mut header = tar::Header::new_gnu();
    header.set_path("huge").unwrap();
    header.set_size(HUGE_BYTES);
    header.set_cksum();
    let folder = place("huge", "a.tar", header.as_bytes());
    let mut file = fs::OpenOptions::new().append(true).open(folder.join("a.tar")).unwrap();
    // A hole; a file system without holes has no room for it.
    if file.set_len(512 + HUGE_BYTES).is_err() {
        return;
    }
    file.write_all(&tar(&[(NAME, &log())])).unwrap();
    let begun = std::time::Instant::now();
    let report = analyzed(&folder, &["-f", "json", "a.tar"]);
    let shown = ran(command().current_dir(&folder).args(["show", &format!("a.tar/{NAME}:663")]));
    let took = begun.elapsed();
    file.set_len(HUGE_BYTES).unwrap();
    let cut = analyzed(&folder, &["a.tar"]);
    fs::remove_file(folder.join("a.tar")).unwrap();
    assert_eq!((report.code, report.err.as_str()), (0, ""));
    assert_eq!(report.json()["inputs"][0]["member"], NAME);
    assert_eq!(shown.code, 0, "{}", shown.err);
    assert!(took.as_secs() < 10, "{took:?}");
    assert_eq!(cut.err, "error: cannot read a.tar: the tar data ends too early\n");
}

#[test]
fn a_7z_archive_is_named() {
    // 7-Zip's own file without members: its signature, version, the sum of what follows, and no header behind it.
    let bytes = [&b"7z\xbc\xaf\x27\x1c\0\x04\x8d\x9b\xd5\x0f"[..], &[0; 20]].concat();
    let folder = place("7z", "a.7z", &bytes);
    let report = analyzed(&folder, &["a.7z"]);
    assert_eq!(report.code, 2);
    let what = "error: cannot read a.7z: it is a 7z archive, which ftplog does not read\n";
    assert_eq!(report.err, format!("{what}  tip: 7z x -so a.7z | ftplog analyze -\n"));
    fs::write(folder.join("a.tar"), tar(&[("a.7z", &bytes), (NAME, &log())])).unwrap();
    let report = analyzed(&folder, &["a.tar"]);
    assert!(report.out.contains("rename-without-source"), "{}", report.out);
    let tip = "  tip: unpack it first, then run ftplog on the folder\n";
    assert_eq!(report.err, format!("{}{tip}", what.replace("a.7z", "a.tar/a.7z")));
}
