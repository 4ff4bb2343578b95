//! Many refusals in a short time: 421, and 530, 500, 550 or silence used for the same thing (RFC 959 section 5.4).

use super::chain::chains;
use super::held::Held;
use crate::catalog::Word;
use crate::ftp::{Code, Software};
use crate::rule::finding::Words;
use crate::rule::ledger::{Accepted, Ledger, Names};
use crate::rule::{
    Check, Fact, Finding, Group, Label, Numbers, Reason, Refusal, Related, Role, Rule, Said, Setting,
    Severity, Side, Transcript, Unit,
};
use crate::session::Confidence;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

pub(super) static RULE: Rule = Rule {
    name: "service-refused-burst",
    severity: Severity::Error,
    group: Group::Availability,
    replies: &[421, 530],
    cases: &[
        "capacity",
        "per-client",
        "per-user",
        "shutdown",
        "login-timeout",
        "data-timeout",
        "tls-required",
        "banned",
        "server-fault",
        "unknown",
    ],
    settings: &[
        Setting { key: "warning-count", unit: Unit::Count, default: 3 },
        Setting { key: "error-count", unit: Unit::Count, default: 10 },
        Setting { key: "within", unit: Unit::Time, default: 60_000 },
    ],
    check: Check::Ledger(check),
    ..Rule::BASE
};

/// The numbers of the settings.
const WARNING: usize = 0;
const ERROR: usize = 1;
const WITHIN_MS: usize = 2;

fn check(ledger: &Ledger, numbers: Numbers, findings: &mut Vec<Finding>) {
    for (chain, peak) in chains(ledger, numbers.get(WITHIN_MS)) {
        if peak >= numbers.count(WARNING) {
            findings.push(burst(chain, peak, ledger, numbers));
        }
    }
}

fn burst(chain: &[Refusal], peak: usize, ledger: &Ledger, numbers: Numbers) -> Finding {
    let (first, last) = (&chain[0], &chain[chain.len() - 1]);
    let clients: BTreeSet<u32> = chain.iter().map(|r| r.client).collect();
    let again = ledger.accepted_after(last.place);
    let severity = if peak >= numbers.count(ERROR) { Severity::Error } else { Severity::Warning };
    let reason = prevailing(chain);
    let held =
        chain.iter().find(|r| r.reason == reason).and_then(|r| Held::at(r, ledger)).unwrap_or_default();
    let mut facts = vec![
        ("count", Fact::Number(chain.len() as u64)),
        ("clients", Fact::Number(clients.len() as u64)),
        ("peak", Fact::Number(peak as u64)),
        ("first", Fact::Moment(first.at, first.place.line)),
        ("last", Fact::Moment(last.at, last.place.line)),
        ("span", last.at.since(first.at).map_or(Fact::Phrase(Word::ARow), Fact::Duration)),
    ];
    let mut related = vec![Related { role: Role::Evidence, place: last.place }];
    related.extend(held.related());
    if let Some(again) = again {
        facts.push(("again", Fact::Moment(again.at, again.place.line)));
        related.push(Related { role: Role::Consequence, place: again.place });
    }
    let transcript = transcript(chain, &held, again, &ledger.names);
    facts.extend(held.facts);
    Finding {
        rule: &RULE,
        number: 0,
        case: reason.name(),
        severity,
        confidence: Confidence::Certain,
        place: first.place,
        at: first.at,
        session: Some(first.session),
        software: Software::Unknown,
        related,
        facts,
        transcript,
        sessions: ledger.count(chain.iter().map(|r| r.session)),
        said: words(first, clients.len() == 1, &ledger.names),
    }
}

/// What the first refusal says, and to whom if they are all the same client's.
fn words(first: &Refusal, one_client: bool, names: &Names) -> Words {
    let mut words = Words::default();
    if one_client {
        words.client = words.keep(names.text(first.client));
    }
    let line = first.said.map_or(&b""[..], |said| names.text(said));
    if let (Some(code), Some(text)) = (Code::parse(line), line.get(4..)) {
        words.reply = Some((code, words.keep(text)));
    }
    words
}

/// The reason that most of the refusals name; of two, the one that says more.
fn prevailing(chain: &[Refusal]) -> Reason {
    let mut counts: BTreeMap<Reason, usize> = BTreeMap::new();
    for refusal in chain {
        *counts.entry(refusal.reason).or_default() += 1;
    }
    let named = counts.iter().filter(|(r, _)| **r != Reason::Unknown);
    named.max_by_key(|(r, n)| (**n, std::cmp::Reverse(**r))).map_or(Reason::Unknown, |(r, _)| *r)
}

/// The sessions that held the places, the first and the last refusal, and where the server accepted again.
fn transcript(chain: &[Refusal], held: &Held, again: Option<Accepted>, names: &Names) -> Transcript {
    let mut lines = Transcript::default();
    held.tell(&mut lines);
    let mut tell = |refusal: &Refusal, key, skipped| {
        let Some(said) = refusal.said else { return };
        let label = Some(Label { key, primary: true });
        let line = Said { label, skipped, ..Said::at(refusal.place, refusal.at, Side::Server) };
        lines.push(line, names.text(said));
    };
    let (first, last) = (&chain[0], &chain[chain.len() - 1]);
    tell(first, "first", 0);
    if last.place != first.place {
        tell(last, "last", last.place.line - first.place.line - 1);
    }
    if let Some(again) = again {
        let label = Some(Label { key: "again", primary: false });
        lines.push(Said { label, ..Said::at(again.place, again.at, Side::Server) }, b"220");
    }
    lines
}
