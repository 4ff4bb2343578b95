//! Tells control connections of FTP from everything else, on any port, by what is said first.

use super::record::Kind;
use crate::event::{Command, ReplyLine};
use crate::ftp::{Code, Verb};

/// The port of FTP.
const FTP_PORT: u16 = 21;
/// The port from which servers open connections for data (RFC 959 section 3.2).
const DATA_PORT: u16 = 20;
/// The port of FTP over TLS from the first byte on (RFC 4217 section 11.1 leaves it to common use).
const FTPS_PORT: u16 = 990;
/// The ports of mail, whose servers greet with the same code.
const MAIL_PORTS: [u16; 4] = [25, 465, 587, 2525];

/// What a line says about the protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It is FTP.
    Ftp,
    /// It may be FTP.
    Perhaps,
    /// It is another protocol.
    Foreign,
}

/// Whether the port says FTP.
pub(super) fn is_ftp_port(port: u16) -> bool {
    port == FTP_PORT
}

/// Whether the port is that of connections for data.
pub(super) fn is_data_port(port: u16) -> bool {
    port == DATA_PORT
}

/// Whether a connection to this port may begin with TLS and be FTP all the same.
pub(super) fn may_begin_with_tls(port: u16) -> bool {
    matches!(port, FTP_PORT | FTPS_PORT)
}

/// Whether the first bytes of a direction can be the beginning of a control connection. A connection for data is left alone
/// when its first bytes cannot.
pub(super) fn can_begin(bytes: &[u8], speaker: Option<Kind>) -> bool {
    let reply = || is_reply_like(bytes);
    // Telnet commands may stand before the first word.
    let command = || bytes.first().is_some_and(|b| b.is_ascii_alphabetic() || *b == 0xff);
    match speaker {
        Some(Kind::Server) => reply(),
        Some(_) => command(),
        // What was first captured may be the rest of a reply.
        None => reply() || command() || bytes.first() == Some(&b' '),
    }
}

/// Whether bytes are the beginning of a reply: three digits, the first of 1 to 6, and a space or a hyphen, as far as they go.
pub(super) fn is_reply_like(bytes: &[u8]) -> bool {
    bytes.iter().take(4).enumerate().all(|(i, b)| match i {
        0 => (b'1'..=b'6').contains(b),
        1 | 2 => b.is_ascii_digit(),
        _ => matches!(b, b' ' | b'-' | b'\r' | b'\n'),
    })
}

/// Whether bytes are the beginning of a command that is known.
pub(super) fn is_command_like(bytes: &[u8]) -> bool {
    let line = bytes.split(|b| matches!(b, b'\r' | b'\n')).next().unwrap_or_default();
    Command::parse(line).is_some_and(|c| c.verb != Verb::OTHER)
}

/// Whether bytes are the beginning of a TLS record: its type, and the version 3 (RFC 8446 section 5.1). `None` where they
/// are too few to tell.
pub(super) fn is_tls(bytes: &[u8]) -> Option<bool> {
    match bytes {
        [0x14..=0x17, 0x03, 0x00..=0x04, ..] => Some(true),
        [] | [0x14..=0x17] | [0x14..=0x17, 0x03] => None,
        _ => Some(false),
    }
}

/// Judges the first line of a server whose client was seen to connect.
pub(super) fn greeting(line: &[u8], port: Option<u16>) -> Verdict {
    let Some((code, _)) = ReplyLine::of(line).code() else { return Verdict::Foreign };
    let speaks_of_ftp = ["ftp", "filezilla", "serv-u"].iter().any(|name| crate::text::holds(line, name));
    if speaks_of_ftp || port.is_some_and(is_ftp_port) {
        let greets = matches!(code, Code(120 | 220)) || code.is_refusal();
        return if greets { Verdict::Ftp } else { Verdict::Foreign };
    }
    let greets = matches!(code, Code(120 | 220 | 421 | 500 | 530));
    if greets && !port.is_some_and(|port| MAIL_PORTS.contains(&port)) && !is_mail(line) {
        Verdict::Perhaps
    } else {
        Verdict::Foreign
    }
}

/// Whether a line of a server speaks of mail or news.
pub(super) fn is_mail(line: &[u8]) -> bool {
    ["smtp", "lmtp", "nntp", "pop3", "imap"].iter().any(|word| crate::text::holds(line, word))
}

/// Judges a line of a server in the middle of a connection: some replies only FTP has.
pub(super) fn reply(line: &[u8]) -> Verdict {
    let of_ftp = match ReplyLine::of(line).code() {
        Some((Code(227), _)) => crate::ftp::passive(line).is_some(),
        Some((Code(229), _)) => crate::ftp::extended_passive(line).is_some(),
        Some((Code(150 | 226), _)) => {
            ["data connection", "transfer complete"].iter().any(|words| crate::text::holds(line, words))
        }
        Some(_) => return Verdict::Perhaps,
        None => return if line.starts_with(b" ") { Verdict::Perhaps } else { Verdict::Foreign },
    };
    if of_ftp { Verdict::Ftp } else { Verdict::Perhaps }
}

