//! Clients that log in anew for every file.

use crate::event::Place;
use crate::ftp::Software;
use crate::rule::finding::Words;
use crate::rule::ledger::Ledger;
use crate::rule::{
    Check, Fact, Finding, Group, Label, Numbers, Related, Role, Rule, Said, Set, Setting, Severity, Side,
    Transcript, Unit, Visit,
};
use crate::session::Confidence;
use crate::time::When;
use std::collections::BTreeMap;

pub(super) static RULE: Rule = Rule {
    name: "login-per-file",
    severity: Severity::Note,
    group: Group::Login,
    set: Set::Pedantic,
    replies: &[230],
    cases: &["sessions"],
    settings: &[
        Setting { key: "count", unit: Unit::Count, default: 10 },
        Setting { key: "within", unit: Unit::Time, default: 60_000 },
    ],
    check: Check::Ledger(check),
    ..Rule::BASE
};

/// The numbers of the settings.
const COUNT: usize = 0;
const WITHIN_MS: usize = 1;

/// A source, a client and a user.
type Account<'l> = (u32, &'l [u8], &'l [u8]);

fn check(ledger: &Ledger, numbers: Numbers, findings: &mut Vec<Finding>) {
    let mut by_user: BTreeMap<Account, Vec<&Visit>> = BTreeMap::new();
    for visit in ledger.visits.iter().filter(|v| v.login_line > 0) {
        let (client, user) = (ledger.names.text(visit.client), ledger.names.text(visit.user));
        by_user.entry((visit.begin.source, client, user)).or_default().push(visit);
    }
    for all in by_user.values() {
        // A session that did something else ends the row; so does a long pause.
        let near = |a: &&Visit, b: &&Visit| {
            let soon = b.begin_at.since(a.last_at).is_none_or(|ms| ms <= numbers.get(WITHIN_MS));
            a.transfer_line > 0 && b.transfer_line > 0 && soon
        };
        for row in all.chunk_by(near).filter(|row| row.len() >= numbers.count(COUNT).max(2)) {
            findings.push(finding(row, ledger));
        }
    }
}

fn finding(row: &[&Visit], ledger: &Ledger) -> Finding {
    let (first, last) = (row[0], row[row.len() - 1]);
    let mut said = Words::default();
    said.client = said.keep(ledger.names.text(first.client));
    said.user = said.keep(ledger.names.text(first.user));
    let place = Place { line: first.transfer_line, ..first.begin };
    let end = Place { line: last.transfer_line, ..last.begin };
    Finding {
        rule: &RULE,
        number: 0,
        case: "sessions",
        severity: RULE.severity,
        confidence: Confidence::Certain,
        place,
        at: first.begin_at,
        session: Some(first.begin),
        software: Software::Unknown,
        related: vec![Related { role: Role::Evidence, place: end }],
        facts: vec![
            ("count", Fact::Number(row.len() as u64)),
            ("first", Fact::Moment(first.begin_at, first.begin.line)),
            ("last", Fact::Moment(last.last_at, last.last_line)),
            ("clients", Fact::Number(1)),
        ],
        transcript: transcript(place, end, row),
        sessions: ledger.count(row.iter().map(|visit| visit.begin)),
        said,
    }
}

/// The first and the last transfer.
fn transcript(first: Place, last: Place, row: &[&Visit]) -> Transcript {
    let mut lines = Transcript::default();
    for (place, visit, key) in [(first, row[0], "first"), (last, row[row.len() - 1], "last")] {
        let skipped = if key == "last" { last.line - first.line - 1 } else { 0 };
        let label = Some(Label { key, primary: key == "first" });
        let line = Said { label, skipped, ..Said::at(place, When::NEVER, Side::Client) };
        lines.push(line, visit.transfer.name().as_bytes());
    }
    lines
}
