//! NppFTP, the plug-in of Notepad++: commands behind an arrow, replies without any mark.
//!
//! Not pyftpdlib, whose arrow of the same shape is what the server sends.

use super::{Format, Layout, Lexer, Line, Sign, Signs};
use crate::event::{Command, Dialect, Event, Holds, Identity, Lexed, ReplyLine, What};
use crate::ftp::{Software, Verb};

pub(super) static FORMAT: Format = Format {
    dialect: Dialect {
        name: "nppftp",
        identity: Identity::OneByOne,
        software: Software::Unknown,
        holds: Holds::Everything,
    },
    signs: Signs::WholeFile(sign),
    layout: Layout::LINES,
    lexer: &|_| Box::new(NppFtp),
};

struct NppFtp;

impl Lexer for NppFtp {
    fn lex<'a>(&mut self, line: Line<'a>) -> Lexed<'a> {
        let what = match said(line.text) {
            // It takes leave whenever it closes a connection, even one that it is still to open, and waits for no reply.
            Some(b"Quit") => What::Closed,
            Some(said) => match Command::parse(said) {
                Some(command) => What::Command(command),
                None => return Lexed::Skip,
            },
            None if is_note(line.text) => return Lexed::Skip,
            None => What::Reply(ReplyLine::of(line.text)),
        };
        Lexed::Event(Event::bare(line.at(), what))
    }
}

// -> USER alice    the end of the line was made two spaces
fn said(i: &[u8]) -> Option<&[u8]> {
    let said = i.strip_prefix(b"-> ")?;
    Some(said.strip_suffix(b"  ").unwrap_or(said))
}

// [FTPS] Certificate valid.
fn is_note(i: &[u8]) -> bool {
    let notes: [&[u8]; 5] = [b"Connecting", b"Connected", b"Disconnected", b"Unable to ", b"["];
    notes.iter().any(|n| i.starts_with(n))
}

/// A command as NppFTP sends it, with whole paths, or the two that it writes like nobody else. Prose has arrows, too.
fn sign(line: &[u8]) -> Sign {
    let Some(said) = said(line) else { return Sign::None };
    if matches!(said, b"Quit" | b"PASS *HIDDEN*") {
        return Sign::Strong;
    }
    let Some(command) = Command::parse(said) else { return Sign::None };
    let argument = command.argument;
    let shaped = match command.verb {
        Verb::PASV | Verb::EPSV | Verb::SYST | Verb::PWD | Verb::LIST => argument.is_empty(),
        Verb::TYPE => matches!(argument, b"A" | b"I"),
        Verb::CWD | Verb::RETR | Verb::STOR | Verb::SIZE | Verb::DELE | Verb::MKD | Verb::RMD => {
            argument.starts_with(b"/")
        }
        _ => false,
    };
    let capitals = command.word.iter().all(u8::is_ascii_uppercase);
    if capitals && shaped { Sign::Strong } else { Sign::Fits }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arrow_is_the_clients() {
        let What::Command(command) = FORMAT.event("-> PASS *HIDDEN*").what else { panic!() };
        assert_eq!((command.verb, command.argument), (Verb::PASS, &b"***"[..]));
        let What::Command(command) = FORMAT.event("-> TYPE I  ").what else { panic!() };
        assert_eq!((command.verb, command.argument), (Verb::TYPE, &b"I"[..]));
        let reply = "530 User cannot log in.";
        assert_eq!(FORMAT.event(reply).what, What::Reply(ReplyLine::of(reply.as_bytes())));
    }

    #[test]
    fn its_leave_waits_for_no_reply() {
        assert_eq!(FORMAT.event("-> Quit  ").what, What::Closed);
        assert_eq!(FORMAT.event("-> Quit").what, What::Closed);
    }

    #[test]
    fn notes_are_skipped() {
        for line in ["Connecting", "Unable to connect", "Disconnected", "[FTPS] Certificate valid."] {
            assert_eq!(FORMAT.lex(line), Lexed::Skip, "{line}");
        }
    }

    #[test]
    fn the_servers_arrow_of_pyftpdlib_does_not_speak_for_it() {
        assert_eq!(sign(b"-> PASV"), Sign::Strong);
        for line in ["127.0.0.1:45678-[alice] -> 230 Login successful.", "--> PASV", "PASV", "->"] {
            assert_eq!(sign(line.as_bytes()), Sign::None, "{line}");
        }
        for line in ["-> 230 Login successful.", "-> USER interface", "-> SIZE matters", "-> pwd"] {
            assert_eq!(sign(line.as_bytes()), Sign::Fits, "{line}");
        }
    }
}
