//! Suricata's `eve.json`: a line for each transaction of FTP, with the command, the codes and the texts of its replies.
//!
//! The lines of other protocols, of alerts and of data connections stand between them and are left out.

use super::arena::Arena;
use super::json::{Elements, Members, Value};
use super::stamp::{Stamps, iso};
use super::{Format, Layout, Lexer, Line, Signs};
use crate::event::{Command, Dialect, Event, Holds, Identity, Key, Lexed, ReplyLine, What};
use crate::ftp::Software;
use crate::time::When;

pub(super) static FORMAT: Format = Format {
    dialect: Dialect {
        name: "suricata",
        identity: Identity::Key,
        software: Software::Unknown,
        holds: Holds::Everything,
    },
    signs: Signs::EveryLine,
    layout: Layout::LINES,
    lexer: &|setup| Box::new(Suricata { stamps: Stamps::new(&setup.zone) }),
};

struct Suricata {
    stamps: Stamps,
}

impl Lexer for Suricata {
    fn lex<'a>(&mut self, line: Line<'a>) -> Lexed<'a> {
        let Some(members) = Members::of(line.text) else { return Lexed::Unknown };
        match self.transaction(members) {
            Ok((_, transaction)) if transaction.goes_on_with_greeting() => Lexed::Skip,
            Ok((frame, transaction)) => {
                let Transaction { command, .. } = transaction;
                let command = command_of(command.0, command.1, line.arena).map(What::Command);
                let replies = Replies::of(transaction, line.arena).map(|l| What::Reply(ReplyLine::of(l)));
                line.arena.tell_all(command.into_iter().chain(replies).map(|what| Event { what, ..frame }))
            }
            Err(Other::Event) => Lexed::Skip,
            Err(Other::Line) => Lexed::Unknown,
        }
    }
}

/// What a line is that holds no transaction.
enum Other {
    /// Something else that Suricata saw.
    Event,
    /// Another program's line.
    Line,
}

/// What stands in the member `ftp`.
#[derive(Clone, Copy)]
struct Transaction<'a> {
    /// Whether it is the first one of its connection.
    is_first: bool,
    /// The name of the command and what follows it.
    command: (Value<'a>, Value<'a>),
    codes: Value<'a>,
    texts: Value<'a>,
}

impl Transaction<'_> {
    /// Up to version 7, each packet of a long greeting has a transaction of its own.
    fn goes_on_with_greeting(&self) -> bool {
        let nameless = self.command == (NONE, NONE);
        nameless && !self.is_first && self.codes.elements().next() == Some(Value::Text(b"220"))
    }
}

/// Stands for a member that is missing.
const NONE: Value = Value::Array(b"");

impl Suricata {
    fn transaction<'a>(&mut self, members: Members<'a>) -> Result<(Event<'a>, Transaction<'a>), Other> {
        let mut frame = Event::bare(When::NEVER, What::Opened);
        let (mut stamped, mut is_first, mut kind, mut ftp) = (false, true, None, None);
        for member in members {
            match (member.key, member.value) {
                (b"timestamp", Value::Text(text)) => match self.stamps.read(text, iso) {
                    Some((at, _)) => (stamped, frame.at) = (true, at),
                    None => return Err(Other::Line),
                },
                (b"event_type", Value::Text(text)) => match text {
                    b"ftp" => kind = Some(text),
                    _ if stamped => return Err(Other::Event),
                    _ => return Err(Other::Line),
                },
                (b"flow_id", Value::Word(digits) | Value::Text(digits)) => {
                    (frame.route, frame.key) =
                        (digits, crate::text::number(digits).map_or(Key::None, Key::Number));
                }
                (b"src_ip", Value::Text(text)) => frame.client = text,
                (b"src_port", value) => frame.client_port = value.number().unwrap_or(0) as u16,
                (b"tx_id", value) => is_first = value.number() == Some(0),
                // It comes last, and looking for its end would take as long as reading it.
                (b"ftp", value @ Value::Object(_)) if kind.is_some() && frame.key != Key::None => {
                    return Ok((frame, transaction(value, is_first)));
                }
                (b"ftp", value @ Value::Object(_)) => ftp = Some(value),
                _ => {}
            }
        }
        match (ftp, kind) {
            (Some(ftp), Some(_)) if frame.key != Key::None => Ok((frame, transaction(ftp, is_first))),
            _ => Err(Other::Line),
        }
    }
}

