//! A data connection that did not open in time, or that stood still for too long.

use super::with_limit;
use crate::ftp::{Code, Data};
use crate::rule::{Check, Found, Group, Reason, Rule, Suspect};

pub(super) static RULE: Rule = Rule {
    name: "data-timeout",
    group: Group::Availability,
    replies: &[421],
    cases: &["stalled", "not-opened", "unused", "other"],
    check: Check::Suspect(check),
    ..Rule::BASE
};

fn check(suspect: &Suspect) -> Option<Found> {
    let reply = suspect.reply.filter(|r| r.code == Code(421))?;
    // Most refusals are about limits.
    if !suspect.says(&["data"]) || Reason::of(reply.raw()) != Reason::DataTimeout {
        return None;
    }
    let exchange = &suspect.exchange;
    let transfer = super::idle_timeout::running_transfer(exchange);
    let prepared = match suspect.state.data {
        Data::Ready(m) => Some(m),
        Data::Used { setup, .. } => Some(setup),
        _ => None,
    };
    let asks = exchange.verb().transfers();
    // pyftpdlib: "Passive data channel timed out." behind 150. Nobody came, and another rule knows why.
    if asks && suspect.says(&["data channel"]) {
        return None;
    }
    let found = match (transfer, suspect.state.data) {
        (Some(transfer), _) => {
            let other = transfer.mark() != exchange.mark();
            Found::new("stalled").cause(other.then(|| transfer.mark()))
        }
        (None, _) if asks => Found::new("not-opened").cause(prepared),
        // pyftpdlib: "Passive data channel timed out."
        (None, Data::Ready(m)) => Found::new("unused").cause(m),
        _ => Found::new("other"),
    };
    Some(with_limit(found, &reply))
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::judged_by_default;

    fn after_pasv(lines: &[&str]) -> Vec<String> {
        let before = ["220 x", "USER a", "331 x", "PASS b", "230 x", "PASV", "227 x (192,0,2,1,4,1)"];
        let mut found = judged_by_default(&[&before, lines].concat());
        found.retain(|f| f.starts_with("data-timeout"));
        found
    }

    #[test]
    fn a_transfer_that_stood_still_is_told_from_one_that_did_not_begin() {
        let found = after_pasv(&["RETR f", "150 x", "421 Data timeout. Reconnect. Sorry."]);
        assert_eq!(found, ["data-timeout/stalled line 8"]);
        let found = after_pasv(&["LIST", "421 Data connection timed out."]);
        assert_eq!(found, ["data-timeout/not-opened line 8"]);
        let found = after_pasv(&["421 Passive data channel timed out."]);
        assert_eq!(found, ["data-timeout/unused line 8"]);
        assert_eq!(after_pasv(&["421 Timeout."]), [""; 0]);
    }
}
