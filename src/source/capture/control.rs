//! A connection that is, or may be, a control connection of FTP: its two directions become lines, and what is said decides
//! whether they are told.

use super::cutter::{Cutter, Line};
use super::frame::Endpoint;
use super::recognise::{self, Verdict, can_begin, is_tls};
use super::record::{Kind, Name, Records};
use super::stream::{Part, Piece, Stream};
use crate::event::ReplyLine;
use crate::ftp::Code;

/// Bytes of a first line that are waited for; a longer one is no greeting and no command.
const FIRST_LINE_BYTES_MAX: usize = 1_024;
/// Lines that may pass before one shows that a connection seen from its middle is FTP.
const LINES_UNSURE_MAX: u32 = 32;

/// A connection whose bytes are put together.
#[derive(Debug)]
pub(super) struct Control {
    channels: [Channel; 2],
    dialogue: Dialogue,
}

/// One direction.
#[derive(Debug, Default)]
struct Channel {
    stream: Stream,
    cutter: Cutter,
}

/// What is known of a connection before any of its bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Parties {
    pub(super) number: u64,
    pub(super) ends: [Endpoint; 2],
    /// The side that is the client, where it is known.
    pub(super) client: Option<usize>,
    /// Whether the capture shows how the connection began.
    pub(super) from_start: bool,
}

impl Parties {
    fn server_port(&self) -> Option<u16> {
        self.client.map(|client| self.ends[1 - client].port)
    }

    /// Who speaks on that side.
    pub(super) fn speaker(&self, side: usize) -> Option<Kind> {
        self.client.map(|client| if client == side { Kind::Client } else { Kind::Server })
    }

    /// Whether these can be the first bytes of that side.
    pub(super) fn can_begin(&self, side: usize, bytes: &[u8]) -> bool {
        let by_port = !self.from_start && self.server_port().is_some_and(recognise::is_ftp_port);
        let encrypted = is_tls(bytes) != Some(false) && self.may_begin_with_tls();
        by_port || encrypted || can_begin(bytes, self.speaker(side))
    }

    fn may_begin_with_tls(&self) -> bool {
        self.server_port().is_some_and(recognise::may_begin_with_tls)
    }
}

/// How sure it is that a connection is FTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    /// Nothing was told yet; so many lines did not show it.
    Unsure(u32),
    /// The server greets as FTP servers do, and others too.
    Perhaps,
    /// Somebody speaks of FTP; the other side has not said anything yet.
    Likely,
    Sure,
    /// It is another protocol.
    Foreign,
}

/// What was said, and what follows from it.
#[derive(Debug)]
struct Dialogue {
    parties: Parties,
    standing: Standing,
    /// Once it is told.
    name: Option<Name>,
    /// Which sides have said anything.
    spoken: [bool; 2],
    /// The code of a reply of the server that goes on.
    open_reply: Option<Code>,
    /// The sides that speak TLS.
    encrypted: [bool; 2],
    /// Whether the connection is encrypted, and nothing more can be read.
    secured: bool,
    /// The sides that have sent their last byte, where bytes are not put together any more.
    ended: [bool; 2],
}

impl Control {
    /// A connection whose sides go on with these bytes.
    pub(super) fn new(parties: Parties, next: [Option<u32>; 2]) -> Self {
        let channel = |next| Channel { stream: Stream::at(next), cutter: Cutter::default() };
        let dialogue = Dialogue {
            parties,
            standing: Standing::Unsure(0),
            name: None,
            spoken: [false; 2],
            open_reply: None,
            encrypted: [false; 2],
            secured: false,
            ended: [false; 2],
        };
        Self { channels: next.map(channel), dialogue }
    }

    /// Takes what a segment of that side brings.
    pub(super) fn take(&mut self, side: usize, part: Part, received: Option<u32>, out: &mut Records) {
        let Self { channels, dialogue } = self;
        if dialogue.secured {
            dialogue.ended[side] |= part.last;
            return;
        }
        if let Some(received) = received {
            let Channel { stream, cutter } = &mut channels[1 - side];
            stream.acknowledge(received, &mut |piece| dialogue.hear(1 - side, cutter, piece, out));
        }
        let Channel { stream, cutter } = &mut channels[side];
        stream.take(part, &mut |piece| dialogue.hear(side, cutter, piece, out));
        if dialogue.secured {
            *channels = [Channel::default(), Channel::default()];
        }
    }

