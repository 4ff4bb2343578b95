//! What one line of a log says. Everything is borrowed from the line; nothing is judged.

use crate::ftp::{Code, Software, Verb};
use crate::time::When;

/// Where a line stands: the number of its source and its line number, counted from 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The source's number in the order of the inputs.
    pub source: u32,
    /// The line, counted from 1.
    pub line: u64,
}

/// What keeps the lines of one session together, besides their route.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Key<'a> {
    /// The log has none.
    #[default]
    None,
    /// A process or session number.
    Number(u64),
    /// A name: a GUID, or an address and port.
    Name(&'a [u8]),
}

/// How a format tells sessions apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Identity {
    /// One number or name for the whole life of a session; it may come back for another session later.
    Key,
    /// One number for a connection, and the log says when it ends: whatever is said before that is one session.
    Connection,
    /// As [`Identity::Key`], but the number changes when the client logs in (vsftpd's processes).
    KeyChangesAtLogin,
    /// Only the route and the user: sessions of one user at one address mingle.
    Mingled,
    /// One session after another, as a client writes them.
    OneByOne,
    /// As [`Identity::OneByOne`], and a run of the program writes to the one file that it was given: another file is another run's.
    /// Not programs that go on in another file themselves (`WinSCP` by size), or that run for long and leave the writing to a logger,
    /// and not what a collector wrote, whatever it came from.
    OneRun,
}

impl Identity {
    /// Whether sessions come one after another.
    #[must_use]
    pub fn is_one_by_one(self) -> bool {
        matches!(self, Self::OneByOne | Self::OneRun)
    }
}

/// What the rest of the program must know about a format.
#[derive(Debug)]
pub struct Dialect {
    /// The format's name, as in `--log-format`.
    pub name: &'static str,
    /// How it tells sessions apart.
    pub identity: Identity,
    /// The server that writes it; unknown for clients' logs.
    pub software: Software,
    /// How much of what was said the log holds.
    pub holds: Holds,
}

/// How much of what was said on the control connection a log holds, from the most to the least.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Holds {
    /// Every command and every reply.
    Everything,
    /// Commands with their final replies: no greetings, no preliminary replies, no commands that got no reply.
    FinalReplies,
    /// Commands without replies, and perhaps how they went.
    Commands,
    /// What was done rather than what was said: logins and transfers.
    Deeds,
}

/// A command as written. The argument of a command that carries a secret is dropped when the command is parsed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Command<'a> {
    /// The command.
    pub verb: Verb,
    /// The word that names it, as written.
    pub word: &'a [u8],
    /// What follows the first space.
    pub argument: &'a [u8],
}

/// What stands for a secret.
pub const MASK: &[u8] = b"***";

impl<'a> Command<'a> {
    /// Cuts a command line into its word and argument (RFC 959 section 5.3); `None` for a blank line.
    #[inline]
    #[must_use]
    pub fn parse(line: &'a [u8]) -> Option<Self> {
        let line =
            if line.first().is_some_and(u8::is_ascii_whitespace) { line.trim_ascii_start() } else { line };
        // A word has three or four letters: looking at each byte is quicker than a search.
        let end = line.iter().position(|b| *b == b' ').unwrap_or(line.len());
        let argument = line.get(end + 1..).unwrap_or_default();
        Self::of(&line[..end], argument)
    }

    /// A command whose word and argument a log keeps apart; `None` without a word.
    #[inline]
    #[must_use]
    pub fn of(word: &'a [u8], argument: &'a [u8]) -> Option<Self> {
        let word = word.trim_ascii();
        if word.is_empty() {
            return None;
        }
        let verb = Verb::parse(word);
        Some(Self { verb, word, argument: without_secret(verb, word, argument) })
    }
}

/// The argument, unless the command is known to carry a secret.
#[inline]
fn without_secret<'a>(verb: Verb, word: &[u8], argument: &'a [u8]) -> &'a [u8] {
    match verb {
        Verb::PASS | Verb::ACCT | Verb::ADAT => MASK,
        Verb::SITE | Verb::OTHER => without_doubtful(verb, word, argument),
        _ => argument,
    }
}

/// The same for commands that carry a secret at times.
#[inline(never)]
fn without_doubtful<'a>(verb: Verb, word: &[u8], argument: &'a [u8]) -> &'a [u8] {
    match verb {
        Verb::SITE => {
            let sub = argument.split(|b| *b == b' ').next().unwrap_or_default();
            let secret =
                [&b"PSWD"[..], b"PASSWD", b"PASS", b"GPASS"].iter().any(|s| sub.eq_ignore_ascii_case(s));
            if secret { MASK } else { argument }
        }
        // PASS with telnet bytes or a typing error glued to it.
        Verb::OTHER if crate::text::holds(word, "pass") => MASK,
        _ => argument,
    }
}

