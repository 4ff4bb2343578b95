//! 227 and 229 that name no place to connect to, or have changed places (RFC 959 section 4.2, RFC 2428 section 3).

use super::preparation::{is_all, is_masked};
use crate::ftp::{Code, Verb};
use crate::rule::{Check, Found, Group, Level, Rule, Severity, Suspect};
use crate::session::Watch;

pub(super) static RULE: Rule = Rule {
    name: "passive-reply-malformed",
    severity: Severity::Error,
    group: Group::Data,
    level: Some(Level::Violation),
    replies: &[227, 229],
    cases: &["no-address", "no-port", "answers-epsv", "answers-pasv", "port-zero"],
    check: Check::Exchange(Watch::of(&[Verb::PASV, Verb::EPSV, Verb::CPSV, Verb::PASW]), check),
    ..Rule::BASE
};

fn check(suspect: &Suspect) -> Option<Found> {
    let reply = suspect.reply.filter(|reply| reply.code.0 / 10 == 22)?;
    let extended = suspect.verb == Verb::EPSV;
    let case = match (reply.code, extended) {
        (Code(227), true) => "answers-epsv",
        (Code(229), false) => "answers-pasv",
        (Code(227 | 229), _) => match suspect.endpoint() {
            Some(end) if end.port != 0 => return None,
            Some(_) => "port-zero",
            None if extended => "no-port",
            None => "no-address",
        },
        _ => return None,
    };
    // Some logs have the code only, and EPSV ALL asks for no place.
    let says_nothing = is_all(&suspect.exchange) || reply.last_line().is_empty();
    (!says_nothing && !is_masked(reply.raw())).then(|| Found::new(case))
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::judged_by_default;

    fn answered(command: &str, reply: &str) -> Vec<String> {
        let found = judged_by_default(&[
            "220 x", "USER a", "331 x", "PASS b", "230 x", command, reply, "QUIT", "221 x",
        ]);
        found.into_iter().map(|f| f.replace(" line 6", "")).collect()
    }

    #[test]
    fn replies_without_a_place_to_connect_to_are_found() {
        for (command, reply, case) in [
            ("PASV", "227 Entering Passive Mode (1,86,197).", "no-address"),
            ("PASV", "227 Entering Passive Mode.", "no-address"),
            ("PASV", "227 Entering Passive Mode (192,0,2,1,0,0).", "port-zero"),
            ("PASV", "229 Entering Extended Passive Mode (|||6446|)", "answers-pasv"),
            ("EPSV", "227 Entering Passive Mode (192,0,2,1,86,197).", "answers-epsv"),
            ("EPSV", "229 Entering Extended Passive Mode (|||6446)", "no-port"),
            ("EPSV", "229 Entering Extended Passive Mode (||6446|)", "no-port"),
            ("EPSV", "229 Entering Extended Passive Mode (|||99999|)", "no-port"),
            ("EPSV", "229 Entering Extended Passive Mode (|||0|)", "port-zero"),
        ] {
            assert_eq!(answered(command, reply), [format!("passive-reply-malformed/{case}")], "{reply}");
        }
    }

    #[test]
    fn the_forms_of_real_servers_are_none() {
        for (command, reply) in [
            ("PASV", "227 Entering Passive Mode (192,0,2,1,86,197)."),
            ("PASV", "227 =192,0,2,1,86,197"),
            ("PASV", "227 Entering Passive Mode 192,0,2,1,86,197"),
            ("PASV", "227"),
            ("PASV", "227 Entering Passive Mode (***)."),
            ("PASV", "227 Entering Passive Mode (x,x,x,x,195,80)."),
            ("EPSV", "229 Extended Passive mode OK (|||50514|)"),
            ("EPSV", "229 ok (!!!6446!)"),
            ("EPSV ALL", "200 EPSV ALL ok."),
            ("EPSV ALL", "220 Active mode is disabled"),
        ] {
            assert_eq!(answered(command, reply), [""; 0], "{reply}");
        }
    }
}
