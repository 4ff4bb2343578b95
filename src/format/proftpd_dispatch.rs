//! How `ProFTPD` notes down that it hands a command to a module: in its trace log, its system log, and through syslog.
//!
//! A command is handed to several modules in several phases. The first phase says that it came, the last one how it went.

use super::stamp::number;
use crate::event::{Command, Outcome};
use nom::bytes::complete::{tag, take_while1};
use nom::sequence::{delimited, preceded};
use nom::{IResult, Parser};

/// A phase in which a command is handed to a module, as far as it says anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// `PRE_CMD`: every command has it, and none has it after its reply.
    Came,
    /// `LOG_CMD` and `LOG_CMD_ERR`: the last ones.
    Went(Outcome),
}

/// The command that is handed over, and the phase; `None` where the message is about something else, about a phase between
/// those two, or about a command that no client sent.
pub(super) fn dispatched(message: &[u8]) -> Option<(Phase, Command<'_>)> {
    let (text, name) = dispatch(message).ok()?;
    let phase = match name {
        b"PRE_CMD" => Phase::Came,
        b"LOG_CMD" => Phase::Went(Outcome::Done),
        b"LOG_CMD_ERR" => Phase::Went(Outcome::Failed),
        _ => return None,
    };
    // Quotes inside the command are not escaped, and the name of a module holds none.
    let end = memchr::memmem::rfind(text, b"' to mod_").unwrap_or(text.len());
    let text = without_next_line(&text[..end]);
    let command = Command::parse(text).filter(|c| !is_internal(c.word))?;
    Some((phase, command))
}

// dispatching PRE_CMD command 'USER alice' to mod_auth
fn dispatch(i: &[u8]) -> IResult<&[u8], &[u8]> {
    let name = take_while1(|b: u8| b.is_ascii_uppercase() || b == b'_');
    delimited(tag("dispatching "), name, tag(" command '")).parse(i)
}

/// A line feed alone does not end a command. Syslog writes it as `#012`, and what follows may be a PASS.
fn without_next_line(command: &[u8]) -> &[u8] {
    &command[..memchr::memmem::find(command, b"#012").unwrap_or(command.len())]
}

/// `OPTS UTF8 ON` is dispatched once more as `OPTS_UTF8 ON`; no client sends such words.
fn is_internal(word: &[u8]) -> bool {
    word.starts_with(b"OPTS_") || word.starts_with(b"SITE_")
}

// [10606]
pub(super) fn process(i: &[u8]) -> IResult<&[u8], u64> {
    delimited(tag("["), number, tag("]")).parse(i)
}

//  (client.example.com[192.0.2.7])
pub(super) fn remote(i: &[u8]) -> IResult<&[u8], &[u8]> {
    let name = take_while1(|b: u8| b > b' ' && b != b'[');
    let address = take_while1(|b: u8| b > b' ' && b != b']');
    delimited(tag("("), preceded(name, delimited(tag("["), address, tag("]"))), tag(")")).parse(i)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ftp::Verb;

    #[test]
    fn the_first_and_the_last_phase_speak() {
        for (name, phase) in [
            ("PRE_CMD", Some(Phase::Came)),
            ("CMD", None),
            ("POST_CMD_ERR", None),
            ("LOG_CMD", Some(Phase::Went(Outcome::Done))),
            ("LOG_CMD_ERR", Some(Phase::Went(Outcome::Failed))),
        ] {
            let message = format!("dispatching {name} command 'RNTO it's to mod' to mod_core.c");
            let found = dispatched(message.as_bytes()).map(|(phase, command)| {
                assert_eq!((command.verb, command.argument), (Verb::RNTO, &b"it's to mod"[..]));
                phase
            });
            assert_eq!(found, phase, "{name}");
        }
    }

    #[test]
    fn commands_that_no_client_sent_are_none() {
        assert_eq!(dispatched(b"dispatching PRE_CMD command 'OPTS_UTF8 ON' to mod_core"), None);
        assert_eq!(dispatched(b"dispatching auth request \"setpwent\" to module mod_auth_unix"), None);
    }

    #[test]
    fn a_password_behind_a_line_feed_is_left_out() {
        let (_, command) =
            dispatched(b"dispatching PRE_CMD command 'USER alice#012PASS secret' to mod_core").unwrap();
        assert_eq!((command.verb, command.argument), (Verb::USER, &b"alice"[..]));
    }

    #[test]
    fn a_client_is_a_name_and_an_address() {
        assert_eq!(remote(b"(client.example.com[2001:db8::7]) - x").unwrap().1, b"2001:db8::7");
    }
}
