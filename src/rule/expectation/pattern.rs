//! The patterns by which exchanges are expected: `RNFR 350`, `STOR *.csv 150 226`, `* 220`, `5xx`, `RNTO 503 /required/`.

use crate::catalog::{Message, Said};
use crate::event::{Command, MASK};
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
    /// may be left out. An argument that looks like a code or an expression stands in double quotes.
    ///
    /// # Errors
    /// Nothing can be like that, or it can be read in two ways.
    pub(super) fn parse(written: &str) -> Result<Self, Senseless> {
        let written = written.trim();
        Self::read(written).map_err(|Senseless { what, tip }| {
            let shown = without_secret(written);
            let what =
                Message::PatternUnusable.with("pattern", Printable(shown.as_bytes())).with("why", what);
            Senseless { what, tip }
        })
    }

    fn read(written: &str) -> Result<Self, Senseless> {
        let (rest, text) = split_expression(written)?;
        let mut words: Vec<&str> = rest.split_ascii_whitespace().collect();
        let is_none = words.pop_if(|word| *word == NO_REPLY).is_some();
        let n_codes = words.iter().rev().take_while(|word| is_like_a_code(word)).count();
        let codes = words.split_off(words.len() - n_codes);
        let argument = words.get(1..).unwrap_or_default().join(" ");
        let bare = argument.strip_prefix('"').and_then(|a| a.strip_suffix('"'));
        let wildcard = Some(bare.unwrap_or(&argument)).filter(|argument| !argument.is_empty());
        let wildcard = wildcard.map(|argument| Wildcard::new(argument.as_bytes()));
        // This comes first: what is said later repeats words.
        let is_secret = is_secret(rest);
        let is_doubtful = wildcard.as_ref().is_some_and(|argument| !argument.fits(MASK))
            || codes.iter().any(|word| codes_like(word).is_err());
        if is_secret && is_doubtful {
            return Err(Said::from(Message::PatternOfSecret).into());
        }
        if bare.is_none() {
            refuse_what_misleads(&words)?;
        }
        let has_none = is_none || (bare.is_none() && words.last() == Some(&NO_REPLY));
        if has_none && (n_codes > 0 || text.is_some()) {
            return Err(Said::from(Message::PatternNone).into());
        }
        let verb = match words.first() {
            None | Some(&"*") => None,
            Some(word) => Some(known_verb(word)?),
        };
        let replies = if is_none { Replies::None } else { replies_like(&codes)? };
        if verb.is_some() && words.len() == 1 && n_codes == 0 && text.is_some() {
            return Err(slashes_of_two_minds(rest, &written[rest.len()..], is_secret));
        }
        if words.is_empty() && matches!(replies, Replies::Any) && text.is_none() {
            return Err(Said::from(Message::PatternEmpty).into());
        }
        Ok(Self { written: written.to_owned(), verb, argument: wildcard, replies, text })
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
    let from = behind_quotes(body);
    let start = if body.starts_with('/') { Some(0) } else { body[from..].find(" /").map(|at| from + at + 1) };
    let Some(start) = start else { return Ok((written, None)) };
    let compiled = RegexBuilder::new(&body[start + 1..]).size_limit(EXPRESSION_BYTES_MAX).build();
    let regex = compiled.map_err(|error| {
        let why = error.to_string();
        let why = Printable(why.lines().last().unwrap_or_default().as_bytes()).to_string();
        Message::ExpressionWrong.with("key", "/.../").with("why", why)
    })?;
    Ok((&written[..start], Some(regex)))
}

/// Where to look for an expression: behind an argument in quotes, which may hold slashes.
fn behind_quotes(body: &str) -> usize {
    let Some(open) = body.find(" \"").filter(|open| body.find(" /").is_none_or(|slash| *open < slash)) else {
        return 0;
    };
    body[open + 2..].find("\" ").map_or(0, |close| open + 2 + close + 1)
}

/// Whether logs are read without the argument of the command.
fn is_secret(rest: &str) -> bool {
    masked(rest).is_some()
}

/// The command with what stands for its argument, where that is a secret.
fn masked(rest: &str) -> Option<String> {
    let line = rest.replace('"', "").split_ascii_whitespace().collect::<Vec<_>>().join(" ");
    let command = Command::parse(line.as_bytes()).filter(|command| command.argument == MASK)?;
    let word = String::from_utf8_lossy(command.word).into_owned();
    Some(if line.len() > word.len() { format!("{word} {}", String::from_utf8_lossy(MASK)) } else { word })
}

/// A pattern as it may be shown.
fn without_secret(written: &str) -> String {
    masked(written).unwrap_or_else(|| written.to_owned())
}

/// Words that say something else than they seem to. In quotes they are an argument.
fn refuse_what_misleads(words: &[&str]) -> Result<(), Senseless> {
    if let Some(word) = words.iter().find(|word| is_code_and_more(word)) {
        return Err(Senseless {
            what: Message::PatternCodesApart.with("text", Printable(word.as_bytes())),
            tip: Some(Message::PatternCodeTip.with("text", Printable(word.as_bytes()))),
        });
    }
    match words {
        ["*", word, ..] if Verb::parse(word.as_bytes()) != Verb::OTHER => Err(Senseless {
            what: Message::PatternStarCommand.with("word", Printable(word.as_bytes())),
            tip: Some(Message::DidYouMean.with("near", format!("{} ...", word.to_ascii_uppercase()))),
        }),
        _ => Ok(()),
    }
}

