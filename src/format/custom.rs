//! Formats of the user's own: a regular expression with named groups, from the configuration.
//!
//! The only lexer with regular expressions; the built-in ones are an order of magnitude faster.

use super::stamp::Remembered;
use super::{Format, Layout, Lexer, Line, Setup, Signs};
use crate::event::{Command, Dialect, Event, Holds, Identity, Key, Lexed, ReplyLine, What};
use crate::ftp::{Code, Software};
use crate::text::Printable;
use crate::time::{Pattern, When, Zone};
use regex::bytes::{CaptureLocations, Regex};
use serde::Deserialize;
use std::sync::Arc;

/// Groups that a pattern may have.
pub(crate) const GROUPS: [&str; 9] =
    ["time", "session", "client", "user", "dir", "text", "verb", "argument", "code"];
/// Memory that a compiled pattern may take, so that no pattern takes all of it.
const PATTERN_BYTES_MAX: usize = 1 << 20;

/// A format as the configuration describes it.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Definition {
    /// Its name, as in `--log-format`.
    pub name: String,
    /// What it is, in one line.
    pub title: Option<String>,
    /// A regular expression that a whole line with a command or reply matches. Its named groups say what stands where.
    pub pattern: String,
    /// Lines that the format has and that say nothing about commands and replies.
    pub skip: Option<String>,
    /// The shape of the group `time`, in the letters of strptime.
    pub time: Option<String>,
    /// What the group `dir` holds where the client speaks.
    #[serde(default)]
    pub from_client: Vec<String>,
    /// What the group `dir` holds where the server speaks.
    #[serde(default)]
    pub from_server: Vec<String>,
    /// Lines with what they must say.
    #[serde(default)]
    pub test: Vec<Example>,
}

/// A line with what it must say.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Example {
    /// The line.
    pub line: String,
    /// The command in it.
    pub command: Option<String>,
    /// The line of a reply in it.
    pub reply: Option<String>,
    /// The client's address.
    pub client: Option<String>,
    /// The session.
    pub session: Option<String>,
    /// The user.
    pub user: Option<String>,
    /// The time, RFC 3339 or, where the line has no date or year, the time of day.
    pub time: Option<String>,
    /// Whether it says nothing.
    #[serde(default)]
    pub skip: bool,
}

/// What is wrong with a definition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// The name has other letters than a to z, digits, `-` and `.`, or a format of that name exists.
    Name(String),
    /// A regular expression cannot be read.
    Expression {
        /// The key.
        key: &'static str,
        /// Why.
        why: String,
    },
    /// A group has a name that means nothing.
    Group(String),
    /// The groups do not say what a line says.
    Nothing,
    /// The shape of times cannot be read, or there is one without a group or the other way round.
    Time,
    /// A group says who speaks, and nothing says what its values mean.
    Directions,
    /// A test line says something else than it should.
    Test {
        /// The test's number, from 1.
        number: usize,
        /// The line, safe to show.
        line: String,
        /// What it says.
        said: Saying,
        /// What it should say.
        wanted: Saying,
    },
}

/// What a line of a test says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Saying {
    /// Nothing about commands and replies.
    Nothing,
    /// Nothing that the pattern knows.
    NoMatch,
    /// These keys of the test, with these values.
    Parts(Vec<(&'static str, String)>),
}

impl Definition {
    /// Makes a format of the definition. It lives as long as the program.
    ///
    /// # Errors
    /// The first thing that is wrong with it; tests are not run.
    pub fn compile(&self) -> Result<&'static Format, Flaw> {
        let fine = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-.".contains(&b);
        if self.name.is_empty() || !self.name.bytes().all(fine) || super::named(&self.name).is_some() {
            return Err(Flaw::Name(Printable(self.name.as_bytes()).to_string()));
        }
        let rules = Arc::new(Rules::of(self)?);
        let dialect = Dialect {
            name: self.name.clone().leak(),
            identity: rules.identity(),
            software: Software::Unknown,
            holds: if rules.groups.has_exchanges() { Holds::FinalReplies } else { Holds::Everything },
        };
        let make = move |setup: &Setup| -> Box<dyn Lexer> { Box::new(Custom::new(&rules, &setup.zone)) };
        Ok(Box::leak(Box::new(Format {
            dialect,
            signs: Signs::EveryLine,
            layout: Layout::LINES,
            lexer: Box::leak(Box::new(make)),
        })))
    }

    /// Runs the tests of the definition; returns how many there are.
    ///
    /// # Errors
    /// The first one that fails.
    pub fn run_tests(&self, format: &Format, setup: &Setup) -> Result<usize, Flaw> {
        for (number, example) in (1..).zip(&self.test) {
            let arena = super::Arena::default();
            let mut lexer = (format.lexer)(setup);
            let said = told(&lexer.lex(Line::new(example.line.as_bytes(), &arena)), example);
            let wanted = example.wanted();
            if said != wanted {
                let line = Printable(example.line.as_bytes()).to_string();
                return Err(Flaw::Test { number, line, said, wanted });
            }
        }
        Ok(self.test.len())
    }
}

