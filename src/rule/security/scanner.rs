//! Something that does not speak FTP, or only looks which server this is.

use crate::ftp::{Login, Verb};
use crate::rule::{Check, Found, Group, Rule, Set, Severity, Suspect};
use crate::session::{Beginning, Exchange, Watch};

pub(super) static RULE: Rule = Rule {
    name: "scanner",
    severity: Severity::Note,
    group: Group::Security,
    set: Set::Audit,
    replies: &[500, 530],
    cases: &["http", "smtp", "rtsp", "tls", "ssh", "probe"],
    check: Check::Exchange(Watch::of(&[Verb::OTHER, Verb::QUIT]), check),
    ..Rule::BASE
};

/// The most commands of a session that only looks which server this is.
const PROBE_MAX: usize = 12;
/// The fewest questions that make it one.
const QUESTIONS_MIN: usize = 2;

fn check(suspect: &Suspect) -> Option<Found> {
    let exchange = &suspect.exchange;
    if suspect.verb == Verb::QUIT {
        return is_probe(suspect).then(|| Found::new("probe"));
    }
    foreign(exchange).map(Found::new)
}

/// The other protocol that a command belongs to.
pub(in crate::rule) fn foreign(exchange: &Exchange) -> Option<&'static str> {
    let (word, argument) = (exchange.word(), exchange.argument());
    if word.starts_with(b"\x16\x03") {
        return Some("tls");
    }
    if word.starts_with(b"SSH-") {
        return Some("ssh");
    }
    let is = |names: &[&str]| names.iter().any(|name| word.eq_ignore_ascii_case(name.as_bytes()));
    if is(&["EHLO", "HELO"]) {
        return Some("smtp");
    }
    let asks = is(&["GET", "POST", "HEAD", "PUT", "OPTIONS", "CONNECT", "PROPFIND", "DESCRIBE", "TRACE"]);
    match argument {
        _ if !asks => None,
        _ if crate::text::holds(argument, "rtsp/") => Some("rtsp"),
        _ if crate::text::holds(argument, "http/") || argument == b"/" => Some("http"),
        _ => None,
    }
}

/// Whether a session asked what the server is, and left without a login.
fn is_probe(suspect: &Suspect) -> bool {
    let session = suspect.session();
    let nobody = suspect.state.login == Login::Nobody && session.beginning() == Beginning::Seen;
    if !nobody || session.is_continued() {
        return false;
    }
    let commands = || session.at_hand().filter(Exchange::has_command).take(PROBE_MAX + 1);
    let asks = |e: &Exchange| matches!(e.verb(), Verb::SYST | Verb::HELP | Verb::STAT | Verb::FEAT);
    let other = |e: &Exchange| !asks(e) && !matches!(e.verb(), Verb::QUIT | Verb::NOOP);
    commands().count() <= PROBE_MAX
        && !commands().any(|e| other(&e))
        && commands().filter(asks).count() >= QUESTIONS_MIN
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::judged;

    fn found(lines: &[&str]) -> Vec<String> {
        let found = judged(&[&["220 x"], lines].concat());
        found.into_iter().filter(|f| f.starts_with("scanner")).collect()
    }

    #[test]
    fn other_protocols_are_known_by_their_first_line() {
        let lines = ["GET / HTTP/1.1", "500 x", "HOST: ftp.example.com", "500 x", "QUIT", "221 x"];
        assert_eq!(found(&lines), ["scanner/http line 2"]);
        assert_eq!(found(&["EHLO mail.example.com", "500 x"]), ["scanner/smtp line 2"]);
        assert_eq!(found(&["OPTIONS * RTSP/1.0", "500 x"]), ["scanner/rtsp line 2"]);
    }

    #[test]
    fn who_asks_what_the_server_is_and_leaves_is_a_probe() {
        assert_eq!(found(&["SYST", "215 x", "HELP", "214 x", "QUIT", "221 x"]), ["scanner/probe line 6"]);
        assert!(found(&["QUIT", "221 x"]).is_empty());
        assert!(found(&["FEAT", "211 x", "USER a", "331 x", "SYST", "530 x", "QUIT", "221 x"]).is_empty());
    }

    #[test]
    fn a_typing_error_is_no_scanner() {
        assert!(found(&["GET report.csv", "500 x", "LS", "500 x"]).is_empty());
    }
}