/// `250/done/`, `5xx|250`, `25x,550`
fn is_code_and_more(word: &str) -> bool {
    let parts = word.split_at_checked(3);
    parts.is_some_and(|(code, more)| is_like_a_code(code) && more.starts_with(['/', '|', ',']))
}

/// `DELE /in/`: an argument or an expression.
fn slashes_of_two_minds(command: &str, slashes: &str, is_secret: bool) -> Senseless {
    let shown = |text: &str| Printable(text.trim().as_bytes()).to_string();
    let tip = || Message::PatternSlashesTip.with("command", shown(command)).with("text", shown(slashes));
    Senseless { what: Message::PatternSlashes.into(), tip: (!is_secret).then(tip) }
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

/// What these codes ask for. A command has one final reply (RFC 959 section 4.2).
fn replies_like(words: &[&str]) -> Result<Replies, Senseless> {
    let mut codes = words.iter().map(|word| codes_like(word)).collect::<Result<Vec<_>, _>>()?;
    let finals = words.iter().filter(|word| word.starts_with(['2', '3', '4', '5'])).count();
    if finals > 1 {
        return Err(Senseless {
            what: Message::PatternFinals.into(),
            tip: Some(Message::PatternFinalsTip.into()),
        });
    }
    Ok(match codes.len() {
        0 => Replies::Any,
        1 => Replies::One(codes.remove(0)),
        _ => Replies::All(codes),
    })
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang::Lang;

    /// What is said about a pattern, and the tip.
    fn said(written: &str) -> (String, String) {
        let senseless = Pattern::parse(written).err().unwrap_or_else(|| panic!("{written} is read"));
        let tip = senseless.tip.map(|tip| tip.in_words(Lang::En)).unwrap_or_default();
        (senseless.what.in_words(Lang::En), tip)
    }

    #[test]
    fn what_can_never_be_is_refused() {
        for (written, what, tip) in [
            ("DELE /in/", "argument or", "DELE \"/in/\", or an expression: DELE 2xx /in/"),
            ("DELE 250/deleted/", "250/deleted/", "\"250/deleted/\""),
            ("250/deleted/", "codes stand apart", ""),
            ("DELE 5xx|250", "codes stand apart", "double quotes"),
            ("DELE 25x,550", "codes stand apart", "double quotes"),
            ("DELE 250, 550", "codes stand apart", "double quotes"),
            ("DELE none 250", "none", ""),
            ("DELE 250 none", "none", ""),
            ("QUIT none /x/", "none", ""),
            ("* none /x/", "none", ""),
            ("none 250", "none", ""),
            ("* DELE", "DELE behind *", "did you mean DELE ...?"),
            ("* dele x 250", "dele behind *", "did you mean DELE ...?"),
            ("DELE 250 5xx", "one final reply", "one class"),
            ("STOR 150 226 426", "one final reply", "one class"),
        ] {
            let (found, found_tip) = said(written);
            assert!(found.starts_with(&format!("the pattern {written} cannot be used: ")), "{found}");
            assert!(found.contains(what) && found_tip.contains(tip), "{written}: {found} / {found_tip}");
        }
    }

    #[test]
    fn what_can_be_is_read() {
        for (written, argument) in [
            ("DELE \"/in/\"", "/in/"),
            ("DELE \"/in/\" 250", "/in/"),
            ("DELE \"a /b\" 550 /\"b\" is gone/", "a /b"),
            ("DELE \"a /b\" /gone/", "a /b"),
            ("CWD \"200/reports\"", "200/reports"),
            ("CWD 2026/reports", "2026/reports"),
            ("DELE \"none\" 250", "none"),
            ("* \"DELE\"", "DELE"),
            ("DELE /in/ 250", "/in/"),
            ("STOR 110 150 226", ""),
            ("AUTH 234 6xx", ""),
            ("DELE 550 /say \"please\"/", ""),
            ("* /x/", ""),
            ("PASS none", ""),
            ("PASS * 230", "*"),
            ("SITE * 200", "*"),
        ] {
            let pattern = Pattern::parse(written).unwrap_or_else(|e| panic!("{written}: {e:?}"));
            let wanted = (!argument.is_empty()).then(|| Wildcard::new(argument.as_bytes()));
            assert_eq!(pattern.argument, wanted, "{written}");
        }
    }

    #[test]
    fn no_error_repeats_a_secret() {
        for written in [
            "PASS hunter2",
            "PASS hunter2 230",
            "pass\thunter2 7xx",
            "PASS \"hunter2\" 230 530",
            "PASS hunter2 /(/",
            "PASS /hunter2/",
            "PASS 230 /hunter2(/",
            "PASS 250/hunter2/",
            "PASS hunter2 none 250",
            "PASSWORD hunter2",
            "ACCT hunter2",
            "SITE PSWD hunter2 230",
            "SITE PSWD old hunter2",
            "site gpass /hunter2/",
            "SITE \"PASSWD hunter2\" 200",
            "SITE PASS hunter2 250/hunter2/",
        ] {
            let (what, tip) = said(written);
            assert!(!format!("{what}{tip}").contains("hunter2"), "{written}: {what} / {tip}");
        }
        assert_eq!(said("PASS 777").0.matches("777").count(), 0);
        let only = "logs are read without passwords, so only * fits one";
        assert_eq!(said("SITE PSWD x 230").0, format!("the pattern SITE *** cannot be used: {only}"));
    }
}
