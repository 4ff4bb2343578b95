//! Any other 503, and 501 used in its place, with the state that the server was in (RFC 959 section 4.2).

use super::{Check, Fact, Found, Group, Rule, Severity, Suspect};
use crate::ftp::{Code, Data, Login, Rename, State, Tls, Verb};

pub(super) static RULE: Rule = Rule {
    name: "sequence-error",
    severity: Severity::Error,
    group: Group::Order,
    replies: &[503],
    cases: &["other", "during-rename"],
    check: Check::Exchange(check),
    revise: None,
};

fn check(suspect: &Suspect) -> Option<Found> {
    let code = suspect.refused_command()?;
    if code != Code(503) && !suspect.says(&["bad sequence"]) {
        return None;
    }
    match suspect.state.rename {
        Rename::Ready(m) if suspect.verb != Verb::RNTO => {
            Some(Found { cause: Some(m), ..Found::new("during-rename") })
        }
        _ => {
            let facts = vec![("state", Fact::Phrases(phrases(suspect.state)))];
            Some(Found { facts, ..Found::new("other") })
        }
    }
}

/// What the state is in words: keys of the catalog.
fn phrases(state: &State) -> Vec<&'static str> {
    let login = match state.login {
        Login::Unknown => "state-login-unknown",
        Login::In(_) => "state-logged-in",
        Login::NeedPassword(_) | Login::NeedAccount(_) => "state-login-half",
        Login::Nobody | Login::Refused(_) | Login::Left(_) => "state-not-logged-in",
    };
    let tls = match state.tls {
        Tls::On(_) => "state-tls",
        Tls::Cleared(_) => "state-tls-cleared",
        Tls::Off | Tls::Refused(_) | Tls::Pending(_) => "state-no-tls",
    };
    let rename = match state.rename {
        Rename::Ready(_) | Rename::Crossed { .. } => "state-rename",
        _ => "state-no-rename",
    };
    let data = match state.data {
        Data::Ready(_) => "state-data",
        _ => "state-no-data",
    };
    vec![login, tls, rename, data]
}
