//! The catalog as a reference: complete, true to the protocol's tables, and the same in every language.

#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test that cannot go on fails, and may read files"
)]

mod program;

use ftplog::catalog::{self, Example, Words};
use ftplog::format::FORMATS;
use ftplog::ftp::{Code, Verb};
use ftplog::lang::Lang;
use ftplog::report::{self, Page, Style, Topic};
use ftplog::rule::{RULES, Ruleset};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use toml::Value as Toml;
use unicode_width::UnicodeWidthStr;

fn catalog_files(folder: &str, end: &str) -> Vec<PathBuf> {
    let folder = program::root().join("src/catalog").join(folder);
    let files = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> = files.filter(|path| path.to_str().unwrap().ends_with(end)).collect();
    files.sort();
    assert!(!files.is_empty(), "{}", folder.display());
    files
}

fn read(path: &Path) -> Toml {
    toml::from_str(&fs::read_to_string(path).unwrap()).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// The exchanges of lines of a control connection, as ftplog reads them: the command, and the codes of its replies.
fn exchanges(lines: &[String]) -> Vec<(String, Vec<u64>)> {
    let args = ["exchanges", "--log-format", "raw", "-f", "ndjson", "-"];
    let ran = program::ftplog_with(&args, (lines.join("\n") + "\n").as_bytes());
    let told = |exchange: Value| {
        let verb = exchange["command"]["verb"].as_str().unwrap_or_default().to_owned();
        let replies = exchange["replies"].as_array().unwrap();
        (verb, replies.iter().map(|reply| reply["code"].as_u64().unwrap()).collect())
    };
    ran.ndjson().into_iter().map(told).collect()
}

#[test]
fn every_code_of_an_rfc_and_of_every_sample_has_an_entry() {
    let known: BTreeSet<u16> = catalog::reply_codes().collect();
    let lacking: Vec<u16> =
        (100..700).filter(|code| Code(*code).is_of_an_rfc() && !known.contains(code)).collect();
    assert!(lacking.is_empty(), "{lacking:?}: codes of RFCs without an entry");
    for log in program::logs() {
        let ran = program::ran(program::command().args(["exchanges", "--all", "-f", "ndjson"]).arg(&log));
        for exchange in ran.ndjson() {
            for reply in exchange["replies"].as_array().into_iter().flatten() {
                let code = reply["code"].as_u64().unwrap() as u16;
                assert!(known.contains(&code), "{code} of {} has no entry", log.display());
            }
        }
    }
}

#[test]
fn every_command_has_an_entry() {
    let lacking: Vec<&str> =
        Verb::all().filter(|verb| catalog::command(*verb).is_none()).map(Verb::name).collect();
    assert_eq!(lacking, [""; 0]);
}

#[test]
fn entries_name_what_there_is() {
    let rules: BTreeSet<&str> = RULES.iter().map(|rule| rule.name).collect();
    let is_rule = |name: &String| rules.contains(name.as_str());
    for entry in catalog::reply_codes().map(|code| catalog::reply(code).unwrap()) {
        let code = entry.code;
        assert!(entry.rules.iter().all(is_rule), "{code}: {:?}", entry.rules);
        assert!(
            entry.related.iter().all(|other| *other != code && catalog::reply(*other).is_some()),
            "{code}"
        );
    }
    for entry in Verb::all().filter_map(catalog::command) {
        let verb = &entry.verb;
        assert!(entry.rules.iter().all(is_rule), "{verb}: {:?}", entry.rules);
        let is_command = |name: &String| name != verb && Verb::parse(name.as_bytes()) != Verb::OTHER;
        assert!(entry.related.iter().all(is_command), "{verb}: {:?}", entry.related);
        assert!(entry.syntax.starts_with(verb.as_str()), "{verb}: {}", entry.syntax);
    }
    for pair in catalog::comparisons() {
        let written = catalog::comparison(pair[0], pair[1]).unwrap();
        let usage = &written.text(Lang::En).usage;
        let names = usage.iter().map(|usage| usage.of.as_str()).chain(pair);
        for name in names {
            assert!(Topic::named(name).is_some(), "{pair:?}: {name}");
        }
    }
}

#[test]
fn at_least_thirty_pairs_are_compared_in_words() {
    assert!(catalog::comparisons().count() >= 30);
}

/// What an example shows: ftplog reads the code, or the command, in it.
#[test]
fn every_example_is_read_as_it_says() {
    let shown = |example: &Example| exchanges(&example.lines);
    for entry in catalog::reply_codes().map(|code| catalog::reply(code).unwrap()) {
        let found = shown(&entry.example);
        let code = u64::from(entry.code);
        assert!(found.iter().any(|(_, replies)| replies.contains(&code)), "{code}: {found:?}");
    }
    for entry in Verb::all().filter_map(catalog::command) {
        let found = shown(&entry.example);
        let answered = found.iter().any(|(verb, replies)| *verb == entry.verb && !replies.is_empty());
        assert!(answered, "{}: {found:?}", entry.verb);
    }
}

/// Every page in every language.
fn pages() -> Vec<Page> {
    let rules = Ruleset::default();
    let mut pages = Vec::new();
    for words in Lang::ALL.map(Words::new) {
        let codes = catalog::reply_codes().chain([299, 599]).map(Code);
        pages.extend(codes.map(|code| report::explain_code(code, &words)));
        pages.extend(Verb::all().filter_map(|verb| report::explain_command(verb, &words)));
        pages.extend((0..rules.rules().len()).map(|n| report::explain_rule(&rules, n, &words)));
        pages.extend(FORMATS.iter().map(|format| report::explain_format(format, None, &words)));
        let topics = |names: &[&str]| names.iter().map(|n| Topic::named(n).unwrap()).collect::<Vec<_>>();
        let compared = |names: &[&str]| report::compare(&topics(names), &words).unwrap();
        pages.extend(catalog::comparisons().map(|pair| compared(&pair)));
        let others = [
            &["500", "501", "502", "503"][..],
            &["211", "553"],
            &["STOR", "APPE", "STOU", "RETR"],
            &["PASV", "227"],
        ];
        pages.extend(others.map(compared));
        pages.push(report::after_demo(&words));
    }
    pages
}

#[test]
fn no_line_of_a_page_is_wider_than_the_terminal() {
    let pages = pages();
    for width in [40, 80, 100] {
        for page in &pages {
            let text = page.text(Style { width, color: false });
            let wide: Vec<&str> = text.lines().filter(|line| line.width() > width).collect();
            assert!(wide.is_empty(), "at {width} columns:\n{}", wide.join("\n"));
        }
    }
}

/// A piece of Japanese that may not begin a line (JIS X 4051).
const NOT_FIRST: &str = "、。，．」』）】ーぁぃぅぇぉっゃゅょァィゥェォッャュョ";

#[test]
fn no_line_of_a_page_begins_with_what_belongs_to_the_line_before() {
    for page in pages() {
        let text = page.text(Style { width: 80, color: false });
        let odd = text.lines().find(|line| line.trim_start().starts_with(|c| NOT_FIRST.contains(c)));
        assert_eq!(odd, None);
    }
}

/// Every text of a file, by where it stands in it.
fn texts(value: &Toml, place: &str, out: &mut BTreeMap<String, String>) {
    match value {
        Toml::String(text) => {
            out.insert(place.to_owned(), text.clone());
        }
        Toml::Array(values) => {
            for (n, value) in values.iter().enumerate() {
                texts(value, &format!("{place}[{n}]"), out);
            }
        }
        Toml::Table(table) => {
            for (key, value) in table {
                texts(value, &format!("{place}.{key}"), out);
            }
        }
        _ => {}
    }
}

fn texts_of(value: &Toml) -> BTreeMap<String, String> {
    let mut out = BTreeMap::new();
    texts(value, "", &mut out);
    out
}

/// Each piece of the catalog in English, Korean and Japanese, with its name.
fn pieces() -> Vec<(String, [BTreeMap<String, String>; 3])> {
    let mut all = Vec::new();
    for folder in ["reply", "command", "compare"] {
        for path in catalog_files(folder, ".toml") {
            let entry = read(&path);
            let languages = Lang::ALL.map(|lang| texts_of(&entry[lang.tag()]));
            all.push((path.file_name().unwrap().to_str().unwrap().to_owned(), languages));
        }
    }
    for folder in ["rule", "format", ""] {
        for path in catalog_files(folder, ".en.toml") {
            let of = |lang: Lang| {
                let path = path.to_str().unwrap().replace(".en.toml", &format!(".{}.toml", lang.tag()));
                texts_of(&read(Path::new(&path)))
            };
            all.push((path.file_name().unwrap().to_str().unwrap().to_owned(), Lang::ALL.map(of)));
        }
    }
    all
}

fn holes(text: &str) -> BTreeSet<&str> {
    let parts = text.split('{').skip(1).filter_map(|part| part.split_once('}'));
    parts
        .map(|(hole, _)| hole)
        .filter(|h| h.bytes().all(|b| b.is_ascii_lowercase() || b"_-".contains(&b)))
        .collect()
}

fn is_native(lang: Lang, c: char) -> bool {
    match lang {
        Lang::En => c.is_ascii_alphabetic(),
        Lang::Ko => ('\u{ac00}'..='\u{d7a3}').contains(&c),
        Lang::Ja => ('\u{3040}'..='\u{30ff}').contains(&c) || ('\u{4e00}'..='\u{9fff}').contains(&c),
    }
}

/// Whether a text is words of a language, and not a name, a command, or lines to be typed.
fn is_prose(place: &str, english: &str) -> bool {
    let key = place.rsplit('.').next().unwrap_or_default();
    let is_fact = matches!(key, "of" | "who") || key.starts_with("lines[");
    // Three small words in a row.
    let words: Vec<&str> = english.split(' ').collect();
    let small = |word: &&str| word.len() > 1 && word.bytes().all(|b| b.is_ascii_lowercase());
    !is_fact && words.windows(3).any(|three| three.iter().all(small))
}

#[test]
fn every_language_says_the_same_things() {
    let mut wrong = Vec::new();
    for (name, [english, others @ ..]) in pieces() {
        for (lang, texts) in [Lang::Ko, Lang::Ja].into_iter().zip(others) {
            let tag = lang.tag();
            let lacking: Vec<_> = english.keys().filter(|key| !texts.contains_key(*key)).collect();
            let surplus: Vec<_> = texts.keys().filter(|key| !english.contains_key(*key)).collect();
            if !lacking.is_empty() || !surplus.is_empty() {
                wrong.push(format!("{name} {tag}: lacks {lacking:?}, has {surplus:?}"));
            }
            for (place, text) in &texts {
                let Some(original) = english.get(place) else { continue };
                // A command or a code may be named once more, and a line that is named already may go without its number.
                let free = ["line", "verb", "code"];
                let (meant, told) = (holes(original), holes(text));
                let odd: Vec<_> = meant.symmetric_difference(&told).filter(|h| !free.contains(h)).collect();
                if !odd.is_empty() {
                    wrong.push(format!("{name} {tag} {place}: {odd:?} is not told, or not known"));
                }
                if is_prose(place, original) && !text.chars().any(|c| is_native(lang, c)) {
                    wrong.push(format!("{name} {tag} {place}: not translated: {text}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} places:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn a_thing_has_one_name_in_each_language() {
    let glossary = read(&program::root().join("src/catalog/glossary.toml"));
    let mut wrong = Vec::new();
    let all = pieces();
    for term in glossary["term"].as_array().unwrap() {
        let of = |key: &str| term[key].as_str().unwrap().to_owned();
        let banned: Vec<&str> =
            term.get("not").and_then(Toml::as_array).into_iter().flatten().filter_map(Toml::as_str).collect();
        let always = term.get("always").and_then(Toml::as_bool).unwrap_or(false);
        for (name, [english, ko, ja]) in &all {
            let whole =
                |texts: &BTreeMap<String, String>| texts.values().cloned().collect::<Vec<_>>().join("\n");
            let has_term = always && whole(english).contains(&of("en"));
            for (tag, texts) in [("ko", whole(ko)), ("ja", whole(ja))] {
                for word in banned.iter().filter(|word| texts.contains(**word)) {
                    wrong.push(format!("{name} {tag}: {word}, which is called {}", of(tag)));
                }
                if has_term && !texts.contains(&of(tag)) {
                    wrong.push(format!("{name} {tag}: no {} for {}", of(tag), of("en")));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} places:\n{}", wrong.len(), wrong.join("\n"));
}

/// The particles of Korean whose form depends on the sound before them.
const PARTICLES: [&str; 14] =
    ["을", "를", "이", "가", "은", "는", "과", "와", "으로", "로", "이다", "입니다", "이라", "라"];

#[test]
fn no_korean_particle_follows_what_may_sound_otherwise() {
    let mut wrong = Vec::new();
    for (name, [_, korean, _]) in pieces() {
        for (place, text) in &korean {
            for (at, _) in text.match_indices('}') {
                let after = &text[at + 1..];
                let word: String = after.chars().take_while(|c| is_native(Lang::Ko, *c)).collect();
                if PARTICLES.contains(&word.as_str()) {
                    wrong.push(format!("{name} {place}: {text}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
