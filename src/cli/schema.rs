//! `schema`: what JSON and the configuration look like, as JSON Schema. What is written by hand stands in the folder `schema`; what the
//! rules know is put into the schema of the configuration.

use super::Exit;
use super::args::SchemaOf;
use super::chosen::Known;
use super::output::Output;
use ftplog::lang::Lang;
use ftplog::rule::{Choice, RULES, Rule, Setting, Unit};
use serde_json::{Map, Value, json};

/// The schema of the configuration, but for the rules.
const CONFIG: &str = include_str!("../../schema/config.toml");

/// Prints a schema.
pub(crate) fn schema(of: SchemaOf, output: &Output) -> Exit {
    output.page(&match of {
        SchemaOf::Report => include_str!("../../schema/report-1.json").to_owned(),
        SchemaOf::ReportLine => include_str!("../../schema/report-line-1.json").to_owned(),
        SchemaOf::Exchange => include_str!("../../schema/exchange-1.json").to_owned(),
        SchemaOf::Session => include_str!("../../schema/session-1.json").to_owned(),
        SchemaOf::Config => format!("{:#}\n", config()),
    })
}

/// What `ftplog.toml` may say.
fn config() -> Value {
    // A test holds what comes of it against what the program reads.
    let mut schema: Value = toml::from_str(CONFIG).unwrap_or_default();
    let known = Known::of(&Choice::default());
    let names: Vec<&str> = Known::sets().chain(known.names()).collect();
    let definitions = &mut schema["definitions"];
    // Names of the user's own rules are not known here, and those that are help to write them.
    definitions["rule-or-set"] =
        json!({ "anyOf": [{ "enum": names }, { "$ref": "#/definitions/rule-name" }] });
    let with_settings = RULES.iter().filter(|rule| !rule.settings.is_empty());
    for rule in with_settings {
        definitions["rules"]["properties"][rule.name] = settings(rule);
    }
    close(&mut schema);
    schema
}

/// The numbers of a rule.
fn settings(rule: &Rule) -> Value {
    let page = rule.page(Lang::En);
    let properties: Map<String, Value> =
        rule.settings.iter().map(|setting| (setting.key.to_owned(), setting_of(setting))).collect();
    json!({
        "description": page.settings.as_ref().unwrap_or(&page.summary).trim(),
        "type": "object",
        "properties": properties,
    })
}

fn setting_of(setting: &Setting) -> Value {
    match setting.unit {
        Unit::Count => json!({ "type": "integer", "minimum": 0, "default": setting.default }),
        Unit::Time => {
            json!({ "$ref": "#/definitions/time", "default": setting.unit.told(setting.default) })
        }
    }
}

/// Forbids every key that is not named, wherever some are.
fn close(schema: &mut Value) {
    match schema {
        Value::Object(keys) => {
            if keys.contains_key("properties") {
                keys.insert("additionalProperties".to_owned(), Value::Bool(false));
            }
            keys.values_mut().for_each(close);
        }
        Value::Array(items) => items.iter_mut().for_each(close),
        _ => {}
    }
}
