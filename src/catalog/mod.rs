//! What replies and rules mean, and every word that ftplog says: data files, embedded and read when they are needed.
//!
//! A reply is `reply/NNN.toml` with all languages side by side; a rule is a page a language in `rule/` with an example
//! beside it; a comparison is `compare/A-B.toml`; a format is a page a language in `format/`.

mod label;
mod words;

pub use label::{Counted, Word};
pub use words::Words;
pub(crate) use words::fill;

use crate::lang::Lang;
use serde::Deserialize;
use std::collections::BTreeMap;

macro_rules! replies {
    ($($code:literal)*) => {
        /// Every reply code with an entry, and its file.
        static REPLIES: &[(u16, &str)] = &[$(($code, include_str!(concat!("reply/", $code, ".toml")))),*];
    };
}

macro_rules! comparisons {
    ($($a:literal $b:literal;)*) => {
        /// Every pair with a written comparison, and its file.
        static COMPARISONS: &[(u16, u16, &str)] =
            &[$(($a, $b, include_str!(concat!("compare/", $a, "-", $b, ".toml")))),*];
    };
}

macro_rules! rules {
    ($($name:literal)*) => {
        /// Every rule, its English page and its example.
        static RULES: &[(&str, &str, &str)] = &[$((
            $name,
            include_str!(concat!("rule/", $name, ".en.toml")),
            include_str!(concat!("rule/", $name, ".log")),
        )),*];
    };
}

macro_rules! formats {
    ($($name:literal)*) => {
        /// Every format and its English page.
        static FORMATS: &[(&str, &str)] = &[$(($name, include_str!(concat!("format/", $name, ".en.toml")))),*];
    };
}

replies! { 211 214 220 421 500 502 503 530 }

comparisons! {
    211 502;
    214 421;
    214 502;
    214 503;
    220 502;
}

rules! {
    // TLS
    "starttls-injection"
    "tls-session-not-reused"
    "data-protection-required"
    "tls-handshake-failed"
    "protection-level-refused"
    "tls-setup-order"
    "tls-refused"
    "tls-required"
    "data-tls-failed"
    "tls-handshake-unfinished"
    // Login
    "login-order"
    "anonymous-refused"
    "login-failed"
    "account-needed"
    "login-failures"
    "too-many-login-failures"
    "login-per-file"
    // Order of commands
    "rename-without-source"
    "rename-source-mismatch"
    "copy-without-source"
    "pret-missing"
    "extended-passive-only"
    "restart-in-ascii"
    "data-connection-too-early"
    "transfer-without-data-connection"
    "data-connection-forgotten"
    "restart-lost"
    "host-too-late"
    "security-data-out-of-order"
    "account-out-of-order"
    "sequence-error"
    "rename-interrupted"
    "rename-unfinished"
    "command-during-transfer"
    // Availability
    "service-refused-burst"
    "service-refused"
    "server-fault"
    "login-timeout"
    "data-timeout"
    "session-limit"
    "idle-timeout"
    "connection-lost"
    "session-without-quit"
    // What servers support
    "line-too-long"
    "command-disabled"
    "refused-in-ascii"
    "help-topic-unknown"
    "option-not-supported"
    "parameter-not-supported"
    "argument-invalid"
    "site-command-unknown"
    "command-not-implemented"
    "command-unknown"
    "unsupported-again"
    // Data connection
    "passive-refused"
    "port-refused"
    "active-mode-blocked"
    "data-connection-failed"
    "passive-address-unreachable"
    "passive-reply-malformed"
    "passive-unused"
    // Files, rights and space
    "path-not-found"
    "permission-denied"
    "already-exists"
    "name-not-allowed"
    "outside-home"
    "folder-not-empty"
    "file-folder-mix-up"
    "file-busy"
    "storage-full"
    "file-refused"
    // Transfers
    "restart-refused"
    "transfer-aborted"
    "transfer-incomplete"
    "ascii-transfer-of-binary"
    "transfer-retried"
    // Security
    "port-of-another-host"
    "privileged-port"
    "site-exec"
    "site-copy-before-login"
    "known-exploit"
    "cleartext-login"
    "protection-dropped"
    "anonymous-login"
    "anonymous-write"
    "login-without-password"
    "path-traversal"
    "scanner"
    "user-enumeration"
    // Conformance of the server
    "reply-desync"
    "code-not-allowed"
    "code-of-no-rfc"
    "preliminary-reply-misplaced"
    "second-preliminary-reply"
    "completion-code-unusual"
    "wrong-code-at-connect"
    "kept-open-after-closing"
    "goodbye-unasked"
    "folder-reply-malformed"
    "value-reply-malformed"
    "passive-reply-unusual"
    "feature-list-malformed"
    "reply-without-text"
    // Performance
    "slow-reply"
    "redundant-commands"
    "listing-repeated"
}

