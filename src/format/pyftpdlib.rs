//! pyftpdlib's log, at DEBUG or INFO. `->` is what goes to the client, `<-` is what comes from it.
//!
//! At INFO it has some commands with their final codes, transfers and logins, and no replies. Of a reply of several lines it
//! has the last.

use super::stamp::{Stamps, iso};
use super::{Format, Layout, Lexer, Line, Signs};
use crate::event::{Command, Dialect, Event, Holds, Identity, Key, Lexed, MASK, Outcome, ReplyLine, What};
use crate::ftp::{Code, Software, Verb};
use crate::time::When;
use nom::bytes::complete::{tag, take_while1};
use nom::character::complete::{digit1, one_of};
use nom::combinator::opt;
use nom::sequence::{delimited, preceded, terminated};
use nom::{IResult, Parser};

pub(super) static FORMAT: Format = Format {
    dialect: Dialect {
        name: "pyftpdlib",
        identity: Identity::Key,
        software: Software::Pyftpdlib,
        holds: Holds::Everything,
    },
    signs: Signs::EveryLine,
    layout: Layout::LINES,
    lexer: &|setup| Box::new(Pyftpdlib { stamps: Stamps::new(&setup.zone) }),
};

struct Pyftpdlib {
    stamps: Stamps,
}

impl Lexer for Pyftpdlib {
    fn lex<'a>(&mut self, line: Line<'a>) -> Lexed<'a> {
        let Some((at, rest)) = self.without_head(&line) else { return elsewhere(line.text) };
        let Some((client, message)) = client(rest) else { return Lexed::Skip };
        let Some(what) = what(message) else { return Lexed::Skip };
        let Client { route, address, port, user } = client;
        let key = Key::Number(u64::from(port));
        Lexed::Event(Event { at, route, key, client: address, client_port: port, user, what })
    }
}

impl Pyftpdlib {
    /// What stands behind the head of a line, and the time in it.
    fn without_head<'a>(&mut self, line: &Line<'a>) -> Option<(When, &'a [u8])> {
        let text = line.text;
        if let Some((rest, _)) = by_default_of_python(text) {
            return Some((line.at(), rest));
        }
        if let Ok((stamp, _)) = level(text) {
            let (at, rest) = self.stamps.read(stamp, iso)?;
            let (rest, _) = end_of_head(rest).ok()?;
            return Some((at, rest.trim_ascii_start()));
        }
        // Logging that the user has set up: whatever it puts before the client, it is one word that shows it.
        let head = head_of_any_kind(text)?;
        let at = self.stamps.read(text, iso).map_or(line.at(), |(at, _)| at);
        Some((at, &text[head..]))
    }
}

/// A line that has no head: what went wrong inside the server, which is indented, or another program's.
fn elsewhere(text: &[u8]) -> Lexed<'_> {
    let traced = text
        .strip_prefix(b"    ")
        .is_some_and(|t| t.starts_with(b"Traceback (") || t.starts_with(b"  File \""));
    if traced || crate::text::holds(text, "pyftpdlib") { Lexed::Skip } else { Lexed::Unknown }
}

// DEBUG:pyftpdlib:127.0.0.1:36544-[] -> 220 ready
fn by_default_of_python(i: &[u8]) -> Option<(&[u8], &[u8])> {
    let read: IResult<&[u8], &[u8]> =
        terminated(take_while1(|b: u8| b.is_ascii_uppercase()), tag(":pyftpdlib:")).parse(i);
    read.ok()
}

// [D 2026-11-20 18:23:14] 127.0.0.1:52156-[] -> 220 ready
fn level(i: &[u8]) -> IResult<&[u8], char> {
    delimited(tag("["), one_of("DIWEC"), tag(" ")).parse(i)
}

// ]     or, where several processes serve,     17548]
fn end_of_head(i: &[u8]) -> IResult<&[u8], &[u8]> {
    preceded(opt(preceded(tag(" "), digit1)), tag("]")).parse(i)
}

// 2026-11-24 06:46:11,740 - pyftpdlib - DEBUG - 127.0.0.1:36544-[] -> 220 ready
/// Where the client stands in a line of unknown shape.
fn head_of_any_kind(text: &[u8]) -> Option<usize> {
    let bracket = memchr::memmem::find(text, b"-[")?;
    let start = memchr::memrchr2(b' ', b'\t', &text[..bracket]).map_or(0, |blank| blank + 1);
    client(&text[start..]).map(|_| start)
}

#[derive(Clone, Copy)]
struct Client<'a> {
    /// The address and port as they stand there.
    route: &'a [u8],
    address: &'a [u8],
    port: u16,
    user: &'a [u8],
}

