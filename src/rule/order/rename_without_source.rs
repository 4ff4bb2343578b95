//! RNTO that was refused because no RNFR was in force (RFC 959 section 4.1.3).

use super::starts_late;
use crate::ftp::{Code, Login, Rename, Verb};
use crate::rule::ledger::Ledger;
use crate::rule::{Check, Fact, Finding, Found, Group, Related, Role, Rule, Severity, Suspect};
use crate::session::Watch;

pub(super) static RULE: Rule = Rule {
    name: "rename-without-source",
    severity: Severity::Error,
    group: Group::Order,
    replies: &[503],
    cases: &[
        "refused",
        "unanswered",
        "missing",
        "interrupted",
        "consumed",
        "earlier-connection",
        "starts-late",
    ],
    check: Check::Suspect(check),
    about: Watch::of(&[Verb::RNTO]),
    revise: Some(revise),
    ..Rule::BASE
};

fn check(suspect: &Suspect) -> Option<Found> {
    let code = suspect.refusal().filter(|_| suspect.verb == Verb::RNTO)?;
    let state = suspect.state;
    // A target that the server does not allow, while a rename is in progress, is no matter of order.
    let about_target = matches!(code, Code(550 | 553 | 532 | 501 | 452 | 552));
    let (case, cause, between) = match state.rename {
        Rename::Ready(_) => return None,
        Rename::Crossed { .. } if about_target => return None,
        Rename::Refused(m) => ("refused", Some(m), None),
        Rename::Unanswered(m) => ("unanswered", Some(m), None),
        Rename::Crossed { source, by } => ("interrupted", Some(source), Some(by)),
        Rename::Used(m) => ("consumed", Some(m), None),
        Rename::None if starts_late(suspect) => ("starts-late", None, None),
        // That is a matter of the login.
        Rename::None if state.login == Login::Nobody && code == Code(530) => return None,
        Rename::None => ("missing", None, None),
    };
    Some(Found::new(case).cause(cause).between(between))
}

/// Looks for the RNFR on an earlier connection of the same client.
fn revise(finding: &mut Finding, ledger: &Ledger) {
    if !matches!(finding.case, "missing" | "starts-late") {
        return;
    }
    let Some(dangling) = ledger.dangling_before(finding.place, finding.client(), finding.user()) else {
        return;
    };
    finding.case = "earlier-connection";
    finding.confidence = crate::session::Confidence::Likely.min(finding.confidence);
    finding.related.insert(0, Related { role: Role::Cause, place: dangling.place });
    finding.facts.push(("cause_line", Fact::Line(dangling.place.line)));
    // Where there are too many findings of the rule, the last ones have no transcript.
    if !finding.transcript.is_empty() {
        finding.transcript.insert_before(dangling.place, &dangling.said);
    }
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::{after_login, judged_by_default, of_rule};

    fn judged(lines: &[&str]) -> Vec<String> {
        of_rule("rename-without-source", after_login(lines))
    }

    #[test]
    fn a_target_without_a_source_is_refused_with_many_codes() {
        for refusal in [
            "503 RNFR required first.",
            "450 Please tell me what file you want to rename first",
            "550 Requested action not taken: internal server error",
            "501 Bad sequence of commands",
        ] {
            assert_eq!(judged(&["RNTO b", refusal]), ["rename-without-source/missing line 6"], "{refusal}");
        }
    }

    #[test]
    fn what_became_of_the_source_is_told() {
        let case = |name: &str, line: u32| [format!("rename-without-source/{name} line {line}")];
        assert_eq!(judged(&["RNFR a", "550 x", "RNTO b", "503 x"]), case("refused", 8));
        assert_eq!(judged(&["RNFR a", "350 x", "NOOP", "200 x", "RNTO b", "503 x"]), case("interrupted", 10));
        let used = ["RNFR a", "350 x", "RNTO b", "553 x", "RNTO c", "503 x"];
        assert_eq!(judged(&used), case("consumed", 10));
        assert!(judged(&["RNFR a", "350 x", "RNTO b", "553 x"]).is_empty());
    }

    #[test]
    fn a_log_that_starts_late_may_lack_the_source() {
        assert_eq!(judged_by_default(&["RNTO b", "503 x"]), ["rename-without-source/starts-late line 1"]);
        // Nothing can have come before the login.
        let login = ["USER a", "331 x", "PASS b", "230 x", "RNTO b", "503 x"];
        assert_eq!(judged_by_default(&login), ["rename-without-source/missing line 5"]);
    }
}
