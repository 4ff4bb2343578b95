//! `[rules]` of `ftplog.toml`, and `--set rules.KEY=VALUE`: which rules speak, how bad their findings are, and their numbers.

use ftplog::catalog::{Hole, Message, Said};
use ftplog::rule::own::Fault;
use ftplog::rule::{Choice, RULES, Rule, Ruleset, Set, Setting, Severity, Unit, length_of_time};
use ftplog::text::{Printable, nearest};
use std::borrow::Cow;
use std::fmt::Write as _;
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// The keys of `[rules]` beside the names of rules.
const KEYS: [&str; 4] = ["select", "extend-select", "ignore", "severity"];

/// Something that is wrong with a value.
#[derive(Debug)]
pub(crate) struct Wrong {
    /// Its first byte in the text.
    pub(crate) at: usize,
    /// What is wrong.
    pub(crate) what: Said,
    /// What was probably meant.
    pub(crate) tip: Option<Said>,
}

impl Wrong {
    fn at(span: Range<usize>, what: impl Into<Said>) -> Self {
        Self { at: span.start, what: what.into(), tip: None }
    }

    /// With the name that was probably meant, else with another tip.
    fn near(self, near: Option<&str>, or: impl Into<Said>) -> Self {
        Self {
            tip: Some(near.map_or_else(|| or.into(), |near| Message::DidYouMean.with("near", near))),
            ..self
        }
    }
}

/// The rules that there are.
pub(crate) struct Known(Vec<&'static Rule>);

impl Known {
    pub(crate) fn of(choice: &Choice) -> Self {
        Self(RULES.iter().chain(&choice.own).copied().collect())
    }

    /// Their names.
    pub(crate) fn names(&self) -> impl Iterator<Item = &'static str> {
        self.0.iter().map(|r| r.name)
    }

    /// What stands for several of them.
    pub(crate) fn sets() -> impl Iterator<Item = &'static str> {
        Set::ALL.into_iter().map(Set::name).chain(["own", "all"])
    }

    fn rule(&self, name: &str, span: Range<usize>) -> Result<&'static Rule, Wrong> {
        let found = self.0.iter().copied().find(|r| r.name == name);
        found.ok_or_else(|| {
            let wrong = Wrong::at(span, Message::UnknownRule.with("name", Printable(name.as_bytes())));
            wrong.near(nearest(name, self.names()), Message::RulesTip)
        })
    }

    /// A rule or a set of rules.
    fn rules(&self, name: &str, span: Range<usize>) -> Result<(), Wrong> {
        if Self::sets().any(|set| set == name) {
            return Ok(());
        }
        self.rule(name, span).map(|_| ()).map_err(|wrong| {
            let or = Message::RulesAndSetsTip.with("sets", Self::sets().collect::<Hole>());
            wrong.near(nearest(name, self.names().chain(Self::sets())), or)
        })
    }
}

/// Reads `[rules]` of a configuration, which is known to be TOML.
pub(crate) fn read(text: &str, known: &Known, choice: &mut Choice) -> Result<(), Wrong> {
    let Ok(file) = DeTable::parse(text) else { return Ok(()) };
    let Some(rules) = file.get_ref().get("rules") else { return Ok(()) };
    let DeValue::Table(table) = rules.get_ref() else {
        return Err(Wrong::at(
            rules.span(),
            Message::MustBeTable.with("key", "rules").with("table", "rules"),
        ));
    };
    for (key, value) in table {
        let name: &str = key.get_ref();
        match name {
            "select" => choice.select = names(name, value, known)?,
            "extend-select" => choice.extend_select = names(name, value, known)?,
            "ignore" => choice.ignore = names(name, value, known)?,
            "severity" => severities(value, known, &mut choice.severity)?,
            _ => numbers(key.span(), name, value, known, &mut choice.numbers)?,
        }
    }
    Ok(())
}

