//! What an exchange must be like for a rule of the user's own. The only file of rules with regular expressions: they take
//! time that grows with the text and no faster, and their size is limited.

use super::{Fault, wrong_value};
use crate::catalog::{Hole, Message, Word, Words};
use crate::event::Holds;
use crate::ftp::{Code, Data, Form, Login, Rename, Restart, State, Tls, Verb};
use crate::rule::length_of_time;
use crate::session::{Beginning, Exchange, Session, Watch};
use crate::text::nearest;
use regex::bytes::{Regex, RegexBuilder};
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Error, IntoDeserializer, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use std::fmt;
use std::marker::PhantomData;

/// Memory that a compiled expression may take, so that none takes all of it.
const EXPRESSION_BYTES_MAX: usize = 1 << 20;

/// What an exchange must be like: everything that is given must hold.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[serde(expecting = "a match such as { verb = \"STOR\", code = \"5xx\" }")]
pub struct Conditions {
    /// It has one of these commands.
    #[serde(default)]
    verb: Several<Name>,
    /// The argument matches.
    #[serde(default, deserialize_with = "argument")]
    argument: Option<Expression>,
    /// It was answered like one of these.
    #[serde(default)]
    code: Several<Answer>,
    /// A line of a reply, without its code, matches.
    #[serde(default, deserialize_with = "reply")]
    reply: Option<Expression>,
    /// The user's name matches.
    #[serde(default, deserialize_with = "user")]
    user: Option<Expression>,
    /// The client's address matches.
    #[serde(default, deserialize_with = "client")]
    client: Option<Expression>,
    /// The control connection knew all of this before it.
    #[serde(default)]
    state: Several<Knows>,
    /// It is like none of these.
    #[serde(default)]
    unless: Several<Self>,
    /// The words under its line.
    pub(super) here: Option<String>,
    /// In a sequence: it came so soon after the one before it.
    #[serde(default, deserialize_with = "length")]
    pub(super) within: Option<i64>,
    /// In a sequence: nothing came between the one before and it.
    #[serde(default)]
    pub(super) directly: bool,
}

impl Conditions {
    /// Whether an exchange is like that.
    pub(super) fn fits(&self, exchange: &Exchange, state: &State) -> bool {
        self.verb.any(|v| v.is_of(exchange))
            && self.code.any(|c| c.is_of(exchange))
            && self.state.0.iter().all(|k| k.holds(state, exchange.session()))
            && self
                .argument
                .as_ref()
                .is_none_or(|e| exchange.has_command() && e.0.is_match(exchange.argument()))
            && self.user.as_ref().is_none_or(|e| e.0.is_match(exchange.session().user()))
            && self.client.as_ref().is_none_or(|e| e.0.is_match(exchange.session().client()))
            && self
                .reply
                .as_ref()
                .is_none_or(|e| exchange.replies().any(|r| r.lines().any(|l| e.0.is_match(l))))
            && !self.unless.0.iter().any(|u| u.fits(exchange, state))
    }

    /// The exchanges that must be looked at. Refusals are in any case.
    pub(super) fn watch(&self) -> Watch {
        if !self.verb.0.is_empty() {
            let verbs: Vec<Verb> = self.verb.0.iter().map(|n| n.verb).collect();
            return Watch::of(&verbs);
        }
        let refusals = !self.code.0.is_empty() && self.code.0.iter().all(|c| c.is_refusal());
        if refusals { Watch::NOTHING } else { Watch::ALL }
    }

    /// The codes that it names.
    pub(super) fn codes(&self) -> impl Iterator<Item = u16> {
        self.code.0.iter().filter_map(|c| match c {
            Answer::Code(code) => Some(code.0),
            _ => None,
        })
    }

    /// The names of the groups of its expressions.
    pub(super) fn groups(&self) -> impl Iterator<Item = &str> {
        self.expressions().flat_map(|e| e.0.capture_names().flatten())
    }

