//! Whether a refusal demands TLS, and what the exchanges around it show about it.

use crate::ftp::{Code, Tls, Verb};
use crate::rule::Suspect;
use crate::session::Exchange;
use crate::text::holds;

/// Exchanges before a refusal in which its cause is looked for.
const LOOKED_BACK_MAX: usize = 256;
/// Exchanges after a refusal in which the client may have done it otherwise.
const LOOKED_AHEAD_MAX: usize = 6;

/// One of these stands in every reply about TLS; most refusals have none.
const HINTS: &[&str] = &["tls", "ssl", "encrypt", "secur", "clear", "use auth", "plain ftp"];

/// How servers demand TLS.
const DEMANDS: &[&str] = &[
    "tls required",
    "ssl required",
    "tls is required",
    "ssl is required",
    "tls connection is required",
    "tls connection required",
    "ssl connection required",
    "requires tls",
    "requires ssl",
    "require tls",
    "require ssl",
    "over tls",
    "over ssl",
    "using tls",
    "using ssl",
    "must use tls",
    "must use ssl",
    "must use encryption",
    "encryption required",
    "encryption is required",
    "requires encryption",
    "must be encrypted",
    "use auth",
    "plain ftp",
    "cleartext sessions",
    "cleartext logins",
    "clear text logins",
    "insecure control connection",
    "insecure connection",
    "non-secure connection",
    "secure connection required",
    "secure connection is required",
    "requires a secure",
    "must be secure",
];

/// Whether a refusal demands TLS. A file whose name is such words is no demand.
pub(super) fn demands_tls(suspect: &Suspect) -> bool {
    if is_about_file(suspect) || !suspect.says(HINTS) {
        return false;
    }
    let argument = suspect.exchange.argument();
    DEMANDS.iter().any(|words| suspect.says(&[words]) && !holds(argument, words))
}

/// Whether a refusal has the code that is for files and nearly always about them, and does not begin as the servers do that
/// use it for TLS (`ProFTPD`, pyftpdlib). Such refusals are the most.
pub(super) fn is_about_file(suspect: &Suspect) -> bool {
    suspect.code() == Some(Code(550)) && !suspect.says(&["ssl/tls"])
}

/// Whether AUTH asks for TLS, by whatever name.
pub(super) fn asks_for_tls(exchange: &Exchange) -> bool {
    let mechanism = exchange.argument().trim_ascii();
    let is = |name: &[u8]| mechanism.get(..3).is_some_and(|word| word.eq_ignore_ascii_case(name));
    is(b"TLS") || is(b"SSL")
}

/// Whether the control connection is protected, or is about to be. Implicit TLS needs no AUTH; a PBSZ that was accepted
/// without one shows it.
pub(super) fn is_protected(suspect: &Suspect) -> bool {
    match suspect.state.tls {
        Tls::On(_) | Tls::Pending(_) => true,
        Tls::Off => suspect.state.buffer_size || suspect.session().is_secured(),
        Tls::Refused(_) => suspect.session().is_secured(),
        Tls::Cleared(_) => false,
    }
}

/// The last exchange before with which `is_it` agrees, unless it is too long ago.
pub(super) fn last_before<'s>(
    exchange: &Exchange<'s>,
    is_it: impl Fn(&Exchange) -> bool,
) -> Option<Exchange<'s>> {
    let earlier = exchange.before();
    earlier.take(LOOKED_BACK_MAX).find(|e| is_it(e))
}

/// The first exchange with that command that was accepted soon after.
pub(super) fn accepted_soon_after<'s>(exchange: &Exchange<'s>, verb: Verb) -> Option<Exchange<'s>> {
    let later = exchange.after();
    let accepted = |e: &Exchange| e.verb() == verb && e.code().is_some_and(Code::is_acceptance);
    later.take(LOOKED_AHEAD_MAX).find(accepted)
}

/// An earlier transfer of the session that worked with a protected data connection.
pub(super) fn worked_before<'s>(suspect: &Suspect<'s>) -> Option<Exchange<'s>> {
    let since = suspect.state.protected;
    let worked = |e: &Exchange| e.verb().transfers() && e.is_done() && since.is_none_or(|m| e.mark() > m);
    last_before(&suspect.exchange, worked)
}
