//! `explain` and `compare`: the catalog as pages.

use super::Exit;
use super::args::{BookPart, Compare, Explain, PageFormat};
use super::complaint::Complaint;
use super::config::Config;
use super::output::Output;
use super::search::{reply_in, search};
use ftplog::catalog::{Message, Said, Words};
use ftplog::ftp::{Code, Verb};
use ftplog::report::{self, Page, Part, Topic};
use ftplog::rule::Ruleset;
use ftplog::text::{Printable, nearest, without_secrets};

/// Fewest and most topics that are compared at once.
const TOPICS: std::ops::RangeInclusive<usize> = 2..=4;

/// Explains reply codes, commands and rules; looks for a text; or prints the whole book.
pub(crate) fn explain(args: &Explain, config: &Config, output: &Output) -> Result<Exit, Complaint> {
    if let Some(part) = args.all {
        return book(part, args.format, output);
    }
    if let Some(text) = &args.search {
        return search(text, args.format, config, output);
    }
    let rules = config.ruleset();
    let is_topic = |word: &String| Topic::named(word).is_some() || rule_named(word, &rules).is_some();
    if args.topic.len() > 1 && args.topic.iter().all(is_topic) {
        for (n, word) in args.topic.iter().enumerate() {
            output.page(if n > 0 { "\n" } else { "" });
            page(word, args.format, &rules, output)?;
        }
        return Ok(Exit::Clean);
    }
    let topic = args.topic.join(" ");
    let topic = topic.trim();
    // A reply as it was received, pasted without an option.
    if topic.contains(' ') && reply_in(topic).is_some() {
        return search(topic, args.format, config, output);
    }
    page(topic, args.format, &rules, output)
}

/// The page of a topic.
fn page(topic: &str, format: PageFormat, rules: &Ruleset, output: &Output) -> Result<Exit, Complaint> {
    if let Some(page) = report::explain_windows_error(topic, &output.words)
        && format != PageFormat::Json
    {
        return Ok(laid_out(&page, format, output));
    }
    if topic.bytes().all(|b| b.is_ascii_digit()) && !topic.is_empty() {
        return Ok(code_page(code(topic)?, format, output));
    }
    // AUTH TLS is a page about AUTH.
    let verb = Verb::parse(topic.split(' ').next().unwrap_or_default().as_bytes());
    if let Some(exit) = command_page(verb, format, output) {
        return Ok(exit);
    }
    rule_page(topic, format, rules, output)
}

fn rule_named(name: &str, rules: &Ruleset) -> Option<usize> {
    let wanted = name.to_ascii_lowercase();
    rules.rules().position(|rule| rule.name == wanted)
}

fn code_page(code: Code, format: PageFormat, output: &Output) -> Exit {
    match format {
        PageFormat::Json => output.page(&report::reply_json(code, &for_programs(output))),
        _ => laid_out(&report::explain_code(code, &output.words), format, output),
    }
}

fn command_page(verb: Verb, format: PageFormat, output: &Output) -> Option<Exit> {
    Some(match format {
        PageFormat::Json => output.page(&report::command_json(verb, &for_programs(output))?),
        _ => laid_out(&report::explain_command(verb, &output.words)?, format, output),
    })
}

fn rule_page(topic: &str, format: PageFormat, rules: &Ruleset, output: &Output) -> Result<Exit, Complaint> {
    let Some(number) = rule_named(topic, rules) else {
        let rule = nearest(&topic.to_ascii_lowercase(), rules.rules().map(|r| r.name));
        let near = rule.or_else(|| nearest(&topic.to_ascii_uppercase(), Verb::all().map(Verb::name)));
        let complaint = Complaint::new(Message::NoPage.with("topic", shown(topic)));
        return Err(match near {
            Some(name) => complaint.tip(Message::SimilarPage.with("near", name)),
            None => complaint.tip(Message::NoPageTip),
        });
    };
    Ok(match format {
        PageFormat::Json => output.page(&report::rule_json(rules, number, &for_programs(output))),
        _ => laid_out(&report::explain_rule(rules, number, &output.words), format, output),
    })
}

/// Compares reply codes and commands.
pub(crate) fn compare(args: &Compare, output: &Output) -> Result<Exit, Complaint> {
    let n = args.topics.len();
    let wrong = |what: Said| Err(Complaint::new(what).tip(Message::CompareTip));
    if n < *TOPICS.start() {
        return wrong(Message::CompareTwo.into());
    }
    if n > *TOPICS.end() {
        return wrong(Message::CompareAtMost.with("most", *TOPICS.end() as u64));
    }
    let topics = args.topics.iter().map(|name| topic(name)).collect::<Result<Vec<_>, _>>()?;
    if (1..n).any(|i| topics[..i].contains(&topics[i])) {
        return wrong(Message::CompareSame.into());
    }
    let unknown = |topic: Topic| {
        let name = topic.name();
        Complaint::new(Message::CodeOfNoRfc.with("code", name.as_str()))
            .tip(Message::CodeOfNoRfcTip.with("code", name))
    };
    if args.format == PageFormat::Json {
        let json = report::comparison_json(&topics, &for_programs(output)).map_err(unknown)?;
        return Ok(output.page(&json));
    }
    let page = report::compare(&topics, &output.words).map_err(unknown)?;
    Ok(laid_out(&page, args.format, output))
}

fn book(part: BookPart, format: PageFormat, output: &Output) -> Result<Exit, Complaint> {
    if format != PageFormat::Markdown {
        return Err(Complaint::new(Message::BookIsMarkdown).tip(Message::BookIsMarkdownTip));
    }
    let part = match part {
        BookPart::Everything => None,
        BookPart::Replies => Some(Part::Replies),
        BookPart::Commands => Some(Part::Commands),
        BookPart::Comparisons => Some(Part::Comparisons),
        BookPart::Rules => Some(Part::Rules),
    };
    Ok(output.page(&report::book(part, &Ruleset::default(), &output.words)))
}

/// A page for people.
pub(super) fn laid_out(page: &Page, format: PageFormat, output: &Output) -> Exit {
    match format {
        PageFormat::Markdown => output.page(&page.markdown()),
        _ => output.page(&page.text(output.style)),
    }
}

pub(super) fn for_programs(output: &Output) -> Words {
    Words::new(output.lang_for_programs())
}

/// What a user typed, safe to show: it may be a line with a password.
pub(super) fn shown(text: &str) -> String {
    text.lines()
        .map(|line| Printable(&without_secrets(line.as_bytes())).to_string())
        .collect::<Vec<_>>()
        .join(" ")
}

fn topic(name: &str) -> Result<Topic, Complaint> {
    if name.bytes().all(|b| b.is_ascii_digit()) {
        return code(name).map(Topic::Reply);
    }
    Topic::named(name).ok_or_else(|| {
        let complaint = Complaint::new(Message::NotATopic.with("text", Printable(name.as_bytes())));
        match nearest(&name.to_ascii_uppercase(), Verb::all().map(Verb::name)) {
            Some(near) => complaint.tip(Message::SimilarCommand.with("near", near)),
            None => complaint.tip(Message::CompareTip),
        }
    })
}

fn code(text: &str) -> Result<Code, Complaint> {
    let wrong = || {
        Complaint::new(Message::NotACode.with("text", Printable(text.as_bytes()))).tip(Message::NotACodeTip)
    };
    if text.len() != 3 {
        return Err(wrong());
    }
    Code::parse(text.as_bytes()).ok_or_else(wrong)
}
