//! Replies and commands that fell out of step: a reply too many, a reply too few, or one that came late.

use crate::ftp::Mark;
use crate::rule::{Check, Found, Group, Numbers, Rule, Severity};
use crate::session::{Exchange, OutOfStep, Session, Slip};

pub(super) static RULE: Rule = Rule {
    name: "reply-desync",
    severity: Severity::Warning,
    group: Group::Conformance,
    cases: &["doubled", "late", "overtaken", "missing", "merged", "swallowed"],
    check: Check::Session(check),
    ..Rule::BASE
};

fn check(session: &Session, _: Numbers, found: &mut Vec<(Mark, Found)>) {
    for slip in session.out_of_step() {
        if let Some(here) = session.exchange(slip.here)
            && let Some(said) = told(slip, &here)
        {
            found.push((slip.here, said));
        }
    }
}

fn told(slip: &OutOfStep, here: &Exchange) -> Option<Found> {
    let goes_on = || here.next().is_some_and(|next| next.has_command());
    let found = match slip.slip? {
        // What a server says twice on its way out puts nobody out of step.
        Slip::Doubled => Found::new("doubled").cause(goes_on().then_some(slip.owner?)?),
        Slip::Late if here.has_command() => Found::new("overtaken").cause(slip.owner),
        Slip::Late => Found::new("late").cause(slip.owner),
        Slip::Missing => Found::new("missing"),
        Slip::Merged => Found::new("merged").proof(slip.owner),
        Slip::Swallowed => Found::new("swallowed"),
    };
    Some(found.later(slip.again.filter(|again| *again != slip.here)).sure(slip.confidence))
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::judged_by_default;

    fn found(lines: &[&str]) -> Vec<String> {
        let login = ["220 x", "USER a", "331 x", "PASS b", "230 x", "TYPE I", "200 x"];
        let mut all = judged_by_default(&[&login, lines].concat());
        all.retain(|f| f.starts_with("reply-desync"));
        all
    }

    #[test]
    fn each_way_to_fall_out_of_step_has_its_case() {
        let twice = ["RNTO a", "530 login", "530 login", "PWD", "257 \"/\""];
        assert_eq!(found(&twice), ["reply-desync/doubled line 10"]);
        let late = ["PWD", "PASV", "227 (1,2,3,4,5,6)", "257 \"/\"", "NOOP", "200 x"];
        assert_eq!(found(&late), ["reply-desync/late line 11"]);
        let overtaken = [
            "STOR a",
            "150 x",
            "PWD",
            "226 x",
            "CWD b",
            "257 \"/\"",
            "SIZE c",
            "250 x",
            "QUIT",
            "213 5",
            "221 x",
        ];
        assert_eq!(found(&overtaken), ["reply-desync/overtaken line 10"]);
        assert_eq!(found(&["PWD", "SIZE a", "213 5"]), ["reply-desync/missing line 8"]);
        let merged = ["RETR a", "150 x", "FOO", "CDUP", "MKD c", "226 x", "500 x", "SIZE a", "213 5"];
        assert_eq!(found(&merged), ["reply-desync/merged line 11"]);
        let swallowed = ["STAT", "211-Status", "USER b", "331 x", "PWD", "257 \"/\""];
        assert_eq!(found(&swallowed), ["reply-desync/swallowed line 8"]);
    }

    #[test]
    fn a_goodbye_in_two_replies_is_none() {
        // Pure-FTPd, and a server that says its last refusal twice.
        assert_eq!(found(&["USER b", "530 x", "530 Logout."]), [""; 0]);
        assert_eq!(found(&["USER b", "530 x", "530 x"]), [""; 0]);
    }
}