formats! {
    "rclone"
    "pftp"
    "vsftpd"
    "vsftpd-events"
    "proftpd-trace"
    "pure-ftpd"
    "pure-ftpd-commands"
    "pure-ftpd-events"
    "proftpd-extended"
    "proftpd-system"
    "proftpd-events"
    "iis"
    "xferlog"
    "pure-ftpd-stats"
    "pure-ftpd-w3c"
    "pure-ftpd-clf"
    "filezilla-server-0.9"
    "filezilla-server"
    "suricata"
    "zeek"
    "sftpgo"
    "ftp-srv"
    "filezilla-client"
    "net-ftp"
    "filezilla-pane"
    "aria2"
    "busybox"
    "ncftp"
    "lftp"
    "wget"
    "flashfxp"
    "bsd-ftp"
    "fineftp"
    "nppftp"
    "pyftpdlib"
    "mina"
    "fluentftp"
    "winscp"
    "node-ftp"
    "ftpconnect"
    "basic-ftp"
    "commons-net"
    "ftplib"
    "curl-trace"
    "curl"
    "raw"
    "capture"
}

static LABELS_EN: &str = include_str!("label.en.toml");

/// What a reply code means.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReplyEntry {
    /// The code.
    pub code: u16,
    /// Where it is defined.
    pub rfc: String,
    /// Codes that it is confused with.
    pub related: Vec<u16>,
    /// Rules that speak about it.
    pub rules: Vec<String>,
    en: ReplyText,
}

/// A reply code in words.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReplyText {
    /// Its name.
    pub title: String,
    /// What it means.
    pub meaning: String,
    /// When it is seen.
    pub seen: Vec<Seen>,
    /// How to fix it, step by step.
    pub fix: Vec<FixStep>,
    /// What real servers mean by it.
    #[serde(default)]
    pub servers: Vec<ServerHabit>,
    /// What it is in half a sentence.
    pub phrase: String,
    /// The short forms for comparisons.
    pub compare: Short,
}

/// When a reply is seen.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seen {
    /// After which command or event.
    pub what: String,
    /// Under which circumstances.
    pub when: String,
}

/// One step of a fix.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FixStep {
    /// What to do.
    pub text: String,
    /// Lines to be printed as they are.
    #[serde(default)]
    pub lines: Vec<String>,
}

/// What one server does.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServerHabit {
    /// The server.
    pub who: String,
    /// Its habit.
    pub does: String,
}

/// The short forms of an entry.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Short {
    /// What it is.
    pub what: String,
    /// When it is seen.
    pub seen: String,
    /// How to fix it.
    pub fix: String,
    /// Which commands it answers.
    pub answers: String,
    /// Whether trying again helps.
    pub retry: String,
    /// What becomes of the session.
    pub session: String,
}

/// A written comparison of two codes.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Comparison {
    /// The two codes.
    pub codes: [u16; 2],
    en: ComparisonText,
}

/// A comparison in words.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ComparisonText {
    /// What sets them apart.
    pub differences: Vec<String>,
    /// Which one a server should send when.
    #[serde(rename = "use")]
    pub usage: Vec<Usage>,
}

/// When a server should send a code.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Usage {
    /// The code.
    pub code: u16,
    /// For what.
    #[serde(rename = "for")]
    pub purpose: String,
}

