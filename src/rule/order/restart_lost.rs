//! REST that was not the last command before its transfer: some servers forget the offset, others carry it over a listing, and
//! no reply shows it (RFC 3659 section 5.3).

use super::earlier;
use crate::ftp::{DataRole, Mark, Restart, Software};
use crate::rule::{Check, Found, Group, Rule, Severity, Suspect};
use crate::session::{Confidence, Exchange, Watch};

pub(super) static RULE: Rule = Rule {
    name: "restart-lost",
    severity: Severity::Warning,
    group: Group::Order,
    replies: &[350],
    cases: &["interrupted", "listing", "carried-over"],
    check: Check::Suspect(check),
    about: Watch::TRANSFERS,
    accepted: true,
    ..Rule::BASE
};

fn check(suspect: &Suspect) -> Option<Found> {
    let exchange = &suspect.exchange;
    // A transfer that did not take place lost nothing.
    let failed = suspect.refusal().is_some() || suspect.reply.is_none() && exchange.outcome().is_none();
    if failed && !exchange.is_started() {
        return None;
    }
    match (suspect.state.restart, suspect.verb.data()) {
        (Restart::Set(set), DataRole::List) => Some(Found::new("listing").cause(set)),
        (Restart::Crossed { set, by }, DataRole::Send | DataRole::Receive) => crossed(suspect, set, by),
        _ => None,
    }
}

/// What became of an offset when the first command after it was no transfer.
fn crossed(suspect: &Suspect, set: Mark, by: Mark) -> Option<Found> {
    let software = suspect.session().software();
    let (keeps, forgets) = (keeps(software), forgets(software));
    let between = || earlier(&suspect.exchange).take_while(|e| e.mark() >= by);
    if let Some(listing) = between().find(is_listing).filter(|_| !forgets) {
        let confidence = if keeps { Confidence::Likely } else { Confidence::Possible };
        return Some(Found::new("carried-over").cause(set).between(listing.mark()).sure(confidence));
    }
    // Many clients send PASV after REST, and most servers keep the offset over it.
    let only_prepared = || between().all(|e| e.verb().data() == DataRole::Setup);
    if keeps || !forgets && only_prepared() {
        return None;
    }
    let confidence = if forgets { Confidence::Likely } else { Confidence::Possible };
    Some(Found::new("interrupted").cause(set).between(by).sure(confidence))
}

/// Whether that is a listing that took place.
fn is_listing(exchange: &Exchange) -> bool {
    exchange.verb().data() == DataRole::List && !exchange.is_refused()
}

/// Servers that keep the offset until a file is transferred.
fn keeps(software: Software) -> bool {
    matches!(software, Software::Vsftpd | Software::Proftpd | Software::PureFtpd | Software::Pyftpdlib)
}

/// Servers of the BSD family forget the offset at any other command.
fn forgets(software: Software) -> bool {
    matches!(software, Software::Inetutils | Software::LinuxFtpd)
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::judged_by_default;

    const LOGIN: [&str; 4] = ["USER a", "331 x", "PASS b", "230 x"];

    fn judged(greeting: &str, lines: &[&str]) -> Vec<String> {
        judged_by_default(&[&[greeting], &LOGIN[..], lines].concat())
    }

    #[test]
    fn an_offset_is_lost_where_servers_forget_it() {
        let lines = ["REST 5", "350 x", "PASV", "227 x", "RETR a", "150 x", "226 x"];
        let inetutils = judged("220 ftp FTP server (GNU inetutils 2.4) ready.", &lines);
        assert_eq!(inetutils, ["restart-lost/interrupted line 10"]);
        assert!(judged("220 x", &lines).is_empty());
        let noop = ["PASV", "227 x", "REST 5", "350 x", "NOOP", "200 x", "RETR a", "150 x", "226 x"];
        assert_eq!(judged("220 x", &noop), ["restart-lost/interrupted line 12"]);
        // They send the rest of the file.
        for greeting in ["220 (vsFTPd 3.0.3)", "220---------- Welcome to Pure-FTPd ----------\n220 x"] {
            let greeting: Vec<&str> = greeting.split('\n').collect();
            let all = [&greeting[..], &LOGIN, &noop].concat();
            assert!(judged_by_default(&all).is_empty(), "{greeting:?}");
        }
    }

    #[test]
    fn an_offset_survives_a_listing_and_cuts_the_next_file() {
        let lines = [
            "PASV", "227 x", "REST 5", "350 x", "LIST", "150 x", "226 x", "PASV", "227 x", "RETR a", "150 x",
            "226 x",
        ];
        let found = judged("220 (vsFTPd 3.0.3)", &lines);
        assert_eq!(found, ["restart-lost/listing line 10", "restart-lost/carried-over line 15"]);
    }

    #[test]
    fn a_transfer_that_did_not_take_place_lost_nothing() {
        let lines = ["PASV", "227 x", "REST 5", "350 x", "NOOP", "200 x", "RETR a", "550 a: No such file"];
        assert!(judged("220 x", &lines).iter().all(|f| !f.starts_with("restart-lost")));
    }
}
