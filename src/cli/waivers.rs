//! What keeps findings from counting in a run: `[[allow]]` of the configuration, and the baseline.

use super::args::{Analyze, StaleBaseline};
use super::complaint::Complaint;
use super::config::{Config, text_of};
use super::output::Output;
use ftplog::catalog::{Message, Said};
use ftplog::report::Summary;
use ftplog::rule::{Allow, Baseline, BaselineFault, SuppressedBy, Suppressions};
use ftplog::source::Unreadable;
use ftplog::text::{Printable, grouped};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

/// Entries of a baseline that are named when they no longer occur.
const STALE_NAMED_MAX: usize = 5;

/// What keeps findings from counting.
pub(crate) struct Waivers {
    pub(crate) suppressions: Arc<Suppressions>,
    /// The file of the baseline.
    baseline: Option<PathBuf>,
    /// Whether it is to be written anew.
    pub(crate) updates: bool,
    stale: StaleBaseline,
    /// The numbers in the configuration of what is allowed, from 1.
    numbers: Vec<usize>,
    /// Entries that are over.
    pub(crate) complaints: Vec<Complaint>,
}

impl Waivers {
    /// What the arguments and the configuration say. A check of what is expected has no baseline: what was known is not what is
    /// expected.
    ///
    /// # Errors
    /// The baseline cannot be read or used, or is to be written and has no name.
    pub(crate) fn of(args: &Analyze, config: &Config, is_check: bool) -> Result<Self, Complaint> {
        let ci = &config.keys.ci;
        let baseline = args.baseline.clone().or_else(|| ci.baseline.clone()).filter(|_| !is_check);
        let mut waivers = Self {
            suppressions: Arc::default(),
            updates: args.update_baseline,
            stale: ci.stale_baseline.unwrap_or(StaleBaseline::Warning),
            numbers: Vec::new(),
            complaints: Vec::new(),
            baseline,
        };
        let known = match &waivers.baseline {
            None if waivers.updates => {
                return Err(Complaint::new(Message::BaselineNoName).tip(Message::BaselineNoNameTip));
            }
            Some(path) if waivers.updates && !path.exists() => Some(Baseline::default()),
            Some(path) => Some(read(path)?),
            None => None,
        };
        let allow = waivers.in_force(&config.allow, now_ms());
        waivers.suppressions = Arc::new(Suppressions { allow, baseline: known });
        Ok(waivers)
    }

    /// What is allowed today.
    fn in_force(&mut self, all: &[Allow], now_ms: i64) -> Vec<Allow> {
        let mut in_force = Vec::new();
        for (number, allow) in (1..).zip(all) {
            if let Some(day) = allow.until.as_ref().filter(|_| allow.is_over(now_ms)) {
                let over = Message::AllowOver.with("number", number.to_string()).with("day", day.as_str());
                self.complaints.push(Complaint::warning(over));
            } else {
                in_force.push(allow.clone());
                self.numbers.push(number);
            }
        }
        in_force
    }

    /// Says what was allowed or known and did not occur, in a run that would have seen it.
    pub(crate) fn unused(&self, summary: &Summary, output: &Output) -> Option<Complaint> {
        for (index, number) in self.numbers.iter().enumerate() {
            if !summary.withheld.contains_key(&SuppressedBy::Allow(index)) {
                output.say(1, Message::AllowUnused.with("number", number.to_string()));
            }
        }
        let (path, baseline) = self.baseline.as_ref().zip(self.suppressions.baseline.as_ref())?;
        let entries = baseline.entries().iter().enumerate();
        let occurs = |by: SuppressedBy| summary.withheld.contains_key(&by) || summary.exceeded.contains(&by);
        let stale: Vec<_> = entries
            .filter(|(n, _)| !occurs(SuppressedBy::Baseline(*n)))
            .map(|(_, entry)| entry)
            .filter(|entry| !summary.rules.is_silent(&entry.rule))
            .collect();
        if stale.is_empty() || self.updates || self.stale == StaleBaseline::Ignore {
            return None;
        }
        let what = Message::BaselineStale.with("path", shown(path)).with("n", stale.len() as u64);
        let named = stale.iter().take(STALE_NAMED_MAX).map(|entry| {
            let line = format!("{} {} {}", entry.fingerprint, entry.rule, entry.note);
            Said::text(Printable(line.as_bytes()).to_string())
        });
        let more = stale.len().saturating_sub(STALE_NAMED_MAX) as u64;
        let more = (more > 0).then(|| Message::AndMore.with("n", more));
        let complaint = Complaint::new(what).tip(Message::BaselineStaleTip);
        let warning = self.stale == StaleBaseline::Warning;
        Some(Complaint { warning, facts: named.chain(more).collect(), ..complaint })
    }

    /// Writes the baseline anew, if that is wanted and everything was read.
    pub(crate) fn update(&self, summary: &Summary, is_whole: bool) -> Option<Result<Said, Complaint>> {
        let path = self.baseline.as_ref().filter(|_| self.updates)?;
        let recorded = summary.recorded.as_ref()?;
        if !is_whole {
            // What was not read would be missing in it.
            return Some(Err(Complaint::new(Message::BaselineNotWritten.with("path", shown(path)))));
        }
        let known = self.suppressions.baseline.clone().unwrap_or_default();
        let updated = known.updated(recorded, &summary.rules);
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let made = folder.map_or(Ok(()), std::fs::create_dir_all);
        let written = made.and_then(|()| std::fs::write(path, updated.to_json()));
        let said =
            Message::BaselineWritten.with("path", shown(path)).with("n", updated.entries().len() as u64);
        Some(written.map(|()| said).map_err(|error| {
            let why = Unreadable::of(&error, path).said();
            Complaint::new(Message::CannotWrite.with("path", shown(path)).with("why", why))
        }))
    }
}

fn read(path: &Path) -> Result<Baseline, Complaint> {
    let text = text_of(path).map_err(|complaint| complaint.tip(Message::BaselineTip))?;
    Baseline::parse(&text).map_err(|fault| {
        let fact = match fault {
            BaselineFault::Shape(why) => Said::text(Printable(why.as_bytes()).to_string()),
            BaselineFault::Version(n) => Message::BaselineVersion.with("version", n.to_string()),
            BaselineFault::Fingerprint(text) => {
                Message::BaselineFingerprint.with("text", Printable(text.as_bytes()))
            }
            BaselineFault::TooMany => {
                let most = grouped(ftplog::rule::BASELINE_ENTRIES_MAX as u64);
                Message::BaselineTooMany.with("most", most)
            }
        };
        Complaint::new(Message::BaselineUnusable.with("path", shown(path)))
            .fact(fact)
            .tip(Message::BaselineTip)
    })
}

#[allow(clippy::disallowed_methods)] // A day on which something ends is one of the calendar.
fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

fn shown(path: &Path) -> String {
    Printable(path.to_string_lossy().as_bytes()).to_string()
}
