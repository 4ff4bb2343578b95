//! A server that does not let anonymous users in.

use crate::ftp::{Login, Verb};
use crate::rule::refusal::fails_login;
use crate::rule::{Check, Found, Group, Reason, Rule, Severity, Suspect};
use crate::session::Watch;

pub(super) static RULE: Rule = Rule {
    name: "anonymous-refused",
    severity: Severity::Note,
    group: Group::Login,
    replies: &[530],
    cases: &["user", "password"],
    check: Check::Suspect(check),
    about: Watch::of(&[Verb::USER, Verb::PASS]),
    ..Rule::BASE
};

fn check(suspect: &Suspect) -> Option<Found> {
    let code = suspect.refused_command()?;
    // vsftpd says OOPS of itself, whoever comes.
    if !fails_login(&suspect.exchange, code, suspect.state) || suspect.says(&["oops"]) {
        return None;
    }
    let (case, cause) = match (suspect.verb, suspect.state.login) {
        (Verb::USER, _) if is_anonymous(suspect.exchange.argument()) => ("user", None),
        (Verb::PASS, Login::NeedPassword(m)) => {
            let user = suspect.session().exchange(m)?;
            is_anonymous(user.argument()).then_some(("password", Some(m)))?
        }
        _ => return None,
    };
    let reply = suspect.reply?;
    let reason = Reason::of(reply.raw()).in_place(&suspect.exchange, suspect.state);
    reason.is_about_who().then(|| Found::new(case).cause(cause))
}

/// The names under which servers take anyone (RFC 1635).
fn is_anonymous(name: &[u8]) -> bool {
    let name = name.trim_ascii();
    name.eq_ignore_ascii_case(b"anonymous") || name.eq_ignore_ascii_case(b"ftp")
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::judged_by_default;

    #[test]
    fn anonymous_users_are_refused_by_name_or_after_their_password() {
        let found = judged_by_default(&["220 x", "USER anonymous", "530 Login incorrect."]);
        assert_eq!(found, ["anonymous-refused/user line 2"]);
        let found = judged_by_default(&["220 x", "USER ftp", "331 x", "PASS me@", "530 Login incorrect."]);
        assert_eq!(found, ["anonymous-refused/password line 4"]);
    }

    #[test]
    fn a_fault_of_the_server_is_not_about_the_user() {
        let oops = "500 OOPS: vsftpd: refusing to run with writable root inside chroot()";
        assert_eq!(judged_by_default(&["220 x", "USER ftp", oops]), ["server-fault/writable-root line 2"]);
    }

    #[test]
    fn a_full_server_refuses_everyone() {
        let full = "530 Sorry, the maximum number of allowed clients (2) are already connected.";
        assert_eq!(judged_by_default(&["220 x", "USER anonymous", "331 x", "PASS me@", full]), [""; 0]);
    }
}
