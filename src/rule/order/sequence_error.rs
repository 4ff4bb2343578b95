//! Any other 503, and 501 used in its place, with the state that the server was in (RFC 959 section 4.2).

use crate::catalog::Word;
use crate::ftp::{Code, Data, Login, Mark, Rename, State, Tls, Verb};
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
    if code != Code(503) && !suspect.says(&["bad sequence", "incorrect sequence", "out of sequence"]) {
        return None;
    }
    if let Some(source) = rename_begun(suspect).filter(|_| suspect.verb != Verb::RNTO) {
        return Some(Found::new("during-rename").cause(source));
    }
    Some(Found::new("other").fact("state", Fact::Phrases(phrases(suspect.state))))
}

/// The RNFR after which the server accepts nothing but RNTO, also where it has refused something else before.
fn rename_begun(suspect: &Suspect) -> Option<Mark> {
    let (Rename::Ready(source) | Rename::Crossed { source, .. }) = suspect.state.rename else { return None };
    let earlier = suspect.exchange.before();
    let mut between = earlier.take_while(|e| e.mark() > source);
    between.all(|e| e.is_refused() || may_pass(e.verb())).then_some(source)
}

/// Commands that even `ProFTPD` accepts between RNFR and RNTO.
fn may_pass(verb: Verb) -> bool {
    matches!(verb, Verb::NOOP | Verb::HELP | Verb::STAT)
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

#[cfg(test)]
mod tests {
    use crate::rule::testing::after_login;

    #[test]
    fn a_server_may_want_nothing_but_rnto_after_rnfr() {
        let refused = "501 Bad sequence of commands";
        let proftpd = ["RNFR a", "350 x", "PWD", refused, "CWD b", refused];
        let during = |line: u32| format!("sequence-error/during-rename line {line}");
        assert_eq!(after_login(&proftpd), [during(8), during(10)]);
        let after_noop = ["RNFR a", "350 x", "NOOP", "200 x", "PWD", refused];
        assert_eq!(after_login(&after_noop), [during(10)]);
        let twisted =
            ["RNFR a", "350 x", "PWD", "503 Incorrect sequence of commands: RNTO required after RNFR"];
        assert_eq!(after_login(&twisted), [during(8)]);
    }

    #[test]
    fn what_nothing_explains_is_told_with_the_state() {
        assert_eq!(
            after_login(&["MFMT 1 a", "503 Bad sequence of commands"]),
            ["sequence-error/other line 6"]
        );
        let after = ["RNFR a", "350 x", "RNTO b", "250 x", "PWD", "503 Bad sequence of commands"];
        assert_eq!(after_login(&after), ["sequence-error/other line 10"]);
    }
}
