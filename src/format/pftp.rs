//! pftp, a proxy: what goes between it and the client, and between it and the server that it stands for. These are two
//! conversations, so each connection makes two sessions.

use super::stamp::number;
use super::{Format, Layout, Lexer, Line, Signs};
use crate::event::{Command, Dialect, Event, Holds, Identity, Key, Lexed, ReplyLine, What};
use crate::ftp::Software;
use nom::bytes::complete::{is_not, tag, take_while1};
use nom::character::complete::char;
use nom::combinator::{opt, rest};
use nom::sequence::{delimited, preceded, terminated};
use nom::{IResult, Parser};

pub(super) static FORMAT: Format = Format {
    dialect: Dialect {
        name: "pftp",
        identity: Identity::Key,
        software: Software::Unknown,
        holds: Holds::Everything,
    },
    signs: Signs::EveryLine,
    layout: Layout::LINES,
    lexer: &|_| Box::new(Pftp),
};

struct Pftp;

impl Lexer for Pftp {
    fn lex<'a>(&mut self, line: Line<'a>) -> Lexed<'a> {
        let Ok((message, head)) = head(line.text) else { return Lexed::Unknown };
        let Some((leg, said)) = spoken(message) else { return Lexed::Skip };
        let what = match leg {
            Leg { by_client: true, .. } => match Command::parse(said) {
                Some(command) => What::Command(command),
                None => return Lexed::Skip,
            },
            Leg { by_client: false, .. } => What::Reply(ReplyLine::of(said)),
        };
        let key = Key::Number(head.number * 2 + u64::from(leg.to_origin));
        let (client, client_port) = head.client;
        let user = if head.user == b"-" { b"" } else { head.user };
        Lexed::Event(Event { at: line.at(), route: client, key, client, client_port, user, what })
    }
}

struct Head<'a> {
    number: u64,
    user: &'a [u8],
    client: (&'a [u8], u16),
}

// DEBU[0003] [2] user:- addr:127.0.0.1:62798 response from origin: 220 ready
fn head(i: &[u8]) -> IResult<&[u8], Head<'_>> {
    let (i, _) = take_while1(|b: u8| b.is_ascii_uppercase())(i)?;
    let (i, _) = terminated(delimited(char('['), number, char(']')), char(' ')).parse(i)?;
    let (i, number) = terminated(delimited(char('['), number, char(']')), char(' ')).parse(i)?;
    let (i, user) = opt(delimited(tag("user:"), is_not(" "), char(' '))).parse(i)?;
    let (i, address) = delimited(tag("addr:"), is_not(" "), char(' ')).parse(i)?;
    Ok((i, Head { number, user: user.unwrap_or_default(), client: address_and_port(address) }))
}

// 127.0.0.1:62798    [::1]:62798
fn address_and_port(text: &[u8]) -> (&[u8], u16) {
    let Some(colon) = memchr::memrchr(b':', text) else { return (text, 0) };
    let address = &text[..colon];
    let address = address.strip_prefix(b"[").and_then(|a| a.strip_suffix(b"]")).unwrap_or(address);
    let port = crate::text::number(&text[colon + 1..]).and_then(|n| u16::try_from(n).ok());
    (address, port.unwrap_or(0))
}

/// Who speaks, and in which of the two conversations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Leg {
    by_client: bool,
    to_origin: bool,
}

/// A line of the control connection, and whose it is.
fn spoken(message: &[u8]) -> Option<(Leg, &[u8])> {
    let kinds: [(&str, bool, bool); 5] = [
        ("read from client: ", true, false),
        ("response to client: ", false, false),
        ("send to origin: ", true, true),
        ("response from origin: ", false, true),
        ("response from new origin: ", false, true),
    ];
    kinds.into_iter().find_map(|(words, by_client, to_origin)| {
        let said: IResult<&[u8], &[u8]> = preceded(tag(words), rest).parse(message);
        said.ok().map(|(_, said)| (Leg { by_client, to_origin }, said))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ftp::Verb;

    #[test]
    fn both_conversations_are_told_apart() {
        let asked = FORMAT.event("INFO[0003] [2] addr:127.0.0.1:62798 read from client: USER alice");
        assert!(matches!(asked.what, What::Command(c) if c.verb == Verb::USER));
        assert_eq!((asked.client, asked.client_port), (&b"127.0.0.1"[..], 62798));
        let passed = FORMAT.event("DEBU[0003] [2] user:alice addr:[::1]:62798 send to origin: USER alice");
        assert_eq!((passed.client, passed.user), (&b"::1"[..], &b"alice"[..]));
        assert_ne!(asked.key, passed.key);
        let said =
            FORMAT.event("DEBU[0003] [2] user:- addr:h:1 response from new origin: 220 (vsFTPd 3.0.2)");
        assert_eq!(said.what, What::Reply(ReplyLine::of(b"220 (vsFTPd 3.0.2)")));
        assert_eq!((said.key, said.user), (passed.key, &b""[..]));
    }

    #[test]
    fn what_else_the_proxy_says_is_skipped() {
        assert_eq!(FORMAT.lex("DEBU[0003] [2] addr:127.0.0.1:62798 suspend proxy"), Lexed::Skip);
        assert_eq!(FORMAT.lex("DEBU[0003] starting"), Lexed::Unknown);
    }
}
