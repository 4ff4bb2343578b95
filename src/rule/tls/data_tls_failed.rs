//! A transfer under PROT P that began and then found no data connection: TLS failed on it, not the firewall (RFC 4217 section 9).

use super::demand::worked_before;
use crate::event::Holds;
use crate::ftp::{Code, Data};
use crate::rule::{Check, Found, Group, Rule, Severity, Suspect};
use crate::session::{Confidence, Ending, Watch};

pub(super) static RULE: Rule = Rule {
    name: "data-tls-failed",
    severity: Severity::Error,
    group: Group::Tls,
    replies: &[421, 425, 522],
    cases: &["named", "not-permitted", "after-150", "silent"],
    check: Check::Suspect(check),
    about: Watch::TRANSFERS,
    ..Rule::BASE
};

/// Words about TLS in a reply to a transfer.
const NAMED: &[&str] = &["tls", "ssl", "handshak", "alpn", "connection secure"];

fn check(suspect: &Suspect) -> Option<Found> {
    let state = suspect.state;
    let prot =
        state.protected.filter(|_| suspect.verb.transfers() && matches!(state.data, Data::Ready(_)))?;
    let found = |case, confidence| Some(Found::new(case).cause(prot).sure(confidence));
    let started = suspect.exchange.is_started();
    let Some(code) = suspect.code() else {
        return if is_silent(suspect) { found("silent", Confidence::Possible) } else { None };
    };
    match code {
        Code(425 | 426 | 450 | 451 | 421 | 522) if suspect.says(NAMED) => found("named", Confidence::Certain),
        Code(522) => found("named", Confidence::Likely),
        // 150 says that the connection stands on servers that accept it first, and all that follows is the handshake.
        Code(425) if started && suspect.says(&["not permitted"]) => {
            found("not-permitted", Confidence::Likely)
        }
        Code(425) if started && worked_before(suspect).is_none() => found("after-150", Confidence::Likely),
        Code(421) if started && suspect.says(&["data c"]) && worked_before(suspect).is_none() => {
            found("after-150", Confidence::Possible)
        }
        _ => None,
    }
}

/// Whether the connection was lost in the first protected transfer, without a word.
fn is_silent(suspect: &Suspect) -> bool {
    let session = suspect.session();
    let is_last = suspect.exchange.next().is_none() && session.has_ended();
    let lost = is_last && session.ending() == Ending::Lost && session.dialect().holds == Holds::Everything;
    suspect.exchange.is_started() && lost && worked_before(suspect).is_none()
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::judged_by_default;

    const START: [&str; 11] = [
        "220 x", "AUTH TLS", "234 x", "USER a", "331 x", "PASS b", "230 x", "PBSZ 0", "200 x", "PROT P",
        "200 x",
    ];
    const PASV: [&str; 2] = ["PASV", "227 x (1,2,3,4,5,6)"];

    fn transfer(lines: &[&str]) -> Vec<String> {
        let found = judged_by_default(&[&START[..], &PASV[..], lines].concat());
        found.into_iter().filter(|f| f.starts_with("data-tls-failed")).collect()
    }

    #[test]
    fn a_425_behind_a_150_is_about_tls() {
        let not_permitted = "425 Unable to build data connection: Operation not permitted";
        assert_eq!(transfer(&["LIST", "150 x", not_permitted]), ["data-tls-failed/not-permitted line 14"]);
        assert_eq!(transfer(&["LIST", "150 x", "425 x"]), ["data-tls-failed/after-150 line 14"]);
        let timeout = "421 Data connection timed out.";
        assert_eq!(transfer(&["LIST", "150 x", timeout]), ["data-tls-failed/after-150 line 14"]);
        let named = "522 SSL connection failed; session setup failed";
        assert_eq!(transfer(&["LIST", "150 x", named]), ["data-tls-failed/named line 14"]);
    }

    #[test]
    fn a_425_without_150_may_be_the_firewall() {
        assert!(transfer(&["LIST", "425 Failed to establish connection."]).is_empty());
    }

    #[test]
    fn where_a_transfer_worked_before_tls_is_not_to_blame() {
        let lines = ["LIST", "150 x", "226 x", "PASV", "227 x (1,2,3,4,5,7)", "LIST", "150 x", "425 x"];
        assert!(transfer(&lines).is_empty());
    }

    #[test]
    fn without_prot_p_it_is_no_matter_of_tls() {
        let lines = ["220 x", "USER a", "331 x", "PASS b", "230 x", "PASV", "227 x (1,2,3,4,5,6)"];
        let found = judged_by_default(&[&lines[..], &["LIST", "150 x", "425 x"]].concat());
        assert!(!found.iter().any(|f| f.starts_with("data-tls-failed")), "{found:?}");
    }
}
