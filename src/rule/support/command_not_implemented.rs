//! 502, and other ways of saying that a command is known and not offered, with what the session shows about it.

use super::lack::{Lack, soon_after};
use crate::ftp::{Code, Verb};
use crate::rule::{Check, Fact, Found, Group, Role, Rule, Severity, Suspect};
use crate::session::{Confidence, Stand};

pub(super) static RULE: Rule = Rule {
    name: "command-not-implemented",
    severity: Severity::Warning,
    group: Group::Support,
    replies: &[502],
    cases: CASES,
    check: Check::Suspect(check),
    ..Rule::BASE
};

/// The cases of both rules about support.
pub(super) const CASES: &[&str] = &["plain", "help-marks", "feat-lacks", "feat-lists", "worked", "replaced"];

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
        Stand::Worked(m) => ("worked", Some(m)),
        Stand::Listed(m) => ("feat-lists", Some(m)),
        Stand::NotListed(m) => ("feat-lacks", Some(m)),
        Stand::Starred(m) => ("help-marks", Some(m)),
    };
    let unsure = case == "plain" && suspect.code() == Some(Code(500));
    let confidence = if unsure { Confidence::Likely } else { Confidence::Certain };
    // A client that only says its name loses nothing.
    let severity = matches!(verb, Verb::CLNT | Verb::CSID).then_some(Severity::Note);
    Found::new(case).cause_as(Role::Capability, cause).severity(severity).sure(confidence)
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
