//! PASV, PORT and their kin after EPSV ALL, which promises that only EPSV will come (RFC 2428 section 4).

use crate::ftp::{DataRole, Verb};
use crate::rule::{Check, Found, Group, Level, Rule, Severity, Suspect};
use crate::session::Confidence;

pub(super) static RULE: Rule = Rule {
    name: "extended-passive-only",
    severity: Severity::Error,
    group: Group::Order,
    level: Some(Level::Violation),
    replies: &[500, 501, 503, 550],
    cases: &["refused"],
    check: Check::Suspect(check),
    ..Rule::BASE
};

fn check(suspect: &Suspect) -> Option<Found> {
    let all = suspect.state.extended_only?;
    suspect.refused_command()?;
    if suspect.verb.data() != DataRole::Setup || suspect.verb == Verb::EPSV {
        return None;
    }
    // Most say it. vsftpd has the words that it has for everything, "550 Permission denied."; others complain of the argument.
    let confidence = match suspect.says(&["epsv"]) {
        true => Confidence::Certain,
        false if suspect.says(&["illegal", "address", "protocol", "syntax", "port number", "privileged"]) => {
            return None;
        }
        false => Confidence::Likely,
    };
    Some(Found::new("refused").cause(all).sure(confidence))
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::after_login;

    #[test]
    fn nothing_but_epsv_may_come_after_epsv_all() {
        let proftpd = ["EPSV ALL", "200 x", "PASV", "500 Illegal PASV command, EPSV ALL in effect"];
        assert_eq!(after_login(&proftpd), ["extended-passive-only/refused line 8"]);
        let vsftpd = ["EPSV ALL", "200 EPSV ALL ok.", "PORT 127,0,0,1,200,1", "550 Permission denied."];
        assert_eq!(after_login(&vsftpd), ["extended-passive-only/refused line 8"]);
    }

    #[test]
    fn an_address_that_is_not_allowed_is_what_the_server_says() {
        // vsftpd allows EPRT after EPSV ALL.
        let lines = ["EPSV ALL", "200 EPSV ALL ok.", "EPRT |2|fe80::1|51211|", "500 Illegal EPRT command."];
        assert!(after_login(&lines).iter().all(|f| !f.starts_with("extended")));
    }

    #[test]
    fn a_server_that_did_not_take_the_promise_refuses_for_another_reason() {
        let lines = ["EPSV ALL", "501 x", "PASV", "550 Permission denied."];
        assert!(after_login(&lines).iter().all(|f| !f.starts_with("extended")));
        assert!(after_login(&["EPSV ALL", "200 x", "PASV", "227 x"]).is_empty());
    }
}
