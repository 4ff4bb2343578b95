//! Which replies each command may get, by the RFC that defines it (RFC 959 section 5.4 and the later RFCs).

use super::code::Code;
use super::verb::Verb;

const DE_FACTO: &str = Replies::DE_FACTO;
const PETERSON: &str = "draft-peterson-streamlined-ftp-command-extensions";

/// What must have happened before a command is accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// A login.
    Login,
    /// No login yet.
    NoLogin,
    /// A USER that was answered 331, just before.
    User,
    /// A reply that asks for an account: 332 or 532.
    AccountAsked,
    /// A prepared data connection.
    DataConnection,
    /// An RNFR that was answered 350, just before.
    RenameSource,
    /// An AUTH that was answered 334.
    Mechanism,
    /// A protected control connection.
    SecureChannel,
    /// PBSZ.
    ProtectionBuffer,
}

/// The replies that a command may get.
#[derive(Clone, Copy, Debug)]
pub struct Replies {
    /// The command.
    pub verb: Verb,
    /// What defines it.
    pub spec: &'static str,
    /// The section; empty where there is none to name.
    pub section: &'static str,
    /// What must have happened before.
    pub needs: &'static [Need],
    /// 1yz.
    pub preliminary: &'static [u16],
    /// 2yz.
    pub completion: &'static [u16],
    /// 3yz.
    pub intermediate: &'static [u16],
    /// 4yz and 5yz.
    pub errors: &'static [u16],
}

macro_rules! replies {
    ($($verb:ident $spec:tt $section:literal [$($need:ident)*]
        [$($one:literal)*] [$($two:literal)*] [$($three:literal)*] [$($error:literal)*];)*) => {
        static TABLE: &[Replies] = &[$(Replies {
            verb: Verb::$verb,
            spec: $spec,
            section: $section,
            needs: &[$(Need::$need),*],
            preliminary: &[$($one),*],
            completion: &[$($two),*],
            intermediate: &[$($three),*],
            errors: &[$($error),*],
        }),*];
    };
}

