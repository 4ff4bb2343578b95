//! What a command takes behind its name: one shape for each command, and whether an argument has it (RFC 959 section 5.3,
//! RFC 2228 section 5, RFC 2389 sections 3 and 4, RFC 2428, RFC 3659, draft-somers-ftp-mfxx).

use super::address::{extended_port, port};
use super::verb::{Argument, Verb};

/// The shape of a command's argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// None may stand there.
    Nothing,
    /// Anything: a name, a path, a word.
    Text,
    /// Anything or nothing.
    MaybeText,
    /// `h1,h2,h3,h4,p1,p2`.
    HostPort,
    /// `|1|address|port|`.
    ExtendedPort,
    /// A number of a network protocol, `ALL`, or nothing.
    Protocol,
    /// `A`, `E` with a form of print, `I`, `L` with a byte size.
    TypeCode,
    /// One letter of these.
    Letter(&'static [u8]),
    /// Bytes to set aside: a number, which `R` and another one may follow.
    Allocation,
    /// A number.
    Number,
    /// Two numbers.
    Range,
    /// A time of 14 digits and a path.
    TimeAndPath,
    /// Facts with their values, and a path.
    FactsAndPath,
}

/// How an argument fits its command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fit {
    /// It has the shape.
    Fits,
    /// The command needs one and has none.
    Missing,
    /// The command takes none and has one.
    Surplus,
    /// It has another shape.
    Malformed,
}

impl Shape {
    /// What `verb` takes.
    #[must_use]
    pub fn of(verb: Verb) -> Self {
        match verb {
            Verb::PORT => Self::HostPort,
            Verb::EPRT => Self::ExtendedPort,
            Verb::EPSV => Self::Protocol,
            Verb::TYPE => Self::TypeCode,
            Verb::STRU => Self::Letter(b"FRP"),
            // Z is of draft-preston-ftpext-deflate.
            Verb::MODE => Self::Letter(b"SBCZ"),
            Verb::PROT => Self::Letter(b"CSEP"),
            Verb::ALLO => Self::Allocation,
            Verb::REST | Verb::PBSZ => Self::Number,
            Verb::RANG => Self::Range,
            Verb::MFMT | Verb::MFCT => Self::TimeAndPath,
            Verb::MFF => Self::FactsAndPath,
            _ => match verb.argument() {
                Argument::None => Self::Nothing,
                Argument::Optional => Self::MaybeText,
                Argument::Required => Self::Text,
            },
        }
    }

    /// How the argument fits.
    #[must_use]
    pub fn fit(self, argument: &[u8]) -> Fit {
        let bare = argument.trim_ascii();
        match self {
            Self::Nothing if !bare.is_empty() => Fit::Surplus,
            Self::Nothing | Self::MaybeText => Fit::Fits,
            Self::Protocol if bare.is_empty() => Fit::Fits,
            _ if bare.is_empty() => Fit::Missing,
            // Exactly one space stands before an argument: more belong to it. Only text may begin with them.
            _ if self.has(argument) => Fit::Fits,
            _ => Fit::Malformed,
        }
    }

    fn has(self, argument: &[u8]) -> bool {
        let argument = argument.trim_ascii_end();
        match self {
            Self::Nothing => argument.is_empty(),
            Self::Text | Self::MaybeText => true,
            Self::HostPort => port(argument).is_some(),
            Self::ExtendedPort => extended_port(argument).is_some(),
            Self::Protocol => is_number(argument) || argument.eq_ignore_ascii_case(b"ALL"),
            Self::TypeCode => is_type(argument),
            Self::Letter(letters) => {
                matches!(argument, [letter] if letters.contains(&letter.to_ascii_uppercase()))
            }
            Self::Allocation => is_allocation(argument),
            Self::Number => is_number(argument),
            Self::Range => halves(argument).is_some_and(|(a, b)| is_number(a) && is_number(b)),
            Self::TimeAndPath => {
                halves(argument).is_some_and(|(time, path)| is_time(time) && !path.is_empty())
            }
            Self::FactsAndPath => {
                halves(argument).is_some_and(|(facts, path)| facts.ends_with(b";") && !path.is_empty())
            }
        }
    }
}

