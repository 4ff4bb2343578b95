//! Families: formats of one program that differ only in how much a log holds, and which of them a log is.
//!
//! How much a program writes is a setting of it. The lines are the same; the first lines of a log decide.

use super::{Format, Lexer, Line, Setup, Signs, proftpd_system, pure_ftpd, vsftpd};
use crate::event::{Event, Holds, Lexed, What};

/// The formats of each program, from the one whose logs hold the most to the one whose logs hold the least. The last one's lexer
/// tells the most of a line.
static FAMILIES: &[&[&Format]] = &[
    &[&vsftpd::FORMAT, &vsftpd::EVENTS],
    &[&pure_ftpd::FORMAT, &pure_ftpd::COMMANDS, &pure_ftpd::EVENTS],
    &[&proftpd_system::FORMAT, &proftpd_system::EVENTS],
];

impl Format {
    /// Whether it is that one.
    pub(super) fn is(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
    }

    /// Whether one program writes both.
    pub(crate) fn is_kin(&'static self, other: &Self) -> bool {
        self.family().iter().any(|f| f.is(other))
    }

    /// The formats that it shares its lines with, itself included.
    fn family(&'static self) -> Vec<&'static Self> {
        let family = FAMILIES.iter().find(|family| family.iter().any(|f| f.is(self)));
        family.map_or_else(|| vec![self], |family| family.to_vec())
    }
}

/// The formats that every line shows, those of one family together.
pub(super) fn families(setup: &Setup) -> impl Iterator<Item = Vec<&'static Format>> {
    let telling = setup.formats().filter(|f| matches!(f.signs, Signs::EveryLine));
    telling.map(|f| (f, f.family())).filter(|(f, family)| family[0].is(f)).map(|(_, family)| family)
}

/// Formats of one program that differ in how much a log holds, and how much the lines that were looked at hold.
pub(super) struct Family {
    formats: Vec<&'static Format>,
    lexer: Box<dyn Lexer>,
    /// How many lines were theirs and said something.
    pub(super) n_lines: usize,
    /// How many lines were theirs and said nothing.
    pub(super) n_silent: usize,
    held: Holds,
}

impl Family {
    pub(super) fn of(formats: Vec<&'static Format>, setup: &Setup) -> Self {
        let lexer = (formats[formats.len() - 1].lexer)(setup);
        Self { formats, lexer, n_lines: 0, n_silent: 0, held: Holds::Deeds }
    }

    /// Whether the line is one of theirs and says something.
    pub(super) fn takes(&mut self, line: Line) -> bool {
        let held = match self.lexer.lex(line) {
            Lexed::Event(event) => held(&event),
            Lexed::Many(all) => all.iter().map(|told| held(&told.event)).min().unwrap_or(Holds::Deeds),
            lexed => {
                self.n_silent += usize::from(lexed == Lexed::Skip);
                return false;
            }
        };
        self.n_lines += 1;
        self.held = self.held.min(held);
        true
    }

    /// The format that holds no more than it must to hold what the lines did.
    pub(super) fn member(&self) -> &'static Format {
        let fits = |f: &&&Format| f.dialect.holds <= self.held;
        self.formats.iter().rev().find(fits).unwrap_or(&self.formats[0])
    }
}

