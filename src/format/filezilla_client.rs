//! The FileZilla client's log file. Each line names the process and the connection, so sessions do not mingle.

use super::filezilla_labels::{Label, label};
use super::stamp::{Stamps, iso, number};
use super::{Format, Layout, Lexer, Line, Signs};
use crate::event::{Command, Dialect, Event, Holds, Identity, Key, Lexed, ReplyLine, What};
use crate::ftp::{Code, Software, Verb};
use nom::character::complete::char;
use nom::combinator::recognize;
use nom::sequence::{delimited, separated_pair};
use nom::{IResult, Parser};

pub(super) static FORMAT: Format = Format {
    dialect: Dialect {
        name: "filezilla-client",
        identity: Identity::Key,
        software: Software::Unknown,
        holds: Holds::Everything,
    },
    signs: Signs::EveryLine,
    layout: Layout::LINES,
    lexer: &|setup| Box::new(FileZillaClient { stamps: Stamps::new(&setup.zone) }),
};

struct FileZillaClient {
    stamps: Stamps,
}

impl Lexer for FileZillaClient {
    fn lex<'a>(&mut self, line: Line<'a>) -> Lexed<'a> {
        let Some((at, rest)) = self.stamps.read(line.text, iso) else { return Lexed::Unknown };
        let Ok((rest, connection)) = connection(rest) else { return Lexed::Unknown };
        let what = match label(rest) {
            Some((label, text)) => told(label, text.strip_prefix(b" ").unwrap_or(text)),
            None => match told_in_unknown_words(rest) {
                Some(what) => Some(what),
                None => return Lexed::Unknown,
            },
        };
        let Some(what) = what else { return Lexed::Skip };
        let key = Key::Name(connection);
        Lexed::Event(Event { at, route: connection, key, client: b"", client_port: 0, user: b"", what })
    }
}

//  5008 3 : the process, and the number of the connection inside it, which outlives a reconnect.
fn connection(i: &[u8]) -> IResult<&[u8], &[u8]> {
    delimited(char(' '), recognize(separated_pair(number, char(' '), number)), char(' ')).parse(i)
}

/// What a message says.
fn told(label: Label, text: &[u8]) -> Option<What<'_>> {
    match label {
        Label::Response | Label::Command => spoken(label, text),
        Label::Status if connects(text) => Some(What::Opened),
        Label::Status if text.starts_with(b"TLS connection established") => Some(What::Secured),
        Label::Status | Label::Error if disconnects(text) => Some(What::Closed),
        Label::Status | Label::Error | Label::Other => None,
    }
}

/// What a message repeats of the control connection; `None` for other messages, and where the client spoke SFTP.
pub(super) fn spoken(label: Label, text: &[u8]) -> Option<What<'_>> {
    match label {
        Label::Response => (!is_sftp_answer(text)).then(|| What::Reply(ReplyLine::of(text))),
        Label::Command => Command::parse(text).filter(|c| !is_sftp_command(c.word)).map(What::Command),
        _ => None,
    }
}

/// The words that FileZilla says to its SFTP helper, all in lower case; its FTP commands are in upper case.
fn is_sftp_command(word: &[u8]) -> bool {
    const WORDS: [&[u8]; 16] = [
        b"open", b"keyfile", b"proxy", b"ls", b"cd", b"pwd", b"get", b"reget", b"put", b"reput", b"mkdir",
        b"rmdir", b"rm", b"mv", b"chmod", b"chmtime",
    ];
    word == b"mtime" || WORDS.contains(&word)
}

fn is_sftp_answer(text: &[u8]) -> bool {
    const STARTS: [&[u8]; 3] = [b"fzSftp started", b"New directory is: ", b"Current directory is: "];
    STARTS.iter().any(|start| text.starts_with(start))
}

// Connecting to 192.0.2.1:21...    192.0.2.1:21에 연결...    Connexion à [2001:db8::1]:21…
/// Whether a status line says that a connection is made: in every language it has the address and port and trails off.
fn connects(text: &[u8]) -> bool {
    let text = text.trim_ascii_end();
    let trails_off =
        text.ends_with(b"...") || text.ends_with("…".as_bytes()) || text.ends_with("...。".as_bytes());
    if !trails_off || text.iter().any(|b| b"/\"".contains(b)) {
        return false;
    }
    memchr::memchr_iter(b':', text).any(|colon| {
        let port = text.get(colon + 1).is_some_and(u8::is_ascii_digit);
        let host = &text[..colon];
        let numbers = host.iter().rev().take_while(|b| b.is_ascii_digit() || **b == b'.');
        port && (host.ends_with(b"]") || numbers.filter(|b| **b == b'.').count() == 3)
    })
}

