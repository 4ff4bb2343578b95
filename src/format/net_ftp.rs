//! Perl's `Net::FTP` and its children with `Debug => 1`: every line names the object that speaks.
//!
//! Not its cousins for mail and news, which are debugged in the same way.

use super::{Format, Layout, Lexer, Line, Signs};
use crate::event::{Command, Dialect, Event, Holds, Identity, Key, Lexed, ReplyLine, What};
use crate::ftp::Software;
use nom::bytes::complete::{tag, take_while_m_n, take_while1};
use nom::combinator::map_opt;
use nom::sequence::{delimited, terminated};
use nom::{IResult, Parser};

pub(super) static FORMAT: Format = Format {
    dialect: Dialect {
        name: "net-ftp",
        identity: Identity::Key,
        software: Software::Unknown,
        holds: Holds::Everything,
    },
    signs: Signs::EveryLine,
    layout: Layout::LINES,
    lexer: &|_| Box::new(NetFtp),
};

struct NetFtp;

impl Lexer for NetFtp {
    fn lex<'a>(&mut self, line: Line<'a>) -> Lexed<'a> {
        let Ok((rest, object)) = object(line.text) else { return without_object(line.text) };
        if is_of_another_protocol(object.class) {
            return Lexed::Unknown;
        }
        let what = match rest.split_at_checked(3) {
            Some((b">>>", said)) => match Command::parse(said) {
                Some(command) => What::Command(command),
                None => return Lexed::Skip,
            },
            Some((b"<<<", said)) => What::Reply(ReplyLine::of(said.strip_prefix(b" ").unwrap_or(said))),
            _ => return Lexed::Unknown,
        };
        Lexed::Event(Event { key: Key::Number(object.address), ..Event::bare(line.at(), what) })
    }
}

/// What Perl makes of a reference to an object: the name of its class and where it lies.
#[derive(Clone, Copy)]
struct Object<'a> {
    class: &'a [u8],
    address: u64,
}

// Net::FTP=GLOB(0x561011d5c960)>>> USER alice
fn object(i: &[u8]) -> IResult<&[u8], Object<'_>> {
    let (i, class) = class(i)?;
    let (i, address) = delimited(tag("=GLOB(0x"), hexadecimal, tag(")")).parse(i)?;
    Ok((i, Object { class, address }))
}

fn class(i: &[u8]) -> IResult<&[u8], &[u8]> {
    take_while1(|b: u8| b.is_ascii_alphanumeric() || b == b':' || b == b'_').parse(i)
}

fn hexadecimal(i: &[u8]) -> IResult<&[u8], u64> {
    let digits = take_while_m_n(1, 16, |b: u8| b.is_ascii_hexdigit());
    let number = |d: &[u8]| u64::from_str_radix(std::str::from_utf8(d).ok()?, 16).ok();
    map_opt(digits, number).parse(i)
}

// Net::FTP>>>   Net::Cmd(3.14)
/// The first object lists the versions of its classes; everything else is what the program itself printed.
fn without_object(i: &[u8]) -> Lexed<'_> {
    let versions: IResult<&[u8], &[u8]> = terminated(class, tag(">>> ")).parse(i);
    match versions {
        Ok((_, class)) if !is_of_another_protocol(class) => Lexed::Skip,
        _ => Lexed::Unknown,
    }
}

fn is_of_another_protocol(class: &[u8]) -> bool {
    ["smtp", "nntp", "pop3"].iter().any(|word| crate::text::holds(class, word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ftp::Verb;

    #[test]
    fn arrows_tell_who_spoke_and_the_object_to_whom() {
        let sent = FORMAT.event("Net::FTP=GLOB(0x561011d5c960)>>> PASS ....");
        let What::Command(command) = sent.what else { panic!() };
        assert_eq!((command.verb, command.argument), (Verb::PASS, &b"***"[..]));
        assert_eq!(sent.key, Key::Number(0x5610_11d5_c960));
        let received = FORMAT.event("Net::FTP=GLOB(0x561011d5c960)<<<  AUTH TLS");
        assert_eq!(received.what, What::Reply(ReplyLine::of(b" AUTH TLS")));
    }

    #[test]
    fn children_of_the_class_have_their_own_names() {
        let event = FORMAT.event("My::FTP_2=GLOB(0x1f)<<< 220 ready");
        assert_eq!(event.what, What::Reply(ReplyLine::of(b"220 ready")));
    }

    #[test]
    fn versions_say_nothing_and_the_programs_own_words_are_not_known() {
        assert_eq!(FORMAT.lex("Net::FTP>>>   IO::Socket::IP(0.41)"), Lexed::Skip);
        for line in ["hello.txt", "Net::FTP=GLOB(0xzz)>>> NOOP", "Net::FTP=HASH(0x1f)", ""] {
            assert_eq!(FORMAT.lex(line), Lexed::Unknown, "{line}");
        }
    }

    #[test]
    fn mail_is_not_taken_for_ftp() {
        for line in
            ["Net::SMTP=GLOB(0x1f)<<< 220 mx ESMTP", "Net::POP3=GLOB(0x1f)>>> USER a", "Net::NNTP>>> x"]
        {
            assert_eq!(FORMAT.lex(line), Lexed::Unknown, "{line}");
        }
    }
}
