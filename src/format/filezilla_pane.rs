//! The FileZilla client's message log, copied and pasted. It names no connection: those that run side by side mingle.
//!
//! Not FluentFTP, whose lines have the same words and pad them to ten columns.

use super::filezilla_client::{disconnects, spoken};
use super::filezilla_labels::{Label, label};
use super::stamp::{Stamps, time_of_day};
use super::{Format, Layout, Lexer, Line, Sign, Signs};
use crate::event::{Dialect, Event, Holds, Identity, Lexed, ReplyLine, What};
use crate::ftp::{Software, Verb};
use crate::time::When;
use nom::IResult;
use nom::bytes::complete::take_while;

pub(super) static FORMAT: Format = Format {
    dialect: Dialect {
        name: "filezilla-pane",
        identity: Identity::OneByOne,
        software: Software::Unknown,
        holds: Holds::Everything,
    },
    signs: Signs::WholeFile(sign),
    layout: Layout::LINES,
    lexer: &|setup| Box::new(FileZillaPane { stamps: Stamps::new(&setup.zone) }),
};

/// FluentFTP's text starts in this column.
const FLUENT_FTP_COLUMN: usize = 10;

struct FileZillaPane {
    stamps: Stamps,
}

impl Lexer for FileZillaPane {
    fn lex<'a>(&mut self, line: Line<'a>) -> Lexed<'a> {
        let text = without_marks(line.text);
        let (at, rest) = self.stamps.read(text, time_of_day).unwrap_or((When::NEVER, text));
        let Some((label, rest)) = label(without_marks(rest)) else { return Lexed::Unknown };
        let text = text_after(rest).1;
        let what = match label {
            // Connections for transfers come and go beside the first one, so only an error ends a session here; a new
            // greeting begins one.
            Label::Error if disconnects(text) => Some(What::Closed),
            Label::Status if text.starts_with(b"TLS connection established") => Some(What::Secured),
            _ => spoken(label, text),
        };
        what.map_or(Lexed::Skip, |what| Lexed::Event(Event::bare(at, what)))
    }
}

/// Blanks, and marks that set the direction of the text: U+200E, U+200F and U+202A to U+202E.
fn without_marks(mut i: &[u8]) -> &[u8] {
    loop {
        i = match i {
            [b' ' | b'\t', rest @ ..] | [0xe2, 0x80, 0x8e | 0x8f | 0xaa..=0xae, rest @ ..] => rest,
            _ => return i,
        };
    }
}

/// What stands between a label and its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Gap {
    /// A tab, as the message log has it.
    Tab,
    /// That many spaces, as a web page or an editor makes of the tab.
    Spaces(usize),
}

//  220 x    after the label; a reply's line that has no code may start with spaces of its own, which only a tab keeps.
fn text_after(i: &[u8]) -> (Gap, &[u8]) {
    let spaces: IResult<&[u8], &[u8]> = take_while(|b| b == b' ')(i);
    let Ok((rest, spaces)) = spaces else { return (Gap::Spaces(0), i) };
    match rest.strip_prefix(b"\t") {
        Some(text) => (Gap::Tab, text),
        None => (Gap::Spaces(spaces.len()), without_marks(rest)),
    }
}

/// How much a line speaks for the message log.
fn sign(line: &[u8]) -> Sign {
    let i = without_marks(line);
    let i = time_of_day(i).map_or(i, |(rest, _)| without_marks(rest));
    let Some((label, rest)) = label(i) else { return Sign::None };
    let (gap, text) = text_after(rest);
    let padded = matches!(gap, Gap::Spaces(n) if i.len() - rest.len() + n == FLUENT_FTP_COLUMN);
    let telling = match label {
        Label::Response => ReplyLine::of(text).code().is_some(),
        Label::Command => {
            let word = text.split(|b| *b == b' ').next().unwrap_or_default();
            word.iter().all(u8::is_ascii_uppercase) && Verb::parse(word) != Verb::OTHER
        }
        Label::Status => text.starts_with(b"Connection established, waiting for welcome message"),
        Label::Error | Label::Other => false,
    };
    // `Response: ` is ten columns wide in both.
    if padded && label != Label::Response {
        return Sign::None;
    }
    if telling && !padded { Sign::Strong } else { Sign::Fits }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Command;

    fn reply(line: &str) -> What<'_> {
        What::Reply(ReplyLine::of(line.as_bytes()))
    }

    #[test]
    fn tabs_spaces_and_times_of_day_are_read() {
        let lines = [
            "Response:\t220 x",
            "Response: 220 x",
            "Response:       220 x",
            "Response:   \t220 x",
            "09:14:05\tResponse:\t220 x",
            "09:14:05 Response: 220 x",
            "  Réponse\u{a0}: 220 x",
            "Odpowiedź\t220 x",
            "\u{200e}תגובה:\t220 x",
            "الإستجابة: \u{202a}220 x",
        ];
        for line in lines {
            assert_eq!(FORMAT.event(line).what, reply("220 x"), "{line}");
        }
        assert_eq!(FORMAT.event("09:14:05\tResponse:\t220 x").at.clock().unwrap(), "09:14:05");
    }

    #[test]
    fn a_tab_keeps_the_spaces_of_a_reply() {
        assert_eq!(FORMAT.event("Response:\t 211 is no end").what, reply(" 211 is no end"));
    }

    #[test]
    fn commands_lose_their_secrets_and_sftp_is_skipped() {
        assert_eq!(
            FORMAT.event("Befehl:\tPASS geheim").what,
            What::Command(Command::parse(b"PASS ***").unwrap())
        );
        assert_eq!(FORMAT.lex("Command:\tls"), Lexed::Skip);
        assert_eq!(FORMAT.lex("Status:\tConnecting to 192.0.2.1:21..."), Lexed::Skip);
        assert_eq!(FORMAT.lex("Subject: hello"), Lexed::Unknown);
    }

    #[test]
    fn only_an_error_ends_the_session() {
        assert_eq!(FORMAT.event("Error:\tConnection closed by server").what, What::Closed);
        let timed_out = "Error:\tConnection timed out after 20 seconds of inactivity";
        assert_eq!(FORMAT.event(timed_out).what, What::Closed);
        assert_eq!(FORMAT.lex("Status:\tDisconnected from server"), Lexed::Skip);
    }

    #[test]
    fn fluent_ftp_is_not_taken_for_it() {
        for line in ["Command:  USER ***", "Status:   Waiting for response to: USER ***", "Error:    x"] {
            assert_eq!(sign(line.as_bytes()), Sign::None, "{line}");
        }
        assert_eq!(sign(b"Response: 331 Please, specify the password. [3ms]"), Sign::Fits);
    }

    #[test]
    fn each_way_to_paste_it_is_recognised() {
        let lines =
            ["Command:\tPASV", "Command: PASV", "Command:        PASV", "Response:\t227 x", "명령:\tPASV"];
        for line in lines {
            assert_eq!(sign(line.as_bytes()), Sign::Strong, "{line}");
        }
        assert_eq!(sign(b"Command:\topen \"alice@192.0.2.1\" 22"), Sign::Fits);
        assert_eq!(sign(b"From: alice"), Sign::None);
    }
}
