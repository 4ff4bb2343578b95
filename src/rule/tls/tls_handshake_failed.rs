//! A TLS handshake that failed on the control connection, as the server says it (RFC 4217 section 4).

use crate::ftp::{Tls, Verb};
use crate::rule::{Check, Found, Group, Rule, Severity, Suspect};

pub(super) static RULE: Rule = Rule {
    name: "tls-handshake-failed",
    severity: Severity::Error,
    group: Group::Tls,
    replies: &[421, 431, 500, 504],
    cases: &[
        "failed",
        "at-auth",
        "not-tls",
        "no-common-version",
        "certificate-rejected",
        "certificate-unusable",
        "implicit-client",
    ],
    check: Check::Suspect(check),
    ..Rule::BASE
};

/// The server failed at the handshake, for whatever reason.
const FAILED: &[&str] = &[
    "handshak",
    "ssl_accept",
    "tls negotiation",
    "ssl negotiation",
    "initialize tls",
    "initialize ssl",
    "oops: error:",
    "ssl routines",
];
/// What the client sent was no TLS.
const NOT_TLS: &[&str] =
    &["wrong version number", "unknown protocol", "http request", "packet length too long"];
/// The two sides have no version or cipher in common.
const NO_COMMON: &[&str] = &[
    "no shared cipher",
    "unsupported protocol",
    "version too low",
    "inappropriate fallback",
    "protocol version",
];
/// The client did not like the certificate.
const REJECTED: &[&str] =
    &["alert unknown ca", "alert bad certificate", "alert certificate", "certificate unknown"];

fn check(suspect: &Suspect) -> Option<Found> {
    if begins_with_tls(suspect.exchange.word()) {
        return Some(Found::new("implicit-client"));
    }
    suspect.refusal()?;
    let command = suspect.exchange.has_command();
    if !command && suspect.exchange.previous().is_none() {
        return is_about_certificate(suspect).then(|| Found::new("certificate-unusable"));
    }
    if suspect.verb == Verb::AUTH {
        return suspect.says(FAILED).then(|| Found::new("at-auth"));
    }
    let Tls::On(auth) = suspect.state.tls else { return None };
    // The server may blame the first command that comes after AUTH; later ones are about something else.
    let is_next = || suspect.exchange.previous().is_some_and(|e| e.mark() == auth);
    if command && !is_next() || !suspect.says(FAILED) && !suspect.says(NOT_TLS) {
        return None;
    }
    let case = match () {
        () if suspect.says(NOT_TLS) => "not-tls",
        () if suspect.says(NO_COMMON) => "no-common-version",
        () if suspect.says(REJECTED) => "certificate-rejected",
        () => "failed",
    };
    Some(Found::new(case).cause(auth))
}

/// Whether the server says that it cannot use its certificate or its key.
fn is_about_certificate(suspect: &Suspect) -> bool {
    suspect.says(&["certificate", "private key"]) && suspect.says(&["cannot", "can't", "could not"])
}

/// Whether what was taken for a command is the start of a TLS handshake (RFC 8446 section 5.1).
fn begins_with_tls(word: &[u8]) -> bool {
    word.starts_with(b"\x16\x03")
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::judged_by_default;

    fn after_auth(lines: &[&str]) -> Vec<String> {
        judged_by_default(&[&["220 x", "AUTH TLS", "234 x"], lines].concat())
    }

    #[test]
    fn every_server_says_it_in_its_own_words() {
        // The texts are those of the servers' sources and of recorded sessions.
        let texts = [
            ("421 TLS handshake failed", "failed"),
            ("421 ftpd: SSL_accept error error:1408F10B", "failed"),
            ("421 Failed TLS negotiation on control channel, disconnected", "failed"),
            ("500 OOPS: error:1408F10B:SSL routines:ssl3_get_record:wrong version number", "not-tls"),
            ("504 TLS handshaking failed!", "failed"),
            (
                "500 OOPS: error:14094418:SSL routines:ssl3_read_bytes:tlsv1 alert unknown ca",
                "certificate-rejected",
            ),
            (
                "500 OOPS: error:1408A0C1:SSL routines:ssl3_get_client_hello:no shared cipher",
                "no-common-version",
            ),
        ];
        for (text, case) in texts {
            assert_eq!(after_auth(&[text]), [format!("tls-handshake-failed/{case} line 4")], "{text}");
        }
    }

    #[test]
    fn the_reply_to_auth_may_say_it_too() {
        let lines = ["220 x", "AUTH TLS", "431 Could not initialize SSL connection"];
        assert_eq!(judged_by_default(&lines), ["tls-handshake-failed/at-auth line 2"]);
    }

    #[test]
    fn a_certificate_that_cannot_be_read_ends_the_session_at_once() {
        let lines = ["500 OOPS: SSL: cannot load RSA certificate"];
        assert_eq!(judged_by_default(&lines), ["tls-handshake-failed/certificate-unusable line 1"]);
    }

    #[test]
    fn a_handshake_in_the_place_of_a_command_is_known_by_its_first_bytes() {
        assert!(super::begins_with_tls(b"\x16\x03\x01\x02"));
        assert!(!super::begins_with_tls(b"USERS"));
    }

    #[test]
    fn a_refused_command_later_on_is_something_else() {
        let found = after_auth(&[
            "USER a",
            "331 x",
            "PASS b",
            "230 x",
            "CWD handshake",
            "550 handshake: No such file",
        ]);
        assert!(!found.iter().any(|f| f.starts_with("tls-")), "{found:?}");
    }
}