impl Example {
    fn wanted(&self) -> Saying {
        let command = self.command.as_deref().and_then(|c| Command::parse(c.as_bytes()));
        let parts = [
            ("command", command.map(|c| spelt(&c))),
            ("reply", self.reply.clone()),
            ("client", self.client.clone()),
            ("session", self.session.clone()),
            ("user", self.user.clone()),
            ("time", self.time.clone()),
        ];
        saying(parts, self.skip)
    }
}

/// What a line says, as far as the example asks.
fn told(lexed: &Lexed, example: &Example) -> Saying {
    let event = match lexed {
        Lexed::Event(event) => event,
        Lexed::Skip => return Saying::Nothing,
        Lexed::Unknown | Lexed::Many(_) => return Saying::NoMatch,
    };
    let text = |bytes: &[u8]| (!bytes.is_empty()).then(|| Printable(bytes).to_string());
    let (command, reply) = match event.what {
        What::Command(c) => (Some(spelt(&c)), None),
        What::Reply(line) => (None, text(line.line)),
        What::Exchange(c, code, said) => {
            (Some(spelt(&c)), Some(format!("{code} {}", Printable(said)).trim_end().to_owned()))
        }
        What::Bare(line) => match ReplyLine::of(line).code() {
            Some(_) => (None, text(line)),
            None => (Command::parse(line).map(|c| spelt(&c)), None),
        },
        _ => (None, None),
    };
    let session = match event.key {
        Key::Name(name) => text(name),
        Key::Number(n) => Some(n.to_string()),
        Key::None => None,
    };
    let parts = [
        ("command", command),
        ("reply", reply),
        ("client", text(event.client).filter(|_| example.client.is_some())),
        ("session", session.filter(|_| example.session.is_some())),
        ("user", text(event.user).filter(|_| example.user.is_some())),
        ("time", event.at.rfc3339().or(event.at.clock()).filter(|_| example.time.is_some())),
    ];
    saying(parts, example.skip)
}