/// Judges a line of a client.
pub(super) fn command(line: &[u8]) -> Verdict {
    let Some(command) = Command::parse(line) else { return Verdict::Perhaps };
    let word = command.word;
    let argument = command.argument.trim_ascii();
    let mail = [&b"EHLO"[..], b"HELO", b"LHLO", b"MAIL", b"RCPT", b"DATA"];
    if mail.iter().any(|m| m.eq_ignore_ascii_case(word)) {
        return Verdict::Foreign;
    }
    let one_word = !argument.is_empty() && !argument.contains(&b' ');
    let of_ftp = match command.verb {
        Verb::PASV | Verb::SYST | Verb::PWD | Verb::FEAT | Verb::CDUP => argument.is_empty(),
        Verb::EPSV => true,
        Verb::USER | Verb::PORT | Verb::EPRT | Verb::TYPE | Verb::PROT | Verb::PBSZ => one_word,
        // AUTH alone is a command of mail, too, and so is RETR with a number.
        Verb::AUTH => [&b"TLS"[..], b"SSL"].iter().any(|kind| argument.eq_ignore_ascii_case(kind)),
        Verb::RETR => !argument.iter().all(u8::is_ascii_digit),
        Verb::CWD
        | Verb::STOR
        | Verb::RNFR
        | Verb::RNTO
        | Verb::SIZE
        | Verb::MDTM
        | Verb::MLSD
        | Verb::NLST => !argument.is_empty(),
        _ => false,
    };
    if of_ftp { Verdict::Ftp } else { Verdict::Perhaps }
}

#[cfg(test)]
mod tests {
    use super::Verdict::{Foreign, Ftp, Perhaps};
    use super::*;

    #[test]
    fn a_greeting_shows_what_it_greets_for() {
        let cases: [(&[u8], u16, Verdict); 19] = [
            (b"220 (vsFTPd 3.0.3)", 2121, Ftp),
            (b"220---------- Welcome to Pure-FTPd ----------", 2121, Ftp),
            (b"220-FileZilla Server 1.8.1", 50_000, Ftp),
            (b"220 rec", 21, Ftp),
            (b"220 rec", 2121, Perhaps),
            (b"120 Service ready in 5 minutes", 2121, Perhaps),
            (b"421 Too many connections (8) from this IP", 2121, Perhaps),
            (b"530 Sorry, the maximum number of clients (2) already connected.", 2121, Perhaps),
            (b"500 OOPS: vsftpd: refusing to run with writable root", 2121, Ftp),
            (b"550 data that begins with a number", 2121, Foreign),
            (b"220 mail.example.com FTP server ready", 21, Ftp),
            (b"220 mx.example.com ESMTP Postfix", 2121, Foreign),
            (b"220 ***************", 25, Foreign),
            (b"554 no SMTP service here", 2121, Foreign),
            (b"200 news.example.com ready", 119, Foreign),
            (b"+OK POP3 ready", 110, Foreign),
            (b"* OK IMAP4rev1 ready", 143, Foreign),
            (b"SSH-2.0-OpenSSH_9.2", 21, Foreign),
            (b"HTTP/1.1 400 Bad Request", 21, Foreign),
        ];
        for (line, port, want) in cases {
            assert_eq!(greeting(line, Some(port)), want, "{}", line.escape_ascii());
        }
    }

    #[test]
    fn some_commands_only_ftp_has() {
        let all = [
            ("USER ann", Ftp),
            ("PASV", Ftp),
            ("type I", Ftp),
            ("AUTH TLS", Ftp),
            ("RETR a.txt", Ftp),
            ("AUTH LOGIN", Perhaps),
            ("RETR 12", Perhaps),
            ("USER guest 0 * :Real Name", Perhaps),
            ("QUIT", Perhaps),
            ("GET / HTTP/1.1", Perhaps),
            ("EHLO me", Foreign),
            ("MAIL FROM:<a@example.com>", Foreign),
        ];
        for (line, want) in all {
            assert_eq!(command(line.as_bytes()), want, "{line}");
        }
    }

    #[test]
    fn some_replies_only_ftp_has() {
        let all = [
            ("227 Entering Passive Mode (192,0,2,1,83,33).", Ftp),
            ("229 Entering Extended Passive Mode (|||6446|)", Ftp),
            ("226 Transfer complete.", Ftp),
            ("150 Opening BINARY mode data connection for a.txt (33 bytes).", Ftp),
            ("227 apples", Perhaps),
            ("250 ok", Perhaps),
            (" SIZE", Perhaps),
            ("drwxr-xr-x 2 0 0 4096 Nov 20 18:19 docs", Foreign),
        ];
        for (line, want) in all {
            assert_eq!(reply(line.as_bytes()), want, "{line}");
        }
    }

    #[test]
    fn data_is_known_by_its_first_bytes() {
        for bytes in [&b"22"[..], b"220", b"220 ready", b"530-no", b"421\r\n"] {
            assert!(can_begin(bytes, Some(Kind::Server)), "{}", bytes.escape_ascii());
        }
        for bytes in [&b"\x89PNG"[..], b"drwxr-xr-x", b"0123", b"2201 rows", b"\x16\x03\x01", b"<html>"] {
            assert!(!can_begin(bytes, Some(Kind::Server)), "{}", bytes.escape_ascii());
        }
        assert!(can_begin(b"\xff\xf4\xff\xf2ABOR\r\n", Some(Kind::Client)));
        assert!(!can_begin(b"\x16\x03\x01", Some(Kind::Client)));
    }

    #[test]
    fn tls_is_known_by_three_bytes() {
        assert_eq!(is_tls(b"\x16\x03\x01\x02\x00"), Some(true));
        assert_eq!((is_tls(b"\x16"), is_tls(b"")), (None, None));
        assert_eq!((is_tls(b"220"), is_tls(b"\x16\x03\x09")), (Some(false), Some(false)));
    }
}
