//! PASV on a server whose files lie on other machines: it must know the transfer first, which PRET says (some clusters).

use super::earlier;
use crate::ftp::{Code, Login, Verb};
use crate::rule::{Check, Found, Group, Level, Role, Rule, Severity, Suspect};
use crate::session::{Confidence, Exchange, Stand, Watch};

pub(super) static RULE: Rule = Rule {
    name: "pret-missing",
    severity: Severity::Error,
    group: Group::Order,
    level: Some(Level::Extension),
    replies: &[500],
    cases: &["said", "listed"],
    check: Check::Suspect(check),
    about: Watch::of(&[Verb::PASV, Verb::EPSV, Verb::CPSV, Verb::LPSV]),
    ..Rule::BASE
};

fn check(suspect: &Suspect) -> Option<Found> {
    suspect.refused_command()?;
    if !matches!(suspect.verb, Verb::PASV | Verb::EPSV | Verb::CPSV | Verb::LPSV) {
        return None;
    }
    let found = told(suspect)?;
    (!was_sent(&suspect.exchange)).then_some(found)
}

/// How the log shows that the server wants PRET.
fn told(suspect: &Suspect) -> Option<Found> {
    if suspect.says(&[" pret", "pre transfer"]) {
        return Some(Found::new("said"));
    }
    // The server names PRET among its features, and refuses what needs it.
    let is_order = matches!(suspect.code()?, Code(500 | 501 | 503));
    if !is_order || !matches!(suspect.state.login, Login::In(_)) || suspect.state.extended_only.is_some() {
        return None;
    }
    match suspect.session().stand(Verb::PRET, suspect.exchange.mark()) {
        Stand::Listed(m) => Some(Found::new("listed").cause_as(Role::Capability, m).sure(Confidence::Likely)),
        _ => None,
    }
}

/// Whether PRET was accepted since the last transfer.
fn was_sent(exchange: &Exchange) -> bool {
    let mut since = earlier(exchange).take_while(|e| !e.verb().transfers());
    since.any(|e| e.verb() == Verb::PRET && e.is_done())
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::{after_login, of_rule};

    /// The words of a server that needs it.
    const REFUSED: &str = "500 You need to use a client supporting PRET (PRE Transfer) to use PASV";

    fn judged(lines: &[&str]) -> Vec<String> {
        of_rule("pret", after_login(lines))
    }

    #[test]
    fn a_server_that_wants_pret_says_so() {
        assert_eq!(judged(&["PASV", REFUSED]), ["pret-missing/said line 6"]);
        // One PRET is good for one transfer.
        let second = ["PRET LIST", "200 x", "PASV", "227 x", "LIST", "150 x", "226 x", "PASV", REFUSED];
        assert_eq!(judged(&second), ["pret-missing/said line 13"]);
        let listed = ["FEAT", "211-Features:", " PRET", "211 End", "EPSV", "500 Command failed"];
        assert_eq!(judged(&listed), ["pret-missing/listed line 10"]);
    }

    #[test]
    fn a_refusal_after_pret_or_for_another_reason_is_none() {
        let lines = ["FEAT", "211-Features:", " PRET", "211 End", "PRET LIST", "200 x", "PASV", "500 x"];
        assert!(judged(&lines).is_empty());
        let full = ["FEAT", "211-Features:", " PRET", "211 End", "PASV", "425 Can't assign a port"];
        assert!(judged(&full).is_empty());
        assert!(judged(&["PASV", "500 PASV not interpreted"]).is_empty());
    }
}
