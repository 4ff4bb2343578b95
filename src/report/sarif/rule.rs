//! The rules of a run, for those who show their findings.

use super::log::{Configuration, Help, Rule, RuleProperties, Text};
use crate::catalog::Words;
use crate::report::explain_rule;
use crate::report::style::Style;
use crate::rule::{Group, Level, Ruleset, Set, Severity};
use crate::text::Printable;

/// Letters of a description that GitHub shows.
const DESCRIPTION_LETTERS_MAX: usize = 1_024;
/// Tags of a rule that GitHub shows.
const TAGS_MAX: usize = 10;

/// The rule with that number.
pub(super) fn rule(rules: &Ruleset, number: usize, words: &Words) -> Rule {
    let rule = rules.rule(number);
    let about = rule.page(words.lang());
    let page = explain_rule(rules, number, words);
    let severity = rules.severity(number).unwrap_or(rule.severity);
    let tags = [Some("ftp"), Some(rule.group.name()), Some(rule.set.name()), rule.level.map(Level::name)];
    let is_own = rule.group == Group::Own;
    Rule {
        id: rule.name,
        short_description: described(&about.summary),
        full_description: described(if about.finds.trim().is_empty() {
            &about.summary
        } else {
            &about.finds
        }),
        help: Help { text: page.text(Style::default()), markdown: page.markdown() },
        help_uri: (!is_own).then(|| in_the_book(rule.name, words)),
        default_configuration: Configuration { level: severity.name() },
        properties: RuleProperties {
            tags: tags.into_iter().flatten().take(TAGS_MAX).collect(),
            precision: precision(rule.set),
            problem_severity: if severity == Severity::Note { "recommendation" } else { severity.name() },
        },
    }
}

/// Its page in the book, as it was when this version was made.
fn in_the_book(name: &str, words: &Words) -> String {
    let (repository, version) = (env!("CARGO_PKG_REPOSITORY"), env!("CARGO_PKG_VERSION"));
    format!("{repository}/blob/v{version}/docs/{}/rules.md#{name}", words.lang().tag())
}

/// How often what it reports is to be mended: that is what the sets are made by.
fn precision(set: Set) -> &'static str {
    match set {
        Set::Default => "very-high",
        Set::Pedantic => "high",
        Set::Audit => "medium",
    }
}

/// A description, which may be cut off.
fn described(text: &str) -> Text {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let text = Printable(text.as_bytes()).to_string();
    Text { text: cut(text) }
}

fn cut(text: String) -> String {
    const DOTS: &str = "...";
    if text.chars().count() <= DESCRIPTION_LETTERS_MAX {
        return text;
    }
    text.chars().take(DESCRIPTION_LETTERS_MAX - DOTS.len()).chain(DOTS.chars()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_descriptions_are_cut_off_where_github_does() {
        assert_eq!(cut("\u{d55c}".repeat(1_024)).chars().count(), 1_024);
        let cut = cut("\u{d55c}".repeat(1_025));
        assert_eq!((cut.chars().count(), cut.ends_with("\u{d55c}...")), (1_024, true));
    }
}
