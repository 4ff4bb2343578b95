//! The bare control channel: a telnet or netcat session, a followed TCP stream, commons-net's listener. No line has a mark,
//! so its shape decides, and the session knows best: see `Session::bare_line`.
//!
//! It is the last resort, for what no other format takes.

use super::telnet::without_telnet;
use super::{Format, Layout, Lexer, Line, Signs};
use crate::event::{Command, Dialect, Event, Holds, Identity, Lexed, ReplyLine, What};
use crate::ftp::{Code, Software, Verb};
use nom::IResult;
use nom::Parser;
use nom::bytes::complete::{tag, take_until, take_while1};
use nom::combinator::rest;
use nom::sequence::preceded;

pub(super) static FORMAT: Format = Format {
    dialect: Dialect {
        name: "raw",
        identity: Identity::OneByOne,
        software: Software::Unknown,
        holds: Holds::Everything,
    },
    signs: Signs::LastResort(is_transcript),
    layout: Layout::LINES,
    lexer: &|_| Box::new(Raw),
};

struct Raw;

impl Lexer for Raw {
    fn lex<'a>(&mut self, line: Line<'a>) -> Lexed<'a> {
        let text = without_shown_telnet(without_flow(line.text));
        if text.trim_ascii().is_empty() {
            return Lexed::Skip;
        }
        let what = match about_the_connection(text) {
            Some(About::Opened) => What::Opened,
            Some(About::Closed) => What::Closed,
            Some(About::Nothing) => return Lexed::Skip,
            // Clients of the BSD family mark commands and nothing else.
            None => match text.strip_prefix(b"---> ") {
                None => What::Bare(text),
                Some(said) => match Command::parse(said) {
                    Some(command) => What::Command(command),
                    None => return Lexed::Skip,
                },
            },
        };
        Lexed::Event(Event::bare(line.at(), what))
    }
}

#[derive(Clone, Copy)]
enum About {
    Opened,
    Closed,
    Nothing,
}

/// What telnet, netcat, ftp and tshark say themselves.
fn about_the_connection(i: &[u8]) -> Option<About> {
    match i.first()? {
        b'C' => match i {
            _ if is_connected(i) || by_netcat(i).is_ok() => Some(About::Opened),
            _ if i.starts_with(b"Connection closed by ") => Some(About::Closed),
            _ => None,
        },
        b'N' if i.starts_with(b"Ncat: Connected to ") => Some(About::Opened),
        b'N' if i.starts_with(b"Ncat: ") || i.starts_with(b"Node ") => Some(About::Nothing),
        b'T' if i.starts_with(b"Trying ") && i.ends_with(b"...") => Some(About::Nothing),
        b'E' if i.starts_with(b"Escape character is ") => Some(About::Nothing),
        b'F' if i.starts_with(b"Follow: ") || i.starts_with(b"Filter: ") => Some(About::Nothing),
        b'=' if i.starts_with(b"====") => Some(About::Nothing),
        // tshark writes the length of each piece before it, the server's behind a tab.
        b'\t' if i[1..].iter().all(u8::is_ascii_digit) => Some(About::Nothing),
        _ => None,
    }
}

/// `Connected to ftphost.` or `Connected to ftphost (10.0.0.1).`; a greeting says more.
fn is_connected(i: &[u8]) -> bool {
    let host = i.strip_prefix(b"Connected to ").and_then(|h| h.strip_suffix(b"."));
    host.is_some_and(|h| !h.contains(&b' ') || h.ends_with(b")"))
}

// 127.000.000.001.43210-127.000.000.001.00021: USER alice
/// What `tcpflow -c` puts before the first line of each piece.
fn without_flow(i: &[u8]) -> &[u8] {
    const END_BYTES: usize = 21;
    let end = |e: &[u8]| e.iter().all(|b| b.is_ascii_digit() || *b == b'.') && e.get(15) == Some(&b'.');
    match i.split_at_checked(2 * END_BYTES + 3) {
        Some((flow, said))
            if end(&flow[..END_BYTES])
                && end(&flow[END_BYTES + 1..=2 * END_BYTES])
                && flow.ends_with(b": ") =>
        {
            said
        }
        _ => i,
    }
}

// Connection to 127.0.0.1 21 port [tcp/ftp] succeeded!
fn by_netcat(i: &[u8]) -> IResult<&[u8], &[u8]> {
    preceded(tag("Connection to "), take_until(" succeeded!")).parse(i)
}

/// As [`without_telnet`]; programs that show text write what they cannot print as dots, question marks or replacement
/// characters.
fn without_shown_telnet(i: &[u8]) -> &[u8] {
    let bare = without_telnet(i);
    let shown: IResult<&[u8], &[u8]> =
        preceded(take_while1(|b| b".?\xef\xbf\xbd\xf2\xf4\xff".contains(&b)), rest).parse(bare);
    match shown {
        Ok((_, said))
            if Command::parse(said).is_some_and(|c| c.verb != Verb::OTHER && c.word[0] == said[0]) =>
        {
            said
        }
        _ => bare,
    }
}

/// One line in so many is a reply or a command of FTP's own where the lines are the whole file; replies of many lines and listings
/// are the rest.
const WHOLE_FILE_SHARE: usize = 10;
/// The same for lines within something else.
const WITHIN_SHARE: usize = 3;

