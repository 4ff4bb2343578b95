//! Python's ftplib with `set_debuglevel(1)` or `(2)`: the commands and replies that it prints among what its program prints.
//!
//! Not poplib and nntplib, which print in the same way.

use super::literal::{literal, unescape};
use super::{Format, Layout, Lexer, Line, Sign, Signs};
use crate::event::{Command, Dialect, Event, Holds, Identity, Lexed, ReplyLine, Told, What};
use crate::ftp::Software;
use nom::IResult;
use nom::Parser;
use nom::bytes::complete::{tag, take_while1};
use nom::character::complete::char;
use nom::sequence::delimited;

pub(super) static FORMAT: Format = Format {
    dialect: Dialect {
        name: "ftplib",
        identity: Identity::OneByOne,
        software: Software::Unknown,
        holds: Holds::Everything,
    },
    signs: Signs::WholeFile(sign),
    layout: Layout { joins: Some(joins), carries: None },
    lexer: &|_| Box::new(Ftplib),
};

struct Ftplib;

impl Lexer for Ftplib {
    fn lex<'a>(&mut self, line: Line<'a>) -> Lexed<'a> {
        let mut lines = line.text.split(|b| *b == b'\n');
        let first = lines.next().unwrap_or_default();
        let Some((mark, text)) = marked(without_progress(first)) else { return Lexed::Skip };
        let event = |what| Event::bare(line.at(), what);
        let said = || unescape(text, line.arena);
        match mark {
            Mark::Command => match Command::parse(said()) {
                Some(command) => Lexed::Event(event(What::Command(command))),
                None => Lexed::Skip,
            },
            Mark::Reply => {
                let reply = |line| event(What::Reply(ReplyLine::of(line)));
                let said = said();
                match memchr::memchr(b'\n', said) {
                    None => Lexed::Event(reply(said)),
                    Some(_) => line.arena.tell_all(said.split(|b| *b == b'\n').map(reply)),
                }
            }
            Mark::Urgent => urgent(line, said(), lines),
            Mark::Again => Lexed::Skip,
        }
    }
}

// *put urgent* b'ABOR\r\n'
// *get* '426 Failure writing network stream.\n'
/// ABOR is printed only as it is sent, and its reply only as it is read.
fn urgent<'a>(line: Line<'a>, command: &'a [u8], lines: impl Iterator<Item = &'a [u8]>) -> Lexed<'a> {
    let Some(command) = Command::parse(command.trim_ascii_end()) else { return Lexed::Skip };
    let told = |(below, what)| Told { below, event: Event::bare(line.at(), what) };
    let replies = (1..).zip(lines).filter_map(|(below, line_below)| {
        let (_, text) = marked(line_below)?;
        let said = unescape(text, line.arena).trim_ascii_end();
        Some((below, What::Reply(ReplyLine::of(said))))
    });
    line.arena.tell_each([(0, What::Command(command))].into_iter().chain(replies).map(told))
}

