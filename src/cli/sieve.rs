//! `--since`, `--until` and `--where`: which sessions the arguments ask for, and what is to be said about that.

use super::args::{Filter, Reading};
use super::complaint::Complaint;
use ftplog::catalog::{Hole, Message};
use ftplog::session::{ChosenBy, Sieve, Sifting, Unfit};
use ftplog::text::{Printable, nearest};
use ftplog::time::Zone;
use std::ops::Range;
use std::sync::Arc;

/// What people ask for whose sessions have numbers.
const SESSION: &str = "session";

/// The sessions that are asked for; nothing where no argument chooses some. Times without an offset are of that zone.
pub(crate) fn asked_for(reading: &Reading, zone: &Zone) -> Result<Option<Arc<Sieve>>, Complaint> {
    let Filter { since, until, patterns } = &reading.filter;
    let mut sieve = Sieve::default();
    for filter in patterns {
        add(&mut sieve, filter, reading)?;
    }
    let since = since.as_ref().map(|text| Ok((span(zone, text, "--since")?, text))).transpose()?;
    let until = until.as_ref().map(|text| Ok((span(zone, text, "--until")?, text))).transpose()?;
    if let (Some((from, since)), Some((to, until))) = (&since, &until)
        && from.start >= to.end
    {
        let what = Message::SinceAfterUntil.with("since", shown(since)).with("until", shown(until));
        return Err(Complaint::new(what));
    }
    if let Some((span, text)) = since {
        sieve.since(&span, text);
    }
    if let Some((span, text)) = until {
        sieve.until(&span, text);
    }
    Ok(Some(sieve).filter(|sieve| !sieve.is_empty()).map(Arc::new))
}

/// `client=203.0.113.*`
fn add(sieve: &mut Sieve, filter: &str, reading: &Reading) -> Result<(), Complaint> {
    let Some((name, pattern)) = filter.split_once('=').filter(|(_, pattern)| !pattern.is_empty()) else {
        let what = Message::WhereWithoutValue.with("filter", shown(filter));
        return Err(Complaint::new(what).tip(Message::WhereWithoutValueTip));
    };
    if name == SESSION {
        return Err(by_number(pattern, reading));
    }
    let key = ChosenBy::named(name).ok_or_else(|| unknown_key(name))?;
    sieve.add(key, pattern).map_err(|unfit| {
        let (what, tip) = match unfit {
            Unfit::Code => (Message::WhereNoCode, Message::WhereNoCodeTip),
            Unfit::Network => (Message::WhereNoNetwork, Message::WhereNoNetworkTip),
        };
        Complaint::new(what.with("text", shown(pattern))).tip(tip)
    })
}

fn unknown_key(name: &str) -> Complaint {
    let names = || ChosenBy::ALL.into_iter().map(ChosenBy::name);
    let complaint = Complaint::new(Message::WhereUnknown.with("key", shown(name)));
    complaint.tip(match nearest(name, names()) {
        Some(near) => Message::DidYouMean.with("near", near),
        None => Message::KeysAre.with("keys", names().collect::<Hole>()),
    })
}

/// Sessions are numbered by where they begin, which is known only once all of the log up to there was read.
fn by_number(number: &str, reading: &Reading) -> Complaint {
    let path = match reading.paths.as_slice() {
        [path] if path.as_os_str() != "-" => shown(&path.to_string_lossy()),
        _ => "FILE".to_owned(),
    };
    let target = format!("{path}@{}", shown(number));
    Complaint::new(Message::WhereSession).tip(Message::WhereSessionTip.with("target", target))
}

fn span(zone: &Zone, text: &str, option: &str) -> Result<Range<i64>, Complaint> {
    zone.span(text).ok_or_else(|| {
        let what = Message::NotATime.with("option", option).with("text", shown(text));
        Complaint::new(what).tip(Message::NotATimeTip)
    })
}

/// What is to be said about the sessions of one log that were left out.
pub(crate) fn left_out(name: &str, sifting: Option<Sifting>) -> Vec<Complaint> {
    let Some(Sifting { undated, yearless, dropped, .. }) = sifting else { return Vec::new() };
    let of = |message: Message, n: u64| {
        Complaint::warning(message.with("path", Printable(name.as_bytes())).with("n", n))
    };
    let mut said = Vec::new();
    if undated > 0 {
        let complaint = of(Message::SessionsUndated, undated);
        said.push(if yearless > 0 { complaint.tip(Message::SessionsUndatedTip) } else { complaint });
    }
    if dropped > 0 {
        said.push(of(Message::ExchangesDropped, dropped));
    }
    said
}

/// None of so many sessions is asked for.
pub(crate) fn none_chosen(sieve: &Sieve, sessions: u64) -> Complaint {
    let asked: Hole = sieve.asked().map(shown).collect();
    Complaint::new(Message::NoneChosen.with("n", sessions).with("asked", asked)).tip(Message::NoneChosenTip)
}

fn shown(text: &str) -> String {
    Printable(text.as_bytes()).to_string()
}