// 127.0.0.1:52156-[alice]     ::1:53266-[]
/// The client, and the message behind it. The last colon is the port's: an IPv6 address has no brackets.
fn client(i: &[u8]) -> Option<(Client<'_>, &[u8])> {
    let end = memchr::memmem::find(i, b"-[")?;
    let (route, inside) = (&i[..end], &i[end + 2..]);
    let colon = memchr::memrchr(b':', route)?;
    let (address, port) = (&route[..colon], &route[colon + 1..]);
    let port = crate::text::number(port).and_then(|n| u16::try_from(n).ok())?;
    let close = memchr::memmem::find(inside, b"] ")?;
    let client = Client { route, address, port, user: &inside[..close] };
    is_address(address).then_some((client, &inside[close + 2..]))
}

// 127.0.0.1     ::1     fe80::1%eth0
fn is_address(text: &[u8]) -> bool {
    let number = text.split(|b| *b == b'%').next().unwrap_or_default();
    std::str::from_utf8(number).is_ok_and(|text| text.parse::<std::net::IpAddr>().is_ok())
}

/// What a message says.
fn what(message: &[u8]) -> Option<What<'_>> {
    if let Some(said) = message.strip_prefix(b"-> ") {
        let line = ReplyLine::of(said);
        return line.code().map(|_| What::Reply(line));
    }
    if let Some(said) = message.strip_prefix(b"<- ") {
        return Command::parse(said).map(What::Command);
    }
    match message {
        b"FTP session opened (connect)" => Some(What::Opened),
        b"FTP session closed (disconnect)." | b"FTP session closed (disconnect)" => Some(What::Closed),
        _ if message.starts_with(b"USER '") => login(message),
        _ => refusal_at_the_door(message).or_else(|| transfer(message)).or_else(|| exchange(message)),
    }
}

// USER 'alice' logged in.     USER 'alice' failed login.
fn login(message: &[u8]) -> Option<What<'_>> {
    if message.ends_with(b"' logged in.") {
        return Some(What::LoggedIn);
    }
    let refused = message.ends_with(b"' failed login.").then(|| Command::of(b"PASS", MASK)).flatten();
    refused.map(|command| What::Did(command, Outcome::Failed))
}

// RETR /srv/ftp/up2.txt completed=1 bytes=100 seconds=0.001
fn transfer(message: &[u8]) -> Option<What<'_>> {
    let end = memchr::memmem::rfind(message, b" completed=")?;
    let outcome = match message[end..].strip_prefix(b" completed=")? {
        [b'1', b' ', ..] => Outcome::Done,
        [b'0', b' ', ..] => Outcome::Failed,
        _ => return None,
    };
    let command = Command::parse(&message[..end]).filter(|c| c.verb.transfers())?;
    Some(What::Did(command, outcome))
}

/// At INFO a reply that is worth a warning stands there without its code.
fn refusal_at_the_door(message: &[u8]) -> Option<What<'_>> {
    let known: [&[u8]; 3] = [
        b"421 Too many connections. Service temporarily unavailable.",
        b"421 Too many connections from the same IP address.",
        b"421 Control connection timed out.",
    ];
    let reply = known.into_iter().find(|reply| &reply[4..] == message)?;
    Some(What::Reply(ReplyLine::of(reply)))
}

// CWD /srv/ftp/docs 250     RNTO /srv/ftp/docs/x 503 'Bad sequence of commands: use RNFR first.'
/// A command that succeeded or failed, as the log has it at INFO. Its argument is the whole path.
fn exchange(message: &[u8]) -> Option<What<'_>> {
    let (before, text) = refused_in_words(message).unwrap_or((message, b""));
    let (said, code) = before.split_at_checked(before.len().checked_sub(4)?)?;
    let code = Code::parse(code.strip_prefix(b" ")?)?;
    let command = Command::parse(said)?;
    let named = command.verb != Verb::OTHER && command.word.iter().all(u8::is_ascii_uppercase);
    named.then_some(What::Exchange(command, code, text))
}

