//! Apache MINA `FtpServer`'s `FtpLoggingFilter`, through whatever logger and layout. A reply is one message whose line ends
//! are those of the reply, so only its first line has a head.
//!
//! Not other servers built on MINA, whose filter writes the same words: see [`super::foreign`].

use super::basic_ftp::{first_line, is_command};
use super::stamp::{Stamps, iso};
use super::{Format, Layout, Lexer, Line, Sign, Signs, reply_lines};
use crate::event::{Command, Dialect, Event, Holds, Identity, Key, Lexed, ReplyLine, What};
use crate::ftp::Software;
use crate::time::When;

pub(super) static FORMAT: Format = Format {
    dialect: Dialect {
        name: "mina",
        identity: Identity::Mingled,
        software: Software::Other,
        holds: Holds::Everything,
    },
    signs: Signs::WholeFile(sign),
    layout: Layout { joins: Some(is_headless), carries: None },
    lexer: &|setup| Box::new(Mina { stamps: Stamps::new(&setup.zone) }),
};

struct Mina {
    stamps: Stamps,
}

impl Lexer for Mina {
    fn lex<'a>(&mut self, line: Line<'a>) -> Lexed<'a> {
        let Some((head, message)) = filtered(line.text) else { return Lexed::Skip };
        let who = who(head);
        let event = Event {
            at: self.at(head, &line),
            route: who.client,
            key: who.session.map_or(Key::None, Key::Name),
            client: who.client,
            user: who.user,
            ..Event::bare(line.at(), What::Opened)
        };
        match message {
            Message::Received(said) => match Command::parse(first_line(said)) {
                Some(command) => Lexed::Event(Event { what: What::Command(command), ..event }),
                None => Lexed::Skip,
            },
            Message::Sent(said) => reply_lines::tell(line, event, first_line(said)),
            Message::Opened => Lexed::Event(event),
            Message::Closed => Lexed::Event(Event { what: What::Closed, ..event }),
        }
    }
}

impl Mina {
    /// The first stamp, which stands at the beginning or behind the level.
    fn at(&mut self, head: &[u8], line: &Line) -> When {
        let behind = memchr::memmem::find(head, b"] ").map_or(&b""[..], |end| &head[end + 2..]);
        let stamp = self.stamps.read(head, iso).or_else(|| self.stamps.read(behind, iso));
        stamp.map_or(line.at(), |(at, _)| at)
    }
}

enum Message<'a> {
    Received(&'a [u8]),
    Sent(&'a [u8]),
    Opened,
    Closed,
}

// [ INFO] 2022-11-03 22:06:10,937 [admin] [192.0.2.7] RECEIVED: PASS *****
/// What a logger put before a message of the filter, and the message.
fn filtered(record: &[u8]) -> Option<(&[u8], Message<'_>)> {
    let line = first_line(record);
    if let Some((head, said)) = cut(record, line, b"RECEIVED: ") {
        return Some((head, Message::Received(said)));
    }
    if let Some((head, said)) = cut(record, line, b"SENT: ") {
        return Some((head, Message::Sent(said)));
    }
    let (head, message) = match line {
        [head @ .., b'O', b'P', b'E', b'N', b'E', b'D'] => (head, Message::Opened),
        [head @ .., b'C', b'L', b'O', b'S', b'E', b'D'] => (head, Message::Closed),
        _ => return None,
    };
    // Other programs open and close things, too.
    (is_named(head) || !who(head).client.is_empty()).then_some((head, message))
}

/// The record before and behind the first such word of its first line.
fn cut<'a>(record: &'a [u8], line: &[u8], word: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    let at = memchr::memmem::find(line, word)?;
    let (head, said) = (&record[..at], &record[at + word.len()..]);
    head.last().is_none_or(|b| !b.is_ascii_alphanumeric()).then_some((head, said))
}

/// Whether a logger names the filter.
fn is_named(head: &[u8]) -> bool {
    memchr::memmem::find(head, b"FtpLoggingFilter").is_some()
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Who<'a> {
    user: &'a [u8],
    client: &'a [u8],
    session: Option<&'a [u8]>,
}

// [admin] [192.0.2.7] [4f2d9dbc-3e1a-4c1e-9c33-0f6f9a2a7d11]
/// What the brackets before a message say: the user stands before the address, where the layout has them.
fn who(head: &[u8]) -> Who<'_> {
    let mut who = Who::default();
    let mut rest = head.trim_ascii_end();
    let mut address_before = false;
    while let Some(inside) = rest.strip_suffix(b"]") {
        let Some(open) = memchr::memrchr(b'[', inside) else { break };
        let word = &inside[open + 1..];
        match word {
            _ if address_before => who.user = word,
            _ if is_session(word) => who.session = Some(word),
            _ if is_address(word) => who.client = word,
            _ => {}
        }
        address_before = !address_before && is_address(word);
        rest = inside[..open].trim_ascii_end();
    }
    who
}

fn is_address(word: &[u8]) -> bool {
    std::str::from_utf8(word).is_ok_and(|text| text.parse::<std::net::IpAddr>().is_ok())
}

fn is_session(word: &[u8]) -> bool {
    word.len() == 36 && word.iter().all(|b| b.is_ascii_hexdigit() || *b == b'-')
}

