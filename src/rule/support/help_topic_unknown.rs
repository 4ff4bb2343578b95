//! HELP or SITE HELP that was refused for its topic; the command itself works.

use crate::ftp::Verb;
use crate::rule::{Check, Found, Group, Rule, Set, Severity, Suspect};
use crate::session::{Stand, Watch};

pub(super) static RULE: Rule = Rule {
    name: "help-topic-unknown",
    severity: Severity::Note,
    group: Group::Support,
    set: Set::Pedantic,
    replies: &[500, 501, 502],
    cases: &["topic"],
    check: Check::Suspect(check),
    about: Watch::of(&[Verb::HELP, Verb::SITE]),
    ..Rule::BASE
};

fn check(suspect: &Suspect) -> Option<Found> {
    let code = suspect.refused_command()?;
    let is_topic = match suspect.verb {
        Verb::HELP => !suspect.exchange.argument().is_empty(),
        Verb::SITE => suspect.exchange.argument().get(..5).is_some_and(|w| w.eq_ignore_ascii_case(b"HELP ")),
        _ => false,
    };
    let about_it = matches!(code.0, 500..=502 | 504);
    let stand = || suspect.session().stand(suspect.verb, suspect.exchange.mark());
    let lacks_help = |stand: Stand| matches!(stand, Stand::Starred(_));
    (is_topic && about_it && !lacks_help(stand())).then(|| Found::new("topic"))
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::{judged, judged_by_default};

    #[test]
    fn a_refused_topic_is_no_refused_command() {
        let lines = ["220 x", "USER a", "230 x", "HELP FOOBAR", "502 Unknown command FOOBAR."];
        assert_eq!(judged(&lines), ["help-topic-unknown/topic line 4"]);
        assert_eq!(judged_by_default(&lines), [""; 0]);
        let lines = ["220 x", "USER a", "230 x", "HELP", "502 HELP not implemented."];
        assert_eq!(judged(&lines), ["command-not-implemented/plain line 4"]);
    }
}