    /// What the groups hold in an exchange that fits.
    pub(super) fn captured<'s>(&self, exchange: &Exchange<'s>) -> Vec<(&str, &'s [u8])> {
        let mut all = Vec::new();
        let mut take = |expression: &'_ Option<Expression>, text: &'s [u8]| {
            let Some(found) = expression.as_ref().and_then(|e| Some((e, e.0.captures(text)?))) else {
                return;
            };
            let (expression, captures) = found;
            for name in expression.0.capture_names().flatten() {
                let text = captures.name(name).map_or(&b""[..], |m| m.as_bytes());
                all.push((name.to_owned(), text));
            }
        };
        take(&self.argument, exchange.argument());
        take(&self.user, exchange.session().user());
        take(&self.client, exchange.session().client());
        let mut lines = exchange.replies().flat_map(|r| r.lines().collect::<Vec<_>>());
        if let Some(line) = lines.find(|l| self.reply.as_ref().is_some_and(|e| e.0.is_match(l))) {
            take(&self.reply, line);
        }
        let named = |(name, text): (String, &'s [u8])| Some((self.groups().find(|g| *g == name)?, text));
        all.into_iter().filter_map(named).collect()
    }

    fn expressions(&self) -> impl Iterator<Item = &Expression> {
        [&self.argument, &self.reply, &self.user, &self.client].into_iter().flatten()
    }

    /// Whether it says anything, and nothing that only a later exchange of a sequence may say.
    pub(super) fn check(&self, follows: bool) -> Result<(), Fault> {
        let says = self.expressions().next().is_some()
            || !self.verb.0.is_empty()
            || !self.code.0.is_empty()
            || !self.state.0.is_empty();
        let key = if follows { "sequence" } else { "match" };
        if !says {
            return Err(Fault::new(key, Message::RuleSaysNothing));
        }
        if !follows && (self.within.is_some() || self.directly) {
            return Err(Fault::new(key, Message::RuleWithinFirst));
        }
        self.unless.0.iter().try_for_each(|u| u.check(false))
    }

    /// What it is in words: `STOR, answered 5xx`.
    pub(super) fn told(&self, words: &Words) -> String {
        self.told_as(Word::OwnAny, words)
    }

    /// The same; `any` stands where no command is named.
    fn told_as(&self, any: Word, words: &Words) -> String {
        let mut parts = Vec::new();
        let verbs: Vec<&str> = self.verb.0.iter().map(|n| n.word.as_str()).collect();
        parts.push(if verbs.is_empty() {
            words.get(any).to_owned()
        } else {
            verbs.join(words.get(Word::OwnOr))
        });
        let mut add = |key, what: &str| parts.push(words.with(key, &[("what", what)]));
        for (key, expression) in [
            (Word::OwnArgument, &self.argument),
            (Word::OwnUser, &self.user),
            (Word::OwnClient, &self.client),
        ] {
            if let Some(expression) = expression {
                add(key, expression.0.as_str());
            }
        }
        if !self.code.0.is_empty() {
            let codes: Vec<String> = self.code.0.iter().map(ToString::to_string).collect();
            add(Word::OwnAnswered, &codes.join(words.get(Word::OwnOr)));
        }
        if let Some(expression) = &self.reply {
            add(Word::OwnReply, expression.0.as_str());
        }
        if !self.state.0.is_empty() {
            let states: Vec<&str> = self.state.0.iter().map(|k| k.name()).collect();
            add(Word::OwnState, &states.join(words.get(Word::CompareAnd)));
        }
        for unless in &self.unless.0 {
            add(Word::OwnUnless, &unless.told_as(Word::OwnOne, words));
        }
        parts.concat()
    }
}

/// A regular expression over bytes.
#[derive(Clone, Debug)]
struct Expression(Regex);

impl Expression {
    fn read<'de, D: Deserializer<'de>>(key: &str, value: D) -> Result<Option<Self>, D::Error> {
        let no_text = |_| wrong_value(Message::RuleTextWrong.with("key", key));
        let text = String::deserialize(value).map_err(no_text)?;
        // Logs are bytes: a dot must match a byte that is no UTF-8, too.
        let built = RegexBuilder::new(&text).unicode(false).size_limit(EXPRESSION_BYTES_MAX).build();
        built.map(|regex| Some(Self(regex))).map_err(|e| {
            let words = e.to_string();
            let last = words.lines().last().unwrap_or_default().trim();
            let why = last.strip_prefix("error: ").unwrap_or(last);
            wrong_value(Message::ExpressionWrong.with("key", key).with("why", why))
        })
    }
}