/// The page of a rule.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RulePage {
    /// The rule in a few words.
    pub summary: String,
    /// What it finds.
    pub finds: String,
    /// Why that matters.
    pub matters: String,
    /// What to do about it.
    pub remedy: String,
    /// Its thresholds.
    pub settings: Option<String>,
    /// What its findings cost.
    pub start: String,
    /// What one finding costs.
    pub start_one: String,
    /// The words under the first refusal of a burst.
    first: Option<String>,
    /// The words under the last one.
    last: Option<String>,
    /// The words where the server accepted again.
    again: Option<String>,
    /// Sentences that the reason of some findings goes on with.
    #[serde(default)]
    also: BTreeMap<String, String>,
    /// Which command can take another's place.
    #[serde(default)]
    instead: BTreeMap<String, String>,
    /// The words of each case.
    case: BTreeMap<String, CaseText>,
    /// The words under the steps of a rule of the user's own.
    #[serde(skip)]
    steps: Vec<String>,
}

/// The words of one case of a rule.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaseText {
    /// The finding in a line.
    pub title: String,
    /// The words under the cause.
    pub cause: Option<String>,
    /// The words under a command in between.
    pub between: Option<String>,
    /// The words under something more that shows it.
    pub proof: Option<String>,
    /// The words under what came later.
    pub later: Option<String>,
    /// The words under the offending command.
    pub here: String,
    /// Why it happened.
    pub why: String,
    /// What to do.
    pub fix: String,
    /// Who must act.
    pub who: Actor,
}

/// Who can do something about a finding.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum Actor {
    /// Whoever writes or configures the client.
    Client,
    /// The administrator of the server.
    Server,
    /// Whoever runs the network between them.
    Network,
    /// The person who has the account: name, password, files.
    User,
    /// Nobody has to.
    Nobody,
}

impl Actor {
    /// The word used in JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Server => "server",
            Self::Network => "network",
            Self::User => "user",
            Self::Nobody => "nobody",
        }
    }
}

/// The page of a format.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FormatPage {
    /// Who writes it and where it is found.
    pub written: String,
    /// How to have one, step by step.
    #[serde(default)]
    pub steps: Vec<FixStep>,
    /// What stands in it.
    pub holds: String,
    /// What does not stand in it, and what ftplog therefore cannot find; nothing for a log of everything that was said.
    pub lacks: Option<String>,
    /// Which setting of the program would change that.
    pub better: Option<String>,
    /// What else is worth knowing.
    #[serde(default)]
    pub notes: Vec<String>,
}

impl FormatPage {
    /// What to do for a log that holds more: what is better than this format, else how to have all of it.
    #[must_use]
    pub fn advice(&self) -> Option<String> {
        let how = || self.steps.first().map(|step| format!("{} {}", step.text, step.lines.join(", ")));
        self.better.clone().or_else(how).map(|advice| advice.trim_end().to_owned())
    }
}

impl CaseText {
    /// The words of a rule of the user's own.
    pub(crate) fn of_ones_own(title: String, here: String, why: String, fix: String, who: Actor) -> Self {
        Self { title, cause: None, between: None, proof: None, later: None, here, why, fix, who }
    }
}

impl RulePage {
    /// The page of a rule of the user's own. The `labels` are what its findings cost, what one costs, and the words under the
    /// first and the last exchange of many. The case comes with the words under its steps.
    pub(crate) fn of_ones_own(
        summary: String,
        finds: String,
        matters: String,
        remedy: String,
        labels: [String; 4],
        (case, text, steps): (&str, CaseText, Vec<String>),
    ) -> Self {
        let [start, start_one, first, last] = labels;
        Self {
            summary,
            finds,
            matters,
            remedy,
            settings: None,
            start,
            start_one,
            first: Some(first),
            last: Some(last),
            again: None,
            instead: BTreeMap::new(),
            also: BTreeMap::new(),
            case: BTreeMap::from([(case.to_owned(), text)]),
            steps,
        }
    }

    /// The words of a case.
    ///
    /// # Panics
    /// If the rule's page lacks the case, which a test forbids.
    #[must_use]
    pub fn case(&self, name: &str) -> &CaseText {
        self.case.get(name).expect("a test holds every case of every rule against its page")
    }

