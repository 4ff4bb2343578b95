//! The `ftp` of BSD, GNU, Linux, macOS and Windows, as it looks on a terminal: replies without any mark, commands behind an
//! arrow where debugging is on, and what the user typed.
//!
//! Replies stand right below what they answer, so they are read together with the line above them.

use super::bsd_ftp_input::{is_typed, typed};
use super::{Format, Layout, Lexer, Line, Sign, Signs};
use crate::event::{Command, Dialect, Event, Holds, Identity, Lexed, ReplyLine, Told, What};
use crate::ftp::{Code, Software};
use crate::source::Lines;

pub(super) static FORMAT: Format = Format {
    dialect: Dialect {
        name: "bsd-ftp",
        identity: Identity::OneRun,
        software: Software::Unknown,
        holds: Holds::Everything,
    },
    signs: Signs::WholeFile(sign),
    layout: Layout { joins: Some(goes_on), carries: None },
    lexer: &|_| Box::new(BsdFtp),
};

struct BsdFtp;

impl Lexer for BsdFtp {
    fn lex<'a>(&mut self, line: Line<'a>) -> Lexed<'a> {
        let mut record = Record { told: Vec::new(), line, typed: None, sent: false, last: b"" };
        for (below, text) in (0..).zip(Lines(line.text)) {
            record.read(below, text.bytes);
        }
        line.arena.tell(&record.told)
    }
}

/// Replies, with the line above them.
struct Record<'a> {
    told: Vec<Told<'a>>,
    line: Line<'a>,
    /// What was typed in the first line, until a reply shows that it was sent.
    typed: Option<Command<'a>>,
    /// Whether the first line is a command as it was sent.
    sent: bool,
    /// The reply before.
    last: &'a [u8],
}

impl<'a> Record<'a> {
    fn tell(&mut self, below: u32, what: What<'a>) {
        self.told.push(Told { below, event: Event::bare(self.line.at(), what) });
    }

    fn read(&mut self, below: u32, line: &'a [u8]) {
        let text = without_prompts(line);
        let prompted = text.len() < line.len();
        if let Some(said) = text.strip_prefix(b"---> ") {
            self.sent = true;
            if let Some(command) = Command::parse(said) {
                self.tell(below, What::Command(command));
            }
            return;
        }
        if closes(text) {
            if let Some(command) = self.typed.take() {
                self.tell(0, What::Command(command));
            }
            return self.tell(below, What::Closed);
        }
        match question(text) {
            Some(Question::Secret(verb)) => self.typed = Command::of(verb, b""),
            Some(Question::Name(user)) => match ReplyLine::of(user).code() {
                // Nothing was echoed.
                Some(_) => self.reply(below, user),
                None => self.typed = Command::of(b"USER", user).filter(|_| !user.is_empty()),
            },
            None if prompted && ReplyLine::of(text).code().is_none() => self.typed = typed(text),
            None if is_note(text) || text.is_empty() && self.typed.is_some() => {}
            None => self.reply(below, text),
        }
    }

    fn reply(&mut self, below: u32, text: &'a [u8]) {
        let line = ReplyLine::of(text);
        let Some((code, more)) = line.code() else { return self.tell(below, What::Reply(line)) };
        // With debugging on, tnftp prints the reply to EPSV, PASV or EPRT a second time.
        if self.sent && self.last == text && code.0 / 100 == 2 {
            return;
        }
        self.last = text;
        if let Some(command) = self.typed.take().filter(|c| code.can_answer(c.verb)) {
            self.tell(0, What::Command(command));
        }
        self.tell(below, What::Reply(line));
        // Every client of the family hangs up then.
        if code == Code(421) && !more {
            self.tell(below, What::Closed);
        }
    }
}

// ftp> ftp> 221 Goodbye.
/// Prompts stand before the output where no terminal echoes what is typed.
fn without_prompts(mut i: &[u8]) -> &[u8] {
    while let Some(rest) = i.strip_prefix(b"ftp>") {
        i = rest.trim_ascii_start();
    }
    i
}

