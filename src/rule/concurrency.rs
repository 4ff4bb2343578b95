//! How many sessions were open when the server refused one more: a sweep over the lines where sessions begin and end.

use super::ledger::Names;
use super::refusal::limit_in;
use super::visit::Visit;
use super::{Reason, Refusal};
use crate::event::Place;
use crate::time::When;
use foldhash::fast::FixedState;
use std::collections::HashMap;

/// A session whose end the log does not show may still be open for so long after its last line: the idle limits of servers
/// are 5 to 15 minutes.
const LINGERS_MS: i64 = 15 * 60_000;

/// Sessions that were open at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// The log shows that they were.
    pub sure: u32,
    /// The log shows no end of them, and they may have been.
    pub perhaps: u32,
}

/// Sessions that were open when the server refused one more; those that it refused are not among them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Open {
    /// On the whole server.
    pub all: Count,
    /// Of the same client; nothing where the log has no clients.
    pub client: Option<Count>,
    /// Of the same user; nothing where nobody was named.
    pub user: Option<Count>,
}

impl Open {
    /// Those that count towards the limit that was reached.
    #[must_use]
    pub fn towards(&self, reason: Reason) -> Option<Count> {
        match reason {
            Reason::PerClient => self.client,
            Reason::PerUser => self.user,
            _ => Some(self.all),
        }
    }
}

/// What was counted at each refusal for a limit.
#[derive(Clone, Debug, Default)]
pub(super) struct Concurrency {
    open: Vec<(Place, Open)>,
    /// Limits that servers do not name, by source and reason.
    limits: Vec<(u32, Reason, u32)>,
}

impl Concurrency {
    /// Counts. Both lists are in the order of the log; sessions that begin after `known_until` were forgotten.
    pub(super) fn of(
        refusals: &[Refusal],
        visits: &[Visit],
        known_until: Option<Place>,
        names: &Names,
    ) -> Self {
        let mut counted = Self::default();
        let known = |r: &&Refusal| known_until.is_none_or(|until| r.place <= until);
        let limited: Vec<&Refusal> = refusals.iter().filter(|r| r.reason.is_limit()).filter(known).collect();
        for of_source in limited.chunk_by(|a, b| a.place.source == b.place.source) {
            let source = of_source[0].place.source;
            let start = visits.partition_point(|v| v.begin.source < source);
            let end = visits.partition_point(|v| v.begin.source <= source);
            let here: Vec<Visit> =
                visits[start..end].iter().copied().filter(|v| v.connected && !v.turned_away).collect();
            counted.count(of_source, &here, names);
        }
        counted
    }

    fn count(&mut self, refusals: &[&Refusal], visits: &[Visit], names: &Names) {
        let mut sweep = Sweep::over(visits);
        let mut least: [Option<Count>; SCOPES.len()] = [None; SCOPES.len()];
        for refusal in refusals {
            sweep.go_to(refusal.place, refusal.at);
            let open = sweep.open(refusal, names);
            self.open.push((refusal.place, open));
            let scope = SCOPES.iter().position(|reason| *reason == refusal.reason);
            if let (Some(scope), Some(count)) = (scope, open.towards(refusal.reason)) {
                let known = least[scope].get_or_insert(count);
                known.sure = known.sure.min(count.sure);
                known.perhaps = known.perhaps.max(count.perhaps);
            }
        }
        sweep.go_to(Place { line: u64::MAX, ..refusals[0].place }, When::NEVER);
        for (scope, least) in least.into_iter().enumerate() {
            // More were never open, and with so many the server refused each time.
            if let Some(Count { sure, perhaps: 0 }) =
                least.filter(|c| c.sure > 0 && c.sure == sweep.most[scope])
            {
                self.limits.push((refusals[0].place.source, SCOPES[scope], sure));
            }
        }
    }

    /// What was open at a refusal.
    pub(super) fn at(&self, refusal: &Refusal) -> Option<Open> {
        let index = self.open.binary_search_by_key(&refusal.place, |(place, _)| *place).ok()?;
        Some(self.open[index].1)
    }