replies! {
    USER "RFC 959" "4.1.1" [] [] [230 232] [331 332 336] [421 500 501 530];
    PASS "RFC 959" "4.1.1" [User] [] [230 202] [332] [421 500 501 503 530];
    ACCT "RFC 959" "4.1.1" [AccountAsked] [] [230 202] [] [421 500 501 503 530];
    CWD "RFC 959" "4.1.1" [Login] [] [250] [] [421 500 501 502 530 550];
    CDUP "RFC 959" "4.1.1" [Login] [] [200 250] [] [421 500 501 502 530 550];
    SMNT "RFC 959" "4.1.1" [Login] [] [202 250] [] [421 500 501 502 530 550];
    REIN "RFC 959" "4.1.1" [] [120] [220] [] [421 500 502];
    QUIT "RFC 959" "4.1.1" [] [] [221] [] [500];
    PORT "RFC 959" "4.1.2" [Login] [] [200] [] [421 500 501 530];
    PASV "RFC 959" "4.1.2" [Login] [] [227] [] [421 500 501 502 530];
    TYPE "RFC 959" "3.1.1" [Login] [] [200] [] [421 500 501 504 530];
    STRU "RFC 959" "3.1.2" [Login] [] [200] [] [421 500 501 504 530];
    MODE "RFC 959" "3.4" [Login] [] [200] [] [421 500 501 504 530];
    RETR "RFC 959" "4.1.3" [Login DataConnection] [125 150 110] [226 250] [] [421 425 426 450 451 500 501 530 550];
    STOR "RFC 959" "4.1.3" [Login DataConnection] [125 150 110] [226 250] [] [421 425 426 450 451 452 500 501 530 532 551 552 553];
    STOU "RFC 959" "4.1.3" [Login DataConnection] [125 150 110] [226 250] [] [421 425 426 450 451 452 500 501 530 532 551 552 553];
    APPE "RFC 959" "4.1.3" [Login DataConnection] [125 150 110] [226 250] [] [421 425 426 450 451 452 500 501 502 530 532 550 551 552 553];
    ALLO "RFC 959" "4.1.3" [Login] [] [200 202] [] [421 500 501 504 530];
    REST "RFC 959" "4.1.3" [Login] [] [] [350] [421 500 501 502 530];
    RNFR "RFC 959" "4.1.3" [Login] [] [] [350] [421 450 500 501 502 530 550];
    RNTO "RFC 959" "4.1.3" [RenameSource] [] [250] [] [421 500 501 502 503 530 532 553];
    ABOR "RFC 959" "4.1.3" [] [] [225 226] [] [421 500 501 502];
    DELE "RFC 959" "4.1.3" [Login] [] [250] [] [421 450 500 501 502 530 550];
    RMD "RFC 959" "4.1.3" [Login] [] [250] [] [421 500 501 502 530 550];
    MKD "RFC 959" "4.1.3" [Login] [] [257] [] [421 500 501 502 530 550];
    PWD "RFC 959" "4.1.3" [Login] [] [257] [] [421 500 501 502 550];
    LIST "RFC 959" "4.1.3" [Login DataConnection] [125 150] [226 250] [] [421 425 426 450 451 500 501 502 530];
    NLST "RFC 959" "4.1.3" [Login DataConnection] [125 150] [226 250] [] [421 425 426 450 451 500 501 502 530];
    SITE "RFC 959" "4.1.3" [Login] [] [200 202] [] [500 501 530];
    SYST "RFC 959" "4.1.3" [] [] [215] [] [421 500 501 502];
    STAT "RFC 959" "4.1.3" [] [] [211 212 213] [] [421 450 500 501 502 530];
    HELP "RFC 959" "4.1.3" [] [] [211 214] [] [421 500 501 502];
    NOOP "RFC 959" "4.1.3" [] [] [200] [] [421 500];
    XMKD "RFC 775" "" [Login] [] [257] [] [421 500 501 502 530 550];
    XRMD "RFC 775" "" [Login] [] [250] [] [421 500 501 502 530 550];
    XPWD "RFC 775" "" [Login] [] [257] [] [421 500 501 502 550];
    XCUP "RFC 775" "" [Login] [] [200 250] [] [421 500 501 502 530 550];
    XCWD "RFC 775" "" [Login] [] [250] [] [421 500 501 502 530 550];
    LPRT "RFC 1639" "2" [Login] [] [200] [] [421 500 501 521 530];
    LPSV "RFC 1639" "3" [Login] [] [228] [] [421 500 501 502 530];
    AUTH "RFC 2228" "3" [NoLogin] [] [234] [334] [421 431 500 501 502 504 534];
    ADAT "RFC 2228" "3" [Mechanism] [] [235] [335] [421 500 501 503 535];
    PBSZ "RFC 2228" "3" [SecureChannel] [] [200] [] [421 500 501 503 530];
    PROT "RFC 2228" "3" [ProtectionBuffer] [] [200] [] [421 431 500 501 503 504 530 534 536];
    CCC "RFC 2228" "3" [SecureChannel] [] [200] [] [500 533 534];
    MIC "RFC 2228" "3" [SecureChannel] [] [] [] [421 500 501 502 503 533 535 537];
    CONF "RFC 2228" "3" [SecureChannel] [] [] [] [421 500 501 502 503 533 535 537];
    ENC "RFC 2228" "3" [SecureChannel] [] [] [] [421 500 501 502 503 533 535 537];
    FEAT "RFC 2389" "3" [] [] [211] [] [500 501 502];
    OPTS "RFC 2389" "4" [] [] [200] [] [451 500 501 502];
    EPRT "RFC 2428" "2" [Login] [] [200] [] [421 500 501 522 530];
    EPSV "RFC 2428" "3" [Login] [] [229] [] [421 500 501 522 530];
    LANG "RFC 2640" "4" [] [] [200] [] [500 501 502 504];
    MDTM "RFC 3659" "3" [Login] [] [213] [] [500 501 550];
    SIZE "RFC 3659" "4" [Login] [] [213] [] [500 501 550];
    MLST "RFC 3659" "7" [Login] [] [250] [] [500 501 502 503 504 530 550 553];
    MLSD "RFC 3659" "7" [Login DataConnection] [125 150] [226 250] [] [425 426 451 501 503 504 530 550 553];
    HOST "RFC 7151" "3" [NoLogin] [] [220] [] [421 500 501 502 503 504];
    ALGS "RFC 6384" "11" [] [] [216 202] [] [500 501 502 504];
    MFMT "draft-somers-ftp-mfxx" "3" [Login] [] [213] [] [500 501 504 550];
    MFCT "draft-somers-ftp-mfxx" "4" [Login] [] [213] [] [500 501 504 550];
    MFF "draft-somers-ftp-mfxx" "5" [Login] [] [213] [] [500 501 504 550];
    HASH "draft-bryan-ftpext-hash" "3" [Login] [] [213] [] [450 500 501 502 504 550 551 552 553 556];
    RANG "draft-bryan-ftp-range" "3" [Login] [] [] [350] [501 502 551];
    XCRC DE_FACTO "" [Login] [] [250 213] [] [450 500 501 502 504 550];
    XMD5 DE_FACTO "" [Login] [] [250 213] [] [450 500 501 502 504 550];
    XSHA DE_FACTO "" [Login] [] [250 213] [] [450 500 501 502 504 550];
    XSHA1 DE_FACTO "" [Login] [] [250 213] [] [450 500 501 502 504 550];
    XSHA256 DE_FACTO "" [Login] [] [250 213] [] [450 500 501 502 504 550];
    XSHA512 DE_FACTO "" [Login] [] [250 213] [] [450 500 501 502 504 550];
    MD5 "draft-twine-ftpmd5" "3" [Login] [] [251] [] [500 501 502 504 550];
    MMD5 "draft-twine-ftpmd5" "3" [Login] [] [252] [] [500 501 502 504 550];
    CLNT DE_FACTO "" [] [] [200] [] [500 502];
    CSID PETERSON "" [] [] [200] [] [500 502];
    AVBL PETERSON "" [Login] [] [213] [] [500 501 502 550];
    DSIZ PETERSON "" [Login] [] [213] [] [500 501 502 550];
    RMDA PETERSON "" [Login] [] [250] [] [500 501 502 550];
    THMB PETERSON "" [Login DataConnection] [150] [226] [] [500 501 502 550];
    COMB DE_FACTO "" [Login] [] [250] [] [501 502 550];
    PRET DE_FACTO "" [Login] [] [200] [] [500 501 530];
    CPSV DE_FACTO "" [Login SecureChannel] [] [227] [] [500 502];
    SSCN DE_FACTO "" [Login SecureChannel] [] [200] [] [500 501 503];
    ESTA DE_FACTO "" [Login] [] [225] [] [425 500 520];
    ESTP DE_FACTO "" [Login] [] [225] [] [425 500 520];
    PASW DE_FACTO "" [Login] [] [227] [] [];
    IDLE DE_FACTO "" [Login] [] [200] [] [500 501];
    MLFL "RFC 765" "" [] [] [] [] [502];
    MAIL "RFC 765" "" [] [] [] [] [502];
    MSND "RFC 765" "" [] [] [] [] [502];
    MSOM "RFC 765" "" [] [] [] [] [502];
    MSAM "RFC 765" "" [] [] [] [] [502];
    MRSQ "RFC 765" "" [] [] [] [] [502];
    MRCP "RFC 765" "" [] [] [] [] [502];
}