/// What the client asks for while it logs in.
enum Question<'a> {
    Name(&'a [u8]),
    /// The verb of the command that will hold it; what stands behind the question is not looked at.
    Secret(&'static [u8]),
}

// Name (127.0.0.1:root): alice    User (127.0.0.1:(none)): alice    Password:
fn question(i: &[u8]) -> Option<Question<'_>> {
    let inside = match i {
        _ if i.starts_with(b"Password:") || i.starts_with(b"Password for ") => {
            return Some(Question::Secret(b"PASS"));
        }
        _ if i.starts_with(b"Account:") => return Some(Question::Secret(b"ACCT")),
        _ => i.strip_prefix(b"Name (").or_else(|| i.strip_prefix(b"User ("))?,
    };
    let end = memchr::memmem::find(inside, b"):").filter(|end| !inside[..*end].contains(&b' '))?;
    let answer = inside[end + 2..].trim_ascii();
    Some(Question::Name(if answer.is_empty() { usual_name(&inside[..end]) } else { answer }))
}

// 127.0.0.1:root
/// The name that an empty answer takes. Addresses of IPv6 have colons, too.
fn usual_name(i: &[u8]) -> &[u8] {
    let mut parts = i.split(|b| *b == b':');
    match (parts.next(), parts.next(), parts.next()) {
        (Some(_), Some(user), None) if !user.starts_with(b"(") => user,
        _ => b"",
    }
}

// 421 Service not available, remote server has closed connection
/// What the client says itself when the connection is gone, in the shape of a reply or not.
fn closes(i: &[u8]) -> bool {
    let words: [&[u8]; 3] = [
        b"421 Service not available, remote server ",
        b"421 Service not available, user interrupt",
        b"Connection closed by remote host.",
    ];
    words.iter().any(|w| i.starts_with(w))
}

/// Whether a line answers what stands above it; a blank line may stand between them.
fn goes_on(i: &[u8]) -> bool {
    i.trim_ascii().is_empty() || ReplyLine::of(i).code().is_some() && !is_count(i)
}

// 226 bytes received in 0.00 secs (4.2 MB/s)
fn is_count(i: &[u8]) -> bool {
    let digits = i.iter().take_while(|b| b.is_ascii_digit()).count();
    digits > 0 && [&b" bytes received in"[..], b" bytes sent in"].iter().any(|w| i[digits..].starts_with(w))
}

/// Notes that could be taken for a reply, or that hold a secret: tnftp shows the password that it found.
fn is_note(i: &[u8]) -> bool {
    is_count(i) || i.starts_with(b"ftp_login: ")
}

