//! `[[allow]]`: what the user knows and accepts.

use crate::catalog::Message;
use crate::rule::own::Fault;
use crate::rule::{Finding, RULES, Rule};
use crate::session::pattern::{Client, Codes, Wildcard};
use crate::source::Globs;
use crate::text::{Printable, nearest};
use crate::time::Zone;
use serde::{Deserialize, Deserializer};
use std::sync::Arc;

/// What the user allows, as the configuration has it. All that it names must fit.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct AllowDefinition {
    /// The rule.
    pub rule: Option<String>,
    /// The client: an address, a network, or a name with `*`.
    pub client: Option<String>,
    /// The user, with `*`.
    pub user: Option<String>,
    /// The server's software, with `*`.
    pub server: Option<String>,
    /// The command, with `*`.
    pub command: Option<String>,
    /// Its argument, with `*`.
    pub argument: Option<String>,
    /// The reply's code, such as 502 or "5xx".
    #[serde(default, deserialize_with = "code")]
    pub reply: Option<String>,
    /// The file that it is in, as a pattern of paths.
    pub path: Option<String>,
    /// Why it is allowed.
    pub reason: String,
    /// The last day on which it is.
    pub until: Option<toml::value::Datetime>,
}

/// What the user allows.
#[derive(Clone, Debug)]
pub struct Allow {
    rule: Option<String>,
    client: Option<Client>,
    user: Option<Wildcard>,
    server: Option<Wildcard>,
    command: Option<Wildcard>,
    argument: Option<Wildcard>,
    reply: Option<Codes>,
    path: Option<Globs>,
    /// Why.
    pub reason: Arc<str>,
    /// The last day on which it holds: `2026-12-31`.
    pub until: Option<String>,
}

impl AllowDefinition {
    /// Makes it ready to be used. `own` are the rules of the user's own.
    ///
    /// # Errors
    /// The first thing that is wrong with it.
    pub fn compile(&self, own: &[&'static Rule]) -> Result<Allow, Fault> {
        let texts = [&self.rule, &self.client, &self.user, &self.server, &self.command, &self.argument];
        let given = texts.into_iter().chain([&self.reply, &self.path]);
        if given.clone().all(Option::is_none) {
            return Err(Fault::new("reason", Message::AllowsEverything));
        }
        if self.reason.trim().is_empty() {
            return Err(Fault::new("reason", Message::RuleKeyEmpty.with("key", "reason")));
        }
        let shown = |text: &str| Printable(text.as_bytes()).to_string();
        let exact = |text: &Option<String>| text.as_ref().map(|t| Wildcard::new(t.as_bytes()));
        let any_case = |text: &Option<String>| text.as_ref().map(|t| Wildcard::of_any_case(t.as_bytes()));
        if let Some(name) = &self.rule {
            known_rule(name, own)?;
        }
        let client = self.client.as_ref().map(|text| {
            let wrong = || Fault::new("client", Message::WhereNoNetwork.with("text", shown(text)));
            Client::of(text).ok_or_else(wrong)
        });
        let reply = self.reply.as_ref().map(|text| {
            let mut codes = Codes::default();
            let wrong = || Fault::new("reply", Message::WhereNoCode.with("text", shown(text)));
            codes.add(text.as_bytes()).ok_or_else(wrong).map(|()| codes)
        });
        let path = self.path.as_ref().map(|text| {
            let wrong = |_| Fault::new("path", Message::NotAPattern.with("text", shown(text)));
            Globs::new([text]).map_err(wrong)
        });
        let until = self.until.as_ref().map(|until| {
            let day = until.date.filter(|_| until.time.is_none() && until.offset.is_none());
            let day = day.map(|day| day.to_string());
            day.ok_or_else(|| Fault::new("until", Message::AllowUntilWrong))
        });
        Ok(Allow {
            rule: self.rule.clone(),
            client: client.transpose()?,
            user: exact(&self.user),
            server: any_case(&self.server),
            command: any_case(&self.command),
            argument: exact(&self.argument),
            reply: reply.transpose()?,
            path: path.transpose()?,
            reason: self.reason.trim().into(),
            until: until.transpose()?,
        })
    }
}

fn known_rule(name: &str, own: &[&'static Rule]) -> Result<(), Fault> {
    let names = || RULES.iter().chain(own).map(|rule| rule.name);
    if names().any(|known| known == name) {
        return Ok(());
    }
    let fault = Fault::new("rule", Message::UnknownRule.with("name", Printable(name.as_bytes())));
    Err(match nearest(name, names()) {
        Some(near) => Fault { tip: Some(Message::DidYouMean.with("near", near)), ..fault },
        None => Fault { tip: Some(Message::RulesTip.into()), ..fault },
    })
}

impl Allow {
    /// Whether it is about certain files.
    pub(super) fn asks_for_path(&self) -> bool {
        self.path.is_some()
    }

    /// Whether its last day was over at that time, in milliseconds since 1970.
    #[must_use]
    pub fn is_over(&self, now_ms: i64) -> bool {
        let day = self.until.as_ref().and_then(|day| Zone::UTC.span(day));
        day.is_some_and(|day| day.end <= now_ms)
    }

    /// Whether it is about that finding in the file at `path`. What a finding does not say fits nothing.
    pub(super) fn fits(&self, finding: &Finding, path: &str) -> bool {
        let like = |pattern: &Option<Wildcard>, text: &[u8]| {
            pattern.as_ref().is_none_or(|pattern| !text.is_empty() && pattern.fits(text))
        };
        let (command, argument) = finding.command().unwrap_or_default();
        let server = finding.software.name().unwrap_or_default().as_bytes();
        let code = finding.reply().map(|(code, _)| code);
        self.rule.as_ref().is_none_or(|rule| rule == finding.rule.name)
            && self.client.as_ref().is_none_or(|client| client.fits(finding.client()))
            && like(&self.user, finding.user())
            && like(&self.server, server)
            && like(&self.command, command)
            && like(&self.argument, argument)
            && self.reply.as_ref().is_none_or(|codes| code.is_some_and(|code| codes.has(code)))
            && self.path.as_ref().is_none_or(|pattern| pattern.has(path))
    }
}

/// A code, which people write as a number.
fn code<'de, D: Deserializer<'de>>(value: D) -> Result<Option<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Code {
        Number(u16),
        Text(String),
    }
    Code::deserialize(value).map(|code| {
        Some(match code {
            Code::Number(code) => code.to_string(),
            Code::Text(code) => code,
        })
    })
}