fn argument<'de, D: Deserializer<'de>>(value: D) -> Result<Option<Expression>, D::Error> {
    Expression::read("argument", value)
}

fn reply<'de, D: Deserializer<'de>>(value: D) -> Result<Option<Expression>, D::Error> {
    Expression::read("reply", value)
}

fn user<'de, D: Deserializer<'de>>(value: D) -> Result<Option<Expression>, D::Error> {
    Expression::read("user", value)
}

fn client<'de, D: Deserializer<'de>>(value: D) -> Result<Option<Expression>, D::Error> {
    Expression::read("client", value)
}

/// A length of time, in milliseconds.
pub(super) fn length<'de, D: Deserializer<'de>>(value: D) -> Result<Option<i64>, D::Error> {
    let wrong = || wrong_value(Message::RuleWithinWrong);
    let text = String::deserialize(value).map_err(|_| wrong())?;
    length_of_time(&text).map(Some).ok_or_else(wrong)
}

/// The name of a command.
#[derive(Clone, Debug)]
struct Name {
    verb: Verb,
    /// In upper case.
    word: String,
}

impl Name {
    fn is_of(&self, exchange: &Exchange) -> bool {
        exchange.has_command()
            && exchange.verb() == self.verb
            && (self.verb != Verb::OTHER || exchange.word().eq_ignore_ascii_case(self.word.as_bytes()))
    }
}

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(value: D) -> Result<Self, D::Error> {
        let word = String::deserialize(value)?.to_ascii_uppercase();
        if word.is_empty() || !word.bytes().all(|b| b.is_ascii_graphic()) {
            return Err(wrong_value(Message::RuleVerbWrong));
        }
        Ok(Self { verb: Verb::parse(word.as_bytes()), word })
    }
}

/// How a command was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answer {
    /// With this code.
    Code(Code),
    /// With a code that begins with these digits: how many are missing, and the digits.
    Range(u16, u16),
    /// Not at all, or not to the end.
    No,
}

impl Answer {
    fn parse(text: &str) -> Option<Self> {
        if text == "none" {
            return Some(Self::No);
        }
        let digits = text.trim_end_matches(['x', 'X']);
        let first_fits = digits.starts_with(|c: char| ('1'..='6').contains(&c));
        if text.len() != 3 || !first_fits || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let number = digits.parse().ok()?;
        Some(match digits.len() {
            1 => Self::Range(100, number),
            2 => Self::Range(10, number),
            _ => Self::Code(Code(number)),
        })
    }

    fn has(self, code: Code) -> bool {
        match self {
            Self::Code(one) => code == one,
            Self::Range(per, digits) => code.0 / per == digits,
            Self::No => false,
        }
    }

    /// Whether the final reply is so, or a preliminary one where the answer is one.
    fn is_of(self, exchange: &Exchange) -> bool {
        if self == Self::No {
            let told = matches!(exchange.session().dialect().holds, Holds::Everything | Holds::FinalReplies);
            return told
                && exchange.has_command()
                && exchange.code().is_none()
                && exchange.outcome().is_none();
        }
        exchange.code().is_some_and(|c| self.has(c))
            || exchange.is_started()
                && exchange.replies().any(|r| r.code.is_preliminary() && self.has(r.code))
    }

    fn is_refusal(self) -> bool {
        match self {
            Self::Code(code) => code.is_refusal(),
            Self::Range(per, digits) => matches!(digits * per / 100, 4 | 5),
            // The judge looks at what got no reply.
            Self::No => true,
        }
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Code(code) => write!(f, "{code}"),
            Self::Range(10, digits) => write!(f, "{digits}x"),
            Self::Range(_, digits) => write!(f, "{digits}xx"),
            Self::No => f.write_str("none"),
        }
    }
}

