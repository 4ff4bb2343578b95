//! PROT refused for its level, not for its turn (RFC 2228 section 3, RFC 4217 section 9).

use super::demand::{accepted_soon_after, is_protected};
use crate::ftp::{Code, Verb};
use crate::rule::{Check, Found, Group, Rule, Severity, Suspect};
use crate::session::Watch;

pub(super) static RULE: Rule = Rule {
    name: "protection-level-refused",
    severity: Severity::Warning,
    group: Group::Tls,
    replies: &[431, 501, 502, 504, 521, 534, 536],
    cases: &["not-with-tls", "clear", "private", "no-level", "unknown"],
    check: Check::Suspect(check),
    about: Watch::of(&[Verb::PROT]),
    ..Rule::BASE
};

fn check(suspect: &Suspect) -> Option<Found> {
    let code = suspect.refusal().filter(|_| suspect.verb == Verb::PROT)?;
    let argument = suspect.exchange.argument().trim_ascii();
    let secured = is_protected(suspect);
    let about_level = match code {
        Code(431 | 501 | 504 | 534 | 536) => true,
        // pyftpdlib's; before AUTH, 502 is about PROT itself.
        Code(502 | 521) => secured && !argument.is_empty(),
        _ => false,
    };
    // 500 is for a missing argument only, and before AUTH it is a matter of order.
    let about_missing = argument.is_empty() && secured && code == Code(500);
    if !about_level && !about_missing || accepted_soon_after(&suspect.exchange, Verb::PROT).is_some() {
        return None;
    }
    let case = match argument {
        b"" => "no-level",
        b"S" | b"s" | b"E" | b"e" => "not-with-tls",
        // Without TLS there is nothing to be protected with.
        _ if !secured => return None,
        b"C" | b"c" => "clear",
        b"P" | b"p" => "private",
        _ => "unknown",
    };
    Some(Found::new(case))
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::judged_by_default;

    fn refused(lines: &[&str]) -> Vec<String> {
        judged_by_default(&[&["220 x", "AUTH TLS", "234 x", "PBSZ 0", "200 x"], lines].concat())
    }

    #[test]
    fn levels_are_refused_for_different_reasons() {
        let cases = [
            ("PROT S", "536 Unsupported protection level", "not-with-tls"),
            ("PROT E", "504 x", "not-with-tls"),
            ("PROT C", "534 Unwilling to accept security parameters", "clear"),
            ("PROT P", "536 x", "private"),
            ("PROT", "501 x", "no-level"),
            ("PROT", "500 PROT not understood", "no-level"),
            ("PROT X", "504 x", "unknown"),
            // pyftpdlib 2.2.0.
            ("PROT S", "521 PROT S unsupported (use C or P).", "not-with-tls"),
            ("PROT X", "502 Unrecognized PROT type (use C or P).", "unknown"),
        ];
        for (command, reply, case) in cases {
            let found = refused(&[command, reply]);
            assert_eq!(found, [format!("protection-level-refused/{case} line 6")], "{command} {reply}");
        }
    }

    #[test]
    fn a_level_that_is_accepted_next_ends_the_matter() {
        assert!(refused(&["PROT C", "534 x", "PROT P", "200 x"]).is_empty());
    }

    #[test]
    fn the_turn_of_prot_is_another_rules_matter() {
        let found = judged_by_default(&["220 x", "PROT P", "503 PROT needs a secure connection."]);
        assert_eq!(found, ["tls-setup-order/no-auth line 2"]);
    }
}