fn transaction(ftp: Value<'_>, is_first: bool) -> Transaction<'_> {
    let mut found = Transaction { is_first, command: (NONE, NONE), codes: NONE, texts: NONE };
    for member in ftp.members() {
        match member.key {
            b"command" => found.command.0 = member.value,
            b"command_data" => found.command.1 = member.value,
            b"completion_code" => found.codes = member.value,
            b"reply" => found.texts = member.value,
            _ => {}
        }
    }
    found
}

// "command":"RETR","command_data":"a.txt"    "command":"AUTH TLS"    "command_data":"EAT"
fn command_of<'a>(name: Value<'a>, data: Value<'a>, arena: &'a Arena) -> Option<Command<'a>> {
    let data = data.text(arena).unwrap_or_default();
    let Some(name) = name.text(arena) else { return nameless(data, arena) };
    match memchr::memchr(b' ', name) {
        Some(end) if data.is_empty() => Command::of(&name[..end], &name[end + 1..]),
        _ => Command::of(name, data),
    }
}

/// Commands that Suricata has no name for. Up to version 7 it takes their first byte for the space behind the name.
const NAMELESS: [&[u8]; 18] = [
    b"ADAT", b"AUTH", b"CCC", b"CLNT", b"FEAT", b"HOST", b"LANG", b"MFMT", b"MLSD", b"MLST", b"OPTS",
    b"PBSZ", b"PROT", b"XCUP", b"XCWD", b"XMKD", b"XPWD", b"XRMD",
];

fn nameless<'a>(data: &'a [u8], arena: &'a Arena) -> Option<Command<'a>> {
    let end = memchr::memchr(b' ', data).unwrap_or(data.len());
    let (tail, argument) = (&data[..end], data.get(end + 1..).unwrap_or_default());
    if tail.is_empty() {
        return None;
    }
    match NAMELESS.iter().find(|name| name[1..].eq_ignore_ascii_case(tail)) {
        Some(name) => Command::of(name, argument),
        None => Command::of(arena.join(&[b"?", tail]), argument),
    }
}

/// The lines of the replies with their codes. Suricata lists codes and texts apart; texts that had no code, or that are the
/// middle of a reply, have none.
struct Replies<'a> {
    codes: Elements<'a>,
    texts: Elements<'a>,
    n_codes: usize,
    n_texts: usize,
    /// Whether a reply of several lines has begun and not ended.
    open: bool,
    arena: &'a Arena,
}

impl<'a> Replies<'a> {
    fn of(transaction: Transaction<'a>, arena: &'a Arena) -> Self {
        let (codes, texts) = (transaction.codes.elements(), transaction.texts.elements());
        let (n_codes, n_texts) = (codes.clone().count(), texts.clone().count());
        Self { codes, texts, n_codes, n_texts, open: false, arena }
    }
}