    /// The limit that a refusal names, else the one that all refusals of its kind show; and whether it is named.
    pub(super) fn limit(&self, refusal: &Refusal, names: &Names) -> Option<(u64, bool)> {
        let named = refusal.said.and_then(|said| limit_in(names.text(said)));
        let shown = || {
            let known = self.limits.iter().find(|l| (l.0, l.1) == (refusal.place.source, refusal.reason));
            known.map(|(.., limit)| (u64::from(*limit), false))
        };
        named.map(|limit| (limit, true)).or_else(shown)
    }
}

/// The reasons that name a limit, in the order of [`Sweep::most`].
const SCOPES: [Reason; 3] = [Reason::Capacity, Reason::PerClient, Reason::PerUser];

/// How far a session has come.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    ToCome,
    Open,
    /// Its last line is behind, and the log does not show its end.
    Lingers,
    Gone,
}

impl Count {
    /// Counts a session that has come from one stage to another; returns how many are surely open then.
    fn moved(&mut self, from: Stage, to: Stage) -> u32 {
        match from {
            Stage::Open => self.sure -= 1,
            Stage::Lingers => self.perhaps -= 1,
            Stage::ToCome | Stage::Gone => {}
        }
        match to {
            Stage::Open => self.sure += 1,
            Stage::Lingers => self.perhaps += 1,
            Stage::ToCome | Stage::Gone => {}
        }
        self.sure
    }
}

/// A walk through the log of one source.
struct Sweep<'v> {
    visits: &'v [Visit],
    stages: Vec<Stage>,
    begun: usize,
    /// The sessions in the order of their last lines, and how many of these are behind.
    by_end: Vec<u32>,
    ended: usize,
    /// Those that linger, in the order of their last times, and how many of these are gone.
    by_time: Vec<u32>,
    gone: usize,
    all: Count,
    clients: HashMap<u32, Count, FixedState>,
    users: HashMap<u32, Count, FixedState>,
    /// The most that were open at once: of all, of a client, of a user.
    most: [u32; SCOPES.len()],
}

impl<'v> Sweep<'v> {
    fn over(visits: &'v [Visit]) -> Self {
        let mut by_end: Vec<u32> = (0..visits.len() as u32).collect();
        by_end.sort_by_key(|v| visits[*v as usize].last_line);
        let lingers = |v: &u32| !visits[*v as usize].ends && visits[*v as usize].last_at != When::NEVER;
        let mut by_time: Vec<u32> = by_end.iter().copied().filter(lingers).collect();
        by_time.sort_by_key(|v| visits[*v as usize].last_at.ms);
        Self {
            visits,
            stages: vec![Stage::ToCome; visits.len()],
            begun: 0,
            by_end,
            ended: 0,
            by_time,
            gone: 0,
            all: Count::default(),
            clients: HashMap::default(),
            users: HashMap::default(),
            most: [0; SCOPES.len()],
        }
    }

    /// Passes everything before `place`.
    fn go_to(&mut self, place: Place, at: When) {
        loop {
            let begin = self.visits.get(self.begun).map_or(u64::MAX, |v| v.begin.line);
            let end = self.by_end.get(self.ended).map_or(u64::MAX, |v| self.visits[*v as usize].last_line);
            if begin.min(end) >= place.line {
                break;
            }
            if begin <= end {
                self.change(self.begun, Stage::Open);
                self.begun += 1;
            } else {
                let visit = self.by_end[self.ended] as usize;
                let lingers = !self.visits[visit].ends
                    && self.visits[visit].last_at != When::NEVER
                    && self.stages[visit] == Stage::Open;
                self.change(visit, if lingers { Stage::Lingers } else { Stage::Gone });
                self.ended += 1;
            }
        }
        while let Some(visit) = self.by_time.get(self.gone).map(|v| *v as usize) {
            if at.since(self.visits[visit].last_at).is_none_or(|ms| ms <= LINGERS_MS) {
                break;
            }
            if self.stages[visit] == Stage::Lingers {
                self.change(visit, Stage::Gone);
            }
            self.gone += 1;
        }
    }