/// Reads `rules.KEY` and its value as an argument. What is no TOML is taken for text, since shells eat quotes.
pub(crate) fn set(key: &str, value: &str, known: &Known, choice: &mut Choice) -> Result<(), Wrong> {
    let mut text = format!("{key} = {value}");
    if DeTable::parse(&text).is_err() {
        text = format!("{key} = {}", serde_json::Value::from(value.trim()));
    }
    if let Err(error) = DeTable::parse(&text) {
        let words = error.message().lines().next().unwrap_or_default();
        return Err(Wrong::at(0..0, Said::text(Printable(words.as_bytes()).to_string())));
    }
    read(&text, known, choice)
}

type Value<'a> = Spanned<DeValue<'a>>;

/// Names of rules and sets: a list, or one text with commas.
fn names(key: &str, value: &Value, known: &Known) -> Result<Vec<String>, Wrong> {
    let wrong = |span| Wrong::at(span, Message::MustBeNames.with("key", key));
    let mut found = Vec::new();
    match value.get_ref() {
        DeValue::String(text) => {
            // A shell has left [all] of ["all"].
            let listed = text.strip_prefix('[').and_then(|t| t.strip_suffix(']')).unwrap_or(text);
            found.extend(listed.split(',').map(|n| (n.trim().to_owned(), value.span())));
        }
        DeValue::Array(list) => {
            for item in list {
                let name = item.get_ref().as_str().ok_or_else(|| wrong(item.span()))?;
                found.push((name.to_owned(), item.span()));
            }
        }
        _ => return Err(wrong(value.span())),
    }
    for (name, span) in &found {
        known.rules(name, span.clone())?;
    }
    Ok(found.into_iter().map(|(name, _)| name).collect())
}

fn severities(value: &Value, known: &Known, all: &mut Vec<(String, Severity)>) -> Result<(), Wrong> {
    let DeValue::Table(table) = value.get_ref() else {
        let what = Message::MustBeTable.with("key", "severity").with("table", "rules.severity");
        return Err(Wrong::at(value.span(), what));
    };
    for (name, value) in table {
        let rule = known.rule(name.get_ref(), name.span())?;
        let text = value.get_ref().as_str().unwrap_or_default();
        let severity = Severity::named(text).ok_or_else(|| {
            let wrong = Wrong::at(value.span(), Message::SeverityIsNone.with("rule", rule.name));
            wrong.near(nearest(text, ["note", "warning", "error"].into_iter()), Message::SeverityTip)
        })?;
        all.push((rule.name.to_owned(), severity));
    }
    Ok(())
}

fn numbers(
    span: Range<usize>,
    name: &str,
    value: &Value,
    known: &Known,
    all: &mut Vec<(String, String, i64)>,
) -> Result<(), Wrong> {
    let DeValue::Table(table) = value.get_ref() else {
        let wrong = Wrong::at(span, Message::UnknownKey.with("key", Printable(name.as_bytes())));
        let or = Message::KeysAre.with("keys", KEYS.into_iter().collect::<Hole>());
        return Err(wrong.near(nearest(name, KEYS.into_iter()), or));
    };
    let rule = known.rule(name, span).map_err(|wrong| {
        let near = nearest(name, known.names().chain(KEYS));
        let tip = near.map(|near| Message::DidYouMean.with("near", near)).or(wrong.tip.clone());
        Wrong { tip, ..wrong }
    })?;
    for (key, value) in table {
        let found = rule.settings.iter().find(|s| s.key == key.get_ref().as_ref());
        let setting = found.ok_or_else(|| no_such_setting(rule, key))?;
        let number = number(setting, value.get_ref()).ok_or_else(|| {
            let message = match setting.unit {
                Unit::Count => Message::MustBeCount,
                Unit::Time => Message::MustBeTime,
            };
            let example = setting.unit.told(setting.default);
            let what = message.with("key", setting.key).with("rule", rule.name).with("example", example);
            Wrong::at(value.span(), what)
        })?;
        all.push((rule.name.to_owned(), setting.key.to_owned(), number));
    }
    Ok(())
}