/// How much a log holds that has such an event.
fn held(event: &Event) -> Holds {
    match event.what {
        What::Reply(_) | What::Bare(_) | What::Lost => Holds::Everything,
        What::Exchange(..) => Holds::FinalReplies,
        What::Command(_) | What::CommandAgain(_) => Holds::Commands,
        What::Opened | What::Did(..) | What::LoggedIn | What::Secured | What::Closed => Holds::Deeds,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::detect::detected;
    use crate::format::{Detected, Taken, detect};

    /// The formats that take a line each, by name; `-` where no format does.
    fn by_line(text: &str) -> Vec<&'static str> {
        let Detected::Log(plan) = detect(text.as_bytes(), &Setup::default()) else { panic!("{text}") };
        let mut reading = plan.start(&Setup::default());
        let name = |taken: Taken| match taken.lexed {
            Lexed::Event(_) | Lexed::Many(_) => plan.formats[usize::from(taken.format)].dialect.name,
            Lexed::Skip | Lexed::Unknown => "-",
        };
        text.lines().map(|line| reading.take(line.as_bytes(), name)).collect()
    }

    #[test]
    fn a_log_is_named_by_how_much_it_holds() {
        let connect = "Fri Nov 20 18:24:41 2026 [pid 7] CONNECT: Client \"192.0.2.7\"\n";
        let upload =
            "Fri Nov 20 18:24:41 2026 [pid 8] [a] OK UPLOAD: Client \"192.0.2.7\", \"/x\", 7 bytes\n";
        let said = "Fri Nov 20 18:24:41 2026 [pid 7] FTP response: Client \"192.0.2.7\", \"220 x\"\n";
        assert_eq!(detected(&[connect, upload].concat()), "vsftpd-events");
        assert_eq!(detected(upload), "vsftpd-events");
        assert_eq!(detected(&[connect, said, upload].concat()), "vsftpd");
        let pure = |text: &str| format!("Nov 20 18:24:41 h pure-ftpd: (a@192.0.2.7) {text}\n");
        let (notice, command) = (pure("[INFO] Logout."), pure("[DEBUG] Command [pwd] []"));
        let reply = pure("[DEBUG] 257 \"/\" is your current location");
        assert_eq!(detected(&notice), "pure-ftpd-events");
        assert_eq!(detected(&[&notice[..], &command].concat()), "pure-ftpd-commands");
        assert_eq!(detected(&[&notice[..], &command, &reply].concat()), "pure-ftpd");
        let proftpd = |text: &str| format!("2026-11-20 18:24:41,001 h proftpd[7] h (c[192.0.2.7]): {text}\n");
        let (opened, pwd) =
            (proftpd("FTP session opened."), proftpd("dispatching PRE_CMD command 'PWD' to mod_core"));
        assert_eq!(detected(&opened), "proftpd-events");
        assert_eq!(detected(&[opened, pwd].concat()), "proftpd-system");
    }

    #[test]
    fn the_common_log_format_has_three_writers() {
        let line =
            |user: &str, said: &str| format!("192.0.2.7 - {user} [20/Nov/2026:18:27:42 +0000] \"{said}\" ");
        let apache = [
            line("bob", "GET /a HTTP/1.1"),
            "200 7\n".to_owned(),
            line("bob", "GET /a"),
            "200 7\n".to_owned(),
        ];
        assert_eq!(detected(&apache.concat()), "HTTP at 1");
        assert_eq!(
            detected(&[line("alice", "PUT /srv/a%20b"), "200 7\n".to_owned()].concat()),
            "pure-ftpd-clf"
        );
        assert_eq!(
            detected(&[line("alice", "RETR /srv/a b"), "226 7\n".to_owned()].concat()),
            "proftpd-extended"
        );
        // Nobody was logged in: an old web client.
        assert_eq!(detected(&[line("-", "GET /"), "200 7\n".to_owned()].concat()), "unknown");
    }

    #[test]
    fn a_log_of_vsftpd_may_be_an_xferlog() {
        let line = "Fri Nov 20 18:24:39 2026 1 192.0.2.7 33 /srv/hello.txt b _ o r alice ftp 0 * c\n";
        assert_eq!(detected(line), "xferlog");
        let both = [line, "Fri Nov 20 18:24:41 2026 [pid 8] [a] OK MKDIR: Client \"192.0.2.7\", \"/x\"\n"];
        assert_eq!(by_line(&both.concat()), ["xferlog", "vsftpd-events"]);
    }

    #[test]
    fn logs_with_a_line_of_columns_are_told_by_their_lines() {
        let iis = "#Software: Microsoft Internet Information Services 10.0\n#Version: 1.0\n#Date: 2024-03-11 07:58:02\n";
        let ftp = "#Fields: date time c-ip cs-username s-ip s-port cs-method cs-uri-stem sc-status x-session\n2024-03-11 07:58:02 192.0.2.7 - 198.51.100.2 21 USER a 331 3f0c2a14-6d0e-4b0b-9a53-0c5d8f1e7a21\n";
        let web = "#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip sc-status\n2024-03-11 07:58:02 198.51.100.2 GET /a - 80 - 192.0.2.7 200\n";
        let mail = "#Fields: time c-ip cs-method cs-uri-stem sc-status\n07:58:02 192.0.2.7 EHLO - 250\n07:58:02 192.0.2.7 QUIT - 240\n";
        assert_eq!(detected(&[iis, ftp].concat()), "iis");
        assert_eq!(detected(&[iis, web].concat()), "unknown");
        assert_eq!(detected(&[iis, mail].concat()), "unknown");
        let pure = "#Software: Pure-FTPd 1.0.50\n#Version: 1.0\n#Date: 2026-11-24 07:24:26\n#Fields: date time c-ip cs-method cs-uri-stem sc-status cs-username sc-bytes\n2026-11-24 07:24:30 192.0.2.7 []sent /srv/a 226 alice 34\n";
        assert_eq!(detected(pure), "pure-ftpd-w3c");
        assert_eq!(by_line(pure), ["-", "-", "-", "-", "pure-ftpd-w3c"]);
    }

    #[test]
    fn each_line_of_a_system_log_goes_to_its_own_daemon() {
        let log = "\
Nov 20 18:24:41 h vsftpd[7]: [alice] OK LOGIN: Client \"192.0.2.7\"
Nov 20 18:24:41 h postfix/smtpd[9]: connect from unknown[192.0.2.9]
Nov 20 18:24:41 h postfix/smtpd[9]: NOQUEUE: reject: RCPT from unknown[192.0.2.9]: 554 5.7.1 denied; proto=ESMTP helo=<x>
Nov 20 18:24:42 h pure-ftpd: (?@192.0.2.8) [DEBUG] 220 ready
Nov 20 18:24:42 h proftpd[11]: h (c[192.0.2.10]) - USER bob (Login failed): Incorrect password
Nov 20 18:24:42 h proftpd: pam_unix(proftpd:session): session opened for user bob(uid=1001) by (uid=0)
Nov 20 18:24:43 h vsftpd[7]: [alice] FTP response: Client \"192.0.2.7\", \"230 Login successful.\"
Nov 20 18:24:43 h sshd[12]: FTP session opened.
";
        let daemons = ["vsftpd", "-", "-", "pure-ftpd", "proftpd-events", "-", "vsftpd", "-"];
        assert_eq!(by_line(log), daemons);
    }
}