/// What passes for any command, because it says the same everywhere: 421 (RFC 959 section 5.4), the errors of syntax and order,
/// which later RFCs list for more commands than RFC 959 does, the missing login, and what RFC 2228 section 5 adds for the sake of
/// security.
const ANY: &[u16] = &[421, 500, 501, 502, 503, 504, 530, 533, 534, 535];

/// What later RFCs let servers answer to commands of older ones, and where they do.
static LATER: &[(&[Verb], &[u16], &str)] = &[
    (&[Verb::RETR, Verb::STOR, Verb::APPE, Verb::STOU, Verb::REST], &[554, 555], "RFC 1123 section 4.1.3.4"),
    (
        &[Verb::RETR, Verb::STOR, Verb::STOU, Verb::APPE, Verb::LIST, Verb::NLST, Verb::MLSD],
        &[521, 522],
        "RFC 4217 section 10.2",
    ),
    (&[Verb::MKD, Verb::XMKD], &[521], "RFC 959 appendix II"),
    (&[Verb::SIZE, Verb::MDTM], &[450, 451, 452], "RFC 3659 section 3.1"),
];

/// Codes that an RFC defines and no command has for itself: a restart marker, and the protected replies of RFC 2228.
const BESIDE: &[u16] = &[110, 120, 631, 632, 633];

impl Replies {
    /// What defines commands that no RFC and no draft defines: use.
    pub const DE_FACTO: &str = "de facto";