/// Whether a line can only go on with the message of the line before.
fn is_headless(line: &[u8]) -> bool {
    const LEVELS: [&[u8]; 5] = [b"TRACE", b"DEBUG", b"INFO", b"WARN", b"ERROR"];
    if filtered(line).is_some() {
        return false;
    }
    let coded = ReplyLine::of(line).code().is_some();
    coded
        || !(line.first().is_some_and(|b| b.is_ascii_digit() || *b == b'[')
            || LEVELS.iter().any(|l| line.starts_with(l)))
}

/// What was said, without what a logger put before it; the line itself where it is no message of the filter.
pub(super) fn shown(line: &[u8]) -> &[u8] {
    match filtered(line) {
        Some((_, Message::Received(said) | Message::Sent(said))) => said,
        _ => line,
    }
}

/// Many programs write of what they sent and received; commands of FTP, or the name of the filter, tell.
fn sign(line: &[u8]) -> Sign {
    match filtered(line) {
        Some((head, _)) if is_named(head) => Sign::Strong,
        Some((_, Message::Received(said))) if is_command(said) => Sign::Strong,
        Some(_) => Sign::Fits,
        None => Sign::None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHIPPED: &str = "[ INFO] 2022-11-03 22:06:10,937 [admin] [192.0.2.7] ";
    const QUARKUS: &str =
        "2022-11-03 22:06:10,937 INFO  [org.apa.ftp.lis.nio.FtpLoggingFilter] (pool-5-thread-1) ";
    const BOOT: &str =
        "2023-01-05 10:11:12.345  INFO 1 --- [pool-2-thread-1] o.a.f.listener.nio.FtpLoggingFilter      : ";

    #[test]
    fn any_layout_is_read() {
        for head in [SHIPPED, QUARKUS, BOOT, ""] {
            let line = format!("{head}RECEIVED: PASS *****");
            assert_eq!(FORMAT.event(&line).what, What::Command(Command::parse(b"PASS x").unwrap()), "{head}");
            let line = format!("{head}SENT: 230 User logged in, proceed.\r\n\r\n");
            assert_eq!(
                FORMAT.event(&line).what,
                What::Reply(ReplyLine::of(b"230 User logged in, proceed.")),
                "{head}"
            );
        }
        for head in [SHIPPED, QUARKUS, BOOT] {
            assert_eq!(FORMAT.event(&format!("{head}OPENED")).what, What::Opened, "{head}");
            assert_eq!(FORMAT.event(&format!("{head}CLOSED")).what, What::Closed, "{head}");
            assert_eq!(FORMAT.lex(&format!("{head}CREATED")), Lexed::Skip, "{head}");
        }
    }

    #[test]
    fn brackets_name_the_user_the_client_and_the_session() {
        let event = FORMAT.event("[ INFO] 2022-11-03 22:06:10,937 [admin] [192.0.2.7] RECEIVED: PWD");
        assert_eq!((event.user, event.client, event.key), (&b"admin"[..], &b"192.0.2.7"[..], Key::None));
        assert_eq!(event.at.rfc3339().unwrap(), "2022-11-03T22:06:10.937+00:00");
        let session = "4f2d9dbc-3e1a-4c1e-9c33-0f6f9a2a7d11";
        let line = format!("[] [2001:db8::7] [{session}] RECEIVED: USER admin");
        let event = FORMAT.event(&line);
        assert_eq!((event.user, event.client), (&b""[..], &b"2001:db8::7"[..]));
        assert_eq!(event.key, Key::Name(session.as_bytes()));
        assert_eq!(FORMAT.event(&format!("{QUARKUS}RECEIVED: PWD")).client, b"");
    }

    #[test]
    fn the_rest_of_a_reply_has_no_head() {
        let record = format!("{SHIPPED}SENT: 211-Extensions supported\r\n SIZE\r\n MDTM\r\n211 End\r\n");
        let Lexed::Many(told) = FORMAT.lex(&record) else { panic!() };
        assert_eq!(
            told.iter().map(|t| (t.below, t.event.client)).collect::<Vec<_>>(),
            [(0, &b"192.0.2.7"[..]), (1, b"192.0.2.7"), (2, b"192.0.2.7"), (3, b"192.0.2.7")]
        );
        for line in [" SIZE", "211 End", "", "ABOR APPE CDUP"] {
            assert!(is_headless(line.as_bytes()), "{line}");
        }
        for line in ["2022-11-03 22:06:10,937 INFO [x] y", "[ INFO] 2022 x", "INFO x", "RECEIVED: PWD"] {
            assert!(!is_headless(line.as_bytes()), "{line}");
        }
    }

    #[test]
    fn other_messages_are_skipped() {
        for line in [
            "2022-11-03 22:06:10,937 INFO  [org.apa.ftp.com.imp.PASS] (pool-5-thread-1) Login success - admin",
            "2022-11-03 22:06:10,937 INFO door OPENED",
            "",
        ] {
            assert_eq!(FORMAT.lex(line), Lexed::Skip, "{line}");
        }
    }

    #[test]
    fn commands_and_the_name_of_the_filter_speak_for_it() {
        for line in
            ["RECEIVED: USER admin", "[] [192.0.2.7] RECEIVED: PASV", &format!("{QUARKUS}CREATED OPENED")]
        {
            assert_eq!(sign(line.as_bytes()), Sign::Strong, "{line}");
        }
        for line in [
            "SENT: 220 Service ready for new user.",
            "RECEIVED: EHLO me",
            "SENT: +OK",
            "RECEIVED: 5 messages",
        ] {
            assert_eq!(sign(line.as_bytes()), Sign::Fits, "{line}");
        }
        assert_eq!(sign(b"UNSENT: 220 x"), Sign::None);
    }
}