    /// Nothing more is captured of the connection.
    pub(super) fn finish(&mut self, out: &mut Records) {
        let Self { channels, dialogue } = self;
        for (side, Channel { stream, cutter }) in channels.iter_mut().enumerate() {
            stream.finish(&mut |piece| dialogue.hear(side, cutter, piece, out));
            dialogue.hear(side, cutter, Piece::End, out);
        }
    }

    /// Tells that the connection ended.
    pub(super) fn close(&mut self, out: &mut Records) {
        self.finish(out);
        if let (Some(name), false) = (&self.dialogue.name, self.is_foreign()) {
            out.mark(Kind::Closed, name);
        }
    }

    /// Whether both sides have said that nothing more comes.
    pub(super) fn is_over(&self) -> bool {
        let ended = |side: usize| self.channels[side].stream.has_ended() || self.dialogue.ended[side];
        ended(0) && ended(1)
    }

    /// Whether a reset with this number ends the connection.
    pub(super) fn is_reset_by(&self, side: usize, sequence: u32) -> bool {
        self.channels[side].stream.is_near(sequence)
    }

    pub(super) fn is_foreign(&self) -> bool {
        self.dialogue.standing == Standing::Foreign
    }

    /// Whether anything of it was told.
    pub(super) fn is_told(&self) -> bool {
        self.dialogue.name.is_some() && !self.is_foreign()
    }

    /// Bytes that wait for others.
    pub(super) fn held_bytes(&self) -> usize {
        self.channels.iter().map(|c| c.stream.held_bytes() + c.cutter.partial().len()).sum()
    }
}

impl Dialogue {
    fn hear(&mut self, side: usize, cutter: &mut Cutter, piece: Piece, out: &mut Records) {
        if self.secured || self.encrypted[side] || self.standing == Standing::Foreign {
            return;
        }
        match piece {
            Piece::Bytes(bytes) if begins_tls(cutter, bytes) => self.encrypt(side, out),
            Piece::Bytes(bytes) => {
                let speaker = self.parties.speaker(side);
                let begins = |bytes: &[u8]| is_whole_line_like(bytes, speaker);
                cutter.take(bytes, begins, |line| self.line(side, line, out));
                if matches!(self.standing, Standing::Unsure(_))
                    && cutter.partial().len() > FIRST_LINE_BYTES_MAX
                {
                    self.standing = Standing::Foreign;
                }
            }
            Piece::Lost(bytes) => {
                let speaker = self.parties.speaker(side);
                cutter.lose(|line| {
                    if is_whole_line_like(line.text, speaker) {
                        self.line(side, line, out);
                    }
                });
                // What comes may not be the greeting.
                self.parties.from_start = false;
                if let Some(name) = &self.name {
                    out.counts.gaps += 1;
                    out.counts.bytes_lost += u64::from(bytes);
                    out.count(Kind::Lost, name, bytes.into());
                }
            }
            Piece::End => cutter.finish(|line| self.line(side, line, out)),
        }
    }

    /// A side speaks TLS. Clients that expect it from the start send it to servers that go on in plain text; so the
    /// connection is encrypted when the server speaks it.
    fn encrypt(&mut self, side: usize, out: &mut Records) {
        self.encrypted[side] = true;
        if let Standing::Unsure(_) = self.standing {
            if !self.parties.may_begin_with_tls() {
                self.standing = Standing::Foreign;
                return;
            }
            self.tell(Standing::Sure, out);
        } else if self.parties.speaker(side) == Some(Kind::Client) {
            return;
        }
        self.secured = true;
        out.counts.secured += 1;
        if let Some(name) = &self.name {
            out.mark(Kind::Secured, name);
        }
    }

    fn line(&mut self, side: usize, line: Line, out: &mut Records) {
        match self.standing {
            Standing::Unsure(lines) => match self.judge(side, line.text) {
                Some(Standing::Foreign) => self.standing = Standing::Foreign,
                Some(standing) => self.tell(standing, out),
                None if lines < LINES_UNSURE_MAX => self.standing = Standing::Unsure(lines + 1),
                None => self.standing = Standing::Foreign,
            },
            Standing::Perhaps | Standing::Likely => self.judge_again(side, line.text, out),
            Standing::Sure | Standing::Foreign => {}
        }
        let Some(speaker) = self.parties.speaker(side) else { return };
        self.spoken[side] = true;
        if speaker == Kind::Server {
            self.follow_reply(line.text);
        }
        if let (Some(name), true) = (&self.name, self.standing != Standing::Foreign) {
            out.say(speaker, name, line);
        }
    }