    /// The replies to `verb`; nothing for words of no table.
    #[must_use]
    pub fn to(verb: Verb) -> Option<&'static Self> {
        usize::from(verb.index()).checked_sub(1).and_then(|i| TABLE.get(i))
    }

    /// Whether an RFC defines the command, not a draft or mere use.
    #[must_use]
    pub fn is_of_an_rfc(&self) -> bool {
        self.spec.starts_with("RFC")
    }

    /// Whether the command may get that reply.
    #[must_use]
    pub fn allow(&self, code: Code) -> bool {
        let own = [self.preliminary, self.completion, self.intermediate, self.errors];
        let later =
            || LATER.iter().any(|(verbs, codes, _)| verbs.contains(&self.verb) && codes.contains(&code.0));
        own.iter().any(|list| list.contains(&code.0)) || ANY.contains(&code.0) || later()
    }
}

impl Code {
    /// Whether an RFC defines the code, for whatever command.
    #[must_use]
    pub fn is_of_an_rfc(self) -> bool {
        let listed = |r: &Replies| r.is_of_an_rfc() && r.allow(self);
        BESIDE.contains(&self.0) || ANY.contains(&self.0) || TABLE.iter().any(listed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 959 section 5.4, command by command: 1yz and 2yz, 4yz and 5yz, 3yz.
    const SECTION_5_4: &str = "
        USER | 230 | 530 500 501 421 | 331 332
        PASS | 230 202 | 530 500 501 503 421 | 332
        ACCT | 230 202 | 530 500 501 503 421 |
        CWD | 250 | 500 501 502 421 530 550 |
        CDUP | 200 | 500 501 502 421 530 550 |
        SMNT | 202 250 | 500 501 502 421 530 550 |
        REIN | 120 220 | 421 500 502 |
        QUIT | 221 | 500 |
        PORT | 200 | 500 501 421 530 |
        PASV | 227 | 500 501 502 421 530 |
        MODE | 200 | 500 501 504 421 530 |
        TYPE | 200 | 500 501 504 421 530 |
        STRU | 200 | 500 501 504 421 530 |
        ALLO | 200 202 | 500 501 504 421 530 |
        REST | | 500 501 502 421 530 | 350
        STOR | 125 150 110 226 250 | 425 426 451 551 552 532 450 452 553 500 501 421 530 |
        STOU | 125 150 110 226 250 | 425 426 451 551 552 532 450 452 553 500 501 421 530 |
        RETR | 125 150 110 226 250 | 425 426 451 450 550 500 501 421 530 |
        LIST | 125 150 226 250 | 425 426 451 450 500 501 502 421 530 |
        NLST | 125 150 226 250 | 425 426 451 450 500 501 502 421 530 |
        APPE | 125 150 110 226 250 | 425 426 451 551 552 532 450 550 452 553 500 501 502 421 530 |
        RNFR | | 450 550 500 501 502 421 530 | 350
        RNTO | 250 | 532 553 500 501 502 503 421 530 |
        DELE | 250 | 450 550 500 501 502 421 530 |
        RMD | 250 | 500 501 502 421 530 550 |
        MKD | 257 | 500 501 502 421 530 550 |
        PWD | 257 | 500 501 502 421 550 |
        ABOR | 225 226 | 500 501 502 421 |
        SYST | 215 | 500 501 502 421 |
        STAT | 211 212 213 | 450 500 501 502 421 530 |
        HELP | 211 214 | 500 501 502 421 |
        SITE | 200 202 | 500 501 530 |
        NOOP | 200 | 500 421 |";

    /// Later RFCs, each from its own text: the command, its 1yz, 2yz and 3yz, and the errors that it names.
    const LATER_RFCS: &str = "
        LPRT | 200 | 521
        LPSV | 228 |
        AUTH | 234 334 | 431 534
        ADAT | 235 335 | 535
        PBSZ | 200 | 503
        PROT | 200 | 431 534 536
        CCC | 200 | 533 534
        FEAT | 211 | 500 502
        OPTS | 200 | 451 501
        EPRT | 200 | 522
        EPSV | 229 | 522
        LANG | 200 | 504
        MDTM | 213 | 550
        SIZE | 213 | 550
        MLST | 250 | 550 553 503
        MLSD | 125 150 226 250 | 501 550 553 425 426 451
        HOST | 220 | 503 504
        ALGS | 216 202 | 504
        XMKD | 257 | 550
        XRMD | 250 | 550
        XPWD | 257 |
        XCUP | 200 250 | 550
        XCWD | 250 | 550";

    fn numbers(text: &str) -> Vec<u16> {
        let mut all: Vec<u16> = text.split_whitespace().map(|n| n.parse().unwrap()).collect();
        all.sort_unstable();
        all
    }

    fn listed(lists: &[&[u16]]) -> Vec<u16> {
        let mut all = lists.concat();
        all.sort_unstable();
        all
    }

    #[test]
    fn a_row_stands_where_its_command_does() {
        assert_eq!(TABLE.len(), Verb::all().count());
        for verb in Verb::all() {
            assert_eq!(Replies::to(verb).unwrap().verb, verb);
        }
        assert!(Replies::to(Verb::OTHER).is_none());
    }

    #[test]
    fn the_commands_of_rfc_959_have_the_replies_of_its_section_5_4() {
        let mut n = 0;
        for row in SECTION_5_4.lines().filter(|l| !l.trim().is_empty()) {
            let [verb, done, errors, more] = row.split('|').map(str::trim).collect::<Vec<_>>()[..] else {
                panic!("{row}");
            };
            let replies = Replies::to(Verb::parse(verb.as_bytes())).unwrap();
            let mut want = numbers(done);
            let mut want_more = numbers(more);
            match verb {
                // Section 4.1.1 and appendix II say: as CWD.
                "CDUP" => want.push(250),
                // RFC 2228 section 3 adds two.
                "USER" => (want.push(232), want_more.push(336)).0,
                _ => {}
            }
            assert_eq!(listed(&[replies.preliminary, replies.completion]), want, "{verb}");
            assert_eq!(listed(&[replies.intermediate]), want_more, "{verb}");
            assert_eq!(listed(&[replies.errors]), numbers(errors), "{verb}");
            assert_eq!(replies.spec, "RFC 959", "{verb}");
            n += 1;
        }
        assert_eq!(n, TABLE.iter().filter(|r| r.spec == "RFC 959").count());
    }

    #[test]
    fn the_commands_of_later_rfcs_have_theirs() {
        for row in LATER_RFCS.lines().filter(|l| !l.trim().is_empty()) {
            let [verb, done, errors] = row.split('|').map(str::trim).collect::<Vec<_>>()[..] else {
                panic!("{row}");
            };
            let replies = Replies::to(Verb::parse(verb.as_bytes())).unwrap();
            let own = [replies.preliminary, replies.completion, replies.intermediate];
            assert_eq!(listed(&own), numbers(done), "{verb}");
            for code in numbers(errors) {
                assert!(replies.errors.contains(&code), "{verb} {code}");
            }
        }
    }

    #[test]
    fn every_code_stands_in_the_list_of_its_class() {
        for replies in TABLE {
            let in_class = |list: &[u16], classes: &[u16]| list.iter().all(|c| classes.contains(&(c / 100)));
            assert!(in_class(replies.preliminary, &[1]), "{:?}", replies.verb);
            assert!(in_class(replies.completion, &[2]), "{:?}", replies.verb);
            assert!(in_class(replies.intermediate, &[3]), "{:?}", replies.verb);
            assert!(in_class(replies.errors, &[4, 5]), "{:?}", replies.verb);
            // What the table allows, the pairing of replies must not forbid.
            for code in listed(&[replies.preliminary, replies.completion, replies.intermediate]) {
                assert!(Code(code).can_answer(replies.verb), "{:?} {code}", replies.verb);
            }
        }
    }

    #[test]
    fn codes_of_no_rfc_are_told_from_those_that_one_defines() {
        for code in [402, 430, 434, 435, 520, 556, 251, 299] {
            assert!(!Code(code).is_of_an_rfc(), "{code}");
        }
        for code in [110, 120, 202, 212, 216, 228, 232, 336, 431, 521, 522, 532, 537, 555, 633] {
            assert!(Code(code).is_of_an_rfc(), "{code}");
        }
    }

    #[test]
    fn a_login_may_be_missing_anywhere_and_227_may_not_come_anywhere() {
        assert!(Replies::to(Verb::PWD).unwrap().allow(Code(530)));
        assert!(Replies::to(Verb::NOOP).unwrap().allow(Code(421)));
        assert!(!Replies::to(Verb::TYPE).unwrap().allow(Code(227)));
        assert!(Replies::to(Verb::RETR).unwrap().allow(Code(522)));
    }
}
