//! Data connections that were prepared and never used: the client could not connect, or asked for more than it needs.

use super::preparation::{Fate, Mode, fate, prepares};
use crate::ftp::Mark;
use crate::rule::{Check, Fact, Found, Group, Numbers, Rule, Set, Setting, Severity, Unit};
use crate::session::{Exchange, Session};

pub(super) static RULE: Rule = Rule {
    name: "passive-unused",
    severity: Severity::Note,
    group: Group::Data,
    set: Set::Pedantic,
    replies: &[227, 229],
    cases: &["unused"],
    settings: &[Setting { key: "at-least", unit: Unit::Count, default: 2 }],
    check: Check::Session(check),
    ..Rule::BASE
};

/// The number of the setting.
const AT_LEAST: usize = 0;

fn check(session: &Session, numbers: Numbers, found: &mut Vec<(Mark, Found)>) {
    let unused = |e: &Exchange| {
        Mode::of(e.verb()) == Some(Mode::Passive) && prepares(e).is_some() && matches!(fate(e), Fate::Unused)
    };
    let (mut count, mut last) = (0, None);
    for exchange in session.exchanges().filter(unused) {
        count += 1;
        last = Some(exchange.mark());
    }
    if let Some(last) = last.filter(|_| count >= numbers.count(AT_LEAST)) {
        found.push((last, Found::new("unused").fact("unused", Fact::Number(count as u64))));
    }
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::judged;

    #[test]
    fn two_that_no_transfer_used_are_a_habit() {
        let login = ["220 x", "USER a", "331 x", "PASS b", "230 x"];
        let passive = ["EPSV", "229 x (|||50000|)"];
        let used = ["LIST", "150 x", "226 x"];
        let quit = ["QUIT", "221 x"];
        let of = |parts: &[&[&str]]| {
            let found = judged(&parts.concat());
            found.into_iter().filter(|f| f.starts_with("passive-unused")).collect::<Vec<_>>()
        };
        let twice = of(&[&login, &passive, &passive, &quit]);
        assert_eq!(twice, ["passive-unused/unused line 8"]);
        assert_eq!(of(&[&login, &passive, &passive, &used, &quit]), [""; 0]);
        assert_eq!(of(&[&login, &passive, &used, &passive, &used, &quit]), [""; 0]);
    }
}
