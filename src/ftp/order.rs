//! The order of commands: what a control connection knows after each exchange (RFC 959 sections 4.1 and 5.4, RFC 2228,
//! RFC 3659 section 5, RFC 4217).
//!
//! The state holds where each fact comes from, so that a refusal later on can name its cause.

use super::code::{Class, Code};
use super::verb::{DataRole, Verb};

/// The number of an exchange in its session.
pub type Mark = u32;

/// Who is logged in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Login {
    /// The log starts after the session began.
    Unknown,
    /// Nobody yet.
    #[default]
    Nobody,
    /// USER was accepted; PASS is to follow.
    NeedPassword(Mark),
    /// ACCT is to follow (332).
    NeedAccount(Mark),
    /// USER, PASS or ACCT was refused.
    Refused(Mark),
    /// Logged in by that exchange.
    In(Mark),
    /// Was logged in, then sent USER again, which was accepted: logged out until PASS.
    Left(Mark),
}

/// Whether the control connection is protected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tls {
    /// It is not, and nobody asked.
    #[default]
    Off,
    /// AUTH was refused.
    Refused(Mark),
    /// AUTH was answered 334.
    Pending(Mark),
    /// AUTH was accepted.
    On(Mark),
    /// CCC was accepted: clear text again.
    Cleared(Mark),
}

/// Whether RNTO may come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Rename {
    /// No RNFR.
    #[default]
    None,
    /// RNFR was accepted.
    Ready(Mark),
    /// RNFR was refused.
    Refused(Mark),
    /// The log holds no reply to RNFR.
    Unanswered(Mark),
    /// RNFR was accepted, then another command came.
    Crossed {
        /// The RNFR.
        source: Mark,
        /// The first command after it.
        by: Mark,
    },
    /// An RNTO has used the RNFR.
    Used(Mark),
}

/// Whether a transfer starts in the middle of a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Restart {
    /// From the beginning.
    #[default]
    None,
    /// REST was accepted.
    Set(Mark),
    /// REST was accepted, then another command than a transfer came.
    Crossed {
        /// The REST.
        set: Mark,
        /// The first command after it.
        by: Mark,
    },
}

/// Whether a data connection is prepared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Data {
    /// It never was.
    #[default]
    None,
    /// By that command.
    Ready(Mark),
    /// The last attempt was refused.
    Refused(Mark),
    /// It was, and has been used.
    Used {
        /// The command that prepared it.
        setup: Mark,
        /// The transfer that used it.
        by: Mark,
    },
}

/// In which form files are sent (RFC 959 section 3.1.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Form {
    /// Nobody said, which means ASCII.
    #[default]
    Unsaid,
    /// As text, whose ends of lines are changed.
    Text(Mark),
    /// Byte by byte.
    Image(Mark),
}

/// What a control connection knows between two commands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct State {
    /// Who is logged in.
    pub login: Login,
    /// Whether the control connection is protected.
    pub tls: Tls,
    /// Whether PBSZ was accepted.
    pub buffer_size: bool,
    /// Whether RNTO may come.
    pub rename: Rename,
    /// Whether a transfer starts in the middle of a file.
    pub restart: Restart,
    /// Whether a data connection is prepared.
    pub data: Data,
    /// In which form files are sent.
    pub form: Form,
    /// The PROT with which data connections became protected (RFC 4217 section 9).
    pub protected: Option<Mark>,
    /// The EPSV ALL after which only EPSV may prepare a data connection (RFC 2428 section 4).
    pub extended_only: Option<Mark>,
    /// The last command that changed the folder.
    pub folder: Option<Mark>,
    /// The SITE CPFR that waits for its SITE CPTO.
    pub copy: Option<Mark>,
}

/// One exchange, as far as the order of commands is concerned.
#[derive(Clone, Copy, Debug)]
pub struct Step<'a> {
    /// The command.
    pub verb: Verb,
    /// Its argument.
    pub argument: &'a [u8],
    /// Whether a 1yz reply came.
    pub started: bool,
    /// The final reply; `None` where the log holds none.
    pub code: Option<Code>,
    /// The number of the exchange.
    pub mark: Mark,
}

impl State {
    /// The state of a session whose beginning the log does not hold.
    #[must_use]
    pub fn unknown() -> Self {
        Self { login: Login::Unknown, ..Self::default() }
    }

