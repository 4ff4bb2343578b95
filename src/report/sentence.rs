//! Puts the facts of findings into the words of the catalog.

use super::summary::Problem;
use crate::catalog::{self, Actor, CaseText, RulePage, Word, Words, fill};
use crate::lang::Lang;
use crate::rule::{Check, Fact, Finding, Label, RULES, Rule};
use crate::session::Confidence;
use crate::text::{Printable, grouped};
use crate::time::{When, Zone};
use std::cell::OnceCell;
use std::fmt::{self, Write};

/// Bytes of a text from the log that are put into a sentence.
const QUOTED_BYTES_MAX: usize = 80;

/// What stands around text of the log in a sentence that is marked. `Printable` lets neither through.
pub(super) const MARKS: [char; 2] = ['\u{2}', '\u{3}'];

/// Writes the sentences of findings in one language.
#[derive(Debug)]
pub struct Sentences {
    words: Words,
    zone: Zone,
    /// What stands around text of the log.
    marks: Option<[char; 2]>,
    /// The page of each rule, once it was asked for: to read them all takes longer than a short log.
    pages: Vec<(&'static str, OnceCell<RulePage>)>,
    /// That of all expectations.
    expectation: OnceCell<RulePage>,
    /// That of the comparison with a good recording.
    golden: OnceCell<RulePage>,
}

impl Sentences {
    /// For that language, with times of day as they are in that zone.
    #[must_use]
    pub fn new(lang: Lang, zone: Zone) -> Self {
        let pages = RULES.iter().map(|r| (r.name, OnceCell::new())).collect();
        Self {
            words: Words::new(lang),
            zone,
            marks: None,
            pages,
            expectation: OnceCell::new(),
            golden: OnceCell::new(),
        }
    }

    /// The same with marks around text of the log, for formats that have to tell it from ours.
    pub(super) fn marked(&self) -> Self {
        Self { marks: Some(MARKS), ..Self::new(self.words.lang(), self.zone.clone()) }
    }

    /// The labels.
    #[must_use]
    pub fn words(&self) -> &Words {
        &self.words
    }

    /// The time of day, as the log shows it.
    #[must_use]
    pub fn clock(&self, at: When) -> Option<String> {
        self.zone.clock(at)
    }

    fn page<'a>(&'a self, rule: &'a Rule) -> &'a RulePage {
        match rule.check {
            Check::Own(own) => own.page(),
            Check::Expectation(_) => self.expectation.get_or_init(|| catalog::expectation(self.words.lang())),
            Check::Golden(_) => self.golden.get_or_init(|| catalog::golden(self.words.lang())),
            _ => self.page_named(rule.name),
        }
    }

    fn page_named(&self, name: &str) -> &RulePage {
        let page = self.pages.iter().find(|(known, _)| *known == name);
        let (name, page) = page.expect("every rule but those of one's own is in the list");
        page.get_or_init(|| catalog::rule(name, self.words.lang()))
    }

    fn case<'a>(&'a self, finding: &'a Finding) -> &'a CaseText {
        self.page(finding.rule).case(finding.case)
    }

    /// The finding in a line.
    #[must_use]
    pub fn title(&self, finding: &Finding) -> String {
        self.filled(&self.case(finding).title, finding)
    }

    /// Why it happened.
    #[must_use]
    pub fn why(&self, finding: &Finding) -> String {
        let mut why = vec![self.filled(&self.case(finding).why, finding)];
        for (_, fact) in &finding.facts {
            let Fact::Also(keys) = fact else { continue };
            why.extend(keys.iter().map(|key| self.filled(self.page(finding.rule).also(key), finding)));
        }
        match finding.confidence {
            Confidence::Certain => {}
            Confidence::Likely => why.push(self.words.get(Word::Likely).to_owned()),
            Confidence::Possible => why.push(self.words.get(Word::Possible).to_owned()),
        }
        why.join(self.words.lang().between_sentences())
    }

