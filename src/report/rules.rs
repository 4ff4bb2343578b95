//! The rules: what there is to choose from, and what is chosen. As a list for people and as JSON.

use super::json::SCHEMA_VERSION;
use super::style::{Style, hanging};
use super::table::{Column, table};
use super::wire::Layout;
use crate::catalog::{Word, Words};
use crate::rule::{Level, Ruleset, Set, Unit};
use serde::Serialize;
use std::io::{self, Write};

#[derive(Serialize)]
struct Document {
    schema_version: &'static str,
    rules: Vec<RuleJson>,
}

#[derive(Serialize)]
struct RuleJson {
    r#type: &'static str,
    name: &'static str,
    group: &'static str,
    set: &'static str,
    level: Option<&'static str>,
    severity: &'static str,
    /// Whether its findings are reported.
    speaks: bool,
    summary: String,
    replies: &'static [u16],
    cases: &'static [&'static str],
    settings: Vec<SettingJson>,
}

#[derive(Serialize)]
struct SettingJson {
    key: &'static str,
    unit: &'static str,
    default: ValueJson,
    value: ValueJson,
}

/// A value as the configuration has it.
#[derive(Serialize)]
#[serde(untagged)]
enum ValueJson {
    Number(i64),
    Text(String),
}

impl ValueJson {
    fn of(unit: Unit, value: i64) -> Self {
        if unit == Unit::Count { Self::Number(value) } else { Self::Text(unit.told(value)) }
    }
}

/// Writes the rules: one document, or one object a line.
///
/// # Errors
/// Those of the writer.
pub fn rules_json(out: &mut impl Write, rules: &Ruleset, words: &Words, by_line: bool) -> io::Result<()> {
    let all: Vec<RuleJson> = (0..rules.rules().len()).map(|number| rule(rules, number, words)).collect();
    if by_line {
        for rule in &all {
            serde_json::to_writer(&mut *out, rule)?;
            out.write_all(b"\n")?;
        }
        return out.flush();
    }
    let document = Document { schema_version: SCHEMA_VERSION, rules: all };
    document.serialize(&mut serde_json::Serializer::with_formatter(&mut *out, Layout::default()))?;
    out.write_all(b"\n")?;
    out.flush()
}

fn rule(rules: &Ruleset, number: usize, words: &Words) -> RuleJson {
    let rule = rules.rule(number);
    let setting = |(at, setting): (usize, &crate::rule::Setting)| SettingJson {
        key: setting.key,
        unit: setting.unit.name(),
        default: ValueJson::of(setting.unit, setting.default),
        value: ValueJson::of(setting.unit, rules.numbers(number).get(at)),
    };
    RuleJson {
        r#type: "rule",
        name: rule.name,
        group: rule.group.name(),
        set: rule.set.name(),
        level: rule.level.map(Level::name),
        severity: rules.severity(number).unwrap_or(rule.severity).name(),
        speaks: rules.speaks(number),
        summary: rule.page(words.lang()).summary.clone(),
        replies: rule.replies,
        cases: rule.cases,
        settings: rule.settings.iter().enumerate().map(setting).collect(),
    }
}

/// The list of rules.
#[must_use]
pub fn list_rules(rules: &Ruleset, words: &Words, style: Style) -> String {
    let count = words.with(Word::RulesCount, &[("n", &rules.rules().len().to_string())]);
    let mut out = format!("{}\n", hanging("", &count, style.width));
    let header = [Word::ColumnRule, Word::ColumnSeverity, Word::ColumnReports].map(|k| words.get(k));
    let mut groups: Vec<_> = rules.rules().map(|r| (r.set, r.group)).collect();
    groups.sort_unstable();
    groups.dedup();
    let mut rows = Vec::new();
    for (set, group) in groups {
        let group_name = words.get(group.word()).to_owned();
        let heading = match set.word() {
            None => group_name,
            Some(set) => [&group_name, words.get(set)].join(words.get(Word::Comma)),
        };
        rows.push(vec![heading, String::new(), String::new()]);
        for (number, rule) in rules.rules().enumerate().filter(|(_, r)| (r.set, r.group) == (set, group)) {
            let is_off = set == Set::Default && !rules.speaks(number);
            let severity = rules.severity(number).unwrap_or(rule.severity).word();
            let severity = if is_off { Word::RuleOff } else { severity };
            let summary = rule.page(words.lang()).summary.clone();
            rows.push(vec![rule.name.to_owned(), words.get(severity).to_owned(), summary]);
        }
    }
    out.push_str(&table(&header, &[Column::Word, Column::Word, Column::Prose], rows, style.width));
    out
}
