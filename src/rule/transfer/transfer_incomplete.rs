//! A transfer that began and got no final reply, or of which the log says no more than that it failed (RFC 959 section 5.4).

use crate::event::{Holds, Outcome};
use crate::ftp::{Code, Data};
use crate::rule::data::reach::unreachable;
use crate::rule::{Check, Found, Group, Rule, Severity, Suspect};
use crate::session::{Confidence, Ending, Reply, Watch};
use crate::text::holds;

pub(super) static RULE: Rule = Rule {
    name: "transfer-incomplete",
    severity: Severity::Error,
    group: Group::Transfer,
    replies: &[150],
    cases: &["broken", "no-final-reply", "session-ended", "logged"],
    check: Check::Suspect(check),
    about: Watch::TRANSFERS,
    ..Rule::BASE
};

fn check(suspect: &Suspect) -> Option<Found> {
    let exchange = &suspect.exchange;
    if !suspect.verb.transfers() || suspect.reply.is_some() {
        return None;
    }
    if let Some(outcome) = exchange.outcome() {
        return (outcome == Outcome::Failed).then(|| Found::new("logged").severity(Severity::Warning));
    }
    let Data::Ready(setup) = suspect.state.data else { return None };
    // The address in the reply to PASV has its own rule.
    let is_explained =
        || suspect.session().exchange(setup).is_some_and(|setup| unreachable(&setup).is_some());
    if suspect.session().dialect().holds != Holds::Everything || is_explained() {
        return None;
    }
    if let Some(last) = exchange.replies().last().filter(says_how_it_was) {
        return (last.code == Code(150)).then(|| Found::new("broken"));
    }
    if let Some(next) = exchange.after().find(|e| e.has_command() && e.code().is_some()) {
        let found = Found::new("no-final-reply").later(next.mark()).sure(Confidence::Likely);
        return exchange.is_started().then_some(found);
    }
    let lost = match suspect.session().ending() {
        // What never began belongs to connection-lost.
        Ending::Lost => exchange.is_started(),
        ending => matches!(ending, Ending::Timeout | Ending::Refused),
    };
    (suspect.session().has_ended() && lost).then(|| Found::new("session-ended"))
}

/// Pure-FTPd tells the time that a transfer took in a second 150 where its data connection broke, and says no more.
fn says_how_it_was(reply: &Reply) -> bool {
    holds(reply.raw(), "(measured here)")
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::judged_by_default;

    const LOGIN: [&str; 7] = ["220 x", "USER a", "331 x", "PASS b", "230 x", "TYPE I", "200 x"];

    fn after_login(lines: &[&str]) -> Vec<String> {
        judged_by_default(&[&LOGIN[..], lines].concat())
    }

    #[test]
    fn a_second_150_of_pure_ftpd_is_the_end_of_a_broken_transfer() {
        let lines = ["EPSV", "229 x (|||50000|)", "RETR a", "150 Accepted data connection"];
        let end = ["150 0.200 seconds (measured here), 19.93 Mbytes per second", "EPSV", "229 x (|||50001|)"];
        assert_eq!(after_login(&[&lines[..], &end].concat()), ["transfer-incomplete/broken line 10"]);
    }

    #[test]
    fn a_session_that_goes_on_without_the_final_reply_is_found() {
        let lines = ["EPSV", "229 x (|||50000|)", "STOR a", "150 Ok to send data.", "PWD", "257 \"/\""];
        assert_eq!(after_login(&lines), ["transfer-incomplete/no-final-reply line 10"]);
    }

    #[test]
    fn a_log_that_ends_in_the_middle_says_nothing() {
        assert_eq!(after_login(&["EPSV", "229 x (|||50000|)", "STOR a", "150 Ok to send data."]), [""; 0]);
        assert_eq!(after_login(&["EPSV", "229 x (|||50000|)", "STOR a"]), [""; 0]);
    }
}
