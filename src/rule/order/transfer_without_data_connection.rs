//! A transfer with no data connection prepared for it, whatever code the server chose (RFC 959 3.3, RFC 1123 4.1.2.6).

use super::{earlier, starts_late};
use crate::event::Holds;
use crate::ftp::{Argument, Code, Data, Login, Mark};
use crate::rule::{Check, Found, Group, Role, Rule, Severity, Suspect};
use crate::session::{Confidence, Watch};

pub(super) static RULE: Rule = Rule {
    name: "transfer-without-data-connection",
    severity: Severity::Error,
    group: Group::Order,
    replies: &[425, 503],
    cases: &["missing", "used", "refused", "starts-late"],
    check: Check::Suspect(check),
    about: Watch::TRANSFERS,
    ..Rule::BASE
};

fn check(suspect: &Suspect) -> Option<Found> {
    if !suspect.exchange.has_command() || !suspect.verb.transfers() {
        return None;
    }
    let doubt = failed(suspect)?;
    let session = suspect.session();
    let state = suspect.state;
    let (case, cause, between) = match state.data {
        Data::Ready(setup) => ("used", Some(setup), Some(spent_by(suspect, setup)?)),
        Data::Used { setup, by } => ("used", Some(setup), Some(by)),
        Data::Refused(m) => ("refused", Some(m), None),
        Data::None if starts_late(suspect) => ("starts-late", None, None),
        Data::None => ("missing", None, None),
    };
    // Before a login everything is refused, and where a log leaves out PASV its absence says nothing.
    let unseen = case == "starts-late" || case == "missing" && session.dialect().holds != Holds::Everything;
    if !matches!(state.login, Login::In(_) | Login::Unknown) || unseen && doubt != Confidence::Certain {
        return None;
    }
    let confidence = if unseen { doubt.lowered() } else { doubt };
    let cause_role = if case == "used" { Role::Evidence } else { Role::Cause };
    Some(Found::new(case).cause_as(cause_role, cause).between(between).sure(confidence))
}

/// Whether the transfer failed in a way that a missing data connection explains, and how surely.
fn failed(suspect: &Suspect) -> Option<Confidence> {
    let Some(code) = suspect.code() else {
        // 150 and then nothing, or nothing at all: only where the session went on or was closed. Where a log says that it failed in
        // words of its own, it holds no PASV either.
        let whole = suspect.session().dialect().holds == Holds::Everything;
        return (whole && suspect.exchange.outcome().is_none()).then_some(Confidence::Likely);
    };
    // A name that is missing is missed first.
    let unnamed = suspect.verb.argument() == Argument::Required && suspect.exchange.argument().is_empty();
    if unnamed && matches!(suspect.code(), Some(Code(500 | 501))) {
        return None;
    }
    // A listing that the server does not know fails with a data connection, too.
    if suspect.lack().is_some() {
        return None;
    }
    match code {
        Code(425 | 503) => Some(Confidence::Certain),
        Code(426 | 451 | 500 | 421 | 450 | 550 | 551) => told_by_words(suspect),
        _ => None,
    }
}

/// How surely the words of a refusal are about the data connection; nothing where they are about the file, which some servers
/// look at first.
fn told_by_words(suspect: &Suspect) -> Option<Confidence> {
    if suspect.says(PREPARE) || suspect.says(&["data conn", "data channel", "data socket"]) {
        return Some(Confidence::Certain);
    }
    let about_file =
        ["no such", "not found", "permission", "failed to open", "denied", "exist", "not a", "directory"];
    (!suspect.says(&about_file)).then_some(Confidence::Likely)
}

/// Words of servers that ask for PASV or PORT. A name of a file may hold "port", and so does "supported".
const PREPARE: &[&str] = &[
    "use port",
    "use eprt",
    "use pasv",
    "port or pasv",
    "pasv or port",
    "no port specified",
    "pasv first",
    "epsv first",
    "pasv required",
    "no data connection",
    "transfer connection",
    "connector",
];

/// Whether a refusal of a transfer says that no data connection is prepared: in words, or by a 503 that names nothing else.
pub(super) fn says_nothing_was_prepared(suspect: &Suspect) -> bool {
    let otherwise = ["ascii", "resum", "restart", "rest ", "login", "log in", "logged", "user"];
    let more = ["tls", "ssl", "encrypt", "prot ", "pbsz", "rnto", "rnfr", "rename"];
    match suspect.code() {
        Some(Code(503)) => suspect.says(PREPARE) || !suspect.says(&otherwise) && !suspect.says(&more),
        Some(Code(425 | 426 | 451 | 450 | 500 | 550 | 551)) => suspect.says(PREPARE),
        _ => false,
    }
}

/// The transfer that was refused before and took the data connection with it, where the server says that there is none.
fn spent_by(suspect: &Suspect, setup: Mark) -> Option<Mark> {
    if suspect.exchange.is_started() || !says_nothing_was_prepared(suspect) {
        return None;
    }
    let since = earlier(&suspect.exchange).take_while(|e| e.mark() > setup);
    since.filter(|e| e.verb().transfers() && e.is_refused()).last().map(|e| e.mark())
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::{after_login, of_rule};

    fn judged(lines: &[&str]) -> Vec<String> {
        of_rule("transfer-without", after_login(lines))
    }

    #[test]
    fn every_way_to_say_that_nothing_was_prepared_is_known() {
        for refusal in [
            "425 Use PORT or PASV first.",
            "503 Bad sequence of commands.",
            "503 PORT or PASV must be issued first",
            "503 Incorrect sequence of commands: must send PORT or PASV before RETR",
            "500 Can't build data connection: no PORT specified",
            "551 No connector setup, send PASV or PORT",
            "550 unable to open transfer: no transfer connection",
        ] {
            let found = judged(&["RETR a", refusal]);
            assert_eq!(found, ["transfer-without-data-connection/missing line 6"], "{refusal}");
        }
    }

    #[test]
    fn a_transfer_that_failed_has_used_it_on_some_servers() {
        let lines =
            ["PASV", "227 x", "RETR a", "550 a: No such file", "RETR b", "425 Use PORT or PASV first."];
        assert_eq!(judged(&lines), ["transfer-without-data-connection/used line 10"]);
        let kept = ["PASV", "227 x", "RETR a", "550 a: No such file", "RETR b", "550 b: No such file"];
        assert!(judged(&kept).is_empty());
    }

    #[test]
    fn a_file_that_is_missing_is_what_the_server_says() {
        // ProFTPD looks for the file first.
        assert!(judged(&["RETR a", "550 a: No such file or directory"]).is_empty());
        assert!(judged(&["RETR a", "550 /reports/port/a: Permission denied"]).is_empty());
    }
}
