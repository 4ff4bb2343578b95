//! A path that climbs out of its folder: runs of `..`, or `..` in disguise (CWE-22).

use crate::ftp::Verb;
use crate::rule::{Check, Found, Group, Numbers, Rule, Set, Setting, Severity, Suspect, Unit};
use crate::session::{Confidence, Watch};
use crate::text::holds;

pub(super) static RULE: Rule = Rule {
    name: "path-traversal",
    severity: Severity::Warning,
    group: Group::Security,
    set: Set::Audit,
    replies: &[226, 250, 550],
    cases: &["accepted", "refused"],
    settings: &[Setting { key: "levels", unit: Unit::Count, default: 3 }],
    check: Check::Exchange(Watch::of(WITH_PATH), check),
    ..Rule::BASE
};

/// The number of the setting.
const LEVELS: usize = 0;

/// Commands whose argument is a path.
const WITH_PATH: &[Verb] = &[
    Verb::CWD,
    Verb::XCWD,
    Verb::RETR,
    Verb::STOR,
    Verb::APPE,
    Verb::DELE,
    Verb::MKD,
    Verb::XMKD,
    Verb::RMD,
    Verb::XRMD,
    Verb::RNFR,
    Verb::RNTO,
    Verb::LIST,
    Verb::NLST,
    Verb::MLSD,
    Verb::MLST,
    Verb::SIZE,
    Verb::MDTM,
    Verb::STAT,
    Verb::SITE,
];

fn check(suspect: &Suspect) -> Option<Found> {
    let path = suspect.exchange.argument();
    if !climbs(path, suspect.numbers) {
        return None;
    }
    let code = suspect.code()?;
    if code.is_refusal() {
        return Some(Found::new("refused"));
    }
    // CWD and listings of what lies above the root end at the root on most servers.
    let moves = matches!(suspect.verb, Verb::RETR | Verb::STOR | Verb::APPE | Verb::DELE | Verb::RNFR);
    let severity = moves.then_some(Severity::Error);
    Some(Found::new("accepted").severity(severity).sure(Confidence::Likely))
}

/// Whether a path climbs higher than its own folders and so many more, or is written so as to hide that it climbs.
fn climbs(path: &[u8], numbers: Numbers) -> bool {
    if !path.contains(&b'.') && !path.contains(&b'%') {
        return false;
    }
    if ["%2e%2e", "%2e.", ".%2e", "..%2f", "..%5c", "..%c0%af"].iter().any(|hidden| holds(path, hidden)) {
        return true;
    }
    let (mut depth, mut lowest) = (0_i64, 0);
    for part in path.split(|b| matches!(b, b'/' | b'\\')) {
        match part {
            b"" | b"." => {}
            dots if dots.len() >= 2 && dots.iter().all(|b| *b == b'.') => depth -= 1,
            _ => depth += 1,
        }
        lowest = depth.min(lowest);
    }
    let absolute = path.first().is_some_and(|b| matches!(b, b'/' | b'\\'));
    let allowed = if absolute { 0 } else { numbers.get(LEVELS) - 1 };
    -lowest > allowed
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::judged;

    fn found(command: &str, reply: &str) -> Vec<String> {
        let lines = ["220 x", "USER a", "331 x", "PASS b", "230 x", command, reply];
        judged(&lines).into_iter().filter(|f| f.starts_with("path-traversal")).collect()
    }

    #[test]
    fn paths_that_climb_are_found_in_every_disguise() {
        for path in [
            "../../../etc/passwd",
            "/../../etc/passwd",
            "..\\..\\..\\boot.ini",
            "a/%2e%2e/%2e%2e/b",
            "/a/../../b",
            "..%5c..%5cboot.ini",
        ] {
            let refused = found(&format!("RETR {path}"), "550 x");
            assert_eq!(refused, ["path-traversal/refused line 6"], "{path}");
        }
        assert_eq!(found("SIZE ../../../../etc/shadow", "213 5"), ["path-traversal/accepted line 6"]);
    }

    #[test]
    fn walking_about_is_no_attack() {
        for path in ["..", "../..", "../a/b", "a/../b", "/a/b/../../c", "file...txt", "v1.2..3", "50%25.txt"]
        {
            assert!(found(&format!("CWD {path}"), "250 x").is_empty(), "{path}");
        }
    }
}
