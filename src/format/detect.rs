//! Finds out what a file is by what stands in it, never by its name.
//!
//! Wrappers that many lines have are taken off in every order that fits; the order in which dialects know the most lines
//! wins. Scores are counts of lines, so that they can be shown.

use super::arena::Arena;
use super::family::families;
use super::foreign::{foreign, magic};
use super::locale_date::{DateOrder, order_of};
use super::log_format::LogFormat;
use super::reading::{Evidence, Plan};
use super::wrapper::Wrapper;
use super::wrapping::{Wrapping, wrappings};
use super::{Format, Setup, Signs, filezilla_server, filezilla_server_09};
use crate::source::Lines;

/// Bytes at the start of a file that decide.
pub const SAMPLE_BYTES: usize = 256 * 1024;
/// Lines of the sample that are looked at.
const SAMPLE_LINES_MAX: usize = 1_000;
/// What a file is.
#[derive(Clone, Debug)]
pub enum Detected {
    /// An FTP log, to be read like this.
    Log(Plan),
    /// A log of another protocol.
    Foreign {
        /// The protocol's name.
        protocol: &'static str,
        /// The line that shows it, counted from 1.
        line: u64,
    },
    /// Not text.
    Binary {
        /// What it is, where its first bytes say so.
        kind: Option<&'static str>,
        /// Where the first zero byte stands.
        offset: u64,
    },
    /// Nothing stands in it.
    Empty,
    /// Text, and no FTP log that ftplog knows.
    Unknown,
}

/// How much of the first lines speaks for a format.
#[derive(Clone, Debug)]
pub struct Score {
    /// The format.
    pub format: &'static Format,
    /// What was taken off around the lines, the outermost first.
    pub wrappers: Vec<&'static Wrapper>,
    /// Lines that hardly any other format has.
    pub telling: usize,
    /// Lines that the format may have, the telling ones included.
    pub fitting: usize,
    /// Lines that were looked at.
    pub lines: usize,
}

/// Says what a file is by its first bytes.
#[must_use]
pub fn detect(sample: &[u8], setup: &Setup) -> Detected {
    if sample.trim_ascii().is_empty() {
        return Detected::Empty;
    }
    let lines = first_lines(sample);
    let arena = Arena::default();
    let wrappings = wrappings(&lines, setup, &arena);
    if let Some(plan) = by_every_line(&wrappings, setup) {
        return Detected::Log(plan);
    }
    if let Some(kind) = magic(sample) {
        return Detected::Binary { kind: Some(kind), offset: 0 };
    }
    if let Some(plan) = by_columns(&wrappings) {
        return Detected::Log(plan);
    }
    let foreign = |w: &Wrapping| {
        foreign(&w.texts()).map(|(protocol, line)| Detected::Foreign { protocol, line: line as u64 + 1 })
    };
    if let Some(foreign) = foreign(&wrappings[0]) {
        return foreign;
    }
    let found = by_whole_file(&wrappings, setup).or_else(|| by_last_resort(&wrappings, setup));
    if let Some((plan, wrapping)) = found {
        return foreign(wrapping).unwrap_or(Detected::Log(plan));
    }
    if let Some(foreign) = wrappings.iter().find_map(foreign) {
        return foreign;
    }
    if let Some(offset) = memchr::memchr(0, sample) {
        return Detected::Binary { kind: None, offset: offset as u64 };
    }
    Detected::Unknown
}

/// What speaks for each format that anything speaks for, the best first: the evidence behind [`detect`].
#[must_use]
pub fn scores(sample: &[u8], setup: &Setup) -> Vec<Score> {
    let lines = first_lines(sample);
    let arena = Arena::default();
    let wrappings = wrappings(&lines, setup, &arena);
    let mut best: Vec<Score> = Vec::new();
    for wrapping in &wrappings {
        for score in wrapping.every_line(setup).0.into_iter().chain(wrapping.whole_file(setup)) {
            match best.iter_mut().find(|s| std::ptr::eq(s.format, score.format)) {
                Some(known) if (known.telling, known.fitting) >= (score.telling, score.fitting) => {}
                Some(known) => *known = score,
                None => best.push(score),
            }
        }
    }
    best.sort_by_key(|s| std::cmp::Reverse((s.telling, s.fitting)));
    best
}