fn no_such_setting(rule: &Rule, key: &Spanned<Cow<str>>) -> Wrong {
    let keys: Vec<&str> = rule.settings.iter().map(|s| s.key).collect();
    let or = if keys.is_empty() {
        Message::HasNoSettings.into()
    } else {
        Message::HasSettings.with("keys", keys.iter().copied().collect::<Hole>())
    };
    let shown = Printable(key.get_ref().as_bytes());
    let wrong = Wrong::at(key.span(), Message::NoSuchSetting.with("rule", rule.name).with("key", shown));
    wrong.near(nearest(key.get_ref(), keys.into_iter()), or)
}

fn number(setting: &Setting, value: &DeValue) -> Option<i64> {
    match (setting.unit, value) {
        (Unit::Count, DeValue::Integer(n)) => {
            i64::from_str_radix(n.as_str(), n.radix()).ok().filter(|n| *n >= 0)
        }
        (Unit::Time, DeValue::String(text)) => length_of_time(text),
        _ => None,
    }
}

/// Where a rule of the user's own, by its number from 0, is wrong.
pub(crate) fn of_rule(text: &str, number: usize, fault: &Fault) -> Wrong {
    located(text, &["rule", fault.key], &[number], fault)
}

/// Where an `[[allow]]`, by its number from 0, is wrong.
pub(crate) fn of_allow(text: &str, number: usize, fault: &Fault) -> Wrong {
    located(text, &["allow", fault.key], &[number], fault)
}

/// Where an `[[expect]]`, by its number from 0, is wrong.
pub(crate) fn of_expectation(text: &str, number: usize, fault: &Fault) -> Wrong {
    located(text, &["expect", fault.key], &[number], fault)
}

/// Where one of its tests is wrong.
pub(crate) fn of_test(text: &str, number: usize, test: usize, fault: &Fault) -> Wrong {
    located(text, &["rule", "test", fault.key], &[number, test], fault)
}

/// Follows keys and the numbers of tables in lists as far as they lead.
fn located(text: &str, keys: &[&str], numbers: &[usize], fault: &Fault) -> Wrong {
    let mut wrong = Wrong { at: 0, what: fault.what.clone(), tip: fault.tip.clone() };
    let Ok(file) = DeTable::parse(text) else { return wrong };
    let mut table = file.get_ref();
    for (depth, key) in keys.iter().enumerate() {
        let Some((found, value)) = table.get_key_value(*key) else { break };
        let Some(item) = numbers.get(depth).and_then(|n| value.get_ref().as_array()?.get(*n)) else {
            wrong.at = found.span().start;
            break;
        };
        wrong.at = item.span().start;
        let Some(inner) = item.get_ref().as_table() else { break };
        table = inner;
    }
    wrong
}

/// What is chosen, as a configuration would have it: every rule that speaks, and what is not as usual.
pub(crate) fn in_effect(rules: &Ruleset) -> String {
    let mut text = "\n[rules]\n".to_owned();
    let speaking: Vec<_> = rules.rules().enumerate().filter(|(n, _)| rules.speaks(*n)).collect();
    // To select nothing is to select what everyone has.
    text.push_str(if speaking.is_empty() { "ignore = [\"all\"]\n" } else { "select = [\n" });
    for (_, rule) in &speaking {
        let _ = writeln!(text, "    \"{}\",", rule.name);
    }
    text.push_str(if speaking.is_empty() { "" } else { "]\n" });
    let mut head = "\n[rules.severity]\n";
    for (number, rule) in rules.rules().enumerate() {
        if let Some(severity) = rules.severity(number) {
            let _ = writeln!(text, "{head}{} = \"{}\"", rule.name, severity.name());
            head = "";
        }
    }
    for (number, rule) in rules.rules().enumerate() {
        let mut head = format!("\n[rules.{}]\n", rule.name);
        for (at, setting) in rule.settings.iter().enumerate() {
            let value = rules.numbers(number).get(at);
            if value == setting.default {
                continue;
            }
            let told = setting.unit.told(value);
            let told = if setting.unit == Unit::Time { format!("\"{told}\"") } else { told };
            let _ = writeln!(text, "{head}{} = {told}", setting.key);
            head.clear();
        }
    }
    text
}
