//! Any other 503, and 501 used in its place, with the state that the server was in (RFC 959 section 4.2).

use crate::catalog::Word;
use crate::ftp::{Code, Data, Login, Rename, State, Tls, Verb};
use crate::rule::{Check, Fact, Found, Group, Rule, Severity, Suspect};

pub(super) static RULE: Rule = Rule {
    name: "sequence-error",
    severity: Severity::Error,
    group: Group::Order,
    replies: &[503],
    cases: &["other", "during-rename"],
    check: Check::Suspect(check),
    ..Rule::BASE
};

fn check(suspect: &Suspect) -> Option<Found> {
    let code = suspect.refused_command()?;
    if code != Code(503) && !suspect.says(&["bad sequence"]) {
        return None;
    }
    match suspect.state.rename {
        Rename::Ready(m) if suspect.verb != Verb::RNTO => Some(Found::new("during-rename").cause(m)),
        _ => Some(Found::new("other").fact("state", Fact::Phrases(phrases(suspect.state)))),
    }
}

/// What the state is in words.
fn phrases(state: &State) -> Vec<Word> {
    let login = match state.login {
        Login::Unknown => Word::StateLoginUnknown,
        Login::In(_) => Word::StateLoggedIn,
        Login::NeedPassword(_) | Login::NeedAccount(_) => Word::StateLoginHalf,
        Login::Nobody | Login::Refused(_) | Login::Left(_) => Word::StateNotLoggedIn,
    };
    let tls = match state.tls {
        Tls::On(_) => Word::StateTls,
        Tls::Cleared(_) => Word::StateTlsCleared,
        Tls::Off | Tls::Refused(_) | Tls::Pending(_) => Word::StateNoTls,
    };
    let rename = match state.rename {
        Rename::Ready(_) | Rename::Crossed { .. } => Word::StateRename,
        _ => Word::StateNoRename,
    };
    let data = match state.data {
        Data::Ready(_) => Word::StateData,
        _ => Word::StateNoData,
    };
    vec![login, tls, rename, data]
}