    /// What the first lines show; nothing where they do not show it yet.
    fn judge(&mut self, side: usize, line: &[u8]) -> Option<Standing> {
        let by_port = self.parties.server_port().is_some_and(recognise::is_ftp_port);
        let standing = match self.parties.speaker(side) {
            Some(Kind::Server) if self.parties.from_start => {
                match recognise::greeting(line, self.parties.server_port()) {
                    Verdict::Ftp => Standing::Likely,
                    Verdict::Perhaps => Standing::Perhaps,
                    Verdict::Foreign => Standing::Foreign,
                }
            }
            Some(Kind::Server) => match recognise::reply(line) {
                Verdict::Ftp => Standing::Sure,
                Verdict::Perhaps if by_port => Standing::Sure,
                _ => return None,
            },
            Some(_) => match recognise::command(line) {
                // Before the greeting: POP3 has USER, too.
                Verdict::Ftp => Standing::Likely,
                Verdict::Perhaps if by_port => Standing::Likely,
                _ if by_port || self.spoken != [false; 2] => return None,
                _ => Standing::Foreign,
            },
            None => return self.judge_speaker(side, line),
        };
        Some(standing)
    }

    /// Finds out who speaks, in a connection that is seen from its middle and whose ports say nothing.
    fn judge_speaker(&mut self, side: usize, line: &[u8]) -> Option<Standing> {
        if recognise::command(line) == Verdict::Ftp {
            self.parties.client = Some(side);
            return Some(Standing::Likely);
        }
        match recognise::reply(line) {
            Verdict::Ftp => {
                self.parties.client = Some(1 - side);
                Some(Standing::Sure)
            }
            Verdict::Perhaps => None,
            Verdict::Foreign if recognise::is_command_like(line) => None,
            Verdict::Foreign => Some(Standing::Foreign),
        }
    }

    /// What a later line shows of a connection that is told and not sure.
    fn judge_again(&mut self, side: usize, line: &[u8], out: &mut Records) {
        let foreign = if self.parties.speaker(side) == Some(Kind::Client) {
            match recognise::command(line) {
                Verdict::Ftp => {
                    if self.spoken[1 - side] {
                        self.standing = Standing::Sure;
                    }
                    false
                }
                Verdict::Perhaps => self.standing == Standing::Perhaps && !recognise::is_command_like(line),
                Verdict::Foreign => self.standing == Standing::Perhaps,
            }
        } else {
            let reply = recognise::is_reply_like(line);
            if reply && self.spoken[1 - side] && self.standing == Standing::Likely {
                self.standing = Standing::Sure;
            }
            let stray = !reply && self.open_reply.is_none();
            if self.standing == Standing::Perhaps {
                stray || recognise::is_mail(line)
            } else {
                // POP3 says +OK; a file that is sent may be a transcript of FTP. Some servers greet with lines of no code.
                stray && (!self.spoken[side] || recognise::command(line) == Verdict::Ftp)
            }
        };
        if foreign && let Some(name) = &self.name {
            out.counts.control_connections -= 1;
            out.mark(Kind::Withdrawn, name);
            self.standing = Standing::Foreign;
        }
    }

    /// Remembers whether a reply of several lines goes on.
    fn follow_reply(&mut self, line: &[u8]) {
        match (self.open_reply, ReplyLine::of(line).code()) {
            (None, Some((code, true))) => self.open_reply = Some(code),
            (Some(open), Some((code, false))) if open == code => self.open_reply = None,
            _ => {}
        }
    }

    /// Tells the connection from here on.
    fn tell(&mut self, standing: Standing, out: &mut Records) {
        self.standing = standing;
        let Some(client) = self.parties.client else { return };
        let number = self.parties.number;
        let text = format!("{number} {}", self.parties.ends[client]).into();
        let name = self.name.insert(Name { number, text });
        out.counts.control_connections += 1;
        out.mark(Kind::Opened, name);
    }
}

/// Whether a side goes over to TLS with these bytes, which follow the beginning of a line.
fn begins_tls(cutter: &Cutter, bytes: &[u8]) -> bool {
    if cutter.is_at_start() {
        return is_tls(bytes) == Some(true);
    }
    let begun = cutter.partial();
    begun.len() < 3 && is_tls(&[begun, &bytes[..bytes.len().min(3)]].concat()) == Some(true)
}

/// Whether bytes look like the beginning of a line, of the one who speaks.
fn is_whole_line_like(bytes: &[u8], speaker: Option<Kind>) -> bool {
    match speaker {
        Some(Kind::Server) => bytes.len() > 3 && recognise::is_reply_like(bytes),
        _ => recognise::is_command_like(bytes),
    }
}

