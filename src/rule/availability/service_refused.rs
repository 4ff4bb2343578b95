//! A session that was refused for a limit, a ban or a shutdown, and that is part of no burst: 421, and 530, 500 or 550 used
//! for the same thing (RFC 959 section 5.4).

use super::chain::chains;
use super::held::Held;
use crate::event::Place;
use crate::ftp::{Code, Software};
use crate::rule::finding::{Asked, Words};
use crate::rule::ledger::Ledger;
use crate::rule::{
    Check, Fact, Finding, Group, Label, Numbers, Reason, Refusal, Related, Role, Rule, Said, Setting, Side,
    Transcript, Unit,
};
use crate::session::Confidence;

pub(super) static RULE: Rule = Rule {
    name: "service-refused",
    group: Group::Availability,
    replies: &[421, 530],
    cases: &["capacity", "per-client", "per-user", "shutdown", "banned", "banned-after-failures", "unknown"],
    settings: &[
        Setting { key: "fewer-than", unit: Unit::Count, default: 3 },
        Setting { key: "within", unit: Unit::Time, default: 60_000 },
    ],
    check: Check::Ledger(check),
    ..Rule::BASE
};

/// The numbers of the settings.
const FEWER_THAN: usize = 0;
const WITHIN_MS: usize = 1;
/// How long before a ban, and among how many failed logins, those of the banned client are looked for.
const BEFORE_BAN_MS_MAX: i64 = 24 * 3_600_000;
const BEFORE_BAN_MAX: usize = 10_000;
/// Findings for which the sessions that held the places are looked for.
const HELD_MAX: usize = 500;

fn check(ledger: &Ledger, numbers: Numbers, findings: &mut Vec<Finding>) {
    let mut last_session: Option<Place> = None;
    for (chain, peak) in chains(ledger, numbers.get(WITHIN_MS)) {
        if peak >= numbers.count(FEWER_THAN) {
            continue;
        }
        // A connection that is closed before the greeting may be a look whether the port is open.
        let is_reported =
            |r: &&Refusal| r.said.is_some() && is_of_this_rule(r.reason) && ledger.is_about(r.session);
        for refusal in chain.iter().filter(is_reported) {
            if last_session.replace(refusal.session) != Some(refusal.session) {
                let held = (findings.len() < HELD_MAX).then(|| Held::at(refusal, ledger)).flatten();
                findings.push(refused(refusal, &held.unwrap_or_default(), ledger));
            }
        }
    }
}

/// Timeouts, faults and missing TLS have rules of their own, which know more about them.
fn is_of_this_rule(reason: Reason) -> bool {
    use Reason::{Banned, Capacity, PerClient, PerUser, Shutdown, Unknown};
    matches!(reason, Capacity | PerClient | PerUser | Shutdown | Banned | Unknown)
}

fn refused(refusal: &Refusal, held: &Held, ledger: &Ledger) -> Finding {
    let failures = failures_before(refusal, ledger);
    let mut case = refusal.reason.name();
    let mut facts = Vec::new();
    let mut related: Vec<Related> = held.related().collect();
    if let Some((count, last)) = failures {
        case = "banned-after-failures";
        facts.push(("failures", Fact::Number(count)));
        facts.push(("cause_line", Fact::Line(last.line)));
        related.insert(0, Related { role: Role::Cause, place: last });
    }
    let transcript = transcript(refusal, held, ledger);
    facts.extend(held.facts.iter().cloned());
    Finding {
        rule: &RULE,
        number: 0,
        case,
        severity: RULE.severity,
        confidence: Confidence::Certain,
        place: refusal.place,
        at: refusal.at,
        session: Some(refusal.session),
        software: Software::Unknown,
        related,
        facts,
        transcript,
        sessions: 1,
        said: words(refusal, ledger),
    }
}

/// How many logins of a client failed in the day before it was banned, and the last of them.
fn failures_before(refusal: &Refusal, ledger: &Ledger) -> Option<(u64, Place)> {
    if refusal.reason != Reason::Banned || ledger.names.text(refusal.client).is_empty() {
        return None;
    }
    let before = ledger.attempts.partition_point(|a| a.place < refusal.place);
    let near = |at| refusal.at.since(at).is_none_or(|ms| ms <= BEFORE_BAN_MS_MAX);
    let latest_first = ledger.attempts[..before].iter().rev().take(BEFORE_BAN_MAX);
    let mut of_client = latest_first
        .filter(|a| a.client == refusal.client && a.place.source == refusal.place.source && near(a.at));
    let last = of_client.next()?;
    Some((1 + of_client.count() as u64, last.place))
}

fn words(refusal: &Refusal, ledger: &Ledger) -> Words {
    let mut words = Words::default();
    words.client = words.keep(ledger.names.text(refusal.client));
    words.user = words.keep(ledger.names.text(refusal.user));
    let (verb, asked, _) = refusal.asked;
    words.command = (asked > 0).then(|| Asked { verb, ..Asked::default() });
    let line = refusal.said.map_or(&b""[..], |said| ledger.names.text(said));
    if let (Some(code), Some(text)) = (Code::parse(line), line.get(4..)) {
        words.reply = Some((code, words.keep(text)));
    }
    words
}

/// The sessions that held the places, the command, and its refusal.
fn transcript(refusal: &Refusal, held: &Held, ledger: &Ledger) -> Transcript {
    let mut lines = Transcript::default();
    held.tell(&mut lines);
    let (verb, line, at) = refusal.asked;
    if line > 0 {
        let place = Place { line, ..refusal.place };
        lines.push(Said::at(place, at, Side::Client), verb.name().as_bytes());
    }
    let label = Some(Label { key: "here", primary: true });
    let said = Said { label, ..Said::at(refusal.place, refusal.at, Side::Server) };
    lines.push(said, refusal.said.map_or(b"", |said| ledger.names.text(said)));
    lines
}
