//! Many failed logins of one client, or for one user from several clients, in a short time (RFC 2577 section 5).

use crate::event::Place;
use crate::ftp::Software;
use crate::rule::finding::Words;
use crate::rule::ledger::Ledger;
use crate::rule::{
    Attempt, Check, Fact, Finding, Group, Label, Numbers, Related, Role, Rule, Said, Setting, Severity, Side,
    Transcript, Unit, Visit,
};
use crate::session::Confidence;
use crate::time::When;
use std::collections::{BTreeMap, BTreeSet};

pub(super) static RULE: Rule = Rule {
    name: "login-failures",
    group: Group::Login,
    replies: &[530],
    cases: &["by-client", "by-user", "guessed"],
    settings: &[
        Setting { key: "count", unit: Unit::Count, default: 5 },
        Setting { key: "within", unit: Unit::Time, default: 600_000 },
    ],
    check: Check::Ledger(check),
    ..Rule::BASE
};

/// The numbers of the settings.
const COUNT: usize = 0;
const WITHIN_MS: usize = 1;
/// Different names beyond which a login that succeeds in the end is more likely guessed than remembered.
const NAMES_OF_GUESSER: usize = 3;

fn check(ledger: &Ledger, numbers: Numbers, findings: &mut Vec<Finding>) {
    let count = numbers.count(COUNT).max(1);
    let mut told = BTreeSet::new();
    let known = |name: &u32| !ledger.names.text(*name).is_empty();
    for row in rows(ledger, |a| Some(a.client).filter(known), numbers.get(WITHIN_MS)) {
        if peak(&row, numbers.get(WITHIN_MS)) >= count {
            told.extend(row.iter().map(|a| a.place));
            findings.push(finding("by-client", &row, ledger, numbers));
        }
    }
    // What one client did is told. The rest may be many clients that take turns, or clients that the log does not name.
    let untold = |a: &Attempt| Some(a.user).filter(|user| known(user) && !told.contains(&a.place));
    for row in rows(ledger, untold, numbers.get(WITHIN_MS)) {
        if peak(&row, numbers.get(WITHIN_MS)) >= count {
            findings.push(finding("by-user", &row, ledger, numbers));
        }
    }
}

/// Failures of the same client or user that follow each other within the window; in a log without times, all of a source.
fn rows(
    ledger: &Ledger,
    key: impl Fn(&Attempt) -> Option<u32>,
    within_ms: i64,
) -> impl Iterator<Item = Vec<&Attempt>> {
    let mut by_key: BTreeMap<(u32, &[u8]), Vec<&Attempt>> = BTreeMap::new();
    for attempt in &ledger.attempts {
        if let Some(name) = key(attempt) {
            by_key.entry((attempt.place.source, ledger.names.text(name))).or_default().push(attempt);
        }
    }
    by_key.into_values().flat_map(move |all| {
        let near = |a: &&Attempt, b: &&Attempt| {
            a.at == When::NEVER || b.at.since(a.at).is_some_and(|ms| ms <= within_ms)
        };
        all.chunk_by(near).map(<[_]>::to_vec).collect::<Vec<_>>()
    })
}

/// The most failures in any window.
fn peak(row: &[&Attempt], within_ms: i64) -> usize {
    let mut start = 0;
    let mut peak = 0;
    for (end, attempt) in row.iter().enumerate() {
        while attempt.at.ms - row[start].at.ms > within_ms {
            start += 1;
        }
        peak = peak.max(end - start + 1);
    }
    peak
}

fn finding(case: &'static str, row: &[&Attempt], ledger: &Ledger, numbers: Numbers) -> Finding {
    let (first, last) = (row[0], row[row.len() - 1]);
    let different = |name: fn(&Attempt) -> u32| row.iter().map(|a| name(a)).collect::<BTreeSet<u32>>();
    let (clients, users) = (different(|a| a.client), different(|a| a.user));
    let login = login_after(last, &users, ledger, numbers.get(WITHIN_MS)).filter(|_| case == "by-client");
    let many_names = users.len() >= NAMES_OF_GUESSER;
    let mut facts = vec![
        ("count", Fact::Number(row.len() as u64)),
        ("clients", Fact::Number(clients.len() as u64)),
        ("names", Fact::Number(users.len() as u64)),
        ("first", Fact::Moment(first.at, first.place.line)),
        ("last", Fact::Moment(last.at, last.place.line)),
    ];
    let mut related = vec![Related { role: Role::Evidence, place: last.place }];
    if let Some(login) = login {
        facts.push(("later_line", Fact::Line(login.login_line)));
        facts.push(("guessed", Fact::Text(ledger.names.text(login.user).to_vec().into())));
        related.push(Related { role: Role::Consequence, place: place_of(login) });
    }
    let (case, severity, confidence) = match login {
        Some(_) if many_names => ("guessed", Severity::Error, Confidence::Likely),
        Some(_) => ("guessed", Severity::Warning, Confidence::Possible),
        None => (case, Severity::Warning, Confidence::Certain),
    };
    let mut said = Words::default();
    if clients.len() == 1 {
        said.client = said.keep(ledger.names.text(first.client));
    }
    if users.len() == 1 {
        said.user = said.keep(ledger.names.text(first.user));
    }
    Finding {
        rule: &RULE,
        number: 0,
        case,
        severity,
        confidence,
        place: first.place,
        at: first.at,
        session: Some(first.session),
        software: Software::Unknown,
        related,
        facts,
        transcript: transcript(row, login, ledger),
        sessions: ledger.count(row.iter().map(|a| a.session)),
        said,
    }
}

/// A session of the same client that logged in with one of the names soon after, or with the last of the tries.
fn login_after<'l>(
    last: &Attempt,
    users: &BTreeSet<u32>,
    ledger: &'l Ledger,
    within_ms: i64,
) -> Option<&'l Visit> {
    let start = ledger.visits.partition_point(|v| v.begin < last.session);
    let of_source = ledger.visits[start..].iter().take_while(|v| v.begin.source == last.place.source);
    let soon = |v: &&Visit| {
        v.begin == last.session
            || v.begin_at == When::NEVER
            || v.begin_at.since(last.at).is_some_and(|ms| ms <= within_ms)
    };
    let mut candidates = of_source.take_while(soon);
    candidates.find(|v| v.client == last.client && v.login_line > last.place.line && users.contains(&v.user))
}

fn place_of(login: &Visit) -> Place {
    Place { line: login.login_line, ..login.begin }
}

/// The first and the last failure, and the login that succeeded.
fn transcript(row: &[&Attempt], login: Option<&Visit>, ledger: &Ledger) -> Transcript {
    let mut lines = Transcript::default();
    let mut tell = |attempt: &Attempt, key, skipped| {
        let label = Some(Label { key, primary: true });
        let line = Said { label, skipped, ..Said::at(attempt.place, attempt.at, Side::Client) };
        lines.push(line, attempt.verb.name().as_bytes());
        if let Some(said) = attempt.said {
            let place = Place { line: attempt.said_line, ..attempt.place };
            lines.push(Said::at(place, When::NEVER, Side::Server), ledger.names.text(said));
        }
    };
    let (first, last) = (row[0], row[row.len() - 1]);
    tell(first, "first", 0);
    if last.place != first.place {
        let shown_until = first.said_line.max(first.place.line);
        tell(last, "last", last.place.line.saturating_sub(shown_until + 1));
    }
    if let Some(login) = login {
        let label = Some(Label { key: "again", primary: false });
        lines.push(Said { label, ..Said::at(place_of(login), When::NEVER, Side::Server) }, b"230");
    }
    lines
}
