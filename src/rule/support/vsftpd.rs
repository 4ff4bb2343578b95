//! vsftpd and its "Permission denied.", which speaks of settings and never of the rights of a file. A changed greeting
//! (`ftpd_banner`) does not hide it.

use crate::ftp::{Login, Software, Verb};
use crate::rule::Suspect;
use crate::session::Exchange;

/// Exchanges before the login in which its USER stands.
const BACK_MAX: usize = 4;

/// Whether a refusal consists of the words with which vsftpd refuses what its settings forbid, and nothing else with them.
pub(in crate::rule) fn is_bare_denial(suspect: &Suspect) -> bool {
    suspect.reply.is_some_and(|r| r.last_line().trim_ascii() == b"Permission denied.")
}

/// Whether the server is vsftpd, by the log, by its greeting, or by how it asked for the password.
pub(in crate::rule) fn is_vsftpd(suspect: &Suspect) -> bool {
    match suspect.session().software() {
        Software::Vsftpd => true,
        Software::Unknown => asks_like_vsftpd(suspect),
        _ => false,
    }
}

fn asks_like_vsftpd(suspect: &Suspect) -> bool {
    let Login::In(mark) = suspect.state.login else { return false };
    let login = suspect.session().exchange(mark);
    let asked =
        std::iter::successors(login, Exchange::previous).take(BACK_MAX).find(|e| e.verb() == Verb::USER);
    asked
        .and_then(|e| e.reply())
        .is_some_and(|r| r.last_line().trim_ascii() == b"Please specify the password.")
}
