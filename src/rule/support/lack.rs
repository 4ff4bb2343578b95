//! Whether a refusal says that a server lacks a command, in whatever words and codes it says so.

use crate::ftp::{Argument, Code, State, Tls, Verb};
use crate::rule::Suspect;
use crate::rule::security::scanner::foreign;
use crate::rule::security::site_exec::asks_to_run;
use crate::session::Exchange;

/// A reply of this length has no words.
const CODE_BYTES: usize = 4;
/// Exchanges after a refusal in which the client may have used another command instead.
const REPLACED_WITHIN: usize = 3;

/// What a refusal says about the command itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::rule) enum Lack {
    /// The server knows it and does not offer it.
    NotImplemented,
    /// The server does not know it.
    Unknown,
}

/// Whether a refusal is about the command itself, not its argument, its turn or its file.
pub(in crate::rule) fn lack(suspect: &Suspect) -> Option<Lack> {
    // Codes that say something else about a command are the most.
    let code = suspect.refused_command()?;
    if matches!(code, Code(504 | 530 | 501 | 503 | 421 | 425 | 426 | 450..=452 | 551..=553)) {
        return None;
    }
    // What speaks another protocol lacks nothing.
    if suspect.verb == Verb::OTHER && foreign(&suspect.exchange).is_some() {
        return None;
    }
    let verb = suspect.verb;
    // Small servers say so with the code for files.
    if code == Code(550) {
        return suspect.says(MISSING_COMMAND).then_some(Lack::NotImplemented);
    }
    // AUTH SSL refused and AUTH TLS accepted: it was the argument.
    if !matches!(verb, Verb::SITE | Verb::OTHER) && soon_after(&suspect.exchange, &[verb]).is_some() {
        return None;
    }
    let argued = !suspect.exchange.argument().is_empty();
    if verb == Verb::SITE && asks_to_run(suspect.exchange.argument()) {
        return None;
    }
    // HELP and SITE are refused for their topic.
    if verb == Verb::HELP && argued {
        return None;
    }
    let silent = || suspect.reply.is_some_and(|r| r.raw().len() <= CODE_BYTES);
    match code {
        // It knows the command, and its settings forbid it.
        Code(500 | 502) if suspect.says(&["disabled"]) => None,
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

/// Whether an exchange was refused because the server lacks the command, whatever rule explains it.
#[must_use]
pub fn is_lacking(exchange: Exchange, state: &State) -> bool {
    // What goes with TLS is refused before AUTH in words that say the same.
    let before_tls = matches!(state.tls, Tls::Off | Tls::Refused(_));
    let with_tls = matches!(exchange.verb(), Verb::PBSZ | Verb::PROT | Verb::CCC | Verb::ADAT);
    !(before_tls && with_tls) && lack(&Suspect::new(exchange, state)).is_some()
}

/// Words of servers that do not know a command.
const UNKNOWN: &[&str] =
    &["unknown", "not understood", "unrecogni", "not recogni", "invalid command", "bad command"];
/// Words of servers that know a command and do not offer it.
const MISSING: &[&str] =
    &["not implemented", "unimplemented", "not supported", "unsupported", "unable to handle"];
/// The same where the code speaks of a file.
const MISSING_COMMAND: &[&str] = &["command not implemented", "command not supported", "unknown command"];
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

/// The first of `verbs` that was accepted soon after.
pub(super) fn soon_after<'s>(exchange: &Exchange<'s>, verbs: &[Verb]) -> Option<Exchange<'s>> {
    let mut next = exchange.after().take(REPLACED_WITHIN);
    next.find(|e| verbs.contains(&e.verb()) && e.code().is_some() && !e.is_refused())
}
