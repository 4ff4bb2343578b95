//! `explain --search`: which pages speak of a reply as it was received, or of words.

use super::Exit;
use super::args::PageFormat;
use super::complaint::Complaint;
use super::config::Config;
use super::explain::{for_programs, laid_out, shown};
use super::output::Output;
use ftplog::catalog::{self, Message};
use ftplog::engine::{self, Settings};
use ftplog::ftp::{Code, Replies, Verb};
use ftplog::report::{self, Hit, Options, Report};
use ftplog::rule::{Reason, Rule, Ruleset};
use ftplog::source::Input;
use std::cmp::Reverse;
use std::sync::Arc;

/// Most characters of a text that are looked for.
const TEXT_CHARS_MAX: usize = 1_000;
/// What stands before a command and the reply, so that nothing but the reply is wrong: a greeting, the first half of a login, a
/// login, and what some commands need besides.
const GREETED: &[&str] = &["220 ready"];
const NAMED: &[&str] = &["220 ready", "USER a", "331 password"];
const LOGGED_IN: &[&str] = &["220 ready", "USER a", "331 password", "PASS ***", "230 ok", "TYPE I", "200 ok"];
const WANTING_ACCOUNT: &[&str] = &["PASS ***", "332 account"];
const SECURED: &[&str] = &["AUTH TLS", "234 ok"];
const BUFFERED: &[&str] = &["AUTH TLS", "234 ok", "PBSZ 0", "200 ok"];
const RENAMING: &[&str] = &["RNFR b", "350 ok"];
const PASSIVE: &[&str] = &["PASV", "227 (198,51,100,1,200,10)"];
/// How much more a command of RFC 959 counts than another one: replies to it are met more often.
const USUAL: usize = 4;

/// Looks for the pages about `text` and lists them, the best first.
pub(super) fn search(
    text: &str,
    format: PageFormat,
    config: &Config,
    output: &Output,
) -> Result<Exit, Complaint> {
    let text: String = text.trim().chars().take(TEXT_CHARS_MAX).collect();
    if text.is_empty() {
        return Err(Complaint::new(Message::NothingToLookFor).tip(Message::NothingToLookForTip));
    }
    let mut hits = Vec::new();
    if let Some((code, reply)) = reply_in(&text) {
        hits.push(Hit::Code(code));
        hits.extend(explaining(code, &reply, &Arc::new(config.ruleset())));
    }
    hits.extend(catalog::search(&text).into_iter().map(Hit::Words));
    let shown = shown(&text);
    Ok(match format {
        PageFormat::Json => output.page(&report::hits_json(&shown, &hits, &for_programs(output))),
        _ => laid_out(&report::hits_page(&shown, &hits, &output.words), format, output),
    })
}

/// The reply in a text: from the first code on that is a word of its own. Programs write something before it, as in `< 530 no`.
pub(super) fn reply_in(text: &str) -> Option<(Code, String)> {
    let may_begin =
        |at: usize| text[..at].chars().next_back().is_none_or(|c| !c.is_alphanumeric() && c != '.');
    let starts = text.char_indices().filter(|(at, _)| may_begin(*at));
    let (code, reply) = starts.map(|(at, _)| &text[at..]).find_map(|reply| {
        // 192.168 is no code, and 550 at the end of a sentence is one.
        let behind: Vec<char> = reply.chars().skip(3).take(2).collect();
        let is_number = behind.first() == Some(&'.') && behind.get(1).is_some_and(char::is_ascii_digit);
        let is_word = !is_number && behind.first().is_none_or(|c| !c.is_alphanumeric());
        Some((Code::parse(reply.as_bytes()).filter(|_| is_word)?, reply))
    })?;
    let lines: Vec<&str> = reply.lines().map(str::trim_end).collect();
    let closed = lines.len() > 1 && lines.last()?.starts_with(&format!("{code} "));
    if closed {
        return Some((code, lines.join("\n")));
    }
    // What stands behind the code is no part of it: `530-Welcome`, `(530)`.
    let said = lines[0][3..].trim_start_matches(|c: char| !c.is_alphanumeric());
    Some((code, format!("{code} {said}")))
}

