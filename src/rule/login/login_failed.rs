//! Logins that were refused because of who wanted to come in: a wrong password, an account that may not, a missing folder.

use crate::ftp::{Code, Login, Verb};
use crate::rule::refusal::fails_login;
use crate::rule::{Check, Found, Group, Reason, Rule, Severity, Suspect};
use crate::session::{Confidence, Exchange, Watch};

pub(super) static RULE: Rule = Rule {
    name: "login-failed",
    group: Group::Login,
    replies: &[530, 421, 500, 550],
    cases: &["password", "user-refused", "not-permitted", "anonymous-only", "home", "expired"],
    check: Check::Suspect(check),
    about: Watch::of(&[Verb::USER, Verb::PASS]),
    ..Rule::BASE
};

/// Exchanges after a refused login among which the next try is looked for.
const NEXT_TRY_WITHIN: usize = 12;

fn check(suspect: &Suspect) -> Option<Found> {
    let code = suspect.refused_command()?;
    if !fails_login(&suspect.exchange, code, suspect.state) {
        return None;
    }
    let case = case_of(suspect, code)?;
    // Without words only the code speaks, and ProFTPD has the same one for a full server.
    let worded = suspect.reply.is_some_and(|r| !r.raw().is_empty());
    let cause = match suspect.state.login {
        Login::NeedPassword(m) | Login::NeedAccount(m) | Login::Left(m) => Some(m),
        _ => None,
    };
    let later = accepted_later(&suspect.exchange);
    let harmless = later.is_some().then_some(Severity::Note);
    let found = Found::new(case).cause(cause).later(later.map(|e| e.mark())).severity(harmless);
    Some(if worded { found } else { found.sure(Confidence::Likely) })
}

fn case_of(suspect: &Suspect, code: Code) -> Option<&'static str> {
    let of_password = suspect.verb == Verb::PASS;
    // These are by far the most.
    if of_password && code == Code(530) && suspect.says(WRONG) {
        return Some("password");
    }
    let reply = suspect.reply?;
    let reason = Reason::of(reply.raw()).in_place(&suspect.exchange, suspect.state);
    if !reason.is_about_who() || suspect.says(OUT_OF_ORDER) {
        return None;
    }
    match () {
        // With 421 it is the server that cannot go on.
        () if code != Code(421) && suspect.says(HOME) => Some("home"),
        () if suspect.says(&["expired"]) => Some("expired"),
        () if suspect.says(ANONYMOUS_ONLY) => Some("anonymous-only"),
        () if !matches!(code, Code(530 | 430 | 535 | 550)) => None,
        () if !of_password => Some("user-refused"),
        () if suspect.says(FORBIDDEN) => Some("not-permitted"),
        () => Some("password"),
    }
}

/// Words of servers to which the password, or the name, is wrong. They do not tell which.
const WRONG: &[&str] = &["incorrect", "authentication failed", "login failed", "invalid", "wrong password"];
/// Words of servers that answer 530 to USER or PASS because of what came before.
const OUT_OF_ORDER: &[&str] = &["login with user", "log in with user", "already", "who you are"];
/// Words of servers that cannot enter the user's folder.
const HOME: &[&str] = &["home director", "cannot change directory", "can't change directory", "chdir"];
/// Words of servers that let in nobody by name.
const ANONYMOUS_ONLY: &[&str] = &["anonymous only", "only anonymous", "anonymous access only"];
/// Words of servers to which the account is known and may not come in.
const FORBIDDEN: &[&str] =
    &["denied", "not allowed", "not permitted", "disabled", "locked", "shell", "forbidden"];

/// The exchange that logged in soon after, in the same session.
fn accepted_later<'s>(exchange: &Exchange<'s>) -> Option<Exchange<'s>> {
    let mut next = exchange.after().take(NEXT_TRY_WITHIN);
    next.find(|e| matches!(e.verb(), Verb::USER | Verb::PASS) && matches!(e.code(), Some(Code(230 | 232))))
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::{judged, judged_by_default};

    fn answered(reply: &str) -> Vec<String> {
        judged_by_default(&["220 x", "USER alice", "331 x", "PASS b", reply])
    }

    #[test]
    fn the_words_of_servers_tell_why() {
        // The texts are those of recorded sessions and of the servers' sources.
        let said = [
            ("530 Login incorrect.", "password"),
            ("530 Login authentication failed", "password"),
            ("530 Authentication failed.", "password"),
            ("530 User cannot log in.", "password"),
            ("430 Invalid username or password", "password"),
            ("530 User alice access denied.", "not-permitted"),
            ("530 User cannot log in, home directory inaccessible.", "home"),
            ("500 OOPS: cannot change directory:/home/alice", "home"),
            ("530 Your account has expired.", "expired"),
        ];
        for (reply, case) in said {
            assert_eq!(answered(reply), [format!("login-failed/{case} line 4")], "{reply}");
        }
    }

    #[test]
    fn a_name_may_be_refused_before_the_password() {
        let found = judged_by_default(&["220 x", "USER root", "530 Permission denied."]);
        assert_eq!(found, ["login-failed/user-refused line 2"]);
        let found = judged_by_default(&["220 x", "USER bob", "530 This FTP server is anonymous only."]);
        assert_eq!(found, ["login-failed/anonymous-only line 2"]);
    }

    #[test]
    fn limits_tls_and_order_are_other_matters() {
        for reply in [
            "530 Sorry, the maximum number of allowed clients (2) are already connected.",
            "530 Non-anonymous sessions must use encryption.",
            "530 System not available.",
            "421 FTP server shutting down - going home",
            "503 Login with USER first.",
        ] {
            let found = judged(&["220 x", "USER alice", "331 x", "PASS b", reply]);
            assert_eq!(found.iter().filter(|f| f.starts_with("login-failed")).count(), 0, "{reply}");
        }
        let again =
            ["220 x", "USER a", "331 x", "PASS b", "230 x", "USER c", "530 Can't change to another user."];
        assert_eq!(judged_by_default(&again), ["login-order/user-again line 6"]);
    }
}
