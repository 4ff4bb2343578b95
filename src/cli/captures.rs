//! What a packet capture lacks, in words.

use super::complaint::{Complaint, NoLog};
use ftplog::source::CaptureCounts;
use ftplog::text::{Printable, grouped};

/// A capture in which nothing of FTP can be read: what was looked at.
pub(super) fn without_exchanges(name: &str, counts: &CaptureCounts) -> Complaint {
    let name = Printable(name.as_bytes());
    let what = if counts.control_connections == 0 {
        "holds no control connection of FTP"
    } else {
        "holds no FTP command or reply that can be read"
    };
    let mut complaint = Complaint { kind: NoLog::Capture, ..Complaint::new(format!("{name} {what}")) };
    complaint = complaint.fact(format!(
        "it holds {} and {}",
        number(counts.packets, "packet"),
        number(counts.tcp_connections, "TCP connection")
    ));
    for fact in [encrypted(counts), not_read(counts), fragments(counts)].into_iter().flatten() {
        complaint = complaint.fact(fact);
    }
    if counts.secured > 0 {
        return complaint.tip("the log of the server or of the client shows what was said");
    }
    complaint
        .tip("capture the control connection from its start: tcpdump -i any -s 0 -w ftp.pcap tcp port 21")
}

/// What is missing in a capture of which something can be read.
pub(super) fn lacking(name: &str, counts: &CaptureCounts) -> Vec<Complaint> {
    let name = Printable(name.as_bytes());
    let facts = [encrypted(counts), not_read(counts), fragments(counts), forgotten(counts)];
    let warnings = facts.into_iter().flatten().map(|fact| Complaint::warning(format!("{name}: {fact}")));
    warnings.chain(gaps(&name, counts)).collect()
}

fn gaps(name: &Printable, counts: &CaptureCounts) -> Option<Complaint> {
    let bytes = number(counts.bytes_lost, "byte");
    let places = number(counts.gaps, "place");
    let complaint =
        Complaint::warning(format!("{name}: {bytes} of control connections are missing, in {places}"));
    (counts.gaps > 0).then(|| {
        complaint.fact("what comes behind such a place is less sure").tip("capture whole packets: -s 0")
    })
}

fn encrypted(counts: &CaptureCounts) -> Option<String> {
    let of = number(counts.control_connections, "control connection");
    (counts.secured > 0)
        .then(|| format!("{} of {of} cannot be read on, because of TLS", grouped(counts.secured)))
}

fn not_read(counts: &CaptureCounts) -> Option<String> {
    let packets = number(counts.packets_not_read, "packet");
    let link = counts.link_not_read.map_or("no known interface".to_owned(), |n| format!("link type {n}"));
    (counts.packets_not_read > 0).then(|| format!("{packets} of {link} cannot be read"))
}

fn fragments(counts: &CaptureCounts) -> Option<String> {
    let n = number(counts.fragments, "IP fragment");
    (counts.fragments > 0).then(|| format!("{n} of TCP were not put together"))
}

fn forgotten(counts: &CaptureCounts) -> Option<String> {
    let n = number(counts.connections_forgotten, "silent control connection");
    (counts.connections_forgotten > 0).then(|| format!("{n} were forgotten, because too many were open"))
}

fn number(n: u64, of: &str) -> String {
    if n == 1 { format!("1 {of}") } else { format!("{} {of}s", grouped(n)) }
}