    /// What to do.
    #[must_use]
    pub fn fix(&self, finding: &Finding) -> String {
        let fix = self.filled(&self.case(finding).fix, finding);
        match self.instead(finding) {
            Some(instead) => [instead, &fix].join(self.words.lang().between_sentences()),
            None => fix,
        }
    }

    /// Who must act.
    #[must_use]
    pub fn who(&self, finding: &Finding) -> Actor {
        self.case(finding).who
    }

    /// Which command can take the place of one that the server lacks.
    fn instead(&self, finding: &Finding) -> Option<&str> {
        let lacks_command = matches!(finding.rule.name, "command-not-implemented" | "command-unknown");
        if !lacks_command || matches!(finding.case, "replaced" | "in-transfer") {
            return None;
        }
        // Both rules share the list of one page.
        self.page_named("command-not-implemented").instead(finding.verb().name())
    }

    /// The words of a mark.
    #[must_use]
    pub fn label(&self, finding: &Finding, label: Label) -> String {
        self.filled(self.page(finding.rule).label(finding.case, label.key), finding)
    }

    /// What a problem cost.
    #[must_use]
    pub fn cost(&self, problem: &Problem) -> String {
        let page = self.page(problem.rule);
        if problem.count == 1 {
            return page.start_one.clone();
        }
        fill(&page.start, |hole, out| {
            let counts = hole == "count";
            if counts {
                out.push_str(&grouped(problem.count));
            }
            counts
        })
    }

    fn filled(&self, template: &str, finding: &Finding) -> String {
        fill(template, |hole, out| {
            let fact = finding.fact(hole);
            if let Some(fact) = &fact {
                self.tell(out, fact);
            }
            fact.is_some()
        })
    }

    /// A fact in words.
    #[must_use]
    pub fn told(&self, fact: &Fact) -> String {
        let mut out = String::new();
        self.tell(&mut out, fact);
        out
    }

    fn tell(&self, out: &mut String, fact: &Fact) {
        let _ = match fact {
            Fact::Number(n) => write!(out, "{}", grouped(*n)),
            Fact::Line(n) => write!(out, "{n}"),
            Fact::LineIn(log, n) => {
                let _ = self.quote(out, log.last_part().as_bytes());
                write!(out, ":{n}")
            }
            Fact::Code(code) => write!(out, "{code}"),
            Fact::Word(word) => out.write_str(word),
            Fact::Text(text) => self.quote(out, text),
            Fact::Phrase(key) => out.write_str(self.words.get(*key)),
            Fact::Phrases(keys) => out.write_str(
                &keys
                    .iter()
                    .map(|k| self.words.get(*k))
                    .collect::<Vec<_>>()
                    .join(self.words.get(Word::Comma)),
            ),
            Fact::Duration(ms) => out.write_str(&self.words.duration(*ms)),
            Fact::Moment(at, line) => match self.clock(*at) {
                Some(clock) => out.write_str(&clock),
                None => out.write_str(&self.words.with(Word::LineN, &[("n", &line.to_string())])),
            },
            // They are told behind the reason, and sessions got their numbers when the report was sealed.
            Fact::Also(_) => Ok(()),
            Fact::Session(place) => write!(out, "{}", place.line),
            Fact::User([]) => out.write_str(self.words.get(Word::TheUser)),
            Fact::User(name) => {
                out.push('"');
                let _ = self.quote(out, name);
                out.write_char('"')
            }
        };
    }

    /// Text of the log.
    fn quote(&self, out: &mut String, text: &[u8]) -> fmt::Result {
        let [start, end] = self.marks.map(|marks| marks.map(Some)).unwrap_or_default();
        out.extend(start);
        let dots = if text.len() > QUOTED_BYTES_MAX { "..." } else { "" };
        write!(out, "{}{dots}", Printable(&text[..text.len().min(QUOTED_BYTES_MAX)]))?;
        out.extend(end);
        Ok(())
    }
}