/// One line of a reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReplyLine<'a> {
    /// The whole line, its code included, without the line end.
    pub line: &'a [u8],
    /// The server wrote the line in pieces and this is one; the next event goes on with it.
    pub piece: bool,
    /// The log wrote the line ends of a reply as `#015#012`.
    pub escaped: bool,
}

impl<'a> ReplyLine<'a> {
    /// A line that is whole.
    #[must_use]
    pub fn of(line: &'a [u8]) -> Self {
        Self { line, piece: false, escaped: false }
    }

    /// The code at the start of the line, and whether a hyphen says that more lines follow (RFC 959 section 4.2).
    #[must_use]
    pub fn code(&self) -> Option<(Code, bool)> {
        let code = Code::parse(self.line)?;
        match self.line.get(3) {
            None | Some(b' ' | b'\t') => Some((code, false)),
            Some(b'-') => Some((code, true)),
            Some(_) => None,
        }
    }
}

/// How a command went, where a log says so without the reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was carried out.
    Done,
    /// It was refused, or broke off.
    Failed,
}

impl Outcome {
    /// A code that stands for the reply that the log does not hold, for what follows from it.
    pub(crate) fn code(self, verb: Verb) -> Code {
        match self {
            Self::Done => Code::accepting(verb),
            Self::Failed => Code::REFUSED,
        }
    }

    /// The word used in JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Failed => "failed",
        }
    }
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What<'a> {
    /// A client connected.
    Opened,
    /// A client sent a command.
    Command(Command<'a>),
    /// A client sent a command that the log states several times; only the first of a row counts.
    CommandAgain(Command<'a>),
    /// The server sent a line of a reply.
    Reply(ReplyLine<'a>),
    /// A line of the control connection, and the log does not say who sent it.
    Bare(&'a [u8]),
    /// A command and its final reply in one line; the text of the reply where the log has it.
    Exchange(Command<'a>, Code, &'a [u8]),
    /// A command that was carried out or not, as the log has it in words of its own; it has no reply.
    Did(Command<'a>, Outcome),
    /// The server accepted a password.
    LoggedIn,
    /// The control connection is protected from here on.
    Secured,
    /// Something was said here that the log does not hold.
    Lost,
    /// The connection ended.
    Closed,
}

/// What one line of a log says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Event<'a> {
    /// When, as far as the log says so.
    pub at: When,
    /// What surely stays together: the client's address, the process, or nothing.
    pub route: &'a [u8],
    /// What tells the sessions of a route apart.
    pub key: Key<'a>,
    /// The client's address.
    pub client: &'a [u8],
    /// The client's port; 0 where the log has none.
    pub client_port: u16,
    /// The user; empty where the log has none.
    pub user: &'a [u8],
    /// What happened.
    pub what: What<'a>,
}

impl<'a> Event<'a> {
    /// An event of a log that says nothing but what happened.
    #[must_use]
    pub fn bare(at: When, what: What<'a>) -> Self {
        Self { at, route: b"", key: Key::None, client: b"", client_port: 0, user: b"", what }
    }
}

/// What a lexer makes of a line. There is no error: a line that it cannot read is a fact about the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lexed<'a> {
    /// It says this.
    Event(Event<'a>),
    /// It says several things, in this order.
    Many(&'a [Told<'a>]),
    /// The format has such lines, and they say nothing about commands and replies.
    Skip,
    /// The format has no such line.
    Unknown,
}

/// One of several things that a line, or a record of several lines, says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Told<'a> {
    /// How many lines below the first line of the record it stands.
    pub below: u32,
    /// What is said there.
    pub event: Event<'a>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_argument_of_pass_never_leaves_the_parser() {
        for line in ["PASS secret", "pass secret", "ACCT secret", "SITE PSWD secret new", "\u{1}PASS secret"]
        {
            let command = Command::parse(line.as_bytes()).unwrap();
            assert_eq!(command.argument, MASK, "{line}");
        }
    }

    #[test]
    fn exactly_one_space_separates_the_argument() {
        let command = Command::parse(b"RETR  two spaces ").unwrap();
        assert_eq!(command.argument, b" two spaces ");
        assert_eq!(Command::parse(b"  "), None);
    }

    #[test]
    fn a_reply_line_has_a_code_and_a_mark() {
        let code = |line: &'static [u8]| ReplyLine::of(line).code();
        assert_eq!(code(b"226 done"), Some((Code(226), false)));
        assert_eq!(code(b"226"), Some((Code(226), false)));
        assert_eq!(code(b"226-done"), Some((Code(226), true)));
        assert_eq!(code(b"230_no_space"), None);
        assert_eq!(code(b"2260"), None);
    }
}
