//! AUTH was accepted and nothing followed: probably the handshake failed, or the client did not trust the certificate.

use crate::event::Holds;
use crate::ftp::{Code, Verb};
use crate::rule::{Check, Found, Group, Rule, Severity, Suspect};
use crate::session::{Confidence, Ending, Watch};

pub(super) static RULE: Rule = Rule {
    name: "tls-handshake-unfinished",
    severity: Severity::Warning,
    group: Group::Tls,
    replies: &[234],
    cases: &["nothing-followed"],
    check: Check::Exchange(Watch::of(&[Verb::AUTH]), check),
    ..Rule::BASE
};

fn check(suspect: &Suspect) -> Option<Found> {
    let session = suspect.session();
    let accepted = suspect.code() == Some(Code(234)) && suspect.exchange.next().is_none();
    // Who reads the wire cannot read what is said inside TLS.
    let reads_wire =
        matches!(session.dialect().name, "capture" | "zeek" | "suricata") || session.is_secured();
    if !accepted || reads_wire || session.dialect().holds > Holds::FinalReplies || !session.has_ended() {
        return None;
    }
    (session.ending() == Ending::Lost).then(|| Found::new("nothing-followed").sure(Confidence::Likely))
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::judged_by_default;

    #[test]
    fn a_session_that_went_on_and_a_log_that_ends_show_nothing() {
        assert!(judged_by_default(&["220 x", "AUTH TLS", "234 x", "USER a", "331 x"]).is_empty());
        assert!(judged_by_default(&["220 x", "AUTH TLS", "234 x"]).is_empty());
    }
}
