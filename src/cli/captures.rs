//! What a packet capture lacks.

use super::complaint::{Complaint, NoLog};
use ftplog::catalog::{Message, Said};
use ftplog::source::CaptureCounts;
use ftplog::text::Printable;

/// A capture in which nothing of FTP can be read: what was looked at.
pub(super) fn without_exchanges(name: &str, counts: &CaptureCounts) -> Complaint {
    let what =
        if counts.control_connections == 0 { Message::CaptureNoControl } else { Message::CaptureNoExchanges };
    let what = what.with("path", Printable(name.as_bytes()));
    let mut complaint = Complaint { kind: Some(NoLog::Capture), ..Complaint::new(what) };
    complaint = complaint.fact(
        Message::CaptureHolds
            .with("packets", Message::Packets.with("n", counts.packets))
            .with("connections", Message::TcpConnections.with("n", counts.tcp_connections)),
    );
    for fact in [encrypted(counts), not_read(counts), fragments(counts)].into_iter().flatten() {
        complaint = complaint.fact(fact);
    }
    complaint.tip(if counts.secured > 0 { Message::CaptureSecuredTip } else { Message::CaptureTip })
}

/// What is missing in a capture of which something can be read.
pub(super) fn lacking(name: &str, counts: &CaptureCounts) -> Vec<Complaint> {
    let of_path = |fact: Said| Message::OfPath.with("path", Printable(name.as_bytes())).with("what", fact);
    let facts = [encrypted(counts), not_read(counts), fragments(counts), forgotten(counts)];
    let warnings = facts.into_iter().flatten().map(|fact| Complaint::warning(of_path(fact)));
    warnings.chain(gaps(name, counts)).collect()
}

fn gaps(name: &str, counts: &CaptureCounts) -> Option<Complaint> {
    let what = Message::CaptureGaps
        .with("path", Printable(name.as_bytes()))
        .with("bytes", Message::Bytes.with("n", counts.bytes_lost))
        .with("places", Message::Places.with("n", counts.gaps));
    let complaint = Complaint::warning(what).fact(Message::CaptureGapsFact).tip(Message::CaptureGapsTip);
    (counts.gaps > 0).then_some(complaint)
}

fn encrypted(counts: &CaptureCounts) -> Option<Said> {
    let connections = Message::ControlConnections.with("n", counts.control_connections);
    (counts.secured > 0)
        .then(|| Message::CaptureSecured.with("n", counts.secured).with("connections", connections))
}

fn not_read(counts: &CaptureCounts) -> Option<Said> {
    let packets = Message::Packets.with("n", counts.packets_not_read);
    let what = match counts.link_not_read {
        Some(link) => Message::CaptureLink.with("link", link.to_string()),
        None => Message::CaptureNoInterface.into(),
    };
    (counts.packets_not_read > 0).then(|| what.with("packets", packets))
}

fn fragments(counts: &CaptureCounts) -> Option<Said> {
    (counts.fragments > 0).then(|| Message::CaptureFragments.with("n", counts.fragments))
}

fn forgotten(counts: &CaptureCounts) -> Option<Said> {
    let n = counts.connections_forgotten;
    (n > 0).then(|| Message::CaptureForgotten.with("n", n))
}