/// A line of a reply as it is read goes on with what was sent before it.
fn joins(line: &[u8]) -> bool {
    line.starts_with(b"*get* ")
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mark {
    Command,
    Reply,
    Urgent,
    /// What `Command` and `Reply` tell, too.
    Again,
}

/// What ftplib says with a line, and the text in quotes.
fn marked(line: &[u8]) -> Option<(Mark, &[u8])> {
    let (rest, word) = mark(line).ok()?;
    let (mark, rest) = match word {
        b"cmd" => (Mark::Command, rest),
        b"resp" => (Mark::Reply, rest),
        b"put urgent" => (Mark::Urgent, rest.strip_prefix(b"b").unwrap_or(rest)),
        b"put" | b"get" | b"welcome" => (Mark::Again, rest),
        _ => return None,
    };
    // A literal of bytes is another library's; one without an end was cut.
    let text = literal(rest).map_or_else(|_| rest.strip_prefix(b"'"), |(_, text)| Some(text))?;
    Some((mark, text))
}

// *cmd* 'USER alice'    *resp* "550 Can't change directory"    *put urgent* b'ABOR\r\n'
fn mark(i: &[u8]) -> IResult<&[u8], &[u8]> {
    let word = take_while1(|b: u8| b.is_ascii_lowercase() || b == b' ');
    delimited(char('*'), word, tag("* ")).parse(i)
}

//  87%*resp* '226 Transfer complete.'
/// Programs print how far a transfer has come, and ftplib goes on in the same line.
fn without_progress(line: &[u8]) -> &[u8] {
    match line.first() {
        None | Some(b'*') => line,
        Some(_) => memchr::memmem::find(line, b"*resp* ").map_or(line, |start| &line[start..]),
    }
}

/// What is in the quotes of a line that is marked so, as other libraries print it, too.
pub(super) fn shown(line: &[u8]) -> Option<&[u8]> {
    let (rest, _) = mark(line).ok()?;
    let quoted = rest.strip_prefix(b"b").unwrap_or(rest);
    literal(quoted).ok().map(|(_, text)| text)
}

/// Replies are what other libraries do not have.
pub(super) fn sign(line: &[u8]) -> Sign {
    match marked(without_progress(line)) {
        Some((Mark::Reply, text)) if ReplyLine::of(text).code().is_some() => Sign::Strong,
        Some(_) => Sign::Fits,
        None => Sign::None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ftp::Verb;

    fn what(line: &str) -> What<'_> {
        FORMAT.event(line).what
    }

    fn told(record: &str) -> Vec<(u32, What<'_>)> {
        match FORMAT.lex(record) {
            Lexed::Many(all) => all.iter().map(|told| (told.below, told.event.what)).collect(),
            other => panic!("{other:?}"),
        }
    }

    fn reply(line: &str) -> What<'_> {
        What::Reply(ReplyLine::of(line.as_bytes()))
    }

    #[test]
    fn commands_and_replies_stand_in_quotes() {
        let What::Command(command) = what("*cmd* 'PASS **********'") else { panic!() };
        assert_eq!((command.verb, command.argument), (Verb::PASS, &b"***"[..]));
        assert_eq!(what("*resp* '257 \"/\" is here'"), reply("257 \"/\" is here"));
        assert_eq!(what("*resp* \"550 Can't change\""), reply("550 Can't change"));
    }

    #[test]
    fn one_reply_has_all_its_lines() {
        let lines = told(r"*resp* '211-Features:\n UTF8\n211 End'");
        assert_eq!(lines, [(0, reply("211-Features:")), (0, reply(" UTF8")), (0, reply("211 End"))]);
    }

    #[test]
    fn what_is_told_again_and_what_the_program_prints_is_skipped() {
        for line in [
            r"*put* 'USER alice\r\n'",
            r"*get* '331 Please specify the password.\n'",
            "*welcome* '220 (vsFTPd 3.0.3)'",
            "220 (vsFTPd 3.0.3)",
            "'230 Login successful.'",
            "-rw-r--r--    1 1001     1002           33 Nov 20 18:19 hello.txt",
            "*note* 'to self'",
            "",
        ] {
            assert_eq!(FORMAT.lex(line), Lexed::Skip, "{line}");
        }
    }

    #[test]
    fn abor_and_its_reply_are_printed_once() {
        let record = "*put urgent* b'ABOR\\r\\n'\n*get* '426 Failure writing network stream.\\n'";
        let lines = told(record);
        assert!(matches!(lines[0], (0, What::Command(c)) if c.verb == Verb::ABOR));
        assert_eq!(lines[1..], [(1, reply("426 Failure writing network stream."))]);
        assert_eq!(FORMAT.lex("*put* 'PWD\\r\\n'\n*get* '257 \"/\"\\n'"), Lexed::Skip);
        assert_eq!(what("*resp* '150 x'\n*get* '226 y\\n'"), reply("150 x"));
    }

    #[test]
    fn a_reply_may_stand_behind_what_a_program_prints() {
        assert_eq!(what("\r 87%\r100%*resp* '226 Transfer complete.'"), reply("226 Transfer complete."));
        assert_eq!(what("*resp* '226 Transfer compl"), reply("226 Transfer compl"));
    }

    #[test]
    fn other_libraries_do_not_speak_for_ftplib() {
        assert_eq!(sign(b"*resp* b'+OK ready'"), Sign::None);
        assert_eq!(sign(b"*resp* '+OK ready'"), Sign::Fits);
        assert_eq!(sign(b"*resp* '220 ready'"), Sign::Strong);
        assert_eq!(sign(b"*cmd* 'STAT'"), Sign::Fits);
    }
}