/// What stands before the words of a refusal, and the words without their quotes.
fn refused_in_words(message: &[u8]) -> Option<(&[u8], &[u8])> {
    let (quote, said) = message.split_last()?;
    let open = match quote {
        b'\'' => memchr::memmem::rfind(said, b" '")?,
        b'"' => memchr::memmem::rfind(said, b" \"")?,
        _ => return None,
    };
    Some((&said[..open], &said[open + 2..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn what_of(line: &str) -> What<'_> {
        FORMAT.event(line).what
    }

    #[test]
    fn the_arrow_points_to_the_client() {
        let reply = FORMAT.event("[D 2026-11-20 18:23:14] 127.0.0.1:52156-[alice] -> 230 Login successful.");
        assert_eq!(reply.what, What::Reply(ReplyLine::of(b"230 Login successful.")));
        assert_eq!(reply.at.rfc3339().unwrap(), "2026-11-20T18:23:14+00:00");
        assert_eq!((reply.client, reply.client_port, reply.user), (&b"127.0.0.1"[..], 52156, &b"alice"[..]));
        let command = what_of("[D 2026-11-20 18:23:14] 127.0.0.1:52156-[alice] <- PASS ******");
        assert_eq!(command, What::Command(Command::parse(b"PASS x").unwrap()));
        let refusal = what_of("[W 2026-11-24 06:45:58] 127.0.0.1:59742-[] -> 421 Too many connections.");
        assert_eq!(refusal, What::Reply(ReplyLine::of(b"421 Too many connections.")));
    }

    #[test]
    fn ipv6_has_no_brackets() {
        let event = FORMAT.event("[I 2026-11-20 17:55:34] ::1:53266-[] FTP session opened (connect)");
        assert_eq!((event.client, event.client_port, event.what), (&b"::1"[..], 53266, What::Opened));
    }

    #[test]
    fn other_heads_are_read() {
        for line in [
            "DEBUG:pyftpdlib:::1:36544-[] -> 220 ready",
            "[D 2026-11-24 06:46:02 17548] 127.0.0.1:36544-[] -> 220 ready",
            "2026-11-24 06:46:11,740 - pyftpdlib - DEBUG - 127.0.0.1:36544-[] -> 220 ready",
        ] {
            let event = FORMAT.event(line);
            assert_eq!(event.what, What::Reply(ReplyLine::of(b"220 ready")), "{line}");
            assert_eq!(event.client_port, 36544, "{line}");
        }
        let stamped = FORMAT.event("2026-11-24 06:46:11,740 - pyftpdlib - DEBUG - 127.0.0.1:1-[] -> 220 x");
        assert_eq!(stamped.at.rfc3339().unwrap(), "2026-11-24T06:46:11.740+00:00");
    }

    #[test]
    fn at_info_commands_have_their_final_codes() {
        let line = "[I 2026-11-24 06:46:00] 127.0.0.1:59756-[alice] RNTO /srv/x 503 'Bad sequence of commands: use RNFR first.'";
        let command = Command::parse(b"RNTO /srv/x").unwrap();
        let text = &b"Bad sequence of commands: use RNFR first."[..];
        assert_eq!(what_of(line), What::Exchange(command, Code(503), text));
        let line = "[I 2026-11-24 06:46:00] 127.0.0.1:59756-[alice] CWD /srv/my docs 250";
        let command = Command::parse(b"CWD /srv/my docs").unwrap();
        assert_eq!(what_of(line), What::Exchange(command, Code(250), b""));
        let line = "[I 2026-11-24 06:46:00] 127.0.0.1:59756-[] REIN  230";
        assert_eq!(what_of(line), What::Exchange(Command::parse(b"REIN ").unwrap(), Code(230), b""));
    }

    #[test]
    fn at_info_a_refusal_has_lost_its_code() {
        let line =
            "[W 2026-11-24 06:46:01] 127.0.0.1:59814-[] Too many connections from the same IP address.";
        let reply = &b"421 Too many connections from the same IP address."[..];
        assert_eq!(what_of(line), What::Reply(ReplyLine::of(reply)));
    }

    #[test]
    fn sessions_logins_and_transfers_are_told() {
        let head = "[I 2026-11-20 18:23:14] 127.0.0.1:52156-[alice] ";
        for (message, want) in
            [("FTP session closed (disconnect).", What::Closed), ("USER 'alice' logged in.", What::LoggedIn)]
        {
            assert_eq!(what_of(&format!("{head}{message}")), want, "{message}");
        }
    }

    #[test]
    fn what_says_nothing_of_the_control_connection_is_skipped() {
        for line in [
            "[D 2026-11-20 18:23:14] [debug] call: close() (<TLS_FTPHandler(id=1, addr='127.0.0.1:5', user='a')>)",
            "[I 2026-11-24 06:45:58] >>> starting FTP server on 127.0.0.1:2591, pid=17503 <<<",
            "[I 2026-11-24 06:46:01] 127.0.0.1:59756-[a",
            "    Traceback (most recent call last):",
        ] {
            assert_eq!(FORMAT.lex(line), Lexed::Skip, "{line}");
        }
        // NppFTP and lftp have arrows and no client.
        for line in [
            "-> USER alice",
            "---> USER alice",
            "[NppFTP] -> USER alice",
            "220 ready",
            "    PASS geheim] <- FOO",
        ] {
            assert_eq!(FORMAT.lex(line), Lexed::Unknown, "{line}");
        }
    }
}