/// The plan for a file whose format the user names.
#[must_use]
pub fn plan_for(format: &'static Format, sample: &[u8], setup: &Setup) -> Plan {
    let lines = first_lines(sample);
    let arena = Arena::default();
    let wrappings = wrappings(&lines, setup, &arena);
    let score = |wrapping: &Wrapping| match format.signs {
        Signs::EveryLine => wrapping.known_by(format, setup),
        Signs::WholeFile(sign) => wrapping.signs(sign).1,
        Signs::LastResort(is) => usize::from(is(&wrapping.texts_within(), wrapping.wrappers.is_empty())),
        Signs::Source => 0,
    };
    let mut best = ((0, 0), &wrappings[0]);
    for wrapping in &wrappings {
        let known = score(wrapping);
        let rank = (known + wrapping.merit, wrapping.favour);
        if known > 0 && rank > best.0 {
            best = (rank, wrapping);
        }
    }
    let wanted = format.dialect.name == super::proftpd_extended::FORMAT.dialect.name
        && setup.proftpd_log_format.is_none();
    let log_format = wanted.then(|| super::columns::infer(&best.1.texts())).flatten();
    let date_order = date_order(best.1);
    Plan { wrappers: best.1.wrappers.clone(), log_format, date_order, ..Plan::of(format) }
}

/// The order of day and month that the dates of the lines show, where they are such dates.
fn date_order(wrapping: &Wrapping) -> Option<DateOrder> {
    let date = |line| filezilla_server_09::date(line).or_else(|| filezilla_server::date(line));
    order_of(wrapping.texts().into_iter().filter_map(date))
}

fn first_lines(sample: &[u8]) -> Vec<&[u8]> {
    Lines(sample).map(|l| l.bytes).take(SAMPLE_LINES_MAX).collect()
}

/// The wrapping in which telling lexers know the most lines. Dialects that were not seen come last, since a long file may
/// change: they are asked about the lines that no other knows. Those whose lines hang together are left out, because the
/// file is cut into records and headers are kept for the dialects that were seen.
fn by_every_line(wrappings: &[Wrapping], setup: &Setup) -> Option<Plan> {
    let mut best: Option<((usize, usize), Vec<Score>, &Wrapping)> = None;
    for wrapping in wrappings {
        let (scores, n_silent) = wrapping.every_line(setup);
        let known: usize = scores.iter().map(|s| s.telling).sum();
        let rank = (known + wrapping.merit, n_silent + wrapping.favour);
        if known > 0 && best.as_ref().is_none_or(|(best, ..)| rank > *best) {
            best = Some((rank, scores, wrapping));
        }
    }
    let (_, mut scores, wrapping) = best?;
    scores.sort_by_key(|s| std::cmp::Reverse(s.telling));
    let mut formats: Vec<_> = scores.iter().map(|s| s.format).collect();
    for family in families(setup).filter(|family| family[0].layout.is_lines()) {
        if !formats.iter().any(|seen| family.iter().any(|f| f.is(seen))) {
            formats.push(family[0]);
        }
    }
    Some(Plan { date_order: date_order(wrapping), ..scores.swap_remove(0).plan(formats) })
}

