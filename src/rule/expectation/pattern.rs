//! The patterns by which exchanges are expected: `RNFR 350`, `STOR *.csv 150 226`, `* 220`, `5xx`, `RNTO 503 /required/`.

use crate::catalog::{Message, Said};
use crate::event::MASK;
use crate::ftp::Verb;
use crate::session::Exchange;
use crate::session::pattern::{Codes, Wildcard};
use crate::text::{Printable, nearest};
use regex::bytes::{Regex, RegexBuilder};

/// Bytes that a compiled expression may take.
const EXPRESSION_BYTES_MAX: usize = 1 << 20;
/// Stands for an exchange that the log holds no reply to.
const NO_REPLY: &str = "none";

/// What an exchange is like.
#[derive(Clone, Debug)]
pub(super) struct Pattern {
    /// As it was written.
    pub(super) written: String,
    /// The command; nothing means any, and what nobody asked for as well.
    verb: Option<Verb>,
    argument: Option<Wildcard>,
    replies: Replies,
    /// What the text of a reply is like.
    text: Option<Regex>,
}

/// Which replies came.
#[derive(Clone, Debug)]
enum Replies {
    /// Any, or none.
    Any,
    /// One like that among others.
    One(Codes),
    /// All of them, in this order.
    All(Vec<Codes>),
    /// The log holds none.
    None,
}

/// Why a pattern matches nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Senseless {
    pub(super) what: Said,
    pub(super) tip: Option<Said>,
}

impl From<Said> for Senseless {
    fn from(what: Said) -> Self {
        Self { what, tip: None }
    }
}

impl Pattern {
    /// Reads a pattern: a command or `*`, what its argument is like, the codes of its replies, and an expression for their text. Each
    /// may be left out. An argument that looks like a code stands in double quotes.
    ///
    /// # Errors
    /// Nothing can be like that.
    pub(super) fn parse(written: &str) -> Result<Self, Senseless> {
        let (rest, text) = split_expression(written.trim())?;
        let mut words: Vec<&str> = rest.split_ascii_whitespace().collect();
        let mut replies = Replies::Any;
        if words.last() == Some(&NO_REPLY) {
            words.pop();
            replies = Replies::None;
        } else {
            let n_codes = words.iter().rev().take_while(|word| is_like_a_code(word)).count();
            let codes = words.split_off(words.len() - n_codes);
            let mut codes = codes.into_iter().map(codes_like).collect::<Result<Vec<_>, _>>()?;
            match codes.len() {
                0 => {}
                1 => replies = Replies::One(codes.remove(0)),
                _ => replies = Replies::All(codes),
            }
        }
        let verb = match words.first() {
            None | Some(&"*") => None,
            Some(word) => Some(known_verb(word)?),
        };
        let argument = words.get(1..).unwrap_or_default().join(" ");
        let argument = argument.strip_prefix('"').and_then(|a| a.strip_suffix('"')).unwrap_or(&argument);
        let argument = (!argument.is_empty()).then(|| Wildcard::new(argument.as_bytes()));
        let is_secret = matches!(verb, Some(Verb::PASS | Verb::ACCT | Verb::ADAT));
        if argument.as_ref().is_some_and(|argument| is_secret && !argument.fits(MASK)) {
            return Err(Said::from(Message::PatternOfSecret).into());
        }
        if words.is_empty() && matches!(replies, Replies::Any) && text.is_none() {
            return Err(Said::from(Message::PatternEmpty).into());
        }
        Ok(Self { written: written.trim().to_owned(), verb, argument, replies, text })
    }

    /// Whether an exchange is like that.
    pub(super) fn fits(&self, exchange: &Exchange) -> bool {
        self.is_about(exchange) && self.is_answered(exchange)
    }

    /// Whether the command is like that, however it went.
    pub(super) fn is_about(&self, exchange: &Exchange) -> bool {
        let is_command = self.verb.is_none_or(|verb| exchange.has_command() && exchange.verb() == verb);
        is_command && self.argument.as_ref().is_none_or(|argument| argument.fits(exchange.argument()))
    }

    /// Whether a log without replies cannot show what is like that.
    pub(super) fn is_about_replies(&self) -> bool {
        !matches!(self.replies, Replies::Any) || self.text.is_some()
    }

    /// Whether it is about a certain command.
    pub(super) fn names_command(&self) -> bool {
        self.verb.is_some()
    }

    fn is_answered(&self, exchange: &Exchange) -> bool {
        let is_like = match &self.replies {
            Replies::Any => true,
            Replies::None => exchange.replies().next().is_none() && exchange.outcome().is_none(),
            Replies::One(codes) => exchange.replies().any(|reply| codes.has(reply.code)),
            Replies::All(all) => {
                let mut replies = exchange.replies();
                all.iter().all(|codes| replies.next().is_some_and(|reply| codes.has(reply.code)))
                    && replies.next().is_none()
            }
        };
        is_like
            && self.text.as_ref().is_none_or(|text| {
                exchange.replies().any(|reply| reply.lines().any(|line| text.is_match(line)))
            })
    }
}

/// `RNTO 503 /required/` is `RNTO 503` and an expression. The slash that begins it follows a blank, as those of paths seldom do.
fn split_expression(written: &str) -> Result<(&str, Option<Regex>), Senseless> {
    let Some(body) = written.strip_suffix('/') else { return Ok((written, None)) };
    let start = if body.starts_with('/') { Some(0) } else { body.find(" /").map(|at| at + 1) };
    let Some(start) = start else { return Ok((written, None)) };
    let compiled = RegexBuilder::new(&body[start + 1..]).size_limit(EXPRESSION_BYTES_MAX).build();
    let regex = compiled.map_err(|error| {
        let why = error.to_string();
        let why = Printable(why.lines().last().unwrap_or_default().as_bytes()).to_string();
        Message::ExpressionWrong.with("key", "/.../").with("why", why)
    })?;
    Ok((&written[..start], Some(regex)))
}

/// `421`, `5xx`, `53?`: three signs, of which the first is a digit. What no code is like is refused later, so that it is not taken for
/// something else.
fn is_like_a_code(word: &str) -> bool {
    let sign = |b: &u8| b.is_ascii_digit() || matches!(b, b'x' | b'X' | b'?');
    word.len() == 3 && word.as_bytes()[0].is_ascii_digit() && word.bytes().all(|b| sign(&b))
}

fn codes_like(word: &str) -> Result<Codes, Senseless> {
    let mut codes = Codes::default();
    let wrong = || Senseless {
        what: Message::WhereNoCode.with("text", Printable(word.as_bytes())),
        tip: Some(Message::PatternCodeTip.with("text", Printable(word.as_bytes()))),
    };
    codes.add(word.as_bytes()).ok_or_else(wrong).map(|()| codes)
}

fn known_verb(word: &str) -> Result<Verb, Senseless> {
    let verb = Verb::parse(word.as_bytes());
    if verb != Verb::OTHER {
        return Ok(verb);
    }
    let near = nearest(&word.to_ascii_uppercase(), Verb::all().map(Verb::name)).map(str::to_owned);
    Err(Senseless {
        what: Message::PatternNoCommand.with("word", Printable(word.as_bytes())),
        tip: near.map(|near| Message::DidYouMean.with("near", near)),
    })
}