    /// Goes on to the state after `step`.
    pub fn advance(&mut self, step: &Step) {
        self.cross(step);
        match step.verb {
            Verb::USER => self.login = self.login.after_user(step),
            Verb::PASS | Verb::ACCT => self.login = self.login.after_secret(step),
            Verb::REIN if is_completion(step) => *self = Self::default(),
            Verb::AUTH | Verb::ADAT => self.after_auth(step),
            Verb::PBSZ => self.buffer_size |= is_completion(step),
            Verb::CCC if is_completion(step) => self.tls = Tls::Cleared(step.mark),
            Verb::RNFR => self.rename = self.rename.after_source(step),
            Verb::RNTO => self.rename = self.rename.after_target(step),
            Verb::REST if step.code == Some(Code(350)) => {
                let zero = step.argument.iter().all(|b| *b == b'0');
                self.restart = if zero { Restart::None } else { Restart::Set(step.mark) };
            }
            Verb::ABOR => self.data = self.data.used(step.mark),
            Verb::TYPE if is_completion(step) => self.form = Form::of(step),
            Verb::PROT if is_completion(step) => {
                self.protected =
                    (!step.argument.trim_ascii().eq_ignore_ascii_case(b"C")).then_some(step.mark);
            }
            Verb::CWD | Verb::CDUP | Verb::XCWD | Verb::XCUP if is_completion(step) => {
                self.folder = Some(step.mark);
            }
            Verb::SITE => self.after_site(step),
            Verb::EPSV if is_all(step) && is_completion(step) => self.extended_only = Some(step.mark),
            verb => match verb.data() {
                DataRole::Setup => self.data = self.data.after_setup(step),
                DataRole::Send | DataRole::Receive | DataRole::List => {
                    self.data = self.data.after_transfer(step);
                }
                DataRole::None => {}
            },
        }
    }

    /// What a command in between does to the halves of a pair.
    fn cross(&mut self, step: &Step) {
        if let Rename::Ready(source) = self.rename
            && !matches!(step.verb, Verb::RNTO | Verb::RNFR)
        {
            self.rename = Rename::Crossed { source, by: step.mark };
        }
        match self.restart {
            // A transfer uses the offset up; a refused one too, as far as a client may rely on it.
            _ if matches!(step.verb.data(), DataRole::Send | DataRole::Receive) => {
                self.restart = Restart::None;
            }
            Restart::Set(set) if step.verb != Verb::REST => {
                self.restart = Restart::Crossed { set, by: step.mark }
            }
            _ => {}
        }
    }

    fn after_site(&mut self, step: &Step) {
        match step.argument.get(..4) {
            Some(word) if word.eq_ignore_ascii_case(b"CPFR") => {
                self.copy = (step.code == Some(Code(350))).then_some(step.mark);
            }
            Some(word) if word.eq_ignore_ascii_case(b"CPTO") => self.copy = None,
            _ => {}
        }
    }

    fn after_auth(&mut self, step: &Step) {
        match step.code.map(|c| c.0) {
            // RFC 4217 section 4: the security exchange puts every parameter back.
            Some(234 | 235) => *self = Self { tls: Tls::On(step.mark), ..Self::default() },
            Some(334 | 335) => self.tls = Tls::Pending(step.mark),
            Some(_) if !matches!(self.tls, Tls::On(_)) => self.tls = Tls::Refused(step.mark),
            _ => {}
        }
    }
}

fn is_completion(step: &Step) -> bool {
    step.code.is_some_and(|c| c.class() == Class::Completion)
}

/// EPSV ALL promises something and prepares nothing (RFC 2428 section 4).
fn is_all(step: &Step) -> bool {
    step.verb == Verb::EPSV && step.argument.trim_ascii().eq_ignore_ascii_case(b"ALL")
}

impl Form {
    fn of(step: &Step) -> Self {
        match step.argument.trim_ascii().first() {
            Some(b'I' | b'i' | b'L' | b'l') => Self::Image(step.mark),
            _ => Self::Text(step.mark),
        }
    }
}

impl Login {
    fn after_user(self, step: &Step) -> Self {
        match step.code.map(|c| c.0) {
            Some(331 | 336) if matches!(self, Self::In(_) | Self::Left(_)) => Self::Left(step.mark),
            Some(331 | 336) => Self::NeedPassword(step.mark),
            Some(332) => Self::NeedAccount(step.mark),
            Some(230 | 232) => Self::In(step.mark),
            Some(_) if !matches!(self, Self::In(_)) => Self::Refused(step.mark),
            _ => self,
        }
    }

    fn after_secret(self, step: &Step) -> Self {
        match step.code.map(|c| c.0) {
            Some(230 | 202) => Self::In(step.mark),
            Some(332) => Self::NeedAccount(step.mark),
            // The order was wrong: nothing changed.
            Some(503) => self,
            Some(_) if !matches!(self, Self::In(_) | Self::Nobody | Self::Unknown) => {
                Self::Refused(step.mark)
            }
            _ => self,
        }
    }
}

impl Rename {
    fn after_source(self, step: &Step) -> Self {
        match step.code.map(|c| c.0) {
            Some(350) => Self::Ready(step.mark),
            // ProFTPD refuses a second RNFR with 501 or 503 and keeps the first one.
            Some(501 | 503) if matches!(self, Self::Ready(_) | Self::Crossed { .. }) => self,
            Some(_) => Self::Refused(step.mark),
            None => Self::Unanswered(step.mark),
        }
    }

