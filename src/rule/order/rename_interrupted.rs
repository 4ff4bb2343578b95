//! RNTO that worked although another command came after its RNFR: other servers refuse it (RFC 959 section 4.1.3).

use crate::ftp::{Rename, Verb};
use crate::rule::{Check, Found, Group, Level, Rule, Set, Severity, Suspect};
use crate::session::Watch;

pub(super) static RULE: Rule = Rule {
    name: "rename-interrupted",
    severity: Severity::Warning,
    group: Group::Order,
    set: Set::Pedantic,
    level: Some(Level::Violation),
    replies: &[350],
    cases: &["worked"],
    check: Check::Exchange(Watch::of(&[Verb::RNTO]), check),
    ..Rule::BASE
};

fn check(suspect: &Suspect) -> Option<Found> {
    let Rename::Crossed { source, by } = suspect.state.rename else { return None };
    // A reply that nobody asked for is no command.
    let crossing = suspect.session().exchange(by)?;
    let worked = suspect.exchange.is_done() && crossing.has_command();
    worked.then(|| Found::new("worked").cause(source).between(by))
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::{judged, judged_by_default};

    const LOGIN: [&str; 5] = ["220 x", "USER a", "331 x", "PASS b", "230 x"];

    #[test]
    fn a_rename_that_survived_a_noop_is_a_matter_for_the_pedantic() {
        let rename = ["RNFR a", "350 x", "NOOP", "200 x", "RNTO b", "250 x"];
        let lines = [&LOGIN[..], &rename].concat();
        assert_eq!(judged(&lines), ["rename-interrupted/worked line 10"]);
        assert!(judged_by_default(&lines).is_empty());
    }

    #[test]
    fn a_rename_without_a_break_or_without_success_is_none() {
        for rename in [["RNFR a", "350 x", "RNTO b", "250 x"], ["RNFR a", "350 x", "RNTO b", "553 x"]] {
            let found = judged(&[&LOGIN[..], &rename].concat());
            assert!(found.iter().all(|f| !f.starts_with("rename-interrupted")), "{found:?}");
        }
    }
}