    fn change(&mut self, visit: usize, to: Stage) {
        let from = std::mem::replace(&mut self.stages[visit], to);
        let Visit { client, user, login_line, .. } = self.visits[visit];
        self.most[0] = self.most[0].max(self.all.moved(from, to));
        self.most[1] = self.most[1].max(self.clients.entry(client).or_default().moved(from, to));
        // A limit on a user's sessions counts those that are logged in.
        if login_line > 0 {
            self.most[2] = self.most[2].max(self.users.entry(user).or_default().moved(from, to));
        }
    }

    fn open(&self, refusal: &Refusal, names: &Names) -> Open {
        let of = |counts: &HashMap<u32, Count, FixedState>, name: u32| {
            (!names.text(name).is_empty()).then(|| counts.get(&name).copied().unwrap_or_default())
        };
        Open { all: self.all, client: of(&self.clients, refusal.client), user: of(&self.users, refusal.user) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ftp::Verb;
    use crate::time::Known;

    fn place(line: u64) -> Place {
        Place { source: 0, line }
    }

    fn at(seconds: i64) -> When {
        When { ms: seconds * 1000, known: Known::Everything }
    }

    /// A session of a client from one line to another; each line is a second.
    fn visit(client: u32, lines: std::ops::Range<u64>, ends: bool) -> Visit {
        let last_at = at(lines.end as i64);
        Visit {
            begin: place(lines.start),
            begin_at: at(lines.start as i64),
            last_line: lines.end,
            last_at,
            command_line: lines.start + 1,
            command_at: at(lines.start as i64 + 1),
            command: Verb::PWD,
            answered_line: lines.start + 2,
            answered_at: at(lines.start as i64 + 2),
            login_line: lines.start + 1,
            client,
            user: 0,
            ends,
            connected: true,
            turned_away: false,
            transfer_line: 0,
            transfer: Verb::OTHER,
        }
    }

    fn refusal(line: u64, client: u32, reason: Reason) -> Refusal {
        Refusal {
            place: place(line),
            at: at(line as i64),
            reason,
            client,
            user: 0,
            asked: (Verb::OTHER, 0, When::NEVER),
            session: place(line),
            said: None,
        }
    }

    fn names() -> Names {
        let mut names = Names::default();
        for name in [&b""[..], b"192.0.2.1", b"192.0.2.2"] {
            names.number(name);
        }
        names
    }

    #[test]
    fn sessions_that_are_open_at_a_refusal_are_counted_and_give_the_limit() {
        let visits =
            [visit(1, 1..50, true), visit(1, 2..10, true), visit(2, 3..60, true), visit(1, 20..70, true)];
        let refusals = [5, 25].map(|line| refusal(line, 1, Reason::PerClient));
        let counted = Concurrency::of(&refusals, &visits, None, &names());
        let open = counted.at(&refusals[0]).unwrap();
        assert_eq!(open.all, Count { sure: 3, perhaps: 0 });
        assert_eq!(open.client, Some(Count { sure: 2, perhaps: 0 }));
        // Never more than two of one client, and with two it was refused each time.
        assert_eq!(counted.limit(&refusals[1], &names()), Some((2, false)));
    }

    #[test]
    fn more_sessions_than_at_a_refusal_show_that_the_number_is_no_limit() {
        let visits =
            [visit(1, 1..50, true), visit(1, 2..50, true), visit(2, 30..50, true), visit(2, 31..50, true)];
        let refusals = [refusal(5, 1, Reason::Capacity)];
        assert_eq!(Concurrency::of(&refusals, &visits, None, &names()).limit(&refusals[0], &names()), None);
    }

    #[test]
    fn a_session_without_an_end_may_be_open_until_a_server_would_have_ended_it() {
        let visits = [visit(1, 1..5, false)];
        let late = 5 + LINGERS_MS as u64 / 1000;
        let refusals = [10, late + 1].map(|line| refusal(line, 1, Reason::Capacity));
        let counted = Concurrency::of(&refusals, &visits, None, &names());
        assert_eq!(counted.at(&refusals[0]).unwrap().all, Count { sure: 0, perhaps: 1 });
        assert_eq!(counted.at(&refusals[1]).unwrap().all, Count::default());
    }
}