/// A `ProFTPD` `ExtendedLog` in a `LogFormat` that nobody named. Columns can be worked out of wrapped lines, too, but then
/// they say less, or the time is that of the wrapping: the wrapping with the most telling fields wins, and the longer chain.
fn by_columns(wrappings: &[Wrapping]) -> Option<Plan> {
    let inferred = wrappings.iter().filter_map(|wrapping| {
        let log_format = super::columns::infer(&wrapping.texts())?;
        let n_telling = LogFormat::compile(&log_format).map_or(0, |f| f.n_telling());
        Some(((n_telling, wrapping.wrappers.len()), log_format, wrapping))
    });
    // Of several the first.
    let (_, log_format, wrapping) =
        inferred.reduce(|best, next| if next.0 > best.0 { next } else { best })?;
    let plan = Plan::of(&super::proftpd_extended::FORMAT);
    Some(Plan { wrappers: wrapping.wrappers.clone(), log_format: Some(log_format), ..plan })
}

/// Formats that only the file as a whole shows: the one with the most telling lines. Others whose telling lines it does
/// not have stand in the same file, too.
fn by_whole_file<'w, 'a>(wrappings: &'w [Wrapping<'a>], setup: &Setup) -> Option<(Plan, &'w Wrapping<'a>)> {
    let mut best: Option<((usize, usize), Score, &Wrapping)> = None;
    for wrapping in wrappings {
        for score in wrapping.whole_file(setup) {
            if !wrapping.shows(&score) {
                continue;
            }
            let rank = (score.telling + wrapping.merit, score.fitting + wrapping.favour);
            if best.as_ref().is_none_or(|(best, ..)| rank > *best) {
                best = Some((rank, score, wrapping));
            }
        }
    }
    let (_, best, wrapping) = best?;
    let mut formats = vec![best.format];
    for other in wrapping.whole_file(setup) {
        if wrapping.is_apart(other.format, &formats) {
            formats.push(other.format);
        }
    }
    Some((best.plan(formats), wrapping))
}

impl Score {
    fn plan(self, formats: Vec<&'static Format>) -> Plan {
        let Self { telling, fitting, lines, wrappers, .. } = self;
        let evidence = Some(Evidence { telling, fitting, lines });
        Plan { formats, wrappers, evidence, ..Plan::of(self.format) }
    }
}

/// Formats without any mark of their own.
fn by_last_resort<'w, 'a>(wrappings: &'w [Wrapping<'a>], setup: &Setup) -> Option<(Plan, &'w Wrapping<'a>)> {
    let mut best: Option<(&Format, &Wrapping)> = None;
    for wrapping in wrappings {
        let (texts, alone) = (wrapping.texts_within(), wrapping.wrappers.is_empty());
        let fits = |format: &&Format| matches!(format.signs, Signs::LastResort(is) if is(&texts, alone));
        let Some(format) = setup.formats().find(fits) else { continue };
        if best.is_none_or(|(_, best)| (wrapping.merit, wrapping.favour) > (best.merit, best.favour)) {
            best = Some((format, wrapping));
        }
    }
    let (format, wrapping) = best?;
    Some((Plan { wrappers: wrapping.wrappers.clone(), ..Plan::of(format) }, wrapping))
}

