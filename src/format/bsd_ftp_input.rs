//! What the user of a BSD `ftp` types, and which command the client makes of it.
//!
//! Not what makes several commands, or one that differs: `ls` is LIST or NLST, `get` asks for a size on some systems, and
//! before both the client prepares a data connection.

use crate::event::Command;

/// The command that the client makes of what stands behind its prompt; `None` where nobody can tell.
pub(super) fn typed(i: &[u8]) -> Option<Command<'_>> {
    let (word, argument) = words(i);
    let (_, verb, takes) = WORDS.iter().find(|(words, ..)| words.contains(&word))?;
    let argument: &[u8] = match takes {
        Takes::Nothing => b"",
        Takes::This(argument) => argument,
        Takes::Rest if is_plain(argument) => argument,
        // The password may follow.
        Takes::Word => argument.split(|b| *b == b' ').next().filter(|user| is_plain(user))?,
        Takes::Rest => return None,
    };
    if verb.is_empty() { Command::parse(argument) } else { Command::of(verb, argument) }
}

/// Whether a line begins like one that the user typed.
pub(super) fn is_typed(i: &[u8]) -> bool {
    const OTHERS: [&[u8]; 14] = [
        b"ls", b"dir", b"get", b"put", b"mget", b"mput", b"open", b"status", b"passive", b"prompt", b"hash",
        b"debug", b"lcd", b"help",
    ];
    let (word, _) = words(i);
    OTHERS.contains(&word) || WORDS.iter().any(|(words, ..)| words.contains(&word))
}

/// The client makes something else of quotes, variables, patterns and rows of blanks.
fn is_plain(argument: &[u8]) -> bool {
    let odd = argument.iter().any(|b| b"\"'\\$|*?~".contains(b));
    !argument.is_empty() && !odd && memchr::memmem::find(argument, b"  ").is_none()
}

// cd docs
fn words(i: &[u8]) -> (&[u8], &[u8]) {
    let i = i.trim_ascii();
    let end = i.iter().position(|b| *b == b' ').unwrap_or(i.len());
    (&i[..end], i[end..].trim_ascii())
}

/// What the client sends behind the verb.
#[derive(Clone, Copy)]
enum Takes {
    Nothing,
    This(&'static [u8]),
    /// The first word that was typed.
    Word,
    /// All that was typed.
    Rest,
}

/// What is typed, the verb that is sent, and its argument; without a verb what was typed is the command.
type Words = (&'static [&'static [u8]], &'static [u8], Takes);

const WORDS: &[Words] = &[
    (&[b"quote", b"literal"], b"", Takes::Rest),
    (&[b"site"], b"SITE", Takes::Rest),
    (&[b"user"], b"USER", Takes::Word),
    (&[b"cd"], b"CWD", Takes::Rest),
    (&[b"cdup"], b"CDUP", Takes::Nothing),
    (&[b"pwd"], b"PWD", Takes::Nothing),
    (&[b"mkdir"], b"MKD", Takes::Rest),
    (&[b"rmdir"], b"RMD", Takes::Rest),
    (&[b"del", b"delete"], b"DELE", Takes::Rest),
    (&[b"size"], b"SIZE", Takes::Rest),
    (&[b"modtime"], b"MDTM", Takes::Rest),
    (&[b"bin", b"binary"], b"TYPE", Takes::This(b"I")),
    (&[b"ascii"], b"TYPE", Takes::This(b"A")),
    (&[b"syst", b"system"], b"SYST", Takes::Nothing),
    (&[b"rhelp", b"remotehelp"], b"HELP", Takes::Nothing),
    (&[b"features"], b"FEAT", Takes::Nothing),
    (&[b"bye", b"close", b"disconnect", b"exit", b"quit"], b"QUIT", Takes::Nothing),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ftp::Verb;

    fn made_of(text: &str) -> Option<(Verb, String)> {
        let command = typed(text.as_bytes())?;
        Some((command.verb, String::from_utf8_lossy(command.argument).into_owned()))
    }

    #[test]
    fn words_of_the_client_become_commands() {
        for (text, verb, argument) in [
            ("cd docs", Verb::CWD, "docs"),
            ("binary ", Verb::TYPE, "I"),
            ("quote RNTO x y", Verb::RNTO, "x y"),
            ("literal site help", Verb::SITE, "help"),
            ("site chmod 644 a", Verb::SITE, "chmod 644 a"),
            ("bye", Verb::QUIT, ""),
        ] {
            assert_eq!(made_of(text), Some((verb, argument.to_owned())), "{text}");
        }
    }

    #[test]
    fn passwords_are_left_behind() {
        assert_eq!(made_of("user alice wonderland"), Some((Verb::USER, "alice".to_owned())));
        assert_eq!(made_of("quote PASS wonderland"), Some((Verb::PASS, "***".to_owned())));
    }

    #[test]
    fn nothing_is_made_up() {
        for text in
            ["ls", "get a", "put a b", "rename a b", "cd", "cd \"my docs\"", "delete $x", "lcd /tmp", "!sh"]
        {
            assert_eq!(made_of(text), None, "{text}");
        }
    }
}