    fn after_target(self, step: &Step) -> Self {
        match self {
            Self::Ready(_) | Self::Crossed { .. } | Self::Unanswered(_) if step.code.is_some() => {
                Self::Used(step.mark)
            }
            _ => self,
        }
    }
}

impl Data {
    fn used(self, by: Mark) -> Self {
        match self {
            Self::Ready(setup) => Self::Used { setup, by },
            other => other,
        }
    }

    fn after_setup(self, step: &Step) -> Self {
        match self {
            // EPSV ALL prepares nothing (RFC 2428 section 4).
            _ if is_all(step) => self,
            _ if is_completion(step) => Self::Ready(step.mark),
            // A refused second attempt leaves the first one in force on most servers.
            Self::Ready(_) => self,
            _ if step.code.is_some_and(Code::is_refusal) => Self::Refused(step.mark),
            _ => self,
        }
    }

    fn after_transfer(self, step: &Step) -> Self {
        // A transfer that is refused before it starts leaves the listener in place on some servers: give it the benefit.
        let began =
            step.started || is_completion(step) || matches!(step.code, Some(Code(425 | 426 | 451)) | None);
        if began { self.used(step.mark) } else { self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Runs `VERB [argument] [1yz] code` steps from the start of a session.
    fn run(steps: &[&str]) -> State {
        let mut state = State::default();
        for (mark, text) in (0..).zip(steps) {
            let words: Vec<&str> = text.split(' ').collect();
            let number = |w: &&str| w.parse::<u16>().ok();
            let code = words.last().and_then(number).map(Code);
            let started = words.iter().filter_map(number).any(|n| n / 100 == 1 && n >= 100);
            let argument = words.get(1).filter(|w| w.len() != 3 || number(w).is_none()).map_or("", |w| w);
            let verb = Verb::parse(words[0].as_bytes());
            state.advance(&Step { verb, argument: argument.as_bytes(), started, code, mark });
        }
        state
    }

    #[test]
    fn rnto_may_come_only_after_an_accepted_rnfr() {
        assert_eq!(run(&["RNFR a 350"]).rename, Rename::Ready(0));
        assert_eq!(run(&["RNFR a 550"]).rename, Rename::Refused(0));
        assert_eq!(run(&["RNFR a 350", "NOOP 200", "PWD 257"]).rename, Rename::Crossed { source: 0, by: 1 });
        assert_eq!(run(&["RNFR a 350", "RNTO b 553"]).rename, Rename::Used(1));
        // proftpd issue: the first RNFR stays in force.
        assert_eq!(run(&["RNFR a 350", "RNFR b 501"]).rename, Rename::Ready(0));
    }

    #[test]
    fn each_transfer_needs_its_own_data_connection() {
        assert_eq!(run(&["PASV 227"]).data, Data::Ready(0));
        assert_eq!(run(&["PASV 227", "LIST 150 226"]).data, Data::Used { setup: 0, by: 1 });
        assert_eq!(run(&["PASV 227", "RETR a 550"]).data, Data::Ready(0));
        assert_eq!(run(&["PASV 500"]).data, Data::Refused(0));
        assert_eq!(run(&["PASV 227", "LIST 150 226", "PASV 550"]).data, Data::Refused(2));
        assert_eq!(run(&["EPSV ALL 200"]).data, Data::None);
    }

    #[test]
    fn rest_belongs_to_the_next_transfer() {
        assert_eq!(run(&["REST 42 350"]).restart, Restart::Set(0));
        assert_eq!(run(&["REST 0 350"]).restart, Restart::None);
        assert_eq!(run(&["REST 42 350", "PASV 227"]).restart, Restart::Crossed { set: 0, by: 1 });
        assert_eq!(run(&["REST 42 350", "RETR a 226"]).restart, Restart::None);
    }

    #[test]
    fn login_follows_user_and_pass() {
        assert_eq!(run(&["USER a 331"]).login, Login::NeedPassword(0));
        assert_eq!(run(&["USER a 331", "PASS x 230"]).login, Login::In(1));
        assert_eq!(run(&["USER a 331", "PASS x 530"]).login, Login::Refused(1));
        assert_eq!(run(&["PASS x 503"]).login, Login::Nobody);
        assert_eq!(run(&["USER a 230", "USER b 530"]).login, Login::In(0));
        assert_eq!(run(&["USER a 230", "USER b 331"]).login, Login::Left(1));
        assert_eq!(run(&["USER a 230", "REIN 220"]).login, Login::Nobody);
    }

    #[test]
    fn auth_puts_everything_back() {
        let state = run(&["USER a 230", "PASV 227", "AUTH TLS 234"]);
        assert_eq!((state.login, state.data, state.tls), (Login::Nobody, Data::None, Tls::On(2)));
        assert_eq!(run(&["AUTH TLS 500"]).tls, Tls::Refused(0));
        assert_eq!(run(&["AUTH TLS 234", "CCC 200"]).tls, Tls::Cleared(1));
    }
}