/// Whether these lines are a control channel: a reply and a command of FTP's own, or, where they are the whole file, a
/// greeting and nothing against it. Quoted sentences may begin with a number, too.
fn is_transcript(lines: &[&[u8]], whole_file: bool) -> bool {
    let said = || {
        lines
            .iter()
            .map(|l| without_shown_telnet(without_flow(l)))
            .filter(|l| !l.is_empty() && about_the_connection(l).is_none())
    };
    let codes = || said().filter_map(|l| ReplyLine::of(l).code()).map(|(code, _)| code);
    let commands = || said().filter_map(fits_command);
    let (n_lines, n_replies, n_commands) =
        (said().count(), codes().count(), commands().filter(|fits| *fits).count());
    // Prose has a number here and there, and a word that is a command, too.
    let share = if whole_file { WHOLE_FILE_SHARE } else { WITHIN_SHARE };
    if n_replies == 0 || (n_replies + n_commands) * share < n_lines {
        return false;
    }
    // Who was turned away at the door has said nothing; a table of codes has many.
    let all = codes().map(|code| code.0).collect::<std::collections::BTreeSet<_>>();
    let greets = || {
        whole_file && said().next().is_some_and(is_greeting) && (all.len() < 3 || said().count() > n_replies)
    };
    n_commands > 0 || greets() && commands().all(|fits| fits)
}

/// Whether what follows the word of a command fits it, where no other protocol with such codes has the command: `None` for
/// other lines. Letters hold such words, too, and go on as sentences do.
fn fits_command(line: &[u8]) -> Option<bool> {
    let line = line.strip_prefix(b"---> ").unwrap_or(line);
    let command = Command::parse(line)?;
    let one_case =
        command.word.iter().all(u8::is_ascii_uppercase) || command.word.iter().all(u8::is_ascii_lowercase);
    let shaped = match command.verb {
        Verb::PASV | Verb::SYST | Verb::PWD | Verb::FEAT | Verb::CDUP => {
            command.argument.trim_ascii().is_empty()
        }
        Verb::EPSV => true,
        // These are words of English, too.
        Verb::USER | Verb::PORT | Verb::EPRT | Verb::TYPE => {
            let argument = command.argument.trim_ascii();
            !argument.is_empty() && !argument.contains(&b' ')
        }
        Verb::CWD
        | Verb::RETR
        | Verb::STOR
        | Verb::RNFR
        | Verb::RNTO
        | Verb::SIZE
        | Verb::MDTM
        | Verb::MLSD
        | Verb::NLST => {
            let argument = command.argument.trim_ascii();
            !argument.is_empty() && (command.word[0].is_ascii_uppercase() || !argument.contains(&b' '))
        }
        _ => return None,
    };
    one_case.then_some(shaped)
}

// 220 (vsFTPd 3.0.3)    421 There are too many connections    500 OOPS: vsftpd: cannot locate user
fn is_greeting(line: &[u8]) -> bool {
    let mail = crate::text::holds(line, "smtp") || crate::text::holds(line, "mail");
    match ReplyLine::of(line).code() {
        Some((Code(120 | 220 | 421), _)) => !mail,
        Some((Code(500 | 530), _)) => crate::text::holds(line, "ftp"),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn what(line: &[u8]) -> What<'_> {
        FORMAT.event(line).what
    }

    #[test]
    fn lines_have_no_mark() {
        assert_eq!(what(b"220 ready"), What::Bare(b"220 ready"));
        assert_eq!(what(b"retr a b"), What::Bare(b"retr a b"));
        assert!(matches!(what(b"---> PASV"), What::Command(c) if c.verb == Verb::PASV));
    }

    #[test]
    fn telnet_talks_about_the_connection() {
        assert_eq!(FORMAT.lex(b"Trying 127.0.0.1..."), Lexed::Skip);
        assert_eq!(what(b"Connected to ftphost."), What::Opened);
        assert_eq!(what(b"Connection to 127.0.0.1 21 port [tcp/ftp] succeeded!"), What::Opened);
        assert_eq!(FORMAT.lex(b"Escape character is '^]'."), Lexed::Skip);
        assert_eq!(what(b"Connection closed by foreign host."), What::Closed);
        assert_eq!(FORMAT.lex(b"\t27"), Lexed::Skip);
        assert_eq!(what(b"127.000.000.001.43210-127.000.000.001.00021: PWD"), What::Bare(b"PWD"));
        assert_eq!(
            what(b"Connected to our server you are."),
            What::Bare(b"Connected to our server you are.")
        );
    }

    #[test]
    fn telnet_commands_are_taken_off() {
        let cases: [(&[u8], &[u8]); 3] = [
            (b"\xff\xf4\xff\xf2ABOR", b"ABOR"),
            (b"\xef\xbf\xbd\xef\xbf\xbdABOR", b"ABOR"),
            (b"....ABOR", b"ABOR"),
        ];
        for (line, want) in cases {
            assert_eq!(what(line), What::Bare(want), "{}", line.escape_ascii());
        }
    }

    #[test]
    fn a_transcript_has_replies_and_commands_of_ftp() {
        let is_file = |lines: &[&[u8]]| is_transcript(lines, true);
        assert!(is_file(&[b"220 ready", b"USER a", b"331 password"]));
        assert!(is_file(&[b"200 ok", b"pasv", b"227 x"]));
        assert!(is_file(&[b"Trying ::1...", b"421 Too many connections."]));
        assert!(is_file(&[b"500 OOPS: vsftpd: cannot locate user specified in 'nopriv_user':x"]));
        assert!(!is_file(&[b"USER a", b"PASS b"]));
        assert!(is_file(&[b"220 people came"]) && !is_transcript(&[b"220 people came"], false));
        assert!(!is_file(&[b"220 people came", b"USER manuals were read"]));
        assert!(!is_file(&[b"there were", b"220 people", b"user friendly, they were"]));
        assert!(!is_file(&[b"220 mx.example.com ESMTP", b"NOOP", b"250 ok"]));
        assert!(!is_file(&[b"200 news.example.com ready", b"GROUP misc.test", b"211 1 2 3 misc.test"]));
    }
}