/// Those of the parts that are there; where none is there and none is to be, that is nothing.
fn saying(parts: [(&'static str, Option<String>); 6], to_be_skipped: bool) -> Saying {
    let parts: Vec<_> = parts.into_iter().filter_map(|(key, value)| Some((key, value?))).collect();
    if parts.is_empty() && to_be_skipped { Saying::Nothing } else { Saying::Parts(parts) }
}

fn spelt(command: &Command) -> String {
    let word = Printable(command.word).to_string().to_ascii_uppercase();
    format!("{word} {}", Printable(command.argument)).trim_end().to_owned()
}

/// A definition that was understood.
struct Rules {
    pattern: Regex,
    skip: Option<Regex>,
    time: Option<Pattern>,
    from_client: Vec<Vec<u8>>,
    from_server: Vec<Vec<u8>>,
    groups: Groups,
}

/// The numbers of the groups.
#[derive(Clone, Copy, Debug, Default)]
struct Groups {
    time: Option<usize>,
    session: Option<usize>,
    client: Option<usize>,
    user: Option<usize>,
    dir: Option<usize>,
    text: Option<usize>,
    verb: Option<usize>,
    argument: Option<usize>,
    code: Option<usize>,
}

impl Groups {
    fn of(pattern: &Regex) -> Result<Self, Flaw> {
        let number = |name: &str| pattern.capture_names().position(|n| n == Some(name));
        if let Some(unknown) = pattern.capture_names().flatten().find(|n| !GROUPS.contains(n)) {
            return Err(Flaw::Group(unknown.to_owned()));
        }
        Ok(Self {
            time: number("time"),
            session: number("session"),
            client: number("client"),
            user: number("user"),
            dir: number("dir"),
            text: number("text"),
            verb: number("verb"),
            argument: number("argument"),
            code: number("code"),
        })
    }

    fn has_exchanges(&self) -> bool {
        self.verb.is_some() && self.code.is_some()
    }
}

impl Rules {
    fn of(definition: &Definition) -> Result<Self, Flaw> {
        let pattern = expression("pattern", &definition.pattern)?;
        let skip = definition.skip.as_deref().map(|s| expression("skip", s)).transpose()?;
        let groups = Groups::of(&pattern)?;
        if groups.text.is_none() && groups.verb.is_none() && groups.code.is_none() {
            return Err(Flaw::Nothing);
        }
        let time = match &definition.time {
            Some(time) => Some(Pattern::new(time).ok_or(Flaw::Time)?),
            None => None,
        };
        if time.is_some() != groups.time.is_some() {
            return Err(Flaw::Time);
        }
        let directed = !definition.from_client.is_empty() && !definition.from_server.is_empty();
        if groups.dir.is_some() != directed {
            return Err(Flaw::Directions);
        }
        let bytes = |all: &[String]| all.iter().map(|s| s.clone().into_bytes()).collect();
        let (from_client, from_server) = (bytes(&definition.from_client), bytes(&definition.from_server));
        Ok(Self { pattern, skip, time, from_client, from_server, groups })
    }

    fn identity(&self) -> Identity {
        match (self.groups.session, self.groups.client) {
            (Some(_), _) => Identity::Key,
            (None, Some(_)) => Identity::Mingled,
            (None, None) => Identity::OneByOne,
        }
    }
}

fn expression(key: &'static str, text: &str) -> Result<Regex, Flaw> {
    // Logs are bytes: a dot must match a byte that is no UTF-8, too.
    let built = regex::bytes::RegexBuilder::new(text).unicode(false).size_limit(PATTERN_BYTES_MAX).build();
    built.map_err(|e| {
        let words = e.to_string();
        let last = words.lines().last().unwrap_or_default().trim();
        Flaw::Expression { key, why: last.strip_prefix("error: ").unwrap_or(last).to_owned() }
    })
}

struct Custom {
    rules: Arc<Rules>,
    found: CaptureLocations,
    zone: Zone,
    last: Remembered,
}

impl Custom {
    fn new(rules: &Arc<Rules>, zone: &Zone) -> Self {
        let found = rules.pattern.capture_locations();
        Self { rules: Arc::clone(rules), found, zone: zone.clone(), last: Remembered::default() }
    }

    fn time(&mut self, text: &[u8]) -> When {
        let Self { rules, zone, last, .. } = self;
        let read = || rules.time.as_ref()?.read(text).map(|local| zone.at(local));
        last.get(text, || read().unwrap_or(When::NEVER))
    }
}

impl Lexer for Custom {
    fn lex<'a>(&mut self, line: Line<'a>) -> Lexed<'a> {
        let matches = self.rules.pattern.captures_read(&mut self.found, line.text).is_some();
        if !matches {
            let skipped = self.rules.skip.as_ref().is_some_and(|s| s.is_match(line.text));
            return if skipped { Lexed::Skip } else { Lexed::Unknown };
        }
        let groups = self.rules.groups;
        let get = |group: Option<usize>| {
            let (start, end) = self.found.get(group?)?;
            Some(&line.text[start..end])
        };
        let Some(what) = said(&self.rules, &line, get) else { return Lexed::Skip };
        let client = get(groups.client).unwrap_or_default();
        let user = get(groups.user).filter(|u| *u != b"-").unwrap_or_default();
        let key = get(groups.session).map_or(Key::None, Key::Name);
        let stamp = get(groups.time);
        let at = stamp.map_or(line.at(), |stamp| self.time(stamp));
        Lexed::Event(Event { at, route: client, key, client, client_port: 0, user, what })
    }
}

