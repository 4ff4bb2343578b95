//! Options, languages and compression that a server does not have: a client asks for them and does without.

use crate::ftp::{Code, Verb};
use crate::rule::{Check, Found, Group, Rule, Set, Severity, Suspect};
use crate::session::{Stand, Watch};

pub(super) static RULE: Rule = Rule {
    name: "option-not-supported",
    severity: Severity::Note,
    group: Group::Support,
    set: Set::Pedantic,
    replies: &[500, 501, 502, 504],
    cases: &["option", "language", "compression"],
    check: Check::Suspect(check),
    about: Watch::of(&[Verb::OPTS, Verb::LANG, Verb::MODE]),
    ..Rule::BASE
};

fn check(suspect: &Suspect) -> Option<Found> {
    let code = suspect.refused_command()?;
    if !matches!(code, Code(451 | 500..=502 | 504)) {
        return None;
    }
    let argument = suspect.exchange.argument().trim_ascii();
    match suspect.verb {
        _ if argument.is_empty() => None,
        Verb::OPTS if code != Code(500) && code != Code(502) || is_known(suspect) => {
            Some(Found::new("option"))
        }
        Verb::LANG if code == Code(504) || code == Code(501) => Some(Found::new("language")),
        Verb::MODE if argument.eq_ignore_ascii_case(b"Z") => Some(Found::new("compression")),
        _ => None,
    }
}

/// A server that knows FEAT knows OPTS, too: what it does not know is the option (RFC 2389 section 4).
fn is_known(suspect: &Suspect) -> bool {
    let worked = |verb| matches!(suspect.session().stand(verb, suspect.exchange.mark()), Stand::Worked(_));
    suspect.verb == Verb::OPTS && (worked(Verb::FEAT) || worked(Verb::OPTS))
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::{judged, judged_by_default};

    fn lines<'l>(more: &[&'l str]) -> Vec<&'l str> {
        [&["220 x", "USER a", "230 x"][..], more].concat()
    }

    #[test]
    fn a_client_asks_for_an_option_and_does_without() {
        for (more, case) in [
            (["OPTS UTF8 ON", "504 Unknown command"], "option"),
            (["OPTS UTF8 OFF", "501 Option not understood."], "option"),
            (["LANG fr", "504 Language fr not supported"], "language"),
            (["MODE Z", "504 Bad MODE command."], "compression"),
        ] {
            assert_eq!(judged(&lines(&more)), [format!("option-not-supported/{case} line 4")], "{more:?}");
            assert_eq!(judged_by_default(&lines(&more)), [""; 0], "{more:?}");
        }
    }

    #[test]
    fn a_server_with_feat_has_opts() {
        let with_feat = ["FEAT", "211 x", "OPTS HASH SHA-256", "500 OPTS HASH not understood"];
        assert_eq!(judged(&lines(&with_feat)), ["option-not-supported/option line 6"]);
        assert_eq!(judged(&lines(&with_feat[2..])), ["command-unknown/plain line 4"]);
    }
}
