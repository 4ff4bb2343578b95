//! Explanations for programs: the entries of the catalog in one language, with what the protocol's tables add.

use super::Topic;
use super::rule::example;
use crate::catalog::{self, CommandText, ComparisonText, Example, ReplyText, Words};
use crate::ftp::{Class, Code, DataRole, Need, Replies, Verb};
use crate::report::json::SCHEMA_VERSION;
use crate::rule::{Level, Ruleset};
use serde::Serialize;

/// What all explanations begin with.
#[derive(Serialize)]
struct Document<T> {
    schema_version: &'static str,
    lang: &'static str,
    #[serde(flatten)]
    about: T,
}

#[derive(Serialize)]
struct ReplyJson {
    r#type: &'static str,
    code: u16,
    class: &'static str,
    /// Whether an RFC defines it.
    defined: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    entry: Option<ReplyEntryJson>,
}

#[derive(Serialize)]
struct ReplyEntryJson {
    rfc: String,
    related: Vec<u16>,
    rules: Vec<String>,
    example: Example,
    text: ReplyText,
}

#[derive(Serialize)]
struct CommandJson {
    r#type: &'static str,
    verb: String,
    syntax: String,
    spec: &'static str,
    section: &'static str,
    needs: Vec<&'static str>,
    data_connection: &'static str,
    replies: AllowedJson,
    related: Vec<String>,
    rules: Vec<String>,
    example: Example,
    text: CommandText,
}

#[derive(Serialize)]
struct AllowedJson {
    preliminary: &'static [u16],
    completion: &'static [u16],
    intermediate: &'static [u16],
    errors: &'static [u16],
}

#[derive(Serialize)]
struct RuleJson {
    r#type: &'static str,
    name: &'static str,
    group: &'static str,
    severity: &'static str,
    level: Option<&'static str>,
    replies: &'static [u16],
    summary: String,
    finds: String,
    matters: String,
    remedy: String,
    settings: Option<String>,
    example: Vec<String>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum TopicJson {
    Reply(ReplyJson),
    Command(CommandJson),
}

#[derive(Serialize)]
struct ComparisonJson {
    r#type: &'static str,
    topics: Vec<TopicJson>,
    pairs: Vec<PairJson>,
}

#[derive(Serialize)]
struct PairJson {
    between: [String; 2],
    text: ComparisonText,
}

/// A document about something. Text, numbers and lists are always JSON.
pub(super) fn document(about: impl Serialize, words: &Words) -> String {
    let document = Document { schema_version: SCHEMA_VERSION, lang: words.lang().tag(), about };
    serde_json::to_string_pretty(&document).expect("text, numbers and lists are JSON") + "\n"
}

/// A reply code as one JSON document.
#[must_use]
pub fn reply_json(code: Code, words: &Words) -> String {
    document(reply(code, words), words)
}

fn reply(code: Code, words: &Words) -> ReplyJson {
    let entry = catalog::reply(code.0).map(|entry| ReplyEntryJson {
        text: entry.text(words.lang()).clone(),
        rfc: entry.rfc,
        related: entry.related,
        rules: entry.rules,
        example: entry.example,
    });
    let class = match code.class() {
        Class::Preliminary => "preliminary",
        Class::Completion => "completion",
        Class::Intermediate => "intermediate",
        Class::Transient => "transient",
        Class::Permanent => "permanent",
        Class::Protected => "protected",
    };
    ReplyJson { r#type: "reply", code: code.0, class, defined: code.is_of_an_rfc(), entry }
}

/// A command as one JSON document, if it has a page.
#[must_use]
pub fn command_json(verb: Verb, words: &Words) -> Option<String> {
    Some(document(command(verb, words)?, words))
}

fn command(verb: Verb, words: &Words) -> Option<CommandJson> {
    let (entry, allowed) = (catalog::command(verb)?, Replies::to(verb)?);
    let data_connection = match verb.data() {
        DataRole::None => "none",
        DataRole::Setup => "setup",
        DataRole::Send => "send",
        DataRole::Receive => "receive",
        DataRole::List => "list",
    };
    Some(CommandJson {
        r#type: "command",
        text: entry.text(words.lang()).clone(),
        verb: entry.verb,
        syntax: entry.syntax,
        spec: allowed.spec,
        section: allowed.section,
        needs: allowed.needs.iter().map(|need| need_name(*need)).collect(),
        data_connection,
        replies: AllowedJson {
            preliminary: allowed.preliminary,
            completion: allowed.completion,
            intermediate: allowed.intermediate,
            errors: allowed.errors,
        },
        related: entry.related,
        rules: entry.rules,
        example: entry.example,
    })
}

fn need_name(need: Need) -> &'static str {
    match need {
        Need::Login => "login",
        Need::NoLogin => "no-login",
        Need::User => "user",
        Need::AccountAsked => "account-asked",
        Need::DataConnection => "data-connection",
        Need::RenameSource => "rename-source",
        Need::Mechanism => "mechanism",
        Need::SecureChannel => "secure-channel",
        Need::ProtectionBuffer => "protection-buffer",
    }
}

/// The rule with that number as one JSON document.
#[must_use]
pub fn rule_json(rules: &Ruleset, number: usize, words: &Words) -> String {
    let rule = rules.rule(number);
    let page = rule.page(words.lang());
    let about = RuleJson {
        r#type: "rule",
        name: rule.name,
        group: rule.group.name(),
        severity: rules.severity(number).unwrap_or(rule.severity).name(),
        level: rule.level.map(Level::name),
        replies: rule.replies,
        summary: page.summary.clone(),
        finds: page.finds.trim().to_owned(),
        matters: page.matters.trim().to_owned(),
        remedy: page.remedy.trim().to_owned(),
        settings: page.settings.clone(),
        example: example(rules, number),
    };
    document(about, words)
}

/// Topics side by side as one JSON document.
///
/// # Errors
/// The topic that has no entry.
pub fn comparison_json(topics: &[Topic], words: &Words) -> Result<String, Topic> {
    let told = |topic: &Topic| match topic {
        Topic::Reply(code) => catalog::reply(code.0).map(|_| TopicJson::Reply(reply(*code, words))),
        Topic::Command(verb) => command(*verb, words).map(TopicJson::Command),
    };
    let told: Result<Vec<TopicJson>, Topic> = topics.iter().map(|t| told(t).ok_or(*t)).collect();
    let told = told?;
    let mut pairs = Vec::new();
    for (i, a) in topics.iter().enumerate() {
        for b in &topics[i + 1..] {
            if let Some(written) = catalog::comparison(&a.name(), &b.name()) {
                let text = written.text(words.lang()).clone();
                pairs.push(PairJson { between: written.between, text });
            }
        }
    }
    Ok(document(ComparisonJson { r#type: "comparison", topics: told, pairs }, words))
}
