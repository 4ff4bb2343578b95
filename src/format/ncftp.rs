//! ncftp and its companions with `-d`: commands behind a word, replies with a colon behind the code. The other lines of a
//! reply have lost their codes and are set in.

use super::stamp::{Stamps, iso};
use super::{Arena, Format, Layout, Lexer, Line, Sign, Signs};
use crate::event::{Command, Dialect, Event, Holds, Identity, Lexed, ReplyLine, Told, What};
use crate::ftp::{Code, Software, Verb};
use crate::source::Lines;
use crate::time::When;
use nom::bytes::complete::tag;
use nom::sequence::terminated;
use nom::{IResult, Parser};

pub(super) static FORMAT: Format = Format {
    dialect: Dialect {
        name: "ncftp",
        identity: Identity::OneRun,
        software: Software::Unknown,
        holds: Holds::Everything,
    },
    signs: Signs::WholeFile(sign),
    layout: Layout { joins: Some(goes_on), carries: None },
    lexer: &|setup| Box::new(NcFtp { stamps: Stamps::new(&setup.zone) }),
};

/// The other lines of a reply are set in by so much.
const INDENT: &[u8] = b"     ";

struct NcFtp {
    stamps: Stamps,
}

impl Lexer for NcFtp {
    fn lex<'a>(&mut self, line: Line<'a>) -> Lexed<'a> {
        let mut lines = Lines(line.text).map(|l| l.bytes);
        let first = lines.next().unwrap_or_default();
        let (at, first) = match self.stamps.read(first, iso) {
            Some((at, rest)) => (at, rest.strip_prefix(b"  ").unwrap_or(rest)),
            None => (line.at(), first),
        };
        let first = without_meter(first);
        if let Some(said) = first.strip_prefix(b"Cmd: ") {
            let command = Command::parse(said).map(What::Command);
            return command.map_or(Lexed::Skip, |what| Lexed::Event(Event::bare(at, what)));
        }
        match coded(first) {
            Some((code, text)) => {
                let others: Vec<&[u8]> = lines.map(|l| set_in(stamped(l))).collect();
                line.arena.tell(&reply(line.arena, at, code, text, &others))
            }
            None => Lexed::Skip,
        }
    }
}

/// A reply, to which the codes and the marks behind them are given back.
fn reply<'a>(arena: &'a Arena, at: When, code: Code, text: &[u8], others: &[&'a [u8]]) -> Vec<Told<'a>> {
    let keep = |parts: &[&[u8]]| What::Reply(ReplyLine::of(arena.keep(&parts.concat())));
    let number = code.to_string();
    let coded = |mark: &[u8], text: &[u8]| keep(&[number.as_bytes(), mark, text]);
    let said = match others.split_last() {
        None => vec![coded(b" ", text)],
        Some((last, middle)) => {
            // A line inside that begins with a code would end the reply.
            let inside = |text: &&'a [u8]| match ReplyLine::of(text).code() {
                Some(_) => keep(&[b" ", text]),
                None => What::Reply(ReplyLine::of(text)),
            };
            let middle = middle.iter().map(inside);
            [coded(b"-", text)].into_iter().chain(middle).chain([coded(b" ", last)]).collect()
        }
    };
    let tell = |(below, what)| Told { below, event: Event::bare(at, what) };
    let mut told: Vec<_> = (0..).zip(said).map(tell).collect();
    // The client hangs up then.
    if code == Code(421) {
        told.push(tell((others.len() as u32, What::Closed)));
    }
    told
}

// 331: Password required for alice
fn coded(i: &[u8]) -> Option<(Code, &[u8])> {
    let code = Code::parse(i)?;
    let text = i[3..].strip_prefix(b":")?;
    Some((code, text.strip_prefix(b" ").or_else(|| text.is_empty().then_some(text))?))
}

//      End    What follows the indent is the line, with blanks of its own.
fn set_in(i: &[u8]) -> &[u8] {
    i.strip_prefix(INDENT).unwrap_or(i)
}

fn goes_on(i: &[u8]) -> bool {
    stamped(i).starts_with(INDENT)
}

/// What stands behind the time.
fn stamped(i: &[u8]) -> &[u8] {
    let stamp: IResult<&[u8], _> = terminated(iso, tag("  ")).parse(i);
    stamp.map_or(i, |(rest, _)| rest)
}

