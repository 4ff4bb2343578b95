//! Makes a large log out of a small recording: the same sessions again and again, with other processes, clients and
//! times, many of them open at once. The same arguments give the same bytes.
//!
//! Works on vsftpd's own log, and on an `ExtendedLog` of `ProFTPD` that names process, client and time as that in `samples` does.

use std::io::{self, Write};

/// Sessions that are open at any time.
pub(crate) const OPEN: usize = 200;
/// Lines that are written in a second of the log's own clock.
const LINES_A_SECOND: u64 = 500;
/// The first second of the log, 2026-01-01 00:00:00 UTC.
const START: u64 = 1_767_225_600;

/// Writes copies of `recording` to `out` until `bytes` are written; returns the number of lines.
pub(crate) fn multiply(recording: &str, bytes: u64, out: &mut impl Write) -> io::Result<u64> {
    let lines: Vec<Parts> = recording.lines().filter_map(Parts::of).collect();
    assert!(!lines.is_empty(), "the recording holds no line with a process and a client at a known place");
    let mut open: Vec<Copy> = (0..OPEN as u64).map(|n| Copy { number: n, next: 0 }).collect();
    let mut copies = OPEN as u64;
    let mut random = 0x9E37_79B9_7F4A_7C15u64;
    let (mut written, mut n) = (0, 0u64);
    let mut line = String::new();
    while written < bytes {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        let copy = &mut open[(random % OPEN as u64) as usize];
        line.clear();
        lines[copy.next].write(&mut line, copy.number, n * 1000 / LINES_A_SECOND);
        out.write_all(line.as_bytes())?;
        written += line.len() as u64;
        n += 1;
        copy.next += 1;
        if copy.next == lines.len() {
            *copy = Copy { number: copies, next: 0 };
            copies += 1;
        }
    }
    Ok(n)
}

struct Copy {
    number: u64,
    next: usize,
}

/// A line cut where something is to be replaced.
struct Parts<'a> {
    time: Time,
    pid: u64,
    between: &'a str,
    after: &'a str,
    /// The client's own address in PORT or EPRT, and what follows it.
    own: Option<(Address, &'a str)>,
}

/// How a time is written, and what stands between it and the process.
#[derive(Clone, Copy)]
enum Time {
    /// `Fri Nov 20 18:32:21 2026 [pid `
    Vsftpd,
    /// `2026-11-20 18:34:32,717 pid=`
    ExtendedLog,
}

/// How an address is written.
#[derive(Clone, Copy)]
enum Address {
    /// `PORT 10,0,0,1,182,235`
    Commas,
    /// `EPRT |1|10.0.0.1|48575|`
    Dots,
}

impl<'a> Parts<'a> {
    // Fri Nov 20 18:32:21 2026 [pid 10178] [alice] FTP command: Client "127.0.0.1", "SYST"
    // 2026-11-20 18:34:32,717 pid=10682 sess= client=127.0.0.1:56444 user=alice cmd="SYST" verb=SYST code=215
    fn of(line: &'a str) -> Option<Self> {
        let vsftpd = line.get(24..).and_then(|rest| rest.strip_prefix(" [pid "));
        let (time, rest, before_client, behind_client) = match vsftpd {
            Some(rest) => (Time::Vsftpd, rest, ": Client \"", '"'),
            None => (Time::ExtendedLog, line.get(23..)?.strip_prefix(" pid=")?, " client=", ':'),
        };
        let (pid, rest) = rest.split_at(rest.find(|c: char| !c.is_ascii_digit())?);
        let client = rest.find(before_client)? + before_client.len();
        let (between, rest) = rest.split_at(client);
        let (client, after) = rest.split_at(rest.find(behind_client)?);
        let (after, own) = match Self::own_address(client, after) {
            Some((before, address, behind)) => (before, Some((address, behind))),
            None => (after, None),
        };
        Some(Self { time, pid: pid.parse().ok()?, between, after, own })
    }

    /// What stands before and behind the client's own address in a command that names it.
    fn own_address(client: &str, after: &'a str) -> Option<(&'a str, Address, &'a str)> {
        let commas = client.replace('.', ",");
        let (end, address, written) =
            [("\"PORT ", Address::Commas, commas.as_str()), ("\"EPRT |1|", Address::Dots, client)]
                .into_iter()
                .find_map(|(command, address, written)| {
                    Some((after.find(command)? + command.len(), address, written))
                })?;
        let (before, rest) = after.split_at(end);
        Some((before, address, rest.strip_prefix(written)?))
    }

    /// Writes the line of a copy, so many milliseconds after the start.
    fn write(&self, out: &mut String, copy: u64, ms: u64) {
        use std::fmt::Write;
        let date = Date::of(START + ms / 1000);
        let _ = match self.time {
            Time::Vsftpd => write!(out, "{} [pid ", date.ctime()),
            Time::ExtendedLog => write!(out, "{},{:03} pid=", date.iso(), ms % 1000),
        };
        let pid = self.pid % 1000 + copy * 1000 % 4_000_000_000;
        let (a, b, c) = (copy / 62_500 % 250, copy / 250 % 250, copy % 250);
        let c = c + 1;
        let _ = write!(out, "{pid}{}10.{a}.{b}.{c}{}", self.between, self.after);
        let _ = match self.own {
            Some((Address::Commas, behind)) => writeln!(out, "10,{a},{b},{c}{behind}"),
            Some((Address::Dots, behind)) => writeln!(out, "10.{a}.{b}.{c}{behind}"),
            None => writeln!(out),
        };
    }
}

/// A second of the years 2026 and after.
struct Date {
    seconds: u64,
    year: u64,
    month: usize,
    day: u64,
}

const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
const MONTHS: [(&str, u64); 12] = [
    ("Jan", 31),
    ("Feb", 28),
    ("Mar", 31),
    ("Apr", 30),
    ("May", 31),
    ("Jun", 30),
    ("Jul", 31),
    ("Aug", 31),
    ("Sep", 30),
    ("Oct", 31),
    ("Nov", 30),
    ("Dec", 31),
];

impl Date {
    fn of(seconds: u64) -> Self {
        let (mut year, mut month, mut left) = (2026, 0, (seconds - START) / 86_400);
        while left >= MONTHS[month].1 {
            left -= MONTHS[month].1;
            month += 1;
            if month == 12 {
                (month, year) = (0, year + 1);
            }
        }
        Self { seconds, year, month, day: left + 1 }
    }

    fn clock(&self) -> String {
        let Self { seconds, .. } = self;
        format!("{:02}:{:02}:{:02}", seconds / 3600 % 24, seconds / 60 % 60, seconds % 60)
    }

    /// `Fri Nov 20 18:32:21 2026`
    fn ctime(&self) -> String {
        let Self { seconds, year, month, day } = self;
        let weekday = DAYS[(seconds / 86_400 % 7) as usize];
        format!("{weekday} {} {day:2} {} {year}", MONTHS[*month].0, self.clock())
    }

    /// `2026-11-20 18:32:21`
    fn iso(&self) -> String {
        format!("{}-{:02}-{:02} {}", self.year, self.month + 1, self.day, self.clock())
    }
}