#[cfg(test)]
mod tests {
    use super::super::crafted::{Host, Talk, told};

    const CLIENT: Host = ("192.0.2.7", 50_000);

    fn at(port: u16) -> Talk {
        Talk::new(CLIENT, ("192.0.2.1", port))
    }

    const HELLO: &[u8] = b"\x16\x03\x01\x00\x05hello\nmore\r\n";
    const SERVER_HELLO: &[u8] = b"\x16\x03\x03\x00\x05hello";

    #[test]
    fn other_protocols_are_left_alone() {
        let talks = [
            at(25).server("220 mx.example.com ESMTP\r\n").client("EHLO me\r\n").server("250 ok\r\n"),
            at(110).server("+OK ready\r\n").client("USER ann\r\n").server("+OK\r\n"),
            at(119).server("200 news ready\r\n").client("GROUP misc.test\r\n").server("211 1 2 3 x\r\n"),
            at(80).client("GET / HTTP/1.1\r\nHost: h\r\n\r\n").server("HTTP/1.1 200 OK\r\n\r\n"),
            at(22).server("SSH-2.0-OpenSSH_9.2\r\n").client("SSH-2.0-x\r\n"),
            at(443).client_bytes(HELLO).server_bytes(SERVER_HELLO),
            at(6667).client("NICK ann\r\nUSER ann 0 * :Ann\r\n").server(":irc 001 ann :Hi\r\n"),
        ];
        for talk in talks {
            assert!(told(&talk.pcap()).is_empty(), "{:?}", told(&talk.pcap()));
        }
    }

    #[test]
    fn a_greeting_that_says_nothing_is_withdrawn_when_mail_follows() {
        let talk = at(2526).server("220 ready\r\n").client("EHLO me\r\n").server("250 ok\r\n").close();
        assert_eq!(told(&talk.pcap()), ["4: + | S 220 ready", "5: ~"]);
        let talk = at(2526).server("220-hello\r\n").server("220 host ESMTP\r\n").client("EHLO me\r\n");
        assert_eq!(told(&talk.pcap()), ["4: + | S 220-hello", "5: ~"]);
        // An FTP server that is greeted in the wrong way stays one.
        let talk = at(21).server("220 ready\r\n").client("EHLO me\r\n").server("500 EHLO?\r\n");
        assert_eq!(told(&talk.pcap()), ["4: + | S 220 ready", "5: C EHLO me", "6: S 500 EHLO?"]);
    }

    #[test]
    fn a_file_that_is_a_transcript_is_no_control_connection() {
        let talk = at(40_123).server("220 (vsFTPd 3.0.3)\r\nUSER ann\r\n331 x\r\n").close();
        assert_eq!(told(&talk.pcap()), ["4: + | S 220 (vsFTPd 3.0.3) | ~"]);
        let talk = Talk::new(("192.0.2.1", 20), CLIENT).client("USER ann\r\n331 x\r\n").close();
        assert!(told(&talk.pcap()).is_empty());
    }

    #[test]
    fn a_greeting_may_have_lines_without_a_code() {
        let talk = at(2121).server("220 FTP\r\nwelcome\r\n").client("USER ann\r\n").server("331 x\r\n");
        assert_eq!(told(&talk.pcap()), ["4: + | S 220 FTP / welcome", "5: C USER ann", "6: S 331 x"]);
        let talk = at(2121).server("220-hello\r\nwelcome\r\n220 go\r\n").client("USER ann\r\n");
        assert_eq!(told(&talk.pcap()), ["4: + | S 220-hello / welcome / 220 go", "5: C USER ann"]);
    }

    #[test]
    fn a_client_may_speak_first() {
        let talk = at(2121).client("USER ann\r\n").server("220 ready\r\n").server("331 password\r\n");
        assert_eq!(told(&talk.pcap()), ["4: + | C USER ann", "5: S 220 ready", "6: S 331 password"]);
        let talk = at(1100).client("USER ann\r\n").server("+OK ready\r\n").client("PASS x\r\n");
        assert_eq!(told(&talk.pcap()), ["4: + | C USER ann", "5: ~"]);
    }