    /// A sentence that the reason of some findings goes on with.
    #[must_use]
    pub fn also(&self, key: &str) -> &str {
        self.also.get(key).map_or("", String::as_str)
    }

    /// Which command can take the place of another one, as a sentence, if this page says so.
    #[must_use]
    pub fn instead(&self, verb: &str) -> Option<&str> {
        self.instead.get(verb).map(String::as_str)
    }

    /// The words of a mark under a line.
    #[must_use]
    pub fn label(&self, case: &str, key: &str) -> &str {
        if let Some(step) = key.strip_prefix("step-").and_then(|n| n.parse::<usize>().ok()) {
            return self.steps.get(step - 1).map_or("", String::as_str);
        }
        let text = self.case(case);
        let found = match key {
            "here" => Some(&text.here),
            "cause" => text.cause.as_ref(),
            "between" => text.between.as_ref(),
            "proof" => text.proof.as_ref(),
            "later" => text.later.as_ref(),
            "first" => self.first.as_ref(),
            "last" => self.last.as_ref(),
            _ => self.again.as_ref(),
        };
        found.map_or("", String::as_str)
    }
}

impl ReplyEntry {
    /// The entry in words.
    #[must_use]
    pub fn text(&self, _: Lang) -> &ReplyText {
        &self.en
    }
}

impl Comparison {
    /// The comparison in words.
    #[must_use]
    pub fn text(&self, _: Lang) -> &ComparisonText {
        &self.en
    }
}

fn parse<T: serde::de::DeserializeOwned>(text: &str) -> T {
    toml::from_str(text).expect("a test reads every file of the catalog")
}

/// The entry of a reply code, if there is one.
#[must_use]
pub fn reply(code: u16) -> Option<ReplyEntry> {
    REPLIES.iter().find(|(c, _)| *c == code).map(|(_, text)| parse(text))
}

/// Every reply code that has an entry.
pub fn reply_codes() -> impl Iterator<Item = u16> {
    REPLIES.iter().map(|(code, _)| *code)
}

/// The written comparison of two codes in any order, if there is one.
#[must_use]
pub fn comparison(a: u16, b: u16) -> Option<Comparison> {
    let (a, b) = (a.min(b), a.max(b));
    COMPARISONS.iter().find(|(x, y, _)| (*x, *y) == (a, b)).map(|(.., text)| parse(text))
}

/// The page of a rule.
///
/// # Panics
/// If there is no rule of that name.
#[must_use]
pub fn rule(name: &str, _: Lang) -> RulePage {
    let (_, text, _) =
        RULES.iter().find(|(n, ..)| *n == name).expect("a test holds every rule against the catalog");
    parse(text)
}

/// The page of a format; none for a format of the user's own.
#[must_use]
pub fn format(name: &str, _: Lang) -> Option<FormatPage> {
    FORMATS.iter().find(|(n, _)| *n == name).map(|(_, text)| parse(text))
}

/// A transcript of the raw control channel that shows what a rule finds.
#[must_use]
pub fn example(rule: &str) -> &'static str {
    RULES.iter().find(|(n, ..)| *n == rule).map_or("", |(.., example)| example)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Holds;

    #[test]
    fn every_file_is_read() {
        for code in reply_codes() {
            let entry = reply(code).unwrap();
            assert_eq!(entry.code, code);
        }
        for (a, b, _) in COMPARISONS {
            assert_eq!(comparison(*b, *a).unwrap().codes, [*a, *b]);
        }
        for known in crate::format::FORMATS {
            let name = known.dialect.name;
            let page = format(name, Lang::En).unwrap_or_else(|| panic!("{name} has no page"));
            assert_eq!(page.lacks.is_some(), known.dialect.holds != Holds::Everything, "{name}");
        }
        assert_eq!(FORMATS.len(), crate::format::FORMATS.len());
        for (name, ..) in RULES {
            let page = rule(name, Lang::En);
            assert!(page.summary.chars().count() <= 34, "{name}");
            assert!(!example(name).is_empty(), "{name}");
        }
    }
}
