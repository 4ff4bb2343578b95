//! `rules`: what ftplog looks for, and the tests of rules of the user's own.

use super::Exit;
use super::args::{Rules, RulesCommand, RulesFormat};
use super::complaint::Complaint;
use super::config::Config;
use super::output::Output;
use ftplog::catalog::{Hole, Message, Said, Words};
use ftplog::engine::{self, Settings};
use ftplog::report::{Options, Report, list_rules, rules_json};
use ftplog::rule::own::Example;
use ftplog::rule::{Check, Choice, Rule, Ruleset};
use ftplog::source::Input;
use std::sync::Arc;

/// The name of the log of a test.
const TEST_NAME: &str = "test";

/// Lists the rules, or runs the tests of those of the user's own.
pub(crate) fn rules(args: &Rules, config: &Config, output: &Output) -> Result<Exit, Complaint> {
    if let Some(RulesCommand::Test) = args.what {
        return test(config, output);
    }
    let rules = config.ruleset();
    if args.format == RulesFormat::Text {
        return Ok(output.page(&list_rules(&rules, &output.words, output.style)));
    }
    let words = Words::new(output.lang_for_programs());
    // Why it failed is kept for the end.
    let _ = rules_json(&mut output.stream(), &rules, &words, args.format == RulesFormat::Ndjson);
    Ok(Exit::Clean)
}

fn test(config: &Config, output: &Output) -> Result<Exit, Complaint> {
    if config.rules.own.is_empty() {
        return Err(Complaint::new(Message::NoOwnRules).tip(Message::NoOwnRulesTip));
    }
    let n = config.run_tests_of_rules()?;
    let tested = Message::RulesTested
        .with("rules", Message::Rules.with("n", config.rules.own.len() as u64))
        .with("tests", Message::Tests.with("n", n as u64));
    Ok(output.page(&(tested.in_words(output.words.lang()) + "\n")))
}

/// Runs the tests of a rule of the user's own; returns how many there are.
///
/// # Errors
/// The number of the first one that fails, from 0, and why.
pub(crate) fn run_tests(
    rule: &'static Rule,
    choice: &Choice,
    settings: &Settings,
) -> Result<usize, (usize, Said)> {
    let Check::Own(own) = rule.check else { return Ok(0) };
    let only = Choice { select: vec![rule.name.to_owned()], own: choice.own.clone(), ..Choice::default() };
    let rules = Arc::new(Ruleset::new(&only).unwrap_or_default());
    for (number, example) in own.examples().iter().enumerate() {
        let test = |why: Said| {
            let shown = (number + 1).to_string();
            (number, Message::RuleTestFailed.with("number", shown).with("why", why))
        };
        let found = found(example, &rules, settings).map_err(test)?;
        let mut wanted = example.finds.clone();
        wanted.sort_unstable();
        if found != wanted {
            let why = Message::FindsNot.with("found", lines(&found)).with("wanted", lines(&wanted));
            return Err(test(why));
        }
    }
    Ok(own.examples().len())
}

/// The lines of the findings in the log of a test.
fn found(example: &Example, rules: &Arc<Ruleset>, settings: &Settings) -> Result<Vec<u64>, Said> {
    let log = Input::bytes(TEST_NAME, example.log.clone());
    let report = Report::new(Options { rules: Arc::clone(rules), ..Options::default() });
    let run = engine::run(log, &Settings { jobs: 1, ..settings.clone() }, report, |_| Ok(()));
    let run = run.map_err(|stop| Message::ItsLogUnreadable.with("why", stop.said()))?;
    if let Some((line, _)) = run.read.stats.not_understood.first() {
        return Err(Message::ItsLineUnknown.with("line", line.to_string()));
    }
    let mut found: Vec<u64> = run.gathered.seal(Vec::new()).findings.iter().map(|f| f.place.line).collect();
    found.sort_unstable();
    Ok(found)
}

/// `nothing`, `line 3`, `lines 3, 7`
fn lines(all: &[u64]) -> Said {
    match all {
        [] => Message::FindsNothing.into(),
        [line] => Message::FindsLine.with("line", line.to_string()),
        _ => Message::FindsLines.with("lines", all.iter().map(ToString::to_string).collect::<Hole>()),
    }
}
