//! Active mode that does not work: the server cannot connect to the client, again and again, or while passive mode works.

use super::data_connection_failed::{prepared, target};
use super::failure::{Failure, failure};
use super::preparation::{Mode, prepares, worked_after, worked_before};
use crate::rule::{Check, Found, Group, Role, Rule, Severity, Suspect};
use crate::session::{Exchange, Watch};

pub(super) static RULE: Rule = Rule {
    name: "active-mode-blocked",
    severity: Severity::Error,
    group: Group::Data,
    replies: &[425, 426, 500],
    cases: &["passive-works", "repeated"],
    check: Check::Suspect(check),
    about: Watch::TRANSFERS,
    ..Rule::BASE
};

/// Exchanges before and after one in which another failure is looked for.
const NEAR_MAX: usize = 32;

fn check(suspect: &Suspect) -> Option<Found> {
    if !suspect.verb.transfers() || failure(&suspect.exchange) != Some(Failure::NotOpened) {
        return None;
    }
    let (setup, mode) = prepared(suspect).filter(|(_, mode)| *mode == Mode::Active)?;
    let here = &suspect.exchange;
    if suspect.state.protected.is_some() && here.is_started() || worked_before(here, mode).is_some() {
        return None;
    }
    let passive = worked_after(here, mode.other()).or_else(|| worked_before(here, mode.other()));
    let (case, proof) = match passive {
        Some(worked) => ("passive-works", worked),
        None => ("repeated", failed_too(here)?),
    };
    let found = Found::new(case).cause_as(Role::Evidence, setup.mark()).proof(proof.mark());
    Some(target(found, &setup, mode, suspect))
}

/// The nearest other transfer whose active data connection did not come about.
fn failed_too<'s>(here: &Exchange<'s>) -> Option<Exchange<'s>> {
    let back = here.before().take(NEAR_MAX);
    let on = here.after().take(NEAR_MAX);
    back.chain(on).find(|e| e.verb().transfers() && failure(e) == Some(Failure::NotOpened) && was_active(e))
}

fn was_active(transfer: &Exchange) -> bool {
    let back = transfer.before().take(NEAR_MAX);
    let mut setups = back.take_while(|e| !e.verb().transfers());
    setups.find_map(|e| prepares(&e)) == Some(Mode::Active)
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::judged_by_default;

    const LOGIN: [&str; 5] = ["220 (vsFTPd 3.0.3)", "USER a", "331 x", "PASS b", "230 x"];
    const FAILED: [&str; 4] =
        ["PORT 192,0,2,7,200,1", "200 x", "LIST", "425 Failed to establish connection."];

    #[test]
    fn it_takes_two_failures_or_a_passive_transfer_that_worked() {
        let once = judged_by_default(&[&LOGIN[..], &FAILED].concat());
        assert_eq!(once, ["data-connection-failed/active line 8"]);
        let twice = judged_by_default(&[&LOGIN[..], &FAILED, &FAILED].concat());
        assert_eq!(twice, ["active-mode-blocked/repeated line 8", "active-mode-blocked/repeated line 12"]);
        let passive = ["EPSV", "229 x (|||50000|)", "LIST", "150 x", "226 x"];
        let then = judged_by_default(&[&LOGIN[..], &FAILED, &passive].concat());
        assert_eq!(then, ["active-mode-blocked/passive-works line 8"]);
    }

    #[test]
    fn active_mode_that_worked_before_is_not_blocked() {
        let worked = ["PORT 192,0,2,7,200,0", "200 x", "LIST", "150 x", "226 x"];
        let found = judged_by_default(&[&LOGIN[..], &worked, &FAILED, &FAILED].concat());
        assert!(found.iter().all(|f| f.starts_with("data-connection-failed/active-at-times")), "{found:?}");
    }
}