/// What a log was taken for, in a word.
#[cfg(test)]
pub(super) fn detected(text: &str) -> String {
    match detect(text.as_bytes(), &Setup::default()) {
        Detected::Log(plan) => plan.main().dialect.name.to_owned(),
        Detected::Foreign { protocol, line } => format!("{protocol} at {line}"),
        Detected::Unknown => "unknown".to_owned(),
        other => format!("{other:?}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn curl_needs_its_own_words() {
        let curl = "*   Trying 127.0.0.1:21...\n* Connected to h (127.0.0.1) port 21 (#0)\n< 220 ready\r\n> USER a\r\n< 331 x\r\n";
        assert_eq!(detected(curl), "curl");
        let stamped = "17:53:47.534764 [0-0] *   Trying 127.0.0.1:21...\n17:53:47.534764 [0-0] < 220 ready\n17:53:47.534764 [0-0] > USER a\n";
        assert_eq!(detected(stamped), "curl");
        // commons-net with direction and basic-ftp have the marks and no notes; a quoted letter has neither.
        for other in [
            "< 220 ready\n> USER a\n< 331 x\n=> true\n",
            "> USER a\n< 331 x\n",
            "Bob wrote:\n> USER rights are wrong\n> PWD is fine\n",
        ] {
            assert_ne!(detected(other), "curl", "{other}");
        }
        assert_eq!(detected("Bob wrote:\n> USER rights are wrong\n> PWD is fine\n"), "unknown");
    }

    #[test]
    fn other_protocols_through_curl_are_named() {
        let opened = "*   Trying 127.0.0.1:25...\n* Connected to h (127.0.0.1) port 25 (#0)\n";
        let cases = [
            ("> GET / HTTP/1.1\n> Host: h\n< HTTP/1.1 200 OK\n", "HTTP at 3"),
            ("18:00:00.000001 > GET / HTTP/2\n", "HTTP at 3"),
            ("< 220 mx.example.com ESMTP\n> EHLO me\n< 250 ok\n", "SMTP at 3"),
            ("< +OK ready\n> USER a\n< +OK\n> PASS b\n< -ERR no\n", "POP3 at 3"),
            ("< * OK [CAPABILITY IMAP4rev1] ready\n> A001 CAPABILITY\n", "IMAP at 3"),
        ];
        for (said, want) in cases {
            assert_eq!(detected(&format!("{opened}{said}")), want);
        }
    }

    #[test]
    fn a_fetched_file_names_no_protocol() {
        let opened =
            "* Connected to h (127.0.0.1) port 21 (#0)\n< 220 ready\n> USER a\n< 331 x\n> PASS b\n< 230 x\n";
        let fetched = "1.2.3.4 - - [x] \"GET / HTTP/1.1\" 200 1\nMAIL FROM:<a>\n".repeat(9);
        assert_eq!(detected(&format!("{opened}> RETR access.log\n{fetched}")), "curl");
        let shown = format!("Connected to h.\n220 ready\nftp> get access.log -\n150 x\n{fetched}226 x\n");
        assert_eq!(detected(&shown), "bsd-ftp");
    }

    #[test]
    fn lftp_marks_replies_and_other_clients_do_not() {
        assert_eq!(
            detected("---- Connecting to h (::1) port 21\n<--- 220 ready\n---> USER a\n<--- 331 x\n"),
            "lftp"
        );
        assert_eq!(
            detected("[7] 2026-11-20 18:20:54 h <--- 220 ready\n[7] 2026-11-20 18:20:54 h ---> FEAT\n"),
            "lftp"
        );
        assert_ne!(detected("Connected to h.\n220 ready\n---> USER a\n331 x\n"), "lftp");
        assert_eq!(detected("---> GET / HTTP/1.1\n---> Host: h\n<--- HTTP/1.1 200 OK\n"), "HTTP at 1");
        assert_eq!(
            detected("---> sending a packet, length=5, type=1(INIT), id=1\n<--- got a packet, length=5\n"),
            "SFTP at 1"
        );
    }

    #[test]
    fn arrows_are_told_apart_by_what_else_stands_in_the_file() {
        let bsd = "Connected to h.\n220 ready\nName (h:a): a\n---> USER a\n331 x\n---> PASS XXXX\n230 x\n";
        let typed = "Connected to h.\n220 ready\n331 x\n230 x\nRemote system type is UNIX.\nftp> 221 Bye\n";
        // Replies that the user asked for have no mark in lftp.
        let lftp = "---> USER a\n<--- 331 x\n---> PASS XXXX\n---> FEAT\n---> PWD\n257 \"/\"\n";
        let wget = "220 ready\nLogging in as a ... \n--> USER a\n\n331 x\n--> PASS Turtle Power!\n\n230 x\n";
        let nppftp = "Connecting\n-> Quit\n220 ready\n-> USER a\n331 x\n-> PASS *HIDDEN*\n530 x\n";
        for (text, format) in [
            (bsd, "bsd-ftp"),
            (typed, "bsd-ftp"),
            (lftp, "lftp"),
            (wget, "wget"),
            (nppftp, "nppftp"),
            // Nothing but the arrow: a transcript like any other.
            ("220 ready\n---> USER a\n331 x\n", "raw"),
        ] {
            assert_eq!(detected(text), format, "{text}");
        }
        let pyftpdlib = "[I 2026-11-20 18:33:27] 127.0.0.1:44404-[] -> 220 pyftpdlib ready.\n\
            [I 2026-11-20 18:33:27] 127.0.0.1:44404-[] <- USER alice\n-> 331 Username ok.\n";
        assert_ne!(detected(pyftpdlib), "nppftp");
        let pftp = "DEBU[0003] [2] addr:127.0.0.1:62798 response to client: 220 ready\n\
            INFO[0003] [2] addr:127.0.0.1:62798 read from client: USER alice\n\
            DEBU[0003] [2] addr:127.0.0.1:62798 send to origin: USER alice\n";
        assert_eq!(detected(pftp), "pftp");
        assert_eq!(detected("a -> b\n-> USER interface\n--> done\n--> 331 of 400\n"), "unknown");
    }

    #[test]
    fn clients_with_marks_of_their_own_are_recognised() {
        for (text, format) in [
            ("Net::FTP=GLOB(0x56)<<< 220 ready\nNet::FTP=GLOB(0x56)>>> USER a\n", "net-ftp"),
            ("220: ready\nConnected to h.\nCmd: USER a\n331: x\n", "ncftp"),
            ("[R] Connected to h\n[R] 220 ready\n[R] USER a\n[R] 331 x\n", "flashfxp"),
            ("FTP Client connected: 192.0.2.7:4000\nFTP >> 220 ready\n\nFTP << USER a\n", "fineftp"),
            ("Connecting to h (192.0.2.7:21)\nftpget: cmd (null) (null)\nftpget: cmd USER a\n", "busybox"),
            (
                "2026-11-20 18:20:50.797288 [INFO] [FtpConnection.cc:350] CUID#7 - Response received:\n220 x\n",
                "aria2",
            ),
        ] {
            assert_eq!(detected(text), format, "{text}");
        }
        // The same clients over other protocols.
        for text in [
            "Net::SMTP=GLOB(0x56)<<< 220 mx ESMTP\nNet::SMTP=GLOB(0x56)>>> EHLO me\n",
            "--2026-11-20 18:20:54--  http://h/x\nConnecting to h:80... connected.\n  HTTP/1.1 200 OK\n",
            "2026-11-20 18:20:50.797288 [INFO] [HttpConnection.cc:128] CUID#7 - Requesting:\nGET / HTTP/1.1\n",
            "Connecting to h (192.0.2.7:80)\nwget: server returned error: HTTP/1.1 404 Not Found\n",
        ] {
            let formats = ["net-ftp", "wget", "aria2", "busybox"];
            assert!(!formats.contains(&detected(text).as_str()), "{text}");
        }
    }

    #[test]
    fn marks_of_direction_are_told_apart() {
        let basic_ftp =
            "Connected to 127.0.0.1:2121 (No encryption)\n< 220 ready\r\n\n> USER a\n< 331 x\r\n\n";
        assert_eq!(detected(basic_ftp), "basic-ftp");
        assert_eq!(detected("> PASS ###\n< 230 x\n"), "basic-ftp");
        assert_eq!(detected("< 220 ready\n> USER a\n< 331 x\n=> true\n"), "commons-net");
        assert_eq!(detected("> PASV\n< 227-x\n227 x\n"), "commons-net");
        let node_ftp =
            "[connection] < '220 ready\\r\\n'\n[parser] < '220 ready\\r\\n'\n[connection] > 'USER a'\n";
        assert_eq!(detected(node_ftp), "node-ftp");
        assert_eq!(
            detected("[02-23 12:17:30] [debug] < '220 x\\r\\n'\n[02-23 12:17:30] [debug] > PASV\n"),
            "node-ftp"
        );
        assert_eq!(detected("> PASV\n< 227-x\\r\\n227 x\n"), "node-ftp");
        assert_eq!(
            detected("[10.10.2021 00:14:22.020] > PASV\n[10.10.2021 00:14:22.630] < 227 x\n"),
            "ftpconnect"
        );
        for letter in [
            "Bob wrote:\n> USER rights are wrong\n> PWD is fine\n",
            "> > 220 people came\n> USER manuals were read\n",
            "[02-23 12:17:30] [debug] > hello\n[02-23 12:17:30] [debug] < world\n",
        ] {
            assert_eq!(detected(letter), "unknown", "{letter}");
        }
    }

    #[test]
    fn labels_are_told_apart() {
        let fluentftp = "# Connect(False)\nStatus:   Connecting to ***:21\nResponse: 220 x\nCommand:  USER ***\nResponse: 331 x\n";
        assert_eq!(detected(fluentftp), "fluentftp");
        // A web page that leaves one space of each row.
        let pasted =
            "> Connect(False)\nStatus: Waiting for response to: PASV\nCommand: PASV\nResponse: 227 x [3ms]\n";
        assert_eq!(detected(pasted), "fluentftp");
        let serilog = "2024-03-04 00:00:41.684 +05:30 [INF] Response: 220 x [738947.771d]\n2024-03-04 00:00:41.692 +05:30 [INF] Command:  USER ***\n";
        assert_eq!(detected(serilog), "fluentftp");
        for pane in [
            "Status:\tConnecting to 192.0.2.1:21...\nResponse:\t220 x\nCommand:\tUSER a\nResponse:\t331 x\n",
            "Status: Connected\nResponse: 220 x\nCommand: USER a\nResponse: 331 x\n",
            "Status:  Connected\nResponse:  220 x\nCommand:  USER a\nResponse:  331 x\n",
        ] {
            assert_eq!(detected(pane), "filezilla-pane", "{pane}");
        }
    }

    #[test]
    fn other_protocols_in_the_logs_of_clients_and_servers_are_named() {
        let winscp = |protocol: &str, said: &str| {
            detected(&format!(
                ". 2024-05-06 07:08:09.001 WinSCP Version 6.3.1 (Build 1) (OS 10.0)\n. 2024-05-06 07:08:09.001 Transfer Protocol: {protocol}\n{said}"
            ))
        };
        let ftp = "< 2024-05-06 07:08:10.001 220 x\n> 2024-05-06 07:08:10.001 USER a\n";
        let sftp = "> 2024-05-06 07:08:10.001 Type: SSH_FXP_OPEN, Size: 44\n< 2024-05-06 07:08:10.001 Status code: 0\n";
        assert_eq!(winscp("FTP", ftp), "winscp");
        assert_eq!(winscp("FTP", ""), "winscp");
        assert_eq!(winscp("SFTP (SCP)", sftp), "SFTP at 2");
        assert_eq!(
            winscp("SCP", "> 2024-05-06 07:08:10.001 cd \"/srv\"\n< 2024-05-06 07:08:10.001 0\n"),
            "SCP at 2"
        );
        assert_eq!(
            winscp("S3", ". 2024-05-06 07:08:10.001 HTTP session to https://s3.example.com\n"),
            "S3 at 2"
        );
        assert_eq!(detected(sftp), "SFTP at 1");
        let mina = |said: &[&str]| {
            let lines = said.iter().map(|s| format!("[ INFO] 2022-11-03 22:06:10,937 [] [192.0.2.7] {s}\n"));
            detected(&lines.collect::<String>())
        };
        assert_eq!(mina(&["OPENED", "SENT: 220 x", "RECEIVED: USER a"]), "mina");
        assert_eq!(mina(&["OPENED", "SENT: 220 mx ESMTP", "RECEIVED: EHLO me", "SENT: 250 ok"]), "SMTP at 2");
        assert_eq!(
            mina(&["SENT: +OK ready", "RECEIVED: USER a", "SENT: +OK", "RECEIVED: STAT"]),
            "POP3 at 1"
        );
    }

    #[test]
    fn arrows_of_servers_and_clients_are_told_apart() {
        let pyftpdlib = "[D 2026-11-20 17:55:31] ::1:38380-[] -> 220 ready\n[D 2026-11-20 17:55:31] ::1:38380-[] <- USER a\n";
        assert_eq!(detected(pyftpdlib), "pyftpdlib");
        assert_eq!(detected("INFO:pyftpdlib:127.0.0.1:38380-[] FTP session opened (connect)\n"), "pyftpdlib");
        for nppftp in ["-> USER a\n331 x\n", "[NppFTP] Everything initialized\n-> PASV\n227 x\n"] {
            assert_ne!(detected(nppftp), "pyftpdlib", "{nppftp}");
        }
    }

    #[test]
    fn other_libraries_of_python_print_as_ftplib_does() {
        let ftplib = "*resp* '220 ready'\n*cmd* 'USER a'\n*resp* '331 x'\n*cmd* 'STAT'\n*resp* '211 x'\n";
        assert_eq!(detected(ftplib), "ftplib");
        let fetched = "{\"a\": 1} GET / HTTP/1.1\n".repeat(9);
        assert_eq!(detected(&format!("{ftplib}*cmd* 'RETR access.log'\n{fetched}")), "ftplib");
        let poplib = "*cmd* 'USER a'\n*resp* b'+OK'\n*cmd* 'PASS b'\n*resp* b'-ERR no'\n*cmd* 'STAT'\n";
        assert_eq!(detected(poplib), "POP3 at 2");
        assert_eq!(detected(&poplib.replace("b'", "'")), "POP3 at 2");
        let nntplib = "*resp* '200 news.example.com ready'\n*cmd* 'MODE READER'\n*resp* '200 x'\n*cmd* 'GROUP misc.test'\n";
        assert_eq!(detected(nntplib), "NNTP at 2");
    }

    #[test]
    fn other_protocols_through_a_trace_of_curl_are_named() {
        let opened = "== Info:   Trying 127.0.0.1:25...\n== Info: Connected to h (127.0.0.1) port 25 (#0)\n";
        let ftp =
            "<= Recv header, 11 bytes (0xb)\n0000: 220 ready\n=> Send header, 8 bytes (0x8)\n0000: USER a\n";
        assert_eq!(detected(&format!("{opened}{ftp}")), "curl-trace");
        let fetched = "<= Recv data, 16 bytes (0x10)\n0000: GET / HTTP/1.1..\n".repeat(9);
        assert_eq!(detected(&format!("{opened}{ftp}{fetched}")), "curl-trace");
        let cases = [
            ("=> Send header, 83 bytes (0x53)\n0000: GET / HTTP/1.1\n0010: Host: h\n", "HTTP at 4"),
            (
                "<= Recv header, 17 bytes (0x11)\n0000: 48 54 54 50 2f 31 2e 31 20 32 30 30 20 4f 4b 0d HTTP/1.1 200 OK.\n",
                "HTTP at 4",
            ),
            (
                "<= Recv header, 24 bytes (0x18)\n0000: 220 mx.example.com ESMTP\n=> Send header, 9 bytes (0x9)\n0000: EHLO me\n",
                "SMTP at 4",
            ),
            ("<= Recv header, 11 bytes (0xb)\n0000: +OK ready\n", "POP3 at 4"),
            ("== Info: SSH authentication methods available: publickey,password\n", "SFTP at 3"),
        ];
        for (said, want) in cases {
            assert_eq!(detected(&format!("{opened}{said}")), want);
        }
        assert_eq!(detected("0000: USER alice\n0010: 331 x\n"), "unknown");
    }

    #[test]
    fn json_is_told_apart_by_its_members() {
        let zeek = r#"{"ts":1.5,"uid":"C1","id.orig_h":"192.0.2.7","id.orig_p":1,"#;
        let suricata = r#"{"timestamp":"2026-11-20T17:43:36.099184+0000","flow_id":1,"#;
        let sftpgo = r#"{"level":"debug","time":"2026-11-20T14:14:54.185","#;
        let bunyan = r#"{"name":"x","hostname":"h","pid":7,"id":"0a9bc481","ip":"192.0.2.7","level":10,"#;
        let cases = [
            (zeek, r#""command":"RETR","reply_code":226}"#, "zeek"),
            (zeek, r#""proto":"tcp","service":"ftp","conn_state":"SF"}"#, "unknown"),
            (zeek, r#""_path":"smtp","helo":"me","last_reply":"250 ok"}"#, "unknown"),
            (
                suricata,
                r#""event_type":"ftp","ftp":{"command":"PWD","completion_code":["257"]}}"#,
                "suricata",
            ),
            (
                suricata,
                r#""event_type":"http","http":{"http_method":"GET","protocol":"HTTP/1.1"}}"#,
                "unknown",
            ),
            (suricata, r#""event_type":"smtp","smtp":{"helo":"me"}}"#, "unknown"),
            (
                sftpgo,
                r#""sender":"ftpserverlib","clientId":"1","line":"PWD","message":"Received line"}"#,
                "sftpgo",
            ),
            (sftpgo, r#""sender":"sftpd","message":"PWD"}"#, "unknown"),
            (
                bunyan,
                r#""message":"220 ready","msg":"Reply","time":"2026-11-20T14:14:54.185Z","v":0}"#,
                "ftp-srv",
            ),
            (bunyan, r#""msg":"request","time":"2026-11-20T14:14:54.185Z","v":0}"#, "unknown"),
        ];
        for (head, rest, want) in cases {
            let line = format!("{head}{rest}\n");
            assert_eq!(detected(&line), want, "{line}");
        }
        // Events of other protocols around them change nothing.
        let mixed: Vec<_> = cases[3..6].iter().map(|(head, rest, _)| format!("{head}{rest}")).collect();
        assert_eq!(detected(&mixed.join("\n")), "suricata");
    }

    #[test]
    fn columns_of_zeek_need_the_name_of_their_log() {
        let header = "#separator \\x09\n#path\tftp\n#fields\tts\tuid\tcommand\treply_code\n";
        let row = "1.5\tC1\tRETR\t226\n";
        assert_eq!(detected(&format!("{header}{row}")), "zeek");
        assert_eq!(detected(&format!("{}{row}", header.replace("ftp", "conn"))), "unknown");
        let iis = "#Software: Microsoft Internet Information Services 8.5\n#Fields: date time cs-method\n";
        assert_eq!(detected(&format!("{iis}2026-11-20 00:00:01 RETR\n")), "unknown");
    }

    #[test]
    fn a_bare_channel_is_the_last_resort() {
        assert_eq!(detected("220 ready\r\nUSER a\r\n331 x\r\n"), "raw");
        assert_eq!(
            detected(
                "Trying 127.0.0.1...\nConnected to h.\nEscape character is '^]'.\n220 x\nquit\n221 Bye\n"
            ),
            "raw"
        );
        assert_eq!(detected("220 mx.example.com ESMTP\nEHLO me\n250 ok\nMAIL FROM:<a>\n"), "SMTP at 1");
        assert_eq!(detected("+OK ready\nUSER a\n+OK\nPASS b\n-ERR no\n"), "POP3 at 1");
        assert_eq!(
            detected(
                "200 news.example.com ready\nMODE READER\n201 no posting\nGROUP misc.test\n211 1 2 3 misc.test\n"
            ),
            "NNTP at 2"
        );
        assert_eq!(detected("Dear all,\n220 people came.\nUSER manuals were read.\n"), "unknown");
        assert_eq!(detected("Bob wrote:\n> 220 people came\n> USER manuals were read\n"), "unknown");
        assert_eq!(detected("Bob wrote:\n> 220 ready\n> USER bob\n> 331 go on\n"), "raw");
    }
}