/// The rules that explain the reply, with the commands behind which they do: each command that may get the code is answered
/// with it in a session made for that, and the session is analyzed. A rule that explains any refusal of that command says
/// nothing about this one.
fn explaining(code: Code, reply: &str, rules: &Arc<Ruleset>) -> Vec<Hit> {
    if !code.is_refusal() {
        return Vec::new();
    }
    let any = format!("{}99 no", code.0 / 100);
    let mut found: Vec<(&'static Rule, Vec<Verb>)> = Vec::new();
    if code == Code(421) || Reason::of(reply.as_bytes()) != Reason::Unknown {
        found.extend(explained(&[], reply, rules).into_iter().map(|rule| (rule, Vec::new())));
    }
    for verb in Verb::all().filter(|verb| code.can_answer(*verb)) {
        let Some(session) = before(verb) else { continue };
        let of_any: Vec<&str> = explained(&session, &any, rules).iter().map(|rule| rule.name).collect();
        for rule in explained(&session, reply, rules) {
            match found.iter_mut().find(|(known, _)| known.name == rule.name) {
                _ if of_any.contains(&rule.name) => {}
                Some((_, verbs)) => verbs.push(verb),
                None => found.push((rule, vec![verb])),
            }
        }
    }
    let weight = |verb: &Verb| match Replies::to(*verb) {
        Some(replies) if replies.spec == "RFC 959" => USUAL,
        _ => 1,
    };
    found.sort_by_key(|(_, verbs)| Reverse(verbs.iter().map(weight).sum::<usize>()));
    found.into_iter().map(|(rule, verbs)| Hit::Rule(rule, verbs)).collect()
}

/// A session in good order up to that command; none for commands of mechanisms that nobody sees in clear text.
fn before(verb: Verb) -> Option<Vec<String>> {
    let (session, more): (_, &[&str]) = match verb {
        Verb::ADAT | Verb::MIC | Verb::CONF | Verb::ENC => return None,
        Verb::USER | Verb::AUTH | Verb::HOST | Verb::HELP | Verb::FEAT | Verb::SYST => (GREETED, &[]),
        Verb::PASS => (NAMED, &[]),
        Verb::ACCT => (NAMED, WANTING_ACCOUNT),
        Verb::PBSZ => (GREETED, SECURED),
        Verb::PROT => (GREETED, BUFFERED),
        Verb::RNTO => (LOGGED_IN, RENAMING),
        _ if verb.transfers() => (LOGGED_IN, PASSIVE),
        _ => (LOGGED_IN, &[]),
    };
    Some(session.iter().chain(more).map(|line| (*line).to_owned()).chain([asked(verb)]).collect())
}

/// A command as a client sends it.
fn asked(verb: Verb) -> String {
    match verb {
        Verb::PASS | Verb::ACCT => format!("{} ***", verb.name()),
        Verb::TYPE => "TYPE I".to_owned(),
        Verb::AUTH => "AUTH TLS".to_owned(),
        Verb::PBSZ => "PBSZ 0".to_owned(),
        Verb::PROT => "PROT P".to_owned(),
        Verb::REST => "REST 100".to_owned(),
        Verb::PORT => "PORT 198,51,100,7,200,10".to_owned(),
        Verb::EPRT => "EPRT |1|198.51.100.7|51210|".to_owned(),
        _ if verb.argument() == ftplog::ftp::Argument::None => verb.name().to_owned(),
        _ => format!("{} a", verb.name()),
    }
}

/// The rules with a finding about the reply that ends that session.
fn explained(session: &[String], reply: &str, rules: &Arc<Ruleset>) -> Vec<&'static Rule> {
    // A finding stands at the command; at the reply where there is none.
    let line = session.len().max(1) as u64;
    let log = session.iter().map(String::as_str).chain([reply, ""]).collect::<Vec<_>>().join("\n");
    let report = Report::new(Options { rules: Arc::clone(rules), ..Options::default() });
    let settings = Settings { jobs: 1, format: ftplog::format::named("raw"), ..Settings::default() };
    let Ok(run) = engine::run(Input::bytes("search", log.into_bytes()), &settings, report, |_| Ok(())) else {
        return Vec::new();
    };
    let summary = run.gathered.seal(Vec::new());
    summary.findings.iter().filter(|f| f.place.line == line).map(|f| f.rule).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<(u16, String)> {
        reply_in(text).map(|(code, reply)| (code.0, reply))
    }

    #[test]
    fn a_reply_is_found_in_what_programs_write() {
        let refused = |text: &str| Some((530, text.to_owned()));
        assert_eq!(read("530 Login incorrect."), refused("530 Login incorrect."));
        assert_eq!(read("< 530 Login incorrect."), refused("530 Login incorrect."));
        assert_eq!(read("curl: (67) Access denied: 530"), refused("530 "));
        assert_eq!(read("failed (530)"), refused("530 "));
        assert_eq!(read("530-Welcome"), refused("530 Welcome"));
        assert_eq!(read("530-Welcome\r\n530 Login incorrect."), refused("530-Welcome\n530 Login incorrect."));
        assert_eq!(read("no code, 12:34:56, 192.168.200.5, abc530"), None);
    }
}
