//! BusyBox's ftpget and ftpput with `-v`: the commands, and the reply that made them give up.

use super::{Format, Layout, Lexer, Line, Sign, Signs};
use crate::event::{Command, Dialect, Event, Holds, Identity, Lexed, ReplyLine, What};
use crate::ftp::Software;
use crate::source::Lines;

pub(super) static FORMAT: Format = Format {
    dialect: Dialect {
        name: "busybox",
        identity: Identity::OneRun,
        software: Software::Unknown,
        holds: Holds::Commands,
    },
    signs: Signs::WholeFile(sign),
    layout: Layout { joins: Some(|line| refusal(line).is_some()), carries: None },
    lexer: &|_| Box::new(BusyBox),
};

/// What stands where the program has nothing to say.
const NOTHING: &[u8] = b"(null)";

struct BusyBox;

impl Lexer for BusyBox {
    fn lex<'a>(&mut self, line: Line<'a>) -> Lexed<'a> {
        let mut lines = Lines(line.text).map(|l| l.bytes);
        let first = lines.next().unwrap_or_default();
        let refused = lines.next().and_then(refusal).or_else(|| refusal(first));
        let command = sent(first).and_then(Command::parse).filter(|c| c.word != NOTHING);
        let what = match (command, refused.and_then(|text| Some((text, ReplyLine::of(text).code()?.0)))) {
            (Some(command), Some((text, code))) => What::Exchange(command, code, text),
            (Some(command), None) => What::Command(command),
            // A greeting that is none, or the end of a transfer.
            (None, Some((text, _))) => What::Reply(ReplyLine::of(text)),
            (None, None) if first.starts_with(b"Connecting to ") => What::Opened,
            (None, None) => return Lexed::Skip,
        };
        Lexed::Event(Event::bare(line.at(), what))
    }
}

// ftpget: cmd TYPE I (null)    ftpget: cmd (null) (null)    to read a reply without sending anything
fn sent(i: &[u8]) -> Option<&[u8]> {
    let said = by_program(i)?.strip_prefix(b"cmd ")?;
    Some(said.strip_suffix(b" (null)").unwrap_or(said))
}

// ftpget: unexpected server response to RETR: 550 Failed to open file.
fn refusal(i: &[u8]) -> Option<&[u8]> {
    let rest = by_program(i)?.strip_prefix(b"unexpected server response")?;
    memchr::memmem::find(rest, b": ").map(|end| &rest[end + 2..])
}

fn by_program(i: &[u8]) -> Option<&[u8]> {
    i.strip_prefix(b"ftpget: ").or_else(|| i.strip_prefix(b"ftpput: "))
}

fn sign(line: &[u8]) -> Sign {
    if sent(line).is_some() || refusal(line).is_some() { Sign::Strong } else { Sign::None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ftp::{Code, Verb};

    #[test]
    fn commands_have_no_replies() {
        for (line, verb, argument) in [
            ("ftpget: cmd PASS wonderland", Verb::PASS, "***"),
            ("ftpput: cmd TYPE I (null)", Verb::TYPE, "I"),
            ("ftpput: cmd EPSV (null)", Verb::EPSV, ""),
        ] {
            let What::Command(command) = FORMAT.event(line).what else { panic!("{line}") };
            assert_eq!((command.verb, command.argument), (verb, argument.as_bytes()), "{line}");
        }
        assert_eq!(FORMAT.lex("ftpget: cmd (null) (null)"), Lexed::Skip);
    }

    #[test]
    fn the_reply_that_ends_it_all_is_that_of_the_last_command() {
        let record = "ftpget: cmd RETR a.txt\nftpget: unexpected server response to RETR: 550 No such file";
        let What::Exchange(command, code, text) = FORMAT.event(record).what else { panic!() };
        assert_eq!((command.verb, command.argument, code), (Verb::RETR, &b"a.txt"[..], Code(550)));
        assert_eq!(text, b"550 No such file");
        let record = "ftpget: cmd (null) (null)\nftpget: unexpected server response: 421 Too many users";
        assert_eq!(FORMAT.event(record).what, What::Reply(ReplyLine::of(b"421 Too many users")));
        // The server hung up.
        let record = "ftpget: cmd PWD (null)\nftpget: unexpected server response: EOF";
        assert!(matches!(FORMAT.event(record).what, What::Command(c) if c.verb == Verb::PWD));
    }

    #[test]
    fn connections_and_other_errors_are_told_apart() {
        assert_eq!(FORMAT.event("Connecting to ftphost (192.0.2.7:21)").what, What::Opened);
        assert_eq!(FORMAT.lex("ftpget: can't connect to remote host: Connection refused"), Lexed::Skip);
    }

    #[test]
    fn its_name_alone_does_not_speak_for_it() {
        assert_eq!(sign(b"ftpget: cmd USER alice"), Sign::Strong);
        assert_eq!(sign(b"ftpget: applet not found"), Sign::None);
    }
}
