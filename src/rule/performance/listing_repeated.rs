//! The same folder listed again and again, while the session itself changed nothing in it.

use crate::ftp::{DataRole, Mark, Verb};
use crate::rule::{Check, Fact, Found, Group, Numbers, Role, Rule, Set, Setting, Severity, Unit};
use crate::session::{Exchange, Session};

pub(super) static RULE: Rule = Rule {
    name: "listing-repeated",
    severity: Severity::Note,
    group: Group::Performance,
    set: Set::Pedantic,
    cases: &["repeated"],
    settings: &[Setting { key: "count", unit: Unit::Count, default: 5 }],
    check: Check::Session(check),
    ..Rule::BASE
};

/// The number of the setting.
const COUNT: usize = 0;

/// Listings of one folder in a row.
struct Row<'s> {
    verb: Verb,
    argument: &'s [u8],
    first: Mark,
    last: Mark,
    count: u64,
}

fn check(session: &Session, numbers: Numbers, found: &mut Vec<(Mark, Found)>) {
    let least = u64::try_from(numbers.get(COUNT)).unwrap_or_default().max(2);
    let mut row: Option<Row> = None;
    for exchange in session.exchanges().filter(Exchange::is_done) {
        let (verb, argument, mark) = (exchange.verb(), exchange.argument(), exchange.mark());
        if verb.data() == DataRole::List {
            match &mut row {
                Some(row) if row.verb == verb && row.argument == argument => {
                    (row.last, row.count) = (mark, row.count + 1);
                }
                _ => {
                    tell(row.take(), least, found);
                    row = Some(Row { verb, argument, first: mark, last: mark, count: 1 });
                }
            }
        } else if changes(verb) {
            tell(row.take(), least, found);
        }
    }
    tell(row, least, found);
}

fn tell(row: Option<Row>, least: u64, found: &mut Vec<(Mark, Found)>) {
    let Some(row) = row.filter(|row| row.count >= least) else { return };
    let repeated = Found::new("repeated").cause_as(Role::Evidence, row.first);
    found.push((row.last, repeated.fact("count", Fact::Number(row.count))));
}

/// Whether a listing may differ after the command.
fn changes(verb: Verb) -> bool {
    verb.data() == DataRole::Receive
        || matches!(
            verb,
            Verb::CWD
                | Verb::XCWD
                | Verb::CDUP
                | Verb::XCUP
                | Verb::DELE
                | Verb::RMD
                | Verb::XRMD
                | Verb::MKD
                | Verb::XMKD
                | Verb::RNTO
                | Verb::SITE
                | Verb::MFMT
                | Verb::MFF
                | Verb::PASS
                | Verb::REIN
        )
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::judged;

    fn repeated(pieces: &[&[&str]]) -> usize {
        let lines = [&[&["220 x", "USER a", "230 x"][..]], pieces].concat().concat();
        judged(&lines).iter().filter(|f| f.starts_with("listing-repeated")).count()
    }

    #[test]
    fn a_folder_is_listed_again_and_again() {
        let list: &[&str] = &["PASV", "227 (127,0,0,1,4,1)", "LIST", "150 x", "226 x"];
        assert_eq!(repeated(&[list; 5]), 1);
        assert_eq!(repeated(&[list; 4]), 0);
        let stored: &[&str] = &["PASV", "227 (127,0,0,1,4,1)", "STOR a", "226 x"];
        assert_eq!(repeated(&[&[list, stored].concat()[..]; 6]), 0);
        let moved: &[&str] = &["CWD ..", "250 x"];
        assert_eq!(repeated(&[&[list, moved].concat()[..]; 6]), 0);
    }
}
