//! 502, and other ways of saying that a command is known and not offered, with what the session shows about it.

use super::lack::{Lack, soon_after};
use crate::ftp::{Code, Mark, Verb};
use crate::rule::ledger::Ledger;
use crate::rule::servers::Elsewhere;
use crate::rule::{Check, Fact, Finding, Found, Group, Related, Role, Rule, Severity, Suspect};
use crate::session::{Confidence, Exchange, Stand};

pub(super) static RULE: Rule = Rule {
    name: "command-not-implemented",
    severity: Severity::Warning,
    group: Group::Support,
    replies: &[502],
    cases: CASES,
    check: Check::Suspect(check),
    revise: Some(revise),
    ..Rule::BASE
};

/// The cases of both rules about support.
pub(super) const CASES: &[&str] = &[
    "plain",
    "help-marks",
    "feat-lacks",
    "feat-lists",
    "worked",
    "in-transfer",
    "replaced",
    "help-marks-elsewhere",
    "feat-lacks-elsewhere",
    "worked-elsewhere",
];

fn check(suspect: &Suspect) -> Option<Found> {
    (suspect.lack() == Some(Lack::NotImplemented)).then(|| explained(suspect))
}

/// The finding with what the session shows about the command.
pub(super) fn explained(suspect: &Suspect) -> Found {
    let verb = suspect.verb;
    if let Some(other) = soon_after(&suspect.exchange, equivalents(verb)) {
        return Found::new("replaced")
            .cause_as(Role::Consequence, other.mark())
            .severity(Severity::Note)
            .fact("other_verb", Fact::Word(other.verb().name()));
    }
    let stand = suspect.session().stand(verb, suspect.exchange.mark());
    let (case, cause) = match stand {
        // Another SITE command says nothing about this one.
        _ if verb == Verb::SITE => ("plain", None),
        Stand::Unknown => ("plain", None),
        Stand::Worked(m) => match transfer_at(&suspect.exchange) {
            Some(transfer) => return Found::new("in-transfer").cause(transfer).sure(Confidence::Likely),
            None => ("worked", Some(m)),
        },
        Stand::Listed(m) => ("feat-lists", Some(m)),
        Stand::NotListed(m) => ("feat-lacks", Some(m)),
        Stand::Starred(m) => ("help-marks", Some(m)),
    };
    let unsure = case == "plain" && suspect.code() == Some(Code(500));
    let confidence = if unsure { Confidence::Likely } else { Confidence::Certain };
    // A client that only says its name, or asks what there is, loses nothing.
    let asks = matches!(verb, Verb::CLNT | Verb::CSID | Verb::FEAT | Verb::OPTS | Verb::LANG);
    let severity = asks.then_some(Severity::Note);
    Found::new(case).cause_as(Role::Capability, cause).severity(severity).sure(confidence)
}

/// The transfer that had begun and not ended when the command was sent.
fn transfer_at(exchange: &Exchange) -> Option<Mark> {
    let transfer = exchange.previous().filter(|e| e.verb().transfers() && e.is_started())?;
    transfer.reply().is_some_and(|end| end.place > exchange.place()).then(|| transfer.mark())
}

/// Looks for what other sessions of the same server show, where this one shows nothing.
pub(super) fn revise(finding: &mut Finding, ledger: &Ledger) {
    // Another SITE command says nothing about this one, and other words cannot be told apart.
    if finding.case != "plain" || matches!(finding.verb(), Verb::SITE | Verb::OTHER) {
        return;
    }
    let known = ledger.servers.elsewhere(finding.place.source, finding.software, finding.verb());
    let (case, proof) = match known {
        None => return,
        Some(Elsewhere::Worked(proof)) => ("worked-elsewhere", proof),
        Some(Elsewhere::Starred(proof)) => ("help-marks-elsewhere", proof),
        Some(Elsewhere::NotListed(proof)) => ("feat-lacks-elsewhere", proof),
    };
    finding.case = case;
    finding.confidence = Confidence::Likely.min(finding.confidence);
    finding.related.insert(0, Related { role: Role::Capability, place: proof.place });
    finding.facts.push(("cause_line", Fact::Line(proof.place.line)));
    // Where there are too many findings of the rule, the last ones have no transcript.
    if !finding.transcript.is_empty() {
        finding.transcript.insert_before(proof.place, &proof.said);
    }
}

/// Commands that do what another one does.
fn equivalents(verb: Verb) -> &'static [Verb] {
    match verb {
        Verb::EPSV => &[Verb::PASV],
        Verb::PASV => &[Verb::EPSV, Verb::PORT],
        Verb::EPRT => &[Verb::PORT],
        Verb::LPRT | Verb::LPSV => &[Verb::EPRT, Verb::EPSV, Verb::PORT, Verb::PASV],
        Verb::MLSD => &[Verb::LIST, Verb::NLST],
        Verb::MLST => &[Verb::SIZE, Verb::MDTM, Verb::LIST, Verb::STAT],
        Verb::XMKD => &[Verb::MKD],
        Verb::MKD => &[Verb::XMKD],
        Verb::XRMD => &[Verb::RMD],
        Verb::RMD => &[Verb::XRMD],
        Verb::XPWD => &[Verb::PWD],
        Verb::PWD => &[Verb::XPWD],
        Verb::XCWD => &[Verb::CWD],
        Verb::CWD => &[Verb::XCWD],
        Verb::XCUP => &[Verb::CDUP],
        Verb::CDUP => &[Verb::XCUP, Verb::CWD],
        _ => &[],
    }
}
