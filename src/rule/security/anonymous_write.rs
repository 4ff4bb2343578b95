//! Something that an anonymous user changed on the server (RFC 1635, RFC 2577 section 4).

use super::names::{is_anonymous, is_carried_out};
use crate::ftp::Verb;
use crate::rule::{Check, Found, Group, Rule, Set, Severity, Suspect};
use crate::session::{Stand, Watch};

pub(super) static RULE: Rule = Rule {
    name: "anonymous-write",
    severity: Severity::Error,
    group: Group::Security,
    set: Set::Audit,
    replies: &[226, 250, 257],
    cases: &["stored", "changed"],
    check: Check::Exchange(Watch::of(WRITES), check),
    ..Rule::BASE
};

/// Commands that change what the server holds.
const WRITES: &[Verb] = &[
    Verb::STOR,
    Verb::STOU,
    Verb::APPE,
    Verb::MKD,
    Verb::XMKD,
    Verb::RMD,
    Verb::XRMD,
    Verb::DELE,
    Verb::RNTO,
];

fn check(suspect: &Suspect) -> Option<Found> {
    let session = suspect.session();
    if !is_anonymous(session.user()) || !is_carried_out(&suspect.exchange) {
        return None;
    }
    // Once a command and session is enough.
    if matches!(session.stand(suspect.verb, suspect.exchange.mark()), Stand::Worked(_)) {
        return None;
    }
    let stores = matches!(suspect.verb, Verb::STOR | Verb::STOU | Verb::APPE | Verb::MKD | Verb::XMKD);
    Some(Found::new(if stores { "stored" } else { "changed" }))
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::judged;

    fn found(user: &str, lines: &[&str]) -> Vec<String> {
        let user = format!("USER {user}");
        let login = ["220 x", &user, "331 x", "PASS b", "230 x"];
        let found = judged(&[&login[..], lines].concat());
        found.into_iter().filter(|f| f.starts_with("anonymous-write")).collect()
    }

    #[test]
    fn each_kind_of_change_is_found_once() {
        let lines = ["MKD a", "257 x", "MKD b", "257 x", "DELE c", "250 x"];
        assert_eq!(
            found("anonymous", &lines),
            ["anonymous-write/stored line 6", "anonymous-write/changed line 10"]
        );
    }

    #[test]
    fn what_was_refused_or_done_by_somebody_known_is_none() {
        assert!(found("anonymous", &["MKD a", "550 Permission denied."]).is_empty());
        assert!(found("ann", &["MKD a", "257 x"]).is_empty());
    }
}