/// What only these clients print; the arrow and the replies without a mark are others', too.
pub(super) fn sign(line: &[u8]) -> Sign {
    let notes: [&[u8]; 5] = [
        b"Remote system type is ",
        b"Using binary mode to transfer files.",
        b"421 Service not available, remote server ",
        b"features[FEAT_",
        b"setupsockbufsize: ",
    ];
    let names_files = line.starts_with(b"local: ") && memchr::memmem::find(line, b" remote: ").is_some();
    let counts = is_count(line.strip_prefix(b"ftp: ").unwrap_or(line));
    let within = without_prompts(line);
    let prompted = within.len() < line.len();
    let known = within.starts_with(b"---> ") || ReplyLine::of(within).code().is_some();
    match () {
        () if names_files || counts || notes.iter().any(|n| line.starts_with(n)) => Sign::Strong,
        () if prompted && (known || is_typed(within)) => Sign::Strong,
        () if matches!(question(line), Some(Question::Name(_))) => Sign::Strong,
        () if prompted || known => Sign::Fits,
        () => Sign::None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a record says, one thing a line: `line> command` and `line< reply`.
    fn told(record: &str) -> Vec<String> {
        let show = |told: &Told| match told.event.what {
            What::Command(c) => {
                format!("{}> {} {}", told.below, c.verb.name(), String::from_utf8_lossy(c.argument))
            }
            What::Reply(r) => format!("{}< {}", told.below, String::from_utf8_lossy(r.line)),
            What::Closed => format!("{} closed", told.below),
            other => format!("{other:?}"),
        };
        match FORMAT.lex(record) {
            Lexed::Many(all) => all.iter().map(show).collect(),
            Lexed::Event(event) => vec![show(&Told { below: 0, event })],
            Lexed::Skip => Vec::new(),
            Lexed::Unknown => panic!("{record}"),
        }
    }

    #[test]
    fn commands_have_an_arrow_and_replies_stand_below_them() {
        assert_eq!(
            told("---> PASS XXXX\n230 Login successful."),
            ["0> PASS ***", "1< 230 Login successful."]
        );
        assert_eq!(told(" AUTH TLS"), ["0<  AUTH TLS"]);
    }

    #[test]
    fn a_reply_that_tnftp_prints_twice_counts_once() {
        let record = "---> EPSV\n229 x (|||23219|)\n229 x (|||23219|)";
        assert_eq!(told(record), ["0> EPSV ", "1< 229 x (|||23219|)"]);
        // Without debugging it prints nothing twice.
        assert_eq!(told("250 done\n250 done"), ["0< 250 done", "1< 250 done"]);
    }

    #[test]
    fn what_was_typed_is_a_command_where_a_reply_stands_below() {
        assert_eq!(told("ftp> cd docs\n250 OK"), ["0> CWD docs", "1< 250 OK"]);
        assert_eq!(told("Name (127.0.0.1:root): alice\n331 x"), ["0> USER alice", "1< 331 x"]);
        assert_eq!(told("Name (127.0.0.1:root):\n331 x"), ["0> USER root", "1< 331 x"]);
        assert_eq!(told("Password: wonderland\n\n230 x"), ["0> PASS ***", "2< 230 x"]);
        // With debugging on the command stands below, and a client that is not connected says so.
        for record in ["ftp> cd docs", "User (192.0.2.7:(none)):", "ftp> dir"] {
            assert_eq!(told(record), [""; 0], "{record}");
        }
        assert_eq!(told("ftp> dir\n200 PORT command successful."), ["1< 200 PORT command successful."]);
        assert_eq!(told("User (192.0.2.7:(none)):\n331 x"), ["1< 331 x"]);
        // No reply to TYPE.
        assert_eq!(told("ftp> binary\n227 x"), ["1< 227 x"]);
    }

    #[test]
    fn prompts_may_be_glued_to_what_follows() {
        assert_eq!(told("ftp> ftp> 221 Goodbye."), ["0< 221 Goodbye."]);
        assert_eq!(told("ftp> ---> QUIT\n221 x"), ["0> QUIT ", "1< 221 x"]);
        assert_eq!(told("Name (127.0.0.1:root): 331 x"), ["0< 331 x"]);
    }

    #[test]
    fn a_lost_connection_is_no_reply() {
        let lost = "421 Service not available, remote server has closed connection";
        assert_eq!(told(lost), ["0 closed"]);
        assert_eq!(told(&format!("ftp> pwd\n{lost}")), ["0> PWD ", "1 closed"]);
        assert_eq!(told("Connection closed by remote host."), ["0 closed"]);
        assert_eq!(told("---> PWD\n421 Timeout."), ["0> PWD ", "1< 421 Timeout.", "1 closed"]);
    }

    #[test]
    fn counts_of_bytes_are_no_replies_and_secrets_are_no_text() {
        for line in [
            "226 bytes received in 0.00 secs (4.2 MB/s)",
            "100 bytes sent in 1.7e-05 seconds (5.61 Mbytes/s)",
            "Password:wonderland",
            "Password for alice@ftphost: wonderland",
            "ftp_login: user `alice' pass `wonderland' host `ftphost'",
            "ftp> user alice wonderland",
        ] {
            assert_eq!(told(line), [""; 0], "{line}");
            assert!(!goes_on(line.as_bytes()), "{line}");
        }
        assert!(goes_on(b"226 done") && goes_on(b"") && !goes_on(b" AUTH TLS"));
    }

    #[test]
    fn arrows_and_bare_replies_alone_do_not_speak_for_it() {
        for line in [
            "ftp> quote RNTO x",
            "ftp> 200 Type set to I.",
            "Remote system type is UNIX.",
            "Name (127.0.0.1:root): alice",
            "local: a remote: b",
            "ftp: 35 bytes sent in 0.00Seconds 35.00Kbytes/sec.",
            "226 bytes received in 0.00 secs (4.2 MB/s)",
        ] {
            assert_eq!(sign(line.as_bytes()), Sign::Strong, "{line}");
        }
        for line in ["---> USER alice", "331 x", "ftp>"] {
            assert_eq!(sign(line.as_bytes()), Sign::Fits, "{line}");
        }
        for line in ["<--- 331 x", "Connected to ftphost.", "sftp> ls", "Name (as on your card): Alice"] {
            assert_eq!(sign(line.as_bytes()), Sign::None, "{line}");
        }
    }
}