impl<'de> Deserialize<'de> for Answer {
    fn deserialize<D: Deserializer<'de>>(value: D) -> Result<Self, D::Error> {
        struct Reader;
        impl Visitor<'_> for Reader {
            type Value = Answer;

            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("a code like 530, \"5xx\", \"53x\" or \"none\"")
            }

            fn visit_i64<E: Error>(self, code: i64) -> Result<Answer, E> {
                self.visit_str(&code.to_string())
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Answer, E> {
                Answer::parse(text).ok_or_else(|| wrong_value(Message::RuleCodeWrong))
            }
        }
        value.deserialize_any(Reader)
    }
}

macro_rules! knows {
    ($($name:literal $id:ident;)*) => {
        /// Something that the control connection knows.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        enum Knows { $($id),* }

        impl Knows {
            const ALL: &[(&str, Self)] = &[$(($name, Self::$id)),*];
        }
    };
}

knows! {
    "logged-in" LoggedIn;
    "not-logged-in" NotLoggedIn;
    "tls" Tls;
    "no-tls" NoTls;
    "protected-data" ProtectedData;
    "clear-data" ClearData;
    "data-prepared" DataPrepared;
    "no-data-prepared" NoDataPrepared;
    "pending-rename" PendingRename;
    "no-pending-rename" NoPendingRename;
    "pending-restart" PendingRestart;
    "no-pending-restart" NoPendingRestart;
    "type-image" TypeImage;
    "type-ascii" TypeAscii;
}

impl Knows {
    fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, knows)| *knows == self).map_or("", |(name, _)| name)
    }

    /// Whether it is so for sure: where the log starts in mid-session, what is not said may have been said before.
    fn holds(self, state: &State, session: &Session) -> bool {
        let unsaid = || session.beginning() == Beginning::Seen;
        match self {
            Self::LoggedIn => matches!(state.login, Login::In(_)),
            Self::NotLoggedIn => !matches!(state.login, Login::In(_) | Login::Unknown),
            Self::Tls => matches!(state.tls, Tls::On(_)),
            Self::NoTls => match state.tls {
                Tls::On(_) => false,
                Tls::Off => unsaid(),
                Tls::Refused(_) | Tls::Pending(_) | Tls::Cleared(_) => true,
            },
            Self::ProtectedData => state.protected.is_some(),
            Self::ClearData => state.protected.is_none() && unsaid(),
            Self::DataPrepared => matches!(state.data, Data::Ready(_)),
            Self::NoDataPrepared => match state.data {
                Data::Ready(_) => false,
                Data::None => unsaid(),
                Data::Refused(_) | Data::Used { .. } => true,
            },
            Self::PendingRename => matches!(state.rename, Rename::Ready(_) | Rename::Crossed { .. }),
            Self::NoPendingRename => match state.rename {
                Rename::Ready(_) | Rename::Crossed { .. } | Rename::Unanswered(_) => false,
                Rename::None => unsaid(),
                Rename::Refused(_) | Rename::Used(_) => true,
            },
            Self::PendingRestart => state.restart != Restart::None,
            Self::NoPendingRestart => state.restart == Restart::None && unsaid(),
            Self::TypeImage => matches!(state.form, Form::Image(_)),
            Self::TypeAscii => match state.form {
                Form::Image(_) => false,
                Form::Unsaid => unsaid(),
                Form::Text(_) => true,
            },
        }
    }
}

impl<'de> Deserialize<'de> for Knows {
    fn deserialize<D: Deserializer<'de>>(value: D) -> Result<Self, D::Error> {
        let text = String::deserialize(value)?;
        let names = || Self::ALL.iter().map(|(name, _)| *name);
        let found = Self::ALL.iter().find(|(name, _)| *name == text);
        found.map(|(_, knows)| *knows).ok_or_else(|| {
            let state = text.as_str();
            wrong_value(match nearest(&text, names()) {
                Some(near) => Message::RuleStateNear.with("state", state).with("near", near),
                None => {
                    Message::RuleStateUnknown.with("state", state).with("states", names().collect::<Hole>())
                }
            })
        })
    }
}

/// One value, or a list of them.
#[derive(Clone, Debug)]
pub struct Several<T>(pub(super) Vec<T>);

