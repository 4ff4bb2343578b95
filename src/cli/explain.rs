//! `explain` and `compare`.

use super::Exit;
use super::args::{Compare, Explain};
use super::complaint::Complaint;
use super::config::Config;
use super::output::Output;
use ftplog::catalog;
use ftplog::ftp::{Code, Verb};
use ftplog::report;
use ftplog::text::{Printable, nearest};

/// Most codes that are compared at once.
const CODES_MAX: usize = 4;

/// Explains a reply code or a rule.
pub(crate) fn explain(args: &Explain, config: &Config, output: &Output) -> Result<Exit, Complaint> {
    let topic = args.topic.trim();
    if topic.bytes().all(|b| b.is_ascii_digit()) && !topic.is_empty() {
        let code = code(topic)?;
        return Ok(output.page(&report::explain_code(code, &output.words, output.style)));
    }
    let rules = config.ruleset();
    let wanted = topic.to_ascii_lowercase();
    if let Some(number) = rules.rules().position(|r| r.name == wanted) {
        return Ok(output.page(&report::explain_rule(&rules, number, &output.words, output.style)));
    }
    let complaint = Complaint::new(format!("ftplog has no page about {}", Printable(topic.as_bytes())));
    if Verb::parse(topic.as_bytes()) != Verb::OTHER {
        return Err(complaint.tip("commands have no pages yet; reply codes and rules do: ftplog explain 503"));
    }
    Err(match nearest(topic, rules.rules().map(|r| r.name)) {
        Some(name) => complaint.tip(format!("a similar rule exists: {name}")),
        None => complaint.tip("name a reply code, or a rule of: ftplog rules"),
    })
}

/// Compares reply codes.
pub(crate) fn compare(args: &Compare, output: &Output) -> Result<Exit, Complaint> {
    let example = "for example: ftplog compare 214 502";
    if args.codes.len() < 2 {
        return Err(Complaint::new("compare needs two codes").tip(example));
    }
    if args.codes.len() > CODES_MAX {
        return Err(Complaint::new(format!("compare takes at most {CODES_MAX} codes")).tip(example));
    }
    let codes = args.codes.iter().map(|c| code(c)).collect::<Result<Vec<_>, _>>()?;
    match report::compare(&codes, &output.words, output.style) {
        Ok(page) => Ok(output.page(&page)),
        Err(code) => {
            let known: Vec<String> = catalog::reply_codes().map(|c| c.to_string()).collect();
            Err(Complaint::new(format!("ftplog has no page about {code} yet"))
                .tip(format!("codes with a page: {}", known.join(", "))))
        }
    }
}

fn code(text: &str) -> Result<Code, Complaint> {
    let wrong = || {
        Complaint::new(format!(
            "{} is not an FTP reply code; it has three digits, the first is 1 to 6",
            Printable(text.as_bytes())
        ))
        .tip("to see a rule, try: ftplog explain rename-without-source")
    };
    if text.len() != 3 {
        return Err(wrong());
    }
    Code::parse(text.as_bytes()).ok_or_else(wrong)
}
