//! An argument that is missing, too much or malformed: 501 by the RFC, 500 by `ProFTPD`, vsftpd, Twisted and the BSD family.

use crate::ftp::{Code, DataRole, Fit, Rename, Shape, Verb};
use crate::rule::{Check, Found, Group, Rule, Severity, Suspect};
use crate::session::Confidence;

pub(super) static RULE: Rule = Rule {
    name: "argument-invalid",
    severity: Severity::Warning,
    group: Group::Support,
    replies: &[501],
    cases: &["missing", "surplus", "malformed", "site", "other"],
    check: Check::Suspect(check),
    ..Rule::BASE
};

fn check(suspect: &Suspect) -> Option<Found> {
    let code = suspect.refused_command()?;
    if !matches!(code, Code(500 | 501 | 504 | 550)) || is_elsewhere(suspect.verb) {
        return None;
    }
    // 500 to what not every server has says more of the command than of its argument.
    if code == Code(500) && suspect.verb.is_extension() && !suspect.says(ABOUT_ARGUMENTS) {
        return None;
    }
    let fit = Shape::of(suspect.verb).fit(suspect.exchange.argument());
    match (fit, code) {
        // vsftpd takes no argument for an empty path, and answers 550.
        (Fit::Missing, _) => Some(Found::new("missing")),
        (Fit::Fits, Code(550)) if suspect.verb == Verb::SITE => {
            suspect.says(&["invalid mode", "invalid permission"]).then(|| Found::new("site"))
        }
        (_, Code(550)) => None,
        (Fit::Surplus, _) => Some(Found::new("surplus")),
        (Fit::Malformed, _) => Some(Found::new("malformed")),
        (Fit::Fits, Code(500 | 501)) if suspect.verb == Verb::SITE => {
            suspect.says(ABOUT_ARGUMENTS).then(|| Found::new("site"))
        }
        (Fit::Fits, Code(501)) => other(suspect),
        (Fit::Fits, _) => None,
    }
}

/// Addresses and offsets have rules of their own.
fn is_elsewhere(verb: Verb) -> bool {
    matches!(verb, Verb::OTHER | Verb::REST) || verb.data() == DataRole::Setup
}

const ABOUT_ARGUMENTS: &[&str] =
    &["argument", "parameter", "needs", "requires", "missing", "syntax", "invalid"];

/// 501 for an argument that has the form of the RFC. What the words say about order, files and addresses is other rules'.
fn other(suspect: &Suspect) -> Option<Found> {
    // ProFTPD refuses with 501 what comes between RNFR and RNTO.
    let is_elsewhere = !matches!(suspect.state.rename, Rename::None | Rename::Used(_))
        || matches!(suspect.verb, Verb::USER | Verb::PASS | Verb::ACCT)
        || suspect.says(&["sequence", "not allowed", "ascii"])
        || suspect.ground().is_some();
    (!is_elsewhere).then(|| Found::new("other").sure(Confidence::Likely))
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::judged_by_default;

    fn after_login(lines: &[&str]) -> Vec<String> {
        judged_by_default(&[&["220 x", "USER a", "230 x"][..], lines].concat())
    }

    #[test]
    fn every_code_that_servers_use_for_it() {
        for (lines, case) in [
            (["DELE", "501 Syntax error: command needs an argument."], "missing"),
            (["TYPE", "500 'TYPE' not understood"], "missing"),
            (["MKD", "550 Create directory operation failed."], "missing"),
            (["SITE", "500 'SITE' requires parameters"], "missing"),
            (["FEAT x", "501 Invalid number of parameters"], "surplus"),
            (["PWD x", "501 Invalid number of parameters"], "surplus"),
            (["TYPE  I", "500 Unrecognised TYPE command."], "malformed"),
            (["TYPE Z", "504 TYPE not implemented for 'Z' parameter"], "malformed"),
            (["SITE CHMOD", "500 SITE CHMOD needs 2 arguments."], "site"),
            (["SITE CHMOD 888 a", "550 '888': invalid mode"], "site"),
            (["MFMT 20200101000000 a", "501 Invalid date"], "other"),
        ] {
            assert_eq!(after_login(&lines), [format!("argument-invalid/{case} line 4")], "{lines:?}");
        }
    }

    #[test]
    fn an_argument_that_is_refused_for_another_reason() {
        for lines in [
            ["PORT 10,9,8,7,4,1", "501 Rejected data connection to foreign address 10.9.8.7:1025."],
            ["MLSD in", "501 No such directory."],
            ["REST abc", "501 REST requires a value greater than or equal to 0"],
        ] {
            assert!(after_login(&lines).iter().all(|f| !f.starts_with("argument-invalid")), "{lines:?}");
        }
    }
}
