//! RNTO that was refused because no RNFR was in force (RFC 959 section 4.1.3).

use crate::ftp::{Code, Login, Rename, Verb};
use crate::rule::ledger::Ledger;
use crate::rule::{Check, Fact, Finding, Found, Group, Related, Role, Rule, Severity, Suspect};
use crate::session::Beginning;

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
        Rename::None if suspect.session().beginning() == Beginning::Missing => ("starts-late", None, None),
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
