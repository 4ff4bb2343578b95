//! REST that was refused, or a transfer that was refused for the REST before it (RFC 3659 section 5, RFC 1123 section 4.1.3.4).

use crate::ftp::{Code, DataRole, Login, Mark, Restart, Verb};
use crate::rule::{Check, Fact, Found, Group, Rule, Severity, Suspect};
use crate::session::{Confidence, Watch};

pub(super) static RULE: Rule = Rule {
    name: "restart-refused",
    severity: Severity::Warning,
    group: Group::Transfer,
    replies: &[501, 554, 551],
    cases: &["malformed", "disabled", "beyond-end", "upload"],
    check: Check::Suspect(check),
    about: Watch::TRANSFERS.and(Watch::of(&[Verb::REST])),
    ..Rule::BASE
};

fn check(suspect: &Suspect) -> Option<Found> {
    let code = suspect.refused_command()?;
    if code == Code(530) || !matches!(suspect.state.login, Login::In(_) | Login::Unknown) {
        return None;
    }
    match (suspect.verb, suspect.state.restart) {
        (Verb::REST, _) => offset_refused(suspect),
        (verb, Restart::Set(set) | Restart::Crossed { set, .. }) => transfer_refused(suspect, verb, set),
        _ => None,
    }
}

fn offset_refused(suspect: &Suspect) -> Option<Found> {
    let argument = suspect.exchange.argument().trim_ascii();
    // A client that asks whether REST is there at all loses nothing.
    if matches!(argument, b"0" | b"1") {
        return None;
    }
    // What the form of the file has to do with it is a matter of order.
    if suspect.says(&["ascii mode", "ascii resume"]) {
        return None;
    }
    if argument.is_empty() || !argument.iter().all(u8::is_ascii_digit) {
        return Some(Found::new("malformed").fact("offset", Fact::Text(argument.to_vec().into())));
    }
    suspect.says(&["disabled", "not allowed", "permission", "not permitted"]).then(|| Found::new("disabled"))
}

fn transfer_refused(suspect: &Suspect, verb: Verb, set: Mark) -> Option<Found> {
    let code = suspect.code()?;
    let role = verb.data();
    if !matches!(role, DataRole::Send | DataRole::Receive) {
        return None;
    }
    let about_offset = suspect.says(&["rest", "resum", "offset", "marker", "ascii"]);
    let offset = suspect.session().exchange(set)?.argument().to_vec();
    let found = |case| Some(Found::new(case).cause(set).fact("offset", Fact::Text(offset.into())));
    match code {
        Code(450 | 501 | 503 | 550 | 551 | 554) if role == DataRole::Receive && about_offset => {
            found("upload")
        }
        Code(554) if role == DataRole::Receive => found("upload").map(|f| f.sure(Confidence::Likely)),
        Code(554) => found("beyond-end"),
        Code(450 | 501 | 550 | 551) if about_offset => {
            found("beyond-end").map(|f| f.sure(Confidence::Likely))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::judged_by_default;

    fn after_login(lines: &[&str]) -> Vec<String> {
        judged_by_default(&[&["220 x", "USER a", "331 x", "PASS b", "230 x"][..], lines].concat())
    }

    #[test]
    fn an_offset_that_the_server_does_not_take_is_explained() {
        let words = "501 REST requires a value greater than or equal to 0";
        assert_eq!(after_login(&["REST abc", words]), ["restart-refused/malformed line 6"]);
        assert_eq!(after_login(&["REST -5", words]), ["restart-refused/malformed line 6"]);
        assert_eq!(after_login(&["REST 1", words]), [""; 0]);
    }

    #[test]
    fn a_transfer_that_is_refused_for_its_offset_is_explained() {
        let rest = ["TYPE I", "200 x", "EPSV", "229 x (|||50000|)", "REST 900", "350 x"];
        let of = |transfer: [&str; 2]| after_login(&[&rest[..], &transfer].concat());
        assert_eq!(of(["RETR a", "554 Invalid REST parameter."]), ["restart-refused/beyond-end line 12"]);
        assert_eq!(of(["APPE a", "550 APPE incompatible with REST"]), ["restart-refused/upload line 12"]);
        let missing = of(["RETR a", "550 Failed to open file."]);
        assert!(missing.iter().all(|f| !f.starts_with("restart-refused")), "{missing:?}");
    }
}