impl<T> Default for Several<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Several<T> {
    /// Whether one of them is so, or there is none.
    fn any(&self, is_so: impl FnMut(&T) -> bool) -> bool {
        self.0.is_empty() || self.0.iter().any(is_so)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Several<T> {
    fn deserialize<D: Deserializer<'de>>(value: D) -> Result<Self, D::Error> {
        struct Reader<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Reader<T> {
            type Value = Vec<T>;

            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("one value or a list of them")
            }

            fn visit_i64<E: Error>(self, number: i64) -> Result<Vec<T>, E> {
                T::deserialize(number.into_deserializer()).map(|one| vec![one])
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Vec<T>, E> {
                T::deserialize(text.into_deserializer()).map(|one| vec![one])
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Vec<T>, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map)).map(|one| vec![one])
            }

            fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Vec<T>, A::Error> {
                Vec::deserialize(SeqAccessDeserializer::new(list))
            }
        }
        value.deserialize_any(Reader(PhantomData)).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::testing::judged_by_own;

    const LOG: &[&str] = &[
        "220 hello",
        "STOR a",
        "530 Please login",
        "USER ann",
        "331 password",
        "PASS x",
        "230-Welcome",
        "230-Quota: 5 MB",
        "230 In",
        "TYPE I",
        "200 ok",
        "XFOO \u{fc}b",
        "500 what",
        "RNFR a",
        "350 go on",
        "NOOP",
        "200 ok",
        "REST 4",
        "350 ok",
        "RETR /x/y",
        "150 here",
        "226 done",
        "STAT",
    ];

    /// The lines of the exchanges that fit.
    fn fitting(conditions: &str) -> Vec<u64> {
        let definition = format!("name = \"x\"\nmessage = \"m\"\nfix = \"f\"\nmatch = {{ {conditions} }}");
        let found = judged_by_own(&definition, LOG);
        found.iter().map(|f| f.rsplit(' ').next().unwrap().parse().unwrap()).collect()
    }

    #[test]
    fn everything_that_is_given_must_hold() {
        let cases: [(&str, &[u64]); 20] = [
            ("verb = \"stor\"", &[2]),
            ("verb = [\"STOR\", \"xfoo\"]", &[2, 12]),
            ("verb = \"XFO\"", &[]),
            ("code = 530", &[2]),
            ("code = [\"53x\", \"50x\"]", &[2, 12]),
            ("code = \"5xx\", verb = \"XFOO\"", &[12]),
            ("code = 220", &[1]),
            // A preliminary reply is asked for by its own code only.
            ("code = \"1xx\"", &[20]),
            ("code = \"2xx\", verb = \"RETR\"", &[20]),
            ("code = \"none\"", &[23]),
            ("argument = '^/x/'", &[20]),
            ("argument = '^.{2,3}$', verb = \"XFOO\"", &[12]),
            ("reply = '^Quota: \\\\d+'", &[]),
            ("reply = '^Quota: \\d+'", &[6]),
            ("user = '^ann$', verb = \"NOOP\"", &[16]),
            ("state = \"not-logged-in\", verb = [\"STOR\", \"RETR\"]", &[2]),
            ("state = [\"logged-in\", \"type-image\", \"no-tls\"], verb = [\"STOR\", \"RETR\"]", &[20]),
            ("state = \"pending-rename\"", &[16, 18, 20, 23]),
            ("state = \"pending-restart\", unless = { verb = \"STAT\" }", &[20]),
            ("verb = \"NOOP\", state = \"tls\"", &[]),
        ];
        for (conditions, lines) in cases {
            assert_eq!(fitting(conditions), lines, "{conditions}");
        }
    }

    #[test]
    fn answers_are_codes_classes_or_none() {
        for (text, answer) in [
            ("530", Some(Answer::Code(Code(530)))),
            ("5xx", Some(Answer::Range(100, 5))),
            ("53x", Some(Answer::Range(10, 53))),
            ("none", Some(Answer::No)),
            ("7xx", None),
            ("5x", None),
            ("5x0", None),
            ("xxx", None),
            ("5300", None),
        ] {
            assert_eq!(Answer::parse(text), answer, "{text}");
        }
    }
}
