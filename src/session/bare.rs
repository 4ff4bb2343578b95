//! Lines without a mark of direction: whether the client or the server said them is decided by their shape and by what the
//! session waits for.

use super::{NO_REPLY, Session};
use crate::event::{Command, Place, ReplyLine};
use crate::ftp::{Argument, Code, Verb};
use crate::time::When;

impl Session {
    /// Takes a line that may be a command or part of a reply.
    pub(super) fn bare_line(&mut self, place: Place, at: When, line: &[u8]) {
        let reply = ReplyLine::of(line);
        if reply.code().is_some() {
            return self.one_reply_line(place, at, &reply);
        }
        let command = Command::parse(line);
        let is_command = |c: &Command| match self.pairing.open {
            Some(open) => cannot_be_text(c, open.code),
            None => looks_like_command(c, self.is_idle() || self.is_behind()) && !self.is_worded_refusal(c),
        };
        match command.filter(is_command) {
            Some(command) => self.command(place, at, &command),
            None if self.pairing.open.is_some() => self.one_reply_line(place, at, &reply),
            None => self.uncoded_reply(line),
        }
    }

    /// `SYST not supported`: a reply to SYST that has no code.
    fn is_worded_refusal(&self, command: &Command) -> bool {
        let asked =
            self.pairing.waiting.back().is_some_and(|i| self.records[*i as usize].verb == command.verb);
        asked && command.verb.argument() == Argument::None && command.argument.contains(&b' ')
    }

    /// A reply that has no code to go by still means that its command has been answered.
    fn uncoded_reply(&mut self, line: &[u8]) {
        let Some(front) = self.pairing.waiting.front().map(|i| self.records[*i as usize]) else { return };
        let digits = line.iter().take_while(|b| b.is_ascii_digit()).count();
        let spoilt = match digits {
            // 99 PASV invalid
            1 | 2 => line.get(digits) == Some(&b' '),
            // 230_no_space
            3 => true,
            _ => false,
        };
        let worded = Command::parse(line).is_some_and(|c| self.is_worded_refusal(&c));
        if front.first_reply == NO_REPLY && (spoilt || worded) {
            self.pairing.waiting.pop_front();
        }
    }
}

/// Whether a line can begin a session: a reply or a command, not a word in between.
pub(super) fn can_begin(line: &[u8]) -> bool {
    ReplyLine::of(line).code().is_some() || Command::parse(line).is_some_and(|c| looks_like_command(&c, true))
}

/// Whether a line without any mark of direction is a command. Outside transcripts such lines are prose: a line that is taken
/// for a command and is none takes the reply of the next, so what is not in capitals must look the part.
fn looks_like_command(command: &Command, idle: bool) -> bool {
    let word = command.word;
    let capitals = word.iter().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
    if command.verb != Verb::OTHER {
        return capitals || idle && has_fitting_argument(command);
    }
    match word.len() {
        3 | 4 if capitals => !word[0].is_ascii_digit(),
        5..=8 if capitals => idle && !word[0].is_ascii_digit(),
        _ => idle && is_typed_by_hand(word),
    }
}

/// Whether as many words follow as the command takes; names of files may hold spaces.
fn has_fitting_argument(command: &Command) -> bool {
    let words = command.argument.split(|b| *b == b' ').filter(|w| !w.is_empty()).count();
    match command.verb.argument() {
        Argument::None => words == 0,
        Argument::Optional => words <= 2,
        Argument::Required => match command.verb {
            Verb::USER | Verb::TYPE | Verb::HOST | Verb::PORT | Verb::EPRT | Verb::MODE | Verb::STRU => {
                words == 1
            }
            _ => words >= 1,
        },
    }
}

/// Words of FTP clients, which people send to servers over telnet.
fn is_typed_by_hand(word: &[u8]) -> bool {
    let words = [
        "ls", "dir", "get", "put", "cd", "mget", "mput", "del", "delete", "mkdir", "rename", "bin", "binary",
        "ascii", "bye", "exit", "logout",
    ];
    words.iter().any(|w| word.eq_ignore_ascii_case(w.as_bytes()))
}

/// Whether a line inside a reply can only be a command: the server forgot to end the reply. Texts of greetings hold words,
/// and the texts of FEAT and HELP hold commands.
fn cannot_be_text(command: &Command, inside: Code) -> bool {
    let argument = command.argument.trim_ascii();
    let one_word = !argument.is_empty() && !argument.contains(&b' ') && Verb::parse(argument) == Verb::OTHER;
    let lists_commands = matches!(inside.0, 211 | 214);
    let shaped = match command.verb {
        Verb::USER
        | Verb::PASS
        | Verb::CWD
        | Verb::RETR
        | Verb::STOR
        | Verb::DELE
        | Verb::MKD
        | Verb::PORT
        | Verb::RNFR
        | Verb::RNTO => one_word,
        Verb::TYPE => matches!(argument, b"A" | b"I"),
        Verb::PASV | Verb::SYST | Verb::PWD | Verb::QUIT => argument.is_empty() && !lists_commands,
        _ => false,
    };
    shaped && command.word.iter().all(u8::is_ascii_uppercase)
}

