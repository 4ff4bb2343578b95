//! Refusals that do no harm: the client only wanted to know, or made sure that something is or is not there, and went on.
//! And those that another finding names as its cause.

use super::ground::Ground;
use super::path::{lies_in, path, same_file};
use crate::ftp::{Code, Verb};
use crate::rule::Suspect;
use crate::session::Exchange;

/// Exchanges after a refusal, or before it, in which the client shows what it was for.
const SOON: usize = 8;

/// Whether a client that goes on like this has lost nothing.
pub(super) fn is_harmless(suspect: &Suspect, ground: Ground, asked: &[u8]) -> bool {
    let exchange = &suspect.exchange;
    let verb = suspect.verb;
    // What came next would have been refused for it, too.
    if matches!(ground, Ground::Full | Ground::Quota) {
        return false;
    }
    if tried_again(exchange, asked) {
        return true;
    }
    match verb {
        // Asking whether something is there is no mistake, whatever the answer.
        Verb::SIZE | Verb::MDTM | Verb::MLST | Verb::STAT | Verb::PRET => {
            !is_right(ground) || soon(exchange).any(|e| is_about(&e, asked))
        }
        Verb::CWD | Verb::XCWD => {
            soon(exchange).any(|e| is_about(&e, asked) && (makes(e.verb()) || is_good(&e)))
        }
        Verb::MKD | Verb::XMKD => is_used(exchange, asked) || was_entered(exchange, asked),
        Verb::DELE => !is_right(ground) && soon(exchange).any(|e| is_about(&e, asked) && writes(e.verb())),
        Verb::RMD | Verb::XRMD => {
            ground == Ground::Missing && soon(exchange).any(|e| makes(e.verb()) && is_about(&e, asked))
        }
        Verb::RETR => {
            !is_right(ground)
                && soon(exchange).any(|e| shows_folder(e.verb()) && is_about(&e, asked) && is_good(&e))
        }
        // A refused RNTO right after it has a finding that names this refusal as its cause.
        Verb::RNFR => exchange.next().is_some_and(|e| e.verb() == Verb::RNTO && e.is_refused()),
        Verb::LIST | Verb::NLST | Verb::MLSD => is_empty_listing(suspect, ground, asked),
        _ => false,
    }
}

fn soon<'s>(exchange: &Exchange<'s>) -> impl Iterator<Item = Exchange<'s>> + use<'s> {
    exchange.after().take(SOON)
}

fn is_about(exchange: &Exchange, asked: &[u8]) -> bool {
    path(exchange).is_some_and(|path| same_file(path, asked))
}

fn is_good(exchange: &Exchange) -> bool {
    exchange.code().is_some_and(Code::is_acceptance)
}

fn makes(verb: Verb) -> bool {
    matches!(verb, Verb::MKD | Verb::XMKD)
}

/// Commands that work only if the path is a folder.
fn shows_folder(verb: Verb) -> bool {
    matches!(verb, Verb::CWD | Verb::XCWD | Verb::LIST | Verb::NLST | Verb::MLSD)
}

fn writes(verb: Verb) -> bool {
    matches!(verb, Verb::STOR | Verb::APPE | Verb::RNTO)
}

/// Whether the same command with the same path was accepted soon after.
fn tried_again(exchange: &Exchange, asked: &[u8]) -> bool {
    !asked.is_empty()
        && soon(exchange)
            .any(|e| e.verb() == exchange.verb() && e.argument() == exchange.argument() && is_good(&e))
}

/// Whether the folder was there all the same: the client works in it.
fn is_used(exchange: &Exchange, asked: &[u8]) -> bool {
    soon(exchange).any(|e| {
        let is_in = |path: &[u8]| same_file(path, asked) || lies_in(path, asked);
        e.verb() != Verb::SITE && is_good(&e) && path(&e).is_some_and(is_in)
    })
}

/// Whether the client had been in the folder shortly before.
fn was_entered(exchange: &Exchange, asked: &[u8]) -> bool {
    exchange
        .before()
        .take(SOON)
        .any(|e| matches!(e.verb(), Verb::CWD | Verb::XCWD) && is_good(&e) && is_about(&e, asked))
}

/// Whether the server says more than that the path is not as the client thought.
fn is_right(ground: Ground) -> bool {
    matches!(ground, Ground::Denied | Ground::Anonymous | Ground::ReadOnly | Ground::Name | Ground::Outside)
}

/// A listing of nothing: an empty folder, or no file of that pattern.
fn is_empty_listing(suspect: &Suspect, ground: Ground, asked: &[u8]) -> bool {
    if is_right(ground) {
        return false;
    }
    let is_pattern = asked.iter().any(|b| b"*?[".contains(b));
    let names_only = asked.is_empty() && suspect.verb == Verb::NLST;
    let of_nothing = suspect.says(&["no files", "no match", "is empty", "empty directory"]);
    let made = || {
        soon(&suspect.exchange)
            .any(|e| path(&e).is_some_and(|p| lies_in(p, asked)) && (makes(e.verb()) || writes(e.verb())))
    };
    is_pattern || names_only || of_nothing || made()
}