/// What the groups say: the text where there is one, else the command, the code, or both.
fn said<'a>(
    rules: &Rules,
    line: &Line<'a>,
    get: impl Fn(Option<usize>) -> Option<&'a [u8]>,
) -> Option<What<'a>> {
    let groups = &rules.groups;
    let (text, code) = (get(groups.text), get(groups.code).and_then(Code::parse));
    if let Some(verb) = get(groups.verb) {
        let command = Command::of(verb, get(groups.argument).unwrap_or_default())?;
        return Some(match code {
            Some(code) => What::Exchange(command, code, text.unwrap_or_default()),
            None => What::Command(command),
        });
    }
    if let Some(code) = code {
        let reply = [code.to_string().as_bytes(), b" ", text.unwrap_or_default()].concat();
        return Some(What::Reply(ReplyLine::of(line.arena.keep(&reply))));
    }
    let text = text?;
    let Some(dir) = get(groups.dir) else { return Some(What::Bare(text)) };
    if rules.from_client.iter().any(|d| d == dir) {
        return Command::parse(text).map(What::Command);
    }
    rules.from_server.iter().any(|d| d == dir).then_some(What::Reply(ReplyLine::of(text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn definition(toml: &str) -> Definition {
        toml::from_str(toml).unwrap()
    }

    const ACME: &str = r#"
        name = "acme"
        pattern = '^(?<time>\S+ \S+) #(?<session>\d+) \[(?<client>[^\]]+)\] (?<dir>IN|OUT) (?<text>.*)$'
        skip = '^=='
        time = "%Y-%m-%d %H:%M:%S"
        from-client = ["IN"]
        from-server = ["OUT"]
        [[test]]
        line = "2026-10-05 09:14:05 #7 [192.0.2.7] IN PASS secret"
        command = "PASS ***"
        client = "192.0.2.7"
        session = "7"
        time = "2026-10-05T09:14:05+00:00"
        [[test]]
        line = "2026-10-05 09:14:05 #7 [192.0.2.7] OUT 230 Welcome"
        reply = "230 Welcome"
        [[test]]
        line = "== rotated"
        skip = true
    "#;

    #[test]
    fn tests_of_a_definition_hold_it_to_its_word() {
        let acme = definition(ACME);
        let format = acme.compile().unwrap();
        assert_eq!(acme.run_tests(format, &Setup::default()), Ok(3));
        let wrong = definition(&ACME.replace("reply = \"230 Welcome\"", "reply = \"231 Bye\""));
        let Err(Flaw::Test { number, said, wanted, .. }) = wrong.run_tests(format, &Setup::default()) else {
            panic!()
        };
        let reply = |text: &str| Saying::Parts(vec![("reply", text.to_owned())]);
        assert_eq!((number, said, wanted), (2, reply("230 Welcome"), reply("231 Bye")));
    }

    #[test]
    fn a_secret_does_not_come_out() {
        let format = definition(ACME).compile().unwrap();
        let lexed = format.lex("2026-10-05 09:14:05 #7 [192.0.2.7] IN PASS secret");
        assert!(!format!("{lexed:?}").contains("secret"));
    }

    #[test]
    fn verb_and_code_are_an_exchange() {
        let format = definition(
            r#"name = "web"
               pattern = '^(?<user>\S+) (?<verb>[A-Z]+) (?<argument>\S*) (?<code>\d{3})$'"#,
        );
        let format = format.compile().unwrap();
        let event = format.event("alice RETR a.txt 226");
        assert!(matches!(event.what, What::Exchange(c, Code(226), b"") if c.argument == b"a.txt"));
        assert_eq!((event.user, format.dialect.holds), (&b"alice"[..], Holds::FinalReplies));
    }

    #[test]
    fn what_is_wrong_is_said() {
        let flaw = |from: &str, to: &str| definition(&ACME.replace(from, to)).compile().unwrap_err();
        assert!(matches!(flaw("\"acme\"", "\"vsftpd\""), Flaw::Name(_)));
        assert!(matches!(flaw(r"(?<dir>IN|OUT)", "(IN"), Flaw::Expression { key: "pattern", .. }));
        assert_eq!(flaw("?<client>", "?<clinet>"), Flaw::Group("clinet".to_owned()));
        assert_eq!(flaw("?<dir>", ""), Flaw::Directions);
        assert_eq!(flaw("%H:%M", "%H:%!"), Flaw::Time);
        assert_eq!(definition("name = \"a\"\npattern = 'x'").compile().unwrap_err(), Flaw::Nothing);
    }
}
