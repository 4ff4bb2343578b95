//! SIZE and RANG that a server does not do while files are sent as text, as it cannot know then how many bytes it will send
//! (RFC 3659 section 4).

use super::lack::soon_after;
use crate::ftp::{Form, Verb};
use crate::rule::{Check, Found, Group, Rule, Severity, Suspect};
use crate::session::{Exchange, Watch};

pub(super) static RULE: Rule = Rule {
    name: "refused-in-ascii",
    severity: Severity::Note,
    group: Group::Support,
    replies: &[550, 551],
    cases: &["set", "unsaid"],
    check: Check::Suspect(check),
    about: Watch::of(&[Verb::SIZE, Verb::RANG]),
    ..Rule::BASE
};

/// Exchanges after a refused SIZE in which the client may fetch the file all the same.
const SOON: usize = 8;

fn check(suspect: &Suspect) -> Option<Found> {
    suspect.refused_command()?;
    let is_it = matches!(suspect.verb, Verb::SIZE | Verb::RANG) && suspect.says(&["ascii"]);
    if !is_it || suspect.lack().is_some() || did_without(&suspect.exchange) {
        return None;
    }
    match suspect.state.form {
        Form::Text(mark) => Some(Found::new("set").cause(mark)),
        Form::Unsaid => Some(Found::new("unsaid")),
        // A name that holds the word, or a server with its own idea.
        Form::Image(_) => None,
    }
}

/// Whether the client asked again and was answered, or fetched the file without its size.
fn did_without(exchange: &Exchange) -> bool {
    let mut soon = exchange.after().take(SOON);
    let fetches = |e: &Exchange| e.verb().transfers() && e.argument() == exchange.argument() && e.is_done();
    soon_after(exchange, &[exchange.verb()]).is_some() || soon.any(|e| fetches(&e))
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::judged_by_default;

    fn after_login(lines: &[&str]) -> Vec<String> {
        judged_by_default(&[&["220 x", "USER a", "331 x", "PASS b", "230 x"][..], lines].concat())
    }

    const REFUSED: &str = "550 SIZE not allowed in ASCII mode";

    #[test]
    fn a_size_needs_binary_mode() {
        assert_eq!(after_login(&["TYPE A", "200 x", "SIZE a", REFUSED]), ["refused-in-ascii/set line 8"]);
        assert_eq!(after_login(&["SIZE a", REFUSED]), ["refused-in-ascii/unsaid line 6"]);
        let range = ["RANG 0 5", "551 RANG: Transfer ranges not allowed in ASCII mode"];
        assert_eq!(after_login(&range), ["refused-in-ascii/unsaid line 6"]);
    }

    #[test]
    fn who_asks_again_or_does_without_lost_nothing() {
        let again = ["SIZE a", REFUSED, "TYPE I", "200 x", "SIZE a", "213 5"];
        assert_eq!(after_login(&again), [""; 0]);
        let fetched = ["SIZE a", REFUSED, "EPSV", "229 x (|||50000|)", "RETR a", "150 x", "226 x"];
        assert_eq!(after_login(&fetched), [""; 0]);
        // The name of the file holds the word.
        let named = ["TYPE I", "200 x", "SIZE ascii.txt", "550 ascii.txt: No such file or directory"];
        assert_eq!(after_login(&named), [""; 0]);
    }
}
