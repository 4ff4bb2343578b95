//! 502, and other ways of saying that a command is known and not offered, with what the session shows about it.

use super::{Check, Fact, Found, Group, Role, Rule, Severity, Suspect};
use crate::ftp::{Argument, Code, Verb};
use crate::session::{Confidence, Exchange, Stand};

pub(super) static RULE: Rule = Rule {
    name: "command-not-implemented",
    severity: Severity::Warning,
    group: Group::Support,
    replies: &[502],
    cases: CASES,
    check: Check::Exchange(check),
    revise: None,
};

/// The cases of both rules about support.
pub(super) const CASES: &[&str] = &["plain", "help-marks", "feat-lacks", "feat-lists", "worked", "replaced"];

/// A reply of this length has no words.
const CODE_BYTES: usize = 4;
/// Exchanges after a refusal in which the client may have used another command instead.
const REPLACED_WITHIN: usize = 3;

fn check(suspect: &Suspect) -> Option<Found> {
    (suspect.lack() == Some(Lack::NotImplemented)).then(|| explained(suspect))
}

/// What a refusal says about the command itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lack {
    /// The server knows it and does not offer it.
    NotImplemented,
    /// The server does not know it.
    Unknown,
}

/// Whether a refusal is about the command itself, not its argument, its turn or its file.
pub(super) fn lack(suspect: &Suspect) -> Option<Lack> {
    // Codes that say something else about a command are the most.
    let code = suspect.refused_command()?;
    if matches!(code, Code(504 | 530 | 550 | 501 | 503 | 421 | 425 | 426 | 450..=452 | 551..=553)) {
        return None;
    }
    let verb = suspect.verb;
    // AUTH SSL refused and AUTH TLS accepted: it was the argument.
    if verb != Verb::SITE && soon_after(&suspect.exchange, &[verb]).is_some() {
        return None;
    }
    let argued = !suspect.exchange.argument().is_empty();
    // HELP and SITE are refused for their topic.
    if verb == Verb::HELP && argued {
        return None;
    }
    let silent = || suspect.reply.is_some_and(|r| r.raw().len() <= CODE_BYTES);
    match code {
        Code(502) => Some(Lack::NotImplemented),
        // The BSD family answers 500 to a known command without its argument; so does ProFTPD.
        Code(500) if verb.argument() == Argument::Required && !argued => None,
        // Every server has these: what it does not understand is the argument.
        Code(500) if is_everywhere(verb) && argued => None,
        Code(500) if suspect.says(UNKNOWN) => Some(Lack::Unknown),
        // Codes of no RFC, such as 402, must say it in words.
        Code(500 | 400..=409) if suspect.says(MISSING) => Some(Lack::NotImplemented),
        Code(500) if suspect.says(REFUSED) => None,
        Code(500) if verb == Verb::OTHER || verb.is_extension() && silent() => Some(Lack::Unknown),
        _ => None,
    }
}

/// Words of servers that do not know a command.
const UNKNOWN: &[&str] =
    &["unknown", "not understood", "unrecogni", "not recogni", "invalid command", "bad command"];
/// Words of servers that know a command and do not offer it.
const MISSING: &[&str] = &["not implemented", "unimplemented", "not supported", "unsupported"];
/// Words of servers that know a command and do not like how it was given.
const REFUSED: &[&str] =
    &["illegal", "oops", "too long", "bad eprt", "eprt protocol", "requires", "argument", "parameter"];

/// Commands of the minimum implementation that take an argument (RFC 959 section 5.1).
fn is_everywhere(verb: Verb) -> bool {
    matches!(
        verb,
        Verb::USER
            | Verb::PASS
            | Verb::TYPE
            | Verb::MODE
            | Verb::STRU
            | Verb::RETR
            | Verb::STOR
            | Verb::PORT
            | Verb::CWD
            | Verb::DELE
            | Verb::RNFR
            | Verb::RNTO
            | Verb::LIST
            | Verb::NLST
            | Verb::REST
    )
}

/// The finding with what the session shows about the command.
pub(super) fn explained(suspect: &Suspect) -> Found {
    let verb = suspect.verb;
    if let Some(other) = soon_after(&suspect.exchange, equivalents(verb)) {
        return Found {
            cause: Some(other.mark()),
            cause_role: Role::Consequence,
            severity: Some(Severity::Note),
            facts: vec![("other_verb", Fact::Word(other.verb().name()))],
            ..Found::new("replaced")
        };
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
    Found { cause, cause_role: Role::Capability, severity, confidence, ..Found::new(case) }
}

/// The first of `verbs` that was accepted soon after.
fn soon_after<'s>(exchange: &Exchange<'s>, verbs: &[Verb]) -> Option<Exchange<'s>> {
    let next = std::iter::successors(exchange.next(), Exchange::next).take(REPLACED_WITHIN);
    next.into_iter().find(|e| verbs.contains(&e.verb()) && e.code().is_some() && !e.is_refused())
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
