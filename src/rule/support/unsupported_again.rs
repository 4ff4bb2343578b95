//! A command that is sent again although the server has said in the same session that it lacks it, or this value of it.

use crate::ftp::{Code, Mark, Verb};
use crate::rule::{Check, Fact, Found, Group, Numbers, Role, Rule, Set, Setting, Severity, Suspect, Unit};
use crate::session::Session;

pub(super) static RULE: Rule = Rule {
    name: "unsupported-again",
    severity: Severity::Note,
    group: Group::Support,
    set: Set::Pedantic,
    replies: &[500, 502],
    cases: &["again"],
    settings: &[Setting { key: "count", unit: Unit::Count, default: 2 }],
    check: Check::Session(check),
    ..Rule::BASE
};

/// The number of the setting.
const COUNT: usize = 0;
/// Different commands of one session that are told apart.
const COMMANDS_MAX: usize = 32;

/// A command that the server lacks.
struct Lacked<'s> {
    verb: Verb,
    word: &'s [u8],
    /// The value that the server lacks; nothing where it lacks the command.
    value: &'s [u8],
    first: Mark,
    second: Mark,
    count: u64,
}

fn check(session: &Session, numbers: Numbers, found: &mut Vec<(Mark, Found)>) {
    let mut all: Vec<Lacked> = Vec::new();
    for notable in session.notable().filter(|n| n.is_suspect) {
        let exchange = notable.exchange;
        let Some(value) = lacked_value(&Suspect::new(exchange, notable.state)) else { continue };
        let (verb, word, mark) = (exchange.verb(), exchange.word(), exchange.mark());
        let is_it = |l: &Lacked| l.verb == verb && l.word.eq_ignore_ascii_case(word) && l.value == value;
        if let Some(at) = all.iter().position(is_it) {
            let lacked = &mut all[at];
            lacked.count += 1;
            if lacked.count == 2 {
                lacked.second = mark;
            }
        } else if all.len() < COMMANDS_MAX {
            all.push(Lacked { verb, word, value, first: mark, second: mark, count: 1 });
        }
    }
    let least = u64::try_from(numbers.get(COUNT)).unwrap_or_default().max(2);
    for lacked in all.iter().filter(|l| l.count >= least) {
        let again = Found::new("again").cause_as(Role::Cause, lacked.first);
        found.push((lacked.second, again.fact("count", Fact::Number(lacked.count))));
    }
}

/// The value that the server lacks; empty where it lacks the command. Nothing where it lacks neither.
fn lacked_value<'s>(suspect: &Suspect<'s>) -> Option<&'s [u8]> {
    let argument = suspect.exchange.argument();
    // Each SITE command is one of its own.
    match suspect.refused_command()? {
        Code(504) if !argument.is_empty() => Some(argument),
        Code(500 | 502) if suspect.verb == Verb::SITE && !argument.is_empty() => Some(argument),
        _ => suspect.lack().map(|_| &b""[..]),
    }
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::judged;

    fn again(lines: &[&str]) -> Vec<String> {
        let all = judged(&[&["220 x", "USER a", "230 x"][..], lines].concat());
        all.into_iter().filter(|f| f.starts_with("unsupported-again")).collect()
    }

    #[test]
    fn a_client_that_does_not_learn() {
        let mlsd = ["MLSD", "500 Unknown command."];
        assert_eq!(again(&[mlsd, mlsd, mlsd].concat()), ["unsupported-again/again line 6"]);
        assert_eq!(again(&mlsd), [""; 0]);
        assert_eq!(again(&[mlsd, ["MLST", "500 Unknown command."]].concat()), [""; 0]);
        assert_eq!(
            again(&[["XONE", "500 Unknown command."], ["XTWO", "500 Unknown command."]].concat()),
            [""; 0]
        );
    }
}