fn halves(argument: &[u8]) -> Option<(&[u8], &[u8])> {
    let space = memchr::memchr(b' ', argument)?;
    Some((&argument[..space], &argument[space + 1..]))
}

fn is_number(text: &[u8]) -> bool {
    !text.is_empty() && text.iter().all(u8::is_ascii_digit)
}

/// `20261005081500`, or with a fraction of a second (RFC 3659 section 2.3).
fn is_time(text: &[u8]) -> bool {
    let (seconds, fraction) = text.split_at(text.len().min(14));
    seconds.len() == 14
        && is_number(seconds)
        && (fraction.is_empty() || fraction[0] == b'.' && is_number(&fraction[1..]))
}

fn is_type(argument: &[u8]) -> bool {
    match argument.to_ascii_uppercase().as_slice() {
        [b'A' | b'E' | b'I'] | [b'A' | b'E', b' ', b'N' | b'T' | b'C'] => true,
        [b'L', b' ', size @ ..] => is_number(size),
        _ => false,
    }
}

/// `42`, or `42 R 512`.
fn is_allocation(argument: &[u8]) -> bool {
    match halves(argument) {
        None => is_number(argument),
        Some((size, [b'R' | b'r', b' ', record @ ..])) => is_number(size) && is_number(record),
        Some(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fits(line: &str) -> Fit {
        let (verb, argument) = line.split_once(' ').unwrap_or((line, ""));
        Shape::of(Verb::parse(verb.as_bytes())).fit(argument.as_bytes())
    }

    /// RFC 959 section 5.3.1: the commands and what they take. `-` is nothing, `*` is text, `[*]` may be text.
    const OF_THE_RFC: &str = "USER * PASS [*] ACCT * CWD * CDUP - SMNT * QUIT - REIN - PASV - RETR * STOR * STOU [*] \
        APPE * RNFR * RNTO * ABOR - DELE * RMD * MKD * PWD - LIST [*] NLST [*] SITE * SYST - STAT [*] HELP [*] NOOP -";

    #[test]
    fn commands_take_what_rfc_959_says() {
        let words: Vec<&str> = OF_THE_RFC.split_whitespace().collect();
        for pair in words.chunks(2) {
            let shape = Shape::of(Verb::parse(pair[0].as_bytes()));
            let expected = match pair[1] {
                "-" => Shape::Nothing,
                "*" => Shape::Text,
                _ => Shape::MaybeText,
            };
            assert_eq!(shape, expected, "{}", pair[0]);
        }
    }

    #[test]
    fn arguments_of_the_rfcs_fit() {
        for line in [
            "PORT 132,235,1,2,24,131",
            "EPRT |1|132.235.1.2|6275|",
            "EPRT |2|1080::8:800:200C:417A|5282|",
            "EPSV",
            "EPSV 1",
            "EPSV ALL",
            "TYPE A",
            "TYPE A N",
            "TYPE E C",
            "TYPE i",
            "TYPE L 8",
            "STRU F",
            "MODE s",
            "ALLO 10",
            "ALLO 10 R 10",
            "REST 0",
            "PBSZ 0",
            "PROT P",
            "MFMT 19990929043300 File6",
            "MFF Create=19990929043300; File6",
            "FEAT",
            "LIST -la",
            "NOOP",
            "XYZZY a b",
        ] {
            assert_eq!(fits(line), Fit::Fits, "{line}");
        }
    }

    #[test]
    fn other_arguments_do_not_fit() {
        for line in [
            "PORT 1,2,3",
            "EPRT 1.2.3.4",
            "TYPE X",
            "TYPE  I",
            "TYPE L",
            "TYPE A X",
            "STRU",
            "MODE BB",
            "REST abc",
        ] {
            let expected = if line == "STRU" { Fit::Missing } else { Fit::Malformed };
            assert_eq!(fits(line), expected, "{line}");
        }
        for line in ["PWD x", "FEAT x", "PASV 1", "NOOP x"] {
            assert_eq!(fits(line), Fit::Surplus, "{line}");
        }
        for line in ["RETR", "CWD ", "USER", "ALLO", "MFMT"] {
            assert_eq!(fits(line), Fit::Missing, "{line}");
        }
        assert_eq!(fits("MFMT yesterday File6"), Fit::Malformed);
        assert_eq!(fits("ALLO 10 20"), Fit::Malformed);
    }
}