// up.txt:         ETA:   0:00  100.00/100.00 B     2.58 MB/s  226: Transfer complete
/// Takes off the progress meter, which is written over and over into one line, and which a reply is glued to.
fn without_meter(i: &[u8]) -> &[u8] {
    let line = memchr::memrchr(b'\r', i).map_or(i, |end| &i[end + 1..]);
    let behind = memchr::memmem::rfind(line, b"B/s  ").map(|end| &line[end + 5..]);
    behind.filter(|rest| coded(rest).is_some()).unwrap_or(line)
}

/// A command behind its word, or a code with a colon behind it.
pub(super) fn sign(line: &[u8]) -> Sign {
    let i = without_meter(stamped(line));
    match i.strip_prefix(b"Cmd: ") {
        Some(said) if Command::parse(said).is_some_and(|c| c.verb != Verb::OTHER) => Sign::Strong,
        Some(_) => Sign::Fits,
        None if i.starts_with(b"LibNcFTP ") => Sign::Strong,
        None if coded(i).is_some() => Sign::Fits,
        None => Sign::None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a record says: the lines of replies, and the names of commands.
    fn told(record: &str) -> Vec<String> {
        let show = |event: &Event| match event.what {
            What::Command(c) => format!("> {} {}", c.verb.name(), String::from_utf8_lossy(c.argument)),
            What::Reply(r) => String::from_utf8_lossy(r.line).into_owned(),
            other => format!("{other:?}"),
        };
        match FORMAT.lex(record) {
            Lexed::Many(all) => all.iter().map(|t| show(&t.event)).collect(),
            Lexed::Event(event) => vec![show(&event)],
            other => vec![format!("{other:?}")],
        }
    }

    #[test]
    fn commands_and_replies_are_read() {
        assert_eq!(told("Cmd: PASS xxxxxxxx"), ["> PASS ***"]);
        assert_eq!(told("230: User alice logged in"), ["230 User alice logged in"]);
        assert_eq!(told("230:"), ["230 "]);
    }

    #[test]
    fn a_reply_of_several_lines_gets_its_codes_back() {
        let record = "211: Features:\n      AUTH TLS\n     220 of them\n     End";
        assert_eq!(told(record), ["211-Features:", " AUTH TLS", " 220 of them", "211 End"]);
        assert_eq!(told("226: Options: -l\n     6 matches"), ["226-Options: -l", "226 6 matches"]);
    }

    #[test]
    fn lines_of_a_log_file_have_times() {
        let record = "2019-09-17 20:47:07  220: Welcome\r\n2019-09-17 20:47:07       Bye";
        assert_eq!(told(record), ["220-Welcome", "220 Bye"]);
        assert!(goes_on(b"2019-09-17 20:47:07       Bye"));
        let sent = FORMAT.event("2019-09-17 20:47:07  Cmd: USER alice");
        assert_eq!(sent.at.rfc3339().unwrap(), "2019-09-17T20:47:07+00:00");
    }

    #[test]
    fn the_progress_meter_is_taken_off() {
        let glued = "up.txt:   \rup.txt:    ETA:   0:00  100.00/100.00 B     2.58 MB/s  226: Done";
        assert_eq!(told(glued), ["226 Done"]);
        assert_eq!(told("\r226: Transfer complete"), ["226 Transfer complete"]);
        assert_eq!(told("\rup.txt:         100.00 B   290.64 kB/s  "), ["Skip"]);
    }

    #[test]
    fn the_server_hangs_up_with_421() {
        let record = "421: Home directory not available - aborting";
        assert_eq!(told(record), ["421 Home directory not available - aborting", "Closed"]);
    }

    #[test]
    fn what_is_for_the_user_is_skipped() {
        for line in
            ["> ls -l", "Connected to 127.0.0.1.", "     alone", "226 without a colon", "modify=1;size=2; a"]
        {
            assert_eq!(FORMAT.lex(line), Lexed::Skip, "{line}");
        }
    }

    #[test]
    fn commands_speak_for_it_and_numbers_with_colons_do_not() {
        assert_eq!(sign(b"Cmd: MLSD"), Sign::Strong);
        assert_eq!(sign(b"2019-09-17 20:47:07  Cmd: USER alice"), Sign::Strong);
        for line in ["220: ready", "Cmd: make all"] {
            assert_eq!(sign(line.as_bytes()), Sign::Fits, "{line}");
        }
        assert_eq!(sign(b"cmd: USER alice"), Sign::None);
    }
}
