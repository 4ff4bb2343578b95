//! Whose login an exchange belongs to, and how it went.

use crate::event::Outcome;
use crate::ftp::Login;
use crate::rule::Suspect;
use crate::session::Exchange;

/// Whether that is a name that everybody may use (RFC 1635).
pub(super) fn is_anonymous(name: &[u8]) -> bool {
    let name = name.trim_ascii();
    name.eq_ignore_ascii_case(b"anonymous") || name.eq_ignore_ascii_case(b"ftp")
}

/// The name that PASS belongs to: that of the USER before it, as far as the log shows it.
pub(super) fn name_of_login<'s>(suspect: &Suspect<'s>) -> &'s [u8] {
    let session = suspect.session();
    let user = match suspect.state.login {
        Login::NeedPassword(mark) | Login::NeedAccount(mark) => session.exchange(mark),
        _ => None,
    };
    user.map_or_else(|| session.user(), |user| user.argument())
}

/// Whether it was carried out, by the reply or by what the log says otherwise.
pub(super) fn is_carried_out(exchange: &Exchange) -> bool {
    exchange.is_done() || exchange.code().is_none() && exchange.outcome() == Some(Outcome::Done)
}