/// Whether the client says that the control connection is gone, in the commonest languages. In others, the next
/// connection ends the session.
pub(super) fn disconnects(text: &[u8]) -> bool {
    const STARTS: [&str; 16] = [
        "Disconnected from server",
        "Connection timed out after",
        "Connection closed by server",
        "Connection attempt failed with",
        "Verbindung zum Server getrennt",
        "Verbindung vom Server geschlossen",
        "Déconnecté du serveur",
        "Connexion interrompue par le serveur",
        "Desconectado del servidor",
        "Conexión cerrada por el servidor",
        "서버와의 연결이 종료됨",
        "서버에 의해 연결 닫힘",
        "サーバーから切断されました",
        "サーバーによって接続が閉じられました",
        "已从服务器断开",
        "连接被服务器关闭",
    ];
    STARTS.iter().any(|start| text.starts_with(start.as_bytes()))
}

// Svaret: 220 Welcome
/// A label that is in no table: its text tells by itself whether it was a command or a reply.
fn told_in_unknown_words(rest: &[u8]) -> Option<What<'_>> {
    let colon = memchr::memmem::find(rest, b": ")?;
    let (label, text) = (&rest[..colon], &rest[colon + 2..]);
    let is_word = label.iter().all(|b| b.is_ascii_alphabetic() || *b >= 0x80);
    let word = text.split(|b| *b == b' ').next().unwrap_or_default();
    let is_verb = word.iter().all(u8::is_ascii_uppercase) && Verb::parse(word) != Verb::OTHER;
    let is_reply = Code::parse(text).is_some() && ReplyLine::of(text).code().is_some();
    (is_word && !label.is_empty() && (is_verb || is_reply)).then_some(What::Bare(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn what(line: &str) -> What<'_> {
        FORMAT.event(line).what
    }

    #[test]
    fn commands_and_replies_have_time_and_connection() {
        let Lexed::Event(e) = FORMAT.lex("2026-11-21 04:19:39 12974 2 Command: PASS ******") else {
            panic!()
        };
        assert_eq!((e.key, e.route), (Key::Name(b"12974 2"), &b"12974 2"[..]));
        assert_eq!(e.at.rfc3339().unwrap(), "2026-11-21T04:19:39+00:00");
        assert_eq!(e.what, What::Command(Command::parse(b"PASS x").unwrap()));
    }

    #[test]
    fn replies_keep_their_leading_space_in_every_language() {
        let reply = |line: &'static str| What::Reply(ReplyLine::of(line.as_bytes()));
        assert_eq!(what("2026-11-21 04:14:27 12293 1 Response:  EPRT"), reply(" EPRT"));
        assert_eq!(what("2011-05-05 20:19:46 5008 3 応答: 220 (vsFTPd 2.2.2)"), reply("220 (vsFTPd 2.2.2)"));
        assert_eq!(what("2026-11-21 04:14:27 12293 1 Réponse\u{a0}: 211 End"), reply("211 End"));
        assert_eq!(what("2026-11-21 04:14:27 12293 1 Odpowiedź 211 End"), reply("211 End"));
    }

    #[test]
    fn a_connection_opens_and_closes() {
        for text in [
            "Status: Connecting to 127.0.0.1:2192...",
            "상태: 127.0.0.1:2192에 연결...",
            "Statut\u{a0}: Connexion à [::1]:21…",
        ] {
            assert_eq!(what(&format!("2026-11-21 04:13:29 12293 1 {text}")), What::Opened, "{text}");
        }
        for text in [
            "Status: Disconnected from server",
            "Error: Connection closed by server",
            "エラー: サーバーから切断されました: ECONNABORTED - x",
        ] {
            assert_eq!(what(&format!("2026-11-21 04:13:29 12293 1 {text}")), What::Closed, "{text}");
        }
    }

    #[test]
    fn a_label_of_no_known_language_is_read_by_what_follows() {
        assert_eq!(what("2026-11-21 04:13:29 1 1 Svaret: 220 hi"), What::Bare(b"220 hi"));
        assert_eq!(what("2026-11-21 04:13:29 1 1 Befalning: PASV"), What::Bare(b"PASV"));
        assert_eq!(FORMAT.lex("2026-11-21 04:13:29 1 1 Svaret: hi"), Lexed::Unknown);
    }

    #[test]
    fn what_the_client_thinks_or_says_by_sftp_is_skipped() {
        for text in [
            "Status: Retrieving directory listing of \"/a:1\"...",
            "Trace: CFtpControlSocket::OnReceive()",
            "Error: Could not connect to server",
            "Command: open \"alice@192.0.2.1\" 22",
            "Response: fzSftp started, protocol_version=9",
            "Status: Connecting to 192.0.2.1...",
        ] {
            assert_eq!(FORMAT.lex(&format!("2026-11-21 04:13:29 12293 1 {text}")), Lexed::Skip, "{text}");
        }
        assert_eq!(FORMAT.lex("2026-11-21 04:13:29 proftpd[1] x"), Lexed::Unknown);
    }
}
