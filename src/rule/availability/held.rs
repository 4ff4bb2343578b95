//! What held the places when the server refused a session because of a limit: how many sessions were open, what the limit
//! is, and which sessions nobody used any more.

use crate::event::Place;
use crate::ftp::Verb;
use crate::rule::ledger::Ledger;
use crate::rule::{Fact, Label, Reason, Refusal, Related, Role, Said, Side, Transcript, Visit};
use crate::time::When;

/// A session that sent nothing for so long and sends nothing any more was probably abandoned.
const SILENT_MS_MIN: i64 = 10_000;
/// Sessions that are shown, and the names of their facts and labels.
const SHOWN: [(&str, &str, &str, &str); 3] = [
    ("cause", "session_1", "holder_1", "since_1"),
    ("between", "session_2", "holder_2", "since_2"),
    ("proof", "session_3", "holder_3", "since_3"),
];

/// What is known of the sessions that were open at a refusal.
#[derive(Default)]
pub(super) struct Held {
    /// Numbers, and the sentences that tell them.
    pub(super) facts: Vec<(&'static str, Fact<'static>)>,
    /// The sessions that were silent for longest, in the order of their last commands.
    silent: Vec<Visit>,
}

impl Held {
    /// What held the places; nothing for a refusal that is not about a limit, or where too many sessions were forgotten.
    pub(super) fn at(refusal: &Refusal, ledger: &Ledger) -> Option<Self> {
        let open = ledger.open_at(refusal)?;
        let towards = open.towards(refusal.reason)?;
        let mut held = Self::default();
        let mut also = Vec::new();
        if towards.sure + towards.perhaps == 0 {
            // The log of a client shows its own sessions only, and names no clients.
            if open.client.is_some() {
                also.push("none-open");
            }
        } else {
            also.push("open");
            held.facts.push(("open", Fact::Number(open.all.sure.into())));
            let of_some =
                [("open-client", "open_of_client", open.client), ("open-user", "open_of_user", open.user)];
            for (key, name, count) in of_some {
                if let Some(count) = count {
                    also.push(key);
                    held.facts.push((name, Fact::Number(count.sure.into())));
                }
            }
            if towards.perhaps > 0 {
                also.push("open-perhaps");
                held.facts.push(("open_perhaps", Fact::Number(towards.perhaps.into())));
            }
        }
        if let Some((limit, is_named)) = ledger.limit_at(refusal) {
            also.push(if is_named { "limit-named" } else { "limit-shown" });
            held.facts.push(("limit", Fact::Number(limit)));
            let seen = u64::from(towards.sure) + u64::from(towards.perhaps);
            if is_named && seen > 0 && seen < limit {
                also.push("fewer-shown");
            }
        }
        let n_silent = held.find_silent(refusal, ledger);
        if n_silent > 0 {
            also.push("silent");
            held.facts.push(("silent", Fact::Number(n_silent)));
        }
        if !also.is_empty() {
            held.facts.push(("also", Fact::Also(also)));
        }
        Some(held)
    }

    /// Finds the sessions that were open and that nobody used any more; returns how many there were.
    fn find_silent(&mut self, refusal: &Refusal, ledger: &Ledger) -> u64 {
        let source = refusal.place.source;
        let start = ledger.visits.partition_point(|v| v.begin.source < source);
        let end = ledger.visits.partition_point(|v| v.begin < refusal.place);
        let silent =
            |v: &&Visit| is_open(v, refusal.place.line) && is_towards(v, refusal) && is_silent(v, refusal);
        let mut all: Vec<&Visit> = ledger.visits[start..end].iter().filter(silent).collect();
        all.sort_by_key(|v| (v.answered_at.ms, v.answered_line));
        self.silent = all.iter().take(SHOWN.len()).map(|v| **v).collect();
        self.silent.sort_by_key(shown_line);
        for (visit, (_, session, holder, since)) in self.silent.iter().zip(SHOWN) {
            self.facts.push((session, Fact::Session(visit.begin)));
            self.facts.push((holder, Fact::Text(name(visit, ledger).into())));
            self.facts.push((since, Fact::Moment(visit.answered_at, visit.answered_line)));
        }
        all.len() as u64
    }

    /// Where the sessions that are shown begin.
    pub(super) fn related(&self) -> impl Iterator<Item = Related> + '_ {
        self.silent.iter().map(|v| Related { role: Role::Evidence, place: v.begin })
    }

    /// Writes down the last command of each session that is shown.
    pub(super) fn tell(&self, lines: &mut Transcript) {
        for (visit, (key, ..)) in self.silent.iter().zip(SHOWN) {
            let place = Place { line: shown_line(visit), ..visit.begin };
            let (at, side, text) = match visit.command {
                _ if visit.command_line == 0 => (visit.begin_at, Side::Server, "220"),
                Verb::OTHER => (visit.command_at, Side::Client, "..."),
                verb => (visit.command_at, Side::Client, verb.name()),
            };
            let label = Some(Label { key, primary: false });
            lines.push(Said { label, ..Said::at(place, at, side) }, text.as_bytes());
        }
    }
}

fn shown_line(visit: &Visit) -> u64 {
    if visit.command_line > 0 { visit.command_line } else { visit.begin.line }
}

/// Whether the log shows that a session which begins before the line was open there.
fn is_open(visit: &Visit, line: u64) -> bool {
    visit.connected && !visit.turned_away && visit.last_line > line
}

fn is_towards(visit: &Visit, refusal: &Refusal) -> bool {
    match refusal.reason {
        Reason::PerClient => visit.client == refusal.client,
        Reason::PerUser => visit.user == refusal.user && visit.login_line > 0,
        _ => true,
    }
}

/// Whether a session that was open had sent its last command, and had got its last reply, some time before.
fn is_silent(visit: &Visit, refusal: &Refusal) -> bool {
    let line = refusal.place.line;
    let over = visit.command_line < line && visit.answered_line < line;
    let untimed = refusal.at == When::NEVER;
    over && (untimed || refusal.at.since(visit.answered_at).is_some_and(|ms| ms >= SILENT_MS_MIN))
}

/// `backup@203.0.113.7`, as far as it is known.
fn name(visit: &Visit, ledger: &Ledger) -> Vec<u8> {
    let (user, client) = (ledger.names.text(visit.user), ledger.names.text(visit.client));
    let at: &[u8] = if user.is_empty() || client.is_empty() { b"" } else { b"@" };
    let name = [user, at, client].concat();
    if name.is_empty() { b"?".to_vec() } else { name }
}
