//! Reply codes as numbers, and which command a code can answer.

use super::verb::Verb;
use std::fmt;

/// A three-digit reply code (RFC 959 section 4.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code(pub u16);

/// What the first digit of a reply code says (RFC 959 section 4.2, RFC 2228 section 5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// 1yz: the final reply is still to come.
    Preliminary,
    /// 2yz: done.
    Completion,
    /// 3yz: send the other half.
    Intermediate,
    /// 4yz: refused for now.
    Transient,
    /// 5yz: refused for good.
    Permanent,
    /// 6yz: another reply, protected.
    Protected,
}

impl Code {
    /// Reads the code at the start of a reply line: three digits, the first from 1 to 6.
    #[must_use]
    pub fn parse(line: &[u8]) -> Option<Self> {
        let &[a @ b'1'..=b'6', b @ b'0'..=b'9', c @ b'0'..=b'9', ..] = line else { return None };
        Some(Self(u16::from(a - b'0') * 100 + u16::from(b - b'0') * 10 + u16::from(c - b'0')))
    }

    /// Stands for a refusal whose code is not known (RFC 959 section 4.2: 550, requested action not taken).
    pub(crate) const REFUSED: Self = Self(550);

    /// The code with which a server accepts a command (RFC 959 section 5.4), for logs that say only that it did.
    pub(crate) fn accepting(verb: Verb) -> Self {
        Self(match verb {
            Verb::USER => 331,
            Verb::PASS => 230,
            Verb::RNFR | Verb::REST => 350,
            Verb::AUTH => 234,
            Verb::PASV => 227,
            Verb::EPSV => 229,
            Verb::MKD | Verb::PWD => 257,
            Verb::CWD | Verb::CDUP | Verb::DELE | Verb::RMD | Verb::RNTO => 250,
            _ if verb.transfers() => 226,
            _ => 200,
        })
    }

    /// The class that the first digit names.
    #[must_use]
    pub fn class(self) -> Class {
        match self.0 / 100 {
            1 => Class::Preliminary,
            2 => Class::Completion,
            3 => Class::Intermediate,
            4 => Class::Transient,
            5 => Class::Permanent,
            _ => Class::Protected,
        }
    }

    /// Whether more replies to the same command follow (1yz).
    #[must_use]
    pub fn is_preliminary(self) -> bool {
        (100..200).contains(&self.0)
    }

    /// Whether the command was accepted (2yz or 3yz).
    #[must_use]
    pub fn is_acceptance(self) -> bool {
        (200..400).contains(&self.0)
    }

    /// Whether the command was refused (4yz or 5yz).
    #[must_use]
    pub fn is_refusal(self) -> bool {
        (400..600).contains(&self.0)
    }

    /// Whether hardly any command but its own is answered with this code, so that it shows which reply belongs to which
    /// command (RFC 959 section 5.4 and the later RFCs).
    #[must_use]
    pub fn is_fixed_point(self) -> bool {
        matches!(
            self.0,
            211 | 213
                | 214
                | 215
                | 221
                | 227
                | 228
                | 229
                | 230
                | 232
                | 234
                | 235
                | 257
                | 331
                | 332
                | 334
                | 335
                | 336
                | 350
        )
    }

    /// Whether this code can answer `verb`. Most codes can answer anything; a few belong to one command or two, and by
    /// those a transcript that lost its step is put right (RFC 959 section 5.4 and the later RFCs).
    #[must_use]
    pub fn can_answer(self, verb: Verb) -> bool {
        if verb == Verb::OTHER {
            return true;
        }
        match self.0 {
            110 | 125 | 150 => verb.transfers() || matches!(verb, Verb::REIN | Verb::SITE),
            120 => verb == Verb::REIN,
            211 => {
                matches!(verb, Verb::FEAT | Verb::STAT | Verb::HELP | Verb::SITE | Verb::OPTS | Verb::NOOP)
            }
            213 => matches!(
                verb,
                Verb::SIZE
                    | Verb::MDTM
                    | Verb::STAT
                    | Verb::MFMT
                    | Verb::MFCT
                    | Verb::MFF
                    | Verb::HASH
                    | Verb::AVBL
                    | Verb::DSIZ
                    | Verb::SITE
                    | Verb::XCRC
                    | Verb::XMD5
                    | Verb::XSHA
                    | Verb::XSHA1
                    | Verb::XSHA256
                    | Verb::XSHA512
            ),
            214 => matches!(verb, Verb::HELP | Verb::SITE),
            215 => verb == Verb::SYST,
            220 => matches!(verb, Verb::REIN | Verb::HOST | Verb::EPSV),
            221 => matches!(verb, Verb::QUIT | Verb::STAT | Verb::REIN),
            200 | 202 => !verb.transfers(),
            225 => matches!(verb, Verb::ABOR | Verb::ESTA | Verb::ESTP),
            226 | 426 => verb.transfers() || matches!(verb, Verb::ABOR | Verb::STAT),
            227 => matches!(verb, Verb::PASV | Verb::CPSV | Verb::PASW | Verb::EPSV),
            228 => verb == Verb::LPSV,
            229 => matches!(verb, Verb::EPSV | Verb::PASV),
            230 | 232 => matches!(verb, Verb::USER | Verb::PASS | Verb::ACCT | Verb::REIN),
            234 | 334 => verb == Verb::AUTH,
            235 | 335 => matches!(verb, Verb::ADAT | Verb::AUTH),
            257 => matches!(verb, Verb::PWD | Verb::XPWD | Verb::MKD | Verb::XMKD | Verb::CWD),
            331 | 336 => matches!(verb, Verb::USER | Verb::PASS),
            332 => matches!(verb, Verb::USER | Verb::PASS | Verb::ACCT),
            350 => matches!(verb, Verb::RNFR | Verb::REST | Verb::RANG | Verb::SITE),
            _ => true,
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:03}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_digits_are_a_code_and_nothing_else_is() {
        assert_eq!(Code::parse(b"226-done"), Some(Code(226)));
        assert_eq!(Code::parse(b"22"), None);
        assert_eq!(Code::parse(b" 226 x"), None);
        assert_eq!(Code::parse(b"726 x"), None);
    }

    #[test]
    fn a_227_answers_pasv_and_not_type() {
        assert!(Code(227).can_answer(Verb::PASV));
        assert!(!Code(227).can_answer(Verb::TYPE));
        assert!(Code(550).can_answer(Verb::TYPE));
    }
}