    #[test]
    fn a_connection_seen_from_its_middle_is_known_by_its_words() {
        let go_on = |port| Talk::going_on(CLIENT, ("192.0.2.1", port));
        // The port says who is who.
        let talk = go_on(21).server(" SIZE\r\n UTF8\r\n211 End\r\n").client("NOOP\r\n").server("200 ok\r\n");
        assert_eq!(told(&talk.pcap()), ["1: + | S  SIZE /  UTF8 / 211 End", "2: C NOOP", "3: S 200 ok"]);
        // Here the first command of FTP does.
        let talk = go_on(2121).server("250 ok\r\n").client("NOOP\r\n").client("PASV\r\n").server("227 x\r\n");
        assert_eq!(told(&talk.pcap()), ["3: + | C PASV", "4: S 227 x"]);
        // Or the first reply.
        let talk = go_on(2121).server("227 on (192,0,2,1,83,33)\r\n").client("LIST\r\n");
        assert_eq!(told(&talk.pcap()), ["1: + | S 227 on (192,0,2,1,83,33)", "2: C LIST"]);
        // A file that is being sent is nothing of the kind.
        let talk = go_on(40_123).server("12 apples\r\n13 pears\r\n").server("220 plums\r\n");
        assert!(told(&talk.pcap()).is_empty());
    }

    #[test]
    fn what_is_encrypted_is_passed_over() {
        let greeted = at(2121).server("220 FTP\r\n").client("AUTH TLS\r\n").server("234 go on\r\n");
        let talk =
            greeted.clone().client_bytes(HELLO).server_bytes(SERVER_HELLO).client_bytes(b"\x17\x03\x03\n");
        let begun = ["4: + | S 220 FTP", "5: C AUTH TLS", "6: S 234 go on"];
        assert_eq!(told(&talk.close().pcap()), [&begun[..], &["8: !", "11: -"]].concat());
        // A client that does not go on with TLS can still be read, and so can a server that refuses it in plain text.
        let talk = greeted.clone().client("NOOP\r\n").server("200 ok\r\n");
        assert_eq!(told(&talk.pcap()), [&begun[..], &["7: C NOOP", "8: S 200 ok"]].concat());
        let talk = greeted.client_bytes(HELLO).server("500 what?\r\n").close();
        assert_eq!(told(&talk.pcap()), [&begun[..], &["8: S 500 what?", "10: -"]].concat());
    }

    #[test]
    fn tls_is_known_in_pieces() {
        let talk = at(2121).server("220 FTP\r\n").client_bytes(&HELLO[..1]).client_bytes(&HELLO[1..]);
        let talk = talk.server_bytes(&SERVER_HELLO[..2]).server_bytes(&SERVER_HELLO[2..]);
        assert_eq!(told(&talk.pcap()), ["4: + | S 220 FTP", "8: !"]);
    }

    #[test]
    fn a_connection_may_be_encrypted_from_its_start() {
        let talk = at(990).client_bytes(HELLO).server_bytes(SERVER_HELLO).close();
        assert_eq!(told(&talk.pcap()), ["4: + | !", "7: -"]);
        let talk = Talk::going_on(CLIENT, ("192.0.2.1", 990)).server_bytes(b"\x17\x03\x03\x00\x05");
        assert_eq!(told(&talk.pcap()), ["1: + | !"]);
    }

    #[test]
    fn a_line_that_lost_a_part_is_cut_and_the_next_one_is_whole() {
        let mut talk = at(21).server("220 FTP\r\n").client("RETR a\r\n").server("150 Ope").server("ning\r\n");
        talk = talk.server("226 done\r\n").client("NOOP\r\n").server("200 ok\r\n");
        talk.packets.remove(6);
        let want =
            ["4: + | S 220 FTP", "5: C RETR a", "8: S 150 Ope | ? 6 | S 226 done | C NOOP", "9: S 200 ok"];
        assert_eq!(told(&talk.pcap()), want);
    }

    #[test]
    fn the_greeting_may_be_lost() {
        let mut talk = at(2121).server("220 FTP\r\n").client("USER ann\r\n").server("331 x\r\n");
        talk.packets.remove(3);
        assert_eq!(told(&talk.pcap()), ["4: + | C USER ann", "5: ? 9 | S 331 x"]);
    }

    #[test]
    fn the_last_line_needs_no_end() {
        let talk = at(21).server("220 FTP\r\n").client("QUIT").server("421 time is up").close();
        assert_eq!(told(&talk.pcap()), ["4: + | S 220 FTP", "7: C QUIT", "8: S 421 time is up | -"]);
        let talk = at(21).server("220 FTP\r\n").client("QUIT");
        assert_eq!(told(&talk.pcap()), ["4: + | S 220 FTP", "5: C QUIT"]);
    }
}