impl<'a> Iterator for Replies<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let Some(text) = self.texts.next() else { return self.codes.next()?.text(self.arena) };
        let text = text.text(self.arena)?.trim_ascii_end();
        self.n_texts -= 1;
        let scarce = self.n_codes <= self.n_texts;
        if scarce && let Some((_, more)) = ReplyLine::of(text).code() {
            // From version 8 on, lines that go on keep their codes.
            self.open = more;
            return Some(text);
        }
        if scarce && self.open {
            return Some(text);
        }
        let Some(code) = self.codes.next() else { return Some(text) };
        self.n_codes -= 1;
        // Up to version 7, a code that comes again shows that the line goes on.
        self.open = self.codes.clone().next() == Some(code);
        let mark: &[u8] = if self.open { b"-" } else { b" " };
        Some(self.arena.join(&[code.text(self.arena)?, mark, text]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ftp::Verb;

    fn line(ftp: &str) -> String {
        format!(
            r#"{{"timestamp":"2026-11-20T17:43:36.099184-0400","flow_id":1988487100549589,"in_iface":"ens33","event_type":"ftp","src_ip":"192.0.2.7","src_port":37522,"dest_ip":"192.0.2.21","dest_port":21,"proto":"TCP","tx_id":1,"ftp":{{{ftp}}}}}"#
        )
    }

    fn events(line: &str) -> Vec<Event<'_>> {
        match FORMAT.lex(line) {
            Lexed::Event(event) => vec![event],
            Lexed::Many(all) => all.iter().map(|told| told.event).collect(),
            other => panic!("{other:?}: {line}"),
        }
    }

    fn command(ftp: &str) -> (Verb, String) {
        let line = line(ftp);
        let What::Command(command) = events(&line)[0].what else { panic!() };
        (command.verb, format!("{} {}", command.word.escape_ascii(), command.argument.escape_ascii()))
    }

    fn replies(ftp: &str) -> Vec<String> {
        let line = line(ftp);
        let text = |event: &Event| match event.what {
            What::Reply(reply) => Some(String::from_utf8_lossy(reply.line).into_owned()),
            _ => None,
        };
        events(&line).iter().filter_map(text).collect()
    }

    #[test]
    fn a_transaction_is_a_command_and_its_replies() {
        let line = line(
            r#""command":"PASS","command_data":"hunter2","completion_code":["530"],"reply":["Login incorrect."],"reply_received":"yes""#,
        );
        let all = events(&line);
        let What::Command(command) = all[0].what else { panic!() };
        assert_eq!((command.verb, command.argument), (Verb::PASS, &b"***"[..]));
        assert_eq!(all[1].what, What::Reply(ReplyLine::of(b"530 Login incorrect.")));
        assert_eq!((all[0].client, all[0].client_port), (&b"192.0.2.7"[..], 37522));
        assert_eq!(all[0].key, Key::Number(1_988_487_100_549_589));
        assert_eq!(all[0].at.rfc3339().unwrap(), "2026-11-20T21:43:36.099+00:00");
    }

    #[test]
    fn each_code_goes_to_its_line() {
        let cases: [(&str, &[&str]); 8] = [
            (r#""completion_code":["230"],"reply":["ok"]"#, &["230 ok"]),
            (
                r#""completion_code":["150","226"],"reply":["Here it comes.","Done."]"#,
                &["150 Here it comes.", "226 Done."],
            ),
            // Up to version 7.
            (
                r#""completion_code":["150","226","226"],"reply":["Ok","File","0.1 seconds"]"#,
                &["150 Ok", "226-File", "226 0.1 seconds"],
            ),
            (
                r#""completion_code":["211","211"],"reply":["Features:"," EPRT","211-x","End"]"#,
                &["211-Features:", " EPRT", "211-x", "211 End"],
            ),
            (r#""completion_code":"200","reply":"ok\r\n""#, &["200 ok"]),
            (r#""completion_code":["226"]"#, &["226"]),
            // From version 8 on.
            (
                r#""completion_code":["150","226"],"reply":["Ok","226-File","0.1 seconds"]"#,
                &["150 Ok", "226-File", "226 0.1 seconds"],
            ),
            (
                r#""completion_code":["211"],"reply":["211-Features:"," EPRT","End"]"#,
                &["211-Features:", " EPRT", "211 End"],
            ),
        ];
        for (ftp, want) in cases {
            assert_eq!(replies(ftp), want, "{ftp}");
        }
    }

    #[test]
    fn a_greeting_in_several_packets_is_one_greeting() {
        let greeting = line(r#""completion_code":["220"],"reply":["You are user number 1"]"#);
        assert_eq!(FORMAT.lex(&greeting), Lexed::Skip);
        let first = greeting.replace(r#""tx_id":1"#, r#""tx_id":0"#);
        assert_eq!(events(&first)[0].what, What::Reply(ReplyLine::of(b"220 You are user number 1")));
    }

    #[test]
    fn commands_without_a_name_lack_their_first_byte() {
        assert_eq!(command(r#""command_data":"EAT""#), (Verb::FEAT, "FEAT ".to_owned()));
        assert_eq!(command(r#""command_data":"pts UTF8 ON""#), (Verb::OPTS, "OPTS UTF8 ON".to_owned()));
        assert_eq!(command(r#""command_data":"YZZY foo""#), (Verb::OTHER, "?YZZY foo".to_owned()));
        assert_eq!(command(r#""command":"AUTH TLS""#), (Verb::AUTH, "AUTH TLS".to_owned()));
        assert_eq!(
            command(r#""command":"CWD","command_data":"a \"b\"\/c""#),
            (Verb::CWD, "CWD a \\\"b\\\"/c".to_owned())
        );
    }

    #[test]
    fn secrets_without_a_name_stay_secret() {
        for ftp in [
            r#""command_data":"DAT hunter2""#,
            r#""command_data":"PASS hunter2""#,
            r#""command":"ACCT","command_data":"hunter2""#,
            r#""command":"SITE","command_data":"PSWD hunter2 x""#,
        ] {
            assert!(command(ftp).1.ends_with("***"), "{ftp}");
        }
    }

    #[test]
    fn other_events_are_skipped_and_other_programs_lines_are_not_known() {
        let head = r#"{"timestamp":"2026-11-20T17:43:36.099184+0000","flow_id":1,"#;
        for rest in [
            r#""event_type":"http","http":{"hostname":"h"}}"#,
            r#""event_type":"ftp_data","ftp_data":{"filename":"a","command":"RETR"}}"#,
            r#""event_type":"alert","app_proto":"ftp","ftp":{"command":"PASS","command_data":"hunter2"}}"#,
        ] {
            assert_eq!(FORMAT.lex(&format!("{head}{rest}")), Lexed::Skip, "{rest}");
        }
        assert_eq!(FORMAT.lex(&line(r#""reply_received":"no""#)), Lexed::Skip);
        for line in [
            r#"{"event_type":"ftp","ftp":{"command":"PWD"}}"#,
            r#"{"timestamp":"2026-11-20T17:43:36.099184+0000","event_type":"ftp"}"#,
            "{}",
        ] {
            assert_eq!(FORMAT.lex(line), Lexed::Unknown, "{line}");
        }
    }
}