#[cfg(test)]
impl Session {
    /// A session that bare lines are to fill.
    pub(crate) fn of_a_transcript() -> Self {
        use crate::event::{Dialect, Holds, Identity};
        use crate::ftp::Software;

        static DIALECT: Dialect = Dialect {
            name: "test",
            identity: Identity::OneByOne,
            software: Software::Unknown,
            holds: Holds::Everything,
        };
        Self::new(&DIALECT, Place::default(), When::NEVER)
    }

    pub(crate) fn hear_lines(&mut self, lines: &[&str]) {
        for line in lines {
            let place = Place { line: self.last.line + 1, ..Place::default() };
            self.last = place;
            self.bare_line(place, When::NEVER, line.as_bytes());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_command(line: &str, idle: bool) -> bool {
        Command::parse(line.as_bytes()).is_some_and(|c| looks_like_command(&c, idle))
    }

    #[test]
    fn bare_commands_are_known_by_their_shape() {
        for line in
            ["USER alice", "  NOOP", "retr a b", "ReTr x", "XYZZY foo", "FOO arg", "ls", "put x", "MD5 x"]
        {
            assert!(is_command(line, true), "{line}");
        }
        for line in [
            "Connected to x",
            "local: a remote: b",
            "=> true",
            "uploaded",
            "Password:",
            "Quit the program now",
            "99 x",
        ] {
            assert!(!is_command(line, true), "{line}");
        }
        for line in ["USER alice", "QUIT", "FOO"] {
            assert!(is_command(line, false), "{line}");
        }
        for line in ["XYZZY", "ls", "list of files"] {
            assert!(!is_command(line, false), "{line}");
        }
    }

    /// The commands of a bare transcript with their codes.
    fn paired(lines: &[&str]) -> Vec<String> {
        let mut session = Session::of_a_transcript();
        session.hear_lines(lines);
        session.trace(true, crate::session::Watch::NOTHING);
        let code = |e: &crate::session::Exchange| e.code().map_or(String::new(), |c| format!(" {c}"));
        session.exchanges().map(|e| format!("{}{}", String::from_utf8_lossy(&e.name()), code(&e))).collect()
    }

    #[test]
    fn a_reply_that_is_never_ended_swallows_no_session() {
        let lines =
            ["220-Welcome", "Connected to us", "USER alice", "331 x", "PASS b", "230 x", "QUIT", "221 x"];
        // The greeting counts as ended where the next reply shows that it was.
        assert_eq!(paired(&lines), ["USER 331", " 220", "PASS 230", "QUIT 221"]);
    }

    #[test]
    fn the_text_of_a_reply_holds_no_commands() {
        let lines = ["FEAT", "211-Features:", "PASV", "SIZE", "REST STREAM", "211 End", "PWD", "257 x"];
        assert_eq!(paired(&lines), ["FEAT 211", "PWD 257"]);
    }

    #[test]
    fn what_has_begun_does_not_end_with_a_refusal_of_something_else() {
        let lines = ["RETR a", "150 x", "PBSZ 0", "503 x", "CCC", "500 x", "226 x", "NOOP", "200 x"];
        assert_eq!(paired(&lines), ["RETR 226", "PBSZ 503", "CCC 500", "NOOP 200"]);
        assert_eq!(paired(&["RETR a", "150 x", "500 OOPS: x", "QUIT", "221 x"]), ["RETR 500", "QUIT 221"]);
    }

    #[test]
    fn a_reply_without_a_code_is_a_reply() {
        let lines =
            ["SYST", "SYST not supported", "PASV", "99 PASV invalid", "USER a", "331_x", "TYPE I", "200 ok"];
        assert_eq!(paired(&lines), ["SYST", "PASV", "USER", "TYPE 200"]);
    }

    #[test]
    fn commands_inside_a_reply_are_known_only_where_text_cannot_be_meant() {
        let inside = |line: &str, code| {
            Command::parse(line.as_bytes()).is_some_and(|c| cannot_be_text(&c, Code(code)))
        };
        assert!(inside("USER alice", 220));
        assert!(inside("PASV", 230));
        assert!(inside("TYPE I", 211));
        for (line, code) in [
            ("USER names are checked", 220),
            ("PASV", 211),
            ("USER PASS", 214),
            ("REST STREAM", 211),
            ("HELP x", 230),
        ] {
            assert!(!inside(line, code), "{line}");
        }
    }
}
