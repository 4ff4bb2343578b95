//! A sample of a log as a table, and what each of its columns holds.

use super::log_format::is_address;
use super::stamp::{Stamps, common_log, ctime, iso, month_day, time_of_day};
use crate::event::{Command, MASK};
use crate::ftp::{Code, Verb};
use crate::time::Zone;
use std::collections::{BTreeMap, BTreeSet};

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Command,
    Method,
    Argument,
    Code,
    Text,
    Time,
    Epoch,
    Client,
    ClientAndPort,
    UserAndClient,
    ClientPort,
    Process,
    SessionName,
    User,
    Server,
    Number,
    Other,
}

/// A column: what stands before and after every value, and what the values are.
#[derive(Debug)]
pub(super) struct Column<'a> {
    pub(super) before: Vec<u8>,
    pub(super) after: Vec<u8>,
    pub(super) role: Role,
    values: Vec<&'a [u8]>,
}

/// Columns with their roles.
#[derive(Debug)]
pub(super) struct Table<'a> {
    pub(super) columns: Vec<Column<'a>>,
    /// The command of each row, once its column is found.
    commands: Vec<Option<Command<'a>>>,
}

impl<'a> Table<'a> {
    /// Looks at rows that all have the same number of cells.
    pub(super) fn of(rows: &[Vec<&'a [u8]>]) -> Self {
        let width = rows.first().map_or(0, Vec::len);
        let mut opened = Vec::new();
        let column = |n| {
            let cells: Vec<&[u8]> = rows.iter().filter_map(|row| row.get(n).copied()).collect();
            Column::of(&cells, &mut opened)
        };
        let mut table = Self { columns: (0..width).map(column).collect(), commands: Vec::new() };
        table.find_command();
        table.find_code_and_text();
        table.give(Role::Time, |c| c.share(is_time) >= 90);
        table.give(Role::Epoch, |c| c.share(is_epoch) >= 90 && c.distinct() > 1 || c.share(is_epoch) >= 100);
        table.find_client();
        table.find_session();
        table.find_user();
        table.find_the_rest();
        table
    }

    /// Gives a role to the first column without one that deserves it.
    fn give(&mut self, role: Role, deserves: impl Fn(&Column) -> bool) -> bool {
        let found = self.columns.iter_mut().find(|c| c.role == Role::Other && deserves(c));
        if let Some(column) = found {
            column.role = role;
            return true;
        }
        false
    }

    /// The column of whole commands; or the one of their words and that of their arguments.
    fn find_command(&mut self) {
        let spoken = |c: &Column| c.share(|v| is_command_word(first_word(v))) >= 60;
        let argued = |c: &Column| c.values.iter().filter(|v| first_word(v).len() + 1 < v.len()).count();
        let best = (0..self.columns.len()).filter(|n| spoken(&self.columns[*n]));
        let Some(best) = best.max_by_key(|n| (argued(&self.columns[*n]), usize::MAX - n)) else { return };
        let whole = argued(&self.columns[best]) > 0;
        self.columns[best].role = if whole { Role::Command } else { Role::Method };
        self.commands = self.columns[best].values.iter().map(|v| Command::parse(v)).collect();
        if !whole {
            // Words alone: the arguments are where PASS hides its own and TYPE names a type.
            let commands = std::mem::take(&mut self.commands);
            self.give(Role::Argument, |c| is_argument_column(c, &commands));
            self.commands = commands;
        }
    }

    fn find_code_and_text(&mut self) {
        let commands = std::mem::take(&mut self.commands);
        let answers = |c: &Column| {
            let coded = c.values.iter().zip(&commands).filter(|(v, _)| is_code(v));
            let right = |v: &[u8], c: &Option<Command>| {
                Code::parse(v).is_some_and(|code| c.is_none_or(|c| code.can_answer(c.verb)))
            };
            let (n, n_right) = coded.fold((0, 0), |(n, r), (v, c)| (n + 1, r + usize::from(right(v, c))));
            n * 2 > c.values.len() && n_right * 10 >= n * 9
        };
        self.give(Role::Code, |c| c.share(|v| is_code(v) || v == b"-") >= 85 && answers(c));
        let coded = |v: &[u8]| v.len() > 4 && is_code(&v[..3]) && b" -".contains(&v[3]);
        let prose =
            |v: &[u8]| v.split(|b| *b == b' ').filter(|w| w.iter().any(u8::is_ascii_alphabetic)).count() >= 2;
        let told = self.give(Role::Text, |c| c.share(coded) >= 80)
            || self.give(Role::Text, |c| {
                c.is_named(&["reply", "resp", "text", "msg", "message"]) && c.share(prose) > 30
            });
        if !told {
            self.give(Role::Text, |c| c.share(prose) >= 60 && c.distinct() > 3 && c.share(is_path) < 20);
        }
        self.commands = commands;
    }

    fn find_client(&mut self) {
        let named = ["client", "remote", "peer", "src", "from", "ip", "addr", "host"];
        let here = ["server", "local", "dst", "vhost"];
        let mut best: Option<(usize, (bool, usize, usize), Role)> = None;
        for (n, column) in self.columns.iter().enumerate() {
            let role = match () {
                () if column.role != Role::Other || column.is_named(&here) => continue,
                () if column.share(is_address) >= 90 => Role::Client,
                () if column.share(is_address_and_port) >= 90 => Role::ClientAndPort,
                () if column.share(is_user_at_address) >= 90 => Role::UserAndClient,
                () => continue,
            };
            let rank = (column.is_named(&named), column.distinct(), usize::MAX - n);
            if best.is_none_or(|(_, b, _)| rank > b) {
                best = Some((n, rank, role));
            }
        }
        if let Some((n, _, role)) = best {
            self.columns[n].role = role;
        }
    }

    /// What keeps the rows of a session together: between USER and PASS it does not change.
    fn find_session(&mut self) {
        let commands = std::mem::take(&mut self.commands);
        let whole =
            |c: &Column| c.share(|v| crate::text::number(v).is_some()) >= 95 && keeps_together(c, &commands);
        let local = |c: &Column| c.is_named(&["local", "server"]);
        self.give(Role::ClientPort, |c| whole(c) && c.is_named(&["port"]) && !local(c));
        let names = ["pid", "process", "proc", "sess", "conn"];
        // A number that never changes may be a port or an identity: then only a name or brackets tell.
        let found = self.give(Role::Process, |c| whole(c) && c.is_named(&names))
            || self.give(Role::Process, |c| whole(c) && c.before.ends_with(b"[") && !c.is_named(&["port"]))
            || self.give(Role::Process, |c| {
                whole(c) && c.distinct() > 1 && !c.is_named(&["port", "uid", "gid"])
            });
        if !found {
            let full = |c: &Column| c.share(|v| !v.is_empty() && v != b"-") >= 95;
            self.give(Role::SessionName, |c| {
                full(c) && c.is_named(&["sess", "unique"]) && keeps_together(c, &commands)
            });
        }
        self.commands = commands;
    }

    fn find_user(&mut self) {
        if self.columns.iter().any(|c| c.role == Role::UserAndClient) {
            return;
        }
        let commands = std::mem::take(&mut self.commands);
        let argument = self.columns.iter().find(|c| c.role == Role::Argument).map(|c| c.values.clone());
        let of = |n: usize, c: &Command<'a>| argument.as_ref().map_or(c.argument, |values| values[n]);
        let named: BTreeSet<&[u8]> = commands
            .iter()
            .enumerate()
            .filter_map(|(n, c)| c.filter(|c| c.verb == Verb::USER).map(|c| of(n, &c)))
            .collect();
        let none = |v: &[u8]| v == b"-" || v.is_empty();
        let users = |c: &Column| {
            c.share(|v| named.contains(v) || none(v)) >= 90 && c.share(|v| named.contains(v)) >= 30
        };
        let _ = self.give(Role::User, |c| users(c) && c.is_named(&["user", "login", "account"]))
            || self.give(Role::User, users)
            || self.give(Role::User, |c| {
                c.is_named(&["user", "login", "account"]) && c.share(|v| v != b"-") > 0
            });
        self.commands = commands;
    }

    /// What says nothing new, and helps to tell where the others end.
    fn find_the_rest(&mut self) {
        let commands = std::mem::take(&mut self.commands);
        let same = |c: &Column, of: fn(&Command) -> Vec<u8>| {
            let pairs = c.values.iter().zip(&commands);
            pairs.filter(|(v, command)| command.is_some_and(|command| of(&command) == **v)).count() * 10
                >= c.values.len() * 9
        };
        if self.columns.iter().any(|c| c.role == Role::Command) {
            self.give(Role::Method, |c| same(c, |command| command.word.to_vec()));
            self.give(Role::Argument, |c| {
                c.distinct() > 2 && is_argument_column(c, &commands)
                    || same(c, |command| {
                        if command.argument == MASK {
                            b"(hidden)".to_vec()
                        } else {
                            command.argument.to_vec()
                        }
                    })
            });
        }
        while self.give(Role::Server, |c| c.share(is_address) >= 100) {}
        let counts = |c: &Column| c.share(|v| crate::text::number(v).is_some()) >= 30;
        let only =
            |c: &Column| c.share(|v| crate::text::number(v).is_some() || v == b"-" || v.is_empty()) >= 100;
        while self.give(Role::Number, |c| c.values.len() >= 8 && counts(c) && only(c)) {}
        self.commands = commands;
    }
}

impl<'a> Column<'a> {
    fn of(cells: &[&'a [u8]], opened: &mut Vec<u8>) -> Self {
        let first = cells.first().copied().unwrap_or_default();
        let shared = |n: usize| cells.iter().all(|c| c.starts_with(&first[..n]));
        let (mark, key) = (opening(first), opening_with_key(first));
        let before = [key, mark].into_iter().find(|n| shared(*n)).unwrap_or(0);
        opened.extend(first[..before].iter().filter(|b| b"[({".contains(b)));
        let after = closing(cells, before, opened);
        let values = cells.iter().map(|c| &c[before..c.len() - after]).collect();
        let after = first[first.len() - after..].to_vec();
        Self { before: first[..before].to_vec(), after, role: Role::Other, values }
    }

    /// How many of a hundred values are so.
    fn share(&self, is: impl Fn(&[u8]) -> bool) -> usize {
        self.values.iter().filter(|v| is(v)).count() * 100 / self.values.len().max(1)
    }

    fn distinct(&self) -> usize {
        self.values.iter().collect::<BTreeSet<_>>().len()
    }

    /// Whether what stands before the values names them by one of these words.
    fn is_named(&self, words: &[&str]) -> bool {
        words.iter().any(|w| crate::text::holds(&self.before, w))
    }
}

/// How long the marks at the start of a cell are: `["`
fn opening(cell: &[u8]) -> usize {
    cell.iter().take_while(|b| b"[({<\"' ".contains(b)).count()
}

/// How long the marks and a key at the start of a cell are: `"cmd": "`, `cmd="`, `[pid `
fn opening_with_key(cell: &[u8]) -> usize {
    let mark = opening(cell);
    let rest = &cell[mark..];
    if !rest.first().is_some_and(u8::is_ascii_alphabetic) || is_address(rest) {
        return mark;
    }
    let mut at = rest.iter().take_while(|b| b.is_ascii_alphanumeric() || b"_-.".contains(b)).count();
    at += usize::from(rest.get(at) == Some(&b'"'));
    match rest.get(at) {
        Some(b'=' | b':') => {
            let after = at + 1;
            mark + after + opening(&rest[after..])
        }
        Some(b' ')
            if mark > 0 && rest.get(at + 1).is_some_and(u8::is_ascii_digit) && rest[..at].is_ascii() =>
        {
            // A month before its day is no key.
            let month = at == 3 && crate::time::month(&rest[..3]).is_some();
            if month { mark } else { mark + at + 1 }
        }
        _ => mark,
    }
}

/// How long the marks at the end of every cell are that close what was opened before.
fn closing(cells: &[&[u8]], before: usize, opened: &mut Vec<u8>) -> usize {
    let mut after = 0;
    let first = cells.first().copied().unwrap_or_default();
    let mut quotes = first[..before].iter().rev().take_while(|b| b"\"'".contains(b)).count();
    loop {
        let shared = |b: u8| cells.iter().all(|c| c.len() > before + after && c[c.len() - 1 - after] == b);
        let Some(mark) = first.len().checked_sub(after + 1).and_then(|n| first.get(n)).copied() else {
            return after;
        };
        let open = match mark {
            b']' => b'[',
            b')' => b'(',
            b'}' => b'{',
            b'"' | b'\'' if quotes > 0 && shared(mark) => {
                quotes -= 1;
                after += 1;
                continue;
            }
            b' ' if shared(mark) => {
                after += 1;
                continue;
            }
            _ => return after,
        };
        let Some(at) = opened.iter().rposition(|b| *b == open).filter(|_| shared(mark)) else { return after };
        opened.remove(at);
        after += 1;
    }
}

fn first_word(value: &[u8]) -> &[u8] {
    value.split(|b| *b == b' ').next().unwrap_or_default()
}

/// Whether a word is a command that FTP has, in the letters in which clients write it.
pub(super) fn is_command_word(word: &[u8]) -> bool {
    let upper = word.iter().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || *b == b'_');
    upper && (Verb::parse(word) != Verb::OTHER || word.starts_with(b"OPTS_"))
}

/// Whether a value is a reply code and nothing else.
pub(super) fn is_code(value: &[u8]) -> bool {
    value.len() == 3 && Code::parse(value).is_some()
}

fn is_path(value: &[u8]) -> bool {
    value.starts_with(b"/")
}

fn is_epoch(value: &[u8]) -> bool {
    value.len() == 10 && crate::text::number(value).is_some_and(|n| n > 800_000_000)
}

fn is_time(value: &[u8]) -> bool {
    let mut stamps = Stamps::new(&Zone::UTC);
    [iso, common_log, ctime, month_day, time_of_day].into_iter().any(|shape| {
        stamps.read(value, shape).is_some_and(|(_, rest)| {
            let zone = rest.strip_prefix(b" ").unwrap_or(rest);
            zone.is_empty() || crate::time::offset_minutes(zone).is_some()
        })
    })
}

fn is_address_and_port(value: &[u8]) -> bool {
    let Some(colon) = memchr::memrchr(b':', value) else { return false };
    is_address(&value[..colon]) && crate::text::number(&value[colon + 1..]).is_some_and(|n| n < 65_536)
}

fn is_user_at_address(value: &[u8]) -> bool {
    memchr::memrchr(b'@', value).is_some_and(|at| is_address(&value[at + 1..]))
}

/// Whether a column holds what belongs behind the commands of the same rows.
fn is_argument_column(column: &Column, commands: &[Option<Command>]) -> bool {
    let mut n = 0;
    for (value, command) in column.values.iter().zip(commands) {
        let fits = match command.map(|c| c.verb) {
            Some(Verb::PASS) => *value == b"(hidden)" || value.iter().all(|b| *b == b'*'),
            Some(Verb::TYPE) => matches!(value.first(), Some(b'A' | b'I' | b'E' | b'L')) && value.len() <= 3,
            Some(Verb::PWD | Verb::PASV | Verb::QUIT) => value.is_empty() || *value == b"-",
            _ => continue,
        };
        if !fits {
            return false;
        }
        n += 1;
    }
    n > 1 && column.distinct() > 1
}

/// Whether every PASS has the value of the USER before it, and values do not change from row to row.
fn keeps_together(column: &Column, commands: &[Option<Command>]) -> bool {
    let mut last: BTreeMap<&[u8], Verb> = BTreeMap::new();
    let (mut n, mut n_right) = (0, 0);
    for (value, command) in column.values.iter().zip(commands) {
        let Some(command) = command else { continue };
        if command.verb == Verb::PASS {
            n += 1;
            n_right += usize::from(last.get(value) == Some(&Verb::USER));
        }
        last.insert(value, command.verb);
    }
    n_right * 10 >= n * 9 && last.len() <= 1 + column.values.len() / 2
}
