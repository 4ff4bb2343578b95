//! Commands that change nothing, as they say again what the server knows: each costs a round trip.

use crate::ftp::{Mark, Verb};
use crate::rule::{Check, Fact, Found, Group, Numbers, Rule, Set, Setting, Severity, Unit};
use crate::session::{Exchange, Session};

pub(super) static RULE: Rule = Rule {
    name: "redundant-commands",
    severity: Severity::Note,
    group: Group::Performance,
    set: Set::Pedantic,
    cases: &["redundant"],
    settings: &[
        Setting { key: "count", unit: Unit::Count, default: 10 },
        Setting { key: "noop-within", unit: Unit::Time, default: 1_000 },
    ],
    check: Check::Session(check),
    ..Rule::BASE
};

/// The numbers of the settings.
const COUNT: usize = 0;
const NOOP_WITHIN_MS: usize = 1;

/// What the server knows already.
#[derive(Default)]
struct Known<'s> {
    kind: Option<&'s [u8]>,
    /// The folder that the last CWD named whole.
    folder: Option<&'s [u8]>,
    /// Whether PWD was answered since the folder changed.
    told: bool,
}

fn check(session: &Session, numbers: Numbers, found: &mut Vec<(Mark, Found)>) {
    let mut known = Known::default();
    let (mut count, mut last) = (0_u64, None);
    for exchange in session.exchanges().filter(Exchange::is_done) {
        if known.is_again(&exchange) || is_hasty_noop(&exchange, numbers.get(NOOP_WITHIN_MS)) {
            (count, last) = (count + 1, Some(exchange.mark()));
        }
    }
    let least = u64::try_from(numbers.get(COUNT)).unwrap_or_default();
    if let Some(last) = last.filter(|_| count >= least) {
        found.push((last, Found::new("redundant").fact("count", Fact::Number(count))));
    }
}

impl<'s> Known<'s> {
    /// Whether an exchange says what is known; and learns what it says.
    fn is_again(&mut self, exchange: &Exchange<'s>) -> bool {
        let argument = exchange.argument();
        match exchange.verb() {
            Verb::TYPE => {
                self.kind.replace(argument).is_some_and(|known| known.eq_ignore_ascii_case(argument))
            }
            Verb::PWD | Verb::XPWD => std::mem::replace(&mut self.told, true),
            // A path that is not whole leads on.
            Verb::CWD | Verb::XCWD if argument.starts_with(b"/") => {
                let again = self.folder.replace(argument) == Some(argument);
                self.told &= again;
                again
            }
            Verb::CWD | Verb::XCWD | Verb::CDUP | Verb::XCUP => {
                (self.folder, self.told) = (None, false);
                false
            }
            Verb::USER | Verb::PASS | Verb::REIN | Verb::AUTH => {
                *self = Self::default();
                false
            }
            _ => false,
        }
    }
}

/// NOOP keeps a silent session alive; where the session was not silent it does nothing.
fn is_hasty_noop(exchange: &Exchange, within_ms: i64) -> bool {
    exchange.verb() == Verb::NOOP
        && exchange
            .previous()
            .and_then(|before| before.replies().last())
            .is_some_and(|reply| exchange.at().since(reply.at).is_some_and(|ms| ms < within_ms))
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::judged;

    fn redundant(pieces: &[&[&str]]) -> usize {
        let lines = [&[&["220 x", "USER a", "230 x"][..]], pieces].concat().concat();
        judged(&lines).iter().filter(|f| f.starts_with("redundant-commands")).count()
    }

    #[test]
    fn the_same_type_and_folder_again_and_again() {
        let once: &[&str] = &["TYPE I", "200 x"];
        assert_eq!(redundant(&[once; 11]), 1);
        assert_eq!(redundant(&[once; 10]), 0);
        assert_eq!(redundant(&[&["PWD", "257 \"/\""][..]; 11]), 1);
        assert_eq!(redundant(&[&["CWD /in", "250 x"][..]; 11]), 1);
    }

    #[test]
    fn what_changes_something_is_not_redundant() {
        assert_eq!(redundant(&[&["TYPE I", "200 x", "TYPE A", "200 x"][..]; 20]), 0);
        assert_eq!(redundant(&[&["CWD in", "250 x", "PWD", "257 \"/\""][..]; 20]), 0);
        assert_eq!(redundant(&[&["CWD /in", "250 x", "CWD /out", "250 x"][..]; 20]), 0);
        // Without times nobody knows how long the session was silent.
        assert_eq!(redundant(&[&["NOOP", "200 x"][..]; 20]), 0);
    }
}
